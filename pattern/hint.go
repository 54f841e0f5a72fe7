package pattern

import (
	"bytes"
	"cmp"
	"encoding/json"
	"fmt"
	"math"
	"math/bits"
	"net/netip"
	"slices"
	"strconv"
	"strings"

	"github.com/trailsieve/trailsieve/internal/jsonscan"
	"github.com/trailsieve/trailsieve/internal/spell"
)

// This file has what would be right where a pattern is refused. Each function returns a hint for an
// error, or nothing where there is none; the parser that it belongs to stands at the fault. A hint is a
// guess at what was meant, but what it says to write is always right by itself.

// nearest returns a question about the known name that is most like name, or nothing.
func nearest(name string, known ...string) string {
	return strings.Trim(spell.DidYouMean(name, known...), " ()")
}

// next returns the value that comes next as it can be shown in a hint: in one line, and cut if it is
// long. It returns an ellipsis if that is no value.
func (p *parser) next() string {
	s := p.s
	raw, err := s.Value()
	if err != nil {
		return "…"
	}
	if bytes.ContainsAny(raw, "\t\r\n") { // between values: in strings they are escaped
		var b bytes.Buffer
		if json.Compact(&b, raw) != nil {
			return "…"
		}
		raw = b.Bytes()
	}
	return cut(string(raw), maxWord)
}

// plain folds what does not matter in a word that somebody has guessed: case, and what joins its parts.
func plain(name string) string { return joints.Replace(strings.ToLower(name)) }

var joints = strings.NewReplacer("-", "", "_", "", " ", "", "$", "", ".", "")

// rootHint is about a pattern that is no object but a value of the given kind.
func (p *parser) rootHint(kind jsonscan.Kind) string {
	const object = `write an object of fields, such as {"source": ["aws.s3"]}`
	raw, _ := p.s.Value()
	switch kind {
	case jsonscan.String:
		var text string
		if json.Unmarshal(p.text, &text) == nil && strings.HasPrefix(strings.TrimSpace(text), "{") {
			return "it is JSON inside of a JSON string: encode it once only"
		}
	case jsonscan.Array:
		var list []json.RawMessage
		if json.Unmarshal(raw, &list) == nil && len(list) == 1 && list[0][0] == '{' {
			return "write the object without the list around it"
		}
		return object + "; for alternatives write $or"
	}
	return object
}

// trailingHint is about what follows the closing brace of a pattern.
func (p *parser) trailingHint() string {
	switch p.text[p.s.Offset()] {
	case '}', ']':
		return "a closing bracket is one too many"
	case '{', ',':
		return "a pattern is one object: write all fields into it"
	}
	return ""
}

// nearFieldHint returns what is to be said of a name that looks like a word for how conditions are joined,
// which what it stands before is then more likely to be about.
func nearFieldHint(name string) string {
	switch plain(name) {
	case "or", "anyof", "oneof":
		return `did you mean "$or"?`
	case "and", "allof":
		return "all fields of an object must be satisfied anyway: write them side by side"
	case "not", "nor", "noneof":
		return "there is no such thing for whole objects: write anything-but in the fields"
	}
	return ""
}

// reservedHint is about the name of an operator, where it cannot be that of a field.
func (p *parser) reservedHint() string {
	name := p.path[len(p.path)-1]
	around := p.path[len(p.path)-2]
	if _, err := strconv.Atoi(around); err == nil { // an element of $or
		return fmt.Sprintf(`an operator stands in the list of a field: "…": [{"%s": …}]`, name)
	}
	return fmt.Sprintf(`an operator stands in a list: %s: [{"%s": …}]; if it is a field, write %s`,
		quote(around), name, quote(around+"."+name))
}

// emptyHint is about an object without members.
func (p *parser) emptyHint() string {
	if len(p.path) == 0 {
		return `to match every event of EventBridge write {"source": [{"prefix": ""}]}`
	}
	return "name a field in it, or leave it out"
}

// scalarHint is about a value that stands where the list of a field is due. The last name of the path is
// the one that it has.
func (p *parser) scalarHint() string {
	name := p.path[len(p.path)-1]
	value := p.next()
	if len(p.path) > 1 && isOperator(name) { // the pattern itself is no operator
		if _, err := parseField("[" + operatorObject(name, value) + "]"); err != nil {
			value = "…" // an operand that is refused too
		}
		value = operatorObject(name, value)
	}
	return "write [" + value + "]"
}

