package main

import (
	"fmt"
	"maps"
	"slices"
	"strings"
	"text/tabwriter"
)

// A ledger says what became of everything that was read. An event is a record, a line of an access log, or
// a request of those that were counted; what could not be read as one counts as one.
//
// Invariant: Read is the sum of Logged, Dropped, Duplicates, OtherMonths, NoEvents and Unreadable.
type ledger struct {
	Files       int `json:"files"`       // that were read, whether to the end or not
	FilesFailed int `json:"filesFailed"` // that could not be read, or not to the end

	Read        uint64            `json:"read"`
	Logged      uint64            `json:"logged"`             // by at least one trail
	Dropped     uint64            `json:"dropped"`            // by all trails
	Duplicates  uint64            `json:"duplicates"`         // were there before
	OtherMonths uint64            `json:"otherMonths"`        // than the one that was asked for, or of none
	NoEvents    map[string]uint64 `json:"noEvents,omitempty"` // lines for which CloudTrail has no event, by why
	Unreadable  uint64            `json:"unreadable"`

	RegionAssumed uint64 `json:"regionAssumed"` // of those that were read: -region says where
	Undated       uint64 `json:"undated"`       // of those that were logged or dropped: of no use for a forecast
	Interrupted   bool   `json:"interrupted"`
	Problems      int    `json:"problems"` // that were told on standard error
}

// sum returns what Read has to be.
func (l *ledger) sum() uint64 {
	sum := l.Logged + l.Dropped + l.Duplicates + l.OtherMonths + l.Unreadable
	for _, n := range l.NoEvents {
		sum += n
	}
	return sum
}

// String returns the ledger as a table: what was read, and what it is made up of.
func (l *ledger) String() string {
	var s strings.Builder
	t := tabwriter.NewWriter(&s, 0, 0, 1, ' ', tabwriter.AlignRight)
	row := func(n uint64, format string, args ...any) {
		if n > 0 {
			fmt.Fprintf(t, "%d\t  %s\n", n, fmt.Sprintf(format, args...))
		}
	}
	from := ""
	if l.Files > 0 {
		from = fmt.Sprintf(" from %s", plural(l.Files, "file"))
	}
	fmt.Fprintf(t, "%d\t  events read%s\n", l.Read, from)
	fmt.Fprintf(t, "%d\t  logged by at least one trail\n", l.Logged)
	fmt.Fprintf(t, "%d\t  logged by none\n", l.Dropped)
	row(l.Duplicates, "were there before")
	row(l.OtherMonths, "of other months, or without a time")
	for _, why := range slices.Sorted(maps.Keys(l.NoEvents)) {
		row(l.NoEvents[why], "no event of CloudTrail's: %s", why)
	}
	row(l.Unreadable, "could not be read")
	t.Flush()
	text := s.String()
	if l.FilesFailed > 0 {
		text += fmt.Sprintf("%s could not be read to the end\n", plural(l.FilesFailed, "file"))
	}
	if l.RegionAssumed > 0 {
		text += fmt.Sprintf("%d do not say in which Region they were, which -region does\n", l.RegionAssumed)
	}
	if l.Undated > 0 {
		text += fmt.Sprintf("%d have no time that is of use for a forecast\n", l.Undated)
	}
	if l.Interrupted {
		text += "interrupted: what was not read is not in the bill\n"
	}
	return strings.TrimSuffix(text, "\n")
}

// sentence returns the ledger as a sentence: "300 events read from 1 file: 300 logged by at least one trail..."
func (l *ledger) sentence() string {
	lines := strings.Split(l.String(), "\n")
	for i, line := range lines {
		lines[i] = strings.Join(strings.Fields(line), " ")
	}
	return lines[0] + ": " + strings.Join(lines[1:], "; ") + "."
}

func plural(n int, noun string) string {
	if n == 1 {
		return "1 " + noun
	}
	return fmt.Sprintf("%d %ss", n, noun)
}
