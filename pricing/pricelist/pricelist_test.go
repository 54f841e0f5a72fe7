package pricelist

import (
	"errors"
	"fmt"
	"os"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/trailsieve/trailsieve/pricing"
)

// testdata has the same prices in both formats: AWS's members and columns, and numbers of our own.
func files(t testing.TB) (json, csv string) {
	t.Helper()
	a, err1 := os.ReadFile("testdata/list.json")
	b, err2 := os.ReadFile("testdata/list.csv")
	if err := errors.Join(err1, err2); err != nil {
		t.Fatal(err)
	}
	return string(a), string(b)
}

func TestParse(t *testing.T) {
	json, csv := files(t)
	fromJSON, err := Parse([]byte(json))
	if err != nil {
		t.Fatal(err)
	}
	fromCSV, err := Parse([]byte(csv))
	if err != nil {
		t.Fatal(err)
	}
	for i := range fromJSON.Rows {
		if fromJSON.Rows[i].Offset == 0 {
			t.Errorf("row %d has no offset", i)
		}
		fromJSON.Rows[i].Offset = 0
	}
	for i := range fromCSV.Rows {
		if fromCSV.Rows[i].Line != i+7 {
			t.Errorf("row %d is on line %d", i, fromCSV.Rows[i].Line)
		}
		fromCSV.Rows[i].Line = 0
	}
	if got, want := fmt.Sprintf("%+v", fromCSV), fmt.Sprintf("%+v", fromJSON); got != want {
		t.Errorf("CSV %s\nJSON %s", got, want)
	}
	rates, skipped, err := fromJSON.Rates("USD", CloudTrail)
	if err != nil {
		t.Fatal(err)
	}
	var got []string
	for r := range rates.All() {
		got = append(got, fmt.Sprint(r.Meter, " ", r.Region, " ", r.Unit, " ", r.Price, " ", r.From, " ", r.Until, " ", r.UsageType))
	}
	want := []string{
		"data_events eu-west-1 event 0.000001 2024-10-01 2025-07-01 DataEventsRecorded",
		"data_events eu-west-1 event 0.0000009 2025-07-01  DataEventsRecorded",
		"data_events us-east-1 event 0.000001 2025-07-01  DataEventsRecorded",
		"lake_7y_ingest_first_5tb_gb us-east-1 GB 2.5 2025-07-01  Ingestion-Bytes",
		"lake_7y_ingest_next_20tb_gb us-east-1 GB 1 2025-07-01  Ingestion-Bytes",
		"lake_7y_ingest_over_25tb_gb us-east-1 GB 0.5 2025-07-01  Ingestion-Bytes",
		"management_events_additional_copy us-east-1 event 0.00002 2025-07-01  PaidEventsRecorded",
	}
	if !slices.Equal(got, want) {
		t.Errorf("got\n%s\nwant\n%s", strings.Join(got, "\n"), strings.Join(want, "\n"))
	}
	got = nil
	for _, s := range skipped {
		got = append(got, s.Row.UsageType+": "+s.Why)
	}
	want = []string{"USE1-FreeTrialIngestion-Bytes: no meter for this usage type", "DataEventsRecorded: no Region"}
	if !slices.Equal(got, want) {
		t.Errorf("skipped %q, want %q", got, want)
	}
	for day, want := range map[string]string{"2024-12-31": "0.000001", "2025-12-31": "0.0000009"} {
		date, _ := time.Parse(time.DateOnly, day)
		rate, err := rates.On(date).Rate(pricing.DataEvents, "eu-west-1")
		if err != nil || rate.Price.String() != want {
			t.Errorf("on %s: %v, %v, want %s", day, rate.Price, err, want)
		}
	}
	if rate, err := rates.Rate(pricing.DataEvents, "eu-west-1"); err != nil || rate.Price.String() != "0.0000009" {
		t.Errorf("today: %v, %v", rate, err)
	}
	if _, skipped, err := fromJSON.Rates("CNY", CloudTrail); err != nil || len(skipped) != len(fromJSON.Rows) {
		t.Errorf("in another currency: %d of %d rows skipped, %v", len(skipped), len(fromJSON.Rows), err)
	}
}

func TestGlobal(t *testing.T) {
	for usageType, want := range map[string]string{
		"USE1-DataEventsRecorded": "DataEventsRecorded", "EU-DataEventsRecorded": "DataEventsRecorded",
		"EUC1-PaidStorage-ByteHrs": "PaidStorage-ByteHrs", "DataEventsRecorded": "DataEventsRecorded",
		"Ingestion-Bytes": "Ingestion-Bytes", "QueryScanned-Bytes": "QueryScanned-Bytes",
		"U-Bytes": "U-Bytes", "-Bytes": "-Bytes", "12-Bytes": "12-Bytes",
	} {
		if got := Global(usageType); got != want {
			t.Errorf("Global(%q) = %q, want %q", usageType, got, want)
		}
	}
}

