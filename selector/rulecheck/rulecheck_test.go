package rulecheck

import (
	"encoding/json"
	"fmt"
	"slices"
	"strings"
	"testing"

	"github.com/trailsieve/trailsieve/pattern"
	"github.com/trailsieve/trailsieve/record"
	"github.com/trailsieve/trailsieve/selector"
)

// The trails of the tables, by a short name.
var trailTexts = map[string]string{
	"default":  `{}`,
	"demo":     `[{"ReadWriteType": "All", "IncludeManagementEvents": false, "DataResources": [{"Type": "AWS::S3::Object", "Values": ["arn:aws:s3:::jbarr-s3-trail-demo/"]}]}]`,
	"writes":   `[{"ReadWriteType": "WriteOnly", "IncludeManagementEvents": false, "DataResources": [{"Type": "AWS::S3::Object", "Values": ["arn:aws:s3:::photos/", "arn:aws:s3:::tax/2016/"]}]}]`,
	"reads":    `[{"ReadWriteType": "ReadOnly"}]`,
	"all-s3":   `[{"DataResources": [{"Type": "AWS::S3::Object", "Values": ["arn:aws:s3"]}]}]`,
	"china":    `[{"IncludeManagementEvents": false, "DataResources": [{"Type": "AWS::S3::Object", "Values": ["arn:aws-cn:s3:::photos/"]}]}]`,
	"no-kms":   `[{"ExcludeManagementEventSources": ["kms.amazonaws.com"]}]`,
	"function": `[{"IncludeManagementEvents": false, "DataResources": [{"Type": "AWS::Lambda::Function", "Values": ["arn:aws:lambda:eu-west-1:111122223333:function:f"]}]}]`,
	"table":    `[{"IncludeManagementEvents": false, "DataResources": [{"Type": "AWS::DynamoDB::Table", "Values": ["arn:aws:dynamodb:us-east-1:111122223333:table/Music"]}]}]`,
	"tables":   `[{"IncludeManagementEvents": false, "DataResources": [{"Type": "AWS::DynamoDB::Table", "Values": ["arn:aws:dynamodb:us-east-1:111122223333:table/Music", "arn:aws:dynamodb:eu-west-1:111122223333:table/Books"]}]}]`,
	"nothing":  `[{"IncludeManagementEvents": false, "DataResources": [{"Type": "AWS::S3::Object", "Values": []}]}]`,
	"jpegs": `[{"FieldSelectors": [{"Field": "eventCategory", "Equals": ["Data"]}, {"Field": "resources.type", "Equals": ["AWS::S3::Object"]},
		{"Field": "resources.ARN", "EndsWith": [".jpg"], "NotStartsWith": ["arn:aws:s3:::photos/tmp/"]},
		{"Field": "eventName", "NotEquals": ["DeleteObject"]}, {"Field": "userIdentity.arn", "NotEndsWith": [":root"]}]}]`,
	"network": `[{"FieldSelectors": [{"Field": "eventCategory", "Equals": ["NetworkActivity"]}, {"Field": "eventSource", "Equals": ["s3.amazonaws.com"]},
		{"Field": "errorCode", "Equals": ["VpceAccessDenied"]}]}]`,
	"topic": `[{"FieldSelectors": [{"Field": "eventCategory", "Equals": ["Data"]}, {"Field": "resources.type", "Equals": ["AWS::SNS::Topic"]}]}]`,
	"odd":   `[{"FieldSelectors": [{"Field": "eventCategory", "Equals": ["Data"]}, {"Field": "resources.type", "Equals": ["AWS::Odd::Thing"]}]}]`,
}

func trailsOf(t testing.TB, names string) (trails []Trail) {
	t.Helper()
	for _, name := range strings.Fields(names) {
		s, err := selector.Compile(trailTexts[name])
		if err != nil {
			t.Fatal(err)
		}
		trails = append(trails, Trail{name, s})
	}
	return trails
}

