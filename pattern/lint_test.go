package pattern

import (
	"errors"
	"fmt"
	"os"
	"regexp"
	"slices"
	"strconv"
	"strings"
	"testing"
	"unicode/utf8"

	"github.com/google/go-cmp/cmp"
)

// TestLint tests what is found in patterns, where ∑ marks the offset of the first finding.
func TestLint(t *testing.T) {
	for _, tt := range []struct {
		text  string
		rules string // of the findings, in their order
	}{
		{`{"source": ["aws.s3"], "detail-type": ["AWS API Call via CloudTrail"], "detail": {"eventName": ["PutObject"]}}`, ""},
		{`{"eventSource": ["s3.amazonaws.com"], "eventName": [{"prefix": "Put"}]}`, ""},
		{`{"source": ["a"∑`, "syntax"},
		{`{"source": ∑{}}`, "syntax"},
		{`{"detail": {"eventName": ∑"PutObject"}}`, "scalar"},
		{`{"source": [{∑"prefx": "a"}]}`, "operator"},
		{`{"source": [{"prefix": ∑1}]}`, "operand"},
		{`{"path": ∑[{"wildcard": "*/*/*/*/*/*/*.log"}]}`, "limit"},

		{`{"a": [∑{"numeric": [">", 1, "<", 1.0000000000000002]}, 1]}`, "never-accepts"},
		{`{"a": ∑[{"numeric": [">", 1.7976931348623157e308]}]}`, "never-matches never-accepts"},
		{`{"$or": [{"a": [∑{"numeric": ["<", -1.7976931348623157e308]}]}, {"b": [1]}]}`, "never-accepts"},
		{`{"$or": [{"a": ∑[{"numeric": [">", 0, "<", 5e-324]}]}, {"b": [{"numeric": [">", 0, "<", 5e-324]}]}]}`,
			"never-matches never-accepts never-accepts"},

		{`{"a": ∑[{"exists": true}, {"exists": false}]}`, "always-true"},
		{`{"a": ∑[{"anything-but": "x"}, {"anything-but": {"prefix": "y"}}, {"exists": false}]}`, "always-true"},
		{`{"a": ∑[{"anything-but": "x"}, {"anything-but": "y"}]}`, "any-value"},
		{`{"a": ∑[{"anything-but": ["x", "y"]}, "x", {"suffix": "y"}]}`, "any-value"},
		{`{"a": [{"anything-but": ["x", "y"]}, "x"]}`, ""},
		{`{"a": ["x", ∑"x", 1, 1.0]}`, "shadowed shadowed"},
		{`{"a": [∑"Put1", {"prefix": "Put"}, {"prefix": "PutX"}]}`, "shadowed shadowed"},
		{`{"a": [{"cidr": "10.0.0.0/8"}, ∑{"cidr": "10.1.0.0/16"}, {"cidr": "11.0.0.0/16"}]}`, "shadowed"},
		{`{"a": [{"numeric": [">", 0]}, ∑{"numeric": [">=", 1, "<", 5]}, 7, {"numeric": ["<", 5]}]}`, "shadowed shadowed"},
		{`{"a": [{"equals-ignore-case": "ab"}, {"prefix": {"equals-ignore-case": "A"}}]}`, "shadowed"},

		{`{"a": [∑{"prefix": "abc"}, {"wildcard": "a*"}, {"wildcard": "abx*"}]}`, "shadowed shadowed"},
		{`{"a": [∑{"suffix": ".log"}, {"wildcard": "*.l*"}, {"suffix": ".txt"}]}`, "shadowed"},
		{`{"a": [{"wildcard": "a*b*"}, ∑{"wildcard": "a*c*b*"}, {"wildcard": "a\\**"}, {"wildcard": "b*"}]}`, "shadowed"},
		{`{"a": [{"prefix": "a"}, ∑{"wildcard": "ab*c"}, {"wildcard": "*a"}]}`, "shadowed"},
		{`{"a": [{"prefix": "a*"}, {"wildcard": "a\\*"}]}`, "wildcard-in-literal shadowed"},
		{`{"a": [{"prefix": {"equals-ignore-case": "a"}}, ∑{"prefix": "Ab"}, "AC"]}`, "shadowed shadowed"},

		{`{"$or": [{"a": [1]}, {"b": [1]}, ∑{"a": [1.0]}]}`, "shadowed-in-or"},
		{`{"$or": [∑{"a": [1]}, {"a": [1, 2]}, {"a": [2], "b": [3]}]}`, "shadowed-in-or shadowed-in-or"},
		{`{"$or": [∑{"a": ["abc"]}, {"a": [{"prefix": "ab"}]}]}`, "shadowed-in-or"},
		{`{"$or": [{"a": {"b": [1], "c": [2]}}, {"a": {"b": [1], "c": [3]}}]}`, ""},
		{`{"x": [{"exists": false}], "$or": [{"a": [1]}, {"a": [1], "b": [2]}]}`, ""},
		{`{"x": [{"exists": false}], "$or": [{"a": [1, 2]}, ∑{"a": [1]}]}`, "shadowed-in-or"},
		{`{"$or": [{"a": [1]}, ∑{"a": [1], "$or": [{"b": [2]}, {"c": [3]}]}]}`, "shadowed-in-or"},
		{`{"d": {"$or": [{"a": [1]}, {"$or": [{"b": [2]}, {"c": [3]}, ∑{"b": [2]}]}]}}`, "shadowed-in-or"},
		{`{"$or": [∑{"a": [{"anything-but": [1, 2]}]}, {"a": [{"exists": true}]}]}`, "shadowed-in-or"},

		{`{"a": [{"anything-but": ["x", ∑"x", "y"]}]}`, "excluded-twice"},
		{`{"a": [{"anything-but": [1, ∑1.0]}]}`, "excluded-twice"},
		{`{"a": [∑{"numeric": [">", 5, "<", 6]}, {"anything-but": {"prefix": ["ab", "a", "c"]}}]}`, "shadowed excluded-twice"},
		{`{"a": [{"anything-but": {"suffix": ["b", ∑"ab"]}}]}`, "excluded-twice"},
		{`{"a": [{"anything-but": {"wildcard": ["a*", ∑"a*b"]}}]}`, "excluded-twice"},
		{`{"a": [{"anything-but": {"equals-ignore-case": ["ab", ∑"AB"]}}]}`, "excluded-twice"},
		{`{"a": [{"anything-but": {"equals-ignore-case": "ab"}}]}`, ""},

		{`{"source": ∑[{"prefix": ""}], "detail": {"a": [1]}}`, "any-event"},
		{`{"source": [{"prefix": ""}]}`, ""},
		{`{"account": ∑[{"wildcard": "*"}, {"exists": false}], "detail": {"a": [{"prefix": ""}]}}`, "any-event"},
		{`{"a": [∑{"cidr": "10.1.2.3/8"}, {"cidr": "11.0.0.0/8"}, {"cidr": "12.0.0.0/08"}, {"cidr": "2001:db8::1/32"}]}`,
			"host-bits host-bits"},

		{`{"a": ∑[1], "a": [2]}`, "duplicate-key"},
		{`{"a": {"b": ∑[1]}, "a.b": [2]}`, "duplicate-key"},
		{`{"a": {"b": [1]}, ∑"a": {"c": [2]}}`, "duplicate-key"},
		{`{"a": ∑[1], "$or": [{"a": [2]}, {"b": [3]}]}`, "replaced-in-or"},
		{`{"a": ∑[1], "$or": [{"a": [2]}, {"a": [3]}]}`, "duplicate-key"},
		{`{"$or": [{"a": [2]}, {"a": [3]}]}`, ""},

		{`{"details": {"eventName": ∑["PutObject"]}}`, "unknown-field"},
		{`{"detailType": ∑["a"]}`, "unknown-field"},
		{`{"detail_type": ∑["a"]}`, "unknown-field"},
		{`{"DETAILTYPE": ∑["a"]}`, "unknown-field"},
		{`{"accountId": ∑["a"]}`, "unknown-field"},
		{`{"details.a": ∑["a"]}`, "unknown-field"},
		{`{"tail": ["a"], "date": ["b"], "IDs": ["c"]}`, ""},
		{`{"source": ["a"], "eventName": ∑["PutObject"], "eventName": ["x"]}`, "unknown-field duplicate-key"},
		{`{"resources": {"ARN": ["a"]}, "eventName": ["PutObject"]}`, ""},
		{`{"account": [∑123456789012], "region": [null], "time": [{"numeric": [">", 1]}]}`,
			"envelope-type envelope-type envelope-type"},
		{`{"account": [∑{"anything-but": 123456789012}]}`, "envelope-type"},
		{`{"account": [∑{"anything-but": [123456789012, 1]}], "region": [{"anything-but": ["a"]}]}`, "envelope-type"},
		{`{"detail": {"recipientAccountId": [∑123456789012], "userIdentity": {"accountId": [1], "type": ["Root"]}}}`,
			"envelope-type envelope-type"},
		{`{"detail": [∑{"exists": true}]}`, "exists-on-object"},
		{`{"a": [∑{"exists": true}], "a.b": [1]}`, "exists-on-object"},
		{`{"a": [∑12345678901234567890]}`, "inexact-number"},

		{`{"a": [∑"^Put.*", "a|b", "(a|b)", {"prefix": "[a-z]"}, "cost$", "$", "a.b", "x+y"]}`,
			"regular-expression regular-expression regular-expression"},
		{`{"a": ["CORP\\bob", "C:\\Windows\\system32", "CORP\\WEB$", "HOST$", {"prefix": "WEB$"}]}`, ""},
		{`{"a": [{"wildcard": "*.example.*"}, {"wildcard": "*.log*$"}, {"wildcard": "CORP\\\\b*"}]}`, ""},
		{`{"a": [∑{"wildcard": "^*.log"}, "\\w+", "v\\d{2}", "Put[^x]+$", "(x)$", "a\\.b"]}`, strings.Repeat(" regular-expression", 6)[1:]},
		{`{"a": [∑{"anything-but": "\\d+"}]}`, "regular-expression"},
		{`{"a": [{"wildcard": "a*"}, ∑"b*", {"prefix": "c*"}, "*"]}`, "wildcard-in-literal wildcard-in-literal wildcard-in-literal"},
		{`{"a": [∑"arn:aws:iam::1:user:alice", {"prefix": "arn:aws:lambda:us-east-1:1:function/x"}, {"wildcard": "arn:aws:iam::*:role/*"}]}`,
			"arn-separator arn-separator"},
		{`{"a": ["arn:aws:s3:::b/user:x", "arn:aws:iam::1:root", "arn:aws:lambda:us-east-1:1:function:x", "arn:a"]}`, ""},

		{`{"detail": {"eventName": [∑"DescribeInstances", {"prefix": "Get"}, "ListObjects", "Listener", {"suffix": "List"}]}}`,
			"read-only-calls read-only-calls"},
		{`{"detail": {"eventName": [{"anything-but": "ListUsers"}]}}`, ""},
		{`{"detail": {"eventName": ["GetSessionToken", "GetFederationToken"]}}`, ""},
		{`{"source": ["aws.s3"], "$or": [{"detail": {"managementEvent": [false], "eventName": ["a"]}}, {"detail": {"eventName": [∑"GetUser"]}}]}`,
			"read-only-calls"},
		{`{"detail": {"eventName": [∑"GetUser"], "$or": [{"managementEvent": [false]}, {"awsRegion": ["us-east-1"]}]}}`, "read-only-calls"},
		{`{"detail": {"eventName": ["GetUser"], "$or": [{"managementEvent": [false]}, {"eventCategory": ["Insight"]}]}}`, ""},
		{`{"detail-type": ["EC2 Instance State-change Notification"], "detail": {"eventName": ["GetFoo"]}}`, ""},
		{`{"detail-type": ["x", {"suffix": "via CloudTrail"}], "detail": {"eventName": [∑"GetFoo"]}}`, "read-only-calls"},
		{`{"detail": {"readOnly": [∑true]}}`, "read-only-calls"},
		{`{"detail": {"readOnly": [true, false]}}`, ""},
		{`{"detail": {"readOnly": [true], "managementEvent": [false]}}`, ""},
		{`{"detail": {"readOnly": [true], "eventName": ["GetSessionToken"]}}`, ""},

		{`{"detail": {"eventName": {∑"anything-but": ["x"]}}}`, "operator-as-field"},
		{`{"detail": {"size": {∑"numeric": [">", 1]}, "name": {"anything-but": {"prefix": ["a"]}}}}`,
			"operator-as-field operator-as-field"},
		{`{"detail": {"requestParameters": {"prefix": ["logs/"]}, "x": {"prefix": ["a"], "name": ["b"]}}}`, ""},
		{`{"prefix": ["a"], "exists": [true]}`, ""},
		{`{∑"$and": {"a": [1], "b": [2]}}`, "operator-as-field"},
		{`{"a": {∑"not": {"b": [1]}}, "anyOf": ["x"]}`, "operator-as-field operator-as-field"},
		{`{"detail": {"requestParameters": {"rule": {"and": {"a": [1]}}}}}`, ""},
		{`{"detail": {"eventName": ["ListUsers"], "eventCategory": ["Data"]}}`, ""},
		{`{"detail": {"eventName": ["ListUsers"], "managementEvent": [false]}}`, ""},
	} {
		before, after, marked := strings.Cut(tt.text, "∑")
		findings := Lint(before + after)
		var rules []string
		for _, f := range findings {
			rules = append(rules, string(f.Rule))
		}
		if got := strings.Join(rules, " "); got != tt.rules {
			t.Errorf("%s\n got %s\nwant %s\n%v", tt.text, got, tt.rules, findings)
			continue
		}
		if marked && findings[0].Offset != len(before) {
			t.Errorf("%s: %v, want offset %d", tt.text, findings[0], len(before))
		}
	}
}

