package accesslog

import (
	"crypto/sha256"
	"encoding/hex"
	"strconv"
	"strings"
	"time"

	"github.com/trailsieve/trailsieve/internal/jsonscan"
	"github.com/trailsieve/trailsieve/record"
)

// A Source is what CloudTrail knows about the bucket of a log file and the lines do not tell. Each
// field may be empty; [Key.Source] fills it from the key of a file of the second form.
type Source struct {
	AccountID string // of the bucket's owner, twelve digits
	Region    string // of the bucket
}

// eventVersion is that of the records: what S3 writes since 2025.
const eventVersion = "1.11"

// Record returns the record that CloudTrail would have written for the request, as the bucket's
// owner gets it, or a [*NoEventError] if it would have written none. It makes a new Record each
// time, which is built in code: it has no [record.Record.Text]. The package comment says what it
// has, and what that rests on.
//
// Without an AccountID the record has no recipientAccountId, so [record.Record.Account] is the
// account of the caller, if that is known. Without a Region, that of the access point is taken or
// else that in the host header; where neither names one, awsRegion is empty, and the partition is
// that of AWS's commercial Regions.
func (e *Entry) Record(from Source) (*record.Record, error) {
	name, err := e.EventName()
	if err != nil {
		return nil, err
	}
	e = e.valid()
	key := valid(e.ObjectKey())
	r := &record.Record{
		EventVersion:        eventVersion,
		EventTime:           e.completed(),
		EventSource:         "s3.amazonaws.com",
		EventName:           name,
		AWSRegion:           e.region(from),
		SourceIPAddress:     e.RemoteIP,
		ErrorCode:           e.ErrorCode,
		RequestID:           e.RequestID,
		EventType:           "AwsApiCall",
		RecipientAccountID:  from.AccountID,
		AdditionalEventData: e.additionalEventData(),
		TLSDetails:          e.tlsDetails(),
	}
	if e.Operation == "BATCH.DELETE.OBJECT" {
		r.EventType = "AwsServiceEvent"
	}
	if e.UserAgent != "" {
		r.UserAgent = "[" + e.UserAgent + "]"
	}
	r.UserIdentity = e.identity(from, record.Partition(r.AWSRegion))
	if service := r.UserIdentity.InvokedBy; service != "" {
		// Services give their name instead of an address, and the logs leave both out.
		if r.SourceIPAddress == "" {
			r.SourceIPAddress = record.Address(service)
		}
		if r.UserAgent == "" {
			r.UserAgent = service
		}
	}
	r.RequestParameters = e.requestParameters(key)
	e.classify(r)
	e.addResources(r, key, from)
	r.EventID = e.id("eventID", name)
	if from.AccountID != "" && r.UserIdentity.AccountID != from.AccountID {
		// The caller's account gets a record of its own.
		r.SharedEventID = e.id("sharedEventID", name)
	}
	return r, nil
}

// AppendRecord appends to dst the JSON of the [Entry.Record], as it would stand in a log file of
// CloudTrail.
func (e *Entry) AppendRecord(dst []byte, from Source) ([]byte, error) {
	r, err := e.Record(from)
	if err != nil {
		return dst, err
	}
	return r.AppendJSON(dst), nil
}

// completed returns when the request completed, to the second, which is the time that CloudTrail
// gives. It may be a second early, as the log has no fractions of the time it begins at.
func (e *Entry) completed() time.Time {
	total := min(e.TotalTime.Value, int64(maxTotalTime/time.Millisecond))
	return e.Time.Add(time.Duration(total) * time.Millisecond).Truncate(time.Second)
}

// maxTotalTime bounds what is believed of a request's total time, so that no time overflows.
// Uploading the largest part takes hours at worst.
const maxTotalTime = 30 * 24 * time.Hour

// classify sets what says which kind of event the record is.
func (e *Entry) classify(r *record.Record) {
	category, _ := r.Category()
	reads, _ := r.IsReadOnly()
	if r.EventName == preflight {
		category, reads = record.Data, true
	}
	r.EventCategory = category
	r.ManagementEvent = boolOf(category == record.Management)
	r.ReadOnly = boolOf(reads)
}

func boolOf(b bool) record.Bool {
	if b {
		return record.True
	}
	return record.False
}

