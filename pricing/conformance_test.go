package pricing

import (
	"bufio"
	"bytes"
	"encoding/json"
	"errors"
	"fmt"
	"maps"
	"os"
	"path/filepath"
	"slices"
	"strconv"
	"strings"
	"testing"

	"github.com/trailsieve/trailsieve/record"
	"github.com/trailsieve/trailsieve/selector"
)

// A conformanceCase is a line of a file in $CONFORMANCE_DIR/pricing. The README there says what
// each of the forms means.
type conformanceCase struct {
	ID           string `json:"id"`
	Inputs       conformanceInputs
	WantUSD      USD    `json:"want_usd"`
	WantExactUSD *USD   `json:"want_exact_usd"`
	Rounding     string `json:"rounding"`
}

// conformanceInputs has the fields of all forms that this package has what it takes to compute.
type conformanceInputs struct {
	Form           string
	Region         string
	Account        string
	Meters         json.RawMessage // quantities by meter
	Rates          map[MeterName]USD
	Lines          []conformanceLine
	Before, After  map[MeterName]string
	Events         json.RawMessage              // numbers by kind, or a list of records
	EventsByRegion map[string]map[string]string `json:"events_by_region"`
	Trails         []conformanceTrail
	DataEvent      struct {
		Caller string `json:"caller_account"`
		Owner  string `json:"resource_owner_account"`
		Count  string
	} `json:"data_event"`
	WantCopies map[string]string `json:"want_copies_by_account"`
	WantLogged map[string]string `json:"want_logged"`
	WantAnnual *USD              `json:"want_annual_usd"`
}

type conformanceLine struct {
	Region   string
	Meter    MeterName
	Quantity string
	Rate     *USD
}

type conformanceTrail struct {
	Name, Account    string
	HomeRegion       string `json:"home_region"`
	MultiRegion      bool   `json:"multi_region"`
	Management, Data string
	EventSelectors   json.RawMessage `json:"event_selectors"`
}

// errNotYet is why a case is skipped: the package does not have what it asks for.
var errNotYet = errors.New("not here yet")

func TestConformance(t *testing.T) {
	dir := os.Getenv("CONFORMANCE_DIR")
	if dir == "" {
		dir = filepath.Join("..", "..", "shared", "conformance")
	}
	files, err := filepath.Glob(filepath.Join(dir, "pricing", "*.jsonl"))
	if err != nil {
		t.Fatal(err)
	}
	if len(files) == 0 {
		t.Skipf("no cases in %s; CONFORMANCE_DIR says where they are", filepath.Join(dir, "pricing"))
	}
	passed, skipped := 0, make(map[string]int)
	for _, name := range files {
		file, err := os.ReadFile(name)
		if err != nil {
			t.Fatal(err)
		}
		lines := bufio.NewScanner(bytes.NewReader(file))
		lines.Buffer(nil, len(file)+1)
		for lines.Scan() {
			if len(bytes.TrimSpace(lines.Bytes())) == 0 {
				continue
			}
			var c conformanceCase
			if err := json.Unmarshal(lines.Bytes(), &c); err != nil {
				t.Errorf("%s: %v: %s", name, err, lines.Bytes())
				continue
			}
			t.Run(c.ID, func(t *testing.T) {
				err := c.check()
				if errors.Is(err, errNotYet) {
					skipped[err.Error()]++
					t.Skip(err)
				}
				if err != nil {
					t.Fatal(err)
				}
				passed++
			})
		}
		if err := lines.Err(); err != nil {
			t.Errorf("%s: %v", name, err)
		}
	}
	t.Logf("%d cases pass", passed)
	for _, why := range slices.Sorted(maps.Keys(skipped)) {
		t.Logf("%d skipped: %s", skipped[why], why)
	}
}

// check computes a case and compares. An error is errNotYet or says what is wrong.
func (c *conformanceCase) check() error {
	exact, rounded, err := c.charge()
	var missing *Error
	if errors.As(err, &missing) && errors.Is(err, ErrNoPrice) {
		return fmt.Errorf("%w: meter %s", errNotYet, missing.Meter)
	}
	if err != nil {
		return err
	}
	if rounded != c.WantUSD {
		return fmt.Errorf("charge %v, want %v", rounded, c.WantUSD)
	}
	want := c.WantUSD
	if c.WantExactUSD != nil {
		want = *c.WantExactUSD
	}
	if (c.WantExactUSD != nil || c.Rounding == "none") && exact != want {
		return fmt.Errorf("exact charge %v, want %v", exact, want)
	}
	return nil
}

