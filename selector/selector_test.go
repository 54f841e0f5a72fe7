package selector

import (
	"errors"
	"fmt"
	"maps"
	"math/rand/v2"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"sync"
	"testing"

	"github.com/trailsieve/trailsieve/record"
)

// announced has what decides in the record that AWS printed when it announced S3 data events: it
// has neither resources nor readOnly, managementEvent or eventCategory.
const announced = `{
	"eventVersion": "1.05",
	"userIdentity": {"type": "Root", "accountId": "99999999999", "username": "jbarr"},
	"eventTime": "2016-11-15T23:02:12Z",
	"eventSource": "s3.amazonaws.com",
	"eventName": "PutObject",
	"awsRegion": "us-east-1",
	"sourceIPAddress": "",
	"requestParameters": {"bucketName": "jbarr-s3-trail-demo", "key": "ie_sb_device_4.png"}
}`

func TestAnnouncement(t *testing.T) {
	records := map[string]string{"ours": announced}
	file := filepath.Join("..", "..", "shared", "data", "announcement", "record.json")
	if text, err := os.ReadFile(file); err == nil {
		records["AWS's"] = string(text)
	}
	const derived = "(category derived from eventSource and eventName; ARN rebuilt from requestParameters)"
	tests := []struct{ value, readWriteType, want string }{
		{"jbarr-s3-trail-demo/", "All",
			"logged: data event by /EventSelectors/0/DataResources/0/Values/0, " +
				"arn:aws:s3:::jbarr-s3-trail-demo/ " + derived},
		{"jbarr-s3-trail-demo/ie_", "All",
			"logged: data event by /EventSelectors/0/DataResources/0/Values/0, " +
				"arn:aws:s3:::jbarr-s3-trail-demo/ie_ " + derived},
		{"jbarr-s3-trail/", "All",
			"dropped: data event, resource not selected by /EventSelectors/0/DataResources/0: " +
				"resources.ARN is arn:aws:s3:::jbarr-s3-trail-demo/ie_sb_device_4.png " + derived},
		{"jbarr-s3-trail-demo/", "WriteOnly",
			"logged: data event by /EventSelectors/0/DataResources/0/Values/0, " +
				"arn:aws:s3:::jbarr-s3-trail-demo/ (category derived from eventSource and eventName; " +
				"read or write derived from eventSource and eventName; " +
				"ARN rebuilt from requestParameters)"},
		{"jbarr-s3-trail-demo/", "ReadOnly",
			"dropped: data event, write not selected by /EventSelectors/0/ReadWriteType, ReadOnly " +
				"(category derived from eventSource and eventName; " +
				"read or write derived from eventSource and eventName)"},
	}
	for name, text := range records {
		r := parseRecord(t, []byte(text))
		for _, test := range tests {
			s := MustCompile(fmt.Sprintf(`{"EventSelectors": [{"ReadWriteType": %q, "DataResources": [
				{"Type": "AWS::S3::Object", "Values": ["arn:aws:s3:::%s"]}]}]}`, test.readWriteType, test.value))
			if got := s.Explain(r); got.String() != test.want || s.Match(r) != got.Logged {
				t.Errorf("%s record, %s of %s:\n got %v (Match %v)\nwant %s",
					name, test.readWriteType, test.value, got, s.Match(r), test.want)
			}
		}
	}
}

