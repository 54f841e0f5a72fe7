// Package whatif tells what another set of trails would cost for the same records: which events and
// dollars are gained and lost, trail by trail.
//
//	c := whatif.New(trails, proposed)
//	for rec, err := range record.NewReader(f).Records() {
//		...
//		c.Add(rec)
//	}
//	difference, err := c.Difference(rates)
//	fmt.Print(difference)
//
// A trail of the old ones and one of the new ones are the same if they have the same name. Gained and
// lost are counted event by event: a trail that logs a hundred other events than before has gained a
// hundred and lost a hundred, although it costs the same.
//
// A management event that a trail logs for money, because another trail has the free copy, is lost to
// management_events_additional_copy and gained by management_events_first_copy if the other trail goes
// away: the lines say where the money is, and their changes add up to that of the bill.
package whatif

import (
	"cmp"
	"encoding/json"
	"errors"
	"fmt"
	"maps"
	"math"
	"slices"
	"strings"

	"github.com/trailsieve/trailsieve/pricing"
	"github.com/trailsieve/trailsieve/pricing/internal/table"
	"github.com/trailsieve/trailsieve/record"
)

// A Comparison counts records for old and new trails. It is for one goroutine at a time.
type Comparison struct {
	old, new *pricing.Meter
	lines    map[lineKey]*counts

	before, after []pricing.Charge
}

type lineKey struct {
	account, region, trail string
	meter                  pricing.MeterName
}

// counts are those of a line. What stays is old - lost.
type counts struct{ old, lost, gained uint64 }

// New returns a Comparison of old and new trails.
func New(oldTrails, newTrails []pricing.Trail) *Comparison {
	return &Comparison{
		old:   &pricing.Meter{Trails: oldTrails},
		new:   &pricing.Meter{Trails: newTrails},
		lines: make(map[lineKey]*counts),
	}
}

// Add counts a record.
func (c *Comparison) Add(r *record.Record) error { return c.AddTimes(r, 1) }

// maxEvents is how many records a Comparison takes, so that no count overflows: with 2^24 trails at two
// charges each.
const maxEvents = math.MaxUint64 >> 25

// AddTimes counts a record n times. The error is [pricing.ErrOverflow], and then nothing is counted.
func (c *Comparison) AddTimes(r *record.Record, n uint64) error {
	logged, dropped := c.old.Records()
	if n > maxEvents-min(logged+dropped, maxEvents) {
		return pricing.ErrOverflow
	}
	var err error
	if c.before, err = c.old.AppendCharges(c.before[:0], r, n); err != nil {
		return err
	}
	if c.after, err = c.new.AppendCharges(c.after[:0], r, n); err != nil {
		return err
	}
	for i := range c.before {
		charge := &c.before[i]
		line := c.line(r, c.old, charge)
		line.old += charge.Quantity
		stays := c.take(charge)
		line.lost += charge.Quantity - stays
	}
	for i := range c.after {
		charge := &c.after[i]
		line := c.line(r, c.new, charge)
		line.gained += charge.Quantity // what take has left
	}
	return nil
}

// take takes what the old trail was charged for from the charges of the new trail of the same name, and
// returns how much it was. That is also counted for the new trail.
func (c *Comparison) take(charge *pricing.Charge) uint64 {
	name := c.old.Trails[charge.Trail].Name
	var taken uint64
	for i := range c.after {
		a := &c.after[i]
		if a.Meter == charge.Meter && c.new.Trails[a.Trail].Name == name {
			n := min(a.Quantity, charge.Quantity-taken)
			a.Quantity -= n
			taken += n
		}
	}
	return taken
}

// maxLines is how many lines there are, so that hostile accounts and Regions in a log file do not fill the
// memory; what is beyond has a line without a Region, for which there is no price.
const maxLines = 1 << 22

func (c *Comparison) line(r *record.Record, m *pricing.Meter, charge *pricing.Charge) *counts {
	return c.lineOf(lineKey{r.Account(), r.AWSRegion, m.Trails[charge.Trail].Name, charge.Meter})
}

func (c *Comparison) lineOf(key lineKey) *counts {
	line := c.lines[key]
	if line == nil && len(c.lines) >= maxLines {
		key.account, key.region = "", ""
		line = c.lines[key]
	}
	if line == nil {
		key.account, key.region = strings.Clone(key.account), strings.Clone(key.region)
		line = new(counts)
		c.lines[key] = line
	}
	return line
}

// Merge adds what another Comparison of the same trails has counted, which is only read. The error is that
// of [pricing.Meter.Merge], and leaves c as it was.
func (c *Comparison) Merge(other *Comparison) error {
	if c.Records() > maxEvents-other.Records() {
		return pricing.ErrOverflow
	}
	if err := (&pricing.Meter{Trails: c.old.Trails}).Merge(&pricing.Meter{Trails: other.old.Trails}); err != nil {
		return err // before anything is added
	}
	if err := errors.Join(c.new.Merge(other.new), c.old.Merge(other.old)); err != nil {
		return err
	}
	for key, n := range other.lines {
		line := c.lineOf(key)
		line.old += n.old
		line.lost += n.lost
		line.gained += n.gained
	}
	return nil
}

