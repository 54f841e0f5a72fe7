package attribution

import (
	"encoding/json"
	"errors"
	"fmt"
	"maps"
	"math"
	"math/big"
	"math/rand/v2"
	"runtime"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/trailsieve/trailsieve/pricing"
	"github.com/trailsieve/trailsieve/record"
	"github.com/trailsieve/trailsieve/selector"
)

var (
	allObjects = selector.MustCompile(`{"EventSelectors": [{"IncludeManagementEvents": false,
		"DataResources": [{"Type": "AWS::S3::Object", "Values": ["arn:aws:s3"]}]}]}`)
	photosOnly = selector.MustCompile(`{"EventSelectors": [{"IncludeManagementEvents": true,
		"DataResources": [{"Type": "AWS::S3::Object", "Values": ["arn:aws:s3:::photos/"]}]}]}`)
)

func someTrails() []pricing.Trail {
	return []pricing.Trail{
		{Name: "audit"},
		{Name: "objects", Selector: allObjects},
		{Name: "photos", Selector: photosOnly, HomeRegion: "us-east-1",
			Insights: pricing.Insights{Data: pricing.CallRateInsight}},
	}
}

func usEast1(t testing.TB) *pricing.Rates {
	t.Helper()
	rates, ok := pricing.Published("us-east-1")
	if !ok {
		t.Fatal("no rates")
	}
	return rates
}

// newObject returns a record of a call on an object, in 2026.
func newObject(bucket, key, name string, second int) *record.Record {
	parameters, _ := json.Marshal(map[string]string{"bucketName": bucket, "key": key})
	r := &record.Record{
		EventVersion: "1.11", EventCategory: record.Data, ManagementEvent: record.False,
		EventTime:   time.Date(2026, time.March, 2, 9, 0, second, 0, time.UTC),
		EventSource: "s3.amazonaws.com", EventName: name, AWSRegion: "us-east-1",
		RecipientAccountID: "111122223333", RequestParameters: record.JSON(parameters),
		ReadOnly:  record.False,
		Resources: []record.Resource{{Type: "AWS::S3::Object", ARN: "arn:aws:s3:::" + bucket + "/" + key}},
	}
	r.UserIdentity.ARN = "arn:aws:iam::111122223333:user/alice"
	if strings.HasPrefix(name, "Get") {
		r.ReadOnly = record.True
	}
	return r
}

func TestKeys(t *testing.T) {
	role := newObject("photos", "a/b/c.png", "GetObject", 3600)
	role.UserIdentity.ARN = "arn:aws:sts::111122223333:assumed-role/web/i-1"
	role.UserIdentity.SessionContext.SessionIssuer.ARN = "arn:aws:iam::111122223333:role/web"
	deleted := newObject("photos", "", "DeleteObjects", 0)
	bare := &record.Record{EventSource: "kms.amazonaws.com", EventName: "Decrypt"}
	resource := newObject("photos", "a/b.png", "GetObject", 0)
	resource.RequestParameters = ""
	for _, tt := range []struct {
		name string
		r    *record.Record
		want map[Dimension]string
	}{
		{"object", newObject("photos", "a/b/c.png", "GetObject", 0), map[Dimension]string{
			Account: "111122223333", Region: "us-east-1", Bucket: "photos", EventName: "s3 GetObject",
			Prefix(1): "photos/a/", Prefix(2): "photos/a/b/", Prefix(3): "photos/a/b/", Prefix(9): "photos/a/b/",
			Principal: "arn:aws:iam::111122223333:user/alice", Day: "2026-03-02", Hour: "2026-03-02T09"}},
		{"top", newObject("photos", "c.png", "GetObject", 0), map[Dimension]string{
			Prefix(1): "photos/", Prefix(2): "photos/"}},
		{"slashes", newObject("photos", "//c.png", "GetObject", 0), map[Dimension]string{
			Prefix(1): "photos//", Prefix(2): "photos///", Prefix(3): "photos///"}},
		{"session", role, map[Dimension]string{
			Principal: "arn:aws:iam::111122223333:role/web", Hour: "2026-03-02T10"}},
		{"no key", deleted, map[Dimension]string{Bucket: "photos", Prefix(1): "photos", Prefix(2): "photos"}},
		{"resource", resource, map[Dimension]string{Bucket: "photos", Prefix(1): "photos/a/"}},
		{"bare", bare, map[Dimension]string{
			Account: "", Region: "", Bucket: "", Prefix(1): "", EventName: "kms Decrypt", Day: "", Hour: ""}},
	} {
		n := names{r: tt.r}
		for d, want := range tt.want {
			if got := string(n.appendKey(nil, d)); got != want {
				t.Errorf("%s by %s: %q, want %q", tt.name, d, got, want)
			}
		}
	}
}

