package record

import (
	"errors"
	"fmt"
	"net/url"
	"slices"
	"strconv"
	"strings"

	"github.com/tidwall/gjson"

	"github.com/trailsieve/trailsieve/internal/jsonscan"
)

// A Notification is one message about S3 objects, taken out of the envelopes in which it came.
type Notification struct {
	// MessageID is that of the outermost envelope that has one: the messageId of Amazon SQS if the
	// message came out of a queue, or else the MessageId of Amazon SNS.
	MessageID string

	Kind      NotificationKind
	Envelopes []Envelope // around the message, the outermost first
	Objects   []NotifiedObject

	// Err says why the message of this envelope could not be read. Kind and Objects are then empty.
	Err error
}

// A NotificationKind tells what a message is.
type NotificationKind string

// The kinds of messages.
const (
	// S3Notification is the event notification of an S3 bucket, or what Amazon EventBridge makes of
	// the same event.
	S3Notification NotificationKind = "S3 event notification"

	// S3Test is what S3 sends when notifications are set up: {"Event":"s3:TestEvent"}. It names no
	// object.
	S3Test NotificationKind = "S3 test event"

	// CloudTrailNotification is what CloudTrail sends itself to the SNS topic of a trail, when it has
	// delivered log files.
	CloudTrailNotification NotificationKind = "CloudTrail notification"

	// CloudTrailValidation is what CloudTrail sends when a trail gets a topic. It names no object.
	CloudTrailValidation NotificationKind = "CloudTrail validation message"

	// SNSConfirmation is what SNS sends about a subscription itself: a SubscriptionConfirmation or
	// UnsubscribeConfirmation. It names no object.
	SNSConfirmation NotificationKind = "SNS subscription confirmation"
)

// An Envelope is something that a message came in.
type Envelope string

// The envelopes.
const (
	SNSMessage       Envelope = "SNS message"       // {"Type":"Notification","Message":"..."}
	SNSEvent         Envelope = "SNS event"         // Lambda's: {"Records":[{"Sns":{"Message":"..."}}]}
	SQSEvent         Envelope = "SQS event"         // Lambda's: {"Records":[{"body":"..."}]}
	EventBridgeEvent Envelope = "EventBridge event" // {"detail-type":"Object Created","detail":{...}}
)

// A NotifiedObject is an S3 object that a message is about.
type NotifiedObject struct {
	Bucket    string
	Key       string // unescaped
	VersionID string // if the bucket has versions
	Size      int64  // in bytes; -1 if the message does not tell it
	Event     string // what happened, in the message's own words: "ObjectCreated:Put", "Object Created"
}

// Created reports whether the message says that the object was created, or, from CloudTrail, that
// it was delivered. An object that was restored, replicated, tagged and so on is neither created nor
// removed.
func (o NotifiedObject) Created() bool {
	return strings.HasPrefix(o.Event, "ObjectCreated:") || o.Event == "Object Created" || o.Event == delivered
}

// Removed reports whether the message says that the object, a version of it or the view of it was
// removed, by a request or by the bucket's lifecycle.
func (o NotifiedObject) Removed() bool {
	return strings.HasPrefix(o.Event, "ObjectRemoved:") ||
		strings.HasPrefix(o.Event, "LifecycleExpiration:") || o.Event == "Object Deleted"
}

// delivered is the Event of what CloudTrail tells, which has no word for it.
const delivered = "delivered"

// A NotificationError says what is wrong with a notification, and where:
//
//	record: expected a string, found a number in /Records/0/body/Message/s3Bucket
type NotificationError struct {
	Pointer string // the value at fault, as a JSON Pointer (RFC 6901) that goes on inside strings that are JSON
	Err     error  // the cause
}

// Error names the package, the cause and the place.
func (e *NotificationError) Error() string {
	if e.Pointer == "" {
		return fmt.Sprintf("record: %v", e.Err)
	}
	return fmt.Sprintf("record: %v in %s", e.Err, e.Pointer)
}

// Unwrap returns the cause.
func (e *NotificationError) Unwrap() error { return e.Err }

// ErrNotNotification is the cause of a [NotificationError] for something else, such as a log file.
var ErrNotNotification = errors.New("not a notification of S3 objects")

