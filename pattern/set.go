package pattern

import (
	"iter"
	"math/bits"
	"slices"
)

// A Set is many compiled patterns, each under a key, that are matched in a single pass over an
// event. It is immutable, and any number of goroutines may use it. To change the rules of a running
// program, build a new Set and swap it in whole, with an [sync/atomic.Pointer].
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
	from, to := w.mark()
	for i, hits := range w.hits[from:to] {
		if hits == 0 {
			continue
		}
		w.hits[from+i] = 0
		keys := s.keys[(from+i)*64:]
		dst = slices.Grow(dst, bits.OnesCount64(hits))
		for ; hits != 0; hits &= hits - 1 {
			dst = append(dst, keys[bits.TrailingZeros64(hits)])
		}
	}
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
