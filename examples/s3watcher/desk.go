package main

import (
	"bufio"
	"bytes"
	"cmp"
	"context"
	"encoding/json"
	"errors"
	"flag"
	"fmt"
	"io"
	"log/slog"
	"maps"
	"os"
	"path/filepath"
	"slices"
	"strings"

	"github.com/trailsieve/trailsieve/examples/internal/logfiles"
	"github.com/trailsieve/trailsieve/pattern"
	"github.com/trailsieve/trailsieve/pricing"
	"github.com/trailsieve/trailsieve/record"
	"github.com/trailsieve/trailsieve/selector"
)

const usage = `S3watcher plays, on CloudTrail log files, what a trail, an EventBridge rule and a Lambda function
do with them: it asks the trail's event selectors which records are logged, makes the EventBridge
event of each, matches the rules, calls the function for each match, and adds up the bill.

usage: s3watcher [flags] [file | folder | -]...

A file is a CloudTrail log file, or has records in an array or one after the other, gzip or plain.
In a folder all files named ` + "%s" + ` below it are read, as synced from
a trail's bucket; - is standard input. Without any, s3watcher plays the story of AWS's announcement
of S3 data events (November 2016) on files of its own.

flags:
`

const usageEnd = `
Without -selectors, log files of your own are put to a trail on which no selectors were ever put,
which logs all management events and nothing else; the story has a trail of its own.

examples:
  s3watcher                                          the story
  aws cloudtrail get-event-selectors --trail-name T >trail.json
  s3watcher -selectors trail.json -explain logs/     what would trail T log, and why not the rest?
  zcat logs/*.gz | s3watcher -pattern rule.json -json - | jq -r 'select(.report).report.bill.total'

A file that is named twice is read once. A record that is in two files counts twice, as it does where
two trails deliver to one bucket. Rules get the events that EventBridge would deliver in the state
ENABLED_WITH_ALL_CLOUDTRAIL_MANAGEMENT_EVENTS: in the state ENABLED, read-only management events
are not among them.

What goes wrong is told on standard error, and the rest of the work goes on. The exit status is 0 if
nothing went wrong, 1 if a file, a record or a call failed, 2 if s3watcher could not begin.

Started with AWS_LAMBDA_RUNTIME_API set, s3watcher is the Lambda function itself.
`

// A desk is the program's second life: a trail, rules and a function that are put together on the
// desk, and what came of the records that went through.
type desk struct {
	trail    *selector.Selector
	rules    *pattern.Set[string] // by name
	function *watcher
	meter    pricing.Meter
	report   report

	reading *logfiles.Reading
	out     *bufio.Writer // of reading: what is asked for, for a person or, with json, for a program
	explain bool
	json    bool

	event []byte   // of the record at hand
	names []string // of the rules that match it
}

// run is the program on a desk. It returns the exit status.
func run(ctx context.Context, args []string, stdin io.Reader, stdout, stderr io.Writer) int {
	reading := logfiles.NewReading("s3watcher", stdout, stderr)
	d := &desk{reading: reading, out: reading.Out}
	names, err := d.setUp(args, stdout)
	switch {
	case errors.Is(err, flag.ErrHelp):
		return 0
	case err != nil:
		fmt.Fprintf(stderr, "s3watcher: %v\n", err)
		return 2
	}
	if !d.json {
		d.printStart()
	}
	sources := logfiles.Sources(names, stdin)
	if len(names) == 0 {
		sources = logfiles.In(story, storyLogs)
	}
	reading.Each(sources, func(rec *record.Record) { d.put(ctx, rec) })
	d.finish()
	return reading.Close()
}

// setUp makes of the command line what it asks for, and returns the names of what is to be read.
func (d *desk) setUp(args []string, help io.Writer) (names []string, err error) {
	flags := flag.NewFlagSet("s3watcher", flag.ContinueOnError)
	flags.SetOutput(io.Discard) // what is wrong is in the error
	var patterns []string
	selectors := flags.String("selectors", "", "the trail's event selectors: a `file` as printed by\n"+
		"aws cloudtrail get-event-selectors")
	flags.Func("pattern", "an event pattern: a `file` with the JSON text of one. May be given several\n"+
		"times; a rule has the name of its file (default the story's rule on PutObject)",
		func(name string) error {
			patterns = append(patterns, name)
			return nil
		})
	flags.BoolVar(&d.json, "json", false, "print for programs: a JSON object a line, the report as the last one")
	flags.BoolVar(&d.explain, "explain", false, "print a line for each record: why it was logged or not, and matched or not")
	switch err := flags.Parse(args); {
	case errors.Is(err, flag.ErrHelp):
		flags.SetOutput(help)
		fmt.Fprintf(help, usage, strings.Join(logfiles.Extensions, ", "))
		flags.PrintDefaults()
		fmt.Fprint(help, usageEnd)
		return nil, err
	case err != nil:
		return nil, fmt.Errorf("%w; s3watcher -h lists the flags", err)
	}
	if err := d.setTrail(*selectors, flags.NArg() == 0); err != nil {
		return nil, err
	}
	if err := d.setRules(patterns); err != nil {
		return nil, err
	}
	d.function = newWatcher(d.out, func(groups []string, a slog.Attr) slog.Attr {
		if len(groups) == 0 && a.Key == slog.TimeKey {
			return slog.Attr{} // Lambda's clock; on a desk the same input gives the same output
		}
		return a
	})
	d.meter.Trails = []pricing.Trail{{Name: d.report.Trail, Selector: d.trail}}
	d.report.DroppedBy = make(map[selector.Cause]uint64)
	d.report.MatchedBy = make(map[string]uint64)
	return flags.Args(), nil
}

