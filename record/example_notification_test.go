package record_test

import (
	"fmt"
	"log"

	"github.com/aws/aws-lambda-go/events"

	"github.com/trailsieve/trailsieve/record"
)

// This example does what a Lambda function behind an SQS queue does: it takes each message for itself,
// and tells Lambda which of them failed. The function's event source mapping has
// ReportBatchItemFailures.
func ExampleParseNotification() {
	event := []byte(`{"Records":[
		{"messageId":"m-1","eventSource":"aws:sqs","body":"{\"Records\":[{\"eventSource\":\"aws:s3\",\"eventName\":\"ObjectCreated:Put\",\"s3\":{\"bucket\":{\"name\":\"amzn-s3-demo-bucket\"},\"object\":{\"key\":\"my+logs/AWSLogs/a.json.gz\",\"size\":1024}}}]}"},
		{"messageId":"m-2","eventSource":"aws:sqs","body":"{\"Type\":\"Notification\",\"MessageId\":\"n-1\",\"Message\":\"{\\\"s3Bucket\\\":\\\"amzn-s3-demo-bucket\\\",\\\"s3ObjectKey\\\":[\\\"AWSLogs/b.json.gz\\\"]}\"}"},
		{"messageId":"m-3","eventSource":"aws:sqs","body":"CloudTrail validation message."},
		{"messageId":"m-4","eventSource":"aws:sqs","body":"{\"hello\":\"world\"}"}
	]}`)
	messages, err := record.ParseNotification(event)
	if err != nil {
		log.Fatal(err)
	}
	var response events.SQSEventResponse
	for _, m := range messages {
		if m.Err != nil {
			fmt.Println(m.Err)
			failure := events.SQSBatchItemFailure{ItemIdentifier: m.MessageID}
			response.BatchItemFailures = append(response.BatchItemFailures, failure)
			continue
		}
		fmt.Printf("%s: %s\n", m.MessageID, m.Kind)
		for _, object := range m.Objects {
			if object.Created() {
				fmt.Printf("  s3://%s/%s\n", object.Bucket, object.Key)
			}
		}
	}
	fmt.Println(response)
	// Output:
	// m-1: S3 event notification
	//   s3://amzn-s3-demo-bucket/my logs/AWSLogs/a.json.gz
	// m-2: CloudTrail notification
	//   s3://amzn-s3-demo-bucket/AWSLogs/b.json.gz
	// m-3: CloudTrail validation message
	// record: not a notification of S3 objects: it has none of a notification's members in /Records/3/body
	// {[{m-4}]}
}
