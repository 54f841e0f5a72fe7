// Package counts makes CloudTrail records of plain numbers of requests, so that data events have a price
// before they are switched on.
//
// The numbers come from anywhere: S3's request metrics in CloudWatch, an inventory, a guess. As CSV they
// have a header, with columns in any order:
//
//	bucket,operation,requests,key,account,region
//	photos,GetObject,4200000,,111122223333,us-east-1
//	photos,PutObject,300000,tmp/,111122223333,us-east-1
//
// and each line is as many records as it says:
//
//	for count, err := range counts.ReadCSV(file) {
//		...
//		rec, err := count.Record()
//		...
//		err = meter.AddTimes(rec, count.Requests)
//	}
//
// # Operations
//
// An operation is an API operation that CloudTrail logs as a data event on objects, such as GetObject, or
// one of S3's request metrics, which is counted as the operation that is most like it:
//
//	GetRequests GetObject      PutRequests PutObject      ListRequests ListObjects
//	HeadRequests HeadObject    PostRequests PostObject    SelectRequests SelectObjectContent
//	                           DeleteRequests DeleteObject
//
// AllRequests is refused, since it says nothing of reads and writes. Calls on buckets, such as
// PutBucketPolicy, are management events, and refused too. DeleteObjects is one event, however many keys
// it names.
//
// # What is not known
//
// The records say who, when and from where as little as the numbers do. Selectors that ask for a user or
// an error will not take them.
package counts

import (
	"cmp"
	"encoding/csv"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"iter"
	"slices"
	"strconv"
	"strings"

	"github.com/trailsieve/trailsieve/internal/spell"
	"github.com/trailsieve/trailsieve/record"
)

// A Count is a number of equal requests.
type Count struct {
	Account   string
	Region    string // "us-east-1" if empty
	Bucket    string
	Key       string // or what keys begin with; may be empty
	Operation string
	Requests  uint64
}

// metrics are the operations for S3's request metrics.
var metrics = map[string]string{
	"GetRequests": "GetObject", "HeadRequests": "HeadObject", "PutRequests": "PutObject", "PostRequests": "PostObject",
	"DeleteRequests": "DeleteObject", "ListRequests": "ListObjects", "SelectRequests": "SelectObjectContent",
}

// Known operations, for guessing what was meant. Which are data events, package record decides.
var known = []string{
	"GetObject", "HeadObject", "PutObject", "CopyObject", "DeleteObject", "DeleteObjects", "ListObjects", "HeadBucket",
	"UploadPart", "GetRequests", "HeadRequests", "PutRequests", "PostRequests", "DeleteRequests", "ListRequests",
}

// The causes of errors, for errors.Is.
var (
	ErrOperation = errors.New("not a data event on objects")
	ErrBucket    = errors.New("no bucket")
)

// Record returns the record that CloudTrail would write for each of the requests, as far as it is known.
// The error is [ErrOperation] or [ErrBucket].
func (c Count) Record() (*record.Record, error) {
	if c.Bucket == "" {
		return nil, ErrBucket
	}
	name := cmp.Or(metrics[c.Operation], c.Operation)
	r := &record.Record{
		EventVersion: "1.11", EventType: "AwsApiCall",
		EventSource: "s3.amazonaws.com", EventName: name,
		AWSRegion: cmp.Or(c.Region, "us-east-1"), RecipientAccountID: c.Account,
	}
	if category, _ := r.Category(); category != record.Data {
		return nil, fmt.Errorf("%w: %q%s", ErrOperation, c.Operation, spell.DidYouMean(c.Operation, known...))
	}
	if readOnly, _ := r.IsReadOnly(); readOnly {
		r.ReadOnly = record.True
	} else {
		r.ReadOnly = record.False
	}
	r.EventCategory, r.ManagementEvent = record.Data, record.False
	parameters, err := json.Marshal(struct {
		Bucket string `json:"bucketName"`
		Key    string `json:"key,omitempty"`
	}{c.Bucket, c.Key})
	if err != nil {
		return nil, err
	}
	r.RequestParameters = record.JSON(parameters)
	r.Resources = []record.Resource{{
		Type: "AWS::S3::Object",
		ARN:  "arn:" + record.Partition(r.AWSRegion) + ":s3:::" + c.Bucket + "/" + c.Key,
	}}
	return r, nil
}

// columns are those that a header may have, the needed ones first.
var columns = []string{"bucket", "operation", "requests", "key", "account", "region"}

const needed = 3

// An Error says what is wrong with a text of counts, and where:
//
//	counts: not a data event on objects: "GetObjekt" (did you mean "GetObject"?) (line 3, column 8)
type Error struct {
	Line, Column int  // from 1, in bytes; Column is 0 if it is about the whole line
	Fatal        bool // nothing behind that place was read
	Err          error
}

