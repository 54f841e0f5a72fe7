package synth

import "sync"

// managementShapes returns the shapes of the management events.
var managementShapes = sync.OnceValue(func() []shape { return shapesOf(managementServices, false) })

// Failures that many services share.
var (
	throttled = failure{code: "ThrottlingException", message: "Rate exceeded"}
	denied    = failure{code: "AccessDenied", message: "User: $arn is not authorized to perform this operation"}
	ec2Denied = failure{code: "Client.UnauthorizedOperation", message: "You are not authorized to perform this operation."}

	ec2Reads = []failure{ec2Denied, {code: "Client.RequestLimitExceeded", message: "Request limit exceeded."}}
	reads    = []failure{throttled, denied}
	writes   = []failure{denied}
)

const (
	onKey  = `[{"accountId":"$account","type":"AWS::KMS::Key","ARN":"arn:aws:kms:$region:$account:key/$uuidof"}]`
	onRole = `[{"accountId":"$account","type":"AWS::IAM::Role","ARN":"arn:aws:iam::$account:role/$role"}]`
	// SSM leaves out the type.
	onParameter = `[{"accountId":"$account","ARN":"arn:aws:ssm:$region:$account:parameter/$stage/$app/$word"}]`
	onTable     = `[{"accountId":"$account","type":"AWS::DynamoDB::Table","ARN":"arn:aws:dynamodb:$region:$account:table/$app-$word"}]`

	secretContext = `"encryptionContext":{"SecretARN":"arn:aws:secretsmanager:$region:$account:secret:$stage/$app/$word-$code","SecretVersionId":"$capuuid"}`

	credentials  = `"credentials":{"accessKeyId":"$tempkey","sessionToken":"$token","expiration":"$inanhour"}`
	assumedRole  = `"assumedRoleUser":{"assumedRoleId":"$roleid:session-$session","arn":"arn:aws:sts::$account:assumed-role/$role/session-$session"}`
	githubIssuer = `arn:aws:iam::$account:oidc-provider/token.actions.githubusercontent.com`

	trustPolicy = `{\"Version\":\"2012-10-17\",\"Statement\":[{\"Effect\":\"Allow\",\"Principal\":{\"Service\":\"ec2.amazonaws.com\"},\"Action\":\"sts:AssumeRole\"}]}`
	rolePolicy  = `{\n  \"Version\": \"2012-10-17\",\n  \"Statement\": [\n    {\n      \"Effect\": \"Allow\",\n      \"Action\": [\"s3:GetObject\", \"s3:PutObject\"],\n` +
		`      \"Resource\": \"arn:aws:s3:::$bucket/*\"\n    }\n  ]\n}\n`
	trustPolicyEncoded = `%7B%22Version%22%3A%222012-10-17%22%2C%22Statement%22%3A%5B%7B%22Effect%22%3A%22Allow%22%2C%22Principal%22%3A%7B` +
		`%22Service%22%3A%22ec2.amazonaws.com%22%7D%2C%22Action%22%3A%22sts%3AAssumeRole%22%7D%5D%7D`
)

// ec2Filter asks for what has the given property; EC2 wraps every list in items.
func ec2Filter(name, value string) string {
	return `"filterSet":{"items":[{"name":"` + name + `","valueSet":{"items":[{"value":"` + value + `"}]}}]}`
}

