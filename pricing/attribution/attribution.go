package attribution

import (
	"fmt"
	"iter"
	"math"
	"strings"

	"github.com/trailsieve/trailsieve/internal/heavy"
	"github.com/trailsieve/trailsieve/pricing"
	"github.com/trailsieve/trailsieve/record"
)

// A Dimension is what charges are split by.
type Dimension string

// The dimensions. Prefixes have a level too; see [Prefix].
const (
	Account   Dimension = "account"
	Region    Dimension = "region"
	Trail     Dimension = "trail"
	Selector  Dimension = "selector" // which part of a trail's selectors took the record: "images /EventSelectors/0"
	Bucket    Dimension = "bucket"
	EventName Dimension = "event name" // "s3 GetObject"
	Principal Dimension = "principal"  // the role rather than its session, or the user
	Day       Dimension = "day"        // "2026-03-02", in UTC
	Hour      Dimension = "hour"       // "2026-03-02T09", in UTC

	Category    Dimension = "category"     // "Data", or Management, NetworkActivity
	EventSource Dimension = "event source" // "kms.amazonaws.com"
	ReadWrite   Dimension = "read/write"   // "read" or "write"
)

// MaxDepth is how deep prefixes may be looked at: each level costs a look-up for every record.
const MaxDepth = 9

// Prefix returns the dimension of prefixes with so many slashes:
//
//	key               Prefix(1)    Prefix(2)
//	photos/a/b.png    bucket/photos/  bucket/photos/a/
//	photos/c.png      bucket/photos/  bucket/photos/
//	d.png             bucket/         bucket/
//
// It panics if the level is not between 1 and [MaxDepth].
func Prefix(level int) Dimension {
	if level < 1 || level > MaxDepth {
		panic(fmt.Sprintf("attribution: a prefix of level %d", level))
	}
	return prefixes[level-1]
}

var prefixes = func() (all [MaxDepth]Dimension) {
	for i := range all {
		all[i] = Dimension(fmt.Sprintf("prefix %d", i+1))
	}
	return all
}()

// By returns the dimension that splits by several others at once. Its keys are theirs with tabs between
// them, which [Split] takes apart; a record has none if it lacks one of theirs. A dimension whose keys
// may have tabs, as prefixes and principals do, can only be the last.
func By(dimensions ...Dimension) Dimension {
	names := make([]string, len(dimensions))
	for i, d := range dimensions {
		names[i] = string(d)
	}
	return Dimension(strings.Join(names, by))
}

const by = " + "

// Parts returns the dimensions that [By] put together, or only d if it did not make d.
func Parts(d Dimension) []Dimension {
	var parts []Dimension
	for name := range strings.SplitSeq(string(d), by) {
		parts = append(parts, Dimension(name))
	}
	return parts
}

// Split takes a key of a dimension that [By] made apart: into as many keys as it has [Parts], or less if the
// key is not one of its keys.
func Split(d Dimension, key string) []string {
	return strings.SplitN(key, "\t", strings.Count(string(d), by)+1)
}

// A plan is how to make the keys of a dimension.
type plan struct {
	parts   []Dimension
	byTrail bool // each trail has a key of its own
}

// newPlan returns the plan of a dimension, or false if there is no such dimension.
func newPlan(d Dimension) (p plan, ok bool) {
	for _, part := range Parts(d) {
		switch part {
		case Trail, Selector:
			p.byTrail = true
		case Account, Region, Bucket, EventName, Principal, Day, Hour, Category, EventSource, ReadWrite:
		default:
			if part.level() == 0 {
				return p, false
			}
		}
		p.parts = append(p.parts, part)
	}
	return p, true
}

// level returns the level of a dimension of prefixes, or 0.
func (d Dimension) level() int {
	for i, p := range prefixes {
		if d == p {
			return i + 1
		}
	}
	return 0
}

// Default returns the dimensions that an [Attribution] has if it is not told which: all but Selector,
// which is slow, and prefixes of two levels.
func Default() []Dimension {
	return []Dimension{Account, Region, Trail, Bucket, Prefix(1), Prefix(2), EventName, Principal, Day, Hour}
}

