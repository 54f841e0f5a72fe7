package selector

import (
	"encoding/json"
	"fmt"
	"slices"
	"strconv"
	"strings"
	"testing"
)

// dataOn returns the text of an advanced selector for data events of a type, with more conditions.
func dataOn(typ string, conditions ...string) string {
	return `{"FieldSelectors": [{"Field": "eventCategory", "Equals": ["Data"]},
		{"Field": "resources.type", "Equals": ["` + typ + `"]}` + strings.Join(append([]string{""}, conditions...), ", ") + `]}`
}

func TestLint(t *testing.T) {
	s3 := func(conditions ...string) string { return dataOn("AWS::S3::Object", conditions...) }
	basic := func(typ string, values ...string) string {
		return `{"DataResources": [{"Type": "` + typ + `", "Values": ` + marshal(values) + `}]}`
	}
	const (
		management = `{"FieldSelectors": [{"Field": "eventCategory", "Equals": ["Management"]}`
		network    = `{"FieldSelectors": [{"Field": "eventCategory", "Equals": ["NetworkActivity"]}, {"Field": "eventSource", `
	)
	arn := func(operators string) string { return `{"Field": "resources.ARN", ` + operators + `}` }
	tests := []struct {
		list string // of selectors
		want string // checks and places, in order
	}{
		// Clean.
		{`{}`, ""},
		{basic("AWS::S3::Object", "arn:aws:s3:::a/", "arn:aws:s3:::b/x"), ""},
		{basic("AWS::Lambda::Function", "arn:aws:lambda:us-east-1:111122223333:function:f"), ""},
		{basic("AWS::DynamoDB::Table", "arn:aws:dynamodb:us-east-1:111122223333:table/t"), ""},
		{s3(arn(`"StartsWith": ["arn:aws:s3:::a/", "arn:", "a"], "NotStartsWith": ["arn:aws:s3:::a/b"]`)), "shadowed-value /0/FieldSelectors/2/StartsWith/0; shadowed-value /0/FieldSelectors/2/StartsWith/1"},
		{s3(arn(`"StartsWith": ["arn:aws:s3:::a/"], "NotEndsWith": [".tmp"]`)) + "," + s3(arn(`"StartsWith": ["arn:aws:s3:::b/"]`)), ""},
		{management + `, {"Field": "eventSource", "NotEquals": ["kms.amazonaws.com"]}]}`, ""},

		// Values.
		{s3(arn(`"StartsWith": ["arn:aws:s3:::a"], "NotStartsWith": ["arn:aws:s3:::ab"]`)),
			"bucket-no-slash /0/FieldSelectors/2/StartsWith/0; bucket-no-slash /0/FieldSelectors/2/NotStartsWith/0"},
		{s3(arn(`"NotEquals": ["arn:aws:s3:::a", "arn:aws:s3:::b/", "arn:aws:s3:::b/c"]`)),
			"bucket-equals /0/FieldSelectors/2/NotEquals/0; bucket-equals /0/FieldSelectors/2/NotEquals/1"},
		{basic("AWS::S3::Object", "arn:aws:s3:::a/*"), "star /0/DataResources/0/Values/0"},
		{s3(`{"Field": "eventName", "Equals": ["Put*"]}`), "star /0/FieldSelectors/2/Equals/0"},
		{s3(`{"Field": "userIdentity.arn", "NotStartsWith": ["AWSServiceRoleFor"]}`), "not-an-arn /0/FieldSelectors/2/NotStartsWith/0"},
		{s3(`{"Field": "userIdentity.arn", "NotEndsWith": ["AWSServiceRoleFor"]}`), ""},
		{s3(arn(`"Equals": ["arn:aws:lambda:us-east-1:111122223333:function:f"]`)), "other-arn /0/FieldSelectors/2/Equals/0"},
		{dataOn("AWS::Lambda::Function", arn(`"Equals": ["arn:aws:lambda:us-east-1:111122223333:function/f"]`)),
			"function-slash /0/FieldSelectors/2/Equals/0"},
		{basic("AWS::Lambda::Function", "arn:aws:lambda:us-east-1:111122223333:function/f",
			"arn:aws:lambda:us-east-1:111122223333:function:f:prod"),
			"function-slash /0/DataResources/0/Values/0; part-of-resource /0/DataResources/0/Values/1"},
		{basic("AWS::DynamoDB::Table", "arn:aws:dynamodb:us-east-1:111122223333:table/t/index/i"),
			"part-of-resource /0/DataResources/0/Values/0"},
		{basic("AWS::S3::Object"), "no-values /0/DataResources/0"},
		{s3(`{"Field": "sessionCredentialFromConsole", "Equals": ["false"]}`), "console-false /0/FieldSelectors/2/Equals/0"},
		{s3(`{"Field": "readOnly", "Equals": ["true", "false"]}`), "both-read-only /0/FieldSelectors/2"},
		{`{"Name": "", ` + strings.TrimPrefix(s3(), "{"), "empty-name /0/Name"},
		{dataOn("AWS::S3::Objects"), "unknown-type /0/FieldSelectors/1/Equals/0"},
		{network + `"Equals": ["sss.amazonaws.com"]}]}`, "unknown-source /0/FieldSelectors/1/Equals/0"},
		{network + `"Equals": ["s3.amazonaws.com"]}]}`, ""},
		{`{"ExcludeManagementEventSources": ["kms.amazonaws.com.cn"]}`, "other-partition /0/ExcludeManagementEventSources/0"},
		{management + `, {"Field": "eventSource", "NotEquals": ["kms.amazonaws.com.cn"]}]}`,
			"other-partition /0/FieldSelectors/1/NotEquals/0"},

		// Values among each other.
		{s3(`{"Field": "eventName", "Equals": ["PutObject"], "NotStartsWith": ["Put"]}`), "never-matches /0/FieldSelectors/2"},
		{s3(`{"Field": "eventName", "Equals": ["PutObject", "GetObject"], "NotStartsWith": ["Put"]}`),
			"dead-value /0/FieldSelectors/2/Equals/0"},
		{s3(`{"Field": "eventName", "StartsWith": ["Put"], "NotEndsWith": ["Put"]}`), ""},
		{basic("AWS::S3::Object", "arn:aws:s3:::a/", "arn:aws:s3:::a/b", "arn:aws:s3:::a/"),
			"shadowed-value /0/DataResources/0/Values/1; repeated-value /0/DataResources/0/Values/2"},
		{basic("AWS::S3::Object", "arn:aws:s3:::", "arn:aws:s3:::a/b", "arn:aws:s3"),
			"shadowed-value /0/DataResources/0/Values/1; repeated-value /0/DataResources/0/Values/2"},
		{s3(`{"Field": "eventName", "Equals": ["PutObject"], "StartsWith": ["Put"], "EndsWith": ["Object", "tObject"]}`),
			"shadowed-value /0/FieldSelectors/2/Equals/0; shadowed-value /0/FieldSelectors/2/EndsWith/1"},

		// Selectors among each other.
		{`{}, {"ReadWriteType": "All"}`, "repeated-selector /1"},
		{`{"ReadWriteType": "ReadOnly"}, {}`, "contained-selector /0"},
		{`{"ReadWriteType": "ReadOnly"}, {"ReadWriteType": "WriteOnly"}`, ""},
		{`{"ExcludeManagementEventSources": ["kms.amazonaws.com"]}, {"ReadWriteType": "ReadOnly"}`,
			"undone-exclusion /0/ExcludeManagementEventSources/0"},
		{`{"IncludeManagementEvents": false, "ExcludeManagementEventSources": ["kms.amazonaws.com"],
			"DataResources": [{"Type": "AWS::S3::Object", "Values": ["arn:aws:s3"]}]}`,
			"idle-exclusion /0/ExcludeManagementEventSources/0"},
		{s3() + "," + s3(`{"Field": "eventName", "Equals": ["PutObject"]}`), "contained-selector /1"},
		{s3() + "," + s3(), "repeated-selector /1"},
		{s3(arn(`"NotStartsWith": ["arn:aws:s3:::logs/"]`)) + "," + s3(arn(`"StartsWith": ["arn:aws:s3:::logs/"]`), `{"Field": "readOnly", "Equals": ["true"]}`),
			"undone-exclusion /0/FieldSelectors/2/NotStartsWith/0"},
		{s3(arn(`"NotStartsWith": ["arn:aws:s3:::logs/"]`), `{"Field": "readOnly", "Equals": ["false"]}`) + "," +
			s3(arn(`"StartsWith": ["arn:aws:s3:::logs/"]`), `{"Field": "readOnly", "Equals": ["true"]}`), ""},
	}
	for _, test := range tests {
		list := "EventSelectors"
		if strings.Contains(test.list, "FieldSelectors") {
			list = "AdvancedEventSelectors"
		}
		text := `{"` + list + `": [` + test.list + `]}`
		var got []string
		for _, f := range MustCompile(text).Lint("") {
			checkFinding(t, text, f)
			got = append(got, string(f.Check)+" "+strings.TrimPrefix(f.Pointer, "/"+list))
		}
		if got := strings.Join(got, "; "); got != test.want {
			t.Errorf("%s\n got %s\nwant %s", text, got, test.want)
		}
	}
}