func TestTable(t *testing.T) {
	a := Attribution{
		Meter:      &pricing.Meter{Trails: someTrails()},
		Dimensions: []Dimension{Bucket, Trail, Selector, Prefix(1), By(Category, Trail, ReadWrite, Bucket)},
	}
	for i, key := range []string{"a/1", "a/2", "b/1", "top"} {
		for range i + 1 {
			if err := a.Add(newObject("photos", key, "PutObject", i)); err != nil {
				t.Fatal(err)
			}
		}
	}
	a.Add(newObject("backup", "b/1", "PutObject", 0))
	managed := newObject("", "", "CreateBucket", 0)
	managed.EventCategory, managed.RequestParameters, managed.Resources = record.Management, "", nil
	a.Add(managed)
	for _, tt := range []struct {
		d    Dimension
		n    int
		want string
	}{
		{Bucket, 9, "photos 20 0.000023, backup 1 0.000001; 0 0; 2 0.00002; 23 0.000044"},
		{Bucket, 1, "photos 20 0.000023; 1 0.000001; 2 0.00002; 23 0.000044"},
		{Bucket, 0, "; 21 0.000024; 2 0.00002; 23 0.000044"},
		{Trail, 9, "photos 11 0.000033, objects 11 0.000011, audit 1 0; 0 0; 0 0; 23 0.000044"},
		{Selector, 2, "photos /EventSelectors/0 1 0.00002, photos /EventSelectors/0/DataResources/0/Values/0 10 0.000013; " +
			"12 0.000011; 0 0; 23 0.000044"},
		{Prefix(1), 9, "photos/ 8 0.0000092, photos/a/ 6 0.0000069, photos/b/ 6 0.0000069, backup/b/ 1 0.000001; " +
			"0 0; 2 0.00002; 23 0.000044"},
		{By(Category, Trail, ReadWrite, Bucket), 9, "Data\tphotos\twrite\tphotos 10 0.000013, " +
			"Data\tobjects\twrite\tphotos 10 0.00001, Data\tobjects\twrite\tbackup 1 0.000001; 0 0; 2 0.00002; 23 0.000044"},
	} {
		table, err := a.Table(tt.d, usEast1(t), tt.n)
		if err != nil {
			t.Fatal(err)
		}
		var rows []string
		for _, row := range table.Rows {
			if !row.Exact() {
				t.Errorf("by %s: %+v is not exact", tt.d, row)
			}
			rows = append(rows, fmt.Sprint(row.Key, " ", row.Events, " ", row.Amount))
		}
		got := fmt.Sprintf("%s; %d %v; %d %v; %d %v", strings.Join(rows, ", "), table.Other.Events, table.Other.Amount,
			table.None.Events, table.None.Amount, table.Events, table.Total)
		if got != tt.want {
			t.Errorf("by %s, %d rows:\n got %s\nwant %s", tt.d, tt.n, got, tt.want)
		}
	}
	if _, err := a.Table(Day, usEast1(t), 1); err == nil || err.Error() != `attribution: nothing was counted by "day"` {
		t.Errorf("by a dimension that is not there: %v", err)
	}
	parts := Split(By(Trail, Prefix(1)), "photos\ta\tb/")
	if !slices.Equal(parts, []string{"photos", "a\tb/"}) {
		t.Errorf("a key with a tab is split into %q", parts)
	}
	wrong := Attribution{Meter: a.Meter, Dimensions: []Dimension{By(Trail, "bukcet")}}
	if err := wrong.Add(managed); err == nil || err.Error() != `attribution: no such dimension: "trail + bukcet"` {
		t.Errorf("an unknown dimension: %v", err)
	}
	if _, err := a.Table(Bucket, new(pricing.Rates), 1); !errors.Is(err, pricing.ErrNoPrice) {
		t.Errorf("without prices: %v, want ErrNoPrice", err)
	}
}

