package selector

import (
	"cmp"
	"fmt"
	"strings"

	"github.com/trailsieve/trailsieve/record"
)

// A Cause is why a record is logged or dropped, in a form that can be counted. The strings do not
// change.
type Cause string

// The causes. The same condition has the same cause in basic and in advanced selectors.
const (
	Selected       Cause = "selected"         // the only one for a record that is logged
	NoCategory     Cause = "no-category"      // no selector takes events of the category
	NoManagement   Cause = "no-management"    // the same, for management events
	ExcludedSource Cause = "excluded-source"  // management events of the service are left out
	NoReadWrite    Cause = "no-read-write"    // it reads and writes are selected, or the reverse
	NoType         Cause = "no-resource-type" // no resource is of a type that is selected
	NoResource     Cause = "no-resource"      // the record names no resource at all
	NoValue        Cause = "no-value"         // the resource is not one of those that are selected
	FieldRefused   Cause = "field-refused"    // a condition on another field does not agree
)

// A Reason is why a trail logs a record, or why not. Reasons can be compared, and counted by Cause or
// Pointer. Their JSON form is stable.
type Reason struct {
	Logged bool  `json:"logged"`
	Cause  Cause `json:"cause"`

	// Pointer is a JSON Pointer into the text of the selectors: to the value that takes the record's
	// resource, or the selector that takes the record; or, if the record is dropped, to the condition
	// that refused it in the selector that came nearest, which is the one that passed most conditions.
	// If no selector is for its category, it points to their list. It is empty for a trail without
	// selectors, and for a list that is the whole text.
	Pointer string `json:"pointer"`

	// Operand is what Pointer points to, if that is a string or a boolean.
	Operand string `json:"operand,omitempty"`

	// Field is what was compared, by its name in advanced selectors, and Value what the record has
	// there.
	Field string `json:"field"`
	Value string `json:"value"`

	// Category is that of the record, and CategoryBasis what it rests on.
	Category      record.Category `json:"category"`
	CategoryBasis record.Basis    `json:"categoryBasis"`

	// ReadOnly tells whether the call only read. ReadOnlyBasis is what that rests on, or empty if
	// the selector did not ask.
	ReadOnly      bool         `json:"readOnly"`
	ReadOnlyBasis record.Basis `json:"readOnlyBasis,omitempty"`

	// ResourceBasis tells where a Value for resources.ARN is from: the record's resources or, if it
	// has none, its requestParameters.
	ResourceBasis record.Basis `json:"resourceBasis,omitempty"`
}

// Explain tells what [Selector.Match] answers for a record, and why. It looks at each selector in
// turn, until one takes the record; [Selector.ExplainEach] tells what each of them says.
func (s *Selector) Explain(r *record.Record) Reason {
	e := newExplainer(r)
	nearest, most := Reason{Cause: NoCategory, Pointer: s.list}, 0
	if e.category == record.Management {
		nearest.Cause = NoManagement
	}
	for i := range len(s.basic) + len(s.advanced) {
		reason, passed := e.ask(s, i)
		if reason.Logged {
			return e.finish(reason)
		}
		if passed > most {
			nearest, most = reason, passed
		}
	}
	return e.finish(nearest)
}

// ExplainEach tells of each event selector of the trail, in the order of the text, whether it takes the
// record, or what is the first condition that refuses it. One that takes no events of the record's
// category has the cause [NoCategory], with a pointer to the selector.
func (s *Selector) ExplainEach(r *record.Record) []Reason {
	e := newExplainer(r)
	var reasons []Reason
	for i := range len(s.basic) + len(s.advanced) {
		reason, _ := e.ask(s, i)
		if reason.Cause == "" {
			reason = because(NoCategory, leaf{place: s.placeOf(i)}, eventCategory, string(e.category))
		}
		reasons = append(reasons, e.finish(reason))
	}
	return reasons
}

// placeOf returns the place of an event selector.
func (s *Selector) placeOf(i int) place {
	if i < len(s.basic) {
		return s.basic[i].place
	}
	return s.advanced[i-len(s.basic)].place
}

func newExplainer(r *record.Record) *explainer {
	e := &explainer{facts: facts{Record: r}}
	e.category, e.categoryBasis = r.Category()
	e.readOnly, e.readOnlyBasis = r.IsReadOnly()
	e.resources = r.Resources
	if arn, ok := r.S3ObjectARN(); ok && len(r.Resources) == 0 {
		e.resources = []record.Resource{{ARN: arn, Type: basicTypes[s3Object]}}
	}
	return e
}

