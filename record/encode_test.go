package record

import (
	"encoding/json"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"
	"github.com/google/go-cmp/cmp/cmpopts"
)

func TestMarshalBuilt(t *testing.T) {
	for _, tt := range []struct {
		r    Record
		want string
	}{
		{Record{}, `{"requestParameters":null,"responseElements":null}`},
		{Record{
			EventVersion: "1.11",
			UserIdentity: Identity{Type: "AssumedRole", SessionContext: SessionContext{
				Attributes: SessionAttributes{time.Date(2026, 11, 22, 13, 0, 0, 0, time.FixedZone("", 3600)), True},
			}},
			EventTime:         time.Date(2026, 11, 22, 12, 0, 0, 0, time.UTC),
			EventName:         `Put"Object"`,
			RequestParameters: `{"bucketName": "b"}`,
			ReadOnly:          False,
			Resources:         []Resource{{Type: "AWS::S3::Object", ARN: "arn:aws:s3:::b/k"}, {}},
			EventCategory:     Data,

			SessionCredentialFromConsole: True,

			Addendum: &Addendum{Reason: "DELIVERY_DELAY"},
		}, `{"eventVersion":"1.11","userIdentity":{"type":"AssumedRole","sessionContext":{"attributes":` +
			`{"creationDate":"2026-11-22T12:00:00Z","mfaAuthenticated":"true"}}},"eventTime":"2026-11-22T12:00:00Z",` +
			`"eventName":"Put\"Object\"","requestParameters":{"bucketName": "b"},"responseElements":null,"readOnly":false,` +
			`"resources":[{"type":"AWS::S3::Object","ARN":"arn:aws:s3:::b/k"},{}],"eventCategory":"Data",` +
			`"sessionCredentialFromConsole":"true","addendum":{"reason":"DELIVERY_DELAY"}}`},
	} {
		got := string(tt.r.AppendJSON(nil))
		if got != tt.want {
			t.Errorf("built in code:\n is   %s\n want %s", got, tt.want)
		}
	}
	if got, err := json.Marshal(&Record{RequestParameters: "{"}); err == nil {
		t.Errorf("a record with broken JSON in a field marshals to %s", got)
	}
	event := (&Record{EventName: "a", EventSource: "s3.amazonaws.com"}).AppendEvent(nil)
	if r, err := Parse(event); err != nil || r.EventName != "a" {
		t.Errorf("the event of a record built in code is %s: %v", event, err)
	}
}

func TestMarshalChanged(t *testing.T) {
	const text = `{ "x":1.0, "eventName" : "a", "userIdentity":{"new":[ ], "username":"u","arn":null,"sessionContext":` +
		`{"attributes":{"mfaAuthenticated":"false","more":"\u0041"}}}, "eventID":7,"eventName":"b","resources":[{"arn":"r"}] }`
	for _, tt := range []struct {
		name   string
		change func(r *Record)
		want   string
	}{
		{"nothing", func(r *Record) {}, text},
		{"a field to what it was", func(r *Record) { r.EventName = "b" }, text},
		{"a field", func(r *Record) { r.EventName = "c" },
			`{"x":1.0,"eventName":"c","userIdentity":{"new":[ ], "username":"u","arn":null,"sessionContext":` +
				`{"attributes":{"mfaAuthenticated":"false","more":"\u0041"}}},"eventID":7,"resources":[{"arn":"r"}]}`},
		{"a field deep below", func(r *Record) { r.UserIdentity.SessionContext.Attributes.MFAAuthenticated = True },
			`{"x":1.0,"eventName":"a","userIdentity":{"new":[ ],"username":"u","arn":null,"sessionContext":` +
				`{"attributes":{"mfaAuthenticated":"true","more":"\u0041"}}},"eventID":7,"eventName":"b","resources":[{"arn":"r"}]}`},
		{"a field with another name", func(r *Record) { r.UserIdentity.UserName = "v" },
			`{"x":1.0,"eventName":"a","userIdentity":{"new":[ ],"username":"v","arn":null,"sessionContext":` +
				`{"attributes":{"mfaAuthenticated":"false","more":"\u0041"}}},"eventID":7,"eventName":"b","resources":[{"arn":"r"}]}`},
		{"an odd field", func(r *Record) { r.EventID = "e" },
			`{"x":1.0,"eventName":"a","userIdentity":{"new":[ ], "username":"u","arn":null,"sessionContext":` +
				`{"attributes":{"mfaAuthenticated":"false","more":"\u0041"}}},"eventID":"e","eventName":"b","resources":[{"arn":"r"}]}`},
		{"fields removed", func(r *Record) { r.EventName, r.UserIdentity, r.Resources = "", Identity{}, nil },
			`{"x":1.0,"eventID":7}`},
		{"fields added", func(r *Record) { r.AWSRegion, r.ReadOnly, r.Addendum = "eu-west-1", True, new(Addendum) },
			`{"x":1.0,"eventName":"a","userIdentity":{"new":[ ], "username":"u","arn":null,"sessionContext":` +
				`{"attributes":{"mfaAuthenticated":"false","more":"\u0041"}}},"eventID":7,"eventName":"b","resources":[{"arn":"r"}],` +
				`"awsRegion":"eu-west-1","readOnly":true,"addendum":{}}`},
		{"a list", func(r *Record) { r.Resources[0].Type = "t" },
			`{"x":1.0,"eventName":"a","userIdentity":{"new":[ ], "username":"u","arn":null,"sessionContext":` +
				`{"attributes":{"mfaAuthenticated":"false","more":"\u0041"}}},"eventID":7,"eventName":"b",` +
				`"resources":[{"type":"t","ARN":"r"}]}`},
	} {
		r, err := Parse([]byte(text))
		if err != nil {
			t.Fatal(err)
		}
		tt.change(r)
		if got := string(r.AppendJSON(nil)); got != tt.want {
			t.Errorf("changed %s:\n is   %s\n want %s", tt.name, got, tt.want)
		}
	}
}

