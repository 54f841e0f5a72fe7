package selector

import (
	"errors"
	"fmt"
)

// A SyntaxError says what is wrong with the text of selectors, and where. If the service was seen
// to refuse the same thing, its message comes first, word for word; what would be right follows in
// parentheses:
//
//	{"EventSelectors":[{"DataResources":[{"Type":"AWS::S3::Object","Values":["arn:aws:s3:::b"]}]}]}
//	                                                                         ^
//	selector: Value arn:aws:s3:::b for DataResources.Values is invalid. (did you mean
//	"arn:aws:s3:::b/"?) in /EventSelectors/0/DataResources/0/Values/0 (offset 73)
type SyntaxError struct {
	Offset  int    // byte offset in the text
	Pointer string // the value at fault, as a JSON Pointer (RFC 6901)
	Err     error  // the cause; errors.Is finds one of those below in it
}

// Error names the package, the cause and the place.
func (e *SyntaxError) Error() string {
	if e.Pointer == "" {
		return fmt.Sprintf("selector: %v (offset %d)", e.Err, e.Offset)
	}
	return fmt.Sprintf("selector: %v in %s (offset %d)", e.Err, e.Pointer, e.Offset)
}

// Unwrap returns the cause.
func (e *SyntaxError) Unwrap() error { return e.Err }

// The causes of a [SyntaxError].
var (
	ErrSyntax   = errors.New("not JSON")
	ErrField    = errors.New("a name or field that is unknown, repeated, missing or not allowed here")
	ErrOperator = errors.New("an operator that is missing or not allowed here")
	ErrValue    = errors.New("a value that is not allowed here")
	ErrLimit    = errors.New("a limit exceeded")
	ErrConflict = errors.New("parts that exclude each other")
)

// A fault is a cause with a message of its own.
type fault struct {
	kind    error // one of the causes above, or what jsonscan has to say
	message string
}

func (f *fault) Error() string { return f.message }
func (f *fault) Unwrap() error { return f.kind }

// A place is where something stands in the text.
type place struct {
	pointer string
	offset  int
}

// errorf returns the error that something at a place is wrong.
func (at place) errorf(kind error, format string, args ...any) error {
	return &SyntaxError{at.offset, at.pointer, &fault{kind, fmt.Sprintf(format, args...)}}
}
