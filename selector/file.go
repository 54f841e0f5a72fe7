package selector

import (
	"bytes"
	"fmt"
	"slices"
	"strings"

	"github.com/trailsieve/trailsieve/internal/jsonscan"
)

// This file finds trails in texts that describe all that a program deploys:
//
//	{"Resources": {"Audit": {"Type": "AWS::CloudTrail::Trail", ...}}}   a CloudFormation template: Audit
//	{"planned_values": {"root_module": {"resources": [                  terraform show -json of a plan:
//	  {"address": "aws_cloudtrail.audit", ...}],                        aws_cloudtrail.audit
//	  "child_modules": [...]}}, "resource_changes": [...]}
//	{"values": {"root_module": ...}, "format_version": "1.0"}           the same of a state
//
// Each trail is then read as if its resource was the text. A plan that has planned_values is read from
// there; its resource_changes tell what is known only after it was applied. They are read themselves if
// there is nothing else.

// CompileAll is [Compile] for a text that may have several trails: a CloudFormation template, or what
// terraform show -json prints of a plan or a state. The trails come by their logical IDs or addresses:
//
//	trails, err := selector.CompileAll(text)
//	s := trails["module.audit.aws_cloudtrail.main"]
//	set := selector.NewSet(maps.All(trails))
//
// The trail of any other text comes by its TrailName or else its TrailARN, which may both be empty.
// If one trail is refused, all are.
func CompileAll(text string) (map[string]*Selector, error) { return Limits{}.CompileAll(text) }

// CompileAll is [CompileAll] within the limits l.
func (l Limits) CompileAll(text string) (map[string]*Selector, error) {
	trees, err := parse(text)
	if err != nil {
		return nil, err
	}
	trails := map[string]*Selector{}
	for _, t := range trees {
		s, err := l.compile(t)
		if err != nil {
			return nil, err
		}
		if trails[t.name] != nil {
			return nil, t.errorf(ErrConflict, "there are two trails %s", t.name)
		}
		s.text = text
		trails[t.name] = s
	}
	return trails, nil
}

// single returns the one trail of a text.
func single(trees []*tree) (*tree, error) {
	if len(trees) == 1 {
		return trees[0], nil
	}
	var names []string
	for _, t := range trees {
		names = append(names, t.name)
	}
	return nil, trees[1].errorf(ErrConflict, "there are %d trails: %s; choose one of those that CompileAll returns, "+
		"or give the text of one resource", len(trees), strings.Join(names, ", "))
}

// A resourceText is a resource of a file.
type resourceText struct {
	place
	name   string
	scan   jsonscan.Scanner // before it
	shape  shape
	absent bool   // it is to be deleted
	later  *place // of what is known only after a plan was applied, in its selectors
}

// file reads a text that has many resources.
func (p *parser) file(at place) ([]*tree, error) {
	var planned, changed []resourceText
	modules := false
	var module func(at place) error
	module = func(at place) error {
		modules = true
		return p.members(at, nil, func(name string, at place) (err error) {
			switch name {
			case "resources":
				_, err = list(p, at, func(at place) (struct{}, error) {
					return struct{}{}, p.found(at, &planned, planResource, "")
				})
			case "child_modules":
				if strings.Count(at.pointer, "/") > jsonscan.MaxDepth {
					return at.errorf(ErrLimit, "nested deeper than %d levels", jsonscan.MaxDepth)
				}
				_, err = list(p, at, func(at place) (struct{}, error) { return struct{}{}, module(at) })
			default:
				err = p.passOver(at)
			}
			return err
		}, nil)
	}
	err := p.members(at, nil, func(name string, at place) (err error) {
		switch {
		case name == "Resources" && p.shape == templateFile:
			return p.members(at, nil, func(name string, at place) error {
				return p.found(at, &planned, templateResource, name)
			}, nil)
		case p.shape == templateFile:
		case name == "planned_values" || name == "values":
			return p.members(at, nil, func(name string, at place) error {
				if name == "root_module" {
					return module(at)
				}
				return p.passOver(at)
			}, nil)
		case name == "resource_changes":
			_, err := list(p, at, func(at place) (struct{}, error) {
				return struct{}{}, p.found(at, &changed, planResource, "")
			})
			return err
		}
		return p.passOver(at)
	}, nil)
	if err != nil {
		return nil, err
	}
	if err := p.scan.Close(); err != nil {
		return nil, place{}.syntax(err)
	}
	for _, c := range changed {
		if c.later != nil {
			return nil, c.later.errorf(ErrValue, "the selectors of %s are known only after the plan was applied", c.name)
		}
	}
	if !modules && p.shape == planFile {
		planned = slices.DeleteFunc(changed, func(r resourceText) bool { return r.absent })
	}
	if len(planned) == 0 {
		return nil, at.errorf(ErrField, "there is no trail in the text, which would be of the type %s", p.typeOfTrail())
	}
	var trees []*tree
	for _, r := range planned {
		q := parser{scan: r.scan, format: format{r.shape, p.spelling}}
		t := &tree{place: r.place, name: r.name}
		if err := q.resource(t); err != nil {
			return nil, err
		}
		trees = append(trees, t)
	}
	return trees, nil
}

// found adds the resource that comes next to a list, if it is a trail.
func (p *parser) found(at place, list *[]resourceText, s shape, name string) error {
	r := resourceText{place: at, name: name, scan: p.scan, shape: s}
	typ, mode := leaf{}, leaf{}
	hasChange, hasAfter := false, false
	err := p.members(at, nil, func(member string, at place) (err error) {
		switch {
		case member == p.spelling.spell("Type") && p.scan.Peek() == jsonscan.String:
			typ, err = p.string(at)
		case s == planResource && member == "mode" && p.scan.Peek() == jsonscan.String:
			mode, err = p.string(at)
		case s == planResource && member == "address" && p.scan.Peek() == jsonscan.String:
			var address leaf
			address, err = p.string(at)
			r.name = address.text
		case s == planResource && member == "change" && p.scan.Peek() == jsonscan.Object:
			hasChange = true
			return p.members(at, nil, func(member string, at place) error {
				switch {
				case member == "after":
					hasAfter = true
				case member == "after_unknown" && p.scan.Peek() == jsonscan.Object:
					return p.unknownSelectors(at, &r)
				}
				return p.passOver(at)
			}, nil)
		default:
			err = p.passOver(at)
		}
		return err
	}, nil)
	r.absent = hasChange && !hasAfter
	if typ.text == p.typeOfTrail() && mode.text != "data" {
		if r.name == "" {
			r.name = fmt.Sprintf("the trail in %s", at.pointer)
		}
		*list = append(*list, r)
	}
	return err
}

// unknownSelectors looks into after_unknown, which has true in the place of each value that is not known.
func (p *parser) unknownSelectors(at place, r *resourceText) error {
	return p.members(at, nil, func(name string, at place) error {
		raw, err := p.scan.Value()
		if err != nil {
			return at.syntax(err)
		}
		if (name == "event_selector" || name == "advanced_event_selector") && bytes.Contains(raw, []byte("true")) {
			r.later = &at
		}
		return nil
	}, nil)
}

// typeOfTrail returns what the format calls a trail.
func (p *parser) typeOfTrail() string {
	if p.spelling == terraform {
		return "aws_cloudtrail"
	}
	return "AWS::CloudTrail::Trail"
}
