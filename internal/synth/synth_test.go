package synth

import (
	"bytes"
	"compress/gzip"
	"crypto/sha256"
	"encoding/json"
	"fmt"
	"regexp"
	"slices"
	"strings"
	"sync"
	"testing"
	"time"
)

// starts has a start in every era.
var starts = []time.Time{
	time.Date(2016, time.November, 21, 17, 30, 0, 0, time.UTC), // S3 data events are announced
	time.Date(2019, time.May, 6, 8, 0, 0, 0, time.UTC),
	time.Date(2020, time.December, 1, 23, 59, 0, 0, time.UTC),
	time.Date(2023, time.July, 10, 11, 50, 0, 0, time.UTC),
	{}, // the default, in 2026
}

// TestGolden holds the generator to its promise: the same bytes on every machine, with every version
// of Go. When the output is meant to change, copy the new sums from the failure into the table,
// and say in the commit that tests and benchmarks built on synth see other records from there on.
func TestGolden(t *testing.T) {
	for _, test := range []struct {
		config Config
		want   string
	}{
		{Config{}, "273f695937ac83e66bcbb804c8af9371"},
		{Config{Seed: 7, Start: starts[0], Account: "123456789012", DataPercent: 90, Gap: time.Minute}, "ed905f77e53bd8338747472079ae4f7c"},
	} {
		g := New(test.config)
		data := g.AppendLogFile(nil, 2000)
		data = append(data, g.LogFileKey()...)
		if got := fmt.Sprintf("%x", sha256.Sum256(data))[:32]; got != test.want {
			t.Errorf("%+v: sum of the first file is %s, want %s", test.config, got, test.want)
		}
	}
}

// record has the fields that the tests look at.
type record struct {
	EventVersion, EventTime, EventSource, EventName, EventID, EventType string
	EventCategory, ErrorCode, ErrorMessage, UserAgent, RequestID        string
	SourceIPAddress, SharedEventID, VpcEndpointID, RecipientAccountID   string
	ReadOnly, ManagementEvent                                           *bool
	UserIdentity                                                        map[string]any
	RequestParameters, ResponseElements                                 map[string]any
	AdditionalEventData, ServiceEventDetails, TLSDetails                map[string]any
	SessionCredentialFromConsole                                        string
	Resources                                                           []struct{ ARN, ARNPrefix, AccountID, Type string }

	text string
}

// take decodes the next n records of g.
func take(t *testing.T, g *Generator, n int) []record {
	t.Helper()
	records := make([]record, n)
	var buf []byte
	for i := range records {
		buf = g.AppendRecord(buf[:0])
		r := &records[i]
		r.text = string(buf)
		if err := json.Unmarshal(buf, r); err != nil {
			t.Fatalf("record %d: %v\n%s", i, err, buf)
		}
	}
	return records
}

// sample returns 8,000 records from each of the starts. Several tests look at the same ones.
var sample = sync.OnceValue(func() [][]record {
	all := make([][]record, len(starts))
	for i, start := range starts {
		all[i] = take(&testing.T{}, New(Config{Seed: 1, Start: start}), 8000)
	}
	return all
})

// topKeys returns the keys of the record in their order.
func (r *record) topKeys() []string {
	var keys []string
	d := json.NewDecoder(strings.NewReader(r.text))
	d.Token()
	for d.More() {
		key, _ := d.Token()
		var value json.RawMessage
		d.Decode(&value)
		keys = append(keys, key.(string))
	}
	return keys
}

// keyOrder is the order of keys in delivered files.
var keyOrder = strings.Fields(`eventVersion userIdentity eventTime eventSource eventName awsRegion sourceIPAddress
	userAgent errorCode errorMessage requestParameters responseElements additionalEventData requestID eventID readOnly
	resources eventType apiVersion managementEvent recipientAccountId sharedEventID vpcEndpointId serviceEventDetails
	eventCategory tlsDetails sessionCredentialFromConsole`)

