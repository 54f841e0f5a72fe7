package main

import (
	"context"
	"log/slog"
	"time"

	"github.com/trailsieve/trailsieve/examples/logsieve/sieve"
)

// A report is what is said of a file, in one line. The line is a log line and, by CloudWatch's embedded
// metric format, metrics:
//
//	{"time":"...","level":"INFO","msg":"sieved","file":"s3://...","output":"s3://...","droppedBy":{"decrypt":7},
//	 "RecordsRead":9,"RecordsKept":2,"RecordsDropped":7,"RecordsFailed":0,"FilesSieved":1,"FilesRepeated":0,
//	 "FilesSkipped":0,"FilesFailed":0,"FunctionName":"...","_aws":{...}}
//
// In every line, and so in every sum,
//
//	RecordsRead = RecordsKept + RecordsDropped + RecordsFailed
//
// and each file counts as one of sieved, repeated, skipped and failed. Records count where their file
// is sieved, which it is once however often it is delivered. What was read of a file that failed, or
// that was found to be done, is in the line, but in no metric.
//
// Source: https://docs.aws.amazon.com/AmazonCloudWatch/latest/monitoring/CloudWatch_Embedded_Metric_Format_Specification.html.
type report struct {
	file, output, aside object

	sieve.Counts
	skipped  string // why
	repeated bool
	err      error
}

// A metric is one of those of a report, by its name.
type metric struct {
	Name string
	Unit string

	value int
}

func (r *report) metrics() []metric {
	c := r.Counts
	sieved := r.err == nil && r.skipped == "" && !r.repeated
	if !sieved {
		c = sieve.Counts{}
	}
	is := map[bool]int{true: 1}
	return []metric{
		{"RecordsRead", "Count", c.Read},
		{"RecordsKept", "Count", c.Kept},
		{"RecordsDropped", "Count", c.Dropped},
		{"RecordsFailed", "Count", c.Failed},
		{"FilesSieved", "Count", is[sieved]},
		{"FilesRepeated", "Count", is[r.repeated]},
		{"FilesSkipped", "Count", is[r.err == nil && r.skipped != ""]},
		{"FilesFailed", "Count", is[r.err != nil]},
	}
}

// A directive tells CloudWatch which members of the line are metrics.
type directive struct {
	Timestamp         int64 // milliseconds
	CloudWatchMetrics []metricSet
}

type metricSet struct {
	Namespace  string
	Dimensions [][]string
	Metrics    []metric
}

// write writes the line.
func (r *report) write(ctx context.Context, h *handler) {
	level, what := slog.LevelInfo, "sieved"
	attrs := []slog.Attr{slog.String("file", r.file.String())}
	switch {
	case r.err != nil:
		level, what = slog.LevelError, "failed"
		attrs = append(attrs, slog.String("error", r.err.Error()))
	case r.skipped != "":
		what = "skipped"
		attrs = append(attrs, slog.String("reason", r.skipped))
	case r.repeated:
		what = "repeated"
	}
	if r.output != (object{}) && r.err == nil {
		attrs = append(attrs, slog.String("output", r.output.String()))
	}
	if r.aside != (object{}) {
		level = slog.LevelWarn
		attrs = append(attrs, slog.String("aside", r.aside.String()))
	}
	if len(r.DroppedBy) > 0 {
		attrs = append(attrs, slog.Any("droppedBy", r.DroppedBy))
	}
	if r.Undecided > 0 {
		attrs = append(attrs, slog.Int("undecided", r.Undecided))
	}
	if r.err != nil || r.repeated {
		attrs = append(attrs, slog.Int("read", r.Read), slog.Int("kept", r.Kept),
			slog.Int("dropped", r.Dropped), slog.Int("failed", r.Failed))
	}
	metrics := r.metrics()
	for _, m := range metrics {
		attrs = append(attrs, slog.Int(m.Name, m.value))
	}
	attrs = append(attrs,
		slog.String(dimension, h.config.function),
		slog.Any("_aws", directive{
			Timestamp: time.Now().UnixMilli(),
			CloudWatchMetrics: []metricSet{{
				Namespace:  h.config.namespace,
				Dimensions: [][]string{{dimension}},
				Metrics:    metrics,
			}},
		}))
	h.log.LogAttrs(ctx, level, what, attrs...)
}

// dimension is what metrics are told apart by.
const dimension = "FunctionName"
