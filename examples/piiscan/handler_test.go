package main

import (
	"bytes"
	"compress/gzip"
	"encoding/json"
	"errors"
	"fmt"
	"net/http"
	"net/url"
	"strings"
	"testing"
	"testing/iotest"

	"github.com/google/go-cmp/cmp"

	"github.com/trailsieve/trailsieve/examples/piiscan/pii"
)

// secrets are what no output may have. Each is written in people.
var secrets = []string{
	"alice@example.com", "4111 1111 1111 1111", "4111111111111111", "536-22-1234", "+1 415 555 2671", "86095742719",
	"11010519491231002X", "alice", "1111", "22-1234", "555 2671",
}

const people = "name,mail,card,ssn,phone,id\n" +
	"Alice,alice@example.com,4111 1111 1111 1111,536-22-1234,+1 415 555 2671,86095742719\n" +
	"Bob,,4111111111111111,,,11010519491231002X\n"

// inPeople is what is found in people.
var inPeople = []finding{
	{pii.Email, 1, []place{{34, 2}}},
	{pii.Card, 2, []place{{52, 2}, {117, 3}}},
	{pii.SSN, 1, []place{{72, 2}}},
	{pii.Phone, 1, []place{{84, 2}}},
	{pii.IdNr, 1, []place{{100, 2}}},
	{pii.RID, 1, []place{{136, 3}}},
}

func pack(t testing.TB, text string) string {
	t.Helper()
	var packed bytes.Buffer
	z := gzip.NewWriter(&packed)
	if _, err := z.Write([]byte(text)); err != nil {
		t.Fatal(err)
	}
	if err := z.Close(); err != nil {
		t.Fatal(err)
	}
	return packed.String()
}

func quote(s string) string {
	text, err := json.Marshal(s)
	if err != nil {
		panic(err)
	}
	return string(text)
}

// created is S3's event in EventBridge.
func created(key string) string {
	return fmt.Sprintf(`{"version":"0","detail-type":"Object Created","source":"aws.s3",`+
		`"detail":{"bucket":{"name":%q},"object":{"key":%s}}}`, bucket, quote(key))
}

// called is the event of CloudTrail's record of a call.
func called(name, key string) string {
	return fmt.Sprintf(`{"version":"0","detail-type":"AWS API Call via CloudTrail","source":"aws.s3",`+
		`"detail":{"eventVersion":"1.11","eventSource":"s3.amazonaws.com","eventName":%q,`+
		`"requestParameters":{"bucketName":%q,"key":%s}}}`, name, bucket, quote(key))
}

// queueEvent is what Lambda gets from a queue. Messages are named m-0, m-1, ...
func queueEvent(bodies ...string) string {
	var records []string
	for i, body := range bodies {
		records = append(records, fmt.Sprintf(`{"eventSource":"aws:sqs","messageId":"m-%d","body":%s}`, i, quote(body)))
	}
	return `{"Records":[` + strings.Join(records, ",") + `]}`
}

