package digest

import (
	"context"
	"errors"
	"fmt"
	"io/fs"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"
)

func TestUntouched(t *testing.T) {
	f := newFake()
	r := f.validate(t)
	if got := r.Verdict(); got != VerdictValid {
		t.Errorf("verdict %s, want valid:\n%s", got, r)
	}
	for range r.Problems() {
		t.Error("a valid report has problems")
	}
	if d, l := r.DigestCounts()[Valid], r.LogFileCounts()[Valid]; d != 8 || l != 12 {
		t.Errorf("%d digests and %d log files are valid, want 8 and 12", d, l)
	}
	for i, d := range r.Digests {
		if d.Signer != SignerSelf {
			t.Errorf("digest %d: signer %q, want self", i, d.Signer)
		}
	}
	if d := r.Digests[0]; !d.Starting || d.Listed != 2 || !d.Start.Equal(t0) || !d.End.Equal(at(1)) {
		t.Errorf("first digest is %+v", d)
	}
}

var f0 = newFake()

func TestTampering(t *testing.T) {
	for _, tt := range tamperings {
		t.Run(tt.name, func(t *testing.T) {
			f := newFake()
			tt.tamper(f)
			r := f.validate(t)
			got := f.describe(r)
			ok := len(got) == len(tt.want)
			for i := range tt.want {
				ok = ok && strings.HasPrefix(got[i], tt.want[i])
			}
			if !ok {
				t.Errorf("got\n\t%s\nwant\n\t%s", strings.Join(got, "\n\t"), strings.Join(tt.want, "\n\t"))
			}
			if r.Verdict() != tt.verdict {
				t.Errorf("verdict %s, want %s", r.Verdict(), tt.verdict)
			}
			n := 0
			for err := range r.Problems() {
				n++
				if e := (*Error)(nil); !errors.As(err, &e) && !errors.Is(err, ErrGap) {
					t.Errorf("a problem is %T", err)
				}
			}
			if n != len(got) {
				t.Errorf("%d problems, want %d", n, len(got))
			}
		})
	}
}

// A digest that is too large when it is unpacked is one of the tamperings, but takes its time.
func TestBomb(t *testing.T) {
	f := newFake()
	f.edit("d3", func([]byte) []byte { return pack(make([]byte, MaxDigest+1)) })
	got := f.describe(f.validate(t))
	want := []string{"d3 altered: limit exceeded", "l3.0 unproved", "l3.1 unproved", "gap 3 to 4: deleted"}
	if !slices.EqualFunc(got, want, strings.HasPrefix) {
		t.Errorf("got %q, want %q", got, want)
	}
}

// Every digest and every log file alone, deleted: nothing of that is missed, but for the newest
// digests, which nothing names.
func TestDeleted(t *testing.T) {
	for _, p := range f0.sorted() {
		f := newFake()
		name := f.names[p]
		delete(f.objects, p)
		r := f.validate(t)
		if r.Verdict() == VerdictValid {
			t.Errorf("%s deleted: valid", name)
		}
		missing := slices.ContainsFunc(f.describe(r), func(s string) bool { return strings.HasPrefix(s, name+" missing") })
		if newest := name == "d5" || name == "b3"; missing == newest {
			t.Errorf("%s deleted: reported as missing: %v", name, missing)
		}
	}
}

// Any run of digests deleted leaves a gap of just that time, and its newest one is named.
func TestDeletedInARow(t *testing.T) {
	for first := range 6 {
		for last := first; last < 5; last++ {
			f := newFake()
			for i := first; i <= last; i++ {
				f.delete(fmt.Sprintf("d%d", i))
			}
			lines := f.describe(f.validate(t))
			for _, want := range []string{
				fmt.Sprintf("d%d missing: does not exist", last),
				fmt.Sprintf("gap %d to %d: deleted", first, last+1),
			} {
				if !slices.Contains(lines, want) {
					t.Errorf("d%d to d%d deleted: got %q, want %q", first, last, lines, want)
				}
			}
		}
	}
}

