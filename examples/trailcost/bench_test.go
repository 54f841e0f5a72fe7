package main

import (
	"io"
	"strings"
	"testing"

	"github.com/trailsieve/trailsieve/record"
)

// BenchmarkFile has what a bill costs, by what is asked for, beside reading the same records and doing nothing.
func BenchmarkFile(b *testing.B) {
	const records = 20_000
	text := logs(records)
	trail := "main=" + write(b, "s.json", allObjects)
	proposed := "main=" + write(b, "w.json", writtenObjects)
	run := func(b *testing.B, args ...string) {
		for b.Loop() {
			o, err := parse(append(args, "-trail", trail, "-"), nil)
			if err != nil {
				b.Fatal(err)
			}
			r, err := newReading(o, io.Discard)
			if err != nil {
				b.Fatal(err)
			}
			r.files(b.Context(), strings.NewReader(text))
			if _, err := newResult(o, r); err != nil || r.ledger.Read != records {
				b.Fatalf("read %d: %v", r.ledger.Read, err)
			}
		}
	}
	for _, test := range []struct {
		name string
		run  func(b *testing.B)
	}{
		{"only=read", func(b *testing.B) {
			for b.Loop() {
				r := record.NewReader(strings.NewReader(text))
				r.ReuseRecord = true
				n := 0
				for _, err := range r.Records() {
					if err != nil {
						b.Fatal(err)
					}
					n++
				}
				if n != records {
					b.Fatalf("read %d", n)
				}
			}
		}},
		{"ask=bill", func(b *testing.B) { run(b, "-by=", "-advice=false", "-dedup=0") }},
		{"ask=bill,split", func(b *testing.B) { run(b, "-advice=false", "-dedup=0") }},
		{"ask=bill,split,advice,dedup,compare", func(b *testing.B) { run(b, "-compare", proposed) }},
	} {
		b.Run(test.name, func(b *testing.B) {
			b.ReportAllocs()
			b.SetBytes(int64(len(text)))
			test.run(b)
			b.ReportMetric(float64(b.N)*records/b.Elapsed().Seconds(), "events/s")
		})
	}
}
