package record

import (
	"encoding/json"
	"errors"
	"fmt"
	"net/url"
	"strings"
	"testing"
	"unicode/utf8"

	"github.com/aws/aws-lambda-go/events"
	"github.com/google/go-cmp/cmp"
	"github.com/google/go-cmp/cmp/cmpopts"
)

// quoted is text as a JSON string.
func quoted(text string) string {
	b, err := json.Marshal(text)
	if err != nil {
		panic(err)
	}
	return string(b)
}

// Messages as AWS documents them, shortened to what matters.
const (
	s3Message = `{"Records":[{"eventVersion":"2.1","eventSource":"aws:s3","awsRegion":"us-west-2",` +
		`"eventTime":"1970-01-01T00:00:00.000Z","eventName":"ObjectCreated:Put","userIdentity":{"principalId":"AIDAJDPLRKLG7UEXAMPLE"},` +
		`"s3":{"s3SchemaVersion":"1.0","bucket":{"name":"amzn-s3-demo-bucket","arn":"arn:aws:s3:::amzn-s3-demo-bucket"},` +
		`"object":{"key":"AWSLogs/a+b%2Bc/caf%C3%A9.json.gz","size":1024,"versionId":"096fKKXTRTtl3on89fVO.nfljtsv6qko","sequencer":"0055AED6DCD90281E5"}}}]}`
	trailMessage      = `{"s3Bucket":"amzn-s3-demo-bucket","s3ObjectKey":["AWSLogs/a+b%2B.json.gz","AWSLogs/b.json.gz"]}`
	validationMessage = `CloudTrail validation message.`
	testMessage       = `{"Service":"Amazon S3","Event":"s3:TestEvent","Time":"2014-10-13T15:57:02.089Z","Bucket":"amzn-s3-demo-bucket","RequestId":"5582815E1AEA5ADF","HostId":"8cLeGAmw098X5cv4Zkwcmo8vvZa3eH3eKxsPzbB9wrR"}`
	bridgeMessage     = `{"version":"0","id":"17793124-05d4-b198-2fde-7ededc63b103","detail-type":"Object Created","source":"aws.s3",` +
		`"detail":{"bucket":{"name":"amzn-s3-demo-bucket"},"object":{"key":"a+b%2B.gz","size":5,"version-id":"IYV3p45BT0ac8hjHg1houSdS1a.Mro8e"},"reason":"PutObject"}}`
	confirmation = `{"Type":"SubscriptionConfirmation","MessageId":"m-1","TopicArn":"arn:aws:sns:us-west-2:111122223333:t","Message":"You have chosen to subscribe","SubscribeURL":"https://sns.us-west-2.amazonaws.com/"}`
)

var (
	s3Objects    = []NotifiedObject{{"amzn-s3-demo-bucket", "AWSLogs/a b+c/café.json.gz", "096fKKXTRTtl3on89fVO.nfljtsv6qko", 1024, "ObjectCreated:Put"}}
	trailObjects = []NotifiedObject{{"amzn-s3-demo-bucket", "AWSLogs/a+b%2B.json.gz", "", -1, "delivered"},
		{"amzn-s3-demo-bucket", "AWSLogs/b.json.gz", "", -1, "delivered"}}
	bridgeObjects = []NotifiedObject{{"amzn-s3-demo-bucket", "a+b%2B.gz", "IYV3p45BT0ac8hjHg1houSdS1a.Mro8e", 5, "Object Created"}}
)

// inSNS puts messages in the envelopes of SNS, and inSQS and inSNSEvent into those of Lambda.
func inSNS(text string) string {
	return `{"Type":"Notification","MessageId":"m-1","TopicArn":"arn:aws:sns:us-west-2:111122223333:t","Message":` + quoted(text) + `}`
}

func inSQS(texts ...string) string {
	var list []string
	for i, text := range texts {
		list = append(list, fmt.Sprintf(`{"messageId":"q-%d","receiptHandle":"h","body":%s,"eventSource":"aws:sqs"}`, i, quoted(text)))
	}
	return `{"Records":[` + strings.Join(list, ",") + `]}`
}