// someRecords returns records with many and few keys, in several Regions.
func someRecords(seed uint64, n, keys int) []*record.Record {
	rnd := rand.New(rand.NewPCG(seed, 3))
	records := make([]*record.Record, n)
	for i := range records {
		r := newObject([]string{"photos", "backup"}[rnd.IntN(2)],
			fmt.Sprintf("%d/%d", rnd.IntN(3), rnd.IntN(1+rnd.IntN(keys))), []string{"GetObject", "PutObject"}[rnd.IntN(2)], i)
		if rnd.IntN(4) == 0 {
			r.EventCategory, r.Resources = record.Management, nil
		}
		r.AWSRegion = []string{"us-east-1", "eu-west-1"}[rnd.IntN(2)]
		r.RecipientAccountID = []string{"111122223333", "444455556666"}[rnd.IntN(2)]
		records[i] = r
	}
	return records
}

// slowTable is the twin: it meters the records of each key by themselves, and makes a bill of them.
func slowTable(t *testing.T, d Dimension, records []*record.Record) map[string]*big.Rat {
	meters := make(map[string]*pricing.Meter)
	for _, r := range records {
		n := names{r: r}
		key := string(n.appendKey(nil, d))
		if meters[key] == nil {
			meters[key] = &pricing.Meter{Trails: someTrails()}
		}
		meters[key].Add(r)
	}
	amounts := make(map[string]*big.Rat)
	for key, m := range meters {
		bill, err := m.Bill(usEast1(t))
		if err != nil {
			t.Fatal(err)
		}
		amounts[key] = bill.Total().Rat()
	}
	return amounts
}

func FuzzAttribution(f *testing.F) {
	for seed := range uint64(4) {
		f.Add(seed, uint8(seed), uint16(3*seed))
	}
	f.Fuzz(checkLaws)
}

func TestLaws(t *testing.T) {
	for seed := range uint64(100) {
		checkLaws(t, seed, uint8(seed), uint16(seed*7))
	}
}

// checkLaws compares tables with the twin's, of one Attribution and of three merged ones: the truth is
// between both amounts of a row, rows and the rest add up to the total, and this to the bill.
func checkLaws(t *testing.T, seed uint64, capacity uint8, keys uint16) {
	records := someRecords(seed, int(seed%300), 1+int(keys%500))
	dimensions := []Dimension{Account, Region, Bucket, Prefix(1), Prefix(2), EventName, Principal, Day, Hour}
	newOne := func() *Attribution {
		return &Attribution{Meter: &pricing.Meter{Trails: someTrails()}, Dimensions: dimensions, Capacity: int(capacity) + 1}
	}
	whole, parts := newOne(), []*Attribution{newOne(), newOne(), newOne()}
	for i, r := range records {
		if err := errors.Join(whole.Add(r), parts[i%3].Add(r)); err != nil {
			t.Fatal(err)
		}
	}
	var received Attribution
	text, err := json.Marshal(parts[0])
	if err == nil {
		err = json.Unmarshal(text, &received)
	}
	if err == nil {
		err = errors.Join(received.Merge(parts[1]), received.Merge(parts[2]))
	}
	if err != nil {
		t.Fatalf("seed %d: %v", seed, err)
	}
	for _, d := range dimensions {
		want := slowTable(t, d, records)
		for name, a := range map[string]*Attribution{"whole": whole, "merged": &received} {
			what := fmt.Sprintf("seed %d, capacity %d, %s by %s", seed, int(capacity)+1, name, d)
			checkTable(t, what, a, d, want)
		}
	}
	if len(records) > 0 && keys < 3 { // few keys: exact in any order
		a, _ := json.Marshal(whole)
		b, _ := json.Marshal(&received)
		if capacity > 20 && string(a) != string(b) {
			t.Errorf("seed %d: whole and merged differ:\n%s\n%s", seed, a, b)
		}
	}
}

