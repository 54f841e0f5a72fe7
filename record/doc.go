// Package record reads AWS CloudTrail records and log files.
//
// A [Reader] takes a log file as CloudTrail delivers it, or any stream of records, gzip or plain,
// and returns one [Record] after the other, in memory that does not grow with the file:
//
//	f, err := os.Open("111122223333_CloudTrail_us-east-1_20161115T2305Z_Hq7RkV2sXe9TcLmP.json.gz")
//	...
//	for rec, err := range record.NewReader(f).Records() {
//		if err != nil {
//			log.Print(err) // one record is bad, or the file is: the loop goes on, or ends
//			continue
//		}
//		fmt.Println(rec.EventTime, rec.UserIdentity.Principal(), rec.EventName)
//	}
//
// In a Lambda function, [Parse] takes the detail of an EventBridge event, or the whole event:
//
//	func handle(ctx context.Context, event events.EventBridgeEvent) error {
//		rec, err := record.Parse(event.Detail)
//		...
//	}
//
// # What is kept
//
// A record's fields have AWS's names. Whatever differs from service to service (requestParameters,
// responseElements...) stays JSON text, to be looked up by path. The text of the whole record is
// kept byte for byte: [Record.Text] gives it back, MarshalJSON writes it, and [Record.Get] finds in
// it also what has no field here. Every version of eventVersion is read the same way: no field has to
// be there, and a value of an unexpected type leaves its field empty and does no harm.
//
// Some things are read as what they mean: username for userName, arn for ARN in resources, booleans
// in quotes, and times in the layouts of other tools.
//
// # What is derived
//
// [Record.Category] and [Record.IsReadOnly] answer for every record, also for those from before the
// fields that say so, and tell what the answer rests on. [Record.S3Object] and [Record.S3ObjectARN]
// find the object of an S3 call, and [Identity.Principal] puts the caller into a few words.
//
// # Errors and limits
//
// An [Error] has the offset of the byte at fault and the index of the record. A text that is not
// JSON, is no record, is larger than [MaxRecord] or nests, in an event of its own, deeper than a
// thousand levels is one; in a log file it does not keep the Reader from what follows, unless the
// structure of the file itself is broken or the file ends too early.
//
// # Open questions
//
// AWS documents no layout for eventTime other than that of its samples; the others that are accepted
// are those of emulators, warehouses and older documentation.
//
// Where a record has a name twice, which no real one was seen to have, the typed field has the last
// value, as in encoding/json, and Get finds the first, as gjson does.
package record
