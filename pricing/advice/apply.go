package advice

import (
	"encoding/json"
	"fmt"
	"slices"

	"github.com/trailsieve/trailsieve/pricing"
	"github.com/trailsieve/trailsieve/selector"
)

// Apply returns the trails as they would be. Selectors that change are advanced ones afterwards: basic
// ones cannot leave anything out. What selectors cannot say, because they would be too many or select
// nothing, is an error; the trails that are given stay as they are.
func (r Recommendation) Apply(trails []pricing.Trail) ([]pricing.Trail, error) {
	at := slices.IndexFunc(trails, func(t pricing.Trail) bool { return t.Name == r.Trail })
	if at < 0 {
		return nil, fmt.Errorf("advice: no trail is named %q", r.Trail)
	}
	trails = slices.Clone(trails)
	if r.Kind == DropTrail {
		return slices.Delete(trails, at, at+1), nil
	}
	s, err := r.Selector(trails[at].Selector)
	if err != nil {
		return nil, err
	}
	trails[at].Selector = s
	return trails, nil
}

// Selector returns the selectors of a trail as they would be; see [Recommendation.Apply]. For
// [DropTrail] there are none, and the error says so.
func (r Recommendation) Selector(s *selector.Selector) (*selector.Selector, error) {
	if s == nil {
		s = unset
	}
	s, err := s.Advanced()
	if err != nil {
		return nil, fmt.Errorf("advice: %s on trail %q: %w", r.Kind, r.Trail, err)
	}
	text, err := s.MarshalJSON()
	if err != nil {
		return nil, err
	}
	var list advancedSelectors
	if err := json.Unmarshal(text, &list); err != nil {
		return nil, err
	}
	object := "arn:" + r.partition + ":s3:::" + r.Subject
	switch r.Kind {
	case LeaveOutPrefix:
		list.leaveOut(object)
	case StopLogBucket:
		list.leaveOut(object + "/")
	case WritesOnly:
		list.writesOnly(object + "/")
	case ExcludeSource:
		list.exclude(r.Subject)
	default:
		return nil, fmt.Errorf("advice: %s is not a change of selectors", r.Kind)
	}
	if text, err = json.Marshal(list); err != nil {
		return nil, err
	}
	if s, err = selector.Compile(string(text)); err != nil {
		return nil, fmt.Errorf("advice: %s on trail %q: %w", r.Kind, r.Trail, err)
	}
	return s, nil
}

// unset is what a trail has on which no selectors were put.
var unset = selector.MustCompile("{}")

// The API's form of advanced selectors, as package selector writes and reads it.
type advancedSelectors struct {
	TrailARN               string             `json:",omitempty"`
	TrailName              string             `json:",omitempty"`
	AdvancedEventSelectors []advancedSelector `json:",omitempty"`
}

type advancedSelector struct {
	Name           string `json:",omitempty"`
	FieldSelectors []fieldSelector
}

type fieldSelector struct {
	Field         string
	Equals        []string `json:",omitempty"`
	StartsWith    []string `json:",omitempty"`
	EndsWith      []string `json:",omitempty"`
	NotEquals     []string `json:",omitempty"`
	NotStartsWith []string `json:",omitempty"`
	NotEndsWith   []string `json:",omitempty"`
}

// field returns the conditions on a field, which the selector gets if it has none. New conditions go to
// the end.
func (a *advancedSelector) field(name string) *fieldSelector {
	i := slices.IndexFunc(a.FieldSelectors, func(f fieldSelector) bool { return f.Field == name })
	if i < 0 {
		i = len(a.FieldSelectors)
		a.FieldSelectors = append(a.FieldSelectors, fieldSelector{Field: name})
	}
	return &a.FieldSelectors[i]
}

// has reports whether a field must equal a value.
func (a *advancedSelector) has(field, value string) bool {
	return slices.ContainsFunc(a.FieldSelectors, func(f fieldSelector) bool {
		return f.Field == field && slices.Contains(f.Equals, value)
	})
}

func (a *advancedSelector) clone() advancedSelector {
	b := *a
	b.FieldSelectors = slices.Clone(a.FieldSelectors)
	for i := range b.FieldSelectors {
		f := &b.FieldSelectors[i]
		for _, values := range []*[]string{&f.Equals, &f.StartsWith, &f.EndsWith, &f.NotEquals, &f.NotStartsWith, &f.NotEndsWith} {
			*values = slices.Clone(*values)
		}
	}
	return b
}

// isObjects reports whether a selector is for objects.
func (l *advancedSelectors) isObjects(i int) bool {
	a := &l.AdvancedEventSelectors[i]
	return a.has("eventCategory", "Data") && a.has("resources.type", "AWS::S3::Object")
}

// leaveOut deselects objects whose ARN begins with a prefix.
func (l *advancedSelectors) leaveOut(prefix string) {
	for i := range l.AdvancedEventSelectors {
		if l.isObjects(i) {
			f := l.AdvancedEventSelectors[i].field("resources.ARN")
			f.NotStartsWith = append(f.NotStartsWith, prefix)
		}
	}
}

// writesOnly leaves out objects whose ARN begins with a prefix, and adds a selector for all writes that
// were logged, theirs among it:
//
//	all          =  all but the bucket  +  all writes
//	reads only   =  all but the bucket
//	writes only  =  as it was
func (l *advancedSelectors) writesOnly(prefix string) {
	for i := range len(l.AdvancedEventSelectors) {
		a := &l.AdvancedEventSelectors[i]
		if !l.isObjects(i) || a.has("readOnly", "false") && !a.has("readOnly", "true") {
			continue
		}
		reads := a.has("readOnly", "true") && !a.has("readOnly", "false")
		writes := a.clone()
		f := a.field("resources.ARN")
		f.NotStartsWith = append(f.NotStartsWith, prefix)
		if !reads {
			writes.field("readOnly").Equals = []string{"false"}
			l.AdvancedEventSelectors = append(l.AdvancedEventSelectors, writes)
		}
	}
}

// exclude deselects management events of a source.
func (l *advancedSelectors) exclude(source string) {
	for i := range l.AdvancedEventSelectors {
		if a := &l.AdvancedEventSelectors[i]; a.has("eventCategory", "Management") {
			f := a.field("eventSource")
			f.NotEquals = append(f.NotEquals, source)
		}
	}
}
