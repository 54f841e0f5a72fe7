package pattern

import (
	"encoding/json"
	"errors"
	"io"
	"regexp"
	"strconv"
	"strings"
)

// decodeSlow reads a JSON value and nothing behind it.
func decodeSlow(text string) (any, error) {
	if !json.Valid([]byte(text)) {
		return nil, errors.New("not JSON")
	}
	d := json.NewDecoder(strings.NewReader(keepHalves(text)))
	d.UseNumber()
	return decodeSlowValue(d)
}

func decodeSlowValue(d *json.Decoder) (any, error) {
	t, err := d.Token()
	if err != nil {
		return nil, err
	}
	switch t {
	case json.Delim('{'):
		o := slowObject{}
		for d.More() {
			name, err := d.Token()
			if err != nil {
				return nil, err
			}
			v, err := decodeSlowValue(d)
			if err != nil {
				return nil, err
			}
			o = append(o, slowMember{name.(string), v})
		}
		_, err = d.Token()
		return o, err
	case json.Delim('['):
		list := []any{}
		for d.More() {
			v, err := decodeSlowValue(d)
			if err != nil {
				return nil, err
			}
			list = append(list, v)
		}
		_, err = d.Token()
		return list, err
	case json.Delim('}'), json.Delim(']'):
		return nil, io.ErrUnexpectedEOF
	}
	return t, nil
}

const firstHalf = rune(0x10F000)

var slowHalves = regexp.MustCompile(`(?i)\\u(d[89ab][0-9a-f]{2})\\u(d[c-f][0-9a-f]{2})|\\u(d[89a-f][0-9a-f]{2})|\\.`)

// keepHalves replaces the escapes of lone halves of surrogate pairs, which encoding/json would all
// make U+FFFD, by characters for private use, from firstHalf on.
func keepHalves(text string) string {
	return slowHalves.ReplaceAllStringFunc(text, func(e string) string {
		if len(e) != 6 {
			return e
		}
		n, _ := strconv.ParseUint(e[2:], 16, 16)
		return string(firstHalf + rune(n) - 0xD800)
	})
}
