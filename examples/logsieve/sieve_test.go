package main

import (
	"bytes"
	"compress/gzip"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"strings"
	"testing"
	"testing/iotest"

	"github.com/trailsieve/trailsieve/internal/synth"
)

// noReads drops what the records themselves call read-only.
const noReads = `{"drop":[{"name":"reads","pattern":{"detail":{"readOnly":[true]}}}]}`

func mustRules(t testing.TB, text string) *rules {
	t.Helper()
	r, err := parseRules([]byte(text))
	if err != nil {
		t.Fatal(err)
	}
	return r
}

// sieveSlow is what noReads leaves of a log file, as slowly and plainly as it can be said.
func sieveSlow(t testing.TB, file []byte) (want []byte, c counts) {
	t.Helper()
	var doc struct{ Records []json.RawMessage }
	if err := json.Unmarshal(file, &doc); err != nil {
		t.Fatal(err)
	}
	kept := []string{}
	for _, text := range doc.Records {
		var r struct {
			ReadOnly any `json:"readOnly"`
		}
		if err := json.Unmarshal(text, &r); err != nil {
			t.Fatal(err)
		}
		c.read++
		if r.ReadOnly == true {
			c.dropped++
			continue
		}
		c.kept++
		kept = append(kept, string(text))
	}
	return []byte(`{"Records":[` + strings.Join(kept, ",") + `]}`), c
}