// verify checks that an example is one, by the code that decides about real events.
func verify(t testing.TB, rule *pattern.Pattern, state record.RuleState, trails []Trail, r *Result) {
	t.Helper()
	if r.Verdict != Yes {
		if r.Verdict == No && (r.Obstacle == "" || r.Reason == "" || len(r.Undecided) > 0) {
			t.Errorf("%s: a no without a reason: %+v", rule, r)
		}
		if r.Verdict == Unknown && len(r.Undecided) == 0 {
			t.Errorf("%s: unknown, and nothing is undecided", rule)
		}
		return
	}
	rec, err := record.Parse([]byte(gjsonDetail(t, r.Event)))
	if err != nil {
		t.Fatalf("%s: the example %s: %v", rule, r.Event, err)
	}
	if again := rec.AppendEvent(nil); string(again) != string(r.Event) {
		t.Errorf("%s: the example is no event of its record\n%s\n%s", rule, r.Event, again)
	}
	logged := false
	for _, trail := range trails {
		if trail.Name == r.Trail {
			logged = logged || trail.Selector.Match(rec)
		}
	}
	if state == "" {
		state = record.RuleEnabled
	}
	match, err := rule.Match(r.Event)
	if !logged || !rec.Delivery().To(state) || !match || err != nil {
		t.Errorf("%s in the state %s: the example is logged %v, %s, matches %v, %v\n%s", rule, state, logged, rec.Delivery(), match, err, r.Event)
	}
	if !believable(rec) {
		t.Errorf("%s: an example that CloudTrail would not write: %s", rule, r.Event)
	}
}

func gjsonDetail(t testing.TB, event []byte) string {
	t.Helper()
	var e struct{ Detail json.RawMessage }
	if err := json.Unmarshal(event, &e); err != nil {
		t.Fatal(err)
	}
	return string(e.Detail)
}

