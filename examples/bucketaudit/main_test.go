package main

import (
	"fmt"
	"maps"
	"math/rand/v2"
	"slices"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"github.com/trailsieve/trailsieve/examples/internal/programtest"
	"github.com/trailsieve/trailsieve/internal/synth"
	"github.com/trailsieve/trailsieve/record"
)

// What single records are findings of.
func TestCauses(t *testing.T) {
	const (
		app      = `"userIdentity":{"type":"AssumedRole","arn":"arn:aws:sts::111122223333:assumed-role/app/i-1","sessionContext":{"sessionIssuer":{"arn":"arn:aws:iam::111122223333:role/app"}}},`
		bob      = `"userIdentity":{"type":"IAMUser","arn":"arn:aws:iam::111122223333:user/bob","accountId":"111122223333"},`
		foreign  = `"userIdentity":{"type":"AWSAccount","principalId":"AIDAFOREIGNUSEREXAMPL","accountId":"444455556666"},`
		nobody   = `"userIdentity":{"type":"AWSAccount","principalId":"","accountId":"ANONYMOUS_PRINCIPAL"},`
		trail    = `"userIdentity":{"type":"AWSService","invokedBy":"cloudtrail.amazonaws.com"},`
		inside   = `"sourceIPAddress":"192.0.2.7",`
		outside  = `"sourceIPAddress":"203.0.113.9",`
		get      = `"eventName":"GetObject","requestParameters":{"bucketName":"safe","key":"k"}`
		denial   = `"errorCode":"AccessDenied","errorMessage":"Access Denied",`
		appRole  = "arn:aws:iam::111122223333:role/app"
		bobsARN  = "arn:aws:iam::111122223333:user/bob"
		byTrail  = `"eventName":"PutObject","sourceIPAddress":"cloudtrail.amazonaws.com","requestParameters":{"bucketName":"safe","key":"k"}`
		complete = `{"buckets":["safe","vault-*"],"principals":["` + appRole + `","cloudtrail.amazonaws.com"],"networks":["192.0.2.0/24","2001:db8::/32"],"endpoints":["vpce-1a2b3c4d"]}`
		bare     = `{"buckets":["safe"]}`
		networks = `{"buckets":["safe"],"networks":["192.0.2.0/24","10.0.0.0/8"]}`
		through  = `{"buckets":["safe"],"endpoints":["vpce-1a2b3c4d"]}`
		public   = `{"buckets":["safe"],"principals":["anonymous"]}`
	)
	for _, tt := range []struct{ name, config, record, want string }{
		{"a known caller", complete, app + inside + get, ""},
		{"a known caller, IPv6", complete, app + `"sourceIPAddress":"2001:db8::1",` + get, ""},
		{"a known caller, IPv4 in IPv6", complete, app + `"sourceIPAddress":"::ffff:192.0.2.7",` + get, ""},
		{"refused", complete, app + inside + denial + get, "denied " + appRole + " AccessDenied"},
		{"signed wrongly", complete, app + inside + `"errorCode":"SignatureDoesNotMatch",` + get, "denied " + appRole + " SignatureDoesNotMatch"},
		{"failed", complete, app + inside + `"errorCode":"NoSuchKey",` + get, ""},
		{"from outside", complete, app + outside + get, "unusual address " + appRole},
		{"refused from outside", complete, app + outside + denial + get, "denied " + appRole + " AccessDenied; unusual address " + appRole},
		{"from nowhere", complete, app + get, "unusual address " + appRole},
		{"from a word", complete, app + `"sourceIPAddress":"here",` + get, "unusual address " + appRole},
		{"through a service", complete, app + `"sourceIPAddress":"athena.amazonaws.com",` + get, ""},
		{"by AWS", complete, app + `"sourceIPAddress":"AWS Internal",` + get, ""},
		{"through our endpoint", complete, app + `"sourceIPAddress":"10.0.0.1","vpcEndpointId":"vpce-1a2b3c4d",` + get, ""},
		{"through another endpoint", complete, app + inside + `"vpcEndpointId":"vpce-5e6f7a8b",` + get, "unusual address " + appRole},
		{"unknown", complete, bob + inside + get, "unknown principal " + bobsARN + " 111122223333"},
		{"unknown, refused, from outside", complete, bob + outside + denial + get, "unknown principal " + bobsARN + " 111122223333"},
		{"from another account", complete, foreign + outside + get, "unknown principal AIDAFOREIGNUSEREXAMPL 444455556666"},
		{"unsigned", complete, nobody + outside + denial + get, "anonymous access anonymous"},
		{"a known service", complete, trail + byTrail, ""},
		{"another service", complete, strings.Replace(trail, "cloudtrail", "config", 1) + byTrail, "unknown principal config.amazonaws.com"},
		{"a bucket by its form", complete, nobody + `"eventName":"HeadBucket","requestParameters":{"bucketName":"vault-7"}`, "anonymous access anonymous"},
		{"a call on the bucket", complete, bob + inside + `"eventName":"PutBucketPolicy","requestParameters":{"bucketName":"safe"}`, "unknown principal " + bobsARN + " 111122223333"},
		{"another bucket", complete, nobody + strings.Replace(get, "safe", "other", 1), ""},
		{"a copy away", complete, bob + inside + `"eventName":"CopyObject","requestParameters":{"bucketName":"other","key":"k","x-amz-copy-source":"safe/k"}`, "unknown principal " + bobsARN + " 111122223333"},
		{"a copy within", complete, bob + inside + `"eventName":"CopyObject","requestParameters":{"bucketName":"safe","key":"k","x-amz-copy-source":"safe/l"}`, "unknown principal " + bobsARN + " 111122223333"},
		{"what S3 did by itself", complete, `"userIdentity":{"accountId":"111122223333","invokedBy":"s3.amazonaws.com"},"eventType":"AwsServiceEvent",` + get, ""},
		{"on its way through an endpoint", complete, `"eventType":"AwsVpceEvent","eventCategory":"NetworkActivity","userIdentity":{"type":"AWSAccount","accountId":"111122223333"},` + get, ""},
		{"refused by an endpoint", complete, `"eventType":"AwsVpceEvent","eventCategory":"NetworkActivity","userIdentity":{"type":"AWSAccount","accountId":"111122223333"},"errorCode":"VpceAccessDenied",` + get, "unknown principal 111122223333 111122223333"},
		{"another service's call", complete, bob + `"eventName":"GetObject"`, ""},

		{"everybody known", bare, bob + outside + get, ""},
		{"everybody known, but refused", bare, bob + outside + denial + get, "denied " + bobsARN + " AccessDenied"},
		{"everybody known who signed", bare, nobody + get, "anonymous access anonymous"},
		{"a private address", networks, bob + `"sourceIPAddress":"10.1.2.3","vpcEndpointId":"vpce-5e6f7a8b",` + get, ""},
		{"past the endpoint", through, bob + inside + get, "unusual address " + bobsARN},
		{"a public bucket", public, nobody + get, ""},
		{"a public bucket, refused", public, nobody + denial + get, "denied anonymous AccessDenied"},
		{"a public bucket, somebody", public, bob + get, "unknown principal " + bobsARN + " 111122223333"},
	} {
		var got []string
		for _, f := range programtest.Lines(t, bucketaudit, tt.config, programtest.S3Record(t, tt.record)) {
			s := fmt.Sprint(f["cause"], " ", f["who"])
			if f["detail"] != nil {
				s += " " + f["detail"].(string)
			}
			got = append(got, s)
		}
		if s := strings.Join(got, "; "); s != tt.want {
			t.Errorf("%s: %q, want %q", tt.name, s, tt.want)
		}
	}
}

