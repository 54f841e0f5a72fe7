package selector_test

import (
	"encoding/json"
	"errors"
	"fmt"
	"maps"
	"slices"

	"github.com/aws/aws-sdk-go-v2/service/cloudtrail/types"

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

// What each selector says, as JSON.
func ExampleSelector_ExplainEach() {
	s := selector.MustCompile(`[
		{"FieldSelectors": [{"Field": "eventCategory", "Equals": ["Management"]}]},
		{"FieldSelectors": [{"Field": "eventCategory", "Equals": ["Data"]},
			{"Field": "resources.type", "Equals": ["AWS::S3::Object"]},
			{"Field": "eventName", "Equals": ["DeleteObject"]}]}]`)
	for _, reason := range s.ExplainEach(call("PutObject", "photos", "cat.jpg")) {
		text, err := json.Marshal(reason)
		if err != nil {
			fmt.Println(err)
		}
		fmt.Println(string(text))
	}
	// Output:
	// {"logged":false,"cause":"no-category","pointer":"/0","field":"eventCategory","value":"Data","category":"Data","categoryBasis":"eventSource and eventName","readOnly":false}
	// {"logged":false,"cause":"field-refused","pointer":"/1/FieldSelectors/2","field":"eventName","value":"PutObject","category":"Data","categoryBasis":"eventSource and eventName","readOnly":false}
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

// The first event selectors had up to 50 prefixes each, and no other values.
func ExampleLimits() {
	text := `{"EventSelectors": [{"DataResources": [{"Type": "AWS::S3::Object", "Values": ["arn:aws:s3"]}]}]}`
	_, err := selector.LaunchLimits().Compile(text)
	fmt.Println(err)
	_, err = selector.Compile(text)
	fmt.Println(err)
	// Output:
	// selector: no value took all buckets yet in /EventSelectors/0/DataResources/0/Values/0 (offset 78)
	// <nil>
}

// A resource of a CloudFormation template, with a mistake. The pointer leads to where it is.
func ExampleCompile_template() {
	_, err := selector.Compile(`{
		"Type": "AWS::CloudTrail::Trail",
		"Properties": {
			"S3BucketName": "logs", "IsLogging": true,
			"EventSelectors": [{"ReadWriteType": "None"}]
		}
	}`)
	fmt.Println(err)
	// Output: selector: ReadWriteType "None" is not valid in /Properties/EventSelectors/0/ReadWriteType (offset 142)
}

// What terraform show -json prints of a plan may have several trails.
func ExampleCompileAll() {
	trails, err := selector.CompileAll(`{"format_version": "1.2", "planned_values": {"root_module": {
		"resources": [{"address": "aws_cloudtrail.all", "type": "aws_cloudtrail", "values": {"s3_bucket_name": "logs"}}],
		"child_modules": [{"resources": [{"address": "module.photos.aws_cloudtrail.uploads", "type": "aws_cloudtrail",
			"values": {"event_selector": [{"read_write_type": "WriteOnly", "include_management_events": false,
				"data_resource": [{"type": "AWS::S3::Object", "values": ["arn:aws:s3:::photos/"]}]}]}}]}]}}}`)
	if err != nil {
		fmt.Println(err)
		return
	}
	set := selector.NewSet(maps.All(trails))
	fmt.Println(set.Match(call("PutObject", "photos", "cat.jpg")), set.Match(call("CreateBucket", "photos", "")))
	// Output: [module.photos.aws_cloudtrail.uploads] [aws_cloudtrail.all]
}

func ExampleFromSDK() {
	// output, err := client.GetEventSelectors(ctx, ...)
	basic := []types.EventSelector{{ReadWriteType: types.ReadWriteTypeWriteOnly}}
	s, err := selector.FromSDK(basic, nil)
	fmt.Println(s, err)
	// Output: {"EventSelectors":[{"ReadWriteType":"WriteOnly","IncludeManagementEvents":true,"DataResources":[],"ExcludeManagementEventSources":[]}]} <nil>
}

func ExampleSelector_MarshalJSON() {
	s := selector.MustCompile(`[{"field_selector": [{"field": "eventCategory", "equals": ["Management"], "not_equals": null}]}]`)
	text, err := json.Marshal(s)
	fmt.Println(string(text), err)
	// Output: {"AdvancedEventSelectors":[{"FieldSelectors":[{"Field":"eventCategory","Equals":["Management"]}]}]} <nil>
}

func ExampleSelector_Advanced() {
	s, err := uploads.Advanced()
	fmt.Println(s, err)
	// Output: {"AdvancedEventSelectors":[{"Name":"Objects of event selector 0","FieldSelectors":[{"Field":"eventCategory","Equals":["Data"]},{"Field":"resources.type","Equals":["AWS::S3::Object"]},{"Field":"readOnly","Equals":["false"]},{"Field":"resources.ARN","StartsWith":["arn:aws:s3:::jbarr-s3-trail-demo/"]}]}]} <nil>
}

func ExampleSelector_MatchText() {
	text := []byte(`{"eventSource": "s3.amazonaws.com", "eventName": "PutObject", "awsRegion": "us-east-1",
		"requestParameters": {"bucketName": "jbarr-s3-trail-demo", "key": "ie_sb_device_4.png"}}`)
	fmt.Println(uploads.MatchText(text))
	// Output: true <nil>
}

func ExampleSet() {
	trails := selector.NewSet(maps.All(map[string]*selector.Selector{
		"default": selector.MustCompile(`{}`),
		"uploads": uploads,
		"all":     selector.MustCompile(`[{"DataResources": [{"Type": "AWS::S3::Object", "Values": ["arn:aws:s3"]}]}]`),
	}))
	names := trails.Match(call("PutObject", "jbarr-s3-trail-demo", "ie_sb_device_4.png"))
	slices.Sort(names)
	fmt.Println(names)
	// Output: [all uploads]
}

func ExampleSelector_Lint() {
	s := selector.MustCompile(`[{"FieldSelectors": [
		{"Field": "eventCategory", "Equals": ["Data"]},
		{"Field": "resources.type", "Equals": ["AWS::S3::Object"]},
		{"Field": "resources.ARN", "NotEquals": ["arn:aws:s3:::my-logs/"]}]}]`)
	for _, finding := range s.Lint("my-logs") {
		fmt.Println(finding)
	}
	// Output:
	// danger: the trail logs the delivery of its own log files, each of which makes another one to deliver; leave out the bucket my-logs (own-log-bucket in /0)
	// warning: "arn:aws:s3:::my-logs/" is a bucket, and resources are objects; use StartsWith or NotStartsWith, with a slash at the end (bucket-equals in /0/FieldSelectors/2/NotEquals/0)
}

func ExampleDiff() {
	old := selector.MustCompile(`[{"DataResources": [
		{"Type": "AWS::S3::Object", "Values": ["arn:aws:s3:::photos/", "arn:aws:s3:::tax/"]}]}]`)
	new := selector.MustCompile(`[{"ReadWriteType": "WriteOnly", "DataResources": [
		{"Type": "AWS::S3::Object", "Values": ["arn:aws:s3:::photos/", "arn:aws:s3:::taxes/"]}]}]`)
	difference := selector.Diff(old, new)
	for _, change := range difference.Stops {
		fmt.Println("stops:", change)
	}
	for _, change := range difference.Starts {
		fmt.Println("starts:", change)
	}
	// Output:
	// stops: management events by /0, in part: DescribeInstances of ec2.amazonaws.com
	// stops: data events on AWS::S3::Object by /0/DataResources/0/Values/0, in part: GetObject on arn:aws:s3:::photos/y
	// stops: data events on AWS::S3::Object by /0/DataResources/0/Values/1, all of them: PutObject on arn:aws:s3:::tax/y
	// starts: data events on AWS::S3::Object by /0/DataResources/0/Values/1, all of them: PutObject on arn:aws:s3:::taxes/y
}

// Does the trail log every download from a prefix, by anybody?
func ExampleSelector_Covers() {
	s := selector.MustCompile(`[{"FieldSelectors": [
		{"Field": "eventCategory", "Equals": ["Data"]},
		{"Field": "resources.type", "Equals": ["AWS::S3::Object"]},
		{"Field": "resources.ARN", "StartsWith": ["arn:aws:s3:::photos/"], "NotEndsWith": [".tmp"]}]}]`)
	coverage := s.Covers(selector.Operation{
		Source: "s3.amazonaws.com", Name: "GetObject",
		Type: "AWS::S3::Object", ARN: "arn:aws:s3:::photos/2016/*",
	})
	fmt.Println(coverage.All())
	fmt.Println(coverage)
	// Output:
	// false
	// partly: not GetObject on arn:aws:s3:::photos/2016/x.tmp
}
