package pricing

import (
	"encoding/json"
	"errors"
	"fmt"
	"math/big"
	"math/rand/v2"
	"slices"
	"strconv"
	"strings"
	"testing"
	"time"

	"github.com/trailsieve/trailsieve/record"
	"github.com/trailsieve/trailsieve/selector"
)

// Selectors of the trails below.
var (
	allManagement = selector.MustCompile(`{}`)
	readsOnly     = selector.MustCompile(
		`{"EventSelectors": [{"ReadWriteType": "ReadOnly", "IncludeManagementEvents": true}]}`)
	writesOnly = selector.MustCompile(
		`{"EventSelectors": [{"ReadWriteType": "WriteOnly", "IncludeManagementEvents": true}]}`)
	allObjects = selector.MustCompile(`{"EventSelectors": [{"IncludeManagementEvents": false,
		"DataResources": [{"Type": "AWS::S3::Object", "Values": ["arn:aws:s3"]}]}]}`)
	twice = selector.MustCompile(`{"EventSelectors": [
		{"ReadWriteType": "All", "IncludeManagementEvents": true,
		 "DataResources": [{"Type": "AWS::S3::Object", "Values": ["arn:aws:s3"]}]},
		{"ReadWriteType": "WriteOnly", "IncludeManagementEvents": true,
		 "DataResources": [{"Type": "AWS::S3::Object", "Values": ["arn:aws:s3:::amzn-s3-demo-bucket/"]}]}]}`)
	networkActivity = selector.MustCompile(`{"AdvancedEventSelectors": [{"FieldSelectors": [
		{"Field": "eventCategory", "Equals": ["NetworkActivity"]},
		{"Field": "eventSource", "Equals": ["s3.amazonaws.com"]}]}]}`)
)

// Each case gives the meter the same five records, all of account 111122223333 in us-east-1: a read
// and a write management event, a read and a write data event, and a network activity event. And
// then an Insights event, which no trail's selectors log.
func TestMeterCopies(t *testing.T) {
	for _, tt := range []struct {
		name   string
		trails []Trail
		want   []string
	}{
		{"none", nil, nil},
		{"zero", []Trail{{}}, []string{" management_events_first_copy 2"}},
		{"default selector", []Trail{{Name: "a", Selector: allManagement}},
			[]string{"a management_events_first_copy 2"}},
		{"all and reads", []Trail{{Name: "a", Selector: allManagement}, {Name: "b", Selector: readsOnly}},
			[]string{"a management_events_first_copy 2", "b management_events_additional_copy 1"}},
		{"reads and writes", []Trail{{Name: "a", Selector: readsOnly}, {Name: "b", Selector: writesOnly}},
			[]string{"a management_events_first_copy 1", "b management_events_first_copy 1"}},
		{"reads, then all", []Trail{{Name: "a", Selector: readsOnly}, {Name: "b", Selector: allManagement}},
			[]string{"a management_events_first_copy 1",
				"b management_events_first_copy 1", "b management_events_additional_copy 1"}},
		{"three", []Trail{{Name: "a"}, {Name: "b"}, {Name: "c"}},
			[]string{"a management_events_first_copy 2", "b management_events_additional_copy 2",
				"c management_events_additional_copy 2"}},
		{"data on two trails", []Trail{{Name: "a", Selector: allObjects}, {Name: "b", Selector: allObjects}},
			[]string{"a data_events 2", "b data_events 2"}},
		{"two selectors of a trail", []Trail{{Name: "a", Selector: twice}},
			[]string{"a management_events_first_copy 2", "a data_events 2"}},
		{"network", []Trail{{Name: "a", Selector: networkActivity}, {Name: "b", Selector: networkActivity}},
			[]string{"a network_activity_events 1", "b network_activity_events 1"}},
		{"elsewhere", []Trail{{Name: "a", HomeRegion: "eu-west-1"}, {Name: "b", Account: "444455556666"}}, nil},
		{"at home", []Trail{{Name: "a", HomeRegion: "us-east-1"}, {Name: "b", Account: "111122223333"}},
			[]string{"a management_events_first_copy 2", "b management_events_additional_copy 2"}},
		{"organization", []Trail{{Name: "a"}, {Name: "b", Account: "444455556666", Organization: true}},
			[]string{"a management_events_additional_copy 2", "b management_events_first_copy 2"}},
		{"multi-Region", []Trail{{Name: "a", HomeRegion: "eu-west-1", MultiRegion: true}},
			[]string{"a management_events_first_copy 2"}},
	} {
		t.Run(tt.name, func(t *testing.T) {
			m := Meter{Trails: tt.trails}
			for _, category := range []record.Category{record.Management, record.Data} {
				m.Add(newRecord(category, true))
				m.Add(newRecord(category, false))
			}
			m.Add(newRecord(record.NetworkActivity, false))
			m.Add(newRecord(record.Insight, false))
			var got []string
			for _, u := range m.Usage() {
				got = append(got, fmt.Sprintf("%s %s %d", u.Trail, u.Meter, u.Quantity))
				if u.Account != "111122223333" || u.Region != "us-east-1" || u.Note == "" {
					t.Errorf("%s in account %q, Region %q, note %q", u.Meter, u.Account, u.Region, u.Note)
				}
			}
			if !slices.Equal(got, tt.want) {
				t.Errorf("got  %q\nwant %q", got, tt.want)
			}
			if logged, dropped := m.Records(); logged+dropped != 6 || (logged > 0) != (tt.want != nil) {
				t.Errorf("%d records logged, %d dropped, want 6 in all", logged, dropped)
			}
		})
	}
}

