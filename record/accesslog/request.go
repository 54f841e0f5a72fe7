package accesslog

import (
	"iter"
	"net/url"
	"strings"
)

// A request is the request-URI of a line, taken apart:
//
//	GET /amzn-s3-demo-bucket/a%20b?versionId=3 HTTP/1.1
//	│   │                          └ query
//	│   └ path
//	└ method
type request struct{ method, path, query string }

func (e *Entry) request() request {
	var r request
	r.method, r.path, _ = strings.Cut(e.RequestURI, " ")
	if i := strings.LastIndexByte(r.path, ' '); i >= 0 {
		r.path = r.path[:i]
	}
	if _, rest, ok := strings.Cut(r.path, "://"); ok && !strings.HasPrefix(r.path, "/") {
		// Proxies may be sent a whole URL.
		_, path, _ := strings.Cut(rest, "/")
		r.path = "/" + path
	}
	r.path, r.query, _ = strings.Cut(r.path, "?")
	return r
}

// parameters returns the parameters of the query, unescaped, in their order.
func (r request) parameters() iter.Seq2[string, string] {
	return func(yield func(name, value string) bool) {
		for pair := range strings.SplitSeq(r.query, "&") {
			name, value, _ := strings.Cut(pair, "=")
			if name != "" && !yield(unescape(name, true), unescape(value, true)) {
				return
			}
		}
	}
}

// hasParameter reports whether the query has a parameter.
func (e *Entry) hasParameter(wanted string) bool {
	for name := range e.request().parameters() {
		if name == wanted {
			return true
		}
	}
	return false
}

// ObjectKey returns the key of the object in question as S3 knows it, or nothing if the operation
// took none.
//
// S3 encodes the key for the log, and most keys were encoded before, in the request: the key a"b is
// a%2522b in a line. What S3 does by itself and for each key of a DeleteObjects is encoded once:
// a%22b. That is not documented; it is what users of large logs have found out
// (https://engineeringblog.yelp.com/2025/09/s3-server-access-logs-at-scale.html). Compatible
// servers encode once, and a space may have become a plus sign either time, so where these
// differ the request-URI decides. If it does not have the key, a plus sign is a plus sign.
//
// A percent sign that begins no escape is left as it is.
func (e *Entry) ObjectKey() string {
	if !strings.ContainsAny(e.Key, "%+") {
		return e.Key
	}
	once := unescape(e.Key, false)
	twice := unescape(once, false)
	switch origin, _, _ := strings.Cut(e.Operation, "."); origin {
	case "BATCH", "S3":
		return once
	}
	path := e.request().path
	plain, form := unescape(path, false), unescape(path, true)
	for _, key := range [...]string{
		twice, unescape(unescape(e.Key, true), true), once, unescape(e.Key, true), e.Key,
	} {
		if strings.HasSuffix(plain, "/"+key) || strings.HasSuffix(form, "/"+key) {
			return key
		}
	}
	return twice
}

// unescape decodes what is percent-encoded, and plus signs as spaces if asked to. What is no escape
// stays.
func unescape(s string, plus bool) string {
	if plus {
		s = strings.ReplaceAll(s, "+", " ")
	}
	if !strings.Contains(s, "%") {
		return s
	}
	if t, err := url.PathUnescape(s); err == nil {
		return t
	}
	b := make([]byte, 0, len(s))
	for i := 0; i < len(s); i++ {
		if i+2 < len(s) {
			if t, err := url.PathUnescape(s[i : i+3]); err == nil && s[i] == '%' {
				b = append(b, t...)
				i += 2
				continue
			}
		}
		b = append(b, s[i])
	}
	return string(b)
}
