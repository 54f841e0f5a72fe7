package selector

import (
	"encoding/json"
	"errors"
	"fmt"
	"regexp"
	"slices"
	"strings"
	"unicode/utf8"
)

// This file is the twin: selectors as AWS's documentation describes them, over the values of
// encoding/json, without a thought for speed. It shares no code with the package, nor does it use
// the package record: what it knows about records it reads from their JSON.

type object = map[string]any

type slow struct {
	basic    []object
	advanced []object
}

func compileSlow(text string) (*slow, error) {
	if !utf8.ValidString(text) {
		return nil, errors.New("not UTF-8")
	}
	if err := checkNames(text); err != nil {
		return nil, err
	}
	if !json.Valid([]byte(text)) {
		return nil, errors.New("not JSON")
	}
	var value any
	d := json.NewDecoder(strings.NewReader(text))
	d.UseNumber() // some are too large for a float64, which matters to nobody
	if err := d.Decode(&value); err != nil {
		return nil, err
	}
	var (
		s      slow
		failed error
	)
	func() {
		defer func() {
			if v := recover(); v != nil {
				failed = v.(refused)
			}
		}()
		s.check(toAPISlow(value))
	}()
	return &s, failed
}

// refused is what the checks panic with.
type refused string

func (r refused) Error() string { return string(r) }

func refuseIf(condition bool, format string, args ...any) {
	if condition {
		panic(refused(fmt.Sprintf(format, args...)))
	}
}

// checkNames refuses what encoding/json does not: objects that have a name twice, deep nesting.
func checkNames(text string) error {
	d := json.NewDecoder(strings.NewReader(text))
	d.UseNumber()
	type level struct {
		names map[string]bool // nil in an array
		value bool            // the next token in the object is a value
	}
	var levels []level
	for {
		token, err := d.Token()
		if err != nil {
			return nil // the end, or no JSON, which is found elsewhere
		}
		var top *level
		if len(levels) > 0 {
			top = &levels[len(levels)-1]
		}
		if name, ok := token.(string); ok && top != nil && top.names != nil && !top.value {
			if top.names[name] {
				return fmt.Errorf("%q twice", name)
			}
			top.names[name] = true
			top.value = true
			continue
		}
		if top != nil {
			top.value = false
		}
		switch token {
		case json.Delim('{'):
			levels = append(levels, level{names: map[string]bool{}})
			if len(levels) > 1000 {
				return errors.New("nested deeply")
			}
		case json.Delim('['):
			levels = append(levels, level{})
			if len(levels) > 1000 {
				return errors.New("nested deeply")
			}
		case json.Delim('}'), json.Delim(']'):
			levels = levels[:len(levels)-1]
		}
	}
}

// get returns the value of a name whose type must be T. A null is absent.
func get[T any](o object, name string) (value T, ok bool) {
	v, there := o[name]
	if !there || v == nil {
		return value, false
	}
	value, ok = v.(T)
	refuseIf(!ok, "%s: unexpected type", name)
	return value, true
}

func elements[T any](o object, name string) (all []T) {
	list, _ := get[[]any](o, name)
	for _, v := range list {
		e, ok := v.(T)
		refuseIf(!ok, "%s: unexpected type of element", name)
		all = append(all, e)
	}
	return all
}

func onlyNames(o object, names ...string) {
	for name := range o {
		refuseIf(!slices.Contains(names, name), "%s: unknown", name)
	}
}

func (s *slow) check(top object) {
	onlyNames(top, "EventSelectors", "AdvancedEventSelectors", "TrailARN", "TrailName")
	trail, _ := get[string](top, "TrailARN")
	get[string](top, "TrailName")
	s.basic = elements[object](top, "EventSelectors")
	s.advanced = elements[object](top, "AdvancedEventSelectors")
	refuseIf(len(s.basic) > 0 && len(s.advanced) > 0, "both lists")
	refuseIf(len(s.basic) > 5, "more than 5 selectors")
	inChina := true // or it may be
	if parts := strings.Split(trail, ":"); parts[0] == "arn" && len(parts) > 1 && parts[1] != "" {
		inChina = parts[1] == "aws-cn"
	}
	values := 0
	for _, b := range s.basic {
		checkBasicSlow(b, inChina, &values)
	}
	for _, a := range s.advanced {
		checkAdvancedSlow(a, inChina, &values)
	}
}