// TestLintTable tests that the package comment tells of every rule, with its severity, and of no other.
func TestLintTable(t *testing.T) {
	read := func(name string) string {
		text, err := os.ReadFile(name)
		if err != nil {
			t.Fatal(err)
		}
		return string(text)
	}
	_, table, _ := strings.Cut(read("doc.go"), "//	id                   severity  finds")
	told := map[LintRule]Severity{}
	for _, m := range regexp.MustCompile(`(?m)^//	([a-z-]+) +(error|warning|info) `).FindAllStringSubmatch(table, -1) {
		told[LintRule(m[1])] = Severity(m[2])
	}
	if diff := cmp.Diff(severities, told); diff != "" {
		t.Errorf("the table in doc.go (+) is not what Lint does (-):\n%s", diff)
	}
	constants := regexp.MustCompile(`LintRule = "([^"]+)"`).FindAllStringSubmatch(read("lint.go"), -1)
	for _, m := range constants {
		if severities[LintRule(m[1])] == "" {
			t.Errorf("%s has no severity", m[1])
		}
	}
	if len(constants) != len(severities) {
		t.Errorf("%d rules have constants, %d have a severity", len(constants), len(severities))
	}
}

func TestLintMessages(t *testing.T) {
	for _, tt := range []struct{ text, want string }{
		{`{"detail": {"eventName": "PutObject"}}`,
			`error: "eventName" must be an object or an array (write ["PutObject"]) in /detail/eventName (offset 25) [scalar]`},
		{`{"details": {"a": [1]}}`,
			`warning: events of EventBridge have no field "details" (did you mean "detail"?): they have version, id, ` +
				`detail-type, source, account, time, region, resources, detail in /details/a (offset 18) [unknown-field]`},
		{`{"source": {"prefix": "aws."}}`,
			`error: "prefix" must be an object or an array (write [{"prefix": "aws."}]) in /source/prefix (offset 22) [scalar]`},
		{`{"prefix": "aws."}`, `error: "prefix" must be an object or an array (write ["aws."]) in /prefix (offset 11) [scalar]`},
		{`{"detail": {"eventName": {"anything-but": ["x"]}}}`,
			`warning: anything-but is a name here, not an operator, because it is not in a list: write [{"anything-but": ["x"]}] ` +
				`in /detail/eventName/anything-but (offset 26) [operator-as-field]`},
		{`{"detail": {"x": {"prefix": ["a", "b"]}}}`,
			`warning: prefix is a name here, not an operator, because it is not in a list: write [{"prefix": "a"}, {"prefix": "b"}] ` +
				`in /detail/x/prefix (offset 18) [operator-as-field]`},
		{`{"$or": [{"a": [1]}, {"b": [{"exists": true}, {"exists": false}]}]}`,
			`warning: b holds for every event, and so the whole $or always holds: narrow this condition, or remove the $or ` +
				`in /$or/1/b (offset 27) [always-true]`},
		{`{"$or": [{"a": [1]}, {"c": [1], "b": [{"exists": true}, {"exists": false}]}]}`,
			`warning: b holds for every event: remove it in /$or/1/b (offset 37) [always-true]`},
		{`{"source": ["a"], "resources": [1]}`,
			`warning: resources is a list of strings in events of EventBridge, which no number equals: write it in quotes ` +
				`in /resources/0 (offset 32) [envelope-type]`},
		{`{"x": ["arn:aws:iam::1:user:alice"]}`,
			`warning: no ARN has the form of "arn:aws:iam::1:user:alice": write "arn:aws:iam::1:user/alice" in /x/0 (offset 7) [arn-separator]`},
	} {
		findings := Lint(tt.text)
		if len(findings) != 1 || findings[0].String() != tt.want {
			t.Errorf("%s\n got %v\nwant %s", tt.text, findings, tt.want)
		}
	}
}

