package jsonscan

import (
	"strings"
	"unicode/utf16"
	"unicode/utf8"
)

// Lone says what to do with the escape of half a surrogate pair, as in "\ud800", which stands for
// no character.
type Lone bool

const (
	ReplaceLone Lone = false // it becomes U+FFFD, as in encoding/json
	KeepLone    Lone = true  // it becomes three bytes that are no UTF-8, another three for each half
)

// AppendUnquoted appends to dst what the text of a string or name stands for: raw is what lies
// between its quotes, and was checked by the [Scanner] that returned it.
func AppendUnquoted(dst, raw []byte, lone Lone) []byte {
	for i := 0; i < len(raw); {
		if raw[i] != '\\' {
			dst = append(dst, raw[i])
			i++
			continue
		}
		switch c := raw[i+1]; c {
		case 'b':
			dst = append(dst, '\b')
		case 'f':
			dst = append(dst, '\f')
		case 'n':
			dst = append(dst, '\n')
		case 'r':
			dst = append(dst, '\r')
		case 't':
			dst = append(dst, '\t')
		case 'u':
			r := hexRune(raw[i+2:])
			i += 6
			if !utf16.IsSurrogate(r) {
				dst = utf8.AppendRune(dst, r)
				continue
			}
			if len(raw)-i >= 6 && raw[i] == '\\' && raw[i+1] == 'u' {
				if pair := utf16.DecodeRune(r, hexRune(raw[i+2:])); pair != utf8.RuneError {
					dst = utf8.AppendRune(dst, pair)
					i += 6
					continue
				}
			}
			if lone == KeepLone {
				dst = append(dst, 0xE0|byte(r>>12), 0x80|byte(r>>6)&0x3F, 0x80|byte(r)&0x3F)
			} else {
				dst = utf8.AppendRune(dst, utf8.RuneError)
			}
			continue
		default: // a quote, a backslash or a slash
			dst = append(dst, c)
		}
		i += 2
	}
	return dst
}

// hexRune returns the value of the four hexadecimal digits that b begins with.
func hexRune(b []byte) (r rune) {
	for _, c := range b[:4] {
		d, _ := hexDigit(c)
		r = r<<4 | d
	}
	return r
}

// AppendQuoted appends text to dst as a JSON string, in quotes. It escapes what JSON requires and
// nothing else, so that the characters of ARNs, paths and addresses stay readable.
func AppendQuoted(dst []byte, text string) []byte {
	const hex = "0123456789abcdef"
	dst = append(dst, '"')
	for i := range len(text) {
		switch c := text[i]; {
		case c == '"' || c == '\\':
			dst = append(dst, '\\', c)
		case c == '\n':
			dst = append(dst, '\\', 'n')
		case c == '\r':
			dst = append(dst, '\\', 'r')
		case c == '\t':
			dst = append(dst, '\\', 't')
		case c < ' ':
			dst = append(dst, '\\', 'u', '0', '0', hex[c>>4], hex[c&0xF])
		default:
			dst = append(dst, c)
		}
	}
	return append(dst, '"')
}

var pointerEscaper = strings.NewReplacer("~", "~0", "/", "~1")

// Pointer returns the JSON Pointer (RFC 6901) of the value that is reached by steps, each a name or
// the decimal index of an element. That of the whole text is the empty string.
func Pointer(steps ...string) string {
	var b strings.Builder
	for _, step := range steps {
		b.WriteByte('/')
		pointerEscaper.WriteString(&b, step)
	}
	return b.String()
}
