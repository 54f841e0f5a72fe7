// Package benchmarks compares the library with others that it does not depend on. It is a module of
// its own, so that nobody else has to.
package benchmarks

import (
	"bytes"
	"encoding/json"
	"slices"
	"testing"
	"time"
	"unsafe"

	goccy "github.com/goccy/go-json"
	"github.com/tidwall/gjson"

	"github.com/trailsieve/trailsieve/internal/synth"
	"github.com/trailsieve/trailsieve/record"
)

// plain is a struct like record.Record for decoders that go by tags: the same fields, with the parts
// that services shape kept raw.
type plain struct {
	EventVersion string `json:"eventVersion"`
	UserIdentity struct {
		Type             string `json:"type"`
		UserName         string `json:"userName"`
		PrincipalID      string `json:"principalId"`
		ARN              string `json:"arn"`
		AccountID        string `json:"accountId"`
		AccessKeyID      string `json:"accessKeyId"`
		InvokedBy        string `json:"invokedBy"`
		CredentialID     string `json:"credentialId"`
		IdentityProvider string `json:"identityProvider"`
		SessionContext   struct {
			SessionIssuer struct {
				Type        string `json:"type"`
				PrincipalID string `json:"principalId"`
				ARN         string `json:"arn"`
				AccountID   string `json:"accountId"`
				UserName    string `json:"userName"`
			} `json:"sessionIssuer"`
			WebIDFederationData struct {
				FederatedProvider string          `json:"federatedProvider"`
				Attributes        json.RawMessage `json:"attributes"`
			} `json:"webIdFederationData"`
			Attributes struct {
				CreationDate     time.Time `json:"creationDate"`
				MFAAuthenticated string    `json:"mfaAuthenticated"`
			} `json:"attributes"`
			SourceIdentity   string `json:"sourceIdentity"`
			EC2RoleDelivery  string `json:"ec2RoleDelivery"`
			AssumedRoot      string `json:"assumedRoot"`
			SignInSessionARN string `json:"signInSessionArn"`
		} `json:"sessionContext"`
		OnBehalfOf struct {
			UserID           string `json:"userId"`
			IdentityStoreARN string `json:"identityStoreArn"`
		} `json:"onBehalfOf"`
		InScopeOf struct {
			SourceARN                  string `json:"sourceArn"`
			SourceAccount              string `json:"sourceAccount"`
			IssuerType                 string `json:"issuerType"`
			CredentialsIssuedTo        string `json:"credentialsIssuedTo"`
			CredentialsIssuedToVersion string `json:"credentialsIssuedToVersion"`
		} `json:"inScopeOf"`
		InvokedByDelegate struct {
			AccountID string `json:"accountId"`
		} `json:"invokedByDelegate"`
	} `json:"userIdentity"`
	EventTime           time.Time       `json:"eventTime"`
	EventSource         string          `json:"eventSource"`
	EventName           string          `json:"eventName"`
	AWSRegion           string          `json:"awsRegion"`
	SourceIPAddress     string          `json:"sourceIPAddress"`
	UserAgent           string          `json:"userAgent"`
	ErrorCode           string          `json:"errorCode"`
	ErrorMessage        string          `json:"errorMessage"`
	RequestParameters   json.RawMessage `json:"requestParameters"`
	ResponseElements    json.RawMessage `json:"responseElements"`
	AdditionalEventData json.RawMessage `json:"additionalEventData"`
	ServiceEventDetails json.RawMessage `json:"serviceEventDetails"`
	RequestID           string          `json:"requestID"`
	EventID             string          `json:"eventID"`
	ReadOnly            *bool           `json:"readOnly"`
	Resources           []struct {
		ARN       string `json:"ARN"`
		ARNPrefix string `json:"ARNPrefix"`
		AccountID string `json:"accountId"`
		Type      string `json:"type"`
	} `json:"resources"`
	EventType            string `json:"eventType"`
	APIVersion           string `json:"apiVersion"`
	ManagementEvent      *bool  `json:"managementEvent"`
	RecipientAccountID   string `json:"recipientAccountId"`
	SharedEventID        string `json:"sharedEventID"`
	VPCEndpointID        string `json:"vpcEndpointId"`
	VPCEndpointAccountID string `json:"vpcEndpointAccountId"`
	EventCategory        string `json:"eventCategory"`
	TLSDetails           struct {
		TLSVersion               string `json:"tlsVersion"`
		CipherSuite              string `json:"cipherSuite"`
		ClientProvidedHostHeader string `json:"clientProvidedHostHeader"`
		KeyExchange              string `json:"keyExchange"`
	} `json:"tlsDetails"`
	EventContext                 json.RawMessage `json:"eventContext"`
	SessionCredentialFromConsole string          `json:"sessionCredentialFromConsole"`
	Addendum                     *struct {
		Reason            string `json:"reason"`
		UpdatedFields     string `json:"updatedFields"`
		OriginalRequestID string `json:"originalRequestID"`
		OriginalEventID   string `json:"originalEventID"`
	} `json:"addendum"`
	InsightDetails *struct {
		State          string          `json:"state"`
		EventSource    string          `json:"eventSource"`
		EventName      string          `json:"eventName"`
		InsightType    string          `json:"insightType"`
		ErrorCode      string          `json:"errorCode"`
		InsightContext json.RawMessage `json:"insightContext"`
	} `json:"insightDetails"`
	EdgeDeviceDetails *struct {
		Type         string          `json:"type"`
		SnowJobID    string          `json:"snowJobId"`
		DeviceID     string          `json:"deviceId"`
		DeviceFamily string          `json:"deviceFamily"`
		Attributes   json.RawMessage `json:"attributes"`
	} `json:"edgeDeviceDetails"`
	TimeWindow json.RawMessage `json:"timeWindow"`
	Summary    json.RawMessage `json:"summary"`
}

