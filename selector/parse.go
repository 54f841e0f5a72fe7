package selector

import (
	"cmp"
	"errors"
	"slices"
	"strconv"
	"strings"
	"unicode/utf8"

	"github.com/trailsieve/trailsieve/internal/jsonscan"
)

// This file turns the text into a tree, in which every value knows its place. The parser knows
// names and JSON types; what the values may be is for basic.go and advanced.go, which see only the
// tree. In which format the text is, is found out in format.go.

// A tree is the selectors of a trail as they were written. Lists that are empty, null or absent are
// not told apart.
type tree struct {
	place
	name       string // of the trail, in a text that may have several
	trailARN   leaf
	trailName  leaf
	basicAt    place
	basic      []eventSelector
	advancedAt place
	advanced   []advancedEventSelector
}

type eventSelector struct {
	place
	readWriteType           leaf
	includeManagementEvents leaf // "true" or "false"
	excludedSources         []leaf
	dataResourcesAt         place
	dataResources           []dataResource
}

type dataResource struct {
	place
	typ    leaf
	values []leaf
}

type advancedEventSelector struct {
	place
	name           leaf
	fieldSelectors []fieldSelector
}

type fieldSelector struct {
	place
	field     leaf
	operators [numOperators]operands
}

// operands are the values of one operator of a field.
type operands struct {
	place  // zero if the operator is absent
	values []leaf
}

// A leaf is a string in the text, or a boolean. One that is absent has no place.
type leaf struct {
	place
	text string
}

func (at place) present() bool { return at.pointer != "" }

// parse reads text, which must be one JSON value in UTF-8, in one of the formats. It returns at least one
// trail, and more only of files.
func parse(text string) ([]*tree, error) {
	for i, r := range text {
		if r == utf8.RuneError && !strings.HasPrefix(text[i:], "\uFFFD") {
			return nil, place{"", i}.errorf(ErrSyntax, "not UTF-8")
		}
	}
	p := parser{scan: jsonscan.New([]byte(text))}
	p.format = formatOf(p.scan)
	if p.shape == planFile || p.shape == templateFile {
		return p.file(p.here(""))
	}
	t := new(tree)
	if err := p.tree(t); err != nil {
		return nil, err
	}
	if err := p.scan.Close(); err != nil {
		return nil, place{}.syntax(err)
	}
	t.name = cmp.Or(t.trailName.text, t.trailARN.text)
	return []*tree{t}, nil
}

// A parser reads a text with one method for each kind of value in a tree. Each is called with the
// place of its value, before which the scanner stands.
type parser struct {
	scan jsonscan.Scanner
	format
}

func (p *parser) tree(t *tree) (err error) {
	t.place = p.here("")
	switch p.shape {
	case basicList:
		t.basicAt = t.place
		t.basic, err = list(p, t.place, p.eventSelector)
		return err
	case advancedList:
		t.advancedAt = t.place
		t.advanced, err = list(p, t.place, p.advancedEventSelector)
		return err
	case templateResource, planResource:
		return p.resource(t)
	}
	return p.trail(t, t.place)
}

func (p *parser) trail(t *tree, at place) error {
	names := []string{"EventSelectors", "AdvancedEventSelectors", "TrailARN", "TrailName"}
	others := p.pass
	if p.shape == putOrGet {
		others = nil
	}
	return p.members(at, names, others, func(name string, at place) (err error) {
		switch name {
		case "EventSelectors":
			t.basicAt = at
			t.basic, err = list(p, at, p.eventSelector)
		case "AdvancedEventSelectors":
			t.advancedAt = at
			t.advanced, err = list(p, at, p.advancedEventSelector)
		case "TrailARN":
			t.trailARN, err = p.string(at)
		case "TrailName":
			t.trailName, err = p.string(at)
		}
		return err
	})
}

func (p *parser) eventSelector(at place) (e eventSelector, err error) {
	e.place = at
	names := []string{"ReadWriteType", "IncludeManagementEvents", "DataResources",
		"ExcludeManagementEventSources"}
	err = p.object(at, names, func(name string, at place) (err error) {
		switch name {
		case "ReadWriteType":
			e.readWriteType, err = p.string(at)
		case "IncludeManagementEvents":
			e.includeManagementEvents, err = p.bool(at)
		case "DataResources":
			e.dataResourcesAt = at
			e.dataResources, err = list(p, at, p.dataResource)
		case "ExcludeManagementEventSources":
			e.excludedSources, err = list(p, at, p.string)
		}
		return err
	})
	return e, err
}

func (p *parser) dataResource(at place) (d dataResource, err error) {
	d.place = at
	err = p.object(at, []string{"Type", "Values"}, func(name string, at place) (err error) {
		if name == "Type" {
			d.typ, err = p.string(at)
		} else {
			d.values, err = list(p, at, p.string)
		}
		return err
	})
	return d, err
}

func (p *parser) advancedEventSelector(at place) (a advancedEventSelector, err error) {
	a.place = at
	names := []string{"Name", "FieldSelectors"}
	err = p.object(at, names, func(name string, at place) (err error) {
		if name == "Name" {
			a.name, err = p.string(at)
		} else {
			a.fieldSelectors, err = list(p, at, p.fieldSelector)
		}
		return err
	})
	return a, err
}

