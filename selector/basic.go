package selector

import (
	"fmt"
	"slices"
	"strings"

	"github.com/trailsieve/trailsieve/internal/spell"
	"github.com/trailsieve/trailsieve/record"
)

// A basicSelector is one of EventSelectors. It takes an event if its read or write is selected and
// either it is a management event, these are included and its source is not excluded, or it is
// a data event on a resource that is in the set of its type:
//
//	{"ReadWriteType": "WriteOnly",                               write
//	 "IncludeManagementEvents": false,
//	 "DataResources": [
//	   {"Type": "AWS::S3::Object",
//	    "Values": ["arn:aws:s3:::logs/", "arn:aws:s3:::a/b"]},   data[0].prefixes
//	   {"Type": "AWS::Lambda::Function",
//	    "Values": ["arn:aws:lambda"]}]}                          data[1].prefixes: arn:aws:lambda:
type basicSelector struct {
	eventSelector // as it was written, for explanations

	read, write bool
	management  bool
	data        [len(basicTypes)]set
	dataAt      [len(basicTypes)]place // of the first DataResource of the type, if there is one
}

// basicTypes are the resource types that basic selectors know. A basicType is an index into it.
var basicTypes = [...]string{"AWS::S3::Object", "AWS::Lambda::Function", "AWS::DynamoDB::Table"}

type basicType int

const (
	s3Object basicType = iota
	lambdaFunction
	dynamoDBTable
)

func basicTypeOf(name string) (t basicType, ok bool) {
	i := slices.Index(basicTypes[:], name)
	return basicType(i), i >= 0
}

// compileBasic checks the basic selectors of a tree.
func compileBasic(t *tree, l Limits) ([]basicSelector, error) {
	if n := len(t.basic); n > l.Selectors {
		return nil, t.basic[l.Selectors].errorf(ErrLimit,
			"%d event selectors, a trail has at most %d", n, l.Selectors)
	}
	partition := partitionOf(t.trailARN.text)
	values := 0
	selectors := make([]basicSelector, len(t.basic))
	for i := range t.basic {
		if err := selectors[i].compile(&t.basic[i], partition, l, &values); err != nil {
			return nil, err
		}
	}
	return selectors, nil
}

// compile sets all of b. values counts those of all selectors.
func (b *basicSelector) compile(e *eventSelector, partition string, l Limits, values *int) error {
	*b = basicSelector{eventSelector: *e}
	switch e.readWriteType.text {
	case "All":
		b.read, b.write = true, true
	case "ReadOnly":
		b.read = true
	case "WriteOnly":
		b.write = true
	default:
		if e.readWriteType.present() {
			return e.readWriteType.errorf(ErrValue, "ReadWriteType %q is not valid%s", e.readWriteType.text,
				spell.DidYouMean(e.readWriteType.text, "All", "ReadOnly", "WriteOnly"))
		}
		b.read, b.write = true, true
	}
	b.management = e.includeManagementEvents.text != "false"
	for _, source := range e.excludedSources {
		if !canExclude(source.text, partition) {
			return source.errorf(ErrValue, "source %q cannot be excluded%s; those that can are %s",
				source.text, spell.DidYouMean(source.text, sourcesToExclude...),
				strings.Join(sourcesToExclude, " and "))
		}
	}
	if !b.management && len(e.dataResources) == 0 {
		return e.errorf(ErrConflict, "Invalid combination of parameters in EventSelectors. "+
			"When includeManagementEvents is false, DataResources must not be empty.")
	}
	return b.compileData(l, values)
}

// compileData compiles the values of b, type by type. A type may be there several times.
func (b *basicSelector) compileData(l Limits, values *int) error {
	before := *values
	var exact, prefixes [len(basicTypes)][]leaf
	for _, d := range b.dataResources {
		if !d.typ.present() {
			return d.errorf(ErrField, "Type is missing")
		}
		t, ok := basicTypeOf(d.typ.text)
		if !ok {
			hint := spell.DidYouMean(d.typ.text, basicTypes[:]...)
			if hint == "" {
				hint = " (other types than " + strings.Join(basicTypes[:], ", ") +
					" need advanced event selectors)"
			}
			return d.typ.errorf(ErrValue, "Value %s for DataResources.Type is invalid.%s", d.typ.text, hint)
		}
		if !b.dataAt[t].present() {
			b.dataAt[t] = d.place
		}
		for _, value := range d.values {
			form := formOf(t, value.text)
			if form == invalid {
				return value.errorf(ErrValue, "Value %s for DataResources.Values is invalid.%s",
					value.text, adviseOn(t, value.text))
			}
			if form != all {
				*values++
				if *values > l.Values {
					return value.errorf(ErrLimit, "Specify a valid number of DataResources.Values "+
						"(0 to %d) for all your selectors", l.Values)
				}
				if *values-before > l.SelectorValues {
					return value.errorf(ErrLimit, "more than %d DataResources.Values in one selector",
						l.SelectorValues)
				}
			}
			switch form {
			case all:
				// The leaf keeps its place, but compares as what every ARN of the service begins
				// with. The colon matters: arn:aws:s3express:... begins with arn:aws:s3 too.
				value.text = strings.TrimRight(value.text, ":") + ":"
				fallthrough
			case prefix:
				prefixes[t] = append(prefixes[t], value)
			default:
				exact[t] = append(exact[t], value)
			}
		}
	}
	for t := range b.data {
		b.data[t] = newSet(exact[t], prefixes[t], nil)
	}
	return nil
}

