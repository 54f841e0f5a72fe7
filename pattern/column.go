package pattern

import (
	"cmp"
	"math"
	"net/netip"
	"slices"
	"unicode"
	"unicode/utf8"

	"github.com/trailsieve/trailsieve/internal/jsonscan"
)

// A column is what a machine asks of the values at one step. It has an index for each kind of
// condition, so that a value is looked up, not compared with one condition after the other; what is
// found are effects: a posting of branches that the value satisfies, or one of branches whose
// anything-but it contradicts.
//
//	["a", {"prefix": "b"}]              satisfied by: a, b…
//	[{"anything-but": ["c", "d"]}, 1]   satisfied by: any value, except c and d; 1
//
// Two anything-but in one field accept what either of them accepts, so the exceptions are the values that
// both exclude. If one of them has an operator, these are not to be told: then the field is left to be
// judged by itself, with its branches in others. (Lint warns of both, as nearly every value will do.)
type column struct {
	step                int32
	firstTest, lastTest int32
	span
	name quoted // that a value of this column stands behind

	none posting // satisfied if there is no value
	any  posting // satisfied by any value, but for the exceptions that it meets

	plain bool // it asks for nothing but equal strings, numbers and words

	// By kind of value. An index that is empty costs nothing.
	words                    [3]int32 // effects of true, false and null, or -1
	texts                    int32    // effect of any string, or -1
	exact                    table    // of effects
	folded                   table    // of hits, by foldKey
	heads                    trie     // of hits, by the beginning of the text
	tails                    trie     // of hits, by its end, reversed
	foldedHeads, foldedTails trie
	hits                     []hit
	pieces                   []pieces         // of wildcards
	inside                   *inside          // those in pieces that begin and end with a star, or nil
	firstPieces              int32            // in walk.tried
	numbers                  map[uint64]int32 // effects, by numberKey
	digits                   map[string]int32 // effects, by the text of a number that is not comparable
	ranges                   ranges
	networks                 networks
	others                   []others
}

// An effect is what it means for the branches of a column that a value is what a condition is about.
type effect struct {
	satisfied posting // by the condition
	except    posting // their anything-but excludes it
	whole     bool    // all branches of the column are satisfied
}

// A hit is what a text has in common with conditions that are found by a part of it or regardless of
// case: one that is satisfied by that, and those that have to be tried.
type hit struct {
	effect    int32   // or -1
	wildcards []int32 // in column.pieces
	folded    []folded
}

// pieces is the operand of a wildcard, see parseWildcard.
type pieces struct {
	pieces [][]byte
	effect int32
	last   byte // what a text has to end with, or 0 if that may be anything
}

// folded is an operand that is compared regardless of case.
type folded struct {
	text   string
	effect int32
}

// others are branches whose field is judged by itself.
type others struct {
	field   *field
	posting posting
}

// An indexKey is a condition in the form in which equal ones are equal. It says which index of a column
// the condition belongs to, and what it is found by there.
type indexKey struct {
	kind      indexKind
	text      string
	low, high string // operators of a range
	a, b      uint64 // bounds of a range, or a number
	network   netip.Prefix
}

type indexKind byte

const (
	isExact indexKind = iota
	isFolded
	isHead
	isTail
	isFoldedHead
	isFoldedTail
	isWildcard
	isNumber
	isDigits
	isRange
	isNetwork
	isWord
	isText
)

// indexKeyOf returns the key of any condition but exists and anything-but, which have none of their own:
// what anything-but excludes are conditions.
func indexKeyOf(c condition) indexKey {
	switch c := c.(type) {
	case exactString:
		return indexKey{kind: isExact, text: string(c)}
	case equalsFold:
		return indexKey{kind: isFolded, text: string(c)}
	case prefix:
		if c == "" {
			return indexKey{kind: isText}
		}
		return indexKey{kind: isHead, text: string(c)}
	case suffix:
		if c == "" {
			return indexKey{kind: isText}
		}
		return indexKey{kind: isTail, text: string(c)}
	case prefixFold:
		if c == "" {
			return indexKey{kind: isText}
		}
		return indexKey{kind: isFoldedHead, text: string(c)}
	case suffixFold:
		if c == "" {
			return indexKey{kind: isText}
		}
		return indexKey{kind: isFoldedTail, text: string(c)}
	case wildcard:
		switch n := len(c.pieces); {
		case n == 1:
			return indexKey{kind: isExact, text: string(c.pieces[0])}
		case n == 2 && len(c.pieces[1]) == 0:
			return indexKeyOf(prefix(c.pieces[0]))
		case n == 2 && len(c.pieces[0]) == 0:
			return indexKeyOf(suffix(c.pieces[1]))
		}
		return indexKey{kind: isWildcard, text: c.text}
	case exactNumber:
		if !c.comparable {
			return indexKey{kind: isDigits, text: c.text}
		}
		return indexKey{kind: isNumber, a: numberKey(c.float)}
	case numeric:
		if c.low.operator == "=" {
			return indexKey{kind: isNumber, a: numberKey(c.low.float)}
		}
		return indexKey{kind: isRange, low: c.low.operator, high: c.high.operator,
			a: numberKey(c.low.float), b: numberKey(c.high.float)}
	case cidr:
		return indexKey{kind: isNetwork, network: c.Prefix}
	case exactWord:
		return indexKey{kind: isWord, text: string(rune(c))}
	}
	panic("pattern: a condition without an index")
}

