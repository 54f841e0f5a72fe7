// Package pii finds personally identifiable information in text, as a stream: what kind it is and where
// it stands, and never what it says.
//
//	s := pii.NewScanner(func(f pii.Finding) { fmt.Println(f.Kind, f.Offset, f.Line) })
//	_, err := io.Copy(s, body)
//	s.Close()
//
// # Kinds
//
//	email       local part, @, and a domain with a dot in it
//	phone       + and a country code, or North American: 415-555-2671, (415) 555-2671, 1-415-555-2671
//	card        14 to 19 digits of a card network's range, with Luhn's check digit
//	us-ssn      123-45-6789: Social Security number, but for areas 000, 666 and 9xx, group 00, serial 0000
//	ca-sin      123-456-789: Social Insurance Number, Luhn
//	br-cpf      123.456.789-09 or in one piece: two check digits
//	gb-nino     AB 12 34 56 C or in one piece: National Insurance number, by its letters; no check digit
//	fr-nir      1 84 12 76 451 089 46 or in one piece: month, key modulo 97
//	de-idnr     11 digits: tax identification number, one digit two or three times, ISO 7064 MOD 11,10
//	es-id       12345678-Z, X-1234567-L or in one piece: DNI and NIE, letter modulo 23
//	it-cf       16 letters and digits: codice fiscale, birthday, check letter
//	pl-pesel    11 digits: birthday, weighted check digit
//	in-aadhaar  1234 5678 9012: Verhoeff
//	cn-rid      18 digits, or 17 and X: birthday, ISO 7064 MOD 11-2
//
// Numbers in groups have the same separator throughout: a hyphen, a space, or what is shown. Nine or
// twelve digits in one piece are taken for nothing, because every ledger is full of them.
//
// # Where a number begins and ends
//
// A number is not found inside of a longer one: no letter or digit of ASCII may touch it, nor a hyphen
// or dot with a digit behind it. At one place a number is of one kind only, the strictest that fits;
// among equals the first in the list of shapes. Addresses are found for themselves, so that a number in
// the name of a mailbox is both.
//
// # Cost
//
// A byte is looked at a bounded number of times, and a Scanner keeps 64 KB of the text. How the text
// is cut into calls of Write makes no difference to what is found.
//
// # Limits
//
// Text is read as ASCII with something else in between, which UTF-8 and the ISO 8859 sets are. Nothing
// is decoded: an address in Base64, as %40 or as \u0040 is not found, and neither is what is broken over two
// lines. Phone numbers without a country code are found only as North America writes them. A check
// digit is right by chance in one number of ten, so findings are hints; the stricter kinds are better
// ones.
//
// # Sources
//
// SSN: https://secure.ssa.gov/apps10/poms.nsf/lnx/0110201035. NINO:
// https://www.gov.uk/hmrc-internal-manuals/national-insurance-manual/nim39110. Resident identity number:
// GB 11643-1999. Addresses: RFC 5321 for lengths. The check digits of the others are those that their
// registries publish, and that validators in many languages agree on. Card ranges: the networks'
// published ones, without the small ones.
package pii