// The announcement: a trail with a selector on one bucket, an upload, and its price. The record is of
// the announced version, so it says neither its category nor its resources.
func TestMeterAnnouncement(t *testing.T) {
	upload, err := record.Parse([]byte(`{"eventVersion": "1.05", "awsRegion": "us-east-1",
		"userIdentity": {"type": "Root", "accountId": "111122223333"},
		"eventTime": "2016-11-15T23:02:12Z", "eventSource": "s3.amazonaws.com", "eventName": "PutObject",
		"requestParameters": {"bucketName": "amzn-s3-demo-bucket", "key": "image.png"}}`))
	if err != nil {
		t.Fatal(err)
	}
	bucket := selector.MustCompile(`{"EventSelectors": [{"IncludeManagementEvents": false,
		"DataResources": [{"Type": "AWS::S3::Object", "Values": ["arn:aws:s3:::amzn-s3-demo-bucket/"]}]}]}`)
	rates, _ := PublishedOn("us-east-1", time.Date(2016, time.November, 21, 0, 0, 0, 0, time.UTC))
	m := Meter{Trails: []Trail{{Name: "demo", Selector: bucket}}}
	events := 0
	for _, tt := range []struct {
		events int
		want   string
	}{{1, "0.000001"}, {1_000, "0.001"}, {100_000, "0.1"}} {
		for ; events < tt.events; events++ {
			m.Add(upload)
		}
		bill, err := m.Bill(rates)
		if err != nil || bill.Total().String() != tt.want {
			t.Errorf("%d uploads: %v, %v, want %s", tt.events, bill, err, tt.want)
		}
	}
}

// The first copy is free in each account and in each Region.
func TestMeterPlaces(t *testing.T) {
	m := Meter{Trails: []Trail{
		{Name: "organization", MultiRegion: true, HomeRegion: "us-east-1"},
		{Name: "member", Account: "444455556666"},
		{Name: "ireland", HomeRegion: "eu-west-1"},
	}}
	for _, place := range [][2]string{
		{"111122223333", "us-east-1"}, {"444455556666", "us-east-1"},
		{"111122223333", "eu-west-1"}, {"444455556666", "eu-west-1"}, {"444455556666", "eu-west-1"},
	} {
		r := newRecord(record.Management, true)
		r.RecipientAccountID, r.AWSRegion = place[0], place[1]
		m.Add(r)
	}
	anonymous := newRecord(record.Management, true)
	anonymous.RecipientAccountID = ""
	anonymous.UserIdentity.AccountID = "777788889999"
	m.Add(anonymous)

	var got []string
	for _, u := range m.Usage() {
		got = append(got, fmt.Sprintf("%s %s %s %s %d", u.Trail, u.Account, u.Region, u.Meter, u.Quantity))
	}
	want := []string{
		"organization 111122223333 eu-west-1 management_events_first_copy 1",
		"organization 111122223333 us-east-1 management_events_first_copy 1",
		"organization 444455556666 eu-west-1 management_events_first_copy 2",
		"organization 444455556666 us-east-1 management_events_first_copy 1",
		"organization 777788889999 us-east-1 management_events_first_copy 1",
		"member 444455556666 eu-west-1 management_events_additional_copy 2",
		"member 444455556666 us-east-1 management_events_additional_copy 1",
		"ireland 111122223333 eu-west-1 management_events_additional_copy 1",
		"ireland 444455556666 eu-west-1 management_events_additional_copy 2",
	}
	if !slices.Equal(got, want) {
		t.Errorf("got  %q\nwant %q", got, want)
	}
}

