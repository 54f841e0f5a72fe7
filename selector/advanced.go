package selector

import (
	"math/bits"
	"slices"
	"strings"
	"unicode/utf8"

	"github.com/trailsieve/trailsieve/internal/spell"
	"github.com/trailsieve/trailsieve/record"
)

// An advancedSelector is one of AdvancedEventSelectors. It takes an event of its category if it has
// a resource of its type, where the category is Data, and if all other fields agree.
type advancedSelector struct {
	place
	category   record.Category
	typ        leaf        // resources.type, for Data
	conditions []condition // the other fields, in the order of the text
	arn        *condition  // that of resources.ARN among them, or nil
	asks       parts       // of a record, by the conditions
}

// A condition is what an advanced selector demands of one field. Its operators are of two groups:
//
//	{"Field": "eventName",
//	 "StartsWith": ["Put"], "Equals": ["CopyObject"],    selected: one of these holds, if there are any
//	 "NotEndsWith": ["Acl"], "NotEquals": ["PutMe"]}     deselected: none of these is met
type condition struct {
	place
	field      string
	selects    bool // there is something in selected
	selected   set
	deselected set
}

// An operator is a bit; several are a set of operators.
type operator uint8

const (
	equals operator = 1 << iota
	notEquals
	startsWith
	notStartsWith
	endsWith
	notEndsWith

	numOperators = iota
	every        = equals | notEquals | startsWith | notStartsWith | endsWith | notEndsWith
)

// operatorNames are the names of operators, in the order of their bits.
var operatorNames = [numOperators]string{
	"Equals", "NotEquals", "StartsWith", "NotStartsWith", "EndsWith", "NotEndsWith"}

// index returns the place of one operator in a fieldSelector.
func (o operator) index() int { return bits.TrailingZeros8(uint8(o)) }

// String returns the names of the operators in o, as the service lists them.
func (o operator) String() string {
	var names []string
	for i, name := range operatorNames {
		if o&(1<<i) != 0 {
			names = append(names, name)
		}
	}
	return "[" + strings.Join(names, ", ") + "]"
}

// The fields.
const (
	eventCategory   = "eventCategory"
	eventSource     = "eventSource"
	eventName       = "eventName"
	eventType       = "eventType"
	readOnly        = "readOnly"
	resourcesType   = "resources.type"
	resourcesARN    = "resources.ARN"
	userIdentityARN = "userIdentity.arn"
	fromConsole     = "sessionCredentialFromConsole"
	errorCode       = "errorCode"
	vpcEndpointID   = "vpcEndpointId"
)

// fields has, for each category of events that a trail's selectors know, the fields that they may
// have, with their operators.
var fields = map[record.Category]map[string]operator{
	record.Management: {
		eventCategory: equals,
		readOnly:      equals,
		eventSource:   notEquals,
	},
	record.Data: {
		eventCategory:   equals,
		resourcesType:   equals,
		readOnly:        equals,
		eventSource:     every,
		eventName:       every,
		eventType:       every,
		userIdentityARN: every,
		fromConsole:     equals | notEquals,
		resourcesARN:    every,
	},
	record.NetworkActivity: {
		eventCategory:   equals,
		eventSource:     equals,
		eventName:       every,
		userIdentityARN: every,
		errorCode:       equals,
		vpcEndpointID:   every,
	},
}

// required has the field that an event selector of a category must have, beside eventCategory.
var required = map[record.Category]string{
	record.Data:            resourcesType,
	record.NetworkActivity: eventSource,
}

// compileAdvanced checks the advanced selectors of a tree.
func compileAdvanced(t *tree, l Limits) ([]advancedSelector, error) {
	values := 0
	selectors := make([]advancedSelector, len(t.advanced))
	for i := range t.advanced {
		a := &t.advanced[i]
		if err := checkShape(a, l, &values); err != nil {
			return nil, err
		}
		if err := selectors[i].compile(a, partitionOf(t.trailARN.text)); err != nil {
			return nil, err
		}
	}
	return selectors, nil
}

