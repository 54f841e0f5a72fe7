package pattern

import (
	"cmp"
	"slices"

	"github.com/trailsieve/trailsieve/internal/jsonscan"
)

// Fields inside an array must be satisfied by one and the same of its objects (see choose.go for
// what that means in full). To explain a verdict, it is not enough to know that there is a choice of
// elements: here the values are found that satisfy the fields, one for each, or none where there is
// rightly none.

// A want is a field of a branch, at its place.
type want struct {
	at    *place
	field *field
}

// A choice has for each want what becomes of it if at every array one element is chosen: the value
// that satisfies it, nil if there is none of its values in what was chosen, or unfit.
type choice []*datum

// unfit stands for values of which none is what the field asks for.
var unfit = &datum{}

// choices are those of a datum, of which none is worse in all than another. All of them satisfy some
// want, or the one that there is satisfies none.
type choices struct {
	list  []choice
	found bool
}

// A witness looks for a choice that satisfies all its wants, which are in the order of their places.
type witness struct {
	wants  []want
	dotted bool // see reading
}

// find returns for each want the value that satisfies it, or nil where it is satisfied by having
// none; and whether there is such a choice.
func (w *witness) find(event *datum) (choice, bool, error) {
	all, err := w.datum(event)
	if err != nil {
		return nil, false, err
	}
	for _, c := range all.list {
		if w.satisfied(c, 0, len(w.wants)) {
			return c, true, nil
		}
	}
	return nil, false, nil
}

func (w *witness) satisfied(c choice, first, last int) bool {
	for i := first; i < last; i++ {
		if c[i] == unfit || c[i] == nil && !w.wants[i].field.acceptsNone() {
			return false
		}
	}
	return true
}

// within returns the range of the wants at or below a place.
func (w *witness) within(at *place) (first, last int) {
	byID := func(w want, id int) int { return cmp.Compare(w.at.id, id) }
	first, _ = slices.BinarySearchFunc(w.wants, at.id, byID)
	last, _ = slices.BinarySearchFunc(w.wants, at.end, byID)
	return first, last
}

func (w *witness) datum(d *datum) (choices, error) {
	first, last := w.within(d.at)
	all := w.nothing()
	if first == last {
		return all, nil
	}
	switch d.kind {
	case jsonscan.End:
	case jsonscan.Object:
		return w.object(d, first, last)
	case jsonscan.Array:
		return w.array(d)
	default:
		if t := w.wants[first]; t.at == d.at {
			all.list[0][first] = unfit
			if t.field.accepts(&d.value) {
				all.list[0][first] = d
				all.found = true
			}
		}
	}
	return all, nil
}

// object returns the choices of an object, at or below whose place are the wants first to last-1.
func (w *witness) object(d *datum, first, last int) (choices, error) {
	all := w.nothing()
	for _, part := range d.parts {
		if w.put(&all, part) {
			continue
		}
		more, err := w.datum(part)
		if err == nil {
			all, err = w.both(all, more)
		}
		if err != nil {
			return all, err
		}
	}
	if w.dotted {
		return all, nil
	}
	// What lies below the object is decided here, for better or worse.
	if w.wants[first].at == d.at {
		first++ // what the array around the object has as a scalar
	}
	for _, c := range all.list {
		if w.satisfied(c, first, last) {
			all.list = []choice{c}
			return all, nil
		}
	}
	all.list = nil
	return all, nil
}

func (w *witness) array(d *datum) (choices, error) {
	scalars, none := w.nothing(), w.nothing()
	chosen := choices{found: true}
	some := false // element has something to choose it for
	for _, part := range d.parts {
		if w.put(&scalars, part) {
			continue
		}
		more, err := w.datum(part)
		switch {
		case err != nil:
		case part.kind != jsonscan.Object && part.kind != jsonscan.Array:
			scalars, err = w.both(scalars, more)
		case more.found:
			some = true
			for _, c := range more.list {
				chosen.list = w.add(chosen.list, c)
			}
			if len(chosen.list) > maxOutcomes {
				err = tooMany()
			}
		case !some:
			none, err = w.both(none, more)
		}
		if err != nil {
			return choices{}, err
		}
	}
	if some {
		return w.both(scalars, chosen)
	}
	return w.both(scalars, none)
}

// put adds a scalar, or what no want is about, to the one choice that there is, and reports whether it
// could. It is what both would do, without a choice of the scalar's own, as long as the list of wants.
func (w *witness) put(all *choices, d *datum) bool {
	first, last := w.within(d.at)
	container := d.kind == jsonscan.Object || d.kind == jsonscan.Array
	switch {
	case first == last || d.kind == jsonscan.End:
		return true
	case container || len(all.list) != 1:
		return false
	}
	if t := w.wants[first]; t.at == d.at {
		what := unfit
		if t.field.accepts(&d.value) {
			what = d
			all.found = true
		}
		if c := all.list[0]; togetherRank(what) > togetherRank(c[first]) {
			c[first] = what
		}
	}
	return true
}

// nothing returns the choices of a datum in which there is nothing to choose or find.
func (w *witness) nothing() choices {
	return choices{list: []choice{make(choice, len(w.wants))}}
}

// both returns the choices of two data together.
func (w *witness) both(a, b choices) (choices, error) {
	all := choices{found: a.found || b.found}
	simple := len(a.list) == 1 && len(b.list) == 1
	for _, x := range a.list {
		for _, y := range b.list {
			c := x
			if !simple { // otherwise x is not needed any more
				c = slices.Clone(x)
			}
			for i := range c {
				if togetherRank(y[i]) > togetherRank(c[i]) {
					c[i] = y[i]
				}
			}
			all.list = w.add(all.list, c)
		}
		if len(all.list) > maxOutcomes {
			return all, tooMany()
		}
	}
	return all, nil
}

// add adds a choice to a list, unless one there is as good, and removes those that are no better.
func (w *witness) add(list []choice, c choice) []choice {
	noBetter := func(a, b choice) bool {
		for i := range a {
			if worth(a[i]) > worth(b[i]) {
				return false
			}
		}
		return true
	}
	for _, x := range list {
		if noBetter(c, x) {
			return list
		}
	}
	list = slices.DeleteFunc(list, func(x choice) bool { return noBetter(x, c) })
	return append(list, c)
}

// togetherRank orders what two parts of an object may have of a want, of which the higher is what
// they have together.
func togetherRank(d *datum) int {
	switch d {
	case nil:
		return 0
	case unfit:
		return 1
	}
	return 2
}

// worth orders what can become of a want from the worst to the best.
func worth(d *datum) int {
	switch d {
	case unfit:
		return 0
	case nil:
		return 1
	}
	return 2
}