func TestRestart(t *testing.T) {
	f := emptyFake()
	f.deliver(2)
	f.deliver(2)
	f.stop(2)
	f.deliver(2)
	f.deliver(2)
	r := f.validate(t)
	if got, want := f.describe(r), []string{"gap 2 to 4: started"}; !slices.Equal(got, want) {
		t.Errorf("got %q, want %q", got, want)
	}
	if r.Verdict() != VerdictIncomplete {
		t.Errorf("verdict %s, want incomplete", r.Verdict())
	}
	// A log file from while it was off.
	f.plant("x", f.logKey(at(3), "x"))
	got, want := f.describe(f.validate(t)), []string{"x unproved: listed by no valid digest", "gap 2 to 4: started"}
	if !slices.Equal(got, want) {
		t.Errorf("got %q, want %q", got, want)
	}
	f.q.IgnoreUnlisted = true
	if got, want := f.describe(f.validate(t)), []string{"gap 2 to 4: started"}; !slices.Equal(got, want) {
		t.Errorf("got %q, want %q", got, want)
	}
}

// The trail got another bucket and prefix after two hours. Its chain goes on.
func TestBucketChange(t *testing.T) {
	f := emptyFake()
	q := f.q
	f.q.Bucket, f.q.Prefix = "old", ""
	f.deliver(1)
	f.deliver(1)
	f.q = q
	for range 4 {
		f.deliver(1)
	}
	if r := f.validate(t); r.Verdict() != VerdictValid || len(r.Digests) != 6 || len(r.LogFiles) != 6 {
		t.Errorf("%s", r)
	}
	f.plant("x", f.logKey(at(1.5), "x"))
	f.delete("d0")
	got := f.describe(f.validate(t))
	want := []string{
		"d0 missing: does not exist", "l0.0 unproved: listed by no valid digest",
		"x unlisted: listed by no digest", "gap 0 to 1: deleted",
	}
	if !slices.Equal(got, want) {
		t.Errorf("got %q, want %q", got, want)
	}
}

// What is in one half of the range or the other is what is in all of it.
func TestHalves(t *testing.T) {
	for _, tt := range tamperings {
		f := newFake()
		tt.tamper(f)
		whole := f.validate(t)
		for _, cut := range []float64{0, 0.5, 1, 2, 2.999, 3, 3.5, 4, 5, 6} {
			first, second := f.clone(), f.clone()
			first.q.To, second.q.From = at(cut), at(cut)
			a, b := first.validate(t), second.validate(t)
			want, got := map[string]Status{}, map[string]Status{}
			for f := range whole.files() {
				want[f.Key] = f.Status
			}
			for _, r := range []*Report{a, b} {
				for f := range r.files() {
					if s, ok := got[f.Key]; ok && s != f.Status && s != Valid {
						continue // a problem in one half stays one
					}
					got[f.Key] = f.Status
				}
			}
			if cut != float64(int(cut)) { // log files near the cut are left to the other half
				for _, m := range []map[string]Status{want, got} {
					for k, s := range m {
						if s == Unlisted || s == Unproved {
							delete(m, k)
						}
					}
				}
			}
			if diff := cmp.Diff(want, got); diff != "" {
				t.Errorf("%s, cut at %v: whole and halves differ:\n%s", tt.name, cut, diff)
			}
			if d := uncovered(whole) - uncovered(a) - uncovered(b); d != 0 {
				t.Errorf("%s, cut at %v: the gaps differ by %v", tt.name, cut, d)
			}
		}
	}
}

func uncovered(r *Report) (sum time.Duration) {
	for _, g := range r.Gaps {
		sum += g.To.Sub(g.From)
	}
	return sum
}

// A digest in the middle of nowhere is proved by the one behind the range.
func TestBeyond(t *testing.T) {
	f := newFake()
	f.q.From, f.q.To = at(2.2), at(3.5)
	f.delete("d3")
	got := f.describe(f.validate(t))
	want := []string{"d3 missing: does not exist", "l3.0 unproved: listed by no valid digest", "gap 3 to 3.5: deleted"}
	if !slices.Equal(got, want) {
		t.Errorf("got %q, want %q", got, want)
	}
}

// In a copy without metadata, one signature behind the range proves all before it.
func TestSignerNext(t *testing.T) {
	f := newFake()
	f.q.From, f.q.To = at(2.2), at(3.5)
	for _, name := range []string{"d2", "d3", "d5"} {
		f.editMeta(name, "signature", "")
	}
	r := f.validate(t)
	if r.Verdict() != VerdictValid || r.Digests[0].Signer != SignerNext || r.Digests[1].Signer != SignerNext {
		t.Errorf("%+v", r)
	}
	f.editMeta("d4", "signature", "")
	if r := f.validate(t); r.DigestCounts()[Unsigned] != 2 {
		t.Errorf("without any signature:\n%s", r)
	}
}

