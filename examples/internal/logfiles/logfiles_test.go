package logfiles

import (
	"bufio"
	"bytes"
	"compress/gzip"
	"errors"
	"fmt"
	"io"
	"os"
	"path/filepath"
	"regexp"
	"strings"
	"testing"
	"time"

	"github.com/trailsieve/trailsieve/record"
)

// Bad input costs only itself, and is told of.
func TestReading(t *testing.T) {
	dir := t.TempDir()
	write := func(name, text string) string {
		name = filepath.Join(dir, name)
		if err := os.MkdirAll(filepath.Dir(name), 0o755); err != nil {
			t.Fatal(err)
		}
		if err := os.WriteFile(name, []byte(text), 0o644); err != nil {
			t.Fatal(err)
		}
		return name
	}
	const rec = `{"eventVersion":"1.05","eventName":"ListUsers","eventSource":"iam.amazonaws.com","awsRegion":"us-east-1","eventTime":"2016-11-21T00:00:00Z"}`
	good := write("logs/good.json", `{"Records":[`+rec+`]}`)
	var packed bytes.Buffer
	z := gzip.NewWriter(&packed)
	io.WriteString(z, `{"Records":[`+strings.Repeat(rec+",", 999)+rec+`]}`)
	z.Close()
	truncated := write("truncated.json.gz", packed.String()[:packed.Len()-20])
	words := write("words.json", "These are just words.")
	mixed := write("mixed.json", `{"Records":[`+rec+`,17,{"eventName":}, {"a":1},`+rec+`]}`)
	flood := write("flood.json", `[`+strings.Repeat("0,", 99)+`0]`)
	empty := filepath.Join(dir, "empty")
	if err := os.Mkdir(empty, 0o755); err != nil {
		t.Fatal(err)
	}
	write("other/readme.txt", "no log")
	write("other/CloudTrail-Digest/d.json", "{}")
	missing := filepath.Join(dir, "missing.json")
	nothing := write("nothing.json", "")
	digests := filepath.Dir(write("trail/CloudTrail-Digest/d.json", "{}"))
	links := filepath.Join(dir, "links")
	write("links/good.json", rec)
	for link, to := range map[string]string{"again.json": "good.json", "dangling.json": "nowhere", "folder.json": "../logs", "folder": "../logs"} {
		if err := os.Symlink(to, filepath.Join(links, link)); err != nil {
			t.Fatal(err)
		}
	}

	for _, tt := range []struct {
		name         string
		args         []string
		read, usable uint64
		errors       []string // the beginning of each
	}{
		{"good", []string{good}, 1, 1, nil},
		{"folder", []string{filepath.Join(dir, "logs")}, 1, 1, nil},
		{"words", []string{words, good}, 1, 1, []string{
			words + `: record: expected a JSON object or array, found 'T' (offset 0); nothing behind that place was read`}},
		{"mixed", []string{mixed, good}, 6, 3, []string{
			mixed + `: record: not a JSON object: a number in record 1 (offset 153)`,
			mixed + `: record: expected a value, found '}' in record 2 (offset 169)`,
			mixed + `: record: not a CloudTrail record: it has none of a record's fields in record 3 (offset 172)`}},
		{"empty folder", []string{empty, good}, 1, 1, []string{
			empty + `: no log files in this folder: expected files named .json, .json.gz, .jsonl, .jsonl.gz in it or below`}},
		{"folder of other files", []string{filepath.Join(dir, "other"), good}, 1, 1, []string{
			filepath.Join(dir, "other") + `: no log files in this folder`}},
		{"missing", []string{missing, good}, 1, 1, []string{"stat " + missing}},
		{"truncated", []string{good, truncated, good}, 0, 0, []string{truncated + `: record: unexpected EOF in a value that begins at offset `}},
		{"flood", []string{flood, good}, 101, 1, append(
			make([]string, toldPerFile), flood+": 90 more records that could not be used")},
		{"standard input", []string{"-"}, 1, 1, nil},
		{"twice", []string{good, good, filepath.Join(dir, "logs"), filepath.Join(dir, "logs", "..", "logs", "good.json")}, 1, 1, nil},
		{"nothing", []string{nothing, good}, 1, 1, []string{nothing + ": empty: a log file without records is"}},
		{"digests", []string{digests}, 0, 0, []string{digests + ": no log files in this folder"}},
		{"links", []string{links}, 1, 1, []string{
			filepath.Join(links, "dangling.json") + ": ", filepath.Join(links, "folder.json") + ": not read: a symbolic link to a folder"}},
	} {
		var out, errs bytes.Buffer
		r := NewReading("test", &out, &errs)
		var usable uint64
		r.Each(Sources(tt.args, strings.NewReader(rec)), func(*record.Record) {
			usable++
			fmt.Fprintln(r.Out, "a record")
		})
		if status := r.Close(); (status == 0) != (tt.errors == nil) || strings.Count(errs.String(), "\n") != len(r.Errors) {
			t.Errorf("%s: status %d with errors %q, and on standard error:\n%s", tt.name, status, r.Errors, &errs)
		}
		if tt.name == "truncated" { // how many records it has depends on where the packed blocks end
			if usable < 3 {
				t.Errorf("truncated: %d", usable)
			}
			tt.read, tt.usable = r.Read, r.Read
		}
		if r.Read != tt.read || usable != tt.usable || r.Read != usable+r.Failed {
			t.Errorf("%s: %d read, %d usable, %d failed, want %d, %d", tt.name, r.Read, usable, r.Failed, tt.read, tt.usable)
		}
		if n := strings.Count(out.String(), "\n"); uint64(n) != usable {
			t.Errorf("%s: %d lines of output, want %d", tt.name, n, usable)
		}
		if len(r.Errors) != len(tt.errors) {
			t.Errorf("%s: errors %q, want %d", tt.name, r.Errors, len(tt.errors))
			continue
		}
		for i, want := range tt.errors {
			if !strings.HasPrefix(r.Errors[i], want) {
				t.Errorf("%s: %s\nwant %s", tt.name, r.Errors[i], want)
			}
		}
	}
}

