package selector

import (
	"encoding/json"
	"errors"
	"maps"
	"regexp"
	"slices"
	"strings"
	"testing"

	"github.com/aws/aws-sdk-go-v2/service/cloudtrail/types"
	"github.com/google/go-cmp/cmp"
)

// formats turn the API's text of selectors into other formats. One returns "" for what it cannot say.
var formats = map[string]func(top object) string{
	"list": func(top object) string {
		if list := onlyList(top); list != nil {
			return marshal(list)
		}
		return ""
	},
	"console": func(top object) string { return marshal(respell(top, toConsole)) },
	"console-list": func(top object) string {
		if list := onlyList(top); list != nil {
			return marshal(respell(list, toConsole))
		}
		return ""
	},
	"template": func(top object) string { return marshal(template(top)) },
	"template-resource": func(top object) string {
		return marshal(object{"Type": "AWS::CloudTrail::Trail", "Metadata": []any{1, nil}, "Properties": template(top)})
	},
	"plan": func(top object) string { return marshal(plan(top)) },
	"plan-resource": func(top object) string {
		return marshal(object{"type": "aws_cloudtrail", "name": "t", "values": plan(top)})
	},
	"template-file": func(top object) string {
		return marshal(object{"Resources": object{"Logs": object{"Type": "AWS::S3::Bucket"},
			"Audit": object{"Type": "AWS::CloudTrail::Trail", "DependsOn": "Logs", "Properties": template(top)}}, "Outputs": nil})
	},
	"plan-file": func(top object) string {
		return marshal(object{"format_version": "1.2", "planned_values": object{"outputs": object{}, "root_module": object{
			"resources": []any{object{"address": "aws_s3_bucket.logs", "type": "aws_s3_bucket", "values": object{}}},
			"child_modules": []any{object{"address": "module.audit", "resources": []any{
				object{"address": "module.audit.aws_cloudtrail.t", "mode": "managed", "type": "aws_cloudtrail", "name": "t", "values": plan(top)}}}}}},
			"resource_changes": []any{object{"address": "module.audit.aws_cloudtrail.t", "type": "aws_cloudtrail",
				"change": object{"before": nil, "after": plan(top), "after_unknown": object{"arn": true, "event_selector": []any{object{}}}}}}})
	},
	"plan-state": func(top object) string {
		return marshal(object{"format_version": "1.0", "values": object{"root_module": object{
			"resources": []any{object{"address": "aws_cloudtrail.t", "type": "aws_cloudtrail", "values": plan(top)}}}}})
	},
	"plan-changes": func(top object) string {
		return marshal(object{"resource_changes": []any{
			object{"address": "aws_cloudtrail.old", "type": "aws_cloudtrail", "change": object{"before": plan(top), "after": nil}},
			object{"address": "aws_cloudtrail.t", "type": "aws_cloudtrail", "change": object{"before": nil, "after": plan(top)}}}})
	},
	"plan-change": func(top object) string {
		return marshal(object{"type": "aws_cloudtrail", "change": object{"before": nil, "after": plan(top)}})
	},
}

// onlyList returns the one list of selectors, if there is one and it tells by its first element what
// it is.
func onlyList(top object) []any {
	basic, _ := top["EventSelectors"].([]any)
	advanced, _ := top["AdvancedEventSelectors"].([]any)
	switch {
	case top["TrailARN"] != nil:
		return nil
	case len(advanced) > 0 && len(basic) == 0:
		return advanced
	case len(basic) > 0 && len(advanced) == 0 && len(basic[0].(object)) > 0:
		return basic
	}
	return nil
}

func template(top object) object {
	properties := object{"S3BucketName": "logs", "IsLogging": true, "InsightSelectors": []any{}}
	for name, v := range top {
		properties[name] = v
	}
	return properties
}

func plan(top object) object {
	values := object{"s3_bucket_name": "logs", "insight_selector": []any{}, "tags": object{"a": "b"}}
	for name, v := range respell(top, toTerraform).(object) {
		values[strings.TrimPrefix(name, "trail_")] = v
	}
	return values
}

