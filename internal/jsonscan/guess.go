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

	// The first eight bytes of quoted, or fewer, as a word, and a mask of these bytes. One comparison
	// tells most names apart, and only what passes it is compared as a whole.
	head, mask uint64
}

// Guesses returns guesses of names that are written without escapes.
func Guesses(names ...string) []Guess {
	list := make([]Guess, len(names))
	for i, name := range names {
		quoted := `"` + name + `":`
		var head, mask [8]byte
		for j := range copy(head[:], quoted) {
			mask[j] = 0xFF
		}
		list[i] = Guess{quoted, binary.LittleEndian.Uint64(head[:]), binary.LittleEndian.Uint64(mask[:])}
	}
	return list
}

// Guess is [Scanner.Name] for a caller that guesses: if the next member has one of these names, it moves
// to the member's value and returns the index of the name. If not, or if there is white space around
// the name, or hardly anything behind it, it does nothing and returns -1.
func (s *Scanner) Guess(names []Guess) int {
	i := s.pos
	if !s.fresh {
		if i == len(s.data) || s.data[i] != ',' {
			return -1
		}
		i++
	}
	rest := s.data[i:]
	if len(rest) < 8 {
		return -1
	}
	w := binary.LittleEndian.Uint64(rest)
	for j := range names {
		g := &names[j]
		if w&g.mask == g.head && len(rest) >= len(g.quoted) && string(rest[:len(g.quoted)]) == g.quoted {
			s.pos, s.fresh = i+len(g.quoted), false
			return j
		}
	}
	return -1
}
