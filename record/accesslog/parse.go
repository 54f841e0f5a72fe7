package accesslog

import (
	"strconv"
	"strings"
	"time"
)

// This file takes a line apart. Fields are separated by one space each, which would be simple,
//
//	owner bucket [time] ip requester id operation key "uri" 200 - 113 - 7 - "referer" "agent" - - ...
//
// were it not that three of them are quoted, come from whoever sent the request, and may have
// quotes and spaces in them that S3 does not escape:
//
//	"GET /a"b HTTP/1.1" 200 - 1 - 7 - "http://a/" "b" "x" y" z" - - SigV4 ...
//
// What is between them decides where they end:
//
//   - The request-URI ends at the first quote that has the six fields from status to turn-around
//     time behind it, and then a quoted one. It cannot forge them itself, as HTTP allows no spaces
//     in it.
//   - The user agent ends at the last quote of the line. No field behind it may have a quote.
//   - The referer ends at the first quote that the user agent can follow. Referer and user agent
//     may have anything in them, so where one of them has `" "` in it, the two cannot be told
//     apart with certainty; all fields before and behind are right nevertheless.
//
// Instead of a quoted field there may be a bare hyphen, as in the lines about the source of a copy.

// Parse parses one line of a log file, with or without its end. An error is an [*Error].
func Parse(line string) (*Entry, error) {
	line = trimEnd(line)
	if i := strings.IndexByte(line, '\n'); i >= 0 {
		return nil, &Error{Offset: int64(i), Line: 1, Column: i + 1, Err: ErrLines}
	}
	e := new(Entry)
	if err := e.parse(line); err != nil {
		return nil, err
	}
	return e, nil
}

// UnmarshalText parses one line of a log file as [Parse] does. If it fails, e is as it was.
func (e *Entry) UnmarshalText(line []byte) error {
	parsed, err := Parse(string(line))
	if err == nil {
		*e = *parsed
	}
	return err
}

// trimEnd cuts off the end of a line.
func trimEnd(line string) string {
	return strings.TrimSuffix(strings.TrimSuffix(line, "\n"), "\r")
}

// parse overwrites e with what line has. If it fails, it leaves e in any state, and the error is an
// *Error.
func (e *Entry) parse(line string) error {
	*e = Entry{text: line}
	p := parser{line: line}
	if err := p.entry(e); err != nil {
		return &Error{Offset: int64(p.at), Line: 1, Column: p.at + 1, Field: p.field, Err: err}
	}
	return nil
}

// A parser parses a line from the front. Where one of its methods fails, at and field tell what the
// error is about.
type parser struct {
	line  string
	at    int    // line[at:] comes next
	field string // what is there, by its name in AWS's list
}

func (p *parser) entry(e *Entry) error {
	for i, dst := range [...]*string{&e.BucketOwner, &e.Bucket, nil, (*string)(&e.RemoteIP), &e.Requester,
		&e.RequestID, &e.Operation, &e.Key} {
		p.field = headNames[i]
		var err error
		if dst == nil {
			e.Time, err = p.time()
		} else {
			*dst, err = p.text()
		}
		if err != nil {
			return err
		}
	}
	p.field = "request-URI"
	last := newEnding(p.line)
	if strings.HasPrefix(p.line[p.at:], "- ") {
		p.at += len("- ")
		if err := p.counts(e); err != nil {
			return err
		}
		return p.headers(e, last)
	}
	if !strings.HasPrefix(p.line[p.at:], `"`) {
		return p.wrong()
	}
	// The first closing quote that fits. If none does, what is wrong with the first one is what to
	// tell, as there is mostly just one.
	start := p.at + 1
	err, place := ErrQuote, *p
	for end := start; ; end++ {
		i := strings.Index(p.line[end:], `" `)
		if i < 0 {
			break
		}
		end += i
		p.at = end + len(`" `)
		wrong := p.counts(e)
		if wrong == nil {
			if last.fits(p.line, p.at) {
				e.RequestURI = unhyphen(p.line[start:end])
				return p.headers(e, last)
			}
			p.field, wrong = "referer", ErrQuote
		}
		if place.at < start {
			err, place = wrong, *p
		}
	}
	*p = place
	return err
}

