package pricing_test

import (
	"encoding/json"
	"fmt"
	"log"
	"time"

	"github.com/trailsieve/trailsieve/pricing"
	"github.com/trailsieve/trailsieve/record"
	"github.com/trailsieve/trailsieve/selector"
)

// What AWS itself has published as examples, and what bills have shown.

// bill returns the bill at the published prices.
func bill(usage ...pricing.Usage) *pricing.Bill {
	rates, _ := pricing.Published("us-east-1")
	b, err := rates.Bill(usage...)
	if err != nil {
		log.Fatal(err)
	}
	return b
}

// The announcement of data events, November 2016: $0.10 for 100,000.
func ExampleRates_announcement() {
	rates, _ := pricing.PublishedOn("us-east-1", time.Date(2016, time.November, 21, 0, 0, 0, 0, time.UTC))
	b, err := rates.Bill(pricing.Usage{Region: "us-east-1", Meter: pricing.DataEvents, Quantity: 100_000})
	fmt.Println(b.Total(), err)
	// Output: 0.1 <nil>
}

// The worked example of the pricing page of 2016-17: an account with two trails for management events, one of
// which has data events too. In a month there are 150,000 and 2 million of them. It prints $0, $3 and $2.
func ExampleMeter_pricingPage() {
	withData := selector.MustCompile(`{"EventSelectors": [{"ReadWriteType": "All",
		"DataResources": [{"Type": "AWS::S3::Object", "Values": ["arn:aws:s3:::photos/"]}]}]}`)
	m := pricing.Meter{Trails: []pricing.Trail{{Name: "first"}, {Name: "second", Selector: withData}}}
	management := record.Record{EventCategory: record.Management, AWSRegion: "us-east-1"}
	data := record.Record{EventCategory: record.Data, AWSRegion: "us-east-1",
		Resources: []record.Resource{{Type: "AWS::S3::Object", ARN: "arn:aws:s3:::photos/cat.png"}}}
	if err := m.AddTimes(&management, 150_000); err != nil {
		log.Fatal(err)
	}
	if err := m.AddTimes(&data, 2_000_000); err != nil {
		log.Fatal(err)
	}
	for _, line := range bill(m.Usage()...).Lines {
		fmt.Println(line.Trail, line.Quantity, line.Meter, line.Amount)
	}
	// Output:
	// first 150000 management_events_first_copy 0
	// second 150000 management_events_additional_copy 3
	// second 2000000 data_events 2
}

// AWS's Knowledge Center, on duplicate events: a trail logs everything, and a second one the reads once
// more. Only the second copy is charged.
func ExampleMeter_duplicateTrails() {
	reads := selector.MustCompile(`{"EventSelectors": [{"ReadWriteType": "ReadOnly"}]}`)
	m := pricing.Meter{Trails: []pricing.Trail{{Name: "ExampleTrail1"}, {Name: "ExampleTrail2", Selector: reads}}}
	read := record.Record{EventCategory: record.Management, AWSRegion: "us-east-1", ReadOnly: record.True}
	write := record.Record{EventCategory: record.Management, AWSRegion: "us-east-1", ReadOnly: record.False}
	if err := m.AddTimes(&read, 100_000); err != nil {
		log.Fatal(err)
	}
	if err := m.AddTimes(&write, 50_000); err != nil {
		log.Fatal(err)
	}
	fmt.Print(bill(m.Usage()...))
	// Output:
	// trail          region     meter                              quantity  unit   unit price  amount USD
	// ExampleTrail1  us-east-1  management_events_first_copy         150000  event     0                 0
	// ExampleTrail2  us-east-1  management_events_additional_copy    100000  event     0.00002           2
	// total                                                                                              2
	//
	// management_events_first_copy: the first copy in an account and Region is free
	// management_events_additional_copy: logged by another trail too, which has the free copy
}

// The user guide on the costs of Insights, its example of a trail with both types on both kinds of events.
// It prints the number of events that are analyzed, 1,130,000.
func ExampleInsights() {
	both := pricing.CallRateInsight | pricing.ErrorRateInsight
	management, data, err := pricing.Insights{Management: both, Data: both}.Analyzed(270_000, 30_000, 400_000)
	if err != nil {
		log.Fatal(err)
	}
	fmt.Println(management+data, bill(
		pricing.Usage{Region: "us-east-1", Meter: pricing.InsightsManagementEvents, Quantity: management},
		pricing.Usage{Region: "us-east-1", Meter: pricing.InsightsDataEvents, Quantity: data},
	).Total())
	// Output: 1130000 1.395
}