// FuzzLint tests what Lint promises about matching, over generated patterns and events.
func FuzzLint(f *testing.F) {
	for seed := range uint64(50) {
		f.Add(seed)
	}
	f.Fuzz(func(t *testing.T, seed uint64) {
		text, event := newGenerator(seed).pair()
		if seed%3 == 0 {
			text = strings.ReplaceAll(text, `{"exists":true}`, `{"numeric":[">",1,"<",1.0000000000000002]}`)
		}
		lintLaws(t, text, event)
	})
}

// FuzzText tests Lint, Sample and Canonical over any text.
func FuzzText(f *testing.F) {
	for _, c := range readTestdata(f) {
		f.Add(c.pattern, c.event)
	}
	for seed := range uint64(20) {
		text, event := newGenerator(seed).pair()
		f.Add(text, event)
	}
	for _, tt := range errorTests {
		f.Add(strings.Replace(tt.text, "∑", "", 1), "{}")
	}
	f.Fuzz(func(t *testing.T, text, event string) {
		if len(text) > 2*DefaultSize {
			return
		}
		errorLaws(t, text)
		if len(text) > DefaultSize || deep(text) || Validate([]byte(event)) != nil {
			Lint(text)
			return
		}
		lintLaws(t, text, event)
		p, err := Compile(text)
		if err != nil {
			return
		}
		checkCanonical(t, p)
		if _, err := p.Sample(); err != nil && !errors.Is(err, ErrContradiction) {
			t.Errorf("%s: %v", text, err)
		}
		if utf8.ValidString(text) && !strings.ContainsFunc(text, func(r rune) bool { return r >= firstHalf }) {
			sampleLaws(t, text)
		}
	})
}

