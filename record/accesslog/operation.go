package accesslog

import "strings"

// This file says which call to S3 an operation was. Operations are named METHOD and resource,
//
//	REST.GET.OBJECT   REST.PUT.ACL   REST.POST.MULTI_OBJECT_DELETE
//	WEBSITE.GET.OBJECT   SOAP.PUT.OBJECT   BATCH.DELETE.OBJECT   S3.EXPIRE.OBJECT
//
// and AWS has no list of them. Those below are in published logs, in lists that readers of logs
// have made over the years, or in what compatible servers write; where all are silent, the
// subresource in the request-URI decides. The names of the events are those of AWS's lists
// (https://docs.aws.amazon.com/AmazonS3/latest/userguide/cloudtrail-logging-s3-info.html) and of
// published records, else that of the API operation.

// A call is the eventName of an operation: with a key and without one.
type call struct{ object, bucket string }

// only returns the call of an operation that has one eventName.
func only(name string) call { return call{name, name} }

// calls has the operations of the REST API, without "REST.".
var calls = map[string]call{
	// Objects.
	"GET.OBJECT":               only("GetObject"),
	"HEAD.OBJECT":              only("HeadObject"),
	"PUT.OBJECT":               only("PutObject"),
	"POST.OBJECT":              only("PostObject"), // a form in a browser
	"POST.BUCKET":              only("PostObject"), // such a form is sent to the bucket
	"DELETE.OBJECT":            only("DeleteObject"),
	"COPY.OBJECT":              only("CopyObject"),
	"COPY.PART":                only("UploadPartCopy"),
	"POST.UPLOADS":             only("CreateMultipartUpload"),
	"PUT.PART":                 only("UploadPart"),
	"POST.UPLOAD":              only("CompleteMultipartUpload"),
	"DELETE.UPLOAD":            only("AbortMultipartUpload"),
	"GET.UPLOAD":               only("ListParts"),
	"POST.RESTORE":             only("RestoreObject"),
	"POST.SELECT":              only("SelectObjectContent"),
	"GET.TORRENT":              only("GetObjectTorrent"),
	"GET.OBJECT_ATTRIBUTES":    only("GetObjectAttributes"),
	"GET.OBJECT_TAGGING":       only("GetObjectTagging"),
	"PUT.OBJECT_TAGGING":       only("PutObjectTagging"),
	"DELETE.OBJECT_TAGGING":    only("DeleteObjectTagging"),
	"GET.LEGAL_HOLD":           only("GetObjectLegalHold"),
	"PUT.LEGAL_HOLD":           only("PutObjectLegalHold"),
	"GET.RETENTION":            only("GetObjectRetention"),
	"PUT.RETENTION":            only("PutObjectRetention"),
	"POST.MULTI_OBJECT_DELETE": only("DeleteObjects"),
	"OPTIONS.PREFLIGHT":        only(preflight),

	// Buckets that are read like objects.
	"GET.BUCKET":         only("ListObjects"), // of both versions
	"GET.BUCKETVERSIONS": only("ListObjectVersions"),
	"HEAD.BUCKET":        only("HeadBucket"),

	// Both.
	"GET.ACL":        {"GetObjectAcl", "GetBucketAcl"},
	"PUT.ACL":        {"PutObjectAcl", "PutBucketAcl"},
	"GET.TAGGING":    {"GetObjectTagging", "GetBucketTagging"},
	"PUT.TAGGING":    {"PutObjectTagging", "PutBucketTagging"},
	"DELETE.TAGGING": {"DeleteObjectTagging", "DeleteBucketTagging"},
	"PUT.ENCRYPTION": {"UpdateObjectEncryption", "PutBucketEncryption"},

	// Buckets.
	"PUT.BUCKET":                    only("CreateBucket"),
	"DELETE.BUCKET":                 only("DeleteBucket"),
	"GET.UPLOADS":                   only("ListMultipartUploads"),
	"GET.ACCELERATE":                only("GetAccelerateConfiguration"),
	"PUT.ACCELERATE":                only("PutAccelerateConfiguration"),
	"GET.ANALYTICS":                 only("GetBucketAnalyticsConfiguration"),
	"PUT.ANALYTICS":                 only("PutBucketAnalyticsConfiguration"),
	"DELETE.ANALYTICS":              only("DeleteBucketAnalyticsConfiguration"),
	"GET.BUCKETPOLICY":              only("GetBucketPolicy"),
	"PUT.BUCKETPOLICY":              only("PutBucketPolicy"),
	"DELETE.BUCKETPOLICY":           only("DeleteBucketPolicy"),
	"GET.CORS":                      only("GetBucketCors"),
	"PUT.CORS":                      only("PutBucketCors"),
	"DELETE.CORS":                   only("DeleteBucketCors"),
	"GET.ENCRYPTION":                only("GetBucketEncryption"),
	"DELETE.ENCRYPTION":             only("DeleteBucketEncryption"),
	"GET.INTELLIGENT_TIERING":       only("GetBucketIntelligentTieringConfiguration"),
	"PUT.INTELLIGENT_TIERING":       only("PutBucketIntelligentTieringConfiguration"),
	"DELETE.INTELLIGENT_TIERING":    only("DeleteBucketIntelligentTieringConfiguration"),
	"GET.INVENTORY":                 only("GetBucketInventoryConfiguration"),
	"PUT.INVENTORY":                 only("PutBucketInventoryConfiguration"),
	"DELETE.INVENTORY":              only("DeleteBucketInventoryConfiguration"),
	"GET.LIFECYCLE":                 only("GetBucketLifecycle"),
	"PUT.LIFECYCLE":                 only("PutBucketLifecycle"),
	"DELETE.LIFECYCLE":              only("DeleteBucketLifecycle"),
	"GET.LOCATION":                  only("GetBucketLocation"),
	"GET.LOGGING_STATUS":            only("GetBucketLogging"),
	"PUT.LOGGING_STATUS":            only("PutBucketLogging"),
	"GET.METRICS":                   only("GetBucketMetricsConfiguration"),
	"PUT.METRICS":                   only("PutBucketMetricsConfiguration"),
	"DELETE.METRICS":                only("DeleteBucketMetricsConfiguration"),
	"GET.NOTIFICATION":              only("GetBucketNotification"),
	"PUT.NOTIFICATION":              only("PutBucketNotification"),
	"GET.OBJECT_LOCK_CONFIGURATION": only("GetBucketObjectLockConfiguration"),
	"PUT.OBJECT_LOCK_CONFIGURATION": only("PutBucketObjectLockConfiguration"),
	"GET.OWNERSHIP_CONTROLS":        only("GetBucketOwnershipControls"),
	"PUT.OWNERSHIP_CONTROLS":        only("PutBucketOwnershipControls"),
	"DELETE.OWNERSHIP_CONTROLS":     only("DeleteBucketOwnershipControls"),
	"GET.POLICY_STATUS":             only("GetBucketPolicyStatus"),
	"GET.PUBLIC_ACCESS_BLOCK":       only("GetBucketPublicAccessBlock"),
	"PUT.PUBLIC_ACCESS_BLOCK":       only("PutBucketPublicAccessBlock"),
	"DELETE.PUBLIC_ACCESS_BLOCK":    only("DeleteBucketPublicAccessBlock"),
	"GET.REPLICATION":               only("GetBucketReplication"),
	"PUT.REPLICATION":               only("PutBucketReplication"),
	"DELETE.REPLICATION":            only("DeleteBucketReplication"),
	"GET.REQUEST_PAYMENT":           only("GetBucketRequestPayment"),
	"PUT.REQUEST_PAYMENT":           only("PutBucketRequestPayment"),
	"GET.VERSIONING":                only("GetBucketVersioning"),
	"PUT.VERSIONING":                only("PutBucketVersioning"),
	"GET.WEBSITE":                   only("GetBucketWebsite"),
	"PUT.WEBSITE":                   only("PutBucketWebsite"),
	"DELETE.WEBSITE":                only("DeleteBucketWebsite"),
}

