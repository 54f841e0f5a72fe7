package main

import (
	"fmt"
	"io"
	"strconv"
	"strings"
	"text/tabwriter"
	"unicode"

	"github.com/trailsieve/trailsieve/pricing"
	"github.com/trailsieve/trailsieve/pricing/attribution"
)

// decimals are how many an amount has in a table for reading: a data event costs a millionth. The bill
// itself has all of them.
const decimals = 6

// maxAdvice is how many recommendations are printed for reading. The others are in JSON.
const maxAdvice = 10

// writeText writes the result for a terminal.
func (res *result) writeText(w io.Writer) error {
	var s strings.Builder
	fmt.Fprintf(&s, "CloudTrail bill, %v\n\n%v\n\n%v", res.Period, res.Events, res.Bill)
	if f := res.Forecast; f != nil {
		c := res.Bill.Currency
		fmt.Fprintf(&s, "\nforecast of %s\n%s, between %s and %s\n", f.Assumption,
			amount(f.Expected.Total(), c), amount(f.Low.Total(), c), amount(f.High.Total(), c))
	}
	for _, t := range res.Tables {
		writeTable(&s, t)
	}
	if len(res.Recommendations) > 0 {
		s.WriteString("\nwhat could be left out, if it is not needed\n")
		for i, r := range res.Recommendations {
			if i == maxAdvice {
				fmt.Fprintf(&s, "and %d more, with -format json\n", len(res.Recommendations)-i)
				break
			}
			fmt.Fprintln(&s, printable(r.String()))
		}
	}
	if res.Difference != nil {
		fmt.Fprintf(&s, "\nwith the other selectors\n%v", res.Difference)
	}
	if len(res.Notes) > 0 {
		s.WriteString("\nnotes\n")
		for _, n := range res.Notes {
			fmt.Fprintln(&s, printable(n))
		}
	}
	_, err := io.WriteString(w, s.String())
	return err
}

// writeTable writes a table of an attribution. The key comes last, since it may be long, and cannot bring
// the numbers out of line there.
func writeTable(s *strings.Builder, table *attribution.Table) {
	fmt.Fprintf(s, "\nby %s\n", table.Dimension)
	t := tabwriter.NewWriter(s, 0, 0, 2, ' ', tabwriter.AlignRight)
	fmt.Fprintf(t, "%s\tevents\t  %s\n", currency(table.Currency), table.Dimension)
	for _, row := range table.Rows {
		key := strings.Join(attribution.Split(table.Dimension, row.Key), "  ")
		fmt.Fprintf(t, "%s\t%d\t  %s%s\n", row.Amount.Rat().FloatString(decimals), row.Events, printable(key), mark(row))
	}
	for _, rest := range []struct {
		row  attribution.Row
		name string
	}{{table.Other, "all others"}, {table.None, "no " + string(table.Dimension)}} {
		if rest.row.MaxEvents > 0 {
			fmt.Fprintf(t, "%s\t%d\t  (%s)%s\n", rest.row.Amount.Rat().FloatString(decimals), rest.row.Events, rest.name, mark(rest.row))
		}
	}
	fmt.Fprintf(t, "%s\t%d\t  total\n", table.Total.Rat().FloatString(decimals), table.Events)
	t.Flush()
}

// mark says up to what a row goes that is not exact.
func mark(row attribution.Row) string {
	if row.Exact() {
		return ""
	}
	return fmt.Sprintf("  (up to %s, %d events)", row.MaxAmount.Rat().FloatString(decimals), row.MaxEvents)
}

func amount(u pricing.USD, code string) string {
	return u.Rat().FloatString(decimals) + " " + currency(code)
}

func currency(code string) string {
	if code == "" {
		return "USD"
	}
	return code
}

// printable returns a line as it is, or in quotes if a record has put something into it that would end the
// line or speak to the terminal.
func printable(line string) string {
	if strings.ContainsFunc(line, func(r rune) bool { return !unicode.IsPrint(r) }) {
		return strconv.Quote(line)
	}
	return line
}