// TestLintLaws is FuzzLint over a fixed range of seeds.
func TestLintLaws(t *testing.T) {
	found := map[LintRule]int{}
	for seed := range uint64(2000) {
		text, event := newGenerator(seed).pair()
		if seed%3 == 0 {
			text = strings.ReplaceAll(text, `{"exists":true}`, `{"numeric":[">",1,"<",1.0000000000000002]}`)
		}
		for _, f := range lintLaws(t, text, event) {
			found[f.Rule]++
		}
		if t.Failed() {
			t.Fatalf("seed %d", seed)
		}
	}
	for _, rule := range []LintRule{LintNeverAccepts, LintAlwaysTrue, LintAnyValue, LintShadowed, LintDuplicateKey, LintReplacedInOr,
		LintShadowedInOr, LintExcludedTwice} {
		if found[rule] < 5 {
			t.Errorf("%s was found %d times; the generator has gone blunt", rule, found[rule])
		}
	}
}

func lintLaws(t *testing.T, text, event string) []Finding {
	t.Helper()
	findings := Lint(text)
	p, err := Compile(text)
	refused := len(findings) == 1 && slices.Contains([]LintRule{LintSyntax, LintScalar, LintOperator, LintOperand, LintLimit}, findings[0].Rule)
	if refused != (err != nil) {
		t.Fatalf("Lint(%#q) = %v, but Compile says %v", text, findings, err)
	}
	if err != nil {
		return findings
	}
	match := func(p *Pattern) bool {
		ok, err := p.Match([]byte(event))
		if err != nil {
			t.Fatalf("%s on %s: %v", p, event, err)
		}
		return ok
	}
	fields := placed(p.tree)
	for _, f := range findings {
		fail := func(what string) { t.Helper(); t.Errorf("%s\non %s: %s, but %s", text, event, f, what) }
		if f.Offset >= len(text) || !strings.HasPrefix(f.String(), string(f.Severity)) {
			fail("that is nowhere")
		}
		if f.Rule == LintShadowedInOr || f.Rule == LintExcludedTwice {
			if q := withoutFound(text, f); match(q) != match(p) {
				fail("without it the verdict is another")
			}
		}
		i := slices.IndexFunc(fields, func(p placedField) bool {
			return p.offset == f.Offset || slices.ContainsFunc(p.anyOf, func(a alternative) bool { return a.offset == f.Offset })
		})
		if i < 0 {
			continue
		}
		at := fields[i]
		alone := func(array string) bool {
			return match(mustCompileAny(`{` + quote(at.path) + `:` + array + `}`))
		}
		switch f.Rule {
		case LintNeverMatches:
			if match(p) {
				fail("it matches")
			}
		case LintAlwaysTrue:
			if !alone(at.String()) {
				fail("it does not hold")
			}
		case LintAnyValue:
			if alone(at.String()) != alone(`[{"exists":true}]`) {
				fail("not so does exists")
			}
		case LintShadowed, LintNeverAccepts:
			fewer := &field{}
			for _, a := range at.anyOf {
				if a.offset != f.Offset {
					fewer.anyOf = append(fewer.anyOf, a)
				}
			}
			without := strings.Replace(p.tree.String(), at.String(), fewer.String(), 1)
			if len(fewer.anyOf) == 0 {
				if alone(at.String()) {
					fail("it accepts something")
				}
			} else if strings.Count(p.tree.String(), at.String()) == 1 && match(mustCompileAny(without)) != match(p) {
				fail("without it the verdict is another")
			}
		}
	}
	return findings
}

