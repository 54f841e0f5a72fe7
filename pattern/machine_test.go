package pattern

import (
	"cmp"
	"fmt"
	"math"
	"slices"
	"strings"
	"testing"
	"unicode"
	"unicode/utf8"
)

// TestMachine tests what rules become, as in the comment of machine: the columns with the branches that
// mention them, and the effects of what is asked. Branches are written as bits, b0 on the right.
func TestMachine(t *testing.T) {
	set := NewSet(slices.All([]*Pattern{
		MustCompile(`{"source": ["aws.s3"], "$or": [{"detail": {"size": [1]}}, {"detail": {"type": [{"prefix": "a"}]}}]}`),
		MustCompile(`{"source": ["aws.s3"], "detail": {"size": [1, 2]}}`),
		MustCompile(`{"source": [{"anything-but": "aws.s3"}]}`),
		MustCompile(`{"source": ["aws.s3"], "detail.size": [1]}`), // the first branch of the first
		MustCompile(`{"detail": [{"exists": false}, true], "$or": [{"x": [{"exists": true}]}, {"x": ["y"]}]}`),
	}))
	const want = `
detail          110000 none=110000 true=110000
detail.size     000011 1=000011 2=000001
detail.type     000100 "a"…=000100
source          001111 any=001000 "aws.s3"=000111-001000
x               110000 any=100000 "y"=010000
b0 r1: detail.size source
b1 r0 r3: detail.size source
b2 r0: detail.type source
b3 r2: source
b4 r4: detail x
b5 r4: detail x
below the event: 111111
below detail: 000111
`
	got := dump(set.machine)
	if got != strings.TrimPrefix(want, "\n") {
		t.Errorf("got:\n%s\nwant:%s", got, want)
	}
}

// dump returns a machine of no more than 64 branches as text.
func dump(m *machine) string {
	var b strings.Builder
	n := len(m.conjunctions)
	paths := m.paths()
	branches := func(s posting) string {
		var mask uint64
		for _, bit := range m.bits[s.from:s.to] {
			mask |= bit.mask
		}
		return fmt.Sprintf("%0*b", n, mask)
	}
	for i := range m.columns {
		c := &m.columns[i]
		fmt.Fprintf(&b, "%-15s %0*b", paths[c.step], n, m.masks[c.from])
		if c.none.from < c.none.to {
			fmt.Fprintf(&b, " none=%s", branches(c.none))
		}
		if c.any.from < c.any.to {
			fmt.Fprintf(&b, " any=%s", branches(c.any))
		}
		var list []string
		effect := func(what string, id int32) {
			e := &m.effects[id]
			text := what + "=" + branches(e.satisfied)
			if e.except.from < e.except.to {
				text += "-" + branches(e.except)
			}
			list = append(list, text)
		}
		for i, word := range []string{"true", "false", "null"} {
			if c.words[i] >= 0 {
				effect(word, c.words[i])
			}
		}
		for _, s := range c.exact.slots {
			if s.tag != 0 {
				effect(fmt.Sprintf("%q", s.text), s.value)
			}
		}
		for f, id := range c.numbers {
			effect(fmt.Sprint(math.Float64frombits(f)), id)
		}
		for _, n := range c.heads.nodes {
			if n.value >= 0 {
				effect(fmt.Sprintf("%q…", n.label), c.hits[n.value].effect)
			}
		}
		slices.Sort(list)
		for _, text := range list {
			b.WriteString(" " + text)
		}
		b.WriteByte('\n')
	}
	for id, c := range m.conjunctions {
		fmt.Fprintf(&b, "b%d", id)
		for _, r := range m.rules[m.ruleFrom[id]:m.ruleFrom[id+1]] {
			fmt.Fprintf(&b, " r%d", r)
		}
		b.WriteByte(':')
		for _, t := range c {
			b.WriteString(" " + paths[m.tests[t].at])
		}
		b.WriteByte('\n')
	}
	for i := range m.steps {
		at := &m.steps[i]
		if at.below < at.last {
			fmt.Fprintf(&b, "below %s: %0*b", cmp.Or(paths[at.id], "the event"), n, m.masks[at.group.from])
			if at.none.from < at.none.to {
				fmt.Fprintf(&b, " none=%s", branches(at.none))
			}
			b.WriteByte('\n')
		}
	}
	return b.String()
}

