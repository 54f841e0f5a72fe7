package main

import (
	"bytes"
	"context"
	"encoding/json"
	"fmt"
	"log/slog"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"github.com/trailsieve/trailsieve/examples/internal/programtest"
)

const (
	web     = `"userIdentity":{"type":"AssumedRole","arn":"arn:aws:sts::111122223333:assumed-role/web/i-1","sessionContext":{"sessionIssuer":{"arn":"arn:aws:iam::111122223333:role/web"}}},`
	bob     = `"userIdentity":{"type":"IAMUser","arn":"arn:aws:iam::111122223333:user/bob"},`
	nobody  = `"userIdentity":{"type":"AWSAccount","accountId":"ANONYMOUS_PRINCIPAL"},`
	denial  = `"errorCode":"AccessDenied","errorMessage":"Access Denied",`
	webRole = "arn:aws:iam::111122223333:role/web"
	bobsARN = "arn:aws:iam::111122223333:user/bob"

	// example is the policy of the tests.
	example = `{"buckets": ["b", "logs-*"], "statements": [
		{"id": "images", "principals": ["` + webRole + `"], "actions": ["GetObject", "ListObjects"], "resources": ["s3://b/images/*", "s3://b/index.html"]},
		{"id": "admin", "principals": ["` + bobsARN + `"], "actions": ["*"], "resources": ["s3://b/*", "s3://b"]},
		{"id": "logs", "principals": ["*"], "actions": ["write"], "resources": ["s3://logs-*/in/*.gz"]}]}`
)

// call returns the fields of a call on an object or, without a key, on what is there otherwise.
func call(name, bucket, key string) string {
	s := `"eventName":"` + name + `","requestParameters":{"bucketName":"` + bucket + `"`
	if key != "" {
		s += `,"key":"` + key + `"`
	}
	return s + `}`
}

// What single records are findings of.
func TestCheck(t *testing.T) {
	listing := func(prefix string) string {
		return `"eventName":"ListObjects","requestParameters":{"bucketName":"b","prefix":"` + prefix + `"}`
	}
	copying := func(from, to string) string {
		bucket, key, _ := strings.Cut(to, "/")
		return `"eventName":"CopyObject","requestParameters":{"bucketName":"` + bucket + `","key":"` + key + `","x-amz-copy-source":"` + from + `"}`
	}
	for _, tt := range []struct{ name, record, want string }{
		{"declared", web + call("GetObject", "b", "images/a"), ""},
		{"declared exactly", web + call("GetObject", "b", "index.html"), ""},
		{"beside it", web + call("GetObject", "b", "index.html2"), "undeclared b " + webRole + " GetObject"},
		{"another place", web + call("GetObject", "b", "pii/a"), "undeclared b " + webRole + " GetObject"},
		{"another action", web + call("PutObject", "b", "images/a"), "undeclared b " + webRole + " PutObject"},
		{"another caller", nobody + call("GetObject", "b", "images/a"), "undeclared b anonymous GetObject"},
		{"another bucket", nobody + call("GetObject", "c", "images/a"), ""},
		{"an escaped key stands as it is", web + call("GetObject", "b", "images%2Fa"), "undeclared b " + webRole + " GetObject"},
		{"refused rightly", web + denial + call("GetObject", "b", "pii/a"), ""},
		{"refused wrongly", web + denial + call("GetObject", "b", "images/a"), "denied b " + webRole + " GetObject: AccessDenied"},
		{"refused, as it is not known to be the caller", web + `"errorCode":"ExpiredToken",` + call("GetObject", "b", "images/a"), ""},
		{"failed", web + `"errorCode":"NoSuchKey",` + call("GetObject", "b", "pii/a"), ""},
		{"a listing", web + listing("images/"), ""},
		{"a listing below", web + listing("images/2026/"), ""},
		{"a listing above", web + listing("im"), "undeclared b " + webRole + " ListObjects"},
		{"a listing of all", bob + listing(""), ""},
		{"many deletions", bob + call("DeleteObjects", "b", ""), ""},
		{"many deletions, somewhere", web + call("DeleteObjects", "b", ""), "undeclared b " + webRole + " DeleteObjects"},
		{"the bucket", bob + call("PutBucketPolicy", "b", ""), ""},
		{"the bucket, by another", web + call("GetBucketAcl", "b", ""), "undeclared b " + webRole + " GetBucketAcl"},
		{"objects are not the bucket", bob + call("PutBucketPolicy", "logs-1", ""), "undeclared logs-1 " + bobsARN + " PutBucketPolicy"},
		{"a write by anybody", nobody + call("PutObject", "logs-1", "in/a/b.gz"), ""},
		{"a read is none", nobody + call("GetObject", "logs-1", "in/a/b.gz"), "undeclared logs-1 anonymous GetObject"},
		{"a copy within", bob + copying("b/x", "b/y"), ""},
		{"a copy out of reach", bob + copying("logs-1/x", "b/y"), "undeclared logs-1 " + bobsARN + " GetObject"},
		{"a copy away", web + copying("b/images/a", "mine/a"), ""},
		{"a copy of something else away", web + copying("b/pii/a", "mine/a"), "undeclared b " + webRole + " GetObject"},
		{"a copy away, its resources the other way round", web + copying("b/images/a", "mine/a") + `,"resources":[
			{"type":"AWS::S3::Object","ARN":"arn:aws:s3:::b/images/a"},{"type":"AWS::S3::Object","ARN":"arn:aws:s3:::mine/a"}]`, ""},
		{"a copy away, refused", web + denial + copying("b/images/a", "mine/a"), ""},
		{"what S3 did by itself", `"eventType":"AwsServiceEvent",` + call("DeleteObject", "b", "images/a"), ""},
		{"on its way through an endpoint", `"eventType":"AwsVpceEvent","eventCategory":"NetworkActivity","userIdentity":{"type":"AWSAccount","accountId":"111122223333"},` + call("GetObject", "b", "images/a"), ""},
		{"no bucket", nobody + `"eventName":"ListBuckets"`, ""},
	} {
		var got []string
		for _, f := range programtest.Lines(t, policycheck, example, programtest.S3Record(t, tt.record)) {
			got = append(got, fmt.Sprint(f["cause"], " ", f["bucket"], " ", f["who"], " ", f["detail"]))
		}
		if s := strings.Join(got, "; "); s != tt.want {
			t.Errorf("%s: %q, want %q", tt.name, s, tt.want)
		}
	}
}