// checkFinding checks that a finding is at the offset of its pointer.
func checkFinding(t *testing.T, text string, f Finding) {
	t.Helper()
	at, ok := pointed(text, f.Pointer)
	var there any
	err := json.NewDecoder(strings.NewReader(text[f.Offset:])).Decode(&there)
	if !ok || err != nil || marshal(at) != marshal(there) {
		t.Errorf("%s\n%v: at the offset %d there is %v, %v", text, f, f.Offset, there, err)
	}
	if f.Severity == "" || f.Message == "" {
		t.Errorf("%s\n%#v", text, f)
	}
}

func TestLintLogBucket(t *testing.T) {
	tests := []struct{ text, bucket, want string }{
		{`[{"DataResources": [{"Type": "AWS::S3::Object", "Values": ["arn:aws:s3:::a/", "arn:aws:s3"]}]}]`, "logs", "/0/DataResources/0/Values/1"},
		{`[{"DataResources": [{"Type": "AWS::S3::Object", "Values": ["arn:aws-cn:s3"]}]}]`, "logs", "/0/DataResources/0/Values/0"},
		{`[{"DataResources": [{"Type": "AWS::S3::Object", "Values": ["arn:aws:s3:::a/"]}]}]`, "logs", ""},
		{`[{"ReadWriteType": "ReadOnly", "DataResources": [{"Type": "AWS::S3::Object", "Values": ["arn:aws:s3"]}]}]`, "logs", ""},
		{"[" + dataOn("AWS::S3::Object", `{"Field": "resources.ARN", "NotStartsWith": ["arn:aws:s3:::logs/"]}`) + "]", "logs", ""},
		{"[" + dataOn("AWS::S3::Object", `{"Field": "resources.ARN", "NotStartsWith": ["arn:aws:s3:::logs/"]}`) + "]", "logs2", "/0"},
		{"{}", "logs", ""},
	}
	for _, test := range tests {
		got := ""
		for _, f := range MustCompile(test.text).Lint(test.bucket) {
			checkFinding(t, test.text, f)
			if f.Check == OwnLogBucket {
				got = f.Pointer
			}
		}
		if got != test.want {
			t.Errorf("%s to %s: at %q, want %q", test.text, test.bucket, got, test.want)
		}
	}
}

