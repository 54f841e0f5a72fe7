// Package s3call tells what a CloudTrail record says of a call to Amazon S3: which places it touched,
// how, and whether S3 did what was asked.
//
// A call touches more than one place if it copies: the place that it writes, and the one that it
// reads. Its resources list both, in whatever order; older records name the source only in their
// requestParameters. Some calls name no single object, and then their place is all objects whose keys begin with
// a prefix:
//
//	ListObjects         the prefix that was asked for
//	DeleteObjects       the whole bucket: the record does not have the keys
//
// S3 writes a record for each key that DeleteObjects deletes since 2023, as an event of the service
// itself ([Call.ByService]), besides that of the call. HeadBucket and calls such as PutBucketPolicy are
// about the bucket and no object.
//
// Sources: https://docs.aws.amazon.com/AmazonS3/latest/userguide/cloudtrail-logging-s3-info.html,
// https://docs.aws.amazon.com/awscloudtrail/latest/userguide/filtering-data-events.html and
// https://docs.aws.amazon.com/AmazonS3/latest/API/API_CopyObject.html.
//
// # Open questions
//
// AWS does not document whether the keys in records are URL-encoded; those in published records are
// not. [Place.Under] tries a key as it stands and decoded, so that no alarm is missed; everything else
// takes it as it stands.
//
// Nor does it document who the caller is in the record of a key that DeleteObjects has deleted. That of
// the call has it, so that nothing is lost if the others are passed over.
//
// Calls to S3 on Outposts, S3 Express and other services of the family have event sources and ARNs of
// their own, and are not calls here. A bucket that is reached through an access point is known by the
// record's resources; if it has none, the ARN of the access point stands for the bucket.
package s3call

import (
	"cmp"
	"fmt"
	"net/url"
	"regexp"
	"slices"
	"strings"

	"github.com/tidwall/gjson"

	"github.com/trailsieve/trailsieve/record"
)

// A Call is what a record says of a call to S3.
type Call struct {
	Places    []Place // at least one; of a copy, the target first
	Outcome   Outcome
	Error     string // the error code or, without one, the message; empty if the call was done
	Unproved  bool   // refused because the caller did not prove who it is, and not because it may not
	ByService bool   // S3 tells what it did by itself, in the course of a call that has a record of its own

	// ByEndpoint says that a VPC endpoint tells of the call on its way: a network activity event. S3 tells of
	// it as well, and knows the caller better, unless the endpoint has refused it.
	ByEndpoint bool
}

// A Place is something in S3 that a call touched.
type Place struct {
	Kind      Kind
	Bucket    string
	Key       string // of an object, or what the keys begin with
	Operation string // what was done there: the call's, but GetObject for the source of a copy
	Read      bool   // rather than written
}

// A Kind says what a place is.
type Kind uint8

// The kinds of places.
const (
	Object Kind = iota // one object
	Prefix             // any objects whose keys begin with Key
	Bucket             // the bucket itself
)

// String returns the place as a URL. A star follows what keys begin with.
func (p Place) String() string {
	switch p.Kind {
	case Bucket:
		return "s3://" + p.Bucket
	case Prefix:
		return "s3://" + p.Bucket + "/" + p.Key + "*"
	}
	return "s3://" + p.Bucket + "/" + p.Key
}

// Under reports whether an object in a bucket whose key begins with prefix may have been touched.
func (p Place) Under(bucket, prefix string) bool {
	if p.Kind == Bucket || p.Bucket != bucket {
		return false
	}
	under := func(key string) bool {
		return strings.HasPrefix(key, prefix) || p.Kind == Prefix && strings.HasPrefix(prefix, key)
	}
	if under(p.Key) {
		return true
	}
	decoded, err := url.QueryUnescape(p.Key)
	return err == nil && under(decoded)
}

// An Outcome says what became of a call.
type Outcome string

// The outcomes of a call.
const (
	Done    Outcome = "done"
	Refused Outcome = "refused" // S3 did not let the caller
	Failed  Outcome = "failed"  // for another reason: no such key, slow down...
)

