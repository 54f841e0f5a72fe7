package record

import (
	"errors"
	"fmt"
	"time"

	"github.com/trailsieve/trailsieve/internal/jsonscan"
)

// Parse decodes one CloudTrail record, or the record that an EventBridge event carries as its
// detail. It checks the whole text, and keeps a copy of the record's part of it.
//
// An error is an [*Error]. It means that the text is not JSON, or that it is not a record: no field
// has to be there, and a field whose value has an unexpected type does no harm, but an object that
// has none of a record's fields is refused.
func Parse(text []byte) (*Record, error) {
	r := new(Record)
	if err := r.UnmarshalJSON(text); err != nil {
		return nil, err
	}
	return r, nil
}

// UnmarshalJSON does what [Parse] does, into r.
func (r *Record) UnmarshalJSON(text []byte) error {
	start, err := r.decode(text)
	if err != nil {
		return newError(err, int64(start), -1)
	}
	return nil
}

// MarshalJSON returns the text that the record was decoded from.
func (r *Record) MarshalJSON() ([]byte, error) {
	if r.text == "" {
		return nil, errors.New("record: a record that was built in code has no text to marshal")
	}
	return []byte(r.text), nil
}

// decode sets all of r from the record in text, or from that in the event in text. A fault that is
// not one of JSON syntax, which has an offset of its own, lies at start.
func (r *Record) decode(text []byte) (start int, err error) {
	var d decoder
	if start, err = d.decode(r, text); err != nil || d.known {
		return start, err
	}
	if d.detail != nil {
		// An event, whose detail was checked with the rest of it. This happens once: a detail
		// inside the detail is none of our business.
		start = d.detailStart
		if _, err = d.decode(r, d.detail); err != nil || d.known {
			return start, err
		}
		return start, fmt.Errorf("%w: the detail of an event that is not from CloudTrail", ErrNotRecord)
	}
	return start, fmt.Errorf("%w: it has none of a record's fields", ErrNotRecord)
}

// A decoder reads one record. It scans text, and cuts what the record keeps out of a copy of it.
type decoder struct {
	scan jsonscan.Scanner
	copy string // of the text that scan reads

	known       bool   // one of the fields was there by which a record is known
	detail      []byte // an object with the name "detail", as in an event
	detailStart int
}

// decode sets all of r from the object in text, which begins at start.
func (d *decoder) decode(r *Record, text []byte) (start int, err error) {
	*d = decoder{scan: jsonscan.New(text)}
	switch kind := d.scan.Peek(); kind {
	case jsonscan.Object:
		start = d.scan.Offset()
		d.copy = string(text)
	case jsonscan.End, jsonscan.Invalid:
		_, err := d.scan.Value()
		return 0, err
	default:
		return d.scan.Offset(), fmt.Errorf("%w: %v", ErrNotObject, kind)
	}
	if err := d.record(r); err != nil {
		return 0, err
	}
	r.text = d.copy[start:d.scan.Offset()]
	if err := d.scan.Close(); err != nil {
		return 0, err
	}
	if r.EventSource == "aws:s3" {
		return start, fmt.Errorf("%w: it is a notification from an S3 bucket", ErrNotRecord)
	}
	return start, nil
}

func (d *decoder) record(r *Record) error {
	*r = Record{Resources: r.Resources[:0]}
	return d.object(func(name []byte) (err error) {
		switch string(name) {
		case "eventVersion":
			var v string
			v, err = d.string()
			r.EventVersion = Version(v)
			d.known = true
		case "userIdentity":
			err = d.identity(&r.UserIdentity)
		case "eventTime":
			r.EventTime, err = d.time()
			d.known = true
		case "eventSource":
			r.EventSource, err = d.string()
			d.known = true
		case "eventName":
			r.EventName, err = d.string()
			d.known = true
		case "awsRegion":
			r.AWSRegion, err = d.string()
		case "sourceIPAddress":
			var v string
			v, err = d.string()
			r.SourceIPAddress = Address(v)
		case "userAgent":
			r.UserAgent, err = d.string()
		case "errorCode":
			r.ErrorCode, err = d.string()
		case "errorMessage":
			r.ErrorMessage, err = d.string()
		case "requestParameters":
			r.RequestParameters, err = d.json()
		case "responseElements":
			r.ResponseElements, err = d.json()
		case "additionalEventData":
			r.AdditionalEventData, err = d.json()
		case "serviceEventDetails":
			r.ServiceEventDetails, err = d.json()
		case "requestID":
			r.RequestID, err = d.string()
		case "eventID", "eventId": // the second in aggregated events
			r.EventID, err = d.string()
			d.known = true
		case "readOnly":
			r.ReadOnly, err = d.bool()
		case "resources":
			r.Resources, err = d.resources(r.Resources[:0])
		case "eventType":
			r.EventType, err = d.string()
			d.known = true
		case "apiVersion":
			r.APIVersion, err = d.string()
		case "managementEvent":
			r.ManagementEvent, err = d.bool()
		case "recipientAccountId":
			r.RecipientAccountID, err = d.string()
		case "sharedEventID":
			r.SharedEventID, err = d.string()
		case "vpcEndpointId":
			r.VPCEndpointID, err = d.string()
		case "vpcEndpointAccountId":
			r.VPCEndpointAccountID, err = d.string()
		case "eventCategory":
			var v string
			v, err = d.string()
			r.EventCategory = Category(v)
			d.known = true
		case "detail":
			if d.scan.Peek() == jsonscan.Object {
				d.detailStart = d.scan.Offset()
				d.detail, err = d.scan.Value()
			} else {
				err = d.skip()
			}
		default:
			err = d.skip()
		}
		return err
	})
}

