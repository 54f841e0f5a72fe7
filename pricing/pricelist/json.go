package pricelist

import (
	"errors"
	"fmt"
	"strings"
	"time"

	"github.com/trailsieve/trailsieve/pricing"
	"github.com/trailsieve/trailsieve/pricing/internal/walk"
)

// A reader walks over a price list file as JSON:
//
//	{"offerCode": "AWSCloudTrail",
//	 "products": {"SKU": {"attributes": {"usagetype": "USE1-DataEventsRecorded", "regionCode": "us-east-1"...}}},
//	 "terms": {"OnDemand": {"SKU": {"SKU.TERM": {"effectiveDate": "2025-07-01T00:00:00Z",
//	  "priceDimensions": {"SKU.TERM.RATE": {"unit": "Events", "beginRange": "0", "endRange": "Inf",
//	   "pricePerUnit": {"USD": "0.0000010000"}}}}}}}}
type reader struct {
	*walk.Walker
	products map[string]product
	list     List
}

type product struct{ service, usageType, region string }

func parseJSON(text []byte) (*List, error) {
	r := reader{Walker: walk.New(text), products: make(map[string]product)}
	err := r.Object(map[string]func() error{
		"formatVersion":   r.Text(&r.list.FormatVersion),
		"offerCode":       r.Text(&r.list.OfferCode),
		"version":         r.Text(&r.list.Version),
		"publicationDate": r.Text(&r.list.Published),
		"products":        func() error { return r.Members(r.product) },
		"terms": func() error {
			return r.Object(map[string]func() error{"OnDemand": func() error { return r.Members(r.offers) }})
		},
	})
	if err == nil {
		err = r.Close()
	}
	if err != nil {
		e := new(Error)
		e.Offset, e.Pointer, e.Err = r.Place(err)
		return nil, e
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

func (r *reader) product(sku string) error {
	var p product
	err := r.Object(map[string]func() error{"attributes": func() error {
		return r.Object(map[string]func() error{
			"servicecode": r.Text(&p.service), "usagetype": r.Text(&p.usageType), "regionCode": r.Text(&p.region),
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
	return r.Members(func(string) error {
		var date string
		first := len(r.list.Rows)
		err := r.Object(map[string]func() error{
			"effectiveDate":   r.Text(&date),
			"priceDimensions": func() error { return r.Members(func(code string) error { return r.price(sku, code) }) },
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
	err := r.Object(map[string]func() error{
		"unit":          r.Text(&row.Unit),
		"beginRange":    r.Text(&row.Begin),
		"startingRange": r.Text(&row.Begin),
		"endRange":      r.Text(&row.End),
		"endingRange":   r.Text(&row.End),
		"pricePerUnit": func() error {
			return r.Members(func(currency string) error {
				var price string
				if err := r.Text(&price)(); err != nil {
					return err
				}
				usd, err := pricing.ParseUSD(price)
				r.list.Rows = append(r.list.Rows, Row{Currency: currency, Price: usd, Offset: r.Start()})
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
