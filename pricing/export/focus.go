package export

import (
	"cmp"
	"encoding/json"
	"io"

	"github.com/trailsieve/trailsieve/pricing"
)

// FOCUS writes the bill as CSV in columns of the FinOps Open Cost and Usage Specification 1.2, in the order
// of their names, and then those of our own, which begin with x_:
//
//	BilledCost, ContractedCost,   the amount of the line: there are no discounts, and
//	EffectiveCost, ListCost       nothing is paid in advance
//	PricingQuantity, PricingUnit  in units of the price list; Consumed* are the same
//	ListUnitPrice, Contracted...  the price of one unit
//	ServiceName, ServiceCategory  of the meter: AWS CloudTrail, Amazon Simple Storage Service...
//	SkuMeter, SkuId               our name of the meter, and AWS's usage type if it is known
//	SubAccountId, RegionId        of the line
//	ResourceId, ResourceType      the trail
//	Tags                          {"trail": ...}
//	x_Note                        why the line is charged, or not
//
// InvoiceIssuerName, ProviderName and PublisherName are Amazon Web Services, who will issue the invoice;
// the file is an estimate all the same. Errors are [ErrPeriod] and those of w.
func FOCUS(w io.Writer, bill *pricing.Bill, o Options) error {
	if err := o.check(); err != nil {
		return err
	}
	monthStart, monthEnd := o.month()
	amount := func(l pricing.Line) string { return l.Amount.String() }
	price := func(l pricing.Line) string { return l.UnitPrice.String() }
	quantity := func(l pricing.Line) string { return l.UnitsText() }
	unit := func(l pricing.Line) string { return l.Unit }
	payer := func(l pricing.Line) string { return cmp.Or(o.PayerAccount, l.Account) }
	return writeCSV(w, bill, []column{
		{"BilledCost", amount},
		{"BillingAccountId", payer},
		always("BillingAccountName", ""),
		always("BillingCurrency", cmp.Or(bill.Currency, "USD")),
		always("BillingPeriodEnd", timeText(monthEnd)),
		always("BillingPeriodStart", timeText(monthStart)),
		always("ChargeCategory", "Usage"),
		always("ChargeClass", ""),
		{"ChargeDescription", func(l pricing.Line) string {
			return l.UnitPrice.String() + " per " + l.Unit + " of " + string(l.Meter)
		}},
		always("ChargeFrequency", "Usage-Based"),
		always("ChargePeriodEnd", timeText(o.End)),
		always("ChargePeriodStart", timeText(o.Start)),
		{"ConsumedQuantity", quantity},
		{"ConsumedUnit", unit},
		{"ContractedCost", amount},
		{"ContractedUnitPrice", price},
		{"EffectiveCost", amount},
		always("InvoiceIssuerName", "Amazon Web Services"),
		{"ListCost", amount},
		{"ListUnitPrice", price},
		always("PricingCategory", "Standard"),
		{"PricingQuantity", quantity},
		{"PricingUnit", unit},
		always("ProviderName", "Amazon Web Services"),
		always("PublisherName", "Amazon Web Services"),
		{"RegionId", func(l pricing.Line) string { return l.Region }},
		{"ResourceId", o.trail},
		{"ResourceName", func(l pricing.Line) string { return l.Trail }},
		{"ResourceType", func(l pricing.Line) string {
			if l.Trail == "" {
				return ""
			}
			return "Trail"
		}},
		{"ServiceCategory", func(l pricing.Line) string { return serviceOf(l.Meter).category }},
		{"ServiceName", func(l pricing.Line) string { return serviceOf(l.Meter).name }},
		{"ServiceSubcategory", func(l pricing.Line) string { return serviceOf(l.Meter).subject }},
		{"SkuId", usageType},
		{"SkuMeter", func(l pricing.Line) string { return string(l.Meter) }},
		{"SubAccountId", func(l pricing.Line) string { return l.Account }},
		{"Tags", tags},
		{"x_Note", func(l pricing.Line) string { return l.Note }},
	})
}

// tags returns a line's tags as a JSON object, which is how FOCUS has them in CSV.
func tags(l pricing.Line) string {
	if l.Trail == "" {
		return "{}"
	}
	text, err := json.Marshal(map[string]string{"trail": l.Trail})
	if err != nil {
		panic("export: a map of strings is no JSON: " + err.Error())
	}
	return string(text)
}
