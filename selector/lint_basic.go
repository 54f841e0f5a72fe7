package selector

import "strings"

// This file checks basic selectors.

func (l *linter) basicSelector(i int) {
	b := &l.basic[i]
	for _, source := range b.excludedSources {
		l.source(source)
		if !b.management {
			l.add(IdleExclusion, source.place, "the selector takes no management events from which %s could be "+
				"left out", source.text)
			continue
		}
		for j := range l.basic {
			if c := &l.basic[j]; j != i && c.management && !c.leavesOut(source.text) &&
				(b.read && c.read || b.write && c.write) {
				l.add(Undone, source.place, "%s is left out here and taken by %s; leave it out there too",
					source.text, c.pointer)
				break
			}
		}
	}
	var values [len(basicTypes)][]value
	for _, d := range b.dataResources {
		t, _ := basicTypeOf(d.typ.text)
		if len(d.values) == 0 {
			l.add(NoValues, d.place, "a Type without Values takes nothing; %q takes all", "arn:aws:"+services[t])
		}
		for _, v := range d.values {
			l.basicValue(t, v)
			compared, o := asCondition(t, v)
			values[t] = append(values[t], value{compared, o})
		}
	}
	for t := range values {
		l.shadows(values[t])
	}
	for j := range l.basic {
		if c := &l.basic[j]; j != i && b.within(c) {
			if !c.within(b) {
				l.add(Contained, b.place, "the selector adds nothing to %s", c.pointer)
				break
			} else if j < i {
				l.add(RepeatedSelector, b.place, "the selector is %s again", c.pointer)
				break
			}
		}
	}
}

// asCondition returns a value as a condition, as compileData does.
func asCondition(t basicType, v leaf) (leaf, operator) {
	switch formOf(t, v.text) {
	case all:
		v.text = strings.TrimRight(v.text, ":") + ":"
		return v, startsWith
	case prefix:
		return v, startsWith
	}
	return v, equals
}

func (l *linter) basicValue(t basicType, v leaf) {
	l.star(v)
	if formOf(t, v.text) == whole {
		l.named(t, v)
	}
}

// named checks the ARN of a function or table.
func (l *linter) named(t basicType, v leaf) {
	parts := strings.SplitN(v.text, ":", 6)
	resource := parts[len(parts)-1]
	switch name, slash := strings.CutPrefix(resource, "function/"); {
	case t == lambdaFunction && slash:
		l.add(FunctionSlash, v.place, "no function has the ARN %q; write %q", v.text,
			strings.TrimSuffix(v.text, resource)+"function:"+name)
	case t == lambdaFunction && strings.Count(resource, ":") > 1,
		t == dynamoDBTable && strings.Count(resource, "/") > 1:
		l.add(PartOfResource, v.place, "%q is a part of a resource; records name the resource itself", v.text)
	}
}

// leavesOut reports whether b excludes a source.
func (b *basicSelector) leavesOut(source string) bool {
	for _, s := range b.excludedSources {
		if s.text == source {
			return true
		}
	}
	return false
}

// within reports whether c takes every record that b takes.
func (b *basicSelector) within(c *basicSelector) bool {
	if b.read && !c.read || b.write && !c.write || b.management && !c.management {
		return false
	}
	if b.management {
		for _, s := range c.excludedSources {
			if !b.leavesOut(s.text) {
				return false
			}
		}
	}
	for t := range b.data {
		if !b.data[t].within(&c.data[t]) {
			return false
		}
	}
	return true
}

// within reports whether every string that meets one of s meets one of other, condition by condition.
func (s *set) within(other *set) bool {
	for _, l := range s.exact {
		if find(other, l.text) == nil {
			return false
		}
	}
	for _, l := range s.prefixes {
		if find(&set{prefixes: other.prefixes}, l.text) == nil {
			return false
		}
	}
	for _, l := range s.suffixes {
		if find(&set{suffixes: other.suffixes}, l.text) == nil {
			return false
		}
	}
	return true
}