func checkTable(t *testing.T, what string, a *Attribution, d Dimension, want map[string]*big.Rat) {
	t.Helper()
	rates := usEast1(t)
	bill, err := a.Meter.Bill(rates)
	if err != nil {
		t.Fatal(err)
	}
	for _, n := range []int{3, math.MaxInt} {
		table, err := a.Table(d, rates, n)
		if err != nil {
			t.Fatalf("%s: %v", what, err)
		}
		sum, err := table.Other.MaxAmount.Add(table.None.Amount)
		if err != nil {
			t.Fatal(err)
		}
		truth := table.None.Amount.Rat()
		none := want[""]
		if none == nil {
			none = new(big.Rat)
		}
		if truth.Cmp(none) != 0 {
			t.Errorf("%s: %v has no key, want %v", what, truth, none)
		}
		for _, row := range table.Rows {
			amount := want[row.Key]
			if amount == nil || row.Amount.Rat().Cmp(amount) > 0 || row.MaxAmount.Rat().Cmp(amount) < 0 {
				t.Errorf("%s: %q is from %v to %v, want %v", what, row.Key, row.Amount, row.MaxAmount, amount)
				continue
			}
			truth.Add(truth, amount)
			if sum, err = sum.Add(row.Amount); err != nil {
				t.Fatal(err)
			}
		}
		if sum != table.Total || table.Total != bill.Total() {
			t.Errorf("%s: rows and the rest are %v, of %v, and the bill is %v", what, sum, table.Total, bill.Total())
		}
		rest := new(big.Rat).Sub(table.Total.Rat(), truth)
		if table.Other.Amount.Rat().Cmp(rest) > 0 || table.Other.MaxAmount.Rat().Cmp(rest) < 0 {
			t.Errorf("%s: the rest is from %v to %v, want %v", what, table.Other.Amount, table.Other.MaxAmount, rest)
		}
	}
}

func TestJSONErrors(t *testing.T) {
	a := Attribution{Meter: &pricing.Meter{Trails: someTrails()}, Dimensions: []Dimension{Bucket}}
	a.Add(newObject("photos", "a", "PutObject", 0))
	text, err := json.Marshal(&a)
	if err != nil {
		t.Fatal(err)
	}
	for old, replaced := range map[string]string{
		`{"version":1,"meter"`:       `{"version":2,"meter"`,
		`"dimensions":["bucket"]`:    `"dimensions":["bucket","day"]`,
		`"capacity":1000,"dimens`:    `"capacity":0,"dimens`,
		`"total":"2","sketches"`:     `"total":"1","sketches"`,
		`"sketches":[{`:              `"sketches":[null,{`,
		`"capacity":1000,"total"`:    `"capacity":999,"total"`,
		`"meter":"insights_data_ev`:  `"meter":"data_events","x":"`,
		`"meter":{"version":1,`:      `"meter":{"version":3,`,
		`{"version":1,"meter":{"ver`: `{"version":1,"meter":null,"x":{"ver`,
	} {
		wrong := strings.Replace(string(text), old, replaced, 1)
		if wrong == string(text) {
			t.Fatalf("no %s in %s", old, text)
		}
		var b Attribution
		if err := json.Unmarshal([]byte(wrong), &b); err == nil || b.Meter != nil {
			t.Errorf("%s is taken for %s: %v", replaced, old, err)
		}
	}
	other := Attribution{Meter: &pricing.Meter{Trails: someTrails()}, Dimensions: []Dimension{Day}}
	if err := a.Merge(&other); err == nil {
		t.Error("merged with other dimensions")
	}
	other = Attribution{Meter: &pricing.Meter{}, Dimensions: []Dimension{Bucket}}
	if err := a.Merge(&other); !errors.Is(err, pricing.ErrMeter) {
		t.Errorf("merged with other trails: %v, want ErrMeter", err)
	}
}

