package pattern

import (
	"bytes"
	"compress/gzip"
	"encoding/json"
	"fmt"
	"io"
	"io/fs"
	"math/rand/v2"
	"os"
	"path/filepath"
	"runtime"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/trailsieve/trailsieve/internal/synth"
	"github.com/trailsieve/trailsieve/record"
)

// A benchmark matches a list of events over and over. It reports how many of them it matched in a
// second and, as machines differ and drift, how many times as fast that was as json.Valid over the
// same bytes in the same run.
//
// BenchmarkShared is the workload of the project's design: real records from ../shared/data/cloudtrail,
// and the rules of $BENCH_DIR (by default ../shared/bench). The others make their own.

// bench measures match, which matches an event. It and json.Valid take turns over the list, so that
// what else the machine does meets both.
func bench(b *testing.B, events [][]byte, match func(event []byte)) {
	b.Helper()
	size := 0
	for _, e := range events {
		size += len(e)
		match(e) // to fill the pool
	}
	b.ReportAllocs()
	b.SetBytes(int64(size / len(events)))
	var valid time.Duration
	rounds, next := 0, len(events)
	for b.Loop() {
		if next == len(events) {
			b.StopTimer()
			start := time.Now()
			for _, e := range events {
				if !json.Valid(e) {
					b.Fatalf("%.100s is not JSON", e)
				}
			}
			valid += time.Since(start)
			rounds++
			next = 0
			b.StartTimer()
		}
		match(events[next])
		next++
	}
	each := b.Elapsed().Seconds() / float64(b.N)
	b.ReportMetric(1/each, "events/s")
	b.ReportMetric(valid.Seconds()/float64(rounds*len(events))/each, "x-json.Valid")
}

// benchSet measures a set, which matches so many rules an event.
func benchSet(b *testing.B, rules []*Pattern, events [][]byte) {
	b.Helper()
	set := NewSet(slices.All(rules))
	matched := 0
	for _, e := range events {
		keys, err := set.Match(e)
		if err != nil {
			b.Fatal(err)
		}
		matched += len(keys)
	}
	var keys []int
	bench(b, events, func(event []byte) { keys, _ = set.AppendMatch(keys[:0], event) })
	b.ReportMetric(float64(matched)/float64(len(events)), "matches/event")
}

func BenchmarkShared(b *testing.B) {
	events := sharedEvents(b)
	for _, name := range []string{"1", "10", "100", "1000", "10000", "wild-100"} {
		b.Run("rules="+name, func(b *testing.B) {
			var rules []*Pattern
			for _, text := range sharedRules(b, name) {
				rules = append(rules, MustCompile(text))
			}
			benchSet(b, rules, events)
		})
	}
}

// BenchmarkSharedBuild builds the set of 10,000 rules from their text.
func BenchmarkSharedBuild(b *testing.B) { benchBuild(b, sharedRules(b, "10000")) }

// sharedEvents returns the records in ../shared as EventBridge delivers them.
func sharedEvents(b *testing.B) (events [][]byte) {
	root := "../../shared/data/cloudtrail/AWSLogs"
	if _, err := os.Stat(root); err != nil {
		b.Skipf("not beside this checkout: %v", err)
	}
	err := filepath.WalkDir(root, func(path string, d fs.DirEntry, err error) error {
		if err != nil || d.IsDir() {
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
			events = append(events, r.AppendEvent(nil))
		}
		return nil
	})
	if err != nil {
		b.Fatal(err)
	}
	return events
}

// sharedRules returns the texts of a list of rules.
func sharedRules(b *testing.B, name string) []string {
	dir := os.Getenv("BENCH_DIR")
	if dir == "" {
		dir = "../../shared/bench"
	}
	text, err := os.ReadFile(filepath.Join(dir, "rules-"+name+".jsonl"))
	if err != nil {
		var packed []byte
		if packed, err = os.ReadFile(filepath.Join(dir, "rules-"+name+".jsonl.gz")); err != nil {
			b.Skipf("not beside this checkout: %v", err)
		}
		z, err := gzip.NewReader(bytes.NewReader(packed))
		if err != nil {
			b.Fatal(err)
		}
		if text, err = io.ReadAll(z); err != nil {
			b.Fatal(err)
		}
	}
	return strings.Split(strings.TrimSpace(string(text)), "\n")
}

