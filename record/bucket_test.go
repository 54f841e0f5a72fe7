package record

import (
	"errors"
	"io"
	"io/fs"
	"math/rand/v2"
	"os"
	"path"
	"slices"
	"strings"
	"testing"
	"testing/fstest"
	"time"

	"github.com/trailsieve/trailsieve/internal/synth"
)

// keyOf returns the key of a log file in us-east-1, 2016-11-15, unless what says otherwise.
func keyOf(what Key) string {
	what.Kind = orElse(what.Kind, LogFile)
	what.Account = orElse(what.Account, "111122223333")
	what.Region = orElse(what.Region, "us-east-1")
	if what.Time.IsZero() {
		what.Time = utc(2016, 11, 15, 23, 5, 0)
	}
	if what.Kind == DigestFile {
		what.Trail, what.HomeRegion = "trail", "us-east-1"
	} else {
		what.Unique = orElse(what.Unique, "a")
	}
	return what.String()
}

func orElse[T ~string](s, other T) T {
	if s == "" {
		return other
	}
	return s
}

// tree makes files of the given names.
func tree(names ...string) fstest.MapFS {
	m := make(fstest.MapFS)
	for _, name := range names {
		m[name] = &fstest.MapFile{}
	}
	return m
}

// collect walks over a Bucket, and returns the keys as text and the errors as the paths that they name.
func collect(t testing.TB, b *Bucket) (keys, failed []string) {
	t.Helper()
	for key, err := range b.Keys() {
		var e *fs.PathError
		switch {
		case err == nil:
			keys = append(keys, key.String())
		case errors.As(err, &e) && key == Key{}:
			failed = append(failed, e.Path)
		default:
			t.Fatalf("%v, %v", key, err)
		}
	}
	return keys, failed
}

