package pattern

import (
	"bytes"
	"maps"
	"math"
	"net/netip"
	"slices"
	"strconv"
	"strings"
	"unicode/utf8"

	"github.com/trailsieve/trailsieve/internal/jsonscan"
)

// The canonical form of a pattern is made of conjunctions: the fields by their whole paths, and
// beside them each $or as the conjunctions of its elements, wherever it stood. The pattern
//
//	{"source": ["aws.s3"], "detail": {"$or": [{"size": [1]}, {"state.status": ["b", "a", "b"]}]}}
//
// becomes, with sorted parts that have no duplicates,
//
//	source ["aws.s3"]
//	or  ─ detail.size [1]
//	    └ detail.state.status ["a","b"]
//
// and is printed with one object for each name:
//
//	{"source":["aws.s3"],"$or":[{"detail":{"size":[1]}},{"detail":{"state":{"status":["a","b"]}}}]}
//
// Where a path is mentioned inside of an $or and outside of it, or in two $or, the order in which
// they are written matters, because the later field replaces the earlier. Such a pattern is printed
// as one $or of its branches, from which all that is replaced is gone, beside the fields that are the
// same in all of them.
type conjunctive struct {
	fields map[string]string // by path: the array, in canonical form
	ors    [][]*conjunctive
}

// Canonical returns the pattern in its canonical form, JSON that compiles to the same pattern. It is
// the same text for two patterns that differ only in
//
//   - white space, and the escapes in strings;
//   - the order of fields, of values and of the elements of $or, and duplicates among them;
//   - names in nested objects or with dots, and where an $or stands among them;
//   - fields that later ones replace, where no $or has to do with it;
//   - the spelling of numbers that are equal;
//   - the spelling of networks: zeros, and bits behind the mask;
//   - lists of one where the value alone will do, and "exactly".
//
// The canonical form can be longer than the text. Of a pattern that is close to a limit on size, it
// may have to be compiled with [Limits].
func (p *Pattern) Canonical() string {
	c := conjoin(p.tree)
	if !c.disjoint() {
		c = disjoin(p.branches)
	}
	c.simplify()
	return escapeHalves(string(c.append(nil, 1)))
}

// Equal reports whether two patterns have the same canonical form. Such patterns match the same
// events; but there are others that do too, and are written differently.
func (p *Pattern) Equal(q *Pattern) bool { return p.Canonical() == q.Canonical() }

// Paths returns the paths of an event that the pattern reads, sorted: names joined with dots.
func (p *Pattern) Paths() []string {
	paths := map[string]bool{}
	for _, b := range p.branches {
		for path := range b {
			paths[path] = true
		}
	}
	return slices.Sorted(maps.Keys(paths))
}

// An Estimate is what a pattern costs, in the measures of its [Limits]. It is called an estimate
// because EventBridge publishes neither what its limit on the size counts nor its formula for
// complexity (see the package comment).
type Estimate struct {
	Size         int // characters in the text of the pattern
	Combinations int // branches that the $or in it multiply to
	Complexity   int // the highest score of the wildcards in a field; from 100 on it says 101
	Fields       int // fields of the branch that has the most
	Nesting      int // levels of objects and lists of values; the objects of operators do not count
	NumberLength int // characters of the longest number
}

// Estimate returns what the pattern costs.
func (p *Pattern) Estimate() Estimate {
	const most = 100 // ten times what EventBridge allows
	e := Estimate{Size: utf8.RuneCountInString(p.text), Combinations: len(p.branches), Nesting: p.tree.nesting()}
	for _, b := range p.branches {
		e.Fields = max(e.Fields, len(b))
	}
	for _, f := range placed(p.tree) {
		e.Complexity = max(e.Complexity, min(wildcardScore(f.anyOf, most), most+1))
		for _, a := range f.anyOf {
			e.NumberLength = max(e.NumberLength, numberLength(a.condition))
		}
	}
	return e
}

// nesting returns how many levels o has, being the first.
func (o *object) nesting() (deepest int) {
	for _, m := range o.members {
		inside := 1 // a field's list
		switch v := m.value.(type) {
		case *object:
			inside = v.nesting()
		case *either:
			for _, b := range v.branches {
				inside = max(inside, 1+b.nesting())
			}
		}
		deepest = max(deepest, inside)
	}
	return 1 + deepest
}