// Of returns what a record says of a call to S3, and whether it is one that names a bucket.
func Of(rec *record.Record) (Call, bool) {
	if rec.EventSource != "s3.amazonaws.com" && rec.EventSource != "s3.amazonaws.com.cn" || rec.EventName == "" {
		return Call{}, false
	}
	category, _ := rec.Category()
	c := Call{ByService: rec.EventType == "AwsServiceEvent", ByEndpoint: category == record.NetworkActivity}
	c.Outcome, c.Error, c.Unproved = outcome(rec)
	c.Places = places(rec)
	read, _ := rec.IsReadOnly()
	for i := range c.Places {
		p := &c.Places[i]
		p.Operation, p.Read = rec.EventName, read
		if isCopy(rec) && i > 0 {
			p.Operation, p.Read = "GetObject", true
		}
	}
	return c, len(c.Places) > 0
}

func isCopy(rec *record.Record) bool {
	return rec.EventName == "CopyObject" || rec.EventName == "UploadPartCopy"
}

// places returns what a call touched, of a copy the target first, without what was done there.
func places(rec *record.Record) (places []Place) {
	if rec.EventName == "HeadBucket" {
		return bucketOnly(rec)
	}
	add := func(p Place) {
		if !slices.Contains(places, p) {
			places = append(places, p)
		}
	}
	for i := range rec.Resources {
		r := &rec.Resources[i]
		if r.Type != "AWS::S3::Object" {
			continue
		}
		if bucket, key, ok := cutARN(r.ARN); ok {
			add(Place{Kind: Object, Bucket: bucket, Key: key})
		} else if bucket, key, ok := cutARN(r.ARNPrefix); ok {
			add(Place{Kind: Prefix, Bucket: bucket, Key: key})
		}
	}
	if len(places) == 0 {
		object, named := rec.S3Object()
		bucket := object.Bucket
		if !isCopy(rec) { // whose resources have two
			bucket, named = bucketOf(rec)
		}
		_, isObjectLevel := rec.S3ObjectARN()
		switch {
		case named && object.Key != "": // even if nobody knows the operation yet
			add(Place{Kind: Object, Bucket: bucket, Key: object.Key})
		case named && isObjectLevel:
			add(Place{Kind: Prefix, Bucket: bucket, Key: rec.RequestParameters.Get("prefix").Str})
		default:
			return bucketOnly(rec)
		}
	}
	if isCopy(rec) {
		return copied(rec, places)
	}
	return places
}

// bucketOnly returns the bucket of a call that is about no object.
func bucketOnly(rec *record.Record) []Place {
	if bucket, ok := bucketOf(rec); ok {
		return []Place{{Kind: Bucket, Bucket: bucket}}
	}
	return nil
}

// copied puts what a copy writes before what it reads, as AWS does not promise it, and adds what it reads
// if resources do not have it.
func copied(rec *record.Record, places []Place) []Place {
	target, _ := rec.S3Object()
	written := Place{Kind: Object, Bucket: target.Bucket, Key: target.Key}
	source, hasSource := copySource(rec)
	switch i := slices.Index(places, written); {
	case i >= 0:
		places[0], places[i] = places[i], places[0]
	case !hasSource || places[0] != source:
	case len(places) > 1:
		places[0], places[1] = places[1], places[0]
	case target.Key != "":
		places[0] = written
	}
	if len(places) == 1 && hasSource { // as resources do not always have it, or only under another name
		places = append(places, source)
	}
	return places
}

// bucketOf returns the bucket of a call. Resources have its own name where requestParameters have that of
// an access point.
func bucketOf(rec *record.Record) (string, bool) {
	for i := range rec.Resources {
		if r := &rec.Resources[i]; r.Type == "AWS::S3::Bucket" {
			if _, bucket, ok := strings.Cut(r.ARN, ":s3:::"); ok && bucket != "" {
				return bucket, true
			}
		}
	}
	object, ok := rec.S3Object()
	return object.Bucket, ok
}

