// Package pricelist reads AWS's price list files, as JSON or CSV, into rates for package pricing.
//
// The files are what the Price List Bulk API serves for one service: all Regions, or one. For CloudTrail,
// offers/v1.0/aws/AWSCloudTrail/current/index.json or index.csv.
//
//	list, err := pricelist.Parse(text)
//	rates, skipped, err := list.Rates("USD", pricelist.CloudTrail)
//	bill, err := meter.Bill(rates)
//
// # What is taken
//
// From JSON: formatVersion, offerCode, version and publicationDate; of each product the attributes
// usagetype, regionCode and servicecode; of each term under OnDemand the effectiveDate, and of its
// priceDimensions rateCode, unit, beginRange and endRange (the documentation calls them startingRange and
// endingRange; both are read), and pricePerUnit. From CSV: the rows above the header, and the columns SKU,
// RateCode, TermType, EffectiveDate, StartingRange, EndingRange, Unit, PricePerUnit, Currency, serviceCode,
// usageType and Region Code. Whatever else there is, is passed over. Prices are read as decimal text, with
// all their digits.
//
// The source is "Reading the service price list file for an AWS service" in the AWS Billing user guide.
//
// # Which rows become rates
//
// A file has no meters, only usage types, and not all of what it sells is a meter of package pricing. A
// [Mapping] says which is which; [CloudTrail] is that for AWSCloudTrail. A row that it does not know, or
// that has no Region or another currency, is skipped, and [List.Rates] says which and why: a price that is
// missing must be seen before the bill is.
//
// Rows of one meter and Region with several effective dates follow each other in time. Two prices from
// the same date are an error.
package pricelist

import (
	"bytes"
	"cmp"
	"errors"
	"fmt"
	"slices"
	"strings"

	"github.com/trailsieve/trailsieve/pricing"
)

// MaxSize is how long a file may be, in bytes. AWS's largest, that of EC2, has several gigabytes, and is of
// no use here; that of CloudTrail has less than one megabyte.
const MaxSize = 256 << 20

// A List is a price list file.
type List struct {
	FormatVersion, OfferCode, Version string
	Published                         string // as in the file: "2025-07-01T00:00:00Z"
	Rows                              []Row  // in the order of the file
}

// A Row is one price.
type Row struct {
	SKU, RateCode string
	Service       string // "AWSCloudTrail"
	UsageType     string // "USE1-DataEventsRecorded"
	Region        string // "us-east-1"
	Unit          string // "Events"
	From          string // the day of the effectiveDate: "2025-07-01"
	Begin, End    string // of the quantities that it is for, in units; End is "Inf" for the last
	Currency      string
	Price         pricing.USD // of one unit, in Currency

	Line   int // in a CSV file, from 1
	Offset int // in a JSON file, of the price, in bytes
}

// An Error says what is wrong with a price list file, and where:
//
//	pricelist: pricing: not a decimal number: "0,1" (offset 1) (line 8, column 120)
type Error struct {
	Line, Column int    // in a CSV file, from 1; Column is 0 if it is about the whole line
	Offset       int    // in a JSON file
	Pointer      string // in a JSON file: the value at fault, as a JSON Pointer (RFC 6901)
	Err          error
}

// Error names the package, the cause and the place.
func (e *Error) Error() string {
	switch {
	case e.Line > 0 && e.Column > 0:
		return fmt.Sprintf("pricelist: %v (line %d, column %d)", e.Err, e.Line, e.Column)
	case e.Line > 0:
		return fmt.Sprintf("pricelist: %v (line %d)", e.Err, e.Line)
	case e.Pointer != "":
		return fmt.Sprintf("pricelist: %v in %s (offset %d)", e.Err, e.Pointer, e.Offset)
	}
	return fmt.Sprintf("pricelist: %v (offset %d)", e.Err, e.Offset)
}

// Unwrap returns the cause.
func (e *Error) Unwrap() error { return e.Err }

// Parse reads a price list file: JSON if it begins with a brace, and CSV otherwise. The error is an
// *[Error].
func Parse(text []byte) (*List, error) {
	if len(text) > MaxSize {
		return nil, &Error{Offset: MaxSize, Err: fmt.Errorf("longer than %d bytes", MaxSize)}
	}
	if bytes.HasPrefix(bytes.TrimLeft(text, " \t\r\n"), []byte("{")) {
		return parseJSON(text)
	}
	return parseCSV(text)
}

// A Mapping says which meter a row is for, if any.
type Mapping func(Row) (meter pricing.MeterName, ok bool)

