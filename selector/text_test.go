package selector

import (
	"encoding/json"
	"errors"
	"fmt"
	"io/fs"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"

	"github.com/trailsieve/trailsieve/internal/synth"
	"github.com/trailsieve/trailsieve/record"
)

// manySelectors ask for all that there is, in many ways.
var manySelectors = func() (list []*Selector) {
	for _, text := range []string{"{}", basicOf(3), advancedOf(3), everyField,
		`[{"DataResources": [{"Type": "AWS::S3::Object", "Values": ["arn:aws:s3"]},
			{"Type": "AWS::Lambda::Function", "Values": ["arn:aws:lambda"]}]}]`,
		`[{"FieldSelectors": [{"Field": "eventCategory", "Equals": ["Data"]},
			{"Field": "resources.type", "Equals": ["AWS::S3::Object"]},
			{"Field": "userIdentity.arn", "EndsWith": ["Alice"]}]}]`,
		`[{"FieldSelectors": [{"Field": "eventCategory", "Equals": ["Data"]},
			{"Field": "resources.type", "Equals": ["AWS::S3::Object"]},
			{"Field": "sessionCredentialFromConsole", "Equals": ["true"]}]}]`,
		`[{"FieldSelectors": [{"Field": "eventCategory", "Equals": ["NetworkActivity"]},
			{"Field": "eventSource", "Equals": ["s3.amazonaws.com"]},
			{"Field": "vpcEndpointId", "NotEquals": ["vpce-1"]}, {"Field": "errorCode", "Equals": ["VpceAccessDenied"]}]}]`,
		`[{"FieldSelectors": [{"Field": "eventCategory", "Equals": ["Management"]}, {"Field": "readOnly", "Equals": ["true"]}]}]`,
	} {
		list = append(list, MustCompile(text))
	}
	for seed := range uint64(30) {
		if s, err := Compile(newGenerator(seed).selectors()); err == nil {
			list = append(list, s)
		}
	}
	return list
}()

// checkText compares what selectors say of a text with what they say of the record in it.
func checkText(t *testing.T, text string, selectors ...*Selector) {
	t.Helper()
	set := NewSet(slices.All(selectors))
	keys, setErr := set.AppendMatchText(nil, []byte(text))
	r, err := record.Parse([]byte(text))
	if err != nil {
		return // MatchText may see that too, or answer
	}
	if setErr != nil {
		t.Fatalf("%#q: %v", text, setErr)
	}
	var want []int
	for i, s := range selectors {
		got, err := s.MatchText([]byte(text))
		if is := s.Match(r); got != is || err != nil {
			t.Errorf("%s on the text %s: %v, %v, want %v", s, text, got, err, is)
		}
		if s.Match(r) {
			want = append(want, i)
		}
	}
	if !slices.Equal(keys, want) || !slices.Equal(set.Match(r), want) {
		t.Errorf("the set on %s: %v, of its text %v, want %v", text, set.Match(r), keys, want)
	}
}

// TestText has what is unusual about texts: names and values that come twice, escapes, and types that
// are not expected.
func TestText(t *testing.T) {
	put := `"eventSource": "s3.amazonaws.com", "eventName": "PutObject", "requestParameters":
		{"bucketName": "amzn-s3-demo-bucket-001", "key": "images/cat.jpg"}`
	for _, text := range []string{
		announced,
		string(benchmarkRecord(1)),
		`{` + put + `}`,
		` {"version": "0", "detail": {` + put + `}, "source": "aws.s3"} `,
		`{"detail": {` + put + `}, "detail": {"eventName": "CreateBucket"}}`,
		`{"detail": {` + put + `}, "detail": 5}`,
		`{"detail": {` + put + `}, "eventTime": 5}`,
		`{"detail": {"detail": {` + put + `}}}`,
		`{"d\u0065tail": {"eventName": "CreateBucket"}, "detail": {` + put + `}}`,
		`{` + put + `, "eventSource": "ec2.amazonaws.com"}`,
		`{` + put + `, "eventSource": 5}`,
		`{` + put + `, "eventSource": "aws:s3"}`,
		`{` + put + `, "requestParameters": null}`,
		`{` + put + `, "requestParameters": "text"}`,
		`{"event\u0053ource": "s3\u002eamazonaws.com", "eventName": "PutObject", "requestParameters":
			{"bucketName": "amzn-s3-demo-bucket-00\u0031", "key": "images/\ud83d\ude00"}}`,
		`{` + put + `, "readOnly": "TRUE", "managementEvent": "false"}`,
		`{` + put + `, "readOnly": true, "readOnly": null}`,
		`{` + put + `, "resources": [5, {"ARN": "x", "type": "AWS::S3::Object", "arn": "arn:aws:s3:::amzn-s3-demo-bucket-001/images/"}, []]}`,
		`{` + put + `, "resources": [{"ARN": "x"}], "resources": {}}`,
		`{` + put + `, "resources": [{"ARNPrefix": "arn:aws:s3:::amzn-s3-demo-bucket-001/images/", "type": "AWS::S3::Object", "ARN": null}]}`,
		`{` + put + `, "resources": [` + strings.Repeat(`{"ARN": "a"},`, 20) +
			`{"ARN": "arn:aws:s3:::amzn-s3-demo-bucket-001/images/a", "type": "AWS::S3::Object"}]}`,
		`{` + put + `, "userIdentity": {"arn": "Bob", "arn": "Alice"}}`,
		`{` + put + `, "userIdentity": {"arn": "Alice"}, "userIdentity": "Bob"}`,
		`{` + put + `, "userIdentity": {"arn": ["Alice"], "a": {"arn": "Bob"}}}`,
		`{` + put + `, "sessionCredentialFromConsole": "true", "sessionCredentialFromConsole": "false"}`,
		`{` + put + `, "sessionCredentialFromConsole": true, "sessionCredentialFromConsole": "true"}`,
		`{` + put + `, "sessionCredentialFromC\u006fnsole": "tru\u0065"}`,
		`{"eventVersion": "1.02", "eventSource": "s3.amazonaws.com", "eventName": "New",
			"resources": [{"type": "AWS::S3::Object", "ARN": "arn:aws:s3:::a"}]}`,
		`{"eventName":}`, `"\":{}}`, `{"a\u00": 1}`, `{,"eventName": "a"}`, `{"eventName": "a"`,
		`{}`, ``, ` `, `[]`, `5`, `nothing`, `{"a": {}}`, `{"detail": {}}`,
	} {
		checkText(t, text, manySelectors...)
	}
}

