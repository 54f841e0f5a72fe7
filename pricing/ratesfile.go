package pricing

import (
	"cmp"
	"encoding/json"
	"errors"
	"fmt"
	"slices"
	"strings"
	"unicode/utf8"

	"github.com/trailsieve/trailsieve/pricing/internal/table"
	"github.com/trailsieve/trailsieve/pricing/internal/walk"
)

// ratesFile is a price list as JSON. Regions are those that rows without one are for; without
// Regions, these rows are for every one.
type ratesFile struct {
	Currency string   `json:"currency,omitempty"`
	Regions  []string `json:"regions,omitempty"`
	Rates    []Rate   `json:"rates"`
}

// maxRatesFile is how long a price list may be, in bytes: all of AWS's for CloudTrail takes less than
// one megabyte.
const maxRatesFile = 64 << 20

// ParseRates returns a price list of one's own:
//
//	{"currency": "CNY",
//	 "regions": ["cn-north-1", "cn-northwest-1"],
//	 "rates": [
//	  {"meter": "data_events", "unit": "event", "price": "0.0000066", "usageType": "DataEventsRecorded",
//	   "from": "2025-01-01", "until": "2026-01-01", "source": "our contract"},
//	  {"meter": "data_events", "region": "cn-north-1", "unit": "event", "price": "0.0000060"}]}
//
// Currency is USD if it is left out, and a row without a Region is for those in regions, or for all
// if there are none. Only meter, unit and price are needed in a row; prices are decimal numbers in
// strings, and days are in UTC. [Rates.On] takes the rows of a day; without it, the last are used.
//
// Unknown members are refused, since a mistyped one would be a price or a day that is not there, and
// so are two prices for one day. The error is a *[RatesError].
func ParseRates(text []byte) (*Rates, error) {
	if len(text) > maxRatesFile {
		return nil, &RatesError{Offset: maxRatesFile, Err: fmt.Errorf("%w: longer than %d bytes", ErrRate, maxRatesFile)}
	}
	if at := invalidUTF8(text); at >= 0 {
		return nil, &RatesError{Offset: at, Err: fmt.Errorf("%w: a byte that is not UTF-8", ErrRate)}
	}
	var file ratesFile
	w := walk.New(text)
	err := w.OnlyObject(map[string]func() error{
		"currency": w.Text(&file.Currency),
		"regions": func() error {
			return w.Elements(func() error {
				file.Regions = append(file.Regions, "")
				return w.Text(&file.Regions[len(file.Regions)-1])()
			})
		},
		"rates": func() error {
			return w.Elements(func() error { return file.row(w) })
		},
	})
	if err == nil {
		err = w.Close()
	}
	if err != nil {
		offset, pointer, cause := w.Place(err)
		return nil, &RatesError{Offset: offset, Pointer: pointer, Err: fmt.Errorf("%w (%w)", ErrRate, cause)}
	}
	return newRates(file)
}

// invalidUTF8 returns where text stops being UTF-8, or -1 if it does not.
func invalidUTF8(text []byte) int {
	for i := 0; i < len(text); {
		r, n := utf8.DecodeRune(text[i:])
		if r == utf8.RuneError && n == 1 {
			return i
		}
		i += n
	}
	return -1
}

// row reads a row of a price list.
func (f *ratesFile) row(w *walk.Walker) error {
	var row Rate
	var price string
	err := w.OnlyObject(map[string]func() error{
		"meter": w.Text((*string)(&row.Meter)), "region": w.Text(&row.Region), "unit": w.Text(&row.Unit),
		"price": func() (err error) {
			if err = w.Text(&price)(); err == nil {
				row.Price, err = ParseUSD(price)
			}
			return err
		},
		"usageType": w.Text(&row.UsageType), "from": w.Text(&row.From), "until": w.Text(&row.Until),
		"source": w.Text(&row.Source),
	})
	if err == nil && price == "" {
		err = errors.New("no price")
	}
	f.Rates = append(f.Rates, row)
	return err
}

// NewRates returns a price list of rows, in one currency; empty is USD. Rows for the same meter and Region
// must be for different days; a row without a Region is for every one. The error is a *[RatesError].
func NewRates(currency string, rows ...Rate) (*Rates, error) {
	return newRates(ratesFile{Currency: currency, Rates: rows})
}

func newRates(file ratesFile) (*Rates, error) {
	r := &Rates{rows: slices.Clone(file.Rates)}
	if len(file.Regions) > 0 {
		r.regions = slices.Compact(slices.Sorted(slices.Values(file.Regions)))
	}
	if file.Currency != "USD" {
		r.currency = file.Currency
	}
	for i, row := range r.rows {
		if err := row.check(); err != nil {
			return nil, &RatesError{Row: i + 1, Meter: row.Meter, Region: row.Region, Err: fmt.Errorf("%w (%w)", ErrRate, err)}
		}
	}
	order := make([]int, len(r.rows)) // by meter, Region and day
	for i := range order {
		order[i] = i
	}
	slices.SortStableFunc(order, func(i, j int) int {
		a, b := r.rows[i], r.rows[j]
		return cmp.Or(cmp.Compare(a.Meter, b.Meter), cmp.Compare(a.Region, b.Region), cmp.Compare(a.From, b.From))
	})
	for n := range order[:max(len(order)-1, 0)] {
		row, next := r.rows[order[n]], r.rows[order[n+1]]
		if row.Meter == next.Meter && row.Region == next.Region && (row.Until == "" || next.From < row.Until) {
			return nil, &RatesError{
				Row: max(order[n], order[n+1]) + 1, Meter: row.Meter, Region: row.Region,
				Err: fmt.Errorf("%w (two prices on the same days, %v and %v)", ErrRate, row.Price, next.Price),
			}
		}
	}
	return r, nil
}

// MarshalJSON returns what [ParseRates] reads.
func (r *Rates) MarshalJSON() ([]byte, error) {
	if r == nil {
		r = new(Rates)
	}
	return json.Marshal(ratesFile{r.Currency(), r.regions, append([]Rate{}, r.rows...)})
}

// UnmarshalJSON sets r to what [ParseRates] returns.
func (r *Rates) UnmarshalJSON(text []byte) error {
	parsed, err := ParseRates(text)
	if err == nil {
		*r = *parsed
	}
	return err
}

// A RatesError says what is wrong with a price list, and where:
//
//	pricing: invalid rate (unknown member "prize" (did you mean "price"?)) in /rates/0/prize (offset 53)
//	pricing: invalid rate (no unit) for data_events in row 3
type RatesError struct {
	Row     int    // counted from 1, if the row is wrong as a whole
	Offset  int    // otherwise, in bytes
	Pointer string // and as a JSON Pointer (RFC 6901)
	Meter   MeterName
	Region  string
	Err     error // ErrRate with what is wrong
}

// Error names the package, the cause and the place.
func (e *RatesError) Error() string {
	if e.Row == 0 && e.Pointer != "" {
		return fmt.Sprintf("pricing: %v in %s (offset %d)", e.Err, e.Pointer, e.Offset)
	}
	if e.Row == 0 {
		return fmt.Sprintf("pricing: %v (offset %d)", e.Err, e.Offset)
	}
	var s strings.Builder
	fmt.Fprintf(&s, "pricing: %v for %s", e.Err, table.Cell(string(e.Meter)))
	if e.Region != "" {
		fmt.Fprintf(&s, " in %q", e.Region)
	}
	fmt.Fprintf(&s, " in row %d", e.Row)
	return s.String()
}

// Unwrap returns the cause.
func (e *RatesError) Unwrap() error { return e.Err }
