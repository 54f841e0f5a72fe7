package record

import (
	"strings"
	"time"
)

// An Identity is the userIdentity of a record: who made the request. Which fields it has depends on
// Type and on the service; each may be empty.
type Identity struct {
	Type              string // "IAMUser", "AssumedRole", "Root", "AWSService", "AWSAccount"...
	UserName          string
	PrincipalID       string
	ARN               string
	AccountID         string
	AccessKeyID       string
	InvokedBy         string // the service that made the call for the identity
	CredentialID      string
	IdentityProvider  string
	SessionContext    SessionContext
	OnBehalfOf        OnBehalfOf
	InScopeOf         InScopeOf
	InvokedByDelegate InvokedByDelegate
}

// A SessionContext tells about the session of temporary credentials.
type SessionContext struct {
	SessionIssuer       SessionIssuer
	WebIDFederationData WebIDFederationData
	Attributes          SessionAttributes
	SourceIdentity      string
	EC2RoleDelivery     string // "1.0" for IMDSv1, "2.0" for IMDSv2
	AssumedRoot         Bool
	SignInSessionARN    string
}

// SessionAttributes are when and how a session began.
type SessionAttributes struct {
	CreationDate     time.Time
	MFAAuthenticated Bool
}

// WebIDFederationData tells about the provider of a web identity.
type WebIDFederationData struct {
	FederatedProvider string
	Attributes        JSON
}

// A SessionIssuer is who issued the temporary credentials of a session: for an assumed role, the role.
type SessionIssuer struct {
	Type        string
	PrincipalID string
	ARN         string
	AccountID   string
	UserName    string
}

// OnBehalfOf is the IAM Identity Center user for whom a call was made.
type OnBehalfOf struct {
	UserID           string
	IdentityStoreARN string
}

// InScopeOf is the resource on whose behalf a service got its credentials.
type InScopeOf struct {
	SourceARN           string
	SourceAccount       string
	IssuerType          string // "AWS::Lambda::Function"
	CredentialsIssuedTo string

	CredentialsIssuedToVersion string
}

// InvokedByDelegate is the partner to whom access was delegated for a time.
type InvokedByDelegate struct {
	AccountID string
}

// anonymousID is the principal or account of a request to S3 that nobody signed.
const anonymousID = "ANONYMOUS_PRINCIPAL"

// Principal tells in a few words who is behind the call:
//
//	root of 111122223333
//	user alice
//	role Admin, session bob
//	federated user carol
//	service s3.amazonaws.com
//	account 444455556666
//	anonymous
//
// An identity whose type is not known is described by the first of its names that there is.
func (id *Identity) Principal() string {
	if id.AccountID == anonymousID || id.PrincipalID == anonymousID ||
		strings.EqualFold(id.AccountID, "anonymous") {
		return "anonymous"
	}
	switch id.Type {
	case "Root":
		return describe("root of ", id.AccountID, id.PrincipalID)
	case "IAMUser":
		return describe("user ", id.UserName, lastStep(id.ARN), id.PrincipalID)
	case "AssumedRole", "Role":
		return id.role()
	case "FederatedUser":
		return describe("federated user ", lastStep(id.ARN), id.UserName, id.PrincipalID)
	case "SAMLUser", "WebIdentityUser":
		return describe("federated user ", id.UserName, id.PrincipalID)
	case "IdentityCenterUser":
		return describe("Identity Center user ", id.OnBehalfOf.UserID, id.UserName, id.CredentialID)
	case "AWSService":
		return describe("service ", id.InvokedBy, id.PrincipalID)
	case "AWSAccount":
		return describe("account ", id.AccountID, id.PrincipalID)
	case "":
		if id.InvokedBy != "" {
			return describe("service ", id.InvokedBy)
		}
	}
	return describe("", id.UserName, id.ARN, id.PrincipalID, id.InvokedBy, id.AccountID)
}

// role describes a session of a role. The ARN has both names:
//
//	arn:aws:sts::111122223333:assumed-role/Admin/bob
func (id *Identity) role() string {
	_, names, _ := strings.Cut(id.ARN, ":assumed-role/")
	role, session, _ := strings.Cut(names, "/")
	if role == "" {
		role = id.SessionContext.SessionIssuer.UserName
	}
	if session == "" {
		_, session, _ = strings.Cut(id.PrincipalID, ":")
	}
	s := describe("role ", role, lastStep(id.SessionContext.SessionIssuer.ARN), id.ARN, id.PrincipalID)
	if session != "" {
		s += ", session " + session
	}
	return s
}

// describe returns what followed by the first of names that is not empty, or "unknown".
func describe(what string, names ...string) string {
	for _, name := range names {
		if name != "" {
			return what + name
		}
	}
	if what == "" {
		return "unknown"
	}
	return what + "unknown name"
}

// lastStep returns what follows the last slash of an ARN, or nothing.
func lastStep(arn string) string {
	return arn[strings.LastIndexByte(arn, '/')+1:]
}
