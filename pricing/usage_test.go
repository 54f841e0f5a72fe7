package pricing

import (
	"errors"
	"strings"
	"testing"
)

// The mark ∑ stands where the text goes wrong, or in front of it if it is wrong as a whole.
func TestParseQuantity(t *testing.T) {
	for _, tt := range []struct {
		text          string
		quantity, per uint64
	}{
		{"0", 0, 0},
		{"0.000", 0, 0},
		{"412", 412, 0},
		{"14.045", 2809, 200},
		{"0.995", 199, 200},
		{"007.10", 71, 10},
		{"18446744073709551615", 1<<64 - 1, 0},
		{"0.0000000000000000001", 1, 1e19},
	} {
		quantity, per, err := ParseQuantity(tt.text)
		if err != nil || quantity != tt.quantity || per != tt.per {
			t.Errorf("ParseQuantity(%q) = %d/%d, %v, want %d/%d", tt.text, quantity, per, err, tt.quantity, tt.per)
		}
	}
	for _, tt := range []struct {
		text string
		want error
	}{
		{"∑", ErrSyntax},
		{"∑-1", ErrSyntax},
		{"1∑,000", ErrSyntax},
		{"1.∑", ErrSyntax},
		{"1∑e9", ErrSyntax},
		{"∑18446744073709551616", ErrOverflow},
		{"∑1844674407370955161.7", ErrOverflow},
		{"∑0.00000000000000000001", ErrPrecision},
	} {
		text := strings.Replace(tt.text, "∑", "", 1)
		_, _, err := ParseQuantity(text)
		var syntax *SyntaxError
		if !errors.As(err, &syntax) || !errors.Is(err, tt.want) || syntax.Offset != strings.Index(tt.text, "∑") {
			t.Errorf("ParseQuantity(%q): %v, want %v at ∑ in %q", text, err, tt.want, tt.text)
		}
	}
}

func TestUnitsText(t *testing.T) {
	for _, tt := range []struct {
		quantity, per uint64
		want          string
	}{
		{7, 0, "7"},
		{7, 1, "7"},
		{2809, 200, "14.045"},
		{3 << 30, 1 << 30, "3"},
		{1 << 20, 1 << 30, "0.0009765625"},
		{1, 744, "0.00134408602150537634"},
	} {
		u := Usage{Quantity: tt.quantity, Per: tt.per}
		if got := u.UnitsText(); got != tt.want {
			t.Errorf("%d/%d: %s, want %s", tt.quantity, tt.per, got, tt.want)
		}
	}
}
