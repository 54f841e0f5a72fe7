package record

import (
	"encoding/json"
	"testing"
)

func TestAppendEvent(t *testing.T) {
	for _, tt := range []struct{ text, want string }{
		{announced, `{"version":"0","id":"` + announcedKey + `","detail-type":"AWS API Call via CloudTrail",` +
			`"source":"aws.s3","account":"99999999999","time":"2016-11-15T23:02:12Z","region":"us-east-1",` +
			`"resources":[],"detail":` + announced + `}`},
		{`{"eventID":"e","eventType":"AwsConsoleSignIn","eventSource":"signin.amazonaws.com",` +
			`"awsRegion":"eu-west-1","recipientAccountId":"111122223333","userIdentity":{"accountId":"444455556666"},` +
			`"eventTime":"2026-01-02T03:04:05.6+01:00"}`,
			`{"version":"0","id":"e","detail-type":"AWS Console Sign In via CloudTrail","source":"aws.signin",` +
				`"account":"111122223333","time":"2026-01-02T02:04:05Z","region":"eu-west-1","resources":[],"detail":` +
				`{"eventID":"e","eventType":"AwsConsoleSignIn","eventSource":"signin.amazonaws.com",` +
				`"awsRegion":"eu-west-1","recipientAccountId":"111122223333","userIdentity":{"accountId":"444455556666"},` +
				`"eventTime":"2026-01-02T03:04:05.6+01:00"}}`},
		{`{"eventID":"\"","eventTime":"some \"day\"","userIdentity":{"sessionContext":{"sessionIssuer":{"accountId":"1"}}}}`,
			`{"version":"0","id":"\"","detail-type":"AWS API Call via CloudTrail","source":"aws.cloudtrail",` +
				`"account":"1","time":"0001-01-01T00:00:00Z","region":"","resources":[],"detail":` +
				`{"eventID":"\"","eventTime":"some \"day\"","userIdentity":{"sessionContext":{"sessionIssuer":{"accountId":"1"}}}}}`},
	} {
		r, err := Parse([]byte(tt.text))
		if err != nil {
			t.Fatal(err)
		}
		got := string(r.AppendEvent([]byte("before")))
		if got != "before"+tt.want || !json.Valid([]byte(tt.want)) {
			t.Errorf("event of %s\n is   %s\n want %s", tt.text, got, tt.want)
		}
	}
}

// announcedKey is what the announcement's record has instead of an eventID: it must never change,
// because a consumer may have stored it.
const announcedKey = "0a225466-e328-8afd-b4a1-c61abae80453"

func TestDetailType(t *testing.T) {
	for eventType, want := range map[string]string{
		"":                     "AWS API Call via CloudTrail",
		"AwsApiCall":           "AWS API Call via CloudTrail",
		"Rds Data Service":     "AWS API Call via CloudTrail",
		"AwsConsoleSignIn":     "AWS Console Sign In via CloudTrail",
		"AwsConsoleAction":     "AWS Console Action via CloudTrail",
		"AwsServiceEvent":      "AWS Service Event via CloudTrail",
		"AwsCloudTrailInsight": "AWS Insight via CloudTrail",
		"AwsVpceEvent":         "AWS Network Activity Event via CloudTrail",
	} {
		if got := (&Record{EventType: eventType}).detailType(); got != want {
			t.Errorf("detail-type of %q is %q, want %q", eventType, got, want)
		}
	}
}
