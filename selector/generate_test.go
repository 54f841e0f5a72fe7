package selector

import (
	"encoding/json"
	"math/rand/v2"
)

// A generator makes selectors and records out of the same few words, so that matches and near
// misses are common. What it makes depends on its seed alone.
type generator struct{ *rand.Rand }

func newGenerator(seed uint64) generator { return generator{rand.New(rand.NewPCG(seed, 0))} }

// oneIn is true once in n times.
func (g generator) oneIn(n int) bool { return g.IntN(n) == 0 }

func pick[T any](g generator, choices ...T) T { return choices[g.IntN(len(choices))] }

// several returns up to n of what one makes, and at least least.
func several[T any](g generator, least, n int, one func() T) []any {
	list := []any{}
	for range least + g.IntN(n-least+1) {
		list = append(list, one())
	}
	return list
}

func marshal(v any) string {
	text, err := json.Marshal(v)
	if err != nil {
		panic(err)
	}
	return string(text)
}

// selectors returns the selectors of a trail. About one in ten is refused.
func (g generator) selectors() string {
	top := object{}
	switch g.IntN(20) {
	case 0:
	case 1:
		top["EventSelectors"] = []any{}
		top["AdvancedEventSelectors"] = several(g, 0, 2, g.advanced)
	case 2:
		top["TrailARN"] = pick(g, "arn:aws:cloudtrail:us-east-1:111122223333:trail/t",
			"arn:aws-cn:cloudtrail:cn-north-1:111122223333:trail/t")
		fallthrough
	case 3, 4, 5, 6, 7, 8, 9, 10:
		top["EventSelectors"] = several(g, 1, 3, g.basic)
	default:
		top["AdvancedEventSelectors"] = several(g, 1, 3, g.advanced)
	}
	return marshal(top)
}

func (g generator) basic() object {
	b := object{}
	if g.oneIn(2) {
		b["ReadWriteType"] = pick(g, "All", "ReadOnly", "WriteOnly")
	}
	if g.oneIn(6) {
		b["ExcludeManagementEventSources"] = several(g, 0, 2, func() string {
			if g.oneIn(12) {
				return pick(g, "ec2.amazonaws.com", "kms.amazonaws.com.cn")
			}
			return pick(g, "kms.amazonaws.com", "rdsdata.amazonaws.com")
		})
	}
	if !g.oneIn(4) {
		b["DataResources"] = several(g, 1, 3, g.dataResource)
		b["IncludeManagementEvents"] = g.oneIn(2)
	}
	return b
}

func (g generator) dataResource() object {
	typ := pick(g, "AWS::S3::Object", "AWS::S3::Object", "AWS::Lambda::Function", "AWS::DynamoDB::Table")
	return object{"Type": typ, "Values": several(g, 0, 4, func() string {
		if g.oneIn(80) {
			return pick(g, "arn:aws:s3:::logs", "arn:aws:s3:::*", "arn:aws:lambda:*", "*", "logs/", "arn:aws:s3:::/")
		}
		if g.oneIn(6) {
			return "arn:" + g.partition() + ":" + map[string]string{"AWS::S3::Object": pick(g, "s3", "s3:::"),
				"AWS::Lambda::Function": "lambda", "AWS::DynamoDB::Table": "dynamodb"}[typ]
		}
		return g.arn(typ)
	})}
}

func (g generator) partition() string { return pick(g, "aws", "aws", "aws", "aws-cn", "aws-us-gov") }

func (g generator) key() string {
	return pick(g, "", "a", "a/", "a/b", "a/b.jpg", "ab", "A/b", "*", "a b/é", "logs/a", "\"a\\")
}

// arn returns the ARN of a resource of a type, or of another one.
func (g generator) arn(typ string) string {
	head := "arn:" + g.partition()
	region := pick(g, "us-east-1", "us-east-1", "cn-north-1") + ":" + pick(g, "111122223333", "444455556666")
	switch typ {
	case "AWS::Lambda::Function":
		return head + ":lambda:" + region + ":function:" + pick(g, "f", "f2", "f:prod")
	case "AWS::DynamoDB::Table":
		return head + ":dynamodb:" + region + ":table/" + pick(g, "Music", "Music2", "Music/index/i")
	case "AWS::S3Express::Object":
		return head + ":s3express:" + region + ":bucket/a--use1-az4--x-s3/"
	}
	return head + ":s3:::" + pick(g, "a", "a", "ab", "logs") + "/" + g.key()
}

func (g generator) resourceType() string {
	return pick(g, "AWS::S3::Object", "AWS::S3::Object", "AWS::S3::Object", "AWS::Lambda::Function",
		"AWS::DynamoDB::Table", "AWS::S3Express::Object")
}