func TestTextErrors(t *testing.T) {
	tests := []struct {
		text string
		want string
		kind error
	}{
		{`[]`, "not a JSON object: an array (offset 0)", record.ErrNotObject},
		{` {"a": 1}`, "not a CloudTrail record: it has none of a record's fields (offset 1)", record.ErrNotRecord},
		{`{"eventSource": "aws:s3"}`, "notification", record.ErrNotRecord},
		{`{"eventSource" "a"}`, "offset 15", nil},
		{`{"eventSource": "s3.amazonaws.com"} 5`, "offset 36", nil},
	}
	for _, test := range tests {
		_, err := manySelectors[0].MatchText([]byte(test.text))
		if _, ok := errors.AsType[*record.Error](err); !ok || !strings.Contains(err.Error(), test.want) ||
			test.kind != nil && !errors.Is(err, test.kind) {
			t.Errorf("%s: %v, want %s", test.text, err, test.want)
		}
	}
}

func FuzzText(f *testing.F) {
	for seed := range uint64(50) {
		f.Add(newGenerator(seed).record())
	}
	g := synth.New(synth.Config{Seed: 1})
	for range 10 {
		f.Add(string(g.AppendRecord(nil)))
	}
	f.Add(`{"detail": ` + announced + `}`)
	f.Fuzz(func(t *testing.T, text string) { checkText(t, text, manySelectors...) })
}

// realRecords returns the records of real log files as text, or makes some if there are none.
func realRecords(tb testing.TB) (texts [][]byte) {
	dir := filepath.Join("..", "..", "shared", "data")
	err := filepath.WalkDir(dir, func(path string, d fs.DirEntry, err error) error {
		if err != nil || !strings.HasSuffix(path, ".json.gz") {
			return err
		}
		f, err := os.Open(path)
		if err != nil {
			return err
		}
		defer f.Close()
		for r, err := range record.NewReader(f).Records() {
			if err != nil {
				return err
			}
			texts = append(texts, []byte(r.Text()))
		}
		return nil
	})
	if err != nil && !os.IsNotExist(err) {
		tb.Fatal(err)
	}
	if len(texts) == 0 {
		g := synth.New(synth.Config{Seed: 1})
		for range 1000 {
			texts = append(texts, g.AppendRecord(nil))
		}
	}
	return texts
}

func TestTextOfRealRecords(t *testing.T) {
	for _, text := range realRecords(t) {
		checkText(t, string(text), manySelectors...)
	}
	g := synth.New(synth.Config{Seed: 2})
	for range 1000 {
		checkText(t, string(g.AppendRecord(nil)), manySelectors...)
	}
}

func TestTextDoesNotAllocate(t *testing.T) {
	if raceEnabled {
		t.Skip("the race detector makes a sync.Pool forget")
	}
	for _, text := range []string{announced, string(benchmarkRecord(1))} {
		text := []byte(text)
		for _, s := range manySelectors {
			if n := testing.AllocsPerRun(20, func() { s.MatchText(text) }); n != 0 {
				t.Errorf("%v allocations by %s on %s", n, s, text)
			}
		}
		set := NewSet(slices.All(manySelectors))
		r := parseRecord(t, text)
		dst := set.Match(r)
		if n := testing.AllocsPerRun(20, func() { dst = set.AppendMatch(dst[:0], r) }); n != 0 {
			t.Errorf("%v allocations by the set on a record", n)
		}
		if n := testing.AllocsPerRun(20, func() { dst, _ = set.AppendMatchText(dst[:0], text) }); n != 0 {
			t.Errorf("%v allocations by the set on %s", n, text)
		}
	}
}

