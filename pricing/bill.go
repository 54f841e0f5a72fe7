package pricing

import (
	"cmp"
	"encoding/json"
	"strings"

	"github.com/trailsieve/trailsieve/pricing/internal/table"
)

// A Line is a [Usage] with its price: Amount is UnitPrice times Quantity / Per, exactly, unless the
// line is from a [Bill.Invoice].
type Line struct {
	Usage
	Unit      string `json:"unit"`
	UnitPrice USD    `json:"unitPrice"`
	Amount    USD    `json:"amount"`

	// UsageType is AWS's name of the meter in reports, without the Region in front, if it is known.
	UsageType string `json:"usageType,omitempty"`
}

// A Bill is an itemized charge. Its lines add up to the total exactly.
//
// In JSON, money and quantities are decimal numbers in strings:
//
//	{"currency":"USD","total":"0.1","lines":[{"trail":"images","region":"us-east-1",
//	 "meter":"data_events","quantity":"100000","unit":"event","unitPrice":"0.000001","amount":"0.1",
//	 "usageType":"DataEventsRecorded"}]}
type Bill struct {
	Currency string `json:"currency"` // as in ISO 4217; empty is USD
	Lines    []Line `json:"lines"`
}

// Bill returns a line for each usage, in the same order. A usage for which there is no price, in its
// Region, is an *[Error] with the cause [ErrNoPrice] and makes no bill at all; so is a line, or the
// total, that is no USD any more, with the cause [ErrOverflow].
func (r *Rates) Bill(usage ...Usage) (*Bill, error) {
	b := &Bill{Currency: r.Currency(), Lines: make([]Line, 0, len(usage))}
	var total USD
	for _, u := range usage {
		rate, err := r.Rate(u.Meter, u.Region)
		if err != nil {
			return nil, err
		}
		amount, err := rate.Price.MulDiv(u.Quantity, u.Per)
		if err == nil {
			total, err = total.Add(amount)
		}
		if err != nil {
			return nil, &Error{Meter: u.Meter, Region: u.Region, Err: err}
		}
		b.Lines = append(b.Lines, Line{
			Usage: u, Unit: rate.Unit, UnitPrice: rate.Price, Amount: amount, UsageType: rate.UsageType,
		})
	}
	return b, nil
}

// Total returns the sum of the lines. It does not overflow for a bill that this package made, and
// panics if it does for another.
func (b *Bill) Total() USD {
	var total USD
	for i := range b.Lines {
		var err error
		if total, err = total.Add(b.Lines[i].Amount); err != nil {
			panic("pricing: the lines of a Bill, which somebody has changed, overflow")
		}
	}
	return total
}

// Invoice returns the bill as AWS prints it at the end of a month: one line for each account,
// Region and meter, with the amount rounded to the cent, and the total of the rounded amounts. The
// lines of several trails become one line without a trail, in the place of the first of them. The
// error is an *[Error] with the cause [ErrOverflow].
//
// The month is up to the caller, who has to have one bill for each.
func (b *Bill) Invoice() (*Bill, error) {
	type key struct {
		account, region string
		meter           MeterName
		unit            string
		price           USD
	}
	invoice := &Bill{Currency: b.Currency, Lines: make([]Line, 0, len(b.Lines))}
	at := make(map[key]int)
	for _, line := range b.Lines {
		k := key{line.Account, line.Region, line.Meter, line.Unit, line.UnitPrice}
		i, ok := at[k]
		if !ok {
			at[k] = len(invoice.Lines)
			line.Trail = ""
			invoice.Lines = append(invoice.Lines, line)
			continue
		}
		if err := invoice.Lines[i].merge(line); err != nil {
			return nil, &Error{Meter: line.Meter, Region: line.Region, Err: err}
		}
	}
	var total USD
	for i := range invoice.Lines {
		line := &invoice.Lines[i]
		line.Amount = line.Amount.RoundToCent()
		var err error
		if total, err = total.Add(line.Amount); err != nil {
			return nil, &Error{Meter: line.Meter, Region: line.Region, Err: err}
		}
	}
	return invoice, nil
}

// merge adds the quantity and amount of another line to those of l.
func (l *Line) merge(other Line) error {
	quantity, per, err := l.plus(other.Usage)
	if err != nil {
		return err
	}
	amount, err := l.Amount.Add(other.Amount)
	if err != nil {
		return err
	}
	l.Quantity, l.Per, l.Amount = quantity, per, amount
	return nil
}

// MarshalJSON returns the bill with its currency and total; see [Bill].
func (b *Bill) MarshalJSON() ([]byte, error) {
	return json.Marshal(struct {
		Currency string `json:"currency"`
		Total    USD    `json:"total"`
		Lines    []Line `json:"lines"`
	}{cmp.Or(b.Currency, "USD"), b.Total(), append([]Line{}, b.Lines...)})
}

// UnmarshalJSON reads what MarshalJSON returns; the total is that of the lines. An amount that is no decimal
// number, and was rounded as text, is exact again: it is the price times the quantity if that has the same
// text. Lines whose sum is no USD are an *[Error] with the cause [ErrOverflow], or [ErrPrecision], and leave
// b as it was.
func (b *Bill) UnmarshalJSON(text []byte) error {
	type plain Bill // without this method
	var p plain
	if err := json.Unmarshal(text, &p); err != nil {
		return err
	}
	var total USD
	for i := range p.Lines {
		l := &p.Lines[i]
		if exact, err := l.UnitPrice.MulDiv(l.Quantity, l.Per); err == nil && exact.String() == l.Amount.String() {
			l.Amount = exact
		}
		var err error
		if total, err = total.Add(l.Amount); err != nil {
			return &Error{Meter: l.Meter, Region: l.Region, Err: err}
		}
	}
	*b = Bill(p)
	return nil
}

// String returns the bill as a table for a terminal, with the notes below it, each once:
//
//	trail   region     meter        quantity  unit   unit price  amount USD
//	images  us-east-1  data_events    100000  event    0.000001    0.1
//	audit   us-east-1  data_events        25  event    0.000001    0.000025
//	total                                                          0.100025
//
//	data_events: every copy is charged, the first included
//
// A column that no line fills is left out.
func (b *Bill) String() string {
	t := table.Table{Columns: []table.Column{
		{Name: "trail"}, {Name: "account"}, {Name: "region"}, {Name: "meter"},
		{Name: "quantity", Number: true}, {Name: "unit"},
		{Name: "unit price", Number: true}, {Name: "amount " + table.Cell(cmp.Or(b.Currency, "USD")), Number: true},
	}}
	for _, l := range b.Lines {
		t.Add(l.Trail, l.Account, l.Region, string(l.Meter), l.UnitsText(), l.Unit,
			l.UnitPrice.String(), l.Amount.String())
	}
	t.Total("total", b.Total().String())
	return t.String() + b.notes()
}

// notes returns what the lines say about their meters, each once.
func (b *Bill) notes() string {
	var s strings.Builder
	seen := make(map[string]bool)
	for _, l := range b.Lines {
		note := table.Cell(string(l.Meter)) + ": " + table.Cell(l.Note) + "\n"
		if l.Note == "" || seen[note] {
			continue
		}
		if s.Len() == 0 {
			s.WriteByte('\n')
		}
		seen[note] = true
		s.WriteString(note)
	}
	return s.String()
}
