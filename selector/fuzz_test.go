package selector

import (
	"encoding/json"
	"errors"
	"slices"
	"strconv"
	"strings"
	"testing"
)

// FuzzCompile compiles any text. It must be refused in good form, or accepted by the twin too, and
// then the two must agree on records.
func FuzzCompile(f *testing.F) {
	var records []string
	for _, c := range readCases(f, "testdata/*.jsonl") {
		f.Add(string(c.Selectors))
		if c.Record != nil {
			records = append(records, string(c.Record))
		}
	}
	records = records[:min(len(records), 10)] // more would find little, and later
	for seed := range uint64(40) {
		g := newGenerator(seed)
		f.Add(g.selectors())
		if seed < 10 {
			records = append(records, g.record())
		}
	}
	f.Fuzz(func(t *testing.T, text string) {
		s, err := Compile(text)
		slow, slowErr := compileSlow(text)
		if (err == nil) != (slowErr == nil) {
			t.Fatalf("Compile(%#q): %v; the twin says: %v", text, err, slowErr)
		}
		if err != nil {
			checkError(t, text, err)
			return
		}
		if s.String() != text {
			t.Errorf("Compile(%#q).String() = %#q", text, s)
		}
		for _, r := range records {
			checkAgreement(t, s, slow, r)
		}
	})
}

// FuzzGenerated compares Match, Explain and the twin on selectors and records that have to do with
// each other.
func FuzzGenerated(f *testing.F) {
	for seed := range uint64(100) {
		f.Add(seed)
	}
	f.Fuzz(func(t *testing.T, seed uint64) {
		checkSeed(t, seed)
		checkAdvanced(t, seed)
	})
}

func TestGenerated(t *testing.T) {
	n := uint64(3_000)
	if testing.Short() {
		n = 500
	}
	compiled, logged := 0, 0
	for seed := range n {
		c, l := checkSeed(t, seed)
		compiled += c
		logged += l
	}
	// Tests that never match, or always, would show little.
	if records := compiled * recordsPerSeed; logged < records/20 || logged > records/2 {
		t.Errorf("%d of %d records are logged", logged, records)
	}
	if compiled < int(n/2) || compiled == int(n) {
		t.Errorf("%d of %d selectors are accepted", compiled, n)
	}
}

const recordsPerSeed = 8

// checkSeed compares all that comes of a seed. It returns how many selectors were accepted, which is
// one or none, and how many records they log.
func checkSeed(t *testing.T, seed uint64) (compiled, logged int) {
	g := newGenerator(seed)
	text := g.selectors()
	s, err := Compile(text)
	slow, slowErr := compileSlow(text)
	if (err == nil) != (slowErr == nil) {
		t.Fatalf("seed %d: Compile(%#q): %v; the twin says: %v", seed, text, err, slowErr)
	}
	if err != nil {
		checkError(t, text, err)
		return 0, 0
	}
	for range recordsPerSeed {
		if checkAgreement(t, s, slow, g.record()) {
			logged++
		}
	}
	return 1, logged
}

func checkError(t *testing.T, text string, err error) {
	t.Helper()
	e, ok := errors.AsType[*SyntaxError](err)
	if !ok {
		t.Fatalf("Compile(%#q): %T, want a *SyntaxError", text, err)
	}
	if e.Offset < 0 || e.Offset > len(text) {
		t.Errorf("Compile(%#q): offset %d, the text has %d bytes", text, e.Offset, len(text))
	}
	kinds := 0
	for _, kind := range []error{ErrSyntax, ErrField, ErrOperator, ErrValue, ErrLimit, ErrConflict} {
		if errors.Is(err, kind) {
			kinds++
		}
	}
	if kinds != 1 {
		t.Errorf("Compile(%#q): %v is of %d kinds, want 1", text, err, kinds)
	}
}

// checkAgreement checks that Match, Explain and the twin agree, and that the reason points to what it
// says.
func checkAgreement(t *testing.T, s *Selector, slow *slow, text string) (logged bool) {
	t.Helper()
	r := parseRecord(t, []byte(text))
	want := slow.match(text)
	reason := s.Explain(r)
	if got := s.Match(r); got != want || reason.Logged != want {
		t.Errorf("Match = %v, Explain = %q, want %v\nselectors %s\nrecord %s", got, reason, want, s, text)
	}
	if reason.Logged != (reason.Cause == Selected) || reason.Category == "" || reason.CategoryBasis == "" {
		t.Errorf("Explain = %#v\nselectors %s\nrecord %s", reason, s, text)
	}
	each := s.ExplainEach(r)
	if len(each) != len(s.basic)+len(s.advanced) {
		t.Errorf("ExplainEach has %d reasons for %s", len(each), s)
	}
	if want != slices.ContainsFunc(each, func(r Reason) bool { return r.Logged }) ||
		!slices.Contains(each, reason) && reason.Cause != NoCategory && reason.Cause != NoManagement {
		t.Errorf("Explain = %q, ExplainEach = %q\nselectors %s\nrecord %s", reason, each, s, text)
	}
	at, ok := pointed(s.String(), reason.Pointer)
	operand := ""
	switch v := at.(type) {
	case string:
		operand = v
	case bool:
		operand = strconv.FormatBool(v)
	}
	if !ok || operand != reason.Operand && reason.Operand != "" || operand != "" && reason.Operand == "" {
		t.Errorf("Explain: %q, where there is %v\nselectors %s\nrecord %s", reason, at, s, text)
	}
	return want
}

// pointed returns the value that a JSON Pointer leads to.
func pointed(text, pointer string) (value any, ok bool) {
	if err := json.Unmarshal([]byte(text), &value); err != nil {
		return nil, false
	}
	if pointer == "" {
		return value, true
	}
	for _, step := range strings.Split(pointer, "/")[1:] {
		switch v := value.(type) {
		case object:
			value, ok = v[step]
			if !ok {
				return nil, false
			}
		case []any:
			i, err := strconv.Atoi(step)
			if err != nil || i < 0 || i >= len(v) {
				return nil, false
			}
			value = v[i]
		default:
			return nil, false
		}
	}
	return value, true
}