// TestLintLaws takes findings by their word: what adds nothing is removed, and what never matches is
// asked alone.
func TestLintLaws(t *testing.T) {
	found := map[Check]int{}
	for seed := range uint64(4000) {
		for c, n := range checkLint(t, seed) {
			found[c] += n
		}
	}
	for _, c := range []Check{ShadowedValue, RepeatedValue, DeadValue, NeverMatches, RepeatedSelector, Contained} {
		if found[c] < 5 {
			t.Errorf("%s was found %d times", c, found[c])
		}
	}
	t.Log(found)
}

func FuzzLint(f *testing.F) {
	for seed := range uint64(100) {
		f.Add(seed)
	}
	f.Fuzz(func(t *testing.T, seed uint64) { checkLint(t, seed) })
}

func checkLint(t *testing.T, seed uint64) (found map[Check]int) {
	t.Helper()
	g := newGenerator(seed)
	text := g.selectors()
	s, err := Compile(text)
	if err != nil {
		return nil
	}
	found = map[Check]int{}
	for _, f := range s.Lint("logs") {
		checkFinding(t, text, f)
		found[f.Check]++
		steps := strings.Split(f.Pointer, "/")
		switch f.Check {
		case NeverMatches:
			alone := object{steps[1]: []any{must(pointed(text, strings.Join(steps[:3], "/")))}}
			checkSame(t, g, f, MustCompile(marshal(alone)), nil)
		case ShadowedValue, RepeatedValue, DeadValue, RepeatedSelector, Contained:
			top, _ := pointed(text, "")
			without, err := Compile(marshal(remove(top, steps[1:])))
			if err != nil {
				t.Errorf("%s\nwithout what %v is about: %v", text, f, err)
				continue
			}
			checkSame(t, g, f, s, without)
		}
	}
	return found
}

// checkSame checks that two selectors log the same, where nil logs nothing.
func checkSame(t *testing.T, g generator, f Finding, a, b *Selector) {
	t.Helper()
	for range 4 * recordsPerSeed {
		r := parseRecord(t, []byte(g.record()))
		if got := a.Match(r); got != (b != nil && b.Match(r)) {
			t.Errorf("%v\n%s: %v, but not\n%s\non %s", f, a, got, b, r.Text())
		}
	}
}

func must(v any, ok bool) any {
	if !ok {
		panic("nothing there")
	}
	return v
}

// remove returns a JSON value without what the steps lead to, and without an operator that this leaves
// without values.
func remove(v any, steps []string) any {
	switch v := v.(type) {
	case object:
		rest := remove(v[steps[0]], steps[1:])
		if list, ok := rest.([]any); ok && len(list) == 0 && slices.Contains(sixOperators, steps[0]) {
			delete(v, steps[0])
		} else {
			v[steps[0]] = rest
		}
		return v
	case []any:
		i, err := strconv.Atoi(steps[0])
		if err != nil {
			panic(err)
		}
		if len(steps) == 1 {
			return slices.Delete(slices.Clone(v), i, i+1)
		}
		v[i] = remove(v[i], steps[1:])
		return v
	}
	panic(fmt.Sprint("no steps into ", v))
}