const (
	// maxNotification is how large a notification may be: what Lambda hands to a function at a time,
	// https://docs.aws.amazon.com/lambda/latest/dg/gettingstarted-limits.html. A message of SQS has 1 MB
	// at most, one of SNS 256 KB.
	maxNotification = 6 << 20

	// maxEnvelopes is how many envelopes may be inside one another. What AWS's services can be
	// wired up to do by themselves needs three: EventBridge to SNS to SQS.
	maxEnvelopes = 4
)

// ParseNotification reads a message that tells of S3 objects, whatever its shape, and returns what it
// says. It knows
//
//	{"Records":[{"eventSource":"aws:s3", ...}]}        S3 event notifications
//	{"detail-type":"Object Created", ...}              S3's events in EventBridge
//	{"s3Bucket":"...","s3ObjectKey":["..."]}           CloudTrail's own notifications
//	CloudTrail validation message.                     the first message in a trail's topic
//	{"Event":"s3:TestEvent", ...}                      the first message from a bucket
//	{"Type":"Notification","Message":"..."}            any of these from an SNS topic
//	{"Records":[{"EventSource":"aws:sns", ...}]}       the same, as Lambda gets it
//	{"Records":[{"eventSource":"aws:sqs", ...}]}       any of these from an SQS queue, as Lambda gets it
//
// Most of these are one Notification. What Lambda gets from a queue is one for each message, in their
// order, and so is what it gets from a topic. A message among them that cannot be read does not keep
// the others from being read: its Notification has an Err. A function with ReportBatchItemFailures
// hands the MessageID of such a one back to Lambda.
//
// Whatever else is wrong is returned as the error. It is a [*NotificationError], as Err is: its cause is
// [ErrNotNotification] for JSON that is something else (a log file, a digest file, a record in an
// EventBridge event: it says which), [ErrLimit] for more than 6 MB or four envelopes inside one
// another, [ErrNotObject], or an error of JSON syntax.
//
// Keys come unescaped: S3 escapes them in its notifications, but not in those of EventBridge, and
// CloudTrail does not.
//
// Sources: https://docs.aws.amazon.com/AmazonS3/latest/userguide/notification-content-structure.html,
// https://docs.aws.amazon.com/AmazonS3/latest/userguide/ev-events.html,
// https://docs.aws.amazon.com/awscloudtrail/latest/userguide/configure-sns-notifications-for-cloudtrail.html,
// https://docs.aws.amazon.com/lambda/latest/dg/with-sqs.html and
// https://docs.aws.amazon.com/lambda/latest/dg/with-sns.html.
func ParseNotification(text []byte) ([]Notification, error) {
	if len(text) > maxNotification {
		return nil, &NotificationError{Err: fmt.Errorf("%w: more than %d bytes", ErrLimit, maxNotification)}
	}
	return parseMessage(string(text), messagePlace{})
}

// A messagePlace is where in a notification a message stands.
type messagePlace struct {
	pointer   string
	envelopes []Envelope
}

// into returns the place of what is in an envelope at pointer.
func (p messagePlace) into(e Envelope, pointer string) messagePlace {
	return messagePlace{p.pointer + pointer, append(slices.Clip(p.envelopes), e)}
}

func (p messagePlace) fail(pointer string, err error) error {
	return &NotificationError{Pointer: p.pointer + pointer, Err: err}
}

// refuse returns the error of a message that is something else.
func (p messagePlace) refuse(what string) error {
	return p.fail("", fmt.Errorf("%w: %s", ErrNotNotification, what))
}

