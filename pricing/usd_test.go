package pricing

import (
	"encoding/json"
	"errors"
	"math"
	"math/big"
	"strings"
	"testing"
)

func TestParseUSD(t *testing.T) {
	for _, tt := range []struct{ text, want string }{
		{"0", "0"},
		{"-0", "0"},
		{"000.000", "0"},
		{"2", "2"},
		{"2.00", "2"},
		{"007.10", "7.1"},
		{"0.000001", "0.000001"},
		{"0.0000100000", "0.00001"}, // as AWS's price list prints it
		{"-322.34664", "-322.34664"},
		{"0.0000000000001", "0.0000000000001"},
		{"12.1234567890123000000000000000000000000000000000000000", "12.1234567890123"},
		{"1000000000000000", "1000000000000000"},
		{"-1000000000000000.000", "-1000000000000000"},
		{"0.1762753188610076904296875", "0.1762753188610076904296875"}, // exact in bytes of a GiB
		{"0.00000000000001", "0.00000000000001"},
		{"-0.00000000000000000001", "-0.00000000000000000001"},
		// 10^-13 / 2^30, the unit
		{"0.0000000000000000000000931322574615478515625", "0.0000000000000000000000931322574615478515625"},
	} {
		u, err := ParseUSD(tt.text)
		if err != nil || u.String() != tt.want {
			t.Errorf("ParseUSD(%q) = %v, %v, want %s", tt.text, u, err, tt.want)
		}
	}
}

// The mark ∑ stands where the text goes wrong, or in front of it if it is wrong as a whole.
func TestParseUSDErrors(t *testing.T) {
	for _, tt := range []struct {
		text string
		want error
	}{
		{"∑", ErrSyntax},
		{"-∑", ErrSyntax},
		{"∑+1", ErrSyntax},
		{"∑.5", ErrSyntax},
		{"5.∑", ErrSyntax},
		{"1∑,000", ErrSyntax},
		{"1∑e5", ErrSyntax},
		{"1.5∑.2", ErrSyntax},
		{"∑ 1", ErrSyntax},
		{"1∑ ", ErrSyntax},
		{"∑$1", ErrSyntax},
		{"∑NaN", ErrSyntax},
		{"0∑x10", ErrSyntax},
		{"∑\u0661", ErrSyntax}, // a digit, but an Arabic one
		{"∑0.00000000000000000000009313225746154785156", ErrPrecision},
		{"∑0.00000000000000000000000000000000000000000001", ErrPrecision},
		{"∑1000000000000000.0000000000001", ErrOverflow},
		{"∑-1000000000000001", ErrOverflow},
		{"∑9999999999999999", ErrOverflow},
		{"∑340282366920938463463374607431768211456", ErrOverflow},
	} {
		at := strings.Index(tt.text, "∑")
		text := strings.Replace(tt.text, "∑", "", 1)
		u, err := ParseUSD(text)
		var syntax *SyntaxError
		if !errors.As(err, &syntax) || !errors.Is(err, tt.want) {
			t.Errorf("ParseUSD(%q) = %v, %v, want a SyntaxError: %v", text, u, err, tt.want)
			continue
		}
		if syntax.Offset != at || syntax.Text != text {
			t.Errorf("ParseUSD(%q): %q at %d, want %d", text, syntax.Text, syntax.Offset, at)
		}
	}
}

func TestSyntaxErrorText(t *testing.T) {
	_, err := ParseUSD("1,000")
	if want := `pricing: not a decimal number: "1,000" (offset 1)`; err.Error() != want {
		t.Errorf("got  %s\nwant %s", err, want)
	}
	if _, err = ParseUSD(strings.Repeat("9", 1e6)); len(err.Error()) > 200 {
		t.Errorf("the error for a text of a million bytes has %d", len(err.Error()))
	}
}

func TestAnnouncedPrice(t *testing.T) {
	price := MustParseUSD("0.000001")
	for _, tt := range []struct {
		events uint64
		want   string
	}{
		{0, "0"},
		{1, "0.000001"},
		{100_000, "0.1"},
		{314_298, "0.314298"},
		{math.MaxUint64, "18446744073709.551615"},
	} {
		if got, err := price.Mul(tt.events); err != nil || got.String() != tt.want {
			t.Errorf("%d data events cost %v, %v, want %s", tt.events, got, err, tt.want)
		}
	}
}

