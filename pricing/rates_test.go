package pricing

import (
	"errors"
	"slices"
	"testing"
	"time"
)

func TestPublishedFile(t *testing.T) {
	all := published()
	if !slices.IsSorted(all.regions) || len(slices.Compact(slices.Clone(all.regions))) != len(all.regions) {
		t.Errorf("regions are not sorted, or one is there twice: %v", all.regions)
	}
	for _, row := range all.rows {
		if err := row.check(); err != nil {
			t.Errorf("%s: %v", row.Meter, err)
		}
		if row.From == "" || row.Source == "" {
			t.Errorf("%s: no first day, or no source", row.Meter)
		}
		if row.Region == "" && row.UsageType == "" {
			t.Errorf("%s of CloudTrail: no usage type", row.Meter)
		}
	}
}

func TestPublishedPrices(t *testing.T) {
	rates, ok := Published("us-east-1")
	if !ok {
		t.Fatal("no rates for us-east-1")
	}
	for meter, want := range map[MeterName]string{
		ManagementFirstCopies:      "0",
		ManagementAdditionalCopies: "0.00002",
		DataEvents:                 "0.000001",
		NetworkActivityEvents:      "0.000001",
		InsightsManagementEvents:   "0.0000035",
	} {
		for _, region := range []string{"us-east-1", "eu-west-1", "ap-southeast-2"} {
			rate, err := rates.Rate(meter, region)
			if err != nil || rate.Price.String() != want || rate.Unit != "event" {
				t.Errorf("%s in %s: %v a %s, %v, want %s", meter, region, rate.Price, rate.Unit, err, want)
			}
		}
	}
}

func TestPublishedNot(t *testing.T) {
	for _, region := range []string{
		"", "cn-north-1", "cn-northwest-1", "us-gov-west-1", "us-gov-east-1", "us-iso-east-1",
		"us-isob-east-1", "eu-isoe-west-1", "eusc-de-east-1", "mars-north-1", "us-east-1a", "US-EAST-1",
	} {
		if rates, ok := Published(region); ok || rates != nil {
			t.Errorf("Published(%q) = %v, want none", region, slices.Collect(rates.All()))
		}
	}
}

// A nil or empty list, or a list of elsewhere, is an error and not a bill of nothing.
func TestNoPrice(t *testing.T) {
	commercial, _ := Published("us-east-1")
	for _, tt := range []struct {
		rates  *Rates
		meter  MeterName
		region string
		want   string
	}{
		{nil, DataEvents, "us-east-1", `pricing: no price for data_events in "us-east-1"`},
		{new(Rates), DataEvents, "us-east-1", `pricing: no price for data_events in "us-east-1"`},
		{commercial, DataEvents, "cn-north-1", `pricing: no price (AWS's prices in China could not be proved; ` +
			`a price list of your own takes its place) for data_events in "cn-north-1"`},
		{commercial, DataEvents, "us-gov-east-1", `pricing: no price (AWS's prices in GovCloud could not be proved; ` +
			`a price list of your own takes its place) for data_events in "us-gov-east-1"`},
		{commercial, AggregatedEvents, "us-east-1", `pricing: no price (AWS says that aggregated events cost extra, ` +
			`and what they cost could not be proved; a price list of your own takes its place) ` +
			`for aggregated_events in "us-east-1"`},
		{commercial, DataEvents, "mars-north-1", `pricing: no price for data_events in "mars-north-1"`},
		{commercial, DataEvents, "", `pricing: no price for data_events`},
		{commercial, "pigeons", "us-east-1", `pricing: no price for pigeons in "us-east-1"`},
		{commercial, S3PutRequests, "eu-west-3", `pricing: no price (it could be proved only for other Regions; ` +
			`a price list of your own takes its place) for s3_put_requests in "eu-west-3"`},
	} {
		bill, err := tt.rates.Bill(Usage{Meter: tt.meter, Region: tt.region})
		if bill != nil || !errors.Is(err, ErrNoPrice) || err.Error() != tt.want {
			t.Errorf("%s in %q: %v, %v, want %s", tt.meter, tt.region, bill, err, tt.want)
		}
	}
}

