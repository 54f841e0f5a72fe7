package pattern

import (
	"errors"
	"fmt"
	"unicode/utf8"

	"github.com/trailsieve/trailsieve/internal/jsonscan"
)

// ErrDuplicate is the cause of an [EventError] from [Validate] for an object that has two members of
// the same name.
var ErrDuplicate = errors.New("duplicate name")

var errUTF8 = errors.New("not UTF-8")

// Validate reads all of an event and returns an [*EventError] at the first fault: it has to be one
// JSON object as RFC 8259 has it, in UTF-8, with nothing but white space around it, no deeper than
// 1000 levels, and without an object in which a name occurs twice. What [Pattern.Match] answers for
// such an event rests on all of it:
//
//	if err := pattern.Validate(event); err != nil {
//		return err
//	}
//	keys, err := rules.Match(event)
//
// Match itself passes over what it does not need, and of two members of one name takes the first.
func Validate(event []byte) error {
	if !utf8.Valid(event) {
		return &EventError{invalidUTF8(event), errUTF8}
	}
	v := validator{jsonscan.New(event)}
	if kind := v.scan.Peek(); kind != jsonscan.Object {
		return eventError(notObject(&v.scan, kind))
	}
	if err := v.value(0); err != nil {
		return eventError(err)
	}
	return eventError(v.scan.Close())
}

// notObject returns the error of an event that begins with a value of another kind, or with none.
func notObject(scan *jsonscan.Scanner, kind jsonscan.Kind) error {
	at := scan.Offset()
	if _, err := scan.Value(); err != nil {
		return err
	}
	return &jsonscan.Error{Offset: at, Err: fmt.Errorf("expected an object, found %v", kind)}
}

// invalidUTF8 returns the offset of the first byte of text that is no UTF-8.
func invalidUTF8(text []byte) int {
	at := 0
	for at < len(text) {
		r, n := utf8.DecodeRune(text[at:])
		if invalid(r, n) {
			break
		}
		at += n
	}
	return at
}

// A validator reads every value of an event.
type validator struct{ scan jsonscan.Scanner }

// value reads the value that comes next, which lies inside depth others.
func (v *validator) value(depth int) error {
	kind := v.scan.Peek()
	if kind != jsonscan.Object && kind != jsonscan.Array {
		_, err := v.scan.Value()
		return err
	}
	if depth == maxDepth {
		return &jsonscan.Error{Offset: v.scan.Offset(), Err: jsonscan.ErrDepth}
	}
	v.scan.Open()
	if kind == jsonscan.Object {
		return v.object(depth + 1)
	}
	for {
		if ok, err := v.scan.Element(); !ok {
			return err
		}
		if err := v.value(depth + 1); err != nil {
			return err
		}
	}
}

func (v *validator) object(depth int) error {
	names := map[string]bool{}
	for {
		t, ok, err := v.scan.Name()
		if !ok {
			return err
		}
		name := unquote(t)
		if names[name] {
			return &EventError{t.Offset - 1, fmt.Errorf("%w %s", ErrDuplicate, cut(quote(name), maxWord))}
		}
		names[name] = true
		if err := v.value(depth); err != nil {
			return err
		}
	}
}