// checkShape checks what does not depend on the category: lengths, counts, and that each field is
// there once and has an operator. values counts those of all selectors.
func checkShape(a *advancedEventSelector, l Limits, values *int) error {
	if n := utf8.RuneCountInString(a.name.text); n > maxName {
		return a.name.errorf(ErrLimit, "Name has %d characters, at most %d are allowed", n, maxName)
	}
	if len(a.fieldSelectors) == 0 {
		return a.errorf(ErrField, "FieldSelectors is missing or empty")
	}
	for i, f := range a.fieldSelectors {
		if !f.field.present() || f.field.text == "" {
			return f.errorf(ErrField, "Field is missing or empty")
		}
		if n := utf8.RuneCountInString(f.field.text); n > maxName {
			return f.field.errorf(ErrLimit, "Field has %d characters, at most %d are allowed", n, maxName)
		}
		for _, other := range a.fieldSelectors[:i] {
			if f.field.text == other.field.text {
				return f.field.errorf(ErrField, "A duplicate event selector was found for at least "+
					"one field. Only one selector is allowed per field.")
			}
		}
		if err := checkValues(&f, l, values); err != nil {
			return err
		}
	}
	return nil
}

func checkValues(f *fieldSelector, l Limits, values *int) error {
	operators := 0
	for i, o := range f.operators {
		if !o.present() {
			continue
		}
		operators++
		if len(o.values) == 0 {
			return o.errorf(ErrValue, "%s is empty", operatorNames[i])
		}
		for _, v := range o.values {
			n := utf8.RuneCountInString(v.text)
			switch {
			case n == 0:
				return v.errorf(ErrValue, "a value is empty")
			case n > maxValue:
				return v.errorf(ErrLimit, "a value has %d characters, at most %d are allowed", n, maxValue)
			case strings.ContainsAny(v.text, "\n\r\u0085\u2028\u2029"):
				return v.errorf(ErrValue, "a value has a line break")
			}
			if *values++; *values > l.Conditions {
				return v.errorf(ErrLimit, "There are too many filters applied. "+
					"The maximum allowed number of filters is %d.", l.Conditions)
			}
		}
	}
	if operators == 0 {
		return f.errorf(ErrOperator, "%s has no operator", f.field.text)
	}
	return nil
}

// compile sets all of a, from an event selector whose shape was checked.
func (a *advancedSelector) compile(e *advancedEventSelector, partition string) error {
	*a = advancedSelector{place: e.place}
	if err := a.setCategory(e); err != nil {
		return err
	}
	if need, ok := required[a.category]; ok && fieldOf(e, need) == nil {
		return e.errorf(ErrField, "The following selectors are required when the eventCategory "+
			"field value equals %s: [%s].", a.category, need)
	}
	for i := range e.fieldSelectors {
		f := &e.fieldSelectors[i]
		if err := a.check(f, partition); err != nil {
			return err
		}
		switch f.field.text {
		case eventCategory:
		case resourcesType:
			a.typ = f.operators[0].values[0]
		default:
			a.conditions = append(a.conditions, newCondition(f))
		}
	}
	for i := range a.conditions {
		c := &a.conditions[i]
		a.asks |= partOf[c.field]
		if c.field == resourcesARN {
			a.arn = c
		}
	}
	return nil
}

// fieldOf returns the selector of a field, or nil.
func fieldOf(e *advancedEventSelector, field string) *fieldSelector {
	for i := range e.fieldSelectors {
		if e.fieldSelectors[i].field.text == field {
			return &e.fieldSelectors[i]
		}
	}
	return nil
}

