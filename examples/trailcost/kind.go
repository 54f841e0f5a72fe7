package main

import (
	"bytes"
	"compress/gzip"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"slices"
	"strings"

	"github.com/trailsieve/trailsieve/record/accesslog"
)

// A kind is what a file has in it.
type kind int

const (
	unknownKind kind = iota
	cloudTrail
	accessLog
	countsCSV
	countsJSON
)

// kindNames are what -kind knows: counts are of either sort.
var kindNames = []string{"cloudtrail", "accesslog", "counts"}

func parseKind(name string) (kind, error) {
	if name == "" {
		return unknownKind, nil
	}
	i := slices.Index(kindNames, name)
	if i < 0 {
		return 0, fmt.Errorf("-kind %s: there is no such kind: one of %s", name, strings.Join(kindNames, ", "))
	}
	return []kind{cloudTrail, accessLog, countsCSV}[i], nil
}

// isCounts reports whether a file has requests of a month, rather than what happened at some time.
func (k kind) isCounts() bool { return k == countsCSV || k == countsJSON }

// headSize is how much of a file is looked at to find out what it is: several lines of an access log.
const headSize = 16 << 10

var (
	errEmpty = errors.New("empty: a log file without records is {\"Records\":[]}")
	errKind  = errors.New("neither CloudTrail records, nor an S3 access log, nor counts with the columns " +
		"bucket, operation and requests; -kind says what it is meant to be")
)

// findKind finds out what a file is, from its beginning. If kind k is forced, it finds out only which sort of
// counts it has.
func findKind(head []byte, k kind) (kind, error) {
	if len(head) == 0 {
		return 0, errEmpty
	}
	text := unpack(head)
	text = bytes.TrimLeft(bytes.TrimPrefix(text, []byte("\ufeff")), " \t\r\n")
	isJSON := len(text) > 0 && (text[0] == '{' || text[0] == '[')
	switch {
	case k == countsCSV && isJSON:
		return countsJSON, nil
	case k != unknownKind:
		return k, nil
	case isJSON && looksLikeCounts(text):
		return countsJSON, nil
	case isJSON:
		return cloudTrail, nil
	case len(text) == 0:
		return 0, errEmpty
	}
	for i, line := range strings.Split(string(text), "\n") {
		if i == 0 && isCountsHeader(line) {
			return countsCSV, nil
		}
		if _, err := accesslog.Parse(line); err == nil { // the first ones may be broken
			return accessLog, nil
		}
	}
	return 0, errKind
}

// unpack returns the beginning of a text that may be packed.
func unpack(head []byte) []byte {
	if !isPacked(head) {
		return head
	}
	z, err := gzip.NewReader(bytes.NewReader(head))
	if err != nil {
		return head
	}
	text := make([]byte, headSize)
	n, _ := io.ReadFull(z, text) // head breaks off somewhere
	return text[:n]
}

func isPacked(head []byte) bool { return bytes.HasPrefix(head, []byte{0x1f, 0x8b}) }

func isCountsHeader(line string) bool {
	line = strings.ToLower(line)
	return strings.Contains(line, "operation") && strings.Contains(line, "requests")
}

// looksLikeCounts reports whether the first object in a text, or in an array, has members of a count.
func looksLikeCounts(text []byte) bool {
	d := json.NewDecoder(bytes.NewReader(text))
	token, err := d.Token()
	if token == json.Delim('[') {
		token, err = d.Token()
	}
	if err != nil || token != json.Delim('{') {
		return false
	}
	found := 0
	for d.More() {
		name, err := d.Token()
		var value json.RawMessage
		if err != nil || d.Decode(&value) != nil {
			break
		}
		if name == "operation" || name == "requests" {
			found++
		}
	}
	return found == 2
}
