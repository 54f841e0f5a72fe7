package main

import (
	"bytes"
	"encoding/base64"
	"encoding/json"
	"fmt"
	"io"
	"math/rand/v2"
	"net/http"
	"os"
	"os/exec"
	"path/filepath"
	"slices"
	"strconv"
	"strings"
	"sync/atomic"
	"testing"
	"time"

	"github.com/aws/aws-lambda-go/events"
	"github.com/google/go-cmp/cmp"

	"github.com/trailsieve/trailsieve/examples/logsieve/sieve"
	"github.com/trailsieve/trailsieve/examples/logsieve/sieve/sievetest"
	"github.com/trailsieve/trailsieve/internal/lambdatest"
	"github.com/trailsieve/trailsieve/internal/synth"
	"github.com/trailsieve/trailsieve/record"
)

// built is the program, as it would be deployed, once the first test has built it.
var built string

func TestMain(m *testing.M) {
	dir, err := os.MkdirTemp("", "logsieve")
	if err != nil {
		panic(err)
	}
	built = filepath.Join(dir, "bootstrap")
	code := m.Run()
	os.RemoveAll(dir)
	os.Exit(code)
}

// build returns the path of the program.
func build(t testing.TB) string {
	t.Helper()
	if _, err := os.Stat(built); err == nil {
		return built
	}
	if err := os.Rename(lambdatest.Build(t, "."), built); err != nil {
		t.Fatal(err)
	}
	return built
}

// start starts the program as Lambda would.
func (f *fakeS3) start(t testing.TB, binary string, env ...string) *lambdatest.Function {
	t.Helper()
	env = append(f.environ(envOutputBucket+"="+outputBucket, envRules+"="+sievetest.NoReads), env...)
	return lambdatest.Start(t, binary, env...)
}

// handedBack returns the messages that a function hands back to its queue.
func handedBack(t testing.TB, got lambdatest.Outcome) []string {
	t.Helper()
	var response events.SQSEventResponse
	if got.Error != nil {
		t.Fatalf("the function failed: %s", got.Error.Message)
	}
	if err := json.Unmarshal(got.Response, &response); err != nil || response.BatchItemFailures == nil {
		t.Fatalf("the response is %s: %v", got.Response, err)
	}
	names := []string{}
	for _, m := range response.BatchItemFailures {
		names = append(names, m.ItemIdentifier)
	}
	return names
}

// sampleKey is the key of the file in testdata/event.json.
const sampleKey = "AWSLogs/111122223333/CloudTrail/us-east-1/2026/11/22/111122223333_CloudTrail_us-east-1_20261122T1200Z_Hq7RkV2sXe9TcLmP.json.gz"

func TestLambda(t *testing.T) {
	sample, err := os.ReadFile("testdata/event.json")
	if err != nil {
		t.Fatal(err)
	}
	s3 := newFakeS3(t)
	_, packed, want, counted := logFile(t, 1, 200)
	s3.put(t, sourceBucket, sampleKey, packed)
	s3.put(t, sourceBucket, "cut.json.gz", packed[:len(packed)-9])
	s3.put(t, sourceBucket, "b.json.gz", packed)
	f := s3.start(t, build(t))

	if diff := cmp.Diff([]string{}, handedBack(t, f.Invoke(t, sample))); diff != "" {
		t.Errorf("the sample event (-want +got):\n%s", diff)
	}
	if got := sievetest.Unpack(t, s3.get(t, outputBucket, sampleKey)); !bytes.Equal(got, want) {
		t.Error("the sample event: other survivors")
	}
	for _, tt := range []struct{ event, failure string }{
		{`{"Records":[]}`, "record: not a notification of S3 objects"},
		{`{"awslogs":{"data":"H4sI"}}`, "record: not a notification of S3 objects: it is an event of CloudWatch Logs"},
		{`[1]`, "record: not a JSON object"},
		{`{`, "unexpected EOF"},
		{s3Message("gone.json.gz"), "s3://amzn-s3-demo-source/gone.json.gz: operation error S3: GetObject"},
		{s3Message("cut.json.gz"), "s3://amzn-s3-demo-source/cut.json.gz: record: unexpected EOF"},
	} {
		got := f.Invoke(t, []byte(tt.event))
		if got.Error == nil || !strings.HasPrefix(got.Error.Message, tt.failure) {
			t.Errorf("%s: %s, %+v, want %s", tt.event, got.Response, got.Error, tt.failure)
		}
	}
	batch := queueEvent(s3Message("cut.json.gz"), s3Message("b.json.gz"), `{"x":`, s3Message(sampleKey))
	if diff := cmp.Diff([]string{"m-0", "m-2"}, handedBack(t, f.Invoke(t, []byte(batch)))); diff != "" {
		t.Errorf("a batch (-want +got):\n%s", diff)
	}
	// One of two files fails: half of the work is done, and found done when the event comes again.
	half := []byte(s3Message("b.json.gz", "late.json.gz"))
	if got := f.Invoke(t, half); got.Error == nil {
		t.Errorf("half an event: %s", got.Response)
	}
	s3.put(t, sourceBucket, "late.json.gz", packed)
	if got := f.Invoke(t, half); got.Error != nil || string(got.Response) != "null" {
		t.Errorf("the other half: %s, %+v", got.Response, got.Error)
	}
	s := sum(lines(t, f.Stop(t)))
	if s.RecordsRead != 3*counted.Read || s.RecordsKept != 3*counted.Kept || s.FilesSieved != 3 || s.FilesRepeated != 3 ||
		s.FilesFailed != 4 {
		t.Errorf("in sum: %+v, of files with %+v", s, counted)
	}
}

