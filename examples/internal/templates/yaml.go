package templates

import (
	"fmt"
	"slices"
	"strings"

	"go.yaml.in/yaml/v3"
)

// A node is a value of a template: a scalar, a list, a map, or a function of CloudFormation, whatever
// way it was written:
//
//	!GetAtt Queue.Arn     Fn::GetAtt: [Queue, Arn]
type node struct {
	line     int
	function string // "Ref", "GetAtt", "Sub"...; empty for a plain value
	value    any    // string, bool, int, float64 or nil; []*node; fields
}

// fields are the members of a map, in their order.
type fields []field

type field struct {
	name string
	line int
	*node
}

// get returns a member of a map, or nil.
func (n *node) get(name string) *node {
	if n == nil || n.function != "" {
		return nil
	}
	f, _ := n.value.(fields)
	for _, m := range f {
		if m.name == name {
			return m.node
		}
	}
	return nil
}

// at returns the value that is reached by names, or nil.
func (n *node) at(names ...string) *node {
	for _, name := range names {
		n = n.get(name)
	}
	return n
}

// members returns the members of a map.
func (n *node) members() fields {
	if n == nil || n.function != "" {
		return nil
	}
	f, _ := n.value.(fields)
	return f
}

// elements returns the elements of a list, or a single value as a list, as AWS takes it in most places.
func (n *node) elements() []*node {
	switch v := n.plain().(type) {
	case nil:
		if n != nil && n.function != "" {
			return []*node{n}
		}
		return nil
	case []*node:
		return v
	}
	return []*node{n}
}

// choices returns what may stand in the place of a node: of !If [condition, one, other] both, without
// !Ref AWS::NoValue, which is nothing; of anything else itself.
func (n *node) choices() []*node {
	v := n.value
	if inner, ok := v.(*node); ok { // Fn::If
		v = inner.value
	}
	list, ok := v.([]*node)
	switch {
	case n.function == "Ref" && v == "AWS::NoValue":
		return nil
	case n.function == "If" && ok && len(list) == 3:
		return append(list[1].choices(), list[2].choices()...)
	}
	return []*node{n}
}

// plain returns the value if it is no function.
func (n *node) plain() any {
	if n == nil || n.function != "" {
		return nil
	}
	return n.value
}

// text returns the value if it is a string.
func (n *node) text() (string, bool) {
	s, ok := n.plain().(string)
	return s, ok
}

// functions are the intrinsic functions, each a tag (!Sub) and a name (Fn::Sub).
// Source: https://docs.aws.amazon.com/AWSCloudFormation/latest/UserGuide/intrinsic-function-reference.html.
var functions = []string{"And", "Base64", "Cidr", "Condition", "Equals", "FindInMap", "GetAtt", "GetAZs", "If", "ImportValue",
	"Join", "Not", "Or", "Ref", "Select", "Split", "Sub", "ToJsonString", "Length", "ForEach", "Transform"}

// parse reads the text of a template. It refuses what CloudFormation refuses of YAML: unknown tags,
// names that come twice, anchors and aliases.
func parse(text []byte) (*node, error) {
	var document yaml.Node
	if err := yaml.Unmarshal(text, &document); err != nil {
		return nil, err
	}
	if len(document.Content) == 0 {
		return nil, fmt.Errorf("an empty template")
	}
	return convert(document.Content[0])
}

func convert(y *yaml.Node) (*node, error) {
	n := &node{line: y.Line}
	if y.Anchor != "" || y.Kind == yaml.AliasNode {
		return nil, fmt.Errorf("line %d: CloudFormation takes no anchors and aliases", y.Line)
	}
	if tag, ok := strings.CutPrefix(y.Tag, "!"); ok && !strings.HasPrefix(tag, "!") {
		if !slices.Contains(functions, tag) {
			return nil, fmt.Errorf("line %d: unknown function !%s", y.Line, tag)
		}
		n.function = tag
	}
	switch y.Kind {
	case yaml.MappingNode:
		return n, n.convertMap(y)
	case yaml.SequenceNode:
		list := []*node{}
		for _, e := range y.Content {
			m, err := convert(e)
			if err != nil {
				return nil, err
			}
			list = append(list, m)
		}
		n.value = list
	case yaml.ScalarNode:
		if n.function != "" {
			n.value = y.Value
			break
		}
		if err := y.Decode(&n.value); err != nil {
			return nil, fmt.Errorf("line %d: %w", y.Line, err)
		}
		if y.Tag == "!!timestamp" { // 2012-10-17, which AWS takes as a text
			n.value = y.Value
		}
	}
	return n, nil
}

// convertMap reads the members of a map. One with the name of a function is that function.
func (n *node) convertMap(y *yaml.Node) error {
	members := fields{}
	for i := 0; i < len(y.Content); i += 2 {
		name, line := y.Content[i].Value, y.Content[i].Line
		if slices.ContainsFunc(members, func(f field) bool { return f.name == name }) {
			return fmt.Errorf("line %d: %q comes twice", line, name)
		}
		value, err := convert(y.Content[i+1])
		if err != nil {
			return err
		}
		members = append(members, field{name, line, value})
	}
	n.value = members
	if len(members) != 1 || n.function != "" {
		return nil
	}
	name, isFunction := strings.CutPrefix(members[0].name, "Fn::")
	if isFunction || name == "Ref" {
		if !slices.Contains(functions, name) {
			return fmt.Errorf("line %d: unknown function %s", members[0].line, members[0].name)
		}
		n.function, n.value = name, members[0].value
	}
	return nil
}
