package digest

import (
	"bytes"
	"compress/gzip"
	"context"
	"crypto"
	"crypto/rand"
	"crypto/rsa"
	"crypto/sha256"
	"crypto/x509"
	"encoding/hex"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"io/fs"
	"iter"
	"maps"
	"slices"
	"strings"
	"sync"
	"testing"
	"testing/iotest"
	"time"
)

// A fake plays CloudTrail and S3: it delivers log files and digests, signed and chained, into a
// bucket in memory. Objects have short names in tests: d3 is the digest of the fourth hour, l3.0 its
// first log file, b0 a backfill digest and lb0.0 its log file.
type fake struct {
	q       Query
	objects map[place]object
	names   map[place]string
	last    map[bool]*Previous // by whether it is a backfill
	hour    int                // the next
	fail    map[place]error    // what reading an object says
	opened  []place            // what was read
	shuffle bool               // list keys in another order
}

// errCut is the error of an object that can be opened, and read as far as its middle.
var errCut = errors.New("connection reset")

type object struct {
	data []byte
	meta map[string]string
}

const testBucket = "amzn-s3-demo-bucket"

var (
	t0 = time.Date(2026, 3, 1, 20, 1, 31, 0, time.UTC) // so that a day ends in between

	signKey  = sync.OnceValue(newKey)
	otherKey = sync.OnceValue(newKey)
)

func newKey() *rsa.PrivateKey {
	key, err := rsa.GenerateKey(rand.Reader, 2048)
	if err != nil {
		panic(err)
	}
	return key
}

func publicDER() []byte { return x509.MarshalPKCS1PublicKey(&signKey().PublicKey) }

func testKeys() KeySet {
	return KeySet{KeyID{"us-east-1", Fingerprint(publicDER())}: publicDER()}
}

func at(hour float64) time.Time { return t0.Add(time.Duration(hour * float64(time.Hour))) }

// newFake returns a bucket with six hours of deliveries: two log files in each but the third, which
// is empty, and two backfill digests with a log file each, of the second and fourth hour.
func newFake() *fake {
	f := emptyFake()
	for _, n := range []int{2, 2, 0, 2, 2, 2} {
		f.deliver(n)
	}
	f.backfill(1)
	f.backfill(3)
	return f
}

func emptyFake() *fake {
	return &fake{
		q: Query{
			Bucket: testBucket, Prefix: "logs", Account: "111122223333", Region: "us-east-1",
			Trail: "audit", HomeRegion: "us-west-2", From: t0, To: at(6),
		},
		objects: make(map[place]object),
		names:   make(map[place]string),
		last:    make(map[bool]*Previous),
		fail:    make(map[place]error),
	}
}

// deliver adds a digest for the next hour with n log files.
func (f *fake) deliver(n int) {
	var entries []Entry
	for i := range n {
		minute := at(float64(f.hour) + float64(i+1)/float64(n+1))
		entries = append(entries, f.logFile(fmt.Sprintf("l%d.%d", f.hour, i), minute))
	}
	f.digest(fmt.Sprintf("d%d", f.hour), f.hour, false, entries)
	f.hour++
}

// stop switches logging off for some hours.
func (f *fake) stop(hours int) {
	f.hour += hours
	f.last[false] = nil
}

// backfill adds a backfill digest for an hour with one log file.
func (f *fake) backfill(hour int) {
	name := fmt.Sprintf("b%d", hour)
	e := f.logFile("l"+name+".0", at(float64(hour)+0.45))
	f.digest(name, hour, true, []Entry{e})
}

func (f *fake) logFile(name string, t time.Time) Entry {
	key := f.logKey(t, "Unique"+strings.ReplaceAll(name, ".", "x"))
	text := fmt.Appendf(nil, `{"Records":[{"eventVersion":"1.11","eventID":%q}]}`, name)
	p := place{f.q.Bucket, key}
	f.put(name, p, object{data: pack(text)})
	return Entry{
		Bucket: p.bucket, Key: p.key, Hash: hexSum(text), HashAlgorithm: HashAlgorithm,
		Oldest: t.Add(-8 * time.Minute), Newest: t.Add(-3 * time.Minute),
	}
}

