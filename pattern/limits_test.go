package pattern

import (
	"errors"
	"fmt"
	"runtime"
	"strings"
	"testing"
)

// fieldsOf returns n fields, the i-th with the name pi.
func fieldsOf(prefix string, n int) string {
	return many(n, `"`+prefix+`%d":[1]`)
}

// TestLimits tests each limit at its edge: by default, raised, and lifted.
func TestLimits(t *testing.T) {
	lifted := Unlimited()
	with := func(set func(*Limits)) Limits {
		l := lifted
		set(&l)
		return l
	}
	nested := func(n int) string { return strings.Repeat(`{"a":`, n-1) + `[1]` + strings.Repeat(`}`, n-1) }
	digits := func(n int) string { return `{"a":[` + strings.Repeat("1", n) + `]}` }
	size := func(n int) string { return `{"a":["` + strings.Repeat("é", n-len(`{"a":[""]}`)) + `"]}` }
	ors := func(lengths ...int) string { // an $or of each length
		var all []string
		for i, n := range lengths {
			var or []string
			for j := range n {
				or = append(or, fmt.Sprintf(`{"%d":[%d]}`, i, j))
			}
			all = append(all, `"$or":[`+strings.Join(or, ",")+`]`)
		}
		return `{` + strings.Join(all, ",") + `}`
	}
	stars := func(n int) string { return `{"a":[{"wildcard":"` + strings.Repeat("*:", n) + `"}]}` }
	for _, tt := range []struct {
		name   string
		within func(most int) Limits // 0 is the default
		most   int                   // by default
		text   func(n int) string    // of the size n
	}{
		{"size", func(n int) Limits { return with(func(l *Limits) { l.Size = n }) }, DefaultSize, size},
		{"combinations", func(n int) Limits { return with(func(l *Limits) { l.Combinations = n }) }, DefaultCombinations,
			func(n int) string { return ors(n) }},
		{"fields", func(n int) Limits { return with(func(l *Limits) { l.Fields = n }) }, DefaultFields,
			func(n int) string { return `{` + fieldsOf("a", n) + `}` }},
		{"fields in an or", func(n int) Limits { return with(func(l *Limits) { l.Fields = n }) }, DefaultFields,
			func(n int) string {
				return `{"$or":[{"x":[1]},{` + fieldsOf("b", n/2) + `}],"a":{` + fieldsOf("c", n-n/2) + `}}`
			}},
		{"fields that are the same", func(n int) Limits { return with(func(l *Limits) { l.Fields = n }) }, DefaultFields,
			func(n int) string { return `{` + fieldsOf("a", n) + `,` + fieldsOf("a", 50) + `}` }},
		{"nesting", func(n int) Limits { return with(func(l *Limits) { l.Nesting = n }) }, DefaultNesting, nested},
		{"number", func(n int) Limits { return with(func(l *Limits) { l.NumberLength = n }) }, DefaultNumberLength, digits},
	} {
		for _, c := range []struct{ limit, most int }{{0, tt.most}, {tt.most + 7, tt.most + 7}, {60, 60}} {
			if _, err := tt.within(c.limit).Compile(tt.text(c.most)); err != nil {
				t.Errorf("%s: %d within %d: %v", tt.name, c.most, c.limit, err)
			}
			_, err := tt.within(c.limit).Compile(tt.text(c.most + 1))
			if !errors.Is(err, ErrLimit) {
				t.Errorf("%s: %d within %d: %v, want ErrLimit", tt.name, c.most+1, c.limit, err)
			}
			if found := tt.within(c.limit).Lint(tt.text(c.most + 1)); len(found) != 1 || found[0].Rule != LintLimit {
				t.Errorf("%s: Lint: %v", tt.name, found)
			}
		}
		if _, err := lifted.Compile(tt.text(tt.most + 1)); err != nil {
			t.Errorf("%s: lifted: %v", tt.name, err)
		}
	}
	if _, err := lifted.Compile(nested(MaxNesting)); err != nil {
		t.Errorf("%d levels: %v", MaxNesting, err)
	}
	if _, err := lifted.Compile(nested(MaxNesting + 1)); !errors.Is(err, ErrLimit) {
		t.Errorf("%d levels: %v", MaxNesting+1, err)
	}
	if _, err := lifted.Compile(stars(8)); err != nil {
		t.Errorf("complexity: %v", err)
	}
	got := fmt.Sprintf("%+v", mustCompileAny(`{"a":[12.5,{"numeric":[">=",-300]}],"$or":[{"b":[1],"c":[2]},{"d":{"e":["x"]}}]}`).Estimate())
	if want := "{Size:80 Combinations:2 Complexity:0 Fields:3 Nesting:5 NumberLength:4}"; got != want {
		t.Errorf("Estimate = %s, want %s", got, want)
	}
}