// period is a log file of records at some times.
func period(fields ...string) string {
	for i, f := range fields {
		fields[i] = fmt.Sprintf(`{"eventSource":"s3.amazonaws.com","eventTime":"2026-11-22T1%d:00:00Z","eventID":"e%d",%s}`, i, i, f)
	}
	return `{"Records":[` + strings.Join(fields, ",") + `]}`
}

// desk runs the program on a desk.
func desk(t *testing.T, log string, flags ...string) (out string, status int) {
	t.Helper()
	file := filepath.Join(t.TempDir(), "policy.json")
	if err := os.WriteFile(file, []byte(example), 0o644); err != nil {
		t.Fatal(err)
	}
	var stdout, stderr bytes.Buffer
	status = policycheck.Desk(context.Background(), append([]string{"-config", file}, append(flags, "-")...), strings.NewReader(log), &stdout, &stderr)
	return stdout.String(), status
}

// The report says what happened, in which period, and what of the policy was not needed.
func TestReport(t *testing.T) {
	log := period(
		`"eventName":"Early","eventSource":"iam.amazonaws.com"`,
		web+call("GetObject", "b", "images/a"),
		web+call("GetObject", "b", "pii/a"), web+call("GetObject", "b", "pii/b"), web+call("GetObject", "b", "pii/c"), web+call("GetObject", "b", `pii/\u001b[31m`),
		web+denial+call("GetObject", "b", "index.html"),
		web+`"errorCode":"NoSuchKey",`+call("GetObject", "b", "index.html"),
		bob+call("PutBucketPolicy", "b", ""),
		`"eventName":"Late","eventSource":"iam.amazonaws.com"`)
	log = strings.Replace(log, `"eventSource":"s3.amazonaws.com","eventTime":"2026-11-22T10:00:00Z"`, `"eventTime":"2026-11-22T10:00:00Z"`, 1)

	text, status := desk(t, log)
	want := `period      2026-11-22T10:00:00Z to 2026-11-22T19:00:00Z
calls       6 done, 1 refused, 1 failed, on the buckets of the policy

undeclared  1: done, but no statement declares it
  arn:aws:iam::111122223333:role/web  GetObject  b  4 times: s3://b/pii/a s3://b/pii/b s3://b/pii/c ...

denied      1: refused, although a statement declares it
  arn:aws:iam::111122223333:role/web  GetObject: AccessDenied  b  1 time: s3://b/index.html

unused      3: declared, but no call in this period needed it
  of statement images: ListObjects, s3://b/index.html
  of statement admin: s3://b/*
  statement logs
`
	if diff := cmp.Diff(want, text); diff != "" || status != 3 {
		t.Errorf("status %d, the report (-want +got):\n%s", status, diff)
	}

	asJSON, _ := desk(t, log, "-json")
	lines := slices.Collect(strings.Lines(asJSON))
	if len(lines) != 3 || !strings.Contains(lines[0], `"cause":"undeclared"`) || !strings.Contains(lines[1], `"cause":"denied"`) {
		t.Fatalf("for programs:\n%s", asJSON)
	}
	var last struct{ Report summary }
	if err := json.Unmarshal([]byte(lines[2]), &last); err != nil {
		t.Fatal(err)
	}
	if s := last.Report; s.First.Hour() != 10 || s.Last.Hour() != 19 || s.Calls != (calls{6, 1, 1}) {
		t.Errorf("%+v", s)
	}
	wantUnused := []unused{
		{Statement: "images", Actions: []string{"ListObjects"}, Resources: []string{"s3://b/index.html"}},
		{Statement: "admin", Resources: []string{"s3://b/*"}},
		{Statement: "logs", Whole: true},
	}
	if diff := cmp.Diff(wantUnused, last.Report.Unused); diff != "" {
		t.Errorf("unused (-want +got):\n%s", diff)
	}

	// Nothing at all is no period.
	if text, status := desk(t, `[]`); status != 0 || !strings.HasPrefix(text, "period      unknown") {
		t.Errorf("of nothing: status %d\n%s", status, text)
	}
}

