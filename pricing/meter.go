package pricing

import (
	"cmp"
	"maps"
	"math"
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

	// Account is the account whose records the trail logs. Empty, it is every account.
	Account string

	// Organization is true for the trail of an organization: it logs the records of every account,
	// whatever Account is, and its copy of a management event comes before those of other trails.
	Organization bool

	// HomeRegion is the Region whose records a single-Region trail logs. Empty, the trail logs those
	// of every Region, as it does if MultiRegion is true.
	HomeRegion  string
	MultiRegion bool

	// Insights are the types of Insights that are switched on for the trail.
	Insights Insights
}

// reaches reports whether the trail logs records of an account and Region at all.
func (t *Trail) reaches(account, region string) bool {
	return (t.Account == "" || t.Organization || t.Account == account) &&
		(t.MultiRegion || t.HomeRegion == "" || t.HomeRegion == region)
}

// A Meter counts the records that trails log, and how often each of them is charged for:
//
//   - a data event or a network activity event, once for every trail that logs it;
//   - a management event, for every trail that logs it except the first, which is free;
//   - a management or data event that Insights analyzes, once for each type that does, on every
//     trail.
//
// A trail logs a record once, however many of its selectors take it. The first trail is that of the
// organization, or else the first in Trails. What no trail logs, records of other categories among
// it, costs nothing.
//
// Account and Region are those in which the record was delivered: [record.Record.Account] and
// awsRegion. The same call may come as two records, one for the caller's
// account and one for that of the bucket's owner; each is counted, as each account is charged.
// But every record given to Add counts, so one that was delivered twice, or that is in the log files
// of two trails, has to be given once.
//
// A Meter may be used by one goroutine at a time, must not be copied after the first call of Add,
// and keeps nothing of a record but account and Region. To count on several goroutines or machines,
// give each a Meter of the same trails, and put them together with [Meter.Merge]; as JSON a Meter can
// be sent from one to the other.
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
//   - trails has the trails of organizations first, and otherwise the order of Meter.Trails.
type place struct {
	placeKey
	trails []tally
}

type placeKey struct{ account, region string }

// A tally is what one trail logged in one place.
type tally struct {
	trail    int // index in Meter.Trails
	selector *selector.Selector
	insights analyses
	counts   [len(kinds)]uint64
}

// The kinds of what a Meter counts: indexes of kinds and tally.counts.
const (
	firstCopies = iota
	additionalCopies
	dataEvents
	networkActivityEvents
	insightsManagement
	insightsData
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
	insightsManagement:    {InsightsManagementEvents, "every event is charged for each Insights type that analyzes it"},
	insightsData:          {InsightsDataEvents, "every event is charged for each Insights type that analyzes it"},
}

// A Charge is what a record adds to the quantity of one trail and meter.
type Charge struct {
	Trail    int // index in the Trails of the [Meter]
	Meter    MeterName
	Quantity uint64
}

// maxRecords is how many records a Meter counts: so many that no quantity overflows, since a record
// adds at most two, one for each type of Insights.
const maxRecords = math.MaxUint64 / 2

// Add counts a record on each trail that logs it.
func (m *Meter) Add(r *record.Record) { m.add(r, 1, nil) }

// AddTimes counts a record n times. That is for records that are known only by their number. If the
// Meter would have more than 2^63 records, the error is [ErrOverflow], and nothing is counted.
func (m *Meter) AddTimes(r *record.Record, n uint64) error {
	if !m.fits(n) {
		return ErrOverflow
	}
	m.add(r, n, nil)
	return nil
}

// fits reports whether n more records can be counted.
func (m *Meter) fits(n uint64) bool { return n <= maxRecords-m.logged-m.dropped }

// AppendCharges counts a record n times, as [Meter.AddTimes] does, and appends to dst what that adds
// to the quantities: first copies, which are free, among it.
func (m *Meter) AppendCharges(dst []Charge, r *record.Record, n uint64) ([]Charge, error) {
	if !m.fits(n) {
		return dst, ErrOverflow
	}
	m.add(r, n, &dst)
	return dst, nil
}

