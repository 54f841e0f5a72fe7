package main

import (
	"bytes"
	"compress/gzip"
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"io/fs"
	"os"
	"os/exec"
	"path/filepath"
	"regexp"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"github.com/trailsieve/trailsieve/internal/lambdatest"
	"github.com/trailsieve/trailsieve/selector"
)

// printed is what the program prints for other programs.
type printed struct {
	report   report
	bill     map[string]any
	calls    []map[string]any
	explains []explanation
	stderr   string
	status   int
}

// play runs the program with -json and the given arguments.
func play(t *testing.T, stdin string, args ...string) printed {
	t.Helper()
	var out, errs bytes.Buffer
	p := printed{status: run(context.Background(), append([]string{"-json"}, args...), strings.NewReader(stdin), &out, &errs)}
	p.stderr = errs.String()
	for line := range strings.Lines(out.String()) {
		var l struct {
			Report  json.RawMessage
			Explain *explanation
			Msg     string
		}
		if err := json.Unmarshal([]byte(line), &l); err != nil {
			t.Fatalf("%v: %s", err, line)
		}
		switch {
		case l.Report != nil:
			if err := json.Unmarshal(l.Report, &p.report); err != nil {
				t.Fatal(err)
			}
			var r struct{ Bill map[string]any }
			if err := json.Unmarshal(l.Report, &r); err != nil {
				t.Fatal(err)
			}
			p.bill = r.Bill
		case l.Explain != nil:
			p.explains = append(p.explains, *l.Explain)
		default:
			var call map[string]any
			if err := json.Unmarshal([]byte(line), &call); err != nil {
				t.Fatal(err)
			}
			p.calls = append(p.calls, call)
		}
	}
	p.addsUp(t)
	return p
}

// addsUp checks the sums that a report promises.
func (p *printed) addsUp(t *testing.T) {
	t.Helper()
	r := &p.report
	sum := func(m map[string]uint64) (n uint64) {
		for _, v := range m {
			n += v
		}
		return n
	}
	var dropped uint64
	for _, n := range r.DroppedBy {
		dropped += n
	}
	if r.Records.Read != r.Records.Logged+r.Records.Dropped+r.Records.Failed ||
		r.Records.Dropped != dropped ||
		r.Records.Logged != r.Events.Matched+r.Events.Unmatched+r.Events.Failed ||
		sum(r.MatchedBy) != r.Calls.Succeeded+r.Calls.Failed ||
		r.Calls.Succeeded != uint64(len(p.calls)) {
		t.Errorf("the report does not add up: %+v, %d lines of the function", *r, len(p.calls))
	}
	if (p.status == 0) != (len(r.Errors) == 0) || strings.Count(p.stderr, "\n") != len(r.Errors) {
		t.Errorf("exit status %d with errors %q, and on standard error:\n%s", p.status, r.Errors, p.stderr)
	}
}

// counted is the story's outcome, counted by a few lines over encoding/json that know nothing of
// the packages, only the story: management events are logged, and calls for objects of one bucket;
// PutObject is matched.
type counted struct {
	read, management, data, put int
}

func countStory(t *testing.T) (c counted) {
	t.Helper()
	err := fs.WalkDir(story, storyLogs, func(name string, entry fs.DirEntry, err error) error {
		if err != nil || entry.IsDir() {
			return err
		}
		f, err := story.Open(name)
		if err != nil {
			return err
		}
		var r io.Reader = f
		if strings.HasSuffix(name, ".gz") {
			if r, err = gzip.NewReader(f); err != nil {
				return err
			}
		}
		text, err := io.ReadAll(r)
		if err != nil {
			return err
		}
		var file struct{ Records []map[string]any }
		if err := json.Unmarshal(text, &file); err != nil {
			return err
		}
		if file.Records == nil { // the announcement's
			file.Records = make([]map[string]any, 1)
			if err := json.Unmarshal(text, &file.Records[0]); err != nil {
				return err
			}
		}
		for _, r := range file.Records {
			c.read++
			parameters, _ := r["requestParameters"].(map[string]any)
			resources, _ := json.Marshal(r["resources"])
			isData := r["eventCategory"] == "Data" || strings.Contains(string(resources), "AWS::S3::Object") ||
				r["eventName"] == "PutObject" && r["resources"] == nil
			switch {
			case !isData:
				c.management++
			case strings.Contains(string(resources), "arn:aws:s3:::jbarr-s3-trail-demo/"),
				r["resources"] == nil && parameters["bucketName"] == "jbarr-s3-trail-demo":
				c.data++
				if r["eventName"] == "PutObject" {
					c.put++
				}
			}
		}
		return nil
	})
	if err != nil {
		t.Fatal(err)
	}
	return c
}

