package counts

import (
	"errors"
	"fmt"
	"slices"
	"strings"
	"testing"
	"testing/iotest"

	"github.com/trailsieve/trailsieve/pricing"
	"github.com/trailsieve/trailsieve/record"
	"github.com/trailsieve/trailsieve/selector"
)

func TestRecord(t *testing.T) {
	for _, tt := range []struct {
		operation, name string
		readOnly        record.Bool
	}{
		{"GetObject", "GetObject", record.True},
		{"PutObject", "PutObject", record.False},
		{"DeleteObjects", "DeleteObjects", record.False},
		{"ListObjectsV2", "ListObjectsV2", record.True},
		{"GetRequests", "GetObject", record.True},
		{"PostRequests", "PostObject", record.False},
		{"SelectRequests", "SelectObjectContent", record.True},
	} {
		r, err := Count{Bucket: "photos", Key: `a"/`, Operation: tt.operation, Region: "cn-north-1"}.Record()
		if err != nil {
			t.Errorf("%s: %v", tt.operation, err)
			continue
		}
		object, _ := r.S3Object()
		if r.EventName != tt.name || r.ReadOnly != tt.readOnly || object.Bucket != "photos" || object.Key != `a"/` ||
			r.Resources[0].ARN != `arn:aws-cn:s3:::photos/a"/` {
			t.Errorf("%s: %+v", tt.operation, r)
		}
	}
	for operation, want := range map[string]string{
		"GetObjekt":       `not a data event on objects: "GetObjekt" (did you mean "GetObject"?)`,
		"PutBucketPolicy": `not a data event on objects: "PutBucketPolicy"`,
		"AllRequests":     `not a data event on objects: "AllRequests"`,
		"":                `not a data event on objects: ""`,
	} {
		_, err := Count{Bucket: "photos", Operation: operation}.Record()
		if !errors.Is(err, ErrOperation) || !strings.HasPrefix(err.Error(), want) {
			t.Errorf("%s: %v, want %s", operation, err, want)
		}
	}
	if _, err := (Count{Operation: "GetObject"}).Record(); !errors.Is(err, ErrBucket) {
		t.Errorf("no bucket: %v", err)
	}
	for _, operation := range known { // what is suggested is right
		if _, err := (Count{Bucket: "b", Operation: operation}).Record(); err != nil {
			t.Error(err)
		}
	}
}

func TestReadCSV(t *testing.T) {
	for _, tt := range []struct {
		name, text string
		want       []string
	}{
		{"all", "\ufeffBucket, operation,requests,key,account,region\nphotos,GetObject,42,\"a,b/\",111122223333,eu-west-1\n",
			[]string{"{111122223333 eu-west-1 photos a,b/ GetObject 42}"}},
		{"order", "requests,operation,bucket\n1,PutObject,b\n\n2,GetObject,c\n", []string{
			"{  b  PutObject 1}", "{  c  GetObject 2}"}},
		{"errors", "bucket,operation,requests\nb,GetObject,-1\nb,GetObjekt,1\n,GetObject,1\nb,GetObject\nb,GetObject,7\n", []string{
			`counts: not a number of requests: "-1" (line 2, column 13)`,
			`counts: not a data event on objects: "GetObjekt" (did you mean "GetObject"?) (line 3, column 3)`,
			`counts: no bucket (line 4, column 1)`,
			`counts: 2 fields, not as many as the header has (line 5)`,
			`{  b  GetObject 7}`}},
		{"quote", "bucket,operation,requests\nb,\"GetObject,1\n", []string{`counts: extraneous or missing " in quoted-field (line 2, column 16)`}},
		{"open quote", "bucket,operation,requests\nb,GetObject,7\n\"b,GetObject,7\n" + strings.Repeat("b,GetObject,1\n", 9), []string{
			"{  b  GetObject 7}", `counts: extraneous or missing " in quoted-field, from here to line 12 (line 3)`}},
		{"endless quote", "bucket,operation,requests\nb,GetObject,7\n\"b,GetObject,7\n" + strings.Repeat("b,GetObject,1\n", maxLine/8), []string{
			"{  b  GetObject 7}", `counts: a line of more than 1048576 bytes, or a quote that is not closed (line 3)`}},
		{"endless header", strings.Repeat("x", 2*maxLine), []string{
			`counts: a line of more than 1048576 bytes, or a quote that is not closed (line 1)`}},
		{"empty", "", []string{"counts: no header (line 1)"}},
		{"unknown", "bucket,operation,request\n", []string{`counts: unknown column "request" (did you mean "requests"?) (line 1, column 18)`}},
		{"twice", "bucket,bucket,requests\n", []string{`counts: column "bucket" is there twice (line 1, column 8)`}},
		{"missing", "bucket,operation\n", []string{`counts: no column "requests" (line 1)`}},
	} {
		var got []string
		for count, err := range ReadCSV(strings.NewReader(tt.text)) {
			if err != nil {
				got = append(got, err.Error())
			} else {
				got = append(got, fmt.Sprint(count))
			}
		}
		if !slices.Equal(got, tt.want) {
			t.Errorf("%s:\n got %q\nwant %q", tt.name, got, tt.want)
		}
	}
}

