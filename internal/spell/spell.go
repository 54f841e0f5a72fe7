// Package spell guesses what somebody meant who has mistyped one of a few names.
package spell

import (
	"fmt"
	"strings"
)

// DidYouMean returns a question to add to a complaint about an unknown name: ` (did you mean "x"?)`
// with the known name that is most like it, or nothing if none is. Of several that are equally like
// it, it is the first. Case does not matter. One byte in three may be wrong; in a short name one byte,
// or two that have changed places: with more, it is another word.
func DidYouMean(name string, known ...string) string {
	best, least := "", max(1, min(2, len(name)/2), len(name)/3)+1
	for _, k := range known {
		if len(name) >= len(k)+least || len(k) >= len(name)+least {
			continue // too far by their lengths alone
		}
		if d := Distance(strings.ToLower(name), strings.ToLower(k)); d < least && d < len(k) {
			best, least = k, d
		}
	}
	if best == "" {
		return ""
	}
	return fmt.Sprintf(" (did you mean %q?)", best)
}

// Distance counts the bytes to insert, remove or replace in order to make b of a (Levenshtein).
func Distance(a, b string) int {
	row := make([]int, len(b)+1) // the distances of a[:i] to each b[:j]
	for j := range row {
		row[j] = j
	}
	for i := range len(a) {
		diagonal := row[0]
		row[0] = i + 1
		for j := range len(b) {
			replace := diagonal
			if a[i] != b[j] {
				replace++
			}
			diagonal = row[j+1]
			row[j+1] = min(replace, row[j]+1, row[j+1]+1)
		}
	}
	return row[len(b)]
}
