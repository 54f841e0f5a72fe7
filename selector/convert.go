package selector

import (
	"fmt"
	"slices"
	"strings"

	"github.com/trailsieve/trailsieve/record"
)

// Advanced returns a Selector with advanced selectors that logs exactly the same records, as the
// console makes it when a trail is switched over. If s has advanced selectors already, it returns s.
//
// One basic selector becomes up to four: one for its management events, and one for each type of
// resource that it has values for.
//
//	ReadWriteType WriteOnly           readOnly Equals false, in each of them
//	ExcludeManagementEventSources     eventSource NotEquals, in that for management events
//	a prefix of S3 objects            resources.ARN StartsWith
//	the ARN of a function or table    resources.ARN Equals
//	arn:aws:s3, all of a type         resources.ARN StartsWith arn:aws:s3:, so that other partitions
//	                                  stay out; the console drops the condition
//
// Values come in ascending order, without those that another one covers. The names of the selectors
// tell where they are from.
//
// Some basic selectors have no equivalent, and there Advanced returns an error. If a trail selects
// nothing at all, that is an [ErrConflict]: no list of advanced selectors says that. The others are those
// of [Compile]: a prefix with a line break, or of more than 2048 characters, is refused in advanced
// selectors; and what was compiled within larger [Limits] may have too many values.
func (s *Selector) Advanced() (*Selector, error) {
	if len(s.advanced) > 0 {
		return s, nil
	}
	t := &tree{trailARN: s.tree.trailARN, trailName: s.tree.trailName}
	if len(s.tree.basic) == 0 {
		all := advancedOn(record.Management, "Management events selector", nil)
		t.advanced = []advancedEventSelector{all}
	}
	for i := range s.tree.basic {
		t.advanced = append(t.advanced, s.basic[i].advanced(i)...)
	}
	if len(t.advanced) == 0 {
		return nil, s.tree.errorf(ErrConflict,
			"the trail selects nothing, which advanced selectors cannot say")
	}
	return Compile(string(t.appendJSON(nil)))
}

// advanced returns the advanced selectors that together take what b takes, which is the i-th of its
// trail.
func (b *basicSelector) advanced(i int) (list []advancedEventSelector) {
	var readWrite []fieldSelector
	switch {
	case !b.write:
		readWrite = append(readWrite, conditionOn(readOnly, equals, written("true")))
	case !b.read:
		readWrite = append(readWrite, conditionOn(readOnly, equals, written("false")))
	}
	name := func(of string) string { return fmt.Sprintf("%s of event selector %d", of, i) }
	if b.management {
		conditions := readWrite
		if len(b.excludedSources) > 0 {
			exclusion := conditionOn(eventSource, notEquals, b.excludedSources...)
			conditions = slices.Concat(readWrite, []fieldSelector{exclusion})
		}
		list = append(list, advancedOn(record.Management, name("Management events"), conditions))
	}
	for t := range b.data {
		exact, prefixes := b.data[t].exact, b.data[t].prefixes
		if len(exact)+len(prefixes) == 0 {
			continue
		}
		arn := fieldSelector{field: written(resourcesARN)}
		if len(exact) > 0 {
			arn.add(equals, exact)
		}
		if len(prefixes) > 0 {
			arn.add(startsWith, prefixes)
		}
		typ := conditionOn(resourcesType, equals, written(basicTypes[t]))
		resources := basicTypes[t][strings.LastIndex(basicTypes[t], ":")+1:] + "s"
		list = append(list, advancedOn(record.Data, name(resources),
			slices.Concat([]fieldSelector{typ}, readWrite, []fieldSelector{arn})))
	}
	return list
}

// advancedOn returns an advanced selector for a category.
func advancedOn(c record.Category, name string, conditions []fieldSelector) advancedEventSelector {
	category := conditionOn(eventCategory, equals, written(string(c)))
	return advancedEventSelector{
		name:           written(name),
		fieldSelectors: append([]fieldSelector{category}, conditions...),
	}
}

func conditionOn(field string, o operator, values ...leaf) fieldSelector {
	f := fieldSelector{field: written(field)}
	f.add(o, values)
	return f
}

// add adds an operator to the selector of a field.
func (f *fieldSelector) add(o operator, values []leaf) {
	f.operators[o.index()] = operands{somewhere, values}
}
