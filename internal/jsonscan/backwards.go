package jsonscan

import (
	"bytes"
	"encoding/binary"
	"errors"
	"math/bits"
)

// Backwards walks over the members of an object from the last to the first. That is the way to read
// an object that has to be read only in part, if what decides about the rest stands near its end; and
// since of members with equal names the last counts, whoever comes from behind may stop at any time.
//
//	{"eventVersion": "1.08", ..., "eventCategory": "Data", "tlsDetails": {...}}
//	                              ◀─────────── 2 ────────  ◀────────── 1 ─────
//
// It finds where names and values begin and checks nothing else: a [Scanner] has to say what they are.
// Backwards there is one thing to know about strings: a quote inside of one has a backslash before it,
// and the quote that opens one has not. So the first quote that is met outside of strings closes one,
// and the next without a backslash before it opens it. In a text that is not JSON the walk ends too,
// somewhere.
type Backwards struct {
	text []byte // of the object, up to the member that was returned last
	more bool   // a member was returned already
}

// NewBackwards returns a walk over the members of the object that text ends with.
func NewBackwards(text []byte) (Backwards, error) {
	text = trimSpace(text)
	if len(text) < 2 || text[len(text)-1] != '}' {
		return Backwards{}, ErrBackwards
	}
	return Backwards{text: text[:len(text)-1]}, nil
}

// ErrBackwards is found where nothing says what was expected: a Scanner can tell what is there.
var ErrBackwards = errors.New("not JSON, seen from its end")

// Prev returns the member before: its name, and the text of its value. ok is false where the object
// begins.
func (w *Backwards) Prev() (name Text, value []byte, ok bool, err error) {
	b := trimSpace(w.text)
	if len(b) > 0 && b[len(b)-1] == '{' && !w.more {
		return Text{}, nil, false, nil // an empty object
	}
	start := valueStart(b)
	if start < 0 {
		return Text{}, nil, false, ErrBackwards
	}
	value = b[start:]
	b = trimSpace(b[:start])
	if len(b) == 0 || b[len(b)-1] != ':' {
		return Text{}, nil, false, ErrBackwards
	}
	b = trimSpace(b[:len(b)-1])
	if len(b) == 0 || b[len(b)-1] != '"' {
		return Text{}, nil, false, ErrBackwards
	}
	if start = quoteBefore(b, len(b)-1); start < 0 {
		return Text{}, nil, false, ErrBackwards
	}
	name = Text{Raw: b[start+1 : len(b)-1], Offset: start + 1}
	name.Escaped = bytes.IndexByte(name.Raw, '\\') >= 0
	b = trimSpace(b[:start])
	if len(b) == 0 {
		return Text{}, nil, false, ErrBackwards
	}
	w.more = true
	switch b[len(b)-1] {
	case ',':
		w.text = b[:len(b)-1]
	case '{':
		w.text, w.more = b, false // the next call finds an empty object
	default:
		return Text{}, nil, false, ErrBackwards
	}
	return name, value, true, nil
}

// trimSpace returns b without the white space that it ends with.
func trimSpace(b []byte) []byte {
	for len(b) > 0 {
		switch b[len(b)-1] {
		case ' ', '\n', '\r', '\t':
			b = b[:len(b)-1]
		default:
			return b
		}
	}
	return b
}

// valueStart returns the offset of the value that b ends with, or -1.
func valueStart(b []byte) int {
	if len(b) == 0 {
		return -1
	}
	i := len(b) - 1
	switch b[i] {
	case '"':
		return quoteBefore(b, i)
	case '}', ']':
		depth := 0
		for ; i >= 0; i-- {
			switch b[i] {
			case '"':
				i = quoteBefore(b, i)
			case '}', ']':
				depth++
			case '{', '[':
				if depth--; depth == 0 {
					return i
				}
			}
		}
		return -1
	}
	for ; i >= 0; i-- {
		switch b[i] {
		case ':', ',', '{', '[', ' ', '\n', '\r', '\t', '"':
			if i+1 == len(b) {
				return -1 // there is no value
			}
			return i + 1
		}
	}
	return -1
}

// quoteBefore returns the offset of the quote that opens the string whose closing quote is at end,
// or -1.
func quoteBefore(b []byte, end int) int {
	i := end
	for i >= 0 {
		// Eight bytes at a time. The last quote among them is the highest byte that is zero once all
		// are compared with a quote; the test has no borrow that could run into higher ones.
		for i >= 8 {
			w := binary.LittleEndian.Uint64(b[i-8:]) ^ ones*'"'
			if m := ^((w&^tops + ^uint64(tops)) | w) & tops; m != 0 {
				i -= bits.LeadingZeros64(m) / 8
				break
			}
			i -= 8
		}
		for i > 0 && b[i-1] != '"' {
			i--
		}
		i-- // now at the quote, or at -1
		if i <= 0 || b[i-1] != '\\' {
			return i
		}
	}
	return -1
}
