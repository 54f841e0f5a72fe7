package pattern

import (
	"bytes"
	"maps"
	"slices"
	"strings"
)

// From the tree of a pattern to what can be matched, in two steps.
//
// First, a pattern is written as a choice of branches without $or. Names are joined with dots, the
// later of two fields with the same path replaces the earlier, and each $or multiplies the
// branches. The pattern
//
//	{"source": ["aws.s3"], "$or": [{"detail": {"size": [1]}}, {"detail.type": ["a"]}]}
//
// has the branches
//
//	source=["aws.s3"] and detail.size=[1]
//	source=["aws.s3"] and detail.type=["a"]
//
// Second, the branches of all the patterns that are to be matched together become a machine: a tree
// of the names that occur, to guide the walk over an event, and below each path the tests of its
// values, each kept once however many branches have it:
//
//	s0 ─ source ─▶ s1  t0 ["aws.s3"]                rule 0: t0 t1
//	 └── detail ─▶ s2 ─ size ─▶ s3  t1 [1]                  t0 t2
//	                └── type ─▶ s4  t2 ["a"]

// A branch is a conjunction of fields by their paths.
type branch map[string]*field

// branches returns the branches of the tree o.
func (o *object) branches() []branch { return o.extend([]branch{{}}, "") }

// extend returns what each of the branches becomes when the members of o, below the path prefix,
// are added to it in their order.
func (o *object) extend(branches []branch, prefix string) []branch {
	for _, m := range o.members {
		path := prefix + m.name
		switch v := m.value.(type) {
		case *field:
			for _, b := range branches {
				b[path] = v
			}
		case *object:
			branches = v.extend(branches, path+".")
		case *either:
			var all []branch
			for _, alternative := range v.branches {
				copies := make([]branch, len(branches))
				for i, b := range branches {
					copies[i] = maps.Clone(b)
				}
				all = append(all, alternative.extend(copies, prefix)...)
			}
			branches = all
		}
	}
	return branches
}

// combinations returns the number of branches of the tree o, or limit+1 if there are more than
// limit, without making them.
func (o *object) combinations(limit int) int {
	n := 1
	for _, m := range o.members {
		k := 1
		switch v := m.value.(type) {
		case *object:
			k = v.combinations(limit)
		case *either:
			k = 0
			for _, b := range v.branches {
				k = min(k+b.combinations(limit), limit+1)
			}
		}
		if n > limit/k { // n*k > limit
			return limit + 1
		}
		n *= k
	}
	return n
}

// A machine matches any number of rules against an event. It is immutable but for its pool.
type machine struct {
	root  *step
	steps int
	tests []test
	rules [][]conjunction // the branches of each rule
	pool  walkPool
}

// A step is a place in an event: what the names on the way to it, joined with dots, are.
//
// Invariants:
//   - A step has children or tests.
//   - Steps are numbered in preorder: those below a step are the ones from id+1 to end-1.
type step struct {
	id, end int
	next    map[string]*step // by the next part of the path, which has no dot
	tests   []int            // of the values here
}

// A test is what a field asks of the values at a step.
type test struct {
	at    *step
	field *field
	none  bool // to have no value will do too
}

// A conjunction is a branch as a list of tests, in the order of their steps. No two of them have the
// same step.
type conjunction []int

// newMachine returns the machine for the rules, each given by its branches.
func newMachine(rules [][]branch) *machine {
	paths := map[string]*step{}
	for _, rule := range rules {
		for _, b := range rule {
			for path := range b {
				paths[path] = nil
			}
		}
	}
	m := &machine{rules: make([][]conjunction, len(rules))}
	m.addSteps(paths)

	type key struct {
		path string
		text string // of the field
	}
	known := map[key]int{}
	texts := map[*field]string{}
	for i, rule := range rules {
		for _, b := range rule {
			c := make(conjunction, 0, len(b))
			for path, f := range b {
				if texts[f] == "" {
					texts[f] = f.String()
				}
				k := key{path, texts[f]}
				id, ok := known[k]
				if !ok {
					id = len(m.tests)
					known[k] = id
					at := paths[path]
					at.tests = append(at.tests, id)
					m.tests = append(m.tests, test{at, f, f.acceptsNone()})
				}
				c = append(c, id)
			}
			slices.SortFunc(c, func(a, b int) int { return m.tests[a].at.id - m.tests[b].at.id })
			m.rules[i] = append(m.rules[i], c)
		}
	}
	return m
}

// addSteps makes the tree of steps that leads to all the paths, and enters in paths where each ends.
func (m *machine) addSteps(paths map[string]*step) {
	split := make([][]string, 0, len(paths))
	for path := range paths {
		split = append(split, strings.Split(path, "."))
	}
	slices.SortFunc(split, slices.Compare) // so that the steps are made in preorder
	m.root = &step{}
	all := []*step{m.root}
	parents := []int{0}
	for _, parts := range split {
		at := m.root
		for _, part := range parts {
			next := at.next[part]
			if next == nil {
				next = &step{id: len(all)}
				if at.next == nil {
					at.next = map[string]*step{}
				}
				at.next[part] = next
				all = append(all, next)
				parents = append(parents, at.id)
			}
			at = next
		}
		paths[strings.Join(parts, ".")] = at
	}
	for i := len(all) - 1; i >= 0; i-- {
		all[i].end = max(all[i].end, i+1)
		above := all[parents[i]]
		above.end = max(above.end, all[i].end)
	}
	m.steps = len(all)
}

// find returns the step that a member of the given name leads to from at, or nil, and whether the
// name has a dot.
func (at *step) find(name []byte) (next *step, dotted bool) {
	for {
		part, rest, more := bytes.Cut(name, []byte{'.'})
		at = at.next[string(part)]
		if at == nil || !more {
			return at, dotted
		}
		name, dotted = rest, true
	}
}
