package pattern

import (
	"cmp"
	"errors"
	"fmt"
	"math"
	"net/netip"
	"slices"
	"strings"
)

// A Demand is what a pattern asks of one path of an event: that one element of an array accepts the
// value there. It is for programs that reason about patterns, as package rulecheck does. A Demand is
// immutable, like the pattern that it is of.
type Demand struct {
	Path    string // the names joined with dots
	Pointer string // of the array in the pattern, as a JSON Pointer
	field   *field
}

// String returns the array, without white space.
func (d Demand) String() string { return escapeHalves(d.field.String()) }

// Accepts reports whether the demand is met by a value, given as JSON, that is neither an object nor an
// array, or by having none, which is "".
func (d Demand) Accepts(value string) bool { return d.field.satisfiedBy(value) }

// Literals returns the texts that the demand is about, without their operators, in their order.
func (d Demand) Literals() []string {
	var all []string
	for _, a := range d.field.anyOf {
		for _, t := range texts(a.condition) {
			all = append(all, t.text)
		}
	}
	return all
}

// Demands returns what the pattern asks for: one list for each combination of the elements of its $or,
// of which one must be met whole. A list has at most one demand for a path, and they come in the order
// in which they are written.
func (p *Pattern) Demands() [][]Demand {
	fields := placed(p.tree)
	var all [][]Demand
	for _, b := range p.branches {
		var list []Demand
		for _, f := range fields {
			if b[f.path] == f.field {
				list = append(list, Demand{f.path, f.pointer, f.field})
			}
		}
		all = append(all, list)
	}
	return all
}

// ErrGaveUp is the error from [FindValue] and [FindText] if it could not be decided, within bounds on
// time and memory, whether there is what they look for.
var ErrGaveUp = errors.New("pattern: gave up looking for a value")

// FindValue returns a value, as JSON, that meets all the demands, the first of the likely ones that
// does if there is one, or "" if they are met by having no value. If no value does, ok is false. The
// answer is exact, but for [ErrGaveUp]: see [FindText].
func FindValue(demands []Demand, likely ...string) (value string, ok bool, err error) {
	all := func(value string) bool {
		return !slices.ContainsFunc(demands, func(d Demand) bool { return !d.Accepts(value) })
	}
	if i := slices.IndexFunc(likely, all); i >= 0 {
		return likely[i], true, nil
	}
	var parts []Part
	for _, d := range demands {
		parts = append(parts, Part{Demand: d})
	}
	text, ok, err := FindText(parts, 0)
	if ok {
		return quote(text), true, nil
	}
	for _, value := range append(numbersFor(demands), "true", "false", "null", "") {
		if all(value) {
			return value, true, nil
		}
	}
	return "", false, err
}

// numbersFor returns numbers of which one meets the demands, if any number does: those that they
// mention, the next ones on both sides, and one that equals nothing but itself.
func numbersFor(demands []Demand) []string {
	values := []float64{0, 1}
	var all []string
	var add func(c condition)
	add = func(c condition) {
		switch c := c.(type) {
		case exactNumber:
			if !c.comparable {
				all = append(all, c.text)
				return
			}
			values = append(values, c.float)
		case numeric:
			least, most := c.span()
			values = append(values, least, most)
		case anythingBut:
			for _, ex := range c.excluded {
				add(ex)
			}
		}
	}
	for _, d := range demands {
		for _, a := range d.field.anyOf {
			add(a.condition)
		}
	}
	for _, f := range slices.Clone(values) {
		values = append(values, math.Nextafter(f, math.Inf(-1)), math.Nextafter(f, math.Inf(1)))
	}
	for _, f := range values {
		if !math.IsInf(f, 0) {
			all = append(all, canonicalNumber(exactNumber{"", number{f, true}}).text)
		}
	}
	for i := range len(all) + 1 {
		all = append(all, fmt.Sprintf("12345678901234567890%d", 2*i+1))
	}
	return all
}

// A Part makes a demand of a part of a text: of what stands between two separators, with something
// put before and after it. Of the text photos/2016/cat.jpg and the separator /
//
//	Part{Demand: d}                                           is about photos/2016/cat.jpg
//	Part{Demand: d, To: 1}                                    photos
//	Part{Demand: d, To: 1, Before: "arn:aws:s3:::"}           arn:aws:s3:::photos
//	Part{Demand: d, From: 1}                                  2016/cat.jpg
//	Part{Demand: d, From: 1, To: 2}                           2016
//
// The text has to have the From-th separator, or the demand is not met.
type Part struct {
	Demand
	Before, After string // put around the part
	From          int    // it begins behind so many separators
	To            int    // it ends before this separator, counted from 1, if there is one; 0 is none
}

// of returns the part of a text that the demand is about.
func (p *Part) of(text string, separator byte) (string, bool) {
	start, seen := 0, 0
	for i := 0; i < len(text) && (p.From > 0 || p.To > 0); i++ {
		if text[i] != separator {
			continue
		}
		seen++
		if seen == p.From {
			start = i + 1
		}
		if seen == p.To {
			return p.Before + text[start:i] + p.After, true
		}
	}
	return p.Before + text[start:] + p.After, seen >= p.From
}

