package pattern

import (
	"encoding/binary"
	"slices"
	"strings"
	"sync"
	"unicode"
	"unicode/utf8"
)

// This file finds a text that meets several demands. All conditions on strings, but for cidr, are forms
// of wildcard:
//
//	"a"              a
//	{"prefix": "a"}  a*
//	{"suffix": "a"}  *a
//
// and anything-but is that none of several forms is met. What a form has seen of a text is a set of
// places in it, from which it can go on. So the search goes breadth first from the empty text over what
// all forms have seen together:
//
//	          a*   *b            to find a text for {"prefix": "a"} and {"suffix": "b"}
//	(empty)   ^a*  ^*b
//	a         a^*  ^*b
//	ab        a^*  *b^   found
//
// As characters there are those that occur in the forms, in all cases where case is ignored, and one
// that does not, which stands for all the others.

// A form is a wildcard as a list of characters, with the places in front of them, and behind the last,
// where anything may stand.
//
// Halves of surrogate pairs are characters of their own here, as they are in all conditions.
type form struct {
	chars []rune
	star  []bool // len(chars)+1
	fold  bool
}

// An option is one alternative of a field, as far as it accepts strings: a form to meet, or forms of
// which none may be met.
type option struct {
	forms []form
	not   bool
}

// seen is what an option has seen of a text: for each form the places in it, sorted. No places are left
// in a form that cannot be met any more.
type seen [][]uint16

// A textSearch is what is looked for.
type textSearch struct {
	parts     []Part
	separator rune
	options   [][]option // of each part
	alphabet  []rune
	counts    int // of separators that make a difference
}

// A state is what is known of a text so far. Of a part there are the options that may still be met, and
// none if it was met already, or has not begun.
type state struct {
	separators int
	high       bool // the text ends with the first half of a surrogate pair
	parts      []progress
	from       int  // the state before
	char       rune // that led here
}

type progress struct {
	phase   phase
	options []int
	seen    []seen
}

type phase byte

const (
	before phase = iota
	within
	met // whatever follows
	dead
)

// maxSearch bounds the work of a search, in steps of forms: that is some tenths of a second.
const maxSearch = 3_000_000

func newSearch(parts []Part, separator byte) *textSearch {
	s := &textSearch{parts: parts, separator: rune(separator)}
	chars := map[rune]bool{}
	for _, p := range parts {
		var options []option
		for _, a := range p.field.anyOf {
			if o, ok := optionOf(a.condition); ok {
				options = append(options, o)
			}
		}
		s.options = append(s.options, options)
		s.counts = max(s.counts, p.From, p.To)
		for _, o := range options {
			for _, f := range o.forms {
				for _, r := range f.chars {
					chars[r] = true
				}
				if f.fold {
					addCases(chars, f.chars)
				}
			}
		}
	}
	if s.counts > 0 {
		chars[s.separator] = true
	}
	for r := range chars {
		s.alphabet = append(s.alphabet, r)
	}
	slices.Sort(s.alphabet)
	s.alphabet = append([]rune{otherThan(chars)}, s.alphabet...)
	return s
}

// optionOf returns a condition as an option, and false if it accepts no string, or is a network.
func optionOf(c condition) (o option, ok bool) {
	if not, is := c.(anythingBut); is {
		o.not = true
		for _, ex := range not.excluded {
			if f, ok := formOf(ex); ok {
				o.forms = append(o.forms, f)
			}
		}
		return o, true
	}
	if c == exists(true) {
		return option{not: true}, true
	}
	f, ok := formOf(c)
	return option{forms: []form{f}}, ok
}

// formOf returns a condition on strings as a form.
func formOf(c condition) (f form, ok bool) {
	switch c := c.(type) {
	case exactString:
		return newForm(false, string(c)), true
	case prefix:
		return newForm(false, string(c), ""), true
	case suffix:
		return newForm(false, "", string(c)), true
	case equalsFold:
		return newForm(true, string(c)), true
	case prefixFold:
		return newForm(true, string(c), ""), true
	case suffixFold:
		return newForm(true, "", string(c)), true
	case wildcard:
		var pieces []string
		for _, piece := range c.pieces {
			pieces = append(pieces, string(piece))
		}
		return newForm(false, pieces...), true
	}
	return form{}, false
}

