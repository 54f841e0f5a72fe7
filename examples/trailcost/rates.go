package main

import (
	"bytes"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"maps"
	"os"
	"slices"
	"time"

	"github.com/trailsieve/trailsieve/pricing"
	"github.com/trailsieve/trailsieve/pricing/pricelist"
)

// anyRegion stands for all of AWS's commercial partition, for which there is one published price list.
const anyRegion = "us-east-1"

// setRates reads the prices: from a file, or those that are published, of a day or the latest.
func (o *options) setRates(file, on string) error {
	var day time.Time
	if on != "" {
		var err error
		if day, err = time.Parse(time.DateOnly, on); err != nil {
			return fmt.Errorf("-on %s: not a day: as in 2016-11-21", on)
		}
	}
	if file != "" {
		if err := o.readRates(file); err != nil {
			return fmt.Errorf("-rates %s: %w", file, err)
		}
		if on != "" {
			o.rates = o.rates.On(day)
		}
		return nil
	}
	if on == "" {
		o.rates, _ = pricing.Published(anyRegion)
		return nil
	}
	var ok bool
	if o.rates, ok = pricing.PublishedOn(anyRegion, day); !ok {
		return fmt.Errorf("-on %s: no prices are known of this day: the first are those of 2016-11-21", on)
	}
	return nil
}

// readRates reads a price list: AWS's as JSON or CSV, or one's own. Rows of AWS's that cannot be used are a
// problem, since something may have no price because of them.
func (o *options) readRates(file string) error {
	text, err := os.ReadFile(file)
	if err != nil {
		return err
	}
	if text = bytes.TrimPrefix(text, []byte("\ufeff")); isOwnList(text) {
		o.rates, err = pricing.ParseRates(text)
		return err
	}
	list, err := pricelist.Parse(text)
	if err != nil {
		return err
	}
	rates, skipped, err := list.Rates("USD", pricelist.CloudTrail)
	if err != nil {
		return err
	}
	if len(list.Rows) == len(skipped) {
		return errors.New("no price in it is one of CloudTrail's in USD; " +
			"the file is offers/v1.0/aws/AWSCloudTrail/current/index.json, or a list of your own")
	}
	o.rates = rates
	why := make(map[string]int)
	for _, s := range skipped {
		why[s.Why]++
	}
	for _, reason := range slices.Sorted(maps.Keys(why)) {
		o.notes = append(o.notes, fmt.Sprintf("%s: %d of %d prices are not used: %s", file, why[reason], len(list.Rows), reason))
	}
	return nil
}

// isOwnList reports whether a text is a price list of one's own, which has rates.
func isOwnList(text []byte) bool {
	var own struct {
		Rates     json.RawMessage `json:"rates"`
		OfferCode json.RawMessage `json:"offerCode"`
	}
	err := json.Unmarshal(text, &own)
	return err == nil && own.OfferCode == nil
}

// writeRates writes the prices in the form that -rates reads.
func (o *options) writeRates(w io.Writer) error {
	enc := json.NewEncoder(w)
	enc.SetEscapeHTML(false)
	enc.SetIndent("", "  ")
	return enc.Encode(o.rates)
}
