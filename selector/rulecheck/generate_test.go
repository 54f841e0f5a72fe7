package rulecheck

import (
	"encoding/json"
	"math/rand/v2"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/trailsieve/trailsieve/internal/synth"
	"github.com/trailsieve/trailsieve/pattern"
	"github.com/trailsieve/trailsieve/record"
	"github.com/trailsieve/trailsieve/selector"
)

// An occurrence is a record that there was, and its event.
type occurrence struct {
	record *record.Record
	event  []byte
	fields map[string]any // leaves of the event by path, as encoding/json has them
	paths  []string
}

// occurrences are records as CloudTrail wrote them in several years, real ones among them if they are
// beside the checkout.
func occurrences(tb testing.TB) (all []occurrence) {
	tb.Helper()
	add := func(text []byte) {
		r, err := record.Parse(text)
		if err != nil {
			tb.Fatal(err)
		}
		if r.ReadOnly == record.Absent && r.EventSource == "sts.amazonaws.com" {
			return // see the package comment: selectors and EventBridge derive different things
		}
		o := occurrence{record: r, event: r.AppendEvent(nil), fields: map[string]any{}}
		var v any
		if err := json.Unmarshal(o.event, &v); err != nil {
			tb.Fatal(err)
		}
		o.flatten("", v)
		for path := range o.fields {
			o.paths = append(o.paths, path)
		}
		slices.Sort(o.paths)
		all = append(all, o)
	}
	for i, year := range []int{2016, 2018, 2020, 2023, 2026} {
		g := synth.New(synth.Config{Seed: uint64(i), DataPercent: 60,
			Start: time.Date(year, time.December, 1, 0, 0, 0, 0, time.UTC)})
		for range 120 {
			add(g.AppendRecord(nil))
		}
	}
	for _, text := range otherRecords {
		add([]byte(text))
	}
	files, _ := filepath.Glob(filepath.Join("..", "..", "..", "shared", "data", "cloudtrail", "AWSLogs", "*", "CloudTrail", "*", "*", "*", "*", "*.json.gz"))
	for _, name := range files {
		f, err := os.Open(name)
		if err != nil {
			tb.Fatal(err)
		}
		defer f.Close()
		n := 0
		for r, err := range record.NewReader(f).Records() {
			if err != nil {
				tb.Fatal(err)
			}
			if n++; n%17 == 0 {
				add([]byte(r.Text()))
			}
		}
	}
	return all
}

// otherRecords are of kinds that synth does not make.
var otherRecords = []string{
	`{"eventVersion":"1.09","userIdentity":{"type":"AWSAccount","accountId":"111122223333"},"eventTime":"2025-02-13T10:00:00Z","eventSource":"s3.amazonaws.com","eventName":"GetObject","awsRegion":"us-east-1","errorCode":"VpceAccessDenied","errorMessage":"denied","requestParameters":null,"responseElements":null,"requestID":"A","eventID":"b","readOnly":true,"eventType":"AwsVpceEvent","recipientAccountId":"111122223333","vpcEndpointId":"vpce-1a2b","eventCategory":"NetworkActivity"}`,
	`{"eventVersion":"1.08","userIdentity":{"type":"IAMUser","arn":"arn:aws:iam::111122223333:user/Alice","accountId":"111122223333","userName":"Alice"},"eventTime":"2024-01-01T10:00:00Z","eventSource":"lambda.amazonaws.com","eventName":"Invoke","awsRegion":"eu-west-1","requestParameters":{"functionName":"f"},"responseElements":null,"eventID":"c","readOnly":false,"resources":[{"accountId":"111122223333","type":"AWS::Lambda::Function","ARN":"arn:aws:lambda:eu-west-1:111122223333:function:f"}],"eventType":"AwsApiCall","managementEvent":false,"recipientAccountId":"111122223333","eventCategory":"Data"}`,
	`{"eventVersion":"1.08","userIdentity":{"type":"IAMUser","arn":"arn:aws:iam::111122223333:user/Alice","accountId":"111122223333","userName":"Alice"},"eventTime":"2024-01-01T10:00:00Z","eventSource":"dynamodb.amazonaws.com","eventName":"GetItem","awsRegion":"us-east-1","requestParameters":{"tableName":"Music","key":{"Artist":"x"}},"responseElements":null,"eventID":"d","readOnly":true,"resources":[{"accountId":"111122223333","type":"AWS::DynamoDB::Table","ARN":"arn:aws:dynamodb:us-east-1:111122223333:table/Music"}],"eventType":"AwsApiCall","apiVersion":"2012-08-10","managementEvent":false,"recipientAccountId":"111122223333","eventCategory":"Data"}`,
	`{"eventVersion":"1.08","userIdentity":{"type":"AWSService","invokedBy":"sns.amazonaws.com"},"eventTime":"2024-01-01T10:00:00Z","eventSource":"sns.amazonaws.com","eventName":"Publish","awsRegion":"us-east-1","requestParameters":{"topicArn":"arn:aws:sns:us-east-1:111122223333:t"},"eventID":"e","readOnly":false,"resources":[{"accountId":"111122223333","type":"AWS::SNS::Topic","ARN":"arn:aws:sns:us-east-1:111122223333:t"}],"eventType":"AwsApiCall","managementEvent":false,"recipientAccountId":"111122223333","eventCategory":"Data"}`,
	`{"eventVersion":"1.05","userIdentity":{"type":"Root","principalId":"99999999999","arn":"arn:aws:iam::99999999999:root","accountId":"99999999999","username":"jbarr"},"eventTime":"2016-11-15T23:02:12Z","eventSource":"s3.amazonaws.com","eventName":"PutObject","awsRegion":"us-east-1","sourceIPAddress":"","userAgent":"[S3Console/0.4]","requestParameters":{"bucketName":"jbarr-s3-trail-demo","key":"ie_sb_device_4.png"}}`,
}

