package report

import (
	"bytes"
	"encoding/xml"
	"errors"
	"fmt"
	"html"
	"io"
	"os"
	"regexp"
	"strings"
	"testing"
	"time"

	"github.com/trailsieve/trailsieve/internal/synth"
	"github.com/trailsieve/trailsieve/pricing"
	"github.com/trailsieve/trailsieve/pricing/advice"
	"github.com/trailsieve/trailsieve/pricing/attribution"
	"github.com/trailsieve/trailsieve/pricing/whatif"
	"github.com/trailsieve/trailsieve/record"
	"github.com/trailsieve/trailsieve/selector"
)

func usEast1(t testing.TB) *pricing.Rates {
	t.Helper()
	rates, ok := pricing.Published("us-east-1")
	if !ok {
		t.Fatal("no rates")
	}
	return rates
}

var objects = selector.MustCompile(`{"EventSelectors": [{"IncludeManagementEvents": true,
	"DataResources": [{"Type": "AWS::S3::Object", "Values": ["arn:aws:s3"]}]}]}`)

// month returns the page of a month with ten million events: 20,000 records, each 500 times.
func month(t testing.TB) *Page {
	const records, times = 20_000, 500
	trails := []pricing.Trail{{Name: "audit"}, {Name: "objects", Selector: objects}}
	g := synth.New(synth.Config{
		Seed: 1, Start: time.Date(2026, time.March, 1, 0, 0, 0, 0, time.UTC), Gap: 30 * 24 * time.Hour / records, DataPercent: 80,
	})
	a := attribution.Attribution{Meter: &pricing.Meter{Trails: trails}, Capacity: 100}
	adviser, err := advice.New(trails)
	if err != nil {
		t.Fatal(err)
	}
	days := pricing.DayMeters{Trails: trails}
	proposed := []pricing.Trail{{Name: "objects", Selector: objects}}
	comparison := whatif.New(trails, proposed)
	var r record.Record
	var text []byte
	for range records {
		text = g.AppendRecord(text[:0])
		if err := r.UnmarshalJSON(text); err != nil {
			t.Fatal(err)
		}
		err := errors.Join(a.AddTimes(&r, times), adviser.AddTimes(&r, times), comparison.AddTimes(&r, times))
		if err != nil {
			t.Fatal(err)
		}
		if r.EventTime.Day() < 20 && r.EventTime.Month() == time.March {
			if err := days.AddTimes(&r, times); err != nil {
				t.Fatal(err)
			}
		}
	}
	rates := usEast1(t)
	bill, err := a.Meter.Bill(rates)
	if err != nil {
		t.Fatal(err)
	}
	p := &Page{
		Title: "CloudTrail", Period: "1 to 31 March 2026, ten million synthetic events", Bill: bill,
		Notes: []string{"Prices: " + "AWS's list for all Regions of the commercial partition."},
	}
	for _, d := range []attribution.Dimension{attribution.Day, attribution.Bucket, attribution.Prefix(1), attribution.Prefix(2),
		attribution.EventName, attribution.Principal} {
		n := 8
		if d == attribution.Day {
			n = 40
		}
		table, err := a.Table(d, rates, n)
		if err != nil {
			t.Fatal(err)
		}
		p.Tables = append(p.Tables, table)
	}
	forecast, err := pricing.ForecastMonth(days.Days()...)
	if err != nil {
		t.Fatal(err)
	}
	p.Assumption = forecast.String()
	if p.Forecast, err = forecast.Bill(rates); err != nil {
		t.Fatal(err)
	}
	if p.Recommendations, err = adviser.Recommend(rates); err != nil {
		t.Fatal(err)
	}
	if p.Difference, err = comparison.Difference(rates); err != nil {
		t.Fatal(err)
	}
	return p
}