// BenchmarkSet matches sets of generated rules that ask what such rules usually ask.
func BenchmarkSet(b *testing.B) {
	events := benchEvents(500)
	for _, n := range []int{1, 10, 100, 1000, 10000} {
		b.Run(fmt.Sprintf("rules=%d", n), func(b *testing.B) { benchSet(b, benchRules(n), events) })
	}
}

// BenchmarkOperator looks up one value among conditions of one kind, which is what operators cost apart
// from the reading of events.
func BenchmarkOperator(b *testing.B) {
	for _, bb := range benchOperators {
		for _, n := range []int{1, 1000} {
			b.Run(fmt.Sprintf("kind=%s/rules=%d", bb.kind, n), func(b *testing.B) {
				var rules []*Pattern
				for i := range n {
					p, err := Limits{Complexity: -1}.Compile(fmt.Sprintf(`{"v": [%s]}`, fmt.Sprintf(bb.condition, 7*i%1000)))
					if err != nil {
						b.Fatal(err)
					}
					rules = append(rules, p)
				}
				benchSet(b, rules, [][]byte{[]byte(`{"v":` + bb.value + `}`)})
			})
		}
	}
}

// benchOperators: the first condition of each, with 0 in place of %d, does not accept the value.
var benchOperators = []struct{ kind, condition, value string }{
	{"string", `"arn:aws:iam::123456789012:user/alice-%04d"`, benchARN},
	{"number", `%d`, `777`},
	{"prefix", `{"prefix": "arn:aws:iam::123456789012:user/alice-%04d"}`, benchARN},
	{"suffix", `{"suffix": "user/alice-%04d"}`, benchARN},
	{"equals-ignore-case", `{"equals-ignore-case": "ARN:aws:iam::123456789012:user/alice-%04d"}`, benchARN},
	{"prefix-ignore-case", `{"prefix": {"equals-ignore-case": "ARN:aws:iam::123456789012:user/alice-%04d"}}`, benchARN},
	{"wildcard-end", `{"wildcard": "arn:aws:iam::*:user/alice-%04d"}`, benchARN},
	{"wildcard-inside", `{"wildcard": "*lice-%04d*"}`, benchARN},
	{"wildcard-same-ends", `{"wildcard": "arn:aws:iam::*%04d*:user/alice"}`, benchARN},
	{"numeric", `{"numeric": [">=", %[1]d, "<=", %[1]d.5]}`, `777.25`},
	{"cidr", `{"cidr": "2001:db8:%d::/48"}`, `"2001:db8:777::1"`},
	{"exists", `{"exists": true}, "%d"`, benchARN},
	{"anything-but", `{"anything-but": ["%d", "arn:aws:iam::123456789012:user/alice-0777"]}`, benchARN},
	{"anything-but-prefix", `{"anything-but": {"prefix": ["%d", "arn:"]}}`, benchARN},
	{"two-anything-but", `{"anything-but": "arn:aws:iam::123456789012:user/alice-0777"}, {"anything-but": {"prefix": ["%d", "a"]}}`, benchARN},
}

const benchARN = `"arn:aws:iam::123456789012:user/alice-0777"`

// BenchmarkBuild builds sets from the texts of their rules.
func BenchmarkBuild(b *testing.B) {
	for _, n := range []int{100, 1000, 10000, 100000} {
		b.Run(fmt.Sprintf("rules=%d", n), func(b *testing.B) {
			var texts []string
			for _, p := range benchRules(n) {
				texts = append(texts, p.String())
			}
			benchBuild(b, texts)
		})
	}
}

// benchBuild measures how long it takes to build a set from texts, and what memory the set takes beside
// the patterns.
func benchBuild(b *testing.B, texts []string) {
	rules := make([]*Pattern, len(texts))
	size := 0
	for _, text := range texts {
		size += len(text)
	}
	var sets time.Duration
	b.ReportAllocs()
	for b.Loop() {
		for i, text := range texts {
			rules[i] = MustCompile(text)
		}
		start := time.Now()
		NewSet(slices.All(rules))
		sets += time.Since(start)
	}
	n := float64(len(texts))
	b.ReportMetric(sets.Seconds()*1e3/float64(b.N), "ms-in-NewSet")
	b.ReportMetric(float64(size)/n, "text-bytes/rule")
	before := heap()
	set := NewSet(slices.All(rules))
	b.ReportMetric(float64(heap()-before)/n, "set-bytes/rule")
	runtime.KeepAlive(set)
}

