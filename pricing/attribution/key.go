package attribution

import (
	"bytes"
	"strings"
	"time"

	"github.com/trailsieve/trailsieve/record"
)

// names are those of a record in the dimensions. The object is looked for once.
type names struct {
	r           *record.Record
	looked      bool
	bucket, key string
}

// appendKey appends the key that the record has in a dimension: nothing if it has none.
func (n *names) appendKey(dst []byte, d Dimension) []byte {
	r := n.r
	switch d {
	case Account:
		return append(dst, r.Account()...)
	case Region:
		return append(dst, r.AWSRegion...)
	case Bucket:
		bucket, _ := n.object()
		return append(dst, bucket...)
	case EventName:
		dst = append(dst, strings.TrimSuffix(r.EventSource, ".amazonaws.com")...)
		return append(append(dst, ' '), r.EventName...)
	case Principal:
		return appendPrincipal(dst, &r.UserIdentity)
	case Category:
		category, _ := r.Category()
		return append(dst, category...)
	case EventSource:
		return append(dst, r.EventSource...)
	case ReadWrite:
		if readOnly, _ := r.IsReadOnly(); readOnly {
			return append(dst, "read"...)
		}
		return append(dst, "write"...)
	case Day:
		return appendTime(dst, r.EventTime, time.DateOnly)
	case Hour:
		return appendTime(dst, r.EventTime, "2006-01-02T15")
	}
	if level := d.level(); level > 0 {
		bucket, key := n.object()
		return appendPrefix(dst, level, bucket, key)
	}
	return dst
}

// object returns the bucket and key that the record is about.
func (n *names) object() (bucket, key string) {
	if !n.looked {
		n.looked = true
		n.bucket, n.key = object(n.r)
	}
	return n.bucket, n.key
}

// object looks into the requestParameters, or, for records that are made from something else, into the
// resources.
func object(r *record.Record) (bucket, key string) {
	if o, ok := r.S3Object(); ok {
		return o.Bucket, o.Key
	}
	for i := range r.Resources {
		arn := r.Resources[i].ARN
		if at := strings.Index(arn, ":s3:::"); at >= 0 && strings.HasPrefix(arn, "arn:") {
			bucket, key, _ = strings.Cut(arn[at+len(":s3:::"):], "/")
			return bucket, key
		}
	}
	return "", ""
}

// appendPrefix appends bucket/ and so many steps of the key. A call that names a bucket, but no key,
// as ListObjects and DeleteObjects do, has the bucket without a slash for all levels.
func appendPrefix(dst []byte, level int, bucket, key string) []byte {
	if bucket == "" {
		return dst
	}
	dst = append(dst, bucket...)
	if key == "" {
		return dst
	}
	dst = append(dst, '/')
	start := len(dst)
	dst = append(dst, key...)
	end := start
	for range level {
		i := bytes.IndexByte(dst[end:], '/')
		if i < 0 {
			break
		}
		end += i + 1
	}
	return dst[:end]
}

// appendPrincipal appends the ARN of the role, of the user, or else what there is.
func appendPrincipal(dst []byte, id *record.Identity) []byte {
	for _, name := range []string{id.SessionContext.SessionIssuer.ARN, id.ARN, id.InvokedBy, id.PrincipalID} {
		if name != "" {
			return append(dst, name...)
		}
	}
	return append(dst, id.Principal()...)
}

func appendTime(dst []byte, t time.Time, layout string) []byte {
	if t.IsZero() {
		return dst
	}
	return t.UTC().AppendFormat(dst, layout)
}
