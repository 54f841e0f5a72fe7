package record

import (
	"encoding/json"
	"errors"
	"slices"
	"time"

	"github.com/trailsieve/trailsieve/internal/jsonscan"
)

// MarshalJSON returns what [Record.AppendJSON] appends, or an error if a field of type [JSON] has
// been given something else.
func (r *Record) MarshalJSON() ([]byte, error) {
	b := r.AppendJSON(nil)
	if !json.Valid(b) {
		return nil, errors.New("record: a field of type JSON holds no JSON")
	}
	return b, nil
}

// AppendJSON appends the record to dst as JSON.
//
// A record that was decoded and not changed since is its text, byte for byte. If fields were changed,
// their members are written anew in their places, and everything else stays as it was: the order,
// what has no field here, and what had an unexpected type. An element of resources has nothing else,
// so that array is written anew as a whole.
//
// A record that was built in code has AWS's names in AWS's order. Fields with their zero value are
// left out, but for requestParameters and responseElements, which AWS writes as null.
func (r *Record) AppendJSON(dst []byte) []byte {
	var was Record
	if r.text != "" {
		if _, err := was.decode(r.text); err != nil {
			panic("record: a text that was decoded once cannot be decoded again: " + err.Error())
		}
		if !changed(r, &was, recordMembers) {
			return append(dst, r.text...)
		}
	}
	return appendObject(dst, r, recordMembers, r.text, &was)
}

// changed reports whether t would be written in another way than was.
func changed[T any](t, was *T, members []member[T]) bool {
	return slices.ContainsFunc(members, func(m member[T]) bool { return m.changed(t, was) })
}

func (m *member[T]) changed(t, was *T) bool {
	return string(m.append(nil, t, "", new(T))) != string(m.append(nil, was, "", new(T)))
}

// appendObject appends t as an object. If it was decoded, text is what from and was is what it was
// then; if not, text is empty.
func appendObject[T any](dst []byte, t *T, members []member[T], text string, was *T) []byte {
	dst = append(dst, '{')
	start := len(dst)
	comma := func() {
		if len(dst) > start {
			dst = append(dst, ',')
		}
	}
	written := make(map[string]bool) // by the names that AWS uses
	s := jsonscan.New([]byte(text))
	if s.Peek() == jsonscan.Object {
		s.Open()
		for {
			name, more, _ := s.Name()
			if !more {
				break
			}
			value, _ := s.Skip()
			if i := slices.IndexFunc(members, func(m member[T]) bool { return m.name == unquoted(name) }); i >= 0 {
				m := &members[i]
				if m.changed(t, was) {
					again := written[m.canonical()]
					written[m.canonical()] = true
					if value = m.append(nil, t, string(value), was); again || len(value) == 0 {
						continue
					}
				}
				written[m.canonical()] = true
			}
			comma()
			dst = append(append(append(dst, '"'), name.Raw...), `":`...)
			dst = append(dst, value...)
		}
	}
	for i := range members {
		m := &members[i]
		if m.alias != "" || written[m.canonical()] || text != "" && !m.changed(t, was) {
			continue
		}
		value := m.append(nil, t, "", new(T))
		if len(value) == 0 {
			if text != "" || !m.always {
				continue
			}
			value = []byte("null")
		}
		comma()
		dst = append(append(append(append(dst, '"'), m.name...), `":`...), value...)
	}
	return append(dst, '}')
}

// append appends the value of m in t, or nothing if it is the zero value. text and was are those of
// appendObject.
func (m *member[T]) append(dst []byte, t *T, text string, was *T) []byte {
	switch {
	case m.text != nil:
		if s := *m.text(t); s != "" {
			return jsonscan.AppendQuoted(dst, s)
		}
	case m.flag != nil:
		if b := *m.flag(t); b != Absent && m.quoted {
			return jsonscan.AppendQuoted(dst, b.String())
		} else if b != Absent {
			return append(dst, b.String()...)
		}
	case m.time != nil:
		if at := *m.time(t); !at.IsZero() {
			return jsonscan.AppendQuoted(dst, at.UTC().Format(time.RFC3339Nano))
		}
	case m.body != nil:
		return append(dst, *m.body(t)...)
	default:
		return m.add(dst, t, text, was)
	}
	return dst
}
