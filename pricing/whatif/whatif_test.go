package whatif

import (
	"encoding/json"
	"errors"
	"fmt"
	"math"
	"math/rand/v2"
	"reflect"
	"testing"

	"github.com/trailsieve/trailsieve/pricing"
	"github.com/trailsieve/trailsieve/record"
	"github.com/trailsieve/trailsieve/selector"
)

var selectors = []*selector.Selector{
	nil,
	selector.MustCompile(`{"EventSelectors": [{"ReadWriteType": "ReadOnly", "IncludeManagementEvents": true}]}`),
	selector.MustCompile(`{"EventSelectors": [{"IncludeManagementEvents": true,
		"DataResources": [{"Type": "AWS::S3::Object", "Values": ["arn:aws:s3"]}]}]}`),
	selector.MustCompile(`{"EventSelectors": [{"ReadWriteType": "WriteOnly", "IncludeManagementEvents": false,
		"DataResources": [{"Type": "AWS::S3::Object", "Values": ["arn:aws:s3:::bucket/a"]}]}]}`),
	selector.MustCompile(`{"EventSelectors": [{"IncludeManagementEvents": false,
		"DataResources": [{"Type": "AWS::S3::Object", "Values": ["arn:aws:s3:::bucket/b"]}]}]}`),
}

func usEast1(t testing.TB) *pricing.Rates {
	t.Helper()
	rates, ok := pricing.Published("us-east-1")
	if !ok {
		t.Fatal("no rates")
	}
	return rates
}

func newRecord(category record.Category, key string, readOnly bool) *record.Record {
	r := &record.Record{
		EventVersion: "1.11", EventCategory: category, EventSource: "s3.amazonaws.com", EventName: "PutObject",
		AWSRegion: "us-east-1", RecipientAccountID: "111122223333", ReadOnly: record.False, ManagementEvent: record.False,
	}
	if readOnly {
		r.ReadOnly, r.EventName = record.True, "GetObject"
	}
	if category == record.Management {
		r.ManagementEvent = record.True
	} else {
		r.Resources = []record.Resource{{Type: "AWS::S3::Object", ARN: "arn:aws:s3:::bucket/" + key}}
	}
	return r
}

func TestDifference(t *testing.T) {
	c := New(
		[]pricing.Trail{{Name: "audit"}, {Name: "objects", Selector: selectors[2]}, {Name: "gone", Selector: selectors[3]}},
		[]pricing.Trail{{Name: "objects", Selector: selectors[4]}, {Name: "audit"}})
	for _, key := range []string{"a/1", "a/2", "b/1"} {
		if err := c.Add(newRecord(record.Data, key, false)); err != nil {
			t.Fatal(err)
		}
	}
	c.AddTimes(newRecord(record.Management, "", true), 10)
	c.Add(newRecord(record.Insight, "", true))
	d, err := c.Difference(usEast1(t))
	if err != nil {
		t.Fatal(err)
	}
	want := `
trail    account       region     meter                              old  lost  gained  new  change USD
gone     111122223333  us-east-1  data_events                          2    -2       0    0   -0.000002
objects  111122223333  us-east-1  data_events                          3    -2       0    1   -0.000002
objects  111122223333  us-east-1  management_events_additional_copy   10   -10       0    0   -0.0002
total                                                                                         -0.000204

old 0.000205, new 0.000001
`
	if got := "\n" + d.String(); got != want {
		t.Errorf("got%s\nwant%s", got, want)
	}
	if c.Records() != 14 {
		t.Errorf("%d records, want 14", c.Records())
	}
	text, err := json.Marshal(new(Difference))
	if want := `{"currency":"USD","lines":[],"old":"0","new":"0","change":"0"}`; err != nil || string(text) != want {
		t.Errorf("an empty one: %s, %v, want %s", text, err, want)
	}
}

// As many events as before, but others.
func TestOtherEvents(t *testing.T) {
	c := New([]pricing.Trail{{Name: "objects", Selector: selectors[3]}}, []pricing.Trail{{Name: "objects", Selector: selectors[4]}})
	for _, key := range []string{"a/1", "b/1"} {
		c.Add(newRecord(record.Data, key, false))
	}
	d, err := c.Difference(usEast1(t))
	if err != nil || len(d.Lines) != 1 {
		t.Fatalf("%v, %v, want one line", d, err)
	}
	if l := d.Lines[0]; l.Old != 1 || l.New != 1 || l.Lost != 1 || l.Gained != 1 || !l.Change.IsZero() || l.LostAmount.IsZero() {
		t.Errorf("got %+v, want one lost and one gained", l)
	}
}

func FuzzComparison(f *testing.F) {
	for seed := range uint64(4) {
		f.Add(seed)
	}
	f.Fuzz(checkLaws)
}

func TestLaws(t *testing.T) {
	for seed := range uint64(300) {
		checkLaws(t, seed)
	}
}

