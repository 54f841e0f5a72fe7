package pattern

import (
	"errors"
	"fmt"
	"maps"
	"math/rand/v2"
	"slices"
	"strings"
	"sync"
	"sync/atomic"
	"testing"
)

// TestZeroSet tests that a Set that was not made by NewSet is one without rules.
func TestZeroSet(t *testing.T) {
	var s Set[string]
	if keys, err := s.Match([]byte(`{"a": 1}`)); len(keys) > 0 || err != nil {
		t.Errorf("Match = %v, %v", keys, err)
	}
	if _, err := s.Match([]byte(`[{"a": 1}]`)); err == nil {
		t.Error("no error for an event that is no object")
	}
	if e, err := s.Explain([]byte(`{"a": 1}`)); err != nil || len(e.Rules) > 0 || s.Len() > 0 {
		t.Errorf("Explain = %v, %v", e, err)
	}
}

// TestSetLaws tests that a set says of each pattern what the pattern says alone, whatever its
// neighbours and the order, over generated patterns and events.
func TestSetLaws(t *testing.T) {
	for seed := range uint64(60) {
		var patterns []*Pattern
		var events []string
		for i := range uint64(40) {
			text, event := newGenerator(seed<<32 + i).pair()
			if p, err := Compile(text); err == nil {
				patterns = append(patterns, p)
			}
			events = append(events, event)
		}
		set := NewSet(slices.All(patterns))
		perm := rand.New(rand.NewPCG(seed, 0)).Perm(len(patterns))
		shuffled := NewSet(func(yield func(int, *Pattern) bool) {
			for _, i := range perm {
				if !yield(i, patterns[i]) {
					return
				}
			}
		})
		for _, event := range events {
			var want []int
			for i, p := range patterns {
				ok, err := p.Match([]byte(event))
				if err != nil {
					t.Fatalf("%s on %s: %v", p, event, err)
				}
				if ok {
					want = append(want, i)
				}
			}
			got, err := set.Match([]byte(event))
			if !slices.Equal(got, want) || err != nil {
				t.Errorf("set on %s = %v, %v, want %v", event, got, err, want)
			}
			got, err = shuffled.Match([]byte(event))
			if !slices.IsSortedFunc(got, func(a, b int) int { return slices.Index(perm, a) - slices.Index(perm, b) }) {
				t.Errorf("shuffled set on %s = %v, not in the order of the rules", event, got)
			}
			if slices.Sort(got); !slices.Equal(got, want) || err != nil {
				t.Errorf("shuffled set on %s = %v, %v, want %v", event, got, err, want)
			}
		}
	}
}

// TestAfterBroken tests that broken events leave nothing behind: whatever a set was given before, it says
// the same of an event as a set that was given nothing.
func TestAfterBroken(t *testing.T) {
	// In the middle of an array, when objects in it were judged already.
	absent := MustCompile(`{"d": {"x": [1, {"exists": false}], "y": [1, {"exists": false}]}}`)
	set := NewSet(slices.All([]*Pattern{absent, MustCompile(`{"d": {"z": [1]}}`)}))
	for _, broken := range []string{`{"d":[{"x":1},?`, `{"d":[{"x":2},?`, `{"d":[{"x":1`} {
		if _, err := set.Match([]byte(broken)); err == nil {
			t.Errorf("%s: no error", broken)
		}
		event := `{"d":[{"z":1}]}`
		if got, err := set.Match([]byte(event)); !slices.Equal(got, []int{0, 1}) || err != nil {
			t.Errorf("%s after %s = %v, %v, want both", event, broken, got, err)
		}
	}

	for seed := range uint64(20) {
		r := rand.New(rand.NewPCG(seed, 7))
		var patterns []*Pattern
		var events []string
		for i := range uint64(40) {
			text, event := newGenerator(seed<<32 + i).pair()
			if p, err := Compile(text); err == nil {
				patterns = append(patterns, p)
			}
			events = append(events, event)
		}
		used := NewSet(slices.All(patterns))
		for _, event := range events {
			want, err := NewSet(slices.All(patterns)).Match([]byte(event))
			if err != nil {
				t.Fatalf("seed %d: %s: %v", seed, event, err)
			}
			for range 10 {
				broken := []byte(event[:r.IntN(len(event)+1)])
				if len(broken) > 0 && r.IntN(2) == 0 {
					broken = []byte(event)
					broken[r.IntN(len(broken))] = "{}[]\",:.\\1\xff"[r.IntN(11)]
				}
				used.Match(broken) // an error or not
				if got, err := used.Match([]byte(event)); !slices.Equal(got, want) || err != nil {
					t.Fatalf("seed %d: %s\nafter %q = %v, %v, want %v", seed, event, broken, got, err, want)
				}
			}
		}
	}
}