// TestStoryPlays runs the binary as a newcomer does, without any argument, and checks what it says
// against a count of its own.
func TestStoryPlays(t *testing.T) {
	want := countStory(t)
	if want.read != len(chapters)*recordsPerChapter+1 || want.put == 0 || want.put >= want.data {
		t.Fatalf("not the story that is meant: %+v", want)
	}
	p := play(t, "")
	r := &p.report
	got := counted{read: int(r.Records.Read), put: int(r.Events.Matched)}
	for _, line := range r.Bill.Lines {
		switch line.Meter {
		case "management_events_first_copy":
			got.management += int(line.Quantity)
		case "data_events":
			got.data += int(line.Quantity)
		}
	}
	if got != want || r.Trail != "jbarr-s3-trail" || r.Files != 3 || p.status != 0 {
		t.Errorf("the story is told as %+v, want %+v: %+v", got, want, *r)
	}
	if total, ok := p.bill["total"].(string); !ok || total != microdollars(want.data) {
		t.Errorf("the bill says %v, want %s", p.bill["total"], microdollars(want.data))
	}

	// For people, the same.
	cmd := exec.Command(lambdatest.Build(t, "."))
	out, err := cmd.Output()
	if err != nil {
		t.Fatal(err)
	}
	if n := strings.Count(string(out), `"msg":"S3 call"`); n != want.put {
		t.Errorf("%d lines of the function, want %d", n, want.put)
	}
	for _, line := range []string{
		"trail jbarr-s3-trail", "rule put-object", `"key":"ie_sb_device_4.png"`, "read from 3 files", microdollars(want.data),
	} {
		if !strings.Contains(string(out), line) {
			t.Errorf("the story does not mention %q:\n%.2000s", line, out)
		}
	}
}

// microdollars returns n times $0.000001 as decimal text without zeros at the end.
func microdollars(n int) string {
	return strings.TrimRight(fmt.Sprintf("%d.%06d", n/1e6, n%1e6), "0")
}

