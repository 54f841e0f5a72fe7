package rulecheck

import (
	"encoding/json"
	"errors"
	"slices"
	"strconv"
	"strings"
	"time"

	"github.com/trailsieve/trailsieve/pattern"
	"github.com/trailsieve/trailsieve/record"
)

// This file looks for an event that one branch of a rule matches and one term takes. Most fields of an
// event do not depend on each other, and a value can be sought for each by itself. Those that do are
// decided in this order, each for all choices before it:
//
//	account      recipientAccountId; eventID and id, eventTime and time
//	eventType    detail-type
//	eventSource  source
//	eventName    readOnly, and with eventSource what is a data event: see call.go
//	region       awsRegion, and the partition in ARNs
//	resources    their ARN, and in requestParameters what is named there: bucketName and key
//
// What comes out is a record, which is then put to the trail and the rule as any other is.

// A problem is one search.
type problem struct {
	*check
	rule map[string]pattern.Demand // by path; those that are met already are left out
	all  []pattern.Demand
	term *term
}

func newProblem(k *check, demands []pattern.Demand, t *term) *problem {
	p := &problem{check: k, rule: map[string]pattern.Demand{}, all: demands, term: t}
	for _, d := range demands {
		p.rule[d.Path] = d
	}
	return p
}

// A draft is an event in the making: the values of fields of the record, as JSON, by their paths. An
// empty one is absent.
type draft struct {
	*problem
	values map[string]string
	doubts []string
}

func (d *draft) set(path, value string) { d.values[path] = value }

func (d *draft) setText(path, text string) { d.set(path, quoted(text)) }

func (d *draft) copy() *draft {
	c := *d
	c.values = map[string]string{}
	for path, v := range d.values {
		c.values[path] = v
	}
	c.doubts = slices.Clone(d.doubts)
	return &c
}

func quoted(text string) string {
	b, err := json.Marshal(text)
	if err != nil {
		panic(err)
	}
	return string(b)
}

// unquoted is the reverse of quoted.
func unquoted(value string) (text string) {
	if err := json.Unmarshal([]byte(value), &text); err != nil {
		panic(err)
	}
	return text
}

// asks returns what the rule asks of a path, if it does.
func (p *problem) asks(path string) (demands []pattern.Demand) {
	if d, ok := p.rule[path]; ok {
		demands = append(demands, d)
	}
	return demands
}

// allows reports whether the rule and the term's field allow a value, which is JSON.
func (p *problem) allows(path, value string) bool {
	d, ok := p.rule[path]
	return !ok || d.Accepts(value)
}

// value finds a value for a path of the record on which nothing else depends.
func (d *draft) value(path string, like []pattern.Demand, likely ...string) bool {
	demands := append(append(d.asks("detail."+path), d.term.on[path]...), like...)
	v, ok, err := pattern.FindValue(demands, likely...)
	d.note(err, path)
	if ok {
		d.set(path, v)
	}
	return ok
}

// text finds a text.
func (d *draft) text(what string, separator byte, parts []pattern.Part, likely ...string) (string, bool) {
	text, ok, err := pattern.FindText(parts, separator, likely...)
	d.note(err, what)
	return text, ok
}

// note keeps that a search was given up.
func (d *draft) note(err error, what string) {
	if errors.Is(err, pattern.ErrGaveUp) {
		d.giveUps++
		d.doubt("whether some value of %s meets all conditions on it", what)
	}
}

// partsOf returns demands as parts that are like one.
func partsOf(like pattern.Part, demands ...pattern.Demand) (parts []pattern.Part) {
	for _, d := range demands {
		like.Demand = d
		parts = append(parts, like)
	}
	return parts
}

// A kind is how events of a category come to EventBridge.
type kind struct {
	detailType string
	eventType  pattern.Demand
	likely     []string // of eventType
	doubtful   bool
}

