package record

import (
	"fmt"
	"io/fs"
	"iter"
	"path"
	"slices"
	"strings"
	"time"
)

// A Bucket is a file tree with the layout of a trail's S3 bucket, and what to choose of it. FS is all
// that has to be set; the rest narrows the choice:
//
//	b := &record.Bucket{
//		FS:      os.DirFS("/data/amzn-s3-demo-bucket"),
//		Regions: []string{"us-east-1", "eu-west-1"},
//		From:    time.Date(2016, time.November, 15, 0, 0, 0, 0, time.UTC),
//	}
//	for key, err := range b.Keys() { ... }
//
// The names of the tree are the keys of the bucket, so its root is that of the bucket; AWSLogs may
// stand at any depth, and more than once.
//
// A Bucket that nobody changes may be used by any number of goroutines, if its FS may.
type Bucket struct {
	FS fs.FS

	// Each of these is a list of what to choose, and nil chooses all. An empty string chooses what
	// has no prefix or organization at all.
	Prefixes      []string
	Organizations []string
	Accounts      []string
	Regions       []string

	// Kinds lists the kinds of files to choose; nil chooses all but digest files.
	Kinds []FileKind

	// From and To are the first and the last day to choose, both included: the days in UTC that
	// the times lie in. The zero time sets no bound.
	//
	// Files lie under the day of their delivery, which is some minutes after the newest of their
	// records, and AWS promises no bound: whoever wants all the records of a day takes the next
	// day's files as well, and looks at eventTime.
	From, To time.Time
}

// Keys returns the keys of the files that are chosen, each with a nil error, in the order of the
// names in each folder.
//
// It lists only folders that can hold chosen files: no other day, Region or account, and, if Prefixes
// are given, nothing beside the way to them. Folders of other services below an account, such as
// elasticloadbalancing, are passed over too.
//
// Nothing else is left out silently. A folder that cannot be listed is an error of the FS, and a file
// or folder that is none of CloudTrail's is an [*fs.PathError] with the cause [ErrKey]; each comes with
// a zero Key. The loop may go on after an error: the walk goes on with what comes next.
//
// The sequence may be used again, and walks again.
func (b *Bucket) Keys() iter.Seq2[Key, error] {
	return func(yield func(Key, error) bool) {
		w := walk{Bucket: *b, yield: yield, from: "0000/00/00", to: "9999/99/99"}
		if b.Kinds == nil {
			w.Kinds = []FileKind{LogFile, InsightFile, NetworkActivityFile, AggregatedFile}
		}
		w.Prefixes = slices.Clone(b.Prefixes)
		for i, prefix := range w.Prefixes {
			w.Prefixes[i] = strings.Trim(prefix, "/")
		}
		if !b.From.IsZero() {
			w.from = b.From.UTC().Format(dayLayout)
		}
		if !b.To.IsZero() {
			w.to = b.To.UTC().Format(dayLayout)
		}
		w.folder(".", outside)
	}
}

// Open opens the file with the given key. Only files of a kind that has records can be read: see
// [FileKind.HasRecords].
func (b *Bucket) Open(key Key) (*ReadCloser, error) {
	f, err := b.FS.Open(key.String())
	if err != nil {
		return nil, err
	}
	return &ReadCloser{NewReader(f), f}, nil
}

// A ReadCloser is a [Reader] of a file, which is to be closed after use.
type ReadCloser struct {
	*Reader
	file fs.File
}

// Close closes the file.
func (r *ReadCloser) Close() error { return r.file.Close() }

// A walk is one walk over a Bucket.
type walk struct {
	Bucket   // with its defaults filled in
	yield    func(Key, error) bool
	from, to string // the days, as in the names of folders
}

// level tells what a folder is.
type level uint8

const (
	outside        level = iota // AWSLogs may be in it, at any depth
	inRoot                      // AWSLogs
	inOrganization              // o-exampleorgid
	inAccount                   // 111122223333
	inKind                      // CloudTrail
	inRegion                    // us-east-1
	inYear                      // 2016
	inMonth                     // 11
	inDay                       // 15
)

// A turn says what to do about a folder or file.
type turn uint8

