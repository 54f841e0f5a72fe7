package selector

import (
	"iter"
	"math/bits"
	"slices"
	"strings"

	"github.com/trailsieve/trailsieve/record"
)

// A Set is the selectors of several trails, each under a key such as the trail's name, that see the
// same records. What all of them ask of a record, such as its category, is found out once, and the trails
// that select a resource by its ARN are found with one look-up for all. A Set never changes, so any number
// of goroutines may use it; to change a trail, build a new one.
type Set[K any] struct {
	keys      []K
	selectors []*Selector
	wants     wants // of all selectors
	crowd     *crowd
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
	s.crowd = newCrowd(s.selectors)
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
// exception that [Selector.Match] has, and for more than 1024 trails.
func (s *Set[K]) AppendMatch(dst []K, r *record.Record) []K {
	f := factsOf(r, &s.wants)
	if f.needsObject() {
		var buf [maxS3ObjectARN]byte
		f.object = objectOf(r, buf[:0])
	}
	return s.appendMatch(dst, &f, nil)
}

// appendMatch appends the keys of the trails that take the record that f is about. If something is left
// to be read of it, v does that.
func (s *Set[K]) appendMatch(dst []K, f *facts, v *view) []K {
	var buf trailSet
	logged := buf[:]
	if n := (len(s.keys) + 63) / 64; n <= len(buf) {
		logged = logged[:n]
	} else {
		logged = make([]uint64, n)
	}
	s.crowd.match(f, v, logged)
	for i, word := range logged {
		for ; word != 0; word &= word - 1 {
			dst = append(dst, s.keys[64*i+bits.TrailingZeros64(word)])
		}
	}
	return dst
}

// A trailSet has a bit for each trail.
type trailSet [16]uint64

// A crowd is the selectors of several trails, sorted by what they are for. The trails
//
//	0  basic     management events, all; objects in arn:aws:s3:::a/ and arn:aws:s3:::a/b/
//	1  advanced  objects in arn:aws:s3:::a/, but not HeadObject; objects that end with .jpg
//
// are
//
//	management  0                                       of the trails that take all, reads or writes, there
//	                                                    is a bit; the others are asked
//	objects     by prefix  arn:aws:s3:::a/    0 1       the longest prefix of an ARN is found by binary
//	                       arn:aws:s3:::a/b/  0  ↑      search, and the others are above it
//	            others     1                            whose ARN is not selected by Equals or StartsWith
//
// Those that are found are then asked whether the rest of their conditions agrees, too.
type crowd struct {
	terms      []crowdTerm
	all        [2][]uint64 // trails that take all management events that write, or that read
	management []int32     // of terms, as all that follow
	network    []int32
	data       []typeCrowd
}

// A crowdTerm is an event selector of a trail.
type crowdTerm struct {
	advancedSelector
	trail int
}

// A typeCrowd has the terms for data events on a type of resources.
type typeCrowd struct {
	typ      string
	exact    []arnTerms // sorted
	prefixes []arnTerms // sorted
	others   []int32
}

// arnTerms are the terms that have a value for resources.ARN.
type arnTerms struct {
	text  string
	terms []int32
	above int // index of the longest prefix of text in the same list, or -1
}

// newCrowd returns the crowd of the given trails.
func newCrowd(selectors []*Selector) *crowd {
	c := new(crowd)
	for i := range c.all {
		c.all[i] = make([]uint64, (len(selectors)+63)/64)
	}
	for trail, s := range selectors {
		for _, a := range s.terms() {
			a.arn, a.asks = nil, 0
			for i := range a.conditions {
				a.asks |= partOf[a.conditions[i].field]
				if a.conditions[i].field == resourcesARN {
					a.arn = &a.conditions[i]
				}
			}
			i := int32(len(c.terms))
			c.terms = append(c.terms, crowdTerm{a, trail})
			switch a.category {
			case record.Management:
				c.manage(i, &c.terms[i])
			case record.NetworkActivity:
				c.network = append(c.network, i)
			case record.Data:
				c.of(a.typ.text).add(i, &a)
			}
		}
	}
	for i := range c.data {
		c.data[i].exact = merge(c.data[i].exact)
		c.data[i].prefixes = merge(c.data[i].prefixes)
	}
	return c
}

// manage enters a term for management events.
func (c *crowd) manage(i int32, t *crowdTerm) {
	if t.asks&^partReadOnly != 0 {
		c.management = append(c.management, i)
		return
	}
	for read, all := range c.all {
		if t.match(&facts{category: record.Management, readOnly: read == 1}) {
			all[t.trail/64] |= 1 << (t.trail % 64)
		}
	}
}

// of returns the terms for a type of resources.
func (c *crowd) of(typ string) *typeCrowd {
	i := slices.IndexFunc(c.data, func(t typeCrowd) bool { return t.typ == typ })
	if i < 0 {
		i = len(c.data)
		c.data = append(c.data, typeCrowd{typ: typ})
	}
	return &c.data[i]
}

func (t *typeCrowd) add(i int32, a *advancedSelector) {
	if a.arn == nil || !a.arn.selects || len(a.arn.selected.suffixes) > 0 {
		t.others = append(t.others, i)
		return
	}
	for _, l := range a.arn.selected.exact {
		t.exact = append(t.exact, arnTerms{text: l.text, terms: []int32{i}})
	}
	for _, l := range a.arn.selected.prefixes {
		t.prefixes = append(t.prefixes, arnTerms{text: l.text, terms: []int32{i}})
	}
}

// merge sorts a list, makes one of equal values, and tells for each what is above it.
func merge(list []arnTerms) []arnTerms {
	slices.SortStableFunc(list, func(a, b arnTerms) int { return strings.Compare(a.text, b.text) })
	merged := list[:0:0]
	for _, a := range list {
		last := len(merged) - 1
		if last >= 0 && merged[last].text == a.text {
			merged[last].terms = append(merged[last].terms, a.terms...)
			continue
		}
		a.above = last
		for a.above >= 0 && !strings.HasPrefix(a.text, merged[a.above].text) {
			a.above = merged[a.above].above
		}
		merged = append(merged, a)
	}
	return merged
}

// match enters the trails that take the record that f is about.
func (c *crowd) match(f *facts, v *view, logged []uint64) {
	switch f.category {
	case record.Management:
		all := c.all[0]
		if f.readOnly {
			all = c.all[1]
		}
		copy(logged, all)
		c.ask(c.management, f, v, logged)
	case record.NetworkActivity:
		c.ask(c.network, f, v, logged)
	case record.Data:
		if len(f.Resources) == 0 {
			if f.object != nil {
				matchARN(c, basicTypes[s3Object], f.object, true, f, v, logged)
			}
			return
		}
		for i := range f.Resources {
			r := &f.Resources[i]
			first := !slices.ContainsFunc(f.Resources[:i], func(other record.Resource) bool { return other.Type == r.Type })
			matchARN(c, r.Type, arnOf(r), first, f, v, logged)
		}
	}
}

// matchARN enters the trails that take the record, of those that select a resource of it. The others for
// its type are asked if it is the first of the type.
func matchARN[T text](c *crowd, typ string, arn T, first bool, f *facts, v *view, logged []uint64) {
	for i := range c.data {
		t := &c.data[i]
		if t.typ != typ {
			continue
		}
		if first {
			c.ask(t.others, f, v, logged)
		}
		if i := lastARN(t.exact, arn); i >= 0 && t.exact[i].text == string(arn) {
			c.ask(t.exact[i].terms, f, v, logged)
		}
		for i := lastARN(t.prefixes, arn); i >= 0; i = t.prefixes[i].above {
			if p := &t.prefixes[i]; len(p.text) <= len(arn) && p.text == string(arn[:len(p.text)]) {
				c.ask(p.terms, f, v, logged)
			}
		}
		return
	}
}

// lastARN returns the index of the last value that does not sort behind arn, or -1.
func lastARN[T text](list []arnTerms, arn T) int {
	low, high := 0, len(list)
	for low < high {
		if middle := (low + high) / 2; string(arn) < list[middle].text {
			high = middle
		} else {
			low = middle + 1
		}
	}
	return low - 1
}

// ask enters the trails of which one of the terms takes the record.
func (c *crowd) ask(terms []int32, f *facts, v *view, logged []uint64) {
	for _, i := range terms {
		t := &c.terms[i]
		word, bit := &logged[t.trail/64], uint64(1)<<(t.trail%64)
		if *word&bit != 0 {
			continue
		}
		is := t.match(f)
		if !is && f.asked {
			v.load()
			is = t.match(f)
		}
		if is {
			*word |= bit
		}
	}
}
