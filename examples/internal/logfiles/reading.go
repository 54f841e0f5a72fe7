// Package logfiles reads the CloudTrail log files that a command line names, for programs on a desk.
//
// [Sources] finds them: files, folders and standard input. A [Reading] is one pass over them: it
// hands on each record, tells on standard error what cannot be used and goes on behind it, counts, and
// shows on a terminal how far it is:
//
//	r := logfiles.NewReading("userwatch", os.Stdout, os.Stderr)
//	r.Each(logfiles.Sources(flag.Args(), os.Stdin), func(rec *record.Record) { ... })
//	status := r.Close()
package logfiles

import (
	"bufio"
	"errors"
	"fmt"
	"io"
	"iter"

	"github.com/trailsieve/trailsieve/record"
)

// A Reading is one pass over log files: what was read, and what went wrong. It may be used by one
// goroutine at a time.
type Reading struct {
	// Out is the program's standard output. What is written there comes before what is told later.
	Out *bufio.Writer

	Files  int      // that could be opened
	Read   uint64   // values in them
	Failed uint64   // those of Read that could not be used as records
	Errors []string // all that [Reading.Fail] was told; never nil

	program  string // begins each message
	errs     io.Writer
	progress *progress
}

// NewReading returns a Reading for a program that writes to stdout and stderr.
func NewReading(program string, stdout, stderr io.Writer) *Reading {
	p := newProgress(stderr)
	return &Reading{
		Out: bufio.NewWriter(hiding{p, stdout}), Errors: []string{},
		program: program, errs: stderr, progress: p,
	}
}

// Each calls f for each record of the sources. The record is valid until f returns; its strings stay
// valid. What cannot be read or used is told of and counted.
func (r *Reading) Each(sources iter.Seq2[Source, error], f func(*record.Record)) {
	for src, err := range sources {
		if err == nil {
			err = r.read(src, f)
		}
		if err != nil {
			r.Fail(err)
		}
	}
	r.progress.hide()
}

// toldPerFile is how many bad records of a file are told of one by one. The others are counted: a
// file that is no log file can have a million of them.
const toldPerFile = 10

// read hands on the records of a log file. An error is one that ended the file; records that cannot be
// used are counted and told of on the way.
func (r *Reading) read(src Source, each func(*record.Record)) error {
	f, err := src.Open()
	if err != nil {
		return fmt.Errorf("%s: %w", src.Name, err)
	}
	defer f.Close()
	r.Files++
	records := record.NewReader(f)
	records.ReuseRecord = true
	bad := 0
	defer func() {
		if more := bad - toldPerFile; more > 0 {
			r.Fail(fmt.Errorf("%s: %d more records that could not be used", src.Name, more))
		}
	}()
	for rec, err := range records.Records() {
		r.progress.show(r.Out, src.Name, r.Read)
		var e *record.Error
		switch {
		case errors.As(err, &e) && e.Fatal:
			return fmt.Errorf("%s: %w; nothing behind that place was read", src.Name, err)
		case err != nil:
			r.Read++
			r.Failed++
			if bad++; bad <= toldPerFile {
				r.Fail(fmt.Errorf("%s: %w", src.Name, err))
			}
		default:
			r.Read++
			each(rec)
		}
	}
	if records.InputOffset() == 0 && !src.IsStream {
		return fmt.Errorf("%s: empty: a log file without records is {\"Records\":[]}", src.Name)
	}
	return nil
}

// Fail tells of something that went wrong, behind what was written before.
func (r *Reading) Fail(err error) {
	r.Out.Flush() // if this fails, so does the last one, and that is told of
	r.progress.hide()
	r.Errors = append(r.Errors, err.Error())
	fmt.Fprintf(r.errs, "%s: %v\n", r.program, err)
}

// Close ends the output. It returns the exit status of a program that could do its work: 0, or 1 if
// anything went wrong.
func (r *Reading) Close() (status int) {
	r.progress.hide()
	if err := r.Out.Flush(); err != nil {
		r.Fail(err)
	}
	if len(r.Errors) > 0 {
		return 1
	}
	return 0
}
