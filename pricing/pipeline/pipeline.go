// Package pipeline prices what is around a trail: the log files in S3, their encryption and
// notifications, CloudWatch Logs, EventBridge with a Lambda function behind it, and CloudTrail Lake.
//
// Each part is switched on by itself, with its own settings:
//
//	p := pipeline.Pipeline{
//		LogFiles: &pipeline.LogFiles{Kept: 365 * 24},
//		KMS:      &pipeline.KMS{Keys: 1},
//		Lambda:   &pipeline.Lambda{Invocations: 2_000_000, Memory: 128, Milliseconds: 350},
//	}
//	usage, err := p.Usage(pipeline.Volume{Trail: "images", Region: "us-east-1", Events: 5_000_000})
//	bill, err := rates.Bill(append(meter.Usage(), usage...)...)
//
// # What is assumed
//
// What a [Volume] does not say is taken from AWS's guides, and the notes of the bill say so:
//
//	bytes per event     1,500 of JSON                      AWS observability guide, 2026-05-27
//	compression         10 to 1, gzip                      CloudTrail user guide, "about" so much
//	log files           one every 5 minutes, for a trail in one account and Region, at most one
//	                    for each event                     CloudTrail user guide, "about every 5 minutes"
//	digest files        one every hour, if switched on     CloudTrail user guide
//	month               720 hours
//	GB                  2^30 bytes                         AWS's guide estimates with 10^9
//
// They are estimates, and the arithmetic on them is exact. Where log files are at hand, measure.
//
// # What is not in it
//
// Requests to read the log files, transfer, S3 storage above 50 TB, Lambda above its first tier, and
// the parts of EventBridge that deliver to other accounts. Prices are proved for us-east-1, and hardly
// anywhere else; see package pricing.
package pipeline

import (
	"cmp"
	"fmt"
	"math/bits"

	"github.com/trailsieve/trailsieve/pricing"
)

// The assumptions about what a Volume does not say.
const (
	BytesPerEvent    = 1500
	Compression      = 10
	HoursPerMonth    = 720
	LogFilesPerHour  = 12
	DefaultGB        = 1 << 30
	gbPerTB          = 1024 // if a GB is 2^30 bytes
	decimalGBPerTB   = 1000 // if it is 10^9
	chunk            = 64 << 10
	mbMillisecondsGB = 1024 * 1000 // MB-milliseconds in a GB-second
)

// A Volume is what a trail logs in a month, in one account and Region.
type Volume struct {
	Trail, Account, Region string

	Events uint64 // logged by the trail, of all categories
	Bytes  uint64 // of them, as JSON; 0 is BytesPerEvent for each
	Files  uint64 // log files; 0 is LogFilesPerHour, and no more than events
	Hours  uint64 // of the month; 0 is HoursPerMonth
}

// A Pipeline is the parts that are switched on. Nil ones are not.
type Pipeline struct {
	LogFiles       *LogFiles
	KMS            *KMS
	SNS            *SNS
	CloudWatchLogs *CloudWatchLogs
	EventBridge    *EventBridge
	Lambda         *Lambda
	Lake           *Lake

	GB          uint64 // bytes in a GB: 1 << 30 if it is 0, or 1e9
	Compression uint64 // of JSON by gzip; 0 is the constant
}

// LogFiles are what a trail delivers to S3: a PUT request for each file, and their storage.
type LogFiles struct {
	Digests bool // log file integrity validation, which delivers a digest file every hour

	// Kept is for how many hours files are kept. A month is charged for what lies there when as much
	// is deleted as comes in: a month's files, times the months that they are kept. 0 is no storage.
	Kept uint64
}

// KMS is encryption of the files with a key of one's own: a request for each file, digests included.
type KMS struct {
	Keys uint64 // that are paid for, for a month each; 0 if another trail pays
}

// SNS is a notification for each log file.
type SNS struct{}

// CloudWatchLogs are the events as a log group gets them.
type CloudWatchLogs struct {
	// Direct is true for delivery without a trail, for which CloudTrail charges too. AWS does not say
	// whether it does so for what a trail sends.
	Direct bool

	// Kept is for how many hours events are kept, as in [LogFiles], and Scanned how many bytes queries
	// read.
	Kept, Scanned uint64
}

