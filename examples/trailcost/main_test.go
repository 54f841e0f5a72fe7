package main

import (
	"bytes"
	"compress/gzip"
	"context"
	"encoding/json"
	"flag"
	"fmt"
	"os"
	"path/filepath"
	"regexp"
	"strings"
	"testing"
	"time"

	"github.com/trailsieve/trailsieve/internal/synth"
	"github.com/trailsieve/trailsieve/pricing"
)

// An outcome is what a run of the program leaves.
type outcome struct {
	status      int
	out, errors string
}

// try runs the program.
func try(t testing.TB, stdin string, args ...string) outcome {
	t.Helper()
	var stdout, stderr bytes.Buffer
	status := run(t.Context(), args, strings.NewReader(stdin), &stdout, &stderr)
	return outcome{status, stdout.String(), stderr.String()}
}

// A report is what the tests read of -format json.
type reportJSON struct {
	Period struct{ From, To string }
	Trails []string
	Events ledger
	Bill   struct {
		Currency string
		Total    pricing.USD
		Lines    []struct {
			Trail, Account, Region, Meter, Quantity string
			Amount                                  pricing.USD
		}
	}
	Tables []struct {
		Dimension string
		Rows      []struct {
			Key    string
			Events string
			Amount pricing.USD
		}
		Other, None struct{ Amount pricing.USD }
		Total       pricing.USD
	}
	Forecast *struct {
		Month          string
		Days, Observed int
		Expected       struct{ Total pricing.USD }
	}
	Recommendations []struct{ Kind, Trail, Subject string }
	Difference      *struct {
		Lines            []struct{ Trail, Meter, Old, New, Lost, Gained string }
		Old, New, Change pricing.USD
	}
	Notes, Problems []string
}

// price runs the program for JSON, and checks what holds for every report: the status, the counts that add up,
// and tables that have the same total as the bill.
func price(t testing.TB, wantStatus int, stdin string, args ...string) reportJSON {
	t.Helper()
	got := try(t, stdin, append([]string{"-format", "json"}, args...)...)
	if got.status != wantStatus {
		t.Fatalf("trailcost %q: status %d, want %d; stderr:\n%s", args, got.status, wantStatus, got.errors)
	}
	var r reportJSON
	if err := json.Unmarshal([]byte(got.out), &r); err != nil {
		t.Fatalf("trailcost %q: %v in\n%s", args, err, got.out)
	}
	if sum := r.Events.sum(); sum != r.Events.Read {
		t.Errorf("trailcost %q: read %d, and %d became of it: %+v", args, r.Events.Read, sum, r.Events)
	}
	if problems := strings.Count(got.errors, "trailcost: "); problems != r.Events.Problems {
		t.Errorf("trailcost %q: %d problems told, counted %d:\n%s", args, problems, r.Events.Problems, got.errors)
	}
	for _, table := range r.Tables {
		sum, _ := table.Other.Amount.Add(table.None.Amount)
		for _, row := range table.Rows {
			sum, _ = sum.Add(row.Amount)
		}
		if sum != table.Total {
			t.Errorf("trailcost %q: by %s: rows add up to %v, total %v", args, table.Dimension, sum, table.Total)
		}
	}
	return r
}

// lines returns the bill as "trail account region meter quantity", in order.
func (r *reportJSON) lines() string {
	var s strings.Builder
	for _, l := range r.Bill.Lines {
		fmt.Fprintf(&s, "%s %s %s %s %s\n", l.Trail, l.Account, l.Region, l.Meter, l.Quantity)
	}
	return s.String()
}

// write writes a file of the test's, and returns its name.
func write(t testing.TB, name, text string) string {
	t.Helper()
	if !filepath.IsAbs(name) {
		name = filepath.Join(t.TempDir(), name)
	}
	if err := os.MkdirAll(filepath.Dir(name), 0o755); err != nil {
		t.Fatal(err)
	}
	if err := os.WriteFile(name, []byte(text), 0o644); err != nil {
		t.Fatal(err)
	}
	return name
}

func pack(t testing.TB, text string) string {
	t.Helper()
	var b bytes.Buffer
	z := gzip.NewWriter(&b)
	if _, err := z.Write([]byte(text)); err != nil {
		t.Fatal(err)
	}
	if err := z.Close(); err != nil {
		t.Fatal(err)
	}
	return b.String()
}

// logs returns a log file with so many records, all of them S3 data events, about a minute apart
// from midnight of 2026-03-02 on.
func logs(records int) string { return logsEvery(time.Minute, records) }

func logsEvery(gap time.Duration, records int) string {
	g := synth.New(synth.Config{Seed: 7, DataPercent: 100, Start: time.Date(2026, 3, 2, 0, 0, 0, 0, time.UTC), Gap: gap})
	return string(g.AppendLogFile(nil, records))
}

