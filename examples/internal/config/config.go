// Package config reads the configuration of an example: a JSON object that is checked as a whole
// before anything begins, with errors that say what is wrong, where, and what to write instead.
//
//	c, err := config.Read(os.Getenv("USERWATCH_CONFIG")) // the text itself, or the name of a file
//	o := c.Object("principals", "prefixes", "access")    // what it may have; anything else is an error
//	prefixes := config.List(o.Get("prefixes"), 1, parsePrefix)
//	access := o.Get("access").String("all")
//	err = c.Err()
//
// Errors are collected: the one that stands first in the text is told, as
//
//	config.json:3:17: not a bucket or prefix in S3: "bucket" (write s3://bucket/prefix) in /prefixes/0
//
// Names are exact, no name may come twice, and null is not the same as absent: it is an error.
package config

import (
	"errors"
	"fmt"
	"io"
	"os"
	"slices"
	"strconv"
	"strings"

	"github.com/trailsieve/trailsieve/internal/jsonscan"
	"github.com/trailsieve/trailsieve/internal/spell"
)

// maxText is how large a configuration may be. It is far more than a person writes; without a bound,
// naming a wrong file, such as a log, could fill the memory of a function before it says so.
const maxText = 1 << 20

// A Config is a configuration that is being read.
type Config struct {
	name string // of the file, or of what the text came from
	text []byte
	root Value
	err  *Error
}

// An Error says what is wrong with a configuration, and where.
type Error struct {
	Name         string // of the file
	Offset       int    // of the byte at fault
	Line, Column int    // of the same byte, counted from 1; columns count bytes
	Pointer      string // the value at fault, as a JSON Pointer (RFC 6901)
	Err          error  // the cause
}

// Error names the place, the cause and the value at fault.
func (e *Error) Error() string {
	in := ""
	if e.Pointer != "" {
		in = " in " + e.Pointer
	}
	return fmt.Sprintf("%s:%d:%d: %v%s", e.Name, e.Line, e.Column, e.Err, in)
}

// Unwrap returns the cause.
func (e *Error) Unwrap() error { return e.Err }

// A Value is a value in a configuration. One that is absent, or of which an error was told, is the zero
// Value; its methods then return nothing and tell of nothing more.
type Value struct {
	config   *Config
	kind     jsonscan.Kind
	offset   int
	pointer  string
	text     string // of a string
	elements []Value
	members  []member
	misnamed bool // has a member that [Value.Object] did not know
}

type member struct {
	name   string
	offset int
	value  Value
}

// Read reads a configuration from a source: the JSON text itself if it begins with a brace, or else
// the name of a file that has it. An error says why there is none.
func Read(source string) (*Config, error) {
	if strings.HasPrefix(strings.TrimSpace(source), "{") {
		return Parse("configuration", []byte(source))
	}
	file, err := os.Open(source)
	if err != nil {
		return nil, err
	}
	defer file.Close()
	// The size that a pipe or a device says it has means nothing.
	text, err := io.ReadAll(io.LimitReader(file, maxText+1))
	if err != nil {
		return nil, err
	}
	return Parse(source, text)
}

// Parse reads a configuration from its text. The name is for errors.
func Parse(name string, text []byte) (*Config, error) {
	c := &Config{name: name, text: text}
	if len(text) > maxText {
		return nil, fmt.Errorf("%s: too long for a configuration, which may have %d bytes", name, maxText)
	}
	s := jsonscan.New(text)
	root, err := c.value(&s, "", 0)
	if err == nil {
		err = s.Close()
	}
	if err != nil {
		var syntax *jsonscan.Error
		if errors.As(err, &syntax) {
			c.tell(syntax.Offset, "", fmt.Errorf("not JSON: %w", syntax.Err))
		}
		return nil, c.Err()
	}
	c.root = root
	return c, nil
}

// maxDepth is how deeply a configuration may nest: twice as deep as any here does.
const maxDepth = 8

