// Package report writes a bill as one HTML page, for people who pay it.
//
//	page := report.Page{Title: "CloudTrail", Period: "March 2026", Bill: bill}
//	days, err := a.Table(attribution.Day, rates, 31)
//	page.Tables = append(page.Tables, days)
//	err = page.Write(w)
//
// The page is self-contained: styles and charts are in it, there is no script, and nothing is loaded from
// anywhere; a policy in its head says so to the browser. Charts are tables with bars, or have a table with
// the same numbers below them, so that they can be read without seeing them. It follows the reader's choice
// of a light or dark screen, and prints.
//
// Everything from log files is escaped. Amounts are rounded for reading, to the cent or, below a dollar, to
// six decimals; the exact ones are in the table of the bill.
package report

import (
	"cmp"
	_ "embed"
	"errors"
	"html/template"
	"io"
	"math/big"
	"slices"
	"strings"
	"sync"

	"github.com/trailsieve/trailsieve/pricing"
	"github.com/trailsieve/trailsieve/pricing/advice"
	"github.com/trailsieve/trailsieve/pricing/attribution"
	"github.com/trailsieve/trailsieve/pricing/whatif"
)

// A Page is what to show. Only Bill is needed; parts that are empty are left out.
type Page struct {
	Title  string // of the page; "CloudTrail bill" if empty
	Period string // that the bill is for, in words: "March 2026"
	Bill   *pricing.Bill

	// Tables are shown in this order: those by day and hour as columns over time, others as bars.
	Tables []*attribution.Table

	Forecast   *pricing.ForecastBill
	Assumption string // of the forecast; see [pricing.Forecast.String]

	Difference      *whatif.Difference
	Recommendations []advice.Recommendation // of which the first ten are shown

	// Notes are paragraphs at the end: where the numbers are from, and what is not in them.
	Notes []string
}

// maxAdvice is how many recommendations are shown: more is not read.
const maxAdvice = 10

// ErrNoBill is the error for a Page without a bill.
var ErrNoBill = errors.New("report: a page without a bill")

//go:embed page.html
var pageHTML string

var page = sync.OnceValue(func() *template.Template {
	return template.Must(template.New("page").Parse(pageHTML))
})

// Write writes the page. Errors are ErrNoBill and those of w.
func (p *Page) Write(w io.Writer) error {
	if p.Bill == nil {
		return ErrNoBill
	}
	return page().Execute(w, p.view())
}

// A view is the page in the words and numbers that are printed.
type view struct {
	Title, Period   string
	Total           amountView
	Cards           []cardView
	Timelines       []timelineView
	Charts          []chartView
	Lines           []lineView
	Columns         columnsView
	Notes           []string // of the lines
	Recommendations []adviceView
	MoreAdvice      int // how many there are beyond those
	Difference      *differenceView
	Footnotes       []string
	Currency        string
}

// An amountView is an amount, rounded and exact.
type amountView struct{ Text, Exact string }

type cardView struct{ Name, Value, Exact, More string }

type lineView struct {
	Trail, Account, Region, Meter, Quantity, Unit, Price string
	Amount                                               amountView
	Free                                                 bool
}

// columnsView says which columns of the bill some line fills.
type columnsView struct{ Trail, Account, Region bool }

type adviceView struct{ Saving, Exact, Text string }

type differenceView struct {
	Old, New, Change amountView
	Saves            bool
	Lines            []differenceLine
}

type differenceLine struct{ Trail, Account, Region, Meter, Old, Lost, Gained, New, Change string }

