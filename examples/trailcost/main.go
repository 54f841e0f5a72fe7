// Trailcost prints the CloudTrail bill before it arrives: log files, S3 server access logs or plain counts
// of requests go in, with the event selectors of the trails, and out come the bill, what it is for, a
// forecast of the month, what could be left out, and with -compare what other selectors would change.
//
//	trailcost -trail audit=audit.json -by bucket,day logs/
//
// Without arguments it makes a month of records and prints the bill of that.
//
// Main has the command line's help and the order of the work. What is asked for is in options.go, config.go,
// trails.go, rates.go and pipeline.go; what is read in sources.go, kind.go, read.go and synthetic.go; what is
// counted in ledger.go and tally.go; what comes of it in result.go; and what is written in text.go and
// formats.go.
package main

import (
	"context"
	"errors"
	"flag"
	"fmt"
	"io"
	"os"
	"os/signal"
)

const usage = `Trailcost prints the bill of CloudTrail trails before it arrives: what they cost, for which bucket, prefix,
caller and day, what the month will cost, what could be left out, and what other selectors would change.

usage: trailcost [flags] [file | folder | -]...

It works offline, on files that you have:

  CloudTrail logs   as delivered, or records in any form that CloudTrail, EventBridge or CloudWatch Logs gives
  S3 access logs    for data events that are not switched on yet: priced as the records that they would be
  counts            requests a month, as CSV with a header or as JSON objects:
                      bucket,operation,requests,key,account,region       (the first three are needed)
                      photos,GetObject,4200000,,111122223333,eu-west-1

Each plain or gzip; which one a file is, it finds out. In a folder all files are read that have the name of
one, as synced from a bucket; - is standard input. Without any, trailcost makes a month of records.
`

const usageEnd = `
trails
  T in -trail and -compare is NAME=FILE, or just FILE, with the event selectors as printed by
  aws cloudtrail get-event-selectors (basic, advanced, CloudFormation and Terraform's plan too); and then, with
  commas, what selectors do not say:
    home=REGION     logs only the calls in this Region (otherwise: in all Regions)
    multi           logs the calls in all Regions, whatever its home is
    account=ID      logs only what this account got (otherwise: every account in the logs)
    organization    is the organization's trail: every account, and the first, free copy is its own
    logs=BUCKET     delivers to this bucket; a trail that logs its own log files is warned of
    arn=ARN         for the columns of FOCUS and CUR
    address=NAME    in Terraform, for Infracost; otherwise aws_cloudtrail.NAME
  NAME= alone is a trail without selectors, which logs all management events; in -compare it drops the trail.
  A trail that -compare does not name stays as it is, and one that it names keeps all that it does not say.
  Without -trail, logs are put to one trail that logs all management events, and all data events of S3
  objects, Lambda functions and DynamoDB tables.

-by splits by one or more of
  account region trail selector bucket prefix=1 ... prefix=9 event principal day hour category source access
  joined by commas, or with + to split by several at once: trail+bucket. With more than some 2,000 different
  keys the smaller ones are not counted apart, and amounts have a range.

-config reads JSON, for what is too long for flags; file names in it are relative to it:
  {"trails": [{"name": "audit", "selectors": "audit.json", "homeRegion": "us-east-1", "multiRegion": true,
               "account": "111122223333", "organization": false, "logBucket": "logs", "arn": "", "address": "",
               "insights": {"management": "ApiCallRateInsight,ApiErrorRateInsight"}},
              {"name": "objects", "selectors": {"EventSelectors": [...]}}],
   "compare": [...all trails as they would be...],
   "pipeline": {"LogFiles": {"Kept": 2160}, "Lambda": {"Invocations": 2000000, "Memory": 128, "Milliseconds": 350}}}
  Insights are management, data or both. Parts of a pipeline are, with times in hours and sizes in bytes,
    {"LogFiles": {"Kept": 2160, "Digests": true}, "KMS": {"Keys": 1}, "SNS": {},
     "CloudWatchLogs": {"Kept": 720, "Scanned": 0, "Direct": false}, "EventBridge": {"Custom": 0, "Size": 1500},
     "Lambda": {"Invocations": 1, "Memory": 128, "Milliseconds": 350, "ARM": false},
     "Lake": {"SevenYears": false, "Other": 0, "Kept": 0, "Scanned": 0}, "GB": 1073741824, "Compression": 10}
  where Memory is in MB, Custom are events sent to a bus of one's own, Direct is delivery without a trail, Other
  is what Lake takes from other sources, Scanned what queries read, and GB is the bytes in one.

-pipeline adds what is around each trail: parts joined by commas, of
  log-files=DAYS        PUT requests, and storage of files that are kept so long
  digests               log file integrity validation
  kms                   encryption with a key of one's own, which is paid for a whole month
  sns                   a notification for each log file
  cloudwatch-logs=DAYS  delivery to CloudWatch Logs, and storage there

examples
  trailcost                                               a month of records that are made up
  trailcost -trail audit=audit.json logs/                 what does this trail cost, and what for?
  trailcost -trail audit=audit.json -compare audit=new.json logs/      what would new selectors change?
  trailcost -trail s3=proposed.json access-logs/          what will data events cost once they are on?
  trailcost -trail s3=proposed.json -month 2026-04 requests.csv        the same, from counts
  trailcost -config trails.json -format html -o bill.html logs/        a page with charts, to send around
  trailcost -config trails.json -month 2026-03 -format focus -o bill.csv logs/
  trailcost -synthetic 10000000 -format html -o bill.html              how fast, in how much memory?

The bill is exact; -invoice rounds as AWS does at the end of a month. Prices are AWS's published ones, where
that could be proved: not in China and GovCloud, and around the trail hardly outside us-east-1. What has
no price is told of and never taken for free; -rates reads your own list, or AWS's price list file. Discounts,
credits and taxes are not known, and what other services give for free each month is not taken off.

CloudTrail's log files have only what a trail has logged. What data events would cost that no trail logs
yet, they cannot tell: S3 access logs can, but for a request that they lack now and then, and so can counts.
A record that is there twice, as in the logs of two trails, counts once. Logs of some days give a forecast
of their month, as if the other days were like these; a day of which only a part is there is not used for it.

What cannot be used is told of on standard error and counted, and the work goes on. Exit status:
  0    all was used
  1    something was not: a file, a record, a line, a price; the bill is of the rest
  2    nothing came of it: wrong flags, selectors or prices, or the output could not be written
  130  interrupted (press Ctrl-C once): the bill is of what was read until then
`