// Wrong settings show when the function starts.
func TestSettings(t *testing.T) {
	s3 := newFakeS3(t)
	s3.put(t, outputBucket, "config/rules.json", []byte(sievetest.NoReads))
	binary := build(t)
	event := s3Message("photo.jpg")
	for _, tt := range []struct{ output, rules, want string }{
		{"", sievetest.NoReads, "logsieve: OUTPUT_BUCKET is not set\n"},
		{outputBucket, "no-such-file.json", "logsieve: RULES: open no-such-file.json: no such file or directory\n"},
		{outputBucket, "s3://bucket", "logsieve: RULES: s3://bucket: not s3://bucket/key\n"},
		{outputBucket, "s3://" + outputBucket + "/no", "logsieve: RULES: s3://amzn-s3-demo-output/no: operation error S3: GetObject"},
		{outputBucket, "{}", `logsieve: rules: there is no "drop"`},
		{outputBucket, "s3://" + outputBucket + "/config/rules.json", ""},
		{outputBucket, "rules.json", ""},
		{outputBucket, "", ""},
	} {
		run := exec.Command(binary)
		run.Env = append(os.Environ(), envOutputBucket+"="+tt.output, envRules+"="+tt.rules)
		run.Stdin = strings.NewReader(event)
		var stderr strings.Builder
		run.Stderr = &stderr
		err := run.Run()
		if (err == nil) != (tt.want == "") || !strings.HasPrefix(stderr.String(), tt.want) {
			t.Errorf("%+v: %v, %s", tt, err, stderr.String())
		}
	}
}

// The template sets each variable that the function reads.
func TestTemplate(t *testing.T) {
	template, err := os.ReadFile("template.yaml")
	if err != nil {
		t.Fatal(err)
	}
	if _, err := newConfig(func(name string) string {
		if !strings.HasPrefix(name, "AWS_") && !strings.Contains(string(template), " "+name+": ") {
			t.Errorf("%s is not set", name)
		}
		return "x" + name
	}); err != nil {
		t.Fatal(err)
	}
}