func heap() uint64 {
	var m runtime.MemStats
	runtime.GC()
	runtime.ReadMemStats(&m)
	return m.HeapAlloc
}

// BenchmarkParallel matches on all cores.
func BenchmarkParallel(b *testing.B) {
	events := benchEvents(500)
	for _, n := range []int{1, 1000} {
		b.Run(fmt.Sprintf("rules=%d", n), func(b *testing.B) {
			set := NewSet(slices.All(benchRules(n)))
			b.ReportAllocs()
			b.RunParallel(func(pb *testing.PB) {
				var keys []int
				for i := 0; pb.Next(); i++ {
					keys, _ = set.AppendMatch(keys[:0], events[i%len(events)])
				}
			})
			b.ReportMetric(float64(b.N)/b.Elapsed().Seconds(), "events/s")
		})
	}
}

// BenchmarkEventSize matches events whose requestParameters take most of them. The rules ask for
// something behind, so there is no end before it.
func BenchmarkEventSize(b *testing.B) {
	for _, size := range []int{1, 16, 256} {
		b.Run(fmt.Sprintf("KB=%d", size), func(b *testing.B) {
			var parameters strings.Builder
			for i := 0; parameters.Len() < size<<10-700; i++ {
				fmt.Fprintf(&parameters, `,"tag%d":{"key":"owner","values":["alice \"a\"",%d,true]}`, i%100, i)
			}
			event := strings.Replace(benchEvent, `"x-amz-acl":"private"`, `"x-amz-acl":"private"`+parameters.String(), 1)
			benchSet(b, benchRules(1000), [][]byte{[]byte(event)})
		})
	}
}

// BenchmarkPattern matches one pattern of each kind with an event that it matches.
func BenchmarkPattern(b *testing.B) {
	for _, bb := range benchPatterns {
		b.Run("kind="+bb.kind, func(b *testing.B) {
			p := MustCompile(bb.text)
			bench(b, [][]byte{[]byte(benchEvent)}, func(event []byte) {
				if ok, err := p.Match(event); !ok || err != nil {
					b.Fatalf("%s = %v, %v", p, ok, err)
				}
			})
		})
	}
}

// BenchmarkSlow is the slow twin, for comparison.
func BenchmarkSlow(b *testing.B) {
	p, err := compileSlow(benchPatterns[0].text)
	if err != nil {
		b.Fatal(err)
	}
	bench(b, [][]byte{[]byte(benchEvent)}, func(event []byte) {
		if !p.match(string(event)) {
			b.Fatal("no match")
		}
	})
}

func BenchmarkCompile(b *testing.B) {
	for _, bb := range benchPatterns {
		b.Run("kind="+bb.kind, func(b *testing.B) {
			b.ReportAllocs()
			for b.Loop() {
				MustCompile(bb.text)
			}
		})
	}
}

// BenchmarkLinear shows for what could be worse that it is linear: the time for each of the n is about
// the same.
func BenchmarkLinear(b *testing.B) {
	for _, bb := range benchLinear {
		for _, n := range bb.n {
			b.Run(fmt.Sprintf("%s/n=%d", bb.name, n), func(b *testing.B) {
				rules, event := bb.make(n)
				benchSet(b, rules, [][]byte{[]byte(event)})
				b.ReportMetric(b.Elapsed().Seconds()*1e9/float64(b.N)/float64(n), "ns/n")
			})
		}
	}
}

