package main

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"log/slog"
	"time"

	"github.com/aws/aws-lambda-go/events"
	"github.com/aws/aws-sdk-go-v2/service/s3"

	"github.com/trailsieve/trailsieve/examples/piiscan/pii"
	"github.com/trailsieve/trailsieve/record"
)

// A handler is the Lambda function.
type handler struct {
	s3     *s3.Client
	limits limits
	log    *slog.Logger
}

// A response is what the function answers, unless it was called for a queue: what came of each object.
// A destination of the function gets it.
type response struct {
	Objects []*report `json:"objects"`
}

// reserve is how much of its time an invocation keeps back to answer.
const reserve = time.Second

// handle scans the new objects that an event tells of.
//
// Of what comes from a queue the messages that failed are handed back; the answer is an
// [events.SQSEventResponse] then. For any other event an error says that something in it failed.
func (h *handler) handle(ctx context.Context, event json.RawMessage) (any, error) {
	if deadline, ok := ctx.Deadline(); ok {
		var cancel context.CancelFunc
		ctx, cancel = context.WithDeadline(ctx, deadline.Add(-min(reserve, time.Until(deadline)/4)))
		defer cancel()
	}
	var queue events.SQSEvent
	if err := json.Unmarshal(event, &queue); err == nil && len(queue.Records) > 0 && queue.Records[0].EventSource == "aws:sqs" {
		return h.batch(ctx, queue.Records)
	}
	reports, err := h.message(ctx, event)
	if err != nil {
		return nil, err
	}
	return response{reports}, nil
}

// batch scans what the messages of a queue tell of.
func (h *handler) batch(ctx context.Context, messages []events.SQSMessage) (any, error) {
	response := events.SQSEventResponse{BatchItemFailures: []events.SQSBatchItemFailure{}}
	var failures []error
	nameless := false
	for _, m := range messages {
		_, err := h.message(ctx, []byte(m.Body))
		if err == nil {
			continue
		}
		failures = append(failures, err)
		nameless = nameless || m.MessageId == ""
		response.BatchItemFailures = append(response.BatchItemFailures, events.SQSBatchItemFailure{ItemIdentifier: m.MessageId})
	}
	if nameless { // a message without a name cannot be handed back by itself
		return nil, errors.Join(failures...)
	}
	return response, nil
}

// message scans what one message tells of. Each object leaves a line in the log. The error joins what was
// wrong with any of them.
func (h *handler) message(ctx context.Context, text []byte) ([]*report, error) {
	targets, err := targetsOf(text)
	if err != nil {
		err = errors.New(pii.Mask(err.Error())) // it may quote the message
		h.log.LogAttrs(ctx, slog.LevelError, "message not understood", slog.String("error", err.Error()))
		return nil, err
	}
	reports := []*report{}
	var failures []error
	for _, t := range targets {
		r, err := scan(ctx, h.s3, t, h.limits)
		level := slog.LevelInfo
		switch {
		case err != nil:
			level = slog.LevelError
			failures = append(failures, err)
		case r.Status != scanned || len(r.Findings) > 0:
			level = slog.LevelWarn
		}
		h.log.LogAttrs(ctx, level, string(r.Status), slog.Any("object", r))
		reports = append(reports, r)
	}
	return reports, errors.Join(failures...)
}

// targetsOf returns the new objects that a message tells of: S3's notification, its event in EventBridge,
// or the record of a call in EventBridge or by itself. What tells of anything else that happened to an
// object has none.
func targetsOf(text []byte) ([]target, error) {
	notifications, err := record.ParseNotification(text)
	if errors.Is(err, record.ErrNotNotification) {
		rec, recordErr := record.Parse(text)
		if recordErr != nil {
			return nil, err
		}
		return targetOf(rec)
	}
	if err != nil {
		return nil, err
	}
	var targets []target
	for _, n := range notifications {
		if n.Err != nil {
			return nil, n.Err
		}
		for _, o := range n.Objects {
			if o.Created() {
				targets = append(targets, target{o.Bucket, o.Key, o.VersionID})
			}
		}
	}
	return targets, nil
}

// targetOf returns the object that a call has made, if it has made one.
func targetOf(rec *record.Record) ([]target, error) {
	switch rec.EventName {
	case "PutObject", "PostObject", "CopyObject", "CompleteMultipartUpload":
	default:
		return nil, nil
	}
	if rec.EventSource != "s3.amazonaws.com" || rec.ErrorCode != "" {
		return nil, nil
	}
	o, ok := rec.S3Object()
	if !ok || o.Key == "" {
		return nil, fmt.Errorf("the record of %s names no object", rec.EventName)
	}
	version := rec.Get("responseElements.x-amz-version-id").Str
	return []target{{o.Bucket, o.Key, version}}, nil
}
