package payload

import (
	"bytes"
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"log/slog"
	"os"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/trailsieve/trailsieve/examples/internal/payload/payloadtest"
	"github.com/trailsieve/trailsieve/record"
)

// rec is a record with the given event id; event is the EventBridge event of it.
func rec(id string) string {
	return `{"eventVersion":"1.11","eventName":"GetObject","eventID":"` + id + `"}`
}
func event(id string) string { return payloadtest.Event("bus-"+id, rec(id)) }

// Each payload gives the records, fails the messages, and has the error that is said.
func TestHandle(t *testing.T) {
	control := payloadtest.Packed(`{"messageType":"CONTROL_MESSAGE","logEvents":[{"id":"","timestamp":1,"message":"CWL CONTROL MESSAGE: Checking health of destination Firehose."}]}`)
	for _, tt := range []struct{ name, payload, records, response, err string }{
		{"event", event("a"), "a", "null", ""},
		{"record", rec("a"), "a", "null", ""},
		{"log file", `{"Records":[` + rec("a") + `,` + rec("b") + `]}`, "a b", "null", ""},
		{"logs", payloadtest.Subscription(rec("a"), rec("b")), "a b", "null", ""},
		{"control message", control, "", "null", ""},
		{"batch", payloadtest.Batch(event("a"), rec("b"), payloadtest.Subscription(rec("c"), rec("d"))), "a b c d", `{"batchItemFailures":[]}`, ""},

		{"event of another", `{"id":"bus","detail":{"state":"running"}}`, "", "null", `event "bus": record: not a CloudTrail record`},
		{"empty object", `{}`, "", "null", `record: not a CloudTrail record`},
		{"nothing", `[]`, "", "null", `no records in an event of 2 bytes`},
		{"no record", `17`, "", "null", `record: expected a JSON object or array, found '1'`},
		{"logs, one bad", payloadtest.Subscription(rec("a"), "cut {", rec("b")), "a b", "null", `record: `},
		{"logs, not packed", `{"awslogs":{"data":"bm8="}}`, "", "null", `record: in awslogs.data: `},
		{"function fails", `[` + rec("a") + `,` + rec("fail") + `,` + rec("b") + `]`, "a b", "null", `as told`},
		{"batch, some bad", payloadtest.Batch(event("a"), "{", rec("fail"), rec("b"), ""), "a b", `{"batchItemFailures":[{"itemIdentifier":"m1"},{"itemIdentifier":"m2"},{"itemIdentifier":"m4"}]}`, ""},
		{"batch, half a message", payloadtest.Batch(payloadtest.Subscription(rec("a"), "cut {")), "a", `{"batchItemFailures":[{"itemIdentifier":"m0"}]}`, ""},
		{"batch without id", `{"Records":[{"messageId":"m0","eventSource":"aws:sqs","body":""},{"eventSource":"aws:sqs","body":""}]}`, "", "null", `message 1 of the batch has no messageId`},
		{"flood", `[` + strings.Repeat(`0,`, 99) + `0]`, "", "null", "record: not a JSON object: a number in record 0"},
	} {
		var got []string
		var log bytes.Buffer
		response, err := Handle(context.Background(), []byte(tt.payload), slog.NewJSONHandler(&log, nil), func(r *record.Record) error {
			if r.EventID == "fail" {
				return errors.New("as told")
			}
			got = append(got, r.EventID)
			return nil
		})
		if s := strings.Join(got, " "); s != tt.records {
			t.Errorf("%s: records %s, want %s", tt.name, s, tt.records)
		}
		answer, _ := json.Marshal(response)
		if string(answer) != tt.response || strings.Count(log.String(), `"message failed"`) != strings.Count(tt.response, "itemIdentifier") {
			t.Errorf("%s: response %s, want %s; log:\n%s", tt.name, answer, tt.response, &log)
		}
		if (err == nil) != (tt.err == "") || err != nil && !strings.HasPrefix(err.Error(), tt.err) {
			t.Errorf("%s: error %v, want %s", tt.name, err, tt.err)
		}
		if tt.name == "flood" && (strings.Count(err.Error(), "\n") != toldErrors || !strings.HasSuffix(err.Error(), "\n90 more errors")) {
			t.Errorf("flood: %v", err)
		}
	}
}

