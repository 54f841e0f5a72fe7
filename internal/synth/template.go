package synth

import (
	"fmt"
	"strconv"
	"strings"
	"time"
)

// A template is JSON text with places to fill. In the tables of this package it is written in the
// notation of [os.Expand]:
//
//	{"bucketName":"$bucket","key":"$key","Host":"${bucket}.s3.amazonaws.com"}
//
// A name stands for the same text wherever it occurs in one record, unless fillers says that it is
// fresh. Values are written as they stand in JSON, escapes included, but without quotes.
type template []segment

// A segment is some fixed text and what comes after it; fill is nil if that is nothing.
type segment struct {
	text string
	fill filler
}

// A filler appends the value of a name in the record of c.
type filler func(g *Generator, dst []byte, c *call) []byte

// compile parses text. The tables are part of the program, so an unknown name is a panic.
func compile(text string) template {
	var t template
	for {
		before, after, found := strings.Cut(text, "$")
		if !found {
			return append(t, segment{text: before})
		}
		if strings.HasPrefix(after, "$") {
			t = append(t, segment{text: before + "$"})
			text = after[1:]
			continue
		}
		name, rest := after, ""
		if strings.HasPrefix(after, "{") {
			name, rest, _ = strings.Cut(after[1:], "}")
		} else {
			rest = strings.TrimLeft(after, "abcdefghijklmnopqrstuvwxyz0123456789")
			name = after[:len(after)-len(rest)]
		}
		fill := fillers[name]
		if fill == nil {
			panic(fmt.Sprintf("synth: unknown name %q in a template", name))
		}
		t = append(t, segment{before, fill})
		text = rest
	}
}

func (t template) append(g *Generator, dst []byte, c *call) []byte {
	for _, s := range t {
		dst = append(dst, s.text...)
		if s.fill != nil {
			dst = s.fill(g, dst, c)
		}
	}
	return dst
}

// subjects is how many different things management events are about.
const subjects = 1 << 12

// apps and stages make the names of what an account runs.
var (
	apps = []string{"checkout", "search", "catalog", "billing", "reports", "ingest", "mailer", "auth",
		"inventory", "media", "export", "webhooks", "metrics", "scheduler", "archive", "playground"}
	stages = []string{"prod", "prod", "prod", "staging", "dev"}
	words  = []string{"orders", "users", "events", "sessions", "invoices", "images", "reports", "daily", "summary", "index"}
)

// fillers holds the names of the template language. It is filled by init because templates are
// compiled by functions that it refers to.
var fillers map[string]filler

