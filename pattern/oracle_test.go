package pattern

import (
	"encoding/json"
	"errors"
	"fmt"
	"math"
	"math/big"
	"net"
	"regexp"
	"slices"
	"strconv"
	"strings"
	"unicode"
)

// The slow twin: event patterns as the documentation tells them, over values of encoding/json. It
// aims for readability, tries every choice of leaves, and shares no code with the package. It needs
// text that is UTF-8, and does not know the limits on size and depth.

var (
	slowElement = regexp.MustCompile(`(?s)\\.?|.`)
	slowIPv4    = regexp.MustCompile(`^[0-9]+(\.[0-9]+){3}$`)
	slowIPv6    = regexp.MustCompile(`^[0-9a-fA-F:]+$`)
)

// A slowPattern is a list of alternatives without $or, each a list of leaf arrays by their paths.
type slowPattern []map[string][]any

// A slowObject is a JSON object in its order, with every member.
type slowObject []slowMember

type slowMember struct {
	name  string
	value any // slowObject, []any, string, json.Number, bool or nil
}

// compileSlow is Compile, without positions and reasons in its errors.
func compileSlow(text string) (slowPattern, error) {
	v, err := decodeSlow(text)
	if err != nil {
		return nil, err
	}
	o, ok := v.(slowObject)
	if !ok {
		return nil, errors.New("not an object")
	}
	return slowObjectPattern(slowPattern{{}}, "", o, false)
}

// slowObjectPattern adds the conditions of an object to every alternative.
func slowObjectPattern(alternatives slowPattern, prefix string, o slowObject, inOr bool) (slowPattern, error) {
	if len(o) == 0 {
		return nil, errors.New("empty object")
	}
	for _, m := range o {
		path := prefix + m.name
		if m.name == "$or" {
			branches, ok := m.value.([]any)
			if !ok || len(branches) < 2 {
				return nil, errors.New("$or needs an array of two")
			}
			var all slowPattern
			for _, b := range branches {
				bo, ok := b.(slowObject)
				if !ok {
					return nil, errors.New("$or needs objects")
				}
				var copies slowPattern
				for _, a := range alternatives {
					c := map[string][]any{}
					for k, v := range a {
						c[k] = v
					}
					copies = append(copies, c)
				}
				more, err := slowObjectPattern(copies, prefix, bo, true)
				if err != nil {
					return nil, err
				}
				all = append(all, more...)
				if len(all) > 1000 {
					return nil, errors.New("too many combinations")
				}
			}
			alternatives = all
			continue
		}
		if inOr && slices.Contains(strings.Fields("exactly equals-ignore-case prefix suffix anything-but exists "+
			"wildcard numeric cidr = < <= > >= regex not-wildcard not-equals-ignore-case date-after "+
			"date-on-or-after date-before date-on-or-before in-date-range ip-address-in-range "+
			"ip-address-not-in-range"), m.name) {
			return nil, errors.New("reserved name")
		}
		switch v := m.value.(type) {
		case slowObject:
			var err error
			if alternatives, err = slowObjectPattern(alternatives, path+".", v, inOr); err != nil {
				return nil, err
			}
		case []any:
			if len(v) == 0 {
				return nil, errors.New("empty array")
			}
			for _, x := range v {
				if _, err := slowAccepts(x, "any string"); err != nil {
					return nil, err
				}
			}
			if slowScore(v) > 10 {
				return nil, errors.New("too complex")
			}
			for _, a := range alternatives {
				a[path] = v
			}
		default:
			return nil, errors.New("neither object nor array")
		}
	}
	return alternatives, nil
}

// match reports whether an event matches.
func (p slowPattern) match(event string) bool {
	v, err := decodeSlow(event)
	if err != nil {
		panic(err)
	}
	var leaves []slowLeaf
	arrays := 0
	slowFlatten(v, "", nil, &arrays, &leaves)
	for _, alternative := range p {
		var paths []string
		for path := range alternative {
			paths = append(paths, path)
		}
		if slowChoose(alternative, paths, leaves, nil, nil) {
			return true
		}
	}
	return false
}

// A slowLeaf is a scalar of an event, with the elements of arrays that it is in.
type slowLeaf struct {
	path  string
	value any
	in    map[int]int // index by number of the array
}