// noSelectors are the selectors of a trail on which none were ever put.
const noSelectors = `{}`

// setTrail reads the selectors of the trail.
func (d *desk) setTrail(name string, isStory bool) error {
	text, err := []byte(noSelectors), error(nil)
	switch {
	case name != "":
		text, err = os.ReadFile(name)
	case isStory:
		name = storyTrail
		text, err = story.ReadFile(name)
	}
	if err != nil {
		return err
	}
	if d.trail, err = selector.Compile(string(text)); err != nil {
		return fmt.Errorf("%s: %w", name, err)
	}
	d.report.Trail = trailName(text, name)
	return nil
}

// trailName returns what to call a trail: what its selectors call it, or the name of their file.
func trailName(text []byte, file string) string {
	var named struct{ TrailARN, TrailName string }
	json.Unmarshal(text, &named) // was compiled; names that are no strings are no names
	switch {
	case named.TrailARN != "":
		return named.TrailARN[strings.LastIndexByte(named.TrailARN, '/')+1:]
	case named.TrailName != "":
		return named.TrailName
	case file != "":
		return baseName(file)
	}
	return "default trail"
}

// setRules reads the rules.
func (d *desk) setRules(files []string) error {
	rules := make(map[string]*pattern.Pattern)
	read := os.ReadFile
	if len(files) == 0 {
		files, read = []string{storyRule}, story.ReadFile
	}
	for _, file := range files {
		text, err := read(file)
		if err != nil {
			return err
		}
		name := baseName(file)
		if rules[name] != nil {
			return fmt.Errorf("%s: there is a rule named %s already; rename one of the files", file, name)
		}
		if rules[name], err = pattern.Compile(string(text)); err != nil {
			return fmt.Errorf("%s: %w", file, err)
		}
	}
	d.rules = pattern.NewSet(func(yield func(string, *pattern.Pattern) bool) {
		for _, name := range slices.Sorted(maps.Keys(rules)) {
			if !yield(name, rules[name]) {
				return
			}
		}
	})
	return nil
}

// baseName returns the name of a file without its folder and extension.
func baseName(file string) string {
	base := filepath.Base(file)
	return strings.TrimSuffix(base, filepath.Ext(base))
}

// put puts a record to the trail, and if the trail logs it, its event to the rules and the function.
func (d *desk) put(ctx context.Context, rec *record.Record) {
	d.meter.Add(rec)
	reason := d.trail.Explain(rec)
	d.names = d.names[:0]
	if reason.Logged {
		d.report.Records.Logged++
		d.match(rec)
	} else {
		d.report.Records.Dropped++
		d.report.DroppedBy[reason.Cause]++
	}
	if d.explain {
		d.explainRecord(rec, reason)
	}
	for range d.names {
		d.call(ctx)
	}
}

// match makes the event of a record and finds the rules that match it.
func (d *desk) match(rec *record.Record) {
	d.event = rec.AppendEvent(d.event[:0])
	var err error
	if d.names, err = d.rules.AppendMatch(d.names, d.event); err != nil {
		// An event that the rules cannot be put to; AWS would not have made it.
		if d.report.Events.Failed++; d.report.Events.Failed <= toldCalls {
			d.reading.Fail(fmt.Errorf("event %q: %w", rec.EventKey(), err))
		}
		d.names = d.names[:0]
		return
	}
	if len(d.names) > 0 {
		d.report.Events.Matched++
	} else {
		d.report.Events.Unmatched++
	}
	for _, name := range d.names {
		d.report.MatchedBy[name]++
	}
}

