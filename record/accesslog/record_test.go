package accesslog

import (
	"encoding/json"
	"errors"
	"fmt"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"
	"github.com/google/go-cmp/cmp/cmpopts"

	"github.com/trailsieve/trailsieve/record"
	"github.com/trailsieve/trailsieve/selector"
)

var west = Source{AccountID: "111122223333", Region: "us-west-1"}

// Each line of testdata/access.log as a record, in a few words.
func TestRecordTestdata(t *testing.T) {
	const bucket = "arn:aws:s3:::amzn-s3-demo-bucket"
	want := []string{
		string(Lifecycle),
		"GetObject Data reads, user alice: " + bucket + "/images/cat.jpg",
		"GetObject Data reads, role Admin, session bob: " + bucket + "/images/dog days.jpg",
		"ListObjects Data reads, user alice: " + bucket + "/images/…",
		"PutObject Data writes, root of 111122223333: " + bucket + "/s3-dg.pdf",
		"PutObject Data writes, root of 111122223333: " + bucket + "/logs/a.txt",
		"GetObject Data reads, anonymous: " + bucket + "/\" AccessDenied",
		"GetObject Data reads, anonymous: " + bucket + "/index.html",
		"CopyObject Data writes, user alice: " + bucket + "/copies/cat.jpg",
		string(CopySource),
		"DeleteObjects Data writes, role Admin, session bob: " + bucket + "/…",
		"DeleteObject Data writes, role Admin, session bob: " + bucket + "/tmp/50% off.txt",
		"DeleteObject Data writes, role Admin, session bob: " + bucket + "/tmp/b.txt",
		"GetObject Data reads, service cloudfront.amazonaws.com: " + bucket + "/images/cat.jpg",
		string(Unauthenticated),
		"GetBucketPolicy Management reads, root of 111122223333: " + bucket + " NoSuchBucketPolicy",
		"GetBucketAcl Management reads, root of 111122223333: " + bucket,
		"PreflightRequest Data reads, anonymous: " + bucket + "/…",
		"UploadPart Data writes, user alice: " + bucket + "/big/a+b.bin",
		"PutObjectRetention Data writes, role Admin, session bob: " + bucket + "/contracts/1.pdf",
	}
	ids := make(map[string]int)
	for i, line := range testLines(t) {
		e, err := Parse(line)
		if err != nil {
			t.Fatal(err)
		}
		r, err := e.Record(west)
		var none *NoEventError
		if errors.As(err, &none) {
			if string(none.Reason) != want[i] || !errors.Is(err, ErrNoEvent) {
				t.Errorf("line %d: %v, want %s", i+1, err, want[i])
			}
			continue
		}
		if err != nil {
			t.Fatal(err)
		}
		got := describe(r)
		if got != want[i] {
			t.Errorf("line %d:\n got %s\nwant %s", i+1, got, want[i])
		}
		if other, ok := ids[r.EventID]; ok {
			t.Errorf("lines %d and %d have the same eventID", other, i+1)
		}
		ids[r.EventID] = i + 1
		if again, _ := e.Record(west); again.EventID != r.EventID {
			t.Errorf("line %d: eventID %s, and then %s", i+1, r.EventID, again.EventID)
		}
	}
}

func describe(r *record.Record) string {
	what := "writes"
	if r.ReadOnly == record.True {
		what = "reads"
	}
	arn := r.Resources[0].ARN
	if prefix := r.Resources[0].ARNPrefix; prefix != "" {
		arn = prefix + "…"
	}
	return strings.TrimSpace(fmt.Sprintf("%s %s %s, %s: %s %s",
		r.EventName, r.EventCategory, what, r.UserIdentity.Principal(), arn, r.ErrorCode))
}

