package record_test

import (
	"fmt"
	"log"
	"strings"

	"github.com/trailsieve/trailsieve/record"
)

// A log file as CloudTrail delivers it, but for gzip and with a record that is damaged.
const logFile = `{"Records":[
{"eventVersion":"1.05","userIdentity":{"type":"IAMUser","userName":"alice"},"eventTime":"2016-11-21T09:00:00Z","eventSource":"s3.amazonaws.com","eventName":"PutObject","requestParameters":{"bucketName":"amzn-s3-demo-bucket","key":"a.png"}},
{"eventVersion":"1.05","userIdentity":},
{"eventVersion":"1.08","userIdentity":{"type":"AWSService","invokedBy":"cloudtrail.amazonaws.com"},"eventTime":"2026-11-21T09:00:05Z","eventSource":"s3.amazonaws.com","eventName":"GetBucketAcl","requestParameters":{"bucketName":"amzn-s3-demo-bucket"},"readOnly":true,"eventCategory":"Management"}
]}`

func Example() {
	for rec, err := range record.NewReader(strings.NewReader(logFile)).Records() {
		if err != nil {
			fmt.Println(err)
			continue
		}
		category, by := rec.Category()
		fmt.Printf("%s %s: a %s event, by its %s\n", rec.UserIdentity.Principal(), rec.EventName, category, by)
	}
	// Output:
	// user alice PutObject: a Data event, by its eventSource and eventName
	// record: expected a value, found '}' in record 1 (offset 292)
	// service cloudtrail.amazonaws.com GetBucketAcl: a Management event, by its eventCategory
}

func ExampleParse() {
	event := []byte(`{"version":"0","detail-type":"AWS API Call via CloudTrail","detail":{
		"eventVersion":"1.05","eventSource":"s3.amazonaws.com","eventName":"PutObject",
		"requestParameters":{"bucketName":"jbarr-s3-trail-demo","key":"ie_sb_device_4.png"}}}`)
	rec, err := record.Parse(event)
	if err != nil {
		log.Fatal(err)
	}
	object, _ := rec.S3Object()
	fmt.Println(rec.EventName, object.Bucket, object.Key)
	// Output: PutObject jbarr-s3-trail-demo ie_sb_device_4.png
}

// A batch of SQS has records in strings, which need not be copied. One Record takes them all; what is kept of it
// for long is cloned.
func ExampleRecord_UnmarshalString() {
	bodies := []string{
		`{"eventVersion":"1.11","eventName":"PutObject","eventID":"3038ebd2-c98a-4c65-9b6e-e22506292313"}`,
		`{"eventVersion":"1.11","eventName":"GetObject","errorCode":"AccessDenied"}`,
	}
	var rec record.Record
	var refused []*record.Record
	for _, body := range bodies {
		if err := rec.UnmarshalString(body); err != nil {
			log.Fatal(err)
		}
		if rec.ErrorCode != "" {
			refused = append(refused, rec.Clone())
		}
	}
	fmt.Println(len(refused), refused[0].EventName, refused[0].ErrorCode)
	// Output: 1 GetObject AccessDenied
}

func ExampleRecord_Get() {
	rec, err := record.Parse([]byte(`{"eventVersion":"1.11","eventName":"GetObject",
		"tlsDetails":{"tlsVersion":"TLSv1.3","keyExchange":"X25519MLKEM768"}}`))
	if err != nil {
		log.Fatal(err)
	}
	fmt.Println(rec.Get("tlsDetails.keyExchange"))
	// Output: X25519MLKEM768
}

func ExampleRecord_AppendEvent() {
	rec, err := record.Parse([]byte(`{"eventVersion":"1.08","eventID":"3038ebd2-c98a-4c65-9b6e-e22506292313",` +
		`"eventTime":"2026-11-15T23:02:12Z","eventSource":"s3.amazonaws.com","eventName":"PutObject",` +
		`"awsRegion":"us-east-1","recipientAccountId":"111122223333"}`))
	if err != nil {
		log.Fatal(err)
	}
	event := rec.AppendEvent(nil)
	fmt.Println(strings.Replace(string(event), `"detail":`, "\n\"detail\":", 1))
	// Output:
	// {"version":"0","id":"3038ebd2-c98a-4c65-9b6e-e22506292313","detail-type":"AWS API Call via CloudTrail","source":"aws.s3","account":"111122223333","time":"2026-11-15T23:02:12Z","region":"us-east-1","resources":[],
	// "detail":{"eventVersion":"1.08","eventID":"3038ebd2-c98a-4c65-9b6e-e22506292313","eventTime":"2026-11-15T23:02:12Z","eventSource":"s3.amazonaws.com","eventName":"PutObject","awsRegion":"us-east-1","recipientAccountId":"111122223333"}}
}