// Records returns how many records were added.
func (c *Comparison) Records() uint64 {
	logged, dropped := c.old.Records()
	return logged + dropped
}

// A Difference is what changes with the new trails.
type Difference struct {
	Currency string      `json:"currency"`
	Lines    []Line      `json:"lines"` // those of trails, accounts, Regions and meters that charge or count anything
	Old      pricing.USD `json:"old"`
	New      pricing.USD `json:"new"`
	Change   pricing.USD `json:"change"` // New - Old: below zero if the new trails save money
}

// A Line is what changes for one trail, in one account and Region, on one meter.
type Line struct {
	Trail     string            `json:"trail,omitempty"`
	Account   string            `json:"account,omitempty"`
	Region    string            `json:"region,omitempty"`
	Meter     pricing.MeterName `json:"meter"`
	Unit      string            `json:"unit"`
	UnitPrice pricing.USD       `json:"unitPrice"`

	Old    uint64 `json:"old,string"`
	New    uint64 `json:"new,string"` // Old - Lost + Gained
	Lost   uint64 `json:"lost,string"`
	Gained uint64 `json:"gained,string"`

	OldAmount    pricing.USD `json:"oldAmount"`
	NewAmount    pricing.USD `json:"newAmount"`
	LostAmount   pricing.USD `json:"lostAmount"`
	GainedAmount pricing.USD `json:"gainedAmount"`
	Change       pricing.USD `json:"change"` // NewAmount - OldAmount
}

// Difference returns what changes, at one price list for old and new. Errors are those of
// [pricing.Rates.Bill].
func (c *Comparison) Difference(rates *pricing.Rates) (*Difference, error) {
	d := &Difference{Currency: rates.Currency()}
	keys := slices.SortedFunc(maps.Keys(c.lines), func(a, b lineKey) int {
		return cmp.Or(cmp.Compare(a.trail, b.trail), cmp.Compare(a.account, b.account),
			cmp.Compare(a.region, b.region), cmp.Compare(a.meter, b.meter))
	})
	for _, key := range keys {
		rate, err := rates.Rate(key.meter, key.region)
		if err != nil {
			return nil, err
		}
		n := c.lines[key]
		line := Line{
			Trail: key.trail, Account: key.account, Region: key.region, Meter: key.meter,
			Unit: rate.Unit, UnitPrice: rate.Price,
			Old: n.old, New: n.old - n.lost + n.gained, Lost: n.lost, Gained: n.gained,
		}
		if err := d.add(line); err != nil {
			return nil, &pricing.Error{Meter: key.meter, Region: key.region, Err: err}
		}
	}
	var err error
	d.Change, err = d.New.Sub(d.Old)
	return d, err
}

// add prices a line and adds it to the totals.
func (d *Difference) add(l Line) (err error) {
	for _, product := range []struct {
		amount *pricing.USD
		n      uint64
	}{{&l.OldAmount, l.Old}, {&l.NewAmount, l.New}, {&l.LostAmount, l.Lost}, {&l.GainedAmount, l.Gained}} {
		if *product.amount, err = l.UnitPrice.Mul(product.n); err != nil {
			return err
		}
	}
	if l.Change, err = l.NewAmount.Sub(l.OldAmount); err != nil {
		return err
	}
	if d.Old, err = d.Old.Add(l.OldAmount); err != nil {
		return err
	}
	if d.New, err = d.New.Add(l.NewAmount); err != nil {
		return err
	}
	d.Lines = append(d.Lines, l)
	return nil
}

// String returns the difference as a table for a terminal, without the lines that stay as they are.
func (d *Difference) String() string {
	t := table.Table{Columns: []table.Column{
		{Name: "trail"}, {Name: "account"}, {Name: "region"}, {Name: "meter"},
		{Name: "old", Number: true}, {Name: "lost", Number: true},
		{Name: "gained", Number: true}, {Name: "new", Number: true},
		{Name: "change " + table.Cell(cmp.Or(d.Currency, "USD")), Number: true},
	}}
	for _, l := range d.Lines {
		if l.Lost == 0 && l.Gained == 0 {
			continue
		}
		t.Add(l.Trail, l.Account, l.Region, string(l.Meter),
			fmt.Sprint(l.Old), minus(l.Lost), plus(l.Gained), fmt.Sprint(l.New), signed(l.Change))
	}
	t.Total("total", signed(d.Change))
	return t.String() + fmt.Sprintf("\nold %v, new %v\n", d.Old, d.New)
}

func minus(n uint64) string {
	if n == 0 {
		return "0"
	}
	return fmt.Sprint("-", n)
}

func plus(n uint64) string {
	if n == 0 {
		return "0"
	}
	return fmt.Sprint("+", n)
}

func signed(u pricing.USD) string {
	if u.Cmp(pricing.USD{}) > 0 {
		return "+" + u.String()
	}
	return u.String()
}

// MarshalJSON returns the difference with its currency, as a [pricing.Bill] has it.
func (d *Difference) MarshalJSON() ([]byte, error) {
	type plain Difference
	p := plain(*d)
	p.Currency = cmp.Or(d.Currency, "USD")
	p.Lines = append([]Line{}, d.Lines...)
	return json.Marshal(p)
}