// One record in full.
func TestAppendRecord(t *testing.T) {
	e, err := Parse(testLines(t)[2])
	if err != nil {
		t.Fatal(err)
	}
	got, err := e.AppendRecord([]byte("x"), west)
	if err != nil {
		t.Fatal(err)
	}
	const want = `x{"eventVersion":"1.11",` +
		`"userIdentity":{"type":"AssumedRole","arn":"arn:aws:sts::111122223333:assumed-role/Admin/bob","accountId":"111122223333",` +
		`"sessionContext":{"sessionIssuer":{"type":"Role","accountId":"111122223333","userName":"Admin"}}},` +
		`"eventTime":"2019-02-06T00:00:39Z","eventSource":"s3.amazonaws.com","eventName":"GetObject","awsRegion":"us-west-1",` +
		`"sourceIPAddress":"2001:db8::1","userAgent":"[Boto3/1.26.165 Python/3.10.6]",` +
		`"requestParameters":{"bucketName":"amzn-s3-demo-bucket","Host":"example-ap-111122223333.s3-accesspoint.us-west-1.amazonaws.com",` +
		`"key":"images/dog days.jpg","versionId":"3HL4kqtJvjVBH40Nrjfkd"},"responseElements":null,` +
		`"additionalEventData":{"SignatureVersion":"SigV4","CipherSuite":"TLS_AES_128_GCM_SHA256","bytesTransferredIn":0,` +
		`"AuthenticationMethod":"AuthHeader","x-amz-id-2":"s9lzHYrFp76ZVxRcpX9+5cjAnEH2ROuNkd2BHfIa6UkFVdtjf5mKR3/eTPFvsiP/XV/VLi31234=",` +
		`"bytesTransferredOut":4096},"requestID":"891CE47D2EXAMPLE","eventID":"ID","readOnly":true,` +
		`"resources":[{"type":"AWS::S3::Object","ARN":"arn:aws:s3:::amzn-s3-demo-bucket/images/dog days.jpg"},` +
		`{"accountId":"111122223333","type":"AWS::S3::Bucket","ARN":"arn:aws:s3:::amzn-s3-demo-bucket"},` +
		`{"accountId":"111122223333","type":"AWS::S3::AccessPoint","ARN":"arn:aws:s3:us-west-1:111122223333:accesspoint/example-ap"}],` +
		`"eventType":"AwsApiCall","managementEvent":false,"recipientAccountId":"111122223333","eventCategory":"Data",` +
		`"tlsDetails":{"tlsVersion":"TLSv1.3","cipherSuite":"TLS_AES_128_GCM_SHA256",` +
		`"clientProvidedHostHeader":"example-ap-111122223333.s3-accesspoint.us-west-1.amazonaws.com"}}`
	r, _ := e.Record(west)
	if diff := cmp.Diff(strings.Replace(want, `"ID"`, `"`+r.EventID+`"`, 1), string(got)); diff != "" {
		t.Errorf("AppendRecord differs (-want +got):\n%s", diff)
	}
}

// entryOf returns an entry of one operation.
func entryOf(operation, key, uri string) *Entry {
	return &Entry{Bucket: "b", Operation: operation, Key: key, RequestURI: uri, RequestID: "R",
		Time: time.Date(2019, 2, 6, 0, 0, 38, 0, time.UTC)}
}

