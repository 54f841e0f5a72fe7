package main

import (
	"fmt"
	"io"
	"maps"
	"slices"

	"github.com/trailsieve/trailsieve/examples/internal/logfiles"
	"github.com/trailsieve/trailsieve/pricing"
	"github.com/trailsieve/trailsieve/selector"
)

// A report is what came of all records together. Its numbers add up:
//
//	Records.Read   = Records.Logged + Records.Dropped + Records.Failed
//	Records.Logged = Events.Matched + Events.Unmatched + Events.Failed
//	all MatchedBy  = Calls.Succeeded + Calls.Failed
type report struct {
	Trail   string `json:"trail"`
	Files   int    `json:"files"`
	Records struct {
		Read    uint64 `json:"read"`
		Logged  uint64 `json:"logged"`
		Dropped uint64 `json:"dropped"`
		Failed  uint64 `json:"failed"` // could not be used as records
	} `json:"records"`
	DroppedBy map[selector.Cause]uint64 `json:"droppedBy"`
	Events    struct {
		Matched   uint64 `json:"matched"` // by one rule or several
		Unmatched uint64 `json:"unmatched"`
		Failed    uint64 `json:"failed"` // the rules could not be put to it
	} `json:"events"`
	MatchedBy map[string]uint64 `json:"matchedBy"` // by rule
	Calls     struct {
		Succeeded uint64 `json:"succeeded"`
		Failed    uint64 `json:"failed"`
	} `json:"calls"` // of the function: one for each event and rule that matches it
	Bill   *pricing.Bill `json:"bill"` // null if it could not be made
	Errors []string      `json:"errors"`
}

// print prints the report for a person.
func (r *report) print(out io.Writer) {
	row := func(what string, n uint64, words string) { fmt.Fprintf(out, "%-7s %9d  %s\n", what, n, words) }
	fmt.Fprintln(out)
	row("records", r.Records.Read, "read from "+logfiles.Count(r.Files, "file"))
	row("", r.Records.Logged, "logged by trail "+r.Trail)
	row("", r.Records.Dropped, "dropped")
	for _, cause := range slices.Sorted(maps.Keys(r.DroppedBy)) {
		row("", r.DroppedBy[cause], fmt.Sprintf("    %s: %s", cause, inWords(cause)))
	}
	row("", r.Records.Failed, "failed")
	row("events", r.Events.Matched, "matched")
	for _, rule := range slices.Sorted(maps.Keys(r.MatchedBy)) {
		row("", r.MatchedBy[rule], "    by rule "+rule)
	}
	row("", r.Events.Unmatched, "matched by no rule")
	if r.Events.Failed > 0 {
		row("", r.Events.Failed, "failed")
	}
	row("calls", r.Calls.Succeeded, "of the function succeeded")
	row("", r.Calls.Failed, "failed")
	if r.Bill != nil {
		fmt.Fprintf(out, "\nbill\n%s", r.Bill)
	}
	if n := len(r.Errors); n > 0 {
		fmt.Fprintf(out, "\n%s: see standard error\n", logfiles.Count(n, "error"))
	}
}

// inWords explains why a record was dropped.
func inWords(cause selector.Cause) string {
	switch cause {
	case selector.NoCategory:
		return "no selector takes events of the category"
	case selector.NoManagement:
		return "no selector takes management events"
	case selector.ExcludedSource:
		return "management events of the service are left out"
	case selector.NoReadWrite:
		return "a read where writes are selected, or the reverse"
	case selector.NoType:
		return "no resource of a selected type"
	case selector.NoResource:
		return "the record names no resource"
	case selector.NoValue:
		return "not one of the selected resources"
	case selector.FieldRefused:
		return "a condition on another field does not hold"
	}
	return "see -explain"
}
