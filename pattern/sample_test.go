package pattern

import (
	"errors"
	"reflect"
	"strings"
	"testing"
	"unicode/utf8"
)

func TestSample(t *testing.T) {
	for _, tt := range []struct{ text, event, misses string }{
		{`{"source": ["aws.s3"], "detail": {"eventName": [{"prefix": "Put"}], "errorCode": [{"exists": false}]}}`,
			`{"detail":{"eventName":"Put"},"source":"aws.s3"}`, `
			{"detail":{"eventName":"Put"},"source":"not-aws.s3"}
			{"detail":{"eventName":"not-Put"},"source":"aws.s3"}
			{"detail":{"errorCode":"example","eventName":"Put"},"source":"aws.s3"}`},
		{`{"a": [{"numeric": [">", 5, "<=", 10]}], "b": [7], "c": [true]}`, `{"a":6,"b":7,"c":true}`, `
			{"a":5,"b":7,"c":true}
			{"a":6,"b":8,"c":true}
			{"a":6,"b":7,"c":false}`},
		{`{"a": [{"anything-but": ["other", "x"]}], "a.b": [{"cidr": "10.0.0.7/8"}]}`, `{"a":"example","a.b":"10.0.0.0"}`, `
			{"a":"other","a.b":"10.0.0.0"}
			{"a":"example","a.b":"192.0.2.1"}`},
		{`{"a": [{"exists": true}]}`, `{"a":"example"}`, `{}`},
		{`{"a": [{"exists": true}, {"exists": false}]}`, `{"a":"example"}`, `the condition cannot fail`},
		{`{"$or": [{"a": [1]}, {"a": [{"exists": true}]}, {"a": [{"exists": false}]}]}`, `{"a":1}`,
			`another branch of the pattern matches the events in which only this condition fails`},
		{`{"$or": [{"a": [{"numeric": [">", 0, "<", 5e-324]}]}, {"a": [{"wildcard": "x*\\*"}], "b": [null]}]}`, `{"a":"x*","b":null}`, `
			{"a":"not-x*\\*","b":null}
			{"a":"x*","b":"other"}`},
		{`{"a": [{"wildcard": "\ud83d*\ude00"}], "\ude00": [{"wildcard": "*\ud83d*\ude00*x*"}]}`, `{"a":"\ud83d-\ude00","\ude00":"\ud83d-\ude00x"}`, `
			{"a":"other","\ude00":"\ud83d-\ude00x"}
			{"a":"\ud83d-\ude00","\ude00":"other"}`},
		{`{"a": [{"anything-but": {"wildcard": "\ud83d*\ude00"}}]}`, `{"a":"other"}`, `{"a":"\ud83d-\ude00"}`},
		{`{"a": ["\ud800"]}`, `{"a":"\ud800"}`, `{"a":"other"}`},
	} {
		s, err := MustCompile(tt.text).Sample()
		if err != nil {
			t.Errorf("%s: %v", tt.text, err)
			continue
		}
		if s.Event != tt.event {
			t.Errorf("%s\n got %s\nwant %s", tt.text, s.Event, tt.event)
		}
		var got, want []string
		for _, m := range s.Misses {
			got = append(got, m.Event+m.Reason)
		}
		for line := range strings.SplitSeq(strings.TrimSpace(tt.misses), "\n") {
			want = append(want, strings.TrimSpace(line))
		}
		if !reflect.DeepEqual(got, want) {
			t.Errorf("%s misses\n%s\nwant\n%s", tt.text, strings.Join(got, "\n"), strings.Join(want, "\n"))
		}
	}
}

func TestSampleContradiction(t *testing.T) {
	_, err := MustCompile(`{"b": [1], "a": [{"numeric": [">", 1, "<", 1.0000000000000002]}]}`).Sample()
	const want = `pattern: no event can match, because no value is accepted by [{"numeric":[">",1,"<",1.0000000000000002]}] in /a (offset 16)`
	if !errors.Is(err, ErrContradiction) || err.Error() != want {
		t.Errorf("%v, want %s", err, want)
	}
}

// FuzzSample tests that samples match and misses do not, over generated patterns.
func FuzzSample(f *testing.F) {
	for seed := range uint64(50) {
		f.Add(seed)
	}
	f.Fuzz(func(t *testing.T, seed uint64) {
		text, _ := newGenerator(seed).pair()
		if seed%3 == 0 {
			text = strings.ReplaceAll(text, `{"exists":true}`, `{"numeric":[">",1,"<",1.0000000000000002]}`)
		}
		sampleLaws(t, text)
	})
}

// TestSampleLaws is FuzzSample over a fixed range of seeds.
func TestSampleLaws(t *testing.T) {
	var misses, missing int
	for seed := range uint64(2000) {
		text, _ := newGenerator(seed).pair()
		a, b := sampleLaws(t, text)
		misses, missing = misses+a, missing+b
		if t.Failed() {
			t.Fatalf("seed %d", seed)
		}
	}
	t.Logf("%d near misses; of %d conditions there is none", misses, missing)
	if missing > misses/10 {
		t.Errorf("there are %d near misses, but for %d conditions there is none", misses, missing)
	}
}

// sampleLaws returns how many near misses a pattern has, and how many are missing.
func sampleLaws(t *testing.T, text string) (misses, missing int) {
	t.Helper()
	p, err := Compile(text)
	if err != nil {
		return 0, 0
	}
	s, err := p.Sample()
	if errors.Is(err, ErrContradiction) {
		if p.unsatisfiable() == nil {
			t.Errorf("%s: %v", text, err)
		}
		return 0, 0
	}
	if again, _ := p.Sample(); err != nil || !reflect.DeepEqual(s, again) {
		t.Fatalf("%s has the samples %v, %v and %v", text, s, err, again)
	}
	check(t, p, s.Event, true)
	slow, err := compileSlow(text)
	if err != nil {
		t.Fatal(err)
	}
	twin := func(event string, want bool) {
		if utf8.ValidString(event) && !hard(slow, event) && slow.match(event) != want {
			t.Errorf("%s\non %s: the twin does not say %v", text, event, want)
		}
	}
	twin(s.Event, true)
	b := p.satisfiableBranch()
	if len(s.Misses) != len(b) {
		t.Errorf("%s: %d misses for %d conditions", text, len(s.Misses), len(b))
	}
	for _, m := range s.Misses {
		if m.Event == "" {
			missing++
			continue
		}
		misses++
		check(t, p, m.Event, false)
		twin(m.Event, false)
		// Without the one condition, the branch matches.
		rest := &conjunctive{fields: map[string]string{}}
		for path, f := range b {
			if path != m.Path {
				rest.fields[path] = f.String()
			}
		}
		if len(rest.fields) > 0 {
			check(t, mustCompileAny(string(rest.append(nil, 1))), m.Event, true)
		}
	}
	return misses, missing
}
