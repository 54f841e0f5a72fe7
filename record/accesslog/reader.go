package accesslog

import (
	"bufio"
	"bytes"
	"errors"
	"fmt"
	"io"
	"iter"
	"math"

	"github.com/klauspost/compress/gzip"

	"github.com/trailsieve/trailsieve/record"
)

// MaxLine is how many bytes a line may have unless a [Reader] says otherwise. What of a line can be
// long are the request line and the headers of the request, for which S3 allows 8 KB together, and
// the key, which has at most 1,024 bytes and nine times as many when it is encoded twice. Four
// times the sum is still next to nothing to hold.
const MaxLine = 64 << 10

// A Reader reads the lines of a log file as a stream, in memory that does not grow with the file.
// The stream is plain, as S3 writes it, or gzip, as many keep it; the Reader finds out which.
//
// A Reader may be used by one goroutine at a time.
type Reader struct {
	// ReuseEntry makes Read return the same Entry each time, with new contents. The text of each
	// is new all the same, so strings that were taken from an Entry stay valid.
	ReuseEntry bool

	// MaxLine is how many bytes a line may have, without its end; zero means the constant [MaxLine].
	MaxLine int

	// MaxBytes is how many bytes the stream may have, unpacked if it is packed; reading ends there.
	// Zero means [record.MaxPacked] for a packed stream and no limit for a plain one, as for a
	// [record.Reader]. A negative number means no limit.
	MaxBytes int64

	src    *bufio.Reader // nil until the first call of Read
	raw    io.Reader
	offset int64  // of what is read next
	line   int    // how many were read
	long   []byte // a line that is longer than the buffer of src
	entry  *Entry
	ended  bool
}

// NewReader returns a Reader of the lines of src.
func NewReader(src io.Reader) *Reader { return &Reader{raw: src} }

// Read returns the next line, or io.EOF behind the last. Lines without anything in them are passed
// over.
//
// Any other error is an [*Error]. If its Fatal is false, one line could not be parsed, and the next
// call goes on behind it. If it is true, nothing more can be read, and the next call returns
// io.EOF. So a loop that ends at io.EOF ends, and has seen every error once.
//
// A stream that breaks off, as a packed file does that was cut, gives the lines that are whole, and
// then an error whose cause is [io.ErrUnexpectedEOF]; the piece of a line is lost. If a stream ends
// as it should but its last line has no line feed, that line counts if it can be parsed: many
// tools leave the last line feed out. If it cannot, it was cut, and that is the same error. A plain
// file that was cut inside of the fields behind the user agent can not be told from one with fewer
// fields.
func (r *Reader) Read() (*Entry, error) {
	for !r.ended {
		start := r.offset
		line, err := r.next()
		switch {
		case err == errTooLong:
			return nil, &Error{Offset: start, Line: r.line, Column: 1,
				Err: fmt.Errorf("%w: more than %d bytes", ErrLimit, r.maxLine())}
		case err != nil && err != io.EOF:
			r.ended = true
			return nil, &Error{Offset: r.offset, Line: r.line, Column: int(r.offset-start) + 1, Fatal: true, Err: err}
		case err == io.EOF && len(line) == 0:
			r.ended = true
			continue
		}
		text := trimEnd(string(line))
		if text == "" {
			continue
		}
		if !r.ReuseEntry || r.entry == nil {
			r.entry = new(Entry)
		}
		if wrong := r.entry.parse(text); wrong != nil {
			e := wrong.(*Error)
			e.Offset += start
			e.Line = r.line
			if err == io.EOF {
				r.ended = true
				e.Fatal = true
				e.Err = fmt.Errorf("%w: %w", io.ErrUnexpectedEOF, e.Err)
			}
			return nil, e
		}
		return r.entry, nil
	}
	return nil, io.EOF
}

// Entries returns the lines that Read would return, each with a nil error, and the errors, each with
// a nil Entry. The loop may go on after an error, as Read does. It can be used once. A loop that is
// left early leaves the rest to Read.
func (r *Reader) Entries() iter.Seq2[*Entry, error] {
	return func(yield func(*Entry, error) bool) {
		for {
			e, err := r.Read()
			if err == io.EOF || !yield(e, err) {
				return
			}
		}
	}
}

// InputOffset returns how far in the unpacked stream the Reader is: behind the line that it read
// last.
func (r *Reader) InputOffset() int64 { return r.offset }

func (r *Reader) maxLine() int {
	if r.MaxLine > 0 {
		return r.MaxLine
	}
	return MaxLine
}

// errTooLong is what next returns for a line that it has passed over.
var errTooLong = errors.New("line too long")

var lineFeed, carriageReturn = []byte("\n"), []byte("\r")

// next reads a line with its end, which is valid until the next call. The last line of the stream
// comes with io.EOF if it has no end, and nothing comes with io.EOF behind it.
func (r *Reader) next() ([]byte, error) {
	if r.src == nil {
		if err := r.open(); err != nil {
			r.line++
			return nil, err
		}
	}
	r.long = r.long[:0]
	limit := min(r.maxLine(), math.MaxInt-len("\r\n")) + len("\r\n")
	tooLong := false
	for {
		piece, err := r.src.ReadSlice('\n')
		r.offset += int64(len(piece))
		if err == bufio.ErrBufferFull || len(r.long) > 0 {
			if tooLong = tooLong || len(r.long)+len(piece) > limit; !tooLong {
				r.long = append(r.long, piece...)
			}
			piece = r.long
		}
		if err == bufio.ErrBufferFull {
			continue
		}
		if len(piece) > 0 || err != io.EOF {
			r.line++
		}
		if err != nil && err != io.EOF {
			return nil, err
		}
		if tooLong || len(bytes.TrimSuffix(bytes.TrimSuffix(piece, lineFeed), carriageReturn)) > r.maxLine() {
			return nil, errTooLong
		}
		return piece, err
	}
}

// bufferSize is what a Reader reads at a time.
const bufferSize = 64 << 10

// gzipMagic begins a gzip stream.
const gzipMagic = "\x1f\x8b"

// open finds out whether the stream is gzip.
func (r *Reader) open() error {
	r.src = bufio.NewReaderSize(r.raw, bufferSize)
	limit := r.MaxBytes
	var plain io.Reader = r.src
	if magic, _ := r.src.Peek(len(gzipMagic)); string(magic) == gzipMagic {
		z, err := gzip.NewReader(r.src)
		if err != nil {
			return err
		}
		plain = z
		if limit == 0 {
			limit = record.MaxPacked
		}
	}
	if limit > 0 {
		plain = &limited{plain, limit, limit}
	}
	if plain != io.Reader(r.src) {
		r.src = bufio.NewReaderSize(plain, bufferSize)
	}
	return nil
}

// limited is a stream that fails where it has more bytes than it may have.
type limited struct {
	src   io.Reader
	left  int64
	limit int64
}

func (l *limited) Read(p []byte) (int, error) {
	if int64(len(p))-1 > l.left {
		p = p[:l.left+1]
	}
	n, err := l.src.Read(p)
	if int64(n) > l.left {
		n = int(l.left)
		err = fmt.Errorf("%w: more than %d bytes in all", ErrLimit, l.limit)
	}
	l.left -= int64(n)
	return n, err
}