func TestOrderOfList(t *testing.T) {
	for _, tt := range tamperings {
		f := newFake()
		tt.tamper(f)
		want := f.validate(t)
		f.shuffle = true
		got := f.validate(t)
		if a, b := want.String(), got.String(); a != b {
			t.Errorf("%s:\n%s\nin another order\n%s", tt.name, a, b)
		}
	}
}

// What CloudTrail itself might do, and signs. None of it was ever seen.
func TestSigned(t *testing.T) {
	for _, tt := range []struct {
		name    string
		edit    func(f *fake)
		want    []string
		verdict Verdict
	}{
		{"delivered again", func(f *fake) { f.resign("d3", func(d *Digest) { d.LogFiles = nil }) },
			[]string{"d3 altered: not what the next digest followed: other hash", "l3.0 unlisted", "l3.1 unlisted"}, VerdictInvalid},
		{"newest of another account", func(f *fake) { f.resign("d5", func(d *Digest) { d.Account = "999999999999" }) },
			[]string{"d5 altered: digest of another account: 999999999999", "l5.0 unproved", "l5.1 unproved", "gap 5 to 6: ended"}, VerdictInvalid},
		{"other signature algorithm", func(f *fake) { f.resign("b3", func(d *Digest) { d.SignatureAlgorithm = "SHA512withRSA" }) },
			[]string{"b3 altered: unknown algorithm: SHA512withRSA", "lb3.0 unproved"}, VerdictInvalid},
		{"other hash algorithm", func(f *fake) { f.resign("b3", func(d *Digest) { d.LogFiles[0].HashAlgorithm = "SHA-512" }) },
			[]string{"lb3.0 unproved: listed by no valid digest: unknown algorithm: SHA-512"}, VerdictIncomplete},
		{"hash of another kind", func(f *fake) { f.resign("b3", func(d *Digest) { d.LogFiles[0].Hash = "none" }) },
			[]string{"lb3.0 altered: hash differs: the digest has none"}, VerdictInvalid},
		{"hash in capitals", func(f *fake) {
			f.resign("b3", func(d *Digest) { d.LogFiles[0].Hash = strings.ToUpper(d.LogFiles[0].Hash) })
		}, nil, VerdictValid},
		{"log file listed twice", func(f *fake) {
			f.resign("b3", func(d *Digest) { d.LogFiles = append(d.LogFiles, d.LogFiles[0]) })
		}, nil, VerdictValid},
		{"log file listed with two hashes", func(f *fake) {
			f.resign("b3", func(d *Digest) {
				d.LogFiles = append(d.LogFiles, d.LogFiles[0])
				d.LogFiles[1].Hash = hexSum(nil)
			})
		}, []string{"lb3.0 altered: hash differs"}, VerdictInvalid},
		{"nothing asked for, and deleted", func(f *fake) { f.delete("d3"); f.q.From, f.q.To = at(3.5), at(3.5) },
			[]string{"d3 missing", "gap 3.5 to 3.5: deleted"}, VerdictInvalid},
		{"nothing asked for, and nothing there", func(f *fake) { f.q.From, f.q.To = at(20), at(20) },
			[]string{"gap 20 to 20: ended"}, VerdictIncomplete},
		{"hour left out", func(f *fake) { f.hour++; f.deliver(1); f.q.To = at(8) },
			[]string{"gap 6 to 7: skipped"}, VerdictIncomplete},
		{"hour left out, seen from behind", func(f *fake) { f.hour++; f.deliver(1); f.q.From, f.q.To = at(6.5), at(8) },
			[]string{"gap 6.5 to 7: skipped"}, VerdictIncomplete},
		{"other signature of the one before", func(f *fake) {
			f.resign("b3", func(d *Digest) { d.Previous.Signature = f.get("d1").meta["signature"] })
		}, []string{"b1 altered: not what the next digest followed: other signature"}, VerdictInvalid},
		{"other signature of the one before, which has none", func(f *fake) {
			f.resign("b3", func(d *Digest) { d.Previous.Signature = f.get("d1").meta["signature"] })
			f.editMeta("b1", "signature", "")
		}, []string{"b1 altered: signature does not verify"}, VerdictInvalid},
		{"digest that names itself", func(f *fake) {
			f.resign("b3", func(d *Digest) { d.Previous.Key = d.Key })
		}, []string{"b3 altered: not what the next digest followed"}, VerdictInvalid},
	} {
		f := newFake()
		tt.edit(f)
		r := f.validate(t)
		if got := f.describe(r); !slices.EqualFunc(got, tt.want, strings.HasPrefix) || r.Verdict() != tt.verdict {
			t.Errorf("%s: %s, %q, want %s, %q", tt.name, r.Verdict(), got, tt.verdict, tt.want)
		}
		if tt.name == "log file listed twice" && len(r.LogFiles) != 12 {
			t.Errorf("%d log files, want 12", len(r.LogFiles))
		}
	}
}

