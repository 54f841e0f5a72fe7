// Package heavy finds the heaviest of many keys in memory that does not grow with their number.
//
//	s := heavy.New(1000)
//	s.Add([]byte("images/"), 1)
//	...
//	for _, item := range s.Top(10) {
//		fmt.Println(item.Key, item.Count) // at most s.Error() too low
//	}
//
// # How it counts
//
// It is the algorithm of Misra and Gries, with weights and in batches. A sketch of capacity k holds up
// to 2k keys with their counts. If there are more, it takes the (k+1)-th largest count away from all of
// them, and drops those of which nothing is left:
//
//	k = 2    a 9  b 5  c 4  d 1  e 1    one too many; the third is 4
//	         a 5  b 1                   and every count may be 4 too low
//
// A count is never too high. How much it may be too low is the sum of what was taken away. Each time, at
// least k+1 counts lose that much, and all counts together cannot lose more than was added, so
//
//	error ≤ total / (k+1)
//
// and every key whose weight is more than that is in the sketch. With up to 2k different keys nothing is
// ever taken away, and the counts are exact.
//
// # Merging
//
// Sketches of the same capacity are merged by adding their counts and errors, and reducing the result
// in the same way. The bound holds after any merges in any order (Agarwal et al., "Mergeable Summaries",
// PODS 2012). As long as no more than 2k keys come together, the order makes no difference at all;
// beyond that, merges in another order may give other counts within the same bound.
package heavy

import (
	"cmp"
	"encoding/json"
	"errors"
	"fmt"
	"math"
	"slices"
	"strings"
)

// A Sketch counts the weights of keys. Use [New] to make one. It is for one goroutine at a time.
type Sketch struct {
	capacity int
	index    map[string]int32 // into items
	items    []Item
	total    uint64 // of all weights
	lost     uint64 // how much each count may be too low

	scratch []uint64 // counts, for finding the k-th largest
}

// An Item is a key and its count.
type Item struct {
	Key   string `json:"key"`
	Count uint64 `json:"count,string"` // never too high
}

// MaxCapacity keeps a sketch that somebody else wrote from asking for gigabytes.
const MaxCapacity = 1 << 24

// New returns a Sketch that is exact for up to 2 × capacity keys. It panics if the capacity is not
// between 1 and MaxCapacity.
func New(capacity int) *Sketch {
	if capacity < 1 || capacity > MaxCapacity {
		panic(fmt.Sprintf("heavy: a capacity of %d", capacity))
	}
	return &Sketch{capacity: capacity, index: make(map[string]int32)}
}

// Fits reports whether a weight can be added: the total has to stay below 2^64.
func (s *Sketch) Fits(weight uint64) bool { return weight <= math.MaxUint64-s.total }

// Add adds a weight, which must fit, to the count of a key. It allocates only for a key that is not in
// the sketch, and keeps nothing of key. On average over many calls it takes constant time.
func (s *Sketch) Add(key []byte, weight uint64) {
	if !s.Fits(weight) {
		panic("heavy: overflow")
	}
	if weight == 0 {
		return
	}
	s.total += weight
	if i, ok := s.index[string(key)]; ok {
		s.items[i].Count += weight
		return
	}
	s.insert(Item{string(key), weight})
	s.reduce()
}

func (s *Sketch) insert(item Item) {
	s.index[item.Key] = int32(len(s.items))
	s.items = append(s.items, item)
}

// reduce brings more than 2k keys down to at most k.
func (s *Sketch) reduce() {
	if len(s.items) <= 2*s.capacity {
		return
	}
	s.scratch = s.scratch[:0]
	for i := range s.items {
		s.scratch = append(s.scratch, s.items[i].Count)
	}
	slices.Sort(s.scratch)
	least := s.scratch[len(s.scratch)-1-s.capacity] // the (k+1)-th largest
	kept := s.items[:0]
	for _, item := range s.items {
		if item.Count > least {
			item.Count -= least
			kept = append(kept, item)
		}
	}
	clear(s.items[len(kept):]) // lets go of their keys
	s.items = kept
	s.lost += least
	clear(s.index)
	for i := range s.items {
		s.index[s.items[i].Key] = int32(i)
	}
}

