package config

import (
	"encoding/json"
	"errors"
	"os"
	"path/filepath"
	"strconv"
	"strings"
	"testing"
)

// read reads a configuration with a name, which it needs, a list of numbers, and an object.
func read(c *Config) (name string, numbers []int, inner string) {
	o := c.Object("name", "numbers", "inner")
	numbers = List(o.Get("numbers"), 1, func(text string) (int, error) { return strconv.Atoi(text) })
	return o.Need("name").String(""), numbers, o.Get("inner").Object("a").Get("a").String("absent")
}

// Each text but the first ones is wrong at the mark ∑.
func TestConfig(t *testing.T) {
	for _, tt := range []struct{ text, want string }{
		{`{"name": "n"}`, ""},
		{`{"name": "n", "numbers": ["1", "2"], "inner": {}}`, ""},
		{`{"n\u0061me": "n"}`, ""},
		{`∑`, "c.json:1:1: not JSON: unexpected EOF"},
		{`{"name": ∑}`, "c.json:1:10: not JSON: expected a value, found '}'"},
		{`{"name": "n"} ∑x`, "c.json:1:15: not JSON: "},
		{`∑["name"]`, "c.json:1:1: expected an object, found an array"},
		{`∑{}`, `c.json:1:1: "name" is missing`},
		{`{∑"Name": "n"}`, `c.json:1:2: unknown name "Name" (did you mean "name"?); known are `},
		{"{\n  \"name\": ∑7}", "c.json:2:11: expected a string, found a number in /name"},
		{`{"name": ∑null}`, "c.json:1:10: expected a string, found null in /name"},
		{`{"name": "n", ∑"name": "m"}`, `c.json:1:15: "name" comes twice`},
		{`{"name": "n", ∑"nubmers": ["1"]}`, `c.json:1:15: unknown name "nubmers" (did you mean "numbers"?); known are name, numbers, inner`},
		{`{"name": "n", "inner": {∑"b": 1}}`, `c.json:1:25: unknown name "b"; known are a in /inner`},
		{`{"name": "n", "numbers": ∑"1"}`, "c.json:1:26: expected an array, found a string in /numbers"},
		{`{"name": "n", "numbers": ∑[]}`, "c.json:1:26: needs 1 or more, found 0 in /numbers"},
		{`{"name": "n", "numbers": ["1", ∑2]}`, "c.json:1:32: expected a string, found a number in /numbers/1"},
		{`{"name": "n", "numbers": ["1", ∑"x", "y"]}`, `c.json:1:32: strconv.Atoi: parsing "x": invalid syntax in /numbers/1`},
		{`{"name": "n", "numbers": ["1", ∑"1"]}`, `c.json:1:32: "1" comes twice in /numbers/1`},
		{`{"numbers": [∑"x"], "name": 1}`, `c.json:1:14: strconv.Atoi: parsing "x": invalid syntax in /numbers/0`},
		{`{"name": [[[[[[[[∑[]]]]]]]]]}`, "c.json:1:18: nested deeper than the 8 levels of a configuration in /name/0/0/0/0/0/0/0/0"},
	} {
		at := strings.Index(tt.text, "∑")
		c, err := Parse("c.json", []byte(strings.Replace(tt.text, "∑", "", 1)))
		if err == nil {
			read(c)
			err = c.Err()
		}
		if tt.want == "" {
			if err != nil {
				t.Errorf("%s: %v", tt.text, err)
			}
			continue
		}
		var e *Error
		if !errors.As(err, &e) || !strings.HasPrefix(err.Error(), tt.want) || e.Offset != at {
			t.Errorf("%s: %v\nwant %s", tt.text, err, tt.want)
		}
	}
}

func TestValues(t *testing.T) {
	c, err := Parse("c.json", []byte(`{"name": "caf\u00e9", "numbers": ["3", "1"]}`))
	if err != nil {
		t.Fatal(err)
	}
	name, numbers, inner := read(c)
	if name != "café" || len(numbers) != 2 || numbers[0] != 3 || numbers[1] != 1 || inner != "absent" || c.Err() != nil {
		t.Errorf("%q, %v, %q, %v", name, numbers, inner, c.Err())
	}
}

// A source is a text or the name of a file.
func TestRead(t *testing.T) {
	file := filepath.Join(t.TempDir(), "c.json")
	if err := os.WriteFile(file, []byte(`{"name": 1}`), 0o644); err != nil {
		t.Fatal(err)
	}
	large := filepath.Join(t.TempDir(), "large.json")
	if err := os.WriteFile(large, make([]byte, maxText+1), 0o644); err != nil {
		t.Fatal(err)
	}
	for _, tt := range []struct{ source, want string }{
		{` {"name": 1}`, "configuration:1:11: expected a string"},
		{file, file + ":1:10: expected a string"},
		{"missing.json", "open missing.json: "},
		{large, large + ": too long for a configuration, which may have 1048576 bytes"},
		{"/dev/zero", "/dev/zero: too long for a configuration"}, // without an end, and its size is 0
		{"{" + strings.Repeat(" ", maxText), "configuration: too long"},
	} {
		c, err := Read(tt.source)
		if err == nil {
			read(c)
			err = c.Err()
		}
		if err == nil || !strings.HasPrefix(err.Error(), tt.want) {
			t.Errorf("%.30q: %v, want %s", tt.source, err, tt.want)
		}
	}
}

// What is no JSON for encoding/json is none here, and what is an object is one.
func FuzzParse(f *testing.F) {
	for _, text := range []string{`{}`, `{"name": "n", "numbers": ["1"]}`, `[`, `{"a":{"b":[null,true,1e3]}}`, `"\ud800"`} {
		f.Add([]byte(text))
	}
	f.Fuzz(func(t *testing.T, text []byte) {
		c, err := Parse("c.json", text)
		if err != nil {
			var e *Error
			if !errors.As(err, &e) || e.Offset < 0 || e.Offset > len(text) {
				t.Fatalf("%q: %v", text, err)
			}
			if json.Valid(text) && !strings.Contains(err.Error(), "nested deeper") {
				t.Fatalf("%q is JSON: %v", text, err)
			}
			return
		}
		if !json.Valid(text) {
			t.Fatalf("%q is no JSON", text)
		}
		read(c)
		if err := c.Err(); err != nil && err.Error() == "" {
			t.Fatal("an error without words")
		}
	})
}