func inSNSEvent(texts ...string) string {
	var list []string
	for i, text := range texts {
		list = append(list, fmt.Sprintf(`{"EventVersion":"1.0","EventSource":"aws:sns","Sns":{"Type":"Notification","MessageId":"n-%d","Message":%s}}`, i, quoted(text)))
	}
	return `{"Records":[` + strings.Join(list, ",") + `]}`
}

func TestParseNotification(t *testing.T) {
	via := func(e ...Envelope) []Envelope { return e }
	for _, tt := range []struct {
		name, text string
		want       []Notification
	}{
		// The messages themselves.
		{"S3", s3Message, []Notification{{Kind: S3Notification, Objects: s3Objects}}},
		{"CloudTrail", trailMessage, []Notification{{Kind: CloudTrailNotification, Objects: trailObjects}}},
		{"validation", validationMessage, []Notification{{Kind: CloudTrailValidation}}},
		{"validation in white space", " " + validationMessage + "\n", []Notification{{Kind: CloudTrailValidation}}},
		{"test", testMessage, []Notification{{Kind: S3Test}}},
		{"EventBridge", bridgeMessage, []Notification{{Kind: S3Notification, Envelopes: via(EventBridgeEvent), Objects: bridgeObjects}}},
		{"confirmation", confirmation, []Notification{{MessageID: "m-1", Kind: SNSConfirmation, Envelopes: via(SNSMessage)}}},
		{"two objects", strings.Replace(s3Message, `"Records":[`, `"Records":[{"eventSource":"aws:s3","eventName":"ObjectRemoved:Delete","s3":{"bucket":{"name":"b"},"object":{"key":"k"}}},`, 1),
			[]Notification{{Kind: S3Notification, Objects: append([]NotifiedObject{{"b", "k", "", -1, "ObjectRemoved:Delete"}}, s3Objects...)}}},
		{"no key by CloudTrail", `{"s3Bucket":"b","s3ObjectKey":[]}`, []Notification{{Kind: CloudTrailNotification}}},
		{"escaped names", `{"s3\u0042ucket":"b","s3ObjectKey":["\u006b"]}`, []Notification{{Kind: CloudTrailNotification,
			Objects: []NotifiedObject{{"b", "k", "", -1, "delivered"}}}}},

		// In envelopes.
		{"S3 in SNS", inSNS(s3Message), []Notification{{MessageID: "m-1", Kind: S3Notification, Envelopes: via(SNSMessage), Objects: s3Objects}}},
		{"CloudTrail in SNS", inSNS(trailMessage), []Notification{{MessageID: "m-1", Kind: CloudTrailNotification, Envelopes: via(SNSMessage), Objects: trailObjects}}},
		{"validation in SNS", inSNS(validationMessage), []Notification{{MessageID: "m-1", Kind: CloudTrailValidation, Envelopes: via(SNSMessage)}}},
		{"SNS to Lambda", inSNSEvent(trailMessage, s3Message), []Notification{
			{MessageID: "n-0", Kind: CloudTrailNotification, Envelopes: via(SNSEvent), Objects: trailObjects},
			{MessageID: "n-1", Kind: S3Notification, Envelopes: via(SNSEvent), Objects: s3Objects}}},
		{"SQS to Lambda", inSQS(s3Message, validationMessage, testMessage, bridgeMessage), []Notification{
			{MessageID: "q-0", Kind: S3Notification, Envelopes: via(SQSEvent), Objects: s3Objects},
			{MessageID: "q-1", Kind: CloudTrailValidation, Envelopes: via(SQSEvent)},
			{MessageID: "q-2", Kind: S3Test, Envelopes: via(SQSEvent)},
			{MessageID: "q-3", Kind: S3Notification, Envelopes: via(SQSEvent, EventBridgeEvent), Objects: bridgeObjects}}},
		{"SNS in SQS", inSQS(inSNS(trailMessage), trailMessage), []Notification{
			{MessageID: "q-0", Kind: CloudTrailNotification, Envelopes: via(SQSEvent, SNSMessage), Objects: trailObjects},
			{MessageID: "q-1", Kind: CloudTrailNotification, Envelopes: via(SQSEvent), Objects: trailObjects}}},
		{"S3 in SNS in SQS", inSQS(inSNS(s3Message)), []Notification{
			{MessageID: "q-0", Kind: S3Notification, Envelopes: via(SQSEvent, SNSMessage), Objects: s3Objects}}},
		{"EventBridge in SNS in SQS", inSQS(inSNS(bridgeMessage)), []Notification{
			{MessageID: "q-0", Kind: S3Notification, Envelopes: via(SQSEvent, SNSMessage, EventBridgeEvent), Objects: bridgeObjects}}},
		{"four envelopes", inSNS(inSNS(inSNS(inSNS(testMessage)))), []Notification{
			{MessageID: "m-1", Kind: S3Test, Envelopes: via(SNSMessage, SNSMessage, SNSMessage, SNSMessage)}}},
	} {
		got, err := ParseNotification([]byte(tt.text))
		if diff := cmp.Diff(got, tt.want, cmpopts.EquateEmpty()); err != nil || diff != "" {
			t.Errorf("%s: ParseNotification(%s), %v: (-got, +want)\n%s", tt.name, tt.text, err, diff)
		}
		if slow, ok := notificationSlow(tt.text); !ok || !cmp.Equal(objectsOf(got), slow, cmpopts.EquateEmpty()) {
			t.Errorf("%s: objects %v, the twin says %v, %v", tt.name, objectsOf(got), slow, ok)
		}
	}
}

