package pricing

import (
	"encoding/json"
	"errors"
	"fmt"
	"math"
	"math/big"
	"math/rand/v2"
	"reflect"
	"slices"
	"strings"
	"testing"
)

func mustBill(t *testing.T, usage ...Usage) *Bill {
	t.Helper()
	rates, ok := Published("us-east-1")
	if !ok {
		t.Fatal("no rates")
	}
	bill, err := rates.Bill(usage...)
	if err != nil {
		t.Fatal(err)
	}
	return bill
}

func TestBillString(t *testing.T) {
	for _, tt := range []struct {
		name  string
		usage []Usage
		want  string
	}{
		{"empty", nil, `
trail  account  region  meter  quantity  unit  unit price  amount USD
total                                                               0
`},
		{"one", []Usage{{Region: "us-east-1", Meter: DataEvents, Quantity: 100_000}}, `
region     meter        quantity  unit   unit price  amount USD
us-east-1  data_events    100000  event    0.000001         0.1
total                                                       0.1
`},
		{"several", []Usage{
			{Trail: "images", Account: "111122223333", Region: "us-east-1",
				Meter: DataEvents, Quantity: 25, Note: "charged"},
			{Trail: "audit", Account: "444455556666", Region: "eu-west-1",
				Meter: ManagementFirstCopies, Quantity: 7, Note: "free"},
			{Trail: "über", Account: "444455556666", Region: "eu-west-1",
				Meter: ManagementAdditionalCopies, Quantity: 123456789},
			{Trail: "audit", Region: "eu-west-1", Meter: DataEvents, Quantity: 3, Note: "charged"},
		}, `
trail   account       region     meter                               quantity  unit   unit price   amount USD
images  111122223333  us-east-1  data_events                               25  event    0.000001     0.000025
audit   444455556666  eu-west-1  management_events_first_copy               7  event    0            0
über    444455556666  eu-west-1  management_events_additional_copy  123456789  event    0.00002   2469.13578
audit                 eu-west-1  data_events                                3  event    0.000001     0.000003
total                                                                                             2469.135808

data_events: charged
management_events_first_copy: free
`},
		{"hostile", []Usage{
			{Trail: "a\nb\x1b[2J", Account: "\xff", Region: "us-east-1", Meter: DataEvents, Quantity: 1},
		}, `
trail          account  region     meter        quantity  unit   unit price  amount USD
"a\nb\x1b[2J"  "\xff"   us-east-1  data_events         1  event    0.000001    0.000001
total                                                                          0.000001
`},
	} {
		t.Run(tt.name, func(t *testing.T) {
			if got := "\n" + mustBill(t, tt.usage...).String(); got != tt.want {
				t.Errorf("got%s\nwant%s", got, tt.want)
			}
		})
	}
}

func TestBillJSON(t *testing.T) {
	bill := mustBill(t,
		Usage{Trail: "images", Region: "us-east-1", Meter: DataEvents, Quantity: 100_000},
		Usage{Account: "111122223333", Region: "us-east-1",
			Meter: ManagementFirstCopies, Quantity: math.MaxUint64, Note: "free"})
	got, err := json.Marshal(bill)
	want := `{"currency":"USD","total":"0.1","lines":[` +
		`{"trail":"images","region":"us-east-1","meter":"data_events","quantity":"100000",` +
		`"unit":"event","unitPrice":"0.000001","amount":"0.1","usageType":"DataEventsRecorded"},` +
		`{"account":"111122223333","region":"us-east-1","meter":"management_events_first_copy",` +
		`"quantity":"18446744073709551615","note":"free","unit":"event","unitPrice":"0","amount":"0","usageType":"FreeEventsRecorded"}]}`
	if err != nil || string(got) != want {
		t.Errorf("got  %s, %v\nwant %s", got, err, want)
	}
	back := new(Bill)
	if err := json.Unmarshal(got, back); err != nil || !reflect.DeepEqual(back, bill) {
		t.Errorf("back: %v, %v, want %v", back, err, bill)
	}
	got, err = json.Marshal(new(Bill))
	if want := `{"currency":"USD","total":"0","lines":[]}`; err != nil || string(got) != want {
		t.Errorf("the empty bill: %s, %v, want %s", got, err, want)
	}
}

