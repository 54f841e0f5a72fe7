package pattern

import (
	"cmp"
	"fmt"
	"strconv"
	"strings"

	"github.com/trailsieve/trailsieve/internal/jsonscan"
)

// The names of the operators.
const (
	opAnythingBut      = "anything-but"
	opCIDR             = "cidr"
	opEqualsIgnoreCase = "equals-ignore-case"
	opExactly          = "exactly"
	opExists           = "exists"
	opNumeric          = "numeric"
	opPrefix           = "prefix"
	opSuffix           = "suffix"
	opWildcard         = "wildcard"
)

// operators are those that a "did you mean" may propose.
var operators = []string{
	opAnythingBut, opCIDR, opEqualsIgnoreCase, opExists, opNumeric, opPrefix, opSuffix, opWildcard,
}

// operator reads the object that comes next: the name of an operator and its operand.
func (p *parser) operator() (c condition, err error) {
	start := p.s.Offset()
	p.s.Open()
	name, at, ok, err := p.name()
	if err != nil {
		return nil, err
	}
	if !ok {
		return nil, p.fail(start, refused(ErrSyntax, "Match expression name not found").
			but(`write an operator, such as {"prefix": "a"}`))
	}
	tooMany := onlyOne
	switch name {
	case opPrefix, opSuffix:
		c, err = p.affix(name)
	case opEqualsIgnoreCase, opExactly, opWildcard:
		c, err = p.textOperand(name)
	case opCIDR:
		c, err = p.cidr()
	case opExists:
		c, err = p.exists()
	case opNumeric:
		tooMany = tooManyElements
		c, err = p.numeric()
	case opAnythingBut:
		tooMany = tooManyElements
		c, err = p.anythingBut()
	default:
		err = p.fail(at, refused(ErrOperator, "Unrecognized match type %s", name).but(p.operatorHint(name)))
	}
	if err != nil {
		return nil, err
	}
	return c, p.endOperator(tooMany, name)
}

// What EventBridge says of a second member in the object of an operator. The words for numeric are
// those for anything-but too.
const (
	onlyOne         = "Only one key allowed in match expression"
	tooManyElements = "Too many elements in numeric expression"
)

// endOperator checks that the object that the parser is in, of which one member was read, has no
// other.
func (p *parser) endOperator(tooMany, before string) error {
	name, at, more, err := p.name()
	if more {
		return p.fail(at, refused(ErrSyntax, "%s", tooMany).but(p.secondHint(before, name)))
	}
	return err
}

// affix reads the operand of prefix or suffix: a string, or one that ignores case.
func (p *parser) affix(operator string) (condition, error) {
	p.path = append(p.path, operator)
	what := operator
	fold := p.s.Peek() == jsonscan.Object
	if fold {
		start := p.s.Offset()
		p.s.Open()
		inner, at, ok, err := p.name()
		switch {
		case err != nil:
			return nil, err
		case !ok:
			title := strings.ToUpper(operator[:1]) + operator[1:]
			return nil, p.fail(start, refused(ErrSyntax, "%s expression name not found", title).
				but(fmt.Sprintf(`write {"%s": "a"} or {"%[1]s": {"equals-ignore-case": "a"}}`, operator)))
		case inner != opEqualsIgnoreCase:
			return nil, p.fail(at, refused(ErrOperator, "Unsupported %s pattern: %s", operator, inner).
				but(cmp.Or(nearest(inner, opEqualsIgnoreCase), `there can only be {"equals-ignore-case": …}`)))
		}
		what = inner
		p.path = append(p.path, inner)
	}
	if p.s.Peek() != jsonscan.String {
		return nil, p.refuse(refused(ErrOperand, "%s match pattern must be a string", what).but(p.stringHint(operator, fold)))
	}
	text, err := p.string()
	if err != nil {
		return nil, err
	}
	p.path = p.path[:len(p.path)-1]
	if !fold {
		if operator == opPrefix {
			return prefix(text), nil
		}
		return suffix(text), nil
	}
	if err := p.endOperator(onlyOne, what); err != nil {
		return nil, err
	}
	p.path = p.path[:len(p.path)-1]
	if operator == opPrefix {
		return prefixFold(text), nil
	}
	return suffixFold(text), nil
}

// textOperand reads the operand of an operator that takes a string.
func (p *parser) textOperand(name string) (condition, error) {
	p.path = append(p.path, name)
	if p.s.Peek() != jsonscan.String {
		what := name
		if name == opExactly {
			what = "exact"
		}
		return nil, p.refuse(refused(ErrOperand, "%s match pattern must be a string", what).but(p.stringHint(name, false)))
	}
	c, err := p.stringCondition(name)
	if err == nil {
		p.path = p.path[:len(p.path)-1]
	}
	return c, err
}