// tokenHint is about a word that is no JSON.
func (p *parser) tokenHint(word string) string {
	switch lower := strings.ToLower(word); lower {
	case "true", "false", "null":
		return fmt.Sprintf("did you mean %s?", lower)
	case "none", "nil", "undefined":
		return "did you mean null?"
	case "nan", "infinity":
		return ""
	}
	if len(p.path) == 0 {
		return p.rootHint(jsonscan.Invalid)
	}
	if hint := nearest(word, "true", "false", "null"); hint != "" {
		return strings.ReplaceAll(hint, `"`, "")
	}
	return "write strings in double quotes"
}

// nameHint is about what stands at an offset where a name is due.
func (p *parser) nameHint(at int) string {
	switch c := p.text[at]; c {
	case '}':
		return "a comma is one too many"
	case '/', '#':
		return "JSON has no comments"
	default:
		if word := p.word(at); word != "" {
			return "write " + quote(word)
		}
	}
	return "write names in double quotes"
}

// jsonHint is about what is no JSON at an offset, with the scanner's error about it.
func (p *parser) jsonHint(at int, err error) string {
	if at >= len(p.text) {
		return "a closing bracket or quote is missing"
	}
	before := bytes.TrimRight(p.text[:at], " \t\r\n")
	afterComma := len(before) > 0 && before[len(before)-1] == ','
	rest := string(p.text[at:min(at+4, len(p.text))])
	switch c := p.text[at]; {
	case bytes.HasPrefix(p.text[at:], []byte("\ufeff")):
		return "leave out the byte order mark in front"
	case at > 0 && p.text[at-1] == '\\':
		return `write a backslash itself as \\`
	case strings.HasPrefix(err.Error(), "expected a colon"):
		return "write a colon and a list of values after the name"
	case c == '}' && bytes.HasSuffix(before, []byte(":")):
		return "write a list of values after the colon"
	case c == '\'' || strings.HasPrefix(rest, "“") || strings.HasPrefix(rest, "”") || strings.HasPrefix(rest, "‘"):
		return `write strings in straight double quotes: "a"`
	case (c == ']' || c == '}') && afterComma:
		return "a comma is one too many"
	case c == '/' || c == '#':
		return "JSON has no comments"
	case c == '+':
		return "write the number without its sign"
	case c == '.':
		return "write a zero before the point"
	case isDigit(c) && len(before) == at && at > 0 && before[at-1] == '0':
		return "write the number without zeros in front"
	case c == '\n' || c == '\r' || c == '\t':
		return fmt.Sprintf(`write it as %s`, strings.Trim(strconv.Quote(string(c)), `"`))
	case strings.HasPrefix(err.Error(), "expected a comma") && strings.ContainsRune(`"{[-0123456789tfn`, rune(c)):
		return "a comma is missing before it"
	}
	return ""
}

func isDigit(c byte) bool { return '0' <= c && c <= '9' }

// A synonym is what people call an operator that has another name here. The ellipsis in what to write
// stands for the operand.
type synonym struct {
	names []string // see plain
	write string
}

