package pattern

import (
	"bytes"
	"cmp"
	"slices"
	"strings"
	"sync"
)

// A machine matches any number of rules against an event. It knows a rule as its branches, and all
// branches at once as sets of bits, one bit a branch. The rules
//
//	r0  {"source": ["aws.s3"], "$or": [{"detail": {"size": [1]}}, {"detail": {"type": [{"prefix": "a"}]}}]}
//	r1  {"source": ["aws.s3"], "detail": {"size": [1, 2]}}
//	r2  {"source": [{"anything-but": "aws.s3"}]}
//
// have four branches. For each path that a rule mentions there is a step, to guide the walk over an
// event, and where a field ends a column: which branches mention it, and which of these a value
// satisfies.
//
//	s0 ─┬─ detail ─ s1 ─┬─ size ─ s2   c0  mentioned by   ..11
//	    │               │                  1              ..11
//	    │               │                  2              ...1
//	    │               └─ type ─ s3   c1  mentioned by   .1..
//	    │                                  begins with a  .1..
//	    └─ source ─────────────── s4   c2  mentioned by   1111
//	                                       any value      1...  except "aws.s3"
//	                                       aws.s3         .111
//
//	b0  r1                                 (the bit of b0 is on the right)
//	b1  r0, with size
//	b2  r0, with type
//	b3  r2
//
// To match is to begin with the set of all branches and, as the walk comes past the columns, to take
// out those that mention the column and are not satisfied by the value:
//
//	alive &= ^mentioned | satisfied
//
// What is left has matched. Once nothing is left, or nothing of what is left mentions a column that
// is still to come, the walk is over. Most events end early, since the columns that most rules mention
// come first in an event, and few rules agree with it there.
//
// A set of branches is kept as the words of 64 bits that are not empty, so its size is in proportion
// to the branches in it; only the set of those that are alive has all its words, of which the walk
// looks at the ones between the first and the last that are not empty. To make these few, the branches
// are numbered in the order of what they ask of the columns, those first that most of them mention:
// then a value that few of them have in common leaves one run of them alive.
//
// Branches that are the same are one branch, of several rules; conditions that are the same are
// looked up once.
//
// A machine is immutable but for its pool.
type machine struct {
	steps   []step
	columns []column
	spans   int      // how many there are
	tried   int      // how many wildcards there are
	words   []uint32 // the parts of spans: numbers of words,
	masks   []uint64 // and the bits of their branches in these
	bits    []bit    // the parts of postings
	effects []effect

	// A machine of many columns is wide: to take out the branches of each column without a value would
	// take too long. See walk.finish.
	wide    bool
	rarest  []uint64 // at the places of masks: the branches that have no rarer column
	reached []uint64 // the branches that want no value at all

	all       []uint64 // all branches
	needs     []uint64 // by branch: the columns that it mentions, see span.needs
	wordNeeds []uint64 // by word: those that the branches of the word mention
	allNeeds  uint64   // those of all branches
	rules     []int32  // by branch, from ruleFrom: the numbers of its rules
	ruleFrom  []int32  // by branch, and one more
	count     int      // of rules

	// What it takes to judge a branch on its own.
	tests        []test
	conjunctions []conjunction // by branch

	inner inner // see dottedBehind

	pool sync.Pool // of *walk
}

// A span is a set of branches as the words that are not empty: the parts of machine.words and
// machine.masks from from to to. It belongs to a column, whose branches mention it, or to a step with
// steps below, whose branches mention a column there. What a walk finds out about the branches of a
// span lies at the same places in walk.got.
//
// Invariant: the numbers of the words are increasing.
type span struct {
	id       int32
	from, to int32
	needs    uint64 // the columns that it is about: bit c for c < 63, bit 63 for all others
	nested   bool   // a name with a dot could lead here, too
}

// A posting is a set of branches within a span: the part of machine.bits from from to to.
type posting struct{ from, to int32 }