// parseMessage reads the message in text, and what is in it if it is an envelope.
func parseMessage(text string, at messagePlace) ([]Notification, error) {
	if len(at.envelopes) > maxEnvelopes {
		err := fmt.Errorf("%w: more than %d envelopes inside one another", ErrLimit, maxEnvelopes)
		return nil, at.fail("", err)
	}
	one := Notification{Envelopes: at.envelopes}
	if strings.TrimSpace(text) == "CloudTrail validation message." {
		one.Kind = CloudTrailValidation
		return []Notification{one}, nil
	}
	if err := checkObject(text); err != nil {
		return nil, at.fail("", err)
	}
	m := gjson.Parse(text)
	var err error
	switch records := m.Get("Records"); {
	case records.Exists():
		return parseRecords(records, at)
	case m.Get("Event").Str == "s3:TestEvent":
		one.Kind = S3Test
	case m.Get("s3Bucket").Exists():
		one.Kind = CloudTrailNotification
		one.Objects, err = deliveredObjects(m, at)
	case m.Get("Type").Str == "SubscriptionConfirmation", m.Get("Type").Str == "UnsubscribeConfirmation":
		one.Kind = SNSConfirmation
		one.MessageID = m.Get("MessageId").Str
		one.Envelopes = append(slices.Clip(at.envelopes), SNSMessage)
	case m.Get("Type").Str == "Notification":
		return parseInner(m, "Message", m.Get("MessageId").Str, "", SNSMessage, at)
	case m.Get("detail-type").Exists():
		one.Kind = S3Notification
		one.Envelopes = append(slices.Clip(at.envelopes), EventBridgeEvent)
		one.Objects, err = eventObjects(m, at)
	case m.Get("digestS3Object").Exists():
		err = at.refuse("it is a CloudTrail digest file")
	case m.Get("awslogs").Exists():
		err = at.refuse("it is an event of CloudWatch Logs")
	case m.Get("eventVersion").Exists():
		err = at.refuse("it is a CloudTrail record")
	default:
		err = at.refuse("it has none of a notification's members")
	}
	if err != nil {
		return nil, err
	}
	return []Notification{one}, nil
}

// checkObject checks that a text is a JSON object.
func checkObject(text string) error {
	scan := jsonscan.New([]byte(text))
	kind := scan.Peek()
	if _, err := scan.Value(); err != nil {
		return err
	}
	if err := scan.Close(); err != nil {
		return err
	}
	if kind != jsonscan.Object {
		return fmt.Errorf("%w: %v", ErrNotObject, kind)
	}
	return nil
}

// parseRecords reads an array under the name Records, which has the messages of a queue or a topic, or
// S3's events. All of its elements are of the kind of the first.
func parseRecords(records gjson.Result, at messagePlace) ([]Notification, error) {
	if !records.IsArray() {
		return nil, at.fail("/Records", fmt.Errorf("expected an array, found %s", kindOf(records)))
	}
	list := records.Array()
	source := sourceOf(records.Get("0"))
	var all []Notification
	one := Notification{Kind: S3Notification, Envelopes: at.envelopes}
	for i, r := range list {
		pointer := "/Records/" + strconv.Itoa(i)
		if other := sourceOf(r); other != source {
			err := fmt.Errorf("%w: eventSource %q beside %q", ErrNotNotification, other, source)
			return nil, at.fail(pointer, err)
		}
		switch source {
		case "aws:s3":
			object, err := notifiedObject(r, pointer, at)
			if err != nil {
				return nil, err
			}
			one.Objects = append(one.Objects, object)
		case "aws:sqs":
			all = appendInner(all, r, "body", r.Get("messageId").Str, pointer, SQSEvent, at)
		case "aws:sns":
			sns := r.Get("Sns")
			all = appendInner(all, sns, "Message", sns.Get("MessageId").Str, pointer+"/Sns", SNSEvent, at)
		default:
			if r.Get("eventVersion").Exists() || r.Get("eventName").Exists() {
				return nil, at.refuse("it is a CloudTrail log file")
			}
			return nil, at.fail(pointer, fmt.Errorf("%w: eventSource %q", ErrNotNotification, source))
		}
	}
	switch {
	case len(list) == 0:
		return nil, at.refuse("it has no Records")
	case source == "aws:s3":
		all = append(all, one)
	}
	return all, nil
}

// sourceOf returns the service that an element of Records comes from. SNS spells the name with a
// capital.
func sourceOf(r gjson.Result) string {
	if source := r.Get("eventSource"); source.Exists() {
		return source.Str
	}
	return r.Get("EventSource").Str
}

// appendInner appends the messages in an envelope of which there may be several, or the reason that
// there are none.
func appendInner(all []Notification, envelope gjson.Result, name, id, pointer string,
	e Envelope, at messagePlace) []Notification {
	list, err := parseInner(envelope, name, id, pointer, e, at)
	if err != nil {
		list = []Notification{{MessageID: id, Envelopes: at.into(e, "").envelopes, Err: err}}
	}
	return append(all, list...)
}

