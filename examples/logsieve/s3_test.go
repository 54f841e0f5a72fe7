package main

import (
	"bytes"
	"context"
	"fmt"
	"io"
	"maps"
	"net/http"
	"net/http/httptest"
	"slices"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/aws/retry"
	awsconfig "github.com/aws/aws-sdk-go-v2/config"
	"github.com/aws/aws-sdk-go-v2/service/s3"
	"github.com/johannesboyne/gofakes3"
	"github.com/johannesboyne/gofakes3/backend/s3mem"

	"github.com/trailsieve/trailsieve/examples/logsieve/sieve/sievetest"
)

// The buckets of the tests.
const (
	sourceBucket = "amzn-s3-demo-source"
	outputBucket = "amzn-s3-demo-output"
)

// A fakeS3 is an S3 with nobody else in it, on the loopback interface.
type fakeS3 struct {
	*s3.Client
	env map[string]string // leads the SDK to it

	mu       sync.Mutex
	before   func(http.ResponseWriter, *http.Request) bool // reports whether it has answered
	requests []string                                      // "PUT /bucket/key", "POST /bucket/key?uploads"
}

func newFakeS3(t testing.TB) *fakeS3 {
	t.Helper()
	backend := s3mem.New()
	for _, bucket := range []string{sourceBucket, outputBucket} {
		if err := backend.CreateBucket(bucket); err != nil {
			t.Fatal(err)
		}
	}
	f := new(fakeS3)
	fake := gofakes3.New(backend).Server()
	server := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		request := r.Method + " " + r.URL.Path
		for _, name := range []string{"uploads", "uploadId", "partNumber"} {
			if r.URL.Query().Has(name) {
				request += "?" + name
			}
		}
		f.mu.Lock()
		f.requests = append(f.requests, request)
		before := f.before
		f.mu.Unlock()
		if before != nil && before(w, r) {
			return
		}
		// S3 knows conditions on the end of an upload, gofakes3 only on a PutObject.
		if r.Method == http.MethodPost && r.URL.Query().Has("uploadId") {
			head := httptest.NewRequest(http.MethodHead, r.URL.Path, nil)
			found := httptest.NewRecorder()
			fake.ServeHTTP(found, head)
			is, want := found.Header().Get("ETag"), r.Header.Get("If-Match")
			if r.Header.Get("If-None-Match") == "*" && found.Code == http.StatusOK || want != "" && is != want {
				refuse(w, http.StatusPreconditionFailed, "PreconditionFailed")
				return
			}
		}
		fake.ServeHTTP(w, r)
	}))
	t.Cleanup(server.Close)
	f.env = map[string]string{
		"AWS_ENDPOINT_URL_S3":         server.URL,
		"AWS_REGION":                  "us-east-1",
		"AWS_ACCESS_KEY_ID":           "AKIA00000000000EXAMPLE",
		"AWS_SECRET_ACCESS_KEY":       "example",
		"AWS_EC2_METADATA_DISABLED":   "true",
		"AWS_CONFIG_FILE":             "/dev/null",
		"AWS_SHARED_CREDENTIALS_FILE": "/dev/null",
	}
	for name, value := range f.env {
		t.Setenv(name, value)
	}
	cfg, err := awsconfig.LoadDefaultConfig(t.Context(), awsconfig.WithRetryer(func() aws.Retryer {
		return retry.NewStandard(func(o *retry.StandardOptions) { o.MaxBackoff = time.Millisecond })
	}))
	if err != nil {
		t.Fatal(err)
	}
	f.Client = newClient(cfg)
	return f
}

// refuse answers as S3 does when it does not do what it was asked for.
func refuse(w http.ResponseWriter, status int, code string) {
	w.Header().Set("Content-Type", "application/xml")
	w.WriteHeader(status)
	fmt.Fprintf(w, `<?xml version="1.0" encoding="UTF-8"?><Error><Code>%s</Code><Message>as told</Message></Error>`, code)
}

