package selector

import (
	"strings"

	"github.com/trailsieve/trailsieve/record"
)

// This file checks advanced selectors.

func (l *linter) advancedSelector(i int) {
	a, written := &l.advanced[i], &l.tree.advanced[i]
	if written.name.present() && written.name.text == "" {
		l.add(EmptyName, written.name.place, "CloudFormation refuses an empty name; leave it out")
	}
	if a.category == record.Data {
		if _, ok := knownTypes[a.typ.text]; !ok {
			var types []string
			for t := range knownTypes {
				types = append(types, t)
			}
			l.add(UnknownType, a.typ.place, "no type %s is known to have data events%s", a.typ.text,
				hint(a.typ.text, types))
		}
	}
	for k := range written.fieldSelectors {
		f := &written.fieldSelectors[k]
		if f.field.text == eventCategory || f.field.text == resourcesType {
			continue
		}
		l.condition(a, f)
		l.undone(i, f)
	}
	for j := range l.advanced {
		if c := &l.advanced[j]; j != i && a.within(c) {
			if !c.within(a) {
				l.add(Contained, a.place, "the selector adds nothing to %s", c.pointer)
				break
			} else if j < i {
				l.add(RepeatedSelector, a.place, "the selector is %s again", c.pointer)
				break
			}
		}
	}
}

// condition checks the condition on one field.
func (l *linter) condition(a *advancedSelector, f *fieldSelector) {
	var selects, deselects []value
	for k := range f.operators {
		o := operator(1 << k)
		for _, v := range f.operators[k].values {
			if o&(equals|startsWith|endsWith) != 0 {
				selects = append(selects, value{v, o})
			} else {
				deselects = append(deselects, value{v, o})
			}
			l.advancedValue(a, f.field.text, value{v, o})
		}
	}
	l.shadows(selects)
	l.shadows(deselects)
	if f.field.text == readOnly && len(newCondition(f).selected.exact) == 2 {
		l.add(BothReadOnly, f.place, "every call reads or writes; remove the condition")
	}
	var dead []value
	for _, v := range selects {
		for _, d := range deselects {
			if d.covers(v) {
				dead = append(dead, v)
				break
			}
		}
	}
	if len(selects) > 0 && len(dead) == len(selects) {
		l.add(NeverMatches, f.place, "the condition on %s deselects all that it selects, so that "+
			"the selector takes nothing; remove one or the other", f.field.text)
		return
	}
	for _, v := range dead {
		l.add(DeadValue, v.place, "%q is selected here and deselected by the same condition; remove one",
			v.text)
	}
}

func (l *linter) advancedValue(a *advancedSelector, field string, v value) {
	l.star(v.leaf)
	switch field {
	case fromConsole:
		if v.text == "false" {
			l.add(ConsoleFalse, v.place, "sessionCredentialFromConsole is true or absent, never false; "+
				"for calls from elsewhere use NotEquals true")
		}
	case eventSource:
		if a.category == record.Management {
			l.source(v.leaf)
		} else if a.category == record.NetworkActivity {
			service := strings.TrimSuffix(strings.TrimSuffix(v.text, ".cn"), ".amazonaws.com")
			for _, known := range knownSources {
				if service == known {
					return
				}
			}
			l.add(UnknownSource, v.place, "no source %s is known to have network activity events%s",
				v.text, hint(service, knownSources))
		}
	case userIdentityARN, resourcesARN:
		if v.operator&(endsWith|notEndsWith) != 0 {
			return
		}
		begins := strings.HasPrefix(v.text, "arn:")
		if !begins && (v.operator&(equals|notEquals) != 0 || !strings.HasPrefix("arn:", v.text)) {
			l.add(NotAnARN, v.place, "ARNs begin with arn:, so none is met by %q; "+
				"write all of it, or use EndsWith or NotEndsWith", v.text)
		} else if field == resourcesARN && begins {
			l.resourceARN(a, v)
		}
	}
}