func pack(t testing.TB, text []byte) []byte {
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

func unpack(t testing.TB, packed []byte) []byte {
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

func TestSieve(t *testing.T) {
	file := synth.New(synth.Config{Seed: 3}).AppendLogFile(nil, 2000)
	want, counted := sieveSlow(t, file)
	if counted.kept == 0 || counted.dropped == 0 {
		t.Fatalf("nothing to tell apart: %+v", counted)
	}
	rules := mustRules(t, noReads)
	var first []byte
	for name, src := range map[string]io.Reader{
		"plain":  bytes.NewReader(file),
		"packed": bytes.NewReader(pack(t, file)),
		"slow":   iotest.HalfReader(bytes.NewReader(pack(t, file))),
	} {
		var got bytes.Buffer
		c, err := sieve(&got, src, rules, func(err error) { t.Error(err) })
		if err != nil {
			t.Fatalf("%s: %v", name, err)
		}
		if c.read != counted.read || c.kept != counted.kept || c.dropped != counted.dropped || c.failed != 0 ||
			c.droppedBy["reads"] != c.dropped {
			t.Errorf("%s: %+v, want %+v", name, c, counted)
		}
		if !bytes.Equal(unpack(t, got.Bytes()), want) {
			t.Errorf("%s: the survivors are not what they were", name)
		}
		if first == nil {
			first = got.Bytes()
		} else if !bytes.Equal(first, got.Bytes()) {
			t.Errorf("%s: other bytes than before", name)
		}
	}
}

func TestSieveBad(t *testing.T) {
	rules := mustRules(t, noReads)
	const a, b = `{"eventName":"A","eventVersion":"1.08"}`, `{"eventName":"B","eventVersion":"1.08","readOnly":true}`
	deep := `{"eventName":"D","requestParameters":` + strings.Repeat("[", 995) + strings.Repeat("]", 995) + `}`
	for _, tt := range []struct {
		name, text string
		want       string // read kept dropped failed, error
		survivors  string
	}{
		{"none", `{"Records":[]}`, "0 0 0 0", ``},
		{"all dropped", `{"Records":[` + b + `]}`, "1 0 1 0", ``},
		{"bad ones", `{"Records":[7,` + a + `,{"x":1},` + b + `,[]]}`, "5 1 1 3", a},
		{"broken", `{"Records":[` + a + `,{"eventName":}]}`, "2 1 0 1", a},
		{"lines", a + "\n" + b + "\n" + a + "\n", "3 2 1 0", a + "," + a},
		{"too deep for the event around it", `{"Records":[` + deep + `]}`, "1 1 0 0", deep},
		{"empty", ``, "0 0 0 0 empty", ``},
		{"no JSON", `hello`, "0 0 0 0 expected a JSON object or array, found 'h'", ``},
		{"cut off", `{"Records":[` + a + `,` + b, "2 1 1 0 unexpected EOF", ``},
		{"cut off in a record", `{"Records":[` + a + `,` + b[:9], "1 1 0 0 unexpected EOF", ``},
		{"broken around the records", `{"Records":[` + a + `}`, "1 1 0 0 expected a comma", ``},
	} {
		var got bytes.Buffer
		c, err := sieve(&got, strings.NewReader(tt.text), rules, func(error) {})
		is := fmt.Sprintf("%d %d %d %d", c.read, c.kept, c.dropped, c.failed)
		want, cause := tt.want[:7], strings.TrimPrefix(tt.want[7:], " ")
		if is != want || (err == nil) != (cause == "") || err != nil && !strings.Contains(err.Error(), cause) {
			t.Errorf("%s: %s %v, want %s", tt.name, is, err, tt.want)
		}
		if err == nil {
			if text := string(unpack(t, got.Bytes())); text != `{"Records":[`+tt.survivors+`]}` {
				t.Errorf("%s: survivors %s", tt.name, text)
			}
		}
	}
	if _, err := sieve(failing{}, strings.NewReader(`{"Records":[`+a+`]}`), rules, func(error) {}); !errors.Is(err, errTest) {
		t.Errorf("a stream that cannot be written: %v", err)
	}
}

type failing struct{}

var errTest = errors.New("as told")

func (failing) Write([]byte) (int, error) { return 0, errTest }

// Whatever stands in a file: the counts add up, and what is kept is what a second run keeps.
func FuzzSieve(f *testing.F) {
	f.Add([]byte(`{"Records":[{"eventName":"A"},{"eventName":"B","readOnly":true},7]}`))
	f.Add([]byte("{\"eventName\":\"A\"}\n[{\"eventID\":\"x\"}]"))
	f.Add(pack(f, []byte(`{"Records":[{"eventName":"A"}]}`)))
	f.Add(synth.New(synth.Config{}).AppendLogFile(nil, 3))
	rules := mustRules(f, noReads)
	f.Fuzz(func(t *testing.T, file []byte) {
		var first bytes.Buffer
		c, err := sieve(&first, bytes.NewReader(file), rules, func(error) {})
		if c.read != c.kept+c.dropped+c.failed || min(c.kept, c.dropped, c.failed) < 0 {
			t.Fatalf("%q: %+v", file, c)
		}
		if err != nil {
			return
		}
		var second bytes.Buffer
		again, err := sieve(&second, bytes.NewReader(first.Bytes()), rules, func(error) {})
		if err != nil || again.read != c.kept || again.kept != c.kept || !bytes.Equal(first.Bytes(), second.Bytes()) {
			t.Errorf("%q: %+v, then %+v, %v", file, c, again, err)
		}
	})
}

// One core reads, decides, writes and packs; the yardstick is to unpack and to pack again.
func BenchmarkSieve(b *testing.B) {
	file := synth.New(synth.Config{Seed: 3}).AppendLogFile(nil, 10_000)
	packed := pack(b, file)
	rules := mustRules(b, noReads)
	b.Run("sieve", func(b *testing.B) {
		b.SetBytes(int64(len(file)))
		b.ReportAllocs()
		for b.Loop() {
			if _, err := sieve(io.Discard, bytes.NewReader(packed), rules, func(error) {}); err != nil {
				b.Fatal(err)
			}
		}
	})
	b.Run("gzip", func(b *testing.B) {
		b.SetBytes(int64(len(file)))
		for b.Loop() {
			z, err := gzip.NewReader(bytes.NewReader(packed))
			if err != nil {
				b.Fatal(err)
			}
			to := gzip.NewWriter(io.Discard)
			if _, err := io.Copy(to, z); err != nil {
				b.Fatal(err)
			}
			if err := to.Close(); err != nil {
				b.Fatal(err)
			}
		}
	})
}
