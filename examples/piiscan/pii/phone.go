package pii

const (
	// minPhone and maxPhone are how many digits an international number has, with its country code
	// (ITU-T E.164 has 15 at most). Shorter ones than eight exist, on a few islands; there are more
	// sums than those.
	minPhone = 8
	maxPhone = 15

	northAmerica = 11 // digits of a number there, all of them
)

// phone returns how long the international number is that text, which begins with +, begins with, or 0
// if there is none. Its digits stand in groups with up to two of " -.()" between them, and it takes as
// many groups as it can.
func phone(text []byte) (length int) {
	var digits [maxPhone]byte
	n := 0
	for i := 1; ; {
		j := i
		for j < len(text) && isDigit(text[j]) {
			if n == maxPhone {
				return length
			}
			digits[n] = text[j]
			n++
			j++
		}
		if j == i || digits[0] == '0' {
			return length
		}
		switch {
		case !endsAt(text, j):
		case digits[0] != '1' && n >= minPhone:
			length = j
		case digits[0] == '1' && n == northAmerica && isNorthAmerican(digits[1:n]):
			return j
		}
		i = j
		for i < len(text) && i-j < 2 && isBetween(text[i]) {
			i++
		}
		if i == j {
			return length
		}
	}
}

func isBetween(c byte) bool {
	return c == ' ' || c == '-' || c == '.' || c == '(' || c == ')'
}