// While S3 does not answer, files fail, and come again; nothing is left of the attempts.
func TestUnavailable(t *testing.T) {
	s3 := newFakeS3(t)
	key, packed, want, counted := logFile(t, 1, 200)
	s3.put(t, sourceBucket, key, packed)
	f := s3.start(t, build(t), "AWS_MAX_ATTEMPTS=2") // three, as by default, take longer
	event := []byte(queueEvent(s3Message(key)))
	for _, method := range []string{http.MethodGet, http.MethodPut} {
		s3.intercept(func(w http.ResponseWriter, r *http.Request) bool {
			if r.Method != method {
				return false
			}
			refuse(w, http.StatusServiceUnavailable, "SlowDown")
			return true
		})
		if diff := cmp.Diff([]string{"m-0"}, handedBack(t, f.Invoke(t, event))); diff != "" {
			t.Errorf("%s is unavailable (-want +got):\n%s", method, diff)
		}
		if n := s3.count(method + " /" + map[string]string{"GET": sourceBucket, "PUT": outputBucket}[method] + "/" + key); n != 2 {
			t.Errorf("%d attempts to %s, want 2", n, method)
		}
		s3.intercept(nil)
		if keys := s3.keys(t, outputBucket); len(keys) > 0 {
			t.Errorf("%s is unavailable, and there is %q", method, keys)
		}
	}
	var refused atomic.Int32 // for a while that the SDK's own attempts outlast
	s3.intercept(func(w http.ResponseWriter, r *http.Request) bool {
		if refused.Add(1) > 1 {
			return false
		}
		refuse(w, http.StatusServiceUnavailable, "SlowDown")
		return true
	})
	if diff := cmp.Diff([]string{}, handedBack(t, f.Invoke(t, event))); diff != "" {
		t.Errorf("available again (-want +got):\n%s", diff)
	}
	if got := sievetest.Unpack(t, s3.get(t, outputBucket, key)); !bytes.Equal(got, want) {
		t.Error("other survivors")
	}
	if s := sum(lines(t, f.Stop(t))); s.RecordsRead != counted.Read || s.FilesSieved != 1 || s.FilesFailed != 2 {
		t.Errorf("in sum: %+v", s)
	}
}

// bulky is a log file with forty large records, which make two parts, and what sievetest.NoReads leaves
// of it.
func bulky(t testing.TB) (packed, want []byte) {
	r := rand.NewChaCha8([32]byte{})
	noise := make([]byte, 200<<10)
	var all, kept []string
	for i := range 40 {
		r.Read(noise)
		dropped := i%8 == 7
		text := fmt.Sprintf(`{"eventName":"E","readOnly":%v,"requestParameters":{"x":"%s"}}`, dropped,
			base64.StdEncoding.EncodeToString(noise))
		all = append(all, text)
		if !dropped {
			kept = append(kept, text)
		}
	}
	file := func(records []string) []byte { return []byte(`{"Records":[` + strings.Join(records, ",") + `]}`) }
	return sievetest.Pack(t, file(all)), file(kept)
}

