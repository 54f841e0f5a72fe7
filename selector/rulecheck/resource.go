package rulecheck

import (
	"maps"
	"slices"
	"strings"

	"github.com/trailsieve/trailsieve/pattern"
	"github.com/trailsieve/trailsieve/record"
)

// This file chooses the resources of an event, and what requestParameters repeat of them. A text is
// sought of which all of that is a part. For an upload to S3 it is bucket/key:
//
//	resources.ARN, type AWS::S3::Object   arn:aws:s3::: before all of it
//	resources.ARN, type AWS::S3::Bucket   arn:aws:s3::: before what is in front of the slash
//	requestParameters.bucketName          what is in front of the slash
//	requestParameters.key                 what is behind it
//
// Selectors look at one entry of the list. What a rule asks of resources must be met by one entry, too,
// but that may be another; each is tried.

// A resourcing enters the resources of a call into a draft, and reports whether it could.
type resourcing func(d *draft, partition string, c call) bool

// resourcesFor returns the ways in which the event of a call can have resources.
func resourcesFor(t *term, c call) []resourcing {
	if t.category != record.Data {
		return []resourcing{freeResources}
	}
	switch t.typ {
	case s3Object:
		list := []resourcing{
			func(d *draft, p string, c call) bool { return d.s3(p, c, s3Entry) },
			func(d *draft, p string, c call) bool { return d.s3(p, c, bucketEntry) },
			func(d *draft, p string, c call) bool { return d.s3(p, c, noEntry) },
		}
		if c.kind == copying {
			for _, selected := range []entry{s3Entry, sourceEntry} {
				for _, of := range []entry{s3Entry, bucketEntry, sourceEntry, sourceBucketEntry} {
					list = append(list, func(d *draft, p string, c call) bool { return d.s3Copy(p, c, selected, of) })
				}
			}
		}
		return list
	case lambdaFunction:
		var list []resourcing
		for _, as := range functionNames {
			list = append(list, func(d *draft, p string, _ call) bool { return d.function(p, as) })
		}
		return append(list, func(d *draft, p string, _ call) bool { return d.otherFunction(p) })
	case dynamoDBTable:
		return []resourcing{func(d *draft, p string, _ call) bool {
			_, ok := d.regional("arn:"+p+":dynamodb:", "*:*:table/*", "111122223333:table/Music", "requestParameters.tableName")
			return ok
		}}
	case dynamoDBStream:
		return []resourcing{func(d *draft, p string, _ call) bool {
			_, ok := d.regional("arn:"+p+":dynamodb:", "*:*:table/*/stream/*", "111122223333:table/Music/stream/2026-01-01T00:00:00.000", "")
			return ok
		}}
	}
	return []resourcing{otherResources}
}

// An entry is that of the resources of which the rule asks.
type entry int

const (
	s3Entry entry = iota
	bucketEntry
	sourceEntry       // of a copy: the object that is copied
	sourceBucketEntry // and its bucket
	noEntry
)

// A resource is an entry of the list, in the order in which records have it.
type resource struct{ typ, arn, prefix, account string }

func (r resource) text() string {
	var members []string
	for _, m := range [][2]string{{"accountId", r.account}, {"type", r.typ}, {"ARN", r.arn}, {"ARNPrefix", r.prefix}} {
		if m[1] != "" {
			members = append(members, quoted(m[0])+":"+quoted(m[1]))
		}
	}
	return "{" + strings.Join(members, ",") + "}"
}

func (d *draft) setResources(list ...resource) {
	var texts []string
	for _, r := range list {
		texts = append(texts, r.text())
	}
	d.set("resources", "["+strings.Join(texts, ",")+"]")
}

// asksOfEntry reports whether the rule can be met by an entry of a type, apart from its ARN. extra is
// what it may have besides.
func (d *draft) asksOfEntry(typ string, has ...string) bool {
	if !d.allows("detail.resources", "") {
		return false
	}
	for path := range d.rule {
		name, ok := strings.CutPrefix(path, "detail.resources.")
		switch {
		case !ok || slices.Contains(has, name):
		case name == "type":
			if !d.allows(path, quoted(typ)) {
				return false
			}
		case !d.allows(path, ""):
			return false
		}
	}
	return true
}