// resourceARN checks an ARN or its beginning.
func (l *linter) resourceARN(a *advancedSelector, v value) {
	parts := strings.SplitN(v.text, ":", 6)
	complete := len(parts) > 3 || v.operator&(equals|notEquals) != 0 && len(parts) > 2
	if service := knownTypes[a.typ.text]; service != "" && complete && parts[2] != service {
		l.add(OtherARN, v.place, "%q is of the service %s, and resources of type %s are of %s",
			v.text, parts[2], a.typ.text, service)
		return
	}
	if t, ok := basicTypeOf(a.typ.text); ok && v.operator&(equals|notEquals) != 0 {
		l.named(t, v.leaf)
	}
	if a.typ.text != basicTypes[s3Object] || len(parts) < 6 || parts[5] == "" {
		return
	}
	bucket, key, slash := strings.Cut(parts[5], "/")
	switch {
	case !isBucket(bucket):
	case v.operator&(equals|notEquals) != 0 && key == "":
		l.add(BucketEquals, v.place, "%q is a bucket, and resources are objects; "+
			"use StartsWith or NotStartsWith, with a slash at the end", v.text)
	case !slash:
		l.add(BucketNoSlash, v.place, "%q takes buckets whose names begin with it, too; end it with a slash",
			v.text)
	}
}

// undone checks whether another selector takes what the condition of the i-th deselects.
func (l *linter) undone(i int, f *fieldSelector) {
	a := &l.advanced[i]
	for _, o := range []operator{notEquals, notStartsWith, notEndsWith} {
		for _, v := range f.operators[o.index()].values {
			for j := range l.advanced {
				c := &l.advanced[j]
				if j == i || c.category != a.category || c.typ.text != a.typ.text || disjoint(a, c, f.field.text) {
					continue
				}
				if other := c.on(f.field.text); other == nil || agrees(other, v.text) {
					l.add(Undone, v.place, "%q is left out here and taken by %s; leave it out there too", v.text,
						c.pointer)
					break
				}
			}
		}
	}
}

// on returns the condition on a field, or nil.
func (a *advancedSelector) on(field string) *condition {
	for i := range a.conditions {
		if a.conditions[i].field == field {
			return &a.conditions[i]
		}
	}
	return nil
}

// disjoint reports whether the conditions of a and c on some other field than the given one have only
// whole values to select, of which none is common.
func disjoint(a, c *advancedSelector, field string) bool {
	for i := range a.conditions {
		x := &a.conditions[i]
		y := c.on(x.field)
		if x.field == field || x.field == resourcesARN || y == nil || !x.isExact() || !y.isExact() {
			continue
		}
		common := false
		for _, v := range x.selected.exact {
			common = common || agrees(y, v.text)
		}
		if !common {
			return true
		}
	}
	return false
}

// isExact reports whether the condition selects whole values only.
func (c *condition) isExact() bool {
	return c.selects && len(c.selected.prefixes)+len(c.selected.suffixes) == 0
}

// within reports whether c takes every record that a takes, as far as the conditions show, one by one.
func (a *advancedSelector) within(c *advancedSelector) bool {
	if a.category != c.category || a.typ.text != c.typ.text {
		return false
	}
	for i := range c.conditions {
		if y := &c.conditions[i]; !implies(a.on(y.field), y) {
			return false
		}
	}
	return true
}

// implies reports whether a value that agrees with x agrees with y, which is on the same field. x is
// nil if there is no such condition.
func implies(x, y *condition) bool {
	if y.field == readOnly && len(y.selected.exact) == 2 {
		return true
	}
	if x == nil || y.selects && !(x.selects && x.selected.within(&y.selected)) {
		return false
	}
	if y.deselected.within(&x.deselected) {
		return true
	}
	// A record can have several resources, of which others than the selected one may be deselected.
	if y.field == resourcesARN || !x.isExact() {
		return false
	}
	for _, v := range x.selected.exact {
		if find(&y.deselected, v.text) != nil {
			return false
		}
	}
	return true
}