// A bit is a word of a posting.
type bit struct {
	at   int32 // in machine.words, machine.masks and walk.got
	mask uint64
}

// A step is a place in an event: what the names on the way to it, joined with dots, are.
//
// Invariants:
//   - Steps are numbered in preorder: those below step i are the ones from i+1 to end-1.
//   - So are columns: those at and below the step are the ones from first to last-1, its own before
//     the others.
type step struct {
	id, end     int32
	names       table  // of the steps one name further, which has no dot
	dots        uint64 // the lengths of names to steps with steps below; see manyDots
	column      int32  // or -1
	first, last int32
	below       int32   // first, but behind its own column
	needs       uint64  // the columns from first on, see span.needs
	group       span    // of the columns below: see narrow.go
	none        posting // in group: the branches all of whose columns below may be without a value
}

// Inner are the names that lead to steps with steps below.
type inner struct {
	names   table
	longest int
	last    [256]bool // the bytes that stand before a dot behind such a name: its last, or a quote
	odd     bool      // some name can be written with other escapes than \u
}

// noColumn marks a step where no field ends.
const noColumn = -1

// manyDots is the bit of step.dots for all names that are so long or longer: the last of the word. Where
// none of the bits is the index of a dot in a name, the name cannot lead on to a step below one of these.
const manyDots = 63

// lastNeed is the bit of span.needs that stands for all columns from 63 on. A machine with so many is
// wide; there, one of these having had its say tells nothing about the bit.
const lastNeed = 63

// A test is a field at a step, for those who judge one branch on its own.
type test struct {
	at    int32
	field *field
	none  bool // to have no value will do too
}

// A conjunction is a branch as a list of tests, in the order of their steps. No two of them have the
// same step.
type conjunction []int32

// newMachine returns the machine for the rules, each given by its branches.
func newMachine(rules [][]branch) *machine {
	b := builder{machine: &machine{count: len(rules)}, byPath: map[string]int32{}}
	b.collect(rules)
	b.addSteps()
	b.number()
	b.addColumns()
	b.addGroups()
	b.addRarest()
	return b.machine
}

// A builder builds a machine.
type builder struct {
	*machine
	asked  []askedColumn
	byPath map[string]int32 // index in asked

	uses  []use // of all branches, one after the other
	ends  []int // of each branch in uses
	owner []int32
	holds [][]int32 // by test: its branches

	// Memory for postings and spans.
	touched []int32
	dense   []uint64 // by word
	place   []int32  // by word: in the span that is being worked on
	shared  map[string]posting
	text    []byte
}

// An askedColumn is what the rules ask of the values at a path.
type askedColumn struct {
	path   string
	fields []*field
	byText map[string]int32 // index in fields
	uses   int
	rank   int32 // among the columns, by number of uses
	column int32
	order  []int32 // by index in fields: the rank of its text
	test   int32   // of the first in that order
}

// A use is that a branch has a field: indexes in asked and in its fields.
type use struct{ column, field int32 }

// collect finds out what columns there are and what fields they have.
func (b *builder) collect(rules [][]branch) {
	known := map[*field]int32{}
	for i, rule := range rules {
		for _, br := range rule {
			for path, f := range br {
				c, ok := b.byPath[path]
				if !ok {
					c = int32(len(b.asked))
					b.byPath[path] = c
					b.asked = append(b.asked, askedColumn{path: path, byText: map[string]int32{}})
				}
				a := &b.asked[c]
				a.uses++
				// The branches of a rule have fields in common; to look them up again by text would
				// take long.
				id, ok := int32(0), false
				if len(rule) > 1 {
					id, ok = known[f]
					ok = ok && int(id) < len(a.fields) && a.fields[id] == f
				}
				if !ok {
					b.text = f.append(b.text[:0])
					if id, ok = a.byText[string(b.text)]; !ok {
						id = int32(len(a.fields))
						a.byText[string(b.text)] = id
						a.fields = append(a.fields, f)
					}
					if len(rule) > 1 {
						known[f] = id
					}
				}
				b.uses = append(b.uses, use{c, id})
			}
			b.ends = append(b.ends, len(b.uses))
			b.owner = append(b.owner, int32(i))
		}
	}
}

