// Policycheck tells whether the access to S3 that really happens is the access that is wanted.
//
// What is wanted is a small declared policy: who may do what where. Against it go CloudTrail records:
// calls that were done although no statement declares them, calls that were refused although one
// does, and, on a desk, what is declared but was not used in the whole period of the log files. In AWS
// Lambda it tells of the first two, for events or batches. See [policy] for the language, and README.md
// for how to deploy it.
//
//	go run ./examples/policycheck -config examples/policycheck/testdata/config.json logs/
package main

import (
	"context"
	"fmt"
	"os"

	"github.com/aws/aws-lambda-go/lambda"
)

func main() {
	if os.Getenv("AWS_LAMBDA_RUNTIME_API") == "" {
		os.Exit(policycheck.Desk(context.Background(), os.Args[1:], os.Stdin, os.Stdout, os.Stderr))
	}
	handler, err := policycheck.Lambda(os.Getenv("POLICYCHECK_CONFIG"), os.Stdout)
	if err != nil {
		fmt.Fprintf(os.Stderr, "policycheck: %v\n", err)
		os.Exit(1)
	}
	lambda.Start(handler)
}
