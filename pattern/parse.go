package pattern

import (
	"bytes"
	"errors"
	"slices"
	"strconv"
	"strings"
	"unicode"
	"unicode/utf8"

	"github.com/trailsieve/trailsieve/internal/jsonscan"
)

// nameOr is the name whose value is a list of alternative objects.
const nameOr = "$or"

// reservedInOr are the names that no field below $or may have, so that an operator in the wrong
// place is not taken for a field. EventBridge has the same list.
var reservedInOr = []string{
	opAnythingBut, opCIDR, opEqualsIgnoreCase, opExactly, opExists, opNumeric, opPrefix, opSuffix,
	opWildcard, "=", "<", "<=", ">", ">=", "regex", "not-wildcard", "not-equals-ignore-case",
	"date-after", "date-on-or-after", "date-before", "date-on-or-before", "in-date-range",
	"ip-address-in-range", "ip-address-not-in-range",
}

// maxWord is how much of an unknown word an error shows.
const maxWord = 64

// A parser makes the tree of a pattern in one pass over its text. Faults are found in the order in
// which they stand in the text, as EventBridge finds them.
//
// Invariant: path holds the names and indexes that lead to the value being read. When reading
// fails, it is left as it is, and so tells where.
type parser struct {
	text   []byte
	s      jsonscan.Scanner
	limits Limits
	path   []string
	depth  int
}

// parse returns the tree of a pattern.
func parse(text string, limits Limits) (root *object, err error) {
	p := &parser{text: []byte(text), limits: limits}
	p.s = jsonscan.New(p.text)
	switch kind := p.s.Peek(); kind {
	case jsonscan.Object:
		root, err = p.object(false)
	case jsonscan.End, jsonscan.Array, jsonscan.String, jsonscan.Number:
		err = p.fail(p.s.Offset(), refused(ErrSyntax, "Filter is not an object").but(p.rootHint(kind)))
	default:
		if _, err = p.value(); err == nil {
			err = p.fail(0, refused(ErrSyntax, "Filter is not an object").but(p.rootHint(kind)))
		}
	}
	if err != nil {
		return nil, err
	}
	if p.s.Peek() != jsonscan.End {
		return nil, p.fail(p.s.Offset(), because(ErrSyntax, "data after the closing brace").but(p.trailingHint()))
	}
	return root, nil
}

// object reads the object that comes next. Below $or some names are reserved.
func (p *parser) object(inOr bool) (*object, error) {
	o := &object{offset: p.s.Offset()}
	if err := p.open(); err != nil {
		return nil, err
	}
	for {
		name, at, ok, err := p.name()
		if err != nil {
			return nil, err
		}
		if !ok {
			break
		}
		p.path = append(p.path, name)
		m := member{name: name, offset: at}
		kind := p.s.Peek()
		switch {
		case name == nameOr:
			m.value, err = p.either(kind)
		case inOr && slices.Contains(reservedInOr, name):
			err = p.fail(at, refused(ErrSyntax, "%s is Ruler reserved fieldName which cannot be used inside $or.", name).
				but(p.reservedHint()))
		case kind == jsonscan.Object:
			m.value, err = p.object(inOr)
		case kind == jsonscan.Array:
			m.value, err = p.field()
		default:
			err = p.scalar(name)
		}
		if err != nil {
			return nil, err
		}
		p.path = p.path[:len(p.path)-1]
		o.members = append(o.members, m)
	}
	p.depth--
	if len(o.members) == 0 {
		return nil, p.fail(o.offset, refused(ErrSyntax, "Empty objects are not allowed").but(p.emptyHint()))
	}
	return o, nil
}

