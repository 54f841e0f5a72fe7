// Package advice finds what a CloudTrail bill could do without, and says what that would save.
//
//	a, err := advice.New(trails)
//	for rec, err := range record.NewReader(f).Records() {
//		...
//		a.Add(rec)
//	}
//	recommendations, err := a.Recommend(rates)
//	for _, r := range recommendations {
//		fmt.Println(r)
//	}
//
// # What it looks for
//
//	drop-trail        a trail that logged nothing that another one did not log too
//	stop-log-bucket   a trail that logs the delivery of log files: each file is an event in a later file
//	leave-out-prefix  a prefix that is more than a tenth of what a trail's data events cost
//	writes-only       a bucket of which the reads are more than half of a trail's events there
//	exclude-source    calls to KMS or the RDS Data API, where they are not the free copy, or Insights analyzes them
//
// Whether the events are needed is not for a program to say: each [Recommendation] names what would not
// be logged any more. It rests on the records that were seen, and holds for others as far as these are
// like them.
//
// # Savings
//
// A saving is what the bill for these records would be less: exactly, or between two bounds where there
// were too many keys to count all of them, see package attribution. For listings and DeleteObjects, which
// name no key, it may be more, since a selector that leaves out a prefix leaves out listings of it; and for
// a source that is excluded where Insights analyzes the free copy, since the copy of another trail becomes
// the free one.
// Recommendations overlap, so their savings do not add up: apply one with [Recommendation.Apply], and
// compare with package whatif.
package advice

import (
	"cmp"
	"errors"
	"fmt"
	"math/bits"
	"slices"
	"strings"

	"github.com/trailsieve/trailsieve/internal/heavy"
	"github.com/trailsieve/trailsieve/pricing"
	"github.com/trailsieve/trailsieve/pricing/attribution"
	"github.com/trailsieve/trailsieve/record"
)

// A Kind is what a recommendation is to do.
type Kind string

// The kinds of recommendations.
const (
	DropTrail      Kind = "drop-trail"
	StopLogBucket  Kind = "stop-log-bucket"
	LeaveOutPrefix Kind = "leave-out-prefix"
	WritesOnly     Kind = "writes-only"
	ExcludeSource  Kind = "exclude-source"
)

// A Recommendation is a change to one trail, and what it saves for the records that were seen.
type Recommendation struct {
	Kind    Kind   `json:"kind"`
	Trail   string `json:"trail"`
	Subject string `json:"subject,omitempty"` // the prefix, bucket or source, or the trail that logs the same

	// Events is how many copies of events would not be logged, or charged, any more; the truth is
	// between it and MaxEvents, and between Saving and MaxSaving.
	Events    uint64      `json:"events,string"`
	MaxEvents uint64      `json:"maxEvents,string"`
	Saving    pricing.USD `json:"saving"`
	MaxSaving pricing.USD `json:"maxSaving"`

	// Loop is how many of the events are deliveries of log files, for [StopLogBucket]. That is the floor
	// of the loop: there is one for each file and each trail that logs it, however little else happens.
	Loop uint64 `json:"loop,omitempty,string"`

	Currency  string `json:"currency"`
	partition string // of ARNs
}

// String says what to do, why, what it saves and what is lost.
func (r Recommendation) String() string {
	var s strings.Builder
	switch r.Kind {
	case DropTrail:
		fmt.Fprintf(&s, "drop trail %q: all that it logged, trail %q logged too", r.Trail, r.Subject)
	case StopLogBucket:
		fmt.Fprintf(&s, "leave out log bucket %q on trail %q: %d of its events are deliveries of log files, each at least one event later",
			r.Subject, r.Trail, r.Loop)
	case LeaveOutPrefix:
		fmt.Fprintf(&s, "leave out %q on trail %q", r.Subject, r.Trail)
	case WritesOnly:
		fmt.Fprintf(&s, "log only writes of bucket %q on trail %q", r.Subject, r.Trail)
	case ExcludeSource:
		fmt.Fprintf(&s, "exclude %s on trail %q, which pays for it", r.Subject, r.Trail)
	}
	fmt.Fprintf(&s, "; saves %v", r.Saving)
	if r.MaxSaving != r.Saving {
		fmt.Fprintf(&s, " to %v", r.MaxSaving)
	}
	fmt.Fprintf(&s, " %s for %d", cmp.Or(r.Currency, "USD"), r.Events)
	if r.MaxEvents != r.Events {
		fmt.Fprintf(&s, " to %d", r.MaxEvents)
	}
	s.WriteString(" events")
	return s.String()
}

// What is worth a recommendation, as parts of what the data events of a trail cost.
const (
	prefixShare = 10 // a prefix is at least a tenth
	readsShare  = 2  // reads are at least half of a bucket's
)

// depth is how many levels of prefixes are looked at.
const depth = 2

// sources are those that selectors can exclude from management events.
var sources = []string{"kms.amazonaws.com", "rdsdata.amazonaws.com"}

// isDelivery reports whether a record is that of a log file which CloudTrail has delivered, and to which
// bucket. Its keys have AWSLogs/ in them, after the prefix of the trail.
func isDelivery(r *record.Record) (bucket string, ok bool) {
	if r.EventName != "PutObject" || r.UserIdentity.InvokedBy != "cloudtrail.amazonaws.com" {
		return "", false
	}
	o, ok := r.S3Object()
	return o.Bucket, ok && strings.Contains(o.Key, "AWSLogs/")
}

