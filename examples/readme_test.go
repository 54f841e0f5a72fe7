// Package examples_test holds the program on the README's first screen and checks its table of examples,
// so that they cannot rot. The examples themselves are programs in folders of their own.
package examples_test

import (
	"fmt"
	"log"
	"os"
	"path/filepath"
	"regexp"
	"strings"
	"testing"

	"github.com/trailsieve/trailsieve/pattern"
	"github.com/trailsieve/trailsieve/pricing"
	"github.com/trailsieve/trailsieve/record"
	"github.com/trailsieve/trailsieve/selector"
)

func Example() {
	file, err := os.Open("s3watcher/story/logs/2016-11-15-announcement.json")
	if err != nil {
		log.Fatal(err)
	}
	trail := selector.MustCompile(`{"EventSelectors": [{"ReadWriteType": "All", "DataResources": [
		{"Type": "AWS::S3::Object", "Values": ["arn:aws:s3:::jbarr-s3-trail-demo/"]}]}]}`)
	uploads := pattern.MustCompile(`{"source": ["aws.s3"], "detail": {"eventName": ["PutObject"]}}`)
	meter := pricing.Meter{Trails: []pricing.Trail{{Name: "jbarr-s3-trail", Selector: trail}}}

	for rec, err := range record.NewReader(file).Records() { // gzip or plain, as a stream
		if err != nil {
			log.Fatal(err)
		}
		meter.Add(rec)
		if match, err := uploads.Match(rec.AppendEvent(nil)); err == nil && match {
			fmt.Println(rec.UserIdentity.Principal(), "put", rec.Get("requestParameters.key"))
			fmt.Println(trail.Explain(rec))
		}
	}
	rates, _ := pricing.Published("us-east-1")
	bill, err := meter.Bill(rates)
	if err != nil {
		log.Fatal(err)
	}
	fmt.Print("costs ", bill.Total(), " USD")

	// Output:
	// root of 99999999999 put ie_sb_device_4.png
	// logged: data event by /EventSelectors/0/DataResources/0/Values/0, arn:aws:s3:::jbarr-s3-trail-demo/ (category derived from eventSource and eventName; ARN rebuilt from requestParameters)
	// costs 0.000001 USD
}

// The code in the README is that of Example, from the trail to the bill.
func TestReadme(t *testing.T) {
	readme, err := os.ReadFile("../README.md")
	if err != nil {
		t.Fatal(err)
	}
	source, err := os.ReadFile("readme_test.go")
	if err != nil {
		t.Fatal(err)
	}
	_, code, _ := strings.Cut(string(source), "\ttrail := ")
	code, _, _ = strings.Cut("trail := "+code, "\n\n\t// Output:")
	code = strings.ReplaceAll(code, "\n\t", "\n")
	if !strings.Contains(string(readme), "```go\n"+code+"\n```\n") {
		t.Errorf("the README does not have this code:\n%s", code)
	}
}

// Every example has a row in the README's table, and what the rows link to is there.
func TestReadmeTable(t *testing.T) {
	readme, err := os.ReadFile("../README.md")
	if err != nil {
		t.Fatal(err)
	}
	programs, err := filepath.Glob("*/main.go")
	if err != nil {
		t.Fatal(err)
	}
	for _, file := range programs {
		name := filepath.Dir(file)
		if !strings.Contains(string(readme), "\n| [`"+name+"`](examples/"+name+") |") {
			t.Errorf("the README's table of examples has no row for %s", name)
		}
	}
	for _, m := range regexp.MustCompile(`\]\((examples/[^)#]*)`).FindAllStringSubmatch(string(readme), -1) {
		if _, err := os.Stat("../" + m[1]); err != nil {
			t.Errorf("a link of the README leads nowhere: %v", err)
		}
	}
}
