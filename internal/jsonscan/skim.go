package jsonscan

import "encoding/binary"

// The functions in this file are for callers that keep their place in a text themselves, as an offset,
// and want no more of it than where something ends. They report that there is no such end, or that the
// text is wrong in a way that they noticed, by -1: to say what is wrong, read the text again with a
// [Scanner], which is stricter throughout.

// SkimSpace returns the offset of the first byte at or after i that is not white space.
func SkimSpace(b []byte, i int) int { return space(b, i) }

// SkimName returns the offset of the closing quote of the string whose contents begin at i, and whether
// they have a backslash. It looks at nothing but quotes and backslashes.
func SkimName(b []byte, i int) (end int, escaped bool) {
	for ; len(b)-i >= 8; i += 8 {
		w := binary.LittleEndian.Uint64(b[i:])
		if m := equals(w, '"') | equals(w, '\\'); m != 0 {
			if i += first(m); b[i] == '"' {
				return i, escaped
			}
			escaped = true
			i += 2 - 8
		}
	}
	for ; i < len(b); i++ {
		switch b[i] {
		case '"':
			return i, escaped
		case '\\':
			escaped = true
			i++
		}
	}
	return -1, escaped
}

// SkimString is like [SkimName], but checks the string as a Scanner does.
func SkimString(b []byte, i int) (end int, escaped bool) {
	if end := plainEnd(b, i); end > 0 {
		return end - 1, false
	}
	end, escaped, err := stringEnd(b, i)
	if err != nil {
		return -1, escaped
	}
	return end - 1, escaped
}

// SkimChecked returns the offset behind the value that begins at i, all of which it checks as
// [Scanner.Value] does.
func SkimChecked(b []byte, i int) int {
	if i >= len(b) {
		return -1
	}
	end, err := valueEnd(b, i, 0)
	if err != nil {
		return -1
	}
	return end
}

// SkimValue returns the offset behind the value that begins at i. It only matches quotes and counts
// brackets, like [Scanner.Skip]. A number or literal must have something behind it.
func SkimValue(b []byte, i int) int {
	if i >= len(b) {
		return -1
	}
	switch b[i] {
	case '"':
		end, _ := SkimName(b, i+1)
		if end < 0 {
			return -1
		}
		return end + 1
	case '{', '[':
		return SkimLevel(b, i+1)
	case '-', '0', '1', '2', '3', '4', '5', '6', '7', '8', '9', 't', 'f', 'n':
		for i++; i < len(b); i++ {
			switch b[i] {
			case ',', '}', ']', ' ', '\n', '\r', '\t':
				return i
			}
		}
	}
	return -1
}

// SkimLevel returns the offset behind the bracket that closes the object or array that i is in; i must
// not be inside of a string. Brackets are counted without regard to their kind.
func SkimLevel(b []byte, i int) int {
	for depth := 1; ; {
		if len(b)-i < 16 {
			return skimLevelEnd(b, i, depth)
		}
		c := b[i]
		if c == ',' || c == ':' { // most of what stands between strings
			i++
			c = b[i]
		}
		switch c {
		case '"':
			i++
			for {
				if len(b)-i < 8 {
					end, _ := SkimName(b, i)
					if end < 0 {
						return -1
					}
					i = end + 1
					break
				}
				w := binary.LittleEndian.Uint64(b[i:])
				m := equals(w, '"') | equals(w, '\\')
				if m == 0 {
					i += 8
					continue
				}
				if i += first(m); b[i] == '"' {
					i++
					break
				}
				i += 2
			}
		case '{', '[':
			depth++
			i++
		case '}', ']':
			i++
			if depth--; depth == 0 {
				return i
			}
		default:
			w := binary.LittleEndian.Uint64(b[i:])
			if m := equals(w, '"') | brackets(w); m == 0 {
				i += 8
			} else if n := first(m); n > 0 {
				i += n
			} else {
				i++ // a letter that brackets takes for one
			}
		}
	}
}

// skimLevelEnd is SkimLevel near the end of the text, with so many brackets open.
func skimLevelEnd(b []byte, i, depth int) int {
	for ; i < len(b); i++ {
		switch b[i] {
		case '"':
			end, _ := SkimName(b, i+1)
			if end < 0 {
				return -1
			}
			i = end
		case '{', '[':
			depth++
		case '}', ']':
			if depth--; depth == 0 {
				return i + 1
			}
		}
	}
	return -1
}

// brackets returns a mask of the bytes of w that are brackets or braces. It has some letters too (y, Y,
// _ and DEL), but none that valid JSON has outside of strings.
func brackets(w uint64) uint64 {
	// With bit 0x20 set, [ ] become { }, which are 0x7B and 0x7D: they differ in the bits 0x06.
	w = (w | ones*0x20) ^ ones*'{'
	w &^= ones * 0x06
	return (w - ones) &^ w & tops
}
