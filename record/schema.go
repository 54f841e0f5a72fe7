package record

import (
	"cmp"
	"time"
	"unsafe"

	"github.com/trailsieve/trailsieve/internal/jsonscan"
)

// This file says which members the objects of a record have: their names, in the order in which
// CloudTrail writes them, and which fields they are. Decoding and marshalling both go by these
// tables. Sources: https://docs.aws.amazon.com/awscloudtrail/latest/userguide/cloudtrail-event-reference-record-contents.html
// and the pages that it leads to.

var recordMembers = []member[Record]{
	mark(text("eventVersion", func(r *Record) *string { return (*string)(&r.EventVersion) })),
	object("userIdentity", func(r *Record) *Identity { return &r.UserIdentity }, identityMembers),
	mark(moment("eventTime", func(r *Record) *time.Time { return &r.EventTime })),
	mark(text("eventSource", func(r *Record) *string { return &r.EventSource })),
	mark(text("eventName", func(r *Record) *string { return &r.EventName })),
	text("awsRegion", func(r *Record) *string { return &r.AWSRegion }),
	text("sourceIPAddress", func(r *Record) *string { return (*string)(&r.SourceIPAddress) }),
	text("userAgent", func(r *Record) *string { return &r.UserAgent }),
	text("errorCode", func(r *Record) *string { return &r.ErrorCode }),
	text("errorMessage", func(r *Record) *string { return &r.ErrorMessage }),
	always(body("requestParameters", func(r *Record) *JSON { return &r.RequestParameters })),
	always(body("responseElements", func(r *Record) *JSON { return &r.ResponseElements })),
	body("additionalEventData", func(r *Record) *JSON { return &r.AdditionalEventData }),
	text("requestID", func(r *Record) *string { return &r.RequestID }),
	mark(text("eventID", func(r *Record) *string { return &r.EventID })),
	flag("readOnly", func(r *Record) *Bool { return &r.ReadOnly }),
	list("resources", func(r *Record) *[]Resource { return &r.Resources }, resourceMembers),
	mark(text("eventType", func(r *Record) *string { return &r.EventType })),
	text("apiVersion", func(r *Record) *string { return &r.APIVersion }),
	flag("managementEvent", func(r *Record) *Bool { return &r.ManagementEvent }),
	text("recipientAccountId", func(r *Record) *string { return &r.RecipientAccountID }),
	text("sharedEventID", func(r *Record) *string { return &r.SharedEventID }),
	text("vpcEndpointId", func(r *Record) *string { return &r.VPCEndpointID }),
	text("vpcEndpointAccountId", func(r *Record) *string { return &r.VPCEndpointAccountID }),
	body("serviceEventDetails", func(r *Record) *JSON { return &r.ServiceEventDetails }),
	mark(text("eventCategory", func(r *Record) *string { return (*string)(&r.EventCategory) })),
	object("tlsDetails", func(r *Record) *TLSDetails { return &r.TLSDetails }, tlsMembers),
	quotedFlag("sessionCredentialFromConsole", func(r *Record) *Bool { return &r.SessionCredentialFromConsole }),

	// Rare ones.
	optional("addendum", func(r *Record) **Addendum { return &r.Addendum }, addendumMembers),
	optional("insightDetails", func(r *Record) **InsightDetails { return &r.InsightDetails }, insightMembers),
	optional("edgeDeviceDetails", func(r *Record) **EdgeDeviceDetails { return &r.EdgeDeviceDetails }, edgeMembers),
	body("eventContext", func(r *Record) *JSON { return &r.EventContext }),

	// Of aggregated events, which have an eventId and an accountId, and no eventTime.
	mark(alias("eventID", text("eventId", func(r *Record) *string { return &r.EventID }))),
	alias("recipientAccountId", text("accountId", func(r *Record) *string { return &r.RecipientAccountID })),
	body("timeWindow", func(r *Record) *JSON { return &r.TimeWindow }),
	body("summary", func(r *Record) *JSON { return &r.Summary }),
}

var recordLayout = layoutOf(recordMembers)

