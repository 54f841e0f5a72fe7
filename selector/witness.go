package selector

import (
	"maps"
	"slices"

	"github.com/trailsieve/trailsieve/record"
)

// This file finds records that a selector takes and others do not. Conditions on a field can tell apart
// only finitely many kinds of strings: if their operands are
//
//	exact     e1 e2
//	prefixes  p1
//	suffixes  s1
//
// then every string that is not e1 or e2 stands to all of them as one of
//
//	?   p1?   ?s1   p1?s1
//
// does, where ? is a character that no operand has: take the longest of the prefixes that the string
// begins with, and the longest of the suffixes that it ends with. A field that is absent stands as ?
// does. So these candidates are enough, and since fields do not depend on each other, a record is
// a choice of one for each field. The search starts with those that the selector takes:
//
//	choose the first candidate in each field
//	if one of the others takes that: for each of its conditions, strike the candidates that agree with
//	it, and go on with what is left; if nothing is left, try the next condition
//
// A record that is left out by all others escapes one condition of each, so none is missed.

// witnesses searches for records that a takes.
type witnesses struct {
	a      *advancedSelector
	others []advancedSelector // those that look at the same records
	single bool               // no record with two resources is wanted
	work   int                // comparisons made
	gaveUp bool
}

// A candidate is a value for a field. That for resources.ARN may be two.
type candidate []string

// choices are the candidates of each field that are left.
type choices map[string][]candidate

const (
	// maxWork bounds the comparisons of one search. They take a tenth of a microsecond each.
	maxWork = 5_000_000

	// maxPaired bounds how many ARNs are paired with each other.
	maxPaired = 200
)

func newWitnesses(a *advancedSelector, others []advancedSelector) *witnesses {
	w := &witnesses{a: a}
	for _, c := range others {
		if c.category == a.category && c.typ.text == a.typ.text {
			w.others = append(w.others, c)
		}
	}
	return w
}

// escape returns a record that a takes and none of the others does, or nil.
func (w *witnesses) escape() *record.Record {
	left := w.taken()
	if left == nil {
		return nil
	}
	return w.search(left)
}

func (w *witnesses) search(left choices) *record.Record {
	taker := w.takes(left)
	if taker == nil {
		return w.record(left)
	}
	for i := range taker.conditions {
		c := &taker.conditions[i]
		kept := w.filter(left[c.field], func(v candidate) bool { return !v.agrees(c) })
		if len(kept) == 0 {
			continue
		}
		narrowed := maps.Clone(left)
		narrowed[c.field] = kept
		if r := w.search(narrowed); r != nil {
			return r
		}
	}
	return nil
}

// takes returns the first of the others that takes the first choices, or nil.
func (w *witnesses) takes(left choices) *advancedSelector {
	for i := range w.others {
		taken := true
		for j := range w.others[i].conditions {
			c := &w.others[i].conditions[j]
			w.work++
			taken = taken && left[c.field][0].agrees(c)
		}
		if taken {
			return &w.others[i]
		}
	}
	return nil
}

// meet returns a record that a and one of the others take, or nil.
func (w *witnesses) meet() *record.Record {
	for i := range w.others {
		left := w.taken()
		for j := range w.others[i].conditions {
			c := &w.others[i].conditions[j]
			if left != nil {
				left[c.field] = w.filter(left[c.field], func(v candidate) bool { return v.agrees(c) })
				if len(left[c.field]) == 0 {
					left = nil
				}
			}
		}
		if left != nil {
			return w.record(left)
		}
	}
	return nil
}

// taken returns the candidates with which a takes a record, or nil if it takes none.
func (w *witnesses) taken() choices {
	left := choices{}
	for field := range fields[w.a.category] {
		if field != eventCategory && field != resourcesType {
			left[field] = w.candidates(field)
		}
	}
	for i := range w.a.conditions {
		c := &w.a.conditions[i]
		if left[c.field] == nil { // an Operation has more fields than a selector
			left[c.field] = w.candidates(c.field)
		}
		left[c.field] = w.filter(left[c.field], func(v candidate) bool { return v.agrees(c) })
		if len(left[c.field]) == 0 {
			return nil
		}
	}
	return left
}

// filter returns the candidates to keep, or none if the search has taken too long.
func (w *witnesses) filter(candidates []candidate, keep func(candidate) bool) (kept []candidate) {
	if w.work += len(candidates); w.work > maxWork {
		w.gaveUp = true
		return nil
	}
	for _, v := range candidates {
		if keep(v) {
			kept = append(kept, v)
		}
	}
	return kept
}

// agrees reports whether a field with the values agrees, as matchResources does.
func (v candidate) agrees(c *condition) bool {
	selected := !c.selects
	for _, s := range v {
		if find(&c.deselected, s) != nil {
			return false
		}
		selected = selected || find(&c.selected, s) != nil
	}
	return selected
}

