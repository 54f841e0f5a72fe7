package pattern_test

import (
	"fmt"

	"github.com/trailsieve/trailsieve/pattern"
)

func ExamplePattern_Sample() {
	p := pattern.MustCompile(`{
		"source": ["aws.s3"],
		"detail": {"eventName": [{"prefix": "Put"}], "errorCode": [{"exists": false}]}
	}`)
	s, err := p.Sample()
	if err != nil {
		fmt.Println(err)
		return
	}
	fmt.Println(s.Event)
	for _, miss := range s.Misses {
		fmt.Println("not", miss.Event, "for its", miss.Path)
	}
	// Output:
	// {"detail":{"eventName":"Put"},"source":"aws.s3"}
	// not {"detail":{"eventName":"Put"},"source":"not-aws.s3"} for its source
	// not {"detail":{"eventName":"not-Put"},"source":"aws.s3"} for its detail.eventName
	// not {"detail":{"errorCode":"example","eventName":"Put"},"source":"aws.s3"} for its detail.errorCode
}
