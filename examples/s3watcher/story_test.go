package main

import (
	"bytes"
	"compress/gzip"
	"flag"
	"io"
	"os"
	"path"
	"path/filepath"
	"testing"
	"time"

	"github.com/trailsieve/trailsieve/internal/synth"
)

var update = flag.Bool("update", false, "write the log files of the story again")

// chapters are what the log files of the story are made of: a day after the announcement's record,
// and one ten years later.
var chapters = []synth.Config{
	{Seed: 2016, Start: time.Date(2016, time.November, 16, 9, 0, 0, 0, time.UTC)},
	{Seed: 2026, Start: time.Date(2026, time.November, 16, 9, 0, 0, 0, time.UTC)},
}

// recordsPerChapter makes the story a realistic one that is still read in a blink.
const recordsPerChapter = 1500

// TestStory checks that the log files of the story are those that internal/synth makes, and with
// -update writes them.
func TestStory(t *testing.T) {
	for _, c := range chapters {
		g := synth.New(c)
		want := g.AppendLogFile(nil, recordsPerChapter)
		name := path.Join(storyLogs, g.LogFileKey())
		if *update {
			if err := writeGzip(filepath.FromSlash(name), want); err != nil {
				t.Fatal(err)
			}
			continue // the embedded files are those of the last build
		}
		f, err := story.Open(name)
		if err != nil {
			t.Fatalf("%v; go test ./examples/s3watcher -run TestStory -update writes it", err)
		}
		z, err := gzip.NewReader(f)
		if err != nil {
			t.Fatal(err)
		}
		got, err := io.ReadAll(z)
		if err != nil {
			t.Fatal(err)
		}
		if !bytes.Equal(got, want) {
			t.Errorf("%s is not what internal/synth makes; go test ./examples/s3watcher -run TestStory -update", name)
		}
	}
}

func writeGzip(name string, text []byte) error {
	if err := os.MkdirAll(filepath.Dir(name), 0o755); err != nil {
		return err
	}
	var packed bytes.Buffer
	z, err := gzip.NewWriterLevel(&packed, gzip.BestCompression)
	if err != nil {
		return err
	}
	if _, err := z.Write(text); err != nil {
		return err
	}
	if err := z.Close(); err != nil {
		return err
	}
	return os.WriteFile(name, packed.Bytes(), 0o644)
}