// A text with meters that no Meter has is refused when there are many.
func TestJSONMeters(t *testing.T) {
	for _, n := range []int{1, maxMeters, maxMeters + 1} {
		st := state{Version: stateVersion, Meter: new(pricing.Meter), Capacity: 1, Dimensions: []Dimension{}}
		for i := range n {
			st.Quantities = append(st.Quantities, sketches{Meter: pricing.MeterName(fmt.Sprint(i))})
		}
		text, err := json.Marshal(st)
		if err != nil {
			t.Fatal(err)
		}
		if err := json.Unmarshal(text, new(Attribution)); (err != nil) != (n > maxMeters) {
			t.Errorf("%d meters: %v", n, err)
		}
	}
}

// FuzzJSON looks for texts that make an Attribution which panics, or which is another one when it is sent on.
func FuzzJSON(f *testing.F) {
	a := Attribution{Meter: &pricing.Meter{Trails: someTrails()}, Capacity: 2}
	for _, r := range someRecords(1, 20, 20) {
		a.Add(r)
	}
	text, err := json.Marshal(&a)
	if err != nil {
		f.Fatal(err)
	}
	f.Add(text)
	f.Add([]byte(`{"version":1,"meter":{"version":1},"capacity":1,"dimensions":["day"],"quantities":[{"meter":"m","total":"7",
		"sketches":[{"capacity":1,"total":"3","lost":"1","items":[{"key":"x","count":"1"}]}]}]}`))
	f.Fuzz(func(t *testing.T, text []byte) {
		var a Attribution
		if err := json.Unmarshal(text, &a); err != nil {
			return
		}
		again, err := json.Marshal(&a)
		if err != nil {
			t.Fatal(err)
		}
		var back Attribution
		if err := json.Unmarshal(again, &back); err != nil {
			t.Fatalf("%s: %v", again, err)
		}
		if twice, _ := json.Marshal(&back); string(twice) != string(again) {
			t.Errorf("%s\nbecomes %s", again, twice)
		}
		for _, d := range a.Dimensions {
			if table, err := a.Table(d, usEast1(t), 5); err == nil && len(table.Rows) > 5 {
				t.Errorf("%d rows", len(table.Rows))
			}
		}
		a.Add(newObject("photos", "a", "PutObject", 0))
	})
}

func TestOverflow(t *testing.T) {
	a := Attribution{Meter: &pricing.Meter{Trails: slices.Repeat([]pricing.Trail{{Selector: allObjects}}, 3)}}
	r := newObject("photos", "a", "PutObject", 0)
	if err := a.AddTimes(r, 1<<62); err != nil {
		t.Fatal(err)
	}
	if err := a.AddTimes(r, 1<<62); !errors.Is(err, pricing.ErrOverflow) {
		t.Errorf("more than 2^64 data events: %v, want ErrOverflow", err)
	}
	if err := a.AddTimes(r, 1<<63); !errors.Is(err, pricing.ErrOverflow) {
		t.Errorf("more than 2^63 records: %v, want ErrOverflow", err)
	}
}

// A hostile log file has Regions and keys without end; neither fills the memory.
func TestHostile(t *testing.T) {
	a := Attribution{Meter: &pricing.Meter{Trails: someTrails()}}
	for i := range 300 {
		r := newObject("photos", strings.Repeat("x", 1<<16)+"/", "PutObject", 0)
		r.AWSRegion = fmt.Sprint("region-", i)
		a.Add(r)
	}
	if len(a.regions) > maxRegions+1 {
		t.Errorf("%d Regions are kept apart", len(a.regions))
	}
	other := Attribution{Meter: &pricing.Meter{Trails: someTrails()}}
	r := newObject("photos", "a", "PutObject", 0)
	r.AWSRegion = "one-more"
	other.Add(r)
	before, _ := json.Marshal(&a)
	if err := a.Merge(&other); err == nil {
		t.Errorf("%d Regions are merged", len(a.regions))
	}
	if after, _ := json.Marshal(&a); string(after) != string(before) {
		t.Error("a merge that fails changes what was counted")
	}
	for q, s := range a.all(slices.Index(a.Dimensions, Prefix(1))) {
		if q.total != s.Total() || s.Len() > 1 || len(s.Top(1)[0].Key) > maxKey {
			t.Errorf("%s: %d of %d, a key of %d bytes", q.region, s.Total(), q.total, len(s.Top(1)[0].Key))
		}
	}
}

