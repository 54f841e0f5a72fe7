package jsonscan

import "testing"

func TestSplitter(t *testing.T) {
	for _, tt := range []struct {
		value, rest string
		done        bool
	}{
		{`{"a":"}"}`, `,{}`, true},
		{`[[]]`, `]`, true},
		{`"a\"b"`, `"c"`, true},
		{`"\\"`, `"`, true},
		{`12`, `,3`, true},
		{`null`, ` `, true},
		{`nonsense`, `}`, true},
		{`12`, ``, false},
		{`{"a":{}`, ``, false},
		{`"a\`, ``, false},
		{`"abcdefgh\"ijklmnop`, ``, false},
	} {
		text := []byte(tt.value + tt.rest)
		for cut := range len(text) + 1 {
			for next := cut; next <= len(text); next++ {
				n, done := feed(text[:cut], text[cut:next], text[next:])
				if n != len(tt.value) || done != tt.done {
					t.Errorf("%q cut at %d and %d: value ends at %d, %v, want %d, %v",
						text, cut, next, n, done, len(tt.value), tt.done)
				}
			}
		}
	}
}

// However a text is cut, its first value ends at the same place.
func FuzzSplitter(f *testing.F) {
	for _, text := range texts {
		f.Add([]byte(text), uint8(3))
	}
	f.Fuzz(func(t *testing.T, text []byte, size uint8) {
		text = text[space(text, 0):]
		n, done := feed(text)
		var pieces [][]byte
		for b, step := text, int(size)+1; len(b) > 0; b = b[min(step, len(b)):] {
			pieces = append(pieces, b[:min(step, len(b))])
		}
		if m, also := feed(pieces...); m != n || also != done {
			t.Errorf("%q ends at %d, %v; in pieces of %d at %d, %v", text, n, done, int(size)+1, m, also)
		}
	})
}

// feed feeds pieces to a new Splitter, and returns where the value ends in all of them together.
func feed(pieces ...[]byte) (end int, done bool) {
	var p Splitter
	for _, piece := range pieces {
		n, done := p.Feed(piece)
		end += n
		if done {
			return end, true
		}
	}
	return end, false
}
