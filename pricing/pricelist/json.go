package pricelist

import (
	"errors"
	"fmt"
	"strings"
	"time"

	"github.com/trailsieve/trailsieve/internal/jsonscan"
	"github.com/trailsieve/trailsieve/pricing"
)

// A reader walks over a price list file as JSON:
//
//	{"offerCode": "AWSCloudTrail",
//	 "products": {"SKU": {"attributes": {"usagetype": "USE1-DataEventsRecorded", "regionCode": "us-east-1"...}}},
//	 "terms": {"OnDemand": {"SKU": {"SKU.TERM": {"effectiveDate": "2025-07-01T00:00:00Z",
//	  "priceDimensions": {"SKU.TERM.RATE": {"unit": "Events", "beginRange": "0", "endRange": "Inf",
//	   "pricePerUnit": {"USD": "0.0000010000"}}}}}}}}
type reader struct {
	s        jsonscan.Scanner
	steps    []string // where it is
	products map[string]product
	list     List
}

type product struct{ service, usageType, region string }

func parseJSON(text []byte) (*List, error) {
	r := reader{s: jsonscan.New(text), products: make(map[string]product)}
	err := r.object(map[string]func() error{
		"formatVersion":   r.text(&r.list.FormatVersion),
		"offerCode":       r.text(&r.list.OfferCode),
		"version":         r.text(&r.list.Version),
		"publicationDate": r.text(&r.list.Published),
		"products":        func() error { return r.members(r.product) },
		"terms": func() error {
			return r.object(map[string]func() error{"OnDemand": func() error { return r.members(r.offers) }})
		},
	})
	if err == nil {
		err = r.s.Close()
	}
	if err != nil {
		return nil, r.place(err)
	}
	for i := range r.list.Rows { // terms may come before products
		row := &r.list.Rows[i]
		p, ok := r.products[row.SKU]
		if !ok {
			return nil, &Error{Offset: row.Offset, Err: fmt.Errorf("no product with the SKU %q", row.SKU)}
		}
		row.UsageType, row.Region = p.usageType, p.region
		if row.Service = p.service; row.Service == "" {
			row.Service = r.list.OfferCode
		}
	}
	return &r.list, nil
}

// place makes an *Error of what went wrong where the reader is.
func (r *reader) place(err error) error {
	e := &Error{Offset: r.s.Offset(), Pointer: jsonscan.Pointer(r.steps...), Err: err}
	var scan *jsonscan.Error
	if errors.As(err, &scan) {
		e.Offset, e.Err = scan.Offset, scan.Err
	}
	var at *Error
	if errors.As(err, &at) {
		e.Offset, e.Err = at.Offset, at.Err
	}
	return e
}

// members calls f with the name of each member of an object, to read its value. After an error, steps
// says where it was.
func (r *reader) members(f func(name string) error) error {
	if kind := r.s.Peek(); kind != jsonscan.Object {
		return fmt.Errorf("%v, not an object", kind)
	}
	r.s.Open()
	for {
		name, ok, err := r.s.Name()
		if err != nil || !ok {
			return err
		}
		r.steps = append(r.steps, unquoted(name))
		if err := f(r.steps[len(r.steps)-1]); err != nil {
			return err
		}
		r.steps = r.steps[:len(r.steps)-1]
	}
}

// object reads an object with some members that are of interest.
func (r *reader) object(known map[string]func() error) error {
	return r.members(func(name string) error {
		if f := known[name]; f != nil {
			return f()
		}
		_, err := r.s.Value()
		return err
	})
}

// text returns a function that reads a string.
func (r *reader) text(to *string) func() error {
	return func() error {
		if kind := r.s.Peek(); kind != jsonscan.String {
			return fmt.Errorf("%v, not a string", kind)
		}
		t, err := r.s.String()
		*to = unquoted(t)
		return err
	}
}

func unquoted(t jsonscan.Text) string {
	if t.Escaped {
		return string(jsonscan.AppendUnquoted(nil, t.Raw, jsonscan.ReplaceLone))
	}
	return string(t.Raw)
}

func (r *reader) product(sku string) error {
	var p product
	err := r.object(map[string]func() error{"attributes": func() error {
		return r.object(map[string]func() error{
			"servicecode": r.text(&p.service), "usagetype": r.text(&p.usageType), "regionCode": r.text(&p.region),
		})
	}})
	if _, ok := r.products[sku]; ok && err == nil {
		err = errors.New("the SKU is there twice")
	}
	r.products[sku] = p
	return err
}

// offers reads the terms of a product.
func (r *reader) offers(sku string) error {
	return r.members(func(string) error {
		var date string
		first := len(r.list.Rows)
		err := r.object(map[string]func() error{
			"effectiveDate":   r.text(&date),
			"priceDimensions": func() error { return r.members(func(code string) error { return r.price(sku, code) }) },
		})
		if err != nil {
			return err
		}
		from, err := dayOf(date)
		for i := range r.list.Rows[first:] {
			r.list.Rows[first+i].From = from
		}
		return err
	})
}

func (r *reader) price(sku, rateCode string) error {
	row := Row{SKU: sku, RateCode: rateCode}
	first := len(r.list.Rows)
	err := r.object(map[string]func() error{
		"unit":          r.text(&row.Unit),
		"beginRange":    r.text(&row.Begin),
		"startingRange": r.text(&row.Begin),
		"endRange":      r.text(&row.End),
		"endingRange":   r.text(&row.End),
		"pricePerUnit": func() error {
			return r.members(func(currency string) error {
				var price string
				r.s.Peek()
				one := Row{Currency: currency, Offset: r.s.Offset()}
				err := r.text(&price)()
				if err == nil {
					if one.Price, err = pricing.ParseUSD(price); err != nil {
						err = &Error{Offset: one.Offset, Err: err}
					}
				}
				r.list.Rows = append(r.list.Rows, one)
				return err
			})
		},
	})
	for i := range r.list.Rows[first:] { // what came before and after the price
		one := &r.list.Rows[first+i]
		row.Currency, row.Offset, row.Price = one.Currency, one.Offset, one.Price
		*one = row
	}
	return err
}

// dayOf returns the day of an effective date.
func dayOf(text string) (string, error) {
	day, _, _ := strings.Cut(text, "T")
	if _, err := time.Parse(time.DateOnly, day); err != nil {
		return "", fmt.Errorf("not an effective date: %q", text)
	}
	return day, nil
}
