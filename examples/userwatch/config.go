package main

import (
	"errors"
	"fmt"
	"log/slog"
	"strings"

	"github.com/trailsieve/trailsieve/examples/internal/config"
	"github.com/trailsieve/trailsieve/examples/internal/principal"
	"github.com/trailsieve/trailsieve/examples/internal/program"
	"github.com/trailsieve/trailsieve/examples/internal/s3call"
	"github.com/trailsieve/trailsieve/internal/spell"
)

var userwatch = &program.Program{
	Name:     "userwatch",
	Found:    "alert",
	Variable: "USERWATCH_CONFIG",
	About: `Userwatch tells when certain IAM users or roles touch objects under sensitive prefixes in S3: an
alert, a line of JSON, for each such call in CloudTrail log files.

The configuration says who is watched, where, and what they do there:

  {
    "principals": ["arn:aws:iam::111122223333:user/alice", "arn:aws:iam::111122223333:role/contractors/*"],
    "prefixes": ["s3://amzn-s3-demo-bucket/pii/", "arn:aws:s3:::amzn-s3-demo-bucket1/payroll/"],
    "access": "all"
  }

  principals  ARNs of users, of roles (whatever the session) or of root, where * is anything;
              account ids, unique ids, access key ids, services, "anonymous", or "*" for everybody
  prefixes    buckets, and what the keys begin with, byte by byte, without wildcards
  access      "all" (the default), "read" or "write"
`,
	Examples: `  userwatch -config watch.json logs/
  zcat logs/*.gz | userwatch -config watch.json - | jq -r '[.when, .who, .what, .places[0]] | @tsv'
`,
	New: func(c *config.Config) func(slog.Handler) program.Checker {
		w := newWatch(c)
		return func(out slog.Handler) program.Checker { return &watcher{watch: w, out: out} }
	},
}

// A watch is what is watched.
type watch struct {
	principals []principal.Pattern
	prefixes   []prefix
	access     string // "all", "read" or "write"
}

// A prefix is a sensitive place: the objects in a bucket whose keys begin with it.
type prefix struct{ text, bucket, key string }

func newWatch(c *config.Config) *watch {
	o := c.Object("principals", "prefixes", "access")
	w := &watch{
		principals: config.List(o.Need("principals"), 1, principal.Parse),
		prefixes:   config.List(o.Need("prefixes"), 1, parsePrefix),
		access:     o.Get("access").String("all"),
	}
	if w.access != "all" && w.access != "read" && w.access != "write" {
		o.Get("access").Fail("unknown access %q%s; known are all, read, write", w.access, spell.DidYouMean(w.access, "all", "read", "write"))
	}
	return w
}

func parsePrefix(text string) (prefix, error) {
	bucket, key, isObject, err := s3call.ParseURL(text)
	switch {
	case err != nil:
		return prefix{}, err
	case strings.Contains(text, "*"):
		return prefix{}, errors.New("a star in a prefix stands for itself and keys seldom have one: leave it out, a prefix ends anywhere")
	case !isObject:
		return prefix{}, fmt.Errorf("a bucket without a slash has no objects: write %s/ for all of them", text)
	}
	return prefix{text, bucket, key}, nil
}
