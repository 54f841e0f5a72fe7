package record

import (
	"os"
	"testing"
)

// announced is the record of AWS's announcement of S3 data events (November 2016), with the closing
// brackets that the article left out. Its oddities are its own: username, an account of eleven
// digits, an empty sourceIPAddress, and no resources, readOnly or eventID.
const announced = `{"eventVersion":"1.05","userIdentity":{"type":"Root","principalId":"99999999999",` +
	`"arn":"arn:aws:iam::99999999999:root","accountId":"99999999999","username":"jbarr",` +
	`"sessionContext":{"attributes":{"creationDate":"2016-11-15T17:55:17Z","mfaAuthenticated":"false"}}},` +
	`"eventTime":"2016-11-15T23:02:12Z","eventSource":"s3.amazonaws.com","eventName":"PutObject",` +
	`"awsRegion":"us-east-1","sourceIPAddress":"","userAgent":"[S3Console/0.4]",` +
	`"requestParameters":{"X-Amz-Date":"20161115T230211Z","bucketName":"jbarr-s3-trail-demo",` +
	`"X-Amz-Algorithm":"AWS4-HMAC-SHA256","storageClass":"STANDARD","cannedAcl":"private",` +
	`"X-Amz-SignedHeaders":"Content-Type;Host;x-amz-acl;x-amz-storage-class","X-Amz-Expires":"300",` +
	`"key":"ie_sb_device_4.png"}}`

// modern is a record as S3 writes it today, with every block that a decoder has to step into.
const modern = `{"eventVersion":"1.11","userIdentity":{"type":"AssumedRole",` +
	`"principalId":"AROAEXAMPLEID:bob","arn":"arn:aws:sts::111122223333:assumed-role/Admin/bob",` +
	`"accountId":"111122223333","accessKeyId":"ASIAIOSFODNN7EXAMPLE","sessionContext":{` +
	`"sessionIssuer":{"type":"Role","principalId":"AROAEXAMPLEID",` +
	`"arn":"arn:aws:iam::111122223333:role/Admin","accountId":"111122223333","userName":"Admin"},` +
	`"webIdFederationData":{"federatedProvider":"www.amazon.com","attributes":{}},` +
	`"attributes":{"creationDate":"2026-11-15T17:55:17Z","mfaAuthenticated":"true"},` +
	`"sourceIdentity":"bob@example.com","ec2RoleDelivery":"2.0","assumedRoot":"true"},` +
	`"invokedBy":"athena.amazonaws.com","onBehalfOf":{"userId":"u-1","identityStoreArn":"arn:aws:identitystore::111122223333:identitystore/d-1"},` +
	`"inScopeOf":{"sourceArn":"arn:aws:lambda:us-east-1:111122223333:function:f","sourceAccount":"111122223333","issuerType":"AWS::Lambda::Function","credentialsIssuedTo":"arn:aws:lambda:us-east-1:111122223333:function:f"},` +
	`"credentialId":"c-1"},"eventTime":"2026-11-15T23:02:12Z","eventSource":"s3.amazonaws.com",` +
	`"eventName":"GetObject","awsRegion":"us-east-1","sourceIPAddress":"192.0.2.10","userAgent":"[aws-cli/2.15.30]",` +
	`"errorCode":"AccessDenied","errorMessage":"Access \"Denied\"","requestParameters":{"bucketName":"amzn-s3-demo-bucket",` +
	`"Host":"amzn-s3-demo-bucket.s3.us-east-1.amazonaws.com","key":"images/caf\u00e9.jpg"},"responseElements":null,` +
	`"additionalEventData":{"bytesTransferredOut":0.0},"requestID":"79104EXAMPLEB723",` +
	`"eventID":"3038ebd2-c98a-4c65-9b6e-e22506292313","readOnly":true,"resources":[{"type":"AWS::S3::Object",` +
	`"ARN":"arn:aws:s3:::amzn-s3-demo-bucket/images/caf\u00e9.jpg"},{"accountId":"111122223333",` +
	`"type":"AWS::S3::Bucket","ARN":"arn:aws:s3:::amzn-s3-demo-bucket"}],"eventType":"AwsApiCall","apiVersion":"2006-03-01",` +
	`"managementEvent":false,"recipientAccountId":"111122223333","sharedEventID":"24bb05ed-20c7-5249-b337-6e45cc08cd4e",` +
	`"vpcEndpointId":"vpce-0abc123def4567890","vpcEndpointAccountId":"111122223333","serviceEventDetails":{"a":1},` +
	`"eventCategory":"Data","tlsDetails":{"tlsVersion":"TLSv1.3"}}`

// seeds are records and texts that are none, for tables and fuzz targets.
var seeds = []string{
	announced,
	modern,
	`{"eventName":"GetObject"}`,
	` {"eventID":"e"} `,
	`{"eventID":5,"eventTime":{},"resources":{},"userIdentity":[],"readOnly":"maybe","requestParameters":"cut off..."}`,
	`{"eventName":"a","userIdentity":{"sessionContext":null,"onBehalfOf":"x"},"resources":[null,1,[],{"ARN":1},{"arn":"b"}]}`,
	`{"eventName":"a","eventName":"b","userIdentity":{"arn":"c"},"userIdentity":{"type":"d"}}`,
	`{"event\u004eame":"a"}`,
	`{"readOnly":"True","managementEvent":"false","eventTime":"2025-01-21 17:49:47.000000000","eventID":""}`,
	`{"version":"0","id":"i","detail-type":"AWS API Call via CloudTrail","detail":{"eventName":"a"}}`,
	`{"version":"0","detail-type":"EC2 Instance State-change Notification","detail":{"state":"running"}}`,
	`{"eventSource":"aws:s3","eventName":"ObjectCreated:Put","s3":{}}`,
	`{}`, `[]`, `null`, `1`, `"a"`, ``, `{"eventName":"a"`, `{"eventName":"a"}}`, `{"eventName":"a",}`, `x`,
}

// shared returns the path of a file or folder beside the checkout, which is no part of it. The test
// is skipped where it is absent.
func shared(t testing.TB, path string) string {
	t.Helper()
	path = "../../shared/" + path
	if _, err := os.Stat(path); err != nil {
		t.Skipf("not beside this checkout: %v", err)
	}
	return path
}
