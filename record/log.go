package record

import (
	"cmp"
	"log/slog"
)

// LogValue returns the record as a group of what a log line needs: when, which call, who, from where,
// what became of it, and the eventID to find the rest by. What the record does not say is left out.
func (r *Record) LogValue() slog.Value {
	var attrs []slog.Attr
	add := func(key, value string) {
		if value != "" {
			attrs = append(attrs, slog.String(key, value))
		}
	}
	if !r.EventTime.IsZero() {
		attrs = append(attrs, slog.Time("eventTime", r.EventTime))
	}
	add("eventSource", r.EventSource)
	add("eventName", cmp.Or(r.EventName, string(r.EventCategory)))
	add("principal", r.UserIdentity.Principal())
	add("sourceIPAddress", string(r.SourceIPAddress))
	add("awsRegion", r.AWSRegion)
	add("account", r.Account())
	if object, ok := r.S3Object(); ok {
		add("bucket", object.Bucket)
		add("key", object.Key)
	}
	add("errorCode", r.ErrorCode)
	add("errorMessage", r.ErrorMessage)
	add("eventID", r.EventID)
	return slog.GroupValue(attrs...)
}
