package main

import (
	"bytes"
	"encoding/json"
	"os"
	"path/filepath"
	"regexp"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"github.com/trailsieve/trailsieve/record"
)

// account returns an account with a trail of each kind.
func account(t *testing.T) *fakeCloudTrail {
	return &fakeCloudTrail{pageSize: 2, trails: []*fakeTrail{
		{name: "all", region: "us-east-1", account: "111122223333", bucket: "logs", multiRegion: true},
		{name: "objects", region: "eu-west-1", account: "111122223333", bucket: "object-logs",
			selectors: selectors(t, `{"EventSelectors": [{"ReadWriteType": "WriteOnly", "IncludeManagementEvents": false,
				"ExcludeManagementEventSources": [],
				"DataResources": [{"Type": "AWS::S3::Object", "Values": ["arn:aws:s3:::photos/2016/", "arn:aws:s3:::logs/"]}]}]}`)},
		{name: "org", region: "us-west-2", account: "444455556666", bucket: "org-logs", multiRegion: true, organization: true,
			selectors: selectors(t, `{"AdvancedEventSelectors": [
				{"Name": "management", "FieldSelectors": [{"Field": "eventCategory", "Equals": ["Management"]}]},
				{"Name": "deletes", "FieldSelectors": [
					{"Field": "eventCategory", "Equals": ["Data"]},
					{"Field": "resources.type", "Equals": ["AWS::S3::Object"]},
					{"Field": "eventName", "Equals": ["DeleteObject", "DeleteObjects"]}]}]}`)},
		{name: "paused", region: "us-east-1", account: "111122223333", bucket: "logs", stopped: true},
	}}
}

func command(t *testing.T, args ...string) (status int, stdout, stderr string) {
	t.Helper()
	var out, errs bytes.Buffer
	status = run(t.Context(), args, &out, &errs)
	return status, out.String(), errs.String()
}

func TestQuestion(t *testing.T) {
	account(t).start(t)
	for _, tt := range []struct {
		args   string
		status int
		want   string
	}{
		{"PutObject s3://photos/2016/cat.jpg", notLogged, `
partly: is PutObject on arn:aws:s3:::photos/2016/cat.jpg, a data event, logged?
  all: no: dropped: data event, which no selector takes
  objects: partly: logged: data event by /EventSelectors/0/DataResources/0/Values/0, arn:aws:s3:::photos/2016/
      for calls in eu-west-1 only: -in tells where they are
  org: no: dropped: data event, eventName refused by /AdvancedEventSelectors/1/FieldSelectors/2: eventName is PutObject
  paused: no: the trail is stopped: aws cloudtrail start-logging switches it on
`},
		{"-in eu-west-1 PutObject s3://photos/2016/cat.jpg", done, `
yes: is PutObject on arn:aws:s3:::photos/2016/cat.jpg, a data event, logged?
  all: no: dropped: data event, which no selector takes
  objects: yes: logged: data event by /EventSelectors/0/DataResources/0/Values/0, arn:aws:s3:::photos/2016/
  org: no: dropped: data event, eventName refused by /AdvancedEventSelectors/1/FieldSelectors/2: eventName is PutObject
  paused: no: the trail is stopped: aws cloudtrail start-logging switches it on
`},
		{"-in us-east-1 PutObject arn:aws:s3:::photos/*", notLogged, `
no: is PutObject on arn:aws:s3:::photos/*, a data event, logged?
  all: no: dropped: data event, which no selector takes; for example on arn:aws:s3:::photos/x
  objects: no: the trail is for eu-west-1 only, and the call is in us-east-1
  org: no: dropped: data event, eventName refused by /AdvancedEventSelectors/1/FieldSelectors/2: eventName is PutObject; for example on arn:aws:s3:::photos/x
  paused: no: the trail is stopped: aws cloudtrail start-logging switches it on
`},
		{"-trail objects PutObject s3://photos/*", notLogged, `
partly: is PutObject on arn:aws:s3:::photos/*, a data event, logged?
  objects: partly: logged: data event by /EventSelectors/0/DataResources/0/Values/0, arn:aws:s3:::photos/2016/; for example on arn:aws:s3:::photos/2016/x
      but dropped: data event, resource not selected by /EventSelectors/0/DataResources/0: resources.ARN is arn:aws:s3:::photos/x; for example on arn:aws:s3:::photos/x
      for calls in eu-west-1 only: -in tells where they are
`},
		{"-trail all -type AWS::SNS::Topic Publish arn:aws:sns:us-east-1:111122223333:news", notLogged, `
no: is Publish on arn:aws:sns:us-east-1:111122223333:news, a data event, logged?
  all: no: dropped: data event, which no selector takes
`},
		{"-trail all sns:CreateTopic", done, `
yes: is CreateTopic of sns.amazonaws.com, a management event, logged?
  all: yes: logged: management event by default
`},
		{"-trail all PutBucketPolicy arn:aws:s3:::photos", done, `
yes: is PutBucketPolicy on arn:aws:s3:::photos, a management event, logged?
  all: yes: logged: management event by default
`},
		{"-trail all iam:CreateUser", done, `
yes: is CreateUser of iam.amazonaws.com, a management event, logged?
  all: yes: logged: management event by default
`},
		{"-trail arn:aws:cloudtrail:us-west-2:444455556666:trail/org -by arn:aws:iam::111122223333:user/ann DeleteObject s3://photos/x", done, `
yes: is DeleteObject on arn:aws:s3:::photos/x by arn:aws:iam::111122223333:user/ann, a data event, logged?
  org: yes: logged: data event by /AdvancedEventSelectors/1
`},
	} {
		status, got, errs := command(t, strings.Fields(tt.args)...)
		if diff := cmp.Diff(strings.TrimPrefix(tt.want, "\n"), got); diff != "" || status != tt.status || errs != "" {
			t.Errorf("%s: status %d, want %d; %s\n(-want +got)\n%s", tt.args, status, tt.status, errs, diff)
		}
	}
}