func TestMeterTwin(t *testing.T) {
	for seed := range uint64(1000) {
		compareMeter(t, seed)
	}
}

func FuzzMeter(f *testing.F) {
	for seed := range uint64(8) {
		f.Add(seed)
	}
	f.Fuzz(compareMeter)
}

// compareMeter meters what a seed generates, in two orders, and compares with the twin.
func compareMeter(t *testing.T, seed uint64) {
	trails, records := generate(seed)
	want := meterSlow(trails, records)
	rates, _ := Published("us-east-1")

	m := &Meter{Trails: trails}
	for _, r := range records {
		m.Add(r)
	}
	usage := m.Usage()
	for _, u := range usage {
		item := itemSlow{u.Trail, u.Account, u.Region, u.Meter}
		if n := want[item]; u.Quantity != n || n == 0 {
			t.Errorf("seed %d: %v: %d, want %d", seed, item, u.Quantity, n)
		}
	}
	if len(usage) != len(want) {
		t.Errorf("seed %d: %d quantities, want %d", seed, len(usage), len(want))
	}
	if logged, dropped := m.Records(); logged+dropped != uint64(len(records)) {
		t.Errorf("seed %d: %d logged and %d dropped of %d records", seed, logged, dropped, len(records))
	}

	bill, err := m.Bill(rates)
	if err != nil {
		t.Fatalf("seed %d: %v", seed, err)
	}
	sum := new(big.Rat)
	for _, line := range bill.Lines {
		sum.Add(sum, mustRat(line.Amount.String()))
	}
	total := mustRat(bill.Total().String())
	if sum.Cmp(total) != 0 || total.Cmp(totalSlow(want)) != 0 {
		t.Errorf("seed %d: total %v, sum of the lines %s, want %s",
			seed, bill.Total(), printSlow(sum), printSlow(totalSlow(want)))
	}
	invoice, err := bill.Invoice()
	if err != nil {
		t.Fatalf("seed %d: %v", seed, err)
	}
	if got, want := invoice.Total(), invoiceSlow(want); got.String() != printSlow(want) {
		t.Errorf("seed %d: invoice %v, want %s", seed, got, printSlow(want))
	}

	compareParts(t, seed, trails, records, m)
	rnd := rand.New(rand.NewPCG(seed, 8))
	rnd.Shuffle(len(records), func(i, j int) { records[i], records[j] = records[j], records[i] })
	shuffled := &Meter{Trails: trails}
	for _, r := range records {
		shuffled.Add(r)
	}
	if !slices.Equal(shuffled.Usage(), usage) {
		t.Errorf("seed %d: in another order: %v, want %v", seed, shuffled.Usage(), usage)
	}
}

// compareParts splits the records among three meters, sends these as JSON to somewhere else, and merges
// them in two ways. All that must make no difference.
func compareParts(t *testing.T, seed uint64, trails []Trail, records []*record.Record, whole *Meter) {
	parts := make([]Meter, 3)
	for i := range parts {
		parts[i].Trails = trails
	}
	for i, r := range records {
		if charges, err := parts[i%3].AppendCharges(nil, r, 1); err != nil || len(charges) > 2*len(trails) {
			t.Errorf("seed %d: charges %v, %v", seed, charges, err)
		}
	}
	var received [3]Meter
	for i := range parts {
		text, err := json.Marshal(&parts[i])
		if err == nil {
			err = json.Unmarshal(text, &received[i])
		}
		if err != nil {
			t.Fatalf("seed %d: %v in %s", seed, err, text)
		}
		again, err := json.Marshal(&received[i])
		if err != nil || string(again) != string(text) {
			t.Errorf("seed %d: %s\nbecomes %s, %v", seed, text, again, err)
		}
	}
	left := &Meter{Trails: trails} // ((0 + 1) + 2)
	for i := range received {
		if err := left.Merge(&received[i]); err != nil {
			t.Fatalf("seed %d: %v", seed, err)
		}
	}
	if err := errors.Join(parts[1].Merge(&parts[2]), parts[1].Merge(&parts[0])); err != nil { // ((1 + 2) + 0)
		t.Fatalf("seed %d: %v", seed, err)
	}
	want, _ := json.Marshal(whole)
	for _, m := range []*Meter{left, &parts[1]} {
		if got, err := json.Marshal(m); err != nil || string(got) != string(want) {
			t.Errorf("seed %d: merged: %s, %v\nwant %s", seed, got, err, want)
		}
	}
}

