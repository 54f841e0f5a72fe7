// Package lambdatest runs the real binary of a Lambda function against a Lambda Runtime API that the
// test serves on the loopback interface, as AWS Lambda runs it:
//
//	binary := lambdatest.Build(t, ".")
//	f := lambdatest.Start(t, binary)
//	outcome := f.Invoke(t, event)
//	log := f.Stop(t)
//
// The API is that of https://docs.aws.amazon.com/lambda/latest/dg/runtimes-api.html: the function asks
// for the next event, and posts a response or an error for it; if it cannot begin, it posts an
// initialization error.
package lambdatest

import (
	"bytes"
	"encoding/json"
	"fmt"
	"io"
	"net/http"
	"net/http/httptest"
	"os"
	"os/exec"
	"path/filepath"
	"strconv"
	"strings"
	"sync/atomic"
	"testing"
	"time"
)

// patience is how long a function may take for an event, and to end when it is told to. It is long
// enough for a machine that is busy with other tests.
const patience = 30 * time.Second

// An Outcome is what a function made of an event: a response, or an error.
type Outcome struct {
	Response []byte
	Error    *Error
}

// An Error is what a function posts if it fails.
type Error struct {
	Message string `json:"errorMessage"`
	Type    string `json:"errorType"`
}

// A Function is the process of a Lambda function. It may be used by one goroutine at a time.
type Function struct {
	command  *exec.Cmd
	log      bytes.Buffer // of the process; to be read when it has ended
	ended    chan error
	events   chan invocation
	outcomes chan result
	closing  chan struct{}
	server   *httptest.Server
	started  atomic.Int32 // invocations
}

// An invocation is an event and the time until which the function may work on it.
type invocation struct {
	event    []byte
	deadline time.Time
}

// A result is a post of the function.
type result struct {
	request string // the id of the invocation; empty for an initialization error
	outcome Outcome
}

// BuildFlags are those with which the examples' deploy notes build a function: without what only the
// runtime go1.x needed, without the paths of the machine, and without what only a debugger needs.
var BuildFlags = []string{"-tags", "lambda.norpc", "-trimpath", "-ldflags", "-s -w"}

// Build builds the main package in a folder, as the deploy notes do but for this machine, and returns
// the path of the binary.
func Build(t testing.TB, dir string) string {
	t.Helper()
	binary := filepath.Join(t.TempDir(), "bootstrap") // what Lambda calls it
	build := exec.Command("go", append(append([]string{"build"}, BuildFlags...), "-o", binary, ".")...)
	build.Dir = dir
	build.Env = append(os.Environ(), "CGO_ENABLED=0")
	if out, err := build.CombinedOutput(); err != nil {
		t.Fatalf("go build in %s: %v\n%s", dir, err, out)
	}
	return binary
}

// Start starts a function with the environment of the test and env besides. It is stopped at the end
// of the test.
func Start(t testing.TB, binary string, env ...string) *Function {
	t.Helper()
	f := &Function{
		command:  exec.Command(binary),
		ended:    make(chan error, 1),
		events:   make(chan invocation),
		outcomes: make(chan result, 1),
		closing:  make(chan struct{}),
	}
	mux := http.NewServeMux()
	mux.HandleFunc("GET /2018-06-01/runtime/invocation/next", f.next)
	mux.HandleFunc("POST /2018-06-01/runtime/invocation/{id}/response", f.response)
	mux.HandleFunc("POST /2018-06-01/runtime/invocation/{id}/error", f.failure)
	mux.HandleFunc("POST /2018-06-01/runtime/init/error", f.failure)
	f.server = httptest.NewServer(mux)
	f.command.Env = append(append(os.Environ(),
		"AWS_LAMBDA_RUNTIME_API="+strings.TrimPrefix(f.server.URL, "http://")), env...)
	f.command.Stdout = &f.log
	f.command.Stderr = &f.log
	if err := f.command.Start(); err != nil {
		t.Fatal(err)
	}
	go func() { f.ended <- f.command.Wait() }()
	t.Cleanup(func() { f.Stop(t) })
	return f
}

// Invoke gives the function an event and returns what it makes of it. If the function has not begun,
// the outcome is the error that it has posted instead of asking for an event.
func (f *Function) Invoke(t testing.TB, event []byte) Outcome {
	t.Helper()
	return f.InvokeUntil(t, event, time.Now().Add(patience))
}

