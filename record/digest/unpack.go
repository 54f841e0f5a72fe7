package digest

import (
	"bufio"
	"context"
	"errors"
	"fmt"
	"io"

	"github.com/klauspost/compress/gzip"
)

// The limits. They keep a file that somebody has put into the bucket from using up memory or time;
// CloudTrail's own files stay far below them.
const (
	// MaxDigest is how many bytes the unpacked text of a digest may have: a hundred thousand log
	// files in an hour.
	MaxDigest = 64 << 20

	// MaxLogFile is how many bytes the unpacked text of a log file may have. CloudTrail packs at
	// most 50 MB into a file, and its text shrinks to a tenth or less.
	MaxLogFile = 4 << 30

	// MaxDigests is how many digests one report may have: fifteen years of hours.
	MaxDigests = 1 << 17

	// MaxSidecar is how many bytes a file with metadata may have. S3 allows 2 KB of metadata.
	MaxSidecar = 64 << 10
)

const bufferSize = 64 << 10

// An unpacker unpacks one file after the other, in memory that does not grow with them.
type unpacker struct {
	in  *bufio.Reader
	zip gzip.Reader
	buf []byte
}

func newUnpacker() *unpacker {
	return &unpacker{in: bufio.NewReaderSize(nil, bufferSize), buf: make([]byte, bufferSize)}
}

// unpack copies the first gzip member of src to dst, or all of a src that is not packed: some S3
// clients unpack what S3 marks as packed, and hashes are those of the unpacked text. The error has
// ErrTrailing in it if dst got all of the member but src does not end there.
func (u *unpacker) unpack(ctx context.Context, dst io.Writer, src io.Reader, limit int64) error {
	s := &source{ctx: ctx, src: src, left: limit + bufferSize}
	u.in.Reset(s)
	head, _ := u.in.Peek(2)
	var text io.Reader = u.in
	packed := len(head) == 2 && head[0] == 0x1f && head[1] == 0x8b
	var err error
	if packed {
		err = u.zip.Reset(u.in)
		u.zip.Multistream(false)
		text = &u.zip
	}
	if err == nil {
		var n int64
		// Without its other methods, so that the buffer is used.
		n, err = io.CopyBuffer(dst, struct{ io.Reader }{io.LimitReader(text, limit+1)}, u.buf)
		if n > limit {
			return fmt.Errorf("%w: more than %d bytes", ErrLimit, limit)
		}
	}
	if err == nil && packed {
		if _, more := u.in.ReadByte(); more == nil {
			err = ErrTrailing
		}
	}
	switch {
	case errors.Is(s.err, ErrLimit):
		return s.err
	case s.err != nil:
		return fmt.Errorf("%w: %w", ErrUnreadable, s.err)
	case err == nil || err == ErrTrailing:
		return err
	}
	return fmt.Errorf("%w: %w", ErrGzip, err)
}

// A source is a file that is read. It keeps the file's own error apart from those of unpacking.
type source struct {
	ctx   context.Context
	src   io.Reader
	left  int64 // bytes that may yet be read
	empty int   // reads in a row that gave nothing
	err   error
}

func (s *source) Read(p []byte) (int, error) {
	if s.err != nil {
		return 0, s.err
	}
	if s.err = s.ctx.Err(); s.err != nil {
		return 0, s.err
	}
	n, err := s.src.Read(p)
	s.left -= int64(n)
	if s.empty++; n > 0 {
		s.empty = 0
	}
	switch {
	case err != nil && err != io.EOF:
		s.err = err
	case s.left < 0:
		s.err = fmt.Errorf("%w: packed, it is larger than it may be unpacked", ErrLimit)
	case s.empty > maxEmptyReads:
		s.err = io.ErrNoProgress
	}
	if s.err != nil {
		return n, s.err
	}
	return n, err
}

// maxEmptyReads is after how many reads that return nothing a file is given up. It is less than in
// bufio, whose error would look like one of unpacking.
const maxEmptyReads = 50
