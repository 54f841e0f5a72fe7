// Package finding puts together what many records tell of the same cause:
//
//	{"level":"WARN","msg":"finding","finding":"5e0c...","cause":"denied","bucket":"amzn-s3-demo-bucket",
//	 "who":"arn:aws:iam::111122223333:role/app","detail":"AccessDenied","first":"2026-11-22T09:00:00Z",
//	 "last":"2026-11-22T11:59:58Z","count":17,"outcomes":{"refused":17},"operations":{"GetObject":16,"ListObjects":1},
//	 "from":["192.0.2.10"],"places":["s3://amzn-s3-demo-bucket/a.txt",...],"events":["7a1de9a4-...",...]}
//
// The id of a finding is made from its cause alone, so it is the same wherever and whenever the cause
// is met again: a store that keeps findings by id adds up counts and has one entry for each cause.
// Records may come twice, as AWS delivers them at least once; the ids of events tell.
package finding

import (
	"context"
	"crypto/sha256"
	"encoding/hex"
	"fmt"
	"iter"
	"log/slog"
	"maps"
	"slices"
	"time"

	"github.com/trailsieve/trailsieve/examples/internal/s3call"
	"github.com/trailsieve/trailsieve/record"
)

// A Cause is what makes findings the same.
type Cause struct {
	Name   string // "denied"
	Bucket string
	Who    string // see principal.Name
	Detail string // what else belongs to the cause
}

// ID returns the id of the cause: 128 bits of the SHA-256 of its parts, in hexadecimal.
func (c Cause) ID() string {
	h := sha256.New()
	for _, part := range []string{c.Name, c.Bucket, c.Who, c.Detail} {
		fmt.Fprintf(h, "%d:%s,", len(part), part) // with their lengths, so that no other parts read the same
	}
	return hex.EncodeToString(h.Sum(nil)[:16])
}

// A Finding is what the records of one cause told.
type Finding struct {
	Cause
	First, Last time.Time // of the records; zero if none has a time
	Count       int       // of the records

	outcomes   map[string]int
	operations map[string]int
	from       sample
	places     sample
	events     sample
}

// Places returns some of the places that were touched, and whether there are more.
func (f *Finding) Places() (some []string, more bool) { return f.places.values, f.places.more }

// A Set is the findings of some records. Its zero value is empty. It may be used by one goroutine at a
// time.
type Set struct {
	findings map[Cause]*Finding
	order    []*Finding // in that of their first records
}

const (
	// maxFindings is how many causes a Set keeps apart. Callers from other accounts make up their names,
	// so their number has no bound; those beyond it are put together under the name "others", one for
	// each cause and bucket. A finding takes some 3 KB, so that this many fit in the smallest function.
	maxFindings = 10_000

	// maxOthers is for how many causes and buckets those others are kept apart. Callers make up the
	// names of buckets as well; beyond it they are put together, too, one for each cause.
	maxOthers = 1000

	// sampleSize is how many addresses, places and events a finding lists.
	sampleSize = 10

	// maxOperations is how many operations a finding counts apart. S3 has about a hundred.
	maxOperations = 200
)

// Others is the name of callers, buckets and operations that are no longer kept apart.
const Others = "others"

// Add adds what a record tells of a cause: that a call touched a place.
func (s *Set) Add(cause Cause, rec *record.Record, call *s3call.Call, place s3call.Place) {
	if s.findings == nil {
		s.findings = make(map[Cause]*Finding)
	}
	f := s.findings[cause]
	if f == nil && len(s.order) >= maxFindings {
		cause.Who, cause.Detail = Others, ""
		f = s.findings[cause]
	}
	if f == nil && len(s.order) >= maxFindings+maxOthers {
		cause.Bucket = Others
		f = s.findings[cause]
	}
	if f == nil {
		f = &Finding{Cause: cause, outcomes: make(map[string]int), operations: make(map[string]int)}
		s.findings[cause] = f
		s.order = append(s.order, f)
	}
	if t := rec.EventTime; !t.IsZero() {
		if f.First.IsZero() || t.Before(f.First) {
			f.First = t
		}
		if t.After(f.Last) {
			f.Last = t
		}
	}
	f.Count++
	f.outcomes[string(call.Outcome)]++
	operation := place.Operation
	if _, known := f.operations[operation]; !known && len(f.operations) >= maxOperations {
		operation = Others
	}
	f.operations[operation]++
	f.from.add(string(rec.SourceIPAddress))
	f.places.add(place.String())
	f.events.add(rec.EventKey())
}

// Len returns the number of findings.
func (s *Set) Len() int { return len(s.order) }

// All returns the findings, in the order of their first records.
func (s *Set) All() iter.Seq[*Finding] { return slices.Values(s.order) }

// Write gives each finding to a handler, as a line at level WARN.
func (s *Set) Write(ctx context.Context, out slog.Handler) error {
	for _, f := range s.order {
		line := slog.NewRecord(time.Now(), slog.LevelWarn, "finding", 0)
		line.AddAttrs(f.attrs()...)
		if err := out.Handle(ctx, line); err != nil {
			return fmt.Errorf("finding %s could not be written: %w", f.ID(), err)
		}
	}
	return nil
}

// attrs returns what a line says of a finding.
func (f *Finding) attrs() []slog.Attr {
	attrs := []slog.Attr{
		slog.String("finding", f.ID()), slog.String("cause", f.Name), slog.String("bucket", f.Bucket), slog.String("who", f.Who),
	}
	if f.Detail != "" {
		attrs = append(attrs, slog.String("detail", f.Detail))
	}
	if !f.Last.IsZero() {
		attrs = append(attrs, slog.Time("first", f.First), slog.Time("last", f.Last))
	}
	attrs = append(attrs, slog.Int("count", f.Count), counts("outcomes", f.outcomes), counts("operations", f.operations))
	for _, s := range []struct {
		name string
		sample
	}{{"from", f.from}, {"places", f.places}, {"events", f.events}} {
		if len(s.values) > 0 {
			attrs = append(attrs, slog.Any(s.name, s.values))
		}
		if s.more {
			attrs = append(attrs, slog.Bool(s.name+"More", true))
		}
	}
	return attrs
}

func counts(name string, n map[string]int) slog.Attr {
	var group []any
	for _, key := range slices.Sorted(maps.Keys(n)) {
		group = append(group, slog.Int(key, n[key]))
	}
	return slog.Group(name, group...)
}

// A sample is the first few different values of many.
type sample struct {
	values []string
	more   bool // there were others
}

func (s *sample) add(value string) {
	switch {
	case value == "" || slices.Contains(s.values, value):
	case len(s.values) < sampleSize:
		s.values = append(s.values, value)
	default:
		s.more = true
	}
}