func TestRoundToCent(t *testing.T) {
	for _, tt := range []struct{ amount, want string }{
		{"0", "0"},
		{"0.004999", "0"},
		{"0.005", "0.01"},
		{"-0.005", "-0.01"},
		{"-0.0049999999999", "0"},
		{"-0.00499999999999999999", "0"},
		{"0.015", "0.02"}, // half-even has the same
		{"0.025", "0.03"}, // and here it has 0.02
		{"0.0181405", "0.02"},
		{"6.1862045", "6.19"},
		{"0.314298", "0.31"},
		{"9.994999999", "9.99"},
		{"9.995", "10"},
		{"0.0049999999999999999999068677425384521484375", "0"}, // the last before the half
		{"999999999999999.995", "1000000000000000"},
		{"-1000000000000000", "-1000000000000000"},
	} {
		if got := MustParseUSD(tt.amount).RoundToCent(); got.String() != tt.want {
			t.Errorf("%s rounds to %v, want %s", tt.amount, got, tt.want)
		}
	}
}

func TestUSDOverflow(t *testing.T) {
	least := MustParseUSD("0.0000000000000000000000931322574615478515625")
	most, minus := MustParseUSD("1000000000000000"), MustParseUSD("-1000000000000000")
	for name, f := range map[string]func() (USD, error){
		"most + least":     func() (USD, error) { return most.Add(least) },
		"most + most":      func() (USD, error) { return most.Add(most) },
		"minus + minus":    func() (USD, error) { return minus.Add(minus) },
		"minus - least":    func() (USD, error) { return minus.Sub(least) },
		"most - minus":     func() (USD, error) { return most.Sub(minus) },
		"most × 2":         func() (USD, error) { return most.Mul(2) },
		"minus × 2":        func() (USD, error) { return minus.Mul(2) },
		"most × (2^64-1)":  func() (USD, error) { return most.Mul(math.MaxUint64) },
		"$1 × (2^64-1)":    func() (USD, error) { return MustParseUSD("1").Mul(math.MaxUint64) },
		"most × 2^24":      func() (USD, error) { return most.Mul(1 << 24) }, // would be 0 in 128 bits, nearly
		"$1 × (10^15 + 1)": func() (USD, error) { return MustParseUSD("1").Mul(1e15 + 1) },
	} {
		if got, err := f(); !errors.Is(err, ErrOverflow) || got != (USD{}) {
			t.Errorf("%s = %v, %v, want ErrOverflow", name, got, err)
		}
	}
	for name, f := range map[string]func() (USD, error){
		"most + minus":     func() (USD, error) { return most.Add(minus) },
		"most - most":      func() (USD, error) { return most.Sub(most) },
		"minus × 0":        func() (USD, error) { return minus.Mul(0) },
		"least - least":    func() (USD, error) { return least.Sub(least) },
		"$1 × 10^15 - max": func() (USD, error) { u, _ := MustParseUSD("1").Mul(1e15); return u.Sub(most) },
	} {
		if got, err := f(); err != nil || !got.IsZero() {
			t.Errorf("%s = %v, %v, want 0", name, got, err)
		}
	}
}

func TestUSDInJSON(t *testing.T) {
	text, err := json.Marshal(map[string]USD{"price": MustParseUSD("0.0000035")})
	if want := `{"price":"0.0000035"}`; err != nil || string(text) != want {
		t.Errorf("Marshal: %s, %v, want %s", text, err, want)
	}
	var back map[string]USD
	if err := json.Unmarshal(text, &back); err != nil || back["price"] != MustParseUSD("0.0000035") {
		t.Errorf("Unmarshal: %v, %v", back, err)
	}
	for _, text := range []string{`""`, `"1e5"`, `0.1`, `{}`} {
		u := MustParseUSD("7")
		if err := json.Unmarshal([]byte(text), &u); err == nil {
			t.Errorf("Unmarshal(%s) = %v, want an error", text, u)
		}
		if u != MustParseUSD("7") {
			t.Errorf("Unmarshal(%s) fails and leaves %v", text, u)
		}
	}
}

// A share of a month is exact, and three thirds are a whole again.
func TestMulDiv(t *testing.T) {
	for _, tt := range []struct {
		price  string
		n, per uint64
		want   string
	}{
		{"0.023", 1, 0, "0.023"},
		{"0.25", 300_000_000, 1 << 30, "0.06984919309616088867187500"},
		{"0.75", 2103558 * 1500, 1_000_000_000, "2.36650275"},
		{"0.0000166667", 128 * 350, 1024 * 1000, "0.000000729168125"}, // 350 ms of 128 MB
		{"-0.0000000000001", 1, 3, "-0.00000000000003333333"},
		{"1", 1, 3, "0.33333333333333333333"},
		{"1", 2, 3, "0.66666666666666666667"},
		{"0.5", 1, math.MaxUint64, "0.00000000000000000003"},
	} {
		got, err := MustParseUSD(tt.price).MulDiv(tt.n, tt.per)
		if err != nil || got.String() != strings.TrimRight(tt.want, "0") {
			t.Errorf("%s × %d / %d = %v, %v, want %s", tt.price, tt.n, tt.per, got, err, tt.want)
		}
	}
	third, _ := MustParseUSD("0.023").MulDiv(1, 3*744)
	sum := MustParseUSD("-0.023")
	for range 3 * 744 {
		var err error
		if sum, err = sum.Add(third); err != nil {
			t.Fatal(err)
		}
	}
	if sum != (USD{}) {
		t.Errorf("2,232 times 1/2,232 leave %v", sum)
	}
	fine, _ := MustParseUSD("1").MulDiv(1, math.MaxUint64)
	other, _ := MustParseUSD("1").MulDiv(1, math.MaxUint64-1)
	if sum, err := fine.Add(other); !errors.Is(err, ErrPrecision) {
		t.Errorf("denominators of 128 bits: %v, %v, want ErrPrecision", sum, err)
	}
}