// stringCondition reads the string that comes next as the operand of an operator.
func (p *parser) stringCondition(operator string) (condition, error) {
	at := p.s.Offset()
	text, err := p.string()
	if err != nil {
		return nil, err
	}
	switch operator {
	case opPrefix:
		return prefix(text), nil
	case opSuffix:
		return suffix(text), nil
	case opEqualsIgnoreCase:
		return equalsFold(text), nil
	case opWildcard:
		pieces, err := parseWildcard(text)
		if err != nil {
			return nil, p.fail(at, err)
		}
		return wildcard{text, pieces}, nil
	}
	return exactString(text), nil
}

func (p *parser) cidr() (condition, error) {
	p.path = append(p.path, opCIDR)
	if p.s.Peek() != jsonscan.String {
		// To say prefix for cidr is EventBridge's mistake.
		return nil, p.refuse(refused(ErrOperand, "prefix match pattern must be a string").but(p.stringHint(opCIDR, false)))
	}
	at := p.s.Offset()
	text, err := p.string()
	if err != nil {
		return nil, err
	}
	network, err := parseCIDR(text)
	if err != nil {
		return nil, p.fail(at, err)
	}
	p.path = p.path[:len(p.path)-1]
	return cidr{text, network}, nil
}

func (p *parser) exists() (condition, error) {
	p.path = append(p.path, opExists)
	kind := p.s.Peek()
	if kind != jsonscan.True && kind != jsonscan.False {
		return nil, p.refuse(refused(ErrOperand, "exists match pattern must be either true or false.").but(p.existsHint()))
	}
	if _, err := p.value(); err != nil {
		return nil, err
	}
	p.path = p.path[:len(p.path)-1]
	return exists(kind == jsonscan.True), nil
}

// anythingBut reads the operand of anything-but: literals, or an object with one operator.
func (p *parser) anythingBut() (condition, error) {
	const wrongOperand = "Value of anything-but must be an array or single string/number value."
	var c anythingBut
	p.path = append(p.path, opAnythingBut)
	kind := p.s.Peek()
	start := p.s.Offset()
	if kind == jsonscan.Object {
		p.s.Open()
		name, at, ok, err := p.name()
		switch {
		case err != nil:
			return nil, err
		case !ok:
			return nil, p.fail(start, refused(ErrSyntax, "Anything-But expression name not found").
				but(`write a value, a list of values, or an operator such as {"prefix": "a"}`))
		}
		switch name {
		case opPrefix, opSuffix, opEqualsIgnoreCase, opWildcard:
		default:
			return nil, p.fail(at, refused(ErrOperator, "Unsupported anything-but pattern: %s", name).but(p.notHint(name)))
		}
		c.operator = name
		p.path = append(p.path, name)
		kind = p.s.Peek()
	}
	var err error
	switch kind {
	case jsonscan.Array:
		c.excluded, err = p.excludedList(c.operator)
	case jsonscan.String, jsonscan.Number:
		c.excluded = make([]condition, 1)
		c.excluded[0], err = p.excluded(c.operator, kind)
	default:
		err = p.refuse(refused(ErrOperand, wrongOperand).but(p.excludedHint(c.operator, kind)))
	}
	if err != nil {
		return nil, err
	}
	if c.operator != "" {
		p.path = p.path[:len(p.path)-1]
		if err := p.endOperator(tooManyElements, c.operator); err != nil {
			return nil, err
		}
	}
	p.path = p.path[:len(p.path)-1]
	return c, nil
}

// excludedList reads the list of what anything-but excludes: by an operator, or literals if it is
// "".
func (p *parser) excludedList(operator string) ([]condition, error) {
	start := p.s.Offset()
	p.s.Open()
	var list []condition
	var strings, numbers bool
	for {
		if ok, err := p.element(len(list)); err != nil {
			return nil, err
		} else if !ok {
			break
		}
		kind := p.s.Peek()
		c, err := p.excluded(operator, kind)
		if err != nil {
			return nil, err
		}
		strings = strings || kind == jsonscan.String
		numbers = numbers || kind == jsonscan.Number
		p.path = p.path[:len(p.path)-1]
		list = append(list, c)
	}
	if operator == "" && strings == numbers {
		hint := `for any value write {"exists": true}`
		if strings {
			hint = "write all in quotes or none; numbers and strings cannot be excluded together"
		}
		return nil, p.fail(start, refused(ErrOperand, "Inside anything but list, either all values are number "+
			"or string, mixed type is not supported").but(hint))
	}
	if len(list) == 0 {
		return nil, p.fail(start, because(ErrOperand, "%s takes a string or a list of at least one", operator).
			but(`for any value write {"exists": true}`))
	}
	return list, nil
}

