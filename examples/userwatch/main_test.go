package main

import (
	"testing"

	"github.com/google/go-cmp/cmp"

	"github.com/trailsieve/trailsieve/examples/internal/programtest"
	"github.com/trailsieve/trailsieve/record"
)

// The sample event's alert has all there is to say.
func TestAlert(t *testing.T) {
	want := []map[string]any{{
		"level": "WARN", "msg": "sensitive access", "who": "role analyst, session erin",
		"arn": "arn:aws:sts::111122223333:assumed-role/analyst/erin", "account": "111122223333", "accessKey": "ASIAIOSFODNN7EXAMPLE",
		"watched": "arn:aws:iam::111122223333:role/contractors/*", "what": "GetObject", "access": "read",
		"places": []any{"s3://amzn-s3-demo-bucket/pii/people.csv"}, "prefix": "s3://amzn-s3-demo-bucket/pii/",
		"when": "2026-11-22T11:59:58Z", "from": "198.51.100.23", "outcome": "done", "event": "c0a8e4b7-3f60-4d8e-9a5b-61f2d7c49e18",
	}}
	s := programtest.New(t, userwatch, "sensitive access")
	rec, err := record.Parse(s.Event)
	if err != nil {
		t.Fatal(err)
	}
	got := programtest.Lines(t, userwatch, s.Config, rec)
	if diff := cmp.Diff(want, got); diff != "" {
		t.Errorf("the alert (-want +got):\n%s", diff)
	}
}

// Which calls are alerts, and what they are said to have touched.
func TestWatch(t *testing.T) {
	const alice = `"userIdentity":{"type":"IAMUser","arn":"arn:aws:iam::111122223333:user/alice","accountId":"111122223333"}`
	const get = `"eventName":"GetObject","readOnly":true,`
	object := func(bucket, key string) string {
		return `"requestParameters":{"bucketName":"` + bucket + `","key":"` + key + `"}`
	}
	for _, tt := range []struct{ name, access, record, want string }{
		{"a read", "all", alice + `,` + get + object("b", "pii/a"), "read s3://b/pii/a"},
		{"a read where reads count", "read", alice + `,` + get + object("b", "pii/a"), "read s3://b/pii/a"},
		{"a read where writes count", "write", alice + `,` + get + object("b", "pii/a"), ""},
		{"beside the prefix", "all", alice + `,` + get + object("b", "piia"), ""},
		{"in another bucket", "all", alice + `,` + get + object("c", "pii/a"), ""},
		{"a whole bucket", "all", alice + `,` + get + object("secret", "a"), "read s3://secret/a"},
		{"an escaped key", "all", alice + `,` + get + object("b", "pii%2Fa"), "read s3://b/pii%2Fa"},
		{"refused", "all", alice + `,"errorCode":"AccessDenied",` + get + object("b", "pii/a"), "read s3://b/pii/a refused AccessDenied"},
		{"no such key", "all", alice + `,"errorCode":"NoSuchKey",` + get + object("b", "pii/a"), "read s3://b/pii/a failed NoSuchKey"},
		{"another user", "all", `"userIdentity":{"type":"IAMUser","arn":"arn:aws:iam::111122223333:user/bob"},` + get + object("b", "pii/a"), ""},
		{"a federated session", "all", `"userIdentity":{"type":"FederatedUser","arn":"arn:aws:sts::111122223333:federated-user/x",
			"sessionContext":{"sessionIssuer":{"type":"IAMUser","arn":"arn:aws:iam::111122223333:user/alice"}}},` + get + object("b", "pii/a"), "read s3://b/pii/a"},
		{"from another account", "all", `"userIdentity":{"type":"AWSAccount","principalId":"AROAFOREIGNROLEEXAMPL:x","accountId":"444455556666"},` + get + object("b", "pii/a"), "read s3://b/pii/a"},
		{"nobody", "all", `"userIdentity":{"type":"AWSAccount","accountId":"ANONYMOUS_PRINCIPAL"},` + get + object("b", "pii/a"), "read s3://b/pii/a"},
		{"through a service", "all", `"userIdentity":{"type":"IAMUser","arn":"arn:aws:iam::111122223333:user/alice","invokedBy":"athena.amazonaws.com"},` + get + object("b", "pii/a"), "read s3://b/pii/a via athena.amazonaws.com"},
		{"a copy away", "read", alice + `,"eventName":"CopyObject","readOnly":false,"requestParameters":{"bucketName":"mine","key":"k","x-amz-copy-source":"b/pii/a%20b"}`, "read s3://b/pii/a b"},
		{"a copy away, its resources the other way round", "read", alice + `,"eventName":"CopyObject","readOnly":false,"requestParameters":{"bucketName":"mine","key":"k","x-amz-copy-source":"b/pii/a"},
			"resources":[{"type":"AWS::S3::Object","ARN":"arn:aws:s3:::b/pii/a"},{"type":"AWS::S3::Object","ARN":"arn:aws:s3:::mine/k"}]`, "read s3://b/pii/a"},
		{"through an access point whose bucket alone is named", "all", alice + `,` + get + `"requestParameters":{"bucketName":"ap-s3alias","key":"pii/a"},
			"resources":[{"type":"AWS::S3::Bucket","ARN":"arn:aws:s3:::b"}]`, "read s3://b/pii/a"},
		{"an operation that is new", "all", alice + `,"eventName":"GetObjectSecrets","requestParameters":{"bucketName":"b","key":"pii/a"}`, "read s3://b/pii/a"},
		{"a copy within", "all", alice + `,"eventName":"CopyObject","readOnly":false,"requestParameters":{"bucketName":"b","key":"pii/k","x-amz-copy-source":"b/pii/a"}`, "write and read s3://b/pii/k s3://b/pii/a"},
		{"a listing below", "all", alice + `,"eventName":"ListObjects","readOnly":true,"requestParameters":{"bucketName":"b","prefix":"pii/2026/"}`, "read s3://b/pii/2026/*"},
		{"a listing of all", "all", alice + `,"eventName":"ListObjects","readOnly":true,"requestParameters":{"bucketName":"b"}`, "read s3://b/*"},
		{"a listing elsewhere", "all", alice + `,"eventName":"ListObjects","readOnly":true,"requestParameters":{"bucketName":"b","prefix":"public/"}`, ""},
		{"many deletions", "all", alice + `,"eventName":"DeleteObjects","readOnly":false,"requestParameters":{"bucketName":"b","delete":""}`, "write s3://b/* keys not recorded"},
		{"the bucket itself", "all", alice + `,"eventName":"PutBucketPolicy","readOnly":false,"requestParameters":{"bucketName":"b"}`, ""},
		{"HeadBucket", "all", alice + `,"eventName":"HeadBucket","readOnly":true,"requestParameters":{"bucketName":"b"}`, ""},
		{"a part of an upload", "all", alice + `,"eventName":"UploadPart","readOnly":false,"requestParameters":{"bucketName":"b","key":"pii/a"}`, "write s3://b/pii/a"},
	} {
		config := `{"principals":["arn:aws:iam::111122223333:user/alice","AROAFOREIGNROLEEXAMPL","anonymous"],
			"prefixes":["s3://b/pii/","arn:aws:s3:::secret/"],"access":"` + tt.access + `"}`
		var got string
		for _, a := range programtest.Lines(t, userwatch, config, programtest.S3Record(t, tt.record)) {
			got += a["access"].(string)
			for _, p := range a["places"].([]any) {
				got += " " + p.(string)
			}
			if a["outcome"] != "done" {
				got += " " + a["outcome"].(string) + " " + a["error"].(string)
			}
			if a["via"] != nil {
				got += " via " + a["via"].(string)
			}
			if a["keys"] != nil {
				got += " keys " + a["keys"].(string)
			}
		}
		if got != tt.want {
			t.Errorf("%s: %q, want %q", tt.name, got, tt.want)
		}
	}
}

