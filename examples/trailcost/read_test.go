package main

import (
	"encoding/json"
	"fmt"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"github.com/trailsieve/trailsieve/pricing"
	"github.com/trailsieve/trailsieve/pricing/counts"
)

const owner = "79a59df900b949e55d96a1e698fbacedfd6e09d98eacf8f8d5218e7cd47ef2be"

// line returns a line of an access log: an operation on the n-th object of a bucket, at a host.
func line(operation string, n int, host string) string {
	return fmt.Sprintf(`%s amzn-s3-demo-bucket [06/Mar/2026:00:%02d:38 +0000] 192.0.2.3 %s 3E57427F3E%06d %s logs/%d.txt `+
		`"GET /logs/%d.txt HTTP/1.1" 200 - 113 113 7 6 "-" "aws-cli" - s9lzHYrFp76ZVxRcpX9+5cjAnEH2ROuNkd2BHfIa6UkFVdtjf5mKR3/eTPFvsiP/XV/VLi31234= `+
		"SigV4 TLS_AES_128_GCM_SHA256 AuthHeader %s TLSv1.3 - -\n", owner, n%60, owner, n, operation, n, n, host)
}

// accessLog has ten reads and five writes of objects, in eu-west-1.
func accessLogText() string {
	var s strings.Builder
	for n := range 15 {
		operation := "REST.GET.OBJECT"
		if n%3 == 0 {
			operation = "REST.PUT.OBJECT"
		}
		s.WriteString(line(operation, n, "amzn-s3-demo-bucket.s3.eu-west-1.amazonaws.com"))
	}
	return s.String()
}

const (
	countsText = "bucket,operation,requests,key,account,region\n" +
		"photos,GetObject,4200000,,111122223333,eu-west-1\n" +
		"photos,PutObject,300000,tmp/,111122223333,eu-west-1\n"
	countsArray = `[{"bucket": "photos", "operation": "GetObject", "requests": 4200000, "account": "111122223333", "region": "eu-west-1"},
		{"bucket": "photos", "operation": "PutObject", "requests": "300000", "key": "tmp/", "account": "111122223333", "region": "eu-west-1"}]`
)

// Each kind of input, plain and packed, as a file and through a pipe, found out and named, gives one bill.
func TestKinds(t *testing.T) {
	all, written := write(t, "all.json", allObjects), write(t, "written.json", writtenObjects)
	objects := strings.TrimSuffix(strings.TrimPrefix(countsArray, "["), "]")
	lines := strings.ReplaceAll(objects, "},\n", "}\n")
	tests := []struct {
		name, kind, text string
		all, written     string // what the trails all and written are charged for, of what was read
		read             uint64
	}{
		{"records", "cloudtrail", logs(500), "", "", 500},
		{"access log", "accesslog", accessLogText(), "15", "5", 15},
		{"counts as CSV", "counts", countsText, "4500000", "300000", 4_500_000},
		{"counts as an array", "counts", countsArray, "4500000", "300000", 4_500_000},
		{"counts as objects", "counts", lines, "4500000", "300000", 4_500_000},
	}
	tests[0].all, tests[0].written = countData(t, tests[0].text)
	for _, test := range tests {
		for _, packed := range []bool{false, true} {
			text := test.text
			if packed {
				text = pack(t, text)
			}
			file := write(t, "input", text)
			for _, args := range [][]string{{file}, {"-"}, {"-kind", test.kind, file}} {
				args = append([]string{"-trail", "all=" + all, "-trail", "written=" + written}, args...)
				r := price(t, done, text, args...)
				if r.Events.Read != test.read || r.Events.Files != 1 {
					t.Errorf("%s, packed %v, %q: read %d from %d files, want %d from 1", test.name, packed, args, r.Events.Read, r.Events.Files, test.read)
				}
				want := pricing.MustParseUSD("0.000001")
				sum := map[string]uint64{}
				for _, l := range r.Bill.Lines {
					n, _, _ := pricing.ParseQuantity(l.Quantity)
					sum[l.Trail] += n
					if amount, _ := want.Mul(n); l.Meter != "data_events" || l.Amount != amount {
						t.Errorf("%s: %d %s cost %v, want %v", test.name, n, l.Meter, l.Amount, amount)
					}
				}
				if got := fmt.Sprint(sum["all"], " ", sum["written"]); got != test.all+" "+test.written {
					t.Errorf("%s, packed %v, %q: charged for %s, want %s %s", test.name, packed, args, got, test.all, test.written)
				}
			}
		}
	}
}

