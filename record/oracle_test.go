package record

import (
	"encoding/json"
	"io"
	"strings"
)

// decodeSlow is what Parse accepts and keeps, said by encoding/json: the fields of a record by their
// paths, strings as they are, and booleans as "true" or "false" with a question mark behind the path.
// ok is false for what is no record.
func decodeSlow(text []byte) (fields map[string]string, ok bool) {
	var v map[string]any
	if json.Unmarshal(text, &v) != nil || v == nil {
		return nil, false
	}
	if !knownSlow(v) {
		detail, isObject := v["detail"].(map[string]any)
		if !isObject || !knownSlow(detail) {
			return nil, false
		}
		v = detail
	}
	if v["eventSource"] == "aws:s3" {
		return nil, false
	}
	fields = make(map[string]string)
	flattenSlow(fields, "", v)
	return fields, true
}

func knownSlow(v map[string]any) bool {
	for _, name := range []string{"eventVersion", "eventTime", "eventSource", "eventName", "eventID",
		"eventId", "eventType", "eventCategory"} {
		if _, ok := v[name]; ok {
			return true
		}
	}
	return false
}

func flattenSlow(fields map[string]string, path string, v any) {
	switch v := v.(type) {
	case map[string]any:
		for name, v := range v {
			flattenSlow(fields, strings.TrimPrefix(path+"."+name, "."), v)
		}
	case string:
		fields[path] = v
	case bool:
		fields[path+"?"] = map[bool]string{true: "true", false: "false"}[v]
	}
}

// fields lists the typed fields of a record by the paths of decodeSlow, which a naive reader would
// find there, too.
func (r *Record) fields() map[string]string {
	id, session := &r.UserIdentity, &r.UserIdentity.SessionContext
	issuer := &session.SessionIssuer
	return map[string]string{
		"eventVersion":                   string(r.EventVersion),
		"eventSource":                    r.EventSource,
		"eventName":                      r.EventName,
		"awsRegion":                      r.AWSRegion,
		"sourceIPAddress":                string(r.SourceIPAddress),
		"userAgent":                      r.UserAgent,
		"errorCode":                      r.ErrorCode,
		"errorMessage":                   r.ErrorMessage,
		"requestID":                      r.RequestID,
		"eventType":                      r.EventType,
		"apiVersion":                     r.APIVersion,
		"recipientAccountId":             r.RecipientAccountID,
		"sharedEventID":                  r.SharedEventID,
		"vpcEndpointId":                  r.VPCEndpointID,
		"vpcEndpointAccountId":           r.VPCEndpointAccountID,
		"eventCategory":                  string(r.EventCategory),
		"userIdentity.type":              id.Type,
		"userIdentity.arn":               id.ARN,
		"userIdentity.accessKeyId":       id.AccessKeyID,
		"userIdentity.invokedBy":         id.InvokedBy,
		"userIdentity.credentialId":      id.CredentialID,
		"userIdentity.identityProvider":  id.IdentityProvider,
		"userIdentity.onBehalfOf.userId": id.OnBehalfOf.UserID,
		"userIdentity.onBehalfOf.identityStoreArn":                          id.OnBehalfOf.IdentityStoreARN,
		"userIdentity.inScopeOf.sourceArn":                                  id.InScopeOf.SourceARN,
		"userIdentity.inScopeOf.sourceAccount":                              id.InScopeOf.SourceAccount,
		"userIdentity.inScopeOf.issuerType":                                 id.InScopeOf.IssuerType,
		"userIdentity.inScopeOf.credentialsIssuedTo":                        id.InScopeOf.CredentialsIssuedTo,
		"userIdentity.sessionContext.sourceIdentity":                        session.SourceIdentity,
		"userIdentity.sessionContext.ec2RoleDelivery":                       session.EC2RoleDelivery,
		"userIdentity.sessionContext.sessionIssuer.type":                    issuer.Type,
		"userIdentity.sessionContext.sessionIssuer.arn":                     issuer.ARN,
		"userIdentity.sessionContext.sessionIssuer.accountId":               issuer.AccountID,
		"userIdentity.sessionContext.sessionIssuer.userName":                issuer.UserName,
		"userIdentity.sessionContext.webIdFederationData.federatedProvider": session.WebIDFederationData.FederatedProvider,
	}
}

// booleans lists the typed booleans of a record in the same way.
func (r *Record) booleans() map[string]Bool {
	return map[string]Bool{
		"readOnly":        r.ReadOnly,
		"managementEvent": r.ManagementEvent,
		"userIdentity.sessionContext.attributes.mfaAuthenticated": r.UserIdentity.SessionContext.Attributes.MFAAuthenticated,
		"userIdentity.sessionContext.assumedRoot":                 r.UserIdentity.SessionContext.AssumedRoot,
	}
}

// boolSlow reads a boolean as Bool does.
func boolSlow(s string) Bool {
	switch s {
	case "true", "True", "TRUE":
		return True
	case "false", "False", "FALSE":
		return False
	}
	return Absent
}

// recordsSlow lists the texts of the records in a stream that is well formed, whatever its shape;
// ok is false for a stream that is not, or that has something in it that is no object.
func recordsSlow(stream string) (texts []string, ok bool) {
	dec := json.NewDecoder(strings.NewReader(stream))
	for {
		var raw json.RawMessage
		switch err := dec.Decode(&raw); {
		case err == io.EOF:
			return texts, true
		case err != nil:
			return nil, false
		}
		list := []json.RawMessage{raw}
		switch raw[0] {
		case '[':
			if json.Unmarshal(raw, &list) != nil {
				return nil, false
			}
		case '{':
			// Each array under the name Records counts, should there be several.
			if found, isFile := recordsMembersSlow(raw); isFile {
				list = found
			}
		default:
			return nil, false
		}
		for _, raw := range list {
			if raw[0] != '{' {
				return nil, false
			}
			texts = append(texts, string(raw))
		}
	}
}

func recordsMembersSlow(object json.RawMessage) (list []json.RawMessage, isFile bool) {
	dec := json.NewDecoder(strings.NewReader(string(object)))
	dec.Token()
	for dec.More() {
		name, _ := dec.Token()
		var v json.RawMessage
		dec.Decode(&v)
		if name == "Records" && v[0] == '[' {
			var records []json.RawMessage
			json.Unmarshal(v, &records)
			list, isFile = append(list, records...), true
		}
	}
	return list, isFile
}