func (p *parser) fieldSelector(at place) (f fieldSelector, err error) {
	f.place = at
	names := append(operatorNames[:], "Field")
	err = p.object(at, names, func(name string, at place) (err error) {
		if name == "Field" {
			f.field, err = p.string(at)
			return err
		}
		o := &f.operators[slices.Index(operatorNames[:], name)]
		o.place = at
		o.values, err = list(p, at, p.string)
		if p.spelling == terraform && len(o.values) == 0 {
			*o = operands{} // a plan prints all six
		}
		return err
	})
	return f, err
}

// object reads an object whose members may have the given names of the API, spelled as the format
// does, and calls member for each of them but those whose value is null, which counts as absent.
func (p *parser) object(at place, names []string, member func(name string, at place) error) error {
	return p.members(at, names, nil, member)
}

// members is like object, but if others is not nil, it is called for members that have none of the
// names, with their own.
func (p *parser) members(at place, names []string, others, member func(name string, at place) error) error {
	if err := p.want(at, jsonscan.Object); err != nil {
		return err
	}
	p.scan.Open()
	seen := make([]string, 0, 8)
	for {
		raw, ok, err := p.scan.Name()
		if err != nil {
			return at.syntax(err)
		}
		if !ok {
			return nil
		}
		name := string(jsonscan.AppendUnquoted(nil, raw.Raw, jsonscan.ReplaceLone))
		nameAt := place{at.pointer + jsonscan.Pointer(name), raw.Offset - 1} // with its quote
		known := slices.IndexFunc(names, func(n string) bool { return p.spelling.spell(n) == name })
		if known < 0 && others == nil {
			return nameAt.unknown(name, p.spelling.spellAll(names))
		}
		if slices.Contains(seen, name) {
			return nameAt.errorf(ErrField, "%s is there twice", name)
		}
		seen = append(seen, name)
		value := p.here(nameAt.pointer)
		if p.scan.Peek() == jsonscan.Null {
			if _, err := p.scan.Value(); err != nil {
				return value.syntax(err)
			}
			continue
		}
		if known >= 0 {
			err = member(names[known], value)
		} else {
			err = others(name, value)
		}
		if err != nil {
			return err
		}
	}
}

// list reads an array whose elements are read by element.
func list[E any](p *parser, at place, element func(at place) (E, error)) ([]E, error) {
	if err := p.want(at, jsonscan.Array); err != nil {
		return nil, err
	}
	p.scan.Open()
	var elements []E
	for {
		ok, err := p.scan.Element()
		if err != nil {
			return nil, at.syntax(err)
		}
		if !ok {
			return elements, nil
		}
		e, err := element(p.here(at.pointer + "/" + strconv.Itoa(len(elements))))
		if err != nil {
			return nil, err
		}
		elements = append(elements, e)
	}
}

func (p *parser) string(at place) (leaf, error) {
	if err := p.want(at, jsonscan.String); err != nil {
		return leaf{}, err
	}
	raw, err := p.scan.String()
	if err != nil {
		return leaf{}, at.syntax(err)
	}
	return leaf{at, string(jsonscan.AppendUnquoted(nil, raw.Raw, jsonscan.ReplaceLone))}, nil
}

func (p *parser) bool(at place) (leaf, error) {
	if k := p.scan.Peek(); k == jsonscan.String && p.isTemplate() {
		v, err := p.string(at)
		if err == nil && v.text != "true" && v.text != "false" {
			err = at.errorf(ErrValue, "%q where a boolean is due", v.text)
		}
		return v, err
	} else if k != jsonscan.False {
		if err := p.want(at, jsonscan.True); err != nil {
			return leaf{}, err
		}
	}
	raw, err := p.scan.Value()
	if err != nil {
		return leaf{}, at.syntax(err)
	}
	return leaf{at, string(raw)}, nil
}

// here returns the place of the value that comes next.
func (p *parser) here(pointer string) place {
	p.scan.Peek()
	return place{pointer, p.scan.Offset()}
}

// want checks that the value that comes next, at a place, is of a kind.
func (p *parser) want(at place, kind jsonscan.Kind) error {
	found := p.scan.Peek()
	if found == kind {
		return nil
	}
	raw, err := p.scan.Value()
	if err != nil {
		return at.syntax(err)
	}
	if name := function(raw); name != "" {
		return at.errorf(ErrValue, "the function %s where %v is due: functions of a template have to be resolved first", name, kind)
	}
	return at.errorf(ErrValue, "%v where %v is due", found, kind)
}

// function returns the name of the function of CloudFormation that a value is, or nothing: Ref, or one
// like Fn::Sub.
func function(value []byte) string {
	if value[0] != '{' {
		return ""
	}
	scan := jsonscan.New(value)
	scan.Peek()
	scan.Open()
	name, ok, err := scan.Name()
	if text := string(name.Raw); ok && err == nil && (text == "Ref" || strings.HasPrefix(text, "Fn::")) {
		return text
	}
	return ""
}

// syntax returns the error that the text stops being JSON inside the value at a place.
func (at place) syntax(err error) error {
	if e, ok := errors.AsType[*jsonscan.Error](err); ok {
		at.offset = e.Offset
		err = e.Err
	}
	return &SyntaxError{at.offset, at.pointer, &fault{errors.Join(ErrSyntax, err), err.Error()}}
}
