package main

import (
	"encoding/csv"
	"encoding/json"
	"flag"
	"fmt"
	"html"
	"math/big"
	"os"
	"path/filepath"
	"regexp"
	"strconv"
	"strings"
	"testing"
	"time"

	"github.com/trailsieve/trailsieve/pricing"
)

// events is how many events the page of a month has. With ten million the test takes some minutes.
var events = flag.Int("events", 20_000, "events of the month in TestPage")

var (
	sections = regexp.MustCompile(`(?s)<section class="panel".*?</section>`)
	headings = regexp.MustCompile(`<h2[^>]*>(.*?)</h2>`)
	rows     = regexp.MustCompile(`(?s)<tr[ >].*?</tr>`)
	keys     = regexp.MustCompile(`<th scope="row">(.*?)</th>`)
	exact    = regexp.MustCompile(`title="(-?[0-9.]+) USD"`)
	numbers  = regexp.MustCompile(`<td class="n">([0-9,]+)</td>`)
)

// The numbers of the page, which are parsed out of its HTML, add up, and are those of the bill.
func TestPage(t *testing.T) {
	args := []string{"-synthetic", strconv.Itoa(*events), "-by", "day,bucket,prefix=1,prefix=2,event"}
	want := price(t, done, "", args...)
	if want.Events.Read != uint64(*events) {
		t.Fatalf("read %d of %d", want.Events.Read, *events)
	}
	file := filepath.Join(t.TempDir(), "bill.html")
	got := try(t, "", append(args, "-format", "html", "-o", file)...)
	if got.status != done || got.out != "" || !strings.Contains(got.errors, fmt.Sprintf("%d  events read\n", *events)) {
		t.Fatalf("status %d, stdout %q, stderr %q", got.status, got.out, got.errors)
	}
	text, err := os.ReadFile(file)
	if err != nil {
		t.Fatal(err)
	}
	page := string(text)
	if first := exact.FindStringSubmatch(page); first == nil || first[1] != want.Bill.Total.String() {
		t.Errorf("the page begins with %q, want the total, %v", first, want.Bill.Total)
	}
	// Each section that splits the bill, and the bill itself, with its total at the end.
	titles := map[string]int{"By day": 0, "By bucket": 1, "By prefix, one level": 2, "By prefix, two levels": 3, "By operation": 4, "The bill": -1}
	found := 0
	for _, section := range sections.FindAllString(page, -1) {
		title := headings.FindStringSubmatch(section)[1]
		table, ok := titles[title]
		if !ok {
			continue
		}
		found++
		amounts := make(map[string]pricing.USD)
		var sum pricing.USD
		for _, row := range rows.FindAllString(section, -1) {
			key, amount := keys.FindStringSubmatch(row), exact.FindStringSubmatch(row)
			if key == nil || amount == nil {
				continue // the header
			}
			u := pricing.MustParseUSD(amount[1])
			if key[1] == "total" {
				if u != want.Bill.Total {
					t.Errorf("%s: total %v, want %v", title, u, want.Bill.Total)
				}
				continue
			}
			amounts[html.UnescapeString(key[1])] = u
			if sum, err = sum.Add(u); err != nil {
				t.Fatal(err)
			}
		}
		if sum != want.Bill.Total || len(amounts) == 0 {
			t.Errorf("%s: %d rows add up to %v, want %v", title, len(amounts), sum, want.Bill.Total)
		}
		if table < 0 {
			continue
		}
		for _, row := range want.Tables[table].Rows {
			key := row.Key
			if _, ok := amounts[key]; !ok {
				key += " (calls without a key)"
			}
			if amounts[key] != row.Amount {
				t.Errorf("%s: %s costs %v, want %v", title, row.Key, amounts[key], row.Amount)
			}
		}
	}
	if found != len(titles) {
		t.Errorf("%d of %d sections found", found, len(titles))
	}
	// The events of the bill: every one is logged by at least one of the story's trails.
	var logged int
	bill := page[strings.Index(page, "<h2>The bill</h2>"):]
	for _, row := range rows.FindAllString(bill, -1) {
		if n := numbers.FindStringSubmatch(row); n != nil && !strings.Contains(row, "additional copy") {
			events, err := strconv.Atoi(strings.ReplaceAll(n[1], ",", ""))
			if err != nil {
				t.Fatal(err)
			}
			logged += events
		}
	}
	if logged != *events {
		t.Errorf("the lines of the bill have %d events, without additional copies, want %d", logged, *events)
	}
}

