package pattern

import (
	"encoding/json"
	"errors"
	"strings"
	"testing"
)

// TestHints has what people write who know another language, or this one from memory, and what they are
// told.
func TestHints(t *testing.T) {
	for _, tt := range []struct{ text, want string }{
		// The pattern.
		{`"{\"source\": [\"aws.s3\"]}"`, `it is JSON inside of a JSON string: encode it once only`},
		{`[{"source": ["aws.s3"]}]`, `write the object without the list around it`},
		{`[{"source": ["aws.s3"]}, {}]`, `write an object of fields, such as {"source": ["aws.s3"]}; for alternatives write $or`},
		{`source: aws.s3`, `write an object of fields, such as {"source": ["aws.s3"]}`},
		{`{"source": ["a"]}, {"b": [1]}`, `a pattern is one object: write all fields into it`},
		{`{"source": ["a"]}}`, `a closing bracket is one too many`},

		// JSON.
		{`{source: ["a"]}`, `write "source"`},
		{`{"a": [True]}`, `did you mean true?`},
		{`{"a": [None]}`, `did you mean null?`},
		{`{"a": [tru]}`, `did you mean true?`},
		{`{"a": ["CORP\bob", "C:\x"]}`, `write a backslash itself as \\`},
		{"\ufeff{\"a\": [1]}", `leave out the byte order mark in front`},
		{`{"a"}`, `write a colon and a list of values after the name`},
		{`{"a": }`, `write a list of values after the colon`},
		{`{"a": [aws]}`, `write strings in double quotes`},
		{`{"a": ['b']}`, `write strings in straight double quotes: "a"`},
		{`{"a": [“b”]}`, `write strings in straight double quotes: "a"`},
		{`{"a": [1,]}`, `a comma is one too many`},
		{`{"a": [1] // b`, `JSON has no comments`},
		{"{\n// b\n\"a\": [1]}", `JSON has no comments`},
		{`{"a": [.5]}`, `write a zero before the point`},
		{`{"a": [1 2]}`, `a comma is missing before it`},

		// Fields.
		{`{"source": "aws.s3"}`, `write ["aws.s3"]`},
		{`{"detail": {"errorCode": {"exists": false}}}`, `write [{"exists": false}]`},
		{`{"exists": false}`, `write [false]`},
		{`{"a": {"prefix": 5}}`, `write [{"prefix": …}]`},
		{`{"detail": [{"eventName": ["PutObject"]}]}`,
			`if eventName is a field, write the object without the list around it: "detail": {"eventName": …}`},
		{`{"$or": [{"a": [1]}, {"a": {"regex": ["x"]}}]}`,
			`an operator stands in a list: "a": [{"regex": …}]; if it is a field, write "a.regex"`},

		// $or.
		{`{"or": [{"a": [1]}, {"b": [1]}]}`, `did you mean "$or"?`},
		{`{"$Or": [{"a": [1]}, {"b": [1]}]}`, `did you mean "$or"?`},
		{`{"x": {"$OR": [{"a": {"b": [1]}}, {"b": [1]}]}}`, `did you mean "$or"?`},
		{`{"anyOf": [{"a": [1]}, {"b": [1]}]}`, `did you mean "$or"?`},
		{`{"$and": [{"a": [1]}, {"b": [1]}]}`, `all fields of an object must be satisfied anyway: write them side by side`},
		{`{"$not": [{"a": [1]}]}`, `there is no such thing for whole objects: write anything-but in the fields`},
		{`{"a": [{"or": ["b", "c"]}]}`, `the elements of a list are alternatives already: write ["a", {"prefix": "b"}]`},

		// Names of operators.
		{`{"a": [{"regex": "b.*"}]}`,
			`there are no regular expressions: write {"wildcard": "a*b"}, {"prefix": "a"} or {"suffix": "b"}`},
		{`{"a": [{"not": "b"}]}`, `write {"anything-but": "b"}`},
		{`{"a": [{"exclude": ["b", 1]}]}`, `write {"anything-but": …}`},
		{`{"a": [{"not": {"prefix": "b"}}]}`, `write {"anything-but": {"prefix": "b"}}`},
		{`{"a": [{"!=": 5}]}`, `write {"anything-but": 5}`},
		{`{"a": [{"startsWith": "b"}]}`, `write {"prefix": "b"}`},
		{`{"a": [{"starts-with": ["b"]}]}`, `write {"prefix": …}`},
		{`{"a": [{"ends_with": "b"}]}`, `write {"suffix": "b"}`},
		{`{"a": [{"ignore-case": "b"}]}`, `write {"equals-ignore-case": "b"}`},
		{`{"a": [{"not-wildcard": "b*"}]}`, `write {"anything-but": {"wildcard": "b*"}}`},
		{`{"a": [{"equals": "b"}]}`, `write ["b"]`},
		{`{"a": [{"in": ["b", "c,d"]}]}`, `write ["b", "c,d"]`},
		{`{"a": [{">": 5}]}`, `write {"numeric": [">", 5]}`},
		{`{"a": [{"lte": 5}]}`, `write {"numeric": ["<=", 5]}`},
		{`{"a": [{"between": [1, 5]}]}`, `write {"numeric": [">=", 1, "<=", 5]}`},
		{`{"a": [{"ip-address": "10.0.0.0/8"}]}`, `write {"cidr": "10.0.0.0/8"}`},
		{`{"a": [{"contains": "b"}]}`, `write {"wildcard": "*a*"}`},
		{`{"a": [{"present": true}]}`, `write {"exists": true}`},
		{`{"a": [{"present": false}]}`, `write {"exists": false}`},
		{`{"a": [{"missing": true}]}`, `write {"exists": false}`},
		{`{"a": [{"wildcards": "b*"}]}`, `did you mean "wildcard"?`},
		{`{"a": [{"bingo": "b*"}]}`, `the operators are anything-but, cidr, equals-ignore-case, exists, numeric, prefix, suffix, wildcard`},
		{`{"a": [{"wildcard": "b*", "prefix": "b"}]}`, `write an object for each: {"wildcard": …}, {"prefix": …}; one of them suffices`},

		// Operands.
		{`{"a": [{"prefix": ["b", "c"]}]}`, `write an operator for each: {"prefix": "b"}, {"prefix": "c"}`},
		{`{"a": [{"prefix": {"equals-ignore-case": ["b"]}}]}`, `write an operator for each: {"prefix": {"equals-ignore-case": "b"}}`},
		{`{"a": [{"equals-ignore-case": ["b", "c", "d", "e", "f"]}]}`, `write an operator for each: {"equals-ignore-case": "b"}, ` +
			`{"equals-ignore-case": "c"}, {"equals-ignore-case": "d"}, {"equals-ignore-case": "e"}, …`},
		{`{"a": [{"prefix": 1}]}`, `write {"prefix": "1"}, or 1 alone`},
		{`{"a": [{"equals-ignore-case": {"wildcard": "b"}}]}`, `case can be ignored in a whole value, a prefix or a suffix`},
		{`{"a": [{"exists": "false"}]}`, `write false without quotes`},
		{`{"a": [{"anything-but": true}]}`, `write [false] for the other boolean`},
		{`{"a": [{"anything-but": [{"prefix": "b"}]}]}`, `write one operator for all: {"anything-but": {"prefix": ["a", "b"]}}`},
		{`{"a": [{"anything-but": {"numeric": [">", 5]}}]}`, `turn the comparison around: {"numeric": ["<=", …]} for what is not ">"`},
		{`{"a": [{"anything-but": {"cidr": "10.0.0.0/8"}}]}`,
			`anything-but takes values, prefix, suffix, equals-ignore-case and wildcard; of networks, list the others`},
		{`{"a": [{"anything-but": {"prefix": "a", "suffix": "b"}}]}`,
			`an anything-but has one operator, and two anything-but side by side accept everything`},

		// numeric.
		{`{"a": [{"numeric": ["==", 5]}]}`, `did you mean "="?`},
		{`{"a": [{"numeric": ["=>", 5]}]}`, `did you mean ">="?`},
		{`{"a": [{"numeric": ["gt", 5]}]}`, `did you mean ">"?`},
		{`{"a": [{"numeric": ["!=", 5]}]}`, `write {"anything-but": …} with the number`},
		{`{"a": [{"numeric": [">5"]}]}`, `write ">", 5`},
		{`{"a": [{"numeric": ">= 5"}]}`, `write [">=", 5]`},
		{`{"a": [{"numeric": {"gte": 5}}]}`, `write [">=", 5]`},
		{`{"a": [{"numeric": [[">", 5]]}]}`, `write what is in the inner list into the outer one`},
		{`{"a": [{"numeric": [5, 10]}]}`, `write [">=", 5, "<=", 10]`},
		{`{"a": [{"numeric": [">", "5"]}]}`, `write 5 without quotes`},
		{`{"a": [{"numeric": [">", 5, "=<", 6]}]}`, `did you mean "<="?`},
		{`{"a": [{"numeric": [">=", 6, "<", 5]}]}`, `write the lower bound first: [">=", 5, "<", 6]`},
		{`{"a": [{"numeric": ["<=", 6, ">", 5]}]}`, `write the lower bound first: [">", 5, "<=", 6]`},
		{`{"a": [{"numeric": [">", 5, "<=", 5]}]}`, `no number lies between`},
		{`{"a": [{"numeric": ["=", 9007199254740993]}]}`, `the nearest number that can be compared is 9007199254740992`},

		// cidr.
		{`{"a": [{"cidr": "10.1.2.3/33"}]}`, `write 0 to 31`},
		{`{"a": [{"cidr": "10.1.2.3/32"}]}`, `write the address alone as a string: "10.1.2.3"`},
		{`{"a": [{"cidr": "2001:db8::1/129"}]}`, `write 0 to 127`},
		{`{"a": [{"cidr": "2001:db8::1"}]}`,
			`write the address alone as a string, "2001:db8::1", or a network such as {"cidr": "2001:db8::/64"}`},
		{`{"a": [{"cidr": "10.1.2.3/255.255.0.0"}]}`, `write "10.1.2.3/16"`},
		{`{"a": [{"cidr": "10.1.2.3/255.0.255.0"}]}`, `write 0 to 31 for IPv4, 0 to 127 for IPv6`},
		{`{"a": [{"cidr": "10.1/16"}]}`, `an IPv4 address has four numbers`},
		{`{"a": [{"cidr": "10.1.*/16"}]}`, `write {"wildcard": "10.0.*"}, or a network such as "10.0.0.0/16"`},
		{`{"a": [{"cidr": "fe80::1%eth0/64"}]}`, `write it without its zone`},
		{`{"a": [{"cidr": "::ffff:10.0.0.1/100"}]}`, `write the address as "0000:0000:0000:0000:0000:ffff:0a00:0001"`},
		{`{"a": [{"cidr": "1:2:3/64"}]}`, `an IPv6 address has eight groups of up to four hexadecimal digits, or :: once`},
		{`{"a": [{"cidr": "example.com/8"}]}`, `names of hosts are not looked up; write an address`},
	} {
		_, err := Compile(tt.text)
		e, ok := errors.AsType[*SyntaxError](err)
		if !ok {
			t.Errorf("Compile(%#q): %v", tt.text, err)
			continue
		}
		if e.Hint() != tt.want {
			t.Errorf("Compile(%#q): %s\n got %s\nwant %s", tt.text, e.Service(), e.Hint(), tt.want)
		}
		checkHint(t, e)
	}
}

// checkHint tests that what a hint says to write is not refused itself, where it is whole: a list is one of
// a field, or the operand of numeric, and an object an operator.
func checkHint(t *testing.T, e *SyntaxError) {
	t.Helper()
	write, ok := strings.CutPrefix(e.Hint(), "write ")
	if !ok || !json.Valid([]byte(write)) || write[0] != '{' && write[0] != '[' {
		return
	}
	switch {
	case write[0] == '{':
		write = "[" + write + "]"
	case strings.HasSuffix(e.Pointer, "/"+opNumeric):
		write = `[{"numeric":` + write + `}]`
	}
	if _, err := parseField(write); err != nil {
		t.Errorf("%v\nbut %s is refused too: %v", e, write, err)
	}
}