func (o *occurrence) flatten(path string, v any) {
	switch v := v.(type) {
	case map[string]any:
		for name, e := range v {
			o.flatten(strings.TrimPrefix(path+"."+name, "."), e)
		}
	case []any:
		if len(v) > 0 {
			o.flatten(path, v[len(v)-1])
		}
	default:
		o.fields[path] = v
	}
}

// A generator makes selectors and rules that have to do with occurrences.
type generator struct {
	*rand.Rand
	from []occurrence
}

func (g generator) occurrence() *occurrence { return &g.from[g.IntN(len(g.from))] }

func (g generator) oneIn(n int) bool { return g.IntN(n) == 0 }

func pick[T any](g generator, of ...T) T { return of[g.IntN(len(of))] }

func marshal(v any) string {
	text, err := json.Marshal(v)
	if err != nil {
		panic(err)
	}
	return string(text)
}

// piece returns a text, or a part of it at one end or in the middle.
func (g generator) piece(text string, operator string) any {
	if len(text) < 2 || strings.ContainsFunc(text, func(r rune) bool { return r > 126 || r < ' ' }) {
		return text
	}
	n := 1 + g.IntN(len(text)-1)
	switch operator {
	case "prefix":
		return text[:n]
	case "suffix":
		return text[n:]
	case "wildcard":
		text = strings.NewReplacer(`\`, "", "*", "").Replace(text)
		n = min(n, len(text))
		return text[:n] + "*"
	}
	return text
}

// condition returns an element for the array of a field that had a value.
func (g generator) condition(v any) any {
	text, ok := v.(string)
	if !ok {
		if v == nil || g.oneIn(4) {
			return map[string]any{"exists": g.oneIn(2)}
		}
		return v
	}
	switch g.IntN(10) {
	case 0, 1:
		return map[string]any{"prefix": g.piece(text, "prefix")}
	case 2:
		return map[string]any{"suffix": g.piece(text, "suffix")}
	case 3:
		return map[string]any{"wildcard": g.piece(text, "wildcard")}
	case 4:
		return map[string]any{"anything-but": text}
	case 5:
		if p := g.piece(text, "prefix"); p != "" {
			return map[string]any{"anything-but": map[string]any{"prefix": p}}
		}
	case 6:
		return map[string]any{"exists": !g.oneIn(3)}
	case 7:
		return map[string]any{"equals-ignore-case": strings.ToUpper(text)}
	}
	return text
}

// usual are the paths that rules name most.
var usual = []string{"source", "detail-type", "region", "account", "detail.eventSource", "detail.eventName", "detail.readOnly",
	"detail.requestParameters.bucketName", "detail.requestParameters.key", "detail.resources.ARN", "detail.resources.type",
	"detail.userIdentity.arn", "detail.userIdentity.type", "detail.errorCode", "detail.eventType", "detail.managementEvent", "detail.eventCategory"}

// rule returns the text of a pattern, mostly about one occurrence.
func (g generator) rule() string {
	o := g.occurrence()
	fields := map[string]any{}
	for range 1 + g.IntN(4) {
		path := pick(g, usual...)
		if g.oneIn(5) {
			path = o.paths[g.IntN(len(o.paths))]
		}
		v, ok := o.fields[path]
		if !ok && !g.oneIn(4) {
			continue
		}
		list := []any{g.condition(v)}
		if g.oneIn(3) {
			list = append(list, g.condition(g.occurrence().fields[path]))
		}
		if g.oneIn(6) {
			o = g.occurrence() // what does not go together
		}
		fields[path] = list
	}
	if len(fields) == 0 {
		fields["source"] = []any{"aws.s3"}
	}
	if g.oneIn(8) {
		fields["$or"] = []any{map[string]any{"detail.eventName": []any{g.condition(g.occurrence().fields["detail.eventName"])}},
			map[string]any{"detail.errorCode": []any{map[string]any{"exists": true}}}}
	}
	return marshal(fields)
}

// trail returns the text of selectors that have to do with some occurrences.
func (g generator) trail() string {
	if g.oneIn(6) {
		return trailTexts[pick(g, "default", "all-s3", "no-kms", "reads", "demo", "network", "topic", "function", "table")]
	}
	arn := func() string {
		for range 20 {
			if text, ok := g.occurrence().fields["detail.resources.ARN"].(string); ok && strings.HasPrefix(text, "arn:aws:s3:::") {
				bucket, key, _ := strings.Cut(strings.TrimPrefix(text, "arn:aws:s3:::"), "/")
				return "arn:aws:s3:::" + bucket + "/" + key[:g.IntN(len(key)+1)]
			}
		}
		return "arn:aws:s3:::jbarr-s3-trail-demo/"
	}
	var list []any
	basic := g.oneIn(2)
	for range 1 + g.IntN(2) {
		if basic {
			b := map[string]any{"ReadWriteType": pick(g, "All", "ReadOnly", "WriteOnly"), "IncludeManagementEvents": g.oneIn(2)}
			b["DataResources"] = []any{map[string]any{"Type": "AWS::S3::Object", "Values": []any{arn(), arn()}}}
			list = append(list, b)
			continue
		}
		fields := []any{map[string]any{"Field": "eventCategory", "Equals": []any{"Data"}}, map[string]any{"Field": "resources.type", "Equals": []any{"AWS::S3::Object"}}}
		for field, path := range map[string]string{"eventName": "detail.eventName", "userIdentity.arn": "detail.userIdentity.arn", "eventType": "detail.eventType", "resources.ARN": ""} {
			if !g.oneIn(3) {
				continue
			}
			f := map[string]any{"Field": field}
			for range 1 + g.IntN(2) {
				text, _ := g.occurrence().fields[path].(string)
				if path == "" {
					text = arn()
				}
				if text == "" || strings.ContainsAny(text, "\n") {
					text = "x"
				}
				operator := pick(g, "Equals", "NotEquals", "StartsWith", "NotStartsWith", "EndsWith", "NotEndsWith")
				kind := map[string]string{"StartsWith": "prefix", "NotStartsWith": "prefix", "EndsWith": "suffix", "NotEndsWith": "suffix"}[operator]
				f[operator] = []any{g.piece(text, kind)}
			}
			fields = append(fields, f)
		}
		if g.oneIn(4) {
			fields = append(fields, map[string]any{"Field": "readOnly", "Equals": []any{pick(g, "true", "false")}})
		}
		list = append(list, map[string]any{"FieldSelectors": fields})
	}
	return marshal(list)
}

// laws checks an answer against what there was: where some event was logged, delivered and matched, it
// is not no.
func laws(t *testing.T, seed uint64, all []occurrence) Verdict {
	t.Helper()
	g := generator{rand.New(rand.NewPCG(seed, 7)), all}
	text := g.rule()
	rule, err := pattern.Compile(text)
	if err != nil {
		return "refused"
	}
	var trails []Trail
	for i := range 1 + g.IntN(2) {
		s, err := selector.Compile(g.trail())
		if err != nil {
			return "refused"
		}
		trails = append(trails, Trail{string(rune('a' + i)), s})
	}
	state := pick(g, record.RuleEnabled, record.RuleEnabledAll)
	r := Checker{State: state}.Check(rule, trails...)
	verify(t, rule, state, trails, r)
	if r.Verdict == Yes {
		return Yes
	}
	for _, o := range all {
		for _, trail := range trails {
			if !trail.Selector.Match(o.record) || !o.record.Delivery().To(state) {
				continue
			}
			match, err := rule.Match(o.event)
			if err != nil {
				t.Fatal(err)
			}
			if match && r.Verdict == No {
				t.Fatalf("seed %d: %s\nwith the trail %s\nin the state %s: %s\nbut there was %s", seed, text, trail.Selector, state, r, o.event)
			}
		}
	}
	return r.Verdict
}

func TestLaws(t *testing.T) {
	n := uint64(300)
	if testing.Short() {
		n = 100
	}
	all := occurrences(t)
	count := map[Verdict]uint64{}
	for seed := range n {
		count[laws(t, seed, all)]++
	}
	t.Log(count)
	if count[Yes] < n/5 || count[No] < n/8 || count[Unknown] > n/15 {
		t.Errorf("%v", count)
	}
}

func FuzzLaws(f *testing.F) {
	for seed := range uint64(20) {
		f.Add(seed)
	}
	all := occurrences(f)
	f.Fuzz(func(t *testing.T, seed uint64) { laws(t, seed, all) })
}
