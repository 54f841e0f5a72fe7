package selector

import (
	"bufio"
	"encoding/json"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/trailsieve/trailsieve/record"
)

// A sharedCase is a line of a file of cases: would a trail with these selectors log this record?
type sharedCase struct {
	ID        string
	Rule      string
	Selectors json.RawMessage
	Record    json.RawMessage
	Want      string // log, drop or invalid
	Why       string
	Cause     Cause  // only in testdata: of the reason
	Error     string // only in testdata: part of the error's text
}

// readCases returns the cases in all files that a pattern matches.
func readCases(tb testing.TB, pattern string) []sharedCase {
	files, err := filepath.Glob(pattern)
	if err != nil {
		tb.Fatal(err)
	}
	var cases []sharedCase
	for _, file := range files {
		f, err := os.Open(file)
		if err != nil {
			tb.Fatal(err)
		}
		lines := bufio.NewScanner(f)
		lines.Buffer(nil, 1<<20)
		for n := 1; lines.Scan(); n++ {
			if strings.TrimSpace(lines.Text()) == "" {
				continue
			}
			var c sharedCase
			if err := json.Unmarshal(lines.Bytes(), &c); err != nil {
				tb.Fatalf("%s:%d: %v", file, n, err)
			}
			cases = append(cases, c)
		}
		if err := lines.Err(); err != nil {
			tb.Fatalf("%s: %v", file, err)
		}
		f.Close()
	}
	return cases
}

func TestConformance(t *testing.T) {
	dir := os.Getenv("CONFORMANCE_DIR")
	if dir == "" {
		dir = filepath.Join("..", "..", "shared", "conformance")
	}
	cases := readCases(t, filepath.Join(dir, "selector", "*.jsonl"))
	if len(cases) == 0 {
		t.Skipf("no cases in %s: set CONFORMANCE_DIR to where they are", dir)
	}
	for _, c := range cases {
		t.Run(c.ID, c.run)
	}
}

// TestCases runs our own cases. Each names a Cause, or a part of the error.
func TestCases(t *testing.T) {
	cases := readCases(t, "testdata/*.jsonl")
	if len(cases) == 0 {
		t.Fatal("no cases in testdata")
	}
	for _, c := range cases {
		t.Run(c.ID, func(t *testing.T) {
			c.run(t)
			if c.Want == "invalid" {
				if _, err := Compile(string(c.Selectors)); err == nil || c.Error == "" ||
					!strings.Contains(err.Error(), c.Error) {
					t.Errorf("Compile(%s): %v, want %q in it", c.Selectors, err, c.Error)
				}
				return
			}
			reason := MustCompile(string(c.Selectors)).Explain(parseRecord(t, c.Record))
			if reason.Cause != c.Cause {
				t.Errorf("Explain: %v\ncause %q, want %q", reason, reason.Cause, c.Cause)
			}
		})
	}
}

func (c sharedCase) run(t *testing.T) {
	s, err := Compile(string(c.Selectors))
	twin, twinErr := compileSlow(string(c.Selectors))
	if (err == nil) != (twinErr == nil) {
		t.Errorf("Compile(%s): %v; the twin says: %v", c.Selectors, err, twinErr)
	}
	if c.Want == "invalid" {
		if err == nil {
			t.Fatalf("Compile(%s) = nil error, want one: %s", c.Selectors, c.Why)
		}
		if message := serviceMessage(c.Why); !strings.Contains(err.Error(), message) {
			t.Errorf("Compile(%s): %v\nwant the service's message in it: %q", c.Selectors, err, message)
		}
		return
	}
	if err != nil {
		t.Fatalf("Compile(%s): %v, want %s: %s", c.Selectors, err, c.Want, c.Why)
	}
	r := parseRecord(t, c.Record)
	want := c.Want == "log"
	if got := s.Match(r); got != want {
		t.Errorf("Match = %v, want %v: %s\nselectors %s\nrecord %s\nExplain: %v",
			got, want, c.Why, c.Selectors, c.Record, s.Explain(r))
	}
	if got := s.Explain(r); got.Logged != want {
		t.Errorf("Explain: %v, want %s: %s\nselectors %s\nrecord %s", got, c.Want, c.Why, c.Selectors, c.Record)
	}
	if got := twin.match(string(c.Record)); got != want {
		t.Errorf("the twin says %v, want %v: %s\nselectors %s\nrecord %s",
			got, want, c.Why, c.Selectors, c.Record)
	}
}

// serviceMessage returns the part of a case's why that the service says itself, as far as it can be
// told from the words with which its messages begin.
func serviceMessage(why string) string {
	for _, start := range []string{"The following field", "The following selectors", "Only the following",
		"A duplicate event selector", "Specify a valid number", "You can select events", "There are too many"} {
		if i := strings.Index(why, start); i >= 0 {
			return why[i:]
		}
	}
	if strings.Contains(why, "Value ... for DataResources.Values is invalid") {
		return " for DataResources.Values is invalid."
	}
	if i := strings.Index(why, "Value "); i >= 0 && strings.HasSuffix(why, " is invalid") {
		return why[i:]
	}
	if strings.Contains(why, "includeManagementEvents is false, DataResources must not be empty") {
		return "When includeManagementEvents is false, DataResources must not be empty."
	}
	return ""
}

func parseRecord(tb testing.TB, text []byte) *record.Record {
	r, err := record.Parse(text)
	if err != nil {
		tb.Fatalf("record %s: %v", text, err)
	}
	return r
}
