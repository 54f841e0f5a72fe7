// Package pattern matches JSON events against Amazon EventBridge event patterns.
//
// Compile a pattern once; match it any number of times, from any number of goroutines:
//
//	var rootUser = pattern.MustCompile(`{"detail": {"userIdentity": {"type": ["Root"]}}}`)
//	ok, err := rootUser.Match(event)
//
// Patterns that see the same events belong in one [Set], which reads each event once for all of
// them. Around matching there is
//
//	Explain    why an event matches, or why not: Pattern.Explain, Set.Explain
//	Lint       what is wrong with the text of a pattern, or likely to be
//	Sample     an event that matches, and near misses that do not
//	Canonical  one text for all spellings of a pattern; Equal, Paths, Estimate
//	Build      patterns made in Go, without pasting strings
//	Validate   whether an event is well formed throughout
//
// What follows is the language, whole, and then more about these.
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
// one operator. This is the table of them; T stands for a string, N for a number, and V for either:
//
//	element                                accepts
//	----------------------------------------------------------------------------------------
//	T                                      this string
//	N                                      this number, however it is written
//	true, false, null                      this
//	{"prefix": T}                          strings that begin with T
//	{"suffix": T}                          strings that end with T
//	{"equals-ignore-case": T}              strings that are T in any case
//	{"prefix": {"equals-ignore-case": T}}  strings that begin with T in any case; so with suffix
//	{"wildcard": T}                        strings of the form T, where * is anything or nothing
//	{"numeric": ["=", N]}                  numbers equal to N; also with <, <=, > and >=
//	{"numeric": [">", N, "<=", N]}         numbers in a range: > or >= first, then < or <=
//	{"cidr": T}                            strings that are an address in the network T
//	{"exists": true}                       any value at all
//	{"exists": false}                      that there is no value
//	{"anything-but": V}                    any value but V
//	{"anything-but": [V, V]}               any value but these, all strings or all numbers
//	{"anything-but": {"prefix": T}}        any value but what the operator accepts; so with suffix,
//	                                       equals-ignore-case and wildcard, and with a list [T, T]
//
// For example:
//
//	["PutObject", "CopyObject"]            one of two names
//	[{"prefix": "Put"}]                    PutObject, PutBucketPolicy, ...
//	[{"suffix": ".log"}, null]             a name that ends so, or null
//	[{"wildcard": "arn:*:s3:::logs-*"}]    a bucket in any partition
//	[{"numeric": [">", 0, "<=", 5]}]       1 or 5.0 or 0.001
//	[{"cidr": "10.0.0.0/24"}]              10.0.0.255
//	[{"anything-but": ["a", "b"]}]         c, but also 1 and null
//	[{"exists": false}, ""]                nothing, or an empty string
//
// No operator converts a value: prefix, suffix, wildcard and cidr are about strings alone, and numeric
// about numbers. In prefix and suffix the empty string accepts every string; inside of anything-but it
// is refused there.
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
// "\\\\".
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
// is well formed. What follows the closing brace of an event is not read. [Validate] is for those who
// want certainty: it reads all of an event, and refuses what follows it and names that occur twice.
// One kind of well-formed event is an EventError too, see [ErrAmbiguous].
//
// # Explain
//
// [Pattern.Explain] gives the verdict of Match, always, and for each condition of the pattern its
// path, what it expects, the values that the event has there with their offsets, whether it holds and
// which alternative made it hold. Printed, it is a tree:
//
//	✗ no match: detail.eventName is "GetObject", not "PutObject"
//	├─ ✓ source ["aws.s3"]
//	└─ detail
//	   └─ ✗ eventName ["PutObject"] is "GetObject" (offset 45)
//
// A pattern with $or is a choice of branches. The explanation rests on the first that matches, or else
// on the one in which the fewest conditions fail, and names its elements of $or. If all conditions hold
// one by one, but not in the same element of an array, it says that, with a smallest set of conditions
// that do not go together:
//
//	✗ no match: d.name and d.status hold, but not in the same element of /d
//
// [Explanation.Reason] is the first line alone, for logs. [Set.Explain] has that line for each rule, and
// the first conditions that failed. An explanation lists at most ten values of a path, cut after 200
// bytes each, and counts the rest. It is made in a slower way than the verdict of Match: the part of
// the event that the pattern leads to becomes a tree, over which the time is linear for each branch and,
// where elements of arrays are to blame, for each condition of one branch that has no more than 32.
//
// # Canonical form
//
// [Pattern.Canonical] sorts and spells out a pattern, so that texts that differ only in white space,
// escapes, order, duplicates, dots in names, the place of an $or and the spelling of numbers and
// networks become the same. [Pattern.Equal] compares it. [Pattern.Paths] are the fields that a pattern
// reads, and [Pattern.Estimate] is what it costs in the measures of the limits above.
//
// # Lint
//
// [Lint] takes text, so it can say something about text that does not compile too. Its findings have a
// rule, a severity, a position and a message with the remedy. The ids of the rules do not change:
//
//	id                   severity  finds
//	----------------------------------------------------------------------------------------
//	syntax               error     not JSON, or not of the shape of a pattern
//	scalar               error     a value where a list is needed: {"source": "aws.s3"}
//	operator             error     an operator that does not exist
//	operand              error     an operand that the operator cannot work on
//	limit                error     what is too large or dear for EventBridge
//	never-matches        error     a pattern that no event matches
//	never-accepts        warning   an alternative that no value satisfies, as [">", N, "<", M] with no
//	                               float64 between N and M
//	always-true          warning   a condition that every event satisfies
//	any-value            warning   a condition that every value satisfies, as two anything-but side by side
//	shadowed             warning   an alternative all of whose values another one accepts
//	duplicate-key        warning   a field that a later one replaces, or an object with one name twice
//	replaced-in-or       warning   a field that is replaced beside some elements of $or
//	unknown-field        warning   details for detail, and what else the envelope does not have
//	envelope-type        warning   a number, boolean or null where the envelope has a string
//	exists-on-object     warning   exists where events have an object, which is no value
//	operator-as-field    warning   {"prefix": ["x"]} where [{"prefix": "x"}] was meant
//	regular-expression   warning   the syntax of regular expressions
//	wildcard-in-literal  warning   a star outside of wildcard
//	arn-separator        warning   arn:aws:iam::1:user:alice for user/alice, function/x for function:x
//	inexact-number       info      a number of too many digits, that equals only its own spelling
//	read-only-calls      info      eventName Get*, List*, Describe* or readOnly: management events of that kind are
//	                               delivered only to rules that ask for them by their state
//
// What it says of matching (the rules from never-matches to shadowed) is certain. It is not complete: a
// pattern without such findings can still have an alternative that another makes superfluous. But a
// pattern without never-matches has an event that it matches.
//
// # Sample
//
// [Pattern.Sample] returns an event that the pattern matches, with no more in it than needed, and for
// each condition of the branch that it was made for a near miss: the event with another value at that
// path, which the pattern does not match. Where the pattern still matches by another branch, or the
// condition cannot fail, there is a reason instead. A pattern that contradicts itself has no sample but
// an error with [ErrContradiction]; the only contradictions of the language are ranges in numeric with
// no number in them, since values at different paths never exclude one another.
//
// # Build
//
// [Build] makes a pattern of terms: [Field] with a method for each operator, [And] and [Or]. What it
// returns went through the checks of Compile, and prints as its canonical form.
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
