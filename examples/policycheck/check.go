package main

import (
	"context"
	"log/slog"
	"time"

	"github.com/trailsieve/trailsieve/examples/internal/config"
	"github.com/trailsieve/trailsieve/examples/internal/finding"
	"github.com/trailsieve/trailsieve/examples/internal/principal"
	"github.com/trailsieve/trailsieve/examples/internal/program"
	"github.com/trailsieve/trailsieve/examples/internal/s3call"
	"github.com/trailsieve/trailsieve/record"
)

var policycheck = &program.Program{
	Name:     "policycheck",
	Found:    "finding",
	Variable: "POLICYCHECK_CONFIG",
	About: `Policycheck tells whether the access to S3 that really happens is the access that is wanted, from
CloudTrail log files and a policy that says what is wanted:

  undeclared  a call was done, but no statement declares it
  denied      a call was refused because the caller may not, although a statement declares it
  unused      a statement, or a part of one, is what no call needed in the period of the log files

The policy declares who may do what where:

  {
    "buckets": ["amzn-s3-demo-bucket"],
    "statements": [{
      "id": "uploads",
      "principals": ["arn:aws:iam::111122223333:role/uploader"],
      "actions": ["PutObject", "*MultipartUpload*", "UploadPart"],
      "resources": ["s3://amzn-s3-demo-bucket/images/*"]
    }]
  }

  buckets     names, where * is anything: what the policy is about. Calls on others are not checked
  principals  ARNs of users, of roles (whatever the session) or of root, where * is anything;
              account ids, unique ids, access key ids, services, "anonymous", or "*" for everybody
  actions     "read", "write", or operations as CloudTrail names them, where * is anything: GetObject,
              Put*, ListObjects (IAM's s3:ListBucket). A copy is GetObject where it reads
  resources   s3://bucket/key for objects, where * is anything, slashes included (but not in the
              bucket's name); s3://bucket for calls on the bucket itself. A listing needs a resource
              that has all that it may show, so s3://bucket/images/* for the prefix images/;
              DeleteObjects, whose keys are not recorded, needs s3://bucket/*

A call that was refused because the caller did not prove who it is, with an expired token or a wrong
signature, is counted as refused and no finding. What failed for another reason is neither done nor
refused. The report states the
period of the records: what is unused in an hour may be needed once a year, and what the trail does
not log was never seen. For the exit status only undeclared and denied are findings.
`,
	Examples: `  policycheck -config policy.json logs/
  policycheck -config policy.json -json logs/ | jq -r 'select(.report).report.unused[].statement'
`,
	New: func(c *config.Config) func(slog.Handler) program.Checker {
		p := compile(c)
		return func(out slog.Handler) program.Checker { return newChecker(p, out) }
	},
	Report: report,
}

// The causes of findings.
const (
	undeclared = "undeclared"
	denied     = "denied"
)

// A checker puts records against a policy.
type checker struct {
	*policy
	out         slog.Handler
	findings    finding.Set
	usage       []usage   // of each statement
	calls       calls     // on the policy's buckets
	first, last time.Time // of all records: the period that was seen
}

// calls counts calls by their outcomes.
type calls struct {
	Done    int `json:"done"`
	Refused int `json:"refused"`
	Failed  int `json:"failed"`
}

// A usage says of the elements of a statement which were needed to declare a call that was done.
type usage struct{ principals, actions, resources []bool }

func newChecker(p *policy, out slog.Handler) *checker {
	c := &checker{policy: p, out: out, usage: make([]usage, len(p.statements))}
	for i, s := range p.statements {
		c.usage[i] = usage{make([]bool, len(s.principals)), make([]bool, len(s.actions)), make([]bool, len(s.resources))}
	}
	return c
}

// Check puts a record against the policy.
func (c *checker) Check(_ context.Context, rec *record.Record) error {
	if t := rec.EventTime; !t.IsZero() {
		if c.first.IsZero() || t.Before(c.first) {
			c.first = t
		}
		if t.After(c.last) {
			c.last = t
		}
	}
	call, ok := s3call.Of(rec)
	if !ok || call.ByService || call.ByEndpoint {
		return nil // the call that S3 was about, or that went on to it, is in a record of its own
	}
	checked, declared := 0, 0
	for _, place := range call.Places {
		if !c.covers(place.Bucket) {
			continue
		}
		checked++
		switch {
		case c.declare(&rec.UserIdentity, place, call.Outcome):
			declared++
		case call.Outcome == s3call.Done:
			c.findings.Add(finding.Cause{Name: undeclared, Bucket: place.Bucket, Who: principal.Name(&rec.UserIdentity), Detail: place.Operation},
				rec, &call, place)
		}
	}
	if checked == 0 {
		return nil
	}
	switch call.Outcome {
	case s3call.Done:
		c.calls.Done++
	case s3call.Failed:
		c.calls.Failed++
	case s3call.Refused:
		c.calls.Refused++
		// Of a copy from or to a bucket that the policy is not about, that bucket may have refused.
		if declared == len(call.Places) && !call.Unproved {
			place := call.Places[0]
			c.findings.Add(finding.Cause{Name: denied, Bucket: place.Bucket, Who: principal.Name(&rec.UserIdentity),
				Detail: rec.EventName + ": " + call.Error}, rec, &call, place)
		}
	}
	return nil
}

// declare reports whether a statement declares what a caller did at a place, and if it was done, notes
// all elements of all statements that do.
func (c *checker) declare(id *record.Identity, place s3call.Place, outcome s3call.Outcome) (ok bool) {
	for i := range c.statements {
		s := &c.statements[i]
		if !s.declares(id, place) {
			continue
		}
		ok = true
		if outcome == s3call.Done {
			u := &c.usage[i]
			mark(u.principals, s.principals, func(p principal.Pattern) bool { return p.Match(id) })
			mark(u.actions, s.actions, func(a action) bool { return a.is(place) })
			mark(u.resources, s.resources, func(r resource) bool { return r.has(place) })
		}
	}
	return ok
}

func mark[T any](used []bool, elements []T, is func(T) bool) {
	for i, e := range elements {
		used[i] = used[i] || is(e)
	}
}

// Finish writes the findings. What is unused a single invocation cannot tell.
func (c *checker) Finish(ctx context.Context) error { return c.findings.Write(ctx, c.out) }

// Found returns the number of findings so far, unused statements not included.
func (c *checker) Found() int { return c.findings.Len() }
