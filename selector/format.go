package selector

import (
	"strings"

	"github.com/trailsieve/trailsieve/internal/jsonscan"
	"github.com/trailsieve/trailsieve/internal/spell"
)

// This file tells apart the formats in which people have the selectors of a trail, by the names at
// the top of the text:
//
//	{"EventSelectors": ...}                              what the AWS CLI prints and takes
//	{"eventSelectors": ...}                              the console's casing, and that of the
//	                                                     requestParameters of PutEventSelectors
//	{"S3BucketName": ..., "EventSelectors": ...}         properties in a CloudFormation template
//	{"Type": ..., "Properties": {...}}                   the resource around them
//	{"event_selector": ...}                              values in a Terraform plan
//	{"type": ..., "values": {...}}                       a resource of planned_values
//	{"type": ..., "change": {"after": {...}}}            one of resource_changes
//	{"Resources": {...}}                                 a whole template: see file.go
//	{"planned_values": ...}, {"resource_changes": ...}   a whole plan
//	{"values": ..., "format_version": ...}               a whole state
//	[{"ReadWriteType": ...}], [{"fieldSelectors": ...}]  one list alone, in any of the spellings

// A format is how a text is to be read.
type format struct {
	shape    shape
	spelling spelling
}

// A shape tells where in a text the selectors are.
type shape int

const (
	putOrGet         shape = iota // in an object that has the selectors, and the name of their trail
	properties                    // in an object that has all about a trail
	templateResource              // in the Properties of an object
	planResource                  // in the values of an object, or in its change
	templateFile                  // in resources of a whole template: see file.go
	planFile                      // in those of a whole plan or state
	basicList                     // the text is the list
	advancedList
)

// A spelling is how a format writes the names of the API.
type spelling int

const (
	api       spelling = iota // EventSelectors
	console                   // eventSelectors
	terraform                 // event_selector
)

// terraformNames are the names of arguments and blocks. A block is named for one of what it lists.
var terraformNames = map[string]string{
	"EventSelectors":                "event_selector",
	"ReadWriteType":                 "read_write_type",
	"IncludeManagementEvents":       "include_management_events",
	"ExcludeManagementEventSources": "exclude_management_event_sources",
	"DataResources":                 "data_resource",
	"Type":                          "type",
	"Values":                        "values",

	"AdvancedEventSelectors": "advanced_event_selector",
	"Name":                   "name",
	"FieldSelectors":         "field_selector",
	"Field":                  "field",
	"Equals":                 "equals",
	"NotEquals":              "not_equals",
	"StartsWith":             "starts_with",
	"NotStartsWith":          "not_starts_with",
	"EndsWith":               "ends_with",
	"NotEndsWith":            "not_ends_with",

	"TrailARN":  "arn",
	"TrailName": "name",
}

// spell returns how s writes a name of the API.
func (s spelling) spell(name string) string {
	switch s {
	case console:
		return strings.ToLower(name[:1]) + name[1:]
	case terraform:
		return terraformNames[name]
	}
	return name
}

func (s spelling) spellAll(names []string) []string {
	spelled := make([]string, len(names))
	for i, name := range names {
		spelled[i] = s.spell(name)
	}
	return spelled
}

// formatOf tells the format of the value that comes next. For what is of none, or no JSON at all,
// it returns that of the API, so that the error is about what most people expect.
func formatOf(scan jsonscan.Scanner) format {
	switch scan.Peek() {
	case jsonscan.Array:
		scan.Open()
		if ok, _ := scan.Element(); !ok {
			return format{basicList, api}
		}
		has := namesOf(scan)
		for _, s := range []spelling{api, console, terraform} {
			if has(s.spell("FieldSelectors")) {
				return format{advancedList, s}
			}
			if has(s.spellAll([]string{"ReadWriteType", "IncludeManagementEvents", "DataResources",
				"ExcludeManagementEventSources"})...) {
				return format{basicList, s}
			}
		}
		return format{basicList, api}
	case jsonscan.Object:
		has := namesOf(scan)
		switch {
		case has("planned_values", "resource_changes"), has("values") && has("format_version"):
			return format{planFile, terraform}
		case has("Resources"):
			return format{templateFile, api}
		case has("Properties"):
			return format{templateResource, api}
		case has("values", "change"):
			return format{planResource, terraform}
		case has("event_selector", "advanced_event_selector", "s3_bucket_name"):
			return format{properties, terraform}
		case has("S3BucketName", "IsLogging"):
			return format{properties, api}
		case has("eventSelectors", "advancedEventSelectors", "trailName", "trailARN"):
			return format{putOrGet, console}
		}
	}
	return format{putOrGet, api}
}