// preflight is the eventName of a CORS preflight request. It is the one data event whose name does
// not tell that it reads, and which AWS's list of data events does not have.
const preflight = "PreflightRequest"

// configurations are those resources of which a bucket may have several, told apart by the
// parameter id. Reading them without one lists them.
var configurations = map[string]string{
	"GET.ANALYTICS":           "ListBucketAnalyticsConfigurations",
	"GET.INTELLIGENT_TIERING": "ListBucketIntelligentTieringConfigurations",
	"GET.INVENTORY":           "ListBucketInventoryConfigurations",
	"GET.METRICS":             "ListBucketMetricsConfigurations",
}

// subresources has for parameters that name a subresource the resource as operations name it.
var subresources = map[string]string{
	"accelerate":          "ACCELERATE",
	"acl":                 "ACL",
	"analytics":           "ANALYTICS",
	"attributes":          "OBJECT_ATTRIBUTES",
	"cors":                "CORS",
	"delete":              "MULTI_OBJECT_DELETE",
	"encryption":          "ENCRYPTION",
	"intelligent-tiering": "INTELLIGENT_TIERING",
	"inventory":           "INVENTORY",
	"legal-hold":          "LEGAL_HOLD",
	"lifecycle":           "LIFECYCLE",
	"location":            "LOCATION",
	"logging":             "LOGGING_STATUS",
	"metrics":             "METRICS",
	"notification":        "NOTIFICATION",
	"object-lock":         "OBJECT_LOCK_CONFIGURATION",
	"ownershipControls":   "OWNERSHIP_CONTROLS",
	"policy":              "BUCKETPOLICY",
	"policyStatus":        "POLICY_STATUS",
	"publicAccessBlock":   "PUBLIC_ACCESS_BLOCK",
	"replication":         "REPLICATION",
	"requestPayment":      "REQUEST_PAYMENT",
	"restore":             "RESTORE",
	"retention":           "RETENTION",
	"select":              "SELECT",
	"tagging":             "TAGGING",
	"torrent":             "TORRENT",
	"uploads":             "UPLOADS",
	"versioning":          "VERSIONING",
	"versions":            "BUCKETVERSIONS",
	"website":             "WEBSITE",
}

