// Package principal tells whether the caller in a CloudTrail record is one of those that a
// configuration names:
//
//	arn:aws:iam::111122223333:user/alice                   an IAM user, and federated sessions of hers
//	arn:aws:iam::111122223333:role/app/uploader            a role, whatever the session
//	arn:aws:sts::111122223333:assumed-role/uploader/web-7  one session of a role
//	arn:aws:sts::111122223333:federated-user/carol         a federated user
//	arn:aws:iam::111122223333:root                         the root user (not the whole account)
//	111122223333                                           everybody in an account
//	AROADBQP57FF2AEXAMPLE                                  the unique id of a user or role
//	AKIAIOSFODNN7EXAMPLE                                   an access key
//	cloudtrail.amazonaws.com                               an AWS service that acts for itself
//	AWS Internal                                           one that does not say which it is
//	anonymous                                              nobody: the request was not signed
//	*                                                      anybody
//
// A star in an ARN or in the name of a service stands for anything or nothing, slashes included. The
// name of a session is what its user chose to call it, unless the role's trust policy forbids: whoever
// watches roles should not rely on it.
//
// A call from another account may show no more of its caller than account and unique id; the ARN
// is then not known and only those two match.
//
// Source: https://docs.aws.amazon.com/awscloudtrail/latest/userguide/cloudtrail-event-reference-user-identity.html.
package principal

import (
	"cmp"
	"errors"
	"fmt"
	"regexp"
	"strings"

	"github.com/trailsieve/trailsieve/examples/internal/wildcard"
	"github.com/trailsieve/trailsieve/record"
)

// Anonymous is the name of the caller of a request that nobody signed.
const Anonymous = "anonymous"

// A Pattern names one principal or several. It does not change, so any number of goroutines may use it.
type Pattern struct {
	text string
	kind kind
	// bare is the ARN of a role without its path, which is missing where only the ARN of a session
	// tells of the role.
	bare string
}

type kind uint8

const (
	byARN kind = iota
	byAccount
	byID
	byService
	isAnonymous
	isAny
)

var (
	account  = regexp.MustCompile(`^[0-9]{12}$`)
	uniqueID = regexp.MustCompile(`^A[A-Z]{3}[A-Z0-9]{12,124}$`) // AIDA, AROA, AKIA, ASIA...
	service  = regexp.MustCompile(`^[a-z0-9.*-]+\.amazonaws\.com(\.cn)?$`)
	arn      = regexp.MustCompile(`^arn:([a-z-]+|\*):(iam|sts|\*):([^:]*|\*):([0-9]{12}|[0-9]*\*):([!-~]+)$`)
)

// Parse returns the pattern that a text stands for. An error tells what to write instead.
func Parse(text string) (Pattern, error) {
	switch {
	case text == "*":
		return Pattern{text: text, kind: isAny}, nil
	case text == Anonymous:
		return Pattern{text: text, kind: isAnonymous}, nil
	case account.MatchString(text):
		return Pattern{text: text, kind: byAccount}, nil
	case uniqueID.MatchString(text):
		return Pattern{text: text, kind: byID}, nil
	case service.MatchString(text), text == "AWS Internal":
		return Pattern{text: text, kind: byService}, nil
	case strings.HasPrefix(text, "arn:"):
		return parseARN(text)
	}
	return Pattern{}, fmt.Errorf("not a principal: %q (write an ARN like arn:aws:iam::111122223333:role/name, "+
		"an account id of 12 digits, a unique id or access key id, a service like cloudtrail.amazonaws.com, anonymous, or *)", text)
}

