package main

import (
	"errors"
	"flag"
	"fmt"
	"io"
	"slices"
	"strconv"
	"strings"
	"time"

	"github.com/trailsieve/trailsieve/pricing"
	"github.com/trailsieve/trailsieve/pricing/attribution"
	"github.com/trailsieve/trailsieve/pricing/pipeline"
)

// Options are what the command line and the configuration ask for, checked and compiled.
type options struct {
	names     []string // of files and folders
	synthetic uint64   // records to make in place of files; 0 is none
	kind      kind
	month     time.Time // only records of this one; zero is all
	account   string    // of access logs and counts that do not tell
	region    string
	window    int // of the Deduper; 0 is none

	trails   []trail
	compare  []trail // nil if nothing is to be compared
	rates    *pricing.Rates
	pipeline *pipeline.Pipeline // nil if not asked for

	format, output string
	by             []attribution.Dimension
	top            int
	advice         bool
	invoice        bool
	progress       bool
	showRates      bool

	notes []string // about the options, for the report
}

// formats are what -format knows.
var formats = []string{"text", "json", "html", "focus", "cur", "infracost"}

// storyRecords is how many records the story has: enough to be like a month, and made within seconds.
const storyRecords = 200_000

// defaultWindow is how many records the Deduper remembers: more than ten minutes of a large
// organization, in 32 MB.
const defaultWindow = 1_000_000

// maxTop is how many rows a table may have. The sketches hold no more at their default capacity.
const maxTop = 2000

// given are the flags as they are written.
type given struct {
	*flag.FlagSet
	trails, compare                       []string
	config, describe, rates, on, pipeline string
	kind, month, account, region          string
	format, output, by                    string
	synthetic                             uint64
	dedup, top                            int
	advice, invoice, progress, showRates  bool
}

// groups are the flags as the help shows them.
var groups = []struct {
	title string
	flags []string
}{
	{"what is read", []string{"kind", "month", "account", "region", "dedup", "synthetic"}},
	{"trails", []string{"trail", "compare", "describe", "config"}},
	{"prices", []string{"rates", "on", "show-rates", "invoice", "pipeline"}},
	{"what is written", []string{"format", "o", "by", "top", "advice", "progress"}},
}

func newFlags() *given {
	g := &given{FlagSet: flag.NewFlagSet("trailcost", flag.ContinueOnError)}
	g.SetOutput(io.Discard) // what is wrong is in the error
	list := func(to *[]string) func(string) error {
		return func(text string) error {
			*to = append(*to, text)
			return nil
		}
	}
	g.StringVar(&g.kind, "kind", "", "take all files for this `kind`: "+strings.Join(kindNames, ", ")+" (default: find out)")
	g.StringVar(&g.month, "month", "", "only records of this month, as `2026-03`, in UTC; for counts, the month that they are for")
	g.StringVar(&g.account, "account", "", "`ID` of the account, for access logs and counts that do not tell it")
	g.StringVar(&g.region, "region", "us-east-1", "`Region`, for access logs and counts that do not tell it")
	g.IntVar(&g.dedup, "dedup", defaultWindow, "among the last so many `records`, those that are there twice count once; 0 counts all")
	g.Uint64Var(&g.synthetic, "synthetic", 0, "make a month of so many `records`, in place of files")
	g.Func("trail", "a trail, `T` as below; may be given several times", list(&g.trails))
	g.Func("compare", "a trail as it would be, `T` as below; may be given several times", list(&g.compare))
	g.StringVar(&g.describe, "describe", "", "take home Regions, accounts and log buckets of trails from a `file` as printed by\naws cloudtrail describe-trails")
	g.StringVar(&g.config, "config", "", "a `file` with trails and more, as below")
	g.StringVar(&g.rates, "rates", "", "a `file` with prices, in place of AWS's published ones: AWS's price list for CloudTrail (JSON or CSV),\n"+
		"or your own, for which what -show-rates prints is a beginning")
	g.StringVar(&g.on, "on", "", "prices of this `day`, as 2016-11-21 (default: the latest that are known)")
	g.BoolVar(&g.showRates, "show-rates", false, "print the prices in the form that -rates reads, and nothing else")
	g.BoolVar(&g.invoice, "invoice", false, "round each account, Region and meter to the cent, as AWS's monthly bill does")
	g.StringVar(&g.pipeline, "pipeline", "", "`parts` around each trail, as below")
	g.StringVar(&g.format, "format", "text", "`one` of "+strings.Join(formats, ", "))
	g.StringVar(&g.output, "o", "", "write to this `file` (default: standard output)")
	g.StringVar(&g.by, "by", "bucket,prefix=2,event,principal,day", "split the bill by these `dimensions`, as below")
	g.IntVar(&g.top, "top", 10, "`rows` for each of them, but all days and hours")
	g.BoolVar(&g.advice, "advice", true, "recommend what could be left out")
	g.BoolVar(&g.progress, "progress", true, "show how far the work is, if standard error is a terminal")
	return g
}

