package pattern

import (
	"encoding/json"
	"fmt"
	"reflect"
	"slices"
	"strings"
	"unicode/utf8"

	"github.com/trailsieve/trailsieve/internal/jsonscan"
)

// A Term is a part of a pattern that is built in Go: a [FieldTerm], or what [And] or [Or] return. Terms
// are immutable.
type Term interface {
	addTo(c *conjunctive) error
}

// Build returns the pattern that all the terms make together, within the limits that EventBridge has:
//
//	p, err := pattern.Build(
//		pattern.Field("source").Equals("aws.s3"),
//		pattern.Field("detail", "eventName").Equals("PutObject").Prefix("Copy"),
//	)
//
// The text of the pattern is its canonical form. Build refuses what [Compile] refuses, with the same
// errors, whose offsets are in the text that was written from the terms. It also refuses a path that
// is asked for twice, except in different terms of one Or, because one of the two would be lost, and
// terms that are nil or that no text could be written from. These errors are a [*SyntaxError] too,
// with the offset 0 and as the pointer, where there is one, the path.
func Build(terms ...Term) (*Pattern, error) { return Limits{}.Build(terms...) }

// Build is [Build] within the limits l.
func (l Limits) Build(terms ...Term) (*Pattern, error) {
	c := &conjunctive{fields: map[string]string{}}
	if err := And(terms...).addTo(c); err != nil {
		return nil, err
	}
	if !c.disjoint() {
		err := because(ErrSyntax, "a path is asked for in an Or and elsewhere, and only one would count")
		return nil, &SyntaxError{Err: err}
	}
	p, err := l.Compile(string(c.append(nil, 1)))
	if err != nil {
		return nil, err
	}
	return l.Compile(p.Canonical())
}

// A FieldTerm is the condition that one of its alternatives accepts what an event has at a path. Each
// method returns a term with one alternative more for each of the operands.
type FieldTerm struct {
	path  string
	anyOf []string // as JSON
	err   error    // about the first operand that is none
}

// Field returns the term for the path of the given names, which has no alternative yet. As in a
// pattern, a name with dots stands for several.
func Field(names ...string) FieldTerm { return FieldTerm{path: strings.Join(names, ".")} }

// Equals adds values: strings, numbers, booleans or nil.
func (f FieldTerm) Equals(values ...any) FieldTerm {
	for _, v := range values {
		text, err := operand(v)
		f = f.add(text, err)
	}
	return f
}

// Prefix adds strings that begin with one of the texts.
func (f FieldTerm) Prefix(texts ...string) FieldTerm { return f.each(`{"prefix":%s}`, texts) }

// PrefixFold is Prefix in any case.
func (f FieldTerm) PrefixFold(texts ...string) FieldTerm {
	return f.each(`{"prefix":{"equals-ignore-case":%s}}`, texts)
}

// Suffix adds strings that end with one of the texts.
func (f FieldTerm) Suffix(texts ...string) FieldTerm { return f.each(`{"suffix":%s}`, texts) }

// SuffixFold is Suffix in any case.
func (f FieldTerm) SuffixFold(texts ...string) FieldTerm {
	return f.each(`{"suffix":{"equals-ignore-case":%s}}`, texts)
}

// EqualFold adds strings that equal one of the texts in any case.
func (f FieldTerm) EqualFold(texts ...string) FieldTerm {
	return f.each(`{"equals-ignore-case":%s}`, texts)
}

// Wildcard adds strings of one of the forms, in which a star is anything or nothing.
func (f FieldTerm) Wildcard(forms ...string) FieldTerm { return f.each(`{"wildcard":%s}`, forms) }

// CIDR adds addresses in one of the networks.
func (f FieldTerm) CIDR(networks ...string) FieldTerm { return f.each(`{"cidr":%s}`, networks) }

// Numeric adds the numbers in a range, which is given as in a pattern: Numeric(">", 0, "<=", 5).
func (f FieldTerm) Numeric(terms ...any) FieldTerm {
	list, err := operands(terms)
	return f.add(`{"numeric":`+list+`}`, err)
}

// Exists adds any value, or that there is none.
func (f FieldTerm) Exists(exists bool) FieldTerm {
	return f.add(fmt.Sprintf(`{"exists":%v}`, exists), nil)
}

// AnythingBut adds all values but these, which are strings or numbers.
func (f FieldTerm) AnythingBut(values ...any) FieldTerm {
	list, err := operands(values)
	return f.add(`{"anything-but":`+list+`}`, err)
}

// AnythingButPrefix adds all values but strings that begin with one of the texts.
func (f FieldTerm) AnythingButPrefix(texts ...string) FieldTerm { return f.not(opPrefix, texts) }

