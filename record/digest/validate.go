package digest

import (
	"bytes"
	"cmp"
	"context"
	"crypto/rsa"
	"crypto/sha256"
	"encoding/hex"
	"errors"
	"fmt"
	"slices"
	"strings"
	"time"
)

// Validate checks the digests of a trail in a time range, and the log files that they list, and
// reports what it finds. See the package comment for what that proves.
//
// An error means that there is no report: the query is invalid, keys could not be listed, ctx has
// ended, or there are more than MaxDigests. An object that cannot be read is no such error; the
// report says so.
//
// Validate reads one object after the other. To do more at a time, call it for several Regions or
// parts of the range: the parts of a range share only the digests at their borders.
func Validate(ctx context.Context, store Store, keys Keys, q Query) (*Report, error) {
	if err := q.check(); err != nil {
		return nil, err
	}
	q.From, q.To = q.From.UTC(), q.To.UTC()
	r := &run{
		ctx: ctx, store: store, keys: keys, q: q,
		nodes:  make(map[place]*node),
		roots:  make(map[root]bool),
		known:  make(map[string]*rsa.PublicKey),
		sums:   make(map[place]result),
		unpack: newUnpacker(),
	}
	nodes, err := r.collect()
	if err != nil {
		return nil, err
	}
	report := &Report{Query: q, Gaps: gaps(nodes, &q)}
	for _, n := range nodes {
		if n.in(&q) {
			report.Digests = append(report.Digests, n.result())
		}
	}
	listed := make(map[place]bool)
	if report.LogFiles, err = r.logFiles(nodes, listed); err != nil {
		return nil, err
	}
	if !q.IgnoreUnlisted {
		more, err := r.unlisted(nodes, listed)
		if err != nil {
			return nil, err
		}
		report.LogFiles = append(report.LogFiles, more...)
	}
	slices.SortStableFunc(report.LogFiles, func(a, b LogFile) int {
		return cmp.Or(strings.Compare(a.Key, b.Key), strings.Compare(a.Bucket, b.Bucket),
			strings.Compare(a.Digest, b.Digest))
	})
	return report, nil
}

// result returns what a report says of a digest.
func (n *node) result() DigestFile {
	f := DigestFile{File: newFile(n.place, n.err), Backfill: n.backfill, Signer: n.signer}
	if n.trusted {
		f.Start, f.End = &n.digest.Start, &n.digest.End
		f.Starting = n.digest.Previous == nil
		f.Listed = len(n.digest.LogFiles)
	}
	return f
}

// logFiles checks the log files that the digests in the range list. What is listed more than once,
// always with the same hash, is reported once. It puts into listed what it reports, and what
// trusted digests beyond the range list.
func (r *run) logFiles(nodes []*node, listed map[place]bool) ([]LogFile, error) {
	type claim struct {
		place
		hash string
	}
	var files []LogFile
	done := make(map[claim]bool)
	for _, n := range nodes {
		if !n.trusted {
			continue
		}
		for i := range n.digest.LogFiles {
			e := &n.digest.LogFiles[i]
			at := place{e.Bucket, e.Key}
			listed[at] = true
			c := claim{at, strings.ToLower(e.Hash)}
			if done[c] || !n.in(&r.q) {
				continue
			}
			done[c] = true
			err := r.checkLogFile(e)
			if err := r.ctx.Err(); err != nil {
				return nil, err
			}
			files = append(files, LogFile{File: newFile(at, err), Digest: n.key})
		}
	}
	for _, n := range nodes {
		if n.trusted || n.digest == nil || errors.Is(n.err, ErrMoved) || !n.in(&r.q) {
			continue
		}
		for _, e := range n.digest.LogFiles {
			at := place{e.Bucket, e.Key}
			if !listed[at] {
				listed[at] = true
				files = append(files, LogFile{File: newFile(at, ErrUnproved), Digest: n.key})
			}
		}
	}
	return files, nil
}

// result is what came of unpacking a log file.
type result struct {
	sum [sha256.Size]byte
	err error
}

func (r *run) checkLogFile(e *Entry) error {
	if e.HashAlgorithm != HashAlgorithm {
		return fmt.Errorf("%w: %w: %s", ErrUnproved, ErrAlgorithm, cell(e.HashAlgorithm))
	}
	want, err := hex.DecodeString(e.Hash)
	if err != nil {
		return fmt.Errorf("%w: the digest has %s", ErrHash, cell(e.Hash))
	}
	at := place{e.Bucket, e.Key}
	got, ok := r.sums[at]
	if !ok {
		got = r.hash(at)
		r.sums[at] = got
	}
	if got.err == nil && !bytes.Equal(got.sum[:], want) {
		return ErrHash
	}
	return got.err
}

// hash unpacks a log file and returns the hash of its text.
func (r *run) hash(at place) (res result) {
	o, err := r.open(at)
	if err != nil {
		return result{err: err}
	}
	defer o.Close()
	h := sha256.New()
	res.err = r.unpack.unpack(r.ctx, h, o, MaxLogFile)
	h.Sum(res.sum[:0])
	return res
}

// slack is how far from the end of what is covered the name of a log file may lie in time, and the
// file still be listed by the digest beyond. The name tells when CloudTrail began to write, and the
// digest is of when it had delivered.
const slack = 15 * time.Minute

// unlisted finds the log files in the range that no digest lists. Where there is no digest that
// could, or where one that might could not be read, they are not proved.
func (r *run) unlisted(nodes []*node, listed map[place]bool) ([]LogFile, error) {
	var files []LogFile
	covered := runs(nodes)
	unread := slices.ContainsFunc(nodes, func(n *node) bool { return statusOf(n.err) == Unreadable })
	for at := range r.roots {
		for _, prefix := range r.q.days(at, logFolder, r.q.From, r.q.To) {
			for key, err := range r.store.List(r.ctx, at.bucket, prefix) {
				if err != nil {
					return nil, &Error{Bucket: at.bucket, Key: prefix, Err: fmt.Errorf("%w: %w", ErrUnreadable, err)}
				}
				p := place{at.bucket, key}
				if listed[p] || strings.HasSuffix(key, "/") {
					continue
				}
				listed[p] = true
				err := r.whyUnlisted(key, covered)
				if err == ErrUnlisted && unread {
					err = ErrUnproved
				}
				if err != nil {
					files = append(files, LogFile{File: newFile(p, err)})
				}
			}
		}
	}
	return files, r.ctx.Err()
}

// whyUnlisted returns what it means that no digest lists a log file: nothing if it lies outside the
// range, or so near to an end of what is known that a digest beyond may list it.
func (r *run) whyUnlisted(key string, covered []interval) error {
	t, ok := r.q.logName(key)
	if !ok {
		return ErrUnlisted // CloudTrail gives no such names
	}
	if t.Before(r.q.From.Truncate(time.Minute)) || t.After(r.q.To) {
		return nil
	}
	if len(covered) == 0 {
		return ErrUnproved
	}
	first, last := covered[0], covered[len(covered)-1]
	switch {
	case t.After(last.end.Add(-slack)):
		return nil
	case t.Before(first.start.Add(slack)) && !first.start.After(r.q.From):
		return nil
	}
	for _, c := range covered {
		if !t.Before(c.start.Add(slack)) && !t.After(c.end.Add(-slack)) {
			return ErrUnlisted
		}
	}
	return ErrUnproved
}
