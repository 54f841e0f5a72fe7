package main

import (
	"fmt"
	"regexp"
	"slices"

	"github.com/trailsieve/trailsieve/examples/internal/config"
	"github.com/trailsieve/trailsieve/examples/internal/principal"
	"github.com/trailsieve/trailsieve/examples/internal/s3call"
	"github.com/trailsieve/trailsieve/examples/internal/wildcard"
	"github.com/trailsieve/trailsieve/internal/spell"
	"github.com/trailsieve/trailsieve/record"
)

// A policy declares who may do what where in some buckets. What no statement declares is not wanted.
//
//	{
//	  "buckets": ["amzn-s3-demo-bucket"],
//	  "statements": [{
//	    "id": "uploads",
//	    "principals": ["arn:aws:iam::111122223333:role/uploader"],
//	    "actions": ["PutObject", "*MultipartUpload*", "UploadPart"],
//	    "resources": ["s3://amzn-s3-demo-bucket/images/*"]
//	  }]
//	}
//
// A call is declared if each place that it touches is declared by a statement: one of whose principals
// is the caller, one of whose actions is what was done there, and one of whose resources has the place.
// It is not changed once it is compiled, so any number of goroutines may use it.
type policy struct {
	buckets    []string // with stars: what the policy is about
	statements []statement
}

type statement struct {
	id         string
	principals []principal.Pattern
	actions    []action
	resources  []resource
}

// An action is "read", "write", or the name of an operation with stars.
type action string

// A resource is a bucket, or objects in it, with stars.
type resource struct {
	text        string
	bucket, key string
	isObject    bool
}

// compile reads a policy. What is wrong with it, the configuration is told.
func compile(c *config.Config) *policy {
	o := c.Object("buckets", "statements")
	p := &policy{
		buckets: config.List(o.Need("buckets"), 1, func(name string) (string, error) { return name, s3call.CheckBucket(name) }),
	}
	for _, v := range o.Need("statements").Elements(1) {
		v = v.Object("id", "principals", "actions", "resources")
		s := statement{
			id:         v.Need("id").String(""),
			principals: config.List(v.Need("principals"), 1, principal.Parse),
			actions:    config.List(v.Need("actions"), 1, parseAction),
			resources:  config.List(v.Need("resources"), 1, p.parseResource),
		}
		switch {
		case s.id == "":
			v.Get("id").Fail("a statement needs a name, which the findings mention")
		case slices.ContainsFunc(p.statements, func(o statement) bool { return o.id == s.id }):
			v.Get("id").Fail("there is a statement %q already", s.id)
		}
		p.statements = append(p.statements, s)
	}
	return p
}

var operation = regexp.MustCompile(`^[A-Z*][A-Za-z0-9*]*$`)

func parseAction(text string) (action, error) {
	if text != "read" && text != "write" && !operation.MatchString(text) {
		return "", fmt.Errorf("not an action: %q%s (write read, write, or an operation as CloudTrail names it, such as GetObject, Put* or *)",
			text, spell.DidYouMean(text, "read", "write"))
	}
	return action(text), nil
}

func (p *policy) parseResource(text string) (resource, error) {
	bucket, key, isObject, err := s3call.ParseURL(text)
	switch {
	case err != nil:
		return resource{}, err
	case isObject && key == "":
		return resource{}, fmt.Errorf("%q names no object: write %s* for all in the bucket, %s for the bucket itself", text, text, text[:len(text)-1])
	case !p.covers(bucket):
		return resource{}, fmt.Errorf("%q is in none of the buckets that the policy is about, so no call on it would be checked: add %q to /buckets", text, bucket)
	}
	return resource{text, bucket, key, isObject}, nil
}

// covers reports whether the policy is about a bucket.
func (p *policy) covers(bucket string) bool {
	return slices.ContainsFunc(p.buckets, func(form string) bool { return wildcard.Match(form, bucket) })
}

// String returns the resource as the policy has it.
func (r resource) String() string { return r.text }

// has reports whether a place is the resource's. What a call may have touched, as a listing or
// DeleteObjects, the resource must have all of.
func (r resource) has(p s3call.Place) bool {
	switch {
	case !wildcard.Match(r.bucket, p.Bucket) || r.isObject != (p.Kind != s3call.Bucket):
		return false
	case p.Kind == s3call.Object:
		return wildcard.Match(r.key, p.Key)
	case p.Kind == s3call.Prefix:
		return wildcard.Covers(r.key, p.Key)
	}
	return true
}

// is reports whether what was done at a place is the action.
func (a action) is(p s3call.Place) bool {
	switch a {
	case "read":
		return p.Read
	case "write":
		return !p.Read
	}
	return wildcard.Match(string(a), p.Operation)
}

// declares reports whether a statement declares what a caller did at a place.
func (s *statement) declares(id *record.Identity, place s3call.Place) bool {
	return slices.ContainsFunc(s.actions, func(a action) bool { return a.is(place) }) &&
		slices.ContainsFunc(s.resources, func(r resource) bool { return r.has(place) }) &&
		slices.ContainsFunc(s.principals, func(p principal.Pattern) bool { return p.Match(id) })
}
