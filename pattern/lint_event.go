package pattern

import (
	"regexp"
	"slices"
	"strings"

	"github.com/trailsieve/trailsieve/internal/jsonscan"
	"github.com/trailsieve/trailsieve/internal/spell"
)

// This file has what Lint knows of the events of EventBridge and CloudTrail.

// envelope are the fields of an event of EventBridge; all but detail and resources are strings. The
// last is there only if the event comes from an archive.
var envelope = []string{
	"version", "id", "detail-type", "source", "account", "time", "region", "resources", "detail", "replay-name",
}

// telling are the fields of the envelope that records of CloudTrail and other events lack.
var telling = []string{"detail-type", "source", "account", "region", "detail"}

// objectPaths are where events of CloudTrail have an object.
var objectPaths = []string{
	"detail", "detail.userIdentity", "detail.userIdentity.sessionContext",
	"detail.userIdentity.sessionContext.attributes", "detail.userIdentity.sessionContext.sessionIssuer",
	"detail.tlsDetails",
}

// envelope looks for names that events of EventBridge do not have at their top level.
func (l *linter) envelope() {
	known := slices.ContainsFunc(l.fields, func(f placedField) bool {
		return slices.Contains(telling, firstName(f.path))
	})
	reported := map[string]bool{}
	for _, f := range l.fields {
		name := firstName(f.path)
		if slices.Contains(envelope, name) || reported[name] {
			continue
		}
		meant := meantInEnvelope(name)
		if !known && meant == "" {
			continue // a pattern for something else
		}
		reported[name] = true
		if meant != "" {
			meant = " (did you mean " + quote(meant) + "?)"
		}
		l.report(LintUnknownField, f.offset, f.pointer, "events of EventBridge have no field %s%s: they have %s",
			quote(name), meant, strings.Join(envelope[:len(envelope)-1], ", "))
	}
}

// meantInEnvelope returns the field of the envelope that a name is a misspelling of, or nothing. It has
// to be one that nobody would take for another field: a letter more or less, or another way to join the
// words.
func meantInEnvelope(name string) string {
	if len(name) > 2*len("detail-type") {
		return "" // Distance takes time for long names
	}
	for _, k := range envelope {
		if plain(k) == plain(name) || len(name) > 3 && spell.Distance(k, name) == 1 {
			return k
		}
	}
	if plain(name) == "accountid" {
		return "account"
	}
	return ""
}

// stringPaths are where events of CloudTrail have a string that looks like a number.
var stringPaths = []string{
	"detail.eventVersion", "detail.recipientAccountId", "detail.userIdentity.accountId",
	"detail.userIdentity.sessionContext.sessionIssuer.accountId",
	"detail.userIdentity.sessionContext.attributes.mfaAuthenticated",
}

// alwaysThere are the fields in which every event of EventBridge has a string, and which hardly any other
// event has.
var alwaysThere = []string{"detail-type", "source", "account", "region"}

// anyEvent looks for a condition that holds for every event of EventBridge. A pattern that has nothing
// else is meant to match every event.
func (l *linter) anyEvent(f placedField) {
	if len(l.fields) > 1 && slices.Contains(alwaysThere, f.path) && f.acceptsStrings() && !f.acceptsAll() {
		l.report(LintAnyEvent, f.offset, f.pointer, "%s holds for every event of EventBridge, which all have a string there: "+
			"remove it, or narrow it", display(f.path))
	}
}

// firstName returns a path up to its first dot.
func firstName(path string) string {
	name, _, _ := strings.Cut(path, ".")
	return name
}

// A literalText is a text in an alternative, to be found as it is.
type literalText struct {
	text     string
	wildcard bool
}

// texts returns the texts that a condition is about.
func texts(c condition) []literalText {
	switch c := c.(type) {
	case exactString:
		return []literalText{{text: string(c)}}
	case prefix:
		return []literalText{{text: string(c)}}
	case suffix:
		return []literalText{{text: string(c)}}
	case prefixFold:
		return []literalText{{text: string(c)}}
	case suffixFold:
		return []literalText{{text: string(c)}}
	case equalsFold:
		return []literalText{{text: string(c)}}
	case wildcard:
		return []literalText{{c.text, true}}
	case anythingBut:
		var all []literalText
		for _, ex := range c.excluded {
			all = append(all, texts(ex)...)
		}
		return all
	}
	return nil
}

