// Package attribution tells what a CloudTrail bill is for: which buckets, prefixes, principals, days and
// so on cost how much.
//
//	a := attribution.Attribution{Meter: &pricing.Meter{Trails: trails}}
//	for rec, err := range record.NewReader(f).Records() {
//		...
//		a.Add(rec)
//	}
//	rates, ok := pricing.Published("us-east-1")
//	...
//	table, err := a.Table(attribution.Prefix(2), rates, 10)
//	for _, row := range table.Rows {
//		fmt.Println(row.Key, row.Amount)
//	}
//
// The Meter counts at the same time, so [pricing.Meter.Bill] is the whole bill, and the total of each
// table is that of the events in it.
//
// # Dimensions
//
//	Account, Region      in which the record was delivered
//	Trail                that logged it; with several trails, each for its own copy
//	Selector             which part of a trail's selectors took it, by its JSON Pointer
//	Bucket               that the call named
//	Prefix(1), ...       bucket and so many steps of the key
//	EventName            service and operation: "s3 GetObject"
//	Principal            the role of a session, or else the user or service
//	Day, Hour            of the event, in UTC
//	Category             "Data", "Management"
//	EventSource          the service: "kms.amazonaws.com"
//	ReadWrite            "read" or "write"
//	By(Trail, Bucket)    several at once
//
// A record that has no key in a dimension, as a call to KMS has no bucket, counts in None of a [Table], and
// the keys that have no row in Other. DeleteObjects is one event for up to a
// thousand keys, and CloudTrail does not record them: it counts for the bucket, and in Prefix for the
// bucket without a slash, as listings do.
//
// # Memory and error
//
// There may be millions of prefixes. Each dimension, Region and meter has a sketch of bounded memory: up
// to twice the Capacity, 2,000 keys by default, are counted exactly. With more, a count may be too low
// by a part of its quantity, at most 1/(Capacity+1), and every key that has more than this is found.
// Each [Row] says between which numbers the truth is; where both are equal, it is exact.
//
// With ten million different prefixes, two levels of them take less than 2 MiB each at the default
// capacity; TestTenMillionPrefixes measures it.
//
// # Cost
//
// A record takes one look-up for each dimension, and allocates only for keys that are new. The Selector
// dimension explains every record that is logged, which takes several times as long as all else; it is
// not among the [Default] dimensions.
package attribution
