package jsonscan

import (
	"encoding/binary"
	"errors"
	"io"
	"math/bits"
)

// Eight bytes at a time: a word holds eight bytes of text, and a mask has the top bit of each byte
// of a word that fits. The tests below may set bits above the lowest byte that fits, because a
// borrow runs upwards, but never below it; only the lowest is ever used.
const (
	ones = 0x0101010101010101 // times b: b in every byte
	tops = 0x8080808080808080
)

// equals returns a mask of the bytes of w that equal c.
func equals(w uint64, c byte) uint64 {
	w ^= ones * uint64(c)
	return (w - ones) &^ w & tops
}

// ends returns a mask of the bytes of w at which a run of plain characters in a string ends: quotes,
// backslashes and control characters. It is equals(w, '"') | equals(w, '\\') and all bytes below 0x20,
// in half as many steps. With one bit turned over, the quote lies next to the control characters, and
// all of them are found by one subtraction:
//
//	0x00..0x1f, '"' = 0x22   ^ 0x02 ▶   0x00..0x1f, 0x20
//	' ' = 0x20, '!' = 0x21   ^ 0x02 ▶   0x22, 0x23
func ends(w uint64) uint64 {
	quotesAndControls := (w ^ ones*0x02) - ones*0x21
	backslashes := (w ^ ones*'\\') - ones
	return (quotesAndControls | backslashes) &^ w & tops
}

// first returns the index of the lowest byte in a mask that is not zero.
func first(mask uint64) int { return bits.TrailingZeros64(mask) / 8 }

// space returns the offset of the first byte at or after i that is not white space.
func space(b []byte, i int) int {
	for i < len(b) && (b[i] == ' ' || b[i] == '\n' || b[i] == '\r' || b[i] == '\t') {
		i++
	}
	return i
}

// plainEnd returns the offset behind the closing quote of the string whose contents begin at i, if it
// has no escapes and is not near the end of b: at least two bytes follow the quote. If not, it returns
// 0.
func plainEnd(b []byte, i int) int {
	for rest := b[i:]; len(rest) >= 8+2; rest = rest[8:] {
		if m := ends(binary.LittleEndian.Uint64(rest)); m != 0 {
			if n := first(m); rest[n] == '"' {
				return len(b) - len(rest) + n + 1
			}
			return 0
		}
	}
	return 0
}

// stringEnd returns the offset behind the closing quote of the string whose contents begin at i,
// and whether they have a backslash.
func stringEnd(b []byte, i int) (end int, escaped bool, err error) {
	for {
		for len(b)-i >= 8 {
			w := binary.LittleEndian.Uint64(b[i:])
			if m := ends(w); m != 0 {
				i += first(m)
				break
			}
			i += 8
		}
		for i < len(b) && b[i] != '"' && b[i] != '\\' && b[i] >= ' ' {
			i++
		}
		switch {
		case i == len(b):
			return 0, false, &Error{i, io.ErrUnexpectedEOF}
		case b[i] == '"':
			return i + 1, escaped, nil
		case b[i] < ' ':
			return 0, false, &Error{i, errors.New("control character in a string")}
		}
		escaped = true
		if i, err = escapeEnd(b, i); err != nil {
			return 0, false, err
		}
	}
}

// escapeEnd returns the offset behind the escape that begins with the backslash at i.
func escapeEnd(b []byte, i int) (int, error) {
	if i+1 == len(b) {
		return 0, &Error{i + 1, io.ErrUnexpectedEOF}
	}
	switch b[i+1] {
	case '"', '\\', '/', 'b', 'f', 'n', 'r', 't':
		return i + 2, nil
	case 'u':
		for j := i + 2; j < i+6; j++ {
			if j == len(b) {
				return 0, &Error{j, io.ErrUnexpectedEOF}
			}
			if _, ok := hexDigit(b[j]); !ok {
				return 0, unexpected(b, j, "a hexadecimal digit")
			}
		}
		return i + 6, nil
	}
	return 0, unexpected(b, i+1, "one of \"\\/bfnrtu after a backslash")
}