var identityMembers = []member[Identity]{
	text("type", func(id *Identity) *string { return &id.Type }),
	text("principalId", func(id *Identity) *string { return &id.PrincipalID }),
	text("arn", func(id *Identity) *string { return &id.ARN }),
	text("accountId", func(id *Identity) *string { return &id.AccountID }),
	text("accessKeyId", func(id *Identity) *string { return &id.AccessKeyID }),
	text("userName", func(id *Identity) *string { return &id.UserName }),
	object("sessionContext", func(id *Identity) *SessionContext { return &id.SessionContext }, sessionMembers),
	text("invokedBy", func(id *Identity) *string { return &id.InvokedBy }),
	object("onBehalfOf", func(id *Identity) *OnBehalfOf { return &id.OnBehalfOf }, onBehalfOfMembers),
	object("inScopeOf", func(id *Identity) *InScopeOf { return &id.InScopeOf }, inScopeOfMembers),
	text("credentialId", func(id *Identity) *string { return &id.CredentialID }),
	text("identityProvider", func(id *Identity) *string { return &id.IdentityProvider }),
	object("invokedByDelegate", func(id *Identity) *InvokedByDelegate { return &id.InvokedByDelegate }, delegateMembers),

	// In the announcement's record, and in what Athena makes of records.
	alias("userName", text("username", func(id *Identity) *string { return &id.UserName })),
	alias("principalId", text("principalid", func(id *Identity) *string { return &id.PrincipalID })),
	alias("accountId", text("accountid", func(id *Identity) *string { return &id.AccountID })),
}

var sessionMembers = []member[SessionContext]{
	object("sessionIssuer", func(c *SessionContext) *SessionIssuer { return &c.SessionIssuer }, issuerMembers),
	object("webIdFederationData", func(c *SessionContext) *WebIDFederationData { return &c.WebIDFederationData }, federationMembers),
	object("attributes", func(c *SessionContext) *SessionAttributes { return &c.Attributes }, attributeMembers),
	text("sourceIdentity", func(c *SessionContext) *string { return &c.SourceIdentity }),
	text("ec2RoleDelivery", func(c *SessionContext) *string { return &c.EC2RoleDelivery }),
	quotedFlag("assumedRoot", func(c *SessionContext) *Bool { return &c.AssumedRoot }),
	text("signInSessionArn", func(c *SessionContext) *string { return &c.SignInSessionARN }),
}

var issuerMembers = []member[SessionIssuer]{
	text("type", func(i *SessionIssuer) *string { return &i.Type }),
	text("principalId", func(i *SessionIssuer) *string { return &i.PrincipalID }),
	text("arn", func(i *SessionIssuer) *string { return &i.ARN }),
	text("accountId", func(i *SessionIssuer) *string { return &i.AccountID }),
	text("userName", func(i *SessionIssuer) *string { return &i.UserName }),
}

var federationMembers = []member[WebIDFederationData]{
	text("federatedProvider", func(w *WebIDFederationData) *string { return &w.FederatedProvider }),
	body("attributes", func(w *WebIDFederationData) *JSON { return &w.Attributes }),
}

var attributeMembers = []member[SessionAttributes]{
	moment("creationDate", func(a *SessionAttributes) *time.Time { return &a.CreationDate }),
	quotedFlag("mfaAuthenticated", func(a *SessionAttributes) *Bool { return &a.MFAAuthenticated }),
}

var onBehalfOfMembers = []member[OnBehalfOf]{
	text("userId", func(o *OnBehalfOf) *string { return &o.UserID }),
	text("identityStoreArn", func(o *OnBehalfOf) *string { return &o.IdentityStoreARN }),
}

var inScopeOfMembers = []member[InScopeOf]{
	text("sourceArn", func(o *InScopeOf) *string { return &o.SourceARN }),
	text("sourceAccount", func(o *InScopeOf) *string { return &o.SourceAccount }),
	text("issuerType", func(o *InScopeOf) *string { return &o.IssuerType }),
	text("credentialsIssuedTo", func(o *InScopeOf) *string { return &o.CredentialsIssuedTo }),
	text("credentialsIssuedToVersion", func(o *InScopeOf) *string { return &o.CredentialsIssuedToVersion }),
}

var delegateMembers = []member[InvokedByDelegate]{
	text("accountId", func(i *InvokedByDelegate) *string { return &i.AccountID }),
}

