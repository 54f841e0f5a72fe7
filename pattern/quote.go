package pattern

import (
	"fmt"
	"strings"
	"unicode/utf8"

	"github.com/trailsieve/trailsieve/internal/jsonscan"
)

// quote returns a JSON string that stands for text.
func quote(text string) string { return escapeHalves(unescaped(text)) }

// unescaped is quote but for the halves of surrogate pairs, which are in it as they are.
func unescaped(text string) string { return string(jsonscan.AppendQuoted(nil, text)) }

// escapeHalves returns JSON text in which each half of a surrogate pair, which is three bytes that are
// no UTF-8 (see jsonscan.KeepLone), is the escape that it was read from.
func escapeHalves(text string) string {
	if utf8.ValidString(text) {
		return text
	}
	var b strings.Builder
	for i := 0; i < len(text); {
		if r, ok := half(text[i:]); ok && !beforeLow(text[i+3:], r) {
			fmt.Fprintf(&b, `\u%04x`, r)
			i += 3
			continue
		}
		b.WriteByte(text[i])
		i++
	}
	return b.String()
}

// half returns the half of a surrogate pair that text begins with.
func half(text string) (r rune, ok bool) {
	if len(text) < 3 || text[0] != 0xED || text[1]&0xE0 != 0xA0 || text[2]&0xC0 != 0x80 {
		return 0, false
	}
	return 0xD000 | rune(text[1]&0x3F)<<6 | rune(text[2]&0x3F), true
}

// beforeLow reports whether the half r stands before the other half of its pair. As escapes the two
// would be one character; but text that was read from escapes has no such halves, and raw ones are
// refused wherever text comes in.
func beforeLow(rest string, r rune) bool {
	next, ok := half(rest)
	return ok && r < 0xDC00 && next >= 0xDC00
}

// cut returns text, or its beginning and an ellipsis if it is longer than most bytes.
func cut(text string, most int) string {
	if len(text) <= most {
		return text
	}
	for most > 0 && !utf8.RuneStart(text[most]) {
		most--
	}
	return text[:most] + "…"
}