// The rows of FOCUS and CUR add up to the bill, in the period of the records.
func TestCSV(t *testing.T) {
	log := write(t, "a.json", logs(300))
	selectors := write(t, "s.json", allObjects)
	args := []string{"-trail", "main=" + selectors + ",arn=arn:aws:cloudtrail:us-east-1:111122223333:trail/main", log}
	want := price(t, done, "", args...)
	for format, columns := range map[string][3]string{
		"focus": {"BilledCost", "ChargePeriodStart", "ResourceId"},
		"cur":   {"line_item_unblended_cost", "line_item_usage_start_date", "line_item_resource_id"},
	} {
		got := try(t, "", append([]string{"-format", format}, args...)...)
		if got.status != done || !strings.Contains(got.errors, "300  events read from 1 file") {
			t.Fatalf("-format %s: status %d, stderr %q", format, got.status, got.errors)
		}
		table, err := csv.NewReader(strings.NewReader(got.out)).ReadAll()
		if err != nil {
			t.Fatal(err)
		}
		at := make(map[string]int)
		for i, name := range table[0] {
			at[name] = i
		}
		var sum pricing.USD
		for _, row := range table[1:] {
			sum, _ = sum.Add(pricing.MustParseUSD(row[at[columns[0]]]))
			if got := row[at[columns[1]]]; got != "2026-03-02T00:00:00Z" {
				t.Errorf("-format %s: begins %s", format, got)
			}
			if got := row[at[columns[2]]]; !strings.HasSuffix(got, ":trail/main") {
				t.Errorf("-format %s: trail %s", format, got)
			}
		}
		if sum != want.Bill.Total || len(table)-1 != len(want.Bill.Lines) {
			t.Errorf("-format %s: %d rows add up to %v, want %d and %v", format, len(table)-1, sum, len(want.Bill.Lines), want.Bill.Total)
		}
	}
}

// A usage file for Infracost has the events of a month: those that were counted, or that are expected.
func TestInfracost(t *testing.T) {
	selectors := write(t, "s.json", allObjects)
	counts := write(t, "c.csv", countsText)
	got := try(t, "", "-format", "infracost", "-trail", "main="+selectors+",address=aws_cloudtrail.audit[0]", counts)
	if got.status != done || !strings.Contains(got.out, `"aws_cloudtrail.audit[0]":`) || !strings.Contains(got.out, "monthly_data_events: 4500000\n") {
		t.Errorf("counts: status %d, stdout:\n%s", got.status, got.out)
	}
	// Four days and a bit, of which three are whole, of 31; a part of an event is a whole one.
	log := write(t, "a.json", logs(4*24*60+100))
	r := price(t, done, "", "-trail", "main="+selectors, log)
	var days, sum int
	for _, table := range price(t, done, "", "-trail", "main="+selectors, "-by", "day", log).Tables {
		for _, row := range table.Rows[:r.Forecast.Observed] {
			n, _ := strconv.Atoi(row.Events)
			days, sum = days+1, sum+n
		}
	}
	want := (sum*31 + days - 1) / days
	got = try(t, "", "-format", "infracost", "-trail", "main="+selectors, log)
	if got.status != done || !strings.Contains(got.out, fmt.Sprintf("monthly_data_events: %d\n", want)) {
		t.Errorf("status %d, want %d events in\n%s", got.status, want, got.out)
	}
}

// Formats that are for a month say so if there is none.
func TestNoMonth(t *testing.T) {
	counts, short, long := write(t, "c.csv", countsText), write(t, "s.json", logs(100)), write(t, "l.json", logsEvery(day, 60))
	for _, test := range []struct{ args, want string }{
		{"-format focus " + counts, "-month says it"},
		{"-format cur " + counts, "-month says it"},
		{"-format focus " + long, "-month chooses one"},
		{"-format infracost " + long, "-month chooses one"},
		{"-format infracost " + short, "no forecast: no day is there in whole"},
	} {
		got := try(t, "", strings.Fields(test.args)...)
		if got.status != failed || got.out != "" || !strings.Contains(got.errors, test.want) {
			t.Errorf("trailcost %s: status %d, stdout %q, stderr %q", test.args, got.status, got.out, got.errors)
		}
	}
	for _, args := range []string{"-month 2026-04 -format focus " + counts, "-month 2026-04 -format cur " + counts, "-month 2026-03 -format focus " + long} {
		if got := try(t, "", strings.Fields(args)...); got.status != done {
			t.Errorf("trailcost %s: status %d, stderr %q", args, got.status, got.errors)
		}
	}
}

