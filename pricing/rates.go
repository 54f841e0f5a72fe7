package pricing

import (
	"cmp"
	_ "embed"
	"errors"
	"fmt"
	"iter"
	"slices"
	"strings"
	"sync"
	"time"
)

// A Rate is a row of a price list: what one unit costs.
type Rate struct {
	Meter     MeterName `json:"meter"`
	Region    string    `json:"region,omitempty"`    // empty for every Region that the list covers
	Unit      string    `json:"unit"`                // "event"
	Price     USD       `json:"price"`               // of one unit
	UsageType string    `json:"usageType,omitempty"` // AWS's name, without the Region
	From      string    `json:"from,omitempty"`      // the first day that the price is known for: "2016-11-21"
	Until     string    `json:"until,omitempty"`     // the first day that it is not for any more
	Source    string    `json:"source,omitempty"`
}

// Rates are a price list: at any time at most one [Rate] for a meter and Region.
//
// Rates do not change, and any number of goroutines may use them. The zero Rates, and a nil
// pointer too, have no prices; with [Rates.With] or [ParseRates] a price list of one's own begins.
type Rates struct {
	currency string // empty for USD
	rows     []Rate
	regions  []string // that a row without a Region is for, sorted; nil for every Region
	ours     bool     // it began as a published list: what it lacks could not be proved
}

// Published returns the newest price list that is known for a Region. It is the same for all
// Regions of AWS's commercial partition and covers all of them, so it also prices a bill with
// several Regions.
//
// The result is false if no price could be proved: for China and GovCloud, for the isolated
// partitions, and for a Region that the package does not know.
func Published(region string) (*Rates, bool) { return publishedWhere(region, isCurrent) }

// PublishedOn is like [Published] for a day in the past, which begins at midnight UTC. The first
// price list is that of 2016-11-21, when data events were announced; on a day before it, the
// result is false.
func PublishedOn(region string, day time.Time) (*Rates, bool) {
	return publishedWhere(region, isValidOn(day))
}

func isCurrent(row Rate) bool { return row.Until == "" }

func isValidOn(day time.Time) func(Rate) bool {
	date := day.UTC().Format(time.DateOnly)
	return func(row Rate) bool { return row.From <= date && (row.Until == "" || date < row.Until) }
}

func publishedWhere(region string, valid func(Rate) bool) (*Rates, bool) {
	all := published()
	if _, ok := slices.BinarySearch(all.regions, region); !ok {
		return nil, false
	}
	r := all.where(valid)
	return r, len(r.rows) > 0
}

//go:embed rates.json
var publishedJSON []byte

// published returns rates.json: all rows, of all times.
//
// Its Regions are those of the commercial partition in the endpoint tables of the AWS General Reference,
// in copies of 2025 and 2026; the newest is ap-southeast-6, New Zealand, which opened on 2025-09-02.
var published = sync.OnceValue(func() *Rates {
	r, err := ParseRates(publishedJSON)
	if err != nil {
		panic("pricing: rates.json: " + err.Error())
	}
	r.ours = true
	return r
})

// On returns the rows that are valid on a day, which begins at midnight UTC.
func (r *Rates) On(day time.Time) *Rates {
	if r == nil {
		return nil
	}
	return r.where(isValidOn(day))
}

func (r *Rates) where(valid func(Rate) bool) *Rates {
	some := &Rates{currency: r.currency, regions: r.regions, ours: r.ours}
	for _, row := range r.rows {
		if valid(row) {
			some.rows = append(some.rows, row)
		}
	}
	return some
}

// Currency returns the currency of the prices, as in ISO 4217: "USD" unless the list says otherwise.
func (r *Rates) Currency() string {
	if r == nil {
		return "USD"
	}
	return cmp.Or(r.currency, "USD")
}

