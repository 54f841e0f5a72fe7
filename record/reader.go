package record

import (
	"bufio"
	"bytes"
	"fmt"
	"io"
	"iter"

	"github.com/klauspost/compress/gzip"

	"github.com/trailsieve/trailsieve/internal/jsonscan"
)

// MaxRecord is how many bytes a record may have unless a [Reader] says otherwise. CloudTrail's own
// records end at 1 MB (those of event data stores; those of trails at 256 KB); four times as much
// leaves room for a tool that has indented them.
const MaxRecord = 4 << 20

// MaxPacked is how many bytes a packed stream may have when it is unpacked, unless a [Reader] says
// otherwise. CloudTrail's log files have at most 50 MB when packed, and are packed about 1:10; eighty
// times as much is no log file any more.
const MaxPacked = 4 << 30

// bufferSize is what a Reader reads at a time. A record has 1.3 KB on average, so that most are found whole
// in the buffer, and with the start of a record from the buffer before it fills 128 KB of memory. Half as
// much wakes the loop twice as often that waits for what is unpacked (BenchmarkUnpacked), and twice as much
// would double what a string of a reused Record keeps in memory.
const bufferSize = 124 << 10

// A Reader reads the records of a log file as a stream, in memory that does not grow with the file.
// The stream is plain or gzip, which the Reader finds out, and holds
//
//	{"Records": [ ... ]}    a log file as CloudTrail delivers it
//	[ ... ]                 records in an array
//	{ ... } { ... }         one record after the other, on lines of their own or not
//	{"awslogs": {"data": "H4sI..."}}                      what a subscription of CloudWatch Logs
//	{"messageType": "DATA_MESSAGE", "logEvents": [ ... ]}  sends to Lambda, and what is packed in it
//
// or several of these one after the other. A record may also come as the detail of an EventBridge
// event around it.
//
// A Reader may be used by one goroutine at a time.
type Reader struct {
	// ReuseRecord makes Read return the same Record each time, with new contents, and without a copy of
	// its text: that is the piece of the Reader's buffer in which it was found, and nothing else is ever
	// written there. So reading allocates the stream's bytes and next to nothing beside them.
	//
	// Strings and JSON that were taken from a record stay valid behind the next Read, but each of them
	// keeps the whole buffer in memory, some 128 KB. What is to be kept for long should be cloned: a
	// string with [strings.Clone], a record with [Record.Clone]. Without ReuseRecord each Record is new
	// and has a text of its own.
	ReuseRecord bool

	// MaxRecord is how many bytes a record may have; zero means the constant [MaxRecord].
	MaxRecord int

	// MaxBytes is how many bytes the stream may have, unpacked if it is packed; reading ends there.
	// Zero means the constant [MaxPacked] for a packed stream and no limit for a plain one, which
	// costs as many bytes to send as to read. A negative number means no limit.
	MaxBytes int64

	src     io.Reader
	in      []byte // what src is read into
	sniffed bool   // src is the unpacked stream
	packed  bool   // it was not before
	buf     []byte // what was read of src and not yet used up
	pos     int    // buf[pos:] comes next
	hold    int    // buf[hold:] must stay in the buffer; -1 if only buf[pos:] must
	base    int64  // the offset of buf[0] in the unpacked stream
	lent    bool   // texts of records are pieces of buf, in which nothing may change any more
	err     error  // what src said at its end

	looping bool    // in a loop over Records, in which reading ahead is allowed
	ahead   *ahead  // if not nil, only this reads src
	left    []piece // of what read src ahead, to be taken before anything else is read
	asked   *asked  // the packed stream

	place place
	fresh bool // nothing was read yet in the object or array that the Reader is in
	index int  // of the next record
	rec   *Record

	inner       *Reader // of a stream that is packed in a value of this one
	innerOffset int64   // of that value
	isInner     bool
}

// place is where in the stream a Reader is.
type place uint8

const (
	atTop       place = iota // between the values of the stream
	inRecords                // in the array under the name Records
	inLogEvents              // in the array under the name logEvents
	inArray                  // in an array that is not in an object
	inRest                   // in the object of a log file, behind its records
	atEnd                    // nothing more can be read
)

