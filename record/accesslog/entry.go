package accesslog

import (
	"strconv"
	"time"

	"github.com/trailsieve/trailsieve/record"
)

// An Entry is one line of a log file: one request, or one action of S3's own.
//
// The fields have AWS's names and are in AWS's order. A text is empty and a [Number] is not Present
// where the line has a hyphen or, as those of older years do, ends before the field. The strings of
// an Entry that was read are pieces of one text, so a field that outlives its Entry by far should
// be cloned with [strings.Clone].
//
// An Entry that nobody changes may be read by any number of goroutines.
type Entry struct {
	BucketOwner        string         // canonical user ID
	Bucket             string         // as the request has named it
	Time               time.Time      // UTC; when the request was received, to the second
	RemoteIP           record.Address // without one if a service made the request
	Requester          string         // canonical user ID, ARN, or service; empty if nobody signed
	RequestID          string         // "3E57427F3EXAMPLE"
	Operation          string         // "REST.GET.OBJECT"; see [Entry.EventName]
	Key                string         // as the line has it, encoded; see [Entry.ObjectKey]
	RequestURI         string         // "GET /amzn-s3-demo-bucket/cat.jpg HTTP/1.1"
	HTTPStatus         Number
	ErrorCode          string // "NoSuchKey"
	BytesSent          Number // body of the response; S3 writes a hyphen for zero
	ObjectSize         Number // of the object in question, in bytes
	TotalTime          Number // milliseconds from receiving the request to sending the last byte
	TurnAroundTime     Number // milliseconds from receiving the last byte to sending the first
	Referer            string // HTTP header
	UserAgent          string // HTTP header
	VersionID          string // in the request
	HostID             string // x-amz-id-2
	SignatureVersion   string // "SigV2" or "SigV4"
	CipherSuite        string // empty for a request without TLS
	AuthenticationType string // "AuthHeader" or "QueryString", that of a presigned URL
	HostHeader         string // the endpoint
	TLSVersion         string // "TLSv1.3"
	AccessPointARN     string
	ACLRequired        string // "Yes" if only an ACL permitted the request
	SourceRegion       string // see Open questions in the package comment

	// Extra are the fields behind these, which AWS may add at any time, as the line has them.
	Extra []string

	text string // the line; empty for an Entry that was built in code
}

// A Number is a count that may be absent. The zero Number is.
type Number struct {
	Value   int64 // not negative; zero if the number is absent
	Present bool
}

// Some returns the Number that is there and has the value n.
func Some(n int64) Number { return Number{Value: n, Present: true} }

// String returns the number as a log file has it: a hyphen if it is absent.
func (n Number) String() string {
	if !n.Present {
		return "-"
	}
	return strconv.FormatInt(n.Value, 10)
}

// Text returns the line that the Entry was parsed from, without its end. It is empty for an Entry
// that was built in code.
func (e *Entry) Text() string { return e.text }

// timeLayout is that of the time, between its brackets: [06/Feb/2019:00:00:38 +0000].
const timeLayout = "02/Jan/2006:15:04:05 -0700"

// AppendText appends the Entry to dst as a line of a log file, without an end. It has all fields up
// to ACLRequired, and those behind it if one of them is there. Like S3, it does not escape
// anything, so [Parse] gives the same Entry back only if no field has a line feed or carriage return,
// no field without quotes has a space or quote, and the quoted ones have nothing that looks like their
// end. It never fails; the error is for [encoding.TextAppender].
func (e *Entry) AppendText(dst []byte) ([]byte, error) {
	plain := func(s string) {
		if s == "" {
			s = "-"
		}
		dst = append(append(dst, s...), ' ')
	}
	number := func(n Number) { plain(n.String()) }
	quoted := func(s string) {
		if s == "" {
			s = "-"
		}
		dst = append(append(append(dst, '"'), s...), `" `...)
	}
	plain(e.BucketOwner)
	plain(e.Bucket)
	dst = append(dst, '[')
	dst = e.Time.UTC().AppendFormat(dst, timeLayout)
	dst = append(dst, "] "...)
	plain(string(e.RemoteIP))
	plain(e.Requester)
	plain(e.RequestID)
	plain(e.Operation)
	plain(e.Key)
	quoted(e.RequestURI)
	number(e.HTTPStatus)
	plain(e.ErrorCode)
	for _, n := range [...]Number{e.BytesSent, e.ObjectSize, e.TotalTime, e.TurnAroundTime} {
		number(n)
	}
	quoted(e.Referer)
	quoted(e.UserAgent)
	for i, field := range e.tail() {
		if i == sourceRegion && *field == "" && len(e.Extra) == 0 {
			break
		}
		plain(*field)
	}
	for _, field := range e.Extra {
		plain(field)
	}
	return dst[:len(dst)-1], nil
}

// sourceRegion is the index of SourceRegion in tail: the first field that no line needs to have.
const sourceRegion = 9

// tail returns the fields behind the user agent.
func (e *Entry) tail() [10]*string {
	return [...]*string{&e.VersionID, &e.HostID, &e.SignatureVersion, &e.CipherSuite,
		&e.AuthenticationType, &e.HostHeader, &e.TLSVersion, &e.AccessPointARN, &e.ACLRequired,
		sourceRegion: &e.SourceRegion}
}