// paths are what gjson is asked for: a dozen fields that a detection rule may want, not all of them.
var paths = []string{"eventVersion", "userIdentity.type", "userIdentity.arn", "eventTime", "eventSource", "eventName",
	"awsRegion", "sourceIPAddress", "errorCode", "eventID", "readOnly", "recipientAccountId"}

type decoder struct {
	name   string
	decode func(text []byte) (eventID string, err error)
}

var decoders = []decoder{
	{"record", func(text []byte) (string, error) {
		err := reused.UnmarshalJSON(text)
		return reused.EventID, err
	}},
	{"record-string", func(text []byte) (string, error) { // which nobody changes
		err := reused.UnmarshalString(unsafe.String(unsafe.SliceData(text), len(text)))
		return reused.EventID, err
	}},
	{"encoding-json", func(text []byte) (string, error) {
		var p plain
		err := json.Unmarshal(text, &p)
		return p.EventID, err
	}},
	{"json.Valid", func(text []byte) (string, error) {
		if !json.Valid(text) {
			return "", errInvalid
		}
		return "", nil
	}},
	{"goccy", func(text []byte) (string, error) {
		var p plain
		err := goccy.Unmarshal(text, &p)
		return p.EventID, err
	}},
	{"gjson-12-paths", func(text []byte) (string, error) {
		return gjson.GetManyBytes(text, paths...)[9].Str, nil
	}},
}

var (
	reused     record.Record
	errInvalid = &json.SyntaxError{}
)

const records = 1000

func texts() (list [][]byte, size int64) {
	g := synth.New(synth.Config{})
	for range records {
		text := g.AppendRecord(nil)
		list = append(list, text)
		size += int64(len(text))
	}
	return list, size
}

// All of them find the same.
func TestDecoders(t *testing.T) {
	list, _ := texts()
	for _, text := range list {
		want := gjson.GetBytes(text, "eventID").Str
		for _, d := range decoders {
			if got, err := d.decode(text); err != nil || got != want && d.name != "json.Valid" {
				t.Fatalf("%s: eventID %q, %v, want %q in %s", d.name, got, err, want, text)
			}
		}
	}
}

// BenchmarkDecode says of each decoder how many times as fast as encoding/json and json.Valid it is on the
// same bytes. They take turns, so that all see the same machine.
func BenchmarkDecode(b *testing.B) {
	list, size := texts()
	decode := func(f func([]byte) (string, error)) {
		for _, text := range list {
			if _, err := f(text); err != nil {
				b.Fatal(err)
			}
		}
	}
	yardsticks := decoders[slices.IndexFunc(decoders, func(d decoder) bool { return d.name == "encoding-json" }):][:2]
	for _, d := range decoders {
		b.Run(d.name, func(b *testing.B) { against(b, size, func() { decode(d.decode) }, decode, yardsticks) })
	}
	// A log file of the same records, read as a stream.
	file := append(append([]byte(`{"Records":[`), bytes.Join(list, []byte(","))...), "]}"...)
	b.Run("record.Reader", func(b *testing.B) {
		against(b, size, func() {
			r := record.NewReader(bytes.NewReader(file))
			r.ReuseRecord = true
			n := 0
			for _, err := range r.Records() {
				if err != nil {
					b.Fatal(err)
				}
				n++
			}
			if n != len(list) {
				b.Fatalf("%d records, want %d", n, len(list))
			}
		}, decode, yardsticks)
	})
}

// against measures f, and how many times as long the yardsticks take. They have few turns, because stopping
// the timer stops the world, and what they leave in the caches is not what f finds in them by itself.
func against(b *testing.B, size int64, f func(), decode func(func([]byte) (string, error)), yardsticks []decoder) {
	const turns = 16
	b.SetBytes(size)
	b.ReportAllocs()
	took := make([]time.Duration, len(yardsticks))
	n, rounds := 0, 0
	for ; b.Loop(); n++ {
		f()
		if n%turns > 0 {
			continue
		}
		b.StopTimer()
		for i, y := range yardsticks {
			start := time.Now()
			decode(y.decode)
			took[i] += time.Since(start)
		}
		rounds++
		b.StartTimer()
	}
	each := b.Elapsed().Seconds() / float64(n)
	b.ReportMetric(records/each, "records/s")
	for i, y := range yardsticks {
		b.ReportMetric(took[i].Seconds()/float64(rounds)/each, "×"+y.name)
	}
}
