package selector

import (
	"errors"
	"fmt"
	"strings"
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

// didYouMean returns the end of a message that proposes the one of words that is most like word,
// or nothing if none is.
func didYouMean(word string, words []string) string {
	best, least := "", max(1, len(word)/3)+1
	for _, w := range words {
		if d := distance(strings.ToLower(word), strings.ToLower(w)); d < least {
			best, least = w, d
		}
	}
	if best == "" {
		return ""
	}
	return fmt.Sprintf(" (did you mean %q?)", best)
}

// distance returns how many bytes must be changed, inserted or removed to make b out of a. It stops
// counting for words that are longer than any name, which nobody mistyped.
func distance(a, b string) int {
	const longest = 64
	if len(a) > longest || len(b) > longest {
		return longest
	}
	var row [longest + 1]int // row[j] is the distance of the part of a that was read from b[:j]
	for j := range len(b) + 1 {
		row[j] = j
	}
	for i := range len(a) {
		diagonal := row[0]
		row[0] = i + 1
		for j := range len(b) {
			change := diagonal
			if a[i] != b[j] {
				change++
			}
			diagonal = row[j+1]
			row[j+1] = min(change, row[j]+1, row[j+1]+1)
		}
	}
	return row[len(b)]
}