const (
	enter turn = iota
	pass
	refuse // it is none of CloudTrail's
)

// folder walks over a folder, and reports whether the walk goes on.
func (w *walk) folder(name string, l level) bool {
	entries, err := fs.ReadDir(w.FS, name)
	if err != nil && !w.yield(Key{}, err) {
		return false
	}
	for _, entry := range entries {
		name := path.Join(name, entry.Name())
		if !entry.IsDir() {
			if !w.visit(name, l) {
				return false
			}
			continue
		}
		next, what := w.step(name, l)
		switch what {
		case enter:
			if !w.folder(name, next) {
				return false
			}
		case refuse:
			err := fmt.Errorf("%w: a folder that is not in its layout", ErrKey)
			if !w.yield(Key{}, &fs.PathError{Op: "walk", Path: name, Err: err}) {
				return false
			}
		}
	}
	return true
}

// visit yields the file with the given name, or the error that it is none of CloudTrail's, and reports
// whether the walk goes on. The file is in a folder of level l.
func (w *walk) visit(name string, l level) bool {
	if l <= inRoot && !w.inPrefix(name, l) {
		return true
	}
	key, err := ParseKey(name)
	if err != nil {
		return w.yield(Key{}, &fs.PathError{Op: "walk", Path: name, Err: err})
	}
	return w.yield(key, nil)
}

// inPrefix reports whether a file outside the accounts belongs to what the Prefixes choose.
func (w *walk) inPrefix(name string, l level) bool {
	return w.Prefixes == nil || l == inRoot && w.hasPrefix(path.Dir(path.Dir(name)))
}

// step decides about a folder that is in a folder of level l.
func (w *walk) step(name string, l level) (next level, what turn) {
	dir, base := path.Split(name)
	dir = path.Clean(dir)
	switch l {
	case outside:
		if base == keyRoot {
			return inRoot, enterIf(w.hasPrefix(dir) || w.leads(name))
		}
		return outside, enterIf(w.leads(name))
	case inRoot:
		switch {
		case isOrganization(base):
			return inOrganization, enterIf(w.hasPrefix(path.Dir(dir)) && chosen(w.Organizations, base))
		case isAccount(base):
			ok := w.hasPrefix(path.Dir(dir)) && chosen(w.Organizations, "") && chosen(w.Accounts, base)
			return inAccount, enterIf(ok)
		}
		return w.step(name, outside) // a copy of a bucket in a folder AWSLogs
	case inOrganization:
		if isAccount(base) {
			return inAccount, enterIf(chosen(w.Accounts, base))
		}
	case inAccount:
		kind := FileKind(base)
		if kind.known() || !strings.HasPrefix(base, string(LogFile)) {
			return inKind, enterIf(slices.Contains(w.Kinds, kind))
		}
	case inKind:
		if isRegion(base) {
			return inRegion, enterIf(chosen(w.Regions, base))
		}
	case inRegion, inYear, inMonth:
		width := len("11")
		if l == inRegion {
			width = len("2016")
		}
		if len(base) == width && strings.Trim(base, "0123456789") == "" {
			date := name[len(name)-len("2016")-len("/11")*int(l-inRegion):] // 2016, 2016/11 or 2016/11/15
			return l + 1, enterIf(w.from[:len(date)] <= date && date <= w.to[:len(date)])
		}
	}
	return l, refuse
}

func enterIf(ok bool) turn {
	if ok {
		return enter
	}
	return pass
}

// hasPrefix reports whether the Prefixes choose an AWSLogs in the given folder.
func (w *walk) hasPrefix(folder string) bool {
	if folder == "." {
		folder = ""
	}
	return chosen(w.Prefixes, folder)
}

// leads reports whether a chosen prefix may be the given folder, or lie in it.
func (w *walk) leads(folder string) bool {
	return w.Prefixes == nil || slices.ContainsFunc(w.Prefixes, func(prefix string) bool {
		return strings.HasPrefix(prefix+"/", folder+"/")
	})
}

// chosen reports whether a list chooses name.
func chosen(list []string, name string) bool {
	return list == nil || slices.Contains(list, name)
}
