package pii

import (
	"strings"
)

// A Finding says that something was found, and where.
type Finding struct {
	Kind   Kind
	Offset int64 // of its first byte, from 0
	Line   int64 // from 1; lines end with a line feed
}

// A Scanner looks for personally identifiable information in what is written to it. It may be used by
// one goroutine at a time.
//
// It looks at each place once, with a window of the text around it: enough before it for the local part
// of an address, and enough behind it for the longest of everything. So what is found at a place
// depends on the text alone.
//
//	buf   ....kept....|pos....ahead....|
//
// Invariants:
//   - buf[0] is byte base of the text, and buf[:pos] was looked at.
//   - min(base+pos, behind) bytes or more are kept before pos.
type Scanner struct {
	found func(Finding)

	buf  []byte
	pos  int
	base int64
	line int64 // of buf[pos]

	numbers int64 // the end of the last number, before which no other begins

	compact [maxNumber]byte // the digits and letters of the number at hand
}

const (
	window = 64 << 10
	behind = maxLocal + 1     // for what is before a place: a local part, or the two bytes before a number
	ahead  = maxDomain + 1<<4 // for what is behind it: a domain, or a number and the two bytes behind it
)

// NewScanner returns a Scanner that calls found for each finding, in the order of their places.
func NewScanner(found func(Finding)) *Scanner {
	return &Scanner{found: found, buf: make([]byte, 0, window), line: 1}
}

// Write looks at the text that comes next. It never fails. What is near the end of p is looked at when
// more has come, or at [Scanner.Close].
func (s *Scanner) Write(p []byte) (int, error) {
	n := len(p)
	for len(p) > 0 {
		if len(s.buf) == cap(s.buf) {
			s.scan(len(s.buf) - ahead)
			drop := max(0, s.pos-behind)
			s.base += int64(drop)
			s.pos -= drop
			s.buf = append(s.buf[:0], s.buf[drop:]...)
		}
		k := min(len(p), cap(s.buf)-len(s.buf))
		s.buf = append(s.buf, p[:k]...)
		p = p[k:]
	}
	return n, nil
}

// Close ends the text. It never fails.
func (s *Scanner) Close() error {
	s.scan(len(s.buf))
	return nil
}

// scan looks at the places before end.
func (s *Scanner) scan(end int) {
	for s.pos < end {
		i := s.pos
		s.pos++
		switch c := classes[s.buf[i]]; {
		case c&trigger == 0:
		case c&alnum != 0:
			s.run(i)
		default:
			s.mark(i)
		}
	}
}

// run looks at a place with a letter or digit. A number can only begin where letters and digits begin;
// the rest of them is passed over.
func (s *Scanner) run(i int) {
	if i > 0 && isAlnum(s.buf[i-1]) {
		return // of a run that was longer than what could be seen of it
	}
	j := i + 1
	for j < len(s.buf) && isAlnum(s.buf[j]) {
		j++
	}
	s.pos = j
	if j-i < len(shapesByRun) {
		s.number(i, shapesByRun[j-i])
	}
}

// mark looks at a place with something else.
func (s *Scanner) mark(i int) {
	switch s.buf[i] {
	case '\n':
		s.line++
	case '@':
		if start, _, ok := email(s.buf, i); ok {
			s.found(Finding{Email, s.base + int64(start), s.line})
		}
	case '+':
		if s.base+int64(i) < s.numbers || i > 0 && (isAlnum(s.buf[i-1]) || s.buf[i-1] == '+') {
			return
		}
		if n := phone(s.buf[i:]); n > 0 {
			s.numbers = s.base + int64(i+n)
			s.found(Finding{Phone, s.base + int64(i), s.line})
		}
	case '(':
		if i == 0 || !isAlnum(s.buf[i-1]) {
			s.number(i, shapesInParentheses)
		}
	}
}

// number looks for a number of one of the shapes at a place.
func (s *Scanner) number(i int, shapes []shape) {
	if s.base+int64(i) < s.numbers || i > 1 && isJoint(s.buf[i-1]) && isDigit(s.buf[i-2]) {
		return
	}
	for k := range shapes {
		sh := &shapes[k]
		n, ok := sh.match(s.buf[i:], &s.compact)
		if ok && endsAt(s.buf, i+len(sh.form)) && sh.valid(s.compact[:n]) {
			s.numbers = s.base + int64(i+len(sh.form))
			s.found(Finding{sh.kind, s.base + int64(i), s.line})
			return
		}
	}
}

// endsAt reports whether a number may end before text[j].
func endsAt(text []byte, j int) bool {
	switch {
	case j >= len(text):
		return true
	case isAlnum(text[j]):
		return false
	}
	return !(isJoint(text[j]) && j+1 < len(text) && isDigit(text[j+1]))
}

// Mask returns a text with each finding replaced by its kind, as in "invoices/[email].pdf". What
// overlaps is replaced as one.
func Mask(text string) string {
	var b strings.Builder
	done := 0
	s := NewScanner(nil)
	s.found = func(f Finding) {
		start, end := int(f.Offset), int(s.numbers)
		if f.Kind == Email {
			_, end, _ = email([]byte(text), strings.IndexByte(text[start:], '@')+start)
		}
		if end <= done {
			return
		}
		if start >= done {
			b.WriteString(text[done:start])
			b.WriteString("[" + string(f.Kind) + "]")
		}
		done = end
	}
	s.Write([]byte(text))
	s.Close()
	b.WriteString(text[done:])
	return b.String()
}

// What a byte is.
const (
	alnum   = 1 << iota // a letter or digit of ASCII
	digit               // a digit
	local               // may stand in the local part of an address
	label               // may stand in a label of a domain
	trigger             // something may begin or be found here
)

var classes = func() (t [256]uint8) {
	for c := range t {
		switch b := byte(c); {
		case '0' <= b && b <= '9':
			t[c] = alnum | digit | local | label | trigger
		case 'a' <= b && b <= 'z', 'A' <= b && b <= 'Z':
			t[c] = alnum | local | label | trigger
		case b >= 0x80: // of a character that is not ASCII, as in addresses of RFC 6531
			t[c] = local | label
		case b == '-':
			t[c] = local | label
		case strings.IndexByte("._%+", b) >= 0:
			t[c] = local
		}
		if strings.IndexByte("\n@+(", byte(c)) >= 0 {
			t[c] |= trigger
		}
	}
	return t
}()

func isAlnum(c byte) bool { return classes[c]&alnum != 0 }
func isDigit(c byte) bool { return classes[c]&digit != 0 }

// isJoint reports whether c joins numbers into a longer one.
func isJoint(c byte) bool { return c == '-' || c == '.' }
