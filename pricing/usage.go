package pricing

import (
	"math/big"
	"math/bits"
	"strconv"
)

// Usage is a quantity of one meter, before it has a price. Trail, Account and Region say where it
// arose and, but for Region, have no influence on the price. Each may be empty.
//
// A quantity is a whole number of parts, so that it is exact:
//
//	412 events        {Quantity: 412}
//	3,000,000 bytes   {Quantity: 3_000_000, Per: 1 << 30}    of a meter that goes by the GB
//	14.045 GB-months  {Quantity: 2_809, Per: 200}            as [ParseQuantity] returns it
type Usage struct {
	Trail    string    `json:"trail,omitempty"`
	Account  string    `json:"account,omitempty"`
	Region   string    `json:"region,omitempty"`
	Meter    MeterName `json:"meter"`
	Quantity uint64    `json:"quantity,string"`
	Per      uint64    `json:"per,omitempty,string"` // how many parts make a unit; 0 is 1
	Note     string    `json:"note,omitempty"`       // why it is charged, or not
}

// Units returns how many units the quantity is.
func (u Usage) Units() *big.Rat { return newRat(u.Quantity, u.Per) }

// UnitsText returns the units as a decimal number: exactly, or rounded to 20 decimals where they are
// no decimal number, as 1/3 is none.
func (u Usage) UnitsText() string {
	if u.Per <= 1 {
		return strconv.FormatUint(u.Quantity, 10)
	}
	return ratText(u.Units())
}

// ParseQuantity returns the quantity that a decimal number says: digits, perhaps with a point between
// them, as for [ParseUSD]. An error is a *[SyntaxError].
func ParseQuantity(text string) (quantity, per uint64, err error) {
	d, at, err := scanDecimal(text)
	switch {
	case err != nil:
	case d.neg:
		at, err = 0, ErrSyntax
	case len(d.fraction) > 19: // 10^19 is the last that fits
		at, err = 0, ErrPrecision
	default:
		per = 1
		for range d.fraction {
			per *= 10
		}
		quantity, err = strconv.ParseUint("0"+d.whole+d.fraction, 10, 64)
		if err == nil {
			quantity, per = reduce(quantity, per)
			return quantity, per, nil
		}
		at, err = 0, ErrOverflow
	}
	return 0, 0, &SyntaxError{Text: text, Offset: at, Err: err}
}

// plus returns the sum of two quantities of the same meter.
func (u Usage) plus(v Usage) (quantity, per uint64, err error) {
	den, ok := common(u.Per, v.Per)
	if !ok {
		return 0, 0, ErrPrecision
	}
	hi1, a := bits.Mul64(u.Quantity, den/max(u.Per, 1))
	hi2, b := bits.Mul64(v.Quantity, den/max(v.Per, 1))
	sum, carry := bits.Add64(a, b, 0)
	if hi1|hi2|carry != 0 {
		return 0, 0, ErrOverflow
	}
	if den == 1 {
		den = 0
	}
	return sum, den, nil
}
