package digest

import (
	"crypto/sha256"
	"encoding/hex"
	"errors"
	"fmt"
	"strconv"
	"time"

	"github.com/trailsieve/trailsieve/internal/jsonscan"
)

// The algorithms that digests name. CloudTrail has never used others.
const (
	SignatureAlgorithm = "SHA256withRSA" // RSASSA-PKCS1-v1_5
	HashAlgorithm      = "SHA-256"
)

// A Digest is what a digest file says.
type Digest struct {
	Account            string    // awsAccountId
	Start, End         time.Time // of the deliveries that it lists
	Bucket, Key        string    // where it was delivered
	Fingerprint        string    // of the public key that belongs to the signature
	SignatureAlgorithm string
	Oldest, Newest     time.Time // of the events in the log files; zero if there are none
	Previous           *Previous // nil in a starting digest
	LogFiles           []Entry

	end string // as it is written, and signed
}

// Previous is what a digest says of the one before it.
type Previous struct {
	Bucket, Key   string
	Hash          string // of the unpacked text, in hexadecimal digits
	HashAlgorithm string
	Signature     string // in hexadecimal digits
}

// An Entry is what a digest says of a log file.
type Entry struct {
	Bucket, Key    string
	Hash           string // of the unpacked text, in hexadecimal digits
	HashAlgorithm  string
	Oldest, Newest time.Time // of the events in it
}

// StringToSign returns what CloudTrail signs for the digest: its end, its place, the hash of its
// text and the signature of the digest before it, on a line each. The lines of a starting digest end
// with the word null.
//
//	2015-08-17T15:01:31Z
//	amzn-s3-demo-bucket/AWSLogs/111122223333/CloudTrail-Digest/us-east-2/2015/08/17/1111...
//	4ff08d7c6ecd6eb313257e839645d20363ee3784a2328a7d76b99b53cc9bcacd
//	50887ccffad4c002b97caa37cc9dc626e3c680207d41d27fa5835458e066e0d3...
func (d *Digest) StringToSign(sum [sha256.Size]byte) string {
	end, previous := d.end, "null"
	if end == "" {
		end = d.End.UTC().Format(time.RFC3339)
	}
	if d.Previous != nil {
		previous = d.Previous.Signature
	}
	return end + "\n" + d.Bucket + "/" + d.Key + "\n" + hex.EncodeToString(sum[:]) + "\n" + previous
}

// ParseDigest reads the unpacked text of a digest file. Fields that it does not know are passed over.
// The error is a *[SyntaxError].
func ParseDigest(text []byte) (*Digest, error) {
	if len(text) > MaxDigest {
		return nil, &SyntaxError{
			Offset: MaxDigest,
			Err:    fmt.Errorf("%w: more than %d bytes", ErrLimit, MaxDigest),
		}
	}
	p := parser{jsonscan.New(text)}
	d, err := p.digest()
	if err == nil {
		err = p.s.Close()
	}
	if err == nil {
		return d, nil
	}
	if bad := (*jsonscan.Error)(nil); errors.As(err, &bad) {
		return nil, &SyntaxError{Offset: bad.Offset, Err: fmt.Errorf("%w: %w", ErrFormat, bad.Err)}
	}
	return nil, err
}

// A parser reads a digest from front to back. An error on the way is a *jsonscan.Error, or a
// *SyntaxError whose pointer grows while the stack unwinds.
type parser struct{ s jsonscan.Scanner }

func (p *parser) digest() (*Digest, error) {
	d, prev := new(Digest), new(Previous)
	var start string
	var haveLogFiles bool
	err := p.object(func(name string) error {
		switch name {
		case "awsAccountId":
			return p.text(&d.Account)
		case "digestStartTime":
			return p.time(&d.Start, &start)
		case "digestEndTime":
			return p.time(&d.End, &d.end)
		case "digestS3Bucket":
			return p.text(&d.Bucket)
		case "digestS3Object":
			return p.text(&d.Key)
		case "digestPublicKeyFingerprint":
			return p.text(&d.Fingerprint)
		case "digestSignatureAlgorithm":
			return p.text(&d.SignatureAlgorithm)
		case "newestEventTime":
			return p.time(&d.Newest, nil)
		case "oldestEventTime":
			return p.time(&d.Oldest, nil)
		case "previousDigestS3Bucket":
			return p.text(&prev.Bucket)
		case "previousDigestS3Object":
			return p.text(&prev.Key)
		case "previousDigestHashValue":
			return p.text(&prev.Hash)
		case "previousDigestHashAlgorithm":
			return p.text(&prev.HashAlgorithm)
		case "previousDigestSignature":
			return p.text(&prev.Signature)
		case "logFiles":
			haveLogFiles = true
			d.LogFiles = nil
			return p.array(func() error {
				e, err := p.entry()
				d.LogFiles = append(d.LogFiles, e)
				return err
			})
		}
		_, err := p.s.Value()
		return err
	})
	if err != nil {
		return nil, err
	}
	switch {
	case d.Account == "":
		return nil, p.lacks("awsAccountId")
	case start == "":
		return nil, p.lacks("digestStartTime")
	case d.end == "":
		return nil, p.lacks("digestEndTime")
	case d.Bucket == "":
		return nil, p.lacks("digestS3Bucket")
	case d.Key == "":
		return nil, p.lacks("digestS3Object")
	case d.Fingerprint == "":
		return nil, p.lacks("digestPublicKeyFingerprint")
	case d.SignatureAlgorithm == "":
		return nil, p.lacks("digestSignatureAlgorithm")
	case !haveLogFiles:
		return nil, p.lacks("logFiles")
	case d.End.Before(d.Start):
		return nil, p.fault(p.s.Offset(), "it ends before it starts")
	}
	if *prev == (Previous{}) {
		return d, nil
	}
	switch {
	case prev.Bucket == "":
		return nil, p.lacks("previousDigestS3Bucket")
	case prev.Key == "":
		return nil, p.lacks("previousDigestS3Object")
	case prev.Hash == "":
		return nil, p.lacks("previousDigestHashValue")
	case prev.HashAlgorithm == "":
		return nil, p.lacks("previousDigestHashAlgorithm")
	case prev.Signature == "":
		return nil, p.lacks("previousDigestSignature")
	}
	d.Previous = prev
	return d, nil
}

