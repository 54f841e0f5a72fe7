package pattern

import (
	"encoding/json"
	"fmt"
	"math/rand/v2"
	"strings"
)

// A generator writes a pattern and events that have to do with one another: both draw from the same
// few names and values, so that matches and near misses are common, and so are arrays of objects,
// dots, duplicates, escapes and $or.
type generator struct{ *rand.Rand }

func newGenerator(seed uint64) generator { return generator{rand.New(rand.NewPCG(seed, 1125))} }

func (g generator) pick(of ...string) string { return of[g.IntN(len(of))] }

// chance is true once in n times.
func (g generator) chance(n int) bool { return g.IntN(n) == 0 }

func (g generator) name() string {
	if g.chance(40) {
		return g.pick(``, `.`, `\u0061`, `a\u002eb`, `a.`, `é`, `\ud800`)
	}
	return g.pick(`a`, `a`, `b`, `b`, `c`, `d`, `a.b`, `b.c`)
}

func (g generator) text() string {
	if g.chance(8) {
		return g.pick(``, `\u0061b`, `a\\b`, `a*b`, `ß`, `SS`, `σ`, `ς`, `K`, `\u212a`, `\ud83d\ude00`, `😀`, `\ud83d`,
			`\ude00`, `10.0.0.1`, `10.0.1.255`, `010.0.0.01`, `10.0.0.256`, `::1`, `0:0:0:0:0:0:0:1`, `2001:db8::f`)
	}
	return g.pick(`a`, `b`, `ab`, `ba`, `aab`, `AB`, `Ab`, `abab`, `bb`)
}

func (g generator) number() string {
	if g.chance(10) {
		return g.pick(`-0`, `0.0`, `1e400`, `9007199254740993`, `9007199254740992`, `1.00000000000000001`, `0.1e1`,
			`10E-1`, `12345678901234567890`, `1e22`, `1e23`, `5e-324`, `4e-324`, `1e-400`, `0e999999999999`)
	}
	return g.pick(`0`, `1`, `2`, `3`, `1.0`, `1.5`, `-1`, `2e0`)
}

func (g generator) scalar() string {
	switch g.IntN(8) {
	case 0:
		return g.pick(`true`, `false`, `null`)
	case 1, 2:
		return g.number()
	}
	return `"` + g.text() + `"`
}

func (g generator) list(least, most int, element func() string) string {
	var all []string
	for range least + g.IntN(most-least+1) {
		all = append(all, element())
	}
	return strings.Join(all, g.pick(`,`, `,`, ` , `))
}

// value writes a value of an event.
func (g generator) value(depth int) string {
	switch n := g.IntN(10); {
	case depth <= 0 || n < 4:
		return g.scalar()
	case n < 6:
		return g.event(depth - 1)
	case n < 8:
		return `[` + g.list(0, 4, func() string { return g.event(depth - 1) }) + `]`
	}
	return `[` + g.list(0, 4, func() string { return g.value(depth - 1) }) + `]`
}

// event writes an object.
func (g generator) event(depth int) string {
	return `{` + g.list(0, 4, func() string { return `"` + g.name() + `":` + g.value(depth) }) + `}`
}

// wildcard writes an operand of wildcard, mostly a valid one.
func (g generator) wildcard() string {
	if g.chance(30) {
		return g.pick(`"**"`, `"\\"`, `"a\\"`, `"\\a"`)
	}
	if g.chance(30) {
		return `"\ud83d*\ude00"`
	}
	text := ""
	for range 1 + g.IntN(5) {
		next := g.pick(`*`, `a`, `b`, `ab`, `\\*`, `\\\\`, `/`)
		if next != `*` || !strings.HasSuffix(text, `*`) {
			text += next
		}
	}
	return `"` + text + `"`
}

// condition writes an operator object or a literal, mostly valid ones.
func (g generator) condition() string {
	quoted := func() string { return `"` + g.text() + `"` }
	some := func(of func() string) string { // one, or a list
		if g.chance(2) {
			return of()
		}
		return `[` + g.list(1, 3, of) + `]`
	}
	switch g.IntN(16) {
	case 0:
		return `{"prefix":` + quoted() + `}`
	case 1:
		return `{"suffix":` + quoted() + `}`
	case 2:
		return `{"` + g.pick(`prefix`, `suffix`) + `":{"equals-ignore-case":` + quoted() + `}}`
	case 3:
		return `{"equals-ignore-case":` + quoted() + `}`
	case 4:
		return `{"exists":true}`
	case 5, 6:
		return `{"exists":false}`
	case 7:
		return `{"wildcard":` + g.wildcard() + `}`
	case 8:
		return `{"anything-but":` + some(quoted) + `}`
	case 9:
		return `{"anything-but":` + some(g.number) + `}`
	case 10:
		of := quoted
		op := g.pick(`prefix`, `suffix`, `equals-ignore-case`, `wildcard`)
		if op == `wildcard` {
			of = g.wildcard
		}
		return `{"anything-but":{"` + op + `":` + some(of) + `}}`
	case 11:
		if g.chance(2) {
			return fmt.Sprintf(`{"numeric":[%q,%s]}`, g.pick(`=`, `<`, `<=`, `>`, `>=`), g.number())
		}
		low, high := g.pick(`-1`, `0`, `0.0`, `1`), g.pick(`1.5`, `2`, `3e0`)
		if g.chance(8) {
			low, high = g.number(), g.number()
		}
		return fmt.Sprintf(`{"numeric":[%q,%s,%q,%s]}`, g.pick(`>`, `>=`), low, g.pick(`<`, `<=`), high)
	case 12:
		return `{"cidr":"` + g.pick(`10.0.0.0/24`, `10.0.0.77/8`, `0.0.0.0/0`, `::/0`, `2001:db8::/32`, `::1/127`,
			`10.0.0.0/024`, `10.0.0.0/8//`, `0::/0`, `10.0.0.1/31`) + `"}`
	}
	return g.scalar()
}