func (g generator) advanced() object {
	category := pick(g, "Management", "Data", "Data", "Data", "NetworkActivity")
	typ := g.resourceType()
	list := []any{object{"Field": "eventCategory", "Equals": []any{category}}}
	add := func(field string, operators ...string) {
		f := object{"Field": field}
		for range 1 + g.IntN(3) {
			f[pick(g, operators...)] = several(g, 1, 3, func() string { return g.fieldValue(field, typ) })
		}
		list = append(list, f)
	}
	maybe := func(field string, operators ...string) {
		if g.oneIn(4) {
			add(field, operators...)
		}
	}
	switch category {
	case "Management":
		maybe("readOnly", "Equals")
		if g.oneIn(4) {
			list = append(list, object{"Field": "eventSource",
				"NotEquals": several(g, 1, 2, func() string { return pick(g, sourcesToExclude...) })})
		}
	case "Data":
		list = append(list, object{"Field": "resources.type", "Equals": []any{typ}})
		maybe("readOnly", "Equals")
		maybe("eventSource", operatorNames[:]...)
		maybe("eventName", operatorNames[:]...)
		maybe("eventType", operatorNames[:]...)
		maybe("userIdentity.arn", operatorNames[:]...)
		maybe("sessionCredentialFromConsole", "Equals", "NotEquals")
		maybe("resources.ARN", operatorNames[:]...)
		maybe("resources.ARN", operatorNames[:]...) // sometimes twice, which is refused
	case "NetworkActivity":
		list = append(list, object{"Field": "eventSource", "Equals": []any{g.source()}})
		maybe("eventName", operatorNames[:]...)
		maybe("userIdentity.arn", operatorNames[:]...)
		maybe("vpcEndpointId", operatorNames[:]...)
		if g.oneIn(4) {
			list = append(list, object{"Field": "errorCode", "Equals": []any{"VpceAccessDenied"}})
		}
	}
	if g.oneIn(40) {
		add(pick(g, "errorCode", "readOnnly", "eventType", "resources.ARN"), operatorNames[:]...)
	}
	return object{"FieldSelectors": list}
}

func (g generator) source() string {
	return pick(g, "s3.amazonaws.com", "s3.amazonaws.com", "lambda.amazonaws.com", "dynamodb.amazonaws.com",
		"kms.amazonaws.com", "rdsdata.amazonaws.com", "ec2.amazonaws.com", "s3.amazonaws.com.cn")
}

func (g generator) name() string {
	return pick(g, "PutObject", "PutObject", "GetObject", "ListObjects", "DeleteObjects", "Invoke", "GetItem",
		"CreateTable", "RunInstances", "DescribeInstances", "Decrypt", "CreateBucket")
}

func (g generator) userARN() string {
	return "arn:aws:iam::111122223333:user/" + pick(g, "Alice", "Al", "Bob")
}

// fieldValue returns a value for a field of an advanced selector, or a piece of one.
func (g generator) fieldValue(field, typ string) string {
	v := ""
	switch field {
	case "readOnly":
		return pick(g, "true", "false")
	case "sessionCredentialFromConsole":
		return "true"
	case "eventSource":
		v = g.source()
	case "eventName":
		v = g.name()
	case "eventType":
		v = pick(g, "AwsApiCall", "AwsServiceEvent")
	case "userIdentity.arn":
		v = g.userARN()
	case "vpcEndpointId":
		v = pick(g, "vpce-1", "vpce-12")
	default:
		v = g.arn(typ)
	}
	switch n := 1 + g.IntN(len(v)-1); g.IntN(4) {
	case 0:
		return v[:n]
	case 1:
		return v[n:]
	}
	return v
}

// record returns a record, with more or less in it.
func (g generator) record() string {
	r := object{
		"eventVersion": pick(g, "1.02", "1.05", "1.06", "1.08", "1.11"),
		"eventSource":  g.source(),
		"eventName":    g.name(),
		"awsRegion":    pick(g, "us-east-1", "us-east-1", "cn-north-1", "us-gov-west-1"),
		"eventType":    pick(g, "AwsApiCall", "AwsApiCall", "AwsServiceEvent", "AwsVpceEvent", "AwsCloudTrailInsight"),
	}
	sometimes := func(n int, name string, v any) {
		if g.oneIn(n) {
			r[name] = v
		}
	}
	sometimes(2, "eventCategory", pick(g, "Management", "Data", "Data", "NetworkActivity", "Insight"))
	sometimes(2, "managementEvent", g.oneIn(2))
	sometimes(2, "readOnly", g.oneIn(2))
	sometimes(2, "userIdentity", object{"type": "IAMUser", "arn": g.userARN()})
	sometimes(4, "sessionCredentialFromConsole", "true")
	sometimes(4, "errorCode", pick(g, "VpceAccessDenied", "AccessDenied"))
	sometimes(2, "vpcEndpointId", pick(g, "vpce-1", "vpce-12"))
	if !g.oneIn(3) {
		r["resources"] = several(g, 0, 3, func() object {
			typ := g.resourceType()
			res := object{pick(g, "ARN", "ARN", "ARN", "ARNPrefix"): g.arn(typ)}
			if !g.oneIn(10) {
				res["type"] = typ
			}
			return res
		})
	}
	parameters := object{}
	if !g.oneIn(4) {
		parameters["bucketName"] = pick(g, "a", "ab", "logs")
	}
	if !g.oneIn(4) {
		parameters[pick(g, "key", "key", "prefix")] = g.key()
	}
	sometimes(1+g.IntN(2), "requestParameters", parameters)
	return marshal(r)
}
