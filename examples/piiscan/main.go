// Piiscan looks into each new object of a bucket for personally identifiable information, and tells what
// kinds there are, how many of each, and where: by byte and line, never by what it says.
//
// It is a Lambda function. EventBridge tells it of new objects, by S3's own event ("Object Created") or
// by CloudTrail's ("AWS API Call via CloudTrail", for calls like PutObject); so may S3, SNS and SQS. An
// object is read as a stream, in memory that does not grow with it, up to a limit. Package pii says what
// is found, README.md how to deploy it.
//
// # What is scanned
//
// Text of any kind, by its first bytes and not by its name, and text that is packed with gzip. Anything
// else (images, PDF, archives, what other programs pack, UTF-16) is reported as not-scanned, so that
// nobody takes it for clean. The status of an object is one of
//
//	scanned      all of it
//	partly       up to the limit, or to where the packing is damaged
//	not-scanned  it is no text, or lies in an archive
//	gone         it was deleted meanwhile
//	denied       S3 or KMS does not let the function read it; an error, because somebody has to see to it
//	failed       something else, as when S3 does not answer; an error, so that the event comes again
//
// # What is told
//
// Each object leaves one line in the log. A function that EventBridge calls also answers with it, which
// a destination of the function receives. The name of an object can be personal as well: in keys
// findings are masked, and the SHA-256 of the key is told, by which its owner finds it. Errors have the
// codes of S3 and not its messages, which may have the key in them.
//
// # Settings
//
//	MAX_BYTES   how much of an object is read, and of what it unpacks to; 104857600
//	MAX_PLACES  how many places of a kind are told; all are counted; 20
//
// The AWS SDK and Lambda have variables of their own.
//
// Without Lambda, piiscan does what it does for one event and prints the answer:
//
//	go run . <testdata/event.json
package main

import (
	"bytes"
	"context"
	"encoding/json"
	"fmt"
	"io"
	"log/slog"
	"os"
	"strconv"

	"github.com/aws/aws-lambda-go/lambda"
	"github.com/aws/aws-sdk-go-v2/aws"
	awsconfig "github.com/aws/aws-sdk-go-v2/config"
	"github.com/aws/aws-sdk-go-v2/service/s3"
)

func main() {
	ctx := context.Background()
	isLambda := os.Getenv("AWS_LAMBDA_RUNTIME_API") != ""
	log := io.Writer(os.Stdout)
	if !isLambda {
		log = os.Stderr // the answer goes to standard output
	}
	h, err := newHandler(ctx, os.Getenv, log)
	if err != nil {
		fmt.Fprintf(os.Stderr, "piiscan: %v\n", err)
		os.Exit(2)
	}
	if isLambda {
		lambda.Start(h.handle)
		return
	}
	if err := h.once(ctx, os.Stdin, os.Stdout); err != nil {
		fmt.Fprintf(os.Stderr, "piiscan: %v\n", err)
		os.Exit(1)
	}
}

// The variables of the environment that are piiscan's own.
const (
	envBytes  = "MAX_BYTES"
	envPlaces = "MAX_PLACES"
)

// newLimits returns the limits that the environment sets.
func newLimits(getenv func(string) string) (l limits, err error) {
	if l.bytes, err = positive(getenv, envBytes, 100<<20); err != nil {
		return l, err
	}
	places, err := positive(getenv, envPlaces, 20)
	l.places = int(places)
	return l, err
}

// positive returns the number that a variable holds, or otherwise.
func positive(getenv func(string) string, name string, otherwise int64) (int64, error) {
	text := getenv(name)
	if text == "" {
		return otherwise, nil
	}
	n, err := strconv.ParseInt(text, 10, 64)
	if err != nil || n <= 0 {
		return 0, fmt.Errorf("%s: %q is no positive number", name, text)
	}
	return n, nil
}

// newHandler returns the function, made as the environment says. Its log goes to w, a JSON object a
// line.
func newHandler(ctx context.Context, getenv func(string) string, w io.Writer) (*handler, error) {
	l, err := newLimits(getenv)
	if err != nil {
		return nil, err
	}
	cfg, err := awsconfig.LoadDefaultConfig(ctx)
	if err != nil {
		return nil, err
	}
	return &handler{s3: newClient(cfg), limits: l, log: slog.New(slog.NewJSONHandler(w, nil))}, nil
}

// newClient returns a client of S3 with the SDK's own settings.
func newClient(cfg aws.Config) *s3.Client {
	return s3.NewFromConfig(cfg, func(o *s3.Options) {
		o.DisableLogOutputChecksumValidationSkipped = true // a range has none; no need to say it each time
	})
}

// once handles one event outside of Lambda.
func (h *handler) once(ctx context.Context, event io.Reader, w io.Writer) error {
	text, err := io.ReadAll(event)
	if err != nil {
		return err
	}
	answer, err := h.handle(ctx, bytes.TrimSpace(text))
	if err != nil {
		return err
	}
	return json.NewEncoder(w).Encode(answer)
}
