package pricelist

import (
	"bytes"
	"encoding/csv"
	"errors"
	"fmt"
	"io"
	"strings"

	"github.com/trailsieve/trailsieve/pricing"
)

// maxPreamble is in how many rows the header is looked for: it is the sixth.
const maxPreamble = 20

// column names, as AWS writes them, without regard to case and spaces.
const (
	colSKU = iota
	colPrice
	colCurrency
	colUsageType
	colRegion
	colService
	colRateCode
	colTerm
	colDate
	colBegin
	colEnd
	colUnit
	numColumns
)

var columnNames = [numColumns]string{
	colSKU: "sku", colPrice: "priceperunit", colCurrency: "currency", colUsageType: "usagetype",
	colRegion: "regioncode", colService: "servicecode", colRateCode: "ratecode", colTerm: "termtype",
	colDate: "effectivedate", colBegin: "startingrange", colEnd: "endingrange", colUnit: "unit",
}

// neededColumns are the first so many.
const neededColumns = colRegion + 1

func parseCSV(text []byte) (*List, error) {
	text = bytes.TrimPrefix(text, []byte("\ufeff"))
	r := csv.NewReader(bytes.NewReader(text))
	r.FieldsPerRecord = -1
	var list List
	at, width, err := readPreamble(r, &list)
	if err != nil {
		return nil, csvError(err)
	}
	for {
		fields, err := r.Read()
		if err == io.EOF {
			return &list, nil
		}
		if err != nil {
			return nil, csvError(err)
		}
		line, _ := r.FieldPos(0)
		if len(fields) != width {
			return nil, &Error{Line: line, Err: fmt.Errorf("%d fields, and the header has %d", len(fields), width)}
		}
		field := func(c int) string {
			if at[c] < 0 {
				return ""
			}
			return fields[at[c]]
		}
		if term := field(colTerm); term != "" && term != "OnDemand" {
			continue
		}
		row := Row{
			SKU: field(colSKU), RateCode: field(colRateCode), Service: field(colService),
			UsageType: field(colUsageType), Region: field(colRegion), Unit: field(colUnit),
			Begin: field(colBegin), End: field(colEnd), Currency: field(colCurrency), Line: line,
		}
		if row.Service == "" {
			row.Service = list.OfferCode
		}
		if row.Price, err = pricing.ParseUSD(field(colPrice)); err != nil {
			_, column := r.FieldPos(at[colPrice])
			return nil, &Error{Line: line, Column: column, Err: err}
		}
		if date := field(colDate); date != "" {
			if row.From, err = dayOf(date); err != nil {
				_, column := r.FieldPos(at[colDate])
				return nil, &Error{Line: line, Column: column, Err: err}
			}
		}
		list.Rows = append(list.Rows, row)
	}
}

// readPreamble reads the rows above the header, and the header: where each column is, or -1, and how many
// there are.
func readPreamble(r *csv.Reader, list *List) (at [numColumns]int, width int, err error) {
	line := 1
	for range maxPreamble {
		fields, err := r.Read()
		if err == io.EOF {
			break
		}
		if err != nil {
			return at, 0, err
		}
		line, _ = r.FieldPos(0)
		if plain(fields[0]) == columnNames[colSKU] {
			at, err := readHeader(r, fields)
			return at, len(fields), err
		}
		value := ""
		if len(fields) > 1 {
			value = fields[1]
		}
		switch plain(fields[0]) {
		case "formatversion":
			list.FormatVersion = value
		case "offercode":
			list.OfferCode = value
		case "version":
			list.Version = value
		case "publicationdate":
			list.Published = value
		}
	}
	return at, 0, &Error{Line: line, Err: errors.New("no header that begins with SKU")}
}

func readHeader(r *csv.Reader, fields []string) (at [numColumns]int, err error) {
	for c := range at {
		at[c] = -1
		for i, name := range fields {
			if plain(name) != columnNames[c] {
				continue
			}
			if at[c] >= 0 {
				line, column := r.FieldPos(i)
				return at, &Error{Line: line, Column: column, Err: fmt.Errorf("column %q is there twice", name)}
			}
			at[c] = i
		}
		if at[c] < 0 && c < neededColumns {
			line, _ := r.FieldPos(0)
			return at, &Error{Line: line, Err: fmt.Errorf("no column %s", columnNames[c])}
		}
	}
	return at, nil
}

// plain returns a name without spaces and capitals.
func plain(name string) string {
	return strings.ToLower(strings.ReplaceAll(name, " ", ""))
}

// csvError returns the error of the CSV reader with its place. A quote that is not closed is found at the end
// of the text, and is wrong where its line begins.
func csvError(err error) error {
	var parse *csv.ParseError
	if errors.As(err, &parse) {
		if parse.Line != parse.StartLine {
			return &Error{Line: parse.StartLine, Err: fmt.Errorf("%w, from here to line %d", parse.Err, parse.Line)}
		}
		return &Error{Line: parse.Line, Column: parse.Column, Err: parse.Err}
	}
	return err
}