func TestMeterJSON(t *testing.T) {
	m := Meter{Trails: []Trail{
		{Name: "organization", Organization: true, Account: "111122223333"},
		{Name: "objects", Selector: allObjects, HomeRegion: "us-east-1", Insights: Insights{Data: CallRateInsight}},
	}}
	m.Add(newRecord(record.Data, true))
	m.Add(newRecord(record.Insight, true))
	text, err := json.Marshal(&m)
	if err != nil {
		t.Fatal(err)
	}
	want := `{"version":1,"trails":[{"name":"organization","account":"111122223333","organization":true},` +
		`{"name":"objects","homeRegion":"us-east-1","insights":{"data":"ApiCallRateInsight"},"selectors":`
	if !strings.HasPrefix(string(text), want) {
		t.Errorf("got %s\nwant %s...", text, want)
	}
	want = `"logged":"1","dropped":"1","places":[{"account":"111122223333","region":"us-east-1","counts":[` +
		`{"trail":1,"meter":"data_events","quantity":"1"},` +
		`{"trail":1,"meter":"insights_data_events_analyzed","quantity":"1"}]}]}`
	if !strings.HasSuffix(string(text), want) {
		t.Errorf("got %s\nwant ...%s", text, want)
	}
	for old, replaced := range map[string]string{
		`"version":1`:           `"version":2`,
		`"trail":1`:             `"trail":2`,
		`"quantity":"1"`:        `"quantity":"5"`,
		`"meter":"data_events"`: `"meter":"pigeons"`,
		`"ApiCallRateInsight"`:  `"ApiCallRate"`,
		`"logged":"1"`:          `"logged":"9223372036854775807"`,
		`"places":[`:            `"places":[{"account":"111122223333","region":"us-east-1","counts":[]},`,
		`"ReadWriteType":"All"`: `"ReadWriteType":"Some"`,
		`{"version"`:            `["version"`,
	} {
		wrong := strings.Replace(string(text), old, replaced, 1)
		if wrong == string(text) {
			t.Fatalf("no %s in %s", old, text)
		}
		var n Meter
		if err := json.Unmarshal([]byte(wrong), &n); err == nil {
			t.Errorf("%s is taken for %s", replaced, old)
		}
		if n.Trails != nil {
			t.Errorf("with %s it fails, and leaves %v", replaced, n.Trails)
		}
	}
	var same, other Meter
	same.Trails, other.Trails = m.Trails, m.Trails[:1]
	if err := json.Unmarshal(text, &same); err != nil || !slices.Equal(same.Usage(), m.Usage()) {
		t.Errorf("into the same trails: %v, %v", same.Usage(), err)
	}
	same.Add(newRecord(record.Data, true)) // it goes on counting
	if u := same.Usage(); len(u) != 2 || u[0].Quantity != 2 {
		t.Errorf("and one more: %v", u)
	}
	if err := json.Unmarshal(text, &other); !errors.Is(err, ErrMeter) {
		t.Errorf("into other trails: %v, want ErrMeter", err)
	}
	if err := other.Merge(&m); !errors.Is(err, ErrMeter) {
		t.Errorf("merged with other trails: %v, want ErrMeter", err)
	}
}

func TestMeterOverflow(t *testing.T) {
	m := Meter{Trails: []Trail{{Insights: Insights{Management: CallRateInsight | ErrorRateInsight}}}}
	write := newRecord(record.Management, false)
	if err := m.AddTimes(write, maxRecords); err != nil {
		t.Fatal(err)
	}
	if err := m.AddTimes(write, 1); !errors.Is(err, ErrOverflow) {
		t.Errorf("one more than 2^63-1: %v, want ErrOverflow", err)
	}
	if charges, err := m.AppendCharges(nil, write, 1); !errors.Is(err, ErrOverflow) || charges != nil {
		t.Errorf("one more than 2^63-1: %v, %v, want ErrOverflow", charges, err)
	}
	if err := m.Merge(&m); !errors.Is(err, ErrOverflow) {
		t.Errorf("twice: %v, want ErrOverflow", err)
	}
	u := m.Usage()
	if len(u) != 2 || u[0].Quantity != maxRecords || u[1].Quantity != 2*maxRecords {
		t.Errorf("got %v", u)
	}
}

