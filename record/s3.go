package record

import (
	"strings"

	"github.com/trailsieve/trailsieve/internal/jsonscan"
)

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
	p := s3ParametersOf(string(r.RequestParameters))
	if p.bucket == "" {
		return S3Object{}, false
	}
	return S3Object{Bucket: p.bucket, Key: p.key}, true
}

// s3Parameters are what the requestParameters of a call to S3 say of its object.
type s3Parameters struct {
	bucket, key, prefix string // empty unless a string
}

// The names of these, by their indexes in s3Names.
const (
	s3Bucket = iota
	s3Key
	s3Prefix
)

var s3Names = jsonscan.Guesses("bucketName", "key", "prefix")

// s3ParametersOf reads the text of requestParameters, in one pass that stops behind the bucket and the
// key. It allocates nothing unless one of them has escapes. As with [JSON.Get], the first of equal names
// counts, and so do those in the object itself alone.
func s3ParametersOf(text string) (p s3Parameters) {
	scan := jsonscan.New(bytesOf(text))
	if scan.Peek() != jsonscan.Object {
		return p
	}
	scan.Open()
	var seen [s3Prefix + 1]bool
	for !seen[s3Bucket] || p.key == "" {
		i, from, to := scan.Guess(s3Names)
		if i < 0 {
			name, more, err := scan.Name()
			if !more || err != nil {
				return p
			}
			if i = s3Name(name); i < 0 {
				if _, err := scan.Skip(); err != nil {
					return p
				}
				continue
			}
		}
		value := ""
		switch {
		case to > 0:
			value = text[from:to]
		case scan.Peek() == jsonscan.String:
			t, err := scan.String()
			if err != nil {
				return p
			}
			if value = text[t.Offset : t.Offset+len(t.Raw)]; t.Escaped {
				value = unquoted(t)
			}
		default:
			if _, err := scan.Skip(); err != nil {
				return p
			}
		}
		if seen[i] {
			continue
		}
		seen[i] = true
		switch i {
		case s3Bucket:
			p.bucket = value
		case s3Key:
			p.key = value
		case s3Prefix:
			p.prefix = value
		}
	}
	return p
}

// s3Name returns the index of a name, or -1.
func s3Name(name jsonscan.Text) int {
	text := stringOf(name.Raw)
	if name.Escaped {
		text = unquoted(name)
	}
	switch text {
	case "bucketName":
		return s3Bucket
	case "key":
		return s3Key
	case "prefix":
		return s3Prefix
	}
	return -1
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
	if !isS3(r.EventSource) || !s3ObjectLevel(r.EventName) {
		return dst, false
	}
	p := s3ParametersOf(string(r.RequestParameters))
	if p.bucket == "" {
		return dst, false
	}
	dst = append(dst, "arn:"...)
	dst = append(dst, Partition(r.AWSRegion)...)
	dst = append(dst, ":s3:::"...)
	dst = append(dst, p.bucket...)
	dst = append(dst, '/')
	if p.key == "" {
		return append(dst, p.prefix...), true
	}
	return append(dst, p.key...), true
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