// Calls to global services are in us-east-1: other trails for one Region do not get them.
func TestGlobalServices(t *testing.T) {
	(&fakeCloudTrail{trails: []*fakeTrail{
		{name: "east", region: "us-east-1", account: "111122223333"},
		{name: "west", region: "us-west-2", account: "111122223333"},
		{name: "without", region: "us-east-1", account: "111122223333", noGlobal: true},
	}}).start(t)
	for _, tt := range []struct {
		args   string
		status int
		want   string
	}{
		{"iam:CreateUser", done, `
yes: is CreateUser of iam.amazonaws.com, a management event, logged?
  east: yes: logged: management event by default
  west: no: the trail is for us-west-2 only, and the call is in us-east-1
  without: no: the trail leaves out the events of global services
`},
		{"-trail west iam:CreateUser", notLogged, `
no: is CreateUser of iam.amazonaws.com, a management event, logged?
  west: no: the trail is for us-west-2 only, and the call is in us-east-1
`},
		{"-trail west sts:AssumeRole", notLogged, `
partly: is AssumeRole of sts.amazonaws.com, a management event, logged?
  west: partly: logged: management event by default
      for calls in us-west-2 only: -in tells where they are
`},
		{"-trail west -in us-west-2 sts:AssumeRole", done, `
yes: is AssumeRole of sts.amazonaws.com, a management event, logged?
  west: yes: logged: management event by default
`},
	} {
		status, got, errs := command(t, strings.Fields(tt.args)...)
		if diff := cmp.Diff(strings.TrimPrefix(tt.want, "\n"), got); diff != "" || status != tt.status || errs != "" {
			t.Errorf("%s: status %d, want %d; %s\n(-want +got)\n%s", tt.args, status, tt.status, errs, diff)
		}
	}
}

