package pii

import (
	"strings"
)

// isNorthAmerican reports whether ten digits are a number of the North American Numbering Plan: area
// and exchange begin with 2 to 9 and are no service like 911, and no area has 9 in the middle.
func isNorthAmerican(d []byte) bool {
	isCode := func(d []byte) bool { return d[0] >= '2' && !(d[1] == '1' && d[2] == '1') }
	return isCode(d[:3]) && d[1] != '9' && isCode(d[3:6])
}

func isNorthAmericanWith1(d []byte) bool { return d[0] == '1' && isNorthAmerican(d[1:]) }

// isSSN reports whether nine digits may be a Social Security number of the United States, which has no
// check digit. Two numbers that were printed in advertisements are none.
func isSSN(d []byte) bool {
	switch area := number(d[:3]); {
	case area == 0, area == 666, area >= 900, number(d[3:5]) == 0, number(d[5:]) == 0:
		return false
	}
	n := number(d)
	return n != 78_05_1120 && n != 219_09_9999
}

// isSIN reports whether nine digits are a Social Insurance Number of Canada. None begins with 0 or 8.
func isSIN(d []byte) bool { return d[0] != '0' && d[0] != '8' && luhn(d) }

// isCPF reports whether eleven digits are a Cadastro de Pessoas Físicas of Brazil: two check digits, and
// not the same digit eleven times.
func isCPF(d []byte) bool {
	if strings.Count(string(d), string(d[0])) == len(d) {
		return false
	}
	for n := 9; n <= 10; n++ {
		sum := 0
		for i := range n {
			sum += int(d[i]-'0') * (n + 1 - i)
		}
		if byte('0'+sum*10%11%10) != d[n] {
			return false
		}
	}
	return true
}

// isNINO reports whether nine digits and letters are a National Insurance number of the United Kingdom.
func isNINO(d []byte) bool {
	if strings.IndexByte("DFIQUV", d[0]) >= 0 || strings.IndexByte("DFIOQUV", d[1]) >= 0 || d[8] > 'D' {
		return false
	}
	switch string(d[:2]) {
	case "BG", "GB", "KN", "NK", "NT", "TN", "ZZ":
		return false
	}
	return true
}

// isNIR reports whether fifteen digits are a Numéro d'inscription au répertoire of France:
//
//	1 84 12 2A 451 089 46    sex, year, month, department, commune, order, key
//
// Months from 20 on stand for one that is not known. The key is 97 less the number modulo 97, with 19
// and 18 for the two departments of Corsica, 2A and 2B.
func isNIR(d []byte) bool {
	n := [15]byte(d)
	if !isDigit(n[6]) {
		if n[5] != '2' || n[6] > 'B' {
			return false
		}
		n[5], n[6] = '1', '9'-(n[6]-'A')
	}
	month := number(n[3:5])
	switch {
	case strings.IndexByte("123478", n[0]) < 0:
		return false
	case 1 <= month && month <= 12, 20 <= month && month <= 42, month >= 50:
		return number(n[13:]) == 97-number(n[:13])%97
	}
	return false
}

// isIdNr reports whether eleven digits are a tax identification number of Germany: the first is not 0,
// one of the first ten comes two or three times and every other once at most, but not three times in a
// row, and the last is the check digit of ISO 7064 MOD 11,10.
func isIdNr(d []byte) bool {
	if d[0] == '0' {
		return false
	}
	var count [10]int
	for _, c := range d[:10] {
		count[c-'0']++
	}
	repeated := 0
	for c, n := range count {
		if n > 3 || n == 3 && strings.Contains(string(d[:10]), strings.Repeat(string(rune('0'+c)), 3)) {
			return false
		}
		if n > 1 {
			repeated++
		}
	}
	product := 10
	for _, c := range d[:10] {
		sum := (int(c-'0') + product) % 10
		if sum == 0 {
			sum = 10
		}
		product = 2 * sum % 11
	}
	return repeated == 1 && byte('0'+(11-product)%10) == d[10]
}

// checkLetters are those of Spain, by the number modulo 23.
const checkLetters = "TRWAGMYFPDXBNJZSQVHLCKE"

// isDNI reports whether eight digits and a letter are a Documento Nacional de Identidad of Spain.
func isDNI(d []byte) bool { return d[8] == checkLetters[number(d[:8])%23] }

// isNIE reports whether they are a Número de Identidad de Extranjero, with X, Y or Z for the first digit.
func isNIE(d []byte) bool {
	return 'X' <= d[0] && d[0] <= 'Z' && d[8] == checkLetters[(int(d[0]-'X')*1e7+number(d[1:8]))%23]
}

