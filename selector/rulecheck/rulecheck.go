package rulecheck

import (
	"cmp"
	"encoding/json"
	"fmt"
	"slices"
	"strings"

	"github.com/trailsieve/trailsieve/pattern"
	"github.com/trailsieve/trailsieve/record"
	"github.com/trailsieve/trailsieve/selector"
)

// A Trail is the event selectors of a trail, under a name for the answer. Nil is a trail on which none
// were put, which logs management events.
type Trail struct {
	Name     string
	Selector *selector.Selector
}

// defaultTrail has what a nil Selector stands for.
var defaultTrail = selector.MustCompile(`{}`)

// A Verdict is an answer to the question whether a rule can ever fire. The strings do not change.
type Verdict string

// The verdicts.
const (
	Yes     Verdict = "yes"     // there is an example
	No      Verdict = "no"      // no event that the trails log can reach the rule and match it
	Unknown Verdict = "unknown" // see [Result.Undecided]
)

// An Obstacle is what keeps a rule from firing, in a form that can be counted. The strings do not
// change. They are in the order in which an event meets them.
type Obstacle string

// The obstacles.
const (
	Disabled      Obstacle = "disabled"       // the rule is
	NotCloudTrail Obstacle = "not-cloudtrail" // the rule asks for what no event of CloudTrail has
	NotTogether   Obstacle = "not-together"   // the rule asks for things that no such event has together
	NotLogged     Obstacle = "not-logged"     // no trail logs what the rule asks for
	NotDelivered  Obstacle = "not-delivered"  // EventBridge keeps it from rules in this state
)

// A Result says whether a rule can ever fire from what trails log. Its JSON form is stable.
type Result struct {
	Verdict Verdict `json:"verdict"`
	Reason  string  `json:"reason"` // in one line

	// Event is an event that shows it: if the verdict is yes, the example, which a trail logs,
	// EventBridge delivers and the rule matches. Otherwise it is an event that the rule matches and that
	// comes nearest; it is empty if the rule matches no event of CloudTrail.
	Event json.RawMessage `json:"event,omitempty"`

	// Trail and Selector tell what logs the example: the name of the trail, and a JSON Pointer into the
	// text of its selectors.
	Trail    string `json:"trail,omitempty"`
	Selector string `json:"selector,omitempty"`

	// Obstacle is what stands in the way; it is empty if the verdict is yes. Asks are the conditions of
	// the rule that do: if any one of them was not there, the rule could fire, by events that are not
	// meant, perhaps. Dropped tells for each trail what becomes of the Event.
	Obstacle Obstacle  `json:"obstacle,omitempty"`
	Asks     []Ask     `json:"asks,omitempty"`
	Dropped  []Dropped `json:"dropped,omitempty"`

	// Undecided is what could not be decided, if the verdict is unknown: what would have to be so for
	// the rule to fire.
	Undecided []string `json:"undecided,omitempty"`
}

// An Ask is a condition of a rule.
type Ask struct {
	Path    string          `json:"path"`
	Pointer string          `json:"pointer"` // in the text of the pattern, as a JSON Pointer
	Expects json.RawMessage `json:"expects"` // the array
}

// Dropped is why a trail does not log an event.
type Dropped struct {
	Trail   string         `json:"trail"`
	Cause   selector.Cause `json:"cause"`
	Pointer string         `json:"pointer"` // in the text of the selectors, as a JSON Pointer
	Reason  string         `json:"reason"`
}

// String returns the verdict and the reason:
//
//	yes: logged: data event by /0/DataResources/0/Values/0, arn:aws:s3:::photos/; delivered to rules
//	that are ENABLED, because it is a data event
//	no: no selector logs data events that read: the rule asks for detail.eventName ["GetObject"]
//	(/detail/eventName); dropped: data event, read not selected by /0/ReadWriteType, WriteOnly
func (r *Result) String() string { return string(r.Verdict) + ": " + r.Reason }

// Check tells whether an enabled rule can ever fire from what trails log.
func Check(rule *pattern.Pattern, trails ...Trail) *Result { return Checker{}.Check(rule, trails...) }

// A Checker has what is known of a rule besides its pattern.
type Checker struct {
	// State is that of the rule; empty means ENABLED.
	State record.RuleState
}

// Bounds on the work for one answer: how many kinds of events are tried, and how many searches for
// a value may give up before the whole does. Both are far beyond what rules and trails ask for that
// people write.
const (
	maxTries  = 20_000
	maxGiveUp = 10

	maxExplained = 5 // combinations of $or that are looked at for a reason
)

// Check tells whether the rule can ever fire from what the trails log: all of them together, in the
// account and Region of the rule's event bus.
func (c Checker) Check(rule *pattern.Pattern, trails ...Trail) *Result {
	state := cmp.Or(c.State, record.RuleEnabled)
	if state != record.RuleEnabled && state != record.RuleEnabledAll {
		return &Result{Verdict: No, Obstacle: Disabled, Reason: fmt.Sprintf("the rule's state is %s", state)}
	}
	trails = slices.Clone(trails)
	k := &check{rule: rule, trails: trails, state: state}
	for i, t := range trails {
		if t.Selector == nil {
			trails[i].Selector, t.Selector = defaultTrail, defaultTrail
		}
		terms, err := termsOf(i, t.Selector)
		if err != nil {
			k.doubt("whether the trail %s logs it: %v", t.Name, err)
			continue
		}
		k.terms = append(k.terms, terms...)
	}
	branches := rule.Demands()
	for _, demands := range branches {
		if w := k.find(demands, k.terms, k.fires); w != nil {
			reason := trails[w.term.trail].Selector.Explain(w.record)
			text := reason.String()
			if name := trails[w.term.trail].Name; name != "" {
				text = "trail " + name + ": " + text
			}
			return &Result{Verdict: Yes, Reason: text + "; " + w.record.Delivery().String(), Event: w.event,
				Trail: trails[w.term.trail].Name, Selector: reason.Pointer}
		}
	}
	undecided := k.undecided
	r := k.explain(branches)
	r.Verdict = No
	if len(undecided) > 0 {
		r.Verdict, r.Undecided = Unknown, undecided
		r.Reason = "not decided: " + strings.Join(undecided, "; ")
	}
	return r
}

