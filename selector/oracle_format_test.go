package selector

import (
	"maps"
	"regexp"
	"slices"
	"strings"
)

// This file is the part of the twin that knows formats. It turns the value of any of them into that
// of the API's before all else looks at it.

func toAPISlow(v any) object {
	switch v := v.(type) {
	case []any:
		return listToAPISlow(v)
	case object:
		names := func(list ...string) bool {
			return slices.ContainsFunc(list, func(name string) bool { _, ok := v[name]; return ok })
		}
		switch {
		case names("planned_values", "resource_changes"), names("values") && names("format_version"), names("Resources"):
			trails := fileSlow(v)
			refuseIf(len(trails) != 1, "%d trails", len(trails))
			return toAPISlow(trails[0])
		case names("Properties"):
			refuseIf(v["Type"] != "AWS::CloudTrail::Trail", "Type %v", v["Type"])
			inner, ok := v["Properties"].(object)
			refuseIf(!ok, "no Properties")
			return trailToAPISlow(inner, sameSlow, true)
		case names("values", "change"):
			refuseIf(v["type"] != "aws_cloudtrail", "type %v", v["type"])
			change, _ := get[object](v, "change")
			planned, ok := get[object](v, "values")
			after, changed := get[object](change, "after")
			refuseIf(ok == changed, "two trails, or none")
			if changed {
				planned = after
			}
			return trailToAPISlow(planned, fromTerraformSlow, true)
		case names("event_selector", "advanced_event_selector", "s3_bucket_name"):
			return trailToAPISlow(v, fromTerraformSlow, true)
		case names("S3BucketName", "IsLogging"):
			return trailToAPISlow(v, sameSlow, true)
		case names("eventSelectors", "advancedEventSelectors", "trailName", "trailARN"):
			return trailToAPISlow(v, fromConsoleSlow, false)
		}
		return v
	}
	panic(refused("neither an object nor an array"))
}

// fileSlow returns the resources of a template, plan or state that are trails.
func fileSlow(file object) (trails []any) {
	some := func(v any) (o object, ok bool) {
		o, ok = v.(object)
		refuseIf(v != nil && !ok, "no object: %v", v)
		return o, ok
	}
	is := func(v any, typ string) bool {
		o, ok := v.(object)
		refuseIf(!ok, "no object: %v", v)
		return o["type"] == typ && o["mode"] != "data" || o["Type"] == typ && typ != "aws_cloudtrail"
	}
	modules := false
	var module func(v any)
	module = func(v any) {
		m, ok := v.(object)
		refuseIf(!ok, "no object: %v", v)
		modules = true
		resources, _ := get[[]any](m, "resources")
		for _, r := range resources {
			if is(r, "aws_cloudtrail") {
				trails = append(trails, r)
			}
		}
		children, _ := get[[]any](m, "child_modules")
		for _, c := range children {
			module(c)
		}
	}
	isPlan := false
	for _, name := range []string{"planned_values", "values"} {
		if file["planned_values"] == nil && file["resource_changes"] == nil && (file["values"] == nil || file["format_version"] == nil) {
			break
		}
		isPlan = true
		if values, ok := some(file[name]); ok && values["root_module"] != nil {
			module(values["root_module"])
		}
	}
	if !isPlan {
		resources, _ := some(file["Resources"])
		for _, name := range slices.Sorted(maps.Keys(resources)) {
			if resources[name] != nil && is(resources[name], "AWS::CloudTrail::Trail") {
				trails = append(trails, resources[name])
			}
		}
		return trails
	}
	changes, _ := get[[]any](file, "resource_changes")
	var changed []any
	for _, c := range changes {
		trail := is(c, "aws_cloudtrail")
		change, hasChange := c.(object)["change"].(object)
		unknown, _ := change["after_unknown"].(object)
		for _, name := range []string{"event_selector", "advanced_event_selector"} {
			refuseIf(trail && strings.Contains(marshal(unknown[name]), "true"), "unknown yet")
		}
		if trail && !(hasChange && change["after"] == nil) {
			changed = append(changed, c)
		}
	}
	if !modules {
		return changed
	}
	return trails
}