func (p *Part) accepts(text string, separator byte) bool {
	part, ok := p.of(text, separator)
	return ok && p.Accepts(unescaped(part))
}

// FindText returns a text whose parts meet their demands, the first of the likely ones that does if
// there is one, or else a shortest one. If no text does, ok is false.
//
// Conditions on strings are simple enough for their combinations to be decided: a text is made
// character by character, while it is known for each condition what it has seen, until all are met or
// all possibilities are through (see search.go). It gives up, with [ErrGaveUp], if there are too many of
// them, and if what is left can only be an address in a network to which other conditions apply.
func FindText(parts []Part, separator byte, likely ...string) (text string, ok bool, err error) {
	all := func(text string) bool {
		return !slices.ContainsFunc(parts, func(p Part) bool { return !p.accepts(text, separator) })
	}
	if i := slices.IndexFunc(likely, all); i >= 0 {
		return likely[i], true, nil
	}
	for i := range parts {
		if only, finite := parts[i].only(); finite {
			if i := slices.IndexFunc(only, all); i >= 0 {
				return only[i], true, nil
			}
			return "", false, nil
		}
	}
	text, ok, err = newSearch(parts, separator).shortest()
	if ok && !all(text) {
		return "", false, cmp.Or(err, ErrGaveUp) // not known to happen
	}
	if ok || err != nil {
		return text, ok, err
	}
	return findAddress(parts, all)
}

// only returns the texts that the demand accepts, the shortest first, if it is about all of a text and
// spells out what that may be.
func (p *Part) only() (texts []string, finite bool) {
	if p.From > 0 || p.To > 0 {
		return nil, false
	}
	for _, a := range p.field.anyOf {
		switch c := a.condition.(type) {
		case exactString:
			text, before := strings.CutPrefix(string(c), p.Before)
			text, after := strings.CutSuffix(text, p.After)
			if before && after {
				texts = append(texts, text)
			}
		case exactNumber, exactWord, numeric: // no string
		case exists:
			if c {
				return nil, false
			}
		default:
			return nil, false
		}
	}
	slices.SortStableFunc(texts, func(a, b string) int { return len(a) - len(b) })
	return texts, true
}

// findAddress looks for a text in one of the networks that the demands name.
func findAddress(parts []Part, all func(string) bool) (text string, ok bool, err error) {
	for i := range parts {
		for _, a := range parts[i].field.anyOf {
			network, isCIDR := a.condition.(cidr)
			if !isCIDR || parts[i].whole() && !anyAddress(parts, network.Prefix) {
				continue
			}
			const enough = 1000
			ip := network.Addr()
			for range enough {
				if !network.Contains(ip) {
					break
				}
				text := strings.TrimPrefix(strings.TrimSuffix(ip.String(), parts[i].After), parts[i].Before)
				if all(text) {
					return text, true, nil
				}
				ip = ip.Next()
			}
			err = ErrGaveUp
		}
	}
	return "", false, err
}

// anyAddress reports whether the demands leave room for an address in a network, as far as that is easy
// to tell.
func anyAddress(parts []Part, network netip.Prefix) bool {
	if slices.ContainsFunc(parts, func(p Part) bool { return p.whole() && p.apart(network) }) {
		return false
	}
	like, alphabet := wildcard{pieces: [][]byte{nil, []byte("."), []byte("."), []byte("."), nil}}, ".0123456789"
	if network.Addr().Is6() {
		like.pieces, alphabet = [][]byte{nil, []byte(":"), nil}, ":0123456789abcdefABCDEF"
	}
	others := []Part{{Demand: Demand{field: &field{anyOf: []alternative{{0, like}}}}}}
	for _, p := range parts {
		if p.whole() && !slices.ContainsFunc(p.field.anyOf, func(a alternative) bool { _, ok := a.condition.(cidr); return ok }) {
			others = append(others, p)
		}
	}
	s := newSearch(others, 0)
	s.alphabet = []rune(alphabet)
	_, ok, err := s.shortest()
	return ok || err != nil
}

// whole reports whether the part is all of a text.
func (p *Part) whole() bool { return p.Before == "" && p.After == "" && p.From == 0 && p.To == 0 }

// apart reports whether the demand accepts no address in a network, as far as that is easy to tell.
func (d Demand) apart(network netip.Prefix) bool {
	return !slices.ContainsFunc(d.field.anyOf, func(a alternative) bool {
		switch c := a.condition.(type) {
		case exactString:
			ip, ok := parseIP(string(c))
			return ok && network.Contains(ip)
		case cidr:
			return c.Overlaps(network)
		case exactNumber, exactWord, numeric:
			return false
		case exists:
			return bool(c)
		}
		return true
	})
}