// An upload in parts is whole or is not: whatever happens, no part of it is left.
func TestParts(t *testing.T) {
	s3 := newFakeS3(t)
	packed, want := bulky(t)
	s3.put(t, sourceBucket, "whole.json.gz", packed)
	s3.put(t, sourceBucket, "cut.json.gz", packed[:len(packed)-100])
	s3.put(t, sourceBucket, "refused.json.gz", packed)
	s3.put(t, sourceBucket, "slow.json.gz", packed)
	f := s3.start(t, build(t), "AWS_MAX_ATTEMPTS=1")
	begun := make(chan bool, 100)
	before := func(w http.ResponseWriter, r *http.Request) bool {
		if !r.URL.Query().Has("partNumber") {
			return false
		}
		switch {
		case strings.HasSuffix(r.URL.Path, "/refused.json.gz") && r.URL.Query().Get("partNumber") == "2":
			refuse(w, http.StatusServiceUnavailable, "SlowDown")
			return true
		case strings.HasSuffix(r.URL.Path, "/slow.json.gz"):
			begun <- true
			io.Copy(io.Discard, r.Body)
			<-r.Context().Done()
			return true
		}
		return false
	}
	s3.intercept(before)
	left := 30 * time.Second // as Lambda tells the function
	invoke := func(want []string, keys ...string) {
		t.Helper()
		var messages []string
		for _, key := range keys {
			messages = append(messages, s3Message(key))
		}
		if diff := cmp.Diff(want, handedBack(t, f.InvokeUntil(t, []byte(queueEvent(messages...)), time.Now().Add(left)))); diff != "" {
			t.Errorf("%q (-want +got):\n%s", keys, diff)
		}
	}
	invoke([]string{"m-1", "m-2"}, "whole.json.gz", "cut.json.gz", "refused.json.gz")
	if n := s3.count("PUT /" + outputBucket + "/whole.json.gz?uploadId?partNumber"); n < 2 {
		t.Errorf("%d parts, want some", n)
	}
	if got := sievetest.Unpack(t, s3.get(t, outputBucket, "whole.json.gz")); !bytes.Equal(got, want) {
		t.Error("other survivors")
	}
	invoke([]string{}, "whole.json.gz") // once more: S3 refuses the end of the upload

	// The output is refused while the source has nothing to say: that is no reason to wait for it.
	stalled := make(chan bool)
	s3.intercept(func(w http.ResponseWriter, r *http.Request) bool {
		switch {
		case !strings.HasSuffix(r.URL.Path, "/stalled.json.gz"):
			return false
		case r.Method == http.MethodGet:
			w.Header().Set("Content-Length", strconv.Itoa(len(packed)))
			w.Write(packed[:len(packed)*9/10]) // a part, and not a second
			w.(http.Flusher).Flush()
			<-r.Context().Done()
			close(stalled)
			return true
		case r.URL.Query().Has("partNumber"):
			io.Copy(io.Discard, r.Body)
			refuse(w, http.StatusForbidden, "AccessDenied")
			return true
		}
		return false
	})
	left = time.Hour // more than the test waits
	invoke([]string{"m-0"}, "stalled.json.gz")
	<-stalled

	s3.intercept(before)
	// The time is over in the middle of an upload. The file fails, and the one behind it is not begun.
	left = 2 * time.Second
	invoke([]string{"m-1", "m-2"}, "whole.json.gz", "slow.json.gz", "cut.json.gz")
	select {
	case <-begun:
	default:
		t.Error("nothing of slow.json.gz was sent")
	}
	if n := s3.openUploads(t); n != 0 {
		t.Errorf("%d uploads are left open", n)
	}
	if diff := cmp.Diff([]string{"whole.json.gz"}, s3.keys(t, outputBucket)); diff != "" {
		t.Errorf("outputs (-want +got):\n%s", diff)
	}
	log := f.Stop(t)
	s := sum(lines(t, log))
	if s.FilesSieved != 1 || s.FilesRepeated != 2 || s.FilesFailed != 5 || s.RecordsRead != 40 || s.RecordsDropped != 5 {
		t.Errorf("in sum: %+v\n%s", s, log)
	}
	if !strings.Contains(log, "the time of the invocation is over") {
		t.Errorf("the log says nothing of the time:\n%s", log)
	}
}

// Many records that come three times, the last time to another process, leave each survivor once, in
// the order of its file.
func TestRedelivered(t *testing.T) {
	s3 := newFakeS3(t)
	const files, perFile = 20, 500 // ten thousand records
	var keys, bodies []string
	wanted := make(map[string][]byte)
	var total sieve.Counts
	for i := range files {
		key, packed, want, c := logFile(t, uint64(i), perFile)
		s3.put(t, sourceBucket, key, packed)
		keys = append(keys, key)
		bodies = append(bodies, s3Message(key))
		wanted[key] = want
		total.Read += c.Read
		total.Kept += c.Kept
		total.Dropped += c.Dropped
	}
	binary := build(t)
	var said []line
	for _, deliveries := range []int{2, 1} {
		f := s3.start(t, binary)
		for range deliveries {
			if diff := cmp.Diff([]string{}, handedBack(t, f.Invoke(t, []byte(queueEvent(bodies...))))); diff != "" {
				t.Fatal(diff)
			}
			slices.Reverse(bodies)
		}
		said = append(said, lines(t, f.Stop(t))...)
	}
	slices.Sort(keys)
	if diff := cmp.Diff(keys, s3.keys(t, outputBucket)); diff != "" {
		t.Errorf("outputs (-want +got):\n%s", diff)
	}
	seen := record.NewDeduper(files * perFile)
	kept := 0
	for _, key := range keys {
		packed := s3.get(t, outputBucket, key)
		if !bytes.Equal(sievetest.Unpack(t, packed), wanted[key]) {
			t.Errorf("%s: other survivors", key)
		}
		for rec, err := range record.NewReader(bytes.NewReader(packed)).Records() {
			if err != nil || seen.Seen(rec) {
				t.Fatalf("%s: %v, or a record that was there before", key, err)
			}
			kept++
		}
	}
	s := sum(said)
	if kept != total.Kept || s.RecordsKept != kept || s.RecordsRead != total.Read || s.RecordsDropped != total.Dropped ||
		s.FilesSieved != files || s.FilesRepeated != 2*files {
		t.Errorf("%d survivors, in sum %+v, want %+v", kept, s, total)
	}
}

