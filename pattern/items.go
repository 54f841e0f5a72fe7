package pattern

import (
	"math/bits"

	"github.com/trailsieve/trailsieve/internal/jsonscan"
)

// The slower way to match, for events with something that match.go gives up on. The whole event is
// walked over with a scanner that checks what it reads, and what is left of it is a list of items, the
// part of its tree that the rules can see:
//
//	{"source": "aws.s3", "detail": {"items": [{"id": 1, "x": 0}, {"id": 2}]}}
//
//	0  source         "aws.s3"
//	1  detail         object
//	2  detail.items   array
//	3  detail.items     object
//	4  detail.items.id  1
//	5  detail.items     object
//	6  detail.items.id  2
//
// All columns have their say in the end. That leaves too many branches alive where fields must be
// satisfied in the same element of an array; choose.go finds out of each whether they are.

// An itemWalk is a walk of this kind. Its slices are kept from walk to walk.
type itemWalk struct {
	w      *walk
	scan   jsonscan.Scanner
	items  []item
	forks  []int32 // steps with an array of several objects or arrays
	forked map[int32]bool
	had    map[membership]bool
	dotted bool // a name in the event has a dot, so two members may lead to the same steps
	text   []byte
	choice chooser
}

// An item is a value that the walk has come across, at a step. The items inside of it follow it, to
// the one before end.
type item struct {
	at    int32
	kind  jsonscan.Kind // End: not looked at, for no rule asks for what it can be
	end   int
	value value
}

// A membership is that an object, an item, has a member that leads to a step.
type membership struct {
	object int
	at     int32
}

// readItems walks over the event and finds out which branches match it.
func (w *walk) readItems() error {
	t := &w.items
	t.items, t.forks, t.text, t.dotted = t.items[:0], t.forks[:0], t.text[:0], false
	clear(t.forked)
	clear(t.had)
	if t.had == nil {
		t.forked, t.had = map[int32]bool{}, map[membership]bool{}
	}
	t.scan = jsonscan.New(w.event)
	if err := t.event(); err != nil {
		return eventError(err)
	}
	w.itemsLast = t.dotted
	w.arrays = 1
	for i := range t.items {
		it := &t.items[i]
		at := &w.m.steps[it.at]
		if it.kind == jsonscan.End || it.kind == jsonscan.Object || it.kind == jsonscan.Array {
			continue
		}
		c := &w.m.columns[at.column]
		w.look(c, it.value.kind, it.value.text)
		if len(t.forks) > 0 {
			w.satisfy(w.open(&c.span), c.none) // the value may be in an element that is not chosen
		}
	}
	for c := range w.m.columns {
		if w.windows[w.m.columns[c].id].epoch == w.epoch {
			w.say(int32(c))
		}
	}
	w.finish()
	if len(t.forks) == 0 {
		return nil
	}
	for i := w.lo; i < w.hi; i++ {
		for alive := w.alive[i]; alive != 0; alive &= alive - 1 {
			ok, err := t.holds(w.m.conjunctions[i*64+bits.TrailingZeros64(alive)])
			if err != nil {
				return err
			}
			if !ok {
				w.alive[i] &^= alive & -alive
			}
		}
	}
	w.trim()
	return nil
}

// forget drops the event, and reports whether what it keeps is not too much.
func (t *itemWalk) forget() bool {
	t.scan = jsonscan.Scanner{}
	clear(t.items)
	return cap(t.items) <= maxKept && cap(t.text) <= maxKept && len(t.had) <= maxKept
}

// event reads the event, up to its closing brace.
func (t *itemWalk) event() error {
	kind := t.scan.Peek()
	if kind != jsonscan.Object {
		return notObject(&t.scan, kind)
	}
	t.items = append(t.items, item{kind: jsonscan.Object})
	t.scan.Open()
	if err := t.object(0, 1); err != nil {
		return err
	}
	t.items[0].end = len(t.items)
	return nil
}

// object reads the members of an object, item i, that has just been opened and is the depth-th level
// of the event. Of several of one name the first counts.
func (t *itemWalk) object(i, depth int) error {
	at := &t.w.m.steps[t.items[i].at]
	for {
		name, ok, err := t.scan.Name()
		if !ok {
			return err
		}
		kept := len(t.text)
		next, dotted := t.w.m.find(at, t.unquote(name))
		t.text = t.text[:kept] // names are not needed again
		if next == nil || t.had[membership{i, next.id}] {
			if _, err := t.scan.Skip(); err != nil {
				return err
			}
			continue
		}
		t.had[membership{i, next.id}] = true
		t.dotted = t.dotted || dotted
		if err := t.value(next, depth); err != nil {
			return err
		}
	}
}

