package main

import (
	"errors"
	"fmt"
	"io"
	"io/fs"
	"os"
	"path/filepath"
	"slices"
	"strings"

	"github.com/trailsieve/trailsieve/record/accesslog"
)

// A source is a file to read, or standard input.
type source struct {
	name string
	size int64 // in bytes, as it lies there; 0 if that is not known
	open func() (io.ReadCloser, error)
}

// A finder finds the files that the command line names. They are found before the first is read, so that
// progress has something to be a part of.
type finder struct {
	sources  []source
	seen     map[string]bool // where the files lie that were found, or passed over
	passed   int             // files in folders whose names are none of those that are read
	example  string          // one of them
	problems []error
}

// find finds what names stand for: files, folders and "-" for stdin. Each file comes once, however often it
// is named.
func find(names []string, stdin io.Reader) *finder {
	f := &finder{seen: make(map[string]bool)}
	for _, name := range names {
		if name == "-" {
			if !f.seen[name] {
				f.sources = append(f.sources, source{"standard input", 0, func() (io.ReadCloser, error) { return io.NopCloser(stdin), nil }})
			}
			f.seen[name] = true
			continue
		}
		switch info, err := os.Stat(name); {
		case err != nil:
			f.problems = append(f.problems, err)
		case info.IsDir():
			f.folder(name)
		default:
			f.file(name, info)
		}
	}
	return f
}

// total returns how many bytes all files have together, or -1 if one has a size that is not known.
func (f *finder) total() (sum int64) {
	for _, s := range f.sources {
		if s.size == 0 {
			return -1
		}
		sum += s.size
	}
	return sum
}

// file adds a file, if it was not found before.
func (f *finder) file(name string, info fs.FileInfo) {
	place := name
	if real, err := filepath.EvalSymlinks(name); err == nil {
		if place, err = filepath.Abs(real); err != nil {
			place = real
		}
	}
	if f.seen[place] {
		return
	}
	f.seen[place] = true
	size := info.Size()
	if !info.Mode().IsRegular() {
		size = 0 // a pipe, which ends when it ends
	}
	f.sources = append(f.sources, source{name, size, func() (io.ReadCloser, error) { return os.Open(name) }})
}

var errNoFiles = errors.New("nothing to read in this folder: expected log files of CloudTrail (" + strings.Join(extensions, ", ") +
	"), access logs with S3's names, or .csv; a file with another name is read if it is named itself")

// folder adds the files below a folder, in the order of their names.
func (f *finder) folder(root string) {
	found := false
	problem := func(name string, err error) {
		found = true
		f.problems = append(f.problems, fmt.Errorf("%s: %w", name, err))
	}
	filepath.WalkDir(root, func(name string, entry fs.DirEntry, err error) error {
		switch {
		case err != nil:
			problem(name, err)
			return nil
		case entry.IsDir():
			return nil
		case !isInput(name):
			if f.passed == 0 {
				f.example = name
			}
			if !f.seen[name] { // in a folder that was named before
				f.passed++
			}
			f.seen[name] = true
			return nil
		}
		switch info, err := os.Stat(name); {
		case err != nil:
			problem(name, err)
		case info.IsDir():
			problem(name, errors.New("not read: a symbolic link to a folder, which is followed only if it is named"))
		case !info.Mode().IsRegular():
			problem(name, errors.New("not read: neither a file nor a folder"))
		default:
			found = true
			f.file(name, info)
		}
		return nil
	})
	if !found {
		problem(root, errNoFiles)
	}
}

// extensions are the endings of the names of log files and counts.
var extensions = []string{".json", ".json.gz", ".jsonl", ".jsonl.gz", ".csv", ".csv.gz"}

// isInput reports whether a file in a folder is to be read, by its name. A trail's bucket has the digests of
// its log files beside them, in folders of their own.
func isInput(name string) bool {
	slashed := filepath.ToSlash(name)
	if slices.Contains(strings.Split(slashed, "/"), "CloudTrail-Digest") {
		return false
	}
	if slices.ContainsFunc(extensions, func(ext string) bool { return strings.HasSuffix(slashed, ext) }) {
		return true
	}
	_, err := accessLogKey(name)
	return err == nil
}

// accessLogKey takes the name of an access log apart, which somebody may have packed.
func accessLogKey(name string) (accesslog.Key, error) {
	return accesslog.ParseKey(strings.TrimSuffix(filepath.ToSlash(name), ".gz"))
}