// addSteps makes the steps that lead to all the columns.
func (b *builder) addSteps() {
	type place struct {
		parts []string
		asked int32
	}
	places := make([]place, len(b.asked))
	for i, a := range b.asked {
		places[i] = place{strings.Split(a.path, "."), int32(i)}
	}
	slices.SortFunc(places, func(a, b place) int { return slices.Compare(a.parts, b.parts) })

	b.steps = []step{{column: noColumn}}
	b.columns = make([]column, len(places))
	children := [][]int32{nil} // by step
	names := []string{""}
	way := []int32{0} // the steps on the way to the place before
	for i, p := range places {
		n := 0
		for n < len(way)-1 && n < len(p.parts) && names[way[n+1]] == p.parts[n] {
			n++
		}
		for way = way[:n+1]; n < len(p.parts); n++ {
			id := int32(len(b.steps))
			b.steps = append(b.steps, step{id: id, column: noColumn, first: int32(i)})
			children = append(children, nil)
			names = append(names, p.parts[n])
			up := way[len(way)-1]
			children[up] = append(children[up], id)
			way = append(way, id)
		}
		at := &b.steps[way[len(way)-1]]
		at.column = int32(i)
		b.asked[p.asked].column = int32(i)
		name := newQuoted(p.parts[len(p.parts)-1])
		b.columns[i] = column{step: at.id, name: name, span: b.newSpan(1<<min(i, lastNeed), len(p.parts) > 1)}
	}
	b.steps[0].end, b.steps[0].last = int32(len(b.steps)), int32(len(places))
	for i := len(b.steps) - 1; i >= 0; i-- {
		at := &b.steps[i]
		at.end, at.last = int32(i)+1, max(at.last, at.first)
		at.below = at.first
		if at.column != noColumn {
			at.below++
			at.last = max(at.last, at.below)
		}
		at.names = newTable(len(children[i]))
		for _, child := range children[i] {
			next := &b.steps[child]
			at.names.set(names[child], child)
			at.end, at.last = next.end, next.last
			if next.end > child+1 {
				at.dots |= 1 << min(len(names[child]), manyDots)
			}
		}
	}
	b.addInner(names)
}

// newSpan returns a span that is still empty.
func (b *builder) newSpan(needs uint64, nested bool) span {
	b.spans++
	return span{id: int32(b.spans - 1), needs: needs, nested: nested}
}

// addInner prepares what dottedBehind looks for.
func (b *builder) addInner(names []string) {
	var inner []string
	for i := 1; i < len(b.steps); i++ {
		if int(b.steps[i].end) > i+1 {
			inner = append(inner, names[i])
		}
	}
	slices.Sort(inner)
	inner = slices.Compact(inner)
	b.inner.names = newTable(len(inner))
	for _, name := range inner {
		b.inner.names.set(name, 0)
		b.inner.longest = max(b.inner.longest, len(name))
		b.inner.last[(`"` + name)[len(name)]] = true
		b.inner.odd = b.inner.odd || strings.ContainsFunc(name, escapable)
	}
}

