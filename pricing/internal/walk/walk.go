// Package walk reads JSON documents of a known shape, member by member, and knows the place of an error.
package walk

import (
	"errors"
	"fmt"
	"maps"
	"slices"
	"strconv"

	"github.com/trailsieve/trailsieve/internal/jsonscan"
	"github.com/trailsieve/trailsieve/internal/spell"
)

// A Walker is a place in a document. Its methods read the value that comes next; after an error it stays
// where that was.
type Walker struct {
	s     jsonscan.Scanner
	steps []string // from the top to where it is
	start int      // of the value that is being read
}

// New returns a Walker at the start of a text.
func New(text []byte) *Walker { return &Walker{s: jsonscan.New(text)} }

// Members reads an object, and calls f with the name of each member, to read its value.
func (w *Walker) Members(f func(name string) error) error {
	if err := w.expect(jsonscan.Object); err != nil {
		return err
	}
	w.s.Open()
	for {
		name, ok, err := w.s.Name()
		if err != nil || !ok {
			return err
		}
		w.start = name.Offset - 1 // of the quote
		w.steps = append(w.steps, unquoted(name))
		if err := f(w.steps[len(w.steps)-1]); err != nil {
			return err
		}
		w.steps = w.steps[:len(w.steps)-1]
	}
}

// Object reads an object with known members, and passes over others.
func (w *Walker) Object(known map[string]func() error) error {
	return w.Members(func(name string) error {
		if f := known[name]; f != nil {
			return f()
		}
		return w.skip()
	})
}

// OnlyObject reads an object with known members, each at most once. Another one is an error, with a guess
// at what was meant.
func (w *Walker) OnlyObject(known map[string]func() error) error {
	seen := make(map[string]bool)
	return w.Members(func(name string) error {
		f := known[name]
		if f == nil {
			return fmt.Errorf("unknown member %q%s", name, spell.DidYouMean(name, slices.Sorted(maps.Keys(known))...))
		}
		if seen[name] {
			return fmt.Errorf("member %q is there twice", name)
		}
		seen[name] = true
		return f()
	})
}

// Elements reads an array, and calls f for each element, to read it.
func (w *Walker) Elements(f func() error) error {
	if err := w.expect(jsonscan.Array); err != nil {
		return err
	}
	w.s.Open()
	for i := 0; ; i++ {
		ok, err := w.s.Element()
		if err != nil || !ok {
			return err
		}
		w.steps = append(w.steps, strconv.Itoa(i))
		if err := f(); err != nil {
			return err
		}
		w.steps = w.steps[:len(w.steps)-1]
	}
}

// Text returns a function that reads a string.
func (w *Walker) Text(to *string) func() error {
	return func() error {
		if err := w.expect(jsonscan.String); err != nil {
			return err
		}
		t, err := w.s.String()
		*to = unquoted(t)
		return err
	}
}

func (w *Walker) skip() error {
	_, err := w.s.Value()
	return err
}

// Close checks that nothing follows.
func (w *Walker) Close() error { return w.s.Close() }

// Start returns the offset of the value that is read or was read last, or of the name before it.
func (w *Walker) Start() int { return w.start }

// Place returns where an error of this Walker is, and its cause.
func (w *Walker) Place(err error) (offset int, pointer string, cause error) {
	var scan *jsonscan.Error
	if errors.As(err, &scan) {
		return scan.Offset, jsonscan.Pointer(w.steps...), scan.Err
	}
	return w.start, jsonscan.Pointer(w.steps...), err
}

// expect fails unless a value of a kind comes next.
func (w *Walker) expect(kind jsonscan.Kind) error {
	got := w.s.Peek()
	w.start = w.s.Offset()
	if got == kind {
		return nil
	}
	if got == jsonscan.Invalid || got == jsonscan.End {
		return w.skip() // which says what is wrong there
	}
	return fmt.Errorf("%v, not %v", got, kind)
}

func unquoted(t jsonscan.Text) string {
	if t.Escaped {
		return string(jsonscan.AppendUnquoted(nil, t.Raw, jsonscan.ReplaceLone))
	}
	return string(t.Raw)
}