func TestParseNotificationErrors(t *testing.T) {
	for _, tt := range []struct {
		name, text, want string
		is               error
	}{
		{"empty", ``, "record: unexpected EOF (offset 0)", nil},
		{"no JSON", `hello`, "record: expected a value, found 'h' (offset 0)", nil},
		{"cut off", `{"s3Bucket":"b`, "record: unexpected EOF (offset 14)", nil},
		{"trailing text", testMessage[:10] + `}`, "record: expected a colon, found '}' (offset 10)", nil},
		{"no object", `["x"]`, "record: not a JSON object: an array", ErrNotObject},
		{"unknown", `{"a":1}`, "record: not a notification of S3 objects: it has none of a notification's members", ErrNotNotification},
		{"log file", `{"Records":[` + announced + `]}`, "record: not a notification of S3 objects: it is a CloudTrail log file", ErrNotNotification},
		{"record", modern, "record: not a notification of S3 objects: it is a CloudTrail record", ErrNotNotification},
		{"event of a record", `{"detail-type":"AWS API Call via CloudTrail","detail":` + announced + `}`,
			"record: not a notification of S3 objects: it is the EventBridge event of a CloudTrail record", ErrNotNotification},
		{"other event", `{"detail-type":"EC2 Instance State-change Notification","source":"aws.ec2","detail":{}}`,
			`record: not a notification of S3 objects: it is an EventBridge event from "aws.ec2"`, ErrNotNotification},
		{"digest file", `{"awsAccountId":"111122223333","digestS3Object":"k"}`, "record: not a notification of S3 objects: it is a CloudTrail digest file", ErrNotNotification},
		{"CloudWatch Logs", `{"awslogs":{"data":"H4s="}}`, "record: not a notification of S3 objects: it is an event of CloudWatch Logs", ErrNotNotification},
		{"other source", `{"Records":[{"eventSource":"aws:ses"}]}`, `record: not a notification of S3 objects: eventSource "aws:ses" in /Records/0`, ErrNotNotification},
		{"no Records", `{"Records":[]}`, "record: not a notification of S3 objects: it has no Records", ErrNotNotification},
		{"Records is no array", `{"Records":{}}`, "record: expected an array, found an object in /Records", nil},
		{"mixed", `{"Records":[{"eventSource":"aws:sqs","body":"x"},{"eventSource":"aws:s3"}]}`,
			`record: not a notification of S3 objects: eventSource "aws:s3" beside "aws:sqs" in /Records/1`, ErrNotNotification},
		{"no event name", `{"Records":[{"eventSource":"aws:s3"}]}`, "record: expected a string, found nothing in /Records/0/eventName", nil},
		{"no bucket", strings.Replace(s3Message, `"name":"amzn-s3-demo-bucket"`, `"name":5`, 1), "record: expected a string, found a number in /Records/0/s3/bucket/name", nil},
		{"no key", strings.Replace(s3Message, `"key":"AWSLogs/a+b%2Bc/caf%C3%A9.json.gz"`, `"key":""`, 1), "record: expected a string, found an empty string in /Records/0/s3/object/key", nil},
		{"key with a bad escape", strings.Replace(s3Message, `%C3`, `%CX`, 1), `record: invalid URL escape "%CX" in /Records/0/s3/object/key`, nil},
		{"CloudTrail, no bucket", `{"s3Bucket":null,"s3ObjectKey":["k"]}`, "record: expected a string, found null in /s3Bucket", nil},
		{"CloudTrail, no keys", `{"s3Bucket":"b"}`, "record: expected an array, found nothing in /s3ObjectKey", nil},
		{"CloudTrail, bad key", `{"s3Bucket":"b","s3ObjectKey":["k",{}]}`, "record: expected a key, found an object in /s3ObjectKey/1", nil},
		{"EventBridge, no event", `{"detail-type":"","source":"aws.s3","detail":{"bucket":{"name":"b"},"object":{"key":"k"}}}`, "record: expected a string, found an empty string in /detail-type", nil},
		{"EventBridge, no key", `{"detail-type":"Object Created","source":"aws.s3","detail":{"bucket":{"name":"b"}}}`, "record: expected a string, found nothing in /detail/object/key", nil},
		{"bad text in SNS", inSNS(`{"s3Bucket":tr}`), "record: expected true, found '}' (offset 14) in /Message", nil},
		{"bad object in SNS", inSNS(`{"s3Bucket":"b","s3ObjectKey":true}`), "record: expected an array, found a boolean in /Message/s3ObjectKey", nil},
		{"no message in SNS", `{"Type":"Notification","Message":{}}`, "record: expected a string, found an object in /Message", nil},
		{"too deep", inSNS(inSNS(inSNS(inSNS(inSNS(testMessage))))), "record: limit exceeded: more than 4 envelopes inside one another in /Message/Message/Message/Message/Message", ErrLimit},
		{"too large", strings.Repeat(" ", maxNotification+1), "record: limit exceeded: more than 6291456 bytes", ErrLimit},
	} {
		list, err := ParseNotification([]byte(tt.text))
		var e *NotificationError
		if !errors.As(err, &e) || list != nil {
			t.Errorf("%s: ParseNotification(%.200s) = %v, %v, want %s", tt.name, tt.text, list, err, tt.want)
			continue
		}
		if err.Error() != tt.want || tt.is != nil && !errors.Is(err, tt.is) {
			t.Errorf("%s: ParseNotification(%.200s): %v, want %s", tt.name, tt.text, err, tt.want)
		}
	}
}

