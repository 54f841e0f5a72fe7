package pattern

import (
	"cmp"
	"errors"
	"fmt"
	"maps"
	"math"
	"slices"
	"strings"
	"unicode/utf8"

	"github.com/trailsieve/trailsieve/internal/jsonscan"
)

// ErrContradiction is the cause of the error from [Pattern.Sample] for a pattern that matches
// nothing.
var ErrContradiction = errors.New("no event can match")

// A Sample is an event that a pattern matches, and events that it just does not. All are the same
// whenever they are made of the same pattern.
type Sample struct {
	// Event has a value for each condition of one branch of the pattern, and nothing else.
	Event string `json:"event"`

	// Misses has one event for each of these conditions, in the order in which they are written.
	Misses []Miss `json:"misses"`
}

// A Miss is an event that a pattern does not match, and differs from one that it matches at a single
// path, where a condition fails.
type Miss struct {
	Path    string `json:"path"`
	Pointer string `json:"pointer"` // of the field in the pattern

	// Event is empty if there is no such event, because the condition cannot fail, or none was found,
	// because other branches of the pattern match what was tried; Reason then says so.
	Event  string `json:"event,omitempty"`
	Reason string `json:"reason,omitempty"`
}

// Sample returns an event that the pattern matches, and for each of its conditions a near miss, for
// tests and documentation. If no event matches, the error is a [*SyntaxError] about the condition
// that cannot be satisfied, with [ErrContradiction] as its cause: all else in the language can be. Any
// other error is a fault of this package, which found no event although there must be one.
func (p *Pattern) Sample() (*Sample, error) {
	b := p.satisfiableBranch()
	if b == nil {
		f := p.unsatisfiable()
		err := because(ErrContradiction, "%v, because no value is accepted by %s", ErrContradiction, escapeHalves(f.String()))
		return nil, &SyntaxError{f.offset, f.pointer, err}
	}
	event := map[string]string{}
	for path, f := range b {
		event[path] = f.example()
	}
	s := &Sample{Event: writeEvent(event)}
	if ok, err := p.Match([]byte(s.Event)); !ok || err != nil {
		return nil, cmp.Or(err, fmt.Errorf("pattern: no sample could be written for %s", p))
	}
	for _, f := range placed(p.tree) {
		if b[f.path] == f.field {
			s.Misses = append(s.Misses, p.miss(f, event))
		}
	}
	return s, nil
}

// satisfiableBranch returns the first branch that can be satisfied, or nil.
func (p *Pattern) satisfiableBranch() branch {
	for _, b := range p.branches {
		dead := false
		for _, f := range b {
			dead = dead || !f.satisfiable()
		}
		if !dead {
			return b
		}
	}
	return nil
}

// miss returns the near miss for a field of the branch that event was made for.
func (p *Pattern) miss(f placedField, event map[string]string) Miss {
	m := Miss{Path: f.path, Pointer: f.pointer}
	event = maps.Clone(event)
	tried := false
	for _, text := range f.counterexamples() {
		tried = true
		event[f.path] = text
		written := writeEvent(event)
		if ok, err := p.Match([]byte(written)); !ok && err == nil {
			m.Event = written
			return m
		}
	}
	m.Reason = "the condition cannot fail"
	if tried {
		m.Reason = "another branch of the pattern matches the events in which only this condition fails"
	}
	return m
}

// example returns a value that satisfies the field, as JSON, or "" for none.
func (f *field) example() string {
	for _, a := range f.anyOf {
		if satisfiable(a.condition) {
			return example(a.condition)
		}
	}
	panic("pattern: an example for a field that cannot be satisfied")
}

// example returns a value that satisfies a condition, as JSON, or "" for none. Halves of surrogate
// pairs are in it as they are: writeEvent escapes them, once, when it is known what stands beside them.
func example(c condition) string {
	switch c := c.(type) {
	case exactString, exactNumber, exactWord:
		return string(c.append(nil))
	case prefix:
		return unescaped(string(c))
	case suffix:
		return unescaped(string(c))
	case prefixFold:
		return unescaped(string(c))
	case suffixFold:
		return unescaped(string(c))
	case equalsFold:
		return unescaped(string(c))
	case wildcard:
		return unescaped(fill(c.pieces))
	case cidr:
		return unescaped(strings.TrimSuffix(canonicalNetwork(c.Prefix), fmt.Sprintf("/%d", c.Bits())))
	case numeric:
		return string(canonicalNumber(exactNumber{"", number{middle(c.span()), true}}).text)
	case exists:
		if c {
			return `"example"`
		}
		return ""
	case anythingBut:
		return other(c)
	}
	panic("pattern: a condition without an example")
}

