package accesslog

import (
	"strings"

	"github.com/trailsieve/trailsieve/record"
)

// identity returns the caller as CloudTrail would describe it, as far as the requester tells:
//
//   - or Anonymous                                  AWSAccount, anonymous
//     79a59df9... (the canonical ID of the owner)     Root
//     79a59df9... (that of another account)           AWSAccount
//     arn:aws:iam::111122223333:root                  Root
//     arn:aws:iam::111122223333:user/path/alice       IAMUser
//     arn:aws:sts::111122223333:assumed-role/R/s      AssumedRole
//     arn:aws:sts::111122223333:federated-user/carol  FederatedUser
//     svc:cloudfront.amazonaws.com                    AWSService
//
// The log has no access keys, no unique IDs and nothing of the session.
func (e *Entry) identity(from Source, partition string) record.Identity {
	switch service, isService := strings.CutPrefix(e.Requester, "svc:"); {
	case e.Requester == "" || e.Requester == "Anonymous":
		return record.Identity{Type: "AWSAccount", AccountID: "anonymous"}
	case isService || strings.HasSuffix(service, ".amazonaws.com"):
		return record.Identity{Type: "AWSService", InvokedBy: service}
	case strings.HasPrefix(e.Requester, "arn:"):
		return identityOfARN(e.Requester)
	case !isCanonicalID(e.Requester):
		return record.Identity{Type: "Unknown", PrincipalID: e.Requester}
	case e.Requester != e.BucketOwner:
		return record.Identity{Type: "AWSAccount", PrincipalID: e.Requester}
	case from.AccountID == "":
		return record.Identity{Type: "Root"}
	}
	return record.Identity{
		Type:        "Root",
		PrincipalID: from.AccountID,
		ARN:         "arn:" + partition + ":iam::" + from.AccountID + ":root",
		AccountID:   from.AccountID,
	}
}

// identityOfARN returns the caller with an ARN.
func identityOfARN(arn string) record.Identity {
	_, account := arnPlace(arn)
	id := record.Identity{Type: "Unknown", ARN: arn, AccountID: account}
	kind, name, _ := strings.Cut(resourceOf(arn), "/")
	switch kind {
	case "root":
		id.Type = "Root"
		id.PrincipalID = account
	case "user":
		id.Type = "IAMUser"
		id.UserName = name[strings.LastIndexByte(name, '/')+1:]
	case "federated-user":
		id.Type = "FederatedUser"
		id.PrincipalID = account + ":" + name
	case "assumed-role":
		id.Type = "AssumedRole"
		role, _, _ := strings.Cut(name, "/")
		// The role's own ARN has its path, which that of a session leaves out.
		id.SessionContext.SessionIssuer = record.SessionIssuer{Type: "Role", AccountID: account, UserName: role}
	}
	return id
}

// arnPlace returns the Region and account of an ARN, each of which may be empty.
func arnPlace(arn string) (region, account string) {
	parts := strings.SplitN(arn, ":", 6)
	if len(parts) < 6 {
		return "", ""
	}
	return parts[3], parts[4]
}

// resourceOf returns the last part of an ARN.
func resourceOf(arn string) string {
	parts := strings.SplitN(arn, ":", 6)
	if len(parts) < 6 {
		return ""
	}
	return parts[5]
}

// isCanonicalID reports whether s has the form of a canonical user ID: 64 hexadecimal digits.
func isCanonicalID(s string) bool {
	return len(s) == 64 && strings.Trim(s, "0123456789abcdef") == ""
}