func TestEventName(t *testing.T) {
	for _, tt := range []struct{ operation, key, uri, want string }{
		{"REST.GET.OBJECT", "k", "", "GetObject"},
		{"REST.HEAD.OBJECT", "k", "", "HeadObject"},
		{"REST.PUT.OBJECT", "k", "", "PutObject"},
		{"REST.DELETE.OBJECT", "k", "", "DeleteObject"},
		{"REST.COPY.OBJECT", "k", "", "CopyObject"},
		{"REST.COPY.PART", "k", "", "UploadPartCopy"},
		{"REST.COPY.OBJECT_GET", "k", "", ""},
		{"REST.COPY.PART_GET", "k", "", ""},
		{"REST.POST.UPLOADS", "k", "", "CreateMultipartUpload"},
		{"REST.PUT.PART", "k", "", "UploadPart"},
		{"REST.POST.UPLOAD", "k", "", "CompleteMultipartUpload"},
		{"REST.DELETE.UPLOAD", "k", "", "AbortMultipartUpload"},
		{"REST.GET.UPLOAD", "k", "", "ListParts"},
		{"REST.GET.UPLOADS", "", "", "ListMultipartUploads"},
		{"REST.GET.BUCKET", "", "GET /b?list-type=2 HTTP/1.1", "ListObjects"},
		{"REST.GET.BUCKETVERSIONS", "", "", "ListObjectVersions"},
		{"REST.HEAD.BUCKET", "", "", "HeadBucket"},
		{"REST.GET.ACL", "k", "", "GetObjectAcl"},
		{"REST.GET.ACL", "", "", "GetBucketAcl"},
		{"REST.PUT.ACL", "k", "", "PutObjectAcl"},
		{"REST.GET.OBJECT_TAGGING", "k", "", "GetObjectTagging"},
		{"REST.GET.TAGGING", "", "", "GetBucketTagging"},
		{"REST.GET.METRICS", "", "GET /?metrics HTTP/1.1", "ListBucketMetricsConfigurations"},
		{"REST.GET.METRICS", "", "GET /?metrics&id=a HTTP/1.1", "GetBucketMetricsConfiguration"},
		{"REST.POST.MULTI_OBJECT_DELETE", "", "", "DeleteObjects"},
		{"BATCH.DELETE.OBJECT", "k", "", "DeleteObject"},
		{"BATCH.COPY.OBJECT", "k", "", ""},
		{"S3.EXPIRE.OBJECT", "k", "", ""},
		{"S3.CREATE.DELETEMARKER", "k", "", ""},
		{"S3.TRANSITION_GIR.OBJECT", "k", "", ""},
		{"S3.DELETE.UPLOAD", "k", "", ""},
		{"WEBSITE.GET.OBJECT", "k", "", "GetObject"},
		{"WEBSITE.HEAD.OBJECT", "k", "", "HeadObject"},
		{"WEBSITE.INVALIDOPERATION", "", "POST / HTTP/1.1", ""},
		{"WEBSITE.INVALIDOPERATION", "", "GET /?acl HTTP/1.1", ""},
		{"SOAP.PUT.OBJECT", "k", "", "PutObject"},
		{"SOAP.CreateBucket", "", "", "CreateBucket"},
		{"SOAP.ListBucket", "", "", "ListObjects"},
		{"SOAP.Dance", "", "", ""},
		{"REST.GET.OBJECT_LOCK_RETENTION", "k", "GET /k?retention HTTP/1.1", "GetObjectRetention"},
		{"REST.PUT.OBJECT_LOCK_LEGALHOLD", "k", "PUT /b/k?legal-hold HTTP/1.1", "PutObjectLegalHold"},
		{"REST.GET.NEWS", "k", "GET /k?news HTTP/1.1", ""},
		{"REST.GET.NEWS", "k", "", ""},
		{"", "", "", ""},
	} {
		e := entryOf(tt.operation, tt.key, tt.uri)
		got, err := e.EventName()
		if got != tt.want || (err == nil) != (tt.want != "") {
			t.Errorf("EventName of %q, key %q, %q = %q, %v, want %q", tt.operation, tt.key, tt.uri, got, err, tt.want)
		}
		e.ErrorCode = "SignatureDoesNotMatch"
		if got, err := e.EventName(); err == nil {
			t.Errorf("EventName of %q with a wrong signature = %q", tt.operation, got)
		}
		e.ErrorCode = "AccessDenied"
		if got, _ := e.EventName(); got != tt.want {
			t.Errorf("EventName of %q that is denied = %q, want %q", tt.operation, got, tt.want)
		}
	}
}