// either reads the value of $or, which is of the given kind.
func (p *parser) either(kind jsonscan.Kind) (*either, error) {
	e := &either{offset: p.s.Offset()}
	if kind != jsonscan.Array {
		return nil, p.refuse(refused(ErrSyntax, "It must be an Array followed with $or.").
			but(`write "$or": [{…}, {…}], with an object for each alternative`))
	}
	if err := p.open(); err != nil {
		return nil, err
	}
	for {
		if ok, err := p.element(len(e.branches)); err != nil {
			return nil, err
		} else if !ok {
			break
		}
		if p.s.Peek() != jsonscan.Object {
			return nil, p.refuse(refused(ErrSyntax, "Only JSON object is allowed in array of $or relationship.").
				but(`write an object of fields, such as {"source": ["aws.s3"]}; values are alternatives in the list of their field`))
		}
		branch, err := p.object(true)
		if err != nil {
			return nil, err
		}
		p.path = p.path[:len(p.path)-1]
		e.branches = append(e.branches, branch)
	}
	p.depth--
	if len(e.branches) < 2 {
		hint := "leave $or out"
		if len(e.branches) == 1 {
			hint = "write the fields of the one object beside the others, without $or"
		}
		return nil, p.fail(e.offset, refused(ErrSyntax, "There must have at least 2 Objects in $or relationship.").but(hint))
	}
	return e, nil
}

// field reads the array that comes next: literals and operators.
func (p *parser) field() (*field, error) {
	f := &field{offset: p.s.Offset()}
	if err := p.open(); err != nil {
		return nil, err
	}
	for {
		if ok, err := p.element(len(f.anyOf)); err != nil {
			return nil, err
		} else if !ok {
			break
		}
		var (
			kind = p.s.Peek()
			alt  = alternative{offset: p.s.Offset()}
			err  error
		)
		switch kind {
		case jsonscan.Object:
			alt.condition, err = p.operator()
		case jsonscan.Array:
			err = p.fail(alt.offset, refused(ErrSyntax, "Match value must be String, number, true, false, or null").
				but("write what is in the inner list into the outer one"))
		default:
			alt.condition, err = p.literal(kind)
		}
		if err != nil {
			return nil, err
		}
		p.path = p.path[:len(p.path)-1]
		f.anyOf = append(f.anyOf, alt)
	}
	p.depth--
	if len(f.anyOf) == 0 {
		return nil, p.fail(f.offset, refused(ErrSyntax, "Empty arrays are not allowed").
			but(`for any value write [{"exists": true}], for none [{"exists": false}]`))
	}
	if p.limits.Complexity < 0 {
		return f, nil
	}
	if most := limit(p.limits.Complexity, DefaultComplexity); wildcardScore(f.anyOf, most) > most {
		return nil, p.fail(f.offset, refused(ErrLimit, "Rule is too complex - try using fewer wildcard characters "+
			"or fewer repeating character sequences after a wildcard character"))
	}
	return f, nil
}

// literal reads the scalar of the given kind that comes next.
func (p *parser) literal(kind jsonscan.Kind) (condition, error) {
	switch kind {
	case jsonscan.String:
		text, err := p.string()
		return exactString(text), err
	case jsonscan.Number:
		return p.number()
	}
	_, err := p.value()
	return exactWord(kind), err
}

// open steps into the object or array that comes next, unless it lies too deep.
func (p *parser) open() error {
	if most := p.limits.nesting(); p.depth == most {
		return p.fail(p.s.Offset(), overDefault(most, DefaultNesting,
			"Depth (%d) exceeds the maximum allowed nesting depth (%d)", most+1, most))
	}
	p.depth++
	p.s.Open()
	return nil
}

// name moves to the next member of an object and returns its name and the offset of that.
func (p *parser) name() (name string, at int, ok bool, err error) {
	t, ok, err := p.s.Name()
	if err != nil {
		return "", 0, false, p.nameError(err)
	}
	if !ok {
		return "", 0, false, nil
	}
	at = p.s.Offset() - 1 // the colon; before it, white space and the closing quote
	for p.text[at] != '"' {
		at--
	}
	return unquote(t), at - len(t.Raw) - 1, true, nil
}

// element moves to the next element of an array, the i-th. If there is one, i is added to the path,
// and the caller removes it.
func (p *parser) element(i int) (ok bool, err error) {
	ok, err = p.s.Element()
	if err != nil {
		return false, p.syntax(err)
	}
	if ok {
		p.path = append(p.path, strconv.Itoa(i))
		p.s.Peek() // passes over white space, so that the offset is that of the element
	}
	return ok, nil
}

func (p *parser) string() (string, error) {
	t, err := p.s.String()
	if err != nil {
		return "", p.syntax(err)
	}
	return unquote(t), nil
}

func (p *parser) number() (exactNumber, error) {
	at := p.s.Offset()
	raw, err := p.value()
	if err == nil {
		err = p.checkLength(at, raw)
	}
	if err != nil {
		return exactNumber{}, err
	}
	return exactNumber{string(raw), parseNumber(raw)}, nil
}