// A check is one question.
type check struct {
	rule   *pattern.Pattern
	trails []Trail
	state  record.RuleState
	terms  []*term

	partial   bool // not all of what the rule asks for is looked at, so that it need not match
	undecided []string
	tries     int
	giveUps   int
}

// doubt notes what would have to be so for the rule to fire.
func (k *check) doubt(format string, args ...any) {
	text := fmt.Sprintf(format, args...)
	if !slices.Contains(k.undecided, text) {
		k.undecided = append(k.undecided, text)
	}
}

// exhausted counts a try, and reports whether there were too many.
func (k *check) exhausted() bool {
	if k.tries++; k.tries <= maxTries && k.giveUps <= maxGiveUp {
		return false
	}
	k.doubt("whether there is an event: the search was given up")
	return true
}

// A witness is an event that was found.
type witness struct {
	term   *term
	record *record.Record
	event  json.RawMessage
}

// fires reports whether the trail of a witness logs it, and the rule gets it. That it matches is known.
func (k *check) fires(w *witness) bool {
	return k.trails[w.term.trail].Selector.Match(w.record) && w.record.Delivery().To(k.state)
}

// find returns an event that meets the demands and is as one of the terms says, or nil.
func (k *check) find(demands []pattern.Demand, terms []*term, holds func(*witness) bool) *witness {
	for _, t := range terms {
		p := newProblem(k, demands, t)
		if w := p.solve(holds); w != nil {
			return w
		}
	}
	return nil
}

// explain returns why the rule never fires: of its branches, the one that comes farthest tells.
func (k *check) explain(branches [][]pattern.Demand) *Result {
	var best *Result
	rank := func(o Obstacle) int {
		return slices.Index([]Obstacle{NotCloudTrail, NotTogether, NotLogged, NotDelivered}, o)
	}
	for _, demands := range branches[:min(len(branches), maxExplained)] {
		if r := k.explainBranch(demands); best == nil || rank(r.Obstacle) > rank(best.Obstacle) {
			best = r
		}
	}
	return best
}

func (k *check) explainBranch(demands []pattern.Demand) *Result {
	whatever := func(*witness) bool { return true }
	logged := func(w *witness) bool { return k.trails[w.term.trail].Selector.Match(w.record) }

	never := func(d []pattern.Demand) bool { return k.quiet().find(d, k.terms, k.fires) == nil }

	// Logged, but not delivered.
	silent := &check{rule: k.rule, trails: k.trails, state: record.RuleEnabledAll}
	if w := silent.find(demands, k.terms, logged); w != nil {
		asks := k.core(demands, never)
		return &Result{Obstacle: NotDelivered, Event: w.event, Asks: asksOf(asks),
			Reason: notDelivered(w, asks)}
	}
	// A call that no trail logs. One that EventBridge would deliver says most.
	all := anyTerms(demands)
	near := append(relaxed(k.terms), all...)
	for _, holds := range []func(*witness) bool{func(w *witness) bool { return w.record.Delivery().To(k.state) }, whatever} {
		if w := silent.find(demands, near, holds); w != nil {
			asks := k.core(demands, never)
			r := &Result{Obstacle: NotLogged, Event: w.event, Asks: asksOf(asks)}
			for _, t := range k.trails {
				reason := t.Selector.Explain(w.record)
				r.Dropped = append(r.Dropped, Dropped{t.Name, reason.Cause, reason.Pointer, reason.String()})
			}
			r.Reason = notLogged(w, asks, r.Dropped)
			return r
		}
	}
	asks := k.core(demands, func(d []pattern.Demand) bool { return k.quiet().find(d, all, whatever) == nil })
	r := &Result{Obstacle: NotTogether, Asks: asksOf(asks)}
	if len(asks) == 1 {
		r.Obstacle = NotCloudTrail
	}
	r.Reason = notInCloudTrail(asks)
	return r
}

// quiet returns a check for a part of the rule, that notes its doubts for nobody.
func (k *check) quiet() *check {
	return &check{rule: k.rule, trails: k.trails, state: k.state, partial: true}
}

// core returns demands of which none can be left out if they are to be too many.
func (k *check) core(demands []pattern.Demand, tooMany func([]pattern.Demand) bool) []pattern.Demand {
	// What comes first is left out last: a detail-type of other events tells more than their fields do.
	core := slices.Clone(demands)
	if i := slices.IndexFunc(core, func(d pattern.Demand) bool { return d.Path == "detail-type" }); i > 0 {
		d := core[i]
		core = slices.Insert(slices.Delete(core, i, i+1), 0, d)
	}
	for i := len(core) - 1; i >= 0; i-- {
		if rest := slices.Concat(core[:i], core[i+1:]); tooMany(rest) {
			core = rest
		}
	}
	return core
}

func asksOf(demands []pattern.Demand) (asks []Ask) {
	for _, d := range demands {
		asks = append(asks, Ask{d.Path, d.Pointer, json.RawMessage(d.String())})
	}
	return asks
}
