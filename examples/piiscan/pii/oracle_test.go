package pii

import (
	"fmt"
	"regexp"
	"slices"
	"strconv"
	"strings"
	"time"
)

// The slow twin: it has the whole text, tries at each place each kind by a regular expression, and says
// what the documentation says. It shares no code with the Scanner.

// twin returns what is found in a text, in the order of Offset and Kind.
func twin(text string) []Finding {
	var found []Finding
	add := func(kind Kind, offset int) {
		line := 1 + strings.Count(text[:offset], "\n")
		found = append(found, Finding{kind, int64(offset), int64(line)})
	}
	for at := range len(text) {
		if text[at] == '@' {
			if start, ok := twinEmail(text, at); ok {
				add(Email, start)
			}
		}
	}
	taken := 0 // the end of the last number
	for i := range len(text) {
		if i < taken {
			continue
		}
		kind, end := twinNumber(text, i)
		if end > 0 {
			add(kind, i)
			taken = end
		}
	}
	return ordered(found)
}

func ordered(found []Finding) []Finding {
	slices.SortFunc(found, func(a, b Finding) int {
		if a.Offset != b.Offset {
			return int(a.Offset - b.Offset)
		}
		return strings.Compare(string(a.Kind), string(b.Kind))
	})
	return found
}

var (
	twinLocal    = regexp.MustCompile(`^[A-Za-z0-9._%+\-\x{80}-\x{ff}]$`)
	twinNoAlnum  = regexp.MustCompile(`[^0-9A-Za-z]`)
	twinTouched  = regexp.MustCompile(`[0-9A-Za-z+]$`)
	twinDomain   = regexp.MustCompile(`^[-A-Za-z0-9.\x{80}-\x{ff}]*`)
	twinLabel    = regexp.MustCompile(`^[A-Za-z0-9\x{80}-\x{ff}]([-A-Za-z0-9\x{80}-\x{ff}]{0,61}[A-Za-z0-9\x{80}-\x{ff}])?$`)
	twinTop      = regexp.MustCompile(`(?i)^(xn--.+|[a-z\x{80}-\x{ff}]{2,})$`)
	twinNoTop    = regexp.MustCompile(`(?i)^(png|jpe?g|gif|webp|svg)$`)
	twinGlued    = regexp.MustCompile(`[0-9A-Za-z]$|[0-9][-.]$`)
	twinGoesOn   = regexp.MustCompile(`^([0-9A-Za-z]|[-.][0-9])`)
	twinIntl     = regexp.MustCompile(`^\+[1-9][0-9]*([-. ()]{1,2}[0-9]+)*`)
	twinIntlPart = regexp.MustCompile(`[0-9]+`)
)

// bytesAsRunes lets regular expressions see bytes: each becomes the character of its number.
func bytesAsRunes(text string) string {
	var b strings.Builder
	for i := range len(text) {
		b.WriteRune(rune(text[i]))
	}
	return b.String()
}

func twinEmail(text string, at int) (start int, ok bool) {
	from := max(0, at-64)
	local := twinLocalOf(text[from:at])
	local = strings.TrimLeft(local, ".")
	if local == "" || strings.HasSuffix(local, ".") {
		return 0, false
	}
	rest := text[at+1:]
	rest = rest[:min(len(rest), 255)]
	run := []rune(twinDomain.FindString(bytesAsRunes(rest)))
	isCut := len(run) == 255
	labels := strings.Split(string(run), ".")
	for i, l := range labels {
		if isCut && i == len(labels)-1 {
			break
		}
		before, _, isJoined := strings.Cut(l, "-")
		if i > 0 && isJoined && len([]rune(l)) <= 63 && twinTop.MatchString(before) && !twinNoTop.MatchString(before) {
			ok = true // of something behind the address
		}
		if !twinLabel.MatchString(l) {
			break
		}
		if i > 0 && twinTop.MatchString(l) && !twinNoTop.MatchString(l) {
			ok = true
		}
	}
	return at - len(local), ok
}