// paths returns the paths of the steps.
func (m *machine) paths() []string {
	paths := make([]string, len(m.steps))
	for i := range m.steps {
		for _, s := range m.steps[i].names.slots {
			if s.tag != 0 {
				paths[s.value] = strings.TrimPrefix(paths[i]+"."+s.text, ".")
			}
		}
	}
	return paths
}

func TestTable(t *testing.T) {
	for _, n := range []int{0, 1, 5, 1000} {
		table := newTable(n)
		text := func(i int) string { return strings.Repeat("x", i%20) + fmt.Sprint(i) + strings.Repeat("y", i%17) }
		for i := range n {
			table.set(text(i), int32(i))
		}
		for i := range 2 * n {
			want := int32(i)
			if i >= n {
				want = -1
			}
			if got := table.find([]byte(text(i))); got != want {
				t.Fatalf("find(%q) in %d = %d, want %d", text(i), n, got, want)
			}
		}
		if got := table.find(nil); got != -1 {
			t.Errorf("find of nothing in %d = %d", n, got)
		}
	}
}

func TestTrie(t *testing.T) {
	keys := strings.Split(",a,ab,abc,abd,ax,b,bcdef,bcdxy,bcd", ",")
	var list []keyed
	for i, k := range keys {
		list = append(list, keyed{k, int32(i)})
	}
	trie := newTrie(list)
	for _, text := range append(keys, "abcd", "bc", "bcde", "c", "axe", "bcdefg") {
		var got, want []string
		for n, rest := &trie.nodes[0], []byte(text); n != nil; n, rest = trie.next(n, rest) {
			if n.value >= 0 {
				got = append(got, keys[n.value])
			}
		}
		for _, k := range keys {
			if strings.HasPrefix(text, k) {
				want = append(want, k)
			}
		}
		slices.SortFunc(want, func(a, b string) int { return len(a) - len(b) })
		if !slices.Equal(got, want) {
			t.Errorf("%q begins with %q, want %q", text, got, want)
		}
	}
}

// TestRanges: the nodes that cover an interval have each place of it once below them, and no other.
func TestRanges(t *testing.T) {
	for n := range 9 {
		r := ranges{}
		for i := range n {
			r.bounds = append(r.bounds, float64(10*i))
		}
		size := r.size()
		for first := range size {
			for last := first; last < size; last++ {
				covering := make([]int, 2*size)
				r.cover(first, last, func(node int) { covering[node]++ })
				for place := range size {
					found := 0
					for i := place + size; i > 0; i /= 2 {
						found += covering[i]
					}
					if want := first <= place && place <= last; (found == 1) != want || found > 1 {
						t.Fatalf("%d bounds: %d to %d covers %d %d times", n, first, last, place, found)
					}
				}
			}
		}
	}
}

// TestNetworks compares with a look at each network.
func TestNetworks(t *testing.T) {
	var list []network
	for i, text := range strings.Fields("10.0.0.0/8 10.1.0.0/16 10.1.2.0/24 10.9.0.0/16 192.0.2.0/24 0.0.0.0/0 ::/0 2001:db8::/32 2001:db8:1::/48 10.1.0.0/17") {
		p, err := parseCIDR(text)
		if err != nil {
			t.Fatal(err)
		}
		list = append(list, network{Prefix: p, effect: int32(i)})
	}
	sorted := newNetworks(slices.Clone(list))
	for _, text := range strings.Fields("10.2.0.1 10.1.2.3 10.1.200.1 9.255.255.255 11.0.0.0 192.0.2.255 255.255.255.255 0.0.0.0 ::1 2001:db8::1 2001:db8:1::1 2001:db9::") {
		ip, _ := parseIP(text)
		var got, want []int32
		for i := sorted.last(ip); i >= 0; i = sorted[i].up {
			if sorted[i].Contains(ip) {
				got = append(got, sorted[i].effect)
			}
		}
		for _, n := range list {
			if n.Contains(ip) {
				want = append(want, n.effect)
			}
		}
		slices.Sort(got)
		if !slices.Equal(got, want) {
			t.Errorf("%s is in %v, want %v", text, got, want)
		}
	}
}

