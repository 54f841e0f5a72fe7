package main

import (
	"context"
	"crypto/sha256"
	"encoding/hex"
	"errors"
	"fmt"
	"net/http"
	"net/url"
	"regexp"
	"strconv"
	"strings"

	"github.com/aws/aws-sdk-go-v2/aws"
	awshttp "github.com/aws/aws-sdk-go-v2/aws/transport/http"
	"github.com/aws/aws-sdk-go-v2/service/s3"
	"github.com/aws/smithy-go"

	"github.com/trailsieve/trailsieve/examples/piiscan/pii"
)

// A target is an object to be scanned.
type target struct{ bucket, key, version string }

// A report says what came of an object. Nothing in it is from the contents; from the key, which can be
// personal as well, what the scanner finds is masked.
type report struct {
	Bucket    string `json:"bucket"`
	Key       string `json:"key"`                 // masked
	KeySHA256 string `json:"keySHA256,omitempty"` // of the key, if something in it was masked
	Version   string `json:"version,omitempty"`
	Size      int64  `json:"size"` // of the object, as S3 tells it; -1 if it was not asked
	examination
}

func newReport(t target) *report {
	r := &report{Bucket: t.bucket, Key: maskKey(t.key), Version: t.version, Size: -1}
	if r.Key != t.key {
		sum := sha256.Sum256([]byte(t.key))
		r.KeySHA256 = hex.EncodeToString(sum[:])
	}
	return r
}

// maskKey masks more of a key than the scanner would of a text, because a key is told: also what is
// encoded as in a URL by whoever chose it (alice%40example.com), and numbers to which hyphens and dots
// join others, as in 2026-11-22-4111111111111111.csv.
func maskKey(key string) string {
	masked := pii.Mask(key)
	if plain, err := url.PathUnescape(masked); err == nil && pii.Mask(plain) != plain {
		masked = pii.Mask(plain)
	}
	return betweenJoints.ReplaceAllStringFunc(masked, pii.Mask)
}

var betweenJoints = regexp.MustCompile(`[^-.]+`)

// scan fetches an object, as much of it as the limits allow, and examines it.
//
// An error is something that may pass, or that somebody has to see to: what is gone, or nothing that
// can be scanned, is none. Its text has no more of S3's own messages than the code, for they can have
// the key in them.
func scan(ctx context.Context, client *s3.Client, t target, l limits) (*report, error) {
	r := newReport(t)
	in := &s3.GetObjectInput{
		Bucket: &t.bucket,
		Key:    &t.key,
		Range:  aws.String(fmt.Sprintf("bytes=0-%d", l.bytes-1)),
	}
	if t.version != "" {
		in.VersionId = &t.version
	}
	out, err := client.GetObject(ctx, in)
	if isStatus(err, http.StatusRequestedRangeNotSatisfiable) { // an empty object has no first byte
		r.Size = 0
		r.examination = examination{Status: scanned, Findings: []finding{}}
		return r, nil
	}
	if err != nil {
		return r, r.refused(err)
	}
	defer out.Body.Close()
	r.Size = wholeSize(out)
	x, err := examine(out.Body, r.Size <= l.bytes, l)
	r.examination = *x
	if err != nil {
		r.Status, r.Reason = failed, reason(err)
		return r, r.problem()
	}
	return r, nil
}

// refused takes the error of a request. What it returns is nil if there is nothing to be done about it.
func (r *report) refused(err error) error {
	r.examination = examination{Reason: reason(err), Findings: []finding{}}
	code := codeOf(err)
	switch {
	case isStatus(err, http.StatusNotFound), code == "MethodNotAllowed": // a delete marker, by its version
		r.Status = gone
		return nil
	case code == "InvalidObjectState": // in an archive, from which it would have to be restored
		r.Status = notScanned
		return nil
	case isStatus(err, http.StatusForbidden), strings.HasPrefix(code, "KMS."):
		r.Status = denied
	default:
		r.Status = failed
	}
	return r.problem()
}

// problem returns the error that says what the report says.
func (r *report) problem() error {
	return fmt.Errorf("s3://%s/%s: %s: %s", r.Bucket, r.Key, r.Status, r.Reason)
}

// reason puts an error into words that have nothing of the object in them.
func reason(err error) string {
	code := codeOf(err)
	switch {
	case errors.Is(err, context.DeadlineExceeded):
		return "the time of the invocation is over"
	case code == "":
		return "S3 could not be read"
	case code == "AccessDenied" && strings.Contains(err.Error(), "kms:"):
		code += ", to the KMS key"
	}
	var e *awshttp.ResponseError
	if errors.As(err, &e) {
		return fmt.Sprintf("%s (status %d, request %s)", code, e.HTTPStatusCode(), e.ServiceRequestID())
	}
	return code
}

// codeOf returns the code of an answer of S3, or nothing if there was none.
func codeOf(err error) string {
	var e smithy.APIError
	if errors.As(err, &e) {
		return e.ErrorCode()
	}
	return ""
}

// isStatus reports whether an error is an answer of S3 with the given status.
func isStatus(err error, status int) bool {
	var e *awshttp.ResponseError
	return errors.As(err, &e) && e.HTTPStatusCode() == status
}

// wholeSize returns the size of an object of which a range was asked for.
func wholeSize(out *s3.GetObjectOutput) int64 {
	_, total, _ := strings.Cut(aws.ToString(out.ContentRange), "/")
	if n, err := strconv.ParseInt(total, 10, 64); err == nil {
		return n
	}
	return aws.ToInt64(out.ContentLength)
}
