package pattern

import (
	"fmt"
	"slices"
	"strconv"
	"strings"
	"unicode"

	"github.com/trailsieve/trailsieve/internal/jsonscan"
)

// How much of a pattern a line of an explanation repeats.
const (
	maxExpected = 160 // bytes of what a condition expects
	maxNamed    = 4   // alternatives, or values of an event
)

// Reason returns the verdict in one line, for logs:
//
//	match
//	no match: detail.eventName is "GetObject", not "PutObject"
//	no match: detail.errorCode is "AccessDenied", not absent (and 2 more conditions fail)
//	no match: d.name and d.status hold, but not in the same element of /d
//
// Of an Explanation that is not from Explain, or was changed on its way, it says what can be said.
func (e *Explanation) Reason() string {
	if e.Matched {
		return "match"
	}
	if conflict := e.conflicting(); conflict != "" {
		return "no match: " + conflict
	}
	failed := e.failed()
	if len(failed) == 0 {
		return "no match" // not from Explain
	}
	line := "no match: " + display(failed[0].Path) + " is " + failed[0].actual() + ", not " + failed[0].wanted()
	switch more := len(failed) - 1; more {
	case 0:
		return line
	case 1:
		return line + " (and 1 more condition fails)"
	default:
		return fmt.Sprintf("%s (and %d more conditions fail)", line, more)
	}
}

// conflicting says that the conditions of the conflict do not hold together. It returns "" if there
// are none.
func (e *Explanation) conflicting() string {
	if e.Conflict == nil {
		return ""
	}
	var paths []string
	for _, i := range e.Conflict.Conditions {
		if 0 <= i && i < len(e.Conditions) {
			paths = append(paths, display(e.Conditions[i].Path))
		}
	}
	if len(paths) == 0 {
		return ""
	}
	where := "array"
	if e.Conflict.Array != "" {
		where = display(e.Conflict.Array)
	}
	return listed(paths, 0, "and") + " hold, but not in the same element of " + where
}

// actual says what the event has.
func (c *Condition) actual() string {
	if len(c.Values) == 0 {
		if c.Instead != "" {
			return "absent (there is " + c.Instead + ")"
		}
		return "absent"
	}
	var texts []string
	for _, v := range c.Values {
		texts = append(texts, visible(v.Text))
	}
	return listed(texts, max(0, c.More), "and")
}

// wanted says what a condition expects. It reads the text of that, so that an Explanation that was
// read from JSON prints the same.
func (c *Condition) wanted() string {
	f, err := parseField(c.Expected)
	if err != nil {
		return visible(c.Expected) // not from Explain
	}
	var texts []string
	for _, a := range f.anyOf {
		text := string(a.append(nil))
		switch a.condition {
		case exists(true):
			text = "present"
		case exists(false):
			text = "absent"
		}
		texts = append(texts, visible(cut(text, maxExpected)))
	}
	return listed(texts, 0, "or")
}

// parseField returns the field whose array is written as text.
func parseField(text string) (*field, error) {
	root, err := parse(`{"":`+text+`}`, Unlimited())
	if err != nil {
		return nil, err
	}
	f, ok := root.members[0].value.(*field)
	if !ok {
		return nil, ErrSyntax
	}
	return f, nil
}

// listed joins the first few texts with commas and a word before the last: "a", "b" or 3 others. There
// are so many more texts than it is given.
func listed(texts []string, more int, word string) string {
	switch n := min(len(texts), maxNamed-1); {
	case more == 0 && len(texts) <= maxNamed:
	case more == 1 && len(texts) < maxNamed:
		texts = append(slices.Clip(texts), "1 other")
	default:
		others := fmt.Sprintf("%d others", len(texts)-n+more)
		texts = append(texts[:n:n], others)
	}
	last := len(texts) - 1
	if last == 0 {
		return texts[0]
	}
	return strings.Join(texts[:last], ", ") + " " + word + " " + texts[last]
}

// String returns the explanation as a tree for a terminal:
//
//	✗ no match: detail.eventName is "GetObject", not "PutObject"
//	├─ ✓ source ["aws.s3"]
//	└─ detail
//	   └─ ✗ eventName ["PutObject"] is "GetObject" (offset 45)
//
// Beside a condition that fails stands what the event has; beside one that holds and has several
// alternatives, which of them makes it hold. Beside a decisive one whose value lies in
// an element of an array stands the JSON Pointer of the value in the event. An element of $or has a
// mark of its own: whether its conditions hold, one by one. Of the elements of each $or, the one that
// the verdict rests on is called decisive.
func (e *Explanation) String() string {
	var b strings.Builder
	fmt.Fprintf(&b, "%s %s\n", mark(e.Matched), e.Reason())
	e.tree().write(&b, "")
	return b.String()
}

// String returns the explanation for a terminal: a line for each rule and, below it, one for each of the
// conditions that are listed.
//
//	✗ root user: no match: detail.userIdentity.type is "IAMUser", not "Root"
//	└─ ✗ detail.userIdentity.type ["Root"] is "IAMUser" (offset 66)
//	✓ console login: match
func (e *SetExplanation[K]) String() string {
	var b strings.Builder
	for _, r := range e.Rules {
		fmt.Fprintf(&b, "%s %s: %s\n", mark(r.Matched), visible(fmt.Sprint(r.Key)), r.Reason)
		for i, c := range r.Failed {
			edge := "├─ "
			if i == len(r.Failed)-1 && r.More == 0 {
				edge = "└─ "
			}
			b.WriteString(edge + c.line(c.Path) + "\n")
		}
		if r.More > 0 {
			fmt.Fprintf(&b, "└─ and %d more\n", r.More)
		}
	}
	return b.String()
}

