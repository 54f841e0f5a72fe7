package accesslog

import (
	"strings"
	"testing"
	"testing/iotest"

	"github.com/google/go-cmp/cmp"
)

// hostile are lines with as many quotes as a line can have: what they cost must stay linear.
var hostile = []string{
	head + `"` + strings.Repeat(`" 200 - 1 1 1 1 "`, 3000),
	head + uri + strings.Repeat(`" "`, 20000),
	head + uri + strings.Repeat(`"`, 60000) + " -",
	head + `"` + strings.Repeat(`" `, 30000) + `" " "`,
}

// A line parses as the twin says, and what was parsed is written and parsed to the same again unless
// its quoted fields look like something else.
func FuzzParse(f *testing.F) {
	for _, line := range testLines(f) {
		f.Add(line)
	}
	for _, line := range []string{
		"", "-", head, head + uri, head + `- - - - - - - - - -`,
		head + uri + `"r" - -`, head + uri + `- "u" -`, head + uri + `"a" "b" "c" -`, head + uri + `"-" ""x"" -`,
		head + `"GET /" 200 HTTP/1.1" 200 - 113 - 7 - "-" "-" -`,
		head + uri + `"x" 500 - 1 1 1 1 "-" "y" - - SigV4 - -`,
		head + uri + `"r" "u" v" h ID host`,
		head + `"" 200 - - - - - - - "`,
		head + `- 200 - - - - - "a" - "b" -`,
		strings.Replace(head, "bucket", "b\xffcket", 1) + uri + `"\xff" "\xff" \xff`,
		head + uri + `"-" "-" -` + "\r\r",
		strings.Replace(head, "bucket", "-", 1) + uri + `"-" "-" -`,
	} {
		f.Add(line)
	}
	f.Fuzz(func(t *testing.T, line string) {
		want, ok := parseSlow(line)
		got, err := Parse(line)
		if (err == nil) != ok {
			t.Fatalf("Parse(%q) = %v, twin %v", line, err, ok)
		}
		if err != nil {
			e := err.(*Error)
			if e.Offset < 0 || e.Offset > int64(len(line)) || e.Column != int(e.Offset)+1 {
				t.Errorf("Parse(%q) = %v: no place in the line", line, err)
			}
			return
		}
		if diff := cmp.Diff(want, got, ignoreText); diff != "" {
			t.Fatalf("Parse(%q) differs from the twin (-want +got):\n%s", line, diff)
		}
		text, err := got.AppendText(nil)
		if err != nil {
			t.Fatal(err)
		}
		if again, err := Parse(string(text)); err == nil {
			ambiguous := strings.Contains(got.Referer, `" `) || strings.HasSuffix(got.Text(), "\r")
			if diff := cmp.Diff(got, again, ignoreText); diff != "" && !ambiguous {
				t.Errorf("%q was written as %q, which differs (-first +second):\n%s", line, text, diff)
			}
		} else if got.Time.Year() > 999 && got.Time.Year() < 10000 {
			t.Errorf("%q was written as %q: %v", line, text, err)
		}
		checkRecord(t, got, west)
		checkRecord(t, got, Source{})
	})
}

// A Reader gives the same whole or byte by byte, packed or not, and passes over nothing.
func FuzzReader(f *testing.F) {
	f.Add(strings.Join(testLines(f), "\n"), 0)
	f.Add(shortLine("a")+"\r\n\nx\n"+shortLine("b"), 60)
	f.Add("\n\n\r\n-", 1)
	f.Fuzz(func(t *testing.T, text string, max int) {
		if strings.HasPrefix(text, gzipMagic) {
			return
		}
		read := func(r *Reader) []string {
			r.MaxLine = max
			return outcome(r)
		}
		want := read(NewReader(strings.NewReader(text)))
		if diff := cmp.Diff(want, read(NewReader(iotest.OneByteReader(strings.NewReader(text))))); diff != "" {
			t.Errorf("byte by byte (-whole +bytes):\n%s", diff)
		}
		if diff := cmp.Diff(want, read(NewReader(strings.NewReader(string(packed(t, text)))))); diff != "" {
			t.Errorf("packed (-plain +packed):\n%s", diff)
		}
		lines := 0
		for line := range strings.SplitSeq(text, "\n") {
			if trimEnd(line) != "" {
				lines++
			}
		}
		if len(want) != lines {
			t.Errorf("%d lines, %d outcomes: %q", lines, len(want), want)
		}
	})
}

// No bytes make a Reader panic or go on for ever.
func FuzzReaderBytes(f *testing.F) {
	f.Add(packed(f, strings.Join(testLines(f), "\n")))
	f.Add([]byte(gzipMagic))
	f.Add([]byte{0x1f})
	f.Fuzz(func(t *testing.T, file []byte) {
		r := NewReader(strings.NewReader(string(file)))
		r.MaxBytes = 1 << 20
		for e, err := range r.Entries() {
			if err == nil {
				checkRecord(t, e, west)
			}
		}
	})
}