// InvokeUntil is Invoke with a deadline, which is told to the function: Lambda would end it then.
func (f *Function) InvokeUntil(t testing.TB, event []byte, deadline time.Time) Outcome {
	t.Helper()
	if failed := f.begin(t, invocation{event, deadline}); failed != nil {
		return *failed
	}
	late := time.After(patience)
	select {
	case r := <-f.outcomes:
		if want := strconv.Itoa(int(f.started.Load())); r.request != want {
			t.Fatalf("an answer to request %q, want one to %q", r.request, want)
		}
		return r.outcome
	case err := <-f.ended:
		f.ended <- err
		t.Fatalf("the function has ended on %s: %v\n%s", event, err, f.log.Bytes())
	case <-late:
		t.Fatalf("the function does not answer to %s", event)
	}
	panic("unreachable")
}

// Begin gives the function an event and does not wait for what it makes of it. All that can be done then
// is to [Function.Stop] it in the middle of its work, as happens to one that runs out of time or memory.
func (f *Function) Begin(t testing.TB, event []byte) {
	t.Helper()
	if failed := f.begin(t, invocation{event, time.Now().Add(patience)}); failed != nil {
		t.Fatalf("the function does not begin: %+v", failed.Error)
	}
}

// begin gives the function an event. If the function has not begun, it returns the outcome of that.
func (f *Function) begin(t testing.TB, i invocation) *Outcome {
	t.Helper()
	select {
	case f.events <- i:
		return nil
	case r := <-f.outcomes:
		return &r.outcome // of the initialization
	case err := <-f.ended:
		f.ended <- err
		t.Fatalf("the function has ended: %v\n%s", err, f.log.Bytes())
	case <-time.After(patience):
		t.Fatal("the function does not ask for an event")
	}
	panic("unreachable")
}

// Wait waits until the function ends by itself, as one does that cannot begin, and returns its exit
// status and what it has written to its standard output and error.
func (f *Function) Wait(t testing.TB) (status int, log string) {
	t.Helper()
	select {
	case err := <-f.ended:
		f.ended <- err
	case <-time.After(patience):
		t.Fatal("the function does not end")
	}
	return f.command.ProcessState.ExitCode(), f.Stop(t)
}

// Stop ends the function, and returns what it has written to its standard output and error.
func (f *Function) Stop(t testing.TB) (log string) {
	t.Helper()
	if f.server != nil {
		f.command.Process.Kill() // as Lambda does, when it has frozen a function for long enough
		select {
		case err := <-f.ended:
			f.ended <- err
		case <-time.After(patience):
			t.Error("the function does not end")
			return ""
		}
		close(f.closing)
		f.server.Close()
		f.server = nil
	}
	return f.log.String()
}

// next serves the event that comes next, once there is one.
func (f *Function) next(w http.ResponseWriter, r *http.Request) {
	select {
	case i := <-f.events:
		h := w.Header()
		h.Set("Lambda-Runtime-Aws-Request-Id", strconv.Itoa(int(f.started.Add(1))))
		h.Set("Lambda-Runtime-Deadline-Ms", strconv.FormatInt(i.deadline.UnixMilli(), 10))
		h.Set("Lambda-Runtime-Invoked-Function-Arn", "arn:aws:lambda:us-east-1:111122223333:function:test")
		h.Set("Content-Type", "application/json")
		w.Write(i.event)
	case <-f.closing:
	case <-r.Context().Done():
	}
}

func (f *Function) response(w http.ResponseWriter, r *http.Request) {
	body, err := io.ReadAll(r.Body)
	if err != nil {
		return // the function has been stopped
	}
	f.post(w, result{r.PathValue("id"), Outcome{Response: body}})
}

func (f *Function) failure(w http.ResponseWriter, r *http.Request) {
	body, err := io.ReadAll(r.Body)
	if err != nil {
		return
	}
	e := new(Error)
	if err := json.Unmarshal(body, e); err != nil {
		e.Message = fmt.Sprintf("the function posted an error that is none: %s", body)
	}
	f.post(w, result{r.PathValue("id"), Outcome{Error: e}})
}

func (f *Function) post(w http.ResponseWriter, r result) {
	w.WriteHeader(http.StatusAccepted)
	select {
	case f.outcomes <- r:
	case <-f.closing:
	}
}
