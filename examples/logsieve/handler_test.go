package main

import (
	"bytes"
	"context"
	"encoding/json"
	"fmt"
	"io"
	"net/http"
	"net/url"
	"slices"
	"strings"
	"sync"
	"sync/atomic"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"github.com/trailsieve/trailsieve/examples/logsieve/sieve"
	"github.com/trailsieve/trailsieve/examples/logsieve/sieve/sievetest"
	"github.com/trailsieve/trailsieve/internal/synth"
)

// s3Message is S3's notification of objects that were created in the source bucket.
func s3Message(keys ...string) string {
	var records []string
	for _, key := range keys {
		records = append(records, fmt.Sprintf(`{"eventSource":"aws:s3","eventName":"ObjectCreated:Put",`+
			`"s3":{"bucket":{"name":%q},"object":{"key":%q,"size":1}}}`, sourceBucket, url.QueryEscape(key)))
	}
	return `{"Records":[` + strings.Join(records, ",") + `]}`
}

func quote(s string) string {
	text, err := json.Marshal(s)
	if err != nil {
		panic(err)
	}
	return string(text)
}

// queueEvent is what Lambda gets from a queue. Messages are named m-0, m-1, ...
func queueEvent(bodies ...string) string {
	var records []string
	for i, body := range bodies {
		records = append(records, fmt.Sprintf(`{"eventSource":"aws:sqs","messageId":"m-%d","body":%s}`, i, quote(body)))
	}
	return `{"Records":[` + strings.Join(records, ",") + `]}`
}

// logFile is a log file, its key, and what sievetest.NoReads leaves of it.
func logFile(t testing.TB, seed uint64, n int) (key string, packed, want []byte, c sieve.Counts) {
	t.Helper()
	g := synth.New(synth.Config{Seed: seed})
	text := g.AppendLogFile(nil, n)
	want, c.Read, c.Kept = sievetest.Slow(t, text)
	c.Dropped = c.Read - c.Kept
	return g.LogFileKey(), sievetest.Pack(t, text), want, c
}

// A line is what the tests look at in the log.
type line struct {
	Msg, File, Output, Aside, Reason, Error string

	RecordsRead, RecordsKept, RecordsDropped, RecordsFailed int
	FilesSieved, FilesRepeated, FilesSkipped, FilesFailed   int

	DroppedBy    map[string]int
	Undecided    int
	FunctionName string
	AWS          *directive `json:"_aws"`
}

// lines returns the lines of a log that are about files, and checks that each adds up.
func lines(t testing.TB, log string) []line {
	t.Helper()
	var all []line
	for text := range strings.Lines(log) {
		var l line
		if err := json.Unmarshal([]byte(text), &l); err != nil {
			t.Logf("not a line of the function: %s", text)
			continue
		}
		if l.AWS == nil {
			continue
		}
		if l.RecordsRead != l.RecordsKept+l.RecordsDropped+l.RecordsFailed ||
			l.FilesSieved+l.FilesRepeated+l.FilesSkipped+l.FilesFailed != 1 {
			t.Errorf("it does not add up: %s", text)
		}
		all = append(all, l)
	}
	return all
}

// sum adds the metrics of lines, as CloudWatch does.
func sum(all []line) (s line) {
	for _, l := range all {
		s.RecordsRead += l.RecordsRead
		s.RecordsKept += l.RecordsKept
		s.RecordsDropped += l.RecordsDropped
		s.RecordsFailed += l.RecordsFailed
		s.FilesSieved += l.FilesSieved
		s.FilesRepeated += l.FilesRepeated
		s.FilesSkipped += l.FilesSkipped
		s.FilesFailed += l.FilesFailed
	}
	return s
}