// NewReader returns a Reader of the records in src.
func NewReader(src io.Reader) *Reader {
	return &Reader{src: src, hold: -1}
}

// Read returns the next record, or io.EOF behind the last.
//
// Any other error is an [*Error]. If its Fatal is false, one value could not be used as a record, and
// the next call goes on behind it. If it is true, nothing more can be read, and the next call
// returns io.EOF; an input that ends too early is such an error, and its cause is
// [io.ErrUnexpectedEOF]. So a loop that ends at io.EOF ends, and has seen every error once.
func (r *Reader) Read() (*Record, error) {
	for r.place != atEnd {
		if r.inner != nil {
			rec, err := r.readInner()
			if err != io.EOF {
				return rec, err
			}
			r.inner = nil
		}
		var (
			due bool
			err error
		)
		switch r.place {
		case atTop:
			due, err = r.top()
		case inRecords, inArray, inLogEvents:
			due, err = r.element()
		case inRest:
			err = r.rest()
		}
		if err != nil {
			return nil, err
		}
		if !due {
			continue
		}
		if rec, err := r.record(); rec != nil || err != nil {
			return rec, err
		}
	}
	return nil, io.EOF
}

// Records returns the records that Read would return, each with a nil error, and the errors, each
// with a nil Record. The loop may go on after an error: as Read does, it then goes on with the next
// record, or ends. It can be used once. A loop that is left early leaves the rest to Read.
//
// Of a packed stream, another goroutine unpacks up to 500 KB ahead, so that with two processors it takes
// little longer than unpacking alone. The goroutine is there only as long as the loop: at the end the loop
// waits for it, that is, for the Read of the stream that is under way, if any. So a loop over a stream that
// is still being written should be left by ending the stream, or Read be used.
func (r *Reader) Records() iter.Seq2[*Record, error] {
	return func(yield func(*Record, error) bool) {
		outer := r.looping
		r.looping = true
		defer func() {
			r.looping = outer
			r.settle()
		}()
		for {
			rec, err := r.Read()
			if err == io.EOF || !yield(rec, err) {
				return
			}
		}
	}
}

// InputOffset returns how far in the unpacked stream the Reader is: behind the value that it read
// last.
func (r *Reader) InputOffset() int64 { return r.base + int64(r.pos) }

// record reads the next value, whose first byte is at r.pos, as a record. It returns neither a record nor
// an error for a value that is none but has records in it, which Read reads next.
func (r *Reader) record() (*Record, error) {
	rec := r.rec
	if rec == nil || !r.ReuseRecord {
		rec = new(Record)
		r.rec = rec
	}
	if r.place != inLogEvents && r.decodeInPlace(rec) {
		return rec, nil
	}
	raw, err := r.value()
	if err != nil {
		return nil, err
	}
	if err = r.decode(rec, raw); err != nil && r.isWrapping(raw) {
		r.index--
		return nil, nil
	}
	if err != nil {
		return nil, err
	}
	return rec, nil
}

// decodeInPlace decodes the record that comes next where it lies in the buffer, without looking for its
// end first, and steps over it. It does nothing but to empty rec, and returns false, if that is no
// record, or not all there is to say about it: if the buffer ends before the record does, if anything is
// wrong with it, or if it is in an event or larger than it may be.
//
// To find the end of a record first, and to copy it, takes as long as to decode it (BenchmarkReader/plain).
func (r *Reader) decodeInPlace(rec *Record) bool {
	n, ok := rec.decodeStart(stringOf(r.buf[r.pos:]))
	r.lent = r.lent || r.ReuseRecord
	if !ok || n > r.maxRecord() {
		rec.reset()
		return false
	}
	if !r.ReuseRecord {
		rec.detach()
	}
	r.pos += n
	r.index++
	return true
}

// decode decodes the value that was read last.
func (r *Reader) decode(rec *Record, raw []byte) error {
	index := r.index
	r.index++
	offset := r.InputOffset() - int64(len(raw))
	if r.place == inLogEvents {
		if err := rec.decodeMessage(raw); err != nil {
			return newError(err, offset, index)
		}
		return nil
	}
	var text string
	if r.ReuseRecord {
		text, r.lent = stringOf(raw), true
	} else {
		text = string(raw)
	}
	if start, err := rec.decode(text); err != nil {
		return newError(err, offset+int64(start), index)
	}
	return nil
}

