package main

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"os"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/service/cloudtrail"
	"github.com/aws/aws-sdk-go-v2/service/cloudtrail/types"

	"github.com/trailsieve/trailsieve/selector"
)

// A change is what new selectors would do to a trail, or did.
type change struct {
	Trail    string             `json:"trail"`
	ARN      string             `json:"trailARN"`
	Stops    []string           `json:"stops"`  // being logged
	Starts   []string           `json:"starts"` // likewise
	Complete bool               `json:"complete"`
	Findings []selector.Finding `json:"findings,omitempty"` // in the new selectors
	Applied  bool               `json:"applied"`

	asked bool // to apply it
}

// change compares the trail's selectors with those of the file and, if it is asked to, puts them. If
// that fails, there is a change and an error.
func (o *options) change(ctx context.Context, client *cloudtrail.Client, trails []*trail) (*change, error) {
	if len(trails) > 1 {
		return nil, fmt.Errorf("%d trails in several Regions are called %q: say which by its ARN", len(trails), o.trail)
	}
	t := trails[0]
	if t.err != nil {
		return nil, t.err
	}
	text, err := os.ReadFile(o.put)
	if err != nil {
		return nil, err
	}
	want, err := selector.Compile(string(text))
	if err != nil {
		return nil, fmt.Errorf("%s: %w", o.put, err)
	}
	d := selector.Diff(t.selectors, want)
	c := &change{Trail: t.name(), ARN: aws.ToString(t.TrailARN), Complete: d.Complete,
		Stops: []string{}, Starts: []string{}, Findings: want.Lint(aws.ToString(t.S3BucketName))}
	for _, x := range d.Stops {
		c.Stops = append(c.Stops, x.String())
	}
	for _, x := range d.Starts {
		c.Starts = append(c.Starts, x.String())
	}
	if c.asked = o.apply; c.asked {
		err = put(ctx, client, t, want)
		c.Applied = err == nil
	}
	return c, err
}

// put gives the trail new selectors, and looks whether they are those that CloudTrail has then. A trail
// that the file names, as the answer of GetEventSelectors does, is only where they come from.
func put(ctx context.Context, client *cloudtrail.Client, t *trail, want *selector.Selector) error {
	text, err := want.MarshalJSON()
	if err != nil {
		return err
	}
	var lists struct {
		EventSelectors         []types.EventSelector
		AdvancedEventSelectors []types.AdvancedEventSelector
	}
	if err := json.Unmarshal(text, &lists); err != nil {
		return err
	}
	if len(lists.EventSelectors)+len(lists.AdvancedEventSelectors) == 0 {
		return errors.New("there are no selectors to put: CloudTrail takes one at least")
	}
	input := cloudtrail.PutEventSelectorsInput{TrailName: t.TrailARN, EventSelectors: lists.EventSelectors,
		AdvancedEventSelectors: lists.AdvancedEventSelectors}
	out, err := client.PutEventSelectors(ctx, &input, t.home())
	if err != nil {
		return err
	}
	has, err := selector.FromSDK(out.EventSelectors, out.AdvancedEventSelectors)
	if err != nil {
		return fmt.Errorf("CloudTrail took the selectors and answered with others: %w", err)
	}
	sent, err := selector.FromSDK(input.EventSelectors, input.AdvancedEventSelectors)
	if err != nil {
		return err
	}
	if has.String() != sent.String() {
		return fmt.Errorf("CloudTrail took the selectors and has others now: %s", has)
	}
	return nil
}