var synonyms = []synonym{
	{[]string{"startswith", "beginswith", "start", "starts", "begins", "hasprefix"}, `{"prefix": …}`},
	{[]string{"endswith", "end", "ends", "hassuffix"}, `{"suffix": …}`},
	{[]string{"not", "isnot", "ne", "neq", "!=", "<>", "notequals", "notequal", "exclude", "excludes", "except", "without",
		"notin", "nin", "noneof", "notanyof"}, `{"anything-but": …}`},
	{[]string{"notprefix", "notstartswith", "doesnotstartwith"}, `{"anything-but": {"prefix": …}}`},
	{[]string{"notsuffix", "notendswith", "doesnotendwith"}, `{"anything-but": {"suffix": …}}`},
	{[]string{"notwildcard", "notlike"}, `{"anything-but": {"wildcard": …}}`},
	{[]string{"notequalsignorecase"}, `{"anything-but": {"equals-ignore-case": …}}`},
	{[]string{"ignorecase", "caseinsensitive", "equalignorecase", "iequals", "equalfold", "ieq", "nocase"},
		`{"equals-ignore-case": …}`},
	{[]string{"prefixignorecase", "startswithignorecase"}, `{"prefix": {"equals-ignore-case": …}}`},
	{[]string{"suffixignorecase", "endswithignorecase"}, `{"suffix": {"equals-ignore-case": …}}`},
	{[]string{"=", "==", "eq", "equals", "equal", "is", "value", "exact", "in", "anyof", "oneof", "values", "const", "enum"}, `[…]`},
	{[]string{">", "gt", "greaterthan", "greater", "above", "morethan"}, `{"numeric": [">", …]}`},
	{[]string{">=", "gte", "ge", "atleast", "min", "minimum"}, `{"numeric": [">=", …]}`},
	{[]string{"<", "lt", "lessthan", "less", "below"}, `{"numeric": ["<", …]}`},
	{[]string{"<=", "lte", "le", "atmost", "max", "maximum"}, `{"numeric": ["<=", …]}`},
	{[]string{"ip", "ipaddress", "iprange", "ipaddressinrange", "ipinrange", "subnet", "network", "cidrblock", "sourceip"},
		`{"cidr": …}`},
	{[]string{"present", "defined", "isset", "required", "notnull", "isnotnull"}, `{"exists": true}`},
	{[]string{"missing", "absent", "notexists", "doesnotexist", "undefined"}, `{"exists": false}`},
}

// presence turns exists around.
var presence = strings.NewReplacer(`{"exists": true}`, `{"exists": false}`, `{"exists": false}`, `{"exists": true}`)

// otherWords are words for what cannot be written with the same operand.
var otherWords = []synonym{
	{[]string{"regex", "regexp", "re", "matches", "match", "pattern", "rlike"},
		`there are no regular expressions: write {"wildcard": "a*b"}, {"prefix": "a"} or {"suffix": "b"}`},
	{[]string{"glob", "like", "ilike", "shellstyle", "contains", "contain", "includes", "include", "substring", "has"},
		`write {"wildcard": "*a*"}`},
	{[]string{"between", "range", "inrange", "number", "numerical"}, `write {"numeric": [">=", 1, "<=", 5]}`},
	{[]string{"null", "isnull", "empty", "isempty"}, `write null, "" or {"exists": false}`},
	{[]string{"or", "any"}, `the elements of a list are alternatives already: write ["a", {"prefix": "b"}]`},
	{[]string{"and", "all"}, "the elements of a list are alternatives; that all of them hold cannot be said of one field"},
	{[]string{"notcidr", "ipaddressnotinrange", "notnumeric"}, "only what is equal, prefix, suffix, equals-ignore-case and " +
		"wildcard can be excluded"},
	{[]string{"date", "time", "datebefore", "dateafter", "dateonorbefore", "dateonorafter", "indaterange", "before", "after"},
		`there is no operator for times, which are strings: write {"prefix": "2016-11-"}`},
}

// operatorHint is about the unknown name of an operator, whose operand comes next. The object of the
// operator is an element of a field, which the path ends with.
func (p *parser) operatorHint(name string) string {
	operand := p.next()
	kind := p.s.Peek()
	fieldName := p.path[len(p.path)-2]
	if kind == jsonscan.Array || kind == jsonscan.Object {
		if hint := nearFieldHint(fieldName); hint != "" {
			return hint
		}
	}
	word := plain(name)
	for _, s := range synonyms {
		if !slices.Contains(s.names, word) {
			continue
		}
		if kind == jsonscan.Array && s.write == "[…]" {
			operand = strings.TrimSuffix(strings.TrimPrefix(operand, "["), "]")
		}
		write := strings.Replace(s.write, "…", operand, 1)
		if kind == jsonscan.False { // "missing": false
			write = presence.Replace(write)
		}
		if _, err := parseField("[" + strings.TrimSuffix(strings.TrimPrefix(write, "["), "]") + "]"); err != nil {
			write = s.write // without an operand that would be refused
		}
		return "write " + write
	}
	for _, s := range otherWords {
		if slices.Contains(s.names, word) {
			return s.write
		}
	}
	if hint := nearest(name, operators...); hint != "" {
		return hint
	}
	if kind == jsonscan.Array || kind == jsonscan.Object {
		return fmt.Sprintf("if %s is a field, write the object without the list around it: %s: {%s: …}",
			cut(name, maxWord), quote(fieldName), cut(quote(name), maxWord))
	}
	return "the operators are " + strings.Join(operators, ", ")
}