// top goes on between the values of the stream: into a log file or an array, or to a value that is due to
// be read as a record.
func (r *Reader) top() (due bool, err error) {
	c, err := r.peek()
	switch {
	case err == io.EOF:
		r.place = atEnd
		return false, nil
	case err != nil:
		return false, r.ended(err)
	case c == '[':
		r.pos++
		r.place, r.fresh = inArray, true
		return false, nil
	case c != '{':
		return false, r.unexpected(c, "a JSON object or array")
	}
	// Whether this is a log file or a record shows only when Records is found, or not found in all
	// of the object. Until then the object stays in the buffer, to be read again as a record. That
	// also finds out what is wrong with it, if findRecords has stumbled.
	r.hold = r.pos
	found := r.findRecords()
	start := r.hold
	r.hold = -1
	if found != otherMember {
		r.enter(found)
		return false, nil
	}
	r.pos = start
	return true, nil
}

// findRecords steps into the object that comes next, and on into the array of its records if there is
// one. If there is none, or if the object is itself a record, it returns otherMember.
func (r *Reader) findRecords() memberKind {
	r.pos++
	r.fresh = true
	for {
		switch m, err := r.member(); {
		case err != nil || m == noMember:
			return otherMember
		case m != otherMember:
			return m
		}
	}
}

// enter begins with the array that the Reader has stepped into.
func (r *Reader) enter(m memberKind) {
	r.place, r.fresh = inRecords, true
	if m == logEventsMember {
		r.place = inLogEvents
	}
}

// rest goes on in the object of a log file, behind its records. CloudTrail writes nothing there.
func (r *Reader) rest() error {
	m, err := r.member()
	switch {
	case err != nil:
		return err
	case m == noMember:
		r.place = atTop
	case m != otherMember:
		r.enter(m)
	}
	return nil
}

// A memberKind is what [Reader.member] found.
type memberKind uint8

const (
	noMember        memberKind = iota // the end of the object, or of the search
	recordsMember                     // Records; the Reader now stands in its array
	logEventsMember                   // logEvents; the Reader now stands in its array
	otherMember                       // anything else; the Reader now stands behind it
)

// member reads the next member of an object.
func (r *Reader) member() (memberKind, error) {
	c, err := r.peek()
	if err != nil {
		return noMember, r.ended(err)
	}
	if c == '}' {
		r.pos++
		return noMember, nil
	}
	if !r.fresh {
		if c != ',' {
			return noMember, r.unexpected(c, "a comma or the end of the object")
		}
		r.pos++
		if c, err = r.peek(); err != nil {
			return noMember, r.ended(err)
		}
	}
	r.fresh = false
	if c != '"' {
		return noMember, r.unexpected(c, "a name in quotes")
	}
	name, err := r.value()
	if err != nil {
		return noMember, err
	}
	kind := otherMember
	switch string(name) {
	case `"Records"`:
		kind = recordsMember
	case `"logEvents"`:
		kind = logEventsMember
	case `"eventVersion"`, `"eventID"`, `"eventName"`:
		if r.hold >= 0 {
			return noMember, nil // of a record: nobody looks for Records any more
		}
	}
	if c, err = r.peek(); err != nil {
		return noMember, r.ended(err)
	}
	if c != ':' {
		return noMember, r.unexpected(c, "a colon")
	}
	r.pos++
	if c, err = r.peek(); err != nil {
		return noMember, r.ended(err)
	}
	if kind != otherMember && c == '[' {
		r.pos++
		return kind, nil
	}
	raw, err := r.value()
	if err != nil {
		return otherMember, err
	}
	scan := jsonscan.New(raw)
	if _, err = scan.Value(); err == nil {
		err = scan.Close()
	}
	if err != nil {
		return otherMember, newError(err, r.InputOffset()-int64(len(raw)), -1)
	}
	return otherMember, nil
}

