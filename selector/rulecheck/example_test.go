package rulecheck_test

import (
	"fmt"

	"github.com/trailsieve/trailsieve/pattern"
	"github.com/trailsieve/trailsieve/record"
	"github.com/trailsieve/trailsieve/selector"
	"github.com/trailsieve/trailsieve/selector/rulecheck"
)

var trail = rulecheck.Trail{Name: "jbarr-s3-trail", Selector: selector.MustCompile(`{"EventSelectors": [{
	"ReadWriteType": "WriteOnly", "IncludeManagementEvents": true,
	"DataResources": [{"Type": "AWS::S3::Object", "Values": ["arn:aws:s3:::jbarr-s3-trail-demo/"]}]
}]}`)}

func ExampleCheck() {
	for _, text := range []string{
		`{"source": ["aws.s3"], "detail": {"eventName": ["PutObject"]}}`,
		`{"source": ["aws.s3"], "detail": {"eventName": ["PutObject"], "requestParameters": {"bucketName": ["photos"]}}}`,
		`{"source": ["aws.s3"], "detail": {"eventName": ["GetObject"]}}`,
		`{"source": ["aws.s3"], "detail-type": ["Object Created"]}`,
	} {
		fmt.Println(rulecheck.Check(pattern.MustCompile(text), trail))
	}
	// Output:
	// yes: trail jbarr-s3-trail: logged: data event by /EventSelectors/0/DataResources/0/Values/0, arn:aws:s3:::jbarr-s3-trail-demo/; delivered to rules that are ENABLED, because it is a data event
	// no: no selector logs data events of this bucket or prefix: photos/key: the rule asks for detail.eventName ["PutObject"] (/detail/eventName) and detail.requestParameters.bucketName ["photos"] (/detail/requestParameters/bucketName); trail jbarr-s3-trail: dropped: data event, resource not selected by /EventSelectors/0/DataResources/0: resources.ARN is arn:aws:s3:::photos/key
	// no: no selector logs data events that read: the rule asks for detail.eventName ["GetObject"] (/detail/eventName); trail jbarr-s3-trail: dropped: data event, read not selected by /EventSelectors/0/ReadWriteType, WriteOnly
	// no: no event of CloudTrail has that: the rule asks for detail-type ["Object Created"] (/detail-type); events of CloudTrail are of the types "AWS API Call via CloudTrail", "AWS Service Event via CloudTrail", "AWS Console Sign In via CloudTrail", "AWS Console Action via CloudTrail", "AWS Network Activity Event via CloudTrail", "AWS Insight via CloudTrail"
}

// A rule on calls that only read has to ask for them by its state.
func ExampleChecker() {
	rule := pattern.MustCompile(`{"source": ["aws.kms"], "detail": {"eventName": ["Decrypt"]}}`)
	trail := rulecheck.Trail{Name: "management"} // no selectors were put on it
	for _, state := range []record.RuleState{record.RuleEnabled, record.RuleEnabledAll} {
		result := rulecheck.Checker{State: state}.Check(rule, trail)
		fmt.Println(result.Verdict, result.Obstacle)
	}
	// Output:
	// no not-delivered
	// yes
}