// intercept has a function look at each request before S3 does. Nil is none.
func (f *fakeS3) intercept(before func(http.ResponseWriter, *http.Request) bool) {
	f.mu.Lock()
	defer f.mu.Unlock()
	f.before = before
	f.requests = nil
}

// count returns how many requests there were since the last intercept, by what they are.
func (f *fakeS3) count(request string) (n int) {
	f.mu.Lock()
	defer f.mu.Unlock()
	for _, r := range f.requests {
		if r == request {
			n++
		}
	}
	return n
}

func (f *fakeS3) put(t testing.TB, bucket, key string, body []byte) {
	t.Helper()
	_, err := f.PutObject(context.Background(), &s3.PutObjectInput{Bucket: &bucket, Key: &key, Body: bytes.NewReader(body)})
	if err != nil {
		t.Fatal(err)
	}
}

// get returns the contents of an object, or nil if there is none.
func (f *fakeS3) get(t testing.TB, bucket, key string) []byte {
	t.Helper()
	out, err := f.GetObject(context.Background(), &s3.GetObjectInput{Bucket: &bucket, Key: &key})
	if isStatus(err, http.StatusNotFound) {
		return nil
	}
	if err != nil {
		t.Fatal(err)
	}
	defer out.Body.Close()
	body, err := io.ReadAll(out.Body)
	if err != nil {
		t.Fatal(err)
	}
	return body
}

// keys returns the keys in a bucket, in order.
func (f *fakeS3) keys(t testing.TB, bucket string) []string {
	t.Helper()
	keys := []string{}
	pages := s3.NewListObjectsV2Paginator(f.Client, &s3.ListObjectsV2Input{Bucket: &bucket})
	for pages.HasMorePages() {
		page, err := pages.NextPage(context.Background())
		if err != nil {
			t.Fatal(err)
		}
		for _, o := range page.Contents {
			keys = append(keys, aws.ToString(o.Key))
		}
	}
	slices.Sort(keys)
	return keys
}

// openUploads returns how many uploads were begun in the output bucket and neither completed nor thrown
// away.
func (f *fakeS3) openUploads(t testing.TB) int {
	t.Helper()
	out, err := f.ListMultipartUploads(context.Background(), &s3.ListMultipartUploadsInput{Bucket: aws.String(outputBucket)})
	if isStatus(err, http.StatusNotFound) {
		return 0 // gofakes3, of a bucket that never had one
	}
	if err != nil {
		t.Fatal(err)
	}
	return len(out.Uploads)
}

// copyOf returns the input of the PutObject that a request is.
func (f *fakeS3) copyOf(r *http.Request, body []byte) *s3.PutObjectInput {
	path := strings.SplitN(r.URL.Path, "/", 3)
	in := &s3.PutObjectInput{Bucket: &path[1], Key: &path[2], Body: bytes.NewReader(body), Metadata: make(map[string]string)}
	for name := range r.Header {
		if meta, ok := strings.CutPrefix(strings.ToLower(name), "x-amz-meta-"); ok {
			in.Metadata[meta] = r.Header.Get(name)
		}
	}
	return in
}

// environ returns the environment that leads a process to S3, and more.
func (f *fakeS3) environ(more ...string) []string {
	var env []string
	for name, value := range maps.All(f.env) {
		env = append(env, name+"="+value)
	}
	return append(env, more...)
}

// handler returns the function, with its log.
func (f *fakeS3) handler(t testing.TB, env map[string]string) (*handler, *bytes.Buffer) {
	t.Helper()
	var log bytes.Buffer
	getenv := func(name string) string {
		if value, ok := env[name]; ok {
			return value
		}
		return map[string]string{envOutputBucket: outputBucket, envRules: sievetest.NoReads}[name]
	}
	h, err := newHandler(t.Context(), getenv, &log)
	if err != nil {
		t.Fatal(err)
	}
	h.store = newStore(f.Client) // which does not wait between its attempts
	return h, &log
}

// deletion is the input that deletes an output.
func deletion(key string) *s3.DeleteObjectInput {
	return &s3.DeleteObjectInput{Bucket: aws.String(outputBucket), Key: &key}
}
