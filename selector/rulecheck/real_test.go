package rulecheck

import (
	"strings"
	"testing"

	"github.com/trailsieve/trailsieve/pattern"
	"github.com/trailsieve/trailsieve/record"
	"github.com/trailsieve/trailsieve/selector"
)

// TestReal asks, for each call that there is among the real records, whether the rule that spells out
// what its event has can fire. It can: there was one.
func TestReal(t *testing.T) {
	trail := Trail{Selector: selector.MustCompile(`[{"DataResources": [{"Type": "AWS::S3::Object", "Values": ["arn:aws:s3"]},
		{"Type": "AWS::Lambda::Function", "Values": ["arn:aws:lambda"]}, {"Type": "AWS::DynamoDB::Table", "Values": ["arn:aws:dynamodb"]}]}]`)}
	known, fired := map[string]bool{}, 0
	for _, o := range occurrences(t) {
		call := o.record.EventSource + " " + o.record.EventName + " " + o.record.UserIdentity.Type
		if known[call] || !trail.Selector.Match(o.record) || !o.record.Delivery().To(record.RuleEnabledAll) {
			continue
		}
		known[call] = true
		fields := map[string]any{}
		for _, path := range o.paths {
			for _, part := range []string{"source", "detail-type", "region", "detail.event", "detail.userIdentity.", "detail.requestParameters.", "detail.readOnly"} {
				if strings.HasPrefix(path, part) && o.fields[path] != nil {
					fields[path] = []any{o.fields[path]}
				}
			}
		}
		limits := pattern.Limits{Size: -1, Combinations: -1, Complexity: -1}
		rule, err := limits.Compile(marshal(fields))
		if err != nil {
			t.Fatal(err)
		}
		if match, err := rule.Match(o.event); err != nil || !match {
			continue // a name with a dot, or fields of several elements
		}
		if r := (Checker{State: record.RuleEnabledAll}).Check(rule, trail); r.Verdict != Yes {
			t.Errorf("%s: %s\nbut there was %s", rule, r, o.event)
		}
		fired++
	}
	if fired < len(known)/2 {
		t.Errorf("%d rules of %d match the event that they were made from", fired, len(known))
	}
}
