package record

import "strings"

const s3ObjectType = "AWS::S3::Object"

// An S3Object is what a call to S3 was about. Key is empty if the call named no single object, as
// ListObjects and DeleteObjects do, or if it concerned the bucket itself.
type S3Object struct {
	Bucket string
	Key    string
}

// S3Object returns the bucket and the key that a call to S3 names in its requestParameters, and
// whether it named a bucket at all.
func (r *Record) S3Object() (S3Object, bool) {
	if !isS3(r.EventSource) {
		return S3Object{}, false
	}
	bucket := r.RequestParameters.Get("bucketName")
	if bucket.Str == "" {
		return S3Object{}, false
	}
	return S3Object{Bucket: bucket.Str, Key: r.RequestParameters.Get("key").Str}, true
}

// S3ObjectARN rebuilds the ARN that CloudTrail lists under resources for an S3 object-level call,
// from the bucket and key in requestParameters. For a call that names no key it is the ARNPrefix:
// that of the bucket's objects, or of those with the prefix that the call asked for. Records of the
// first years of S3 data events, the announcement's own among them, lack resources. ok is false
// for any other call.
func (r *Record) S3ObjectARN() (arn string, ok bool) {
	b, ok := r.AppendS3ObjectARN(nil)
	return string(b), ok
}

// AppendS3ObjectARN appends to dst what [Record.S3ObjectARN] returns, or nothing.
func (r *Record) AppendS3ObjectARN(dst []byte) (arn []byte, ok bool) {
	if !s3ObjectLevel(r.EventName) {
		return dst, false
	}
	object, ok := r.S3Object()
	if !ok {
		return dst, false
	}
	dst = append(dst, "arn:"...)
	dst = append(dst, Partition(r.AWSRegion)...)
	dst = append(dst, ":s3:::"...)
	dst = append(dst, object.Bucket...)
	dst = append(dst, '/')
	if object.Key == "" {
		return append(dst, r.RequestParameters.Get("prefix").Str...), true
	}
	return append(dst, object.Key...), true
}

// Partition returns the AWS partition of a Region: "aws", "aws-cn" or "aws-us-gov".
func Partition(region string) string {
	switch {
	case strings.HasPrefix(region, "cn-"):
		return "aws-cn"
	case strings.HasPrefix(region, "us-gov-"):
		return "aws-us-gov"
	}
	return "aws"
}

func isS3(source string) bool {
	return source == "s3.amazonaws.com" || source == "s3.amazonaws.com.cn"
}

// s3ObjectLevel reports whether a call to S3 is logged as a data event on AWS::S3::Object. The list
// is that of the S3 user guide, with PostObject from its older editions and ListObjectsV2, which
// records show as ListObjects.
func s3ObjectLevel(name string) bool {
	switch name {
	case "GetObject", "HeadObject", "GetObjectAcl", "GetObjectAttributes", "GetObjectLegalHold",
		"GetObjectRetention", "GetObjectTagging", "GetObjectTorrent", "ListParts",
		"SelectObjectContent",
		"ListObjects", "ListObjectsV2", "ListObjectVersions", "HeadBucket",
		"PutObject", "CopyObject", "PostObject", "DeleteObject", "DeleteObjects", "PutObjectAcl",
		"PutObjectTagging", "DeleteObjectTagging", "PutObjectLegalHold", "PutObjectRetention",
		"RestoreObject", "CreateMultipartUpload", "UploadPart", "UploadPartCopy",
		"CompleteMultipartUpload", "AbortMultipartUpload", "UpdateObjectEncryption":
		return true
	}
	return false
}
