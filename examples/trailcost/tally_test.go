package main

import (
	"runtime"
	"strings"
	"testing"
	"time"
)

// A forecast is made from whole days, of the month of which most is there.
func TestForecast(t *testing.T) {
	const perDay = 24 * 60
	tests := []struct {
		name     string
		records  int           // about a minute apart, from midnight of 2026-03-02 on
		gap      time.Duration // between them
		month    string        // of the forecast; empty if there is none
		observed int
	}{
		{"an hour", 60, time.Minute, "", 0},
		{"half a day", perDay / 2, time.Minute, "", 0},
		{"two days and a half", 2*perDay + perDay/2, time.Minute, "2026-03", 2},
		{"thirty days, and some of April", 35 * 48, 30 * time.Minute, "2026-03", 30},
		{"more of April than of March", 48 * 60, 30 * time.Minute, "2026-04", 0}, // all of it: no forecast is needed
	}
	for _, test := range tests {
		r := price(t, done, "", write(t, "a.json", logsEvery(test.gap, test.records)))
		switch {
		case test.observed > 0 && (r.Forecast == nil || r.Forecast.Month != test.month || r.Forecast.Observed != test.observed):
			t.Errorf("%s: %+v, want %s from %d days", test.name, r.Forecast, test.month, test.observed)
		case test.observed == 0 && r.Forecast != nil:
			t.Errorf("%s: %+v, want none", test.name, r.Forecast)
		case test.month == "" && !strings.Contains(strings.Join(r.Notes, "\n"), "no forecast: no day is there in whole"):
			t.Errorf("%s: notes %q", test.name, r.Notes)
		}
	}
	if r := price(t, done, "", "-synthetic", "5000"); r.Forecast != nil || r.Period.From != "2026-03-01" || r.Period.To != "2026-03-31" {
		t.Errorf("a whole month: %+v, %+v", r.Forecast, r.Period)
	}
}

// A record without a time is in the bill, and not in a forecast.
func TestUndated(t *testing.T) {
	r := price(t, done, `{"eventSource":"s3.amazonaws.com","eventName":"ListBuckets","awsRegion":"us-east-1"}`, "-")
	if r.Events.Logged != 1 || r.Events.Undated != 1 || r.Period.From != "" {
		t.Errorf("%+v, period %+v", r.Events, r.Period)
	}
}

// The days of a synthetic month have all records, and less on weekends.
func TestDaysOf(t *testing.T) {
	for _, records := range []uint64{0, 1, 30, 1000, 10_000_000} {
		var sum uint64
		days := daysOf(syntheticMonth, records)
		for _, d := range days {
			sum += d.records
		}
		if sum != records || len(days) != 31 {
			t.Errorf("%d days of %d records, want 31 of %d", len(days), sum, records)
		}
		if sunday, monday := days[0].records, days[1].records; records > 1000 && sunday*2 > monday*3/2 {
			t.Errorf("%d on Sunday, %d on Monday", sunday, monday)
		}
	}
}

// Memory does not grow with the events: four times as many need hardly more.
func TestMemory(t *testing.T) {
	held := func(events string) uint64 {
		o, err := parse([]string{"-synthetic", events, "-by", "prefix=9,principal,hour"}, nil)
		if err != nil {
			t.Fatal(err)
		}
		r, err := newReading(o, failing{})
		if err != nil {
			t.Fatal(err)
		}
		r.synthetic(t.Context())
		runtime.GC()
		var stats runtime.MemStats
		runtime.ReadMemStats(&stats)
		runtime.KeepAlive(r)
		return stats.HeapAlloc
	}
	some, more := held("40000"), held("160000")
	t.Logf("%d bytes for 40,000 events, %d for 160,000", some, more)
	if more > some+2<<20 {
		t.Errorf("%d bytes for 40,000 events, %d for 160,000", some, more)
	}
}
