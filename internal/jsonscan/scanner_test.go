package jsonscan

import (
	"bytes"
	"encoding/binary"
	"encoding/json"
	"errors"
	"io"
	"slices"
	"strings"
	"testing"
	"unicode/utf8"
)

// texts are seeds for the fuzz targets and cases for the laws, valid and not.
var texts = []string{
	``, ` `, `null`, `true`, `false`, `0`, `-0`, `1.5e-3`, `12345678901234567890`, `""`, `"a"`,
	`"a\"b\\c\/\b\f\n\r\t\u0041\ud83d\ude80"`, `"\ud800"`, `"\udc00\ud800"`, `"\ud800\u0041"`,
	`"eight by"`, `"exactly sixteen."`, `"seventeen letters"`, "\"caf\u00e9 \u65e5\u672c\"",
	`{}`, `[]`, `{"a":1}`, ` { "a" : [ 1 , { "b" : null } ] , "c" : "d" } `, `[[],{},[{}],{"a":[]}]`,
	`{"a":{"b":{"c":["]","}","\"","\\"]}}}`, `{"":""}`, `{"a":1,"a":2}`,
	`{`, `[`, `{"a"`, `{"a":`, `{"a":1`, `{"a":1,`, `[1,`, `[1`, `"`, `"\`, `"\u00`, `tru`, `-`, `1.`, `1e`, `1e+`,
	`{,}`, `[,]`, `{"a":1,}`, `[1,]`, `{"a" 1}`, `{"a":}`, `{a:1}`, `{1:1}`, `[1 2]`, `{"a":1 "b":2}`, `}`, `]`, `{]`, `[}`, `,`, `:`,
	`nul`, `nulll`, `True`, `01`, `+1`, `.5`, `1.e1`, `--1`, `0x1`, `NaN`, `"\x"`, `"\u12g4"`, "\"\t\"", "\"\x00\"", "\"12345678\x1f\"",
	`{}{}`, `1 2`, `"a" "b"`, `[1] x`, "\ufeff{}", "'a'", "/* */ 1", "[\v1]",
	"\"\xff\xfe\"", "{\"\xc3\": 1}",
}

func TestScanner(t *testing.T) {
	for _, text := range texts {
		check(t, []byte(text))
	}
	for _, n := range []int{1, 63, 64, 65, MaxDepth - 1, MaxDepth, MaxDepth + 1, 3 * MaxDepth} {
		check(t, []byte(nested(`[`, ``, `]`, n)))
		check(t, []byte(nested(`{"a":`, `1`, `}`, n)))
		check(t, []byte(nested(`[{"a":`, `[]`, `}]`, n/2)))
	}
}

func FuzzScanner(f *testing.F) {
	for _, text := range texts {
		f.Add([]byte(text))
	}
	f.Fuzz(func(t *testing.T, text []byte) { check(t, text) })
}

// check compares everything that reads a text with what encoding/json makes of it.
func check(t *testing.T, text []byte) {
	t.Helper()
	valid := validSlow(text)

	s := New(text)
	raw, err := s.Value()
	if err == nil {
		err = s.Close()
	}
	if (err == nil) != valid {
		t.Fatalf("Value(%.200q): %v; valid: %v", text, err, valid)
	}
	checkError(t, text, err)

	deep := depthSlow(text) > 200 // the walk below calls itself
	if !deep {
		got, err := tokens(text)
		if (err == nil) != valid {
			t.Fatalf("walk of %.200q: %v; valid: %v", text, err, valid)
		}
		checkError(t, text, err)
		want, _ := tokensSlow(text)
		if valid && utf8.Valid(text) && !slices.Equal(got, want) {
			t.Fatalf("tokens of %.200q = %q, want %q", text, got, want)
		}
	}

	skip := New(text)
	skipped, err := skip.Skip()
	if valid && (err != nil || string(skipped) != string(raw)) {
		t.Fatalf("Skip(%.200q) = %q, %v, want %q", text, skipped, err, raw)
	}
	checkError(t, text, err)
}

// checkError checks that the error of a text that is not valid says where.
func checkError(t *testing.T, text []byte, err error) {
	t.Helper()
	if err == nil {
		return
	}
	var e *Error
	if !errors.As(err, &e) {
		t.Fatalf("%.200q: %v is no *Error", text, err)
	}
	if e.Offset < 0 || e.Offset > len(text) {
		t.Fatalf("%.200q: offset %d of %v is outside the text", text, e.Offset, err)
	}
	if errors.Is(err, io.ErrUnexpectedEOF) && e.Offset != len(text) {
		t.Fatalf("%.200q: %v, but the text goes on there", text, err)
	}
}

