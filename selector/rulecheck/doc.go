// Package rulecheck tells whether an EventBridge rule can ever fire from what CloudTrail trails log.
//
//	rule := pattern.MustCompile(`{"source": ["aws.s3"], "detail": {"eventName": ["PutObject"],
//		"requestParameters": {"bucketName": ["photos"]}}}`)
//	result := rulecheck.Check(rule, rulecheck.Trail{Name: "audit", Selector: trail})
//	fmt.Println(result.Verdict) // yes, no or unknown
//	fmt.Println(result.Reason)
//
// A rule on data events is silent for good if no trail logs them, and nothing in AWS says so: the
// pattern is valid, the selectors are valid, and the two never meet. This package puts them together.
//
// # Answers
//
// Yes comes with an example: an event that was put to the code that decides about real events.
// [selector.Selector.Match] says that a trail logs its record, [record.Record.Delivery] that EventBridge
// delivers it to a rule in that state, and [pattern.Pattern.Match] that the pattern matches it.
//
// No means that all events were considered, and comes with what stands in the way, in the order in which
// an event would meet it:
//
//	disabled        the rule is
//	not-cloudtrail  the rule asks for what no event of CloudTrail has, as events of the detail-type
//	                "Object Created" are S3's own and have nothing to do with a trail
//	not-together    the rule asks for things that no such event has together, as source aws.s3 and
//	                eventSource ec2.amazonaws.com
//	not-logged      no trail logs such events; [Result.Dropped] has what the selectors of each say to
//	                the event that comes nearest
//	not-delivered   such events are logged, but EventBridge keeps them from the rule: management events
//	                that only read, unless the rule's state is
//	                ENABLED_WITH_ALL_CLOUDTRAIL_MANAGEMENT_EVENTS
//
// [Result.Asks] are the conditions of the rule that matter: without any one of them, the rule could
// fire. All is said with JSON Pointers into both texts.
//
// Unknown is for what nobody can know from the two texts: whether there is a call, a field or a service
// of a name that is on no list here. [Result.Undecided] says what would have to be so.
//
// # How
//
// The conditions of selectors are written in the language of patterns, where
// {"NotStartsWith": ["a"]} is [{"anything-but": {"prefix": "a"}}], so that an event that the rule
// matches and a trail logs is one that satisfies several patterns. For each path of an event
// [pattern.FindValue] finds a value that does, or proves that there is none. Between paths, this package
// knows what every event of CloudTrail keeps to:
//
//	source                        is eventSource, as aws.s3 is s3.amazonaws.com
//	detail-type                   follows from eventType
//	region, account, time, id     are awsRegion, recipientAccountId, eventTime and eventID
//	resources                     of the event is empty; those of the record are in detail.resources
//	detail.resources.ARN          of an S3 object has bucketName and key of requestParameters in it, that
//	                              of a table tableName, and that of a function or table the Region
//	eventCategory                 follows from the call where that is known: PutObject is a data event,
//	                              CreateBucket a management event
//	readOnly                      follows from eventName where that is known or begins with Describe, Get,
//	                              List, Create, Put, Delete and the like; it is a boolean
//	resources of S3               are an object and a bucket, and for a copy two of each; no call that
//	                              manages names an object
//	detail.resources.ARN          of a function has functionName of requestParameters in it, or is it
//	userIdentity                  of a user, root, role or federated user has an arn of that form, with the
//	                              account and the user's name in it
//	ConsoleLogin                  is a sign-in, not an API call
//
// Fields that selectors do not know, such as errorCode and userIdentity.type, may be anything of their
// type.
//
// # Cost
//
// An answer takes about a millisecond for a trail of a few selectors, more if they are many and for rules with
// many combinations of $or. The work is bounded: beyond that, the answer is unknown.
//
// # Open questions
//
// These are our choices:
//
//   - A rule that names a call and no service is about the service whose data event it is: PutObject is
//     that of S3, and no trail logs it as a management event of another service.
//   - A name that begins with Describe, Get or List only reads, as EventBridge's guide has it, but for
//     GetSessionToken and GetFederationToken of AWS STS. Records of these two that do not say readOnly, as
//     those of the first years, are left out.
//   - The types of resources whose service is not known are taken to be of the one they are named for:
//     AWS::Odd::Thing of odd.amazonaws.com. For any other the answer is unknown.
//   - A trail whose selectors name ARNs is in the partition of these, and China, where the names of
//     services end in .cn, is only considered if the rule or the selectors mention it.
//   - A name that is on no list here, and looks like that of a call, is taken for one. If it begins with a
//     small letter, or has a colon or hyphen, as putObject and s3:PutObject do, the answer is unknown.
//   - Event selectors do not take Insights events, so a rule on these cannot fire from what they log; the
//     trail may have Insights selectors all the same.
//   - What else keeps events away is not looked at: the Region and account of a trail and of the event
//     bus, other rules, and that a trail may be stopped.
package rulecheck