// A form is what a value of DataResources looks like, and so what it takes.
type form int

const (
	invalid form = iota
	all          // arn:aws:s3           every resource of the type in the partition
	prefix       // arn:aws:s3:::a/b     objects whose ARN begins with it
	whole        // arn:aws:lambda:...   the one resource
)

// formOf tells which form a value of a type has.
//
//	all     arn:aws:s3 or arn:aws:s3:::, arn:aws:lambda, arn:aws:dynamodb
//	prefix  arn:aws:s3:::a/ or arn:aws:s3:::a/b
//	whole   arn:aws:lambda:us-east-1:111122223333:function:f
//	        arn:aws:dynamodb:us-east-1:111122223333:table/t
func formOf(t basicType, value string) form {
	parts := strings.SplitN(value, ":", 6) // arn, partition, service, region, account, resource
	if len(parts) < 3 || parts[0] != "arn" || !isPartition(parts[1]) || parts[2] != services[t] {
		return invalid
	}
	if len(parts) == 3 {
		return all
	}
	if len(parts) < 6 {
		return invalid
	}
	region, account, resource := parts[3], parts[4], parts[5]
	if t == s3Object {
		bucket, _, ok := strings.Cut(resource, "/")
		switch {
		case region != "" || account != "":
			return invalid
		case resource == "":
			return all
		case !ok || !isBucket(bucket):
			return invalid
		}
		return prefix
	}
	if !consists(region, isLower, isDigit, isDash) || !consists(account, isDigit) {
		return invalid
	}
	switch t {
	case lambdaFunction:
		// AWS's guide has an example with a slash for the colon, which is accepted and takes nothing.
		name, ok := strings.CutPrefix(resource, "function:")
		if !ok {
			name, ok = strings.CutPrefix(resource, "function/")
		}
		if ok && name != "" {
			return whole
		}
	case dynamoDBTable:
		if name, ok := strings.CutPrefix(resource, "table/"); ok && name != "" {
			return whole
		}
	}
	return invalid
}

// services are how ARNs of the basic types name their service.
var services = [len(basicTypes)]string{"s3", "lambda", "dynamodb"}

// adviseOn returns the end of a message about a value that is invalid: what was meant, probably.
func adviseOn(t basicType, value string) string {
	if value == "*" {
		return fmt.Sprintf(" (did you mean %q, which takes all?)", "arn:aws:"+services[t])
	}
	every := "arn:aws:" + services[t]
	if parts := strings.SplitN(value, ":", 4); len(parts) > 3 && parts[0] == "arn" {
		every = "arn:" + parts[1] + ":" + services[t]
	}
	bare := strings.TrimRight(value, "*/:")
	guesses := []string{value + "/", every + ":::" + value, every + ":::" + value + "/"}
	if bare == every && value != every {
		guesses = []string{every}
	}
	for _, guess := range guesses {
		if formOf(t, guess) != invalid {
			return fmt.Sprintf(" (did you mean %q?)", guess)
		}
	}
	if strings.Contains(value, "*") {
		return " (there are no wildcards: a value takes what begins with it)"
	}
	return ""
}

// partitionOf returns the partition in an ARN, or nothing.
func partitionOf(arn string) string {
	if rest, ok := strings.CutPrefix(arn, "arn:"); ok {
		partition, _, _ := strings.Cut(rest, ":")
		return partition
	}
	return ""
}

// isPartition reports whether s is aws, aws-cn, aws-us-gov or looks like one that is to come.
func isPartition(s string) bool {
	rest, ok := strings.CutPrefix(s, "aws")
	return ok && (rest == "" || rest[0] == '-' && consists(rest[1:], isLower, isDigit, isDash))
}

// isBucket reports whether s has the characters of a bucket's name. Buckets of the first years in
// us-east-1 may have capitals and underscores.
func isBucket(s string) bool {
	return consists(s, isLower, isUpper, isDigit, isDash, isDot, func(c byte) bool { return c == '_' })
}

// consists reports whether s has bytes of the given kinds, and no others.
func consists(s string, kinds ...func(byte) bool) bool {
	for i := range len(s) {
		if !slices.ContainsFunc(kinds, func(is func(byte) bool) bool { return is(s[i]) }) {
			return false
		}
	}
	return s != ""
}

func isLower(c byte) bool { return 'a' <= c && c <= 'z' }
func isUpper(c byte) bool { return 'A' <= c && c <= 'Z' }
func isDigit(c byte) bool { return '0' <= c && c <= '9' }
func isDash(c byte) bool  { return c == '-' }
func isDot(c byte) bool   { return c == '.' }

// takes reports whether b selects an event that reads or writes.
func (b *basicSelector) takes(readOnly bool) bool {
	if readOnly {
		return b.read
	}
	return b.write
}

// excludes returns the excluded source that is the record's, or nil.
func (b *basicSelector) excludes(r *record.Record) *leaf {
	for i := range b.excludedSources {
		if b.excludedSources[i].text == r.EventSource {
			return &b.excludedSources[i]
		}
	}
	return nil
}
