package main

import (
	"fmt"
	"strings"

	"github.com/aws/aws-sdk-go-v2/aws"

	"github.com/trailsieve/trailsieve/record"
	"github.com/trailsieve/trailsieve/selector"
)

// A verdict says whether calls are logged.
type verdict string

const (
	yes       verdict = "yes"
	no        verdict = "no"
	partly    verdict = "partly"
	undecided verdict = "unknown"
)

// An operation is what a question is about: some calls, and the Region that they go to, if it is known.
type operation struct {
	selector.Operation
	region string
}

// A question is an operation, and what the trails say to it.
type question struct {
	Operation string   `json:"operation"`
	Source    string   `json:"eventSource"`
	Category  string   `json:"eventCategory"`
	Type      string   `json:"resourceType,omitempty"`
	ARN       string   `json:"resourceARN,omitempty"`
	By        string   `json:"userIdentityARN,omitempty"`
	Region    string   `json:"awsRegion,omitempty"`
	Verdict   verdict  `json:"verdict"` // of the trail that logs most
	Trails    []logged `json:"trails"`
}

// Logged is what one trail says to a question.
type logged struct {
	Trail   string   `json:"trail"`
	ARN     string   `json:"trailARN"`
	Verdict verdict  `json:"verdict"`
	Why     string   `json:"why"`              // it is logged, or is not
	WhyNot  string   `json:"whyNot,omitempty"` // for partly: a call that is not logged, and why
	Notes   []string `json:"notes,omitempty"`
}

// question makes an operation of what the command line says, or nil if it says nothing of one.
func (o *options) question() (*operation, error) {
	if o.operation == "" {
		return nil, nil
	}
	op := &operation{Operation: selector.Operation{Source: o.source, Name: o.operation, Type: o.typ,
		ReadOnly: o.reads(), User: o.by}, region: o.in}
	if service, name, ok := strings.Cut(o.operation, ":"); ok {
		op.Name = name
		if op.Source == "" {
			op.Source = sourceOf(service)
		}
	}
	if op.Name == "" || strings.ContainsAny(op.Name, " /*") {
		return nil, fmt.Errorf("operation %q: the eventName of one operation is asked for, as GetObject or s3:GetObject", o.operation)
	}
	if o.resource != "" {
		arn, err := parseARN(o.resource)
		if err != nil {
			return nil, err
		}
		op.ARN = o.resource
		if strings.HasPrefix(op.ARN, "s3://") {
			op.ARN = arn.String()
		}
		if op.Source == "" {
			op.Source = sourceOf(arn.service)
		}
		if op.region == "" && !strings.Contains(arn.region, "*") {
			op.region = arn.region
		}
	}
	if op.Source == "" {
		return nil, fmt.Errorf("operation %q of which service? name it, as s3:%s, or say on which ARN", o.operation, op.Name)
	}
	if op.Type == "" {
		r := record.Record{EventSource: op.Source, EventName: op.Name}
		if category, _ := r.Category(); category == record.Data {
			op.Type = typeOf(op.Source)
		}
	}
	// Which operations of other services are data events nobody can tell by their names, and management
	// events are logged whatever they are about: to take one for the other would be a wrong answer.
	if op.Type == "" && op.ARN != "" && typeOf(op.Source) == "" {
		return nil, fmt.Errorf("is %s a data event on %s? then say of which type the resource is, as -type AWS::SQS::Queue; "+
			"if it is a management event, leave the resource out: %s:%s", op.Name, op.ARN, strings.TrimSuffix(op.Source, ".amazonaws.com"), op.Name)
	}
	if op.Type == "AWS::S3::Object" && op.ARN != "" {
		if bucket := strings.SplitAfterN(op.ARN, ":", 6); len(bucket) == 6 && !strings.ContainsAny(bucket[5], "/*") {
			return nil, fmt.Errorf("%s is a bucket, and %s is about objects: say %s/* for all of them, or %s/key for one",
				op.ARN, op.Name, op.ARN, op.ARN)
		}
	}
	return op, nil
}

// An arn is the parts of one, arn:partition:service:region:account:resource.
type arn struct{ partition, service, region, account, resource string }

func (a arn) String() string {
	return strings.Join([]string{"arn", a.partition, a.service, a.region, a.account, a.resource}, ":")
}

// parseARN splits an ARN, or the beginning of one and a star, or s3://bucket/key.
func parseARN(text string) (arn, error) {
	if object, ok := strings.CutPrefix(text, "s3://"); ok {
		return arn{partition: "aws", service: "s3", resource: object}, nil
	}
	parts := strings.SplitN(text, ":", 6)
	if parts[0] != "arn" || len(parts) < 3 || len(parts) < 6 && !strings.HasSuffix(text, "*") {
		return arn{}, fmt.Errorf("resource %q is no ARN: they look like arn:aws:s3:::bucket/key; s3://bucket/key is understood too", text)
	}
	parts = append(parts, make([]string, 6-len(parts))...)
	a := arn{parts[1], parts[2], parts[3], parts[4], parts[5]}
	if a.service == "" || strings.Contains(a.service, "*") {
		return arn{}, fmt.Errorf("resource %q: the service in an ARN cannot be left open", text)
	}
	return a, nil
}

