package pricing

import (
	"cmp"
	"math/bits"
	"strconv"
)

// A USD is an amount of money in US dollars, exact and of fixed precision. The zero value is no
// money. Two amounts are equal if == says so, and a USD can be a map key.
//
// Amounts go up to 10^15 dollars, a quadrillion, either way; what would lie beyond is refused with
// [ErrOverflow], never wrapped around, and never rounded.
//
// As text a USD is a plain decimal number:
//
//	0.000001     one data event
//	-322.34664   a saving
//
// In JSON it is that text in a string, because most readers of JSON take numbers for floating point.
type USD struct {
	// Units of 10^-13 / 2^30 dollars, as a 128-bit integer in two's complement. So
	//
	//	$0.000001 = 10^7 × 2^30 units
	//
	// 13 decimals hold every price of AWS's lists, which have ten. The factor 2^30 is for what is
	// sold by the GiB or the GiB-second but measured in bytes or MiB-milliseconds: the price of one
	// byte is that of a GiB shifted right by 30 bits, and nothing is lost.
	//
	// Invariant: the amount is within ±limit. It follows that the sum and the difference of two
	// amounts do not wrap around 128 bits, and that rounding to the cent and negation always succeed.
	hi int64
	lo uint64
}

const (
	binaryDigits  = 30 // of a USD, below the decimal ones
	decimalDigits = 13
	maxDigits     = decimalDigits + binaryDigits // behind the point: 2^-30 has 30 decimals

	dollar   = 1e13 // × 2^30 units
	cent     = dollar / 100
	maxWhole = 1e15 // dollars

	limit    = maxWhole * dollar << binaryDigits // units
	halfCent = cent / 2 << binaryDigits
)

// ParseUSD returns the amount that a decimal number says: digits, perhaps with a minus sign before
// and a point between them. There is no plus sign, exponent, thousands separator or currency.
//
// A number that no USD holds exactly is refused, as [ErrPrecision]: one with more than 13 decimals,
// zeros at the end aside, unless a USD printed it. An error is a *[SyntaxError].
func ParseUSD(text string) (USD, error) {
	d, at, err := scanDecimal(text)
	if err == nil {
		var u USD
		if u, err = d.usd(); err == nil {
			return u, nil
		}
	}
	return USD{}, &SyntaxError{Text: text, Offset: at, Err: err}
}

// MustParseUSD is like [ParseUSD] but panics if the text is not an amount. It is for amounts that
// are written into a program.
func MustParseUSD(text string) USD {
	u, err := ParseUSD(text)
	if err != nil {
		panic(err)
	}
	return u
}

// A decimal is a number as it is written: -12.50 is {neg: true, whole: "12", fraction: "5"}.
type decimal struct {
	neg             bool
	whole, fraction string // digits, without zeros at the front and at the end
}

// scanDecimal takes a number apart. If the text is not one, at says where it goes wrong.
func scanDecimal(text string) (d decimal, at int, err error) {
	digits := func() (string, error) {
		start := at
		for at < len(text) && '0' <= text[at] && text[at] <= '9' {
			at++
		}
		if at == start {
			return "", ErrSyntax
		}
		return text[start:at], nil
	}
	if at < len(text) && text[at] == '-' {
		d.neg = true
		at++
	}
	if d.whole, err = digits(); err != nil {
		return d, at, err
	}
	if at < len(text) && text[at] == '.' {
		at++
		if d.fraction, err = digits(); err != nil {
			return d, at, err
		}
	}
	if at < len(text) {
		return d, at, ErrSyntax
	}
	for d.whole != "" && d.whole[0] == '0' {
		d.whole = d.whole[1:]
	}
	for n := len(d.fraction); n > 0 && d.fraction[n-1] == '0'; n-- {
		d.fraction = d.fraction[:n-1]
	}
	return d, 0, nil
}

// usd puts the number together as
//
//	whole . 13 digits 30 digits
//	^^^^^^^^^^^^^^^^^ ^^^^^^^^^
//	    × 2^30       + so many 10^-30, which have to be a multiple of 2^-30
func (d decimal) usd() (USD, error) {
	if len(d.whole) > len("1000000000000000") {
		return USD{}, ErrOverflow
	}
	if len(d.fraction) > maxDigits {
		return USD{}, ErrPrecision
	}
	low, ok := binaryFraction(
		number(d.fraction, decimalDigits, decimalDigits+15),
		number(d.fraction, decimalDigits+15, maxDigits))
	if !ok {
		return USD{}, ErrPrecision
	}
	hi, lo := bits.Mul64(number(d.whole, 0, len(d.whole)), dollar)
	lo, carry := bits.Add64(lo, number(d.fraction, 0, decimalDigits), 0)
	hi, lo = shiftLeft(hi+carry, lo)
	return newUSD(d.neg, hi, lo|low)
}

// number returns the number made of digits[from:to], with zeros for what is missing at the end.
func number(digits string, from, to int) uint64 {
	var n uint64
	for i := from; i < to; i++ {
		n *= 10
		if i < len(digits) {
			n += uint64(digits[i] - '0')
		}
	}
	return n
}

// binaryFraction returns n, if there is one, such that n / 2^30 has the 15 decimals a and then the
// 15 decimals b. That is n = (a × 10^15 + b) / 5^30.
func binaryFraction(a, b uint64) (n uint64, ok bool) {
	const fiveTo15 = 30517578125 // 5^30 does not fit 64 bits
	hi, lo := bits.Mul64(a, 1e15)
	lo, carry := bits.Add64(lo, b, 0)
	hi, lo, rest := divide(hi+carry, lo, fiveTo15)
	if rest != 0 {
		return 0, false
	}
	_, lo, rest = divide(hi, lo, fiveTo15)
	return lo, rest == 0
}