func TestCheck(t *testing.T) {
	const all = record.RuleEnabledAll
	tests := []struct {
		trails, rule string
		state        record.RuleState
		want         string // the verdict, and what is in the reason or, for yes, in the event; separated by |
	}{
		// The walk-through.
		{"demo", `{"source": ["aws.s3"], "detail": {"eventName": ["PutObject"]}}`, "", `yes|"bucketName":"jbarr-s3-trail-demo"`},
		{"demo", `{"source": ["aws.s3"], "detail-type": ["AWS API Call via CloudTrail"], "detail": {"eventSource": ["s3.amazonaws.com"],
			"eventName": ["PutObject"], "requestParameters": {"bucketName": ["jbarr-s3-trail-demo"], "key": [{"suffix": ".png"}]}}}`, "", `yes|.png"`},
		{"demo", `{"source": ["aws.s3"], "detail": {"requestParameters": {"bucketName": ["other"]}, "eventName": ["PutObject"]}}`, "",
			`no|not-logged|no selector logs data events of this bucket or prefix: other/key: the rule asks for detail.requestParameters.bucketName ["other"] (/detail/requestParameters/bucketName)`},
		{"default", `{"source": ["aws.s3"], "detail": {"eventName": ["PutObject"]}}`, "", `no|not-logged|no selector logs data events: the rule asks for detail.eventName ["PutObject"] (/detail/eventName); trail default: dropped`},
		{"default", `{"detail": {"eventName": ["PutObject", "GetObject"]}}`, "", `no|not-logged|no selector logs data events`},
		{"default demo", `{"detail": {"eventName": ["PutObject", "GetObject"]}}`, "", `yes|jbarr`},
		{"", `{"source": ["aws.s3"]}`, "", `no|not-logged|there is no trail`},
		{"nothing", `{"source": ["aws.s3"]}`, "", `no|not-logged|no selector logs`},
		// Reads and writes.
		{"writes", `{"source": ["aws.s3"], "detail": {"eventName": ["GetObject"]}}`, "", `no|not-logged|no selector logs data events that read`},
		{"writes", `{"source": ["aws.s3"], "detail": {"eventName": [{"prefix": "Get"}]}}`, "", `no|not-logged|that read`},
		{"writes", `{"source": ["aws.s3"], "detail": {"readOnly": [true]}}`, "", `no|not-logged|that read`},
		{"writes", `{"detail": {"readOnly": ["false"]}}`, "", `no|not-cloudtrail|it is true or false, without quotes`},
		{"writes", `{"detail": {"requestParameters": {"bucketName": ["tax"], "key": [{"prefix": "2016/a"}]}}}`, "", `yes|"bucketName":"tax"`},
		{"writes", `{"detail": {"requestParameters": {"bucketName": ["tax"], "key": [{"prefix": "2017/"}]}, "eventName": ["PutObject"]}}`, "", `no|not-logged|bucket or prefix: tax/2017/`},
		{"writes", `{"detail": {"resources": {"ARN": ["arn:aws:s3:::photos/a.jpg"]}}}`, "", `yes|"key":"a.jpg"`},
		{"writes", `{"detail": {"resources": {"type": ["AWS::S3::Bucket"], "ARN": ["arn:aws:s3:::photos"]}}}`, "", `yes|"bucketName":"photos"`},
		{"writes", `{"detail": {"resources": {"type": ["AWS::S3::Bucket"], "ARN": ["arn:aws:s3:::logs"]}, "eventName": ["PutObject"]}}`, "", `no|not-logged|bucket or prefix: logs/`},
		{"writes", `{"detail": {"resources": {"type": ["AWS::S3::Object"], "accountId": ["111122223333"]}, "managementEvent": [false], "eventCategory": ["Data"]}}`, "", `no|not-together`},
		// Management events and delivery.
		{"default", `{"source": ["aws.ec2"], "detail": {"eventName": ["RunInstances"]}}`, "", `yes|RunInstances`},
		{"default", `{"source": ["aws.ec2"], "detail": {"eventName": ["DescribeInstances"]}}`, "", `no|not-delivered|read-only management events are not delivered by default`},
		{"default", `{"source": ["aws.ec2"], "detail": {"eventName": ["DescribeInstances"]}}`, all, `yes|DescribeInstances`},
		{"reads", `{"source": ["aws.ec2"]}`, "", `no|not-delivered|not delivered by default`},
		{"reads", `{"source": ["aws.ec2"], "detail": {"eventName": ["RunInstances"]}}`, all, `no|not-logged|write not selected`},
		{"default", `{"source": ["aws.ec2"]}`, record.RuleDisabled, `no|disabled`},
		{"default", `{"source": ["aws.s3"], "detail": {"eventName": ["CreateBucket"], "requestParameters": {"bucketName": ["new"]}}}`, "", `yes|CreateBucket`},
		{"demo", `{"source": ["aws.s3"], "detail": {"eventName": ["CreateBucket"]}}`, "", `no|not-logged|no selector logs such management events`},
		{"default", `{"source": ["aws.s3"], "detail": {"requestParameters": {"key": [{"exists": true}]}}}`, "", `no|not-logged|no selector logs data events`},
		{"default", `{"source": ["aws.s3"], "detail": {"resources": {"type": ["AWS::S3::Object"]}}}`, "", `no|not-logged|no selector logs data events`},
		{"no-kms", `{"source": ["aws.kms"], "detail": {"eventName": ["ScheduleKeyDeletion"]}}`, "", `no|not-logged|source excluded by /0/ExcludeManagementEventSources/0`},
		{"no-kms", `{"source": ["aws.kms", "aws.iam"]}`, "", `yes|aws.iam`},
		{"default", `{"source": ["aws.sts"], "detail": {"eventName": ["AssumeRole"]}}`, "", `no|not-delivered|read-only`},
		{"default", `{"detail-type": ["AWS Console Sign In via CloudTrail"]}`, "", `yes|ConsoleLogin`},
		{"default", `{"detail-type": ["AWS Console Sign In via CloudTrail"], "source": ["aws.s3"]}`, "", `no|not-together|source ["aws.s3"]`},
		{"default", `{"detail-type": ["AWS Service Event via CloudTrail"], "source": ["aws.kms"]}`, "", `yes|AwsServiceEvent`},
		// Not of CloudTrail.
		{"all-s3", `{"source": ["aws.s3"], "detail-type": ["Object Created"]}`, "", `no|not-cloudtrail|detail-type ["Object Created"] (/detail-type); events of CloudTrail are of the types`},
		{"all-s3", `{"source": ["my.app"]}`, "", `no|not-cloudtrail|a source is like aws.s3`},
		{"all-s3", `{"detail": {"eventSource": ["aws.s3"]}}`, "", `no|not-cloudtrail|`},
		{"all-s3", `{"source": ["aws.s3"], "detail": {"eventSource": ["ec2.amazonaws.com"]}}`, "", `no|not-together|source ["aws.s3"] (/source) and detail.eventSource ["ec2.amazonaws.com"]`},
		{"all-s3", `{"resources": ["arn:aws:s3:::photos"]}`, "", `no|not-cloudtrail|the list is empty`},
		{"all-s3", `{"region": ["us-east-1"], "detail": {"awsRegion": ["eu-west-1"]}}`, "", `no|not-together`},
		{"all-s3", `{"account": ["111122223333"], "detail": {"recipientAccountId": ["444455556666"]}}`, "", `no|not-together`},
		{"all-s3", `{"detail": {"eventName": ["GetObject"], "readOnly": [false], "eventSource": ["s3.amazonaws.com"]}}`, "", `no|not-together|`},
		{"all-s3", `{"detail": {"size": [{"numeric": [">", 1, "<", 1.0000000000000002]}]}}`, "", `no|not-cloudtrail`},
		{"all-s3", `{"detail-type": ["AWS Insight via CloudTrail"]}`, "", `no|not-logged|no event selector logs Insights events`},
		{"all-s3", `{"detail": [{"exists": true}]}`, "", `no|not-cloudtrail`},
		// Fields that selectors do not know.
		{"demo", `{"detail": {"errorCode": ["AccessDenied"], "userIdentity": {"type": ["Root"]}, "sourceIPAddress": [{"cidr": "10.0.0.0/8"}]}}`, "", `yes|"errorCode":"AccessDenied"`},
		{"demo", `{"detail": {"userIdentity": {"sessionContext": {"attributes": {"mfaAuthenticated": ["false"]}}}}}`, "", `yes|mfaAuthenticated`},
		{"demo", `{"account": ["444455556666"], "region": ["eu-west-1"], "time": [{"prefix": "2027"}], "id": ["x"]}`, "", `yes|"time":"2027-03-02T09:00:00Z"`},
		{"demo", `{"time": [{"wildcard": "2023-*"}, {"prefix": "nonsense"}]}`, "", `yes|"time":"2023-03-02T09:00:00Z"`},
		{"demo", `{"time": [{"prefix": "2023-99"}]}`, "", `unknown|whether there is a time like`},
		{"demo", `{"source": ["aws.s3"], "detail": {"eventName": [{"suffix": "Parameter"}]}}`, "", `no|not-logged|`},
		{"demo", `{"detail": {"eventname": ["PutObject"]}}`, "", `unknown|whether records have detail.eventname`},
		{"demo", `{"detail": {"eventVersion": [{"prefix": "1.0"}], "eventCategory": [{"exists": false}], "source": [{"exists": false}]}}`, "", `yes|"1.05"`},
		{"demo", `{"source": ["aws.s3"], "detail": {"resources": {"ARN": [{"exists": false}]}, "eventName": ["PutObject"]}}`, "", `yes|"1.11"`},
		// Regions and partitions.
		{"china", `{"region": ["us-east-1"], "detail": {"eventName": ["PutObject"]}}`, "", `no|not-logged|`},
		{"china", `{"region": [{"prefix": "cn-"}], "detail": {"eventName": ["PutObject"]}}`, "", `yes|cn-north-1`},
		{"function", `{"source": ["aws.lambda"]}`, "", `yes|"awsRegion":"eu-west-1"`},
		{"function", `{"source": ["aws.lambda"], "region": ["us-east-1"], "detail": {"eventName": ["Invoke"]}}`, "", `no|not-logged|no selector logs data events of this resource`},
		{"function", `{"source": ["aws.lambda"], "detail": {"eventName": ["UpdateFunctionCode20150331v2"]}}`, "", `no|not-logged|management`},
		{"table", `{"detail": {"requestParameters": {"tableName": ["Music"]}, "eventName": ["PutItem"]}}`, "", `yes|table/Music`},
		{"table", `{"detail": {"requestParameters": {"tableName": ["Books"]}, "eventName": ["PutItem"]}}`, "", `no|not-logged|no selector logs data events of this resource`},
		{"table", `{"region": ["eu-west-1"], "detail": {"requestParameters": {"tableName": ["Music"]}, "eventName": ["PutItem"]}}`, "", `no|not-logged|`},
		{"table", `{"region": ["us-east-1"], "detail": {"requestParameters": {"tableName": [{"prefix": "Mu"}]}, "eventName": ["GetItem"]}}`, "", `yes|table/Music`},
		{"table", `{"detail": {"requestParameters": {"tableName": [{"prefix": "arn:aws:dynamodb:"}]}}}`, "", `yes|"tableName":"arn:aws:dynamodb:us-east-1:111122223333:table/Music"`},
		{"tables", `{"region": ["eu-west-1"], "detail": {"requestParameters": {"tableName": ["Books"]}}}`, "", `yes|eu-west-1`},
		{"tables", `{"region": ["eu-west-1"], "detail": {"requestParameters": {"tableName": ["Music", "Books"]}}}`, "", `yes|eu-west-1`},
		{"default", `{"detail": {"requestParameters": {"tableName": ["Music"]}, "eventName": ["PutItem"]}}`, "", `no|not-logged|no selector logs data events`},
		// Advanced selectors.
		{"jpegs", `{"detail": {"requestParameters": {"bucketName": ["photos"], "key": [{"prefix": "tmp/"}]}, "eventName": ["PutObject"]}}`, "", `no|not-logged|`},
		{"jpegs", `{"detail": {"requestParameters": {"bucketName": ["photos"], "key": [{"prefix": "t"}]}, "eventName": ["PutObject"]}}`, "", `yes|.jpg"`},
		{"jpegs", `{"detail": {"eventName": ["DeleteObject"]}}`, "", `no|not-logged|eventName refused by /0/FieldSelectors/3/NotEquals/0, DeleteObject`},
		{"jpegs", `{"detail": {"userIdentity": {"arn": [{"suffix": ":root"}]}}}`, "", `no|not-logged|userIdentity.arn refused`},
		{"jpegs", `{"detail": {"requestParameters": {"key": [{"wildcard": "*.png"}]}, "eventName": ["PutObject"]}}`, "", `no|not-logged|`},
		{"network", `{"detail-type": ["AWS Network Activity Event via CloudTrail"]}`, "", `yes|"errorCode":"VpceAccessDenied"`},
		{"network", `{"source": ["aws.s3"], "detail": {"errorCode": ["AccessDenied"]}}`, "", `no|not-logged|`},
		{"network", `{"source": ["aws.kms"], "detail-type": ["AWS Network Activity Event via CloudTrail"]}`, "", `no|not-logged|network activity`},
		{"topic", `{"source": ["aws.sns"]}`, "", `yes|aws.sns`},
		{"topic", `{"source": ["aws.sqs"]}`, "", `no|not-logged|`},
		{"odd", `{"source": ["aws.odd"]}`, "", `yes|aws.odd`},
		{"odd", `{"source": ["aws.strange"]}`, "", `unknown|whether data events on AWS::Odd::Thing come from strange.amazonaws.com`},
		{"demo", `{"source": ["aws.s3"], "detail": {"eventName": ["RenameObject"]}}`, "", `unknown|RenameObject`},
		// Functions are named by their names or ARNs.
		{"function", `{"detail": {"eventName": ["Invoke"], "requestParameters": {"functionName": ["f"]}}}`, "", `yes|"functionName":"f"`},
		{"function", `{"detail": {"eventName": ["Invoke"], "requestParameters": {"functionName": ["g"]}}}`, "", `no|not-logged|this resource`},
		{"function", `{"detail": {"requestParameters": {"functionName": [{"suffix": ":function:f"}]}}}`, "", `yes|"functionName":"arn:aws:lambda:eu-west-1:111122223333:function:f"`},
		{"function", `{"detail": {"requestParameters": {"functionName": ["111122223333:function:f"]}}}`, "", `yes|eu-west-1:111122223333:function:f`},
		{"function", `{"detail": {"requestParameters": {"functionName": ["arn:aws:lambda:us-east-1:111122223333:function:f"]}}}`, "", `no|not-logged|`},
		{"function", `{"detail": {"requestParameters": {"functionName": ["f:prod"]}}}`, "", `unknown|whether a call of a function can name it "f:prod"`},
		// Calls that manage name no objects, and buckets have no slash.
		{"default", `{"detail": {"resources": {"ARN": [{"prefix": "arn:aws:s3:::photos/"}]}}}`, "", `no|not-logged|no selector logs data events`},
		{"default", `{"detail": {"resources": {"ARN": ["arn:aws:s3:::photos"]}}}`, "", `yes|"eventSource":"s3.amazonaws.com"`},
		{"demo", `{"detail": {"resources": {"type": ["AWS::S3::Object"], "ARN": ["arn:aws:s3:::photos"]}}}`, "", `no|not-together|`},
		{"demo", `{"source": ["aws.s3"], "detail": {"eventName": ["PutObject"], "requestParameters": {"bucketName": ["jbarr-s3-trail-demo/"]}}}`, "", `no|not-together|`},
		{"default", `{"source": ["aws.s3"], "detail": {"eventName": ["PutAccelerateConfiguration"]}}`, "", `yes|`},
		{"default", `{"detail": {"eventName": ["ListBuckets"]}}`, "", `no|not-delivered|ListBuckets of s3.amazonaws.com`},
		// Who called.
		{"default", `{"detail": {"userIdentity": {"type": ["Root"]}}}`, "", `yes|"arn":"arn:aws:iam::111122223333:root"`},
		{"default", `{"detail": {"userIdentity": {"arn": [{"suffix": ":root"}], "accountId": ["444455556666"]}}}`, "", `yes|"type":"Root"|"arn:aws:iam::444455556666:root"`},
		{"default", `{"detail": {"userIdentity": {"userName": [{"prefix": "adm"}]}}}`, "", `yes|:user/adm`},
		{"default", `{"detail": {"userIdentity": {"arn": [{"wildcard": "*:assumed-role/Admin/*"}]}}}`, "", `yes|"type":"AssumedRole"`},
		{"default", `{"detail": {"userIdentity": {"type": ["AWSService"], "invokedBy": ["s3.amazonaws.com"]}}}`, "", `yes|"AWSService"`},
		{"default", `{"detail": {"userIdentity": {"type": ["Root"], "arn": [{"suffix": ":user/Bob"}]}}}`, "", `unknown|"Root" can be like that`},
		{"default", `{"source": ["aws.signin"], "detail": {"eventName": ["ConsoleLogin"]}}`, "", `yes|"eventType":"AwsConsoleSignIn"`},
		{"default", `{"detail-type": ["AWS API Call via CloudTrail"], "detail": {"eventName": ["ConsoleLogin"]}}`, "", `no|not-together|`},
		// Names of something else than calls.
		{"demo", `{"detail": {"eventName": ["putObject"]}}`, "", `unknown|whether there is such a data event of "s3.amazonaws.com": putObject`},
		{"default", `{"detail": {"eventName": ["s3:PutObject"]}}`, "", `unknown|s3:PutObject`},
		{"demo", `{"detail": {"bucket": {"name": ["b"]}}, "detail-type": ["Object Created"]}`, "", `no|not-cloudtrail|detail-type ["Object Created"]`},
		// Copies name the object that is copied, too.
		{"demo", `{"detail": {"eventName": ["CopyObject"], "requestParameters": {"bucketName": ["elsewhere"]}}}`, "", `yes|"bucketName":"elsewhere"`},
		{"writes", `{"$or": [{"source": ["aws.ec2"]}, {"detail-type": ["Object Created"]}, {"detail": {"eventName": ["UploadPart"]}}]}`, "", `yes|UploadPart`},
	}
	for _, test := range tests {
		trails := trailsOf(t, test.trails)
		rule, err := pattern.Compile(test.rule)
		if err != nil {
			t.Fatalf("%s: %v", test.rule, err)
		}
		r := Checker{State: test.state}.Check(rule, trails...)
		verify(t, rule, test.state, trails, r)
		got := string(r.Verdict) + "|" + string(r.Obstacle) + "|" + r.Reason + "|" + string(r.Event)
		ok := true
		for i, want := range strings.Split(test.want, "|") {
			ok = ok && (i > 0 || strings.HasPrefix(got, want+"|")) && strings.Contains(got, want)
		}
		if !ok {
			t.Errorf("trails %s, state %q, rule %s\n got %s\nwant %s", test.trails, test.state, test.rule, got, test.want)
		}
	}
}

