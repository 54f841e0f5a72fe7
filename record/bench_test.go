package record

import (
	"bytes"
	"encoding/json"
	"fmt"
	"io"
	"runtime"
	"testing"
	"time"

	"github.com/klauspost/compress/gzip"

	"github.com/trailsieve/trailsieve/internal/synth"
)

// benchmarked is how many records the benchmarks go through.
const benchmarked = 2000

// generated returns records as synth makes them, alone and as a log file.
func generated() (texts [][]byte, file []byte) {
	g := synth.New(synth.Config{})
	for range benchmarked {
		texts = append(texts, g.AppendRecord(nil))
	}
	return texts, synth.New(synth.Config{}).AppendLogFile(nil, benchmarked)
}

// BenchmarkParse decodes records one by one.
func BenchmarkParse(b *testing.B) {
	texts, _ := generated()
	var r Record
	compare(b, texts, func(text []byte) error { return r.UnmarshalJSON(text) })
}

// BenchmarkUnmarshalString decodes records where they lie, as a Reader that reuses its Record does, too: without
// a copy of their texts, and so without anything for the collector to do.
func BenchmarkUnmarshalString(b *testing.B) {
	texts, _ := generated()
	var r Record
	compare(b, texts, func(text []byte) error { return r.UnmarshalString(stringOf(text)) })
}

// BenchmarkReader reads a log file that is plain or packed, to the end.
func BenchmarkReader(b *testing.B) {
	_, file := generated()
	read := func(file []byte) error {
		r := NewReader(bytes.NewReader(file))
		r.ReuseRecord = true
		for n := 0; ; n++ {
			switch _, err := r.Read(); {
			case err == io.EOF && n == benchmarked:
				return nil
			case err != nil:
				return fmt.Errorf("record %d: %w", n, err)
			}
		}
	}
	b.Run("plain", func(b *testing.B) { compare(b, [][]byte{file}, read) })
	packed := gzipped(b, string(file))
	b.Run("gzip", func(b *testing.B) {
		compare(b, [][]byte{file}, func([]byte) error { return read(packed) })
	})
}

// BenchmarkUnpacked reads a packed log file in a loop over Records, and says how many times as long as
// unpacking it alone that takes. CloudTrail's files are as small as the first; the second shows what is left
// of it when what is done once a file no longer counts.
func BenchmarkUnpacked(b *testing.B) {
	for _, records := range []int{benchmarked, 10 * benchmarked} {
		file := synth.New(synth.Config{}).AppendLogFile(nil, records)
		size, packed := len(file), gzipped(b, string(file))
		b.Run(fmt.Sprintf("size=%dMB", size/1e6), func(b *testing.B) {
			b.SetBytes(int64(size))
			b.ReportAllocs()
			gunzip := against(b, records, func() {
				r := NewReader(bytes.NewReader(packed))
				r.ReuseRecord = true
				n := 0
				for _, err := range r.Records() {
					if err != nil {
						b.Fatal(err)
					}
					n++
				}
				if n != records {
					b.Fatalf("%d records, want %d", n, records)
				}
			}, func() {
				z, err := gzip.NewReader(bytes.NewReader(packed))
				if err != nil {
					b.Fatal(err)
				}
				if _, err := io.Copy(io.Discard, z); err != nil {
					b.Fatal(err)
				}
			})
			b.ReportMetric(gunzip, "×gunzip")
		})
	}
}

// BenchmarkMemory reads packed logs of several sizes, and says how large the heap was at most, over what it
// was before.
func BenchmarkMemory(b *testing.B) {
	file := synth.New(synth.Config{}).AppendLogFile(nil, benchmarked/3) // 1 MB
	size, packed := len(file), gzipped(b, string(file))
	for _, times := range []int{1, 10, 100, 1000} {
		b.Run(fmt.Sprintf("size=%dMB", times*size/1e6), func(b *testing.B) {
			b.SetBytes(int64(times * size))
			var stats runtime.MemStats
			runtime.GC()
			runtime.ReadMemStats(&stats)
			before, peak := stats.HeapInuse, stats.HeapInuse
			for b.Loop() {
				r := NewReader(io.LimitReader(&endless{text: packed}, int64(times*len(packed))))
				r.ReuseRecord = true
				n := 0
				for _, err := range r.Records() {
					if err != nil {
						b.Fatal(err)
					}
					if n++; n%100 == 0 {
						runtime.ReadMemStats(&stats)
						peak = max(peak, stats.HeapInuse)
					}
				}
				if n != times*(benchmarked/3) {
					b.Fatalf("%d records, want %d", n, times*(benchmarked/3))
				}
			}
			b.ReportMetric(float64(peak-before)/(1<<20), "peak-MB")
		})
	}
}

// compare measures f on each of texts, and how many times as long json.Valid takes on the same bytes.
func compare(b *testing.B, texts [][]byte, f func(text []byte) error) {
	size := 0
	for _, text := range texts {
		size += len(text)
	}
	b.SetBytes(int64(size))
	b.ReportAllocs()
	valid := against(b, benchmarked, func() {
		for _, text := range texts {
			if err := f(text); err != nil {
				b.Fatal(err)
			}
		}
	}, func() {
		for _, text := range texts {
			if !json.Valid(text) {
				b.Fatal("not valid")
			}
		}
	})
	b.ReportMetric(1/valid, "×json.Valid")
}

// against measures f, which goes through so many records, and returns how many times as long as other it
// takes. The two take turns, so that both see the same machine; but other has few of them, because stopping
// the timer stops the world, and what other leaves in the caches is not what f finds in them by itself.
func against(b *testing.B, records int, f, other func()) float64 {
	const turns = 8
	var rest time.Duration
	n, others := 0, 0
	for ; b.Loop(); n++ {
		f()
		if n%turns > 0 {
			continue
		}
		b.StopTimer()
		start := time.Now()
		other()
		rest += time.Since(start)
		others++
		b.StartTimer()
	}
	b.ReportMetric(float64(n)*float64(records)/b.Elapsed().Seconds(), "records/s")
	return float64(b.Elapsed()) / float64(n) / (float64(rest) / float64(others))
}
