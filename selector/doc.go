// Package selector tells whether a CloudTrail trail would log a record, and why, or why not.
//
// A [Selector] is made from the event selectors of a trail, as the AWS CLI prints them. It answers for
// any number of records, from any number of goroutines:
//
//	var uploads = selector.MustCompile(`{"EventSelectors": [{
//		"ReadWriteType": "WriteOnly",
//		"IncludeManagementEvents": false,
//		"DataResources": [{"Type": "AWS::S3::Object", "Values": ["arn:aws:s3:::data-bucket/"]}]
//	}]}`)
//
//	if !uploads.Match(rec) {
//		fmt.Println(uploads.Explain(rec))
//	}
//
// What PutEventSelectors would refuse does not compile; the error has the service's message, the
// place, and often what was meant.
//
// Records that nobody has decoded yet are asked as text, with [Selector.MatchText], and a [Set] asks
// several trails at once.
//
// # Formats
//
// Compile finds out by the names at the top in which format the text is:
//
//	{"EventSelectors": ...}, {"AdvancedEventSelectors": ...}   the AWS CLI: get-event-selectors prints
//	                                                           it, put-event-selectors takes it
//	{"eventSelectors": ...}, {"advancedEventSelectors": ...}   the console's casing, which is also that of
//	                                                           requestParameters in a record
//	{"S3BucketName": ..., "IsLogging": ...}                    properties of AWS::CloudTrail::Trail in a
//	                                                           CloudFormation template (JSON)
//	{"Type": ..., "Properties": {...}}                         the resource around them
//	{"event_selector": ...}, {"advanced_event_selector": ...}  values of aws_cloudtrail in a Terraform
//	                                                           plan (JSON)
//	{"type": ..., "values": {...}}                             the resource around them, as in
//	                                                           planned_values
//	{"type": ..., "change": {"after": {...}}}                  the same, as in resource_changes
//	{"Resources": {...}}                                       a whole CloudFormation template (JSON)
//	{"planned_values": {...}}, {"resource_changes": [...]}     what terraform show -json prints of a plan,
//	{"values": {...}, "format_version": ...}                   and of a state
//	[{...}, ...]                                               one list alone, in any of these spellings
//
// Templates, plans and states may have several trails, which [CompileAll] returns by their logical IDs
// or addresses; Compile takes only one. Selectors that a plan does not know before it is applied are an
// error.
//
// [FromSDK] takes the values of the AWS SDK for Go. Offsets and pointers, in errors and in reasons,
// always lead into the text that was given. In templates and plans, whatever else a trail has is
// passed over, unless its name looks like one that should have been known. Functions in a template have
// to be resolved first. In templates a boolean may be in quotes; in plans an operator without values is
// absent.
//
// [Selector.MarshalJSON] writes the API's form of any of them, and [Selector.Advanced] turns basic
// selectors into advanced ones that log the same.
//
// # Which events there are
//
// A record in CloudTrail is of a category, and selectors look at three of these:
//
//	Management       calls that manage resources, and sign-ins: CreateBucket, RunInstances, ConsoleLogin
//	Data             calls on what is in a resource: GetObject, Invoke, PutItem. There can be very many;
//	                 nothing is logged unless a selector names the type of resource, and all is charged
//	NetworkActivity  calls through a VPC endpoint; each service needs a selector of its own
//
// A trail without selectors logs all management events and nothing else. One with selectors logs
// what any of them takes. Insights events and aggregated events have settings of their own. A trail has
// either basic or advanced selectors:
//
//	                          basic                          advanced
//	management events         all, reads or writes           all, reads or writes
//	without the services      KMS, RDS Data API              KMS, RDS Data API
//	data events on            S3 objects, Lambda functions,  every type of resource that has them
//	                          DynamoDB tables
//	chosen by                 resource, read or write        resource, read or write, call, caller, source...
//	exclusions                                               with the operators that begin with Not
//	network activity events                                  yes
//	limit                     5 selectors, 250 values        500 values
//
// What kind a record is, and whether the call only read, the record says itself or
// [record.Record.Category] and [record.Record.IsReadOnly] derive; [Reason] tells which.
//
// # Basic selectors
//
//	ReadWriteType                  All (the default), ReadOnly or WriteOnly; for all that follows
//	IncludeManagementEvents        true (the default) or false
//	ExcludeManagementEventSources  kms.amazonaws.com, rdsdata.amazonaws.com or both: takes their
//	                               management events out again, reads and writes
//	DataResources                  data events on the resources that a value takes:
//
//	Type                   value                                     takes
//	AWS::S3::Object        arn:aws:s3 or arn:aws:s3:::               every object
//	                       arn:aws:s3:::bucket/                      every object in the bucket
//	                       arn:aws:s3:::bucket/a/b                   those whose key begins with a/b
//	AWS::Lambda::Function  arn:aws:lambda                            every function
//	                       arn:aws:lambda:region:account:function:f  that function
//	AWS::DynamoDB::Table   arn:aws:dynamodb                          every table, and its streams
//	                       arn:aws:dynamodb:region:account:table/t   that table
//
// In other partitions aws is aws-cn, aws-us-gov and so on, and a value takes resources of its own
// partition only. Prefixes are compared byte by byte, not step by step: a/b takes a/bc as well.
//
// # Advanced selectors
//
// An advanced selector is a list of conditions on fields. Which fields it may have depends on the
// eventCategory that it selects (E is Equals, NE is NotEquals, any is these two, StartsWith,
// NotStartsWith, EndsWith and NotEndsWith):
//
//	field                         Management        Data         NetworkActivity
//	eventCategory                 E, required       E, required  E, required
//	resources.type                                  E, required
//	readOnly                      E true, false     E
//	eventSource                   NE kms..., rds... any          E, required
//	eventName                                       any          any
//	eventType                                       any
//	userIdentity.arn                                any          any
//	sessionCredentialFromConsole                    E, NE true
//	resources.ARN                                   any
//	errorCode                                                    E VpceAccessDenied
//	vpcEndpointId                                                any
//
// eventCategory, resources.type, and the eventSource of network activity have one value, so that
// each type and each source needs a selector of its own. resources.ARN is that of the record's
// resources of the selected type. userIdentity.arn is, for a role, that of the session. Values stand
// for themselves: there are no wildcards, and case matters. The fields mean:
//
//	eventCategory    one of the three above; decides which other fields there may be
//	resources.type   the type of resource: AWS::S3::Object
//	resources.ARN    its ARN: arn:aws:s3:::bucket/key, or what the ARNs of several begin with
//	readOnly         true for calls that only read
//	eventSource      the service: s3.amazonaws.com
//	eventName        the call: PutObject
//	eventType        AwsApiCall, AwsServiceEvent...
//	userIdentity.arn who called: arn:aws:iam::111122223333:user/Alice,
//	                 or arn:aws:sts::111122223333:assumed-role/Role/session
//	sessionCredentialFromConsole
//	                 true for calls from a session in the console; other records do not have it
//	errorCode        of calls that the policy of the endpoint denied
//	vpcEndpointId    the endpoint
//
// # How conditions combine
//
// The operators of one field are of two groups. Equals, StartsWith and EndsWith select: if there are
// any, at least one value of any of them must fit. The three that begin with Not deselect: if one
// value of any of them fits, the event is not logged. Both groups must agree, all fields must agree,
// and one selector is enough. So with
//
//	{"Field": "resources.ARN",
//	 "StartsWith":    ["arn:aws:s3:::photos/"],
//	 "EndsWith":      [".jpg"],
//	 "NotStartsWith": ["arn:aws:s3:::photos/tmp/"]}
//
// a trail logs calls on
//
//	photos/a.png      which begins with photos/
//	archive/b.jpg     which ends with .jpg: one of the operators that select is enough
//
// and does not log those on
//
//	photos/tmp/c.jpg  which is selected twice, and deselected
//	archive/d.png     which nothing selects
//
// A field that the record does not have is neither selected nor deselected.
//
// More conditions, for selectors that have the required ones on eventCategory and resources.type too:
//
//	all but HeadObject          {"Field": "eventName", "NotEquals": ["HeadObject"]}
//	all of a bucket but tmp/    {"Field": "resources.ARN", "StartsWith": ["arn:aws:s3:::photos/"],
//	                             "NotStartsWith": ["arn:aws:s3:::photos/tmp/"]}
//	only writes                 {"Field": "readOnly", "Equals": ["false"]}
//	not by one role             {"Field": "userIdentity.arn",
//	                             "NotStartsWith": ["arn:aws:sts::111122223333:assumed-role/Backup/"]}
//
// To log this and that, write two selectors; to log this except that, one with a Not.
//
// # Comparing
//
// [Diff] tells what a trail stops and starts to log if its selectors are replaced, and
// [Selector.Covers] whether it logs every call of a kind. Both decide over all records, since conditions
// can tell apart only finitely many kinds of them, and answer with a record that shows it.
//
// # Limits
//
// A trail has at most 5 basic selectors with 250 values in all; those that take all resources of a
// type are not counted. Advanced selectors have at most 500 values in all, those of eventCategory
// and resources.type included, names of up to 1000 and values of up to 2048 characters. At their
// launch in 2016 selectors had up to 50 prefixes each, of S3 objects only: [LaunchLimits]. [Limits]
// are also how to have other ones, or none.
//
// Match takes one binary search for each list of values, and allocates nothing. MatchText reads a
// record from its end, and no farther than the selectors need: the category may be enough. What stands
// at the beginning of a record, its caller and call, is read only if nothing else decides.
//
// # Traps
//
//   - arn:aws:s3:::bucket without a slash is refused in basic selectors. In advanced ones,
//     StartsWith takes other-names like bucket2 too, and Equals takes no object at all, with or
//     without slash.
//   - bucket/* takes only keys that begin with a star.
//   - An exclusion in one selector does not keep another from taking the event.
//   - Calls such as CreateTable or PutBucketPolicy are management events, whatever they name.
//     ListObjects, HeadBucket and DeleteObjects are data events on a prefix: a selector for a/b
//     takes a listing of a/b/c, not one of a.
//   - A selector for a DynamoDB table takes reads of its stream, which name both.
//   - A trail that logs all writes to S3 logs the delivery of its own log files.
//   - Records before eventVersion 1.06 do not say whether they are data events, and many do not say
//     whether they read. What is derived then is in the [Reason].
//
// [Selector.Lint] finds these and others, each with a remedy:
//
//	own-log-bucket      danger   the trail logs the delivery of its own log files
//	bucket-no-slash     warning  StartsWith or NotStartsWith with a bucket and no slash
//	bucket-equals       warning  Equals or NotEquals with a bucket
//	star                warning  a star in a value
//	not-an-arn          warning  a value for an ARN that does not begin with arn:
//	other-arn           warning  an ARN of another service than that of the type
//	function-slash      warning  function/f in place of function:f
//	part-of-resource    warning  a qualifier, index or stream behind a function or table
//	console-false       warning  sessionCredentialFromConsole compared with false
//	never-matches       warning  a condition that deselects all that it selects
//	dead-value          warning  the same, for one of several values
//	no-values           warning  a Type without Values
//	undone-exclusion    warning  left out by one selector, taken by another
//	shadowed-value      notice   another value takes the same and more
//	repeated-value      notice   the same value twice
//	contained-selector  notice   another selector takes the same and more
//	repeated-selector   notice   the same selector twice
//	idle-exclusion      notice   excluded sources, and no management events
//	other-partition     notice   a source of China in a trail that may be elsewhere
//	unknown-type        notice   a resource type that was not known in April 2026
//	unknown-source      notice   the same, for a source of network activity events
//	both-read-only      notice   readOnly may be true and false
//	empty-name          notice   CloudFormation refuses it
//
// # Deviations
//
// The rules are those of trails. Event data stores of CloudTrail Lake have the same JSON with more
// fields and categories, which are refused here, as PutEventSelectors does.
//
// A data event that has no resources, as those of the first years, is taken by its bucket and key in
// requestParameters if it is an S3 object-level call; see [record.Record.S3ObjectARN]. The service
// decides before it writes a record, and always knows.
//
// The whole text must be UTF-8, and no object may have a name twice. Names are exact; an unknown one
// is an error. A member that is null counts as absent.
//
// Advanced selectors that are made of basic ones may leave out several sources in one condition. The
// reference of the API names the sources one by one, the console offers both. A ReadWriteType None,
// which the console had, is refused as the API does.
//
// # Open questions
//
// AWS does not say, and this is our choice:
//
//   - Several values for eventCategory, resources.type, or the eventSource of network activity
//     are refused.
//   - A resources.type or network eventSource that is not known is accepted if it is like
//     AWS::S3::Object or s3.amazonaws.com, because the lists grow. So is a partition.
//   - If a record has several resources of the type, one that is selected is enough, and so is one
//     that is deselected.
//   - A resource with an ARNPrefix in place of an ARN is compared by that.
//   - A function's ARN with a qualifier, and that of an index or stream, is not that of the function or
//     table.
//   - An empty list of selectors is an absent one. The service prints such, but may not take it.
//   - The names that China has for the sources to exclude, kms.amazonaws.com.cn and
//     rdsdata.amazonaws.com.cn, are accepted unless the TrailARN is of another partition. They are
//     compared with the record's eventSource as they stand.
//   - sessionCredentialFromConsole may be compared with false, which no record's ever is.
//   - If a Type has no Values, it takes nothing.
package selector
