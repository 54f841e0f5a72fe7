package pattern

import (
	"math/bits"

	"github.com/trailsieve/trailsieve/internal/jsonscan"
)

// How the walk concludes from values which branches are still alive.
//
// A value is looked up in its column, which gives the branches that it satisfies, in walk.got. If no
// array is around it, that is all that the column will get, and the column has its say at once: of
// the branches that mention it, the others are taken out. Inside of arrays several values come, and
// one of them has to do; there, all columns wait for the end of the outermost array.
//
// Where an array has objects, the columns below are judged together, for each object by itself: in the
// event
//
//	{"d": [{"name": "alice", "status": "left"}, {"name": "bob", "status": "active"}]}
//
// a branch that asks for alice and active gets neither object. What comes out is the say of a group:
// the set of the branches for which some object will do. For a branch an object will do if
//
//   - each column that the branch mentions below the array is satisfied in it, or has no value in it and
//     needs none; and
//   - at least one of them is satisfied. But if that is so of no object at all, then the branch asks
//     for nothing in the array, and it must not have a value in any of them that the branch wants to be
//     absent.
//
// An array in the object has had its say then, as a group in place of its columns. So all of this is
// linear in the event. choose.go has the same rules for what is not as regular.

// A chosen is the say of a group that waits for the object around its array.
type chosen struct {
	at    int32 // the step of the group
	epoch uint32
}

// A judged is a word of what is known of one object in an array: the branches for which it will do, those
// that have found something in it, and those for which it has a value, whether they want it or not.
type judged struct{ will, found, valued uint64 }

// open returns the window of a span, and opens it if that is its first value.
func (w *walk) open(s *span) *window {
	win := &w.windows[s.id]
	if win.epoch == w.epoch {
		return win
	}
	win.epoch, win.whole = w.epoch, false
	win.from, win.to = s.from, s.to
	words := w.m.words
	if n := int(s.to - s.from); n == len(w.alive) { // it has all words
		win.from, win.to = s.from+int32(w.lo), s.from+int32(w.hi)
	} else if n > 0 && (w.lo > 0 || w.hi < len(w.alive)) {
		win.from = search(words, s.from, s.to, uint32(w.lo))
		win.to = search(words, win.from, s.to, uint32(w.hi))
	}
	return win
}

// search returns the first place from from on, and before to, whose word is not less than word.
func search(words []uint32, from, to int32, word uint32) int32 {
	for from < to {
		if h := int32(uint32(from+to) / 2); words[h] < word {
			from = h + 1
		} else {
			to = h
		}
	}
	return from
}

// satisfy notes that the branches of a posting are satisfied.
func (w *walk) satisfy(win *window, p posting) {
	set := w.m.bits[p.from:p.to]
	if len(set) > longPosting {
		i, j := 0, len(set)
		for i < j {
			if h := int(uint(i+j) / 2); set[h].at < win.from {
				i = h + 1
			} else {
				j = h
			}
		}
		set = set[i:]
	}
	got := w.got[win.from:win.to]
	for _, b := range set {
		if at := uint(b.at - win.from); at < uint(len(got)) {
			got[at] |= b.mask
		} else if b.at >= win.to {
			break
		}
	}
}

// longPosting is how long a posting must be for a binary search of the window to pay: eight bits lie in two
// or three cache lines, which are read in the time that the search would take.
const longPosting = 8

// look looks up a value in a column.
func (w *walk) look(c *column, kind jsonscan.Kind, text []byte) {
	w.looks++
	win := w.open(&c.span)
	var n number
	switch kind {
	case jsonscan.String:
		w.lookText(c, win, text)
	case jsonscan.Number:
		if len(c.numbers) > 0 || len(c.digits) > 0 || len(c.ranges.nodes) > 0 || len(c.others) > 0 {
			n = parseNumber(text)
			w.lookNumber(c, win, n, text)
		}
	default:
		w.hit(win, c.words[wordIndex(kind)])
	}
	if c.plain {
		return
	}
	for i := range c.others {
		w.scalarValue = value{kind, text, n}
		if o := &c.others[i]; o.field.accepts(&w.scalarValue) {
			w.satisfy(win, o.posting)
		}
	}
	switch {
	case c.any.from == c.any.to:
	case len(w.except) == 0:
		w.satisfy(win, c.any)
		return
	default:
		// got has no room for exceptions, but barred has: only groups use it.
		for _, p := range w.except {
			for _, b := range w.m.bits[p.from:p.to] {
				w.barred[b.at] |= b.mask
			}
		}
		for _, b := range w.m.bits[c.any.from:c.any.to] {
			if uint32(b.at-win.from) < uint32(win.to-win.from) {
				w.got[b.at] |= b.mask &^ w.barred[b.at]
			}
		}
		for _, p := range w.except {
			for _, b := range w.m.bits[p.from:p.to] {
				w.barred[b.at] = 0
			}
		}
	}
	w.except = w.except[:0]
}

