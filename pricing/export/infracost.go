package export

import (
	"fmt"
	"io"
	"slices"
	"strconv"
	"strings"

	"github.com/trailsieve/trailsieve/pricing"
)

// infracostKeys are what Infracost's usage file has for aws_cloudtrail, in its order.
var infracostKeys = []infracostKey{
	{"monthly_additional_management_events", pricing.ManagementAdditionalCopies},
	{"monthly_data_events", pricing.DataEvents},
	{"monthly_insight_events", pricing.InsightsManagementEvents},
}

type infracostKey struct {
	key   string
	meter pricing.MeterName
}

// Infracost writes the quantities of the bill, which must be those of a month, as a usage file for
// Infracost: YAML with the events of each trail, in all accounts and Regions together. Addresses are those
// of the trails in Terraform, by their names; a trail without one gets aws_cloudtrail.NAME.
//
//	version: "0.1"
//	resource_usage:
//	  "aws_cloudtrail.images":
//	    monthly_additional_management_events: 0
//	    monthly_data_events: 412
//	    monthly_insight_events: 0
//
// What Infracost has no key for is written as a comment: network activity events, Insights on data
// events, and quantities without a trail. Errors are a quantity that is no whole number of events, or
// that overflows, and those of w.
func Infracost(w io.Writer, bill *pricing.Bill, addresses map[string]string) error {
	var trails []string
	var others []pricing.Line
	sums := make(map[string]map[pricing.MeterName]uint64)
	for _, l := range bill.Lines {
		if l.Meter == pricing.ManagementFirstCopies {
			continue // free, and not asked for
		}
		known := slices.ContainsFunc(infracostKeys, func(k infracostKey) bool { return k.meter == l.Meter })
		if !known || l.Trail == "" {
			others = append(others, l)
			continue
		}
		if sums[l.Trail] == nil {
			sums[l.Trail] = make(map[pricing.MeterName]uint64)
			trails = append(trails, l.Trail)
		}
		sum := sums[l.Trail][l.Meter] + l.Quantity
		switch {
		case l.Per > 1:
			return fmt.Errorf("export: %s %s of trail %q is no whole number", l.UnitsText(), l.Meter, l.Trail)
		case sum < l.Quantity:
			return fmt.Errorf("export: %s of trail %q: %w", l.Meter, l.Trail, pricing.ErrOverflow)
		}
		sums[l.Trail][l.Meter] = sum
	}
	var s strings.Builder
	s.WriteString("# Usage of CloudTrail trails in a month, for infracost --usage-file.\nversion: \"0.1\"\nresource_usage:")
	if len(trails) == 0 {
		s.WriteString(" {}")
	}
	s.WriteByte('\n')
	for _, trail := range trails {
		address, ok := addresses[trail]
		if !ok {
			address = "aws_cloudtrail." + trail
		}
		fmt.Fprintf(&s, "  %s:\n", strconv.QuoteToASCII(address))
		for _, k := range infracostKeys {
			fmt.Fprintf(&s, "    %s: %d\n", k.key, sums[trail][k.meter])
		}
	}
	if len(others) > 0 {
		s.WriteString("# Not in the numbers above, since Infracost has no key for it on a trail:\n")
	}
	for _, l := range others {
		fmt.Fprintf(&s, "#   %s %s of %s, trail %s, account %s, Region %s\n", l.UnitsText(), strconv.QuoteToASCII(l.Unit),
			strconv.QuoteToASCII(string(l.Meter)), strconv.QuoteToASCII(l.Trail), strconv.QuoteToASCII(l.Account),
			strconv.QuoteToASCII(l.Region))
	}
	_, err := io.WriteString(w, s.String())
	return err
}
