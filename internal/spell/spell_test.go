package spell

import (
	"strings"
	"testing"
)

func TestDidYouMean(t *testing.T) {
	known := []string{"prefix", "suffix", "Equals", "NotEquals", "op"}
	for _, tt := range []struct{ name, want string }{
		{"prefx", "prefix"},
		{"perfix", "prefix"},
		{"PREFIX", "prefix"},
		{"uffix", "suffix"},
		{"equals", "Equals"},
		{"NotEqual", "NotEquals"},
		{"o", "op"},
		{"xy", ""}, // as long as op, and all of it different
		{"NotEquilas", "NotEquals"},
		{"suffixes", "suffix"},
		{"pre", ""},
		{"po", ""},
		{"prfeix", "prefix"},
		{"wildcard", ""},
		{"", ""},
		{strings.Repeat("prefix", 1e6), ""},
	} {
		want := ""
		if tt.want != "" {
			want = ` (did you mean "` + tt.want + `"?)`
		}
		if got := DidYouMean(tt.name, known...); got != want {
			t.Errorf("DidYouMean(%.20q) = %q, want %q", tt.name, got, want)
		}
	}
	if got := DidYouMean("prefix"); got != "" {
		t.Errorf("of no names, it is %q", got)
	}
}

func TestDistance(t *testing.T) {
	for _, tt := range []struct {
		a, b string
		want int
	}{
		{"", "", 0}, {"a", "", 1}, {"", "ab", 2}, {"ab", "ba", 2}, {"kitten", "sitten", 1},
		{"kitten", "sitting", 3}, {"flaw", "lawn", 2}, {"abc", "abc", 0}, {"a", "abcd", 3},
	} {
		if got := Distance(tt.a, tt.b); got != tt.want {
			t.Errorf("Distance(%q, %q) = %d, want %d", tt.a, tt.b, got, tt.want)
		}
	}
}