func parseARN(text string) (Pattern, error) {
	parts := arn.FindStringSubmatch(text)
	if parts == nil {
		return Pattern{}, fmt.Errorf("not the ARN of a principal: %q (it has six parts, as in arn:aws:iam::111122223333:user/name: "+
			"the third is iam or sts, the fifth an account id of 12 digits)", text)
	}
	p := Pattern{text: text, kind: byARN}
	service, resource := parts[2], parts[5]
	step, _, _ := strings.Cut(resource, "/")
	switch {
	case strings.HasPrefix(step, "*"):
	case service == "iam" && (step == "user" || step == "role") && resource != step,
		service == "iam" && resource == "root",
		service == "sts" && (step == "assumed-role" || step == "federated-user") && resource != step,
		strings.Contains(step, "*"):
	case step == "group":
		return Pattern{}, errors.New("a group makes no calls: name its users, or a path that they share, as in user/developers/*")
	case step == "assumed-role" || step == "federated-user":
		return Pattern{}, fmt.Errorf("sessions are named by ARNs of sts: arn:%s:sts::%s:%s", parts[1], parts[4], resource)
	case step == "user" || step == "role":
		return Pattern{}, fmt.Errorf("users and roles are named by ARNs of iam with a name: arn:%s:iam::%s:%s/name", parts[1], parts[4], step)
	default:
		return Pattern{}, fmt.Errorf("not the ARN of a principal: %q (behind the account comes user/, role/, root, assumed-role/ or federated-user/)", text)
	}
	if step == "role" {
		p.bare = strings.TrimSuffix(text, resource) + "role/" + resource[strings.LastIndexByte(resource, '/')+1:]
	}
	return p, nil
}

// String returns the text that the pattern was made of.
func (p Pattern) String() string { return p.text }

// Match reports whether the pattern names the caller of a record.
func (p Pattern) Match(id *record.Identity) bool {
	switch p.kind {
	case isAny:
		return true
	case isAnonymous:
		return id.Principal() == Anonymous
	case byAccount:
		return p.text == Account(id)
	case byID:
		unique, _, _ := strings.Cut(id.PrincipalID, ":")
		return p.text == unique || p.text == id.SessionContext.SessionIssuer.PrincipalID || p.text == id.AccessKeyID
	case byService:
		return id.InvokedBy != "" && isService(id) && wildcard.Match(p.text, id.InvokedBy)
	}
	if id.ARN != "" && wildcard.Match(p.text, id.ARN) {
		return true
	}
	if issuer := id.SessionContext.SessionIssuer.ARN; issuer != "" {
		return wildcard.Match(p.text, issuer)
	}
	role, ok := roleOf(id.ARN)
	return ok && (wildcard.Match(p.text, role) || p.bare != "" && wildcard.Match(p.bare, role))
}

// Any returns the first of the patterns that names the caller of a record.
func Any(patterns []Pattern, id *record.Identity) (Pattern, bool) {
	for _, p := range patterns {
		if p.Match(id) {
			return p, true
		}
	}
	return Pattern{}, false
}

// Name returns what to call the caller where its calls are put together: the ARN of the role for all
// sessions of a role, and for others their own ARN or, without one, what else there is: the name of a
// service, a unique id, that of a user of IAM Identity Center, an account.
func Name(id *record.Identity) string {
	switch {
	case id.Principal() == Anonymous:
		return Anonymous
	case isService(id) && id.InvokedBy != "":
		return id.InvokedBy
	case id.Type == "AssumedRole" || id.Type == "Role":
		if issuer := id.SessionContext.SessionIssuer.ARN; issuer != "" {
			return issuer
		}
		if role, ok := roleOf(id.ARN); ok {
			return role
		}
	}
	unique, _, _ := strings.Cut(id.PrincipalID, ":")
	return cmp.Or(id.ARN, unique, id.OnBehalfOf.UserID, id.UserName, Account(id), id.InvokedBy, "unknown")
}

// isService reports whether an AWS service made a call for itself rather than for somebody.
func isService(id *record.Identity) bool { return id.Type == "AWSService" || id.Type == "" }

// Account returns the account of a caller, or nothing.
func Account(id *record.Identity) string {
	if id.AccountID != "" {
		return id.AccountID
	}
	if issuer := id.SessionContext.SessionIssuer.AccountID; issuer != "" {
		return issuer
	}
	if parts := strings.SplitN(id.ARN, ":", 6); len(parts) == 6 {
		return parts[4]
	}
	return ""
}

// roleOf returns the ARN of the role of a session, as far as the session's own tells it: without the
// role's path.
//
//	arn:aws:sts::111122223333:assumed-role/uploader/web-7  →  arn:aws:iam::111122223333:role/uploader
func roleOf(session string) (string, bool) {
	before, names, ok := strings.Cut(session, ":assumed-role/")
	partition, account, isSTS := strings.Cut(before, ":sts::")
	if !ok || !isSTS {
		return "", false
	}
	role, _, _ := strings.Cut(names, "/")
	return partition + ":iam::" + account + ":role/" + role, true
}
