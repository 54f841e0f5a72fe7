// Trailselectors asks CloudTrail for the trails of an account and their event selectors, and answers
// what they would log: would this operation on this resource be logged, by which trail, and why, or
// why not? It tells how well a bucket is covered, what is odd about the selectors, and what new
// selectors would change before they are put.
//
//	trailselectors GetObject arn:aws:s3:::photos/2016/cat.jpg
//
// Main reads the environment and the command line; account.go asks CloudTrail, question.go answers,
// bucket.go looks at a bucket, change.go puts selectors, and print.go shows it all.
package main

import (
	"context"
	"encoding/json"
	"errors"
	"flag"
	"fmt"
	"io"
	"os"
	"os/signal"
	"strings"
	"time"

	"github.com/aws/aws-sdk-go-v2/config"
	"github.com/aws/aws-sdk-go-v2/service/cloudtrail"

	"github.com/trailsieve/trailsieve/record"
)

const usage = `Trailselectors tells what the CloudTrail trails of an account would log, and why.

usage:
  trailselectors [flags]                       each trail: what it is, its selectors, what is odd about them
  trailselectors [flags] OPERATION RESOURCE    would it be logged, by which trail, and why, or why not?
  trailselectors [flags] -bucket NAME          which calls on a bucket and its objects are logged?
  trailselectors [flags] -trail T -put FILE    what would change with the selectors in FILE?
                                               with -apply, puts them

OPERATION is the eventName that a record would have, as GetObject. RESOURCE is an ARN; one that ends
with a star stands for all that begin so, and s3://bucket/key for arn:aws:s3:::bucket/key. The
service is taken from the ARN. A management event is logged whatever it is about, so it needs no
RESOURCE: SERVICE:OPERATION, as in iam:CreateUser. Which operations are data events is known for S3,
Lambda and DynamoDB; of other services, those for which -type says on what.

flags:
`

const usageEnd = `
examples:
  trailselectors GetObject s3://photos/2016/cat.jpg
  trailselectors DeleteObject 's3://photos/*'
  trailselectors -by arn:aws:iam::111122223333:user/ann PutItem arn:aws:dynamodb:us-east-1:111122223333:table/orders
  trailselectors -bucket photos -json | jq '.coverage[] | select(.trails | all(.verdict != "yes"))'
  trailselectors -trail main -put selectors.json            # and look before you add -apply

Region and credentials are those of the AWS CLI: AWS_REGION, AWS_PROFILE, shared files and roles. They
need cloudtrail:ListTrails, DescribeTrails, GetEventSelectors and GetTrailStatus, and for -apply
PutEventSelectors; policy.json beside the source is the policy.

The exit status is 0 if all was done; for an operation, 0 if some trail logs all of it, whatever goes
wrong with others, and 1 if none does; 2 if something went wrong, and then what could be found out is
printed all the same. A trail for one Region logs all of it only if the call is known to be there.
`

func main() {
	ctx, stop := signal.NotifyContext(context.Background(), os.Interrupt)
	status := run(ctx, os.Args[1:], os.Stdout, os.Stderr)
	stop()
	os.Exit(status)
}

// The exit statuses.
const (
	done      = 0
	notLogged = 1
	failed    = 2
)

// Options are what the command line asks for.
type options struct {
	region, trail   string
	bucket          string
	operation       string
	resource        string
	source, typ     string
	by, in          string
	put             string
	apply, asJSON   bool
	timeout         time.Duration
	readOnly, write bool
}

// run does what the command line asks for and returns the exit status.
func run(ctx context.Context, args []string, stdout, stderr io.Writer) int {
	o, err := parse(args, stdout)
	switch {
	case errors.Is(err, flag.ErrHelp):
		return done
	case err != nil:
		fmt.Fprintf(stderr, "trailselectors: %v\n", err)
		return failed
	}
	ctx, cancel := context.WithTimeout(ctx, o.timeout)
	defer cancel()
	client, err := connect(ctx, o.region)
	if err != nil {
		fmt.Fprintf(stderr, "trailselectors: %v\n", err)
		return failed
	}
	answer, err := o.answer(ctx, client)
	if err != nil {
		fmt.Fprintf(stderr, "trailselectors: %v\n", explainAPI(err))
		return failed
	}
	if o.asJSON {
		enc := json.NewEncoder(stdout)
		enc.SetEscapeHTML(false)
		enc.SetIndent("", "  ")
		err = enc.Encode(answer)
	} else {
		err = answer.print(stdout)
	}
	if err != nil {
		fmt.Fprintf(stderr, "trailselectors: %v\n", err)
		return failed
	}
	for _, problem := range answer.Problems {
		fmt.Fprintf(stderr, "trailselectors: %s\n", problem)
	}
	switch {
	case answer.Question != nil && answer.Question.Verdict == yes:
		return done // whatever could not be found out of other trails
	case len(answer.Problems) > 0:
		return failed
	case answer.Question != nil:
		return notLogged
	}
	return done
}

