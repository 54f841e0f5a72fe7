package pattern

import (
	"cmp"
	"errors"
	"fmt"
	"slices"
	"sort"
	"strconv"
	"strings"

	"github.com/trailsieve/trailsieve/internal/jsonscan"
)

// A LintRule is the id of something that [Lint] finds. The ids do not change.
type LintRule string

// The rules. The first five are for text that [Compile] refuses, of which the first fault is found.
const (
	LintSyntax   LintRule = "syntax"   // not JSON, or not of the shape of a pattern
	LintScalar   LintRule = "scalar"   // a value where a list of values is needed
	LintOperator LintRule = "operator" // there is no such operator
	LintOperand  LintRule = "operand"  // the operator cannot work on this
	LintLimit    LintRule = "limit"    // larger or dearer than EventBridge allows

	LintNeverMatches   LintRule = "never-matches"       // no event matches the pattern
	LintNeverAccepts   LintRule = "never-accepts"       // no value is accepted by this alternative
	LintAlwaysTrue     LintRule = "always-true"         // the condition holds for every event
	LintAnyValue       LintRule = "any-value"           // the condition accepts every value
	LintShadowed       LintRule = "shadowed"            // a neighbour accepts all that this one does
	LintDuplicateKey   LintRule = "duplicate-key"       // a field or name that occurs twice
	LintReplacedInOr   LintRule = "replaced-in-or"      // a field that does not count beside some $or
	LintShadowedInOr   LintRule = "shadowed-in-or"      // an element of $or that another makes superfluous
	LintExcludedTwice  LintRule = "excluded-twice"      // anything-but excludes it by something else already
	LintUnknownField   LintRule = "unknown-field"       // events of EventBridge have no such field
	LintEnvelopeType   LintRule = "envelope-type"       // events of EventBridge have a string there
	LintExistsOnObject LintRule = "exists-on-object"    // exists is about values, not objects
	LintInexactNumber  LintRule = "inexact-number"      // a number that equals only its own spelling
	LintOperatorField  LintRule = "operator-as-field"   // an operator outside of a list is a name, and so is "and"
	LintRegexp         LintRule = "regular-expression"  // there are none in the language
	LintWildcard       LintRule = "wildcard-in-literal" // a star that is just a star
	LintARN            LintRule = "arn-separator"       // a colon for a slash, or the reverse
	LintAnyEvent       LintRule = "any-event"           // the condition holds for every event of EventBridge
	LintHostBits       LintRule = "host-bits"           // a network whose address has bits behind the mask
	LintReadOnlyCalls  LintRule = "read-only-calls"     // not delivered by default
)

// A Severity says what a finding means.
type Severity string

const (
	SeverityError   Severity = "error"   // the pattern is refused, or cannot do anything
	SeverityWarning Severity = "warning" // it most likely does not do what was meant
	SeverityInfo    Severity = "info"    // something to know
)

// severities has every rule.
var severities = map[LintRule]Severity{
	LintSyntax:         SeverityError,
	LintScalar:         SeverityError,
	LintOperator:       SeverityError,
	LintOperand:        SeverityError,
	LintLimit:          SeverityError,
	LintNeverMatches:   SeverityError,
	LintNeverAccepts:   SeverityWarning,
	LintAlwaysTrue:     SeverityWarning,
	LintAnyValue:       SeverityWarning,
	LintShadowed:       SeverityWarning,
	LintShadowedInOr:   SeverityWarning,
	LintExcludedTwice:  SeverityWarning,
	LintDuplicateKey:   SeverityWarning,
	LintReplacedInOr:   SeverityWarning,
	LintUnknownField:   SeverityWarning,
	LintEnvelopeType:   SeverityWarning,
	LintExistsOnObject: SeverityWarning,
	LintOperatorField:  SeverityWarning,
	LintRegexp:         SeverityWarning,
	LintWildcard:       SeverityWarning,
	LintARN:            SeverityWarning,
	LintAnyEvent:       SeverityInfo,
	LintHostBits:       SeverityInfo,
	LintInexactNumber:  SeverityInfo,
	LintReadOnlyCalls:  SeverityInfo,
}

