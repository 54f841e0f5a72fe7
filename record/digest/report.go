package digest

import (
	"encoding/json"
	"errors"
	"fmt"
	"iter"
	"slices"
	"strings"
	"time"
	"unicode"
)

// A Status is what a report says of a file.
type Status string

// The statuses.
const (
	Valid      Status = "valid"
	Altered    Status = "altered"    // it is not what CloudTrail delivered
	Missing    Status = "missing"    // a digest names it, and it does not exist
	Moved      Status = "moved"      // it is a digest that was delivered elsewhere
	Unsigned   Status = "unsigned"   // it is a digest, and its signature is nowhere
	Unlisted   Status = "unlisted"   // it is a log file, and a digest should list it but does not
	Unproved   Status = "unproved"   // nothing is known to be wrong, but it could not be checked
	Unreadable Status = "unreadable" // the store could not give it
)

// statuses are all of them, in the order in which they are counted.
var statuses = []Status{Valid, Altered, Missing, Moved, Unsigned, Unlisted, Unproved, Unreadable}

// statusOf returns the status of a file with the error.
func statusOf(err error) Status {
	for _, s := range []struct {
		err    error
		status Status
	}{
		{ErrMissing, Missing}, {ErrMoved, Moved}, {ErrUnsigned, Unsigned}, {ErrUnlisted, Unlisted},
		{ErrUnproved, Unproved}, {ErrNoKey, Unproved}, {ErrKey, Unproved}, {ErrUnreadable, Unreadable},
	} {
		if errors.Is(err, s.err) {
			return s.status
		}
	}
	if err != nil {
		return Altered
	}
	return Valid
}

// A Signer is where the signature was that verified.
type Signer string

// The places. A digest whose own signature is wrong, and which the next one proves, has none.
const (
	SignerSelf Signer = "self" // in the metadata of the digest
	SignerNext Signer = "next" // in the next digest
)

// A File is an object that was validated.
type File struct {
	Bucket string `json:"bucket"`
	Key    string `json:"key"`
	Status Status `json:"status"`
	Err    error  `json:"-"` // an *[Error], or nil if the file is valid
}

func newFile(at place, err error) File {
	f := File{Bucket: at.bucket, Key: at.key, Status: statusOf(err)}
	if err != nil {
		f.Err = &Error{Bucket: at.bucket, Key: at.key, Err: err}
	}
	return f
}

// reason returns the cause without the place.
func (f *File) reason() string {
	if e := (*Error)(nil); errors.As(f.Err, &e) {
		return e.reason()
	}
	return ""
}

// A DigestFile is a digest that was validated. What it says of itself is left empty if it cannot be
// trusted.
type DigestFile struct {
	File
	Start    *time.Time `json:"start,omitempty"`
	End      *time.Time `json:"end,omitempty"`
	Starting bool       `json:"starting,omitempty"` // the first since logging was switched on
	Backfill bool       `json:"backfill,omitempty"`
	Signer   Signer     `json:"signer,omitempty"`
	Listed   int        `json:"listed"` // how many log files it lists
}

// A LogFile is a log file that was validated.
type LogFile struct {
	File
	Digest string `json:"digest,omitempty"` // the key of a digest that lists it
}

// A Report is what [Validate] found: digests by their end, log files by key, gaps by time. It
// marshals to JSON, with its verdict and counts:
//
//	{"query":{"bucket":"amzn-s3-demo-bucket","account":"111122223333",...},"verdict":"invalid",
//	 "digestCounts":{"valid":3},"logFileCounts":{"altered":1,"valid":5},
//	 "digests":[{"bucket":"amzn-s3-demo-bucket","key":"AWSLogs/...","status":"valid",...}],
//	 "logFiles":[{"bucket":...,"status":"altered","reason":"hash differs","digest":"AWSLogs/..."}],
//	 "gaps":[]}
type Report struct {
	Query    Query
	Digests  []DigestFile
	LogFiles []LogFile
	Gaps     []Gap
}

// A Verdict sums up a report.
type Verdict string

// The verdicts.
const (
	// VerdictValid: digests cover the range without a gap, and all files are valid.
	VerdictValid Verdict = "valid"

	// VerdictIncomplete: nothing is known to be wrong, but files could not be checked or there are
	// gaps that may have an innocent cause.
	VerdictIncomplete Verdict = "incomplete"

	// VerdictInvalid: something was altered, deleted or added.
	VerdictInvalid Verdict = "invalid"
)

// Verdict returns the worst of what the report says.
func (r *Report) Verdict() Verdict {
	v := VerdictValid
	for f := range r.files() {
		switch f.Status {
		case Valid:
		case Unproved, Unreadable:
			v = VerdictIncomplete
		default:
			return VerdictInvalid
		}
	}
	for _, g := range r.Gaps {
		if g.Reason == Deleted {
			return VerdictInvalid
		}
		v = VerdictIncomplete
	}
	return v
}

