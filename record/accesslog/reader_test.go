package accesslog

import (
	"bytes"
	"errors"
	"io"
	"math"
	"os"
	"strconv"
	"strings"
	"testing"
	"testing/iotest"

	"github.com/google/go-cmp/cmp"
	"github.com/klauspost/compress/gzip"
)

func packed(t testing.TB, text string) []byte {
	t.Helper()
	var b bytes.Buffer
	z := gzip.NewWriter(&b)
	if _, err := io.WriteString(z, text); err != nil {
		t.Fatal(err)
	}
	if err := z.Close(); err != nil {
		t.Fatal(err)
	}
	return b.Bytes()
}

// outcome is what a Reader returned: for each line its key or the error in words.
func outcome(r *Reader) []string {
	var list []string
	for e, err := range r.Entries() {
		if err != nil {
			list = append(list, err.Error())
		} else {
			list = append(list, e.Key)
		}
	}
	return list
}

// shortLine returns a line with a key.
func shortLine(key string) string {
	return strings.Replace(head, " key ", " "+key+" ", 1) + uri + `"-" "-" -`
}

func TestReader(t *testing.T) {
	long := strings.Repeat("x", 70<<10)
	line := int64(len(shortLine("a")))
	offset := func(n int64) string { return strconv.FormatInt(n, 10) }
	for _, tt := range []struct {
		name, text string
		max        int
		want       []string
	}{
		{name: "empty"},
		{name: "blank", text: "\n\r\n\n"},
		{name: "two", text: shortLine("a") + "\n" + shortLine("b") + "\n", want: []string{"a", "b"}},
		{name: "blank between, CRLF", text: shortLine("a") + "\r\n\r\n" + shortLine("b") + "\r\n", want: []string{"a", "b"}},
		{name: "no last line feed", text: shortLine("a") + "\n" + shortLine("b"), want: []string{"a", "b"}},
		{name: "bad line", text: shortLine("a") + "\nnonsense here\n" + shortLine("b") + "\n", want: []string{"a",
			"accesslog: the line ends too early: bucket in line 2, column 10 (offset " + offset(line+10) + ")", "b"}},
		{name: "cut", text: shortLine("a") + "\nowner buck", want: []string{"a",
			"accesslog: unexpected EOF: the line ends too early: bucket in line 2, column 7 (offset " + offset(line+7) + ")"}},
		{name: "too long", text: shortLine("a") + "\n" + shortLine(long) + "\n" + shortLine("b") + "\n", want: []string{"a",
			"accesslog: limit exceeded: more than 65536 bytes in line 2, column 1 (offset " + offset(line+1) + ")", "b"}},
		{name: "last too long", text: shortLine(long), want: []string{
			"accesslog: limit exceeded: more than 65536 bytes in line 1, column 1 (offset 0)"}},
		{name: "longer than the buffer", text: shortLine(long) + "\n" + shortLine("b"), max: 80 << 10, want: []string{long, "b"}},
		{name: "just not too long", text: shortLine("a") + "\r\n" + shortLine("bb") + "\n", max: int(line), want: []string{"a",
			"accesslog: limit exceeded: more than " + offset(line) + " bytes in line 2, column 1 (offset " + offset(line+2) + ")"}},
	} {
		for _, packing := range []struct {
			name string
			src  io.Reader
		}{
			{"plain", strings.NewReader(tt.text)},
			{"gzip", bytes.NewReader(packed(t, tt.text))},
			{"byte by byte", iotest.OneByteReader(strings.NewReader(tt.text))},
			{"data with EOF", iotest.DataErrReader(strings.NewReader(tt.text))},
		} {
			r := NewReader(packing.src)
			r.MaxLine = tt.max
			if diff := cmp.Diff(tt.want, outcome(r)); diff != "" {
				t.Errorf("%s, %s (-want +got):\n%s", tt.name, packing.name, diff)
			}
			if r.InputOffset() != int64(len(tt.text)) {
				t.Errorf("%s, %s: InputOffset() = %d, want %d", tt.name, packing.name, r.InputOffset(), len(tt.text))
			}
			if e, err := r.Read(); e != nil || err != io.EOF {
				t.Errorf("%s, %s: Read at the end = %v, %v", tt.name, packing.name, e, err)
			}
		}
	}
}

