package jsonscan

import "encoding/binary"

// A Guess is a name that a caller expects to come next, prepared for comparing it with what does.
// Whoever knows the order in which the members of an object are written, mostly, guesses their names
// and reads only those that turn out to be others:
//
//	names := jsonscan.Guesses("eventVersion", "userIdentity", "eventTime")
//	s.Guess(names)      // 0 before {"eventVersion":...
//	s.Guess(names[1:])  // 1 before ,"eventTime":...  and -1 before ,"additionalEventData":...
type Guess struct {
	quoted string // with quotes and colon

	// The first eight bytes of quoted, or fewer, as a word, with a mask of these bytes; and the last eight.
	// Most names are told apart by the first comparison, and few have anything between the two.
	head, mask, tail uint64
}

// Guesses returns guesses of names that are written without escapes.
func Guesses(names ...string) []Guess {
	list := make([]Guess, len(names))
	for i, name := range names {
		quoted := `"` + name + `":`
		var head, mask, tail [8]byte
		for j := range copy(head[:], quoted) {
			mask[j] = 0xFF
		}
		copy(tail[:], quoted[max(0, len(quoted)-8):])
		word := binary.LittleEndian.Uint64
		list[i] = Guess{quoted, word(head[:]), word(mask[:]), word(tail[:])}
	}
	return list
}

// begins reports whether g comes next in text, of which w is the first eight bytes, and something
// behind it.
func (g *Guess) begins(text []byte, w uint64) bool {
	n := len(g.quoted)
	return w&g.mask == g.head && n < len(text) &&
		(n <= 8 || binary.LittleEndian.Uint64(text[n-8:]) == g.tail) &&
		(n <= 16 || string(text[8:n-8]) == g.quoted[8:n-8])
}

// Guess is [Scanner.Name] for a caller that guesses: if the next member has one of these names, it moves
// to the member's value and returns the index of the name. If not, or if there is white space around
// the name, or hardly anything behind it, it does nothing and returns -1.
//
// If the value is a string without escapes, Guess moves behind that, too, and returns where the contents
// of the string begin and end. If not, or if there is white space before the value, or hardly anything
// behind it, both are 0, and the value is still to be read.
func (s *Scanner) Guess(names []Guess) (name, from, to int) {
	i := s.pos
	if !s.fresh {
		if i == len(s.data) || s.data[i] != ',' {
			return -1, 0, 0
		}
		i++
	}
	rest := s.data[i:]
	if len(rest) < 8 {
		return -1, 0, 0
	}
	w := binary.LittleEndian.Uint64(rest)
	for j := range names {
		g := &names[j]
		if !g.begins(rest, w) {
			continue
		}
		n := len(g.quoted)
		i += n
		s.pos, s.fresh = i, false
		if rest[n] != '"' {
			return j, 0, 0
		}
		end := plainEnd(s.data, i+1)
		if end == 0 {
			return j, 0, 0
		}
		s.pos = end
		return j, i + 1, end - 1
	}
	return -1, 0, 0
}
