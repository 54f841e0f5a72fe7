package pattern

import (
	"errors"
	"fmt"
	"strings"

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

// An EventError says why an event could not be read, and where. It is about the event alone: no
// pattern makes a well-formed event of moderate depth fail.
type EventError struct {
	Offset int   // byte offset in the event
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

// didYouMean returns a question to add to the complaint about an unknown name, or nothing.
func didYouMean(name string, known ...string) string {
	best, least := "", 3 // more than two slips are another word
	for _, k := range known {
		if strings.EqualFold(name, k) {
			best = k
			break
		}
		if d := distance(name, k); d < least && d < len(k) {
			best, least = k, d
		}
	}
	if best == "" {
		return ""
	}
	return fmt.Sprintf(" (did you mean %q?)", best)
}

// distance counts the bytes to insert, remove or replace in order to make b of a (Levenshtein).
// Names of very different length count as far apart without a look.
func distance(a, b string) int {
	if len(a) > len(b)+2 || len(b) > len(a)+2 {
		return len(a) + len(b)
	}
	row := make([]int, len(b)+1) // the distances of a[:i] to each b[:j]
	for j := range row {
		row[j] = j
	}
	for i := range len(a) {
		diagonal := row[0]
		row[0] = i + 1
		for j := range len(b) {
			replace := diagonal
			if a[i] != b[j] {
				replace++
			}
			diagonal = row[j+1]
			row[j+1] = min(replace, row[j]+1, row[j+1]+1)
		}
	}
	return row[len(b)]
}
