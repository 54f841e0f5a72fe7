// Package record reads AWS CloudTrail records and log files, and writes them.
//
// A [Reader] takes a log file as CloudTrail delivers it, or any stream of records, gzip or plain, and
// returns one [Record] after the other, in memory that does not grow with the file. From disk:
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
// From S3, with the AWS SDK, when a notification says that a log file has been delivered:
//
//	notifications, err := record.ParseNotification(payload) // of S3, SNS, SQS, EventBridge, CloudTrail
//	...
//	for _, n := range notifications {
//		for _, o := range n.Objects {
//			out, err := client.GetObject(ctx, &s3.GetObjectInput{Bucket: &o.Bucket, Key: &o.Key})
//			...
//			for rec, err := range record.NewReader(out.Body).Records() { ... }
//			out.Body.Close()
//		}
//	}
//
// In a Lambda function behind an EventBridge rule, [Parse] takes the event, or its detail:
//
//	func handle(ctx context.Context, event json.RawMessage) error {
//		rec, err := record.Parse(event)
//		...
//	}
//
//	lambda.Start(handle)
//
// # What is kept
//
// A record's fields have AWS's names. Whatever differs from service to service (requestParameters,
// responseElements...) stays JSON text, to be looked up by path. The text of the whole record is
// kept byte for byte: [Record.Text] gives it back, marshalling writes it, and [Record.Get] finds in it
// also what has no field here. Every eventVersion is read the same way: no field has to be there, and
// a value of an unexpected type leaves its field empty and does no harm; [Record.Oddities] lists such
// values. A record whose fields were changed marshals with just these changes.
//
// Some things are read as what they mean: username for userName, arn for ARN in resources, booleans
// in quotes, and times in the layouts of other tools.
//
// # What is derived
//
// [Record.Category] and [Record.IsReadOnly] answer for every record, also for those from before the
// fields that say so, and tell what the answer rests on. [Record.S3Object] and [Record.S3ObjectARN]
// find the object of an S3 call, [Record.ARNs] all that a call touched, [Record.Account] the account,
// and [Identity.Principal] puts the caller into a few words. A Record is a [log/slog.LogValuer].
//
// # From trail to records and back
//
// A [Bucket] walks over the files of a trail's bucket and lists only the days, Regions and accounts
// that are wanted; a [Key] takes their names apart. [ParseNotification] tells which objects a message
// from S3, SNS, SQS, EventBridge or CloudTrail names, whatever it came in. A [Deduper] finds records
// that were delivered twice, and a [Writer] writes what is left into a log file, each record byte
// for byte. [Record.AppendEvent] makes the EventBridge event of a record, and [Record.Delivery] says
// whether EventBridge delivers it, and to which rules. Package digest validates log files.
//
// # Cost
//
// Decoding into a new Record costs its allocation and that of its text, and one more for each string with
// an escape. A Record that is decoded into again puts the texts together, twenty in one allocation; a Reader
// with ReuseRecord makes them pieces of what it has read, and [Record.UnmarshalString] pieces of the caller's
// string, without a copy and without an allocation. The price is that a string which is kept keeps its
// neighbours in memory, up to 128 KB, or all of the caller's string: see [Reader] and [Record.Clone].
//
// What is read is also checked: a record that is accepted is JSON throughout, as [encoding/json.Valid]
// has it. On the same bytes, 1.5 KB a record of generated log, with two processors of an AMD EPYC,
//
//	BenchmarkUnmarshalString  5.5 times as fast as json.Valid
//	BenchmarkParse            3.3 to 3.5 times as fast as json.Valid
//	BenchmarkReader/plain     3.7 times as fast as json.Valid
//	BenchmarkUnpacked         1.2 to 1.4 times as long as gunzip alone, and twice as long without a second processor
//	BenchmarkMemory           6 MB at most, for logs of 1 MB to 1 GB
//
// What is allocated and collected, and not what is decoded, makes the difference between the first and the
// others; on a machine that is busy otherwise it takes longer still.
//
// The module internal/benchmarks compares with other packages. Into a struct of the same fields, UnmarshalString is
// 16 times, UnmarshalJSON 9.5 times and goccy/go-json 5 times as fast as encoding/json.
//
// # Errors and limits
//
// An [Error] has the offset of the byte at fault and the index of the record. A text that is not
// JSON, is no record, is larger than [MaxRecord] or nests, in an event of its own, deeper than a
// thousand levels is one; in a log file it does not keep the Reader from what follows, unless the
// structure of the file itself is broken, or the file ends too early, or is larger than [MaxPacked].
//
// # Open questions
//
// AWS documents no layout for eventTime other than that of its samples; the others that are accepted
// are those of emulators, warehouses and older documentation.
//
// Where a record has a name twice, which no real one was seen to have, the typed field has the last
// value, as in encoding/json, and Get finds the first, as gjson does.
//
// The 256 KB above which CloudTrail sends no event to EventBridge are taken as the size of the record,
// without the event around it. No source says whether the limit has followed that of event buses,
// which is 1 MB since January 2026.
package record
