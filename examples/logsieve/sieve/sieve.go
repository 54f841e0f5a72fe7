// Package sieve drops records from log files by rules, and copies the others byte for byte. It knows
// nothing of S3 and Lambda.
package sieve

import (
	"errors"
	"fmt"
	"io"

	"github.com/trailsieve/trailsieve/record"
)

// Counts say what became of the records of a file:
//
//	Read = Kept + Dropped + Failed
type Counts struct {
	Read, Kept, Dropped, Failed int

	Undecided int            // of those kept: the rules could not be put to them
	DroppedBy map[string]int // by the name of the rule
}

// errEmpty is what is wrong with a file without a byte in it.
var errEmpty = errors.New(`empty: a log file without records is {"Records":[]}`)

// Sieve copies the records of a log file from src to dst, but for those that the rules drop: each byte
// for byte and in its order, so that equal files and rules make equal files.
//
// What stands in the file and is no record is not copied. It counts as failed, and is told of with its
// position. Whatever makes it impossible to read the file to its end, or to write, is the error; what
// was written is then not a whole file.
func (r *Rules) Sieve(dst io.Writer, src io.Reader, tell func(error)) (Counts, error) {
	c := Counts{DroppedBy: make(map[string]int)}
	j := judge{rules: r}
	in := record.NewReader(src)
	in.ReuseRecord = true
	out := record.NewWriter(dst)
	for rec, err := range in.Records() {
		var bad *record.Error
		switch {
		case errors.As(err, &bad) && !bad.Fatal:
			c.Read++
			c.Failed++
			tell(err)
			continue
		case err != nil:
			return c, err
		}
		c.Read++
		name, err := j.drops(rec)
		if err != nil {
			c.Undecided++
			tell(fmt.Errorf("kept, because the rules cannot be put to it: %w", err))
		}
		if name != "" {
			c.Dropped++
			c.DroppedBy[name]++
			continue
		}
		c.Kept++
		if err := out.Write(rec); err != nil {
			return c, err
		}
	}
	if in.InputOffset() == 0 {
		return c, errEmpty
	}
	return c, out.Close()
}