// A Finding is what Lint has to say about one place in a pattern.
type Finding struct {
	Rule     LintRule `json:"rule"`
	Severity Severity `json:"severity"`
	Offset   int      `json:"offset"`  // in the text of the pattern, in bytes
	Pointer  string   `json:"pointer"` // of the value at fault, as a JSON Pointer
	Message  string   `json:"message"` // what is wrong, and what to write instead
}

// String returns the finding in one line.
func (f Finding) String() string {
	in := ""
	if f.Pointer != "" {
		in = " in " + f.Pointer
	}
	return fmt.Sprintf("%s: %s%s (offset %d) [%s]", f.Severity, f.Message, in, f.Offset, f.Rule)
}

// Lint looks for what is wrong with a pattern, or likely to be, in the order of the text. Text that
// [Compile] refuses has one finding, about that.
//
// What it says about matching is certain: a pattern with [LintNeverMatches] matches no event, a
// condition with [LintAlwaysTrue] alone matches every event, one with [LintAnyValue] is the same as
// {"exists": true}, and an alternative with [LintShadowed] or [LintNeverAccepts] could be left out. The
// other rules judge by what events of EventBridge and CloudTrail look like. A pattern that names none
// of detail, detail-type, source, account and region is taken to be for other events, which may have
// any fields.
func Lint(text string) []Finding { return Limits{}.Lint(text) }

// Lint is [Lint] for a pattern that is to be compiled within the limits l.
func (l Limits) Lint(text string) []Finding {
	p, err := l.Compile(text)
	if err != nil {
		e, ok := errors.AsType[*SyntaxError](err)
		if !ok {
			panic("pattern: Compile failed without an offset: " + err.Error())
		}
		return []Finding{refusal(e)}
	}
	t := &linter{pattern: p, fields: placed(p.tree), used: map[*field]bool{}}
	for _, b := range p.branches {
		for _, f := range b {
			t.used[f] = true
		}
	}
	t.names(p.tree, nil)
	t.envelope()
	t.replaced()
	t.alternatives()
	t.neverMatches()
	for _, f := range t.fields {
		t.field(f)
		t.strings(f)
		t.cloudTrail(f)
	}
	slices.SortStableFunc(t.findings, func(a, b Finding) int { return cmp.Compare(a.Offset, b.Offset) })
	return t.findings
}

// refusal returns the finding that a text is no pattern.
func refusal(e *SyntaxError) Finding {
	rule := LintSyntax
	switch {
	case errors.Is(e, errScalar):
		rule = LintScalar
	case errors.Is(e, ErrOperator):
		rule = LintOperator
	case errors.Is(e, ErrOperand):
		rule = LintOperand
	case errors.Is(e, ErrLimit):
		rule = LintLimit
	}
	return Finding{rule, severities[rule], e.Offset, e.Pointer, e.Err.Error()}
}

func isOperator(name string) bool {
	return name == opExactly || slices.Contains(operators, name)
}

// operatorObject returns an operator as it is written in a list, with its operand.
func operatorObject(name, operand string) string { return "{" + quote(name) + ": " + operand + "}" }

// A linter collects findings about a pattern.
type linter struct {
	pattern  *Pattern
	fields   []placedField
	used     map[*field]bool // those that are in some branch
	findings []Finding
}

func (l *linter) report(rule LintRule, offset int, pointer, format string, args ...any) {
	l.findings = append(l.findings, Finding{rule, severities[rule], offset, pointer, fmt.Sprintf(format, args...)})
}

// at reports something about the i-th alternative of a field.
func (l *linter) at(rule LintRule, f placedField, i int, format string, args ...any) {
	l.report(rule, f.anyOf[i].offset, f.pointer+"/"+strconv.Itoa(i), format, args...)
}

// names looks for objects with two members of one name. Two fields of one name are left to replaced.
func (l *linter) names(o *object, steps []string) {
	first := map[string]node{}
	l.operatorFields(o, steps)
	free := slices.ContainsFunc(steps, func(step string) bool { return slices.Contains(freeNames, step) })
	for _, m := range o.members {
		if hint := nearFieldHint(m.name); hint != "" && m.name != nameOr && !free {
			l.report(LintOperatorField, m.offset, jsonscan.Pointer(append(steps, m.name)...), "%s is a name like any other: %s",
				quote(m.name), hint)
		}
		steps := append(steps, m.name) // the levels take turns in one array
		_, isField := m.value.(*field)
		if before := first[m.name]; before != nil {
			if _, wasField := before.(*field); !isField || !wasField {
				l.report(LintDuplicateKey, m.offset, jsonscan.Pointer(steps...),
					"%s occurs twice in an object, of which other JSON tools keep only one: merge the two", quote(m.name))
			}
		}
		first[m.name] = m.value
		switch v := m.value.(type) {
		case *object:
			l.names(v, steps)
		case *either:
			for i, b := range v.branches {
				l.names(b, append(steps, strconv.Itoa(i)))
			}
		}
	}
}

