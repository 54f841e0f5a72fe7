package accesslog

import (
	"errors"
	"os"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"
	"github.com/google/go-cmp/cmp/cmpopts"
)

var ignoreText = cmpopts.IgnoreUnexported(Entry{})

// testLines returns the lines of testdata/access.log.
func testLines(t testing.TB) []string {
	t.Helper()
	text, err := os.ReadFile("testdata/access.log")
	if err != nil {
		t.Fatal(err)
	}
	return strings.Split(strings.TrimSuffix(string(text), "\n"), "\n")
}

const (
	head = `owner bucket [06/Feb/2019:00:00:38 +0000] 192.0.2.3 - 3E57427F3EXAMPLE REST.GET.OBJECT key `
	uri  = `"GET /key HTTP/1.1" 200 - 113 - 7 - `
)

func TestParse(t *testing.T) {
	at := time.Date(2019, 2, 6, 0, 0, 38, 0, time.UTC)
	entry := func(change func(e *Entry)) *Entry {
		e := &Entry{BucketOwner: "owner", Bucket: "bucket", Time: at, RemoteIP: "192.0.2.3",
			RequestID: "3E57427F3EXAMPLE", Operation: "REST.GET.OBJECT", Key: "key",
			RequestURI: "GET /key HTTP/1.1", HTTPStatus: Some(200), BytesSent: Some(113), TotalTime: Some(7)}
		change(e)
		return e
	}
	for _, tt := range []struct {
		name, line string
		want       *Entry
	}{
		{"shortest", head + uri + `"-" "-" -`, entry(func(e *Entry) {})},
		{"line end", head + uri + `"-" "-" -` + "\r\n", entry(func(e *Entry) {})},
		{"bare hyphens", head + `- - - - - - - - - -`, entry(func(e *Entry) {
			e.RequestURI, e.HTTPStatus, e.BytesSent, e.TotalTime = "", Number{}, Number{}, Number{}
		})},
		{"all fields", head + uri + `"r" "u" v h SigV4 c AuthHeader host TLSv1.2 ap Yes us-east-1 x -`, entry(func(e *Entry) {
			e.Referer, e.UserAgent, e.VersionID, e.HostID, e.SignatureVersion = "r", "u", "v", "h", "SigV4"
			e.CipherSuite, e.AuthenticationType, e.HostHeader, e.TLSVersion = "c", "AuthHeader", "host", "TLSv1.2"
			e.AccessPointARN, e.ACLRequired, e.SourceRegion, e.Extra = "ap", "Yes", "us-east-1", []string{"x", ""}
		})},
		{"empty headers", head + uri + `"" "" -`, entry(func(e *Entry) {})},
		{"quote in request-URI", head + `"GET /" HTTP/1.1" 200 - 113 - 7 - "-" "-" -`, entry(func(e *Entry) { e.RequestURI = `GET /" HTTP/1.1` })},
		{"quote and number in request-URI", head + `"GET /" 200 HTTP/1.1" 200 - 113 - 7 - "-" "-" -`, entry(func(e *Entry) { e.RequestURI = `GET /" 200 HTTP/1.1` })},
		{"quote behind user agent", head + uri + `"-" "Safari/604.1"" -`, entry(func(e *Entry) { e.UserAgent = `Safari/604.1"` })},
		{"quotes around user agent", head + uri + `"-" ""x"" -`, entry(func(e *Entry) { e.UserAgent = `"x"` })},
		{"quote behind referer", head + uri + `"http://a/?id=452"" "b" -`, entry(func(e *Entry) { e.Referer, e.UserAgent = `http://a/?id=452"`, "b" })},
		{"quotes and spaces", head + uri + `"a" "b" "c" -`, entry(func(e *Entry) { e.Referer, e.UserAgent = "a", `b" "c` })},
		{"forged fields", head + uri + `"-" "x" - h SigV4 y" v h SigV2`, entry(func(e *Entry) {
			e.UserAgent, e.VersionID, e.HostID, e.SignatureVersion = `x" - h SigV4 y`, "v", "h", "SigV2"
		})},
		{"forged in referer", head + uri + `"x" 500 - 1 1 1 1 "-" "y" -`, entry(func(e *Entry) {
			e.Referer, e.UserAgent = `x" 500 - 1 1 1 1 "-`, "y"
		})},
		{"user agent without quotes", head + uri + `"r" - -`, entry(func(e *Entry) { e.Referer = "r" })},
		{"referer without quotes", head + uri + `- "u" -`, entry(func(e *Entry) { e.UserAgent = "u" })},
		{"month in full", strings.Replace(head, "Feb", "February", 1) + uri + `"-" "-" -`, entry(func(e *Entry) {})},
		{"another zone", strings.Replace(head, "00:00:38 +0000", "01:00:38 +0100", 1) + uri + `"-" "-" -`, entry(func(e *Entry) {})},
	} {
		got, err := Parse(tt.line)
		if err != nil {
			t.Errorf("%s: Parse(%q): %v", tt.name, tt.line, err)
			continue
		}
		if diff := cmp.Diff(tt.want, got, ignoreText); diff != "" {
			t.Errorf("%s: Parse(%q) differs (-want +got):\n%s", tt.name, tt.line, diff)
		}
		if want := strings.TrimRight(tt.line, "\r\n"); got.Text() != want {
			t.Errorf("%s: Text() = %q, want %q", tt.name, got.Text(), want)
		}
	}
}

