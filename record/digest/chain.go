package digest

import (
	"bytes"
	"cmp"
	"context"
	"crypto"
	"crypto/rsa"
	"crypto/sha256"
	"encoding/hex"
	"errors"
	"fmt"
	"io/fs"
	"slices"
	"strings"
	"time"
)

// This file finds the digests and decides which of them can be trusted.
//
// Digests are found in two ways: the bucket lists them, and each names the one before it. Either
// way alone can be cheated: who deletes a digest takes it off the list, and behind a digest that is
// gone nothing is named any more. In
//
//	list     d1          d4   d5   d6
//	chain    d1 ◀─ d2 ◀─ d3 ◀─ d4 ◀─ d5 ◀─ d6
//
// d4 tells that d3 is missing, and the hours between the end of d1 and the start of d4 that there
// was more: see gaps.
//
// A digest is trusted if its own signature verifies, or if a trusted one has its hash. The second
// way is needed where metadata was lost, and it keeps the harm of a broken signature to itself.
// Trust spreads over the names until nothing changes, so it does not depend on the order of the list.

// period is how long a digest covers, and late how much after its end the next one may be looked for.
const (
	period = time.Hour
	late   = 2 * period
)

// A node is a digest that was listed or named.
type node struct {
	place
	time     time.Time // of the end, from the name or else from who named it
	backfill bool

	digest   *Digest // nil if it could not be read
	sum      [sha256.Size]byte
	trailing error     // ErrTrailing if there is data behind it
	sig      []byte    // from its metadata; nil if it has none
	made     time.Time // from its metadata, if it is a backfill digest
	trusted  bool
	signer   Signer
	err      error
	named    []*Digest // the trusted digests that name this one as the one before
}

// A run is one call of Validate.
type run struct {
	ctx   context.Context
	store Store
	keys  Keys
	q     Query

	nodes  map[place]*node
	roots  map[root]bool
	known  map[string]*rsa.PublicKey // by fingerprint
	unpack *unpacker
	sums   map[place]result // of log files
	text   bytes.Buffer     // of a digest
}

// collect finds all digests in and just behind the range, and returns them in order.
func (r *run) collect() ([]*node, error) {
	work, err := r.list(r.q.root())
	if err != nil {
		return nil, err
	}
	for len(work) > 0 {
		n := work[len(work)-1]
		work = work[:len(work)-1]
		if n.digest.Previous == nil {
			continue
		}
		more, err := r.follow(n.digest)
		if err != nil {
			return nil, err
		}
		work = append(work, more...)
	}
	nodes := make([]*node, 0, len(r.nodes))
	for _, n := range r.nodes {
		n.checkLinks()
		nodes = append(nodes, n)
	}
	slices.SortFunc(nodes, func(a, b *node) int {
		return cmp.Or(a.time.Compare(b.time), strings.Compare(a.key, b.key),
			strings.Compare(a.bucket, b.bucket))
	})
	return nodes, nil
}

// list reads the digests that are listed under a root, and returns those that can be trusted.
func (r *run) list(at root) (trusted []*node, err error) {
	if r.roots[at] {
		return nil, nil
	}
	r.roots[at] = true
	until := r.q.To.Add(late)
	for _, prefix := range r.q.days(at, digestFolder, r.q.From, until) {
		for key, err := range r.store.List(r.ctx, at.bucket, prefix) {
			if err != nil {
				return nil, &Error{Bucket: at.bucket, Key: prefix, Err: fmt.Errorf("%w: %w", ErrUnreadable, err)}
			}
			end, backfill, ok := r.q.digestName(key)
			if !ok || end.Before(r.q.From) || end.After(until) || r.nodes[place{at.bucket, key}] != nil {
				continue
			}
			n := &node{place: place{at.bucket, key}, time: end, backfill: backfill}
			if err := r.load(n); err != nil {
				return nil, err
			}
			if n.trusted {
				trusted = append(trusted, n)
			}
		}
	}
	return trusted, nil
}

// follow goes from a trusted digest to the one before it, if that lies in the range, and returns
// what came to be trusted by that.
func (r *run) follow(d *Digest) ([]*node, error) {
	at := place{d.Previous.Bucket, d.Previous.Key}
	end, backfill, ok := r.q.digestName(at.key)
	if !ok {
		end, backfill = d.Start, strings.HasSuffix(at.key, backfillSuffix+suffix)
	}
	if end.Before(r.q.From) {
		return nil, nil
	}
	var trusted []*node
	if at, ok := rootOf(at); ok {
		var err error
		if trusted, err = r.list(at); err != nil {
			return nil, err
		}
	}
	n := r.nodes[at]
	if n == nil {
		n = &node{place: at, time: end, backfill: backfill}
		if err := r.load(n); err != nil {
			return nil, err
		}
		if n.trusted {
			trusted = append(trusted, n)
		}
	}
	n.named = append(n.named, d)
	if n.trusted || n.digest == nil || errors.Is(n.err, ErrMoved) || !n.isNamedBy(d) {
		return trusted, nil
	}
	n.trusted = true
	if errors.Is(n.err, ErrUnsigned) {
		sig, _ := hex.DecodeString(d.Previous.Signature)
		if n.err = r.verify(n, sig); n.err == nil {
			n.signer, n.err = SignerNext, n.trailing
		}
	}
	return append(trusted, n), nil
}