// A sorter gathers the conditions of a column, those that are equal as one, with the tests that have
// them.
type sorter struct {
	byKey map[indexKey]int32 // index in list
	list  []sorted
}

// A sorted is a condition with the tests that it satisfies, and those whose anything-but excludes what
// it accepts.
type sorted struct {
	indexKey
	condition         condition
	satisfied, except []int32 // tests
}

// at returns the entry of a condition. It is valid until the next call.
func (s *sorter) at(c condition) *sorted {
	key := indexKeyOf(c)
	i, ok := s.byKey[key]
	if !ok {
		i = int32(len(s.list))
		s.byKey[key] = i
		s.list = append(s.list, sorted{indexKey: key, condition: c})
	}
	return &s.list[i]
}

// addTest adds a test to a list that ends with it if it has it.
func addTest(tests []int32, t int32) []int32 {
	if n := len(tests); n > 0 && tests[n-1] == t {
		return tests
	}
	return append(tests, t)
}

// addColumn fills the indexes of a column.
func (b *builder) addColumn(c *column) {
	s := sorter{byKey: make(map[indexKey]int32, c.lastTest-c.firstTest)}
	var none, any []int32
	for t := c.firstTest; t < c.lastTest; t++ {
		f := b.tests[t].field
		if b.tests[t].none {
			none = append(none, t)
		}
		anyValue, excluding := f.asks()
		switch {
		case anyValue:
			any = append(any, t)
			continue
		case excluding == 1:
			any = append(any, t)
		case excluding > 1:
			common, ok := f.excludedByAll()
			if !ok {
				c.others = append(c.others, others{f, b.posting([]int32{t})})
				continue
			}
			any = append(any, t)
			for _, ex := range common {
				e := s.at(ex)
				e.except = addTest(e.except, t)
			}
		}
		for _, a := range f.anyOf {
			switch x := a.condition.(type) {
			case exists: // false, as asks has said
			case anythingBut:
				if excluding > 1 {
					continue
				}
				for _, ex := range x.excluded {
					e := s.at(ex)
					e.except = addTest(e.except, t)
				}
			default:
				e := s.at(x)
				e.satisfied = addTest(e.satisfied, t)
			}
		}
	}
	c.none, c.any = b.posting(none), b.posting(any)
	b.addIndexes(c, s.list)
}

// excludedByAll returns the values that all the anything-but of a field exclude, if none has an operator.
func (f *field) excludedByAll() (common []condition, ok bool) {
	count := map[indexKey]int{} // of the anything-but, from the first on, that exclude a value
	n := 0
	for _, a := range f.anyOf {
		c, ok := a.condition.(anythingBut)
		if !ok {
			continue
		}
		if c.operator != "" {
			return nil, false
		}
		common = nil
		for _, ex := range c.excluded {
			if key := indexKeyOf(ex); count[key] == n {
				count[key]++
				common = append(common, ex)
			}
		}
		n++
	}
	return common, true
}