// However records are cut into batches and in whatever order they come, the findings are the same: their
// ids, and the sums of what they count.
func TestBatches(t *testing.T) {
	const everything = `{"buckets":["*"],"principals":["arn:aws:iam::*:user/*"],"networks":["192.0.2.0/24"]}`
	records := programtest.Synthetic(t, synth.Config{Seed: 7, DataPercent: 100}, 2000)
	type sum struct {
		cause, who, outcomes string
		count                int
	}
	total := func(batches ...[]*record.Record) map[string]sum {
		all := make(map[string]sum)
		outcomes := make(map[string]map[string]int)
		for _, batch := range batches {
			for _, f := range programtest.Lines(t, bucketaudit, everything, batch...) {
				id := f["finding"].(string)
				if outcomes[id] == nil {
					outcomes[id] = make(map[string]int)
				}
				for outcome, n := range f["outcomes"].(map[string]any) {
					outcomes[id][outcome] += int(n.(float64))
				}
				all[id] = sum{f["cause"].(string), f["who"].(string), fmt.Sprint(outcomes[id]), all[id].count + int(f["count"].(float64))}
			}
		}
		return all
	}
	whole := total(records)
	causes := make(map[string]bool)
	for _, s := range whole {
		causes[s.cause] = true
	}
	if len(causes) < 3 {
		t.Fatalf("only the causes %v among the records", slices.Collect(maps.Keys(causes)))
	}
	shuffled := slices.Clone(records)
	r := rand.New(rand.NewPCG(1, 2))
	r.Shuffle(len(shuffled), func(i, j int) { shuffled[i], shuffled[j] = shuffled[j], shuffled[i] })
	var batches [][]*record.Record
	for len(shuffled) > 0 {
		n := min(1+r.IntN(100), len(shuffled))
		batches = append(batches, shuffled[:n])
		shuffled = shuffled[n:]
	}
	if diff := cmp.Diff(whole, total(batches...), cmp.AllowUnexported(sum{})); diff != "" {
		t.Errorf("in one batch (-) and in %d (+):\n%s", len(batches), diff)
	}
}