// slowFlatten appends the leaves of v. Objects and arrays are bound to the element of the array that
// they are; scalars are not.
func slowFlatten(v any, path string, in map[int]int, arrays *int, leaves *[]slowLeaf) {
	switch v := v.(type) {
	case slowObject:
		seen := map[string]bool{}
		for _, m := range v {
			if seen[m.name] {
				continue // the first counts
			}
			seen[m.name] = true
			below := m.name
			if path != "" {
				below = path[:len(path)-1] + "." + m.name
			}
			slowFlatten(m.value, below+"$", in, arrays, leaves)
		}
	case []any:
		*arrays++
		number := *arrays
		for i, x := range v {
			inside := in
			switch x.(type) {
			case slowObject, []any:
				inside = map[int]int{number: i}
				for k, v := range in {
					inside[k] = v
				}
			}
			slowFlatten(x, path, inside, arrays, leaves)
		}
	default:
		*leaves = append(*leaves, slowLeaf{strings.TrimSuffix(path, "$"), v, in})
	}
}

func (l slowLeaf) consistent(chosen []slowLeaf) bool {
	for _, c := range chosen {
		for array, i := range c.in {
			if j, ok := l.in[array]; ok && i != j {
				return false
			}
		}
	}
	return true
}

// slowChoose tries for each path in turn every leaf that will do, and to have none. In the end the
// paths without a leaf must have none that is consistent with the chosen ones.
func slowChoose(fields map[string][]any, paths []string, leaves, chosen []slowLeaf, without []string) bool {
	if len(paths) == 0 {
		for _, l := range leaves {
			if slices.Contains(without, l.path) && l.consistent(chosen) {
				return false
			}
		}
		return true
	}
	path := paths[0]
	canBeAbsent := false
	for _, condition := range fields[path] {
		if o, ok := condition.(slowObject); ok && o[0].name == "exists" && o[0].value == false {
			canBeAbsent = true
		}
	}
	if canBeAbsent && slowChoose(fields, paths[1:], leaves, chosen, append(without, path)) {
		return true
	}
	for _, l := range leaves {
		if l.path != path || !l.consistent(chosen) {
			continue
		}
		ok := false
		for _, condition := range fields[path] {
			yes, _ := slowAccepts(condition, l.value)
			ok = ok || yes
		}
		if ok && slowChoose(fields, paths[1:], leaves, append(slices.Clone(chosen), l), without) {
			return true
		}
	}
	return false
}

// slowAccepts reports whether an element of a leaf array accepts a value, or that it is no valid
// element.
func slowAccepts(condition, v any) (bool, error) {
	o, ok := condition.(slowObject)
	if !ok {
		if _, list := condition.([]any); list {
			return false, errors.New("nested array")
		}
		return slowEqual(condition, v), nil
	}
	if len(o) != 1 {
		return false, errors.New("an operator object has one member")
	}
	operator, operand := o[0].name, o[0].value
	text, isText := operand.(string)
	s, isString := v.(string)
	switch operator {
	case "exactly":
		return isString && s == text, need(isText)
	case "equals-ignore-case":
		return isString && slowFold(s, text), need(isText)
	case "prefix", "suffix":
		fold := false
		if inner, ok := operand.(slowObject); ok {
			if len(inner) != 1 || inner[0].name != "equals-ignore-case" {
				return false, errors.New("not equals-ignore-case")
			}
			fold = true
			text, isText = inner[0].value.(string)
		}
		return isString && slowAffix(operator, s, text, fold), need(isText)
	case "wildcard":
		if !isText {
			return false, need(isText)
		}
		re, err := slowWildcard(text)
		return err == nil && isString && re.MatchString(s), err
	case "exists":
		want, isBool := operand.(bool)
		return want, need(isBool)
	case "cidr":
		network, bits, err := slowCIDR(text)
		if err != nil || !isText {
			return false, errors.Join(err, need(isText))
		}
		address, ok := slowIP(s)
		return isString && ok && len(address) == len(network) && address[:bits] == network[:bits], nil
	case "numeric":
		return slowNumeric(operand, v)
	case "anything-but":
		return slowAnythingBut(operand, v)
	}
	return false, errors.New("unknown operator")
}

func need(ok bool) error {
	if !ok {
		return errors.New("operand of a wrong type")
	}
	return nil
}

