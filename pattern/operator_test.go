package pattern

import (
	"fmt"
	"testing"

	"github.com/trailsieve/trailsieve/internal/jsonscan"
	"github.com/trailsieve/trailsieve/internal/spell"
)

func TestParseNumber(t *testing.T) {
	for _, tt := range []struct {
		text       string
		float      float64
		comparable bool
	}{
		{"0", 0, true}, {"-0", 0, true}, {"0.000", 0, true}, {"0e999999999999999999999", 0, true},
		{"300", 300, true}, {"300.0", 300, true}, {"3.0e2", 300, true}, {"0.03E+4", 300, true}, {"-30000e-2", -300, true},
		{"0.1", 0.1, true}, {"301.8", 301.8, true}, {"1e22", 1e22, true}, {"1e23", 1e23, true},
		{"5e-324", 5e-324, true}, {"1.7976931348623157e308", 1.7976931348623157e308, true},
		{"9007199254740992", 1 << 53, true}, {"9007199254740993", 1 << 53, false}, {"9007199254740994", 1<<53 + 2, true},
		{"123456789012345", 123456789012345, true}, {"12345678901234567890", 12345678901234567890, false},
		{"300.00000000000001", 300, false}, {"4e-324", 5e-324, false}, {"1e-400", 0, false},
		{"1e309", 0, false}, {"1e999999999999999999999", 0, false}, {"-1e-999999999999999999999", 0, false},
	} {
		n := parseNumber([]byte(tt.text))
		if n.comparable != tt.comparable || n.comparable && n.float != tt.float {
			t.Errorf("parseNumber(%s) = %v, want %v, %v", tt.text, n, tt.float, tt.comparable)
		}
	}
}

func TestFold(t *testing.T) {
	for _, tt := range []struct {
		a, b string
		want bool
	}{
		{"a", "A", true}, {"z", "Z", true}, {"@", "`", false}, {"[", "{", false}, {"é", "É", true},
		{"k", "\u212a", true}, {"σ", "ς", true}, {"ß", "ẞ", true}, {"ß", "ss", false}, {"ı", "I", true}, {"ı", "i", true},
		{"ǅ", "ǆ", true}, {"Ǆ", "ǅ", true}, {"𐐀", "𐐨", true}, {"\x80", "\x80", true}, {"\x80", "\x81", false},
		{"\x80", "\ufffd", false}, {"", "a", false}, {"\xed\xa0\xbd", "\xed\xa0\xbd", true}, {"\xed\xa0\xbd", "\xed\xb8\x80", false},
	} {
		for _, p := range [][2]string{{tt.a, tt.b}, {tt.b, tt.a}} {
			if p[0] == "" {
				continue // an empty prefix
			}
			rest, prefix := cutPrefixFold([]byte(p[1]+"x"), p[0])
			suffix := hasSuffixFold([]byte("x"+p[1]), p[0])
			if got := equalFold([]byte(p[1]), p[0]); got != tt.want || len(p[1]) > 0 && (prefix && string(rest) == "x") != tt.want ||
				len(p[1]) > 0 && suffix != tt.want {
				t.Errorf("%q and %q: equal %v, prefix %v, suffix %v, want %v", p[0], p[1], got, prefix, suffix, tt.want)
			}
		}
	}
}