// TestReason shows a sentence of each cause.
func TestReason(t *testing.T) {
	const (
		login = `{"eventVersion": "1.08", "eventSource": "signin.amazonaws.com", "eventName": "ConsoleLogin",
			"readOnly": false, "eventCategory": "Management"}`
		decrypt = `{"eventVersion": "1.05", "eventSource": "kms.amazonaws.com", "eventName": "Decrypt"}`
		invoke  = `{"eventVersion": "1.08", "eventSource": "lambda.amazonaws.com", "eventName": "Invoke",
			"readOnly": false, "eventCategory": "Data", "resources": [{"type": "AWS::Lambda::Function",
			"ARN": "arn:aws:lambda:us-east-1:111122223333:function:f"}]}`
		endpoint = `{"eventVersion": "1.11", "eventSource": "s3.amazonaws.com", "eventName": "GetObject",
			"eventCategory": "NetworkActivity"}`

		noKMS = `{"EventSelectors": [{"ExcludeManagementEventSources": ["kms.amazonaws.com"]}]}`
		allS3 = `{"EventSelectors": [{"IncludeManagementEvents": false, "DataResources": [
			{"Type": "AWS::S3::Object", "Values": ["arn:aws:s3"]}]}]}`
		functions = `{"AdvancedEventSelectors": [{"FieldSelectors": [
			{"Field": "eventCategory", "Equals": ["Data"]},
			{"Field": "resources.type", "Equals": ["AWS::Lambda::Function"]},
			{"Field": "userIdentity.arn", "StartsWith": ["arn:"]},
			{"Field": "eventName", "NotEquals": ["a", "Invoke"]}]}]}`
		noInvoke = `{"AdvancedEventSelectors": [{"FieldSelectors": [
			{"Field": "eventCategory", "Equals": ["Data"]},
			{"Field": "resources.type", "Equals": ["AWS::Lambda::Function"]},
			{"Field": "eventName", "NotEquals": ["a", "Invoke"]}]}]}`
	)
	tests := []struct{ selectors, record, want string }{
		{`{}`, login, "logged: management event by default"},
		{`{}`, decrypt, "logged: management event by default (category taken by default)"},
		{`{}`, invoke, "dropped: data event, which no selector takes"},
		{allS3, endpoint, "dropped: network activity event, which no selector takes"},
		{noKMS, login, "logged: management event by /EventSelectors/0"},
		{noKMS, decrypt, "dropped: management event, source excluded by /EventSelectors/0/" +
			"ExcludeManagementEventSources/0, kms.amazonaws.com (category taken by default)"},
		{allS3, login, "dropped: management event, not included by /EventSelectors/0/" +
			"IncludeManagementEvents, false"},
		{allS3, invoke, "dropped: data event, resource type not selected by /EventSelectors/0/" +
			"DataResources: resources.type is AWS::Lambda::Function"},
		{functions, invoke, "dropped: data event, userIdentity.arn refused by /AdvancedEventSelectors/0/" +
			"FieldSelectors/2: the record has no userIdentity.arn"},
		{functions, login, "dropped: management event, not included by /AdvancedEventSelectors"},
		{noInvoke, invoke, "dropped: data event, eventName refused by /AdvancedEventSelectors/0/" +
			"FieldSelectors/2/NotEquals/1, Invoke: eventName is Invoke"},
		{allS3, `{"eventSource": "rdsdataapi.amazonaws.com", "eventName": "ExecuteStatement"}`,
			"dropped: data event without a resource, not selected by /EventSelectors/0/DataResources " +
				"(category derived from eventSource and eventName)"},
	}
	for _, test := range tests {
		r := parseRecord(t, []byte(test.record))
		if got := MustCompile(test.selectors).Explain(r).String(); got != test.want {
			t.Errorf("%s\non %s\n got %s\nwant %s", test.selectors, test.record, got, test.want)
		}
	}
}

// TestSyntaxError has a ∑ where each error is due.
func TestSyntaxError(t *testing.T) {
	tests := []struct {
		text string
		kind error
		want string
	}{
		{`∑`, ErrSyntax, "selector: unexpected EOF (offset 0)"},
		{`n∑othing`, ErrSyntax, `selector: expected null, found 'o' (offset 1)`},
		{`∑null`, ErrValue, "selector: null where an object is due (offset 0)"},
		{`{} ∑{}`, ErrSyntax, "selector: expected the end of the text, found '{' (offset 3)"},
		{`{"EventSelectors": [{∑]`, ErrSyntax,
			"selector: expected a name in quotes, found ']' in /EventSelectors/0 (offset 21)"},
		{`{"EventSelectors": [∑5]}`, ErrValue, "selector: a number where an object is due in /EventSelectors/0 (offset 20)"},
		{`{"EventSelectors": [{∑"a/b": 1}]}`, ErrField, `selector: unknown name "a/b" in /EventSelectors/0/a~1b (offset 21)`},
		{"{\"Trail∑\xff\": 1}", ErrSyntax, "selector: not UTF-8 (offset 7)"},
	}
	for _, test := range tests {
		offset := strings.Index(test.text, "∑")
		text := strings.Replace(test.text, "∑", "", 1)
		_, err := Compile(text)
		e, ok := errors.AsType[*SyntaxError](err)
		if !ok || !errors.Is(err, test.kind) {
			t.Errorf("Compile(%#q): %v, want %v", text, err, test.kind)
			continue
		}
		if e.Offset != offset || err.Error() != test.want {
			t.Errorf("Compile(%#q): %v, want %s", text, err, test.want)
		}
	}
}