// cloudTrail has the meters of CloudTrail's usage types.
var cloudTrail = map[string]pricing.MeterName{
	"FreeEventsRecorded":                              pricing.ManagementFirstCopies,
	"PaidEventsRecorded":                              pricing.ManagementAdditionalCopies,
	"DataEventsRecorded":                              pricing.DataEvents,
	"NetworkEventsRecorded":                           pricing.NetworkActivityEvents,
	"InsightsEvents":                                  pricing.InsightsManagementEvents,
	"DataInsightsEvents":                              pricing.InsightsDataEvents,
	"Ingestion-Bytes-1yearstore-Live-CloudTrail-Logs": pricing.LakeCloudTrailIngestion,
	"Ingestion-Bytes-1yearstore-Other-data-sources":   pricing.LakeOtherIngestion,
	"PaidStorage-ByteHrs":                             pricing.LakeExtendedRetention,
	"QueryScanned-Bytes":                              pricing.LakeQueryScan,
}

// sevenYears has the meters of the tiers of Ingestion-Bytes, by where they begin, in GB.
var sevenYears = map[string]pricing.MeterName{
	"0":     pricing.Lake7YearIngestion1,
	"5000":  pricing.Lake7YearIngestion2,
	"5120":  pricing.Lake7YearIngestion2,
	"25000": pricing.Lake7YearIngestion3,
	"25600": pricing.Lake7YearIngestion3,
}

// CloudTrail is the [Mapping] of AWSCloudTrail. Usage types may begin with the code of a Region, as in
// USE1-DataEventsRecorded.
func CloudTrail(r Row) (pricing.MeterName, bool) {
	if r.Service != "AWSCloudTrail" {
		return "", false
	}
	usageType := Global(r.UsageType)
	if usageType == "Ingestion-Bytes" {
		meter, ok := sevenYears[r.Begin]
		return meter, ok
	}
	meter, ok := cloudTrail[usageType]
	return meter, ok && cmp.Or(r.Begin, "0") == "0"
}

// Global returns a usage type without the code of a Region in front: USE1-, APN1-, EU-.
func Global(usageType string) string {
	code, rest, ok := strings.Cut(usageType, "-")
	if !ok || len(code) < 2 || len(code) > 4 {
		return usageType
	}
	for i, c := range []byte(code) {
		if !('A' <= c && c <= 'Z' || i > 1 && '0' <= c && c <= '9') {
			return usageType
		}
	}
	return rest
}

// A Skipped row is one that has become no rate.
type Skipped struct {
	Row Row
	Why string
}

// Rates returns the rows that a mapping knows as a price list in one currency, with the dates since when
// they are valid, and the rows that it does not. The price list has only the Regions of the rows. Errors
// are those of [pricing.Rates.With], and two prices for one meter, Region and date.
func (l *List) Rates(currency string, mapping Mapping) (*pricing.Rates, []Skipped, error) {
	var skipped []Skipped
	type key struct {
		meter        pricing.MeterName
		region, from string
	}
	rows := make(map[key]Row)
	var rates []pricing.Rate
	for _, row := range l.Rows {
		meter, ok := mapping(row)
		why := ""
		switch {
		case !ok:
			why = "no meter for this usage type"
		case row.Region == "":
			why = "no Region"
		case row.Currency != currency:
			why = "another currency"
		}
		if why != "" {
			skipped = append(skipped, Skipped{row, why})
			continue
		}
		k := key{meter, row.Region, row.From}
		if other, ok := rows[k]; ok {
			if other.Price != row.Price || other.Unit != row.Unit {
				return nil, nil, &Error{Line: row.Line, Offset: row.Offset, Err: fmt.Errorf("%w: %s in %s from %s costs %v, and %v",
					ErrTwice, meter, row.Region, row.From, other.Price, row.Price)}
			}
			continue
		}
		rows[k] = row
		rates = append(rates, pricing.Rate{
			Meter: meter, Region: row.Region, Unit: unit(row.Unit), Price: row.Price,
			UsageType: Global(row.UsageType), From: row.From,
			Source: strings.TrimSpace("AWS price list " + l.OfferCode + " " + l.Version),
		})
	}
	slices.SortStableFunc(rates, func(a, b pricing.Rate) int {
		return cmp.Or(cmp.Compare(a.Meter, b.Meter), cmp.Compare(a.Region, b.Region), cmp.Compare(a.From, b.From))
	})
	for i := range rates[:max(len(rates)-1, 0)] {
		if next := rates[i+1]; next.Meter == rates[i].Meter && next.Region == rates[i].Region {
			rates[i].Until = next.From
		}
	}
	r, err := pricing.NewRates(currency, rates...)
	return r, skipped, err
}

// ErrTwice is the cause of an error for two prices of the same meter, Region and date.
var ErrTwice = errors.New("two prices")

// unit returns the unit as package pricing names it.
func unit(text string) string {
	switch text {
	case "Events", "Event", "events":
		return "event"
	case "GB-Mo", "GB-Month":
		return "GB-month"
	case "Requests":
		return "request"
	}
	return text
}
