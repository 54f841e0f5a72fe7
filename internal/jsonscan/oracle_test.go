package jsonscan

import (
	"bytes"
	"encoding/json"
	"errors"
	"io"
	"strings"
)

// validSlow is what Value accepts, said by encoding/json: one value and nothing behind it, nested
// no deeper than MaxDepth.
func validSlow(text []byte) bool {
	return json.Valid(text) && depthSlow(text) <= MaxDepth
}

// depthSlow returns how deeply a valid text nests.
func depthSlow(text []byte) int {
	dec := json.NewDecoder(bytes.NewReader(text))
	depth, deepest := 0, 0
	for {
		tok, err := dec.Token()
		if err != nil {
			return deepest
		}
		switch tok {
		case json.Delim('{'), json.Delim('['):
			depth++
			deepest = max(deepest, depth)
		case json.Delim('}'), json.Delim(']'):
			depth--
		}
	}
}

// tokensSlow lists the tokens of a valid text as encoding/json sees them, for comparison with
// tokens.
func tokensSlow(text []byte) (list []string, err error) {
	dec := json.NewDecoder(bytes.NewReader(text))
	dec.UseNumber()
	for {
		tok, err := dec.Token()
		if errors.Is(err, io.EOF) {
			return list, nil
		}
		if err != nil {
			return nil, err
		}
		switch tok := tok.(type) {
		case json.Delim:
			list = append(list, tok.String())
		case string:
			list = append(list, "s:"+tok)
		case json.Number:
			list = append(list, "n:"+tok.String())
		case bool:
			list = append(list, map[bool]string{true: "true", false: "false"}[tok])
		case nil:
			list = append(list, "null")
		}
	}
}

// tokens lists the tokens of a text by walking all of it with a Scanner.
func tokens(text []byte) ([]string, error) {
	s := New(text)
	list, err := appendTokens(nil, &s)
	if err == nil {
		err = s.Close()
	}
	return list, err
}

func appendTokens(list []string, s *Scanner) ([]string, error) {
	text := func(t Text) string {
		if !t.Escaped {
			return "s:" + string(t.Raw)
		}
		return "s:" + string(AppendUnquoted(nil, t.Raw, ReplaceLone))
	}
	switch kind := s.Peek(); kind {
	case Object:
		s.Open()
		list = append(list, "{")
		for {
			name, more, err := s.Name()
			if err != nil {
				return list, err
			}
			if !more {
				return append(list, "}"), nil
			}
			list = append(list, text(name))
			if list, err = appendTokens(list, s); err != nil {
				return list, err
			}
		}
	case Array:
		s.Open()
		list = append(list, "[")
		for {
			more, err := s.Element()
			if err != nil {
				return list, err
			}
			if !more {
				return append(list, "]"), nil
			}
			if list, err = appendTokens(list, s); err != nil {
				return list, err
			}
		}
	case String:
		t, err := s.String()
		return append(list, text(t)), err
	case Number:
		raw, err := s.Value()
		return append(list, "n:"+string(raw)), err
	default:
		raw, err := s.Value()
		return append(list, string(raw)), err
	}
}

// nested returns n arrays or objects, one in the other.
func nested(open, inner, closing string, n int) string {
	return strings.Repeat(open, n) + inner + strings.Repeat(closing, n)
}
