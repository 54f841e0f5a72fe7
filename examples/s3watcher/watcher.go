package main

import (
	"cmp"
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"log/slog"
	"time"

	"github.com/tidwall/gjson"

	"github.com/trailsieve/trailsieve/record"
)

// A watcher is the Lambda function. Its log has one line for each event that it is given:
//
//	{"time":"...","level":"INFO","msg":"S3 call","who":"root of 99999999999","what":"PutObject",
//	 "bucket":"jbarr-s3-trail-demo","key":"ie_sb_device_4.png","when":"2016-11-15T23:02:12Z",
//	 "from":"unknown","outcome":"success","event":"f2f4e17a-..."}
type watcher struct {
	log slog.Handler // rather than a Logger, which does not tell of a line that could not be written
}

// handle logs what an EventBridge event says. An event that carries no usable record is an error, which
// names it; Lambda then tries it again, and in the end gives it to the function's dead-letter queue.
//
// The event is taken as it comes rather than as an events.EventBridgeEvent of aws-lambda-go, which
// would refuse it for an oddity in a field that nobody needs here, and could not say which it was.
func (w *watcher) handle(ctx context.Context, event json.RawMessage) error {
	id := gjson.GetBytes(event, "id").String()
	line, err := describe(event)
	if err != nil {
		return fmt.Errorf("event %q: %w", id, err)
	}
	if err := ctx.Err(); err != nil {
		return fmt.Errorf("event %q: %w", id, err) // out of time, so that Lambda tries it again
	}
	r := slog.NewRecord(time.Now(), slog.LevelInfo, "S3 call", 0)
	r.AddAttrs(line...)
	r.AddAttrs(slog.String("event", id))
	if err := w.log.Handle(ctx, r); err != nil {
		return fmt.Errorf("event %q could not be logged: %w", id, err)
	}
	return nil
}

// describe returns the attributes of an event's line.
func describe(event []byte) ([]slog.Attr, error) {
	rec, err := record.Parse(event)
	if err != nil {
		return nil, err
	}
	if rec.EventName == "" {
		return nil, errors.New("its record has no eventName")
	}
	object, ok := rec.S3Object()
	if !ok {
		return nil, fmt.Errorf("%s of %s is no call to an S3 bucket", rec.EventName, cmp.Or(rec.EventSource, "unknown source"))
	}
	line := []slog.Attr{
		slog.String("who", rec.UserIdentity.Principal()),
		slog.String("what", rec.EventName),
		slog.String("bucket", object.Bucket),
	}
	if object.Key != "" { // ListObjects and others name none
		line = append(line, slog.String("key", object.Key))
	}
	if !rec.EventTime.IsZero() {
		line = append(line, slog.Time("when", rec.EventTime))
	}
	line = append(line,
		slog.String("from", cmp.Or(string(rec.SourceIPAddress), "unknown")),
		slog.String("outcome", cmp.Or(rec.ErrorCode, rec.ErrorMessage, "success")),
	)
	if rec.ErrorCode != "" && rec.ErrorMessage != "" {
		line = append(line, slog.String("error", rec.ErrorMessage))
	}
	return line, nil
}