// BenchmarkMatchText reads one record after the other. As a multiple of json.Valid it says how many
// records it takes in the time in which json.Valid takes one.
func BenchmarkMatchText(b *testing.B) {
	b.Run("records=real", func(b *testing.B) { benchmarkTexts(b, realRecords(b)) })
	b.Run("records=data", func(b *testing.B) {
		g := synth.New(synth.Config{Seed: 1, DataPercent: 100})
		var texts [][]byte
		for range 3000 {
			texts = append(texts, g.AppendRecord(nil))
		}
		benchmarkTexts(b, texts)
	})
}

// byIdentity and byName ask for what stands at the beginning of every data event.
const (
	byIdentity = `[{"FieldSelectors": [{"Field": "eventCategory", "Equals": ["Data"]},
		{"Field": "resources.type", "Equals": ["AWS::S3::Object"]}, {"Field": "userIdentity.arn", "EndsWith": [":root"]}]}]`
	byName = `[{"FieldSelectors": [{"Field": "eventCategory", "Equals": ["Data"]},
		{"Field": "resources.type", "Equals": ["AWS::S3::Object"]}, {"Field": "eventName", "NotEquals": ["HeadObject"]}]}]`
)

// thirty are selectors as thirty trails in an organization may have them, each with buckets of its own.
var thirty = []string{
	`[{"DataResources": [{"Type": "AWS::S3::Object", "Values": ["arn:aws:s3:::example-%d/"]}]}]`,
	`[{"ReadWriteType": "WriteOnly", "ExcludeManagementEventSources": ["kms.amazonaws.com"], "DataResources": [
		{"Type": "AWS::S3::Object", "Values": ["arn:aws:s3:::example-%d/", "arn:aws:s3:::example-uploads/"]}]}]`,
	`[{"FieldSelectors": [{"Field": "eventCategory", "Equals": ["Data"]}, {"Field": "resources.type", "Equals": ["AWS::S3::Object"]},
		{"Field": "eventName", "NotEquals": ["HeadObject"]}, {"Field": "resources.ARN", "NotStartsWith": ["arn:aws:s3:::example-%d/"]}]}]`,
	`[{"FieldSelectors": [{"Field": "eventCategory", "Equals": ["Management"]}]}, {"FieldSelectors": [
		{"Field": "eventCategory", "Equals": ["Data"]}, {"Field": "resources.type", "Equals": ["AWS::S3::Object"]},
		{"Field": "userIdentity.arn", "NotEndsWith": ["/service-%d"]}, {"Field": "resources.ARN", "StartsWith": ["arn:aws:s3:::example-raw/"]}]}]`,
	`[{"FieldSelectors": [{"Field": "eventCategory", "Equals": ["Data"]}, {"Field": "resources.type", "Equals": ["AWS::Lambda::Function"]},
		{"Field": "resources.ARN", "StartsWith": ["arn:aws:lambda:us-east-1:111122223333:function:f%d"]}]}]`,
}

func benchmarkTexts(b *testing.B, texts [][]byte) {
	bytes := 0
	for _, text := range texts {
		bytes += len(text)
	}
	perRound := func(b *testing.B, do func(text []byte)) float64 {
		b.SetBytes(int64(bytes))
		b.ReportAllocs()
		for b.Loop() {
			for _, text := range texts {
				do(text)
			}
		}
		b.ReportMetric(float64(b.N*len(texts))/b.Elapsed().Seconds(), "records/s")
		return b.Elapsed().Seconds() / float64(b.N)
	}
	var valid float64
	b.Run("json.Valid", func(b *testing.B) { valid = perRound(b, func(text []byte) { json.Valid(text) }) })
	for _, kind := range []struct{ name, text string }{
		{"default", "{}"}, {"basic-1", basicOf(1)}, {"basic-250", basicOf(250)},
		{"advanced-498", advancedOf(498)}, {"every-field", everyField}, {"identity", byIdentity}, {"name", byName}} {
		s := MustCompile(kind.text)
		b.Run(kind.name, func(b *testing.B) {
			match := perRound(b, func(text []byte) { s.MatchText(text) })
			b.ReportMetric(valid/match, "x-json.Valid")
		})
	}
	var trails []*Selector
	for i := range 30 {
		trails = append(trails, MustCompile(fmt.Sprintf(thirty[i%len(thirty)], i)))
	}
	set := NewSet(slices.All(trails))
	var dst []int
	b.Run("trails-30", func(b *testing.B) {
		match := perRound(b, func(text []byte) { dst, _ = set.AppendMatchText(dst[:0], text) })
		b.ReportMetric(valid/match, "x-json.Valid")
	})
	set = NewSet(slices.All(manySelectors))
	b.Run("set", func(b *testing.B) {
		match := perRound(b, func(text []byte) { dst, _ = set.AppendMatchText(dst[:0], text) })
		b.ReportMetric(valid/match, "x-json.Valid")
	})
}
