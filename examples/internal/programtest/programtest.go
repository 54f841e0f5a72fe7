// Package programtest tests a program of package program as the binary that would be deployed: against
// the Lambda Runtime API, with all that Lambda may hand to it, and on a desk.
package programtest

import (
	"encoding/json"
	"os"
	"os/exec"
	"path/filepath"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/trailsieve/trailsieve/examples/internal/payload/payloadtest"
	"github.com/trailsieve/trailsieve/examples/internal/program"
	"github.com/trailsieve/trailsieve/internal/lambdatest"
)

// A Suite is what has to be known of a program to test what all of them promise.
type Suite struct {
	*program.Program
	Config  string // the text of a configuration
	Event   []byte // the sample event, whose record makes the program write a line
	Message string // the msg of that line
}

// New returns the Suite of a program with the sample files of its folder.
func New(t testing.TB, p *program.Program, message string) Suite {
	t.Helper()
	read := func(file string) []byte {
		text, err := os.ReadFile(file)
		if err != nil {
			t.Fatal(err)
		}
		return text
	}
	return Suite{p, string(read("testdata/config.json")), read("testdata/event.json"), message}
}

// Bench measures the binary as lambdatest.Bench does: with the sample event, and with a batch of it.
func (s Suite) Bench(b *testing.B) {
	batch := payloadtest.Batch(slices.Repeat([]string{string(s.Event)}, 100)...)
	b.Run("event", func(b *testing.B) { lambdatest.Bench(b, ".", s.Event, s.Variable+"="+s.Config) })
	b.Run("batch=100", func(b *testing.B) { lambdatest.Bench(b, ".", []byte(batch), s.Variable+"="+s.Config) })
}

// Run builds the program in the folder of the test, and runs it.
func (s Suite) Run(t *testing.T) {
	binary := lambdatest.Build(t, ".")
	var event struct{ Detail json.RawMessage }
	if err := json.Unmarshal(s.Event, &event); err != nil {
		t.Fatal(err)
	}
	record := string(event.Detail)
	t.Run("configuration", func(t *testing.T) { s.configuration(t, binary) })
	t.Run("lambda", func(t *testing.T) { s.lambda(t, binary, record) })
	t.Run("deadline", func(t *testing.T) { s.deadline(t, binary, record) })
	t.Run("desk", func(t *testing.T) { s.desk(t, binary, record) })
}

// A wrong configuration ends the function before it takes an event, and says what is wrong, and where.
func (s Suite) configuration(t *testing.T, binary string) {
	file := filepath.Join(t.TempDir(), "config.json")
	if err := os.WriteFile(file, []byte(s.Config), 0o644); err != nil {
		t.Fatal(err)
	}
	f := lambdatest.Start(t, binary, s.Variable+"="+file)
	if got := f.Invoke(t, s.Event); got.Error != nil {
		t.Errorf("a configuration in a file: %s", got.Error.Message)
	}
	f.Stop(t)
	variable := s.Name + ": environment variable " + s.Variable
	for _, tt := range []struct{ value, want string }{
		{"", variable + " is not set: put the JSON text of the configuration into it"},
		{"missing.json", variable + ": open missing.json: no such file or directory\n"},
		{`{"a": }`, variable + ": configuration:1:7: not JSON: expected a value, found '}'\n"},
		{strings.Replace(s.Config, "{", `{"colour": 1,`, 1), variable + `: configuration:1:2: unknown name "colour"`},
	} {
		status, log := lambdatest.Start(t, binary, s.Variable+"="+tt.value).Wait(t)
		if status != 1 || !strings.HasPrefix(log, tt.want) {
			t.Errorf("%q: status %d, %s\nwant %s", tt.value, status, log, tt.want)
		}
	}
}