func TestBucket(t *testing.T) {
	var (
		plain      = keyOf(Key{})
		later      = keyOf(Key{Time: utc(2016, 11, 16, 0, 10, 0)})
		nextMonth  = keyOf(Key{Time: utc(2016, 12, 1, 0, 10, 0)})
		nextYear   = keyOf(Key{Time: utc(2017, 1, 1, 0, 10, 0)})
		europe     = keyOf(Key{Region: "eu-west-1"})
		other      = keyOf(Key{Account: "444455556666"})
		digest     = keyOf(Key{Kind: DigestFile})
		insight    = keyOf(Key{Kind: InsightFile})
		member     = keyOf(Key{Organization: "o-a"})
		otherOrg   = keyOf(Key{Organization: "o-b"})
		prefixed   = keyOf(Key{Prefix: "logs/deep"})
		tower      = keyOf(Key{Prefix: "o-a", Organization: "o-a"})
		copied     = keyOf(Key{Prefix: "AWSLogs"})
		early, day = utc(2016, 11, 15, 0, 0, 0), utc(2016, 11, 16, 0, 0, 0)
	)
	all := []string{plain, later, nextMonth, nextYear, europe, other, digest, insight, member, otherOrg, prefixed, tower, copied}
	none := []string(nil)
	for _, tt := range []struct {
		name   string
		files  []string
		bucket Bucket
		want   []string
		failed []string
	}{
		{"empty", nil, Bucket{}, none, none},
		{"all but digests", all, Bucket{}, []string{europe, plain, later, nextMonth, nextYear, insight, other, copied, member, otherOrg, prefixed, tower}, none},
		{"digests", all, Bucket{Kinds: []FileKind{DigestFile}}, []string{digest}, none},
		{"kinds", all, Bucket{Kinds: []FileKind{DigestFile, InsightFile}}, []string{digest, insight}, none},
		{"no kind", all, Bucket{Kinds: []FileKind{}}, none, none},
		{"account", all, Bucket{Accounts: []string{"444455556666"}}, []string{other}, none},
		{"Region", all, Bucket{Regions: []string{"eu-west-1"}}, []string{europe}, none},
		{"organization", all, Bucket{Organizations: []string{"o-a"}}, []string{member, tower}, none},
		{"no organization", all, Bucket{Organizations: []string{""}, Regions: []string{"eu-west-1"}}, []string{europe}, none},
		{"prefix", all, Bucket{Prefixes: []string{"logs/deep"}}, []string{prefixed}, none},
		{"prefix with a slash", all, Bucket{Prefixes: []string{"/logs/deep/"}}, []string{prefixed}, none},
		{"part of a prefix", all, Bucket{Prefixes: []string{"logs", "log", "logs/deep/er"}}, none, none},
		{"prefix AWSLogs", all, Bucket{Prefixes: []string{"AWSLogs"}}, []string{copied}, none},
		{"no prefix", all, Bucket{Prefixes: []string{""}, Organizations: []string{"o-a", "o-b"}}, []string{member, otherOrg}, none},
		{"from", []string{plain, later, nextMonth, nextYear}, Bucket{From: day.Add(23 * time.Hour)}, []string{later, nextMonth, nextYear}, none},
		{"to", []string{plain, later, nextMonth, nextYear}, Bucket{To: day}, []string{plain, later}, none},
		{"one day", []string{plain, later, nextMonth, nextYear}, Bucket{From: early, To: early}, []string{plain}, none},
		{"over the year", []string{plain, later, nextMonth, nextYear}, Bucket{From: day, To: utc(2017, 1, 1, 0, 0, 0)}, []string{later, nextMonth, nextYear}, none},
		{"days of UTC", []string{plain, later}, Bucket{To: time.Date(2016, 11, 15, 20, 0, 0, 0, time.FixedZone("", -5*60*60))}, []string{plain, later}, none},
		{"from behind to", []string{plain, later}, Bucket{From: day, To: early}, none, none},
		{"other files", []string{"readme.txt", "AWSLogs/x", "AWSLogs/111122223333/x", "AWSLogs/111122223333/elasticloadbalancing/us-east-1/x",
			"AWSLogs/111122223333/CloudTrail-Lake/x", "AWSLogs/111122223333/CloudTrail/US/x", "AWSLogs/o-a/b/x", "AWSLogs/b/x",
			"AWSLogs/111122223333/CloudTrail/us-east-1/16/x", "AWSLogs/111122223333/CloudTrail/us-east-1/2016/1/x",
			path.Dir(plain) + "/x", path.Dir(plain) + "/y/z", plain},
			Bucket{}, []string{plain}, []string{"AWSLogs/111122223333/CloudTrail/US", "AWSLogs/111122223333/CloudTrail/us-east-1/16",
				"AWSLogs/111122223333/CloudTrail/us-east-1/2016/1", path.Dir(plain) + "/x", path.Dir(plain) + "/y",
				"AWSLogs/111122223333/CloudTrail-Lake", "AWSLogs/111122223333/x", "AWSLogs/b/x", "AWSLogs/o-a/b", "AWSLogs/x", "readme.txt"}},
		{"other files and a prefix", []string{"readme.txt", "AWSLogs/x", "logs/x", "logs/deep/x", "logs/deep/AWSLogs/x", prefixed},
			Bucket{Prefixes: []string{"logs/deep"}}, []string{prefixed}, []string{"logs/deep/AWSLogs/x"}},
	} {
		b := tt.bucket
		b.FS = tree(tt.files...)
		keys, failed := collect(t, &b)
		if !slices.Equal(keys, tt.want) {
			t.Errorf("%s: keys\n%s\nwant\n%s", tt.name, strings.Join(keys, "\n"), strings.Join(tt.want, "\n"))
		}
		if !slices.Equal(failed, tt.failed) {
			t.Errorf("%s: errors for\n%s\nwant\n%s", tt.name, strings.Join(failed, "\n"), strings.Join(tt.failed, "\n"))
		}
	}
}

// A spy is a file tree that tells which folders were listed. Those whose names have what in them cannot
// be.
type spy struct {
	fs.FS
	listed []string
	broken string
}

var errBroken = errors.New("access denied")

func (s *spy) ReadDir(name string) ([]fs.DirEntry, error) {
	s.listed = append(s.listed, name)
	if s.broken != "" && strings.HasSuffix(name, s.broken) {
		return nil, &fs.PathError{Op: "readdir", Path: name, Err: errBroken}
	}
	return fs.ReadDir(s.FS, name)
}