// What the announcement's record is to different trails.
func TestAnnouncement(t *testing.T) {
	const record = "story/logs/2016-11-15-announcement.json"
	trail := func(readWrite, value string) string {
		file := filepath.Join(t.TempDir(), "trail.json")
		text := `{"EventSelectors":[{"ReadWriteType":"` + readWrite + `","IncludeManagementEvents":true,` +
			`"DataResources":[{"Type":"AWS::S3::Object","Values":["` + value + `"]}]}]}`
		if err := os.WriteFile(file, []byte(text), 0o644); err != nil {
			t.Fatal(err)
		}
		return file
	}
	for _, tt := range []struct {
		readWrite, value string
		cause            selector.Cause
	}{
		{"All", "arn:aws:s3:::jbarr-s3-trail-demo/", selector.Selected},
		{"WriteOnly", "arn:aws:s3:::jbarr-s3-trail-demo/ie_", selector.Selected},
		{"All", "arn:aws:s3", selector.Selected},
		{"All", "arn:aws:s3:::another-bucket/", selector.NoValue},
		{"ReadOnly", "arn:aws:s3:::jbarr-s3-trail-demo/", selector.NoReadWrite},
	} {
		p := play(t, "", "-explain", "-selectors", trail(tt.readWrite, tt.value), record)
		if len(p.explains) != 1 || p.explains[0].Cause != tt.cause || p.explains[0].Logged != (tt.cause == selector.Selected) {
			t.Errorf("%s %s: %+v, want %s", tt.readWrite, tt.value, p.explains, tt.cause)
			continue
		}
		if tt.cause != selector.Selected {
			if p.bill["total"] != "0" || len(p.calls) != 0 || p.report.DroppedBy[tt.cause] != 1 {
				t.Errorf("%s %s: %+v", tt.readWrite, tt.value, p.report)
			}
			continue
		}
		want := []map[string]any{{"level": "INFO", "msg": "S3 call", "who": "root of 99999999999",
			"what": "PutObject", "bucket": "jbarr-s3-trail-demo", "key": "ie_sb_device_4.png",
			"when": "2016-11-15T23:02:12Z", "from": "unknown", "outcome": "success", "event": p.explains[0].Event}}
		if diff := cmp.Diff(want, p.calls); diff != "" {
			t.Errorf("what the function says (-want +got):\n%s", diff)
		}
		if diff := cmp.Diff([]ruleExplanation{{"put-object", true, "match"}}, p.explains[0].Rules); diff != "" || p.bill["total"] != "0.000001" {
			t.Errorf("%s %s: rules %v, bill %v", tt.readWrite, tt.value, p.explains[0].Rules, p.bill["total"])
		}
	}
}

// What cannot be read or priced costs only itself.
func TestBadInput(t *testing.T) {
	dir := t.TempDir()
	write := func(name, text string) string {
		name = filepath.Join(dir, name)
		if err := os.WriteFile(name, []byte(text), 0o644); err != nil {
			t.Fatal(err)
		}
		return name
	}
	const rec = `{"eventVersion":"1.05","eventName":"ListUsers","eventSource":"iam.amazonaws.com","awsRegion":"us-east-1","eventTime":"2016-11-21T00:00:00Z"}`
	mixed := write("mixed.json", `{"Records":[`+rec+`,17,{"eventName":}, {"a":1},`+rec+`]}`)
	odd := write("odd.json", strings.Replace(rec, "us-east-1", "us-moon-1", 1)+strings.Replace(rec, `"awsRegion":"us-east-1",`, "", 1)+rec)
	for _, tt := range []struct {
		name                 string
		args                 []string
		read, logged, failed uint64
		errors               []string // the beginning of each
	}{
		{"standard input", []string{"-"}, 1, 1, 0, nil},
		{"mixed", []string{mixed}, 5, 2, 3, []string{
			mixed + `: record: not a JSON object: a number in record 1 (offset 153)`,
			mixed + `: record: expected a value, found '}' in record 2 (offset 169)`,
			mixed + `: record: not a CloudTrail record: it has none of a record's fields in record 3 (offset 172)`}},
		{"no price", []string{odd}, 3, 3, 0, []string{
			`not in the bill: 1 management_events_first_copy of account "" in Region "": `,
			`not in the bill: 1 management_events_first_copy of account "" in Region "us-moon-1": `}},
	} {
		p := play(t, rec, tt.args...)
		r := p.report.Records
		if r.Read != tt.read || r.Logged != tt.logged || r.Failed != tt.failed {
			t.Errorf("%s: %+v, want %d read, %d logged, %d failed", tt.name, r, tt.read, tt.logged, tt.failed)
		}
		if tt.name == "no price" && (len(p.report.Bill.Lines) != 1 || p.report.Bill.Lines[0].Quantity != 1) {
			t.Errorf("a bill without what has no price: %+v", p.report.Bill)
		}
		if len(p.report.Errors) != len(tt.errors) {
			t.Errorf("%s: errors %q, want %d", tt.name, p.report.Errors, len(tt.errors))
			continue
		}
		for i, want := range tt.errors {
			if !strings.HasPrefix(p.report.Errors[i], want) {
				t.Errorf("%s: %s\nwant %s", tt.name, p.report.Errors[i], want)
			}
		}
	}
}