// Good events, bad ones, batches that fail in part: one process takes them all, and goes on.
func (s Suite) lambda(t *testing.T, binary, record string) {
	const id = "11111111-2222-3333-4444-555555555555"
	const named = `event "` + id + `": `
	const none = `{"batchItemFailures":[]}`
	f := lambdatest.Start(t, binary, s.Variable+"="+s.Config)
	lines := 0
	for _, tt := range []struct {
		name, event string
		lines       int    // that the function is to write
		response    string // empty if it is to fail
		failure     string // the beginning of the error
	}{
		{"the sample", string(s.Event), 1, "null", ""},
		{"of nobody's concern", payloadtest.Event(id, `{"eventName":"CreateUser","eventSource":"iam.amazonaws.com"}`), 0, "null", ""},
		{"odd but usable", strings.Replace(payloadtest.Event(id, record), `"region":"us-east-1"`, `"region":7`, 1), 1, "null", ""},
		{"batch", payloadtest.Batch(string(s.Event), payloadtest.Event(id, record)), 1, none, ""},
		{"logs", payloadtest.Subscription(record, record), 1, "null", ""},

		{"no event", `[1]`, 0, "", "record: not a JSON object: a number in record 0"},
		{"nothing", `{}`, 0, "", "record: not a CloudTrail record"},
		{"of another source", payloadtest.Event(id, `{"state":"running"}`), 0, "", named + "record: not a CloudTrail record: the detail of an event"},
		{"no detail", payloadtest.Event(id, `null`), 0, "", named + "record: not a CloudTrail record"},
		{"cut off", string(s.Event[:len(s.Event)/2]), 0, "", "unexpected EOF"},
		{"logs cut off", strings.Replace(payloadtest.Subscription(record), `H4sI`, `H4s`, 1), 0, "", "record: in awslogs.data: "},
		{"fails half-way", payloadtest.Subscription(record, "{", record), 1, "", "record: in awslogs.data: in the message of a log event: "},
		{"batch in part", payloadtest.Batch(string(s.Event), "{", `{"a":1}`, record, ""), 1,
			`{"batchItemFailures":[{"itemIdentifier":"m1"},{"itemIdentifier":"m2"},{"itemIdentifier":"m4"}]}`, ""},
		{"all of a batch", payloadtest.Batch("words"), 0, `{"batchItemFailures":[{"itemIdentifier":"m0"}]}`, ""},
		{"the sample again", string(s.Event), 1, "null", ""},
	} {
		got := f.Invoke(t, []byte(tt.event))
		switch {
		case tt.response != "":
			if got.Error != nil || string(got.Response) != tt.response {
				t.Errorf("%s: response %s, error %+v, want %s", tt.name, got.Response, got.Error, tt.response)
			}
		case got.Error == nil || !strings.HasPrefix(got.Error.Message, tt.failure):
			t.Errorf("%s: response %s, error %+v, want %s", tt.name, got.Response, got.Error, tt.failure)
		}
		lines += tt.lines
	}
	told, failed := 0, 0
	for line := range strings.Lines(f.Stop(t)) {
		if strings.Contains(line, `{"errorMessage":`) {
			continue // of the runtime: an error that the function has returned
		}
		var l struct{ Time, Level, Msg, Message, Error string }
		if err := json.Unmarshal([]byte(line), &l); err != nil || l.Time == "" {
			t.Errorf("a line that is no entry of the log: %s", line)
		}
		switch l.Msg {
		case s.Message:
			told++
		case "message failed":
			if failed++; l.Level != "ERROR" || l.Message == "" || l.Error == "" {
				t.Errorf("a message that failed, but how? %s", line)
			}
		default:
			t.Errorf("an unexpected line: %s", line)
		}
	}
	// Batches and logs have the same record two times, which may be a line each or one for both.
	if told < lines || told > lines+4 || failed != 4 {
		t.Errorf("%d lines %q and %d messages that failed, want %d and 4", told, s.Message, failed, lines)
	}
}