func init() {
	fillers = map[string]filler{
		// Where and when.
		"account": func(g *Generator, dst []byte, c *call) []byte { return append(dst, g.account...) },
		"region":  func(g *Generator, dst []byte, c *call) []byte { return append(dst, g.region...) },
		"date": func(g *Generator, dst []byte, c *call) []byte {
			return time.Unix(c.time, 0).UTC().AppendFormat(dst, "Jan 2, 2006, 3:04:05 PM")
		},
		"inanhour": func(g *Generator, dst []byte, c *call) []byte {
			return time.Unix(c.time+3600, 0).UTC().AppendFormat(dst, "Jan 2, 2006, 3:04:05 PM")
		},
		"weekago": func(g *Generator, dst []byte, c *call) []byte {
			return time.Unix(c.time-7*24*3600, 0).UTC().AppendFormat(dst, "Jan 2, 2006, 3:04:05 PM")
		},
		"millis": func(g *Generator, dst []byte, c *call) []byte { return strconv.AppendInt(dst, c.time*1000, 10) },

		// Who.
		"arn": func(g *Generator, dst []byte, c *call) []byte {
			switch c.kind {
			case anonymous:
				return append(dst, "Anonymous"...)
			case otherAccount: // the record does not have it, the message does
				dst = append(append(dst, "arn:aws:sts::"...), g.otherAccount(c)...)
				return append(dst, ":assumed-role/partner/partner-sync"...)
			case awsService:
				return append(dst, c.by...)
			}
			return g.appendCallerARN(dst, c)
		},
		"user":     func(g *Generator, dst []byte, c *call) []byte { return append(dst, users[c.subject%len(users)]...) },
		"userid":   func(g *Generator, dst []byte, c *call) []byte { return g.appendID(dst, "AIDA", c.subject%len(users)) },
		"role":     func(g *Generator, dst []byte, c *call) []byte { return append(dst, roles[c.subject%len(roles)]...) },
		"roleid":   func(g *Generator, dst []byte, c *call) []byte { return g.appendID(dst, "AROA", c.subject%len(roles)) },
		"tempkey":  func(g *Generator, dst []byte, c *call) []byte { return g.appendKey(dst, "ASIA", c.id^7) },
		"newkey":   func(g *Generator, dst []byte, c *call) []byte { return g.appendKey(dst, "AKIA", uint64(c.subject)) },
		"session":  func(g *Generator, dst []byte, c *call) []byte { return appendDigits(dst, mix(c.id^1), 12, hexDigits) },
		"caller":   func(g *Generator, dst []byte, c *call) []byte { return append(dst, users[c.who%len(users)]...) },
		"callerid": func(g *Generator, dst []byte, c *call) []byte { return g.appendID(dst, "AIDA", c.who) },
		"service":  func(g *Generator, dst []byte, c *call) []byte { return append(dst, c.by...) },

		// Fresh at every place.
		"uuid": func(g *Generator, dst []byte, c *call) []byte {
			return appendUUID(dst, g.pcg.Uint64(), g.pcg.Uint64(), hexDigits)
		},
		"token": func(g *Generator, dst []byte, c *call) []byte {
			return appendDigits(append(dst, "EXAMPLETOKEN"...), g.pcg.Uint64(), 180, base64Digits)
		},

		// What. The same number makes the same names in every record.
		"app":   func(g *Generator, dst []byte, c *call) []byte { return append(dst, apps[c.subject%len(apps)]...) },
		"stage": func(g *Generator, dst []byte, c *call) []byte { return append(dst, stages[c.subject%len(stages)]...) },
		"word":  func(g *Generator, dst []byte, c *call) []byte { return append(dst, words[c.subject%len(words)]...) },
		"code": func(g *Generator, dst []byte, c *call) []byte {
			return appendDigits(dst, g.about(c, "code"), 6, alphanumeric)
		},
		"n": func(g *Generator, dst []byte, c *call) []byte {
			return strconv.AppendInt(dst, int64(1+c.number%50), 10)
		},
		"number": func(g *Generator, dst []byte, c *call) []byte { return strconv.AppendInt(dst, int64(c.number), 10) },
		"uuidof": func(g *Generator, dst []byte, c *call) []byte {
			x := g.about(c, "uuid")
			return appendUUID(dst, x, mix(x), hexDigits)
		},
		"capuuid": func(g *Generator, dst []byte, c *call) []byte {
			x := mix(c.id ^ 3)
			return appendUUID(dst, x, mix(x), upperHex)
		},
		"hex64": func(g *Generator, dst []byte, c *call) []byte {
			return appendDigits(dst, g.about(c, "hex"), 64, hexDigits)
		},

		"bucket":       func(g *Generator, dst []byte, c *call) []byte { return append(dst, g.buckets[c.bucket]...) },
		"sourcebucket": func(g *Generator, dst []byte, c *call) []byte { return append(dst, g.buckets[c.source]...) },
		"key":          func(g *Generator, dst []byte, c *call) []byte { return g.appendObject(dst, c.bucket, c.object) },
		"sourcekey":    func(g *Generator, dst []byte, c *call) []byte { return g.appendObject(dst, c.source, c.sourceObject) },
		"folder":       func(g *Generator, dst []byte, c *call) []byte { return g.appendFolder(dst, c.bucket, c.object) },
		"host":         (*Generator).appendHost,
		"upload": func(g *Generator, dst []byte, c *call) []byte {
			return appendDigits(dst, mix(c.id^5), 86, alphanumeric)
		},
		"part": func(g *Generator, dst []byte, c *call) []byte {
			return strconv.AppendInt(dst, int64(1+c.object%40), 10)
		},
		"versionid": func(g *Generator, dst []byte, c *call) []byte {
			return appendDigits(dst, mix(c.id^6), 32, alphanumeric)
		},
		"action":   func(g *Generator, dst []byte, c *call) []byte { return append(append(dst, "s3:"...), c.name...) },
		"transfer": (*Generator).appendTransfer,
	}
	for _, prefix := range []string{"i-", "vpc-", "subnet-", "sg-", "eni-", "vol-", "snap-", "ami-", "rtb-", "igw-", "nat-", "fl-"} {
		fillers[strings.TrimSuffix(prefix, "-")] = func(g *Generator, dst []byte, c *call) []byte {
			return appendDigits(append(dst, prefix...), g.about(c, prefix), 17, hexDigits)
		}
	}
}

// about returns a number that is the same whenever the given property of c's subject is asked for.
func (g *Generator) about(c *call, property string) uint64 {
	return mix(g.seed ^ hash(property) ^ uint64(c.subject))
}