// TestAppendFolded: characters that agree have the same form.
func TestAppendFolded(t *testing.T) {
	lower, upper := map[rune]string{}, map[rune]string{}
	for r := rune(0); r <= unicode.MaxRune; r++ {
		if !utf8.ValidRune(r) {
			continue
		}
		form := string(appendFolded(nil, []byte(string(r))))
		if other, ok := lower[unicode.ToLower(r)]; ok && other != form {
			t.Errorf("%q becomes %q, another with its lower case %q", r, form, other)
		}
		if other, ok := upper[unicode.ToUpper(r)]; ok && other != form {
			t.Errorf("%q becomes %q, another with its upper case %q", r, form, other)
		}
		lower[unicode.ToLower(r)], upper[unicode.ToUpper(r)] = form, form
	}
}

// TestInside: a wildcard is noticed wherever its piece stands, and only where it matches.
func TestInside(t *testing.T) {
	var rules []*Pattern
	operands := strings.Fields("*team* *team-ec2* *x*longpiece*y* *ab* *a*b* *AAAA*AAAA* *Longer-than-sixteen-characters*")
	for _, o := range operands {
		p, err := Limits{Complexity: -1}.Compile(fmt.Sprintf(`{"s": [{"wildcard": %q}]}`, o))
		if err != nil {
			t.Fatal(err)
		}
		rules = append(rules, p)
	}
	set := NewSet(slices.All(rules))
	for _, core := range []string{"team", "team-ec2", "tea-m", "xlongpiecey", "x longpiece y", "longpiece", "ab", "a-b", "AAAAAAA", "AAAAAAAA",
		"Longer-than-sixteen-characters", "Longer-than-sixteen-character", ""} {
		for before := range 20 {
			text := strings.Repeat(".", before) + core + strings.Repeat("-", before%5)
			var want []int
			for i, p := range rules {
				field := p.branches[0]["s"]
				if field.accepts(&value{kind: '"', text: []byte(text)}) {
					want = append(want, i)
				}
			}
			got, err := set.Match([]byte(fmt.Sprintf(`{"s": %q}`, text)))
			if !slices.Equal(got, want) || err != nil {
				t.Errorf("%q matches %v, %v, want %v", text, got, err, want)
			}
		}
	}
}

// TestEnd: how far Match reads. What follows the mark is never looked at, which shows in that it is broken.
func TestEnd(t *testing.T) {
	for _, tt := range []struct{ name, pattern, event string }{
		{"no match", `{"source": ["aws.s3"], "detail": {"x": [1]}}`, `{"source":"aws.ec2",∑?`},
		{"match", `{"source": ["aws.s3"]}`, `{"id":"1","source":"aws.s3"∑`},
		{"no match below", `{"detail": {"x": [1], "y": [1]}}`, `{"detail":{"x":2∑,?`},
		{"match below", `{"detail": {"x": [1]}}`, `{"detail":{"x":1∑,?`},
		{"a name that is nowhere", `{"source": ["a"], "detail": {"errorCode": [{"exists": true}]}}`, `{"source":"a","detail":{∑"x":1,?`},
		{"one that is not wanted", `{"source": ["a"], "detail": {"errorCode": [{"exists": false}]}}`, `{"source":"a"∑,"detail":?`},
		{"behind the object", `{"detail": {"x": [{"exists": false}], "y": [1]}}`, `{"detail":{"y":1}∑?`},
		{"behind the array", `{"detail": {"x": [1], "y": [1]}}`, `{"detail":[{"x":1},{"y":1}]∑?`},
		{"some branch", `{"$or": [{"a": [1]}, {"b": [1], "c": [1]}]}`, `{"b":2,"a":1∑,?`},
	} {
		before, after, _ := strings.Cut(tt.event, "∑")
		p := MustCompile(tt.pattern)
		if _, err := p.Match([]byte(before + after)); err != nil {
			t.Errorf("%s: %s on %s: %v", tt.name, p, tt.event, err)
		}
	}
}

