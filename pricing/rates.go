package pricing

import (
	"cmp"
	_ "embed"
	"encoding/json"
	"errors"
	"fmt"
	"iter"
	"slices"
	"sync"
	"time"
)

// A MeterName says what is counted and charged. The constants are those that the published price
// list has; a list of one's own may have any others.
type MeterName string

// The meters of the published price list. A [Meter] counts the first four.
const (
	ManagementFirstCopies      MeterName = "management_events_first_copy"
	ManagementAdditionalCopies MeterName = "management_events_additional_copy"
	DataEvents                 MeterName = "data_events"
	NetworkActivityEvents      MeterName = "network_activity_events"
	InsightsManagementEvents   MeterName = "insights_management_events_analyzed"
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

// Rates are a price list: at most one [Rate] for a meter and Region.
//
// Rates do not change, and any number of goroutines may use them. The zero Rates, and a nil
// pointer too, have no prices; with [Rates.With] a price list of one's own begins.
type Rates struct {
	rows    []Rate
	regions []string // that a row without a Region is for, sorted; nil for every Region
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
	date := day.UTC().Format(time.DateOnly)
	return publishedWhere(region, func(row Rate) bool {
		return row.From <= date && (row.Until == "" || date < row.Until)
	})
}

func isCurrent(row Rate) bool { return row.Until == "" }

func publishedWhere(region string, valid func(Rate) bool) (*Rates, bool) {
	all := published()
	if _, ok := slices.BinarySearch(all.regions, region); !ok {
		return nil, false
	}
	r := &Rates{regions: all.regions}
	for _, row := range all.rows {
		if valid(row) {
			r.rows = append(r.rows, row)
		}
	}
	return r, len(r.rows) > 0
}

//go:embed rates.json
var publishedJSON []byte

// published returns rates.json: all rows, of all times.
var published = sync.OnceValue(func() *Rates {
	var file struct {
		Regions []string
		Rates   []Rate
	}
	if err := json.Unmarshal(publishedJSON, &file); err != nil {
		panic("pricing: rates.json: " + err.Error())
	}
	return &Rates{rows: file.Rates, regions: file.Regions}
})

// With returns a price list in which rows take the place of those for the same meter and Region, or
// are added. A row that is invalid, because it has no meter or unit, a price below zero, or a day
// that is none, is an *[Error] with the cause [ErrRate].
func (r *Rates) With(rows ...Rate) (*Rates, error) {
	with := new(Rates)
	if r != nil {
		*with = Rates{rows: slices.Clone(r.rows), regions: r.regions}
	}
	for _, row := range rows {
		if err := row.check(); err != nil {
			return nil, &Error{Meter: row.Meter, Region: row.Region, Err: fmt.Errorf("%w (%w)", ErrRate, err)}
		}
		if i := with.index(row.Meter, row.Region); i >= 0 {
			with.rows[i] = row
		} else {
			with.rows = append(with.rows, row)
		}
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
	return nil
}

// Rate returns the row for a meter in a Region: the one for just this Region, or else the one for
// every Region. Where the list has neither, the error is an *[Error] with the cause [ErrNoPrice].
func (r *Rates) Rate(meter MeterName, region string) (Rate, error) {
	if r != nil {
		if i := r.index(meter, region); i >= 0 && region != "" {
			return r.rows[i], nil
		}
		if i := r.index(meter, ""); i >= 0 && r.covers(region) {
			return r.rows[i], nil
		}
	}
	return Rate{}, &Error{Meter: meter, Region: region, Err: ErrNoPrice}
}

// All returns the rows of the list.
func (r *Rates) All() iter.Seq[Rate] {
	if r == nil {
		r = new(Rates)
	}
	return slices.Values(r.rows)
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
