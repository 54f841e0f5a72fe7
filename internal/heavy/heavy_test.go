package heavy

import (
	"encoding/json"
	"fmt"
	"math"
	"math/rand/v2"
	"runtime"
	"slices"
	"strings"
	"testing"
)

// check compares a sketch with the true sums.
func check(t *testing.T, what string, s *Sketch, truth map[string]uint64) {
	t.Helper()
	var total uint64
	for key, n := range truth {
		total += n
		if got := s.Count(key); got > n || n-got > s.Error() {
			t.Errorf("%s: %q has %d, with an error of %d, want %d", what, key, got, s.Error(), n)
		}
	}
	for _, item := range s.Top(s.Len()) {
		if truth[item.Key] < item.Count {
			t.Errorf("%s: %q has %d, want %d", what, item.Key, item.Count, truth[item.Key])
		}
	}
	if s.Total() != total {
		t.Errorf("%s: a total of %d, want %d", what, s.Total(), total)
	}
	if s.Error() > total/uint64(s.capacity+1) || len(truth) <= 2*s.capacity && s.Error() > 0 {
		t.Errorf("%s: an error of %d in %d, with %d keys and a capacity of %d",
			what, s.Error(), total, len(truth), s.capacity)
	}
	if s.Len() > 2*s.capacity {
		t.Errorf("%s: %d keys, at a capacity of %d", what, s.Len(), s.capacity)
	}
}

// The example of the package comment.
func TestReduce(t *testing.T) {
	s := New(2)
	for key, n := range map[string]uint64{"a": 9, "b": 5, "c": 4, "d": 1} {
		s.Add([]byte(key), n)
	}
	if s.Error() != 0 || s.Len() != 4 {
		t.Errorf("with 4 keys: error %d, %d keys", s.Error(), s.Len())
	}
	s.Add([]byte("e"), 1)
	if got := fmt.Sprint(s.Top(9), s.Error(), s.Total()); got != "[{a 5} {b 1}] 4 20" {
		t.Errorf("with a fifth: %s", got)
	}
	s.Add([]byte("f"), 0)
	if s.Len() != 2 {
		t.Errorf("no weight makes a key: %v", s.Top(9))
	}
}

// fill adds what a seed says to a sketch and to the true sums.
func fill(seed uint64, s *Sketch, truth map[string]uint64) {
	rnd := rand.New(rand.NewPCG(seed, 1))
	keys := 1 + rnd.IntN(4*s.capacity)
	for range rnd.IntN(1000) {
		key := fmt.Sprint(rnd.IntN(1 + rnd.IntN(keys))) // low numbers more often
		n := uint64(rnd.IntN(5))
		s.Add([]byte(key), n)
		truth[key] += n
		if truth[key] == 0 {
			delete(truth, key)
		}
	}
}

func FuzzSketch(f *testing.F) {
	for seed := range uint64(4) {
		f.Add(seed, uint8(seed))
	}
	f.Fuzz(checkLaws)
}

func TestLaws(t *testing.T) {
	for seed := range uint64(300) {
		checkLaws(t, seed, uint8(seed%20))
	}
}

// checkLaws fills three sketches, and merges them in two orders. With few keys both are equal; with many
// both keep the bound.
func checkLaws(t *testing.T, seed uint64, capacity uint8) {
	what := fmt.Sprintf("seed %d, capacity %d", seed, int(capacity)+1)
	truth := make(map[string]uint64)
	parts := func() (s [3]*Sketch) {
		clear(truth)
		for i := range s {
			s[i] = New(int(capacity) + 1)
			one := make(map[string]uint64)
			fill(3*seed+uint64(i), s[i], one)
			check(t, what, s[i], one)
			for key, n := range one {
				truth[key] += n
			}
		}
		return s
	}
	a, b := parts(), parts()
	for _, err := range []error{a[0].Merge(a[1]), a[0].Merge(a[2]), b[1].Merge(b[2]), b[1].Merge(b[0])} {
		if err != nil {
			t.Fatal(err)
		}
	}
	check(t, what+", (0+1)+2", a[0], truth)
	check(t, what+", (1+2)+0", b[1], truth)
	left, err := json.Marshal(a[0])
	if err != nil {
		t.Fatal(err)
	}
	right, _ := json.Marshal(b[1])
	if string(left) != string(right) && len(truth) <= 2*(int(capacity)+1) {
		t.Errorf("%s: %s\nor %s", what, left, right)
	}
	var back Sketch
	if err := json.Unmarshal(left, &back); err != nil {
		t.Fatalf("%s: %v", what, err)
	}
	check(t, what+", back from JSON", &back, truth)
	if again, _ := json.Marshal(&back); string(again) != string(left) {
		t.Errorf("%s: %s\nbecomes %s", what, left, again)
	}
}