// -o puts a whole file in the place of an old one, or leaves the old one.
func TestOutputFile(t *testing.T) {
	counts := write(t, "c.csv", countsText)
	file := write(t, "bill", "old")
	if got := try(t, "", "-format", "focus", "-o", file, counts); got.status != failed {
		t.Fatalf("status %d", got.status)
	}
	if text, _ := os.ReadFile(file); string(text) != "old" {
		t.Errorf("after a failure the file has %q", text)
	}
	if got := try(t, "", "-o", file, counts); got.status != done || got.out != "" || got.errors != "" {
		t.Fatalf("%+v", got)
	}
	text, _ := os.ReadFile(file)
	if want := try(t, "", counts).out; string(text) != want {
		t.Errorf("the file has\n%s\nwant\n%s", text, want)
	}
	if left, _ := filepath.Glob(file + ".*"); len(left) > 0 {
		t.Errorf("left behind: %q", left)
	}
	if got := try(t, "", "-o", filepath.Join(t.TempDir(), "no", "bill"), counts); got.status != failed {
		t.Errorf("a folder that does not exist: %+v", got)
	}
	if got := try(t, "", "-o", os.DevNull, counts); got.status != done {
		t.Errorf("a device: %+v", got)
	}
}

// The text of a table with ranges, and of a key that speaks to the terminal.
func TestText(t *testing.T) {
	var counts strings.Builder
	counts.WriteString("bucket,operation,requests,key\n")
	for n := range 5000 { // more than are counted one by one
		fmt.Fprintf(&counts, "b,GetObject,%d,%d/x\n", n+1, n)
	}
	counts.WriteString("b,GetObject,9999999,\x1b[31m/x\n")
	got := try(t, counts.String(), "-by", "prefix=1,principal,trail+bucket", "-top", "3", "-")
	for _, want := range []string{`"b/\x1b[31m/"`, "(up to ", "(all others)", "everything  b\n", "by trail + bucket", "  total\n"} {
		if !strings.Contains(got.out, want) {
			t.Errorf("no %s in\n%s", want, got.out)
		}
	}
	if strings.Contains(got.out, "\x1b") {
		t.Error("an escape sequence is printed")
	}
}

// -invoice rounds to the cent; -on has the prices of the day; -show-rates prints what -rates reads.
func TestPrices(t *testing.T) {
	counts := write(t, "c.csv", "bucket,operation,requests,region\nb,GetObject,1004999,us-east-1\n")
	if got := price(t, done, "", "-invoice", counts).Bill.Total; got != pricing.MustParseUSD("1") {
		t.Errorf("-invoice: %v", got)
	}
	if got := price(t, done, "", "-on", "2016-11-21", counts).Bill.Total; got != pricing.MustParseUSD("1.004999") {
		t.Errorf("-on: %v", got)
	}
	shown := try(t, "", "-show-rates")
	if shown.status != done {
		t.Fatalf("-show-rates: %+v", shown)
	}
	rates := write(t, "r.json", shown.out)
	if got := price(t, done, "", "-rates", rates, counts).Bill.Total; got != pricing.MustParseUSD("1.004999") {
		t.Errorf("-rates with what -show-rates prints: %v", got)
	}
	again := try(t, "", "-rates", rates, "-show-rates")
	if again.out != shown.out {
		t.Error("-show-rates prints other prices than it was given")
	}
	list := write(t, "aws.json", `{"formatVersion":"v1.0","offerCode":"AWSCloudTrail","version":"1","publicationDate":"2026-01-01T00:00:00Z",
		"products":{"A":{"sku":"A","attributes":{"servicecode":"AWSCloudTrail","usagetype":"USE1-DataEventsRecorded","regionCode":"us-east-1"}},
			"B":{"sku":"B","attributes":{"servicecode":"AWSCloudTrail","usagetype":"USE1-SomethingNew","regionCode":"us-east-1"}}},
		"terms":{"OnDemand":{"A":{"A.1":{"sku":"A","effectiveDate":"2026-01-01T00:00:00Z","priceDimensions":{"A.1.1":
			{"rateCode":"A.1.1","unit":"Events","beginRange":"0","endRange":"Inf","pricePerUnit":{"USD":"0.0000020000"}}}}},
			"B":{"B.1":{"sku":"B","effectiveDate":"2026-01-01T00:00:00Z","priceDimensions":{"B.1.1":
			{"rateCode":"B.1.1","unit":"Events","beginRange":"0","endRange":"Inf","pricePerUnit":{"USD":"0.5"}}}}}}}}`)
	r := price(t, done, "", "-rates", list, counts)
	if r.Bill.Total != pricing.MustParseUSD("2.009998") || !strings.Contains(strings.Join(r.Notes, "\n"), "1 of 2 prices are not used") {
		t.Errorf("AWS's list: %v, notes %q", r.Bill.Total, r.Notes)
	}
}