// The progress line stands alone, and nothing of it or of what is printed beside it is lost.
func TestProgress(t *testing.T) {
	var terminal bytes.Buffer
	p := &progress{out: &terminal, start: time.Now().Add(-time.Hour)}
	out := bufio.NewWriterSize(hiding{p, &terminal}, 16)
	for i := range 2 * callsPerCheck {
		p.last = time.Time{}
		p.show(out, "logs/"+strings.Repeat("x", 100)+"/file.json", uint64(i))
		fmt.Fprintln(out, "a line that is longer than the buffer")
	}
	out.Flush()
	p.hide()
	if n := strings.Count(terminal.String(), " records, now in ..."); n != 2 {
		t.Errorf("the line was shown %d times, want 2", n)
	}
	// A terminal clears from the start of the line where it is told to.
	shown := regexp.MustCompile(`[^\n]*\r\x1b\[K`).ReplaceAllString(terminal.String(), "")
	if want := strings.Repeat("a line that is longer than the buffer\n", 2*callsPerCheck); shown != want {
		t.Errorf("what stays on the terminal is %q", shown)
	}
	if newProgress(&terminal).out != nil {
		t.Error("a buffer is taken for a terminal")
	}
}

// What cannot be printed is not lost silently.
func TestOutputFails(t *testing.T) {
	var errs bytes.Buffer
	r := NewReading("test", failingWriter{}, &errs)
	fmt.Fprintln(r.Out, "a line")
	if status := r.Close(); status != 1 || errs.String() != "test: disk full\n" {
		t.Errorf("status %d, %q", status, &errs)
	}
}

type failingWriter struct{}

func (failingWriter) Write([]byte) (int, error) { return 0, errors.New("disk full") }

// What a record says does not get at the terminal.
func TestPrintable(t *testing.T) {
	for line, want := range map[string]string{
		"s3://b/ü*":                "s3://b/ü*",
		"two\nlines":               `"two\nlines"`,
		"\x1b[2J":                  `"\x1b[2J"`,
		"\u009b31m, \u202eesrever": `"\u009b31m, \u202eesrever"`,
		"\x9b31m is no UTF-8":      `"\x9b31m is no UTF-8"`,
	} {
		if got := Printable(line); got != want {
			t.Errorf("Printable(%q) = %s, want %s", line, got, want)
		}
	}
}
