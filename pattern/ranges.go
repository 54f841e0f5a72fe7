package pattern

import (
	"cmp"
	"math"
	"net/netip"
	"slices"
)

// Ranges finds all of its intervals that a number lies in. The bounds of the intervals cut the line of
// numbers into places, numbered from left to right: the bounds have odd numbers, and what lies between
// has even ones.
//
//	              10          20          30
//	places    0    1     2     3     4     5     6
//	(10,30]              ────────────────────
//	≥20                        ─────────────────
//
// Over the places stands a binary tree, as in a heap: node i is above 2i and 2i+1, and place p is
// node p+len(nodes)/2. An interval is kept at the fewest nodes that together cover it, of which there
// are at most two a level; and those that cover a place are found on the way from there to the root.
// So n intervals take n log n of memory and log n of time.
type ranges struct {
	bounds []float64
	nodes  []posting // nodes[0] is unused
}

// places returns the first and the last place of an interval.
func (r *ranges) places(c numeric) (first, last int) {
	last = 2 * len(r.bounds)
	if c.low.operator != "" {
		i, _ := slices.BinarySearch(r.bounds, c.low.float)
		first = 2*i + 1
		if c.low.operator == ">" {
			first++
		}
	}
	if c.high.operator != "" {
		i, _ := slices.BinarySearch(r.bounds, c.high.float)
		last = 2*i + 1
		if c.high.operator == "<" {
			last--
		}
	}
	return first, last
}

// cover calls yield for the nodes that together cover the places from first to last.
func (r *ranges) cover(first, last int, yield func(node int)) {
	n := r.size()
	for i, j := first+n, last+n+1; i < j; i, j = i/2, j/2 {
		if i&1 != 0 {
			yield(i)
			i++
		}
		if j&1 != 0 {
			j--
			yield(j)
		}
	}
}

// size returns the number of places.
func (r *ranges) size() int { return 2*len(r.bounds) + 1 }

// place returns the node of the place of a number.
func (r *ranges) place(f float64) int {
	i, found := slices.BinarySearch(r.bounds, f)
	place := 2 * i
	if found {
		place++
	}
	return place + r.size()
}

// numberKey returns what two numbers have in common that are equal, 0 and -0 too.
func numberKey(f float64) uint64 {
	if f == 0 {
		return 0
	}
	return math.Float64bits(f)
}

// Networks finds all of its networks that an address is in. Two networks either have no address in
// common or one is inside the other, so sorted by their first addresses, wider before narrower, they are
// a forest, in which each knows the one that it is inside of:
//
//	0  10.0.0.0/8
//	1  10.1.0.0/16    inside 0
//	2  10.1.2.0/24    inside 1
//	3  10.9.0.0/16    inside 0
//	4  192.0.2.0/24
//
// The last network that begins at or before an address either has it or knows, in a few steps
// outwards, the narrowest that does: 10.2.0.1 comes after 2, which is inside 1, which is inside 0.
// All around that have it too. The networks of both families are in one list, IPv4 before IPv6, as
// netip orders them.
type networks []network

type network struct {
	netip.Prefix
	up     int32 // the narrowest network around it, or -1
	effect int32
}

// newNetworks returns the networks of the list, which must be different.
func newNetworks(list []network) networks {
	slices.SortFunc(list, func(a, b network) int {
		if c := a.Addr().Compare(b.Addr()); c != 0 {
			return c
		}
		return cmp.Compare(a.Bits(), b.Bits())
	})
	for i := range list {
		up := int32(i) - 1
		for up >= 0 && !list[up].Contains(list[i].Addr()) {
			up = list[up].up
		}
		list[i].up = up
	}
	return list
}

// last returns the last network that begins at or before an address, or -1.
func (n networks) last(ip netip.Addr) int32 {
	i, j := 0, len(n)
	for i < j {
		if h := (i + j) / 2; n[h].Addr().Compare(ip) <= 0 {
			i = h + 1
		} else {
			j = h
		}
	}
	return int32(i) - 1
}
