package record

import (
	"bufio"
	"encoding/json"
	"fmt"
	"io/fs"
	"os"
	"path/filepath"
	"strings"
	"testing"
)

// TestConformance reads every line {"source", "kind", "record"} of the files below
// $CONFORMANCE_DIR/record: each record reads without error, comes back as it was, alone and out of a
// log file, and agrees with a naive decode.
func TestConformance(t *testing.T) {
	dir := os.Getenv("CONFORMANCE_DIR")
	if dir == "" {
		dir = shared(t, "conformance")
	}
	files, err := filepath.Glob(filepath.Join(dir, "record", "*.jsonl"))
	if err != nil || len(files) == 0 {
		t.Skipf("no cases in %s", filepath.Join(dir, "record"))
	}
	for _, file := range files {
		f, err := os.Open(file)
		if err != nil {
			t.Fatal(err)
		}
		defer f.Close()
		var logFile strings.Builder
		var texts []string
		lines := bufio.NewScanner(f)
		lines.Buffer(nil, MaxRecord)
		for n := 1; lines.Scan(); n++ {
			t.Run(fmt.Sprintf("%s/%d", filepath.Base(file), n), func(t *testing.T) {
				var line struct{ Record json.RawMessage }
				if err := json.Unmarshal(lines.Bytes(), &line); err != nil {
					t.Fatal(err)
				}
				texts = append(texts, string(line.Record))
				r, err := Parse(line.Record)
				if err != nil {
					t.Fatalf("%v: %s", err, line.Record)
				}
				if r.Text() != string(line.Record) {
					t.Errorf("comes back as %s, was %s", r.Text(), line.Record)
				}
				if err := compareSlow(r, line.Record); err != nil {
					t.Errorf("%v: %s", err, line.Record)
				}
			})
		}
		if err := lines.Err(); err != nil {
			t.Fatal(err)
		}
		logFile.WriteString(`{"Records":[` + strings.Join(texts, ",") + `]}`)
		got := outcome(NewReader(strings.NewReader(logFile.String())))
		if strings.Join(got, "\n") != strings.Join(texts, "\n") {
			t.Errorf("%s: %d records written to a log file come back as %d, or changed", file, len(texts), len(got))
		}
	}
}

// TestLogFiles reads log files as CloudTrail delivered them.
func TestLogFiles(t *testing.T) {
	records, ids := 0, make(map[string]bool)
	for _, path := range logFiles(t) {
		f, err := os.Open(path)
		if err != nil {
			t.Fatal(err)
		}
		for r, err := range NewReader(f).Records() {
			if err != nil {
				t.Fatalf("%s: %v", path, err)
			}
			records++
			ids[r.EventID] = true
			if c, by := r.Category(); c != Management || by != ByEventCategory {
				t.Errorf("%s: %s is %s by %s", path, r.EventID, c, by)
			}
			if err := compareSlow(r, []byte(r.Text())); err != nil {
				t.Errorf("%s: %v", path, err)
			}
		}
		f.Close()
	}
	if records != 2900 || len(ids) != records {
		t.Errorf("%d records with %d eventIDs, want 2900", records, len(ids))
	}
}

// The record of the announcement, as it is printed.
func TestAnnouncementFile(t *testing.T) {
	text, err := os.ReadFile(shared(t, "data/announcement/record.json"))
	if err != nil {
		t.Fatal(err)
	}
	printed, err := Parse(text)
	if err != nil {
		t.Fatal(err)
	}
	ours, err := Parse([]byte(announced))
	if err != nil {
		t.Fatal(err)
	}
	for path, want := range printed.fields() {
		if got := ours.fields()[path]; got != want {
			t.Errorf("%s: the announcement has %q, our copy %q", path, want, got)
		}
	}
}

// logFiles returns the paths of the log files beside the checkout.
func logFiles(t testing.TB) (paths []string) {
	err := filepath.WalkDir(shared(t, "data/cloudtrail/AWSLogs"), func(path string, d fs.DirEntry, err error) error {
		if err == nil && !d.IsDir() {
			paths = append(paths, path)
		}
		return err
	})
	if err != nil {
		t.Fatal(err)
	}
	return paths
}
