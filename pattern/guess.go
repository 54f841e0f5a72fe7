package pattern

import (
	"encoding/binary"
	"math"
	"slices"
)

// Events of one kind have the same names in the same order, whether a rule asks for them or not. So a
// walk remembers which name came after which, and looks first whether it is so again. To compare the
// text with a name that is known takes less than to find out where the name ends and what it is.
//
// The names of an object at one step are a chain, which begins at walk.chains:
//
//	{"version": "0", "id": "6a7e…", "source": "aws.s3", "detail": {…}}
//
//	step 0  →  "version":  →  "id":  →  "source":  →  "detail":
//
// A guess that is wrong is replaced by what was there instead. What was learnt stays with the walk from
// event to event; it never changes what is found, only how fast.
type guess struct {
	text        []byte // the name in quotes, and the colon
	first, last uint64 // its first and last eight bytes, or all of it and 0 if it has less
	mask        uint64 // of first
	child       int32  // the step that it leads to, or -1
	next        int32  // the guess for the name behind it, or 0
}

// What is remembered is bounded, as events may have any number of names, of any length.
const (
	// CloudTrail's records of all services together have less than a hundred names in the objects that
	// rules lead into.
	maxGuesses = 256

	// Names are shorter, as a rule. Together with maxGuesses, it keeps what a walk remembers to some
	// 32 KB: each text is kept twice.
	maxGuessed = 64

	// An object in which so many guesses were wrong is of another kind, of which nothing can be learnt;
	// and it would forget what other objects at its step have in common.
	maxWrong = 32
)

// guesses remembers names. The guess 0 is none: nothing follows it.
type guesses struct {
	list  []guess
	known map[knownName]int32 // index in list
}

func newGuesses() guesses { return guesses{make([]guess, 1, 16), map[knownName]int32{}} }

type knownName struct {
	at   int32
	name string
}

// right reports whether the text at i begins like g says. Words are compared, as nearly all names have
// two or three of them; near the end of b, no guess is right.
func (g *guess) right(b []byte, i int) bool {
	n := len(g.text)
	if len(b)-i < n+8 {
		return false
	}
	b = b[i : i+n+8]
	if (binary.LittleEndian.Uint64(b)^g.first)&g.mask != 0 {
		return false
	}
	if n <= 8 {
		return true
	}
	if binary.LittleEndian.Uint64(b[n-8:]) != g.last {
		return false
	}
	for j := 8; j < n-8; j += 8 {
		if binary.LittleEndian.Uint64(b[j:]) != binary.LittleEndian.Uint64(g.text[j:]) {
			return false
		}
	}
	return true
}

// learn returns the guess for a name with its quotes and colon that was met in an object at a step and
// leads to the step child, or to none if that is -1. It returns 0 if it has no room for it.
func (g *guesses) learn(at int32, text []byte, child int32) int32 {
	if len(text) > maxGuessed {
		return 0
	}
	if i, ok := g.known[knownName{at, string(text)}]; ok {
		return i
	}
	if len(g.list) == maxGuesses {
		return 0
	}
	i := int32(len(g.list))
	kept := slices.Clone(text)
	n := len(kept)
	learnt := guess{text: kept, mask: math.MaxUint64, child: child}
	if n < 8 {
		learnt.mask >>= 8 * (8 - n)
	} else {
		learnt.last = binary.LittleEndian.Uint64(kept[n-8:])
	}
	var first [8]byte
	copy(first[:], kept)
	learnt.first = binary.LittleEndian.Uint64(first[:])
	g.list = append(g.list, learnt)
	g.known[knownName{at, string(kept)}] = i
	return i
}