// A text that stops being JSON does so at the mark.
func TestErrorOffset(t *testing.T) {
	for _, tt := range []struct{ text, message string }{
		{`{"a":∑}`, `expected a value, found '}'`},
		{`{"a" ∑1}`, `expected a colon, found '1'`},
		{`{∑a:1}`, `expected a name in quotes, found 'a'`},
		{`{"a":1,∑}`, `expected a name in quotes, found '}'`},
		{`[1 ∑2]`, `expected a comma or the end of the array, found '2'`},
		{`[1∑}`, `expected a comma or the end of the array, found '}'`},
		{`{"a":1∑]`, `expected a comma or the end of the object, found ']'`},
		{`[t∑x]`, `expected true, found 'x'`},
		{`[-∑x]`, `expected a digit, found 'x'`},
		{`[1.∑]`, `expected a digit, found ']'`},
		{`[1e+∑]`, `expected a digit, found ']'`},
		{`[0∑1]`, `expected a comma or the end of the array, found '1'`},
		{`["\∑x"]`, `expected one of "\/bfnrtu after a backslash, found 'x'`},
		{`["\u00∑g0"]`, `expected a hexadecimal digit, found 'g'`},
		{"[\"long enough a string∑\n\"]", `control character in a string`},
		{`{"a":[1,{"b":"c∑`, `unexpected EOF`},
		{nested("[", "∑[", "", MaxDepth), `nested deeper than 1000 levels`},
	} {
		before, after, _ := strings.Cut(tt.text, "∑")
		s := New([]byte(before + after))
		_, err := s.Value()
		var e *Error
		if !errors.As(err, &e) || e.Offset != len(before) || e.Err.Error() != tt.message {
			t.Errorf("%.60q: %v, want %s (offset %d)", tt.text, err, tt.message, len(before))
		}
	}
}

func TestPeek(t *testing.T) {
	for text, want := range map[string]Kind{
		"": End, " \t\r\n": End, "{": Object, " [": Array, `"`: String, "-": Number, "7": Number,
		"t": True, "f": False, "n": Null, "}": Invalid, ",": Invalid, "x": Invalid, "+1": Invalid,
	} {
		s := New([]byte(text))
		if got := s.Peek(); got != want {
			t.Errorf("Peek of %q = %v, want %v", text, got, want)
		}
	}
}

// A Scanner that walks, takes, skips and looks ahead does not allocate.
func TestNoAllocation(t *testing.T) {
	text := []byte(`{"a":[1,2,{"b":"c\n"}],"d":"e","f":{"g":null}}`)
	allocs := testing.AllocsPerRun(100, func() {
		s := New(text)
		s.Peek()
		s.Open()
		for {
			_, more, err := s.Name()
			if err != nil {
				t.Fatal(err)
			}
			if !more {
				return
			}
			ahead := s
			if _, err := ahead.Value(); err != nil {
				t.Fatal(err)
			}
			if _, err := s.Skip(); err != nil {
				t.Fatal(err)
			}
		}
	})
	if allocs != 0 {
		t.Errorf("%v allocations, want none", allocs)
	}
}