// EventBridge is rules for the events. Events of AWS services on the default bus are free; those that are
// sent on to a bus of one's own are not.
type EventBridge struct {
	Custom uint64 // events sent to a bus of one's own
	Size   uint64 // of one of them, in bytes; 0 is BytesPerEvent
}

// Lambda is the function behind a rule.
type Lambda struct {
	Invocations  uint64 // the events that rules match
	Memory       uint64 // MB
	Milliseconds uint64 // that one takes
	ARM          bool
}

// Lake is an event data store of CloudTrail Lake. It was closed to new customers on 2026-05-31.
type Lake struct {
	SevenYears bool   // seven-year retention pricing; otherwise one-year extendable retention
	Other      uint64 // bytes from other sources than trail events: Insights, Config, imports
	Kept       uint64 // hours beyond the first 366 days, of compressed data, as in LogFiles
	Scanned    uint64 // bytes that queries read
}

// An Error says which part of a pipeline cannot be computed.
type Error struct {
	Part string
	Err  error // pricing.ErrOverflow
}

// Error names the package, the part and the cause.
func (e *Error) Error() string { return fmt.Sprintf("pipeline: %s: %v", e.Part, e.Err) }

// Unwrap returns the cause.
func (e *Error) Unwrap() error { return e.Err }

// Usage returns what a volume takes of the parts that are switched on, for [pricing.Rates.Bill]. What is
// zero is left out. The error is an *[Error].
func (p *Pipeline) Usage(v Volume) ([]pricing.Usage, error) {
	c := calculation{
		volume: v, events: v.Events, hours: cmp.Or(v.Hours, HoursPerMonth),
		gb: cmp.Or(p.GB, DefaultGB), compression: cmp.Or(p.Compression, Compression),
	}
	c.part = "volume"
	c.bytes = cmp.Or(v.Bytes, c.times(v.Events, BytesPerEvent))
	c.files = cmp.Or(v.Files, min(v.Events, c.times(c.hours, LogFilesPerHour)))
	c.logFiles(p.LogFiles)
	c.kms(p.KMS)
	c.sns(p.SNS)
	c.cloudWatchLogs(p.CloudWatchLogs)
	c.eventBridge(p.EventBridge)
	c.lambda(p.Lambda)
	c.lake(p.Lake)
	if c.err != nil {
		return nil, c.err
	}
	return c.usage, nil
}

// A calculation collects usage, until something overflows.
type calculation struct {
	volume               Volume
	events, bytes, files uint64
	digests              uint64 // files
	hours                uint64
	gb, compression      uint64

	part  string // what is being computed
	usage []pricing.Usage
	err   error
}

func (c *calculation) fail() {
	if c.err == nil {
		c.err = &Error{c.part, pricing.ErrOverflow}
	}
}

// times multiplies.
func (c *calculation) times(a, b uint64) uint64 {
	hi, lo := bits.Mul64(a, b)
	if hi != 0 {
		c.fail()
	}
	return lo
}

func (c *calculation) plus(a, b uint64) uint64 {
	sum, carry := bits.Add64(a, b, 0)
	if carry != 0 {
		c.fail()
	}
	return sum
}

// add adds a quantity of so many parts, of which per make a unit.
func (c *calculation) add(meter pricing.MeterName, quantity, per uint64, note string) {
	if quantity == 0 {
		return
	}
	v := c.volume
	c.usage = append(c.usage, pricing.Usage{
		Trail: v.Trail, Account: v.Account, Region: v.Region,
		Meter: meter, Quantity: quantity, Per: per, Note: note,
	})
}

// gbMonths adds bytes that are stored, compressed, for so many hours.
func (c *calculation) gbMonths(meter pricing.MeterName, bytes, hours uint64, note string) {
	// bytes / compression × hours / (gb × hours of the month), in lowest terms before it is multiplied
	if bytes == 0 || hours == 0 {
		return
	}
	month := c.times(c.times(c.compression, c.gb), c.hours)
	g := gcd(bytes, month)
	h := gcd(hours, month/g)
	c.add(meter, c.times(bytes/g, hours/h), month/g/h, note)
}

func gcd(a, b uint64) uint64 {
	for b != 0 {
		a, b = b, a%b
	}
	return a
}

func (c *calculation) sizes() string {
	return fmt.Sprintf("a GB of %d bytes, a month of %d hours, compressed %d to 1", c.gb, c.hours, c.compression)
}