// With returns a price list in which rows take the place of those for the same meter and Region, of
// whatever days, or are added. A row that is invalid, because it has no meter or unit, a price below zero, or a day
// that is none, is an *[Error] with the cause [ErrRate].
func (r *Rates) With(rows ...Rate) (*Rates, error) {
	with := new(Rates)
	if r != nil {
		*with = Rates{currency: r.currency, rows: slices.Clone(r.rows), regions: r.regions, ours: r.ours}
	}
	for _, row := range rows {
		if err := row.check(); err != nil {
			return nil, &Error{Meter: row.Meter, Region: row.Region, Err: fmt.Errorf("%w (%w)", ErrRate, err)}
		}
		i := with.index(row.Meter, row.Region)
		if i < 0 {
			with.rows = append(with.rows, row)
			continue
		}
		with.rows[i] = row
		with.rows = slices.Concat(with.rows[:i+1], slices.DeleteFunc(with.rows[i+1:], func(old Rate) bool {
			return old.Meter == row.Meter && old.Region == row.Region
		}))
	}
	return with, nil
}

func (row Rate) check() error {
	if row.Meter == "" {
		return errors.New("no meter")
	}
	if row.Unit == "" {
		return errors.New("no unit")
	}
	if row.Price.Cmp(USD{}) < 0 {
		return fmt.Errorf("price %v", row.Price)
	}
	for _, day := range []string{row.From, row.Until} {
		if _, err := time.Parse(time.DateOnly, cmp.Or(day, "2016-11-21")); err != nil {
			return fmt.Errorf("day %q", day)
		}
	}
	if row.Until != "" && row.Until <= row.From {
		return fmt.Errorf("from %s until %s, which is no day", row.From, row.Until)
	}
	return nil
}

// Rate returns the row for a meter in a Region: the one for just this Region, or else the one for
// every Region. If the list has several, for different days, it is the last. Where the list has
// none, the error is an *[Error] with the cause [ErrNoPrice].
func (r *Rates) Rate(meter MeterName, region string) (Rate, error) {
	if r != nil {
		if row, ok := r.last(meter, region); ok && region != "" {
			return row, nil
		}
		if row, ok := r.last(meter, ""); ok && r.covers(region) {
			return row, nil
		}
	}
	err := ErrNoPrice
	if r != nil && r.ours {
		if why := unproved(meter, region); why != "" {
			err = fmt.Errorf("%w (%s)", err, why)
		}
	}
	return Rate{}, &Error{Meter: meter, Region: region, Err: err}
}

// unproved says why the published lists have no price, where that needs saying.
func unproved(meter MeterName, region string) string {
	const remedy = "; a price list of your own takes its place"
	switch {
	case meter == AggregatedEvents:
		return "AWS says that aggregated events cost extra, and what they cost could not be proved" + remedy
	case strings.HasPrefix(region, "cn-"):
		return "AWS's prices in China could not be proved" + remedy
	case strings.HasPrefix(region, "us-gov-"):
		return "AWS's prices in GovCloud could not be proved" + remedy
	}
	for row := range published().All() {
		if row.Meter == meter && row.Region != "" {
			return "it could be proved only for other Regions" + remedy
		}
	}
	return ""
}

// All returns the rows of the list.
func (r *Rates) All() iter.Seq[Rate] {
	if r == nil {
		r = new(Rates)
	}
	return slices.Values(r.rows)
}

// last returns the row for a meter and Region that begins last.
func (r *Rates) last(meter MeterName, region string) (last Rate, ok bool) {
	for _, row := range r.rows {
		if row.Meter == meter && row.Region == region && (!ok || row.From > last.From) {
			last, ok = row, true
		}
	}
	return last, ok
}

func (r *Rates) index(meter MeterName, region string) int {
	return slices.IndexFunc(r.rows, func(row Rate) bool {
		return row.Meter == meter && row.Region == region
	})
}

// covers reports whether rows without a Region are for this one.
func (r *Rates) covers(region string) bool {
	if r.regions == nil {
		return true
	}
	_, ok := slices.BinarySearch(r.regions, region)
	return ok
}
