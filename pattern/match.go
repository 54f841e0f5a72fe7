package pattern

import (
	"math/bits"

	"github.com/trailsieve/trailsieve/internal/jsonscan"
)

// Matching is one walk over the event, from front to back, that looks only at names to which some
// branch that is still alive leads. How a value takes branches out is in narrow.go.
//
// The walk is for events as they are. Where it comes across one of these, it gives up, and the event
// is read again in the slower way of items.go, which can tell:
//
//   - text that is not JSON: what is wrong with it, and where;
//   - a name with a dot that leads to a step: since another member may lead there, too, nothing that
//     was concluded about it holds;
//   - an array in an array at a step with columns below, so that elements of elements are to be chosen.
//
// Errors are found as far as the walk reads; what it skips, it skips with a glance at quotes and
// brackets.
type walk struct {
	m     *machine
	event []byte

	alive   []uint64 // the branches that may still match
	reached []uint64 // if the machine is wide: the branches whose rarest column had a value
	lo, hi  int      // all words of alive before lo and from hi on are empty
	needs   uint64   // the columns that a branch which is alive mentions (see span.needs)
	settled uint64   // those that have had their say
	missed  uint64   // those whose names were looked for in the rest of the event
	common  uint64   // those whose names were there when they were last looked for, in any event
	loose   bool     // a name with a dot could still revive a branch, or have what one wants to be absent
	wary    bool     // the rest of the event may have such a name, so the walk must not end early
	over    bool     // it has ended early

	// What the walk has found out about the spans: in got, at the places of a span, which of its
	// branches are satisfied. Of a group, found has those for which some column was, and barred those
	// that a value was found for where they ask for none.
	got, found, barred []uint64
	windows            []window // by span
	done               []uint32 // by column: the epoch in which it has had its say
	chosen             []chosen // by column: the first of a group that was chosen from
	epoch              uint32   // of the event

	seen   []uint32 // by step: the object that had a member which led here
	object uint32   // of the objects that were read

	arrays      int   // around the value that is being read
	looks       int   // values that were looked up
	scalarValue value // for others: here to save an allocation
	except      []posting
	text        []byte // of strings that had to be unescaped
	folded      []byte
	tried       []uint32 // by wildcard: the look-up in which it was compared last
	tries       uint32
	hits        []uint64 // by rule
	hitWords    []uint64 // by word of hits: whether it has any
	element     []judged

	guesses guesses
	touch   byte
	chains  []int32 // by step: the guess for the first name in an object

	items     itemWalk
	gaveUp    bool // items were read
	itemsLast bool // the last event had a name with a dot, so this one is read as items at once
}

// A window is the part of a span that the words lo to hi of alive were in when the walk came to it.
// Outside of it, no branch is alive.
type window struct {
	from, to int32
	epoch    uint32 // the window is open if it is the walk's
	whole    bool   // all branches are satisfied
}

// failed is what the methods of a walk return in place of an offset if the walk is not to go on: because
// it has ended early (walk.over), or else because it gives up.
const failed = -1

// maxKept bounds what a walk may keep for the next one, so that one monstrous event does not hold
// its memory for ever. Ordinary events have some dozens of items.
const maxKept = 1 << 14

// match walks over an event. The branches that match are those which are then alive. The caller hands
// the walk back with free.
func (m *machine) match(event []byte) (*walk, error) {
	w, _ := m.pool.Get().(*walk)
	if w == nil {
		w = newWalk(m)
	}
	w.begin(event)
	w.touch = touch(event)
	if !w.itemsLast {
		if w.root() {
			return w, nil
		}
		w.begin(event)
		clear(w.got)
		clear(w.found)
		clear(w.barred)
	}
	w.gaveUp = true
	if err := w.readItems(); err != nil {
		w.free()
		return nil, err
	}
	return w, nil
}

// touched is how much of an event is touched at once, which is the beginning that most walks read. The
// processor prefetches the rest by itself.
const touched = 1024

