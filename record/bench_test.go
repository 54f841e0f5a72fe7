package record

import (
	"bytes"
	"encoding/json"
	"io"
	"testing"
	"time"

	"github.com/trailsieve/trailsieve/internal/synth"
)

// benchmarked is how many records the benchmarks go through.
const benchmarked = 2000

// BenchmarkParse decodes records one by one, and says how many times as fast as json.Valid goes
// through the same bytes in the same run.
func BenchmarkParse(b *testing.B) {
	g := synth.New(synth.Config{})
	texts := make([][]byte, benchmarked)
	size := 0
	for i := range texts {
		texts[i] = g.AppendRecord(nil)
		size += len(texts[i])
	}
	b.SetBytes(int64(size))
	b.ReportAllocs()
	var r Record
	for b.Loop() {
		for _, text := range texts {
			if err := r.UnmarshalJSON(text); err != nil {
				b.Fatal(err)
			}
		}
	}
	reportRatio(b, func() {
		for _, text := range texts {
			if !json.Valid(text) {
				b.Fatal("not valid")
			}
		}
	})
}

// BenchmarkReader reads a log file that is plain or packed, to the end.
func BenchmarkReader(b *testing.B) {
	text := synth.New(synth.Config{}).AppendLogFile(nil, benchmarked)
	for _, bb := range []struct {
		name string
		file []byte
	}{{"plain", text}, {"gzip", gzipped(b, string(text))}} {
		b.Run(bb.name, func(b *testing.B) {
			b.SetBytes(int64(len(text)))
			b.ReportAllocs()
			for b.Loop() {
				r := NewReader(bytes.NewReader(bb.file))
				r.ReuseRecord = true
				n := 0
				for {
					_, err := r.Read()
					if err == io.EOF {
						break
					}
					if err != nil {
						b.Fatal(err)
					}
					n++
				}
				if n != benchmarked {
					b.Fatalf("%d records", n)
				}
			}
			reportRatio(b, func() {
				if !json.Valid(text) {
					b.Fatal("not valid")
				}
			})
		})
	}
}

// reportRatio reports how much longer other takes than an iteration of the benchmark that has just
// ended.
func reportRatio(b *testing.B, other func()) {
	each := b.Elapsed() / time.Duration(b.N)
	const rounds = 5
	start := time.Now()
	for range rounds {
		other()
	}
	b.ReportMetric(float64(time.Since(start)/rounds)/float64(each), "×json.Valid")
	b.ReportMetric(benchmarked/each.Seconds(), "records/s")
}