// countData counts records that the trails all and written log, with encoding/json and the fields of records.
func countData(t *testing.T, text string) (all, written string) {
	t.Helper()
	var file struct {
		Records []struct {
			EventCategory string `json:"eventCategory"`
			ReadOnly      bool   `json:"readOnly"`
		}
	}
	if err := json.Unmarshal([]byte(text), &file); err != nil {
		t.Fatal(err)
	}
	a, w := 0, 0
	for _, r := range file.Records {
		if r.EventCategory == "Data" {
			a++
			if !r.ReadOnly {
				w++
			}
		}
	}
	return fmt.Sprint(a), fmt.Sprint(w)
}

// A folder is read with all that is below it, a file once however often it is named, and what is left out is told.
func TestFolder(t *testing.T) {
	dir := t.TempDir()
	log := write(t, filepath.Join(dir, "AWSLogs/111122223333/CloudTrail/us-east-1/2026/03/02/a.json.gz"), pack(t, logs(100)))
	write(t, filepath.Join(dir, "AWSLogs/111122223333/CloudTrail-Digest/us-east-1/2026/03/02/b.json.gz"), "no log")
	write(t, filepath.Join(dir, "111122223333/eu-west-1/amzn-s3-demo-bucket/2026/03/06/2026-03-06-00-00-38-E568B2907131C0C0"),
		strings.ReplaceAll(accessLogText(), "s3.eu-west-1.", "s3.")) // the Region is in the name
	write(t, filepath.Join(dir, "notes.txt"), "no log")
	r := price(t, done, "", dir, log, dir)
	if r.Events.Files != 2 || r.Events.Read != 115 {
		t.Errorf("read %d events from %d files, want 115 from 2", r.Events.Read, r.Events.Files)
	}
	if got := r.lines(); !strings.Contains(got, "everything 111122223333 eu-west-1 data_events 15\n") {
		t.Errorf("the Region and account of the access log are not those of its name:\n%s", got)
	}
	if notes := strings.Join(r.Notes, "\n"); !strings.Contains(notes, "2 files in folders not read") || !strings.Contains(notes, "no trail was given") {
		t.Errorf("notes:\n%s", notes)
	}
	got := try(t, "", t.TempDir())
	if got.status != incomplete || !strings.Contains(got.errors, "nothing to read in this folder: expected") {
		t.Errorf("an empty folder: status %d, stderr %q", got.status, got.errors)
	}
}

// What cannot be used is told of, with its place, and counted; the rest is in the bill.
func TestUnusable(t *testing.T) {
	many := strings.Repeat("broken\n", 30) + accessLogText()
	tests := []struct {
		name, text string
		args       string
		want       string // on standard error
		read, bad  uint64 // read is 0 if it does not matter
		files      int    // that were not read to the end
	}{
		{"a bad record", `{"Records":[{"eventName":"GetObject","eventSource":"s3.amazonaws.com"},17]}`, "", "in record 1 (offset ", 2, 1, 0},
		{"a log file cut off", logs(100)[:20000], "", "nothing behind that place was read", 0, 0, 1},
		{"a packed file cut off", pack(t, logs(100))[:3000], "", "nothing behind that place was read", 0, 0, 1},
		{"a bad line", "broken\n" + accessLogText(), "", "line 1", 16, 1, 0},
		{"many bad lines", many, "", "20 more that could not be read", 45, 30, 0},
		{"an operation that is not known", line("REST.FROB.THING", 1, "-"), "", "REST.FROB.THING", 1, 1, 0},
		{"a bad count", countsText + "photos,GetObjekt,3,,,\n", "", `did you mean "GetObject"?) (line 4, column 8)`, 4500001, 1, 0},
		{"a quote that is not closed", countsText + "\"photos,GetObject,3,,,\nphotos,GetObject,3,,,\n", "",
			"from here to line 5 (line 4); nothing behind that place was read", 4500000, 0, 1},
		{"counts of too much", countsText + "photos,GetObject,18446744073709551615,,,\n", "", "more than a bill may have", 4500001, 1, 0},
		{"a packed file of counts cut off", pack(t, countsText)[:60], "", "unexpected EOF", 0, 0, 1},
		{"a bad count in JSON", `[{"bucket":"b","operation":"GetObject","requests":2},{"bucket":"b","operation":"GetObject","requests":"many"}]`, "",
			`(in the object behind offset 52)`, 3, 1, 0},
		{"an unknown member", `{"bucket":"b","operation":"GetObject","requests":2,"keys":"x"}`, "", `unknown field "keys"`, 1, 1, 0},
		{"counts in JSON cut off", `[{"bucket":"b","operation":"GetObject","requests":2},{"bucket":`, "", "nothing behind that place was read", 2, 0, 1},
		{"nothing", "", "", "empty", 0, 0, 1},
		{"white space", " \n", "", "empty", 0, 0, 1},
		{"something else", "what is this\n", "", "-kind says what it is meant to be", 0, 0, 1},
		{"something else, forced", "what is this\n", "-kind accesslog", "line 1", 1, 1, 0},
	}
	for _, test := range tests {
		file := write(t, "input", test.text)
		args := append(strings.Fields(test.args), file)
		r := price(t, incomplete, "", args...)
		problems := strings.Join(r.Problems, "\n")
		if !strings.Contains(problems, test.want) || !strings.Contains(problems, file+": ") {
			t.Errorf("%s: told\n%s\nwant the file and %q", test.name, problems, test.want)
		}
		if test.read > 0 && r.Events.Read != test.read || r.Events.Unreadable != test.bad || r.Events.FilesFailed != test.files {
			t.Errorf("%s: read %d, unreadable %d, files failed %d; want %d, %d, %d", test.name,
				r.Events.Read, r.Events.Unreadable, r.Events.FilesFailed, test.read, test.bad, test.files)
		}
	}
	r := price(t, incomplete, "", "missing.json", write(t, "a.json", logs(10)))
	if r.Events.Read != 10 || !strings.Contains(r.Problems[0], "missing.json: no such file") {
		t.Errorf("a missing file: read %d, %q", r.Events.Read, r.Problems)
	}
}

