package main

import (
	"os"
	"strings"
	"testing"

	"github.com/trailsieve/trailsieve/record"
)

func TestRules(t *testing.T) {
	text, err := os.ReadFile("rules.json")
	if err != nil {
		t.Fatal(err)
	}
	own, err := parseRules(text)
	if err != nil {
		t.Fatal(err)
	}
	const service = `"userIdentity":{"type":"AWSService"}`
	for _, tt := range []struct{ record, want string }{
		{`{"eventSource":"kms.amazonaws.com","eventName":"Decrypt",` + service + `}`, "decryption by services"},
		{`{"eventSource":"kms.amazonaws.com","eventName":"Decrypt",` + service + `,"errorCode":"AccessDenied"}`, ""},
		{`{"eventSource":"kms.amazonaws.com","eventName":"Decrypt","userIdentity":{"type":"Root"}}`, ""},
		{`{"eventSource":"kms.amazonaws.com","eventName":"CreateKey",` + service + `}`, ""},
		{`{"eventName":"ListBuckets","readOnly":true,"userAgent":"[S3Console/0.4]"}`, "reads of the console"},
		{`{"eventName":"PutObject","readOnly":false,"userAgent":"[S3Console/0.4]"}`, ""},
		{`{"eventVersion":"1.11","eventSource":"s3.amazonaws.com","eventName":"GetObject","readOnly":true,"eventCategory":"Data",` +
			`"resources":[{"type":"AWS::S3::Object","ARN":"arn:aws:s3:::b/k"}]}`, "reads of objects"},
		{`{"eventVersion":"1.11","eventSource":"s3.amazonaws.com","eventName":"GetObject","readOnly":true,"eventCategory":"Data",` +
			`"resources":[{"type":"AWS::S3::Object","ARN":"arn:aws:s3:::b/k"}],"userAgent":"[S3Console/0.4]"}`, "reads of the console"},
	} {
		rec, err := record.Parse([]byte(tt.record))
		if err != nil {
			t.Fatal(err)
		}
		j := judge{rules: own}
		if got, err := j.drops(rec); got != tt.want || err != nil {
			t.Errorf("%s: dropped by %q, %v, want %q", tt.record, got, err, tt.want)
		}
	}
}

// The first rule of the document counts, of whatever kind it is, and unselected is the reverse of
// selected.
func TestRuleOrder(t *testing.T) {
	const (
		p       = `{"name":"p","pattern":{"detail":{"eventName":["PutObject"]}}}`
		writes  = `{"EventSelectors":[{"ReadWriteType":"WriteOnly"}]}`
		yes, no = `{"name":"yes","selected":` + writes + `}`, `{"name":"no","unselected":` + writes + `}`
	)
	const record1 = `{"eventName":"PutObject","eventCategory":"Management","readOnly":false}`
	const record2 = `{"eventName":"GetX","eventCategory":"Management","readOnly":true}`
	for _, tt := range []struct{ drop, keep, record, want string }{
		{p + "," + yes, "", record1, "p"},
		{yes + "," + p, "", record1, "yes"},
		{no + "," + p, "", record1, "p"},
		{no, "", record2, "no"},
		{no, p, record2, "no"},
		{yes, p, record1, ""},
		{p, yes, record1, ""},
		{p, no, record1, "p"},
		{"", yes, record1, ""},
	} {
		rules, err := parseRules([]byte(`{"drop":[` + tt.drop + `],"keep":[` + tt.keep + `]}`))
		if err != nil {
			t.Fatal(err)
		}
		rec, err := record.Parse([]byte(tt.record))
		if err != nil {
			t.Fatal(err)
		}
		j := judge{rules: rules}
		if got, err := j.drops(rec); got != tt.want || err != nil {
			t.Errorf("drop %s keep %s: %s dropped by %q, %v, want %q", tt.drop, tt.keep, tt.record, got, err, tt.want)
		}
	}
}

func TestRulesErrors(t *testing.T) {
	for _, tt := range []struct{ text, want string }{
		{``, `rules: EOF`},
		{`{}`, `rules: there is no "drop"`},
		{`{"drop":[]}{}`, `rules: something follows`},
		{`{"drop":[],"kepp":[]}`, `rules: json: unknown field "kepp"`},
		{`{"drop":[{}]}`, `rules: no name in rule "" (/drop/0)`},
		{`{"drop":[{"name":"a"}]}`, `rules: not one of pattern, selected and unselected in rule "a" (/drop/0)`},
		{`{"drop":[{"name":"a","pattern":{"source":["a"]},"selected":{}}]}`, `rules: not one of`},
		{`{"drop":[{"name":"a","pattern":{"source":["a"]}}],"keep":[{"name":"a","pattern":{"source":["a"]}}]}`,
			`rules: a name that another rule has in rule "a" (/keep/0)`},
		{`{"drop":[{"name":"a","pattern":{"source":[{"prefx":"a"}]}}]}`, `rules: pattern: Unrecognized match type prefx`},
		{`{"drop":[{"name":"a","selected":{"EventSelectors":[{"ReadWriteTyp":"All"}]}}]}`, `rules: selector: `},
		{`{"drop":[` + strings.Repeat(" ", maxRules) + `]}`, `rules: more than 1048576 bytes`},
	} {
		if _, err := parseRules([]byte(tt.text)); err == nil || !strings.HasPrefix(err.Error(), tt.want) {
			t.Errorf("%.80s: %v, want %s", tt.text, err, tt.want)
		}
	}
}

// Rules are the same if only white space is different.
func TestRulesID(t *testing.T) {
	id := func(text string) string {
		r, err := parseRules([]byte(text))
		if err != nil {
			t.Fatal(err)
		}
		return r.id
	}
	const a = `{"drop":[{"name":"a","pattern":{"source":["a"]}}]}`
	if id(a) != id(strings.ReplaceAll(a, ":", " :\n ")) {
		t.Error("white space makes other rules")
	}
	if id(a) == id(strings.ReplaceAll(a, `["a"]`, `["b"]`)) {
		t.Error("another pattern makes no other rules")
	}
}
