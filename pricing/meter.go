package pricing

import (
	"cmp"
	"slices"
	"strings"

	"github.com/trailsieve/trailsieve/record"
	"github.com/trailsieve/trailsieve/selector"
)

// A Trail is what decides which records a trail logs: whose, from where, and its event selectors.
// The zero Trail logs the management events of every account and Region that a [Meter] sees.
type Trail struct {
	Name string

	// Selector is the trail's event selectors. Nil is a trail on which none were put: it logs
	// management events, and nothing else.
	Selector *selector.Selector

	// Account is the account whose records the trail logs. Empty, as for the trail of an
	// organization, it is every account.
	Account string

	// HomeRegion is the Region whose records a single-Region trail logs. Empty, the trail logs those
	// of every Region, as it does if MultiRegion is true.
	HomeRegion  string
	MultiRegion bool
}

// reaches reports whether the trail logs records of an account and Region at all.
func (t *Trail) reaches(account, region string) bool {
	return (t.Account == "" || t.Account == account) &&
		(t.MultiRegion || t.HomeRegion == "" || t.HomeRegion == region)
}

// A Meter counts the records that trails log, and how often each of them is charged for:
//
//   - a data event or a network activity event, once for every trail that logs it;
//   - a management event, for every trail that logs it except the first, which is free.
//
// A trail logs a record once, however many of its selectors take it. The first trail is the first
// in Trails, so an organization's trail belongs in front of those of its members. What no trail
// logs, records of other categories among it, costs nothing.
//
// Account and Region are those in which the record was delivered: [record.Record.Account] and
// awsRegion. The same call may come as two records, one for the caller's
// account and one for that of the bucket's owner; each is counted, as each account is charged.
// But every record given to Add counts, so one that was delivered twice, or that is in the log files
// of two trails, has to be given once.
//
// A Meter may be used by one goroutine at a time, must not be copied after the first call of Add,
// and keeps nothing of a record but account and Region.
type Meter struct {
	// Trails are the trails to count for, not to be changed after the first call of Add.
	Trails []Trail

	places map[placeKey]*place
	last   *place // where the last record belonged: mostly the next one does too

	logged, dropped uint64
}

// A place is an account and Region, and the trails that reach there with what they logged:
//
//	{111122223333 us-east-1}   audit  {dataEvents: 7}
//	                           images {dataEvents: 5, additionalCopies: 2}
//
// Invariants:
//   - Meter.last is nil or a place in Meter.places.
//   - trails has the order of Meter.Trails.
type place struct {
	placeKey
	trails []tally
}

type placeKey struct{ account, region string }

// A tally is what one trail logged in one place.
type tally struct {
	trail    int // index in Meter.Trails
	selector *selector.Selector
	counts   [len(kinds)]uint64
}

// The kinds of what a Meter counts: indexes of kinds and tally.counts.
const (
	firstCopies = iota
	additionalCopies
	dataEvents
	networkActivityEvents
)

// kinds has for each kind its meter, and what a bill says about it.
var kinds = [...]struct {
	meter MeterName
	note  string
}{
	firstCopies:           {ManagementFirstCopies, "the first copy in an account and Region is free"},
	additionalCopies:      {ManagementAdditionalCopies, "logged by another trail too, which has the free copy"},
	dataEvents:            {DataEvents, "every copy is charged, the first included"},
	networkActivityEvents: {NetworkActivityEvents, "every copy is charged, the first included"},
}

// Add counts a record on each trail that logs it.
func (m *Meter) Add(r *record.Record) {
	category, _ := r.Category()
	var first, again int // kinds of the first copy and of those after it
	switch category {
	case record.Management:
		first, again = firstCopies, additionalCopies
	case record.Data:
		first, again = dataEvents, dataEvents
	case record.NetworkActivity:
		first, again = networkActivityEvents, networkActivityEvents
	default:
		m.dropped++
		return
	}
	p, kind, logged := m.place(r), first, false
	for i := range p.trails {
		t := &p.trails[i]
		if t.selector == nil && category == record.Management || t.selector != nil && t.selector.Match(r) {
			t.counts[kind]++
			kind = again
			logged = true
		}
	}
	if logged {
		m.logged++
	} else {
		m.dropped++
	}
}

// place returns where a record belongs.
func (m *Meter) place(r *record.Record) *place {
	key := placeKey{account: r.Account(), region: r.AWSRegion}
	if m.last == nil || m.last.placeKey != key {
		p, ok := m.places[key]
		if !ok {
			p = m.newPlace(key)
		}
		m.last = p
	}
	return m.last
}

func (m *Meter) newPlace(key placeKey) *place {
	key.account = strings.Clone(key.account) // not to keep the record's text
	key.region = strings.Clone(key.region)
	p := &place{placeKey: key}
	for i := range m.Trails {
		if t := &m.Trails[i]; t.reaches(key.account, key.region) {
			p.trails = append(p.trails, tally{trail: i, selector: t.Selector})
		}
	}
	if m.places == nil {
		m.places = make(map[placeKey]*place)
	}
	m.places[key] = p
	return p
}

// Records returns how many records at least one trail logged, and how many none did. Together they
// are all that were given to Add.
func (m *Meter) Records() (logged, dropped uint64) { return m.logged, m.dropped }

// Usage returns what was counted, without what is zero, by trail in the order of Trails, then by
// account, Region and meter.
func (m *Meter) Usage() []Usage {
	places := make([]*place, 0, len(m.places))
	for _, p := range m.places {
		places = append(places, p)
	}
	slices.SortFunc(places, func(p, q *place) int {
		return cmp.Or(cmp.Compare(p.account, q.account), cmp.Compare(p.region, q.region))
	})
	var usage []Usage
	for trail := range m.Trails {
		for _, p := range places {
			usage = p.appendUsage(usage, trail, m.Trails[trail].Name)
		}
	}
	return usage
}

// appendUsage appends what a trail logged in p.
func (p *place) appendUsage(dst []Usage, trail int, name string) []Usage {
	i, ok := slices.BinarySearchFunc(p.trails, trail, func(t tally, trail int) int {
		return cmp.Compare(t.trail, trail)
	})
	if !ok {
		return dst
	}
	for kind, n := range p.trails[i].counts {
		if n > 0 {
			dst = append(dst, Usage{
				Trail: name, Account: p.account, Region: p.region,
				Meter: kinds[kind].meter, Quantity: n, Note: kinds[kind].note,
			})
		}
	}
	return dst
}

// Bill returns what was counted with its price: the [Rates.Bill] of the [Meter.Usage].
func (m *Meter) Bill(rates *Rates) (*Bill, error) { return rates.Bill(m.Usage()...) }