func (c *calculation) logFiles(l *LogFiles) {
	if l == nil {
		return
	}
	c.part = "log files"
	if l.Digests {
		c.digests = c.hours
	}
	c.add(pricing.S3PutRequests, c.plus(c.files, c.digests), 0, "one for each log file and digest file")
	c.gbMonths(pricing.S3StandardStorage, c.bytes, l.Kept, c.sizes())
}

func (c *calculation) kms(k *KMS) {
	if k == nil {
		return
	}
	c.part = "KMS"
	c.add(pricing.KMSKeyMonths, k.Keys, 0, "a key of one's own")
	c.add(pricing.KMSRequests, c.plus(c.files, c.digests), 0, "one for each log file and digest file")
}

func (c *calculation) sns(s *SNS) {
	if s == nil {
		return
	}
	c.part = "SNS"
	c.add(pricing.SNSRequests, c.files, 0, "a notification for each log file")
}

func (c *calculation) cloudWatchLogs(l *CloudWatchLogs) {
	if l == nil {
		return
	}
	c.part = "CloudWatch Logs"
	if l.Direct {
		c.add(pricing.CloudWatchDelivery, c.bytes, c.gb, "CloudTrail's part of delivery without a trail")
	}
	c.add(pricing.CloudWatchLogsIngestion, c.bytes, c.gb, fmt.Sprintf("a GB of %d bytes", c.gb))
	c.gbMonths(pricing.CloudWatchLogsStorage, c.bytes, l.Kept, c.sizes())
	c.add(pricing.CloudWatchLogsQueryScan, l.Scanned, c.gb, fmt.Sprintf("a GB of %d bytes", c.gb))
}

func (c *calculation) eventBridge(e *EventBridge) {
	if e == nil {
		return
	}
	c.part = "EventBridge"
	c.add(pricing.EventBridgeAWSEvents, c.events, 0, "events of AWS services on the default bus are free")
	size := cmp.Or(e.Size, BytesPerEvent)
	chunks := size / chunk
	if size%chunk != 0 {
		chunks++
	}
	c.add(pricing.EventBridgeCustomEvents, c.times(e.Custom, chunks), 0, "every 64 KB of an event count as one")
}

func (c *calculation) lambda(l *Lambda) {
	if l == nil {
		return
	}
	c.part = "Lambda"
	c.add(pricing.LambdaRequests, l.Invocations, 0, "one for each event that a rule matches")
	meter := pricing.LambdaGBSecondsX86
	if l.ARM {
		meter = pricing.LambdaGBSecondsARM
	}
	c.add(meter, c.times(l.Invocations, c.times(l.Memory, l.Milliseconds)), mbMillisecondsGB,
		fmt.Sprintf("%d ms at %d MB each", l.Milliseconds, l.Memory))
}

func (c *calculation) lake(l *Lake) {
	if l == nil {
		return
	}
	c.part = "Lake"
	note := fmt.Sprintf("a GB of %d bytes", c.gb)
	if l.SevenYears {
		c.tiers(c.plus(c.bytes, l.Other), note)
	} else {
		c.add(pricing.LakeCloudTrailIngestion, c.bytes, c.gb, note)
		c.add(pricing.LakeOtherIngestion, l.Other, c.gb, note)
	}
	c.gbMonths(pricing.LakeExtendedRetention, c.plus(c.bytes, l.Other), l.Kept, c.sizes())
	c.add(pricing.LakeQueryScan, l.Scanned, c.gb, note)
}

// tiers adds bytes by the tiers of seven-year retention pricing: the first 5 TB, the next 20, and more.
func (c *calculation) tiers(bytes uint64, note string) {
	tb := c.times(c.gb, gbPerTB)
	if c.gb == 1e9 {
		tb = c.times(c.gb, decimalGBPerTB)
	}
	for _, tier := range []struct {
		meter pricing.MeterName
		bytes uint64
	}{
		{pricing.Lake7YearIngestion1, c.times(5, tb)},
		{pricing.Lake7YearIngestion2, c.times(20, tb)},
		{pricing.Lake7YearIngestion3, bytes},
	} {
		n := min(bytes, tier.bytes)
		c.add(tier.meter, n, c.gb, note)
		bytes -= n
	}
}