// newForm returns the form that has pieces with stars between them.
func newForm(fold bool, pieces ...string) form {
	f := form{fold: fold, star: []bool{false}}
	for i, piece := range pieces {
		if i > 0 {
			f.star[len(f.chars)] = true
		}
		for _, r := range characters(piece) {
			f.chars = append(f.chars, r)
			f.star = append(f.star, false)
		}
	}
	return f
}

// characters returns the characters of a text that conditions know.
func characters(text string) (all []rune) {
	for len(text) > 0 {
		if r, ok := half(text); ok {
			all = append(all, r)
			text = text[3:]
			continue
		}
		r, n := utf8.DecodeRuneInString(text)
		all = append(all, r)
		text = text[n:]
	}
	return all
}

// textOf is the reverse of characters.
func textOf(chars []rune) string {
	var b strings.Builder
	for _, r := range chars {
		if isHalf(r) {
			b.Write([]byte{0xED, 0x80 | byte(r>>6)&0x3F, 0x80 | byte(r)&0x3F})
			continue
		}
		b.WriteRune(r)
	}
	return b.String()
}

func isHalf(r rune) bool { return 0xD800 <= r && r < 0xE000 }

// addCases adds to a set all characters that agree with one of the given ones if case is ignored.
func addCases(set map[rune]bool, chars []rune) {
	for _, r := range chars {
		for _, c := range cases().byLower[unicode.ToLower(r)] {
			set[c] = true
		}
		for _, c := range cases().byUpper[unicode.ToUpper(r)] {
			set[c] = true
		}
	}
}

// cases has the characters that have a case by their lower and by their upper case.
var cases = sync.OnceValue(func() (all struct{ byLower, byUpper map[rune][]rune }) {
	all.byLower, all.byUpper = map[rune][]rune{}, map[rune][]rune{}
	for _, r := range unicode.CaseRanges {
		for c := rune(r.Lo); c <= rune(r.Hi); c++ {
			all.byLower[unicode.ToLower(c)] = append(all.byLower[unicode.ToLower(c)], c)
			all.byUpper[unicode.ToUpper(c)] = append(all.byUpper[unicode.ToUpper(c)], c)
		}
	}
	return all
})

// otherThan returns a character that is not in a set.
func otherThan(set map[rune]bool) rune {
	for _, r := range "xyzwvutsrqponmlkjihgfedcba0123456789" {
		if !set[r] {
			return r
		}
	}
	r := 'À'
	for set[r] {
		r++
	}
	return r
}

// step returns the places of a form behind one more character.
func (f *form) step(places []uint16, c rune) (next []uint16) {
	for _, i := range places {
		if f.star[i] {
			next = append(next, i)
		}
		if int(i) < len(f.chars) && f.is(f.chars[i], c) {
			next = append(next, i+1)
		}
	}
	return f.tidy(next)
}

func (f *form) is(own, c rune) bool {
	return own == c || f.fold && !isHalf(own) && !isHalf(c) && sameFolded(own, c)
}

// tidy removes what says nothing more: equal places, and those before a star, from which whatever is
// met could be met from that star, too.
func (f *form) tidy(places []uint16) []uint16 {
	slices.Sort(places)
	places = slices.Compact(places)
	for i := len(places) - 1; i > 0; i-- {
		if f.star[places[i]] {
			return places[i:]
		}
	}
	return places
}

// met reports whether the form is met by the text so far, and whether it is whatever follows.
func (f *form) met(places []uint16) (now, always bool) {
	n := len(places)
	now = n > 0 && int(places[n-1]) == len(f.chars)
	return now, now && f.star[len(f.chars)]
}

// begin returns a part before its first character.
func (s *textSearch) begin(i int) progress {
	p := progress{phase: within}
	for j, o := range s.options[i] {
		seen := make(seen, len(o.forms))
		for k := range seen {
			seen[k] = []uint16{0}
		}
		p.options = append(p.options, j)
		p.seen = append(p.seen, seen)
	}
	p = s.settle(i, p)
	for _, c := range characters(s.parts[i].Before) {
		p = s.step(i, p, c, nil)
	}
	return p
}

// step returns a part behind one more character.
func (s *textSearch) step(i int, p progress, c rune, work *int) progress {
	if p.phase != within {
		return p
	}
	next := progress{phase: within, options: p.options, seen: make([]seen, len(p.seen))}
	for j, o := range p.options {
		forms := s.options[i][o].forms
		next.seen[j] = make(seen, len(forms))
		for k := range forms {
			if places := p.seen[j][k]; len(places) > 0 {
				next.seen[j][k] = forms[k].step(places, c)
				if work != nil {
					*work++
				}
			}
		}
	}
	return s.settle(i, next)
}