func (f *fake) logKey(t time.Time, unique string) string {
	return fmt.Sprintf("%s/CloudTrail/us-east-1/%s/111122223333_CloudTrail_us-east-1_%s_%s.json.gz",
		f.q.root().path, t.Format("2006/01/02"), t.Format("20060102T1504Z"), unique)
}

func (f *fake) digestKey(hour int, end string) string {
	t := at(float64(hour + 1))
	return fmt.Sprintf("%s/CloudTrail-Digest/us-east-1/%s/111122223333_CloudTrail-Digest_us-east-1_audit_us-west-2_%s%s.json.gz",
		f.q.root().path, t.Format("2006/01/02"), t.Format("20060102T150405Z"), end)
}

func (f *fake) digest(name string, hour int, backfill bool, entries []Entry) {
	end, meta := "", make(map[string]string)
	if backfill {
		end = "_backfill"
		meta["backfill-generation-timestamp"] = at(float64(hour) + 30).Format(time.RFC3339)
	}
	p := place{f.q.Bucket, f.digestKey(hour, end)}
	d := Digest{
		Account: f.q.Account, Start: at(float64(hour)), End: at(float64(hour + 1)),
		Bucket: p.bucket, Key: p.key, Fingerprint: Fingerprint(publicDER()),
		SignatureAlgorithm: SignatureAlgorithm, Previous: f.last[backfill], LogFiles: entries,
	}
	text := digestJSON(&d)
	meta["signature"] = sign(signKey(), &d, text)
	meta["signature-algorithm"] = SignatureAlgorithm
	f.put(name, p, object{pack(text), meta})
	f.last[backfill] = &Previous{
		Bucket: p.bucket, Key: p.key, Hash: hexSum(text), HashAlgorithm: HashAlgorithm,
		Signature: meta["signature"],
	}
}

// digestJSON writes a digest as CloudTrail does.
func digestJSON(d *Digest) []byte {
	stamp := func(t time.Time) any {
		if t.IsZero() {
			return nil
		}
		return t.Format(time.RFC3339)
	}
	m := map[string]any{
		"awsAccountId": d.Account, "digestStartTime": stamp(d.Start), "digestEndTime": stamp(d.End),
		"digestS3Bucket": d.Bucket, "digestS3Object": d.Key,
		"digestPublicKeyFingerprint": d.Fingerprint, "digestSignatureAlgorithm": d.SignatureAlgorithm,
		"newestEventTime": nil, "oldestEventTime": nil,
		"previousDigestS3Bucket": nil, "previousDigestS3Object": nil, "previousDigestHashValue": nil,
		"previousDigestHashAlgorithm": nil, "previousDigestSignature": nil,
	}
	if p := d.Previous; p != nil {
		m["previousDigestS3Bucket"], m["previousDigestS3Object"] = p.Bucket, p.Key
		m["previousDigestHashValue"], m["previousDigestHashAlgorithm"] = p.Hash, p.HashAlgorithm
		m["previousDigestSignature"] = p.Signature
	}
	files := []any{}
	for _, e := range d.LogFiles {
		m["newestEventTime"], m["oldestEventTime"] = stamp(e.Newest), stamp(d.LogFiles[0].Oldest)
		files = append(files, map[string]any{
			"s3Bucket": e.Bucket, "s3Object": e.Key, "hashValue": e.Hash, "hashAlgorithm": e.HashAlgorithm,
			"newestEventTime": stamp(e.Newest), "oldestEventTime": stamp(e.Oldest),
		})
	}
	m["logFiles"] = files
	text, err := json.Marshal(m)
	if err != nil {
		panic(err)
	}
	return text
}

// sign does what the user guide says, without the code under test.
func sign(key *rsa.PrivateKey, d *Digest, text []byte) string {
	previous := "null"
	if d.Previous != nil {
		previous = d.Previous.Signature
	}
	lines := []string{d.End.Format(time.RFC3339), d.Bucket + "/" + d.Key, hexSum(text), previous}
	sum := sha256.Sum256([]byte(strings.Join(lines, "\n")))
	sig, err := rsa.SignPKCS1v15(nil, key, crypto.SHA256, sum[:])
	if err != nil {
		panic(err)
	}
	return hex.EncodeToString(sig)
}