// A packed file that was cut gives its whole lines, wherever the cut is.
func TestReaderTruncated(t *testing.T) {
	text, err := os.ReadFile("testdata/access.log")
	if err != nil {
		t.Fatal(err)
	}
	file := packed(t, string(text))
	lines := testLines(t)
	for n := range file {
		r := NewReader(bytes.NewReader(file[:n]))
		whole := 0
		var last error
		for e, err := range r.Entries() {
			if err != nil {
				last = err
				continue
			}
			if e.Text() != lines[whole] {
				t.Fatalf("cut at %d: line %d is %q", n, whole+1, e.Text())
			}
			whole++
		}
		if n == 0 {
			continue // an empty file
		}
		var wrong *Error
		if !errors.As(last, &wrong) || !wrong.Fatal || !errors.Is(last, io.ErrUnexpectedEOF) && n > 1 {
			t.Errorf("cut at %d: %d lines, then %v; want a fatal %v", n, whole, last, io.ErrUnexpectedEOF)
		}
		if at := r.InputOffset(); wrong != nil && wrong.Offset > at {
			t.Errorf("cut at %d: error at %d, behind %d", n, wrong.Offset, at)
		}
	}
}

func TestReaderLimit(t *testing.T) {
	text := strings.Repeat(shortLine("a")+"\n", 10)
	size := int64(len(text))
	for _, tt := range []struct {
		max  int64
		want int // lines
		err  error
	}{{0, 10, nil}, {-1, 10, nil}, {size, 10, nil}, {size - 1, 9, ErrLimit}, {size / 2, 5, ErrLimit}, {1, 0, ErrLimit}, {math.MaxInt64, 10, nil}} {
		for _, src := range []io.Reader{strings.NewReader(text), bytes.NewReader(packed(t, text))} {
			r := NewReader(src)
			r.MaxBytes = tt.max
			n := 0
			var last error
			for _, err := range r.Entries() {
				if err == nil {
					n++
				} else {
					last = err
				}
			}
			if n != tt.want || !errors.Is(last, tt.err) {
				t.Errorf("MaxBytes %d: %d lines, %v; want %d, %v", tt.max, n, last, tt.want, tt.err)
			}
		}
	}
}

// The largest limit is none.
func TestReaderMaxLine(t *testing.T) {
	text := shortLine(strings.Repeat("a", 4*MaxLine))
	r := NewReader(strings.NewReader(text + "\n"))
	r.MaxLine = math.MaxInt
	if e, err := r.Read(); err != nil || e.Text() != text {
		t.Errorf("Read of a line of %d bytes: %v", len(text), err)
	}
}

// A line that never ends takes no more memory than one that may be read.
func TestReaderMemory(t *testing.T) {
	const size = 16 << 20
	endless := io.LimitReader(repeated("x"), size)
	r := NewReader(io.MultiReader(endless, strings.NewReader("\n"+shortLine("a")+"\n")))
	if _, err := r.Read(); !errors.Is(err, ErrLimit) {
		t.Errorf("Read = %v, want %v", err, ErrLimit)
	}
	if e, err := r.Read(); err != nil || e.Key != "a" {
		t.Errorf("Read = %v, %v, want the line behind it", e, err)
	}
	if r.InputOffset() <= size || cap(r.long) > 4*MaxLine {
		t.Errorf("%d bytes were read, and %d kept", r.InputOffset(), cap(r.long))
	}
}

// repeated is a stream without end.
type repeated string

func (s repeated) Read(p []byte) (int, error) {
	n := 0
	for n < len(p) {
		n += copy(p[n:], s)
	}
	return n, nil
}

func TestReaderStreamError(t *testing.T) {
	broken := errors.New("broken")
	r := NewReader(io.MultiReader(strings.NewReader(shortLine("a")+"\n"+shortLine("b")), iotest.ErrReader(broken)))
	if e, err := r.Read(); err != nil || e.Key != "a" {
		t.Fatalf("Read = %v, %v", e, err)
	}
	_, err := r.Read()
	var e *Error
	if !errors.As(err, &e) || !e.Fatal || !errors.Is(err, broken) || e.Line != 2 {
		t.Errorf("Read = %v, want a fatal %v in line 2", err, broken)
	}
	if _, err := r.Read(); err != io.EOF {
		t.Errorf("Read behind it = %v, want %v", err, io.EOF)
	}
}

func TestReaderReuse(t *testing.T) {
	text := shortLine("a") + "\n" + shortLine("b") + "\n"
	r := NewReader(strings.NewReader(text))
	first, _ := r.Read()
	second, _ := r.Read()
	if first == second || first.Key != "a" {
		t.Errorf("without ReuseEntry the first entry was overwritten: %q", first.Key)
	}
	r = NewReader(strings.NewReader(text))
	r.ReuseEntry = true
	first, _ = r.Read()
	key := first.Key
	second, _ = r.Read()
	if first != second || key != "a" || second.Key != "b" {
		t.Errorf("with ReuseEntry: same %v, keys %q and %q", first == second, key, second.Key)
	}
}
