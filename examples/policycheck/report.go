package main

import (
	"cmp"
	"context"
	"encoding/json"
	"fmt"
	"io"
	"strings"
	"time"

	"github.com/trailsieve/trailsieve/examples/internal/finding"
	"github.com/trailsieve/trailsieve/examples/internal/logfiles"
	"github.com/trailsieve/trailsieve/examples/internal/program"
)

// A summary is what the records of a whole period have shown beside the findings.
type summary struct {
	// First and Last are the times of the first and the last record of any kind: the period that
	// everything here is about. They are absent if no record has a time.
	First *time.Time `json:"first,omitempty"`
	Last  *time.Time `json:"last,omitempty"`

	Calls  calls    `json:"calls"`
	Unused []unused `json:"unused"`
}

// An unused is a statement that no call needed, or that has elements which none did.
type unused struct {
	Statement  string   `json:"statement"`
	Whole      bool     `json:"whole"` // no call at all; then the elements are not listed
	Principals []string `json:"principals,omitempty"`
	Actions    []string `json:"actions,omitempty"`
	Resources  []string `json:"resources,omitempty"`
}

func (c *checker) summary() summary {
	s := summary{Calls: c.calls, Unused: []unused{}}
	if !c.last.IsZero() {
		s.First, s.Last = &c.first, &c.last
	}
	for i, statement := range c.statements {
		u := unused{Statement: statement.id}
		used := c.usage[i]
		u.Principals = unusedOf(used.principals, statement.principals)
		u.Actions = unusedOf(used.actions, statement.actions)
		u.Resources = unusedOf(used.resources, statement.resources)
		switch {
		case len(u.Principals) == len(statement.principals): // so that nothing else is used either
			s.Unused = append(s.Unused, unused{Statement: u.Statement, Whole: true})
		case len(u.Principals)+len(u.Actions)+len(u.Resources) > 0:
			s.Unused = append(s.Unused, u)
		}
	}
	return s
}

func unusedOf[T any](used []bool, elements []T) (texts []string) {
	for i, e := range elements {
		if !used[i] {
			texts = append(texts, fmt.Sprint(e))
		}
	}
	return texts
}

// report prints what log files have shown: as JSON, the findings as the function writes them and then
// the summary, or in words.
func report(checked program.Checker, out io.Writer, asJSON bool) error {
	c := checked.(*checker)
	s := c.summary()
	if !asJSON {
		return c.print(out, &s)
	}
	if err := c.Finish(context.Background()); err != nil {
		return err
	}
	enc := json.NewEncoder(out)
	enc.SetEscapeHTML(false)
	return enc.Encode(map[string]any{"report": s})
}

// print prints the report for a person.
func (c *checker) print(out io.Writer, s *summary) error {
	var b strings.Builder
	if s.First == nil {
		b.WriteString("period      unknown: no record has a time\n")
	} else {
		fmt.Fprintf(&b, "period      %s to %s\n", s.First.Format(time.RFC3339), s.Last.Format(time.RFC3339))
	}
	fmt.Fprintf(&b, "calls       %d done, %d refused, %d failed, on the buckets of the policy\n",
		s.Calls.Done, s.Calls.Refused, s.Calls.Failed)
	section := func(name, words string, n int) { fmt.Fprintf(&b, "\n%-11s %d: %s\n", name, n, words) }

	for _, kind := range []struct{ cause, words string }{
		{undeclared, "done, but no statement declares it"},
		{denied, "refused, although a statement declares it"},
	} {
		var found []*finding.Finding
		for f := range c.findings.All() {
			if f.Name == kind.cause {
				found = append(found, f)
			}
		}
		section(kind.cause, kind.words, len(found))
		for _, f := range found {
			places, more := f.Places()
			var shown []string
			for _, place := range places[:min(len(places), shownPlaces)] {
				shown = append(shown, logfiles.Printable(place))
			}
			if more || len(places) > shownPlaces {
				shown = append(shown, "...")
			}
			fmt.Fprintf(&b, "  %s  %s  %s  %s: %s\n", logfiles.Printable(f.Who), logfiles.Printable(cmp.Or(f.Detail, "anything")),
				logfiles.Printable(f.Bucket), logfiles.Count(f.Count, "time"), strings.Join(shown, " "))
		}
	}
	section("unused", "declared, but no call in this period needed it", len(s.Unused))
	for _, u := range s.Unused {
		if u.Whole {
			fmt.Fprintf(&b, "  statement %s\n", u.Statement)
			continue
		}
		fmt.Fprintf(&b, "  of statement %s: %s\n", u.Statement, strings.Join(append(append(u.Principals, u.Actions...), u.Resources...), ", "))
	}
	_, err := io.WriteString(out, b.String())
	return err
}

// shownPlaces is how many places a line of the report shows; the JSON has more.
const shownPlaces = 3