// A process that is killed before or after it has written leaves nothing or all, and the next one
// makes it good.
func TestKilled(t *testing.T) {
	s3 := newFakeS3(t)
	key, packed, want, counted := logFile(t, 1, 1000)
	s3.put(t, sourceBucket, key, packed)
	binary := build(t)
	event := []byte(queueEvent(s3Message(key)))
	for _, tt := range []struct {
		when    string
		written bool // the output is there when the process is killed
		next    string
	}{
		{"before the write", false, "sieved"},
		{"after the write", true, "repeated"},
	} {
		reached := make(chan bool)
		s3.intercept(func(w http.ResponseWriter, r *http.Request) bool {
			if r.Method != http.MethodPut {
				return false
			}
			body, err := io.ReadAll(r.Body)
			if err != nil {
				t.Error(err)
			}
			if tt.written {
				s3.intercept(nil)
				if _, err := s3.PutObject(t.Context(), s3.copyOf(r, body)); err != nil {
					t.Error(err)
				}
			}
			close(reached)
			<-r.Context().Done()
			return true
		})
		f := s3.start(t, binary)
		f.Begin(t, event)
		<-reached
		if l := lines(t, f.Stop(t)); len(l) != 0 {
			t.Errorf("killed %s: it has said %+v", tt.when, l)
		}
		s3.intercept(nil)
		if there := s3.get(t, outputBucket, key) != nil; there != tt.written {
			t.Errorf("killed %s: output there: %v", tt.when, there)
		}
		f = s3.start(t, binary)
		if diff := cmp.Diff([]string{}, handedBack(t, f.Invoke(t, event))); diff != "" {
			t.Errorf("killed %s, the next (-want +got):\n%s", tt.when, diff)
		}
		log := f.Stop(t)
		if l := lines(t, log); len(l) != 1 || l[0].Msg != tt.next {
			t.Errorf("killed %s, the next: %s", tt.when, log)
		}
		if !strings.Contains(log, strconv.Itoa(counted.Kept)) {
			t.Errorf("killed %s, the next does not say how many were kept: %s", tt.when, log)
		}
		if got := sievetest.Unpack(t, s3.get(t, outputBucket, key)); !bytes.Equal(got, want) {
			t.Errorf("killed %s: other survivors", tt.when)
		}
		if tt.written {
			continue
		}
		if _, err := s3.DeleteObject(t.Context(), deletion(key)); err != nil {
			t.Fatal(err)
		}
	}
}

// A longFile is a packed log file that has the same records again and again. Each repetition is a gzip
// member of its own.
type longFile struct {
	head, member, tail []byte
	repeated           int
}

// longLogFile returns a log file that unpacks to at least size bytes, and how many records it has.
func longLogFile(t testing.TB, size int) (f longFile, records int) {
	const perMember = 1000
	g := synth.New(synth.Config{Seed: 9})
	var text []byte
	for range perMember {
		text = append(g.AppendRecord(text), ',')
	}
	f = longFile{
		head:     sievetest.Pack(t, []byte(`{"Records":[`)),
		member:   sievetest.Pack(t, text),
		tail:     sievetest.Pack(t, append(g.AppendRecord(nil), "]}"...)),
		repeated: (size + len(text) - 1) / len(text),
	}
	return f, f.repeated*perMember + 1
}

// size returns how many bytes the file has.
func (f longFile) size() int { return len(f.head) + f.repeated*len(f.member) + len(f.tail) }

// ServeHTTP answers as S3 does if it is asked for the file.
func (f longFile) ServeHTTP(w http.ResponseWriter, r *http.Request) {
	w.Header().Set("Content-Length", strconv.Itoa(f.size()))
	w.Header().Set("ETag", `"long"`)
	w.Write(f.head)
	for range f.repeated {
		w.Write(f.member)
	}
	w.Write(f.tail)
}