// A bad message in a batch does not keep the others from being read, and has its own id.
func TestParseNotificationBatch(t *testing.T) {
	text := inSQS(s3Message, `{"a":1}`, inSNS("hello"), `{"Records":[`+announced+`]}`, trailMessage)
	text = strings.Replace(text, `"Records":[`, `"Records":[{"messageId":"q-x","eventSource":"aws:sqs","body":7},`, 1)
	list, err := ParseNotification([]byte(text))
	if err != nil {
		t.Fatal(err)
	}
	var got []string
	for _, n := range list {
		got = append(got, fmt.Sprint(n.MessageID, " ", len(n.Objects), " ", n.Err))
	}
	want := []string{
		"q-x 0 record: expected a string, found a number in /Records/0/body",
		"q-0 1 <nil>",
		"q-1 0 record: not a notification of S3 objects: it has none of a notification's members in /Records/2/body",
		"q-2 0 record: expected a value, found 'h' (offset 0) in /Records/3/body/Message",
		"q-3 0 record: not a notification of S3 objects: it is a CloudTrail log file in /Records/4/body",
		"q-4 2 <nil>",
	}
	if diff := cmp.Diff(got, want); diff != "" {
		t.Errorf("(-got, +want)\n%s", diff)
	}
	for _, n := range list {
		if len(n.Envelopes) == 0 || n.Envelopes[0] != SQSEvent {
			t.Errorf("%s came in %q", n.MessageID, n.Envelopes)
		}
	}
}

