package record

import (
	"net/netip"
	"strconv"
	"strings"
	"time"

	"github.com/tidwall/gjson"
)

// A Record is one CloudTrail record: an element of Records in a log file, or the detail of an
// EventBridge event.
//
// The fields have AWS's names and meanings, whatever the record's version: a field that the record
// does not have, has as null, or has with a value of an unexpected type is left at its zero value,
// and [Record.Get] finds what is really there. A decoded record keeps its text, byte for byte, and
// its strings are pieces of that text, so a field that outlives its record by far should be cloned
// with [strings.Clone]: it would keep all of the text in memory. The text itself may be a piece of something
// larger: of 128 KB of the stream, if it is from a [Reader] that reuses its Record, of 32 KB of other
// records, or of a string of the caller's. [Record.Clone] makes a record that has nothing but its own text.
//
// Decoding overwrites all of a Record, and the memory of its Resources, which a copy by assignment shares:
// a copy that is to stay is a clone, too. A Record that nobody changes may be read by any number of goroutines.
type Record struct {
	EventVersion         Version
	UserIdentity         Identity
	EventTime            time.Time // UTC; when the request completed, to the second
	EventSource          string    // the service: "s3.amazonaws.com"
	EventName            string    // the API operation: "PutObject"
	AWSRegion            string
	SourceIPAddress      Address
	UserAgent            string
	ErrorCode            string
	ErrorMessage         string
	RequestParameters    JSON // shaped by each service, as the next three are
	ResponseElements     JSON
	AdditionalEventData  JSON
	ServiceEventDetails  JSON
	RequestID            string
	EventID              string
	ReadOnly             Bool // see also [Record.IsReadOnly]
	Resources            []Resource
	EventType            string // "AwsApiCall", "AwsServiceEvent"...
	APIVersion           string
	ManagementEvent      Bool
	RecipientAccountID   string
	SharedEventID        string
	VPCEndpointID        string
	VPCEndpointAccountID string
	EventCategory        Category // see also [Record.Category]
	TLSDetails           TLSDetails
	EventContext         JSON // only in event data stores of CloudTrail Lake

	SessionCredentialFromConsole Bool // AWS writes it only if it is true

	Addendum          *Addendum          // nil unless the record is late or corrected
	InsightDetails    *InsightDetails    // of Insights events, which have hardly anything else
	EdgeDeviceDetails *EdgeDeviceDetails // of S3 on Outposts and on Snow devices

	TimeWindow JSON // these two are of aggregated events
	Summary    JSON

	text string // the JSON that was decoded; empty for a record that was built in code
}

// A Resource is one of the resources that a call touched. It has an ARN or, if the call named
// several resources at once, an ARNPrefix with which all of theirs begin.
type Resource struct {
	ARN       string
	ARNPrefix string
	AccountID string // of the resource's owner
	Type      string // "AWS::S3::Object"
}

// TLSDetails tells how the connection of a request was encrypted.
type TLSDetails struct {
	TLSVersion               string // "TLSv1.3"
	CipherSuite              string
	ClientProvidedHostHeader string
	KeyExchange              string // "X25519MLKEM768"
}

// An Addendum tells why a record came late, or a second time with corrections. Such a record has an
// eventID of its own.
type Addendum struct {
	Reason            string // "DELIVERY_DELAY", "UPDATED_DATA" or "SERVICE_OUTAGE"
	UpdatedFields     string // names, separated by commas
	OriginalRequestID string
	OriginalEventID   string
}

// InsightDetails are what an Insights event is about: the start or the end of unusual activity.
type InsightDetails struct {
	State          string // "Start" or "End"
	EventSource    string
	EventName      string
	InsightType    string // "ApiCallRateInsight" or "ApiErrorRateInsight"
	ErrorCode      string
	InsightContext JSON // statistics and attributions
}

// EdgeDeviceDetails are those of the device that a request was made to.
type EdgeDeviceDetails struct {
	Type         string
	SnowJobID    string
	DeviceID     string
	DeviceFamily string
	Attributes   JSON
}

