package principal

import (
	"strings"
	"testing"

	"github.com/trailsieve/trailsieve/record"
)

// The callers of the tests, as records have them.
var identities = map[string]string{
	"user": `{"type":"IAMUser","principalId":"AIDACKCEVSQ6C2EXAMPLE","arn":"arn:aws:iam::111122223333:user/staff/alice",
		"accountId":"111122223333","accessKeyId":"AKIAIOSFODNN7EXAMPLE","userName":"alice"}`,
	"root": `{"type":"Root","principalId":"111122223333","arn":"arn:aws:iam::111122223333:root","accountId":"111122223333"}`,
	"role": `{"type":"AssumedRole","principalId":"AROADBQP57FF2AEXAMPLE:web-7","arn":"arn:aws:sts::111122223333:assumed-role/uploader/web-7",
		"accountId":"111122223333","accessKeyId":"ASIAIOSFODNN7EXAMPLE","sessionContext":{"sessionIssuer":{"type":"Role",
		"principalId":"AROADBQP57FF2AEXAMPLE","arn":"arn:aws:iam::111122223333:role/app/uploader","accountId":"111122223333","userName":"uploader"}}}`,
	"bare role": `{"type":"AssumedRole","principalId":"AROADBQP57FF2AEXAMPLE:web-7","arn":"arn:aws:sts::111122223333:assumed-role/uploader/web-7"}`,
	"federated": `{"type":"FederatedUser","principalId":"111122223333:carol","arn":"arn:aws:sts::111122223333:federated-user/carol",
		"accountId":"111122223333","sessionContext":{"sessionIssuer":{"type":"IAMUser","principalId":"AIDACKCEVSQ6C2EXAMPLE",
		"arn":"arn:aws:iam::111122223333:user/staff/alice","accountId":"111122223333","userName":"alice"}}}`,
	"foreign":   `{"type":"AWSAccount","principalId":"AROAFOREIGNROLEEXAMPL:job","accountId":"444455556666"}`,
	"anonymous": `{"type":"AWSAccount","principalId":"","accountId":"ANONYMOUS_PRINCIPAL"}`,
	"service":   `{"type":"AWSService","invokedBy":"cloudtrail.amazonaws.com"}`,
	"event":     `{"accountId":"111122223333","invokedBy":"s3.amazonaws.com"}`,
	"through":   `{"type":"IAMUser","arn":"arn:aws:iam::111122223333:user/bob","accountId":"111122223333","invokedBy":"athena.amazonaws.com"}`,
	"center": `{"type":"IdentityCenterUser","accountId":"555566667777","onBehalfOf":{"userId":"94482488-3041-7026-18f3-be45837cd0e4",
		"identityStoreArn":"arn:aws:identitystore::111122223333:identitystore/d-9067f0f9f8"},"credentialId":"90e292de-5eb8-446e-9602-90f7c45044f7"}`,
	"internal": `{"type":"AWSService","invokedBy":"AWS Internal"}`,
	"nothing":  `{}`,
}

func identity(t *testing.T, name string) *record.Identity {
	t.Helper()
	rec, err := record.Parse([]byte(`{"eventVersion":"1.11","eventName":"GetObject","userIdentity":` + identities[name] + `}`))
	if err != nil {
		t.Fatal(err)
	}
	return &rec.UserIdentity
}