// FuzzMarshal checks two laws: a record that was decoded marshals to its text; and its fields alone,
// marshalled and decoded again, are the same fields.
func FuzzMarshal(f *testing.F) {
	for _, text := range seeds {
		f.Add([]byte(text))
	}
	f.Fuzz(func(t *testing.T, text []byte) {
		r, err := Parse(text)
		if err != nil {
			return
		}
		if got := string(r.AppendJSON(nil)); got != r.Text() {
			t.Fatalf("%q marshals to %q", r.Text(), got)
		}
		built := *r
		built.text = ""
		built.EventName += "!" // so that it is known as a record
		again, err := Parse(built.AppendJSON(nil))
		if err != nil {
			t.Fatalf("%q built in code: %v: %s", text, err, built.AppendJSON(nil))
		}
		again.text = ""
		if diff := cmp.Diff(&built, again, cmp.AllowUnexported(Record{}), cmpopts.EquateEmpty()); diff != "" {
			t.Fatalf("%q built in code (-before +after):\n%s", text, diff)
		}
		// A change of one member leaves the others as they were.
		r.AWSRegion += "!"
		changed, err := Parse(r.AppendJSON(nil))
		if err != nil || changed.AWSRegion != r.AWSRegion || changed.RequestParameters != r.RequestParameters ||
			changed.UserIdentity != r.UserIdentity {
			t.Fatalf("%q with another awsRegion: %v: %s", text, err, r.AppendJSON(nil))
		}
	})
}

func TestOddities(t *testing.T) {
	for _, tt := range []struct {
		text string
		want []Oddity
	}{
		{announced, nil},
		{modern, nil},
		{`{"eventID":null,"userIdentity":null,"resources":null,"readOnly":null,"eventTime":null,"requestParameters":[]}`, nil},
		{`{"eventID":5,"readOnly":"perhaps","eventTime":"noon","userIdentity":{"sessionContext":[{}],"arn":{"a":1}},` +
			`"resources":[{"ARN":true},"x"]}`, []Oddity{
			{"/eventID", "a number where a string is expected"},
			{"/readOnly", `"perhaps" where a boolean is expected`},
			{"/eventTime", `"noon" where a time is expected`},
			{"/userIdentity/sessionContext", "an array where an object is expected"},
			{"/userIdentity/arn", "an object where a string is expected"},
			{"/resources/0/ARN", "a boolean where a string is expected"},
			{"/resources/1", "a string where an object is expected"},
		}},
	} {
		r, err := Parse([]byte(tt.text))
		if err != nil {
			t.Fatal(err)
		}
		if diff := cmp.Diff(tt.want, r.Oddities()); diff != "" {
			t.Errorf("%.80s (-want +got):\n%s", tt.text, diff)
		}
	}
	if got := (&Record{EventName: "a"}).Oddities(); got != nil {
		t.Errorf("a record built in code has oddities: %v", got)
	}
}

func TestARNs(t *testing.T) {
	r, err := Parse([]byte(`{"eventName":"a","resources":[{"ARN":"arn:1"},{"ARNPrefix":"arn:2/"},{"ARN":"none"}],` +
		`"requestParameters":{"a":["arn:1",{"b":[["arn:\u0033"]],"arn:name":null}],"c":"x arn:y"},"responseElements":["arn:4"]}`))
	if err != nil {
		t.Fatal(err)
	}
	var got []string
	for arn, by := range r.ARNs() {
		got = append(got, arn+" by "+string(by))
	}
	want := []string{"arn:1 by resources", "arn:2/ by resources", "arn:3 by requestParameters", "arn:4 by responseElements"}
	if diff := cmp.Diff(want, got); diff != "" {
		t.Errorf("(-want +got):\n%s", diff)
	}
	for stop := range want {
		n := 0
		for range r.ARNs() {
			if n++; n > stop {
				break
			}
		}
		if n != stop+1 {
			t.Errorf("stopped at %d, ran to %d", stop+1, n)
		}
	}
	if r, err = Parse([]byte(announced)); err != nil {
		t.Fatal(err)
	}
	for arn, by := range r.ARNs() {
		if arn != "arn:aws:s3:::jbarr-s3-trail-demo/ie_sb_device_4.png" || by != ByParameters {
			t.Errorf("the announcement's record touched %s by %s", arn, by)
		}
	}
	for _, broken := range []JSON{"", "{", `{"a"`, `{"a":`, `["a`, `["arn:a" "b"]`, `["arn:a"`, "]", "[}"} {
		for range (&Record{RequestParameters: broken}).ARNs() {
		}
	}
}

func TestLogValue(t *testing.T) {
	r, err := Parse([]byte(modern))
	if err != nil {
		t.Fatal(err)
	}
	got := r.LogValue().String()
	want := `[eventTime=2026-11-15 23:02:12 +0000 UTC eventSource=s3.amazonaws.com eventName=GetObject principal=role Admin, session bob ` +
		`sourceIPAddress=192.0.2.10 awsRegion=us-east-1 account=111122223333 bucket=amzn-s3-demo-bucket key=images/café.jpg ` +
		`errorCode=AccessDenied errorMessage=Access "Denied" eventID=3038ebd2-c98a-4c65-9b6e-e22506292313]`
	if got != want {
		t.Errorf("LogValue is\n%s\nwant\n%s", got, want)
	}
	if got := (&Record{EventCategory: Insight}).LogValue().String(); !strings.Contains(got, "eventName=Insight principal=unknown") {
		t.Errorf("LogValue of an Insights event is %s", got)
	}
}
