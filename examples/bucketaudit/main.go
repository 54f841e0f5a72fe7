// Bucketaudit tells of attempts to access protected buckets in S3: calls that were refused, callers
// that nobody knows, requests that nobody signed, addresses that are unusual.
//
// It puts together what many records tell of the same cause: a finding has the first and the last
// time, a count and samples, and an id that is the same whenever the cause is met again. In AWS Lambda
// it takes batches from a queue or a log group, or single events; on a desk it reads log files. See
// [audit] for the causes, package finding for the findings, and README.md for how to deploy it.
//
//	go run ./examples/bucketaudit -config examples/bucketaudit/testdata/config.json logs/
package main

import "os"

func main() {
	os.Exit(bucketaudit.Main(os.Getenv("AWS_LAMBDA_RUNTIME_API"), os.Getenv("BUCKETAUDIT_CONFIG")))
}
