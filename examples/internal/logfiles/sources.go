package logfiles

import (
	"cmp"
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

// A Source is a log file to read.
type Source struct {
	Name     string
	Open     func() (io.ReadCloser, error)
	IsStream bool // not a file, so that nothing at all may be what there is
}

// Sources returns the log files that a command line names: files, folders and "-" for stdin. Each file
// comes once, however often it is named. A name that leads to no log file gives an error in its place.
func Sources(names []string, stdin io.Reader) iter.Seq2[Source, error] {
	return func(yield func(Source, error) bool) {
		w := &walker{yield: yield, seen: make(map[string]bool)}
		for _, name := range names {
			if name == "-" {
				w.tell(Source{"standard input", func() (io.ReadCloser, error) { return io.NopCloser(stdin), nil }, true}, nil)
			} else {
				w.named(name)
			}
			if w.stopped {
				return
			}
		}
	}
}

// In returns the log files below root in fsys.
func In(fsys fs.FS, root string) iter.Seq2[Source, error] {
	return func(yield func(Source, error) bool) {
		w := &walker{yield: yield, seen: make(map[string]bool)}
		w.folder(fsys, root, "")
	}
}

// A walker finds log files, and yields each.
type walker struct {
	yield   func(Source, error) bool
	stopped bool            // nobody wants more
	found   bool            // something to tell of, in the folder at hand
	seen    map[string]bool // where the files lie that were yielded
}

func (w *walker) tell(src Source, err error) {
	w.found = true
	w.stopped = w.stopped || !w.yield(src, err)
}

// named tells of what a name on the command line stands for.
func (w *walker) named(name string) {
	info, err := os.Stat(name)
	switch {
	case err != nil:
		w.tell(Source{}, err)
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
		w.tell(Source{Name: name, Open: open}, nil)
	}
}

var (
	// errNoLogFiles is what is wrong with a folder that has none.
	errNoLogFiles = errors.New("no log files in this folder: expected files named " +
		strings.Join(Extensions, ", ") + " in it or below")
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
			w.tell(Source{}, fmt.Errorf("%s: %w", name, err))
		case !entry.IsDir() && isLogFile(name):
			w.entry(fsys, file, name)
		}
		if w.stopped {
			return fs.SkipAll
		}
		return nil
	})
	if !w.found {
		w.tell(Source{}, fmt.Errorf("%s: %w", cmp.Or(dir, root), errNoLogFiles))
	}
}

// entry tells of something in a folder that has the name of a log file.
func (w *walker) entry(fsys fs.FS, file, name string) {
	switch info, err := fs.Stat(fsys, file); {
	case err != nil:
		w.tell(Source{}, fmt.Errorf("%s: %w", name, err))
	case info.IsDir():
		w.tell(Source{}, fmt.Errorf("%s: %w", name, errFolderLink))
	case !info.Mode().IsRegular():
		w.tell(Source{}, fmt.Errorf("%s: %w", name, errNotRegular))
	default:
		w.file(name, func() (io.ReadCloser, error) { return fsys.Open(file) })
	}
}

// Extensions are the endings of the names of log files: those that are read in a folder.
var Extensions = []string{".json", ".json.gz", ".jsonl", ".jsonl.gz"}

// isLogFile reports whether a file in a folder is to be read. A trail's bucket has the digests of its
// log files beside them, in folders of their own.
func isLogFile(name string) bool {
	return !slices.Contains(strings.Split(filepath.ToSlash(name), "/"), "CloudTrail-Digest") &&
		slices.ContainsFunc(Extensions, func(ext string) bool { return strings.HasSuffix(name, ext) })
}