// hit notes an effect, unless id is -1.
func (w *walk) hit(win *window, id int32) {
	if id < 0 {
		return
	}
	m := &w.m.effects[id]
	if m.whole {
		win.whole = true
		return
	}
	w.satisfy(win, m.satisfied)
	if m.except.from < m.except.to {
		w.except = append(w.except, m.except)
	}
}

// lookText looks up a string.
func (w *walk) lookText(c *column, win *window, text []byte) {
	if len(c.exact.slots) > 0 {
		w.hit(win, c.exact.find(text))
	}
	if c.plain {
		return
	}
	w.hit(win, c.texts)
	if len(c.heads.nodes) > 0 {
		w.lookTrie(c, win, &c.heads, text, text)
	}
	if len(c.tails.nodes) > 0 {
		w.folded = appendReversed(w.folded[:0], text, c.tails.longest)
		w.lookTrie(c, win, &c.tails, w.folded, text)
	}
	if c.inside != nil {
		w.lookInside(c, win, text)
	}
	if len(c.networks) > 0 {
		if ip, ok := parseIP(text); ok {
			for i := c.networks.last(ip); i >= 0; i = c.networks[i].up {
				if c.networks[i].Contains(ip) {
					w.hit(win, c.networks[i].effect)
				}
			}
		}
	}
	if len(c.folded.slots) > 0 || len(c.foldedHeads.nodes) > 0 || len(c.foldedTails.nodes) > 0 {
		w.lookFolded(c, win, text)
	}
}

// lookTrie looks up a key, which is made of text, in a trie.
func (w *walk) lookTrie(c *column, win *window, t *trie, key, text []byte) {
	for n := &t.nodes[0]; n != nil; n, key = t.next(n, key) {
		if n.value < 0 {
			continue
		}
		h := &c.hits[n.value]
		w.hit(win, h.effect)
		for _, i := range h.wildcards {
			w.try(c, win, i, text)
		}
		for i := range h.folded {
			f := &h.folded[i]
			if t == &c.foldedHeads {
				if _, ok := cutPrefixFold(text, f.text); !ok {
					continue
				}
			} else if !hasSuffixFold(text, f.text) {
				continue
			}
			w.hit(win, f.effect)
		}
	}
}

// lookFolded looks up a string regardless of case.
func (w *walk) lookFolded(c *column, win *window, text []byte) {
	w.folded = appendFolded(w.folded[:0], text)
	if i := c.folded.find(w.folded); i >= 0 {
		for _, f := range c.hits[i].folded {
			if equalFold(text, f.text) {
				w.hit(win, f.effect)
			}
		}
	}
	if len(c.foldedHeads.nodes) > 0 {
		w.lookTrie(c, win, &c.foldedHeads, w.folded, text)
	}
	if len(c.foldedTails.nodes) > 0 {
		n := len(w.folded)
		w.folded = appendReversed(w.folded, w.folded, c.foldedTails.longest)
		w.lookTrie(c, win, &c.foldedTails, w.folded[n:], text)
	}
}

// lookNumber looks up a number.
func (w *walk) lookNumber(c *column, win *window, n number, text []byte) {
	if !n.comparable {
		if m, ok := c.digits[string(text)]; ok {
			w.hit(win, m)
		}
		return
	}
	if m, ok := c.numbers[numberKey(n.float)]; ok {
		w.hit(win, m)
	}
	if len(c.ranges.nodes) > 0 {
		for i := c.ranges.place(n.float); i > 0; i /= 2 {
			w.satisfy(win, c.ranges.nodes[i])
		}
	}
}

