package main

import (
	"cmp"
	"fmt"
	"slices"
	"strconv"
	"strings"

	"github.com/trailsieve/trailsieve/pricing"
	"github.com/trailsieve/trailsieve/pricing/attribution"
	"github.com/trailsieve/trailsieve/pricing/pipeline"
)

// setPipeline sets what is to be priced around each trail.
func (o *options) setPipeline(parts string, c *config) (err error) {
	o.pipeline = c.Pipeline
	if parts == "" {
		return nil
	}
	if o.pipeline != nil {
		return fmt.Errorf("-pipeline %s: the configuration has a pipeline already", parts)
	}
	if o.pipeline, err = parsePipeline(parts); err != nil {
		return fmt.Errorf("-pipeline %s: %w", parts, err)
	}
	return nil
}

// parsePipeline reads a list of parts: "log-files=90,kms,sns".
func parsePipeline(text string) (*pipeline.Pipeline, error) {
	var p pipeline.Pipeline
	digests := false
	for part := range strings.SplitSeq(text, ",") {
		name, days, has := strings.Cut(part, "=")
		var kept uint64
		if has {
			n, err := strconv.ParseUint(days, 10, 16)
			if err != nil {
				return nil, fmt.Errorf("%s: not a number of days below 65536", part)
			}
			kept = n * 24
		}
		switch {
		case name == "log-files":
			p.LogFiles = &pipeline.LogFiles{Kept: kept}
		case name == "cloudwatch-logs":
			p.CloudWatchLogs = &pipeline.CloudWatchLogs{Kept: kept}
		case has:
			return nil, fmt.Errorf("%s: only log-files and cloudwatch-logs have a number of days", part)
		case name == "digests":
			digests = true
		case name == "kms":
			p.KMS = &pipeline.KMS{Keys: 1}
		case name == "sns":
			p.SNS = &pipeline.SNS{}
		default:
			return nil, fmt.Errorf("no such part: %q; there are log-files, digests, kms, sns and cloudwatch-logs, and more with -config", part)
		}
	}
	if digests {
		if p.LogFiles == nil {
			return nil, fmt.Errorf("digests are files beside log-files, which are not among the parts")
		}
		p.LogFiles.Digests = true
	}
	return &p, nil
}

// Volumes are what each trail logged, in one account and Region, as long as the parts around it need it.
// There are no more of them than lines in the bill.
type volumes map[place]*size

type place struct {
	trail           int
	account, region string
}

type size struct{ events, bytes uint64 }

// add counts a record on the trails that have logged it, which are those with a charge.
func (v volumes) add(a *attribution.Attribution, account, region string, bytes int, n uint64) {
	last := -1
	for _, c := range a.Charges() {
		if c.Trail == last {
			continue // Insights charge for an event that was logged once
		}
		last = c.Trail
		s := v[place{c.Trail, account, region}]
		if s == nil {
			s = new(size)
			v[place{c.Trail, strings.Clone(account), strings.Clone(region)}] = s
		}
		s.events += n
		s.bytes += n * uint64(bytes)
	}
}

// usage returns what the parts of a pipeline take for the volumes, which came together in so many hours of a
// month. A key, and whatever else the pipeline says in numbers of its own, is paid for once, by the first
// trail with any volume.
func (v volumes) usage(p *pipeline.Pipeline, trails []trail, hours, month uint64) ([]pricing.Usage, error) {
	places := make([]place, 0, len(v))
	for at := range v {
		places = append(places, at)
	}
	slices.SortFunc(places, func(a, b place) int {
		return cmp.Or(cmp.Compare(a.trail, b.trail), cmp.Compare(a.account, b.account), cmp.Compare(a.region, b.region))
	})
	var usage []pricing.Usage
	for i, at := range places {
		parts := *p
		if i > 0 {
			parts = volumeOnly(parts)
		}
		s := v[at]
		volume := pipeline.Volume{
			Trail: trails[at.trail].Name, Account: at.account, Region: at.region, Events: s.events, Bytes: s.bytes,
			Files: min(s.events, hours*pipeline.LogFilesPerHour), Hours: month,
		}
		u, err := inHours(parts, volume, hours)
		if err != nil {
			return nil, err
		}
		usage = append(usage, u...)
	}
	return usage, nil
}

// inHours returns the usage of a volume that came in a part of its month. Package pipeline has a digest file
// for each hour of the month; here there is one for each hour that has gone by. Notifications are not sent
// for digest files, so those count as log files only for the parts that do not ask which is which.
func inHours(p pipeline.Pipeline, v pipeline.Volume, hours uint64) ([]pricing.Usage, error) {
	if p.LogFiles == nil || !p.LogFiles.Digests {
		return p.Usage(v)
	}
	both := pipeline.Pipeline{LogFiles: &pipeline.LogFiles{Kept: p.LogFiles.Kept}, KMS: p.KMS, GB: p.GB, Compression: p.Compression}
	rest := p
	rest.LogFiles, rest.KMS = nil, nil
	withDigests := v
	withDigests.Files += hours
	usage, err := both.Usage(withDigests)
	if err != nil {
		return nil, err
	}
	more, err := rest.Usage(v)
	return append(usage, more...), err
}

// volumeOnly returns the pipeline without what does not follow from a volume.
func volumeOnly(p pipeline.Pipeline) pipeline.Pipeline {
	p.Lambda = nil
	if p.KMS != nil {
		p.KMS = &pipeline.KMS{}
	}
	if p.EventBridge != nil {
		p.EventBridge = &pipeline.EventBridge{}
	}
	if p.CloudWatchLogs != nil {
		c := *p.CloudWatchLogs
		c.Scanned = 0
		p.CloudWatchLogs = &c
	}
	if p.Lake != nil {
		l := *p.Lake
		l.Other, l.Scanned = 0, 0
		p.Lake = &l
	}
	return p
}