// TestUnlimited tests that a pattern that was compiled within other limits can do all that others can.
func TestUnlimited(t *testing.T) {
	text := `{"source": ["a", "b*"], "path": [{"wildcard": "*/*/*/*/*/*/*.log"}], "$or": [` +
		strings.TrimSuffix(strings.Repeat(`{"x": [1], "y": [2]},`, 1200), ",") + `]}`
	if _, err := Compile(text); !errors.Is(err, ErrLimit) {
		t.Fatalf("it is within the limits: %v", err)
	}
	p, err := Unlimited().Compile(text)
	if err != nil {
		t.Fatal(err)
	}
	found := map[LintRule]bool{}
	for _, f := range Unlimited().Lint(text) {
		found[f.Rule] = true
	}
	if !found[LintWildcard] || found[LintLimit] {
		t.Errorf("Lint found %v", found)
	}
	s, err := p.Sample()
	if err != nil {
		t.Fatal(err)
	}
	e, err := p.Explain([]byte(s.Event))
	if err != nil || !e.Matched || len(e.String()) == 0 {
		t.Errorf("Explain: %v, %v", e.Reason(), err)
	}
	q, err := Unlimited().Compile(p.Canonical())
	if err != nil || !p.Equal(q) {
		t.Errorf("the canonical form: %v", err)
	}
	if q, err := Unlimited().Build(Field("a").Equals(strings.Repeat("x", 2*DefaultSize))); err != nil || q.Estimate().Size < DefaultSize {
		t.Errorf("Build: %v", err)
	}
}