var benchLinear = []struct {
	name string
	n    []int
	make func(n int) (rules []*Pattern, event string)
}{
	{"objects", []int{30, 300, 3000, 30000}, func(n int) ([]*Pattern, string) {
		// Two fields in an array of n objects: no object matches but the last.
		return []*Pattern{MustCompile(`{"d": {"name": ["alice"], "status": ["active"]}}`)}, `{"d":[` +
			strings.Repeat(`{"name":"alice","status":"left"},{"name":"bob","status":"active"},`, n/2-1) +
			`{"name":"bob","status":"left"},{"name":"alice","status":"active"}]}`
	}},
	{"objects-1000-rules", []int{30, 300, 3000}, func(n int) (rules []*Pattern, event string) {
		for i := range 1000 {
			rules = append(rules, MustCompile(fmt.Sprintf(`{"d": {"name": ["n%d"], "status": ["s%d"]}}`, i%100, i/100)))
		}
		var objects strings.Builder
		for i := range n {
			fmt.Fprintf(&objects, `,{"name":"n%d","status":"s%d"}`, i%100, i%7)
		}
		return rules, `{"d":[` + objects.String()[1:] + `]}`
	}},
	{"nested-objects", []int{30, 300, 3000}, func(n int) ([]*Pattern, string) {
		// Arrays in the objects of an array, ten in each.
		inner := `{"a":1,"in":[` + strings.Repeat(`{"x":1,"y":2},{"x":2,"y":1},`, 4) + `{"x":2,"y":1},{"x":1,"y":2}]}`
		return []*Pattern{MustCompile(`{"d": {"a": [1], "in": {"x": [1], "y": [1]}}}`)},
			`{"d":[` + strings.Repeat(inner+`,`, n/10-1) + inner + `]}`
	}},
	{"nested-arrays", []int{30, 300, 3000}, func(n int) ([]*Pattern, string) {
		// Arrays in an array, which take the slower way.
		return []*Pattern{MustCompile(`{"d": {"x": [1], "y": [1]}}`)},
			`{"d":[` + strings.Repeat(`[{"x":1,"y":2}],`, n-1) + `[{"x":2,"y":1}]]}`
	}},
	{"scalars", []int{30, 300, 3000, 30000}, func(n int) (rules []*Pattern, event string) {
		for i := range 100 {
			rules = append(rules, MustCompile(fmt.Sprintf(`{"d": ["v%d", {"prefix": "w%d"}]}`, i, i)))
		}
		return rules, `{"d":["v1"` + strings.Repeat(`,"some value"`, n-1) + `]}`
	}},
	{"stars", []int{300, 3000, 30000}, func(n int) (rules []*Pattern, event string) {
		// A thousand wildcards with many stars, and n times one letter.
		for i := range 1000 {
			text := fmt.Sprintf(`{"s": [{"wildcard": "*aaaaaaaa*a*aa*a*aaa%c%d*a*aa*"}]}`, 'b'+i%20, i/20)
			p, err := Limits{Complexity: -1}.Compile(text)
			if err != nil {
				panic(err)
			}
			rules = append(rules, p)
		}
		return rules, `{"s":"` + strings.Repeat("a", n) + `"}`
	}},
	{"depth", []int{50, 500, 5000}, func(n int) ([]*Pattern, string) {
		return []*Pattern{MustCompile(`{"z": [1]}`), MustCompile(`{"a": {"b": [1]}}`)},
			`{"a":{"c":` + strings.Repeat(`{"a":[`, n/2) + strings.Repeat(`]}`, n/2) + `},"z":1}`
	}},
	{"keys", []int{100, 1000, 10000, 100000}, func(n int) ([]*Pattern, string) {
		var keys strings.Builder
		for i := range n {
			fmt.Fprintf(&keys, `"key%d":%d,`, i, i)
		}
		return []*Pattern{MustCompile(`{"z": [1], "key17": [17]}`)}, `{` + keys.String() + `"z":1}`
	}},
	{"columns", []int{100, 1000, 10000}, func(n int) (rules []*Pattern, event string) {
		// Each of n rules asks for two names of its own; the event has all of the first.
		var keys strings.Builder
		for i := range n {
			rules = append(rules, MustCompile(fmt.Sprintf(`{"a%d": [1], "b%d": [1]}`, i, i)))
			fmt.Fprintf(&keys, `"a%d":1,`, i)
		}
		return rules, `{` + keys.String() + `"z":1}`
	}},
	{"all-match", []int{10, 100, 1000, 10000}, func(n int) (rules []*Pattern, event string) {
		for i := range n {
			rules = append(rules, MustCompile(fmt.Sprintf(`{"source": ["aws.s3", "x%d"], "region": [{"anything-but": "r%d"}]}`, i, i)))
		}
		return rules, `{"source":"aws.s3","region":"us-east-1"}`
	}},
}

