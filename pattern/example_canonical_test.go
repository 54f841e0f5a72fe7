package pattern_test

import (
	"fmt"

	"github.com/trailsieve/trailsieve/pattern"
)

func ExamplePattern_Canonical() {
	p := pattern.MustCompile(`{
		"source": ["aws.s3", "aws.s3"],
		"detail.requestParameters": {"bucketName": ["b", "a"]},
		"detail": {"additionalEventData": {"bytesTransferredOut": [1.5e3]}}
	}`)
	fmt.Println(p.Canonical())
	fmt.Println(p.Paths())
	// Output:
	// {"detail":{"additionalEventData":{"bytesTransferredOut":[1500]},"requestParameters":{"bucketName":["a","b"]}},"source":["aws.s3"]}
	// [detail.additionalEventData.bytesTransferredOut detail.requestParameters.bucketName source]
}

func ExamplePattern_Equal() {
	p := pattern.MustCompile(`{"detail": {"$or": [{"size": [0]}, {"state": ["new"]}]}, "source": ["a"]}`)
	q := pattern.MustCompile(`{"source": ["\u0061"], "$or": [{"detail.state": ["new"]}, {"detail.size": [0.0]}]}`)
	fmt.Println(p.Equal(q))
	// Output: true
}

func ExamplePattern_Estimate() {
	p := pattern.MustCompile(`{"detail": {"key": [{"wildcard": "*/logs/*.gz"}]}}`)
	fmt.Printf("%+v\n", p.Estimate())
	// Output: {Size:50 Combinations:1 Complexity:4 Fields:1 Nesting:3 NumberLength:0}
}