// parse reads the command line.
func parse(args []string, help io.Writer) (o options, err error) {
	flags := flag.NewFlagSet("trailselectors", flag.ContinueOnError)
	flags.SetOutput(io.Discard) // what is wrong is in the error
	flags.StringVar(&o.region, "region", "", "the `Region` to ask first; else that of the AWS configuration")
	flags.StringVar(&o.trail, "trail", "", "only the trail of this `name` or ARN")
	flags.StringVar(&o.bucket, "bucket", "", "the `name` of a bucket to look at")
	flags.StringVar(&o.source, "source", "", "`eventSource` of the operation, if it is not service.amazonaws.com by the ARN")
	flags.StringVar(&o.typ, "type", "", "`resources.type` of a data event, as AWS::SQS::Queue; known for S3, Lambda and DynamoDB")
	flags.StringVar(&o.by, "by", "", "userIdentity.arn of the caller; an `ARN`, or the beginning of one and a star; else anybody")
	flags.StringVar(&o.in, "in", "", "the `Region` of the call or the bucket; else that of the ARN, or any")
	flags.BoolVar(&o.readOnly, "read-only", false, "the operation only reads; else its name tells")
	flags.BoolVar(&o.write, "write", false, "the operation writes; else its name tells")
	flags.StringVar(&o.put, "put", "", "a `file` with new selectors for -trail, in any form that selector.Compile reads")
	flags.BoolVar(&o.apply, "apply", false, "with -put: put them, after showing what changes")
	flags.BoolVar(&o.asJSON, "json", false, "print JSON")
	flags.DurationVar(&o.timeout, "timeout", time.Minute, "give up after this `time`")
	if err := flags.Parse(args); err != nil {
		if errors.Is(err, flag.ErrHelp) {
			fmt.Fprint(help, usage)
			flags.SetOutput(help)
			flags.PrintDefaults()
			fmt.Fprint(help, usageEnd)
			return o, err
		}
		return o, fmt.Errorf("%w; -h helps", err)
	}
	switch rest := flags.Args(); len(rest) {
	case 0:
	case 1:
		o.operation = rest[0]
	case 2:
		o.operation, o.resource = rest[0], rest[1]
	default:
		return o, fmt.Errorf("%q is too much: an operation and a resource are asked for; flags come before them; -h helps", rest[2])
	}
	asked := 0
	for _, given := range []bool{o.operation != "", o.bucket != "", o.put != ""} {
		if given {
			asked++
		}
	}
	switch {
	case asked > 1:
		return o, errors.New("an operation, -bucket and -put are three questions: ask one at a time")
	case strings.ContainsAny(o.bucket, "/:*"):
		return o, fmt.Errorf("-bucket %q: the name alone is asked for, as photos", o.bucket)
	case o.put != "" && o.trail == "":
		return o, errors.New("-put needs -trail, the name or ARN of the trail that gets the selectors")
	case o.apply && o.put == "":
		return o, errors.New("-apply needs -put, the file with the selectors to put")
	case o.readOnly && o.write:
		return o, errors.New("-read-only and -write exclude each other")
	case o.operation == "" && (o.source != "" || o.typ != "" || o.by != "" || o.readOnly || o.write):
		return o, errors.New("-source, -type, -by, -read-only and -write are about an operation, and there is none")
	case o.operation == "" && o.bucket == "" && o.in != "":
		return o, errors.New("-in is about an operation or a bucket, and there is none")
	case o.timeout <= 0:
		return o, errors.New("-timeout must be more than zero")
	}
	return o, nil
}

// reads returns what the flags say about the operation: it reads, it writes, or nothing.
func (o *options) reads() record.Bool {
	switch {
	case o.readOnly:
		return record.True
	case o.write:
		return record.False
	}
	return record.Absent
}

// connect returns a client with the configuration that the AWS CLI would use.
func connect(ctx context.Context, region string) (*cloudtrail.Client, error) {
	var opts []func(*config.LoadOptions) error
	if region != "" {
		opts = append(opts, config.WithRegion(region))
	}
	cfg, err := config.LoadDefaultConfig(ctx, opts...)
	if err != nil {
		return nil, err
	}
	if cfg.Region == "" {
		return nil, errors.New("no Region: say -region us-east-1, or set AWS_REGION")
	}
	return cloudtrail.NewFromConfig(cfg), nil
}

// answer asks CloudTrail and answers what the options ask for. An error means that there is nothing to
// answer; what went wrong with a part is among the Answer's problems.
func (o *options) answer(ctx context.Context, client *cloudtrail.Client) (*answer, error) {
	op, err := o.question() // before anything is asked: it may be wrong
	if err != nil {
		return nil, err
	}
	trails, problems, err := fetch(ctx, client, o.trail)
	if err != nil {
		return nil, err
	}
	a := &answer{Problems: problems}
	switch {
	case o.put != "":
		if a.Change, err = o.change(ctx, client, trails); a.Change == nil {
			return nil, err
		}
		if err != nil {
			a.Problems = append(a.Problems, explainAPI(err).Error())
		}
	case op != nil:
		a.Question = op.ask(trails)
	case o.bucket != "":
		a.Bucket, a.Coverage = o.bucket, cover(o.bucket, o.in, trails)
	default:
		a.Trails = describe(trails)
	}
	return a, nil
}
