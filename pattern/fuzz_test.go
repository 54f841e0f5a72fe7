package pattern

import (
	"encoding/json"
	"regexp"
	"strings"
	"testing"
	"unicode/utf8"
)

// FuzzMatch compares the package with its slow twin over any text: what is a pattern, and what it
// matches, alone and in a set.
func FuzzMatch(f *testing.F) {
	for _, c := range readTestdata(f) {
		f.Add(c.pattern, c.event)
	}
	f.Fuzz(func(t *testing.T, text, event string) { compare(t, text, event) })
}

// FuzzGenerated compares them over patterns and events that a generator writes together.
func FuzzGenerated(f *testing.F) {
	for seed := range uint64(50) {
		f.Add(seed)
	}
	f.Fuzz(func(t *testing.T, seed uint64) {
		text, event := newGenerator(seed).pair()
		compare(t, text, event)
	})
}

// TestGenerated is FuzzGenerated over a fixed range of seeds, and tells what they are worth.
func TestGenerated(t *testing.T) {
	n := uint64(10_000)
	if testing.Short() || raceEnabled { // the race detector would take minutes
		n = 2_000
	}
	var valid, matched int
	for seed := range n {
		text, event := newGenerator(seed).pair()
		ok, match := compare(t, text, event)
		if ok {
			valid++
		}
		if match {
			matched++
		}
		if t.Failed() {
			t.Fatalf("seed %d", seed)
		}
	}
	t.Logf("%d pairs: %d patterns valid, %d matched", n, valid, matched)
	if valid < int(n)/2 || matched < int(n)/20 {
		t.Errorf("of %d generated pairs %d have a valid pattern and %d match; the generator has gone blunt",
			n, valid, matched)
	}
}

var longNumber = regexp.MustCompile(`[-+.eE0-9]{1000}`)

// compare compares the package and the slow twin, and returns what the twin says.
func compare(t *testing.T, text, event string) (valid, match bool) {
	t.Helper()
	if !utf8.ValidString(text) || !utf8.ValidString(event) || len(text) > DefaultSize || len(event) > 4096 ||
		deep(text) || deep(event) || longNumber.MatchString(text) {
		return false, false // not for the twin
	}
	for _, r := range text + event {
		if firstHalf <= r && r < firstHalf+0x800 {
			return false, false // what the twin has for half a surrogate pair
		}
	}
	p, err := Compile(text)
	slow, slowErr := compileSlow(text)
	if (err == nil) != (slowErr == nil) {
		t.Fatalf("Compile(%#q): %v; the twin says: %v", text, err, slowErr)
	}
	if err != nil {
		return false, false
	}
	if again, err := Compile(escapeHalves(p.tree.String())); err != nil || again.tree.String() != p.tree.String() {
		t.Errorf("the plain form of %#q is %#q, and that of this %v, %v", text, p.tree, again, err)
	}
	canonical := checkCanonical(t, p)
	if !json.Valid([]byte(event)) || !strings.HasPrefix(strings.TrimLeft(event, " \t\r\n"), "{") {
		if _, err := p.Match([]byte(event)); err == nil && json.Valid([]byte(event)) {
			t.Errorf("%#q on %#q: no error", text, event)
		}
		return true, false
	}
	if hard(slow, event) {
		return true, false
	}
	match = slow.match(event)
	check(t, p, event, match)
	if got, err := canonical.Match([]byte(event)); got != match || err != nil {
		t.Errorf("%s, the canonical form of %s,\non %s\n= %v, %v, want %v", canonical, p, event, got, err, match)
	}
	return true, match
}

// deep reports whether a text could nest deeper than the twin should go.
func deep(text string) bool { return strings.Count(text, "[")+strings.Count(text, "{") > 300 }

// hard reports whether the twin could need too long to try every choice.
func hard(p slowPattern, event string) bool {
	scalars := float64(1 + strings.Count(event, ",") + strings.Count(event, ":"))
	for _, alternative := range p {
		choices := 1.0
		for range alternative {
			choices *= scalars
		}
		if len(alternative) > 5 && choices > 1e9 {
			return true
		}
	}
	return false
}