// The defaults and limits of an Attribution.
const (
	// DefaultCapacity finds all keys that make up more than a thousandth of a quantity.
	DefaultCapacity = 1000

	// maxKey is how many bytes of a key are kept, so that a hostile record does not fill the memory. It
	// is what S3 allows a key to have, and more than any ARN has.
	maxKey = 1024 + 64

	// maxRegions is how many Regions are kept apart. AWS has less than forty; the rest of a hostile log
	// file's counts under no Region, for which there is no price.
	maxRegions = 64

	// maxMeters is how many meters a Region of a text may have. A [pricing.Meter] has six; each charge is
	// looked up among them, one after the other.
	maxMeters = 16
)

// An Attribution counts what a [pricing.Meter] charges for, split by several dimensions.
//
// It is for one goroutine at a time. To count on several goroutines or machines, give each an
// Attribution with the same settings, and put them together with [Attribution.Merge].
type Attribution struct {
	// Meter decides what is charged for. It counts too: an Attribution is given the records in place of
	// its Meter.
	Meter *pricing.Meter

	// Dimensions are what to split by; nil is [Default]. Not to be changed after the first record. One
	// that does not exist is an error of each Add.
	Dimensions []Dimension

	// Capacity is that of each sketch; 0 is DefaultCapacity. Up to twice as many keys are counted
	// exactly. With more, each count may be too low by a part of its quantity, at most 1/(Capacity+1).
	Capacity int

	plans   []plan
	regions map[string]*region
	last    *region // that of the last record
	charges []pricing.Charge
	amounts []amount
	key     []byte
}

// A region has a sketch for each dimension and meter, since prices differ by Region:
//
//	{us-east-1: {data_events: [account: {111122223333: 7}, bucket: {photos: 5, backup: 2}...]}}
type region struct {
	name     string
	meters   []pricing.MeterName // few: those that were charged
	totals   []uint64
	sketches [][]*heavy.Sketch // by meter, then by dimension
}

// An amount is what one record is charged for on one meter, by all trails together.
type amount struct {
	meter    int // index in region.meters
	quantity uint64
}

// dimensions returns what to split by.
func (a *Attribution) dimensions() []Dimension {
	if a.Dimensions == nil {
		a.Dimensions = Default()
	}
	return a.Dimensions
}

func (a *Attribution) capacity() int {
	if a.Capacity == 0 {
		return DefaultCapacity
	}
	return a.Capacity
}

// Add counts a record, with the Meter and by all dimensions.
func (a *Attribution) Add(r *record.Record) error { return a.AddTimes(r, 1) }

// AddTimes counts a record n times. If a quantity would not fit 64 bits, the error has the cause
// [pricing.ErrOverflow], and nothing is counted by dimension. All that takes more than 2^63 records.
func (a *Attribution) AddTimes(r *record.Record, n uint64) error {
	if err := a.prepare(); err != nil {
		return err
	}
	var err error
	a.charges, err = a.Meter.AppendCharges(a.charges[:0], r, n)
	if err != nil {
		return err
	}
	if len(a.charges) == 0 {
		return nil
	}
	g := a.region(r.AWSRegion)
	a.amounts = a.amounts[:0]
	for _, c := range a.charges {
		a.sum(a.meter(g, c.Meter), c.Quantity)
	}
	for _, m := range a.amounts {
		if m.quantity > math.MaxUint64-g.totals[m.meter] {
			return &pricing.Error{Meter: g.meters[m.meter], Region: r.AWSRegion, Err: pricing.ErrOverflow}
		}
	}
	for _, m := range a.amounts {
		g.totals[m.meter] += m.quantity
	}
	named := names{r: r}
	for d := range a.plans {
		p := &a.plans[d]
		if p.byTrail {
			for _, c := range a.charges {
				if a.makeKey(p, &named, c.Trail) {
					g.sketches[a.meter(g, c.Meter)][d].Add(a.key, c.Quantity)
				}
			}
		} else if a.makeKey(p, &named, -1) {
			for _, m := range a.amounts {
				g.sketches[m.meter][d].Add(a.key, m.quantity)
			}
		}
	}
	return nil
}

