package main

import (
	"encoding/json"
	"fmt"
	"maps"
	"os"
	"regexp"
	"slices"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"
	"go.yaml.in/yaml/v3"

	"github.com/trailsieve/trailsieve/pattern"
)

// A template is an AWS SAM template as JSON would have it: !Ref x is {"Ref": "x"}.
type template struct {
	t    testing.TB
	root map[string]any
}

func readTemplate(t testing.TB) template {
	t.Helper()
	text, err := os.ReadFile("template.yaml")
	if err != nil {
		t.Fatal(err)
	}
	var doc yaml.Node
	if err := yaml.Unmarshal(text, &doc); err != nil {
		t.Fatal(err)
	}
	tp := template{t: t}
	tp.root = tp.value(doc.Content[0]).(map[string]any)
	return tp
}

// value returns what a node stands for.
func (tp template) value(n *yaml.Node) any {
	var v any
	switch n.Kind {
	case yaml.MappingNode:
		m := make(map[string]any)
		for i := 0; i < len(n.Content); i += 2 {
			name := n.Content[i].Value
			if _, ok := m[name]; ok {
				tp.t.Errorf("line %d: %s for the second time", n.Content[i].Line, name)
			}
			m[name] = tp.value(n.Content[i+1])
		}
		v = m
	case yaml.SequenceNode:
		list := []any{}
		for _, element := range n.Content {
			list = append(list, tp.value(element))
		}
		v = list
	case yaml.ScalarNode:
		v = n.Value
	default:
		tp.t.Fatalf("line %d: an alias", n.Line)
	}
	switch name, isOwn := strings.CutPrefix(n.Tag, "!"); {
	case !isOwn || strings.HasPrefix(name, "!"):
		return v
	case name == "Ref", name == "Condition":
		return map[string]any{name: v}
	case name == "GetAtt":
		resource, attribute, _ := strings.Cut(n.Value, ".")
		return map[string]any{"Fn::GetAtt": []any{resource, attribute}}
	case slices.Contains([]string{"Sub", "If", "Not", "Equals"}, name):
		return map[string]any{"Fn::" + name: v}
	}
	tp.t.Errorf("line %d: unknown tag %s", n.Line, n.Tag)
	return v
}

// at returns what is at a path of names, or nil.
func at(v any, path ...string) any {
	for _, name := range path {
		m, _ := v.(map[string]any)
		v = m[name]
	}
	return v
}

// walk calls visit with each object in v.
func walk(v any, visit func(map[string]any)) {
	switch v := v.(type) {
	case map[string]any:
		visit(v)
		for _, member := range v {
			walk(member, visit)
		}
	case []any:
		for _, element := range v {
			walk(element, visit)
		}
	}
}

func list(v any) []any {
	if l, ok := v.([]any); ok {
		return l
	}
	return []any{v}
}

// inSub finds what a text under Fn::Sub refers to.
var inSub = regexp.MustCompile(`\$\{([^}!]+)\}`)

func TestTemplate(t *testing.T) {
	tp := readTemplate(t)
	resources, _ := tp.root["Resources"].(map[string]any)
	parameters, _ := tp.root["Parameters"].(map[string]any)
	conditions, _ := tp.root["Conditions"].(map[string]any)
	for name, r := range resources {
		kind, _ := at(r, "Type").(string)
		if !regexp.MustCompile(`^AWS::[A-Za-z0-9]+::[A-Za-z0-9]+$`).MatchString(kind) {
			t.Errorf("resource %s has the type %q", name, kind)
		}
	}
	for name, p := range parameters {
		if at(p, "Type") != "String" || at(p, "Description") == nil {
			t.Errorf("parameter %s: %v", name, p)
		}
	}
	used := make(map[string]bool)
	refer := func(name string) {
		name, _, _ = strings.Cut(name, ".")
		used[name] = true
		if resources[name] == nil && parameters[name] == nil && !strings.HasPrefix(name, "AWS::") {
			t.Errorf("there is no %s", name)
		}
	}
	walk(tp.root, func(m map[string]any) {
		if name, ok := m["Ref"].(string); ok {
			refer(name)
		}
		if get, ok := m["Fn::GetAtt"].([]any); ok {
			if name := get[0].(string); resources[name] == nil {
				t.Errorf("there is no resource %s", name)
			}
		}
		if text, ok := m["Fn::Sub"].(string); ok {
			for _, name := range inSub.FindAllStringSubmatch(text, -1) {
				refer(name[1])
			}
		}
		if choice, ok := m["Fn::If"].([]any); ok && (len(choice) != 3 || conditions[choice[0].(string)] == nil) {
			t.Errorf("a choice by %v", choice)
		}
	})
	for name := range parameters {
		if !used[name] {
			t.Errorf("parameter %s is not used", name)
		}
	}
}