// element goes to the next element of an array, which is then due to be read as a record, or steps out of
// the array at its end.
func (r *Reader) element() (due bool, err error) {
	c, err := r.peek()
	if err != nil {
		return false, r.ended(err)
	}
	if c == ']' {
		r.pos++
		if r.place == inArray {
			r.place = atTop
		} else {
			r.place = inRest
		}
		r.fresh = false
		return false, nil
	}
	if !r.fresh {
		if c != ',' {
			return false, r.unexpected(c, "a comma or the end of the records")
		}
		r.pos++
		if c, err = r.peek(); err != nil {
			return false, r.ended(err)
		}
	}
	r.fresh = false
	if c == ',' || c == ']' {
		// Nothing between two commas, or behind the last. The next call takes the comma or bracket.
		return false, r.fault(r.InputOffset(), fmt.Errorf("expected a record, found %s", jsonscan.QuoteByte(c)))
	}
	return true, nil
}

// value reads the next value, whose first byte is at r.pos. What it returns is valid until more is
// read.
func (r *Reader) value() ([]byte, error) {
	limit := r.maxRecord()
	var split jsonscan.Splitter
	for n := 0; ; {
		m, done := split.Feed(r.buf[r.pos+n:])
		n += m
		size := n
		if r.hold >= 0 {
			size += r.pos - r.hold
		}
		if size > limit {
			return nil, r.tooLarge(&split, n, done, limit)
		}
		if !done {
			err := r.fill()
			if err == nil {
				continue
			}
			if err != io.EOF || !split.AtEnd() {
				if err == io.EOF {
					err = io.ErrUnexpectedEOF
				}
				return nil, r.ended(fmt.Errorf("%w in a value that begins at offset %d", err, r.InputOffset()))
			}
		}
		r.pos += n
		return r.buf[r.pos-n : r.pos], nil
	}
}

// tooLarge passes over a value that is larger than limit, and returns the error that says so. The
// first n bytes of it are in the buffer.
func (r *Reader) tooLarge(split *jsonscan.Splitter, n int, done bool, limit int) error {
	if r.hold >= 0 {
		return ErrLimit // the object is read again from where it begins
	}
	err := r.fault(r.InputOffset(), fmt.Errorf("%w: more than %d bytes", ErrLimit, limit))
	r.pos += n
	for !done {
		if err := r.fill(); err != nil {
			return r.ended(err)
		}
		n, done = split.Feed(r.buf[r.pos:])
		r.pos += n
	}
	return err
}

// fault returns the error of a value that cannot be used as a record, behind which reading goes on.
func (r *Reader) fault(offset int64, err error) error {
	e := &Error{Offset: offset, Index: r.index, Err: err}
	if r.place != inRest {
		r.index++
	} else {
		e.Index = -1
	}
	return e
}

// unexpected returns the error of a stream that goes on with c instead of what was expected.
func (r *Reader) unexpected(c byte, expected string) error {
	return r.fatal(r.InputOffset(), fmt.Errorf("expected %s, found %s", expected, jsonscan.QuoteByte(c)))
}

// ended returns the error of a stream that ends, for the reason err, in the middle of something.
func (r *Reader) ended(err error) error {
	if err == io.EOF {
		err = io.ErrUnexpectedEOF
	}
	return r.fatal(r.base+int64(len(r.buf)), err)
}

// fatal returns the error of a stream that cannot be read on.
func (r *Reader) fatal(offset int64, err error) error {
	e := &Error{Offset: offset, Index: -1, Fatal: true, Err: err}
	switch r.place {
	case inRecords, inArray, inLogEvents:
		e.Index = r.index
	}
	if r.hold < 0 {
		r.place = atEnd
	}
	return e
}

// peek passes over white space and returns the byte that comes next, which stays unread.
func (r *Reader) peek() (byte, error) {
	for {
		for ; r.pos < len(r.buf); r.pos++ {
			switch c := r.buf[r.pos]; c {
			case ' ', '\n', '\r', '\t':
			default:
				return c, nil
			}
		}
		if r.hold >= 0 && r.pos-r.hold > r.maxRecord() {
			return 0, ErrLimit // the object is read again from where it begins
		}
		if err := r.fill(); err != nil {
			return 0, err
		}
	}
}

func (r *Reader) maxRecord() int {
	if r.MaxRecord > 0 {
		return r.MaxRecord
	}
	return MaxRecord
}

