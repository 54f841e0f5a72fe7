package jsonscan

import (
	"fmt"
	"io"
	"strconv"
	"unicode/utf8"
)

// MaxDepth is how deeply arrays and objects may nest where a value is checked, those counted that are
// around it. CloudTrail's own records nest about ten deep, and Amazon EventBridge's parser stops at 1000
// too. The bound keeps the state of the check on the stack.
const MaxDepth = 1000

// A Kind is the kind of a JSON value, named by a byte that such a value begins with.
type Kind byte

// The kinds. End is no value: the text has ended. Invalid is a byte that no value begins with.
const (
	End     Kind = 0
	Invalid Kind = '?'
	Object  Kind = '{'
	Array   Kind = '['
	String  Kind = '"'
	Number  Kind = '0'
	True    Kind = 't'
	False   Kind = 'f'
	Null    Kind = 'n'
)

// String returns the kind as an error message would put it.
func (k Kind) String() string {
	switch k {
	case End:
		return "the end of the text"
	case Object:
		return "an object"
	case Array:
		return "an array"
	case String:
		return "a string"
	case Number:
		return "a number"
	case True, False:
		return "a boolean"
	case Null:
		return "null"
	}
	return "no JSON value"
}

// Text is the text of a string or name between its quotes, as it stands.
type Text struct {
	Raw     []byte
	Escaped bool // Raw has a backslash, so it is not yet what it means: see [AppendUnquoted]
	Offset  int  // of Raw
}

// An Error says at which byte of a text it stops being JSON.
type Error struct {
	Offset int
	Err    error // io.ErrUnexpectedEOF if the text is only too short, ErrDepth if it nests too deeply
}

func (e *Error) Error() string { return fmt.Sprintf("%v (offset %d)", e.Err, e.Offset) }
func (e *Error) Unwrap() error { return e.Err }

// ErrDepth is the cause of an [Error] for a value that nests deeper than [MaxDepth].
var ErrDepth = fmt.Errorf("nested deeper than %d levels", MaxDepth)

// A Scanner is a place in a JSON text. The zero value stands at the start of an empty text. A
// Scanner is a small value: to look ahead, copy it. It never writes to the text; what it returns
// points into it.
//
// After an error the place is unspecified, and the Scanner is of no further use.
type Scanner struct {
	data  []byte
	pos   int
	depth int  // of the objects and arrays that are open, and of those around the text
	fresh bool // an object or array was opened, and nothing was read in it yet
}

// New returns a Scanner at the start of text.
func New(text []byte) Scanner { return Scanner{data: text} }

// NewAt returns a Scanner at the start of a text that has its place in a larger one, inside so many
// objects and arrays. They count for [MaxDepth].
func NewAt(text []byte, depth int) Scanner { return Scanner{data: text, depth: depth} }

// Offset returns where the Scanner stands: behind what was read last, or, after [Scanner.Peek], at
// the first byte of what comes next.
func (s *Scanner) Offset() int { return s.pos }

// Peek passes over white space and tells the kind of the value that comes next, by its first byte
// alone.
func (s *Scanner) Peek() Kind {
	s.pos = space(s.data, s.pos)
	if s.pos == len(s.data) {
		return End
	}
	switch c := s.data[s.pos]; c {
	case '{', '[', '"', 't', 'f', 'n':
		return Kind(c)
	case '-', '0', '1', '2', '3', '4', '5', '6', '7', '8', '9':
		return Number
	}
	return Invalid
}

// Open steps into the object or array that [Scanner.Peek] has just seen.
func (s *Scanner) Open() {
	if s.pos == len(s.data) || s.data[s.pos] != '{' && s.data[s.pos] != '[' {
		panic("jsonscan: Open where no object or array begins")
	}
	s.pos++
	s.depth++
	s.fresh = true
}