// What the program says of a question that is wrong: it asks CloudTrail nothing.
func TestWrongQuestion(t *testing.T) {
	s := account(t)
	s.start(t)
	for _, tt := range []struct{ args, want string }{
		{"GetObject", `operation "GetObject" of which service? name it, as s3:GetObject, or say on which ARN`},
		{"Get* s3://b/k", `operation "Get*": the eventName of one operation is asked for, as GetObject or s3:GetObject`},
		{"GetObject photos", `resource "photos" is no ARN: they look like arn:aws:s3:::bucket/key; s3://bucket/key is understood too`},
		{"GetObject arn:aws:s3", `resource "arn:aws:s3" is no ARN: they look like arn:aws:s3:::bucket/key; s3://bucket/key is understood too`},
		{"GetObject arn:aws:*", `resource "arn:aws:*": the service in an ARN cannot be left open`},
		{"GetObject arn:aws:s3:::photos", `arn:aws:s3:::photos is a bucket, and GetObject is about objects: say arn:aws:s3:::photos/* for all of them, or arn:aws:s3:::photos/key for one`},
		{"GetObject s3://a/b -in us-east-1", `"-in" is too much: an operation and a resource are asked for; flags come before them; -h helps`},
		{"-bucket b GetObject s3://b/k", `an operation, -bucket and -put are three questions: ask one at a time`},
		{"Publish arn:aws:sns:us-east-1:111122223333:news", `is Publish a data event on arn:aws:sns:us-east-1:111122223333:news? then say of which type the resource is, as -type AWS::SQS::Queue; if it is a management event, leave the resource out: sns:Publish`},
		{"-bucket s3://photos", `-bucket "s3://photos": the name alone is asked for, as photos`},
		{"-bucket photos/2016", `-bucket "photos/2016": the name alone is asked for, as photos`},
		{"-put f", `-put needs -trail, the name or ARN of the trail that gets the selectors`},
		{"-trail t -apply", `-apply needs -put, the file with the selectors to put`},
		{"-read-only -write GetObject s3://b/k", `-read-only and -write exclude each other`},
		{"-by arn", `-source, -type, -by, -read-only and -write are about an operation, and there is none`},
		{"-in us-east-1", `-in is about an operation or a bucket, and there is none`},
		{"-timeout 0s", `-timeout must be more than zero`},
		{"-no", `flag provided but not defined: -no; -h helps`},
	} {
		status, out, errs := command(t, strings.Fields(tt.args)...)
		if want := "trailselectors: " + tt.want + "\n"; errs != want || out != "" || status != failed {
			t.Errorf("%s: status %d, output %q\n got %swant %s", tt.args, status, out, errs, want)
		}
	}
	if len(s.calls) != 0 {
		t.Errorf("calls %v, want none", s.calls)
	}
	if _, _, errs := command(t, "-trail", "none"); errs != "trailselectors: there is no trail \"none\"; there are all, objects, org, paused\n" {
		t.Error(errs)
	}
}

func TestTrails(t *testing.T) {
	s := account(t)
	s.trails[0].selectors = selectors(t, `{"AdvancedEventSelectors": [{"FieldSelectors": [
		{"Field": "eventCategory", "Equals": ["Data"]}, {"Field": "resources.type", "Equals": ["AWS::S3::Object"]}]}]}`)
	s.start(t)
	status, got, errs := command(t)
	if status != done || errs != "" {
		t.Errorf("status %d, %s", status, errs)
	}
	for _, want := range []string{
		"all: logging; all Regions, home us-east-1; delivers to logs\n",
		"objects: logging; eu-west-1 only; delivers to object-logs\n",
		"org: logging; all Regions, home us-west-2, organization; delivers to org-logs\n",
		"paused: stopped; us-east-1 only; delivers to logs\n  no selectors: logs all management events, and nothing else\n",
		"(own-log-bucket in /AdvancedEventSelectors/0",
		"  warning: logs the log files that trail objects delivers to object-logs\n",
		"  warning: logs the log files that trail all delivers to logs\n",
		`"arn:aws:s3:::photos/2016/"`,
	} {
		if !strings.Contains(got, want) {
			t.Errorf("lacks %q:\n%s", want, got)
		}
	}

	_, got, _ = command(t, "-json", "-trail", "objects")
	var a struct {
		Trails []struct {
			Name, State string
			Selectors   struct {
				EventSelectors []struct{ ReadWriteType string }
			}
		}
	}
	if err := json.Unmarshal([]byte(got), &a); err != nil || len(a.Trails) != 1 || a.Trails[0].State != "logging" ||
		a.Trails[0].Selectors.EventSelectors[0].ReadWriteType != "WriteOnly" {
		t.Errorf("%v: %s", err, got)
	}

	_, got, _ = command(t, "-json", "-bucket", "photos")
	var b struct {
		Coverage []struct {
			Operation, Verdict string
			Trails             []struct{ Trail, Verdict, Why string }
		}
	}
	if err := json.Unmarshal([]byte(got), &b); err != nil || len(b.Coverage) != len(bucketCalls) ||
		b.Coverage[0].Operation != "GetObject" || len(b.Coverage[0].Trails) != 4 || b.Coverage[0].Trails[3].Verdict != "no" {
		t.Errorf("%v: %s", err, got)
	}

	(&fakeCloudTrail{}).start(t)
	if status, got, _ := command(t); status != done || !strings.HasPrefix(got, "there is no trail") {
		t.Errorf("no trails: status %d: %s", status, got)
	}
}

