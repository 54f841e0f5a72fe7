package lambdatest

import (
	"strconv"
	"testing"
	"time"
)

func TestFunction(t *testing.T) {
	binary := Build(t, "testdata/function")
	f := Start(t, binary)
	for range 3 {
		if got := f.Invoke(t, []byte(`1`)); got.Error != nil || string(got.Response) != "[1]" {
			t.Errorf("an event: %s, %+v", got.Response, got.Error)
		}
		if got := f.Invoke(t, []byte(`"fail"`)); got.Error == nil || *got.Error != (Error{"as told", "Test"}) {
			t.Errorf("an event that fails: %s, %+v", got.Response, got.Error)
		}
	}
	deadline := time.Now().Add(-time.Hour)
	want := "[" + strconv.FormatInt(deadline.UnixMilli(), 10) + "]"
	if got := f.InvokeUntil(t, []byte(`"deadline"`), deadline); string(got.Response) != want {
		t.Errorf("a deadline: %s, want %s", got.Response, want)
	}
	if n := f.Memory(t); n != 0 && (n < 1<<20 || n > 1<<30) {
		t.Errorf("%d bytes of memory", n)
	}
	if log := f.Stop(t); log != "begun\n" {
		t.Errorf("the log is %q", log)
	}
	f = Start(t, binary, "FAIL_TO_BEGIN=1")
	if got := f.Invoke(t, []byte(`1`)); got.Error == nil || *got.Error != (Error{"no configuration", "Init"}) {
		t.Errorf("a function that does not begin: %s, %+v", got.Response, got.Error)
	}
	if status, log := f.Wait(t); status != 1 || log != "" {
		t.Errorf("a function that does not begin: status %d, log %q", status, log)
	}
}

// A function that is stopped in the middle of an event has done what it has done, and no more.
func TestBegin(t *testing.T) {
	f := Start(t, Build(t, "testdata/function"))
	f.Begin(t, []byte(`"hang"`))
	if log := f.Stop(t); log != "begun\n" {
		t.Errorf("the log is %q", log)
	}
}

func BenchmarkFunction(b *testing.B) { Bench(b, "testdata/function", []byte(`1`)) }
