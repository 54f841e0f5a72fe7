package pattern

import (
	"encoding/json"
	"errors"
	"fmt"
	"math"
	"strings"
	"testing"
	"unicode/utf8"
)

func TestBuild(t *testing.T) {
	type name string
	x := Field("x").Equals(1)
	for _, tt := range []struct {
		terms []Term
		want  string
	}{
		{[]Term{Field("source").Equals("aws.s3"), Field("detail", "eventName").Equals(name("PutObject")).Prefix("Copy", "Put")},
			`{"detail":{"eventName":["PutObject",{"prefix":"Copy"},{"prefix":"Put"}]},"source":["aws.s3"]}`},
		{[]Term{Field("a").Equals(1, 2.50, uint8(3), int64(-4), json.Number("5e0"), true, false, nil, "")},
			`{"a":["",-4,1,2.5,3,5,false,null,true]}`},
		{[]Term{Field("a.b").PrefixFold("x").Suffix("y").SuffixFold("z"), Field("a", "c").EqualFold("e").Wildcard("*w").CIDR("10.0.0.0/8")},
			`{"a":{"b":[{"prefix":{"equals-ignore-case":"x"}},{"suffix":"y"},{"suffix":{"equals-ignore-case":"z"}}],` +
				`"c":[{"cidr":"10.0.0.0/8"},{"equals-ignore-case":"e"},{"wildcard":"*w"}]}}`},
		{[]Term{Field("a").Numeric(">", 0, "<=", 5.5).Numeric("=", 7).Exists(true).Exists(false)},
			`{"a":[{"exists":false},{"exists":true},{"numeric":["=",7]},{"numeric":[">",0,"<=",5.5]}]}`},
		{[]Term{Field("a").AnythingBut("x"), Field("b").AnythingBut(2, 1), Field("c").AnythingButPrefix("p"), Field("d").AnythingButSuffix("s"),
			Field("e").AnythingButFold("f"), Field("f").AnythingButWildcard("w", "v*")},
			`{"a":[{"anything-but":"x"}],"b":[{"anything-but":[1,2]}],"c":[{"anything-but":{"prefix":"p"}}],"d":[{"anything-but":{"suffix":"s"}}],` +
				`"e":[{"anything-but":{"equals-ignore-case":"f"}}],"f":[{"anything-but":{"wildcard":["v*","w"]}}]}`},
		{[]Term{x, Or(And(Field("b").Equals(2), Field("c").Equals(3)), Field("d").Equals(4), Or(Field("b").Equals(1), Field("d").Equals(5)))},
			`{"x":[1],"$or":[{"b":[1]},{"b":[2],"c":[3]},{"d":[4]},{"d":[5]}]}`},
		{[]Term{x.Equals(2), Or(Field("y").Equals(1), And(Field("z").Equals(1)))}, `{"x":[1,2],"$or":[{"y":[1]},{"z":[1]}]}`},
	} {
		p, err := Build(tt.terms...)
		if err != nil {
			t.Errorf("Build(%v): %v", tt.terms, err)
			continue
		}
		if p.String() != tt.want {
			t.Errorf("got  %s\nwant %s", p, tt.want)
		}
	}
	if len(x.anyOf) != 1 {
		t.Errorf("Equals changed its receiver: %v", x)
	}
}

