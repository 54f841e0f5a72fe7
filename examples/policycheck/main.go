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

import "os"

func main() {
	os.Exit(policycheck.Main(os.Getenv("AWS_LAMBDA_RUNTIME_API"), os.Getenv("POLICYCHECK_CONFIG")))
}
