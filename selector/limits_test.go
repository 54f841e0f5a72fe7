package selector

import (
	"errors"
	"strings"
	"testing"
)

func TestLimits(t *testing.T) {
	split := func(n, m int) string { // n values in one selector, m in another
		a, b := basicOf(n), basicOf(m)
		return strings.TrimSuffix(a, "]}") + "," + strings.TrimPrefix(b, `{"EventSelectors":[`)
	}
	tests := []struct {
		name   string
		limits Limits
		text   string
		want   string // part of the error, or nothing
	}{
		{"250 values", Limits{}, basicOf(250), ""},
		{"251 values", Limits{}, basicOf(251), "Specify a valid number of DataResources.Values (0 to 250)"},
		{"251 values, no limit", Limits{Values: -1}, basicOf(251), ""},
		{"fewer values", Limits{Values: 2}, basicOf(3), "(0 to 2)"},
		{"values of one", Limits{SelectorValues: 2}, split(2, 2), ""},
		{"too many values of one", Limits{SelectorValues: 2}, split(2, 3), "more than 2 DataResources.Values in one " +
			"selector in /EventSelectors/1/DataResources/0/Values/2"},
		{"6 selectors", Limits{}, `{"EventSelectors": [{}, {}, {}, {}, {}, {}]}`, "at most 5 in /EventSelectors/5"},
		{"6 selectors, no limit", Limits{Selectors: -1}, `{"EventSelectors": [{}, {}, {}, {}, {}, {}]}`, ""},
		{"500 conditions", Limits{}, advancedOf(498), ""},
		{"501 conditions", Limits{}, advancedOf(499), "maximum allowed number of filters is 500"},
		{"501 conditions, no limit", Limits{Conditions: -1}, advancedOf(499), ""},

		{"launch", LaunchLimits(), basicOf(50), ""},
		{"launch, 51 values", LaunchLimits(), basicOf(51), "more than 50 DataResources.Values in one selector"},
		{"launch, 100 values in two", LaunchLimits(), split(50, 50), ""},
		{"launch, 6 selectors", LaunchLimits(), `{"EventSelectors": [{}, {}, {}, {}, {}, {}]}`, "at most 5"},
		{"launch, none", LaunchLimits(), `{}`, ""},
		{"launch, advanced", LaunchLimits(), advancedOf(1), "no advanced event selectors yet in /AdvancedEventSelectors"},
		{"launch, all buckets", LaunchLimits(), `{"EventSelectors": [{"DataResources": [
			{"Type": "AWS::S3::Object", "Values": ["arn:aws:s3:::a/", "arn:aws:s3:::"]}]}]}`,
			"no value took all buckets yet in /EventSelectors/0/DataResources/0/Values/1"},
		{"launch, Lambda", LaunchLimits(), `{"EventSelectors": [{"DataResources": [
			{"Type": "AWS::Lambda::Function", "Values": []}]}]}`, "no data events of AWS::Lambda::Function yet"},
		{"launch, excluded source", LaunchLimits(), `{"EventSelectors": [
			{"ExcludeManagementEventSources": ["kms.amazonaws.com"]}]}`, "no source could be excluded yet"},
	}
	for _, test := range tests {
		s, err := test.limits.Compile(test.text)
		if test.want == "" {
			if err != nil {
				t.Errorf("%s: %v", test.name, err)
			} else if s.String() != test.text {
				t.Errorf("%s: String = %s", test.name, s)
			}
			continue
		}
		if !errors.Is(err, ErrLimit) || !strings.Contains(err.Error(), test.want) {
			t.Errorf("%s: %v, want an ErrLimit with %q", test.name, err, test.want)
		}
	}
}

// launchSlow is what selectors could be in 2016, in other words.
func launchSlow(s *slow) bool {
	for _, b := range s.basic {
		values := 0
		for _, d := range elements[object](b, "DataResources") {
			for _, v := range elements[string](d, "Values") {
				if takesAll.MatchString(v) {
					return false
				}
				values++
			}
			if d["Type"] != "AWS::S3::Object" {
				return false
			}
		}
		if values > 50 || len(elements[any](b, "ExcludeManagementEventSources")) > 0 {
			return false
		}
	}
	return len(s.advanced) == 0
}

// TestLaunchTwin also shows that what was valid at the launch is valid today.
func TestLaunchTwin(t *testing.T) {
	accepted := 0
	for seed := range uint64(2000) {
		text := newGenerator(seed).selectors()
		slow, err := compileSlow(text)
		want := err == nil && launchSlow(slow)
		_, err = LaunchLimits().Compile(text)
		if (err == nil) != want {
			t.Errorf("within LaunchLimits, Compile(%#q): %v, want accepted = %v", text, err, want)
		}
		if err != nil {
			checkError(t, text, err)
		} else {
			accepted++
		}
	}
	if accepted < 100 {
		t.Errorf("only %d were accepted", accepted)
	}
}