// regexpSyntax is what regular expressions have and names in events do not. A class like \d or a $ at
// the end takes what stands beside it to be one: there are users named CORP\bob, and hosts named WEB$.
var regexpSyntax = regexp.MustCompile(
	`\.\*|\.\+|\\\.|\\[dDwWsSbB][+*?{]|\[(?:a-z|A-Z|0-9|\^)|\(\?|\([^()|]*\|[^()]*\)|^\^|[)\]+*?}]\$$`)

// starless makes the operand of wildcard a text in which the stars that are syntax there are no signs
// of a regular expression.
var starless = strings.NewReplacer(`\*`, `*`, `\\`, `\`, `*`, "\x00")

// looksLikeRegexp reports whether a text has something that only regular expressions have.
func (t literalText) looksLikeRegexp() bool {
	if t.wildcard {
		return regexpSyntax.MatchString(starless.Replace(t.text))
	}
	return regexpSyntax.MatchString(t.text)
}

// strings looks at the texts in a field.
func (l *linter) strings(f placedField) {
	for i, a := range f.anyOf {
		for _, t := range texts(a.condition) {
			shown := cut(quote(t.text), maxWord)
			switch {
			case t.looksLikeRegexp():
				l.at(LintRegexp, f, i, "%s looks like a regular expression, but is compared as it is: use prefix, "+
					"suffix, wildcard or several values", shown)
			case t.text == "*" && !t.wildcard:
				l.at(LintWildcard, f, i, `"*" is just a star: to accept any value, write {"exists": true}`)
			case strings.Contains(t.text, "*") && !t.wildcard:
				l.at(LintWildcard, f, i, `the star in %s is just a star: use {"wildcard": …}`, shown)
			}
			if right, ok := rightARN(t.text); ok {
				l.at(LintARN, f, i, "no ARN has the form of %s: write %s", shown, cut(quote(right), maxWord))
			}
		}
	}
}

// arnSeparators has the kinds of resources by service, with what stands between the kind and the name.
var arnSeparators = map[string]map[string]string{
	"cloudtrail":     {"trail": "/"},
	"cloudwatch":     {"alarm": ":"},
	"dynamodb":       {"table": "/"},
	"ec2":            {"instance": "/", "security-group": "/", "subnet": "/", "volume": "/", "vpc": "/"},
	"ecs":            {"cluster": "/", "service": "/", "task": "/"},
	"events":         {"event-bus": "/", "rule": "/"},
	"iam":            {"group": "/", "instance-profile": "/", "mfa": "/", "policy": "/", "role": "/", "user": "/"},
	"kms":            {"alias": "/", "key": "/"},
	"lambda":         {"function": ":", "layer": ":"},
	"logs":           {"log-group": ":"},
	"rds":            {"cluster": ":", "db": ":", "snapshot": ":"},
	"secretsmanager": {"secret": ":"},
	"states":         {"stateMachine": ":"},
	"sts":            {"assumed-role": "/", "federated-user": "/"},
}

// rightARN returns an ARN with the separator that its kind of resource has, and whether the text is
// one with another separator.
func rightARN(text string) (right string, wrong bool) {
	parts := strings.SplitN(text, ":", 6) // arn, partition, service, region, account, resource
	if len(parts) < 6 || parts[0] != "arn" {
		return "", false
	}
	i := strings.IndexAny(parts[5], ":/")
	if i < 0 {
		return "", false
	}
	separator := arnSeparators[parts[2]][parts[5][:i]]
	if separator == "" || separator == parts[5][i:i+1] {
		return "", false
	}
	parts[5] = parts[5][:i] + separator + parts[5][i+1:]
	return strings.Join(parts, ":"), true
}

// cloudTrail looks at what a field can find in an event.
func (l *linter) cloudTrail(f placedField) {
	l.anyEvent(f)
	inEnvelope := f.path != "detail" && slices.Contains(envelope, f.path)
	isString := inEnvelope || slices.Contains(stringPaths, f.path)
	is := f.path + " is a string"
	if f.path == "resources" {
		is = "resources is a list of strings"
	}
	for i, a := range f.anyOf {
		switch c := a.condition.(type) {
		case exactNumber, numeric:
			if isString {
				l.at(LintEnvelopeType, f, i, "%s in events of EventBridge, which no number equals: write it in quotes", is)
			}
		case anythingBut:
			if _, ok := c.excluded[0].(exactNumber); ok && isString {
				l.at(LintEnvelopeType, f, i, "%s in events of EventBridge, which no number equals, so nothing is excluded: "+
					"write it in quotes", is)
			}
		case exactWord:
			if isString {
				l.at(LintEnvelopeType, f, i, "%s in events of EventBridge", is)
			}
			if f.path == "detail.readOnly" && l.onlyReads(f) && c == exactWord(jsonscan.True) {
				l.at(LintReadOnlyCalls, f, i, readOnlyDelivery, "readOnly is true for calls that only read")
			}
		case exists:
			if below := l.below(f.path); below != "" || slices.Contains(objectPaths, f.path) {
				l.at(LintExistsOnObject, f, i, "%s is an object, and exists is about values: name a field in it%s",
					display(f.path), below)
			}
		default:
			if call := readOnlyCall(c); call != "" && f.path == "detail.eventName" && l.managementEvents(f) {
				l.at(LintReadOnlyCalls, f, i, readOnlyDelivery, call+" only reads")
			}
		}
	}
}

// below returns a remark on a field that the pattern has below a path, or nothing.
func (l *linter) below(path string) string {
	for _, f := range l.fields {
		if strings.HasPrefix(f.path, path+".") && l.used[f.field] {
			return ", such as " + display(f.path)
		}
	}
	return ""
}

// dataReads are read-only calls that CloudTrail records as data events. These are delivered whenever
// a trail logs them.
var dataReads = []string{"GetObject", "ListObject", "ListParts", "GetItem", "GetRecords"}

// deliveredReads are calls of sts that only read by their name. EventBridge delivers them like those
// that write.
var deliveredReads = []string{"GetSessionToken", "GetFederationToken"}

// readOnlyDelivery is what to know about calls that only read.
const readOnlyDelivery = "%s: EventBridge delivers management events of that kind only to a rule in the " +
	"state ENABLED_WITH_ALL_CLOUDTRAIL_MANAGEMENT_EVENTS"

// readOnlyCall returns the name of a call that only reads, or the beginning of one, if the condition
// is for one.
func readOnlyCall(c condition) string {
	all := texts(c)
	if _, ok := c.(anythingBut); ok || len(all) == 0 {
		return ""
	}
	if _, ok := c.(suffix); ok {
		return ""
	}
	if _, ok := c.(suffixFold); ok {
		return ""
	}
	name := all[0].text
	for _, verb := range []string{"Describe", "Get", "List"} {
		rest, ok := strings.CutPrefix(name, verb)
		if ok && !slices.Contains(deliveredReads, name) && (rest == "" || rest[0] == '*' || 'A' <= rest[0] && rest[0] <= 'Z') &&
			!slices.ContainsFunc(dataReads, func(call string) bool { return strings.HasPrefix(name, call) }) {
			return quote(name)
		}
	}
	return ""
}

// managementTypes are the detail-types of the events that can be of a management event.
var managementTypes = []string{
	"AWS API Call via CloudTrail", "AWS Console Sign In via CloudTrail", "AWS Service Event via CloudTrail",
}

// managementEvents reports whether f is for management events among others, in some branch.
func (l *linter) managementEvents(f placedField) bool {
	return slices.ContainsFunc(l.pattern.branches, func(b branch) bool {
		return b[f.path] == f.field && b.managementEvents()
	})
}

// onlyReads reports whether f, which is about readOnly, asks for management events that only read, in
// some branch. Where the names of calls are asked for too, these are looked at.
func (l *linter) onlyReads(f placedField) bool {
	return !f.satisfiedBy("false") && slices.ContainsFunc(l.pattern.branches, func(b branch) bool {
		return b[f.path] == f.field && b["detail.eventName"] == nil && b.managementEvents()
	})
}

// managementEvents reports whether a branch can match management events.
func (b branch) managementEvents() bool {
	can := func(path string, values ...string) bool {
		f := b[path]
		return f == nil || f.acceptsNone() || slices.ContainsFunc(values, f.satisfiedBy)
	}
	var types []string
	for _, t := range managementTypes {
		types = append(types, quote(t))
	}
	return can("detail-type", types...) && can("detail.managementEvent", "true") && can("detail.eventCategory", `"Management"`)
}
