package pattern

import (
	"bytes"
	"net/netip"

	"github.com/trailsieve/trailsieve/internal/jsonscan"
)

// A value is a leaf of an event: anything but an object or an array.
type value struct {
	kind   jsonscan.Kind
	text   []byte // a string without quotes and escapes; any other value as it stands
	number number // if kind is Number
}

func (v *value) isString() bool { return v.kind == jsonscan.String }

// A condition is one way for a value to be accepted: a literal or an operator with its operand.
// Its text is an element of a field's array.
type condition interface {
	accepts(v *value) bool
	append(dst []byte) []byte
}

// The literals.
type (
	exactString string
	exactNumber struct {
		text string
		number
	}
	exactWord jsonscan.Kind // True, False or Null
)

// The operators.
type (
	prefix     string
	prefixFold string
	suffix     string
	suffixFold string
	equalsFold string
	exists     bool // false accepts no value at all: see field.acceptsNone

	// anythingBut accepts what each of the excluded conditions refuses. These are literals if the
	// operator is "", and otherwise all of that operator.
	anythingBut struct {
		operator string
		excluded []condition
	}

	// numeric accepts the numbers between two bounds, each of which may be missing. Equality is
	// the numeric whose bounds are the same and included.
	numeric struct {
		low, high bound
	}

	cidr struct {
		text string
		netip.Prefix
	}

	wildcard struct {
		text   string
		pieces [][]byte // see parseWildcard
	}
)

// A bound is an end of a numeric. The zero bound is none.
type bound struct {
	operator string // ">", ">=", "<", "<=" or "="
	exactNumber
}

func (c exactString) accepts(v *value) bool { return v.isString() && string(v.text) == string(c) }

func (c exactWord) accepts(v *value) bool { return v.kind == jsonscan.Kind(c) }

func (c exactNumber) accepts(v *value) bool {
	if v.kind != jsonscan.Number {
		return false
	}
	if c.comparable {
		return v.number.comparable && v.number.float == c.float
	}
	return string(v.text) == c.text
}

func (c prefix) accepts(v *value) bool {
	return v.isString() && len(v.text) >= len(c) && string(v.text[:len(c)]) == string(c)
}

func (c suffix) accepts(v *value) bool {
	return v.isString() && len(v.text) >= len(c) && string(v.text[len(v.text)-len(c):]) == string(c)
}

func (c prefixFold) accepts(v *value) bool {
	if !v.isString() {
		return false
	}
	_, ok := cutPrefixFold(v.text, string(c))
	return ok
}

func (c suffixFold) accepts(v *value) bool { return v.isString() && hasSuffixFold(v.text, string(c)) }

func (c equalsFold) accepts(v *value) bool { return v.isString() && equalFold(v.text, string(c)) }

func (c exists) accepts(*value) bool { return bool(c) }

func (c anythingBut) accepts(v *value) bool {
	for _, ex := range c.excluded {
		if ex.accepts(v) {
			return false
		}
	}
	return true
}

func (c numeric) accepts(v *value) bool {
	if v.kind != jsonscan.Number || !v.number.comparable {
		return false
	}
	f := v.number.float
	switch c.low.operator {
	case ">":
		if f <= c.low.float {
			return false
		}
	case ">=":
		if f < c.low.float {
			return false
		}
	case "=":
		return f == c.low.float
	}
	switch c.high.operator {
	case "<":
		return f < c.high.float
	case "<=":
		return f <= c.high.float
	}
	return true
}

func (c cidr) accepts(v *value) bool {
	if !v.isString() {
		return false
	}
	ip, ok := parseIP(v.text)
	return ok && c.Contains(ip)
}

func (c wildcard) accepts(v *value) bool { return v.isString() && matchWildcard(c.pieces, v.text) }

func (c exactString) append(dst []byte) []byte { return jsonscan.AppendQuoted(dst, string(c)) }
func (c exactNumber) append(dst []byte) []byte { return append(dst, c.text...) }
func (c exactWord) append(dst []byte) []byte {
	switch jsonscan.Kind(c) {
	case jsonscan.True:
		return append(dst, "true"...)
	case jsonscan.False:
		return append(dst, "false"...)
	}
	return append(dst, "null"...)
}

func (c prefix) append(dst []byte) []byte {
	return appendOperator(dst, opPrefix, exactString(c))
}

func (c suffix) append(dst []byte) []byte {
	return appendOperator(dst, opSuffix, exactString(c))
}

func (c prefixFold) append(dst []byte) []byte {
	return appendOperator(dst, opPrefix, equalsFold(c))
}

func (c suffixFold) append(dst []byte) []byte {
	return appendOperator(dst, opSuffix, equalsFold(c))
}

func (c equalsFold) append(dst []byte) []byte {
	return appendOperator(dst, opEqualsIgnoreCase, exactString(c))
}

func (c exists) append(dst []byte) []byte {
	word := exactWord(jsonscan.False)
	if c {
		word = exactWord(jsonscan.True)
	}
	return appendOperator(dst, opExists, word)
}

func (c cidr) append(dst []byte) []byte {
	return appendOperator(dst, opCIDR, exactString(c.text))
}

func (c wildcard) append(dst []byte) []byte {
	return appendOperator(dst, opWildcard, exactString(c.text))
}

func (c numeric) append(dst []byte) []byte {
	dst = append(dst, `{"numeric":[`...)
	for _, b := range []bound{c.low, c.high} {
		if b.operator == "" {
			continue
		}
		if dst[len(dst)-1] != '[' {
			dst = append(dst, ',')
		}
		dst = jsonscan.AppendQuoted(dst, b.operator)
		dst = append(dst, ',')
		dst = b.exactNumber.append(dst)
	}
	return append(dst, "]}"...)
}

func (c anythingBut) append(dst []byte) []byte {
	list := len(c.excluded) != 1
	dst = append(dst, `{"anything-but":`...)
	if c.operator != "" {
		dst = append(dst, '{')
		dst = jsonscan.AppendQuoted(dst, c.operator)
		dst = append(dst, ':')
	}
	if list {
		dst = append(dst, '[')
	}
	for i, ex := range c.excluded {
		if i > 0 {
			dst = append(dst, ',')
		}
		text := ex.append(nil)
		if c.operator != "" { // {"prefix":"a"}: only the operand
			text = bytes.TrimSuffix(text[len(`{"":`)+len(c.operator):], []byte("}"))
		}
		dst = append(dst, text...)
	}
	if list {
		dst = append(dst, ']')
	}
	if c.operator != "" {
		dst = append(dst, '}')
	}
	return append(dst, '}')
}

func appendOperator(dst []byte, name string, operand condition) []byte {
	dst = append(dst, '{')
	dst = jsonscan.AppendQuoted(dst, name)
	dst = append(dst, ':')
	dst = operand.append(dst)
	return append(dst, '}')
}