// valueEnd checks the value that begins at i, inside so many levels, and returns the offset behind it.
// It does not call itself: what it is inside of is a stack of bits, one a level, set for an object.
func valueEnd(b []byte, i, around int) (end int, err error) {
	var (
		stack  [(MaxDepth + 63) / 64]uint64
		depth  int
		object bool // the innermost level is an object
	)
	for {
		// A value is due.
		if i == len(b) {
			return 0, unexpected(b, i, "a value")
		}
		if c := b[i]; c == '{' || c == '[' {
			if depth+around >= MaxDepth {
				return 0, &Error{i, ErrDepth}
			}
			stack[depth/64] &^= 1 << (depth % 64)
			if object = c == '{'; object {
				stack[depth/64] |= 1 << (depth % 64)
			}
			depth++
			i = space(b, i+1)
			if i == len(b) || b[i] != c+2 { // '{'+2 is '}', '['+2 is ']'
				if object {
					if i, err = nameEnd(b, i); err != nil {
						return 0, err
					}
				}
				continue
			}
		} else if i, err = scalarEnd(b, i); err != nil {
			return 0, err
		}
		// A value has ended, or an object or array is empty: close what closes here.
		for {
			if depth == 0 {
				return i, nil
			}
			i = space(b, i)
			if i == len(b) {
				return 0, &Error{i, io.ErrUnexpectedEOF}
			}
			if b[i] == ',' {
				break
			}
			if object && b[i] != '}' {
				return 0, unexpected(b, i, "a comma or the end of the object")
			}
			if !object && b[i] != ']' {
				return 0, unexpected(b, i, "a comma or the end of the array")
			}
			i++
			if depth--; depth > 0 {
				object = stack[(depth-1)/64]>>((depth-1)%64)&1 != 0
			}
		}
		i = space(b, i+1)
		if object {
			if i, err = nameEnd(b, i); err != nil {
				return 0, err
			}
		}
	}
}

// scalarEnd checks the string, number or literal that begins at i, and returns the offset behind it.
func scalarEnd(b []byte, i int) (end int, err error) {
	switch b[i] {
	case '"':
		if end := plainEnd(b, i+1); end > 0 {
			return end, nil
		}
		end, _, err = stringEnd(b, i+1)
		return end, err
	case 't':
		return literalEnd(b, i, "true")
	case 'f':
		return literalEnd(b, i, "false")
	case 'n':
		return literalEnd(b, i, "null")
	}
	return numberEnd(b, i)
}

// nameEnd checks the name that begins at i, and returns the offset of the value that follows it.
func nameEnd(b []byte, i int) (int, error) {
	if i < len(b) && b[i] == '"' {
		if end := plainEnd(b, i+1); end > 0 && b[end] == ':' && b[end+1] > ' ' {
			return end + 1, nil
		}
	}
	if i == len(b) || b[i] != '"' {
		return 0, unexpected(b, i, "a name in quotes")
	}
	i, _, err := stringEnd(b, i+1)
	if err != nil {
		return 0, err
	}
	i = space(b, i)
	if i == len(b) || b[i] != ':' {
		return 0, unexpected(b, i, "a colon")
	}
	return space(b, i+1), nil
}

func literalEnd(b []byte, i int, want string) (int, error) {
	if end := i + len(want); end <= len(b) && string(b[i:end]) == want {
		return end, nil
	}
	for j := range len(want) {
		if i+j == len(b) || b[i+j] != want[j] {
			return 0, unexpected(b, i+j, want)
		}
	}
	return i + len(want), nil
}

// numberEnd returns the offset behind the number that begins at i.
func numberEnd(b []byte, i int) (int, error) {
	if b[i] == '-' {
		i++
	} else if !isDigit(b[i]) {
		return 0, unexpected(b, i, "a value")
	}
	if i < len(b) && b[i] == '0' {
		i++
	} else if j := digits(b, i); j > i {
		i = j
	} else {
		return 0, unexpected(b, i, "a digit")
	}
	if i < len(b) && b[i] == '.' {
		j := digits(b, i+1)
		if j == i+1 {
			return 0, unexpected(b, j, "a digit")
		}
		i = j
	}
	if i < len(b) && (b[i] == 'e' || b[i] == 'E') {
		i++
		if i < len(b) && (b[i] == '+' || b[i] == '-') {
			i++
		}
		j := digits(b, i)
		if j == i {
			return 0, unexpected(b, j, "a digit")
		}
		i = j
	}
	return i, nil
}

// digits returns the offset behind the digits at i.
func digits(b []byte, i int) int {
	for i < len(b) && isDigit(b[i]) {
		i++
	}
	return i
}

func isDigit(c byte) bool { return '0' <= c && c <= '9' }

func hexDigit(c byte) (rune, bool) {
	switch {
	case isDigit(c):
		return rune(c - '0'), true
	case 'a' <= c && c <= 'f':
		return rune(c - 'a' + 10), true
	case 'A' <= c && c <= 'F':
		return rune(c - 'A' + 10), true
	}
	return 0, false
}