// LoopFloor returns how many data events a trail logs at least that logs the delivery of log files to its
// own bucket, or to that of other trails: one for each file, whoever delivers it. The events go into files
// that would mostly have been delivered anyway, so they do not multiply, but they do not end either. For
// files that are not counted yet, take those that package pipeline assumes: 12 an hour for each trail,
// account and Region. The error is [pricing.ErrOverflow] or nil.
func LoopFloor(files, trails uint64) (events uint64, err error) {
	hi, events := bits.Mul64(files, trails)
	if hi != 0 {
		return 0, pricing.ErrOverflow
	}
	return events, nil
}

// deliveriesCapacity is that of the sketch of deliveries: more log buckets than anybody has.
const deliveriesCapacity = 1000

// The dimensions that advice is made of. All are of the trail that logged an event, and of one category,
// since selectors for data events do not touch others.
var (
	byTrail  = attribution.By(attribution.Category, attribution.Trail)
	byBucket = attribution.By(attribution.Category, attribution.Trail, attribution.Bucket)
	byAccess = attribution.By(attribution.Category, attribution.Trail, attribution.ReadWrite, attribution.Bucket)
	bySource = attribution.By(attribution.Category, attribution.Trail, attribution.EventSource)
	byPrefix = func(level int) attribution.Dimension {
		return attribution.By(attribution.Category, attribution.Trail, attribution.Prefix(level))
	}
)

// An Advisor is given records, and makes recommendations. It is for one goroutine at a time.
type Advisor struct {
	attribution *attribution.Attribution

	// same has for each trail those that logged every record that it logged itself, as bits by index; nil
	// if it has logged nothing yet.
	same [][]uint64
	seen []uint64 // the trails that logged the last record

	deliveries *heavy.Sketch // of log files, by trail and bucket
}

// New returns an Advisor for trails, which must have different names.
func New(trails []pricing.Trail) (*Advisor, error) {
	for i, t := range trails {
		if slices.ContainsFunc(trails[:i], func(other pricing.Trail) bool { return other.Name == t.Name }) {
			return nil, fmt.Errorf("advice: two trails are named %q", t.Name)
		}
	}
	dimensions := []attribution.Dimension{byTrail, byBucket, byAccess, bySource}
	for level := range depth {
		dimensions = append(dimensions, byPrefix(level+1))
	}
	return &Advisor{
		attribution: &attribution.Attribution{Meter: &pricing.Meter{Trails: trails}, Dimensions: dimensions},
		same:        make([][]uint64, len(trails)),
		seen:        make([]uint64, (len(trails)+63)/64),
		deliveries:  heavy.New(deliveriesCapacity),
	}, nil
}

// Meter returns what counts the records, for a bill of them.
func (a *Advisor) Meter() *pricing.Meter { return a.attribution.Meter }

// Add counts a record.
func (a *Advisor) Add(r *record.Record) error { return a.AddTimes(r, 1) }

// AddTimes counts a record n times. The error is that of [attribution.Attribution.AddTimes].
func (a *Advisor) AddTimes(r *record.Record, n uint64) error {
	if n == 0 {
		return nil
	}
	if err := a.attribution.AddTimes(r, n); err != nil {
		return err
	}
	a.addDelivery(r, n)
	clear(a.seen)
	charges := a.attribution.Charges()
	for _, c := range charges {
		a.seen[c.Trail/64] |= 1 << (c.Trail % 64)
	}
	for _, c := range charges {
		if a.same[c.Trail] == nil {
			a.same[c.Trail] = slices.Clone(a.seen)
			continue
		}
		for i := range a.seen {
			a.same[c.Trail][i] &= a.seen[i]
		}
	}
	return nil
}

// addDelivery counts the delivery of a log file on the trails that logged it.
func (a *Advisor) addDelivery(r *record.Record, n uint64) {
	bucket, ok := isDelivery(r)
	if !ok {
		return
	}
	for _, c := range a.attribution.Charges() {
		if c.Meter == pricing.DataEvents && a.deliveries.Fits(n) {
			a.deliveries.Add([]byte(a.Meter().Trails[c.Trail].Name+"\t"+bucket), n)
		}
	}
}

// Merge adds what another Advisor of the same trails has counted, which is only read.
func (a *Advisor) Merge(other *Advisor) error {
	if err := a.attribution.Merge(other.attribution); err != nil {
		return err
	}
	if err := a.deliveries.Merge(other.deliveries); err != nil {
		return err
	}
	for t, same := range other.same {
		switch {
		case same == nil:
		case a.same[t] == nil:
			a.same[t] = slices.Clone(same)
		default:
			for i := range same {
				a.same[t][i] &= same[i]
			}
		}
	}
	return nil
}

// Recommend returns what to change, the largest saving first. Errors are those of [pricing.Rates.Bill].
func (a *Advisor) Recommend(rates *pricing.Rates) ([]Recommendation, error) {
	if logged, _ := a.Meter().Records(); logged == 0 {
		return nil, nil
	}
	f := finder{a: a, rates: rates}
	err := errors.Join(f.duplicates(), f.data(), f.sources())
	if err != nil {
		return nil, err
	}
	for i := range f.found {
		f.found[i].Currency = rates.Currency()
		f.found[i].partition = a.partition()
	}
	slices.SortStableFunc(f.found, func(x, y Recommendation) int {
		return cmp.Or(y.Saving.Cmp(x.Saving), cmp.Compare(x.Trail, y.Trail), cmp.Compare(x.Subject, y.Subject))
	})
	return f.found, nil
}

// partition returns that of the ARNs: that of the Regions, which are all of one.
func (a *Advisor) partition() string {
	for _, u := range a.Meter().Usage() {
		return record.Partition(u.Region)
	}
	return record.Partition("")
}
