package pattern

import (
	"sync"

	"github.com/trailsieve/trailsieve/internal/jsonscan"
)

// Matching is one walk over the event, from front to back, that looks only at names to which some
// rule leads. At every value that has tests, it notes which of them the value passes. What is left
// of the event after the walk is a list of items, the part of its tree that the rules can see:
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
// With the notes alone a rule is decided, unless two of its fields lie below an array in which the
// event has several objects or arrays: then they must come from the same one, and choose.go finds
// out with the items whether they do.

// A walk is a walk over one event and what it has found. Its slices are kept from walk to walk.
type walk struct {
	m    *machine
	scan jsonscan.Scanner

	passed []bool // by test: some value passes it
	valued []bool // by step: there is a value
	items  []item
	forks  []*step // with an array of several objects or arrays
	forked []bool  // by step: it is in forks
	dotted bool    // a name in the event has a dot, so two members may lead to the same steps
	text   []byte  // of strings that had to be unescaped
	choice chooser
}

// An item is a value that the walk has come across, at a step. The items inside of it follow it, to
// the one before end.
type item struct {
	at    *step
	kind  jsonscan.Kind // End: not looked at, for no rule asks for what it can be
	end   int
	value value
}

// walkPool keeps walks for reuse.
type walkPool struct{ pool sync.Pool }

// maxKept bounds what a walk may keep for the next one, so that one monstrous event does not hold
// its memory for ever. Ordinary events have some dozens of items.
const maxKept = 1 << 14

// read walks over an event. The caller hands the walk back with free.
func (m *machine) read(event []byte) (*walk, error) {
	w, _ := m.pool.pool.Get().(*walk)
	if w == nil {
		w = &walk{
			m:      m,
			passed: make([]bool, len(m.tests)),
			valued: make([]bool, m.steps),
			forked: make([]bool, m.steps),
		}
	}
	w.scan = jsonscan.New(event)
	if err := w.event(); err != nil {
		w.free()
		return nil, eventError(err)
	}
	return w, nil
}

// free forgets the event and hands the walk to the next one.
func (w *walk) free() {
	if cap(w.items) > maxKept || cap(w.text) > maxKept {
		return
	}
	w.scan = jsonscan.Scanner{}
	clear(w.passed)
	clear(w.valued)
	clear(w.forked)
	clear(w.items)
	w.items, w.forks, w.text = w.items[:0], w.forks[:0], w.text[:0]
	w.dotted = false
	w.m.pool.pool.Put(w)
}

// event reads the event, up to its closing brace.
func (w *walk) event() error {
	kind := w.scan.Peek()
	if kind != jsonscan.Object {
		return notObject(&w.scan, kind)
	}
	w.items = append(w.items, item{at: w.m.root, kind: jsonscan.Object})
	w.scan.Open()
	if err := w.object(0, 1); err != nil {
		return err
	}
	w.items[0].end = len(w.items)
	return nil
}

// object reads the members of an object, item i, that has just been opened and is the depth-th level
// of the event.
func (w *walk) object(i, depth int) error {
	at := w.items[i].at
	for {
		name, ok, err := w.scan.Name()
		if !ok {
			return err
		}
		kept := len(w.text)
		next, dotted := at.find(w.unquote(name))
		w.text = w.text[:kept] // names are not needed again
		if next == nil || w.repeats(i, next) {
			if _, err := w.scan.Skip(); err != nil {
				return err
			}
			continue
		}
		w.dotted = w.dotted || dotted
		if err := w.value(next, depth); err != nil {
			return err
		}
	}
}

// repeats reports whether the object, item i, whose last member is being read, already had a member
// of the same name as the one that leads to the step at.
func (w *walk) repeats(i int, at *step) bool {
	for j := i + 1; j < len(w.items); j = w.items[j].end {
		if w.items[j].at == at {
			return true
		}
	}
	return false
}

