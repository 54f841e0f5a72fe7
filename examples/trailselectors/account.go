package main

import (
	"context"
	"errors"
	"fmt"
	"slices"
	"strings"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/service/cloudtrail"
	"github.com/aws/aws-sdk-go-v2/service/cloudtrail/types"
	"github.com/aws/smithy-go"

	"github.com/trailsieve/trailsieve/selector"
)

// A trail is what CloudTrail says of one.
type trail struct {
	types.Trail
	selectors   *selector.Selector // nil if they could not be read, as err tells
	logging     state
	undelivered string // the error of S3, if the last log file could not be delivered
	err         error  // why there are no selectors
}

// A state is whether a trail is switched on.
type state string

const (
	logging state = "logging"
	stopped state = "stopped"
	unknown state = "unknown"
)

// fetch returns the trails of the account, with their selectors, by name; or only the one that is named.
// What could not be read of a trail is in its err and among the problems.
//
// No single call names all trails: DescribeTrails knows those of the Region that is asked, the
// multi-Region ones of others, and those of the organization; ListTrails knows the account's own in all
// Regions, and nothing but their names. So both are asked. Selectors and status can be had in the
// trail's home Region only: elsewhere the service says TrailNotFoundException or complains of the ARN.
func fetch(ctx context.Context, client *cloudtrail.Client, only string) (trails []*trail, problems []string, err error) {
	described, err := client.DescribeTrails(ctx, &cloudtrail.DescribeTrailsInput{})
	if err != nil {
		return nil, nil, err
	}
	known := make(map[string]bool) // by ARN
	add := func(list []types.Trail) {
		for _, t := range list {
			if arn := aws.ToString(t.TrailARN); !known[arn] {
				known[arn] = true
				trails = append(trails, &trail{Trail: t})
			}
		}
	}
	add(described.TrailList)

	pages := cloudtrail.NewListTrailsPaginator(client, &cloudtrail.ListTrailsInput{})
	for pages.HasMorePages() {
		page, err := pages.NextPage(ctx)
		if err != nil {
			problems = append(problems, fmt.Sprintf("single-Region trails of Regions other than %s may be missing: %v",
				client.Options().Region, explainAPI(err)))
			break
		}
		for _, info := range page.Trails {
			arn := aws.ToString(info.TrailARN)
			if known[arn] {
				continue
			}
			out, err := client.DescribeTrails(ctx, &cloudtrail.DescribeTrailsInput{TrailNameList: []string{arn}},
				at(aws.ToString(info.HomeRegion)))
			if err != nil {
				problems = append(problems, fmt.Sprintf("trail %s: %v", aws.ToString(info.Name), explainAPI(err)))
				known[arn] = true
				trails = append(trails, &trail{err: err, logging: unknown,
					Trail: types.Trail{Name: info.Name, TrailARN: info.TrailARN, HomeRegion: info.HomeRegion}})
				continue
			}
			add(out.TrailList)
		}
	}
	slices.SortFunc(trails, func(a, b *trail) int {
		if c := strings.Compare(a.name(), b.name()); c != 0 {
			return c
		}
		return strings.Compare(aws.ToString(a.TrailARN), aws.ToString(b.TrailARN))
	})
	if only != "" {
		all := trails
		trails = slices.DeleteFunc(slices.Clone(all), func(t *trail) bool {
			return t.name() != only && aws.ToString(t.TrailARN) != only
		})
		if len(trails) == 0 {
			return nil, nil, noSuchTrail(only, all)
		}
	}
	for _, t := range trails {
		if t.err == nil {
			problems = append(problems, t.read(ctx, client)...)
		}
	}
	return trails, problems, nil
}

func noSuchTrail(name string, all []*trail) error {
	if len(all) == 0 {
		return fmt.Errorf("there is no trail %q, nor any other", name)
	}
	names := make([]string, len(all))
	for i, t := range all {
		names[i] = t.name()
	}
	return fmt.Errorf("there is no trail %q; there are %s", name, strings.Join(names, ", "))
}

// read fetches the selectors and the status of the trail.
func (t *trail) read(ctx context.Context, client *cloudtrail.Client) (problems []string) {
	t.logging = unknown
	status, err := client.GetTrailStatus(ctx, &cloudtrail.GetTrailStatusInput{Name: t.TrailARN}, t.home())
	switch {
	case err != nil:
		problems = append(problems, fmt.Sprintf("trail %s: is it logging? %v", t.name(), t.explainAPI(err)))
	case aws.ToBool(status.IsLogging):
		t.logging = logging
	default:
		t.logging = stopped
	}
	if err == nil {
		t.undelivered = aws.ToString(status.LatestDeliveryError)
	}
	out, err := client.GetEventSelectors(ctx, &cloudtrail.GetEventSelectorsInput{TrailName: t.TrailARN}, t.home())
	if err == nil {
		t.selectors, err = selector.FromSDK(out.EventSelectors, out.AdvancedEventSelectors)
	}
	if err != nil {
		t.err = err
		problems = append(problems, fmt.Sprintf("trail %s: %v", t.name(), t.explainAPI(err)))
	}
	return problems
}

// explainAPI is [explainAPI] for a call about the trail. Those of an organization show in each of its
// accounts, but what they select is refused outside the one that has it, whatever the caller may do.
func (t *trail) explainAPI(err error) error {
	parts := strings.Split(aws.ToString(t.TrailARN), ":")
	if !aws.ToBool(t.IsOrganizationTrail) || len(parts) < 6 {
		return explainAPI(err)
	}
	return fmt.Errorf("%w (it is the organization's trail: ask in account %s, which has it)", explainAPI(err), parts[4])
}

func (t *trail) name() string                    { return aws.ToString(t.Name) }
func (t *trail) home() func(*cloudtrail.Options) { return at(aws.ToString(t.HomeRegion)) }

// partition returns the AWS partition that the trail is in, as aws or aws-cn.
func (t *trail) partition() string {
	if parts := strings.Split(aws.ToString(t.TrailARN), ":"); len(parts) > 1 {
		return parts[1]
	}
	return "aws"
}

// at makes a call go to another Region.
func at(region string) func(*cloudtrail.Options) {
	return func(o *cloudtrail.Options) {
		if region != "" {
			o.Region = region
		}
	}
}

// explainAPI adds to what the service or the SDK says what can be done about it.
func explainAPI(err error) error {
	var api smithy.APIError
	var op *smithy.OperationError
	if !errors.As(err, &api) || !errors.As(err, &op) {
		return err
	}
	text := fmt.Sprintf("%s: %s: %s", op.Operation(), api.ErrorCode(), api.ErrorMessage())
	switch code := api.ErrorCode(); {
	case strings.HasPrefix(code, "AccessDenied"):
		text += fmt.Sprintf(" (the caller needs cloudtrail:%s)", op.Operation())
	case strings.Contains(code, "Throttling"):
		text += " (CloudTrail was asked too often, and tried again in vain: wait and ask again)"
	case code == "ExpiredTokenException" || code == "UnrecognizedClientException":
		text += " (the credentials are not or no longer valid)"
	}
	return errors.New(text)
}
