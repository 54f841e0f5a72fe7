package report

import (
	"math/big"
	"slices"
	"strings"
	"time"

	"github.com/trailsieve/trailsieve/pricing"
	"github.com/trailsieve/trailsieve/pricing/attribution"
)

// A chartView is a table with a bar in each row:
//
//	photos/   ████████████░░   $12.40 to $13.10   62 %
//	backup/   ██                $1.96              10 %
//	others                       $5.60              28 %
//
// The light part of a bar is what the key may cost more. What is no key has no bar: it would make those of
// the keys short.
type chartView struct {
	Title   string
	By      string
	Rows    []barView
	Inexact bool
}

type barView struct {
	Key         string
	Width, Most int // of a thousand: of the amount, and of what it may be
	Amount      amountView
	MaxAmount   string // if it is another one as it is printed
	Events      string
	Share       string
	Other       bool
}

// titles are what dimensions are called; others by their name.
var titles = map[attribution.Dimension]string{
	attribution.Account: "By account", attribution.Region: "By Region", attribution.Trail: "By trail",
	attribution.Selector: "By selector", attribution.Bucket: "By bucket", attribution.EventName: "By operation",
	attribution.Principal: "By principal", attribution.Day: "By day", attribution.Hour: "By hour",
	attribution.Prefix(1): "By prefix, one level", attribution.Prefix(2): "By prefix, two levels",
	attribution.Prefix(3): "By prefix, three levels",
}

func title(d attribution.Dimension) string {
	if t, ok := titles[d]; ok {
		return t
	}
	return "By " + string(d)
}

func isTime(d attribution.Dimension) bool { return d == attribution.Day || d == attribution.Hour }

func newChart(m money, t *attribution.Table) chartView {
	c := chartView{Title: title(t.Dimension)}
	c.By, _, _ = strings.Cut(strings.TrimPrefix(c.Title, "By "), ",")
	var most pricing.USD
	for _, row := range t.Rows {
		if row.MaxAmount.Cmp(most) > 0 {
			most = row.MaxAmount
		}
	}
	for _, row := range t.Rows {
		key := keyText(t.Dimension, row.Key)
		c.Rows = append(c.Rows, newBar(m, key, row, most, t.Total))
		c.Inexact = c.Inexact || !row.Exact()
	}
	for _, rest := range []struct {
		row  attribution.Row
		name string
	}{{t.Other, "all others"}, {t.None, "no " + c.By}} {
		if rest.row.MaxEvents > 0 || !rest.row.MaxAmount.IsZero() {
			bar := newBar(m, rest.name, rest.row, most, t.Total)
			bar.Other = true
			c.Rows = append(c.Rows, bar)
		}
	}
	return c
}

// keyText returns what is shown for a key: of a dimension that [attribution.By] made, the parts.
func keyText(d attribution.Dimension, key string) string {
	parts := attribution.Split(d, key)
	dimensions := attribution.Parts(d)
	for i, part := range parts {
		parts[i] = visible(part)
		if strings.HasPrefix(string(dimensions[i]), "prefix ") && !strings.Contains(part, "/") {
			parts[i] += " (calls without a key)"
		}
	}
	return strings.Join(parts, " · ")
}

func newBar(m money, key string, row attribution.Row, most, total pricing.USD) barView {
	b := barView{
		Key: key, Amount: m.amount(row.Amount), Events: count(row.Events),
		Width: part(row.Amount.Rat(), most.Rat(), 1000), Most: part(row.MaxAmount.Rat(), most.Rat(), 1000),
		Share: percent(row.Amount, total),
	}
	if most := m.amount(row.MaxAmount).Text; most != b.Amount.Text {
		b.MaxAmount = most
	}
	return b
}

// part returns n × a / b, rounded down, and 1 for what is something and would be nothing.
func part(a, b *big.Rat, n int64) int {
	if a.Sign() <= 0 || b.Sign() <= 0 {
		return 0
	}
	x := new(big.Rat).Quo(a, b)
	x.Mul(x, big.NewRat(n, 1))
	return max(1, int(new(big.Int).Quo(x.Num(), x.Denom()).Int64()))
}

func percent(a, total pricing.USD) string {
	if total.IsZero() {
		return "0\u202f%"
	}
	x := new(big.Rat).Quo(a.Rat(), total.Rat())
	return x.Mul(x, big.NewRat(100, 1)).FloatString(1) + "\u202f%"
}

// A timelineView is a chart with a column for each day or hour that has costs, in order. Days between them
// that have none are there too, so that gaps are seen.
type timelineView struct {
	Title, ID, Summary string
	Width, Height      int
	Left, Bottom       int // where the axes are
	Columns            []columnView
	Ticks              []tickView
}

type columnView struct {
	X, Y, Width, Height int
	Key, Label          string // the label is empty if there is no room
	LabelX              int
	Amount              amountView
	Events              string
}

type tickView struct {
	Y    int
	Text string
}

