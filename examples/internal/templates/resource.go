package templates

import (
	"regexp"
	"slices"
	"strings"
)

// properties are those of the types of resources that the examples have, as the CloudFormation and SAM
// references list them; the required ones end with a star.
var properties = map[string][]string{
	"AWS::Serverless::Function": {"Architectures", "AssumeRolePolicyDocument", "AutoPublishAlias", "CodeUri*", "DeadLetterQueue",
		"DeploymentPreference", "Description", "Environment", "EphemeralStorage", "EventInvokeConfig", "Events", "FunctionName",
		"FunctionUrlConfig", "Handler*", "KmsKeyArn", "Layers", "LoggingConfig", "MemorySize", "PackageType", "PermissionsBoundary",
		"Policies", "RecursiveLoop", "ReservedConcurrentExecutions", "Role", "RolePath", "Runtime*", "SnapStart", "Tags", "Timeout",
		"Tracing", "VpcConfig"},
	"AWS::IAM::Role": {"AssumeRolePolicyDocument*", "Description", "ManagedPolicyArns", "MaxSessionDuration", "Path",
		"PermissionsBoundary", "Policies", "RoleName", "Tags"},
	"AWS::IAM::ManagedPolicy": {"Description", "Groups", "ManagedPolicyName", "Path", "PolicyDocument*", "Roles", "Users"},
	"AWS::IAM::Policy":        {"Groups", "PolicyDocument*", "PolicyName*", "Roles", "Users"},
	"AWS::SQS::Queue": {"ContentBasedDeduplication", "DeduplicationScope", "DelaySeconds", "FifoQueue", "FifoThroughputLimit",
		"KmsDataKeyReusePeriodSeconds", "KmsMasterKeyId", "MaximumMessageSize", "MessageRetentionPeriod", "QueueName",
		"ReceiveMessageWaitTimeSeconds", "RedriveAllowPolicy", "RedrivePolicy", "SqsManagedSseEnabled", "Tags", "VisibilityTimeout"},
	"AWS::SQS::QueuePolicy": {"PolicyDocument*", "Queues*"},
	"AWS::SNS::TopicPolicy": {"PolicyDocument*", "Topics*"},
	"AWS::S3::BucketPolicy": {"Bucket*", "PolicyDocument*"},
	"AWS::Events::Rule": {"Description", "EventBusName", "EventPattern", "Name", "RoleArn", "ScheduleExpression", "State", "Tags",
		"Targets"},
	"AWS::Logs::LogGroup": {"DataProtectionPolicy", "FieldIndexPolicies", "KmsKeyId", "LogGroupClass", "LogGroupName",
		"ResourcePolicyDocument", "RetentionInDays", "Tags"},
}

// eventProperties are those of the events of functions.
var eventProperties = map[string][]string{
	"EventBridgeRule": {"DeadLetterConfig", "EventBusName", "Input", "InputPath", "InputTransformer", "Pattern*", "RetryPolicy",
		"RuleName", "State", "Target"},
	"SQS": {"BatchSize", "Enabled", "FilterCriteria", "FunctionResponseTypes", "KmsKeyArn", "MaximumBatchingWindowInSeconds",
		"MetricsConfig", "ProvisionedPollerConfig", "Queue*", "ScalingConfig"},
	"CloudWatchLogs": {"FilterPattern*", "LogGroupName*"},
	"SNS":            {"FilterPolicy", "FilterPolicyScope", "RedrivePolicy", "Region", "SqsSubscription", "Topic*"},
	"S3":             {"Bucket*", "Events*", "Filter"},
	"ScheduleV2": {"DeadLetterConfig", "Description", "EndDate", "FlexibleTimeWindow", "GroupName", "Input", "KmsKeyArn", "Name",
		"OmitName", "PermissionsBoundary", "RetryPolicy", "RoleArn", "ScheduleExpression*", "ScheduleExpressionTimezone", "StartDate", "State"},
}

var resourceType = regexp.MustCompile(`^(AWS|Alexa)::[A-Za-z0-9]+::[A-Za-z0-9]+$|^Custom::[A-Za-z0-9_@-]+$`)

// resource checks one of the Resources.
func (c *checker) resource(r field) {
	what := "resource " + r.name
	c.only(r.node, what, "Type", "Properties", "DependsOn", "Condition", "Metadata", "DeletionPolicy", "UpdateReplacePolicy",
		"UpdatePolicy", "CreationPolicy")
	kind, ok := c.need(r.node, what, "Type").text()
	if !ok {
		return
	}
	if !resourceType.MatchString(kind) {
		c.fail(r.node, "%s has the type %q, which is none: AWS::Service::Resource", what, kind)
	}
	p := r.get("Properties")
	if kind == "AWS::Serverless::Function" {
		p = withGlobals(p, c.root.at("Globals", "Function"))
	}
	if known := properties[kind]; known != nil {
		c.known(r.node, p, what, known)
	}
	c.policies(p, kind)
	switch kind {
	case "AWS::Serverless::Function":
		c.function(p, what)
	case "AWS::Events::Rule":
		c.rule(p, what)
	case "AWS::SQS::Queue":
		c.queue(p, what)
	}
}

// withGlobals returns the properties of a function together with those that all functions have.
func withGlobals(p, globals *node) *node {
	merged := slices.Clone(p.members())
	for _, g := range globals.members() {
		if p.get(g.name) == nil {
			merged = append(merged, g)
		}
	}
	line := 0
	if p != nil {
		line = p.line
	}
	return &node{line: line, value: merged}
}