func TestMustCompile(t *testing.T) {
	defer func() {
		if v, ok := recover().(string); !ok || !strings.Contains(v, "both") {
			t.Errorf("MustCompile panics with %v", v)
		}
	}()
	MustCompile(`{"EventSelectors": [{}], "AdvancedEventSelectors": [{}]}`)
}

// TestSet shows what the lists of conditions look like when they are compiled.
// TestSetLaws puts records to sets of any size, and to their selectors one by one.
func TestSetLaws(t *testing.T) {
	logged := 0
	for seed := range uint64(150) {
		g := newGenerator(seed)
		n := pick(g, 0, 1, 5, 30, 64, 65, 130)
		if seed == 0 {
			n = 1100 // more than a trailSet has room for
		}
		var trails []*Selector
		for len(trails) < n {
			if s, err := Compile(g.selectors()); err == nil {
				trails = append(trails, s)
			}
		}
		set := NewSet(slices.All(trails))
		for range 20 {
			text := g.record()
			r := parseRecord(t, []byte(text))
			var want []int
			for i, s := range trails {
				if s.Match(r) {
					want = append(want, i)
				}
			}
			logged += len(want)
			if got := set.Match(r); !slices.Equal(got, want) {
				t.Fatalf("seed %d: the set logs %v, want %v\n%s", seed, got, want, text)
			}
			if got, err := set.AppendMatchText(nil, []byte(text)); !slices.Equal(got, want) || err != nil {
				t.Fatalf("seed %d: the set logs %v of the text, %v, want %v\n%s", seed, got, err, want, text)
			}
		}
	}
	if logged < 1000 {
		t.Errorf("only %d are logged", logged)
	}
}

func TestSet(t *testing.T) {
	leaves := func(texts string) (l []leaf) {
		for _, s := range strings.Fields(texts) {
			l = append(l, leaf{text: s})
		}
		return l
	}
	s := newSet(leaves("x a/b x"), leaves("a/b/ c/ a/ a/ a/c"), leaves("pg .jpg g2 jpg"))
	for i, want := range []string{"a/b x", "a/ c/", "g2 pg"} {
		var got []string
		for _, l := range [][]leaf{s.exact, s.prefixes, s.suffixes}[i] {
			got = append(got, l.text)
		}
		if strings.Join(got, " ") != want {
			t.Errorf("list %d of the set: %q, want %q", i, got, want)
		}
	}
	for v, want := range map[string]string{"x": "x", "a/b": "a/b", "a/b/c": "a/", "b": "", "": "", "xpg": "pg",
		"c/pg": "c/", "g": "", "c": "", "g2": "g2"} {
		met := find(&s, v)
		inBuffer := find(&s, []byte(v))
		if met != inBuffer || met == nil && want != "" || met != nil && met.text != want {
			t.Errorf("find(%q) = %v, in a buffer %v, want %q", v, met, inBuffer, want)
		}
	}
}

// TestOrder shuffles all lists in the text of selectors, which changes nothing but pointers.
func TestOrder(t *testing.T) {
	for seed := range uint64(2000) {
		g := newGenerator(seed)
		text := g.selectors()
		s, err := Compile(text)
		if err != nil {
			continue
		}
		value, _ := pointed(text, "")
		shuffle(g.Rand, value)
		shuffled := MustCompile(marshal(value))
		for range 5 {
			r := parseRecord(t, []byte(g.record()))
			if got, want := shuffled.Match(r), s.Match(r); got != want {
				t.Errorf("%s: %v\n%s: %v\non %s", s, want, shuffled, got, r.Text())
			}
		}
	}
}