// What ended before the range may be gone, and is not read.
func TestExpired(t *testing.T) {
	f := newFake()
	for _, name := range []string{"d0", "l0.0", "l0.1", "d1", "l1.0", "l1.1"} {
		f.fail[f.place(name)] = errors.New("read all the same")
	}
	f.q.From = at(2.2)
	if r := f.validate(t); r.Verdict() != VerdictValid || len(f.opened) != 4+1+6+1 {
		t.Errorf("%d objects were read, want 12\n%s", len(f.opened), r)
	}
}

// keyTimes are keys that keep for which times they were asked.
type keyTimes struct {
	KeySet
	asked []time.Time
}

func (k *keyTimes) PublicKey(ctx context.Context, region, fingerprint string, at time.Time) ([]byte, error) {
	k.asked = append(k.asked, at)
	return k.KeySet.PublicKey(ctx, region, fingerprint, at)
}

// A key is asked for once, by the end of the digest or, for a backfill, by when it was made.
func TestKeyTime(t *testing.T) {
	f := emptyFake()
	f.backfill(1)
	keys := &keyTimes{KeySet: testKeys()}
	if _, err := Validate(t.Context(), f, keys, f.q); err != nil {
		t.Fatal(err)
	}
	f = newFake()
	f.delete("b1")
	f.delete("b3")
	if _, err := Validate(t.Context(), f, keys, f.q); err != nil {
		t.Fatal(err)
	}
	if want := []time.Time{at(31), at(1)}; !slices.EqualFunc(keys.asked, want, time.Time.Equal) {
		t.Errorf("asked for %v, want %v", keys.asked, want)
	}
}

func TestNoKey(t *testing.T) {
	f := newFake()
	r, err := Validate(t.Context(), f, KeySet{}, f.q)
	if err != nil {
		t.Fatal(err)
	}
	if r.Verdict() != VerdictIncomplete || r.DigestCounts()[Unproved] != 8 || r.LogFileCounts()[Unproved] != 12 {
		t.Errorf("%s", r)
	}
	r, err = Validate(t.Context(), f, KeySet{KeyID{"us-east-1", Fingerprint(publicDER())}: []byte("x")}, f.q)
	if err != nil {
		t.Fatal(err)
	}
	if !errors.Is(r.Digests[0].Err, ErrKey) {
		t.Errorf("%v, want ErrKey", r.Digests[0].Err)
	}
}

func TestErrors(t *testing.T) {
	f := newFake()
	cancelled, cancel := context.WithCancel(t.Context())
	cancel()
	change := func(c func(q *Query)) Query { q := f.q; c(&q); return q }
	for _, tt := range []struct {
		name string
		ctx  context.Context
		s    Store
		q    Query
		want error
	}{
		{"no account", t.Context(), f, change(func(q *Query) { q.Account = "" }), ErrQuery},
		{"no trail", t.Context(), f, change(func(q *Query) { q.Trail = "" }), ErrQuery},
		{"backwards", t.Context(), f, change(func(q *Query) { q.From = q.To.Add(1) }), ErrQuery},
		{"no From", t.Context(), f, change(func(q *Query) { q.From = time.Time{} }), ErrLimit},
		{"cancelled", cancelled, f, f.q, context.Canceled},
		{"no list", t.Context(), FS{testBucket: broken{}}, f.q, fs.ErrPermission},
	} {
		if r, err := Validate(tt.ctx, tt.s, testKeys(), tt.q); r != nil || !errors.Is(err, tt.want) {
			t.Errorf("%s: %v, want %v", tt.name, err, tt.want)
		}
	}
}

// broken is a file system in which nothing can be read.
type broken struct{}

func (broken) Open(name string) (fs.File, error) {
	return nil, &fs.PathError{Op: "open", Path: name, Err: fs.ErrPermission}
}