// known checks members against those that there may be, and those that there must be.
func (c *checker) known(at, p *node, what string, known []string) {
	var names []string
	for _, name := range known {
		name, required := strings.CutSuffix(name, "*")
		names = append(names, name)
		if required && p.get(name) == nil {
			c.fail(at, "%s has no %s", what, name)
		}
	}
	c.only(p, what, names...)
}

// runtimes are those that run the binary of a Go program.
var runtimes = []string{"provided.al2", "provided.al2023"}

// function checks the properties of a function.
func (c *checker) function(p *node, what string) {
	if runtime, ok := p.get("Runtime").text(); ok && !slices.Contains(runtimes, runtime) {
		c.fail(p, "%s has the runtime %q; for Go it is one of %s", what, runtime, strings.Join(runtimes, ", "))
	}
	if handler, ok := p.get("Handler").text(); ok && handler != "bootstrap" {
		c.fail(p, "%s has the handler %q; of an operating-system-only runtime it is bootstrap", what, handler)
	}
	for _, a := range p.get("Architectures").elements() {
		if name, ok := a.text(); ok && name != "arm64" && name != "x86_64" {
			c.fail(a, "%s has the architecture %q", what, name)
		}
	}
	c.number(p.get("Timeout"), what+" has a Timeout", 1, 900)
	c.number(p.get("MemorySize"), what+" has a MemorySize", 128, 10240)
	for _, e := range p.get("Events").members() {
		c.event(e, what+", event "+e.name, p)
	}
}

// number checks a number that is not a function.
func (c *checker) number(n *node, what string, least, most int) {
	if n == nil || n.function != "" {
		return
	}
	if v, ok := n.value.(int); !ok || v < least || v > most {
		c.fail(n, "%s of %v; it is from %d to %d", what, n.value, least, most)
	}
}

// event checks what a function gets events from.
func (c *checker) event(e field, what string, function *node) {
	c.only(e.node, what, "Type", "Properties")
	kind, ok := c.need(e.node, what, "Type").text()
	if !ok {
		return
	}
	p := e.get("Properties")
	if known := eventProperties[kind]; known != nil {
		c.known(e.node, p, what, known)
	}
	switch kind {
	case "EventBridgeRule":
		c.pattern(p.get("Pattern"), what)
	case "SQS":
		c.source(p, what, function)
	}
}

// source checks that a function reads a queue in a way that loses nothing.
func (c *checker) source(p *node, what string, function *node) {
	c.number(p.get("BatchSize"), what+" has a BatchSize", 1, 10000)
	c.number(p.get("MaximumBatchingWindowInSeconds"), what+" has a window", 0, 300)
	if size, ok := p.get("BatchSize").plain().(int); ok && size > 10 && p.get("MaximumBatchingWindowInSeconds").plain() == 0 {
		c.fail(p, "%s: a batch of more than 10 needs MaximumBatchingWindowInSeconds", what)
	}
	partial := slices.ContainsFunc(p.get("FunctionResponseTypes").elements(), func(n *node) bool { return n.plain() == "ReportBatchItemFailures" })
	if !partial {
		c.fail(p, "%s: without ReportBatchItemFailures one bad message brings the whole batch back", what)
	}
	// A queue of the template must hide messages while Lambda gathers a batch and tries a throttled
	// function again: https://docs.aws.amazon.com/lambda/latest/dg/with-sqs.html.
	name := c.attributeOwner(p.get("Queue"))
	hidden, given := c.root.at("Resources", name, "Properties", "VisibilityTimeout").plain().(int)
	if !given {
		hidden = 30
	}
	timeout, given := function.get("Timeout").plain().(int)
	if !given {
		timeout = 3
	}
	window, _ := p.get("MaximumBatchingWindowInSeconds").plain().(int)
	if least := 6*timeout + window; c.root.at("Resources", name) != nil && hidden < least {
		c.fail(p, "%s: the queue's VisibilityTimeout of %d is less than %d, six times the function's Timeout and the batching window",
			what, hidden, least)
	}
}

// attributeOwner returns the resource that a GetAtt or Ref names.
func (c *checker) attributeOwner(n *node) string {
	if n == nil || n.function == "" {
		return ""
	}
	if n.function == "GetAtt" {
		name, _, _ := strings.Cut(c.attribute(n), ".")
		return name
	}
	name, _ := n.value.(string)
	return name
}

// queue checks that messages that fail again and again end up somewhere.
func (c *checker) queue(p *node, what string) {
	c.number(p.get("VisibilityTimeout"), what+" has a VisibilityTimeout", 0, 43200)
	c.number(p.get("MessageRetentionPeriod"), what+" has a MessageRetentionPeriod", 60, 1209600)
	if redrive := p.get("RedrivePolicy"); redrive != nil && redrive.function == "" {
		c.known(redrive, redrive, what+", RedrivePolicy", []string{"deadLetterTargetArn*", "maxReceiveCount*"})
	}
}

// states are those of rules.
var states = []string{"ENABLED", "DISABLED", "ENABLED_WITH_ALL_CLOUDTRAIL_MANAGEMENT_EVENTS"}

// rule checks a rule.
func (c *checker) rule(p *node, what string) {
	if p.get("EventPattern") == nil && p.get("ScheduleExpression") == nil {
		c.fail(p, "%s has neither EventPattern nor ScheduleExpression", what)
	}
	if state, ok := p.get("State").text(); ok && !slices.Contains(states, state) {
		c.fail(p, "%s has the state %q; known are %s", what, state, strings.Join(states, ", "))
	}
	c.pattern(p.get("EventPattern"), what)
	targets := p.get("Targets").elements()
	if len(targets) == 0 {
		c.fail(p, "%s has no Targets", what)
	}
	for _, t := range targets {
		c.need(t, what+", target", "Arn")
		c.need(t, what+", target", "Id")
	}
}