// When the time is over, nothing is begun, and Lambda learns what has to come again.
func (s Suite) deadline(t *testing.T, binary, record string) {
	f := lambdatest.Start(t, binary, s.Variable+"="+s.Config)
	late := time.Now().Add(-time.Second)
	if got := f.InvokeUntil(t, s.Event, late); got.Error == nil || !strings.Contains(got.Error.Message, "stopped behind 0 records: no time left") {
		t.Errorf("an event: response %s, error %+v", got.Response, got.Error)
	}
	const both = `{"batchItemFailures":[{"itemIdentifier":"m0"},{"itemIdentifier":"m1"}]}`
	if got := f.InvokeUntil(t, []byte(payloadtest.Batch(record, record)), late); string(got.Response) != both {
		t.Errorf("a batch: response %s, error %+v", got.Response, got.Error)
	}
	if got := f.Invoke(t, s.Event); got.Error != nil {
		t.Errorf("with time again: %s", got.Error.Message)
	}
	if log := f.Stop(t); strings.Count(log, `"msg":"`+s.Message+`"`) != 1 {
		t.Errorf("the log:\n%s", log)
	}
}

// On a desk the binary finds in a log file what the function finds in events, and says how it went by
// its exit status.
func (s Suite) desk(t *testing.T, binary, record string) {
	dir := t.TempDir()
	write := func(name, text string) string {
		name = filepath.Join(dir, name)
		if err := os.WriteFile(name, []byte(text), 0o644); err != nil {
			t.Fatal(err)
		}
		return name
	}
	config, wrong := write("config", s.Config), write("wrong", "{")
	const other = `{"eventName":"CreateUser","eventSource":"iam.amazonaws.com","eventTime":"2026-11-22T00:00:00Z"}`
	log := write("log.json", `{"Records":[`+record+`]}`)
	clean := write("clean.json", other)
	broken := write("broken.json", `{"Records":[`+record+`,7]}`)
	for _, tt := range []struct {
		args         []string
		status       int
		stdout, errs string // what is in them
	}{
		{[]string{"-h"}, 0, "usage: " + s.Name + " -config file", ""},
		{[]string{"-config", config, log}, 3, "", s.Name + ": 1 record read from 1 file, 0 failed; "},
		{[]string{"-config", config, clean}, 0, "", s.Name + ": 1 record read from 1 file, 0 failed; 0 "},
		{[]string{"-config", config, broken}, 1, "", broken + ": record: not a JSON object: a number in record 1"},
		{[]string{"-config", config, "-"}, 3, "", s.Name + ": 1 record read from 1 file"},
		{[]string{"-config", config, "missing"}, 1, "", "stat missing"},
		{[]string{"-config", wrong, log}, 2, "", s.Name + ": " + wrong + ":1:2: not JSON"},
		{[]string{"-config", config}, 2, "", "no log files"},
		{[]string{log}, 2, "", "-config names the file"},
		{[]string{"-colour"}, 2, "", s.Name + " -h lists the flags"},
	} {
		cmd := exec.Command(binary, tt.args...)
		var stdout, errs strings.Builder
		cmd.Stdin, cmd.Stdout, cmd.Stderr = strings.NewReader(record), &stdout, &errs
		cmd.Run()
		if got := cmd.ProcessState.ExitCode(); got != tt.status || !strings.Contains(stdout.String(), tt.stdout) || !strings.Contains(errs.String(), tt.errs) {
			t.Errorf("%q: status %d, want %d\n%s%s\nwant %s%s", tt.args, got, tt.status, &stdout, &errs, tt.stdout, tt.errs)
		}
	}
	// What cannot be written is told.
	full, err := os.OpenFile("/dev/full", os.O_WRONLY, 0)
	if err != nil {
		return // there is such a device on Linux only
	}
	defer full.Close()
	cmd := exec.Command(binary, "-config", config, log)
	var errs strings.Builder
	cmd.Stdout, cmd.Stderr = full, &errs
	cmd.Run()
	if cmd.ProcessState.ExitCode() != 1 || !strings.Contains(errs.String(), "no space left on device") {
		t.Errorf("to a full disk: status %d, %s", cmd.ProcessState.ExitCode(), &errs)
	}
}
