package pii

// A cardRange is numbers of cards by what they begin with.
type cardRange struct {
	digits      int // of first and last
	first, last int
	least, most int // digits of the whole number
}

// cardRanges are those of the networks that are accepted in more than one country. Numbers of 13 digits,
// which Visa has given up, are left out: too many articles of trade have such.
var cardRanges = []cardRange{
	{1, 4, 4, 16, 19},       // Visa
	{2, 51, 55, 16, 16},     // Mastercard
	{4, 2221, 2720, 16, 16}, // Mastercard
	{2, 34, 34, 15, 15},     // American Express
	{2, 37, 37, 15, 15},     // American Express
	{4, 6011, 6011, 16, 19}, // Discover
	{3, 644, 649, 16, 19},   // Discover
	{2, 65, 65, 16, 19},     // Discover
	{3, 300, 305, 14, 19},   // Diners Club
	{4, 3095, 3095, 14, 19}, // Diners Club
	{2, 36, 36, 14, 19},     // Diners Club
	{2, 38, 39, 14, 19},     // Diners Club
	{4, 3528, 3589, 16, 19}, // JCB
	{2, 62, 62, 16, 19},     // UnionPay
	{2, 81, 81, 16, 19},     // UnionPay, RuPay
	{4, 2200, 2204, 16, 19}, // Mir
	{2, 50, 50, 16, 19},     // Maestro and others
	{2, 56, 58, 16, 19},     // Maestro
	{4, 6304, 6304, 16, 19}, // Maestro
	{4, 6759, 6763, 16, 19}, // Maestro
	{2, 60, 60, 16, 19},     // RuPay, Hipercard
}

// isCard reports whether digits are the number of a card.
func isCard(digits []byte) bool {
	for _, r := range cardRanges {
		if len(digits) < r.least || len(digits) > r.most {
			continue
		}
		if n := number(digits[:r.digits]); r.first <= n && n <= r.last {
			return luhn(digits)
		}
	}
	return false
}

// number returns the value of digits.
func number(digits []byte) (n int) {
	for _, d := range digits {
		n = 10*n + int(d-'0')
	}
	return n
}

// luhn reports whether the last digit is Luhn's check digit (ISO/IEC 7812-1, annex B): every second digit
// from the right counts twice, and the digits of all that add up to a multiple of ten.
func luhn(digits []byte) bool {
	sum := 0
	for i, d := range digits {
		n := int(d - '0')
		if (len(digits)-i)%2 == 0 {
			if n *= 2; n > 9 {
				n -= 9
			}
		}
		sum += n
	}
	return sum%10 == 0
}