// touch reads a byte of each cache line that the walk is about to come to, so that it waits once for
// all of them to arrive from memory. That makes a rule that is decided in the first two hundred bytes a
// third faster, if the events were not in the cache. The sum is there to be kept, lest the reading be
// optimized away.
func touch(event []byte) (sum byte) {
	for i := 64; i < min(len(event), touched); i += 64 {
		sum ^= event[i]
	}
	return sum
}

func newWalk(m *machine) *walk {
	w := &walk{
		m:        m,
		alive:    make([]uint64, len(m.all)),
		reached:  make([]uint64, len(m.reached)),
		got:      make([]uint64, len(m.words)),
		found:    make([]uint64, len(m.words)),
		barred:   make([]uint64, len(m.words)),
		windows:  make([]window, m.spans),
		done:     make([]uint32, len(m.columns)),
		chosen:   make([]chosen, len(m.columns)),
		seen:     make([]uint32, len(m.steps)),
		chains:   make([]int32, len(m.steps)),
		hits:     make([]uint64, (m.count+63)/64),
		hitWords: make([]uint64, (m.count+4095)/4096),
		tried:    make([]uint32, m.tried),
		element:  make([]judged, len(m.all)),
	}
	w.items.w = w
	w.guesses = newGuesses()
	return w
}

// begin makes the walk ready for an event.
func (w *walk) begin(event []byte) {
	w.event = event
	copy(w.alive, w.m.all)
	copy(w.reached, w.m.reached)
	w.lo, w.hi = 0, len(w.alive)
	w.needs, w.settled, w.missed = w.m.allNeeds, 0, 0
	w.loose, w.wary, w.over, w.gaveUp = false, false, false, false
	w.arrays = 0
	w.text, w.except = w.text[:0], w.except[:0]
	if w.epoch++; w.epoch == 0 { // after four thousand million events
		clear(w.windows)
		clear(w.done)
		clear(w.chosen)
		w.epoch = 1
	}
	if w.tries > 1<<31 { // no event has as many values
		clear(w.tried)
		w.tries = 0
	}
	if w.object > 1<<31 { // no event has as many objects
		clear(w.seen)
		w.object = 0
	}
}

// free hands the walk to the next event.
func (w *walk) free() {
	w.event = nil
	if cap(w.text) > maxKept || cap(w.folded) > maxKept || w.gaveUp && !w.items.forget() {
		return
	}
	w.m.pool.Put(w)
}

// root walks over the event. It reports false if it had to give up.
func (w *walk) root() bool {
	i := jsonscan.SkimSpace(w.event, 0)
	if i == len(w.event) || w.event[i] != '{' {
		return false
	}
	if w.lo == w.hi {
		return true // there are no branches
	}
	at := &w.m.steps[0]
	if w.members(at, i+1, 1) == failed {
		return w.over
	}
	w.finish()
	return true
}

// members walks over the members of an object at a step that begins before i and is the depth-th
// level of the event. It returns the offset behind the object.
func (w *walk) members(at *step, i, depth int) int {
	b := w.event
	w.object++
	object := w.object
	if i = jsonscan.SkimSpace(b, i); i < len(b) && b[i] == '}' {
		return i + 1
	}
	before := int32(0) // the guess for the name before, or 0
	next := w.chains[at.id]
	wrong := 0 // guesses
	for {
		var child int32
		if next > 0 && w.guesses.list[next].right(b, i) {
			g := &w.guesses.list[next]
			i += len(g.text)
			before, next, child = next, g.next, g.child
		} else {
			var end int
			if child, end = w.name(at, i); end < 0 {
				return failed
			}
			if wrong++; wrong <= maxWrong {
				learnt := w.guesses.learn(at.id, b[i:end], child)
				if before > 0 {
					w.guesses.list[before].next = learnt
				} else {
					w.chains[at.id] = learnt
				}
				before, next = learnt, w.guesses.list[learnt].next
			} else {
				before, next = 0, 0
			}
			i = end
		}
		if i < len(b) && b[i] <= ' ' {
			i = jsonscan.SkimSpace(b, i)
		}
		if child >= 0 && w.seen[child] != object {
			w.seen[child] = object
			i = w.value(&w.m.steps[child], i, depth)
			if w.needs&^w.settled&at.needs == 0 && at.dots == 0 && w.arrays == 0 && i >= 0 {
				return jsonscan.SkimLevel(b, i) // whatever else is in the object, nobody asks for it
			}
		} else if i < len(b) && b[i] == '"' {
			if i, _ = jsonscan.SkimName(b, i+1); i >= 0 {
				i++
			}
		} else {
			i = jsonscan.SkimValue(b, i)
		}
		if uint(i) >= uint(len(b)) {
			return failed
		}
		if b[i] <= ' ' {
			if i = jsonscan.SkimSpace(b, i); i == len(b) {
				return failed
			}
		}
		switch b[i] {
		case ',':
			if i++; i < len(b) && b[i] <= ' ' {
				i = jsonscan.SkimSpace(b, i)
			}
		case '}':
			return i + 1
		default:
			return failed
		}
	}
}