func TestNotifiedObject(t *testing.T) {
	for event, want := range map[string]string{
		"ObjectCreated:Put":                       "created",
		"ObjectCreated:CompleteMultipartUpload":   "created",
		"Object Created":                          "created",
		"delivered":                               "created",
		"ObjectRemoved:Delete":                    "removed",
		"ObjectRemoved:DeleteMarkerCreated":       "removed",
		"LifecycleExpiration:Delete":              "removed",
		"LifecycleExpiration:DeleteMarkerCreated": "removed",
		"Object Deleted":                          "removed",
		"ObjectRestore:Completed":                 "",
		"ObjectTagging:Put":                       "",
		"Object Restore Completed":                "",
		"Object Tags Added":                       "",
		"":                                        "",
	} {
		o := NotifiedObject{Event: event}
		got := map[[2]bool]string{{true, false}: "created", {false, true}: "removed", {true, true}: "both"}[[2]bool{o.Created(), o.Removed()}]
		if got != want {
			t.Errorf("%q says that the object was %q, want %q", event, got, want)
		}
	}
}

func objectsOf(list []Notification) (objects []NotifiedObject) {
	for _, n := range list {
		objects = append(objects, n.Objects...)
	}
	return objects
}

// notificationSlow lists the objects that a notification names, by way of maps. ok is false if any
// of it cannot be read.
func notificationSlow(text string) (objects []NotifiedObject, ok bool) {
	return messageSlow(text, 0)
}