// numberLength returns the length of the longest number in a condition.
func numberLength(c condition) (longest int) {
	switch c := c.(type) {
	case exactNumber:
		return len(c.text)
	case numeric:
		return max(len(c.low.text), len(c.high.text))
	case anythingBut:
		for _, ex := range c.excluded {
			longest = max(longest, numberLength(ex))
		}
	}
	return longest
}

// disjoin returns the conjunction of what the branches have in common, and an $or of the rest.
func disjoin(branches []branch) *conjunctive {
	c := &conjunctive{fields: map[string]string{}}
	var or []*conjunctive
	for _, b := range branches {
		one := &conjunctive{fields: map[string]string{}}
		for path, f := range b {
			one.fields[path] = f.canonical()
		}
		or = append(or, one)
	}
	for path, text := range or[0].fields {
		if !slices.ContainsFunc(or, func(one *conjunctive) bool { return one.fields[path] != text }) {
			c.fields[path] = text
		}
	}
	for _, one := range or {
		maps.DeleteFunc(one.fields, func(path, _ string) bool { return c.fields[path] != "" })
		if len(one.fields) == 0 {
			return c // what is in common is enough
		}
	}
	c.ors = append(c.ors, or)
	return c
}

// conjoin returns the conjunction that a tree is, as it is written.
func conjoin(o *object) *conjunctive {
	c := &conjunctive{fields: map[string]string{}}
	c.add(o, "")
	return c
}

// add adds the members of o, below the path prefix, in their order.
func (c *conjunctive) add(o *object, prefix string) {
	for _, m := range o.members {
		path := prefix + m.name
		switch v := m.value.(type) {
		case *field:
			c.fields[path] = v.canonical()
		case *object:
			c.add(v, path+".")
		case *either:
			var or []*conjunctive
			for _, b := range v.branches {
				one := &conjunctive{fields: map[string]string{}}
				one.add(b, prefix)
				or = append(or, one)
			}
			c.ors = append(c.ors, or)
		}
	}
}

// disjoint reports whether no path of c is mentioned twice, except in different elements of an $or.
func (c *conjunctive) disjoint() bool {
	_, ok := c.mentions()
	return ok
}

// mentions returns the paths that c mentions, and whether c is disjoint.
func (c *conjunctive) mentions() (paths map[string]bool, ok bool) {
	paths = map[string]bool{}
	for path := range c.fields {
		paths[path] = true
	}
	for _, or := range c.ors {
		inside := map[string]bool{}
		for _, one := range or {
			more, ok := one.mentions()
			if !ok {
				return nil, false
			}
			maps.Copy(inside, more)
		}
		for path := range inside {
			if paths[path] {
				return nil, false
			}
		}
		maps.Copy(paths, inside)
	}
	return paths, true
}

// simplify removes duplicates and sorts, from the inside out. An $or whose element is nothing but
// another one takes its elements; an $or of one element becomes a part of c.
func (c *conjunctive) simplify() {
	var ors [][]*conjunctive
	for i := 0; i < len(c.ors); i++ {
		var or []*conjunctive
		for _, one := range c.ors[i] {
			one.simplify()
			if len(one.fields) == 0 && len(one.ors) == 1 {
				or = append(or, one.ors[0]...)
			} else {
				or = append(or, one)
			}
		}
		or = sortUnique(or, func(one *conjunctive) string { return string(one.append(nil, 1)) })
		if len(or) > 1 {
			ors = append(ors, or)
			continue
		}
		maps.Copy(c.fields, or[0].fields)
		ors = append(ors, or[0].ors...) // simple already
	}
	c.ors = sortUnique(ors, func(or []*conjunctive) string { return string(appendOr(nil, or, 1)) })
}

// sortUnique returns the list sorted by what text returns, without duplicates.
func sortUnique[T any](list []T, text func(T) string) []T {
	byText := map[string]T{}
	for _, t := range list {
		byText[text(t)] = t
	}
	list = list[:0:0]
	for _, key := range slices.Sorted(maps.Keys(byText)) {
		list = append(list, byText[key])
	}
	return list
}

// append appends c as JSON, an object on the depth-th level of a text: the fields in the order of
// their paths, each name that several have in common once, and then every $or.
func (c *conjunctive) append(dst []byte, depth int) []byte {
	var all [][]string
	for path := range c.fields {
		all = append(all, names(path, maxDepth-depth))
	}
	slices.SortFunc(all, slices.Compare)
	dst = append(dst, '{')
	dst = c.appendFields(dst, all, 0)
	for _, or := range c.ors {
		dst = appendOr(appendName(dst, nameOr), or, depth+1)
	}
	return append(dst, '}')
}