// A bill from somewhere else, whose lines have no sum, is refused before anybody asks for its total.
func TestBillJSONOverflow(t *testing.T) {
	half := `{"meter":"x","quantity":"1","unit":"u","unitPrice":"0","amount":"999999999999999"}`
	third := `{"meter":"x","quantity":"1","per":"%d","unit":"u","unitPrice":"0.01","amount":"%s"}`
	share := func(per uint64) string {
		amount, err := MustParseUSD("0.01").MulDiv(1, per)
		if err != nil {
			t.Fatal(err)
		}
		return fmt.Sprintf(third, per, amount)
	}
	for _, tt := range []struct {
		lines string
		want  error
	}{
		{half, nil},
		{half + "," + half, ErrOverflow},
		{share(3) + "," + share(7), nil},
		{share(math.MaxUint64) + "," + share(math.MaxUint64-1), ErrPrecision},
	} {
		b := &Bill{Currency: "CNY"}
		err := json.Unmarshal([]byte(`{"currency":"USD","lines":[`+tt.lines+`]}`), b)
		if !errors.Is(err, tt.want) || (err != nil) != (b.Currency == "CNY") {
			t.Errorf("[%s]: %v, want %v, and the bill is %+v", tt.lines, err, tt.want, b)
		}
	}
}

func TestInvoice(t *testing.T) {
	for _, tt := range []struct {
		name  string
		usage []Usage
		want  string // total of the invoice
		lines int
	}{
		{"empty", nil, "0", 0},
		{"each line is rounded", []Usage{
			{Region: "us-east-1", Meter: DataEvents, Quantity: 5_000},
			{Region: "us-west-2", Meter: DataEvents, Quantity: 4_999},
			{Region: "eu-west-1", Meter: DataEvents, Quantity: 14_999},
		}, "0.02", 3},
		{"trails share a line", []Usage{
			{Trail: "a", Region: "us-east-1", Meter: DataEvents, Quantity: 3_000},
			{Trail: "b", Region: "us-east-1", Meter: DataEvents, Quantity: 2_000},
			{Trail: "b", Region: "us-east-1", Meter: ManagementFirstCopies, Quantity: 2_000},
		}, "0.01", 2},
		{"accounts do not", []Usage{
			{Account: "111122223333", Region: "us-east-1", Meter: DataEvents, Quantity: 3_000},
			{Account: "444455556666", Region: "us-east-1", Meter: DataEvents, Quantity: 2_000},
		}, "0", 2},
	} {
		bill := mustBill(t, tt.usage...)
		before := bill.String()
		invoice, err := bill.Invoice()
		if err != nil || invoice.Total().String() != tt.want || len(invoice.Lines) != tt.lines {
			t.Errorf("%s: %v, %v, want %d lines, in all %s", tt.name, invoice, err, tt.lines, tt.want)
		}
		if bill.String() != before {
			t.Errorf("%s: Invoice has changed the bill", tt.name)
		}
	}
}

func TestBillOverflow(t *testing.T) {
	dollar, err := new(Rates).With(
		Rate{Meter: "house", Unit: "house", Price: MustParseUSD("1000000000000000")},
		Rate{Meter: "penny", Unit: "coin", Price: MustParseUSD("0.005")},
		Rate{Meter: "air", Unit: "breath"})
	if err != nil {
		t.Fatal(err)
	}
	for name, usage := range map[string][]Usage{
		"a line":    {{Meter: "house", Quantity: 2}},
		"the total": {{Meter: "house", Quantity: 1}, {Meter: "penny", Quantity: 1}},
	} {
		bill, err := dollar.Bill(usage...)
		var place *Error
		if bill != nil || !errors.Is(err, ErrOverflow) || !errors.As(err, &place) {
			t.Errorf("%s: %v, %v, want an Error: ErrOverflow", name, bill, err)
		}
	}
	for name, usage := range map[string][]Usage{
		"a quantity": {{Meter: "air", Quantity: math.MaxUint64}, {Meter: "air", Quantity: 1}},
		"the rounded total": {
			{Meter: "penny", Quantity: 199999999999999998}, // 999,999,999,999,999.99
			{Account: "111122223333", Meter: "penny", Quantity: 1},
			{Account: "444455556666", Meter: "penny", Quantity: 1},
		},
	} {
		bill, err := dollar.Bill(usage...)
		if err != nil {
			t.Errorf("%s: %v", name, err)
			continue
		}
		if invoice, err := bill.Invoice(); invoice != nil || !errors.Is(err, ErrOverflow) {
			t.Errorf("%s: %v, %v, want ErrOverflow", name, invoice, err)
		}
	}
	defer func() {
		if text, _ := recover().(string); !strings.Contains(text, "overflow") {
			t.Errorf("Total of a changed bill panics with %q", text)
		}
	}()
	most := Line{Amount: MustParseUSD("1000000000000000")}
	t.Error((&Bill{Lines: []Line{most, most}}).Total())
}

