package templates

import (
	"regexp"
	"slices"
	"strings"
)

// policies checks the policy documents in the properties of a resource, however deep.
func (c *checker) policies(n *node, kind string) {
	if n == nil || n.function != "" {
		return
	}
	switch v := n.value.(type) {
	case []*node:
		for _, e := range v {
			c.policies(e, kind)
		}
	case fields:
		for _, f := range v {
			switch {
			case f.name == "AssumeRolePolicyDocument":
				c.document(f.node, trustPolicy)
			case f.name == "PolicyDocument" && slices.Contains([]string{"AWS::SQS::QueuePolicy", "AWS::SNS::TopicPolicy", "AWS::S3::BucketPolicy"}, kind):
				c.document(f.node, resourcePolicy)
			case f.name == "PolicyDocument":
				c.document(f.node, identityPolicy)
			case f.name == "Policies" && kind == "AWS::Serverless::Function":
				for _, e := range f.elements() {
					if e.get("Statement") != nil {
						c.document(e, samPolicy)
					}
				}
			default:
				c.policies(f.node, kind)
			}
		}
	}
}

// A policyKind says what a policy is for, which decides what its statements have.
type policyKind uint8

const (
	identityPolicy policyKind = iota // what somebody may do: no principal
	samPolicy                        // the same in SAM's short form, whose Version may be left out
	resourcePolicy                   // who may do something with a resource
	trustPolicy                      // who may assume a role: no resource
)

// document checks a policy.
func (c *checker) document(n *node, kind policyKind) {
	if n.function != "" {
		return
	}
	c.only(n, "a policy", "Version", "Id", "Statement")
	if v := n.get("Version"); v.plain() != "2012-10-17" && (v != nil || kind != samPolicy) {
		c.fail(n, "the Version of a policy is not \"2012-10-17\"")
	}
	statements := n.get("Statement").elements()
	if len(statements) == 0 {
		c.fail(n, "a policy has no Statement")
	}
	for _, s := range statements {
		for _, choice := range s.choices() {
			c.statement(choice, kind)
		}
	}
}

// actionName is what an action of a service is called.
var actionName = regexp.MustCompile(`^[a-z0-9-]+:[A-Za-z0-9]*\*?$`)

// allResources are actions that IAM can grant for all resources only, as far as the examples need them.
// Source: https://docs.aws.amazon.com/service-authorization/latest/reference/reference.html.
var allResources = []string{"cloudwatch:PutMetricData", "cloudtrail:DescribeTrails", "cloudtrail:ListTrails", "xray:PutTelemetryRecords",
	"xray:PutTraceSegments", "s3:ListAllMyBuckets"}

// statement checks a statement of a policy.
func (c *checker) statement(s *node, kind policyKind) {
	c.only(s, "a statement", "Sid", "Effect", "Action", "NotAction", "Resource", "NotResource", "Principal", "NotPrincipal", "Condition")
	if e := c.need(s, "a statement", "Effect"); e != nil && e.plain() != "Allow" && e.plain() != "Deny" {
		c.fail(e, "Effect is Allow or Deny")
	}
	if s.get("NotAction") != nil || s.get("NotResource") != nil || s.get("NotPrincipal") != nil {
		c.fail(s, "a statement that names what it is not about grants more than anybody sees: name what it is about")
	}
	actions := c.need(s, "a statement", "Action").elements()
	onlyAll := len(actions) > 0
	for _, a := range actions {
		name, ok := a.text()
		onlyAll = onlyAll && slices.Contains(allResources, name)
		switch {
		case !ok || !actionName.MatchString(name):
			c.fail(a, "not an action: %v (service:Action)", a.value)
		case strings.HasSuffix(name, "*") && s.get("Effect").plain() == "Allow":
			c.fail(a, "%s is more than is needed: name the actions", name)
		}
	}
	switch hasPrincipal := s.get("Principal") != nil; {
	case kind == trustPolicy || kind == resourcePolicy:
		if !hasPrincipal {
			c.fail(s, "a statement about a resource or role has no Principal")
		}
	case hasPrincipal:
		c.fail(s, "a statement about what an identity may do has no Principal")
	}
	if kind == trustPolicy {
		if s.get("Resource") != nil {
			c.fail(s, "a statement about who may assume a role has no Resource")
		}
		return
	}
	resources := c.need(s, "a statement", "Resource").elements()
	for _, r := range resources {
		text, ok := r.text()
		switch {
		case ok && text == "*" && onlyAll:
		case ok && text == "*":
			c.fail(r, "the resource * is more than is needed: name the resources")
		case ok && !strings.HasPrefix(text, "arn:"):
			c.fail(r, "not the ARN of a resource: %q", text)
		case !ok && r.function == "":
			c.fail(r, "a resource is a text or a function")
		}
	}
}