// ask puts the record to an event selector.
func (e *explainer) ask(s *Selector, i int) (reason Reason, passed int) {
	if i < len(s.basic) {
		return e.basic(&s.basic[i])
	}
	return e.advanced(&s.advanced[i-len(s.basic)])
}

// An explainer puts a record to selectors, one at a time. It returns what became of it and how many
// conditions it passed. Being for the record's category counts as two, so that a basic selector that
// leaves out management events, one, is nearer than a selector of another category, none.
type explainer struct {
	facts
	categoryBasis record.Basis
	readOnlyBasis record.Basis
	resources     []record.Resource // those of the record, or the one that was rebuilt
}

func (e *explainer) basic(b *basicSelector) (Reason, int) {
	switch e.category {
	case record.Management:
		return e.basicManagement(b)
	case record.Data:
		if len(b.dataResources) > 0 {
			return e.basicData(b)
		}
	}
	return Reason{}, 0
}

func (e *explainer) basicManagement(b *basicSelector) (Reason, int) {
	if !b.management {
		return because(NoManagement, b.includeManagementEvents, eventCategory, string(e.category)), 1
	}
	if !b.takes(e.readOnly) {
		return because(NoReadWrite, b.readWriteType, readOnly, e.valueOf(readOnly)), 2
	}
	if source := b.excludes(e.Record); source != nil {
		return because(ExcludedSource, *source, eventSource, e.EventSource), 3
	}
	reason := because(Selected, leaf{place: b.place}, eventCategory, string(e.category))
	return e.mindReadWrite(reason, b), 0
}

func (e *explainer) basicData(b *basicSelector) (Reason, int) {
	if len(e.resources) == 0 {
		return because(NoResource, leaf{place: b.dataResourcesAt}, resourcesType, ""), 2
	}
	// The values are asked in the order in which Match does it: resource by resource.
	nearest := because(NoType, leaf{place: b.dataResourcesAt}, resourcesType, e.resources[0].Type)
	for i := range e.resources {
		t, ok := basicTypeOf(e.resources[i].Type)
		if !ok || !b.dataAt[t].present() {
			continue
		}
		arn := arnOf(&e.resources[i])
		value := find(&b.data[t], arn)
		if value == nil {
			if nearest.Cause == NoType {
				nearest = because(NoValue, leaf{place: b.dataAt[t]}, resourcesARN, arn)
			}
			continue
		}
		if !b.takes(e.readOnly) {
			return because(NoReadWrite, b.readWriteType, readOnly, e.valueOf(readOnly)), 4
		}
		reason := because(Selected, *value, resourcesARN, arn)
		reason.Operand = valueAt(b, value.pointer)
		return e.mindReadWrite(reason, b), 0
	}
	if nearest.Cause == NoType {
		return nearest, 2
	}
	return nearest, 3
}

// valueAt returns the value of a DataResource as it was written. Those that take all resources of
// a type are compiled into something else.
func valueAt(b *basicSelector, pointer string) string {
	for _, d := range b.dataResources {
		for _, value := range d.values {
			if value.pointer == pointer {
				return value.text
			}
		}
	}
	panic("selector: no value at " + pointer)
}

// mindReadWrite adds to a reason what read and write rest on, if b selects only one of them.
func (e *explainer) mindReadWrite(reason Reason, b *basicSelector) Reason {
	if !b.read || !b.write {
		reason.ReadOnlyBasis = e.readOnlyBasis
	}
	return reason
}

func (e *explainer) advanced(a *advancedSelector) (Reason, int) {
	if e.category != a.category {
		return Reason{}, 0
	}
	logged := because(Selected, leaf{place: a.place}, eventCategory, string(e.category))
	passed := 2
	var arns []string
	if a.category == record.Data {
		if len(e.resources) == 0 {
			return because(NoResource, a.typ, resourcesType, ""), passed
		}
		for i := range e.resources {
			if e.resources[i].Type == a.typ.text {
				arns = append(arns, arnOf(&e.resources[i]))
			}
		}
		if len(arns) == 0 {
			return because(NoType, a.typ, resourcesType, e.resources[0].Type), passed
		}
		passed++
		logged.Field, logged.Value = resourcesARN, arns[0]
	}
	var refused Reason
	for i := range a.conditions {
		c := &a.conditions[i]
		values := arns
		if c.field != resourcesARN {
			values = []string{e.valueOf(c.field)}
		}
		if c.field == readOnly {
			logged.ReadOnlyBasis = e.readOnlyBasis
		}
		reason, ok := a.ask(c, values)
		switch {
		case ok:
			passed++
		case refused.Cause == "":
			refused = reason
		}
	}
	if refused.Cause != "" {
		return refused, passed
	}
	return logged, 0
}