// Each pattern matches the callers that are named, and no other.
func TestMatch(t *testing.T) {
	for _, tt := range []struct{ pattern, want string }{
		{"arn:aws:iam::111122223333:user/staff/alice", "user, federated"},
		{"arn:aws:iam::111122223333:user/alice", ""},
		{"arn:aws:iam::111122223333:user/*", "user, federated, through"},
		{"arn:aws:iam::111122223333:role/app/uploader", "role, bare role"},
		{"arn:aws:iam::111122223333:role/uploader", "bare role"},
		{"arn:aws:iam::111122223333:role/*", "role, bare role"},
		{"arn:aws:iam::111122223333:role/app/up*", "role, bare role"},
		{"arn:aws:iam::111122223333:role/other", ""},
		{"arn:aws:iam::444455556666:role/app/uploader", ""},
		{"arn:aws-cn:iam::111122223333:role/app/uploader", ""},
		{"arn:aws:sts::111122223333:assumed-role/uploader/web-7", "role, bare role"},
		{"arn:aws:sts::111122223333:assumed-role/uploader/*", "role, bare role"},
		{"arn:aws:sts::111122223333:assumed-role/uploader/web-8", ""},
		{"arn:aws:sts::111122223333:federated-user/carol", "federated"},
		{"arn:aws:iam::111122223333:root", "root"},
		{"arn:aws:*::*:*", "user, root, role, bare role, federated, through"},
		{"111122223333", "user, root, role, bare role, federated, event, through"},
		{"444455556666", "foreign"},
		{"AROAFOREIGNROLEEXAMPL", "foreign"},
		{"AIDACKCEVSQ6C2EXAMPLE", "user, federated"},
		{"AROADBQP57FF2AEXAMPLE", "role, bare role"},
		{"AKIAIOSFODNN7EXAMPLE", "user"},
		{"cloudtrail.amazonaws.com", "service"},
		{"*.amazonaws.com", "service, event"},
		{"athena.amazonaws.com", ""},
		{"AWS Internal", "internal"},
		{"anonymous", "anonymous"},
		{"*", "user, root, role, bare role, federated, foreign, anonymous, service, event, through, center, internal, nothing"},
	} {
		p, err := Parse(tt.pattern)
		if err != nil {
			t.Errorf("%s: %v", tt.pattern, err)
			continue
		}
		wanted := make(map[string]bool)
		for name := range strings.SplitSeq(tt.want, ", ") {
			wanted[name] = true
		}
		for name := range identities {
			if got := p.Match(identity(t, name)); got != wanted[name] {
				t.Errorf("%s matches %s: %v", p, name, got)
			}
		}
	}
}

func TestParseError(t *testing.T) {
	for _, tt := range []struct{ pattern, want string }{
		{"", "not a principal"},
		{"alice", "not a principal"},
		{"11112222333", "not a principal"},
		{"Anonymous", "not a principal"},
		{"arn:aws:iam::111122223333", "not the ARN of a principal"},
		{"arn:aws:iam::111122223333:user/al ice", "not the ARN of a principal"},
		{"arn:aws:iam::111122223333:user/ålice", "not the ARN of a principal"},
		{"arn:aws:s3:::bucket", "not the ARN of a principal"},
		{"arn:aws:iam::1111:user/a", "not the ARN of a principal"},
		{"arn:aws:iam::111122223333:group/a", "a group makes no calls"},
		{"arn:aws:iam::111122223333:policy/a", "not the ARN of a principal"},
		{"arn:aws:iam::111122223333:user", "users and roles are named by ARNs of iam with a name"},
		{"arn:aws:sts::111122223333:role/a", "users and roles are named by ARNs of iam"},
		{"arn:aws:iam::111122223333:assumed-role/a/b", "sessions are named by ARNs of sts: arn:aws:sts::111122223333:assumed-role/a/b"},
	} {
		if _, err := Parse(tt.pattern); err == nil || !strings.HasPrefix(err.Error(), tt.want) {
			t.Errorf("Parse(%q): %v, want %s", tt.pattern, err, tt.want)
		}
	}
}

func TestName(t *testing.T) {
	for name, want := range map[string]string{
		"user":      "arn:aws:iam::111122223333:user/staff/alice",
		"root":      "arn:aws:iam::111122223333:root",
		"role":      "arn:aws:iam::111122223333:role/app/uploader",
		"bare role": "arn:aws:iam::111122223333:role/uploader",
		"federated": "arn:aws:sts::111122223333:federated-user/carol",
		"foreign":   "AROAFOREIGNROLEEXAMPL",
		"anonymous": "anonymous",
		"service":   "cloudtrail.amazonaws.com",
		"event":     "s3.amazonaws.com",
		"through":   "arn:aws:iam::111122223333:user/bob",
		"center":    "94482488-3041-7026-18f3-be45837cd0e4",
		"internal":  "AWS Internal",
		"nothing":   "unknown",
	} {
		if got := Name(identity(t, name)); got != want {
			t.Errorf("%s is called %s, want %s", name, got, want)
		}
	}
}

// Whatever Parse accepts it prints again, and it can be asked of any caller.
func FuzzParse(f *testing.F) {
	f.Add("arn:aws:iam::111122223333:role/app/*", "arn:aws:sts::111122223333:assumed-role/x/y")
	f.Add("*.amazonaws.com", "a")
	f.Fuzz(func(t *testing.T, text, arn string) {
		p, err := Parse(text)
		if err != nil {
			return
		}
		if p.String() != text {
			t.Errorf("%q prints as %q", text, p)
		}
		id := record.Identity{Type: "AssumedRole", ARN: arn}
		if p.kind == byARN && !strings.Contains(text, "*") && p.Match(&record.Identity{ARN: text}) == false {
			t.Errorf("%q does not match itself", text)
		}
		p.Match(&id)
		if Name(&id) == "" {
			t.Errorf("%q has no name", arn)
		}
	})
}