// twinLocalOf returns the end of text that may be a local part.
func twinLocalOf(text string) string {
	all := []rune(bytesAsRunes(text))
	i := len(all)
	for i > 0 && twinLocal.MatchString(string(all[i-1])) {
		i--
	}
	return text[i:]
}

// twinForms are the shapes as regular expressions, the strictest kinds first.
var twinForms = []struct {
	kind Kind
	form *regexp.Regexp
}{
	{RID, regexp.MustCompile(`^\d{17}[\dA-Za-z]`)},
	{NIR, regexp.MustCompile(`^\d{6}[\dA-Za-z]\d{8}`)},
	{NIR, regexp.MustCompile(`^\d \d\d \d\d \d[\dA-Za-z] \d{3} \d{3} \d\d`)},
	{CF, regexp.MustCompile(`^[A-Za-z]{6}[\dA-Za-z]{2}[A-Za-z][\dA-Za-z]{2}[A-Za-z][\dA-Za-z]{3}[A-Za-z]`)},
	{DNI, regexp.MustCompile(`^(\d{8}-?|\d\d\.\d{3}\.\d{3}-)[A-Za-z]`)},
	{DNI, regexp.MustCompile(`^[A-Za-z](\d{7}|-\d{7}-)[A-Za-z]`)},
	{NINO, regexp.MustCompile(`^[A-Za-z]{2}(\d{6}| \d\d \d\d \d\d )[A-Za-z]`)},
	{CPF, regexp.MustCompile(`^(\d{3}\.\d{3}\.\d{3}-\d\d|\d{11})`)},
	{IdNr, regexp.MustCompile(`^(\d\d \d{3} \d{3} \d{3}|\d{11})`)},
	{PESEL, regexp.MustCompile(`^\d{11}`)},
	{Card, regexp.MustCompile(`^(\d{4} \d{4} \d{4} \d{4} \d{3}|\d{4}-\d{4}-\d{4}-\d{4}-\d{3})`)},
	{Card, regexp.MustCompile(`^(\d{4} \d{4} \d{4} \d{4}|\d{4}-\d{4}-\d{4}-\d{4})`)},
	{Card, regexp.MustCompile(`^(\d{4} \d{6} \d{5}|\d{4}-\d{6}-\d{5})`)},
	{Card, regexp.MustCompile(`^(\d{4} \d{6} \d{4}|\d{4}-\d{6}-\d{4})`)},
	{Card, regexp.MustCompile(`^\d{14,19}`)},
	{Aadhaar, regexp.MustCompile(`^(\d{4} \d{4} \d{4}|\d{4}-\d{4}-\d{4})`)},
	{SSN, regexp.MustCompile(`^(\d{3}-\d\d-\d{4}|\d{3} \d\d \d{4})`)},
	{SIN, regexp.MustCompile(`^(\d{3}-\d{3}-\d{3}|\d{3} \d{3} \d{3})`)},
	{Phone, regexp.MustCompile(`^(\d{3}-\d{3}-\d{4}|\d{3}\.\d{3}\.\d{4}|\d{3} \d{3} \d{4}|1-\d{3}-\d{3}-\d{4}|\(\d{3}\) ?\d{3}-\d{4}|\(\d{3}\) \d{3} \d{4})`)},
}

// twinNumber returns the kind and the end of the number that begins at text[i], or an end of 0.
func twinNumber(text string, i int) (Kind, int) {
	before, rest := text[:i], text[i:]
	if rest[0] == '+' {
		return Phone, twinPhone(before, rest, i)
	}
	if twinGlued.MatchString(before[max(0, i-2):]) {
		return "", 0
	}
	for _, f := range twinForms {
		m := f.form.FindString(rest)
		if m == "" || twinGoesOn.MatchString(rest[len(m):]) {
			continue
		}
		compact := strings.ToUpper(twinNoAlnum.ReplaceAllString(m, ""))
		if twinValid[f.kind](compact) {
			return f.kind, i + len(m)
		}
	}
	return "", 0
}

