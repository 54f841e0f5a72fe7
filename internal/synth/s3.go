package synth

import (
	"strconv"
	"sync"
	"time"
)

// This file makes the data events of S3: the calls that read or change objects. What decides the
// form of a record is whether the call names a key,
//
//	GetObject    {"type":"AWS::S3::Object","ARN":"arn:aws:s3:::bucket/key"}
//	ListObjects  {"type":"AWS::S3::Object","ARNPrefix":"arn:aws:s3:::bucket/prefix"}
//
// and all have an entry for the bucket too, with the account that owns it.
const (
	s3Key    = `{"bucketName":"$bucket","Host":"$host","key":"$key"}`
	s3Bucket = `{"bucketName":"$bucket","Host":"$host"}`

	bucketEntry = `{"accountId":"$account","type":"AWS::S3::Bucket","ARN":"arn:aws:s3:::$bucket"}`
	onObject    = `[{"type":"AWS::S3::Object","ARN":"arn:aws:s3:::$bucket/$key"},` + bucketEntry + `]`
	onFolder    = `[{"type":"AWS::S3::Object","ARNPrefix":"arn:aws:s3:::$bucket/$folder"},` + bucketEntry + `]`
	onAll       = `[{"type":"AWS::S3::Object","ARNPrefix":"arn:aws:s3:::$bucket/"},` + bucketEntry + `]`
	onBucket    = `[` + bucketEntry + `]`

	// A copy names both objects and both buckets, the target first.
	onBoth = `[{"type":"AWS::S3::Object","ARN":"arn:aws:s3:::$bucket/$key"},` + bucketEntry +
		`,{"accountId":"$account","type":"AWS::S3::Bucket","ARN":"arn:aws:s3:::$sourcebucket"}` +
		`,{"type":"AWS::S3::Object","ARN":"arn:aws:s3:::$sourcebucket/$sourcekey"}]`
)

var (
	s3Denied = failure{code: "AccessDenied", message: "Access Denied"}
	// S3 says why by now.
	s3DeniedBecause = failure{since: 2025, code: "AccessDenied", message: `User: $arn is not authorized to perform: $action on resource: ` +
		`\"arn:aws:s3:::$bucket/$key\" because no identity-based policy allows the $action action`}
	s3NoKey = failure{code: "NoSuchKey", message: "The specified key does not exist."}

	s3Read   = []failure{s3Denied, s3DeniedBecause, s3NoKey, s3NoKey}
	s3List   = []failure{s3Denied, {code: "NoSuchBucket", message: "The specified bucket does not exist"}}
	s3Write  = []failure{s3Denied, s3DeniedBecause}
	s3Upload = []failure{s3Denied, {code: "NoSuchUpload", message: "The specified upload does not exist. " +
		"The upload ID may be invalid, or the upload may have been aborted or completed."}}
)

// encrypted is the answer to writes since S3 encrypts everything (January 2023).
const encrypted = `{"x-amz-server-side-encryption":"AES256"}`