// TestMonth writes the page of a month to $REPORT_FILE, if that is set, to be looked at in a browser; and
// checks that it is well formed, needs nothing from elsewhere, and has the right total.
func TestMonth(t *testing.T) {
	p := month(t)
	var b bytes.Buffer
	if err := p.Write(&b); err != nil {
		t.Fatal(err)
	}
	if name := os.Getenv("REPORT_FILE"); name != "" {
		if err := os.WriteFile(name, b.Bytes(), 0o644); err != nil {
			t.Fatal(err)
		}
	}
	checkPage(t, b.String())
	total := p.Bill.Total().String() + " USD"
	if n := strings.Count(b.String(), total); n < 3 {
		t.Errorf("the total, %s, is there %d times, want at the top, in the table and at the end", total, n)
	}
	for _, table := range p.Tables { // each table is all of the bill
		sum := table.Other.MaxAmount
		for _, row := range append(table.Rows, table.None) {
			var err error
			if sum, err = sum.Add(row.Amount); err != nil {
				t.Fatal(err)
			}
		}
		if sum != p.Bill.Total() {
			t.Errorf("by %s: %v, want %v", table.Dimension, sum, p.Bill.Total())
		}
	}
	var events uint64
	for _, l := range p.Bill.Lines {
		if l.Meter == pricing.DataEvents || l.Meter == pricing.ManagementFirstCopies {
			events += l.Quantity
		}
	}
	if events != 10_000_000 {
		t.Errorf("%d events, want ten million", events)
	}
}

// checkPage reads the page as a browser does, strictly: tags are closed in order, and nothing is loaded.
func checkPage(t *testing.T, page string) {
	t.Helper()
	d := xml.NewDecoder(strings.NewReader(page))
	d.Strict = false
	d.AutoClose = xml.HTMLAutoClose
	d.Entity = xml.HTMLEntity
	var open []string
	for {
		token, err := d.Token()
		if err == io.EOF {
			break
		}
		if err != nil {
			t.Fatalf("not well formed: %v", err)
		}
		switch token := token.(type) {
		case xml.StartElement:
			open = append(open, token.Name.Local)
			for _, a := range token.Attr {
				switch a.Name.Local {
				case "src", "href", "action", "onload", "onclick", "srcset", "data":
					t.Errorf("<%s %s=%q>", token.Name.Local, a.Name.Local, a.Value)
				}
			}
			switch token.Name.Local {
			case "script", "link", "img", "iframe", "object", "a", "form":
				t.Errorf("<%s>", token.Name.Local)
			}
		case xml.EndElement:
			if len(open) == 0 || open[len(open)-1] != token.Name.Local {
				t.Fatalf("</%s> ends %q", token.Name.Local, open)
			}
			open = open[:len(open)-1]
		}
	}
	if strings.Contains(page, "url(") || strings.Contains(page, "@import") {
		t.Error("the styles load something")
	}
	if strings.Contains(page, "ZgotmplZ") || strings.Contains(page, "<no value>") {
		t.Error("a template has gone wrong")
	}
	var ids []string
	for _, m := range regexp.MustCompile(` id="([^"]*)"`).FindAllStringSubmatch(page, -1) {
		ids = append(ids, m[1])
	}
	for i, id := range ids {
		for _, other := range ids[:i] {
			if id == other {
				t.Errorf("the id %q is there twice", id)
			}
		}
	}
}