func twinPhone(before, rest string, i int) (end int) {
	if twinTouched.MatchString(before[max(0, i-1):]) {
		return 0
	}
	whole := twinIntl.FindString(rest)
	digits := ""
	for _, part := range twinIntlPart.FindAllStringIndex(whole, -1) {
		digits += whole[part[0]:part[1]]
		switch {
		case twinGoesOn.MatchString(rest[part[1]:]) || len(digits) > 15:
		case digits[0] == '1':
			if len(digits) == 11 && twinValid[Phone](digits) {
				end = i + part[1]
			}
		case len(digits) >= 8:
			end = i + part[1]
		}
	}
	return end
}

func atoi(s string) int {
	n, err := strconv.Atoi(s)
	if err != nil {
		panic(fmt.Sprintf("%q is no number", s))
	}
	return n
}

// weighted returns the sum of digits times weights.
func weighted(digits string, weights ...int) (sum int) {
	for i, w := range weights {
		sum += w * atoi(digits[i:i+1])
	}
	return sum
}

func twinLuhn(d string) bool {
	sum := 0
	for i := 0; i < len(d); i++ {
		table := "0123456789"
		if i%2 == 1 {
			table = "0246813579"
		}
		sum += int(table[d[len(d)-1-i]-'0'] - '0')
	}
	return sum%10 == 0
}

func twinDay(text string) bool {
	_, err := time.Parse("20060102", text)
	return err == nil
}

var twinCard = regexp.MustCompile(`^(` + strings.Join([]string{
	`4\d{15,18}`, `5[1-5]\d{14}`, `222[1-9]\d{12}`, `22[3-9]\d{13}`, `2[3-6]\d{14}`, `27[01]\d{13}`, `2720\d{12}`, `3[47]\d{13}`,
	`6011\d{12,15}`, `64[4-9]\d{13,16}`, `65\d{14,17}`, `30[0-5]\d{11,16}`, `3095\d{10,15}`, `3[689]\d{12,17}`,
	`352[89]\d{12,15}`, `35[3-8]\d{13,16}`, `62\d{14,17}`, `81\d{14,17}`, `220[0-4]\d{12,15}`, `50\d{14,17}`, `5[678]\d{14,17}`,
	`6304\d{12,15}`, `6759\d{12,15}`, `676[0-3]\d{12,15}`, `60\d{14,17}`,
}, "|") + `)$`)

