package accesslog

import (
	"bufio"
	"encoding/json"
	"io/fs"
	"net/url"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"github.com/trailsieve/trailsieve/record"
)

// shared returns the path of a file or folder beside the checkout, which is no part of it. The test
// is skipped where it is absent.
func shared(t testing.TB, path string) string {
	t.Helper()
	path = "../../../shared/" + path
	if _, err := os.Stat(path); err != nil {
		t.Skipf("not beside this checkout: %v", err)
	}
	return path
}

// lineOf returns the line that the access log must have had for the request of a real record, as far
// as the record tells, and whether it could be in an access log at all.
func lineOf(r *record.Record) (*Entry, bool) {
	object, ok := r.S3Object()
	if !ok || !slices.ContainsFunc(r.Resources, func(resource record.Resource) bool {
		return resource.ARN == "arn:aws:s3:::"+object.Bucket
	}) {
		return nil, false // of another kind, or invented: CloudTrail always lists the bucket
	}
	operation := ""
	for name, c := range calls {
		if c.object == r.EventName && object.Key != "" || c.bucket == r.EventName && object.Key == "" {
			// The names of BUCKET and OBJECT operations are those of the resource; PostObject has both.
			if operation == "" || name < operation {
				operation = name
			}
		}
	}
	if operation == "" {
		return nil, false
	}
	method, _, _ := strings.Cut(operation, ".")
	var query []string
	for name, value := range parametersOf(r) {
		if name != "bucketName" && name != "key" && name != "Host" {
			query = append(query, url.QueryEscape(name)+"="+url.QueryEscape(value))
		}
	}
	slices.Sort(query)
	e := &Entry{
		BucketOwner:  strings.Repeat("a", 64),
		Bucket:       object.Bucket,
		Time:         r.EventTime,
		RemoteIP:     r.SourceIPAddress,
		Requester:    r.UserIdentity.ARN,
		RequestID:    r.RequestID,
		Operation:    "REST." + operation,
		Key:          strings.ReplaceAll(url.PathEscape(url.PathEscape(object.Key)), "%252F", "/"),
		RequestURI:   method + " /" + strings.ReplaceAll(url.PathEscape(object.Key), "%2F", "/") + "?" + strings.Join(query, "&") + " HTTP/1.1",
		ErrorCode:    r.ErrorCode,
		UserAgent:    strings.TrimSuffix(strings.TrimPrefix(r.UserAgent, "["), "]"),
		HostHeader:   r.RequestParameters.Get("Host").String(),
		TLSVersion:   r.TLSDetails.TLSVersion,
		CipherSuite:  r.AdditionalEventData.Get("CipherSuite").String(),
		HostID:       r.AdditionalEventData.Get("x-amz-id-2").String(),
		TotalTime:    Some(0),
		ACLRequired:  "Yes",
		SourceRegion: "us-east-1",

		SignatureVersion:   r.AdditionalEventData.Get("SignatureVersion").String(),
		AuthenticationType: r.AdditionalEventData.Get("AuthenticationMethod").String(),
	}
	if service := r.UserIdentity.InvokedBy; r.UserIdentity.Type == "AWSService" {
		e.Requester, e.RemoteIP, e.UserAgent = "svc:"+service, "", ""
	}
	if r.SourceIPAddress.IsAWS() && e.RemoteIP != "" || strings.Contains(e.UserAgent, "\n") {
		return nil, false // on behalf of the caller, which no line shows; or not as it was sent
	}
	return e, true
}

// parametersOf returns the requestParameters that a request line has: not those from headers, nor
// what was in the body.
func parametersOf(r *record.Record) map[string]string {
	m := make(map[string]string)
	for name, value := range r.RequestParameters.Get("@this").Map() {
		if !value.IsObject() && !value.IsArray() && !strings.HasPrefix(name, "x-amz-") && name != "bucketPolicy" {
			m[name] = value.String()
		}
	}
	return m
}

// What CloudTrail has really written comes out again, by way of a line, wherever a line can tell it.
func TestRealRecords(t *testing.T) {
	var compared, data int
	check := func(r *record.Record) {
		if r.EventSource != "s3.amazonaws.com" || r.EventType != "AwsApiCall" && r.EventType != "" {
			return
		}
		e, ok := lineOf(r)
		if !ok {
			return
		}
		line, err := e.AppendText(nil)
		if err != nil {
			t.Fatal(err)
		}
		parsed, err := Parse(string(line))
		if err != nil {
			t.Errorf("%s: %v", line, err)
			return
		}
		account := r.RecipientAccountID
		for _, resource := range r.Resources {
			if resource.Type == "AWS::S3::Bucket" && account == "" {
				account = resource.AccountID
			}
		}
		got, err := parsed.Record(Source{AccountID: account, Region: r.AWSRegion})
		if err != nil {
			t.Errorf("%s: %v", line, err)
			return
		}
		compared++
		category, _ := r.Category()
		if category == record.Data {
			data++
		}
		if diff := cmp.Diff(inWords(r), inWords(got)); diff != "" {
			t.Errorf("%s\n%s\ndiffers (-real +made):\n%s", r.Text(), line, diff)
		}
	}
	dir := shared(t, "data/cloudtrail")
	err := filepath.WalkDir(dir, func(path string, d fs.DirEntry, err error) error {
		if err != nil || !strings.HasSuffix(path, ".json.gz") {
			return err
		}
		f, err := os.Open(path)
		if err != nil {
			return err
		}
		defer f.Close()
		for r, err := range record.NewReader(f).Records() {
			if err != nil {
				return err
			}
			check(r)
		}
		return nil
	})
	if err != nil {
		t.Fatal(err)
	}
	f, err := os.Open(shared(t, "conformance/record/quirks.jsonl"))
	if err != nil {
		t.Fatal(err)
	}
	defer f.Close()
	lines := bufio.NewScanner(f)
	lines.Buffer(nil, record.MaxRecord)
	for lines.Scan() {
		var line struct {
			Kind   string
			Record json.RawMessage
		}
		if err := json.Unmarshal(lines.Bytes(), &line); err != nil {
			t.Fatal(err)
		}
		if r, err := record.Parse(line.Record); err == nil && line.Kind != "enriched" {
			check(r)
		}
	}
	if compared < 100 || data < 10 {
		t.Errorf("only %d records compared, %d data events among them", compared, data)
	}
	t.Logf("%d records compared, %d data events among them", compared, data)
}

// inWords returns what a line can tell of a record, in a form that does not depend on its age.
func inWords(r *record.Record) map[string]any {
	category, _ := r.Category()
	reads, _ := r.IsReadOnly()
	object, _ := r.S3Object()
	m := map[string]any{
		"eventName": r.EventName, "eventTime": r.EventTime, "awsRegion": r.AWSRegion, "category": category, "reads": reads,
		"sourceIPAddress": r.SourceIPAddress, "userAgent": strings.Trim(r.UserAgent, "[]"), "errorCode": r.ErrorCode,
		"requestID": r.RequestID, "principal": r.UserIdentity.Principal(), "object": object,
	}
	for _, resource := range r.Resources {
		// The source of a copy is in a header, and so in no line.
		switch resource.ARN {
		case "", "arn:aws:s3:::" + object.Bucket, "arn:aws:s3:::" + object.Bucket + "/" + object.Key:
			m[resource.Type+" "+resource.ARN+resource.ARNPrefix] = resource.AccountID
		}
	}
	for name, value := range parametersOf(r) {
		m["requestParameters."+name] = value
	}
	return m
}