// excluded reads one thing that anything-but excludes. The words about lists are EventBridge's for
// single values too.
func (p *parser) excluded(operator string, kind jsonscan.Kind) (condition, error) {
	if operator == "" && kind == jsonscan.Number {
		at := p.s.Offset()
		n, err := p.number()
		if err == nil && !n.comparable {
			err = p.fail(at, cannotCompare(n))
		}
		return n, err
	}
	if kind != jsonscan.String {
		text := "prefix/suffix match pattern must be a string"
		switch operator {
		case "":
			text = "Inside anything but list, start|null|boolean is not supported."
		case opEqualsIgnoreCase:
			text = "Inside anything-but/equals-ignore-case list, number|start|null|boolean is not supported."
		case opWildcard:
			text = "wildcard match pattern must be a string"
		}
		return nil, p.refuse(refused(ErrOperand, "%s", text).but(p.excludedHint(operator, kind)))
	}
	at := p.s.Offset()
	c, err := p.stringCondition(operator)
	if c == prefix("") || c == suffix("") {
		return nil, p.fail(at, refused(ErrOperand, "Null prefix/suffix not allowed").
			but("every string begins and ends with nothing; leave it out"))
	}
	return c, err
}

// numeric reads the operand of numeric: an operator and a number, or a lower and an upper bound.
func (p *parser) numeric() (condition, error) {
	p.path = append(p.path, opNumeric)
	if p.s.Peek() != jsonscan.Array {
		return nil, p.refuse(refused(ErrOperand, "Value of numeric must be an array.").but(p.numericHint()))
	}
	p.s.Open()
	var terms []term
	for {
		ok, err := p.element(len(terms))
		if err != nil {
			return nil, err
		}
		if !ok {
			break
		}
		t := term{kind: p.s.Peek(), offset: p.s.Offset()}
		raw, err := p.value()
		if err != nil {
			return nil, err
		}
		if t.kind == jsonscan.Number {
			if err := p.checkLength(t.offset, raw); err != nil {
				return nil, err
			}
		}
		t.text = string(raw)
		if t.kind == jsonscan.String {
			t.text = string(jsonscan.AppendUnquoted(nil, raw[1:len(raw)-1], jsonscan.KeepLone))
		}
		terms = append(terms, t)
		p.path = p.path[:len(p.path)-1]
	}
	// What is missing is missed at the closing bracket.
	terms = append(terms, term{jsonscan.End, p.s.Offset() - 1, "]"})
	c, fault, err := makeNumeric(terms)
	if err != nil {
		if fault < len(terms)-1 {
			p.path = append(p.path, strconv.Itoa(fault))
		}
		return nil, p.fail(terms[fault].offset, err)
	}
	p.path = p.path[:len(p.path)-1]
	return c, nil
}

// A term is an element in the operand of numeric.
type term struct {
	kind   jsonscan.Kind
	offset int
	text   string // without quotes and escapes
}

// makeNumeric returns the condition that the terms describe, the last of which is of kind End. If
// they describe none, fault is the term at fault.
func makeNumeric(terms []term) (c numeric, fault int, err error) {
	fail := func(fault int, hint, format string, args ...any) (numeric, int, error) {
		return c, fault, refused(ErrOperand, format, args...).but(hint)
	}
	operator := terms[0].text
	if terms[0].kind != jsonscan.String {
		return fail(0, memberHint(terms), "Invalid member in numeric match: %s", operator)
	}
	first := &c.low
	what := operator
	switch operator {
	case "=":
		what = "equals"
	case "<", "<=":
		first = &c.high
	case ">", ">=":
	default:
		return fail(0, comparisonHint(operator), "Unrecognized numeric range operator: %s", operator)
	}
	if terms[1].kind != jsonscan.Number {
		return fail(1, numberHint(terms[1]), "Value of %s must be numeric", what)
	}
	*first = makeBound(operator, terms[1].text)
	if terms[2].kind != jsonscan.End {
		if first == &c.high || operator == "=" {
			return fail(2, swapHint(terms), "Too many elements in numeric expression")
		}
		operator = terms[2].text
		if terms[2].kind != jsonscan.String {
			return fail(2, upperHint(terms[2]), "Bad value in numeric range: %s", operator)
		}
		if operator != "<" && operator != "<=" {
			return fail(2, upperHint(terms[2]), "Bad numeric range operator: %s", operator)
		}
		if terms[3].kind != jsonscan.Number {
			return fail(3, numberHint(terms[3]), "Value of %s must be numeric", operator)
		}
		if terms[4].kind != jsonscan.End {
			return fail(4, "a range has two ends; write another one as an element of its own", "Too many terms in numeric range expression")
		}
		c.high = makeBound(operator, terms[3].text)
	}
	if !first.comparable {
		return c, 1, cannotCompare(first.exactNumber)
	}
	if first == &c.low && c.high.operator != "" {
		if !c.high.comparable {
			return c, 3, cannotCompare(c.high.exactNumber)
		}
		if c.low.float >= c.high.float {
			return fail(3, rangeHint(c), "Bottom must be less than top")
		}
	}
	return c, 0, nil
}

func makeBound(operator, text string) bound {
	return bound{operator, exactNumber{text, parseNumber([]byte(text))}}
}

func cannotCompare(n exactNumber) error {
	return refused(ErrOperand, "Cannot compare number : %s", n.text).but(nearestHint(n.text))
}