func slowAnythingBut(operand, v any) (bool, error) {
	var conditions []any
	switch x := operand.(type) {
	case string, json.Number:
		conditions = []any{x}
	case []any:
		conditions = x
	case slowObject:
		if len(x) != 1 || !slices.Contains([]string{"prefix", "suffix", "equals-ignore-case", "wildcard"}, x[0].name) {
			return false, errors.New("no operator for anything-but")
		}
		list, ok := x[0].value.([]any)
		if !ok {
			list = []any{x[0].value}
		}
		for _, text := range list {
			if _, ok := text.(string); !ok || text == "" && strings.HasSuffix(x[0].name, "fix") {
				return false, errors.New("anything-but needs text")
			}
			conditions = append(conditions, slowObject{{x[0].name, text}})
		}
	default:
		return false, errors.New("anything-but of something else")
	}
	if len(conditions) == 0 {
		return false, errors.New("anything-but nothing")
	}
	for _, c := range conditions {
		if fmt.Sprintf("%T", c) != fmt.Sprintf("%T", conditions[0]) {
			return false, errors.New("mixed list")
		}
		switch x := c.(type) {
		case json.Number:
			if _, ok := slowNumber(x); !ok {
				return false, errors.New("cannot be compared")
			}
		case string, slowObject:
		default:
			return false, errors.New("neither text nor number")
		}
	}
	result := true
	for _, c := range conditions {
		yes, err := slowAccepts(c, v)
		if err != nil {
			return false, err
		}
		if yes {
			result = false
		}
	}
	return result, nil
}

func slowNumeric(operand, v any) (bool, error) {
	terms, ok := operand.([]any)
	if !ok || len(terms) != 2 && len(terms) != 4 {
		return false, errors.New("numeric of two or four")
	}
	n, isNumber := v.(json.Number)
	x, comparable := slowNumber(n)
	result := isNumber && comparable
	var last float64
	for i := 0; i < len(terms); i += 2 {
		operator, _ := terms[i].(string)
		number, ok := terms[i+1].(json.Number)
		bound, comparable := slowNumber(number)
		switch {
		case !ok || !comparable:
			return false, errors.New("numeric without a number")
		case i == 2 && terms[0] != ">" && terms[0] != ">=":
			return false, errors.New("upper bound first")
		case i == 2 && operator != "<" && operator != "<=":
			return false, errors.New("no upper bound")
		case i == 2 && last >= bound:
			return false, errors.New("empty range")
		}
		last = bound
		switch operator {
		case "=":
			result = result && x == bound
		case "<":
			result = result && x < bound
		case "<=":
			result = result && x <= bound
		case ">":
			result = result && x > bound
		case ">=":
			result = result && x >= bound
		default:
			return false, errors.New("no comparison")
		}
	}
	return result, nil
}

func slowEqual(literal, v any) bool {
	a, ok1 := literal.(json.Number)
	b, ok2 := v.(json.Number)
	if !ok1 || !ok2 {
		return literal == v
	}
	x, xok := slowNumber(a)
	y, yok := slowNumber(b)
	return xok && yok && x == y || !xok && !yok && a == b
}

// slowNumber returns a number as a float64, and whether the shortest text of that has its value.
func slowNumber(n json.Number) (float64, bool) {
	mantissa, exponent, _ := strings.Cut(strings.ToLower(string(n)), "e")
	if strings.Trim(mantissa, "-0.") == "" {
		return 0, mantissa != ""
	}
	if e, err := strconv.Atoi(exponent); exponent != "" && (err != nil || e > 5000 || e < -5000) {
		return 0, false // nothing that a fuzzer writes comes back from there
	}
	exact, _ := new(big.Rat).SetString(string(n))
	f, _ := exact.Float64()
	if math.IsInf(f, 0) {
		return 0, false
	}
	shortest, _ := new(big.Rat).SetString(strconv.FormatFloat(f, 'g', -1, 64))
	return f, shortest.Cmp(exact) == 0
}

func slowFold(a, b string) bool {
	x, y := []rune(a), []rune(b)
	return len(x) == len(y) && slices.EqualFunc(x, y, func(a, b rune) bool {
		return unicode.ToLower(a) == unicode.ToLower(b) || unicode.ToUpper(a) == unicode.ToUpper(b)
	})
}

func slowAffix(operator, s, text string, fold bool) bool {
	x, n := []rune(s), len([]rune(text))
	if len(x) < n {
		return false
	}
	part := string(x[:n])
	if operator == "suffix" {
		part = string(x[len(x)-n:])
	}
	return part == text || fold && slowFold(part, text)
}

// slowWildcard translates the operand of wildcard.
func slowWildcard(text string) (*regexp.Regexp, error) {
	re := `(?s)\A`
	for i, c := range slowElements(text) {
		switch {
		case c == "*" && i > 0 && strings.HasSuffix(re, ".*"):
			return nil, errors.New("two stars")
		case c == "*":
			re += ".*"
		case c == `\*` || c == `\\`:
			re += c
		case c[0] == '\\':
			return nil, errors.New("invalid escape")
		default:
			re += "(?:" + regexp.QuoteMeta(c) + ")"
		}
	}
	return regexp.Compile(re + `\z`)
}