// A record cannot break the lines that are printed about it, or speak to the terminal.
func TestReportPrintable(t *testing.T) {
	text, _ := desk(t, period(web+call("GetObject", "b", `x\n\u001b[31mundeclared 0`)))
	if strings.Contains(text, "\x1b") || !strings.Contains(text, `s3://b/x\n\x1b[31mundeclared 0"`) {
		t.Errorf("%q", text)
	}
}

func TestConfigError(t *testing.T) {
	statement := func(fields string) string { return `{"buckets": ["b"], "statements": [{` + fields + `}]}` }
	programtest.ConfigErrors(t, policycheck, [][2]string{
		{`{"buckets": ["b"]}`, `c:1:1: "statements" is missing`},
		{`{"buckets": ["b"], "statements": []}`, `c:1:34: needs 1 or more, found 0 in /statements`},
		{statement(`"id": "s"`), `c:1:35: "principals" is missing in /statements/0`},
		{statement(`"id": "", "principals": ["*"], "actions": ["*"], "resources": ["s3://b"]`), `c:1:42: a statement needs a name`},
		{statement(`"id": "s", "principals": ["bob"], "actions": ["*"], "resources": ["s3://b"]`), `c:1:62: not a principal: "bob"`},
		{statement(`"id": "s", "principals": ["*"], "actions": ["s3:GetObject"], "resources": ["s3://b"]`), `c:1:80: not an action: "s3:GetObject" (write read, write,`},
		{statement(`"id": "s", "principals": ["*"], "actions": ["raed"], "resources": ["s3://b"]`), `c:1:80: not an action: "raed" (did you mean "read"?)`},
		{statement(`"id": "s", "principals": ["*"], "actions": ["*"], "resources": ["s3://b/"]`), `c:1:100: "s3://b/" names no object: write s3://b/* for all in the bucket, s3://b for`},
		{statement(`"id": "s", "principals": ["*"], "actions": ["*"], "resources": ["s3://c/*"]`), `c:1:100: "s3://c/*" is in none of the buckets that the policy is about`},
		{statement(`"id": "s", "principals": ["*"], "actions": ["*"], "resources": ["s3://b"], "effect": "Deny"`), `c:1:111: unknown name "effect"`},
		{statement(`"id": "s", "principals": ["*"], "actions": ["*"], "resources": ["s3://b"]}, {"id": "s", "principals": ["*"], "actions": ["*"], "resources": ["s3://b"]`),
			`c:1:119: there is a statement "s" already in /statements/1/id`},
	})
}

func TestProgram(t *testing.T) { programtest.New(t, policycheck, "finding").Run(t) }

// The cold start and the steady state of the real binary.
func BenchmarkLambda(b *testing.B) { programtest.New(b, policycheck, "finding").Bench(b) }

func BenchmarkCheck(b *testing.B) {
	programtest.BenchCheck(b, policycheck, `{"buckets":["*"],"statements":[
		{"id":"roles","principals":["arn:aws:iam::*:role/*"],"actions":["read"],"resources":["s3://*/*"]},
		{"id":"users","principals":["arn:aws:iam::*:user/*"],"actions":["*"],"resources":["s3://jbarr-s3-trail-demo/*"]}]}`)
}

// A checker that nobody gives records has found nothing.
func TestNothing(t *testing.T) {
	if c := programtest.Begin(t, policycheck, example, slog.DiscardHandler); c.Finish(t.Context()) != nil || c.Found() != 0 {
		t.Errorf("%d found", c.Found())
	}
}

func FuzzConfig(f *testing.F) { programtest.FuzzConfig(f, policycheck) }