// value reads a value at a step, and adds it and what is in it to the items.
func (t *itemWalk) value(at *step, depth int) error {
	kind := t.scan.Peek()
	i := len(t.items)
	t.items = append(t.items, item{at: at.id, kind: kind})
	var err error
	switch {
	case !at.concerns(kind):
		t.items[i].kind = jsonscan.End
		_, err = t.scan.Skip()
	case depth == maxDepth && (kind == jsonscan.Object || kind == jsonscan.Array):
		err = &jsonscan.Error{Offset: t.scan.Offset(), Err: jsonscan.ErrDepth}
	case kind == jsonscan.Object:
		t.scan.Open()
		err = t.object(i, depth+1)
	case kind == jsonscan.Array:
		t.scan.Open()
		err = t.array(at, depth+1)
	default:
		err = t.leaf(&t.items[i].value, kind)
	}
	t.items[i].end = len(t.items)
	return err
}

// concerns reports whether a value of the given kind at the step can matter to a rule.
func (at *step) concerns(kind jsonscan.Kind) bool {
	switch kind {
	case jsonscan.Object:
		return at.below < at.last
	case jsonscan.Array:
		return true
	}
	return at.column != noColumn
}

// array reads the elements of an array at a step.
func (t *itemWalk) array(at *step, depth int) error {
	containers := 0
	for {
		ok, err := t.scan.Element()
		if !ok {
			return err
		}
		kind := t.scan.Peek()
		if !at.concerns(kind) {
			if _, err := t.scan.Skip(); err != nil {
				return err
			}
			continue
		}
		if kind == jsonscan.Object || kind == jsonscan.Array {
			containers++
			if containers == 2 && !t.forked[at.id] {
				t.forked[at.id] = true
				t.forks = append(t.forks, at.id)
			}
		}
		if err := t.value(at, depth); err != nil {
			return err
		}
	}
}

// leaf reads a scalar.
func (t *itemWalk) leaf(v *value, kind jsonscan.Kind) error {
	v.kind = kind
	if kind == jsonscan.String {
		text, err := t.scan.String()
		if err != nil {
			return err
		}
		v.text = t.unquote(text)
		return nil
	}
	raw, err := t.scan.Value()
	if err != nil {
		return err
	}
	v.text = raw
	if kind == jsonscan.Number {
		v.number = parseNumber(raw)
	}
	return nil
}

// unquote returns what a string or name stands for. If it has escapes, that is at the end of t.text,
// where it stays until the next walk.
func (t *itemWalk) unquote(s jsonscan.Text) []byte {
	if !s.Escaped {
		return s.Raw
	}
	n := len(t.text)
	t.text = jsonscan.AppendUnquoted(t.text, s.Raw, jsonscan.KeepLone)
	return t.text[n:]
}

// holds reports whether all the tests of c hold together.
func (t *itemWalk) holds(c conjunction) (bool, error) {
	if !t.independent(c) {
		return t.choice.holds(t, c)
	}
	for _, id := range c {
		if test := &t.w.m.tests[id]; !t.passes(test) {
			return false, nil
		}
	}
	return true, nil
}

// passes reports whether a test holds on its own.
func (t *itemWalk) passes(test *test) bool {
	valued := false
	for i := range t.items {
		it := &t.items[i]
		if it.at != test.at || it.kind == jsonscan.End || it.kind == jsonscan.Object || it.kind == jsonscan.Array {
			continue
		}
		if valued = true; test.field.accepts(&it.value) {
			return true
		}
	}
	return !valued && test.none
}

// independent reports whether the tests of c can be judged one by one: no two of them lie at or
// below a step where the event has an array of several objects or arrays.
func (t *itemWalk) independent(c conjunction) bool {
	for _, at := range t.forks {
		if first, last := t.w.m.within(c, at); last-first >= 2 {
			return false
		}
	}
	return true
}

// within returns the range of the tests in c whose steps are at or below a step.
func (m *machine) within(c conjunction, at int32) (first, last int) {
	for first < len(c) && m.tests[c[first]].at < at {
		first++
	}
	last = first
	for end := m.steps[at].end; last < len(c) && m.tests[c[last]].at < end; {
		last++
	}
	return first, last
}
