package pattern

import (
	"math"
	"sync"
	"unicode/utf8"

	"github.com/trailsieve/trailsieve/internal/jsonscan"
)

// A Pattern is a compiled event pattern. It is immutable, and any number of goroutines may use it. The
// zero Pattern matches nothing.
type Pattern struct {
	text     string
	tree     *object
	branches []branch
	once     sync.Once
	machine  *machine // of this pattern alone; made when it is first needed, as it is not for a Set
}

// Compile compiles the text of an event pattern, within the limits that EventBridge has. If the text
// is no pattern, the error is a [*SyntaxError].
func Compile(text string) (*Pattern, error) { return Limits{}.Compile(text) }

// MustCompile is like [Compile] but panics if the text is no pattern. It is meant for patterns that
// are written in the program.
func MustCompile(text string) *Pattern {
	p, err := Compile(text)
	if err != nil {
		panic("pattern: MustCompile(`" + text + "`): " + err.Error())
	}
	return p
}

// String returns the text that was given to [Compile].
func (p *Pattern) String() string { return p.text }

// Match reports whether the pattern matches an event, which is a JSON object: an EventBridge event
// or any other. It does not keep or change the event's bytes.
//
// Match reads only as much of the event as it needs, so a nil error does not mean that the rest is
// well formed. What it cannot read is an [*EventError]. How far it reads can depend on the events before,
// from which it learns what to expect; so the same broken event may be an error at one time and not at
// another. For certainty, call [Validate] first: of the events that pass it, Match only refuses those
// with [ErrAmbiguous] as the cause, and always so.
func (p *Pattern) Match(event []byte) (bool, error) {
	p.once.Do(func() { p.machine = newMachine([][]branch{p.branches}) })
	w, err := p.machine.match(event)
	if err != nil {
		return false, err
	}
	ok := w.matched()
	w.free()
	return ok, nil
}

// The limits of EventBridge, which [Compile] observes.
const (
	// DefaultSize is the quota for the size of a pattern. Whether EventBridge counts white space,
	// and characters or bytes, is not documented.
	DefaultSize = 2048

	// DefaultCombinations is the most branches that a pattern may have. Each $or multiplies them by
	// the number of its elements.
	DefaultCombinations = 1000

	// DefaultComplexity is the highest score of wildcards in one field (see the package comment).
	// EventBridge is known to accept 7 and to refuse 11; the documentation of its matcher suggests
	// 10.
	DefaultComplexity = 10
)

// maxDepth is how deeply an event may nest, as far as patterns lead into it. It is the limit of the
// parser that EventBridge is built on, and what bounds the recursion here; that is why it cannot be
// lifted.
const maxDepth = jsonscan.MaxDepth

// Limits say what patterns are too large or too dear. The zero value stands for the limits of
// EventBridge, so that what EventBridge refuses for its size is refused here; to use the language
// without EventBridge they can be lifted:
//
//	p, err := pattern.Limits{Size: -1, Complexity: -1}.Compile(text)
//
// In each field, zero means the default and a negative number no limit. Every combination of $or takes
// memory of its own, so without a limit a short pattern can need a lot.
type Limits struct {
	Size         int // characters in the text of a pattern
	Combinations int // branches that the $or in a pattern multiply to
	Complexity   int // score of the wildcards in a field
	Fields       int // fields that must be satisfied together, in one branch
	Nesting      int // levels of objects and arrays, at most MaxNesting in any case
	NumberLength int // characters of a number
}

// Compile is [Compile] within the limits l. If the text is beyond one of them, [ErrLimit] is in the
// error.
func (l Limits) Compile(text string) (*Pattern, error) {
	if limit := limit(l.Size, DefaultSize); len(text) > limit {
		if n := utf8.RuneCountInString(text); n > limit {
			err := because(ErrLimit, "%d characters, of which %d are allowed", n, limit)
			return nil, &SyntaxError{Err: err}
		}
	}
	if !utf8.ValidString(text) {
		// Lone halves of surrogate pairs are kept as bytes that are no UTF-8 (see escapeHalves). If such
		// bytes could come in raw, two halves could stand side by side, which no JSON can say.
		err := because(ErrSyntax, "%v", errUTF8)
		return nil, &SyntaxError{Offset: invalidUTF8([]byte(text)), Err: err}
	}
	tree, err := parse(text, l)
	if err != nil {
		return nil, err
	}
	if err := l.checkFields(tree); err != nil {
		return nil, err
	}
	if limit := limit(l.Combinations, DefaultCombinations); tree.combinations(limit) > limit {
		err := because(ErrLimit, "more than %d combinations of $or", limit)
		return nil, &SyntaxError{Err: err}
	}
	return &Pattern{text: text, tree: tree, branches: tree.branches()}, nil
}

// limit returns what a field of Limits stands for.
func limit(field, byDefault int) int {
	switch {
	case field < 0:
		return math.MaxInt / 2 // two of which can be added
	case field == 0:
		return byDefault
	}
	return field
}
