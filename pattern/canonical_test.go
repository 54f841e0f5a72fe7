package pattern

import (
	"fmt"
	"slices"
	"strings"
	"testing"
	"unicode/utf8"
)

// TestCanonicalForm tests the canonical form of patterns that are the same, one a line.
func TestCanonicalForm(t *testing.T) {
	for _, tt := range []struct {
		want  string
		texts string
	}{
		{`{"a":{"b":["x",1]}}`, `
			{"a": {"b": ["x", 1]}}
			{"a.b": [1.0, "\u0078", 1e0, "x"]}
			{"a": [], "a.b": [1, "x"]}`},
		{`{"a":[1],"b":[2]}`, `
			{"b": [2], "a": [1]}
			{"b": [3], "a": [1], "b": [2]}`},
		{`{"a":[1],"a.b":[2],"a.c":{"d":[3]}}`, `
			{"a": {"b": [2]}, "a": [1], "a": {"c": {"d": [3]}}}
			{"a.c.d": [3], "a.b": [2], "a": [1]}`},
		{`{"s":["a"],"$or":[{"d":{"x":[1]}},{"d":{"y":[2]}}]}`, `
			{"s": ["a"], "d": {"$or": [{"x": [1]}, {"y": [2]}]}}
			{"$or": [{"d.y": [2]}, {"d.x": [1]}, {"d": {"y": [2]}}], "s": ["a"]}
			{"$or": [{"$or": [{"d.y": [2]}, {"d.x": [1]}]}, {"d.x": [1]}], "s": ["a"]}`},
		{`{"a":[1],"b":[2]}`, `
			{"$or": [{"a": [1]}, {"a": [1.0]}], "b": [2]}
			{"$or": [{"a": [1]}, {"a": [3]}], "b": [2], "a": [1]}`},
		{`{"$or":[{"a":[1],"b":[1]},{"a":[2]}]}`, `
			{"$or": [{"a": [2]}, {"b": [1], "a": [1]}]}
			{"a": [1], "$or": [{"a": [2]}, {"b": [1]}]}`},
		{`{"=":[1],"$or":[{"a":[1],"b":[1]},{"a":[2]}]}`, `
			{"a": [1], "$or": [{"a": [2]}, {"b": [1]}], "=": [1]}`},
		{`{"a.$or":[1],"a.prefix":{"b":[1]},"prefix.=":[2]}`, `
			{"a.$or": [1], "a": {"prefix": {"b": [1]}}, "prefix": {"=": [2]}}`},
		{`{"":{"":[1]},"a":{"":[1]}}`, `
			{".": [1], "a.": [1]}`},
		{`{"a":[0,1e+22,1e-7,1e400,301.8,9007199254740993]}`, `
			{"a": [-0, 10000000000000000000000, 0.0000001, 1e400, 3018e-1, 9007199254740993, 0.0]}`},
		{`{"a":[{"numeric":[">",0,"<=",5]}]}`, `
			{"a": [{"numeric": [">", 0.0, "<=", 5e0]}]}`},
		{`{"a":[{"anything-but":"x"},{"anything-but":[1,2]},{"anything-but":{"prefix":["a","b"]}}]}`, `
			{"a": [{"anything-but": ["x", "x"]}, {"anything-but": {"prefix": ["b", "a", "b"]}}, {"anything-but": [2.0, 1, 1]}]}`},
		{`{"a":[{"cidr":"0000:0000:0000:0000:0000:ffff:0a00:0000/120"},{"cidr":"10.0.0.0/8"},{"cidr":"2001:db8::/32"}]}`, `
			{"a": [{"cidr": "2001:DB8:0::1/32"}, {"cidr": "010.1.2.3/+08"}, {"cidr": "::ffff:a00:1/120"}]}`},
		{`{"\ud800":["\udc00"]}`, `
			{"\uD800": ["\uDC00"]}`},
	} {
		for line := range strings.SplitSeq(strings.TrimSpace(tt.texts), "\n") {
			text := strings.Replace(strings.TrimSpace(line), `"a": [], `, ``, 1)
			p, err := Compile(text)
			if err != nil {
				t.Errorf("Compile(%#q): %v", text, err)
				continue
			}
			if got := p.Canonical(); got != tt.want {
				t.Errorf("%s\n got %s\nwant %s", text, got, tt.want)
			}
			checkCanonical(t, p)
		}
	}
}

