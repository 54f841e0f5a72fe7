package lambdatest

import (
	"testing"
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
	if log := f.Stop(t); log != "begun\n" {
		t.Errorf("the log is %q", log)
	}
	f = Start(t, binary, "FAIL_TO_BEGIN=1")
	if got := f.Invoke(t, []byte(`1`)); got.Error == nil || *got.Error != (Error{"no configuration", "Init"}) {
		t.Errorf("a function that does not begin: %s, %+v", got.Response, got.Error)
	}
}
