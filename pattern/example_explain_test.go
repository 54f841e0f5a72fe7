package pattern_test

import (
	"fmt"
	"maps"
	"slices"

	"github.com/trailsieve/trailsieve/pattern"
)

func ExamplePattern_Explain() {
	p := pattern.MustCompile(`{
		"source": ["aws.s3"],
		"detail": {
			"eventName": ["PutObject", {"prefix": "Copy"}],
			"errorCode": [{"exists": false}]
		}
	}`)
	e, err := p.Explain([]byte(`{"source": "aws.s3", "detail": {"eventName": "GetObject"}}`))
	if err != nil {
		fmt.Println(err)
		return
	}
	fmt.Print(e)
	// Output:
	// ✗ no match: detail.eventName is "GetObject", not "PutObject" or {"prefix":"Copy"}
	// ├─ ✓ source ["aws.s3"]
	// └─ detail
	//    ├─ ✗ eventName ["PutObject",{"prefix":"Copy"}] is "GetObject" (offset 45)
	//    └─ ✓ errorCode [{"exists":false}]
}

func ExampleExplanation_Reason() {
	p := pattern.MustCompile(`{"detail": {"disks": {"name": ["root"], "free": [0]}}}`)
	for _, event := range []string{
		`{"detail": {"disks": [{"name": "root", "free": 0}]}}`,
		`{"detail": {"disks": [{"name": "data", "free": 0}]}}`,
		`{"detail": {"disks": [{"name": "root", "free": 9}, {"name": "data", "free": 0}]}}`,
	} {
		e, err := p.Explain([]byte(event))
		if err != nil {
			fmt.Println(err)
			return
		}
		fmt.Println(e.Reason())
	}
	// Output:
	// match
	// no match: detail.disks.name is "data", not "root"
	// no match: detail.disks.name and detail.disks.free hold, but not in the same element of /detail/disks
}

func ExampleSet_Explain() {
	rules := pattern.NewSet(slices.All([]*pattern.Pattern{
		pattern.MustCompile(`{"detail": {"userIdentity": {"type": ["Root"]}}}`),
		pattern.MustCompile(`{"detail": {"eventName": ["ConsoleLogin"]}}`),
	}))
	e, err := rules.Explain([]byte(`{"detail": {"eventName": "ConsoleLogin", "userIdentity": {"type": "IAMUser"}}}`))
	if err != nil {
		fmt.Println(err)
		return
	}
	fmt.Println(e.Matched())
	fmt.Print(e)
	// Output:
	// [1]
	// ✗ 0: no match: detail.userIdentity.type is "IAMUser", not "Root"
	// └─ ✗ detail.userIdentity.type ["Root"] is "IAMUser" (offset 66)
	// ✓ 1: match
}

func ExampleValidate() {
	event := []byte(`{"source": "aws.s3", "source": "aws.ec2"}`)
	rules := pattern.NewSet(maps.All(map[string]*pattern.Pattern{"s3": pattern.MustCompile(`{"source": ["aws.s3"]}`)}))
	fmt.Println(rules.Match(event))
	fmt.Println(pattern.Validate(event))
	// Output:
	// [s3] <nil>
	// pattern: event: duplicate name "source" (offset 21)
}
