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
// Decoding takes half as long as unpacking, so that all of it takes little longer than unpacking alone
// (BenchmarkUnpacked). The goroutine is there only while the loop is: whichever way the loop is left, it
// waits for the goroutine to end, and what that has unpacked meanwhile is read next.

// aheadPieces is how many pieces may wait to be read: enough for neither side to wait for the other
// because of a few records that take longer.
const aheadPieces = 3

// An ahead unpacks a stream ahead of its Reader, until it is stopped or the stream ends.
type ahead struct {
	src    io.Reader
	pieces chan piece  // closed when the goroutine ends
	free   chan []byte // for pieces to come
	stop   atomic.Bool

	// The goroutine's.
	buf  []byte // being filled
	sent int    // buf[:sent] was handed over
}

// A piece is the next part of a stream.
type piece struct {
	data     []byte
	buf      []byte // not nil if data is the last of it: it is free when data was used up
	err      error  // of the stream, which ends behind data
	panicked any    // what src panicked with
}

// startAhead begins to unpack src. asked is what src itself reads from: when it is asked for more, all
// that was unpacked is handed over first, because it may take a long time to answer.
func startAhead(src io.Reader, asked *asked) *ahead {
	a := &ahead{
		src:    src,
		pieces: make(chan piece, aheadPieces),
		free:   make(chan []byte, aheadPieces),
	}
	asked.before = a.send
	go a.run(asked)
	return a
}

func (a *ahead) run(asked *asked) {
	ended := false
	defer func() {
		asked.before = nil
		if v := recover(); v != nil {
			a.pieces <- piece{panicked: v, err: errPanicked}
		} else if !ended {
			a.pieces <- piece{panicked: errGoexit, err: errPanicked}
		}
		close(a.pieces)
	}()
	a.buf = make([]byte, 0, bufferSize)
	for err := error(nil); err == nil && !a.stop.Load(); {
		a.buf, err = readSome(a.src, a.buf)
		switch {
		case err != nil:
			a.pieces <- piece{data: a.buf[a.sent:], err: err}
			a.sent = len(a.buf)
		case len(a.buf) == cap(a.buf):
			a.pieces <- piece{data: a.buf[a.sent:], buf: a.buf}
			select {
			case a.buf = <-a.free:
			default:
				a.buf = make([]byte, 0, bufferSize)
			}
			a.sent = 0
		}
	}
	a.send()
	ended = true
}

// errGoexit stands for the panic of a stream that has ended the goroutine without one.
var errGoexit = errors.New("record: the stream has called runtime.Goexit")

// errPanicked is how a stream ends that has panicked, for whoever recovers and reads on.
var errPanicked = errors.New("the stream has panicked")

// send hands over what was unpacked since the last time.
func (a *ahead) send() {
	if a.sent < len(a.buf) {
		a.pieces <- piece{data: a.buf[a.sent:]}
		a.sent = len(a.buf)
	}
}

// next returns the next piece, which is valid until done.
func (a *ahead) next() piece { return <-a.pieces }

// done says that a piece was used up.
func (a *ahead) done(p piece) {
	if p.buf == nil {
		return
	}
	select {
	case a.free <- p.buf[:0]:
	default:
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