var twinValid = map[Kind]func(string) bool{
	Phone: func(d string) bool {
		return regexp.MustCompile(`^1?[2-9][0-8]\d[2-9]\d{6}$`).MatchString(d) && !regexp.MustCompile(`^1?(.11|....11)`).MatchString(d)
	},
	Card: func(d string) bool { return twinCard.MatchString(d) && twinLuhn(d) },
	SSN: func(d string) bool {
		return !regexp.MustCompile(`^(000|666|9)|^...00|0000$|^078051120$|^219099999$`).MatchString(d)
	},
	SIN: func(d string) bool { return !strings.Contains("08", d[:1]) && twinLuhn(d) },
	CPF: func(d string) bool {
		first := (11 - weighted(d, 10, 9, 8, 7, 6, 5, 4, 3, 2)%11) % 11 % 10
		second := (11 - weighted(d, 11, 10, 9, 8, 7, 6, 5, 4, 3, 2)%11) % 11 % 10
		return d[9:] == strconv.Itoa(first)+strconv.Itoa(second) && strings.Trim(d, d[:1]) != ""
	},
	NINO: func(d string) bool {
		return regexp.MustCompile(`^[ABCEGHJ-PRSTW-Z][ABCEGHJ-NPRSTW-Z]\d{6}[A-D]$`).MatchString(d) &&
			!regexp.MustCompile(`^(BG|GB|KN|NK|NT|TN|ZZ)`).MatchString(d)
	},
	NIR: func(d string) bool {
		if !regexp.MustCompile(`^[123478]\d\d(0[1-9]|1[0-2]|[23]\d|4[0-2]|[5-9]\d)(\d\d|2[AB])\d{8}$`).MatchString(d) {
			return false
		}
		d = d[:5] + strings.NewReplacer("2A", "19", "2B", "18").Replace(d[5:7]) + d[7:]
		return (atoi(d[:13])+atoi(d[13:]))%97 == 0 && atoi(d[13:]) > 0 && atoi(d[13:]) <= 97
	},
	IdNr: func(d string) bool {
		var counts []int
		for c := '0'; c <= '9'; c++ {
			if n := strings.Count(d[:10], string(c)); n > 1 {
				counts = append(counts, n)
			}
		}
		if d[0] == '0' || len(counts) != 1 || counts[0] > 3 ||
			regexp.MustCompile(`000|111|222|333|444|555|666|777|888|999`).MatchString(d[:10]) {
			return false
		}
		m := 10
		for i := range 10 {
			m = (m + atoi(d[i:i+1])) % 10
			if m == 0 {
				m = 10
			}
			m = m * 2 % 11
		}
		return (m+atoi(d[10:]))%10 == 1
	},
	DNI: func(d string) bool {
		if i := strings.Index("XYZ", d[:1]); i >= 0 {
			d = strconv.Itoa(i) + d[1:]
		}
		n, err := strconv.Atoi(d[:8])
		return err == nil && "TRWAGMYFPDXBNJZSQVHLCKE"[n%23] == d[8]
	},
	CF: func(d string) bool {
		if !regexp.MustCompile(`^[A-Z]{6}[\dL-NP-V]{2}[ABCDEHLMPRST][\dL-NP-V]{2}[A-Z][\dL-NP-V]{3}[A-Z]$`).MatchString(d) {
			return false
		}
		plain := strings.NewReplacer("L", "0", "M", "1", "N", "2", "P", "3", "Q", "4", "R", "5", "S", "6", "T", "7", "U", "8", "V", "9")
		if day := atoi(plain.Replace(d[9:11])); day < 1 || day > 31 && day < 41 || day > 71 {
			return false
		}
		const evens = "0123456789"
		sum := 0
		for i, c := range d[:15] {
			at := strings.IndexRune("ABCDEFGHIJKLMNOPQRSTUVWXYZ", c)
			if at < 0 {
				at = strings.IndexRune(evens, c)
			}
			if i%2 == 0 {
				at = strings.Index("BAKPLCQDREVOSFTGUHMINJWZYX", "ABCDEFGHIJKLMNOPQRSTUVWXYZ"[at:at+1])
			}
			sum += at
		}
		return int(d[15]-'A') == sum%26
	},
	PESEL: func(d string) bool {
		month := atoi(d[2:4])
		century := map[int]string{0: "19", 1: "20", 2: "21", 3: "22", 4: "18"}[month/20]
		return twinDay(fmt.Sprintf("%s%s%02d%s", century, d[:2], month%20, d[4:6])) &&
			(10-weighted(d, 1, 3, 7, 9, 1, 3, 7, 9, 1, 3)%10)%10 == atoi(d[10:])
	},
	RID: func(d string) bool {
		if !regexp.MustCompile(`^[1-9]\d{5}(18|19|20|21)\d{9}[\dX]$`).MatchString(d) || !twinDay(d[6:14]) {
			return false
		}
		sum := 0
		for i := range 17 {
			sum = (sum + atoi(d[i:i+1])) * 2 % 11
		}
		check := 10
		if d[17] != 'X' {
			check = atoi(d[17:])
		}
		return (sum+check)%11 == 1
	},
	Aadhaar: func(d string) bool {
		table := strings.Fields("0123456789 1234067895 2340178956 3401289567 4012395678 5987604321 6598710432 7659821043 8765932104 9876543210")
		move := strings.Fields("0123456789 1576283094 5803796142 8916043527 9453126870 4286573901 2793806415 7046913258")
		c := 0
		for i := range 12 {
			c = int(table[c][move[i%8][d[11-i]-'0']-'0'] - '0')
		}
		return c == 0 && d[0] > '1'
	},
}