// s3 enters an S3 object.
func (d *draft) s3(partition string, c call, of entry) bool {
	head := "arn:" + partition + ":s3:::"
	whole, bucket, key := pattern.Part{Before: head}, pattern.Part{Before: head, To: 1}, pattern.Part{From: 1}
	parts := slices.Concat(
		partsOf(whole, d.term.on["resources.ARN"]...),
		partsOf(pattern.Part{To: 1}, append(d.asks("detail.requestParameters.bucketName"), nonEmpty, anyString)...),
		partsOf(key, anyString))
	arn := "ARN"
	switch c.kind {
	case keyed, copying:
		parts = append(parts, partsOf(key, append(d.asks("detail.requestParameters.key"), nonEmpty)...)...)
	case prefixed:
		arn = "ARNPrefix"
		parts = append(parts, partsOf(key, d.asks("detail.requestParameters.prefix")...)...)
	case wholeBucket:
		arn = "ARNPrefix"
		parts = append(parts, partsOf(key, oneOf(""))...)
	}
	if arn != "ARN" && !d.allows("detail.requestParameters.key", "") {
		return false
	}
	bucketAccount := "111122223333"
	switch of {
	case s3Entry:
		if !d.asksOfEntry(s3Object, arn) {
			return false
		}
		parts = append(parts, partsOf(whole, d.asks("detail.resources."+arn)...)...)
	case bucketEntry:
		if !d.asksOfEntry("AWS::S3::Bucket", "ARN", "accountId") {
			return false
		}
		parts = append(parts, partsOf(bucket, d.asks("detail.resources.ARN")...)...)
		account, ok := d.text("resources.accountId", 0, partsOf(pattern.Part{}, d.asks("detail.resources.accountId")...), bucketAccount)
		if !ok {
			return false
		}
		bucketAccount = account
	case noEntry: // a record of the first years
		if !d.asksOfEntry("", "type") || !d.allows("detail.resources.type", "") {
			return false
		}
	}
	likely := []string{"amzn-s3-demo-bucket/key", "amzn-s3-demo-bucket/"}
	for _, a := range d.term.on["resources.ARN"] {
		for _, text := range a.Literals() {
			if object, ok := strings.CutPrefix(text, head); ok {
				likely = append(likely, object+"key", object)
			}
		}
	}
	for _, a := range d.asks("detail.requestParameters.bucketName") {
		for _, text := range a.Literals() {
			likely = append(likely, text+"/key", text+"/")
		}
	}
	text, ok := d.text("the bucket and key", '/', parts, likely...)
	if !ok {
		return false
	}
	name, object, _ := strings.Cut(text, "/")
	d.setText("requestParameters.bucketName", name)
	res := resource{typ: s3Object, arn: head + text}
	switch c.kind {
	case keyed, copying:
		d.setText("requestParameters.key", object)
	default:
		res.arn, res.prefix = "", head+text
		d.set("requestParameters.key", "")
		if c.kind == prefixed {
			d.setText("requestParameters.prefix", object)
		}
	}
	if of == noEntry {
		d.set("resources", "")
		return true
	}
	d.setResources(res, resource{typ: "AWS::S3::Bucket", arn: head + name, account: bucketAccount})
	return true
}

