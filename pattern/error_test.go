package pattern

import (
	"errors"
	"fmt"
	"io"
	"slices"
	"strings"
	"testing"
)

// errorTests are patterns with the mark ∑ where the error is due.
var errorTests = []struct {
	text    string
	pointer string
	cause   error
	reason  string
}{
	// Shape.
	{`∑`, ``, ErrSyntax, `Filter is not an object`},
	{`∑[]`, ``, ErrSyntax, `Filter is not an object`},
	{`∑"a"`, ``, ErrSyntax, `Filter is not an object`},
	{` ∑42`, ``, ErrSyntax, `Filter is not an object`},
	{`∑null`, ``, ErrSyntax, `Filter is not an object`},
	{`∑{}`, ``, ErrSyntax, `Empty objects are not allowed`},
	{`{"a": ∑{ }}`, `/a`, ErrSyntax, `Empty objects are not allowed`},
	{`{"resources": ∑[]}`, `/resources`, ErrSyntax, `Empty arrays are not allowed`},
	{`{"int": ∑42}`, `/int`, ErrSyntax, `"int" must be an object or an array`},
	{`{"a": {"b/~": ∑null}}`, `/a/b~1~0`, ErrSyntax, `"b/~" must be an object or an array`},
	{`{"a": [1, ∑["b"]]}`, `/a/1`, ErrSyntax, `Match value must be String, number, true, false, or null`},
	{`{"a": [∑{}]}`, `/a/0`, ErrSyntax, `Match expression name not found`},
	{`{"a": [{"prefix": "b", ∑"suffix": "c"}]}`, `/a/0`, ErrSyntax, `Only one key allowed in match expression`},
	{`{"a": [1]} ∑{}`, ``, ErrSyntax, `data after the closing brace`},

	// JSON.
	{"{\"a\": [\"é∑\xed\xa0\xbd\"]}", ``, ErrSyntax, `not UTF-8`},
	{`∑this is no JSON`, ``, ErrSyntax, `Unrecognized token 'this': was expecting ` +
		`(JSON String, Number, Array, Object or token 'null', 'true' or 'false')`},
	{`{"a": [∑NaN]}`, `/a/0`, ErrSyntax, `Unrecognized token 'NaN': was expecting ` +
		`(JSON String, Number, Array, Object or token 'null', 'true' or 'false')`},
	{`{∑'a': [1]}`, ``, ErrSyntax, `Unexpected character (''' (code 39)): was expecting double-quote to start field name`},
	{`{"a": [1],∑}`, ``, ErrSyntax, `Unexpected character ('}' (code 125)): was expecting double-quote to start field name`},
	{`{"a": [1] ∑"b": [2]}`, ``, ErrSyntax, `expected a comma or the end of the object, found '"'`},
	{`{"a": [1 ∑2]}`, `/a`, ErrSyntax, `expected a comma or the end of the array, found '2'`},
	{`{"a": [0∑1]}`, `/a`, ErrSyntax, `expected a comma or the end of the array, found '1'`},
	{`{"a": [∑+1]}`, `/a/0`, ErrSyntax, `expected a value, found '+'`},
	{`{"a": ["∑`, `/a/0`, io.ErrUnexpectedEOF, `unexpected EOF`},
	{`{"a": [1]∑`, ``, io.ErrUnexpectedEOF, `unexpected EOF`},
	{"{\"a\": [\"∑\n\"]}", `/a/0`, ErrSyntax, `control character in a string`},

	// Operators.
	{`{"source": [{∑"prefx": "aws."}]}`, `/source/0`, ErrOperator, `Unrecognized match type prefx`},
	{`{"n": [{∑"NUMERIC": ["=", 1]}]}`, `/n/0`, ErrOperator, `Unrecognized match type NUMERIC`},
	{`{"n": [{∑"regexp": "a"}]}`, `/n/0`, ErrOperator, `Unrecognized match type regexp`},
	{`{"a": [{"prefix": {∑"equals-ignorecase": "b"}}]}`, `/a/0/prefix`, ErrOperator,
		`Unsupported prefix pattern: equals-ignorecase`},
	{`{"a": [{"suffix": {∑"x": "b"}}]}`, `/a/0/suffix`, ErrOperator, `Unsupported suffix pattern: x`},
	{`{"a": [{"anything-but": {∑"exists": true}}]}`, `/a/0/anything-but`, ErrOperator,
		`Unsupported anything-but pattern: exists`},

	// prefix, suffix, equals-ignore-case, exactly, exists.
	{`{"a": [{"prefix": ∑1}]}`, `/a/0/prefix`, ErrOperand, `prefix match pattern must be a string`},
	{`{"a": [{"prefix": ∑["b"]}]}`, `/a/0/prefix`, ErrOperand, `prefix match pattern must be a string`},
	{`{"a": [{"prefix": ∑{}}]}`, `/a/0/prefix`, ErrSyntax, `Prefix expression name not found`},
	{`{"a": [{"suffix": ∑{}}]}`, `/a/0/suffix`, ErrSyntax, `Suffix expression name not found`},
	{`{"a": [{"suffix": ∑null}]}`, `/a/0/suffix`, ErrOperand, `suffix match pattern must be a string`},
	{`{"a": [{"suffix": {"equals-ignore-case": ∑1}}]}`, `/a/0/suffix/equals-ignore-case`, ErrOperand,
		`equals-ignore-case match pattern must be a string`},
	{`{"a": [{"suffix": {"equals-ignore-case": "b", ∑"c": 1}}]}`, `/a/0/suffix`, ErrSyntax,
		`Only one key allowed in match expression`},
	{`{"a": [{"equals-ignore-case": ∑{"prefix": "b"}}]}`, `/a/0/equals-ignore-case`, ErrOperand,
		`equals-ignore-case match pattern must be a string`},
	{`{"a": [{"exactly": ∑1}]}`, `/a/0/exactly`, ErrOperand, `exact match pattern must be a string`},
	{`{"a": [{"exists": ∑"true"}]}`, `/a/0/exists`, ErrOperand, `exists match pattern must be either true or false.`},

	// wildcard.
	{`{"a": [{"wildcard": ∑["*"]}]}`, `/a/0/wildcard`, ErrOperand, `wildcard match pattern must be a string`},
	{`{"a": [{"wildcard": ∑"a**"}]}`, `/a/0/wildcard`, ErrOperand, `Consecutive wildcard characters at pos 2`},
	{`{"a": [{"wildcard": ∑"é\\d"}]}`, `/a/0/wildcard`, ErrOperand, `Invalid escape character at pos 3`},
	{`{"a": [{"wildcard": ∑"\\"}]}`, `/a/0/wildcard`, ErrOperand, `Invalid escape character at pos 1`},
	{`{"a": ∑[{"wildcard": "*:*:*:*:*:event-bus/*"}]}`, `/a`, ErrLimit,
		`Rule is too complex - try using fewer wildcard characters or fewer repeating character sequences after a wildcard character`},

	// cidr.
	{`{"a": [{"cidr": ∑["10.0.0.0/8"]}]}`, `/a/0/cidr`, ErrOperand, `prefix match pattern must be a string`},
	{`{"a": [{"cidr": ∑"10.0.0.0"}]}`, `/a/0/cidr`, ErrOperand, `Malformed CIDR, one '/' required`},
	{`{"a": [{"cidr": ∑"bad-/64filter"}]}`, `/a/0/cidr`, ErrOperand, `Malformed CIDR, mask bits must be an integer`},
	{`{"a": [{"cidr": ∑"10.0.0.0/-1"}]}`, `/a/0/cidr`, ErrOperand, `Malformed CIDR, mask bits must not be negative`},
	{`{"a": [{"cidr": ∑"xx.11.xx/8"}]}`, `/a/0/cidr`, ErrOperand, `Nonstandard IP address: xx.11.xx`},
	{`{"a": [{"cidr": ∑"256.0.0.0/8"}]}`, `/a/0/cidr`, ErrOperand, `Invalid IP address: 256.0.0.0`},
	{`{"a": [{"cidr": ∑"10.0.0.0/32"}]}`, `/a/0/cidr`, ErrOperand, `IPv4 mask bits must be < 32`},
	{`{"a": [{"cidr": ∑"::1/128"}]}`, `/a/0/cidr`, ErrOperand, `IPv6 mask bits must be < 128`},

	// numeric.
	{`{"a": [{"numeric": ∑5}]}`, `/a/0/numeric`, ErrOperand, `Value of numeric must be an array.`},
	{`{"a": [{"numeric": [∑]}]}`, `/a/0/numeric`, ErrOperand, `Invalid member in numeric match: ]`},
	{`{"a": [{"numeric": [∑5]}]}`, `/a/0/numeric/0`, ErrOperand, `Invalid member in numeric match: 5`},
	{`{"a": [{"numeric": [∑"!=", 5]}]}`, `/a/0/numeric/0`, ErrOperand, `Unrecognized numeric range operator: !=`},
	{`{"a": [{"numeric": ["=", ∑"5"]}]}`, `/a/0/numeric/1`, ErrOperand, `Value of equals must be numeric`},
	{`{"a": [{"numeric": ["<"∑]}]}`, `/a/0/numeric`, ErrOperand, `Value of < must be numeric`},
	{`{"a": [{"numeric": ["=", 1, ∑"<", 2]}]}`, `/a/0/numeric/2`, ErrOperand, `Too many elements in numeric expression`},
	{`{"a": [{"numeric": ["<", 1, ∑">", 0]}]}`, `/a/0/numeric/2`, ErrOperand, `Too many elements in numeric expression`},
	{`{"a": [{"numeric": [">", 0, ∑">", 0]}]}`, `/a/0/numeric/2`, ErrOperand, `Bad numeric range operator: >`},
	{`{"a": [{"numeric": [">", 0, ∑1]}]}`, `/a/0/numeric/2`, ErrOperand, `Bad value in numeric range: 1`},
	{`{"a": [{"numeric": [">", 0, "<="∑]}]}`, `/a/0/numeric`, ErrOperand, `Value of <= must be numeric`},
	{`{"a": [{"numeric": [">", 0, "<", 2, ∑"<", 3]}]}`, `/a/0/numeric/4`, ErrOperand,
		`Too many terms in numeric range expression`},
	{`{"a": [{"numeric": [">=", 5, "<=", ∑5]}]}`, `/a/0/numeric/3`, ErrOperand, `Bottom must be less than top`},
	{`{"a": [{"numeric": [">", ∑1e999]}]}`, `/a/0/numeric/1`, ErrOperand, `Cannot compare number : 1e999`},
	{`{"a": [{"numeric": [">", 1], ∑"x": 1}]}`, `/a/0`, ErrSyntax, `Too many elements in numeric expression`},

	// anything-but.
	{`{"a": [{"anything-but": ∑null}]}`, `/a/0/anything-but`, ErrOperand,
		`Value of anything-but must be an array or single string/number value.`},
	{`{"a": [{"anything-but": {"prefix": ∑{"equals-ignore-case": "b"}}}]}`, `/a/0/anything-but/prefix`, ErrOperand,
		`Value of anything-but must be an array or single string/number value.`},
	{`{"a": [{"anything-but": ∑{}}]}`, `/a/0/anything-but`, ErrSyntax, `Anything-But expression name not found`},
	{`{"a": [{"anything-but": ["b", ∑null]}]}`, `/a/0/anything-but/1`, ErrOperand,
		`Inside anything but list, start|null|boolean is not supported.`},
	{`{"a": [{"anything-but": ∑["b", 1]}]}`, `/a/0/anything-but`, ErrOperand,
		`Inside anything but list, either all values are number or string, mixed type is not supported`},
	{`{"a": [{"anything-but": ∑[]}]}`, `/a/0/anything-but`, ErrOperand,
		`Inside anything but list, either all values are number or string, mixed type is not supported`},
	{`{"a": [{"anything-but": ∑1e999}]}`, `/a/0/anything-but`, ErrOperand, `Cannot compare number : 1e999`},
	{`{"a": [{"anything-but": {"prefix": ∑""}}]}`, `/a/0/anything-but/prefix`, ErrOperand, `Null prefix/suffix not allowed`},
	{`{"a": [{"anything-but": {"suffix": ["b", ∑""]}}]}`, `/a/0/anything-but/suffix/1`, ErrOperand,
		`Null prefix/suffix not allowed`},
	{`{"a": [{"anything-but": {"suffix": [∑1]}}]}`, `/a/0/anything-but/suffix/0`, ErrOperand,
		`prefix/suffix match pattern must be a string`},
	{`{"a": [{"anything-but": {"prefix": ∑1}}]}`, `/a/0/anything-but/prefix`, ErrOperand,
		`prefix/suffix match pattern must be a string`},
	{`{"a": [{"anything-but": {"prefix": ∑[]}}]}`, `/a/0/anything-but/prefix`, ErrOperand,
		`prefix takes a string or a list of at least one`},
	{`{"a": [{"anything-but": {"wildcard": [∑1]}}]}`, `/a/0/anything-but/wildcard/0`, ErrOperand,
		`wildcard match pattern must be a string`},
	{`{"a": [{"anything-but": {"equals-ignore-case": ∑1}}]}`, `/a/0/anything-but/equals-ignore-case`, ErrOperand,
		`Inside anything-but/equals-ignore-case list, number|start|null|boolean is not supported.`},
	{`{"a": [{"anything-but": {"prefix": "b", ∑"suffix": "c"}}]}`, `/a/0/anything-but`, ErrSyntax,
		`Too many elements in numeric expression`},
	{`{"a": [{"anything-but": "b", ∑"c": 1}]}`, `/a/0`, ErrSyntax, `Too many elements in numeric expression`},

	// $or.
	{`{"$or": ∑{}}`, `/$or`, ErrSyntax, `It must be an Array followed with $or.`},
	{`{"$or": [∑1]}`, `/$or/0`, ErrSyntax, `Only JSON object is allowed in array of $or relationship.`},
	{`{"$or": ∑[{"a": [1]}]}`, `/$or`, ErrSyntax, `There must have at least 2 Objects in $or relationship.`},
	{`{"$or": [{"a": [1]}, ∑{}]}`, `/$or/1`, ErrSyntax, `Empty objects are not allowed`},
	{`{"$or": [{"a": [1]}, {"b": {∑"prefix": [1]}}]}`, `/$or/1/b/prefix`, ErrSyntax,
		`prefix is Ruler reserved fieldName which cannot be used inside $or.`},

	// Limits.
	{`∑{"a": ["` + strings.Repeat("é", DefaultSize) + `"]}`, ``, ErrLimit, `2059 characters, of which 2048 are allowed`},
	{`∑{` + strings.Repeat(`"$or": [{"a": [1]}, {"b": [1]}], `, 10) + `"c": [1]}`, ``, ErrLimit,
		`more than 1000 combinations of $or`},
	{`{"a": [1, ∑` + strings.Repeat("1", 1001) + `]}`, `/a/1`, ErrLimit, `Number length (1001) exceeds the maximum length (1000)`},
	{`{"a": [{"numeric": ["=", ∑` + strings.Repeat("1", 1001) + `]}]}`, `/a/0/numeric/1`, ErrLimit,
		`Number length (1001) exceeds the maximum length (1000)`},
}

