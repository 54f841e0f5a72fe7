package pattern

import (
	"cmp"
	"slices"
	"strconv"
	"strings"

	"github.com/trailsieve/trailsieve/internal/jsonscan"
)

// An Explanation says what a pattern answers for an event, and why. It has a stable JSON form, and
// prints itself as a tree.
//
// A pattern with $or is a choice of branches, each with one element of every $or. An explanation
// rests on one of them: the first one that the event matches, or else the one in which the fewest
// conditions fail. What it says of that branch is why the verdict is what it is; of the others it
// says how their conditions fare one by one.
type Explanation struct {
	// Matched is what [Pattern.Match] reports.
	Matched bool `json:"matched"`

	// Or has the elements of $or in the branch that the explanation rests on, as JSON Pointers in
	// the pattern.
	Or []string `json:"or,omitempty"`

	// Conditions are those of the pattern, in the order in which they are written.
	Conditions []Condition `json:"conditions"`

	// Conflict is set where the conditions of the branch hold one by one, but not together. (There
	// may also be conditions that there be no value, which do not hold by themselves if any element
	// of an array has one.)
	Conflict *Conflict `json:"conflict,omitempty"`
}

// A Condition is what a field of a pattern asks for, and what an event has there.
type Condition struct {
	Path     string `json:"path"`     // the names joined with dots
	Pointer  string `json:"pointer"`  // of the field in the pattern, as a JSON Pointer
	Expected string `json:"expected"` // the array of the field, without white space

	// Decisive tells whether the condition is in the branch that the explanation rests on, Replaced
	// whether a later field of the same path stands in for it everywhere, so that it never counts.
	Decisive bool `json:"decisive"`
	Replaced bool `json:"replaced,omitempty"`

	// Held tells whether the condition holds. If it is decisive and the event matches, that is in
	// the elements of arrays in which all the others hold; otherwise, whether it holds by itself.
	Held bool `json:"held"`

	// Alternative is the index in the field's array of the element that accepted a value or, being
	// {"exists": false}, that there is none. It is -1 if the condition does not hold.
	Alternative int `json:"alternative"`

	// Values are what the event has at the path, up to ten, and More is the number of the rest. If
	// there is no value, Instead is "an object" or "an array" where the event has one of these.
	Values  []Value `json:"values,omitempty"`
	More    int     `json:"more,omitempty"`
	Instead string  `json:"instead,omitempty"`
}

// A Value is a value in an event.
type Value struct {
	Text     string `json:"text"`               // as it is written, but cut after 200 bytes
	Offset   int    `json:"offset"`             // of the first byte in the event
	Pointer  string `json:"pointer"`            // in the event: it has the elements of arrays
	Accepted bool   `json:"accepted"`           // by the condition
	Decisive bool   `json:"decisive,omitempty"` // the one that the verdict of a match rests on
}

// A Conflict is a set of conditions that hold one by one but not together, because they hold in
// different elements of an array. None of them can be left out, unless the branch has more than 32
// conditions: then all that hold are listed, because to try each would take too long.
type Conflict struct {
	Array      string `json:"array"`      // a JSON Pointer in the event
	Conditions []int  `json:"conditions"` // indexes in Explanation.Conditions
}

// How much of an event an explanation repeats: enough to see what is wrong, and little enough for a
// line in a log.
const (
	maxValues    = 10
	maxValueText = 200

	maxMinimized = 32 // conditions of a conflict that are left out one by one
)

// Explain tells what [Pattern.Match] answers for an event, and why. It reads on where Match already
// has its answer, so it can report a broken event that Match did not mind. It takes time linear in
// the size of the event for each of the pattern's branches.
func (p *Pattern) Explain(event []byte) (*Explanation, error) {
	x, err := readForExplanation(event, p)
	if err != nil {
		return nil, err
	}
	return x.explain(p)
}

// A SetExplanation says which rules of a [Set] match an event, and why the others do not.
type SetExplanation[K any] struct {
	Rules []RuleExplanation[K] `json:"rules"` // of all rules, in their order
}

