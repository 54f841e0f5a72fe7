package record

import (
	"bytes"
	"fmt"
	"slices"
	"testing"

	"github.com/trailsieve/trailsieve/internal/synth"
)

// A deduperSlow is a Deduper as a list of the records in its window.
type deduperSlow struct {
	window int
	list   []string
}

func (d *deduperSlow) seen(r *Record) bool {
	if r.EventID == "" {
		return false
	}
	id := fmt.Sprintf("%q %q", r.Account(), r.EventID)
	if slices.Contains(d.list, id) {
		return true
	}
	d.list = append(d.list, id)
	if len(d.list) > d.window {
		d.list = d.list[1:]
	}
	return false
}

func TestDeduper(t *testing.T) {
	one := func(id string) *Record { return &Record{EventID: id, RecipientAccountID: "111122223333"} }
	other := func(id string) *Record { return &Record{EventID: id, RecipientAccountID: "444455556666"} }
	caller := func(id string) *Record {
		return &Record{EventID: id, UserIdentity: Identity{AccountID: "111122223333"}}
	}
	for _, tt := range []struct {
		name    string
		window  int
		records []*Record
		want    []bool
	}{
		{"copies", 4, []*Record{one("a"), one("b"), one("a"), one("b"), one("a")}, []bool{false, false, true, true, true}},
		{"accounts", 4, []*Record{one("a"), other("a"), one("a"), other("a")}, []bool{false, false, true, true}},
		{"the caller's account", 4, []*Record{caller("a"), one("a"), caller("a")}, []bool{false, true, true}},
		{"no account", 4, []*Record{{EventID: "a"}, {EventID: "a"}, one("a")}, []bool{false, true, false}},
		{"no eventID", 4, []*Record{one(""), one(""), {}, {}}, []bool{false, false, false, false}},
		{"account and eventID do not run together", 4, []*Record{{EventID: "12", RecipientAccountID: "3"}, {EventID: "2", RecipientAccountID: "31"}}, []bool{false, false}},
		{"window", 2, []*Record{one("a"), one("b"), one("c"), one("b"), one("a"), one("c"), one("b")}, []bool{false, false, false, true, false, true, false}},
		{"a copy does not stay longer", 2, []*Record{one("a"), one("b"), one("a"), one("c"), one("a")}, []bool{false, false, true, false, false}},
		{"window of one", 1, []*Record{one("a"), one("a"), one("b"), one("a")}, []bool{false, true, false, false}},
		{"long", 4, []*Record{one(string(make([]byte, 1000))), one(string(make([]byte, 1000))), one(string(make([]byte, 999)))}, []bool{false, true, false}},
	} {
		d, slow := NewDeduper(tt.window), &deduperSlow{window: tt.window}
		for i, r := range tt.records {
			got := d.Seen(r)
			if got != tt.want[i] {
				t.Errorf("%s: record %d, %s: seen is %v, want %v", tt.name, i, r.EventID, got, tt.want[i])
			}
			if want := slow.seen(r); want != tt.want[i] {
				t.Errorf("%s: record %d, %s: the twin says %v, want %v", tt.name, i, r.EventID, want, tt.want[i])
			}
			d.check(t)
		}
	}
}

// check checks the invariants of the table.
func (d *Deduper) check(t testing.TB) {
	t.Helper()
	slots := 0
	for slot, i := range d.table {
		if i == 0 {
			continue
		}
		slots++
		if found := d.find(d.ring[i-1]); found != slot {
			t.Fatalf("ring[%d] is in slot %d, and found in slot %d", i-1, slot, found)
		}
	}
	if slots != d.used || 2*slots > len(d.table) {
		t.Fatalf("%d slots of %d for %d records", slots, len(d.table), d.used)
	}
}

func TestNewDeduperPanics(t *testing.T) {
	for _, window := range []int{0, -1, 2e9} {
		func() {
			defer func() {
				if recover() == nil {
					t.Errorf("NewDeduper(%d) does not panic", window)
				}
			}()
			NewDeduper(window)
		}()
	}
}