// believable reports whether CloudTrail could have written a record, as far as a test can know: what is
// a data event, what only reads, and that fields which repeat each other agree.
func believable(r *record.Record) bool {
	natural := record.Record{EventSource: r.EventSource, EventName: r.EventName}
	is, basis := natural.Category()
	category, _ := r.Category()
	if category == record.Management && basis == record.ByEventName {
		return false
	}
	if category == record.Data && is == record.Management && (r.EventSource == "s3.amazonaws.com" || r.EventSource == "lambda.amazonaws.com" || r.EventSource == "dynamodb.amazonaws.com") {
		return false
	}
	read, _ := r.IsReadOnly()
	for _, verb := range []string{"Describe", "List"} {
		if strings.HasPrefix(r.EventName, verb) && !read {
			return false
		}
	}
	if strings.HasPrefix(r.EventName, "Delete") && read || r.EventName == "PutObject" && read || r.EventName == "GetObject" && !read {
		return false
	}
	if category == record.Data && strings.HasPrefix(r.EventSource, "s3.") {
		arn, ok := r.S3ObjectARN()
		found := len(r.Resources) == 0
		for _, res := range r.Resources {
			found = found || res.Type == s3Object && res.ARN+res.ARNPrefix == arn
		}
		if ok && !found {
			return false
		}
	}
	return !strings.HasSuffix(r.EventSource, ".amazonaws.com.cn") || strings.HasPrefix(r.AWSRegion, "cn-") || r.EventSource != "s3.amazonaws.com.cn"
}

