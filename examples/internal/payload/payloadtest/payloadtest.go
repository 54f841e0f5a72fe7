// Package payloadtest makes what AWS Lambda hands to functions, for tests.
package payloadtest

import (
	"bytes"
	"compress/gzip"
	"encoding/base64"
	"encoding/json"
	"fmt"
	"strings"
)

// Event returns the EventBridge event with the given id of a record.
func Event(id, record string) string {
	return `{"version":"0","id":"` + id + `","detail-type":"AWS API Call via CloudTrail","source":"aws.s3",` +
		`"account":"111122223333","time":"2026-11-22T11:59:58Z","region":"us-east-1","resources":[],"detail":` + record + `}`
}

// Batch returns what Lambda hands to a function of messages in a queue of SQS, with the ids m0, m1...
func Batch(bodies ...string) string {
	messages := make([]string, len(bodies))
	for i, body := range bodies {
		messages[i] = fmt.Sprintf(`{"messageId":"m%d","receiptHandle":"r","eventSource":"aws:sqs","body":%s}`, i, quote(body))
	}
	return `{"Records":[` + strings.Join(messages, ",") + `]}`
}

// Subscription returns what Lambda hands to a function of log events in CloudWatch Logs.
func Subscription(messages ...string) string {
	logEvents := make([]string, len(messages))
	for i, m := range messages {
		logEvents[i] = fmt.Sprintf(`{"id":"%d","timestamp":1763812798000,"message":%s}`, i, quote(m))
	}
	return Packed(`{"messageType":"DATA_MESSAGE","owner":"111122223333","logGroup":"trail","logStream":"s",` +
		`"subscriptionFilters":["f"],"logEvents":[` + strings.Join(logEvents, ",") + `]}`)
}

// Packed returns a text as CloudWatch Logs packs it.
func Packed(text string) string {
	var packed bytes.Buffer
	z := gzip.NewWriter(&packed)
	z.Write([]byte(text)) // to a buffer: cannot fail
	z.Close()
	return `{"awslogs":{"data":"` + base64.StdEncoding.EncodeToString(packed.Bytes()) + `"}}`
}

func quote(text string) string {
	quoted, err := json.Marshal(text)
	if err != nil {
		panic(err) // a string has a JSON text
	}
	return string(quoted)
}
