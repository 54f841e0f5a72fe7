package pattern

import (
	"errors"
	"strings"
	"testing"
)

// demand returns the demand that an array makes.
func demand(t testing.TB, array string) Demand {
	t.Helper()
	p, err := Unlimited().Compile(`{"a": ` + array + `}`)
	if err != nil {
		t.Fatal(err)
	}
	return p.Demands()[0][0]
}

func TestDemands(t *testing.T) {
	p := MustCompile(`{"b": ["x"], "$or": [{"a": [1]}, {"a": {"c": [{"prefix": "y*"}]}, "b": [null, "z"]}]}`)
	var got []string
	for _, list := range p.Demands() {
		for _, d := range list {
			got = append(got, d.Path+" "+d.Pointer+" "+d.String()+" "+strings.Join(d.Literals(), " "))
		}
		got = append(got, "or")
	}
	const want = `b /b ["x"] x; a /$or/0/a [1] ; or; a.c /$or/1/a/c [{"prefix":"y*"}] y*; b /$or/1/b [null,"z"] z; or`
	if s := strings.Join(got, "; "); s != want {
		t.Errorf("%s\nwant %s", s, want)
	}
}

func TestFindValue(t *testing.T) {
	for _, tt := range []struct{ demands, want string }{
		{`["a", "b"] & ["b", "c"]`, `"b"`},
		{`["a"] & ["b"]`, `none`},
		{`[{"prefix": "Put"}] & [{"suffix": "Object"}]`, `"PutObject"`},
		{`[{"prefix": "Put"}] & [{"suffix": "tObject"}] & [{"anything-but": ["PutObject"]}]`, `"PuttObject"`},
		{`[{"prefix": "ab"}] & [{"suffix": "ba"}]`, `"aba"`},
		{`[{"prefix": "ab"}] & [{"suffix": "ba"}] & [{"wildcard": "a*c*a"}]`, `"abcba"`},
		{`[{"prefix": "ab"}] & [{"prefix": "b"}, {"prefix": "abc"}]`, `"abc"`},
		{`[{"prefix": "ab"}] & [{"anything-but": {"prefix": "a"}}]`, `none`},
		{`[{"prefix": "ab"}] & [{"anything-but": {"prefix": ["abc", "abx"]}}] & [{"anything-but": ["ab"]}]`, `"aby"`},
		{`[{"wildcard": "*a*"}] & [{"anything-but": {"wildcard": "*a*"}}]`, `none`},
		{`[{"wildcard": "*a*b*"}] & [{"wildcard": "*b*a*"}]`, `"aba"`},
		{`[{"equals-ignore-case": "k"}] & [{"anything-but": ["k", "K"]}]`, "\"\u212a\""}, // the Kelvin sign
		{`[{"equals-ignore-case": "k"}] & [{"anything-but": {"equals-ignore-case": "K"}}]`, `none`},
		{`[{"prefix": {"equals-ignore-case": "AB"}}] & ["abc", "xyz"]`, `"abc"`},
		{`[{"exists": false}] & [{"anything-but": "a"}, {"exists": false}]`, ``},
		{`[{"exists": false}] & [{"exists": true}]`, `none`},
		{`[{"numeric": [">", 1]}] & [{"numeric": ["<", 1.0000000000000004]}]`, `1.0000000000000002`},
		{`[{"numeric": [">", 1]}] & [{"numeric": ["<", 1.0000000000000002]}]`, `none`},
		{`[{"numeric": [">", 1]}] & [{"anything-but": [0, 2]}] & [{"numeric": ["<=", 2]}]`, `1.0000000000000002`},
		{`[{"numeric": [">", 1]}, "a"] & [{"suffix": "a"}]`, `"a"`},
		{`[true, null] & [null, 1]`, `null`},
		{`[{"anything-but": ["a"]}] & [{"anything-but": {"prefix": ""}}]`, `refused`},
		{`[{"cidr": "10.0.0.0/8"}] & [{"cidr": "10.1.0.0/16"}]`, `"10.1.0.0"`},
		{`[{"cidr": "10.0.0.0/8"}] & [{"cidr": "11.1.0.0/16"}]`, `none`},
		{`[{"cidr": "10.0.0.0/8"}] & ["10.0.0.9"]`, `"10.0.0.9"`},
		{`[{"cidr": "10.0.0.0/8"}] & [{"anything-but": {"prefix": "10.0.0.0"}}]`, `"10.0.0.1"`},
		{`[{"cidr": "10.0.0.0/8"}] & [{"suffix": "x"}]`, `none`},
		{`[{"cidr": "10.0.0.0/8"}] & [{"suffix": "a"}]`, `none`},
		{`[{"cidr": "10.0.0.0/8"}] & [{"suffix": ".4.5.6"}]`, `gave up`},
		{`[{"cidr": "10.0.0.0/8"}, "x"] & [{"cidr": "11.0.0.0/8"}, "x"]`, `"x"`},
		{`["\ud83d"] & [{"anything-but": "a"}]`, `"\ud83d"`},
		{`[{"prefix": "\ud83d"}] & [{"suffix": "\ude00"}] & [{"anything-but": ["a"]}]`, `"\ud83dx\ude00"`},
	} {
		var demands []Demand
		for array := range strings.SplitSeq(tt.demands, " & ") {
			p, err := Unlimited().Compile(`{"a": ` + array + `}`)
			if err != nil {
				if tt.want != "refused" {
					t.Errorf("%s: %v", array, err)
				}
				continue
			}
			demands = append(demands, p.Demands()[0]...)
		}
		if tt.want == "refused" {
			continue
		}
		got, ok, err := FindValue(demands)
		switch {
		case errors.Is(err, ErrGaveUp):
			got = "gave up"
		case !ok:
			got = "none"
		}
		if got != tt.want {
			t.Errorf("%s: %s, %v, want %s", tt.demands, got, err, tt.want)
		}
	}
}

