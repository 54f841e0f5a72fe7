package record

import (
	"bytes"
	"encoding/json"
	"errors"
	"fmt"
	"reflect"
	"slices"
	"strings"
	"testing"
	"time"
	"unicode/utf8"

	"github.com/google/go-cmp/cmp"
	"github.com/google/go-cmp/cmp/cmpopts"

	"github.com/trailsieve/trailsieve/internal/synth"
)

func TestParseAnnouncement(t *testing.T) {
	r, err := Parse([]byte(announced))
	if err != nil {
		t.Fatal(err)
	}
	want := &Record{
		EventVersion: "1.05",
		UserIdentity: Identity{
			Type: "Root", UserName: "jbarr", PrincipalID: "99999999999",
			ARN: "arn:aws:iam::99999999999:root", AccountID: "99999999999",
			SessionContext: SessionContext{
				Attributes: SessionAttributes{time.Date(2016, 11, 15, 17, 55, 17, 0, time.UTC), False},
			},
		},
		EventTime:         time.Date(2016, 11, 15, 23, 2, 12, 0, time.UTC),
		EventSource:       "s3.amazonaws.com",
		EventName:         "PutObject",
		AWSRegion:         "us-east-1",
		UserAgent:         "[S3Console/0.4]",
		RequestParameters: JSON(announced[strings.Index(announced, `{"X-Amz-Date"`) : len(announced)-1]),
		text:              announced,
	}
	if diff := cmp.Diff(want, r, cmp.AllowUnexported(Record{})); diff != "" {
		t.Errorf("the announcement's record (-want +got):\n%s", diff)
	}
}

func TestParseModern(t *testing.T) {
	r, err := Parse([]byte("\n " + modern + "\n"))
	if err != nil {
		t.Fatal(err)
	}
	want := &Record{
		EventVersion: "1.11",
		UserIdentity: Identity{
			Type: "AssumedRole", PrincipalID: "AROAEXAMPLEID:bob",
			ARN: "arn:aws:sts::111122223333:assumed-role/Admin/bob", AccountID: "111122223333",
			AccessKeyID: "ASIAIOSFODNN7EXAMPLE", InvokedBy: "athena.amazonaws.com", CredentialID: "c-1",
			SessionContext: SessionContext{
				SessionIssuer: SessionIssuer{"Role", "AROAEXAMPLEID", "arn:aws:iam::111122223333:role/Admin",
					"111122223333", "Admin"},
				Attributes:          SessionAttributes{time.Date(2026, 11, 15, 17, 55, 17, 0, time.UTC), True},
				WebIDFederationData: WebIDFederationData{"www.amazon.com", "{}"},
				SourceIdentity:      "bob@example.com", EC2RoleDelivery: "2.0", AssumedRoot: True,
			},
			OnBehalfOf: OnBehalfOf{"u-1", "arn:aws:identitystore::111122223333:identitystore/d-1"},
			InScopeOf: InScopeOf{"arn:aws:lambda:us-east-1:111122223333:function:f", "111122223333",
				"AWS::Lambda::Function", "arn:aws:lambda:us-east-1:111122223333:function:f", ""},
		},
		EventTime:           time.Date(2026, 11, 15, 23, 2, 12, 0, time.UTC),
		EventSource:         "s3.amazonaws.com",
		EventName:           "GetObject",
		AWSRegion:           "us-east-1",
		SourceIPAddress:     "192.0.2.10",
		UserAgent:           "[aws-cli/2.15.30]",
		ErrorCode:           "AccessDenied",
		ErrorMessage:        `Access "Denied"`,
		RequestParameters:   `{"bucketName":"amzn-s3-demo-bucket","Host":"amzn-s3-demo-bucket.s3.us-east-1.amazonaws.com","key":"images/caf\u00e9.jpg"}`,
		AdditionalEventData: `{"bytesTransferredOut":0.0}`,
		ServiceEventDetails: `{"a":1}`,
		RequestID:           "79104EXAMPLEB723",
		EventID:             "3038ebd2-c98a-4c65-9b6e-e22506292313",
		ReadOnly:            True,
		Resources: []Resource{
			{ARN: "arn:aws:s3:::amzn-s3-demo-bucket/images/café.jpg", Type: "AWS::S3::Object"},
			{ARN: "arn:aws:s3:::amzn-s3-demo-bucket", AccountID: "111122223333", Type: "AWS::S3::Bucket"},
		},
		EventType:            "AwsApiCall",
		APIVersion:           "2006-03-01",
		ManagementEvent:      False,
		RecipientAccountID:   "111122223333",
		SharedEventID:        "24bb05ed-20c7-5249-b337-6e45cc08cd4e",
		VPCEndpointID:        "vpce-0abc123def4567890",
		VPCEndpointAccountID: "111122223333",
		EventCategory:        Data,
		TLSDetails:           TLSDetails{TLSVersion: "TLSv1.3"},
		text:                 modern,
	}
	if diff := cmp.Diff(want, r, cmp.AllowUnexported(Record{})); diff != "" {
		t.Errorf("a record of today (-want +got):\n%s", diff)
	}
	if got := r.Get("tlsDetails.tlsVersion").Str; got != "TLSv1.3" {
		t.Errorf("Get finds %q, want TLSv1.3", got)
	}
}