// addIndexes distributes the conditions of a column among its indexes.
func (b *builder) addIndexes(c *column, list []sorted) {
	c.words, c.texts = [3]int32{-1, -1, -1}, -1
	var count [isText + 1]int
	for i := range list {
		count[list[i].kind]++
	}
	c.exact = newTable(count[isExact])
	c.folded = newTable(count[isFolded])
	var (
		tries  [isText + 1][]keyed
		byKey  = map[string]int32{} // hits, by a letter for the index and the key in it
		ranges []sorted
		nets   []network
		inside []int32
	)
	// hitAt returns the hit for a key of an index.
	hitAt := func(kind indexKind, key string) *hit {
		k := string(rune(kind)) + key
		i, ok := byKey[k]
		if !ok {
			i = int32(len(c.hits))
			byKey[k] = i
			c.hits = append(c.hits, hit{effect: -1})
			if kind == isFolded {
				c.folded.set(key, i)
			} else {
				tries[kind] = append(tries[kind], keyed{key, i})
			}
		}
		return &c.hits[i]
	}
	for i := range list {
		e := &list[i]
		if e.kind == isRange {
			ranges = append(ranges, *e)
			continue
		}
		m := int32(len(b.effects))
		b.effects = append(b.effects, b.effect(c, e))
		switch e.kind {
		case isExact:
			c.exact.set(e.text, m)
		case isFolded:
			h := hitAt(isFolded, string(appendFolded(nil, []byte(e.text))))
			h.folded = append(h.folded, folded{e.text, m})
		case isHead:
			hitAt(isHead, e.text).effect = m
		case isTail:
			hitAt(isTail, reversed(e.text)).effect = m
		case isFoldedHead:
			h := hitAt(isFoldedHead, string(appendFolded(nil, []byte(e.text))))
			h.folded = append(h.folded, folded{e.text, m})
		case isFoldedTail:
			h := hitAt(isFoldedTail, reversed(string(appendFolded(nil, []byte(e.text)))))
			h.folded = append(h.folded, folded{e.text, m})
		case isWildcard:
			p := e.condition.(wildcard).pieces
			id := int32(len(c.pieces))
			first, last := string(p[0]), string(p[len(p)-1])
			c.pieces = append(c.pieces, pieces{pieces: p, effect: m})
			if last != "" {
				c.pieces[id].last = last[len(last)-1]
			}
			// Whichever piece is longest tells most.
			switch n := len(longest(p[1 : len(p)-1])); {
			case len(first) >= max(len(last), n):
				h := hitAt(isHead, first)
				h.wildcards = append(h.wildcards, id)
			case len(last) >= n:
				h := hitAt(isTail, reversed(last))
				h.wildcards = append(h.wildcards, id)
			default:
				inside = append(inside, id)
			}
		case isNumber:
			if c.numbers == nil {
				c.numbers = make(map[uint64]int32, count[isNumber])
			}
			c.numbers[e.a] = m
		case isDigits:
			if c.digits == nil {
				c.digits = make(map[string]int32, count[isDigits])
			}
			c.digits[e.text] = m
		case isNetwork:
			nets = append(nets, network{Prefix: e.network, effect: m})
		case isWord:
			c.words[wordIndex(jsonscan.Kind(e.text[0]))] = m
		case isText:
			c.texts = m
		}
	}
	c.heads, c.tails = newTrie(tries[isHead]), newTrie(tries[isTail])
	c.foldedHeads, c.foldedTails = newTrie(tries[isFoldedHead]), newTrie(tries[isFoldedTail])
	c.inside = newInside(inside, c.pieces)
	c.firstPieces = int32(b.tried)
	b.tried += len(c.pieces)
	c.networks = newNetworks(nets)
	b.addRanges(c, ranges)
	c.plain = len(c.hits)+len(c.pieces)+len(nets)+len(c.others) == 0 && c.texts < 0 && c.any.from == c.any.to
}

// effect returns the effect of a condition of a column.
func (b *builder) effect(c *column, e *sorted) effect {
	x := effect{satisfied: b.posting(e.satisfied), except: b.posting(e.except)}
	x.whole = x.satisfied.to-x.satisfied.from == c.to-c.from
	for _, bit := range b.bits[x.satisfied.from:x.satisfied.to] {
		x.whole = x.whole && bit.mask == b.masks[bit.at]
	}
	return x
}

// addRanges fills the tree of ranges of a column.
func (b *builder) addRanges(c *column, list []sorted) {
	if len(list) == 0 {
		return
	}
	r := &c.ranges
	for _, e := range list {
		if e.low != "" {
			r.bounds = append(r.bounds, math.Float64frombits(e.a))
		}
		if e.high != "" {
			r.bounds = append(r.bounds, math.Float64frombits(e.b))
		}
	}
	r.bounds = sortedSet(r.bounds)
	tests := make([][]int32, 2*r.size())
	for _, e := range list {
		first, last := r.places(e.condition.(numeric))
		r.cover(first, last, func(node int) { tests[node] = append(tests[node], e.satisfied...) })
	}
	r.nodes = make([]posting, len(tests))
	for i, t := range tests {
		r.nodes[i] = b.posting(sortedSet(t))
	}
}

// sortedSet sorts a list and removes what it has more than once.
func sortedSet[T cmp.Ordered](list []T) []T {
	slices.Sort(list)
	return slices.Compact(list)
}

// wordIndex returns the place of true, false or null in column.words.
func wordIndex(k jsonscan.Kind) int {
	switch k {
	case jsonscan.True:
		return 0
	case jsonscan.False:
		return 1
	}
	return 2
}

// appendFolded appends to dst a form of text that all texts share that agree with it regardless of
// case, and some more: agreeing is not transitive (ı agrees with I, I with İ, but ı not with İ), so
// what is found by this form is compared once more.
func appendFolded(dst, text []byte) []byte {
	for i := 0; i < len(text); {
		c := text[i]
		if c < utf8.RuneSelf {
			if 'A' <= c && c <= 'Z' {
				c |= 0x20
			}
			dst = append(dst, c)
			i++
			continue
		}
		r, n := utf8.DecodeRune(text[i:])
		if invalid(r, n) {
			dst = append(dst, c)
		} else {
			dst = utf8.AppendRune(dst, unicode.ToLower(unicode.ToUpper(r)))
		}
		i += n
	}
	return dst
}
