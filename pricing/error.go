package pricing

import (
	"errors"
	"fmt"

	"github.com/trailsieve/trailsieve/pricing/internal/table"
)

// The causes of errors, for errors.Is.
var (
	ErrSyntax    = errors.New("not a decimal number")
	ErrPrecision = errors.New("more decimals than an amount has")
	ErrOverflow  = errors.New("overflow")
	ErrNoPrice   = errors.New("no price")
	ErrRate      = errors.New("invalid rate")
	ErrMeter     = errors.New("not a meter that fits")
)

// A SyntaxError says why a text is not an amount, and where:
//
//	pricing: not a decimal number: "1,000" (offset 1)
type SyntaxError struct {
	Text   string
	Offset int   // of the byte at fault; 0 if it is the number as a whole
	Err    error // ErrSyntax, ErrPrecision or ErrOverflow
}

// Error names the package, the cause and the place.
func (e *SyntaxError) Error() string {
	text, more := e.Text, ""
	if len(text) > 64 {
		text, more = text[:64], "..."
	}
	return fmt.Sprintf("pricing: %v: %q%s (offset %d)", e.Err, text, more, e.Offset)
}

// Unwrap returns the cause.
func (e *SyntaxError) Unwrap() error { return e.Err }

// An Error says for which meter and Region something is wrong:
//
//	pricing: no price for data_events in "cn-north-1"
type Error struct {
	Meter  MeterName // empty if it is about no single one
	Region string    // empty if it is about the meter in any Region
	Err    error     // ErrNoPrice, ErrOverflow, or ErrRate with what is wrong
}

// Error names the package, the cause and the place.
func (e *Error) Error() string {
	if e.Meter == "" && e.Region == "" {
		return fmt.Sprintf("pricing: %v", e.Err)
	}
	if e.Region == "" {
		return fmt.Sprintf("pricing: %v for %s", e.Err, table.Cell(string(e.Meter)))
	}
	return fmt.Sprintf("pricing: %v for %s in %q", e.Err, table.Cell(string(e.Meter)), e.Region)
}

// Unwrap returns the cause.
func (e *Error) Unwrap() error { return e.Err }
