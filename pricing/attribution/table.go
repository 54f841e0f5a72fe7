package attribution

import (
	"cmp"
	"fmt"
	"math"
	"slices"
	"strings"

	"github.com/trailsieve/trailsieve/pricing"
)

// A Table says which keys of a dimension cost what. The rows, Other and None add up to Total.
type Table struct {
	Dimension Dimension `json:"dimension"`
	Currency  string    `json:"currency"`

	// Rows are the keys that cost most, in descending order, and where they cost the same, those with
	// more events first.
	Rows []Row `json:"rows"`

	// Other is what is left: the keys that have no row, and what the rows may be too low by. It is exact
	// if the rows are. None are the records that have no key in this dimension, exactly: calls to KMS,
	// for one, have no bucket. Both have no Key.
	Other Row `json:"other"`
	None  Row `json:"none"`

	// Total is what all records cost, exactly, and Events how often they were logged.
	Total  pricing.USD `json:"total"`
	Events uint64      `json:"events"`
}

// A Row is what one key costs. The true numbers are between those without and those with Max: where both
// are equal, they are exact.
type Row struct {
	Key       string      `json:"key"`
	Events    uint64      `json:"events,string"` // how often records were logged, free copies included
	MaxEvents uint64      `json:"maxEvents,string"`
	Amount    pricing.USD `json:"amount"`
	MaxAmount pricing.USD `json:"maxAmount"`
}

// Exact reports whether the row is exact.
func (r Row) Exact() bool { return r.Events == r.MaxEvents && r.Amount == r.MaxAmount }

// Table returns the n most expensive keys of a dimension. The errors are those of [pricing.Rates.Bill],
// and one for a dimension that a does not have.
func (a *Attribution) Table(d Dimension, rates *pricing.Rates, n int) (*Table, error) {
	at := slices.Index(a.dimensions(), d)
	if at < 0 {
		return nil, fmt.Errorf("attribution: nothing was counted by %q", d)
	}
	t := &Table{Dimension: d, Currency: rates.Currency()}
	rows := make(map[string]*Row)
	var errors Row // of all sketches together
	for q, sketch := range a.all(at) {
		rate, err := rates.Rate(q.meter, q.region)
		if err != nil {
			return nil, err
		}
		p := price{rate.Price, q}
		for _, item := range sketch.Top(sketch.Len()) {
			row := rows[item.Key]
			if row == nil {
				row = &Row{Key: item.Key}
				rows[item.Key] = row
			}
			if err := p.add(&row.Events, &row.Amount, item.Count); err != nil {
				return nil, err
			}
		}
		if err := p.add(&errors.Events, &errors.Amount, sketch.Error()); err != nil {
			return nil, err
		}
		if err := p.add(&t.Events, &t.Total, q.total); err != nil {
			return nil, err
		}
		if err := p.add(&t.None.Events, &t.None.Amount, q.total-sketch.Total()); err != nil {
			return nil, err
		}
	}
	t.None.MaxEvents, t.None.MaxAmount = t.None.Events, t.None.Amount
	for _, row := range rows {
		row.MaxEvents = min(row.Events+errors.Events, t.Events)
		most, err := row.Amount.Add(errors.Amount)
		if err != nil {
			return nil, err
		}
		row.MaxAmount = most
		if most.Cmp(t.Total) > 0 {
			row.MaxAmount = t.Total
		}
		t.Rows = append(t.Rows, *row)
	}
	slices.SortFunc(t.Rows, func(a, b Row) int {
		return cmp.Or(b.Amount.Cmp(a.Amount), cmp.Compare(b.Events, a.Events), strings.Compare(a.Key, b.Key))
	})
	t.Rows = slices.Clip(t.Rows[:min(max(n, 0), len(t.Rows))])
	return t, t.rest(errors)
}

// rest sets Other.
func (t *Table) rest(errors Row) error {
	o := Row{Events: t.Events, MaxEvents: t.Events, Amount: t.Total, MaxAmount: t.Total}
	for _, row := range append(t.Rows, t.None) {
		o.MaxEvents -= row.Events
		o.Events -= min(row.MaxEvents, o.Events)
		var err error
		if o.MaxAmount, err = o.MaxAmount.Sub(row.Amount); err != nil {
			return err
		}
		if o.Amount, err = o.Amount.Sub(row.MaxAmount); err != nil {
			return err
		}
	}
	if o.Amount.Cmp(pricing.USD{}) < 0 {
		o.Amount = pricing.USD{}
	}
	t.Other = o
	return nil
}

// A price is that of one unit of a quantity.
type price struct {
	of pricing.USD
	q  quantity
}

// add adds so many units to a number of events, and their price to an amount. Events that Insights
// analyzes are not logged once more.
func (p price) add(events *uint64, amount *pricing.USD, n uint64) error {
	cost, err := p.of.Mul(n)
	if err == nil {
		*amount, err = amount.Add(cost)
	}
	logged := p.q.meter != pricing.InsightsManagementEvents && p.q.meter != pricing.InsightsDataEvents
	if err == nil && logged {
		if n > math.MaxUint64-*events {
			err = pricing.ErrOverflow
		}
		*events += n
	}
	if err != nil {
		return &pricing.Error{Meter: p.q.meter, Region: p.q.region, Err: err}
	}
	return nil
}