// namesOf returns whether the object that comes next has one of some names. What is no object has
// none.
func namesOf(scan jsonscan.Scanner) (has func(names ...string) bool) {
	there := map[string]bool{}
	if scan.Peek() == jsonscan.Object {
		scan.Open()
		for {
			name, ok, err := scan.Name()
			if !ok || err != nil {
				break
			}
			there[string(jsonscan.AppendUnquoted(nil, name.Raw, jsonscan.ReplaceLone))] = true
			if _, err := scan.Skip(); err != nil {
				break
			}
		}
	}
	return func(names ...string) bool {
		for _, name := range names {
			if there[name] {
				return true
			}
		}
		return false
	}
}

// isTemplate reports whether the text is from a CloudFormation template, where booleans may be in
// quotes.
func (f format) isTemplate() bool {
	return f.spelling == api && (f.shape == properties || f.shape == templateResource)
}

// resource reads the resource around the selectors in a template or a plan.
func (p *parser) resource(t *tree) error {
	want, inside := p.typeOfTrail(), "Properties"
	if p.shape == planResource {
		inside = "values or change.after"
	}
	found := false
	trail := func(at place) error {
		if found {
			return at.errorf(ErrConflict, "there is already another description of the trail")
		}
		found = true
		return p.trail(t, at)
	}
	others := func(name string, at place) error {
		switch {
		case name == "Properties" && p.shape == templateResource,
			name == "values" && p.shape == planResource:
			return trail(at)
		case name == "change" && p.shape == planResource:
			return p.members(at, nil, func(name string, at place) error {
				if name == "after" {
					return trail(at)
				}
				return p.passOver(at)
			}, nil)
		}
		return p.passOver(at)
	}
	var typ leaf
	err := p.members(t.place, []string{"Type"}, others, func(_ string, at place) (err error) {
		typ, err = p.string(at)
		return err
	})
	switch {
	case err != nil:
		return err
	case typ.text != want:
		if !typ.present() {
			typ.place = t.place
		}
		return typ.errorf(ErrValue, "the type of the resource is %q, not %s", typ.text, want)
	case !found:
		return t.errorf(ErrField, "%s is missing: the trail does not exist", inside)
	}
	return nil
}

// pass passes over what a trail has beside selectors. A name with "selector" in it that is not known
// is a mistake more likely than it is news.
func (p *parser) pass(name string, at place) error {
	if strings.Contains(strings.ToLower(name), "selector") &&
		name != "InsightSelectors" && name != "insight_selector" {
		return at.unknown(name, p.spelling.spellAll([]string{"EventSelectors", "AdvancedEventSelectors"}))
	}
	return p.passOver(at)
}

// passOver reads a value, and makes sure that no object in it has a name twice.
func (p *parser) passOver(at place) error {
	kind := p.scan.Peek()
	if kind != jsonscan.Object && kind != jsonscan.Array {
		_, err := p.scan.Value()
		if err != nil {
			return at.syntax(err)
		}
		return nil
	}
	if strings.Count(at.pointer, "/") >= jsonscan.MaxDepth { // which bounds the recursion too
		return at.errorf(ErrLimit, "nested deeper than %d levels", jsonscan.MaxDepth)
	}
	if kind == jsonscan.Object {
		return p.members(at, nil, func(_ string, at place) error { return p.passOver(at) }, nil)
	}
	_, err := list(p, at, func(at place) (struct{}, error) { return struct{}{}, p.passOver(at) })
	return err
}

// unknown returns the error that a name is none of some.
func (at place) unknown(name string, names []string) error {
	return at.errorf(ErrField, "unknown name %q%s", name, spell.DidYouMean(name, names...))
}
