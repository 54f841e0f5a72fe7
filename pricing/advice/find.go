package advice

import (
	"math"
	"slices"
	"strings"

	"github.com/trailsieve/trailsieve/pricing"
	"github.com/trailsieve/trailsieve/pricing/attribution"
	"github.com/trailsieve/trailsieve/record"
)

// A finder collects recommendations.
type finder struct {
	a     *Advisor
	rates *pricing.Rates
	found []Recommendation
}

// A row is one of a table, with its key taken apart: category, trail, and what else there is.
type row struct {
	attribution.Row
	category, trail, subject, last string
}

func (f *finder) table(d attribution.Dimension) ([]row, error) {
	table, err := f.a.attribution.Table(d, f.rates, math.MaxInt)
	if err != nil {
		return nil, err
	}
	rows := make([]row, len(table.Rows))
	for i, r := range table.Rows {
		parts := append(attribution.Split(d, r.Key), "", "")
		rows[i] = row{r, parts[0], parts[1], parts[2], parts[3]}
	}
	return rows, nil
}

func (f *finder) add(kind Kind, r row, subject string) *Recommendation {
	f.found = append(f.found, Recommendation{
		Kind: kind, Trail: r.trail, Subject: subject,
		Events: r.Events, MaxEvents: r.MaxEvents, Saving: r.Amount, MaxSaving: r.MaxAmount,
	})
	return &f.found[len(f.found)-1]
}

// duplicates finds trails of which another one has logged everything. Of two that logged the same, the
// later one goes.
func (f *finder) duplicates() error {
	trails := f.a.Meter().Trails
	dropped := make([]bool, len(trails))
	for t := len(trails) - 1; t >= 0; t-- {
		for other := range trails {
			if other == t || dropped[other] || f.a.same[t] == nil || f.a.same[t][other/64]&(1<<(other%64)) == 0 {
				continue
			}
			saving, events, err := f.worth(trails[t].Name)
			if err != nil {
				return err
			}
			if saving.IsZero() {
				break
			}
			dropped[t] = true
			f.found = append(f.found, Recommendation{
				Kind: DropTrail, Trail: trails[t].Name, Subject: trails[other].Name,
				Events: events, MaxEvents: events, Saving: saving, MaxSaving: saving,
			})
			break
		}
	}
	return nil
}

// worth returns what the bill is less without a trail of which another one logs everything: all that
// it is charged for, and for each management event an additional copy, since if it had the free copy,
// that of the other trail is free then.
func (f *finder) worth(trail string) (saving pricing.USD, events uint64, err error) {
	for _, u := range f.a.Meter().Usage() {
		if u.Trail != trail {
			continue
		}
		switch u.Meter {
		case pricing.ManagementFirstCopies:
			u.Meter = pricing.ManagementAdditionalCopies
			events += u.Quantity
		case pricing.InsightsManagementEvents, pricing.InsightsDataEvents:
		default:
			events += u.Quantity
		}
		bill, err := f.rates.Bill(u)
		if err == nil {
			saving, err = saving.Add(bill.Total())
		}
		if err != nil {
			return saving, events, err
		}
	}
	return saving, events, nil
}

// data finds what could be left out of the data events on S3 objects.
func (f *finder) data() error {
	byTrail, err := f.table(byTrail)
	if err != nil {
		return err
	}
	trails := make(map[string]row)
	for _, r := range byTrail {
		if r.category == string(record.Data) {
			trails[r.trail] = r
		}
	}
	if err := f.buckets(); err != nil {
		return err
	}
	var before []row // those of the level above
	for level := depth; level >= 1; level-- {
		rows, err := f.table(byPrefix(level))
		if err != nil {
			return err
		}
		var kept []row
		for _, r := range rows {
			all, ok := trails[r.trail]
			if !ok || r.category != string(record.Data) || strings.Count(r.subject, "/") != level+1 ||
				!isPart(r.Amount, all.Amount, prefixShare) || r.Events >= all.Events {
				continue
			}
			// A prefix in which all is below another one that was found is no better than that.
			if slices.ContainsFunc(before, func(deeper row) bool {
				return deeper.trail == r.trail && deeper.Events >= r.Events && strings.HasPrefix(deeper.subject, r.subject)
			}) {
				continue
			}
			f.add(LeaveOutPrefix, r, r.subject)
			kept = append(kept, r)
		}
		before = kept
	}
	return nil
}

// buckets finds log buckets, and those that are mostly read.
func (f *finder) buckets() error {
	rows, err := f.table(byBucket)
	if err != nil {
		return err
	}
	reads, err := f.table(byAccess)
	if err != nil {
		return err
	}
	type bucket struct{ trail, name string }
	all, logs := make(map[bucket]row), make(map[bucket]bool)
	for _, r := range rows {
		if r.category == string(record.Data) {
			all[bucket{r.trail, r.subject}] = r
		}
	}
	for _, item := range f.a.deliveries.Top(f.a.deliveries.Len()) {
		trail, name, _ := strings.Cut(item.Key, "\t")
		b := bucket{trail, name}
		if r, ok := all[b]; ok {
			f.add(StopLogBucket, r, r.subject).Loop = item.Count
			logs[b] = true
		}
	}
	for _, r := range reads {
		b := bucket{r.trail, r.last}
		if r.category == string(record.Data) && r.subject == "read" && !logs[b] && isPart(r.Amount, all[b].Amount, readsShare) {
			f.add(WritesOnly, r, r.last)
		}
	}
	return nil
}

// sources finds management events that could be excluded.
func (f *finder) sources() error {
	rows, err := f.table(bySource)
	if err != nil {
		return err
	}
	for _, r := range rows {
		if r.category == string(record.Management) && slices.Contains(sources, r.subject) && !r.Amount.IsZero() {
			f.add(ExcludeSource, r, r.subject)
		}
	}
	return nil
}

// isPart reports whether an amount is more than nothing, and at least 1/n of another.
func isPart(amount, of pricing.USD, n uint64) bool {
	times, err := amount.Mul(n)
	return !amount.IsZero() && err == nil && times.Cmp(of) >= 0
}