// ask returns why a condition refuses the values of its field, if it does.
func (a *advancedSelector) ask(c *condition, values []string) (refused Reason, ok bool) {
	cause := FieldRefused
	switch {
	case c.field == readOnly:
		cause = NoReadWrite
	case c.field == resourcesARN:
		cause = NoValue
	case c.field == eventSource && a.category == record.Management:
		cause = ExcludedSource
	}
	selected := !c.selects
	for _, v := range values {
		if met := find(&c.deselected, v); met != nil {
			return because(cause, *met, c.field, v), false
		}
		selected = selected || find(&c.selected, v) != nil
	}
	if !selected {
		return because(cause, leaf{place: c.place}, c.field, values[0]), false
	}
	return Reason{}, true
}

// because returns the reason that what a record has for a field meets by, or does not.
func because(cause Cause, by leaf, field, value string) Reason {
	return Reason{Logged: cause == Selected, Cause: cause, Pointer: by.pointer, Operand: by.text,
		Field: field, Value: value}
}

// finish adds to a reason what was derived from the record.
func (e *explainer) finish(r Reason) Reason {
	r.Category, r.CategoryBasis = e.category, e.categoryBasis
	r.ReadOnly = e.readOnly
	switch r.Field {
	case "":
		r.Field, r.Value = eventCategory, string(e.category)
	case readOnly:
		r.ReadOnlyBasis = e.readOnlyBasis
	case resourcesARN:
		r.ResourceBasis = record.ByResources
		if len(e.Resources) == 0 {
			r.ResourceBasis = record.ByParameters
		}
	}
	return r
}

// String returns the reason as a sentence:
//
//	logged: management event by /EventSelectors/0
//	dropped: data event, resource not selected by /EventSelectors/0/DataResources/0: resources.ARN
//	is arn:aws:s3:::logs/a (category derived from eventSource and eventName; ARN rebuilt from
//	requestParameters)
func (r Reason) String() string {
	var b strings.Builder
	if r.Logged {
		b.WriteString("logged: ")
	} else {
		b.WriteString("dropped: ")
	}
	b.WriteString(categoryWords(r.Category) + " event" + r.verb())
	if r.Logged || r.Pointer != "" && r.Cause != NoCategory {
		b.WriteString(" by " + cmp.Or(r.Pointer, "default"))
		if r.Operand != "" {
			b.WriteString(", " + r.Operand)
		}
	}
	switch r.Cause {
	case NoType, NoValue, FieldRefused:
		if r.Value == "" {
			fmt.Fprintf(&b, ": the record has no %s", r.Field)
		} else {
			fmt.Fprintf(&b, ": %s is %s", r.Field, r.Value)
		}
	}
	if notes := r.derived(); len(notes) > 0 {
		fmt.Fprintf(&b, " (%s)", strings.Join(notes, "; "))
	}
	return b.String()
}

// verb returns what became of the event, after "event" and before "by".
func (r Reason) verb() string {
	switch r.Cause {
	case NoCategory:
		return ", which no selector takes"
	case NoManagement:
		return ", not included"
	case ExcludedSource:
		return ", source excluded"
	case NoReadWrite:
		if r.ReadOnly {
			return ", read not selected"
		}
		return ", write not selected"
	case NoType:
		return ", resource type not selected"
	case NoResource:
		return " without a resource, not selected"
	case NoValue:
		return ", resource not selected"
	case FieldRefused:
		return ", " + r.Field + " refused"
	}
	return ""
}

// derived returns what the reason rests on that is not in the record's own words.
func (r Reason) derived() []string {
	var notes []string
	switch r.CategoryBasis {
	case record.ByEventCategory, "":
	case record.ByDefault:
		notes = append(notes, "category taken by default")
	default:
		notes = append(notes, "category derived from "+string(r.CategoryBasis))
	}
	if r.ReadOnlyBasis != "" && r.ReadOnlyBasis != record.ByReadOnly {
		notes = append(notes, "read or write derived from "+string(r.ReadOnlyBasis))
	}
	if r.ResourceBasis == record.ByParameters {
		notes = append(notes, "ARN rebuilt from "+string(r.ResourceBasis))
	}
	return notes
}

func categoryWords(c record.Category) string {
	switch c {
	case record.Management:
		return "management"
	case record.Data:
		return "data"
	case record.NetworkActivity:
		return "network activity"
	case record.Aggregated:
		return "aggregated"
	}
	return string(c)
}
