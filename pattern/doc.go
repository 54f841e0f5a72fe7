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
//	Limits     all of this for patterns that are too large for EventBridge
//
// What follows is the language, whole, and then more about these. For somebody who knows it, the tables
// under Values, Operators, Limits and Lint are what to come back to.
//
// # Patterns
//
// A pattern is a JSON object of the shape of the events that it is to match. A field is a name with
// an array, which lists the values that are accepted there. All fields of a pattern must be
// satisfied, each by one of its alternatives:
//
//	{"source": ["aws.s3"], "detail": {"eventName": ["PutObject", "CopyObject"]}}
//
// To be satisfied, a field usually needs a value in the event at its path: a field that the event does
// not have is only satisfied by {"exists": false}. What the event has besides does not matter.
//
// Names are compared exactly, upper and lower case included. Only the path counts, the names joined
// with dots, in the pattern and in the event: {"detail": {"a.b": [1]}} and {"detail.a": {"b": [1]}} are
// the same pattern. If a path is written twice, the later field replaces the earlier.
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
// Operators and values can stand side by side, and one of them suffices:
// ["a", {"prefix": "b"}, {"exists": false}]. That several hold together can only be said of a range of
// numbers, and of what begins and ends in some way: {"wildcard": "a*b"}.
//
// A value is a string, a number, true, false or null. Objects, and arrays that have no such element,
// are not values. So {"exists": true} is not satisfied by {} or [], but by null; {"exists": false} is
// satisfied by {} and []; and anything-but needs a value, of any type: {"anything-but": "a"} accepts
// null and 1.
//
// # Operators
//
// This is whether each element accepts each kind of value. No value means that the event has none at the
// path.
//
//	element                 a string        a number      true, false  null   no value
//	----------------------------------------------------------------------------------------
//	T                       if equal        no            no           no     no
//	N                       no              if equal      no           no     no
//	true, false, null       no              no            if the same  same   no
//	prefix, suffix          if it does      no            no           no     no
//	equals-ignore-case      if it does      no            no           no     no
//	wildcard                if it does      no            no           no     no
//	cidr                    if an address   no            no           no     no
//	numeric                 no              if in range   no           no     no
//	anything-but T, [T, T]  unless equal    yes           yes          yes    no
//	anything-but N, [N, N]  yes             unless equal  yes          yes    no
//	anything-but operator   unless it does  yes           yes          yes    no
//	exists true             yes             yes           yes          yes    no
//	exists false            no              no            no           no     yes
//
// And this is what each takes as its operand. Everything else is refused, with a [SyntaxError].
//
//	operator            takes                                    refuses, among others
//	----------------------------------------------------------------------------------------
//	prefix, suffix      a string, or {"equals-ignore-case": T};  a list: write an operator for each
//	                    "" is the beginning and end of every
//	                    string
//	equals-ignore-case  a string                                 a list, an operator
//	wildcard            a string                                 **, and \ before anything but * and \
//	numeric             a list: one of =, <, <=, >, >= and a     ==, !=; numbers in quotes; an upper bound
//	                    number; or > or >= and a number, then    before the lower; bounds between which
//	                    < or <= and a greater one                there is nothing; inexact numbers
//	cidr                an address, a slash and 0 to 31 bits,    /32 and /128: write the address itself;
//	                    or 0 to 127 for IPv6                     no slash; names of hosts; zones
//	exists              true or false                            "true", 1
//	anything-but        a string, a number, a list of strings    null and booleans, lists that mix or are
//	                    or one of numbers, or an object with     empty, "" in prefix and suffix, and
//	                    one of prefix, suffix, wildcard,         exists, numeric, cidr and ignoring case
//	                    equals-ignore-case and a string or list  in prefix and suffix
//
// The names of operators are written in lower case. An object has one operator. There are no regular
// expressions, no operators for times (which are strings, so prefix works for days), and nothing that
// compares two fields of an event.
//
// Also refused are: a value where a list is needed, {"source": "aws.s3"}; an empty list; a list in a
// list; an empty object, even as the whole pattern (every event of EventBridge matches
// {"source": [{"prefix": ""}]}); and whatever is not JSON: comments, commas at the end, text behind the
// closing brace, or that is not UTF-8.
//
// # Events
//
// [Pattern.Match] takes any JSON object. For a rule on a bus that is an event of EventBridge, with source,
// detail-type, account, region, time, id, version and resources around the detail; of an API call that
// CloudTrail has recorded, the detail is its record. A pattern without the envelope,
// {"eventName": ["PutObject"]}, matches bare records, and any other JSON.
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
// only what is written in just the same way. It satisfies no numeric, and every anything-but of
// numbers; as an operand of these it is refused.
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
// Match reads the event once, front to back, and no further than it must: it ends as soon as no rule
// can match any more, or those that can have all they ask for. It passes over what no rule asks for
// with a glance at quotes and brackets, and neither builds a tree nor allocates. The time is linear in
// the size of the event, arrays of objects included, and the rules that do not match cost little,
// because those that agree in a condition share it. On real CloudTrail records of 1.5 KB, one core of
// an AMD EPYC on which json.Valid reads 340 MB/s, BenchmarkShared says:
//
//	rules                  matches an event   events/s   times json.Valid
//	1                                     0  3,200,000                 13
//	10                                    0  1,850,000                7.6
//	100                                   1  1,130,000                4.7
//	1,000                                11    760,000                3.1
//	10,000                              116    490,000                1.9
//	100 with wildcards                    0  1,400,000                5.6
//
// With one rule most of that is the wait for the event to come out of memory: while it is in the
// processor's cache it takes half as long.
//
// The values of a field are looked up once for all rules, in an index for each kind of condition that
// these have there. So it matters how many kinds there are and what the event has, but hardly how many
// rules. From the cheapest to the dearest (BenchmarkOperator, a value of 40 bytes, 1,000 rules):
//
//	strings, true, false, null, exists  a hash: some 20 ns
//	prefix, suffix                      a search tree: as long
//	anything-but                        what its operator takes, and about 10 ns
//	cidr, numeric, numbers              50 to 100 ns, most of it to read the address or number
//	equals-ignore-case                  three times a string, also in prefix and suffix
//	wildcard                            as prefix, if rules differ in the longest piece between stars;
//	                                    those in which it is the same are compared one by one, with
//	                                    any value that has it: 2 to 20 ns each
//	two anything-but in one field,      compared one by one: some 50 ns each
//	one of them with an operator
//
// An object in an array takes about 70 ns for two fields. Two things make Match read the event in
// another way that takes five to ten times as long, still linear: names with dots that lead to a field,
// and arrays directly in arrays around objects that rules look into. The second of these allocates. The one
// exception to all this is an event whose names have dots and whose arrays then leave more than a
// thousand ways to satisfy a rule in part: it is refused with an error.
//
// To compile 10,000 rules and make a Set of them takes 50 to 70 ms, and the Set has about half as
// many bytes as their text. A Pattern makes what it matches with when Match is first called, which it
// never is for a pattern that is only in sets.
//
// # Limits
//
// [Compile] refuses what EventBridge refuses for its size, with [ErrLimit] in the error. Each limit is a
// field of [Limits], which can set it, and lift it with -1:
//
//	p, err := pattern.Limits{Size: -1, Complexity: 50}.Compile(text)
//
//	field         default  of what                                             says
//	----------------------------------------------------------------------------------------
//	Size             2048  characters (code points) of text, white space       documentation
//	                       included
//	Combinations     1000  branches: each $or multiplies them by the number    documentation
//	                       of its elements
//	Complexity         10  of the wildcards of one field, see below            service, between 7 and 10
//	Fields            256  fields in one branch; cannot be reached in 2048     matcher
//	                       characters
//	Nesting          1000  levels of objects and lists                         matcher's parser
//	NumberLength     1000  characters of a number                              matcher's parser
//
// Complexity is the largest number of characters of the operands, stars included, that can have been
// read last by a matcher that follows all possibilities at once. It grows with the number of stars and
// with repetitions after a star: *.log has 2, and *:*: has 4. [Pattern.Estimate] tells for a pattern
// where it stands in each of these measures.
//
// [Unlimited] lifts all limits. The methods of Limits are the ways to a pattern: [Limits.Compile],
// [Limits.Build] and [Limits.Lint]; once it is compiled, a pattern does everything whatever its size. What
// stays even so is [MaxNesting], because patterns are worked on level by level, and 1000 levels of an
// event, as far as a pattern leads into it. Without limits, compiling takes memory for each
// combination of $or, times the fields in it, so they should be lifted only for text that one trusts or
// bounds in other ways; the limit on Combinations is the one to keep.
//
// # Errors
//
// What is no pattern is a [SyntaxError], with the offset, the place as a JSON Pointer, and a cause for
// [errors.Is]: [ErrSyntax], [ErrOperator], [ErrOperand] or [ErrLimit]. [SyntaxError.Service] are the words
// that EventBridge has for it, where they are known, and [SyntaxError.Hint] says what would be right.
//
// An event that is no JSON object, or is found to be broken, is an [EventError]; since Match reads only
// as much as it needs, a nil error does not mean that the event is well formed. What follows the closing
// brace of an event is not read. [Validate] is for those who want certainty: it reads all of an event, and
// refuses what follows it and names that occur twice. One kind of well-formed event is an EventError
// too, see [ErrAmbiguous].
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
// Beside a condition that holds stands which of its alternatives made it hold, if there are several, and
// in which element of an array; beside an element of $or, whether its conditions hold, and if it is the
// decisive one. [Explanation.Reason] is the first line alone, for logs. [Set.Explain] has that line for
// each rule, and the first conditions that failed. An explanation lists at most ten values of a path,
// cut after 200 bytes each, and counts the rest. Its JSON form is stable: names of members are not
// changed or removed, and an Explanation that was read from JSON prints the same tree. It is made in a
// slower way than the verdict of Match: the part of the event that the pattern leads to becomes a tree,
// over which the time is linear for each branch and, where elements of arrays are to blame, for each
// condition of one branch that has no more than 32.
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
// rule, a severity, a position (offset and JSON Pointer) and a message with the remedy. The ids of the
// rules do not change:
//
//	id                   severity  finds
//	----------------------------------------------------------------------------------------
//	syntax               error     not JSON, or not of the shape of a pattern
//	scalar               error     a value where a list is needed: {"source": "aws.s3"}
//	operator             error     an operator that does not exist
//	operand              error     an operand that the operator cannot work on
//	limit                error     what is over one of the limits
//	never-matches        error     a pattern that no event matches
//	never-accepts        warning   an alternative that no value satisfies, as [">", N, "<", M] with no
//	                               float64 between N and M
//	always-true          warning   a condition that every event satisfies
//	any-value            warning   a condition that every value satisfies, as two anything-but side by side
//	shadowed             warning   an alternative all of whose values another one accepts
//	shadowed-in-or       warning   an element of $or that holds only if another one does
//	excluded-twice       warning   something in anything-but that is excluded by something else there
//	duplicate-key        warning   a field that a later one replaces, or an object with one name twice
//	replaced-in-or       warning   a field that is replaced beside some elements of $or
//	unknown-field        warning   details for detail, detailType for detail-type, and what else the
//	                               envelope does not have
//	envelope-type        warning   a number, boolean or null where events have a string, such as account
//	exists-on-object     warning   exists where events have an object, which is no value
//	operator-as-field    warning   {"prefix": ["x"]} where [{"prefix": "x"}] was meant; and, or, not, $and
//	                               as names, which join nothing
//	regular-expression   warning   the syntax of regular expressions
//	wildcard-in-literal  warning   a star outside of wildcard
//	arn-separator        warning   arn:aws:iam::1:user:alice for user/alice, function/x for function:x
//	any-event            info      a condition that every event of EventBridge satisfies, beside others:
//	                               {"source": [{"prefix": ""}]}
//	host-bits            info      a network with bits behind the mask: 10.1.2.3/8 for 10.0.0.0/8
//	inexact-number       info      a number of too many digits, that equals only its own spelling
//	read-only-calls      info      eventName Get*, List*, Describe* or readOnly: management events of that kind are
//	                               delivered only to rules that ask for them by their state
//
// What it says of matching (the rules from never-matches to excluded-twice) is certain. It is not
// complete: a pattern without such findings can still have an alternative that another makes superfluous,
// and in a list of thousands not each is compared with each. But a pattern without never-matches has an
// event that it matches.
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
// complexity, which is between 7 and 10, and whether the matcher's own limits (Fields, Nesting,
// NumberLength) are what the service has; the figure for a list of wildcards in one anything-but, and
// whether the branches of an $or count together; and whether numbers have a narrower range than that
// of a float64. The undocumented operator {"exactly": "a"} is accepted and means "a", as in
// event-ruler.
package pattern
