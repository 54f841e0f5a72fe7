package synth

import (
	"strconv"
	"time"
)

// A kind is a way to be the caller of an API. There are more of them than values of
// userIdentity.type, because an IAM user in the console leaves other traces than one with a key.
type kind uint8

const (
	anybody            kind = iota // in tables: decided by caller
	iamUser                        // with an access key
	consoleUser                    // an IAM user in the console: a session whose issuer is {}
	userForService                 // a service that uses the session of an IAM user: invokedBy
	role                           // an assumed role
	instanceRole                   // the role of an EC2 instance: ec2RoleDelivery
	roleForService                 // a role that a service uses: invokedBy
	ssoRole                        // a role of IAM Identity Center, in the console
	rootUser                       // in the console
	awsService                     // a service on its own behalf
	otherAccount                   // somebody of another account
	anonymous                      // an unsigned request to a public bucket
	federatedUser                  // GetFederationToken
	samlUser                       // who calls AssumeRoleWithSAML
	webIdentityUser                // who calls AssumeRoleWithWebIdentity
	identityCenterUser             // the access portal, since 2025
	unknownUser                    // the same before
	signingIn                      // an IAM user at the sign-in page
	rootSigningIn                  //
	hiddenUser                     // an unknown name at the sign-in page, which may be a password
	theServiceItself               // a service event; the identity has no type
)

// A caller is who makes a call.
type caller struct {
	kind kind
	who  int    // which one, the busiest first
	by   string // the service that makes the call, for the kinds that have one
}

// The members of the account. The names are functions, and AWS's examples.
var (
	users = []string{"ci-deploy", "backup-agent", "Mary_Major", "report-reader", "Richard_Roe", "terraform",
		"log-shipper", "Mateo_Jackson", "ses-smtp-user", "partner-sync", "break-glass", "legacy-cron", "Alice", "Bob"}
	roles = []string{"app-server", "lambda-execution", "DataPipelineRole", "ci-runner", "glue-crawler",
		"ReadOnlyAudit", "backup-role", "ecs-task-checkout", "OrganizationAccountAccessRole", "image-resizer"}
	otherAccounts = []string{"444455556666", "123456789012", "111122223333"}
)

// A share is how often a kind of caller occurs, in relation to the others of the list.
type share struct {
	weight int
	kind   kind
}

var (
	dataCallers = []share{{20, role}, {16, instanceRole}, {32, iamUser}, {12, awsService}, {6, roleForService},
		{5, otherAccount}, {3, consoleUser}, {2, ssoRole}, {2, anonymous}, {1, federatedUser}, {1, rootUser}}
	managementCallers = []share{{36, iamUser}, {24, role}, {10, consoleUser}, {8, roleForService},
		{7, userForService}, {6, instanceRole}, {5, ssoRole}, {2, rootUser}, {1, federatedUser}}
)

// caller decides who makes the call c.
func (g *Generator) caller(c *call) caller {
	k := c.as
	if k == anybody {
		shares, total := managementCallers, 99
		if c.data {
			shares, total = dataCallers, 100
		}
		x := g.below(total)
		for i := 0; k == anybody; i++ {
			if x -= shares[i].weight; x < 0 {
				k = shares[i].kind
			}
		}
	}
	switch {
	case k == awsService && c.data && c.name != "PutObject":
		k = roleForService // services of their own only deliver files
	case k == anonymous && !c.read:
		k = iamUser // nobody lets the world write
	}
	who := caller{kind: k}
	switch k {
	case awsService:
		who.by = deliverers[g.zipf(len(deliverers))]
		if !c.data {
			who.by = assumers[g.zipf(len(assumers))]
		}
	case roleForService, userForService:
		who.by = workers[c.service.source]
		if who.by == "" {
			who.by = "cloudformation.amazonaws.com"
		}
	case theServiceItself:
		who.by = c.service.source
	case role, instanceRole, ssoRole:
		who.who = g.zipf(len(roles))
	case rootUser, rootSigningIn:
	default:
		who.who = g.zipf(len(users))
	}
	return who
}

// The services that act for others: those that deliver files to buckets, those that assume roles,
// and, by event source, the one that uses the permissions of its caller there.
var (
	deliverers = []string{"cloudtrail.amazonaws.com", "delivery.logs.amazonaws.com", "s3.amazonaws.com"}
	assumers   = []string{"lambda.amazonaws.com", "ec2.amazonaws.com", "ecs-tasks.amazonaws.com", "glue.amazonaws.com"}
	workers    = map[string]string{
		"s3.amazonaws.com":       "athena.amazonaws.com",
		"kms.amazonaws.com":      "secretsmanager.amazonaws.com",
		"ec2.amazonaws.com":      "autoscaling.amazonaws.com",
		"dynamodb.amazonaws.com": "application-autoscaling.amazonaws.com",
	}
)