func TestSet(t *testing.T) {
	a, b := MustCompile(`{"a": [1]}`), MustCompile(`{"b": [1]}`)
	list := []*Pattern{a, b, a}
	set := NewSet(slices.All(list))
	if set.Len() != 3 {
		t.Errorf("Len() = %d, want 3", set.Len())
	}
	if got := slices.Collect(maps.Values(maps.Collect(set.All()))); len(got) != 3 {
		t.Errorf("All() yields %v", got)
	}
	for i, p := range set.All() {
		if p != list[i] {
			t.Errorf("All() yields %d, %v", i, p)
		}
		if i == 1 {
			break
		}
	}
	got, err := set.AppendMatch([]int{7}, []byte(`{"a": 1, "b": 2}`))
	if !slices.Equal(got, []int{7, 0, 2}) || err != nil {
		t.Errorf("AppendMatch = %v, %v", got, err)
	}
	if got, err = set.AppendMatch([]int{7}, []byte(`{"a": 1, "b"}`)); !slices.Equal(got, []int{7}) || err == nil {
		t.Errorf("AppendMatch after an error = %v, %v", got, err)
	}
}

func TestEmptySet(t *testing.T) {
	set := NewSet(maps.All(map[string]*Pattern{}))
	if keys, err := set.Match([]byte(`{"a": 1}`)); len(keys) != 0 || err != nil {
		t.Errorf("an empty set matches %v, %v", keys, err)
	}
	if _, err := set.Match([]byte(`[]`)); err == nil {
		t.Error("an empty set takes an array for an event")
	}
}

// TestConcurrent is for the race detector.
func TestConcurrent(t *testing.T) {
	p := MustCompile(`{"a": {"\u0062": ["x\n"], "c": [{"exists": false}]}}`)
	set := NewSet(slices.All([]*Pattern{p, decoys[0], p}))
	var wg sync.WaitGroup
	for i := range 8 {
		wg.Go(func() {
			for range 200 {
				event, want := `{"a": [{"b": "x\u000a"}, {"c": 1}]}`, true
				if i%2 == 0 {
					event, want = `{"a": [{"b": "x\n", "c": 0}, {"b": "y\n"}]}`, false
				}
				if ok, err := p.Match([]byte(event)); ok != want || err != nil {
					t.Errorf("%s = %v, %v, want %v", event, ok, err, want)
				}
				if keys, err := set.Match([]byte(event)); (len(keys) == 2) != want || err != nil {
					t.Errorf("set on %s = %v, %v", event, keys, err)
				}
			}
		})
	}
	wg.Wait()
}

// TestManyOutcomes drives the one kind of event that is refused: two ways to the same steps, each
// with more ways to match in part than anyone could want to combine.
func TestManyOutcomes(t *testing.T) {
	// Each of the 20 fields below a.b is found in a quarter of the elements, in other quarters at "a.b"
	// and at "b" in "a"; "z" is in none.
	names := strings.Split("abcdefghijklmnopqrst", "")
	fields := `"z":[1],"` + strings.Join(names, `":[1],"`) + `":[1]`
	r := rand.New(rand.NewPCG(1, 2))
	array := func() string {
		var elements []string
		for range 400 {
			var members []string
			for _, n := range names {
				if r.IntN(4) == 0 {
					members = append(members, `"`+n+`":1`)
				}
			}
			elements = append(elements, `{`+strings.Join(members, ",")+`}`)
		}
		return `[` + strings.Join(elements, ",") + `]`
	}
	p := MustCompile(`{"a":{"b":{` + fields + `}}}`)
	// No element alone has all, so without dots the answer is quick.
	event := `{"a":{"b":` + array() + `}}`
	if ok, err := p.Match([]byte(event)); ok || err != nil {
		t.Errorf("without dots: %v, %v", ok, err)
	}
	event = `{"a.b.z":1,"a.b":` + array() + `,"a":{"b":` + array() + `}}`
	if _, err := p.Match([]byte(event)); !errors.Is(err, ErrAmbiguous) {
		t.Errorf("with dots: %v, want %v", err, ErrAmbiguous)
	}
	if _, err := p.Match([]byte(event)); err != nil {
		if e, ok := errors.AsType[*EventError](err); !ok || e.Offset != 0 || Validate([]byte(event)) != nil {
			t.Errorf("%v is a %T", err, err)
		}
	}
	if _, err := p.Explain([]byte(event)); !errors.Is(err, ErrAmbiguous) {
		t.Errorf("explained with dots: %v, want %v", err, ErrAmbiguous)
	}
	set := NewSet(slices.All([]*Pattern{MustCompile(`{"a.b.z":[1]}`), p}))
	if keys, err := set.AppendMatch([]int{7}, []byte(event)); !slices.Equal(keys, []int{7}) || err == nil {
		t.Errorf("set = %v, %v", keys, err)
	}
}