// freeNames are fields of CloudTrail whose objects are calls' own, so that any name may be in them.
var freeNames = []string{"requestParameters", "responseElements", "additionalEventData"}

// operatorFields looks for an object that has nothing but operators as names: it was most likely
// meant to stand in a list. (Below $or no field can have such a name.)
func (l *linter) operatorFields(o *object, steps []string) {
	if len(steps) == 0 || slices.Contains(freeNames, steps[len(steps)-1]) ||
		isOperator(steps[len(steps)-1]) || // reported already
		slices.ContainsFunc(o.members, func(m member) bool { return !isOperator(m.name) }) {
		return
	}
	for _, m := range o.members {
		l.report(LintOperatorField, m.offset, jsonscan.Pointer(append(steps, m.name)...),
			"%s is a name here, not an operator, because it is not in a list: %s", m.name, inList(m))
	}
}

// inList tells how to write a member as an operator.
func inList(m member) string {
	whole := "[" + operatorObject(m.name, string(m.value.append(nil))) + "]"
	var each []string
	if f, ok := m.value.(*field); ok {
		for _, a := range f.anyOf {
			each = append(each, operatorObject(m.name, string(a.append(nil))))
		}
	}
	for _, text := range []string{whole, "[" + strings.Join(each, ", ") + "]"} {
		if _, err := parseField(text); err == nil && len(text) <= 4*maxWord {
			return "write " + escapeHalves(text)
		}
	}
	return "write [" + operatorObject(m.name, "…") + "]"
}

// replaced looks for fields that later fields of the same path replace, everywhere or beside some
// elements of $or.
func (l *linter) replaced() {
	later := map[string][]placedField{}
	for _, f := range slices.Backward(l.fields) {
		others := later[f.path]
		for _, g := range others[max(0, len(others)-maxCompared):] {
			if exclusive(f.or, g.or) {
				continue
			}
			if l.used[f.field] {
				l.report(LintReplacedInOr, f.offset, f.pointer, "%s does not count together with the field of the "+
					"same path at offset %d, which replaces it: say both things in one list", display(f.path), g.offset)
			} else {
				l.report(LintDuplicateKey, f.offset, f.pointer, "%s is replaced by the field of the same path at "+
					"offset %d: put all values in one list, or remove this one", display(f.path), g.offset)
			}
			break
		}
		later[f.path] = append(later[f.path], f)
	}
}

// exclusive reports whether fields in the given elements of $or are never in one branch: the first
// elements in which they differ are of one $or.
func exclusive(a, b []string) bool {
	n := min(len(a), len(b))
	i := sort.Search(n, func(i int) bool { return a[i] != b[i] }) // what is inside of these differs too
	return i < n && a[i][:strings.LastIndexByte(a[i], '/')] == b[i][:strings.LastIndexByte(b[i], '/')]
}

// neverMatches looks at whether each branch has a field that cannot be satisfied.
func (l *linter) neverMatches() {
	if f := l.pattern.unsatisfiable(); f != nil {
		l.report(LintNeverMatches, f.offset, f.pointer, "no event can match: %s accepts no value, and the pattern "+
			"needs it; widen the range", escapeHalves(f.String()))
	}
}

// unsatisfiable returns a field because of which the pattern matches nothing, or nil if there are
// events that it matches.
func (p *Pattern) unsatisfiable() *placedField {
	fields := placed(p.tree)
	var first *placedField
	for _, b := range p.branches {
		dead := false
		for _, f := range fields {
			if b[f.path] == f.field && !f.satisfiable() {
				dead = true
				if first == nil {
					first = &f
				}
			}
		}
		if !dead {
			return nil
		}
	}
	return first
}

