package rulecheck

import (
	"slices"
	"strings"

	"github.com/trailsieve/trailsieve/pattern"
	"github.com/trailsieve/trailsieve/record"
)

// This file has what is known of AWS's calls: which are data events of which service, and which only
// read. Neither patterns nor selectors know that, but no event goes against it: there is no management
// event PutObject of S3, and no DescribeInstances that writes.

// The types of resources whose data events are known one by one.
const (
	s3Object       = "AWS::S3::Object"
	lambdaFunction = "AWS::Lambda::Function"
	dynamoDBTable  = "AWS::DynamoDB::Table"
	dynamoDBStream = "AWS::DynamoDB::Stream"
)

// services has the eventSource of data events on other types of resources, without ".amazonaws.com".
// Types that are not here are taken to be of the service that they are named for, which may be wrong.
var services = map[string]string{
	dynamoDBStream:                     "dynamodb",
	"AWS::S3::AccessPoint":             "s3",
	"AWS::S3Express::Object":           "s3express",
	"AWS::S3ObjectLambda::AccessPoint": "s3-object-lambda",
	"AWS::S3Outposts::Object":          "s3-outposts",
	"AWS::SNS::Topic":                  "sns",
	"AWS::SQS::Queue":                  "sqs",
	"AWS::Kinesis::Stream":             "kinesis",
	"AWS::RDS::DBCluster":              "rdsdataapi",
	"AWS::EC2::Snapshot":               "ebs",
	"AWS::Cognito::IdentityPool":       "cognito-identity",
	"AWS::StepFunctions::StateMachine": "states",
}

// isCertain reports whether the service of a type of resources is known.
func isCertain(typ string) bool {
	return typ == s3Object || typ == lambdaFunction || typ == dynamoDBTable || services[typ] != ""
}

// A family is a service, or several, with the calls of theirs that are events of one category.
type family struct {
	source pattern.Demand // eventSource
	likely []string       // values of eventSource, to begin with

	calls    []call           // those that are known, the ones to show first in front
	names    []pattern.Demand // what the names of others are like; nil if there are none
	doubtful []pattern.Demand // the same for names of which it is not known whether they are of the category
	opposite []call           // calls that are known to be of another category
}

// A call is an operation.
type call struct {
	name string
	read bool
	kind callKind
}

// A callKind tells what the record of a call on an S3 object names.
type callKind int

const (
	keyed    callKind = iota // one object
	prefixed                 // a prefix, or nothing
	wholeBucket
	copying // an object, and another that it is made from
)

// s3Calls are the object-level calls of S3, as record knows them too.
var s3Calls = []call{
	{"PutObject", false, keyed}, {"GetObject", true, keyed}, {"DeleteObject", false, keyed}, {"HeadObject", true, keyed},
	{"GetObjectAcl", true, keyed}, {"GetObjectAttributes", true, keyed}, {"GetObjectLegalHold", true, keyed},
	{"GetObjectRetention", true, keyed}, {"GetObjectTagging", true, keyed}, {"GetObjectTorrent", true, keyed},
	{"ListParts", true, keyed}, {"SelectObjectContent", true, keyed},
	{"ListObjects", true, prefixed}, {"ListObjectsV2", true, prefixed}, {"ListObjectVersions", true, prefixed},
	{"HeadBucket", true, wholeBucket}, {"DeleteObjects", false, wholeBucket},
	{"PostObject", false, keyed}, {"PutObjectAcl", false, keyed}, {"PutObjectTagging", false, keyed},
	{"DeleteObjectTagging", false, keyed}, {"PutObjectLegalHold", false, keyed}, {"PutObjectRetention", false, keyed},
	{"RestoreObject", false, keyed}, {"CreateMultipartUpload", false, keyed}, {"UploadPart", false, keyed},
	{"CompleteMultipartUpload", false, keyed}, {"AbortMultipartUpload", false, keyed},
	{"UpdateObjectEncryption", false, keyed}, {"CopyObject", false, copying}, {"UploadPartCopy", false, copying},
}

var lambdaCalls = []call{{"Invoke", false, 0}, {"InvokeWithResponseStream", false, 0}, {"InvokeAsync", false, 0}}

var dynamoDBCalls = []call{
	{"PutItem", false, 0}, {"GetItem", true, 0}, {"UpdateItem", false, 0}, {"DeleteItem", false, 0}, {"Query", true, 0},
	{"Scan", true, 0}, {"BatchGetItem", true, 0}, {"BatchWriteItem", false, 0}, {"ExecuteStatement", false, 0},
	{"BatchExecuteStatement", false, 0}, {"ExecuteTransaction", false, 0}, {"TransactGetItems", true, 0},
	{"TransactWriteItems", false, 0}, {"GetRecords", true, 0}, {"GetShardIterator", true, 0},
}