// AWS's guide to observability, on events that go straight to CloudWatch: 2,103,558 of 1,500 bytes, by a GB
// of 10^9 bytes. It prints $0.79 for CloudTrail and $1.58 for CloudWatch Logs.
func ExampleUsage() {
	b := bill(
		pricing.Usage{Region: "us-east-1", Meter: pricing.CloudWatchDelivery, Quantity: 2_103_558 * 1500, Per: 1e9},
		pricing.Usage{Region: "us-east-1", Meter: pricing.CloudWatchLogsIngestion, Quantity: 2_103_558 * 1500, Per: 1e9})
	for _, line := range b.Lines {
		fmt.Println(line.UnitsText(), line.Unit, line.Amount, line.Amount.RoundToCent())
	}
	// Output:
	// 3.155337 GB 0.78883425 0.79
	// 3.155337 GB 1.5776685 1.58
}

// A bill of May 2025: Insights in 17 Regions, each of them rounded to the cent, as AWS does.
func ExampleBill_Invoice_seventeenRegions() {
	var usage []pricing.Usage
	for region, analyzed := range map[string]uint64{
		"ap-south-1": 3161, "ap-northeast-3": 3702, "ap-northeast-2": 4941, "ap-southeast-1": 1767487, "ap-southeast-2": 5194,
		"ap-northeast-1": 5183, "ca-central-1": 4703, "eu-central-1": 2790, "eu-west-1": 5280, "eu-west-2": 3792, "eu-west-3": 4138,
		"eu-north-1": 3455, "sa-east-1": 3435, "us-east-1": 15448, "us-east-2": 3920, "us-west-1": 3249, "us-west-2": 4451,
	} {
		usage = append(usage, pricing.Usage{Region: region, Meter: pricing.InsightsManagementEvents, Quantity: analyzed})
	}
	exact := bill(usage...)
	invoice, err := exact.Invoice()
	if err != nil {
		log.Fatal(err)
	}
	fmt.Println(exact.Total(), exact.Total().RoundToCent(), invoice.Total())
	// Output: 6.4551515 6.46 6.45
}

// Two functions count, and send what they have counted to a third.
func ExampleMeter_Merge() {
	trails := []pricing.Trail{{Name: "audit"}}
	event := record.Record{EventCategory: record.Management, AWSRegion: "us-east-1", RecipientAccountID: "111122223333"}
	sum := pricing.Meter{Trails: trails}
	for range 2 {
		part := pricing.Meter{Trails: trails}
		part.Add(&event)
		message, err := json.Marshal(&part)
		if err != nil {
			log.Fatal(err)
		}

		var received pricing.Meter
		if err := json.Unmarshal(message, &received); err != nil {
			log.Fatal(err)
		}
		if err := sum.Merge(&received); err != nil {
			log.Fatal(err)
		}
	}
	for _, u := range sum.Usage() {
		fmt.Println(u.Trail, u.Meter, u.Quantity)
	}
	// Output: audit management_events_first_copy 2
}

func ExampleForecastMonth() {
	var days []pricing.DayUsage
	for i, events := range []uint64{900_000, 1_100_000, 1_000_000} {
		days = append(days, pricing.DayUsage{
			Day:   time.Date(2026, time.March, 1+i, 0, 0, 0, 0, time.UTC),
			Usage: []pricing.Usage{{Region: "us-east-1", Meter: pricing.DataEvents, Quantity: events}},
		})
	}
	f, err := pricing.ForecastMonth(days...)
	if err != nil {
		log.Fatal(err)
	}
	rates, _ := pricing.Published("us-east-1")
	b, err := f.Bill(rates)
	if err != nil {
		log.Fatal(err)
	}
	fmt.Println(b.Low.Total(), b.Expected.Total(), b.High.Total())
	fmt.Println(f)
	// Output:
	// 28.2 31 33.8
	// 2026-03, from 3 of 31 days, as if the other 28 were like these: on average, like the least of them, or like the most
}

// A price list of one's own, for a Region of which no prices could be proved.
func ExampleParseRates() {
	rates, err := pricing.ParseRates([]byte(`{"currency": "CNY", "regions": ["cn-north-1"], "rates": [
		{"meter": "data_events", "unit": "event", "price": "0.0000066", "source": "our contract"}]}`))
	if err != nil {
		log.Fatal(err)
	}
	b, err := rates.Bill(pricing.Usage{Region: "cn-north-1", Meter: pricing.DataEvents, Quantity: 1_000_000})
	fmt.Println(b.Total(), b.Currency, err)

	_, err = pricing.ParseRates([]byte(`{"rates": [{"meter": "data_events", "unit": "event", "prize": "1"}]}`))
	fmt.Println(err)
	// Output:
	// 6.6 CNY <nil>
	// pricing: invalid rate (unknown member "prize" (did you mean "price"?)) in /rates/0/prize (offset 53)
}