// settle drops the options that cannot be met any more, and says so if one is met whatever follows, or
// if none is left.
func (s *textSearch) settle(i int, p progress) progress {
	q := progress{phase: within}
	for j, index := range p.options {
		o := &s.options[i][index]
		alive, always := false, false
		for k := range o.forms {
			alive = alive || len(p.seen[j][k]) > 0
			_, is := o.forms[k].met(p.seen[j][k])
			always = always || is
		}
		switch {
		case always != o.not && (always || !alive): // a form is met, or none can be that must not
			return progress{phase: met}
		case always == o.not && (always || !alive): // the reverse
			continue
		}
		q.options = append(q.options, index)
		q.seen = append(q.seen, p.seen[j])
	}
	if len(q.options) == 0 {
		return progress{phase: dead}
	}
	return q
}

// end returns a part behind its last character.
func (s *textSearch) end(i int, p progress) progress {
	for _, c := range characters(s.parts[i].After) {
		p = s.step(i, p, c, nil)
	}
	if p.phase != within {
		return p
	}
	for j, index := range p.options {
		o := &s.options[i][index]
		is := false
		for k := range o.forms {
			now, _ := o.forms[k].met(p.seen[j][k])
			is = is || now
		}
		if is != o.not {
			return progress{phase: met}
		}
	}
	return progress{phase: dead}
}

// next returns the state behind one more character, and whether the text may go on so.
func (s *textSearch) next(from *state, c rune, work *int) (state, bool) {
	if isHalf(c) && c >= 0xDC00 && from.high {
		return state{}, false // JSON would have one character for both
	}
	to := state{separators: from.separators, high: isHalf(c) && c < 0xDC00, char: c, parts: slices.Clone(from.parts)}
	if s.counts > 0 && c == s.separator {
		to.separators = min(to.separators+1, s.counts+1)
	}
	moved := to.separators > from.separators
	for i := range to.parts {
		part, p := &s.parts[i], &to.parts[i]
		switch {
		case moved && part.To == to.separators && p.phase != before:
			if p.phase == within {
				*p = s.end(i, *p)
			}
		case moved && part.From == to.separators && p.phase == before:
			*p = s.begin(i)
		default:
			*p = s.step(i, *p, c, work)
		}
		if p.phase == dead {
			return state{}, false
		}
	}
	return to, true
}

// done reports whether the text may end here.
func (s *textSearch) done(at *state) bool {
	for i, p := range at.parts {
		if p.phase == before || s.end(i, p).phase != met {
			return false
		}
	}
	return true
}

// key returns what tells a state from others.
func (at *state) key(dst []byte) []byte {
	dst = append(dst, byte(at.separators))
	if at.high {
		dst = append(dst, 1)
	}
	for _, p := range at.parts {
		dst = append(dst, '|', byte(p.phase))
		for j, o := range p.options {
			dst = binary.AppendUvarint(dst, uint64(o))
			for _, places := range p.seen[j] {
				dst = binary.AppendUvarint(dst, uint64(len(places)))
				for _, i := range places {
					dst = binary.AppendUvarint(dst, uint64(i))
				}
			}
		}
	}
	return dst
}

// shortest returns a shortest text.
func (s *textSearch) shortest() (text string, ok bool, err error) {
	start := state{from: -1, parts: make([]progress, len(s.parts))}
	for i := range s.parts {
		if s.parts[i].From == 0 {
			start.parts[i] = s.begin(i)
		}
		if start.parts[i].phase == dead {
			return "", false, nil
		}
	}
	states := []state{start}
	known := map[string]bool{string(start.key(nil)): true}
	work := 0
	var buf []byte
	for at := 0; at < len(states); at++ {
		if s.done(&states[at]) {
			var chars []rune
			for i := at; states[i].from >= 0; i = states[i].from {
				chars = append(chars, states[i].char)
			}
			slices.Reverse(chars)
			return textOf(chars), true, nil
		}
		for _, c := range s.alphabet {
			to, ok := s.next(&states[at], c, &work)
			if work += len(s.parts); work > maxSearch {
				return "", false, ErrGaveUp
			}
			if !ok {
				continue
			}
			if buf = to.key(buf[:0]); known[string(buf)] {
				continue
			}
			known[string(buf)] = true
			to.from = at
			states = append(states, to)
		}
		states[at].parts = nil // no longer needed
	}
	return "", false, nil
}
