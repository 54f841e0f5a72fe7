package pattern

import (
	"maps"
	"slices"
	"strconv"
	"strings"

	"github.com/trailsieve/trailsieve/internal/jsonscan"
)

// To explain, an event is read into a tree, which Match never does: only what patterns lead to, but
// with every value, its offset and its way down. The tree hangs on places, one for each path that a
// field names or passes:
//
//	{"source": ["aws.s3"], "detail": {"items": {"id": [1]}}}
//
//	place ─ source
//	  └──── detail ─ items ─ id
//
// A place collects the values that the event has there.
type place struct {
	id, end int // places are numbered in preorder: those below this one are id+1 to end-1
	next    map[string]*place
	asked   bool          // by a field that ends here
	values  []*datum      // scalars, in the order of the event, if asked
	instead jsonscan.Kind // of the first object or array here, or 0
}

// A datum is a value of the event, at a place.
type datum struct {
	at     *place
	kind   jsonscan.Kind // End: an object that no field leads into
	up     *datum
	step   string // from up: a name or the index of an element
	offset int
	raw    []byte // of a scalar, as it is written
	value  value  // of a scalar
	parts  []*datum
}

// pointer returns the JSON Pointer of a datum in the event.
func (d *datum) pointer() string {
	var steps []string
	for ; d.up != nil; d = d.up {
		steps = append(steps, d.step)
	}
	slices.Reverse(steps)
	return jsonscan.Pointer(steps...)
}

// add makes the place of a path below the root, and those on the way.
func (root *place) add(path string) {
	at := root
	for part := range strings.SplitSeq(path, ".") {
		next := at.next[part]
		if next == nil {
			next = &place{}
			if at.next == nil {
				at.next = map[string]*place{}
			}
			at.next[part] = next
		}
		at = next
	}
	at.asked = true
}

// number numbers the places from p down, beginning with id, and returns the number after.
func (p *place) number(id int) int {
	p.id = id
	id++
	for _, part := range slices.Sorted(maps.Keys(p.next)) {
		id = p.next[part].number(id)
	}
	p.end = id
	return id
}

// find returns the place that a name leads to from p, or nil.
func (p *place) find(name string) *place {
	for part := range strings.SplitSeq(name, ".") {
		if p = p.next[part]; p == nil {
			return nil
		}
	}
	return p
}

// A reading is an event that was read for the places below a root.
type reading struct {
	scan   jsonscan.Scanner
	top    *datum
	dotted bool // some name has a dot, so two members may lead to the same places
}

// read reads an event.
func (root *place) read(event []byte) (*reading, error) {
	root.number(0)
	r := &reading{scan: jsonscan.New(event)}
	if kind := r.scan.Peek(); kind != jsonscan.Object {
		return nil, eventError(notObject(&r.scan, kind))
	}
	r.top = &datum{at: root, kind: jsonscan.Object, offset: r.scan.Offset()}
	r.scan.Open()
	return r, eventError(r.object(r.top, 1))
}

// object reads the members of an object that has just been opened and is the depth-th level of the
// event. Of several of one name the first counts.
func (r *reading) object(d *datum, depth int) error {
	for {
		t, ok, err := r.scan.Name()
		if !ok {
			return err
		}
		name := unquote(t)
		next := d.at.find(name)
		if next == nil || slices.ContainsFunc(d.parts, func(p *datum) bool { return p.at == next }) {
			if _, err := r.scan.Skip(); err != nil {
				return err
			}
			continue
		}
		r.dotted = r.dotted || strings.Contains(name, ".")
		if err := r.value(d, next, name, depth); err != nil {
			return err
		}
	}
}

// array reads the elements of an array.
func (r *reading) array(d *datum, depth int) error {
	for i := 0; ; i++ {
		if ok, err := r.scan.Element(); !ok {
			return err
		}
		if kind := r.scan.Peek(); !d.at.concerns(kind) {
			if _, err := r.scan.Skip(); err != nil {
				return err
			}
			continue
		}
		if err := r.value(d, d.at, strconv.Itoa(i), depth); err != nil {
			return err
		}
	}
}

// concerns reports whether a value of the given kind at the place can matter to a field.
func (p *place) concerns(kind jsonscan.Kind) bool {
	switch kind {
	case jsonscan.Object:
		return len(p.next) > 0
	case jsonscan.Array:
		return true
	}
	return p.asked
}

// value reads the value at a place that comes next and is a part of up.
func (r *reading) value(up *datum, at *place, step string, depth int) (err error) {
	kind := r.scan.Peek()
	n := &datum{at: at, kind: kind, up: up, step: step, offset: r.scan.Offset()}
	up.parts = append(up.parts, n)
	container := kind == jsonscan.Object || kind == jsonscan.Array
	if container && at.instead == 0 {
		at.instead = kind
	}
	switch {
	case !at.concerns(kind):
		n.kind = jsonscan.End
		_, err = r.scan.Skip()
		return err
	case container && depth == maxDepth:
		return &jsonscan.Error{Offset: n.offset, Err: jsonscan.ErrDepth}
	case kind == jsonscan.Object:
		r.scan.Open()
		return r.object(n, depth+1)
	case kind == jsonscan.Array:
		r.scan.Open()
		return r.array(n, depth+1)
	}
	if n.raw, err = r.scan.Value(); err != nil {
		return err
	}
	n.value = makeValue(kind, n.raw)
	at.values = append(at.values, n)
	return nil
}

// makeValue returns the value of the given kind that is written as raw.
func makeValue(kind jsonscan.Kind, raw []byte) value {
	switch kind {
	case jsonscan.String:
		text := jsonscan.AppendUnquoted(nil, raw[1:len(raw)-1], jsonscan.KeepLone)
		return value{kind: kind, text: text}
	case jsonscan.Number:
		return value{kind: kind, text: raw, number: parseNumber(raw)}
	}
	return value{kind: kind, text: raw}
}
