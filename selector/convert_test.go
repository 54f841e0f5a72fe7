package selector

import (
	"errors"
	"strings"
	"testing"
)

func TestAdvanced(t *testing.T) {
	tests := []struct{ text, want string }{
		{`{}`, `{"AdvancedEventSelectors":[{"Name":"Management events selector","FieldSelectors":[` +
			`{"Field":"eventCategory","Equals":["Management"]}]}]}`},
		{`[{"ReadWriteType": "WriteOnly", "ExcludeManagementEventSources": ["kms.amazonaws.com", "rdsdata.amazonaws.com"]}]`,
			`{"AdvancedEventSelectors":[{"Name":"Management events of event selector 0","FieldSelectors":[` +
				`{"Field":"eventCategory","Equals":["Management"]},` +
				`{"Field":"readOnly","Equals":["false"]},` +
				`{"Field":"eventSource","NotEquals":["kms.amazonaws.com","rdsdata.amazonaws.com"]}]}]}`},
		{`[{"ReadWriteType": "ReadOnly", "IncludeManagementEvents": false, "DataResources": [
			{"Type": "AWS::S3::Object", "Values": ["arn:aws:s3:::b/x", "arn:aws:s3:::a/", "arn:aws:s3:::b/xy"]},
			{"Type": "AWS::Lambda::Function", "Values": ["arn:aws:lambda", "arn:aws-cn:lambda:cn-north-1:1:function:f"]},
			{"Type": "AWS::DynamoDB::Table", "Values": []}]}]`,
			`{"AdvancedEventSelectors":[` +
				`{"Name":"Objects of event selector 0","FieldSelectors":[` +
				`{"Field":"eventCategory","Equals":["Data"]},` +
				`{"Field":"resources.type","Equals":["AWS::S3::Object"]},` +
				`{"Field":"readOnly","Equals":["true"]},` +
				`{"Field":"resources.ARN","StartsWith":["arn:aws:s3:::a/","arn:aws:s3:::b/x"]}]},` +
				`{"Name":"Functions of event selector 0","FieldSelectors":[` +
				`{"Field":"eventCategory","Equals":["Data"]},` +
				`{"Field":"resources.type","Equals":["AWS::Lambda::Function"]},` +
				`{"Field":"readOnly","Equals":["true"]},` +
				`{"Field":"resources.ARN","Equals":["arn:aws-cn:lambda:cn-north-1:1:function:f"],` +
				`"StartsWith":["arn:aws:lambda:"]}]}]}`},
	}
	for _, test := range tests {
		s, err := MustCompile(test.text).Advanced()
		if err != nil {
			t.Errorf("%s: %v", test.text, err)
		} else if got := s.String(); got != test.want || marshal(s) != got {
			t.Errorf("%s\n got %s\nwant %s", test.text, got, test.want)
		}
	}
	s := MustCompile(advancedOf(1))
	if a, err := s.Advanced(); a != s || err != nil {
		t.Errorf("%s: %v, %v, want the same", s, a, err)
	}
}

// TestNotAdvanced has basic selectors that have no equivalent.
func TestNotAdvanced(t *testing.T) {
	object := func(value string) string {
		return `[{"DataResources": [{"Type": "AWS::S3::Object", "Values": ["arn:aws:s3:::b/` + value + `"]}]}]`
	}
	tests := []struct {
		name, text string
		want       error
	}{
		{"nothing", `[{"IncludeManagementEvents": false,
			"DataResources": [{"Type": "AWS::S3::Object", "Values": []}]}]`, ErrConflict},
		{"line break", object(`a\nb`), ErrValue},
		{"long value", object(strings.Repeat("a", 2048)), ErrLimit},
	}
	for _, test := range tests {
		if s, err := MustCompile(test.text).Advanced(); !errors.Is(err, test.want) {
			t.Errorf("%s: %v, %v, want %v", test.name, s, err, test.want)
		}
	}
	many, err := Limits{Values: -1}.Compile(basicOf(499))
	if err != nil {
		t.Fatal(err)
	}
	if s, err := many.Advanced(); !errors.Is(err, ErrLimit) {
		t.Errorf("499 values: %v, %v, want %v", s, err, ErrLimit)
	}
}

// TestAdvancedEqual compares basic selectors with the advanced ones that are made of them. In
// FuzzGenerated it goes on.
func TestAdvancedEqual(t *testing.T) {
	converted, logged := 0, 0
	for seed := range uint64(2000) {
		c, l := checkAdvanced(t, seed)
		converted += c
		logged += l
	}
	if converted < 500 || logged < converted/2 {
		t.Errorf("%d were converted, which log %d records", converted, logged)
	}
}

func checkAdvanced(t *testing.T, seed uint64) (converted, logged int) {
	t.Helper()
	g := newGenerator(seed)
	s, err := Compile(g.selectors())
	if err != nil || len(s.advanced) > 0 {
		return 0, 0
	}
	a, err := s.Advanced()
	if err != nil {
		if !errors.Is(err, ErrConflict) {
			t.Errorf("%s: Advanced: %v", s, err)
		}
		if r := parseRecord(t, []byte(g.record())); s.Match(r) {
			t.Errorf("%s: %v, but it logs %s", s, err, r.Text())
		}
		return 0, 0
	}
	twin, err := compileSlow(a.String())
	if err != nil {
		t.Fatalf("%s: the twin says: %v", a, err)
	}
	for range recordsPerSeed {
		text := g.record()
		want := s.Match(parseRecord(t, []byte(text)))
		if got := checkAgreement(t, a, twin, text); got != want {
			t.Errorf("%s: %v\nas advanced selectors %s: %v\non %s", s, want, a, got, text)
		}
		if want {
			logged++
		}
	}
	return 1, logged
}