// say lets a column have its say.
func (w *walk) say(c int32) {
	col := &w.m.columns[c]
	if w.windows[col.id].epoch != w.epoch {
		w.common &^= col.needs
	}
	w.narrow(&col.span, col.none)
	w.said(c, col)
}

// said notes that a column has had its say. Bit 63 of needs is never settled, being of many columns.
func (w *walk) said(c int32, col *column) {
	w.done[c] = w.epoch
	w.settled |= col.needs &^ (1 << lastNeed)
}

// quick lets a column have its say about a string in the two most frequent cases, which need no window:
// all of its branches are satisfied by the string, or none is. It reports whether it has.
func (w *walk) quick(c *column, text []byte) bool {
	if w.m.wide {
		return false
	}
	id := int32(-1)
	if len(c.exact.slots) > 0 {
		id = c.exact.find(text)
	}
	if id >= 0 {
		if !w.m.effects[id].whole {
			return false
		}
	} else {
		words, masks := w.m.words[c.from:c.to], w.m.masks[c.from:c.to]
		if len(words) == len(w.alive) {
			words, masks = words[w.lo:w.hi], masks[w.lo:w.hi]
		}
		var changed uint64
		for k, word := range words {
			changed |= w.alive[word] & masks[k]
			w.alive[word] &^= masks[k]
		}
		if changed != 0 {
			w.loose = w.loose || c.nested
			w.trim()
		}
	}
	w.said(w.m.steps[c.step].column, c)
	return true
}

// decided reports whether nothing more can be concluded from what follows.
func (w *walk) decided() bool {
	return w.lo == w.hi || w.needs&^w.settled == 0
}

// settle lets the columns at and below a step have their say, after its value has been read. In a machine
// of many columns, those without a value are left to finish.
func (w *walk) settle(at *step) {
	for c := at.first; c < at.last; c++ {
		if ch := &w.chosen[c]; ch.epoch == w.epoch {
			inside := &w.m.steps[ch.at]
			win := &w.windows[inside.group.id]
			clear(w.found[win.from:win.to])
			clear(w.barred[win.from:win.to])
			w.narrow(&inside.group, posting{})
			ch.epoch = 0
			for ; c < inside.last; c++ {
				w.done[c] = w.epoch
				w.settled |= w.m.columns[c].needs &^ (1 << lastNeed)
			}
			c--
			continue
		}
		if w.m.wide && c >= at.below {
			return // all that is below an object has had its say, but for what had no value
		}
		if w.done[c] != w.epoch {
			w.say(c)
		}
	}
}

// finish lets all columns have their say that have not, at the end of the event.
func (w *walk) finish() {
	if !w.m.wide {
		w.settle(&w.m.steps[0])
		return
	}
	// Of so many columns most have no value in any event. So instead of taking out the branches of each
	// of them, only those branches are left in whose rarest column had a value, and looked at one by one.
	for i := w.lo; i < w.hi; i++ {
		w.alive[i] &= w.reached[i]
		for alive := w.alive[i]; alive != 0; alive &= alive - 1 {
			for _, t := range w.m.conjunctions[i*64+bits.TrailingZeros64(alive)] {
				test := &w.m.tests[t]
				if !test.none && w.done[w.m.steps[test.at].column] != w.epoch {
					w.alive[i] &^= alive & -alive
					break
				}
			}
		}
	}
	w.trim()
}

// narrow takes the branches of a span out that are not satisfied. Those of none are, if it got no value.
func (w *walk) narrow(s *span, none posting) {
	win := &w.windows[s.id]
	if win.epoch != w.epoch {
		if w.needs&s.needs == 0 {
			return
		}
		win = w.open(s)
		w.satisfy(win, none)
		w.loose = w.loose || s.nested && none.from < none.to
	}
	win.epoch = 0
	got := w.got[win.from:win.to]
	if w.m.wide {
		w.reach(win)
	}
	if win.whole {
		clear(got)
		return
	}
	words, masks := w.m.words[win.from:win.to], w.m.masks[win.from:win.to]
	masks = masks[:len(got)]
	var changed uint64
	if n := int(win.to - win.from); n > 0 && int(words[n-1]-words[0]) == n-1 { // all words in a row
		alive := w.alive[words[0]:][:len(got)]
		for k, old := range alive {
			now := old & (got[k] | ^masks[k])
			got[k] = 0
			alive[k] = now
			changed |= old ^ now
		}
	} else {
		for k, word := range words {
			old := w.alive[word]
			now := old & (got[k] | ^masks[k])
			got[k] = 0
			w.alive[word] = now
			changed |= old ^ now
		}
	}
	if changed == 0 {
		return
	}
	w.loose = w.loose || s.nested
	w.trim()
}

