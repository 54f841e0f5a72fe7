package accesslog

import (
	"fmt"
	"strings"
	"time"
)

// A Key is the S3 key of a log file, in one of the two forms that a bucket's logging configuration
// may ask for:
//
//	logs/2019-02-06-00-00-38-E568B2907131C0C0
//	logs/111122223333/us-west-1/amzn-s3-demo-bucket/2019/02/06/2019-02-06-00-00-38-E568B2907131C0C0
//
// Sources: https://docs.aws.amazon.com/AmazonS3/latest/userguide/ServerLogs.html and
// https://docs.aws.amazon.com/AmazonS3/latest/API/API_PartitionedPrefix.html.
//
// A Key is a plain value: comparable, and free to be copied and shared.
type Key struct {
	// Prefix is what the configuration has put in front, with the slash in which it mostly ends:
	// S3 adds none. All of a key of the first form up to its time is prefix, also what somebody
	// has put there to tell buckets apart.
	Prefix string

	// AccountID, Region and Bucket are those whose requests the file has, in the second form. In
	// the first they are empty.
	AccountID, Region, Bucket string

	// Time is when the file was delivered, to the second, in UTC. In the second form it may
	// instead be midnight of the day of all requests in the file, as the configuration says.
	Time time.Time

	// Unique tells apart the files of one second, and means nothing more.
	Unique string
}

const (
	nameStamp  = "2006-01-02-15-04-05"
	dayFolders = "2006/01/02"
)

// ParseKey parses the key of a log file. Keys in S3 notifications are escaped, and have to be
// unescaped first, which [record.ParseNotification] does.
//
// A key is of the second form if its folders fit, the day among them being that of the file's name.
// As S3 puts nothing between a prefix and the account, the account is the last twelve digits of
// their folder. An error is an [*Error] with the offset of what is wrong, and its cause is [ErrKey].
// For every key that it accepts, [Key.String] returns that key.
func ParseKey(key string) (Key, error) {
	fail := func(at int, format string, args ...any) (Key, error) {
		err := fmt.Errorf("%w: %s", ErrKey, fmt.Sprintf(format, args...))
		return Key{}, &Error{Offset: int64(at), Line: 1, Column: at + 1, Err: err}
	}
	dash := strings.LastIndexByte(key, '-')
	unique := key[dash+1:]
	if dash < 0 || !isUnique(unique) {
		return fail(dash+1, "%q is no letters and digits that make the name unique", unique)
	}
	start := dash - len(nameStamp)
	if start < 0 {
		return fail(0, "no time to the second in front of %q", key[dash:])
	}
	stamp := key[start:dash]
	t, err := time.Parse(nameStamp, stamp)
	if err != nil || stamp[0] == '0' {
		return fail(start, "%q is no time to the second", stamp)
	}
	k := Key{Prefix: key[:start], Time: t, Unique: unique}
	k.partition()
	return k, nil
}

// partition takes account, Region, bucket and day off the end of the prefix, if they are there.
func (k *Key) partition() {
	rest, ok := strings.CutSuffix(k.Prefix, "/"+k.Time.Format(dayFolders)+"/")
	if !ok {
		return
	}
	steps := strings.Split(rest, "/")
	n := len(steps)
	if n < 3 || !isRegion(steps[n-2]) || steps[n-1] == "" {
		return
	}
	cut := len(steps[n-3]) - accountDigits
	if cut < 0 || !isAccount(steps[n-3][cut:]) {
		return
	}
	k.AccountID, k.Region, k.Bucket = steps[n-3][cut:], steps[n-2], steps[n-1]
	k.Prefix = strings.TrimSuffix(rest, k.AccountID+"/"+k.Region+"/"+k.Bucket)
}

// String returns the key as text.
func (k Key) String() string {
	t := k.Time.UTC()
	b := make([]byte, 0, 160)
	b = append(b, k.Prefix...)
	if k.AccountID != "" {
		for _, step := range [...]string{k.AccountID, k.Region, k.Bucket} {
			b = append(append(b, step...), '/')
		}
		b = append(t.AppendFormat(b, dayFolders), '/')
	}
	b = append(t.AppendFormat(b, nameStamp), '-')
	return string(append(b, k.Unique...))
}

// Source returns what the key tells about the bucket, for [Entry.Record].
func (k Key) Source() Source { return Source{AccountID: k.AccountID, Region: k.Region} }

const accountDigits = 12

func isAccount(s string) bool {
	return len(s) == accountDigits && strings.Trim(s, "0123456789") == ""
}

// isUnique reports whether s may be the end of a name: letters and digits.
func isUnique(s string) bool {
	for i := range len(s) {
		if c := s[i] | 0x20; (c < 'a' || c > 'z') && (s[i] < '0' || s[i] > '9') {
			return false
		}
	}
	return s != ""
}

// isRegion reports whether s has the form of the code of a Region: us-east-1, us-gov-west-1. Which
// there are changes from year to year.
func isRegion(s string) bool {
	parts := strings.Split(s, "-")
	last := len(parts) - 1
	if last < 2 || len(parts[0]) < 2 || len(parts[0]) > 4 || parts[last] == "" ||
		strings.Trim(parts[last], "0123456789") != "" {
		return false
	}
	for _, part := range parts[:last] {
		if part == "" || strings.Trim(part, "abcdefghijklmnopqrstuvwxyz") != "" {
			return false
		}
	}
	return true
}
