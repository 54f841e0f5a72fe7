package digest

import (
	"bytes"
	"encoding/json"
	"errors"
	"slices"
	"testing"
	"time"
	"unicode/utf8"
)

// compare checks a report of a bucket against the slow twin.
func compare(t *testing.T, delivered, now *fake) {
	t.Helper()
	r := now.validate(t)
	want, hours := twin(delivered, now)
	got := make(map[string]Status)
	for f := range r.files() {
		if name, ok := delivered.names[place{f.Bucket, f.Key}]; ok {
			got[name] = f.Status
		}
	}
	valid := len(hours) == 0
	for name, statuses := range want {
		s, reported := got[name]
		_, exists := now.objects[delivered.place(name)]
		switch {
		case reported && !slices.Contains(statuses, s):
			t.Errorf("%s is %s, want %s\n%s", name, s, statuses, r)
		case !reported && len(statuses) > 0 && !(slices.Contains(statuses, Unproved) && (!exists || name[0] == 'l')):
			t.Errorf("%s is not reported, want %s\n%s", name, statuses, r)
		}
		valid = valid && (!reported || s == Valid)
	}
	var gaps []int
	for _, g := range r.Gaps {
		for t := g.From; t.Before(g.To); t = t.Add(time.Hour) {
			gaps = append(gaps, int(t.Sub(t0).Hours()))
		}
	}
	if !slices.Equal(gaps, hours) {
		t.Errorf("gaps in hours %v, want %v\n%s", gaps, hours, r)
	}
	if !valid && r.Verdict() == VerdictValid {
		t.Errorf("the verdict is valid\n%s", r)
	}
}

// A flip of any bit in any object is found, unless the text is the same all the same: a gzip file
// has bits that nobody reads.
func TestEveryBit(t *testing.T) {
	step := 29
	if testing.Short() {
		step = 131
	}
	delivered := newFake()
	for _, name := range []string{"l1.0", "lb1.0", "d0", "d3", "d5", "b1"} {
		for bit := 0; bit < 8*len(delivered.get(name).data); bit += step {
			f := delivered.clone()
			f.edit(name, func(data []byte) []byte {
				data[bit/8] ^= 1 << (bit % 8)
				return data
			})
			compare(t, delivered, f)
			if t.Failed() {
				t.Fatalf("bit %d of %s", bit, name)
			}
		}
	}
	for _, name := range []string{"d0", "d3", "d5", "b1"} {
		for _, key := range []string{"signature", "signature-algorithm"} {
			value := []byte(delivered.get(name).meta[key])
			for bit := 0; bit < 8*len(value); bit += step {
				f, flipped := delivered.clone(), bytes.Clone(value)
				flipped[bit/8] ^= 1 << (bit % 8)
				f.editMeta(name, key, string(flipped))
				compare(t, delivered, f)
				if t.Failed() {
					t.Fatalf("bit %d of %s of %s", bit, key, name)
				}
			}
		}
	}
}

// FuzzTamper does several things to a bucket, and compares what Validate says with the slow twin.
// Each takes four bytes: what, to which object, and where or from which other one.
func FuzzTamper(f *testing.F) {
	f.Add([]byte{0, 3, 0, 0})
	f.Add([]byte{1, 10, 0, 77, 4, 2, 0, 3})
	f.Add([]byte{5, 2, 0, 9, 6, 3, 0, 0, 0, 4, 0, 0})
	f.Add([]byte{7, 1, 0, 0, 2, 5, 0, 40, 3, 6, 0, 0})
	f.Add([]byte{8, 4, 0, 5, 6, 5, 0, 0})
	f.Add([]byte{6, 2, 0, 0, 3, 2, 1, 0}) // an unsigned digest with a byte behind it
	delivered := newFake()
	places := delivered.sorted()
	f.Fuzz(func(t *testing.T, ops []byte) {
		now := delivered.clone()
		for ; len(ops) >= 4; ops = ops[4:] {
			p := places[int(ops[1])%len(places)]
			o, ok := now.objects[p]
			if !ok {
				continue
			}
			name, arg := now.names[p], int(ops[2])<<8|int(ops[3])
			other, exists := now.objects[places[arg%len(places)]]
			switch ops[0] % 9 {
			case 0:
				now.delete(name)
			case 1:
				if len(o.data) > 0 {
					now.edit(name, func(data []byte) []byte {
						data[arg/8%len(data)] ^= 1 << (arg % 8)
						return data
					})
				}
			case 2:
				now.edit(name, func(data []byte) []byte { return data[:arg%(len(data)+1)] })
			case 3:
				now.append(name, []byte{ops[2]})
			case 4:
				if exists {
					now.objects[p] = other
				}
			case 5:
				if sig := []byte(o.meta["signature"]); len(sig) > 0 {
					sig[arg/8%len(sig)] ^= 1 << (arg % 8)
					now.editMeta(name, "signature", string(sig))
				}
			case 6:
				now.editMeta(name, "signature", "")
			case 7:
				if _, err := slowUnpack(o.data); err == nil {
					now.edit(name, store)
				}
			case 8:
				if exists {
					o.meta = other.meta
					now.objects[p] = o
				}
			}
		}
		compare(t, delivered, now)
	})
}