func FuzzUnquote(f *testing.F) {
	for _, text := range texts {
		f.Add(text)
	}
	f.Fuzz(func(t *testing.T, text string) {
		if !utf8.ValidString(text) {
			return // encoding/json replaces what is not UTF-8, and AppendUnquoted keeps it
		}
		// What is quoted is unquoted again.
		quoted := AppendQuoted(nil, text)
		var back string
		if err := json.Unmarshal(quoted, &back); err != nil || back != text {
			t.Fatalf("AppendQuoted(%q) = %s, which is %q to encoding/json, %v", text, quoted, back, err)
		}
		if got := AppendUnquoted(nil, quoted[1:len(quoted)-1], KeepLone); string(got) != text {
			t.Fatalf("AppendUnquoted(%s) = %q, want %q", quoted, got, text)
		}
		// A text that is itself a string means the same to both.
		var want string
		if !strings.HasPrefix(text, `"`) || json.Unmarshal([]byte(text), &want) != nil {
			return
		}
		s := New([]byte(text))
		s.Peek()
		str, err := s.String()
		if err != nil {
			t.Fatalf("String(%q): %v", text, err)
		}
		if got := AppendUnquoted(nil, str.Raw, ReplaceLone); string(got) != want {
			t.Fatalf("AppendUnquoted(%q) = %q, want %q", str.Raw, got, want)
		}
		if str.Escaped != strings.Contains(text, `\`) || str.Offset != 1 {
			t.Fatalf("String(%q): Escaped = %v, Offset = %d", text, str.Escaped, str.Offset)
		}
	})
}

// Halves of surrogate pairs that are kept stay different from each other and from U+FFFD.
func TestKeepLone(t *testing.T) {
	for _, tt := range []struct{ raw, want string }{
		{`\ud800`, "\xed\xa0\x80"},
		{`\udfff`, "\xed\xbf\xbf"},
		{`\ud83d\ude80`, "\U0001f680"},
		{`\ud83dx\ude80`, "\xed\xa0\xbdx\xed\xba\x80"},
		{`\ud83d\u0041`, "\xed\xa0\xbdA"},
		{`\ufffd`, "\ufffd"},
	} {
		if got := AppendUnquoted(nil, []byte(tt.raw), KeepLone); string(got) != tt.want {
			t.Errorf("AppendUnquoted(%s) = %q, want %q", tt.raw, got, tt.want)
		}
	}
}

func TestPointer(t *testing.T) {
	for _, tt := range []struct {
		steps []string
		want  string
	}{
		{nil, ""},
		{[]string{""}, "/"},
		{[]string{"detail", "0"}, "/detail/0"},
		{[]string{"a/b", "~1", "m~n"}, "/a~1b/~01/m~0n"},
	} {
		if got := Pointer(tt.steps...); got != tt.want {
			t.Errorf("Pointer(%q) = %q, want %q", tt.steps, got, tt.want)
		}
	}
}

// What is guessed is found only where it stands just so, and nothing is moved where it is not.
func TestGuess(t *testing.T) {
	names := []string{"a", "c", "seven", "sixteen!", "aNameOfMoreThanSixteenBytes", "aNameThatIsTheSame", "aNameThatIsTheLame"}
	guesses := Guesses(names...)
	for _, tt := range []struct {
		text string
		name string // that is found, or empty
		from int    // of the string that is found behind it, or 0
		to   int
	}{
		{`{"a":"b","c":"d"}`, "a", 6, 7},
		{`{"a":"","c":"long enough"}`, "a", 6, 6},
		{`{"a":"a string of more than sixteen bytes","c":100}`, "a", 6, 41},
		{`{"seven":"abcdef","c":100}`, "seven", 10, 16},
		{`{"sixteen!":"abcdef","c":100}`, "sixteen!", 13, 19},
		{`{"aNameOfMoreThanSixteenBytes":"abcdef","c":100}`, "aNameOfMoreThanSixteenBytes", 32, 38},
		{`{"aNameThatIsTheSame":"abcdef","c":100}`, "aNameThatIsTheSame", 23, 29},
		{`{"aNameThatIsTheLame":"abcdef","c":100}`, "aNameThatIsTheLame", 23, 29},
		{`{"aNameThatWasTheSame":"abcdef","c":100}`, "", 0, 0},
		{`{"aNameThatIsNotSame":"abcdef","c":100}`, "", 0, 0},
		{`{"a":"b"}`, "a", 0, 0}, // the string is too near the end
		{`{"a":"b\n","c":"long enough"}`, "a", 0, 0},
		{"{\"a\":\"b\n\",\"c\":\"long enough\"}", "a", 0, 0},
		{`{"a": "b","c":"long enough"}`, "a", 0, 0},
		{`{"a":1,"c":"long enough"}`, "a", 0, 0},
		{`{"a":{"c":"long enough"}}`, "a", 0, 0},
		{`{"a":`, "", 0, 0}, // the name is too near the end
		{`{"aNameThatIsTheSame":`, "", 0, 0},
		{`{"aNameThatIsThe`, "", 0, 0},
		{`{"a" :"b","c":"d"}`, "", 0, 0},
		{`{ "a":"b","c":"d"}`, "", 0, 0},
		{`{"ab":"b","c":"d"}`, "", 0, 0},
		{`{"b":"b","a":"d"}`, "", 0, 0},
		{`{"a"`, "", 0, 0},
		{`{}`, "", 0, 0},
		{`{`, "", 0, 0},
	} {
		s := New([]byte(tt.text))
		s.Peek()
		s.Open()
		name, from, to := s.Guess(guesses)
		if name != slices.Index(names, tt.name) || from != tt.from || to != tt.to {
			t.Errorf("Guess in %s = %d, %d, %d, want %q, %d, %d", tt.text, name, from, to, tt.name, tt.from, tt.to)
			continue
		}
		at := 1
		switch {
		case to > 0:
			at = to + 1
		case name >= 0:
			at += len(tt.name) + len(`"":`)
		}
		if s.Offset() != at {
			t.Errorf("Guess in %s has moved to %d, want %d", tt.text, s.Offset(), at)
		}
		if to == 0 {
			continue
		}
		if again, _, _ := s.Guess(guesses[:1]); again >= 0 {
			t.Errorf("behind %s, Guess has found its name once more", tt.text[:at])
		}
		if next, _, _ := s.Guess(guesses[1:]); next != 0 {
			t.Errorf("behind %s, Guess = %d, want 0, for c", tt.text[:at], next)
		}
	}
}

// FuzzGuess walks over the members of an object, and checks before each that Guess finds what Name and String
// find, or nothing, and then has not moved.
func FuzzGuess(f *testing.F) {
	for _, text := range texts {
		f.Add([]byte(text))
	}
	f.Add([]byte(`{"a":"b","seven":"long enough","sixteen!":"a string of more than sixteen bytes","aNameOfMoreThanSixteenBytes":"\n","a":{}}`))
	names := []string{"a", "b", "c", "", "seven", "sixteen!", "aNameOfMoreThanSixteenBytes"}
	guesses := Guesses(names...)
	f.Fuzz(func(t *testing.T, text []byte) {
		s := New(text)
		if s.Peek() != Object {
			return
		}
		s.Open()
		for {
			g, before := s, s.Offset()
			i, from, to := g.Guess(guesses)
			name, more, err := s.Name()
			switch {
			case i < 0 && (g.Offset() != before || from != 0 || to != 0):
				t.Fatalf("%q: Guess has found nothing at %d, and moved to %d", text, before, g.Offset())
			case i >= 0 && (!more || string(name.Raw) != names[i]):
				t.Fatalf("%q: Guess has found %q at %d, Name %q, %v", text, names[i], before, name.Raw, err)
			case i >= 0 && to == 0 && g.Offset() != s.Offset():
				t.Fatalf("%q: Guess has moved to %d, Name to %d", text, g.Offset(), s.Offset())
			}
			if !more {
				return
			}
			if to > 0 {
				if kind := s.Peek(); kind != String {
					t.Fatalf("%q: Guess has found a string at %d, where %v is", text, from, kind)
				}
				str, err := s.String()
				if err != nil || str.Escaped || str.Offset != from || str.Offset+len(str.Raw) != to || s.Offset() != g.Offset() {
					t.Fatalf("%q: Guess has found the string from %d to %d, String %+v, %v", text, from, to, str, err)
				}
			} else if _, err := s.Value(); err != nil {
				return
			}
		}
	})
}

// Levels around a text count for the depth of what is in it.
func TestNewAt(t *testing.T) {
	for _, tt := range []struct {
		around, levels int
		ok             bool
	}{
		{0, MaxDepth, true}, {0, MaxDepth + 1, false},
		{1, MaxDepth - 1, true}, {1, MaxDepth, false},
		{MaxDepth, 0, true}, {MaxDepth, 1, false},
	} {
		text := []byte(nested("[", "1", "]", tt.levels))
		s := NewAt(text, tt.around)
		if _, err := s.Value(); (err == nil) != tt.ok || err != nil && !errors.Is(err, ErrDepth) {
			t.Errorf("%d levels inside %d: %v", tt.levels, tt.around, err)
		}
		// The same, if the outer levels were opened one by one.
		outer := New([]byte(nested("[", string(text), "]", tt.around)))
		for range tt.around {
			outer.Peek()
			outer.Open()
			if more, err := outer.Element(); !more {
				t.Fatal(err)
			}
		}
		if _, err := outer.Value(); (err == nil) != tt.ok {
			t.Errorf("%d levels inside %d that were opened: %v", tt.levels, tt.around, err)
		}
	}
}

// The tests of eight bytes at a time find the first byte that fits, whatever stands around it.
func TestWords(t *testing.T) {
	for c := range 256 {
		for at := range 8 {
			for _, around := range []byte{' ', '!', '#', '[', ']', 'a', 0x7F, 0x80, 0xA2, 0xDC, 0xFF} {
				text := bytes.Repeat([]byte{around}, 8)
				text[at] = byte(c)
				w := binary.LittleEndian.Uint64(text)
				want := bytes.IndexFunc(text, func(r rune) bool { return r == '"' || r == '\\' || r < ' ' })
				if m := ends(w); (m == 0) != (want < 0) || m != 0 && first(m) != want {
					t.Errorf("ends(%q) = %#x, want byte %d", text, m, want)
				}
				if m, want := equals(w, byte(c)), bytes.IndexByte(text, byte(c)); m == 0 || first(m) != want {
					t.Errorf("equals(%q, %#x) = %#x, want byte %d", text, c, m, want)
				}
			}
		}
	}
}