// Every operation becomes a record of the category that CloudTrail gives its event: with the
// selectors' own eyes, without the fields that say so.
func TestCategories(t *testing.T) {
	all := selector.MustCompile(`{"EventSelectors": [{"IncludeManagementEvents": false,
		"DataResources": [{"Type": "AWS::S3::Object", "Values": ["arn:aws:s3"]}]}]}`)
	management := selector.MustCompile(`{"EventSelectors": [{"IncludeManagementEvents": true}]}`)
	advanced := selector.MustCompile(`{"AdvancedEventSelectors": [{"FieldSelectors": [
		{"Field": "eventCategory", "Equals": ["Data"]}, {"Field": "resources.type", "Equals": ["AWS::S3::Object"]},
		{"Field": "resources.ARN", "StartsWith": ["arn:aws:s3:::b/"]}]}]}`)
	for operation := range calls {
		for _, key := range []string{"", "k"} {
			e := entryOf("REST."+operation, key, "GET / HTTP/1.1")
			r, err := e.Record(west)
			if err != nil {
				t.Errorf("%s: %v", operation, err)
				continue
			}
			if (r.ManagementEvent == record.True) != (r.EventCategory == record.Management) {
				t.Errorf("%s: managementEvent %v, eventCategory %s", r.EventName, r.ManagementEvent, r.EventCategory)
			}
			data := r.EventCategory == record.Data
			if all.Match(r) != data || advanced.Match(r) != data || management.Match(r) == data {
				t.Errorf("%s, key %q: %s, but all objects %v, advanced %v, management %v",
					operation, key, r.EventCategory, all.Match(r), advanced.Match(r), management.Match(r))
			}
			bare := *r
			bare.EventCategory, bare.ManagementEvent, bare.Resources = "", record.Absent, nil
			if category, _ := bare.Category(); category != r.EventCategory && r.EventName != preflight {
				t.Errorf("%s: derived category %s, want %s", r.EventName, category, r.EventCategory)
			}
			if arn, ok := bare.S3ObjectARN(); ok && arn != r.Resources[0].ARN+r.Resources[0].ARNPrefix {
				t.Errorf("%s: resources %v, but requestParameters name %s", r.EventName, r.Resources, arn)
			}
		}
	}
}

// Records are what AppendRecord writes, for anything that a generator can think of.
func TestRecordLaws(t *testing.T) {
	g := newGenerator(2)
	for range 3000 {
		checkRecord(t, g.entry(), west)
		checkRecord(t, g.entry(), Source{})
	}
}

// checkRecord checks what must be true of the record of any entry.
func checkRecord(t *testing.T, e *Entry, from Source) {
	t.Helper()
	line, _ := e.AppendText(nil)
	r, err := e.Record(from)
	text, err2 := e.AppendRecord(nil, from)
	if err != nil {
		if errors.Is(err, ErrNoEvent) == errors.Is(err, ErrUnknown) || err2 == nil || len(text) > 0 {
			t.Errorf("%s: Record: %v, AppendRecord: %q, %v", line, err, text, err2)
		}
		return
	}
	if !json.Valid(text) {
		t.Errorf("%s: AppendRecord is no JSON: %s", line, text)
		return
	}
	parsed, err := record.Parse(text)
	if err != nil {
		t.Errorf("%s: Parse(AppendRecord): %v", line, err)
		return
	}
	if odd := parsed.Oddities(); len(odd) > 0 {
		t.Errorf("%s: oddities %v in %s", line, odd, text)
	}
	if diff := cmp.Diff(parsed, r, cmpopts.IgnoreUnexported(record.Record{})); diff != "" {
		t.Errorf("%s: Record and AppendRecord differ (-append +record):\n%s", line, diff)
	}
	if reads, _ := r.IsReadOnly(); (r.ReadOnly == record.True) != reads {
		t.Errorf("%s: readOnly %v, but IsReadOnly %v", line, r.ReadOnly, reads)
	}
	v := e.valid()
	object, ok := r.S3Object()
	if !ok && v.Bucket != "" || object.Bucket != v.Bucket || object.Bucket != "" && object.Key != valid(v.ObjectKey()) {
		t.Errorf("%s: S3Object() = %+v, %v, want %q, %q", line, object, ok, v.Bucket, v.ObjectKey())
	}
}