// setCategory finds the category of events that a selects, on which all else depends.
func (a *advancedSelector) setCategory(e *advancedEventSelector) error {
	f := fieldOf(e, eventCategory)
	if f == nil {
		return e.errorf(ErrField, "The following fields are required: [eventCategory].%s",
			misspelt(e, eventCategory))
	}
	if err := checkOperators(f, equals); err != nil {
		return err
	}
	values := f.operators[0].values
	if len(values) > 1 {
		return values[1].errorf(ErrValue, "The eventCategory field value is not valid. "+
			"(one selector takes one category)")
	}
	a.category = record.Category(values[0].text)
	if _, ok := fields[a.category]; ok {
		return nil
	}
	hint := spell.DidYouMean(values[0].text,
		string(record.Management), string(record.Data), string(record.NetworkActivity))
	switch a.category {
	case record.Insight, record.ActivityAuditLog, "ConfigurationItem", "Evidence":
		hint = " (only event data stores take it)"
	}
	return values[0].errorf(ErrValue, "The eventCategory field value is not valid.%s", hint)
}

// misspelt returns the end of a message about a field that is missing but may be meant by another.
func misspelt(e *advancedEventSelector, field string) string {
	for _, f := range e.fieldSelectors {
		if hint := spell.DidYouMean(f.field.text, field); hint != "" {
			return hint
		}
	}
	return ""
}

// check checks a field of a, its operators and its values.
func (a *advancedSelector) check(f *fieldSelector, partition string) error {
	field := f.field.text
	allowed, ok := fields[a.category][field]
	if !ok {
		var names []string
		for name := range fields[a.category] {
			names = append(names, name)
		}
		slices.Sort(names)
		return f.field.errorf(ErrField, "The following field is not allowed when the eventCategory "+
			"field value equals %s: %s.%s", a.category, field, spell.DidYouMean(field, names...))
	}
	if err := checkOperators(f, allowed); err != nil {
		return err
	}
	for _, o := range f.operators {
		for i, v := range o.values {
			if i > 0 && field == required[a.category] {
				return v.errorf(ErrValue, "%s takes one value, another one needs a selector of its own",
					field)
			}
			if want := a.wants(field, v.text, partition); want != "" {
				return v.errorf(ErrValue, "The %s field value is not valid. (%q is not %s)",
					field, v.text, want)
			}
		}
	}
	return nil
}

// wants returns what a value of a field should be, or nothing if it is right.
func (a *advancedSelector) wants(field, value, partition string) string {
	switch field {
	case readOnly, fromConsole:
		if value != "true" && value != "false" {
			return "true or false"
		}
	case resourcesType:
		if !isType(value) {
			return "like AWS::S3::Object"
		}
	case errorCode:
		if value != "VpceAccessDenied" {
			return "VpceAccessDenied"
		}
	case eventSource:
		switch a.category {
		case record.Management:
			if !canExclude(value, partition) {
				return strings.Join(sourcesToExclude, " or ")
			}
		case record.NetworkActivity:
			if !isSource(value) {
				return "like s3.amazonaws.com"
			}
		}
	}
	return ""
}

// isType reports whether s is like AWS::S3::Object. The types that there are get more every month.
func isType(s string) bool {
	parts := strings.Split(s, "::")
	return len(parts) == 3 && parts[0] == "AWS" &&
		consists(parts[1], isLower, isUpper, isDigit) && consists(parts[2], isLower, isUpper, isDigit)
}

// isSource reports whether s is like s3.amazonaws.com.
func isSource(s string) bool {
	service, ok := strings.CutSuffix(strings.TrimSuffix(s, ".cn"), ".amazonaws.com")
	return ok && consists(service, isLower, isDigit, isDash, isDot)
}

func checkOperators(f *fieldSelector, allowed operator) error {
	for i, o := range f.operators {
		if o.present() && allowed&(1<<i) == 0 {
			return o.errorf(ErrOperator, "Only the following operators are valid with the %s field: %v.",
				f.field.text, allowed)
		}
	}
	return nil
}

func newCondition(f *fieldSelector) condition {
	values := func(o operator) []leaf { return f.operators[o.index()].values }
	return condition{
		place:   f.place,
		field:   f.field.text,
		selects: len(values(equals))+len(values(startsWith))+len(values(endsWith)) > 0,

		selected:   newSet(values(equals), values(startsWith), values(endsWith)),
		deselected: newSet(values(notEquals), values(notStartsWith), values(notEndsWith)),
	}
}
