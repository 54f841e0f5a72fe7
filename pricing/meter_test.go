package pricing

import (
	"fmt"
	"math/big"
	"math/rand/v2"
	"slices"
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
	for _, trails := range []int{1, 5} {
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
