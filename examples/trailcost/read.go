package main

import (
	"bufio"
	"compress/gzip"
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"iter"
	"strconv"
	"time"

	"github.com/trailsieve/trailsieve/pricing/counts"
	"github.com/trailsieve/trailsieve/record"
	"github.com/trailsieve/trailsieve/record/accesslog"
)

// A reading reads what there is, counts it, and tells of what cannot be used.
type reading struct {
	o        *options
	tally    *tally
	ledger   ledger
	problems []string // the first ones, for the report
	notes    []string
	dedup    *record.Deduper // nil if duplicates count
	progress *progress

	hasLogs, hasCounts bool
}

// maxEvents is how many events a bill may have: more than S3 serves in a month for everybody, and few
// enough that no sum over them overflows.
const maxEvents = 1e15

// maxProblems is how many problems are kept for the report, and toldPerFile how many of one file are told of
// one by one. The others are counted: a file that is no log file can have a million of them.
const (
	maxProblems = 100
	toldPerFile = 10
)

func newReading(o *options, stderr io.Writer) (*reading, error) {
	t, err := newTally(o)
	if err != nil {
		return nil, err
	}
	r := &reading{o: o, tally: t, progress: newProgress(stderr, o.progress)}
	if o.window > 0 && o.synthetic == 0 {
		r.dedup = record.NewDeduper(o.window)
	}
	return r, nil
}

// problem tells of something that was not used.
func (r *reading) problem(err error) {
	r.ledger.Problems++
	if len(r.problems) < maxProblems {
		r.problems = append(r.problems, err.Error())
	}
	r.progress.tell(fmt.Sprintf("trailcost: %v\n", err))
}

// checkEvery is how many events go by before a look at whether the work was interrupted.
const checkEvery = 1024

// files reads what the command line names.
func (r *reading) files(ctx context.Context, stdin io.Reader) {
	found := find(r.o.names, stdin)
	for _, err := range found.problems {
		r.ledger.FilesFailed++
		r.problem(err)
	}
	if found.passed > 0 {
		r.notes = append(r.notes, fmt.Sprintf("%s in folders not read, as the name is not one of those that are: %s",
			plural(found.passed, "file"), found.example))
	}
	r.progress.start(found.total(), true)
	for _, src := range found.sources {
		if ctx.Err() != nil {
			r.ledger.Interrupted = true
			return
		}
		if err := r.file(ctx, src); err != nil {
			r.ledger.FilesFailed++
			r.problem(fmt.Errorf("%s: %w", src.name, err))
		}
	}
}

var errMixed = errors.New("not read: counts are of a whole month, and logs of the time that they are from: a bill has either; " +
	"start trailcost once for each")

// file reads one file. An error is one that ended it.
func (r *reading) file(ctx context.Context, src source) error {
	f, err := src.open()
	if err != nil {
		return err
	}
	defer f.Close()
	r.progress.describe(src.name)
	in := bufio.NewReaderSize(r.progress.reader(f), 64<<10)
	head, err := in.Peek(headSize)
	if err != nil && err != io.EOF {
		return err
	}
	k, err := findKind(head, r.o.kind)
	if err != nil {
		return err
	}
	if r.hasLogs = r.hasLogs || !k.isCounts(); r.hasLogs && k.isCounts() {
		return errMixed
	}
	if r.hasCounts = r.hasCounts || k.isCounts(); r.hasCounts && !k.isCounts() {
		return errMixed
	}
	r.ledger.Files++
	var text io.Reader = in
	if k.isCounts() { // the other readers unpack, and have limits, by themselves
		if isPacked(head) {
			if text, err = gzip.NewReader(in); err != nil {
				return err
			}
		}
		text = &limited{text, maxCounts}
	}
	return r.events(ctx, src.name, r.read(k, text, src.name))
}

// maxCounts is how many bytes a file of counts may have, unpacked: a million lines, and more. The CSV reader
// holds a line as long as its quotes are open.
const maxCounts = 256 << 20

// A limited reader fails where its text is too long.
type limited struct {
	io.Reader
	left int64
}

