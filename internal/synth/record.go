package synth

import (
	"strconv"
	"time"
)

// A service is an emitter of records.
type service struct {
	source     string // eventSource
	pace       int    // how soon it takes a new version of the record: an index into era.versions
	global     bool   // reports to us-east-1 only
	apiVersion string
	apis       []api
}

// An api is one form that the records of an API can take; an API may have several. The strings
// from request on are templates. An empty one means null for request and response, and that the
// field is absent for the others.
type api struct {
	weight    int // how often it is called, in relation to the others
	name      string
	read      bool
	request   string // requestParameters
	response  string // responseElements, after success
	resources string
	extra     string // additionalEventData
	details   string // serviceEventDetails
	failures  []failure
	fails     bool // always ends with a failure
	since     int  // the first year in which there was such a call; 0: always
	until     int  // the last year; 0: today
	as        kind // who makes it; zero: anybody
	eventType string
	large     bool // the request can be so large that CloudTrail leaves it out
}

// A failure is what a call may end with. The message is a template; without one there is no
// errorMessage, as some services do it. Only ConsoleLogin has a message without a code.
type failure struct {
	code, message string
	response      string // a template too, null if empty
	since         int    // the first year; before it, the first failure of the list happens instead
}

// A shape is an api of a service, made ready for use.
type shape struct {
	*service
	*api
	data      bool // a data event; else a management event
	templates struct {
		request, response, resources, extra, details template
		messages, responses                          []template // one for each failure
	}
}

// shapesOf compiles the tables of the given services.
func shapesOf(services []service, data bool) []shape {
	var all []shape
	for i := range services {
		for j := range services[i].apis {
			s := shape{service: &services[i], api: &services[i].apis[j], data: data}
			s.templates.request = compile(s.request)
			s.templates.response = compile(s.response)
			s.templates.resources = compile(s.resources)
			s.templates.extra = compile(s.extra)
			s.templates.details = compile(s.details)
			for _, f := range s.failures {
				s.templates.messages = append(s.templates.messages, compile(f.message))
				s.templates.responses = append(s.templates.responses, compile(f.response))
			}
			all = append(all, s)
		}
	}
	return all
}

// A call is what one record tells of.
type call struct {
	*shape
	caller
	version      int    // the minor number of the record's version
	time         int64  // Unix seconds
	subject      int    // what a management event is about, in [0, subjects)
	bucket       int    // the bucket and the object of S3
	object       int    // in [0, objects)
	source       int    // and those that are copied
	sourceObject int    //
	number       int    // any number, for sizes and counts
	id           uint64 // any number, for what is new in each call
	failure      *failure
	endpoint     bool // came through a VPC endpoint
	shared       bool // another account gets a copy of the record
	omitted      bool // the request was too large for CloudTrail
}

func (c *call) isS3() bool { return c.service.source == "s3.amazonaws.com" }

// appendCall appends the record of c. The order of its keys, which is that of the files that
// CloudTrail delivers, is decided here and nowhere else.
func (g *Generator) appendCall(dst []byte, c *call) []byte {
	dst = append(dst, `{"eventVersion":"`...)
	dst = append(dst, versionText[c.version]...)
	dst = append(dst, `","userIdentity":`...)
	dst = g.appendIdentity(dst, c)
	dst = append(dst, `,"eventTime":"`...)
	dst = time.Unix(c.time, 0).UTC().AppendFormat(dst, time.RFC3339)
	dst = appendString(dst, `","eventSource":"`, c.service.source)
	dst = appendString(dst, `","eventName":"`, c.name)
	dst = appendString(dst, `","awsRegion":"`, g.region)
	dst = append(dst, `","sourceIPAddress":"`...)
	dst = c.appendAddress(dst)
	dst = append(dst, `","userAgent":"`...)
	dst = g.appendAgent(dst, c)
	dst = append(dst, '"')
	response := c.templates.response
	if c.failure != nil {
		dst, response = g.appendFailure(dst, c)
	}
	dst = append(dst, `,"requestParameters":`...)
	if c.omitted {
		dst = append(dst, `{"omitted":true,"originalSize":`...)
		dst = strconv.AppendInt(dst, 102401+int64(c.number)/8, 10)
		dst = append(dst, `,"reason":"requestParameters too large"}`...)
	} else {
		dst = c.templates.request.appendOrNull(g, dst, c)
	}
	dst = append(dst, `,"responseElements":`...)
	dst = response.appendOrNull(g, dst, c)
	dst = c.templates.extra.appendMember(g, dst, c, `,"additionalEventData":`)
	if c.eventType != "AwsServiceEvent" {
		dst = append(dst, `,"requestID":"`...)
		dst = g.appendRequestID(dst, c)
		dst = append(dst, '"')
	}
	dst = append(dst, `,"eventID":"`...)
	dst = appendUUID(dst, g.pcg.Uint64(), g.pcg.Uint64(), hexDigits)
	dst = append(dst, '"')
	if c.version >= 6 || c.data || c.templates.resources.isPresent() {
		// The services that wrote no resources wrote no readOnly either, before version 1.06.
		dst = append(dst, `,"readOnly":`...)
		dst = strconv.AppendBool(dst, c.read)
	}
	dst = c.templates.resources.appendMember(g, dst, c, `,"resources":`)
	dst = append(dst, `,"eventType":"`...)
	if c.eventType == "" {
		dst = append(dst, "AwsApiCall"...)
	}
	dst = append(dst, c.eventType...)
	if c.apiVersion != "" {
		dst = appendString(dst, `","apiVersion":"`, c.apiVersion)
	}
	dst = append(dst, '"')
	if c.version >= 6 {
		dst = append(dst, `,"managementEvent":`...)
		dst = strconv.AppendBool(dst, !c.data)
	}
	dst = appendString(dst, `,"recipientAccountId":"`, g.account)
	dst = append(dst, '"')
	if c.shared {
		dst = append(dst, `,"sharedEventID":"`...)
		dst = appendUUID(dst, mix(c.id^8), mix(c.id^9), hexDigits)
		dst = append(dst, '"')
	}
	if c.endpoint {
		dst = append(dst, `,"vpcEndpointId":"vpce-`...)
		dst = appendDigits(dst, mix(g.seed^hash("vpce")^uint64(c.who%3)), 17, hexDigits)
		dst = append(dst, '"')
	}
	if c.version >= 5 {
		dst = c.templates.details.appendMember(g, dst, c, `,"serviceEventDetails":`)
	}
	if c.version >= 7 {
		dst = append(dst, `,"eventCategory":"Management"`...)
		if c.data {
			dst = append(dst[:len(dst)-len(`Management"`)], `Data"`...)
		}
	}
	if c.version >= 8 && c.usesTLS() {
		dst = g.appendTLS(dst, c)
	}
	if c.version >= 8 && c.fromConsole() {
		dst = append(dst, `,"sessionCredentialFromConsole":"true"`...)
	}
	return append(dst, '}')
}

