package jsonscan

import (
	"slices"
	"testing"
)

// FuzzBackwards checks that an object has the same members from either end, and that in any other
// text the walk ends.
func FuzzBackwards(f *testing.F) {
	for _, text := range texts {
		f.Add([]byte(text))
	}
	f.Add([]byte(`{"a":"\\","b\"":"\"","c":[{"d":"]"}],"\\":{"e":{}} , "f" : -1.5e3 }`))
	f.Fuzz(func(t *testing.T, text []byte) {
		var backwards []string
		w, err := NewBackwards(text)
		for ok := err == nil; ok; {
			var name Text
			var value []byte
			if name, value, ok, err = w.Prev(); ok {
				if string(text[name.Offset:name.Offset+len(name.Raw)]) != string(name.Raw) {
					t.Fatalf("%q: name %q is not at %d", text, name.Raw, name.Offset)
				}
				backwards = append(backwards, string(name.Raw)+" = "+string(value))
			}
		}
		if !validSlow(text) {
			return
		}
		s := New(text)
		if s.Peek() != Object {
			return
		}
		if err != nil {
			t.Fatalf("%q: %v", text, err)
		}
		var forwards []string
		s.Open()
		for {
			name, more, err := s.Name()
			if err != nil {
				t.Fatal(err)
			}
			if !more {
				break
			}
			value, err := s.Value()
			if err != nil {
				t.Fatal(err)
			}
			forwards = append(forwards, string(name.Raw)+" = "+string(value))
		}
		slices.Reverse(backwards)
		if !slices.Equal(backwards, forwards) {
			t.Fatalf("%q: backwards %q, forwards %q", text, backwards, forwards)
		}
	})
}