func (l *limited) Read(b []byte) (int, error) {
	if l.left <= 0 {
		return 0, fatalError{fmt.Errorf("counts: more than %d bytes", maxCounts)}
	}
	n, err := l.Reader.Read(b[:min(int64(len(b)), l.left)])
	l.left -= int64(n)
	return n, err
}

// An event is something that was read: a record, which stands for n equal ones, or a line for which there is
// none, and why.
type event struct {
	record  *record.Record
	n       uint64
	noEvent string
	assumed bool // that it was in the Region of -region
}

// read returns the events of a text. The sequence goes on after an error, if it can.
func (r *reading) read(k kind, text io.Reader, name string) iter.Seq2[event, error] {
	switch k {
	case accessLog:
		return r.accessLog(text, name)
	case countsCSV:
		return r.counts(counts.ReadCSV(text))
	case countsJSON:
		return r.counts(readCountsJSON(text))
	}
	return func(yield func(event, error) bool) {
		reader := record.NewReader(text)
		reader.ReuseRecord = true
		for rec, err := range reader.Records() {
			if !yield(event{record: rec, n: 1}, err) {
				return
			}
		}
	}
}

// accessLog returns the records that CloudTrail would have written for the lines of an access log.
func (r *reading) accessLog(text io.Reader, name string) iter.Seq2[event, error] {
	return func(yield func(event, error) bool) {
		key, _ := accessLogKey(name) // a file with another name tells nothing
		from := key.Source()
		if from.AccountID == "" {
			from.AccountID = r.o.account
		}
		lines := accesslog.NewReader(text)
		lines.ReuseEntry = true
		for entry, err := range lines.Entries() {
			e := event{n: 1}
			if err == nil {
				e.record, err = entry.Record(from)
			}
			var none *accesslog.NoEventError
			switch {
			case errors.As(err, &none) && !errors.Is(err, accesslog.ErrUnknown):
				e.noEvent, err = string(none.Reason), nil
			case err != nil && entry != nil: // an operation that is not known
				err = fmt.Errorf("%w (offset %d)", err, lines.InputOffset())
			case err == nil && e.record.AWSRegion == "":
				e.record.AWSRegion, e.assumed = r.o.region, true
			}
			if !yield(e, err) {
				return
			}
		}
	}
}

// counts returns a record for each count, that many times.
func (r *reading) counts(all iter.Seq2[counts.Count, error]) iter.Seq2[event, error] {
	return func(yield func(event, error) bool) {
		for c, err := range all {
			e := event{n: c.Requests}
			if err == nil {
				if c.Account == "" {
					c.Account = r.o.account
				}
				if c.Region == "" {
					c.Region, e.assumed = r.o.region, true
				}
				e.record, err = c.Record()
			}
			if !yield(e, err) {
				return
			}
		}
	}
}

// readCountsJSON yields counts that are JSON objects with the names of the columns, in an array or one after
// the other. An object that is wrong is an error, and the next one follows.
func readCountsJSON(text io.Reader) iter.Seq2[counts.Count, error] {
	return func(yield func(counts.Count, error) bool) {
		in := bufio.NewReader(text)
		d := json.NewDecoder(in)
		d.DisallowUnknownFields()
		if isArray(in) {
			if _, err := d.Token(); err != nil {
				yield(counts.Count{}, fatalError{err})
				return
			}
		}
		for d.More() {
			at := d.InputOffset()
			var c struct {
				Bucket, Operation, Key, Account, Region string
				Requests                                json.Number
			}
			err := d.Decode(&c)
			var syntax *json.SyntaxError
			if errors.As(err, &syntax) || errors.Is(err, io.ErrUnexpectedEOF) {
				yield(counts.Count{}, fatalError{fmt.Errorf("counts: %w (offset %d)", err, d.InputOffset())})
				return
			}
			count := counts.Count{Bucket: c.Bucket, Operation: c.Operation, Key: c.Key, Account: c.Account, Region: c.Region}
			if err == nil {
				if count.Requests, err = strconv.ParseUint(c.Requests.String(), 10, 64); err != nil {
					err = fmt.Errorf("not a number of requests: %q", c.Requests)
				} else {
					_, err = count.Record()
				}
			}
			if err != nil {
				err = fmt.Errorf("counts: %w (in the object behind offset %d)", err, at)
			}
			if !yield(count, err) {
				return
			}
		}
		if _, err := d.Token(); err != nil && err != io.EOF {
			yield(counts.Count{}, fatalError{fmt.Errorf("counts: %w (offset %d)", err, d.InputOffset())})
		}
	}
}