// Calls that manage, of services that have others or whose names mislead.
var (
	s3ManagementCalls = []call{
		{"CreateBucket", false, 0}, {"ListBuckets", true, 0}, {"DeleteBucket", false, 0}, {"GetBucketAcl", true, 0},
		{"GetBucketLocation", true, 0}, {"GetBucketPolicy", true, 0}, {"GetBucketTagging", true, 0},
		{"GetBucketVersioning", true, 0}, {"GetBucketLogging", true, 0}, {"GetBucketEncryption", true, 0},
		{"GetBucketLifecycle", true, 0}, {"GetBucketNotification", true, 0}, {"GetBucketCors", true, 0},
		{"GetBucketWebsite", true, 0}, {"GetBucketReplication", true, 0}, {"GetBucketPolicyStatus", true, 0},
		{"GetBucketPublicAccessBlock", true, 0}, {"GetBucketOwnershipControls", true, 0},
		{"GetBucketObjectLockConfiguration", true, 0}, {"GetAccountPublicAccessBlock", true, 0},
		{"ListMultipartUploads", true, 0}, {"ListAccessPoints", true, 0}, {"PutBucketAcl", false, 0},
		{"PutBucketPolicy", false, 0}, {"PutBucketTagging", false, 0}, {"PutBucketVersioning", false, 0},
		{"PutBucketLogging", false, 0}, {"PutBucketEncryption", false, 0}, {"PutBucketLifecycle", false, 0},
		{"PutBucketNotification", false, 0}, {"PutBucketCors", false, 0}, {"PutBucketWebsite", false, 0},
		{"PutBucketReplication", false, 0}, {"PutBucketPublicAccessBlock", false, 0},
		{"PutBucketOwnershipControls", false, 0}, {"PutBucketObjectLockConfiguration", false, 0},
		{"PutAccountPublicAccessBlock", false, 0}, {"DeleteBucketPolicy", false, 0}, {"DeleteBucketTagging", false, 0},
		{"DeleteBucketEncryption", false, 0}, {"DeleteBucketLifecycle", false, 0}, {"DeleteBucketCors", false, 0},
		{"DeleteBucketWebsite", false, 0}, {"DeleteBucketReplication", false, 0},
		{"DeleteBucketPublicAccessBlock", false, 0}, {"DeleteBucketOwnershipControls", false, 0},
		{"CreateAccessPoint", false, 0}, {"DeleteAccessPoint", false, 0}, {"CreateJob", false, 0},
	}
	lambdaManagementCalls   = []call{{"CreateFunction20150331", false, 0}, {"ListFunctions20150331", true, 0}}
	dynamoDBManagementCalls = []call{{"CreateTable", false, 0}, {"DescribeTable", true, 0}, {"ListStreams", true, 0}}
	kmsCalls                = []call{{"CreateKey", false, 0}, {"Decrypt", true, 0}, {"Encrypt", true, 0}, {"GenerateDataKey", true, 0}, {"DescribeKey", true, 0}}
	stsCalls                = []call{
		{"AssumeRole", true, 0}, {"AssumeRoleWithSAML", true, 0}, {"AssumeRoleWithWebIdentity", true, 0},
		{"GetCallerIdentity", true, 0}, {"GetSessionToken", true, 0}, {"GetFederationToken", true, 0},
		// These two write, says EventBridge, and records do not all agree.
		{"GetSessionToken", false, 0}, {"GetFederationToken", false, 0},
	}
	signInCalls = []call{{"ConsoleLogin", false, 0}, {"GetSigninToken", false, 0}}
	otherCalls  = []call{{"RunInstances", false, 0}, {"DescribeInstances", true, 0}, {"CreateUser", false, 0}, {"ListUsers", true, 0}}
)

// aboveObjects is what the names of calls are like that manage buckets and what S3 has besides.
var aboveObjects = like("*Bucket*", "*Configuration*", "*AccessPoint*", "*AccessGrant*", "*StorageLens*", "*Job*", "*Jobs")

// namesOf returns the names of calls.
func namesOf(calls []call) (names []string) {
	for _, c := range calls {
		names = append(names, c.name)
	}
	return names
}

// eventSources returns the values that eventSource has for services, the second of each in China.
func eventSources(services ...string) (all []string) {
	for _, s := range services {
		all = append(all, s+".amazonaws.com", s+".amazonaws.com.cn")
	}
	return all
}

// likeSource is what every eventSource is like.
var likeSource = []pattern.Demand{
	demand(map[string]any{"suffix": ".amazonaws.com"}, map[string]any{"suffix": ".amazonaws.com.cn"}),
	demand(anythingBut("prefix", ".")),
	demand(anythingBut("wildcard", capitals()...)),
}

// properName is what names of calls are like, but for a few. What looks otherwise is the name of something
// else, mostly: of a method, as putObject, or of an action in a policy, as s3:PutObject.
var properName = []pattern.Demand{
	like(initials()...),
	demand(anythingBut("wildcard", "*:*", "*-*", "* *", "*/*")),
}

// isProper reports whether a name is like that.
func isProper(name string) bool {
	return 'A' <= name[0] && name[0] <= 'Z' && !strings.ContainsAny(name, ":- /")
}

func initials() (wildcards []string) {
	for c := 'A'; c <= 'Z'; c++ {
		wildcards = append(wildcards, string(c)+"*")
	}
	return wildcards
}

