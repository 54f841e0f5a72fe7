package main

import (
	"bytes"
	"cmp"
	"encoding/json"
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"slices"
	"strings"

	"github.com/trailsieve/trailsieve/pricing"
	"github.com/trailsieve/trailsieve/selector"
)

// A trail is what the bill is for, and what the report needs to know beside.
type trail struct {
	pricing.Trail
	logBucket, arn, address string
}

// everything are the selectors of the trail that logs are put to if none is given. There is no way to say
// "all data events" for all kinds of resources at once; these three are what basic selectors know.
const everything = `{"EventSelectors": [{"ReadWriteType": "All", "IncludeManagementEvents": true, "DataResources": [
	{"Type": "AWS::S3::Object", "Values": ["arn:aws:s3"]},
	{"Type": "AWS::Lambda::Function", "Values": ["arn:aws:lambda"]},
	{"Type": "AWS::DynamoDB::Table", "Values": ["arn:aws:dynamodb"]}]}]}`

// setTrails sets the trails, and those to compare them with: from the configuration, or the story's, and
// then from the flags.
func (o *options) setTrails(g *given, c *config) error {
	described, err := readDescription(g.describe)
	if err != nil {
		return err
	}
	if c.Trails == nil && c.Compare == nil && len(g.trails) == 0 && o.synthetic > 0 {
		told, err := parseConfig(story)
		if err != nil {
			return fmt.Errorf("the story: %w", err)
		}
		c.Trails, c.Compare = told.Trails, told.Compare
	}
	if o.trails, err = c.trails(c.Trails, described); err != nil {
		return fmt.Errorf("%s: %w", g.config, err)
	}
	for _, text := range g.trails {
		t, _, err := parseTrail(text, func(name string) trail { return described[name] })
		if err != nil {
			return fmt.Errorf("-trail %s: %w", text, err)
		}
		if index(o.trails, t.Name) >= 0 {
			return fmt.Errorf("-trail %s: there is a trail %q already; NAME=FILE gives it another name", text, t.Name)
		}
		o.trails = append(o.trails, t)
	}
	if len(o.trails) == 0 {
		o.trails = []trail{{Trail: pricing.Trail{Name: "everything", Selector: selector.MustCompile(everything)}}}
		o.notes = append(o.notes, "no trail was given: the bill is for one, called everything, that logs all management events and "+
			"all data events of S3 objects, Lambda functions and DynamoDB tables")
	}
	o.compare, err = c.trails(c.Compare, described)
	if err != nil {
		return fmt.Errorf("%s: compare: %w", g.config, err)
	}
	if err := o.setCompared(g.compare); err != nil {
		return err
	}
	for _, t := range o.trails {
		o.lint(t)
	}
	return nil
}

// setCompared changes, adds and drops the trails that -compare names.
func (o *options) setCompared(texts []string) error {
	if len(texts) > 0 && o.compare == nil {
		o.compare = slices.Clone(o.trails)
	}
	for _, text := range texts {
		only := ""
		if len(o.trails) == 1 {
			only = o.trails[0].Name
		}
		t, drop, err := parseTrail(text, func(name string) trail {
			if i := index(o.compare, cmp.Or(name, only)); i >= 0 {
				return o.compare[i]
			}
			return trail{}
		})
		if err != nil {
			return fmt.Errorf("-compare %s: %w", text, err)
		}
		first, _, _ := strings.Cut(text, ",")
		if !strings.Contains(first, "=") && only != "" {
			t.Name = only // there is no other trail that it could be
		}
		i := index(o.compare, t.Name)
		switch {
		case drop && i < 0:
			return fmt.Errorf("-compare %s: there is no trail %q to be dropped", text, t.Name)
		case drop:
			o.compare = slices.Delete(o.compare, i, i+1)
		case i >= 0:
			o.compare[i] = t
		case !strings.Contains(first, "="):
			return fmt.Errorf("-compare %s: which of the %d trails is it for? NAME=FILE says so", text, len(o.trails))
		default:
			o.compare = append(o.compare, t)
		}
	}
	return nil
}

// lint notes what is odd about the selectors of a trail.
func (o *options) lint(t trail) {
	if t.Selector == nil {
		return
	}
	for _, f := range t.Selector.Lint(t.logBucket) {
		if f.Severity != selector.Notice {
			o.notes = append(o.notes, fmt.Sprintf("trail %s: %v", t.Name, f))
		}
	}
}

func index(trails []trail, name string) int {
	return slices.IndexFunc(trails, func(t trail) bool { return t.Name == name })
}

// pricingTrails returns what packages want.
func pricingTrails(trails []trail) []pricing.Trail {
	list := make([]pricing.Trail, len(trails))
	for i, t := range trails {
		list[i] = t.Trail
	}
	return list
}

