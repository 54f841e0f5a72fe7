package pricing

import (
	"bytes"
	"cmp"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"slices"
	"strings"

	"github.com/trailsieve/trailsieve/pricing/internal/table"
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
	var file ratesFile
	d := json.NewDecoder(bytes.NewReader(text))
	d.DisallowUnknownFields()
	err := d.Decode(&file)
	if err == nil {
		if _, err = d.Token(); err == io.EOF {
			err = nil
		} else if err == nil {
			err = errors.New("more text after the price list")
		}
	}
	if err != nil {
		return nil, ratesError(d.InputOffset(), err)
	}
	return newRates(file)
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

// ratesError finds the place of a JSON error; read is where the decoder stopped.
func ratesError(read int64, err error) error {
	var syntax *json.SyntaxError
	var kind *json.UnmarshalTypeError
	switch {
	case errors.As(err, &syntax):
		read = syntax.Offset
	case errors.As(err, &kind):
		read = kind.Offset
	}
	return &RatesError{Offset: read, Err: fmt.Errorf("%w (%w)", ErrRate, err)}
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
//	pricing: invalid rate (no unit) for data_events in row 3
type RatesError struct {
	Row    int   // counted from 1; 0 if the text is no list at all
	Offset int64 // in bytes, if Row is 0
	Meter  MeterName
	Region string
	Err    error // ErrRate with what is wrong
}

// Error names the package, the cause and the place.
func (e *RatesError) Error() string {
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
