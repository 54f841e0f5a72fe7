package advice

import (
	"errors"
	"fmt"
	"math/rand/v2"
	"slices"
	"strings"
	"testing"

	"github.com/trailsieve/trailsieve/pricing"
	"github.com/trailsieve/trailsieve/pricing/whatif"
	"github.com/trailsieve/trailsieve/record"
	"github.com/trailsieve/trailsieve/selector"
)

var (
	allObjects = selector.MustCompile(`{"EventSelectors": [{"IncludeManagementEvents": false,
		"DataResources": [{"Type": "AWS::S3::Object", "Values": ["arn:aws:s3"]}]}]}`)
	everything = selector.MustCompile(`{"EventSelectors": [{"IncludeManagementEvents": true,
		"DataResources": [{"Type": "AWS::S3::Object", "Values": ["arn:aws:s3"]}]}]}`)
	reads = selector.MustCompile(`{"EventSelectors": [{"ReadWriteType": "ReadOnly", "IncludeManagementEvents": true,
		"DataResources": [{"Type": "AWS::S3::Object", "Values": ["arn:aws:s3:::photos/", "arn:aws:s3:::logs/"]}]}]}`)
	advanced = selector.MustCompile(`{"AdvancedEventSelectors": [
		{"Name": "photos", "FieldSelectors": [{"Field": "eventCategory", "Equals": ["Data"]},
			{"Field": "resources.type", "Equals": ["AWS::S3::Object"]},
			{"Field": "resources.ARN", "StartsWith": ["arn:aws:s3:::photos/"], "NotStartsWith": ["arn:aws:s3:::photos/c/"]}]},
		{"Name": "writes", "FieldSelectors": [{"Field": "eventCategory", "Equals": ["Data"]},
			{"Field": "resources.type", "Equals": ["AWS::S3::Object"]}, {"Field": "readOnly", "Equals": ["false"]}]},
		{"Name": "management", "FieldSelectors": [{"Field": "eventCategory", "Equals": ["Management"]},
			{"Field": "eventSource", "NotEquals": ["rdsdata.amazonaws.com"]}]}]}`)
)

func usEast1(t testing.TB) *pricing.Rates {
	t.Helper()
	rates, ok := pricing.Published("us-east-1")
	if !ok {
		t.Fatal("no rates")
	}
	return rates
}

func object(bucket, key string, readOnly bool) *record.Record {
	r := call("s3.amazonaws.com", readOnly)
	r.EventCategory, r.ManagementEvent, r.EventName = record.Data, record.False, "PutObject"
	if readOnly {
		r.EventName = "GetObject"
	}
	r.Resources = []record.Resource{{Type: "AWS::S3::Object", ARN: "arn:aws:s3:::" + bucket + "/" + key}}
	return r
}

func call(source string, readOnly bool) *record.Record {
	r := &record.Record{
		EventVersion: "1.11", EventCategory: record.Management, EventSource: source, EventName: "Decrypt",
		AWSRegion: "us-east-1", RecipientAccountID: "111122223333", ReadOnly: record.False, ManagementEvent: record.True,
	}
	if readOnly {
		r.ReadOnly = record.True
	}
	r.UserIdentity.ARN = "arn:aws:iam::111122223333:user/alice"
	return r
}

func delivery() *record.Record {
	r := object("logs", "AWSLogs/111122223333/CloudTrail/us-east-1/1.json.gz", false)
	r.UserIdentity = record.Identity{Type: "AWSService", InvokedBy: "cloudtrail.amazonaws.com"}
	r.RequestParameters = `{"bucketName": "logs", "key": "AWSLogs/111122223333/CloudTrail/us-east-1/1.json.gz"}`
	return r
}

// A trail may pay for its free copies too: Insights analyzes them. Leaving them out saves what it pays for
// that at least; here the copies of the other trail become the free ones besides.
func TestFreeCopyOfInsights(t *testing.T) {
	trails := []pricing.Trail{
		{Name: "audit", Insights: pricing.Insights{Management: pricing.CallRateInsight | pricing.ErrorRateInsight}},
		{Name: "second", Selector: everything},
	}
	a, err := New(trails)
	if err != nil {
		t.Fatal(err)
	}
	kms := call("kms.amazonaws.com", false)
	if err := a.AddTimes(kms, 10); err != nil {
		t.Fatal(err)
	}
	if err := a.AddTimes(call("iam.amazonaws.com", false), 1); err != nil {
		t.Fatal(err)
	}
	found, err := a.Recommend(usEast1(t))
	if err != nil {
		t.Fatal(err)
	}
	i := slices.IndexFunc(found, func(r Recommendation) bool { return r.Kind == ExcludeSource && r.Trail == "audit" })
	if i < 0 || found[i].String() != `exclude kms.amazonaws.com on trail "audit", which pays for it; saves 0.00007 USD for 10 events` {
		t.Fatalf("found %v", found)
	}
	without := slices.Clone(trails)
	without[0].Selector = selector.MustCompile(`{"EventSelectors": [{"ReadWriteType": "All", "ExcludeManagementEventSources": ["kms.amazonaws.com"]}]}`)
	c := whatif.New(trails, without)
	if err := c.AddTimes(kms, 10); err != nil {
		t.Fatal(err)
	}
	d, err := c.Difference(usEast1(t))
	if err != nil {
		t.Fatal(err)
	}
	if want := pricing.MustParseUSD("-0.00027"); d.Change != want {
		t.Errorf("the bill changes by %v, want %v", d.Change, want)
	}
}

