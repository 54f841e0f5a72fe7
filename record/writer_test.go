package record

import (
	"bytes"
	"errors"
	"fmt"
	"io"
	"slices"
	"strings"
	"testing"

	stdgzip "compress/gzip"

	"github.com/trailsieve/trailsieve/internal/synth"
)

// written writes the records with the given texts into a file.
func written(t testing.TB, plain bool, texts ...string) []byte {
	t.Helper()
	var file bytes.Buffer
	w := NewWriter(&file)
	w.Plain = plain
	for _, text := range texts {
		r, err := Parse([]byte(text))
		if err != nil {
			t.Fatal(err)
		}
		if err := w.Write(r); err != nil {
			t.Fatal(err)
		}
	}
	if err := w.Close(); err != nil {
		t.Fatal(err)
	}
	return file.Bytes()
}

// unpacked unpacks a file with the standard library's gzip.
func unpacked(t testing.TB, file []byte) string {
	t.Helper()
	zip, err := stdgzip.NewReader(bytes.NewReader(file))
	if err != nil {
		t.Fatal(err)
	}
	text, err := io.ReadAll(zip)
	if err != nil {
		t.Fatal(err)
	}
	return string(text)
}

func TestWriter(t *testing.T) {
	for _, tt := range []struct {
		name  string
		texts []string
		want  string
	}{
		{"none", nil, `{"Records":[]}`},
		{"one", []string{a}, `{"Records":[` + a + `]}`},
		{"several", []string{a, b, c, announced}, `{"Records":[` + a + `,` + b + `,` + c + `,` + announced + `]}`},
		{"indented", []string{"{\n\t\"eventName\": \"a\"\n}"}, "{\"Records\":[{\n\t\"eventName\": \"a\"\n}]}"},
		{"in an event", []string{`{"detail":` + b + `}`}, `{"Records":[` + b + `]}`},
	} {
		if got := string(written(t, true, tt.texts...)); got != tt.want {
			t.Errorf("%s: plain file %q, want %q", tt.name, got, tt.want)
		}
		file := written(t, false, tt.texts...)
		if got := unpacked(t, file); got != tt.want {
			t.Errorf("%s: gzip file %q, want %q", tt.name, got, tt.want)
		}
		if !bytes.Equal(file, written(t, false, tt.texts...)) {
			t.Errorf("%s: written again, the file is another", tt.name)
		}
	}
}

// A log file as CloudTrail writes it comes out as it went in, byte for byte.
func TestWriterCopies(t *testing.T) {
	text := synth.New(synth.Config{}).AppendLogFile(nil, 300)
	var file bytes.Buffer
	w := NewWriter(&file)
	for r, err := range NewReader(bytes.NewReader(text)).Records() {
		if err != nil {
			t.Fatal(err)
		}
		if err := w.Write(r); err != nil {
			t.Fatal(err)
		}
	}
	if err := w.Close(); err != nil {
		t.Fatal(err)
	}
	if got := unpacked(t, file.Bytes()); got != string(text) {
		t.Errorf("%d bytes come out as %d, or changed", len(text), len(got))
	}
	// The header names no time and no operating system, so that equal files are equal bytes.
	if head := file.Bytes()[:10]; !bytes.Equal(head[4:8], make([]byte, 4)) || head[3] != 0 || head[9] != 255 {
		t.Errorf("the header of gzip is % x", head)
	}
}

func TestWriterBuilt(t *testing.T) {
	var file bytes.Buffer
	w := NewWriter(&file)
	w.Plain = true
	changed, err := Parse([]byte(a))
	if err != nil {
		t.Fatal(err)
	}
	changed.EventName = "z"
	bad := &Record{EventName: "a", RequestParameters: "{"}
	if err := w.Write(bad); err == nil {
		t.Error("a record with a field that is no JSON is written")
	}
	for _, r := range []*Record{changed, {EventName: "b"}} {
		if err := w.Write(r); err != nil {
			t.Error(err)
		}
	}
	if err := w.Close(); err != nil {
		t.Error(err)
	}
	want := `{"Records":[` + a + `,{"eventName":"b","requestParameters":null,"responseElements":null}]}`
	if file.String() != want {
		t.Errorf("file %s, want %s", file.String(), want)
	}
}

