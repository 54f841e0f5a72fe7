// Userwatch tells when certain IAM users or roles touch objects under sensitive prefixes in S3.
//
// In AWS Lambda it is the target of an EventBridge rule, or reads a queue or a log group: each call of
// a watched principal that touches a sensitive place becomes one alert in its log. On a desk it is a
// command that finds the same alerts in log files. See [watch] for the alert, and README.md for how to
// deploy it.
//
//	go run ./examples/userwatch -config examples/userwatch/testdata/config.json logs/
package main

import "os"

func main() {
	os.Exit(userwatch.Main(os.Getenv("AWS_LAMBDA_RUNTIME_API"), os.Getenv("USERWATCH_CONFIG")))
}