// files yields the digests, then the log files.
func (r *Report) files() iter.Seq[*File] {
	return func(yield func(*File) bool) {
		for i := range r.Digests {
			if !yield(&r.Digests[i].File) {
				return
			}
		}
		for i := range r.LogFiles {
			if !yield(&r.LogFiles[i].File) {
				return
			}
		}
	}
}

// Problems yields everything that keeps the verdict from being valid: an *[Error] for each file,
// then an error with [ErrGap] in it for each gap.
func (r *Report) Problems() iter.Seq[error] {
	return func(yield func(error) bool) {
		for f := range r.files() {
			if f.Err != nil && !yield(f.Err) {
				return
			}
		}
		for i := range r.Gaps {
			if !yield(r.Gaps[i].Err()) {
				return
			}
		}
	}
}

// Counts tells how many files there are of each status.
type Counts map[Status]int

// DigestCounts counts the digests.
func (r *Report) DigestCounts() Counts {
	c := make(Counts)
	for i := range r.Digests {
		c[r.Digests[i].Status]++
	}
	return c
}

// LogFileCounts counts the log files.
func (r *Report) LogFileCounts() Counts {
	c := make(Counts)
	for i := range r.LogFiles {
		c[r.LogFiles[i].Status]++
	}
	return c
}

// String returns the counts in one line: 3 (2 valid, 1 missing).
func (c Counts) String() string {
	total := 0
	var parts []string
	for _, s := range statuses {
		if n := c[s]; n > 0 {
			total += n
			parts = append(parts, fmt.Sprintf("%d %s", n, s))
		}
	}
	if total == 0 {
		return "none"
	}
	return fmt.Sprintf("%d (%s)", total, strings.Join(parts, ", "))
}

// String returns the summary of the report, and a line for each gap and each file that is not valid:
//
//	trail audit, account 111122223333, us-east-1
//	from 2026-03-01T00:00:00Z to 2026-03-01T06:00:00Z: invalid
//	digests: 6 (5 valid, 1 missing)
//	log files: 10 (10 valid)
//	gap: 2026-03-01T02:00:00Z to 2026-03-01T03:00:00Z (deleted)
//	digest missing: s3://amzn-s3-demo-bucket/AWSLogs/111122223333/CloudTrail-Digest/...
func (r *Report) String() string {
	var s strings.Builder
	q := &r.Query
	fmt.Fprintf(&s, "trail %s, account %s, %s\n", cell(q.Trail), cell(q.Account), cell(q.Region))
	fmt.Fprintf(&s, "from %s to %s: %s\n",
		q.From.Format(time.RFC3339), q.To.Format(time.RFC3339), r.Verdict())
	fmt.Fprintf(&s, "digests: %v\n", r.DigestCounts())
	fmt.Fprintf(&s, "log files: %v\n", r.LogFileCounts())
	for i := range r.Gaps {
		fmt.Fprintf(&s, "gap: %v\n", &r.Gaps[i])
	}
	for i := range r.Digests {
		r.Digests[i].describe(&s, "digest")
	}
	for i := range r.LogFiles {
		r.LogFiles[i].describe(&s, "log file")
	}
	return s.String()
}

// describe writes a line about a file that is not valid.
func (f *File) describe(s *strings.Builder, kind string) {
	if f.Status == Valid {
		return
	}
	fmt.Fprintf(s, "%s %s: %s", kind, f.Status, cell("s3://"+f.Bucket+"/"+f.Key))
	switch f.Status {
	case Missing, Unsigned, Unlisted: // say it all
	default:
		s.WriteString(": " + f.reason())
	}
	s.WriteByte('\n')
}

// MarshalJSON returns the report with its verdict and counts; see [Report].
func (r *Report) MarshalJSON() ([]byte, error) {
	type digestFile struct {
		DigestFile
		Reason string `json:"reason,omitempty"`
	}
	type logFile struct {
		LogFile
		Reason string `json:"reason,omitempty"`
	}
	digests, logFiles := make([]digestFile, len(r.Digests)), make([]logFile, len(r.LogFiles))
	for i, f := range r.Digests {
		digests[i] = digestFile{f, f.reason()}
	}
	for i, f := range r.LogFiles {
		logFiles[i] = logFile{f, f.reason()}
	}
	return json.Marshal(struct {
		Query         Query        `json:"query"`
		Verdict       Verdict      `json:"verdict"`
		DigestCounts  Counts       `json:"digestCounts"`
		LogFileCounts Counts       `json:"logFileCounts"`
		Digests       []digestFile `json:"digests"`
		LogFiles      []logFile    `json:"logFiles"`
		Gaps          []Gap        `json:"gaps"`
	}{r.Query, r.Verdict(), r.DigestCounts(), r.LogFileCounts(), digests, logFiles, append([]Gap{}, r.Gaps...)})
}

// cell returns a text as a terminal may show it: quoted if it has characters that do not print.
func cell(text string) string {
	if slices.ContainsFunc([]rune(text), func(c rune) bool { return !unicode.IsGraphic(c) }) {
		return fmt.Sprintf("%+q", text)
	}
	return text
}