func excludable(source string, inChina bool) bool {
	return source == "kms.amazonaws.com" || source == "rdsdata.amazonaws.com" ||
		inChina && (source == "kms.amazonaws.com.cn" || source == "rdsdata.amazonaws.com.cn")
}

var (
	takesAll = regexp.MustCompile(`^arn:aws(-[a-z0-9-]+)?:(s3|s3:::|lambda|dynamodb)$`)

	valueForms = map[string]*regexp.Regexp{
		"AWS::S3::Object": regexp.MustCompile(
			`(?s)^arn:aws(-[a-z0-9-]+)?:s3(:::([A-Za-z0-9._-]+/.*)?)?$`),
		"AWS::Lambda::Function": regexp.MustCompile(
			`(?s)^arn:aws(-[a-z0-9-]+)?:lambda(:[a-z0-9-]+:[0-9]+:function[:/].+)?$`),
		"AWS::DynamoDB::Table": regexp.MustCompile(
			`(?s)^arn:aws(-[a-z0-9-]+)?:dynamodb(:[a-z0-9-]+:[0-9]+:table/.+)?$`),
	}
)

func checkBasicSlow(b object, inChina bool, values *int) {
	onlyNames(b, "ReadWriteType", "IncludeManagementEvents", "DataResources", "ExcludeManagementEventSources")
	if rw, ok := get[string](b, "ReadWriteType"); ok {
		refuseIf(rw != "All" && rw != "ReadOnly" && rw != "WriteOnly", "ReadWriteType %s", rw)
	}
	for _, source := range elements[string](b, "ExcludeManagementEventSources") {
		refuseIf(!excludable(source, inChina), "excluded %s", source)
	}
	resources := elements[object](b, "DataResources")
	include, ok := get[bool](b, "IncludeManagementEvents")
	refuseIf(ok && !include && len(resources) == 0, "nothing is selected")
	for _, d := range resources {
		onlyNames(d, "Type", "Values")
		typ, _ := get[string](d, "Type")
		form := valueForms[typ]
		refuseIf(form == nil, "type %s", typ)
		for _, v := range elements[string](d, "Values") {
			refuseIf(!form.MatchString(v), "value %s", v)
			if !takesAll.MatchString(v) {
				*values++
			}
		}
	}
	refuseIf(*values > 250, "more than 250 values")
}

var sixOperators = []string{"Equals", "NotEquals", "StartsWith", "NotStartsWith", "EndsWith", "NotEndsWith"}

// fieldsOfTrails is the table of fields and operators, one line for each: category, field, operators.
const fieldsOfTrails = `
Management      eventCategory                 Equals
Management      readOnly                      Equals
Management      eventSource                   NotEquals
Data            eventCategory                 Equals
Data            resources.type                Equals
Data            readOnly                      Equals
Data            eventSource                   any
Data            eventName                     any
Data            eventType                     any
Data            userIdentity.arn              any
Data            sessionCredentialFromConsole  Equals NotEquals
Data            resources.ARN                 any
NetworkActivity eventCategory                 Equals
NetworkActivity eventSource                   Equals
NetworkActivity eventName                     any
NetworkActivity userIdentity.arn              any
NetworkActivity errorCode                     Equals
NetworkActivity vpcEndpointId                 any
`

// operatorsOf returns the operators of a field in a category, none if it is not allowed there.
func operatorsOf(category, field string) []string {
	for line := range strings.Lines(fieldsOfTrails) {
		if words := strings.Fields(line); len(words) > 2 && words[0] == category && words[1] == field {
			if words[2] == "any" {
				return sixOperators
			}
			return words[2:]
		}
	}
	return nil
}

