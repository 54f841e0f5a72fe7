package pricing

import (
	"encoding/json"
	"errors"
	"strings"
	"testing"
	"time"
)

func TestParseRates(t *testing.T) {
	rates, err := ParseRates([]byte(`{"regions": ["us-west-2", "us-east-1"], "rates": [
		{"meter": "data_events", "unit": "event", "price": "0.000002", "from": "2020-01-01", "until": "2021-01-01"},
		{"meter": "data_events", "unit": "event", "price": "0.000001", "from": "2021-01-01"},
		{"meter": "data_events", "region": "eu-west-1", "unit": "event", "price": "0.000003", "source": "a\u002Db"}]}`))
	if err != nil {
		t.Fatal(err)
	}
	for _, tt := range []struct{ day, region, want string }{
		{"2020-12-31", "us-east-1", "0.000002"},
		{"2021-01-01", "us-west-2", "0.000001"},
		{"2019-12-31", "us-east-1", ""},
		{"2019-12-31", "eu-west-1", "0.000003"},
		{"2021-01-01", "eu-west-2", ""},
		{"", "us-east-1", "0.000001"},
	} {
		r := rates
		if tt.day != "" {
			day, err := time.Parse(time.DateOnly, tt.day)
			if err != nil {
				t.Fatal(err)
			}
			r = rates.On(day)
		}
		rate, err := r.Rate(DataEvents, tt.region)
		if err == nil && rate.Price.String() != tt.want || err != nil && tt.want != "" {
			t.Errorf("in %s on %s: %v, %v, want %s", tt.region, tt.day, rate.Price, err, tt.want)
		}
	}
	if r := (*Rates)(nil); r.On(time.Now()) != nil || r.Currency() != "USD" {
		t.Errorf("of no list: %v in %s", r.On(time.Now()), r.Currency())
	}
	for name, rates := range map[string]*Rates{"own": rates, "published": published(), "empty": new(Rates)} {
		text, err := json.Marshal(rates)
		var back Rates
		if err == nil {
			err = json.Unmarshal(text, &back)
		}
		again, _ := json.Marshal(&back)
		if err != nil || string(again) != string(text) {
			t.Errorf("%s: %.500s becomes %.500s, %v", name, text, again, err)
		}
	}
}

// The mark ∑ stands where the text goes wrong; without one, a row is wrong as a whole.
func TestParseRatesErrors(t *testing.T) {
	row := func(more string) string {
		return `{"rates": [{"meter": "m", "unit": "event", "price": "1"}, {"meter": "m", "region": "r", "unit": "event"` + more + `}]}`
	}
	for _, tt := range []struct{ text, want string }{
		{`∑`, `pricing: invalid rate (unexpected EOF) (offset 0)`},
		{`∑[]`, `pricing: invalid rate (an array, not an object) (offset 0)`},
		{`{"rates": [], ∑"currencies": "USD"}`, `pricing: invalid rate (unknown member "currencies" (did you mean "currency"?)) in /currencies (offset `},
		{`{"rates": [], ∑"rates": []}`, `pricing: invalid rate (member "rates" is there twice) in /rates (offset `},
		{`{"regions": [∑7]}`, `pricing: invalid rate (a number, not a string) in /regions/0 (offset `},
		{row(`, "price": ∑"0,1"`), `pricing: invalid rate (pricing: not a decimal number: "0,1" (offset 1)) in /rates/1/price (offset `},
		{row(`, "price": ∑0.1`), `pricing: invalid rate (a number, not a string) in /rates/1/price (offset `},
		{row(``), `pricing: invalid rate (no price) in /rates/1 (offset `},
		{row(`, "price": "-1"`), `pricing: invalid rate (price -1) for m in "r" in row 2`},
		{row(`, "price": "1", "from": "yesterday"`), `pricing: invalid rate (day "yesterday") for m in "r" in row 2`},
		{row(`, "price": "1", "from": "2020-02-01", "until": "2020-02-01"`),
			`pricing: invalid rate (from 2020-02-01 until 2020-02-01, which is no day) for m in "r" in row 2`},
		{row(`, "price": "1"}, {"meter": "m", "unit": "event", "price": "2"`), `pricing: invalid rate (two prices on the same days, 1 and 2) for m in row 3`},
		{row(`, "price": "1"`) + `∑{}`, `pricing: invalid rate (`},
	} {
		text := strings.Replace(tt.text, "∑", "", 1)
		rates, err := ParseRates([]byte(text))
		var at *RatesError
		if rates != nil || !errors.Is(err, ErrRate) || !errors.As(err, &at) || !strings.HasPrefix(err.Error(), tt.want) {
			t.Errorf("%s:\n got %v\nwant %s", text, err, tt.want)
		} else if mark := strings.Index(tt.text, "∑"); mark >= 0 && at.Offset != mark {
			t.Errorf("%s: %v, want it at %d", text, err, mark)
		}
	}
}

// A price list that is not UTF-8 would not be the same after it was written and read again.
func TestParseRatesUTF8(t *testing.T) {
	const before = `{"regions": ["ap-south`
	_, err := ParseRates([]byte(before + "\xff2\"], \"rates\": []}"))
	var bad *RatesError
	if !errors.As(err, &bad) || bad.Offset != len(before) || !errors.Is(err, ErrRate) {
		t.Errorf("error %v, want one at offset %d", err, len(before))
	}
}

func FuzzParseRates(f *testing.F) {
	f.Add(publishedJSON)
	f.Add([]byte("{\"regions\": [\"ap-south\xff2\"], \"rates\": []}"))
	f.Add([]byte(`{"currency": "CNY", "regions": ["a", "a"], "rates": [{"meter": "m", "unit": "u", "price": "1", "until": "2020-01-01"},
		{"meter": "m", "unit": "u", "price": "1", "from": "2020-01-01"}]}`))
	f.Fuzz(func(t *testing.T, text []byte) {
		rates, err := ParseRates(text)
		if err != nil {
			if rates != nil || !errors.Is(err, ErrRate) {
				t.Errorf("%v, %v", rates, err)
			}
			return
		}
		again, err := json.Marshal(rates)
		if err != nil {
			t.Fatal(err)
		}
		back, err := ParseRates(again)
		if err != nil {
			t.Fatalf("%s: %v", again, err)
		}
		if twice, _ := json.Marshal(back); string(twice) != string(again) {
			t.Errorf("%s\nbecomes %s", again, twice)
		}
		for row := range rates.All() { // at most one price for a day
			for other := range rates.All() {
				if row != other && row.Meter == other.Meter && row.Region == other.Region &&
					row.From <= other.From && (row.Until == "" || other.From < row.Until) {
					t.Errorf("%+v and %+v", row, other)
				}
			}
		}
	})
}