func TestConfigError(t *testing.T) {
	programtest.ConfigErrors(t, bucketaudit, [][2]string{
		{`{}`, `c:1:1: "buckets" is missing`},
		{`{"buckets": ["s3://b"]}`, `c:1:14: not the name of a bucket: "s3://b"`},
		{`{"buckets": ["b"], "principals": []}`, `c:1:34: needs 1 or more, found 0 in /principals`},
		{`{"buckets": ["b"], "principals": ["*"]}`, `c:1:35: with * even those who do not sign are known: without principals everybody is`},
		{`{"buckets": ["b"], "networks": ["10.0.0.1/8"]}`, `c:1:33: "10.0.0.1/8" is an address in the network 10.0.0.0/8`},
		{`{"buckets": ["b"], "networks": ["here"]}`, `c:1:33: not a network: "here" (write an address`},
		{`{"buckets": ["b"], "networks": ["10.0.0.0/33"]}`, `c:1:33: not a network: "10.0.0.0/33" (write an address`},
		{`{"buckets": ["b"], "endpoints": ["endpoint"]}`, `c:1:34: not the id of a VPC endpoint: "endpoint" (as in vpce-`},
		{`{"buckets": ["b"], "network": ["10.0.0.1"]}`, `c:1:20: unknown name "network" (did you mean "networks"?)`},
	})
	for text, want := range map[string]string{
		"192.0.2.1": "192.0.2.1/32", "2001:db8::1": "2001:db8::1/128", "192.0.2.0/24": "192.0.2.0/24", "0.0.0.0/0": "0.0.0.0/0",
		"::ffff:192.0.2.1": "192.0.2.1/32", "::ffff:192.0.2.0/120": "192.0.2.0/24",
	} {
		if n, err := parseNetwork(text); err != nil || n.String() != want {
			t.Errorf("%s is the network %v, %v, want %s", text, n, err, want)
		}
	}
	for _, text := range []string{"", "/", "fe80::1%eth0", "::ffff:192.0.2.0/24", "192.0.2.0/-1"} {
		if n, err := parseNetwork(text); err == nil {
			t.Errorf("%q is the network %v", text, n)
		}
	}
}

func TestProgram(t *testing.T) { programtest.New(t, bucketaudit, "finding").Run(t) }

// The cold start and the steady state of the real binary.
func BenchmarkLambda(b *testing.B) { programtest.New(b, bucketaudit, "finding").Bench(b) }

func BenchmarkCheck(b *testing.B) {
	programtest.BenchCheck(b, bucketaudit, `{"buckets":["jbarr-s3-trail-demo"],"principals":["arn:aws:iam::*:role/*"],"networks":["192.0.2.0/24"]}`)
}

func FuzzConfig(f *testing.F) { programtest.FuzzConfig(f, bucketaudit) }