var (
	typeForm   = regexp.MustCompile(`^AWS::[A-Za-z0-9]+::[A-Za-z0-9]+$`)
	sourceForm = regexp.MustCompile(`^[a-z0-9.-]+\.amazonaws\.com(\.cn)?$`)
	oneLine    = regexp.MustCompile(`^[^\n\r\x{85}\x{2028}\x{2029}]+$`)
)

func checkAdvancedSlow(a object, inChina bool, values *int) {
	onlyNames(a, "Name", "FieldSelectors")
	name, _ := get[string](a, "Name")
	refuseIf(utf8.RuneCountInString(name) > 1000, "long name")
	selectors := elements[object](a, "FieldSelectors")
	refuseIf(len(selectors) == 0, "no field selectors")
	byField := map[string]object{}
	for _, f := range selectors {
		onlyNames(f, append([]string{"Field"}, sixOperators...)...)
		field, _ := get[string](f, "Field")
		refuseIf(field == "" || utf8.RuneCountInString(field) > 1000, "field %q", field)
		refuseIf(byField[field] != nil, "field %s twice", field)
		byField[field] = f
		operators := 0
		for _, operator := range sixOperators {
			if _, ok := get[[]any](f, operator); ok {
				list := elements[string](f, operator)
				refuseIf(len(list) == 0, "no values")
				for _, v := range list {
					refuseIf(!oneLine.MatchString(v) || utf8.RuneCountInString(v) > 2048, "value %q", v)
				}
				operators++
				*values += len(list)
			}
		}
		refuseIf(operators == 0, "no operator")
	}
	refuseIf(*values > 500, "more than 500 values")
	only := func(field string) string {
		list := elements[string](byField[field], "Equals")
		refuseIf(len(list) != 1, "%s: %d values", field, len(list))
		return list[0]
	}
	refuseIf(byField["eventCategory"] == nil, "no eventCategory")
	category := only("eventCategory")
	for field, f := range byField {
		allowed := operatorsOf(category, field)
		refuseIf(allowed == nil, "%s is not allowed for %s", field, category)
		for _, operator := range sixOperators {
			list := elements[string](f, operator)
			refuseIf(len(list) > 0 && !slices.Contains(allowed, operator), "%s of %s", operator, field)
			for _, v := range list {
				switch {
				case field == "readOnly", field == "sessionCredentialFromConsole":
					refuseIf(v != "true" && v != "false", "%s %s", field, v)
				case field == "errorCode":
					refuseIf(v != "VpceAccessDenied", "%s %s", field, v)
				case field == "resources.type":
					refuseIf(!typeForm.MatchString(v), "%s %s", field, v)
				case field == "eventSource" && category == "Management":
					refuseIf(!excludable(v, inChina), "%s %s", field, v)
				case field == "eventSource" && category == "NetworkActivity":
					refuseIf(!sourceForm.MatchString(v), "%s %s", field, v)
				}
			}
		}
	}
	if category == "Data" {
		refuseIf(byField["resources.type"] == nil, "no type")
		only("resources.type")
	}
	if category == "NetworkActivity" {
		refuseIf(byField["eventSource"] == nil, "no source")
		only("eventSource")
	}
}

// match answers for the text of a record, which is a JSON object.
func (s *slow) match(text string) bool {
	var r object
	if err := json.Unmarshal([]byte(text), &r); err != nil {
		panic(err)
	}
	if len(s.basic) == 0 && len(s.advanced) == 0 {
		return categorySlow(r) == "Management"
	}
	return slices.ContainsFunc(s.basic, func(b object) bool { return matchBasicSlow(b, r) }) ||
		slices.ContainsFunc(s.advanced, func(a object) bool { return matchAdvancedSlow(a, r) })
}

