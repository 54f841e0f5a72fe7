package main

import (
	"bytes"
	"context"
	"fmt"
	"maps"
	"net/http"
	"net/http/httptest"
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
)

// bucket is the bucket of the tests.
const bucket = "amzn-s3-demo-bucket"

// A fakeS3 is an S3 with nobody else in it, on the loopback interface.
type fakeS3 struct {
	*s3.Client
	env map[string]string // leads the SDK to it

	mu       sync.Mutex
	before   func(http.ResponseWriter, *http.Request) bool // reports whether it has answered
	requests []*http.Request
}

func newFakeS3(t testing.TB) *fakeS3 {
	t.Helper()
	backend := s3mem.New()
	if err := backend.CreateBucket(bucket); err != nil {
		t.Fatal(err)
	}
	f := new(fakeS3)
	fake := gofakes3.New(backend).Server()
	server := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		f.mu.Lock()
		f.requests = append(f.requests, r)
		before := f.before
		f.mu.Unlock()
		if before != nil && before(w, r) {
			return
		}
		// S3 sends no checksum of the whole object with a range of it, gofakes3 whatever it was given.
		r.Header.Del("X-Amz-Checksum-Crc32")
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
func refuse(w http.ResponseWriter, status int, code, message string) {
	w.Header().Set("Content-Type", "application/xml")
	w.WriteHeader(status)
	fmt.Fprintf(w, `<?xml version="1.0" encoding="UTF-8"?><Error><Code>%s</Code><Message>%s</Message></Error>`, code, message)
}

// intercept has a function look at each request before S3 does. Nil is none.
func (f *fakeS3) intercept(before func(http.ResponseWriter, *http.Request) bool) {
	f.mu.Lock()
	defer f.mu.Unlock()
	f.before = before
	f.requests = nil
}

func (f *fakeS3) put(t testing.TB, key, body string) {
	t.Helper()
	_, err := f.PutObject(context.Background(), &s3.PutObjectInput{Bucket: aws.String(bucket), Key: &key, Body: strings.NewReader(body)})
	if err != nil {
		t.Fatal(err)
	}
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
	h, err := newHandler(t.Context(), func(name string) string { return env[name] }, &log)
	if err != nil {
		t.Fatal(err)
	}
	h.s3 = f.Client // which does not wait between its attempts
	return h, &log
}