// checkLaws: the old and new totals are the bills of meters; each line adds up, and so do all; the same
// trails make no difference; and from new to old, what was lost is gained.
func checkLaws(t *testing.T, seed uint64) {
	rnd := rand.New(rand.NewPCG(seed, 5))
	some := func() []pricing.Trail {
		trails := make([]pricing.Trail, rnd.IntN(4))
		for i := range trails {
			trails[i] = pricing.Trail{Name: fmt.Sprint("trail-", i), Selector: selectors[rnd.IntN(len(selectors))]}
			if rnd.IntN(3) == 0 {
				trails[i].Insights = pricing.Insights{Management: pricing.ErrorRateInsight, Data: pricing.CallRateInsight}
			}
		}
		return trails
	}
	oldTrails, newTrails := some(), some()
	there, back, same := New(oldTrails, newTrails), New(newTrails, oldTrails), New(oldTrails, oldTrails)
	left, right := New(oldTrails, newTrails), New(oldTrails, newTrails)
	oldMeter, newMeter := pricing.Meter{Trails: oldTrails}, pricing.Meter{Trails: newTrails}
	for i := range rnd.IntN(50) {
		r := newRecord([]record.Category{record.Management, record.Data}[rnd.IntN(2)],
			[]string{"a/1", "b/1", "c"}[rnd.IntN(3)], rnd.IntN(2) == 0)
		n := uint64(rnd.IntN(3))
		err := errors.Join(there.AddTimes(r, n), back.AddTimes(r, n), same.AddTimes(r, n),
			oldMeter.AddTimes(r, n), newMeter.AddTimes(r, n), []*Comparison{left, right}[i%2].AddTimes(r, n))
		if err != nil {
			t.Fatal(err)
		}
	}
	rates := usEast1(t)
	if err := right.Merge(left); err != nil {
		t.Fatal(err)
	}
	merged, err0 := right.Difference(rates)
	d, err1 := there.Difference(rates)
	e, err2 := back.Difference(rates)
	s, err3 := same.Difference(rates)
	oldBill, err4 := oldMeter.Bill(rates)
	newBill, err5 := newMeter.Bill(rates)
	if err := errors.Join(err0, err1, err2, err3, err4, err5); err != nil {
		t.Fatalf("seed %d: %v", seed, err)
	}
	if d.Old != oldBill.Total() || d.New != newBill.Total() {
		t.Errorf("seed %d: old %v, new %v, and the bills are %v and %v", seed, d.Old, d.New, oldBill.Total(), newBill.Total())
	}
	if !reflect.DeepEqual(merged, d) {
		t.Errorf("seed %d: merged from parts %v, want %v", seed, merged, d)
	}
	if len(d.Lines) != len(e.Lines) {
		t.Fatalf("seed %d: %d lines there, %d back", seed, len(d.Lines), len(e.Lines))
	}
	var change pricing.USD
	for i, l := range d.Lines {
		b := e.Lines[i]
		if l.New != l.Old-l.Lost+l.Gained || l.Old != b.New || l.New != b.Old || l.Lost != b.Gained || l.Gained != b.Lost {
			t.Errorf("seed %d: there %+v, back %+v", seed, l, b)
		}
		var err error
		if change, err = change.Add(l.Change); err != nil {
			t.Fatal(err)
		}
	}
	if change != d.Change {
		t.Errorf("seed %d: lines change by %v, all by %v", seed, change, d.Change)
	}
	for _, l := range s.Lines {
		if l.Lost+l.Gained > 0 || l.Old != l.New || !l.Change.IsZero() {
			t.Errorf("seed %d: the same trails differ: %+v", seed, l)
		}
	}
}

func TestErrors(t *testing.T) {
	c := New([]pricing.Trail{{}}, nil)
	if err := c.AddTimes(newRecord(record.Management, "", true), math.MaxUint64); !errors.Is(err, pricing.ErrOverflow) {
		t.Errorf("2^64-1 records: %v, want ErrOverflow", err)
	}
	for _, other := range []*Comparison{New(nil, nil), New([]pricing.Trail{{}}, []pricing.Trail{{}})} {
		if err := c.Merge(other); !errors.Is(err, pricing.ErrMeter) {
			t.Errorf("merged with other trails: %v, want ErrMeter", err)
		}
	}
	c.Add(newRecord(record.Management, "", true))
	if d, err := c.Difference(nil); d != nil || !errors.Is(err, pricing.ErrNoPrice) {
		t.Errorf("without prices: %v, %v, want ErrNoPrice", d, err)
	}
}

func BenchmarkAdd(b *testing.B) {
	c := New([]pricing.Trail{{Name: "objects", Selector: selectors[2]}}, []pricing.Trail{{Name: "objects", Selector: selectors[4]}})
	r := newRecord(record.Data, "b/1", false)
	b.ReportAllocs()
	for b.Loop() {
		if err := c.Add(r); err != nil {
			b.Fatal(err)
		}
	}
}
