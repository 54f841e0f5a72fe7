package main

import (
	"bytes"
	"io"
	"strings"
	"testing"
	"time"
)

// The bar has the part that is done, makes way for what is told, and is gone at the end.
func TestProgress(t *testing.T) {
	var screen bytes.Buffer
	p := &progress{w: &screen, on: true}
	p.start(1000, true)
	p.describe("AWSLogs/111122223333/CloudTrail/us-east-1/2026/03/02/\x1b[31ma.json.gz")
	time.Sleep(often) // or it is not drawn again
	if _, err := io.Copy(io.Discard, p.reader(strings.NewReader(strings.Repeat("x", 500)))); err != nil {
		t.Fatal(err)
	}
	if got := screen.String(); !strings.Contains(got, "50%") || !strings.Contains(got, "a.json.gz") || strings.Contains(got, "\x1b[31m") {
		t.Errorf("half way: %q", got)
	}
	screen.Reset()
	p.tell("trailcost: bad\n")
	if got := screen.String(); !strings.HasSuffix(got, "\rtrailcost: bad\n") {
		t.Errorf("told: %q", got)
	}
	p.finish()
	screen.Reset()
	p.add(1)
	p.describe("x")
	p.tell("still told\n")
	if got := screen.String(); got != "still told\n" {
		t.Errorf("after the end: %q", got)
	}
}

// What is no terminal gets no bar.
func TestNoProgress(t *testing.T) {
	var out bytes.Buffer
	p := newProgress(&out, true)
	p.start(1000, true)
	p.describe("x")
	p.add(500)
	p.finish()
	if out.Len() > 0 || p.reader(&out) != &out {
		t.Errorf("%q", &out)
	}
}