// errorLaws tests what is true of every refusal: it has a place in the text, EventBridge's words come
// first and ours are after them, and what a limit refuses is a pattern without it.
func errorLaws(t *testing.T, text string) {
	t.Helper()
	_, err := Compile(text)
	if err == nil {
		return
	}
	e, ok := errors.AsType[*SyntaxError](err)
	if !ok || e.Offset < 0 || e.Offset > len(text) {
		t.Fatalf("Compile(%#q): %v, of type %T", text, err, err)
	}
	if !strings.HasPrefix(e.Err.Error(), e.Service()) || !strings.Contains(e.Err.Error(), e.Hint()) || len(e.Hint()) > 600 {
		t.Errorf("Compile(%#q): %v\nhas the words %q and the hint %q", text, err, e.Service(), e.Hint())
	}
	checkHint(t, e)
	causes := 0
	for _, cause := range []error{ErrSyntax, ErrOperator, ErrOperand, ErrLimit} {
		if errors.Is(err, cause) {
			causes++
		}
	}
	if causes != 1 {
		t.Errorf("Compile(%#q): %v has %d causes", text, err, causes)
	}
	raised := Limits{Combinations: 4 * DefaultCombinations, Complexity: -1, Size: -1, Nesting: -1, NumberLength: -1, Fields: -1}
	if _, again := raised.Compile(text); !errors.Is(err, ErrLimit) && again == nil {
		t.Errorf("Compile(%#q): %v, but not so with higher limits", text, err)
	}
}

