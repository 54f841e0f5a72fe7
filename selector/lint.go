package selector

import (
	_ "embed"
	"fmt"
	"slices"
	"strings"

	"github.com/trailsieve/trailsieve/internal/spell"
	"github.com/trailsieve/trailsieve/record"
)

// A Check is the name of something that CloudTrail accepts and that hardly anybody means. The strings
// do not change.
type Check string

// The checks, and how a finding of each is mended.
const (
	OwnLogBucket     Check = "own-log-bucket"     // the trail logs its own log files: leave the bucket out
	BucketNoSlash    Check = "bucket-no-slash"    // StartsWith bucket takes bucket2 too: add a slash
	BucketEquals     Check = "bucket-equals"      // Equals bucket takes no object: use StartsWith
	Star             Check = "star"               // a star stands for itself: use a prefix
	NotAnARN         Check = "not-an-arn"         // ARNs begin with arn: write it in full
	OtherARN         Check = "other-arn"          // an ARN of another service: correct it, or the type
	NeverMatches     Check = "never-matches"      // conditions contradict each other: remove one
	DeadValue        Check = "dead-value"         // a value is selected and deselected: remove one
	ShadowedValue    Check = "shadowed-value"     // another value takes the same and more: remove this one
	RepeatedValue    Check = "repeated-value"     // remove one
	NoValues         Check = "no-values"          // a Type without Values takes nothing: add some
	RepeatedSelector Check = "repeated-selector"  // remove one
	Contained        Check = "contained-selector" // another selector takes the same and more: remove it
	Undone           Check = "undone-exclusion"   // another selector takes it: exclude it there too
	IdleExclusion    Check = "idle-exclusion"     // no management events to exclude from: remove it
	OtherPartition   Check = "other-partition"    // a source of China: is the trail there?
	UnknownType      Check = "unknown-type"       // no type that is known: check its spelling
	UnknownSource    Check = "unknown-source"     // no service that is known: check its spelling
	FunctionSlash    Check = "function-slash"     // function/f is no function's ARN: write function:f
	PartOfResource   Check = "part-of-resource"   // an alias, index or stream: name the resource
	ConsoleFalse     Check = "console-false"      // it is true or absent: use NotEquals true
	BothReadOnly     Check = "both-read-only"     // reads and writes are all: remove the condition
	EmptyName        Check = "empty-name"         // CloudFormation refuses it: leave it out
)

// A Severity tells how bad a finding is.
type Severity string

// The severities.
const (
	Danger  Severity = "danger"  // it may cost a lot, without an end
	Warning Severity = "warning" // the trail probably does not log what was meant
	Notice  Severity = "notice"  // it makes no difference, or may be right
)

// severities has those that are not warnings.
var severities = map[Check]Severity{OwnLogBucket: Danger, ShadowedValue: Notice, RepeatedValue: Notice,
	RepeatedSelector: Notice, Contained: Notice, IdleExclusion: Notice, UnknownType: Notice,
	UnknownSource: Notice, OtherPartition: Notice, BothReadOnly: Notice, EmptyName: Notice}

// A Finding is a place in the text of selectors where a check has found something.
type Finding struct {
	Check    Check
	Severity Severity
	Pointer  string // as in a [SyntaxError]
	Offset   int
	Message  string // what is wrong, and what would be right
}

// String returns the finding in one line:
//
//	warning: "arn:aws:s3:::b" takes buckets whose names begin with it, too; end it with a slash
//	(bucket-no-slash in /AdvancedEventSelectors/0/FieldSelectors/2/StartsWith/0)
func (f Finding) String() string {
	return fmt.Sprintf("%s: %s (%s in %s)", f.Severity, f.Message, f.Check, f.Pointer)
}

// Lint looks for what CloudTrail accepts and hardly anybody means. The findings come in the order of
// the text. logBucket is the name of the bucket to which the trail delivers, or empty if that is not
// known; then [OwnLogBucket] finds nothing.
//
// A selector that Lint has nothing to say about may be wrong all the same: [Selector.Explain] tells
// what it does.
func (s *Selector) Lint(logBucket string) []Finding {
	l := linter{Selector: s}
	l.logsItself(logBucket)
	for i := range s.tree.basic {
		l.basicSelector(i)
	}
	for i := range s.tree.advanced {
		l.advancedSelector(i)
	}
	slices.SortStableFunc(l.findings, func(a, b Finding) int { return a.Offset - b.Offset })
	return l.findings
}

type linter struct {
	*Selector
	findings []Finding
}