// FuzzValidate puts any text, packed or not, in the place of a digest, with any signature. It is
// never valid unless it is the text that was there, and what other digests say stays as it is.
func FuzzValidate(f *testing.F) {
	delivered := newFake()
	for _, name := range []string{"d2", "d3", "d5", "l1.0"} {
		o := delivered.get(name)
		f.Add(o.data, o.meta["signature"], SignatureAlgorithm, "")
		f.Add(unpacked(o.data), o.meta["signature"], "", "2026-03-02T00:00:00Z")
	}
	f.Add([]byte(`{}`), "", "", "")
	f.Add([]byte{0x1f, 0x8b}, "00", "x", "y")
	original := unpacked(delivered.get("d3").data)
	f.Fuzz(func(t *testing.T, data []byte, sig, algorithm, made string) {
		now := delivered.clone()
		now.objects[delivered.place("d3")] = object{data, map[string]string{
			"signature": sig, "signature-algorithm": algorithm, "backfill-generation-timestamp": made,
		}}
		r := now.validate(t)
		text, err := slowUnpack(data)
		same := bytes.Equal(text, original) && (err == nil || err == errTrailingSlow)
		for f := range r.files() {
			name := now.names[place{f.Bucket, f.Key}]
			switch name {
			case "":
				if same || f.Status != Unproved {
					t.Errorf("s3://%q/%q is %s", f.Bucket, f.Key, f.Status)
				}
			case "d3":
				if !same && f.Status == Valid {
					t.Errorf("%q is valid", data)
				}
			case "l3.0", "l3.1":
				if want := map[bool]Status{true: Valid, false: Unproved}[same]; f.Status != want {
					t.Errorf("%s is %s, want %s", name, f.Status, want)
				}
			default:
				if f.Status != Valid {
					t.Errorf("%s is %s: %v", name, f.Status, f.Err)
				}
			}
		}
		if !same && (len(r.Gaps) != 1 || r.Gaps[0].Before != delivered.place("d4").key) {
			t.Errorf("gaps are %v", r.Gaps)
		}
		if text, err := json.Marshal(r); err != nil || !json.Valid(text) {
			t.Errorf("%s: %v", text, err)
		}
		_ = r.String()
	})
}

// FuzzParseDigest compares ParseDigest with encoding/json.
func FuzzParseDigest(f *testing.F) {
	delivered := newFake()
	for _, name := range []string{"d0", "d2", "d3", "b1"} {
		f.Add(unpacked(delivered.get(name).data))
	}
	for _, tt := range badDigests {
		f.Add([]byte(unmark(tt.text)))
	}
	f.Fuzz(func(t *testing.T, text []byte) {
		d, err := ParseDigest(text)
		if err != nil {
			bad := (*SyntaxError)(nil)
			if d != nil || !errors.As(err, &bad) || bad.Offset < 0 || bad.Offset > len(text) || !errors.Is(err, ErrFormat) {
				t.Fatalf("ParseDigest(%q) = %v, %#v", text, d, err)
			}
			return
		}
		if !utf8.Valid(text) {
			return // encoding/json replaces what is no UTF-8; a signature needs it as it stands
		}
		var m map[string]any
		if err := json.Unmarshal(text, &m); err != nil {
			t.Fatalf("ParseDigest(%q) succeeds; encoding/json says: %v", text, err)
		}
		str := func(m map[string]any, name string) string {
			s, _ := m[name].(string)
			return s
		}
		files, _ := m["logFiles"].([]any)
		if d.Account != str(m, "awsAccountId") || d.Bucket != str(m, "digestS3Bucket") || d.Key != str(m, "digestS3Object") ||
			d.Fingerprint != str(m, "digestPublicKeyFingerprint") || d.SignatureAlgorithm != str(m, "digestSignatureAlgorithm") ||
			d.end != str(m, "digestEndTime") || len(d.LogFiles) != len(files) {
			t.Fatalf("ParseDigest(%q) = %+v", text, d)
		}
		if p := d.Previous; p == nil && str(m, "previousDigestSignature") != "" ||
			p != nil && (p.Signature != str(m, "previousDigestSignature") || p.Key != str(m, "previousDigestS3Object") ||
				p.Bucket != str(m, "previousDigestS3Bucket") || p.Hash != str(m, "previousDigestHashValue")) {
			t.Fatalf("ParseDigest(%q) = %+v", text, p)
		}
		for i, e := range d.LogFiles {
			m := files[i].(map[string]any)
			if e.Bucket != str(m, "s3Bucket") || e.Key != str(m, "s3Object") || e.Hash != str(m, "hashValue") {
				t.Fatalf("ParseDigest(%q): log file %d is %+v", text, i, e)
			}
		}
	})
}
