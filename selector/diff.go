package selector

import (
	"fmt"
	"slices"
	"strconv"
	"strings"

	"github.com/trailsieve/trailsieve/record"
)

// A Difference is what becomes of records when a trail's selectors are replaced.
type Difference struct {
	Stops  []Change // logged before, and no longer
	Starts []Change // the reverse

	// Complete tells that there is nothing else: if it is true and there are no changes, the two log
	// the same. It is false if the search was given up; see the limits of [Diff].
	Complete bool
}

// A Change is something that one trail logs and the other does not. There is one for each value that
// selects resources, if they are selected by value, and otherwise one for each selector.
type Change struct {
	// Pointer leads to that value or selector: in the text of the old selectors if it stops, in that of
	// the new ones if it starts. It is empty for a trail without selectors.
	Pointer string

	Category record.Category
	Type     string // of the resources, for data events

	// Whole tells that the other trail logs nothing at all of what the value or selector takes.
	Whole bool

	// Witness is a record that one of the two logs and the other does not. It has what decides, and
	// little else.
	Witness *record.Record
}

// String returns the change in a line:
//
//	data events on AWS::S3::Object by /EventSelectors/0/DataResources/0/Values/0, in part: PutObject
//	on arn:aws:s3:::a/x
func (c Change) String() string {
	var b strings.Builder
	b.WriteString(categoryWords(c.Category) + " events")
	if c.Type != "" {
		b.WriteString(" on " + c.Type)
	}
	if c.Pointer == "" {
		b.WriteString(" by default")
	} else {
		b.WriteString(" by " + c.Pointer)
	}
	if c.Whole {
		b.WriteString(", all of them: ")
	} else {
		b.WriteString(", in part: ")
	}
	b.WriteString(describe(c.Witness))
	return b.String()
}

// describe tells in a few words what a witness is.
func describe(r *record.Record) string {
	s := r.EventName
	if len(r.Resources) == 0 {
		return s + " of " + r.EventSource
	}
	for i, res := range r.Resources {
		s += [...]string{" on ", " and "}[min(i, 1)] + res.ARN
	}
	return s
}

// Diff tells what stops and what starts being logged if a trail that has the old selectors gets the
// new ones. It decides over all records, not over samples: conditions talk about a few strings only,
// and of all values that stand alike to each of them it tries one; see witness.go. Each change comes with
// a record on which the two differ.
//
// Diff looks at records that name one resource or two. It gives up, which is in Complete, after some
// millions of comparisons, or if resources are deselected and there are more than 200 kinds of ARNs
// to pair.
func Diff(old, new *Selector) Difference {
	stops, complete1 := changes(old, new)
	starts, complete2 := changes(new, old)
	return Difference{stops, starts, complete1 && complete2}
}

// changes returns what selectors of s take that other does not log.
func changes(s, other *Selector) (list []Change, complete bool) {
	complete = true
	others := other.terms()
	for _, a := range pieces(s.terms()) {
		w := newWitnesses(&a, others)
		r := w.escape()
		if r == nil {
			complete = complete && !w.gaveUp
			continue
		}
		if !s.Match(r) || other.Match(r) {
			panic(fmt.Sprintf("selector: a witness that is none: %s", r.Text()))
		}
		common := w.meet()
		list = append(list, Change{a.pointer, a.category, a.typ.text, common == nil && !w.gaveUp, r})
	}
	return list, complete
}

// terms returns s as conditions, whether it has basic or advanced selectors.
func (s *Selector) terms() []advancedSelector {
	terms := s.advanced
	for i := range s.basic {
		terms = append(terms, s.basic[i].terms()...)
	}
	return terms
}

func (b *basicSelector) terms() (terms []advancedSelector) {
	var both []condition
	if !b.read || !b.write {
		value := leaf{text: "true"}
		if b.write {
			value.text = "false"
		}
		both = append(both, conditionThat(readOnly, set{exact: []leaf{value}}))
	}
	if b.management {
		a := advancedSelector{place: b.place, category: record.Management, conditions: both}
		if len(b.excludedSources) > 0 {
			exclusion := condition{field: eventSource, deselected: newSet(b.excludedSources, nil, nil)}
			a.conditions = slices.Concat(both, []condition{exclusion})
		}
		terms = append(terms, a)
	}
	for t := range b.data {
		if b.data[t].isEmpty() {
			continue
		}
		a := advancedSelector{place: b.place, category: record.Data, typ: leaf{text: basicTypes[t]}}
		a.conditions = slices.Concat(both, []condition{conditionThat(resourcesARN, b.data[t])})
		terms = append(terms, a)
	}
	return terms
}