func messageSlow(text string, depth int) (objects []NotifiedObject, ok bool) {
	if depth > 4 {
		return nil, false
	}
	if strings.TrimSpace(text) == "CloudTrail validation message." {
		return nil, true
	}
	var m map[string]any
	if json.Unmarshal([]byte(text), &m) != nil || m == nil {
		return nil, false
	}
	inner := func(v any) ([]NotifiedObject, bool) {
		s, ok := v.(string)
		if !ok {
			return nil, false
		}
		return messageSlow(s, depth+1)
	}
	if records, has := m["Records"]; has {
		list, _ := records.([]any)
		var all []NotifiedObject
		first := ""
		for i, v := range list {
			r, _ := v.(map[string]any)
			source, has := r["eventSource"]
			if !has {
				source = r["EventSource"]
			}
			kind, _ := source.(string)
			if i == 0 {
				first = kind
			}
			var objects []NotifiedObject
			ok := false
			switch {
			case kind != first:
			case kind == "aws:s3":
				event := stringSlow(r, "eventName")
				key, err := url.QueryUnescape(stringSlow(r, "s3", "object", "key"))
				o := NotifiedObject{stringSlow(r, "s3", "bucket", "name"), key, stringSlow(r, "s3", "object", "versionId"),
					sizeSlow(atSlow(r, "s3", "object", "size")), event}
				objects = []NotifiedObject{o}
				ok = err == nil && o.Bucket != "" && o.Key != "" && o.Event != ""
			case kind == "aws:sqs":
				objects, ok = inner(r["body"])
			case kind == "aws:sns":
				objects, ok = inner(atSlow(r, "Sns", "Message"))
			}
			if !ok {
				return nil, false
			}
			all = append(all, objects...)
		}
		return all, len(list) > 0
	}
	if m["Event"] == "s3:TestEvent" {
		return nil, true
	}
	if _, has := m["s3Bucket"]; has {
		keys, ok := m["s3ObjectKey"].([]any)
		for _, v := range keys {
			key, _ := v.(string)
			objects = append(objects, NotifiedObject{stringSlow(m, "s3Bucket"), key, "", -1, "delivered"})
			ok = ok && key != ""
		}
		return objects, ok && stringSlow(m, "s3Bucket") != ""
	}
	switch m["Type"] {
	case "SubscriptionConfirmation", "UnsubscribeConfirmation":
		return nil, true
	case "Notification":
		return inner(m["Message"])
	}
	if _, has := m["detail-type"]; has && m["source"] == "aws.s3" {
		o := NotifiedObject{stringSlow(m, "detail", "bucket", "name"), stringSlow(m, "detail", "object", "key"),
			stringSlow(m, "detail", "object", "version-id"), sizeSlow(atSlow(m, "detail", "object", "size")), stringSlow(m, "detail-type")}
		ok := o.Bucket != "" && o.Key != "" && o.Event != "" && !strings.HasSuffix(o.Event, " via CloudTrail")
		return []NotifiedObject{o}, ok
	}
	return nil, false
}

func atSlow(v any, path ...string) any {
	for _, name := range path {
		m, _ := v.(map[string]any)
		v = m[name]
	}
	return v
}

func stringSlow(v any, path ...string) string {
	s, _ := atSlow(v, path...).(string)
	return s
}

func sizeSlow(v any) int64 {
	if n, ok := v.(float64); ok && n >= 0 && n == float64(int64(n)) {
		return int64(n)
	}
	return -1
}

// hasTwice reports whether an object in text, or in a string of it that is JSON, has a name twice: there
// the twin takes the last and the parser the first, and no AWS service does it.
func hasTwice(text string) bool {
	dec := json.NewDecoder(strings.NewReader(text))
	type level struct {
		names map[string]bool // nil in an array
		value bool            // a value is due
	}
	var stack []level
	for {
		token, err := dec.Token()
		if err != nil {
			return false
		}
		top := len(stack) - 1
		switch v := token.(type) {
		case json.Delim:
			switch v {
			case '{':
				if top >= 0 {
					stack[top].value = false
				}
				stack = append(stack, level{names: make(map[string]bool)})
			case '[':
				if top >= 0 {
					stack[top].value = false
				}
				stack = append(stack, level{})
			default:
				stack = stack[:top]
			}
		case string:
			if top >= 0 && stack[top].names != nil && !stack[top].value {
				if stack[top].names[v] {
					return true
				}
				stack[top].names[v], stack[top].value = true, true
				continue
			}
			if hasTwice(v) {
				return true
			}
			if top >= 0 {
				stack[top].value = false
			}
		default:
			if top >= 0 {
				stack[top].value = false
			}
		}
	}
}

// FuzzParseNotification compares with the twin on any text.
func FuzzParseNotification(f *testing.F) {
	for _, text := range []string{s3Message, trailMessage, validationMessage, testMessage, bridgeMessage, confirmation} {
		f.Add(text)
		f.Add(inSNS(text))
		f.Add(inSQS(text, inSNS(text)))
		f.Add(inSNSEvent(text))
	}
	for _, text := range seeds {
		f.Add(text)
	}
	f.Fuzz(func(t *testing.T, text string) {
		if hasTwice(text) || !utf8.ValidString(text) {
			return // what is no UTF-8 passes through here, but not through encoding/json
		}
		list, err := ParseNotification([]byte(text))
		want, ok := notificationSlow(text)
		good := err == nil
		for _, n := range list {
			good = good && n.Err == nil
			if (n.Err == nil) != (n.Kind != "") {
				t.Errorf("%q: kind %q, error %v", text, n.Kind, n.Err)
			}
			for _, o := range n.Objects {
				if o.Bucket == "" || o.Key == "" || o.Event == "" {
					t.Errorf("%q: object %+v", text, o)
				}
			}
		}
		if good != ok || good && !cmp.Equal(objectsOf(list), want, cmpopts.EquateEmpty()) {
			t.Errorf("%q: %+v, %v, the twin says %+v, %v", text, list, err, want, ok)
		}
	})
}

