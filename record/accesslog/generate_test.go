package accesslog

import (
	"math/rand/v2"
	"strings"
	"time"

	"github.com/trailsieve/trailsieve/record"
)

// A generator makes entries as they may occur, quirks and all.
type generator struct{ rand *rand.Rand }

func newGenerator(seed uint64) generator {
	return generator{rand.New(rand.NewPCG(seed, 0))}
}

func (g generator) pick(list ...string) string { return list[g.rand.IntN(len(list))] }

func (g generator) number() Number {
	if g.rand.IntN(4) == 0 {
		return Number{}
	}
	return Some(g.rand.Int64N(1 << (1 + g.rand.IntN(62))))
}

// operations are those that the generator chooses from: all that are known, and some others.
var operations = func() []string {
	list := []string{"S3.EXPIRE.OBJECT", "BATCH.DELETE.OBJECT", "REST.COPY.OBJECT_GET", "WEBSITE.GET.OBJECT",
		"WEBSITE.INVALIDOPERATION", "SOAP.PutObject", "SOAP.Nothing", "REST.GET.NEWS", "OTHER"}
	for name := range calls {
		list = append(list, "REST."+name)
	}
	return list
}()

// entry returns an entry whose line is unambiguous.
func (g generator) entry() *Entry {
	const owner = "79a59df900b949e55d96a1e698fbacedfd6e09d98eacf8f8d5218e7cd47ef2be"
	key := g.pick("", "a", "images/cat.jpg", "a%2520b", "%2522", "a+b", "100%25", "%E2%82%AC")
	e := &Entry{
		BucketOwner: owner,
		Bucket:      g.pick("amzn-s3-demo-bucket", "b.example.com"),
		Time:        time.Date(2006+g.rand.IntN(30), 1, 1, 0, 0, g.rand.IntN(365*86400), 0, time.UTC),
		RemoteIP:    record.Address(g.pick("", "192.0.2.3", "2001:db8::1")),
		Requester: g.pick("", owner, strings.Repeat("1", 64), "arn:aws:iam::111122223333:user/x/alice",
			"arn:aws:sts::111122223333:assumed-role/Admin/bob", "svc:cloudfront.amazonaws.com", "AmazonS3", "arn:odd"),
		RequestID:  g.pick("3E57427F3EXAMPLE", "891CE47D2EXAMPLE"),
		Operation:  operations[g.rand.IntN(len(operations))],
		Key:        key,
		RequestURI: g.pick("", "GET /"+key+" HTTP/1.1", `GET /" HTTP/1.1`, "GET /?prefix=a%2F&id=1 HTTP/1.1", "PUT /k?retention HTTP/1.1", `"`, "GET", `x" 200 y`),
		HTTPStatus: g.number(), ErrorCode: g.pick("", "NoSuchKey", "InvalidAccessKeyId"), BytesSent: g.number(),
		ObjectSize: g.number(), TotalTime: g.number(), TurnAroundTime: g.number(),
		Referer:            g.pick("", "http://example.com/", `a"`, `"a`, ` `, `x "y`, `a" - b`),
		UserAgent:          g.pick("", "aws-cli/2.15.30", `"`, `a"`, `"a" "b"`, `x" - - SigV4 y`, ` - - `, `" "`),
		VersionID:          g.pick("", "3HL4kqtJvjVBH40Nrjfkd"),
		HostID:             g.pick("", "s9lzHYrFp76ZVxRcpX9+5cjAnEH2ROuNkd2BHfIa6UkFVdtjf5mKR3/eTPFvsiP/XV/VLi31234="),
		SignatureVersion:   g.pick("", "SigV2", "SigV4", "SigV4A"),
		CipherSuite:        g.pick("", "TLS_AES_128_GCM_SHA256"),
		AuthenticationType: g.pick("", "AuthHeader", "QueryString"),
		HostHeader:         g.pick("", "s3.us-west-2.amazonaws.com", "cdn.example.com:8080"),
		TLSVersion:         g.pick("", "TLSv1.3"),
		AccessPointARN:     g.pick("", "arn:aws:s3:us-east-1:111122223333:accesspoint/example-ap"),
		ACLRequired:        g.pick("", "Yes"),
		SourceRegion:       g.pick("", "us-east-1"),
	}
	for range g.rand.IntN(3) {
		e.Extra = append(e.Extra, g.pick("", "x25519", "42"))
	}
	return e
}