var resourceMembers = []member[Resource]{
	text("accountId", func(r *Resource) *string { return &r.AccountID }),
	text("type", func(r *Resource) *string { return &r.Type }),
	text("ARN", func(r *Resource) *string { return &r.ARN }),
	text("ARNPrefix", func(r *Resource) *string { return &r.ARNPrefix }),
	alias("ARN", text("arn", func(r *Resource) *string { return &r.ARN })),
}

var tlsMembers = []member[TLSDetails]{
	text("tlsVersion", func(d *TLSDetails) *string { return &d.TLSVersion }),
	text("cipherSuite", func(d *TLSDetails) *string { return &d.CipherSuite }),
	text("clientProvidedHostHeader", func(d *TLSDetails) *string { return &d.ClientProvidedHostHeader }),
	text("keyExchange", func(d *TLSDetails) *string { return &d.KeyExchange }),
}

var addendumMembers = []member[Addendum]{
	text("reason", func(a *Addendum) *string { return &a.Reason }),
	text("updatedFields", func(a *Addendum) *string { return &a.UpdatedFields }),
	text("originalRequestID", func(a *Addendum) *string { return &a.OriginalRequestID }),
	text("originalEventID", func(a *Addendum) *string { return &a.OriginalEventID }),
}

var insightMembers = []member[InsightDetails]{
	text("state", func(i *InsightDetails) *string { return &i.State }),
	text("eventSource", func(i *InsightDetails) *string { return &i.EventSource }),
	text("eventName", func(i *InsightDetails) *string { return &i.EventName }),
	text("insightType", func(i *InsightDetails) *string { return &i.InsightType }),
	text("errorCode", func(i *InsightDetails) *string { return &i.ErrorCode }),
	body("insightContext", func(i *InsightDetails) *JSON { return &i.InsightContext }),
}

var edgeMembers = []member[EdgeDeviceDetails]{
	text("type", func(e *EdgeDeviceDetails) *string { return &e.Type }),
	text("snowJobId", func(e *EdgeDeviceDetails) *string { return &e.SnowJobID }),
	text("deviceId", func(e *EdgeDeviceDetails) *string { return &e.DeviceID }),
	text("deviceFamily", func(e *EdgeDeviceDetails) *string { return &e.DeviceFamily }),
	body("attributes", func(e *EdgeDeviceDetails) *JSON { return &e.Attributes }),
}

// A member is a name that the objects of a T may have, and what becomes of its value.
type member[T any] struct {
	field

	name  string
	alias string // the name above of which this is another spelling, which is read but not written

	// How the value is written: one of these is set.
	text func(*T) *string
	flag func(*T) *Bool
	time func(*T) *time.Time
	body func(*T) *JSON
	add  func(dst []byte, t *T, text string, was *T) []byte

	quoted bool // a flag that AWS writes as a string
	always bool // AWS writes null rather than nothing
}

// A field is where the value of a member goes when it is read. It says so without the types of the
// structs, so that one loop reads all objects and finds a field by adding its offset to where the
// struct begins. A loop for each type that calls functions for the fields takes a quarter more time
// (BenchmarkParse).
//
//	objectField   Identity.SessionContext   inner has the members of SessionContext
//	optionalField Record.Addendum           make allocates an Addendum
//	listField     Record.Resources          make appends a Resource
//
// Invariant: every unsafe.Pointer that is handed to these functions points to a T, where member[T] is
// what the field was made for. Only [decoder.object] calls them, and gets both from one place.
type field struct {
	kind   fieldKind
	marks  bool // a record is known by this name
	offset uintptr

	// Of what is an object, or a list of them.
	inner *layout
	make  func(t unsafe.Pointer) unsafe.Pointer // the struct to read the next object into
	wipe  func(t unsafe.Pointer)                // make the field zero
}

type fieldKind uint8

const (
	textField fieldKind = iota
	flagField
	timeField
	bodyField
	objectField
	optionalField
	listField
)

// A layout is what a decoder knows of a struct: the fields by the names of their members, in order.
type layout struct {
	size   uintptr // of the struct
	names  []jsonscan.Guess
	fields []field
	index  []string // the names once more, to look them up
}

