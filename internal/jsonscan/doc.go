// Package jsonscan reads JSON text where it lies: one pass from front to back over bytes that the
// caller keeps, with no tree, no copy and no allocation. It is the one JSON reader under the
// packages record and pattern.
//
// A [Scanner] walks a text that is in memory as a whole. It moves from name to name and from
// element to element, and at each value the caller chooses what to do with it:
//
//	s := jsonscan.New(text)
//	s.Open()                         // the caller has seen s.Peek() == jsonscan.Object
//	for {
//		name, ok, err := s.Name()
//		if !ok { return err }        // the object has ended, or the text is wrong
//		switch string(name.Raw) {
//		case "eventName":
//			v, err := s.String()     // read it
//		case "requestParameters":
//			raw, err := s.Value()    // check it, and take its text
//		default:
//			_, err := s.Skip()       // pass over it unread
//		}
//	}
//
// The functions that begin with Skim are for a caller that keeps its place itself, as an offset, and is in
// more of a hurry than a Scanner: it uses one only to find out what is wrong.
//
// [Backwards] takes the members of an object from the last to the first, which is the shorter way to
// some of CloudTrail's.
//
// A [Splitter] finds where a value ends in a text that arrives in pieces; with it a reader cuts a
// stream into values that fit in a buffer.
//
// # How much is checked
//
// [Scanner.Value] and [Scanner.String] accept what RFC 8259 accepts and nothing else, as
// [encoding/json.Valid] does, to a depth of [MaxDepth]. [Scanner.Skip] and Splitter only match
// quotes and count brackets, which is several times as fast: they find the end of every valid value,
// and of many invalid ones. So a caller that must know that a text is well formed takes its values
// with Value, and one that only wants a few fields skips the rest.
//
// Bytes that are not UTF-8 are passed through inside strings, as encoding/json accepts them too.
//
// # Words
//
// A name is the string before a colon in an object. Raw is the text as it stands: that of a string
// or name lies between its quotes, with its escapes. Offsets count bytes from the start of the text.
package jsonscan
