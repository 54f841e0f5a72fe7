package record

import (
	"errors"
	"io"
	"sync/atomic"
)

// This file unpacks a packed stream on a second processor, while the loop over [Reader.Records] decodes
// what was unpacked before:
//
//	goroutine   unpack 1 │ unpack 2 │ unpack 3 │ ...
//	loop                 │ decode 1 │ decode 2 │ decode 3 ...
//
// Decoding takes half as long as unpacking, so that all of it takes about as long as unpacking alone
// (BenchmarkUnpacked). The goroutine is there only while the loop is: whichever way the loop is left, it
// waits for the goroutine to end, and what it has unpacked meanwhile is read next.

const (
	// aheadPieces is how many pieces may wait to be read: enough for neither side to wait for the other
	// because of a few records that take longer.
	aheadPieces = 2

	// headroom is kept free before each piece for the start of a record that ends in it, which moves there
	// from the end of the piece before. Few records are larger; those are put together elsewhere.
	headroom = 8 << 10
)

// An ahead unpacks a stream ahead of its Reader, until it is stopped or the stream ends.
type ahead struct {
	src    io.Reader
	pieces chan piece // closed when the goroutine ends
	stop   atomic.Bool

	// The rest belongs to the goroutine.
	buf  []byte // being filled
	sent int    // buf[:sent] is with the Reader
}

// A piece is the next part of a stream: buf[from:]. What is before it in buf is free if from is headroom,
// and the piece before it otherwise. Its bytes are never written to again.
type piece struct {
	buf      []byte
	from     int
	err      error // of the stream, which ends here
	panicked any   // what src panicked with
}

// startAhead begins to unpack src. asked is what src itself reads from: when it is asked for more, all
// that was unpacked is handed over first, because it may take a long time to answer.
func startAhead(src io.Reader, asked *asked) *ahead {
	a := &ahead{src: src, pieces: make(chan piece, aheadPieces)}
	asked.before = func() { a.send(nil) }
	go a.run(asked)
	return a
}

func (a *ahead) run(asked *asked) {
	ended := false
	defer func() {
		asked.before = nil
		if v := recover(); v != nil {
			a.pieces <- piece{panicked: v}
		} else if !ended {
			a.pieces <- piece{panicked: errGoexit}
		}
		close(a.pieces)
	}()
	for empty := 0; !a.stop.Load(); {
		if cap(a.buf)-len(a.buf) < minRead {
			a.send(nil)
			a.buf, a.sent = make([]byte, headroom, headroom+bufferSize), headroom
		}
		n, err := a.src.Read(a.buf[len(a.buf):cap(a.buf)])
		a.buf = a.buf[:len(a.buf)+n]
		if empty++; n > 0 {
			empty = 0
		}
		if empty == maxEmptyReads {
			err = io.ErrNoProgress
		}
		if err != nil {
			a.send(err)
			ended = true
			return
		}
	}
	a.send(nil)
	ended = true
}

// errGoexit stands for the panic of a stream that has ended the goroutine without one.
var errGoexit = errors.New("record: the stream has called runtime.Goexit")

// send hands over what was unpacked and not yet handed over.
func (a *ahead) send(err error) {
	if len(a.buf) > a.sent || err != nil {
		a.pieces <- piece{buf: a.buf, from: a.sent, err: err}
		a.sent = len(a.buf)
	}
}

// finish waits for the goroutine to end, and returns what the Reader has not taken.
func (a *ahead) finish() (left []piece) {
	a.stop.Store(true)
	for p := range a.pieces {
		left = append(left, p)
	}
	return left
}

// asked is a stream that tells when it is read from.
type asked struct {
	io.Reader
	before func() // if not nil, is called before each Read
}

func (a *asked) Read(b []byte) (int, error) {
	if a.before != nil {
		a.before()
	}
	return a.Reader.Read(b)
}

// take makes a piece the next part of the buffer. What is in the buffer from keep on is kept.
func (r *Reader) take(p piece, keep int) {
	if p.panicked != nil {
		panic(p.panicked)
	}
	r.err = p.err
	data, kept := p.buf[p.from:], r.buf[keep:]
	switch {
	case len(data) == 0:
		return
	case cap(r.buf)-len(r.buf) >= len(data) && &r.buf[:len(r.buf)+1][len(r.buf)] == &data[0]:
		r.buf = r.buf[:len(r.buf)+len(data)] // it is already there
		return
	case p.from == headroom && len(kept) <= headroom:
		r.buf = p.buf[headroom-copy(p.buf[headroom-len(kept):headroom], kept):]
		r.lent = false
	case cap(r.buf)-len(r.buf) >= len(data):
		r.buf = append(r.buf, data...)
		return
	default:
		r.buf = append(append(make([]byte, 0, 2*(len(kept)+len(data))), kept...), data...)
		r.lent = false
	}
	r.kept(keep)
}