func hexSum(text []byte) string {
	sum := sha256.Sum256(text)
	return hex.EncodeToString(sum[:])
}

func pack(text []byte) []byte {
	var b bytes.Buffer
	w := gzip.NewWriter(&b)
	w.Write(text)
	w.Close()
	return b.Bytes()
}

func (f *fake) put(name string, p place, o object) {
	f.names[p] = name
	f.objects[p] = o
}

// place returns where the object with the short name is.
func (f *fake) place(name string) place {
	for p, n := range f.names {
		if n == name {
			return p
		}
	}
	panic("no object " + name)
}

func (f *fake) get(name string) object { return f.objects[f.place(name)] }

func (f *fake) delete(name string) { delete(f.objects, f.place(name)) }

// edit replaces the data of an object.
func (f *fake) edit(name string, edit func(data []byte) []byte) {
	p := f.place(name)
	o := f.objects[p]
	o.data = edit(bytes.Clone(o.data))
	f.objects[p] = o
}

// editMeta replaces an entry of the metadata of an object; "" removes it.
func (f *fake) editMeta(name, key, value string) {
	p := f.place(name)
	o := f.objects[p]
	if o.meta = maps.Clone(o.meta); o.meta == nil {
		o.meta = make(map[string]string)
	}
	if o.meta[key] = value; value == "" {
		delete(o.meta, key)
	}
	f.objects[p] = o
}

func (f *fake) clone() *fake {
	g := *f
	g.objects, g.names = maps.Clone(f.objects), maps.Clone(f.names)
	g.fail = maps.Clone(f.fail)
	return &g
}

// sorted returns all places, in order.
func (f *fake) sorted() []place {
	return slices.SortedFunc(maps.Keys(f.objects), func(a, b place) int {
		return strings.Compare(a.bucket+"/"+a.key, b.bucket+"/"+b.key)
	})
}

func (f *fake) Open(_ context.Context, bucket, key string) (*Object, error) {
	p := place{bucket, key}
	f.opened = append(f.opened, p)
	o, ok := f.objects[p]
	switch err := f.fail[p]; {
	case err == errCut:
		half := bytes.NewReader(o.data[:len(o.data)/2])
		return &Object{io.NopCloser(io.MultiReader(half, iotest.ErrReader(err))), o.meta}, nil
	case err != nil:
		return nil, err
	}
	if !ok {
		return nil, fmt.Errorf("NoSuchKey: %w", fs.ErrNotExist)
	}
	return &Object{io.NopCloser(bytes.NewReader(o.data)), o.meta}, nil
}

func (f *fake) List(_ context.Context, bucket, prefix string) iter.Seq2[string, error] {
	return func(yield func(string, error) bool) {
		places := f.sorted()
		if f.shuffle {
			slices.Reverse(places)
		}
		for _, p := range places {
			if p.bucket == bucket && strings.HasPrefix(p.key, prefix) && !yield(p.key, nil) {
				return
			}
		}
	}
}

// validate runs Validate, which must not fail.
func (f *fake) validate(t testing.TB) *Report {
	t.Helper()
	report, err := Validate(t.Context(), f, testKeys(), f.q)
	if err != nil {
		t.Fatal(err)
	}
	return report
}

// describe returns a line for each problem of a report, with short names and with times in hours.
func (f *fake) describe(r *Report) []string {
	var lines []string
	for file := range r.files() {
		if file.Status != Valid {
			name, ok := f.names[place{file.Bucket, file.Key}]
			if !ok {
				name = file.Key
			}
			lines = append(lines, fmt.Sprintf("%s %s: %s", name, file.Status, file.reason()))
		}
	}
	slices.Sort(lines)
	for _, g := range r.Gaps {
		lines = append(lines, fmt.Sprintf("gap %v to %v: %s", g.From.Sub(t0).Hours(), g.To.Sub(t0).Hours(), g.Reason))
	}
	return lines
}