func TestSyntaxError(t *testing.T) {
	for _, tt := range errorTests {
		before, after, ok := strings.Cut(tt.text, "∑")
		if !ok {
			t.Fatalf("%s: no mark", tt.text)
		}
		text := before + after
		_, err := Compile(text)
		e, ok := errors.AsType[*SyntaxError](err)
		if !ok {
			t.Errorf("Compile(%#q): %v, want a SyntaxError", text, err)
			continue
		}
		reason := e.Err.Error()
		if e.Hint() != "" {
			reason = strings.TrimSuffix(reason, " ("+e.Hint()+")")
		}
		if e.Offset != len(before) || e.Pointer != tt.pointer || reason != tt.reason || !errors.Is(err, tt.cause) {
			t.Errorf("Compile(%.200q):\n got %d %q %v (%v: %v)\nwant %d %q %s", text,
				e.Offset, e.Pointer, e.Err, tt.cause, errors.Is(err, tt.cause), len(before), tt.pointer, tt.reason)
		}
		in := ""
		if tt.pointer != "" {
			in = " in " + tt.pointer
		}
		if want := fmt.Sprintf("pattern: %v%s (offset %d)", e.Err, in, len(before)); err.Error() != want {
			t.Errorf("Compile(%#q):\n got %s\nwant %s", text, err, want)
		}
	}
}