// isCF reports whether sixteen letters and digits are a Codice fiscale of Italy:
//
//	RSSMRA85T10A562S    name, year, month by letter, day (women: plus 40), place, check letter
//
// Where two persons would have the same, letters stand for digits: L for 0, M for 1, and on to V.
func isCF(d []byte) bool {
	value := func(c byte) int { // of a digit or of what stands for one; -1 for anything else
		if isDigit(c) {
			return int(c - '0')
		}
		return strings.IndexByte("LMNPQRSTUV", c)
	}
	for _, i := range []int{6, 7, 9, 10, 12, 13, 14} {
		if value(d[i]) < 0 {
			return false
		}
	}
	day := (value(d[9])*10 + value(d[10])) % 40
	if strings.IndexByte("ABCDEHLMPRST", d[8]) < 0 || day < 1 || day > 31 || value(d[9]) > 7 {
		return false
	}
	// The value of a character in an odd place, counted from 1, is drawn from this list; in an even place it
	// is that of the digit, or of the letter in the alphabet.
	odd := [26]int{1, 0, 5, 7, 9, 13, 15, 17, 19, 21, 2, 4, 18, 20, 11, 3, 6, 8, 12, 14, 16, 10, 22, 25, 24, 23}
	sum := 0
	for i, c := range d[:15] {
		n := int(c - 'A')
		if isDigit(c) {
			n = int(c - '0')
		}
		if i%2 == 0 {
			n = odd[n]
		}
		sum += n
	}
	return d[15] == byte('A'+sum%26)
}

// isPESEL reports whether eleven digits are the number of Poland's population register: a birthday, whose
// month tells the century, and a check digit.
func isPESEL(d []byte) bool {
	month := number(d[2:4])
	century := [5]int{1900, 2000, 2100, 2200, 1800}[min(month/20, 4)]
	if !isDay(century+number(d[:2]), month%20, number(d[4:6])) {
		return false
	}
	sum := 0
	for i, weight := range [11]int{1, 3, 7, 9, 1, 3, 7, 9, 1, 3, 1} {
		sum += weight * int(d[i]-'0')
	}
	return sum%10 == 0
}

// isRID reports whether seventeen digits and a digit or X are a resident identity number of China:
//
//	110105 19491231 002 X    place, birthday, order, check character by ISO 7064 MOD 11-2
func isRID(d []byte) bool {
	year := number(d[6:10])
	if d[0] == '0' || year < 1800 || year > 2199 || !isDay(year, number(d[10:12]), number(d[12:14])) {
		return false
	}
	sum := 0
	for i, weight := range [17]int{7, 9, 10, 5, 8, 4, 2, 1, 6, 3, 7, 9, 10, 5, 8, 4, 2} {
		sum += weight * int(d[i]-'0')
	}
	return d[17] == "10X98765432"[sum%11]
}

// isAadhaar reports whether twelve digits are a number of India's register: the first is not 0 or 1, the
// last is the check digit of Verhoeff, J.: Error Detecting Decimal Codes (1969).
func isAadhaar(d []byte) bool {
	check := byte(0)
	for i := range d {
		digit := d[len(d)-1-i] - '0'
		check = product[check][permutation[i%8][digit]]
	}
	return d[0] > '1' && check == 0
}

// product is that of the symmetries of a pentagon, and permutation what is done to the digit in each place.
var (
	product = func() (t [10][10]byte) {
		for a := range byte(10) {
			for b := range byte(10) {
				switch {
				case a < 5 && b < 5: // turns
					t[a][b] = (a + b) % 5
				case a < 5: // a turn of a flip
					t[a][b] = 5 + (a+b)%5
				case b < 5:
					t[a][b] = 5 + (a-b)%5
				default: // two flips
					t[a][b] = (a + 5 - b) % 5
				}
			}
		}
		return t
	}()
	permutation = func() (t [8][10]byte) {
		step := [10]byte{1, 5, 7, 6, 2, 8, 3, 0, 9, 4}
		for d := range byte(10) {
			t[0][d] = d
		}
		for i := 1; i < 8; i++ {
			for d := range t[i] {
				t[i][d] = step[t[i-1][d]]
			}
		}
		return t
	}()
)

// isDay reports whether there is such a day.
func isDay(year, month, day int) bool {
	if month < 1 || month > 12 || day < 1 {
		return false
	}
	days := [12]int{31, 28, 31, 30, 31, 30, 31, 31, 30, 31, 30, 31}[month-1]
	if month == 2 && year%4 == 0 && (year%100 != 0 || year%400 == 0) {
		days++
	}
	return day <= days
}
