package jsonscan

import (
	"fmt"
	"strings"
	"testing"
)

// TestSkim puts the functions that skim against a Scanner: what a Scanner reads, they end at the same
// place.
func TestSkim(t *testing.T) {
	for _, text := range texts {
		skim(t, []byte(text))
	}
}

func FuzzSkim(f *testing.F) {
	for _, text := range texts {
		f.Add([]byte(text))
	}
	f.Add([]byte(`{"y":"Y_\u007f","_\\":[{"}":"]\""},-1.5e3,true,[[]],{}], "long enough to take two words":null}`))
	f.Fuzz(skim)
}

func skim(t *testing.T, text []byte) {
	i := SkimSpace(text, 0)
	// Whatever the text is, nothing panics, and no end lies outside of it.
	for from := range text {
		for name, end := range map[string]int{
			"SkimValue":   SkimValue(text, from),
			"SkimLevel":   SkimLevel(text, from),
			"SkimChecked": SkimChecked(text, from),
		} {
			if end < -1 || end > len(text) || end >= 0 && end <= from {
				t.Fatalf("%s(%q, %d) = %d", name, text, from, end)
			}
		}
		if end, _ := SkimName(text, from); end < -1 || end >= len(text) {
			t.Fatalf("SkimName(%q, %d) = %d", text, from, end)
		}
		if len(text) > 200 {
			break // so that the time is not quadratic in the text
		}
	}
	s := New(text)
	raw, err := s.Value()
	if err != nil {
		if got := SkimChecked(text, i); got != -1 {
			t.Fatalf("SkimChecked(%q) = %d, but: %v", text, got, err)
		}
		return
	}
	end := i + len(raw)
	if got := SkimChecked(text, i); got != end {
		t.Fatalf("SkimChecked(%q) = %d, want %d", text, got, end)
	}
	// Where a number or literal ends only what follows can tell.
	ends := strings.IndexByte(`"}]`, raw[len(raw)-1]) >= 0 || end < len(text) && strings.IndexByte(",}] \t\n\r", text[end]) >= 0
	if got := SkimValue(text, i); ends && got != end {
		t.Fatalf("SkimValue(%q) = %d, want %d", text, got, end)
	}
	switch raw[0] {
	case '{', '[':
		if got := SkimLevel(text, i+1); got != end {
			t.Fatalf("SkimLevel(%q) = %d, want %d", text, got, end)
		}
	case '"':
		escaped := strings.Contains(string(raw), `\`)
		if got, esc := SkimName(text, i+1); got != end-1 || esc != escaped {
			t.Fatalf("SkimName(%q) = %d, %v, want %d, %v", text, got, esc, end-1, escaped)
		}
		if got, esc := SkimString(text, i+1); got != end-1 || esc != escaped {
			t.Fatalf("SkimString(%q) = %d, %v, want %d, %v", text, got, esc, end-1, escaped)
		}
	}
}

// BenchmarkSkimLevel skips an object like those in a record.
func BenchmarkSkimLevel(b *testing.B) {
	object := []byte(`{"type":"IAMUser","principalId":"AIDACKCEVSQ6C2EXAMPLE","arn":"arn:aws:iam::123456789012:user/alice",` +
		`"accountId":"123456789012","sessionContext":{"attributes":{"mfaAuthenticated":"false","n":17}},"tags":[]}`)
	for _, n := range []int{1, 100} {
		b.Run(fmt.Sprintf("objects=%d", n), func(b *testing.B) {
			text := []byte("[" + strings.Repeat(string(object)+",", n-1) + string(object) + "]")
			b.ReportAllocs()
			b.SetBytes(int64(len(text)))
			for b.Loop() {
				if SkimLevel(text, 1) != len(text) {
					b.Fatal("not the end")
				}
			}
		})
	}
}
