package pattern_test

import (
	"fmt"

	"github.com/trailsieve/trailsieve/pattern"
)

// Is there an object that two patterns accept, one by its bucket and one by its ARN?
func ExampleFindText() {
	byBucket := pattern.MustCompile(`{"bucketName": [{"prefix": "logs-"}]}`).Demands()[0][0]
	byARN := pattern.MustCompile(`{"ARN": [{"wildcard": "arn:aws:s3:::*-2016/*.gz"}]}`).Demands()[0][0]
	text, ok, err := pattern.FindText([]pattern.Part{
		{Demand: byBucket, To: 1},
		{Demand: byARN, Before: "arn:aws:s3:::"},
	}, '/')
	fmt.Println(text, ok, err)

	other := pattern.MustCompile(`{"ARN": [{"prefix": "arn:aws:s3:::photos/"}]}`).Demands()[0][0]
	_, ok, err = pattern.FindText([]pattern.Part{
		{Demand: byBucket, To: 1},
		{Demand: other, Before: "arn:aws:s3:::"},
	}, '/')
	fmt.Println(ok, err)
	// Output:
	// logs-2016/.gz true <nil>
	// false <nil>
}