// aloneInOr reports whether an element of $or has nothing that can fail, f being one of its fields that
// cannot.
func (l *linter) aloneInOr(f placedField) bool {
	if len(f.or) == 0 {
		return false
	}
	element := f.or[len(f.or)-1]
	return !slices.ContainsFunc(l.fields, func(g placedField) bool {
		return slices.Contains(g.or, element) && l.used[g.field] && !(g.acceptsAll() && g.acceptsNone())
	})
}

// field looks at the alternatives of a field, one by one and against one another.
func (l *linter) field(f placedField) {
	for i, a := range f.anyOf {
		if !satisfiable(a.condition) {
			l.at(LintNeverAccepts, f, i, "%s accepts no value: there is no number in this range", a.append(nil))
		}
		switch c := a.condition.(type) {
		case exactNumber:
			if !c.comparable {
				l.at(LintInexactNumber, f, i, "%s has more digits than are compared, and equals only what is written in "+
					"just the same way; if it is an identifier, events may have it as a string", cut(c.text, maxWord))
			}
		case anythingBut:
			l.excluded(f, i, c)
		case cidr:
			address, _, _ := strings.Cut(c.text, "/")
			if ip, ok := parseIP(address); ok && ip != c.Addr() {
				l.at(LintHostBits, f, i, "%s is the network %s, because bits behind the mask do not count: write that",
					quote(c.text), quote(canonicalNetwork(c.Prefix)))
			}
		}
	}
	if f.acceptsAll() {
		switch {
		case f.acceptsNone():
			if l.aloneInOr(f) {
				l.report(LintAlwaysTrue, f.offset, f.pointer, "%s holds for every event, and so the whole $or always "+
					"holds: narrow this condition, or remove the $or", display(f.path))
				break
			}
			l.report(LintAlwaysTrue, f.offset, f.pointer, "%s holds for every event: remove it", display(f.path))
		case len(f.anyOf) > 1:
			l.report(LintAnyValue, f.offset, f.pointer, `%s accepts every value, because one alternative is enough: to `+
				`exclude several values, list them in one anything-but; if any will do, write [{"exists": true}]`, display(f.path))
		}
		return
	}
	for i, j := range superfluous(f.conditions()) {
		if j >= 0 && satisfiable(f.anyOf[i].condition) {
			l.at(LintShadowed, f, i, "%s is superfluous beside %s, which accepts all that it does: remove it",
				shown(f.anyOf[i].condition), shown(f.anyOf[j].condition))
		}
	}
}

// shown returns a condition as a message has it.
func shown(c condition) string { return cut(escapeHalves(string(c.append(nil))), maxExpected) }

// excluded looks for what an anything-but excludes twice.
func (l *linter) excluded(f placedField, i int, c anythingBut) {
	var offsets []int
	pointer := f.pointer + jsonscan.Pointer(strconv.Itoa(i), opAnythingBut)
	if c.operator != "" {
		pointer += "/" + c.operator
	}
	for k, j := range superfluous(c.excluded) {
		if j < 0 {
			continue
		}
		if offsets == nil {
			offsets = l.excludedAt(f.anyOf[i].offset, len(c.excluded))
		}
		l.report(LintExcludedTwice, offsets[k], pointer+"/"+strconv.Itoa(k), "%s is superfluous beside %s, which excludes all "+
			"that it does: remove it", operandOf(c.excluded[k]), operandOf(c.excluded[j]))
	}
}

// operandOf returns a literal, or the operand of an operator.
func operandOf(c condition) string {
	for _, t := range texts(c) {
		return cut(quote(t.text), maxWord)
	}
	return shown(c)
}

// excludedAt returns the offsets of the n elements of the list that an anything-but excludes, whose object
// begins at start.
func (l *linter) excludedAt(start, n int) []int {
	s := jsonscan.New([]byte(l.pattern.text[start:]))
	must := func(_ any, err error) {
		if err != nil {
			panic("pattern: a pattern that was compiled cannot be read again: " + err.Error())
		}
	}
	for s.Peek() == jsonscan.Object {
		s.Open()
		_, _, err := s.Name()
		must(nil, err)
	}
	s.Open()
	offsets := make([]int, n)
	for k := range offsets {
		must(s.Element())
		s.Peek()
		offsets[k] = start + s.Offset()
		must(s.Value())
	}
	return offsets
}