func matchBasicSlow(b, r object) bool {
	switch readOnly := readOnlySlow(r); b["ReadWriteType"] {
	case "ReadOnly":
		if !readOnly {
			return false
		}
	case "WriteOnly":
		if readOnly {
			return false
		}
	}
	switch categorySlow(r) {
	case "Management":
		excluded := slices.Contains(elements[string](b, "ExcludeManagementEventSources"), str(r, "eventSource"))
		return b["IncludeManagementEvents"] != false && !excluded
	case "Data":
		for _, d := range elements[object](b, "DataResources") {
			for _, value := range elements[string](d, "Values") {
				for _, arn := range arnsSlow(r, d["Type"].(string)) {
					if takesSlow(d["Type"].(string), value, arn) {
						return true
					}
				}
			}
		}
	}
	return false
}

func takesSlow(typ, value, arn string) bool {
	if takesAll.MatchString(value) {
		v, a := strings.Split(value, ":"), strings.Split(arn, ":")
		return len(a) > 3 && a[0] == "arn" && a[1] == v[1] && a[2] == v[2]
	}
	if typ == "AWS::S3::Object" {
		return strings.HasPrefix(arn, value)
	}
	return arn == value
}

func matchAdvancedSlow(a, r object) bool {
	for _, f := range elements[object](a, "FieldSelectors") {
		var values []string
		switch field := str(f, "Field"); field {
		case "eventCategory":
			values = []string{categorySlow(r)}
		case "readOnly":
			values = []string{fmt.Sprint(readOnlySlow(r))}
		case "resources.type":
			for _, res := range resourcesSlow(r) {
				values = append(values, str(res, "type"))
			}
		case "resources.ARN":
			for _, other := range elements[object](a, "FieldSelectors") {
				if other["Field"] == "resources.type" {
					values = arnsSlow(r, elements[string](other, "Equals")[0])
				}
			}
		case "userIdentity.arn":
			identity, _ := r["userIdentity"].(object)
			values = []string{str(identity, "arn")}
		case "sessionCredentialFromConsole":
			// AWS writes the string "true". Others write what Parse takes for a boolean.
			switch r[field] {
			case true, "true", "True", "TRUE":
				values = []string{"true"}
			case false, "false", "False", "FALSE":
				values = []string{"false"}
			}
		default:
			values = []string{str(r, field)}
		}
		if !agreesSlow(f, values) {
			return false
		}
	}
	return true
}

// agreesSlow combines the conditions on one field: no DESELECT condition is met, and if there are
// SELECT conditions, one of them is.
func agreesSlow(f object, values []string) bool {
	selects, selected := false, false
	for _, v := range values {
		for _, want := range elements[string](f, "NotEquals") {
			if v == want {
				return false
			}
		}
		for _, want := range elements[string](f, "NotStartsWith") {
			if strings.HasPrefix(v, want) {
				return false
			}
		}
		for _, want := range elements[string](f, "NotEndsWith") {
			if strings.HasSuffix(v, want) {
				return false
			}
		}
		for _, want := range elements[string](f, "Equals") {
			selected = selected || v == want
		}
		for _, want := range elements[string](f, "StartsWith") {
			selected = selected || strings.HasPrefix(v, want)
		}
		for _, want := range elements[string](f, "EndsWith") {
			selected = selected || strings.HasSuffix(v, want)
		}
	}
	for _, operator := range []string{"Equals", "StartsWith", "EndsWith"} {
		selects = selects || f[operator] != nil
	}
	return selected || !selects
}

func str(o object, name string) string {
	s, _ := o[name].(string)
	return s
}