// Writes are analyzed for both types, reads for the error rate only, and data events for both.
func TestMeterInsights(t *testing.T) {
	m := Meter{Trails: []Trail{
		{Name: "both", Selector: twice, Insights: Insights{CallRateInsight | ErrorRateInsight, CallRateInsight | ErrorRateInsight}},
		{Name: "calls", Insights: Insights{Management: CallRateInsight, Data: CallRateInsight}},
	}}
	for i, r := range []*record.Record{
		newRecord(record.Management, true), newRecord(record.Management, false),
		newRecord(record.Data, true), newRecord(record.Data, false), newRecord(record.NetworkActivity, false),
	} {
		if err := m.AddTimes(r, []uint64{1, 10, 100, 1000, 10000}[i]); err != nil {
			t.Fatal(err)
		}
	}
	var got []string
	for _, u := range m.Usage() {
		got = append(got, fmt.Sprintf("%s %s %d", u.Trail, u.Meter, u.Quantity))
	}
	want := []string{
		"both management_events_first_copy 11",
		"both data_events 1100",
		"both insights_management_events_analyzed 21",
		"both insights_data_events_analyzed 2200",
		"calls management_events_additional_copy 11",
		"calls insights_management_events_analyzed 10",
	}
	if !slices.Equal(got, want) {
		t.Errorf("got  %q\nwant %q", got, want)
	}
}

// A hostile log file has a Region of its own for each record. Memory is bounded, every record counts, and
// there is no bill of it, since there is no price.
func TestMeterPlacesLimit(t *testing.T) {
	if testing.Short() {
		t.Skip("takes seconds")
	}
	m := Meter{Trails: []Trail{{Name: "a"}, {Name: "b", Account: "444455556666"}, {Name: "c", Organization: true}}}
	r := newRecord(record.Management, false)
	const records = maxPlaces + 1000
	for i := range records {
		r.AWSRegion = strconv.Itoa(i)
		m.Add(r)
	}
	if len(m.places) != maxPlaces+1 {
		t.Errorf("%d places, want %d", len(m.places), maxPlaces+1)
	}
	other := Meter{Trails: m.Trails}
	r.AWSRegion = "another"
	other.Add(r)
	if err := m.Merge(&other); err != nil {
		t.Fatal(err)
	}
	// In elsewhere the trail of another account logs too, as its own copy.
	rest := slices.DeleteFunc(m.Usage(), func(u Usage) bool { return u.Region != "" })
	if len(rest) != 3 || rest[0].Quantity != 1001 || rest[1].Quantity != 1000 || rest[2].Quantity != 1001 {
		t.Errorf("elsewhere: %v, want 1001, 1000 and 1001", rest)
	}
	if logged, _ := m.Records(); logged != records+1 {
		t.Errorf("%d records, want %d", logged, records+1)
	}
	rates, _ := Published("us-east-1")
	if _, err := rates.Bill(rest...); !errors.Is(err, ErrNoPrice) {
		t.Errorf("a bill of hostile Regions: %v, want ErrNoPrice", err)
	}
}

// What a text may ask for takes time as its length, not as its square: many trails in one place, and as many
// counts of them, the last first.
func TestMeterManyTrails(t *testing.T) {
	const trails = 200_000
	counts := make([]countState, trails)
	for i := range counts {
		counts[i] = countState{trails - 1 - i, ManagementAdditionalCopies, 1}
	}
	text, err := json.Marshal(meterState{
		Version: meterVersion, Trails: make([]trailState, trails), Logged: 1,
		Places: []placeState{{Account: "111122223333", Region: "us-east-1", Counts: counts}},
	})
	if err != nil {
		t.Fatal(err)
	}
	var m Meter
	if err := json.Unmarshal(text, &m); err != nil {
		t.Fatal(err)
	}
	if err := m.Merge(&m); err != nil {
		t.Fatal(err)
	}
	usage := m.Usage()
	if len(usage) != trails || usage[0].Quantity != 2 || usage[trails-1].Quantity != 2 {
		t.Errorf("%d lines, want %d of 2 each", len(usage), trails)
	}
}

