package record

import (
	"encoding/binary"
	"errors"
	"fmt"
	"slices"
	"strconv"
	"strings"
	"sync"
	"time"
	"unsafe"

	"github.com/tidwall/gjson"

	"github.com/trailsieve/trailsieve/internal/jsonscan"
)

// Parse decodes one CloudTrail record, or the record that an EventBridge event carries as its
// detail. It checks the whole text, and keeps a copy of it: text is the caller's again. Of a string no copy is
// needed, see [Record.UnmarshalString].
//
// An error is an [*Error]. It means that the text is not JSON, or that it is not a record: no field
// has to be there, and a field whose value has an unexpected type does no harm, but an object that
// has none of a record's fields is refused.
func Parse(text []byte) (*Record, error) {
	r := new(Record)
	if err := r.UnmarshalJSON(text); err != nil {
		return nil, err
	}
	return r, nil
}

// UnmarshalJSON does what [Parse] does, into r. If it fails, r is empty. If r was decoded before, the text is
// put into one piece of memory with those of other records that were decoded in this way, some 32 KB, which
// costs less than a piece for each, and stays as long as any string of any of them: see [Record.Clone].
func (r *Record) UnmarshalJSON(text []byte) error {
	var own string
	if r.text == "" {
		own = string(text)
	} else {
		own = together(text)
	}
	return r.UnmarshalString(own)
}

// UnmarshalString does what [Parse] does, into r, of a string, and without a copy: the strings of r are pieces
// of text, and each of them keeps all of that in memory, see [Record.Clone]. It allocates nothing but strings that
// have escapes, the parts of a record that are pointers, and resources if r has no room for so many. Whoever
// decodes one record after the other into the same Record has done so in two thirds of the time of
// UnmarshalJSON (BenchmarkUnmarshalString).
func (r *Record) UnmarshalString(text string) error {
	start, err := r.decode(text)
	if err != nil {
		return newError(err, int64(start), -1)
	}
	return nil
}

// together returns a copy of a text that shares its memory with other copies. To allocate each takes a fifth
// of the time that decoding it takes, the collector's share counted (BenchmarkParse).
func together(text []byte) string {
	if len(text) > pieceSize/4 {
		return string(text)
	}
	p, _ := pieces.Get().(*[]byte)
	if p == nil {
		p = new([]byte)
	}
	if cap(*p)-len(*p) < len(text) {
		*p = make([]byte, 0, pieceSize)
	}
	n := len(*p)
	*p = append(*p, text...)
	copied := stringOf((*p)[n:])
	pieces.Put(p)
	return copied
}

// pieces has what is left of pieces of memory: nothing is written over what was written there.
var pieces sync.Pool

const pieceSize = 32 << 10

// decode sets all of r from the record in text, or from that in the event in text, and keeps the text. If it
// fails, it leaves r empty: a text that is kept is one that can be decoded again. A fault that is not one of
// JSON syntax, which has an offset of its own, lies at start.
func (r *Record) decode(text string) (start int, err error) {
	var d decoder
	// A record is decoded as if it was in an event, so that its event is no deeper than it may be.
	start, err = d.decode(r, text, 1)
	if err == nil && d.known {
		return start, nil
	}
	if start, err = r.decodeOther(&d, text, start, err); err != nil {
		r.reset()
	}
	return start, err
}

// reset makes r empty, but for the memory of its resources, which the next ones go into.
func (r *Record) reset() {
	resources := r.Resources[:0]
	*r = Record{}
	r.Resources = resources
}

// decodeOther goes on where d, which has said start and err of the text, has found no record. If it fails, too,
// it leaves r in any state.
func (r *Record) decodeOther(d *decoder, text string, start int, err error) (int, error) {
	if errors.Is(err, jsonscan.ErrDepth) {
		if at, asEvent := d.decode(r, text, 0); asEvent == nil && !d.known {
			start, err = at, nil
		}
	}
	if err != nil {
		return start, err
	}
	detail, start := detailOf(text, start)
	switch {
	case detail != "":
	case gjson.Get(text, "digestEndTime").Exists():
		return start, fmt.Errorf("%w: it is a digest of log files", ErrNotRecord)
	default:
		return start, fmt.Errorf("%w: it has none of a record's fields", ErrNotRecord)
	}
	// This happens once: a detail inside the detail is none of our business.
	if _, err = d.decode(r, detail, 1); err == nil && !d.known {
		err = fmt.Errorf("%w: the detail of an event that is not from CloudTrail", ErrNotRecord)
	}
	return start, err
}