func TestBuildErrors(t *testing.T) {
	a := Field("a").Equals(1)
	for _, tt := range []struct {
		terms []Term
		cause error
		want  string
	}{
		{nil, ErrSyntax, "pattern: Empty objects are not allowed (offset 0)"},
		{[]Term{Field("a")}, ErrSyntax, `pattern: there are no values in /a (offset 0)`},
		{[]Term{a, a}, ErrSyntax, `pattern: the path is asked for twice, and only one would count in /a (offset 0)`},
		{[]Term{a, Or(a, Field("b").Equals(1))}, ErrSyntax,
			"pattern: a path is asked for in an Or and elsewhere, and only one would count (offset 0)"},
		{[]Term{Or(a)}, ErrSyntax, "pattern: there must be at least two terms in an Or (offset 0)"},
		{[]Term{Or(a, And())}, ErrSyntax, "pattern: Empty objects are not allowed in /$or/1 (offset 18)"},
		{[]Term{Or(a, Field("prefix").Equals("x"))}, ErrSyntax,
			"pattern: prefix is Ruler reserved fieldName which cannot be used inside $or. in /$or/1/prefix (offset 19)"},
		{[]Term{Field("$or").Equals(1)}, ErrSyntax, `pattern: no field can have the name $or: use Or in /$or (offset 0)`},
		{[]Term{Field("a").Equals([]int{1})}, ErrOperand, `pattern: []int is neither string, number, boolean nor nil in /a (offset 0)`},
		{[]Term{Field("a").Equals(math.NaN())}, ErrOperand, `pattern: json: unsupported value: NaN in /a (offset 0)`},
		{[]Term{Field("a").Equals(json.Number("x"))}, ErrOperand, `pattern: json: invalid number literal "x"`},
		{[]Term{nil}, ErrSyntax, "pattern: a term is nil (offset 0)"},
		{[]Term{Or(nil, nil)}, ErrSyntax, "pattern: a term is nil (offset 0)"},
		{[]Term{And(nil)}, ErrSyntax, "pattern: a term is nil (offset 0)"},
		{[]Term{(*FieldTerm)(nil)}, ErrSyntax, "pattern: a term is nil (offset 0)"},
		{[]Term{Field("a", "b").Equals("\xed\xa0\xbd")}, ErrOperand, `pattern: "\xed\xa0\xbd" is not UTF-8 in /a/b (offset 0)`},
		{[]Term{Field("a").Wildcard("\xed\xa0\xbd*\xed\xb8\x80")}, ErrOperand, `pattern: "\xed\xa0\xbd*\xed\xb8\x80" is not UTF-8 in /a (offset 0)`},
		{[]Term{Field("a").AnythingButPrefix("x", "\xff")}, ErrOperand, `pattern: "\xff" is not UTF-8 in /a (offset 0)`},
		{[]Term{Field("\xff").Equals(1)}, ErrSyntax, `pattern: the path "\xff" is not UTF-8 in `},
		{[]Term{Field("a").Numeric("<")}, ErrOperand, `pattern: Value of < must be numeric in /a/0/numeric (offset 21)`},
		{[]Term{Field("a").AnythingBut("x", 1)}, ErrOperand, "pattern: Inside anything but list, either all values are number " +
			"or string, mixed type is not supported in /a/0/anything-but (offset 22)"},
		{[]Term{Field("a").Wildcard("**")}, ErrOperand, "pattern: Consecutive wildcard characters at pos 1 in /a/0/wildcard (offset 18)"},
		{[]Term{Field("a").Equals(strings.Repeat("x", DefaultSize))}, ErrLimit, "pattern: 2058 characters, of which 2048 are allowed (offset 0)"},
	} {
		p, err := Build(tt.terms...)
		message := fmt.Sprint(err)
		if e, ok := errors.AsType[*SyntaxError](err); ok {
			message = strings.Replace(message, " ("+e.Hint()+")", "", 1)
		}
		if err == nil || !strings.HasPrefix(message, tt.want) || !errors.Is(err, tt.cause) {
			t.Errorf("Build(%.100v) = %v, %v, want %s", tt.terms, p, err, tt.want)
		}
		if _, ok := errors.AsType[*SyntaxError](err); !ok {
			t.Errorf("Build(%.100v): %v is a %T", tt.terms, err, err)
		}
	}
}

// FuzzBuild builds generated patterns from terms, and expects what their text compiles to.
func FuzzBuild(f *testing.F) {
	for seed := range uint64(50) {
		f.Add(seed)
	}
	f.Fuzz(func(t *testing.T, seed uint64) {
		text, _ := newGenerator(seed).pair()
		p, err := Compile(text)
		if err != nil || !unordered(p) || !utf8.ValidString(p.tree.String()) { // Go strings hold no halves
			return
		}
		q, err := Limits{Size: -1}.Build(termOf(p.tree, ""))
		if err != nil || q.String() != p.Canonical() {
			t.Errorf("%s\nis built as %v, %v\nwant %s", text, q, err, p.Canonical())
		}
	})
}

// termOf returns a term for a tree.
func termOf(o *object, prefix string) Term {
	var all []Term
	for _, m := range o.members {
		path := prefix + m.name
		switch v := m.value.(type) {
		case *field:
			all = append(all, fieldTermOf(v, path))
		case *object:
			all = append(all, termOf(v, path+"."))
		case *either:
			var or []Term
			for _, b := range v.branches {
				or = append(or, termOf(b, prefix))
			}
			all = append(all, Or(or...))
		}
	}
	return And(all...)
}

// fieldTermOf returns the term for a field.
func fieldTermOf(field *field, path string) FieldTerm {
	f := Field(path)
	for _, a := range field.anyOf {
		switch c := a.condition.(type) {
		case exactString:
			f = f.Equals(string(c))
		case exactNumber:
			f = f.Equals(json.Number(c.text))
		case exactWord:
			f = f.Equals(map[byte]any{'t': true, 'f': false, 'n': nil}[byte(c)])
		case prefix:
			f = f.Prefix(string(c))
		case prefixFold:
			f = f.PrefixFold(string(c))
		case suffix:
			f = f.Suffix(string(c))
		case suffixFold:
			f = f.SuffixFold(string(c))
		case equalsFold:
			f = f.EqualFold(string(c))
		case wildcard:
			f = f.Wildcard(c.text)
		case cidr:
			f = f.CIDR(c.text)
		case exists:
			f = f.Exists(bool(c))
		case numeric:
			var terms []any
			for _, b := range []bound{c.low, c.high} {
				if b.operator != "" {
					terms = append(terms, b.operator, json.Number(b.text))
				}
			}
			f = f.Numeric(terms...)
		case anythingBut:
			f = addNot(f, c)
		}
	}
	return f
}

// addNot adds an anything-but to a term.
func addNot(f FieldTerm, c anythingBut) FieldTerm {
	var values []any
	var list []string
	for _, ex := range c.excluded {
		if n, ok := ex.(exactNumber); ok {
			values = append(values, json.Number(n.text))
			continue
		}
		text := texts(ex)[0].text
		values, list = append(values, text), append(list, text)
	}
	switch c.operator {
	case opPrefix:
		return f.AnythingButPrefix(list...)
	case opSuffix:
		return f.AnythingButSuffix(list...)
	case opEqualsIgnoreCase:
		return f.AnythingButFold(list...)
	case opWildcard:
		return f.AnythingButWildcard(list...)
	}
	return f.AnythingBut(values...)
}