// value reads the value that comes next, inside so many others.
func (c *Config) value(s *jsonscan.Scanner, pointer string, depth int) (Value, error) {
	v := Value{config: c, kind: s.Peek(), pointer: pointer}
	v.offset = s.Offset()
	if depth > maxDepth {
		c.tell(v.offset, pointer, fmt.Errorf("nested deeper than the %d levels of a configuration", maxDepth))
		return v, c.err
	}
	switch v.kind {
	case jsonscan.Object:
		s.Open()
		names := make(map[string]bool)
		for {
			name, ok, err := s.Name()
			if !ok || err != nil {
				return v, err
			}
			m := member{name: unquote(name), offset: name.Offset - 1}
			if names[m.name] {
				c.tell(m.offset, pointer, fmt.Errorf("%q comes twice", m.name))
			}
			names[m.name] = true
			if m.value, err = c.value(s, pointer+jsonscan.Pointer(m.name), depth+1); err != nil {
				return v, err
			}
			v.members = append(v.members, m)
		}
	case jsonscan.Array:
		s.Open()
		for {
			ok, err := s.Element()
			if !ok || err != nil {
				return v, err
			}
			element, err := c.value(s, pointer+"/"+strconv.Itoa(len(v.elements)), depth+1)
			if err != nil {
				return v, err
			}
			v.elements = append(v.elements, element)
		}
	case jsonscan.String:
		text, err := s.String()
		if err == nil {
			v.text = unquote(text)
		}
		return v, err
	default:
		_, err := s.Value()
		return v, err
	}
}

func unquote(t jsonscan.Text) string {
	return string(jsonscan.AppendUnquoted(nil, t.Raw, jsonscan.ReplaceLone))
}

// tell notes an error, if it is the first in the text.
func (c *Config) tell(offset int, pointer string, err error) {
	if c.err != nil && c.err.Offset <= offset {
		return
	}
	before := c.text[:min(offset, len(c.text))]
	c.err = &Error{
		Name: c.name, Offset: offset, Pointer: pointer, Err: err,
		Line:   1 + strings.Count(string(before), "\n"),
		Column: len(before) - strings.LastIndexByte(string(before), '\n'),
	}
}

// Err returns the first of the errors that were found so far, an [*Error], or nil.
func (c *Config) Err() error {
	if c.err == nil {
		return nil
	}
	return c.err
}

// Object returns the configuration itself, as [Value.Object] does.
func (c *Config) Object(names ...string) Value { return c.root.Object(names...) }

// Exists reports whether the value is there.
func (v Value) Exists() bool { return v.config != nil }

// Fail tells that something is wrong with the value.
func (v Value) Fail(format string, args ...any) {
	if v.Exists() {
		v.config.tell(v.offset, v.pointer, fmt.Errorf(format, args...))
	}
}

// is reports whether the value is there and of a kind, and tells of one of another kind.
func (v Value) is(kind jsonscan.Kind) bool {
	if v.Exists() && v.kind != kind {
		v.Fail("expected %v, found %v", kind, v.kind)
	}
	return v.Exists() && v.kind == kind
}

// Object returns the value if it is an object that has no other members than those named.
func (v Value) Object(names ...string) Value {
	if !v.is(jsonscan.Object) {
		return Value{}
	}
	for _, m := range v.members {
		if !slices.Contains(names, m.name) {
			v.misnamed = true
			v.config.tell(m.offset, v.pointer, fmt.Errorf("unknown name %q%s; known are %s",
				m.name, spell.DidYouMean(m.name, names...), strings.Join(names, ", ")))
		}
	}
	return v
}

// Get returns a member of an object, or the zero Value if there is none.
func (v Value) Get(name string) Value {
	for _, m := range v.members {
		if m.name == name {
			return m.value
		}
	}
	return Value{}
}

// Need returns a member of an object, and tells if there is none. If [Value.Object] has told of one with
// another name, that may be it.
func (v Value) Need(name string) Value {
	m := v.Get(name)
	if !m.Exists() && !v.misnamed {
		v.Fail("%q is missing", name)
	}
	return m
}

// String returns the value if it is a string, or what stands for an absent one.
func (v Value) String(absent string) string {
	if !v.is(jsonscan.String) {
		return absent
	}
	return v.text
}

// Elements returns the elements of an array that should have at least so many.
func (v Value) Elements(least int) []Value {
	if !v.is(jsonscan.Array) {
		return nil
	}
	if len(v.elements) < least {
		v.Fail("needs %d or more, found %d", least, len(v.elements))
	}
	return v.elements
}

// List returns what parse makes of the strings of an array that should have at least so many.
func List[T any](v Value, least int, parse func(text string) (T, error)) []T {
	var list []T
	seen := make(map[string]bool)
	for _, e := range v.Elements(least) {
		if !e.is(jsonscan.String) {
			continue
		}
		if seen[e.text] {
			e.Fail("%q comes twice", e.text)
		}
		seen[e.text] = true
		item, err := parse(e.text)
		if err != nil {
			e.Fail("%w", err)
			continue
		}
		list = append(list, item)
	}
	return list
}
