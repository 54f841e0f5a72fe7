package wildcard

import (
	"regexp"
	"strings"
	"testing"
)

func TestMatch(t *testing.T) {
	for _, tt := range []struct {
		form, text string
		want       bool
	}{
		{"", "", true}, {"", "a", false}, {"*", "", true}, {"*", "a/b:c", true}, {"**", "a", true},
		{"a", "a", true}, {"a", "ab", false}, {"a*", "ab", true}, {"a*", "ba", false},
		{"*a", "ba", true}, {"*a", "ab", false}, {"a*a", "a", false}, {"a*a", "aa", true},
		{"a*b*c", "abbc", true}, {"a*b*c", "acb", false}, {"a*bc*bc", "abc", false}, {"a*bc*bc", "abcbc", true},
		{"?", "a", false}, {"[a]", "[a]", true},
	} {
		if got := Match(tt.form, tt.text); got != tt.want {
			t.Errorf("Match(%q, %q) = %v", tt.form, tt.text, got)
		}
	}
}

func TestCovers(t *testing.T) {
	for _, tt := range []struct {
		form, prefix string
		want         bool
	}{
		{"*", "", true}, {"a/*", "a/", true}, {"a/*", "a/b", true}, {"a/*", "a", false},
		{"a/*.jpg", "a/b.jpg", false}, {"a", "a", false}, {"a/*b*", "a/xb", true}, {"a/*b*", "a/x", false},
	} {
		if got := Covers(tt.form, tt.prefix); got != tt.want {
			t.Errorf("Covers(%q, %q) = %v", tt.form, tt.prefix, got)
		}
	}
}

func FuzzMatch(f *testing.F) {
	f.Add("a*b*c", "abbc", "x")
	f.Add("*", "", "")
	f.Add("a*a", "a", "a")
	f.Fuzz(func(t *testing.T, form, text, more string) {
		pieces := strings.Split(form, "*")
		for i := range pieces {
			pieces[i] = regexp.QuoteMeta(pieces[i])
		}
		slow, err := regexp.Compile(`(?s)\A` + strings.Join(pieces, ".*") + `\z`)
		if err != nil {
			return // not UTF-8
		}
		if got, want := Match(form, text), slow.MatchString(text); got != want {
			t.Errorf("Match(%q, %q) = %v", form, text, got)
		}
		if Covers(form, text) && !Match(form, text+more) {
			t.Errorf("Covers(%q, %q), but %q does not match", form, text, text+more)
		}
	})
}
