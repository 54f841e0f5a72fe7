package pattern

import (
	"bytes"
	"strconv"
)

// A number is a JSON number as EventBridge sees it. Two numbers are equal by value, so that 300,
// 300.0 and 3.0e2 are one; but only if they are comparable, which means that a float64 holds them
// without loss of what was written:
//
//	301.8                 comparable: 301.8 is the shortest text of the float64 nearest to it
//	9007199254740992      comparable
//	9007199254740993      not: the nearest float64 is 9007199254740992
//	300.00000000000001    not: the nearest float64 is 300
//	1e400                 not: too large for a float64
//
// A number that is not comparable equals only its own text, and is neither less nor greater than
// anything.
type number struct {
	float      float64
	comparable bool
}

// parseNumber reads the text of a number that was checked by the scanner.
func parseNumber(text []byte) number {
	f, err := strconv.ParseFloat(string(text), 64)
	if err != nil {
		return number{} // out of range
	}
	if len(text) <= 15 && !bytes.ContainsAny(text, ".eE") {
		return number{f, true} // whole numbers below 2⁵³, by far the most common ones
	}
	var shortest [32]byte
	return number{f, sameDecimal(text, strconv.AppendFloat(shortest[:0], f, 'e', -1, 64))}
}

// sameDecimal reports whether two texts of JSON numbers of the same sign have the same value.
func sameDecimal(a, b []byte) bool {
	var bufA, bufB [32]byte
	digitsA, expA := decimal(bufA[:0], a)
	digitsB, expB := decimal(bufB[:0], b)
	return expA == expB && bytes.Equal(digitsA, digitsB)
}

// decimal appends to dst the digits of a number without leading and trailing zeros, and returns
// them with the exponent that makes the number's absolute value 0.digits × 10^exponent:
//
//	-301.80  →  3018, 3
//	0.0050   →  5, -2
//	0e7      →  (none), 0
func decimal(dst, text []byte) (digits []byte, exponent int) {
	fraction := false
	for i, c := range text {
		switch {
		case c == '.':
			fraction = true
		case c == 'e' || c == 'E':
			exponent += smallInt(text[i+1:])
			return trimZeros(dst, exponent)
		case '0' < c && c <= '9' || c == '0' && len(dst) > 0:
			dst = append(dst, c)
			if !fraction {
				exponent++
			}
		case c == '0' && fraction:
			exponent--
		}
	}
	return trimZeros(dst, exponent)
}

func trimZeros(digits []byte, exponent int) ([]byte, int) {
	digits = bytes.TrimRight(digits, "0")
	if len(digits) == 0 {
		return digits, 0
	}
	return digits, exponent
}

// smallInt reads the digits of an exponent. Beyond a thousand million it stops counting: no number
// with such an exponent is comparable, unless it is zero.
func smallInt(text []byte) int {
	n := 0
	for _, c := range text {
		if '0' <= c && c <= '9' && n < 1e9 {
			n = 10*n + int(c-'0')
		}
	}
	if text[0] == '-' {
		return -n
	}
	return n
}
