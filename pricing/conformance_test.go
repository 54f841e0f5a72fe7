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

// conformanceInputs has the fields of all forms.
type conformanceInputs struct {
	Form           string
	Region         string
	Account        string
	Meters         json.RawMessage // quantities by meter, or names
	Stores         []conformanceStore
	BytesPerEvent  uint64            `json:"bytes_per_event,string"`
	BytesPerGB     uint64            `json:"bytes_per_gb,string"`
	WantLines      map[MeterName]USD `json:"want_lines_usd"`
	Rates          map[MeterName]USD
	Lines          []conformanceLine
	Before, After  map[MeterName]string
	Events         json.RawMessage              // numbers by kind, a list of records, or a number
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
	Organization     bool
	Management, Data string
	EventSelectors   json.RawMessage `json:"event_selectors"`
}

type conformanceStore struct {
	Management []string `json:"management_insights"`
	Data       []string `json:"data_insights"`
}

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
	passed := 0
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
				if err := c.check(); err != nil {
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
}

// check computes a case and compares. An error says what is wrong.
func (c *conformanceCase) check() error {
	exact, rounded, err := c.charge()
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
	case "half_up_4dp":
		return ParseUSD(u.Rat().FloatString(4))
	}
	return u, fmt.Errorf("unknown rounding %q", mode)
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
	case "insights":
		return in.insightsBill()
	case "volume":
		return in.volumeBill()
	}
	return nil, fmt.Errorf("unknown form %q", in.Form)
}

// rates returns the published rates, of us-east-1 if the case leaves the Region open, with those
// that the case brings itself.
func (in *conformanceInputs) rates() (*Rates, error) {
	rates, ok := Published(in.region())
	if !ok {
		return nil, fmt.Errorf("no prices for Region %s", in.region())
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
		if u.Quantity, u.Per, err = ParseQuantity(quantities[meter]); err != nil {
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
		if u.Quantity, u.Per, err = ParseQuantity(line.Quantity); err != nil {
			return nil, err
		}
		usage = append(usage, u)
	}
	return rates.Bill(usage...)
}

func (in *conformanceInputs) insightsBill() (*Bill, error) {
	var events map[string]string
	if err := json.Unmarshal(in.Events, &events); err != nil {
		return nil, err
	}
	counts := make(map[string]uint64)
	for kind, text := range events {
		n, err := strconv.ParseUint(text, 10, 64)
		if err != nil {
			return nil, err
		}
		counts[kind] = n
	}
	rates, err := in.rates()
	if err != nil {
		return nil, err
	}
	var usage []Usage
	for _, store := range in.Stores {
		types, err := ParseInsightTypes(store.Management...)
		if err != nil {
			return nil, err
		}
		onData, err := ParseInsightTypes(store.Data...)
		if err != nil {
			return nil, err
		}
		management, data, err := Insights{types, onData}.Analyzed(
			counts["management_read"], counts["management_write"], counts["data_read"]+counts["data_write"])
		if err != nil {
			return nil, err
		}
		usage = append(usage,
			Usage{Region: in.region(), Meter: InsightsManagementEvents, Quantity: management},
			Usage{Region: in.region(), Meter: InsightsDataEvents, Quantity: data})
	}
	return rates.Bill(usage...)
}

func (in *conformanceInputs) volumeBill() (*Bill, error) {
	var text string
	var meters []MeterName
	if err := errors.Join(json.Unmarshal(in.Events, &text), json.Unmarshal(in.Meters, &meters)); err != nil {
		return nil, err
	}
	events, err := strconv.ParseUint(text, 10, 64)
	if err != nil {
		return nil, err
	}
	rates, err := in.rates()
	if err != nil {
		return nil, err
	}
	var usage []Usage
	for _, meter := range meters {
		u := Usage{Region: in.region(), Meter: meter, Quantity: events}
		if strings.HasSuffix(string(meter), "_gb") || strings.HasSuffix(string(meter), "_gb_month") {
			u.Quantity, u.Per = events*in.BytesPerEvent, in.BytesPerGB
		}
		usage = append(usage, u)
	}
	bill, err := rates.Bill(usage...)
	if err != nil {
		return nil, err
	}
	for _, line := range bill.Lines {
		if want, ok := in.WantLines[line.Meter]; ok && line.Amount.RoundToCent() != want {
			return nil, fmt.Errorf("%s: %v, want %v", line.Meter, line.Amount, want)
		}
	}
	return bill, nil
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
				return nil, fmt.Errorf("unknown events %q", kind)
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
			HomeRegion: trail.HomeRegion, MultiRegion: trail.MultiRegion, Organization: trail.Organization,
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

func addTimes(m *Meter, r *record.Record, count string) error {
	n, err := strconv.ParseUint(count, 10, 64)
	if err != nil {
		return err
	}
	return m.AddTimes(r, n)
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