// Name moves to the next member of the object that the Scanner is in, and returns its name; the
// Scanner then stands before the member's value, which the caller must read, skip or open. At the
// end of the object it steps out of it, and ok is false.
func (s *Scanner) Name() (name Text, ok bool, err error) {
	more, err := s.next('}')
	if !more {
		return Text{}, false, err
	}
	if s.pos == len(s.data) || s.data[s.pos] != '"' {
		return Text{}, false, s.unexpected("a name in quotes")
	}
	start := s.pos + 1
	end, escaped, err := stringEnd(s.data, start)
	if err != nil {
		return Text{}, false, err
	}
	s.pos = space(s.data, end)
	if s.pos == len(s.data) || s.data[s.pos] != ':' {
		return Text{}, false, s.unexpected("a colon")
	}
	s.pos++
	return Text{s.data[start : end-1], escaped, start}, true, nil
}

// Element moves to the next element of the array that the Scanner is in, which the caller must
// read, skip or open. At the end of the array it steps out of it, and ok is false.
func (s *Scanner) Element() (ok bool, err error) { return s.next(']') }

// next moves to what comes next in an object or array that ends with closer: past the comma, unless
// it is the first, or past closer.
func (s *Scanner) next(closer byte) (more bool, err error) {
	fresh := s.fresh
	s.fresh = false
	s.pos = space(s.data, s.pos)
	if s.pos < len(s.data) {
		switch c := s.data[s.pos]; {
		case c == closer:
			s.pos++
			s.depth--
			return false, nil
		case fresh:
			return true, nil
		case c == ',':
			s.pos = space(s.data, s.pos+1)
			return true, nil
		}
	}
	if closer == '}' {
		return false, s.unexpected("a comma or the end of the object")
	}
	return false, s.unexpected("a comma or the end of the array")
}

// Value reads the value that comes next, whatever it is, checks all of it, and returns its text.
func (s *Scanner) Value() (raw []byte, err error) {
	start := space(s.data, s.pos)
	if start < len(s.data) && s.data[start] != '{' && s.data[start] != '[' {
		s.pos, err = scalarEnd(s.data, start) // without what valueEnd needs for levels
	} else {
		s.pos, err = valueEnd(s.data, start, s.depth)
	}
	if err != nil {
		return nil, err
	}
	return s.data[start:s.pos], nil
}

// String reads the string that [Scanner.Peek] has just seen.
func (s *Scanner) String() (Text, error) {
	if s.pos == len(s.data) || s.data[s.pos] != '"' {
		panic("jsonscan: String where no string begins")
	}
	start := s.pos + 1
	end, escaped, err := stringEnd(s.data, start)
	if err != nil {
		return Text{}, err
	}
	s.pos = end
	return Text{s.data[start : end-1], escaped, start}, nil
}

// Skip passes over the value that comes next without checking it, and returns its text. It fails
// only if no value begins here, or if the text ends inside it.
func (s *Scanner) Skip() (raw []byte, err error) {
	if k := s.Peek(); k == End || k == Invalid {
		return nil, s.unexpected("a value")
	}
	start := s.pos
	switch s.data[start] {
	case '{', '[', '"':
		end := SkimValue(s.data, start)
		if end < 0 {
			return nil, &Error{len(s.data), io.ErrUnexpectedEOF}
		}
		s.pos = end
	default:
		var sp Splitter // which knows that the text may end behind a number
		n, _ := sp.Feed(s.data[start:])
		s.pos += n
	}
	return s.data[start:s.pos], nil
}

// Close checks that nothing but white space follows.
func (s *Scanner) Close() error {
	s.pos = space(s.data, s.pos)
	if s.pos < len(s.data) {
		return s.unexpected("the end of the text")
	}
	return nil
}

// unexpected returns the error of a text that does not go on with what is wanted.
func (s *Scanner) unexpected(wanted string) error { return unexpected(s.data, s.pos, wanted) }

func unexpected(b []byte, i int, wanted string) error {
	if i >= len(b) {
		return &Error{len(b), io.ErrUnexpectedEOF}
	}
	return &Error{i, fmt.Errorf("expected %s, found %s", wanted, QuoteByte(b[i]))}
}

// QuoteByte returns a byte of a text as an error message would put it: 'x', or 0xef for a byte that is
// no character by itself.
func QuoteByte(c byte) string {
	if c >= utf8.RuneSelf {
		return fmt.Sprintf("%#x", c)
	}
	return strconv.QuoteRune(rune(c))
}