// decodeStart sets all of r from the record that text begins with, and tells how long that is. What r keeps are
// pieces of text. If text does not begin with a record, or if there is more to say about it, ok is false, r may
// be in any state, and decode says it.
func (r *Record) decodeStart(text string) (n int, ok bool) {
	d := decoder{text: text, scan: jsonscan.NewAt(bytesOf(text), 1)}
	if d.scan.Peek() != jsonscan.Object || d.scan.Offset() > 0 {
		return 0, false
	}
	r.reset()
	if d.object(unsafe.Pointer(r), recordLayout) != nil || !d.known || r.EventSource == notification {
		return 0, false
	}
	n = d.scan.Offset()
	r.text = text[:n]
	return n, true
}

// notification is the eventSource of an event from an S3 bucket, which has other names in common with
// records, too.
const notification = "aws:s3"

// detach gives r a text of its own, and makes its strings pieces of that.
func (r *Record) detach() {
	from := r.text
	r.text = strings.Clone(from)
	recordLayout.move(unsafe.Pointer(r), from, r.text)
}

// move makes of strings that are pieces of one text pieces of another, which is its copy, in the struct at
// t and in those that it leads to. Strings that reach beyond the text, as somebody may have put there who has a
// larger one of which it is a piece, stay what they are; and so that an empty one keeps nothing in memory, it
// points nowhere.
func (l *layout) move(t unsafe.Pointer, from, to string) {
	for i := range l.fields {
		f := &l.fields[i]
		at := unsafe.Add(t, f.offset)
		switch f.kind {
		case textField, bodyField:
			s := (*string)(at)
			start := uintptr(unsafe.Pointer(unsafe.StringData(*s))) - uintptr(unsafe.Pointer(unsafe.StringData(from)))
			switch {
			case len(*s) == 0:
				*s = ""
			case start < uintptr(len(from)) && len(*s) <= len(from)-int(start):
				*s = to[start:][:len(*s)]
			}
		case objectField:
			f.inner.move(at, from, to)
		case optionalField:
			if u := *(*unsafe.Pointer)(at); u != nil {
				f.inner.move(u, from, to)
			}
		case listField:
			list := *(*[]byte)(at) // whatever its elements are: only where they begin, and how many there are
			for i := range len(list) {
				f.inner.move(unsafe.Add(unsafe.Pointer(unsafe.SliceData(list)), uintptr(i)*f.inner.size), from, to)
			}
		}
	}
}

// detailOf returns the object that is the detail of the event in a text, and where it begins; or
// nothing, and start. The text was checked.
func detailOf(text string, start int) (detail string, at int) {
	s := jsonscan.New(bytesOf(text))
	s.Peek()
	s.Open()
	for {
		name, more, _ := s.Name()
		if !more {
			return "", start
		}
		isObject := s.Peek() == jsonscan.Object
		at := s.Offset()
		if raw, _ := s.Skip(); isObject && string(name.Raw) == "detail" {
			return text[at : at+len(raw)], at
		}
	}
}

// bytesOf returns the bytes of a text, to be read and never written to.
func bytesOf(text string) []byte { return unsafe.Slice(unsafe.StringData(text), len(text)) }

// stringOf returns bytes as a text. They must not change as long as the text, or a piece of it, is kept.
func stringOf(b []byte) string { return unsafe.String(unsafe.SliceData(b), len(b)) }

// A decoder reads one record. It scans a text, and what the record keeps are pieces of it.
type decoder struct {
	text  string
	scan  jsonscan.Scanner // over text
	known bool             // a name was there by which a record is known

	// For Oddities, which asks for them.
	odd  func(o Oddity)
	path []string
}