// TestDotted: a walk does not end early if a name with a dot could change what it has concluded.
func TestDotted(t *testing.T) {
	for _, tt := range []struct {
		pattern, event string
		want           bool
	}{
		{`{"a": {"b": [1]}}`, `{"a":{"b":2},"a.b":1}`, true},
		{`{"a": {"b": [1]}}`, `{"a":{"b":2},"\u0061.b":1}`, true},
		{`{"a": {"b": [1]}}`, `{"a":{"b":2},"a\u002eb":1}`, true},
		{`{"a": {"b": [1]}}`, `{"a":{"b":2},"x":"\\a.b"}`, false},
		{`{"a": {"b": [1]}}`, `{"a":{"b":2},"a.c":1}`, false},
		{`{"a": {"b": [1]}}`, `{"a":{"b":2},"a.b":2,"a.b":1}`, false},
		{`{"a": {"b": [{"exists": false}]}, "c": [1]}`, `{"a":{},"c":1,"a.b":1}`, false},
		{`{"a": {"b": [{"exists": false}]}, "c": [1]}`, `{"c":1,"a":[],"a.b":1}`, false},
		{`{"a": {"b": [{"exists": true}]}, "c": [1]}`, `{"a":{},"c":1,"a.b":1}`, true},
		{`{"": {"b": [1]}}`, `{"":{"b":2},".b":1}`, true},
		{`{"a/b": {"b": [1]}}`, `{"a/b":{"b":2},"a\/b.b":1}`, true},
		{`{"a": {"b": {"c": [1]}}}`, `{"a":{"b":{"c":2},"b.c":1}}`, true},
		{`{"a": {"b": {"c": [1]}}}`, `{"a":{"b":{"c":2}},"a.b":{"c":1}}`, true},
		{`{"a": {"b": {"c": [1]}}}`, `{"a":{"b":{"c":2}},"a.b.c":1}`, true},
	} {
		p := MustCompile(tt.pattern)
		for range 2 { // the second time, the walk expects it
			if got, err := p.Match([]byte(tt.event)); got != tt.want || err != nil {
				t.Errorf("%s on %s = %v, %v, want %v", p, tt.event, got, err, tt.want)
			}
		}
	}
}

// TestGuesses: what a walk has learnt from other events changes nothing.
func TestGuesses(t *testing.T) {
	p := MustCompile(`{"a": [1], "bb": [2], "a long name of more than eight bytes": [3]}`)
	events := []string{
		`{"a":1,"bb":2,"a long name of more than eight bytes":3}`,
		`{"bb":2,"a long name of more than eight bytes":3,"a":1}`,
		`{"x":0,"a":1,"y":0,"bb":2,"z":0,"a long name of more than eight bytes":3,"u":{}}`,
		`{ "a" : 1 , "bb" : 2 , "a long name of more than eight bytes" : 3 }`,
		`{"\u0061":1,"b\u0062":2,"a long name of more than eight bytes":3}`,
		`{"a":2,"a":1,"bb":2,"a long name of more than eight bytes":3}`,
		`{"a":1,"bb":2,"a long name of more than nine bytes":3}`,
		`{"a":1,"b":2,"a long name of more than eight bytes":3}`,
	}
	want := []bool{true, true, true, true, true, false, false, false}
	for _, order := range [][]int{{0, 1, 2, 3, 4, 5, 6, 7}, {7, 6, 5, 4, 3, 2, 1, 0}, {0, 6, 0, 7, 0, 5, 2, 2, 0, 0, 1}} {
		for _, i := range order {
			if got, err := p.Match([]byte(events[i])); got != want[i] || err != nil {
				t.Errorf("%s = %v, %v, want %v", events[i], got, err, want[i])
			}
		}
	}
	var many strings.Builder
	for i := range 3 * maxGuesses {
		fmt.Fprintf(&many, `"n%d":%d,`, i, i)
	}
	if got, err := p.Match([]byte(`{` + many.String() + events[0][1:])); !got || err != nil {
		t.Errorf("behind many names: %v, %v", got, err)
	}
}
