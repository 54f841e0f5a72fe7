package record

import (
	"cmp"
	"encoding/hex"
	"hash/fnv"
	"io"
	"strings"
	"time"

	"github.com/trailsieve/trailsieve/internal/jsonscan"
)

// AppendEvent appends to dst the event that Amazon EventBridge makes of the record, with the record's
// own text as its detail:
//
//	{"version":"0","id":"...","detail-type":"AWS API Call via CloudTrail","source":"aws.s3",
//	 "account":"111122223333","time":"2016-11-15T23:02:12Z","region":"us-east-1","resources":[],
//	 "detail":{...}}
//
// EventBridge draws the id of each event at random. Here it is the record's eventID, so that the same
// record always makes the same event; a record without one gets a UUID (version 8, RFC 9562) that
// is computed from its text. Sources: https://docs.aws.amazon.com/eventbridge/latest/userguide/eb-service-event-cloudtrail.html
// and https://docs.aws.amazon.com/eventbridge/latest/ref/overview-event-structure.html.
//
// The detail of a decoded record is its text even if fields were changed since; [Record.AppendJSON]
// knows about changes.
func (r *Record) AppendEvent(dst []byte) []byte {
	dst = append(dst, `{"version":"0","id":`...)
	dst = jsonscan.AppendQuoted(dst, r.EventKey())
	dst = append(dst, `,"detail-type":`...)
	dst = jsonscan.AppendQuoted(dst, r.detailType())
	dst = append(dst, `,"source":`...)
	dst = jsonscan.AppendQuoted(dst, r.source())
	dst = append(dst, `,"account":`...)
	dst = jsonscan.AppendQuoted(dst, r.Account())
	dst = append(dst, `,"time":`...)
	dst = jsonscan.AppendQuoted(dst, r.time())
	dst = append(dst, `,"region":`...)
	dst = jsonscan.AppendQuoted(dst, r.AWSRegion)
	dst = append(dst, `,"resources":[],"detail":`...)
	if r.text == "" {
		dst = r.AppendJSON(dst)
	} else {
		dst = append(dst, r.text...)
	}
	return append(dst, '}')
}

// EventKey returns what [Record.AppendEvent] puts into the event's id: the eventID, or a UUID made
// from the record's text.
func (r *Record) EventKey() string {
	if r.EventID != "" {
		return r.EventID
	}
	sum := fnv.New128a()
	io.WriteString(sum, r.text)
	id := sum.Sum(nil)
	id[6] = id[6]&0x0F | 0x80 // version 8: made as the maker likes
	id[8] = id[8]&0x3F | 0x80 // the variant of RFC 9562
	h := hex.EncodeToString(id)
	return h[:8] + "-" + h[8:12] + "-" + h[12:16] + "-" + h[16:20] + "-" + h[20:]
}

// detailType returns the detail-type of the record's event. An eventType that EventBridge's guide
// does not list, and none at all, count as those of an API call.
func (r *Record) detailType() string {
	switch r.EventType {
	case "AwsConsoleSignIn", "AwsConsoleSignin", "ConsoleSignin":
		return "AWS Console Sign In via CloudTrail"
	case "AwsConsoleAction":
		return "AWS Console Action via CloudTrail"
	case "AwsServiceEvent":
		return "AWS Service Event via CloudTrail"
	case "AwsCloudTrailInsight":
		return "AWS Insight via CloudTrail"
	case "AwsVpceEvent", "AwsVpceEvents":
		return "AWS Network Activity Event via CloudTrail"
	}
	return "AWS API Call via CloudTrail"
}

// source returns the source of the record's event: aws.s3 for s3.amazonaws.com.
func (r *Record) source() string {
	service, _, _ := strings.Cut(r.EventSource, ".")
	if service == "" {
		service = "cloudtrail" // Insights events have no eventSource
	}
	return "aws." + service
}

// Account returns the account that the record is of: the one that received it, or else that of the
// caller, or of the role that the caller has assumed.
func (r *Record) Account() string {
	return cmp.Or(r.RecipientAccountID, r.UserIdentity.AccountID,
		r.UserIdentity.SessionContext.SessionIssuer.AccountID)
}

// time returns the time of the record's event, to the second as EventBridge has it. That of a record
// without a time is the zero [time.Time]: consumers take an event without a valid time for broken.
func (r *Record) time() string { return r.EventTime.UTC().Format(time.RFC3339) }