// Charges returns what the last record was charged for, until the next one is added.
func (a *Attribution) Charges() []pricing.Charge { return a.charges }

// prepare makes the plans.
func (a *Attribution) prepare() error {
	if a.plans != nil {
		return nil
	}
	var plans []plan
	for _, d := range a.dimensions() {
		p, ok := newPlan(d)
		if !ok {
			return fmt.Errorf("attribution: no such dimension: %q", d)
		}
		plans = append(plans, p)
	}
	a.plans = plans
	return nil
}

// makeKey sets a.key to that of a record, for a trail if the plan needs one, and reports whether the
// record has a key.
func (a *Attribution) makeKey(p *plan, n *names, trail int) bool {
	a.key = a.key[:0]
	for i, part := range p.parts {
		if i > 0 {
			a.key = append(a.key, '\t')
		}
		start := len(a.key)
		switch part {
		case Trail:
			a.key = append(a.key, a.Meter.Trails[trail].Name...)
			continue // a trail without a name is a trail
		case Selector:
			a.key = append(append(a.key, a.Meter.Trails[trail].Name...), ' ')
			a.key = append(a.key, a.pointer(trail, n.r)...)
			continue
		}
		if a.key = n.appendKey(a.key, part); len(a.key) == start {
			return false
		}
	}
	a.key = a.key[:min(len(a.key), maxKey)]
	return true
}

// sum adds a charge to the amounts. No more than 2^64-1 is ever charged for one record by as many trails
// as there may be, unless somebody adds it very many times; then the amount stays there, and AddTimes
// finds that it does not fit.
func (a *Attribution) sum(meter int, quantity uint64) {
	for i := range a.amounts {
		if m := &a.amounts[i]; m.meter == meter {
			if m.quantity += quantity; m.quantity < quantity {
				m.quantity = math.MaxUint64
			}
			return
		}
	}
	a.amounts = append(a.amounts, amount{meter, quantity})
}

// pointer returns which part of a trail's selectors took a record.
func (a *Attribution) pointer(trail int, r *record.Record) string {
	if s := a.Meter.Trails[trail].Selector; s != nil {
		return s.Explain(r).Pointer
	}
	return ""
}

func (a *Attribution) region(name string) *region {
	if a.last != nil && a.last.name == name {
		return a.last
	}
	g, ok := a.regions[name]
	if !ok && len(a.regions) >= maxRegions {
		name = ""
		g, ok = a.regions[name]
	}
	if !ok {
		g = a.newRegion(name)
	}
	a.last = g
	return g
}

func (a *Attribution) newRegion(name string) *region {
	g := &region{name: strings.Clone(name)}
	if a.regions == nil {
		a.regions = make(map[string]*region)
	}
	a.regions[g.name] = g
	return g
}

// meter returns the index of a meter in g, which gets it if it is new.
func (a *Attribution) meter(g *region, name pricing.MeterName) int {
	for i, m := range g.meters {
		if m == name {
			return i
		}
	}
	sketches := make([]*heavy.Sketch, len(a.dimensions()))
	for d := range sketches {
		sketches[d] = heavy.New(a.capacity())
	}
	g.meters = append(g.meters, name)
	g.totals = append(g.totals, 0)
	g.sketches = append(g.sketches, sketches)
	return len(g.meters) - 1
}

// all yields every quantity with the sketch of a dimension.
func (a *Attribution) all(dimension int) iter.Seq2[quantity, *heavy.Sketch] {
	return func(yield func(quantity, *heavy.Sketch) bool) {
		for _, g := range a.regions {
			for i, meter := range g.meters {
				if !yield(quantity{g.name, meter, g.totals[i]}, g.sketches[i][dimension]) {
					return
				}
			}
		}
	}
}

// A quantity is what all keys of a Region and meter have together, and the records without a key.
type quantity struct {
	region string
	meter  pricing.MeterName
	total  uint64
}