// Counts are of a month, and logs of some time: they have no common bill.
func TestMixed(t *testing.T) {
	log, requests := write(t, "a.json", logs(10)), write(t, "c.csv", countsText)
	for _, args := range [][]string{{log, requests}, {requests, log}} {
		r := price(t, incomplete, "", args...)
		if len(r.Problems) != 1 || !strings.HasPrefix(r.Problems[0], args[1]+": not read: counts are of a whole month") || r.Events.Files != 1 {
			t.Errorf("%q: %q", args, r.Problems)
		}
	}
}

// A record that is there twice counts once, unless that is switched off.
func TestDuplicates(t *testing.T) {
	a, b := write(t, "a.json", logs(100)), write(t, "b.json", logs(150)) // the first 100 are the same
	for _, test := range []struct {
		window           string
		logged, repeated uint64
	}{{"1000", 150, 100}, {"0", 250, 0}} {
		r := price(t, done, "", "-dedup", test.window, a, b)
		if r.Events.Logged != test.logged || r.Events.Duplicates != test.repeated {
			t.Errorf("-dedup %s: %+v, want %d logged and %d duplicates", test.window, r.Events, test.logged, test.repeated)
		}
	}
	// Each key of a DeleteObjects has a line with the same request ID, and an event of its own.
	host := "amzn-s3-demo-bucket.s3.eu-west-1.amazonaws.com"
	batch := line("BATCH.DELETE.OBJECT", 1, host) + strings.Replace(line("BATCH.DELETE.OBJECT", 2, host), "3E57427F3E000002", "3E57427F3E000001", 1)
	if r := price(t, done, "", write(t, "batch", batch)); r.Events.Duplicates != 0 || r.Events.Read != 2 {
		t.Errorf("a DeleteObjects of two keys: %+v", r.Events)
	}
}

// Records of other months than -month are counted and not in the bill.
func TestMonth(t *testing.T) {
	file := write(t, "a.json", logsEvery(10*time.Minute, 6*24*40)) // forty days from 2026-03-02 on
	march, april := price(t, done, "", "-month", "2026-03", file), price(t, done, "", "-month", "2026-04", file)
	all := price(t, done, "", file)
	if march.Events.Logged != april.Events.OtherMonths || april.Events.Logged != march.Events.OtherMonths ||
		march.Events.Logged == 0 || april.Events.Logged == 0 {
		t.Errorf("March %+v, April %+v", march.Events, april.Events)
	}
	if sum, _ := march.Bill.Total.Add(april.Bill.Total); sum != all.Bill.Total {
		t.Errorf("March %v and April %v are not all, %v", march.Bill.Total, april.Bill.Total, all.Bill.Total)
	}
	if march.Period.From != "2026-03-02" || march.Period.To != "2026-03-31" || april.Period.From != "2026-04-01" {
		t.Errorf("periods %v and %v", march.Period, april.Period)
	}
}

