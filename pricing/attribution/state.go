package attribution

import (
	"cmp"
	"encoding/json"
	"fmt"
	"maps"
	"slices"

	"github.com/trailsieve/trailsieve/internal/heavy"
	"github.com/trailsieve/trailsieve/pricing"
)

// stateVersion is that of an Attribution as JSON. It changes when a reader of the old form would count
// wrongly.
const stateVersion = 1

// state is an Attribution as JSON. Regions and meters are sorted, so that equal ones have equal texts.
type state struct {
	Version    int            `json:"version"`
	Meter      *pricing.Meter `json:"meter"`
	Capacity   int            `json:"capacity"`
	Dimensions []Dimension    `json:"dimensions"`
	Quantities []sketches     `json:"quantities"`
}

type sketches struct {
	Region   string            `json:"region"`
	Meter    pricing.MeterName `json:"meter"`
	Total    uint64            `json:"total,string"`
	Sketches []*heavy.Sketch   `json:"sketches"` // by dimension
}

// MarshalJSON returns all that was counted, by the Meter too, so that counting can go on, or the counts
// can be merged, somewhere else.
func (a *Attribution) MarshalJSON() ([]byte, error) {
	st := state{stateVersion, a.Meter, a.capacity(), a.dimensions(), []sketches{}}
	for _, name := range slices.Sorted(maps.Keys(a.regions)) {
		g := a.regions[name]
		first := len(st.Quantities)
		for i, meter := range g.meters {
			st.Quantities = append(st.Quantities, sketches{name, meter, g.totals[i], g.sketches[i]})
		}
		slices.SortFunc(st.Quantities[first:], func(x, y sketches) int { return cmp.Compare(x.Meter, y.Meter) })
	}
	return json.Marshal(st)
}

// UnmarshalJSON sets a to what another Attribution counted. If a has a Meter with trails already, they
// must be the same ones. An error leaves a as it was.
func (a *Attribution) UnmarshalJSON(text []byte) error {
	st := state{Meter: new(pricing.Meter)}
	if a.Meter != nil {
		st.Meter.Trails = a.Meter.Trails
	}
	if err := json.Unmarshal(text, &st); err != nil {
		return err
	}
	if st.Version != stateVersion || st.Meter == nil || st.Capacity < 1 || st.Capacity > heavy.MaxCapacity {
		return fmt.Errorf("attribution: version %d with a capacity of %d, not version %d", st.Version, st.Capacity, stateVersion)
	}
	n := Attribution{Meter: st.Meter, Capacity: st.Capacity, Dimensions: append([]Dimension{}, st.Dimensions...)}
	if err := n.prepare(); err != nil {
		return err
	}
	for _, q := range st.Quantities {
		g := n.region(q.Region)
		if len(g.meters) == maxMeters {
			return fmt.Errorf("attribution: more than %d meters in %q", maxMeters, q.Region)
		}
		if len(q.Sketches) != len(st.Dimensions) || slices.Contains(q.Sketches, nil) || slices.Contains(g.meters, q.Meter) ||
			g.name != q.Region {
			return fmt.Errorf("attribution: %q in %q is incomplete, or there twice", q.Meter, q.Region)
		}
		i := n.meter(g, q.Meter)
		g.totals[i] = q.Total
		for d, s := range q.Sketches {
			if s.Total() > q.Total || g.sketches[i][d].Merge(s) != nil {
				return fmt.Errorf("attribution: %q in %q does not fit by %q", q.Meter, q.Region, st.Dimensions[d])
			}
		}
	}
	*a = n
	return nil
}

// Merge adds what another Attribution with the same trails, dimensions and capacity has counted; it is
// only read. An error leaves a as it was.
//
// What the Meters have counted does not depend on the order of merging, nor do the tables as long as
// there are no more keys than are counted exactly. Beyond that the bounds hold in any order.
func (a *Attribution) Merge(other *Attribution) error {
	if !slices.Equal(a.dimensions(), other.dimensions()) || a.capacity() != other.capacity() {
		return fmt.Errorf("attribution: counted by %q and %q, with capacities of %d and %d",
			a.dimensions(), other.dimensions(), a.capacity(), other.capacity())
	}
	if err := a.canTake(other); err != nil {
		return err
	}
	if err := a.Meter.Merge(other.Meter); err != nil {
		return err
	}
	for name, g := range other.regions {
		h, ok := a.regions[name]
		if !ok {
			h = a.newRegion(name)
		}
		for i, meter := range g.meters {
			j := a.meter(h, meter)
			h.totals[j] += g.totals[i]
			for d, s := range g.sketches[i] {
				if err := h.sketches[j][d].Merge(s); err != nil { // sketches have no more than the totals
					panic(err)
				}
			}
		}
	}
	return nil
}

// canTake reports whether all Regions and totals of another Attribution fit.
func (a *Attribution) canTake(other *Attribution) error {
	regions := len(a.regions)
	for name, g := range other.regions {
		h, ok := a.regions[name]
		if !ok {
			if regions++; regions > maxRegions+1 {
				return fmt.Errorf("attribution: more than %d Regions", maxRegions)
			}
			continue
		}
		for i, meter := range g.meters {
			if j := slices.Index(h.meters, meter); j >= 0 && h.totals[j]+g.totals[i] < g.totals[i] {
				return &pricing.Error{Meter: meter, Region: name, Err: pricing.ErrOverflow}
			}
		}
	}
	return nil
}
