package pricing

import (
	"cmp"
	"errors"
	"fmt"
	"math/bits"
	"slices"
	"time"

	"github.com/trailsieve/trailsieve/record"
)

// A Forecast is what a month will have used, from what some of its days have.
//
// It assumes that the days that are missing are like those that were observed: on average for Expected,
// all of them like the day with the least for Low, and like the day with the most for High, for each
// line by itself. It knows nothing of weekends, releases and incidents beyond that; with a week or more
// of days, Expected has a weekend in it.
type Forecast struct {
	Month    string `json:"month"`    // "2026-03"
	Days     int    `json:"days"`     // in the month
	Observed int    `json:"observed"` // of them

	Low      []Usage `json:"low"`
	Expected []Usage `json:"expected"`
	High     []Usage `json:"high"`
}

// A DayUsage is what was used on one day, which begins at midnight UTC.
type DayUsage struct {
	Day   time.Time
	Usage []Usage
}

// ErrForecast is the cause of errors of [ForecastMonth], beside ErrOverflow.
var ErrForecast = errors.New("no forecast")

// ForecastMonth returns a forecast from whole days of one month, in any order. A day may come in several
// pieces, which add up, and one on which nothing was used is a DayUsage without usage. The error is an
// *[Error] with the cause [ErrForecast] if there are no days, or of several months, or [ErrOverflow].
func ForecastMonth(days ...DayUsage) (*Forecast, error) {
	if len(days) == 0 {
		return nil, &Error{Err: fmt.Errorf("%w (no days)", ErrForecast)}
	}
	first := days[0].Day.UTC()
	month := time.Date(first.Year(), first.Month(), 1, 0, 0, 0, 0, time.UTC)
	f := &Forecast{Month: month.Format("2006-01"), Days: month.AddDate(0, 1, -1).Day()}
	observed := make(map[int]bool)
	lines := make(map[Usage]map[int]Usage) // by line without quantity, and by day
	for _, d := range days {
		day := d.Day.UTC()
		if day.Year() != first.Year() || day.Month() != first.Month() {
			return nil, &Error{Err: fmt.Errorf("%w (%s is not in %s)", ErrForecast, day.Format(time.DateOnly), f.Month)}
		}
		observed[day.Day()] = true
		for _, u := range d.Usage {
			line := u
			line.Quantity, line.Per = 0, 0
			if lines[line] == nil {
				lines[line] = make(map[int]Usage)
			}
			if before, ok := lines[line][day.Day()]; ok {
				var err error
				if u.Quantity, u.Per, err = u.plus(before); err != nil {
					return nil, &Error{Meter: u.Meter, Region: u.Region, Err: err}
				}
			}
			lines[line][day.Day()] = u
		}
	}
	f.Observed = len(observed)
	for line, byDay := range lines {
		if err := f.add(line, byDay); err != nil {
			return nil, &Error{Meter: line.Meter, Region: line.Region, Err: err}
		}
	}
	for _, usage := range [][]Usage{f.Low, f.Expected, f.High} {
		slices.SortFunc(usage, func(a, b Usage) int {
			return cmp.Or(cmp.Compare(a.Trail, b.Trail), cmp.Compare(a.Account, b.Account),
				cmp.Compare(a.Region, b.Region), cmp.Compare(a.Meter, b.Meter), cmp.Compare(a.Note, b.Note))
		})
	}
	return f, nil
}

// add adds a line, from the days on which it was used.
func (f *Forecast) add(line Usage, byDay map[int]Usage) (err error) {
	sum, least, most := line, line, line
	first := len(byDay) == f.Observed // otherwise there was a day with nothing
	for _, u := range byDay {
		if sum.Quantity, sum.Per, err = sum.plus(u); err != nil {
			return err
		}
		if first || u.Units().Cmp(least.Units()) < 0 {
			least, first = u, false
		}
		if u.Units().Cmp(most.Units()) > 0 {
			most = u
		}
	}
	expected := sum
	if expected, err = expected.times(uint64(f.Days), uint64(f.Observed)); err != nil {
		return err
	}
	f.Expected = append(f.Expected, expected)
	missing := uint64(f.Days - f.Observed)
	for _, bound := range []struct {
		day Usage
		to  *[]Usage
	}{{least, &f.Low}, {most, &f.High}} {
		rest, err := bound.day.times(missing, 1)
		if err != nil {
			return err
		}
		all := line
		if all.Quantity, all.Per, err = sum.plus(rest); err != nil {
			return err
		}
		*bound.to = append(*bound.to, all)
	}
	return nil
}

