package sieve

import (
	"os"
	"strings"
	"testing"

	"github.com/trailsieve/trailsieve/record"
)

func TestRules(t *testing.T) {
	text, err := os.ReadFile("../rules.json")
	if err != nil {
		t.Fatal(err)
	}
	own, err := Parse(text)
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
		rules, err := Parse([]byte(`{"drop":[` + tt.drop + `],"keep":[` + tt.keep + `]}`))
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
		{``, `rules: expected an object, found the end of the text (offset 0)`},
		{`{}`, `rules: there is no "drop"`},
		{`{"drop":[]}{}`, `rules: `},
		{`{"drop":[}`, `rules: `},
		{`{"drop":null}`, `rules: expected an array of rules, found null (offset 8)`},
		{`{"drop":[7]}`, `rules: /drop/0: expected an object, found a number (offset 9)`},
		{`{"drop":[{"name":7}]}`, `rules: /drop/0: expected a name, found a number (offset 17)`},
		{`{"drop":[],"Keep":[]}`, `rules: unknown name "Keep" (did you mean "keep"?); known are drop, keep (offset 18)`},
		{`{"drop":[],"keep":[],"keep":[]}`, `rules: "keep" comes twice (offset 28)`},
		{`{"drop":[{"name":"a","name":"b"}]}`, `rules: /drop/0: "name" comes twice (offset 28)`},
		{`{"drop":[],"kepp":[]}`, `rules: unknown name "kepp" (did you mean "keep"?)`},
		{`{"drop":[{}]}`, `rules: no name in rule "" (/drop/0)`},
		{`{"drop":[{"name":"a"}]}`, `rules: not one of pattern, selected and unselected in rule "a" (/drop/0)`},
		{`{"drop":[{"name":"a","pattern":{"source":["a"]},"selected":{}}]}`, `rules: not one of`},
		{`{"drop":[{"name":"a","pattern":{"source":["a"]}}],"keep":[{"name":"a","pattern":{"source":["a"]}}]}`,
			`rules: a name that another rule has in rule "a" (/keep/0)`},
		{`{"drop":[{"name":"a","pattern":{"source":[{"prefx":"a"}]}}]}`, `rules: pattern: Unrecognized match type prefx`},
		{`{"drop":[{"name":"a","selected":{"EventSelectors":[{"ReadWriteTyp":"All"}]}}]}`, `rules: selector: `},
		{`{"drop":[` + strings.Repeat(" ", MaxRules) + `]}`, `rules: more than 1048576 bytes`},
	} {
		if _, err := Parse([]byte(tt.text)); err == nil || !strings.HasPrefix(err.Error(), tt.want) {
			t.Errorf("%.80s: %v, want %s", tt.text, err, tt.want)
		}
	}
}

// Rules are the same if only white space is different.
func TestRulesID(t *testing.T) {
	id := func(text string) string {
		r, err := Parse([]byte(text))
		if err != nil {
			t.Fatal(err)
		}
		return r.ID()
	}
	const a = `{"drop":[{"name":"a","pattern":{"source":["a"]}}]}`
	if id(a) != id(strings.ReplaceAll(a, ":", " :\n ")) {
		t.Error("white space makes other rules")
	}
	if id(a) == id(strings.ReplaceAll(a, `["a"]`, `["b"]`)) {
		t.Error("another pattern makes no other rules")
	}
}
