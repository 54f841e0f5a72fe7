package selector

import (
	"strconv"

	"github.com/trailsieve/trailsieve/record"
)

// A Selector is what a trail has for event selectors: its basic ones, its advanced ones, or those of
// a trail on which none were ever put. It never changes, so any number of goroutines may use it.
type Selector struct {
	text     string
	tree     *tree  // as it was written
	list     string // the pointer to the list of selectors, empty if there is none
	basic    []basicSelector
	advanced []advancedSelector // empty, or basic is
	wants    wants
}

// Compile reads the event selectors of one trail, in the JSON that the AWS CLI prints for
// get-event-selectors, an object with EventSelectors or AdvancedEventSelectors, or in another of the
// formats that the package comment lists. A list that is empty or null counts as absent; if both do, as
// in {}, the trail logs management events. A text with several trails is for [CompileAll].
//
// What PutEventSelectors would refuse is an error here, a [*SyntaxError].
func Compile(text string) (*Selector, error) { return Limits{}.Compile(text) }

// MustCompile is like [Compile] but panics if the text is refused. It is for selectors that are
// global variables.
func MustCompile(text string) *Selector {
	s, err := Compile(text)
	if err != nil {
		panic("selector: Compile(" + strconv.Quote(text) + "): " + err.Error())
	}
	return s
}

// String returns the text that was compiled.
func (s *Selector) String() string { return s.text }

// defaultSelector is that of a trail on which none was put.
var defaultSelector = basicSelector{read: true, write: true, management: true}

// compile checks a tree and turns it into a Selector.
func (l Limits) compile(t *tree) (*Selector, error) {
	l = l.withDefaults()
	s := &Selector{tree: t}
	var err error
	switch {
	case len(t.basic) > 0 && len(t.advanced) > 0:
		return nil, t.errorf(ErrConflict, "You can select events by using either EventSelectors "+
			"or AdvancedEventSelectors, but not both.")
	case len(t.basic) > 0:
		s.list = t.basicAt.pointer
		s.basic, err = compileBasic(t, l)
	case len(t.advanced) > 0:
		s.list = t.advancedAt.pointer
		s.advanced, err = compileAdvanced(t, l)
	default:
		s.basic = []basicSelector{defaultSelector}
	}
	if err == nil && l.PrefixesOnly {
		err = t.launched()
	}
	if err != nil {
		return nil, err
	}
	s.setWants()
	return s, nil
}

// sourcesToExclude are the services whose management events a trail can leave out.
var sourcesToExclude = []string{"kms.amazonaws.com", "rdsdata.amazonaws.com"}

// canExclude reports whether a trail can leave out the management events of a source. China has
// names of its own, which are right unless the trail is known to be elsewhere.
func canExclude(source, partition string) bool {
	for _, s := range sourcesToExclude {
		if source == s || source == s+".cn" && (partition == "" || partition == "aws-cn") {
			return true
		}
	}
	return false
}

// arnOf returns the ARN of a resource. A call that named several resources has only what their ARNs
// begin with, and CloudTrail compares that.
func arnOf(res *record.Resource) string {
	if res.ARN != "" {
		return res.ARN
	}
	return res.ARNPrefix
}