// Whatever a notification comes in, and whatever is in the key, the file is sieved.
func TestEnvelopes(t *testing.T) {
	f := newFakeS3(t)
	h, log := f.handler(t, nil)
	_, packed, want, counted := logFile(t, 1, 50)
	event := func(key string) string {
		return fmt.Sprintf(`{"version":"0","detail-type":"Object Created","source":"aws.s3","detail":{"bucket":{"name":%q},"object":{"key":%s}}}`,
			sourceBucket, quote(key))
	}
	trail := func(key string) string {
		return fmt.Sprintf(`{"s3Bucket":%q,"s3ObjectKey":[%s]}`, sourceBucket, quote(key))
	}
	sns := func(message string) string {
		return `{"Type":"Notification","MessageId":"n-1","Message":` + quote(message) + `}`
	}
	snsEvent := func(message string) string {
		return `{"Records":[{"EventSource":"aws:sns","Sns":{"MessageId":"n-1","Message":` + quote(message) + `}}]}`
	}
	s3Event := func(key string) string { return s3Message(key) }
	in := func(outer ...func(string) string) func(string) string {
		return func(text string) string {
			for _, f := range slices.Backward(outer) {
				text = f(text)
			}
			return text
		}
	}
	queue := func(message string) string { return queueEvent(message) }
	const plain, odd = "logs/a.json.gz", "my logs/100% a+b=c&d é 日本/…?#/%2B//.json.gz"
	for i, tt := range []struct {
		key   string
		event func(key string) string
	}{
		{plain, s3Event}, {plain, event}, {plain, trail}, {odd, s3Event}, {odd, event}, {odd, trail},
		{odd, in(snsEvent, s3Event)}, {odd, in(snsEvent, trail)}, {odd, in(sns, event)},
		{odd, in(queue, s3Event)}, {odd, in(queue, event)}, {odd, in(queue, sns, s3Event)}, {odd, in(queue, sns, trail)},
	} {
		key := fmt.Sprintf("%d/%s", i, tt.key)
		event := tt.event(key)
		f.put(t, sourceBucket, key, packed)
		log.Reset()
		response, err := h.handle(t.Context(), json.RawMessage(event))
		if err != nil || response != nil && len(response.BatchItemFailures) > 0 {
			t.Errorf("%s: %v, %v", event, response, err)
			continue
		}
		if got := sievetest.Unpack(t, f.get(t, outputBucket, key)); !bytes.Equal(got, want) {
			t.Errorf("%s: other survivors", event)
		}
		l := lines(t, log.String())
		if len(l) != 1 || l[0].RecordsRead != counted.Read || l[0].RecordsKept != counted.Kept || l[0].FilesSieved != 1 {
			t.Errorf("%s: %+v, want %+v", event, l, counted)
		}
	}
}

// The line of a file is what CloudWatch takes for metrics.
func TestMetrics(t *testing.T) {
	f := newFakeS3(t)
	h, log := f.handler(t, map[string]string{"AWS_LAMBDA_FUNCTION_NAME": "sieve-1", envNamespace: "Ours"})
	key, packed, _, _ := logFile(t, 1, 100)
	f.put(t, sourceBucket, key, packed)
	before := time.Now().UnixMilli()
	if _, err := h.handle(t.Context(), json.RawMessage(s3Message(key))); err != nil {
		t.Fatal(err)
	}
	var members map[string]json.RawMessage
	if err := json.Unmarshal(log.Bytes(), &members); err != nil {
		t.Fatalf("not one object: %v\n%s", err, log)
	}
	var d directive
	strict := json.NewDecoder(bytes.NewReader(members["_aws"]))
	strict.DisallowUnknownFields()
	if err := strict.Decode(&d); err != nil {
		t.Fatal(err)
	}
	if d.Timestamp < before || d.Timestamp > time.Now().UnixMilli() {
		t.Errorf("the time is %d", d.Timestamp)
	}
	if len(d.CloudWatchMetrics) != 1 || d.CloudWatchMetrics[0].Namespace != "Ours" {
		t.Fatalf("the directive is %s", members["_aws"])
	}
	set := d.CloudWatchMetrics[0]
	if diff := cmp.Diff([][]string{{"FunctionName"}}, set.Dimensions); diff != "" || string(members["FunctionName"]) != `"sieve-1"` {
		t.Errorf("dimensions: %s, %s", diff, members["FunctionName"])
	}
	var names []string
	for _, m := range set.Metrics {
		names = append(names, m.Name)
		var n int
		if err := json.Unmarshal(members[m.Name], &n); err != nil || m.Unit != "Count" {
			t.Errorf("metric %s in %s: %v", m.Name, m.Unit, err)
		}
	}
	want := []string{"RecordsRead", "RecordsKept", "RecordsDropped", "RecordsFailed",
		"FilesSieved", "FilesRepeated", "FilesSkipped", "FilesFailed"}
	if diff := cmp.Diff(want, names); diff != "" {
		t.Errorf("metrics (-want +got):\n%s", diff)
	}
}

