package digest

import (
	"fmt"
	"path"
	"strings"
	"time"
)

// A Query says what to validate: the digests of one trail in one Region, and the log files that they
// list. It is a plain value.
type Query struct {
	Bucket       string `json:"bucket"`
	Prefix       string `json:"prefix,omitempty"`       // the trail's S3 key prefix, if it has one
	Organization string `json:"organization,omitempty"` // o-..., for the trail of an organization
	Account      string `json:"account"`                // whose calls are logged
	Region       string `json:"region"`                 // in which they were made
	Trail        string `json:"trail"`                  // the trail's name
	HomeRegion   string `json:"homeRegion,omitempty"`   // of the trail; empty if it is Region

	// From and To bound the time of delivery, both included. A digest that covers any part of it
	// is validated with all its log files.
	From time.Time `json:"from"`
	To   time.Time `json:"to"`

	// IgnoreUnlisted keeps Validate from looking for log files that no digest lists. They are to be
	// expected where another trail delivers under the same prefix: the names of log files do not
	// tell whose they are.
	IgnoreUnlisted bool `json:"ignoreUnlisted,omitempty"`
}

const (
	digestFolder = "/CloudTrail-Digest/"
	logFolder    = "/CloudTrail/"
	dayLayout    = "2006/01/02/"

	digestLayout = "20060102T150405Z"
	logLayout    = "20060102T1504Z"

	suffix         = ".json.gz"
	backfillSuffix = "_backfill"
)

// check returns what is wrong with the query.
func (q *Query) check() error {
	for _, field := range []struct{ name, value string }{
		{"Bucket", q.Bucket}, {"Account", q.Account}, {"Region", q.Region}, {"Trail", q.Trail},
	} {
		if field.value == "" {
			return fmt.Errorf("digest: %w: no %s", ErrQuery, field.name)
		}
	}
	if q.To.Before(q.From) {
		return fmt.Errorf("digest: %w: To is before From", ErrQuery)
	}
	if q.To.Sub(q.From) > MaxDigests*period {
		return fmt.Errorf("digest: %w: %w: more than %d hours", ErrQuery, ErrLimit, MaxDigests)
	}
	return nil
}

// A place is where an object is.
type place struct{ bucket, key string }

// A root is a folder in a bucket under which a trail delivers, as in
//
//	amzn-s3-demo-bucket  prefix/AWSLogs/o-exampleorgid/111122223333
//
// A trail has one, unless its bucket or prefix was changed.
type root struct{ bucket, path string }

func (q *Query) root() root {
	path := "AWSLogs/"
	if q.Organization != "" {
		path += q.Organization + "/"
	}
	if q.Prefix != "" {
		path = strings.TrimSuffix(q.Prefix, "/") + "/" + path
	}
	return root{q.Bucket, path + q.Account}
}

// rootOf returns the root of a digest.
func rootOf(p place) (root, bool) {
	i := strings.LastIndex(p.key, digestFolder)
	if i < 0 {
		return root{}, false
	}
	return root{p.bucket, p.key[:i]}, true
}

// days yields the folders of the days from one time to another.
func (q *Query) days(r root, folder string, from, to time.Time) []string {
	var list []string
	for day := from.UTC().Truncate(24 * time.Hour); !day.After(to); day = day.AddDate(0, 0, 1) {
		list = append(list, r.path+folder+q.Region+"/"+day.Format(dayLayout))
	}
	return list
}

// digestName takes the name of a digest of the trail apart, without its folders:
//
//	111122223333_CloudTrail-Digest_us-east-1_audit_us-west-2_20260301T010131Z_backfill.json.gz
//	   account                      Region   trail  home      end             backfill
func (q *Query) digestName(key string) (end time.Time, backfill, ok bool) {
	home := q.HomeRegion
	if home == "" {
		home = q.Region
	}
	name, ok := strings.CutSuffix(path.Base(key), suffix)
	if !ok {
		return time.Time{}, false, false
	}
	name, backfill = strings.CutSuffix(name, backfillSuffix)
	name, ok = strings.CutPrefix(name,
		q.Account+"_CloudTrail-Digest_"+q.Region+"_"+q.Trail+"_"+home+"_")
	if !ok {
		return time.Time{}, false, false
	}
	end, err := time.Parse(digestLayout, name)
	return end, backfill, err == nil
}

// logName returns the minute that the name of a log file tells:
//
//	111122223333_CloudTrail_us-east-1_20260301T0105Z_Hq7RkV2sXe9TcLmP.json.gz
func (q *Query) logName(key string) (minute time.Time, ok bool) {
	name, ok := strings.CutPrefix(path.Base(key), q.Account+"_CloudTrail_"+q.Region+"_")
	if !ok || len(name) < len(logLayout) {
		return time.Time{}, false
	}
	minute, err := time.Parse(logLayout, name[:len(logLayout)])
	return minute, err == nil
}
