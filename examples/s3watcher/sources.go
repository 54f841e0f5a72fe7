package main

import (
	"cmp"
	"embed"
	"errors"
	"fmt"
	"io"
	"io/fs"
	"iter"
	"os"
	"path/filepath"
	"slices"
	"strings"
)

// story is what the program reads when it is told nothing else: the selectors of the announcement's
// trail, its rule, its record, and two log files of an account that has such a trail, one of 2016
// and one of ten years later. The log files are made by internal/synth; see TestStory.
//
//go:embed story
var story embed.FS

// Where in the story its parts are.
const (
	storyTrail = "story/trail.json"
	storyRule  = "story/put-object.json"
	storyLogs  = "story/logs"
)

// A source is a log file to read.
type source struct {
	name     string
	open     func() (io.ReadCloser, error)
	isStream bool // not a file, so that nothing at all may be what there is
}

// sources returns the log files that the command line names: files, folders and "-" for stdin; those
// of the story if it names none. Each file comes once, however often it is named. A name that leads
// to no log file gives an error in its place.
func sources(names []string, stdin io.Reader) iter.Seq2[source, error] {
	return func(yield func(source, error) bool) {
		w := &walker{yield: yield, seen: make(map[string]bool)}
		if len(names) == 0 {
			w.folder(story, storyLogs, "")
			return
		}
		for _, name := range names {
			if name == "-" {
				w.tell(source{"standard input", func() (io.ReadCloser, error) { return io.NopCloser(stdin), nil }, true}, nil)
			} else {
				w.named(name)
			}
			if w.stopped {
				return
			}
		}
	}
}

// A walker finds log files, and yields each.
type walker struct {
	yield   func(source, error) bool
	stopped bool            // nobody wants more
	found   bool            // something to tell of, in the folder at hand
	seen    map[string]bool // where the files lie that were yielded
}

func (w *walker) tell(src source, err error) {
	w.found = true
	w.stopped = w.stopped || !w.yield(src, err)
}

// named tells of what a name on the command line stands for.
func (w *walker) named(name string) {
	info, err := os.Stat(name)
	switch {
	case err != nil:
		w.tell(source{}, err)
	case info.IsDir():
		w.folder(os.DirFS(name), ".", name)
	default:
		w.file(name, func() (io.ReadCloser, error) { return os.Open(name) })
	}
}

// file tells of a file, if it is not one that was told of before.
func (w *walker) file(name string, open func() (io.ReadCloser, error)) {
	place := name
	if real, err := filepath.EvalSymlinks(name); err == nil {
		if place, err = filepath.Abs(real); err != nil {
			place = real
		}
	}
	w.found = true
	if !w.seen[place] {
		w.seen[place] = true
		w.tell(source{name: name, open: open}, nil)
	}
}

var (
	// errNoLogFiles is what is wrong with a folder that has none.
	errNoLogFiles = errors.New("no log files in this folder: expected files named " +
		strings.Join(extensions, ", ") + " in it or below")
	errFolderLink = errors.New("not read: a symbolic link to a folder, which is followed only if it is named")
	errNotRegular = errors.New("not read: neither a file nor a folder")
)

// folder tells of the log files below root in fsys, in the order of their names, which are those in
// fsys behind dir.
func (w *walker) folder(fsys fs.FS, root, dir string) {
	w.found = false
	fs.WalkDir(fsys, root, func(file string, entry fs.DirEntry, err error) error {
		name := filepath.Join(dir, filepath.FromSlash(file))
		switch {
		case err != nil:
			w.tell(source{}, fmt.Errorf("%s: %w", name, err))
		case !entry.IsDir() && isLogFile(name):
			w.entry(fsys, file, name)
		}
		if w.stopped {
			return fs.SkipAll
		}
		return nil
	})
	if !w.found {
		w.tell(source{}, fmt.Errorf("%s: %w", cmp.Or(dir, root), errNoLogFiles))
	}
}

// entry tells of something in a folder that has the name of a log file.
func (w *walker) entry(fsys fs.FS, file, name string) {
	switch info, err := fs.Stat(fsys, file); {
	case err != nil:
		w.tell(source{}, fmt.Errorf("%s: %w", name, err))
	case info.IsDir():
		w.tell(source{}, fmt.Errorf("%s: %w", name, errFolderLink))
	case !info.Mode().IsRegular():
		w.tell(source{}, fmt.Errorf("%s: %w", name, errNotRegular))
	default:
		w.file(name, func() (io.ReadCloser, error) { return fsys.Open(file) })
	}
}

// extensions are the endings of the names of log files.
var extensions = []string{".json", ".json.gz", ".jsonl", ".jsonl.gz"}

// isLogFile reports whether a file in a folder is to be read. A trail's bucket has the digests of its
// log files beside them, in folders of their own.
func isLogFile(name string) bool {
	return !slices.Contains(strings.Split(filepath.ToSlash(name), "/"), "CloudTrail-Digest") &&
		slices.ContainsFunc(extensions, func(ext string) bool { return strings.HasSuffix(name, ext) })
}
