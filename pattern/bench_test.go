package pattern

import (
	"encoding/json"
	"fmt"
	"slices"
	"strings"
	"testing"
	"time"
)

// benchEvent is a CloudTrail record in its envelope.
var benchEvent = []byte(`{"version":"0","id":"6a7e8feb-b491-4cf7-a9f1-bf3703467718","detail-type":"AWS API Call via CloudTrail",` +
	`"source":"aws.s3","account":"123456789012","time":"2016-11-21T23:42:15Z","region":"us-east-1","resources":[],` +
	`"detail":{"eventVersion":"1.05","userIdentity":{"type":"IAMUser","principalId":"AIDACKCEVSQ6C2EXAMPLE",` +
	`"arn":"arn:aws:iam::123456789012:user/alice","accountId":"123456789012","accessKeyId":"AKIAIOSFODNN7EXAMPLE",` +
	`"userName":"alice","sessionContext":{"attributes":{"mfaAuthenticated":"false","creationDate":"2016-11-21T22:00:00Z"}}},` +
	`"eventTime":"2016-11-21T23:42:15Z","eventSource":"s3.amazonaws.com","eventName":"PutObject","awsRegion":"us-east-1",` +
	`"sourceIPAddress":"203.0.113.7","userAgent":"[S3Console/0.4]","requestParameters":{"X-Amz-Date":"20161121T234215Z",` +
	`"bucketName":"my-bucket","key":"photos/2016/11/21/a \"quoted\" name.jpg","x-amz-acl":"private","size":48213},` +
	`"responseElements":null,"additionalEventData":{"x-amz-id-2":"l8k8Hg6NTfmbGHXAfBbSlV4CqhVdlfNsJ4uXv2DM2m6K1UAfZ8E="},` +
	`"requestID":"8D0E3C4F6F2A1B7C","eventID":"d1d4d3a1-5f3e-4c5b-9d0e-6f1c2a7b8c9d","readOnly":false,` +
	`"resources":[{"type":"AWS::S3::Object","ARN":"arn:aws:s3:::my-bucket/photos/2016/11/21/a"},` +
	`{"accountId":"123456789012","type":"AWS::S3::Bucket","ARN":"arn:aws:s3:::my-bucket"}],` +
	`"eventType":"AwsApiCall","recipientAccountId":"123456789012","sharedEventID":"0c1d2e3f"}}`)

// benchPatterns are one of each kind; the event matches them all.
var benchPatterns = []struct{ kind, text string }{
	{"exact", `{"source": ["aws.s3"], "detail": {"eventSource": ["s3.amazonaws.com"], "eventName": ["PutObject"]}}`},
	{"prefix", `{"detail": {"eventName": [{"prefix": "Put"}]}}`},
	{"fold", `{"detail": {"userIdentity": {"userName": [{"equals-ignore-case": "ALICE"}]}}}`},
	{"wildcard", `{"detail": {"requestParameters": {"key": [{"wildcard": "photos/*/11/*.jpg"}]}}}`},
	{"numeric", `{"detail": {"requestParameters": {"size": [{"numeric": [">", 1024]}]}}}`},
	{"cidr", `{"detail": {"sourceIPAddress": [{"cidr": "203.0.113.0/24"}]}}`},
	{"anything-but", `{"detail": {"errorCode": [{"exists": false}], "awsRegion": [{"anything-but": ["eu-west-1", "eu-west-2"]}]}}`},
	{"array", `{"detail": {"resources": {"type": ["AWS::S3::Bucket"], "ARN": [{"prefix": "arn:aws:s3:::my-"}]}}}`},
	{"or", `{"$or": [{"detail": {"eventName": ["GetObject"]}}, {"detail": {"readOnly": [false]}}]}`},
}

