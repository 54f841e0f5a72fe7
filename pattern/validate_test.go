package pattern

import (
	"encoding/json"
	"errors"
	"strings"
	"testing"
	"unicode/utf8"
)

func TestValidate(t *testing.T) {
	for _, tt := range []struct{ event, reason string }{
		{`{}`, ``},
		{` {"a": [1, {"a": {"a": null}}, {"a": 2}], "b": "\ud800"} `, ``},
		{`∑`, `unexpected EOF`},
		{`∑[]`, `expected an object, found an array`},
		{`{"a": 1, "b": [tr∑ie]}`, `expected true, found 'i'`},
		{`{"a": 1} ∑{}`, `expected the end of the text, found '{'`},
		{`{"a": {"b": 1, ∑"\u0062": 2}}`, `duplicate name "b"`},
		{`{"a": 1, ∑"a": 2}`, `duplicate name "a"`},
		{"{\"a\": \"∑\xff\"}", `not UTF-8`},
		{strings.Repeat(`{"a":`, maxDepth) + `1` + strings.Repeat(`}`, maxDepth), ``},
		{strings.Repeat(`{"a":`, maxDepth) + `∑[]` + strings.Repeat(`}`, maxDepth), `nested deeper than 1000 levels`},
	} {
		before, after, marked := strings.Cut(tt.event, "∑")
		err := Validate([]byte(before + after))
		if !marked {
			if err != nil {
				t.Errorf("%.80q: %v", tt.event, err)
			}
			continue
		}
		e, ok := errors.AsType[*EventError](err)
		if !ok || e.Err.Error() != tt.reason || e.Offset != len(before) {
			t.Errorf("%.80q: %v, want %s at %d", tt.event, err, tt.reason, len(before))
		}
	}
	if err := Validate([]byte(`{"a":1,"a":1}`)); !errors.Is(err, ErrDuplicate) {
		t.Errorf("%v is not ErrDuplicate", err)
	}
}

// FuzzValidate compares Validate with encoding/json, and with Match: what it lets pass, Match reads.
func FuzzValidate(f *testing.F) {
	for _, c := range readTestdata(f) {
		f.Add(c.event)
	}
	for seed := range uint64(50) {
		_, event := newGenerator(seed).pair()
		f.Add(event)
	}
	f.Fuzz(func(t *testing.T, event string) {
		err := Validate([]byte(event))
		if deep(event) {
			return
		}
		v, slowErr := decodeSlow(event)
		_, isObject := v.(slowObject)
		want := slowErr == nil && isObject && utf8.ValidString(event) && !repeatsSlow(v)
		if (err == nil) != want {
			t.Fatalf("Validate(%#q) = %v, want valid: %v", event, err, want)
		}
		if e, ok := errors.AsType[*EventError](err); err != nil && (!ok || e.Offset > len(event)) {
			t.Errorf("Validate(%#q): %v", event, err)
		}
		if want != (json.Valid([]byte(event)) && want) {
			t.Errorf("Validate(%#q) passes what is no JSON", event)
		}
		for _, p := range decoys {
			if _, err := p.Match([]byte(event)); err != nil && want {
				t.Errorf("%s on %#q, which is valid: %v", p, event, err)
			}
		}
	})
}

// repeatsSlow reports whether a name occurs twice in some object of v.
func repeatsSlow(v any) bool {
	switch v := v.(type) {
	case []any:
		for _, x := range v {
			if repeatsSlow(x) {
				return true
			}
		}
	case slowObject:
		seen := map[string]bool{}
		for _, m := range v {
			if seen[m.name] || repeatsSlow(m.value) {
				return true
			}
			seen[m.name] = true
		}
	}
	return false
}