// FuzzPage gives the page names from hostile log files.
func FuzzPage(f *testing.F) {
	f.Add("<script>alert(1)</script>", "a\"><img src=x>", uint64(7))
	f.Add("\u202e\x00", "javascript:alert(1)", uint64(0))
	f.Add("]]>", "&amp;</title></svg>", uint64(1<<63))
	f.Fuzz(func(t *testing.T, key, trail string, n uint64) {
		bill, err := usEast1(t).Bill(pricing.Usage{Trail: trail, Account: key, Region: "us-east-1", Meter: pricing.DataEvents, Quantity: n})
		if err != nil {
			t.Fatal(err)
		}
		row := attribution.Row{Key: key, Events: n, MaxEvents: n, Amount: bill.Total(), MaxAmount: bill.Total()}
		page := Page{Title: key, Period: trail, Bill: bill, Notes: []string{key}}
		for _, d := range []attribution.Dimension{attribution.Bucket, attribution.Day, attribution.Hour} {
			page.Tables = append(page.Tables, &attribution.Table{
				Dimension: d, Rows: []attribution.Row{row}, Total: bill.Total(), Events: n,
			})
		}
		var b bytes.Buffer
		if err := page.Write(&b); err != nil {
			t.Fatal(err)
		}
		var plain bytes.Buffer
		page.Title, page.Period, page.Notes, bill.Lines[0].Trail, bill.Lines[0].Account = "x", "x", []string{"x"}, "x", "x"
		for _, table := range page.Tables {
			table.Rows[0].Key = "x"
		}
		if err := page.Write(&plain); err != nil {
			t.Fatal(err)
		}
		tags := regexp.MustCompile(`<[a-z/!][^>]*`)
		name := regexp.MustCompile(`^<[a-z0-9/!]*`)
		shape := func(text string) (s string) {
			for _, tag := range tags.FindAllString(text, -1) {
				s += name.FindString(tag)
			}
			return s
		}
		if key != "" && trail != "" && shape(b.String()) != shape(plain.String()) {
			t.Errorf("%q and %q change the tags of the page", key, trail)
		}
	})
}

func TestMoney(t *testing.T) {
	for _, tt := range []struct{ total, amount, want string }{
		{"7", "0", "$0.00"}, {"7", "0.1", "$0.10"}, {"7", "0.000413", "< $0.01"}, {"0.7", "0.000413", "$0.000413"},
		{"0.7", "0.0000001", "< $0.000001"}, {"1", "0.5", "$0.50"}, {"0.99", "0.5", "$0.500000"},
		{"1", "0.0181405", "$0.02"}, {"1", "1", "$1.00"}, {"1", "1234567.891", "$1,234,567.89"}, {"1", "-322.34664", "−$322.35"},
		{"1", "999", "$999.00"}, {"1", "-1000", "−$1,000.00"}, {"1", "-0.25", "−$0.25"}, {"1", "-0.0001", "> −$0.01"},
		{"0", "0", "$0.00"},
	} {
		m := newMoney("USD", pricing.MustParseUSD(tt.total))
		if got := m.amount(pricing.MustParseUSD(tt.amount)).Text; got != tt.want {
			t.Errorf("%s of %s prints as %s, want %s", tt.amount, tt.total, got, tt.want)
		}
	}
	if got := newMoney("CNY", pricing.MustParseUSD("12.3")).amount(pricing.MustParseUSD("12.3")).Text; got != "CNY\u00a012.30" {
		t.Errorf("yuan print as %q", got)
	}
}

// The lines of a timeline are at round amounts, and the highest is at or above the highest column.
func TestTicks(t *testing.T) {
	for _, tt := range []struct{ most, want string }{
		{"0", "$0.00"}, {"1", "$0.00 $0.50 $1.00"}, {"0.31", "$0.00 $0.10 $0.20 $0.30 $0.40"},
		{"7.3", "$0.00 $2.00 $4.00 $6.00 $8.00"}, {"1234", "$0.00 $500.00 $1,000.00 $1,500.00"},
		{"0.0000001", "$0.00 $0.00000005 $0.0000001"}, {"1000000000000000", "$0.00 $500,000,000,000,000.00 $1,000,000,000,000,000.00"},
	} {
		var v timelineView
		top := v.ticks(money{"USD", 2}, pricing.MustParseUSD(tt.most))
		var got []string
		for _, tick := range v.Ticks {
			got = append(got, tick.Text)
		}
		if strings.Join(got, " ") != tt.want || top.Cmp(pricing.MustParseUSD(tt.most).Rat()) < 0 {
			t.Errorf("up to %s: %s, to %v, want %s", tt.most, got, top, tt.want)
		}
	}
}