// addResources adds what the call touched: the object, or the prefix of all objects that it may have
// touched, if it is a data event; the bucket; and the access point, if it went through one.
func (e *Entry) addResources(r *record.Record, key string, from Source) {
	if e.Bucket == "" {
		return // the service as a whole
	}
	bucket := "arn:" + record.Partition(r.AWSRegion) + ":s3:::" + e.Bucket
	if r.EventCategory == record.Data {
		object := record.Resource{Type: "AWS::S3::Object"}
		if key != "" {
			object.ARN = bucket + "/" + key
		} else {
			object.ARNPrefix = bucket + "/" + r.RequestParameters.Get("prefix").String()
		}
		r.Resources = append(r.Resources, object)
	}
	r.Resources = append(r.Resources,
		record.Resource{ARN: bucket, AccountID: from.AccountID, Type: "AWS::S3::Bucket"})
	if e.AccessPointARN != "" {
		_, account := arnPlace(e.AccessPointARN)
		r.Resources = append(r.Resources,
			record.Resource{ARN: e.AccessPointARN, AccountID: account, Type: "AWS::S3::AccessPoint"})
	}
}

// secret are the parameters of a presigned URL that CloudTrail leaves out of requestParameters, in
// signature versions 4 and 2.
var secret = map[string]bool{
	"X-Amz-Credential":     true,
	"X-Amz-Security-Token": true,
	"X-Amz-Signature":      true,
	"AWSAccessKeyId":       true,
	"Signature":            true,
	"x-amz-security-token": true,
}

// requestParameters returns what S3 writes there: bucket, host, the parameters of the query, and the
// key. What was in other headers of the request or in its body the log does not have.
func (e *Entry) requestParameters(key string) record.JSON {
	b := make([]byte, 0, 256)
	b = append(b, '{')
	written := make(map[string]bool)
	add := func(name, value string) {
		if written[name] {
			return
		}
		if len(written) > 0 {
			b = append(b, ',')
		}
		written[name] = true
		b = append(appendQuoted(b, name), ':')
		b = appendQuoted(b, value)
	}
	if e.Bucket != "" {
		add("bucketName", e.Bucket)
	}
	if e.HostHeader != "" {
		add("Host", e.HostHeader)
	}
	if key != "" {
		add("key", key) // S3 writes it last, but a parameter of that name must not take its place
	}
	if strings.HasPrefix(e.Operation, "BATCH.") {
		// The query is that of the DeleteObjects.
		if e.VersionID != "" {
			add("versionId", e.VersionID)
		}
		return record.JSON(append(b, '}'))
	}
	for name, value := range e.request().parameters() {
		if !secret[name] {
			add(name, value)
		}
	}
	if e.VersionID != "" {
		add("versionId", e.VersionID)
	}
	return record.JSON(append(b, '}'))
}

// additionalEventData returns what S3 writes there, as far as the log tells.
func (e *Entry) additionalEventData() record.JSON {
	b := make([]byte, 0, 256)
	b = append(b, '{')
	text := func(name, value string) {
		if value != "" {
			b = append(appendQuoted(b, name), ':')
			b = append(appendQuoted(b, value), ',')
		}
	}
	number := func(name string, n int64) {
		b = append(appendQuoted(b, name), ':')
		b = append(strconv.AppendInt(b, n, 10), ',')
	}
	text("SignatureVersion", e.SignatureVersion)
	text("CipherSuite", e.CipherSuite)
	if in, ok := e.bytesIn(); ok {
		number("bytesTransferredIn", in)
	}
	text("AuthenticationMethod", e.AuthenticationType)
	text("x-amz-id-2", e.HostID)
	if e.RequestURI != "" {
		number("bytesTransferredOut", e.BytesSent.Value)
	}
	if len(b) == 1 {
		return ""
	}
	b[len(b)-1] = '}'
	return record.JSON(b)
}

// bytesIn returns how large the body of the request was, where that can be known: requests that read
// or delete one thing have none, and what was uploaded without error has its size in the log.
func (e *Entry) bytesIn() (n int64, ok bool) {
	_, operation, _ := strings.Cut(e.Operation, ".")
	method, _, _ := strings.Cut(operation, ".")
	switch {
	case e.RequestURI == "":
		return 0, false
	case method == "GET" || method == "HEAD" || method == "DELETE" || method == "OPTIONS" || method == "COPY":
		return 0, true
	case (operation == "PUT.OBJECT" || operation == "PUT.PART") && e.ErrorCode == "" && e.ObjectSize.Present:
		return e.ObjectSize.Value, true
	}
	return 0, false
}