// Of a batch what failed is handed back, and nothing else; what is not to be sieved is passed over.
func TestBatch(t *testing.T) {
	f := newFakeS3(t)
	h, log := f.handler(t, nil)
	good, packed, _, _ := logFile(t, 1, 100)
	f.put(t, sourceBucket, good, packed)
	f.put(t, sourceBucket, "cut.json.gz", packed[:len(packed)/2])
	f.put(t, sourceBucket, "empty.json.gz", nil)
	f.put(t, sourceBucket, "binary.json", []byte("\x00\x01"))
	f.put(t, sourceBucket, "bad.json", []byte(`{"Records":[{"eventName":"A"},{"hello":"world"},7]}`))
	f.put(t, outputBucket, "theirs.json.gz", []byte("theirs"))
	f.put(t, sourceBucket, "theirs.json", []byte(`{"Records":[]}`))
	digest := "AWSLogs/111122223333/CloudTrail-Digest/us-east-1/2016/11/15/111122223333_CloudTrail-Digest_us-east-1_t_us-east-1_20161115T230512Z.json.gz"
	removed := strings.ReplaceAll(s3Message("gone.json.gz"), "ObjectCreated:Put", "ObjectRemoved:Delete")
	response, err := h.handle(t.Context(), json.RawMessage(queueEvent(
		s3Message(good),                  // 0
		s3Message("cut.json.gz"),         // 1 fails
		s3Message("gone.json.gz"),        // 2 fails
		`{"hello":"world"}`,              // 3 fails
		s3Message(digest),                // 4 is passed over
		s3Message("photo.jpg"),           // 5 is passed over
		removed,                          // 6 is passed over
		`CloudTrail validation message.`, // 7 has no files
		s3Message("empty.json.gz"),       // 8 fails
		s3Message("binary.json"),         // 9 fails
		s3Message("bad.json"),            // 10
		s3Message(good),                  // 11 the same once more
		s3Message(good, "cut.json.gz"),   // 12 fails: half of it did before
		s3Message("theirs.json"),         // 13 fails: the output is somebody else's
		`{"Service":"Amazon S3","Event":"s3:TestEvent","Time":"2026-11-22T12:00:00.000Z","Bucket":"b"}`, // 14 has no files
	)))
	if err != nil {
		t.Fatal(err)
	}
	var failed []string
	for _, m := range response.BatchItemFailures {
		failed = append(failed, m.ItemIdentifier)
	}
	if diff := cmp.Diff([]string{"m-1", "m-2", "m-3", "m-8", "m-9", "m-12", "m-13"}, failed); diff != "" {
		t.Errorf("handed back (-want +got):\n%s\n%s", diff, log)
	}
	if diff := cmp.Diff([]string{good, "bad.json.gz", "logsieve-failed/" + sourceBucket + "/bad.json", "theirs.json.gz"}, f.keys(t, outputBucket)); diff != "" {
		t.Errorf("the output bucket has (-want +got):\n%s", diff)
	}
	if got := string(sievetest.Unpack(t, f.get(t, outputBucket, "bad.json.gz"))); got != `{"Records":[{"eventName":"A"}]}` {
		t.Errorf("bad.json: %s", got)
	}
	if got := f.get(t, outputBucket, "logsieve-failed/"+sourceBucket+"/bad.json"); !bytes.Equal(got, f.get(t, sourceBucket, "bad.json")) {
		t.Errorf("bad.json was put aside as %s", got)
	}
	if got := string(f.get(t, outputBucket, "theirs.json.gz")); got != "theirs" {
		t.Errorf("theirs was overwritten by %s", got)
	}
	s := sum(lines(t, log.String()))
	if s.FilesSieved != 2 || s.FilesSkipped != 3 || s.FilesFailed != 5 || s.RecordsRead != 103 || s.RecordsFailed != 2 {
		t.Errorf("in sum: %+v\n%s", s, log)
	}
	if n := f.openUploads(t); n != 0 {
		t.Errorf("%d uploads are left open", n)
	}
}