// A command line that makes no sense says why, and nothing is read.
func TestUsage(t *testing.T) {
	bad := filepath.Join(t.TempDir(), "bad.json")
	if err := os.WriteFile(bad, []byte(`{"source": "aws.s3"}`), 0o644); err != nil {
		t.Fatal(err)
	}
	for _, tt := range []struct {
		args   []string
		status int
		want   string
	}{
		{[]string{"-colour"}, 2, "s3watcher: flag provided but not defined: -colour; s3watcher -h lists the flags\n"},
		{[]string{"-selectors", "missing.json"}, 2, "s3watcher: open missing.json"},
		{[]string{"-selectors", bad}, 2, "s3watcher: " + bad + ": selector: "},
		{[]string{"-pattern", "missing.json"}, 2, "s3watcher: open missing.json"},
		{[]string{"-pattern", bad}, 2, "s3watcher: " + bad + ": pattern: "},
		{[]string{"-pattern", "story/put-object.json", "-pattern", "story/put-object.json"}, 2, "there is a rule named put-object already"},
	} {
		var out, errs bytes.Buffer
		status := run(context.Background(), tt.args, strings.NewReader(""), &out, &errs)
		if status != tt.status || !strings.Contains(errs.String(), tt.want) || out.Len() > 0 {
			t.Errorf("%q: status %d, output %q, errors:\n%s\nwant status %d, %q", tt.args, status, &out, &errs, tt.status, tt.want)
		}
	}
}

func TestHelp(t *testing.T) {
	var out, errs bytes.Buffer
	status := run(context.Background(), []string{"-h"}, strings.NewReader(""), &out, &errs)
	if status != 0 || errs.Len() > 0 {
		t.Errorf("status %d, errors %s", status, &errs)
	}
	for _, want := range []string{"usage: s3watcher [flags] [file | folder | -]...", "-selectors file", "-pattern file", "-json", "-explain"} {
		if !strings.Contains(out.String(), want) {
			t.Errorf("the help does not mention %q:\n%s", want, &out)
		}
	}
}

// What a person reads has the numbers of the report.
func TestText(t *testing.T) {
	p := play(t, "")
	r := &p.report
	var out, errs bytes.Buffer
	if status := run(context.Background(), []string{"-explain"}, nil, &out, &errs); status != 0 || errs.Len() > 0 {
		t.Fatalf("status %d, errors %s", status, &errs)
	}
	for _, row := range []string{
		fmt.Sprintf("records %9d  read from 3 files\n", r.Records.Read),
		fmt.Sprintf("        %9d  logged by trail jbarr-s3-trail\n", r.Records.Logged),
		fmt.Sprintf("        %9d  dropped\n", r.Records.Dropped),
		fmt.Sprintf("        %9d      no-value: not one of the selected resources\n", r.DroppedBy[selector.NoValue]),
		fmt.Sprintf("        %9d  failed\n", r.Records.Failed),
		fmt.Sprintf("events  %9d  matched\n", r.Events.Matched),
		fmt.Sprintf("        %9d      by rule put-object\n", r.MatchedBy["put-object"]),
		fmt.Sprintf("        %9d  matched by no rule\n", r.Events.Unmatched),
		fmt.Sprintf("calls   %9d  of the function succeeded\n", r.Calls.Succeeded),
	} {
		if !strings.Contains(out.String(), "\n"+row) {
			t.Errorf("the report for people has no row %q", row)
		}
	}
	logged := regexp.MustCompile(`(?m)^\S+ \S+: logged: .*; rule put-object: (no )?match`).FindAllString(out.String(), -1)
	dropped := regexp.MustCompile(`(?m)^\S+ \S+: dropped: .*[^;]$`).FindAllString(out.String(), -1)
	matched := strings.Count(out.String(), "; rule put-object: match\n")
	if len(logged) != int(r.Records.Logged) || len(dropped) != int(r.Records.Dropped) || matched != int(r.Events.Matched) {
		t.Errorf("%d records explained as logged, %d as dropped, %d as matched; the report has %d, %d, %d",
			len(logged), len(dropped), matched, r.Records.Logged, r.Records.Dropped, r.Events.Matched)
	}
	for _, e := range play(t, "", "-explain").explains {
		if len(e.Rules) == 1 && e.Rules[0].Matched != (e.Name == "PutObject") {
			t.Errorf("%s: %+v", e.Name, e.Rules)
		}
	}
	// The README shows the end of it.
	readme, err := os.ReadFile("../../README.md")
	if err != nil {
		t.Fatal(err)
	}
	if _, end, _ := strings.Cut(out.String(), "\nrecords "); !strings.Contains(string(readme), "```\nrecords "+end+"```\n") {
		t.Errorf("the README does not show the report:\nrecords %s", end)
	}
}

