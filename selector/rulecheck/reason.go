package rulecheck

import (
	"fmt"
	"strings"

	"github.com/trailsieve/trailsieve/pattern"
	"github.com/trailsieve/trailsieve/record"
	"github.com/trailsieve/trailsieve/selector"
)

// This file puts into words what stands in the way of a rule.

// maxAsk is how much of a condition a reason repeats, in bytes.
const maxAsk = 200

// asking names the conditions of a rule: "the rule asks for detail.eventName ["PutObject"]
// (/detail/eventName)".
func asking(asks []pattern.Demand) string {
	if len(asks) == 0 {
		return "whatever the rule asks for"
	}
	var texts []string
	for _, a := range asks {
		expects := a.String()
		if len(expects) > maxAsk {
			expects = strings.ToValidUTF8(expects[:maxAsk], "") + "…"
		}
		texts = append(texts, fmt.Sprintf("%s %s (%s)", a.Path, expects, a.Pointer))
	}
	return "the rule asks for " + strings.Join(texts, " and ")
}

// notDelivered says that a rule in its state does not get to see what it asks for.
func notDelivered(w *witness, asks []pattern.Demand) string {
	delivery := w.record.Delivery()
	if delivery.State == record.RuleEnabledAll {
		return fmt.Sprintf("read-only management events are not delivered by default: %s, and such events "+
			"need the rule's state %s; what comes nearest is %s of %s", asking(asks), delivery.State,
			w.record.EventName, w.record.EventSource)
	}
	return asking(asks) + ", and what comes nearest is " + delivery.String()
}

// notLogged says that no trail logs what a rule asks for, and why the nearest event is dropped.
func notLogged(w *witness, asks []pattern.Demand, dropped []Dropped) string {
	var b strings.Builder
	b.WriteString(headline(w.record, dropped))
	b.WriteString(": " + asking(asks))
	for _, d := range dropped {
		b.WriteString("; ")
		if d.Trail != "" {
			b.WriteString("trail " + d.Trail + ": ")
		}
		b.WriteString(d.Reason)
	}
	return b.String()
}

// headline says what kind of events is missing.
func headline(r *record.Record, dropped []Dropped) string {
	if len(dropped) == 0 {
		return "there is no trail"
	}
	category, _ := r.Category()
	switch category {
	case record.Insight:
		return "no event selector logs Insights events, which follow the Insights selectors of a trail"
	case record.NetworkActivity:
		return "no selector logs such network activity events of " + r.EventSource
	case record.Management:
		return "no selector logs such management events"
	}
	cause := nearest(dropped)
	switch cause {
	case selector.NoCategory:
		return "no selector logs data events"
	case selector.NoReadWrite:
		if read, _ := r.IsReadOnly(); read {
			return "no selector logs data events that read"
		}
		return "no selector logs data events that write"
	case selector.NoType:
		return "no selector logs data events of such resources"
	case selector.NoValue:
		if object, ok := r.S3Object(); ok {
			return fmt.Sprintf("no selector logs data events of this bucket or prefix: %s", object.Bucket+"/"+object.Key)
		}
		return "no selector logs data events of this resource"
	}
	return "no selector logs such data events"
}

// nearest returns the cause in the trail where an event came farthest.
func nearest(dropped []Dropped) (best selector.Cause) {
	rank := map[selector.Cause]int{selector.NoCategory: 0, selector.NoResource: 1, selector.NoType: 2, selector.NoValue: 3, selector.NoReadWrite: 4, selector.FieldRefused: 5}
	for _, d := range dropped {
		if best == "" || rank[d.Cause] > rank[best] {
			best = d.Cause
		}
	}
	return best
}

// notInCloudTrail says that there is no such event at all.
func notInCloudTrail(asks []pattern.Demand) string {
	if len(asks) == 1 {
		a := asks[0]
		text := "no event of CloudTrail has that: " + asking(asks)
		switch a.Path {
		case "detail-type":
			text += "; events of CloudTrail are of the types " + strings.Join(detailTypes(), ", ")
		case "resources":
			text += "; the list is empty in events of CloudTrail, which have theirs in detail.resources"
		case "detail.readOnly", "detail.managementEvent":
			text += "; it is true or false, without quotes"
		case "source", "detail.eventSource":
			text += "; a source is like aws.s3, and detail.eventSource like s3.amazonaws.com"
		}
		return text
	}
	return "no event of CloudTrail has all of that: " + asking(asks)
}

func detailTypes() []string {
	var list []string
	for _, k := range []kind{apiCall, service, signIn, console, network, insight} {
		list = append(list, fmt.Sprintf("%q", k.detailType))
	}
	return list
}
