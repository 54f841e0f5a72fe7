package rulecheck

import (
	"bytes"
	"maps"
	"slices"
	"strings"

	"github.com/trailsieve/trailsieve/record"
)

// This file writes a draft as a record, with its fields in the order in which CloudTrail writes them,
// and puts it to the test.

// order has the fields of a record in their order. Others come behind them, sorted.
var order = []string{"eventVersion", "userIdentity", "eventTime", "eventSource", "eventName", "awsRegion",
	"sourceIPAddress", "userAgent", "errorCode", "errorMessage", "requestParameters", "responseElements",
	"additionalEventData", "requestID", "eventID", "readOnly", "resources", "eventType", "apiVersion",
	"managementEvent", "recipientAccountId", "sharedEventID", "vpcEndpointId", "vpcEndpointAccountId",
	"eventCategory", "tlsDetails", "sessionCredentialFromConsole"}

// finish returns the event that the draft has become, if holds is true of it. If the draft rests on
// something that is not known, that is noted, and there is no event.
func (d *draft) finish(holds func(*witness) bool) *witness {
	text, ok := d.write()
	if !ok {
		d.doubt("whether a field can have a value and other fields in it")
		return nil
	}
	r, err := record.Parse(text)
	if err != nil {
		d.doubt("whether there is an event like %s: %v", text, err)
		return nil
	}
	w := &witness{d.term, r, r.AppendEvent(nil)}
	matches, err := true, error(nil)
	if !d.partial {
		matches, err = d.check.rule.Match(w.event)
	}
	switch {
	case !matches || err != nil:
		d.doubt("whether the rule matches an event like %s", w.event)
		return nil
	case !holds(w):
		return nil
	case len(d.doubts) > 0:
		for _, doubt := range d.doubts {
			d.doubt("%s", doubt)
		}
		return nil
	}
	return w
}

// write returns the record as JSON. It is not ok if a value stands where other fields need an object.
func (d *draft) write() ([]byte, bool) {
	root := &node{}
	for _, path := range slices.Sorted(maps.Keys(d.values)) {
		if v := d.values[path]; v != "" && !root.add(strings.Split(path, "."), v) {
			return nil, false
		}
	}
	root.sort()
	var b bytes.Buffer
	root.write(&b)
	return b.Bytes(), true
}

// A node is an object, or a value if it has a text.
type node struct {
	names   []string
	members map[string]*node
	text    string
}

func (n *node) add(path []string, text string) bool {
	if n.text != "" || len(path) == 0 && len(n.names) > 0 {
		return false
	}
	if len(path) == 0 {
		n.text = text
		return true
	}
	next := n.members[path[0]]
	if next == nil {
		next = &node{}
		if n.members == nil {
			n.members = map[string]*node{}
		}
		n.members[path[0]] = next
		n.names = append(n.names, path[0])
	}
	return next.add(path[1:], text)
}

// sort sorts the fields of a record.
func (n *node) sort() {
	at := func(name string) int {
		if i := slices.Index(order, name); i >= 0 {
			return i
		}
		return len(order)
	}
	slices.SortStableFunc(n.names, func(a, b string) int { return at(a) - at(b) })
}

func (n *node) write(b *bytes.Buffer) {
	if n.text != "" {
		b.WriteString(n.text)
		return
	}
	b.WriteByte('{')
	for i, name := range n.names {
		if i > 0 {
			b.WriteByte(',')
		}
		b.WriteString(quoted(name) + ":")
		n.members[name].write(b)
	}
	b.WriteByte('}')
}