// s3Objects are the object-level calls. An API with several rows is called in several ways.
var s3Objects = []service{{source: "s3.amazonaws.com", pace: 2, apis: []api{
	// Read, with a key.
	{weight: 300, name: "GetObject", read: true, request: s3Key, resources: onObject, failures: s3Read},
	{weight: 30, name: "GetObject", read: true, request: `{"bucketName":"$bucket","Host":"$host","versionId":"$versionid","key":"$key"}`,
		resources: onObject, failures: s3Read},
	{weight: 110, name: "HeadObject", read: true, request: s3Key, resources: onObject, failures: append(s3Read, failure{code: "NoSuchKey"})},
	{weight: 10, name: "GetObjectAcl", read: true, request: `{"bucketName":"$bucket","Host":"$host","acl":"","key":"$key"}`,
		resources: onObject, failures: s3Read},
	{weight: 5, name: "GetObjectAttributes", read: true, since: 2021, request: `{"bucketName":"$bucket","Host":"$host","attributes":"","key":"$key"}`,
		resources: onObject, failures: s3Read},
	{weight: 4, name: "GetObjectLegalHold", read: true, since: 2018, request: `{"bucketName":"$bucket","legal-hold":"","Host":"$host","key":"$key"}`,
		resources: onObject, failures: s3Read},
	{weight: 4, name: "GetObjectRetention", read: true, since: 2018, request: `{"bucketName":"$bucket","retention":"","Host":"$host","key":"$key"}`,
		resources: onObject, failures: s3Read},
	{weight: 18, name: "GetObjectTagging", read: true, request: `{"bucketName":"$bucket","tagging":"","Host":"$host","key":"$key"}`,
		resources: onObject, failures: s3Read},
	{weight: 4, name: "GetObjectTorrent", read: true, request: `{"bucketName":"$bucket","torrent":"","Host":"$host","key":"$key"}`, resources: onObject},
	{weight: 4, name: "ListParts", read: true, request: `{"bucketName":"$bucket","Host":"$host","uploadId":"$upload","key":"$key"}`,
		resources: onObject, failures: s3Upload},
	{weight: 4, name: "SelectObjectContent", read: true, since: 2018,
		request: `{"bucketName":"$bucket","Host":"$host","select":"","select-type":"2","key":"$key"}`, resources: onObject, failures: s3Read},

	// Read, without a key. Version 2 of ListObjects is recorded under the name of version 1.
	{weight: 80, name: "ListObjects", read: true, resources: onFolder, failures: s3List,
		request: `{"list-type":"2","bucketName":"$bucket","encoding-type":"url","prefix":"$folder","delimiter":"/","Host":"$host"}`},
	{weight: 20, name: "ListObjects", read: true, resources: onAll, failures: s3List,
		request: `{"list-type":"2","bucketName":"$bucket","max-keys":"1000","prefix":"","Host":"$host"}`},
	{weight: 5, name: "ListObjectVersions", read: true, resources: onFolder, failures: s3List,
		request: `{"bucketName":"$bucket","versions":"","encoding-type":"url","prefix":"$folder","Host":"$host"}`},
	{weight: 25, name: "HeadBucket", read: true, request: s3Bucket, resources: onAll, failures: s3List},

	// Write, with a key.
	{weight: 120, name: "PutObject", request: s3Key, resources: onObject, failures: s3Write, until: 2022},
	{weight: 105, name: "PutObject", request: s3Key, resources: onObject, failures: s3Write, since: 2023, response: encrypted},
	{weight: 15, name: "PutObject", resources: onObject, failures: s3Write, since: 2017,
		request: `{"bucketName":"$bucket","x-amz-server-side-encryption-aws-kms-key-id":"arn:aws:kms:$region:$account:key/$uuidof",` +
			`"Host":"$host","x-amz-server-side-encryption":"aws:kms","key":"$key"}`,
		response: `{"x-amz-server-side-encryption":"aws:kms","x-amz-server-side-encryption-aws-kms-key-id":"arn:aws:kms:$region:$account:key/$uuidof",` +
			`"x-amz-version-id":"$versionid"}`},
	{weight: 22, name: "CopyObject", resources: onBoth, failures: append(s3Write, s3NoKey),
		request:  `{"bucketName":"$bucket","Host":"$host","x-amz-copy-source":"$sourcebucket/$sourcekey","key":"$key"}`,
		response: `{"x-amz-copy-source-version-id":"$versionid"}`},
	{weight: 4, name: "PostObject", request: s3Key, resources: onObject, failures: s3Write},
	{weight: 30, name: "DeleteObject", request: s3Key, resources: onObject, failures: s3Write},
	{weight: 4, name: "PutObjectAcl", request: `{"bucketName":"$bucket","Host":"$host","x-amz-acl":"bucket-owner-full-control","acl":"","key":"$key"}`,
		resources: onObject, failures: s3Write},
	{weight: 8, name: "PutObjectTagging", resources: onObject, failures: s3Write,
		request: `{"Tagging":{"xmlns":"http://s3.amazonaws.com/doc/2006-03-01/","TagSet":{"Tag":{"Value":"$app","Key":"app"}}},` +
			`"tagging":"","bucketName":"$bucket","Host":"$host","key":"$key"}`},
	{weight: 4, name: "DeleteObjectTagging", request: `{"bucketName":"$bucket","tagging":"","Host":"$host","key":"$key"}`,
		resources: onObject, failures: s3Write},
	{weight: 4, name: "PutObjectLegalHold", since: 2018, request: `{"bucketName":"$bucket","legal-hold":"","Host":"$host",` +
		`"LegalHold":{"xmlns":"http://s3.amazonaws.com/doc/2006-03-01/","Status":"ON"},"key":"$key"}`, resources: onObject, failures: s3Write},
	{weight: 4, name: "PutObjectRetention", since: 2018, resources: onObject, failures: s3Write,
		request: `{"bucketName":"$bucket","Retention":{"xmlns":"http://s3.amazonaws.com/doc/2006-03-01/","Mode":"GOVERNANCE",` +
			`"RetainUntilDate":"2035-01-01T00:00:00Z"},"retention":"","Host":"$host","key":"$key"}`},
	{weight: 4, name: "RestoreObject", resources: onObject, failures: append(s3Write, failure{code: "RestoreAlreadyInProgress", message: "Object restore is already in progress"}),
		request: `{"bucketName":"$bucket","Host":"$host","restore":"","RestoreRequest":{"xmlns":"http://s3.amazonaws.com/doc/2006-03-01/",` +
			`"Days":$n,"GlacierJobParameters":{"Tier":"Standard"}},"key":"$key"}`},
	{weight: 10, name: "CreateMultipartUpload", request: `{"bucketName":"$bucket","Host":"$host","uploads":"","key":"$key"}`,
		response: encrypted, resources: onObject, failures: s3Write},
	{weight: 40, name: "UploadPart", request: `{"bucketName":"$bucket","partNumber":"$part","uploadId":"$upload","Host":"$host","key":"$key"}`,
		response: encrypted, resources: onObject, failures: s3Upload},
	{weight: 4, name: "UploadPartCopy", resources: onBoth, failures: s3Upload,
		request: `{"bucketName":"$bucket","partNumber":"$part","uploadId":"$upload","Host":"$host",` +
			`"x-amz-copy-source":"$sourcebucket/$sourcekey","x-amz-copy-source-range":"bytes=0-5242879","key":"$key"}`},
	{weight: 8, name: "CompleteMultipartUpload", request: `{"bucketName":"$bucket","uploadId":"$upload","Host":"$host","key":"$key"}`,
		response: encrypted, resources: onObject, failures: s3Upload},
	{weight: 4, name: "AbortMultipartUpload", request: `{"bucketName":"$bucket","uploadId":"$upload","Host":"$host","key":"$key"}`,
		resources: onObject, failures: s3Upload},
	{weight: 4, name: "UpdateObjectEncryption", since: 2025, resources: onObject, failures: []failure{s3DeniedBecause},
		request: `{"bucketName":"$bucket","Host":"$host","encryption":"","ObjectEncryption":{"SSEKMS":{"KMSKeyArn":"arn:aws:kms:$region:$account:key/$uuidof"}},"key":"$key"}`},

	// Write, without a key.
	{weight: 8, name: "DeleteObjects", request: `{"bucketName":"$bucket","Host":"$host","delete":""}`, resources: onAll, failures: s3Write},
}}}

