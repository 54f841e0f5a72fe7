package digest

import (
	"bytes"
	"compress/gzip"
	"encoding/hex"
	"errors"
	"fmt"
	"io"
	"strings"
)

// This file is the slow twin of Validate. It knows what CloudTrail delivered, so it needs neither
// keys nor hashes: a file is valid if its text is still the same.

// A verdict of the twin on a file: the statuses that are right. None means that it is not reported.
type allowed []Status

// twin returns what Validate must say of each object of the bucket as it was delivered, and the
// hours that are gaps.
func twin(delivered, now *fake) (map[string]allowed, []int) {
	want := make(map[string]allowed)
	trusted := make(map[string]bool)
	for _, chain := range [][]string{{"d5", "d4", "d3", "d2", "d1", "d0"}, {"b3", "b1"}} {
		next := false // the digest behind is trusted
		for _, name := range chain {
			was := delivered.get(name)
			is, exists := now.objects[delivered.place(name)]
			text, err := slowUnpack(is.data)
			same := bytes.Equal(text, unpacked(was.data)) && (err == nil || err == errTrailingSlow)
			sig, metaErr := slowSignature(is, was)
			trusted[name] = exists && same && (next || metaErr == nil && sig)
			switch {
			case !exists && next:
				want[name] = allowed{Missing}
			case !exists:
				want[name] = nil
			case !same: // whatever is wrong with it
				want[name] = allowed{Altered, Moved, Unsigned, Unproved}
			case metaErr != nil:
				want[name] = allowed{Altered}
			case !sig && !next:
				want[name] = allowed{Unsigned}
			case err != nil:
				want[name] = allowed{Altered}
			default:
				want[name] = allowed{Valid}
			}
			next = trusted[name]
		}
	}
	var gaps []int
	for hour := range 6 {
		if !trusted[fmt.Sprintf("d%d", hour)] {
			gaps = append(gaps, hour)
		}
	}
	for p, name := range delivered.names {
		if name[0] != 'l' {
			continue
		}
		is, exists := now.objects[p]
		text, err := slowUnpack(is.data)
		digest, _, _ := strings.Cut(name[1:], ".")
		if digest[0] != 'b' {
			digest = "d" + digest
		}
		switch {
		case !trusted[digest]: // as other digests have it
			want[name] = allowed{Unproved, Unlisted}
		case !exists:
			want[name] = allowed{Missing}
		case err != nil || !bytes.Equal(text, unpacked(delivered.objects[p].data)):
			want[name] = allowed{Altered}
		default:
			want[name] = allowed{Valid}
		}
	}
	return want, gaps
}

// slowSignature reports whether the object of a digest has a signature, and whether its metadata is
// wrong.
func slowSignature(is, was object) (has bool, err error) {
	if a := is.meta["signature-algorithm"]; a != "" && a != "SHA256withRSA" {
		return true, errors.New("algorithm")
	}
	if is.meta["signature"] == "" {
		return false, nil
	}
	sig, err := hex.DecodeString(is.meta["signature"])
	if err != nil {
		return true, err
	}
	if hex.EncodeToString(sig) != was.meta["signature"] {
		return true, errors.New("signature")
	}
	return true, nil
}

var errTrailingSlow = errors.New("data after the first member")

// slowUnpack returns the text of a gzip file of one member, or of one that is not packed.
func slowUnpack(data []byte) ([]byte, error) {
	if !bytes.HasPrefix(data, []byte{0x1f, 0x8b}) {
		return data, nil
	}
	in := bytes.NewReader(data)
	r, err := gzip.NewReader(in)
	if err != nil {
		return nil, err
	}
	if data[3]>>5 != 0 { // Go's reader accepts flags that RFC 1952 reserves; others do not
		return nil, gzip.ErrHeader
	}
	r.Multistream(false)
	text, err := io.ReadAll(r)
	if err == nil && in.Len() > 0 {
		err = errTrailingSlow
	}
	return text, err
}

// unpacked returns the text of a gzip file.
func unpacked(data []byte) []byte {
	text, err := slowUnpack(data)
	if err != nil {
		panic(err)
	}
	return text
}

// store packs the text of a gzip file again, without making it smaller.
func store(data []byte) []byte {
	var b bytes.Buffer
	w, _ := gzip.NewWriterLevel(&b, gzip.NoCompression)
	w.Name = "stored"
	w.Write(unpacked(data))
	w.Close()
	return b.Bytes()
}