// fromConsole reports whether the caller's credentials come from a console session.
func (c *call) fromConsole() bool {
	return c.kind == consoleUser || c.kind == ssoRole || c.kind == rootUser
}

// usesTLS reports whether the client's connection is known: services have none, and the consoles
// but that of S3 call from the inside.
func (c *call) usesTLS() bool {
	return c.by == "" && (!c.fromConsole() || c.isS3())
}

// appendIdentity appends the userIdentity of c.
func (g *Generator) appendIdentity(dst []byte, c *call) []byte {
	switch c.kind {
	case iamUser, consoleUser, userForService, signingIn:
		dst = append(dst, `{"type":"IAMUser","principalId":"`...)
		dst = g.appendID(dst, "AIDA", c.who)
	case role, instanceRole, roleForService, ssoRole:
		dst = append(dst, `{"type":"AssumedRole","principalId":"`...)
		dst = g.appendID(dst, "AROA", g.roleNumber(c))
		dst = append(dst, ':')
		dst = g.appendSessionName(dst, c)
	case federatedUser:
		dst = append(dst, `{"type":"FederatedUser","principalId":"`...)
		dst = appendString(append(dst, g.account...), ":", users[c.who])
	case rootUser, rootSigningIn:
		dst = append(dst, `{"type":"Root","principalId":"`...)
		dst = append(dst, g.account...)
	case awsService:
		return append(appendString(dst, `{"type":"AWSService","invokedBy":"`, c.by), `"}`...)
	case theServiceItself:
		dst = appendString(dst, `{"accountId":"`, g.account)
		return append(appendString(dst, `","invokedBy":"`, c.by), `"}`...)
	case anonymous:
		return append(dst, `{"type":"AWSAccount","principalId":"","accountId":"ANONYMOUS_PRINCIPAL"}`...)
	case otherAccount:
		dst = append(dst, `{"type":"AWSAccount","principalId":"`...)
		dst = g.appendID(dst, "AROA", 1000+c.who)
		dst = appendString(dst, ":partner-sync", `","accountId":"`)
		return append(append(dst, g.otherAccount(c)...), `"}`...)
	case samlUser:
		dst = append(dst, `{"type":"SAMLUser","principalId":"EXAMPLEbq3rLUy7dCzq0WSUe9fo=:`...)
		dst = appendString(dst, users[c.who], `@example.com","userName":"`)
		return append(append(dst, users[c.who]...), `@example.com","identityProvider":"EXAMPLEbq3rLUy7dCzq0WSUe9fo="}`...)
	case webIdentityUser:
		provider := "token.actions.githubusercontent.com"
		dst = appendString(dst, `{"type":"WebIdentityUser","principalId":"arn:aws:iam::`, g.account)
		dst = appendString(dst, ":oidc-provider/", provider)
		dst = appendString(dst, ":sts.amazonaws.com:", `repo:example-org/`)
		dst = appendString(dst, apps[c.subject%len(apps)], `:ref:refs/heads/main","userName":"repo:example-org/`)
		dst = appendString(dst, apps[c.subject%len(apps)], `:ref:refs/heads/main","identityProvider":"arn:aws:iam::`)
		dst = appendString(append(dst, g.account...), ":oidc-provider/", provider)
		return append(dst, `"}`...)
	case identityCenterUser:
		dst = appendString(dst, `{"type":"IdentityCenterUser","accountId":"`, g.account)
		x := mix(g.seed ^ hash("identity") ^ uint64(c.who))
		dst = appendUUID(append(dst, `","onBehalfOf":{"userId":"`...), x, mix(x), hexDigits)
		dst = appendString(dst, `","identityStoreArn":"arn:aws:identitystore::`, g.account)
		dst = append(dst, `:identitystore/d-EXAMPLE789"},"credentialId":"`...)
		return append(appendUUID(dst, mix(c.id^11), mix(c.id^12), hexDigits), `"}`...)
	case unknownUser:
		dst = append(dst, `{"type":"Unknown","principalId":"`...)
		dst = appendDigits(dst, mix(uint64(c.who)), 10, hexDigits)
		dst = appendString(dst, `-EXAMPLE","accountId":"`, g.account)
		return append(appendString(dst, `","userName":"`, users[c.who]), `@example.com"}`...)
	case hiddenUser:
		dst = appendString(dst, `{"type":"IAMUser","principalId":"","accountId":"`, g.account)
		return append(dst, `","accessKeyId":"","userName":"HIDDEN_DUE_TO_SECURITY_REASONS"}`...)
	default:
		panic("synth: no identity for kind " + strconv.Itoa(int(c.kind)))
	}
	dst = append(dst, `","arn":"`...)
	dst = g.appendCallerARN(dst, c)
	dst = appendString(dst, `","accountId":"`, g.account)
	switch c.kind {
	case iamUser:
		dst = g.appendKey(append(dst, `","accessKeyId":"`...), "AKIA", uint64(c.who))
	case rootSigningIn:
		return append(dst, `","accessKeyId":""}`...)
	case signingIn:
	default:
		// A session lasts an hour; its key changes with it.
		dst = g.appendKey(append(dst, `","accessKeyId":"`...), "ASIA", uint64(c.kind)<<48^uint64(c.who)<<40^uint64(c.time/3600))
	}
	dst = append(dst, '"')
	switch c.kind {
	case iamUser, consoleUser, userForService, signingIn:
		dst = append(appendString(dst, `,"userName":"`, users[c.who]), '"')
	}
	if c.kind != iamUser && c.kind != signingIn {
		dst = g.appendSession(dst, c)
	}
	switch c.kind {
	case roleForService, userForService:
		dst = append(appendString(dst, `,"invokedBy":"`, c.by), '"')
	}
	return append(dst, '}')
}