func FuzzBill(f *testing.F) {
	for seed := range uint64(4) {
		f.Add(seed)
	}
	f.Fuzz(checkBill)
}

func TestBillTwin(t *testing.T) {
	for seed := range uint64(300) {
		checkBill(t, seed)
	}
}

// checkBill makes bills of quantities in parts of many sizes, and compares with rational numbers: each line,
// the total, and that of the invoice.
func checkBill(t *testing.T, seed uint64) {
	rnd := rand.New(rand.NewPCG(seed, 11))
	rates, _ := Published("us-east-1")
	var all []Rate
	for row := range rates.All() {
		if row.Region == "" || row.Region == "us-east-1" {
			all = append(all, row)
		}
	}
	var usage []Usage
	type line struct {
		account string
		meter   MeterName
	}
	total, lines := new(big.Rat), make(map[line]*big.Rat)
	for range rnd.IntN(20) {
		row := all[rnd.IntN(len(all))]
		u := Usage{
			Trail: []string{"a", "b"}[rnd.IntN(2)], Account: someAccounts[rnd.IntN(3)], Region: "us-east-1", Meter: row.Meter,
			Quantity: rnd.Uint64() >> (1 + rnd.IntN(60)), Per: []uint64{0, 1, 1e9, 1 << 30, 744, 672 << 30, 1000}[rnd.IntN(7)],
		}
		usage = append(usage, u)
		amount := new(big.Rat).SetFrac(new(big.Int).SetUint64(u.Quantity), new(big.Int).SetUint64(max(u.Per, 1)))
		amount.Mul(amount, mustRat(row.Price.String()))
		total.Add(total, amount)
		l := line{u.Account, u.Meter}
		if lines[l] == nil {
			lines[l] = new(big.Rat)
		}
		lines[l].Add(lines[l], amount)
	}
	bill, err := rates.Bill(usage...)
	if !isUSDSlow(total) {
		if !errors.Is(err, ErrOverflow) && !errors.Is(err, ErrPrecision) {
			t.Errorf("seed %d: %v, want an error: the total is %s", seed, err, printSlow(total))
		}
		return
	}
	if err != nil {
		t.Fatalf("seed %d: %v", seed, err)
	}
	sum := new(big.Rat)
	for i, l := range bill.Lines {
		sum.Add(sum, l.Amount.Rat())
		if l.Usage != usage[i] {
			t.Errorf("seed %d: line %d is of %+v, want %+v", seed, i, l.Usage, usage[i])
		}
	}
	if bill.Total().Rat().Cmp(total) != 0 || sum.Cmp(total) != 0 {
		t.Errorf("seed %d: total %v, sum of the lines %s, want %s", seed, bill.Total(), printSlow(sum), printSlow(total))
	}
	cents := new(big.Rat)
	for _, amount := range lines {
		cents.Add(cents, centsSlow(amount))
	}
	invoice, err := bill.Invoice()
	if errors.Is(err, ErrOverflow) { // the quantities of several trails, in the same parts
		return
	}
	if err != nil || invoice.Total().Rat().Cmp(cents) != 0 {
		t.Errorf("seed %d: invoice %v, %v, want %s", seed, invoice, err, printSlow(cents))
	}
	text, err := json.Marshal(bill)
	var back Bill
	if err == nil {
		err = json.Unmarshal(text, &back)
	}
	if err != nil || !slices.Equal(back.Lines, bill.Lines) {
		t.Errorf("seed %d: %s becomes\n%v, %v", seed, text, &back, err)
	}
}
