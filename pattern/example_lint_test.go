package pattern_test

import (
	"fmt"

	"github.com/trailsieve/trailsieve/pattern"
)

func ExampleLint() {
	for _, f := range pattern.Lint(`{
		"source": ["aws.iam"],
		"details": {"eventName": ["Create*"]}
	}`) {
		fmt.Println(f.Severity, f.Rule, f.Pointer)
		fmt.Println("  ", f.Message)
	}
	// Output:
	// warning unknown-field /details/eventName
	//    events of EventBridge have no field "details" (did you mean "detail"?): they have version, id, detail-type, source, account, time, region, resources, detail
	// warning wildcard-in-literal /details/eventName/0
	//    the star in "Create*" is just a star: use {"wildcard": …}
}

func ExampleLint_refused() {
	for _, f := range pattern.Lint(`{"detail": {"eventName": "PutObject"}}`) {
		fmt.Println(f)
	}
	// Output:
	// error: "eventName" must be an object or an array (write ["PutObject"]) in /detail/eventName (offset 25) [scalar]
}
