package digest

import (
	"bytes"
	"errors"
	"strings"
)

// Each tampering alone is found and named, and nothing else is said.
var tamperings = []struct {
	name    string
	tamper  func(f *fake)
	want    []string // prefixes of the lines of describe
	verdict Verdict
}{
	{"log file deleted", func(f *fake) { f.delete("l1.0") }, []string{"l1.0 missing"}, VerdictInvalid},
	{"log file altered", func(f *fake) { f.replace("l1.0", `"1.11"`, `"1.10"`) },
		[]string{"l1.0 altered: hash differs"}, VerdictInvalid},
	{"log file replaced by another", func(f *fake) { f.copy("l1.1", f.place("l1.0")) },
		[]string{"l1.0 altered: hash differs"}, VerdictInvalid},
	{"log file with a second member", func(f *fake) { f.append("l3.1", pack([]byte(`{"Records":[]}`))) },
		[]string{"l3.1 altered: data after the end"}, VerdictInvalid},
	{"log file with an empty second member", func(f *fake) { f.append("l3.1", pack(nil)) },
		[]string{"l3.1 altered: data after the end"}, VerdictInvalid},
	{"log file with a byte behind it", func(f *fake) { f.append("l3.1", []byte{0}) },
		[]string{"l3.1 altered: data after the end"}, VerdictInvalid},
	{"log file cut off", func(f *fake) { f.edit("l3.1", func(b []byte) []byte { return b[:len(b)-1] }) },
		[]string{"l3.1 altered: not a gzip file"}, VerdictInvalid},
	{"log file emptied", func(f *fake) { f.edit("l3.1", func(b []byte) []byte { return nil }) },
		[]string{"l3.1 altered: hash differs"}, VerdictInvalid},
	{"log file repacked", func(f *fake) { f.edit("l3.1", store) }, nil, VerdictValid},
	{"log file unpacked", func(f *fake) { f.edit("l3.1", unpacked) }, nil, VerdictValid},
	{"log file added", func(f *fake) { f.plant("x", f.logKey(at(2.5), "x")) }, []string{"x unlisted"}, VerdictInvalid},
	{"log file copied", func(f *fake) { f.copy("l1.0", place{testBucket, f.logKey(at(2.5), "x")}) },
		[]string{f0.logKey(at(2.5), "x") + " unlisted"}, VerdictInvalid},
	{"log file added with a strange name", func(f *fake) { f.plant("x", folder(f.logKey(at(2.5), ""))+"x.json.gz") },
		[]string{"x unlisted"}, VerdictInvalid},
	{"log file newer than the last digest", func(f *fake) { f.plant("x", f.logKey(at(5.9), "x")) }, nil, VerdictValid},

	{"digest deleted", func(f *fake) { f.delete("d3") },
		[]string{"d3 missing", "l3.0 unproved", "l3.1 unproved", "gap 3 to 4: deleted"}, VerdictInvalid},
	{"two digests deleted", func(f *fake) { f.delete("d3"); f.delete("d4") },
		[]string{"d4 missing", "l3.0 unproved", "l3.1 unproved", "l4.0 unproved", "l4.1 unproved",
			"gap 3 to 5: deleted"}, VerdictInvalid},
	{"digests deleted with their log files", func(f *fake) {
		for _, name := range []string{"d3", "l3.0", "l3.1", "d4", "l4.0", "l4.1"} {
			f.delete(name)
		}
	}, []string{"d4 missing", "gap 3 to 5: deleted"}, VerdictInvalid},
	{"every other digest deleted", func(f *fake) { f.delete("d2"); f.delete("d4") },
		[]string{"d2 missing", "d4 missing", "l4.0 unproved", "l4.1 unproved",
			"gap 2 to 3: deleted", "gap 4 to 5: deleted"}, VerdictInvalid},
	{"first digest deleted", func(f *fake) { f.delete("d0") },
		[]string{"d0 missing", "l0.0 unproved", "l0.1 unproved", "gap 0 to 1: deleted"}, VerdictInvalid},
	{"newest digest deleted", func(f *fake) { f.delete("d5") }, []string{"gap 5 to 6: ended"}, VerdictIncomplete},
	{"all digests but the newest deleted", func(f *fake) {
		for _, name := range []string{"d0", "d1", "d2", "d3", "d4", "b1", "b3"} {
			f.delete(name)
		}
	}, []string{"d4 missing", "l0.0 unproved", "l0.1 unproved", "l1.0 unproved", "l1.1 unproved",
		"l3.0 unproved", "l3.1 unproved", "l4.0 unproved", "l4.1 unproved", "lb1.0 unproved",
		"lb3.0 unproved", "gap 0 to 5: deleted"}, VerdictInvalid},

	{"digest altered", func(f *fake) { f.replace("d3", `"SHA-256"`, `"SHA-255"`) },
		[]string{"d3 altered: signature does not verify", "l3.0 unproved", "l3.1 unproved",
			"gap 3 to 4: deleted"}, VerdictInvalid},
	{"digest altered and signed with another key", func(f *fake) {
		f.replace("d3", `"SHA-256"`, `"SHA-255"`)
		text := unpacked(f.get("d3").data)
		d, err := ParseDigest(text)
		if err != nil {
			panic(err)
		}
		f.editMeta("d3", "signature", sign(otherKey(), d, text))
	}, []string{"d3 altered: signature does not verify", "l3.0 unproved", "l3.1 unproved",
		"gap 3 to 4: deleted"}, VerdictInvalid},
	{"newest digest altered", func(f *fake) { f.replace("d5", `"SHA-256"`, `"SHA-255"`) },
		[]string{"d5 altered: signature does not verify", "l5.0 unproved", "l5.1 unproved",
			"gap 5 to 6: ended"}, VerdictInvalid},
	{"digest replaced by text", func(f *fake) { f.edit("d3", func([]byte) []byte { return []byte("gone") }) },
		[]string{"d3 altered: not a digest", "l3.0 unproved", "l3.1 unproved", "gap 3 to 4: deleted"}, VerdictInvalid},
	{"digest cut off", func(f *fake) { f.edit("d3", func(b []byte) []byte { return b[:len(b)/2] }) },
		[]string{"d3 altered: not a gzip file", "l3.0 unproved", "l3.1 unproved", "gap 3 to 4: deleted"}, VerdictInvalid},
	{"digest with data behind it", func(f *fake) { f.append("d3", pack([]byte("{}"))) },
		[]string{"d3 altered: data after the end"}, VerdictInvalid},
	{"digest copied over another", func(f *fake) { f.copy("d1", f.place("d3")) },
		[]string{"d3 moved", "l3.0 unproved", "l3.1 unproved", "gap 3 to 4: deleted"}, VerdictInvalid},
	{"digest copied", func(f *fake) {
		p := f.place("d3")
		f.copy("d3", place{p.bucket, strings.Replace(p.key, "0131Z", "0132Z", 1)})
	}, []string{strings.Replace(f0.place("d3").key, "0131Z", "0132Z", 1) + " moved"}, VerdictInvalid},
	{"digest repacked", func(f *fake) { f.edit("d3", store) }, nil, VerdictValid},

	{"signature altered", func(f *fake) { f.editMeta("d3", "signature", f.get("d2").meta["signature"]) },
		[]string{"d3 altered: signature does not verify"}, VerdictInvalid},
	{"signature no longer hexadecimal", func(f *fake) { f.editMeta("d3", "signature", "gone") },
		[]string{"d3 altered: signature does not verify"}, VerdictInvalid},
	{"signature removed", func(f *fake) { f.editMeta("d3", "signature", "") }, nil, VerdictValid},
	{"newest signature removed", func(f *fake) { f.editMeta("d5", "signature", "") },
		[]string{"d5 unsigned", "l5.0 unproved", "l5.1 unproved", "gap 5 to 6: ended"}, VerdictInvalid},
	{"newest signature altered", func(f *fake) { f.editMeta("d5", "signature", f.get("d4").meta["signature"]) },
		[]string{"d5 altered: signature does not verify", "l5.0 unproved", "l5.1 unproved", "gap 5 to 6: ended"}, VerdictInvalid},
	{"algorithm altered", func(f *fake) { f.editMeta("d3", "signature-algorithm", "MD5withRSA") },
		[]string{"d3 altered: unknown algorithm: MD5withRSA"}, VerdictInvalid},

	{"backfill digest deleted", func(f *fake) { f.delete("b1") },
		[]string{"b1 missing", "lb1.0 unlisted"}, VerdictInvalid},
	{"newest backfill digest deleted", func(f *fake) { f.delete("b3") }, []string{"lb3.0 unlisted"}, VerdictInvalid},
	{"backfill digest altered", func(f *fake) { f.replace("b1", `"SHA-256"`, `"SHA-255"`) },
		[]string{"b1 altered: signature does not verify", "lb1.0 unproved"}, VerdictInvalid},
	{"log file of a backfill digest deleted", func(f *fake) { f.delete("lb1.0") }, []string{"lb1.0 missing"}, VerdictInvalid},

	{"log file unreadable", func(f *fake) { f.fail[f.place("l1.0")] = errors.New("slow down") },
		[]string{"l1.0 unreadable: cannot be read: slow down"}, VerdictIncomplete},
	{"log file unreadable from the middle", func(f *fake) { f.fail[f.place("l1.0")] = errCut },
		[]string{"l1.0 unreadable: cannot be read: connection reset"}, VerdictIncomplete},
	{"digest unreadable from the middle", func(f *fake) { f.fail[f.place("b1")] = errCut },
		[]string{"b1 unreadable: cannot be read: connection reset", "lb1.0 unproved"}, VerdictIncomplete},
	{"digest unreadable", func(f *fake) { f.fail[f.place("d3")] = errors.New("slow down") },
		[]string{"d3 unreadable: cannot be read: slow down", "l3.0 unproved", "l3.1 unproved",
			"gap 3 to 4: unchecked"}, VerdictIncomplete},
}

func (f *fake) replace(name, old, new string) {
	f.edit(name, func(data []byte) []byte {
		text := unpacked(data)
		changed := bytes.Replace(text, []byte(old), []byte(new), 1)
		if bytes.Equal(text, changed) {
			panic(name + " has no " + old)
		}
		return pack(changed)
	})
}

// resign has CloudTrail write a digest again, with changes.
func (f *fake) resign(name string, edit func(d *Digest)) {
	d, err := ParseDigest(unpacked(f.get(name).data))
	if err != nil {
		panic(err)
	}
	edit(d)
	text := digestJSON(d)
	f.edit(name, func([]byte) []byte { return pack(text) })
	f.editMeta(name, "signature", sign(signKey(), d, text))
}

func (f *fake) append(name string, more []byte) {
	f.edit(name, func(data []byte) []byte { return append(data, more...) })
}

func (f *fake) copy(name string, to place) { f.objects[to] = f.get(name) }

func (f *fake) plant(name, key string) {
	f.put(name, place{testBucket, key}, object{data: pack([]byte(`{"Records":[]}`))})
}

func folder(key string) string { return key[:strings.LastIndexByte(key, '/')+1] }
