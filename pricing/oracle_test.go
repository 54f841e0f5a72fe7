package pricing

import (
	"fmt"
	"math/big"
	"math/rand/v2"
	"regexp"
	"strings"

	"github.com/trailsieve/trailsieve/record"
	"github.com/trailsieve/trailsieve/selector"
)

// The slow twin: money as rational numbers, and a bill that is made by reading section 3 of AWS's
// rules aloud. It shares no arithmetic and no counting with the package. What a single trail's
// selectors take is not its subject, so it asks the selector.

var number10 = regexp.MustCompile(`^-?[0-9]+(\.[0-9]+)?$`)

// parseSlow returns the number that a text says, and whether there is a USD for it.
func parseSlow(text string) (*big.Rat, bool) {
	if !number10.MatchString(text) {
		return nil, false
	}
	x, ok := new(big.Rat).SetString(text)
	return x, ok && isUSDSlow(x)
}

// isUSDSlow reports whether x is within 10^15, and a number of 10^-13 / 2^30 with a denominator of at
// most 64 bits.
func isUSDSlow(x *big.Rat) bool {
	most := new(big.Rat).SetInt(new(big.Int).Exp(big.NewInt(10), big.NewInt(15), nil))
	units := new(big.Rat).SetInt(new(big.Int).Exp(big.NewInt(10), big.NewInt(13), nil))
	units.Mul(units, big.NewRat(1<<30, 1))
	return new(big.Rat).Abs(x).Cmp(most) <= 0 && units.Mul(units, x).Denom().BitLen() <= 64
}

// printSlow returns x with all its decimals.
func printSlow(x *big.Rat) string {
	text := x.FloatString(106)
	if back := mustRat(text); back.Cmp(x) != 0 {
		text = x.FloatString(20)
	}
	text = strings.TrimRight(strings.TrimRight(text, "0"), ".")
	if text == "-0" {
		return "0"
	}
	return text
}

// centsSlow returns x rounded to the cent, half a cent away from zero.
func centsSlow(x *big.Rat) *big.Rat {
	cents := new(big.Rat).Mul(new(big.Rat).Abs(x), big.NewRat(100, 1))
	cents.Add(cents, big.NewRat(1, 2))
	whole := new(big.Int).Quo(cents.Num(), cents.Denom())
	rounded := new(big.Rat).SetFrac(whole, big.NewInt(100))
	if x.Sign() < 0 {
		rounded.Neg(rounded)
	}
	return rounded
}

func mustRat(text string) *big.Rat {
	x, ok := new(big.Rat).SetString(text)
	if !ok {
		panic("not a number: " + text)
	}
	return x
}

// pricesSlow is the rate card, typed in again.
var pricesSlow = map[MeterName]*big.Rat{
	"management_events_first_copy":      mustRat("0"),
	"management_events_additional_copy": mustRat("2/100000"),
	"data_events":                       mustRat("1/1000000"),
	"network_activity_events":           mustRat("1/1000000"),

	"insights_management_events_analyzed": mustRat("35/10000000"),
	"insights_data_events_analyzed":       mustRat("3/10000000"),
}

// An itemSlow is what a line of the bill is about.
type itemSlow struct {
	trail, account, region string
	meter                  MeterName
}

// meterSlow counts what the trails log and pay for. Trails have different names.
func meterSlow(trails []Trail, records []*record.Record) map[itemSlow]uint64 {
	counts := make(map[itemSlow]uint64)
	for _, r := range records {
		account := r.RecipientAccountID
		if account == "" {
			account = r.UserIdentity.AccountID
		}
		var copies []string // the trails that log this event, that of the organization first
		log := func(t Trail) {
			if t.Account != "" && t.Account != account && !t.Organization {
				return // somebody else's trail
			}
			if !t.MultiRegion && t.HomeRegion != "" && t.HomeRegion != r.AWSRegion {
				return // a trail elsewhere
			}
			if t.Selector == nil && r.EventCategory != "Management" || t.Selector != nil && !t.Selector.Match(r) {
				return
			}
			copies = append(copies, t.Name)
			callRate, errorRate := t.Insights.Management&CallRateInsight != 0, t.Insights.Management&ErrorRateInsight != 0
			meter := MeterName("insights_management_events_analyzed")
			if r.EventCategory == "Data" {
				callRate, errorRate = t.Insights.Data&CallRateInsight != 0, t.Insights.Data&ErrorRateInsight != 0
				meter = "insights_data_events_analyzed"
			} else if r.EventCategory != "Management" {
				return
			}
			if callRate && (r.ReadOnly == record.False || r.EventCategory == "Data") {
				counts[itemSlow{t.Name, account, r.AWSRegion, meter}]++
			}
			if errorRate {
				counts[itemSlow{t.Name, account, r.AWSRegion, meter}]++
			}
		}
		for _, t := range trails {
			if t.Organization {
				log(t)
			}
		}
		for _, t := range trails {
			if !t.Organization {
				log(t)
			}
		}
		for i, trail := range copies {
			switch {
			case r.EventCategory == "Data":
				counts[itemSlow{trail, account, r.AWSRegion, "data_events"}]++
			case r.EventCategory == "NetworkActivity":
				counts[itemSlow{trail, account, r.AWSRegion, "network_activity_events"}]++
			case r.EventCategory == "Management" && i == 0:
				counts[itemSlow{trail, account, r.AWSRegion, "management_events_first_copy"}]++
			case r.EventCategory == "Management":
				counts[itemSlow{trail, account, r.AWSRegion, "management_events_additional_copy"}]++
			}
		}
	}
	return counts
}

