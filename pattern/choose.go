package pattern

import (
	"slices"

	"github.com/trailsieve/trailsieve/internal/jsonscan"
)

// All fields of a branch that lie inside the same array must be found in the same element of it.
// The pattern {"d": {"name": ["alice"], "status": ["active"]}} does not match
//
//	{"d": [{"name": "alice", "status": "left"}, {"name": "bob", "status": "active"}]}
//
// To decide that, each value of the event is asked for its outcomes: what can become of the fields,
// if at every array inside the value one element is chosen. An outcome has a status for each field:
//
//	absent   no value of the field is in what was chosen
//	missed   there are some, and none is what the field asks for
//	found    there is one that the field asks for
//
// In the end each field must be found, or absent if it accepts that there is no value.
//
// The outcomes of the elements above are (found, missed) and (missed, found). Those of a value
// follow from those of its parts:
//
//   - The parts of an object are independent: any outcome of one goes with any of the other, and a
//     field is found if it is found in one of them, and absent only if it is absent in all.
//   - Of the objects and arrays in an array one is chosen, which must be one where some field is
//     found. If there is none, nothing is chosen and all of them count. The scalars in an array
//     always count: they are not bound to an element.
//
// Where the names in the event have no dots, a field below an object can be decided nowhere else.
// So when one of them is neither found nor rightly absent, the object has no outcome at all;
// otherwise it has one, with all of them found. An array then has no more than three, by what
// becomes of the field at the very step of the array, and the work is linear in the event.
//
// A name with a dot may lead to the same steps as another one beside it ("a.b" and "b" in "a"), so
// that some fields below a step are found in one and some in the other. Then all outcomes are kept
// but those that are worse than another. There could be many, for a rule with many fields below such
// a step; maxOutcomes bounds them.
type chooser struct {
	w     *itemWalk
	tests conjunction
	spare []status // memory for outcomes
}

// maxOutcomes is how many outcomes a value may have. Eight fields below a step can have 70, of which
// none is worse than another.
const maxOutcomes = 1000

// tooMany returns the error for a value with more outcomes.
func tooMany() error { return &EventError{0, ErrAmbiguous} }

type status byte

const (
	absent status = iota
	missed
	found
)

// An outcome has the status of each test.
type outcome []status

// outcomes are those of a value, of which none is worse in all than another. All of them are found
// with a field, or the one that there is has none: it is what the value is worth when nothing in it
// is chosen.
type outcomes struct {
	list  []outcome
	found bool
}

// holds reports whether the tests c hold together.
func (c *chooser) holds(w *itemWalk, tests conjunction) (bool, error) {
	c.w, c.tests = w, tests
	defer func() { c.w, c.spare = nil, c.spare[:0] }()
	root, err := c.value(0)
	if err != nil {
		return false, err
	}
	all := func(o outcome) bool { return c.decided(o, 0, len(tests)) }
	return slices.ContainsFunc(root.list, all), nil
}

// decided reports whether the tests from first to last-1 hold in an outcome.
func (c *chooser) decided(o outcome, first, last int) bool {
	for i := first; i < last; i++ {
		if o[i] != found && !(o[i] == absent && c.w.w.m.tests[c.tests[i]].none) {
			return false
		}
	}
	return true
}

// value returns the outcomes of an item.
func (c *chooser) value(i int) (outcomes, error) {
	it := &c.w.items[i]
	first, last := c.w.w.m.within(c.tests, it.at)
	if first == last {
		return c.nothing(), nil
	}
	switch it.kind {
	case jsonscan.End:
		return c.nothing(), nil
	case jsonscan.Object:
		return c.object(i, first, last)
	case jsonscan.Array:
		return c.array(i)
	}
	all := c.nothing()
	if t := &c.w.w.m.tests[c.tests[first]]; t.at == it.at {
		all.list[0][first] = missed
		if t.field.accepts(&it.value) {
			all.list[0][first] = found
			all.found = true
		}
	}
	return all, nil
}