// TestService tests that the words of EventBridge are apart from ours, and that each refusal in
// errorTests whose cause is not size says what would be right.
func TestService(t *testing.T) {
	// Nothing better is known than that the text is broken here.
	noHint := []string{"not UTF-8", "Unrecognized token 'NaN'"}
	for _, tt := range errorTests {
		_, err := Compile(strings.Replace(tt.text, "∑", "", 1))
		e, ok := errors.AsType[*SyntaxError](err)
		if !ok {
			t.Errorf("Compile(%.100q): %v", tt.text, err)
			continue
		}
		first := tt.reason[0]
		own := strings.HasPrefix(tt.reason, "data after") || strings.HasPrefix(tt.reason, "expected") ||
			strings.HasPrefix(tt.reason, "prefix takes") || strings.HasPrefix(tt.reason, "more than") ||
			strings.HasPrefix(tt.reason, "control") || '0' <= first && first <= '9' ||
			tt.reason == "unexpected EOF" || tt.reason == "not UTF-8"
		want := tt.reason
		if own {
			want = ""
		}
		if e.Service() != want {
			t.Errorf("Compile(%.100q): Service() = %q, want %q", tt.text, e.Service(), want)
		}
		known := e.Hint() != "" || errors.Is(err, ErrLimit) ||
			slices.ContainsFunc(noHint, func(text string) bool { return strings.HasPrefix(tt.reason, text) })
		if !known {
			t.Errorf("Compile(%.100q): %v\ndoes not say what would be right", tt.text, err)
		}
		if strings.ContainsAny(e.Hint(), "\n\t") || len(e.Hint()) > 400 {
			t.Errorf("Compile(%.100q): the hint is too long for a line: %s", tt.text, e.Hint())
		}
	}
	if e := (&SyntaxError{Err: io.EOF}); e.Service() != "" || e.Hint() != "" {
		t.Errorf("of another error: %q, %q", e.Service(), e.Hint())
	}
}