// What does not come from a queue fails as a whole, and finds done what was done when it comes again.
func TestHalfway(t *testing.T) {
	f := newFakeS3(t)
	h, log := f.handler(t, nil)
	key, packed, want, _ := logFile(t, 1, 100)
	f.put(t, sourceBucket, key, packed)
	event := json.RawMessage(s3Message(key, "late.json.gz"))
	response, err := h.handle(t.Context(), event)
	if err == nil || response != nil || !strings.Contains(err.Error(), "late.json.gz") || strings.Contains(err.Error(), key) {
		t.Fatalf("%v, %v, want an error about late.json.gz alone", response, err)
	}
	f.put(t, sourceBucket, "late.json.gz", packed)
	if _, err := h.handle(t.Context(), event); err != nil {
		t.Fatal(err)
	}
	for _, key := range []string{key, "late.json.gz"} {
		if got := sievetest.Unpack(t, f.get(t, outputBucket, key)); !bytes.Equal(got, want) {
			t.Errorf("%s: other survivors", key)
		}
	}
	if s := sum(lines(t, log.String())); s.FilesSieved != 2 || s.FilesRepeated != 1 || s.FilesFailed != 1 || s.RecordsRead != 200 {
		t.Errorf("in sum: %+v", s)
	}
	for _, bad := range []string{`{}`, `[]`, `{"Records":[]}`, `{"awslogs":{}}`, `{"detail-type":"x","source":"y"}`} {
		if response, err := h.handle(t.Context(), json.RawMessage(bad)); err == nil {
			t.Errorf("%s: %v, want an error", bad, response)
		}
	}
	nameless := strings.ReplaceAll(queueEvent(s3Message("gone.json.gz"), s3Message(key)), `"messageId":"m-0",`, ``)
	if response, err := h.handle(t.Context(), json.RawMessage(nameless)); err == nil {
		t.Errorf("a message without a name: %v, want an error", response)
	}
}

// The function never eats its own output.
func TestOwnOutput(t *testing.T) {
	f := newFakeS3(t)
	_, packed, _, _ := logFile(t, 1, 10)
	for _, tt := range []struct {
		bucket, output, failed, key string
		want                        string // where the output is, or an error, or empty for none
	}{
		{outputBucket, "", "", "a.json.gz", "a.json.gz"},
		{outputBucket, "x/", "", "a.json", "x/a.json.gz"},
		{outputBucket, "", "", "logsieve-failed/a.json.gz", "under FAILED_PREFIX"},
		{outputBucket, "x/", "", "logsieve-failed/a.json.gz", "x/logsieve-failed/a.json.gz"},
		{sourceBucket, "", "", "a.json.gz", "set OUTPUT_PREFIX"},
		{sourceBucket, "sieved/", "", "a.json.gz", "sieved/a.json.gz"},
		{sourceBucket, "sieved/", "", "sieved/a.json.gz", "it is output"},
		{sourceBucket, "sieved/", "", "logsieve-failed/a.json.gz", "it is output"},
		{sourceBucket, "sieved/", "odd/", "odd/a.json.gz", "it is output"},
		{sourceBucket, "sieved/", "", "sieved/photo.jpg", ""}, // passed over in the first place
		{sourceBucket, "sieved/", "", "siev.json.gz", "sieved/siev.json.gz"},
	} {
		h, log := f.handler(t, map[string]string{envOutputBucket: tt.bucket, envOutputPrefix: tt.output, envFailedPrefix: tt.failed})
		f.put(t, sourceBucket, tt.key, packed)
		_, err := h.handle(t.Context(), json.RawMessage(s3Message(tt.key)))
		switch {
		case err != nil && (tt.want == "" || !strings.Contains(err.Error(), tt.want)):
			t.Errorf("%+v: %v", tt, err)
		case err == nil && tt.want != "" && f.get(t, tt.bucket, tt.want) == nil:
			t.Errorf("%+v: there is no such output\n%s", tt, log)
		}
	}
	for _, env := range []map[string]string{
		{envOutputBucket: ""},
		{envOutputPrefix: "a/", envFailedPrefix: "a/b/"},
		{envOutputPrefix: "a/b/", envFailedPrefix: "a/"},
		{envOutputPrefix: "a/", envFailedPrefix: "a/"},
	} {
		getenv := func(name string) string {
			if value, ok := env[name]; ok {
				return value
			}
			return map[string]string{envOutputBucket: outputBucket, envRules: sievetest.NoReads}[name]
		}
		if _, err := newHandler(t.Context(), getenv, io.Discard); err == nil {
			t.Errorf("%v: no error", env)
		}
	}
}

