package main

import (
	"cmp"
	"context"
	"fmt"
	"log/slog"
	"slices"
	"strings"
	"time"

	"github.com/trailsieve/trailsieve/examples/internal/principal"
	"github.com/trailsieve/trailsieve/examples/internal/s3call"
	"github.com/trailsieve/trailsieve/record"
)

// A watcher writes an alert for each record of a call by a watched principal that touches a sensitive
// place:
//
//	{"level":"WARN","msg":"sensitive access","who":"role uploader, session web-7",
//	 "arn":"arn:aws:sts::111122223333:assumed-role/uploader/web-7","account":"111122223333",
//	 "accessKey":"ASIA...","watched":"arn:aws:iam::111122223333:role/uploader","what":"GetObject",
//	 "access":"read","places":["s3://amzn-s3-demo-bucket/pii/people.csv"],
//	 "prefix":"s3://amzn-s3-demo-bucket/pii/","when":"2026-11-22T11:59:58Z","from":"192.0.2.10",
//	 "outcome":"done","event":"7a1de9a4-..."}
//
// A call that may have touched such objects, as its record does not name the keys, is an alert, too: it
// then has "keys":"not recorded". So is one that S3 refused or that failed; its outcome and error say so.
type watcher struct {
	*watch
	out   slog.Handler
	found int
}

// Check writes the alert of a record, if it is one.
func (w *watcher) Check(ctx context.Context, rec *record.Record) error {
	call, ok := s3call.Of(rec)
	if !ok {
		return nil
	}
	watched, ok := principal.Any(w.principals, &rec.UserIdentity)
	if !ok {
		return nil
	}
	var touched []s3call.Place
	sensitive := "" // the first prefix
	for _, p := range call.Places {
		if w.access == "read" && !p.Read || w.access == "write" && p.Read {
			continue
		}
		i := slices.IndexFunc(w.prefixes, func(s prefix) bool { return p.Under(s.bucket, s.key) })
		if i < 0 {
			continue
		}
		touched = append(touched, p)
		sensitive = cmp.Or(sensitive, w.prefixes[i].text)
	}
	if len(touched) == 0 {
		return nil
	}
	w.found++
	line := slog.NewRecord(time.Now(), slog.LevelWarn, "sensitive access", 0)
	line.AddAttrs(who(&rec.UserIdentity)...)
	line.AddAttrs(slog.String("watched", watched.String()), slog.String("what", rec.EventName))
	line.AddAttrs(where(touched, sensitive)...)
	line.AddAttrs(circumstances(rec, &call)...)
	if err := w.out.Handle(ctx, line); err != nil {
		return fmt.Errorf("the alert for event %s could not be written: %w", rec.EventKey(), err)
	}
	return nil
}

// Finish has nothing to do: each alert stands for itself.
func (w *watcher) Finish(context.Context) error { return nil }

// Found returns the number of alerts.
func (w *watcher) Found() int { return w.found }

// who tells who made the call, and through which service.
func who(id *record.Identity) []slog.Attr {
	attrs := []slog.Attr{slog.String("who", id.Principal())}
	for _, a := range []slog.Attr{
		slog.String("arn", id.ARN), slog.String("account", id.AccountID), slog.String("accessKey", id.AccessKeyID), slog.String("via", id.InvokedBy),
	} {
		if a.Value.String() != "" {
			attrs = append(attrs, a)
		}
	}
	return attrs
}

// where tells what was touched, and how.
func where(touched []s3call.Place, sensitive string) []slog.Attr {
	var access, places []string
	keys := true
	for _, p := range touched {
		how := "write"
		if p.Read {
			how = "read"
		}
		if !slices.Contains(access, how) {
			access = append(access, how)
		}
		places = append(places, p.String())
		keys = keys && (p.Kind == s3call.Object || p.Read)
	}
	attrs := []slog.Attr{slog.String("access", strings.Join(access, " and ")), slog.Any("places", places), slog.String("prefix", sensitive)}
	if !keys {
		attrs = append(attrs, slog.String("keys", "not recorded"))
	}
	return attrs
}

// circumstances tells when, from where and with what outcome, and how to find the record again.
func circumstances(rec *record.Record, call *s3call.Call) []slog.Attr {
	var attrs []slog.Attr
	if !rec.EventTime.IsZero() {
		attrs = append(attrs, slog.Time("when", rec.EventTime))
	}
	attrs = append(attrs,
		slog.String("from", cmp.Or(string(rec.SourceIPAddress), "unknown")),
		slog.String("outcome", string(call.Outcome)))
	if call.Error != "" {
		attrs = append(attrs, slog.String("error", call.Error))
	}
	return append(attrs, slog.String("event", rec.EventKey()))
}