// value reads a value at a step, and adds it and what is in it to the items.
func (w *walk) value(at *step, depth int) error {
	kind := w.scan.Peek()
	i := len(w.items)
	w.items = append(w.items, item{at: at, kind: kind})
	var err error
	switch {
	case !at.concerns(kind):
		w.items[i].kind = jsonscan.End
		_, err = w.scan.Skip()
	case depth == maxDepth && (kind == jsonscan.Object || kind == jsonscan.Array):
		err = &jsonscan.Error{Offset: w.scan.Offset(), Err: jsonscan.ErrDepth}
	case kind == jsonscan.Object:
		w.scan.Open()
		err = w.object(i, depth+1)
	case kind == jsonscan.Array:
		w.scan.Open()
		err = w.array(at, depth+1)
	default:
		err = w.leaf(at, &w.items[i].value, kind)
	}
	w.items[i].end = len(w.items)
	return err
}

// concerns reports whether a value of the given kind at the step can matter to a rule.
func (at *step) concerns(kind jsonscan.Kind) bool {
	switch kind {
	case jsonscan.Object:
		return len(at.next) > 0
	case jsonscan.Array:
		return true
	}
	return len(at.tests) > 0
}

// array reads the elements of an array at a step.
func (w *walk) array(at *step, depth int) error {
	containers := 0
	for {
		ok, err := w.scan.Element()
		if !ok {
			return err
		}
		kind := w.scan.Peek()
		if !at.concerns(kind) {
			if _, err := w.scan.Skip(); err != nil {
				return err
			}
			continue
		}
		if kind == jsonscan.Object || kind == jsonscan.Array {
			containers++
			if containers == 2 && !w.forked[at.id] {
				w.forked[at.id] = true
				w.forks = append(w.forks, at)
			}
		}
		if err := w.value(at, depth); err != nil {
			return err
		}
	}
}

// leaf reads a scalar at a step and notes the tests that it passes.
func (w *walk) leaf(at *step, v *value, kind jsonscan.Kind) error {
	v.kind = kind
	if kind == jsonscan.String {
		t, err := w.scan.String()
		if err != nil {
			return err
		}
		v.text = w.unquote(t)
	} else {
		raw, err := w.scan.Value()
		if err != nil {
			return err
		}
		v.text = raw
		if kind == jsonscan.Number {
			v.number = parseNumber(raw)
		}
	}
	w.valued[at.id] = true
	for _, id := range at.tests {
		if !w.passed[id] && w.m.tests[id].field.accepts(v) {
			w.passed[id] = true
		}
	}
	return nil
}

// unquote returns what a string or name stands for. If it has escapes, that is at the end of w.text,
// where it stays until the walk is freed.
func (w *walk) unquote(t jsonscan.Text) []byte {
	if !t.Escaped {
		return t.Raw
	}
	n := len(w.text)
	w.text = jsonscan.AppendUnquoted(w.text, t.Raw, jsonscan.KeepLone)
	return w.text[n:]
}

// matches reports whether the event matches a rule.
func (w *walk) matches(rule []conjunction) (bool, error) {
	for _, c := range rule {
		if ok, err := w.holds(c); ok || err != nil {
			return ok, err
		}
	}
	return false, nil
}

// holds reports whether all the tests of c hold together.
func (w *walk) holds(c conjunction) (bool, error) {
	all := true
	for _, id := range c {
		t := &w.m.tests[id]
		switch {
		case w.passed[id]:
		case !t.none:
			return false, nil
		case w.valued[t.at.id]:
			all = false // unless the values are in elements of an array that are not chosen
		}
	}
	if w.independent(c) {
		return all, nil
	}
	return w.choice.holds(w, c)
}

// independent reports whether the tests of c can be judged one by one: no two of them lie at or
// below a step where the event has an array of several objects or arrays.
func (w *walk) independent(c conjunction) bool {
	for _, at := range w.forks {
		if first, last := w.m.within(c, at); last-first >= 2 {
			return false
		}
	}
	return true
}

// within returns the range of the tests in c whose steps are at or below a step.
func (m *machine) within(c conjunction, at *step) (first, last int) {
	for first < len(c) && m.tests[c[first]].at.id < at.id {
		first++
	}
	last = first
	for last < len(c) && m.tests[c[last]].at.id < at.end {
		last++
	}
	return first, last
}
