package record

import (
	"fmt"
	"strings"
	"testing"
)

// Four categories that are delivered, by two that decide, and the rest.
func TestDelivery(t *testing.T) {
	large := fmt.Sprintf(`{"eventCategory":"Management","readOnly":true,"userAgent":"%s"}`, strings.Repeat("x", MaxEvent))
	fits := `{"eventCategory":"Data","userAgent":""}`
	fits = strings.Replace(fits, `""`, `"`+strings.Repeat("x", MaxEvent-len(fits))+`"`, 1)
	for _, tt := range []struct {
		text string
		want Delivery
	}{
		{`{"eventCategory":"Management","readOnly":false}`, Delivery{RuleEnabled, WritingEvent}},
		{`{"eventCategory":"Management","readOnly":true}`, Delivery{RuleEnabledAll, ReadOnlyEvent}},
		{`{"eventCategory":"Management","eventName":"ListBuckets"}`, Delivery{RuleEnabledAll, ReadOnlyEvent}},
		{`{"eventCategory":"Management","eventName":"CreateBucket"}`, Delivery{RuleEnabled, WritingEvent}},
		{`{"eventCategory":"Data","readOnly":true}`, Delivery{RuleEnabled, DataEvent}},
		{`{"eventCategory":"NetworkActivity","readOnly":true}`, Delivery{RuleEnabled, NetworkActivityEvent}},
		{`{"eventCategory":"Insight"}`, Delivery{RuleEnabled, InsightEvent}},
		{`{"eventCategory":"Aggregated"}`, Delivery{"", NotForEventBridge}},
		{`{"eventCategory":"ActivityAuditLog"}`, Delivery{"", NotForEventBridge}},
		{`{"eventCategory":"Else"}`, Delivery{"", NotForEventBridge}},

		// Records from before eventCategory and readOnly.
		{announced, Delivery{RuleEnabled, DataEvent}},
		{`{"eventSource":"ec2.amazonaws.com","eventName":"DescribeInstances"}`, Delivery{RuleEnabledAll, ReadOnlyEvent}},
		{`{"eventType":"AwsCloudTrailInsight"}`, Delivery{RuleEnabled, InsightEvent}},

		// AWS STS.
		{`{"eventSource":"sts.amazonaws.com","eventName":"GetSessionToken"}`, Delivery{RuleEnabled, WritingEvent}},
		{`{"eventSource":"sts.amazonaws.com","eventName":"GetFederationToken"}`, Delivery{RuleEnabled, WritingEvent}},
		{`{"eventSource":"sts.amazonaws.com","eventName":"GetCallerIdentity"}`, Delivery{RuleEnabledAll, ReadOnlyEvent}},
		{`{"eventSource":"sts.amazonaws.com","eventName":"GetSessionToken","readOnly":true}`, Delivery{RuleEnabledAll, ReadOnlyEvent}},
		{`{"eventSource":"x.amazonaws.com","eventName":"GetSessionToken"}`, Delivery{RuleEnabledAll, ReadOnlyEvent}},

		// The size.
		{large, Delivery{"", TooLarge}},
		{fits, Delivery{RuleEnabled, DataEvent}},
		{fits[:len(fits)-1] + " }", Delivery{"", TooLarge}},
		{strings.Replace(large, "Management", "Aggregated", 1), Delivery{"", NotForEventBridge}},
	} {
		r, err := Parse([]byte(tt.text))
		if err != nil {
			t.Fatal(err)
		}
		got := r.Delivery()
		if got != tt.want {
			t.Errorf("%.100s: %v, want %v", tt.text, got, tt.want)
		}
	}
}

func TestDeliveryTo(t *testing.T) {
	states := []RuleState{RuleDisabled, RuleEnabled, RuleEnabledAll, "", "else"}
	for _, tt := range []struct {
		needs RuleState
		want  string // for the states above
	}{
		{RuleEnabled, "[false true true false false]"},
		{RuleEnabledAll, "[false false true false false]"},
		{"", "[false false false false false]"},
	} {
		var got []bool
		for _, state := range states {
			got = append(got, Delivery{State: tt.needs}.To(state))
		}
		if fmt.Sprint(got) != tt.want {
			t.Errorf("an event that needs %q goes to rules that are %q: %v, want %v", tt.needs, states, got, tt.want)
		}
	}
}
