package s3call

import (
	"fmt"
	"strings"
	"testing"

	"github.com/trailsieve/trailsieve/record"
)

func parse(t testing.TB, fields string) *record.Record {
	t.Helper()
	rec, err := record.Parse([]byte(`{"eventSource":"s3.amazonaws.com",` + fields + `}`))
	if err != nil {
		t.Fatalf("%s: %v", fields, err)
	}
	return rec
}

// What records of calls touch, in the words of show.
func TestOf(t *testing.T) {
	for _, tt := range []struct{ fields, want string }{
		{`"eventName":"GetObject","requestParameters":{"bucketName":"b","key":"a/k"}`, "read s3://b/a/k"},
		{`"eventName":"GetObject","requestParameters":{"bucketName":"b","key":"a/k"},
			"resources":[{"type":"AWS::S3::Object","ARN":"arn:aws:s3:::b/a/k"},{"type":"AWS::S3::Bucket","ARN":"arn:aws:s3:::b"}]`,
			"read s3://b/a/k"},
		{`"eventName":"PutObject","readOnly":false,"requestParameters":{"bucketName":"b","key":"a b/ü*"}`, "write s3://b/a b/ü*"},
		// Through an access point, whose bucket only resources tell.
		{`"eventName":"GetObject","requestParameters":{"bucketName":"arn:aws:s3:us-east-1:111122223333:accesspoint/ap","key":"k"},
			"resources":[{"type":"AWS::S3::Object","ARN":"arn:aws:s3:::b/k"},{"type":"AWS::S3::AccessPoint","ARN":"arn:aws:s3:us-east-1:111122223333:accesspoint/ap"}]`,
			"read s3://b/k"},
		{`"eventName":"GetObject","requestParameters":{"bucketName":"arn:aws:s3:us-east-1:111122223333:accesspoint/ap","key":"k"}`,
			"read s3://arn:aws:s3:us-east-1:111122223333:accesspoint/ap/k"},
		{`"eventName":"ListObjects","requestParameters":{"bucketName":"b","prefix":"a/"}`, "read s3://b/a/*"},
		{`"eventName":"ListObjects","requestParameters":{"bucketName":"b"}`, "read s3://b/*"},
		{`"eventName":"ListObjects","requestParameters":{"bucketName":"b","prefix":"a/"},
			"resources":[{"type":"AWS::S3::Object","ARNPrefix":"arn:aws:s3:::b/a/"}]`, "read s3://b/a/*"},
		{`"eventName":"DeleteObjects","requestParameters":{"bucketName":"b","delete":""},
			"resources":[{"type":"AWS::S3::Object","ARNPrefix":"arn:aws:s3:::b/"}]`, "write s3://b/*"},
		{`"eventName":"DeleteObject","eventType":"AwsServiceEvent","requestParameters":{"bucketName":"b","key":"k"}`, "write s3://b/k by service"},
		{`"eventName":"GetObject","eventType":"AwsVpceEvent","eventCategory":"NetworkActivity","errorCode":"VpceAccessDenied",
			"requestParameters":{"bucketName":"b","key":"k"}`, "read s3://b/k refused VpceAccessDenied by endpoint"},
		{`"eventName":"HeadBucket","requestParameters":{"bucketName":"b"},
			"resources":[{"type":"AWS::S3::Object","ARNPrefix":"arn:aws:s3:::b/"},{"type":"AWS::S3::Bucket","ARN":"arn:aws:s3:::b"}]`, "read s3://b"},
		{`"eventName":"PutBucketPolicy","requestParameters":{"bucketName":"b"}`, "write s3://b"},
		{`"eventName":"GetBucketAcl","requestParameters":null,"resources":[{"type":"AWS::S3::Bucket","ARN":"arn:aws-cn:s3:::b"}]`, "read s3://b"},
		{`"eventName":"CopyObject","requestParameters":{"bucketName":"b","key":"k","x-amz-copy-source":"c/d%20e/f?versionId=v"}`,
			"write s3://b/k, GetObject read s3://c/d e/f"},
		{`"eventName":"CopyObject","requestParameters":{"bucketName":"b","key":"k","x-amz-copy-source":["/c/100%"]}`,
			"write s3://b/k, GetObject read s3://c/100%"},
		{`"eventName":"UploadPartCopy","requestParameters":{"bucketName":"b","key":"k",
			"x-amz-copy-source":"arn:aws:s3:us-east-1:111122223333:accesspoint/ap/object/a/b"}`,
			"write s3://b/k, GetObject read s3://arn:aws:s3:us-east-1:111122223333:accesspoint/ap/a/b"},
		{`"eventName":"CopyObject","requestParameters":{"bucketName":"b","key":"k","x-amz-copy-source":7}`, "write s3://b/k"},
		// As CloudTrail lists the resources of a copy.
		{`"eventName":"CopyObject","requestParameters":{"bucketName":"b","key":"k","x-amz-copy-source":"/c/d"},"resources":[
			{"type":"AWS::S3::Object","ARN":"arn:aws:s3:::b/k"},{"type":"AWS::S3::Bucket","ARN":"arn:aws:s3:::b"},
			{"type":"AWS::S3::Bucket","ARN":"arn:aws:s3:::c"},{"type":"AWS::S3::Object","ARN":"arn:aws:s3:::c/d"}]`,
			"write s3://b/k, GetObject read s3://c/d"},
		{`"eventName":"CopyObject","requestParameters":{"bucketName":"b","key":"k","x-amz-copy-source":"b/k"},
			"resources":[{"type":"AWS::S3::Object","ARN":"arn:aws:s3:::b/k"}]`, "write s3://b/k, GetObject read s3://b/k"},
		{`"eventName":"PutObject","requestParameters":{"bucketName":"b","key":"k","x-amz-copy-source":"c/d"}`, "write s3://b/k"},
		// In another order, with one of the two only, through an access point, with a header in capitals.
		{`"eventName":"CopyObject","requestParameters":{"bucketName":"b","key":"k","x-amz-copy-source":"/c/d"},"resources":[
			{"type":"AWS::S3::Object","ARN":"arn:aws:s3:::c/d"},{"type":"AWS::S3::Object","ARN":"arn:aws:s3:::b/k"}]`,
			"write s3://b/k, GetObject read s3://c/d"},
		{`"eventName":"CopyObject","requestParameters":{"bucketName":"b","key":"k","x-amz-copy-source":"/c/d"},
			"resources":[{"type":"AWS::S3::Object","ARN":"arn:aws:s3:::c/d"}]`, "write s3://b/k, GetObject read s3://c/d"},
		{`"eventName":"CopyObject","requestParameters":{"bucketName":"ap-s3alias","key":"k","x-amz-copy-source":"/c/d"},"resources":[
			{"type":"AWS::S3::Object","ARN":"arn:aws:s3:::c/d"},{"type":"AWS::S3::Object","ARN":"arn:aws:s3:::b/k"}]`,
			"write s3://b/k, GetObject read s3://c/d"},
		{`"eventName":"CopyObject","requestParameters":{"bucketName":"b","key":"k","X-Amz-Copy-Source":"c/d"}`, "write s3://b/k, GetObject read s3://c/d"},
		{`"eventName":"CopyObject","requestParameters":{"bucketName":"b","key":"k","x-amz-copy-source":"c/d"},"resources":[
			{"type":"AWS::S3::Bucket","ARN":"arn:aws:s3:::c"}]`, "write s3://b/k, GetObject read s3://c/d"},
		// The bucket behind an access point, and an operation that nobody knows.
		{`"eventName":"GetObject","requestParameters":{"bucketName":"ap-s3alias","key":"k"},
			"resources":[{"type":"AWS::S3::Bucket","ARN":"arn:aws:s3:::b"}]`, "read s3://b/k"},
		{`"eventName":"GetObjectSecrets","requestParameters":{"bucketName":"b","key":"k"}`, "read s3://b/k"},
		{`"eventName":"GetObject","errorCode":"AccessDenied","errorMessage":"Access Denied","requestParameters":{"bucketName":"b","key":"k"}`,
			"read s3://b/k refused AccessDenied"},
		{`"eventName":"GetObject","errorMessage":"Access Denied","requestParameters":{"bucketName":"b","key":"k"}`,
			"read s3://b/k refused Access Denied"},
		{`"eventName":"GetObject","errorCode":"NoSuchKey","requestParameters":{"bucketName":"b","key":"k"}`, "read s3://b/k failed NoSuchKey"},
		{`"eventName":"GetObject","errorCode":"InvalidPayer","requestParameters":{"bucketName":"b","key":"k"}`, "read s3://b/k refused InvalidPayer"},
		{`"eventName":"GetObject","errorCode":"ExpiredToken","requestParameters":{"bucketName":"b","key":"k"}`, "read s3://b/k refused unproved ExpiredToken"},
		{`"eventName":"GetObject","errorMessage":"odd","requestParameters":{"bucketName":"b","key":"k"}`, "read s3://b/k failed odd"},
		{`"eventName":"ListBuckets","requestParameters":null`, ""},
		{`"eventName":"GetObject","requestParameters":{"key":"k"}`, ""},
		{`"eventVersion":"1.08"`, ""},
	} {
		got := ""
		if c, ok := Of(parse(t, tt.fields)); ok {
			got = show(c)
		}
		if got != tt.want {
			t.Errorf("%s\n\tis %s\n\twant %s", tt.fields, got, tt.want)
		}
	}
	other, _ := record.Parse([]byte(`{"eventSource":"iam.amazonaws.com","eventName":"GetObject","requestParameters":{"bucketName":"b","key":"k"}}`))
	if c, ok := Of(other); ok {
		t.Errorf("a call to IAM: %s", show(c))
	}
}

