package pattern

import (
	"slices"
	"strconv"

	"github.com/trailsieve/trailsieve/internal/jsonscan"
)

// This file looks for elements of $or that others make superfluous. In
//
//	{"$or": [{"a": [1]}, {"a": [1, 2]}, {"a": [2], "b": [3]}]}
//
// the first and the third hold only if the second does, so the second alone says as much.
//
// An element with more fields than another holds less often. But that is not so beside fields that are
// satisfied by having no value: inside an array, these look at the objects that satisfy the other
// fields, and fewer fields can choose other objects. Where a pattern has one, only elements with the
// same paths are compared.

// A part is an element of $or: its fields by their paths, and the $or in it by their texts.
type part struct {
	fields map[string]*field
	ors    map[string]bool
}

// alternatives reports the superfluous elements of every $or. Where one path is mentioned twice in a
// branch, which of the two counts depends on more than the elements themselves, and nothing is reported.
func (l *linter) alternatives() {
	if !conjoin(l.pattern.tree).disjoint() {
		return
	}
	none := slices.ContainsFunc(l.fields, func(f placedField) bool { return f.acceptsNone() })
	l.alternativesIn(l.pattern.tree, nil, !none)
}

// alternativesIn does so below an object. Elements with different paths are compared if fewer may stand
// for more.
func (l *linter) alternativesIn(o *object, steps []string, fewer bool) {
	for _, m := range o.members {
		steps := append(steps, m.name) // the levels take turns in one array
		switch v := m.value.(type) {
		case *object:
			l.alternativesIn(v, steps, fewer)
		case *either:
			var parts []part
			for i, b := range v.branches {
				l.alternativesIn(b, append(steps, strconv.Itoa(i)), fewer)
				one := part{map[string]*field{}, map[string]bool{}}
				one.add(b, "")
				parts = append(parts, one)
			}
			for i, j := range superfluousParts(parts, fewer) {
				if j >= 0 {
					l.report(LintShadowedInOr, v.branches[i].offset, jsonscan.Pointer(append(steps, strconv.Itoa(i))...),
						"element %d of $or is superfluous beside element %d, which holds whenever it does: remove it", i, j)
				}
			}
		}
	}
}

func (p *part) add(o *object, prefix string) {
	for _, m := range o.members {
		switch v := m.value.(type) {
		case *field:
			p.fields[prefix+m.name] = v
		case *object:
			p.add(v, prefix+m.name+".")
		case *either:
			p.ors[prefix+string(v.append(nil))] = true
		}
	}
}

// superfluousParts returns for each part the index of another that holds whenever it does, or -1. Of
// several that say the same, the first is none of them.
func superfluousParts(parts []part, fewer bool) []int {
	beside := make([]int, len(parts))
	all := 0
	for _, p := range parts {
		all += p.weight()
	}
	n := 0
	for work := 0; n < min(len(parts), maxCompared); n++ {
		if work += parts[n].weight() * all; work > maxWork {
			break
		}
	}
	for i, a := range parts {
		beside[i] = -1
		for j, b := range parts[:n] {
			if i != j && a.implies(b, fewer) && !(j > i && b.implies(a, fewer)) {
				beside[i] = j
				break
			}
		}
	}
	return beside
}

// weight returns how many comparisons it takes to compare something with p.
func (p part) weight() int {
	n := len(p.ors)
	for _, f := range p.fields {
		n += f.weight()
	}
	return n
}

// implies reports whether b holds whenever a does, as far as that is easy to tell.
func (a part) implies(b part, fewer bool) bool {
	if !fewer && (len(a.fields) != len(b.fields) || len(a.ors) != len(b.ors)) {
		return false
	}
	for path, g := range b.fields {
		if f := a.fields[path]; f == nil || !f.implies(g) {
			return false
		}
	}
	for text := range b.ors {
		if !a.ors[text] {
			return false
		}
	}
	return true
}
