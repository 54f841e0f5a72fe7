package pii

import (
	"bytes"
	"fmt"
	"io"
	"math/rand/v2"
	"slices"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"
)

// scan returns what is found in a text that comes in pieces of the given sizes, the last of them again
// and again.
func scan(text string, sizes ...int) []Finding {
	var found []Finding
	s := NewScanner(func(f Finding) { found = append(found, f) })
	for len(text) > 0 {
		n := len(text)
		if len(sizes) > 0 {
			n = min(max(1, sizes[0]), n)
			if len(sizes) > 1 {
				sizes = sizes[1:]
			}
		}
		io.WriteString(s, text[:n])
		text = text[n:]
	}
	s.Close()
	return ordered(found)
}

// samples are numbers of each kind, made up or published as examples, and near misses.
var samples = []struct {
	kind Kind // empty for none
	text string
}{
	{Email, "bob@example.com"},
	{Email, "bob.o'brien+tag@mail.example.co.uk"},
	{Email, "a@b.co"},
	{Email, "用户@例子.广告"},
	{Email, "josé@example.fr"},
	{Email, "x@xn--fiqs8s.xn--p1ai"},
	{Email, "user_%name@a-b.org"},
	{Email, ".bob@example.com"},
	{Email, strings.Repeat("a", 200) + "@example.com"},
	{Email, "bob@example.com-"},
	{Email, "bob@example.com-2024-01"},
	{Email, "bob@mail.example.com--x.1"},
	{Email, "bob@example.com-2024.org"},
	{"", "bob@example.c-d"},
	{"", "icon@2x.png-1"},
	{"", "bob@example"},
	{"", "bob@localhost:8080"},
	{"", "bob.@example.com"},
	{"", "@example.com"},
	{"", "icon@2x.png"},
	{"", "bob@1.2.3.4"},
	{"", "bob@-example.com"},
	{"", "bob@example.c"},
	{"", "bob@" + strings.Repeat("a", 64) + ".com"},

	{Phone, "+14155552671"},
	{Phone, "+1 (415) 555-2671"},
	{Phone, "+1-415-555-2671"},
	{Phone, "+442079460958"},
	{Phone, "+44 (0)20 7946 0958"},
	{Phone, "+49 30 1234567"},
	{Phone, "+86 138 0013 8000"},
	{Phone, "415-555-2671"},
	{Phone, "415.555.2671"},
	{Phone, "415 555 2671"},
	{Phone, "(415) 555-2671"},
	{Phone, "(415)555-2671"},
	{Phone, "1-415-555-2671"},
	{"", "+1415555267"},
	{"", "+1 115 555 2671"},
	{"", "+0123456789"},
	{"", "+1234567"},
	{"", "+49301234567890123"},
	{"", "115-555-2671"},
	{"", "911-555-2671"},
	{"", "415-911-2671"},
	{"", "495-555-2671"},
	{"", "4155552671"},
	{"", "415-555-26711"},
	{"", "1+4155552671234"},

	{Card, "4111111111111111"},
	{Card, "4111 1111 1111 1111"},
	{Card, "4111-1111-1111-1111"},
	{Card, "5555555555554444"},
	{Card, "2223003122003222"},
	{Card, "378282246310005"},
	{Card, "3782 822463 10005"},
	{Card, "30569309025904"},
	{Card, "3056 930902 5904"},
	{Card, "6011111111111117"},
	{Card, "3530111333300000"},
	{Card, "6200000000000005"},
	{Card, "6304000000000000"},
	{"", "4111111111111112"},
	{"", "4111 1111-1111 1111"},
	{"", "1111111111111117"},
	{"", "a4111111111111111"},
	{"", "4111111111111111a"},
	{"", "0-4111111111111111"},
	{"", "4111111111111111.5"},
	{"", "0000000000000000"},
	{"", "4222222222222"},

	{SSN, "536-22-1234"},
	{SSN, "536 22 1234"},
	{"", "000-22-1234"},
	{"", "666-22-1234"},
	{"", "900-22-1234"},
	{"", "536-00-1234"},
	{"", "536-22-0000"},
	{"", "078-05-1120"},
	{"", "536-22 1234"},
	{"", "536221234"},
	{"", "536-22-1234-5"},

	{SIN, "130-692-544"},
	{SIN, "130 692 544"},
	{"", "046-454-286"},
	{"", "130-692-545"},

	{CPF, "111.444.777-35"},
	{CPF, "11144477735"},
	{"", "111.444.777-36"},
	{"", "111.111.111-11"},

	{NINO, "AB123456C"},
	{NINO, "AB 12 34 56 C"},
	{NINO, "ab123456c"},
	{"", "QQ123456C"},
	{"", "GB123456C"},
	{"", "AO123456C"},
	{"", "AB123456E"},

	{NIR, "255081416802538"},
	{NIR, "2 55 08 14 168 025 38"},
	{NIR, "186022A21532523"},
	{"", "255081416802539"},
	{"", "255151416802538"},

	{IdNr, "86095742719"},
	{IdNr, "86 095 742 719"},
	{IdNr, "47036892816"},
	{"", "86095742710"},
	{"", "06095742719"},

	{DNI, "12345678Z"},
	{DNI, "12345678-Z"},
	{DNI, "12.345.678-Z"},
	{DNI, "X1234567L"},
	{DNI, "X-1234567-L"},
	{DNI, "12345678z"},
	{"", "12345678A"},
	{"", "X1234567A"},
	{"", "A1234567L"},

	{CF, "RSSMRA85T10A562S"},
	{CF, "rssmra85t10a562s"},
	{"", "RSSMRA85T10A562T"},
	{"", "RSSMRA85O10A562S"},

	{PESEL, "44051401359"},
	{"", "44051401358"},
	{"", "44053201359"},

	{Aadhaar, "2341 2341 2346"},
	{Aadhaar, "2341-2341-2346"},
	{"", "2341 2341 2347"},
	{"", "1341 2341 2346"},
	{"", "234123412346"},

	{RID, "11010519491231002X"},
	{RID, "440524188001010014"},
	{RID, "11010519491231002x"},
	{"", "110105194912310021"},
	{"", "110105194902310029"},
}