func TestExamine(t *testing.T) {
	l := limits{bytes: 1000, places: 20}
	packed := pack(t, people)
	long := strings.Repeat("nothing to see\n", 100)
	for _, tt := range []struct {
		name, body string
		isWhole    bool
		want       examination
	}{
		{"text", people, true, examination{Status: scanned, Bytes: int64(len(people)), Findings: inPeople}},
		{"packed", packed, true, examination{Status: scanned, Unpacked: true, Bytes: int64(len(people)), Findings: inPeople}},
		{"empty", "", true, examination{Status: scanned}},
		{"empty, packed", pack(t, ""), true, examination{Status: scanned, Unpacked: true}},
		{"the beginning of a longer one", people, false, examination{Status: partly, Reason: "larger than 1000 bytes",
			Bytes: int64(len(people)), Findings: inPeople}},
		{"as long as may be", people + long[:1000-len(people)], true, examination{Status: scanned, Bytes: 1000, Findings: inPeople}},
		{"unpacks to as much as may be", pack(t, people+long[:1000-len(people)]), true,
			examination{Status: scanned, Unpacked: true, Bytes: 1000, Findings: inPeople}},
		{"unpacks to too much", pack(t, people+long), true,
			examination{Status: partly, Reason: "larger than 1000 bytes", Unpacked: true, Bytes: 1000, Findings: inPeople}},
		{"damaged behind the text", packed[:len(packed)-4], true, examination{Status: partly, Reason: "damaged gzip",
			Unpacked: true, Bytes: int64(len(people)), Findings: inPeople}},
		{"damaged at once", packed[:4], true, examination{Status: notScanned, Reason: "damaged gzip", Unpacked: true}},
		{"packed twice", pack(t, packed), true, examination{Status: notScanned, Reason: "not text in gzip: application/x-gzip", Unpacked: true}},
		{"image", "\x89PNG\r\n\x1a\n" + people, true, examination{Status: notScanned, Reason: "not text: image/png"}},
		{"PDF", "%PDF-1.7\n" + people, true, examination{Status: notScanned, Reason: "not text: application/pdf"}},
		{"zip", "PK\x03\x04" + people, true, examination{Status: notScanned, Reason: "not text: application/zip"}},
		{"binary", "\x00\x01" + people, true, examination{Status: notScanned, Reason: "not text: application/octet-stream"}},
		{"UTF-16", "\xff\xfea\x00", true, examination{Status: notScanned, Reason: "not text: text/plain; charset=utf-16le"}},
		{"HTML", "<html><p>" + people, true, examination{Status: scanned, Bytes: int64(len(people)) + 9, Findings: shifted(9)}},
	} {
		if tt.want.Findings == nil {
			tt.want.Findings = []finding{}
		}
		for _, slow := range []bool{false, true} {
			body := strings.NewReader(tt.body)
			var got *examination
			var err error
			if slow {
				got, err = examine(iotest.OneByteReader(body), tt.isWhole, l)
			} else {
				got, err = examine(body, tt.isWhole, l)
			}
			if err != nil {
				t.Errorf("%s: %v", tt.name, err)
			}
			if diff := cmp.Diff(&tt.want, got); diff != "" {
				t.Errorf("%s (-want +got):\n%s", tt.name, diff)
			}
		}
	}
	for _, text := range []string{people, packed} {
		for n := range len(text) {
			body := iotest.DataErrReader(strings.NewReader(text[:n]))
			if _, err := examine(&breaking{body}, true, l); err != errTest {
				t.Errorf("a stream that breaks after %d bytes: %v", n, err)
			}
		}
	}
}

// shifted is what is found in people behind so many bytes.
func shifted(by int64) (all []finding) {
	for _, f := range inPeople {
		places := []place{}
		for _, p := range f.Places {
			places = append(places, place{p.Offset + by, p.Line})
		}
		f.Places = places
		all = append(all, f)
	}
	return all
}

func TestPlacesAreBounded(t *testing.T) {
	got, err := examine(strings.NewReader(strings.Repeat("a@b.co\n", 1000)), true, limits{bytes: 1 << 20, places: 3})
	if err != nil {
		t.Fatal(err)
	}
	want := []finding{{pii.Email, 1000, []place{{0, 1}, {7, 2}, {14, 3}}}}
	if diff := cmp.Diff(want, got.Findings); diff != "" {
		t.Errorf("(-want +got):\n%s", diff)
	}
}

