package walk

import (
	"fmt"
	"strings"
	"testing"
)

// read walks over {"name": "...", "list": ["...", ...]}, strictly or not.
func read(text string, strict bool) (got string, w *Walker, err error) {
	var name string
	var list []string
	w = New([]byte(text))
	object := w.Object
	if strict {
		object = w.OnlyObject
	}
	err = object(map[string]func() error{
		"name": w.Text(&name),
		"list": func() error {
			return w.Elements(func() error {
				list = append(list, "")
				return w.Text(&list[len(list)-1])()
			})
		},
	})
	if err == nil {
		err = w.Close()
	}
	return fmt.Sprintf("%q %q", name, list), w, err
}

// The mark ∑ stands where the text goes wrong.
func TestWalk(t *testing.T) {
	for _, tt := range []struct{ text, want string }{
		{`{"name": "a\u0062", "list": ["x", "y"]}`, `"ab" ["x" "y"]`},
		{` {} `, `"" []`},
		{`{"other": [{"x": 1}]}`, `"" []`},
		{`∑[]`, `an array, not an object in `},
		{`∑`, `unexpected EOF in `},
		{`{"name": ∑7}`, `a number, not a string in /name`},
		{`{"list": ["x", ∑null]}`, `null, not a string in /list/1`},
		{`{"list": ∑"x"}`, `a string, not an array in /list`},
		{`{} ∑{}`, `'{' where the end of the text is expected in `},
	} {
		text := strings.Replace(tt.text, "∑", "", 1)
		got, w, err := read(text, false)
		at := -1
		if err != nil {
			var pointer string
			at, pointer, err = w.Place(err)
			got = fmt.Sprintf("%v in %s", err, pointer)
		}
		if mark := strings.Index(tt.text, "∑"); at != mark || mark < 0 && got != tt.want {
			t.Errorf("%s: %s at %d, want %s at %d", text, got, at, tt.want, mark)
		} else if mark >= 0 && !strings.HasSuffix(got, tt.want[strings.LastIndex(tt.want, " in "):]) {
			t.Errorf("%s: %s, want %s", text, got, tt.want)
		}
	}
	for text, want := range map[string]string{
		`{"nam": "x"}`:              `unknown member "nam" (did you mean "name"?)`,
		`{"name": "x", "name": ""}`: `member "name" is there twice`,
	} {
		_, w, err := read(text, true)
		at, pointer, err := w.Place(err)
		if err == nil || err.Error() != want || at != strings.LastIndex(text, `"nam`) || !strings.HasPrefix(pointer, "/nam") {
			t.Errorf("%s: %v in %s at %d, want %s", text, err, pointer, at, want)
		}
	}
}
