package pricing

import (
	"cmp"
	"math/big"
	"math/bits"
	"strconv"
)

// A USD is an exact amount of money in US dollars, or in the currency of a price list that has
// another one. The zero value is no money. Two amounts are equal if == says so, and a USD can be a
// map key.
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
//
// The price of a GB for one hour of a month is a share that may be no decimal number, as 1/3 is
// none. Such an amount too is exact, and only its text is rounded, to 20 decimals; [USD.Rat] has all
// of it.
type USD struct {
	// Units of 10^-13 / 2^30 dollars, as a 128-bit integer in two's complement. So
	//
	//	$0.000001 = 10^7 × 2^30 units
	//
	// 13 decimals hold every price of AWS's lists, which have ten. The factor 2^30 is for what is
	// sold by the GiB or the GiB-second but measured in bytes or MiB-milliseconds: the price of one
	// byte is that of a GiB shifted right by 30 bits, and nothing is lost.
	//
	// rest/den of a unit is added to that, for what is divided by the hours of a month, or measured in
	// GB of 10^9 bytes:
	//
	//	-1/3 of a unit = {hi: -1, lo: 1<<64 - 1, rest: 2, den: 3}
	//
	// Invariants:
	//   - The amount is within ±limit. It follows that the sum and the difference of two amounts do
	//     not wrap around 128 bits, and that rounding to the cent and negation always succeed.
	//   - rest/den is in lowest terms and from 0 to below 1; if it is 0, both are.
	hi        int64
	lo        uint64
	rest, den uint64
}

const (
	binaryDigits  = 30 // of a USD, below the decimal ones
	decimalDigits = 13
	maxDigits     = decimalDigits + binaryDigits + 63 // behind the point: 2^-n has n decimals, and den may be 2^63

	roundedDigits = 20 // of what is no decimal number: far below any price, and short enough to read

	dollar   = 1e13 // × 2^30 units
	cent     = dollar / 100
	maxWhole = 1e15 // dollars

	limit    = maxWhole * dollar << binaryDigits // units
	halfCent = cent / 2 << binaryDigits
)

// ParseUSD returns the amount that a decimal number says: digits, perhaps with a minus sign before
// and a point between them. There is no plus sign, exponent, thousands separator or currency.
//
// All numbers with up to 20 decimals have a USD, and all that [USD.String] returns. A number that no
// USD holds exactly is refused, as [ErrPrecision]. An error is a *[SyntaxError].
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
//	    × 2^30       + so many 10^-30, of which hardly any are a multiple of 2^-30
func (d decimal) usd() (USD, error) {
	if len(d.whole) > len("1000000000000000") {
		return USD{}, ErrOverflow
	}
	if len(d.fraction) > maxDigits {
		return USD{}, ErrPrecision
	}
	if len(d.fraction) > decimalDigits {
		return d.fineUSD()
	}
	hi, lo := bits.Mul64(number(d.whole, 0, len(d.whole)), dollar)
	lo, carry := bits.Add64(lo, number(d.fraction, 0, decimalDigits), 0)
	hi, lo = shiftLeft(hi+carry, lo)
	return newUSD(d.neg, hi, lo)
}