func TestTargets(t *testing.T) {
	const key = "in/a b+c%é.txt"
	want := []target{{bucket, key, ""}}
	notified := fmt.Sprintf(`{"Records":[{"eventSource":"aws:s3","eventName":"ObjectCreated:CompleteMultipartUpload",`+
		`"s3":{"bucket":{"name":%q},"object":{"key":%q,"versionId":"v1"}}}]}`, bucket, url.QueryEscape(key))
	for _, tt := range []struct {
		name, text string
		want       []target
		fails      bool
	}{
		{"S3's event", created(key), want, false},
		{"PutObject", called("PutObject", key), want, false},
		{"CopyObject", called("CopyObject", key), want, false},
		{"CompleteMultipartUpload", called("CompleteMultipartUpload", key), want, false},
		{"GetObject", called("GetObject", key), nil, false},
		{"UploadPart", called("UploadPart", key), nil, false},
		{"denied", strings.Replace(called("PutObject", key), `"eventVersion"`, `"errorCode":"AccessDenied","eventVersion"`, 1), nil, false},
		{"a record alone", `{"eventName":"PutObject","eventSource":"s3.amazonaws.com","requestParameters":{"bucketName":"b","key":"k"},` +
			`"responseElements":{"x-amz-version-id":"v2"}}`, []target{{"b", "k", "v2"}}, false},
		{"a record of another service", `{"eventName":"PutObject","eventSource":"mediastore.amazonaws.com"}`, nil, false},
		{"a record without a key", `{"eventName":"PutObject","eventSource":"s3.amazonaws.com","requestParameters":{"bucketName":"b"}}`, nil, true},
		{"S3's notification", notified, []target{{bucket, key, "v1"}}, false},
		{"in SNS", `{"Type":"Notification","Message":` + quote(notified) + `}`, []target{{bucket, key, "v1"}}, false},
		{"of a deletion", strings.Replace(notified, "ObjectCreated:CompleteMultipartUpload", "ObjectRemoved:Delete", 1), nil, false},
		{"a test", `{"Event":"s3:TestEvent"}`, nil, false},
		{"another event", `{"detail-type":"x","source":"y","detail":{}}`, nil, true},
		{"nothing", `{}`, nil, true},
		{"no JSON", `{`, nil, true},
	} {
		got, err := targetsOf([]byte(tt.text))
		if (err != nil) != tt.fails {
			t.Errorf("%s: %v", tt.name, err)
		}
		if diff := cmp.Diff(tt.want, got, cmp.AllowUnexported(target{})); diff != "" {
			t.Errorf("%s (-want +got):\n%s", tt.name, diff)
		}
	}
}

// What S3 says decides whether it is an error, and nothing of it that could be personal gets out.
func TestRefused(t *testing.T) {
	f := newFakeS3(t)
	h, log := f.handler(t, nil)
	const key = "in/alice@example.com/4111111111111111.txt"
	for _, tt := range []struct {
		status        int
		code, message string
		want          status
		reason        string
		fails         bool
	}{
		{404, "NoSuchKey", "The specified key does not exist: " + key, gone, "NoSuchKey (status 404", false},
		{404, "NoSuchVersion", "", gone, "NoSuchVersion (status 404", false},
		{405, "MethodNotAllowed", "", gone, "MethodNotAllowed (status 405", false},
		{403, "InvalidObjectState", "", notScanned, "InvalidObjectState (status 403", false},
		{403, "AccessDenied", "not authorized to perform: s3:GetObject on resource: arn:aws:s3:::" + bucket + "/" + key, denied,
			"AccessDenied (status 403", true},
		{403, "AccessDenied", "not authorized to perform: kms:Decrypt on the resource associated with this ciphertext", denied,
			"AccessDenied, to the KMS key (status 403", true},
		{400, "KMS.DisabledException", "arn:aws:kms:us-east-1:111122223333:key/x is disabled.", denied, "KMS.DisabledException (status 400", true},
		{400, "ExpiredToken", key, failed, "ExpiredToken (status 400", true},
	} {
		f.intercept(func(w http.ResponseWriter, r *http.Request) bool {
			refuse(w, tt.status, tt.code, tt.message)
			return true
		})
		log.Reset()
		reports, err := h.message(t.Context(), []byte(created(key)))
		if (err != nil) != tt.fails {
			t.Errorf("%s: %v", tt.code, err)
		}
		if len(reports) != 1 || reports[0].Status != tt.want || !strings.HasPrefix(reports[0].Reason, tt.reason) {
			t.Errorf("%s: %s, want %s because of %s", tt.code, log, tt.want, tt.reason)
		}
		noSecrets(t, fmt.Sprint(log, err))
	}
	for _, bad := range []string{
		`{"Records":[{"eventSource":"alice@example.com"}]}`,
		`{"Type":"Notification","Message":"{\"Records\":[{\"eventSource\":\"alice@example.com\"}]}"}`,
		`{"detail-type":"alice@example.com","source":"alice@example.com","detail":{}}`,
		`{"Records":[{"eventSource":"aws:s3","eventName":"ObjectCreated:Put","s3":{"bucket":{"name":"b"},"object":{"key":"alice@example.com%zz"}}}]}`,
	} {
		log.Reset()
		_, err := h.message(t.Context(), []byte(bad))
		if err == nil {
			t.Errorf("%s is understood", bad)
		}
		noSecrets(t, fmt.Sprint(log, err))
	}
	f.intercept(func(w http.ResponseWriter, r *http.Request) bool { panic(http.ErrAbortHandler) })
	reports, err := h.message(t.Context(), []byte(created(key)))
	if err == nil || reports[0].Reason != "S3 could not be read" {
		t.Errorf("a connection that breaks: %v, %+v", err, reports[0].examination)
	}
	noSecrets(t, fmt.Sprint(log, err))
}