// A trail that logs to a bucket that is gone logs nothing that anybody could read.
func TestUndelivered(t *testing.T) {
	s := account(t)
	s.trails[0].undelivered = "NoSuchBucket"
	s.start(t)
	for _, tt := range []struct{ args, want string }{
		{"-trail all", "\n  warning: the last log file could not be delivered: NoSuchBucket\n"},
		{"-trail all iam:CreateUser", "  all: yes: logged: management event by default\n      but its last log file could not be delivered: NoSuchBucket\n"},
		{"-trail all -json", `"undelivered": "NoSuchBucket"`},
	} {
		status, got, errs := command(t, strings.Fields(tt.args)...)
		if status != done || !strings.Contains(got, tt.want) || errs != "" {
			t.Errorf("%s: status %d, %s\n%s", tt.args, status, errs, got)
		}
	}
}

func TestBucket(t *testing.T) {
	account(t).start(t)
	status, got, errs := command(t, "-bucket", "photos")
	if status != done || errs != "" {
		t.Errorf("status %d, %s", status, errs)
	}
	for _, want := range []string{
		"operation                   events      logged  all  objects  org  paused\n",
		"GetObject                   data        no      no   no       no   no\n",
		"PutObject                   data        partly  no   partly   no   no\n",
		"DeleteObject                data        yes     no   partly   yes  no\n",
		"PutBucketPolicy             management  yes     yes  no       yes  no\n",
		"objects: for calls in eu-west-1 only: -in tells where they are\n",
		"objects: PutObject: dropped: data event, resource not selected by /EventSelectors/0/DataResources/0",
	} {
		if !strings.Contains(got, want) {
			t.Errorf("lacks %q:\n%s", want, got)
		}
	}
	if _, got, _ := command(t, "-bucket", "photos", "-in", "us-east-1"); !strings.Contains(got,
		"PutObject                   data        no      no   no       no   no\n") {
		t.Errorf("a bucket in us-east-1:\n%s", got)
	}
	for _, name := range bucketCalls {
		r := record.Record{EventSource: "s3.amazonaws.com", EventName: name}
		category, _ := r.Category()
		if bucketLevel := strings.Contains(name, "Bucket") && name != "HeadBucket"; bucketLevel != (category == record.Management) {
			t.Errorf("%s is of category %s", name, category)
		}
	}
}