// charge returns the exact charge, and the one rounded as the case says.
func (c *conformanceCase) charge() (exact, rounded USD, err error) {
	if c.Inputs.Form == "saving" {
		exact, err = c.Inputs.saving()
		if err != nil {
			return exact, exact, err
		}
		rounded, err = round(exact, c.Rounding)
		return exact, rounded, err
	}
	bill, err := c.Inputs.bill()
	if err != nil {
		return exact, exact, err
	}
	if c.Rounding == "sum_of_cent_lines" {
		invoice, err := bill.Invoice()
		if err != nil {
			return exact, exact, err
		}
		return bill.Total(), invoice.Total(), nil
	}
	rounded, err = round(bill.Total(), c.Rounding)
	return bill.Total(), rounded, err
}

func round(u USD, mode string) (USD, error) {
	switch mode {
	case "none":
		return u, nil
	case "half_up_cent":
		return u.RoundToCent(), nil
	}
	return u, fmt.Errorf("%w: rounding %s", errNotYet, mode)
}

func (in *conformanceInputs) bill() (*Bill, error) {
	switch in.Form {
	case "meters":
		var quantities map[MeterName]string
		if err := json.Unmarshal(in.Meters, &quantities); err != nil {
			return nil, err
		}
		return in.metersBill(quantities)
	case "lines":
		return in.linesBill()
	case "trails", "trails_by_region":
		return in.trailsBill()
	case "accounts":
		return in.accountsBill()
	case "selectors":
		return in.selectorsBill()
	}
	return nil, fmt.Errorf("%w: form %s", errNotYet, in.Form)
}

// rates returns the published rates, of us-east-1 if the case leaves the Region open, with those
// that the case brings itself.
func (in *conformanceInputs) rates() (*Rates, error) {
	rates, ok := Published(in.region())
	if !ok {
		return nil, fmt.Errorf("%w: Region %s", errNotYet, in.region())
	}
	for meter, price := range in.Rates {
		var err error
		if rates, err = rates.With(Rate{Meter: meter, Unit: "unit", Price: price}); err != nil {
			return nil, err
		}
	}
	return rates, nil
}

func (in *conformanceInputs) region() string {
	if in.Region == "" {
		return "us-east-1"
	}
	return in.Region
}

func (in *conformanceInputs) metersBill(quantities map[MeterName]string) (*Bill, error) {
	var usage []Usage
	for _, meter := range slices.Sorted(maps.Keys(quantities)) {
		u := Usage{Region: in.region(), Meter: meter}
		var err error
		if u.Quantity, err = wholeQuantity(meter, quantities[meter]); err != nil {
			return nil, err
		}
		usage = append(usage, u)
	}
	rates, err := in.rates()
	if err != nil {
		return nil, err
	}
	return rates.Bill(usage...)
}

func (in *conformanceInputs) linesBill() (*Bill, error) {
	rates, err := in.rates()
	if err != nil {
		return nil, err
	}
	var usage []Usage
	for _, line := range in.Lines {
		if line.Rate != nil {
			rates, err = rates.With(Rate{Meter: line.Meter, Region: line.Region, Unit: "unit", Price: *line.Rate})
			if err != nil {
				return nil, err
			}
		}
		u := Usage{Region: line.Region, Meter: line.Meter}
		if u.Quantity, err = wholeQuantity(line.Meter, line.Quantity); err != nil {
			return nil, err
		}
		usage = append(usage, u)
	}
	return rates.Bill(usage...)
}

func (in *conformanceInputs) saving() (USD, error) {
	before, err := in.metersBill(in.Before)
	if err != nil {
		return USD{}, err
	}
	after, err := in.metersBill(in.After)
	if err != nil {
		return USD{}, err
	}
	saving, err := before.Total().Sub(after.Total())
	if err != nil || in.WantAnnual == nil {
		return saving, err
	}
	if annual, err := saving.Mul(12); err != nil || annual != *in.WantAnnual {
		return USD{}, fmt.Errorf("%v a year, %v, want %v", annual, err, in.WantAnnual)
	}
	return saving, nil
}

func (in *conformanceInputs) trailsBill() (*Bill, error) {
	events := in.EventsByRegion
	if in.Form == "trails" {
		var counts map[string]string
		if err := json.Unmarshal(in.Events, &counts); err != nil {
			return nil, err
		}
		events = map[string]map[string]string{in.region(): counts}
	}
	m, err := in.meter()
	if err != nil {
		return nil, err
	}
	for region, counts := range events {
		for kind, count := range counts {
			category, readWrite, _ := strings.Cut(kind, "_")
			categories := map[string]record.Category{"management": record.Management, "data": record.Data}
			if categories[category] == "" || readWrite != "read" && readWrite != "write" {
				return nil, fmt.Errorf("%w: events %s", errNotYet, kind)
			}
			r := newRecord(categories[category], readWrite == "read")
			r.AWSRegion = region
			if in.Account != "" {
				r.RecipientAccountID = in.Account
			}
			if err := addTimes(m, r, count); err != nil {
				return nil, err
			}
		}
	}
	return in.meterBill(m)
}

