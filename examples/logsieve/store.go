package main

import (
	"context"
	"crypto/sha256"
	"encoding/hex"
	"errors"
	"fmt"
	"io"
	"net/http"
	"net/url"
	"strings"
	"time"

	"github.com/aws/aws-sdk-go-v2/aws"
	awshttp "github.com/aws/aws-sdk-go-v2/aws/transport/http"
	"github.com/aws/aws-sdk-go-v2/feature/s3/transfermanager"
	"github.com/aws/aws-sdk-go-v2/service/s3"
	"github.com/aws/aws-sdk-go-v2/service/s3/types"

	"github.com/trailsieve/trailsieve/examples/logsieve/sieve"
)

// This file is the door to S3. A file is read and written at the same time, so that memory does not
// grow with it:
//
//	GetObject ─▶ sieve ─▶ pipe ─▶ parts ─▶ CompleteMultipartUpload, If-None-Match: *
//
// Nothing is there under the output's key before the last step, and if anything goes wrong before it,
// the parts are thrown away. If the process is killed, nobody does that; a lifecycle rule of the bucket
// should (the template has one).
//
// The output of a source is made once. That it is there shows when S3 refuses the last step, and what
// is in the metadata of the output tells whether it is the output of the same source by the same rules.
// If so there is nothing more to do. If the source has other contents by now, or the rules are others,
// the output is made again, from what the source has then, and replaces the one that was found (If-Match):
// of several functions that find it at the same time one makes the new one, and counts it.

// An object is a place in S3.
type object struct{ bucket, key string }

func (o object) String() string { return "s3://" + o.bucket + "/" + o.key }

const (
	// partSize is the smallest that S3 takes for a part. 10,000 parts of it are 50 GB, more than
	// record.MaxPacked.
	partSize = 5 << 20

	// uploads is how many parts are under way at once. Together with the part that is being filled
	// they are what memory goes into.
	uploads = 2

	// abortTime is how long throwing the parts of an upload away may take, when the time of the
	// invocation is over. It must be less than reserve.
	abortTime = time.Second
)

// A store reads from S3 and writes to it.
type store struct {
	s3       *s3.Client
	transfer *transfermanager.Client
}

func newStore(client *s3.Client) *store {
	return &store{client, transfermanager.New(client, func(o *transfermanager.Options) {
		o.PartSizeBytes = partSize
		o.MultipartUploadThreshold = partSize
		o.Concurrency = uploads
		o.FailTimeout = abortTime
	})}
}

// newClient returns a client of S3 with the SDK's own settings, which its environment variables and
// files can change, and three attempts for each request.
func newClient(cfg aws.Config) *s3.Client {
	return s3.NewFromConfig(cfg, func(o *s3.Options) {
		o.DisableLogOutputChecksumValidationSkipped = true // files of CloudTrail's have none; no need to say it each time
	})
}

// read returns the contents of a small object.
func (s *store) read(ctx context.Context, o object, limit int64) ([]byte, error) {
	out, err := s.s3.GetObject(ctx, &s3.GetObjectInput{Bucket: &o.bucket, Key: &o.key})
	if err != nil {
		return nil, fmt.Errorf("%v: %w", o, err)
	}
	defer out.Body.Close()
	return io.ReadAll(io.LimitReader(out.Body, limit+1))
}

// A job is a file to be sieved: where from, where to, and what for.
type job struct {
	source, output object
	aside          object // for the source as it is, if something in it is no record
	rules          *sieve.Rules
	tell           func(error)
	attempt        string // tells this attempt from every other
}

// do sieves a file. repeated tells that the output was there already, as it had to be.
func (s *store) do(ctx context.Context, j *job) (c sieve.Counts, repeated bool, err error) {
	stale := "" // the ETag of an output that is to be replaced
	for range maxReplaced + 1 {
		var etag string
		c, etag, err = s.write(ctx, j, stale)
		if err != errThere {
			return c, false, err
		}
		var is presence
		switch is, stale, err = s.there(ctx, j, etag); {
		case err != nil || is == byUs:
			return c, false, err
		case is == same:
			return c, true, nil
		}
	}
	return c, false, fmt.Errorf("%v changes all the time", j.output)
}

// maxReplaced is how often an attempt replaces an output that another has replaced meanwhile. More than
// once is rare: the source, or the rules of functions that run at the same time, must differ each time.
const maxReplaced = 3

// errThere is why no output was written: there is one, and not the one that was to be replaced.
var errThere = errors.New("there is an output")