func TestRecommend(t *testing.T) {
	a, err := New([]pricing.Trail{{Name: "audit"}, {Name: "objects", Selector: allObjects}, {Name: "second", Selector: everything}})
	if err != nil {
		t.Fatal(err)
	}
	for _, add := range []struct {
		r *record.Record
		n uint64
	}{
		{object("photos", "tmp/cache/1.png", false), 500},
		{object("photos", "albums/1.png", true), 300},
		{object("photos", "1.png", false), 100},
		{object("backup", "1.tar", false), 50},
		{delivery(), 40},
		{call("kms.amazonaws.com", true), 10},
		{call("iam.amazonaws.com", false), 5},
	} {
		if err := a.AddTimes(add.r, add.n); err != nil {
			t.Fatal(err)
		}
	}
	found, err := a.Recommend(usEast1(t))
	if err != nil {
		t.Fatal(err)
	}
	var got []string
	for _, r := range found {
		got = append(got, r.String())
	}
	// The second trail logs all that each of the other two does, and so does none of these what it logs.
	want := []string{
		`drop trail "objects": all that it logged, trail "second" logged too; saves 0.00099 USD for 990 events`,
		`leave out "photos/tmp/cache/" on trail "objects"; saves 0.0005 USD for 500 events`,
		`leave out "photos/tmp/cache/" on trail "second"; saves 0.0005 USD for 500 events`,
		`drop trail "audit": all that it logged, trail "second" logged too; saves 0.0003 USD for 15 events`,
		`leave out "photos/albums/" on trail "objects"; saves 0.0003 USD for 300 events`,
		`leave out "photos/albums/" on trail "second"; saves 0.0003 USD for 300 events`,
		`exclude kms.amazonaws.com on trail "second", which pays for it; saves 0.0002 USD for 10 events`,
		`leave out log bucket "logs" on trail "objects": 40 of its events are deliveries of log files, ` +
			`each at least one event later; saves 0.00004 USD for 40 events`,
		`leave out log bucket "logs" on trail "second": 40 of its events are deliveries of log files, ` +
			`each at least one event later; saves 0.00004 USD for 40 events`,
	}
	if !slices.Equal(got, want) {
		t.Errorf("got\n%s\nwant\n%s", strings.Join(got, "\n"), strings.Join(want, "\n"))
	}
}

// Of trails that log the same, all but the first go.
func TestTwins(t *testing.T) {
	a, _ := New([]pricing.Trail{{Name: "a"}, {Name: "b"}, {Name: "c"}, {Name: "reads", Selector: reads}})
	a.Add(call("iam.amazonaws.com", false))
	a.Add(call("iam.amazonaws.com", true))
	found, err := a.Recommend(usEast1(t))
	var got []string
	for _, r := range found {
		got = append(got, fmt.Sprint(r.Trail, " for ", r.Subject, " ", r.Saving))
	}
	if want := []string{"b for a 0.00004", "c for a 0.00004", "reads for a 0.00002"}; err != nil || !slices.Equal(got, want) {
		t.Errorf("got %q, %v, want %q", got, err, want)
	}
}

func TestNothing(t *testing.T) {
	a, _ := New([]pricing.Trail{{Name: "a"}})
	if found, err := a.Recommend(usEast1(t)); found != nil || err != nil {
		t.Errorf("for no records: %v, %v", found, err)
	}
	a.Add(call("kms.amazonaws.com", true)) // the free copy
	if found, err := a.Recommend(usEast1(t)); found != nil || err != nil {
		t.Errorf("for what is free: %v, %v", found, err)
	}
	a.Add(object("photos", "1", true))
	if found, err := a.Recommend(nil); err == nil {
		t.Errorf("without prices: %v", found)
	}
	if _, err := New([]pricing.Trail{{Name: "a"}, {Name: "a"}}); err == nil {
		t.Error("two trails with one name")
	}
}

func FuzzAdvisor(f *testing.F) {
	for seed := range uint64(8) {
		f.Add(seed)
	}
	f.Fuzz(checkLaws)
}

func TestLaws(t *testing.T) {
	for seed := range uint64(150) {
		checkLaws(t, seed)
	}
}

