package main

import (
	"bytes"
	"crypto/sha256"
	"encoding/hex"
	"encoding/json"
	"errors"
	"fmt"
	"io"

	"github.com/trailsieve/trailsieve/pattern"
	"github.com/trailsieve/trailsieve/record"
	"github.com/trailsieve/trailsieve/selector"
)

// Rules say which records are dropped. They are a JSON document:
//
//	{
//	  "drop": [
//	    {"name": "decrypt", "pattern": {"source": ["aws.kms"], "detail": {"eventName": ["Decrypt"]}}},
//	    {"name": "other buckets", "unselected": {"EventSelectors": [...]}}
//	  ],
//	  "keep": [
//	    {"name": "what failed", "pattern": {"detail": {"errorCode": [{"exists": true}]}}}
//	  ]
//	}
//
// A record is dropped if a rule under drop takes it, unless one under keep takes it too. What no rule
// takes is kept. A rule has a name, which no other has, and one of
//
//	"pattern"     takes a record if the EventBridge event of it matches the pattern
//	"selected"    takes a record if a trail with these event selectors logs it
//	"unselected"  takes a record if such a trail does not log it
//
// Selectors are those that aws cloudtrail get-event-selectors prints. Rules never change once they are
// made; any number of goroutines may use them.
type rules struct {
	drop, keep ruleList
	id         string // tells these rules from others
}

// A ruleList is the rules under drop or keep.
type ruleList struct {
	names    []string
	patterns *pattern.Set[int] // by index in names
	trails   []trailRule
}

// A trailRule is one that asks selectors.
type trailRule struct {
	index    int
	selector *selector.Selector
	logged   bool // takes what the trail logs, not what it does not log
}

// A ruleText is a rule in the document.
type ruleText struct {
	Name       string          `json:"name"`
	Pattern    json.RawMessage `json:"pattern"`
	Selected   json.RawMessage `json:"selected"`
	Unselected json.RawMessage `json:"unselected"`
}

// maxRules is how large the document may be. Rules are written by people; what is larger is another
// file.
const maxRules = 1 << 20

// parseRules reads rules. An error says in which of them it is.
func parseRules(text []byte) (*rules, error) {
	if len(text) > maxRules {
		return nil, fmt.Errorf("rules: more than %d bytes", maxRules)
	}
	var doc struct {
		Drop *[]ruleText `json:"drop"`
		Keep []ruleText  `json:"keep"`
	}
	d := json.NewDecoder(bytes.NewReader(text))
	d.DisallowUnknownFields()
	if err := d.Decode(&doc); err != nil {
		return nil, fmt.Errorf("rules: %w (offset %d)", err, d.InputOffset())
	}
	if _, err := d.Token(); err != io.EOF {
		return nil, fmt.Errorf("rules: something follows behind the document (offset %d)", d.InputOffset())
	}
	if doc.Drop == nil {
		return nil, errors.New(`rules: there is no "drop"; write {"drop":[]} to drop nothing`)
	}
	r := new(rules)
	seen := make(map[string]bool)
	var err error
	if r.drop, err = newRuleList("drop", *doc.Drop, seen); err != nil {
		return nil, err
	}
	if r.keep, err = newRuleList("keep", doc.Keep, seen); err != nil {
		return nil, err
	}
	var compact bytes.Buffer
	if err := json.Compact(&compact, text); err != nil {
		return nil, fmt.Errorf("rules: %w", err)
	}
	sum := sha256.Sum256(compact.Bytes())
	r.id = hex.EncodeToString(sum[:8])
	return r, nil
}

func newRuleList(list string, texts []ruleText, seen map[string]bool) (ruleList, error) {
	var l ruleList
	patterns := make(map[int]*pattern.Pattern)
	for i, text := range texts {
		if err := l.add(text, patterns, seen); err != nil {
			return l, fmt.Errorf("rules: %w in rule %q (/%s/%d)", err, text.Name, list, i)
		}
	}
	l.patterns = pattern.NewSet(func(yield func(int, *pattern.Pattern) bool) {
		for i := range l.names {
			if p := patterns[i]; p != nil && !yield(i, p) {
				return
			}
		}
	})
	return l, nil
}

// add adds a rule.
func (l *ruleList) add(text ruleText, patterns map[int]*pattern.Pattern, seen map[string]bool) error {
	switch {
	case text.Name == "":
		return errors.New("no name")
	case seen[text.Name]:
		return errors.New("a name that another rule has")
	}
	seen[text.Name] = true
	index, given := len(l.names), 0
	l.names = append(l.names, text.Name)
	if text.Pattern != nil {
		given++
		// These patterns are not put into EventBridge, so its limits on their size do not apply.
		p, err := pattern.Limits{Size: -1, Complexity: -1}.Compile(string(text.Pattern))
		if err != nil {
			return err
		}
		patterns[index] = p
	}
	for _, of := range []struct {
		text   json.RawMessage
		logged bool
	}{{text.Selected, true}, {text.Unselected, false}} {
		if of.text == nil {
			continue
		}
		given++
		s, err := selector.Compile(string(of.text))
		if err != nil {
			return err
		}
		l.trails = append(l.trails, trailRule{index, s, of.logged})
	}
	if given != 1 {
		return errors.New("not one of pattern, selected and unselected")
	}
	return nil
}

// A judge puts records to rules. It may be used by one goroutine at a time.
type judge struct {
	rules *rules
	event []byte
	taken []int
}

// drops returns the name of the rule that drops a record, or nothing if it is kept. An error says that
// the patterns cannot be put to the record; such a record is to be kept.
func (j *judge) drops(rec *record.Record) (name string, err error) {
	j.event = j.event[:0]
	i, err := j.first(&j.rules.drop, rec)
	if i < 0 || err != nil {
		return "", err
	}
	k, err := j.first(&j.rules.keep, rec)
	if k >= 0 || err != nil {
		return "", err
	}
	return j.rules.drop.names[i], nil
}

// first returns the index of the first rule of a list that takes a record, or -1.
func (j *judge) first(l *ruleList, rec *record.Record) (int, error) {
	first := len(l.names)
	for _, t := range l.trails {
		if t.selector.Match(rec) == t.logged {
			first = t.index
			break
		}
	}
	if l.patterns.Len() > 0 {
		if len(j.event) == 0 {
			j.event = rec.AppendEvent(j.event)
		}
		var err error
		if j.taken, err = l.patterns.AppendMatch(j.taken[:0], j.event); err != nil {
			return -1, err
		}
		if len(j.taken) > 0 {
			first = min(first, j.taken[0])
		}
	}
	if first == len(l.names) {
		return -1, nil
	}
	return first, nil
}