// TestCanonicalDepth tests that the canonical form of a path with more names than a text can have
// levels is no deeper than that.
func TestCanonicalDepth(t *testing.T) {
	dots := strings.Repeat("a.", 2*maxDepth) + "a"
	for _, text := range []string{
		`{"` + dots + `": [1], "` + dots + `.b": [2]}`,
		`{"$or": [{"c": [1]}, {"d": [1], "$or": [{"` + dots + `": [1]}, {"` + dots + `.b": [2]}]}]}`,
	} {
		p := mustCompileAny(text)
		checkCanonical(t, p)
		if s, err := p.Sample(); err != nil {
			t.Errorf("Sample: %v", err)
		} else if err := Validate([]byte(s.Event)); err != nil {
			t.Errorf("Sample: %v", err)
		}
	}
}

// TestCanonicalNames tests names that have a meaning of their own in some places.
func TestCanonicalNames(t *testing.T) {
	for _, text := range []string{
		`{"a": {"prefix": [1], "prefix.x": [2], "$or": [{"b.$or": [1]}, {"c.=.d": [2]}]}}`,
		`{"prefix": {"$or": [{"x": [1]}, {"prefix.y": [2]}]}, "prefix.suffix": [3]}`,
		`{"$or.a": [1], "a.$or": [2], "$or": [{"b.prefix.c": [1]}, {"$or.b": [2]}]}`,
		`{"prefix": [1], "a": [1], "$or": [{"a": [2]}, {"numeric.exists": [1], "b": [2]}]}`,
		`{"<": {"=": {">": [1]}, "=.>.=": [2]}, "<.=": [3]}`,
	} {
		p := MustCompile(text)
		q := checkCanonical(t, p)
		if !slices.Equal(p.Paths(), q.Paths()) {
			t.Errorf("%s reads %q, and %s reads %q", p, p.Paths(), q, q.Paths())
		}
		sampleLaws(t, text)
		sampleLaws(t, q.String())
	}
}

func TestEqual(t *testing.T) {
	p := MustCompile(`{"a": [1, 2], "b": [3]}`)
	if !p.Equal(MustCompile(`{"b": [3.0], "a": [2, 1]}`)) || p.Equal(MustCompile(`{"a": [1, 2]}`)) {
		t.Error("Equal is wrong")
	}
}

func TestPathsAndEstimate(t *testing.T) {
	p := MustCompile(`{"z": [1], "$or": [{"a.b": [{"wildcard": "*:*:"}]}, {"a": {"c": [1]}, "é": [2]}], "z": [2]}`)
	if got, want := p.Paths(), []string{"a.b", "a.c", "z", "é"}; !slices.Equal(got, want) {
		t.Errorf("Paths() = %q, want %q", got, want)
	}
	if got, want := p.Estimate(), (Estimate{Size: len(p.String()) - 1, Combinations: 2, Complexity: 4, Fields: 3, Nesting: 5, NumberLength: 1}); got != want {
		t.Errorf("Estimate() = %+v, want %+v", got, want)
	}
	stars := strings.Repeat("a*", 200)
	p, err := Limits{Complexity: -1}.Compile(`{"a": [{"wildcard": "` + stars + `"}]}`)
	if err != nil {
		t.Fatal(err)
	}
	if got := p.Estimate().Complexity; got != 101 {
		t.Errorf("the complexity of 200 stars is %d", got)
	}
}

// FuzzCanonical spells a pattern in another way and expects the same canonical form.
func FuzzCanonical(f *testing.F) {
	for seed := range uint64(50) {
		f.Add(seed)
	}
	f.Fuzz(func(t *testing.T, seed uint64) {
		g := newGenerator(seed)
		text, _ := g.pair()
		p, err := Compile(text)
		if err != nil {
			return
		}
		v, err := decodeSlow(text)
		if err != nil {
			t.Fatal(err)
		}
		again := g.respell(v.(slowObject), unordered(p))
		q, err := Limits{Size: -1, Complexity: -1}.Compile(again)
		if err != nil {
			t.Fatalf("%s\nspelled as %s: %v", text, again, err)
		}
		if !p.Equal(q) {
			t.Errorf("%s\nhas the canonical form %s\n%s\nhas %s", text, p.Canonical(), again, q.Canonical())
		}
	})
}

