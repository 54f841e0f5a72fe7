package accesslog

import (
	"regexp"
	"strconv"
	"strings"
	"time"

	"github.com/trailsieve/trailsieve/record"
)

// This file is a slow twin of parse.go: a regular expression for the whole line. Where the line can be
// read in several ways, the order in which Go tries alternatives says which is taken, and that is
// the order which the comment in parse.go promises.

const (
	bare  = `([^ ]+)`
	count = `([0-9]+|-)`
)

var slowLine = regexp.MustCompile(`^` +
	bare + ` ` + bare + ` \[(.*?)\] ` + bare + ` ` + bare + ` ` + bare + ` ` + bare + ` ` + bare +
	` (-|"(.*?)") ` + count + ` ([^ "]+) ` + count + ` ` + count + ` ` + count + ` ` + count +
	` (-|"(.*?)") (-|"(.*)")((?: [^ "]+)+)$`)

// parseSlow returns the entry of a line, and whether it has one.
func parseSlow(line string) (*Entry, bool) {
	line = strings.TrimSuffix(strings.TrimSuffix(line, "\n"), "\r")
	if strings.ContainsRune(line, '\n') {
		return nil, false // no line; a dot does not match it either
	}
	m := slowLine.FindStringSubmatch(line)
	if m == nil {
		return nil, false
	}
	for i := range m {
		if m[i] == "-" && i != 0 {
			m[i] = ""
		}
	}
	var (
		t   time.Time
		err error
		ok  = false
	)
	for _, layout := range []string{"02/Jan/2006:15:04:05 -0700", "02/January/2006:15:04:05 -0700"} {
		if t, err = time.Parse(layout, m[3]); err == nil {
			ok = true
			break
		}
	}
	number := func(s string) Number {
		if s == "" {
			return Number{}
		}
		n, err := strconv.ParseInt(s, 10, 64)
		ok = ok && err == nil
		return Number{Value: n, Present: true}
	}
	e := &Entry{
		BucketOwner: m[1], Bucket: m[2], Time: t.UTC(), RemoteIP: record.Address(m[4]), Requester: m[5], RequestID: m[6], Operation: m[7], Key: m[8],
		RequestURI: m[10], HTTPStatus: number(m[11]), ErrorCode: m[12], BytesSent: number(m[13]),
		ObjectSize: number(m[14]), TotalTime: number(m[15]), TurnAroundTime: number(m[16]),
		Referer: m[18], UserAgent: m[20],
	}
	tail := strings.Split(m[21][1:], " ")
	if len(tail) > 2 && tail[2] != "-" && !strings.HasPrefix(tail[2], "SigV") {
		return nil, false
	}
	for i, field := range tail {
		if field == "-" {
			field = ""
		}
		switch i {
		default:
			e.Extra = append(e.Extra, field)
		case 0:
			e.VersionID = field
		case 1:
			e.HostID = field
		case 2:
			e.SignatureVersion = field
		case 3:
			e.CipherSuite = field
		case 4:
			e.AuthenticationType = field
		case 5:
			e.HostHeader = field
		case 6:
			e.TLSVersion = field
		case 7:
			e.AccessPointARN = field
		case 8:
			e.ACLRequired = field
		case 9:
			e.SourceRegion = field
		}
	}
	return e, ok
}
