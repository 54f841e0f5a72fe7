package programtest

import (
	"bytes"
	"context"
	"encoding/json"
	"log/slog"
	"os"
	"strings"
	"testing"

	"github.com/trailsieve/trailsieve/examples/internal/config"
	"github.com/trailsieve/trailsieve/examples/internal/program"
	"github.com/trailsieve/trailsieve/internal/synth"
	"github.com/trailsieve/trailsieve/record"
)

// Begin begins a checker of a program with the text of a configuration, which must be right.
func Begin(t testing.TB, p *program.Program, text string, out slog.Handler) program.Checker {
	t.Helper()
	c, err := config.Parse("config", []byte(text))
	if err != nil {
		t.Fatal(err)
	}
	begin := p.New(c)
	if err := c.Err(); err != nil {
		t.Fatal(err)
	}
	return begin(out)
}

// ConfigErrors checks that a program finds the mistakes in configurations, each a text and the beginning
// of what is wrong with it. The name of the configuration is c.
func ConfigErrors(t *testing.T, p *program.Program, mistakes [][2]string) {
	t.Helper()
	for _, m := range mistakes {
		text, want := m[0], m[1]
		c, err := config.Parse("c", []byte(text))
		if err == nil {
			p.New(c)
			err = c.Err()
		}
		if err == nil || !strings.HasPrefix(err.Error(), want) {
			t.Errorf("%s: %v, want %s", text, err, want)
		}
	}
}

// Lines returns what a program writes of some records, without the times of writing.
func Lines(t testing.TB, p *program.Program, text string, records ...*record.Record) (lines []map[string]any) {
	t.Helper()
	var out bytes.Buffer
	checker := Begin(t, p, text, slog.NewJSONHandler(&out, nil))
	for _, rec := range records {
		if err := checker.Check(context.Background(), rec); err != nil {
			t.Fatal(err)
		}
	}
	if err := checker.Finish(context.Background()); err != nil {
		t.Fatal(err)
	}
	lines = Decode(t, out.String())
	if checker.Found() != len(lines) {
		t.Errorf("%d found, %d lines", checker.Found(), len(lines))
	}
	return lines
}

// Decode returns the lines of a log, without the times of writing.
func Decode(t testing.TB, log string) (lines []map[string]any) {
	t.Helper()
	for line := range strings.Lines(log) {
		var l map[string]any
		if err := json.Unmarshal([]byte(line), &l); err != nil {
			t.Fatal(err)
		}
		delete(l, "time")
		lines = append(lines, l)
	}
	return lines
}

// S3Record returns the record of a call to S3 with the given fields.
func S3Record(t testing.TB, fields string) *record.Record {
	t.Helper()
	rec, err := record.Parse([]byte(`{"eventSource":"s3.amazonaws.com",` + fields + `}`))
	if err != nil {
		t.Fatalf("%s: %v", fields, err)
	}
	return rec
}

// Synthetic returns records of package synth.
func Synthetic(t testing.TB, c synth.Config, n int) (records []*record.Record) {
	t.Helper()
	file := synth.New(c).AppendLogFile(nil, n)
	for rec, err := range record.NewReader(bytes.NewReader(file)).Records() {
		if err != nil {
			t.Fatal(err)
		}
		records = append(records, rec)
	}
	return records
}

// BenchCheck measures what records cost a program once they have arrived.
func BenchCheck(b *testing.B, p *program.Program, text string) {
	checker := Begin(b, p, text, slog.DiscardHandler)
	records := Synthetic(b, synth.Config{Seed: 1}, 1000)
	b.ReportAllocs()
	for b.Loop() {
		for _, rec := range records {
			if err := checker.Check(b.Context(), rec); err != nil {
				b.Fatal(err)
			}
		}
	}
	b.ReportMetric(float64(b.N*len(records))/b.Elapsed().Seconds(), "records/s")
}

// FuzzConfig puts texts of configurations to a program: what it takes it can check records with, and
// what it does not take has an error that says where.
func FuzzConfig(f *testing.F, p *program.Program) {
	text, err := os.ReadFile("testdata/config.json")
	if err != nil {
		f.Fatal(err)
	}
	f.Add(text)
	f.Add([]byte(`{}`))
	records := Synthetic(f, synth.Config{Seed: 1, DataPercent: 90}, 20)
	f.Fuzz(func(t *testing.T, text []byte) {
		c, err := config.Parse("c", text)
		if err != nil {
			return
		}
		begin := p.New(c)
		if err := c.Err(); err != nil {
			if !strings.HasPrefix(err.Error(), "c:") {
				t.Errorf("%q: %v", text, err)
			}
			return
		}
		checker := begin(slog.DiscardHandler)
		for _, rec := range records {
			if err := checker.Check(context.Background(), rec); err != nil {
				t.Errorf("%q: %v", text, err)
			}
		}
		if err := checker.Finish(context.Background()); err != nil {
			t.Errorf("%q: %v", text, err)
		}
	})
}