func (in *conformanceInputs) accountsBill() (*Bill, error) {
	m, err := in.meter()
	if err != nil {
		return nil, err
	}
	accounts := []string{in.DataEvent.Caller, in.DataEvent.Owner}
	for _, account := range slices.Compact(accounts) { // each gets a record of its own
		r := newRecord(record.Data, false)
		r.AWSRegion, r.RecipientAccountID = in.region(), account
		if err := addTimes(m, r, in.DataEvent.Count); err != nil {
			return nil, err
		}
	}
	for account, want := range in.WantCopies {
		err := wantQuantity(m, want, "account "+account, func(u Usage) bool { return u.Account == account })
		if err != nil {
			return nil, err
		}
	}
	return in.meterBill(m)
}

func (in *conformanceInputs) selectorsBill() (*Bill, error) {
	m, err := in.meter()
	if err != nil {
		return nil, err
	}
	var events []map[string]any
	if err := json.Unmarshal(in.Events, &events); err != nil {
		return nil, err
	}
	for _, event := range events {
		event["awsRegion"] = in.region()
		if arn, ok := event["resourceARN"]; ok {
			event["resources"] = []any{map[string]any{"type": "AWS::S3::Object", "ARN": arn}}
		}
		text, err := json.Marshal(event)
		if err != nil {
			return nil, err
		}
		r, err := record.Parse(text)
		if err != nil {
			return nil, err
		}
		m.Add(r)
	}
	for trail, want := range in.WantLogged {
		err := wantQuantity(m, want, "trail "+trail, func(u Usage) bool { return u.Trail == trail })
		if err != nil {
			return nil, err
		}
	}
	return in.meterBill(m)
}

func (in *conformanceInputs) meterBill(m *Meter) (*Bill, error) {
	rates, err := in.rates()
	if err != nil {
		return nil, err
	}
	return m.Bill(rates)
}

// meter returns a Meter of the case's trails. One that logs nothing is left out.
func (in *conformanceInputs) meter() (*Meter, error) {
	m := new(Meter)
	for _, trail := range in.Trails {
		selectors := string(trail.EventSelectors)
		if selectors == "" {
			selectors = basicSelectors(trail.Management, trail.Data)
		}
		if selectors == "[]" {
			continue
		}
		compiled, err := selector.Compile(`{"EventSelectors": ` + selectors + `}`)
		if err != nil {
			return nil, err
		}
		m.Trails = append(m.Trails, Trail{
			Name: trail.Name, Selector: compiled, Account: trail.Account,
			HomeRegion: trail.HomeRegion, MultiRegion: trail.MultiRegion,
		})
	}
	return m, nil
}

// basicSelectors returns event selectors for "all", "read", "write" or "none" of each category.
func basicSelectors(management, data string) string {
	readWriteType := map[string]string{"all": "All", "read": "ReadOnly", "write": "WriteOnly"}
	var selectors []string
	if rw := readWriteType[management]; rw != "" {
		selectors = append(selectors, fmt.Sprintf(
			`{"ReadWriteType": %q, "IncludeManagementEvents": true}`, rw))
	}
	if rw := readWriteType[data]; rw != "" {
		selectors = append(selectors, fmt.Sprintf(`{"ReadWriteType": %q, "IncludeManagementEvents": false,
			"DataResources": [{"Type": "AWS::S3::Object", "Values": ["arn:aws:s3"]}]}`, rw))
	}
	return "[" + strings.Join(selectors, ", ") + "]"
}

// wholeQuantity returns a quantity that a Usage can have.
func wholeQuantity(meter MeterName, text string) (uint64, error) {
	n, err := strconv.ParseUint(text, 10, 64)
	if err != nil {
		return 0, fmt.Errorf("%w: fractional quantity of %s", errNotYet, meter)
	}
	return n, nil
}

func addTimes(m *Meter, r *record.Record, count string) error {
	n, err := strconv.Atoi(count)
	for range n {
		m.Add(r)
	}
	return err
}

// wantQuantity compares the sum of some quantities.
func wantQuantity(m *Meter, want, what string, of func(Usage) bool) error {
	var sum uint64
	for _, u := range m.Usage() {
		if of(u) {
			sum += u.Quantity
		}
	}
	if got := strconv.FormatUint(sum, 10); got != want {
		return fmt.Errorf("%s: %s events logged, want %s", what, got, want)
	}
	return nil
}