const (
	allObjects = `{"EventSelectors": [{"ReadWriteType": "All", "IncludeManagementEvents": false,
		"DataResources": [{"Type": "AWS::S3::Object", "Values": ["arn:aws:s3"]}]}]}`
	writtenObjects = `{"EventSelectors": [{"ReadWriteType": "WriteOnly", "IncludeManagementEvents": false,
		"DataResources": [{"Type": "AWS::S3::Object", "Values": ["arn:aws:s3"]}]}]}`
)

// A newcomer gets a bill with all that there is, and is told that it is made up.
func TestStory(t *testing.T) {
	got := try(t, "")
	if got.status != done || got.errors != "" {
		t.Fatalf("status %d, stderr %q", got.status, got.errors)
	}
	for _, want := range []string{
		"CloudTrail bill, 2026-03-01 to 2026-03-31\n", "200000  events read\n",
		"management_events_first_copy", "management_events_additional_copy", "data_events", "\ntotal ",
		"by bucket", "by prefix 2", "by day", "2026-03-31", "what could be left out", `drop trail "security"`,
		"with the other selectors", "the records are made up",
	} {
		if !strings.Contains(got.out, want) {
			t.Errorf("no %q in\n%s", want, got.out)
		}
	}
}

// The bill in the README is what the command above it prints.
func TestReadme(t *testing.T) {
	readme, err := os.ReadFile("README.md")
	if err != nil {
		t.Fatal(err)
	}
	got := try(t, "bucket,operation,requests\nphotos,GetObject,4200000\nphotos,PutObject,300000\n", "-by", "event", "-")
	bill, _, _ := strings.Cut(got.out, "\nnotes\n")
	if got.status != done || !strings.Contains(string(readme), "\n```\n"+bill+"```\n") {
		t.Errorf("status %d; the README does not have this bill:\n%s", got.status, bill)
	}
}

// The help has every flag, in one group each, and fits a terminal.
func TestHelp(t *testing.T) {
	got := try(t, "", "-h")
	if got.status != done || got.errors != "" {
		t.Fatalf("status %d, stderr %q", got.status, got.errors)
	}
	flags := newFlags()
	n := 0
	for _, group := range groups {
		n += len(group.flags)
		for _, name := range group.flags {
			if flags.Lookup(name) == nil {
				t.Errorf("the help has -%s, which does not exist", name)
			}
			if strings.Count(got.out, "\n  -"+name+" ")+strings.Count(got.out, "\n  -"+name+"\n") != 1 {
				t.Errorf("-%s is not in the help once", name)
			}
		}
	}
	all := 0
	flags.VisitAll(func(*flag.Flag) { all++ })
	if all != n {
		t.Errorf("%d flags, %d in the help", all, n)
	}
	for line := range strings.SplitSeq(got.out, "\n") {
		if len(line) > 125 {
			t.Errorf("the help has a line of %d bytes: %s", len(line), line)
		}
	}
}

// The help has every part of a pipeline with all of its settings, as -config reads them.
func TestHelpPipeline(t *testing.T) {
	_, text, _ := strings.Cut(try(t, "", "-h").out, "sizes in bytes,\n")
	text, _, _ = strings.Cut(text, "\n  where Memory")
	c, err := parseConfig([]byte(`{"pipeline": ` + text + `}`))
	if err != nil {
		t.Fatalf("%v, in %s", err, text)
	}
	all, err := json.Marshal(c.Pipeline)
	if err != nil {
		t.Fatal(err)
	}
	if strings.Contains(string(all), "null") {
		t.Errorf("a part is not there: %s", all)
	}
	for _, m := range regexp.MustCompile(`"[A-Za-z]+":`).FindAllString(string(all), -1) {
		if strings.Count(string(all), m) != strings.Count(text, m) {
			t.Errorf("%s is there %d times, want %d", m, strings.Count(text, m), strings.Count(string(all), m))
		}
	}
}