// FuzzNotificationRoundTrip writes a notification with the types of aws-lambda-go and reads it.
func FuzzNotificationRoundTrip(f *testing.F) {
	f.Add("amzn-s3-demo-bucket", "AWSLogs/a b+c/café.json.gz", "v", int64(5), uint8(3))
	f.Add("b", "%2B+ \"\\\x00", "", int64(1), uint8(6))
	f.Fuzz(func(t *testing.T, bucket, key, version string, size int64, how uint8) {
		for _, s := range []string{bucket, key, version} {
			if !utf8.ValidString(s) {
				return // which JSON cannot carry
			}
		}
		if bucket == "" || key == "" || size <= 0 {
			return // aws-lambda-go leaves out a size of zero
		}
		marshal := func(v any) string {
			b, err := json.Marshal(v)
			if err != nil {
				t.Fatal(err)
			}
			return string(b)
		}
		var e events.S3EventRecord
		e.EventSource, e.EventName = "aws:s3", "ObjectCreated:Put"
		e.S3.Bucket.Name = bucket
		e.S3.Object = events.S3Object{Key: url.QueryEscape(key), Size: size, VersionID: version}
		text := marshal(events.S3Event{Records: []events.S3EventRecord{e}})
		var envelopes []Envelope
		if how&1 != 0 {
			text = marshal(events.SNSEntity{Type: "Notification", MessageID: "m", Message: text})
			envelopes = []Envelope{SNSMessage}
		}
		id := map[bool]string{true: "m"}[how&1 != 0]
		switch how >> 1 & 3 {
		case 1:
			text = marshal(events.SQSEvent{Records: []events.SQSMessage{{MessageId: "q", Body: text, EventSource: "aws:sqs"}}})
			envelopes, id = append([]Envelope{SQSEvent}, envelopes...), "q"
		case 2:
			text = marshal(events.SNSEvent{Records: []events.SNSEventRecord{{EventSource: "aws:sns", SNS: events.SNSEntity{MessageID: "n", Message: text}}}})
			envelopes, id = append([]Envelope{SNSEvent}, envelopes...), "n"
		}
		want := []Notification{{MessageID: id, Kind: S3Notification, Envelopes: envelopes,
			Objects: []NotifiedObject{{bucket, key, version, size, "ObjectCreated:Put"}}}}
		got, err := ParseNotification([]byte(text))
		if diff := cmp.Diff(got, want, cmpopts.EquateEmpty()); err != nil || diff != "" {
			t.Errorf("%s, %v: (-got, +want)\n%s", text, err, diff)
		}
	})
}

func BenchmarkParseNotification(b *testing.B) {
	for _, bb := range []struct{ name, text string }{
		{"S3", s3Message},
		{"S3 in SNS in SQS", inSQS(inSNS(s3Message))},
		{"batch of 10", inSQS(s3Message, s3Message, s3Message, s3Message, s3Message, s3Message, s3Message, s3Message, s3Message, s3Message)},
	} {
		text := []byte(bb.text)
		b.Run(bb.name, func(b *testing.B) {
			b.SetBytes(int64(len(text)))
			b.ReportAllocs()
			for b.Loop() {
				if _, err := ParseNotification(text); err != nil {
					b.Fatal(err)
				}
			}
		})
	}
}