// load reads a digest and checks what it can by itself. It fails only if the run must end.
func (r *run) load(n *node) error {
	if err := r.ctx.Err(); err != nil {
		return err
	}
	if len(r.nodes) >= MaxDigests {
		err := fmt.Errorf("%w: more than %d digests", ErrLimit, MaxDigests)
		return &Error{Bucket: n.bucket, Key: n.key, Err: err}
	}
	r.nodes[n.place] = n
	n.err = r.examine(n)
	return r.ctx.Err()
}

func (r *run) examine(n *node) error {
	text, err := r.read(n)
	if err == ErrTrailing {
		n.trailing, err = err, nil
	}
	if err != nil {
		return err
	}
	d, err := ParseDigest(text)
	if err != nil {
		return err
	}
	n.digest, n.sum = d, sha256.Sum256(text)
	if d.Bucket != n.bucket || d.Key != n.key {
		return fmt.Errorf("%w: %s", ErrMoved, cell("s3://"+d.Bucket+"/"+d.Key))
	}
	if d.Account != r.q.Account {
		return fmt.Errorf("%w: %s", ErrAccount, cell(d.Account))
	}
	if n.err != nil { // of the metadata
		return n.err
	}
	if n.sig == nil {
		return ErrUnsigned
	}
	if err := r.verify(n, n.sig); err != nil {
		return err
	}
	n.trusted, n.signer = true, SignerSelf
	return n.trailing
}

// read returns the text of a digest, which is valid until the next call, and puts its metadata into
// the node. The error is ErrTrailing if there is a text all the same.
func (r *run) read(n *node) ([]byte, error) {
	o, err := r.open(n.place)
	if err != nil {
		return nil, err
	}
	defer o.Close()
	n.err = n.readMeta(o)
	r.text.Reset()
	err = r.unpack.unpack(r.ctx, &r.text, o, MaxDigest)
	return r.text.Bytes(), err
}

// open opens an object, and tells one that does not exist from one that cannot be had.
func (r *run) open(at place) (*Object, error) {
	o, err := r.store.Open(r.ctx, at.bucket, at.key)
	switch {
	case errors.Is(err, fs.ErrNotExist):
		return nil, ErrMissing
	case err != nil:
		return nil, fmt.Errorf("%w: %w", ErrUnreadable, err)
	}
	return o, nil
}

func (n *node) readMeta(o *Object) error {
	if text := o.meta(metaSignature); text != "" {
		sig, err := hex.DecodeString(text)
		if err != nil {
			return fmt.Errorf("%w: %w", ErrSignature, err)
		}
		n.sig = sig
	}
	if text := o.meta(metaAlgorithm); text != "" && text != SignatureAlgorithm {
		return fmt.Errorf("%w: %s", ErrAlgorithm, cell(text))
	}
	if text := o.meta(metaBackfill); text != "" {
		var err error
		if n.made, err = time.Parse(time.RFC3339, text); err != nil {
			return fmt.Errorf("%w: %s is %s", ErrFormat, metaBackfill, cell(text))
		}
	}
	return nil
}

// verify checks a signature of the digest.
func (r *run) verify(n *node, sig []byte) error {
	d := n.digest
	if d.SignatureAlgorithm != SignatureAlgorithm {
		return fmt.Errorf("%w: %s", ErrAlgorithm, cell(d.SignatureAlgorithm))
	}
	key, ok := r.known[d.Fingerprint]
	if !ok {
		at := d.End
		if !n.made.IsZero() {
			at = n.made
		}
		der, err := r.keys.PublicKey(r.ctx, r.q.Region, d.Fingerprint, at)
		if errors.Is(err, ErrNoKey) {
			return err
		} else if err != nil {
			return fmt.Errorf("%w: %w", ErrNoKey, err)
		}
		if key, err = ParsePublicKey(der); err != nil {
			return err
		}
		r.known[d.Fingerprint] = key
	}
	sum := sha256.Sum256([]byte(d.StringToSign(n.sum)))
	switch err := rsa.VerifyPKCS1v15(key, crypto.SHA256, sum[:], sig); {
	case errors.Is(err, rsa.ErrVerification):
		return ErrSignature
	case err != nil:
		return fmt.Errorf("%w: %w", ErrKey, err)
	}
	return nil
}

// isNamedBy reports whether the digest is, to the bit, what d has the hash of.
func (n *node) isNamedBy(d *Digest) bool {
	sum, err := hex.DecodeString(d.Previous.Hash)
	return err == nil && d.Previous.HashAlgorithm == HashAlgorithm && bytes.Equal(sum, n.sum[:])
}

// checkLinks finds what is wrong between a digest that is otherwise valid and those that name it.
func (n *node) checkLinks() {
	if n.digest == nil || n.err != nil {
		return
	}
	for _, d := range n.named {
		sig, err := hex.DecodeString(d.Previous.Signature)
		switch {
		case !n.isNamedBy(d):
			n.err = fmt.Errorf("%w: other hash", ErrLink)
		case err != nil || n.sig != nil && !bytes.Equal(sig, n.sig):
			n.err = fmt.Errorf("%w: other signature", ErrLink)
		}
	}
}

// span returns what time a digest covers, which for one that cannot be trusted is a guess.
func (n *node) span() (start, end time.Time) {
	if n.trusted {
		return n.digest.Start, n.digest.End
	}
	return n.time.Add(-period), n.time
}

// in reports whether a digest covers any part of the range.
func (n *node) in(q *Query) bool {
	start, end := n.span()
	return !start.After(q.To) && !end.Before(q.From)
}