// managementServices is a third of what goes on in an account; the rest is more of the same.
var managementServices = []service{
	{source: "ec2.amazonaws.com", pace: 1, apis: []api{
		{weight: 90, name: "DescribeInstances", read: true, failures: ec2Reads,
			request: `{"instancesSet":{"items":[{"instanceId":"$i"}]},` + ec2Filter("instance-state-name", "running") + `}`},
		{weight: 50, name: "DescribeRouteTables", read: true, request: `{"routeTableIdSet":{},` + ec2Filter("vpc-id", "$vpc") + `}`, failures: ec2Reads},
		{weight: 40, name: "DescribeSecurityGroups", read: true, failures: ec2Reads,
			request: `{"securityGroupSet":{},"securityGroupIdSet":{"items":[{"groupId":"$sg"}]},"filterSet":{}}`},
		{weight: 30, name: "DescribeSubnets", read: true, request: `{"subnetSet":{},` + ec2Filter("tag:Name", "$stage-$app") + `}`, failures: ec2Reads},
		{weight: 25, name: "DescribeVolumes", read: true, request: `{"volumeSet":{"items":[{"volumeId":"$vol"}]},"filterSet":{}}`, failures: ec2Reads},
		{weight: 25, name: "DescribeAvailabilityZones", read: true, request: `{"availabilityZoneSet":{},"availabilityZoneIdSet":{},` + ec2Filter("state", "available") + `}`},
		{weight: 20, name: "DescribeNatGateways", read: true, request: `{"DescribeNatGatewaysRequest":{"NatGatewayId":{"tag":1,"content":"$nat"}}}`},
		// One path, several types: an object with a filter, an empty string without.
		{weight: 4, name: "DescribeEgressOnlyInternetGateways", read: true, request: `{"DescribeEgressOnlyInternetGatewaysRequest":""}`},
		{weight: 4, name: "DescribeEgressOnlyInternetGateways", read: true,
			request: `{"DescribeEgressOnlyInternetGatewaysRequest":{"Filter":{"Name":"tag:app","tag":1,"Value":{"tag":1,"content":"$app"}}}}`},
		{weight: 8, name: "RunInstances", large: true, failures: []failure{ec2Denied, {code: "Server.InsufficientInstanceCapacity",
			message: "We currently do not have sufficient t3.micro capacity in the Availability Zone you requested (${region}a)."}},
			request: `{"instancesSet":{"items":[{"imageId":"$ami","minCount":1,"maxCount":1}]},"instanceType":"t3.micro","blockDeviceMapping":{},` +
				`"monitoring":{"enabled":false},"disableApiTermination":false,"clientToken":"$capuuid","networkInterfaceSet":{"items":[{"deviceIndex":0,` +
				`"subnetId":"$subnet","deleteOnTermination":true}]},"iamInstanceProfile":{"name":"$role"},"ebsOptimized":false,` +
				`"tagSpecificationSet":{"items":[{"resourceType":"instance","tags":[{"key":"Name","value":"$stage-$app"}]}]}}`,
			response: `{"requestId":"$uuid","ownerId":"$account","groupSet":{},"instancesSet":{"items":[{"instanceId":"$i","imageId":"$ami",` +
				`"instanceState":{"code":0,"name":"pending"},"privateDnsName":"ip-10-0-1-$n.ec2.internal","amiLaunchIndex":0,"productCodes":{},` +
				`"instanceType":"t3.micro","launchTime":$millis,"placement":{"availabilityZone":"${region}a","tenancy":"default"},` +
				`"monitoring":{"state":"disabled"},"subnetId":"$subnet","vpcId":"$vpc","privateIpAddress":"10.0.1.$n",` +
				`"stateReason":{"code":"pending","message":"pending"},"architecture":"x86_64","rootDeviceType":"ebs","rootDeviceName":"/dev/xvda",` +
				`"blockDeviceMapping":{},"virtualizationType":"hvm","hypervisor":"xen","tagSet":{"items":[{"key":"Name","value":"$stage-$app"}]},` +
				`"clientToken":"$capuuid","groupSet":{"items":[{"groupId":"$sg","groupName":"$stage-$app"}]},"sourceDestCheck":true,` +
				`"networkInterfaceSet":{"items":[{"networkInterfaceId":"$eni","subnetId":"$subnet","vpcId":"$vpc","ownerId":"$account","status":"in-use"}]}}]}}`},
		{weight: 6, name: "TerminateInstances", failures: []failure{ec2Denied}, request: `{"instancesSet":{"items":[{"instanceId":"$i"}]}}`,
			response: `{"requestId":"$uuid","instancesSet":{"items":[{"instanceId":"$i","currentState":{"code":32,"name":"shutting-down"},` +
				`"previousState":{"code":16,"name":"running"}}]}}`},
		{weight: 8, name: "AuthorizeSecurityGroupIngress", failures: []failure{ec2Denied, {code: "Client.InvalidPermission.Duplicate",
			message: "the specified rule \\\"peer: 0.0.0.0/0, TCP, from port: 443, to port: 443, ALLOW\\\" already exists"}},
			request: `{"groupId":"$sg","ipPermissions":{"items":[{"ipProtocol":"tcp","fromPort":443,"toPort":443,"groups":{},` +
				`"ipRanges":{"items":[{"cidrIp":"0.0.0.0/0"}]},"ipv6Ranges":{},"prefixListIds":{}}]}}`,
			response: `{"requestId":"$uuid","_return":true}`},
		// tag and Tag differ only in case, and a value that looks like a boolean is one.
		{weight: 5, name: "CreateFlowLogs", failures: []failure{ec2Denied},
			request: `{"CreateFlowLogsRequest":{"ResourceType":"VPC","TrafficType":"ALL","LogDestinationType":"s3","LogDestination":"arn:aws:s3:::$bucket",` +
				`"ResourceId":{"tag":1,"content":"$vpc"},"TagSpecification":{"ResourceType":"vpc-flow-log","tag":1,"Tag":{"Value":true,"tag":1,"Key":"audit"}}}}`,
			response: `{"CreateFlowLogsResponse":{"xmlns":"http://ec2.amazonaws.com/doc/2016-11-15/","unsuccessful":"","flowLogIdSet":{"item":"$fl"},"requestId":"$uuid"}}`},
		{weight: 6, name: "SharedSnapshotVolumeCreated", eventType: "AwsServiceEvent", as: theServiceItself, details: `{"snapshotId":"$snap"}`},
		{weight: 4, name: "BidEvictedEvent", eventType: "AwsServiceEvent", as: theServiceItself, details: `{"instanceIdSet":["$i"]}`},
	}},
	{source: "iam.amazonaws.com", pace: 2, global: true, apis: []api{
		{weight: 30, name: "GetUser", read: true, failures: reads},
		{weight: 30, name: "GetRole", read: true, request: `{"roleName":"$role"}`, failures: []failure{throttled, {code: "NoSuchEntityException",
			message: "The role with name $role cannot be found."}}},
		{weight: 25, name: "ListAttachedRolePolicies", read: true, request: `{"roleName":"$role"}`, failures: reads},
		{weight: 15, name: "ListAccessKeys", read: true, request: `{"userName":"$user"}`, failures: reads},
		{weight: 5, name: "CreateRole", failures: writes, large: true,
			request: `{"path":"/","roleName":"$role","assumeRolePolicyDocument":"` + trustPolicy + `","maxSessionDuration":3600,"tags":[{"key":"app","value":"$app"}]}`,
			response: `{"role":{"path":"/","roleName":"$role","roleId":"$roleid","arn":"arn:aws:iam::$account:role/$role","createDate":"$date",` +
				`"assumeRolePolicyDocument":"` + trustPolicyEncoded + `","tags":[{"key":"app","value":"$app"}]}}`},
		{weight: 6, name: "PutRolePolicy", failures: writes, large: true,
			request: `{"roleName":"$role","policyName":"$app-access","policyDocument":"` + rolePolicy + `"}`},
		{weight: 6, name: "AttachRolePolicy", failures: writes, request: `{"roleName":"$role","policyArn":"arn:aws:iam::aws:policy/ReadOnlyAccess"}`},
		{weight: 3, name: "CreateUser", failures: writes, request: `{"userName":"$user"}`,
			response: `{"user":{"path":"/","userName":"$user","userId":"$userid","arn":"arn:aws:iam::$account:user/$user","createDate":"$date"}}`},
		{weight: 3, name: "CreateAccessKey", failures: writes, request: `{"userName":"$user"}`,
			response: `{"accessKey":{"userName":"$user","accessKeyId":"$newkey","status":"Active","createDate":"$date"}}`},
		{weight: 2, name: "DeleteAccessKey", failures: writes, request: `{"userName":"$user","accessKeyId":"$newkey"}`},
	}},
	{source: "ssm.amazonaws.com", pace: 0, apis: []api{
		{weight: 50, name: "GetParameter", read: true, request: `{"name":"/$stage/$app/$word","withDecryption":true}`, resources: onParameter,
			failures: []failure{throttled, {code: "ParameterNotFound"}}},
		{weight: 30, name: "DescribeParameters", read: true, failures: reads,
			request: `{"parameterFilters":[{"key":"Name","option":"Equals","values":["/$stage/$app/$word"]}],"shared":false}`},
		{weight: 20, name: "ListTagsForResource", read: true, request: `{"resourceType":"Parameter","resourceId":"/$stage/$app/$word"}`},
		{weight: 12, name: "PutParameter", failures: []failure{throttled, {code: "ParameterAlreadyExists", message: "The parameter already exists."}},
			request:  `{"name":"/$stage/$app/$word","value":"HIDDEN_DUE_TO_SECURITY_REASONS","type":"SecureString","overwrite":false,"tier":"Standard"}`,
			response: `{"version":$n,"tier":"Standard"}`, resources: onParameter},
		{weight: 6, name: "SendCommand", failures: writes,
			request:  `{"documentName":"AWS-RunShellScript","instanceIds":["$i"],"parameters":"HIDDEN_DUE_TO_SECURITY_REASONS","interactive":false}`,
			response: `{"command":{"commandId":"$uuidof","documentName":"AWS-RunShellScript","instanceIds":["$i"],"parameters":"HIDDEN_DUE_TO_SECURITY_REASONS","status":"Pending"}}`},
		{weight: 12, name: "GetCommandInvocation", read: true, request: `{"commandId":"$uuidof","instanceId":"$i"}`,
			failures: []failure{{code: "InvocationDoesNotExist"}}},
		{weight: 30, name: "UpdateInstanceInformation", as: instanceRole,
			request: `{"instanceId":"$i","agentVersion":"3.3.987.0","agentStatus":"Active","platformType":"Linux","platformName":"Amazon Linux","platformVersion":"2023"}`},
	}},
	{source: "kms.amazonaws.com", pace: 3, apis: []api{
		{weight: 90, name: "Decrypt", read: true, request: `{"encryptionAlgorithm":"SYMMETRIC_DEFAULT",` + secretContext + `}`, resources: onKey,
			failures: []failure{{code: "AccessDenied", message: "The ciphertext refers to a customer master key that does not exist, does not exist in this region, or you are not allowed to access."}}},
		{weight: 20, name: "Decrypt", read: true, as: otherAccount, request: `{"encryptionAlgorithm":"SYMMETRIC_DEFAULT"}`, resources: onKey},
		{weight: 45, name: "GenerateDataKey", read: true, request: `{"keyId":"alias/aws/secretsmanager","keySpec":"AES_256",` + secretContext + `}`, resources: onKey, failures: reads},
		{weight: 20, name: "Encrypt", read: true, request: `{"keyId":"arn:aws:kms:$region:$account:key/$uuidof","encryptionAlgorithm":"SYMMETRIC_DEFAULT"}`, resources: onKey},
		{weight: 12, name: "DescribeKey", read: true, request: `{"keyId":"arn:aws:kms:$region:$account:key/$uuidof"}`, resources: onKey, failures: reads},
		{weight: 3, name: "CreateGrant", failures: writes, resources: onKey,
			request:  `{"granteePrincipal":"arn:aws:iam::$account:role/$role","keyId":"arn:aws:kms:$region:$account:key/$uuidof","operations":["Decrypt","Encrypt"]}`,
			response: `{"grantId":"$hex64","keyId":"arn:aws:kms:$region:$account:key/$uuidof"}`},
		{weight: 2, name: "ScheduleKeyDeletion", failures: writes, resources: onKey,
			request:  `{"keyId":"$uuidof","pendingWindowInDays":30}`,
			response: `{"keyId":"arn:aws:kms:$region:$account:key/$uuidof","keyState":"PendingDeletion","pendingWindowInDays":30}`},
		{weight: 4, name: "RotateKey", eventType: "AwsServiceEvent", as: theServiceItself, resources: onKey, details: `{"keyId":"$uuidof"}`},
	}},
	{source: "secretsmanager.amazonaws.com", pace: 1, apis: []api{
		{weight: 50, name: "GetSecretValue", read: true, request: `{"secretId":"arn:aws:secretsmanager:$region:$account:secret:$stage/$app/$word-$code"}`,
			failures: []failure{denied, {code: "ResourceNotFoundException", message: "Secrets Manager can't find the specified secret."}}},
		{weight: 15, name: "DescribeSecret", read: true, request: `{"secretId":"$stage/$app/$word"}`, failures: reads},
		{weight: 4, name: "PutSecretValue", failures: writes, request: `{"clientRequestToken":"$capuuid","secretId":"$stage/$app/$word"}`,
			response: `{"arn":"arn:aws:secretsmanager:$region:$account:secret:$stage/$app/$word-$code"}`},
		{weight: 3, name: "RotationSucceeded", eventType: "AwsServiceEvent", as: theServiceItself,
			extra: `{"SecretId":"arn:aws:secretsmanager:$region:$account:secret:$stage/$app/$word-$code"}`},
	}},
	{source: "sts.amazonaws.com", pace: 0, apis: []api{
		{weight: 55, name: "AssumeRole", read: true, as: awsService, resources: onRole,
			request:  `{"roleArn":"arn:aws:iam::$account:role/$role","roleSessionName":"session-$session","durationSeconds":3600}`,
			response: `{` + credentials + `,` + assumedRole + `}`},
		{weight: 25, name: "AssumeRole", read: true, resources: onRole,
			failures: []failure{{code: "AccessDenied", message: "User: $arn is not authorized to perform: sts:AssumeRole on resource: arn:aws:iam::$account:role/$role"}},
			request:  `{"roleArn":"arn:aws:iam::$account:role/$role","roleSessionName":"session-$session","durationSeconds":900}`,
			response: `{` + credentials + `,` + assumedRole + `}`},
		{weight: 6, name: "AssumeRole", read: true, as: otherAccount, resources: onRole,
			request:  `{"roleArn":"arn:aws:iam::$account:role/$role","roleSessionName":"session-$session","externalId":"$uuidof"}`,
			response: `{` + credentials + `,` + assumedRole + `}`},
		{weight: 6, name: "AssumeRoleWithSAML", read: true, as: samlUser, resources: onRole,
			request: `{"sAMLAssertionID":"_$uuid","roleSessionName":"$caller@example.com","durationSeconds":3600,` +
				`"roleArn":"arn:aws:iam::$account:role/$role","principalArn":"arn:aws:iam::$account:saml-provider/example-idp"}`,
			response: `{"subjectType":"persistent","issuer":"https://idp.example.com/saml",` + credentials + `,"nameQualifier":"EXAMPLEbq3rLUy7dCzq0WSUe9fo=",` +
				assumedRole + `,"subject":"$caller@example.com","audience":"https://signin.aws.amazon.com/saml"}`},
		{weight: 8, name: "AssumeRoleWithWebIdentity", read: true, as: webIdentityUser, resources: onRole,
			request: `{"roleArn":"arn:aws:iam::$account:role/$role","roleSessionName":"GitHubActions","durationSeconds":3600}`,
			response: `{"subjectFromWebIdentityToken":"repo:example-org/$app:ref:refs/heads/main",` + credentials + `,` + assumedRole +
				`,"provider":"` + githubIssuer + `","audience":"sts.amazonaws.com"}`},
		{weight: 30, name: "GetCallerIdentity", read: true},
		{weight: 2, name: "GetFederationToken", read: true, as: iamUser, request: `{"name":"$caller","durationSeconds":3600}`,
			response: `{` + credentials + `,"federatedUser":{"federatedUserId":"$account:$caller","arn":"arn:aws:sts::$account:federated-user/$caller"},"packedPolicySize":6}`},
	}},
	{source: "lambda.amazonaws.com", pace: 1, apis: []api{
		{weight: 15, name: "GetFunction20150331v2", read: true, request: `{"functionName":"$stage-$app-$word"}`, failures: []failure{
			{code: "ResourceNotFoundException", message: "Function not found: arn:aws:lambda:$region:$account:function:$stage-$app-$word"}}},
		{weight: 8, name: "ListFunctions20150331", read: true, request: `{"maxItems":50}`, failures: reads},
		{weight: 3, name: "CreateFunction20150331", failures: writes,
			request: `{"functionName":"$stage-$app-$word","runtime":"java8","role":"arn:aws:iam::$account:role/$role","handler":"app.handler",` +
				`"code":{"s3Bucket":"$bucket","s3Key":"$key"},"timeout":30,"memorySize":256,"publish":false,"environment":{}}`,
			response: `{"functionName":"$stage-$app-$word","functionArn":"arn:aws:lambda:$region:$account:function:$stage-$app-$word","runtime":"java8",` +
				`"role":"arn:aws:iam::$account:role/$role","handler":"app.handler","codeSize":$number,"timeout":30,"memorySize":256,"version":"$$LATEST"}`},
		{weight: 5, name: "UpdateFunctionCode20150331v2", failures: writes, request: `{"functionName":"$stage-$app-$word","s3Bucket":"$bucket","s3Key":"$key","publish":true,"dryRun":false}`,
			response: `{"functionName":"$stage-$app-$word","functionArn":"arn:aws:lambda:$region:$account:function:$stage-$app-$word","codeSize":$number,"version":"$n"}`},
	}},
	// The bucket-level calls of S3 are management events, and look almost like data events.
	{source: "s3.amazonaws.com", pace: 2, apis: []api{
		{weight: 20, name: "ListBuckets", read: true, request: `{"Host":"s3.amazonaws.com"}`, extra: `{$transfer}`, failures: []failure{s3Denied}},
		{weight: 30, name: "GetBucketAcl", read: true, request: `{"bucketName":"$bucket","Host":"$host","acl":""}`, extra: `{$transfer}`, resources: onBucket, failures: s3List},
		{weight: 12, name: "GetBucketLocation", read: true, request: `{"bucketName":"$bucket","location":"","Host":"$host"}`, extra: `{$transfer}`, resources: onBucket, failures: s3List},
		{weight: 8, name: "GetBucketPolicy", read: true, request: `{"bucketName":"$bucket","Host":"$host","policy":""}`, extra: `{$transfer}`, resources: onBucket,
			failures: []failure{s3Denied, {code: "NoSuchBucketPolicy", message: "The bucket policy does not exist"}}},
		{weight: 8, name: "GetBucketTagging", read: true, request: `{"tagging":"","bucketName":"$bucket","Host":"$host"}`, extra: `{$transfer}`, resources: onBucket, failures: s3List},
		{weight: 4, name: "GetBucketPublicAccessBlock", read: true, since: 2018, request: `{"publicAccessBlock":"","bucketName":"$bucket","Host":"$host"}`,
			extra: `{$transfer}`, resources: onBucket, failures: []failure{{code: "NoSuchPublicAccessBlockConfiguration", message: "The public access block configuration was not found"}}},
		{weight: 3, name: "CreateBucket", request: `{"bucketName":"$bucket","Host":"$host"}`, extra: `{$transfer}`, resources: onBucket,
			failures: []failure{s3Denied, {code: "BucketAlreadyExists", message: "The requested bucket name is not available."}}},
		{weight: 2, name: "DeleteBucket", request: `{"bucketName":"$bucket","Host":"$host"}`, extra: `{$transfer}`, resources: onBucket,
			failures: []failure{{code: "BucketNotEmpty", message: "The bucket you tried to delete is not empty"}}},
		// tagging is the parameter of the URL, Tagging the body.
		{weight: 6, name: "PutBucketTagging", extra: `{$transfer}`, resources: onBucket, failures: []failure{s3Denied},
			request: `{"Tagging":{"xmlns":"http://s3.amazonaws.com/doc/2006-03-01/","TagSet":{"Tag":{"Value":true,"Key":"audit"}}},"tagging":"","bucketName":"$bucket","Host":"$host"}`},
		{weight: 4, name: "PutBucketPolicy", large: true, extra: `{$transfer}`, resources: onBucket, failures: []failure{s3Denied, {code: "MalformedPolicy", message: "Policy has invalid resource"}},
			request: `{"bucketPolicy":{"Version":"2012-10-17","Statement":[{"Sid":"AWSCloudTrailWrite","Effect":"Allow","Principal":{"Service":"cloudtrail.amazonaws.com"},` +
				`"Action":"s3:PutObject","Resource":"arn:aws:s3:::$bucket/AWSLogs/$account/*"}]},"bucketName":"$bucket","Host":"$host","policy":""}`},
		{weight: 2, name: "PutBucketVersioning", extra: `{$transfer}`, resources: onBucket, failures: []failure{s3Denied},
			request: `{"VersioningConfiguration":{"Status":"Enabled","xmlns":"http://s3.amazonaws.com/doc/2006-03-01/"},"bucketName":"$bucket","versioning":"","Host":"$host"}`},
		{weight: 2, name: "ListMultipartUploads", read: true, request: `{"bucketName":"$bucket","Host":"$host","uploads":""}`, extra: `{$transfer}`, resources: onBucket},
	}},
	{source: "cloudtrail.amazonaws.com", pace: 3, apis: []api{
		{weight: 12, name: "DescribeTrails", read: true, request: `{"includeShadowTrails":true}`, failures: reads},
		{weight: 10, name: "LookupEvents", read: true, request: `{"maxResults":50,"lookupAttributes":[{"attributeKey":"ReadOnly","attributeValue":"false"}]}`, failures: reads},
		{weight: 6, name: "GetTrailStatus", read: true, request: `{"name":"arn:aws:cloudtrail:$region:$account:trail/jbarr-s3-trail"}`},
		{weight: 4, name: "GetEventSelectors", read: true, request: `{"trailName":"jbarr-s3-trail"}`},
		{weight: 3, name: "PutEventSelectors", failures: []failure{denied, {code: "InvalidEventSelectorsException", message: "Value arn:aws:s3:::$bucket for DataResources.Values is invalid."}},
			request:  `{"trailName":"jbarr-s3-trail","eventSelectors":[{"readWriteType":"All","includeManagementEvents":true,"dataResources":[{"type":"AWS::S3::Object","values":["arn:aws:s3:::$bucket/"]}]}]}`,
			response: `{"trailARN":"arn:aws:cloudtrail:$region:$account:trail/jbarr-s3-trail","eventSelectors":[{"readWriteType":"All","includeManagementEvents":true,"dataResources":[{"type":"AWS::S3::Object","values":["arn:aws:s3:::$bucket/"]}]}]}`},
		{weight: 1, name: "StopLogging", failures: writes, request: `{"name":"jbarr-s3-trail"}`},
	}},
	{source: "rds.amazonaws.com", pace: 1, apis: []api{
		{weight: 20, name: "DescribeDBInstances", read: true, request: `{"dBInstanceIdentifier":"$stage-$app"}`,
			failures: []failure{throttled, {code: "DBInstanceNotFound", message: "DBInstance $stage-$app not found."}}},
		{weight: 10, name: "DescribeDBEngineVersions", read: true, request: `{"engine":"postgres","defaultOnly":false,"listSupportedCharacterSets":true}`},
		{weight: 3, name: "CreateDBSnapshot", failures: writes, request: `{"dBInstanceIdentifier":"$stage-$app","dBSnapshotIdentifier":"$stage-$app-$code"}`,
			response: `{"engine":"postgres","licenseModel":"postgresql-license","dBInstanceIdentifier":"$stage-$app","allocatedStorage":100,"status":"creating","encrypted":true,` +
				`"dBSnapshotArn":"arn:aws:rds:$region:$account:snapshot:$stage-$app-$code","percentProgress":0}`},
	}},
	{source: "dynamodb.amazonaws.com", pace: 2, apiVersion: "2012-08-10", apis: []api{
		{weight: 25, name: "DescribeTable", read: true, request: `{"tableName":"$app-$word"}`, resources: onTable, failures: []failure{throttled,
			{code: "ResourceNotFoundException", message: "Requested resource not found: Table: $app-$word not found"}}},
		{weight: 6, name: "ListTables", read: true, request: `{"limit":100}`, failures: reads},
		{weight: 4, name: "UpdateTable", failures: writes, request: `{"tableName":"$app-$word","provisionedThroughput":{"readCapacityUnits":$n,"writeCapacityUnits":$n}}`, resources: onTable,
			response: `{"tableDescription":{"tableName":"$app-$word","tableStatus":"UPDATING","creationDateTime":"$weekago","provisionedThroughput":{"numberOfDecreasesToday":0,` +
				`"readCapacityUnits":$n,"writeCapacityUnits":$n},"tableSizeBytes":$number,"itemCount":$number}}`},
	}},
	{source: "logs.amazonaws.com", pace: 1, apiVersion: "20140328", apis: []api{
		{weight: 25, name: "DescribeLogGroups", read: true, request: `{"logGroupNamePrefix":"/aws/lambda/$stage-$app"}`, failures: reads},
		{weight: 25, name: "CreateLogStream", request: `{"logGroupName":"/aws/lambda/$stage-$app-$word","logStreamName":"[$$LATEST]$session"}`,
			failures: []failure{{code: "ResourceAlreadyExistsException", message: "The specified log stream already exists"}}},
	}},
	{source: "health.amazonaws.com", pace: 0, apis: []api{
		{weight: 15, name: "DescribeEventAggregates", read: true, as: consoleUser,
			request: `{"filter":{"startTimes":[{"from":"$weekago"}],"eventStatusCodes":["open","upcoming"]},"aggregateField":"eventTypeCategory"}`},
	}},
	{source: "signin.amazonaws.com", pace: 0, global: true, apis: []api{
		{weight: 6, name: "ConsoleLogin", eventType: "AwsConsoleSignIn", as: signingIn, response: `{"ConsoleLogin":"Success"}`,
			extra:    `{"LoginTo":"https://console.aws.amazon.com/console/home?region=$region&state=hashArgs%23&isauthcode=true","MobileVersion":"No","MFAIdentifier":"arn:aws:iam::$account:mfa/$caller","MFAUsed":"Yes"}`,
			failures: []failure{{message: "Failed authentication", response: `{"ConsoleLogin":"Failure"}`}}},
		{weight: 1, name: "ConsoleLogin", eventType: "AwsConsoleSignIn", as: rootSigningIn, response: `{"ConsoleLogin":"Success"}`,
			extra: `{"LoginTo":"https://console.aws.amazon.com/console/home?state=hashArgs%23&isauthcode=true","MobileVersion":"No","MFAUsed":"No"}`},
		{weight: 2, name: "ConsoleLogin", eventType: "AwsConsoleSignIn", as: hiddenUser, fails: true,
			failures: []failure{{message: "No username found in supplied account", response: `{"ConsoleLogin":"Failure"}`}},
			extra:    `{"LoginTo":"https://console.aws.amazon.com/console/home?state=hashArgs%23&isauthcode=true","MobileVersion":"No","MFAUsed":"No"}`},
	}},
	{source: "sso.amazonaws.com", pace: 2, apis: []api{
		{weight: 5, name: "ListApplications", read: true, eventType: "AwsServiceEvent", as: unknownUser, since: 2018, until: 2024},
		{weight: 5, name: "ListApplications", read: true, eventType: "AwsServiceEvent", as: identityCenterUser, since: 2025},
	}},
}
