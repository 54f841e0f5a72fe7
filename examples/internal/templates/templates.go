// Package templates checks the AWS SAM templates of the examples without AWS: whether they are YAML
// as CloudFormation takes it, refer to what there is, give each resource what it needs, grant no more
// than they have to, match the events that they should, and set the environment variables that the
// program reads.
//
// It knows the resources that the examples have. Of other types it checks what all have in common.
// It does not replace sam validate --lint, which needs the schemas of all types.
//
// It is a module of its own because it needs a reader of YAML. As the templates are not in it, the cache
// of go test does not see their changes:
//
//	cd examples/internal/templates && go test -count=1 .
//
// Sources: https://docs.aws.amazon.com/AWSCloudFormation/latest/UserGuide/template-anatomy.html,
// https://docs.aws.amazon.com/serverless-application-model/latest/developerguide/sam-resource-function.html
// and https://docs.aws.amazon.com/IAM/latest/UserGuide/reference_policies_grammar.html.
package templates

import (
	"fmt"
	"io/fs"
	"path"
	"regexp"
	"slices"
	"strings"
)

// Check checks the template of the example in a folder of fsys and returns what is wrong, each with the
// line.
func Check(fsys fs.FS, folder string) (problems []string) {
	text, err := fs.ReadFile(fsys, path.Join(folder, "template.yaml"))
	if err != nil {
		return []string{err.Error()}
	}
	root, err := parse(text)
	if err != nil {
		return []string{err.Error()}
	}
	c := &checker{root: root}
	c.sections()
	c.references(root)
	c.parameters()
	for _, r := range root.get("Resources").members() {
		c.resource(r)
	}
	c.environment(fsys, folder)
	c.sample(fsys, folder)
	return c.problems
}

// A checker checks one template.
type checker struct {
	root     *node
	used     []string // names that the template refers to
	patterns []*node  // of its rules
	problems []string
}

func (c *checker) fail(n *node, format string, args ...any) {
	line := 0
	if n != nil {
		line = n.line
	}
	c.problems = append(c.problems, fmt.Sprintf("line %d: %s", line, fmt.Sprintf(format, args...)))
}

// only tells of members that are not among the known ones.
func (c *checker) only(n *node, what string, known ...string) {
	for _, f := range n.members() {
		if !slices.Contains(known, f.name) {
			c.fail(f.node, "%s has no %s", what, f.name)
		}
	}
}

// need returns a member, and tells if there is none.
func (c *checker) need(n *node, what, name string) *node {
	m := n.get(name)
	if m == nil {
		c.fail(n, "%s has no %s", what, name)
	}
	return m
}

const samTransform = "AWS::Serverless-2016-10-31"

var logicalID = regexp.MustCompile(`^[A-Za-z0-9]{1,255}$`)

// sections checks what a template has at the top.
func (c *checker) sections() {
	c.only(c.root, "a template", "AWSTemplateFormatVersion", "Transform", "Description", "Metadata", "Parameters", "Mappings",
		"Conditions", "Globals", "Rules", "Resources", "Outputs")
	if v := c.root.get("AWSTemplateFormatVersion"); v.plain() != "2010-09-09" {
		c.fail(c.root, "AWSTemplateFormatVersion is not 2010-09-09")
	}
	if v := c.root.get("Transform"); v.plain() != samTransform {
		c.fail(c.root, "Transform is not %s", samTransform)
	}
	if len(c.root.get("Resources").members()) == 0 {
		c.fail(c.root, "there are no Resources")
	}
	for _, section := range []string{"Parameters", "Resources", "Outputs", "Conditions"} {
		for _, f := range c.root.get(section).members() {
			if !logicalID.MatchString(f.name) {
				c.fail(f.node, "%q is no name for one of the %s: letters and digits only", f.name, section)
			}
		}
	}
	for _, f := range c.root.get("Outputs").members() {
		c.need(f.node, "output "+f.name, "Value")
	}
}

// parameters checks the parameters, and that each is used.
func (c *checker) parameters() {
	types := regexp.MustCompile(`^(String|Number|CommaDelimitedList|List<.+>|AWS::.+)$`)
	for _, p := range c.root.get("Parameters").members() {
		what := "parameter " + p.name
		c.only(p.node, what, "Type", "Default", "Description", "AllowedPattern", "AllowedValues", "ConstraintDescription",
			"MaxLength", "MaxValue", "MinLength", "MinValue", "NoEcho")
		if t, ok := c.need(p.node, what, "Type").text(); ok && !types.MatchString(t) {
			c.fail(p.node, "%s has the unknown type %q", what, t)
		}
		if !slices.Contains(c.used, p.name) {
			c.fail(p.node, "%s is never used", what)
		}
	}
}