// since is the first version that may have a field; older ones are left out.
var since = map[string]string{
	"serviceEventDetails": "1.05", "managementEvent": "1.06", "eventCategory": "1.07",
	"tlsDetails": "1.08", "sessionCredentialFromConsole": "1.08",
}

// documented are the addresses that nobody has. (RFC 5737, RFC 3849)
var documented = regexp.MustCompile(`^(192\.0\.2\.|198\.51\.100\.|203\.0\.113\.|2001:db8:|[a-z0-9.-]+\.amazonaws\.com$|AWS Internal$)`)

func TestRecords(t *testing.T) {
	uuid := regexp.MustCompile(`^[0-9a-f]{8}-[0-9a-f]{4}-4[0-9a-f]{3}-[89ab][0-9a-f]{3}-[0-9a-f]{12}$`)
	arnKey := regexp.MustCompile(`A(KIA|SIA|IDA|ROA)[A-Z2-7]{9,10}`)
	for i, start := range starts {
		seen := map[string]bool{}
		versions := map[string]int{}
		var last time.Time
		var back int
		for _, r := range sample()[i] {
			versions[r.EventVersion]++
			var compact bytes.Buffer
			if json.Compact(&compact, []byte(r.text)); compact.Len() != len(r.text) {
				t.Fatalf("not compact: %s", r.text)
			}
			at := -1
			keys := r.topKeys()
			for _, key := range keys {
				i := slices.Index(keyOrder, key)
				if i <= at {
					t.Fatalf("key %q is out of order or unknown: %s", key, r.text)
				}
				at = i
				if r.EventVersion < since[key] {
					t.Fatalf("version %s has %s: %s", r.EventVersion, key, r.text)
				}
			}
			for _, key := range []string{"managementEvent", "eventCategory"} {
				if r.EventVersion >= since[key] && !slices.Contains(keys, key) {
					t.Fatalf("version %s lacks %s: %s", r.EventVersion, key, r.text)
				}
			}
			if !uuid.MatchString(r.EventID) || seen[r.EventID] {
				t.Fatalf("eventID %q is malformed or not unique", r.EventID)
			}
			seen[r.EventID] = true
			now, err := time.Parse("2006-01-02T15:04:05Z", r.EventTime)
			if err != nil || last.Sub(now) > 20*time.Second {
				t.Fatalf("eventTime %q after %v (%v)", r.EventTime, last, err)
			}
			if now.Before(last) {
				back++
			}
			last = now
			if !documented.MatchString(r.SourceIPAddress) {
				t.Fatalf("sourceIPAddress %q could be real", r.SourceIPAddress)
			}
			for _, at := range arnKey.FindAllStringIndex(r.text, -1) {
				if !strings.HasPrefix(r.text[at[1]:], "EXAMPLE") && !strings.Contains(r.text[at[0]:at[1]+7], "EXAMPLE") {
					t.Fatalf("id %s… could be real: %s", r.text[at[0]:at[1]], r.text)
				}
			}
			// The sts calls that return credentials count as reads and have an answer all the same.
			if r.ReadOnly != nil && *r.ReadOnly && r.ResponseElements != nil && r.EventSource != "sts.amazonaws.com" {
				t.Fatalf("a read has responseElements: %s", r.text)
			}
			if r.ErrorCode != "" && r.ResponseElements != nil {
				t.Fatalf("an error has responseElements: %s", r.text)
			}
		}
		if want := len(New(Config{Start: start}).era.versions); len(versions) != want {
			t.Errorf("start %v: versions %v, want %d of them", start, versions, want)
		}
		if back < 200 || back > 2000 {
			t.Errorf("start %v: %d of 8000 records step back in time", start, back)
		}
	}
}