// fill returns a text that is made of the pieces of a wildcard, with nothing in the place of most
// stars. But two halves of a surrogate pair that a star keeps apart would make a character without it.
func fill(pieces [][]byte) string {
	var text string
	for _, piece := range pieces {
		if len(text) >= 3 {
			if r, ok := half(text[len(text)-3:]); ok && beforeLow(string(piece), r) {
				text += "-"
			}
		}
		text += string(piece)
	}
	return text
}

// middle returns a number between two, as short as is easy to find.
func middle(least, most float64) float64 {
	for _, f := range []float64{0, 1, math.Ceil(least), math.Floor(most)} {
		if least <= f && f <= most {
			return f
		}
	}
	return least
}

// other returns a value that is not excluded, a string if there is one at hand.
func other(c anythingBut) string {
	for _, text := range []string{`"other"`, `"example"`, `"0"`} {
		v := makeValue(jsonscan.String, []byte(text))
		if c.accepts(&v) {
			return text
		}
	}
	return "null" // anything-but excludes strings and numbers, never null
}

// counterexamples returns values that do not satisfy the field, as JSON, or "" for none: the ones that
// look most like its example first.
func (f *field) counterexamples() (all []string) {
	var candidates []string
	for _, a := range f.anyOf {
		candidates = append(candidates, near(a.condition)...)
	}
	candidates = append(candidates, `"other"`, `""`, `0`, `-1`, `1e+300`, `-1e+300`, `null`, `true`, `false`, "")
	for _, text := range candidates {
		if !f.satisfiedBy(text) && !slices.Contains(all, text) {
			all = append(all, text)
		}
	}
	return all
}

// satisfiedBy reports whether a value, given as JSON, or none if it is "", satisfies the field.
func (f *field) satisfiedBy(text string) bool {
	if text == "" {
		return f.acceptsNone()
	}
	s := jsonscan.New([]byte(text))
	v := makeValue(cmp.Or(s.Peek(), jsonscan.Null), []byte(text))
	return f.accepts(&v)
}

// near returns values that come close to a condition, as JSON.
func near(c condition) (all []string) {
	switch c := c.(type) {
	case exactNumber:
		if c.comparable {
			all = append(all, string(canonicalNumber(exactNumber{"", number{c.float + 1, true}}).text))
		}
	case numeric:
		least, most := c.span()
		for _, f := range []float64{
			math.Nextafter(least, math.Inf(-1)), math.Nextafter(most, math.Inf(1)), math.Floor(least) - 1, math.Ceil(most) + 1,
		} {
			if !math.IsInf(f, 0) {
				all = append(all, canonicalNumber(exactNumber{"", number{f, true}}).text)
			}
		}
		slices.SortStableFunc(all, func(a, b string) int { return len(a) - len(b) })
	case exists:
		if !c {
			all = append(all, `"example"`)
		}
	case anythingBut:
		for _, ex := range c.excluded {
			all = append(all, example(ex))
		}
	case exactWord:
		if jsonscan.Kind(c) == jsonscan.True {
			all = append(all, "false")
		}
	case cidr:
		all = append(all, `"192.0.2.1"`, `"198.51.100.1"`, `"2001:db8::1"`, `"fd00::1"`)
	default:
		for _, t := range texts(c) {
			if utf8.ValidString(t.text) {
				all = append(all, quote("not-"+t.text), quote(t.text+"-not"))
			}
		}
	}
	return all
}

// writeEvent returns an event that has the values at the paths, one object for each name. A value at
// the place of an object stands beside what is in the object, under dotted names.
func writeEvent(values map[string]string) string {
	c := &conjunctive{fields: map[string]string{}}
	for path, text := range values {
		if text != "" {
			c.fields[path] = text
		}
	}
	return escapeHalves(string(c.append(nil, 1)))
}