// fineUSD is usd for numbers with more decimals than prices have.
func (d decimal) fineUSD() (USD, error) {
	text := d.whole + "." + d.fraction
	if d.neg {
		text = "-" + text
	}
	x, ok := new(big.Rat).SetString(text)
	if !ok {
		panic("pricing: digits and a point are no number: " + text)
	}
	return ratUSD(x)
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

// Add returns u + v. The error is [ErrOverflow], [ErrPrecision] if no USD holds the sum of two shares
// exactly, or nil.
func (u USD) Add(v USD) (USD, error) {
	rest, den, whole, ok := addFractions(u.rest, u.den, v.rest, v.den)
	if !ok {
		return USD{}, ErrPrecision
	}
	lo, carry := bits.Add64(u.lo, v.lo, whole)
	return USD{u.hi + v.hi + int64(carry), lo, rest, den}.checked()
}

// Sub returns u - v. The error is that of [USD.Add].
func (u USD) Sub(v USD) (USD, error) { return u.Add(v.negative()) }

// Mul returns u × n, the amount for n units at the price u. The error is [ErrOverflow] or nil.
func (u USD) Mul(n uint64) (USD, error) { return u.MulDiv(n, 1) }

// MulDiv returns u × n / per, the amount for n parts of which per make a unit, such as bytes and 2^30,
// at the price u. That per is 0 is taken for 1, as in a [Usage]. The error is [ErrOverflow],
// [ErrPrecision] if no USD holds the result exactly, or nil.
func (u USD) MulDiv(n, per uint64) (USD, error) {
	per = max(per, 1)
	if u.rest != 0 {
		return ratUSD(new(big.Rat).Mul(u.Rat(), newRat(n, per)))
	}
	neg, hi, lo := u.abs()
	top, hi := bits.Mul64(hi, n)
	middle, lo := bits.Mul64(lo, n)
	hi, carry := bits.Add64(hi, middle, 0)
	top += carry
	if top >= per {
		return USD{}, ErrOverflow
	}
	hi, rest := bits.Div64(top, hi, per)
	lo, rest = bits.Div64(rest, lo, per)
	v, err := newUSD(false, hi, lo)
	if err != nil {
		return v, err
	}
	v.rest, v.den = reduce(rest, per)
	if neg {
		v = v.negative()
	}
	return v.checked()
}

// RoundToCent returns u rounded to the cent. Half a cent becomes a whole one, away from zero for an
// amount below zero, so that a credit rounds as the charge does that it takes back.
func (u USD) RoundToCent() USD {
	neg, hi, lo := u.abs() // the rest of a unit cannot make up for what is missing to half a cent
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
	// The cross products of fractions below 1; 0/0 counts as 0/1.
	a, b := bits.Mul64(u.rest, max(v.den, 1))
	c, d := bits.Mul64(v.rest, max(u.den, 1))
	return cmp.Or(cmp.Compare(u.hi, v.hi), cmp.Compare(u.lo, v.lo), cmp.Compare(a, c), cmp.Compare(b, d))
}

// IsZero reports whether u is no money.
func (u USD) IsZero() bool { return u == USD{} }

// Rat returns the amount as a rational number, exactly.
func (u USD) Rat() *big.Rat {
	x := new(big.Int).SetInt64(u.hi)
	x.Lsh(x, 64).Add(x, new(big.Int).SetUint64(u.lo))
	units := new(big.Rat).SetInt(x)
	units.Add(units, newRat(u.rest, max(u.den, 1)))
	return units.Mul(units, unit)
}

// String returns the amount as a plain decimal number with as many decimals as it needs:
// "0.000001", "2", "-0.5". One that is no decimal number, as 1/3 is none, is rounded to 20 decimals.
func (u USD) String() string {
	text, _ := u.AppendText(nil)
	return string(text)
}

// AppendText appends to dst what String returns. The error is always nil.
func (u USD) AppendText(dst []byte) ([]byte, error) {
	if u.rest != 0 {
		return append(dst, ratText(u.Rat())...), nil
	}
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
	return USD{hi: int64(hi), lo: lo}, nil
}

// checked returns u if it keeps the invariant.
func (u USD) checked() (USD, error) {
	neg, hi, lo := u.abs()
	v, err := newUSD(neg, hi, lo)
	if err != nil || u.rest != 0 && hi == limit>>64 && lo == limit&(1<<64-1) {
		return USD{}, ErrOverflow
	}
	if u.rest == 0 {
		return v, nil
	}
	return u, nil
}

// abs returns the sign of u and its units without sign, the rest of the last one left out.
func (u USD) abs() (neg bool, hi, lo uint64) {
	if u.hi >= 0 {
		return false, uint64(u.hi), u.lo
	}
	hi, lo = negate(uint64(u.hi), u.lo)
	if u.rest != 0 { // -1 + 2/3 is -1/3
		var borrow uint64
		lo, borrow = bits.Sub64(lo, 1, 0)
		hi -= borrow
	}
	return true, hi, lo
}

// negative returns -u.
func (u USD) negative() USD {
	hi, lo := negate(uint64(u.hi), u.lo)
	if u.rest == 0 {
		return USD{hi: int64(hi), lo: lo}
	}
	lo, borrow := bits.Sub64(lo, 1, 0)
	return USD{int64(hi - borrow), lo, u.den - u.rest, u.den}
}

// unit is what a USD counts, in dollars, and units how many of them a dollar has.
var (
	units = new(big.Rat).SetInt(new(big.Int).Lsh(big.NewInt(dollar), binaryDigits))
	unit  = new(big.Rat).Inv(units)
)

// ratUSD returns the amount that x is.
func ratUSD(x *big.Rat) (USD, error) {
	x = new(big.Rat).Mul(x, units)
	whole, rest := new(big.Int).DivMod(x.Num(), x.Denom(), new(big.Int))
	most := new(big.Rat).Mul(big.NewRat(maxWhole, 1), units)
	if new(big.Rat).Abs(x).Cmp(most) > 0 {
		return USD{}, ErrOverflow
	}
	if !x.Denom().IsUint64() {
		return USD{}, ErrPrecision
	}
	low := new(big.Int).And(whole, new(big.Int).SetUint64(1<<64-1))
	u := USD{hi: new(big.Int).Rsh(whole, 64).Int64(), lo: low.Uint64()}
	if rest.Sign() != 0 {
		u.rest, u.den = rest.Uint64(), x.Denom().Uint64()
	}
	return u, nil
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
