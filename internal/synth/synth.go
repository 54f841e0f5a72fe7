// Package synth makes CloudTrail records and log files that look like real ones, for tests,
// benchmarks and examples.
//
//	g := synth.New(synth.Config{Seed: 1})
//	record := g.AppendRecord(nil)
//	file := g.AppendLogFile(nil, 500)
//
// Equal configurations make equal bytes, on every machine and with every version of Go.
//
// # What is real about it
//
// Records have the fields, the order of fields, the identities, the errors and the oddities that
// delivered log files have, in about the same shares. A management event has about 1.3 KB, an S3
// data event of today 1.7 KB, and files compress eight to twelve times. A few users, buckets and
// objects are hot and many are cold. Time goes on from record to record, with small steps back. The
// start decides which versions of the record there are, and with them which fields; calls that S3
// did not have yet are left out.
//
// # What is not
//
// Every name, id and key is invented. Account ids and addresses are those that AWS and RFC 5737
// reserve for documentation, and ids of keys and principals end in EXAMPLE. Calls are drawn one by
// one, without a story: an object may be read before it is written.
// There are no Insights, network activity or aggregated events, and no S3 data events other than
// those of ordinary buckets.
package synth

import "time"

// A Config says what to make. The zero value is a sensible account with both data events and
// management events.
type Config struct {
	// Seed tells generators apart: another seed, other records.
	Seed uint64

	// Start is the time of the first record, to the second. It also decides which versions the
	// records have, however long the generator runs. Zero means 2026-03-02 09:00:00 UTC.
	Start time.Time

	// Gap is the mean time between two records, in whole milliseconds. Zero means one second.
	Gap time.Duration

	// Account is the account that got the records, and Region the Region in which it happened,
	// which must be one of the partition aws. Empty means 111122223333 and us-east-1. The global
	// services (IAM, sign-in) report to us-east-1, so other Regions have no records of theirs.
	Account, Region string

	// Buckets are the S3 buckets of the data events, the busiest first. Nil means a default list,
	// in which jbarr-s3-trail-demo is the first.
	Buckets []string

	// DataPercent says how many of a hundred records are S3 data events, on average: 100 or more
	// is all, a negative number is none, zero means 50. The others are management events.
	DataPercent int
}

// defaultBuckets begins with the bucket of AWS's announcement of S3 data events (November 2016).
var defaultBuckets = []string{
	"jbarr-s3-trail-demo",
	"example-uploads",
	"example-raw",
	"example-assets",
	"example-lake",
	"example-billing",
	"example-backups",
	"example-ml",
	"example-ci",
	"example-partners",
	"example.site",
	"example-archive-2012",
}

// A Generator makes records, one after the other and without an end. It keeps no more of what it
// has made than a handful of numbers. It must not be used by several goroutines at once.
type Generator struct {
	dice
	seed        uint64
	account     string
	region      string
	buckets     []string
	dataPercent int
	gap         int // milliseconds
	era         *era
	data        []*shape // a shape stands here as often as its weight says, so that picking is one draw
	management  []*shape
	start       int64  // Unix seconds
	clock       int64  // Unix milliseconds
	files       uint64 // log files made
	made        uint64 // records made
	call        call   // the call that the next record tells of; here to save an allocation

	lastManagement, lastData call // what prepare may repeat

	// What a DeleteObjects left behind: an event for each of its keys, made when data events are next due.
	deletes int
	deleted call
}

// New returns a Generator for the given configuration.
func New(c Config) *Generator {
	g := &Generator{
		seed:        c.Seed,
		account:     c.Account,
		region:      c.Region,
		buckets:     c.Buckets,
		dataPercent: c.DataPercent,
		gap:         int(c.Gap / time.Millisecond),
	}
	g.pcg.Seed(c.Seed, hash("trailsieve/internal/synth"))
	if g.account == "" {
		g.account = "111122223333"
	}
	if g.region == "" {
		g.region = "us-east-1"
	}
	if len(g.buckets) == 0 {
		g.buckets = defaultBuckets
	}
	if g.dataPercent == 0 {
		g.dataPercent = 50
	}
	if c.Gap <= 0 {
		g.gap = 1000
	}
	start := c.Start.UTC()
	if c.Start.IsZero() {
		start = time.Date(2026, time.March, 2, 9, 0, 0, 0, time.UTC)
	}
	g.start = start.Unix()
	g.clock = g.start * 1000
	g.era = eraOf(start)
	g.data = choose(dataShapes(), start.Year(), g.region)
	g.management = choose(managementShapes(), start.Year(), g.region)
	return g
}

// choose returns the shapes that occur in the year and the Region, each as often as its weight says.
func choose(all []shape, year int, region string) []*shape {
	var list []*shape
	for i := range all {
		s := &all[i]
		if year < s.since || s.until != 0 && year > s.until || s.global && region != "us-east-1" {
			continue
		}
		for range s.weight {
			list = append(list, s)
		}
	}
	return list
}

// AppendRecord appends the next record to dst, as compact JSON.
func (g *Generator) AppendRecord(dst []byte) []byte {
	if g.made > 0 && g.gap > 0 {
		g.clock += int64(g.below(2*g.gap + 1))
	}
	g.made++
	c := &g.call
	switch {
	case g.below(100) >= g.dataPercent:
		g.prepare(c, &g.lastManagement, g.management)
	case g.deletes > 0:
		g.deletes--
		*c = g.deleted
		c.object = g.zipf(objects)
		c.time = g.clock / 1000
	default:
		g.prepare(c, &g.lastData, g.data)
		if c.name == "DeleteObjects" && c.failure == nil && c.time >= deletesAreToldSince {
			g.deletes = 1 + g.zipf(8)
			g.deleted = *c
			g.deleted.shape = deletedShape()
			g.deleted.caller = caller{kind: theServiceItself, by: "s3.amazonaws.com"}
			g.deleted.shared, g.deleted.endpoint = false, false
		}
	}
	return g.appendCall(dst, c)
}

// prepare decides all of a call that more than one field of its record depends on.
//
// Programs seldom make one call alone: half of the calls have the form, the caller and the bucket
// of the one before. That changes no share of the whole, and is much of what makes log files
// compress so well.
func (g *Generator) prepare(c, last *call, shapes []*shape) {
	again := last.shape != nil && g.oneIn(2)
	*c = *last
	if !again {
		*c = call{shape: shapes[g.below(len(shapes))], bucket: g.zipf(len(g.buckets))}
		c.caller = g.caller(c)
		c.version = g.era.version(&g.dice, c.service)
		*last = *c
	}
	c.subject, c.object = g.zipf(subjects), g.zipf(objects)
	c.source, c.sourceObject = g.zipf(len(g.buckets)), g.zipf(objects)
	c.number = g.below(1 << 20)
	c.time = g.clock / 1000
	if g.made > 1 && g.oneIn(6) {
		c.time = max(g.start, c.time-int64(g.below(1+12*g.gap/1000))) // a slower host
	}
	if len(c.failures) > 0 && (c.fails || g.oneIn(11)) {
		c.failure = &c.failures[g.below(len(c.failures))]
		if c.failure.since > g.era.from {
			c.failure = &c.failures[0]
		}
	}
	c.id = g.pcg.Uint64()
	// A role of a network that has an endpoint for S3 uses it; elsewhere endpoints are rare.
	c.endpoint = c.kind == instanceRole && c.isS3() || c.kind == role && g.oneIn(12)
	c.shared = c.kind == otherAccount || c.kind == awsService || c.kind == theServiceItself && g.oneIn(2)
	c.omitted = c.large && c.failure == nil && g.oneIn(40)
}
