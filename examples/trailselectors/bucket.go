package main

import (
	"github.com/trailsieve/trailsieve/record"
	"github.com/trailsieve/trailsieve/selector"
)

// bucketCalls are the calls that a report on a bucket asks for: those on its objects, which are data
// events, and the ones on the bucket itself that people look for after an incident, which are management
// events.
var bucketCalls = []string{
	"GetObject", "HeadObject", "GetObjectAcl", "GetObjectAttributes", "GetObjectTagging", "GetObjectTorrent",
	"GetObjectRetention", "GetObjectLegalHold", "SelectObjectContent",
	"ListObjects", "ListObjectVersions", "ListParts", "HeadBucket",
	"PutObject", "CopyObject", "DeleteObject", "DeleteObjects", "RestoreObject",
	"CreateMultipartUpload", "UploadPart", "UploadPartCopy", "CompleteMultipartUpload", "AbortMultipartUpload",
	"PutObjectAcl", "PutObjectTagging", "DeleteObjectTagging", "PutObjectRetention", "PutObjectLegalHold",

	"CreateBucket", "DeleteBucket", "GetBucketPolicy", "PutBucketPolicy", "DeleteBucketPolicy", "PutBucketAcl",
	"PutBucketPublicAccessBlock", "PutBucketLogging", "PutBucketVersioning", "PutBucketLifecycle",
	"PutBucketEncryption", "PutBucketReplication",
}

// cover asks each trail for each call on the bucket and on any of its objects. The Region is that of the
// bucket, or empty if it is not known.
func cover(bucket, region string, trails []*trail) []question {
	partition := "aws"
	if len(trails) > 0 {
		partition = trails[0].partition()
	}
	var coverage []question
	for _, name := range bucketCalls {
		op := operation{Operation: selector.Operation{Source: "s3.amazonaws.com", Name: name}, region: region}
		r := record.Record{EventSource: op.Source, EventName: op.Name}
		if category, _ := r.Category(); category == record.Data {
			op.Type, op.ARN = typeOf(op.Source), "arn:"+partition+":s3:::"+bucket+"/*"
		}
		coverage = append(coverage, *op.ask(trails))
	}
	return coverage
}
