// Package wildcard compares texts with forms in which a star stands for anything or nothing, slashes
// and colons included, as in the policies of AWS IAM. There is no way to write a star that stands for
// itself, and no other special character.
package wildcard

import "strings"

// Match reports whether text is of the form. It takes time linear in the length of text for each star.
func Match(form, text string) bool {
	first, rest, ok := strings.Cut(form, "*")
	if !ok {
		return form == text
	}
	if !strings.HasPrefix(text, first) {
		return false
	}
	text = text[len(first):]
	for {
		piece, more, ok := strings.Cut(rest, "*")
		if !ok {
			return strings.HasSuffix(text, rest) // behind the last star
		}
		// The first place is the best one: it leaves the most for what follows.
		i := strings.Index(text, piece)
		if i < 0 {
			return false
		}
		text, rest = text[i+len(piece):], more
	}
}

// Covers reports whether all texts that begin with prefix are of the form.
func Covers(form, prefix string) bool {
	return strings.HasSuffix(form, "*") && Match(form, prefix)
}
