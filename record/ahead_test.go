package record

import (
	"bytes"
	"errors"
	"io"
	"iter"
	"runtime"
	"slices"
	"strings"
	"testing"
	"testing/iotest"
	"time"

	"github.com/trailsieve/trailsieve/internal/synth"
)

// However a packed stream ends, and whichever way the loop over it is left, the loop says what Read says, up to
// where it is left, and no goroutine stays behind.
func TestReaderAheadEnds(t *testing.T) {
	log := string(synth.New(synth.Config{}).AppendLogFile(nil, 200))
	other := string(synth.New(synth.Config{Seed: 1}).AppendLogFile(nil, 200))
	whole := gzipped(t, log)
	members := append(gzipped(t, log+other[:len(other)/3]), gzipped(t, other[len(other)/3:])...)
	damaged := slices.Clone(whole)
	damaged[len(damaged)-5] ^= 1 // in the checksum
	flipped := slices.Clone(whole)
	flipped[len(flipped)/2] ^= 0x10
	bomb := gzipped(t, `{"x":`+strings.Repeat("[", 2<<20))
	broken := errors.New("connection reset")
	streams := map[string]struct {
		src      func() io.Reader
		maxBytes int64
	}{
		"whole":             {func() io.Reader { return bytes.NewReader(whole) }, 0},
		"members":           {func() io.Reader { return bytes.NewReader(members) }, 0},
		"members by halves": {func() io.Reader { return iotest.HalfReader(bytes.NewReader(members)) }, 0},
		"cut":               {func() io.Reader { return bytes.NewReader(members[:len(members)*2/3]) }, 0},
		"cut in a header":   {func() io.Reader { return bytes.NewReader(append(slices.Clone(whole), members[:5]...)) }, 0},
		"checksum":          {func() io.Reader { return bytes.NewReader(damaged) }, 0},
		"damaged":           {func() io.Reader { return bytes.NewReader(flipped) }, 0},
		"no gzip behind it": {func() io.Reader { return bytes.NewReader(append(slices.Clone(whole), log...)) }, 0},
		"error": {func() io.Reader {
			return io.MultiReader(bytes.NewReader(members[:len(members)/2]), iotest.ErrReader(broken))
		}, 0},
		"no progress":      {func() io.Reader { return io.MultiReader(bytes.NewReader(members[:len(members)/2]), stuck{}) }, 0},
		"limit":            {func() io.Reader { return bytes.NewReader(members) }, int64(len(log)) + 1000},
		"limit at once":    {func() io.Reader { return bytes.NewReader(members) }, 1},
		"limit in a value": {func() io.Reader { return bytes.NewReader(bomb) }, 1 << 20},
	}
	// leave goes through up to n records of a loop, and leaves it in its way.
	ways := map[string]func(records iter.Seq2[*Record, error], n int, each func(*Record, error)){
		"break": func(records iter.Seq2[*Record, error], n int, each func(*Record, error)) {
			for rec, err := range records {
				each(rec, err)
				if n--; n == 0 {
					break
				}
			}
		},
		"panic": func(records iter.Seq2[*Record, error], n int, each func(*Record, error)) {
			defer func() { recover() }()
			for rec, err := range records {
				each(rec, err)
				if n--; n == 0 {
					panic("left")
				}
			}
		},
		"Goexit": func(records iter.Seq2[*Record, error], n int, each func(*Record, error)) {
			done := make(chan bool)
			go func() {
				defer close(done)
				for rec, err := range records {
					each(rec, err)
					if n--; n == 0 {
						runtime.Goexit()
					}
				}
			}()
			<-done
		},
		"Pull": func(records iter.Seq2[*Record, error], n int, each func(*Record, error)) {
			next, stop := iter.Pull2(records)
			defer stop()
			for ; n > 0; n-- {
				rec, err, ok := next()
				if !ok {
					return
				}
				each(rec, err)
			}
		},
	}
	before := runtime.NumGoroutine()
	for name, stream := range streams {
		reader := func() *Reader {
			r := NewReader(stream.src())
			r.ReuseRecord, r.MaxBytes = true, stream.maxBytes
			return r
		}
		var want []string
		for r := reader(); ; {
			rec, err := r.Read()
			if err == io.EOF {
				break
			}
			want = append(want, said(rec, err))
		}
		for how, leave := range ways {
			for _, n := range []int{1, len(want)/2 + 1, len(want) + 1} {
				var got []string
				each := func(rec *Record, err error) { got = append(got, said(rec, err)) }
				r := reader()
				leave(r.Records(), n, each)
				leave(r.Records(), n, each)
				if len(got) > len(want) || !slices.Equal(got, want[:len(got)]) || len(got) < min(2*n, len(want)) {
					t.Errorf("%s, left by %s behind %d twice: %d outcomes that differ from those of Read", name, how, n, len(got))
				}
			}
		}
	}
	for range 100 { // one that is over may still be counted
		if runtime.NumGoroutine() <= before {
			return
		}
		time.Sleep(10 * time.Millisecond)
	}
	t.Errorf("%d goroutines before, %d now", before, runtime.NumGoroutine())
}