func (p *parser) entry() (Entry, error) {
	var e Entry
	err := p.object(func(name string) error {
		switch name {
		case "s3Bucket":
			return p.text(&e.Bucket)
		case "s3Object":
			return p.text(&e.Key)
		case "hashValue":
			return p.text(&e.Hash)
		case "hashAlgorithm":
			return p.text(&e.HashAlgorithm)
		case "newestEventTime":
			return p.time(&e.Newest, nil)
		case "oldestEventTime":
			return p.time(&e.Oldest, nil)
		}
		_, err := p.s.Value()
		return err
	})
	switch {
	case err != nil:
	case e.Bucket == "":
		err = p.lacks("s3Bucket")
	case e.Key == "":
		err = p.lacks("s3Object")
	case e.Hash == "":
		err = p.lacks("hashValue")
	case e.HashAlgorithm == "":
		err = p.lacks("hashAlgorithm")
	}
	return e, err
}

// object reads an object; member reads the value of each of its members.
func (p *parser) object(member func(name string) error) error {
	if k := p.s.Peek(); k != jsonscan.Object {
		return p.expected("an object")
	}
	p.s.Open()
	for {
		raw, ok, err := p.s.Name()
		if err != nil || !ok {
			return err
		}
		name := unquoted(raw)
		if err := member(name); err != nil {
			return within(name, err)
		}
	}
}

// array reads an array; element reads each of its elements.
func (p *parser) array(element func() error) error {
	if k := p.s.Peek(); k != jsonscan.Array {
		return p.expected("an array")
	}
	p.s.Open()
	for i := 0; ; i++ {
		ok, err := p.s.Element()
		if err != nil || !ok {
			return err
		}
		if err := element(); err != nil {
			return within(strconv.Itoa(i), err)
		}
	}
}

// text reads a string; null is the empty one.
func (p *parser) text(dst *string) error {
	*dst = ""
	switch p.s.Peek() {
	case jsonscan.String:
		t, err := p.s.String()
		if err == nil {
			*dst = unquoted(t)
		}
		return err
	case jsonscan.Null:
		_, err := p.s.Value()
		return err
	}
	return p.expected("a string")
}

// time reads a time, and its text into written unless that is nil; null is the zero time.
func (p *parser) time(dst *time.Time, written *string) error {
	*dst = time.Time{}
	p.s.Peek()
	offset := p.s.Offset()
	var text string
	if err := p.text(&text); err != nil {
		return err
	}
	if written != nil {
		*written = text
	}
	if text == "" {
		return nil
	}
	t, err := time.Parse(time.RFC3339, text)
	if err != nil {
		return p.fault(offset, "expected a time")
	}
	*dst = t.UTC()
	return nil
}

// expected returns the error of a value of another kind than what was expected.
func (p *parser) expected(what string) error {
	switch k := p.s.Peek(); k {
	case jsonscan.End, jsonscan.Invalid:
		_, err := p.s.Value()
		return err
	default:
		return p.fault(p.s.Offset(), "expected "+what+", found "+k.String())
	}
}

// lacks returns the error of an object that ends without the member.
func (p *parser) lacks(name string) error {
	return p.fault(p.s.Offset(), "no "+name)
}

func (p *parser) fault(offset int, what string) error {
	return &SyntaxError{Offset: offset, Err: fmt.Errorf("%w: %s", ErrFormat, what)}
}

// within adds a step to the pointer of an error.
func within(step string, err error) error {
	if e, ok := err.(*SyntaxError); ok {
		e.Pointer = jsonscan.Pointer(step) + e.Pointer
	}
	return err
}

func unquoted(t jsonscan.Text) string {
	if !t.Escaped {
		return string(t.Raw)
	}
	return string(jsonscan.AppendUnquoted(nil, t.Raw, jsonscan.ReplaceLone))
}
