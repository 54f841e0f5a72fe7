// Package benchmarks compares the library with others that it does not depend on. It is a module of
// its own, so that nobody else has to.
package benchmarks

import (
	"encoding/json"
	"testing"
	"time"

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
		Type           string `json:"type"`
		PrincipalID    string `json:"principalId"`
		ARN            string `json:"arn"`
		AccountID      string `json:"accountId"`
		AccessKeyID    string `json:"accessKeyId"`
		UserName       string `json:"userName"`
		InvokedBy      string `json:"invokedBy"`
		CredentialID   string `json:"credentialId"`
		SessionContext struct {
			SessionIssuer struct {
				Type        string `json:"type"`
				PrincipalID string `json:"principalId"`
				ARN         string `json:"arn"`
				AccountID   string `json:"accountId"`
				UserName    string `json:"userName"`
			} `json:"sessionIssuer"`
			Attributes struct {
				CreationDate     time.Time `json:"creationDate"`
				MFAAuthenticated string    `json:"mfaAuthenticated"`
			} `json:"attributes"`
			SourceIdentity  string `json:"sourceIdentity"`
			EC2RoleDelivery string `json:"ec2RoleDelivery"`
		} `json:"sessionContext"`
		OnBehalfOf struct {
			UserID           string `json:"userId"`
			IdentityStoreARN string `json:"identityStoreArn"`
		} `json:"onBehalfOf"`
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
	RequestID           string          `json:"requestID"`
	EventID             string          `json:"eventID"`
	ReadOnly            *bool           `json:"readOnly"`
	Resources           []struct {
		ARN       string `json:"ARN"`
		ARNPrefix string `json:"ARNPrefix"`
		AccountID string `json:"accountId"`
		Type      string `json:"type"`
	} `json:"resources"`
	EventType           string          `json:"eventType"`
	APIVersion          string          `json:"apiVersion"`
	ManagementEvent     *bool           `json:"managementEvent"`
	RecipientAccountID  string          `json:"recipientAccountId"`
	SharedEventID       string          `json:"sharedEventID"`
	VPCEndpointID       string          `json:"vpcEndpointId"`
	ServiceEventDetails json.RawMessage `json:"serviceEventDetails"`
	EventCategory       string          `json:"eventCategory"`
	TLSDetails          struct {
		TLSVersion               string `json:"tlsVersion"`
		CipherSuite              string `json:"cipherSuite"`
		ClientProvidedHostHeader string `json:"clientProvidedHostHeader"`
		KeyExchange              string `json:"keyExchange"`
	} `json:"tlsDetails"`
}

// paths are what gjson is asked for: a dozen fields that a detection rule may want, not all of them.
var paths = []string{"eventVersion", "userIdentity.type", "userIdentity.arn", "eventTime", "eventSource", "eventName",
	"awsRegion", "sourceIPAddress", "errorCode", "eventID", "readOnly", "recipientAccountId"}

var decoders = []struct {
	name   string
	decode func(text []byte) (eventID string, err error)
}{
	{"record", func(text []byte) (string, error) {
		err := reused.UnmarshalJSON(text)
		return reused.EventID, err
	}},
	{"encoding-json", func(text []byte) (string, error) {
		var p plain
		err := json.Unmarshal(text, &p)
		return p.EventID, err
	}},
	{"goccy", func(text []byte) (string, error) {
		var p plain
		err := goccy.Unmarshal(text, &p)
		return p.EventID, err
	}},
	{"gjson-12-paths", func(text []byte) (string, error) {
		return gjson.GetManyBytes(text, paths...)[9].Str, nil
	}},
	{"json.Valid", func(text []byte) (string, error) {
		if !json.Valid(text) {
			return "", errInvalid
		}
		return "", nil
	}},
}

var (
	reused     record.Record
	errInvalid = &json.SyntaxError{}
)

func texts() (list [][]byte, size int64) {
	g := synth.New(synth.Config{})
	for range 1000 {
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

func BenchmarkDecode(b *testing.B) {
	list, size := texts()
	for _, d := range decoders {
		b.Run(d.name, func(b *testing.B) {
			b.SetBytes(size)
			b.ReportAllocs()
			for b.Loop() {
				for _, text := range list {
					if _, err := d.decode(text); err != nil {
						b.Fatal(err)
					}
				}
			}
			b.ReportMetric(float64(b.N)*float64(len(list))/b.Elapsed().Seconds(), "records/s")
		})
	}
}