// number sorts the branches and numbers them, numbers the tests, and makes the conjunctions.
func (b *builder) number() {
	// Columns by the number of branches that mention them; of equals the one with fewer fields
	// first, as it makes longer runs.
	ranked := make([]int32, len(b.asked))
	for i := range ranked {
		ranked[i] = int32(i)
	}
	slices.SortFunc(ranked, func(i, j int32) int {
		x, y := &b.asked[i], &b.asked[j]
		return cmp.Or(cmp.Compare(y.uses, x.uses), cmp.Compare(len(x.fields), len(y.fields)),
			cmp.Compare(x.column, y.column))
	})
	for rank, i := range ranked {
		b.asked[i].rank = int32(rank)
	}
	byColumn := make([]int32, len(b.asked))
	for i := range b.asked {
		byColumn[b.asked[i].column] = int32(i)
	}
	for c, i := range byColumn {
		a := &b.asked[i]
		texts := make([]string, len(a.fields))
		for text, id := range a.byText {
			texts[id] = text
		}
		sorted := make([]int32, len(texts))
		for i := range sorted {
			sorted[i] = int32(i)
		}
		slices.SortFunc(sorted, func(i, j int32) int { return cmp.Compare(texts[i], texts[j]) })
		a.order = make([]int32, len(texts))
		a.test = int32(len(b.tests))
		for rank, id := range sorted {
			a.order[id] = int32(rank)
			f := a.fields[id]
			b.tests = append(b.tests, test{b.columns[c].step, f, f.acceptsNone()})
		}
		b.columns[c].firstTest, b.columns[c].lastTest = a.test, int32(len(b.tests))
	}

	// What a branch asks as a list of numbers, for sorting.
	type asks struct {
		of   []uint64 // rank of a column, and of its field
		from int      // in uses
		rule int32
	}
	list := make([]asks, len(b.ends))
	flat := make([]uint64, len(b.uses))
	from := 0
	for i, to := range b.ends {
		for j := from; j < to; j++ {
			a := &b.asked[b.uses[j].column]
			flat[j] = uint64(a.rank)<<32 | uint64(a.order[b.uses[j].field])
		}
		slices.Sort(flat[from:to])
		list[i] = asks{flat[from:to], from, b.owner[i]}
		from = to
	}
	slices.SortFunc(list, func(x, y asks) int {
		return cmp.Or(slices.Compare(x.of, y.of), cmp.Compare(x.rule, y.rule))
	})

	b.holds = make([][]int32, len(b.tests))
	inConjunctions := make([]int32, 0, len(b.uses))
	for i, l := range list {
		if i > 0 && slices.Equal(l.of, list[i-1].of) {
			if b.rules[len(b.rules)-1] != l.rule {
				b.rules = append(b.rules, l.rule)
			}
			continue
		}
		id := int32(len(b.conjunctions))
		b.ruleFrom = append(b.ruleFrom, int32(len(b.rules)))
		b.rules = append(b.rules, l.rule)
		start := len(inConjunctions)
		var needs uint64
		for _, u := range b.uses[l.from : l.from+len(l.of)] {
			a := &b.asked[u.column]
			t := a.test + a.order[u.field]
			inConjunctions = append(inConjunctions, t)
			b.holds[t] = append(b.holds[t], id)
			needs |= b.columns[a.column].needs
		}
		c := inConjunctions[start:]
		slices.Sort(c)
		b.conjunctions = append(b.conjunctions, conjunction(c))
		b.needs = append(b.needs, needs)
	}
	b.ruleFrom = append(b.ruleFrom, int32(len(b.rules)))

	n := len(b.conjunctions)
	b.all = make([]uint64, (n+63)/64)
	b.wordNeeds = make([]uint64, len(b.all))
	for i := range n {
		b.all[i/64] |= 1 << (i % 64)
		b.wordNeeds[i/64] |= b.needs[i]
		b.allNeeds |= b.needs[i]
	}
	b.dense = make([]uint64, len(b.all))
	b.place = make([]int32, len(b.all))
}

// gather puts the branches that the tests have into dense, and the numbers of their words, increasing, into
// touched. The caller empties these words of dense again.
func (b *builder) gather(tests []int32) {
	b.touched = b.touched[:0]
	for _, t := range tests {
		for _, id := range b.holds[t] {
			w := id / 64
			if b.dense[w] == 0 {
				b.touched = append(b.touched, w)
			}
			b.dense[w] |= 1 << (id % 64)
		}
	}
	slices.Sort(b.touched)
}

