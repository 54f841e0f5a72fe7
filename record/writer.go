package record

import (
	"bufio"
	"errors"
	"io"
	"time"

	"github.com/klauspost/compress/gzip"
)

// A Writer writes records into a log file as CloudTrail delivers it: packed with gzip, on one line,
//
//	{"Records":[{...},{...}]}
//
// Each record is written byte for byte as it was read, so that what a [Reader] makes of the file is
// what was written. Equal records make equal files: nothing in them tells when they were written.
//
// A file without records, which CloudTrail does not deliver, is {"Records":[]}.
//
// A Writer may be used by one goroutine at a time.
type Writer struct {
	// Plain makes the Writer leave out gzip. It is to be set before the first Write.
	Plain bool

	dst    io.Writer
	out    *bufio.Writer // to dst
	zip    *gzip.Writer  // to out; nil if Plain
	buf    *bufio.Writer // to zip, or out itself; nil until the file is begun
	some   bool          // a record was written
	err    error         // of dst; the end of all
	closed bool
}

// errClosed is what a Writer says of records that come too late.
var errClosed = errors.New("record: write to a closed Writer")

// NewWriter returns a Writer of a log file to dst, to which it writes nothing before the first Write
// or Close.
func NewWriter(dst io.Writer) *Writer { return &Writer{dst: dst} }

// Write writes a record: its text, even if fields were changed since it was decoded. Whoever wants the
// changes in the file marshals the record and parses it again.
//
// A record that was built in code has no text, and is written as MarshalJSON has it. If that fails,
// nothing is written, and the file may go on. An error of the stream is final: Write and Close then
// return it each time.
func (w *Writer) Write(r *Record) error {
	switch {
	case w.err != nil:
		return w.err
	case w.closed:
		return errClosed
	}
	text := r.Text()
	if text == "" {
		made, err := r.MarshalJSON()
		if err != nil {
			return err
		}
		text = string(made)
	}
	w.begin()
	if w.some {
		w.string(",")
	}
	w.some = true
	w.string(text)
	return w.err
}

// Close ends the file and writes what is not yet written. It does not close the stream. Without it the
// file is cut off. Closing once more does nothing.
func (w *Writer) Close() error {
	if w.err != nil || w.closed {
		return w.err
	}
	w.closed = true
	w.begin()
	w.string("]}")
	w.keep(w.buf.Flush())
	if w.zip != nil {
		w.keep(w.zip.Close())
		w.keep(w.out.Flush())
	}
	return w.err
}

// begin begins the file, once.
func (w *Writer) begin() {
	if w.buf != nil {
		return
	}
	w.out = bufio.NewWriterSize(w.dst, bufferSize) // gzip writes in small pieces
	w.buf = w.out
	if !w.Plain {
		w.zip = gzip.NewWriter(w.out)
		w.zip.ModTime = time.Unix(0, 0) // which is none, in gzip; the zero Time comes out as some day in 2042
		w.buf = bufio.NewWriterSize(w.zip, bufferSize)
	}
	w.string(`{"Records":[`)
}

func (w *Writer) string(s string) {
	_, err := w.buf.WriteString(s)
	w.keep(err)
}

// keep keeps the first error.
func (w *Writer) keep(err error) {
	if w.err == nil {
		w.err = err
	}
}