// add counts a record n times, and appends to charges unless that is nil.
func (m *Meter) add(r *record.Record, n uint64, charges *[]Charge) {
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
		m.dropped += n
		return
	}
	p, kind, logged := m.place(r), first, false
	for i := range p.trails {
		t := &p.trails[i]
		if t.selector == nil && category == record.Management || t.selector != nil && t.selector.Match(r) {
			t.count(kind, n, charges)
			if t.insights.any {
				t.analyze(r, category, n, charges)
			}
			kind = again
			logged = true
		}
	}
	if logged {
		m.logged += n
	} else {
		m.dropped += n
	}
}

func (t *tally) count(kind int, n uint64, charges *[]Charge) {
	t.counts[kind] += n
	if charges != nil {
		*charges = append(*charges, Charge{t.trail, kinds[kind].meter, n})
	}
}

// analyze counts a record that the trail has logged, for the Insights of the trail.
func (t *tally) analyze(r *record.Record, category record.Category, n uint64, charges *[]Charge) {
	kind, types := insightsData, t.insights.data
	if category == record.Management {
		kind, types = insightsManagement, t.insights.writes
		if readOnly, _ := r.IsReadOnly(); readOnly {
			types = t.insights.reads
		}
	}
	if types > 0 && category != record.NetworkActivity {
		t.count(kind, types*n, charges)
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

// maxPlaces is how many accounts and Regions a Meter keeps apart: those of an organization with 30,000
// accounts in all Regions. A log file with hostile Regions and accounts would fill the memory otherwise;
// what is beyond counts in elsewhere, which has no Region and so no price.
const maxPlaces = 1 << 20

// elsewhere is the place of what is beyond maxPlaces. All trails reach there.
var elsewhere placeKey

func (m *Meter) newPlace(key placeKey) *place {
	if len(m.places) >= maxPlaces {
		if p, ok := m.places[elsewhere]; ok {
			return p
		}
		key = elsewhere
	}
	key.account = strings.Clone(key.account) // not to keep the record's text
	key.region = strings.Clone(key.region)
	p := &place{placeKey: key}
	for i := range m.Trails {
		if t := &m.Trails[i]; key == elsewhere || t.reaches(key.account, key.region) {
			p.trails = append(p.trails, tally{trail: i, selector: t.Selector, insights: t.Insights.analyses()})
		}
	}
	slices.SortStableFunc(p.trails, func(a, b tally) int {
		return organizationsFirst(&m.Trails[a.trail], &m.Trails[b.trail])
	})
	if m.places == nil {
		m.places = make(map[placeKey]*place)
	}
	m.places[key] = p
	return p
}

func organizationsFirst(a, b *Trail) int {
	switch {
	case a.Organization == b.Organization:
		return 0
	case a.Organization:
		return -1
	}
	return 1
}

// Records returns how many records at least one trail logged, and how many none did. Together they
// are all that were given to Add.
func (m *Meter) Records() (logged, dropped uint64) { return m.logged, m.dropped }

// Usage returns what was counted, without what is zero, by trail in the order of Trails, then by
// account, Region and meter.
func (m *Meter) Usage() []Usage {
	byTrail := make([][]Usage, len(m.Trails))
	for _, p := range m.sortedPlaces() {
		for _, t := range p.trails {
			byTrail[t.trail] = p.appendUsage(byTrail[t.trail], t, m.Trails[t.trail].Name)
		}
	}
	return slices.Concat(byTrail...)
}

// sortedPlaces returns the places by account and Region.
func (m *Meter) sortedPlaces() []*place {
	return slices.SortedFunc(maps.Values(m.places), func(p, q *place) int {
		return cmp.Or(cmp.Compare(p.account, q.account), cmp.Compare(p.region, q.region))
	})
}

// appendUsage appends what a trail with this name logged in p.
func (p *place) appendUsage(dst []Usage, t tally, name string) []Usage {
	for kind, n := range t.counts {
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