func TestPublishedOn(t *testing.T) {
	for _, tt := range []struct {
		day  string
		want []MeterName
	}{
		{"2016-11-20T23:59:59Z", nil},
		{"2016-11-20T19:00:00-05:00", launchMeters},
		{"2016-11-21T00:00:00Z", launchMeters},
		{"2024-09-30T00:00:00Z", append(slices.Clip(launchMeters), InsightsManagementEvents)},
		{"2024-10-01T00:00:00Z",
			append(slices.Clip(launchMeters), NetworkActivityEvents, InsightsManagementEvents)},
	} {
		day, err := time.Parse(time.RFC3339, tt.day)
		if err != nil {
			t.Fatal(err)
		}
		rates, ok := PublishedOn("us-east-1", day)
		var got []MeterName
		for row := range rates.All() {
			if row.Region == "" { // the services around a trail have their prices by Region
				got = append(got, row.Meter)
			}
		}
		if ok != (tt.want != nil) || !slices.Equal(got, tt.want) {
			t.Errorf("on %s: %v, %t, want %v", tt.day, got, ok, tt.want)
		}
	}
}

var launchMeters = []MeterName{ManagementFirstCopies, ManagementAdditionalCopies, DataEvents}

func TestRatesWith(t *testing.T) {
	base, _ := Published("us-east-1")
	with, err := base.With(
		Rate{Meter: DataEvents, Unit: "event", Price: MustParseUSD("0.0000009")},
		Rate{Meter: DataEvents, Region: "eu-west-1", Unit: "event", Price: MustParseUSD("0.0000008")},
		Rate{Meter: DataEvents, Region: "cn-north-1", Unit: "event", Price: MustParseUSD("0.000002")},
	)
	if err != nil {
		t.Fatal(err)
	}
	own, err := new(Rates).With(Rate{Meter: "kms_requests", Unit: "request", Price: MustParseUSD("0.000003")})
	if err != nil {
		t.Fatal(err)
	}
	for _, tt := range []struct {
		rates  *Rates
		meter  MeterName
		region string
		want   string // or an error, if empty
	}{
		{with, DataEvents, "us-east-1", "0.0000009"},
		{with, DataEvents, "eu-west-1", "0.0000008"},
		{with, DataEvents, "cn-north-1", "0.000002"},
		{with, DataEvents, "cn-northwest-1", ""},
		{with, ManagementAdditionalCopies, "eu-west-1", "0.00002"},
		{with, ManagementAdditionalCopies, "cn-north-1", ""},
		{base, DataEvents, "us-east-1", "0.000001"}, // is as it was
		{base, DataEvents, "cn-north-1", ""},
		{own, "kms_requests", "cn-north-1", "0.000003"}, // its own list covers what it wants
		{own, "kms_requests", "", "0.000003"},
		{own, DataEvents, "us-east-1", ""},
	} {
		rate, err := tt.rates.Rate(tt.meter, tt.region)
		if tt.want == "" {
			if !errors.Is(err, ErrNoPrice) {
				t.Errorf("%s in %q: %v, %v, want ErrNoPrice", tt.meter, tt.region, rate.Price, err)
			}
		} else if err != nil || rate.Price.String() != tt.want {
			t.Errorf("%s in %q: %v, %v, want %s", tt.meter, tt.region, rate.Price, err, tt.want)
		}
	}
}

func TestInvalidRates(t *testing.T) {
	for _, tt := range []struct {
		row  Rate
		want string
	}{
		{Rate{}, "pricing: invalid rate (no meter)"},
		{Rate{Meter: "m"}, "pricing: invalid rate (no unit) for m"},
		{Rate{Meter: "m", Unit: "event", Price: MustParseUSD("-1")}, "pricing: invalid rate (price -1) for m"},
		{Rate{Meter: "m", Region: "r", Unit: "event", From: "2016-13-21"},
			`pricing: invalid rate (day "2016-13-21") for m in "r"`},
		{Rate{Meter: "m", Unit: "event", Until: "yesterday"}, `pricing: invalid rate (day "yesterday") for m`},
	} {
		if r, err := new(Rates).With(tt.row); r != nil || !errors.Is(err, ErrRate) || err.Error() != tt.want {
			t.Errorf("With(%+v): %v, want %s", tt.row, err, tt.want)
		}
	}
}