func FuzzUSD(f *testing.F) {
	f.Add("0.000001", "-1000000000000000", uint64(100_000), uint64(3))
	f.Add("0.0000000000000000000000931322574615478515625", "999999999999999.995", uint64(math.MaxUint64), uint64(744<<30))
	f.Add("12345678.005", "-0.015", uint64(1<<30), uint64(1<<63))
	f.Add("1e5", "+1", uint64(0), uint64(1e9))
	f.Add("00.10", "-0", uint64(1), uint64(0))
	f.Fuzz(func(t *testing.T, a, b string, n, per uint64) {
		u, x := parseBoth(t, a)
		v, y := parseBoth(t, b)
		if x == nil || y == nil {
			return
		}
		sum, err := u.Add(v)
		sameMoney(t, a+" + "+b, sum, err, new(big.Rat).Add(x, y))
		difference, err := u.Sub(v)
		sameMoney(t, a+" - "+b, difference, err, new(big.Rat).Sub(x, y))
		product, err := u.Mul(n)
		sameMoney(t, a+" × n", product, err, new(big.Rat).Mul(x, new(big.Rat).SetUint64(n)))
		share, err := u.MulDiv(n, per)
		s := new(big.Rat).SetFrac(new(big.Int).SetUint64(n), new(big.Int).SetUint64(max(per, 1)))
		sameMoney(t, a+" × n / per", share, err, s.Mul(s, x))
		if sum, err := share.Add(v); err == nil && isUSDSlow(s) { // shares add up, compare and round as any amount does
			z := new(big.Rat).Add(s, y)
			sameMoney(t, a+" × n / per + "+b, sum, nil, z)
			if sum.Rat().Cmp(z) != 0 {
				t.Errorf("%s × %d / %d + %s is %v, want %v", a, n, per, b, sum.Rat(), z)
			}
			sameMoney(t, "cents of "+sum.String(), sum.RoundToCent(), nil, centsSlow(z))
			if got, want := sum.Cmp(share), z.Cmp(s); got != want {
				t.Errorf("%v compares to %v as %d, want %d", sum, share, got, want)
			}
			if back, err := sum.Sub(v); err != nil || back != share {
				t.Errorf("%v - %v = %v, %v, want %v", sum, v, back, err, share)
			}
		}
		sameMoney(t, "cents of "+a, u.RoundToCent(), nil, centsSlow(x))
		if got, want := u.Cmp(v), x.Cmp(y); got != want {
			t.Errorf("%s compares to %s as %d, want %d", a, b, got, want)
		}
		if (u == v) != (x.Cmp(y) == 0) || u.IsZero() != (x.Sign() == 0) {
			t.Errorf("%s == %s: %t; IsZero: %t", a, b, u == v, u.IsZero())
		}
	})
}

// parseBoth parses with the package and with the twin. The number is nil if the text is refused.
func parseBoth(t *testing.T, text string) (USD, *big.Rat) {
	t.Helper()
	u, err := ParseUSD(text)
	x, ok := parseSlow(text)
	if (err == nil) != ok {
		t.Fatalf("ParseUSD(%q): %v; the oracle takes it: %t", text, err, ok)
	}
	if err != nil {
		return USD{}, nil
	}
	sameMoney(t, text, u, nil, x)
	if back, err := ParseUSD(u.String()); back != u || err != nil {
		t.Errorf("ParseUSD(%q), printed and parsed again: %v, %v", text, back, err)
	}
	return u, x
}

func sameMoney(t *testing.T, what string, got USD, err error, want *big.Rat) {
	t.Helper()
	if !isUSDSlow(want) {
		if !errors.Is(err, ErrOverflow) && !errors.Is(err, ErrPrecision) {
			t.Errorf("%s = %v, %v, want ErrOverflow or ErrPrecision", what, got, err)
		}
		return
	}
	if err != nil || got.String() != printSlow(want) {
		t.Errorf("%s = %v, %v, want %s", what, got, err, printSlow(want))
	}
}
