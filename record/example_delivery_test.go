package record_test

import (
	"fmt"
	"log"

	"github.com/trailsieve/trailsieve/record"
)

func ExampleRecord_Delivery() {
	for _, text := range []string{
		`{"eventSource":"s3.amazonaws.com","eventName":"GetObject","readOnly":true,"eventCategory":"Data"}`,
		`{"eventSource":"s3.amazonaws.com","eventName":"GetBucketAcl","readOnly":true,"eventCategory":"Management"}`,
		`{"eventSource":"s3.amazonaws.com","eventCategory":"Aggregated"}`,
	} {
		rec, err := record.Parse([]byte(text))
		if err != nil {
			log.Fatal(err)
		}
		d := rec.Delivery()
		fmt.Println(d)
		fmt.Println(d.To(record.RuleEnabled), d.To(record.RuleEnabledAll))
	}
	// Output:
	// delivered to rules that are ENABLED, because it is a data event
	// true true
	// delivered to rules that are ENABLED_WITH_ALL_CLOUDTRAIL_MANAGEMENT_EVENTS, because it is a read-only management event
	// false true
	// not delivered, because events of its category stay within CloudTrail
	// false false
}