func TestChange(t *testing.T) {
	s := account(t)
	s.start(t)
	dir := t.TempDir()
	file := func(name, text string) string {
		name = filepath.Join(dir, name)
		if err := os.WriteFile(name, []byte(text), 0o666); err != nil {
			t.Fatal(err)
		}
		return name
	}
	more := file("more.json", `{"EventSelectors": [{"ReadWriteType": "All", "IncludeManagementEvents": false,
		"DataResources": [{"Type": "AWS::S3::Object", "Values": ["arn:aws:s3:::photos/"]}]}]}`)
	const want = `trail objects with the new selectors
  stops logging   data events on AWS::S3::Object by /EventSelectors/0/DataResources/0/Values/1, all of them: DeleteObject on arn:aws:s3:::logs/
  starts logging  data events on AWS::S3::Object by /EventSelectors/0/DataResources/0/Values/0, in part: GetObject on arn:aws:s3:::photos/
`
	normal := regexp.MustCompile(`(all of them|in part): \w+ on .*`)
	same := func(a, b string) bool { return normal.ReplaceAllString(a, "$1") == normal.ReplaceAllString(b, "$1") }

	status, got, errs := command(t, "-trail", "objects", "-put", more)
	if !same(got, want+"not put; -apply puts them\n") || status != done || errs != "" || s.calls["PutEventSelectors"] != 0 {
		t.Errorf("status %d, calls %v, %s\n%s", status, s.calls, errs, got)
	}
	status, got, errs = command(t, "-trail", "objects", "-put", more, "-apply")
	if !same(got, want+"put: the trail has them now\n") || status != done || errs != "" || s.calls["PutEventSelectors"] != 1 {
		t.Errorf("status %d, calls %v, %s\n%s", status, s.calls, errs, got)
	}
	status, got, errs = command(t, "-trail", "objects", "-put", more)
	if got != "trail objects with the new selectors\n  logs what it logs now\nnot put; -apply puts them\n" || status != done {
		t.Errorf("status %d, %s\n%s", status, errs, got)
	}

	// The answer of GetEventSelectors for another trail: its selectors are put, and not to that trail.
	other := file("other.json", `{"TrailARN": "arn:aws:cloudtrail:us-east-1:111122223333:trail/all", "TrailName": "all", "EventSelectors": [
		{"ReadWriteType": "All", "DataResources": [{"Type": "AWS::S3::Object", "Values": ["arn:aws:s3:::other/"]}]}]}`)
	status, got, errs = command(t, "-trail", "objects", "-put", other, "-apply")
	if !strings.HasSuffix(got, "put: the trail has them now\n") || status != done || errs != "" || s.trails[0].selectors != nil {
		t.Errorf("selectors of another trail: status %d, %s\n%s; that trail has %v", status, errs, got, s.trails[0].selectors)
	}
	s.calls["PutEventSelectors"]--

	for _, tt := range []struct{ name, text, want string }{
		{"refused", `{"EventSelectors": [{"DataResources": [{"Type": "AWS::S3::Object", "Values": ["arn:aws:s3:::photos"]}]}]}`,
			`Value arn:aws:s3:::photos for DataResources.Values is invalid. (did you mean "arn:aws:s3:::photos/"?)`},
		{"none", `{}`, "there are no selectors to put: CloudTrail takes one at least"},
	} {
		status, got, errs := command(t, "-trail", "objects", "-put", file(tt.name, tt.text), "-apply")
		if status != failed || strings.Contains(got, "the trail has them now") || !strings.Contains(errs, tt.want) {
			t.Errorf("%s: status %d, %q, %s", tt.name, status, got, errs)
		}
	}
	if s.calls["PutEventSelectors"] != 1 {
		t.Errorf("put %d times", s.calls["PutEventSelectors"])
	}

	s.denied = map[string]bool{"PutEventSelectors": true}
	status, _, errs = command(t, "-trail", "paused", "-put", more, "-apply")
	if status != failed || !strings.Contains(errs, "PutEventSelectors: AccessDeniedException: ") || !strings.Contains(errs, "(the caller needs cloudtrail:PutEventSelectors)") {
		t.Errorf("status %d, %s", status, errs)
	}
}

