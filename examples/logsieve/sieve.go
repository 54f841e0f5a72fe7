package main

import (
	"errors"
	"fmt"
	"io"

	"github.com/trailsieve/trailsieve/record"
)

// counts say what became of the records of a file:
//
//	read = kept + dropped + failed
type counts struct {
	read, kept, dropped, failed int

	undecided int            // of those kept: the rules could not be put to them
	droppedBy map[string]int // by the name of the rule
}

// errEmpty is what is wrong with a file without a byte in it.
var errEmpty = errors.New(`empty: a log file without records is {"Records":[]}`)

// sieve copies the records of a log file from src to dst, but for those that the rules drop: each byte
// for byte and in its order, so that equal files and rules make equal files.
//
// What stands in the file and is no record is not copied. It counts as failed, and is told of with its
// position. Whatever makes it impossible to read the file to its end, or to write, is the error; what
// was written is then not a whole file.
func sieve(dst io.Writer, src io.Reader, rules *rules, tell func(error)) (counts, error) {
	c := counts{droppedBy: make(map[string]int)}
	j := judge{rules: rules}
	r := record.NewReader(src)
	r.ReuseRecord = true
	w := record.NewWriter(dst)
	for rec, err := range r.Records() {
		var bad *record.Error
		switch {
		case errors.As(err, &bad) && !bad.Fatal:
			c.read++
			c.failed++
			tell(err)
			continue
		case err != nil:
			return c, err
		}
		c.read++
		name, err := j.drops(rec)
		if err != nil {
			c.undecided++
			tell(fmt.Errorf("kept, because the rules cannot be put to it: %w", err))
		}
		if name != "" {
			c.dropped++
			c.droppedBy[name]++
			continue
		}
		c.kept++
		if err := w.Write(rec); err != nil {
			return c, err
		}
	}
	if r.InputOffset() == 0 {
		return c, errEmpty
	}
	return c, w.Close()
}
