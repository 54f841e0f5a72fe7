package pattern

import (
	"github.com/trailsieve/trailsieve/internal/jsonscan"
)

// The tree of a pattern is the pattern as it is written: every name, value and operator in its
// place and with its offset, names that are written twice included. What the pattern means is
// worked out from it (see compile.go). The pattern
//
//	{"source": ["aws.s3"], "$or": [{"detail": {"eventName": [{"prefix": "Put"}]}}, …]}
//
// becomes
//
//	object
//	├─ source  field: exactString
//	└─ $or     either
//	           ├─ object
//	           │  └─ detail  object
//	           │             └─ eventName  field: prefix
//	           └─ …
//
// The text that a node appends is that part of the pattern in its order, in plain JSON: without
// white space, escapes only where JSON requires them, operands that are lists of one as that one.
type node interface {
	append(dst []byte) []byte
}

// An object is the condition that all its members hold. It has at least one.
type object struct {
	offset  int
	members []member
}

// A member is a name in an object and what stands there: an *object, a *field or, under the name
// $or, an *either.
type member struct {
	name   string
	offset int // of the name
	value  node
}

// A field is the condition that a value in the event is one of several alternatives. It has at
// least one.
type field struct {
	offset int
	anyOf  []alternative
}

// An alternative is an element of a field's array.
type alternative struct {
	offset int
	condition
}

// An either is the condition that one of its branches holds. It has at least two.
type either struct {
	offset   int
	branches []*object
}

func (o *object) append(dst []byte) []byte {
	for i, m := range o.members {
		dst = append(dst, "{,"[min(i, 1)])
		dst = jsonscan.AppendQuoted(dst, m.name)
		dst = append(dst, ':')
		dst = m.value.append(dst)
	}
	return append(dst, '}')
}

func (f *field) append(dst []byte) []byte {
	for i, a := range f.anyOf {
		dst = append(dst, "[,"[min(i, 1)])
		dst = a.append(dst)
	}
	return append(dst, ']')
}

func (e *either) append(dst []byte) []byte {
	for i, b := range e.branches {
		dst = append(dst, "[,"[min(i, 1)])
		dst = b.append(dst)
	}
	return append(dst, ']')
}

func (o *object) String() string { return string(o.append(nil)) }
func (f *field) String() string  { return string(f.append(nil)) }
func (e *either) String() string { return string(e.append(nil)) }

// accepts reports whether a value in the event is one of the alternatives.
func (f *field) accepts(v *value) bool {
	for i := range f.anyOf {
		if f.anyOf[i].accepts(v) {
			return true
		}
	}
	return false
}

// acceptsNone reports whether one of the alternatives is that there be no value.
func (f *field) acceptsNone() bool {
	for _, a := range f.anyOf {
		if e, ok := a.condition.(exists); ok && !bool(e) {
			return true
		}
	}
	return false
}

// asks reports whether one of the alternatives is that there be any value, and counts those that are
// an anything-but.
func (f *field) asks() (any bool, excluding int) {
	for _, a := range f.anyOf {
		switch c := a.condition.(type) {
		case exists:
			any = any || bool(c)
		case anythingBut:
			excluding++
		}
	}
	return any, excluding
}