func TestUnmarshalErrors(t *testing.T) {
	for _, text := range []string{
		`{}`, `[]`, `{"capacity":0,"total":"0","lost":"0"}`, `{"capacity":-1,"total":"0","lost":"0"}`,
		`{"capacity":99999999,"total":"0","lost":"0"}`,
		`{"capacity":1,"total":"3","lost":"2"}`,
		`{"capacity":1,"total":"3","lost":"1","items":[{"key":"a","count":"2"}]}`,
		`{"capacity":1,"total":"3","lost":"0","items":[{"key":"a","count":"1"},{"key":"a","count":"1"}]}`,
		`{"capacity":1,"total":"3","lost":"0","items":[{"key":"a","count":"0"}]}`,
		`{"capacity":1,"total":"9","lost":"0","items":[{"key":"a","count":"1"},{"key":"b","count":"1"},{"key":"c","count":"1"}]}`,
	} {
		s := New(3)
		if err := json.Unmarshal([]byte(text), s); err == nil || s.capacity != 3 {
			t.Errorf("%s is taken as %+v, %v", text, s, err)
		}
	}
}

func TestMergeErrors(t *testing.T) {
	s, most := New(2), New(2)
	most.Add([]byte("a"), math.MaxUint64)
	s.Add([]byte("a"), 1)
	if err := s.Merge(most); err == nil || s.Total() != 1 {
		t.Errorf("overflow: %v, total %d", err, s.Total())
	}
	if err := s.Merge(New(3)); err == nil {
		t.Error("another capacity is merged")
	}
	if err := s.Merge(s); err != nil || s.Count("a") != 2 {
		t.Errorf("with itself: %v, %v", s.Top(1), err)
	}
}

// Ten million different keys, each once, beside a hundred heavy ones: memory stays that of the capacity,
// and every heavy key is found.
func TestTenMillionKeys(t *testing.T) {
	if testing.Short() {
		t.Skip("takes some seconds")
	}
	const capacity, keys = 1000, millions * 1_000_000
	s := New(capacity)
	var before, after runtime.MemStats
	runtime.GC()
	runtime.ReadMemStats(&before)
	truth := make(map[string]uint64)
	key := make([]byte, 0, 32)
	for i := range keys {
		key = fmt.Appendf(key[:0], "light/%d", i)
		s.Add(key, 1)
		if i%100 == 0 {
			key = fmt.Appendf(key[:0], "heavy/%d", i/100%100)
			s.Add(key, 20)
			truth[string(key)] += 20
		}
	}
	runtime.GC()
	runtime.ReadMemStats(&after)
	if grown := int64(after.HeapAlloc) - int64(before.HeapAlloc); grown > 2<<20 {
		t.Errorf("%d bytes after %d keys, want less than 2 MiB", grown, keys)
	}
	top := s.Top(len(truth))
	for _, item := range top {
		if n := truth[item.Key]; item.Count > n || n-item.Count > s.Error() {
			t.Errorf("%s: %d, with an error of %d, want %d", item.Key, item.Count, s.Error(), n)
		}
	}
	if s.Error() > s.Total()/(capacity+1) {
		t.Errorf("an error of %d in %d", s.Error(), s.Total())
	}
	if slices.ContainsFunc(top, func(i Item) bool { return strings.HasPrefix(i.Key, "light") }) {
		t.Errorf("heavy keys are missing in %v", top)
	}
	runtime.KeepAlive(s)
}

func BenchmarkAdd(b *testing.B) {
	for _, distinct := range []int{100, 2000, 10_000_000} {
		b.Run(fmt.Sprintf("capacity=1000/keys=%d", distinct), func(b *testing.B) {
			b.ReportAllocs()
			s := New(1000)
			rnd := rand.New(rand.NewPCG(1, 2))
			key := make([]byte, 0, 32)
			for b.Loop() {
				key = fmt.Appendf(key[:0], "prefix/%d/", rnd.IntN(distinct))
				s.Add(key, 1)
			}
			b.ReportMetric(float64(s.Len()), "keys")
			b.ReportMetric(100*float64(s.Error())/float64(max(s.Total(), 1)), "%error")
		})
	}
}
