// Package payload reads the CloudTrail records in what AWS Lambda hands to a function, whatever it came
// through, and answers as the source wants it:
//
//	EventBridge                  the event of one record          an error: Lambda tries the event again
//	CloudWatch Logs              {"awslogs":{"data":"H4sI..."}}   an error, behind the good records
//	SQS                          {"Records":[{"body":"..."}]}     the messages that failed: only they come again
//	log files, by hand           {"Records":[{...}]}              an error, behind the good records
//
// The body of a message in SQS is any of the others, as a rule of EventBridge or a person puts it there.
// For SQS, the event source mapping must have ReportBatchItemFailures.
//
// Sources: https://docs.aws.amazon.com/lambda/latest/dg/services-sqs-errorhandling.html and
// https://docs.aws.amazon.com/AmazonCloudWatch/latest/logs/SubscriptionFilters.html.
package payload

import (
	"context"
	"errors"
	"fmt"
	"iter"
	"log/slog"
	"strings"
	"time"

	"github.com/aws/aws-lambda-go/events"
	"github.com/tidwall/gjson"

	"github.com/trailsieve/trailsieve/record"
)

// reserve is what is left of the time that a function has when it stops to take on records. Writing
// what was found and the answer takes a fraction of it.
const reserve = 250 * time.Millisecond

// toldErrors is how many records that cannot be used are told of one by one.
const toldErrors = 10

// ErrTime is the cause of an error for what a function had no time for.
var ErrTime = errors.New("no time left: give the function a longer timeout, or smaller batches")

// Handle gives each record of a payload to a function, one after the other. The record is valid until
// it returns.
//
// For a batch of SQS the response names the messages of which a record could not be read, for which
// each returned an error, or for which no time was left. Lambda does not show why, so that is
// logged. For any other payload the response is nil, and the error has the first ten errors of records;
// those that can be read have been given to each nevertheless.
func Handle(ctx context.Context, payload []byte, log slog.Handler, each func(*record.Record) error) (*events.SQSEventResponse, error) {
	messages, err := messagesOf(payload)
	if err != nil {
		return nil, err
	}
	if messages == nil {
		return nil, read(ctx, string(payload), each)
	}
	response := &events.SQSEventResponse{BatchItemFailures: []events.SQSBatchItemFailure{}}
	for _, m := range messages {
		if err := read(ctx, m.body, each); err != nil {
			response.BatchItemFailures = append(response.BatchItemFailures, events.SQSBatchItemFailure{ItemIdentifier: m.id})
			line := slog.NewRecord(time.Now(), slog.LevelError, "message failed", 0)
			line.AddAttrs(slog.String("message", m.id), slog.String("error", err.Error()))
			if err := log.Handle(ctx, line); err != nil {
				return nil, fmt.Errorf("message %s failed, and the log as well: %w", m.id, err)
			}
		}
	}
	return response, nil
}

// A message is one of a batch of SQS.
type message struct{ id, body string }

// messagesOf returns the messages of a batch of SQS, or nil for any other payload. They are taken one by
// one rather than as an events.SQSEvent, so that an oddity in one costs only that one. A message
// without an id could not be reported, so that the whole batch is an error.
func messagesOf(payload []byte) ([]message, error) {
	if gjson.GetBytes(payload, "Records.0.eventSource").Str != "aws:sqs" {
		return nil, nil
	}
	var messages []message
	for i, m := range gjson.GetBytes(payload, "Records").Array() {
		id := m.Get("messageId").Str
		if id == "" {
			return nil, fmt.Errorf("message %d of the batch has no messageId", i)
		}
		messages = append(messages, message{id, m.Get("body").String()})
	}
	return messages, nil
}

// recordsOf returns the records in a text. Most texts are the event of one record, which takes a third
// of the time without a Reader and its buffer; the Reader knows all others, and what is wrong with them.
func recordsOf(text string) iter.Seq2[*record.Record, error] {
	rec := new(record.Record)
	if err := rec.UnmarshalString(text); err == nil {
		return func(yield func(*record.Record, error) bool) { yield(rec, nil) }
	}
	r := record.NewReader(strings.NewReader(text))
	r.ReuseRecord = true
	return r.Records()
}

// read gives each record in a text to a function.
func read(ctx context.Context, text string, each func(*record.Record) error) error {
	name := ""
	if id := gjson.Get(text, "id"); id.Type == gjson.String {
		name = fmt.Sprintf("event %q: ", id.Str)
	}
	var errs []error
	more, values := 0, 0
	for rec, err := range recordsOf(text) {
		values++
		if deadline, ok := ctx.Deadline(); ctx.Err() != nil || ok && time.Until(deadline) < reserve {
			errs = append(errs, fmt.Errorf("%sstopped behind %d records: %w", name, values-1, ErrTime))
			break
		}
		if err == nil {
			err = each(rec)
		}
		switch {
		case err == nil:
		case len(errs) < toldErrors:
			errs = append(errs, fmt.Errorf("%s%w", name, err))
		default:
			more++
		}
	}
	if more > 0 {
		errs = append(errs, fmt.Errorf("%s%d more errors", name, more))
	}
	if values == 0 && !gjson.Get(text, "awslogs").Exists() && !gjson.Get(text, "messageType").Exists() {
		return fmt.Errorf("%sno records in an event of %d bytes", name, len(text))
	}
	return errors.Join(errs...)
}