// benchEvent is a CloudTrail record in its envelope.
const benchEvent = `{"version":"0","id":"6a7e8feb-b491-4cf7-a9f1-bf3703467718","detail-type":"AWS API Call via CloudTrail",` +
	`"source":"aws.s3","account":"123456789012","time":"2016-11-21T23:42:15Z","region":"us-east-1","resources":[],` +
	`"detail":{"eventVersion":"1.05","userIdentity":{"type":"IAMUser","principalId":"AIDACKCEVSQ6C2EXAMPLE",` +
	`"arn":"arn:aws:iam::123456789012:user/alice","accountId":"123456789012","accessKeyId":"AKIAIOSFODNN7EXAMPLE",` +
	`"userName":"alice","sessionContext":{"attributes":{"mfaAuthenticated":"false","creationDate":"2016-11-21T22:00:00Z"}}},` +
	`"eventTime":"2016-11-21T23:42:15Z","eventSource":"s3.amazonaws.com","eventName":"PutObject","awsRegion":"us-east-1",` +
	`"sourceIPAddress":"203.0.113.7","userAgent":"[S3Console/0.4]","requestParameters":{"X-Amz-Date":"20161121T234215Z",` +
	`"bucketName":"my-bucket","key":"photos/2016/11/21/a \"quoted\" name.jpg","x-amz-acl":"private","size":48213},` +
	`"responseElements":null,"additionalEventData":{"x-amz-id-2":"l8k8Hg6NTfmbGHXAfBbSlV4CqhVdlfNsJ4uXv2DM2m6K1UAfZ8E="},` +
	`"requestID":"8D0E3C4F6F2A1B7C","eventID":"d1d4d3a1-5f3e-4c5b-9d0e-6f1c2a7b8c9d","readOnly":false,` +
	`"resources":[{"type":"AWS::S3::Object","ARN":"arn:aws:s3:::my-bucket/photos/2016/11/21/a"},` +
	`{"accountId":"123456789012","type":"AWS::S3::Bucket","ARN":"arn:aws:s3:::my-bucket"}],` +
	`"eventType":"AwsApiCall","recipientAccountId":"123456789012","sharedEventID":"0c1d2e3f"}}`

// benchPatterns are one of each kind; the event matches them all.
var benchPatterns = []struct{ kind, text string }{
	{"exact", `{"source": ["aws.s3"], "detail": {"eventSource": ["s3.amazonaws.com"], "eventName": ["PutObject"]}}`},
	{"prefix", `{"detail": {"eventName": [{"prefix": "Put"}]}}`},
	{"suffix", `{"detail": {"eventName": [{"suffix": "Object"}]}}`},
	{"fold", `{"detail": {"eventName": [{"equals-ignore-case": "PUTOBJECT"}]}}`},
	{"wildcard", `{"detail": {"requestParameters": {"key": [{"wildcard": "photos/*/11/*.jpg"}]}}}`},
	{"numeric", `{"detail": {"requestParameters": {"size": [{"numeric": [">", 1024]}]}}}`},
	{"cidr", `{"detail": {"sourceIPAddress": [{"cidr": "203.0.113.0/24"}]}}`},
	{"anything-but", `{"detail": {"awsRegion": [{"anything-but": ["eu-west-1", "eu-west-2"]}]}}`},
	{"absent", `{"detail": {"errorCode": [{"exists": false}]}}`},
	{"array", `{"detail": {"resources": {"type": ["AWS::S3::Bucket"], "ARN": [{"prefix": "arn:aws:s3:::my-"}]}}}`},
	{"or", `{"$or": [{"detail": {"eventName": ["GetObject"]}}, {"detail": {"readOnly": [false]}}]}`},
}

// benchEvents returns n generated records as EventBridge delivers them.
func benchEvents(n int) (events [][]byte) {
	g := synth.New(synth.Config{Seed: 5})
	for range n {
		var r record.Record
		if err := r.UnmarshalJSON(g.AppendRecord(nil)); err != nil {
			panic(err)
		}
		events = append(events, r.AppendEvent(nil))
	}
	return events
}

// A benchWord says what there is in the generated events, for rules to ask.
type benchWord struct {
	Source string
	Detail struct {
		EventSource, EventName, AWSRegion, SourceIPAddress string
		UserIdentity                                       struct{ Type, ARN string }
	}
}