// secondHint is about a second member in the object of an operator.
func (p *parser) secondHint(first, second string) string {
	switch {
	case len(p.path) > 0 && p.path[len(p.path)-1] == opAnythingBut:
		return "an anything-but has one operator, and two anything-but side by side accept everything"
	case first == opPrefix && second == opSuffix || first == opSuffix && second == opPrefix:
		return `write both as one: {"wildcard": "a*b"}`
	}
	return fmt.Sprintf(`write an object for each: {"%s": …}, {"%s": …}; one of them suffices`, first, cut(second, maxWord))
}

// stringHint is about the operand that comes next, which should be a string.
func (p *parser) stringHint(operator string, fold bool) string {
	wrap := func(operand string) string {
		if fold {
			operand = operatorObject(opEqualsIgnoreCase, operand)
		}
		if operator == opExactly {
			return operand
		}
		return operatorObject(operator, operand)
	}
	operand := p.next()
	switch kind := p.s.Peek(); kind {
	case jsonscan.Number, jsonscan.True, jsonscan.False:
		return fmt.Sprintf("write %s, or %s alone", wrap(`"`+operand+`"`), operand)
	case jsonscan.Null:
		return "write null alone"
	case jsonscan.Array:
		s := p.s
		raw, _ := s.Value()
		var list []string
		if json.Unmarshal(raw, &list) != nil || len(list) == 0 {
			return "write an operator for each string: " + wrap(`"a"`)
		}
		var each []string
		for _, text := range list[:min(len(list), maxNamed)] {
			each = append(each, wrap(cut(quote(text), maxWord)))
		}
		if len(list) > maxNamed {
			each = append(each, "…")
		}
		return "write an operator for each: " + strings.Join(each, ", ")
	case jsonscan.Object:
		if operator != opEqualsIgnoreCase {
			break
		}
		name, operand := p.onlyMember()
		if name == opPrefix || name == opSuffix {
			return "write " + operatorObject(name, operatorObject(opEqualsIgnoreCase, operand))
		}
		return "case can be ignored in a whole value, a prefix or a suffix"
	}
	return ""
}

// onlyMember returns the name in the object that comes next and what stands there, if it has one.
func (p *parser) onlyMember() (name, value string) {
	s := p.s
	raw, _ := s.Value()
	var members map[string]json.RawMessage
	if json.Unmarshal(raw, &members) != nil || len(members) != 1 {
		return "", ""
	}
	for n, v := range members {
		name, value = n, cut(string(v), maxWord)
	}
	return name, value
}

// existsHint is about the operand of exists that comes next.
func (p *parser) existsHint() string {
	switch strings.Trim(strings.ToLower(p.next()), `"`) {
	case "true", "1", "yes":
		return "write true without quotes"
	case "false", "0", "no", "null":
		return "write false without quotes"
	}
	return "write true or false"
}

// notHint is about the name of an operator that anything-but cannot have.
func (p *parser) notHint(name string) string {
	const can = "anything-but takes values, prefix, suffix, equals-ignore-case and wildcard"
	switch name {
	case opExists:
		return fmt.Sprintf(`write {"exists": %v} without anything-but`, p.s.Peek() != jsonscan.True)
	case opNumeric:
		return `turn the comparison around: {"numeric": ["<=", …]} for what is not ">"`
	case opCIDR:
		return can + "; of networks, list the others"
	case opAnythingBut:
		return "write what is inside without the two anything-but"
	}
	return cmp.Or(nearest(name, opPrefix, opSuffix, opEqualsIgnoreCase, opWildcard), can)
}