func show(c Call) string {
	var places []string
	for i, p := range c.Places {
		s := "write " + p.String()
		if p.Read {
			s = "read " + p.String()
		}
		if i > 0 {
			s = p.Operation + " " + s
		}
		places = append(places, s)
	}
	s := strings.Join(places, ", ")
	if c.Outcome != Done {
		s += " " + string(c.Outcome)
		if c.Unproved {
			s += " unproved"
		}
		s += " " + c.Error
	}
	if c.ByEndpoint {
		s += " by endpoint"
	}
	if c.ByService {
		s += " by service"
	}
	return s
}

func TestUnder(t *testing.T) {
	for _, tt := range []struct {
		place          Place
		bucket, prefix string
		want           bool
	}{
		{Place{Object, "b", "pii/a", "", true}, "b", "pii/", true},
		{Place{Object, "b", "pii/a", "", true}, "b", "", true},
		{Place{Object, "b", "pi", "", true}, "b", "pii/", false},
		{Place{Object, "c", "pii/a", "", true}, "b", "pii/", false},
		{Place{Object, "b", "pii%2Fa", "", true}, "b", "pii/", true},
		{Place{Object, "b", "my+files/a", "", true}, "b", "my files/", true},
		{Place{Object, "b", "my+files/a", "", true}, "b", "my+files/", true},
		{Place{Object, "b", "100%/a", "", true}, "b", "100%/", true},
		{Place{Prefix, "b", "pii/2026/", "", true}, "b", "pii/", true},
		{Place{Prefix, "b", "p", "", true}, "b", "pii/", true},
		{Place{Prefix, "b", "", "", true}, "b", "pii/", true},
		{Place{Prefix, "b", "public/", "", true}, "b", "pii/", false},
		{Place{Bucket, "b", "", "", true}, "b", "", false},
	} {
		if got := tt.place.Under(tt.bucket, tt.prefix); got != tt.want {
			t.Errorf("%s under s3://%s/%s: %v", tt.place, tt.bucket, tt.prefix, got)
		}
	}
}