// TestOccurrence counts what a long run has to contain.
func TestOccurrence(t *testing.T) {
	all := slices.Concat(sample()...)
	count := func(name string, least, most int, is func(r *record) bool) {
		t.Helper()
		n := 0
		for i := range all {
			if is(&all[i]) {
				n++
			}
		}
		if n < least || n > most {
			t.Errorf("%s: %d of %d records, want %d to %d", name, n, len(all), least, most)
		}
	}
	for _, typ := range []any{"IAMUser", "AssumedRole", "Root", "AWSService", "AWSAccount", "FederatedUser",
		"WebIdentityUser", "SAMLUser", "IdentityCenterUser", "Unknown", nil} {
		count(fmt.Sprintf("identity type %v", typ), 6, 24000, func(r *record) bool { return r.UserIdentity["type"] == typ })
	}
	count("non-ASCII", 20, 1200, func(r *record) bool {
		return strings.ContainsFunc(r.text, func(c rune) bool { return c > 127 })
	})
	count("errors", 1600, 4800, func(r *record) bool { return r.ErrorCode != "" })
	count("errorCode alone", 20, 800, func(r *record) bool { return r.ErrorCode != "" && r.ErrorMessage == "" })
	count("errorMessage alone", 20, 800, func(r *record) bool { return r.ErrorCode == "" && r.ErrorMessage != "" })
	count("hidden user", 20, 400, func(r *record) bool { return r.UserIdentity["userName"] == "HIDDEN_DUE_TO_SECURITY_REASONS" })
	count("anonymous", 20, 1200, func(r *record) bool { return r.UserIdentity["accountId"] == "ANONYMOUS_PRINCIPAL" })
	count("omitted", 3, 120, func(r *record) bool { return r.RequestParameters["omitted"] == true })
	count("tagging beside Tagging", 20, 1200, func(r *record) bool {
		_, lower := r.RequestParameters["tagging"]
		_, upper := r.RequestParameters["Tagging"]
		return lower && upper
	})
	count("empty sessionIssuer", 400, 12000, func(r *record) bool { return strings.Contains(r.text, `"sessionIssuer":{}`) })
	count("sharedEventID", 400, 12000, func(r *record) bool { return r.SharedEventID != "" })
	count("vpcEndpointId", 400, 12000, func(r *record) bool { return r.VpcEndpointID != "" })
	count("console", 400, 12000, func(r *record) bool { return r.SessionCredentialFromConsole == "true" })
	count("serviceEventDetails", 40, 1200, func(r *record) bool { return r.ServiceEventDetails != nil })
	count("invokedBy of a session", 400, 12000, func(r *record) bool {
		return r.UserIdentity["invokedBy"] != nil && r.UserIdentity["sessionContext"] != nil
	})
	count("data events", 19200, 20800, func(r *record) bool { return isData(r) })
	sources := map[string]bool{}
	for _, r := range all {
		if !isData(&r) {
			sources[r.EventSource] = true
		}
	}
	if len(sources) < 12 {
		t.Errorf("%d services have management events, want 12 or more", len(sources))
	}
}

func TestDataPercent(t *testing.T) {
	for _, test := range []struct{ percent, want int }{{-1, 0}, {0, 50}, {10, 10}, {99, 99}, {100, 100}, {300, 100}} {
		n := 0
		for _, r := range take(t, New(Config{DataPercent: test.percent}), 4000) {
			if isData(&r) {
				n++
			}
		}
		if d := n - 40*test.want; d < -150 || d > 150 || (test.want%100 == 0 && d != 0) {
			t.Errorf("DataPercent %d: %d of 4000 records are data events", test.percent, n)
		}
	}
}

// TestSkew checks that a few are hot and many are cold, for buckets, keys and users.
func TestSkew(t *testing.T) {
	buckets, keys := map[string]int{}, map[string]int{}
	for _, r := range take(t, New(Config{DataPercent: 100}), 8000) {
		buckets[r.RequestParameters["bucketName"].(string)]++
		if key, ok := r.RequestParameters["key"].(string); ok {
			keys[key]++
		}
	}
	if n := buckets["jbarr-s3-trail-demo"]; n < 1600 || n > 3600 {
		t.Errorf("the first bucket has %d of 8000 records", n)
	}
	if len(buckets) != len(defaultBuckets) || len(keys) < 1000 {
		t.Errorf("%d buckets and %d keys, want %d and 1000 or more", len(buckets), len(keys), len(defaultBuckets))
	}
}

