package pattern_test

import (
	"errors"
	"fmt"
	"maps"
	"strings"

	"github.com/trailsieve/trailsieve/pattern"
)

func Example() {
	uploads := pattern.MustCompile(`{
		"source": ["aws.s3"],
		"detail": {
			"eventName": ["PutObject", "CopyObject", "CompleteMultipartUpload"],
			"requestParameters": {"bucketName": [{"prefix": "my-bucket-"}]}
		}
	}`)
	event := []byte(`{
		"source": "aws.s3",
		"detail-type": "AWS API Call via CloudTrail",
		"detail": {
			"eventName": "PutObject",
			"requestParameters": {"bucketName": "my-bucket-1", "key": "hello.txt"}
		}
	}`)
	ok, err := uploads.Match(event)
	fmt.Println(ok, err)
	// Output: true <nil>
}

func ExampleCompile() {
	p, err := pattern.Compile(`{"detail": {"errorCode": [{"exists": false}]}}`)
	if err != nil {
		fmt.Println(err)
		return
	}
	fmt.Println(p)
	// Output: {"detail": {"errorCode": [{"exists": false}]}}
}

func ExamplePattern_Match() {
	// The alternatives of a field are joined by "or", and the fields by "and". All fields inside of
	// an array of objects must be satisfied by the same object.
	p := pattern.MustCompile(`{"disks": {"name": ["root"], "free": [{"numeric": ["<", 10]}]}}`)
	for _, event := range []string{
		`{"disks": {"name": "root", "free": 5}}`,
		`{"disks": [{"name": "root", "free": 50}, {"name": "data", "free": 5}]}`,
		`{"disks": [{"name": "root", "free": 5.0}, {"name": "data", "free": 50}]}`,
	} {
		ok, err := p.Match([]byte(event))
		fmt.Println(ok, err)
	}
	// Output:
	// true <nil>
	// false <nil>
	// true <nil>
}

func ExampleSet() {
	rules := pattern.NewSet(maps.All(map[string]*pattern.Pattern{
		"root user":     pattern.MustCompile(`{"detail": {"userIdentity": {"type": ["Root"]}}}`),
		"access denied": pattern.MustCompile(`{"detail": {"errorCode": [{"wildcard": "*AccessDenied*"}]}}`),
		"console login": pattern.MustCompile(`{"detail": {"eventName": ["ConsoleLogin"]}}`),
	}))
	event := []byte(`{"detail": {"eventName": "ConsoleLogin", "userIdentity": {"type": "IAMUser"}}}`)
	names, err := rules.Match(event)
	fmt.Println(names, err)
	// Output: [console login] <nil>
}

func ExampleSyntaxError() {
	text := `{"source": [{"prefx": "aws."}]}`
	_, err := pattern.Compile(text)
	if e, ok := errors.AsType[*pattern.SyntaxError](err); ok {
		fmt.Println(text)
		fmt.Printf("%s^ %s\n", strings.Repeat(" ", e.Offset), e.Hint())
		fmt.Println("EventBridge says:", e.Service())
	}
	fmt.Println(errors.Is(err, pattern.ErrOperator))
	// Output:
	// {"source": [{"prefx": "aws."}]}
	//              ^ did you mean "prefix"?
	// EventBridge says: Unrecognized match type prefx
	// true
}

func ExampleLimits() {
	text := `{"path": [{"wildcard": "*/*/*/*/*/*/*.log"}]}`
	_, err := pattern.Compile(text)
	fmt.Println(errors.Is(err, pattern.ErrLimit))
	_, err = pattern.Limits{Complexity: -1}.Compile(text)
	fmt.Println(err)
	// Output:
	// true
	// <nil>
}

func ExampleUnlimited() {
	text := `{"key": [{"wildcard": "*/*/*/*/*/*/*.log"}, "*.txt"]}`
	for _, f := range pattern.Lint(text) {
		fmt.Println(f.Rule)
	}
	for _, f := range pattern.Unlimited().Lint(text) {
		fmt.Println(f.Rule)
	}
	// Output:
	// limit
	// wildcard-in-literal
}
