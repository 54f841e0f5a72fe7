package main

import (
	"context"
	"fmt"
	"time"

	"github.com/trailsieve/trailsieve/internal/synth"
	"github.com/trailsieve/trailsieve/record"
)

// syntheticMonth is the month of the records that are made up, if -month says no other.
var syntheticMonth = time.Date(2026, time.March, 1, 0, 0, 0, 0, time.UTC)

// weekend is how many of a hundred records of a weekday there are on a day of the weekend.
const weekend = 55

// dataPercent is how many of a hundred records are S3 data events: where these are switched on, they are
// most of what there is.
const dataPercent = 80

// synthetic makes a month of records and counts them. The same number makes the same records.
func (r *reading) synthetic(ctx context.Context) {
	if r.o.month.IsZero() {
		r.o.month = syntheticMonth
	}
	r.progress.start(int64(r.o.synthetic), false)
	r.progress.describe("making records")
	var rec record.Record
	var text []byte
	n := 0
	for i, d := range daysOf(r.o.month, r.o.synthetic) {
		for seed := uint64(i); d.records > 0; seed += maxDays {
			g := synth.New(synth.Config{
				Seed: seed, Start: d.start, Gap: max(day/time.Duration(d.records), time.Millisecond).Truncate(time.Millisecond),
				DataPercent: dataPercent,
			})
			for d.records > 0 {
				if n++; n%checkEvery == 0 {
					if r.progress.add(checkEvery); ctx.Err() != nil {
						r.ledger.Interrupted = true
						return
					}
				}
				text = g.AppendRecord(text[:0])
				if err := rec.UnmarshalJSON(text); err != nil {
					panic("trailcost: a record that synth has made: " + err.Error())
				}
				if rec.EventTime.Sub(d.start) >= day {
					break // its clock goes by chance: the rest of the day is made once more from the morning
				}
				d.records--
				if err := r.add(event{record: &rec, n: 1}); err != nil {
					r.problem(fmt.Errorf("record %d: %w", n, err))
				}
			}
		}
	}
}

const (
	day     = 24 * time.Hour
	maxDays = 31
)

// A dayOf is how many records a day of the month has.
type dayOf struct {
	start   time.Time
	records uint64
}

// daysOf divides records among the days of a month, with less on weekends.
func daysOf(month time.Time, records uint64) []dayOf {
	var days []dayOf
	var weights []uint64
	var sum uint64
	for d := month; d.Month() == month.Month(); d = d.AddDate(0, 0, 1) {
		weight := uint64(100)
		if w := d.Weekday(); w == time.Saturday || w == time.Sunday {
			weight = weekend
		}
		days, weights, sum = append(days, dayOf{start: d}), append(weights, weight), sum+weight
	}
	left := records
	for i := range days {
		share := left * weights[i] / sum // all that is left, on the last day
		days[i].records, left, sum = share, left-share, sum-weights[i]
	}
	return days
}
