package pricing

import (
	"errors"
	"fmt"
	"math"
	"math/big"
	"math/rand/v2"
	"slices"
	"testing"
	"time"

	"github.com/trailsieve/trailsieve/record"
)

func day(n int, usage ...Usage) DayUsage {
	return DayUsage{time.Date(2026, time.February, n, 23, 0, 0, 0, time.UTC), usage}
}

func TestForecastMonth(t *testing.T) {
	data := func(n uint64) Usage { return Usage{Trail: "a", Region: "us-east-1", Meter: DataEvents, Quantity: n} }
	stored := Usage{Region: "us-east-1", Meter: S3StandardStorage, Quantity: 1, Per: 3}
	for _, tt := range []struct {
		name string
		days []DayUsage
		want string // low, expected and high
	}{
		{"one day", []DayUsage{day(1, data(10))}, "data_events 280 280 280"},
		{"two days", []DayUsage{day(3, data(20)), day(1, data(10))}, "data_events 290 420 550"},
		{"three", []DayUsage{day(1, data(1)), day(2), day(3)}, "data_events 1 9.33333333333333333333 26"},
		{"pieces", []DayUsage{day(1, data(4), data(6)), day(1, data(10)), day(2, data(10))}, "data_events 290 420 550"},
		{"a share", []DayUsage{day(1, stored)}, "s3_standard_storage_gb_month 9.33333333333333333333 " +
			"9.33333333333333333333 9.33333333333333333333"},
	} {
		f, err := ForecastMonth(tt.days...)
		if err != nil || len(f.Low) != 1 || len(f.Expected) != 1 || len(f.High) != 1 {
			t.Errorf("%s: %v, %v, want one line", tt.name, f, err)
			continue
		}
		got := fmt.Sprint(f.Low[0].Meter, " ", f.Low[0].UnitsText(), " ", f.Expected[0].UnitsText(), " ", f.High[0].UnitsText())
		if got != tt.want {
			t.Errorf("%s: %s, want %s", tt.name, got, tt.want)
		}
	}
	for name, days := range map[string][]DayUsage{
		"none":         nil,
		"other months": {day(1), day(30)}, // the 2nd of March
	} {
		if f, err := ForecastMonth(days...); f != nil || !errors.Is(err, ErrForecast) {
			t.Errorf("%s: %v, %v, want ErrForecast", name, f, err)
		}
	}
	if f, err := ForecastMonth(day(1, data(math.MaxUint64))); f != nil || !errors.Is(err, ErrOverflow) {
		t.Errorf("28 times 2^64-1: %v, %v, want ErrOverflow", f, err)
	}
}

func FuzzForecast(f *testing.F) {
	for seed := range uint64(4) {
		f.Add(seed)
	}
	f.Fuzz(checkForecast)
}

func TestForecastLaws(t *testing.T) {
	for seed := range uint64(200) {
		checkForecast(t, seed)
	}
}

// checkForecast: a whole month is its own forecast, what is expected is the mean of the days times their
// number, and lies between the bounds.
func checkForecast(t *testing.T, seed uint64) {
	rnd := rand.New(rand.NewPCG(seed, 9))
	var days []DayUsage
	sums := make(map[MeterName]*big.Rat)
	observed := 1 + rnd.IntN(28)
	for d := range observed {
		var usage []Usage
		for _, meter := range []MeterName{DataEvents, ManagementAdditionalCopies, S3StandardStorage} {
			if rnd.IntN(4) > 0 {
				u := Usage{Region: "us-east-1", Meter: meter, Quantity: uint64(rnd.IntN(1000)), Per: uint64(rnd.IntN(4))}
				usage = append(usage, u)
				if sums[meter] == nil {
					sums[meter] = new(big.Rat)
				}
				sums[meter].Add(sums[meter], new(big.Rat).SetFrac64(int64(u.Quantity), max(int64(u.Per), 1)))
			}
		}
		days = append(days, day(d+1, usage...))
	}
	rnd.Shuffle(len(days), func(i, j int) { days[i], days[j] = days[j], days[i] })
	f, err := ForecastMonth(days...)
	if err != nil {
		t.Fatalf("seed %d: %v", seed, err)
	}
	if f.Observed != observed || f.Days != 28 || len(f.Expected) != len(sums) {
		t.Errorf("seed %d: %v with %d lines, want %d days and %d lines", seed, f, len(f.Expected), observed, len(sums))
	}
	for i, u := range f.Expected {
		want := new(big.Rat).Mul(sums[u.Meter], big.NewRat(28, int64(observed)))
		low, high := f.Low[i].Units(), f.High[i].Units()
		if u.Units().Cmp(want) != 0 || low.Cmp(want) > 0 || high.Cmp(want) < 0 || f.Low[i].Meter != u.Meter {
			t.Errorf("seed %d: %s from %v to %v, expected %v, want %v", seed, u.Meter, low, high, u.Units(), want)
		}
		if observed == 28 && (low.Cmp(want) != 0 || high.Cmp(want) != 0) {
			t.Errorf("seed %d: a whole month is from %v to %v, want %v", seed, low, high, want)
		}
	}
	rates, _ := Published("us-east-1")
	bill, err := f.Bill(rates)
	if err != nil || bill.Low.Total().Cmp(bill.Expected.Total()) > 0 || bill.Expected.Total().Cmp(bill.High.Total()) > 0 {
		t.Errorf("seed %d: %+v, %v", seed, bill, err)
	}
}

func TestDayMeters(t *testing.T) {
	d := DayMeters{Trails: []Trail{{Name: "a"}}}
	r := newRecord(record.Management, false)
	for _, hours := range []int{0, 1, 30, 2} {
		r.EventTime = time.Date(2026, time.March, 1, hours, 0, 0, 0, time.UTC)
		if err := d.Add(r); err != nil {
			t.Fatal(err)
		}
	}
	var got []string
	for _, day := range d.Days() {
		got = append(got, fmt.Sprint(day.Day.Format(time.DateOnly), " ", day.Usage[0].Quantity))
	}
	if want := []string{"2026-03-01 3", "2026-03-02 1"}; !slices.Equal(got, want) {
		t.Errorf("got %q, want %q", got, want)
	}
	for _, year := range []int{0, -5, 10_000, 1 << 20} {
		if r.EventTime = time.Date(year, 1, 1, 0, 0, 0, 0, time.UTC); year == 0 {
			r.EventTime = time.Time{}
		}
		if err := d.Add(r); !errors.Is(err, ErrForecast) {
			t.Errorf("in the year %d: %v, want ErrForecast", year, err)
		}
	}
	var err error
	for n := range 400 {
		r.EventTime = time.Date(2000, 1, n, 0, 0, 0, 0, time.UTC)
		err = errors.Join(err, d.Add(r))
	}
	if !errors.Is(err, ErrForecast) || len(d.days) != MaxDays {
		t.Errorf("400 days: %v, %d meters", err, len(d.days))
	}
}