func respell(v any, name func(string) string) any {
	switch v := v.(type) {
	case []any:
		list := []any{}
		for _, e := range v {
			list = append(list, respell(e, name))
		}
		return list
	case object:
		o := object{}
		for n, e := range v {
			o[name(n)] = respell(e, name)
		}
		return o
	}
	return v
}

func toConsole(name string) string { return strings.ToLower(name[:1]) + name[1:] }

var word = regexp.MustCompile(`[A-Z]+[a-z]*`)

func toTerraform(name string) string {
	words := word.FindAllString(name, -1)
	snake := strings.ToLower(strings.Join(words, "_"))
	switch name {
	case "EventSelectors", "AdvancedEventSelectors", "FieldSelectors", "DataResources":
		return strings.TrimSuffix(snake, "s")
	}
	return snake
}

// TestFormats says the same in all formats. All are refused, or all have one canonical form.
func TestFormats(t *testing.T) {
	said := map[string]int{}
	for seed := range uint64(1500) {
		text := newGenerator(seed).selectors()
		top, _ := pointed(text, "")
		s, wantErr := Compile(text)
		for name, format := range formats {
			other := format(top.(object))
			if other == "" || name[:4] == "plan" && strings.Contains(text, `Equals":[]`) {
				continue
			}
			got, err := Compile(other)
			if (err == nil) != (wantErr == nil) {
				t.Errorf("%s: %v\n%s: %v, in the format %s", text, wantErr, other, err, name)
				continue
			}
			if err != nil {
				checkError(t, other, err)
				continue
			}
			said[name]++
			if marshal(got) != marshal(s) {
				t.Errorf("%s is %s\n%s is %s, in the format %s", text, marshal(s), other, marshal(got), name)
			}
		}
	}
	for name := range formats {
		if said[name] < 500 {
			t.Errorf("only %d selectors in the format %s", said[name], name)
		}
	}
}

// FuzzFormats is FuzzCompile with seeds of all formats.
func FuzzFormats(f *testing.F) {
	for _, c := range readCases(f, "testdata/formats.jsonl") {
		f.Add(string(c.Selectors))
	}
	for seed := range uint64(20) {
		top, _ := pointed(newGenerator(seed).selectors(), "")
		for _, format := range formats {
			f.Add(format(top.(object)))
		}
	}
	r := newGenerator(1).record()
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
		checkAgreement(t, s, slow, r)
		checkCanonical(t, s)
	})
}

// checkCanonical checks that the canonical form of s is its own canonical form, and means the same to
// the twin.
func checkCanonical(t *testing.T, s *Selector) {
	t.Helper()
	text := marshal(s)
	again, err := Compile(text)
	if err != nil {
		t.Fatalf("%s in canonical form: %s: %v", s, text, err)
	}
	if marshal(again) != text {
		t.Errorf("%s in canonical form: %s\nand again: %s", s, text, marshal(again))
	}
	slow, err := compileSlow(text)
	if err != nil {
		t.Fatalf("%s: the twin says %v", text, err)
	}
	g := newGenerator(1)
	for range 3 {
		r := g.record()
		if got, want := slow.match(r), s.Match(parseRecord(t, []byte(r))); got != want {
			t.Errorf("%s: %v\nin canonical form: %s: %v\non %s", s, want, text, got, r)
		}
	}
}

func TestMarshalJSON(t *testing.T) {
	tests := []struct{ text, want string }{
		{`{"EventSelectors": [], "AdvancedEventSelectors": null}`, `{}`},
		{`[{"IncludeManagementEvents": true}]`, `{"EventSelectors":[{"ReadWriteType":"All",` +
			`"IncludeManagementEvents":true,"DataResources":[],"ExcludeManagementEventSources":[]}]}`},
		{`{"trailName": "t", "eventSelectors": [{"dataResources": [{"values": ["arn:aws:s3:::b/\u00e9"],
			"type": "AWS::S3::Object"}], "includeManagementEvents": false}]}`,
			`{"TrailName":"t","EventSelectors":[{"ReadWriteType":"All","IncludeManagementEvents":false,` +
				`"DataResources":[{"Type":"AWS::S3::Object","Values":["arn:aws:s3:::b/é"]}],` +
				`"ExcludeManagementEventSources":[]}]}`},
		{`[{"field_selector": [{"equals": ["Management"], "not_equals": [], "field": "eventCategory"}], "name": "m"}]`,
			`{"AdvancedEventSelectors":[{"Name":"m","FieldSelectors":[{"Field":"eventCategory",` +
				`"Equals":["Management"]}]}]}`},
	}
	for _, test := range tests {
		s, err := Compile(test.text)
		if err != nil {
			t.Fatalf("%s: %v", test.text, err)
		}
		if got := marshal(s); got != test.want {
			t.Errorf("%s\n got %s\nwant %s", test.text, got, test.want)
		}
	}
	for seed := range uint64(500) {
		if s, err := Compile(newGenerator(seed).selectors()); err == nil {
			checkCanonical(t, s)
		}
	}
}

