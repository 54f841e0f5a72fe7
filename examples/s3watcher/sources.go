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
	name string
	open func() (io.ReadCloser, error)
}

// sources returns the log files that the command line names: files, folders and "-" for stdin; those
// of the story if it names none. A name that leads to no log file gives an error in its place.
func sources(names []string, stdin io.Reader) iter.Seq2[source, error] {
	return func(yield func(source, error) bool) {
		if len(names) == 0 {
			walk(story, storyLogs, "", yield)
			return
		}
		for _, name := range names {
			if !named(name, stdin, yield) {
				return
			}
		}
	}
}

// named yields what one name on the command line stands for.
func named(name string, stdin io.Reader, yield func(source, error) bool) (goOn bool) {
	if name == "-" {
		return yield(source{"standard input", func() (io.ReadCloser, error) {
			return io.NopCloser(stdin), nil
		}}, nil)
	}
	info, err := os.Stat(name)
	switch {
	case err != nil:
		return yield(source{}, err)
	case info.IsDir():
		return walk(os.DirFS(name), ".", name, yield)
	}
	return yield(source{name, func() (io.ReadCloser, error) { return os.Open(name) }}, nil)
}

// errNoLogFiles is what is wrong with a folder that has none.
var errNoLogFiles = errors.New("no log files in this folder: expected files named " +
	strings.Join(extensions, ", ") + " in it or below")

// walk yields the log files below root, in the order of their names. Their names are those in fsys,
// below dir.
func walk(fsys fs.FS, root, dir string, yield func(source, error) bool) (goOn bool) {
	found := false
	goOn = true
	fs.WalkDir(fsys, root, func(file string, entry fs.DirEntry, err error) error {
		name := filepath.Join(dir, filepath.FromSlash(file))
		switch {
		case err != nil:
			found = true // something, and what is wrong with it
			goOn = yield(source{}, fmt.Errorf("%s: %w", name, err))
		case entry.IsDir() || !isLogFile(file):
			return nil
		default:
			found = true
			goOn = yield(source{name, func() (io.ReadCloser, error) { return fsys.Open(file) }}, nil)
		}
		if !goOn {
			return fs.SkipAll
		}
		return nil
	})
	if goOn && !found {
		goOn = yield(source{}, fmt.Errorf("%s: %w", cmp.Or(dir, root), errNoLogFiles))
	}
	return goOn
}

// extensions are the endings of the names of log files.
var extensions = []string{".json", ".json.gz", ".jsonl", ".jsonl.gz"}

// isLogFile reports whether a file in a folder is to be read. A trail's bucket has the digests of its
// log files beside them, in folders of their own.
func isLogFile(file string) bool {
	return !strings.Contains(file, "CloudTrail-Digest/") &&
		slices.ContainsFunc(extensions, func(ext string) bool { return strings.HasSuffix(file, ext) })
}