var (
	anyString = demand(map[string]any{"prefix": ""})
	optional  = demand(map[string]any{"prefix": ""}, nil, map[string]any{"exists": false})
	nonEmpty  = demand(map[string]any{"anything-but": ""})

	apiCall  = kind{"AWS API Call via CloudTrail", demand("AwsApiCall", map[string]any{"exists": false}), []string{`"AwsApiCall"`}, false}
	service  = kind{"AWS Service Event via CloudTrail", oneOf("AwsServiceEvent"), nil, false}
	signIn   = kind{"AWS Console Sign In via CloudTrail", oneOf("AwsConsoleSignIn", "AwsConsoleSignin", "ConsoleSignin"), []string{`"AwsConsoleSignIn"`}, false}
	console  = kind{"AWS Console Action via CloudTrail", oneOf("AwsConsoleAction"), nil, false}
	insight  = kind{"AWS Insight via CloudTrail", oneOf("AwsCloudTrailInsight"), nil, false}
	network  = kind{"AWS Network Activity Event via CloudTrail", oneOf("AwsVpceEvent", "AwsVpceEvents"), nil, false}
	unheard  = kind{"AWS API Call via CloudTrail", noneOf("", "AwsApiCall", "AwsServiceEvent", "AwsConsoleSignIn", "AwsConsoleSignin", "ConsoleSignin", "AwsConsoleAction", "AwsCloudTrailInsight", "AwsVpceEvent", "AwsVpceEvents", "AwsAggregatedEvent", "ActivityLog"), nil, true}
	kindsFor = map[record.Category][]kind{
		record.Management:      {apiCall, signIn, service, console, unheard},
		record.Data:            {apiCall, service, unheard},
		record.NetworkActivity: {network},
		record.Insight:         {insight},
	}
)

// solve returns an event of which holds is true, or nil.
func (p *problem) solve(holds func(*witness) bool) *witness {
	if p.exhausted() {
		return nil
	}
	d := &draft{problem: p, values: map[string]string{}}
	if !d.envelope() {
		return nil
	}
	category := string(p.term.category)
	if !d.value("eventCategory", []pattern.Demand{demand(category, map[string]any{"exists": false})}, quoted(category)) {
		return nil
	}
	management := p.term.category == record.Management
	if !d.value("managementEvent", []pattern.Demand{demand(management, map[string]any{"exists": false})}, strconv.FormatBool(management)) {
		return nil
	}
	if !d.rest() {
		return nil
	}
	for _, kind := range kindsFor[p.term.category] {
		asked := len(d.asks("detail.eventType"))+len(d.term.on["eventType"]) > 0
		if !p.allows("detail-type", quoted(kind.detailType)) || kind.doubtful && !asked {
			continue
		}
		e := d.copy()
		if !e.value("eventType", append([]pattern.Demand{kind.eventType}, optional), kind.likely...) {
			continue
		}
		if kind.doubtful && e.values["eventType"] != `"Rds Data Service"` {
			e.doubts = append(e.doubts, "whether there are events of the type "+e.values["eventType"])
		}
		if w := e.sources(kind, holds); w != nil {
			return w
		}
	}
	return nil
}

// envelope looks at what is the same in all events.
func (d *draft) envelope() bool {
	if !d.allows("version", `"0"`) {
		return false
	}
	for path := range d.rule {
		switch top, _, _ := strings.Cut(path, "."); {
		case slices.Contains([]string{"version", "id", "detail-type", "source", "account", "time", "region"}, path):
		case top == "detail" && path != "detail":
		case !d.allows(path, ""):
			return false // resources of the envelope is empty, and detail an object
		}
	}
	return true
}

// sources chooses eventSource.
func (d *draft) sources(kind kind, holds func(*witness) bool) *witness {
	if d.term.category == record.Insight { // such events have neither source nor name
		if !d.allows("source", `"aws.cloudtrail"`) || !d.allows("detail.eventSource", "") || !d.allows("detail.eventName", "") {
			return nil
		}
		return d.called(call{}, holds)
	}
	rule := slices.Concat(
		partsOf(pattern.Part{}, d.asks("detail.eventSource")...),
		partsOf(pattern.Part{Before: "aws.", To: 1}, d.asks("source")...),
		partsOf(pattern.Part{}, d.term.on["eventSource"]...))
	rule = append(rule, partsOf(pattern.Part{}, likeSource...)...)
	if !d.china() {
		rule = append(rule, partsOf(pattern.Part{}, demand(anythingBut("suffix", ".cn")))...)
	}
	services := slices.Clone(rule)
	if kind.detailType == signIn.detailType {
		rule = append(rule, partsOf(pattern.Part{}, oneOf("signin.amazonaws.com"))...)
	}
	accepts := func(source string) bool {
		_, ok := d.text("eventSource", '.', append(partsOf(pattern.Part{}, oneOf(source)), services...))
		return ok
	}
	found := false
	list := families(d.term, accepts)
	slices.SortStableFunc(list, func(a, b family) int { return d.near(&b) - d.near(&a) })
	for _, f := range list {
		parts := append(partsOf(pattern.Part{}, f.source), rule...)
		source, ok := d.text("eventSource", '.', parts, append(d.meant(), f.likely...)...)
		if !ok {
			continue
		}
		found = true
		e := d.copy()
		e.setText("eventSource", source)
		if w := e.names(f, holds); w != nil {
			return w
		}
	}
	if found || d.term.category != record.Data || isCertain(d.term.typ) {
		return nil
	}
	// The type may be of another service than that which it is named for.
	source, ok := d.text("eventSource", '.', rule, d.meant()...)
	if !ok {
		return nil
	}
	e := d.copy()
	e.setText("eventSource", source)
	e.doubts = append(e.doubts, "whether data events on "+d.term.typ+" come from "+source)
	return e.names(family{names: []pattern.Demand{nonEmpty}}, holds)
}

