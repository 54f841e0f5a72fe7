package advice_test

import (
	"fmt"
	"log"

	"github.com/trailsieve/trailsieve/pricing"
	"github.com/trailsieve/trailsieve/pricing/advice"
	"github.com/trailsieve/trailsieve/pricing/counts"
	"github.com/trailsieve/trailsieve/selector"
)

func ExampleAdvisor() {
	objects := selector.MustCompile(`{"EventSelectors": [{"IncludeManagementEvents": false,
		"DataResources": [{"Type": "AWS::S3::Object", "Values": ["arn:aws:s3:::photos/"]}]}]}`)
	trails := []pricing.Trail{{Name: "objects", Selector: objects}}
	a, err := advice.New(trails)
	if err != nil {
		log.Fatal(err)
	}
	for _, c := range []counts.Count{
		{Bucket: "photos", Key: "tmp/1.png", Operation: "PutObject", Requests: 5_000_000},
		{Bucket: "photos", Key: "1.png", Operation: "PutObject", Requests: 4_000_000},
	} {
		r, err := c.Record()
		if err == nil {
			err = a.AddTimes(r, c.Requests)
		}
		if err != nil {
			log.Fatal(err)
		}
	}
	rates, _ := pricing.Published("us-east-1")
	found, err := a.Recommend(rates)
	if err != nil {
		log.Fatal(err)
	}
	for _, r := range found {
		fmt.Println(r)
		changed, err := r.Apply(trails)
		if err != nil {
			log.Fatal(err)
		}
		fmt.Println(changed[0].Selector)
	}
	// Output:
	// leave out "photos/tmp/" on trail "objects"; saves 5 USD for 5000000 events
	// {"AdvancedEventSelectors":[{"Name":"Objects of event selector 0","FieldSelectors":[{"Field":"eventCategory","Equals":["Data"]},{"Field":"resources.type","Equals":["AWS::S3::Object"]},{"Field":"resources.ARN","StartsWith":["arn:aws:s3:::photos/"],"NotStartsWith":["arn:aws:s3:::photos/tmp/"]}]}]}
}

// Three trails deliver to one bucket, and two of them log all objects: what that costs in a month of 30 days,
// in one account and Region, if nobody does anything.
func ExampleLoopFloor() {
	events, err := advice.LoopFloor(3*8640, 2)
	if err != nil {
		log.Fatal(err)
	}
	rates, _ := pricing.Published("us-east-1")
	bill, err := rates.Bill(pricing.Usage{Region: "us-east-1", Meter: pricing.DataEvents, Quantity: events})
	if err != nil {
		log.Fatal(err)
	}
	fmt.Println(events, bill.Total())
	// Output: 51840 0.05184
}