var headNames = [...]string{"bucket owner", "bucket", "time", "remote IP", "requester", "request ID",
	"operation", "key"}

// text parses a field and the space behind it.
func (p *parser) text() (string, error) {
	n := strings.IndexByte(p.line[p.at:], ' ')
	if n <= 0 {
		return "", p.wrong()
	}
	field := p.line[p.at : p.at+n]
	p.at += n + 1
	return unhyphen(field), nil
}

// time parses a time in brackets and the space behind it.
func (p *parser) time() (time.Time, error) {
	rest := p.line[p.at:]
	n := strings.Index(rest, "] ")
	if n < 0 || rest[0] != '[' {
		return time.Time{}, ErrTime
	}
	t, ok := parseTime(rest[1:n])
	if !ok {
		return time.Time{}, ErrTime
	}
	p.at += n + len("] ")
	return t, nil
}

// counts parses the six fields from the HTTP status to the turn-around time.
func (p *parser) counts(e *Entry) error {
	for i, dst := range [...]*Number{&e.HTTPStatus, nil, &e.BytesSent, &e.ObjectSize, &e.TotalTime,
		&e.TurnAroundTime} {
		p.field = countNames[i]
		start := p.at
		text, err := p.text()
		switch {
		case err != nil:
			return err
		case dst == nil && strings.Contains(text, `"`):
			p.at, err = start, ErrSpace
		case dst == nil:
			e.ErrorCode = text
		default:
			var ok bool
			if *dst, ok = parseNumber(text); !ok {
				p.at, err = start, ErrNumber
			}
		}
		if err != nil {
			return err
		}
	}
	return nil
}

var countNames = [...]string{"HTTP status", "error code", "bytes sent", "object size", "total time",
	"turn-around time"}

// headers parses the rest of the line, from the referer on.
func (p *parser) headers(e *Entry, last ending) error {
	p.field = "referer"
	if !last.fits(p.line, p.at) {
		return ErrQuote
	}
	if p.line[p.at] == '-' {
		p.at += len("- ")
	} else {
		agent := last.agent(p.line, p.at)
		e.Referer = unhyphen(p.line[p.at+1 : agent-len(`" `)])
		p.at = agent
	}
	if p.line[p.at] == '-' {
		p.at += len("- ")
	} else {
		e.UserAgent = unhyphen(p.line[p.at+1 : last.quote])
		p.at = last.quote + len(`" `)
	}
	return p.tail(e)
}

// tail parses the fields behind the user agent, of which there is one at least.
func (p *parser) tail(e *Entry) error {
	known := e.tail()
	for i := 0; p.at <= len(p.line); i++ {
		p.field = "further fields"
		if i < len(known) {
			p.field = tailNames[i]
		}
		n := strings.IndexByte(p.line[p.at:], ' ')
		if n < 0 {
			n = len(p.line) - p.at
		}
		field := unhyphen(p.line[p.at : p.at+n])
		switch {
		case n == 0:
			return p.wrong()
		case i == signatureVersion && field != "" && !strings.HasPrefix(field, "SigV"):
			return ErrQuote // a check that the quotes have been taken for what they are
		case i < len(known):
			*known[i] = field
		default:
			e.Extra = append(e.Extra, field)
		}
		p.at += n + 1
	}
	return nil
}

// signatureVersion is the index of SignatureVersion in Entry.tail.
const signatureVersion = 2

var tailNames = [...]string{"version ID", "host ID", "signature version", "cipher suite",
	"authentication type", "host header", "TLS version", "access point ARN", "aclRequired",
	"source Region"}