// checkLength checks that a number is not longer than the limits allow.
func (p *parser) checkLength(at int, raw []byte) error {
	most := limit(p.limits.NumberLength, DefaultNumberLength)
	if len(raw) <= most {
		return nil
	}
	return p.fail(at, overDefault(most, DefaultNumberLength,
		"Number length (%d) exceeds the maximum length (%d)", len(raw), most))
}

// value reads and checks the value that comes next, and returns its text.
func (p *parser) value() ([]byte, error) {
	p.s.Peek()
	start := p.s.Offset()
	switch word := p.word(start); word {
	case "", "true", "false", "null":
	default:
		return nil, p.fail(start, refused(ErrSyntax, "Unrecognized token '%s': was expecting "+
			"(JSON String, Number, Array, Object or token 'null', 'true' or 'false')", word).but(p.tokenHint(word)))
	}
	raw, err := p.s.Value()
	if err != nil {
		return nil, p.syntax(err)
	}
	return raw, nil
}

// word returns the letters and what goes with them that stand at an offset.
func (p *parser) word(at int) string {
	letter := func(r rune) bool { return r == '_' || r == '$' || unicode.IsLetter(r) }
	text := string(p.text[at:min(at+maxWord, len(p.text))])
	if first, _ := utf8.DecodeRuneInString(text); !letter(first) {
		return ""
	}
	other := func(r rune) bool { return !letter(r) && !unicode.IsDigit(r) }
	if end := strings.IndexFunc(text, other); end >= 0 {
		text = text[:end]
	}
	return text
}

// refuse returns the error for the value that comes next, which is not what it should be; or, if it
// is no JSON at all, the error about that.
func (p *parser) refuse(r *reason) error {
	at := p.s.Offset()
	switch p.s.Peek() {
	case jsonscan.Object, jsonscan.Array: // the bracket alone is wrong here
	default:
		at = p.s.Offset()
		if _, err := p.value(); err != nil {
			return err
		}
	}
	return p.fail(at, r)
}

// scalar returns the error for the value that comes next, which is no object or array although it
// stands where a field's list is due.
func (p *parser) scalar(name string) error {
	hint := p.scalarHint()
	r := refused(ErrSyntax, `"%s" must be an object or an array`, name).but(hint)
	r.causes = append(r.causes, errScalar)
	return p.refuse(r)
}

// errScalar tells Lint which of the refusals it is.
var errScalar = errors.New("a value where a list is needed")

func (p *parser) fail(at int, err error) error {
	return &SyntaxError{Offset: at, Pointer: jsonscan.Pointer(p.path...), Err: err}
}

// syntax returns the error of a text that is no JSON.
func (p *parser) syntax(err error) error {
	e, ok := errors.AsType[*jsonscan.Error](err)
	if !ok {
		panic("pattern: the scanner failed without an offset: " + err.Error())
	}
	cause := ErrSyntax
	if errors.Is(err, jsonscan.ErrDepth) {
		cause = ErrLimit
	}
	r := because(cause, "%v", e.Err).but(p.jsonHint(e.Offset, e.Err))
	r.causes = append(r.causes, e.Err)
	return p.fail(e.Offset, r)
}

// nameError is syntax for an error where a name or the end of an object was due. A name without
// double quotes has words of EventBridge's own.
func (p *parser) nameError(err error) error {
	e, ok := errors.AsType[*jsonscan.Error](err)
	if !ok || e.Offset == len(p.text) || p.text[e.Offset] == '"' {
		return p.syntax(err)
	}
	switch before := bytes.TrimRight(p.text[:e.Offset], " \t\r\n"); before[len(before)-1] {
	case '{', ',':
		r, _ := utf8.DecodeRune(p.text[e.Offset:])
		return p.fail(e.Offset, refused(ErrSyntax,
			"Unexpected character ('%c' (code %d)): was expecting double-quote to start field name", r, r).
			but(p.nameHint(e.Offset)))
	}
	return p.syntax(err)
}

func unquote(t jsonscan.Text) string {
	if !t.Escaped {
		return string(t.Raw)
	}
	return string(jsonscan.AppendUnquoted(nil, t.Raw, jsonscan.KeepLone))
}