func (d *decoder) identity(id *Identity) error {
	*id = Identity{}
	return d.object(func(name []byte) (err error) {
		switch string(name) {
		case "type":
			id.Type, err = d.string()
		case "userName", "username": // the second in the announcement's record, and in Athena's
			id.UserName, err = d.string()
		case "principalId", "principalid":
			id.PrincipalID, err = d.string()
		case "arn":
			id.ARN, err = d.string()
		case "accountId", "accountid":
			id.AccountID, err = d.string()
		case "accessKeyId":
			id.AccessKeyID, err = d.string()
		case "invokedBy":
			id.InvokedBy, err = d.string()
		case "credentialId":
			id.CredentialID, err = d.string()
		case "identityProvider":
			id.IdentityProvider, err = d.string()
		case "sessionContext":
			err = d.session(&id.SessionContext)
		case "onBehalfOf":
			err = d.onBehalfOf(&id.OnBehalfOf)
		case "inScopeOf":
			err = d.inScopeOf(&id.InScopeOf)
		default:
			err = d.skip()
		}
		return err
	})
}

func (d *decoder) session(c *SessionContext) error {
	*c = SessionContext{}
	return d.object(func(name []byte) (err error) {
		switch string(name) {
		case "sessionIssuer":
			err = d.issuer(&c.SessionIssuer)
		case "attributes":
			err = d.object(func(name []byte) (err error) {
				switch string(name) {
				case "creationDate":
					c.CreationDate, err = d.time()
				case "mfaAuthenticated":
					c.MFAAuthenticated, err = d.bool()
				default:
					err = d.skip()
				}
				return err
			})
		case "webIdFederationData":
			err = d.object(func(name []byte) (err error) {
				switch string(name) {
				case "federatedProvider":
					c.FederatedBy, err = d.string()
				default:
					err = d.skip()
				}
				return err
			})
		case "sourceIdentity":
			c.SourceIdentity, err = d.string()
		case "ec2RoleDelivery":
			c.EC2RoleDelivery, err = d.string()
		case "assumedRoot":
			c.AssumedRoot, err = d.bool()
		default:
			err = d.skip()
		}
		return err
	})
}

func (d *decoder) issuer(is *SessionIssuer) error {
	*is = SessionIssuer{}
	return d.object(func(name []byte) (err error) {
		switch string(name) {
		case "type":
			is.Type, err = d.string()
		case "principalId":
			is.PrincipalID, err = d.string()
		case "arn":
			is.ARN, err = d.string()
		case "accountId":
			is.AccountID, err = d.string()
		case "userName":
			is.UserName, err = d.string()
		default:
			err = d.skip()
		}
		return err
	})
}

func (d *decoder) onBehalfOf(o *OnBehalfOf) error {
	*o = OnBehalfOf{}
	return d.object(func(name []byte) (err error) {
		switch string(name) {
		case "userId":
			o.UserID, err = d.string()
		case "identityStoreArn":
			o.IdentityStoreARN, err = d.string()
		default:
			err = d.skip()
		}
		return err
	})
}

func (d *decoder) inScopeOf(o *InScopeOf) error {
	*o = InScopeOf{}
	return d.object(func(name []byte) (err error) {
		switch string(name) {
		case "sourceArn":
			o.SourceARN, err = d.string()
		case "sourceAccount":
			o.SourceAccount, err = d.string()
		case "issuerType":
			o.IssuerType, err = d.string()
		case "credentialsIssuedTo":
			o.CredentialsIssuedTo, err = d.string()
		default:
			err = d.skip()
		}
		return err
	})
}