func appendString(dst []byte, key, value string) []byte {
	return append(append(dst, key...), value...)
}

// isPresent reports whether the template is not empty.
func (t template) isPresent() bool { return len(t) > 1 || t[0].text != "" }

func (t template) appendOrNull(g *Generator, dst []byte, c *call) []byte {
	if !t.isPresent() {
		return append(dst, "null"...)
	}
	return t.append(g, dst, c)
}

// appendMember appends the key and the value, or nothing if there is none.
func (t template) appendMember(g *Generator, dst []byte, c *call, key string) []byte {
	if !t.isPresent() {
		return dst
	}
	return t.append(g, append(dst, key...), c)
}

// appendFailure appends errorCode and errorMessage, and returns what responseElements is then.
func (g *Generator) appendFailure(dst []byte, c *call) ([]byte, template) {
	if c.failure.code != "" {
		dst = appendString(dst, `,"errorCode":"`, c.failure.code)
		dst = append(dst, '"')
	}
	for i := range c.failures {
		if &c.failures[i] != c.failure {
			continue
		}
		if m := c.templates.messages[i]; m.isPresent() {
			dst = append(dst, `,"errorMessage":"`...)
			dst = append(m.append(g, dst, c), '"')
		}
		return dst, c.templates.responses[i]
	}
	panic("synth: a call failed in a way that its API does not have")
}

// appendRequestID appends an id as the service makes them: S3 16 capitals and digits, DynamoDB 52
// of them with an ending that never changes, the others UUIDs.
func (g *Generator) appendRequestID(dst []byte, c *call) []byte {
	switch c.service.source {
	case "s3.amazonaws.com":
		return appendDigits(dst, mix(c.id), 16, capitals)
	case "dynamodb.amazonaws.com":
		dst = appendDigits(dst, mix(c.id), 29, capitals)
		return append(dst, "KQNSO5AEMVJF66Q9ASUEXAM"...)
	}
	return appendUUID(dst, mix(c.id), mix(c.id^10), hexDigits)
}

// appendTLS appends tlsDetails.
func (g *Generator) appendTLS(dst []byte, c *call) []byte {
	if c.tls13() {
		dst = append(dst, `,"tlsDetails":{"tlsVersion":"TLSv1.3","cipherSuite":"TLS_AES_128_GCM_SHA256"`...)
	} else {
		dst = append(dst, `,"tlsDetails":{"tlsVersion":"TLSv1.2","cipherSuite":"ECDHE-RSA-AES128-GCM-SHA256"`...)
	}
	dst = append(dst, `,"clientProvidedHostHeader":"`...)
	dst = g.appendHost(dst, c)
	dst = append(dst, '"')
	if c.version >= 11 && c.tls13() {
		dst = append(dst, `,"keyExchange":"X25519MLKEM768"`...)
	}
	return append(dst, '}')
}

// tls13 reports whether the connection is one of TLS 1.3, as two in three are by now.
func (c *call) tls13() bool { return c.version >= 9 && (c.who+c.pace)%3 != 0 }

// appendHost appends the host name that the client called.
func (g *Generator) appendHost(dst []byte, c *call) []byte {
	switch {
	case c.isS3() && c.name != "ListBuckets":
		dst = append(dst, g.buckets[c.bucket]...)
		dst = append(dst, '.')
	case c.name == "ConsoleLogin":
		return append(dst, "signin.aws.amazon.com"...)
	case c.global:
		return append(dst, c.service.source...)
	}
	name := c.service.source[:len(c.service.source)-len("amazonaws.com")]
	dst = append(dst, name...)
	dst = append(dst, g.region...)
	return append(dst, ".amazonaws.com"...)
}