// totalSlow returns what the counts cost.
func totalSlow(counts map[itemSlow]uint64) *big.Rat {
	total := new(big.Rat)
	for item, n := range counts {
		amount := new(big.Rat).SetUint64(n)
		total.Add(total, amount.Mul(amount, pricesSlow[item.meter]))
	}
	return total
}

// invoiceSlow returns what they cost where each account, Region and meter is rounded by itself.
func invoiceSlow(counts map[itemSlow]uint64) *big.Rat {
	lines := make(map[itemSlow]*big.Rat)
	for item, n := range counts {
		line := itemSlow{"", item.account, item.region, item.meter}
		amount := new(big.Rat).SetUint64(n)
		amount.Mul(amount, pricesSlow[item.meter])
		if before, ok := lines[line]; ok {
			amount.Add(amount, before)
		}
		lines[line] = amount
	}
	total := new(big.Rat)
	for _, amount := range lines {
		total.Add(total, centsSlow(amount))
	}
	return total
}

// What random trails have for selectors; nil is a trail on which none were put.
var someSelectors = []*selector.Selector{
	nil,
	selector.MustCompile(`{"EventSelectors": [{"ReadWriteType": "All", "IncludeManagementEvents": true}]}`),
	selector.MustCompile(`{"EventSelectors": [{"ReadWriteType": "WriteOnly", "IncludeManagementEvents": true}]}`),
	selector.MustCompile(`{"EventSelectors": [{"ReadWriteType": "ReadOnly", "IncludeManagementEvents": true}]}`),
	selector.MustCompile(`{"EventSelectors": [{"ReadWriteType": "All", "IncludeManagementEvents": true,
		"DataResources": [{"Type": "AWS::S3::Object", "Values": ["arn:aws:s3"]}]}]}`),
	selector.MustCompile(`{"EventSelectors": [{"ReadWriteType": "WriteOnly", "IncludeManagementEvents": false,
		"DataResources": [{"Type": "AWS::S3::Object", "Values": ["arn:aws:s3:::amzn-s3-demo-bucket/logs/"]}]}]}`),
	selector.MustCompile(`{"AdvancedEventSelectors": [{"FieldSelectors": [
		{"Field": "eventCategory", "Equals": ["NetworkActivity"]},
		{"Field": "eventSource", "Equals": ["s3.amazonaws.com"]}]}]}`),
}

var (
	someAccounts   = []string{"111122223333", "444455556666", "777788889999"}
	someRegions    = []string{"us-east-1", "eu-west-1", "ap-south-1"}
	someCategories = []record.Category{
		record.Management, record.Data, record.NetworkActivity, record.Insight, record.Aggregated}
	someKeys = []string{"logs/1.gz", "images/1.png"}
)

// generate returns up to six trails and two hundred records, always the same ones for a seed.
func generate(seed uint64) ([]Trail, []*record.Record) {
	rnd := rand.New(rand.NewPCG(seed, 7))
	trails := make([]Trail, rnd.IntN(7))
	for i := range trails {
		trails[i] = Trail{
			Name:        fmt.Sprintf("trail-%d", i),
			Selector:    someSelectors[rnd.IntN(len(someSelectors))],
			MultiRegion: rnd.IntN(2) == 0,
		}
		if rnd.IntN(3) == 0 {
			trails[i].Insights = Insights{InsightTypes(rnd.IntN(4)), InsightTypes(rnd.IntN(4))}
		}
		if rnd.IntN(5) == 0 {
			trails[i].Organization = true
		}
		if rnd.IntN(3) == 0 {
			trails[i].Account = someAccounts[rnd.IntN(len(someAccounts))]
		}
		if rnd.IntN(3) > 0 {
			trails[i].HomeRegion = someRegions[rnd.IntN(len(someRegions))]
		}
	}
	records := make([]*record.Record, rnd.IntN(200))
	for i := range records {
		records[i] = someRecord(rnd)
	}
	return trails, records
}

func someRecord(rnd *rand.Rand) *record.Record {
	r := newRecord(someCategories[rnd.IntN(len(someCategories))], rnd.IntN(2) == 0)
	r.AWSRegion = someRegions[rnd.IntN(len(someRegions))]
	r.RecipientAccountID = ""
	r.UserIdentity.AccountID = someAccounts[rnd.IntN(len(someAccounts))]
	if rnd.IntN(4) > 0 {
		r.RecipientAccountID = someAccounts[rnd.IntN(len(someAccounts))]
	}
	if r.EventCategory == record.Data {
		r.Resources[0].ARN = "arn:aws:s3:::amzn-s3-demo-bucket/" + someKeys[rnd.IntN(len(someKeys))]
	}
	return r
}

// newRecord returns a record of us-east-1 in account 111122223333.
func newRecord(category record.Category, readOnly bool) *record.Record {
	r := &record.Record{
		EventVersion:       "1.11",
		EventCategory:      category,
		AWSRegion:          "us-east-1",
		RecipientAccountID: "111122223333",
		EventSource:        "s3.amazonaws.com",
		EventType:          "AwsApiCall",
		EventName:          "PutObject",
		ReadOnly:           record.False,
		ManagementEvent:    record.False,
	}
	if readOnly {
		r.EventName, r.ReadOnly = "GetObject", record.True
	}
	switch category {
	case record.Management:
		r.ManagementEvent = record.True
		r.EventName = strings.Replace(r.EventName, "Object", "BucketPolicy", 1)
	case record.Data:
		r.Resources = []record.Resource{{
			Type: "AWS::S3::Object", ARN: "arn:aws:s3:::amzn-s3-demo-bucket/logs/1.gz"}}
	case record.NetworkActivity:
		r.EventType = "AwsVpceEvent"
	}
	return r
}