func capitals() (wildcards []string) {
	for c := 'A'; c <= 'Z'; c++ {
		wildcards = append(wildcards, "*"+string(c)+"*")
	}
	return wildcards
}

// families returns the services that events of a term can be of, those that are known best first.
// accepts reports whether the rule can be about an eventSource.
func families(t *term, accepts func(source string) bool) []family {
	one := func(service string, calls, opposite []call) family {
		sources := eventSources(service)
		return family{source: oneOf(sources...), likely: sources, calls: calls, opposite: opposite}
	}
	anyName := func(but ...string) []pattern.Demand { return []pattern.Demand{noneOf(append(but, "")...)} }
	switch t.category {
	case record.Data:
		switch t.typ {
		case s3Object:
			f := one("s3", s3Calls, s3ManagementCalls)
			f.doubtful = []pattern.Demand{like("*Object*", "*Upload*")}
			return []family{f}
		case lambdaFunction:
			f := one("lambda", lambdaCalls, nil)
			f.doubtful = []pattern.Demand{like("Invoke*", "LambdaESM*")}
			return []family{f}
		case dynamoDBTable:
			f := one("dynamodb", dynamoDBCalls, dynamoDBManagementCalls)
			f.doubtful = []pattern.Demand{like("*Item*", "*Statement*", "*Transact*")}
			return []family{f}
		case dynamoDBStream:
			return []family{one("dynamodb", dynamoDBCalls[len(dynamoDBCalls)-2:], nil)}
		}
		service := services[t.typ]
		if service == "" {
			service = strings.ToLower(strings.Split(t.typ+"::::", "::")[1])
		}
		f := one(service, []call{{"PutExample", false, 0}, {"GetExample", true, 0}}, nil)
		switch service {
		case "s3":
			f.calls = s3Calls
		case "s3express":
			f.calls = append([]call{{"CreateSession", true, 0}}, s3Calls...)
		}
		f.names = anyName(append(namesOf(f.calls), "ConsoleLogin")...)
		return []family{f}
	case record.NetworkActivity:
		return []family{{source: demand(map[string]any{"prefix": ""}), likely: eventSources("s3", "kms", "ec2"), names: anyName("ConsoleLogin"),
			calls: append([]call{{"PutObject", false, 0}, {"GetObject", true, 0}}, otherCalls...)}}
	}
	// A name that is a data event of a service that the rule can be about is not sought as a management
	// event: whoever writes PutObject means S3. Nor is a sign-in sought as another service's.
	var data []string
	for service, calls := range map[string][]call{"s3": s3Calls, "lambda": lambdaCalls, "dynamodb": dynamoDBCalls} {
		if slices.ContainsFunc(eventSources(service), accepts) {
			data = append(data, namesOf(calls)...)
		}
	}
	if slices.ContainsFunc(eventSources("signin"), accepts) {
		data = append(data, "ConsoleLogin")
	}
	list := []family{{likely: eventSources("ec2", "iam", "cloudtrail"), calls: otherCalls,
		source: demand(anythingBut("prefix", "s3.", "lambda.", "dynamodb.", "kms.", "sts.", "signin.", "rdsdataapi.")),
		names:  anyName(append(data, namesOf(otherCalls)...)...)}}
	add := func(service string, calls, opposite []call, names, doubtful []pattern.Demand) {
		f := one(service, calls, opposite)
		f.names, f.doubtful = names, doubtful
		list = append(list, f)
	}
	but := func(calls []call) []pattern.Demand { return anyName(append(data, namesOf(calls)...)...) }
	noObject := append(anyName(append(data, namesOf(s3ManagementCalls)...)...), demand(anythingBut("wildcard", "*Object*", "*Upload*")))
	add("s3", s3ManagementCalls, s3Calls, append(slices.Clone(noObject), aboveObjects), noObject)
	add("lambda", lambdaManagementCalls, nil, append(but(lambdaManagementCalls), demand(anythingBut("prefix", "Invoke"))), nil)
	add("dynamodb", dynamoDBManagementCalls, nil, but(dynamoDBCalls), nil)
	add("kms", kmsCalls, nil, but(kmsCalls), nil)
	add("sts", stsCalls, nil, but(stsCalls), nil)
	add("signin", signInCalls, nil, but(signInCalls), nil)
	return list
}

// The beginnings of names that tell whether a call only reads: the three with which EventBridge's guide
// defines it, others that record knows, and some that never do.
var (
	readingVerbs = []string{"Describe", "Get", "List", "BatchGet", "Head", "Lookup", "Search"}
	writingVerbs = []string{"Attach", "Create", "Delete", "Detach", "Modify", "Put", "Remove", "Run", "Terminate", "Update"}
)

// byName returns the demands on the name of a call, none of the known ones, that reads or writes.
func byName(read bool) pattern.Demand {
	if read {
		return demand(anythingBut("prefix", writingVerbs...))
	}
	return demand(anythingBut("prefix", readingVerbs...))
}

// like returns the demand that a string is of one of the forms.
func like(wildcards ...string) pattern.Demand {
	var elements []any
	for _, w := range wildcards {
		elements = append(elements, map[string]any{"wildcard": w})
	}
	return demand(elements...)
}