// Calls that fail are told of, the first ones one by one, and counted.
func TestCallsFail(t *testing.T) {
	dir := t.TempDir()
	users := filepath.Join(dir, "users.json")
	if err := os.WriteFile(users, []byte(`{"detail":{"eventName":[{"prefix":"List"}]}}`), 0o644); err != nil {
		t.Fatal(err)
	}
	const rec = `{"eventName":"ListUsers","eventSource":"iam.amazonaws.com","awsRegion":"us-east-1","eventID":"e"}`
	p := play(t, strings.Repeat(rec, toldCalls+3), "-pattern", users, "-pattern", "story/put-object.json", "-")
	if p.report.Calls.Failed != toldCalls+3 || len(p.report.Errors) != toldCalls+1 || p.status != 1 ||
		p.report.Errors[0] != `the function failed: event "e": ListUsers of iam.amazonaws.com is no call to an S3 bucket` ||
		p.report.Errors[toldCalls] != "the function failed 3 more times" {
		t.Errorf("status %d, %+v", p.status, p.report)
	}
}

// A record cannot break the lines that are printed about it, or speak to the terminal.
func TestExplainPrintable(t *testing.T) {
	const rec = `{"eventName":"Put\nfake: logged\u001b[31m","eventID":"e","eventSource":"s3.amazonaws.com"}`
	var out, errs bytes.Buffer
	run(context.Background(), []string{"-explain", "-"}, strings.NewReader(rec), &out, &errs)
	if strings.Contains(out.String(), "\x1b") || !strings.Contains(out.String(), `\nfake: logged\x1b[31m: logged: management event`) {
		t.Errorf("%s", &out)
	}
}

// What cannot be printed is not lost silently.
func TestOutputFails(t *testing.T) {
	var errs bytes.Buffer
	if status := run(context.Background(), nil, nil, failingWriter{}, &errs); status != 1 || !strings.Contains(errs.String(), "disk full") {
		t.Errorf("status %d, %s", status, &errs)
	}
}

type failingWriter struct{}

func (failingWriter) Write([]byte) (int, error) { return 0, errors.New("disk full") }

// The log files that CloudTrail delivered, of which every record is a management event.
func TestDeliveredFiles(t *testing.T) {
	logs := "../../../shared/data/cloudtrail/AWSLogs"
	if _, err := os.Stat(logs); err != nil {
		t.Skipf("not beside this checkout: %v", err)
	}
	dataOnly := filepath.Join(t.TempDir(), "data-only.json")
	if err := os.WriteFile(dataOnly, []byte(`{"EventSelectors":[{"IncludeManagementEvents":false,`+
		`"DataResources":[{"Type":"AWS::S3::Object","Values":["arn:aws:s3"]}]}]}`), 0o644); err != nil {
		t.Fatal(err)
	}
	byDefault := play(t, "", logs)
	if r := byDefault.report; r.Files != 6 || r.Records.Read != 2900 || r.Records.Logged != 2900 || byDefault.status != 0 {
		t.Errorf("default trail: %+v", r)
	}
	data := play(t, "", "-selectors", dataOnly, logs)
	if r := data.report; r.Records.Read != 2900 || r.Records.Logged != 0 || r.DroppedBy[selector.NoManagement] != 2900 {
		t.Errorf("data events only: %+v", r)
	}
}
