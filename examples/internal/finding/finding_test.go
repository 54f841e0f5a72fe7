package finding

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"log/slog"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"github.com/trailsieve/trailsieve/examples/internal/programtest"
	"github.com/trailsieve/trailsieve/examples/internal/s3call"
	"github.com/trailsieve/trailsieve/record"
)

func add(s *Set, cause Cause, minute int, event string) {
	rec := &record.Record{
		EventTime: time.Date(2026, time.November, 22, 9, minute, 0, 0, time.UTC),
		EventID:   event, SourceIPAddress: "192.0.2.10",
	}
	s.Add(cause, rec, &s3call.Call{Outcome: s3call.Refused}, s3call.Place{Bucket: "b", Key: event, Operation: "GetObject"})
}

func written(t *testing.T, s *Set) []map[string]any {
	t.Helper()
	var out bytes.Buffer
	if err := s.Write(context.Background(), slog.NewJSONHandler(&out, nil)); err != nil {
		t.Fatal(err)
	}
	return programtest.Decode(t, out.String())
}

// Records of one cause are one finding, out of order and twice as they may come.
func TestSet(t *testing.T) {
	var s Set
	denied := Cause{"denied", "b", "alice", "AccessDenied"}
	add(&s, denied, 5, "e5")
	add(&s, Cause{"anonymous", "b", "anonymous", ""}, 1, "a")
	add(&s, denied, 3, "e3")
	add(&s, denied, 9, "e9")
	add(&s, denied, 9, "e9")
	want := []map[string]any{{
		"level": "WARN", "msg": "finding", "finding": denied.ID(), "cause": "denied", "bucket": "b", "who": "alice",
		"detail": "AccessDenied", "first": "2026-11-22T09:03:00Z", "last": "2026-11-22T09:09:00Z", "count": 4.0,
		"outcomes": map[string]any{"refused": 4.0}, "operations": map[string]any{"GetObject": 4.0}, "from": []any{"192.0.2.10"},
		"places": []any{"s3://b/e5", "s3://b/e3", "s3://b/e9"}, "events": []any{"e5", "e3", "e9"},
	}, {
		"level": "WARN", "msg": "finding", "finding": Cause{"anonymous", "b", "anonymous", ""}.ID(), "cause": "anonymous", "bucket": "b",
		"who": "anonymous", "first": "2026-11-22T09:01:00Z", "last": "2026-11-22T09:01:00Z", "count": 1.0,
		"outcomes": map[string]any{"refused": 1.0}, "operations": map[string]any{"GetObject": 1.0}, "from": []any{"192.0.2.10"},
		"places": []any{"s3://b/a"}, "events": []any{"a"},
	}}
	if diff := cmp.Diff(want, written(t, &s)); diff != "" {
		t.Errorf("findings (-want +got):\n%s", diff)
	}
}

// The id does not change: a store would take the same cause for a new one. This is
//
//	printf 6:denied,1:b,5:alice,12:AccessDenied, | sha256sum | cut -c1-32
func TestID(t *testing.T) {
	if got := (Cause{"denied", "b", "alice", "AccessDenied"}).ID(); got != "a9781a28798e7c0e0d7f16e10969b25c" {
		t.Errorf("the id is %s", got)
	}
	if (Cause{"a", "bc", "", ""}).ID() == (Cause{"ab", "c", "", ""}).ID() {
		t.Error("two causes have the same id")
	}
}

// A sample says that it is one.
func TestSample(t *testing.T) {
	var s Set
	for i := range 25 {
		add(&s, Cause{Name: "denied"}, i, fmt.Sprint("e", i))
	}
	f := written(t, &s)[0]
	if f["count"] != 25.0 || len(f["events"].([]any)) != sampleSize || f["eventsMore"] != true || f["placesMore"] != true || f["fromMore"] != nil {
		t.Errorf("%v", f)
	}
}

// Callers without number do not fill the memory, and all are counted.
func TestOthers(t *testing.T) {
	var s Set
	const many = maxFindings + 500
	for i := range many {
		add(&s, Cause{"unknown principal", "b", fmt.Sprint("caller ", i), "d"}, 0, "e")
	}
	if s.Len() != maxFindings+1 {
		t.Fatalf("%d findings", s.Len())
	}
	if f := written(t, &s)[maxFindings]; f["who"] != Others || f["count"] != 500.0 {
		t.Errorf("the others: %v", f)
	}
	for i := range many {
		add(&s, Cause{"unknown principal", fmt.Sprint("bucket ", i), "caller", "d"}, 0, "e")
	}
	if s.Len() != maxFindings+maxOthers+1 {
		t.Fatalf("%d findings", s.Len())
	}
	if f := written(t, &s)[maxFindings+maxOthers]; f["bucket"] != Others || f["who"] != Others || f["count"] != float64(many-maxOthers+1) {
		t.Errorf("the others in other buckets: %v", f)
	}
}

// A finding that cannot be written is not lost silently.
func TestWriteFails(t *testing.T) {
	var s Set
	add(&s, Cause{Name: "denied"}, 0, "e")
	err := s.Write(context.Background(), slog.NewJSONHandler(failingWriter{}, nil))
	if err == nil || !errors.Is(err, errDiskFull) {
		t.Errorf("%v", err)
	}
}

var errDiskFull = errors.New("disk full")

type failingWriter struct{}

func (failingWriter) Write([]byte) (int, error) { return 0, errDiskFull }