// times returns the usage × n / d.
func (u Usage) times(n, d uint64) (Usage, error) {
	g := gcd(n, d)
	n, d = n/g, d/g
	h := gcd(u.Quantity, d)
	if h == 0 {
		h = 1
	}
	high, quantity := bits.Mul64(u.Quantity/h, n)
	over, per := bits.Mul64(max(u.Per, 1), d/h)
	if high|over != 0 {
		return u, ErrOverflow
	}
	u.Quantity, u.Per = reduce(quantity, per)
	return u, nil
}

// A ForecastBill is a [Forecast] with its prices. What all lines cost together is hardly ever as little
// as Low or as much as High, since these take the least and the most of each.
type ForecastBill struct {
	Low      *Bill `json:"low"`
	Expected *Bill `json:"expected"`
	High     *Bill `json:"high"`
}

// Bill returns the bills of the forecast. Errors are those of [Rates.Bill].
func (f *Forecast) Bill(rates *Rates) (*ForecastBill, error) {
	low, err := rates.Bill(f.Low...)
	if err != nil {
		return nil, err
	}
	expected, err := rates.Bill(f.Expected...)
	if err != nil {
		return nil, err
	}
	high, err := rates.Bill(f.High...)
	if err != nil {
		return nil, err
	}
	return &ForecastBill{low, expected, high}, nil
}

// String says what is expected, in which range, and what is assumed.
func (f *Forecast) String() string {
	return fmt.Sprintf("%s, from %d of %d days, as if the other %d were like these: on average, "+
		"like the least of them, or like the most", f.Month, f.Observed, f.Days, f.Days-f.Observed)
}

// DayMeters are a [Meter] for each day, for [ForecastMonth] or for bills by day. They are for one
// goroutine at a time.
type DayMeters struct {
	Trails []Trail // not to be changed after the first call of Add

	days map[string]*Meter
	last *Meter
	day  string // that of last
}

// MaxDays is how many days DayMeters have: a year and a day, so that a log file with hostile times does
// not fill the memory.
const MaxDays = 366

// Add counts a record on the day of its eventTime, in UTC. The error is an *[Error] with the cause
// [ErrForecast] if it has no sensible time, or if there would be more than MaxDays days.
func (d *DayMeters) Add(r *record.Record) error { return d.AddTimes(r, 1) }

// AddTimes counts a record n times; see [Meter.AddTimes].
func (d *DayMeters) AddTimes(r *record.Record, n uint64) error {
	t := r.EventTime.UTC()
	if t.IsZero() || t.Year() < 1 || t.Year() > 9999 {
		return &Error{Err: fmt.Errorf("%w (an eventTime of %v)", ErrForecast, t)}
	}
	var buf [len(time.DateOnly)]byte
	day := t.AppendFormat(buf[:0], time.DateOnly)
	if d.last == nil || d.day != string(day) {
		m, ok := d.days[string(day)]
		if !ok {
			if len(d.days) == MaxDays {
				return &Error{Err: fmt.Errorf("%w (more than %d days)", ErrForecast, MaxDays)}
			}
			if d.days == nil {
				d.days = make(map[string]*Meter)
			}
			m = &Meter{Trails: d.Trails}
			d.days[string(day)] = m
		}
		d.last, d.day = m, string(day)
	}
	return d.last.AddTimes(r, n)
}

// Days returns the usage of each day on which there were records, in order.
func (d *DayMeters) Days() []DayUsage {
	var days []DayUsage
	for text, m := range d.days {
		day, err := time.Parse(time.DateOnly, text)
		if err != nil {
			panic("pricing: a day that Add has formatted: " + err.Error())
		}
		days = append(days, DayUsage{day, m.Usage()})
	}
	slices.SortFunc(days, func(a, b DayUsage) int { return a.Day.Compare(b.Day) })
	return days
}
