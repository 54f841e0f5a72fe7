package export

import (
	"bytes"
	"encoding/csv"
	"encoding/json"
	"errors"
	"fmt"
	"math"
	"strings"
	"testing"
	"time"

	"github.com/trailsieve/trailsieve/pricing"
)

var march = Options{
	Start: time.Date(2026, time.March, 2, 0, 0, 0, 0, time.UTC),
	End:   time.Date(2026, time.March, 9, 0, 0, 0, 0, time.UTC),
}

func newBill(t testing.TB, usage ...pricing.Usage) *pricing.Bill {
	t.Helper()
	rates, ok := pricing.Published("us-east-1")
	if !ok {
		t.Fatal("no rates")
	}
	bill, err := rates.Bill(usage...)
	if err != nil {
		t.Fatal(err)
	}
	return bill
}

func exampleBill(t testing.TB) *pricing.Bill {
	return newBill(t,
		pricing.Usage{Trail: "images", Account: "111122223333", Region: "us-east-1", Meter: pricing.DataEvents,
			Quantity: 314_298, Note: "every copy is charged, the first included"},
		pricing.Usage{Trail: "audit", Account: "444455556666", Region: "mx-central-1",
			Meter: pricing.ManagementFirstCopies, Quantity: 7},
		pricing.Usage{Account: "444455556666", Region: "us-east-1", Meter: pricing.S3StandardStorage, Quantity: 1, Per: 744})
}

// readCSV returns the rows by the names of their columns.
func readCSV(t *testing.T, text string) []map[string]string {
	t.Helper()
	rows, err := csv.NewReader(strings.NewReader(text)).ReadAll()
	if err != nil {
		t.Fatal(err)
	}
	var maps []map[string]string
	for _, row := range rows[1:] {
		m := make(map[string]string)
		for i, name := range rows[0] {
			if _, ok := m[name]; ok {
				t.Errorf("column %s is there twice", name)
			}
			m[name] = row[i]
		}
		maps = append(maps, m)
	}
	return maps
}

func TestFOCUS(t *testing.T) {
	var b bytes.Buffer
	o := march
	o.TrailARNs = map[string]string{"images": "arn:aws:cloudtrail:us-east-1:111122223333:trail/images"}
	if err := FOCUS(&b, exampleBill(t), o); err != nil {
		t.Fatal(err)
	}
	rows := readCSV(t, b.String())
	for i, want := range []map[string]string{
		{"BilledCost": "0.314298", "EffectiveCost": "0.314298", "ListCost": "0.314298", "ContractedCost": "0.314298",
			"ListUnitPrice": "0.000001", "PricingQuantity": "314298", "PricingUnit": "event", "ConsumedQuantity": "314298",
			"BillingCurrency": "USD", "BillingPeriodStart": "2026-03-01T00:00:00Z", "BillingPeriodEnd": "2026-04-01T00:00:00Z",
			"ChargePeriodStart": "2026-03-02T00:00:00Z", "ChargePeriodEnd": "2026-03-09T00:00:00Z", "ChargeCategory": "Usage",
			"ServiceName": "AWS CloudTrail", "ServiceCategory": "Management and Governance", "SkuId": "USE1-DataEventsRecorded",
			"SkuMeter": "data_events", "RegionId": "us-east-1", "SubAccountId": "111122223333", "BillingAccountId": "111122223333",
			"ResourceId": o.TrailARNs["images"], "ResourceName": "images", "ResourceType": "Trail", "Tags": `{"trail":"images"}`,
			"x_Note": "every copy is charged, the first included"},
		{"BilledCost": "0", "ResourceId": "audit", "SkuId": "FreeEventsRecorded"},
		{"BilledCost": "0.00003091397849462366", "PricingQuantity": "0.00134408602150537634", "PricingUnit": "GB-month",
			"ServiceName": "Amazon Simple Storage Service", "ResourceId": "", "ResourceType": "", "Tags": "{}"},
	} {
		for name, want := range want {
			if got, ok := rows[i][name]; !ok || got != want {
				t.Errorf("row %d: %s is %q, want %q", i, name, got, want)
			}
		}
	}
}

func TestCUR(t *testing.T) {
	var b bytes.Buffer
	o := march
	o.PayerAccount = "999999999999"
	if err := CUR(&b, exampleBill(t), o); err != nil {
		t.Fatal(err)
	}
	rows := readCSV(t, b.String())
	for name, want := range map[string]string{
		"line_item_usage_type": "USE1-DataEventsRecorded", "line_item_usage_amount": "314298",
		"line_item_unblended_rate": "0.000001", "line_item_unblended_cost": "0.314298",
		"line_item_usage_account_id": "111122223333", "bill_payer_account_id": "999999999999",
		"line_item_product_code": "AWSCloudTrail", "product_region_code": "us-east-1", "identity_line_item_id": "estimate-1",
	} {
		if got, ok := rows[0][name]; !ok || got != want {
			t.Errorf("%s is %q, want %q", name, got, want)
		}
	}
	if got := rows[2]["line_item_usage_type"]; got != "USE1-TimedStorage-ByteHrs" {
		t.Errorf("usage type of storage: %q", got)
	}
}