// A RuleExplanation says what becomes of one rule.
type RuleExplanation[K any] struct {
	Key     K           `json:"key"`
	Matched bool        `json:"matched"`
	Reason  string      `json:"reason"`           // see [Explanation.Reason]
	Failed  []Condition `json:"failed,omitempty"` // the first three decisive conditions that failed
	More    int         `json:"more,omitempty"`   // the number of the others
}

// maxFailed is how many failed conditions are listed for a rule.
const maxFailed = 3

// Explain tells for each rule of the set what [Set.Match] answers for an event, and why. It reads the
// event once; [Pattern.Explain] tells more of a single rule.
func (s *Set[K]) Explain(event []byte) (*SetExplanation[K], error) {
	x, err := readForExplanation(event, s.patterns...)
	if err != nil {
		return nil, err
	}
	all := &SetExplanation[K]{Rules: make([]RuleExplanation[K], 0, len(s.keys))}
	for i, p := range s.patterns {
		e, err := x.explain(p)
		if err != nil {
			return nil, err
		}
		failed := e.failed()
		all.Rules = append(all.Rules, RuleExplanation[K]{
			Key:     s.keys[i],
			Matched: e.Matched,
			Reason:  e.Reason(),
			Failed:  failed[:min(maxFailed, len(failed))],
			More:    max(0, len(failed)-maxFailed),
		})
	}
	return all, nil
}

// Matched returns the keys of the rules that match, as [Set.Match] does.
func (e *SetExplanation[K]) Matched() (keys []K) {
	for _, r := range e.Rules {
		if r.Matched {
			keys = append(keys, r.Key)
		}
	}
	return keys
}

// An explainer puts an event to patterns.
type explainer struct {
	root  *place
	event *reading
}

func readForExplanation(event []byte, patterns ...*Pattern) (*explainer, error) {
	root := &place{}
	for _, p := range patterns {
		for _, b := range p.branches {
			for path := range b {
				root.add(path)
			}
		}
	}
	r, err := root.read(event)
	if err != nil {
		return nil, err
	}
	return &explainer{root, r}, nil
}

// explain does the work of Explain. The places of p are below the root.
func (x *explainer) explain(p *Pattern) (*Explanation, error) {
	places := placed(p.tree)
	e := &Explanation{}
	index := map[*field]int{}
	held := map[*field]bool{}
	for i, f := range places {
		c := x.judge(f.field, f.path)
		c.Pointer, c.Replaced = f.pointer, true
		index[f.field], held[f.field] = i, c.Held
		e.Conditions = append(e.Conditions, c)
	}
	for _, b := range p.branches {
		for _, f := range b {
			e.Conditions[index[f]].Replaced = false
		}
	}
	branch, number, found, err := x.decide(p.branches, held)
	if err != nil {
		return nil, err
	}
	e.Matched = found != nil
	for i, w := range branch {
		c := &e.Conditions[index[w.field]]
		c.Decisive = true
		if e.Matched {
			c.settle(w, found[i])
		}
	}
	e.Or = p.tree.chosen([][]string{nil}, nil)[number]
	if !e.Matched {
		e.Conflict = x.conflict(branch, held, index)
	}
	return e, nil
}

// judge returns what can be said of a field by itself.
func (x *explainer) judge(f *field, path string) Condition {
	at := x.root.find(path)
	c := Condition{Path: path, Expected: escapeHalves(f.String()), Alternative: -1}
	if len(at.values) == 0 {
		if at.instead != 0 {
			c.Instead = at.instead.String()
		}
		c.Held = f.acceptsNone()
		c.Alternative = f.indexOfNone()
		return c
	}
	for i, d := range at.values {
		alternative := f.indexOf(&d.value)
		if alternative >= 0 && !c.Held {
			c.Held, c.Alternative = true, alternative
			if i >= maxValues { // what is listed last makes room for it
				c.Values[maxValues-1] = d.listed(true)
			}
		}
		if i < maxValues {
			c.Values = append(c.Values, d.listed(alternative >= 0))
		}
	}
	c.More = len(at.values) - len(c.Values)
	return c
}