// Memory does not grow with the file.
func TestMemory(t *testing.T) {
	if testing.Short() {
		t.Skip("reads 750 MB")
	}
	s3 := newFakeS3(t)
	binary := build(t)
	most := make(map[int]int64)
	for _, size := range []int{250e6, 500e6} {
		file, n := longLogFile(t, size)
		key := fmt.Sprintf("%d.json.gz", size)
		s3.intercept(func(w http.ResponseWriter, r *http.Request) bool {
			if r.Method == http.MethodGet {
				file.ServeHTTP(w, r)
			}
			return r.Method == http.MethodGet
		})
		f := s3.start(t, binary)
		begun := time.Now()
		if diff := cmp.Diff([]string{}, handedBack(t, f.Invoke(t, []byte(queueEvent(s3Message(key)))))); diff != "" {
			t.Fatal(diff)
		}
		took := time.Since(begun)
		most[size] = f.Memory(t)
		if l := lines(t, f.Stop(t)); len(l) != 1 || l[0].RecordsRead != n || l[0].FilesSieved != 1 {
			t.Errorf("%+v, want %d records", l, n)
		}
		t.Logf("%d bytes, packed to %d: %v, %d bytes of memory", size, file.size(), took.Round(time.Millisecond), most[size])
	}
	// The collector makes a third of it come and go. What is kept of a file would be more: the survivors
	// alone are 40 MB, packed.
	if most[500e6] > most[250e6]*3/2 || most[500e6] > 96<<20 {
		t.Errorf("twice the file takes %d instead of %d", most[500e6], most[250e6])
	}
}

// A small file that unpacks to a record of 200 MB takes no more memory than any other: the record is
// none, and its file is put aside.
func TestBomb(t *testing.T) {
	s3 := newFakeS3(t)
	packed := sievetest.Pack(t, []byte(`{"Records":[{"eventName":"A"},{"eventName":"B","x":"`))
	packed = append(packed, bytes.Repeat(sievetest.Pack(t, bytes.Repeat([]byte("b"), 1e6)), 200)...)
	packed = append(packed, sievetest.Pack(t, []byte(`"},{"eventName":"C"}]}`))...)
	s3.put(t, sourceBucket, "bomb.json.gz", packed)
	f := s3.start(t, build(t))
	if diff := cmp.Diff([]string{}, handedBack(t, f.Invoke(t, []byte(queueEvent(s3Message("bomb.json.gz")))))); diff != "" {
		t.Fatal(diff)
	}
	if memory := f.Memory(t); memory > 96<<20 {
		t.Errorf("it took %d bytes of memory", memory)
	}
	log := f.Stop(t)
	if l := lines(t, log); len(l) != 1 || l[0].RecordsKept != 2 || l[0].RecordsFailed != 1 {
		t.Errorf("%s", log)
	}
	if got := string(sievetest.Unpack(t, s3.get(t, outputBucket, "bomb.json.gz"))); got != `{"Records":[{"eventName":"A"},{"eventName":"C"}]}` {
		t.Errorf("the output is %.200s", got)
	}
	if got := s3.get(t, outputBucket, "logsieve-failed/"+sourceBucket+"/bomb.json.gz"); !bytes.Equal(got, packed) {
		t.Errorf("%d bytes were put aside, want %d", len(got), len(packed))
	}
}

// The cold start and the steady state of the real binary.
func BenchmarkLambda(b *testing.B) {
	s3 := newFakeS3(b)
	binary := build(b)
	if info, err := os.Stat(binary); err == nil {
		b.Logf("the binary has %d bytes", info.Size())
	}
	key, packed, _, _ := logFile(b, 1, 500)
	s3.put(b, sourceBucket, key, packed)
	event := []byte(queueEvent(s3Message(key)))
	fresh := func(b *testing.B, f *lambdatest.Function) {
		if _, err := s3.DeleteObject(b.Context(), deletion(key)); err != nil {
			b.Fatal(err)
		}
		if failed := handedBack(b, f.Invoke(b, event)); len(failed) > 0 {
			b.Fatal(failed)
		}
	}
	b.Run("start", func(b *testing.B) {
		for b.Loop() {
			f := s3.start(b, binary)
			fresh(b, f)
			f.Stop(b)
		}
	})
	b.Run("invoke", func(b *testing.B) {
		f := s3.start(b, binary)
		for b.Loop() {
			fresh(b, f)
		}
		b.ReportMetric(float64(b.N)/b.Elapsed().Seconds(), "invocations/s")
		b.ReportMetric(500*float64(b.N)/b.Elapsed().Seconds(), "records/s")
	})
}