// decode sets all of r from the object in text, which begins at start and is inside so many others.
func (d *decoder) decode(r *Record, text string, depth int) (start int, err error) {
	d.text, d.scan, d.known = text, jsonscan.NewAt(bytesOf(text), depth), false
	switch kind := d.scan.Peek(); kind {
	case jsonscan.Object:
		start = d.scan.Offset()
	case jsonscan.End, jsonscan.Invalid:
		return 0, d.skip()
	default:
		return d.scan.Offset(), fmt.Errorf("%w: %v", ErrNotObject, kind)
	}
	r.reset()
	if err := d.object(unsafe.Pointer(r), recordLayout); err != nil {
		return 0, err
	}
	r.text = text[start:d.scan.Offset()]
	if err := d.scan.Close(); err != nil {
		return 0, err
	}
	if r.EventSource == notification {
		return start, fmt.Errorf("%w: it is a notification from an S3 bucket", ErrNotRecord)
	}
	return start, nil
}

// lookahead is how many of the names behind the last one are tried before a name is read and looked
// up. In 36,277 delivered records the order of names was that of the tables but for eventCategory
// before recipientAccountId in 327, and AWS leaves out up to five in a row. Nothing depends on the
// order but speed: records that went through other tools have another.
const lookahead = 6

// object sets fields of the struct at t, which is the zero value and laid out as l says, from the object
// that comes next. Of a member that is there twice the last counts, as in encoding/json.
func (d *decoder) object(t unsafe.Pointer, l *layout) error {
	d.scan.Open()
	seen := uint64(0) // members, by their bits
	for next := 0; ; {
		i, from, to := d.scan.Guess(l.names[next:min(next+lookahead, len(l.names))])
		if i >= 0 {
			i += next
		} else {
			name, more, err := d.scan.Name()
			if !more {
				return err
			}
			if i = slices.Index(l.index, unquoted(name)); i < 0 {
				if err := d.skip(); err != nil {
					return err
				}
				continue
			}
		}
		next = i + 1
		f := &l.fields[i]
		if f.marks {
			d.known = true
		}
		if f.kind == textField && to > 0 {
			*(*string)(unsafe.Add(t, f.offset)) = d.text[from:to]
			continue
		}
		if f.wipe != nil && seen>>i&1 != 0 {
			f.wipe(t)
		}
		seen |= 1 << i
		if d.odd != nil {
			d.path = append(d.path, l.index[i])
		}
		if to > 0 {
			d.stringMember(t, f, from, to)
		} else if err := d.member(t, f); err != nil {
			return err
		}
		if d.odd != nil {
			d.path = d.path[:len(d.path)-1]
		}
	}
}

// member sets the field f of the struct at t from the value that comes next.
func (d *decoder) member(t unsafe.Pointer, f *field) (err error) {
	at := unsafe.Add(t, f.offset)
	switch f.kind {
	case textField:
		*(*string)(at), err = d.string()
	case flagField:
		*(*Bool)(at), err = d.bool()
	case timeField:
		*(*time.Time)(at), err = d.time()
	case bodyField:
		*(*JSON)(at), err = d.json()
	case listField:
		if d.scan.Peek() != jsonscan.Array {
			return d.mismatch(jsonscan.Array)
		}
		err = d.list(t, f)
	default:
		if d.scan.Peek() != jsonscan.Object {
			return d.mismatch(jsonscan.Object)
		}
		err = d.object(f.make(t), f.inner)
	}
	return err
}

// stringMember sets the field f of the struct at t from a string that was read already, and lies in the
// text without escapes.
func (d *decoder) stringMember(t unsafe.Pointer, f *field, from, to int) {
	at, s := unsafe.Add(t, f.offset), d.text[from:to]
	switch f.kind {
	case textField:
		*(*string)(at) = s
	case flagField:
		*(*Bool)(at) = d.boolOf(s)
	case timeField:
		*(*time.Time)(at) = d.timeOf(s)
	case bodyField:
		*(*JSON)(at) = JSON(d.text[from-1 : to+1])
	case listField:
		d.tellMismatch(jsonscan.String, jsonscan.Array)
	default:
		d.tellMismatch(jsonscan.String, jsonscan.Object)
	}
}