// reach notes which branches have a value in their rarest column.
func (w *walk) reach(win *window) {
	for k := win.from; k < win.to; k++ {
		w.reached[w.m.words[k]] |= w.m.rarest[k]
	}
}

// trim finds out where the branches are that are alive, and what they need.
func (w *walk) trim() {
	for w.lo < w.hi && w.alive[w.lo] == 0 {
		w.lo++
	}
	for w.lo < w.hi && w.alive[w.hi-1] == 0 {
		w.hi--
	}
	// To ask each of the branches takes too long if there are many, and would not help.
	const (
		fewWords    = 4
		fewBranches = 8
	)
	if w.hi-w.lo > fewWords {
		return
	}
	w.needs = 0
	for i := w.lo; i < w.hi; i++ {
		alive := w.alive[i]
		if bits.OnesCount64(alive) > fewBranches {
			w.needs |= w.m.wordNeeds[i]
			continue
		}
		for ; alive != 0; alive &= alive - 1 {
			w.needs |= w.m.needs[i*64+bits.TrailingZeros64(alive)]
		}
	}
}

// judge judges the object in an array at a step that has just been read, by the columns below the
// step, and adds the outcome to the group of the step.
func (w *walk) judge(at *step) {
	group := w.open(&at.group)
	words, masks := w.m.words, w.m.masks
	for k := group.from; k < group.to; k++ {
		w.element[words[k]] = judged{will: masks[k]}
	}
	for c := at.below; c < at.last; c++ {
		if ch := &w.chosen[c]; ch.epoch == w.epoch {
			inside := &w.m.steps[ch.at]
			win := &w.windows[inside.group.id]
			for k := win.from; k < win.to; k++ {
				e := &w.element[words[k]]
				e.will &= w.got[k] | ^masks[k]
				e.found |= w.found[k]
				e.valued |= w.barred[k]
				w.got[k], w.found[k], w.barred[k] = 0, 0, 0
			}
			win.epoch, ch.epoch = 0, 0
			c = inside.last - 1
			continue
		}
		col := &w.m.columns[c]
		win := &w.windows[col.id]
		valued := win.epoch == w.epoch
		if !valued {
			win = w.open(&col.span)
			w.satisfy(win, col.none)
			w.loose = w.loose || col.none.from < col.none.to
		}
		if valued && w.m.wide {
			w.reach(win)
		}
		if win.whole {
			copy(w.got[win.from:win.to], masks[win.from:win.to])
		}
		for k := win.from; k < win.to; k++ {
			e := &w.element[words[k]]
			e.will &= w.got[k] | ^masks[k]
			if valued {
				e.found |= w.got[k]
				e.valued |= masks[k]
			}
			w.got[k] = 0
		}
		win.epoch = 0
	}
	for k := group.from; k < group.to; k++ {
		e := &w.element[words[k]]
		w.got[k] |= e.will & e.found
		w.found[k] |= e.found
		w.barred[k] |= e.valued
	}
}

// conclude ends the judgement on the objects of an array at a step, if there was any.
func (w *walk) conclude(at *step) {
	win := &w.windows[at.group.id]
	if at.below == at.last || win.epoch != w.epoch {
		return
	}
	w.loose = w.loose || at.none.from < at.none.to
	for _, b := range w.m.bits[at.none.from:at.none.to] {
		if uint32(b.at-win.from) < uint32(win.to-win.from) {
			w.got[b.at] |= b.mask &^ w.found[b.at] &^ w.barred[b.at]
		}
	}
	w.chosen[at.below] = chosen{at.id, w.epoch}
}
