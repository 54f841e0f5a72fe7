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

// A SyntaxError says what is wrong with a pattern, and where. If EventBridge refuses the same, its own
// words come first, letter for letter; what would be right, where that can be known, follows in
// parentheses:
//
//	{"source": [{"prefx": "aws."}]}
//	             ^
//	pattern: Unrecognized match type prefx (did you mean "prefix"?) in /source/0 (offset 13)
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

// Service returns the reason that EventBridge gives for refusing the same pattern, without what it
// writes before ("Event pattern is not valid. Reason: ") and after (" at [Source: …"). It is what the
// service was seen to answer or, where nobody has recorded that, what the matcher that AWS has published
// says. It is empty where neither is known.
func (e *SyntaxError) Service() string {
	if r, ok := errors.AsType[*reason](e.Err); ok {
		return r.service
	}
	return ""
}

// Hint returns what would be right, such as
//
//	did you mean "prefix"?
//	write ["aws.s3"]
//
// or nothing where that cannot be known. It is the part of the message in parentheses.
func (e *SyntaxError) Hint() string {
	if r, ok := errors.AsType[*reason](e.Err); ok {
		return r.hint
	}
	return ""
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

// A reason is the Err of a SyntaxError: what is wrong, what would be right, and what errors.Is finds
// in it.
type reason struct {
	service string // EventBridge's own words
	own     string // ours, where it has none that are known
	hint    string // what would be right, if that can be known
	causes  []error
}

func (r *reason) Error() string {
	text := r.service + r.own
	if r.hint != "" {
		text += " (" + r.hint + ")"
	}
	return text
}

func (r *reason) Unwrap() []error { return r.causes }

// because returns a reason with one of the four causes, in our words.
func because(cause error, format string, args ...any) *reason {
	return &reason{own: fmt.Sprintf(format, args...), causes: []error{cause}}
}

// refused is because in the words of EventBridge.
func refused(cause error, format string, args ...any) *reason {
	return &reason{service: fmt.Sprintf(format, args...), causes: []error{cause}}
}

// but returns r with a hint at what would be right, which may be empty.
func (r *reason) but(hint string) *reason {
	r.hint = hint
	return r
}