// fill makes s the span of the branches that the tests have.
func (b *builder) fill(s *span, tests []int32) {
	b.gather(tests)
	s.from = int32(len(b.words))
	for _, w := range b.touched {
		b.words = append(b.words, uint32(w))
		b.masks = append(b.masks, b.dense[w])
		b.dense[w] = 0
	}
	s.to = int32(len(b.words))
}

// enter makes s the span that postings are made in.
func (b *builder) enter(s *span) {
	b.shared = map[string]posting{}
	for k := s.from; k < s.to; k++ {
		b.place[b.words[k]] = k
	}
}

// posting returns the set of the branches that the tests have, which belong to the span that was
// entered. Equal lists of tests share it.
func (b *builder) posting(tests []int32) posting {
	if len(tests) == 0 {
		return posting{}
	}
	b.text = b.text[:0]
	for _, t := range tests {
		b.text = append(b.text, byte(t), byte(t>>8), byte(t>>16), byte(t>>24))
	}
	p, ok := b.shared[string(b.text)]
	if ok {
		return p
	}
	b.gather(tests)
	p.from = int32(len(b.bits))
	for _, w := range b.touched {
		b.bits = append(b.bits, bit{b.place[w], b.dense[w]})
		b.dense[w] = 0
	}
	p.to = int32(len(b.bits))
	b.shared[string(b.text)] = p
	return p
}

// addColumns fills the columns.
func (b *builder) addColumns() {
	var tests []int32
	for i := range b.columns {
		c := &b.columns[i]
		tests = tests[:0]
		for t := c.firstTest; t < c.lastTest; t++ {
			tests = append(tests, t)
		}
		b.fill(&c.span, tests)
		b.enter(&c.span)
		b.addColumn(c)
	}
}

// addGroups fills the groups of the steps that have columns below.
func (b *builder) addGroups() {
	var tests []int32
	for i := len(b.steps) - 1; i >= 0; i-- {
		at := &b.steps[i]
		if at.column != noColumn {
			at.needs = b.columns[at.column].needs
		}
		if at.below == at.last {
			continue
		}
		var needs uint64
		tests = tests[:0]
		for c := at.below; c < at.last; c++ {
			needs |= b.columns[c].needs
			for t := b.columns[c].firstTest; t < b.columns[c].lastTest; t++ {
				tests = append(tests, t)
			}
		}
		at.needs |= needs
		at.group = b.newSpan(needs, true)
		b.fill(&at.group, tests)
		b.enter(&at.group)
		// The branches all of whose tests here accept that there is no value: those of the tests, but
		// for those of other tests.
		for _, t := range tests {
			for _, id := range b.holds[t] {
				if !b.tests[t].none {
					b.dense[id/64] |= 1 << (id % 64)
				}
			}
		}
		at.none.from = int32(len(b.bits))
		for k := at.group.from; k < at.group.to; k++ {
			w := b.words[k]
			if mask := b.masks[k] &^ b.dense[w]; mask != 0 {
				b.bits = append(b.bits, bit{k, mask})
			}
			b.dense[w] = 0
		}
		at.none.to = int32(len(b.bits))
	}
}

// wideColumns is from how many columns on a machine is wide. Below, to go through them all takes less
// than a microsecond; and the bits of span.needs tell them apart.
const wideColumns = 64