// wrong returns what is wrong with a field that is not at p.at.
func (p *parser) wrong() error {
	if strings.Contains(p.line[p.at:], " ") {
		return ErrSpace
	}
	return ErrMissing
}

// An ending is what decides where the last two quoted fields of a line may be:
//
//	... "http://a/" "b" "x" y" z" - - SigV4
//	                   ↑        ↑ quote
//	                   └ between
//
// Finding it once keeps [Entry.parse] linear, whatever quotes the line has.
type ending struct {
	quote   int // the last quote; -1 if there is none
	between int // the last `" "` in front of quote; -1 if there is none
}

func newEnding(line string) ending {
	quote := strings.LastIndexByte(line, '"')
	return ending{quote, strings.LastIndex(line[:max(quote, 0)], `" "`)}
}

// fits reports whether referer, user agent and something behind them can be at line[at:].
func (l ending) fits(line string, at int) bool {
	followed := l.quote+len(`" `) < len(line) && line[l.quote+1] == ' '
	switch rest := line[at:]; {
	case strings.HasPrefix(rest, "- - "):
		return at > l.quote && len(rest) > len("- - ")
	case strings.HasPrefix(rest, `- "`):
		return at+len("- ") < l.quote && followed
	case !strings.HasPrefix(rest, `"`):
		return false
	case l.between > at:
		return followed
	}
	return l.quote > at && strings.HasPrefix(line[l.quote:], `" - `) && l.quote+len(`" - `) < len(line)
}

// agent returns where the user agent begins behind the referer at line[at:], which fits.
func (l ending) agent(line string, at int) int {
	if l.between > at {
		return at + 1 + strings.Index(line[at+1:], `" "`) + len(`" `)
	}
	return l.quote + len(`" `)
}

func unhyphen(s string) string {
	if s == "-" {
		return ""
	}
	return s
}

// parseNumber parses a number without a sign, or nothing for none.
func parseNumber(s string) (n Number, ok bool) {
	if s == "" {
		return Number{}, true
	}
	if s[0] < '0' || s[0] > '9' {
		return Number{}, false
	}
	v, err := strconv.ParseInt(s, 10, 64)
	return Some(v), err == nil
}

// parseTime parses the time of a line. S3 writes all of them in one layout and in UTC. The page about
// it has that layout once with the name of the month in full (%B), so that is accepted too.
func parseTime(s string) (t time.Time, ok bool) {
	if t, ok = parseUTC(s); ok {
		return t, true
	}
	for _, layout := range [...]string{timeLayout, "02/January/2006:15:04:05 -0700"} {
		if t, err := time.Parse(layout, s); err == nil {
			return t.UTC(), true
		}
	}
	return time.Time{}, false
}

// parseUTC parses a time as S3 writes it. It takes a twentieth of the time of time.Parse.
func parseUTC(s string) (t time.Time, ok bool) {
	if len(s) != len(timeLayout) || s[2] != '/' || s[6] != '/' || s[11] != ':' || s[14] != ':' ||
		s[17] != ':' || s[20:] != " +0000" {
		return time.Time{}, false
	}
	number := func(s string) int {
		n := 0
		for i := range len(s) {
			if s[i] < '0' || s[i] > '9' {
				return -1
			}
			n = 10*n + int(s[i]-'0')
		}
		return n
	}
	const months = "JanFebMarAprMayJunJulAugSepOctNovDec"
	month := strings.Index(months, s[3:6])
	day, year := number(s[:2]), number(s[7:11])
	hour, minute, second := number(s[12:14]), number(s[15:17]), number(s[18:20])
	if month < 0 || month%3 != 0 || year < 0 || hour < 0 || hour > 23 || minute < 0 || minute > 59 ||
		second < 0 || second > 59 {
		return time.Time{}, false
	}
	t = time.Date(year, time.Month(month/3+1), day, hour, minute, second, 0, time.UTC)
	return t, t.Day() == day // no 30th of February
}
