package main

import (
	"bytes"
	"encoding/json"
	"fmt"
	"io"
	"slices"
	"strings"
	"text/tabwriter"

	"github.com/aws/aws-sdk-go-v2/aws"

	"github.com/trailsieve/trailsieve/selector"
)

// An answer is what the program found out: one of Trails, Question, Coverage and Change, and what went
// wrong on the way.
type answer struct {
	Trails   []description `json:"trails,omitempty"`
	Question *question     `json:"question,omitempty"`
	Bucket   string        `json:"bucket,omitempty"`
	Coverage []question    `json:"coverage,omitempty"`
	Change   *change       `json:"change,omitempty"`
	Problems []string      `json:"problems,omitempty"`
}

// A description is what a trail is, what it selects, and what is odd about that.
type description struct {
	Name         string             `json:"name"`
	ARN          string             `json:"trailARN"`
	HomeRegion   string             `json:"homeRegion"`
	MultiRegion  bool               `json:"multiRegion"`
	Organization bool               `json:"organization"`
	State        state              `json:"state"`
	LogBucket    string             `json:"logBucket"`
	Undelivered  string             `json:"undelivered,omitempty"` // the error of S3 at the last delivery
	Selectors    json.RawMessage    `json:"selectors,omitempty"`   // absent if they could not be read
	Findings     []selector.Finding `json:"findings,omitempty"`
	Loops        []string           `json:"loops,omitempty"`
}

// describe describes the trails.
func describe(trails []*trail) []description {
	var ds []description
	for _, t := range trails {
		d := description{Name: t.name(), ARN: aws.ToString(t.TrailARN), HomeRegion: aws.ToString(t.HomeRegion),
			MultiRegion: aws.ToBool(t.IsMultiRegionTrail), Organization: aws.ToBool(t.IsOrganizationTrail),
			State: t.logging, LogBucket: aws.ToString(t.S3BucketName), Undelivered: t.undelivered}
		if t.selectors != nil {
			d.Selectors, _ = t.selectors.MarshalJSON()
			d.Findings = t.selectors.Lint(d.LogBucket)
			d.Loops = t.loops(trails)
		}
		ds = append(ds, d)
	}
	return ds
}

// loops tells which deliveries of other trails the trail logs. If they log its own in turn, each
// log file makes another one. What it does with its own is among the findings.
func (t *trail) loops(trails []*trail) (loops []string) {
	for _, other := range trails {
		bucket := aws.ToString(other.S3BucketName)
		if other == t || bucket == "" || bucket == aws.ToString(t.S3BucketName) {
			continue
		}
		delivery := selector.Operation{Source: "s3.amazonaws.com", Name: "PutObject", Type: "AWS::S3::Object",
			ARN: "arn:" + t.partition() + ":s3:::" + bucket + "/*"}
		if t.selectors.Covers(delivery).Logged != nil {
			loops = append(loops, fmt.Sprintf("logs the log files that trail %s delivers to %s", other.name(), bucket))
		}
	}
	return loops
}

// print prints the answer for a person.
func (a *answer) print(w io.Writer) error {
	var b bytes.Buffer
	switch {
	case a.Question != nil:
		a.Question.print(&b)
	case a.Coverage != nil:
		printCoverage(&b, a.Bucket, a.Coverage)
	case a.Change != nil:
		a.Change.print(&b)
	case len(a.Trails) == 0:
		b.WriteString("there is no trail: nothing is logged but the event history of 90 days\n")
	}
	for i, d := range a.Trails {
		if i > 0 {
			b.WriteByte('\n')
		}
		d.print(&b)
	}
	_, err := w.Write(b.Bytes())
	return err
}