// checkLaws applies each recommendation, and meters the same records again: what is promised is saved. And
// two Advisors, merged, recommend what one does.
func checkLaws(t *testing.T, seed uint64) {
	rnd := rand.New(rand.NewPCG(seed, 6))
	trails := make([]pricing.Trail, 1+rnd.IntN(4))
	for i := range trails {
		trails[i] = pricing.Trail{
			Name:     fmt.Sprint("trail-", i),
			Selector: []*selector.Selector{nil, allObjects, everything, reads, advanced}[rnd.IntN(5)],
		}
		if rnd.IntN(4) == 0 {
			trails[i].Insights = pricing.Insights{Management: pricing.ErrorRateInsight, Data: pricing.CallRateInsight}
		}
	}
	var records []*record.Record
	for range rnd.IntN(60) {
		switch rnd.IntN(4) {
		case 0:
			records = append(records, call([]string{"kms.amazonaws.com", "iam.amazonaws.com", "rdsdata.amazonaws.com"}[rnd.IntN(3)],
				rnd.IntN(2) == 0))
		case 1:
			records = append(records, delivery())
		default:
			records = append(records, object([]string{"photos", "logs"}[rnd.IntN(2)],
				[]string{"a/b/1", "a/2", "b/c/3", "c/4", "5", "a"}[rnd.IntN(6)], rnd.IntN(3) > 0))
		}
	}
	checkRecommendations(t, fmt.Sprint("seed ", seed), trails, records)
}

func checkRecommendations(t *testing.T, what string, trails []pricing.Trail, records []*record.Record) {
	t.Helper()
	whole, err := New(trails)
	left, _ := New(trails)
	right, _ := New(trails)
	for i, r := range records {
		err = errors.Join(err, whole.Add(r), []*Advisor{left, right}[i%2].Add(r))
	}
	err = errors.Join(err, left.Merge(right))
	rates := usEast1(t)
	found, err1 := whole.Recommend(rates)
	merged, err2 := left.Recommend(rates)
	if err = errors.Join(err, err1, err2); err != nil {
		t.Fatalf("%s: %v", what, err)
	}
	if !slices.Equal(found, merged) {
		t.Errorf("%s: recommends %v\nmerged %v", what, found, merged)
	}
	for _, r := range found {
		changed, err := r.Apply(trails)
		if err != nil {
			t.Errorf("%s: %v: %v", what, r, err)
			continue
		}
		c := whatif.New(trails, changed)
		for _, rec := range records {
			if err := c.Add(rec); err != nil {
				t.Fatal(err)
			}
		}
		d, err := c.Difference(rates)
		if err != nil {
			t.Fatal(err)
		}
		saved, err := pricing.USD{}.Sub(d.Change)
		// Without a trail's free copies of a source, another trail's may become free.
		if err != nil || saved.Cmp(r.Saving) < 0 || r.Kind != ExcludeSource && saved != r.Saving || r.Saving.IsZero() {
			t.Errorf("%s: %v\nsaves %v, %v\n%v", what, r, saved, err, d)
		}
		if changed, err := r.Apply(changed); r.Kind == DropTrail && err == nil {
			t.Errorf("%s: %v: can be done twice, and leaves %d trails", what, r, len(changed))
		}
	}
}

func TestSelector(t *testing.T) {
	r := Recommendation{Kind: WritesOnly, Trail: "objects", Subject: "photos", partition: "aws"}
	s, err := r.Selector(everything)
	if err != nil {
		t.Fatal(err)
	}
	text, _ := s.MarshalJSON()
	want := `{"AdvancedEventSelectors":[` +
		`{"Name":"Management events of event selector 0","FieldSelectors":[{"Field":"eventCategory","Equals":["Management"]}]},` +
		`{"Name":"Objects of event selector 0","FieldSelectors":[{"Field":"eventCategory","Equals":["Data"]},` +
		`{"Field":"resources.type","Equals":["AWS::S3::Object"]},` +
		`{"Field":"resources.ARN","StartsWith":["arn:aws:s3:"],"NotStartsWith":["arn:aws:s3:::photos/"]}]},` +
		`{"Name":"Objects of event selector 0","FieldSelectors":[{"Field":"eventCategory","Equals":["Data"]},` +
		`{"Field":"resources.type","Equals":["AWS::S3::Object"]},` +
		`{"Field":"resources.ARN","StartsWith":["arn:aws:s3:"]},{"Field":"readOnly","Equals":["false"]}]}]}`
	if string(text) != want {
		t.Errorf("got  %s\nwant %s", text, want)
	}
	if _, err := (Recommendation{Kind: DropTrail}).Selector(everything); err == nil {
		t.Error("there are selectors that drop a trail")
	}
	if _, err := r.Apply(nil); err == nil {
		t.Error("a trail that is not there is changed")
	}
}

func BenchmarkAdd(b *testing.B) {
	a, _ := New([]pricing.Trail{{Name: "objects", Selector: everything}})
	r := object("photos", "tmp/cache/1.png", false)
	b.ReportAllocs()
	for b.Loop() {
		if err := a.Add(r); err != nil {
			b.Fatal(err)
		}
	}
}
