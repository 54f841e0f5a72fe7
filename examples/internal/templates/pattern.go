package templates

import (
	"encoding/json"
	"io/fs"
	"path"
	"slices"
	"strings"

	"github.com/trailsieve/trailsieve/pattern"
)

// pattern checks an event pattern: it compiles, and there is nothing to be said against it.
func (c *checker) pattern(n *node, what string) {
	if n == nil {
		return
	}
	text, err := json.Marshal(c.literal(n))
	if err != nil {
		c.fail(n, "%s: %v", what, err)
		return
	}
	for _, f := range pattern.Lint(string(text)) {
		if f.Severity != pattern.SeverityInfo {
			c.fail(n, "%s: the pattern %s: %s", what, text, f.Message)
		}
	}
	c.patterns = append(c.patterns, n)
}

// literal returns a value with each function replaced by what it stands for: a parameter by its default.
// What is not known becomes a text that no event has.
func (c *checker) literal(n *node) any {
	const unknown = "not known before the stack is created"
	switch n.function {
	case "":
	case "Ref":
		name, _ := n.value.(string)
		parameter := c.root.at("Parameters", name)
		value, ok := parameter.get("Default").text()
		if !ok {
			value = unknown
		}
		if kind, _ := parameter.get("Type").text(); kind == "CommaDelimitedList" {
			return strings.Split(value, ",")
		}
		return value
	case "Split":
		return []string{unknown}
	default:
		return unknown
	}
	switch v := n.value.(type) {
	case []*node:
		list := []any{}
		for _, e := range v {
			list = append(list, c.literal(e))
		}
		return list
	case fields:
		m := make(map[string]any)
		for _, f := range v {
			m[f.name] = c.literal(f.node)
		}
		return m
	}
	return n.value
}

// sample checks that a rule of the template matches the sample event, if that is one of EventBridge, or
// messages of a queue with such events in them.
func (c *checker) sample(fsys fs.FS, folder string) {
	text, err := fs.ReadFile(fsys, path.Join(folder, "testdata/event.json"))
	if err != nil {
		c.fail(nil, "there is no sample event: %v", err)
		return
	}
	events := []string{string(text)}
	var queue struct{ Records []struct{ Body string } }
	switch err := json.Unmarshal(text, &queue); {
	case err == nil && len(queue.Records) > 0 && queue.Records[0].Body != "":
		events = nil
		for _, m := range queue.Records {
			events = append(events, m.Body)
		}
	case err != nil && !json.Valid(text):
		c.fail(nil, "testdata/event.json: %v", err)
		return
	}
	for _, event := range events {
		c.matched(event)
	}
}

// matched checks that a rule matches an event of EventBridge.
func (c *checker) matched(event string) {
	var envelope map[string]json.RawMessage
	if err := json.Unmarshal([]byte(event), &envelope); err != nil || envelope["detail-type"] == nil || len(c.patterns) == 0 {
		return
	}
	matches := slices.ContainsFunc(c.patterns, func(n *node) bool {
		text, _ := json.Marshal(c.literal(n))
		p, err := pattern.Compile(string(text))
		if err != nil {
			return false // which was told
		}
		ok, err := p.Match([]byte(event))
		return ok && err == nil
	})
	if !matches {
		c.fail(c.patterns[0], "no rule matches testdata/event.json, with the defaults of the parameters")
	}
}
