package main

import (
	"encoding/json"
	"errors"
	"fmt"
	"slices"
	"strings"
	"time"

	"github.com/trailsieve/trailsieve/pricing"
	"github.com/trailsieve/trailsieve/pricing/advice"
	"github.com/trailsieve/trailsieve/pricing/attribution"
	"github.com/trailsieve/trailsieve/pricing/pipeline"
	"github.com/trailsieve/trailsieve/pricing/whatif"
)

// A result is all that came of a reading: what -format json prints, and the other formats a part of.
type result struct {
	Period          period                  `json:"period"`
	Trails          []string                `json:"trails"`
	Events          *ledger                 `json:"events"`
	Bill            *pricing.Bill           `json:"bill"`
	Tables          []*attribution.Table    `json:"tables,omitempty"`
	Forecast        *forecast               `json:"forecast,omitempty"`
	Recommendations []advice.Recommendation `json:"recommendations,omitempty"`
	Difference      *whatif.Difference      `json:"difference,omitempty"`
	Notes           []string                `json:"notes,omitempty"`
	Problems        []string                `json:"problems,omitempty"`

	noForecast string // why there is none, if the month is not there in whole
}

// A forecast is what a month will cost, and what that rests on.
type forecast struct {
	Month      string `json:"month"`
	Days       int    `json:"days"`
	Observed   int    `json:"observed"`
	Assumption string `json:"assumption"`
	*pricing.ForecastBill
}

// A period is what a bill is for: whole days, of which the first and the last may be there in part. It is empty
// for counts of a month that nobody has named, and for logs in which nothing has a time.
type period struct {
	from, until time.Time // the first day, and the one behind the last
}

func (p period) isEmpty() bool { return p.from.IsZero() }

// oneMonth reports whether all of the period is in the month in which it begins.
func (p period) oneMonth() bool { return sameMonth(p.from, p.until.Add(-1)) }

func (p period) String() string {
	last := p.until.AddDate(0, 0, -1)
	switch {
	case p.isEmpty():
		return "one month"
	case p.from.Equal(last):
		return p.from.Format(time.DateOnly)
	}
	return p.from.Format(time.DateOnly) + " to " + last.Format(time.DateOnly)
}

// MarshalJSON returns the first and the last day.
func (p period) MarshalJSON() ([]byte, error) {
	var days struct {
		From string `json:"from,omitempty"`
		To   string `json:"to,omitempty"`
	}
	if !p.isEmpty() {
		days.From, days.To = p.from.Format(time.DateOnly), p.until.AddDate(0, 0, -1).Format(time.DateOnly)
	}
	return json.Marshal(days)
}

// period returns what the bill of a reading is for.
func (r *reading) period() period {
	t := r.tally
	switch {
	case r.hasCounts && !r.o.month.IsZero():
		return period{r.o.month, r.o.month.AddDate(0, 1, 0)}
	case t.dated > 0:
		return period{t.first.Truncate(day), t.last.Truncate(day).Add(day)}
	}
	return period{}
}

// newResult prices what was read. What has no price is a problem; an error is that there is no bill at all.
func newResult(o *options, r *reading) (*result, error) {
	t := r.tally
	r.ledger.Undated = t.undated
	if logged, dropped := t.attribution.Meter.Records(); logged != r.ledger.Logged || dropped != r.ledger.Dropped ||
		r.ledger.sum() != r.ledger.Read {
		return nil, fmt.Errorf("the counts do not add up, which is a mistake in trailcost: %+v, but the meter has %d logged and %d dropped",
			r.ledger, logged, dropped)
	}
	res := &result{Period: r.period(), Events: &r.ledger}
	for _, trail := range o.trails {
		res.Trails = append(res.Trails, trail.Name)
	}
	usage := t.attribution.Meter.Usage()
	res.noteIdle(usage)
	usage, complete := r.priced(usage)
	around, err := r.around(res.Period)
	if err != nil {
		return nil, err
	}
	around, _ = r.priced(around)
	if res.Bill, err = o.rates.Bill(append(usage, around...)...); err != nil {
		return nil, err
	}
	if o.invoice {
		if res.Bill, err = res.Bill.Invoice(); err != nil {
			return nil, err
		}
	}
	if complete {
		err = res.explain(o, r)
	} else {
		r.problem(errors.New("nothing beside the bill, while something has no price: -rates reads a price list that has it"))
	}
	if err != nil {
		r.problem(err)
	}
	if o.pipeline != nil {
		res.Notes = append(res.Notes, "what is around the trails is in the bill only: all else is about CloudTrail's own events")
	}
	if r.hasCounts {
		res.Notes = append(res.Notes, "counts have no callers and no times: there is no split by them, and the bill is that of a month")
	}
	res.Notes = slices.Concat(o.notes, r.notes, res.Notes)
	res.Problems = r.problems
	return res, nil
}