func TestFindValueLikely(t *testing.T) {
	demands := []Demand{demand(t, `[{"prefix": "a"}, 1]`), demand(t, `[{"anything-but": "ab"}]`)}
	if got, ok, err := FindValue(demands, `"b"`, ``, `"ab"`, `1`, `"ac"`); got != `1` || !ok || err != nil {
		t.Errorf("FindValue = %s, %v, %v", got, ok, err)
	}
}

func TestFindText(t *testing.T) {
	for _, tt := range []struct {
		parts []Part
		want  string
	}{
		{[]Part{{Demand: demand(t, `[{"prefix": "arn:aws:s3:::photos/"}]`), Before: "arn:aws:s3:::"},
			{Demand: demand(t, `["photos"]`), To: 1},
			{Demand: demand(t, `[{"suffix": ".jpg"}]`), From: 1}}, "photos/.jpg"},
		{[]Part{{Demand: demand(t, `[{"prefix": "arn:aws:s3:::photos/"}]`), Before: "arn:aws:s3:::"},
			{Demand: demand(t, `["photo"]`), To: 1}}, "none"},
		{[]Part{{Demand: demand(t, `["a", "b/c"]`)}, {Demand: demand(t, `[{"prefix": ""}]`), From: 1}}, "b/c"},
		{[]Part{{Demand: demand(t, `["c"]`), From: 1, To: 2}, {Demand: demand(t, `[{"wildcard": "*d*"}]`)}}, "d/c"},
		{[]Part{{Demand: demand(t, `["x.y"]`), After: ".y"}}, "x"},
		{[]Part{{Demand: demand(t, `["x.y"]`), Before: "x"}}, ".y"},
		{[]Part{{Demand: demand(t, `["x.y"]`), Before: "z"}}, "none"},
		{[]Part{{Demand: demand(t, `[{"anything-but": {"suffix": "y"}}]`), After: ".y"}}, "none"},
	} {
		got, ok, err := FindText(tt.parts, '/')
		if !ok {
			got = "none"
		}
		if got != tt.want || err != nil {
			t.Errorf("%v: %s, %v, want %s", tt.parts, got, err, tt.want)
		}
	}
}

// TestFindTextGivesUp asks for what has too many possibilities.
func TestFindTextGivesUp(t *testing.T) {
	var parts []Part
	for _, c := range "abcdefghijklmnopqr" {
		array := `[{"wildcard": "*` + strings.Repeat(string(c)+`*`, 3) + `"}]`
		parts = append(parts, Part{Demand: demand(t, array)})
	}
	if text, ok, err := FindText(parts, 0); ok || !errors.Is(err, ErrGaveUp) {
		t.Errorf("FindText = %s, %v, %v", text, ok, err)
	}
}

// FuzzFind compares what is found with what trying finds.
func FuzzFind(f *testing.F) {
	for seed := range uint64(100) {
		f.Add(seed)
	}
	f.Fuzz(func(t *testing.T, seed uint64) { findLaws(t, seed) })
}

func TestFindLaws(t *testing.T) {
	count := map[string]int{}
	for seed := range uint64(3000) {
		count[findLaws(t, seed)]++
		if t.Failed() {
			t.Fatalf("seed %d", seed)
		}
	}
	t.Log(count)
	if count["found"] < 500 || count["none"] < 500 || count["gave up"] > 60 {
		t.Errorf("%v", count)
	}
}

// tries are values that generated demands are about, and others: all short texts of some characters.
var tries = func() []string {
	all := []string{``, `true`, `false`, `null`, `0`, `1`, `2`, `1.5`, `-1`, `3`, `9007199254740993`, `0.5`, `1e400`, `123456789012345678901234`}
	for _, text := range []string{``, `10.0.0.1`, `10.0.1.255`, `010.0.0.01`, `10.0.0.0`, `10.0.0.77`, `::1`, `2001:db8::f`, `ß`, `σ`, `ς`, `Σ`, `K`} {
		all = append(all, quote(text))
	}
	short := []string{``}
	for range 4 {
		var longer []string
		for _, text := range short {
			for _, c := range `abAx*` {
				longer = append(longer, text+string(c))
			}
		}
		for _, text := range longer {
			all = append(all, quote(text))
		}
		short = longer
	}
	return all
}()

func findLaws(t *testing.T, seed uint64) string {
	t.Helper()
	g := newGenerator(seed)
	var demands []Demand
	var slow []slowPattern
	text := ""
	for range 1 + g.IntN(4) {
		array := `{"a": [` + g.list(1, 2, g.condition) + `]}`
		p, err := Unlimited().Compile(array)
		if err != nil {
			return "refused"
		}
		s, err := compileSlow(array)
		if err != nil {
			return "refused"
		}
		text += array + " "
		demands, slow = append(demands, p.Demands()[0]...), append(slow, s)
	}
	all := func(value string) bool {
		event := `{}`
		if value != "" {
			event = `{"a": ` + value + `}`
		}
		for _, s := range slow {
			if !s.match(event) {
				return false
			}
		}
		return true
	}
	value, ok, err := FindValue(demands)
	switch {
	case errors.Is(err, ErrGaveUp):
		return "gave up"
	case ok:
		if !all(value) {
			t.Errorf("%s: found %s, which the twin refuses", text, value)
		}
		return "found"
	}
	for _, value := range tries {
		if all(value) {
			t.Errorf("%s: nothing found, and the twin takes %s", text, value)
			break
		}
	}
	return "none"
}