// excludedHint is about what comes next, which is of the given kind, and which anything-but with or
// without an operator cannot exclude.
func (p *parser) excludedHint(operator string, kind jsonscan.Kind) string {
	switch {
	case operator == "" && kind == jsonscan.Null:
		return "null cannot be excluded"
	case operator == "" && (kind == jsonscan.True || kind == jsonscan.False):
		return fmt.Sprintf("write [%v] for the other boolean", kind == jsonscan.False)
	case operator == "" && kind == jsonscan.Object:
		return `write one operator for all: {"anything-but": {"prefix": ["a", "b"]}}`
	case operator == "" && kind == jsonscan.Array:
		return "write what is in the inner list into the outer one"
	case kind == jsonscan.Number:
		return fmt.Sprintf("write \"%s\"", p.next())
	case kind == jsonscan.Object && (operator == opPrefix || operator == opSuffix):
		return "case can only be ignored in a whole value there: write " +
			`{"anything-but": {"equals-ignore-case": …}}`
	}
	return "write a string or a list of strings"
}

// numericHint is about the operand of numeric that comes next, which is no array.
func (p *parser) numericHint() string {
	switch p.s.Peek() {
	case jsonscan.Number:
		return fmt.Sprintf(`write ["=", %s]`, p.next())
	case jsonscan.String:
		if text, _ := strconv.Unquote(p.next()); splitComparison(text) != "" {
			return "write [" + splitComparison(text) + "]"
		}
	case jsonscan.Object:
		name, number := p.onlyMember()
		if terms := splitComparison(cmp.Or(comparisons[plain(name)], name) + number); terms != "" {
			return "write [" + terms + "]"
		}
	}
	return `write ["=", 5] or [">", 0, "<=", 5]`
}

// comparisons are other spellings of the comparisons of numeric.
var comparisons = map[string]string{
	"==": "=", "===": "=", "eq": "=", "equals": "=", "equal": "=", "is": "=",
	"=>": ">=", "≥": ">=", "gte": ">=", "ge": ">=",
	"=<": "<=", "≤": "<=", "lte": "<=", "le": "<=",
	"gt": ">", "greaterthan": ">", "lt": "<", "lessthan": "<",
}

// comparisonHint is about a text that is no comparison of numeric.
func comparisonHint(text string) string {
	word := plain(text)
	switch {
	case comparisons[word] != "":
		return fmt.Sprintf("did you mean %q?", comparisons[word])
	case slices.Contains([]string{"!=", "<>", "ne", "neq", "!", "not", "≠"}, word):
		return `write {"anything-but": …} with the number`
	case splitComparison(text) != "":
		return "write " + splitComparison(text)
	}
	return "the comparisons are =, <, <=, > and >="
}

// splitComparison returns the elements for a text like ">5", or nothing if it is not like that.
func splitComparison(text string) string {
	number := strings.TrimLeft(text, "<>= ")
	operator := strings.TrimSpace(text[:len(text)-len(number)])
	operator = cmp.Or(comparisons[operator], operator)
	if f, err := strconv.ParseFloat(number, 64); err != nil || !json.Valid([]byte(number)) || math.IsInf(f, 0) ||
		!slices.Contains([]string{"=", "<", "<=", ">", ">="}, operator) {
		return ""
	}
	return fmt.Sprintf(`"%s", %s`, operator, cut(number, maxWord))
}

// memberHint is about a list of terms that does not begin with a comparison.
func memberHint(terms []term) string {
	first, second := terms[0], terms[min(1, len(terms)-1)]
	switch {
	case first.kind == jsonscan.Number && second.kind == jsonscan.End:
		return fmt.Sprintf(`write ["=", %s]`, cut(first.text, maxWord))
	case first.kind == jsonscan.Number && second.kind == jsonscan.Number:
		return fmt.Sprintf(`write [">=", %s, "<=", %s]`, cut(first.text, maxWord), cut(second.text, maxWord))
	case first.kind == jsonscan.Array:
		return "write what is in the inner list into the outer one"
	}
	return `write a comparison and a number: [">", 0]`
}

// numberHint is about a term that should be a number.
func numberHint(t term) string {
	if t.kind == jsonscan.String && json.Valid([]byte(t.text)) {
		if s := jsonscan.New([]byte(t.text)); s.Peek() == jsonscan.Number {
			return "write " + cut(t.text, maxWord) + " without quotes"
		}
	}
	if t.kind == jsonscan.End {
		return "a number is missing"
	}
	return ""
}

