package selector

import "math"

// The limits of a trail, from "Quotas in AWS CloudTrail" and the model of PutEventSelectors.
const (
	maxEventSelectors = 5    // basic selectors
	maxDataResources  = 250  // values of basic selectors, without those that take all of a type
	maxConditions     = 500  // values of advanced selectors, those of eventCategory included
	maxName           = 1000 // characters in the name of an advanced selector, or in a field's
	maxValue          = 2048 // characters in a value of an advanced selector
)

// Limits say how much a trail may have. The zero value stands for the limits of CloudTrail, so that
// what PutEventSelectors refuses is refused here; [LaunchLimits] are those of 2016, and those who
// have no trail can lift them:
//
//	s, err := selector.Limits{Selectors: -1, Values: -1, Conditions: -1}.Compile(text)
//
// In each number, zero means the default and a negative number no limit.
type Limits struct {
	Selectors      int // basic selectors of a trail; by default 5
	Values         int // values of all its basic selectors but those that take all of a type; 250
	SelectorValues int // the same of one basic selector; by default no limit
	Conditions     int // values of all its advanced selectors; 500

	// PrefixesOnly refuses what is newer than the first event selectors: values that take all
	// buckets (2017), Lambda and DynamoDB, excluded sources, advanced selectors.
	PrefixesOnly bool
}

// LaunchLimits returns the limits of November 2016, when event selectors were new: a trail had up
// to 5 of them, each with up to 50 prefixes of S3 objects.
func LaunchLimits() Limits { return Limits{SelectorValues: 50, PrefixesOnly: true} }

// Compile is [Compile] within the limits l. If the text is beyond one of them, [ErrLimit] is in the
// error.
func (l Limits) Compile(text string) (*Selector, error) {
	trees, err := parse(text)
	if err != nil {
		return nil, err
	}
	t, err := single(trees)
	if err != nil {
		return nil, err
	}
	s, err := l.compile(t)
	if err != nil {
		return nil, err
	}
	s.text = text
	return s, nil
}

// withDefaults returns l with a number in each field that can be compared with.
func (l Limits) withDefaults() Limits {
	set := func(field *int, byDefault int) {
		switch {
		case *field < 0:
			*field = math.MaxInt
		case *field == 0:
			*field = byDefault
		}
	}
	set(&l.Selectors, maxEventSelectors)
	set(&l.Values, maxDataResources)
	set(&l.SelectorValues, math.MaxInt)
	set(&l.Conditions, maxConditions)
	return l
}

// launched checks that a trail has nothing that is newer than the first event selectors, of which
// the rest of the package knows that they are valid.
func (t *tree) launched() error {
	if len(t.advanced) > 0 {
		return t.advancedAt.errorf(ErrLimit, "there were no advanced event selectors yet")
	}
	for _, e := range t.basic {
		if len(e.excludedSources) > 0 {
			return e.excludedSources[0].errorf(ErrLimit, "no source could be excluded yet")
		}
		for _, d := range e.dataResources {
			if d.typ.text != basicTypes[s3Object] {
				return d.typ.errorf(ErrLimit, "there were no data events of %s yet", d.typ.text)
			}
			for _, v := range d.values {
				if formOf(s3Object, v.text) == all {
					return v.errorf(ErrLimit, "no value took all buckets yet")
				}
			}
		}
	}
	return nil
}
