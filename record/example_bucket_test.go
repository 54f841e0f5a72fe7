package record_test

import (
	"fmt"
	"log"
	"testing/fstest"
	"time"

	"github.com/trailsieve/trailsieve/record"
)

// This example reads the log files of one Region and one day. A program would have
// os.DirFS("/data/amzn-s3-demo-bucket") for its bucket, or an fs.FS over S3 itself.
func ExampleBucket() {
	const folder = "AWSLogs/111122223333/CloudTrail/"
	text := []byte(`{"Records":[{"eventVersion":"1.05","eventTime":"2016-11-15T23:02:12Z","eventName":"PutObject"}]}`)
	tree := fstest.MapFS{
		folder + "eu-west-1/2016/11/15/111122223333_CloudTrail_eu-west-1_20161115T2305Z_aLw3zQm2XcV9bNf1.json": {Data: text},
		folder + "us-east-1/2016/11/15/111122223333_CloudTrail_us-east-1_20161115T2305Z_Hq7RkV2sXe9TcLmP.json": {Data: text},
		folder + "us-east-1/2016/11/15/notes.txt":                                                              {},
		folder + "us-east-1/2016/11/16/111122223333_CloudTrail_us-east-1_20161116T0005Z_pN4wSb7GyDk2TlFa.json": {Data: text},
	}
	day := time.Date(2016, time.November, 15, 0, 0, 0, 0, time.UTC)
	bucket := &record.Bucket{FS: tree, Regions: []string{"us-east-1"}, From: day, To: day}
	for key, err := range bucket.Keys() {
		if err != nil {
			fmt.Println(err)
			continue
		}
		file, err := bucket.Open(key)
		if err != nil {
			log.Fatal(err)
		}
		for rec, err := range file.Records() {
			if err != nil {
				fmt.Println(err)
				continue
			}
			fmt.Println(key.Region, rec.EventTime, rec.EventName)
		}
		if err := file.Close(); err != nil {
			log.Fatal(err)
		}
	}
	// Output:
	// us-east-1 2016-11-15 23:02:12 +0000 UTC PutObject
	// walk AWSLogs/111122223333/CloudTrail/us-east-1/2016/11/15/notes.txt: record: not the key of a CloudTrail file: expected "111122223333", found "notes.txt" (offset 53)
}
