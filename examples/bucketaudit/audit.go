package main

import (
	"context"
	"log/slog"
	"net/netip"
	"slices"

	"github.com/trailsieve/trailsieve/examples/internal/finding"
	"github.com/trailsieve/trailsieve/examples/internal/principal"
	"github.com/trailsieve/trailsieve/examples/internal/s3call"
	"github.com/trailsieve/trailsieve/examples/internal/wildcard"
	"github.com/trailsieve/trailsieve/record"
)

// The causes of findings. A call has one of the first two or else any of the others: where the caller
// is not known, its address says nothing more, and that it was refused is in the finding's outcomes.
const (
	anonymousAccess  = "anonymous access"
	unknownPrincipal = "unknown principal"
	denied           = "denied"
	unusualAddress   = "unusual address"
)

// An audit says which buckets are protected, and what is known of those who may call. A list that is
// nil has not been given.
type audit struct {
	buckets    []string // with stars
	principals []principal.Pattern
	networks   []netip.Prefix
	endpoints  []string
}

// An auditor puts the findings of some records together.
type auditor struct {
	*audit
	out      slog.Handler
	findings finding.Set
}

// Check adds what a record tells of protected buckets.
func (a *auditor) Check(_ context.Context, rec *record.Record) error {
	call, ok := s3call.Of(rec)
	if !ok || call.ByService || call.ByEndpoint && call.Outcome != s3call.Refused {
		return nil // the call that S3 was about, or that went on to it, is in a record of its own
	}
	for i, place := range call.Places {
		first := slices.IndexFunc(call.Places, func(p s3call.Place) bool { return p.Bucket == place.Bucket }) == i
		if !first || !a.protects(place.Bucket) {
			continue
		}
		for _, cause := range a.causes(rec, &call) {
			cause.Bucket = place.Bucket
			a.findings.Add(cause, rec, &call, place)
		}
	}
	return nil
}

// protects reports whether a bucket is one of the protected ones.
func (a *audit) protects(bucket string) bool {
	return slices.ContainsFunc(a.buckets, func(form string) bool { return wildcard.Match(form, bucket) })
}

// causes returns why a call to a protected bucket is worth telling of.
func (a *audit) causes(rec *record.Record, call *s3call.Call) (causes []finding.Cause) {
	id := &rec.UserIdentity
	who := principal.Name(id)
	if _, known := principal.Any(a.principals, id); !known {
		if who == principal.Anonymous {
			return []finding.Cause{{Name: anonymousAccess, Who: who}}
		}
		if a.principals != nil {
			return []finding.Cause{{Name: unknownPrincipal, Who: who, Detail: principal.Account(id)}}
		}
	}
	if call.Outcome == s3call.Refused {
		causes = append(causes, finding.Cause{Name: denied, Who: who, Detail: call.Error})
	}
	if !a.isUsual(rec) {
		causes = append(causes, finding.Cause{Name: unusualAddress, Who: who})
	}
	return causes
}

// isUsual reports whether a call came from where known callers call.
func (a *audit) isUsual(rec *record.Record) bool {
	switch {
	case a.networks == nil && a.endpoints == nil, rec.SourceIPAddress.IsAWS():
		return true
	case rec.VPCEndpointID != "" && a.endpoints != nil:
		return slices.Contains(a.endpoints, rec.VPCEndpointID)
	}
	addr, ok := rec.SourceIPAddress.IP()
	addr = addr.Unmap()
	return ok && slices.ContainsFunc(a.networks, func(n netip.Prefix) bool { return n.Contains(addr) })
}

// Finish writes the findings.
func (a *auditor) Finish(ctx context.Context) error { return a.findings.Write(ctx, a.out) }

// Found returns the number of findings.
func (a *auditor) Found() int { return a.findings.Len() }
