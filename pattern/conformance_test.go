package pattern

import (
	"bufio"
	"bytes"
	"encoding/json"
	"errors"
	"io/fs"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"
)

// TestConformance runs every case below $CONFORMANCE_DIR/pattern: verdicts, and refusals with their
// words, that were observed on EventBridge. The format is described in the README there.
func TestConformance(t *testing.T) {
	dir := os.Getenv("CONFORMANCE_DIR")
	if dir == "" {
		dir = "../../shared/conformance"
	}
	dir = filepath.Join(dir, "pattern")
	if _, err := os.Stat(dir); err != nil {
		t.Skipf("no conformance cases: %v", err)
	}
	err := filepath.WalkDir(dir, func(name string, d fs.DirEntry, err error) error {
		if err == nil && strings.HasSuffix(name, ".jsonl") {
			testConformanceFile(t, name)
		}
		return err
	})
	if err != nil {
		t.Fatal(err)
	}
}

func testConformanceFile(t *testing.T, name string) {
	data, err := os.ReadFile(name)
	if err != nil {
		t.Fatal(err)
	}
	lines := bufio.NewScanner(bytes.NewReader(data))
	lines.Buffer(nil, len(data)+1)
	for lines.Scan() {
		if len(bytes.TrimSpace(lines.Bytes())) == 0 {
			continue
		}
		var c struct {
			ID             string
			Event, Pattern json.RawMessage
			Want           string
			AWSError       string `json:"aws_error"`
		}
		if err := json.Unmarshal(lines.Bytes(), &c); err != nil {
			t.Fatalf("%s: %v", name, err)
		}
		t.Run(c.ID, func(t *testing.T) {
			text, event := rawText(t, c.Pattern), rawText(t, c.Event)
			p, err := Compile(text)
			switch c.Want {
			case "match", "nomatch":
				if err != nil {
					t.Fatalf("Compile(%#q): %v", text, err)
				}
				check(t, p, event, c.Want == "match")
			case "invalid":
				if err == nil {
					t.Fatalf("Compile(%#q) succeeded, want an error like %q", text, c.AWSError)
				}
				e, ok := errors.AsType[*SyntaxError](err)
				if want := awsReason(c.AWSError); !ok || e.Service() != want || !strings.Contains(err.Error(), want) {
					t.Errorf("Compile(%#q):\n got %v\nwant %s", text, err, want)
				}
			default:
				t.Fatalf("unknown verdict %q", c.Want)
			}
		})
	}
	if err := lines.Err(); err != nil {
		t.Fatalf("%s: %v", name, err)
	}
}

// rawText returns the text of a pattern or event of a case, which stands in the line as an object, or
// as a string that holds the text.
func rawText(t *testing.T, raw json.RawMessage) string {
	if len(raw) == 0 || raw[0] != '"' {
		return string(raw)
	}
	var text string
	if err := json.Unmarshal(raw, &text); err != nil {
		t.Fatal(err)
	}
	return text
}

// awsReason returns the line of an error of EventBridge's that gives the reason.
func awsReason(message string) string {
	line, _, _ := strings.Cut(message, "\n")
	_, reason, found := strings.Cut(line, "Reason: ")
	if !found {
		return line
	}
	return reason
}

// decoys are patterns that share paths with those under test, so that in a set of all of them the
// steps and tests are not those of a pattern alone.
var decoys = []*Pattern{
	MustCompile(`{"detail": {"state": [{"exists": true}], "eventName": ["GetObject"]}}`),
	MustCompile(`{"source": [{"prefix": "aws."}], "a": {"b": [1], "c": [{"exists": false}]}}`),
	MustCompile(`{"a": ["x", {"exists": false}], "$or": [{"a.b.c": [{"anything-but": 1}]}, {"d": [null]}]}`),
}

// check tests that a pattern gives the verdict want: alone, in a set among decoys, and explained.
func check(t *testing.T, p *Pattern, event string, want bool) {
	t.Helper()
	if got, err := p.Match([]byte(event)); got != want || err != nil {
		t.Errorf("%s\non %s\n= %v, %v, want %v", p, event, got, err, want)
	}
	crowd := NewSet(slices.All([]*Pattern{decoys[0], p, decoys[1], p, decoys[2]}))
	keys, err := crowd.Match([]byte(event))
	if err != nil || slices.Contains(keys, 1) != want || slices.Contains(keys, 3) != want {
		t.Errorf("%s\nin a set on %s\n= %v, %v, want 1 and 3 in it: %v", p, event, keys, err, want)
	}
	checkExplanation(t, p, event, want)
}
