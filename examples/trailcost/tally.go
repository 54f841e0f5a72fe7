package main

import (
	"fmt"
	"time"

	"github.com/trailsieve/trailsieve/pricing"
	"github.com/trailsieve/trailsieve/pricing/advice"
	"github.com/trailsieve/trailsieve/pricing/attribution"
	"github.com/trailsieve/trailsieve/pricing/whatif"
	"github.com/trailsieve/trailsieve/record"
)

// A tally is what was counted of the events: by meter, by dimension, by day, and what else was asked for. Its
// memory does not grow with the events.
type tally struct {
	attribution attribution.Attribution
	days        pricing.DayMeters
	advisor     *advice.Advisor    // nil if no advice was asked for
	comparison  *whatif.Comparison // nil if nothing is compared
	volumes     volumes            // nil if there is no pipeline

	dated, undated uint64
	first, last    time.Time // of those that are dated
}

func newTally(o *options) (*tally, error) {
	trails := pricingTrails(o.trails)
	t := &tally{
		attribution: attribution.Attribution{Meter: &pricing.Meter{Trails: trails}, Dimensions: o.by},
		days:        pricing.DayMeters{Trails: trails},
	}
	if o.advice {
		var err error
		if t.advisor, err = advice.New(trails); err != nil {
			return nil, err
		}
	}
	if o.compare != nil {
		t.comparison = whatif.New(trails, pricingTrails(o.compare))
	}
	if o.pipeline != nil {
		t.volumes = make(volumes)
	}
	return t, nil
}

// add counts a record n times, and reports whether a trail logs it. Counts of a month have no time.
func (t *tally) add(rec *record.Record, n uint64, isCount bool) (logged bool, err error) {
	if err := t.attribution.AddTimes(rec, n); err != nil {
		return false, err
	}
	logged = len(t.attribution.Charges()) > 0
	if t.advisor != nil {
		if err := t.advisor.AddTimes(rec, n); err != nil {
			return false, err
		}
	}
	if t.comparison != nil {
		if err := t.comparison.AddTimes(rec, n); err != nil {
			return false, err
		}
	}
	if t.volumes != nil {
		// What has no text was made from a line or a count; pipeline knows how long a record is then.
		t.volumes.add(&t.attribution, rec.Account(), rec.AWSRegion, len(rec.Text()), n)
	}
	if isCount {
		return logged, nil
	}
	if t.days.Add(rec) != nil {
		t.undated++
		return logged, nil
	}
	if t.dated++; t.dated == 1 || rec.EventTime.Before(t.first) {
		t.first = rec.EventTime.UTC()
	}
	if rec.EventTime.After(t.last) {
		t.last = rec.EventTime.UTC()
	}
	return logged, nil
}

// An edge of the logs is a day of which a part is missing, if nothing is there for so long that it is no pause
// any more: for an hour, and for ten times as long as the records are apart on average.
func (t *tally) longPause() time.Duration {
	return max(time.Hour, 10*(t.last.Sub(t.first)/time.Duration(max(t.dated, 1))))
}

// forecast returns a forecast of the month of which most days are there, from those that are there in whole.
// It is nil if the whole month is there. The error says why there is no forecast.
func (t *tally) forecast() (*pricing.Forecast, error) {
	byMonth := make(map[string][]pricing.DayUsage)
	best := ""
	for _, d := range t.days.Days() {
		month := d.Day.Format("2006-01")
		byMonth[month] = append(byMonth[month], d)
		if len(byMonth[month]) >= len(byMonth[best]) { // the later one, if there are two
			best = month
		}
	}
	var whole []pricing.DayUsage
	for _, d := range byMonth[best] {
		if !t.isPart(d.Day) {
			whole = append(whole, d)
		}
	}
	if len(whole) == 0 {
		return nil, fmt.Errorf("no forecast: no day is there in whole, from 00:00 to 24:00 UTC, between %s and %s",
			t.first.Format(time.RFC3339), t.last.Format(time.RFC3339))
	}
	f, err := pricing.ForecastMonth(whole...)
	if err != nil || f.Observed == f.Days {
		return nil, err
	}
	return f, nil
}

// isPart reports whether of the first or last day a part is missing.
func (t *tally) isPart(day time.Time) bool {
	next := day.AddDate(0, 0, 1)
	return !t.first.Before(day) && t.first.Sub(day) > t.longPause() && t.first.Before(next) ||
		t.last.Before(next) && next.Sub(t.last) > t.longPause() && !t.last.Before(day)
}
