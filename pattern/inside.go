package pattern

import (
	"encoding/binary"
	"math/bits"
)

// Inside finds the wildcards of which the beginning and the end of a text tell little: those whose longest
// piece stands between two stars. Only a text that may have that piece is looked at:
//
//	"*team-ec2*"          team-ec2
//	"arn:*:user/Adm*/x"   :user/Adm
//
// A text has the piece if it has its fourgrams, "team", "eam-", "am-e" and so on, one after the other.
// Since every piece here has at least n of them, one of any n that follow one another in the text is
// enough to notice; so of the text only every n-th is looked up, and of each piece the first n are kept:
//
//	text     arn:aws:iam::1:role/team-ec2-x
//	n = 3    arn:  :aws  s:ia …  /tea  am-e  c2-x
//	                                   ────
//
// What is noticed is then compared as a whole. Pieces of less than four bytes are not noticed by anything;
// their wildcards are always compared.
//
// Invariant: every occurrence of a piece in a text covers a fourgram of the text at a multiple of
// stride that is in slots.
type inside struct {
	always []int32 // wildcards, as indexes in column.pieces
	stride int
	bloom  [16]uint64 // bits of fourgrams, by the first ten bits of their hashes: nearly all are rejected here
	slots  []gramSlot // open addressing, by the hash; free where wildcards is empty
}

type gramSlot struct {
	gram      uint32
	wildcards []int32
}

// gramSize is the size of a fourgram: the most that a hash takes in one multiplication, and short enough
// for most pieces.
const gramSize = 4

// maxStride bounds how many fourgrams of each piece are kept.
const maxStride = 16

func hashGram(gram uint32) uint64 { return uint64(gram) * 0x9E3779B97F4A7C15 }

// newInside returns the finder of wildcards, which have a piece in the middle that is not empty, or nil.
func newInside(wildcards []int32, all []pieces) *inside {
	if len(wildcards) == 0 {
		return nil
	}
	in := &inside{stride: maxStride}
	piece := func(id int32) []byte { return longest(all[id].pieces[1 : len(all[id].pieces)-1]) }
	noticed := 0
	for _, id := range wildcards {
		if n := len(piece(id)) - gramSize + 1; n > 0 {
			in.stride = min(in.stride, n)
			noticed++
		}
	}
	if noticed > 0 {
		in.slots = make([]gramSlot, 1<<bits.Len(uint(2*noticed*in.stride)))
	}
	for _, id := range wildcards {
		p := piece(id)
		if len(p) < gramSize {
			in.always = append(in.always, id)
			continue
		}
		for i := range in.stride {
			in.add(binary.LittleEndian.Uint32(p[i:]), id)
		}
	}
	return in
}

// longest returns the first of the longest pieces, or nil if there are none.
func longest(pieces [][]byte) (p []byte) {
	for _, x := range pieces {
		if len(x) > len(p) {
			p = x
		}
	}
	return p
}

func (in *inside) add(gram uint32, id int32) {
	h := hashGram(gram)
	in.bloom[h>>60] |= 1 << (h >> 54 & 63)
	for i := int(h >> 32); ; i++ {
		s := &in.slots[i&(len(in.slots)-1)]
		if len(s.wildcards) == 0 || s.gram == gram {
			s.gram = gram
			s.wildcards = append(s.wildcards, id)
			return
		}
	}
}

// find returns the wildcards that have a gram.
func (in *inside) find(gram uint32, h uint64) []int32 {
	for i := int(h >> 32); ; i++ {
		s := &in.slots[i&(len(in.slots)-1)]
		if len(s.wildcards) == 0 || s.gram == gram {
			return s.wildcards
		}
	}
}

// lookInside looks up a string among these wildcards. Each is compared at most once.
func (w *walk) lookInside(c *column, win *window, text []byte) {
	in := c.inside
	for _, id := range in.always {
		w.try(c, win, id, text)
	}
	if len(in.slots) == 0 {
		return
	}
	w.tries++
	for i := 0; i+gramSize <= len(text); i += in.stride {
		gram := binary.LittleEndian.Uint32(text[i:])
		h := hashGram(gram)
		if in.bloom[h>>60]>>(h>>54&63)&1 == 0 {
			continue
		}
		for _, id := range in.find(gram, h) {
			if p := &w.tried[c.firstPieces+id]; *p != w.tries {
				*p = w.tries
				w.try(c, win, id, text)
			}
		}
	}
}

// try compares a wildcard with a text.
func (w *walk) try(c *column, win *window, id int32, text []byte) {
	p := &c.pieces[id]
	if p.last != 0 && (len(text) == 0 || text[len(text)-1] != p.last) {
		return
	}
	if matchWildcard(p.pieces, text) {
		w.hit(win, p.effect)
	}
}