// sourceOf returns the eventSource of a service by its name in ARNs. Most are that name; the
// exceptions here are those that people ask about.
func sourceOf(service string) string {
	switch service {
	case "cloudwatch":
		service = "monitoring"
	case "execute-api":
		service = "apigateway"
	}
	if strings.Contains(service, ".") {
		return service
	}
	return service + ".amazonaws.com"
}

// typeOf returns the resources.type of the data events that are older than advanced selectors. Others
// have to be named.
func typeOf(source string) string {
	switch source {
	case "s3.amazonaws.com", "s3.amazonaws.com.cn":
		return "AWS::S3::Object"
	case "lambda.amazonaws.com":
		return "AWS::Lambda::Function"
	case "dynamodb.amazonaws.com":
		return "AWS::DynamoDB::Table"
	case "rdsdataapi.amazonaws.com":
		return "AWS::RDS::DBCluster"
	}
	return ""
}

// ask puts the question to each trail.
func (op *operation) ask(trails []*trail) *question {
	q := &question{Operation: op.Name, Source: op.Source, Category: string(record.Management), Type: op.Type,
		ARN: op.ARN, By: op.User, Region: op.region, Verdict: no}
	if op.Type != "" {
		q.Category = string(record.Data)
	}
	for _, t := range trails {
		l := op.askOne(t)
		q.Trails = append(q.Trails, l)
		if rank(l.Verdict) > rank(q.Verdict) {
			q.Verdict = l.Verdict
		}
	}
	return q
}

// rank orders verdicts by how much is known to be logged.
func rank(v verdict) int {
	switch v {
	case yes:
		return 3
	case partly:
		return 2
	case undecided:
		return 1
	}
	return 0
}

// askOne asks one trail: is it there for the call at all, and do its selectors take it?
func (op *operation) askOne(t *trail) logged {
	l := logged{Trail: t.name(), ARN: aws.ToString(t.TrailARN), Verdict: undecided}
	home, region := aws.ToString(t.HomeRegion), op.regionFor(t)
	switch {
	case t.err != nil:
		l.Why = "its selectors could not be read"
		return l
	case t.logging == stopped:
		l.Verdict, l.Why = no, "the trail is stopped: aws cloudtrail start-logging switches it on"
		return l
	case !aws.ToBool(t.IsMultiRegionTrail) && region != "" && region != home:
		l.Verdict, l.Why = no, fmt.Sprintf("the trail is for %s only, and the call is in %s", home, region)
		return l
	case !aws.ToBool(t.IncludeGlobalServiceEvents) && global(op.Source):
		l.Verdict, l.Why = no, "the trail leaves out the events of global services"
		return l
	}
	switch c := t.selectors.Covers(op.Operation); {
	case c.All():
		l.Verdict, l.Why = yes, t.explain(op, c.Logged)
	case c.None():
		l.Verdict, l.Why = no, t.explain(op, c.Escaped)
	case c.Logged != nil && c.Escaped != nil:
		l.Verdict, l.Why, l.WhyNot = partly, t.explain(op, c.Logged), t.explain(op, c.Escaped)
	default:
		l.Why = "the selectors are too many to decide for all calls; ask for a single ARN"
	}
	// The answer must not say yes to more than is known.
	if !aws.ToBool(t.IsMultiRegionTrail) && region == "" && l.Verdict != no {
		l.Notes = append(l.Notes, "for calls in "+home+" only: -in tells where they are")
		if l.Verdict == yes {
			l.Verdict = partly
		}
	}
	if t.logging == unknown && l.Verdict != no {
		l.Verdict = undecided
		l.Notes = append(l.Notes, "if the trail is not stopped")
	}
	if t.undelivered != "" && l.Verdict != no {
		l.Notes = append(l.Notes, "but its last log file could not be delivered: "+t.undelivered)
	}
	return l
}

// global reports whether a service is one of those that IncludeGlobalServiceEvents is about. The
// third, STS, has Regional endpoints too, whose events are logged where they are.
func global(source string) bool {
	return source == "iam.amazonaws.com" || source == "cloudfront.amazonaws.com"
}

// regionFor returns the Region of the calls, as far as it is known. Since November 2021 those to global
// services are recorded in us-east-1, so that a trail for one other Region does not get them any more.
// For other partitions than that one AWS does not say.
//
// Source: https://docs.aws.amazon.com/awscloudtrail/latest/userguide/cloudtrail-create-and-update-a-trail-by-using-the-aws-cli-update-trail.html.
func (op *operation) regionFor(t *trail) string {
	if op.region == "" && global(op.Source) && t.partition() == "aws" {
		return "us-east-1"
	}
	return op.region
}

// explain tells why the selectors do with a record, one of the calls of the operation, what they do.
func (t *trail) explain(op *operation, r *record.Record) string {
	s := t.selectors.Explain(r).String()
	if len(r.Resources) > 0 && (op.ARN == "" || strings.HasSuffix(op.ARN, "*")) {
		s += "; for example on " + r.Resources[0].ARN
	}
	return s
}