// settle makes c the condition that d satisfies in a match, or that having no value does if d is nil.
func (c *Condition) settle(w want, d *datum) {
	c.Held = true
	if d == nil {
		c.Alternative = w.field.indexOfNone()
		return
	}
	c.Alternative = w.field.indexOf(&d.value)
	i := slices.IndexFunc(c.Values, func(v Value) bool { return v.Offset == d.offset })
	if i < 0 {
		i = len(c.Values) - 1
		c.Values[i] = d.listed(true)
	}
	c.Values[i].Decisive = true
}

// listed returns d as it appears in an explanation.
func (d *datum) listed(accepted bool) Value {
	return Value{
		Text:     cut(string(d.raw), maxValueText),
		Offset:   d.offset,
		Pointer:  d.pointer(),
		Accepted: accepted,
	}
}

// decide returns the wants of the branch that an explanation rests on, its number and, if the event
// matches it, what satisfies them.
func (x *explainer) decide(branches []branch, held map[*field]bool) (nearest []want, number int, found choice, err error) {
	fewest := -1
	for i, b := range branches {
		failing, hopeless := 0, false
		for _, f := range b {
			if !held[f] {
				failing++
				hopeless = hopeless || !f.acceptsNone()
			}
		}
		if hopeless && fewest >= 0 && fewest <= failing {
			continue
		}
		wants := x.wants(b)
		if !hopeless {
			w := &witness{wants, x.event.dotted}
			c, ok, err := w.find(x.event.top)
			if err != nil || ok {
				return wants, i, c, err
			}
		}
		if fewest < 0 || failing < fewest {
			nearest, number, fewest = wants, i, failing
		}
	}
	return nearest, number, nil, nil
}

// chosen returns what each of the lists becomes when the elements of $or below o are added to it that
// a branch can choose, in the order in which extend makes branches. An element belongs to its branch
// even if all its fields are replaced.
func (o *object) chosen(lists [][]string, steps []string) [][]string {
	for _, m := range o.members {
		steps := append(steps, m.name) // the levels take turns in one array
		switch v := m.value.(type) {
		case *object:
			lists = v.chosen(lists, steps)
		case *either:
			var all [][]string
			for i, b := range v.branches {
				steps := append(steps, strconv.Itoa(i))
				more := make([][]string, len(lists))
				for j, list := range lists {
					more[j] = append(slices.Clip(list), jsonscan.Pointer(steps...))
				}
				all = append(all, b.chosen(more, steps)...)
			}
			lists = all
		}
	}
	return lists
}

// wants returns the wants of a branch.
func (x *explainer) wants(b branch) []want {
	var wants []want
	for path, f := range b {
		wants = append(wants, want{x.root.find(path), f})
	}
	slices.SortFunc(wants, func(a, b want) int { return cmp.Compare(a.at.id, b.at.id) })
	return wants
}

// conflict returns a smallest set of the wants that hold one by one but not together, or nil if what
// fails by itself is to blame. One want after the other is left out, and stays out if the rest still
// cannot be satisfied. Each try takes as long as the event is, so of many wants none is left out.
func (x *explainer) conflict(all []want, held map[*field]bool, index map[*field]int) *Conflict {
	var wants []want
	for _, w := range all {
		switch {
		case held[w.field]:
			wants = append(wants, w)
		case !w.field.acceptsNone():
			return nil
		}
	}
	together := func(wants []want) bool {
		w := &witness{wants, x.event.dotted}
		_, ok, err := w.find(x.event.top)
		return ok || err != nil // what takes too long to find out is left as it is
	}
	if len(wants) < len(all) && together(wants) {
		return nil
	}
	for i := 0; i < len(wants) && len(all) <= maxMinimized; {
		if fewer := slices.Delete(slices.Clone(wants), i, i+1); together(fewer) {
			i++ // the want is needed for the conflict
		} else {
			wants = fewer
		}
	}
	c := &Conflict{Array: parting(wants)}
	for _, w := range wants {
		c.Conditions = append(c.Conditions, index[w.field])
	}
	slices.Sort(c.Conditions)
	return c
}