// name reads the name of a member at i, in an object at a step. It returns the step that it leads to,
// or -1, and the offset behind the colon.
func (w *walk) name(at *step, i int) (child int32, end int) {
	b := w.event
	if i >= len(b) || b[i] != '"' {
		return -1, failed
	}
	end, escaped := jsonscan.SkimName(b, i+1)
	if end < 0 {
		return -1, failed
	}
	name := b[i+1 : end]
	if end++; end < len(b) && b[end] != ':' {
		end = jsonscan.SkimSpace(b, end)
	}
	if end == len(b) || b[end] != ':' {
		return -1, failed
	}
	if escaped {
		kept := len(w.text)
		w.text = jsonscan.AppendUnquoted(w.text, name, jsonscan.KeepLone)
		name = w.text[kept:]
		w.text = w.text[:kept] // names are not needed again
	}
	child = at.names.find(name)
	if child < 0 && at.dots != 0 && w.leads(at, name) {
		return -1, failed
	}
	return child, end + 1
}

// leads reports whether a name has a dot and leads to a step.
func (w *walk) leads(at *step, name []byte) bool {
	for dots := at.dots; dots != 0; dots &= dots - 1 {
		if n := bits.TrailingZeros64(dots); n < len(name) && (n == manyDots || name[n] == '.') {
			next, dotted := w.m.find(at, name)
			return next != nil && dotted
		}
	}
	return false
}

// value reads the value at a step that begins at i, and returns the offset behind it.
func (w *walk) value(at *step, i, depth int) int {
	b := w.event
	if i >= len(b) {
		return failed
	}
	if w.needs&at.needs == 0 {
		return jsonscan.SkimValue(b, i)
	}
	switch c := b[i]; {
	case c == '{':
		if depth == maxDepth {
			return failed
		}
		if at.below == at.last {
			i = jsonscan.SkimLevel(b, i+1)
		} else {
			i = w.members(at, i+1, depth+1)
		}
	case c == '[':
		if depth == maxDepth {
			return failed
		}
		w.arrays++
		i = w.elements(at, i+1, depth+1)
		w.arrays--
		w.conclude(at)
	case at.column == noColumn:
		i = jsonscan.SkimValue(b, i)
	default:
		i = w.scalar(&w.m.columns[at.column], i)
	}
	if i < 0 || w.arrays > 0 {
		return i
	}
	if at.last-at.first == 1 && at.column != noColumn {
		if w.done[at.column] != w.epoch {
			w.say(at.column)
		}
	} else {
		w.settle(at)
	}
	if w.decided() {
		if w.final(i) {
			w.over = true
			return failed
		}
	} else if w.absent(i) {
		w.finish()
		w.over = true
		return failed
	}
	return i
}

