package record

import (
	"errors"
	"fmt"
	"slices"
	"strconv"
	"time"
	"unsafe"

	"github.com/tidwall/gjson"

	"github.com/trailsieve/trailsieve/internal/jsonscan"
)

// Parse decodes one CloudTrail record, or the record that an EventBridge event carries as its
// detail. It checks the whole text, and keeps a copy of the record's part of it.
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

// UnmarshalJSON does what [Parse] does, into r.
func (r *Record) UnmarshalJSON(text []byte) error {
	start, err := r.decode(string(text))
	if err != nil {
		return newError(err, int64(start), -1)
	}
	return nil
}

// decode sets all of r from the record in text, or from that in the event in text, and keeps the text. A
// fault that is not one of JSON syntax, which has an offset of its own, lies at start.
func (r *Record) decode(text string) (start int, err error) {
	var d decoder
	// A record is decoded as if it was in an event, so that its event is no deeper than it may be.
	start, err = d.decode(r, text, 1)
	if errors.Is(err, jsonscan.ErrDepth) {
		if at, asEvent := d.decode(r, text, 0); asEvent == nil && !d.known {
			start, err = at, nil
		}
	}
	if err != nil || d.known {
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
	*r = Record{Resources: r.Resources[:0]}
	if err := d.object(unsafe.Pointer(r), recordLayout); err != nil {
		return 0, err
	}
	r.text = text[start:d.scan.Offset()]
	if err := d.scan.Close(); err != nil {
		return 0, err
	}
	if r.EventSource == "aws:s3" {
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
		i := d.scan.Guess(l.names[next:min(next+lookahead, len(l.names))])
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
		if f.kind == textField {
			if from, to, ok := d.scan.TryPlain(); ok {
				*(*string)(unsafe.Add(t, f.offset)) = d.text[from:to]
				continue
			}
		}
		again := seen>>i&1 != 0
		seen |= 1 << i
		if d.odd != nil {
			d.path = append(d.path, l.index[i])
		}
		if err := d.member(t, f, again); err != nil {
			return err
		}
		if d.odd != nil {
			d.path = d.path[:len(d.path)-1]
		}
	}
}

// member sets the field f of the struct at t from the value that comes next. again says that it was set
// before.
func (d *decoder) member(t unsafe.Pointer, f *field, again bool) (err error) {
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
	default:
		if again {
			f.wipe(t)
		}
		if f.kind == listField {
			return d.list(t, f)
		}
		if d.scan.Peek() != jsonscan.Object {
			return d.mismatch(jsonscan.Object)
		}
		return d.object(f.make(t), f.inner)
	}
	return err
}

// list appends to the slice that is the field f of the struct at t the objects of the array that comes
// next.
func (d *decoder) list(t unsafe.Pointer, f *field) error {
	if d.scan.Peek() != jsonscan.Array {
		return d.mismatch(jsonscan.Array)
	}
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
	if got := d.scan.Peek(); d.odd != nil && got != jsonscan.Null {
		d.tell(fmt.Sprintf("%v where %v is expected", got, want))
	}
	return d.skip()
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
	if from, to, ok := d.scan.TryPlain(); ok {
		return d.text[from:to], nil
	}
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
		switch s {
		case "true", "True", "TRUE":
			return True, err
		case "false", "False", "FALSE":
			return False, err
		}
		d.tell(fmt.Sprintf("%.40q where a boolean is expected", s))
		return Absent, err
	}
	return Absent, d.mismatch(jsonscan.True)
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
	if err != nil || s == "" {
		return time.Time{}, err
	}
	t, ok := parseTime(s)
	if !ok {
		d.tell(fmt.Sprintf("%.40q where a time is expected", s))
	}
	return t, nil
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
// number takes a calendar. It is three times as fast as [time.Parse].
func parseUTC(s string) (time.Time, bool) {
	const layout = "2006-01-02T15:04:05Z"
	if len(s) != len(layout) {
		return time.Time{}, false
	}
	for i := range len(layout) {
		if isDigit(layout[i]) != isDigit(s[i]) || !isDigit(s[i]) && s[i] != layout[i] {
			return time.Time{}, false
		}
	}
	two := func(i int) int { return int(s[i]-'0')*10 + int(s[i+1]-'0') }
	year, month, day := two(0)*100+two(2), two(5), two(8)
	hour, minute, second := two(11), two(14), two(17)
	if month < 1 || month > 12 || day < 1 || day > 28 || hour > 23 || minute > 59 || second > 59 {
		return time.Time{}, false
	}
	return time.Date(year, time.Month(month), day, hour, minute, second, 0, time.UTC), true
}

func isDigit(c byte) bool { return '0' <= c && c <= '9' }

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