// Other contents or other rules make the output anew; the same ones do not, also where the same file
// lies in two buckets.
func TestAgain(t *testing.T) {
	f := newFakeS3(t)
	key, packed, _, _ := logFile(t, 1, 100)
	run := func(rules, want string) []byte {
		t.Helper()
		h, log := f.handler(t, map[string]string{envRules: rules})
		if _, err := h.handle(t.Context(), json.RawMessage(s3Message(key))); err != nil {
			t.Fatal(err)
		}
		if l := lines(t, log.String()); len(l) != 1 || l[0].Msg != want {
			t.Errorf("%+v, want %s", l, want)
		}
		return f.get(t, outputBucket, key)
	}
	f.put(t, sourceBucket, key, packed)
	first := run(sievetest.NoReads, "sieved")
	if !bytes.Equal(run(sievetest.NoReads, "repeated"), first) {
		t.Error("a repetition has changed the output")
	}
	if bytes.Equal(run(`{"drop":[]}`, "sieved"), first) {
		t.Error("other rules have not changed the output")
	}
	run(`{"drop":[]}`, "repeated")
	f.put(t, sourceBucket, key, sievetest.Pack(t, []byte(`{"Records":[{"eventName":"New"}]}`)))
	if got := string(sievetest.Unpack(t, run(sievetest.NoReads, "sieved"))); got != `{"Records":[{"eventName":"New"}]}` {
		t.Errorf("other contents: %s", got)
	}
}

// atOnce has n functions sieve a file at the same time, and returns what they say.
func atOnce(t *testing.T, n int, f *fakeS3, env map[string]string, key string) (said []line) {
	t.Helper()
	logs := make([]*bytes.Buffer, n)
	var all sync.WaitGroup
	for i := range n {
		h, log := f.handler(t, env)
		logs[i] = log
		all.Go(func() {
			if _, err := h.handle(t.Context(), json.RawMessage(s3Message(key))); err != nil {
				t.Error(err)
			}
		})
	}
	all.Wait()
	for _, log := range logs {
		said = append(said, lines(t, log.String())...)
	}
	return said
}

// Of several functions that find the output of other rules at the same time one replaces it, and counts
// it.
func TestAgainAtOnce(t *testing.T) {
	f := newFakeS3(t)
	key, packed, _, counted := logFile(t, 1, 100)
	f.put(t, sourceBucket, key, packed)
	h, _ := f.handler(t, nil)
	if _, err := h.handle(t.Context(), json.RawMessage(s3Message(key))); err != nil {
		t.Fatal(err)
	}
	const n = 3
	var found sync.WaitGroup // nobody goes on before all have found it
	found.Add(n)
	var looks atomic.Int32
	f.intercept(func(w http.ResponseWriter, r *http.Request) bool {
		if r.Method == http.MethodHead && looks.Add(1) <= n {
			found.Done()
			found.Wait()
		}
		return false
	})
	said := atOnce(t, n, f, map[string]string{envRules: `{"drop":[]}`}, key)
	if s := sum(said); s.FilesSieved != 1 || s.FilesRepeated != n-1 || s.RecordsRead != counted.Read {
		t.Errorf("in sum: %+v", s)
	}
	if got := sievetest.Unpack(t, f.get(t, outputBucket, key)); !bytes.Equal(got, sievetest.Unpack(t, packed)) {
		t.Error("other survivors")
	}
}