// noteIdle notes which trails logged nothing: a home Region or account that is spelt wrong looks like that.
func (res *result) noteIdle(usage []pricing.Usage) {
	for _, name := range res.Trails {
		if res.Events.Logged+res.Events.Dropped > 0 && !slices.ContainsFunc(usage, func(u pricing.Usage) bool { return u.Trail == name }) {
			res.Notes = append(res.Notes, fmt.Sprintf("trail %q logs none of these events: are its selectors, home Region and account right?", name))
		}
	}
}

// priced returns the usage that has a price, and whether that is all.
func (r *reading) priced(usage []pricing.Usage) (priced []pricing.Usage, complete bool) {
	complete = true
	for _, u := range usage {
		if _, err := r.o.rates.Rate(u.Meter, u.Region); err != nil {
			complete = false
			r.problem(fmt.Errorf("not in the bill: %s %s of account %q in Region %q, trail %q: %w; -rates reads a price list that has it",
				u.UnitsText(), u.Meter, u.Account, u.Region, u.Trail, err))
			continue
		}
		priced = append(priced, u)
	}
	return priced, complete
}

// around returns the usage of what is around the trails.
func (r *reading) around(p period) ([]pricing.Usage, error) {
	if r.o.pipeline == nil {
		return nil, nil
	}
	hours, month := uint64(pipeline.HoursPerMonth), uint64(pipeline.HoursPerMonth)
	if !p.isEmpty() {
		hours = uint64(p.until.Sub(p.from) / time.Hour)
	}
	if !p.isEmpty() && p.oneMonth() {
		first := p.from.AddDate(0, 0, 1-p.from.Day())
		month = uint64(first.AddDate(0, 1, 0).Sub(first) / time.Hour)
	}
	return r.tally.volumes.usage(r.o.pipeline, r.o.trails, hours, month)
}

// explain adds what is beside the bill. It goes as far as it can, and the error is the last.
func (res *result) explain(o *options, r *reading) (err error) {
	for _, d := range o.by {
		rows := o.top
		if isTime(d) {
			rows = maxTop // all: a gap among days would be taken for a day without costs
		}
		table, tableErr := r.tally.attribution.Table(d, o.rates, rows)
		if tableErr != nil {
			return tableErr
		}
		if isTime(d) {
			slices.SortFunc(table.Rows, func(a, b attribution.Row) int { return strings.Compare(a.Key, b.Key) })
		}
		if len(table.Rows) > 0 {
			res.Tables = append(res.Tables, table)
		}
	}
	if r.tally.advisor != nil {
		if res.Recommendations, err = r.tally.advisor.Recommend(o.rates); err != nil {
			return err
		}
	}
	if forecastErr := res.setForecast(o, r); forecastErr != nil {
		return forecastErr
	}
	if r.tally.comparison != nil {
		if res.Difference, err = r.tally.comparison.Difference(o.rates); err != nil {
			return fmt.Errorf("no comparison: %w; -rates reads a price list that has it", err)
		}
	}
	return nil
}

func isTime(d attribution.Dimension) bool { return d == attribution.Day || d == attribution.Hour }

// setForecast sets the forecast, or notes why there is none.
func (res *result) setForecast(o *options, r *reading) error {
	switch {
	case r.hasCounts || r.tally.dated == 0:
		return nil
	case r.ledger.Interrupted:
		res.noForecast = "no forecast: it is not known which days were read in whole"
	default:
		f, err := r.tally.forecast()
		if err != nil {
			res.noForecast = err.Error()
			break
		}
		if f == nil {
			return nil
		}
		bill, err := f.Bill(o.rates)
		if err != nil {
			return err
		}
		res.Forecast = &forecast{f.Month, f.Days, f.Observed, f.String(), bill}
		return nil
	}
	res.Notes = append(res.Notes, res.noForecast)
	return nil
}
