package pattern

import (
	"errors"
	"fmt"

	"github.com/trailsieve/trailsieve/internal/jsonscan"
)

// The causes of a [SyntaxError], for [errors.Is].
var (
	// ErrSyntax: the text is not JSON, or not of the shape of a pattern.
	ErrSyntax = errors.New("not an event pattern")
	// ErrOperator: there is no operator of that name, or not in this place.
	ErrOperator = errors.New("unknown operator")
	// ErrOperand: the operator cannot work on this value.
	ErrOperand = errors.New("wrong operand")
	// ErrLimit: the pattern is larger or dearer than its [Limits] allow.
	ErrLimit = errors.New("over a limit")
)

// A SyntaxError says what is wrong with a pattern, and where:
//
//	{"source": [{"prefx": "aws."}]}
//	             ^ Unrecognized match type prefx (did you mean "prefix"?) in /source/0
//
// Where EventBridge's own words for the fault are known, the message has them, as here up to the
// parenthesis.
type SyntaxError struct {
	Offset  int    // byte offset in the pattern text
	Pointer string // the value at fault, as a JSON Pointer (RFC 6901)
	Err     error  // the cause; errors.Is finds ErrSyntax, ErrOperator, ErrOperand or ErrLimit in it
}

func (e *SyntaxError) Error() string {
	in := ""
	if e.Pointer != "" {
		in = " in " + e.Pointer
	}
	return fmt.Sprintf("pattern: %v%s (offset %d)", e.Err, in, e.Offset)
}

func (e *SyntaxError) Unwrap() error { return e.Err }

// ErrAmbiguous is the cause of an [EventError] for a well-formed event that gives too many ways to
// match a rule. It takes a name with a dot that a rule looks for, arrays of dozens of different
// objects, and a rule with many fields in them, each of which is in another choice of the objects.
var ErrAmbiguous = errors.New("names with dots and arrays give too many ways to match a rule")

// An EventError says why an event could not be read, and where. It is about the event alone, but for
// [ErrAmbiguous]: no pattern makes any other well-formed event of moderate depth fail.
type EventError struct {
	Offset int   // byte offset in the event, 0 for ErrAmbiguous
	Err    error // io.ErrUnexpectedEOF if the event is cut off
}

func (e *EventError) Error() string {
	return fmt.Sprintf("pattern: event: %v (offset %d)", e.Err, e.Offset)
}

func (e *EventError) Unwrap() error { return e.Err }

// eventError turns an error of the scanner into an EventError.
func eventError(err error) error {
	if e, ok := errors.AsType[*jsonscan.Error](err); ok {
		return &EventError{e.Offset, e.Err}
	}
	return err
}

// A reason is the Err of a SyntaxError: a sentence, and what errors.Is finds in it.
type reason struct {
	text   string
	causes []error
}

func (r *reason) Error() string   { return r.text }
func (r *reason) Unwrap() []error { return r.causes }

// because returns a reason with one of the four causes. The sentence is EventBridge's own where it
// has one, which then begins with a capital letter.
func because(cause error, format string, args ...any) error {
	return &reason{fmt.Sprintf(format, args...), []error{cause}}
}
