package record_test

import (
	"fmt"
	"log"

	"github.com/trailsieve/trailsieve/record"
)

func ExampleParseKey() {
	key, err := record.ParseKey("logs/AWSLogs/o-exampleorgid/111122223333/CloudTrail/us-east-1/2016/11/15/" +
		"111122223333_CloudTrail_us-east-1_20161115T2305Z_Hq7RkV2sXe9TcLmP.json.gz")
	if err != nil {
		log.Fatal(err)
	}
	fmt.Println(key.Prefix, key.Organization, key.Account, key.Kind, key.Region, key.Time.Format("15:04"))

	_, err = record.ParseKey("AWSLogs/111122223333/elasticloadbalancing/us-east-1/2016/11/15/lb.log.gz")
	fmt.Println(err)
	// Output:
	// logs o-exampleorgid 111122223333 CloudTrail us-east-1 23:05
	// record: not the key of a CloudTrail file: "elasticloadbalancing" is no folder of CloudTrail's (offset 21)
}
