package pattern

import (
	"encoding/binary"
	"math/bits"
)

// A table maps texts to numbers that are not negative. It is a hash table with open addressing in
// which a text that is not there is turned away after one load of a tag, and most of them earlier,
// because nothing of their length is there:
//
//	lengths  bit 3 and bit 6           (bit 63 stands for all from 63 bytes on)
//	slots    tag  text    value
//	         0
//	         8d…  "size"  1
//	         0
//	         f3…  "source" 0           (tag: the upper half of the hash, never 0)
//
// Invariants:
//   - The number of slots is a power of two, and at least a quarter of them are free, so every search
//     ends.
//   - A slot is free if its tag is 0.
type table struct {
	lengths uint64
	slots   []slot
}

type slot struct {
	tag   uint32
	value int32
	text  string
}

// newTable returns a table with room for n texts.
func newTable(n int) table {
	if n == 0 {
		return table{}
	}
	return table{slots: make([]slot, 1<<bits.Len(uint(n+n/2)))}
}

// find returns the number of a text, or -1.
func (t *table) find(text []byte) int32 {
	if t.lengths>>min(len(text), 63)&1 == 0 {
		return -1
	}
	h := hash(text)
	tag := uint32(h>>32) | 1
	for i := int(h); ; i++ {
		s := &t.slots[i&(len(t.slots)-1)]
		if s.tag == tag && s.text == string(text) {
			return s.value
		}
		if s.tag == 0 {
			return -1
		}
	}
}

// set gives a text a number.
func (t *table) set(text string, value int32) {
	t.lengths |= 1 << min(len(text), 63)
	h := hash([]byte(text))
	for i := int(h); ; i++ {
		s := &t.slots[i&(len(t.slots)-1)]
		if s.tag == 0 || s.text == text {
			*s = slot{uint32(h>>32) | 1, value, text}
			return
		}
	}
}

// hash returns a hash of all of text: eight bytes at a time are multiplied to 128 bits, the halves of
// which are folded together. It has no seed, as only those who write the rules could make collisions.
func hash(text []byte) uint64 {
	const (
		// Odd numbers whose bits have no pattern: what is behind the point of the golden ratio, and of
		// the root of 0.67.
		k0 = 0x9E3779B97F4A7C15
		k1 = 0xD1B54A32D192ED03
	)
	n := len(text)
	seed := uint64(n) * k0
	for len(text) > 16 {
		hi, lo := bits.Mul64(binary.LittleEndian.Uint64(text)^k0, binary.LittleEndian.Uint64(text[8:])^seed)
		seed = hi ^ lo
		text = text[16:]
	}
	var a, b uint64
	switch n := len(text); {
	case n >= 8:
		a, b = binary.LittleEndian.Uint64(text), binary.LittleEndian.Uint64(text[n-8:])
	case n >= 4:
		a, b = uint64(binary.LittleEndian.Uint32(text)), uint64(binary.LittleEndian.Uint32(text[n-4:]))
	case n > 0:
		a = uint64(text[0]) | uint64(text[n/2])<<8 | uint64(text[n-1])<<16
	}
	hi, lo := bits.Mul64(a^k0, b^k1^seed)
	return hi ^ lo
}
