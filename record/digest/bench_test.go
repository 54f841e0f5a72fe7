package digest

import (
	"bytes"
	"compress/gzip"
	"crypto/sha256"
	"encoding/hex"
	"fmt"
	"io"
	"runtime"
	"testing"
	"time"

	"github.com/trailsieve/trailsieve/internal/synth"
)

// BenchmarkValidate validates a day with one log file an hour, and says how many times as long it
// takes as to unpack and hash the same log files with the standard library, which is what no
// validator gets around. What is on top is mostly the signatures of the 24 digests.
func BenchmarkValidate(b *testing.B) {
	for _, records := range []int{0, 10, 1000} {
		b.Run(fmt.Sprintf("records=%d", records), func(b *testing.B) {
			f := emptyFake()
			text := synth.New(synth.Config{}).AppendLogFile(nil, records)
			size := 0
			for range 24 {
				f.deliverText(text)
				size += len(text)
			}
			f.q.To = at(24)
			b.SetBytes(int64(size))
			b.ReportAllocs()
			for b.Loop() {
				if r := f.validate(b); r.Verdict() != VerdictValid {
					b.Fatal(r)
				}
			}
			b.ReportMetric(24*float64(b.N)/b.Elapsed().Seconds(), "digests/s")
			perOp := b.Elapsed() / time.Duration(b.N)
			start, n := time.Now(), 0
			for ; n < 3 || time.Since(start) < 300*time.Millisecond; n++ {
				f.hashAll(b)
			}
			b.ReportMetric(float64(perOp)/(float64(time.Since(start))/float64(n)), "x-unpack+hash")
		})
	}
}

// deliverText delivers a digest with one log file that has the text.
func (f *fake) deliverText(text []byte) {
	e := f.logFile(fmt.Sprintf("l%d", f.hour), at(float64(f.hour)+0.5))
	e.Hash = hexSum(text)
	f.objects[place{e.Bucket, e.Key}] = object{data: pack(text)}
	f.digest(fmt.Sprintf("d%d", f.hour), f.hour, false, []Entry{e})
	f.hour++
}

// hashAll unpacks and hashes the log files of the bucket.
func (f *fake) hashAll(b *testing.B) {
	for p, name := range f.names {
		if name[0] != 'l' {
			continue
		}
		r, err := gzip.NewReader(bytes.NewReader(f.objects[p].data))
		if err != nil {
			b.Fatal(err)
		}
		h := sha256.New()
		if _, err := io.Copy(h, r); err != nil {
			b.Fatal(err)
		}
		_ = hex.EncodeToString(h.Sum(nil))
	}
}

func BenchmarkParseDigest(b *testing.B) {
	for _, files := range []int{0, 10, 1000} {
		b.Run(fmt.Sprintf("files=%d", files), func(b *testing.B) {
			f := emptyFake()
			f.deliver(files)
			text := unpacked(f.get("d0").data)
			b.SetBytes(int64(len(text)))
			b.ReportAllocs()
			for b.Loop() {
				if _, err := ParseDigest(text); err != nil {
					b.Fatal(err)
				}
			}
		})
	}
}

// Hashing a log file takes memory that does not grow with it.
func TestConstantMemory(t *testing.T) {
	u := newUnpacker()
	h := sha256.New()
	allocated := func(size int) uint64 {
		data := pack(make([]byte, size))
		var before, after runtime.MemStats
		runtime.ReadMemStats(&before)
		if err := u.unpack(t.Context(), h, bytes.NewReader(data), MaxLogFile); err != nil {
			t.Fatal(err)
		}
		runtime.ReadMemStats(&after)
		return after.TotalAlloc - before.TotalAlloc
	}
	small := allocated(1 << 10)
	if large := allocated(32 << 20); large > small+bufferSize {
		t.Errorf("1 KB takes %d bytes of memory, 32 MB take %d", small, large)
	}
}