// invalidCredentials are the errors of requests that were not authenticated because of their
// credentials, by the descriptions of
// https://docs.aws.amazon.com/AmazonS3/latest/API/ErrorResponses.html. CloudTrail does not log such
// requests, but does log those that were not permitted (AccessDenied).
var invalidCredentials = map[string]bool{
	"ExpiredToken":          true,
	"InvalidAccessKeyId":    true,
	"InvalidSecurity":       true,
	"InvalidToken":          true,
	"SignatureDoesNotMatch": true,
	"TokenRefreshRequired":  true,
}

// EventName returns the eventName of the CloudTrail event of the request, or a [*NoEventError] if
// there is none. It costs no allocation for operations that are known by name.
func (e *Entry) EventName() (string, error) {
	name, reason := e.eventName()
	if reason != "" {
		return "", &NoEventError{e.Operation, reason}
	}
	return name, nil
}

func (e *Entry) eventName() (string, Reason) {
	if invalidCredentials[e.ErrorCode] {
		return "", Unauthenticated
	}
	origin, operation, _ := strings.Cut(e.Operation, ".")
	switch origin {
	case "S3":
		return "", Lifecycle
	case "BATCH":
		if operation == "DELETE.OBJECT" {
			return "DeleteObject", ""
		}
		return "", UnknownOperation
	case "REST", "WEBSITE", "SOAP":
	default:
		return "", UnknownOperation
	}
	if operation == "COPY.OBJECT_GET" || operation == "COPY.PART_GET" {
		return "", CopySource
	}
	if name := e.named(operation); name != "" {
		return name, ""
	}
	switch origin {
	case "SOAP":
		return soapName(operation)
	case "WEBSITE":
		return "", UnknownOperation // a website has no subresources
	}
	// An operation that this table does not have yet: by the subresource that was asked for.
	req := e.request()
	for name := range req.parameters() {
		if resource, ok := subresources[name]; ok {
			if name := e.named(req.method + "." + resource); name != "" {
				return name, ""
			}
		}
	}
	return "", UnknownOperation
}

// named returns the eventName of an operation in calls, or nothing.
func (e *Entry) named(operation string) string {
	c, ok := calls[operation]
	if !ok {
		return ""
	}
	if list, ok := configurations[operation]; ok && !e.hasParameter("id") {
		return list
	}
	if e.Key != "" {
		return c.object
	}
	return c.bucket
}

// soapName returns the eventName of an operation that is named as the SOAP API had named it.
func soapName(operation string) (string, Reason) {
	switch operation {
	case "ListAllMyBuckets":
		return "ListBuckets", ""
	case "CreateBucket", "DeleteBucket", "GetObject", "PutObject", "CopyObject", "DeleteObject":
		return operation, ""
	case "ListBucket":
		return "ListObjects", ""
	case "GetObjectExtended":
		return "GetObject", ""
	case "PutObjectInline":
		return "PutObject", ""
	case "GetBucketAccessControlPolicy":
		return "GetBucketAcl", ""
	case "SetBucketAccessControlPolicy":
		return "PutBucketAcl", ""
	case "GetObjectAccessControlPolicy":
		return "GetObjectAcl", ""
	case "SetObjectAccessControlPolicy":
		return "PutObjectAcl", ""
	case "GetBucketLoggingStatus":
		return "GetBucketLogging", ""
	case "SetBucketLoggingStatus":
		return "PutBucketLogging", ""
	}
	return "", UnknownOperation
}
