package pattern

import "encoding/binary"

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
	text  string // the name in quotes, and the colon
	first uint64 // its first eight bytes
	child int32  // the step that it leads to, or -1
	next  int32  // the guess for the name behind it, or 0
}

// What is remembered is bounded, as events may have any number of names. CloudTrail's records of all
// services together have less than a hundred names in the objects that rules lead into.
const (
	maxGuesses = 256
	maxGuessed = 64 // bytes of a text
)

// guesses remembers names. The guess 0 is none.
type guesses struct {
	list  []guess
	known map[knownName]int32 // index in list
}

type knownName struct {
	at   int32
	name string
}

// right reports whether the text at i begins like g says.
func (g *guess) right(b []byte, i int) bool {
	n := len(g.text)
	if len(b)-i < max(n, 8) {
		return false
	}
	if n < 8 {
		return string(b[i:i+n]) == g.text
	}
	return binary.LittleEndian.Uint64(b[i:]) == g.first && string(b[i+8:i+n]) == g.text[8:]
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
	if g.known == nil {
		g.known = map[knownName]int32{}
		g.list = make([]guess, 1, 16)
	}
	i := int32(len(g.list))
	name := string(text)
	var first [8]byte
	copy(first[:], text)
	g.list = append(g.list, guess{name, binary.LittleEndian.Uint64(first[:]), child, 0})
	g.known[knownName{at, name}] = i
	return i
}