// Add returns u + v. The error is [ErrOverflow] or nil.
func (u USD) Add(v USD) (USD, error) {
	lo, carry := bits.Add64(u.lo, v.lo, 0)
	return USD{u.hi + v.hi + int64(carry), lo}.checked()
}

// Sub returns u - v. The error is [ErrOverflow] or nil.
func (u USD) Sub(v USD) (USD, error) {
	lo, borrow := bits.Sub64(u.lo, v.lo, 0)
	return USD{u.hi - v.hi - int64(borrow), lo}.checked()
}

// Mul returns u × n, the amount for n units at the price u. The error is [ErrOverflow] or nil.
func (u USD) Mul(n uint64) (USD, error) {
	neg, hi, lo := u.abs()
	top, hi := bits.Mul64(hi, n)
	middle, lo := bits.Mul64(lo, n)
	hi, carry := bits.Add64(hi, middle, 0)
	if top != 0 || carry != 0 {
		return USD{}, ErrOverflow
	}
	return newUSD(neg, hi, lo)
}

// RoundToCent returns u rounded to the cent. Half a cent becomes a whole one, away from zero for an
// amount below zero, so that a credit rounds as the charge does that it takes back.
func (u USD) RoundToCent() USD {
	neg, hi, lo := u.abs()
	lo, carry := bits.Add64(lo, halfCent&(1<<64-1), 0)
	hi, lo = shiftRight(hi+halfCent>>64+carry, lo)
	_, cents, _ := divide(hi, lo, cent) // at most 10^17
	hi, lo = shiftLeft(bits.Mul64(cents, cent))
	rounded, err := newUSD(neg, hi, lo)
	if err != nil {
		panic("pricing: the limit of USD is not a whole number of cents")
	}
	return rounded
}

// Cmp returns -1, 0 or +1 as u is less than, equal to or greater than v.
func (u USD) Cmp(v USD) int {
	return cmp.Or(cmp.Compare(u.hi, v.hi), cmp.Compare(u.lo, v.lo))
}

// IsZero reports whether u is no money.
func (u USD) IsZero() bool { return u == USD{} }

// String returns the amount as a plain decimal number with as many decimals as it needs:
// "0.000001", "2", "-0.5".
func (u USD) String() string {
	text, _ := u.AppendText(nil)
	return string(text)
}

// AppendText appends to dst what String returns. The error is always nil.
func (u USD) AppendText(dst []byte) ([]byte, error) {
	neg, hi, lo := u.abs()
	below := lo & (1<<binaryDigits - 1)
	hi, lo = shiftRight(hi, lo)
	_, whole, decimals := divide(hi, lo, dollar)
	if neg {
		dst = append(dst, '-')
	}
	dst = strconv.AppendUint(dst, whole, 10)
	if decimals == 0 && below == 0 {
		return dst, nil
	}
	dst = append(dst, '.')
	for place := uint64(dollar / 10); place > 0; place /= 10 {
		dst = append(dst, byte('0'+decimals/place%10))
	}
	for ; below > 0; below &= 1<<binaryDigits - 1 {
		below *= 10
		dst = append(dst, byte('0'+below>>binaryDigits))
	}
	for dst[len(dst)-1] == '0' {
		dst = dst[:len(dst)-1]
	}
	return dst, nil
}

// MarshalText returns what String returns. The error is always nil.
func (u USD) MarshalText() ([]byte, error) { return u.AppendText(nil) }

// UnmarshalText sets u to what [ParseUSD] returns.
func (u *USD) UnmarshalText(text []byte) error {
	v, err := ParseUSD(string(text))
	if err == nil {
		*u = v
	}
	return err
}

// newUSD returns the amount of so many units, or the negative of it.
func newUSD(neg bool, hi, lo uint64) (USD, error) {
	if hi > limit>>64 || hi == limit>>64 && lo > limit&(1<<64-1) {
		return USD{}, ErrOverflow
	}
	if neg {
		hi, lo = negate(hi, lo)
	}
	return USD{int64(hi), lo}, nil
}

// checked returns u if it keeps the invariant.
func (u USD) checked() (USD, error) { return newUSD(u.abs()) }

// abs returns the sign and the units of u.
func (u USD) abs() (neg bool, hi, lo uint64) {
	if u.hi < 0 {
		hi, lo = negate(uint64(u.hi), u.lo)
		return true, hi, lo
	}
	return false, uint64(u.hi), u.lo
}

// Arithmetic on 128 bits.

func negate(hi, lo uint64) (uint64, uint64) {
	lo, borrow := bits.Sub64(0, lo, 0)
	hi, _ = bits.Sub64(0, hi, borrow)
	return hi, lo
}

func divide(hi, lo, by uint64) (qhi, qlo, rest uint64) {
	qhi = hi / by
	qlo, rest = bits.Div64(hi%by, lo, by)
	return qhi, qlo, rest
}

func shiftLeft(hi, lo uint64) (uint64, uint64) {
	return hi<<binaryDigits | lo>>(64-binaryDigits), lo << binaryDigits
}

func shiftRight(hi, lo uint64) (uint64, uint64) {
	return hi >> binaryDigits, hi<<(64-binaryDigits) | lo>>binaryDigits
}
