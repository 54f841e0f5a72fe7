package report

import (
	"cmp"
	"math/big"
	"strconv"
	"strings"
	"unicode"
	"unicode/utf8"

	"github.com/trailsieve/trailsieve/pricing"
)

// A money says how amounts are printed: all of a page with as many decimals as its total needs, so that
// columns of them are easy to compare.
type money struct {
	currency string
	digits   int
}

// newMoney returns that of a page, from the most that is on it: cents, or six decimals if that is less than a
// dollar, but something.
func newMoney(currency string, most pricing.USD) money {
	if !most.IsZero() && most.Cmp(pricing.MustParseUSD("1")) < 0 {
		return money{currency, 6}
	}
	return money{currency, 2}
}

// amount returns an amount, rounded. What is something, but would be printed as nothing, is less than the
// least that is printed, or more than the least saving.
func (m money) amount(u pricing.USD) amountView {
	x := u.Rat()
	text := x.FloatString(m.digits)
	sign, than := "", "< "
	if strings.HasPrefix(text, "-") {
		sign, than, text = "−", "> ", text[1:]
	}
	if x.Sign() != 0 && strings.Trim(text, "0.") == "" {
		least := "0." + strings.Repeat("0", m.digits-1) + "1"
		return amountView{than + sign + m.symbol() + least, m.exact(u)}
	}
	return amountView{sign + m.symbol() + groups(text), m.exact(u)}
}

func (m money) exact(u pricing.USD) string { return u.String() + " " + m.currency }

// round returns an amount that is known to be a round one, with two decimals or as many as it has.
func (m money) round(x *big.Rat) string {
	digits, _ := x.FloatPrec()
	return m.symbol() + groups(x.FloatString(max(digits, 2)))
}

func (m money) symbol() string {
	if m.currency == "USD" {
		return "$"
	}
	return m.currency + "\u00a0"
}

// groups sets the thousands of a decimal number apart.
func groups(number string) string {
	whole, fraction, _ := strings.Cut(number, ".")
	start := len(number) - len(strings.TrimLeft(number, "-"))
	for i := len(whole) - 3; i > start; i -= 3 {
		whole = whole[:i] + "," + whole[i:]
	}
	if fraction != "" {
		return whole + "." + fraction
	}
	return whole
}

func count(n uint64) string { return groups(strconv.FormatUint(n, 10)) }

// rounded returns a decimal number with six decimals, if it has more.
func rounded(number string) string {
	_, fraction, _ := strings.Cut(number, ".")
	if len(fraction) <= 6 {
		return number
	}
	x, ok := new(big.Rat).SetString(number)
	if !ok {
		return number
	}
	return x.FloatString(6)
}

func capital(text string) string {
	if text == "" {
		return ""
	}
	r, n := utf8.DecodeRuneInString(text)
	return string(unicode.ToUpper(r)) + text[n:]
}

// visible returns what is shown for the key of a row, which may be empty.
func visible(text string) string { return cmp.Or(shown(text), "(none)") }

// shown returns text in which what cannot be seen, and would confuse, is written out.
func shown(text string) string {
	if strings.ContainsFunc(text, func(r rune) bool { return !unicode.IsPrint(r) || r == utf8.RuneError }) {
		return strconv.Quote(text)
	}
	return text
}
