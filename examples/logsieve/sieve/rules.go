package sieve

import (
	"bytes"
	"crypto/sha256"
	"encoding/hex"
	"encoding/json"
	"errors"
	"fmt"
	"slices"
	"strings"

	"github.com/trailsieve/trailsieve/internal/jsonscan"
	"github.com/trailsieve/trailsieve/internal/spell"
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
// Selectors are those that aws cloudtrail get-event-selectors prints. Names are exact, and none may come
// twice: of two lists under keep, one would be lost, and records with it. Rules never change once they are
// made; any number of goroutines may use them.
type Rules struct {
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

// MaxRules is how large the document may be. Rules are written by people; what is larger is another
// file.
const MaxRules = 1 << 20

// Parse reads rules. An error says in which of them it is.
func Parse(text []byte) (*Rules, error) {
	if len(text) > MaxRules {
		return nil, fmt.Errorf("rules: more than %d bytes", MaxRules)
	}
	lists, err := readDocument(text)
	if err != nil {
		return nil, fmt.Errorf("rules: %w", err)
	}
	drop, ok := lists["drop"]
	if !ok {
		return nil, errors.New(`rules: there is no "drop"; write {"drop":[]} to drop nothing`)
	}
	r := new(Rules)
	seen := make(map[string]bool)
	if r.drop, err = newRuleList("drop", drop, seen); err != nil {
		return nil, err
	}
	if r.keep, err = newRuleList("keep", lists["keep"], seen); err != nil {
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

// ID tells these rules from others. White space in the document makes no others.
func (r *Rules) ID() string { return r.id }

// A ruleText is a rule in the document.
type ruleText struct {
	name string
	how  []how
}

// A how is the member of a rule that says which records it takes.
type how struct {
	name string // pattern, selected or unselected
	text []byte
}

// readDocument reads the lists of rules by their names.
func readDocument(text []byte) (map[string][]ruleText, error) {
	s := jsonscan.New(text)
	lists := make(map[string][]ruleText)
	err := members(&s, []string{"drop", "keep"}, func(list string) error {
		if kind := s.Peek(); kind != jsonscan.Array {
			return fmt.Errorf("expected an array of rules, found %v", kind)
		}
		s.Open()
		lists[list] = []ruleText{}
		for {
			if ok, err := s.Element(); !ok || err != nil {
				return err
			}
			rule, err := readRule(&s)
			if err != nil {
				return fmt.Errorf("/%s/%d: %w", list, len(lists[list]), err)
			}
			lists[list] = append(lists[list], rule)
		}
	})
	if err == nil {
		err = s.Close()
	}
	var syntax *jsonscan.Error
	if err != nil && !errors.As(err, &syntax) { // which has the offset
		err = fmt.Errorf("%w (offset %d)", err, s.Offset())
	}
	return lists, err
}

func readRule(s *jsonscan.Scanner) (rule ruleText, err error) {
	err = members(s, []string{"name", "pattern", "selected", "unselected"}, func(name string) error {
		if name != "name" {
			text, err := s.Value()
			rule.how = append(rule.how, how{name, text})
			return err
		}
		if kind := s.Peek(); kind != jsonscan.String {
			return fmt.Errorf("expected a name, found %v", kind)
		}
		text, err := s.String()
		if err == nil {
			rule.name = unquote(text)
		}
		return err
	})
	return rule, err
}

// members reads an object, and has visit read the value of each member.
func members(s *jsonscan.Scanner, names []string, visit func(name string) error) error {
	if kind := s.Peek(); kind != jsonscan.Object {
		return fmt.Errorf("expected an object, found %v", kind)
	}
	s.Open()
	seen := make(map[string]bool)
	for {
		text, ok, err := s.Name()
		if !ok || err != nil {
			return err
		}
		name := unquote(text)
		switch {
		case !slices.Contains(names, name):
			return fmt.Errorf("unknown name %q%s; known are %s", name, spell.DidYouMean(name, names...), strings.Join(names, ", "))
		case seen[name]:
			return fmt.Errorf("%q comes twice", name)
		}
		seen[name] = true
		if err := visit(name); err != nil {
			return err
		}
	}
}

func unquote(t jsonscan.Text) string {
	return string(jsonscan.AppendUnquoted(nil, t.Raw, jsonscan.ReplaceLone))
}

func newRuleList(list string, texts []ruleText, seen map[string]bool) (ruleList, error) {
	var l ruleList
	patterns := make(map[int]*pattern.Pattern)
	for i, text := range texts {
		if err := l.add(text, patterns, seen); err != nil {
			return l, fmt.Errorf("rules: %w in rule %q (/%s/%d)", err, text.name, list, i)
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
	case text.name == "":
		return errors.New("no name")
	case seen[text.name]:
		return errors.New("a name that another rule has")
	case len(text.how) != 1:
		return errors.New("not one of pattern, selected and unselected")
	}
	seen[text.name] = true
	index := len(l.names)
	l.names = append(l.names, text.name)
	how := text.how[0]
	if how.name == "pattern" {
		// These patterns are not put into EventBridge, so its limits on their size do not apply.
		p, err := pattern.Limits{Size: -1, Complexity: -1}.Compile(string(how.text))
		patterns[index] = p
		return err
	}
	s, err := selector.Compile(string(how.text))
	l.trails = append(l.trails, trailRule{index, s, how.name == "selected"})
	return err
}

// A judge puts records to rules. It may be used by one goroutine at a time.
type judge struct {
	rules *Rules
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