func TestConfigError(t *testing.T) {
	programtest.ConfigErrors(t, userwatch, [][2]string{
		{`{"prefixes": ["s3://b/"]}`, `c:1:1: "principals" is missing`},
		{`{"principals": [], "prefixes": ["s3://b/"]}`, `c:1:16: needs 1 or more, found 0 in /principals`},
		{`{"principals": ["alice"], "prefixes": ["s3://b/"]}`, `c:1:17: not a principal: "alice"`},
		{`{"principals": ["*"], "prefixes": ["s3://b"]}`, `c:1:36: a bucket without a slash has no objects: write s3://b/`},
		{`{"principals": ["*"], "prefixes": ["s3://b/pii/*"]}`, `c:1:36: a star in a prefix stands for itself`},
		{`{"principals": ["*"], "prefixes": ["b/pii"]}`, `c:1:36: not a bucket or prefix in S3: "b/pii"`},
		{`{"principals": ["*"], "prefixes": ["s3://b/"], "access": "reads"}`, `c:1:58: unknown access "reads" (did you mean "read"?)`},
	})
}

func TestProgram(t *testing.T) { programtest.New(t, userwatch, "sensitive access").Run(t) }

// The cold start and the steady state of the real binary.
func BenchmarkLambda(b *testing.B) { programtest.New(b, userwatch, "sensitive access").Bench(b) }

func BenchmarkCheck(b *testing.B) {
	programtest.BenchCheck(b, userwatch, `{"principals":["arn:aws:iam::*:role/*"],"prefixes":["s3://jbarr-s3-trail-demo/images/"]}`)
}

func FuzzConfig(f *testing.F) { programtest.FuzzConfig(f, userwatch) }
