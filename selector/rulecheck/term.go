package rulecheck

import (
	"encoding/json"
	"errors"
	"fmt"
	"maps"
	"slices"

	"github.com/aws/aws-sdk-go-v2/service/cloudtrail/types"

	"github.com/trailsieve/trailsieve/pattern"
	"github.com/trailsieve/trailsieve/record"
	"github.com/trailsieve/trailsieve/selector"
)

// This file turns event selectors into the language of patterns. Basic ones become advanced ones first.
// The conditions of
//
//	{"Field": "resources.ARN", "Equals": ["e"], "StartsWith": ["p"], "NotEndsWith": ["x", "y"]}
//
// become the demands
//
//	["e", {"prefix": "p"}]                                          one that selects has to agree
//	[{"anything-but": {"suffix": ["x", "y"]}}, {"exists": false}]   none that deselects must

// A term is what one event selector takes: events of a category that meet demands.
type term struct {
	trail    int // index of the trail; -1 for none
	category record.Category
	typ      string                      // of the resources of data events; empty for any
	on       map[string][]pattern.Demand // by the field of selectors
}

// termsOf returns what a trail's selectors take.
func termsOf(trail int, s *selector.Selector) ([]*term, error) {
	s, err := s.Advanced()
	if err != nil {
		if errors.Is(err, selector.ErrConflict) {
			return nil, nil // it selects nothing at all
		}
		return nil, err
	}
	text, err := s.MarshalJSON()
	if err != nil {
		return nil, err
	}
	var api struct {
		AdvancedEventSelectors []types.AdvancedEventSelector
	}
	if err := json.Unmarshal(text, &api); err != nil {
		return nil, fmt.Errorf("rulecheck: %w", err)
	}
	var terms []*term
	for _, a := range api.AdvancedEventSelectors {
		t := &term{trail: trail, on: map[string][]pattern.Demand{}}
		for _, f := range a.FieldSelectors {
			switch field := *f.Field; field {
			case "eventCategory":
				t.category = record.Category(f.Equals[0])
			case "resources.type":
				t.typ = f.Equals[0]
			default:
				t.on[field] = append(selects(f), deselects(f)...)
			}
		}
		terms = append(terms, t)
	}
	return terms, nil
}

// selects returns the demand of the operators that select, if there are any.
func selects(f types.AdvancedFieldSelector) []pattern.Demand {
	var elements []any
	for _, v := range f.Equals {
		elements = append(elements, v)
	}
	for _, v := range f.StartsWith {
		elements = append(elements, map[string]any{"prefix": v})
	}
	for _, v := range f.EndsWith {
		elements = append(elements, map[string]any{"suffix": v})
	}
	if elements == nil {
		return nil
	}
	return []pattern.Demand{demand(elements...)}
}

// deselects returns one demand for each operator that deselects. A field that is absent meets them.
func deselects(f types.AdvancedFieldSelector) (demands []pattern.Demand) {
	absent := map[string]any{"exists": false}
	if f.NotEquals != nil {
		demands = append(demands, demand(map[string]any{"anything-but": f.NotEquals}, absent))
	}
	if f.NotStartsWith != nil {
		demands = append(demands, demand(anythingBut("prefix", f.NotStartsWith...), absent))
	}
	if f.NotEndsWith != nil {
		demands = append(demands, demand(anythingBut("suffix", f.NotEndsWith...), absent))
	}
	return demands
}

func anythingBut(operator string, values ...string) any {
	return map[string]any{"anything-but": map[string]any{operator: values}}
}

// unlimited compiles what comes from selectors, which have limits of their own.
var unlimited = pattern.Limits{Size: -1, Combinations: -1, Complexity: -1}

// demand returns the demand that an array with the elements makes.
func demand(elements ...any) pattern.Demand {
	text, err := json.Marshal(map[string]any{"x": elements})
	if err != nil {
		panic(err)
	}
	p, err := unlimited.Compile(string(text))
	if err != nil {
		panic("rulecheck: " + err.Error())
	}
	return p.Demands()[0][0]
}

// oneOf returns the demand that a value is one of some strings.
func oneOf(values ...string) pattern.Demand {
	var elements []any
	for _, v := range values {
		elements = append(elements, v)
	}
	return demand(elements...)
}

// noneOf returns the demand that a string is none of some.
func noneOf(values ...string) pattern.Demand {
	return demand(map[string]any{"anything-but": values})
}

// anyTerms returns terms that together take whatever CloudTrail has, for the events that a branch of
// a rule may ask for. Those that rules ask for most come first, for they are shown.
func anyTerms(demands []pattern.Demand) (terms []*term) {
	add := func(c record.Category, types ...string) {
		for _, typ := range types {
			terms = append(terms, &term{trail: -1, category: c, typ: typ})
		}
	}
	add(record.Data, s3Object, lambdaFunction, dynamoDBTable)
	add(record.Management, "")
	add(record.Data, slices.Sorted(maps.Keys(services))...)
	for _, d := range demands {
		if d.Path == "detail.resources.type" {
			add(record.Data, d.Literals()...)
		}
	}
	add(record.NetworkActivity, "")
	add(record.Insight, "")
	return terms
}

// maxRelaxed bounds how many terms are relaxed.
const maxRelaxed = 100

// relaxed returns terms that take a little more than those of trails: without the demands on one field.
// What they take comes nearest to being logged.
func relaxed(terms []*term) (list []*term) {
	for _, t := range terms {
		for _, field := range slices.Sorted(maps.Keys(t.on)) {
			if len(list) == maxRelaxed {
				return list
			}
			wider := *t
			wider.trail = -1
			wider.on = maps.Clone(t.on)
			delete(wider.on, field)
			list = append(list, &wider)
		}
	}
	return list
}
