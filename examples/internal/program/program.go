// Package program is what the examples that look at records one by one have in common: two lives.
//
// In AWS Lambda, [Program.Lambda] makes the handler, for events of EventBridge, batches of SQS and what
// CloudWatch Logs sends (see package payload). On a desk, [Program.Desk] is the command that does the
// same with log files (see package logfiles). Both read the configuration first, and do not begin with
// a wrong one.
package program

import (
	"context"
	"encoding/json"
	"errors"
	"flag"
	"fmt"
	"io"
	"log/slog"
	"strings"

	"github.com/trailsieve/trailsieve/examples/internal/config"
	"github.com/trailsieve/trailsieve/examples/internal/logfiles"
	"github.com/trailsieve/trailsieve/examples/internal/payload"
	"github.com/trailsieve/trailsieve/record"
)

// A Program is what is particular to one of the examples.
type Program struct {
	Name     string // of the command
	About    string // what it does and how it is configured, for -h
	Examples string // command lines, for -h
	Found    string // what it finds: "alert"

	// Variable is the environment variable with the configuration of the function.
	Variable string

	// New makes of a configuration what begins a [Checker]. It tells the configuration what is wrong
	// with it.
	New func(c *config.Config) (begin func(out slog.Handler) Checker)

	// Report, if there is one, says on a desk at the end what all records together have shown, in place
	// of [Checker.Finish]: for a person or, with asJSON, as one JSON object on a line. There is then
	// a flag -json.
	Report func(c Checker, out io.Writer, asJSON bool) error
}

// A Checker looks at the records of one invocation, or of one run on a desk.
type Checker interface {
	// Check looks at a record, and may write what it finds. An error means that this could not be
	// done; what a record says is never one.
	Check(ctx context.Context, rec *record.Record) error

	// Finish writes what all records together have shown.
	Finish(ctx context.Context) error

	// Found returns how much was found.
	Found() int
}

// Lambda returns the handler of the function, which logs to w, or an error that says what is wrong with
// the configuration: the value of the environment variable.
func (p *Program) Lambda(value string, w io.Writer) (func(context.Context, json.RawMessage) (any, error), error) {
	if strings.TrimSpace(value) == "" {
		return nil, fmt.Errorf("environment variable %s is not set: put the JSON text of the configuration into it, "+
			"or the name of a file beside the binary that has it; %s -h describes it", p.Variable, p.Name)
	}
	begin, err := p.configure(value)
	if err != nil {
		return nil, fmt.Errorf("environment variable %s: %w", p.Variable, err)
	}
	out := slog.NewJSONHandler(w, nil)
	return func(ctx context.Context, event json.RawMessage) (any, error) {
		checker := begin(out)
		response, err := payload.Handle(ctx, event, out, func(rec *record.Record) error { return checker.Check(ctx, rec) })
		// What was found is written even if some records could not be read: they may never come whole.
		if unwritten := checker.Finish(ctx); unwritten != nil {
			err = errors.Join(err, unwritten)
		}
		if err != nil || response == nil {
			return nil, err // and not a nil response in an interface
		}
		return response, nil
	}, nil
}

// configure reads a configuration: a JSON text or the name of a file.
func (p *Program) configure(source string) (begin func(slog.Handler) Checker, err error) {
	c, err := config.Read(source)
	if err != nil {
		return nil, err
	}
	begin = p.New(c)
	return begin, c.Err()
}

const usageEnd = `
A file is a CloudTrail log file, or has records in an array or one after the other, gzip or plain.
In a folder all files named %s below it are read, as synced from
a trail's bucket; - is standard input. A record that is in two files counts twice.

What goes wrong is told on standard error, and the rest of the work goes on. The exit status is 0 if
there is no %s, 3 if there are some, 1 if a file or a record could not be read, 2 if %s
could not begin.

Started with AWS_LAMBDA_RUNTIME_API set, %[3]s is the Lambda function itself, and the environment
variable %[4]s has the configuration: its JSON text, or the name of a file.
`

// Exit statuses of a command.
const (
	statusFound = 3
	statusUsage = 2
)

// toldErrors is how often it is told that a record could not be checked; the others are counted.
const toldErrors = 10

// Desk is the program on a desk. It returns the exit status.
func (p *Program) Desk(ctx context.Context, args []string, stdin io.Reader, stdout, stderr io.Writer) int {
	flags := flag.NewFlagSet(p.Name, flag.ContinueOnError)
	flags.SetOutput(io.Discard) // what is wrong is in the error
	source := flags.String("config", "", "the configuration: a JSON `file`, or its text")
	asJSON := false
	if p.Report != nil {
		flags.BoolVar(&asJSON, "json", false, "print the report for programs: a JSON object on a line")
	}
	err := flags.Parse(args)
	if errors.Is(err, flag.ErrHelp) {
		fmt.Fprintf(stdout, "%s\nusage: %s -config file [flags] file | folder | - ...\n\nflags:\n", p.About, p.Name)
		flags.SetOutput(stdout)
		flags.PrintDefaults()
		fmt.Fprintf(stdout, "\nexamples:\n%s", p.Examples)
		fmt.Fprintf(stdout, usageEnd, strings.Join(logfiles.Extensions, ", "), p.Found, p.Name, p.Variable)
		return 0
	}
	var begin func(slog.Handler) Checker
	switch {
	case err != nil:
		err = fmt.Errorf("%w; %s -h lists the flags", err, p.Name)
	case *source == "":
		err = fmt.Errorf("no configuration: -config names the file; %s -h describes it", p.Name)
	case flags.NArg() == 0:
		err = fmt.Errorf("no log files: name files, folders, or - for standard input; see %s -h", p.Name)
	default:
		begin, err = p.configure(*source)
	}
	if err != nil {
		fmt.Fprintf(stderr, "%s: %v\n", p.Name, err)
		return statusUsage
	}
	return p.run(ctx, begin, logfiles.NewReading(p.Name, stdout, stderr), flags.Args(), stdin, stderr, asJSON)
}

// run reads the log files and tells what was found in them.
func (p *Program) run(ctx context.Context, begin func(slog.Handler) Checker, r *logfiles.Reading, names []string,
	stdin io.Reader, stderr io.Writer, asJSON bool) int {
	checker := begin(slog.NewJSONHandler(r.Out, &slog.HandlerOptions{ReplaceAttr: withoutTime}))
	failed := 0
	r.Each(logfiles.Sources(names, stdin), func(rec *record.Record) {
		if err := checker.Check(ctx, rec); err != nil {
			if failed++; failed <= toldErrors {
				r.Fail(err)
			}
		}
	})
	if failed > toldErrors {
		r.Fail(fmt.Errorf("%d more records could not be checked", failed-toldErrors))
	}
	var err error
	if p.Report != nil {
		err = p.Report(checker, r.Out, asJSON)
	} else {
		err = checker.Finish(ctx)
	}
	if err != nil {
		r.Fail(err)
	}
	status := r.Close()
	fmt.Fprintf(stderr, "%s: %s read from %s, %d failed; %s\n", p.Name,
		logfiles.Count(r.Read, "record"), logfiles.Count(r.Files, "file"), r.Failed, logfiles.Count(checker.Found(), p.Found))
	if status == 0 && checker.Found() > 0 {
		return statusFound
	}
	return status
}

// withoutTime leaves out when a line was written, so that on a desk the same input gives the same
// output.
func withoutTime(groups []string, a slog.Attr) slog.Attr {
	if len(groups) == 0 && a.Key == slog.TimeKey {
		return slog.Attr{}
	}
	return a
}