// What no line says is taken from the flags, and counted.
func TestAssumed(t *testing.T) {
	access := write(t, "access", line("REST.GET.OBJECT", 1, "-")+line("S3.EXPIRE.OBJECT", 2, "-"))
	r := price(t, done, "", "-region", "eu-north-1", "-account", "444455556666", access)
	if got := r.lines(); got != "everything 444455556666 eu-north-1 data_events 1\n" {
		t.Errorf("access log: %s", got)
	}
	if r.Events.RegionAssumed != 1 || len(r.Events.NoEvents) != 1 {
		t.Errorf("access log: %+v", r.Events)
	}
	r = price(t, done, "bucket,operation,requests\nb,GetObject,7\n", "-region", "eu-north-1", "-account", "444455556666", "-")
	if got := r.lines(); got != "everything 444455556666 eu-north-1 data_events 7\n" || r.Events.RegionAssumed != 7 {
		t.Errorf("counts: %s %+v", got, r.Events)
	}
}

// A Region without a price is told of, and never free.
func TestNoPrice(t *testing.T) {
	requests := write(t, "c.csv", countsText+"cn,GetObject,5,,,cn-north-1\n")
	trail := "all=" + write(t, "s.json", strings.Replace(allObjects, `"arn:aws:s3"`, `"arn:aws:s3", "arn:aws-cn:s3"`, 1))
	r := price(t, incomplete, "", "-trail", trail, requests)
	problems := strings.Join(r.Problems, "\n")
	if !strings.Contains(problems, `not in the bill: 5 data_events of account "" in Region "cn-north-1"`) ||
		!strings.Contains(problems, `could not be proved; a price list of your own takes its place) for data_events in "cn-north-1"; -rates reads a price list that has it`) {
		t.Errorf("problems %s", problems)
	}
	if r.Bill.Total != pricing.MustParseUSD("4.5") || len(r.Tables) != 0 {
		t.Errorf("total %v, %d tables", r.Bill.Total, len(r.Tables))
	}
	// With a list of one's own all is priced.
	rates := write(t, "rates.json", `{"rates": [{"meter": "data_events", "unit": "event", "price": "0.000002"}]}`)
	r = price(t, done, "", "-trail", trail, "-rates", rates, requests)
	if r.Bill.Total != pricing.MustParseUSD("9.00001") {
		t.Errorf("total %v at twice the price", r.Bill.Total)
	}
}

// Everything in the shared data is read, if it is there.
func TestSharedData(t *testing.T) {
	const shared = "../../../shared/data"
	if _, err := os.Stat(shared); err != nil {
		t.Skip("no shared data beside the checkout")
	}
	r := price(t, done, "", shared+"/cloudtrail", shared+"/announcement")
	if r.Events.Unreadable != 0 || r.Events.Read == 0 {
		t.Errorf("%+v", r.Events)
	}
}

// Counts that are too long are an error, and what came before is read.
func TestLimited(t *testing.T) {
	n := 0
	var last error
	for _, err := range counts.ReadCSV(&limited{strings.NewReader(countsText + countsText), int64(len(countsText))}) {
		if last = err; err == nil {
			n++
		}
	}
	if n != 2 || last == nil || !isFatal(last) {
		t.Errorf("%d counts, and then %v", n, last)
	}
}

// The ledger in words has what there is, and only that.
func TestLedger(t *testing.T) {
	l := ledger{Files: 1, Read: 12, Logged: 4, Dropped: 1, Duplicates: 2, OtherMonths: 1, NoEvents: map[string]uint64{"b": 1, "a": 2}, Unreadable: 1}
	want := "12 events read from 1 file: 4 logged by at least one trail; 1 logged by none; 2 were there before; " +
		"1 of other months, or without a time; 2 no event of CloudTrail's: a; 1 no event of CloudTrail's: b; 1 could not be read."
	if got := l.sentence(); got != want || l.sum() != l.Read {
		t.Errorf("%s (sum %d)\nwant %s", got, l.sum(), want)
	}
	l = ledger{FilesFailed: 2, RegionAssumed: 3, Undated: 4, Interrupted: true}
	for _, want := range []string{"0  events read\n", "2 files could not be read to the end", "3 do not say in which Region", "4 have no time", "interrupted"} {
		if got := l.String(); !strings.Contains(got, want) {
			t.Errorf("no %q in\n%s", want, got)
		}
	}
}
