package pattern

import (
	"slices"
	"strconv"
)

// EventBridge refuses a rule whose wildcards would make its matcher follow too many possibilities
// at once. The score counts them: write down the value in quotes, and read it with an automaton
// that has a state for each character of the operand that was read last, a star being a state that
// stays. The score is the largest number of states that any input can make active together.
//
//	*.log   after " . . : the star, the dot                               2
//	*:*:    after " : : : the star, the colon, the star, the colon        4
//
// The values of several wildcards under one field add up. In the list of one anything-but, what two
// of them have in common at the beginning counts once.

// maxScoreStates is how many combinations of active states are looked at before a field counts as
// too complex. Those that a low score leaves possible are few: of 6,000 random fields, each with up
// to four operands of up to 60 characters, the worst had 1,411. Looking at 20,000 takes a quarter of
// a second, which is the most that compiling should take.
const maxScoreStates = 20_000

// noByte stands for the bytes that no operand has: it does not occur in UTF-8.
const noByte = 0xFF

// A readState is a state of the automaton. The states of one operand are a chain; operands that
// share a beginning branch.
type readState struct {
	star bool
	char byte // if not star
	next []int
}

// A scorer is an automaton being built. State 0 is the start, before the opening quote.
type scorer []readState

// wildcardScore returns the score of the wildcards among the alternatives of a field, or a number
// larger than limit if it is larger.
func wildcardScore(anyOf []alternative, limit int) int {
	a := scorer{{}}
	for _, alt := range anyOf {
		switch c := alt.condition.(type) {
		case wildcard:
			a.add(a.quote(), c.text)
		case anythingBut:
			if c.operator != "wildcard" {
				continue
			}
			start := a.quote()
			for _, ex := range c.excluded {
				a.add(start, ex.(wildcard).text)
			}
		}
	}
	if len(a) == 1 {
		return 0
	}
	return a.score(limit)
}

// quote adds a state for the quote that opens a value, and returns it.
func (a *scorer) quote() int { return a.step(0, readState{char: '"'}, false) }

// add adds the operand text, which is valid, and the closing quote behind the state from.
func (a *scorer) add(from int, text string) {
	for i := 0; i < len(text); i++ {
		switch text[i] {
		case '*':
			from = a.step(from, readState{star: true}, true)
			continue
		case '\\':
			i++
		}
		from = a.step(from, readState{char: text[i]}, true)
	}
	a.step(from, readState{char: '"'}, true)
}

// step returns the state s behind from: one that is there already if it may be shared, or a new one.
func (a *scorer) step(from int, s readState, share bool) int {
	if share {
		for _, n := range (*a)[from].next {
			if t := (*a)[n]; t.star == s.star && t.char == s.char {
				return n
			}
		}
	}
	n := len(*a)
	*a = append(*a, s)
	(*a)[from].next = append((*a)[from].next, n)
	return n
}

// score looks at every combination of states that some input makes active, breadth first.
func (a scorer) score(limit int) int {
	best := 0
	queue := [][]int{{0}}
	known := map[string]bool{}
	var key []byte
	for len(queue) > 0 {
		active := queue[0]
		queue = queue[1:]
		for _, c := range a.wanted(active) {
			next := a.read(active, c)
			best = max(best, len(next))
			if best > limit {
				return best
			}
			key = key[:0]
			for _, n := range next {
				key = append(strconv.AppendInt(key, int64(n), 36), ' ')
			}
			if len(next) > 0 && !known[string(key)] {
				if len(known) == maxScoreStates {
					return limit + 1
				}
				known[string(key)] = true
				queue = append(queue, next)
			}
		}
	}
	return best
}

// wanted returns the bytes that some state in active waits for, and one that none does.
func (a scorer) wanted(active []int) []byte {
	bytes := []byte{noByte}
	for _, i := range active {
		for _, n := range a[i].next {
			if c := a[n].char; !a[n].star && !slices.Contains(bytes, c) {
				bytes = append(bytes, c)
			}
		}
	}
	return bytes
}

// read returns the states, in ascending order, that are active after those in active have read c.
func (a scorer) read(active []int, c byte) []int {
	var next []int
	for _, i := range active {
		if a[i].star {
			next = append(next, i)
		}
		for _, n := range a[i].next {
			if !a[n].star && a[n].char == c {
				next = append(next, n)
				for _, m := range a[n].next {
					if a[m].star {
						next = append(next, m) // it may stand for nothing
					}
				}
			}
		}
	}
	slices.Sort(next)
	return slices.Compact(next)
}
