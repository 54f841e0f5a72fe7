package record

import (
	"reflect"
	"slices"
	"testing"
	"time"
)

// The layout of each struct leads to its fields: every exported field is reached by some name, and at each
// offset lies a field of the kind that the layout says. The decoder writes through these offsets without
// knowing the types, and marks in 64 bits which members it has seen.
func TestLayout(t *testing.T) { checkLayout(t, reflect.TypeFor[Record](), recordLayout) }

func checkLayout(t *testing.T, typ reflect.Type, l *layout) {
	if l.size != typ.Size() {
		t.Errorf("%v: size %d, want %d", typ, l.size, typ.Size())
	}
	if n := len(l.fields); n > 64 || len(l.names) != n || len(l.index) != n {
		t.Errorf("%v: %d fields, %d names, %d in the index", typ, n, len(l.names), len(l.index))
	}
	reached := make(map[uintptr]bool)
	for i, f := range l.fields {
		reached[f.offset] = true
		fields := slices.Collect(typ.Fields())
		at := slices.IndexFunc(fields, func(sf reflect.StructField) bool { return sf.Offset == f.offset })
		if at < 0 {
			t.Errorf("%v: nothing begins at %d, where %s is to go", typ, f.offset, l.index[i])
			continue
		}
		sf := fields[at]
		if got, want := f.kind, fieldKindOf(sf.Type); got != want {
			t.Errorf("%v.%s, of %s: kind %d, want %d", typ, sf.Name, l.index[i], got, want)
			continue
		}
		if nested := f.kind >= objectField; nested != (f.inner != nil && f.make != nil && f.wipe != nil) {
			t.Errorf("%v.%s: what an object needs is there: %v, want %v", typ, sf.Name, !nested, nested)
			continue
		}
		switch f.kind {
		case objectField:
			checkLayout(t, sf.Type, f.inner)
		case optionalField, listField:
			checkLayout(t, sf.Type.Elem(), f.inner)
		}
	}
	for sf := range typ.Fields() {
		if sf.IsExported() && !reached[sf.Offset] {
			t.Errorf("%v.%s has no member", typ, sf.Name)
		}
	}
}

// fieldKindOf returns the kind of a field by its type.
func fieldKindOf(typ reflect.Type) fieldKind {
	switch {
	case typ == reflect.TypeFor[JSON]():
		return bodyField
	case typ == reflect.TypeFor[Bool]():
		return flagField
	case typ == reflect.TypeFor[time.Time]():
		return timeField
	case typ.Kind() == reflect.String:
		return textField
	case typ.Kind() == reflect.Struct:
		return objectField
	case typ.Kind() == reflect.Pointer:
		return optionalField
	}
	return listField // of nothing else is there anything in a record
}