func TestWriterClosed(t *testing.T) {
	r, err := Parse([]byte(a))
	if err != nil {
		t.Fatal(err)
	}
	var file bytes.Buffer
	w := NewWriter(&file)
	if file.Len() > 0 {
		t.Error("NewWriter writes")
	}
	for range 2 {
		if err := w.Close(); err != nil {
			t.Error(err)
		}
	}
	size := file.Len()
	if err := w.Write(r); !errors.Is(err, errClosed) {
		t.Errorf("Write after Close: %v, want %v", err, errClosed)
	}
	if err := w.Close(); err != nil || file.Len() != size {
		t.Errorf("Close after that: %v, and %d bytes, were %d", err, file.Len(), size)
	}
}

// A fullDisk takes so many bytes and no more.
type fullDisk int

var errFull = errors.New("no space left on device")

func (d *fullDisk) Write(b []byte) (int, error) {
	n := min(len(b), int(*d))
	*d -= fullDisk(n)
	if n < len(b) {
		return n, errFull
	}
	return n, nil
}

// An error of the stream comes up at the latest in Close, and stays.
func TestWriterErrors(t *testing.T) {
	r, err := Parse([]byte(modern))
	if err != nil {
		t.Fatal(err)
	}
	for _, plain := range []bool{false, true} {
		for _, room := range []fullDisk{0, 9, 10, 100, 200 << 10} {
			disk := room
			w := NewWriter(&disk)
			w.Plain = plain
			var first error
			for range 1000 {
				if err := w.Write(r); err != nil {
					first = err
					break
				}
			}
			if plain && !errors.Is(first, errFull) {
				t.Errorf("room for %d bytes: Write: %v, want %v", room, first, errFull)
			}
			for range 2 {
				closed := w.Close()
				if int(room) < len(modern) && !errors.Is(closed, errFull) || first != nil && !errors.Is(closed, first) {
					t.Errorf("plain=%v, room for %d bytes: Close: %v behind %v, want %v", plain, room, closed, first, errFull)
				}
				if closed == nil {
					continue
				}
				if err := w.Write(r); !errors.Is(err, errFull) {
					t.Errorf("plain=%v, room for %d bytes: Write after Close: %v, want %v", plain, room, err, errFull)
				}
			}
		}
	}
}

// FuzzWriter checks that what a Reader makes of any stream comes back from what a Writer makes of it,
// and that this is a log file.
func FuzzWriter(f *testing.F) {
	for _, text := range seeds {
		f.Add(text)
	}
	f.Add(a + b + c)
	f.Add(`{"Records":[` + announced + "\n," + modern + `]}`)
	f.Fuzz(func(t *testing.T, stream string) {
		var want []string
		var plain, packed bytes.Buffer
		toPlain, toPacked := NewWriter(&plain), NewWriter(&packed)
		toPlain.Plain = true
		r := NewReader(strings.NewReader(stream))
		r.ReuseRecord = true
		for rec, err := range r.Records() {
			if err != nil {
				continue
			}
			want = append(want, rec.Text())
			if err := errors.Join(toPlain.Write(rec), toPacked.Write(rec)); err != nil {
				t.Fatal(err)
			}
		}
		if err := errors.Join(toPlain.Close(), toPacked.Close()); err != nil {
			t.Fatal(err)
		}
		if text := unpacked(t, packed.Bytes()); text != plain.String() {
			t.Errorf("%q: plain %q, packed %q", stream, plain.String(), text)
		}
		if got := outcome(NewReader(&packed)); !slices.Equal(got, want) {
			t.Errorf("%q: written %q, read %q", stream, want, got)
		}
		if got, ok := recordsSlow(plain.String()); !ok || !slices.Equal(got, want) {
			t.Errorf("%q: written %q, the twin reads %q, %v", stream, want, got, ok)
		}
	})
}

// BenchmarkWriter writes records that were read, plain and packed.
func BenchmarkWriter(b *testing.B) {
	g := synth.New(synth.Config{})
	records := make([]*Record, benchmarked)
	size := 0
	for i := range records {
		r, err := Parse(g.AppendRecord(nil))
		if err != nil {
			b.Fatal(err)
		}
		records[i] = r
		size += len(r.Text())
	}
	for _, plain := range []bool{true, false} {
		b.Run(fmt.Sprintf("plain=%v", plain), func(b *testing.B) {
			b.SetBytes(int64(size))
			b.ReportAllocs()
			for b.Loop() {
				w := NewWriter(io.Discard)
				w.Plain = plain
				for _, r := range records {
					if err := w.Write(r); err != nil {
						b.Fatal(err)
					}
				}
				if err := w.Close(); err != nil {
					b.Fatal(err)
				}
			}
			b.ReportMetric(benchmarked*float64(b.N)/b.Elapsed().Seconds(), "records/s")
		})
	}
}