func (d *description) print(b *bytes.Buffer) {
	scope := d.HomeRegion + " only"
	if d.MultiRegion {
		scope = "all Regions, home " + d.HomeRegion
	}
	if d.Organization {
		scope += ", organization"
	}
	fmt.Fprintf(b, "%s: %s; %s; delivers to %s\n", d.Name, d.State, scope, d.LogBucket)
	switch {
	case d.Selectors == nil:
		b.WriteString("  selectors could not be read\n")
	case string(d.Selectors) == "{}":
		b.WriteString("  no selectors: logs all management events, and nothing else\n")
	default:
		b.WriteString("  ")
		json.Indent(b, d.Selectors, "  ", "  ")
		b.WriteByte('\n')
	}
	if d.Undelivered != "" {
		fmt.Fprintf(b, "  %s: the last log file could not be delivered: %s\n", selector.Warning, d.Undelivered)
	}
	for _, f := range d.Findings {
		fmt.Fprintf(b, "  %s\n", f)
	}
	for _, l := range d.Loops {
		fmt.Fprintf(b, "  %s: %s\n", selector.Warning, l)
	}
}

func (q *question) print(b *bytes.Buffer) {
	fmt.Fprintf(b, "%s: is %s", q.Verdict, q.Operation)
	if q.ARN != "" {
		fmt.Fprintf(b, " on %s", q.ARN)
	} else {
		fmt.Fprintf(b, " of %s", q.Source)
	}
	if q.By != "" {
		fmt.Fprintf(b, " by %s", q.By)
	}
	fmt.Fprintf(b, ", a %s event, logged?\n", strings.ToLower(q.Category))
	if len(q.Trails) == 0 {
		b.WriteString("  there is no trail\n")
	}
	for _, l := range q.Trails {
		fmt.Fprintf(b, "  %s: %s: %s\n", l.Trail, l.Verdict, l.Why)
		if l.WhyNot != "" {
			fmt.Fprintf(b, "      but %s\n", l.WhyNot)
		}
		for _, note := range l.Notes {
			fmt.Fprintf(b, "      %s\n", note)
		}
	}
}

// printCoverage prints a table of calls by trails, and below it why calls are logged in part only.
func printCoverage(b *bytes.Buffer, bucket string, coverage []question) {
	fmt.Fprintf(b, "bucket %s: which calls on it are logged, by which trail?\n\n", bucket)
	t := tabwriter.NewWriter(b, 0, 0, 2, ' ', 0)
	fmt.Fprint(t, "operation\tevents\tlogged")
	for _, l := range coverage[0].Trails {
		fmt.Fprintf(t, "\t%s", l.Trail)
	}
	fmt.Fprintln(t)
	var notes []string
	note := func(format string, args ...any) {
		if s := fmt.Sprintf(format, args...); !slices.Contains(notes, s) {
			notes = append(notes, s)
		}
	}
	for _, q := range coverage {
		fmt.Fprintf(t, "%s\t%s\t%s", q.Operation, strings.ToLower(q.Category), q.Verdict)
		for _, l := range q.Trails {
			fmt.Fprintf(t, "\t%s", l.Verdict)
			if l.WhyNot != "" {
				note("%s: %s: %s", l.Trail, q.Operation, l.WhyNot)
			}
			for _, n := range l.Notes {
				note("%s: %s", l.Trail, n)
			}
		}
		fmt.Fprintln(t)
	}
	t.Flush()
	if len(notes) > 0 {
		fmt.Fprintf(b, "\n%s\n", strings.Join(notes, "\n"))
	}
}

func (c *change) print(b *bytes.Buffer) {
	fmt.Fprintf(b, "trail %s with the new selectors\n", c.Trail)
	for _, s := range c.Stops {
		fmt.Fprintf(b, "  stops logging   %s\n", s)
	}
	for _, s := range c.Starts {
		fmt.Fprintf(b, "  starts logging  %s\n", s)
	}
	switch {
	case !c.Complete:
		b.WriteString("  and perhaps more: the selectors are too many to compare them all\n")
	case len(c.Stops)+len(c.Starts) == 0:
		b.WriteString("  logs what it logs now\n")
	}
	for _, f := range c.Findings {
		fmt.Fprintf(b, "  %s\n", f)
	}
	switch {
	case c.Applied:
		b.WriteString("put: the trail has them now\n")
	case c.asked:
		b.WriteString("not put\n")
	default:
		b.WriteString("not put; -apply puts them\n")
	}
}