// The exit statuses.
const (
	done        = 0
	incomplete  = 1
	failed      = 2
	interrupted = 130 // as a shell has it for a program that SIGINT has ended
)

func main() {
	ctx, stop := signal.NotifyContext(context.Background(), os.Interrupt)
	context.AfterFunc(ctx, stop) // a second interrupt ends the program at once
	os.Exit(run(ctx, os.Args[1:], os.Stdin, os.Stdout, os.Stderr))
}

// run does what the command line asks for and returns the exit status.
func run(ctx context.Context, args []string, stdin io.Reader, stdout, stderr io.Writer) int {
	o, err := parse(args, stdout)
	if errors.Is(err, flag.ErrHelp) {
		return done
	}
	if err != nil {
		fmt.Fprintf(stderr, "trailcost: %v\n", err)
		return failed
	}
	if o.showRates {
		if err := o.writeRates(stdout); err != nil {
			fmt.Fprintf(stderr, "trailcost: %v\n", err)
			return failed
		}
		return done
	}
	r, err := newReading(o, stderr)
	if err != nil {
		fmt.Fprintf(stderr, "trailcost: %v\n", err)
		return failed
	}
	if o.synthetic > 0 {
		r.synthetic(ctx)
	} else {
		r.files(ctx, stdin)
	}
	r.progress.finish()
	res, err := newResult(o, r)
	if err == nil {
		err = o.write(res, stdout)
	}
	if err != nil {
		fmt.Fprintf(stderr, "trailcost: %v\n", err)
		return failed
	}
	if o.format != "text" && o.format != "json" { // which have it in them
		fmt.Fprintf(stderr, "%s\n", &r.ledger)
	}
	switch {
	case r.ledger.Interrupted:
		return interrupted
	case r.ledger.Problems > 0:
		return incomplete
	}
	return done
}
