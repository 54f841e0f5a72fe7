package digest

import (
	"fmt"
	"slices"
	"time"
)

// A Reason is why no digest covers some time.
type Reason string

// The reasons. Only Deleted is proof that something was taken away.
const (
	// Deleted: the digest behind the gap names one before it, which is gone or not valid. There
	// may have been more.
	Deleted Reason = "deleted"

	// Unchecked: the digest behind the gap names one before it that could not be read or checked.
	Unchecked Reason = "unchecked"

	// Started: the digest behind the gap is the first since logging, or validation, was switched
	// on. Whether digests before it were deleted cannot be known.
	Started Reason = "started"

	// Skipped: the digest behind the gap names the one in front of it, and so leaves nothing out
	// but the time.
	Skipped Reason = "skipped"

	// Ended: there is no digest behind the gap. It may not have been delivered yet, logging may
	// have been switched off, or digests were deleted.
	Ended Reason = "ended"
)

// A Gap is time in the range that no valid digest covers.
type Gap struct {
	From   time.Time `json:"from"`
	To     time.Time `json:"to"`
	Reason Reason    `json:"reason"`
	After  string    `json:"after,omitempty"`  // the key of the digest before the gap
	Before string    `json:"before,omitempty"` // the key of the digest behind it
}

// Err returns the gap as an error with ErrGap in it.
func (g *Gap) Err() error { return fmt.Errorf("digest: %w from %v", ErrGap, g) }

// String returns the gap in words:
//
//	2026-03-01T02:00:00Z to 2026-03-01T04:00:00Z (deleted)
func (g *Gap) String() string {
	return fmt.Sprintf("%s to %s (%s)", g.From.Format(time.RFC3339), g.To.Format(time.RFC3339), g.Reason)
}

// An interval is time that digests cover without a break, both ends included.
type interval struct{ start, end time.Time }

// chain returns the trusted digests that are no backfill, by start.
func chain(nodes []*node) []*node {
	var list []*node
	for _, n := range nodes {
		if n.trusted && !n.backfill {
			list = append(list, n)
		}
	}
	slices.SortStableFunc(list, func(a, b *node) int { return a.digest.Start.Compare(b.digest.Start) })
	return list
}

// runs returns what the digests cover, in order.
func runs(nodes []*node) []interval {
	var list []interval
	for _, n := range chain(nodes) {
		start, end := n.span()
		if len(list) == 0 || start.After(list[len(list)-1].end) {
			list = append(list, interval{start, end})
		} else if last := &list[len(list)-1]; end.After(last.end) {
			last.end = end
		}
	}
	return list
}

// gaps returns what the digests leave uncovered between From and To. A digest beyond To can still
// tell why there is none before it.
func gaps(nodes []*node, q *Query) []Gap {
	var list []Gap
	covered := q.From // until when
	var last *node    // the digest that ends there
	found := false
	for _, n := range chain(nodes) {
		start, end := n.span()
		if until := minTime(start, q.To); until.After(covered) || !found && start.After(q.To) {
			list = append(list, Gap{
				From: covered, To: until, Reason: n.reason(last, nodes, q), After: last.name(), Before: n.key,
			})
		}
		found = true
		if !end.Before(covered) {
			covered, last = end, n
		}
		if !covered.Before(q.To) {
			return list
		}
	}
	if covered.Before(q.To) || !found {
		list = append(list, Gap{From: covered, To: q.To, Reason: Ended, After: last.name()})
	}
	return list
}

// reason returns why there is a gap between last, or nil, and the digest.
func (n *node) reason(last *node, nodes []*node, q *Query) Reason {
	prev := n.digest.Previous
	if prev == nil {
		return Started
	}
	before := place{prev.Bucket, prev.Key}
	if last != nil && last.place == before {
		return Skipped
	}
	if end, _, ok := q.digestName(prev.Key); last == nil && ok && end.Before(q.From) {
		return Skipped
	}
	for _, m := range nodes {
		if s := statusOf(m.err); m.place == before && (s == Unproved || s == Unreadable) {
			return Unchecked
		}
	}
	return Deleted
}

// name returns the key, or nothing for nil.
func (n *node) name() string {
	if n == nil {
		return ""
	}
	return n.key
}

func minTime(a, b time.Time) time.Time {
	if b.Before(a) {
		return b
	}
	return a
}