// s3Copy enters a copy, which names two objects. One of them is selected, and neither is deselected.
func (d *draft) s3Copy(partition string, c call, selected, of entry) bool {
	head := "arn:" + partition + ":s3:::"
	whole, bucket := pattern.Part{Before: head}, pattern.Part{Before: head, To: 1}
	var deselects []pattern.Demand
	for _, a := range d.term.on["resources.ARN"] {
		if a.Accepts("") {
			deselects = append(deselects, a)
		}
	}
	target, source := d.term.on["resources.ARN"], deselects
	if selected == sourceEntry {
		target, source = source, target
	}
	parts := slices.Concat(partsOf(whole, source...), partsOf(pattern.Part{To: 1}, nonEmpty), partsOf(pattern.Part{From: 1}, nonEmpty))

	// The target is entered as that of any call, in a problem of its own.
	e := d.copy()
	e.problem = newProblem(d.check, d.all, &term{trail: d.term.trail, category: d.term.category, typ: d.term.typ,
		on: map[string][]pattern.Demand{"resources.ARN": target}})
	account := "111122223333"
	if of == sourceEntry || of == sourceBucketEntry {
		ok := of == sourceEntry && d.asksOfEntry(s3Object, "ARN") ||
			of == sourceBucketEntry && d.asksOfEntry("AWS::S3::Bucket", "ARN", "accountId")
		if !ok {
			return false
		}
		part := whole
		if of == sourceBucketEntry {
			part = bucket
			if account, ok = d.text("resources.accountId", 0, partsOf(pattern.Part{}, d.asks("detail.resources.accountId")...), account); !ok {
				return false
			}
		}
		parts = append(parts, partsOf(part, d.asks("detail.resources.ARN")...)...)
		maps.DeleteFunc(e.rule, func(path string, _ pattern.Demand) bool { return strings.HasPrefix(path, "detail.resources") })
		of = s3Entry
	}
	if !e.s3(partition, c, of) {
		return false
	}
	from, ok := d.text("the object to copy", '/', parts, "amzn-s3-demo-bucket/key")
	if !ok {
		return false
	}
	maps.Copy(d.values, e.values)
	name, _, _ := strings.Cut(from, "/")
	d.set("resources", strings.TrimSuffix(e.values["resources"], "]")+","+
		resource{typ: "AWS::S3::Bucket", arn: head + name, account: account}.text()+","+
		resource{typ: s3Object, arn: head + from}.text()+"]")
	return true
}

// regional enters a resource whose ARN has a Region and an account. The name behind the slash may be
// repeated at a path. beside is what the text behind head has to meet besides, and text is what was found.
func (d *draft) regional(head, form, likely, repeated string, beside ...pattern.Part) (text string, ok bool) {
	if !d.asksOfEntry(d.term.typ, "ARN", "accountId") {
		return "", false
	}
	_, partition, _ := strings.Cut(head, ":")
	partition, _, _ = strings.Cut(partition, ":")
	whole := pattern.Part{Before: head}
	parts := slices.Concat(
		partsOf(whole, d.term.on["resources.ARN"]...), partsOf(whole, d.asks("detail.resources.ARN")...),
		partsOf(pattern.Part{}, like(form)),
		d.regionParts(partition, pattern.Part{To: 1}), beside)
	_, region := inPartition(partition)
	candidates := []string{region + ":" + likely}
	for _, a := range append(d.term.on["resources.ARN"], d.asks("detail.resources.ARN")...) {
		for _, text := range a.Literals() {
			if rest, ok := strings.CutPrefix(text, head); ok {
				candidates = append(candidates, rest)
			}
		}
	}
	for _, p := range beside {
		for _, text := range p.Literals() {
			candidates = append(candidates, strings.TrimPrefix(text, head), region+":"+text, region+":111122223333:function:"+text)
		}
	}
	name := d.asks("detail." + repeated)
	if repeated == "" {
		name = nil
	}
	for _, a := range name {
		for _, text := range a.Literals() {
			candidates = append(candidates, region+":111122223333:table/"+text)
		}
	}
	if text, ok = d.text("resources.ARN", ':', parts, candidates...); !ok {
		return "", false
	}
	if len(name) > 0 {
		// A text is taken apart at one separator only, so that the Region was sought first, and now the
		// name is, in any Region, and if that is none that will do, in the one that was found.
		anywhere, seeking := text, slices.Concat(
			partsOf(whole, d.term.on["resources.ARN"]...), partsOf(whole, d.asks("detail.resources.ARN")...),
			partsOf(pattern.Part{}, like(form)), partsOf(pattern.Part{From: 1, To: 2}, append(name, anyString)...))
		text, ok = d.text("resources.ARN", '/', seeking, candidates...)
		if ok && !d.allowsRegion(partition, text) {
			region, _, _ := strings.Cut(anywhere, ":")
			here := partsOf(pattern.Part{}, demand(map[string]any{"prefix": region + ":"}))
			if again, found := d.text("resources.ARN", '/', append(here, seeking...), candidates...); found {
				text = again
			} else {
				d.doubts = append(d.doubts, "whether there is such a table in a Region that the rule asks for")
			}
		}
		switch arn := quoted(head + anywhere); {
		case ok:
			d.setText(repeated, strings.SplitN(text, "/", 3)[1])
		case d.allows("detail."+repeated, arn): // a table may be named by its ARN, too
			text = anywhere
			d.set(repeated, arn)
		default:
			return "", false
		}
	}
	region, _, _ = strings.Cut(text, ":")
	d.setText("awsRegion", region)
	account, ok := d.text("resources.accountId", 0, partsOf(pattern.Part{}, d.asks("detail.resources.accountId")...), "111122223333")
	if !ok {
		return "", false
	}
	d.setResources(resource{typ: d.term.typ, arn: head + text, account: account})
	return text, true
}

