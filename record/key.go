package record

import (
	"errors"
	"fmt"
	"strings"
	"time"
)

// A Key is the S3 key of a file that CloudTrail delivers to the bucket of a trail:
//
//	prefix/AWSLogs/o-exampleorgid/111122223333/CloudTrail/us-east-1/2016/11/15/
//	    111122223333_CloudTrail_us-east-1_20161115T2305Z_Hq7RkV2sXe9TcLmP.json.gz
//
//	AWSLogs/111122223333/CloudTrail-Digest/us-east-1/2016/11/15/
//	    111122223333_CloudTrail-Digest_us-east-1_trail-name_us-east-2_20161115T230512Z.json.gz
//
// (each in one piece). Not every trail has a prefix or an organization, and some organization trails
// of the first years leave the organization out. AWS Control Tower writes it twice, the first time
// as the prefix: o-exampleorgid/AWSLogs/o-exampleorgid/111122223333/...
//
// Sources: https://docs.aws.amazon.com/awscloudtrail/latest/userguide/cloudtrail-find-log-files.html,
// https://docs.aws.amazon.com/awscloudtrail/latest/userguide/cloudtrail-log-file-examples.html and, for
// digest files, the validation command of the AWS CLI, whose names have the back-filled ones too.
//
// A Key is a plain value: comparable, and free to be copied and shared. Keys are == if and only if
// their texts are equal, for those that [ParseKey] returns.
type Key struct {
	Prefix       string // of the trail; without the slash before AWSLogs
	Organization string // "o-exampleorgid"
	Account      string // whose events the file has
	Kind         FileKind
	Region       string // where the events happened

	// Time is when the file was delivered, to the minute; for a digest file, the end of its period,
	// to the second. It is in UTC.
	Time time.Time

	// Unique tells apart the files of one minute, and means nothing more. Digest files have none.
	Unique string

	// Trail is the name of a digest file's trail, and HomeRegion the Region in which it was created.
	Trail, HomeRegion string

	Backfill bool // a digest file that was made afterwards
	Unpacked bool // the name ends in .json instead of .json.gz: somebody has unpacked the file
	Joined   bool // no _ stands before Unique, as in CloudTrail's first documentation

	// Folder is the day of the folders that the file is in, if that is not the day of Time. See
	// [Key.Day].
	Folder time.Time
}

// A FileKind tells what a file has in it. It is also the name of the folder for such files, and a
// part of their names.
type FileKind string

// The kinds of files.
const (
	LogFile             FileKind = "CloudTrail" // management and data events
	DigestFile          FileKind = "CloudTrail-Digest"
	InsightFile         FileKind = "CloudTrail-Insight"
	NetworkActivityFile FileKind = "CloudTrail-NetworkActivity"
	AggregatedFile      FileKind = "CloudTrail-Aggregated"
)

// HasRecords reports whether files of the kind are log files, which a [Reader] reads. Of the kinds
// above, only digest files are not.
func (k FileKind) HasRecords() bool { return k.known() && k != DigestFile }

func (k FileKind) known() bool {
	switch k {
	case LogFile, DigestFile, InsightFile, NetworkActivityFile, AggregatedFile:
		return true
	}
	return false
}

// ErrKey is the cause of an [Error] for a text that is not the key of a file that CloudTrail
// delivers.
var ErrKey = errors.New("not the key of a CloudTrail file")

const (
	keyRoot   = "AWSLogs"
	dayLayout = "2006/01/02"
	logStamp  = "20060102T1504Z"
	endStamp  = "20060102T150405Z"
)

// ParseKey parses the key of a log file or digest file. Keys in S3 notifications are escaped, and
// have to be unescaped first, which [ParseNotification] does.
//
// It accepts the layouts that are shown at [Key] and no other, so that a file which is none of
// CloudTrail's is not taken for one: account, kind and Region must be the same in the folders as in
// the file's name. An error is an [*Error] with the offset of the folder or part of the name at
// fault, and its cause is [ErrKey]. For every key that it accepts, [Key.String] returns that key.
func ParseKey(key string) (Key, error) {
	p := keyParser{steps: strings.Split(key, "/")}
	if err := p.parse(); err != nil {
		return Key{}, err
	}
	return p.key, nil
}