func TestDepth(t *testing.T) {
	nest := func(n int) string { return strings.Repeat(`{"a":`, n-1) + `[1]` + strings.Repeat(`}`, n-1) }
	p, err := Limits{Size: -1}.Compile(nest(1000))
	if err != nil {
		t.Fatalf("1000 levels: %v", err)
	}
	if _, err = (Limits{Size: -1}).Compile(nest(1001)); !errors.Is(err, ErrLimit) {
		t.Errorf("1001 levels: %v", err)
	}
	if ok, err := p.Match([]byte(nest(1000))); !ok || err != nil {
		t.Errorf("an event of 1000 levels: %v, %v", ok, err)
	}
	deep := `{"a":` + strings.Repeat(`[`, 100_000)
	e, ok := errors.AsType[*EventError](second(MustCompile(`{"a": [1]}`).Match([]byte(deep))))
	if !ok || e.Offset != 1004 {
		t.Errorf("an event of 100000 levels: %v", e)
	}
	if ok, err := MustCompile(`{"b": [1]}`).Match([]byte(`{"b":1,"a":` + strings.Repeat(`[`, 1e5) + strings.Repeat(`]`, 1e5) + `}`)); !ok || err != nil {
		t.Errorf("depth that no pattern leads into: %v, %v", ok, err)
	}
}

