package pattern

import (
	"iter"
	"math/bits"
	"slices"
)

// A Set is many compiled patterns, each under a key, that are matched in a single pass over an
// event. It is immutable, and any number of goroutines may use it. To change the rules of a running
// program, build a new Set and swap it in whole, with an [sync/atomic.Pointer]: patterns are compiled
// once, and to put them into a Set takes some two microseconds each. (There is no way to add or remove
// a rule in place. Rules share what they ask for, so one more can change what all others look at; a
// new Set needs no lock and no proof that it is the same as one that was built at once.)
//
// Keys need not be different: each rule is reported by its own key. The zero Set has no rules.
type Set[K any] struct {
	keys     []K
	patterns []*Pattern
	machine  *machine
}

// NewSet returns the set of the rules, which keep their order.
func NewSet[K any](rules iter.Seq2[K, *Pattern]) *Set[K] {
	s := &Set[K]{}
	var branches [][]branch
	for key, p := range rules {
		if p == nil {
			panic("pattern: NewSet was given a nil Pattern")
		}
		s.keys = append(s.keys, key)
		s.patterns = append(s.patterns, p)
		branches = append(branches, p.branches)
	}
	s.machine = newMachine(branches)
	return s
}

// Match returns the keys of the rules that match an event, in the order in which [NewSet] received
// them. How it reads the event is said at [Pattern.Match].
func (s *Set[K]) Match(event []byte) ([]K, error) { return s.AppendMatch(nil, event) }

// AppendMatch is like [Set.Match] but appends the keys to dst. After an error it returns dst as it
// was.
func (s *Set[K]) AppendMatch(dst []K, event []byte) ([]K, error) {
	m := s.machine
	if m == nil { // of the zero Set
		m = newMachine(nil)
	}
	w, err := m.match(event)
	if err != nil {
		return dst, err
	}
	count := w.mark()
	if count == 0 {
		w.free()
		return dst, nil
	}
	dst = slices.Grow(dst, count)
	n, room := len(dst), dst[:cap(dst)]
	for i, summary := range w.hitWords {
		w.hitWords[i] = 0
		for ; summary != 0; summary &= summary - 1 {
			word := i*64 + bits.TrailingZeros64(summary)
			hits := w.hits[word]
			w.hits[word] = 0
			for keys := s.keys[word*64:]; hits != 0; hits &= hits - 1 {
				room[n] = keys[bits.TrailingZeros64(hits)]
				n++
			}
		}
	}
	dst = room[:n]
	w.free()
	return dst, nil
}

// All yields the rules in their order.
func (s *Set[K]) All() iter.Seq2[K, *Pattern] {
	return func(yield func(K, *Pattern) bool) {
		for i, key := range s.keys {
			if !yield(key, s.patterns[i]) {
				return
			}
		}
	}
}

// Len returns the number of rules.
func (s *Set[K]) Len() int { return len(s.keys) }