// What is wrong with a line ends nothing; what is wrong with the text ends it, and says so.
func TestFatal(t *testing.T) {
	for text, want := range map[string]bool{
		"bucket,operation,requests\nb,GetObject,x\n":  false,
		"bucket,operation,requests\nb,GetObject\n":    false,
		"bucket,operation,requests\nb,\"GetObject\n":  true,
		"bucket,operation,requests\nb,Get\"Object\n":  true,
		"bucket,operation,requests,colour\n":          true,
		"bucket,operation\n":                          true,
		"bucket,bucket,requests\n":                    true,
		"":                                            true,
		strings.Repeat("bucket,", maxLine) + "bucket": true,
	} {
		var at *Error
		for _, err := range ReadCSV(strings.NewReader(text)) {
			if !errors.As(err, &at) || at.Fatal != want || at.Line == 0 {
				t.Errorf("%.60q: %+v, want Fatal: %v", text, err, want)
			}
		}
		if at == nil {
			t.Errorf("%.60q is no error", text)
		}
	}
	failing := errors.New("network")
	for _, err := range ReadCSV(iotest.ErrReader(failing)) {
		if err != failing {
			t.Errorf("got %v, want that of the reader", err)
		}
	}
}

// A text of many lines has no limit.
func TestLongText(t *testing.T) {
	n := 0
	for _, err := range ReadCSV(strings.NewReader("bucket,operation,requests\n" + strings.Repeat("b,GetObject,1\n", maxLine/4))) {
		if n++; err != nil {
			t.Fatal(err)
		}
	}
	if n != maxLine/4 {
		t.Errorf("%d counts, want %d", n, maxLine/4)
	}
}

// FuzzReadCSV looks for panics, and for counts that make no record.
func FuzzReadCSV(f *testing.F) {
	f.Add("bucket,operation,requests\nb,GetObject,7\n")
	f.Add("requests,region,operation,bucket,key\n1,,PutRequests,\"a\nb\",\n")
	f.Fuzz(func(t *testing.T, text string) {
		for count, err := range ReadCSV(strings.NewReader(text)) {
			if err != nil {
				if err.Error() == "" {
					t.Error("an empty error")
				}
				continue
			}
			if r, err := count.Record(); err != nil || r.EventCategory != record.Data {
				t.Errorf("%+v: %+v, %v", count, r, err)
			}
		}
	})
}

// What a month of a bucket will cost if its writes are logged.
func ExampleReadCSV() {
	const metrics = `bucket,operation,requests
photos,GetRequests,4200000
photos,PutRequests,300000
backup,PutRequests,50000
`
	writes := selector.MustCompile(`{"EventSelectors": [{"ReadWriteType": "WriteOnly", "IncludeManagementEvents": false,
		"DataResources": [{"Type": "AWS::S3::Object", "Values": ["arn:aws:s3:::photos/"]}]}]}`)
	meter := pricing.Meter{Trails: []pricing.Trail{{Name: "uploads", Selector: writes}}}
	for count, err := range ReadCSV(strings.NewReader(metrics)) {
		if err != nil {
			fmt.Println(err)
			continue
		}
		r, err := count.Record()
		if err == nil {
			err = meter.AddTimes(r, count.Requests)
		}
		if err != nil {
			fmt.Println(err)
		}
	}
	rates, _ := pricing.Published("us-east-1")
	bill, err := meter.Bill(rates)
	fmt.Println(bill.Total(), err)
	// Output: 0.3 <nil>
}
