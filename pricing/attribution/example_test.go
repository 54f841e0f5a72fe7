package attribution_test

import (
	"fmt"

	"github.com/trailsieve/trailsieve/pricing"
	"github.com/trailsieve/trailsieve/pricing/attribution"
	"github.com/trailsieve/trailsieve/pricing/counts"
	"github.com/trailsieve/trailsieve/selector"
)

func ExampleAttribution() {
	objects := selector.MustCompile(`{"EventSelectors": [{"IncludeManagementEvents": false,
		"DataResources": [{"Type": "AWS::S3::Object", "Values": ["arn:aws:s3"]}]}]}`)
	a := attribution.Attribution{
		Meter:      &pricing.Meter{Trails: []pricing.Trail{{Name: "objects", Selector: objects}}},
		Dimensions: []attribution.Dimension{attribution.Bucket, attribution.Prefix(1)},
	}
	for _, c := range []counts.Count{
		{Bucket: "photos", Key: "albums/1.png", Operation: "GetObject", Requests: 3_000_000},
		{Bucket: "photos", Key: "tmp/1.png", Operation: "PutObject", Requests: 5_000_000},
		{Bucket: "backup", Key: "1.tar", Operation: "PutObject", Requests: 200_000},
	} {
		r, err := c.Record()
		if err == nil {
			err = a.AddTimes(r, c.Requests)
		}
		if err != nil {
			fmt.Println(err)
		}
	}
	rates, _ := pricing.Published("us-east-1")
	for _, d := range a.Dimensions {
		table, err := a.Table(d, rates, 2)
		if err != nil {
			fmt.Println(err)
			continue
		}
		for _, row := range table.Rows {
			fmt.Println(d, row.Key, row.Amount)
		}
		fmt.Println(d, "others", table.Other.Amount, "of", table.Total)
	}
	// Output:
	// bucket photos 8
	// bucket backup 0.2
	// bucket others 0 of 8.2
	// prefix 1 photos/tmp/ 5
	// prefix 1 photos/albums/ 3
	// prefix 1 others 0.2 of 8.2
}