// deletesAreToldSince is when S3 began to report each key of a DeleteObjects in an event of its
// own. Until 2023 the documentation says that it does not, so this is the beginning of 2024.
var deletesAreToldSince = time.Date(2024, time.January, 1, 0, 0, 0, 0, time.UTC).Unix()

// s3Deletes is the event for one key of a DeleteObjects. No such record has been published; it is
// put together from what AWS says about it and from what service events have in common.
var s3Deletes = []service{{source: "s3.amazonaws.com", pace: 2, apis: []api{
	{name: "DeleteObject", request: `{"bucketName":"$bucket","key":"$key"}`, resources: onObject, eventType: "AwsServiceEvent", as: theServiceItself},
}}}

// dataShapes returns the shapes of s3Objects. They all have the same additionalEventData.
var dataShapes = sync.OnceValue(func() []shape {
	apis := s3Objects[0].apis
	for i := range apis {
		apis[i].extra = `{$transfer}`
	}
	return shapesOf(s3Objects, true)
})

// deletedShape returns the shape of s3Deletes.
var deletedShape = sync.OnceValue(func() *shape { return &shapesOf(s3Deletes, true)[0] })

// appendTransfer appends the members of S3's additionalEventData. In 2016 that was only the
// extended request id; the counts of bytes came with a fraction at first.
func (g *Generator) appendTransfer(dst []byte, c *call) []byte {
	if g.era.from < 2018 {
		dst = append(dst, `"x-amz-id-2":"`...)
		return append(appendDigits(dst, mix(c.id^14), 75, base64Digits), `="`...)
	}
	if c.kind != anonymous {
		dst = append(dst, `"SignatureVersion":"SigV4",`...)
	}
	dst = append(dst, `"CipherSuite":"ECDHE-RSA-AES128-GCM-SHA256","bytesTransferredIn":`...)
	if c.tls13() {
		dst = append(dst[:len(dst)-len(`ECDHE-RSA-AES128-GCM-SHA256","bytesTransferredIn":`)], `TLS_AES_128_GCM_SHA256","bytesTransferredIn":`...)
	}
	var in, out int
	carries := c.templates.resources.isPresent() && c.failure == nil && c.data
	switch c.name {
	case "PutObject", "UploadPart", "PostObject":
		if carries {
			in = c.size()
		}
	case "GetObject", "SelectObjectContent":
		out = 281
		if carries {
			out = c.size()
		}
	default:
		out = c.number % 900
	}
	dst = c.appendCount(dst, in)
	if c.data && !c.read && c.failure == nil && g.era.from >= 2022 {
		dst = append(dst, `,"SSEApplied":"Default_SSE_S3"`...)
	}
	if c.kind != anonymous {
		dst = append(dst, `,"AuthenticationMethod":"AuthHeader"`...)
	}
	dst = append(dst, `,"x-amz-id-2":"`...)
	dst = appendDigits(dst, mix(c.id^14), 75, base64Digits)
	dst = append(dst, `=","bytesTransferredOut":`...)
	return c.appendCount(dst, out)
}

func (c *call) appendCount(dst []byte, n int) []byte {
	dst = strconv.AppendInt(dst, int64(n), 10)
	if c.version < 8 {
		dst = append(dst, ".0"...)
	}
	return dst
}

// size returns the size of c's object, which is always the same: from bytes to gigabytes, and as
// often thousands as millions.
func (c *call) size() int {
	x := mix(uint64(c.bucket)<<32 ^ uint64(c.object))
	return int(x >> 32 & (1<<(4+x%27) - 1))
}
