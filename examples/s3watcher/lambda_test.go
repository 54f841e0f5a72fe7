package main

import (
	"encoding/json"
	"os"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"github.com/trailsieve/trailsieve/internal/lambdatest"
)

// TestLambda runs the program as Lambda would.
func TestLambda(t *testing.T) {
	good, err := os.ReadFile("testdata/event.json")
	if err != nil {
		t.Fatal(err)
	}
	f := lambdatest.Start(t, lambdatest.Build(t, "."))
	event := func(detail string) string {
		return `{"version":"0","id":"11111111-2222-3333-4444-555555555555","detail-type":"AWS API Call via CloudTrail",` +
			`"source":"aws.s3","account":"111122223333","time":"2026-11-22T12:00:00Z","region":"us-east-1","resources":[]` + detail + `}`
	}
	const id = `event "11111111-2222-3333-4444-555555555555": `
	for _, tt := range []struct {
		name, event string
		failure     string // the beginning of the error, empty for none
	}{
		{"good", string(good), ""},
		{"no detail", event(``), id + `record: not a CloudTrail record: it has none of a record's fields`},
		{"null", event(`,"detail":null`), id + `record: not a CloudTrail record`},
		{"a string", event(`,"detail":"record"`), id + `record: not a CloudTrail record`},
		{"not CloudTrail's", event(`,"detail":{"state":"running"}`), id + `record: not a CloudTrail record: the detail of an event`},
		{"nameless", event(`,"detail":{"eventVersion":"1.08","eventCategory":"Insight"}`), id + `its record has no eventName`},
		{"no call to S3", event(`,"detail":{"eventName":"CreateUser","eventSource":"iam.amazonaws.com"}`),
			id + `CreateUser of iam.amazonaws.com is no call to an S3 bucket`},
		{"odd but usable", event(`,"detail":{"eventName":"GetObject","eventSource":"s3.amazonaws.com","userIdentity":"?",` +
			`"sourceIPAddress":7,"eventTime":[],"errorCode":"AccessDenied","errorMessage":"Access Denied",` +
			`"requestParameters":{"bucketName":"b","key":"caf\u00e9 \"1\""}}`), ""},
		{"odd around a usable record", `{"id":"odd","time":"bad","resources":"x","account":1,"detail":{"eventName":"ListObjects",` +
			`"eventSource":"s3.amazonaws.com","eventTime":"2026-11-22T12:00:00Z","requestParameters":{"bucketName":"b"}}}`, ""},
		{"no event", `[1,2,3]`, `event "": record: not a JSON object: an array`},
		{"no JSON", `{`, `unexpected EOF`},
		{"good again", string(good), ""},
	} {
		got := f.Invoke(t, []byte(tt.event))
		switch {
		case tt.failure == "":
			if got.Error != nil || string(got.Response) != "null" {
				t.Errorf("%s: response %s, error %+v", tt.name, got.Response, got.Error)
			}
		case got.Error == nil || !strings.HasPrefix(got.Error.Message, tt.failure):
			t.Errorf("%s: response %s, error %+v, want %s", tt.name, got.Response, got.Error, tt.failure)
		}
	}

	late := f.InvokeUntil(t, good, time.Now().Add(-time.Second))
	if late.Error == nil || late.Error.Message != `event "0b7a1c52-5f0e-4f5b-9d0c-6a3f6f1f9a11": context deadline exceeded` {
		t.Errorf("out of time: response %s, error %+v", late.Response, late.Error)
	}

	var calls []map[string]string
	for line := range strings.Lines(f.Stop(t)) {
		var call map[string]string
		if json.Unmarshal([]byte(line), &call) == nil && call["msg"] == "S3 call" {
			if call["time"] == "" || call["level"] != "INFO" {
				t.Errorf("a line without time or level: %s", line)
			}
			delete(call, "time")
			delete(call, "level")
			delete(call, "msg")
			calls = append(calls, call)
		}
	}
	put := map[string]string{
		"who": "role uploader, session web-7", "what": "PutObject", "bucket": "amzn-s3-demo-bucket",
		"key": "images/cat.jpg", "when": "2026-11-22T11:59:58Z", "from": "192.0.2.10", "outcome": "success",
		"event": "0b7a1c52-5f0e-4f5b-9d0c-6a3f6f1f9a11",
	}
	odd := map[string]string{
		"who": "unknown", "what": "GetObject", "bucket": "b", "key": `café "1"`,
		"from": "unknown", "outcome": "AccessDenied", "error": "Access Denied",
		"event": "11111111-2222-3333-4444-555555555555",
	}
	list := map[string]string{
		"who": "unknown", "what": "ListObjects", "bucket": "b", "when": "2026-11-22T12:00:00Z",
		"from": "unknown", "outcome": "success", "event": "odd",
	}
	if diff := cmp.Diff([]map[string]string{put, odd, list, put}, calls); diff != "" {
		t.Errorf("the function's log (-want +got):\n%s", diff)
	}
}

// A line that cannot be written is an error, with which Lambda tries the event again.
func TestLogFails(t *testing.T) {
	good, err := os.ReadFile("testdata/event.json")
	if err != nil {
		t.Fatal(err)
	}
	err = newWatcher(failingWriter{}, nil).handle(t.Context(), good)
	if err == nil || err.Error() != `event "0b7a1c52-5f0e-4f5b-9d0c-6a3f6f1f9a11" could not be logged: disk full` {
		t.Errorf("%v", err)
	}
}

// The cold start and the steady state of the real binary.
func BenchmarkLambda(b *testing.B) {
	event, err := os.ReadFile("testdata/event.json")
	if err != nil {
		b.Fatal(err)
	}
	lambdatest.Bench(b, ".", event)
}