// TestFromSDK hands the same selectors over as values of the SDK.
func TestFromSDK(t *testing.T) {
	for seed := range uint64(1000) {
		text := newGenerator(seed).selectors()
		var input struct {
			TrailARN               string
			EventSelectors         []types.EventSelector
			AdvancedEventSelectors []types.AdvancedEventSelector
		}
		if err := json.Unmarshal([]byte(text), &input); err != nil {
			t.Fatal(err)
		}
		if input.TrailARN != "" {
			continue
		}
		s, wantErr := Compile(text)
		got, err := FromSDK(input.EventSelectors, input.AdvancedEventSelectors)
		if (err == nil) != (wantErr == nil) {
			t.Errorf("%s: %v, from values of the SDK: %v", text, wantErr, err)
		} else if err == nil {
			if diff := cmp.Diff(marshal(s), marshal(got)); diff != "" || got.String() != marshal(got) {
				t.Errorf("%s: from values of the SDK (-want +got)\n%s", text, diff)
			}
		}
	}
	if s, err := FromSDK(nil, nil); err != nil || s.String() != "{}" {
		t.Errorf("FromSDK(nil, nil) = %v, %v", s, err)
	}
	bad := "\xff"
	if _, err := FromSDK(nil, []types.AdvancedEventSelector{{Name: &bad}}); err == nil {
		t.Error("a name that is not UTF-8 is accepted")
	}
	_, err := FromSDK([]types.EventSelector{{ReadWriteType: "read-only"}}, nil)
	if err == nil || !strings.Contains(err.Error(), "in /EventSelectors/0/ReadWriteType (offset 36)") {
		t.Errorf("an error from values of the SDK: %v", err)
	}
}

// A planOf has the trails of some addresses, each of which logs writes to a bucket of its own.
func planOf(addresses ...string) string {
	var resources []any
	for _, a := range addresses {
		resources = append(resources, object{"address": a, "mode": "managed", "type": "aws_cloudtrail", "values": object{
			"event_selector": []any{object{"data_resource": []any{object{"type": "AWS::S3::Object", "values": []any{"arn:aws:s3:::" + a + "/"}}}}}}})
	}
	return marshal(object{"format_version": "1.2", "planned_values": object{"root_module": object{"resources": resources}}})
}

