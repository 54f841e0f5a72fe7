package digest

import (
	"encoding/json"
	"errors"
	"io/fs"
	"slices"
	"strings"
	"testing"
	"testing/fstest"
)

// synced returns the bucket as files, with a sidecar for each digest that is named.
func (f *fake) synced(t *testing.T, sidecars ...string) FS {
	t.Helper()
	files := make(fstest.MapFS)
	for p, o := range f.objects {
		files[p.key] = &fstest.MapFile{Data: o.data}
	}
	for _, name := range sidecars {
		text, err := json.Marshal(map[string]any{"ContentLength": 1, "Metadata": f.get(name).meta})
		if err != nil {
			t.Fatal(err)
		}
		files[f.place(name).key+Sidecar] = &fstest.MapFile{Data: text}
	}
	return FS{testBucket: files}
}

func TestFS(t *testing.T) {
	f := newFake()
	for _, tt := range []struct {
		name    string
		store   FS
		want    []string
		verdict Verdict
	}{
		{"all sidecars", f.synced(t, "d0", "d1", "d2", "d3", "d4", "d5", "b1", "b3"), nil, VerdictValid},
		{"newest sidecars", f.synced(t, "d5", "b3"), nil, VerdictValid},
		{"no sidecar for the backfill digests", f.synced(t, "d5"),
			[]string{"b1 unsigned", "b3 unsigned", "lb1.0 unproved", "lb3.0 unproved"}, VerdictInvalid},
		{"old sidecar", f.synced(t, "d4", "b3"),
			[]string{"d5 unsigned", "l5.0 unproved", "l5.1 unproved", "gap 5 to 6: ended"}, VerdictInvalid},
		{"nothing", FS{}, []string{"gap 0 to 6: ended"}, VerdictIncomplete},
		{"empty bucket", FS{testBucket: fstest.MapFS{}}, []string{"gap 0 to 6: ended"}, VerdictIncomplete},
	} {
		r, err := Validate(t.Context(), tt.store, testKeys(), f.q)
		if err != nil {
			t.Errorf("%s: %v", tt.name, err)
			continue
		}
		got := f.describe(r)
		if !slices.EqualFunc(got, tt.want, strings.HasPrefix) || r.Verdict() != tt.verdict {
			t.Errorf("%s: %s, %q, want %s, %q", tt.name, r.Verdict(), got, tt.verdict, tt.want)
		}
	}
}

func TestFSErrors(t *testing.T) {
	store := FS{testBucket: fstest.MapFS{
		"a":           {Data: []byte("1")},
		"a.head.json": {Data: []byte("no JSON")},
		"b":           {Data: []byte("2")},
		"b.head.json": {Data: make([]byte, MaxSidecar+1)},
		"c":           {Data: []byte("3")},
		"c.head.json": {Data: []byte(`{"Metadata":{"signature":"00"}}`)},
	}}
	for _, tt := range []struct {
		bucket, key string
		want        error // nil for any
	}{
		{testBucket, "none", fs.ErrNotExist},
		{testBucket, "../a", fs.ErrNotExist},
		{testBucket, "/a", fs.ErrNotExist},
		{testBucket, "", fs.ErrNotExist},
		{"other", "a", fs.ErrNotExist},
		{testBucket, "a", nil},
		{testBucket, "b", ErrLimit},
	} {
		o, err := store.Open(t.Context(), tt.bucket, tt.key)
		if o != nil || err == nil || tt.want != nil && !errors.Is(err, tt.want) {
			t.Errorf("Open(%q, %q) = %v, want %v", tt.bucket, tt.key, err, tt.want)
		}
	}
	o, err := store.Open(t.Context(), testBucket, "c")
	if err != nil || o.meta("signature") != "00" {
		t.Errorf("Open(c) = %v, %v", o, err)
	}
	var keys []string
	for key, err := range store.List(t.Context(), testBucket, "") {
		if err != nil {
			t.Fatal(err)
		}
		keys = append(keys, key)
	}
	if want := []string{"a", "b", "c"}; !slices.Equal(keys, want) {
		t.Errorf("List = %q, want %q", keys, want)
	}
	for key := range store.List(t.Context(), testBucket, "b") {
		if key != "b" {
			t.Errorf("List(b) has %q", key)
		}
	}
}