// What CloudTrail refuses: the rest is answered all the same.
func TestRefused(t *testing.T) {
	question := []string{"-in", "eu-west-1", "PutObject", "s3://photos/2016/cat.jpg"}
	for _, tt := range []struct {
		name             string
		denied           string
		throttle         map[string]int
		broken           string
		status           int
		out, errs        string
		attempts, atMost int // of what is throttled
	}{
		{name: "the selectors of a trail", denied: "GetEventSelectors/objects", status: failed,
			out:  "  objects: unknown: its selectors could not be read\n",
			errs: "trailselectors: trail objects: GetEventSelectors: AccessDeniedException: User: arn:aws:iam::111122223333:user/auditor is not authorized to perform: cloudtrail:GetEventSelectors (the caller needs cloudtrail:GetEventSelectors)\n"},
		{name: "the status of a trail", denied: "GetTrailStatus/objects", status: failed,
			out:  "      if the trail is not stopped\n",
			errs: "trailselectors: trail objects: is it logging? GetTrailStatus: AccessDeniedException: "},
		{name: "the organization's trail in one of its accounts, where another trail logs", denied: "GetEventSelectors/org", status: done,
			out: "yes: is PutObject",
			errs: "trailselectors: trail org: GetEventSelectors: AccessDeniedException: User: arn:aws:iam::111122223333:user/auditor is not authorized to perform: cloudtrail:GetEventSelectors " +
				"(the caller needs cloudtrail:GetEventSelectors) (it is the organization's trail: ask in account 444455556666, which has it)\n"},
		{name: "the list of trails", denied: "ListTrails", status: failed,
			out:  "  org: no: dropped",
			errs: "trailselectors: single-Region trails of Regions other than us-east-1 may be missing: ListTrails: AccessDeniedException: "},
		{name: "all", denied: "DescribeTrails", status: failed,
			errs: "trailselectors: DescribeTrails: AccessDeniedException: "},
		{name: "throttled for a while", throttle: map[string]int{"GetEventSelectors": 2}, status: done,
			out: "  objects: yes: logged: "},
		{name: "throttled", throttle: map[string]int{"DescribeTrails": 1000}, status: failed,
			errs: "trailselectors: DescribeTrails: ThrottlingException: Rate exceeded (CloudTrail was asked too often, and tried again in vain: wait and ask again)\n"},
		{name: "no JSON", broken: "DescribeTrails", status: failed, errs: "trailselectors: operation error CloudTrail: DescribeTrails"},
	} {
		t.Run(tt.name, func(t *testing.T) {
			s := account(t)
			s.denied, s.throttle, s.broken = map[string]bool{tt.denied: true}, tt.throttle, tt.broken
			s.start(t)
			status, out, errs := command(t, question...)
			if status != tt.status || !strings.Contains(out, tt.out) || !strings.HasPrefix(errs, tt.errs) || (tt.errs == "") != (errs == "") {
				t.Errorf("status %d, want %d\n%s%s", status, tt.status, out, errs)
			}
		})
	}
}

// The program gives up in time.
func TestTimeout(t *testing.T) {
	s := account(t)
	s.throttle = map[string]int{"DescribeTrails": 1000}
	s.start(t)
	t.Setenv("AWS_MAX_ATTEMPTS", "1000")
	if status, _, errs := command(t, "-timeout", "300ms"); status != failed || !strings.Contains(errs, "deadline exceeded") {
		t.Errorf("status %d, %s", status, errs)
	}
}

func TestHelp(t *testing.T) {
	status, out, errs := command(t, "-h")
	if status != done || errs != "" || !strings.Contains(out, "usage:") || !strings.Contains(out, "-apply") || !strings.Contains(out, "examples:") {
		t.Errorf("status %d, %s\n%s", status, errs, out)
	}
}

// The policy beside the source has what the program calls, and nothing else.
func TestPolicy(t *testing.T) {
	text, err := os.ReadFile("policy.json")
	if err != nil {
		t.Fatal(err)
	}
	var policy struct {
		Version   string
		Statement []struct {
			Sid, Effect string
			Action      []string
			Resource    string
		}
	}
	dec := json.NewDecoder(bytes.NewReader(text))
	dec.DisallowUnknownFields()
	if err := dec.Decode(&policy); err != nil {
		t.Fatal(err)
	}
	allowed := map[string]bool{}
	for _, s := range policy.Statement {
		for _, action := range s.Action {
			allowed[action] = s.Effect == "Allow" && s.Resource != ""
		}
	}
	s := account(t)
	s.start(t)
	name := filepath.Join(t.TempDir(), "s.json")
	if err := os.WriteFile(name, []byte(`[{"ReadWriteType": "ReadOnly"}]`), 0o666); err != nil {
		t.Fatal(err)
	}
	if status, _, errs := command(t, "-trail", "all", "-put", name, "-apply"); status != done {
		t.Fatal(errs)
	}
	called := map[string]bool{}
	for op := range s.calls {
		called["cloudtrail:"+op] = true
	}
	if diff := cmp.Diff(called, allowed); policy.Version != "2012-10-17" || diff != "" {
		t.Errorf("version %s; (-called +allowed)\n%s", policy.Version, diff)
	}
}
