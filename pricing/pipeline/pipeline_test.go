package pipeline

import (
	"errors"
	"fmt"
	"math"
	"math/big"
	"slices"
	"testing"

	"github.com/trailsieve/trailsieve/pricing"
)

func list(usage []pricing.Usage) []string {
	var lines []string
	for _, u := range usage {
		lines = append(lines, fmt.Sprint(u.Meter, " ", u.UnitsText()))
	}
	return lines
}

func TestUsage(t *testing.T) {
	million := Volume{Trail: "t", Account: "111122223333", Region: "us-east-1", Events: 1_000_000}
	for _, tt := range []struct {
		name string
		p    Pipeline
		v    Volume
		want []string
	}{
		{"nothing", Pipeline{}, million, nil},
		{"log files", Pipeline{LogFiles: &LogFiles{}}, million, []string{"s3_put_requests 8640"}},
		{"few events", Pipeline{LogFiles: &LogFiles{}}, Volume{Events: 7}, []string{"s3_put_requests 7"}},
		{"no events", Pipeline{LogFiles: &LogFiles{Kept: 720}, KMS: &KMS{}, SNS: &SNS{}, Lambda: &Lambda{}}, Volume{}, nil},
		{"digests", Pipeline{LogFiles: &LogFiles{Digests: true}, KMS: &KMS{Keys: 1}, SNS: &SNS{}}, million, []string{
			"s3_put_requests 9360", "kms_key_months 1", "kms_requests 9360", "sns_api_requests_64kb 8640"}},
		{"measured", Pipeline{LogFiles: &LogFiles{Kept: 744}, Compression: 8},
			Volume{Events: 5, Bytes: 16 << 30, Files: 100, Hours: 744}, []string{
				"s3_put_requests 100", "s3_standard_storage_gb_month 2"}},
		{"kept for a day", Pipeline{LogFiles: &LogFiles{Kept: 24}, GB: 1e9}, million, []string{
			"s3_put_requests 8640", "s3_standard_storage_gb_month 0.005"}},
		{"kept for an hour in January", Pipeline{LogFiles: &LogFiles{Kept: 1}}, Volume{Bytes: 10 << 30, Files: 1, Hours: 744}, []string{
			"s3_put_requests 1", "s3_standard_storage_gb_month 0.00134408602150537634"}},
		{"logs", Pipeline{CloudWatchLogs: &CloudWatchLogs{Direct: true, Kept: 1440, Scanned: 3e9}, GB: 1e9}, million, []string{
			"cloudwatch_delivery_gb 1.5", "cwl_ingest_standard_gb 1.5", "cwl_storage_gb_month 0.3", "cwl_insights_scanned_gb 3"}},
		{"buses", Pipeline{EventBridge: &EventBridge{Custom: 10, Size: 64<<10 + 1}}, million, []string{
			"eventbridge_aws_service_events 1000000", "eventbridge_custom_events_64kb 20"}},
		{"small events", Pipeline{EventBridge: &EventBridge{Custom: 10}}, Volume{}, []string{"eventbridge_custom_events_64kb 10"}},
		{"functions", Pipeline{Lambda: &Lambda{Invocations: 100_000, Memory: 512, Milliseconds: 350, ARM: true}}, million, []string{
			"lambda_requests 100000", "lambda_gb_seconds_arm_tier1 17500"}}, // as in Infracost's example
		{"one year", Pipeline{Lake: &Lake{Other: 1e9, Kept: 720, Scanned: 5e8}, GB: 1e9}, million, []string{
			"lake_1y_ingest_cloudtrail_gb 1.5", "lake_1y_ingest_other_gb 1",
			"lake_1y_extended_retention_gb_month 0.25", "lake_query_scanned_gb 0.5"}},
		{"seven years", Pipeline{Lake: &Lake{SevenYears: true}}, Volume{Bytes: 30 << 40}, []string{
			"lake_7y_ingest_first_5tb_gb 5120", "lake_7y_ingest_next_20tb_gb 20480", "lake_7y_ingest_over_25tb_gb 5120"}},
		{"seven years, decimal", Pipeline{Lake: &Lake{SevenYears: true}, GB: 1e9}, Volume{Bytes: 6e12}, []string{
			"lake_7y_ingest_first_5tb_gb 5000", "lake_7y_ingest_next_20tb_gb 1000"}},
	} {
		usage, err := tt.p.Usage(tt.v)
		if got := list(usage); err != nil || !slices.Equal(got, tt.want) {
			t.Errorf("%s: %q, %v\nwant %q", tt.name, got, err, tt.want)
		}
		for _, u := range usage {
			if u.Trail != tt.v.Trail || u.Account != tt.v.Account || u.Region != tt.v.Region || u.Note == "" {
				t.Errorf("%s: %+v", tt.name, u)
			}
		}
	}
}

func TestOverflow(t *testing.T) {
	for part, tt := range map[string]struct {
		p Pipeline
		v Volume
	}{
		"volume":      {Pipeline{}, Volume{Events: math.MaxUint64}},
		"log files":   {Pipeline{LogFiles: &LogFiles{Digests: true}}, Volume{Files: math.MaxUint64}},
		"Lambda":      {Pipeline{Lambda: &Lambda{Invocations: 1 << 40, Memory: 1 << 20, Milliseconds: 1 << 20}}, Volume{}},
		"EventBridge": {Pipeline{EventBridge: &EventBridge{Custom: math.MaxUint64, Size: math.MaxUint64}}, Volume{}},
		"Lake":        {Pipeline{Lake: &Lake{Other: math.MaxUint64}}, Volume{Bytes: 1}},
	} {
		usage, err := tt.p.Usage(tt.v)
		var at *Error
		if usage != nil || !errors.Is(err, pricing.ErrOverflow) || !errors.As(err, &at) || at.Part != part {
			t.Errorf("%s: %v, %v, want an overflow there", part, usage, err)
		}
	}
}

