package accesslog

import (
	"errors"
	"fmt"
)

// An Error says what is wrong with a log file, and where:
//
//	accesslog: no time of the form [02/Jan/2006:15:04:05 -0700]: time in line 17, column 86 (offset 20412)
//
// Lines and columns count from 1, columns in bytes. What a single line is parsed from has line 1.
type Error struct {
	Offset int64  // of the byte at fault, in the unpacked stream
	Line   int    // of the line at fault
	Column int    // of the byte at fault in its line; where the field begins that it is in
	Field  string // the field at fault, by its name in AWS's list; empty if it is the line as a whole
	Fatal  bool   // nothing behind this place could be read
	Err    error  // the cause
}

// Error names the package, the cause and the place.
func (e *Error) Error() string {
	field := e.Field
	if field != "" {
		field = ": " + field
	}
	return fmt.Sprintf("accesslog: %v%s in line %d, column %d (offset %d)", e.Err, field, e.Line, e.Column, e.Offset)
}

// Unwrap returns the cause.
func (e *Error) Unwrap() error { return e.Err }

// The causes of an [Error] that a program may want to tell apart. Beside them there are
// [io.ErrUnexpectedEOF] for a file that ends in the middle of a line, and the errors of the stream
// that is read.
var (
	ErrMissing = errors.New("the line ends too early")
	ErrTime    = errors.New("no time of the form [02/Jan/2006:15:04:05 -0700]")
	ErrNumber  = errors.New("neither a number nor -")
	ErrQuote   = errors.New("no closing quote with the right fields behind it")
	ErrSpace   = errors.New("a space or quote where a field should be")
	ErrLines   = errors.New("more than one line")
	ErrLimit   = errors.New("limit exceeded")
)

// ErrKey is the cause of an [Error] for a text that is not the key of a log file.
var ErrKey = errors.New("not the key of a server access log file")

// The causes of a [NoEventError]: CloudTrail writes no event, or it is not known what it writes.
var (
	ErrNoEvent = errors.New("no CloudTrail event")
	ErrUnknown = errors.New("unknown operation")
)

// A NoEventError says why there is no record for an [Entry].
type NoEventError struct {
	Operation string
	Reason    Reason
}

// Error names the package, the operation and the reason.
func (e *NoEventError) Error() string {
	return fmt.Sprintf("accesslog: %v: %q: %s", e.Unwrap(), e.Operation, e.Reason)
}

// Unwrap returns [ErrUnknown] if the reason is UnknownOperation, and otherwise [ErrNoEvent].
func (e *NoEventError) Unwrap() error {
	if e.Reason == UnknownOperation {
		return ErrUnknown
	}
	return ErrNoEvent
}

// A Reason says why there is no record. It reads as a sentence without its full stop.
type Reason string

// The reasons. The last one is about this package and not about CloudTrail: how many lines have it
// says how much a bill may lack.
const (
	Lifecycle        Reason = "lifecycle actions are done by S3 itself, through endpoints that CloudTrail does not see"
	CopySource       Reason = "the event of a copy is that of the line for its destination"
	Unauthenticated  Reason = "requests whose credentials are not valid are not logged"
	UnknownOperation Reason = "the request-URI does not tell either what it was"
)
