package accesslog

import (
	"bytes"
	"io"
	"strings"
	"testing"
	"time"
)

// benchmarked is how many times the benchmarks go through testdata/access.log, as one file.
const benchmarked = 100

// BenchmarkReader reads a file to its end, and says how many times as long that takes as finding its
// line feeds, which is what nobody can do without, and how many times as long as that the regular
// expression of the twin takes. All take turns, so that they see the same machine.
func BenchmarkReader(b *testing.B) {
	lines := testLines(b)
	file := []byte(strings.Repeat(strings.Join(lines, "\n")+"\n", benchmarked))
	b.SetBytes(int64(len(file)))
	b.ReportAllocs()
	var count, slow time.Duration
	for b.Loop() {
		r := NewReader(bytes.NewReader(file))
		r.ReuseEntry = true
		for n := 0; ; n++ {
			if _, err := r.Read(); err == io.EOF && n == benchmarked*len(lines) {
				break
			} else if err != nil {
				b.Fatal(n, err)
			}
		}
		b.StopTimer()
		count += countLines(b, file)
		start := time.Now()
		for _, line := range lines {
			if _, ok := parseSlow(line); !ok {
				b.Fatal(line)
			}
		}
		slow += benchmarked * time.Since(start)
		b.StartTimer()
	}
	b.ReportMetric(float64(b.Elapsed())/float64(count), "×bytes.Count")
	b.ReportMetric(float64(slow)/float64(b.Elapsed()), "regexp×")
	b.ReportMetric(float64(b.N)*benchmarked*float64(len(lines))/b.Elapsed().Seconds(), "lines/s")
}

// countLines returns how long it takes to find the line feeds of a file.
func countLines(b *testing.B, file []byte) time.Duration {
	start := time.Now()
	if bytes.Count(file, []byte("\n")) == 0 {
		b.Fatal("no lines")
	}
	return time.Since(start)
}

// BenchmarkHostile parses lines that have as many quotes as they can. What a byte of them costs
// should be of the order of what a byte of BenchmarkReader costs.
func BenchmarkHostile(b *testing.B) {
	size := 0
	for _, line := range hostile {
		size += len(line)
	}
	b.SetBytes(int64(size))
	b.ReportAllocs()
	for b.Loop() {
		for _, line := range hostile {
			Parse(line)
		}
	}
}

// BenchmarkRecord makes the records of a file's entries.
func BenchmarkRecord(b *testing.B) {
	lines := testLines(b)
	var entries []*Entry
	for _, line := range lines {
		e, err := Parse(line)
		if err != nil {
			b.Fatal(err)
		}
		if _, err := e.EventName(); err == nil {
			entries = append(entries, e)
		}
	}
	b.ReportAllocs()
	for b.Loop() {
		for _, e := range entries {
			if _, err := e.Record(west); err != nil {
				b.Fatal(err)
			}
		}
	}
	b.ReportMetric(float64(b.N)*float64(len(entries))/b.Elapsed().Seconds(), "records/s")
	b.ReportMetric(b.Elapsed().Seconds()*1e9/float64(b.N)/float64(len(entries)), "ns/record")
}
