package digest

import (
	"errors"
	"fmt"
	"strings"
)

// The causes of errors, for errors.Is. What a [Report] says of a file has one of them in it.
var (
	ErrMissing    = errors.New("does not exist")
	ErrUnreadable = errors.New("cannot be read")
	ErrFormat     = errors.New("not a digest")
	ErrGzip       = errors.New("not a gzip file")
	ErrTrailing   = errors.New("data after the end of the gzip member")
	ErrLimit      = errors.New("limit exceeded")
	ErrMoved      = errors.New("not where it was delivered")
	ErrAccount    = errors.New("digest of another account")
	ErrAlgorithm  = errors.New("unknown algorithm")
	ErrUnsigned   = errors.New("not signed")
	ErrNoKey      = errors.New("no public key")
	ErrKey        = errors.New("unusable public key")
	ErrSignature  = errors.New("signature does not verify")
	ErrLink       = errors.New("not what the next digest followed")
	ErrHash       = errors.New("hash differs")
	ErrUnlisted   = errors.New("listed by no digest")
	ErrUnproved   = errors.New("listed by no valid digest")
	ErrGap        = errors.New("no valid digest")
	ErrQuery      = errors.New("invalid query")
)

// An Error says which object is at fault, and why:
//
//	digest: hash differs: s3://amzn-s3-demo-bucket/AWSLogs/111122223333/CloudTrail/...
type Error struct {
	Bucket string
	Key    string // or the prefix of the keys that could not be listed
	Err    error  // the cause
}

// Error names the package, the cause and the place.
func (e *Error) Error() string {
	return "digest: " + e.reason() + ": " + cell("s3://"+e.Bucket+"/"+e.Key)
}

// reason returns the cause in words.
func (e *Error) reason() string {
	return cell(strings.TrimPrefix(e.Err.Error(), "digest: "))
}

// Unwrap returns the cause.
func (e *Error) Unwrap() error { return e.Err }

// A SyntaxError says why a text is no digest, and where:
//
//	digest: not a digest: expected a time in /digestEndTime (offset 85)
type SyntaxError struct {
	Offset  int    // of the byte at fault, in the unpacked text
	Pointer string // the value at fault, as a JSON Pointer (RFC 6901)
	Err     error  // the cause, with ErrFormat or ErrLimit in it
}

// Error names the package, the cause and the place.
func (e *SyntaxError) Error() string {
	if e.Pointer == "" {
		return fmt.Sprintf("digest: %v (offset %d)", e.Err, e.Offset)
	}
	return fmt.Sprintf("digest: %v in %s (offset %d)", e.Err, cell(e.Pointer), e.Offset)
}

// Unwrap returns the cause.
func (e *SyntaxError) Unwrap() error { return e.Err }