// parting returns the JSON Pointer of an array in whose elements some of the wants part: the deepest
// of those where two of the values that satisfy them do. It looks at the first values of each.
func parting(wants []want) string {
	var deepest *datum
	depth := -1
	satisfying := make([][]*datum, len(wants))
	for i, w := range wants {
		satisfying[i] = w.satisfying()
	}
	for i := range wants {
		for j := range i {
			for _, a := range satisfying[j] {
				for _, b := range satisfying[i] {
					at, level := fork(a, b)
					if at.kind == jsonscan.Array && level > depth {
						deepest, depth = at, level
					}
				}
			}
		}
	}
	if deepest == nil {
		return ""
	}
	return deepest.pointer()
}

// satisfying returns the first values that satisfy a want.
func (w want) satisfying() (data []*datum) {
	for _, d := range w.at.values {
		if len(data) == maxValues {
			break
		}
		if w.field.accepts(&d.value) {
			data = append(data, d)
		}
	}
	return data
}

// fork returns the datum in which the ways to a and b part, and how deep it lies.
func fork(a, b *datum) (at *datum, depth int) {
	n, m := a.depth(), b.depth()
	for ; n > m; n-- {
		a = a.up
	}
	for ; m > n; m-- {
		b = b.up
	}
	for ; a != b; n-- {
		a, b = a.up, b.up
	}
	return a, n
}

// depth returns how many steps lead to d.
func (d *datum) depth() (n int) {
	for d = d.up; d != nil; d = d.up {
		n++
	}
	return n
}

// A placedField is a field in the tree of a pattern, with its path, its JSON Pointer and those of the
// elements of $or that it is in.
type placedField struct {
	*field
	path, pointer string
	or            []string
}

// placed returns the fields below the root of a tree, in the order in which they are written.
func placed(root *object) (all []placedField) {
	// names and steps are used by all levels in turn, and a path or pointer is made of them only where a
	// field is: each level having its own would take memory in the square of the depth.
	var visit func(o *object, names, steps, or []string)
	visit = func(o *object, names, steps, or []string) {
		for _, m := range o.members {
			steps := append(steps, m.name)
			switch v := m.value.(type) {
			case *field:
				path := strings.Join(append(names, m.name), ".")
				all = append(all, placedField{v, path, jsonscan.Pointer(steps...), or})
			case *object:
				visit(v, append(names, m.name), steps, or)
			case *either:
				for i, b := range v.branches {
					steps := append(steps, strconv.Itoa(i))
					visit(b, names, steps, append(slices.Clip(or), jsonscan.Pointer(steps...)))
				}
			}
		}
	}
	visit(root, nil, nil, nil)
	return all
}

// indexOf returns the index of the first alternative that accepts a value, or -1.
func (f *field) indexOf(v *value) int {
	return slices.IndexFunc(f.anyOf, func(a alternative) bool { return a.accepts(v) })
}

// indexOfNone returns the index of the alternative that there be no value, or -1.
func (f *field) indexOfNone() int {
	return slices.IndexFunc(f.anyOf, func(a alternative) bool { return a.condition == exists(false) })
}

// failed returns the decisive conditions that do not hold: last those that might hold, if the others
// did, because they ask for no value and the values are in elements of an array that need not be chosen.
func (e *Explanation) failed() (failed []Condition) {
	var avoidable []Condition
	for _, c := range e.Conditions {
		switch {
		case !c.Decisive || c.Held:
		case c.avoidable():
			avoidable = append(avoidable, c)
		default:
			failed = append(failed, c)
		}
	}
	return append(failed, avoidable...)
}

// avoidable reports whether c asks for no value, and all that are listed are in elements of an array.
func (c *Condition) avoidable() bool {
	f, err := parseField(c.Expected)
	return err == nil && f.acceptsNone() && len(c.Values) > 0 &&
		!slices.ContainsFunc(c.Values, func(v Value) bool { return !v.inElement(c.Path) })
}

// inElement reports whether a value that was found for a path lies in an object or array that is an
// element of an array. A scalar in an array is bound to no other.
func (v Value) inElement(path string) bool {
	names := strings.Split(path, ".")
	steps := strings.Split(strings.Join(pointerSteps(v.Pointer), "."), ".")
	if steps[len(steps)-1] != names[len(names)-1] { // the index of a scalar
		steps = steps[:len(steps)-1]
	}
	return len(steps) > len(names)
}
