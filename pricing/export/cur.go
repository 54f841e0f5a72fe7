package export

import (
	"cmp"
	"fmt"
	"io"

	"github.com/trailsieve/trailsieve/pricing"
)

// CUR writes the bill as CSV in columns of AWS's Cost and Usage Report, as CUR 2.0 and Athena name them, so
// that queries for the real one work on it: those that every line of CloudTrail has, and no others.
//
//	line_item_usage_type        USE1-DataEventsRecorded; without the Region's code where that is not known,
//	                            and the name of our meter where AWS's is not
//	line_item_usage_amount      in units of the price list
//	line_item_unblended_cost    the amount of the line; blended is the same, since no rate has tiers here
//	line_item_resource_id       the trail, which the real report does not have
//
// Errors are [ErrPeriod] and those of w.
func CUR(w io.Writer, bill *pricing.Bill, o Options) error {
	if err := o.check(); err != nil {
		return err
	}
	monthStart, monthEnd := o.month()
	amount := func(l pricing.Line) string { return l.Amount.String() }
	price := func(l pricing.Line) string { return l.UnitPrice.String() }
	code := func(l pricing.Line) string { return serviceOf(l.Meter).code }
	currency := cmp.Or(bill.Currency, "USD")
	n := 0
	return writeCSV(w, bill, []column{
		{"identity_line_item_id", func(pricing.Line) string { n++; return fmt.Sprintf("estimate-%d", n) }},
		always("identity_time_interval", timeText(o.Start)+"/"+timeText(o.End)),
		always("bill_bill_type", "Anniversary"),
		always("bill_billing_entity", "AWS"),
		always("bill_billing_period_start_date", timeText(monthStart)),
		always("bill_billing_period_end_date", timeText(monthEnd)),
		{"bill_payer_account_id", func(l pricing.Line) string { return cmp.Or(o.PayerAccount, l.Account) }},
		{"line_item_usage_account_id", func(l pricing.Line) string { return l.Account }},
		always("line_item_line_item_type", "Usage"),
		always("line_item_usage_start_date", timeText(o.Start)),
		always("line_item_usage_end_date", timeText(o.End)),
		{"line_item_product_code", code},
		{"line_item_usage_type", usageType},
		always("line_item_operation", ""),
		{"line_item_resource_id", o.trail},
		{"line_item_usage_amount", func(l pricing.Line) string { return l.UnitsText() }},
		always("line_item_currency_code", currency),
		{"line_item_unblended_rate", price},
		{"line_item_unblended_cost", amount},
		{"line_item_blended_rate", price},
		{"line_item_blended_cost", amount},
		{"line_item_line_item_description", func(l pricing.Line) string {
			return l.UnitPrice.String() + " per " + l.Unit + " of " + string(l.Meter)
		}},
		{"product_product_name", func(l pricing.Line) string { return serviceOf(l.Meter).name }},
		{"product_servicecode", code},
		{"product_region_code", func(l pricing.Line) string { return l.Region }},
		{"pricing_public_on_demand_rate", price},
		{"pricing_public_on_demand_cost", amount},
		{"pricing_unit", func(l pricing.Line) string { return l.Unit }},
		always("pricing_currency", currency),
	})
}