// resourcesSlow returns the resources of a record, or the object that an S3 call names by itself.
func resourcesSlow(r object) (all []object) {
	list, _ := r["resources"].([]any)
	for _, v := range list {
		if res, ok := v.(object); ok {
			all = append(all, res)
		}
	}
	parameters, _ := r["requestParameters"].(object)
	if len(list) > 0 || !s3CallSlow(r) || str(parameters, "bucketName") == "" {
		return all
	}
	partition := "aws"
	if region := str(r, "awsRegion"); strings.HasPrefix(region, "cn-") {
		partition = "aws-cn"
	} else if strings.HasPrefix(region, "us-gov-") {
		partition = "aws-us-gov"
	}
	key := str(parameters, "key")
	if key == "" {
		key = str(parameters, "prefix")
	}
	return []object{{"type": "AWS::S3::Object",
		"ARN": fmt.Sprintf("arn:%s:s3:::%s/%s", partition, str(parameters, "bucketName"), key)}}
}

func arnsSlow(r object, typ string) (arns []string) {
	for _, res := range resourcesSlow(r) {
		if str(res, "type") == typ {
			arn := str(res, "ARN")
			if arn == "" {
				arn = str(res, "ARNPrefix")
			}
			arns = append(arns, arn)
		}
	}
	return arns
}

// The object-level calls of S3 and the data calls of DynamoDB, as their guides list them.
var (
	s3Calls = strings.Fields(`GetObject HeadObject GetObjectAcl GetObjectAttributes
		GetObjectLegalHold GetObjectRetention GetObjectTagging GetObjectTorrent ListParts
		SelectObjectContent ListObjects ListObjectsV2 ListObjectVersions HeadBucket PutObject CopyObject
		PostObject DeleteObject PutObjectAcl PutObjectTagging DeleteObjectTagging PutObjectLegalHold
		PutObjectRetention RestoreObject CreateMultipartUpload UploadPart UploadPartCopy
		CompleteMultipartUpload AbortMultipartUpload UpdateObjectEncryption DeleteObjects`)

	dynamoDBCalls = strings.Fields(`BatchExecuteStatement BatchGetItem BatchWriteItem DeleteItem
		ExecuteStatement ExecuteTransaction GetItem PutItem Query Scan TransactGetItems
		TransactWriteItems UpdateItem GetRecords GetShardIterator`)
)

func s3CallSlow(r object) bool {
	source := str(r, "eventSource")
	return (source == "s3.amazonaws.com" || source == "s3.amazonaws.com.cn") &&
		slices.Contains(s3Calls, str(r, "eventName"))
}

func categorySlow(r object) string {
	if c := str(r, "eventCategory"); c != "" {
		return c
	}
	if r["managementEvent"] == true {
		return "Management"
	}
	switch str(r, "eventType") {
	case "AwsVpceEvent", "AwsVpceEvents":
		return "NetworkActivity"
	case "AwsCloudTrailInsight":
		return "Insight"
	case "AwsAggregatedEvent":
		return "Aggregated"
	case "ActivityLog":
		return "ActivityAuditLog"
	}
	if r["managementEvent"] == false || s3CallSlow(r) {
		return "Data"
	}
	switch source, name := str(r, "eventSource"), str(r, "eventName"); source {
	case "lambda.amazonaws.com":
		if strings.HasPrefix(name, "Invoke") {
			return "Data"
		}
	case "dynamodb.amazonaws.com":
		if slices.Contains(dynamoDBCalls, name) {
			return "Data"
		}
	case "rdsdataapi.amazonaws.com":
		return "Data"
	case "s3.amazonaws.com", "s3.amazonaws.com.cn":
		for _, res := range resourcesSlow(r) {
			if res["type"] == "AWS::S3::Object" {
				return "Data"
			}
		}
	}
	return "Management"
}

var readingVerb = regexp.MustCompile(
	`^(Get|List|Describe|Head|Lookup|BatchGet|Query|Scan|Select|Search|Check|View)`)

func readOnlySlow(r object) bool {
	if readOnly, ok := r["readOnly"].(bool); ok {
		return readOnly
	}
	name := str(r, "eventName")
	if str(r, "eventSource") == "kms.amazonaws.com" &&
		(name == "Encrypt" || name == "Decrypt" || name == "GenerateDataKey") {
		return true
	}
	return readingVerb.MatchString(name)
}