// A branchOfText is a line of the tree and those below it.
type branchOfText struct {
	step      string
	or        bool // the value of $or, of whose elements one suffices
	element   bool // of $or
	decisive  bool // element of $or
	condition *Condition
	parts     []*branchOfText
}

// tree puts the conditions in the tree of their JSON Pointers.
func (e *Explanation) tree() *branchOfText {
	root := &branchOfText{}
	for i := range e.Conditions {
		c := &e.Conditions[i]
		at := root
		steps := pointerSteps(c.Pointer)
		for i, step := range steps {
			if last := len(at.parts) - 1; last < 0 || at.parts[last].step != step || at.parts[last].condition != nil {
				part := &branchOfText{step: step, or: step == nameOr, element: at.or}
				part.decisive = at.or && slices.Contains(e.Or, jsonscan.Pointer(steps[:i+1]...))
				at.parts = append(at.parts, part)
			}
			at = at.parts[len(at.parts)-1]
		}
		at.condition = c
	}
	return root
}

// write writes the parts of t, each line after an indent.
func (t *branchOfText) write(b *strings.Builder, indent string) {
	for i, part := range t.parts {
		edge, below := "├─ ", "│  "
		if i == len(t.parts)-1 {
			edge, below = "└─ ", "   "
		}
		b.WriteString(indent + edge)
		switch c := part.condition; {
		case c != nil:
			b.WriteString(c.line(part.step))
		case part.element:
			b.WriteString(mark(part.holds()) + " " + part.step)
			if part.decisive {
				b.WriteString(" (decisive)")
			}
		default:
			b.WriteString(display(part.step))
		}
		b.WriteByte('\n')
		part.write(b, indent+below)
	}
}

// holds reports whether the conditions of t hold, one by one.
func (t *branchOfText) holds() bool {
	if t.condition != nil {
		return t.condition.Held || t.condition.Replaced
	}
	for _, part := range t.parts {
		if part.holds() == t.or {
			return t.or
		}
	}
	return !t.or
}

// line returns the line of a condition, whose field has the given name.
func (c *Condition) line(name string) string {
	line := mark(c.Held) + " " + display(name) + " " + visible(cut(c.Expected, maxExpected))
	switch {
	case c.Replaced:
		return "- " + line[len(mark(c.Held))+1:] + " is replaced by a later field"
	case c.Held:
		if by := c.by(); by != "" {
			line += " by " + by
		}
		if at := c.pointer(); at != "" {
			line += " at " + at
		}
		return line
	case len(c.Values) == 0:
		return line + " is " + c.actual()
	}
	at := c.pointer()
	if at != "" {
		at = ", " + at
	}
	return fmt.Sprintf("%s is %s (offset %d%s)", line, c.actual(), c.Values[0].Offset, at)
}

// by returns the alternative that makes c hold, or "" if c has only one.
func (c *Condition) by() string {
	f, err := parseField(c.Expected)
	if err != nil || len(f.anyOf) < 2 || c.Alternative < 0 || c.Alternative >= len(f.anyOf) {
		return "" // the latter not from Explain
	}
	return visible(shown(f.anyOf[c.Alternative].condition))
}

// pointer returns the JSON Pointer in the event of the value that a decisive condition rests on, or
// "" if the condition says as much, because there are no arrays in the way. If the condition fails,
// that is the first of its values; if it holds and the event does not match, the first that it accepts.
func (c *Condition) pointer() string {
	i := 0
	if c.Held {
		i = slices.IndexFunc(c.Values, func(v Value) bool { return v.Decisive })
		if i < 0 {
			i = slices.IndexFunc(c.Values, func(v Value) bool { return v.Accepted })
		}
	}
	if !c.Decisive || i < 0 || !c.Values[i].inElement(c.Path) {
		return ""
	}
	return visible(c.Values[i].Pointer)
}

func mark(held bool) string {
	if held {
		return "✓"
	}
	return "✗"
}

var pointerUnescaper = strings.NewReplacer("~1", "/", "~0", "~")

// pointerSteps returns the steps of a JSON Pointer.
func pointerSteps(pointer string) []string {
	steps := strings.Split(pointer, "/")[1:]
	for i := range steps {
		steps[i] = pointerUnescaper.Replace(steps[i])
	}
	return steps
}

// display returns a name as it is, or in quotes if it would not be recognized as one.
func display(name string) string {
	odd := func(r rune) bool {
		return r == '"' || r == unicode.ReplacementChar || !unicode.IsGraphic(r) || unicode.IsSpace(r)
	}
	if name == "" || strings.ContainsFunc(name, odd) {
		return strconv.QuoteToGraphic(name)
	}
	return name
}

// visible returns JSON text that comes from an event or a pattern with all that a terminal could take
// for a command replaced.
func visible(text string) string {
	return strings.Map(func(r rune) rune {
		if unicode.IsGraphic(r) {
			return r
		}
		return unicode.ReplacementChar
	}, text)
}