func TestParseURL(t *testing.T) {
	for _, tt := range []struct{ text, want string }{
		{"s3://b/a/k", `"b" "a/k" true`},
		{"s3://b/", `"b" "" true`},
		{"s3://b", `"b" "" false`},
		{"arn:aws:s3:::b/a", `"b" "a" true`},
		{"arn:aws-us-gov:s3:::logs-*/*", `"logs-*" "*" true`},
		{"b/a", "not a bucket or prefix"},
		{"s3:///a", "not a bucket or prefix"},
		{"arn:aws:iam::111122223333:root", "not a bucket or prefix"},
		{"https://b.s3.amazonaws.com/a", "not a bucket or prefix"},
		{"s3://b?/a", "not the name of a bucket"},
	} {
		bucket, key, isObject, err := ParseURL(tt.text)
		got := fmt.Sprintf("%q %q %v", bucket, key, isObject)
		if err != nil {
			got = err.Error()
		}
		if !strings.HasPrefix(got, tt.want) {
			t.Errorf("ParseURL(%q) = %s, want %s", tt.text, got, tt.want)
		}
	}
}

// Whatever a record says, a call has places, each with a bucket and an operation.
func FuzzOf(f *testing.F) {
	f.Add("CopyObject", `{"bucketName":"b","key":"k","x-amz-copy-source":"c/d%20e"}`, "AccessDenied")
	f.Add("DeleteObjects", `{"bucketName":"b"}`, "")
	f.Fuzz(func(t *testing.T, name, parameters, code string) {
		rec := &record.Record{EventSource: "s3.amazonaws.com", EventName: name, RequestParameters: record.JSON(parameters), ErrorCode: code}
		c, ok := Of(rec)
		if ok != (len(c.Places) > 0) || (c.Outcome == Done) != (code == "") && ok {
			t.Fatalf("%v: %+v", ok, c)
		}
		for _, p := range c.Places {
			if p.Bucket == "" || p.Operation == "" {
				t.Errorf("%+v", p)
			}
		}
	})
}