// list appends to the slice that is the field f of the struct at t the objects of the array that comes
// next.
func (d *decoder) list(t unsafe.Pointer, f *field) error {
	d.scan.Open()
	for i := 0; ; i++ {
		more, err := d.scan.Element()
		if !more {
			return err
		}
		if d.odd != nil {
			d.path = append(d.path, strconv.Itoa(i))
		}
		if d.scan.Peek() == jsonscan.Object {
			err = d.object(f.make(t), f.inner)
		} else {
			err = d.mismatch(jsonscan.Object)
		}
		if err != nil {
			return err
		}
		if d.odd != nil {
			d.path = d.path[:len(d.path)-1]
		}
	}
}

// skip passes over a value, but checks it: a record that is accepted is JSON throughout.
func (d *decoder) skip() error {
	_, err := d.scan.Value()
	return err
}

// mismatch passes over a value that is not of the kind that was expected.
func (d *decoder) mismatch(want jsonscan.Kind) error {
	d.tellMismatch(d.scan.Peek(), want)
	return d.skip()
}

func (d *decoder) tellMismatch(got, want jsonscan.Kind) {
	if d.odd != nil && got != jsonscan.Null {
		d.tell(fmt.Sprintf("%v where %v is expected", got, want))
	}
}

// json returns the text of the next value, or nothing for null.
func (d *decoder) json() (JSON, error) {
	if d.scan.Peek() == jsonscan.Null {
		return "", d.skip()
	}
	raw, err := d.scan.Value()
	if err != nil {
		return "", err
	}
	end := d.scan.Offset()
	return JSON(d.text[end-len(raw) : end]), nil
}

// string returns the next value if it is a string, and nothing if it is anything else.
func (d *decoder) string() (string, error) {
	if d.scan.Peek() != jsonscan.String {
		return "", d.mismatch(jsonscan.String)
	}
	t, err := d.scan.String()
	if err != nil {
		return "", err
	}
	if t.Escaped {
		return unquoted(t), nil
	}
	return d.text[t.Offset : t.Offset+len(t.Raw)], nil
}

// unquoted returns a copy of what a text means.
func unquoted(t jsonscan.Text) string {
	if !t.Escaped {
		return string(t.Raw)
	}
	return string(jsonscan.AppendUnquoted(make([]byte, 0, len(t.Raw)), t.Raw, jsonscan.ReplaceLone))
}

// bool returns the next value if it is a boolean, or a string that spells one: some of AWS's own are
// strings, and in what Athena and other tools export all are.
func (d *decoder) bool() (Bool, error) {
	switch d.scan.Peek() {
	case jsonscan.True:
		return True, d.skip()
	case jsonscan.False:
		return False, d.skip()
	case jsonscan.String:
		s, err := d.string()
		if err != nil {
			return Absent, err
		}
		return d.boolOf(s), nil
	}
	return Absent, d.mismatch(jsonscan.True)
}

// boolOf returns the boolean that a string spells.
func (d *decoder) boolOf(s string) Bool {
	switch s {
	case "true", "True", "TRUE":
		return True
	case "false", "False", "FALSE":
		return False
	}
	if d.odd != nil {
		d.tell(fmt.Sprintf("%.40q where a boolean is expected", s))
	}
	return Absent
}

// time returns the next value if it is a string that tells a time, or a number of seconds or
// milliseconds since 1970, which some tools make of it.
func (d *decoder) time() (time.Time, error) {
	if d.scan.Peek() == jsonscan.Number {
		raw, err := d.scan.Value()
		if err != nil {
			return time.Time{}, err
		}
		n, err := strconv.ParseInt(string(raw), 10, 64)
		switch {
		case err != nil || n < 0 || n > maxMilliseconds:
			d.tell("a number where a time is expected")
			return time.Time{}, nil
		case n > maxSeconds:
			return time.UnixMilli(n).UTC(), nil
		}
		return time.Unix(n, 0).UTC(), nil
	}
	s, err := d.string()
	if err != nil {
		return time.Time{}, err
	}
	return d.timeOf(s), nil
}