// TestJSON pins the names and the order of what others read.
func TestJSON(t *testing.T) {
	for _, test := range []struct{ trails, rule, want string }{
		{"demo", `{"detail-type": ["Object Created"]}`, `{"verdict":"no","reason":"…","obstacle":"not-cloudtrail",` +
			`"asks":[{"path":"detail-type","pointer":"/detail-type","expects":["Object Created"]}]}`},
		{"demo", `{"detail": {"eventName": ["CreateBucket"]}}`, `{"verdict":"no","reason":"…","event":{…},"obstacle":"not-logged",` +
			`"asks":[{"path":"detail.eventName","pointer":"/detail/eventName","expects":["CreateBucket"]}],` +
			`"dropped":[{"trail":"demo","cause":"no-management","pointer":"/0/IncludeManagementEvents",` +
			`"reason":"dropped: management event, not included by /0/IncludeManagementEvents, false"}]}`},
		{"demo", `{"source": ["aws.s3"]}`, `{"verdict":"yes","reason":"…","event":{…},"trail":"demo","selector":"/0/DataResources/0/Values/0"}`},
		{"demo", `{"detail": {"eventname": ["a"]}}`, `{"verdict":"unknown","reason":"…","obstacle":"not-cloudtrail",` +
			`"asks":[{"path":"detail.eventname","pointer":"/detail/eventname","expects":["a"]}],` +
			`"undecided":["whether records have detail.eventname: it is not known"]}`},
	} {
		r := Check(pattern.MustCompile(test.rule), trailsOf(t, test.trails)...)
		r.Reason = "…"
		if r.Event != nil {
			r.Event = json.RawMessage(`"{…}"`)
		}
		got := strings.Replace(marshal(r), `"{…}"`, `{…}`, 1)
		if got != test.want {
			t.Errorf("%s\n got %s\nwant %s", test.rule, got, test.want)
		}
	}
}

