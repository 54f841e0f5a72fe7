package synth

import (
	"math/bits"
	"math/rand/v2"
)

// A dice draws the random choices of a [Generator].
//
// The output of rand.PCG is fixed by its algorithm, that of the methods of rand.Rand only by the
// habit of the standard library. The bytes of a generator must not change with the Go version, so
// the few distributions that are needed here are made from PCG.Uint64 alone, without floats.
type dice struct{ pcg rand.PCG }

// below returns a number in [0, n). The bias of taking the high word of a product is at most
// n/2⁶⁴, which no test can see.
func (d *dice) below(n int) int {
	hi, _ := bits.Mul64(d.pcg.Uint64(), uint64(n))
	return int(hi)
}

// oneIn is true once in n times.
func (d *dice) oneIn(n int) bool { return d.below(n) == 0 }

// zipf returns a number in [0, n), where i is about twice as likely as 2i: a few are hot, many are
// cold. It first picks an order of magnitude and then a number of that magnitude,
//
//	0 | 1 2 | 3 4 5 6 | 7 … 14 | …
//
// so that every group between two bars has the same share, and throws away what is too large.
func (d *dice) zipf(n int) int {
	groups := bits.Len(uint(n))
	for {
		first := 1 << d.below(groups)
		if i := first + d.below(first) - 1; i < n {
			return i
		}
	}
}

// mix is a one-to-one function that scatters its argument over all 64 bits (the finalizer of
// SplitMix64). Everything that has to be the same whenever it is named again, such as the
// key of object 17 or the id of user 3, is computed from its number by mix and never stored:
// that is how a generator knows many thousand things in constant memory.
func mix(x uint64) uint64 {
	x += 0x9e3779b97f4a7c15
	x = (x ^ x>>30) * 0xbf58476d1ce4e5b9
	x = (x ^ x>>27) * 0x94d049bb133111eb
	return x ^ x>>31
}

// hash turns a name into a number for mix. (FNV-1a)
func hash(s string) uint64 {
	h := uint64(14695981039346656037)
	for i := range len(s) {
		h = (h ^ uint64(s[i])) * 1099511628211
	}
	return h
}

const (
	hexDigits    = "0123456789abcdef"
	upperHex     = "0123456789ABCDEF"
	base32Digits = "ABCDEFGHIJKLMNOPQRSTUVWXYZ234567"
	capitals     = "0123456789ABCDEFGHJKMNPQRSTVWXYZ" // the alphabet of S3 request ids
	base64Digits = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/"
	alphanumeric = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789XY" // 64, two of them twice
)

// appendDigits appends n digits of x in the given alphabet, whose length is a power of two. It
// scatters x again whenever the bits are used up.
func appendDigits(dst []byte, x uint64, n int, alphabet string) []byte {
	width := bits.Len(uint(len(alphabet) - 1))
	left := 64
	for y := x; n > 0; n-- {
		if left < width {
			x = mix(x)
			y, left = x, 64
		}
		dst = append(dst, alphabet[y&uint64(len(alphabet)-1)])
		y >>= width
		left -= width
	}
	return dst
}

// appendUUID appends hi and lo in the form of a version 4 UUID.
func appendUUID(dst []byte, hi, lo uint64, alphabet string) []byte {
	hi = hi&^0xf000 | 0x4000
	lo = lo&^(0b11<<62) | 0b10<<62
	for shift := 60; shift >= 0; shift -= 4 {
		if shift == 28 || shift == 12 {
			dst = append(dst, '-')
		}
		dst = append(dst, alphabet[hi>>shift&15])
	}
	dst = append(dst, '-')
	for shift := 60; shift >= 0; shift -= 4 {
		if shift == 44 {
			dst = append(dst, '-')
		}
		dst = append(dst, alphabet[lo>>shift&15])
	}
	return dst
}