// shuffle puts the elements of all arrays in a JSON value into another order.
func shuffle(r *rand.Rand, value any) {
	switch v := value.(type) {
	case object:
		for _, name := range slices.Sorted(maps.Keys(v)) {
			shuffle(r, v[name])
		}
	case []any:
		r.Shuffle(len(v), func(i, j int) { v[i], v[j] = v[j], v[i] })
		for _, e := range v {
			shuffle(r, e)
		}
	}
}

// TestUnion puts the selectors of two trails into one, which logs what either of them does.
func TestUnion(t *testing.T) {
	unions := 0
	for seed := range uint64(4000) {
		g := newGenerator(seed)
		for _, list := range []string{"EventSelectors", "AdvancedEventSelectors"} {
			one := g.basic
			if list != "EventSelectors" {
				one = g.advanced
			}
			a, b := several(g, 1, 2, one), several(g, 1, 2, one)
			first, err1 := Compile(marshal(object{list: a}))
			second, err2 := Compile(marshal(object{list: b}))
			if err1 != nil || err2 != nil {
				continue
			}
			unions++
			union := MustCompile(marshal(object{list: append(a, b...)}))
			for range 5 {
				r := parseRecord(t, []byte(g.record()))
				if got, want := union.Match(r), first.Match(r) || second.Match(r); got != want {
					t.Errorf("%s: %v\n%s: %v\ntogether: %v\non %s",
						first, first.Match(r), second, second.Match(r), got, r.Text())
				}
			}
		}
	}
	if unions < 1000 {
		t.Errorf("only %d unions", unions)
	}
}

// TestConcurrent is for the race detector.
func TestConcurrent(t *testing.T) {
	s := MustCompile(`{"EventSelectors": [{"DataResources": [
		{"Type": "AWS::S3::Object", "Values": ["arn:aws:s3:::jbarr-s3-trail-demo/"]}]}]}`)
	r := parseRecord(t, []byte(announced))
	var wg sync.WaitGroup
	for range 4 {
		wg.Go(func() {
			for range 100 {
				if !s.Match(r) || !s.Explain(r).Logged {
					t.Error("not logged")
				}
			}
		})
	}
	wg.Wait()
}

func TestMatchDoesNotAllocate(t *testing.T) {
	tests := []struct {
		name   string
		record *record.Record
	}{
		{"announced", parseRecord(t, []byte(announced))},
		{"resources", parseRecord(t, benchmarkRecord(3))},
		{"management", parseRecord(t, []byte(`{"eventSource": "kms.amazonaws.com", "eventName": "Decrypt"}`))},
	}
	for _, test := range tests {
		for _, text := range []string{"{}", basicOf(1), basicOf(250), advancedOf(1), advancedOf(498), everyField} {
			s := MustCompile(text)
			if n := testing.AllocsPerRun(100, func() { s.Match(test.record) }); n != 0 {
				t.Errorf("%s record: %v allocations by %.200s", test.name, n, text)
			}
		}
	}
}

// everyField has a condition on each field of data events.
const everyField = `{"AdvancedEventSelectors": [{"FieldSelectors": [
	{"Field": "eventCategory", "Equals": ["Data"]},
	{"Field": "resources.type", "Equals": ["AWS::S3::Object"]},
	{"Field": "readOnly", "Equals": ["true", "false"]},
	{"Field": "eventSource", "NotEquals": ["a"]},
	{"Field": "eventName", "NotStartsWith": ["a"]},
	{"Field": "eventType", "NotEndsWith": ["a"]},
	{"Field": "userIdentity.arn", "NotEquals": ["a"]},
	{"Field": "sessionCredentialFromConsole", "NotEquals": ["true"]},
	{"Field": "resources.ARN", "Equals": ["a"], "StartsWith": ["b"], "EndsWith": ["c"]}]}]}`