// call calls the function with the event at hand, as Lambda would.
func (d *desk) call(ctx context.Context) {
	if err := d.function.handle(ctx, d.event); err != nil {
		if d.report.Calls.Failed++; d.report.Calls.Failed <= toldCalls {
			d.reading.Fail(fmt.Errorf("the function failed: %w", err))
		}
		return
	}
	d.report.Calls.Succeeded++
}

// toldCalls is how many events and calls that fail are told of one by one.
const toldCalls = 10

// printStart prints for a person what the records will be put to.
func (d *desk) printStart() {
	selectors := brief(d.trail.String())
	if selectors == noSelectors {
		selectors = "no event selectors were put: all management events are logged, and nothing else"
	}
	fmt.Fprintf(d.out, "trail %s\n\t%s\n", d.report.Trail, selectors)
	for name, p := range d.rules.All() {
		fmt.Fprintf(d.out, "rule %s\n\t%s\n", name, brief(p.String()))
	}
	fmt.Fprintln(d.out)
}

// brief returns a JSON text on one line, and only the beginning of a long one.
func brief(text string) string {
	const most = 400
	var line bytes.Buffer
	if err := json.Compact(&line, []byte(text)); err != nil {
		return text
	}
	if line.Len() > most {
		return strings.ToValidUTF8(string(line.Bytes()[:most]), "") + "..."
	}
	return line.String()
}

// finish prints what is to be said at the end.
func (d *desk) finish() {
	if more := d.report.Calls.Failed - min(d.report.Calls.Failed, toldCalls); more > 0 {
		d.reading.Fail(fmt.Errorf("the function failed %d more times", more))
	}
	d.report.Bill = d.bill()
	d.report.Files, d.report.Errors = d.reading.Files, d.reading.Errors
	d.report.Records.Read, d.report.Records.Failed = d.reading.Read, d.reading.Failed
	if d.json {
		d.printJSON("report", &d.report)
		return
	}
	d.report.print(d.out)
}

// bill prices what the trail has logged. What has no price is left out, and told of.
func (d *desk) bill() *pricing.Bill {
	rates, _ := pricing.Published("us-east-1") // the list for all Regions of the commercial partition
	var priced []pricing.Usage
	for _, u := range d.meter.Usage() {
		if _, err := rates.Rate(u.Meter, u.Region); err != nil {
			d.reading.Fail(fmt.Errorf("not in the bill: %d %s of account %q in Region %q: %w", u.Quantity, u.Meter, u.Account, u.Region, err))
			continue
		}
		priced = append(priced, u)
	}
	bill, err := rates.Bill(priced...)
	if err != nil {
		d.reading.Fail(fmt.Errorf("no bill: %w", err))
	}
	return bill
}

// explainRecord prints what became of a record: whether the trail logged it, and if so, which rules
// match its event, with the reasons.
func (d *desk) explainRecord(rec *record.Record, reason selector.Reason) {
	e := explanation{
		Event: rec.EventKey(), Name: rec.EventName, Logged: reason.Logged, Cause: reason.Cause,
		Pointer: reason.Pointer, Why: reason.String(), Rules: []ruleExplanation{},
	}
	if reason.Logged {
		rules, err := d.rules.Explain(d.event)
		if err != nil {
			return // match has told of it
		}
		for _, r := range rules.Rules {
			e.Rules = append(e.Rules, ruleExplanation{r.Key, r.Matched, r.Reason})
		}
	}
	if d.json {
		d.printJSON("explain", e)
		return
	}
	line := fmt.Sprintf("%s %s: %s", e.Event, cmp.Or(e.Name, string(reason.Category)), e.Why)
	for _, r := range e.Rules {
		line += fmt.Sprintf("; rule %s: %s", r.Rule, r.Why)
	}
	fmt.Fprintln(d.out, logfiles.Printable(line))
}

// An explanation is what -explain prints of a record for a program.
type explanation struct {
	Event   string            `json:"event"`
	Name    string            `json:"name"`
	Logged  bool              `json:"logged"`
	Cause   selector.Cause    `json:"cause"`
	Pointer string            `json:"pointer"`
	Why     string            `json:"why"`
	Rules   []ruleExplanation `json:"rules"` // none for a record that was dropped
}

// A ruleExplanation tells whether a rule matches a record's event, and why not.
type ruleExplanation struct {
	Rule    string `json:"rule"`
	Matched bool   `json:"matched"`
	Why     string `json:"why"`
}

// printJSON prints a line with v under a name.
func (d *desk) printJSON(name string, v any) {
	enc := json.NewEncoder(d.out)
	enc.SetEscapeHTML(false)
	if err := enc.Encode(map[string]any{name: v}); err != nil {
		d.reading.Fail(err)
	}
}