// Two copies of a log file, one after the other, count once if the window has room for one.
func TestDeduperLogFile(t *testing.T) {
	const n = 500
	text := synth.New(synth.Config{}).AppendLogFile(nil, n)
	for _, window := range []int{n, n / 2} {
		d := NewDeduper(window)
		seen := 0
		for range 2 {
			for r, err := range NewReader(bytes.NewReader(text)).Records() {
				if err != nil {
					t.Fatal(err)
				}
				if d.Seen(r) {
					seen++
				}
			}
		}
		if want := map[int]int{n: n, n / 2: 0}[window]; seen != want {
			t.Errorf("window %d: %d of %d copies seen, want %d", window, seen, n, want)
		}
	}
}

func TestDeduperAllocs(t *testing.T) {
	d := NewDeduper(100)
	records := idRecords(1000)
	i := 0
	if allocs := testing.AllocsPerRun(2000, func() {
		d.Seen(records[i%len(records)])
		i++
	}); allocs != 0 {
		t.Errorf("%v allocations a record", allocs)
	}
}

// idRecords makes records with an account and an eventID each, and nothing more.
func idRecords(n int) []*Record {
	records := make([]*Record, n)
	for i := range records {
		records[i] = &Record{
			EventID:            fmt.Sprintf("%08x-c98a-4c65-9b6e-%012x", i*i, i),
			RecipientAccountID: "111122223333",
		}
	}
	return records
}

// FuzzDeduper compares with a list. Every byte is a record: its low bits the eventID, its high bits the
// account.
func FuzzDeduper(f *testing.F) {
	f.Add(uint8(3), []byte("abcabcdeabfffa"))
	f.Add(uint8(1), []byte("aab"))
	f.Add(uint8(40), []byte("the quick brown fox jumps over the lazy dog, THE QUICK BROWN FOX"))
	f.Fuzz(func(t *testing.T, window uint8, stream []byte) {
		size := int(window%64) + 1
		d, slow := NewDeduper(size), &deduperSlow{window: size}
		for i, c := range stream {
			r := &Record{EventID: string(rune('a'+c&0x3F)) + "-id", RecipientAccountID: fmt.Sprint(c >> 6)}
			if c&0x3F == 0 {
				r.EventID = ""
			}
			got, want := d.Seen(r), slow.seen(r)
			if got != want {
				t.Fatalf("window %d, record %d of %q: seen is %v, want %v", size, i, stream, got, want)
			}
			d.check(t)
		}
	})
}

// BenchmarkDeduper looks at records of which a tenth are copies, in windows that fit into the caches
// of a processor and in one that does not.
func BenchmarkDeduper(b *testing.B) {
	records := idRecords(1e5)
	accounts := make([]string, 1e3) // with each of which the eventIDs are used once more
	for i := range accounts {
		accounts[i] = fmt.Sprintf("%012d", i)
	}
	for _, window := range []int{1e3, 1e5, 1e7} {
		b.Run(fmt.Sprintf("window=%d", window), func(b *testing.B) {
			d := NewDeduper(window)
			n, seen := 0, 0
			b.ReportAllocs()
			for b.Loop() {
				i := n
				if n%10 == 9 {
					i = n - 5
				}
				r := records[i%len(records)]
				r.RecipientAccountID = accounts[i/len(records)%len(accounts)]
				if d.Seen(r) {
					seen++
				}
				n++
			}
			if n < len(records)*len(accounts) && seen != n/10 {
				b.Errorf("%d of %d records seen, want %d", seen, n, n/10)
			}
			b.ReportMetric(float64(n)/b.Elapsed().Seconds(), "records/s")
			b.ReportMetric(float64(len(d.ring)*len(recordHash{})+len(d.table)*4)/float64(window), "bytes/record")
		})
	}
}