func TestSamples(t *testing.T) {
	for _, tt := range samples {
		for _, around := range []string{"%s", " %s ", "\n%s\n", "<%s>", `{"a":"%s"}`, "x: %s.", "x,%s,y", "号%s号"} {
			if strings.Contains(around, "号") && strings.Contains(tt.text, "@") {
				continue // which is a part of the address
			}
			text := fmt.Sprintf(around, tt.text)
			got := scan(text)
			if diff := cmp.Diff(twin(text), got); diff != "" {
				t.Errorf("%q (-twin +scanner):\n%s", text, diff)
			}
			var kinds []Kind
			for _, f := range got {
				kinds = append(kinds, f.Kind)
			}
			if want := []Kind{tt.kind}; tt.kind != "" && !slices.Equal(kinds, want) || tt.kind == "" && kinds != nil {
				t.Errorf("%q: %q, want %q", text, kinds, tt.kind)
			}
		}
	}
}

func TestPlaces(t *testing.T) {
	const text = "bob@example.com\n\n  4111 1111 1111 1111 12/30, 536-22-1234\r\n4111111111111111@example.com"
	want := []Finding{{Email, 0, 1}, {Card, 19, 3}, {SSN, 46, 3}, {Card, 59, 4}, {Email, 59, 4}}
	if diff := cmp.Diff(want, scan(text)); diff != "" {
		t.Errorf("(-want +got):\n%s", diff)
	}
}

func TestMask(t *testing.T) {
	for text, want := range map[string]string{
		"":                               "",
		"logs/2026/11/a.json.gz":         "logs/2026/11/a.json.gz",
		"in/bob@example.com/a.pdf":       "in/[email]/a.pdf",
		"in/bob@example.com/536-22-1234": "in/[email]/[us-ssn]",
		"in/bob@example.com-2026-11/a":   "in/[email]-2026-11/a",
		"in/bob@example.com-2026.org/a":  "in/[email]/a",
		"4111111111111111@example.com":   "[card]",
		"x 4111111111111111 y":           "x [card] y",
		"+14155552671,a@b.co":            "[phone],[email]",
	} {
		if got := Mask(text); got != want {
			t.Errorf("%q: %q, want %q", text, got, want)
		}
	}
}

// randomText returns samples, whole and broken, with this and that around them.
func randomText(r *rand.Rand) string {
	var b strings.Builder
	for range 1 + r.IntN(8) {
		switch s := samples[r.IntN(len(samples))].text; r.IntN(10) {
		case 0: // one byte changed
			if i := r.IntN(len(s)); true {
				b.WriteString(s[:i] + string(rune("0123456789 -.()+@aZX\n"[r.IntN(21)])) + s[i+1:])
			}
		case 1: // cut
			b.WriteString(s[:r.IntN(len(s))])
		case 2:
			b.WriteString(strings.Repeat(string(rune("0123456789 -.()+@aZ\xe9"[r.IntN(20)])), r.IntN(400)))
		case 3:
			for range r.IntN(40) {
				b.WriteByte("0123456789 -.()+@az\n"[r.IntN(20)])
			}
		default:
			b.WriteString(s)
		}
		b.WriteString([]string{"", " ", "\n", "-", ".", "+", ",", "a", "1", "@", "\x80", " - "}[r.IntN(12)])
	}
	return b.String()
}