func TestCompileAll(t *testing.T) {
	tests := []struct{ text, want string }{
		{planOf("aws_cloudtrail.a", "module.m.aws_cloudtrail.b"), "aws_cloudtrail.a, module.m.aws_cloudtrail.b"},
		{planOf("aws_cloudtrail.a"), "aws_cloudtrail.a"},
		{planOf(), "there is no trail in the text, which would be of the type aws_cloudtrail (offset 0)"},
		{planOf("a", "a"), "there are two trails a in /planned_values/root_module/resources/1"},
		{`{"Resources": {"A": {"Type": "AWS::CloudTrail::Trail", "Properties": {"IsLogging": true}}, "B": {"Type": "AWS::CloudTrail::Trail",
			"Properties": {"EventSelectors": [{"IncludeManagementEvents": "true"}]}}, "C": null}}`, "A, B"},
		{`{"Resources": {"A": {"Type": "AWS::CloudTrail::Trail", "Properties": {"EventSelectors": [{"ReadWriteType": "None"}]}}}}`,
			`ReadWriteType "None" is not valid in /Resources/A/Properties/EventSelectors/0/ReadWriteType (offset 107)`},
		{`{"Resources": {"A": {"Type": "AWS::S3::Bucket"}}}`, "would be of the type AWS::CloudTrail::Trail"},
		{`{"Resources": {"A": {"Type": "AWS::CloudTrail::Trail"}}}`, "Properties is missing"},
		{`{"Resources": {"A": {"Type": "AWS::CloudTrail::Trail", "Properties": {"EventSelectors": [{"DataResources": [
			{"Type": "AWS::S3::Object", "Values": [{"Fn::Sub": "${Bucket.Arn}/"}]}]}]}}}}`,
			"the function Fn::Sub where a string is due: functions of a template have to be resolved first in /Resources/A/Properties/EventSelectors/0/DataResources/0/Values/0"},
		{`{"Resources": {"A": {"Type": "AWS::CloudTrail::Trail", "Properties": {"EventSelectors": {"Ref": "P"}}}}}`, "the function Ref where an array is due"},
		{`{"Resources": []}`, "an array where an object is due in /Resources"},
		{`{"resource_changes": [{"type": "aws_cloudtrail", "change": {"after": {}, "after_unknown": {"event_selector": [{"data_resource": [{"values": [true]}]}]}},
			"address": "aws_cloudtrail.t"}]}`, "the selectors of aws_cloudtrail.t are known only after the plan was applied in /resource_changes/0/change/after_unknown/event_selector"},
		{`{"resource_changes": [{"type": "aws_cloudtrail", "change": {"after": {}}}]}`, "the trail in /resource_changes/0"},
		{`{"planned_values": {}, "planned_values": {}}`, "planned_values is there twice"},
		{`{"planned_values": {}} 5`, "expected the end of the text"},
		{`{"TrailName": "t"}`, "t"},
		{`{"TrailARN": "arn:aws:cloudtrail:us-east-1:111122223333:trail/t"}`, "arn:aws:cloudtrail:us-east-1:111122223333:trail/t"},
		{`[]`, ""},
	}
	for _, test := range tests {
		trails, err := CompileAll(test.text)
		if err != nil {
			checkError(t, test.text, err)
			if !strings.Contains(err.Error(), test.want) {
				t.Errorf("%s: %v, want %s", test.text, err, test.want)
			}
			continue
		}
		if got := strings.Join(slices.Sorted(maps.Keys(trails)), ", "); got != test.want {
			t.Errorf("%s: %s, want %s", test.text, got, test.want)
		}
		for name, s := range trails {
			if s.String() != test.text {
				t.Errorf("%s: the text of %s is %s", test.text, name, s)
			}
		}
	}
	deep := `{"planned_values": {"root_module": ` + strings.Repeat(`{"child_modules": [`, 2000) + strings.Repeat(`]}`, 2000) + `}}`
	if _, err := CompileAll(deep); !errors.Is(err, ErrLimit) {
		t.Errorf("modules 2000 deep: %v", err)
	}
}

// TestCompileSeveral compiles a text with several trails as if it had one.
func TestCompileSeveral(t *testing.T) {
	_, err := Compile(planOf("aws_cloudtrail.a", "module.m.aws_cloudtrail.b"))
	const want = "there are 2 trails: aws_cloudtrail.a, module.m.aws_cloudtrail.b; choose one of those that CompileAll returns"
	if err == nil || !strings.Contains(err.Error(), want) || !errors.Is(err, ErrConflict) {
		t.Errorf("%v, want %s", err, want)
	}
	trails, err := CompileAll(planOf("aws_cloudtrail.a", "aws_cloudtrail.b"))
	if err != nil {
		t.Fatal(err)
	}
	r := parseRecord(t, []byte(`{"eventCategory": "Data", "eventName": "PutObject", "eventSource": "s3.amazonaws.com",
		"resources": [{"type": "AWS::S3::Object", "ARN": "arn:aws:s3:::aws_cloudtrail.b/x"}]}`))
	if trails["aws_cloudtrail.a"].Match(r) || !trails["aws_cloudtrail.b"].Match(r) {
		t.Error("the trails are mixed up")
	}
	const pointer = "/planned_values/root_module/resources/1/values/event_selector/0/data_resource/0/values/0"
	if reason := trails["aws_cloudtrail.b"].Explain(r); reason.Pointer != pointer {
		t.Errorf("the pointer is %s", reason.Pointer)
	}
}
