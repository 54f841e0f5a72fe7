package record

import "testing"

func TestCategory(t *testing.T) {
	for _, tt := range []struct {
		r    Record
		want Category
		by   Basis
	}{
		{Record{EventCategory: "Data", ManagementEvent: True}, Data, ByEventCategory},
		{Record{EventCategory: "Evidence"}, "Evidence", ByEventCategory}, // one that we do not know
		{Record{ManagementEvent: True, EventType: "AwsVpceEvent"}, Management, ByManagementEvent},
		{Record{ManagementEvent: False}, Data, ByManagementEvent},
		{Record{ManagementEvent: False, EventType: "AwsVpceEvent"}, NetworkActivity, ByEventType},
		{Record{EventType: "AwsVpceEvents"}, NetworkActivity, ByEventType},
		{Record{EventType: "AwsCloudTrailInsight"}, Insight, ByEventType},
		{Record{EventType: "AwsAggregatedEvent"}, Aggregated, ByEventType},
		{Record{EventType: "ActivityLog"}, ActivityAuditLog, ByEventType},
		{Record{EventSource: "s3.amazonaws.com", EventName: "PutObject"}, Data, ByEventName},
		{Record{EventSource: "s3.amazonaws.com", EventName: "HeadBucket"}, Data, ByEventName},
		{Record{EventSource: "s3.amazonaws.com", EventName: "DeleteObject", EventType: "AwsServiceEvent"}, Data, ByEventName},
		{Record{EventSource: "s3.amazonaws.com", EventName: "GetBucketAcl"}, Management, ByDefault},
		{Record{EventSource: "s3.amazonaws.com", EventName: "NewObjectCall",
			Resources: []Resource{{Type: "AWS::S3::Bucket"}, {Type: "AWS::S3::Object"}}}, Data, ByResources},
		{Record{EventSource: "example.amazonaws.com", EventName: "PutObject"}, Management, ByDefault},
		{Record{EventSource: "lambda.amazonaws.com", EventName: "Invoke"}, Data, ByEventName},
		{Record{EventSource: "lambda.amazonaws.com", EventName: "UpdateFunctionCode20150331v2"}, Management, ByDefault},
		{Record{EventSource: "dynamodb.amazonaws.com", EventName: "GetItem"}, Data, ByEventName},
		{Record{EventSource: "dynamodb.amazonaws.com", EventName: "DescribeTable"}, Management, ByDefault},
		{Record{EventSource: "rdsdataapi.amazonaws.com", EventName: "ExecuteStatement"}, Data, ByEventName},
		{Record{EventSource: "rdsdata.amazonaws.com", EventName: "ExecuteStatement"}, Management, ByDefault},
		{Record{EventType: "AwsConsoleSignIn", EventName: "ConsoleLogin"}, Management, ByDefault},
	} {
		if got, by := tt.r.Category(); got != tt.want || by != tt.by {
			t.Errorf("%s %s of type %q: %s by %s, want %s by %s",
				tt.r.EventSource, tt.r.EventName, tt.r.EventType, got, by, tt.want, tt.by)
		}
	}
}

func TestIsReadOnly(t *testing.T) {
	for _, tt := range []struct {
		r    Record
		want bool
		by   Basis
	}{
		{Record{EventName: "PutObject", ReadOnly: True}, true, ByReadOnly},
		{Record{EventName: "GetObject", ReadOnly: False}, false, ByReadOnly},
		{Record{EventName: "GetObject"}, true, ByEventName},
		{Record{EventName: "GetFunction20150331v2"}, true, ByEventName},
		{Record{EventName: "HeadBucket"}, true, ByEventName},
		{Record{EventName: "BatchGetItem"}, true, ByEventName},
		{Record{EventName: "SelectObjectContent"}, true, ByEventName},
		{Record{EventName: "PutObject"}, false, ByEventName},
		{Record{EventName: "ConsoleLogin"}, false, ByEventName},
		{Record{EventName: "Invoke", EventSource: "lambda.amazonaws.com"}, false, ByEventName},
		{Record{EventName: "Decrypt", EventSource: "kms.amazonaws.com"}, true, ByEventName},
		{Record{EventName: "ScheduleKeyDeletion", EventSource: "kms.amazonaws.com"}, false, ByEventName},
		{Record{}, false, ByEventName},
	} {
		if got, by := tt.r.IsReadOnly(); got != tt.want || by != tt.by {
			t.Errorf("%s, readOnly %v: %v by %s, want %v by %s",
				tt.r.EventName, tt.r.ReadOnly, got, by, tt.want, tt.by)
		}
	}
}

