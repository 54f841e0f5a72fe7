// Package pattern matches JSON events against Amazon EventBridge event patterns.
//
// Compile a pattern once; match it any number of times, from any number of goroutines:
//
//	var rootUser = pattern.MustCompile(`{"detail": {"userIdentity": {"type": ["Root"]}}}`)
//	ok, err := rootUser.Match(event)
//
// Patterns that see the same events belong in one [Set], which reads each event once for all of
// them. What follows is the language, whole.
//
// # Patterns
//
// A pattern is a JSON object of the shape of the events that it is to match. A field is a name with
// an array, which lists the values that are accepted there. All fields of a pattern must be
// satisfied, each by one of its alternatives:
//
//	{"source": ["aws.s3"], "detail": {"eventName": ["PutObject", "CopyObject"]}}
//
// Names are compared exactly. Only the path counts, the names joined with dots, in the pattern and
// in the event: {"detail": {"a.b": [1]}} and {"detail.a": {"b": [1]}} are the same pattern. If a
// path is written twice, the later field replaces the earlier.
//
// # Values
//
// Each element of a field's array is a value, which is accepted if it is equal, or an object with
// one operator:
//
//	"a"                                          the string a
//	301.8                                        the number 301.8
//	true  false  null                            these
//	{"prefix": "Put"}                            a string that begins with Put
//	{"prefix": {"equals-ignore-case": "put"}}    the same in any case
//	{"suffix": ".log"}                           a string that ends with .log
//	{"suffix": {"equals-ignore-case": ".log"}}   the same in any case
//	{"equals-ignore-case": "alice"}              alice, Alice, ALICE
//	{"wildcard": "arn:*:s3:::logs-*"}            a string of this form, * being anything or nothing
//	{"numeric": [">", 0, "<=", 5]}               a number in this range
//	{"numeric": ["=", 5]}                        a number; also with <, <=, > and >= alone
//	{"cidr": "10.0.0.0/24"}                      a string that is an address in this network
//	{"exists": true}                             any value at all
//	{"exists": false}                            no value
//	{"anything-but": "a"}                        any value but the string a
//	{"anything-but": ["a", "b"]}                 any value but these strings
//	{"anything-but": [1, 2]}                     any value but these numbers
//	{"anything-but": {"prefix": "Get"}}          any value but strings that begin with Get
//	{"anything-but": {"suffix": [".a", ".b"]}}   any value but strings that end so; likewise with
//	                                             equals-ignore-case and wildcard, one or a list
//
// Operators and values can stand side by side: ["a", {"prefix": "b"}, {"exists": false}].
//
// A value is a string, a number, true, false or null. Objects, and arrays that have no such element,
// are not values. So {"exists": true} is not satisfied by {} or [], but by null; {"exists": false} is
// satisfied by {} and []; and anything-but needs a value, of any type: {"anything-but": "a"} accepts
// null and 1.
//
// # Strings
//
// Strings are compared after their escapes are resolved, character by character, without any
// normalization. In wildcard, \* is a star and \\ a backslash; in JSON, these are written "\\*" and
// "\\\\". A prefix, suffix or wildcard is never satisfied by a number.
//
// Where case is ignored, two characters agree if their lower cases are the same or their upper cases
// are. One character never agrees with two, as ß with SS.
//
// # Numbers
//
// Numbers are compared by value: 300, 300.0 and 3.0e2 are equal, and a number never equals a string.
// That is so for numbers that are the shortest text of some float64, but for zeros and the way to
// write the exponent; about 15 digits always are. Any other number, like 12345678901234567890, equals
// only what is written in just the same way, satisfies no numeric, and no operator can name it.
//
// # Addresses
//
// An IPv4 address is four decimal numbers with dots, zeros in front of them notwithstanding; an IPv6
// address is written without dots and zone. Networks have 0 to 31 or 0 to 127 mask bits: a single
// address is written as a string. Addresses of one family are never in networks of the other.
//
// # Arrays in events
//
// Where an event has an array, each element stands for a value at that place, at any depth, and one
// of them has to be accepted. So ["x", "y"] satisfies {"anything-but": "x"}, by its y.
//
// Fields inside an array of objects must be satisfied by one and the same object: the pattern
// {"d": {"name": ["alice"], "status": ["active"]}} does not match
//
//	{"d": [{"name": "alice", "status": "left"}, {"name": "bob", "status": "active"}]}
//
// A field with {"exists": false} is satisfied if there is no value in the objects that satisfy the
// other fields. If no other field is satisfied inside the array, there must be none in all of it.
//
// # Alternatives
//
// The name $or is no field: its array has two or more objects, one of which must be satisfied,
// together with all that stands beside $or. It may stand anywhere, several times, and inside itself:
//
//	{"source": ["aws.s3"], "$or": [{"detail": {"size": [0]}}, {"detail": {"state": ["new"]}}]}
//
// Its objects are patterns relative to the place of $or. In them, the names of operators are no names
// of fields.
//
// # Cost
//
// Match reads the event once, front to back, passes over what no field asks for without looking at
// it, and does not build a tree of it. It takes time linear in the size of the event, arrays of
// objects included. The one exception is an event whose names have dots and whose arrays then leave
// more than a thousand ways to satisfy a rule in part: it is refused with an error.
//
// A Set tests each condition once for each value, however many rules share it.
//
// # Limits
//
// [Compile] refuses what EventBridge refuses for its size, with [ErrLimit]:
//
//   - text of more than [DefaultSize] characters (Unicode code points, white space included);
//   - more than [DefaultCombinations] branches: each $or multiplies them;
//   - wildcards in one field with a complexity of more than [DefaultComplexity]. The complexity is the
//     largest number of characters of the operands, stars included, that can have been read last by a
//     matcher that follows all possibilities at once: it grows with the number of stars and with
//     repetitions after a star.
//
// [Limits] lifts or replaces these. Patterns, and events as far as a pattern leads into them, may be
// nested 1000 levels deep.
//
// # Errors
//
// What is no pattern is a [SyntaxError], with its offset and, where they are known, the words that
// EventBridge has for it. An event that is no JSON object, or is found to be broken, is an
// [EventError]; since Match reads only as much as it needs, a nil error does not mean that the event
// is well formed. What follows the closing brace of an event is not read.
//
// # Deviations from EventBridge
//
// EventBridge's matcher is published as open source (event-ruler), which is the best evidence where
// its documentation is silent. In these points it does what is clearly an accident, and this package
// does what is documented:
//
//   - A string that looks like an address is a string: "10.0.0.1" does not match "010.0.0.1".
//   - A prefix or suffix never sees the quotes around the value.
//   - An IPv4 network has no IPv6 addresses and no numbers in it.
//   - Ignoring case is symmetric, and characters beyond U+FFFF can be matched.
//   - An empty name is a name like any other.
//   - The verdict on {"exists": false} inside an array does not depend on the names of other fields,
//     and several such conditions in the branches of an $or always have the right answer.
//   - An empty list in anything-but with an operator is refused.
//
// Data after the closing brace of a pattern is refused. If an object in an event has two members of
// the same name, the first one counts.
//
// # Open questions
//
// Not known of EventBridge are: what the limit on the size of a pattern counts; the exact limit on
// complexity, which is between 7 and 10, the figure for a list of wildcards in one anything-but, and
// whether the branches of an $or count together; and whether numbers have a narrower range than that
// of a float64. The undocumented operator {"exactly": "a"} is accepted and means "a", as in
// event-ruler.
package pattern