func second[T any](_ T, err error) error { return err }

func TestEventError(t *testing.T) {
	p := MustCompile(`{"a": {"b": [1, "x"]}}`)
	for _, tt := range []struct{ event, reason string }{
		{`∑`, `unexpected EOF`},
		{` ∑[]`, `expected an object, found an array`},
		{`∑"a"`, `expected an object, found a string`},
		{`∑x`, `expected a value, found 'x'`},
		{`{∑`, `unexpected EOF`},
		{`{"a" ∑1}`, `expected a colon, found '1'`},
		{`{"a":{"b":tr∑x}}`, `expected true, found 'x'`},
		{`{"a":{"b":"∑`, `unexpected EOF`},
		{`{"c":[1,2∑`, `unexpected EOF`},
		{`{"a":{"c":[]∑;}}`, `expected a comma or the end of the object, found ';'`},
	} {
		before, after, _ := strings.Cut(tt.event, "∑")
		_, err := p.Match([]byte(before + after))
		e, ok := errors.AsType[*EventError](err)
		if !ok || e.Err.Error() != tt.reason {
			t.Errorf("%#q: %v, want %s", tt.event, err, tt.reason)
			continue
		}
		if e.Offset != len(before) {
			t.Errorf("%#q: %v, want offset %d", tt.event, err, len(before))
		}
		if want := fmt.Sprintf("pattern: event: %s (offset %d)", tt.reason, len(before)); err.Error() != want {
			t.Errorf("%#q: %v, want %s", tt.event, err, want)
		}
		if (tt.reason == "unexpected EOF") != errors.Is(err, io.ErrUnexpectedEOF) {
			t.Errorf("%#q: errors.Is(%v, io.ErrUnexpectedEOF) = %v", tt.event, err, errors.Is(err, io.ErrUnexpectedEOF))
		}
	}
}

func TestMustCompile(t *testing.T) {
	defer func() {
		want := "pattern: MustCompile(`{}`): pattern: Empty objects are not allowed ("
		if got := fmt.Sprint(recover()); !strings.HasPrefix(got, want) {
			t.Errorf("MustCompile panicked with %v, want %s", got, want)
		}
	}()
	MustCompile(`{}`)
}
