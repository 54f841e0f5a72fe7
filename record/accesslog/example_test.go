package accesslog_test

import (
	"errors"
	"fmt"
	"log"
	"os"
	"strings"

	"github.com/trailsieve/trailsieve/pricing"
	"github.com/trailsieve/trailsieve/record/accesslog"
	"github.com/trailsieve/trailsieve/selector"
)

// What data events would cost, before they are switched on: by the access logs of a bucket.
func Example() {
	meter := pricing.Meter{Trails: []pricing.Trail{
		{Name: "all", Selector: selector.MustCompile(`{"EventSelectors": [{"DataResources": [
			{"Type": "AWS::S3::Object", "Values": ["arn:aws:s3"]}]}]}`)},
		{Name: "images", Selector: selector.MustCompile(`{"AdvancedEventSelectors": [{"FieldSelectors": [
			{"Field": "eventCategory", "Equals": ["Data"]},
			{"Field": "resources.type", "Equals": ["AWS::S3::Object"]},
			{"Field": "resources.ARN", "StartsWith": ["arn:aws:s3:::amzn-s3-demo-bucket/images/"]}]}]}`)},
	}}
	key, err := accesslog.ParseKey("logs/111122223333/us-west-1/amzn-s3-demo-bucket/2019/02/06/2019-02-06-00-00-00-E568B2907131C0C0")
	if err != nil {
		log.Fatal(err)
	}
	file, err := os.Open("testdata/access.log")
	if err != nil {
		log.Fatal(err)
	}
	defer file.Close()
	for e, err := range accesslog.NewReader(file).Entries() {
		if err != nil {
			log.Print(err)
			continue
		}
		rec, err := e.Record(key.Source())
		if err != nil {
			fmt.Println(err)
			continue
		}
		meter.Add(rec)
	}
	rates, _ := pricing.Published(key.Region)
	bill, err := meter.Bill(rates)
	if err != nil {
		log.Fatal(err)
	}
	fmt.Print(bill)
	// Output:
	// accesslog: no CloudTrail event: "S3.EXPIRE.OBJECT": lifecycle actions are done by S3 itself, through endpoints that CloudTrail does not see
	// accesslog: no CloudTrail event: "REST.COPY.OBJECT_GET": the event of a copy is that of the line for its destination
	// accesslog: no CloudTrail event: "REST.GET.OBJECT": requests whose credentials are not valid are not logged
	// trail   account       region     meter                         quantity  unit   unit price  amount USD
	// all     111122223333  us-west-1  management_events_first_copy         2  event    0           0
	// all     111122223333  us-west-1  data_events                         15  event    0.000001    0.000015
	// images  111122223333  us-west-1  data_events                          4  event    0.000001    0.000004
	// total                                                                                         0.000019
	//
	// management_events_first_copy: the first copy in an account and Region is free
	// data_events: every copy is charged, the first included
}

func ExampleParse() {
	e, err := accesslog.Parse(`79a59df900b949e55d96a1e698fbacedfd6e09d98eacf8f8d5218e7cd47ef2be ` +
		`amzn-s3-demo-bucket [06/Feb/2019:00:00:38 +0000] 192.0.2.3 - 3E57427F3EXAMPLE REST.GET.OBJECT ` +
		`%2522quoted%2522.txt "GET /"quoted".txt HTTP/1.1" 403 AccessDenied 243 - 8 - "-" "curl/8.5.0" -`)
	if err != nil {
		log.Fatal(err)
	}
	fmt.Println(e.Time, e.HTTPStatus, e.ErrorCode, e.BytesSent, e.ObjectSize)
	fmt.Println(e.RequestURI)
	fmt.Println(e.Key, e.ObjectKey())
	// Output:
	// 2019-02-06 00:00:38 +0000 UTC 403 AccessDenied 243 -
	// GET /"quoted".txt HTTP/1.1
	// %2522quoted%2522.txt "quoted".txt
}

func ExampleParse_error() {
	_, err := accesslog.Parse(`owner amzn-s3-demo-bucket [06/Feb/2019 00:00:38] 192.0.2.3 -`)
	fmt.Println(err)
	var e *accesslog.Error
	if errors.As(err, &e) {
		fmt.Println(e.Field, e.Column)
	}
	// Output:
	// accesslog: no time of the form [02/Jan/2006:15:04:05 -0700]: time in line 1, column 27 (offset 26)
	// time 27
}

func ExampleEntry_EventName() {
	for _, operation := range []string{"REST.PUT.OBJECT", "REST.GET.ACL", "S3.EXPIRE.OBJECT"} {
		e := accesslog.Entry{Operation: operation, Key: "cat.jpg"}
		name, err := e.EventName()
		fmt.Println(operation, name, err)
	}
	// Output:
	// REST.PUT.OBJECT PutObject <nil>
	// REST.GET.ACL GetObjectAcl <nil>
	// S3.EXPIRE.OBJECT  accesslog: no CloudTrail event: "S3.EXPIRE.OBJECT": lifecycle actions are done by S3 itself, through endpoints that CloudTrail does not see
}

func ExampleReader_Entries() {
	const line = `owner amzn-s3-demo-bucket [06/Feb/2019:00:00:38 +0000] 192.0.2.3 - 3E57427F3EXAMPLE ` +
		`REST.GET.OBJECT cat.jpg "GET /cat.jpg HTTP/1.1" 200 - 113 113 7 6 "-" "curl/8.5.0" -`
	for e, err := range accesslog.NewReader(strings.NewReader(line + "\nnonsense\n" + line + "\n")).Entries() {
		if err != nil {
			fmt.Println(err)
			continue
		}
		fmt.Println(e.Operation, e.Key, e.BytesSent)
	}
	// Output:
	// REST.GET.OBJECT cat.jpg 113
	// accesslog: the line ends too early: bucket owner in line 2, column 1 (offset 169)
	// REST.GET.OBJECT cat.jpg 113
}