// meant returns values of eventSource for the services that the rule names.
func (d *draft) meant() (sources []string) {
	for _, demand := range d.asks("source") {
		for _, text := range demand.Literals() {
			if service, ok := strings.CutPrefix(text, "aws."); ok {
				sources = append(sources, service+".amazonaws.com")
			}
		}
	}
	for _, demand := range d.asks("detail.eventSource") {
		sources = append(sources, demand.Literals()...)
	}
	for _, service := range d.services() {
		sources = append(sources, service+".amazonaws.com")
	}
	return sources
}

// services returns those that the ARNs are of for which the rule asks.
func (d *draft) services() (list []string) {
	for _, a := range d.asks("detail.resources.ARN") {
		for _, text := range a.Literals() {
			if parts := strings.SplitN(text, ":", 4); len(parts) == 4 && parts[0] == "arn" {
				list = append(list, parts[2])
			}
		}
	}
	return list
}

// near tells how likely it is that a rule is about a service that it does not name: it may name one of
// its calls, or ARNs.
func (d *draft) near(f *family) (n int) {
	for _, a := range d.asks("detail.eventName") {
		for _, text := range a.Literals() {
			if slices.ContainsFunc(f.calls, func(c call) bool { return c.name == text }) {
				n += 2
			}
		}
	}
	for _, service := range d.services() {
		if len(f.likely) > 0 && strings.HasPrefix(f.likely[0], service+".") {
			n++
		}
	}
	return n
}

// names chooses eventName, and with it whether the call only reads.
func (d *draft) names(f family, holds func(*witness) bool) *witness {
	asks := append(d.asks("detail.eventName"), d.term.on["eventName"]...)
	accepted := func(name string, asks []pattern.Demand) bool {
		return !slices.ContainsFunc(asks, func(a pattern.Demand) bool { return !a.Accepts(quoted(name)) })
	}
	known := false
	for _, c := range f.calls {
		if !accepted(c.name, asks) {
			continue
		}
		known = true
		e := d.copy()
		if w := e.called(c, holds); w != nil {
			return w
		}
	}
	for _, c := range f.opposite {
		known = known || accepted(c.name, d.asks("detail.eventName"))
	}
	var literals []string
	for _, a := range asks {
		for _, text := range a.Literals() {
			literals = append(literals, text, text+"Example")
		}
	}
	if f.names != nil {
		if w, found := d.unknown(f.names, "", asks, append(literals, examples...), holds); found {
			return w
		}
	}
	if f.doubtful != nil && !known {
		doubt := "whether there is such a " + strings.ToLower(string(d.term.category)) + " event of " + d.values["eventSource"] + ": "
		// Only a name that the rule spells out can be one that was forgotten here.
		like := append(slices.Clone(f.doubtful), oneOf(append(literals, "")...))
		w, _ := d.unknown(like, doubt, asks, literals, holds)
		return w
	}
	return nil
}

// examples are names for calls of which the rule says little.
var examples = []string{"PutExample", "GetExample", "PutBucketExample", "GetBucketExample"}

