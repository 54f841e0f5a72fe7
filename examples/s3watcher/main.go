// S3watcher tells who did what to which object in S3. It is one program with two lives.
//
// In AWS Lambda it is the target of an EventBridge rule: each event "AWS API Call via CloudTrail"
// becomes one line of its log. See [watcher].
//
// On a desk it plays the whole story that leads there, on log files: which records would the trail
// have logged, which events do the rules match, what does the function say to them, and what does
// the trail cost? See [desk]. Without arguments it plays the story of AWS's announcement of S3 data
// events (November 2016):
//
//	go run ./examples/s3watcher
package main

import (
	"context"
	"io"
	"log/slog"
	"os"

	"github.com/aws/aws-lambda-go/lambda"
)

func main() {
	if os.Getenv("AWS_LAMBDA_RUNTIME_API") != "" {
		lambda.Start(newWatcher(os.Stdout, nil).handle)
		return
	}
	os.Exit(run(context.Background(), os.Args[1:], os.Stdin, os.Stdout, os.Stderr))
}

// newWatcher returns a watcher that writes its log to w, a JSON object a line. edit, if it is not
// nil, may change or drop the attributes of a line.
func newWatcher(w io.Writer, edit func(groups []string, a slog.Attr) slog.Attr) *watcher {
	return &watcher{slog.NewJSONHandler(w, &slog.HandlerOptions{ReplaceAttr: edit})}
}
