package main

import (
	"encoding/json"
	"net/http"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"github.com/aws/aws-lambda-go/events"
	"github.com/google/go-cmp/cmp"

	"github.com/trailsieve/trailsieve/internal/lambdatest"
)

// built is the program, as it would be deployed, once the first test has built it.
var built string

func TestMain(m *testing.M) {
	dir, err := os.MkdirTemp("", "piiscan")
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

// answered returns what the function answers of the objects of an event.
func answered(t testing.TB, got lambdatest.Outcome) []*report {
	t.Helper()
	var r response
	if got.Error != nil {
		t.Fatalf("the function failed: %s", got.Error.Message)
	}
	if err := json.Unmarshal(got.Response, &r); err != nil || r.Objects == nil {
		t.Fatalf("the response is %s: %v", got.Response, err)
	}
	return r.Objects
}

// handedBack returns the messages that a function hands back to its queue.
func handedBack(t testing.TB, got lambdatest.Outcome) []string {
	t.Helper()
	var r events.SQSEventResponse
	if got.Error != nil {
		t.Fatalf("the function failed: %s", got.Error.Message)
	}
	if err := json.Unmarshal(got.Response, &r); err != nil || r.BatchItemFailures == nil {
		t.Fatalf("the response is %s: %v", got.Response, err)
	}
	names := []string{}
	for _, m := range r.BatchItemFailures {
		names = append(names, m.ItemIdentifier)
	}
	return names
}

// sampleKey is the key of the object in testdata/event.json.
const sampleKey = "uploads/customers.csv"

func TestLambda(t *testing.T) {
	sample, err := os.ReadFile("testdata/event.json")
	if err != nil {
		t.Fatal(err)
	}
	s3 := newFakeS3(t)
	s3.put(t, sampleKey, people)
	s3.put(t, "in/alice@example.com", pack(t, people))
	s3.put(t, "photo.png", "\x89PNG\r\n\x1a\n"+people)
	s3.put(t, "denied", people)
	s3.put(t, "slow", people)
	f := lambdatest.Start(t, build(t), s3.environ("AWS_MAX_ATTEMPTS=2")...)
	s3.intercept(func(w http.ResponseWriter, r *http.Request) bool {
		switch {
		case strings.HasSuffix(r.URL.Path, "/denied"):
			refuse(w, http.StatusForbidden, "AccessDenied", "alice@example.com may not")
			return true
		case strings.HasSuffix(r.URL.Path, "/slow"):
			w.Write([]byte("text, and then nothing"))
			w.(http.Flusher).Flush()
			<-r.Context().Done()
			return true
		}
		return false
	})
	var output strings.Builder // of all that the function says
	left := 30 * time.Second   // as Lambda tells the function
	invoke := func(event string) lambdatest.Outcome {
		got := f.InvokeUntil(t, []byte(event), time.Now().Add(left))
		output.Write(got.Response)
		if got.Error != nil {
			output.WriteString(got.Error.Message)
		}
		return got
	}

	for _, event := range []string{string(sample), called("PutObject", sampleKey)} {
		reports := answered(t, invoke(event))
		if len(reports) != 1 || reports[0].Status != scanned || reports[0].Key != sampleKey {
			t.Fatalf("%+v", reports)
		}
		if diff := cmp.Diff(inPeople, reports[0].Findings); diff != "" {
			t.Errorf("(-want +got):\n%s", diff)
		}
	}
	for _, tt := range []struct{ event, want string }{
		{created("gone"), "gone"},
		{created("photo.png"), "not-scanned"},
		{created("in/alice@example.com"), "scanned"},
		{called("GetObject", sampleKey), ""},
	} {
		var got []string
		for _, r := range answered(t, invoke(tt.event)) {
			got = append(got, string(r.Status))
		}
		if strings.Join(got, " ") != tt.want {
			t.Errorf("%s: %q, want %q", tt.event, got, tt.want)
		}
	}
	for _, tt := range []struct{ event, failure string }{
		{`{}`, "record: not a notification of S3 objects"},
		{`[]`, "record: not a JSON object"},
		{`{"detail-type":"x","source":"y","detail":{}}`, "record: not a notification of S3 objects"},
		{created("denied"), "s3://amzn-s3-demo-bucket/denied: denied: AccessDenied (status 403"},
	} {
		if got := invoke(tt.event); got.Error == nil || !strings.HasPrefix(got.Error.Message, tt.failure) {
			t.Errorf("%s: %s, %+v, want %s", tt.event, got.Response, got.Error, tt.failure)
		}
	}
	batch := queueEvent(created(sampleKey), created("denied"), `{"x":1}`, created("gone"), called("PutObject", "in/alice@example.com"))
	if diff := cmp.Diff([]string{"m-1", "m-2"}, handedBack(t, invoke(batch))); diff != "" {
		t.Errorf("a batch (-want +got):\n%s", diff)
	}
	// One of two objects fails: the event does as a whole, and the good one is in the log.
	both := strings.ReplaceAll(`{"Records":[{"eventSource":"aws:s3","eventName":"ObjectCreated:Put","s3":{"bucket":{"name":"B"},"object":{"key":"photo.png"}}},`+
		`{"eventSource":"aws:s3","eventName":"ObjectCreated:Put","s3":{"bucket":{"name":"B"},"object":{"key":"denied"}}}]}`, `"B"`, `"`+bucket+`"`)
	if got := invoke(both); got.Error == nil || strings.Contains(got.Error.Message, "photo") {
		t.Errorf("half an event: %s, %+v", got.Response, got.Error)
	}
	// The time is over in the middle of an object. What stands behind it is handed back as well.
	left = 2 * time.Second
	if diff := cmp.Diff([]string{"m-1", "m-2"}, handedBack(t, invoke(queueEvent(created(sampleKey), created("slow"), created(sampleKey))))); diff != "" {
		t.Errorf("a time-out (-want +got):\n%s", diff)
	}

	log := f.Stop(t)
	noSecrets(t, output.String()+log)
	statuses := make(map[string]int)
	for text := range strings.Lines(log) {
		var line struct {
			Level, Msg string
			Object     *report
		}
		if json.Unmarshal([]byte(text), &line) == nil && line.Object != nil {
			statuses[line.Level+" "+line.Msg]++
			if line.Msg != string(line.Object.Status) {
				t.Errorf("a line says two things: %s", text)
			}
		}
	}
	want := map[string]int{"WARN scanned": 6, "WARN gone": 2, "WARN not-scanned": 2, "ERROR denied": 3, "ERROR failed": 2}
	if diff := cmp.Diff(want, statuses); diff != "" {
		t.Errorf("lines of the log (-want +got):\n%s\n%s", diff, log)
	}
	if !strings.Contains(log, "the time of the invocation is over") {
		t.Errorf("the log says nothing of the time:\n%s", log)
	}
}

// Without Lambda the program takes an event from its standard input. Wrong settings show at once.
func TestOnce(t *testing.T) {
	s3 := newFakeS3(t)
	s3.put(t, "a.csv", people)
	binary := build(t)
	for _, tt := range []struct{ env, event, stdout, stderr string }{
		{"", created("a.csv"), `{"objects":[{"bucket":"amzn-s3-demo-bucket","key":"a.csv","size":155,"status":"scanned"`, `{"time":`},
		{"MAX_PLACES=1", created("a.csv"), `{"objects":[`, `{"time":`},
		{"MAX_BYTES=many", created("a.csv"), "", `piiscan: MAX_BYTES: "many" is no positive number`},
		{"MAX_PLACES=0", created("a.csv"), "", `piiscan: MAX_PLACES: "0" is no positive number`},
		{"", `{}`, "", `{"time":`},
	} {
		run := exec.Command(binary)
		run.Env = s3.environ(append(os.Environ(), tt.env)...)
		run.Stdin = strings.NewReader(tt.event)
		var stdout, stderr strings.Builder
		run.Stdout, run.Stderr = &stdout, &stderr
		err := run.Run()
		if (err == nil) != (tt.stdout != "") || !strings.HasPrefix(stdout.String(), tt.stdout) || !strings.HasPrefix(stderr.String(), tt.stderr) {
			t.Errorf("%+v: %v\n%s\n%s", tt, err, stdout.String(), stderr.String())
		}
	}
}

// The template sets each variable that the function reads.
func TestTemplate(t *testing.T) {
	template, err := os.ReadFile("template.yaml")
	if err != nil {
		t.Fatal(err)
	}
	if _, err := newLimits(func(name string) string {
		if !strings.Contains(string(template), " "+name+": ") {
			t.Errorf("%s is not set", name)
		}
		return ""
	}); err != nil {
		t.Fatal(err)
	}
}

// Memory does not grow with the object.
func TestMemory(t *testing.T) {
	if testing.Short() {
		t.Skip("scans 240 MB")
	}
	s3 := newFakeS3(t)
	binary := build(t)
	chunk := pack(t, strings.Repeat(strings.Repeat("nothing to see here, and nothing there\n", 20)+people, 1100)) // of 1 MB
	most := make(map[int]int64)
	for _, size := range []int{40, 200} {
		s3.put(t, "big", strings.Repeat(chunk, size))
		f := lambdatest.Start(t, binary, s3.environ(envBytes+"=1000000000")...)
		reports := answered(t, f.Invoke(t, []byte(created("big"))))
		most[size] = f.Memory(t)
		f.Stop(t)
		if r := reports[0]; r.Status != scanned || r.Findings[1].Count != 2*1100*size {
			t.Errorf("%d MB: %+v", size, r.examination)
		}
		t.Logf("%d MB: %d bytes of memory", size, most[size])
	}
	if most[200] > most[40]*3/2 {
		t.Errorf("five times the object takes %d instead of %d", most[200], most[40])
	}
}

// The cold start and the steady state of the real binary.
func BenchmarkLambda(b *testing.B) {
	s3 := newFakeS3(b)
	binary := build(b)
	if info, err := os.Stat(binary); err == nil {
		b.Logf("the binary has %d bytes", info.Size())
	}
	s3.put(b, sampleKey, people)
	event := []byte(created(sampleKey))
	b.Run("start", func(b *testing.B) {
		for b.Loop() {
			f := lambdatest.Start(b, binary, s3.environ()...)
			answered(b, f.Invoke(b, event))
			f.Stop(b)
		}
	})
	b.Run("invoke", func(b *testing.B) {
		f := lambdatest.Start(b, binary, s3.environ()...)
		for b.Loop() {
			answered(b, f.Invoke(b, event))
		}
		b.ReportMetric(float64(b.N)/b.Elapsed().Seconds(), "invocations/s")
	})
}