// An Oddity is something in a record that is not as AWS writes it.
type Oddity struct {
	Pointer string // to the value, as a JSON Pointer (RFC 6901)
	What    string // "a number where a string is expected"
}

// Oddities tells of the values that a field could not take, because they have another type or spell
// something else, so that the field is left at its zero value. It decodes the record's text once
// more. A record that AWS has written has none.
func (r *Record) Oddities() []Oddity {
	if r.text == "" {
		return nil
	}
	var list []Oddity
	d := decoder{odd: func(o Oddity) { list = append(list, o) }}
	d.decode(new(Record), r.text, 1) // no error: it was decoded before
	return list
}

// Text returns the JSON text that the record was decoded from, byte for byte without white space
// around it. It is empty for a record that was built in code.
func (r *Record) Text() string { return r.text }

// Clone returns a copy of the record that shares no memory with r that anybody writes to, and in which what was
// decoded keeps nothing but its own text in memory. So a record stays, of a Reader that reuses it. A string that
// was put into a field in code stays the string that it is.
func (r *Record) Clone() *Record {
	c := *r
	c.Resources = append([]Resource(nil), r.Resources...)
	c.Addendum = clone(r.Addendum)
	c.InsightDetails = clone(r.InsightDetails)
	c.EdgeDeviceDetails = clone(r.EdgeDeviceDetails)
	c.detach()
	return &c
}

func clone[T any](p *T) *T {
	if p == nil {
		return nil
	}
	c := *p
	return &c
}

// Get returns what the record's text has at a path of names in gjson's syntax, such as
// "requestParameters.bucketName" or "resources.#.ARN". It reaches every field, also those that
// Record has no name for.
func (r *Record) Get(path string) gjson.Result { return gjson.Get(r.text, path) }

// A JSON is the text of a JSON value that is kept as it stands: an object, mostly, and whatever else
// a service or a tool has written there. It is empty where the record has no such field.
type JSON string

// Get returns what the value has at a path in gjson's syntax.
func (j JSON) Get(path string) gjson.Result { return gjson.Get(string(j), path) }

// MarshalJSON returns the text itself, or null if it is empty.
func (j JSON) MarshalJSON() ([]byte, error) {
	if j == "" {
		return []byte("null"), nil
	}
	return []byte(j), nil
}

// A Bool is a boolean that may be absent.
type Bool uint8

// The values of a Bool.
const (
	Absent Bool = iota
	False
	True
)

// String returns "absent", "false" or "true".
func (b Bool) String() string { return [...]string{"absent", "false", "true"}[min(b, True)] }

// A Version is the eventVersion of a record, such as "1.08".
type Version string

// Compare returns -1, 0 or +1 as v is older than, the same as or newer than w. Versions compare by
// major, then by minor number: "1.10" is newer than "1.9", and "1.08" is "1.8". Numbers that are
// missing or unreadable count as zero.
func (v Version) Compare(w Version) int {
	vMajor, vMinor := v.numbers()
	wMajor, wMinor := w.numbers()
	switch {
	case vMajor < wMajor || vMajor == wMajor && vMinor < wMinor:
		return -1
	case vMajor == wMajor && vMinor == wMinor:
		return 0
	}
	return +1
}

func (v Version) numbers() (major, minor uint64) {
	before, after, _ := strings.Cut(string(v), ".")
	major, _ = strconv.ParseUint(before, 10, 32)
	minor, _ = strconv.ParseUint(after, 10, 32)
	return major, minor
}

// An Address says where a request came from: an IP address, the host name of the AWS service that
// made the call for somebody, or "AWS Internal". In most records it is not an IP address.
type Address string

// IP returns the address if it is an IP address.
func (a Address) IP() (netip.Addr, bool) {
	ip, err := netip.ParseAddr(string(a))
	return ip, err == nil
}

// IsAWS reports whether the address names AWS or one of its services.
func (a Address) IsAWS() bool {
	return strings.HasSuffix(string(a), ".amazonaws.com") ||
		strings.HasSuffix(string(a), ".amazonaws.com.cn") ||
		strings.HasPrefix(string(a), "AWS Internal")
}
