package record

import (
	"bytes"
	"hash/maphash"
	"io"
	"math/rand/v2"
	"reflect"
	"strings"
	"testing"
	"testing/iotest"

	"github.com/trailsieve/trailsieve/internal/synth"
)

// Every string that was ever taken from a record has in the end the hash that it had when it was taken: nothing is
// written where strings lie, whatever comes between, records that are larger than buffers, that are cut by the ends
// of buffers, or that are none; and wherever a loop over them is left, to go on with Read.
func TestReaderKeptStrings(t *testing.T) {
	rnd := rand.New(rand.NewPCG(1, 2))
	g := synth.New(synth.Config{})
	var file bytes.Buffer
	want := 0
	file.WriteString(`{"Records":[`)
	for i := range 1500 {
		if i > 0 {
			file.WriteByte(',')
		}
		switch n := rnd.IntN(100); {
		case n == 0: // is larger than a buffer, or nearly
			file.WriteString(`{"eventName":"` + strings.Repeat("x", bufferSize/2+rnd.IntN(bufferSize)) + `","userAgent":"\u0041"}`)
			want++
		case n < 5:
			file.WriteString(`{"eventVersion":"1.08","eventName":"broken","resources":[{"ARN":"arn:aws:s3:::b"},{"ARN":x}]}`)
		case n < 8:
			file.WriteString(`{"name":"no record","resources":[{"ARN":"c"}],"text":"` + strings.Repeat("y", rnd.IntN(5000)) + `"}`)
		case n < 10:
			file.WriteString(`{"version":"0","detail-type":"AWS API Call via CloudTrail","detail":` + string(g.AppendRecord(nil)) + `}`)
			want++
		case n < 12:
			file.WriteString(strings.Repeat(" ", rnd.IntN(3000)) + modern + "\n")
			want++
		default:
			file.Write(g.AppendRecord(nil))
			want++
		}
	}
	file.WriteString("]}" + packedLogs(t, subscribed(a, modern, "{}", c)) + announced)
	want += 4
	stream := file.Bytes()
	seed := maphash.MakeSeed()
	for how, src := range map[string]func() io.Reader{
		"whole":     func() io.Reader { return bytes.NewReader(stream) },
		"in halves": func() io.Reader { return iotest.HalfReader(bytes.NewReader(stream)) },
		"at random": func() io.Reader { return atRandom(bytes.NewReader(stream)) },
		"gzip":      func() io.Reader { return bytes.NewReader(gzipped(t, string(stream))) },
		"gzip at random": func() io.Reader {
			return atRandom(bytes.NewReader(gzipped(t, string(stream))))
		},
	} {
		for _, reuse := range []bool{false, true} {
			r := NewReader(src())
			r.ReuseRecord = reuse
			var kept []string
			var hashes []uint64
			n := 0
			keep := func(rec *Record) {
				n++
				eachStringIn(reflect.ValueOf(rec).Elem(), func(s string) {
					if s != "" {
						kept, hashes = append(kept, s), append(hashes, maphash.String(seed, s))
					}
				})
			}
			for more := true; more; {
				more = false
				for rec, err := range r.Records() {
					if err == nil {
						keep(rec)
					}
					if more = rnd.IntN(50) == 0; more {
						break
					}
				}
				if rec, err := r.Read(); err == nil {
					keep(rec)
				}
			}
			if n != want {
				t.Errorf("%s, ReuseRecord %v: %d records, want %d", how, reuse, n, want)
			}
			for i, s := range kept {
				if maphash.String(seed, s) != hashes[i] {
					t.Fatalf("%s, ReuseRecord %v: string %d of %d has become %.200q", how, reuse, i, len(kept), s)
				}
			}
		}
	}
}

// atRandom returns a stream that returns as much of src at a time as it likes.
func atRandom(src io.Reader) io.Reader { return &random{src, rand.New(rand.NewPCG(3, 4))} }

type random struct {
	io.Reader
	rnd *rand.Rand
}

func (r *random) Read(b []byte) (int, error) {
	return r.Reader.Read(b[:min(len(b), 1+r.rnd.IntN(1<<r.rnd.IntN(18)))])
}
