// Package accesslog reads S3 server access logs, and makes of them the records that CloudTrail would
// have written.
//
// Before a trail logs data events there are no records to tell what they would cost. There may be
// server access logs, which cost no more than their storage, and have a line for each request:
//
//	key, err := accesslog.ParseKey(name)
//	...
//	for e, err := range accesslog.NewReader(file).Entries() {
//		if err != nil {
//			log.Print(err) // one line is bad, or the file is: the loop goes on, or ends
//			continue
//		}
//		rec, err := e.Record(key.Source())
//		switch {
//		case errors.Is(err, accesslog.ErrNoEvent):
//			continue // such as what lifecycle rules have deleted
//		case err != nil:
//			log.Print(err) // an operation that is not known
//			continue
//		}
//		meter.Add(rec)
//	}
//
// # Lines
//
// An [Entry] has all fields of a line, of every year: those that older lines do not have are empty,
// and those that AWS adds behind the ones that we know are kept in their order. S3 escapes nothing in
// request-URI, referer and user agent, which come from whoever sent the request, so quotes and
// spaces in them are told from those of the log by what stands around them; whatever headers a
// stranger has sent, the fields that S3 itself has written are right. Keys are encoded once or twice, and
// [Entry.ObjectKey] knows how often. A [Key] is that of a log file, with or without folders for
// account, Region, bucket and day.
//
// # Records
//
// [Entry.Record] gives a record as CloudTrail writes it today: a data event for what concerns
// objects, a management event for what concerns the bucket, with the names, resources and parameters
// that selectors and prices go by. In the log there are no access keys, no unique IDs of users and
// roles, no sessions, no error messages, and of the request neither body nor headers, so a record has
// none of these; above all x-amz-copy-source is missing, and with it the source of a copy among
// resources. Like CloudTrail, it leaves the signatures of presigned URLs out.
//
// What CloudTrail does not log is a [*NoEventError] with its [Reason], and so is what we do not know:
//
//	S3.EXPIRE.OBJECT and all of S3.*          lifecycle actions
//	REST.COPY.OBJECT_GET, REST.COPY.PART_GET  the source of a copy, which has one event for both
//	InvalidAccessKeyId, ExpiredToken...       requests with invalid credentials
//	REST.GET.NEWS                             an operation that is not known, nor its request-URI
//
// These are logged, which one might doubt:
//
//	WEBSITE.GET.OBJECT   GetObject, anonymous: so are requests to a website endpoint in published records
//	BATCH.DELETE.OBJECT  DeleteObject, an AwsServiceEvent, for each key of a DeleteObjects
//	REST.OPTIONS.*       PreflightRequest, a data event
//	AccessDenied         with its errorCode, also for anonymous callers
//
// # Cost
//
// Reading takes one allocation for a line, its text, if the Reader reuses its Entry. The time is
// linear in the length of a line whatever is in it. BenchmarkReader compares it with finding the line
// feeds alone, and with a regular expression. Making a record takes some dozen allocations.
//
// # Errors and limits
//
// An [Error] has the offset, line, column and field at fault. A line that cannot be parsed, or is
// longer than [MaxLine], does not keep the Reader from the next. S3 delivers logs on a best-effort
// basis: a request may be missing, or rarely be there twice, and so a bill from them is an estimate.
//
// # Sources
//
// Format: https://docs.aws.amazon.com/AmazonS3/latest/userguide/LogFormat.html, with its older
// editions. Lifecycle: https://docs.aws.amazon.com/AmazonS3/latest/userguide/lifecycle-and-other-bucket-config.html.
// What CloudTrail logs: https://docs.aws.amazon.com/AmazonS3/latest/userguide/cloudtrail-logging-s3-info.html
// and https://docs.aws.amazon.com/AmazonS3/latest/userguide/logging-with-S3.html (failed
// authentication). What AWS does not say, the shape of records above all, is from published ones.
//
// # Open questions
//
// A copy names its source among the resources of its one event, so a trail whose selectors take
// only the source logs it too. No line names both sides, so a record has the destination alone, and a
// bill for a trail on buckets that are mostly copied from is too low. For a trail on both it is right.
//
// AWS's documentation of selectors has the DeleteObject events of a DeleteObjects; that of S3 said
// until 2023 that keys are not logged. Whether such an event names the caller is unknown: here it
// does.
//
// S3's guide says that OPTIONS is treated like a bucket-level action. Published records of it are
// data events, and so are those made here.
//
// ListMultipartUploads is on none of AWS's lists. It is taken as a management event.
//
// The operations for retention and legal hold are in no published log. The names that compatible
// servers write are known, and for any other the request-URI decides.
//
// Of errors, those are taken as failed authentication whose descriptions say that the credentials
// are not valid. RequestTimeTooSkewed, RequestExpired, AuthorizationHeaderMalformed and others of
// requests that are wrong in another way are taken as events.
//
// The field behind aclRequired has a Region in it, in AWS's samples us-east-1 for a bucket in
// us-west-1. What it means we could not find out; it is not used for awsRegion.
//
// A canonical user ID that is not that of the bucket's owner is of another account, which is not
// told. The owner's is taken for the root user: for IAM users and roles there is an ARN.
package accesslog