// addRarest finds the rarest column of each branch, if the machine is wide: of those that need a value
// the one that the fewest branches mention.
func (b *builder) addRarest() {
	if b.wide = len(b.columns) >= wideColumns; !b.wide {
		return
	}
	uses := make([]int, len(b.columns))
	for i := range b.columns {
		for t := b.columns[i].firstTest; t < b.columns[i].lastTest; t++ {
			uses[i] += len(b.holds[t])
		}
	}
	b.rarest = make([]uint64, len(b.words))
	b.reached = make([]uint64, len(b.all))
	for id, c := range b.conjunctions {
		rarest := int32(noColumn)
		for _, t := range c {
			col := b.steps[b.tests[t].at].column
			if !b.tests[t].none && (rarest == noColumn || uses[col] < uses[rarest]) {
				rarest = col
			}
		}
		mask := uint64(1) << (id % 64)
		if rarest == noColumn {
			b.reached[id/64] |= mask
			continue
		}
		s := &b.columns[rarest].span
		b.rarest[search(b.words, s.from, s.to, uint32(id/64))] |= mask
	}
}

// find returns the step that a member of the given name leads to from at, or nil, and whether the
// name has a dot.
func (m *machine) find(at *step, name []byte) (next *step, dotted bool) {
	for {
		part, rest, more := bytes.Cut(name, []byte{'.'})
		id := at.names.find(part)
		if id < 0 {
			return nil, false
		}
		at = &m.steps[id]
		if !more {
			return at, dotted
		}
		name, dotted = rest, true
	}
}

// escapable reports whether r can be written with an escape other than \u.
func escapable(r rune) bool { return r < ' ' || r == '"' || r == '\\' || r == '/' }

// quoted is a name that can be looked for in a text, whatever the text is.
type quoted struct {
	text string // with quotes; empty if the name could have escapes
	rare int    // index of its rarest byte
}

// common are the bytes of CloudTrail's records, the most frequent first.
const common = "\"earts:n-oi2,c1dum30.7AlpI8v94/wfSb g65yCTDEh{}NRHPMVQFzqxZkUjKB()GOL+JX;_W[]Y\\%=*'!$&?"

func newQuoted(name string) quoted {
	if strings.ContainsFunc(name, escapable) {
		return quoted{}
	}
	q := quoted{text: `"` + name + `"`}
	for i, rank := 0, -1; i < len(q.text); i++ {
		r := strings.IndexByte(common, q.text[i])
		if r < 0 {
			r = len(common)
		}
		if r > rank {
			q.rare, rank = i, r
		}
	}
	return q
}

// in reports whether the name may be in text. It looks for the rarest byte of the name. If that comes
// often without the name, to ask on takes about as long as to read the text, so it gives up.
func (q *quoted) in(text []byte) bool {
	if q.text == "" {
		return true
	}
	const often = 64
	c := q.text[q.rare]
	for i, n := q.rare, 0; n < often; n++ {
		if i >= len(text) {
			return false
		}
		next := bytes.IndexByte(text[i:], c)
		if next < 0 {
			return false
		}
		i += next
		start := i - q.rare
		if len(text)-start >= len(q.text) && string(text[start:start+len(q.text)]) == q.text {
			return true
		}
		i++
	}
	return true
}

// dottedBehind reports whether text, the rest of an event, may have a name with a dot that leads to
// two steps at once: "detail.eventName" where a value of eventName in detail has been read already.
// Nobody writes such events, but a walk can only end early if this is none. So this does not read the
// text, but looks at its dots, and what stands before them.
func (m *machine) dottedBehind(text []byte) bool {
	if m.inner.odd {
		return true // a name that has other spellings
	}
	for rest := text; ; {
		i := bytes.IndexByte(rest, '\\')
		if i < 0 {
			break
		}
		if i+1 == len(rest) || rest[i+1] == 'u' { // of the escapes only this one could be of a name
			return true
		}
		rest = rest[i+1:]
	}
	for i := 0; ; i++ {
		n := bytes.IndexByte(text[i:], '.')
		if n < 0 {
			return false
		}
		i += n
		if i == 0 || !m.inner.last[text[i-1]] {
			continue
		}
		before := text[max(0, i-m.inner.longest-1):i]
		if quote := bytes.LastIndexByte(before, '"'); quote >= 0 && m.inner.names.find(before[quote+1:]) >= 0 {
			return true
		}
	}
}