func listToAPISlow(list []any) object {
	if len(list) > 0 {
		first, _ := list[0].(object)
		for _, names := range []struct {
			basic, advanced string
			rename          func(string) string
		}{
			{"ReadWriteType IncludeManagementEvents DataResources ExcludeManagementEventSources",
				"FieldSelectors", sameSlow},
			{"readWriteType includeManagementEvents dataResources excludeManagementEventSources",
				"fieldSelectors", fromConsoleSlow},
			{"read_write_type include_management_events data_resource exclude_management_event_sources",
				"field_selector", fromTerraformSlow},
		} {
			if _, ok := first[names.advanced]; ok {
				return object{"AdvancedEventSelectors": renameSlow(list, names.rename)}
			}
			for name := range first {
				if slices.Contains(strings.Fields(names.basic), name) {
					return object{"EventSelectors": renameSlow(list, names.rename)}
				}
			}
		}
	}
	return object{"EventSelectors": list}
}

// trailToAPISlow keeps what is about selectors of all that there is about a trail, if there is more.
func trailToAPISlow(trail object, rename func(string) string, more bool) object {
	top := object{}
	for name, v := range trail {
		known := ""
		switch {
		case name == "arn":
			known = "TrailARN"
		case name == "name":
			known = "TrailName"
		case !strings.HasPrefix(rename(name), "!"):
			known = rename(name)
		}
		mine := slices.Contains([]string{"EventSelectors", "AdvancedEventSelectors", "TrailARN", "TrailName"}, known)
		if (name == "arn" || name == "name") && rename("read_write_type") != "ReadWriteType" {
			mine = false
		}
		switch {
		case mine:
			if more && rename("Type") == "Type" {
				unquoteBooleansSlow(v)
			}
			top[known] = renameSlow(v, rename)
		case !more:
			panic(refused("unknown " + name))
		case strings.Contains(strings.ToLower(name), "selector") && v != nil:
			refuseIf(name != "InsightSelectors" && name != "insight_selector", "unknown %s", name)
		}
	}
	return top
}

// renameSlow renames all members in a value. The result has an unknown name where rename knows none,
// and no operators without values if it knows Terraform's names.
func renameSlow(v any, rename func(string) string) any {
	switch v := v.(type) {
	case []any:
		list := []any{}
		for _, e := range v {
			list = append(list, renameSlow(e, rename))
		}
		return list
	case object:
		renamed := object{}
		for name, e := range v {
			if list, ok := e.([]any); ok && len(list) == 0 && rename("not_equals") == "NotEquals" &&
				slices.Contains(sixOperators, rename(name)) {
				continue
			}
			renamed[rename(name)] = renameSlow(e, rename)
		}
		return renamed
	}
	return v
}

func sameSlow(name string) string { return name }

func fromConsoleSlow(name string) string {
	if name == "" || name[0] < 'a' || name[0] > 'z' {
		return "!" + name
	}
	return strings.ToUpper(name[:1]) + name[1:]
}

var (
	snake  = regexp.MustCompile(`^[a-z]+(_[a-z]+)*$`)
	letter = regexp.MustCompile(`(^|_)[a-z]`)
)

func fromTerraformSlow(name string) string {
	pascal := letter.ReplaceAllStringFunc(name, func(s string) string {
		return strings.ToUpper(strings.TrimPrefix(s, "_"))
	})
	switch pascal {
	case "EventSelector", "AdvancedEventSelector", "FieldSelector", "DataResource":
		pascal += "s"
	case "EventSelectors", "AdvancedEventSelectors", "FieldSelectors", "DataResources", "TrailName":
		return "!" + name
	}
	if !snake.MatchString(name) {
		return "!" + name
	}
	return pascal
}

// unquoteBooleansSlow replaces booleans in quotes, in the selectors of a template.
func unquoteBooleansSlow(v any) {
	list, _ := v.([]any)
	for _, e := range list {
		if b, ok := e.(object); ok {
			if s, ok := b["IncludeManagementEvents"].(string); ok && (s == "true" || s == "false") {
				b["IncludeManagementEvents"] = s == "true"
			}
		}
	}
}