// parseInner reads the message that is the text of a member of an envelope. The envelope is at
// pointer.
func parseInner(envelope gjson.Result, name, id, pointer string,
	e Envelope, at messagePlace) ([]Notification, error) {
	pointer += "/" + name
	text := envelope.Get(name)
	if text.Type != gjson.String {
		return nil, at.fail(pointer, fmt.Errorf("expected a string, found %s", kindOf(text)))
	}
	list, err := parseMessage(text.Str, at.into(e, pointer))
	for i := range list {
		if id != "" {
			list[i].MessageID = id
		}
	}
	return list, err
}

// deliveredObjects returns the objects of CloudTrail's own notification.
func deliveredObjects(m gjson.Result, at messagePlace) ([]NotifiedObject, error) {
	bucket, err := at.text(m, "s3Bucket", "")
	if err != nil {
		return nil, err
	}
	keys := m.Get("s3ObjectKey")
	if !keys.IsArray() {
		return nil, at.fail("/s3ObjectKey", fmt.Errorf("expected an array, found %s", kindOf(keys)))
	}
	var objects []NotifiedObject
	for i, key := range keys.Array() {
		if key.Str == "" {
			err := fmt.Errorf("expected a key, found %s", kindOf(key))
			return nil, at.fail("/s3ObjectKey/"+strconv.Itoa(i), err)
		}
		objects = append(objects, NotifiedObject{Bucket: bucket, Key: key.Str, Size: -1, Event: delivered})
	}
	return objects, nil
}

// notifiedObject returns the object of an element of S3's notification.
func notifiedObject(r gjson.Result, pointer string, at messagePlace) (NotifiedObject, error) {
	event, err := at.text(r, "eventName", pointer)
	if err != nil {
		return NotifiedObject{}, err
	}
	bucket, err := at.text(r, "s3.bucket.name", pointer)
	if err != nil {
		return NotifiedObject{}, err
	}
	escaped, err := at.text(r, "s3.object.key", pointer)
	if err != nil {
		return NotifiedObject{}, err
	}
	key, err := url.QueryUnescape(escaped)
	if err != nil {
		return NotifiedObject{}, at.fail(pointer+"/s3/object/key", err)
	}
	return NotifiedObject{
		Bucket:    bucket,
		Key:       key,
		VersionID: r.Get("s3.object.versionId").Str,
		Size:      sizeOf(r.Get("s3.object.size")),
		Event:     event,
	}, nil
}

// eventObjects returns the object of an event of S3 in EventBridge.
func eventObjects(m gjson.Result, at messagePlace) ([]NotifiedObject, error) {
	event, err := at.text(m, "detail-type", "")
	switch {
	case err != nil:
		return nil, err
	case strings.HasSuffix(event, " via CloudTrail"):
		return nil, at.refuse("it is the EventBridge event of a CloudTrail record")
	case m.Get("source").Str != "aws.s3":
		return nil, at.refuse(fmt.Sprintf("it is an EventBridge event from %q", m.Get("source").Str))
	}
	bucket, err := at.text(m, "detail.bucket.name", "")
	if err != nil {
		return nil, err
	}
	key, err := at.text(m, "detail.object.key", "")
	if err != nil {
		return nil, err
	}
	return []NotifiedObject{{
		Bucket:    bucket,
		Key:       key,
		VersionID: m.Get("detail.object.version-id").Str,
		Size:      sizeOf(m.Get("detail.object.size")),
		Event:     event,
	}}, nil
}

// text returns the string at a path of names in m, which must be there and is at pointer.
func (p messagePlace) text(m gjson.Result, path, pointer string) (string, error) {
	v := m.Get(path)
	if v.Str == "" {
		pointer += jsonscan.Pointer(strings.Split(path, ".")...)
		return "", p.fail(pointer, fmt.Errorf("expected a string, found %s", kindOf(v)))
	}
	return v.Str, nil
}

// sizeOf returns the size of an object, or -1 if there is none.
func sizeOf(v gjson.Result) int64 {
	if n, err := strconv.ParseInt(v.Raw, 10, 64); err == nil && n >= 0 {
		return n
	}
	return -1
}

// kindOf describes a value that is not what was expected.
func kindOf(v gjson.Result) string {
	switch {
	case !v.Exists():
		return "nothing"
	case v.Type == gjson.String && v.Str == "":
		return "an empty string"
	}
	scan := jsonscan.New([]byte(v.Raw))
	return scan.Peek().String()
}