// TestCalls compares what is known here of calls with what records are classified by.
func TestCalls(t *testing.T) {
	// The verbs of these do not tell; their records do.
	unsaid := []string{"TransactGetItems"}
	for service, calls := range map[string][]call{"s3": s3Calls, "lambda": lambdaCalls, "dynamodb": dynamoDBCalls} {
		for _, c := range calls {
			r := record.Record{EventSource: service + ".amazonaws.com", EventName: c.name}
			category, _ := r.Category()
			if read, _ := r.IsReadOnly(); category != record.Data || read != c.read && !slices.Contains(unsaid, c.name) {
				t.Errorf("%s of %s: %s, reads %v", c.name, service, category, read)
			}
		}
	}
	for service, calls := range map[string][]call{"s3": s3ManagementCalls, "lambda": lambdaManagementCalls, "dynamodb": dynamoDBManagementCalls} {
		for _, c := range calls {
			r := record.Record{EventSource: service + ".amazonaws.com", EventName: c.name}
			category, _ := r.Category()
			if read, _ := r.IsReadOnly(); category != record.Management || read != c.read {
				t.Errorf("%s of %s: %s, reads %v", c.name, service, category, read)
			}
		}
	}
}

func TestNoTrail(t *testing.T) {
	rule := pattern.MustCompile(`{"source": ["aws.ec2"]}`)
	if r := Check(rule); r.Verdict != No || r.Obstacle != NotLogged {
		t.Errorf("without a trail: %s", r)
	}
	if r := Check(rule, Trail{}); r.Verdict != Yes {
		t.Errorf("with a default trail: %s", r)
	}
}