// Error names the package, the cause and the place.
func (e *Error) Error() string {
	if e.Column == 0 {
		return fmt.Sprintf("counts: %v (line %d)", e.Err, e.Line)
	}
	return fmt.Sprintf("counts: %v (line %d, column %d)", e.Err, e.Line, e.Column)
}

// Unwrap returns the cause.
func (e *Error) Unwrap() error { return e.Err }

// ReadCSV yields the counts of a CSV text with a header; see the package comment. A line that is wrong is
// an *[Error], and the next one follows; after an error of the text as a whole, which is Fatal, or of r,
// nothing does. A line has up to a megabyte, so that a quote which nobody closes does not fill the memory.
// It reads r once.
func ReadCSV(r io.Reader) iter.Seq2[Count, error] {
	return func(yield func(Count, error) bool) {
		lines := &limited{r: r}
		reader := csv.NewReader(lines)
		reader.ReuseRecord = true
		lines.left = maxLine
		at, err := readHeader(reader)
		if err != nil {
			yield(Count{}, err)
			return
		}
		for behind := 1; ; {
			lines.left = maxLine
			fields, err := reader.Read()
			if err == io.EOF {
				return
			}
			if err != nil && !errors.Is(err, csv.ErrFieldCount) {
				yield(Count{}, csvError(err, behind))
				return
			}
			behind, _ = reader.FieldPos(len(fields) - 1)
			if err != nil {
				line, _ := reader.FieldPos(0)
				err = &Error{Line: line, Err: fmt.Errorf("%d fields, not as many as the header has", len(fields))}
				if !yield(Count{}, err) {
					return
				}
				continue
			}
			if !yield(readCount(reader, fields, at)) {
				return
			}
		}
	}
}

// readHeader returns where each column is, or -1.
func readHeader(reader *csv.Reader) (at [6]int, err error) {
	header, err := reader.Read()
	if err == io.EOF {
		return at, &Error{Line: 1, Fatal: true, Err: errors.New("no header")}
	}
	if err != nil {
		return at, csvError(err, 0)
	}
	for i := range at {
		at[i] = -1
	}
	for i, name := range header {
		name = strings.ToLower(strings.TrimSpace(strings.TrimPrefix(name, "\ufeff"))) // Excel begins with a mark
		c := slices.Index(columns, name)
		line, column := reader.FieldPos(i)
		if c < 0 {
			return at, &Error{line, column, true, fmt.Errorf("unknown column %q%s", name, spell.DidYouMean(name, columns...))}
		}
		if at[c] >= 0 {
			return at, &Error{line, column, true, fmt.Errorf("column %q is there twice", name)}
		}
		at[c] = i
	}
	for c, name := range columns[:needed] {
		if at[c] < 0 {
			return at, &Error{Line: 1, Fatal: true, Err: fmt.Errorf("no column %q", name)}
		}
	}
	return at, nil
}

// maxLine is how many bytes a line may have, and one over several lines in quotes: a key has 1,024.
const maxLine = 1 << 20

// errLine is the cause where a line is longer.
var errLine = fmt.Errorf("a line of more than %d bytes, or a quote that is not closed", maxLine)

// A limited reader fails when so many bytes were read for one line. What the reader above has in its buffer
// is not counted, and may be a little more.
type limited struct {
	r    io.Reader
	left int
}

func (l *limited) Read(b []byte) (int, error) {
	if l.left <= 0 {
		return 0, errLine
	}
	n, err := l.r.Read(b[:min(len(b), l.left)])
	l.left -= n
	return n, err
}

// csvError returns the error that ends a text, in a line behind the last that was read. A quote that is not
// closed is found at the end of the text, and is wrong where its line begins.
func csvError(err error, behind int) error {
	var parse *csv.ParseError
	switch {
	case err == errLine:
		return &Error{Line: behind + 1, Fatal: true, Err: err}
	case !errors.As(err, &parse):
		return err
	case parse.Line != parse.StartLine:
		return &Error{Line: parse.StartLine, Fatal: true, Err: fmt.Errorf("%w, from here to line %d", parse.Err, parse.Line)}
	}
	return &Error{parse.Line, parse.Column, true, parse.Err}
}

// readCount returns the count of a line.
func readCount(reader *csv.Reader, fields []string, at [6]int) (Count, error) {
	field := func(c int) string {
		if at[c] < 0 {
			return ""
		}
		return strings.Clone(fields[at[c]])
	}
	fail := func(c int, err error) (Count, error) {
		line, column := reader.FieldPos(at[c])
		return Count{}, &Error{Line: line, Column: column, Err: err}
	}
	count := Count{Bucket: field(0), Operation: field(1), Key: field(3), Account: field(4), Region: field(5)}
	var err error
	if count.Requests, err = strconv.ParseUint(field(2), 10, 64); err != nil {
		return fail(2, fmt.Errorf("not a number of requests: %q", field(2)))
	}
	switch _, err = count.Record(); {
	case errors.Is(err, ErrBucket):
		return fail(0, err)
	case err != nil:
		return fail(1, err)
	}
	return count, nil
}