// appendOr appends the elements of an $or as an array on the depth-th level.
func appendOr(dst []byte, or []*conjunctive, depth int) []byte {
	for i, one := range or {
		dst = append(dst, "[,"[min(i, 1)])
		dst = one.append(dst, depth+1)
	}
	return append(dst, ']')
}

// appendFields appends the fields as members of the object that they have the first depth names in
// common with. A field that is at the place of an object stands before it, and what is in the object
// beside it, under dotted names, since JSON has no two members of one name.
func (c *conjunctive) appendFields(dst []byte, fields [][]string, depth int) []byte {
	for len(fields) > 0 {
		name := fields[0][depth]
		n := 1
		for n < len(fields) && fields[n][depth] == name {
			n++
		}
		same := fields[:n]
		fields = fields[n:]
		if len(same[0]) == depth+1 {
			dst = appendName(dst, name)
			dst = append(dst, c.fields[strings.Join(same[0], ".")]...)
			for i, names := range same[1:] {
				same[i+1] = slices.Concat(names[:depth], []string{name + "." + names[depth+1]}, names[depth+2:])
			}
			dst = c.appendFields(dst, same[1:], depth)
			continue
		}
		dst = appendName(dst, name)
		dst = append(dst, '{')
		dst = c.appendFields(dst, same, depth+1)
		dst = append(dst, '}')
	}
	return dst
}

// appendName appends the name of a member, behind a comma unless it is the first.
func appendName(dst []byte, name string) []byte {
	if dst[len(dst)-1] != '{' {
		dst = append(dst, ',')
	}
	dst = jsonscan.AppendQuoted(dst, name)
	return append(dst, ':')
}

// names splits a path at its dots into at most the given number of names, for a text can only be
// nested so deep; and not where a name would come out that has a meaning of its own in some place.
// Such a name stays with the one before it or, being the first, the one after.
func names(path string, most int) []string {
	var all []string
	special := func(name string) bool { return name == nameOr || slices.Contains(reservedInOr, name) }
	for part := range strings.SplitSeq(path, ".") {
		last := len(all) - 1
		if last >= 0 && (special(part) || special(all[last]) || last+1 >= most) {
			all[last] += "." + part
			continue
		}
		all = append(all, part)
	}
	return all
}

// canonical returns the array of a field in canonical form.
func (f *field) canonical() string {
	texts := map[string]bool{}
	for _, a := range f.anyOf {
		texts[string(canonical(a.condition).append(nil))] = true
	}
	return "[" + strings.Join(slices.Sorted(maps.Keys(texts)), ",") + "]"
}

// canonical returns a condition that accepts the same values as c and is spelled in the canonical
// way.
func canonical(c condition) condition {
	switch c := c.(type) {
	case exactNumber:
		return canonicalNumber(c)
	case numeric:
		c.low.exactNumber = canonicalNumber(c.low.exactNumber)
		c.high.exactNumber = canonicalNumber(c.high.exactNumber)
		return c
	case cidr:
		return cidr{canonicalNetwork(c.Prefix), c.Prefix}
	case anythingBut:
		var excluded []condition
		for _, ex := range c.excluded {
			excluded = append(excluded, canonical(ex))
		}
		return anythingBut{c.operator, sortUnique(excluded, func(ex condition) string { return string(ex.append(nil)) })}
	}
	return c
}

// canonicalNumber returns a number that can be compared in its shortest form, like encoding/json,
// and any other as it is, since it equals only its own text.
func canonicalNumber(n exactNumber) exactNumber {
	if !n.comparable {
		return n
	}
	f := n.float + 0 // no negative zero
	format := byte('f')
	if abs := math.Abs(f); abs != 0 && (abs < 1e-6 || abs >= 1e21) {
		format = 'e'
	}
	text := strconv.AppendFloat(nil, f, format, -1, 64)
	return exactNumber{string(bytes.Replace(text, []byte("e-0"), []byte("e-"), 1)), n.number}
}

// canonicalNetwork returns the text of a network. The addresses that netip prints with dots and
// colons are written out, for the language has no such form.
func canonicalNetwork(network netip.Prefix) string {
	text := network.Addr().String()
	if network.Addr().Is4In6() {
		text = network.Addr().StringExpanded()
	}
	return text + "/" + strconv.Itoa(network.Bits())
}
