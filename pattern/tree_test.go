package pattern

import (
	"fmt"
	"slices"
	"strings"
	"testing"
)

// TestCanonical tests the tree by its text.
func TestCanonical(t *testing.T) {
	for _, tt := range []struct{ text, want string }{
		{` { "a" : [ 1 , "b" ] } `, `{"a":[1,"b"]}`},
		{`{"\u0061": [true, false, null, 3.0e2, "\u0022\/\ud83d\ude00"]}`, `{"a":[true,false,null,3.0e2,"\"/😀"]}`},
		{`{"a": [1], "a": [2]}`, `{"a":[1],"a":[2]}`},
		{`{"a": [{"exactly": "x"}]}`, `{"a":["x"]}`},
		{`{"a": [{"prefix": "x"}, {"suffix": {"equals-ignore-case": "x"}}]}`,
			`{"a":[{"prefix":"x"},{"suffix":{"equals-ignore-case":"x"}}]}`},
		{`{"a": [{"anything-but": ["x"]}, {"anything-but": [1, 2.0]}]}`, `{"a":[{"anything-but":"x"},{"anything-but":[1,2.0]}]}`},
		{`{"a": [{"anything-but": {"wildcard": ["\\*}", "*"]}}]}`, `{"a":[{"anything-but":{"wildcard":["\\*}","*"]}}]}`},
		{`{"a": [{"anything-but": {"equals-ignore-case": ["}"]}}]}`, `{"a":[{"anything-but":{"equals-ignore-case":"}"}}]}`},
		{`{"a": [{"numeric": [">", 0, "<=", 5]}, {"numeric": ["<", 1]}, {"numeric": ["=", 1]}]}`,
			`{"a":[{"numeric":[">",0,"<=",5]},{"numeric":["<",1]},{"numeric":["=",1]}]}`},
		{`{"a": [{"cidr": "10.0.0.1/08"}, {"exists": true}, {"exists": false}]}`,
			`{"a":[{"cidr":"10.0.0.1/08"},{"exists":true},{"exists":false}]}`},
		{`{"$or": [{"a": {"b": [1]}}, {"c": [2]}], "d": [3]}`, `{"$or":[{"a":{"b":[1]}},{"c":[2]}],"d":[3]}`},
	} {
		p, err := Compile(tt.text)
		if err != nil {
			t.Errorf("Compile(%#q): %v", tt.text, err)
			continue
		}
		if got := p.tree.String(); got != tt.want {
			t.Errorf("%#q\n got %s\nwant %s", tt.text, got, tt.want)
		}
		if p.String() != tt.text {
			t.Errorf("%#q: String() = %#q", tt.text, p)
		}
	}
}

// TestMachine tests what patterns become: the steps with their tests, and the rules.
func TestMachine(t *testing.T) {
	set := NewSet(slices.All([]*Pattern{
		MustCompile(`{"source": ["aws.s3"], "$or": [{"detail": {"size": [1]}}, {"detail.type": ["a"]}]}`),
		MustCompile(`{"detail": {"size": [1]}}`),
		MustCompile(`{"detail": [{"exists": false}], "detail.size": [1, 2]}`),
	}))
	const want = `
0-5
1-4 detail [{"exists":false}]
2-3 detail.size [1,2] [1]
3-4 detail.type ["a"]
4-5 source ["aws.s3"]
rule 0: detail.size[1] source["aws.s3"]
rule 0: detail.type["a"] source["aws.s3"]
rule 1: detail.size[1]
rule 2: detail[{"exists":false}] detail.size[1,2]
`
	if got := set.machine.dump(); got != strings.TrimPrefix(want, "\n") {
		t.Errorf("got:\n%s\nwant:%s", got, want)
	}
}

// dump returns the steps of m in order, each with its number, its end, its path and its tests, and
// the conjunctions of each rule.
func (m *machine) dump() string {
	var lines []string
	paths := map[*step]string{}
	var visit func(at *step, path string)
	visit = func(at *step, path string) {
		paths[at] = path
		line := fmt.Sprintf("%d-%d %s", at.id, at.end, path)
		var tests []string
		for _, id := range at.tests {
			tests = append(tests, m.tests[id].field.String())
		}
		slices.Sort(tests)
		lines = append(lines, strings.TrimRight(line+" "+strings.Join(tests, " "), " "))
		for part, next := range at.next {
			visit(next, strings.TrimPrefix(path+"."+part, "."))
		}
	}
	visit(m.root, "")
	slices.Sort(lines) // fewer than ten
	for i, rule := range m.rules {
		for _, c := range rule {
			line := fmt.Sprintf("rule %d:", i)
			for _, id := range c {
				line += " " + paths[m.tests[id].at] + m.tests[id].field.String()
			}
			lines = append(lines, line)
		}
	}
	return strings.Join(lines, "\n") + "\n"
}