// What is around a trail is in the bill, once, with what was measured.
func TestPipeline(t *testing.T) {
	selectors, log := write(t, "s.json", allObjects), write(t, "a.json", logs(300))
	trails := []string{"-trail", "a=" + selectors, "-trail", "b=" + selectors}
	without := price(t, done, "", append(trails, log)...)
	with := price(t, done, "", append(trails, "-pipeline", "log-files=30,digests,kms,sns,cloudwatch-logs=7", log)...)
	got := make(map[string]string)
	for _, l := range with.Bill.Lines[len(without.Bill.Lines):] {
		got[l.Trail+" "+l.Meter] = l.Quantity
	}
	for line, want := range map[string]string{ // a day of 24 hours: 288 log files, and 24 digests
		"a s3_put_requests": "312", "b s3_put_requests": "312", "a kms_key_months": "1", "b kms_key_months": "",
		"a sns_api_requests_64kb": "288", "b kms_requests": "312",
	} {
		if got[line] != want {
			t.Errorf("%s: %q, want %q", line, got[line], want)
		}
	}
	// S3 keeps what comes in 30 days of 24 hours, of a month of 31, packed ten to one, at $0.023 a GB.
	storage := big.NewRat(int64(dataBytes(t, logs(300)))*30*23, 31*10*1000)
	storage.Quo(storage, big.NewRat(1<<30, 1))
	if got["a s3_standard_storage_gb_month"] == "" {
		t.Error("no storage")
	}
	for _, l := range with.Bill.Lines {
		if l.Meter == "s3_standard_storage_gb_month" && l.Amount.Rat().FloatString(15) != storage.FloatString(15) {
			t.Errorf("storage costs %v, want %s", l.Amount, storage.FloatString(15))
		}
	}
	if size := strconv.Itoa(dataBytes(t, logs(300))); got["a cwl_ingest_standard_gb"] != size {
		t.Errorf("%s bytes to CloudWatch Logs, want %s", got["a cwl_ingest_standard_gb"], size)
	}
	for i, l := range without.Bill.Lines {
		if l != with.Bill.Lines[i] {
			t.Errorf("line %d is %+v with the pipeline, and was %+v", i, with.Bill.Lines[i], l)
		}
	}
}

// dataBytes returns how long the data events in a log file are.
func dataBytes(t *testing.T, text string) (sum int) {
	t.Helper()
	var file struct{ Records []json.RawMessage }
	if err := json.Unmarshal([]byte(text), &file); err != nil {
		t.Fatal(err)
	}
	for _, r := range file.Records {
		if all, _ := countData(t, `{"Records":[`+string(r)+`]}`); all == "1" {
			sum += len(r)
		}
	}
	return sum
}

// A part of a month, with something that could not be read, has a forecast and the problem in it.
func TestPartOfMonth(t *testing.T) {
	log := write(t, "a.json", strings.Replace(logsEvery(10*time.Minute, 6*24*5), "[", "[17,", 1))
	r := price(t, incomplete, "", log)
	expected := r.Forecast.Expected.Total.Rat().FloatString(decimals)
	text := try(t, "", log)
	if want := "\n" + expected + " USD, between "; text.status != incomplete || !strings.Contains(text.out, "forecast of 2026-03, from ") || !strings.Contains(text.out, want) {
		t.Errorf("status %d, no %q in\n%s", text.status, want, text.out)
	}
	page := try(t, "", "-format", "html", log)
	for _, want := range []string{"Forecast for the month", "Not used: " + log + ": record: ", "1 could not be read"} {
		if page.status != incomplete || !strings.Contains(page.out, want) {
			t.Errorf("status %d, no %q in the page", page.status, want)
		}
	}
}

// What a configuration says in numbers of its own is paid for once; what goes by volume, by each trail.
func TestPipelineConfig(t *testing.T) {
	log := write(t, "a.json", logs(300))
	config := write(t, "c.json", `{"trails": [{"name": "a", "selectors": `+allObjects+`}, {"name": "b", "selectors": `+allObjects+`}],
		"pipeline": {"Lambda": {"Invocations": 1000, "Memory": 128, "Milliseconds": 100}, "EventBridge": {"Custom": 7},
			"KMS": {"Keys": 2}, "CloudWatchLogs": {"Scanned": 1000}, "Lake": {"Other": 5, "Scanned": 9}}}`)
	quantities := make(map[string]string)
	for _, l := range price(t, done, "", "-config", config, log).Bill.Lines {
		quantities[l.Trail+" "+l.Meter] = l.Quantity
	}
	for meter, once := range map[string]bool{
		"lambda_requests": true, "eventbridge_custom_events_64kb": true, "kms_key_months": true, "cwl_insights_scanned_gb": true,
		"lake_1y_ingest_other_gb": true, "lake_query_scanned_gb": true,
		"kms_requests": false, "cwl_ingest_standard_gb": false, "lake_1y_ingest_cloudtrail_gb": false,
	} {
		if a, b := quantities["a "+meter], quantities["b "+meter]; a == "" || (b == "") != once {
			t.Errorf("%s: %q on the first trail, %q on the second; want once: %v", meter, a, b, once)
		}
	}
}
