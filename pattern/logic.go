package pattern

import (
	"bytes"
	"math"
	"slices"
	"strings"
	"unicode/utf8"

	"github.com/trailsieve/trailsieve/internal/jsonscan"
)

// What can be known of conditions without an event. Where the answer is hard to find, the functions
// here say no: what they say yes to is certain.

// satisfiable reports whether some value, or having none, satisfies a condition. All conditions of
// the language can be satisfied, except for ranges between two neighbouring float64, or beyond the
// last.
func satisfiable(c condition) bool {
	n, ok := c.(numeric)
	if !ok {
		return true
	}
	least, most := n.span()
	return least <= most
}

// satisfiable reports whether one of the alternatives can be satisfied.
func (f *field) satisfiable() bool {
	return slices.ContainsFunc(f.anyOf, func(a alternative) bool { return satisfiable(a.condition) })
}

// span returns the least and the greatest float64 that c accepts. If it accepts none, least is
// greater than most.
func (c numeric) span() (least, most float64) {
	least, most = -math.MaxFloat64, math.MaxFloat64
	switch c.low.operator {
	case "=":
		return c.low.float, c.low.float
	case ">=":
		least = c.low.float
	case ">":
		least = math.Nextafter(c.low.float, math.Inf(1))
	}
	switch c.high.operator {
	case "<=":
		most = c.high.float
	case "<":
		most = math.Nextafter(c.high.float, math.Inf(-1))
	}
	return least, most
}

// implies reports whether every value that a accepts is accepted by b as well, as far as that is easy
// to tell.
func implies(a, b condition) bool {
	if a == exists(false) || b == exists(false) {
		return a == b
	}
	if b == exists(true) {
		return true
	}
	if v, ok := literal(a); ok {
		v := v // so that it is made only here: accepts takes it to the heap
		return b.accepts(&v)
	}
	if not, ok := b.(anythingBut); ok {
		return impliesNot(a, not)
	}
	switch a := a.(type) {
	case prefix:
		switch b := b.(type) {
		case prefix:
			return strings.HasPrefix(string(a), string(b))
		case prefixFold:
			_, ok := cutPrefixFold([]byte(a), string(b))
			return ok && utf8.ValidString(string(a)) // so that it ends where a character ends
		case suffix:
			return b == ""
		case wildcard:
			return b.acceptsAround(string(a) + anyText)
		}
	case suffix:
		switch b := b.(type) {
		case suffix:
			return strings.HasSuffix(string(a), string(b))
		case suffixFold:
			return hasSuffixFold([]byte(a), string(b)) && utf8.ValidString(string(a))
		case prefix:
			return b == ""
		case wildcard:
			return b.acceptsAround(anyText + string(a))
		}
	case prefixFold:
		b, ok := b.(prefixFold)
		return ok && len(a) >= len(b) && sameFold(string(a[:len(b)]), string(b))
	case suffixFold:
		b, ok := b.(suffixFold)
		return ok && len(a) >= len(b) && sameFold(string(a[len(a)-len(b):]), string(b))
	case equalsFold:
		switch b := b.(type) {
		case equalsFold:
			return sameFold(string(a), string(b))
		case prefixFold:
			return len(a) >= len(b) && sameFold(string(a[:len(b)]), string(b))
		case suffixFold:
			return len(a) >= len(b) && sameFold(string(a[len(a)-len(b):]), string(b))
		}
	case cidr:
		b, ok := b.(cidr)
		return ok && b.Bits() <= a.Bits() && b.Contains(a.Addr())
	case numeric:
		b, ok := b.(numeric)
		if !ok {
			return false
		}
		least, most := a.span()
		from, to := b.span()
		return from <= least && most <= to
	case wildcard:
		switch b := b.(type) {
		case wildcard:
			return b.acceptsAround(string(bytes.Join(a.pieces, []byte(anyText))))
		case prefix:
			return bytes.HasPrefix(a.pieces[0], []byte(b))
		case suffix:
			return bytes.HasSuffix(a.pieces[len(a.pieces)-1], []byte(b))
		}
	}
	return false
}

// anyText stands in a text for any other text: a byte that no string has.
const anyText = "\xff"

// acceptsAround reports whether c accepts all texts that come of the given one when each anyText in it is
// replaced by anything. If c takes one as it is, its stars do, and they take anything else as well.
func (c wildcard) acceptsAround(text string) bool { return matchWildcard(c.pieces, []byte(text)) }

// How much is compared to find out what is superfluous. Within the limits of EventBridge all is; without,
// time would go with the square of the length of a list.
const (
	maxCompared = 1000       // others that a part of a pattern is compared with
	maxWork     = 50_000_000 // comparisons in a list, each of some nanoseconds
)

// weight returns how many comparisons it takes to compare something with c.
func weight(c condition) int {
	if not, ok := c.(anythingBut); ok {
		return len(not.excluded)
	}
	return 1
}