// The function gets the variables that it reads, and no others.
func TestTemplateEnvironment(t *testing.T) {
	tp := readTemplate(t)
	variables, _ := at(tp.root, "Resources", "Function", "Properties", "Environment", "Variables").(map[string]any)
	read := make(map[string]bool)
	if _, err := newLimits(func(name string) string { read[name] = true; return "" }); err != nil {
		t.Fatal(err)
	}
	if diff := cmp.Diff(slices.Sorted(maps.Keys(read)), slices.Sorted(maps.Keys(variables))); diff != "" {
		t.Errorf("what is read and what is set (-read +set):\n%s", diff)
	}
	if at(tp.root, "Resources", "Function", "Properties", "Handler") != "bootstrap" {
		t.Error("the program is not called bootstrap")
	}
}

// The function may do what it does, on what is named, and nothing else.
func TestTemplatePolicy(t *testing.T) {
	tp := readTemplate(t)
	var got []string
	for _, policy := range list(at(tp.root, "Resources", "Role", "Properties", "Policies")) {
		document := at(policy, "PolicyDocument")
		if at(document, "Version") != "2012-10-17" || at(policy, "PolicyName") == nil {
			t.Errorf("a policy without name or version: %v", policy)
		}
		for _, s := range list(at(document, "Statement")) {
			if choice := at(s, "Fn::If"); choice != nil {
				s = choice.([]any)[1]
			}
			for name := range s.(map[string]any) {
				if !slices.Contains([]string{"Sid", "Effect", "Action", "Resource", "Condition"}, name) {
					t.Errorf("a statement has %s", name)
				}
			}
			if at(s, "Effect") != "Allow" {
				t.Errorf("a statement that does not allow: %v", s)
			}
			for _, resource := range list(at(s, "Resource")) {
				text, err := json.Marshal(resource)
				if err != nil || resource == nil || string(text) == `"*"` {
					t.Errorf("a resource is %s", text)
				}
				for _, action := range list(at(s, "Action")) {
					if !regexp.MustCompile(`^[a-z0-9]+:[A-Z][A-Za-z]+$`).MatchString(fmt.Sprint(action)) {
						t.Errorf("an action is %v", action)
					}
					got = append(got, fmt.Sprintf("%s %s", action, text))
				}
			}
		}
	}
	if diff := cmp.Diff(granted, got); diff != "" {
		t.Errorf("what the policy grants (-want +got):\n%s", diff)
	}
}

var granted = []string{
	`s3:GetObject {"Fn::Sub":"arn:${AWS::Partition}:s3:::${Bucket}/${Prefix}*"}`,
	`s3:GetObjectVersion {"Fn::Sub":"arn:${AWS::Partition}:s3:::${Bucket}/${Prefix}*"}`,
	`s3:ListBucket {"Fn::Sub":"arn:${AWS::Partition}:s3:::${Bucket}"}`,
	`sqs:SendMessage {"Fn::GetAtt":["Failures","Arn"]}`,
	`logs:CreateLogStream {"Fn::GetAtt":["Log","Arn"]}`,
	`logs:PutLogEvents {"Fn::GetAtt":["Log","Arn"]}`,
	`kms:Decrypt {"Ref":"KeyArn"}`,
}

// The rule lets the sample event through, and nothing of another bucket or prefix.
func TestTemplateRule(t *testing.T) {
	tp := readTemplate(t)
	text, err := json.Marshal(at(tp.root, "Resources", "Function", "Properties", "Events", "Created", "Properties", "Pattern"))
	if err != nil {
		t.Fatal(err)
	}
	resolved := strings.NewReplacer(`{"Ref":"Bucket"}`, quote(bucket), `{"Ref":"Prefix"}`, `"uploads/"`).
		Replace(string(text))
	rule, err := pattern.Compile(resolved)
	if err != nil {
		t.Fatal(err)
	}
	sample, err := os.ReadFile("testdata/event.json")
	if err != nil {
		t.Fatal(err)
	}
	event := string(sample)
	for _, tt := range []struct {
		event string
		want  bool
	}{
		{event, true},
		{strings.ReplaceAll(event, bucket, "amzn-s3-demo-other"), false},
		{strings.ReplaceAll(event, "uploads/", "other/"), false},
		{strings.ReplaceAll(event, "Object Created", "Object Deleted"), false},
	} {
		if got, err := rule.Match([]byte(tt.event)); got != tt.want || err != nil {
			t.Errorf("%s: %v, %v", tt.event, got, err)
		}
	}
}
