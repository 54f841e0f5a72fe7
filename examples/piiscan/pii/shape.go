package pii

// A Kind is a kind of personally identifiable information. The strings do not change.
type Kind string

// The kinds.
const (
	Email   Kind = "email"
	Phone   Kind = "phone"
	Card    Kind = "card"
	SSN     Kind = "us-ssn"
	SIN     Kind = "ca-sin"
	CPF     Kind = "br-cpf"
	NINO    Kind = "gb-nino"
	NIR     Kind = "fr-nir"
	IdNr    Kind = "de-idnr"
	DNI     Kind = "es-id"
	CF      Kind = "it-cf"
	PESEL   Kind = "pl-pesel"
	Aadhaar Kind = "in-aadhaar"
	RID     Kind = "cn-rid"
)

// A shape is a way to write numbers of a kind. In its form 9 stands for a digit, A for a letter, X for
// either, and anything else for itself. valid gets the digits and letters alone, letters as capitals.
type shape struct {
	kind  Kind
	form  string
	valid func([]byte) bool
}

// shapes are all shapes. If several fit at one place, the first counts: those stand before others that
// take less of what looks like them.
var shapes = []shape{
	{RID, "99999999999999999X", isRID},
	{NIR, "999999X99999999", isNIR},
	{NIR, "9 99 99 9X 999 999 99", isNIR},
	{CF, "AAAAAAXXAXXAXXXA", isCF},
	{DNI, "99999999A", isDNI},
	{DNI, "99999999-A", isDNI},
	{DNI, "99.999.999-A", isDNI},
	{DNI, "A9999999A", isNIE},
	{DNI, "A-9999999-A", isNIE},
	{NINO, "AA999999A", isNINO},
	{NINO, "AA 99 99 99 A", isNINO},
	{CPF, "999.999.999-99", isCPF},
	{CPF, "99999999999", isCPF},
	{IdNr, "99999999999", isIdNr},
	{IdNr, "99 999 999 999", isIdNr},
	{PESEL, "99999999999", isPESEL},
	{Card, "9999 9999 9999 9999 999", isCard},
	{Card, "9999-9999-9999-9999-999", isCard},
	{Card, "9999 9999 9999 9999", isCard},
	{Card, "9999-9999-9999-9999", isCard},
	{Card, "9999 999999 99999", isCard},
	{Card, "9999-999999-99999", isCard},
	{Card, "9999 999999 9999", isCard},
	{Card, "9999-999999-9999", isCard},
	{Card, "9999999999999999999", isCard},
	{Card, "999999999999999999", isCard},
	{Card, "99999999999999999", isCard},
	{Card, "9999999999999999", isCard},
	{Card, "999999999999999", isCard},
	{Card, "99999999999999", isCard},
	{Aadhaar, "9999 9999 9999", isAadhaar},
	{Aadhaar, "9999-9999-9999", isAadhaar},
	{SSN, "999-99-9999", isSSN},
	{SSN, "999 99 9999", isSSN},
	{SIN, "999-999-999", isSIN},
	{SIN, "999 999 999", isSIN},
	{Phone, "999-999-9999", isNorthAmerican},
	{Phone, "999.999.9999", isNorthAmerican},
	{Phone, "999 999 9999", isNorthAmerican},
	{Phone, "1-999-999-9999", isNorthAmericanWith1},
	{Phone, "(999) 999-9999", isNorthAmerican},
	{Phone, "(999)999-9999", isNorthAmerican},
	{Phone, "(999) 999 9999", isNorthAmerican},
}

// maxNumber is how many digits and letters a shape has at most.
const maxNumber = 19

// shapesByRun has the shapes by how many letters and digits they begin with, as in the text a run of
// just as many must stand there. Those that begin with a parenthesis are in shapesInParentheses.
var shapesByRun, shapesInParentheses = func() (byRun [maxNumber + 1][]shape, in []shape) {
	for _, s := range shapes {
		n := 0
		for n < len(s.form) && isAlnum(s.form[n]) {
			n++
		}
		if n == 0 {
			in = append(in, s)
		} else {
			byRun[n] = append(byRun[n], s)
		}
	}
	return byRun, in
}()

// match reports whether a text begins with the shape. It puts the digits and letters into compact, and
// returns how many they are.
func (s *shape) match(text []byte, compact *[maxNumber]byte) (n int, ok bool) {
	if len(text) < len(s.form) {
		return 0, false
	}
	for i := range len(s.form) {
		c := text[i]
		switch s.form[i] {
		case '9':
			ok = isDigit(c)
		case 'A':
			ok = isAlnum(c) && !isDigit(c)
		case 'X':
			ok = isAlnum(c)
		default:
			ok = c == s.form[i]
		}
		if !ok {
			return 0, false
		}
		if isAlnum(c) {
			if !isDigit(c) {
				c &^= 'a' - 'A'
			}
			compact[n] = c
			n++
		}
	}
	return n, true
}