// A range of which both ends print alike is one amount.
func TestRange(t *testing.T) {
	for _, tt := range []struct{ least, most, want string }{
		{"5", "5", ""}, {"5.001", "5.002", ""}, {"0.001", "0.002", ""}, {"5", "5.01", "$5.01"},
	} {
		row := attribution.Row{Amount: pricing.MustParseUSD(tt.least), MaxAmount: pricing.MustParseUSD(tt.most)}
		if got := newBar(money{"USD", 2}, "x", row, row.MaxAmount, row.MaxAmount); got.MaxAmount != tt.want {
			t.Errorf("from %s to %s: %s to %q, want %q", tt.least, tt.most, got.Amount.Text, got.MaxAmount, tt.want)
		}
	}
}

func TestFillGaps(t *testing.T) {
	rows := fillGaps(attribution.Day, []attribution.Row{{Key: "2026-02-27"}, {Key: "2026-03-02"}})
	var got []string
	for _, r := range rows {
		got = append(got, r.Key)
	}
	if want := "[2026-02-27 2026-02-28 2026-03-01 2026-03-02]"; fmt.Sprint(got) != want {
		t.Errorf("got %v, want %s", got, want)
	}
	for _, rows := range [][]attribution.Row{nil, {{Key: "x"}, {Key: "y"}}, {{Key: "0001-01-01"}, {Key: "9999-12-31"}}} {
		if got := fillGaps(attribution.Day, rows); len(got) != len(rows) {
			t.Errorf("%v is filled to %d rows", rows, len(got))
		}
	}
}

func TestNoBill(t *testing.T) {
	if err := new(Page).Write(io.Discard); !errors.Is(err, ErrNoBill) {
		t.Errorf("got %v, want ErrNoBill", err)
	}
	if err := (&Page{Bill: new(pricing.Bill)}).Write(io.Discard); err != nil {
		t.Errorf("an empty bill: %v", err)
	}
}

// What is free, or less than a dollar, is shown with the decimals that the rest of the page needs.
func TestDecimals(t *testing.T) {
	free, err := usEast1(t).Bill(pricing.Usage{Region: "us-east-1", Meter: pricing.ManagementFirstCopies, Quantity: 7})
	if err != nil {
		t.Fatal(err)
	}
	half := &whatif.Difference{New: pricing.MustParseUSD("0.5"), Change: pricing.MustParseUSD("0.5")}
	for _, tt := range []struct {
		what string
		page Page
		want string
	}{
		{"no lines", Page{Bill: new(pricing.Bill)}, ">$0.00</strong>"},
		{"free", Page{Bill: free}, ">$0.00</strong>"},
		{"free, but not with other trails", Page{Bill: free, Difference: half}, "$0.500000 instead of $0.000000"},
	} {
		var b bytes.Buffer
		if err := tt.page.Write(&b); err != nil {
			t.Fatal(err)
		}
		if !strings.Contains(b.String(), tt.want) || len(tt.page.Bill.Lines) == 0 && strings.Contains(b.String(), "0.000000") {
			t.Errorf("%s: no %s", tt.what, tt.want)
		}
	}
}

// Each meter that has a published price has a name, and no two have the same one.
func TestMeterNames(t *testing.T) {
	seen := make(map[string]pricing.MeterName)
	for rate := range usEast1(t).All() {
		name := meterName(rate.Meter)
		if other, ok := seen[name]; ok && other != rate.Meter || meterNames[rate.Meter] == "" {
			t.Errorf("%s is called %q, as is %q", rate.Meter, name, other)
		}
		seen[name] = rate.Meter
	}
	for meter, want := range map[pricing.MeterName]string{
		pricing.S3StandardStorage: "S3 Standard storage", "our_own": "Our own", "": "", "\u202e": `"\u202e"`,
	} {
		if got := meterName(meter); got != want {
			t.Errorf("%q is called %q, want %q", meter, got, want)
		}
	}
}