// Each change of the files is an error, at this place.
func TestErrors(t *testing.T) {
	json, csv := files(t)
	for _, tt := range []struct {
		text, old, replaced string
		want                string
	}{
		{json, `"USD": "0.0000010000"`, `"USD": "0,000001"`, `pricelist: pricing: not a decimal number: "0,000001" (offset 1) ` +
			`in /terms/OnDemand/AAAA1111/AAAA1111.TERM20250701/priceDimensions/AAAA1111.TERM20250701.RATE0/pricePerUnit/USD (offset `},
		{json, `"USD": "0.0000010000"`, `"USD": 0.000001`, `pricelist: a number, not a string in /terms/OnDemand/AAAA1111/`},
		{json, `"effectiveDate": "2025-07-01T00:00:00Z"`, `"effectiveDate": "July"`, `pricelist: not an effective date: "July" in /terms/`},
		{json, `"products": {`, `"products": {"AAAA1111": {},`, `pricelist: the SKU is there twice in /products/AAAA1111 (offset `},
		{json, `"AAAA1111": {`, `"XXXX": {`, `pricelist: no product with the SKU "AAAA1111" (offset `},
		{json, `"products": {`, `"products": [{`, `pricelist: an array, not an object in /products (offset `},
		{json, "}\n}\n", "}\n", `pricelist: `},
		{json, "}\n}\n", "}\n}{", `pricelist: `},
		{csv, `"0.0000010000"`, `"0,000001"`, `pricelist: pricing: not a decimal number: "0,000001" (offset 1) (line 7, column 127)`},
		{csv, `"2025-07-01","0"`, `"July","0"`, `pricelist: not an effective date: "July" (line 7, column 95)`},
		{csv, `"SKU"`, `"Key"`, `pricelist: no header that begins with SKU (line `},
		{csv, `"Region Code"`, `"Region"`, `pricelist: no column regioncode (line 6)`},
		{csv, `"Region Code"`, `"SKU"`, `pricelist: column "SKU" is there twice (line 6, column 225)`},
		{csv, `"AAAA1111",`, ``, `pricelist: 18 fields, and the header has 19 (line 7)`},
		{csv, `"AAAA1111"`, `"AAAA"1111"`, `pricelist: extraneous or missing " in quoted-field (line 7, column `},
		{csv, `"0.0000010000"`, `"0.0000010000`, `pricelist: extraneous or missing " in quoted-field (line 7, column `},
		{csv, `"None","","AWS CloudTrail"`, `"None","","AWS CloudTrail`, `pricelist: extraneous or missing " in quoted-field, from here to line 16 (line 15)`},
		{csv, csv, "", `pricelist: no header that begins with SKU (line 1)`},
		{json, json, "{", `pricelist: `},
	} {
		text := strings.Replace(tt.text, tt.old, tt.replaced, 1)
		if text == tt.text {
			t.Fatalf("no %s in the file", tt.old)
		}
		list, err := Parse([]byte(text))
		var at *Error
		if list != nil || !errors.As(err, &at) || !strings.HasPrefix(err.Error(), tt.want) {
			t.Errorf("%s for %s:\n got %v\nwant %s", tt.replaced, tt.old, err, tt.want)
		}
	}
	list, err := Parse([]byte(strings.Replace(csv, "EU-Data", "USE1-Data", 1)))
	if err != nil {
		t.Fatal(err)
	}
	list.Rows[3].Region = "us-east-1"
	list.Rows[3].UsageType = "USE1-DataEventsRecorded"
	if _, _, err := list.Rates("USD", CloudTrail); !errors.Is(err, ErrTwice) {
		t.Errorf("two prices for one day: %v, want ErrTwice", err)
	}
}

func FuzzParse(f *testing.F) {
	json, csv := files(f)
	f.Add([]byte(json))
	f.Add([]byte(csv))
	f.Add([]byte(`{"terms":{"OnDemand":{"A":{"A.B":{"priceDimensions":{"C":{"pricePerUnit":{"USD":"1"}}}}}}},"products":{"A":{}}}`))
	f.Add([]byte("SKU,PricePerUnit,Currency,usageType,Region Code\nA,1,USD,DataEventsRecorded,us-east-1\n"))
	f.Fuzz(func(t *testing.T, text []byte) {
		list, err := Parse(text)
		if err != nil {
			if list != nil || !strings.HasPrefix(err.Error(), "pricelist: ") {
				t.Errorf("%v, %v", list, err)
			}
			return
		}
		rates, skipped, err := list.Rates("USD", CloudTrail)
		if err != nil {
			return
		}
		n := 0
		for range rates.All() {
			n++
		}
		if n+len(skipped) > len(list.Rows) {
			t.Errorf("%d rates and %d skipped of %d rows", n, len(skipped), len(list.Rows))
		}
	})
}

func Example() {
	text, err := os.ReadFile("testdata/list.csv")
	if err != nil {
		fmt.Println(err)
		return
	}
	list, err := Parse(text)
	if err != nil {
		fmt.Println(err)
		return
	}
	rates, skipped, err := list.Rates("USD", CloudTrail)
	if err != nil {
		fmt.Println(err)
		return
	}
	rate, err := rates.Rate(pricing.DataEvents, "eu-west-1")
	fmt.Println(rate.Price, rate.From, err)
	for _, s := range skipped {
		fmt.Printf("line %d, %s: %s\n", s.Row.Line, s.Row.UsageType, s.Why)
	}
	// Output:
	// 0.0000009 2025-07-01 <nil>
	// line 14, USE1-FreeTrialIngestion-Bytes: no meter for this usage type
	// line 15, DataEventsRecorded: no Region
}
