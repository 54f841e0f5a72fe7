package synth

import "testing"

func BenchmarkAppendRecord(b *testing.B) {
	for _, c := range []struct {
		name   string
		config Config
	}{
		{"data=0", Config{DataPercent: -1}},
		{"data=50", Config{}},
		{"data=100", Config{DataPercent: 100}},
	} {
		b.Run(c.name, func(b *testing.B) {
			g := New(c.config)
			buf := make([]byte, 0, 16<<10)
			for range 1000 {
				buf = g.AppendRecord(buf[:0])
			}
			var bytes int64
			b.ReportAllocs()
			for b.Loop() {
				buf = g.AppendRecord(buf[:0])
				bytes += int64(len(buf))
			}
			b.SetBytes(bytes / int64(b.N))
			b.ReportMetric(float64(b.N)/b.Elapsed().Seconds(), "records/s")
			b.ReportMetric(float64(bytes)/float64(b.N), "bytes/record")
		})
	}
}

func BenchmarkNew(b *testing.B) {
	b.ReportAllocs()
	for b.Loop() {
		New(Config{})
	}
}