// checkCanonical tests the laws of the canonical form, and returns the pattern that it compiles to.
func checkCanonical(t *testing.T, p *Pattern) *Pattern {
	t.Helper()
	text := p.Canonical()
	q, err := Limits{Size: -1}.Compile(text)
	if err != nil {
		t.Fatalf("%s has the canonical form %s: %v", p, text, err)
	}
	if q.Canonical() != text || !p.Equal(q) {
		t.Errorf("%s has the canonical form %s, and this %s", p, text, q.Canonical())
	}
	if !slices.Equal(p.Paths(), q.Paths()) && len(q.Paths()) > len(p.Paths()) {
		t.Errorf("%s reads %q, and its canonical form %q", p, p.Paths(), q.Paths())
	}
	if err := withoutOr(text); utf8.ValidString(p.text) && err != nil {
		t.Errorf("%s has the canonical form %s: %v", p, text, err)
	}
	return q
}

// withoutOr is Validate for a pattern, which may have several $or in one object.
func withoutOr(text string) error {
	for i := 0; strings.Contains(text, `"$or":`); i++ {
		text = strings.Replace(text, `"$or":`, fmt.Sprintf(`"$or-%d":`, i), 1)
	}
	return Validate([]byte(text))
}

// unordered reports whether no path is written twice in a pattern, so that order does not matter.
func unordered(p *Pattern) bool {
	seen := map[string]bool{}
	for _, f := range placed(p.tree) {
		if seen[f.path] {
			return false
		}
		seen[f.path] = true
	}
	return true
}

// respell writes an object of a pattern in another way, with its members in another order if that
// does not matter.
func (g generator) respell(o slowObject, shuffle bool) string {
	var members []string
	for _, m := range o {
		name := m.name
		switch v := m.value.(type) {
		case slowObject:
			if len(v) == 1 && v[0].name != "$or" && g.chance(2) { // {"a": {"b": …}} as {"a.b": …}
				members = append(members, g.member(name+"."+v[0].name, g.respellValue(v[0].value, shuffle)))
				continue
			}
			members = append(members, g.member(name, g.respell(v, shuffle)))
		case []any:
			text := ""
			if name == "$or" {
				text = g.respellValue(v, shuffle)
				members = append(members, `"$or" :`+text)
				continue
			}
			members = append(members, g.member(name, g.respellValue(v, shuffle)))
		}
	}
	if shuffle {
		g.Shuffle(len(members), func(i, j int) { members[i], members[j] = members[j], members[i] })
	}
	return `{ ` + strings.Join(members, ` ,`) + `}`
}

func (g generator) respellValue(v any, shuffle bool) string {
	switch v := v.(type) {
	case slowObject:
		return g.respell(v, shuffle)
	case []any:
		var all []string
		for _, x := range v {
			if o, ok := x.(slowObject); ok && isBranch(o) {
				all = append(all, g.respell(o, shuffle))
				continue
			}
			all = append(all, writeSlow(x))
		}
		if shuffle {
			all = append(all, all[g.IntN(len(all))])
			g.Shuffle(len(all), func(i, j int) { all[i], all[j] = all[j], all[i] })
		}
		return `[` + strings.Join(all, `, `) + `]`
	}
	return writeSlow(v)
}

// isBranch reports whether an object in an array is an element of $or, not an operator.
func isBranch(o slowObject) bool {
	_, err := slowAccepts(o, "any string")
	return err != nil
}

// member writes a member, now and then with an escape in its name.
func (g generator) member(name, value string) string {
	quoted := quoteJSON(name)
	if g.chance(3) {
		quoted = strings.Replace(quoted, `a`, `\u0061`, 1)
	}
	return quoted + `: ` + value
}

// writeSlow writes a value as JSON.
func writeSlow(v any) string {
	switch v := v.(type) {
	case slowObject:
		var members []string
		for _, m := range v {
			members = append(members, quoteJSON(m.name)+`:`+writeSlow(m.value))
		}
		return `{` + strings.Join(members, `,`) + `}`
	case []any:
		var all []string
		for _, x := range v {
			all = append(all, writeSlow(x))
		}
		return `[` + strings.Join(all, `,`) + `]`
	case string:
		return quoteJSON(v)
	case nil:
		return `null`
	}
	return fmt.Sprint(v)
}