// isArray reports whether the JSON text that comes is an array.
func isArray(in *bufio.Reader) bool {
	for n := 1; ; n++ {
		head, err := in.Peek(n)
		if err != nil {
			return false
		}
		switch c := head[n-1]; c {
		case ' ', '\t', '\r', '\n':
		default:
			return c == '['
		}
	}
}

// A fatalError is one behind which nothing could be read.
type fatalError struct{ error }

func (e fatalError) Unwrap() error { return e.error }

// isFatal reports whether nothing could be read behind an error.
func isFatal(err error) bool {
	var inRecord *record.Error
	var inLine *accesslog.Error
	var fatal fatalError
	var inCount *counts.Error
	switch {
	case errors.As(err, &inRecord):
		return inRecord.Fatal
	case errors.As(err, &inLine):
		return inLine.Fatal
	case errors.As(err, &fatal):
		return true
	case errors.As(err, &inCount):
		return inCount.Fatal
	}
	return errors.Is(err, io.ErrUnexpectedEOF) || errors.Is(err, gzip.ErrChecksum) || errors.Is(err, gzip.ErrHeader)
}

// events counts the events of a file. An error is one that ended it.
func (r *reading) events(ctx context.Context, name string, all iter.Seq2[event, error]) error {
	bad, n := 0, 0
	defer func() {
		if more := bad - toldPerFile; more > 0 {
			r.problem(fmt.Errorf("%s: %d more that could not be read", name, more))
		}
	}()
	for e, err := range all {
		if n++; n%checkEvery == 0 && ctx.Err() != nil {
			r.ledger.Interrupted = true
			return nil
		}
		if err != nil && isFatal(err) {
			return fmt.Errorf("%w; nothing behind that place was read", err)
		}
		if err == nil {
			err = r.add(e)
		} else {
			r.ledger.Read++
			r.ledger.Unreadable++
		}
		if err != nil {
			if bad++; bad <= toldPerFile {
				r.problem(fmt.Errorf("%s: %w", name, err))
			}
		}
	}
	return nil
}

// add counts an event. An error says why it was not: it is unreadable then.
func (r *reading) add(e event) error {
	if e.n > maxEvents-min(r.ledger.Read, maxEvents) {
		r.ledger.Read++
		r.ledger.Unreadable++
		return fmt.Errorf("%d more events are more than a bill may have, %d", e.n, uint64(maxEvents))
	}
	r.ledger.Read += e.n
	if e.assumed {
		r.ledger.RegionAssumed += e.n
	}
	switch {
	case e.n == 0: // a count of nothing
	case e.noEvent != "":
		if r.ledger.NoEvents == nil {
			r.ledger.NoEvents = make(map[string]uint64)
		}
		r.ledger.NoEvents[e.noEvent] += e.n
	case !r.o.month.IsZero() && !r.hasCounts && !sameMonth(e.record.EventTime, r.o.month):
		r.ledger.OtherMonths += e.n
	case r.dedup != nil && !r.hasCounts && r.dedup.Seen(e.record):
		r.ledger.Duplicates += e.n
	default:
		logged, err := r.tally.add(e.record, e.n, r.hasCounts)
		switch {
		case err != nil:
			r.ledger.Unreadable += e.n
			return err
		case logged:
			r.ledger.Logged += e.n
		default:
			r.ledger.Dropped += e.n
		}
	}
	return nil
}

func sameMonth(a, b time.Time) bool {
	a = a.UTC()
	return a.Year() == b.Year() && a.Month() == b.Month()
}
