package record

import "strings"

// A Category is the eventCategory of a record.
type Category string

// The categories. Event selectors of trails know the first three; the others follow settings of
// their own.
const (
	Management       Category = "Management"
	Data             Category = "Data"
	NetworkActivity  Category = "NetworkActivity"
	Insight          Category = "Insight"
	Aggregated       Category = "Aggregated"
	ActivityAuditLog Category = "ActivityAuditLog"
)

// A Basis is what a statement about a record rests on: the record's own field for it, or something
// else from which it was derived because the record has no such field. It reads as the end of
// a sentence: "a data event, by its eventName".
type Basis string

// What statements rest on.
const (
	ByEventCategory   Basis = "eventCategory"
	ByManagementEvent Basis = "managementEvent"
	ByEventType       Basis = "eventType"
	ByEventName       Basis = "eventSource and eventName"
	ByReadOnly        Basis = "readOnly"
	ByResources       Basis = "resources"
	ByParameters      Basis = "requestParameters"
	ByResponse        Basis = "responseElements"
	ByDefault         Basis = "default"
)

// Category returns the category of the record. Records have said it themselves since eventVersion
// 1.07 (eventCategory) and half of it since 1.06 (managementEvent). For older ones it is derived,
// in this order:
//
//   - if managementEvent is true, it is Management;
//   - from eventType: AwsVpceEvent is NetworkActivity, AwsCloudTrailInsight is Insight,
//     AwsAggregatedEvent is Aggregated, ActivityLog is ActivityAuditLog;
//   - if managementEvent is false, it is Data;
//   - from eventSource and eventName, if they are a data event of the services whose data events
//     are older than eventCategory: S3 object-level calls, Lambda invocations, DynamoDB's data
//     API, the RDS Data API; see [Record.S3Object];
//   - from resources, if an S3 call touched an S3 object;
//   - else it is Management.
//
// The rules and their sources: https://docs.aws.amazon.com/awscloudtrail/latest/userguide/cloudtrail-event-reference-record-contents.html
// and https://docs.aws.amazon.com/AmazonS3/latest/userguide/cloudtrail-logging-s3-info.html.
func (r *Record) Category() (Category, Basis) {
	if r.EventCategory != "" {
		return r.EventCategory, ByEventCategory
	}
	if r.ManagementEvent == True {
		return Management, ByManagementEvent
	}
	if c, ok := categoryOfType(r.EventType); ok {
		return c, ByEventType
	}
	if r.ManagementEvent == False {
		return Data, ByManagementEvent
	}
	if isDataAPI(r.EventSource, r.EventName) {
		return Data, ByEventName
	}
	if isS3(r.EventSource) {
		for i := range r.Resources {
			if r.Resources[i].Type == s3ObjectType {
				return Data, ByResources
			}
		}
	}
	return Management, ByDefault
}

func categoryOfType(eventType string) (Category, bool) {
	switch eventType {
	case "AwsVpceEvent", "AwsVpceEvents": // the second in AWS's list of fields, the first in records
		return NetworkActivity, true
	case "AwsCloudTrailInsight":
		return Insight, true
	case "AwsAggregatedEvent":
		return Aggregated, true
	case "ActivityLog":
		return ActivityAuditLog, true
	}
	return "", false
}

// isDataAPI reports whether an operation has been logged as a data event since before records had
// an eventCategory.
func isDataAPI(source, name string) bool {
	if isS3(source) {
		return s3ObjectLevel(name)
	}
	switch source {
	case "lambda.amazonaws.com":
		return strings.HasPrefix(name, "Invoke")
	case "dynamodb.amazonaws.com":
		switch name {
		case "BatchExecuteStatement", "BatchGetItem", "BatchWriteItem", "DeleteItem",
			"ExecuteStatement", "ExecuteTransaction", "GetItem", "PutItem", "Query", "Scan",
			"TransactGetItems", "TransactWriteItems", "UpdateItem",
			"GetRecords", "GetShardIterator":
			return true
		}
	case "rdsdataapi.amazonaws.com": // not rdsdata.amazonaws.com, whose events are management events
		return true
	}
	return false
}

// IsReadOnly reports whether the call only read, and what says so: the record's readOnly field,
// which is optional at every version, or the verb with which the name of the operation begins. A
// call whose name begins with no verb of reading is taken as one that wrote.
func (r *Record) IsReadOnly() (bool, Basis) {
	switch r.ReadOnly {
	case True:
		return true, ByReadOnly
	case False:
		return false, ByReadOnly
	}
	if r.EventSource == "kms.amazonaws.com" {
		switch r.EventName {
		case "Encrypt", "Decrypt", "GenerateDataKey": // records that have the field say true
			return true, ByEventName
		}
	}
	for _, verb := range readingVerbs {
		if strings.HasPrefix(r.EventName, verb) {
			return true, ByEventName
		}
	}
	return false, ByEventName
}

// readingVerbs begin the names of operations that read. Names may end in an API date, as in
// GetFunction20150331v2, so only how they begin counts.
var readingVerbs = [...]string{"Get", "List", "Describe", "Head", "Lookup", "BatchGet", "Query",
	"Scan", "Select", "Search", "Check", "View"}