func TestKeyText(t *testing.T) {
	for _, tt := range []struct {
		d         attribution.Dimension
		key, want string
	}{
		{attribution.Bucket, "photos", "photos"},
		{attribution.Bucket, "", "(none)"},
		{attribution.Bucket, "a\tb", `"a\tb"`},
		{attribution.Prefix(2), "photos/", "photos/"},
		{attribution.Prefix(4), "photos", "photos (calls without a key)"},
		{attribution.By(attribution.Trail, attribution.Bucket), "images\tphotos", "images · photos"},
		{attribution.By(attribution.Trail, attribution.Prefix(1)), "\tphotos/a\tb/", `(none) · "photos/a\tb/"`},
		{attribution.By(attribution.Trail, attribution.Bucket), "not of it", "not of it"},
	} {
		if got := keyText(tt.d, tt.key); got != tt.want {
			t.Errorf("%q by %s is shown as %s, want %s", tt.key, tt.d, got, tt.want)
		}
	}
}

// A name that would turn the rest of a line around, or hide in it, is written out wherever it stands.
func TestUnprintable(t *testing.T) {
	const bad = "gpj.\u202eexe\u200b\x1b"
	rates, err := pricing.NewRates("", pricing.Rate{Meter: bad, Unit: bad, Price: pricing.MustParseUSD("1")})
	if err != nil {
		t.Fatal(err)
	}
	bill, err := rates.Bill(pricing.Usage{Trail: bad, Account: bad, Region: bad, Meter: bad, Quantity: 1, Note: bad})
	if err != nil {
		t.Fatal(err)
	}
	page := Page{Bill: bill, Difference: &whatif.Difference{Lines: []whatif.Line{
		{Trail: bad, Account: bad, Region: bad, Meter: bad, Lost: 1},
	}}}
	for _, d := range []attribution.Dimension{attribution.Principal, attribution.Day, attribution.Hour} {
		page.Tables = append(page.Tables, &attribution.Table{Dimension: d, Rows: []attribution.Row{{Key: bad, Events: 1}}})
	}
	var b bytes.Buffer
	if err := page.Write(&b); err != nil {
		t.Fatal(err)
	}
	if i := strings.IndexAny(b.String(), bad[len("gpj."):len("gpj.\u202e")]+"\u200b\x1b"); i >= 0 {
		t.Errorf("...%q...", b.String()[max(0, i-60):i+20])
	}
}

// The labels of a chart by hour do not run into one another, and its columns fill the width.
func TestTimelineLabels(t *testing.T) {
	for _, hours := range []int{1, 24, 100, 744, 800} {
		table := &attribution.Table{Dimension: attribution.Hour}
		for i := range hours {
			at := time.Date(2026, 3, 1, i, 0, 0, 0, time.UTC).Format("2006-01-02T15")
			table.Rows = append(table.Rows, attribution.Row{Key: at, Events: 1, Amount: pricing.MustParseUSD("1")})
		}
		v := newTimeline(money{"USD", 2}, table)
		last := -hourLabelWidth
		for _, c := range v.Columns {
			if c.Label == "" {
				continue
			}
			if c.LabelX-last < hourLabelWidth-1 { // rounded to whole pixels
				t.Errorf("%d hours: %s is %d behind the label before it", hours, c.Label, c.LabelX-last)
			}
			last = c.LabelX
			if c.LabelX+(hourLabelWidth-labelGap)/2 > chartWidth {
				t.Errorf("%d hours: %s is cut off at the right", hours, c.Label)
			}
		}
		if end := v.Columns[hours-1]; end.X+end.Width < chartWidth*9/10 || end.X+end.Width > chartWidth {
			t.Errorf("%d hours end at %d of %d", hours, end.X+end.Width, chartWidth)
		}
	}
}

func ExamplePage() {
	rates, _ := pricing.Published("us-east-1")
	bill, err := rates.Bill(pricing.Usage{Trail: "images", Region: "us-east-1", Meter: pricing.DataEvents, Quantity: 5_000_000_000})
	if err != nil {
		fmt.Println(err)
		return
	}
	var b bytes.Buffer
	page := Page{Title: "CloudTrail", Period: "March 2026", Bill: bill}
	if err := page.Write(&b); err != nil {
		fmt.Println(err)
		return
	}
	fmt.Println(html.UnescapeString(regexp.MustCompile(`<strong[^>]*>(.*)</strong>`).FindStringSubmatch(b.String())[1]))
	// Output: $5,000.00
}