// A record that was decoded before leaves nothing behind in the next.
func TestUnmarshalOverwrites(t *testing.T) {
	for _, first := range seeds {
		for _, second := range []string{announced, modern, `{"eventName":"a"}`} {
			var reused, fresh Record
			reused.UnmarshalJSON([]byte(first))
			if err := reused.UnmarshalJSON([]byte(second)); err != nil {
				t.Fatal(err)
			}
			if err := fresh.UnmarshalJSON([]byte(second)); err != nil {
				t.Fatal(err)
			}
			reused.Resources = append([]Resource(nil), reused.Resources...)
			fresh.Resources = append([]Resource(nil), fresh.Resources...)
			if diff := cmp.Diff(fresh, reused, cmp.AllowUnexported(Record{})); diff != "" {
				t.Errorf("%.60s after %.60s (-fresh +reused):\n%s", second, first, diff)
			}
		}
	}
}

func TestParseQuirks(t *testing.T) {
	midnight := time.Date(2025, 1, 21, 17, 49, 47, 0, time.UTC)
	for _, tt := range []struct {
		text string
		got  func(r *Record) any
		want any
	}{
		// Booleans in quotes, as Athena and CSV exports have them.
		{`{"eventID":"","readOnly":"true"}`, func(r *Record) any { return r.ReadOnly }, True},
		{`{"eventID":"","readOnly":"False"}`, func(r *Record) any { return r.ReadOnly }, False},
		{`{"eventID":"","readOnly":1}`, func(r *Record) any { return r.ReadOnly }, Absent},
		{`{"eventID":"","readOnly":null}`, func(r *Record) any { return r.ReadOnly }, Absent},
		{`{"eventID":"","userIdentity":{"sessionContext":{"attributes":{"mfaAuthenticated":true}}}}`,
			func(r *Record) any { return r.UserIdentity.SessionContext.Attributes.MFAAuthenticated }, True},
		// Names in lower case.
		{`{"eventID":"","userIdentity":{"username":"a"}}`, func(r *Record) any { return r.UserIdentity.UserName }, "a"},
		{`{"eventID":"","resources":[{"arn":"b"}]}`, func(r *Record) any { return r.Resources[0].ARN }, "b"},
		{`{"eventId":"c"}`, func(r *Record) any { return r.EventID }, "c"},
		// Times.
		{`{"eventTime":"2025-01-21T17:49:47Z"}`, func(r *Record) any { return r.EventTime }, midnight},
		{`{"eventTime":"2025-01-21T17:49:47.000Z"}`, func(r *Record) any { return r.EventTime }, midnight},
		{`{"eventTime":"2025-01-21T19:49:47+02:00"}`, func(r *Record) any { return r.EventTime }, midnight},
		{`{"eventTime":"2025-01-21T17:49:47"}`, func(r *Record) any { return r.EventTime }, midnight},
		{`{"eventTime":"2025-01-21 17:49:47.000000000"}`, func(r *Record) any { return r.EventTime }, midnight},
		{`{"eventTime":"20250121T174947Z"}`, func(r *Record) any { return r.EventTime }, midnight},
		{`{"eventTime":"yesterday"}`, func(r *Record) any { return r.EventTime }, time.Time{}},
		{`{"eventTime":1737481787}`, func(r *Record) any { return r.EventTime }, midnight},
		{`{"eventTime":1737481787000}`, func(r *Record) any { return r.EventTime }, midnight},
		{`{"eventTime":1737481787.5}`, func(r *Record) any { return r.EventTime }, time.Time{}},
		{`{"eventTime":-1}`, func(r *Record) any { return r.EventTime }, time.Time{}},
		{`{"eventTime":99999999999999999999}`, func(r *Record) any { return r.EventTime }, time.Time{}},
		// Bodies are whatever they are.
		{`{"eventID":"","requestParameters":null}`, func(r *Record) any { return r.RequestParameters }, JSON("")},
		{`{"eventID":"","requestParameters":"null"}`, func(r *Record) any { return r.RequestParameters }, JSON(`"null"`)},
		{`{"eventID":"","requestParameters": [ 1e3 ] }`, func(r *Record) any { return r.RequestParameters }, JSON(`[ 1e3 ]`)},
		// The last of two, as in encoding/json.
		{`{"eventName":"a","eventName":"b"}`, func(r *Record) any { return r.EventName }, "b"},
		{`{"eventName":"a","eventName":null}`, func(r *Record) any { return r.EventName }, ""},
		{`{"eventID":"","userIdentity":{"type":"a"},"userIdentity":{"arn":"b"}}`,
			func(r *Record) any { return r.UserIdentity }, Identity{ARN: "b"}},
		{`{"eventID":"","userIdentity":{"type":"a"},"userIdentity":null}`,
			func(r *Record) any { return r.UserIdentity }, Identity{}},
		{`{"eventID":"","resources":[{}],"resources":null}`, func(r *Record) any { return len(r.Resources) }, 0},
		// Names may be escaped, and differ by case.
		{`{"event\u004eame":"a","eventname":"b"}`, func(r *Record) any { return r.EventName }, "a"},
		{`{"eventName":"\ud83d\ude80 \"\\"}`, func(r *Record) any { return r.EventName }, `🚀 "\`},
	} {
		r, err := Parse([]byte(tt.text))
		if err != nil {
			t.Errorf("%s: %v", tt.text, err)
			continue
		}
		if diff := cmp.Diff(tt.want, tt.got(r)); diff != "" {
			t.Errorf("%s (-want +got):\n%s", tt.text, diff)
		}
	}
}

func TestParseErrors(t *testing.T) {
	for _, tt := range []struct {
		text, message string
		cause         error
	}{
		{``, `record: unexpected EOF (offset 0)`, nil},
		{`hello`, `record: expected a value, found 'h' (offset 0)`, nil},
		{` [{"eventName":"a"}]`, `record: not a JSON object: an array (offset 1)`, ErrNotObject},
		{`null`, `record: not a JSON object: null (offset 0)`, ErrNotObject},
		{`{"eventName":"a"`, `record: unexpected EOF (offset 16)`, nil},
		{`{"eventName":"a"} x`, `record: expected the end of the text, found 'x' (offset 18)`, nil},
		{`{"eventName":"a","x":[1,}]}`, `record: expected a value, found '}' (offset 24)`, nil},
		{`{"eventName":"a","x":` + strings.Repeat("[", 2000) + strings.Repeat("]", 2000) + `}`,
			`record: nested deeper than 1000 levels (offset 1019)`, nil},
		{`{}`, `record: not a CloudTrail record: it has none of a record's fields (offset 0)`, ErrNotRecord},
		{` {"name":"package","version":"1.0"}`,
			`record: not a CloudTrail record: it has none of a record's fields (offset 1)`, ErrNotRecord},
		{`{"detail-type":"EC2 Instance State-change Notification","detail": {"state":"running"}}`,
			`record: not a CloudTrail record: the detail of an event that is not from CloudTrail (offset 66)`, ErrNotRecord},
		{`{"awsAccountId":"111122223333","digestStartTime":"2015-08-17T14:01:31Z","digestEndTime":"2015-08-17T15:01:31Z","logFiles":[]}`,
			`record: not a CloudTrail record: it is a digest of log files (offset 0)`, ErrNotRecord},
		{`{"eventVersion":"2.1","eventSource":"aws:s3","s3":{}}`,
			`record: not a CloudTrail record: it is a notification from an S3 bucket (offset 0)`, ErrNotRecord},
	} {
		_, err := Parse([]byte(tt.text))
		var e *Error
		if !errors.As(err, &e) || err.Error() != tt.message || tt.cause != nil && !errors.Is(err, tt.cause) {
			t.Errorf("Parse(%.60s): %v, want %s", tt.text, err, tt.message)
		}
	}
}

// A Record that could not be decoded has nothing in it, neither of the text at fault nor of the one before, and
// whoever marshals it all the same gets what an empty Record gives.
func TestParseErrorsEmpty(t *testing.T) {
	empty := (&Record{}).AppendJSON(nil)
	for _, text := range []string{``, `1`, `{}`, `{"eventName":"a"`, `{"eventName":"a"} x`, `{"eventName":"a","x":}`,
		`{"eventSource":"aws:s3"}`, `{"detail":{"state":"running"}}`, `{"detail":{"eventSource":"aws:s3"}}`,
		`{"awsAccountId":"111122223333","digestEndTime":"2015-08-17T15:01:31Z"}`} {
		var r Record
		if err := r.UnmarshalJSON([]byte(modern)); err != nil {
			t.Fatal(err)
		}
		if err := r.UnmarshalJSON([]byte(text)); err == nil {
			t.Fatalf("%s is accepted", text)
		}
		if got := r.AppendJSON(nil); !bytes.Equal(got, empty) || r.Text() != "" {
			t.Errorf("behind %s: %s, of the text %q", text, got, r.Text())
		}
		r.Resources = nil // of which the memory is kept
		if diff := cmp.Diff(Record{}, r, cmp.AllowUnexported(Record{})); diff != "" {
			t.Errorf("behind %s (-empty +got):\n%s", text, diff)
		}
	}
}

// Whatever is accepted as a record is accepted in its event, too.
func TestParseDepth(t *testing.T) {
	deepest := 0
	for depth := 900; depth < 1100; depth++ {
		text := `{"eventName":"a","requestParameters":` + strings.Repeat("[", depth) + strings.Repeat("]", depth) + `}`
		r, err := Parse([]byte(text))
		if err != nil {
			continue
		}
		deepest = depth
		if _, err := Parse(r.AppendEvent(nil)); err != nil {
			t.Errorf("%d levels in requestParameters: the record is accepted, its event is not: %v", depth, err)
		}
	}
	if deepest != 998 { // and one each for the record and the event
		t.Errorf("%d levels in requestParameters are accepted, want 998", deepest)
	}
}

func TestParseEvent(t *testing.T) {
	r, err := Parse([]byte(modern))
	if err != nil {
		t.Fatal(err)
	}
	fromEvent, err := Parse(r.AppendEvent(nil))
	if err != nil {
		t.Fatal(err)
	}
	if diff := cmp.Diff(r, fromEvent, cmp.AllowUnexported(Record{})); diff != "" {
		t.Errorf("record in an event (-alone +in event):\n%s", diff)
	}
}

func TestMarshal(t *testing.T) {
	r, err := Parse([]byte(modern))
	if err != nil {
		t.Fatal(err)
	}
	got, err := json.Marshal(struct{ Records []*Record }{[]*Record{r}})
	if want := `{"Records":[` + modern + `]}`; err != nil || string(got) != want {
		t.Errorf("Marshal = %s, %v, want %s", got, err, want)
	}
	if got, err := json.Marshal([]JSON{r.AdditionalEventData, ""}); string(got) != `[{"bytesTransferredOut":0.0},null]` {
		t.Errorf("Marshal of JSON = %s, %v", got, err)
	}
}

func FuzzParse(f *testing.F) {
	for _, text := range seeds {
		f.Add([]byte(text))
	}
	f.Fuzz(func(t *testing.T, text []byte) {
		r, err := Parse(text)
		if err != nil {
			var e *Error
			if !errors.As(err, &e) || e.Offset < 0 || e.Offset > int64(len(text)) {
				t.Fatalf("%q: %v has no place in the text", text, err)
			}
		}
		var inPlace Record
		whole := string(text)
		switch errInPlace := inPlace.UnmarshalString(whole); {
		case err != nil:
			if errInPlace == nil || errInPlace.Error() != err.Error() {
				t.Fatalf("%q: Parse: %v, UnmarshalString: %v", text, err, errInPlace)
			}
		case errInPlace != nil:
			t.Fatalf("%q: Parse accepts it, UnmarshalString: %v", text, errInPlace)
		default:
			if diff := cmp.Diff(r, &inPlace, cmp.AllowUnexported(Record{}), cmpopts.EquateEmpty()); diff != "" {
				t.Fatalf("%q (-Parse +UnmarshalString):\n%s", text, diff)
			}
			if !overlap(inPlace.text, whole) {
				t.Fatalf("%q: the text %q is no piece of it", text, inPlace.text)
			}
		}
		if strings.Count(string(text), `detail"`) > 1 {
			return // the first is the detail of an event, but a map has the last
		}
		if !utf8.Valid(text) || strings.Count(string(text), "[")+strings.Count(string(text), "{") > 900 {
			return // encoding/json repairs the one and nests deeper than we do
		}
		if err := compareSlow(r, text); err != nil {
			t.Fatalf("%q: %v", text, err)
		}
	})
}

// compareSlow compares what Parse made of a text, nil if it refused it, with what a naive decode
// says.
func compareSlow(r *Record, text []byte) error {
	want, ok := decodeSlow(text)
	if (r != nil) != ok {
		return fmt.Errorf("accepted: %v; by the naive decode: %v", r != nil, ok)
	}
	if r == nil {
		return nil
	}
	if !json.Valid([]byte(r.Text())) {
		return fmt.Errorf("its text is %s", r.Text())
	}
	for path, got := range r.fields() {
		if got != want[path] {
			return fmt.Errorf("%s = %q, want %q", path, got, want[path])
		}
	}
	for path, got := range r.booleans() {
		if text := want[path] + want[path+"?"]; got != boolSlow(text) {
			return fmt.Errorf("%s = %v, want %q", path, got, text)
		}
	}
	// What is derived must not fail, whatever is missing.
	r.Category()
	r.IsReadOnly()
	r.S3ObjectARN()
	if r.UserIdentity.Principal() == "" {
		return errors.New("nobody is behind the call")
	}
	if event := r.AppendEvent(nil); !json.Valid(event) {
		return fmt.Errorf("its event is %s", event)
	}
	return nil
}

// Whatever byte stands at whatever place in a time, parseUTC agrees with package time, or leaves the time
// to it.
func TestParseUTC(t *testing.T) {
	const layout = "2006-01-02T15:04:05Z"
	for _, base := range []string{"2016-11-15T23:02:12Z", "2024-02-28T00:59:59Z", "0000-00-00T00:00:00Z"} {
		for i := range len(base) {
			for c := range 256 {
				text := base[:i] + string([]byte{byte(c)}) + base[i+1:]
				want, err := time.Parse(layout, text)
				got, ok := parseUTC(text)
				if ok && (err != nil || !got.Equal(want)) || !ok && err == nil && want.Day() <= 28 {
					t.Errorf("parseUTC(%q) = %v, %v, want %v, %v", text, got, ok, want, err)
				}
			}
		}
	}
}

// Records that are decoded one after the other into the same Record have their texts side by side in memory.
// None of them changes another, in however many goroutines.
func TestUnmarshalTogether(t *testing.T) {
	g := synth.New(synth.Config{})
	texts := [][]byte{[]byte(announced), []byte(modern)}
	for range 300 {
		texts = append(texts, g.AppendRecord(nil))
	}
	texts = append(texts, []byte(`{"eventName":"`+strings.Repeat("larger than a piece", pieceSize/10)+`"}`))
	for range 4 {
		t.Run("", func(t *testing.T) {
			t.Parallel()
			var reused Record
			var kept []Record
			for _, text := range texts {
				lent := slices.Clone(text)
				if err := reused.UnmarshalJSON(lent); err != nil {
					t.Fatal(err)
				}
				clear(lent) // is the caller's again
				kept = append(kept, reused)
				kept[len(kept)-1].Resources = append([]Resource(nil), reused.Resources...)
			}
			for i, text := range texts {
				want, err := Parse(text)
				if err != nil {
					t.Fatal(err)
				}
				if diff := cmp.Diff(want, &kept[i], cmp.AllowUnexported(Record{})); diff != "" {
					t.Fatalf("record %d (-alone +reused):\n%.1000s", i, diff)
				}
			}
		})
	}
}

// What UnmarshalString makes of a record are pieces of the caller's string: nothing is copied or allocated, if
// there is room for the resources and nothing has escapes.
func TestUnmarshalString(t *testing.T) {
	g := synth.New(synth.Config{})
	var texts []string
	for len(texts) < 300 {
		if text := string(g.AppendRecord(nil)); !strings.Contains(text, `\`) {
			texts = append(texts, text)
		}
	}
	var r Record
	pass := func(check func(text string)) {
		for _, text := range texts {
			if err := r.UnmarshalString(text); err != nil {
				t.Fatal(err)
			}
			check(text)
		}
	}
	pass(func(text string) {
		want, err := Parse([]byte(text))
		if err != nil {
			t.Fatal(err)
		}
		if diff := cmp.Diff(want, &r, cmp.AllowUnexported(Record{}), cmpopts.EquateEmpty()); diff != "" {
			t.Errorf("%s (-Parse +UnmarshalString):\n%s", text, diff)
		}
		eachStringIn(reflect.ValueOf(&r).Elem(), func(s string) {
			if s != "" && !overlap(s, text) {
				t.Errorf("%q is no piece of the string that was decoded, %s", s, text)
			}
		})
		eachStringIn(reflect.ValueOf(r.Clone()).Elem(), func(s string) {
			if overlap(s, text) {
				t.Errorf("%q of a clone is a piece of the string that was decoded, %s", s, text)
			}
		})
	})
	if allocs := testing.AllocsPerRun(10, func() { pass(func(string) {}) }); allocs > 0 {
		t.Errorf("%v allocations for %d records, want none", allocs, len(texts))
	}
}