// tlsDetails returns those of the connection. The log writes TLSV1.2 in the samples of its
// documentation, and TLSv1.2 in reality; records have the latter.
func (e *Entry) tlsDetails() record.TLSDetails {
	if e.TLSVersion == "" {
		return record.TLSDetails{}
	}
	return record.TLSDetails{
		TLSVersion:               strings.Replace(e.TLSVersion, "TLSV", "TLSv", 1),
		CipherSuite:              e.CipherSuite,
		ClientProvidedHostHeader: e.HostHeader,
	}
}

// region returns the Region of the bucket.
func (e *Entry) region(from Source) string {
	if from.Region != "" {
		return from.Region
	}
	if region, _ := arnPlace(e.AccessPointARN); region != "" {
		return region
	}
	return regionOfHost(e.HostHeader)
}

// regionOfHost returns the Region of an endpoint of S3, or nothing if it names none:
//
//	bucket.s3.us-west-1.amazonaws.com      s3.dualstack.eu-west-1.amazonaws.com
//	s3-ap-northeast-1.amazonaws.com        bucket.s3-website.eu-central-1.amazonaws.com
//	s3.cn-north-1.amazonaws.com.cn         bucket.s3-website-us-east-1.amazonaws.com
//
// Sources: https://docs.aws.amazon.com/general/latest/gr/s3.html and
// https://docs.aws.amazon.com/AmazonS3/latest/userguide/VirtualHosting.html.
func regionOfHost(host string) string {
	host, _, _ = strings.Cut(strings.ToLower(host), ":")
	host, ok := strings.CutSuffix(strings.TrimSuffix(host, ".cn"), ".amazonaws.com")
	if !ok {
		return ""
	}
	labels := strings.Split(host, ".")
	last := labels[len(labels)-1]
	if isRegion(last) && len(labels) > 1 {
		before := labels[len(labels)-2]
		if before == "dualstack" && len(labels) > 2 {
			before = labels[len(labels)-3]
		}
		if before == "s3" || strings.HasPrefix(before, "s3-") {
			return last
		}
		return ""
	}
	for _, prefix := range [...]string{"s3-website-", "s3-fips-", "s3-"} {
		if region, ok := strings.CutPrefix(last, prefix); ok && isRegion(region) {
			return region
		}
	}
	return ""
}

// id returns a UUID (version 8, RFC 9562) that depends on the request alone. A request ID may be on
// several lines, one for each key of a DeleteObjects among them.
func (e *Entry) id(what, eventName string) string {
	h := sha256.New()
	for _, s := range [...]string{what, e.RequestID, e.HostID, e.Bucket, eventName, e.Key, e.VersionID} {
		h.Write([]byte(s))
		h.Write([]byte{0})
	}
	var sum [sha256.Size]byte
	id := h.Sum(sum[:0])[:16]
	id[6] = id[6]&0x0F | 0x80
	id[8] = id[8]&0x3F | 0x80
	x := hex.EncodeToString(id)
	return x[:8] + "-" + x[8:12] + "-" + x[12:16] + "-" + x[16:20] + "-" + x[20:]
}

// appendQuoted appends text as a JSON string.
func appendQuoted(dst []byte, text string) []byte { return jsonscan.AppendQuoted(dst, valid(text)) }

// valid replaces what is no UTF-8 by U+FFFD. Escapes of keys and parameters may spell anything, and
// headers may have anything in them; JSON may not.
func valid(s string) string { return strings.ToValidUTF8(s, "\uFFFD") }

// valid returns a copy of e with all fields in UTF-8.
func (e *Entry) valid() *Entry {
	v := *e
	for _, field := range [...]*string{&v.BucketOwner, &v.Bucket, (*string)(&v.RemoteIP), &v.Requester,
		&v.RequestID, &v.Operation, &v.Key, &v.RequestURI, &v.ErrorCode, &v.Referer, &v.UserAgent} {
		*field = valid(*field)
	}
	for _, field := range v.tail() {
		*field = valid(*field)
	}
	return &v
}
