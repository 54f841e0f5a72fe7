package pattern

import (
	"unicode"
	"unicode/utf8"
)

// Case is ignored character by character: two characters agree if their lower cases are the same or
// their upper cases are, each being one character (simple mappings). So K, k and the Kelvin sign
// agree, and so do σ, ς and Σ; but ß and SS do not, being one character and two.

// sameFolded reports whether two characters agree. A byte that is no UTF-8 agrees with itself.
func sameFolded(a, b rune) bool {
	if a == b {
		return true
	}
	if a < utf8.RuneSelf && b < utf8.RuneSelf {
		a, b = a|0x20, b|0x20
		return a == b && 'a' <= a && a <= 'z'
	}
	return unicode.ToLower(a) == unicode.ToLower(b) || unicode.ToUpper(a) == unicode.ToUpper(b)
}

// cutPrefixFold returns what follows prefix in text, ignoring case, and whether text begins with it.
func cutPrefixFold(text []byte, prefix string) (rest []byte, ok bool) {
	for len(prefix) > 0 {
		a, n := utf8.DecodeRuneInString(prefix)
		b, m := utf8.DecodeRune(text)
		if invalid(a, n) {
			a = ^rune(prefix[0])
		}
		if invalid(b, m) {
			b = ^rune(text[0])
		}
		if m == 0 || !sameFolded(a, b) {
			return nil, false
		}
		prefix, text = prefix[n:], text[m:]
	}
	return text, true
}

// hasSuffixFold reports whether text ends with suffix, ignoring case.
func hasSuffixFold(text []byte, suffix string) bool {
	for len(suffix) > 0 {
		a, n := utf8.DecodeLastRuneInString(suffix)
		b, m := utf8.DecodeLastRune(text)
		if invalid(a, n) {
			a = ^rune(suffix[len(suffix)-1])
		}
		if invalid(b, m) {
			b = ^rune(text[len(text)-1])
		}
		if m == 0 || !sameFolded(a, b) {
			return false
		}
		suffix, text = suffix[:len(suffix)-n], text[:len(text)-m]
	}
	return true
}

// equalFold reports whether text and want are equal, ignoring case.
func equalFold(text []byte, want string) bool {
	rest, ok := cutPrefixFold(text, want)
	return ok && len(rest) == 0
}

// invalid tells a byte that is no UTF-8 from the character U+FFFD, both of which decode to it. The
// halves of surrogate pairs are such bytes here (see jsonscan.KeepLone). The functions above use
// the complement of the byte, a negative number, in place of a character.
func invalid(r rune, size int) bool { return r == utf8.RuneError && size == 1 }