// appendSession appends the sessionContext of a caller with temporary credentials. Its issuer is
// a role, or nobody; 1.04 left it out then, and later versions write {}.
func (g *Generator) appendSession(dst []byte, c *call) []byte {
	dst = append(dst, `,"sessionContext":{`...)
	switch c.kind {
	case role, instanceRole, roleForService, ssoRole:
		dst = append(dst, `"sessionIssuer":{"type":"Role","principalId":"`...)
		dst = g.appendID(dst, "AROA", g.roleNumber(c))
		dst = append(appendString(dst, `","arn":"arn:aws:iam::`, g.account), ":role/"...)
		switch c.kind {
		case ssoRole:
			dst = append(dst, "aws-reserved/sso.amazonaws.com/"...)
		case roleForService:
			dst = append(appendString(dst, "aws-service-role/", c.by), '/')
		}
		dst = appendString(appendRoleName(dst, c), `","accountId":"`, g.account)
		dst = append(dst, `","userName":"`...)
		dst = append(appendRoleName(dst, c), `"},`...)
	case federatedUser:
		dst = append(dst, `"sessionIssuer":{"type":"IAMUser","principalId":"`...)
		dst = appendString(g.appendID(dst, "AIDA", c.who), `","arn":"arn:aws:iam::`, g.account)
		dst = appendString(appendString(dst, ":user/", users[c.who]), `","accountId":"`, g.account)
		dst = append(appendString(dst, `","userName":"`, users[c.who]), `"},`...)
	default:
		if c.version >= 5 {
			dst = append(dst, `"sessionIssuer":{},`...)
		}
	}
	if c.version >= 5 && c.version < 9 {
		dst = append(dst, `"webIdFederationData":{},`...)
	}
	dst = append(dst, `"attributes":{"creationDate":"`...)
	began := c.time - c.time%3600 + int64(mix(uint64(c.who))%600)
	if began > c.time {
		began = c.time
	}
	dst = time.Unix(began, 0).UTC().AppendFormat(dst, time.RFC3339)
	dst = append(dst, `","mfaAuthenticated":"`...)
	dst = strconv.AppendBool(dst, c.fromConsole() && c.who%4 != 3)
	dst = append(dst, `"}`...)
	if c.kind == instanceRole && c.version >= 5 {
		delivery := `,"ec2RoleDelivery":"2.0"`
		if c.version < 8 || c.who%5 == 4 {
			delivery = `,"ec2RoleDelivery":"1.0"`
		}
		dst = append(dst, delivery...)
	}
	return append(dst, '}')
}

// otherAccount returns the account of a caller from elsewhere.
func (g *Generator) otherAccount(c *call) string {
	if a := otherAccounts[c.who%len(otherAccounts)]; a != g.account {
		return a
	}
	return otherAccounts[(c.who+1)%len(otherAccounts)]
}