// noSecrets checks that an output has nothing of what was planted.
func noSecrets(t testing.TB, output string) {
	t.Helper()
	for _, secret := range secrets {
		if strings.Contains(output, secret) {
			t.Errorf("%q is in %s", secret, output)
		}
	}
}

// Objects are fetched as far as the limit and no farther, whatever their keys, sizes and versions are.
func TestScan(t *testing.T) {
	f := newFakeS3(t)
	h, log := f.handler(t, map[string]string{envBytes: "300"})
	body := people + strings.Repeat("-", 300-len(people))
	for _, tt := range []struct {
		key, body string
		want      status
		size      int64
		bytes     int64
		name      string // the key as it is told
	}{
		{"plain.csv", people, scanned, int64(len(people)), int64(len(people)), "plain.csv"},
		{"empty", "", scanned, 0, 0, "empty"},
		{"exact", body, scanned, 300, 300, "exact"},
		{"longer", body + "\n\n", partly, 302, 300, "longer"},
		{"packed.gz", pack(t, people), scanned, int64(len(pack(t, people))), int64(len(people)), "packed.gz"},
		{"my 100% a+b=c&d é 日本/…?#/%2B//x", people, scanned, int64(len(people)), int64(len(people)), "my 100% a+b=c&d é 日本/…?#/%2B//x"},
		{"in/alice@example.com.csv", people, scanned, int64(len(people)), int64(len(people)), "in/[email]"},
		{"in/alice@example.com-2026-11", people, scanned, int64(len(people)), int64(len(people)), "in/[email]-2026-11"},
		{"in/+14155552671/536-22-1234%31/alice%40example.com", people, scanned, int64(len(people)), int64(len(people)), "in/[phone]/[us-ssn]1/[email]"},
		{"in/2026-11-22-4111111111111111.txt", people, scanned, int64(len(people)), int64(len(people)), "in/2026-11-22-[card].txt"},
		{"in/alice%40example.com/a%20b", people, scanned, int64(len(people)), int64(len(people)), "in/[email]/a b"},
	} {
		f.put(t, tt.key, tt.body)
		f.intercept(nil)
		log.Reset()
		reports, err := h.message(t.Context(), []byte(created(tt.key)))
		if err != nil {
			t.Fatalf("%s: %v", tt.key, err)
		}
		r := reports[0]
		if r.Status != tt.want || r.Size != tt.size || r.Bytes != tt.bytes || r.Key != tt.name || (r.KeySHA256 != "") != (tt.key != tt.name) {
			t.Errorf("%s: %s, want %+v", tt.key, log, tt)
		}
		if len(tt.body) > 0 {
			if diff := cmp.Diff(inPeople, r.Findings); diff != "" {
				t.Errorf("%s (-want +got):\n%s", tt.key, diff)
			}
		}
		for _, request := range f.requests {
			if request.Header.Get("Range") != "bytes=0-299" {
				t.Errorf("%s: the range is %q", tt.key, request.Header.Get("Range"))
			}
		}
		noSecrets(t, log.String())
	}
	f.intercept(nil)
	h.message(t.Context(), []byte(`{"Records":[{"eventSource":"aws:s3","eventName":"ObjectCreated:Put","s3":{"bucket":{"name":"b"},"object":{"key":"k","versionId":"v7"}}}]}`))
	if got := f.requests[0].URL.Query().Get("versionId"); got != "v7" {
		t.Errorf("version %q was asked for", got)
	}
}

// A breaking stream ends with an error.
type breaking struct {
	r interface{ Read([]byte) (int, error) }
}

var errTest = errors.New("as told")

func (b *breaking) Read(p []byte) (int, error) {
	n, err := b.r.Read(p)
	if err != nil {
		err = errTest
	}
	return n, err
}
