package lambdatest

import (
	"bytes"
	"fmt"
	"os"
	"testing"
)

// Bench measures the function in a folder, as the binary that would be deployed: "start" is a cold
// start, from the start of the process to the answer to its first event, and "invoke" the steady state,
// one event after the other over HTTP on the loopback interface. Besides times it reports the size of
// the binary and the most memory that the process had.
func Bench(b *testing.B, dir string, event []byte, env ...string) {
	binary := Build(b, dir)
	info, err := os.Stat(binary)
	if err != nil {
		b.Fatal(err)
	}
	invoke := func(b *testing.B, f *Function) {
		if got := f.Invoke(b, event); got.Error != nil {
			b.Fatal(got.Error.Message)
		}
	}
	b.Run("start", func(b *testing.B) {
		for b.Loop() {
			f := Start(b, binary, env...)
			invoke(b, f)
			b.StopTimer()
			f.Stop(b)
			b.StartTimer()
		}
		b.ReportMetric(float64(info.Size())/1e6, "MB-binary")
	})
	b.Run("invoke", func(b *testing.B) {
		f := Start(b, binary, env...)
		invoke(b, f)
		for b.Loop() {
			invoke(b, f)
		}
		b.ReportMetric(float64(b.N)/b.Elapsed().Seconds(), "invocations/s")
		if n := f.Memory(b); n > 0 {
			b.ReportMetric(float64(n)/1e6, "MB-memory")
		}
	})
}

// Memory returns the most memory that the function's process has had so far, in bytes: its resident
// set. Where the operating system does not tell (only Linux does, in /proc), it is 0.
func (f *Function) Memory(t testing.TB) int64 {
	t.Helper()
	status, err := os.ReadFile(fmt.Sprintf("/proc/%d/status", f.command.Process.Pid))
	if os.IsNotExist(err) {
		return 0
	}
	if err != nil {
		t.Fatal(err)
	}
	_, peak, _ := bytes.Cut(status, []byte("VmHWM:"))
	var kB int64
	if _, err := fmt.Sscanf(string(peak), "%d kB", &kB); err != nil {
		t.Fatalf("the peak of the memory in /proc: %v", err)
	}
	return kB << 10
}