// Requests to the service as a whole name no bucket.
func TestNoBucket(t *testing.T) {
	e := entryOf("SOAP.ListAllMyBuckets", "", "POST /soap/ HTTP/1.1")
	e.Bucket, e.HostHeader = "", "s3.amazonaws.com"
	r, err := e.Record(west)
	if err != nil || r.EventName != "ListBuckets" || r.EventCategory != record.Management ||
		len(r.Resources) > 0 || r.RequestParameters != `{"Host":"s3.amazonaws.com"}` {
		t.Errorf("%s: %+v, %v", e.Operation, r, err)
	}
	if _, err := entryOf("REST.GET.NEWS", "", "").Record(west); !errors.Is(err, ErrUnknown) {
		t.Errorf("unknown operation: %v, want %v", err, ErrUnknown)
	}
}

func TestObjectKey(t *testing.T) {
	for _, tt := range []struct{ operation, key, uri, want string }{
		{"REST.GET.OBJECT", "images/cat.jpg", "GET /images/cat.jpg HTTP/1.1", "images/cat.jpg"},
		{"REST.GET.OBJECT", "-", "", "-"},
		{"REST.GET.OBJECT", "%2522", `GET /" HTTP/1.1`, `"`},
		{"REST.GET.OBJECT", "a%2520b", "GET /b/a%20b HTTP/1.1", "a b"},
		{"REST.GET.OBJECT", "a%2520b", "", "a b"},
		{"REST.GET.OBJECT", "a%252520b", "GET /a%2520b HTTP/1.1", "a%20b"},
		{"REST.GET.OBJECT", "a%2520b", "GET /a%2520b HTTP/1.1", "a%20b"}, // a server that encodes once
		{"REST.GET.OBJECT", "a%20b", "GET /a%20b HTTP/1.1", "a b"},
		{"REST.GET.OBJECT", "a+b", "GET /a%20b HTTP/1.1", "a b"},
		{"REST.GET.OBJECT", "a%2Bb", "GET /a%20b HTTP/1.1", "a b"}, // both times as in a form
		{"REST.GET.OBJECT", "a%252Bb", "GET /a%2Bb HTTP/1.1", "a+b"},
		{"REST.GET.OBJECT", "a+b", "", "a+b"},
		{"WEBSITE.GET.OBJECT", "a%2520b/index.html", "GET /a%20b/ HTTP/1.1", "a b/index.html"},
		{"REST.GET.OBJECT", "100%", "", "100%"},
		{"REST.GET.OBJECT", "%zz%2525", "", "%zz%"},
		{"REST.GET.OBJECT", "%25E2%2582%25AC", "", "€"},
		{"BATCH.DELETE.OBJECT", "foo-%2525Y", "", "foo-%25Y"},
		{"S3.EXPIRE.OBJECT", "foo-%2525Y", "", "foo-%25Y"},
		{"S3.EXPIRE.OBJECT", "a+b", "", "a+b"},
		{"REST.GET.OBJECT", "a%2520b", "GET https://b.s3.amazonaws.com/a%20b?x=1 HTTP/1.1", "a b"},
	} {
		if got := entryOf(tt.operation, tt.key, tt.uri).ObjectKey(); got != tt.want {
			t.Errorf("ObjectKey of %s, %q, %q = %q, want %q", tt.operation, tt.key, tt.uri, got, tt.want)
		}
	}
}

