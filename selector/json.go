package selector

import "github.com/trailsieve/trailsieve/internal/jsonscan"

// MarshalJSON returns the selectors in the one form that the AWS API prints, whatever the format and
// the spelling of the text that was compiled. Everything stays in the order of the text, as far as
// it has an order that means something: selectors, the conditions of each, and values, so that the
// pointers of two trails' reasons can be compared. The members of an object come in the order of the
// API, defaults are written out, and a list that is empty or null is left out if the API would not
// print it. For a trail without selectors the text is {}.
//
// The result compiles to an equal Selector. Selectors with equal results are equal; those whose
// results differ may log the same all the same.
func (s *Selector) MarshalJSON() ([]byte, error) { return s.tree.appendJSON(nil), nil }

// appendJSON appends a tree as the API would print it.
func (t *tree) appendJSON(dst []byte) []byte {
	var o writer
	o.open('{', dst)
	o.leaf("TrailARN", t.trailARN)
	o.leaf("TrailName", t.trailName)
	if len(t.basic) > 0 {
		o.list("EventSelectors", len(t.basic), func(i int) { t.basic[i].write(&o) })
	}
	if len(t.advanced) > 0 {
		o.list("AdvancedEventSelectors", len(t.advanced), func(i int) { t.advanced[i].write(&o) })
	}
	return o.close('}')
}

func (e *eventSelector) write(o *writer) {
	readWriteType := e.readWriteType.text
	if !e.readWriteType.present() {
		readWriteType = "All"
	}
	o.string("ReadWriteType", readWriteType)
	o.name("IncludeManagementEvents")
	if e.includeManagementEvents.text == "false" {
		o.text = append(o.text, "false"...)
	} else {
		o.text = append(o.text, "true"...)
	}
	o.list("DataResources", len(e.dataResources), func(i int) {
		d := &e.dataResources[i]
		o.leaf("Type", d.typ)
		o.strings("Values", d.values)
	})
	o.strings("ExcludeManagementEventSources", e.excludedSources)
}

func (a *advancedEventSelector) write(o *writer) {
	o.leaf("Name", a.name)
	o.list("FieldSelectors", len(a.fieldSelectors), func(i int) {
		f := &a.fieldSelectors[i]
		o.leaf("Field", f.field)
		for j, operator := range f.operators {
			if operator.present() {
				o.strings(operatorNames[j], operator.values)
			}
		}
	})
}

// A writer appends JSON to its text. A comma comes before everything but what follows an opening
// bracket.
type writer struct {
	text  []byte
	fresh bool
}

func (o *writer) open(bracket byte, dst []byte) {
	o.text, o.fresh = append(dst, bracket), true
}

func (o *writer) close(bracket byte) []byte {
	o.text, o.fresh = append(o.text, bracket), false
	return o.text
}

func (o *writer) comma() {
	if !o.fresh {
		o.text = append(o.text, ',')
	}
	o.fresh = false
}

func (o *writer) name(name string) {
	o.comma()
	o.text = append(jsonscan.AppendQuoted(o.text, name), ':')
}

func (o *writer) string(name, value string) {
	o.name(name)
	o.text = jsonscan.AppendQuoted(o.text, value)
}

// leaf writes a member that may be absent.
func (o *writer) leaf(name string, l leaf) {
	if l.present() {
		o.string(name, l.text)
	}
}

func (o *writer) strings(name string, values []leaf) {
	o.name(name)
	o.open('[', o.text)
	for _, v := range values {
		o.comma()
		o.text = jsonscan.AppendQuoted(o.text, v.text)
	}
	o.close(']')
}

// list writes a list of n objects, whose members are written by member.
func (o *writer) list(name string, n int, member func(i int)) {
	o.name(name)
	o.open('[', o.text)
	for i := range n {
		o.comma()
		o.open('{', o.text)
		member(i)
		o.close('}')
	}
	o.close(']')
}
