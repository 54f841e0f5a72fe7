// Package export writes a [pricing.Bill] in the formats of other tools: CSV in the columns of FOCUS and of
// AWS's Cost and Usage Report, and a usage file for Infracost.
//
//	err := export.FOCUS(w, bill, export.Options{Start: march, End: april})
//
// A bill is exact, and so are the files; for amounts in cents, as on AWS's invoice, write the
// [pricing.Bill.Invoice]. Numbers are plain decimal text, without exponents, separators or plus signs.
// What is empty is not known here: these are estimates before the bill, and have no invoice, discount
// or commitment.
//
// Text that a spreadsheet would take for a formula, because it begins with =, +, - or @, is written in
// quotes: accounts and Regions come from log files, which anybody may have written.
package export

import (
	"cmp"
	"encoding/csv"
	"errors"
	"io"
	"strconv"
	"strings"
	"time"

	"github.com/trailsieve/trailsieve/pricing"
	"github.com/trailsieve/trailsieve/pricing/internal/table"
)

// Options say what a bill does not.
type Options struct {
	// Start and End are the period of the charges, in UTC; End is the first moment after it. The
	// billing period is the month of Start.
	Start, End time.Time

	// PayerAccount is the account that pays, of an organization the management account. Empty, it is
	// that of each line.
	PayerAccount string

	// TrailARNs are the ARNs of trails by their names. A trail without one is known by its name.
	TrailARNs map[string]string
}

// ErrPeriod is the error for Options whose period is empty.
var ErrPeriod = errors.New("export: the period of the charges is empty")

func (o *Options) check() error {
	if o.Start.IsZero() || !o.End.After(o.Start) {
		return ErrPeriod
	}
	return nil
}

// month returns the billing period.
func (o *Options) month() (start, end time.Time) {
	t := o.Start.UTC()
	start = time.Date(t.Year(), t.Month(), 1, 0, 0, 0, 0, time.UTC)
	return start, start.AddDate(0, 1, 0)
}

func (o *Options) trail(l pricing.Line) string { return cmp.Or(o.TrailARNs[l.Trail], l.Trail) }

func timeText(t time.Time) string { return t.UTC().Format(time.RFC3339) }

// A service is who charges for a meter.
type service struct {
	prefix            string // of the names of its meters
	code, name        string // in the price list, and on the bill
	category, subject string // in FOCUS
}

// services has that of all meters which no other one has at the end.
var services = []service{
	{"s3_", "AmazonS3", "Amazon Simple Storage Service", "Storage", "Object Storage"},
	{"kms_", "awskms", "AWS Key Management Service", "Security", "Other (Security)"},
	{"sns_", "AmazonSNS", "Amazon Simple Notification Service", "Integration", "Messaging"},
	{"eventbridge_", "AWSEvents", "Amazon EventBridge", "Integration", "Messaging"},
	{"lambda_", "AWSLambda", "AWS Lambda", "Compute", "Serverless Compute"},
	{"cwl_", "AmazonCloudWatch", "AmazonCloudWatch", "Management and Governance", "Observability"},
	{"", "AWSCloudTrail", "AWS CloudTrail", "Management and Governance", "Compliance"},
}

func serviceOf(meter pricing.MeterName) service {
	for _, s := range services {
		if strings.HasPrefix(string(meter), s.prefix) {
			return s
		}
	}
	panic("export: the last of the services has no prefix")
}

// regionCodes are how usage types begin, for the Regions for which that was seen in bills and price lists.
var regionCodes = map[string]string{
	"us-east-1": "USE1", "us-east-2": "USE2", "us-west-1": "USW1", "us-west-2": "USW2", "ca-central-1": "CAN1",
	"ap-east-1": "APE1", "ap-northeast-1": "APN1", "ap-northeast-2": "APN2", "ap-northeast-3": "APN3",
	"ap-southeast-1": "APS1", "ap-southeast-2": "APS2", "ap-south-1": "APS3", "af-south-1": "CPT",
	"eu-central-1": "EUC1", "eu-west-1": "EU", "eu-west-2": "EUW2", "eu-west-3": "EUW3", "eu-north-1": "EUN1",
	"eu-south-1": "EUS1", "me-south-1": "MES1", "sa-east-1": "SAE1", "us-gov-west-1": "UGW1",
}

// usageType returns AWS's name of a line's meter in its Region, without the code of the Region if that is
// not known, or the name of the meter if AWS's is not.
func usageType(l pricing.Line) string {
	if l.UsageType == "" {
		return string(l.Meter)
	}
	if code := regionCodes[l.Region]; code != "" {
		return code + "-" + l.UsageType
	}
	return l.UsageType
}

// A column is its name and what it has for a line.
type column struct {
	name string
	cell func(l pricing.Line) string
}

// always returns a column that has the same for all lines.
func always(name, text string) column {
	return column{name, func(pricing.Line) string { return text }}
}

// writeCSV writes a header, and a row for each line.
func writeCSV(w io.Writer, bill *pricing.Bill, columns []column) error {
	c := csv.NewWriter(w)
	cells := make([]string, len(columns))
	for i := range columns {
		cells[i] = columns[i].name
	}
	if err := c.Write(cells); err != nil {
		return err
	}
	for _, line := range bill.Lines {
		for i := range columns {
			cells[i] = safe(columns[i].cell(line))
		}
		if err := c.Write(cells); err != nil {
			return err
		}
	}
	c.Flush()
	return c.Error()
}

// safe returns text that neither breaks a line nor is a formula. A negative number is one, to a
// spreadsheet that takes it for text, of no harm.
func safe(text string) string {
	if text != "" && strings.ContainsRune("=+-@", rune(text[0])) {
		if _, err := pricing.ParseUSD(text); err != nil {
			return strconv.Quote(text)
		}
	}
	return table.Cell(text)
}