// Near the deadline nothing is begun any more, and nothing is lost: what is left comes again.
func TestDeadline(t *testing.T) {
	ctx, cancel := context.WithTimeout(context.Background(), reserve/2)
	defer cancel()
	never := func(r *record.Record) error { t.Errorf("record %s", r.EventID); return nil }
	if _, err := Handle(ctx, []byte(event("a")), slog.DiscardHandler, never); !errors.Is(err, ErrTime) ||
		!strings.HasPrefix(err.Error(), `event "bus-a": stopped behind 0 records: no time left`) {
		t.Errorf("an event: %v", err)
	}
	response, err := Handle(ctx, []byte(payloadtest.Batch(rec("a"), rec("b"))), slog.DiscardHandler, never)
	if err != nil || len(response.BatchItemFailures) != 2 {
		t.Errorf("a batch: %v, %v", response, err)
	}

	// It passes while the second of four records is worked on.
	ctx, cancel = context.WithCancel(context.Background())
	n := 0
	response, err = Handle(ctx, []byte(payloadtest.Batch(rec("a"), rec("b"), rec("c"), rec("d"))), slog.DiscardHandler, func(*record.Record) error {
		if n++; n == 2 {
			cancel()
		}
		return nil
	})
	if err != nil || n != 2 || len(response.BatchItemFailures) != 2 || response.BatchItemFailures[0].ItemIdentifier != "m2" {
		t.Errorf("half a batch: %d records, %v, %v", n, response, err)
	}
}

// A log that cannot be written is an error, since nobody would learn why a message failed.
func TestLogFails(t *testing.T) {
	out := slog.NewJSONHandler(failingWriter{}, nil)
	_, err := Handle(context.Background(), []byte(payloadtest.Batch("{")), out, func(*record.Record) error { return nil })
	if err == nil || err.Error() != "message m0 failed, and the log as well: disk full" {
		t.Errorf("%v", err)
	}
}

type failingWriter struct{}

func (failingWriter) Write([]byte) (int, error) { return 0, errors.New("disk full") }

// Whatever comes, each message of a batch fails or all its records were given on.
func FuzzHandle(f *testing.F) {
	for _, text := range []string{event("a"), payloadtest.Batch(event("a"), "{"), payloadtest.Subscription(rec("a"), "x"), `{"Records":[{"eventSource":"aws:sqs"}]}`, `[]`,
		`{"eventName":"a","Records":[{"eventName":"b"},{"eventName":"c"}]}`, rec("a") + rec("b")} {
		f.Add([]byte(text))
	}
	f.Fuzz(func(t *testing.T, text []byte) {
		n := 0
		response, err := Handle(context.Background(), text, slog.DiscardHandler, func(*record.Record) error { n++; return nil })
		if err != nil && response != nil {
			t.Errorf("%q: a response %v and an error %v", text, response, err)
		}
		if err == nil && response == nil && n == 0 && !bytes.Contains(text, []byte("awslogs")) && !bytes.Contains(text, []byte("messageType")) &&
			!bytes.Contains(text, []byte(`\u`)) {
			t.Errorf("%q: no records, and no error", text)
		}
		if response != nil {
			return
		}
		// The short way for single events leads where a Reader does.
		usable := 0
		for _, err := range record.NewReader(bytes.NewReader(text)).Records() {
			if err == nil {
				usable++
			}
		}
		if n != usable && !strings.HasPrefix(fmt.Sprint(err), "message ") {
			t.Errorf("%q: %d records, and %d for a Reader", text, n, usable)
		}
	})
}

// What the way to the records costs, beside checking the payload once with encoding/json.
func BenchmarkHandle(b *testing.B) {
	sample, err := os.ReadFile("../../userwatch/testdata/event.json")
	if err != nil {
		b.Fatal(err)
	}
	for name, text := range map[string]string{
		"event":     string(sample),
		"batch=100": payloadtest.Batch(slices.Repeat([]string{string(sample)}, 100)...),
	} {
		b.Run(name, func(b *testing.B) {
			b.ReportAllocs()
			b.SetBytes(int64(len(text)))
			n := 0
			for b.Loop() {
				if _, err := Handle(b.Context(), []byte(text), slog.DiscardHandler, func(*record.Record) error { n++; return nil }); err != nil {
					b.Fatal(err)
				}
			}
			handled := b.Elapsed()
			start := time.Now()
			for range b.N {
				json.Valid([]byte(text))
			}
			b.ReportMetric(float64(n)/handled.Seconds(), "records/s")
			b.ReportMetric(float64(time.Since(start))/float64(handled), "of-json.Valid")
		})
	}
}
