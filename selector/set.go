package selector

import (
	"slices"
	"strings"
)

// A set is a number of conditions on one string, of which one has to hold. That of
//
//	"Equals": ["a/b", "x"], "StartsWith": ["a/", "a/b/", "c/"], "EndsWith": [".jpg", "pg"]
//
// is
//
//	exact     a/b  x
//	prefixes  a/   c/
//	suffixes  pg
//
// so that each list takes one binary search, however long it is. A prefix that begins with another
// one is left out, as it adds nothing; that makes sure that the prefix of a string, if there is one
// among them, is the last of those that sort before it. The same holds for suffixes, read backwards.
//
// Invariants:
//   - exact and prefixes are sorted by their bytes, suffixes by their bytes from last to first.
//   - No prefix is a prefix of another one, no suffix a suffix.
//   - Of equal values in the text the set has the first.
type set struct {
	exact    []leaf
	prefixes []leaf
	suffixes []leaf
}

// newSet returns the set of the given conditions. It keeps none of the slices.
func newSet(exact, prefixes, suffixes []leaf) set {
	return set{
		exact:    sorted(exact, strings.Compare, func(s, t string) bool { return s == t }),
		prefixes: sorted(prefixes, strings.Compare, strings.HasPrefix),
		suffixes: sorted(suffixes, compareBackwards[string], strings.HasSuffix),
	}
}

// sorted returns leaves in order, without those whose text is covered by that of one before.
func sorted(leaves []leaf, compare func(s, t string) int, covered func(s, by string) bool) []leaf {
	leaves = slices.Clone(leaves)
	slices.SortStableFunc(leaves, func(a, b leaf) int { return compare(a.text, b.text) })
	kept := leaves[:0]
	for _, l := range leaves {
		if len(kept) == 0 || !covered(l.text, kept[len(kept)-1].text) {
			kept = append(kept, l)
		}
	}
	return slices.Clip(kept)
}

// A text is a string, or an ARN that was put together in a buffer.
type text interface{ string | []byte }

// find returns the condition of a set that v meets, or nil.
func find[T text](s *set, v T) *leaf {
	if i := last(s.exact, v, less[T]); i >= 0 && s.exact[i].text == string(v) {
		return &s.exact[i]
	}
	if i := last(s.prefixes, v, less[T]); i >= 0 {
		p := s.prefixes[i].text
		if len(p) <= len(v) && p == string(v[:len(p)]) {
			return &s.prefixes[i]
		}
	}
	if i := last(s.suffixes, v, lessBackwards[T]); i >= 0 {
		p := s.suffixes[i].text
		if len(p) <= len(v) && p == string(v[len(v)-len(p):]) {
			return &s.suffixes[i]
		}
	}
	return nil
}

// last returns the index of the last leaf that does not sort behind v, or -1.
func last[T text](leaves []leaf, v T, less func(v T, s string) bool) int {
	low, high := 0, len(leaves)
	for low < high {
		middle := (low + high) / 2
		if less(v, leaves[middle].text) {
			high = middle
		} else {
			low = middle + 1
		}
	}
	return low - 1
}

// less is written with an operator, for which the compiler converts no bytes.
func less[T text](v T, s string) bool { return string(v) < s }

func lessBackwards[T text](v T, s string) bool { return compareBackwards(v, s) < 0 }

// compareBackwards compares strings as if each was written from its last byte to its first.
func compareBackwards[T text](v T, s string) int {
	for i := 1; i <= len(v) && i <= len(s); i++ {
		if a, b := v[len(v)-i], s[len(s)-i]; a != b {
			return int(a) - int(b)
		}
	}
	return len(v) - len(s)
}
