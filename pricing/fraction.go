package pricing

import (
	"math/big"
	"math/bits"
	"strings"
)

// Fractions of two uint64, in which n/0 stands for n: what a [Usage] has for a quantity, and a [USD]
// for the rest of its last unit.

// reduce returns n/d in lowest terms; a whole number is over 0, and so is nothing.
func reduce(n, d uint64) (uint64, uint64) {
	if n == 0 {
		return 0, 0
	}
	g := gcd(n, d)
	if d /= g; d == 1 {
		d = 0
	}
	return n / g, d
}

func gcd(a, b uint64) uint64 {
	for b != 0 {
		a, b = b, a%b
	}
	return a
}

// common returns the least denominator that fractions over a and b have in common, and whether it
// fits.
func common(a, b uint64) (uint64, bool) {
	a, b = max(a, 1), max(b, 1)
	hi, lo := bits.Mul64(a/gcd(a, b), b)
	return lo, hi == 0
}

// addFractions adds two fractions below 1. The result is below 1 too, and a whole one is carried.
func addFractions(a, b, c, d uint64) (n, den, carry uint64, ok bool) {
	if a == 0 || c == 0 {
		return a | c, b | d, 0, true
	}
	den, ok = common(b, d)
	if !ok {
		return 0, 0, 0, false
	}
	n, carry = bits.Add64(a*(den/b), c*(den/d), 0)
	if carry == 1 || n >= den {
		n, carry = n-den, 1
	}
	n, den = reduce(n, den)
	return n, den, carry, true
}

// newRat returns n/per.
func newRat(n, per uint64) *big.Rat {
	return new(big.Rat).SetFrac(new(big.Int).SetUint64(n), new(big.Int).SetUint64(max(per, 1)))
}

// ratText returns x with all its decimals, or rounded if they have no end.
func ratText(x *big.Rat) string {
	digits, exact := x.FloatPrec()
	if !exact {
		digits = roundedDigits
	}
	return trimZeros(x.FloatString(digits))
}

// trimZeros takes the zeros from the end of the decimals, and the sign from what is left of a zero.
func trimZeros(number string) string {
	if strings.Contains(number, ".") {
		number = strings.TrimRight(strings.TrimRight(number, "0"), ".")
	}
	if number == "-0" {
		return "0"
	}
	return number
}