func TestRequestParameters(t *testing.T) {
	for _, tt := range []struct{ operation, key, uri, want string }{
		{"REST.GET.BUCKET", "", "GET /?list-type=2&prefix=a%2Fb+c&x=1&x=2&&=z HTTP/1.1",
			`{"bucketName":"b","Host":"h","list-type":"2","prefix":"a/b c","x":"1"}`},
		{"REST.GET.ACL", "k", "GET /k?acl HTTP/1.1", `{"bucketName":"b","Host":"h","key":"k","acl":""}`},
		{"REST.GET.OBJECT", "k", "GET /k?key=other&bucketName=x HTTP/1.1", `{"bucketName":"b","Host":"h","key":"k"}`},
		{"REST.GET.OBJECT", "k", "GET /k?X-Amz-Date=20190206T000000Z&X-Amz-Credential=AKIA&X-Amz-Signature=ab&X-Amz-Security-Token=t HTTP/1.1",
			`{"bucketName":"b","Host":"h","key":"k","X-Amz-Date":"20190206T000000Z"}`},
		{"REST.GET.OBJECT", "k", "GET /k?AWSAccessKeyId=AKIA&Signature=a&Expires=1 HTTP/1.1",
			`{"bucketName":"b","Host":"h","key":"k","Expires":"1"}`},
		{"BATCH.DELETE.OBJECT", "k", "POST /?delete HTTP/1.1", `{"bucketName":"b","Host":"h","key":"k"}`},
		{"REST.GET.OBJECT", "%25FF", "GET /%FF HTTP/1.1", `{"bucketName":"b","Host":"h","key":"` + "\uFFFD" + `"}`},
	} {
		e := entryOf(tt.operation, tt.key, tt.uri)
		e.HostHeader = "h"
		r, err := e.Record(Source{})
		if err != nil || string(r.RequestParameters) != tt.want {
			t.Errorf("%s %q %q: %v, %v\nwant %s", tt.operation, tt.key, tt.uri, r.RequestParameters, err, tt.want)
		}
	}
}

func TestIdentity(t *testing.T) {
	owner, other := strings.Repeat("a", 64), strings.Repeat("b", 64)
	const role = "arn:aws:sts::444455556666:assumed-role/Admin/bob"
	for _, tt := range []struct {
		requester string
		from      Source
		want      record.Identity
		shared    bool
	}{
		{"", west, record.Identity{Type: "AWSAccount", AccountID: "anonymous"}, true},
		{"Anonymous", west, record.Identity{Type: "AWSAccount", AccountID: "anonymous"}, true},
		{owner, west, record.Identity{Type: "Root", PrincipalID: "111122223333", ARN: "arn:aws:iam::111122223333:root", AccountID: "111122223333"}, false},
		{owner, Source{AccountID: "1", Region: "cn-north-1"}, record.Identity{Type: "Root", PrincipalID: "1", ARN: "arn:aws-cn:iam::1:root", AccountID: "1"}, false},
		{owner, Source{}, record.Identity{Type: "Root"}, false},
		{other, west, record.Identity{Type: "AWSAccount", PrincipalID: other}, true},
		{"arn:aws:iam::111122223333:root", west, record.Identity{Type: "Root", PrincipalID: "111122223333", ARN: "arn:aws:iam::111122223333:root", AccountID: "111122223333"}, false},
		{"arn:aws:iam::111122223333:user/a/b/alice", west, record.Identity{Type: "IAMUser", ARN: "arn:aws:iam::111122223333:user/a/b/alice", AccountID: "111122223333", UserName: "alice"}, false},
		{role, west, record.Identity{Type: "AssumedRole", ARN: role, AccountID: "444455556666", SessionContext: record.SessionContext{
			SessionIssuer: record.SessionIssuer{Type: "Role", AccountID: "444455556666", UserName: "Admin"}}}, true},
		{role, Source{}, record.Identity{Type: "AssumedRole", ARN: role, AccountID: "444455556666", SessionContext: record.SessionContext{
			SessionIssuer: record.SessionIssuer{Type: "Role", AccountID: "444455556666", UserName: "Admin"}}}, false},
		{"arn:aws:sts::111122223333:federated-user/carol", west, record.Identity{Type: "FederatedUser", PrincipalID: "111122223333:carol",
			ARN: "arn:aws:sts::111122223333:federated-user/carol", AccountID: "111122223333"}, false},
		{"svc:cloudfront.amazonaws.com", west, record.Identity{Type: "AWSService", InvokedBy: "cloudfront.amazonaws.com"}, true},
		{"delivery.logs.amazonaws.com", west, record.Identity{Type: "AWSService", InvokedBy: "delivery.logs.amazonaws.com"}, true},
		{"arn:short", west, record.Identity{Type: "Unknown", ARN: "arn:short"}, true},
		{"somebody", west, record.Identity{Type: "Unknown", PrincipalID: "somebody"}, true},
	} {
		e := entryOf("REST.GET.OBJECT", "k", "")
		e.BucketOwner, e.Requester = owner, tt.requester
		r, err := e.Record(tt.from)
		if err != nil {
			t.Fatal(err)
		}
		if diff := cmp.Diff(tt.want, r.UserIdentity); diff != "" {
			t.Errorf("requester %q (-want +got):\n%s", tt.requester, diff)
		}
		if (r.SharedEventID != "") != tt.shared {
			t.Errorf("requester %q: sharedEventID %q, want one: %v", tt.requester, r.SharedEventID, tt.shared)
		}
		if tt.want.InvokedBy != "" && (string(r.SourceIPAddress) != tt.want.InvokedBy || r.UserAgent != tt.want.InvokedBy) {
			t.Errorf("requester %q: from %q, %q", tt.requester, r.SourceIPAddress, r.UserAgent)
		}
	}
}

