package pricing_test

import (
	"fmt"
	"log"
	"strings"
	"time"

	"github.com/trailsieve/trailsieve/pricing"
	"github.com/trailsieve/trailsieve/record"
	"github.com/trailsieve/trailsieve/selector"
)

// Two trails see the same log file: one for everybody's management events, and one that was set up
// for the objects of a bucket, but has its management events left on.
func Example() {
	images := selector.MustCompile(`{"EventSelectors": [{
		"ReadWriteType": "WriteOnly",
		"IncludeManagementEvents": true,
		"DataResources": [{"Type": "AWS::S3::Object", "Values": ["arn:aws:s3:::amzn-s3-demo-bucket/"]}]
	}]}`)
	m := pricing.Meter{Trails: []pricing.Trail{
		{Name: "audit"},
		{Name: "images", Selector: images, HomeRegion: "us-east-1"},
	}}

	logFile := strings.NewReader(`{"Records": [
		{"eventVersion": "1.11", "awsRegion": "us-east-1", "recipientAccountId": "111122223333",
		 "eventSource": "s3.amazonaws.com", "eventName": "PutObject", "readOnly": false,
		 "managementEvent": false, "eventCategory": "Data",
		 "resources": [{"type": "AWS::S3::Object", "ARN": "arn:aws:s3:::amzn-s3-demo-bucket/1.png"}]},
		{"eventVersion": "1.11", "awsRegion": "us-east-1", "recipientAccountId": "111122223333",
		 "eventSource": "s3.amazonaws.com", "eventName": "PutBucketTagging", "readOnly": false,
		 "managementEvent": true, "eventCategory": "Management"}]}`)
	for rec, err := range record.NewReader(logFile).Records() {
		if err != nil {
			log.Print(err)
			continue
		}
		m.Add(rec)
	}

	rates, ok := pricing.Published("us-east-1")
	if !ok {
		log.Fatal("no rates")
	}
	bill, err := m.Bill(rates)
	if err != nil {
		log.Fatal(err)
	}
	fmt.Print(bill)
	// Output:
	// trail   account       region     meter                              quantity  unit   unit price  amount USD
	// audit   111122223333  us-east-1  management_events_first_copy              1  event    0           0
	// images  111122223333  us-east-1  management_events_additional_copy         1  event    0.00002     0.00002
	// images  111122223333  us-east-1  data_events                               1  event    0.000001    0.000001
	// total                                                                                              0.000021
	//
	// management_events_first_copy: the first copy in an account and Region is free
	// management_events_additional_copy: logged by another trail too, which has the free copy
	// data_events: every copy is charged, the first included
}

func ExampleParseUSD() {
	price, err := pricing.ParseUSD("0.000001")
	if err != nil {
		log.Fatal(err)
	}
	amount, err := price.Mul(314_298)
	if err != nil {
		log.Fatal(err)
	}
	fmt.Println(amount, amount.RoundToCent())

	_, err = pricing.ParseUSD("1e-6")
	fmt.Println(err)
	// Output:
	// 0.314298 0.31
	// pricing: not a decimal number: "1e-6" (offset 1)
}

func ExamplePublished() {
	rates, ok := pricing.Published("eu-west-1")
	if !ok {
		log.Fatal("no rates")
	}
	rate, err := rates.Rate(pricing.DataEvents, "eu-west-1")
	if err != nil {
		log.Fatal(err)
	}
	fmt.Println(rate.Price, "per", rate.Unit, "since", rate.From)

	_, ok = pricing.Published("cn-north-1")
	fmt.Println("China:", ok)
	_, err = rates.Rate(pricing.DataEvents, "cn-north-1")
	fmt.Println(err)
	// Output:
	// 0.000001 per event since 2016-11-21
	// China: false
	// pricing: no price (AWS's prices in China could not be proved; a price list of your own takes its place) for data_events in "cn-north-1"
}

// The price list of the day on which data events were announced.
func ExamplePublishedOn() {
	rates, ok := pricing.PublishedOn("us-east-1", time.Date(2016, time.November, 21, 0, 0, 0, 0, time.UTC))
	if !ok {
		log.Fatal("no rates")
	}
	for rate := range rates.All() {
		fmt.Println(rate.Meter, rate.Price)
	}
	// Output:
	// management_events_first_copy 0
	// management_events_additional_copy 0.00002
	// data_events 0.000001
}

// A price that was agreed on with AWS, and a meter of one's own.
func ExampleRates_With() {
	rates, _ := pricing.Published("us-east-1")
	rates, err := rates.With(
		pricing.Rate{Meter: pricing.DataEvents, Unit: "event", Price: pricing.MustParseUSD("0.0000009")},
		pricing.Rate{Meter: "kms_requests", Unit: "request", Price: pricing.MustParseUSD("0.000003")},
	)
	if err != nil {
		log.Fatal(err)
	}
	bill, err := rates.Bill(
		pricing.Usage{Region: "us-east-1", Meter: pricing.DataEvents, Quantity: 5_000_000_000},
		pricing.Usage{Region: "us-east-1", Meter: "kms_requests", Quantity: 16_800_000},
	)
	if err != nil {
		log.Fatal(err)
	}
	fmt.Print(bill)
	// Output:
	// region     meter           quantity  unit     unit price  amount USD
	// us-east-1  data_events   5000000000  event     0.0000009      4500
	// us-east-1  kms_requests    16800000  request   0.000003         50.4
	// total                                                         4550.4
}

// A bill is exact; an invoice rounds each account, Region and meter to the cent, as AWS does.
func ExampleBill_Invoice() {
	rates, _ := pricing.Published("us-east-1")
	bill, err := rates.Bill(
		pricing.Usage{Region: "us-east-1", Meter: pricing.DataEvents, Quantity: 14_999},
		pricing.Usage{Region: "us-east-2", Meter: pricing.DataEvents, Quantity: 14_999},
	)
	if err != nil {
		log.Fatal(err)
	}
	invoice, err := bill.Invoice()
	if err != nil {
		log.Fatal(err)
	}
	fmt.Println(bill.Total(), bill.Total().RoundToCent(), invoice.Total())
	// Output:
	// 0.029998 0.03 0.02
}