// unknown chooses an eventName that is on no list. found tells whether there is one, though the event
// may fail for other reasons.
func (d *draft) unknown(like []pattern.Demand, doubt string, asks []pattern.Demand, literals []string, holds func(*witness) bool) (w *witness, found bool) {
	for _, read := range []bool{false, true} {
		parts := partsOf(pattern.Part{}, slices.Concat(asks, like, []pattern.Demand{byName(read), nonEmpty})...)
		name, ok := d.text("eventName", 0, parts, literals...)
		if !ok {
			continue
		}
		found = true
		e := d.copy()
		if !isProper(name) {
			proper, ok := d.text("eventName", 0, append(parts, partsOf(pattern.Part{}, properName...)...), literals...)
			if ok {
				name = proper
			} else if doubt == "" {
				e.doubts = append(e.doubts, "whether there is a call of the name "+name)
			}
		}
		if doubt != "" {
			e.doubts = append(e.doubts, doubt+name)
		}
		if w := e.called(call{name, read, keyed}, holds); w != nil {
			return w, true
		}
	}
	return nil, found
}

// called enters a call.
func (d *draft) called(c call, holds func(*witness) bool) *witness {
	if c.name != "" {
		d.setText("eventName", c.name)
	}
	if c.name == "ConsoleLogin" && d.values["eventSource"] == `"signin.amazonaws.com"` && !signIn.eventType.Accepts(d.values["eventType"]) {
		return nil // a sign-in is no API call
	}
	read := strconv.FormatBool(c.read)
	for _, s := range d.term.on["readOnly"] {
		if !s.Accepts(quoted(read)) {
			return nil
		}
	}
	asks := append(d.asks("detail.readOnly"), demand(c.read, map[string]any{"exists": false}))
	v, ok, _ := pattern.FindValue(asks, read)
	if !ok {
		return nil
	}
	d.set("readOnly", v)
	for _, partition := range d.partitions() {
		for _, resources := range resourcesFor(d.term, c) {
			if d.exhausted() {
				return nil
			}
			e := d.copy()
			if !e.region(partition) || !resources(e, partition, c) {
				continue
			}
			if w := e.finish(holds); w != nil {
				return w
			}
		}
	}
	return nil
}

// partitions returns the partitions of AWS that the event can be of. A trail whose selectors name ARNs
// is in the partition of these.
func (d *draft) partitions() (list []string) {
	for _, a := range d.term.on["resources.ARN"] {
		for _, text := range a.Literals() {
			if parts := strings.SplitN(text, ":", 3); len(parts) == 3 && parts[0] == "arn" && !slices.Contains(list, parts[1]) {
				list = append(list, parts[1])
			}
		}
	}
	if list == nil {
		list = []string{"aws", "aws-us-gov"}
		if d.china() {
			list = append(list, "aws-cn")
		}
	}
	return list
}

// china reports whether the rule or the selectors are about China, where sources have other names.
// Otherwise that is not thought of.
func (p *problem) china() bool {
	about := func(demands []pattern.Demand) bool {
		return slices.ContainsFunc(demands, func(a pattern.Demand) bool {
			return slices.ContainsFunc(a.Literals(), func(text string) bool {
				return strings.HasPrefix(text, "cn-") || strings.HasSuffix(text, ".cn") || strings.HasPrefix(text, "arn:aws-cn:")
			})
		})
	}
	for _, demands := range p.term.on {
		if about(demands) {
			return true
		}
	}
	return about(p.all)
}

// inPartition has what Regions are called.
func inPartition(partition string) (like pattern.Demand, likely string) {
	switch partition {
	case "aws-cn":
		return inChina, "cn-north-1"
	case "aws-us-gov":
		return inGovCloud, "us-gov-west-1"
	case "aws":
		return elsewhere, "us-east-1"
	}
	return elsewhere, "us-iso-east-1"
}

var (
	inChina    = demand(map[string]any{"prefix": "cn-"})
	inGovCloud = demand(map[string]any{"prefix": "us-gov-"})
	elsewhere  = demand(anythingBut("prefix", "cn-", "us-gov-"))
)

// regionParts returns the demands on the Region.
func (d *draft) regionParts(partition string, like pattern.Part) []pattern.Part {
	in, _ := inPartition(partition)
	demands := slices.Concat(d.asks("region"), d.asks("detail.awsRegion"), []pattern.Demand{in, nonEmpty})
	return partsOf(like, demands...)
}

func (d *draft) region(partition string) bool {
	_, likely := inPartition(partition)
	region, ok := d.text("awsRegion", 0, d.regionParts(partition, pattern.Part{}), likely)
	d.setText("awsRegion", region)
	return ok
}