func TestRegion(t *testing.T) {
	for host, want := range map[string]string{
		"":                                            "",
		"s3.amazonaws.com":                            "",
		"b.s3.amazonaws.com":                          "",
		"b.s3.us-west-1.amazonaws.com":                "us-west-1",
		"B.S3.US-WEST-1.amazonaws.com:443":            "us-west-1",
		"s3-ap-northeast-1.amazonaws.com":             "ap-northeast-1",
		"b.s3-website-us-east-1.amazonaws.com":        "us-east-1",
		"b.s3-website.eu-central-1.amazonaws.com":     "eu-central-1",
		"s3.dualstack.eu-west-1.amazonaws.com":        "eu-west-1",
		"s3-fips.us-gov-west-1.amazonaws.com":         "us-gov-west-1",
		"ap-1.s3-accesspoint.us-west-1.amazonaws.com": "us-west-1",
		"s3.cn-north-1.amazonaws.com.cn":              "cn-north-1",
		"s3-external-1.amazonaws.com":                 "",
		"cdn.example.com":                             "",
		"us-east-1.amazonaws.com":                     "",
		"ec2.us-east-1.amazonaws.com":                 "",
	} {
		e := entryOf("REST.GET.OBJECT", "k", "")
		e.HostHeader = host
		if got := e.region(Source{}); got != want {
			t.Errorf("Region of host %q = %q, want %q", host, got, want)
		}
		e.AccessPointARN = "arn:aws:s3:eu-north-1:111122223333:accesspoint/a"
		if got := e.region(Source{}); got != "eu-north-1" {
			t.Errorf("Region of host %q with an access point = %q", host, got)
		}
		if got := e.region(west); got != "us-west-1" {
			t.Errorf("Region of host %q with a source = %q", host, got)
		}
	}
}

func TestTimesAndBytes(t *testing.T) {
	e := entryOf("REST.PUT.OBJECT", "k", "PUT /k HTTP/1.1")
	e.TotalTime, e.ObjectSize = Some(1999), Some(42)
	r, _ := e.Record(west)
	if want := e.Time.Add(time.Second); !r.EventTime.Equal(want) {
		t.Errorf("eventTime %v, want %v", r.EventTime, want)
	}
	if in := r.AdditionalEventData.Get("bytesTransferredIn"); in.Raw != "42" {
		t.Errorf("bytesTransferredIn %q, want 42", in.Raw)
	}
	e.ErrorCode = "AccessDenied"
	r, _ = e.Record(west)
	if in := r.AdditionalEventData.Get("bytesTransferredIn"); in.Exists() {
		t.Errorf("bytesTransferredIn %q of an upload that failed", in.Raw)
	}
	e.TotalTime = Some(1<<63 - 1)
	if r, _ = e.Record(west); r.EventTime.Before(e.Time) {
		t.Errorf("eventTime %v, before %v", r.EventTime, e.Time)
	}
}