// upperHint is about a term that should be the comparison of the upper bound.
func upperHint(t term) string {
	switch right := comparisons[plain(t.text)]; {
	case right == "<" || right == "<=":
		return fmt.Sprintf("did you mean %q?", right)
	case t.kind == jsonscan.Number:
		return fmt.Sprintf(`write "<", %s`, cut(t.text, maxWord))
	}
	return "the second comparison is < or <="
}

// swapHint is about terms that go on where they should have ended.
func swapHint(terms []term) string {
	lower := len(terms) == 5 && strings.HasPrefix(terms[2].text, ">") && terms[3].kind == jsonscan.Number
	if strings.HasPrefix(terms[0].text, "<") && lower {
		return fmt.Sprintf(`write the lower bound first: ["%s", %s, "%s", %s]`,
			terms[2].text, cut(terms[3].text, maxWord), terms[0].text, cut(terms[1].text, maxWord))
	}
	return "only > and >= can be followed by another comparison, which is < or <="
}

// rangeHint is about a range whose lower bound is not less than the upper one.
func rangeHint(c numeric) string {
	low, high := cut(c.low.text, maxWord), cut(c.high.text, maxWord)
	switch {
	case c.low.float > c.high.float:
		return fmt.Sprintf(`write the lower bound first: ["%s", %s, "%s", %s]`, c.low.operator, high, c.high.operator, low)
	case c.low.operator == ">=" && c.high.operator == "<=":
		return fmt.Sprintf(`write ["=", %s]`, low)
	}
	return "no number lies between"
}

// nearestHint is about the text of a number that cannot be compared.
func nearestHint(text string) string {
	f, err := strconv.ParseFloat(text, 64)
	if err != nil || math.IsInf(f, 0) {
		return "numbers that can be compared are those of a float64, up to 1.8e308"
	}
	return fmt.Sprintf("the nearest number that can be compared is %s", canonicalNumber(exactNumber{"", number{f, true}}).text)
}

// slashHint is about a network without mask bits, or with several slashes.
func slashHint(address string, found bool) string {
	ip, ok := parseIP(address)
	switch {
	case found || !ok:
		return `write an address, a slash and a number of bits: "10.0.0.0/8"`
	case ip.Is4():
		return fmt.Sprintf(`write the address alone as a string, %q, or a network such as {"cidr": "%s"}`,
			address, netip.PrefixFrom(ip, 24).Masked())
	}
	return fmt.Sprintf(`write the address alone as a string, %q, or a network such as {"cidr": "%s"}`,
		address, canonicalNetwork(netip.PrefixFrom(ip, 64).Masked()))
}

// maskHint is about a mask that is no number of bits.
func maskHint(address, mask string) string {
	ip, ok := parseIP(mask)
	if ok && ip.Is4() {
		four := ip.As4()
		m := uint32(four[0])<<24 | uint32(four[1])<<16 | uint32(four[2])<<8 | uint32(four[3])
		if n := bits.LeadingZeros32(^m); m<<n == 0 && n < 32 {
			return fmt.Sprintf("write %q", cut(address, maxWord)+"/"+strconv.Itoa(n))
		}
	}
	return "write 0 to 31 for IPv4, 0 to 127 for IPv6"
}

// bitsHint is about more mask bits than EventBridge takes.
func bitsHint(ip netip.Addr, n int64) string {
	if n == int64(ip.BitLen()) {
		return fmt.Sprintf("write the address alone as a string: %q", ip)
	}
	return fmt.Sprintf("write 0 to %d", ip.BitLen()-1)
}

// addressHint is about an address that is not one.
func addressHint(address string) string {
	switch {
	case strings.Contains(address, "%"):
		return "write it without its zone"
	case strings.Contains(address, ":") && strings.Contains(address, "."):
		if ip, err := netip.ParseAddr(address); err == nil {
			return fmt.Sprintf("write the address as %q", ip.StringExpanded())
		}
	case strings.Contains(address, "*"):
		return `write {"wildcard": "10.0.*"}, or a network such as "10.0.0.0/16"`
	case looksLikeIPv4(address):
		return "each number is at most 255"
	case strings.Count(address, ".") < 3 && strings.Trim(address, "0123456789.") == "" && address != "":
		return "an IPv4 address has four numbers"
	case looksLikeIPv6(address):
		return "an IPv6 address has eight groups of up to four hexadecimal digits, or :: once"
	}
	return "names of hosts are not looked up; write an address"
}
