package main

import (
	"encoding/json"
	"fmt"
	"math/rand/v2"
	"regexp"
	"slices"
	"strings"
	"testing"

	"github.com/trailsieve/trailsieve/examples/internal/programtest"
	"github.com/trailsieve/trailsieve/internal/synth"
)

// slowForm translates a form with stars, each of which stands for any number of what a class has.
func slowForm(class, form string) string {
	return strings.ReplaceAll(regexp.QuoteMeta(form), `\*`, class+`*`)
}

var translated = make(map[string]*regexp.Regexp)

func slowMatch(form, text string) bool {
	if translated[form] == nil {
		translated[form] = regexp.MustCompile(`(?s)^` + form + `$`)
	}
	return translated[form].MatchString(text)
}

// slowUndeclared tells, over encoding/json values and by the words of -h, whether a record is of a call
// that was done and that no statement declares. It knows the records of package synth: calls on
// ordinary buckets by users, by roles, with a resource that names what was touched.
func slowUndeclared(policy, rec map[string]any) bool {
	if rec["eventSource"] != "s3.amazonaws.com" || rec["errorCode"] != nil || rec["eventType"] == "AwsServiceEvent" {
		return false
	}
	name := rec["eventName"].(string)
	var url string // of the place; a listing ends with a star
	parameters, _ := rec["requestParameters"].(map[string]any)
	bucket, _ := parameters["bucketName"].(string)
	if bucket == "" {
		return false
	}
	key, hasKey := parameters["key"].(string)
	prefix, _ := parameters["prefix"].(string)
	switch {
	case hasKey:
		url = "s3://" + bucket + "/" + key
	case name == "ListObjects" || name == "ListObjectVersions" || name == "DeleteObjects":
		url = "s3://" + bucket + "/" + prefix + "*"
	default:
		url = "s3://" + bucket
	}
	inScope := false
	for _, form := range policy["buckets"].([]any) {
		inScope = inScope || slowMatch(slowForm(`.`, form.(string)), bucket)
	}
	if !inScope {
		return false
	}
	identity, _ := rec["userIdentity"].(map[string]any)
	var names []string
	names = append(names, fmt.Sprint(identity["arn"]))
	if session, ok := identity["sessionContext"].(map[string]any); ok {
		if issuer, ok := session["sessionIssuer"].(map[string]any); ok {
			names = append(names, fmt.Sprint(issuer["arn"]))
		}
	}
	isRead := rec["readOnly"] == true || rec["readOnly"] == nil && (strings.HasPrefix(name, "Get") || strings.HasPrefix(name, "Head") || strings.HasPrefix(name, "List"))
	some := func(list any, is func(text string) bool) bool {
		return slices.ContainsFunc(list.([]any), func(v any) bool { return is(v.(string)) })
	}
	for _, v := range policy["statements"].([]any) {
		s := v.(map[string]any)
		if some(s["principals"], func(p string) bool {
			return slices.ContainsFunc(names, func(name string) bool { return slowMatch(slowForm(`.`, p), name) })
		}) &&
			some(s["actions"], func(a string) bool {
				return a == "read" && isRead || a == "write" && !isRead || slowMatch(slowForm(`.`, a), name)
			}) &&
			some(s["resources"], func(r string) bool {
				// What a listing may show must be a resource's whatever it is, so its star as well.
				// A star in the name of the bucket stays within it.
				bucket, key, isObject := strings.Cut(strings.TrimPrefix(r, "s3://"), "/")
				form := slowForm(`[^/]`, "s3://"+bucket)
				if isObject {
					form += slowForm(`.`, "/"+key)
				}
				return slowMatch(form, url)
			}) {
			return false
		}
	}
	return true
}

// The slow twin finds the same calls undeclared, record by record, for policies drawn at random.
func TestOracle(t *testing.T) {
	records := programtest.Synthetic(t, synth.Config{Seed: 3, DataPercent: 90}, 800)
	r := rand.New(rand.NewPCG(5, 6))
	pick := func(most int, from ...string) []any {
		var list []any
		for _, i := range r.Perm(len(from))[:1+r.IntN(most)] {
			list = append(list, from[i])
		}
		return list
	}
	var seen [2]int
	for range 15 {
		policy := map[string]any{"buckets": []any{"*"}}
		var statements []any
		for i := range 1 + r.IntN(3) {
			statements = append(statements, map[string]any{
				"id":         fmt.Sprint("s", i),
				"principals": pick(3, "*", "arn:aws:iam::*:user/*", "arn:aws:iam::111122223333:role/*", "arn:aws:sts::*:assumed-role/*/i-*", "arn:aws:*::*:*a*"),
				"actions":    pick(3, "*", "read", "write", "GetObject", "Put*", "*Object*", "List*"),
				"resources":  pick(3, "s3://*/*", "s3://*", "s3://jbarr-s3-trail-demo/*", "s3://*/*.png", "s3://*/*a*/*", "s3://*-*/*"),
			})
		}
		policy["statements"] = statements
		text, err := json.Marshal(policy)
		if err != nil {
			t.Fatal(err)
		}
		for _, rec := range records {
			var m map[string]any
			if err := json.Unmarshal([]byte(rec.Text()), &m); err != nil {
				t.Fatal(err)
			}
			if m["userIdentity"].(map[string]any)["arn"] == nil || m["eventName"] == "CopyObject" || m["eventName"] == "UploadPartCopy" || m["eventName"] == "HeadBucket" {
				continue // the table of TestCheck has these
			}
			want := slowUndeclared(policy, m)
			got := slices.ContainsFunc(programtest.Lines(t, policycheck, string(text), rec), func(l map[string]any) bool { return l["cause"] == undeclared })
			if got != want {
				t.Fatalf("%s\n%s\nundeclared: %v; the oracle says %v", text, rec.Text(), got, want)
			}
			if want {
				seen[1]++
			} else {
				seen[0]++
			}
		}
	}
	if min(seen[0], seen[1]) < 1000 {
		t.Errorf("%d declared, %d undeclared: too few to mean something", seen[0], seen[1])
	}
}
