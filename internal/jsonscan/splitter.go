package jsonscan

import "encoding/binary"

// A Splitter finds the end of one JSON value in a text that arrives in pieces of any size. It
// matches quotes and counts brackets, and does not look at anything else, so it finds the end of
// every valid value, and of many broken ones: a reader can report such a one and go on behind it.
//
// The zero value waits for the first byte of a value, which must not be white space. For the next
// value, use a new one.
type Splitter struct {
	depth int // of brackets that are open
	in    within
}

// within says in the middle of what a piece has ended.
type within uint8

const (
	inNothing within = iota
	inString
	inEscape // in a string, behind a backslash
	inScalar // in a number, a literal or other letters at depth 0
)

// Feed looks at the next piece of the text. It returns how many of its bytes belong to the value,
// and whether the value ends there.
//
// A number or literal ends before the first byte that cannot belong to it, so at the very end of a
// text Feed cannot know that it is complete: see [Splitter.AtEnd].
func (p *Splitter) Feed(b []byte) (n int, done bool) {
	i := 0
	switch p.in {
	case inEscape:
		if len(b) == 0 {
			return 0, false
		}
		i++
		fallthrough
	case inString:
		if i = p.string(b, i); p.in == inNothing && p.depth == 0 {
			return i, true
		}
	case inScalar:
		return p.scalar(b, 0)
	}
	for i < len(b) {
		if p.depth > 0 {
			// Most of what stands between strings is a colon or a comma.
			if c := b[i]; (c == ':' || c == ',') && i+1 < len(b) && b[i+1] == '"' {
				i++
			} else if i = bracketOrQuote(b, i); i == len(b) {
				return i, false
			}
		}
		switch b[i] {
		case '"':
			if i = p.string(b, i+1); p.in == inNothing && p.depth == 0 {
				return i, true
			}
		case '{', '[':
			p.depth++
			i++
		case '}', ']':
			i++
			if p.depth--; p.depth <= 0 {
				return i, true
			}
		default:
			return p.scalar(b, i)
		}
	}
	return i, false
}

// scalar goes on in a number or a literal, from i to its end or to that of b.
func (p *Splitter) scalar(b []byte, i int) (n int, done bool) {
	p.in = inScalar
	for ; i < len(b); i++ {
		switch b[i] {
		case ',', ']', '}', ' ', '\n', '\r', '\t':
			return i, true
		}
	}
	return i, false
}

// AtEnd reports whether the value that was fed is complete if the text ends here.
func (p *Splitter) AtEnd() bool { return p.in == inScalar }

// string goes on in a string, from i to behind its closing quote or to the end of b.
func (p *Splitter) string(b []byte, i int) int {
	p.in = inString
	for {
		for ; len(b)-i >= 8; i += 8 {
			w := binary.LittleEndian.Uint64(b[i:])
			if m := equals(w, '"') | equals(w, '\\'); m != 0 {
				i += first(m)
				break
			}
		}
		for i < len(b) && b[i] != '"' && b[i] != '\\' {
			i++
		}
		switch {
		case i == len(b):
			return i
		case b[i] == '"':
			p.in = inNothing
			return i + 1
		case i+1 == len(b):
			p.in = inEscape
			return i + 1
		}
		i += 2
	}
}

// bracketOrQuote returns the offset of the first bracket or quote at or after i, or len(b).
func bracketOrQuote(b []byte, i int) int {
	for len(b)-i >= 8 {
		w := binary.LittleEndian.Uint64(b[i:])
		braces := w | ones*0x20 // '[' becomes '{' and ']' becomes '}'; no other byte becomes either
		if m := equals(w, '"') | equals(braces, '{') | equals(braces, '}'); m != 0 {
			return i + first(m)
		}
		i += 8
	}
	for ; i < len(b); i++ {
		switch b[i] {
		case '"', '{', '}', '[', ']':
			return i
		}
	}
	return i
}