func TestFree(t *testing.T) {
	usage := []pricing.Usage{
		{Meter: pricing.DataEvents, Quantity: 7},
		{Account: "a", Meter: pricing.KMSRequests, Quantity: 15_000},
		{Account: "b", Meter: pricing.KMSRequests, Quantity: 15_000},
		{Account: "c", Meter: pricing.KMSRequests, Quantity: 15_000},
		{Meter: pricing.LambdaGBSecondsARM, Quantity: 300_000 * 1024, Per: 1024},
		{Meter: pricing.LambdaGBSecondsX86, Quantity: 200_000_000, Per: 1000},
		{Meter: pricing.CloudWatchLogsIngestion, Quantity: 6 << 30, Per: 1 << 30},
		{Meter: pricing.CloudWatchLogsQueryScan, Quantity: 4 << 30, Per: 1 << 30},
	}
	before := slices.Clone(usage)
	net, err := Free(usage)
	want := []string{
		"data_events 7", "kms_requests 0", "kms_requests 10000", "kms_requests 15000",
		"lambda_gb_seconds_arm_tier1 0", "lambda_gb_seconds_x86_tier1 100000",
		"cwl_ingest_standard_gb 1", "cwl_insights_scanned_gb 0",
	}
	if got := list(net); err != nil || !slices.Equal(got, want) || !slices.Equal(usage, before) {
		t.Errorf("got  %q, %v\nwant %q", got, err, want)
	}
	if want := "; 5 are free"; net[6].Note != want {
		t.Errorf("the note is %q, want %q", net[6].Note, want)
	}
	_, err = Free([]pricing.Usage{{Meter: pricing.KMSRequests, Quantity: math.MaxUint64, Per: 1 << 60}})
	if !errors.Is(err, pricing.ErrOverflow) {
		t.Errorf("parts that are too small: %v, want ErrOverflow", err)
	}
}

// FuzzUsage compares with rational numbers: each bill is what the formulas of the package comment say.
func FuzzUsage(f *testing.F) {
	f.Add(uint64(1_000_000), uint64(0), uint64(0), uint64(0), uint64(720), uint64(128))
	f.Add(uint64(5), uint64(3<<40), uint64(77), uint64(744), uint64(9999), uint64(1769))
	f.Fuzz(func(t *testing.T, events, bytes, files, hours, kept, memory uint64) {
		v := Volume{Region: "us-east-1", Events: events, Bytes: bytes, Files: files, Hours: hours}
		p := Pipeline{
			LogFiles: &LogFiles{Kept: kept}, Lambda: &Lambda{Invocations: events, Memory: memory, Milliseconds: 10},
			CloudWatchLogs: &CloudWatchLogs{}, Lake: &Lake{},
		}
		usage, err := p.Usage(v)
		if err != nil {
			return
		}
		rates, _ := pricing.Published("us-east-1")
		bill, err := rates.Bill(usage...)
		if err != nil {
			if !errors.Is(err, pricing.ErrOverflow) && !errors.Is(err, pricing.ErrPrecision) {
				t.Error(err)
			}
			return
		}
		n := func(x uint64) *big.Rat { return new(big.Rat).SetInt(new(big.Int).SetUint64(x)) }
		mul := func(price string, xs ...*big.Rat) *big.Rat {
			product, _ := new(big.Rat).SetString(price)
			for _, x := range xs {
				product.Mul(product, x)
			}
			return product
		}
		if bytes == 0 {
			bytes = events * 1500
		}
		if hours == 0 {
			hours = 720
		}
		if files == 0 {
			files = min(events, 12*hours)
		}
		gb := new(big.Rat).Quo(n(bytes), n(1<<30))
		want := new(big.Rat)
		for _, amount := range []*big.Rat{
			mul("0.000005", n(files)),
			mul("0.023", gb, new(big.Rat).Quo(n(kept), n(hours)), big.NewRat(1, 10)),
			mul("0.0000002", n(events)),
			mul("0.0000166667", n(events), n(memory), big.NewRat(10, 1024*1000)),
			mul("0.5", gb),
			mul("0.75", gb),
		} {
			want.Add(want, amount)
		}
		if bill.Total().Rat().Cmp(want) != 0 {
			t.Errorf("%+v costs %v, want %v\n%v", v, bill.Total(), want.FloatString(20), bill)
		}
	})
}

// The announcement's pipeline in today's prices: a trail on one bucket, a rule, and a function.
func Example() {
	p := Pipeline{
		LogFiles:    &LogFiles{Kept: 90 * 24},
		EventBridge: &EventBridge{},
		Lambda:      &Lambda{Invocations: 100_000, Memory: 128, Milliseconds: 100},
	}
	usage, err := p.Usage(Volume{Trail: "images", Region: "us-east-1", Events: 1_000_000})
	if err != nil {
		fmt.Println(err)
		return
	}
	usage = append(usage, pricing.Usage{
		Trail: "images", Region: "us-east-1", Meter: pricing.DataEvents, Quantity: 1_000_000})
	rates, _ := pricing.Published("us-east-1")
	bill, err := rates.Bill(usage...)
	if err != nil {
		fmt.Println(err)
		return
	}
	for _, line := range bill.Lines {
		fmt.Println(line.Meter, line.Amount)
	}
	fmt.Println(bill.Total().RoundToCent())
	// Output:
	// s3_put_requests 0.0432
	// s3_standard_storage_gb_month 0.00963918864727020263671875
	// eventbridge_aws_service_events 0
	// lambda_requests 0.02
	// lambda_gb_seconds_x86_tier1 0.020833375
	// data_events 1
	// 1.09
}