// fill reads more of the stream into the buffer, at least one byte, and fails if it cannot. It may
// move what is in the buffer from r.pos on, or from r.hold on, to its front or to a new one, and drop the
// rest.
func (r *Reader) fill() error {
	if !r.sniffed {
		if err := r.sniff(); err != nil {
			r.err = err
		}
		r.sniffed = true
		if r.clip(); len(r.buf) > 0 {
			return nil
		}
	}
	if r.err != nil {
		return r.err
	}
	keep := r.pos
	if r.hold >= 0 {
		keep = r.hold
	}
	before := r.base + int64(len(r.buf))
	if r.packed && r.looping && r.ahead == nil && len(r.left) == 0 {
		r.ahead = startAhead(r.src, r.asked)
	}
	switch {
	case len(r.left) > 0:
		r.take(r.left[0], keep)
		r.left = r.left[1:]
	case r.ahead != nil:
		p := r.ahead.next()
		r.take(p, keep)
		r.ahead.done(p)
	default:
		r.take(r.read(), keep)
	}
	if r.clip(); r.base+int64(len(r.buf)) > before {
		return nil
	}
	return r.err
}

// settle ends what reads ahead, if anything does, and keeps what it has read.
func (r *Reader) settle() {
	if r.ahead != nil {
		r.left = r.ahead.finish()
		r.ahead = nil
	}
}

// take copies a piece of the stream into the buffer, behind what is in there from keep on.
//
// The copy is what makes a new buffer cheap: append allocates memory without clearing it, so that it is
// written to once.
func (r *Reader) take(p piece, keep int) {
	r.err = p.err
	if p.panicked != nil {
		panic(p.panicked)
	}
	kept := r.buf[keep:]
	switch {
	case cap(r.buf)-len(r.buf) >= len(p.data):
		r.buf = append(r.buf, p.data...)
		return
	case r.lent:
		r.buf, r.lent = append(kept[:len(kept):len(kept)], p.data...), false
	default:
		r.buf = append(append(r.buf[:0], kept...), p.data...)
	}
	r.base += int64(keep)
	r.pos -= keep
	if r.hold >= 0 {
		r.hold -= keep
	}
}

// read reads something of the stream.
func (r *Reader) read() piece {
	if r.in == nil {
		r.in = make([]byte, 0, bufferSize)
	}
	data, err := readSome(r.src, r.in)
	return piece{data: data, err: err}
}

// readSome reads something into the room behind buf, or returns an error.
func readSome(src io.Reader, buf []byte) ([]byte, error) {
	for range maxEmptyReads {
		n, err := src.Read(buf[len(buf):cap(buf)])
		buf = buf[:len(buf)+n]
		if n > 0 || err != nil {
			return buf, err
		}
	}
	return buf, io.ErrNoProgress
}

// clip ends the stream where it has as many bytes as it may have.
func (r *Reader) clip() {
	limit := r.MaxBytes
	if limit == 0 && r.packed {
		limit = MaxPacked
	}
	if over := r.base + int64(len(r.buf)) - limit; limit > 0 && over > 0 {
		r.buf = r.buf[:max(r.pos, len(r.buf)-int(over))]
		r.err = fmt.Errorf("%w: more than %d bytes in all", ErrLimit, limit)
	}
}

// maxEmptyReads is after how many reads that return nothing a stream is given up, as in bufio.
const maxEmptyReads = 100

// gzipMagic begins a gzip stream.
const gzipMagic = "\x1f\x8b"

// sniff finds out whether the stream is gzip, and unpacks it if it is. File names do not tell: some
// S3 clients unpack what S3 marks as packed, and leave the name as it was.
func (r *Reader) sniff() error {
	for len(r.buf) < len(gzipMagic) && r.err == nil {
		r.take(r.read(), 0)
	}
	if string(r.buf[:min(len(r.buf), len(gzipMagic))]) != gzipMagic {
		return nil
	}
	src := io.MultiReader(bytes.NewReader(r.buf), r.src)
	if r.err != nil {
		src = bytes.NewReader(r.buf)
	}
	r.buf, r.err = nil, nil
	r.packed = true
	r.asked = &asked{Reader: src}
	z, err := gzip.NewReader(bufio.NewReaderSize(r.asked, bufferSize))
	if err != nil {
		return err
	}
	r.src = z
	return nil
}
