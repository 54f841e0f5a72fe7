package program

import (
	"bytes"
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"log/slog"
	"strings"
	"testing"

	"github.com/trailsieve/trailsieve/examples/internal/config"
	"github.com/trailsieve/trailsieve/examples/internal/payload/payloadtest"
	"github.com/trailsieve/trailsieve/record"
)

// counter is a program that counts records. Its configuration says on which event ids Check fails, and
// whether Finish does.
var counter = &Program{
	Name: "counter", Found: "record", Variable: "COUNTER", About: "Counter counts.\n", Examples: "  counter\n",
	New: func(c *config.Config) func(slog.Handler) Checker {
		o := c.Object("check", "finish")
		check, finish := o.Get("check").String(""), o.Get("finish").String("")
		return func(out slog.Handler) Checker { return &counting{check: check, finish: finish, out: out} }
	},
}

type counting struct {
	check, finish string
	out           slog.Handler
	n             int
}

func (c *counting) Check(_ context.Context, rec *record.Record) error {
	if rec.EventID == c.check {
		return fmt.Errorf("check of %s failed", rec.EventID)
	}
	c.n++
	return nil
}

func (c *counting) Finish(ctx context.Context) error {
	if c.finish != "" {
		return errors.New(c.finish)
	}
	line := slog.Record{Message: "counted"}
	line.AddAttrs(slog.Int("n", c.n))
	return c.out.Handle(ctx, line)
}

func (c *counting) Found() int { return c.n }

func rec(id string) string { return `{"eventName":"GetObject","eventID":"` + id + `"}` }

// What fails in an invocation, and what Lambda hears of it.
func TestLambda(t *testing.T) {
	for _, tt := range []struct{ name, config, event, response, err, log string }{
		{"good", `{}`, rec("a"), "null", "", `"n":1`},
		{"each invocation counts for itself", `{}`, rec("a"), "null", "", `"n":1`},
		{"check fails", `{"check":"a"}`, rec("a"), "null", "check of a failed", `"n":0`},
		{"check fails half-way", `{"check":"b"}`, payloadtest.Subscription(rec("a"), rec("b"), rec("c")), "null", "check of b failed", `"n":2`},
		{"check fails in a batch", `{"check":"b"}`, payloadtest.Batch(rec("a"), rec("b")), `{"batchItemFailures":[{"itemIdentifier":"m1"}]}`, "", `"n":1`},
		{"finish fails", `{"finish":"disk full"}`, rec("a"), "null", "disk full", ""},
		{"finish fails in a batch", `{"finish":"disk full"}`, payloadtest.Batch(rec("a")), "null", "disk full", ""},
		{"both fail", `{"finish":"disk full","check":"a"}`, rec("a"), "null", "check of a failed\ndisk full", ""},
	} {
		var log bytes.Buffer
		handle, err := counter.Lambda(tt.config, &log)
		if err != nil {
			t.Fatal(err)
		}
		got, err := handle(t.Context(), json.RawMessage(tt.event))
		response, _ := json.Marshal(got)
		if string(response) != tt.response || fmt.Sprint(err) != tt.err && (err != nil || tt.err != "") || !strings.Contains(log.String(), tt.log) {
			t.Errorf("%s: %s, %v, want %s, %s; log: %s", tt.name, response, err, tt.response, tt.err, &log)
		}
	}
	for value, want := range map[string]string{
		" ":             "environment variable COUNTER is not set: put the JSON text",
		`{"chek": "a"}`: `environment variable COUNTER: configuration:1:2: unknown name "chek" (did you mean "check"?)`,
	} {
		if _, err := counter.Lambda(value, io.Discard); err == nil || !strings.HasPrefix(err.Error(), want) {
			t.Errorf("%q: %v, want %s", value, err, want)
		}
	}
}

// What fails on a desk, which goes on as long as it can.
func TestDesk(t *testing.T) {
	many := strings.Repeat(rec("bad"), toldErrors+5) + rec("good")
	for _, tt := range []struct {
		config, stdin string
		status        int
		stdout, errs  string
	}{
		{`{}`, rec("a") + rec("b"), statusFound, `{"level":"INFO","msg":"counted","n":2}` + "\n", "counter: 2 records read from 1 file, 0 failed; 2 records\n"},
		{`{}`, ``, 0, `{"level":"INFO","msg":"counted","n":0}` + "\n", "counter: 0 records read from 1 file, 0 failed; 0 records\n"},
		{`{"check":"bad"}`, many, 1, `{"level":"INFO","msg":"counted","n":1}` + "\n",
			strings.Repeat("counter: check of bad failed\n", toldErrors) + "counter: 5 more records could not be checked\n" +
				"counter: 16 records read from 1 file, 0 failed; 1 record\n"},
		{`{"finish":"disk full"}`, rec("a"), 1, "", "counter: disk full\ncounter: 1 record read from 1 file, 0 failed; 1 record\n"},
	} {
		var stdout, stderr bytes.Buffer
		status := counter.Desk(t.Context(), []string{"-config", tt.config, "-"}, strings.NewReader(tt.stdin), &stdout, &stderr)
		if status != tt.status || stdout.String() != tt.stdout || stderr.String() != tt.errs {
			t.Errorf("%s: status %d\n%s%s\nwant %d\n%s%s", tt.config, status, &stdout, &stderr, tt.status, tt.stdout, tt.errs)
		}
	}
	var help bytes.Buffer
	if status := counter.Desk(t.Context(), []string{"-h"}, nil, &help, io.Discard); status != 0 || strings.Contains(help.String(), "-json") ||
		strings.Contains(help.String(), "%!") || !strings.Contains(help.String(), "0 if\nthere is no record, 3 if") {
		t.Errorf("status %d\n%s", status, &help)
	}
}