// weight returns the weight of all the alternatives.
func (f *field) weight() (n int) {
	for _, a := range f.anyOf {
		n += weight(a.condition)
	}
	return n
}

// implies reports whether every event that satisfies f at its path also satisfies g there, as far as that
// is easy to tell.
func (f *field) implies(g *field) bool {
	if f.weight()*g.weight() > maxWork {
		return false
	}
	all := g.acceptsAll()
	return !slices.ContainsFunc(f.anyOf, func(a alternative) bool {
		if !satisfiable(a.condition) || all && a.condition != exists(false) {
			return false
		}
		return !slices.ContainsFunc(g.anyOf, func(b alternative) bool { return implies(a.condition, b.condition) })
	})
}

// acceptsStrings reports whether f accepts every string.
func (f *field) acceptsStrings() bool {
	return f.acceptsAll() || slices.ContainsFunc(f.anyOf, func(a alternative) bool {
		switch c := a.condition.(type) {
		case prefix:
			return c == ""
		case suffix:
			return c == ""
		case prefixFold:
			return c == ""
		case suffixFold:
			return c == ""
		case wildcard:
			return c.text == "*"
		}
		return false
	})
}

// superfluous returns for each of the conditions the index of another that accepts all that it does, or
// -1. Of several that say the same, the first is none of them.
func superfluous(all []condition) []int {
	beside := make([]int, len(all))
	first := map[string]int{}
	var operators []int
	work := 0
	for i, c := range all {
		beside[i] = -1
		text := string(canonical(c).append(nil))
		if j, ok := first[text]; ok {
			beside[i] = j
			continue
		}
		first[text] = i
		if _, ok := literal(c); ok || len(operators) == maxCompared {
			continue
		}
		if work += weight(c) * len(all); work <= maxWork {
			operators = append(operators, i)
		}
	}
	for i, a := range all {
		if beside[i] >= 0 || !satisfiable(a) {
			continue
		}
		for _, j := range operators {
			if i != j && implies(a, all[j]) && !(j > i && implies(all[j], a)) {
				beside[i] = j
				break
			}
		}
	}
	return beside
}

// conditions returns the alternatives without their places.
func (f *field) conditions() (all []condition) {
	for _, a := range f.anyOf {
		all = append(all, a.condition)
	}
	return all
}

// impliesNot is implies for what accepts all but some values.
func impliesNot(a condition, b anythingBut) bool {
	_, aboutNumbers := a.(numeric)
	_, numbers := b.excluded[0].(exactNumber)
	switch a := a.(type) {
	case exists:
		return false
	case anythingBut: // excludes what b excludes
		if len(a.excluded)*len(b.excluded) > maxWork {
			return false
		}
		return !slices.ContainsFunc(b.excluded, func(ex condition) bool { return !a.excludes(ex) })
	}
	return aboutNumbers != numbers // each is about what the other does not mention
}

// excludes reports whether c excludes every value that ex accepts.
func (c anythingBut) excludes(ex condition) bool {
	return slices.ContainsFunc(c.excluded, func(own condition) bool { return implies(ex, own) })
}

// acceptsAll reports whether the alternatives accept every value among them: there is one for all, or
// one for all but what others accept.
func (f *field) acceptsAll() bool {
	for i, a := range f.anyOf {
		switch c := a.condition.(type) {
		case exists:
			if c {
				return true
			}
		case anythingBut:
			if len(c.excluded)*f.weight() > maxCompared*maxCompared {
				continue
			}
			others := slices.Delete(slices.Clone(f.anyOf), i, i+1)
			left := slices.ContainsFunc(c.excluded, func(ex condition) bool {
				return !slices.ContainsFunc(others, func(o alternative) bool { return implies(ex, o.condition) })
			})
			if !left {
				return true
			}
		}
	}
	return false
}

// literal returns the one value that a literal accepts, up to the spelling of numbers.
func literal(c condition) (v value, ok bool) {
	switch c := c.(type) {
	case exactString:
		return value{kind: jsonscan.String, text: []byte(c)}, true
	case exactNumber:
		return value{kind: jsonscan.Number, text: []byte(c.text), number: c.number}, true
	case exactWord:
		return value{kind: jsonscan.Kind(c), text: c.append(nil)}, true
	}
	return value{}, false
}

// sameFold reports whether ignoring case makes two texts accept the same: they are equal, or ASCII
// and equal but for case. Beyond ASCII, to agree is not transitive.
func sameFold(a, b string) bool {
	ascii := func(text string) bool {
		return !strings.ContainsFunc(text, func(r rune) bool { return r >= utf8.RuneSelf })
	}
	return a == b && utf8.ValidString(a) || ascii(a) && ascii(b) && equalFold([]byte(a), b)
}