func (p *Page) view() *view {
	total := p.Bill.Total()
	v := &view{
		Title: cmp.Or(p.Title, "CloudTrail bill"), Period: p.Period,
		Currency: cmp.Or(p.Bill.Currency, "USD"), Footnotes: p.Notes,
	}
	m := newMoney(v.Currency, p.most())
	v.Total = m.amount(total)
	v.Cards = p.cards(m)
	for _, t := range p.Tables {
		if isTime(t.Dimension) {
			v.Timelines = append(v.Timelines, newTimeline(m, t))
		} else {
			v.Charts = append(v.Charts, newChart(m, t))
		}
	}
	p.addLines(v, m)
	shown := p.Recommendations[:min(len(p.Recommendations), maxAdvice)]
	v.MoreAdvice = len(p.Recommendations) - len(shown)
	for _, r := range shown {
		text := r.String()
		if at := strings.LastIndex(text, "; saves "); at >= 0 {
			text = text[:at]
		}
		v.Recommendations = append(v.Recommendations, adviceView{
			Saving: m.amount(r.Saving).Text, Exact: m.amount(r.Saving).Exact,
			Text: capital(text) + ". " + count(r.Events) + " copies of events would not be logged.",
		})
	}
	if p.Forecast != nil && p.Assumption != "" {
		v.Footnotes = append([]string{"Forecast: " + p.Assumption + "."}, p.Notes...)
	}
	if p.Difference != nil {
		v.Difference = newDifference(m, p.Difference)
	}
	return v
}

func (p *Page) addLines(v *view, m money) {
	seen := make(map[string]bool)
	for _, l := range p.Bill.Lines {
		v.Lines = append(v.Lines, lineView{
			shown(l.Trail), shown(l.Account), shown(l.Region), meterName(l.Meter), groups(rounded(l.UnitsText())), shown(l.Unit),
			l.UnitPrice.String(), m.amount(l.Amount), l.Amount.IsZero(),
		})
		v.Columns.Trail = v.Columns.Trail || l.Trail != ""
		v.Columns.Account = v.Columns.Account || l.Account != ""
		v.Columns.Region = v.Columns.Region || l.Region != ""
		note := meterName(l.Meter) + ": " + shown(l.Note) + "."
		if l.Note != "" && !seen[note] {
			seen[note] = true
			v.Notes = append(v.Notes, note)
		}
	}
}

// most returns the largest of the totals of the page, up or down.
func (p *Page) most() pricing.USD {
	totals := []pricing.USD{p.Bill.Total()}
	if p.Forecast != nil {
		totals = append(totals, p.Forecast.High.Total())
	}
	if d := p.Difference; d != nil {
		totals = append(totals, d.Old, d.New)
	}
	return slices.MaxFunc(totals, pricing.USD.Cmp)
}

// cards returns the numbers at the top of the page.
func (p *Page) cards(m money) []cardView {
	sums := make(map[pricing.MeterName]*big.Rat)
	for _, l := range p.Bill.Lines {
		if sums[l.Meter] == nil {
			sums[l.Meter] = new(big.Rat)
		}
		sums[l.Meter].Add(sums[l.Meter], l.Units())
	}
	var cards []cardView
	for _, c := range []struct {
		meter      pricing.MeterName
		name, more string
	}{
		{pricing.DataEvents, "Data events", "every copy is charged"},
		{pricing.ManagementFirstCopies, "Management events", "first copies, free"},
		{pricing.ManagementAdditionalCopies, "Additional copies", "of management events"},
		{pricing.NetworkActivityEvents, "Network activity events", "every copy is charged"},
	} {
		if n := sums[c.meter]; n != nil {
			cards = append(cards, cardView{c.name, groups(n.FloatString(0)), "", c.more})
		}
	}
	if f := p.Forecast; f != nil {
		low, expected, high := m.amount(f.Low.Total()), m.amount(f.Expected.Total()), m.amount(f.High.Total())
		cards = append(cards, cardView{"Forecast for the month", expected.Text, expected.Exact,
			"from " + low.Text + " to " + high.Text})
	}
	return cards
}

func newDifference(m money, d *whatif.Difference) *differenceView {
	v := &differenceView{
		Old: m.amount(d.Old), New: m.amount(d.New), Change: m.amount(d.Change), Saves: d.Change.Cmp(pricing.USD{}) < 0,
	}
	for _, l := range d.Lines {
		if l.Lost == 0 && l.Gained == 0 {
			continue
		}
		v.Lines = append(v.Lines, differenceLine{
			shown(l.Trail), shown(l.Account), shown(l.Region), meterName(l.Meter),
			count(l.Old), count(l.Lost), count(l.Gained), count(l.New), m.amount(l.Change).Text,
		})
	}
	return v
}