// A keyParser parses a key, step by step from AWSLogs on.
type keyParser struct {
	steps []string
	key   Key
}

func (p *keyParser) parse() error {
	// What comes behind AWSLogs has a fixed length, so AWSLogs is found from the end, and a prefix
	// may have anything in it.
	const below = 7 // ACCOUNT/CloudTrail/REGION/YYYY/MM/DD/FILE
	root := len(p.steps) - 1 - below
	k := &p.key
	if root > 0 && p.steps[root-1] == keyRoot && isOrganization(p.steps[root]) {
		k.Organization = p.steps[root]
		root--
	}
	switch {
	case root < 0:
		return p.fail(0, 0, "too few folders")
	case p.steps[root] != keyRoot:
		return p.fail(root, 0, "expected the folder %s, found %q", keyRoot, p.steps[root])
	case root > 0:
		k.Prefix = strings.Join(p.steps[:root], "/")
		if k.Prefix == "" {
			return p.fail(0, 0, "it begins with a slash")
		}
	}
	at := len(p.steps) - below
	k.Account, k.Kind, k.Region = p.steps[at], FileKind(p.steps[at+1]), p.steps[at+2]
	switch {
	case !isAccount(k.Account):
		return p.fail(at, 0, "%q is no account of twelve digits", k.Account)
	case !k.Kind.known():
		return p.fail(at+1, 0, "%q is no folder of CloudTrail's", k.Kind)
	case !isRegion(k.Region):
		return p.fail(at+2, 0, "%q is no Region", k.Region)
	}
	text := strings.Join(p.steps[at+3:at+6], "/")
	day, ok := parseStamp(dayLayout, text)
	if !ok {
		return p.fail(at+3, 0, "%q is no day", text)
	}
	if err := p.file(at + 6); err != nil {
		return err
	}
	if !day.Equal(k.Day()) {
		k.Folder = day
	}
	return nil
}

// file parses the name of the file, which is step at of the key.
func (p *keyParser) file(at int) error {
	k, name := &p.key, p.steps[at]
	rest := name
	for _, part := range [...]string{k.Account, "_", string(k.Kind), "_", k.Region, "_"} {
		after, ok := strings.CutPrefix(rest, part)
		if !ok {
			return p.fail(at, len(name)-len(rest), "expected %q, found %q", part, rest)
		}
		rest = after
	}
	done := len(name) - len(rest)
	rest, ok := strings.CutSuffix(rest, ".json.gz")
	if !ok {
		if rest, k.Unpacked = strings.CutSuffix(rest, ".json"); !k.Unpacked {
			return p.fail(at, 0, "the name ends neither in .json.gz nor in .json")
		}
	}
	if k.Kind == DigestFile {
		return p.digest(at, done, rest)
	}
	if len(rest) < len(logStamp) {
		return p.fail(at, done, "%q is no time to the minute", rest)
	}
	stamp, unique := rest[:len(logStamp)], rest[len(logStamp):]
	if k.Time, ok = parseStamp(logStamp, stamp); !ok {
		return p.fail(at, done, "%q is no time to the minute", stamp)
	}
	k.Unique, ok = strings.CutPrefix(unique, "_")
	k.Joined = !ok
	if !isUnique(k.Unique) {
		const wanted = "expected letters and digits that make the name unique, found %q"
		return p.fail(at, done+len(stamp), wanted, unique)
	}
	return nil
}

// digest parses rest, which is what follows the Region in the name of a digest file, from the end:
// names of trails may have underscores in them.
//
//	my_trail_us-east-2_20161115T230512Z_backfill
func (p *keyParser) digest(at, done int, rest string) error {
	k := &p.key
	rest, k.Backfill = strings.CutSuffix(rest, "_backfill")
	names, stamp, _ := cutLast(rest)
	var ok bool
	if k.Time, ok = parseStamp(endStamp, stamp); !ok {
		return p.fail(at, done+len(rest)-len(stamp), "%q is no time to the second", stamp)
	}
	k.Trail, k.HomeRegion, _ = cutLast(names)
	switch {
	case !isRegion(k.HomeRegion):
		return p.fail(at, done+len(names)-len(k.HomeRegion), "%q is no Region", k.HomeRegion)
	case !isTrail(k.Trail):
		return p.fail(at, done, "%q is no name of a trail", k.Trail)
	}
	return nil
}