func TestWildcard(t *testing.T) {
	for _, tt := range []struct {
		operand, text string
		want          bool
	}{
		{"", "", true}, {"", "a", false}, {"*", "", true}, {"*", "a\nb", true}, {"a*", "a", true}, {"a*", "ba", false},
		{"*a", "ba", true}, {"*a*", "bab", true}, {"a*a", "a", false}, {"a*b*c", "abc", true}, {"a*b*c", "acbc", true},
		{"a*b*c", "acb", false}, {"*ab*ab", "ab", false}, {"*ab*ab", "abab", true}, {"*ab*ba*", "aba", false},
		{`\*`, "*", true}, {`\*`, "a", false}, {`\**`, "*a", true}, {`*\*`, "a*", true}, {`\\`, `\`, true}, {`a\\*`, `a\b`, true},
		{"?", "a", false}, {"*é", "è\xc3\xa9", true},
	} {
		pieces, err := parseWildcard(tt.operand)
		if err != nil {
			t.Errorf("%q: %v", tt.operand, err)
			continue
		}
		if got := matchWildcard(pieces, []byte(tt.text)); got != tt.want {
			t.Errorf("wildcard %q on %q = %v, want %v", tt.operand, tt.text, got, tt.want)
		}
	}
}

// TestComplexity tests scores that were seen on EventBridge (11 is refused, 7 accepted) and some
// that can be worked out by hand.
func TestComplexity(t *testing.T) {
	for _, tt := range []struct {
		field string
		want  int
	}{
		{`[{"wildcard": "*:*:*:*:*:event-bus/*"}]`, 11},
		{`[{"wildcard": "/Users/*/dir/dir/dir/dir/dir/doc.txt"}]`, 7},
		{`["*:*", {"prefix": "***"}]`, 0},
		{`[{"wildcard": ""}]`, 1},
		{`[{"wildcard": "abc"}]`, 1},
		{`[{"wildcard": "*"}]`, 2},
		{`[{"wildcard": "*.log"}]`, 2},
		{`[{"wildcard": "*:*:"}]`, 4},
		{`[{"wildcard": "*aaa"}]`, 4},
		{`[{"wildcard": "\\*aaa"}]`, 1},
		{`[{"wildcard": "*.log"}, {"wildcard": "*.log"}]`, 4},
		{`[{"wildcard": "a*"}, {"wildcard": "b*"}]`, 2},
		{`[{"wildcard": "*.a"}, {"anything-but": {"wildcard": "*.b"}}]`, 4},
		{`[{"anything-but": {"wildcard": ["*.a", "*.b"]}}]`, 2},
		{`[{"anything-but": {"wildcard": ["*a", "b*"]}}]`, 4},
	} {
		p, err := Limits{Complexity: 20}.Compile(`{"a": ` + tt.field + `}`)
		if err != nil {
			t.Errorf("%s: %v", tt.field, err)
			continue
		}
		if got := wildcardScore(p.tree.members[0].value.(*field).anyOf, 1000); got != tt.want {
			t.Errorf("%s: complexity %d, want %d", tt.field, got, tt.want)
		}
		_, err = Limits{Complexity: max(tt.want, 1)}.Compile(`{"a": ` + tt.field + `}`)
		if err != nil {
			t.Errorf("%s within %d: %v", tt.field, tt.want, err)
		}
		if tt.want > 1 {
			if _, err = (Limits{Complexity: tt.want - 1}).Compile(`{"a": ` + tt.field + `}`); err == nil {
				t.Errorf("%s within %d: no error", tt.field, tt.want-1)
			}
		}
	}
}

// The names that people give to operators.
func TestMistypedOperator(t *testing.T) {
	for _, tt := range []struct{ name, want string }{
		{"prefx", "prefix"}, {"Prefix", "prefix"}, {"sufix", "suffix"}, {"anything_but", "anything-but"}, {"exist", "exists"},
		{"wildcards", "wildcard"}, {"equals-ignorecase", "equals-ignore-case"}, {"cdir", "cidr"}, {"CIDR", "cidr"},
		{"regexp", ""}, {"", ""}, {"x", ""}, {"shellstyle", ""},
	} {
		want := ""
		if tt.want != "" {
			want = fmt.Sprintf(" (did you mean %q?)", tt.want)
		}
		if got := spell.DidYouMean(tt.name, operators...); got != want {
			t.Errorf("DidYouMean(%q) = %q, want %q", tt.name, got, want)
		}
	}
}

// TestAccepts tests each kind of condition against each kind of value: 9 by 13 cases.
func TestAccepts(t *testing.T) {
	values := []string{`"a"`, `"A"`, `""`, `"10.0.0.1"`, `1`, `2`, `true`, `false`, `null`}
	for _, tt := range []struct{ condition, want string }{
		{`"a"`, "x........"},
		{`1`, "....x...."},
		{`null`, "........x"},
		{`{"prefix": ""}`, "xxxx....."},
		{`{"suffix": "a"}`, "x........"},
		{`{"prefix": {"equals-ignore-case": "a"}}`, "xx......."},
		{`{"equals-ignore-case": ""}`, "..x......"},
		{`{"wildcard": "*1"}`, "...x....."},
		{`{"cidr": "10.0.0.0/8"}`, "...x....."},
		{`{"numeric": [">", 1]}`, ".....x..."},
		{`{"anything-but": "a"}`, ".xxxxxxxx"},
		{`{"anything-but": [1]}`, "xxxx.xxxx"},
		{`{"exists": true}`, "xxxxxxxxx"},
	} {
		p := MustCompile(`{"v": [` + tt.condition + `]}`)
		got := ""
		for _, v := range values {
			ok, err := p.Match([]byte(`{"v": ` + v + `}`))
			if err != nil {
				t.Fatal(err)
			}
			got += map[bool]string{true: "x", false: "."}[ok]
		}
		if got != tt.want {
			t.Errorf("%s on %v\n got %s\nwant %s", tt.condition, values, got, tt.want)
		}
	}
}

func TestParseIP(t *testing.T) {
	for _, tt := range []struct{ text, want string }{
		{"10.0.0.1", "10.0.0.1"}, {"010.000.0.001", "10.0.0.1"}, {"255.255.255.255", "255.255.255.255"},
		{"::", "::"}, {"2001:DB8::1", "2001:db8::1"}, {"1:2:3:4:5:6:7:8", "1:2:3:4:5:6:7:8"},
		{"", ""}, {"1.2.3", ""}, {"1.2.3.4.5", ""}, {"1.2.3.256", ""}, {"1.2.3.4 ", ""}, {"+1.2.3.4", ""}, {"0000010.0.0.0.1", ""},
		{"1..3.4", ""}, {"::1%eth0", ""}, {"::1.2.3.4", ""}, {"1:2", ""}, {":", ""}, {":::", ""}, {"abcd", ""},
	} {
		ip, ok := parseIP(tt.text)
		if ok != (tt.want != "") || ok && ip.String() != tt.want {
			t.Errorf("parseIP(%q) = %v, %v, want %q", tt.text, ip, ok, tt.want)
		}
	}
}

// TestKinds: the words of the scanner that a value's kind is told by have not changed.
func TestKinds(t *testing.T) {
	for _, kind := range []jsonscan.Kind{jsonscan.True, jsonscan.False, jsonscan.Null} {
		text := string(exactWord(kind).append(nil))
		s := jsonscan.New([]byte(text))
		if s.Peek() != kind {
			t.Errorf("%s is of kind %v", text, s.Peek())
		}
	}
}