// What is wrong with the command line is told before anything is read, with a remedy.
func TestWrongOptions(t *testing.T) {
	selectors := write(t, "s.json", allObjects)
	bad := write(t, "bad.json", `{"EventSelectors": [{"ReadWriteTyp": "All"}]}`)
	tests := []struct {
		args string
		want string
	}{
		{"-frmat json", "not defined: -frmat; trailcost -h"},
		{"-format yaml", "one of text, json"},
		{"-kind csv", "one of cloudtrail, accesslog, counts"},
		{"-month March", "as in 2026-03"},
		{"-by buckets", `no such dimension: "buckets"`},
		{"-by prefix=10", "between 1 and 9"},
		{"-by prefix=1+bucket", "can only be the last"},
		{"-by bucket=2", "no such dimension"},
		{"-top 0", "not between 1 and"},
		{"-dedup -1", "not between 0 and"},
		{"-synthetic 5 logs", "one or the other"},
		{"-trail a=" + bad + " x", bad + ": selector: "},
		{"-trail a=missing.json x", "missing.json: no such file"},
		{"-trail =x", "no name"},
		{"-trail a=" + selectors + ",hom=x x", `no such option: "hom=x"`},
		{"-trail a=" + selectors + ",home= x", "says nothing"},
		{"-trail a=" + selectors + " -trail a=" + selectors + " x", "already"},
		{"-trail a=" + selectors + " -compare b= x", "no trail \"b\" to be dropped"},
		{"-trail a=" + selectors + " -trail b=" + selectors + " -compare " + selectors + " x", "which of the 2 trails"},
		{"-config missing.json", "missing.json: no such file"},
		{"-config " + write(t, "c1.json", "{\n \"trials\": []}"), `unknown field "trials"`},
		{"-config " + write(t, "c2.json", "{\n \"trails\": [}"), "(line 2, column "},
		{"-config " + write(t, "c3.json", `{"trails": [{"name": "a"}, {"name": "a"}]}`), `two trails "a"`},
		{"-config " + write(t, "c4.json", `{"trails": [{}]}`), "has no name"},
		{"-config " + write(t, "c5.json", `{} {}`), "more than one JSON value"},
		{"-config " + write(t, "c6.json", ``), "empty"},
		{"-config " + write(t, "c7.json", `{"pipeline": {}}`) + " -pipeline kms", "already"},
		{"-describe " + selectors, "no trailList"},
		{"-on 2016", "as in 2016-11-21"},
		{"-on 2015-01-01", "no prices are known"},
		{"-rates missing.json", "missing.json: no such file"},
		{"-rates " + write(t, "r.json", `{"rates": [{"meter": "data_events", "prize": "1"}]}`), "prize"},
		{"-rates " + write(t, "r.csv", `a,b`), "pricelist: "},
		{"-pipeline digests", "beside log-files"},
		{"-pipeline log-files=x", "not a number of days"},
		{"-pipeline kms=3", "only log-files"},
		{"-pipeline sqs", `no such part: "sqs"`},
	}
	for _, test := range tests {
		got := try(t, "", strings.Fields(test.args)...)
		if got.status != failed || got.out != "" || !strings.HasPrefix(got.errors, "trailcost: ") || !strings.Contains(got.errors, test.want) {
			t.Errorf("trailcost %s: status %d, stdout %q, stderr %q; want status %d, %q", test.args, got.status, got.out, got.errors, failed, test.want)
		}
	}
}

// An interrupt leaves the bill of what was read, which says so.
func TestInterrupt(t *testing.T) {
	ctx, cancel := context.WithCancel(t.Context())
	cancel()
	for _, args := range [][]string{{"-synthetic", "100000"}, {write(t, "a.json", logs(3000))}} {
		var stdout, stderr bytes.Buffer
		status := run(ctx, args, strings.NewReader(""), &stdout, &stderr)
		if status != interrupted || !strings.Contains(stdout.String(), "interrupted: what was not read is not in the bill") {
			t.Errorf("trailcost %q: status %d, stdout:\n%s", args, status, &stdout)
		}
	}
	// In the middle of a file, which goes on for ever.
	ctx, cancel = context.WithCancel(t.Context())
	var stdout, stderr bytes.Buffer
	endless := &endlessLogs{text: logs(500), after: 10, then: cancel}
	if status := run(ctx, []string{"-"}, endless, &stdout, &stderr); status != interrupted {
		t.Errorf("endless input: status %d, stderr %s", status, &stderr)
	}
	if !strings.Contains(stdout.String(), "no forecast: it is not known which days were read in whole") {
		t.Errorf("endless input: stdout:\n%s", &stdout)
	}
}

// EndlessLogs have a log file again and again, and call a function after some.
type endlessLogs struct {
	text  string
	left  string
	after int
	then  func()
}

func (e *endlessLogs) Read(b []byte) (int, error) {
	if e.left == "" {
		if e.after--; e.after == 0 {
			e.then()
		}
		e.left = e.text
	}
	n := copy(b, e.left)
	e.left = e.left[n:]
	return n, nil
}

// A terminal that went away is an error, not a bill.
func TestOutputFails(t *testing.T) {
	var stderr bytes.Buffer
	status := run(t.Context(), []string{"-synthetic", "100"}, strings.NewReader(""), failing{}, &stderr)
	if status != failed || !strings.Contains(stderr.String(), "no room") {
		t.Errorf("status %d, stderr %q", status, &stderr)
	}
}

type failing struct{}

func (failing) Write([]byte) (int, error) { return 0, fmt.Errorf("no room") }