// Files of the same name in two buckets are put aside beside each other, although they cannot both have
// an output.
func TestAsideOfTwo(t *testing.T) {
	f := newFakeS3(t)
	h, _ := f.handler(t, map[string]string{envOutputPrefix: "sieved/"})
	first, second := []byte(`{"Records":[{"eventName":"A"},7]}`), []byte(`{"Records":[{"eventName":"B"},8]}`)
	f.put(t, sourceBucket, "bad.json", first)
	f.put(t, outputBucket, "bad.json", second)
	if _, err := h.handle(t.Context(), json.RawMessage(s3Message("bad.json"))); err != nil {
		t.Fatal(err)
	}
	other := strings.ReplaceAll(s3Message("bad.json"), sourceBucket, outputBucket)
	if _, err := h.handle(t.Context(), json.RawMessage(other)); err == nil || !strings.Contains(err.Error(), "not made from this file") {
		t.Errorf("the second: %v", err)
	}
	if got := string(sievetest.Unpack(t, f.get(t, outputBucket, "sieved/bad.json.gz"))); got != `{"Records":[{"eventName":"A"}]}` {
		t.Errorf("the output of the first: %s", got)
	}
	if got := f.get(t, outputBucket, "logsieve-failed/"+sourceBucket+"/bad.json"); !bytes.Equal(got, first) {
		t.Errorf("the first was put aside as %s; in the bucket are %q", got, f.keys(t, outputBucket))
	}
}

// A request that had succeeded although its answer was lost is not taken for a repetition.
func TestLostAnswer(t *testing.T) {
	f := newFakeS3(t)
	h, log := f.handler(t, nil)
	key, packed, want, counted := logFile(t, 1, 100)
	f.put(t, sourceBucket, key, packed)
	lost := false
	f.intercept(func(w http.ResponseWriter, r *http.Request) bool {
		if r.Method != http.MethodPut || lost {
			return false
		}
		lost = true
		body, err := io.ReadAll(r.Body)
		if err != nil {
			t.Error(err)
		}
		_, err = f.PutObject(context.Background(), f.copyOf(r, body))
		if err != nil {
			t.Error(err)
		}
		refuse(w, http.StatusServiceUnavailable, "SlowDown")
		return true
	})
	if _, err := h.handle(t.Context(), json.RawMessage(s3Message(key))); err != nil {
		t.Fatal(err)
	}
	if l := lines(t, log.String()); len(l) != 1 || l[0].Msg != "sieved" || l[0].RecordsRead != counted.Read {
		t.Errorf("%+v", l)
	}
	if got := sievetest.Unpack(t, f.get(t, outputBucket, key)); !bytes.Equal(got, want) {
		t.Error("other survivors")
	}
}

// Of several functions that have the same file at the same time one makes the output, and counts it.
func TestAtOnce(t *testing.T) {
	f := newFakeS3(t)
	key, packed, want, counted := logFile(t, 1, 200)
	f.put(t, sourceBucket, key, packed)
	const n = 4
	said := atOnce(t, n, f, nil, key)
	if s := sum(said); s.FilesSieved != 1 || s.FilesRepeated != n-1 || s.RecordsRead != counted.Read {
		t.Errorf("in sum: %+v", s)
	}
	if got := sievetest.Unpack(t, f.get(t, outputBucket, key)); !bytes.Equal(got, want) {
		t.Error("other survivors")
	}
}