// FuzzMeterJSON looks for texts that make a Meter which panics, or which is another one when it is sent on.
func FuzzMeterJSON(f *testing.F) {
	m := Meter{Trails: []Trail{{Name: "a", Organization: true}, {Name: "b", Selector: twice,
		Insights: Insights{Data: CallRateInsight}}}}
	m.Add(newRecord(record.Data, true))
	m.Add(newRecord(record.Management, true))
	text, err := json.Marshal(&m)
	if err != nil {
		f.Fatal(err)
	}
	f.Add(text)
	f.Add([]byte(`{"version":1,"trails":[],"logged":"0","dropped":"5","places":[{"account":"","region":"","counts":[]}]}`))
	f.Add([]byte(`{"version":1,"trails":[{"selectors":null},{}],"logged":"9223372036854775807","dropped":"0","places":[
		{"counts":[{"trail":1,"meter":"data_events","quantity":"18446744073709551614"}]}]}`))
	f.Fuzz(func(t *testing.T, text []byte) {
		var m Meter
		if err := json.Unmarshal(text, &m); err != nil {
			return
		}
		again, err := json.Marshal(&m)
		if err != nil {
			t.Fatal(err)
		}
		var back Meter
		if err := json.Unmarshal(again, &back); err != nil {
			t.Fatalf("%s: %v", again, err)
		}
		if !slices.Equal(back.Usage(), m.Usage()) {
			t.Errorf("%s: %v, want %v", again, back.Usage(), m.Usage())
		}
		if err := back.Merge(&m); err != nil && !errors.Is(err, ErrOverflow) {
			t.Errorf("%s: %v", again, err)
		}
		m.Add(newRecord(record.Data, true))
	})
}

func TestParseInsightTypes(t *testing.T) {
	both, err := ParseInsightTypes("ApiErrorRateInsight", "ApiCallRateInsight", "ApiCallRateInsight")
	if err != nil || both != CallRateInsight|ErrorRateInsight || both.String() != "ApiCallRateInsight,ApiErrorRateInsight" {
		t.Errorf("both are %v, %v", both, err)
	}
	_, err = ParseInsightTypes("ApiCallRateInsights")
	want := `pricing: unknown Insights type "ApiCallRateInsights" (did you mean "ApiCallRateInsight"?)`
	if err == nil || err.Error() != want {
		t.Errorf("got  %v\nwant %s", err, want)
	}
}

func TestMeterAllocs(t *testing.T) {
	m := Meter{Trails: []Trail{{Name: "a", Selector: twice}, {Name: "b", Selector: allObjects}}}
	records := benchmarkRecords()
	for _, r := range records {
		m.Add(r)
	}
	allocs := testing.AllocsPerRun(100, func() {
		for _, r := range records {
			m.Add(r)
		}
	})
	if allocs != 0 {
		t.Errorf("%v allocations for %d records of places that the meter knows, want none", allocs, len(records))
	}
}

func BenchmarkMeterAdd(b *testing.B) {
	for _, trails := range []int{1, 5, 50} {
		for _, category := range []record.Category{record.Management, record.Data} {
			b.Run(fmt.Sprintf("trails=%d/category=%s/place=same", trails, category), func(b *testing.B) {
				benchmarkAdd(b, trails, []*record.Record{newRecord(category, false)})
			})
		}
		b.Run(fmt.Sprintf("trails=%d/category=mixed/place=changing", trails), func(b *testing.B) {
			benchmarkAdd(b, trails, benchmarkRecords())
		})
	}
}

func benchmarkAdd(b *testing.B, trails int, records []*record.Record) {
	b.ReportAllocs()
	m := Meter{Trails: slices.Repeat([]Trail{{Name: "a", Selector: twice}}, trails)}
	i := 0
	for b.Loop() {
		m.Add(records[i])
		if i++; i == len(records) {
			i = 0
		}
	}
	b.ReportMetric(float64(b.N)/b.Elapsed().Seconds(), "records/s")
}

// benchmarkRecords returns records of which each is of another place than the one before.
func benchmarkRecords() []*record.Record {
	var records []*record.Record
	for _, account := range someAccounts {
		for _, region := range someRegions {
			for _, category := range []record.Category{record.Management, record.Data} {
				r := newRecord(category, false)
				r.RecipientAccountID, r.AWSRegion = account, region
				records = append(records, r)
			}
		}
	}
	rand.New(rand.NewPCG(1, 2)).Shuffle(len(records), func(i, j int) {
		records[i], records[j] = records[j], records[i]
	})
	return records
}