// A ∑ marks where the error is due.
func TestParseErrors(t *testing.T) {
	for _, tt := range []struct {
		line  string
		field string
		err   error
	}{
		{"∑", "bucket owner", ErrMissing},
		{"∑owner", "bucket owner", ErrMissing},
		{"owner ∑bucket", "bucket", ErrMissing},
		{"owner bucket ∑06/Feb/2019:00:00:38 +0000 ip", "time", ErrTime},
		{"owner bucket ∑[31/Feb/2019:00:00:38 +0000] ip", "time", ErrTime},
		{"owner bucket ∑[06/Feb/2019:00:00:38 +0000", "time", ErrTime},
		{"owner bucket ∑", "time", ErrTime},
		{"owner ∑ bucket [06/Feb/2019:00:00:38 +0000]", "bucket", ErrSpace},
		{head + `∑GET /key`, "request-URI", ErrSpace},
		{head + `∑`, "request-URI", ErrMissing},
		{head + `∑"GET /key`, "request-URI", ErrQuote},
		{head + `"GET /key HTTP/1.1" ∑OK - - - - - "-" "-" -`, "HTTP status", ErrNumber},
		{head + `"GET /key HTTP/1.1" 200 - ∑-1 - - - "-" "-" -`, "bytes sent", ErrNumber},
		{head + `"GET /key HTTP/1.1" 200 - 1 - - ∑99999999999999999999 "-" "-" -`, "turn-around time", ErrNumber},
		{head + `"GET /key HTTP/1.1" 200 - 1 ∑`, "object size", ErrMissing},
		{head + uri + `∑"r"`, "referer", ErrQuote},
		{head + uri + `∑"r" "u"`, "referer", ErrQuote},
		{head + uri + `∑"r" "u" `, "referer", ErrQuote},
		{head + uri + `∑r u -`, "referer", ErrQuote},
		{head + uri + `"r" "u" v ∑ h`, "host ID", ErrSpace},
		{head + uri + `"r" "u" v h SigV4 ∑`, "cipher suite", ErrMissing},
		{head + uri + `"r" "u" v" h ID ∑host`, "signature version", ErrQuote},
		{head + `- 200 - - - ∑x -`, "total time", ErrNumber},
		{head + `- 200 - - - - - ∑x`, "referer", ErrQuote},
		{"a∑\nb", "", ErrLines},
	} {
		column := strings.Index(tt.line, "∑") + 1
		line := strings.Replace(tt.line, "∑", "", 1)
		_, err := Parse(line)
		var e *Error
		if !errors.As(err, &e) {
			t.Errorf("Parse(%q) = %v, want an *Error", line, err)
			continue
		}
		if e.Column != column || e.Field != tt.field || !errors.Is(err, tt.err) || e.Line != 1 || e.Offset != int64(column-1) {
			t.Errorf("Parse(%q) = %v, want %v in %q at column %d", line, err, tt.err, tt.field, column)
		}
		if strings.Count(err.Error(), "accesslog") != 1 {
			t.Errorf("message %q", err)
		}
	}
}

func TestParseTestdata(t *testing.T) {
	lines := testLines(t)
	if len(lines) != 20 {
		t.Fatalf("%d lines, want 20 as in the README", len(lines))
	}
	for i, line := range lines {
		got, err := Parse(line)
		if err != nil {
			t.Errorf("line %d: %v", i+1, err)
			continue
		}
		want, ok := parseSlow(line)
		if diff := cmp.Diff(want, got, ignoreText); diff != "" || !ok {
			t.Errorf("line %d (twin: %v) differs from the twin (-want +got):\n%s", i+1, ok, diff)
		}
	}
}

// What is written is read back.
func TestRoundTrip(t *testing.T) {
	g := newGenerator(1)
	for range 20000 {
		want := g.entry()
		line, err := want.AppendText(nil)
		if err != nil {
			t.Fatal(err)
		}
		got, err := Parse(string(line))
		if err != nil {
			t.Fatalf("Parse(%q): %v", line, err)
		}
		if diff := cmp.Diff(want, got, ignoreText); diff != "" {
			t.Fatalf("Parse(%q) differs (-want +got):\n%s", line, diff)
		}
	}
}

func TestUnmarshalText(t *testing.T) {
	e := Entry{Bucket: "kept"}
	if err := e.UnmarshalText([]byte("nonsense")); err == nil || e.Bucket != "kept" {
		t.Errorf("UnmarshalText = %v, %q; want an error and no change", err, e.Bucket)
	}
	if err := e.UnmarshalText([]byte(head + uri + `"-" "-" -`)); err != nil || e.Bucket != "bucket" {
		t.Errorf("UnmarshalText = %v, %q", err, e.Bucket)
	}
}
