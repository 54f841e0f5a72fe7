// Logsieve drops what nobody wants from CloudTrail's log files, and keeps the rest byte for byte.
//
// It is a Lambda function for a trail's bucket. Each new log file, of which a notification of S3, SNS,
// SQS or EventBridge tells, is read as a stream, sieved by rules, and written to another bucket as a log
// file of the same form, under the same key. See sieve.Rules for what can be dropped, report for the line and
// the metrics that each file leaves, and README.md for how to deploy it.
//
// # Nothing is lost, nothing is doubled
//
// The output of a file is made in one step at the end, from the file alone: what else the function has
// seen, and when, has no part in it. So it does not matter how often a file is delivered, to how many
// functions at once, or where one of them was killed. What fails is reported as failed and comes again.
//
//   - A record that the patterns cannot be put to is kept.
//   - What stands in a file and is no record counts as failed. The file as it is is then copied beside
//     the output, under FAILED_PREFIX and the name of its bucket.
//   - A file that cannot be read to its end fails as a whole, and leaves no output.
//   - A file all of whose records are dropped leaves {"Records":[]}, which tells that it was read.
//   - If the rules have changed, or the file has, a delivery makes the output again.
//   - Two files that would have the same output are an error, unless they are the same byte for byte.
//   - A record that CloudTrail has delivered in two files stays in both. To drop the second, a function
//     would have to remember the first, and to be sure that it was written; what it forgets or gets wrong
//     is lost. Whoever reads the outputs knows both (record.Deduper).
//
// # Settings
//
//	OUTPUT_BUCKET      where to; required
//	OUTPUT_PREFIX      put before the key of the file; empty unless that is the file's own bucket
//	FAILED_PREFIX      the same, for files in which something is no record; logsieve-failed/
//	RULES              the rules: a file, s3://bucket/key, or the JSON text itself; rules.json
//	METRICS_NAMESPACE  where CloudWatch puts the metrics; Trailsieve/Logsieve
//
// The AWS SDK and Lambda have variables of their own. Rules are read when the function starts.
//
// Without Lambda, logsieve does what it does for one event:
//
//	OUTPUT_BUCKET=amzn-s3-demo-output go run . <testdata/event.json
package main

import (
	"bytes"
	"cmp"
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"log/slog"
	"os"
	"strings"

	"github.com/aws/aws-lambda-go/lambda"
	awsconfig "github.com/aws/aws-sdk-go-v2/config"

	"github.com/trailsieve/trailsieve/examples/logsieve/sieve"
)

func main() {
	ctx := context.Background()
	h, err := newHandler(ctx, os.Getenv, os.Stdout)
	if err != nil {
		fmt.Fprintf(os.Stderr, "logsieve: %v\n", err)
		os.Exit(2)
	}
	if os.Getenv("AWS_LAMBDA_RUNTIME_API") != "" {
		lambda.Start(h.handle)
		return
	}
	if err := h.once(ctx, os.Stdin); err != nil {
		fmt.Fprintf(os.Stderr, "logsieve: %v\n", err)
		os.Exit(1)
	}
}

// A config is what the environment says.
type config struct {
	outputBucket, outputPrefix, failedPrefix string
	rules                                    string
	namespace, function                      string
}

// The variables of the environment that are logsieve's own.
const (
	envOutputBucket = "OUTPUT_BUCKET"
	envOutputPrefix = "OUTPUT_PREFIX"
	envFailedPrefix = "FAILED_PREFIX"
	envRules        = "RULES"
	envNamespace    = "METRICS_NAMESPACE"
)

func newConfig(getenv func(string) string) (config, error) {
	c := config{
		outputBucket: getenv(envOutputBucket),
		outputPrefix: getenv(envOutputPrefix),
		failedPrefix: cmp.Or(getenv(envFailedPrefix), "logsieve-failed/"),
		rules:        cmp.Or(getenv(envRules), "rules.json"),
		namespace:    cmp.Or(getenv(envNamespace), "Trailsieve/Logsieve"),
		function:     cmp.Or(getenv("AWS_LAMBDA_FUNCTION_NAME"), "logsieve"),
	}
	switch {
	case c.outputBucket == "":
		return c, fmt.Errorf("%s is not set", envOutputBucket)
	case strings.HasPrefix(c.outputPrefix, c.failedPrefix),
		c.outputPrefix != "" && strings.HasPrefix(c.failedPrefix, c.outputPrefix):
		return c, fmt.Errorf("%s %q and %s %q: one begins with the other", envOutputPrefix, c.outputPrefix,
			envFailedPrefix, c.failedPrefix)
	}
	return c, nil
}

// newHandler returns the function, made as the environment says. Its log goes to w, a JSON object a
// line.
func newHandler(ctx context.Context, getenv func(string) string, w io.Writer) (*handler, error) {
	c, err := newConfig(getenv)
	if err != nil {
		return nil, err
	}
	cfg, err := awsconfig.LoadDefaultConfig(ctx)
	if err != nil {
		return nil, err
	}
	h := &handler{config: c, store: newStore(newClient(cfg)), log: slog.New(slog.NewJSONHandler(w, nil))}
	text, err := h.rulesText(ctx)
	if err != nil {
		return nil, fmt.Errorf("%s: %w", envRules, err)
	}
	h.rules, err = sieve.Parse(text)
	return h, err
}

// rulesText returns the text of the rules, from where RULES says.
func (h *handler) rulesText(ctx context.Context) ([]byte, error) {
	where := h.config.rules
	if strings.HasPrefix(strings.TrimSpace(where), "{") {
		return []byte(where), nil
	}
	place, ok := strings.CutPrefix(where, "s3://")
	if !ok {
		return os.ReadFile(where)
	}
	bucket, key, _ := strings.Cut(place, "/")
	if bucket == "" || key == "" {
		return nil, fmt.Errorf("%s: not s3://bucket/key", where)
	}
	return h.store.read(ctx, object{bucket, key}, sieve.MaxRules)
}

// once handles one event outside of Lambda.
func (h *handler) once(ctx context.Context, event io.Reader) error {
	text, err := io.ReadAll(event)
	if err != nil {
		return err
	}
	response, err := h.handle(ctx, bytes.TrimSpace(text))
	if err != nil || response == nil {
		return err
	}
	if len(response.BatchItemFailures) > 0 {
		failed, err := json.Marshal(response)
		return cmp.Or(err, errors.New(string(failed)))
	}
	return nil
}
