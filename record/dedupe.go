package record

import (
	"crypto/sha256"
	"encoding/binary"
	"fmt"
	"math/bits"
)

// A Deduper finds records that came before. CloudTrail delivers at least once, two trails may share
// a bucket, and a queue may hand out a message twice; the copies of a record then have the same
// eventID.
//
// Two records are the same if they have the same eventID and the same account, see [Record.Account].
// A record without eventID is never the same as another. The two records that a call between two
// accounts leaves have an eventID each, and share a sharedEventID: they are not the same here. Nor is
// a record the same as the later one that corrects it, and says so in an addendum.
//
// A Deduper remembers the last so many different records, the window, and forgets the oldest for
// each new one. It looks at nothing else: records come out of order and late, so their times say
// little about when a copy may still come. Where two trails shared a bucket, the copies were in files
// of the same minute or five minutes later, so that the records of ten minutes make a good window.
//
// What is remembered of a record is 128 bits of the SHA-256 of account and eventID. The chance that a
// new record is taken for one that it is not is the window in 2^128: 1 in 10^32 for a million
// records. Nobody is known to be able to make such a pair on purpose.
//
// All memory, 24 to 32 bytes for each record of the window, is allocated at the beginning. A Deduper may be
// used by one goroutine at a time.
type Deduper struct {
	// The records of the window, in a ring, and an open-addressing table of where in the ring they
	// are. With a window of 3 and a table of 8 slots, behind the records a, b, c, d:
	//
	//	ring   d b c              next = 1: the next record takes the place of b
	//	table  . 3 . . 2 1 . .    c is ring[2]; d is in the slot behind its own, which b has
	//
	// Invariants:
	//   - Each record of the ring is in one slot of the table, as its index + 1; zero is a free slot.
	//   - From the slot that a record's first bits name, to the one where it is, no slot is free.
	//   - At least half of the slots are free, so that the ways are short.
	ring  []recordHash
	used  int // how much of ring is in use
	next  int // the place in ring for the next record: its oldest, once all is in use
	table []uint32
}

type recordHash [16]byte

// NewDeduper returns a Deduper that remembers the last window different records. It panics if window
// is not positive, or more than a thousand million.
func NewDeduper(window int) *Deduper {
	if window <= 0 || window > 1e9 {
		panic(fmt.Sprintf("record: a window of %d records", window))
	}
	return &Deduper{
		ring:  make([]recordHash, window),
		table: make([]uint32, 2<<bits.Len(uint(window-1))),
	}
}

// Seen reports whether the record is the same as one in the window. One that is not is then in the
// window itself. It allocates nothing.
func (d *Deduper) Seen(r *Record) bool {
	if r.EventID == "" {
		return false
	}
	h := hashRecord(r)
	slot := d.find(h)
	if d.table[slot] != 0 {
		return true
	}
	if d.used == len(d.ring) {
		d.forget(d.ring[d.next])
		slot = d.find(h) // forgetting may have moved the free slot nearer
	} else {
		d.used++
	}
	d.ring[d.next] = h
	d.table[slot] = uint32(d.next) + 1
	if d.next++; d.next == len(d.ring) {
		d.next = 0
	}
	return false
}

// hashRecord hashes the account and the eventID, with a zero byte between them, which neither has.
func hashRecord(r *Record) recordHash {
	var room [128]byte // more than enough, but for what is no eventID of CloudTrail's
	text := append(room[:0], r.Account()...)
	text = append(text, 0)
	text = append(text, r.EventID...)
	sum := sha256.Sum256(text)
	return recordHash(sum[:len(recordHash{})])
}

// home returns the slot where the way to a record begins.
func (d *Deduper) home(h recordHash) int {
	return int(binary.LittleEndian.Uint64(h[:])) & (len(d.table) - 1)
}

// find returns the slot of a record or, if there is none, the free slot where its way ends.
func (d *Deduper) find(h recordHash) int {
	for slot := d.home(h); ; slot = d.after(slot) {
		if i := d.table[slot]; i == 0 || d.ring[i-1] == h {
			return slot
		}
	}
}

// after returns the slot behind slot. The last is followed by the first.
func (d *Deduper) after(slot int) int { return (slot + 1) & (len(d.table) - 1) }

// forget frees the slot of a record, and moves into it the next record whose way leads over it; then
// that one's slot is free, and so on. (Knuth, The Art of Computer Programming, volume 3, 6.4,
// algorithm R.)
func (d *Deduper) forget(h recordHash) {
	free := d.find(h)
	for slot := d.after(free); d.table[slot] != 0; slot = d.after(slot) {
		way := slot - d.home(d.ring[d.table[slot]-1])
		if way&(len(d.table)-1) >= (slot-free)&(len(d.table)-1) {
			d.table[free] = d.table[slot]
			free = slot
		}
	}
	d.table[free] = 0
}