// TestSize compares with the real files: 1,262 bytes a record, compressed to one in 9.75. They have
// no data events, which are longer: S3 says every name several times over.
func TestSize(t *testing.T) {
	for _, test := range []struct {
		percent    int
		least, top int // bytes a record
	}{{-1, 1100, 1400}, {0, 1200, 1600}, {100, 1300, 1900}} {
		const n = 5000
		g := New(Config{DataPercent: test.percent})
		data := g.AppendLogFile(nil, n)
		var packed bytes.Buffer
		z := gzip.NewWriter(&packed)
		z.Write(data)
		z.Close()
		mean, ratio := len(data)/n, float64(len(data))/float64(packed.Len())
		t.Logf("DataPercent %d: mean %d bytes, gzip ratio %.2f", test.percent, mean, ratio)
		if mean < test.least || mean > test.top {
			t.Errorf("DataPercent %d: mean size %d bytes, want %d to %d", test.percent, mean, test.least, test.top)
		}
		if ratio < 7.5 || ratio > 12 {
			t.Errorf("DataPercent %d: gzip ratio %.2f, want 7.5 to 12", test.percent, ratio)
		}
	}
}

// TestLogFile checks that a file holds the records that would have come one by one, and its name.
func TestLogFile(t *testing.T) {
	files, single := New(Config{Seed: 3}), New(Config{Seed: 3})
	keyForm := regexp.MustCompile(`^AWSLogs/111122223333/CloudTrail/us-east-1/2026/03/0\d/` +
		`111122223333_CloudTrail_us-east-1_202603\d{2}T\d{2}[0-5][05]Z_[0-9A-Za-z]{16}\.json\.gz$`)
	seen := map[string]bool{}
	for _, n := range []int{0, 1, 2, 500} {
		var want []string
		for range n {
			want = append(want, string(single.AppendRecord(nil)))
		}
		if got := string(files.AppendLogFile([]byte("before"), n)); got != `before{"Records":[`+strings.Join(want, ",")+`]}` {
			t.Errorf("a file of %d records differs from the records one by one", n)
		}
		key := files.LogFileKey()
		if !keyForm.MatchString(key) || seen[key] {
			t.Errorf("key %q is malformed or not unique", key)
		}
		seen[key] = true
	}
}

func TestConfig(t *testing.T) {
	g := New(Config{Account: "123456789012", Region: "eu-central-1", Buckets: []string{"only"}, Gap: time.Hour})
	records := take(t, g, 300)
	for _, r := range records {
		if r.RecipientAccountID != "123456789012" || strings.Contains(r.text, "us-east-1") || strings.Contains(r.text, "jbarr-s3-trail-demo") {
			t.Fatalf("the configuration is not followed: %s", r.text)
		}
	}
	first, _ := time.Parse(time.RFC3339, records[0].EventTime)
	last, _ := time.Parse(time.RFC3339, records[299].EventTime)
	if mean := last.Sub(first) / 300; mean < 50*time.Minute || mean > 70*time.Minute {
		t.Errorf("mean gap %v, want an hour", mean)
	}
}

func TestNoAllocation(t *testing.T) {
	g := New(Config{})
	buf := make([]byte, 0, 64<<10)
	if n := testing.AllocsPerRun(1000, func() { buf = g.AppendRecord(buf[:0]) }); n > 0 {
		t.Errorf("AppendRecord allocates %v times", n)
	}
}

func Example() {
	g := New(Config{Seed: 1, DataPercent: 100})
	var r struct{ EventSource, EventCategory string }
	json.Unmarshal(g.AppendRecord(nil), &r)
	fmt.Println(r.EventSource, r.EventCategory)
	// Output: s3.amazonaws.com Data
}