// slowElements splits the operand of wildcard into stars, escapes and bytes. (The characters beyond
// ASCII stay whole: regexp has no bytes, and in the score they differ only by their length.)
func slowElements(text string) []string {
	return slowElement.FindAllString(text, -1)
}

// slowScore is the complexity of the wildcards in a leaf array. A state is the part of an operand
// that was read, together with the number of the operand; the operands of one anything-but have the
// same number, so what they have in common is one state.
func slowScore(field []any) int {
	const star = -1
	type operand struct {
		number   int
		elements []int // bytes and stars
	}
	var operands []operand
	add := func(number int, v any) {
		text, _ := v.(string)
		elements := []int{'"'}
		for _, e := range slowElements(text) {
			if e == "*" {
				elements = append(elements, star)
				continue
			}
			for _, b := range []byte(strings.TrimPrefix(e, `\`)) {
				elements = append(elements, int(b))
			}
		}
		operands = append(operands, operand{number, append(elements, '"')})
	}
	for i, c := range field {
		o, ok := c.(slowObject)
		if !ok {
			continue
		}
		if o[0].name == "wildcard" {
			add(i, o[0].value)
		}
		if inner, ok := o[0].value.(slowObject); ok && o[0].name == "anything-but" && inner[0].name == "wildcard" {
			if list, ok := inner[0].value.([]any); ok {
				for _, v := range list {
					add(i, v)
				}
			} else {
				add(i, inner[0].value)
			}
		}
	}
	if len(operands) == 0 {
		return 0
	}
	// after returns the active states when one of them reads a byte: each an operand and how many of
	// its elements were read.
	type state struct{ operand, read int }
	key := func(s state) string {
		o := operands[s.operand]
		return fmt.Sprint(o.number, o.elements[:s.read])
	}
	after := func(active []state, b int) (next []state) {
		add := func(s state) {
			if !slices.Contains(next, s) {
				next = append(next, s)
			}
		}
		for _, s := range active {
			e := operands[s.operand].elements
			if s.read > 0 && e[s.read-1] == star {
				add(s)
			}
			if s.read < len(e) && e[s.read] == b {
				add(state{s.operand, s.read + 1})
				if s.read+1 < len(e) && e[s.read+1] == star {
					add(state{s.operand, s.read + 2})
				}
			}
		}
		return next
	}
	var start []state
	bytes := []int{256} // any other
	for i, o := range operands {
		start = append(start, state{i, 0})
		for _, e := range o.elements {
			if e != star && !slices.Contains(bytes, e) {
				bytes = append(bytes, e)
			}
		}
	}
	best := 0
	known := map[string]bool{}
	for queue := [][]state{start}; len(queue) > 0; queue = queue[1:] {
		for _, b := range bytes {
			next := after(queue[0], b)
			var keys []string
			for _, s := range next {
				keys = append(keys, key(s))
			}
			slices.Sort(keys)
			keys = slices.Compact(keys)
			best = max(best, len(keys))
			if best > 10 {
				return best
			}
			if k := strings.Join(keys, "|"); !known[k] {
				known[k] = true
				queue = append(queue, next)
			}
		}
	}
	return best
}

// slowCIDR returns an address as its bits in text, and how many of them count.
func slowCIDR(text string) (network string, bits int, err error) {
	parts := strings.Split(text, "/")
	for len(parts) > 0 && parts[len(parts)-1] == "" {
		parts = parts[:len(parts)-1]
	}
	if len(parts) != 2 {
		return "", 0, errors.New("one slash")
	}
	bits, err = strconv.Atoi(parts[1])
	if err != nil || bits < 0 {
		return "", 0, errors.New("mask bits")
	}
	network, ok := slowIP(parts[0])
	if !ok || bits >= len(network) {
		return "", 0, errors.New("address or mask bits")
	}
	return network, bits, nil
}

// slowIP returns an address as 32 or 128 bits in text.
func slowIP(text string) (bits string, ok bool) {
	if slowIPv4.MatchString(text) && len(text) <= 15 {
		for _, part := range strings.Split(text, ".") {
			n, err := strconv.Atoi(part)
			if err != nil || n > 255 {
				return "", false
			}
			bits += fmt.Sprintf("%08b", n)
		}
		return bits, true
	}
	if ip := net.ParseIP(text); ip != nil && slowIPv6.MatchString(text) {
		for _, b := range ip.To16() {
			bits += fmt.Sprintf("%08b", b)
		}
		return bits, true
	}
	return "", false
}