// TestAllocations: matching allocates nothing once a walk is there to be reused, whatever the operators,
// objects in arrays included.
func TestAllocations(t *testing.T) {
	p := MustCompile(`{"a": ["x\n", 1.5], "b": {"c": [{"prefix": {"equals-ignore-case": "y"}}], "d": [{"exists": false}]}}`)
	list := []*Pattern{p, p,
		MustCompile(`{"b": {"c": [{"equals-ignore-case": "YES"}, {"cidr": "10.0.0.0/8"}, {"suffix": "es"}]}}`),
		MustCompile(`{"a": [{"numeric": [">", 1]}, {"wildcard": "*x*"}], "b": {"c": [{"anything-but": {"wildcard": "*no*"}}]}}`),
	}
	set := NewSet(slices.All(list))
	for _, text := range []string{
		`{"\u0061": "x\n", "b": {"c": "Yes"}}`,
		`{"a": 1.5, "b": [{"c": "Yes"}]}`,
		`{"a": 1.5, "b": [{"c": "no"}, {"c": "\u0059es"}, {"c": "yes", "d": 1}]}`,
	} {
		event := []byte(text)
		keys := make([]int, 0, len(list))
		if n := testing.AllocsPerRun(100, func() {
			p.Match(event)
			keys, _ = set.AppendMatch(keys[:0], event)
		}); n > 0 && !raceEnabled {
			t.Errorf("%s: %v allocations", event, n)
		}
		if len(keys) != len(list) {
			t.Errorf("%s matches %v", event, keys)
		}
	}
}

// TestZeroPattern: a Pattern that was not made by Compile matches nothing, alone and in a set.
func TestZeroPattern(t *testing.T) {
	var p Pattern
	if ok, err := p.Match([]byte(`{"a": 1}`)); ok || err != nil {
		t.Errorf("Match = %v, %v", ok, err)
	}
	if _, err := p.Match([]byte(`[]`)); err == nil {
		t.Error("no error for an event that is no object")
	}
	set := NewSet(slices.All([]*Pattern{&p, MustCompile(`{"a": [1]}`)}))
	if keys, err := set.Match([]byte(`{"a": 1}`)); !slices.Equal(keys, []int{1}) || err != nil {
		t.Errorf("in a set: %v, %v", keys, err)
	}
}

// TestSwap matches while sets are built and swapped. Each set holds rules of one generation, so a set
// that was seen half made would report those of two. It is for the race detector.
func TestSwap(t *testing.T) {
	const size, generations = 100, 30
	build := func(generation int) *Set[int] {
		return NewSet(func(yield func(int, *Pattern) bool) {
			for i := range size {
				p := MustCompile(fmt.Sprintf(`{"a": {"b": ["x", "%d"]}, "c": [{"anything-but": %d}]}`, generation, i))
				if !yield(generation, p) {
					return
				}
			}
		})
	}
	var rules atomic.Pointer[Set[int]]
	rules.Store(build(0))
	var done atomic.Bool
	var wg sync.WaitGroup
	for range 4 {
		wg.Go(func() {
			var keys []int
			last := 0
			for !done.Load() {
				var err error
				keys, err = rules.Load().AppendMatch(keys[:0], []byte(`{"a":{"b":"x"},"c":-1}`))
				if len(keys) != size || err != nil {
					t.Errorf("%d rules match, %v", len(keys), err)
					return
				}
				if slices.Min(keys) != slices.Max(keys) || keys[0] < last {
					t.Errorf("rules of generations %v after %d", keys, last)
					return
				}
				last = keys[0]
			}
		})
	}
	for g := 1; g < generations; g++ {
		rules.Store(build(g))
	}
	done.Store(true)
	wg.Wait()
}

// FuzzSet compares a set of hundreds of rules with the twin of each.
func FuzzSet(f *testing.F) {
	for seed := range uint64(5) {
		f.Add(seed, uint16(20))
	}
	f.Add(uint64(6), uint16(300))
	f.Fuzz(func(t *testing.T, seed uint64, n uint16) {
		var patterns []*Pattern
		var slow []slowPattern
		var events []string
		for i := range uint64(n % 500) {
			text, event := newGenerator(seed<<16 + i).pair()
			if p, err := Compile(text); err == nil {
				s, err := compileSlow(text)
				if err != nil {
					t.Fatalf("the twin refuses %s: %v", text, err)
				}
				patterns, slow = append(patterns, p), append(slow, s)
			}
			if i%16 == 0 { // each takes the twin of every rule
				events = append(events, event)
			}
		}
		set := NewSet(slices.All(patterns))
		for _, event := range events {
			got, err := set.Match([]byte(event))
			if err != nil {
				t.Fatalf("%s: %v", event, err)
			}
			for i, s := range slow {
				if hard(s, event) {
					continue
				}
				if want := s.match(event); slices.Contains(got, i) != want {
					t.Errorf("%s\non %s\nin a set of %d = %v, want %v", patterns[i], event, len(patterns), !want, want)
				}
			}
		}
	})
}