// allowsRegion reports whether the Region that a text begins with will do.
func (d *draft) allowsRegion(partition, text string) bool {
	region, _, _ := strings.Cut(text, ":")
	_, ok := d.text("awsRegion", 0, append(d.regionParts(partition, pattern.Part{}), partsOf(pattern.Part{}, oneOf(region))...))
	return ok
}

// functionNames are the ways in which the call of a function names it, as parts of its ARN
// arn:aws:lambda:region:account:function:name, with what stands before them.
var functionNames = []pattern.Part{
	{From: 3},                 // name
	{Before: "arn:*:lambda:"}, // all of it, in any partition
	{From: 1},                 // account:function:name
}

// function enters a function of AWS Lambda, which the call names in one of these ways.
func (d *draft) function(partition string, as pattern.Part) bool {
	head := "arn:" + partition + ":lambda:"
	if as.Before != "" {
		as.Before = head
	}
	const path = "requestParameters.functionName"
	asks := d.asks("detail." + path)
	beside := append(partsOf(as, asks...), partsOf(pattern.Part{From: 3}, demand(anythingBut("wildcard", "*:*")))...)
	text, ok := d.regional(head, "*:*:function:*", "111122223333:function:my-function", "", beside...)
	if !ok || len(asks) == 0 {
		return ok
	}
	name := text
	if as.From > 0 {
		name = strings.SplitN(text, ":", as.From+1)[as.From]
	}
	d.setText(path, as.Before+name)
	return true
}

// otherFunction enters a function that the call names in another way, if there is one, or not at all.
func (d *draft) otherFunction(partition string) bool {
	const path = "requestParameters.functionName"
	asks := d.asks("detail." + path)
	if len(asks) == 0 {
		return false // see function
	}
	if !d.allows("detail."+path, "") {
		// Behind a name there may be a version or an alias.
		if !d.value(path, []pattern.Demand{like("*:*")}) {
			return false
		}
		switch strings.Count(d.values[path], ":") {
		case 1, 3, 7: // name, account:function:name and the ARN have one less
		default:
			return false
		}
		d.doubts = append(d.doubts, "whether a call of a function can name it "+d.values[path])
	}
	_, ok := d.regional("arn:"+partition+":lambda:", "*:*:function:*", "111122223333:function:my-function", "")
	return ok
}