// benchRules returns n rules that mix what rules ask of CloudTrail: the source always, mostly the name
// of the event, and one or two of ten other things.
func benchRules(n int) []*Pattern {
	r := rand.New(rand.NewPCG(11, 25))
	var words []benchWord
	for _, e := range benchEvents(300) {
		var w benchWord
		if err := json.Unmarshal(e, &w); err != nil {
			panic(err)
		}
		words = append(words, w)
	}
	rules := make([]*Pattern, n)
	for i := range rules {
		w := words[r.IntN(len(words))]
		d := w.Detail
		var fields []string
		field := func(format string, args ...any) { fields = append(fields, fmt.Sprintf(format, args...)) }
		if i%6 != 0 {
			field(`"eventName": [%q]`, d.EventName)
		} else if i%12 != 0 {
			field(`"eventName": [{"prefix": %q}]`, d.EventName[:3+r.IntN(4)])
		}
		switch i % 10 {
		case 0:
			field(`"awsRegion": ["us-east-1", "eu-west-1"]`)
		case 1:
			field(`"errorCode": [{"exists": true}]`)
		case 2:
			field(`"errorCode": [{"exists": false}]`)
		case 3:
			field(`"readOnly": [false]`)
		case 4:
			field(`"sourceIPAddress": ["10.0.%d.%d", %q]`, i/256%256, i%256, d.SourceIPAddress)
		case 5:
			field(`"requestParameters": {"bucketName": ["bucket-%d"]}`, i)
		case 6:
			field(`"userIdentity": {"type": ["IAMUser", "AssumedRole"]}`)
		case 7:
			field(`"userIdentity": {"arn": [{"prefix": "arn:aws:sts::"}]}`)
		case 8:
			field(`"userIdentity": {"arn": [{"anything-but": [%q]}]}`, d.UserIdentity.ARN)
		}
		if i%3 != 0 || len(fields) == 0 {
			field(`"eventSource": [%q]`, d.EventSource)
		}
		rules[i] = MustCompile(fmt.Sprintf(`{"source": [%q], "detail-type": ["AWS API Call via CloudTrail"], "detail": {%s}}`,
			w.Source, strings.Join(fields, ", ")))
	}
	return rules
}

// BenchmarkSetOf matches sets of rules of one kind, all of which ask for what is in most events.
func BenchmarkSetOf(b *testing.B) {
	events := benchEvents(500)
	for _, kind := range benchKinds {
		b.Run(fmt.Sprintf("kind=%s/rules=%d", kind.name, kind.n), func(b *testing.B) {
			var rules []*Pattern
			for i := range kind.n {
				rules = append(rules, MustCompile(kind.rule(i)))
			}
			benchSet(b, rules, events)
		})
	}
}

var benchKinds = []struct {
	name string
	n    int
	rule func(i int) string
}{
	{"exact", 1000, func(i int) string { return fmt.Sprintf(`{"detail": {"eventName": ["PutObject%d"]}}`, i) }},
	{"prefix", 1000, func(i int) string { return fmt.Sprintf(`{"detail": {"eventID": [{"prefix": "%03x"}]}}`, i) }},
	{"suffix", 1000, func(i int) string { return fmt.Sprintf(`{"detail": {"eventID": [{"suffix": "%03x"}]}}`, i) }},
	{"fold", 1000, func(i int) string {
		return fmt.Sprintf(`{"detail": {"eventName": [{"equals-ignore-case": "PUTOBJECT%d"}]}}`, i)
	}},
	{"wildcard", 1000, func(i int) string { return fmt.Sprintf(`{"detail": {"eventID": [{"wildcard": "*-4%03x-*"}]}}`, i) }},
	{"numeric", 1000, func(i int) string {
		return fmt.Sprintf(`{"detail": {"additionalEventData": {"bytesTransferredOut": [{"numeric": [">", %d, "<=", %d]}]}}}`, i*10, i*20+10)
	}},
	{"cidr", 1000, func(i int) string {
		return fmt.Sprintf(`{"detail": {"sourceIPAddress": [{"cidr": "203.0.%d.0/%d"}]}}`, i%250, 16+i%12)
	}},
	{"anything-but", 1000, func(i int) string {
		return fmt.Sprintf(`{"detail": {"eventName": [{"anything-but": ["GetObject", "PutObject", "Name%d", "Name%d"]}]}}`, i, i+1)
	}},
	{"or", 100, func(i int) string {
		var of []string
		for j := range 10 {
			of = append(of, fmt.Sprintf(`{"detail": {"eventName": ["Name%d"], "awsRegion": ["us-east-%d"]}}`, i+j, j))
		}
		return fmt.Sprintf(`{"source": ["aws.s3"], "$or": [%s]}`, strings.Join(of, ", "))
	}},
}