// resources reads a list of resources, in which it passes over everything that is not an object.
func (d *decoder) resources(dst []Resource) ([]Resource, error) {
	if d.scan.Peek() != jsonscan.Array {
		return dst, d.skip()
	}
	d.scan.Open()
	for {
		more, err := d.scan.Element()
		if !more {
			return dst, err
		}
		if d.scan.Peek() != jsonscan.Object {
			if err := d.skip(); err != nil {
				return dst, err
			}
			continue
		}
		dst = append(dst, Resource{})
		if err := d.resource(&dst[len(dst)-1]); err != nil {
			return dst, err
		}
	}
}

func (d *decoder) resource(r *Resource) error {
	return d.object(func(name []byte) (err error) {
		switch string(name) {
		case "ARN", "arn":
			r.ARN, err = d.string()
		case "ARNPrefix":
			r.ARNPrefix, err = d.string()
		case "accountId":
			r.AccountID, err = d.string()
		case "type":
			r.Type, err = d.string()
		default:
			err = d.skip()
		}
		return err
	})
}

// object calls member for each member of the object that comes next, which must read or skip the
// member's value. A value that is no object is passed over.
func (d *decoder) object(member func(name []byte) error) error {
	if d.scan.Peek() != jsonscan.Object {
		return d.skip()
	}
	d.scan.Open()
	for {
		name, more, err := d.scan.Name()
		if !more {
			return err
		}
		raw := name.Raw
		if name.Escaped {
			raw = unquote(raw)
		}
		if err := member(raw); err != nil {
			return err
		}
	}
}

// skip passes over a value, but checks it: a record that is accepted is JSON throughout.
func (d *decoder) skip() error {
	_, err := d.scan.Value()
	return err
}

// json returns the text of the next value, or nothing for null.
func (d *decoder) json() (JSON, error) {
	if d.scan.Peek() == jsonscan.Null {
		return "", d.skip()
	}
	raw, err := d.scan.Value()
	end := d.scan.Offset()
	if err != nil {
		return "", err
	}
	return JSON(d.copy[end-len(raw) : end]), nil
}

// string returns the next value if it is a string, and nothing if it is anything else.
func (d *decoder) string() (string, error) {
	if d.scan.Peek() != jsonscan.String {
		return "", d.skip()
	}
	t, err := d.scan.String()
	if err != nil {
		return "", err
	}
	if t.Escaped {
		return string(unquote(t.Raw)), nil
	}
	return d.copy[t.Offset : t.Offset+len(t.Raw)], nil
}

// unquote returns what a text with escapes means. It is never longer than the text.
func unquote(raw []byte) []byte {
	return jsonscan.AppendUnquoted(make([]byte, 0, len(raw)), raw, jsonscan.ReplaceLone)
}

// bool returns the next value if it is a boolean, or a string that spells one, as it does in what
// Athena and other tools export.
func (d *decoder) bool() (Bool, error) {
	switch d.scan.Peek() {
	case jsonscan.True:
		return True, d.skip()
	case jsonscan.False:
		return False, d.skip()
	}
	switch s, err := d.string(); s {
	case "true", "True", "TRUE":
		return True, err
	case "false", "False", "FALSE":
		return False, err
	default:
		return Absent, err
	}
}

// time returns the next value if it is a string that tells a time. CloudTrail writes
// 2016-11-15T23:02:12Z and nothing else; the other layouts are those of AWS's older examples, of
// emulators and of data warehouses, all in UTC where they do not say otherwise.
func (d *decoder) time() (time.Time, error) {
	s, err := d.string()
	if err != nil || s == "" {
		return time.Time{}, err
	}
	for _, layout := range [...]string{
		time.RFC3339,
		"2006-01-02T15:04:05",
		"2006-01-02 15:04:05",
		"2006-01-02 15:04:05Z07:00",
		"20060102T150405Z07:00",
	} {
		if t, err := time.Parse(layout, s); err == nil {
			return t.UTC(), nil
		}
	}
	return time.Time{}, nil
}

// newError wraps what decode or the scanner found. offset is where the text that they were given
// begins, or the very place at fault.
func newError(err error, offset int64, index int) *Error {
	var syntax *jsonscan.Error
	if errors.As(err, &syntax) {
		return &Error{Offset: offset + int64(syntax.Offset), Index: index, Err: syntax.Err}
	}
	return &Error{Offset: offset, Index: index, Err: err}
}
