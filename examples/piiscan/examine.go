package main

import (
	"bufio"
	"bytes"
	"compress/gzip"
	"fmt"
	"io"
	"net/http"
	"strings"

	"github.com/trailsieve/trailsieve/examples/piiscan/pii"
)

// A status says what came of an object. The strings do not change.
type status string

const (
	scanned    status = "scanned"     // all of it
	partly     status = "partly"      // up to a limit, or to where it is damaged
	notScanned status = "not-scanned" // it is nothing that can be scanned
	gone       status = "gone"        // it was deleted meanwhile
	denied     status = "denied"      // S3 or KMS does not let us read it
	failed     status = "failed"      // something else went wrong, which may pass
)

// A place is where something stands in the text of an object, unpacked if it is packed.
type place struct {
	Offset int64 `json:"offset"` // of the first byte, from 0
	Line   int64 `json:"line"`   // from 1
}

// A finding is how much of a kind there is, and where the first of it stand.
type finding struct {
	Kind   pii.Kind `json:"kind"`
	Count  int      `json:"count"`
	Places []place  `json:"places"`
}

// An examination is what came of the contents of an object.
type examination struct {
	Status   status    `json:"status"`
	Reason   string    `json:"reason,omitempty"`   // for any status but scanned
	Unpacked bool      `json:"unpacked,omitempty"` // the contents are packed with gzip
	Bytes    int64     `json:"bytes"`              // of the text that was scanned
	Findings []finding `json:"findings"`           // by kind, in the order of what was found first
}

// Limits bound what is read and what is reported.
type limits struct {
	bytes  int64 // of an object, and of what it unpacks to
	places int   // of a kind
}

// sniffed is how many bytes tell what a text is: as many as http.DetectContentType looks at.
const sniffed = 512

// examine scans the contents of an object: text, or text that is packed with gzip. isWhole tells that
// body has all of it. The error is one of body itself; the examination then goes as far as body went.
func examine(body io.Reader, isWhole bool, l limits) (*examination, error) {
	x := &examination{Status: scanned, Findings: []finding{}}
	src := &source{Reader: body}
	text := bufio.NewReaderSize(src, sniffed)
	kind := sniff(text)
	if kind == "application/x-gzip" {
		x.Unpacked = true
		z, err := gzip.NewReader(text)
		if err == nil {
			text = bufio.NewReaderSize(z, sniffed)
			kind = sniff(text)
		} else {
			text = bufio.NewReader(strings.NewReader(""))
		}
		if src.err == nil && (err != nil || kind == damaged) {
			x.Status, x.Reason = notScanned, "damaged gzip"
			return x, nil
		}
	}
	if src.err != nil {
		return x, src.err
	}
	if !isText(kind) {
		x.Status, x.Reason = notScanned, "not text: "+kind
		if x.Unpacked {
			x.Reason = "not text in gzip: " + kind
		}
		return x, nil
	}
	scanner := pii.NewScanner(func(f pii.Finding) { x.add(f, l.places) })
	n, err := io.Copy(scanner, io.LimitReader(text, l.bytes))
	scanner.Close()
	x.Bytes = n
	if n == l.bytes {
		if _, next := text.ReadByte(); next == nil {
			isWhole = false
		} else if next != io.EOF {
			err = next
		}
	}
	switch {
	case src.err != nil:
		return x, src.err
	case !isWhole:
		x.Status, x.Reason = partly, fmt.Sprintf("larger than %d bytes", l.bytes)
	case err != nil:
		x.Status, x.Reason = partly, "damaged gzip"
	}
	return x, nil
}

// add adds something that was found.
func (x *examination) add(f pii.Finding, places int) {
	i := 0
	for i < len(x.Findings) && x.Findings[i].Kind != f.Kind {
		i++
	}
	if i == len(x.Findings) {
		x.Findings = append(x.Findings, finding{Kind: f.Kind})
	}
	of := &x.Findings[i]
	if of.Count++; len(of.Places) < places {
		of.Places = append(of.Places, place{f.Offset, f.Line})
	}
}

// A source remembers what was wrong with a stream, so that it is not taken for what it carries.
type source struct {
	io.Reader
	err error
}

func (s *source) Read(p []byte) (int, error) {
	n, err := s.Reader.Read(p)
	if err != nil && err != io.EOF {
		s.err = err
	}
	return n, err
}

// damaged is the kind of what cannot be unpacked.
const damaged = "damaged"

// sniff tells what a text is, as a media type, and leaves it unread.
func sniff(text *bufio.Reader) string {
	head, err := text.Peek(sniffed)
	if err != nil && err != io.EOF && len(head) == 0 {
		return damaged
	}
	kind := http.DetectContentType(head)
	// A byte that text does not have may stand behind those that tell. Most of what is no text has zeros.
	if bytes.IndexByte(head, 0) >= 0 && isText(kind) {
		return "application/octet-stream"
	}
	return kind
}

// isText reports whether a media type is one of text that can be scanned byte by byte.
func isText(kind string) bool {
	return strings.HasPrefix(kind, "text/") && !strings.Contains(kind, "utf-16")
}
