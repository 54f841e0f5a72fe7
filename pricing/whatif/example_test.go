package whatif_test

import (
	"fmt"
	"log"

	"github.com/trailsieve/trailsieve/pricing"
	"github.com/trailsieve/trailsieve/pricing/counts"
	"github.com/trailsieve/trailsieve/pricing/whatif"
	"github.com/trailsieve/trailsieve/selector"
)

// What it saves to log only the writes.
func ExampleComparison() {
	trails := func(readWrite string) []pricing.Trail {
		return []pricing.Trail{{Name: "objects", Selector: selector.MustCompile(`{"EventSelectors": [{
			"ReadWriteType": "` + readWrite + `", "IncludeManagementEvents": false,
			"DataResources": [{"Type": "AWS::S3::Object", "Values": ["arn:aws:s3:::photos/"]}]}]}`)}}
	}
	c := whatif.New(trails("All"), trails("WriteOnly"))
	for _, count := range []counts.Count{
		{Bucket: "photos", Operation: "GetObject", Requests: 4_200_000},
		{Bucket: "photos", Operation: "PutObject", Requests: 300_000},
	} {
		r, err := count.Record()
		if err == nil {
			err = c.AddTimes(r, count.Requests)
		}
		if err != nil {
			log.Fatal(err)
		}
	}
	rates, _ := pricing.Published("us-east-1")
	d, err := c.Difference(rates)
	if err != nil {
		log.Fatal(err)
	}
	fmt.Print(d)
	// Output:
	// trail    region     meter            old      lost  gained     new  change USD
	// objects  us-east-1  data_events  4500000  -4200000       0  300000        -4.2
	// total                                                                     -4.2
	//
	// old 4.5, new 0.3
}
