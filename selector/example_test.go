package selector_test

import (
	"errors"
	"fmt"

	"github.com/trailsieve/trailsieve/record"
	"github.com/trailsieve/trailsieve/selector"
)

// uploads is what a trail has that logs what is written to one bucket.
var uploads = selector.MustCompile(`{"EventSelectors": [{
	"ReadWriteType": "WriteOnly",
	"IncludeManagementEvents": false,
	"DataResources": [{"Type": "AWS::S3::Object", "Values": ["arn:aws:s3:::jbarr-s3-trail-demo/"]}]
}]}`)

// call returns the record of a call to S3, as one of 2016 would be.
func call(name, bucket, key string) *record.Record {
	r, err := record.Parse(fmt.Appendf(nil, `{
		"eventVersion": "1.05", "eventSource": "s3.amazonaws.com", "eventName": %q,
		"awsRegion": "us-east-1", "requestParameters": {"bucketName": %q, "key": %q}
	}`, name, bucket, key))
	if err != nil {
		panic(err)
	}
	return r
}

func ExampleSelector_Match() {
	fmt.Println(uploads.Match(call("PutObject", "jbarr-s3-trail-demo", "ie_sb_device_4.png")))
	fmt.Println(uploads.Match(call("GetObject", "jbarr-s3-trail-demo", "ie_sb_device_4.png")))
	// Output:
	// true
	// false
}

func ExampleSelector_Explain() {
	reason := uploads.Explain(call("GetObject", "jbarr-s3-trail-demo", "ie_sb_device_4.png"))
	fmt.Println(reason.Cause, reason.Pointer, reason.Operand)
	fmt.Println(reason)

	reason = uploads.Explain(call("PutObject", "amzn-s3-demo-bucket", "cat.jpg"))
	fmt.Println(reason.Cause, reason.Pointer, reason.Value)
	// Output:
	// no-read-write /EventSelectors/0/ReadWriteType WriteOnly
	// dropped: data event, read not selected by /EventSelectors/0/ReadWriteType, WriteOnly (category derived from eventSource and eventName; read or write derived from eventSource and eventName)
	// no-value /EventSelectors/0/DataResources/0 arn:aws:s3:::amzn-s3-demo-bucket/cat.jpg
}

func ExampleCompile() {
	_, err := selector.Compile(`{"EventSelectors": [{"DataResources": [
		{"Type": "AWS::S3::Object", "Values": ["arn:aws:s3:::data-bucket"]}]}]}`)
	fmt.Println(err)
	fmt.Println(errors.Is(err, selector.ErrValue))
	// Output:
	// selector: Value arn:aws:s3:::data-bucket for DataResources.Values is invalid. (did you mean "arn:aws:s3:::data-bucket/"?) in /EventSelectors/0/DataResources/0/Values/0 (offset 81)
	// true
}

// A trail on which no selectors were put logs management events.
func ExampleCompile_default() {
	s := selector.MustCompile(`{}`)
	fmt.Println(s.Explain(call("PutObject", "jbarr-s3-trail-demo", "ie_sb_device_4.png")).Cause)
	fmt.Println(s.Explain(call("CreateBucket", "jbarr-s3-trail-demo", "")).Cause)
	// Output:
	// no-category
	// selected
}