// withoutFound returns the pattern without the element of $or or the thing excluded that a finding is
// about.
func withoutFound(text string, f Finding) *Pattern {
	tree := mustCompileAny(text).tree
	if f.Rule == LintShadowedInOr {
		dropBranch(tree, f.Offset)
		return mustCompileAny(tree.String())
	}
	var in *alternative // the last one that begins before
	for _, p := range placed(tree) {
		for i, a := range p.anyOf {
			if a.offset <= f.Offset && (in == nil || a.offset > in.offset) {
				in = &p.anyOf[i]
			}
		}
	}
	steps := pointerSteps(f.Pointer)
	k, err := strconv.Atoi(steps[len(steps)-1])
	if err != nil {
		panic(err)
	}
	not := in.condition.(anythingBut)
	not.excluded = slices.Delete(slices.Clone(not.excluded), k, k+1)
	in.condition = not
	return mustCompileAny(tree.String())
}

// dropBranch puts a neighbour in the place of the element of $or at an offset, for there must be two.
func dropBranch(o *object, offset int) {
	for _, m := range o.members {
		switch v := m.value.(type) {
		case *object:
			dropBranch(v, offset)
		case *either:
			for i, b := range v.branches {
				if b.offset == offset {
					v.branches[i] = v.branches[(i+1)%len(v.branches)]
				}
				dropBranch(b, offset)
			}
		}
	}
}

// mustCompileAny compiles a pattern of any size.
func mustCompileAny(text string) *Pattern {
	p, err := Unlimited().Compile(escapeHalves(text))
	if err != nil {
		panic(fmt.Sprintf("%s: %v", text, err))
	}
	return p
}