// Whatever the text, and however it is cut, the Scanner finds what the twin finds.
func TestTwin(t *testing.T) {
	r := rand.New(rand.NewPCG(1, 2))
	kinds := make(map[Kind]int)
	for range 1500 {
		text := randomText(r)
		want := twin(text)
		for _, f := range want {
			kinds[f.Kind]++
		}
		for _, got := range [][]Finding{scan(text), scan(text, 1), scan(text, 1+r.IntN(100), 1+r.IntN(10))} {
			if diff := cmp.Diff(want, got); diff != "" {
				t.Fatalf("%q (-twin +scanner):\n%s", text, diff)
			}
		}
	}
	if len(kinds) != 14 {
		t.Errorf("only of these kinds: %v", kinds)
	}
}

// What lies across the borders of the Scanner's own buffer is found as well.
func TestBorders(t *testing.T) {
	for _, tt := range samples {
		if tt.kind == "" || tt.kind == Email && len(tt.text) > 64 {
			continue
		}
		for _, shift := range []int{0, 1, len(tt.text) / 2, len(tt.text), ahead, ahead + len(tt.text)/2, behind, behind + 3} {
			start := window - shift
			text := strings.Repeat("\n", start) + tt.text + strings.Repeat("\n", 1000)
			want := []Finding{{tt.kind, int64(start), int64(start + 1)}}
			if tt.text[0] == '.' {
				want[0].Offset++
			}
			if i := strings.IndexByte(tt.text, '\''); i >= 0 {
				want[0].Offset += int64(i + 1)
			}
			for _, size := range []int{1 << 30, 777} {
				if diff := cmp.Diff(want, scan(text, size)); diff != "" {
					t.Errorf("%q at %d, in pieces of %d (-want +got):\n%s", tt.text, start, size, diff)
				}
			}
		}
	}
}

func FuzzScan(f *testing.F) {
	for i, s := range samples {
		f.Add(s.text, uint8(i))
		f.Add(s.text+" "+samples[(i+7)%len(samples)].text, uint8(1))
	}
	f.Fuzz(func(t *testing.T, text string, size uint8) {
		if len(text) > 2000 {
			return // the twin is slow
		}
		want := twin(text)
		if diff := cmp.Diff(want, scan(text)); diff != "" {
			t.Errorf("%q (-twin +scanner):\n%s", text, diff)
		}
		if diff := cmp.Diff(want, scan(text, int(size))); diff != "" {
			t.Errorf("%q in pieces of %d (-twin +scanner):\n%s", text, size, diff)
		}
		if masked := Mask(text); len(want) == 0 && masked != text {
			t.Errorf("%q is masked as %q", text, masked)
		}
	})
}

// benchTexts are texts of a million bytes: what is ordinary, and what costs most.
func benchTexts() map[string]string {
	r := rand.New(rand.NewPCG(1, 2))
	var table strings.Builder
	for table.Len() < 1<<20 {
		fmt.Fprintf(&table, "%d,user%d@example.com,%d.%02d,\"some words that say nothing\",2026-11-22T12:00:00Z\n",
			r.IntN(1e9), r.IntN(1e6), r.IntN(1000), r.IntN(100))
	}
	var log strings.Builder
	for log.Len() < 1<<20 {
		fmt.Fprintf(&log, `{"eventVersion":"1.11","eventName":"GetObject","recipientAccountId":"111122223333","eventID":"%08x-%04x"}`+"\n",
			r.Uint32(), r.IntN(1<<16))
	}
	return map[string]string{
		"table":  table.String(),
		"log":    log.String(),
		"ats":    strings.Repeat("a@", 1<<19),
		"digits": strings.Repeat("1", 1<<20),
		"groups": strings.Repeat("1234 ", 1<<20/5),
		"plus":   strings.Repeat("+4 ", 1<<20/3),
		"local":  strings.Repeat(strings.Repeat("a.", 31)+"@", 1<<20/63),
	}
}

// The yardstick is to count lines.
func BenchmarkScan(b *testing.B) {
	for name, text := range benchTexts() {
		b.Run("text="+name, func(b *testing.B) {
			b.SetBytes(int64(len(text)))
			b.ReportAllocs()
			bytes := []byte(text)
			n := 0
			for b.Loop() {
				s := NewScanner(func(Finding) { n++ })
				s.Write(bytes)
				s.Close()
			}
			b.ReportMetric(float64(n)/float64(b.N), "findings")
		})
	}
	b.Run("lines", func(b *testing.B) {
		text := []byte(benchTexts()["table"])
		b.SetBytes(int64(len(text)))
		for b.Loop() {
			bytes.Count(text, []byte("\n"))
		}
	})
}