func BenchmarkMatch(b *testing.B) {
	for _, bb := range benchPatterns {
		b.Run("kind="+bb.kind, func(b *testing.B) {
			p := MustCompile(bb.text)
			bench(b, benchEvent, func() {
				if ok, err := p.Match(benchEvent); !ok || err != nil {
					b.Fatalf("%s = %v, %v", p, ok, err)
				}
			})
		})
	}
}

// BenchmarkSlow is the slow twin, for comparison. It gets the event as text, as Match does.
func BenchmarkSlow(b *testing.B) {
	p, err := compileSlow(benchPatterns[0].text)
	if err != nil {
		b.Fatal(err)
	}
	bench(b, benchEvent, func() {
		if !p.match(string(benchEvent)) {
			b.Fatal("no match")
		}
	})
}

// BenchmarkSet matches sets in which a tenth of the rules name the event's source, and one matches.
func BenchmarkSet(b *testing.B) {
	for _, n := range []int{1, 10, 100, 1000, 10000} {
		b.Run(fmt.Sprintf("rules=%d", n), func(b *testing.B) {
			set := NewSet(slices.All(benchRules(n)))
			var keys []int
			bench(b, benchEvent, func() {
				var err error
				if keys, err = set.AppendMatch(keys[:0], benchEvent); len(keys) != 1 || err != nil {
					b.Fatalf("%v, %v", keys, err)
				}
			})
		})
	}
}

// BenchmarkArray matches two fields inside an array of n objects, of which the last matches.
func BenchmarkArray(b *testing.B) {
	p := MustCompile(`{"d": {"name": ["alice"], "status": ["active"]}}`)
	for _, n := range []int{30, 300, 3000, 30000} {
		b.Run(fmt.Sprintf("n=%d", n), func(b *testing.B) {
			event := []byte(`{"d":[` + strings.Repeat(`{"name":"alice","status":"left"},{"name":"bob","status":"active"},`, n/2) +
				`{"name":"alice","status":"active"}]}`)
			bench(b, event, func() {
				if ok, err := p.Match(event); !ok || err != nil {
					b.Fatalf("%v, %v", ok, err)
				}
			})
		})
	}
}

func BenchmarkCompile(b *testing.B) {
	for _, bb := range benchPatterns {
		b.Run("kind="+bb.kind, func(b *testing.B) {
			b.ReportAllocs()
			for b.Loop() {
				MustCompile(bb.text)
			}
		})
	}
}

func BenchmarkNewSet(b *testing.B) {
	rules := benchRules(10000)
	b.ReportAllocs()
	for b.Loop() {
		NewSet(slices.All(rules))
	}
}

// benchRules returns n rules of the usual kind. The event matches the last.
func benchRules(n int) []*Pattern {
	rules := make([]*Pattern, n)
	for i := range rules {
		source := "s3"
		if i%10 != 0 {
			source = fmt.Sprintf("service%d", i%200)
		}
		rules[i] = MustCompile(fmt.Sprintf(`{"source": ["aws.%s"], "detail": {"eventName": ["PutObject", {"prefix": "Create"}],`+
			`"requestParameters": {"bucketName": [{"prefix": "bucket-%d-"}]}}}`, source, i))
	}
	rules[n-1] = MustCompile(`{"source": ["aws.s3"], "detail": {"eventName": [{"prefix": "Put"}]}}`)
	return rules
}

// bench measures f, which matches event, and how many times as fast it is as json.Valid over the same
// bytes, measured in the same run.
func bench(b *testing.B, event []byte, f func()) {
	b.ReportAllocs()
	b.SetBytes(int64(len(event)))
	for b.Loop() {
		f()
	}
	each := b.Elapsed().Seconds() / float64(b.N)
	n, start := 0, time.Now()
	for time.Since(start) < 50*time.Millisecond {
		json.Valid(event)
		n++
	}
	valid := time.Since(start).Seconds() / float64(n)
	b.ReportMetric(1/each, "events/s")
	b.ReportMetric(valid/each, "x-json.Valid")
}