func (l *linter) add(c Check, at place, format string, args ...any) {
	severity, ok := severities[c]
	if !ok {
		severity = Warning
	}
	message := fmt.Sprintf(format, args...)
	l.findings = append(l.findings, Finding{c, severity, at.pointer, at.offset, message})
}

// logsItself asks whether the trail would log the delivery of a log file.
func (l *linter) logsItself(bucket string) {
	if bucket == "" {
		return
	}
	partitions := []string{partitionOf(l.tree.trailARN.text)}
	if partitions[0] == "" {
		partitions[0] = "aws"
		for _, p := range []string{"aws-cn", "aws-us-gov"} { // or where the values say
			if strings.Contains(l.text, "arn:"+p+":") {
				partitions = append(partitions, p)
			}
		}
	}
	for _, partition := range partitions {
		delivery := &record.Record{
			EventSource: "s3.amazonaws.com", EventName: "PutObject", EventType: "AwsApiCall",
			EventCategory: record.Data, ReadOnly: record.False,
			UserIdentity: record.Identity{Type: "AWSService", InvokedBy: "cloudtrail.amazonaws.com"},
			Resources: []record.Resource{{Type: basicTypes[s3Object],
				ARN: "arn:" + partition + ":s3:::" + bucket + "/AWSLogs/111122223333/CloudTrail/f.json.gz"}},
		}
		if reason := l.Explain(delivery); reason.Logged {
			l.add(OwnLogBucket, l.placeOf(reason.Pointer), "the trail logs the delivery of its own log files, "+
				"each of which makes another one to deliver; leave out the bucket %s", bucket)
			return
		}
	}
}

// placeOf returns the place that a pointer from an explanation of a data event leads to.
func (l *linter) placeOf(pointer string) place {
	for i := range l.tree.basic {
		for _, d := range l.tree.basic[i].dataResources {
			for _, v := range d.values {
				if v.pointer == pointer {
					return v.place
				}
			}
		}
	}
	for i := range l.tree.advanced {
		if l.tree.advanced[i].pointer == pointer {
			return l.tree.advanced[i].place
		}
	}
	panic("selector: no selector takes data events at " + pointer)
}

// star checks a value for stars.
func (l *linter) star(v leaf) {
	if strings.Contains(v.text, "*") {
		l.add(Star, v.place, "the star in %q stands for itself; there are no wildcards, but prefixes", v.text)
	}
}

// source checks the name of a source that is left out.
func (l *linter) source(v leaf) {
	if strings.HasSuffix(v.text, ".cn") && partitionOf(l.tree.trailARN.text) == "" {
		l.add(OtherPartition, v.place, "%s is a source in China only; elsewhere it is %s",
			v.text, strings.TrimSuffix(v.text, ".cn"))
	}
}

//go:embed types.txt
var typesText string

//go:embed sources.txt
var sourcesText string

// knownTypes has the types of resources that have data events, by "Logging data events" in the
// CloudTrail user guide as of April 2026, each with the service in its ARNs, where the API's reference
// has told.
var knownTypes = func() map[string]string {
	types := map[string]string{}
	for line := range strings.Lines(typesText) {
		name, service, _ := strings.Cut(strings.TrimSpace(line), " ")
		types[name] = service
	}
	return types
}()

// knownSources has the services that have network activity events, by "Logging network activity
// events" of the same date.
var knownSources = strings.Fields(sourcesText)

// hint returns the end of a message about a name that is not known.
func hint(word string, words []string) string {
	if h := spell.DidYouMean(word, words...); h != "" {
		return h
	}
	return "; it may be new"
}

// A value is one of those of a condition, with its operator.
type value struct {
	leaf
	operator
}

// covers reports whether every string that meets v meets w too. Both select, or both deselect.
func (w value) covers(v value) bool {
	switch w.operator {
	case equals, notEquals:
		return (v.operator == equals || v.operator == notEquals) && v.text == w.text
	case startsWith, notStartsWith:
		return v.operator != endsWith && v.operator != notEndsWith && strings.HasPrefix(v.text, w.text)
	}
	return v.operator != startsWith && v.operator != notStartsWith && strings.HasSuffix(v.text, w.text)
}

// shadows finds the values that others cover. All select, or all deselect.
func (l *linter) shadows(values []value) {
	for i, v := range values {
		for j, w := range values {
			if i == j || !w.covers(v) {
				continue
			}
			if v.covers(w) && v.operator == w.operator {
				if j < i {
					l.add(RepeatedValue, v.place, "%q is there already, in %s", v.text, w.pointer)
					break
				}
				continue
			}
			l.add(ShadowedValue, v.place, "%q adds nothing to %q in %s", v.text, w.text, w.pointer)
			break
		}
	}
}