// elements walks over the elements of an array at a step that begins before i and is the depth-th level
// of the event. It returns the offset behind the array.
func (w *walk) elements(at *step, i, depth int) int {
	b := w.event
	if i = jsonscan.SkimSpace(b, i); i < len(b) && b[i] == ']' {
		return i + 1
	}
	for {
		if i >= len(b) {
			return failed
		}
		switch c := b[i]; {
		case c == '{' && at.below < at.last:
			if depth == maxDepth {
				return failed
			}
			looks := w.looks
			i = w.members(at, i+1, depth+1)
			if looks < w.looks {
				w.judge(at)
			}
		case c == '[':
			if depth == maxDepth || at.below < at.last {
				return failed
			}
			i = w.elements(at, i+1, depth+1)
		case c == '{' || at.column == noColumn:
			i = jsonscan.SkimValue(b, i)
		default:
			i = w.scalar(&w.m.columns[at.column], i)
		}
		if i < 0 {
			return failed
		}
		if i < len(b) && b[i] <= ' ' {
			i = jsonscan.SkimSpace(b, i)
		}
		if i >= len(b) {
			return failed
		}
		switch b[i] {
		case ',':
			if i++; i < len(b) && b[i] <= ' ' {
				i = jsonscan.SkimSpace(b, i)
			}
		case ']':
			return i + 1
		default:
			return failed
		}
	}
}

// scalar reads the scalar of a column that begins at i, and returns the offset behind it.
func (w *walk) scalar(c *column, i int) int {
	b := w.event
	if b[i] != '"' {
		end := jsonscan.SkimChecked(b, i)
		if end < 0 {
			return failed
		}
		w.look(c, kindOf(b[i]), b[i:end])
		return end
	}
	end, escaped := jsonscan.SkimString(b, i+1)
	if end < 0 {
		return failed
	}
	text := b[i+1 : end]
	if escaped {
		w.text = jsonscan.AppendUnquoted(w.text[:0], text, jsonscan.KeepLone)
		text = w.text
	}
	if c.plain && w.arrays == 0 && w.quick(c, text) {
		return end + 1
	}
	w.look(c, jsonscan.String, text)
	return end + 1
}

// kindOf returns the kind of the scalar, not a string, that begins with c.
func kindOf(c byte) jsonscan.Kind {
	switch c {
	case 't', 'f', 'n':
		return jsonscan.Kind(c)
	}
	return jsonscan.Number
}

// final reports whether nothing in the rest of the event, from i on, can change what was concluded.
func (w *walk) final(i int) bool {
	if w.loose {
		w.wary = w.wary || w.m.dottedBehind(w.event[i:])
	}
	return !w.wary
}

// absent reports whether no column that is still needed has a value in the rest of the event, from i on.
// It asks for the names of the columns, which takes far less than to read the rest; but only if they are
// few, and only once for the same ones, and not if that was in vain the last time. Names with escapes
// and dots are left to final.
func (w *walk) absent(i int) bool {
	// The rest is searched once for each name, until one is there, which for many would take longer than
	// to read it. From one to four, BenchmarkShared makes no difference.
	const few = 2
	missing := w.needs &^ w.settled
	switch {
	case missing == w.missed, missing&w.common != 0, missing>>lastNeed != 0, bits.OnesCount64(missing) > few:
		return false
	}
	w.missed = missing
	for m := missing; m != 0; m &= m - 1 {
		if w.m.columns[bits.TrailingZeros64(m)].name.in(w.event[i:]) {
			w.common |= m & -m
			return false
		}
	}
	w.loose = true
	return w.final(i)
}

// matched reports whether some branch is alive.
func (w *walk) matched() bool { return w.lo < w.hi }

// mark sets in w.hits the bits of the rules whose branches are alive, and in w.hitWords those of the words
// of hits that then have some. It returns how many there are at most: as many as rules, counted once
// for each of their branches.
func (w *walk) mark() (count int) {
	hits, words, rules := w.hits, w.hitWords, w.m.rules
	for i, alive := range w.alive[w.lo:w.hi] {
		ruleFrom := w.m.ruleFrom[(w.lo+i)*64:]
		for ; alive != 0; alive &= alive - 1 {
			id := bits.TrailingZeros64(alive)
			from, to := ruleFrom[id], ruleFrom[id+1]
			count += int(to - from)
			for _, rule := range rules[from:to] {
				r := uint32(rule)
				hits[r/64] |= 1 << (r % 64)
				words[r/4096] |= 1 << (r / 64 % 64)
			}
		}
	}
	return min(count, w.m.count)
}