// pseudo are the parameters that every template has.
var pseudo = []string{"AWS::AccountId", "AWS::NotificationARNs", "AWS::NoValue", "AWS::Partition", "AWS::Region", "AWS::StackId",
	"AWS::StackName", "AWS::URLSuffix"}

var variable = regexp.MustCompile(`\$\{([^}]*)\}`)

// references checks that what functions refer to is there.
func (c *checker) references(n *node) {
	if n == nil {
		return
	}
	switch n.function {
	case "Ref":
		name, _ := n.value.(string)
		if inner, ok := n.value.(*node); ok {
			name, _ = inner.text()
		}
		c.refer(n, name)
	case "GetAtt":
		c.refer(n, c.attribute(n))
	case "Condition":
		name, _ := n.value.(string)
		c.condition(n, name)
	case "If":
		list, ok := n.value.([]*node)
		if inner, isInner := n.value.(*node); isInner {
			list, ok = inner.value.([]*node)
		}
		if !ok || len(list) != 3 {
			c.fail(n, "If has a condition and two values")
			break
		}
		name, _ := list[0].text()
		c.condition(list[0], name)
	case "Sub":
		c.substitution(n)
	}
	switch v := n.value.(type) {
	case *node:
		c.references(v)
	case []*node:
		for _, e := range v {
			c.references(e)
		}
	case fields:
		for _, f := range v {
			c.references(f.node)
			if f.name == "DependsOn" {
				for _, e := range f.elements() {
					if name, _ := e.text(); c.root.at("Resources", name) == nil {
						c.fail(f.node, "DependsOn %q: there is no such resource", name)
					}
				}
			}
		}
	}
}

// condition checks that a name is that of a condition.
func (c *checker) condition(n *node, name string) {
	if c.root.at("Conditions", name) == nil {
		c.fail(n, "there is no condition %q", name)
	}
}

// refer checks that a name is that of a parameter or resource; with a dot, it is that of an attribute.
func (c *checker) refer(n *node, name string) {
	resource, _, isAttribute := strings.Cut(name, ".")
	c.used = append(c.used, resource)
	switch {
	case c.root.at("Resources", resource) != nil:
	case !isAttribute && (c.root.at("Parameters", name) != nil || slices.Contains(pseudo, name)):
	case c.generated(resource):
	default:
		c.fail(n, "there is no resource or parameter %q", resource)
	}
}

// generated reports whether SAM makes a resource of that name: the role of a function, and what its
// events become.
func (c *checker) generated(name string) bool {
	for _, r := range c.root.get("Resources").members() {
		if r.get("Type").plain() != "AWS::Serverless::Function" {
			continue
		}
		if name == r.name+"Role" && r.at("Properties", "Role") == nil {
			return true
		}
		for _, e := range r.at("Properties", "Events").members() {
			if name == r.name+e.name {
				return true
			}
		}
	}
	return false
}

// attribute returns what a GetAtt names, as Resource.Attribute.
func (c *checker) attribute(n *node) string {
	value := n.value
	if inner, ok := value.(*node); ok {
		value = inner.value
	}
	switch v := value.(type) {
	case string:
		if strings.Contains(v, ".") {
			return v
		}
	case []*node:
		if len(v) == 2 {
			resource, _ := v[0].text()
			attribute, _ := v[1].text()
			return resource + "." + attribute
		}
	}
	c.fail(n, "GetAtt names a resource and an attribute: Resource.Attribute")
	return ""
}

// substitution checks the variables in the text of a Sub: ${Name}, ${Resource.Attribute}, and ${!Literal}.
func (c *checker) substitution(n *node) {
	value := n.value
	if inner, ok := value.(*node); ok {
		value = inner.value
	}
	text, ok := value.(string)
	var own fields
	if list, isList := value.([]*node); isList && len(list) == 2 {
		text, ok = list[0].text()
		own = list[1].members()
	}
	if !ok {
		c.fail(n, "Sub has a text, or a list of a text and a map")
		return
	}
	if !strings.Contains(text, "${") {
		c.fail(n, "Sub of a text without ${}: %q", text)
	}
	for _, m := range variable.FindAllStringSubmatch(text, -1) {
		name := m[1]
		if strings.HasPrefix(name, "!") || slices.ContainsFunc(own, func(f field) bool { return f.name == name }) {
			continue
		}
		c.refer(n, name)
	}
}