// timeOf returns the time that a string tells.
func (d *decoder) timeOf(s string) time.Time {
	if s == "" {
		return time.Time{}
	}
	t, ok := parseTime(s)
	if !ok && d.odd != nil {
		d.tell(fmt.Sprintf("%.40q where a time is expected", s))
	}
	return t
}

// As seconds, numbers up to the first of these are years before 5139, and as milliseconds those above
// it are years after 1973. CloudTrail began in 2013.
const (
	maxSeconds      = 1e11
	maxMilliseconds = 1e14
)

// parseTime reads a time. CloudTrail writes 2016-11-15T23:02:12Z and nothing else; the other layouts
// are those of AWS's older examples, of emulators and of data warehouses, all in UTC where they do
// not say otherwise.
func parseTime(s string) (time.Time, bool) {
	if t, ok := parseUTC(s); ok {
		return t, true
	}
	for _, layout := range [...]string{
		time.RFC3339,
		"2006-01-02T15:04:05",
		"2006-01-02 15:04:05",
		"2006-01-02 15:04:05Z07:00",
		"20060102T150405Z07:00",
	} {
		if t, err := time.Parse(layout, s); err == nil {
			return t.UTC(), true
		}
	}
	return time.Time{}, false
}

// parseUTC reads a time as CloudTrail writes it, if it is not in the last days of a month, whose
// number takes a calendar. It is several times as fast as [time.Parse].
func parseUTC(s string) (time.Time, bool) {
	if len(s) != len("2006-01-02T15:04:05Z") {
		return time.Time{}, false
	}
	a, aFits := yearMonth.digits(s)
	b, bFits := dayHourMinute.digits(s[8:])
	c, cFits := minuteSecond.digits(s[12:])
	if !aFits || !bFits || !cFits {
		return time.Time{}, false
	}
	two := func(w uint64, i int) int { return int(w>>(8*i)&0xF)*10 + int(w>>(8*i+8)&0xF) }
	year, month, day := two(a, 0)*100+two(a, 2), two(a, 5), two(b, 0)
	hour, minute, second := two(b, 3), two(b, 6), two(c, 5)
	if month < 1 || month > 12 || day < 1 || day > 28 || hour > 23 || minute > 59 || second > 59 {
		return time.Time{}, false
	}
	return time.Date(year, time.Month(month), day, hour, minute, second, 0, time.UTC), true
}

// The parts of such a time, eight bytes each.
var (
	yearMonth     = stencilOf("0000-00-")
	dayHourMinute = stencilOf("00T00:00")
	minuteSecond  = stencilOf("0:00:00Z") // and what is between it and the part before, once more
)

// A stencil takes the digits out of eight bytes of text: their exclusive or with a layout is the value of
// a digit where the layout has a 0, and nothing where it has something else, if the text fits.
//
//	layout   0  0  T  0  0  :  0  0
//	text     1  5  T  2  3  :  0  2
//	xor      1  5  0  2  3  0  0  2
type stencil struct{ layout, above uint64 } // above carries into the top bit of a byte that is too large

func stencilOf(layout string) stencil {
	var above [8]byte
	for i := range above {
		above[i] = 0x7F
		if layout[i] == '0' {
			above[i] = 0x7F - 9
		}
	}
	return stencil{binary.LittleEndian.Uint64([]byte(layout)), binary.LittleEndian.Uint64(above[:])}
}

func (p stencil) digits(s string) (digits uint64, ok bool) {
	digits = binary.LittleEndian.Uint64(bytesOf(s)) ^ p.layout
	return digits, (digits|(digits+p.above))&0x8080808080808080 == 0
}

// tell tells of an oddity of the value at hand, if anybody wants to know.
func (d *decoder) tell(what string) {
	if d.odd != nil {
		d.odd(Oddity{Pointer: jsonscan.Pointer(d.path...), What: what})
	}
}

// newError wraps what decode or the scanner found. offset is where the text that they were given
// begins, or the very place at fault.
func newError(err error, offset int64, index int) *Error {
	var syntax *jsonscan.Error
	if errors.As(err, &syntax) {
		return &Error{Offset: offset + int64(syntax.Offset), Index: index, Err: syntax.Err}
	}
	return &Error{Offset: offset, Index: index, Err: err}
}
