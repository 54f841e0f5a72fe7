// Package sievetest has what the tests of package sieve and of the program share.
package sievetest

import (
	"bytes"
	"compress/gzip"
	"encoding/json"
	"io"
	"strings"
	"testing"
)

// NoReads drops what the records themselves call read-only.
const NoReads = `{"drop":[{"name":"reads","pattern":{"detail":{"readOnly":[true]}}}]}`

// Slow is what NoReads leaves of a log file, as slowly and plainly as it can be said, and how many
// records were read and kept.
func Slow(t testing.TB, file []byte) (want []byte, read, kept int) {
	t.Helper()
	var doc struct{ Records []json.RawMessage }
	if err := json.Unmarshal(file, &doc); err != nil {
		t.Fatal(err)
	}
	survivors := []string{}
	for _, text := range doc.Records {
		var r struct {
			ReadOnly any `json:"readOnly"`
		}
		if err := json.Unmarshal(text, &r); err != nil {
			t.Fatal(err)
		}
		read++
		if r.ReadOnly == true {
			continue
		}
		kept++
		survivors = append(survivors, string(text))
	}
	return []byte(`{"Records":[` + strings.Join(survivors, ",") + `]}`), read, kept
}

// Pack returns a text, packed with gzip.
func Pack(t testing.TB, text []byte) []byte {
	t.Helper()
	var packed bytes.Buffer
	z, err := gzip.NewWriterLevel(&packed, gzip.BestSpeed)
	if err != nil {
		t.Fatal(err)
	}
	if _, err := z.Write(text); err != nil {
		t.Fatal(err)
	}
	if err := z.Close(); err != nil {
		t.Fatal(err)
	}
	return packed.Bytes()
}

// Unpack returns the text of what is packed with gzip.
func Unpack(t testing.TB, packed []byte) []byte {
	t.Helper()
	z, err := gzip.NewReader(bytes.NewReader(packed))
	if err != nil {
		t.Fatal(err)
	}
	text, err := io.ReadAll(z)
	if err != nil {
		t.Fatal(err)
	}
	return text
}