// help prints the usage, with the flags in their groups.
func (g *given) help(w io.Writer) {
	fmt.Fprint(w, usage)
	for _, group := range groups {
		fmt.Fprintf(w, "\n%s\n", group.title)
		part := flag.NewFlagSet("", flag.ContinueOnError)
		part.SetOutput(w)
		for _, name := range group.flags {
			f := g.Lookup(name)
			part.Var(f.Value, f.Name, f.Usage)
		}
		part.PrintDefaults()
	}
	fmt.Fprint(w, usageEnd)
}

// parse reads the command line, and the files that it names.
func parse(args []string, help io.Writer) (*options, error) {
	g := newFlags()
	switch err := g.Parse(args); {
	case errors.Is(err, flag.ErrHelp):
		g.help(help)
		return nil, err
	case err != nil:
		return nil, fmt.Errorf("%w; trailcost -h lists the flags", err)
	}
	o := &options{
		names: g.Args(), synthetic: g.synthetic, account: g.account, region: g.region, window: g.dedup,
		format: g.format, output: g.output, top: g.top, advice: g.advice, invoice: g.invoice, progress: g.progress,
		showRates: g.showRates,
	}
	if err := o.check(g); err != nil {
		return nil, err
	}
	c, err := readConfig(g.config)
	if err != nil {
		return nil, err
	}
	if o.synthetic == 0 && len(o.names) == 0 {
		o.synthetic = storyRecords
		o.notes = append(o.notes, "nothing was named, so the records are made up: trailcost -h tells how to name your own")
	}
	if err := o.setTrails(g, c); err != nil {
		return nil, err
	}
	if err := o.setRates(g.rates, g.on); err != nil {
		return nil, err
	}
	return o, o.setPipeline(g.pipeline, c)
}

// check checks the flags that need no file.
func (o *options) check(g *given) (err error) {
	if !slices.Contains(formats, o.format) {
		return fmt.Errorf("-format %s: there is no such format: one of %s", o.format, strings.Join(formats, ", "))
	}
	if o.kind, err = parseKind(g.kind); err != nil {
		return err
	}
	if g.month != "" {
		if o.month, err = time.Parse("2006-01", g.month); err != nil {
			return fmt.Errorf("-month %s: not a month: as in 2026-03", g.month)
		}
	}
	if o.by, err = parseDimensions(g.by); err != nil {
		return err
	}
	switch {
	case o.window < 0 || o.window > 100_000_000:
		return fmt.Errorf("-dedup %d: not between 0 and a hundred million", o.window)
	case o.top < 1 || o.top > maxTop:
		return fmt.Errorf("-top %d: not between 1 and %d", o.top, maxTop)
	case o.synthetic > 0 && len(o.names) > 0:
		return fmt.Errorf("-synthetic makes the records, and %s is there to be read: one or the other; flags come before files", o.names[0])
	case o.synthetic > maxEvents:
		return fmt.Errorf("-synthetic %d: more than %d", o.synthetic, uint64(maxEvents))
	}
	return nil
}

// dimensions are the names that -by knows.
var dimensions = map[string]attribution.Dimension{
	"account": attribution.Account, "region": attribution.Region, "trail": attribution.Trail,
	"selector": attribution.Selector, "bucket": attribution.Bucket, "event": attribution.EventName,
	"principal": attribution.Principal, "day": attribution.Day, "hour": attribution.Hour,
	"category": attribution.Category, "source": attribution.EventSource, "access": attribution.ReadWrite,
}

// parseDimensions reads a list of dimensions: "bucket,prefix=2,trail+day".
func parseDimensions(text string) ([]attribution.Dimension, error) {
	all := []attribution.Dimension{}
	if text == "" {
		return all, nil
	}
	for name := range strings.SplitSeq(text, ",") {
		d, err := parseDimension(name)
		if err != nil {
			return nil, err
		}
		if !slices.Contains(all, d) {
			all = append(all, d)
		}
	}
	return all, nil
}

func parseDimension(text string) (attribution.Dimension, error) {
	parts := strings.Split(text, "+")
	all := make([]attribution.Dimension, len(parts))
	for i, name := range parts {
		name, level, isPrefix := strings.Cut(name, "=")
		d, ok := dimensions[name]
		switch {
		case name == "prefix":
			n, err := strconv.Atoi(level)
			if err != nil || n < 1 || n > attribution.MaxDepth {
				return "", fmt.Errorf("-by %s: prefixes have a depth between 1 and %d, as in prefix=2", text, attribution.MaxDepth)
			}
			d = attribution.Prefix(n)
		case !ok || isPrefix:
			return "", fmt.Errorf("-by %s: no such dimension: %q; trailcost -h lists them", text, name)
		}
		if i < len(parts)-1 && (name == "prefix" || name == "principal") {
			return "", fmt.Errorf("-by %s: %s can only be the last, as its keys may have anything in them", text, name)
		}
		all[i] = d
	}
	return attribution.By(all...), nil
}
