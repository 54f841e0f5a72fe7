package digest

import (
	"bytes"
	"context"
	"errors"
	"io"
	"strings"
	"testing"
	"testing/iotest"
)

// endless returns its text, and then the filler again and again.
type endless struct {
	text   string
	filler string
}

func (e *endless) Read(p []byte) (int, error) {
	if e.text == "" {
		e.text = e.filler
	}
	n := copy(p, e.text)
	e.text = e.text[n:]
	return n, nil
}

func TestUnpack(t *testing.T) {
	packed := string(pack([]byte("text")))
	header := packed[:10]
	emptyBlock := "\x00\x00\x00\xff\xff" // stored, of no bytes, and not the last
	cancelled, cancel := context.WithCancel(t.Context())
	cancel()
	broken := errors.New("broken")
	for _, tt := range []struct {
		name  string
		ctx   context.Context
		src   io.Reader
		limit int64
		want  string
		err   error
	}{
		{"packed", t.Context(), strings.NewReader(packed), 4, "text", nil},
		{"byte by byte", t.Context(), iotest.OneByteReader(strings.NewReader(packed)), 4, "text", nil},
		{"end with the data", t.Context(), iotest.DataErrReader(strings.NewReader(packed)), 4, "text", nil},
		{"plain", t.Context(), strings.NewReader("text"), 4, "text", nil},
		{"one byte", t.Context(), strings.NewReader("\x1f"), 4, "\x1f", nil},
		{"empty", t.Context(), strings.NewReader(""), 4, "", nil},
		{"packed, too large", t.Context(), strings.NewReader(packed), 3, "text", ErrLimit},
		{"plain, too large", t.Context(), strings.NewReader("text"), 3, "text", ErrLimit},
		{"two members", t.Context(), strings.NewReader(packed + packed), 99, "text", ErrTrailing},
		{"header only", t.Context(), strings.NewReader(header), 99, "", ErrGzip},
		{"magic only", t.Context(), strings.NewReader(header[:2]), 99, "", ErrGzip},
		{"wrong checksum", t.Context(), strings.NewReader(packed[:len(packed)-8] + "12345678"), 99, "text", ErrGzip},
		{"endless, and empty", t.Context(), &endless{header, emptyBlock}, 99, "", ErrLimit},
		{"nothing, endlessly", t.Context(), &endless{}, 99, "", ErrUnreadable},
		{"nothing, endlessly, from the middle", t.Context(), &endless{packed[:11], ""}, 99, "", ErrUnreadable},
		{"broken", t.Context(), io.MultiReader(strings.NewReader(packed[:11]), iotest.ErrReader(broken)), 99, "", broken},
		{"broken at the end", t.Context(), io.MultiReader(strings.NewReader(packed), iotest.ErrReader(broken)), 99, "text", broken},
		{"cancelled", cancelled, strings.NewReader(packed), 99, "", context.Canceled},
	} {
		var dst bytes.Buffer
		err := newUnpacker().unpack(tt.ctx, &dst, tt.src, tt.limit)
		if !errors.Is(err, tt.err) || (err == nil) != (tt.err == nil) || dst.String() != tt.want {
			t.Errorf("%s: %q, %v, want %q, %v", tt.name, dst.String(), err, tt.want, tt.err)
		}
	}
}
