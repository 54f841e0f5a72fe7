package pricing

import (
	"encoding/json"
	"errors"
	"fmt"

	"github.com/trailsieve/trailsieve/pricing/internal/table"
	"github.com/trailsieve/trailsieve/selector"
)

// meterVersion is that of a Meter as JSON. It changes when a reader of the old form would count
// wrongly.
const meterVersion = 1

// maxReaches is how many times it is asked whether a trail reaches a place when a Meter is read: five
// thousand trails in thirty thousand places pass, and a hostile text does not take minutes.
const maxReaches = 1 << 28

// maxTallies is how many trails all places may have together: half a gigabyte of them.
const maxTallies = 1 << 22

// meterState is a Meter as JSON:
//
//	{"version": 1,
//	 "trails": [{"name": "audit", "multiRegion": true, "selectors": {"AdvancedEventSelectors": [...]}}],
//	 "logged": "12", "dropped": "3",
//	 "places": [{"account": "111122223333", "region": "us-east-1",
//	             "counts": [{"trail": 0, "meter": "data_events", "quantity": "12"}]}]}
type meterState struct {
	Version int          `json:"version"`
	Trails  []trailState `json:"trails"`
	Logged  uint64       `json:"logged,string"`
	Dropped uint64       `json:"dropped,string"`
	Places  []placeState `json:"places"`
}

type trailState struct {
	Name         string          `json:"name"`
	Account      string          `json:"account,omitempty"`
	Organization bool            `json:"organization,omitempty"`
	HomeRegion   string          `json:"homeRegion,omitempty"`
	MultiRegion  bool            `json:"multiRegion,omitempty"`
	Insights     *Insights       `json:"insights,omitempty"`
	Selectors    json.RawMessage `json:"selectors,omitempty"` // null if none were put
}

type placeState struct {
	Account string       `json:"account"`
	Region  string       `json:"region"`
	Counts  []countState `json:"counts"`
}

type countState struct {
	Trail    int       `json:"trail"`
	Meter    MeterName `json:"meter"`
	Quantity uint64    `json:"quantity,string"`
}

// MarshalJSON returns the trails of m and what it has counted, so that counting can go on, or the
// counts can be merged, somewhere else.
func (m *Meter) MarshalJSON() ([]byte, error) {
	trails, err := trailStates(m.Trails)
	if err != nil {
		return nil, err
	}
	state := meterState{
		Version: meterVersion, Trails: trails, Logged: m.logged, Dropped: m.dropped, Places: []placeState{},
	}
	for _, p := range m.sortedPlaces() {
		ps := placeState{Account: p.account, Region: p.region, Counts: []countState{}}
		for _, t := range p.trails {
			for kind, n := range t.counts {
				if n > 0 {
					ps.Counts = append(ps.Counts, countState{t.trail, kinds[kind].meter, n})
				}
			}
		}
		state.Places = append(state.Places, ps)
	}
	return json.Marshal(state)
}

func trailStates(trails []Trail) ([]trailState, error) {
	states := make([]trailState, len(trails))
	for i, t := range trails {
		states[i] = trailState{
			Name: t.Name, Account: t.Account, Organization: t.Organization,
			HomeRegion: t.HomeRegion, MultiRegion: t.MultiRegion,
		}
		if t.Insights != (Insights{}) {
			states[i].Insights = &t.Insights
		}
		if t.Selector != nil {
			text, err := t.Selector.MarshalJSON()
			if err != nil {
				return nil, err
			}
			states[i].Selectors = text
		}
	}
	return states, nil
}

// UnmarshalJSON sets m to what another Meter counted, and to its trails. If m has Trails already, they
// must be the same ones; they are kept. The error is an *[Error] with the cause [ErrMeter], and leaves
// m as it was.
func (m *Meter) UnmarshalJSON(text []byte) error {
	n, err := parseMeter(text)
	if err == nil && m.Trails != nil {
		err = sameTrails(m.Trails, n.Trails)
	}
	if err != nil {
		return &Error{Err: fmt.Errorf("%w (%w)", ErrMeter, err)}
	}
	if m.Trails == nil {
		m.Trails = n.Trails
	}
	m.places, m.last, m.logged, m.dropped = n.places, nil, n.logged, n.dropped
	for _, p := range m.places {
		for i := range p.trails {
			p.trails[i].selector = m.Trails[p.trails[i].trail].Selector
		}
	}
	return nil
}