// pieces returns terms that take the same together, and select resources by one value each.
func pieces(terms []advancedSelector) (list []advancedSelector) {
	for _, a := range terms {
		whole := a.on(resourcesARN)
		if whole == nil || !whole.selects {
			list = append(list, a)
			continue
		}
		add := func(value leaf, selected set) {
			piece := a
			piece.place = value.place
			piece.conditions = slices.Clone(a.conditions)
			piece.on(resourcesARN).selected = selected
			list = append(list, piece)
		}
		for _, v := range whole.selected.exact {
			add(v, set{exact: []leaf{v}})
		}
		for _, v := range whole.selected.prefixes {
			add(v, set{prefixes: []leaf{v}})
		}
		for _, v := range whole.selected.suffixes {
			add(v, set{suffixes: []leaf{v}})
		}
	}
	return list
}

// conditionThat returns the condition that selects.
func conditionThat(field string, selected set) condition {
	return condition{field: field, selects: true, selected: selected}
}

func (s *set) isEmpty() bool { return len(s.exact)+len(s.prefixes)+len(s.suffixes) == 0 }

// An Operation is a kind of calls, whoever makes them. What is empty may be anything.
type Operation struct {
	Source   string // eventSource
	Name     string // eventName; it tells whether the call only reads, unless ReadOnly does
	ReadOnly record.Bool
	Type     string // of the resource: AWS::S3::Object; empty for management events
	ARN      string // of the resource; or, if it ends with a star, with what its ARN begins
	User     string // userIdentity.arn; likewise
}

// A Coverage tells how much of an [Operation] a trail logs.
type Coverage struct {
	Logged  *record.Record // a call that is logged, or nil if none is
	Escaped *record.Record // a call that is not logged, or nil if all are

	// Complete is false if the search was given up, as [Diff] does. Then a nil means that nothing was
	// found.
	Complete bool
}

// All reports whether every call is logged.
func (c Coverage) All() bool { return c.Complete && c.Escaped == nil }

// None reports whether no call is logged.
func (c Coverage) None() bool { return c.Complete && c.Logged == nil }

// String returns yes, no or partly, and the calls that show it.
func (c Coverage) String() string {
	switch {
	case !c.Complete:
		return "unknown"
	case c.Escaped == nil:
		return "yes"
	case c.Logged == nil:
		return "no: " + describe(c.Escaped)
	}
	return "partly: not " + describe(c.Escaped)
}

// Covers tells whether a trail logs an operation: every call of the kind, whoever makes it and from
// wherever.
//
//	s.Covers(selector.Operation{Source: "s3.amazonaws.com", Name: "GetObject",
//		Type: "AWS::S3::Object", ARN: "arn:aws:s3:::photos/2016/*"})
//
// It decides over all records that name one resource, as [Diff] does.
func (s *Selector) Covers(op Operation) Coverage {
	a := op.term()
	w := newWitnesses(&a, s.terms())
	w.single = true
	c := Coverage{Logged: w.meet(), Escaped: w.escape(), Complete: !w.gaveUp}
	if c.Logged != nil && !s.Match(c.Logged) || c.Escaped != nil && s.Match(c.Escaped) {
		panic(fmt.Sprintf("selector: a witness for %+v that is none", op))
	}
	return c
}

// term returns the conditions on a record that make it one of the operation.
func (op *Operation) term() advancedSelector {
	a := advancedSelector{category: record.Management}
	if op.Type != "" {
		a.category, a.typ.text = record.Data, op.Type
	}
	add := func(field, value string) {
		if value == "" || value == "*" {
			return
		}
		if prefix, ok := strings.CutSuffix(value, "*"); ok {
			a.conditions = append(a.conditions, conditionThat(field, set{prefixes: []leaf{{text: prefix}}}))
		} else {
			a.conditions = append(a.conditions, conditionThat(field, set{exact: []leaf{{text: value}}}))
		}
	}
	add(eventSource, op.Source)
	add(eventName, op.Name)
	r := record.Record{EventSource: op.Source, EventName: op.Name, ReadOnly: op.ReadOnly}
	named := op.Name != "" && !strings.HasSuffix(op.Name, "*")
	if read, _ := r.IsReadOnly(); named || op.ReadOnly != record.Absent {
		add(readOnly, strconv.FormatBool(read))
	}
	if op.Type != "" {
		add(resourcesARN, op.ARN)
	}
	add(userIdentityARN, op.User)
	return a
}