// fail returns an error about the byte at offset in the step with index at.
func (p *keyParser) fail(at, offset int, format string, args ...any) error {
	for _, step := range p.steps[:at] {
		offset += len(step) + len("/")
	}
	err := fmt.Errorf("%w: %s", ErrKey, fmt.Sprintf(format, args...))
	return &Error{Offset: int64(offset), Index: -1, Err: err}
}

// cutLast cuts s around its last underscore. Without one, all of s is behind it.
func cutLast(s string) (before, after string, found bool) {
	if i := strings.LastIndexByte(s, '_'); i >= 0 {
		return s[:i], s[i+1:], true
	}
	return "", s, false
}

// parseStamp parses a time that is as long as its layout. Years begin at 1000, so that none is the
// zero time.
func parseStamp(layout, s string) (time.Time, bool) {
	if len(s) != len(layout) || s[0] == '0' {
		return time.Time{}, false
	}
	t, err := time.Parse(layout, s)
	return t, err == nil
}

// Day returns the day of the folders that the file is in: midnight, UTC. It is the day of the
// delivery; the records of a file are some minutes older.
func (k Key) Day() time.Time {
	if !k.Folder.IsZero() {
		return k.Folder
	}
	year, month, day := k.Time.UTC().Date()
	return time.Date(year, month, day, 0, 0, 0, 0, time.UTC)
}

// String returns the key as text. It does not check that the Key has all its parts: one that was
// put together in code may give a text that [ParseKey] refuses.
func (k Key) String() string {
	b := make([]byte, 0, 256)
	if k.Prefix != "" {
		b = append(append(b, k.Prefix...), '/')
	}
	b = append(b, keyRoot+"/"...)
	if k.Organization != "" {
		b = append(append(b, k.Organization...), '/')
	}
	for _, step := range [...]string{k.Account, string(k.Kind), k.Region} {
		b = append(append(b, step...), '/')
	}
	b = append(k.Day().AppendFormat(b, dayLayout), '/')
	for _, part := range [...]string{k.Account, string(k.Kind), k.Region} {
		b = append(append(b, part...), '_')
	}
	if k.Kind == DigestFile {
		b = append(append(b, k.Trail...), '_')
		b = append(append(b, k.HomeRegion...), '_')
		b = k.Time.UTC().AppendFormat(b, endStamp)
		if k.Backfill {
			b = append(b, "_backfill"...)
		}
	} else {
		b = k.Time.UTC().AppendFormat(b, logStamp)
		if !k.Joined {
			b = append(b, '_')
		}
		b = append(b, k.Unique...)
	}
	b = append(b, ".json"...)
	if !k.Unpacked {
		b = append(b, ".gz"...)
	}
	return string(b)
}

// isAccount reports whether s is an account ID.
func isAccount(s string) bool {
	return len(s) == 12 && strings.Trim(s, "0123456789") == ""
}

// isOrganization reports whether s is an organization ID, whose form is that of
// https://docs.aws.amazon.com/organizations/latest/APIReference/API_Organization.html without its lengths,
// which examples do not keep to.
func isOrganization(s string) bool {
	id, ok := strings.CutPrefix(s, "o-")
	return ok && consistsOf(id, "")
}

// isRegion reports whether s may be the code of a Region. Which there are changes from year to year.
func isRegion(s string) bool { return consistsOf(s, "-") }

// isTrail reports whether s may be the name of a trail: letters, digits, dots, hyphens and
// underscores, https://docs.aws.amazon.com/awscloudtrail/latest/APIReference/API_CreateTrail.html.
func isTrail(s string) bool { return consistsOf(strings.ToLower(s), "._-") }

// isUnique reports whether s may be the unique part of a name. AWS has sixteen letters and digits
// there; emulators also write hyphens.
func isUnique(s string) bool { return consistsOf(strings.ToLower(s), "-") }

// consistsOf reports whether s consists of small letters, digits and the bytes of others, and is not
// empty.
func consistsOf(s, others string) bool {
	for i := range len(s) {
		c := s[i]
		if !('a' <= c && c <= 'z' || '0' <= c && c <= '9' || strings.IndexByte(others, c) >= 0) {
			return false
		}
	}
	return s != ""
}