// otherResources enters a resource of a type of which little is known.
func otherResources(d *draft, partition string, _ call) bool {
	if !d.asksOfEntry(d.term.typ, "ARN", "accountId") {
		return false
	}
	if !d.bucketName() {
		return false
	}
	noObject := demand(anythingBut("wildcard", "arn:*:s3:::*"))
	parts := partsOf(pattern.Part{}, slices.Concat(d.term.on["resources.ARN"], d.asks("detail.resources.ARN"), []pattern.Demand{nonEmpty, noObject})...)
	var literals []string
	for _, p := range parts {
		literals = append(literals, p.Literals()...)
	}
	service, _, _ := strings.Cut(strings.Trim(d.values["eventSource"], `"`), ".")
	arn, ok := d.text("resources.ARN", 0, parts, append([]string{"arn:" + partition + ":" + service + ":us-east-1:111122223333:example"}, literals...)...)
	if !ok {
		return false
	}
	account, ok := d.text("resources.accountId", 0, partsOf(pattern.Part{}, d.asks("detail.resources.accountId")...), "111122223333")
	d.setResources(resource{typ: d.term.typ, arn: arn, account: account})
	return ok
}

// bucketName chooses requestParameters.bucketName for S3, where it is not a part of the resource: a
// bucket, or an access point by its name, alias or ARN.
func (d *draft) bucketName() bool {
	const path = "requestParameters.bucketName"
	if len(d.asks("detail."+path)) == 0 || !strings.HasPrefix(d.values["eventSource"], `"s3`) {
		return true
	}
	noSlash := demand(anythingBut("wildcard", "*/*"), map[string]any{"prefix": "arn:"}, nil, map[string]any{"exists": false})
	return d.value(path, []pattern.Demand{noSlash}, ``)
}

// freeResources enters what the rule asks of the resources of an event on which selectors do not look at
// them.
func freeResources(d *draft, _ string, c call) bool {
	isS3 := strings.HasPrefix(d.values["eventSource"], `"s3.`) && d.term.category == record.Management
	if isS3 && !d.allows("detail.requestParameters.key", "") {
		return false // bucket-level calls have none
	}
	if !d.bucketName() {
		return false
	}
	asked := false
	for path := range d.rule {
		asked = asked || strings.HasPrefix(path, "detail.resources.") && !d.allows(path, "")
	}
	if !asked {
		d.set("resources", "")
		return d.allows("detail.resources", "")
	}
	if !d.asksOfEntry("", "type", "ARN", "ARNPrefix", "accountId") {
		return false
	}
	found := map[string]string{}
	for _, name := range []string{"type", "ARN", "ARNPrefix", "accountId"} {
		like := []pattern.Demand{optional}
		likely := ``
		switch {
		case name == "type" && isS3:
			like = append(like, demand("AWS::S3::Bucket", map[string]any{"exists": false}))
			likely = `"AWS::S3::Bucket"`
		case name == "type" && d.term.category == record.Management:
			like = append(like, demand(map[string]any{"anything-but": s3Object}, map[string]any{"exists": false}))
		case name == "ARN" && isS3:
			like = append(like, demand(anythingBut("wildcard", "*/*"), map[string]any{"exists": false}))
		case name == "ARN" && d.term.category == record.Management:
			// No call that manages names an object, whatever the service is.
			like = append(like, demand(anythingBut("wildcard", "arn:*:s3:::*/*"), map[string]any{"exists": false}))
		case name == "ARN" && found["type"] == quoted(s3Object):
			like = append(like, demand(map[string]any{"wildcard": "*/*"}, map[string]any{"exists": false}))
		case name == "ARN" && found["type"] == `"AWS::S3::Bucket"`:
			like = append(like, demand(anythingBut("wildcard", "*/*"), map[string]any{"exists": false}))
		}
		v, ok, err := pattern.FindValue(append(d.asks("detail.resources."+name), like...), likely)
		d.note(err, "resources."+name)
		if !ok {
			return false
		}
		found[name] = v
	}
	var members []string
	for _, name := range []string{"accountId", "type", "ARN", "ARNPrefix"} {
		if found[name] != "" {
			members = append(members, quoted(name)+":"+found[name])
		}
	}
	d.set("resources", "[{"+strings.Join(members, ",")+"}]")
	return true
}
