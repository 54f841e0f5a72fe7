package selector

import (
	"iter"

	"github.com/trailsieve/trailsieve/record"
)

// A Set is the selectors of several trails, each under a key such as the trail's name, that see the
// same records. What all of them ask of a record, such as its category, is found out once. A Set
// never changes, so any number of goroutines may use it; to change a trail, build a new one.
type Set[K any] struct {
	keys      []K
	selectors []*Selector
	wants     wants // of all selectors
}

// NewSet returns the Set of the given trails, in their order:
//
//	selector.NewSet(maps.All(byName))
//	selector.NewSet(slices.All(list)) // the keys are indexes
//
// Keys may be equal; each is reported for itself.
func NewSet[K any](trails iter.Seq2[K, *Selector]) *Set[K] {
	s := new(Set[K])
	for key, selector := range trails {
		s.keys = append(s.keys, key)
		s.selectors = append(s.selectors, selector)
		s.wants.management |= selector.wants.management
		s.wants.data |= selector.wants.data
		s.wants.network |= selector.wants.network
	}
	return s
}

// All returns the trails of the Set, in their order.
func (s *Set[K]) All() iter.Seq2[K, *Selector] {
	return func(yield func(K, *Selector) bool) {
		for i, key := range s.keys {
			if !yield(key, s.selectors[i]) {
				return
			}
		}
	}
}

// Match returns the keys of the trails that would log the record, in the order of the Set.
func (s *Set[K]) Match(r *record.Record) []K { return s.AppendMatch(nil, r) }

// AppendMatch appends to dst what [Set.Match] returns. It allocates no more than dst needs, with the
// exception that [Selector.Match] has.
func (s *Set[K]) AppendMatch(dst []K, r *record.Record) []K {
	f := factsOf(r)
	if f.needsObject() {
		var buf [maxS3ObjectARN]byte
		f.object = objectOf(r, buf[:0])
	}
	return s.appendMatch(dst, &f, nil)
}

// appendMatch appends the keys of the trails that take the record that f is about. If something is left
// to be read of it, v does that.
func (s *Set[K]) appendMatch(dst []K, f *facts, v *view) []K {
	for i, selector := range s.selectors {
		logged := selector.match(f)
		if !logged && f.asked {
			v.load()
			logged = selector.match(f)
		}
		if logged {
			dst = append(dst, s.keys[i])
		}
	}
	return dst
}