// rest chooses what is left.
func (d *draft) rest() bool {
	account, ok := d.text("recipientAccountId", 0, partsOf(pattern.Part{},
		slices.Concat(d.asks("account"), d.asks("detail.recipientAccountId"), []pattern.Demand{nonEmpty})...), "111122223333")
	if !ok {
		return false
	}
	d.setText("recipientAccountId", account)
	id, ok := d.text("eventID", 0, partsOf(pattern.Part{},
		slices.Concat(d.asks("id"), d.asks("detail.eventID"), []pattern.Demand{nonEmpty})...), "1a2b3c4d-5e6f-4a7b-8c9d-0e1f2a3b4c5d")
	if !ok {
		return false
	}
	d.setText("eventID", id)
	if !d.time() {
		return false
	}
	version := []string{`"1.11"`, `"1.05"`}
	if d.values["eventCategory"] == "" {
		version = []string{`"1.05"`, `"1.11"`}
	}
	for _, ok := range []bool{
		d.value("eventVersion", []pattern.Demand{anyString}, version...),
		d.identity(account),
		d.value("sourceIPAddress", []pattern.Demand{optional}, `"192.0.2.1"`),
		d.value("userAgent", []pattern.Demand{optional}, `"aws-cli/2.0"`),
		d.value("requestID", []pattern.Demand{optional}, `"EXAMPLE123456789"`),
		d.value("sessionCredentialFromConsole", []pattern.Demand{demand("true", map[string]any{"exists": false})}, ``),
	} {
		if !ok {
			return false
		}
	}
	strings := []string{"errorCode", "errorMessage", "apiVersion", "sharedEventID", "vpcEndpointId", "vpcEndpointAccountId"}
	for _, path := range strings {
		likely := ``
		if path == "vpcEndpointId" && d.term.category == record.NetworkActivity {
			likely = `"vpce-1a2b3c4d"`
		}
		if !d.value(path, []pattern.Demand{optional}, likely, `"VpceAccessDenied"`) {
			return false
		}
	}
	return d.others()
}

// time chooses eventTime.
func (d *draft) time() bool {
	const likely = "2026-03-02T09:00:00Z"
	asks := append(d.asks("time"), d.asks("detail.eventTime")...)
	times := []string{likely}
	for _, a := range asks {
		for _, text := range a.Literals() {
			text, _, _ = strings.Cut(text, "*")
			if len(text) <= len(likely) {
				times = append(times, text+likely[len(text):], likely[:len(likely)-len(text)]+text)
			}
		}
	}
	text, ok := d.text("eventTime", 0, append(partsOf(pattern.Part{}, asks...), partsOf(pattern.Part{}, aTime)...), times...)
	if !ok {
		return false
	}
	if _, err := time.Parse(time.RFC3339, text); err != nil {
		d.doubt("whether there is a time like %s", text)
		return false
	}
	d.setText("eventTime", text)
	return true
}

// aTime is what a time looks like, roughly.
var aTime = like("2*-*-*T*:*:*Z")

// topLevel are the fields of a record that are objects or lists, below which anything may be, and those
// that are strings and not asked for otherwise.
var topLevel = []string{"userIdentity", "requestParameters", "responseElements", "additionalEventData", "resources",
	"serviceEventDetails", "tlsDetails", "addendum", "insightDetails", "edgeDeviceDetails", "eventContext", "insightContext"}

// tied are the fields of a record that are chosen later, because others depend on them.
var tied = []string{"eventType", "eventSource", "eventName", "readOnly", "awsRegion", "resources"}

// others chooses what the rule asks for besides.
func (d *draft) others() bool {
	for _, ask := range d.all {
		path, ok := strings.CutPrefix(ask.Path, "detail.")
		top, _, below := strings.Cut(path, ".")
		if _, done := d.values[path]; !ok || done || slices.Contains(tied, top) {
			continue
		}
		var like []pattern.Demand
		switch {
		case !slices.Contains(topLevel, top):
			if d.allows(ask.Path, "") {
				continue
			}
			d.doubts = append(d.doubts, "whether records have "+ask.Path+": it is not known")
		case !below:
			like = append(like, demand(nil, map[string]any{"exists": false}))
		}
		if !d.value(path, like, ``) {
			return false
		}
	}
	return true
}