// TestBoundedWork gives the package the texts that need the most work for their size, and looks at
// how much memory that takes in all, which bounds the time as well. The bounds are several times of what
// was measured.
func TestBoundedWork(t *testing.T) {
	if raceEnabled {
		t.Skip("the race detector has memory of its own")
	}
	long := Limits{Size: -1}
	repeat := strings.Repeat
	for _, tt := range []struct {
		name   string
		limits Limits
		text   string
		most   int // MB allocated
	}{
		{"or of ors", Limits{}, `{` + repeat(`"$or":[{"a":[1]},{"b":[1]}],`, 9) + fieldsOf("f", 100) + `}`, 50},
		{"fields before ors", Limits{}, `{` + fieldsOf("f", 100) + repeat(`,"$or":[{"a":[1]},{"b":[1]}]`, 9) + `}`, 50},
		{"or in or", Limits{}, repeat(`{"$or":[{"a":[1]},`, 90) + `{"b":[1]}` + repeat(`]}`, 90), 20},
		{"too many combinations", long, `{` + repeat(`"$or":[{"a":[1]},{"b":[1]}],`, 20_000) + `"c":[1]}`, 300},
		{"combinations without end", long, `{"$or":[` + repeat(`{"$or":[{"a":[1]},{"a":[1]}]},`, 20_000) + `{"a":[1]}]}`, 300},
		{"deep", long, repeat(`{"a":`, 200_000), 20},
		{"deep or", long, repeat(`{"$or":[`, 200_000), 20},
		{"deep in a list", long, `{"a":` + repeat(`[`, 200_000), 20},
		{"deep operator", long, `{"a":[` + repeat(`{"prefix":`, 200_000), 20},
		{"deep anything-but", long, `{"a":[` + repeat(`{"anything-but":`, 200_000), 20},
		{"deep numeric", long, `{"a":[{"numeric":` + repeat(`[`, 200_000), 20},
		{"many fields", long, `{` + fieldsOf("f", 50_000) + `}`, 100},
		{"many fields and ors", long, `{` + fieldsOf("f", 50_000) + repeat(`,"$or":[{"a":[1]},{"b":[1]}]`, 9) + `}`, 100},
		{"one field many times", long, `{` + repeat(`"a":[1],`, 100_000) + `"a":[2]}`, 300},
		{"long number", long, `{"a":[` + repeat("1", 1e6) + `]}`, 20},
		{"long exponent", long, `{"a":[1e` + repeat("1", 1e6) + `]}`, 20},
		{"long number in numeric", long, `{"a":[{"numeric":["=",` + repeat("1", 1e6) + `]}]}`, 20},
		{"long operator", long, `{"a":[{"` + repeat("x", 1e6) + `":1}]}`, 50},
		{"long name", long, `{"` + repeat("x", 1e6) + `":1}`, 50},
		{"long word", long, `{"a":[` + repeat("x", 1e6) + `]}`, 50},
		{"unknown operator with a long operand", long, `{"a":[{"not":[` + repeat(`"x",`, 2e5) + `1]}]}`, 50},
		{"prefix with a long list", long, `{"a":[{"prefix":[` + repeat(`"x",`, 2e5) + `"y"]}]}`, 50},
		{"long string", long, `{"a":["` + repeat("x", 1e6) + `"]}`, 50},
		{"long wildcard", long, `{"a":[{"wildcard":"` + repeat("x", 1e6) + `*"}]}`, 1000},
		{"wildcard with stars", long, `{"a":[{"wildcard":"` + repeat("*a", 5e5) + `"}]}`, 1000},
		{"wildcards", long, `{"a":[` + repeat(`{"wildcard":"*a"},`, 20_000) + `1]}`, 1000},
		{"many prefixes", long, `{"a":[` + many(20_000, `{"prefix":"%d"}`) + `]}`, 100},
		{"many values", long, `{"a":[` + many(50_000, `"v%d"`) + `]}`, 100},
		{"many values excluded", long, `{"a":[{"anything-but":[` + many(50_000, `"v%d"`) + `]},"x"]}`, 100},
		{"two long lists excluded", long, `{"a":[{"anything-but":[` + many(50_000, `"v%d"`) + `]},{"anything-but":[` +
			many(50_000, `"w%d"`) + `]}]}`, 200},
		{"one value excluded many times", long, `{"a":[{"anything-but":["x"` + repeat(`,"x"`, 50_000) + `]}]}`, 100},
		{"many elements", Limits{Size: -1, Combinations: -1}, `{"$or":[` + many(2000, `{"a":["v%d"],"b":[1]}`) + `]}`, 150},
		{"deepest", Unlimited(), repeat(`{"a":`, MaxNesting-1) + `[1]` + repeat(`}`, MaxNesting-1), 150},
		{"deepest or", Unlimited(), repeat(`{"$or":[{"b":[1]},`, MaxNesting/2-1) + `{"a":[1]}` + repeat(`]}`, MaxNesting/2-1), 500},
		{"stars and repetitions", Limits{}, `{"a":[{"wildcard":"*` + repeat("ab", 400) + `*` + repeat("ba", 400) + `*"}]}`, 1000},
	} {
		var p *Pattern
		for _, work := range []struct {
			name string
			do   func()
			most int
		}{
			{"Compile", func() { p, _ = tt.limits.Compile(tt.text) }, tt.most},
			{"Lint", func() { tt.limits.Lint(tt.text) }, 3 * tt.most},
			{"Canonical", func() { p.Canonical() }, 3 * tt.most},
			{"Explain", func() {
				e, err := p.Explain([]byte(`{"a": {"a": 1}, "b": "x"}`))
				if err != nil {
					t.Errorf("%s: %v", tt.name, err)
				}
				_ = e.String()
			}, 3 * tt.most},
		} {
			if p == nil && work.name != "Compile" && work.name != "Lint" {
				continue
			}
			n := megabytes(work.do)
			t.Logf("%s: %s: %d MB of %d", tt.name, work.name, n, work.most)
			if n > work.most {
				t.Errorf("%s: %s allocated %d MB, want at most %d", tt.name, work.name, n, work.most)
			}
		}
	}
}

// many returns a list of n things, made by putting their numbers into a form.
func many(n int, form string) string {
	var all []string
	for i := range n {
		all = append(all, fmt.Sprintf(form, i))
	}
	return strings.Join(all, ",")
}

// megabytes returns how much f allocates in all.
func megabytes(f func()) int {
	var before, after runtime.MemStats
	runtime.ReadMemStats(&before)
	f()
	runtime.ReadMemStats(&after)
	return int((after.TotalAlloc - before.TotalAlloc) >> 20)
}