// object returns the outcomes of an object, at or below whose step are the tests first to last-1.
func (c *chooser) object(i, first, last int) (outcomes, error) {
	it := &c.w.items[i]
	all := c.nothing()
	for j := i + 1; j < it.end; j = c.w.items[j].end {
		part, err := c.value(j)
		if err != nil {
			return all, err
		}
		if all, err = c.both(all, part); err != nil {
			return all, err
		}
	}
	if c.w.dotted {
		return all, nil
	}
	if c.w.w.m.tests[c.tests[first]].at == it.at {
		first++ // an object is no value, but an array that it is in may have one
	}
	for _, o := range all.list {
		if c.decided(o, first, last) {
			for j := first; j < last; j++ {
				o[j] = found
			}
			all.list = []outcome{o}
			return all, nil
		}
	}
	all.list = nil
	return all, nil
}

// array returns the outcomes of an array.
func (c *chooser) array(i int) (outcomes, error) {
	it := &c.w.items[i]
	var (
		scalars = c.nothing()
		chosen  = outcomes{found: true} // of each element where something is found
		none    = c.nothing()           // of all the others together
		some    bool
	)
	for j := i + 1; j < it.end; j = c.w.items[j].end {
		part, err := c.value(j)
		if err != nil {
			return part, err
		}
		container := c.w.items[j].kind == jsonscan.Object || c.w.items[j].kind == jsonscan.Array
		switch {
		case !container:
			scalars, err = c.both(scalars, part)
		case part.found:
			some = true
			for _, o := range part.list {
				chosen.list = addOutcome(chosen.list, o)
			}
			if len(chosen.list) > maxOutcomes {
				err = tooMany()
			}
		case !some:
			none, err = c.both(none, part)
		}
		if err != nil {
			return part, err
		}
	}
	if some {
		return c.both(scalars, chosen)
	}
	return c.both(scalars, none)
}

// nothing returns the outcomes of a value in which there is nothing to choose or find.
func (c *chooser) nothing() outcomes { return outcomes{list: []outcome{c.outcome()}} }

// both returns the outcomes of two values together.
func (c *chooser) both(a, b outcomes) (outcomes, error) {
	all := outcomes{found: a.found || b.found}
	if len(a.list) == 1 && len(b.list) == 1 {
		for i, s := range b.list[0] {
			a.list[0][i] = max(a.list[0][i], s)
		}
		all.list = a.list
		return all, nil
	}
	for _, x := range a.list {
		for _, y := range b.list {
			o := c.outcome()
			for i := range o {
				o[i] = max(x[i], y[i])
			}
			all.list = addOutcome(all.list, o)
		}
		if len(all.list) > maxOutcomes {
			return all, tooMany()
		}
	}
	return all, nil
}

// addOutcome adds an outcome to a list, unless one there is as good, and removes those that are no
// better.
func addOutcome(list []outcome, o outcome) []outcome {
	for _, x := range list {
		if noBetter(o, x) {
			return list
		}
	}
	list = slices.DeleteFunc(list, func(x outcome) bool { return noBetter(x, o) })
	return append(list, o)
}

// noBetter reports whether no field has a better status in a than in b.
func noBetter(a, b outcome) bool {
	for i := range a {
		if rank[a[i]] > rank[b[i]] {
			return false
		}
	}
	return true
}

// rank orders the statuses from the worst to the best.
var rank = [...]int{missed: 0, absent: 1, found: 2}

// outcome returns a new outcome in which all is absent.
func (c *chooser) outcome() outcome {
	n := len(c.tests)
	if cap(c.spare)-len(c.spare) < n {
		c.spare = make([]status, 0, max(n, 1024))
	}
	c.spare = c.spare[:len(c.spare)+n]
	o := c.spare[len(c.spare)-n:]
	clear(o)
	return o[:n:n]
}
