package main

import (
	"bufio"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"os"

	"github.com/trailsieve/trailsieve/pricing"
	"github.com/trailsieve/trailsieve/pricing/export"
	"github.com/trailsieve/trailsieve/pricing/report"
)

// write writes the result in the format and to the place that were asked for.
func (o *options) write(res *result, stdout io.Writer) error {
	if o.output == "" {
		out := bufio.NewWriter(stdout)
		if err := o.writeTo(out, res); err != nil {
			return err
		}
		return out.Flush()
	}
	if info, err := os.Stat(o.output); err == nil && !info.Mode().IsRegular() {
		f, err := os.OpenFile(o.output, os.O_WRONLY, 0) // a pipe or device, which cannot be replaced
		if err != nil {
			return err
		}
		return errors.Join(o.writeTo(f, res), f.Close())
	}
	return o.replace(res)
}

// replace writes the result to a new file, and puts it in the place of the old one when it is whole.
func (o *options) replace(res *result) error {
	f, err := os.OpenFile(fmt.Sprintf("%s.%d", o.output, os.Getpid()), os.O_WRONLY|os.O_CREATE|os.O_EXCL, 0o666)
	if err != nil {
		return err
	}
	out := bufio.NewWriter(f)
	err = o.writeTo(out, res)
	err = errors.Join(err, out.Flush(), f.Close())
	if err == nil {
		err = os.Rename(f.Name(), o.output)
	}
	if err != nil {
		return errors.Join(err, os.Remove(f.Name()))
	}
	return nil
}

func (o *options) writeTo(w io.Writer, res *result) error {
	switch o.format {
	case "json":
		enc := json.NewEncoder(w)
		enc.SetEscapeHTML(false)
		enc.SetIndent("", "  ")
		return enc.Encode(res)
	case "html":
		return res.page().Write(w)
	case "focus", "cur":
		return o.writeCSV(w, res)
	case "infracost":
		return o.writeInfracost(w, res)
	}
	return res.writeText(w)
}

// page returns the result as a page for a browser.
func (res *result) page() *report.Page {
	p := &report.Page{
		Title: "CloudTrail bill", Period: res.Period.String(), Bill: res.Bill, Tables: res.Tables,
		Difference: res.Difference, Recommendations: res.Recommendations,
	}
	if res.Forecast != nil {
		p.Forecast, p.Assumption = res.Forecast.ForecastBill, res.Forecast.Assumption
	}
	p.Notes = append(p.Notes, res.Events.sentence())
	p.Notes = append(p.Notes, res.Notes...)
	for _, problem := range res.Problems {
		p.Notes = append(p.Notes, "Not used: "+problem)
	}
	return p
}

// writeCSV writes the bill with the columns of FOCUS or CUR.
func (o *options) writeCSV(w io.Writer, res *result) error {
	switch {
	case res.Period.isEmpty():
		return fmt.Errorf("-format %s has the month of the charges, which is not known: -month says it", o.format)
	case !res.Period.oneMonth():
		return fmt.Errorf("-format %s is for one month, and the records are of %v: -month chooses one", o.format, res.Period)
	}
	options := export.Options{Start: res.Period.from, End: res.Period.until, PayerAccount: o.account, TrailARNs: make(map[string]string)}
	for _, t := range o.trails {
		if t.arn != "" {
			options.TrailARNs[t.Name] = t.arn
		}
	}
	if o.format == "cur" {
		return export.CUR(w, res.Bill, options)
	}
	return export.FOCUS(w, res.Bill, options)
}

// writeInfracost writes the events of a month, which is what was expected if not all of it is there.
func (o *options) writeInfracost(w io.Writer, res *result) error {
	bill := res.Bill
	switch f := res.Forecast; {
	case res.noForecast != "":
		return errors.New("-format infracost is for a month, and there is " + res.noForecast)
	case !res.Period.isEmpty() && !res.Period.oneMonth():
		return fmt.Errorf("-format infracost is for one month, and the records are of %v: -month chooses one", res.Period)
	case f != nil:
		var err error
		if bill, err = wholeEvents(f.Expected, o.rates); err != nil {
			return err
		}
	}
	addresses := make(map[string]string)
	for _, t := range o.trails {
		if t.address != "" {
			addresses[t.Name] = t.address
		}
	}
	return export.Infracost(w, bill, addresses)
}

// wholeEvents returns a bill in which a part of an event, as an average may have, is a whole one.
func wholeEvents(bill *pricing.Bill, rates *pricing.Rates) (*pricing.Bill, error) {
	usage := make([]pricing.Usage, len(bill.Lines))
	for i, l := range bill.Lines {
		u := l.Usage
		if u.Per > 1 {
			whole := u.Quantity / u.Per
			if u.Quantity%u.Per > 0 {
				whole++
			}
			u.Quantity, u.Per = whole, 0
		}
		usage[i] = u
	}
	return rates.Bill(usage...)
}