func TestBucketPrunes(t *testing.T) {
	var names []string
	for month := time.Month(1); month <= 12; month++ {
		for day := 1; day <= 28; day++ {
			for _, region := range []string{"us-east-1", "eu-west-1"} {
				names = append(names, keyOf(Key{Region: region, Time: utc(2016, month, day, 1, 0, 0)}))
			}
		}
	}
	names = append(names, "AWSLogs/111122223333/elasticloadbalancing/us-east-1/x", "attic/deep/x", keyOf(Key{Account: "444455556666"}))
	s := &spy{FS: tree(names...)}
	b := &Bucket{FS: s, Prefixes: []string{""}, Accounts: []string{"111122223333"}, Regions: []string{"us-east-1"},
		From: utc(2016, 2, 28, 0, 0, 0), To: utc(2016, 3, 1, 0, 0, 0)}
	if keys, failed := collect(t, b); len(keys) != 2 || len(failed) != 0 {
		t.Errorf("keys %q, errors %q", keys, failed)
	}
	const root = "AWSLogs/111122223333/CloudTrail/us-east-1/2016"
	want := []string{".", "AWSLogs", "AWSLogs/111122223333", "AWSLogs/111122223333/CloudTrail", path.Dir(root), root,
		root + "/02", root + "/02/28", root + "/03", root + "/03/01"}
	if !slices.Equal(s.listed, want) {
		t.Errorf("listed %q, want %q", s.listed, want)
	}
}

func TestBucketErrorsGoOn(t *testing.T) {
	first, second := keyOf(Key{}), keyOf(Key{Time: utc(2016, 11, 16, 0, 0, 0)})
	b := &Bucket{FS: &spy{FS: tree(first, second), broken: "/15"}}
	keys, failed := collect(t, b)
	if !slices.Equal(keys, []string{second}) || !slices.Equal(failed, []string{path.Dir(first)}) {
		t.Errorf("keys %q, errors for %q", keys, failed)
	}
	for _, err := range b.Keys() {
		if !errors.Is(err, errBroken) {
			t.Errorf("%v, want %v", err, errBroken)
		}
		break // which ends the walk
	}
	b.FS = os.DirFS(t.TempDir() + "/none")
	for _, err := range b.Keys() {
		if !errors.Is(err, fs.ErrNotExist) {
			t.Errorf("%v, want %v", err, fs.ErrNotExist)
		}
	}
}

func TestBucketOpen(t *testing.T) {
	g := synth.New(synth.Config{})
	text := g.AppendLogFile(nil, 5)
	key := g.LogFileKey()
	b := &Bucket{FS: fstest.MapFS{key: {Data: gzipped(t, string(text))}}}
	n := 0
	for key, err := range b.Keys() {
		if err != nil {
			t.Fatal(err)
		}
		r, err := b.Open(key)
		if err != nil {
			t.Fatal(err)
		}
		for _, err := range r.Records() {
			if err != nil {
				t.Error(err)
			}
			n++
		}
		if err := r.Close(); err != nil {
			t.Error(err)
		}
	}
	if n != 5 {
		t.Errorf("%d records, want 5", n)
	}
	if r, err := b.Open(Key{}); r != nil || !errors.Is(err, fs.ErrNotExist) {
		t.Errorf("Open of no file: %v, %v", r, err)
	}
}

// TestBucketShared reads all the log files beside the checkout.
func TestBucketShared(t *testing.T) {
	b := &Bucket{FS: os.DirFS(shared(t, "data/cloudtrail")), Prefixes: []string{""}}
	files, records := 0, 0
	for key, err := range b.Keys() {
		if err != nil {
			t.Fatal(err)
		}
		files++
		r, err := b.Open(key)
		if err != nil {
			t.Fatal(err)
		}
		for {
			rec, err := r.Read()
			if err == io.EOF {
				break
			}
			if err != nil {
				t.Fatal(err)
			}
			if rec.EventTime.After(key.Time.Add(time.Minute)) {
				t.Errorf("%s: %s is of %v", key, rec.EventID, rec.EventTime)
			}
			records++
		}
		r.Close()
	}
	if records != 2900 {
		t.Errorf("%d records in %d files, want 2900", records, files)
	}
}