// AnythingButSuffix adds all values but strings that end with one of the texts.
func (f FieldTerm) AnythingButSuffix(texts ...string) FieldTerm { return f.not(opSuffix, texts) }

// AnythingButFold adds all values but strings that equal one of the texts in any case.
func (f FieldTerm) AnythingButFold(texts ...string) FieldTerm {
	return f.not(opEqualsIgnoreCase, texts)
}

// AnythingButWildcard adds all values but strings of one of the forms.
func (f FieldTerm) AnythingButWildcard(forms ...string) FieldTerm { return f.not(opWildcard, forms) }

// add returns f with an alternative more, or with an error.
func (f FieldTerm) add(text string, err error) FieldTerm {
	if f.err == nil {
		f.err = err
	}
	f.anyOf = append(slices.Clip(f.anyOf), text)
	return f
}

// each adds an alternative in the given form for each text.
func (f FieldTerm) each(form string, texts []string) FieldTerm {
	for _, text := range texts {
		quoted, err := operand(text)
		f = f.add(fmt.Sprintf(form, quoted), err)
	}
	return f
}

// not adds an anything-but with an operator.
func (f FieldTerm) not(operator string, texts []string) FieldTerm {
	list, err := operands(texts)
	return f.add(`{"anything-but":{"`+operator+`":`+list+`}}`, err)
}

// operands returns a list of operands as JSON.
func operands[T any](values []T) (string, error) {
	var all []string
	for _, v := range values {
		text, err := operand(v)
		if err != nil {
			return "", err
		}
		all = append(all, text)
	}
	return "[" + strings.Join(all, ",") + "]", nil
}

// operand returns a string, number, boolean or nil as JSON.
func operand(v any) (string, error) {
	if _, ok := v.(json.Number); !ok && v != nil {
		switch kind := reflect.TypeOf(v).Kind(); {
		case kind == reflect.String:
			text := reflect.ValueOf(v).String()
			if !utf8.ValidString(text) {
				return "", because(ErrOperand, "%q is %v", cut(text, maxWord), errUTF8)
			}
			return quote(text), nil
		case kind > reflect.Float64:
			return "", because(ErrOperand, "%T is neither string, number, boolean nor nil", v)
		}
	}
	text, err := json.Marshal(v)
	if err != nil {
		return "", because(ErrOperand, "%v", err)
	}
	return string(text), nil
}

func (f FieldTerm) addTo(c *conjunctive) error {
	fail := func(err error) error {
		return &SyntaxError{Pointer: jsonscan.Pointer(strings.Split(f.path, ".")...), Err: err}
	}
	switch {
	case !utf8.ValidString(f.path):
		return fail(because(ErrSyntax, "the path %q is %v", cut(f.path, maxWord), errUTF8))
	case f.err != nil:
		return fail(f.err)
	case f.path == nameOr:
		return fail(because(ErrSyntax, "no field can have the name %s: use Or", nameOr))
	case len(f.anyOf) == 0:
		return fail(because(ErrSyntax, "there are no values"))
	case c.fields[f.path] != "":
		return fail(because(ErrSyntax, "the path is asked for twice, and only one would count"))
	}
	c.fields[f.path] = "[" + strings.Join(f.anyOf, ",") + "]"
	return nil
}

// add adds a term to c. A nil, which a program can pass by mistake, is an error like others.
func add(c *conjunctive, t Term) error {
	if v := reflect.ValueOf(t); t == nil || v.Kind() == reflect.Pointer && v.IsNil() {
		return &SyntaxError{Err: because(ErrSyntax, "a term is nil")}
	}
	return t.addTo(c)
}

type andTerm []Term

// And returns the term that all the terms hold, to be one of those of an Or.
func And(terms ...Term) Term { return andTerm(slices.Clone(terms)) }

func (a andTerm) addTo(c *conjunctive) error {
	for _, t := range a {
		if err := add(c, t); err != nil {
			return err
		}
	}
	return nil
}

type orTerm []Term

// Or returns the term that one of the terms holds. There must be at least two.
func Or(terms ...Term) Term { return orTerm(slices.Clone(terms)) }

func (o orTerm) addTo(c *conjunctive) error {
	if len(o) < 2 {
		return &SyntaxError{Err: because(ErrSyntax, "there must be at least two terms in an Or")}
	}
	var or []*conjunctive
	for _, t := range o {
		one := &conjunctive{fields: map[string]string{}}
		if err := add(one, t); err != nil {
			return err
		}
		or = append(or, one)
	}
	c.ors = append(c.ors, or)
	return nil
}
