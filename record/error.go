package record

import (
	"errors"
	"fmt"
)

// An Error says what is wrong with a text, and where:
//
//	record: not a JSON object: an array in record 17 (offset 20412)
type Error struct {
	Offset int64 // of the byte at fault, in the text or the uncompressed stream
	Index  int   // of the record, counted from 0; -1 if the fault lies outside the records
	Fatal  bool  // nothing behind this place could be read
	Err    error // the cause
}

// Error names the package, the cause and the place.
func (e *Error) Error() string {
	if e.Index < 0 {
		return fmt.Sprintf("record: %v (offset %d)", e.Err, e.Offset)
	}
	return fmt.Sprintf("record: %v in record %d (offset %d)", e.Err, e.Index, e.Offset)
}

// Unwrap returns the cause.
func (e *Error) Unwrap() error { return e.Err }

// The causes of an [Error] that a program may want to tell apart. Beside them there are
// [io.ErrUnexpectedEOF] for a text or stream that ends too early, the errors of the stream that
// is read, and those of JSON syntax, which have no names.
var (
	ErrNotObject = errors.New("not a JSON object")
	ErrNotRecord = errors.New("not a CloudTrail record")
	ErrLimit     = errors.New("limit exceeded")
)
