package sieve

import (
	"bytes"
	"compress/gzip"
	"errors"
	"fmt"
	"io"
	"strings"
	"testing"
	"testing/iotest"

	"github.com/trailsieve/trailsieve/examples/logsieve/sieve/sievetest"
	"github.com/trailsieve/trailsieve/internal/synth"
)

func mustRules(t testing.TB, text string) *Rules {
	t.Helper()
	r, err := Parse([]byte(text))
	if err != nil {
		t.Fatal(err)
	}
	return r
}

func TestSieve(t *testing.T) {
	file := synth.New(synth.Config{Seed: 3}).AppendLogFile(nil, 500)
	want, read, kept := sievetest.Slow(t, file)
	if kept == 0 || kept == read {
		t.Fatalf("nothing to tell apart: %d of %d", kept, read)
	}
	rules := mustRules(t, sievetest.NoReads)
	var first []byte
	for name, src := range map[string]io.Reader{
		"plain":  bytes.NewReader(file),
		"packed": bytes.NewReader(sievetest.Pack(t, file)),
		"slow":   iotest.HalfReader(bytes.NewReader(sievetest.Pack(t, file))),
	} {
		var got bytes.Buffer
		c, err := rules.Sieve(&got, src, func(err error) { t.Error(err) })
		if err != nil {
			t.Fatalf("%s: %v", name, err)
		}
		if c.Read != read || c.Kept != kept || c.Dropped != read-kept || c.Failed != 0 || c.DroppedBy["reads"] != c.Dropped {
			t.Errorf("%s: %+v, want %d of %d", name, c, kept, read)
		}
		if !bytes.Equal(sievetest.Unpack(t, got.Bytes()), want) {
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
	rules := mustRules(t, sievetest.NoReads)
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
		c, err := rules.Sieve(&got, strings.NewReader(tt.text), func(error) {})
		is := fmt.Sprintf("%d %d %d %d", c.Read, c.Kept, c.Dropped, c.Failed)
		want, cause := tt.want[:7], strings.TrimPrefix(tt.want[7:], " ")
		if is != want || (err == nil) != (cause == "") || err != nil && !strings.Contains(err.Error(), cause) {
			t.Errorf("%s: %s %v, want %s", tt.name, is, err, tt.want)
		}
		if err == nil {
			if text := string(sievetest.Unpack(t, got.Bytes())); text != `{"Records":[`+tt.survivors+`]}` {
				t.Errorf("%s: survivors %s", tt.name, text)
			}
		}
	}
	if _, err := rules.Sieve(failing{}, strings.NewReader(`{"Records":[`+a+`]}`), func(error) {}); !errors.Is(err, errTest) {
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
	f.Add(sievetest.Pack(f, []byte(`{"Records":[{"eventName":"A"}]}`)))
	f.Add(synth.New(synth.Config{}).AppendLogFile(nil, 3))
	rules := mustRules(f, sievetest.NoReads)
	f.Fuzz(func(t *testing.T, file []byte) {
		var first bytes.Buffer
		c, err := rules.Sieve(&first, bytes.NewReader(file), func(error) {})
		if c.Read != c.Kept+c.Dropped+c.Failed || min(c.Kept, c.Dropped, c.Failed) < 0 {
			t.Fatalf("%q: %+v", file, c)
		}
		if err != nil {
			return
		}
		var second bytes.Buffer
		again, err := rules.Sieve(&second, bytes.NewReader(first.Bytes()), func(error) {})
		if err != nil || again.Read != c.Kept || again.Kept != c.Kept || !bytes.Equal(first.Bytes(), second.Bytes()) {
			t.Errorf("%q: %+v, then %+v, %v", file, c, again, err)
		}
	})
}

// One core reads, decides, writes and packs; the yardstick is to unpack and to pack again.
func BenchmarkSieve(b *testing.B) {
	file := synth.New(synth.Config{Seed: 3}).AppendLogFile(nil, 10_000)
	packed := sievetest.Pack(b, file)
	rules := mustRules(b, sievetest.NoReads)
	b.Run("sieve", func(b *testing.B) {
		b.SetBytes(int64(len(file)))
		b.ReportAllocs()
		for b.Loop() {
			if _, err := rules.Sieve(io.Discard, bytes.NewReader(packed), func(error) {}); err != nil {
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