// appendCallerARN appends the ARN of the caller, or nothing for those that have none.
func (g *Generator) appendCallerARN(dst []byte, c *call) []byte {
	switch c.kind {
	case iamUser, consoleUser, userForService, signingIn:
		dst = appendString(dst, "arn:aws:iam::", g.account)
		return appendString(dst, ":user/", users[c.who])
	case rootUser, rootSigningIn:
		return append(appendString(dst, "arn:aws:iam::", g.account), ":root"...)
	case federatedUser:
		dst = appendString(dst, "arn:aws:sts::", g.account)
		return appendString(dst, ":federated-user/", users[c.who])
	case role, instanceRole, roleForService, ssoRole:
		dst = append(appendString(dst, "arn:aws:sts::", g.account), ":assumed-role/"...)
		return g.appendSessionName(append(appendRoleName(dst, c), '/'), c)
	}
	return dst
}

// roleNumber keeps the ids of the roles of people, of services and of programs apart.
func (g *Generator) roleNumber(c *call) int {
	switch c.kind {
	case ssoRole:
		return 2000
	case roleForService:
		return 3000 + int(hash(c.by)%1000)
	}
	return c.who
}

func appendRoleName(dst []byte, c *call) []byte {
	switch c.kind {
	case ssoRole:
		return append(dst, "AWSReservedSSO_PowerUserAccess_0123456789abcdef"...)
	case roleForService:
		dst = append(dst, "AWSServiceRoleFor-"...)
		return append(dst, c.by[:len(c.by)-len(".amazonaws.com")]...)
	}
	return append(dst, roles[c.who]...)
}

func (g *Generator) appendSessionName(dst []byte, c *call) []byte {
	switch c.kind {
	case instanceRole:
		return appendDigits(append(dst, "i-"...), mix(g.seed^hash("instance")^uint64(c.who)), 17, hexDigits)
	case ssoRole:
		return append(append(dst, users[c.who]...), "@example.com"...)
	case roleForService:
		return append(dst, c.by[:len(c.by)-len(".amazonaws.com")]...)
	}
	return appendDigits(append(dst, "session-"...), mix(uint64(c.who)<<32^uint64(c.time/3600)), 12, hexDigits)
}

// appendID appends the unique id of a user or a role: 21 characters that could not be real.
func (g *Generator) appendID(dst []byte, prefix string, who int) []byte {
	dst = appendDigits(append(dst, prefix...), mix(g.seed^hash(prefix)^uint64(who)), 10, base32Digits)
	return append(dst, "EXAMPLE"...)
}

// appendKey appends the id of an access key: 20 characters that could not be real.
func (g *Generator) appendKey(dst []byte, prefix string, which uint64) []byte {
	dst = appendDigits(append(dst, prefix...), mix(g.seed^hash(prefix)^mix(which)), 9, base32Digits)
	return append(dst, "EXAMPLE"...)
}

// appendAddress appends sourceIPAddress. Programs and people stay where they are; every ninth of
// them has IPv6.
func (c *call) appendAddress(dst []byte) []byte {
	if c.by != "" {
		return append(dst, c.by...)
	}
	x := mix(uint64(c.kind)<<32 ^ uint64(c.who))
	switch {
	case c.kind == anonymous || c.kind == hiddenUser:
		x = mix(c.id ^ 13) // anybody in the world
	case c.fromConsole() && !c.isS3() && x%3 == 0:
		return append(dst, "AWS Internal"...)
	}
	if x%9 == 4 {
		dst = append(dst, "2001:db8:"...)
		dst = strconv.AppendUint(dst, x>>8&0xffff, 16)
		dst = append(dst, "::"...)
		return strconv.AppendUint(dst, 1+(x>>24)&0xfff, 16)
	}
	dst = append(dst, [...]string{"192.0.2.", "198.51.100.", "203.0.113."}[(x>>8)%3]...)
	return strconv.AppendUint(dst, 1+(x>>32)%254, 10)
}

// appendAgent appends userAgent. S3 writes it in square brackets, but for services.
func (g *Generator) appendAgent(dst []byte, c *call) []byte {
	if c.by != "" {
		return append(dst, c.by...)
	}
	agent := g.era.clients[int(mix(uint64(c.kind)<<32^uint64(c.who))>>7%uint64(len(g.era.clients)))]
	switch {
	case c.kind == hiddenUser || c.kind == signingIn || c.kind == rootSigningIn || c.kind == unknownUser ||
		c.kind == identityCenterUser || c.kind == anonymous:
		agent = g.era.browsers[c.who%len(g.era.browsers)]
	case c.fromConsole() && c.isS3():
		agent = "S3Console/0.4"
		if g.era.from >= 2018 {
			agent = "S3Console/0.4, aws-internal/3"
		}
	case c.fromConsole():
		agent = "AWS Internal"
	}
	if !c.isS3() {
		return append(dst, agent...)
	}
	return append(append(append(dst, '['), agent...), ']')
}