// parseTrail reads what -trail and -compare have: NAME=FILE,OPTION... or FILE,OPTION... Before returns what
// is known of a trail already, by its name, or of the trail that has no name here. With NAME= and nothing
// behind it, drop is true.
func parseTrail(text string, before func(name string) trail) (t trail, drop bool, err error) {
	first, options, _ := strings.Cut(text, ",")
	name, file, named := strings.Cut(first, "=")
	if !named {
		name, file = "", first
	}
	switch {
	case named && name == "":
		return t, false, errors.New("no name before the equals sign")
	case named && file == "" && options == "":
		return trail{Trail: pricing.Trail{Name: name}}, true, nil
	case !named && file == "":
		return t, false, errors.New("no file with selectors")
	}
	var s *selector.Selector
	var known string
	if file != "" {
		if s, known, err = readSelectors(file); err != nil {
			return t, false, err
		}
	}
	if name == "" {
		name = known
		t = before("")
		if t.Name == "" {
			t = before(name)
		}
	} else {
		t = before(name)
	}
	t.Name = name
	if s != nil {
		t.Selector = s
	}
	if options != "" {
		for option := range strings.SplitSeq(options, ",") {
			if err := t.set(option); err != nil {
				return t, false, err
			}
		}
	}
	return t, false, nil
}

// set sets an option of a trail.
func (t *trail) set(option string) error {
	name, value, has := strings.Cut(option, "=")
	to := map[string]*string{
		"home": &t.HomeRegion, "account": &t.Account, "logs": &t.logBucket, "arn": &t.arn, "address": &t.address,
	}[name]
	switch {
	case to != nil && value != "":
		*to = value
	case to != nil:
		return fmt.Errorf("%s says nothing, as %s=VALUE would", option, name)
	case name == "multi" && !has:
		t.MultiRegion = true
	case name == "organization" && !has:
		t.Organization = true
	default:
		return fmt.Errorf("no such option: %q; there are home=, account=, logs=, arn=, address=, multi and organization "+
			"(for file names with commas there is -config)", option)
	}
	return nil
}

// readSelectors reads a file with selectors, and what the trail is called: by the text, or else by the file.
func readSelectors(file string) (s *selector.Selector, name string, err error) {
	text, err := os.ReadFile(file)
	if err != nil {
		return nil, "", err
	}
	if s, err = selector.Compile(string(text)); err != nil {
		return nil, "", fmt.Errorf("%s: %w", file, err)
	}
	var named struct{ TrailARN, TrailName string }
	json.Unmarshal(text, &named) // was compiled; names that are no strings are no names
	base := filepath.Base(file)
	name = cmp.Or(named.TrailARN[strings.LastIndexByte(named.TrailARN, '/')+1:], named.TrailName,
		strings.TrimSuffix(base, filepath.Ext(base)))
	return s, name, nil
}

// trails returns the trails of a configuration, with what is described elsewhere where they say nothing.
func (c *config) trails(configs []trailConfig, described map[string]trail) ([]trail, error) {
	var all []trail
	if configs != nil {
		all = []trail{} // to compare with no trails at all
	}
	for i, tc := range configs {
		switch {
		case tc.Name == "":
			return nil, fmt.Errorf("trail %d has no name", i+1)
		case index(all, tc.Name) >= 0:
			return nil, fmt.Errorf("there are two trails %q", tc.Name)
		}
		known := described[tc.Name]
		t := trail{
			Trail: pricing.Trail{
				Name: tc.Name, Account: cmp.Or(tc.Account, known.Account), Organization: tc.Organization || known.Organization,
				HomeRegion: cmp.Or(tc.HomeRegion, known.HomeRegion), MultiRegion: tc.MultiRegion || known.MultiRegion, Insights: tc.Insights,
			},
			logBucket: cmp.Or(tc.LogBucket, known.logBucket), arn: cmp.Or(tc.ARN, known.arn), address: tc.Address,
		}
		var err error
		if t.Selector, err = c.selectors(tc.Selectors); err != nil {
			return nil, fmt.Errorf("trail %q: %w", tc.Name, err)
		}
		all = append(all, t)
	}
	return all, nil
}

// selectors returns the selectors of a trail in a configuration.
func (c *config) selectors(text json.RawMessage) (*selector.Selector, error) {
	if len(text) == 0 || bytes.Equal(text, []byte("null")) {
		return nil, nil
	}
	var file string
	if json.Unmarshal(text, &file) == nil {
		if !filepath.IsAbs(file) {
			file = filepath.Join(c.folder, file)
		}
		s, _, err := readSelectors(file)
		return s, err
	}
	return selector.Compile(string(text))
}

// readDescription reads what aws cloudtrail describe-trails prints; no name gives nothing.
func readDescription(file string) (map[string]trail, error) {
	if file == "" {
		return nil, nil
	}
	text, err := os.ReadFile(file)
	if err != nil {
		return nil, err
	}
	var list struct {
		TrailList []struct {
			Name, TrailARN, S3BucketName, HomeRegion string
			IsMultiRegionTrail, IsOrganizationTrail  bool
		} `json:"trailList"`
	}
	if err := json.Unmarshal(text, &list); err != nil {
		return nil, fmt.Errorf("-describe %s: %w", file, err)
	}
	if list.TrailList == nil {
		return nil, fmt.Errorf("-describe %s: no trailList in it: aws cloudtrail describe-trails prints one", file)
	}
	trails := make(map[string]trail)
	for _, d := range list.TrailList {
		t := trail{
			Trail: pricing.Trail{
				Name: d.Name, HomeRegion: d.HomeRegion, MultiRegion: d.IsMultiRegionTrail, Organization: d.IsOrganizationTrail,
			},
			logBucket: d.S3BucketName, arn: d.TrailARN,
		}
		if parts := strings.Split(d.TrailARN, ":"); len(parts) == 6 { // arn:aws:cloudtrail:us-east-1:111122223333:trail/name
			t.Account = parts[4]
		}
		trails[d.Name] = t
	}
	return trails, nil
}