// keysSlow walks over everything, and then chooses.
func keysSlow(t testing.TB, b *Bucket) (keys []string) {
	all := func(list []string, name string) bool { return list == nil || slices.Contains(list, name) }
	err := fs.WalkDir(b.FS, ".", func(name string, d fs.DirEntry, err error) error {
		if err != nil || d.IsDir() {
			return err
		}
		k, ok := parseKeySlow(name)
		day := k.Day()
		if ok && all(b.Prefixes, k.Prefix) && all(b.Organizations, k.Organization) && all(b.Accounts, k.Account) &&
			all(b.Regions, k.Region) && (b.Kinds == nil && k.Kind != DigestFile || slices.Contains(b.Kinds, k.Kind)) &&
			(b.From.IsZero() || !day.Before(b.From)) && (b.To.IsZero() || !day.After(b.To)) {
			keys = append(keys, name)
		}
		return nil
	})
	if err != nil {
		t.Fatal(err)
	}
	return keys
}

// FuzzBucket makes trees and choices out of a number, and compares the walk with one that goes
// everywhere. Where nothing but CloudTrail's files is chosen, no file is left out without an error.
func FuzzBucket(f *testing.F) {
	for seed := range uint64(20) {
		f.Add(seed)
	}
	f.Fuzz(func(t *testing.T, seed uint64) {
		rng := rand.New(rand.NewPCG(seed, 0))
		one := func(list ...string) string { return list[rng.IntN(len(list))] }
		some := func(list ...string) []string {
			if rng.IntN(3) == 0 {
				return nil
			}
			rng.Shuffle(len(list), func(i, j int) { list[i], list[j] = list[j], list[i] })
			return list[:rng.IntN(len(list)+1)]
		}
		day := func() time.Time { return utc(2016, 12, 29+rng.IntN(6), 0, 0, 0) }
		var names, junk []string
		for range rng.IntN(40) {
			k := Key{
				Prefix:       one("", "", "logs", "logs/deep", "log", "o-a", "AWSLogs"),
				Organization: one("", "", "o-a", "o-b"),
				Account:      one("111122223333", "444455556666"),
				Kind:         FileKind(one("CloudTrail", "CloudTrail", "CloudTrail-Digest", "CloudTrail-Insight")),
				Region:       one("us-east-1", "eu-west-1"),
				Time:         day().Add(time.Duration(rng.IntN(24*60)) * time.Minute),
				Unique:       one("a", "b"),
			}
			if rng.IntN(10) == 0 {
				k.Folder = day()
			}
			name := keyOf(k)
			if rng.IntN(10) == 0 {
				name = path.Join(path.Dir(name), one("x", ".DS_Store", "AWSLogs.json.gz"))
				junk = append(junk, name)
			}
			names = append(names, name)
		}
		b := &Bucket{
			FS:            tree(names...),
			Prefixes:      some("", "logs", "logs/deep", "o-a", "AWSLogs"),
			Organizations: some("", "o-a", "o-b"),
			Accounts:      some("111122223333", "444455556666"),
			Regions:       some("us-east-1", "eu-west-1"),
		}
		if rng.IntN(2) == 0 {
			b.Kinds = []FileKind{DigestFile, LogFile}
		}
		if rng.IntN(2) == 0 {
			b.From = day()
		}
		if rng.IntN(2) == 0 {
			b.To = day()
		}
		keys, failed := collect(t, b)
		if want := keysSlow(t, b); !slices.Equal(keys, want) {
			t.Errorf("%+v\nhas      %q\nwant     %q\nof files %q", b, keys, want, names)
		}
		for _, name := range failed {
			if !slices.Contains(junk, name) {
				t.Errorf("an error for %q", name)
			}
		}
		whole := &Bucket{FS: b.FS, Kinds: []FileKind{DigestFile, LogFile, InsightFile}}
		keys, failed = collect(t, whole)
		seen := append(keys, failed...)
		slices.Sort(seen)
		slices.Sort(names)
		if want := slices.Compact(names); !slices.Equal(seen, want) {
			t.Errorf("the whole tree gives %q, want %q", seen, want)
		}
	})
}