// The measures of a timeline, in pixels of its own.
const (
	chartWidth, chartHeight = 960, 280
	chartLeft, chartTop     = 86, 16
	chartBottom             = 240
	labelWidth              = 64
	hourLabelWidth          = 84 // "03-02 09h"
	labelGap                = 20 // of that, between two labels
	maxGap                  = 12 // between columns
)

func newTimeline(m money, t *attribution.Table) timelineView {
	rows := slices.Clone(t.Rows)
	slices.SortFunc(rows, func(a, b attribution.Row) int { return strings.Compare(a.Key, b.Key) })
	rows = fillGaps(t.Dimension, rows)
	v := timelineView{
		Title: title(t.Dimension), ID: strings.ReplaceAll(string(t.Dimension), " ", "-"),
		Width: chartWidth, Height: chartHeight, Left: chartLeft, Bottom: chartBottom,
	}
	var most attribution.Row
	for _, row := range rows {
		if row.Amount.Cmp(most.Amount) >= 0 {
			most = row
		}
	}
	if len(rows) == 0 {
		v.Summary = "No costs have a time."
		return v
	}
	v.Summary = "From " + visible(rows[0].Key) + " to " + visible(rows[len(rows)-1].Key) + ". The most, " +
		m.amount(most.Amount).Text + ", is that of " + visible(most.Key) + "."
	top := v.ticks(m, most.Amount)
	edge := func(i int) int { return chartLeft + (chartWidth-chartLeft)*i/len(rows) } // all columns fill the width
	space := labelWidth
	if t.Dimension == attribution.Hour {
		space = hourLabelWidth
	}
	every := max(1, (space*len(rows)+chartWidth-chartLeft-1)/(chartWidth-chartLeft))
	for i, row := range rows {
		height := part(row.Amount.Rat(), top, chartBottom-chartTop)
		x, slot := edge(i), edge(i+1)-edge(i)
		width := max(1, slot-max(1, min(slot/5, maxGap)))
		c := columnView{
			X: x, Y: chartBottom - height, Width: width, Height: height,
			Key: visible(row.Key), LabelX: x + width/2, Amount: m.amount(row.Amount), Events: count(row.Events),
		}
		if i%every == 0 && c.LabelX+(space-labelGap)/2 <= chartWidth {
			c.Label = label(visible(row.Key))
		}
		v.Columns = append(v.Columns, c)
	}
	return v
}

// label returns a day or hour without what is the same for most: "03-02", "02, 09h".
func label(key string) string {
	day, hour, ok := strings.Cut(key, "T")
	if len(day) > len("2026-") {
		day = day[len("2026-"):]
	}
	if ok {
		return day + " " + hour + "h"
	}
	return day
}

// ticks sets three to five lines at round amounts, and returns the amount at the top of the chart.
func (v *timelineView) ticks(m money, most pricing.USD) (top *big.Rat) {
	if most.IsZero() {
		v.Ticks = []tickView{{chartBottom, m.round(new(big.Rat))}}
		return new(big.Rat)
	}
	step := big.NewRat(1, 10_000_000_000_000)                                   // a part of a cent that no chart needs
	factors := []*big.Rat{big.NewRat(2, 1), big.NewRat(5, 2), big.NewRat(2, 1)} // 1, 2, 5, 10, 20, 50...
	for i := 0; new(big.Rat).Mul(step, big.NewRat(4, 1)).Cmp(most.Rat()) < 0; i++ {
		step.Mul(step, factors[i%len(factors)])
	}
	lines := 1
	for new(big.Rat).Mul(step, big.NewRat(int64(lines), 1)).Cmp(most.Rat()) < 0 {
		lines++
	}
	for i := 0; i <= lines; i++ {
		amount := new(big.Rat).Mul(step, big.NewRat(int64(i), 1))
		v.Ticks = append(v.Ticks, tickView{chartBottom - i*(chartBottom-chartTop)/lines, m.round(amount)})
		top = amount
	}
	return top
}

// maxGaps is how many columns may be added for days or hours without costs: more are too narrow.
const maxGaps = 800

// fillGaps adds the days or hours between the first and the last that have no row.
func fillGaps(d attribution.Dimension, rows []attribution.Row) []attribution.Row {
	layout, step := time.DateOnly, 24*time.Hour
	if d == attribution.Hour {
		layout, step = "2006-01-02T15", time.Hour
	}
	if len(rows) == 0 {
		return rows
	}
	first, err1 := time.Parse(layout, rows[0].Key)
	last, err2 := time.Parse(layout, rows[len(rows)-1].Key)
	if err1 != nil || err2 != nil || last.Sub(first)/step > maxGaps {
		return rows
	}
	var filled []attribution.Row
	for t, i := first, 0; !t.After(last); t = t.Add(step) {
		row := attribution.Row{Key: t.Format(layout)}
		if i < len(rows) && rows[i].Key == row.Key {
			row = rows[i]
			i++
		}
		filled = append(filled, row)
	}
	return filled
}