func parseMeter(text []byte) (*Meter, error) {
	var state meterState
	if err := json.Unmarshal(text, &state); err != nil {
		return nil, err
	}
	if state.Version != meterVersion {
		return nil, fmt.Errorf("version %d, not %d", state.Version, meterVersion)
	}
	m := &Meter{Trails: make([]Trail, len(state.Trails))}
	for i, ts := range state.Trails {
		t := &m.Trails[i]
		*t = Trail{
			Name: ts.Name, Account: ts.Account, Organization: ts.Organization,
			HomeRegion: ts.HomeRegion, MultiRegion: ts.MultiRegion,
		}
		if ts.Insights != nil {
			t.Insights = *ts.Insights
		}
		if len(ts.Selectors) > 0 && string(ts.Selectors) != "null" {
			var err error
			if t.Selector, err = selector.Compile(string(ts.Selectors)); err != nil {
				return nil, err
			}
		}
	}
	if state.Logged > maxRecords || state.Dropped > maxRecords-state.Logged {
		return nil, ErrOverflow
	}
	if len(state.Places) > maxPlaces+1 || len(state.Trails)*len(state.Places) > maxReaches {
		return nil, fmt.Errorf("%d trails in %d places", len(state.Trails), len(state.Places))
	}
	m.logged, m.dropped = state.Logged, state.Dropped
	tallies := 0
	for _, ps := range state.Places {
		n, err := m.restore(ps)
		if err != nil {
			return nil, fmt.Errorf("account %q, Region %q: %w", ps.Account, ps.Region, err)
		}
		if tallies += n; tallies > maxTallies {
			return nil, fmt.Errorf("more than %d trails in all places", maxTallies)
		}
	}
	return m, nil
}

// restore sets the counts of a place, and returns how many trails it has. No count may be more than the
// records can have made.
func (m *Meter) restore(ps placeState) (trails int, err error) {
	key := placeKey{ps.Account, ps.Region}
	if m.places[key] != nil {
		return 0, errors.New("is there twice")
	}
	p := m.newPlace(key)
	tallies := make(map[int]*tally, len(p.trails))
	for i := range p.trails {
		tallies[p.trails[i].trail] = &p.trails[i]
	}
	for _, c := range ps.Counts {
		n := tallies[c.Trail].counter(c.Meter)
		if n == nil {
			return 0, fmt.Errorf("no %s of trail %d there", table.Cell(string(c.Meter)), c.Trail)
		}
		if *n != 0 || c.Quantity > 2*m.logged {
			return 0, fmt.Errorf("%d %s of trail %d", c.Quantity, c.Meter, c.Trail)
		}
		*n = c.Quantity
	}
	return len(p.trails), nil
}

// counter returns the count of a meter, or nil if t is nil or has none.
func (t *tally) counter(meter MeterName) *uint64 {
	for kind := range kinds {
		if t != nil && kinds[kind].meter == meter {
			return &t.counts[kind]
		}
	}
	return nil
}

// Merge adds what another Meter counted, which must have the same trails in the same order. It does
// not matter in which order Meters are merged, or which into which. The error is an *[Error] with the
// cause [ErrMeter] if the trails differ, or [ErrOverflow], and leaves m as it was; other is only read.
func (m *Meter) Merge(other *Meter) error {
	if err := sameTrails(m.Trails, other.Trails); err != nil {
		return &Error{Err: fmt.Errorf("%w (%w)", ErrMeter, err)}
	}
	if !m.fits(other.logged) || !m.fits(other.logged+other.dropped) {
		return &Error{Err: ErrOverflow}
	}
	for key, q := range other.places {
		p, ok := m.places[key]
		if !ok {
			p = m.newPlace(key)
		}
		at := 0
		for _, t := range q.trails { // p has them too, in the same order, and elsewhere others between them
			for p.trails[at].trail != t.trail {
				at++
			}
			for kind, n := range t.counts {
				p.trails[at].counts[kind] += n
			}
		}
	}
	m.logged += other.logged
	m.dropped += other.dropped
	return nil
}

// sameTrails returns an error that names the first difference.
func sameTrails(a, b []Trail) error {
	if len(a) != len(b) {
		return fmt.Errorf("%d trails and %d", len(a), len(b))
	}
	for i := range a {
		as, err := trailStates(a[i : i+1])
		if err != nil {
			return err
		}
		bs, err := trailStates(b[i : i+1])
		if err != nil {
			return err
		}
		x, errX := json.Marshal(as[0])
		y, errY := json.Marshal(bs[0])
		if err := errors.Join(errX, errY); err != nil {
			return err
		}
		if string(x) != string(y) {
			return fmt.Errorf("trail %d is %q and %q, or differs otherwise", i, a[i].Name, b[i].Name)
		}
	}
	return nil
}