// candidates returns the candidates for a field, those that look real first.
func (w *witnesses) candidates(field string) []candidate {
	switch field {
	case readOnly:
		return []candidate{{"false"}, {"true"}}
	case fromConsole:
		return []candidate{{""}, {"true"}}
	}
	var exact, prefixes, suffixes []string
	deselects := false
	gather := func(a *advancedSelector) {
		c := a.on(field)
		if c == nil {
			return
		}
		deselects = deselects || !c.deselected.isEmpty()
		for _, s := range []*set{&c.selected, &c.deselected} {
			for _, l := range s.exact {
				exact = append(exact, l.text)
			}
			for _, l := range s.prefixes {
				prefixes = append(prefixes, l.text)
			}
			for _, l := range s.suffixes {
				suffixes = append(suffixes, l.text)
			}
		}
	}
	gather(w.a)
	for i := range w.others {
		gather(&w.others[i])
	}
	fresh := freshFor(exact, prefixes, suffixes)
	values := append(w.likely(field), exact...)
	if w.work += len(prefixes) * len(suffixes); w.work > maxWork {
		w.gaveUp = true
		return nil
	}
	for _, p := range append(prefixes, "") {
		for _, s := range append(suffixes, "") {
			values = append(values, p+fresh+s)
		}
	}
	var list []candidate
	seen := map[string]bool{}
	for _, v := range values {
		// No record has the one source that tells notifications of S3 from records.
		if !seen[v] && !(field == eventSource && v == "aws:s3") {
			list = append(list, candidate{v})
			seen[v] = true
		}
	}
	if field != resourcesARN || !deselects || w.single {
		return list
	}
	if len(list) > maxPaired {
		w.gaveUp = true
		return list
	}
	for i, u := range list { // as it was before the first pair
		for _, v := range list[:i] {
			list = append(list, candidate{u[0], v[0]})
		}
	}
	return list
}

// freshFor returns a character that is in none of the texts.
func freshFor(lists ...[]string) string {
	used := map[rune]bool{}
	for _, list := range lists {
		for _, s := range list {
			for _, r := range s {
				used[r] = true
			}
		}
	}
	for _, r := range "xyzwvutsrqponmlkjihgfedcba0123456789" {
		if !used[r] {
			return string(r)
		}
	}
	r := 'À'
	for used[r] {
		r++
	}
	return string(r)
}

// likely returns values for a field that real records have.
func (w *witnesses) likely(field string) []string {
	service := knownTypes[w.a.typ.text]
	if service == "" {
		service = "ec2"
	}
	switch field {
	case eventSource:
		return []string{service + ".amazonaws.com"}
	case eventName:
		return []string{nameFor(w.a, false), nameFor(w.a, true)}
	case eventType:
		return []string{"AwsApiCall"}
	case userIdentityARN:
		return []string{"arn:aws:iam::111122223333:user/Alice"}
	case vpcEndpointID:
		return []string{"vpce-1a2b3c4d"}
	case resourcesARN:
		if w.a.typ.text == basicTypes[s3Object] {
			return []string{"arn:aws:s3:::amzn-s3-demo-bucket/key"}
		}
		return []string{"arn:aws:" + service + ":us-east-1:111122223333:example"}
	case errorCode:
		return []string{"", "VpceAccessDenied"}
	}
	return nil
}

// mentions reports whether there is a condition on a field.
func (w *witnesses) mentions(field string) bool {
	return w.a.on(field) != nil ||
		slices.ContainsFunc(w.others, func(c advancedSelector) bool { return c.on(field) != nil })
}

// record returns the record that the first choices make.
func (w *witnesses) record(left choices) *record.Record {
	value := func(field string) string {
		if list := left[field]; len(list) > 0 {
			return list[0][0]
		}
		if v := w.likely(field); len(v) > 0 {
			return v[0]
		}
		return ""
	}
	name := value(eventName)
	if !w.mentions(eventName) {
		name = nameFor(w.a, value(readOnly) == "true")
	}
	typ := value(eventType)
	if w.a.category == record.NetworkActivity {
		typ = "AwsVpceEvent"
	}
	var o writer
	o.open('{', nil)
	o.string("eventVersion", "1.11")
	o.name("userIdentity")
	o.open('{', o.text)
	if arn := value(userIdentityARN); arn != "" {
		o.string("type", "IAMUser")
		o.string("arn", arn)
	}
	o.close('}')
	o.string("eventTime", "2016-11-21T00:00:00Z")
	o.string(eventSource, value(eventSource))
	o.string(eventName, name)
	o.string("awsRegion", "us-east-1")
	if v := value(errorCode); v != "" && w.a.category == record.NetworkActivity {
		o.string(errorCode, v)
	}
	if w.a.category != record.NetworkActivity {
		o.name(readOnly)
		o.text = append(o.text, value(readOnly)...)
	}
	if w.a.category == record.Data {
		o.name("resources")
		o.open('[', o.text)
		for _, arn := range left[resourcesARN][0] {
			o.comma()
			o.open('{', o.text)
			o.string("type", w.a.typ.text)
			o.string("ARN", arn)
			o.close('}')
		}
		o.close(']')
	}
	o.string(eventType, typ)
	o.string("recipientAccountId", "111122223333")
	if v := value(vpcEndpointID); w.a.category == record.NetworkActivity {
		o.string(vpcEndpointID, v)
	}
	o.string(eventCategory, string(w.a.category))
	if v := value(fromConsole); v != "" {
		o.string(fromConsole, v)
	}
	r, err := record.Parse(o.close('}'))
	if err != nil {
		panic("selector: a witness that is no record: " + err.Error())
	}
	return r
}

// nameFor returns the name of an operation, where none was chosen.
func nameFor(a *advancedSelector, read bool) string {
	names := [2]string{"RunInstances", "DescribeInstances"}
	switch a.typ.text {
	case "":
		if a.category == record.NetworkActivity {
			names = [2]string{"PutObject", "GetObject"}
		}
	case basicTypes[s3Object]:
		names = [2]string{"PutObject", "GetObject"}
	case basicTypes[lambdaFunction]:
		names[0] = "Invoke"
	case basicTypes[dynamoDBTable]:
		names = [2]string{"PutItem", "GetItem"}
	default:
		names = [2]string{"PutExample", "GetExample"}
	}
	if read {
		return names[1]
	}
	return names[0]
}