// Ten million different prefixes, of which some are heavy: memory stays bounded, and the heavy ones are
// found within the stated error.
func TestTenMillionPrefixes(t *testing.T) {
	if testing.Short() {
		t.Skip("takes some seconds")
	}
	const prefixes = millions * 1_000_000
	a := Attribution{
		Meter:      &pricing.Meter{Trails: []pricing.Trail{{Name: "objects", Selector: allObjects}}},
		Dimensions: []Dimension{Prefix(1), Prefix(2)},
	}
	r := newObject("photos", "", "PutObject", 0)
	var before, after runtime.MemStats
	runtime.GC()
	runtime.ReadMemStats(&before)
	heavy := make(map[string]uint64)
	var buf []byte
	for i := range prefixes {
		buf = fmt.Appendf(buf[:0], `{"bucketName":"photos","key":"user-%d/%d/1.png"}`, i, i)
		n := uint64(1)
		if i%(50_000*millions) == 0 {
			n = 10_000 * millions
			heavy[fmt.Sprintf("photos/user-%d/%d/", i, i)] = n
		}
		r.RequestParameters = record.JSON(buf)
		if err := a.AddTimes(r, n); err != nil {
			t.Fatal(err)
		}
	}
	runtime.GC()
	runtime.ReadMemStats(&after)
	if grown := int64(after.HeapAlloc) - int64(before.HeapAlloc); grown > 4<<20 {
		t.Errorf("%d bytes after %d prefixes of two levels, want less than 4 MiB", grown, prefixes)
	}
	table, err := a.Table(Prefix(2), usEast1(t), len(heavy))
	if err != nil {
		t.Fatal(err)
	}
	found := make(map[string]bool)
	for _, row := range table.Rows {
		n := heavy[row.Key]
		if row.Events > n || row.MaxEvents < n || row.MaxEvents-row.Events > table.Events/(DefaultCapacity+1) {
			t.Errorf("%s has from %d to %d events, want %d", row.Key, row.Events, row.MaxEvents, n)
		}
		found[row.Key] = true
	}
	if len(found) != len(heavy) {
		t.Errorf("found %v, want %v", slices.Sorted(maps.Keys(found)), slices.Sorted(maps.Keys(heavy)))
	}
	runtime.KeepAlive(&a)
}

func TestAllocs(t *testing.T) {
	a := Attribution{Meter: &pricing.Meter{Trails: someTrails()}}
	records := someRecords(1, 200, 20)
	add := func() {
		for _, r := range records {
			a.Add(r)
		}
	}
	add()
	if allocs := testing.AllocsPerRun(20, add); allocs != 0 {
		t.Errorf("%v allocations for %d records with known keys, want none", allocs, len(records))
	}
}

// One trail with and without attribution, so that the ratio is that of one run.
func BenchmarkAdd(b *testing.B) {
	records := someRecords(1, 1000, 1_000_000)
	for _, trails := range []int{1, 5, 50} {
		list := slices.Repeat([]pricing.Trail{{Name: "objects", Selector: photosOnly}}, trails)
		b.Run(fmt.Sprintf("trails=%d/attribution=none", trails), func(b *testing.B) {
			b.ReportAllocs()
			m := &pricing.Meter{Trails: list}
			for i := 0; b.Loop(); i++ {
				m.Add(records[i%len(records)])
			}
		})
		for _, by := range []struct {
			name       string
			dimensions []Dimension
		}{{"bucket", []Dimension{Bucket}}, {"default", Default()}, {"selector", []Dimension{Selector}}} {
			b.Run(fmt.Sprintf("trails=%d/attribution=%s", trails, by.name), func(b *testing.B) {
				b.ReportAllocs()
				a := &Attribution{Meter: &pricing.Meter{Trails: list}, Dimensions: by.dimensions}
				for i := 0; b.Loop(); i++ {
					if err := a.Add(records[i%len(records)]); err != nil {
						b.Fatal(err)
					}
				}
			})
		}
	}
}