// cutARN takes the ARN of an object apart.
func cutARN(arn string) (bucket, key string, ok bool) {
	_, path, ok := strings.Cut(arn, ":s3:::")
	bucket, key, isObject := strings.Cut(path, "/")
	return bucket, key, ok && isObject && bucket != ""
}

// copySource returns the object that a call copies from. The request names it, URL-encoded, in one of
// these ways, and may name a version:
//
//	bucket/key?versionId=...   /bucket/key   arn:aws:s3:region:account:accesspoint/name/object/key
func copySource(rec *record.Record) (Place, bool) {
	var named gjson.Result
	gjson.Parse(string(rec.RequestParameters)).ForEach(func(name, value gjson.Result) bool {
		if strings.EqualFold(name.Str, "x-amz-copy-source") { // the name of a header, which the caller spells
			named = value
		}
		return !named.Exists()
	})
	if named.IsArray() {
		named = named.Get("0")
	}
	if named.Type != gjson.String {
		return Place{}, false
	}
	source, _, _ := strings.Cut(named.Str, "?versionId=")
	if decoded, err := url.PathUnescape(source); err == nil {
		source = decoded
	}
	source = strings.TrimPrefix(source, "/")
	bucket, key, ok := strings.Cut(source, "/")
	if strings.HasPrefix(source, "arn:") {
		bucket, key, ok = strings.Cut(source, "/object/")
	}
	return Place{Kind: Object, Bucket: bucket, Key: key}, ok && bucket != ""
}

// refusals are the error codes with which S3, and the endpoint of a VPC on the way to it, does not let
// a caller: it may not (false), or it did not prove who it is (true).
// Source: https://docs.aws.amazon.com/AmazonS3/latest/API/ErrorResponses.html.
var refusals = map[string]bool{
	"AccessDenied": false, "AccessDeniedException": false, "AccountProblem": false, "AllAccessDisabled": false,
	"InvalidPayer": false, "NotSignedUp": false, "UnauthorizedAccess": false, "UnauthorizedAccessError": false,
	"VpceAccessDenied": false,

	"ExpiredToken": true, "InvalidAccessKeyId": true, "InvalidSecurity": true, "InvalidToken": true,
	"RequestTimeTooSkewed": true, "SignatureDoesNotMatch": true, "TokenRefreshRequired": true,
}

func outcome(rec *record.Record) (o Outcome, told string, unproved bool) {
	unproved, refused := refusals[rec.ErrorCode]
	told = cmp.Or(rec.ErrorCode, rec.ErrorMessage)
	switch {
	case told == "":
		return Done, "", false
	case refused, rec.ErrorCode == "" && rec.ErrorMessage == "Access Denied":
		return Refused, told, unproved
	}
	return Failed, told, false
}

// bucketName is what a bucket may be called: as the rules were until 2018, with stars.
var bucketName = regexp.MustCompile(`^[A-Za-z0-9._*-]{1,255}$`)

// ParseURL takes apart what a configuration calls a place: s3://bucket/key or arn:aws:s3:::bucket/key,
// in any partition. isObject tells whether there is a slash behind the bucket, which may end the text.
func ParseURL(text string) (bucket, key string, isObject bool, err error) {
	rest, ok := strings.CutPrefix(text, "s3://")
	if !ok && strings.HasPrefix(text, "arn:") {
		_, rest, ok = strings.Cut(text, ":s3:::")
	}
	bucket, key, isObject = strings.Cut(rest, "/")
	if !ok || bucket == "" {
		return "", "", false, fmt.Errorf("not a bucket or prefix in S3: %q (write s3://bucket/prefix or arn:aws:s3:::bucket/prefix)", text)
	}
	return bucket, key, isObject, CheckBucket(bucket)
}

// CheckBucket tells what is wrong with the name of a bucket, in which stars may be.
func CheckBucket(name string) error {
	if !bucketName.MatchString(name) {
		return fmt.Errorf("not the name of a bucket: %q (letters, digits, dots and hyphens)", name)
	}
	return nil
}