func TestErrors(t *testing.T) {
	for _, write := range []func() error{
		func() error { return FOCUS(new(bytes.Buffer), exampleBill(t), Options{}) },
		func() error {
			return CUR(new(bytes.Buffer), exampleBill(t), Options{Start: march.End, End: march.Start})
		},
	} {
		if err := write(); !errors.Is(err, ErrPeriod) {
			t.Errorf("got %v, want ErrPeriod", err)
		}
	}
	for _, write := range []func() error{
		func() error { return FOCUS(failing{}, exampleBill(t), march) },
		func() error { return CUR(failing{}, exampleBill(t), march) },
		func() error { return Infracost(failing{}, exampleBill(t), nil) },
	} {
		if err := write(); !errors.Is(err, errFull) {
			t.Errorf("got %v, want that of the writer", err)
		}
	}
	data := pricing.Usage{Trail: "a", Region: "us-east-1", Meter: pricing.DataEvents, Quantity: math.MaxUint64}
	if err := Infracost(new(bytes.Buffer), newBill(t, data, data), nil); !errors.Is(err, pricing.ErrOverflow) {
		t.Errorf("twice 2^64-1: %v, want ErrOverflow", err)
	}
	data.Per = 3
	if err := Infracost(new(bytes.Buffer), newBill(t, data), nil); err == nil {
		t.Error("a third of an event is written")
	}
}

var errFull = errors.New("full")

type failing struct{}

func (failing) Write([]byte) (int, error) { return 0, errFull }

// Text from hostile log files is neither a formula nor a line of its own.
func FuzzCSV(f *testing.F) {
	f.Add("=HYPERLINK(\"https://example.com\")", "a\nb", uint64(7), uint64(0))
	f.Add("@x", "-1", uint64(1), uint64(744))
	f.Add("\x1b[2J", "\xff", uint64(1), uint64(1<<30))
	f.Fuzz(func(t *testing.T, trail, account string, quantity, per uint64) {
		bill := newBill(t, pricing.Usage{Trail: trail, Account: account, Region: "us-east-1", Meter: pricing.DataEvents,
			Quantity: quantity, Per: per})
		for name, write := range map[string]func(*bytes.Buffer) error{
			"FOCUS": func(b *bytes.Buffer) error { return FOCUS(b, bill, march) },
			"CUR":   func(b *bytes.Buffer) error { return CUR(b, bill, march) },
		} {
			var b bytes.Buffer
			if err := write(&b); err != nil {
				t.Fatal(err)
			}
			rows := readCSV(t, b.String())
			if len(rows) != 1 {
				t.Fatalf("%s: %d rows for one line", name, len(rows))
			}
			for column, cell := range rows[0] {
				_, err := pricing.ParseUSD(cell)
				if cell != "" && strings.ContainsRune("=+-@", rune(cell[0])) && err != nil {
					t.Errorf("%s: %s is %q", name, column, cell)
				}
			}
		}
		var b bytes.Buffer
		if err := Infracost(&b, bill, nil); err == nil && strings.Count(b.String(), "\n") > 8 {
			t.Errorf("too many lines:\n%s", b.String())
		}
	})
}

func TestTags(t *testing.T) {
	var m map[string]string
	text := tags(pricing.Line{Usage: pricing.Usage{Trail: "a\"b"}})
	if err := json.Unmarshal([]byte(text), &m); err != nil || m["trail"] != "a\"b" {
		t.Errorf("%s: %v, %v", text, m, err)
	}
}

func ExampleInfracost() {
	rates, _ := pricing.Published("us-east-1")
	bill, err := rates.Bill(
		pricing.Usage{Trail: "images", Region: "us-east-1", Meter: pricing.DataEvents, Quantity: 400},
		pricing.Usage{Trail: "images", Region: "eu-west-1", Meter: pricing.DataEvents, Quantity: 12},
		pricing.Usage{Trail: "vpc", Region: "us-east-1", Meter: pricing.NetworkActivityEvents, Quantity: 3},
	)
	if err != nil {
		fmt.Println(err)
		return
	}
	var b strings.Builder
	if err := Infracost(&b, bill, map[string]string{"images": "module.trails.aws_cloudtrail.images"}); err != nil {
		fmt.Println(err)
		return
	}
	fmt.Print(b.String())
	// Output:
	// # Usage of CloudTrail trails in a month, for infracost --usage-file.
	// version: "0.1"
	// resource_usage:
	//   "module.trails.aws_cloudtrail.images":
	//     monthly_additional_management_events: 0
	//     monthly_data_events: 412
	//     monthly_insight_events: 0
	// # Not in the numbers above, since Infracost has no key for it on a trail:
	// #   3 "event" of "network_activity_events", trail "vpc", account "", Region "us-east-1"
}