func BenchmarkCheck(b *testing.B) {
	for name, text := range map[string]string{
		"yes": `{"source": ["aws.s3"], "detail": {"eventName": ["PutObject"]}}`,
		"no":  `{"source": ["aws.s3"], "detail": {"eventName": ["GetObject"]}}`,
	} {
		b.Run("verdict="+name, func(b *testing.B) {
			rule := pattern.MustCompile(text)
			trails := trailsOf(b, "writes")
			b.ReportAllocs()
			for b.Loop() {
				if r := Check(rule, trails...); string(r.Verdict) != name {
					b.Fatal(r)
				}
			}
		})
	}
}

// TestBounds asks what takes long: a rule of many combinations, and a trail of many values.
func TestBounds(t *testing.T) {
	either := func(name string, n int) string {
		var list []string
		for i := range n {
			list = append(list, fmt.Sprintf(`{"detail": {%q: ["GetObject%d"]}}`, name, i))
		}
		return `"$or": [` + strings.Join(list, ",") + `]`
	}
	var values []string
	for i := range 240 {
		values = append(values, fmt.Sprintf(`"arn:aws:s3:::bucket-%03d/a"`, i))
	}
	trail := Trail{Selector: selector.MustCompile(`[{"ReadWriteType": "WriteOnly", "DataResources": [
		{"Type": "AWS::S3::Object", "Values": [` + strings.Join(values, ",") + `]}]}]`)}
	limits := pattern.Limits{Size: -1, Combinations: -1, Complexity: -1}
	rule, err := limits.Compile(`{"source": ["aws.s3"], ` + either("eventName", 10) + `, "detail": {` + either("errorCode", 8) + `}}`)
	if err != nil {
		t.Fatal(err)
	}
	if r := Check(rule, trail); r.Verdict == Yes || r.Reason == "" {
		t.Errorf("%s", r)
	}
}