// Total returns the sum of all weights, exactly.
func (s *Sketch) Total() uint64 { return s.total }

// Error returns how much every count may be too low: at most Total / (capacity+1). A key that is not in
// the sketch has no more than this.
func (s *Sketch) Error() uint64 { return s.lost }

// Len returns how many keys the sketch holds: at most twice its capacity.
func (s *Sketch) Len() int { return len(s.items) }

// Count returns the count of a key, or 0.
func (s *Sketch) Count(key string) uint64 {
	if i, ok := s.index[key]; ok {
		return s.items[i].Count
	}
	return 0
}

// Top returns the n keys with the largest counts, the largest first, and by key where they are equal.
func (s *Sketch) Top(n int) []Item {
	items := slices.SortedFunc(slices.Values(s.items), func(a, b Item) int {
		return cmp.Or(cmp.Compare(b.Count, a.Count), strings.Compare(a.Key, b.Key))
	})
	return items[:min(n, len(items))]
}

// Merge adds what another Sketch of the same capacity has counted, which stays as it is. If it does not
// fit, or the capacities differ, it returns an error and changes nothing.
func (s *Sketch) Merge(other *Sketch) error {
	if s.capacity != other.capacity {
		return fmt.Errorf("heavy: capacities %d and %d", s.capacity, other.capacity)
	}
	if !s.Fits(other.total) {
		return errors.New("heavy: overflow")
	}
	for _, item := range slices.Clone(other.items) { // other may be s
		if i, ok := s.index[item.Key]; ok {
			s.items[i].Count += item.Count
		} else {
			s.insert(item)
		}
	}
	s.total += other.total
	s.lost += other.lost
	s.reduce()
	return nil
}

// state is a Sketch as JSON; the items are sorted by key, so that equal sketches have equal texts.
type state struct {
	Capacity int    `json:"capacity"`
	Total    uint64 `json:"total,string"`
	Lost     uint64 `json:"lost,string"`
	Items    []Item `json:"items"`
}

// MarshalJSON returns all of the Sketch.
func (s *Sketch) MarshalJSON() ([]byte, error) {
	items := slices.SortedFunc(slices.Values(s.items), func(a, b Item) int {
		return strings.Compare(a.Key, b.Key)
	})
	return json.Marshal(state{s.capacity, s.total, s.lost, append([]Item{}, items...)})
}

// UnmarshalJSON sets s to what MarshalJSON wrote. A text that cannot be of a Sketch is an error, and
// leaves s as it was.
func (s *Sketch) UnmarshalJSON(text []byte) error {
	var st state
	if err := json.Unmarshal(text, &st); err != nil {
		return err
	}
	if st.Capacity < 1 || st.Capacity > MaxCapacity || len(st.Items) > 2*st.Capacity {
		return fmt.Errorf("heavy: %d keys at a capacity of %d", len(st.Items), st.Capacity)
	}
	if st.Lost > st.Total/uint64(st.Capacity+1) {
		return fmt.Errorf("heavy: an error of %d in %d at a capacity of %d", st.Lost, st.Total, st.Capacity)
	}
	parsed := New(st.Capacity)
	left := st.Total - st.Lost*uint64(st.Capacity+1)
	for _, item := range st.Items {
		if _, ok := parsed.index[item.Key]; ok || item.Count == 0 || item.Count > left {
			return fmt.Errorf("heavy: key %.100q is there twice, or does not fit in the total", item.Key)
		}
		left -= item.Count
		parsed.insert(item)
	}
	parsed.total, parsed.lost = st.Total, st.Lost
	*s = *parsed
	return nil
}