func layoutOf[T any](members []member[T]) *layout {
	l := &layout{size: unsafe.Sizeof(*new(T))}
	for _, m := range members {
		l.index = append(l.index, m.name)
		l.fields = append(l.fields, m.field)
	}
	l.names = jsonscan.Guesses(l.index...)
	return l
}

// at returns the field of some kind that is at the place to which f leads in any T.
func at[T, F any](kind fieldKind, f func(*T) *F) field {
	t := new(T)
	return field{kind: kind, offset: uintptr(unsafe.Pointer(f(t))) - uintptr(unsafe.Pointer(t))}
}

func text[T any](name string, f func(*T) *string) member[T] {
	return member[T]{field: at(textField, f), name: name, text: f}
}

func flag[T any](name string, f func(*T) *Bool) member[T] {
	return member[T]{field: at(flagField, f), name: name, flag: f}
}

func quotedFlag[T any](name string, f func(*T) *Bool) member[T] {
	return member[T]{field: at(flagField, f), name: name, flag: f, quoted: true}
}

func moment[T any](name string, f func(*T) *time.Time) member[T] {
	return member[T]{field: at(timeField, f), name: name, time: f}
}

func body[T any](name string, f func(*T) *JSON) member[T] {
	return member[T]{field: at(bodyField, f), name: name, body: f}
}

// object is a member that is always in a T, as the zero value where the object is absent.
func object[T, U any](name string, f func(*T) *U, members []member[U]) member[T] {
	m := member[T]{field: at(objectField, f), name: name}
	m.inner = layoutOf(members)
	m.make = func(t unsafe.Pointer) unsafe.Pointer { return unsafe.Pointer(f((*T)(t))) }
	m.wipe = func(t unsafe.Pointer) { *f((*T)(t)) = *new(U) }
	m.add = func(dst []byte, t *T, text string, was *T) []byte {
		if !changed(f(t), new(U), members) {
			return dst
		}
		return appendObject(dst, f(t), members, text, f(was))
	}
	return m
}

// optional is an object to which a T has a pointer, nil where the object is absent.
func optional[T, U any](name string, f func(*T) **U, members []member[U]) member[T] {
	m := member[T]{field: at(optionalField, f), name: name}
	m.inner = layoutOf(members)
	m.make = func(t unsafe.Pointer) unsafe.Pointer {
		u := new(U)
		*f((*T)(t)) = u
		return unsafe.Pointer(u)
	}
	m.wipe = func(t unsafe.Pointer) { *f((*T)(t)) = nil }
	m.add = func(dst []byte, t *T, text string, was *T) []byte {
		if *f(t) == nil {
			return dst
		}
		before := *f(was)
		if before == nil {
			before = new(U)
		}
		return appendObject(dst, *f(t), members, text, before)
	}
	return m
}

// list is an array of objects. What is in it and no object is passed over.
func list[T, U any](name string, f func(*T) *[]U, members []member[U]) member[T] {
	m := member[T]{field: at(listField, f), name: name}
	m.inner = layoutOf(members)
	m.make = func(t unsafe.Pointer) unsafe.Pointer {
		list := f((*T)(t))
		*list = append(*list, *new(U))
		return unsafe.Pointer(&(*list)[len(*list)-1])
	}
	m.wipe = func(t unsafe.Pointer) { list := f((*T)(t)); *list = (*list)[:0] }
	m.add = func(dst []byte, t *T, text string, was *T) []byte {
		if len(*f(t)) == 0 {
			return dst
		}
		dst = append(dst, '[')
		for i := range *f(t) {
			if i > 0 {
				dst = append(dst, ',')
			}
			dst = appendObject(dst, &(*f(t))[i], members, "", new(U))
		}
		return append(dst, ']')
	}
	return m
}

// canonical returns the name that AWS uses.
func (m *member[T]) canonical() string { return cmp.Or(m.alias, m.name) }

func alias[T any](name string, m member[T]) member[T] {
	m.alias = name
	return m
}

func always[T any](m member[T]) member[T] {
	m.always = true
	return m
}

func mark[T any](m member[T]) member[T] {
	m.marks = true
	return m
}