// pattern writes an object of a pattern.
func (g generator) pattern(depth int) string {
	return `{` + g.list(1, 3, func() string {
		if depth > 0 && g.chance(5) {
			return `"$or":[` + g.list(2, 3, func() string { return g.pattern(depth - 1) }) + `]`
		}
		name := `"` + g.name() + `":`
		if depth > 0 && g.chance(2) {
			return name + g.pattern(depth-1)
		}
		return name + `[` + g.list(1, 2, g.condition) + `]`
	}) + `}`
}

// pair writes a pattern and an event, and now and then spoils a byte of the pattern. Three of four
// events are made after the pattern.
func (g generator) pair() (text, event string) {
	text, event = g.pattern(2), g.event(3)
	if v, err := decodeSlow(text); err == nil && !g.chance(4) {
		event = g.near(v.(slowObject))
	}
	if g.chance(20) {
		b := []byte(text)
		b[g.IntN(len(b))] = "{}[]\",:01atn\\*"[g.IntN(14)]
		text = string(b)
	}
	if !json.Valid([]byte(event)) {
		panic("the generator wrote " + event)
	}
	return text, event
}

// near writes an object that may match an object of a pattern: much that it asks for, some of it in
// arrays, some of it wrong, and something else beside it.
func (g generator) near(o slowObject) string {
	var members []string
	for _, m := range g.flat(o) {
		if g.chance(12) {
			continue
		}
		v := ""
		switch x := m.value.(type) {
		case slowObject:
			v = g.near(x)
			if g.chance(3) {
				v = `[` + g.list(0, 3, func() string { return g.near(x) }) + `]`
			}
		case []any:
			v = g.leaf(x[g.IntN(len(x))])
			if g.chance(4) {
				v = `[` + g.list(0, 3, func() string { return g.leaf(x[g.IntN(len(x))]) }) + `]`
			}
		}
		if g.chance(10) {
			v = `[` + g.value(2) + `,` + v + `]`
		}
		name := m.name
		for g.chance(2) { // {"a.b": v} as {"a": {"b": v}}
			first, last, ok := cutLastDot(name)
			if !ok {
				break
			}
			name, v = first, `{`+quoteJSON(last)+`:`+v+`}`
		}
		members = append(members, quoteJSON(name)+`:`+v)
	}
	if g.chance(6) {
		members = append(members, `"`+g.name()+`":`+g.value(1))
	}
	g.Shuffle(len(members), func(i, j int) { members[i], members[j] = members[j], members[i] })
	return `{` + strings.Join(members, `,`) + `}`
}

// flat returns the members of an object with one branch of each $or in place of it, and some of the
// objects in it replaced by their members under dotted names.
func (g generator) flat(o slowObject) (members slowObject) {
	for _, m := range o {
		if m.name == "$or" {
			branches := m.value.([]any)
			members = append(members, g.flat(branches[g.IntN(len(branches))].(slowObject))...)
			continue
		}
		if inner, ok := m.value.(slowObject); ok && g.chance(8) {
			for _, n := range g.flat(inner) {
				members = append(members, slowMember{m.name + "." + n.name, n.value})
			}
			continue
		}
		members = append(members, m)
	}
	return members
}

// leaf writes a value that an element of a leaf array may accept: itself, or what its operator is
// about.
func (g generator) leaf(condition any) string {
	if g.chance(6) {
		return g.value(1)
	}
	switch c := condition.(type) {
	case slowObject:
		if c[0].value == false {
			return g.pick(`[]`, `{}`, `[{}]`, g.scalar())
		}
		return g.leaf(c[0].value)
	case []any:
		return g.leaf(c[g.IntN(len(c))])
	case string:
		if g.chance(3) {
			c = strings.NewReplacer(`\*`, `*`, `\\`, `\`, `*`, g.pick(``, `a`, `/`), `/8`, ``, `/24`, ``).Replace(c)
		}
		if g.chance(6) {
			c = strings.ToUpper(c)
		}
		if g.chance(6) {
			c = g.pick(`a`, `b`, ``) + c + g.pick(`a`, `b`, ``)
		}
		return quoteJSON(c)
	case json.Number:
		return string(c)
	case bool:
		return fmt.Sprint(c)
	}
	return `null`
}

func cutLastDot(name string) (before, after string, ok bool) {
	i := strings.LastIndexByte(name, '.')
	if i < 0 {
		return name, "", false
	}
	return name[:i], name[i+1:], true
}

// quoteJSON writes a string, with what keepHalves has put into it as it was before.
func quoteJSON(text string) string {
	quoted, err := json.Marshal(text)
	if err != nil {
		panic(err)
	}
	var b strings.Builder
	for _, r := range string(quoted) {
		if firstHalf <= r && r < firstHalf+0x800 {
			fmt.Fprintf(&b, `\u%04x`, r-firstHalf+0xD800)
		} else {
			b.WriteRune(r)
		}
	}
	return b.String()
}
