package main

import (
	"cmp"
	"context"
	"crypto/rand"
	"encoding/json"
	"errors"
	"fmt"
	"log/slog"
	"strings"
	"time"

	"github.com/aws/aws-lambda-go/events"

	"github.com/trailsieve/trailsieve/examples/logsieve/sieve"
	"github.com/trailsieve/trailsieve/record"
)

// A handler is the Lambda function.
type handler struct {
	config config
	rules  *sieve.Rules
	store  *store
	log    *slog.Logger
}

// reserve is how much of its time an invocation keeps back to throw away what it has begun, and to
// answer. Lambda would kill it in the middle of a file, and the whole batch would come again.
const reserve = 2 * time.Second

// handle sieves the files that an event names.
//
// Of what comes from a queue the messages that failed are handed back, and Lambda gives them to the
// function again; the others are done with. For any other event an error says that something in it
// failed, and all of it comes again: what has been done by then is found to be there.
func (h *handler) handle(ctx context.Context, event json.RawMessage) (*events.SQSEventResponse, error) {
	messages, err := record.ParseNotification(event)
	if err != nil {
		return nil, err
	}
	if deadline, ok := ctx.Deadline(); ok {
		left := time.Until(deadline)
		var cancel context.CancelFunc
		ctx, cancel = context.WithDeadline(ctx, deadline.Add(-min(reserve, left/4)))
		defer cancel()
	}
	inv := invocation{h, make(map[object]error)}
	fromQueue, nameless := false, false
	response := &events.SQSEventResponse{BatchItemFailures: []events.SQSBatchItemFailure{}}
	var failures []error
	for _, m := range messages {
		fromQueue = fromQueue || len(m.Envelopes) > 0 && m.Envelopes[0] == record.SQSEvent
		err := inv.message(ctx, m)
		if err == nil {
			continue
		}
		failures = append(failures, err)
		failed := events.SQSBatchItemFailure{ItemIdentifier: m.MessageID}
		response.BatchItemFailures = append(response.BatchItemFailures, failed)
		nameless = nameless || m.MessageID == ""
	}
	if fromQueue && !nameless { // a message without a name cannot be handed back by itself
		return response, nil
	}
	return nil, errors.Join(failures...)
}

// An invocation remembers what became of its files. A batch may name one twice.
type invocation struct {
	*handler
	done map[object]error
}

// message sieves the files that a message names. The error joins what was wrong with any of them.
func (inv invocation) message(ctx context.Context, m record.Notification) error {
	if m.Err != nil {
		inv.log.LogAttrs(ctx, slog.LevelError, "message not understood",
			slog.String("message", m.MessageID), slog.String("error", m.Err.Error()))
		return m.Err
	}
	if len(m.Objects) == 0 {
		inv.log.LogAttrs(ctx, slog.LevelInfo, "message without files",
			slog.String("message", m.MessageID), slog.String("kind", string(m.Kind)))
	}
	var failures []error
	for _, o := range m.Objects {
		source := object{o.Bucket, o.Key}
		err, ok := inv.done[source]
		if !ok || !o.Created() {
			err = inv.file(ctx, o)
			if o.Created() {
				inv.done[source] = err
			}
		}
		if err != nil {
			failures = append(failures, err)
		}
	}
	return errors.Join(failures...)
}

// toldPerFile is how many bad records of a file are told of one by one. The others are counted.
const toldPerFile = 10

// file sieves a file, and writes a line about it.
func (inv invocation) file(ctx context.Context, o record.NotifiedObject) error {
	source := object{o.Bucket, o.Key}
	line := report{file: source}
	var err error
	if line.skipped = skip(o); line.skipped == "" {
		err = inv.sieve(ctx, source, &line)
	}
	if err != nil {
		err = fmt.Errorf("%v: %w", source, err)
	}
	line.err = err
	line.write(ctx, inv.handler)
	return err
}

// sieve sieves a file that is not to be skipped.
func (inv invocation) sieve(ctx context.Context, source object, line *report) error {
	job, err := inv.job(source)
	if err != nil {
		return err
	}
	line.output = job.output
	told := 0
	job.tell = func(err error) {
		if told++; told <= toldPerFile {
			inv.log.LogAttrs(ctx, slog.LevelWarn, "bad record",
				slog.String("file", source.String()), slog.String("error", err.Error()))
		}
	}
	if err = ctx.Err(); err == nil {
		line.Counts, line.repeated, err = inv.store.do(ctx, job)
	}
	if line.Failed > 0 && err == nil {
		line.aside = job.aside
	}
	if errors.Is(err, context.DeadlineExceeded) {
		err = fmt.Errorf("the time of the invocation is over: %w", err)
	}
	return err
}

// job returns what is to be done with a source. It is an error if the function would feed on its own
// output.
func (h *handler) job(source object) (*job, error) {
	c := h.config
	key := source.key
	if !strings.HasSuffix(key, ".gz") {
		key += ".gz"
	}
	j := &job{
		source:  source,
		output:  object{c.outputBucket, c.outputPrefix + key},
		aside:   object{c.outputBucket, c.failedPrefix + source.bucket + "/" + source.key},
		rules:   h.rules,
		attempt: rand.Text(),
	}
	if source.bucket != c.outputBucket {
		if c.outputPrefix == "" && strings.HasPrefix(key, c.failedPrefix) {
			return nil, fmt.Errorf("its output would lie under FAILED_PREFIX, %q: choose another", c.failedPrefix)
		}
		return j, nil
	}
	switch {
	case c.outputPrefix == "":
		return nil, errors.New("it lies in the output bucket, and the output would be the next input: set OUTPUT_PREFIX")
	case strings.HasPrefix(source.key, c.outputPrefix), strings.HasPrefix(source.key, c.failedPrefix):
		return nil, fmt.Errorf("it is output: leave %q and %q out of the notifications of this bucket",
			c.outputPrefix, c.failedPrefix)
	}
	return j, nil
}

// skip returns why an object is not sieved, or nothing if it is.
func skip(o record.NotifiedObject) (reason string) {
	key, err := record.ParseKey(o.Key)
	switch {
	case !o.Created():
		return "not created: " + cmp.Or(o.Event, "no event")
	case err == nil && !key.Kind.HasRecords():
		return "a file of kind " + string(key.Kind) + " has no records"
	case err == nil:
		return ""
	}
	name := strings.TrimSuffix(o.Key, ".gz")
	for _, extension := range extensions {
		if strings.HasSuffix(name, extension) {
			return ""
		}
	}
	return "neither a log file of CloudTrail's nor named as JSON"
}

// extensions are what the names of files with records end in that are not named as CloudTrail does,
// with or without .gz behind it.
var extensions = [...]string{".json", ".jsonl", ".ndjson"}