// write sieves a file and writes the output if there is none, or if the one that is there has the ETag
// replaces. etag is that of the source.
func (s *store) write(ctx context.Context, j *job, replaces string) (c sieve.Counts, etag string, err error) {
	reading, stopReading := context.WithCancel(ctx)
	defer stopReading()
	in, err := s.s3.GetObject(reading, &s3.GetObjectInput{Bucket: &j.source.bucket, Key: &j.source.key})
	if err != nil {
		return c, "", err
	}
	defer in.Body.Close()
	etag = aws.ToString(in.ETag)
	to := &transfermanager.UploadObjectInput{
		Bucket: &j.output.bucket,
		Key:    &j.output.key,
		// As CloudTrail marks its own files.
		ContentType:     aws.String("application/json"),
		ContentEncoding: aws.String("gzip"),
		Metadata:        j.metadata(etag),
	}
	if replaces == "" {
		to.IfNoneMatch = aws.String("*")
	} else {
		to.IfMatch = &replaces
	}

	from, into := io.Pipe()
	to.Body = from
	var sieveErr error
	ended := make(chan struct{})
	go func() {
		defer close(ended)
		c, sieveErr = j.rules.Sieve(into, in.Body, j.tell)
		if sieveErr == nil && c.Failed > 0 {
			// Before the output is there, so that there is no output without it.
			sieveErr = s.copyAside(ctx, j, etag)
		}
		into.CloseWithError(sieveErr) // an error makes the upload fail
	}()
	giveUp := func(err error) { // while the sieve may still be reading, or writing
		stopReading()
		from.CloseWithError(err)
	}
	_, err = s.transfer.UploadObject(ctx, to, func(o *transfermanager.Options) { o.S3 = partClient{s.s3, giveUp} })
	if err != nil {
		giveUp(err)
	}
	<-ended
	switch {
	case sieveErr != nil && errors.Is(err, sieveErr):
		err = sieveErr // without the upload around it
	case isStatus(err, http.StatusPreconditionFailed):
		err = errThere
	}
	return c, etag, err
}

// A partClient is a client of S3 that tells at once when a part is refused. The upload itself would wait
// for the part after the next, which the source may be long in giving.
type partClient struct {
	*s3.Client
	refused func(error)
}

// UploadPart is that of the client.
func (c partClient) UploadPart(ctx context.Context, in *s3.UploadPartInput, opts ...func(*s3.Options)) (*s3.UploadPartOutput, error) {
	out, err := c.Client.UploadPart(ctx, in, opts...)
	if err != nil {
		c.refused(err)
	}
	return out, err
}

// copyAside copies the source as it is.
func (s *store) copyAside(ctx context.Context, j *job, etag string) error {
	_, err := s.s3.CopyObject(ctx, &s3.CopyObjectInput{
		Bucket:            &j.aside.bucket,
		Key:               &j.aside.key,
		CopySource:        aws.String(j.source.bucket + "/" + strings.ReplaceAll(url.QueryEscape(j.source.key), "+", "%20")),
		CopySourceIfMatch: &etag,
		TaggingDirective:  types.TaggingDirectiveReplace, // by none: to copy tags is a permission of its own
	})
	if err != nil {
		return fmt.Errorf("copying the file, in which %w, to %v: %w", errNoRecord, j.aside, err)
	}
	return nil
}

var errNoRecord = errors.New("something is no record")

// The names of what an output has in its metadata.
const (
	metaSource  = "logsieve-source"  // which object it was made from, as a hash: keys can be too long
	metaETag    = "logsieve-etag"    // the contents of that
	metaRules   = "logsieve-rules"   // the rules
	metaAttempt = "logsieve-attempt" // what made it
)

func (j *job) metadata(etag string) map[string]string {
	sum := sha256.Sum256([]byte(j.source.String()))
	return map[string]string{
		metaSource:  hex.EncodeToString(sum[:]),
		metaETag:    strings.Trim(etag, `"`),
		metaRules:   j.rules.ID(),
		metaAttempt: j.attempt,
	}
}

// A presence is what an output that is there already is.
type presence int

const (
	same     presence = iota // made from the same contents by the same rules
	byUs                     // the same, by this attempt: a request had succeeded, and the SDK did not learn of it
	outdated                 // made from the same source, by other rules or when it had other contents
)

// there tells what the output is that was found under the key of a job's output, and its own ETag. It is
// an error if it is the output of something else, which must not be overwritten.
func (s *store) there(ctx context.Context, j *job, etag string) (is presence, outputETag string, err error) {
	head, err := s.s3.HeadObject(ctx, &s3.HeadObjectInput{Bucket: &j.output.bucket, Key: &j.output.key})
	if err != nil {
		return 0, "", fmt.Errorf("%v is there, but not to be looked at: %w", j.output, err)
	}
	want := j.metadata(etag)
	has := func(name string) bool { return head.Metadata[name] == want[name] }
	switch {
	case has(metaETag) && has(metaRules) && has(metaSource) && has(metaAttempt):
		return byUs, "", nil
	case has(metaETag) && has(metaRules):
		return same, "", nil
	case has(metaSource):
		return outdated, aws.ToString(head.ETag), nil
	}
	return 0, "", fmt.Errorf("%v is there, and was not made from this file: choose another OUTPUT_PREFIX, or remove it", j.output)
}

// isStatus reports whether an error is an answer of S3 with the given status.
func isStatus(err error, status int) bool {
	var e *awshttp.ResponseError
	return errors.As(err, &e) && e.HTTPStatusCode() == status
}