func TestS3ObjectARN(t *testing.T) {
	const s3 = "s3.amazonaws.com"
	for _, tt := range []struct {
		r    Record
		want string
	}{
		{Record{EventSource: s3, EventName: "PutObject", AWSRegion: "us-east-1",
			RequestParameters: `{"bucketName":"b","key":"a/k"}`}, "arn:aws:s3:::b/a/k"},
		{Record{EventSource: s3, EventName: "PutObject", AWSRegion: "cn-north-1",
			RequestParameters: `{"bucketName":"b","key":"k"}`}, "arn:aws-cn:s3:::b/k"},
		{Record{EventSource: s3, EventName: "GetObject", AWSRegion: "us-gov-west-1",
			RequestParameters: `{"bucketName":"b","key":"caf\u00e9"}`}, "arn:aws-us-gov:s3:::b/café"},
		{Record{EventSource: s3, EventName: "ListObjects",
			RequestParameters: `{"bucketName":"b","prefix":"logs/"}`}, "arn:aws:s3:::b/logs/"},
		{Record{EventSource: s3, EventName: "HeadBucket",
			RequestParameters: `{"bucketName":"b"}`}, "arn:aws:s3:::b/"},
		{Record{EventSource: s3, EventName: "GetBucketAcl", RequestParameters: `{"bucketName":"b"}`}, ""},
		{Record{EventSource: s3, EventName: "PutObject", RequestParameters: `{"key":"k"}`}, ""},
		{Record{EventSource: s3, EventName: "PutObject", RequestParameters: `{"bucketName":7}`}, ""},
		{Record{EventSource: s3, EventName: "PutObject", RequestParameters: `"cut off`}, ""},
		{Record{EventSource: "lambda.amazonaws.com", EventName: "PutObject",
			RequestParameters: `{"bucketName":"b","key":"k"}`}, ""},
	} {
		got, ok := tt.r.S3ObjectARN()
		appended, also := tt.r.AppendS3ObjectARN([]byte("before "))
		if got != tt.want || ok != (tt.want != "") || string(appended) != "before "+got || also != ok {
			t.Errorf("%s with %s: %q, %v, appended %q, %v, want %q",
				tt.r.EventName, tt.r.RequestParameters, got, ok, appended, also, tt.want)
		}
	}
}

func TestPrincipal(t *testing.T) {
	for _, tt := range []struct {
		id   Identity
		want string
	}{
		{Identity{Type: "Root", AccountID: "111122223333"}, "root of 111122223333"},
		{Identity{Type: "IAMUser", UserName: "alice"}, "user alice"},
		{Identity{Type: "IAMUser", ARN: "arn:aws:iam::111122223333:user/path/alice"}, "user alice"},
		{Identity{Type: "IAMUser"}, "user unknown name"},
		{Identity{Type: "AssumedRole", ARN: "arn:aws:sts::111122223333:assumed-role/Admin/bob"}, "role Admin, session bob"},
		{Identity{Type: "AssumedRole", PrincipalID: "AROAEXAMPLEID:bob",
			SessionContext: SessionContext{SessionIssuer: SessionIssuer{UserName: "Admin"}}}, "role Admin, session bob"},
		{Identity{Type: "Role", SessionContext: SessionContext{SessionIssuer: SessionIssuer{ARN: "arn:aws:iam::111122223333:role/a/Admin"}}}, "role Admin"},
		{Identity{Type: "FederatedUser", ARN: "arn:aws:sts::111122223333:federated-user/carol"}, "federated user carol"},
		{Identity{Type: "SAMLUser", UserName: "dave@example.com"}, "federated user dave@example.com"},
		{Identity{Type: "WebIdentityUser", PrincipalID: "accounts.google.com:aud:sub"}, "federated user accounts.google.com:aud:sub"},
		{Identity{Type: "IdentityCenterUser", OnBehalfOf: OnBehalfOf{UserID: "u-1"}}, "Identity Center user u-1"},
		{Identity{Type: "AWSService", InvokedBy: "s3.amazonaws.com"}, "service s3.amazonaws.com"},
		{Identity{InvokedBy: "kms.amazonaws.com", AccountID: "111122223333"}, "service kms.amazonaws.com"},
		{Identity{Type: "AWSAccount", AccountID: "444455556666"}, "account 444455556666"},
		{Identity{Type: "AWSAccount", AccountID: "ANONYMOUS_PRINCIPAL"}, "anonymous"},
		{Identity{Type: "AWSAccount", AccountID: "anonymous"}, "anonymous"},
		{Identity{Type: "Unknown", UserName: "HIDDEN_DUE_TO_SECURITY_REASONS"}, "HIDDEN_DUE_TO_SECURITY_REASONS"},
		{Identity{Type: "Directory", PrincipalID: "d"}, "d"},
		{Identity{}, "unknown"},
	} {
		if got := tt.id.Principal(); got != tt.want {
			t.Errorf("%+v is %q, want %q", tt.id, got, tt.want)
		}
	}
}

func TestVersionCompare(t *testing.T) {
	ascending := []Version{"", "1.0", "1.01", "1.02", "1.05", "1.9", "1.10", "1.11", "2.0"}
	for i, v := range ascending {
		for j, w := range ascending {
			want := 0
			if i < j {
				want = -1
			} else if i > j {
				want = +1
			}
			if got := v.Compare(w); got != want {
				t.Errorf("%q compared with %q = %d, want %d", v, w, got, want)
			}
		}
	}
	if Version("1.8").Compare("1.08") != 0 {
		t.Error(`"1.8" is not "1.08"`)
	}
}

func TestAddress(t *testing.T) {
	for _, tt := range []struct {
		address   Address
		isIP, aws bool
	}{
		{"192.0.2.10", true, false},
		{"2001:db8::1", true, false},
		{"autoscaling.amazonaws.com", false, true},
		{"s3.amazonaws.com.cn", false, true},
		{"AWS Internal", false, true},
		{"AWS Internal/3", false, true},
		{"", false, false},
		{"host.example.com", false, false},
	} {
		ip, isIP := tt.address.IP()
		if isIP != tt.isIP || isIP && ip.String() != string(tt.address) || tt.address.IsAWS() != tt.aws {
			t.Errorf("%q: IP %v, %v, IsAWS %v", tt.address, ip, isIP, tt.address.IsAWS())
		}
	}
}
