package main

import (
	"bytes"
	_ "embed"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"os"
	"path/filepath"

	"github.com/trailsieve/trailsieve/pricing"
	"github.com/trailsieve/trailsieve/pricing/pipeline"
)

// A config is a configuration file.
type config struct {
	Trails   []trailConfig      `json:"trails"`
	Compare  []trailConfig      `json:"compare"` // all trails as they would be; nil if nothing is to be compared
	Pipeline *pipeline.Pipeline `json:"pipeline"`

	folder string // that file names are relative to
}

// A trailConfig is a trail in a configuration file.
type trailConfig struct {
	Name         string           `json:"name"`
	Selectors    json.RawMessage  `json:"selectors"` // the name of a file, or selectors; absent, none were put
	Account      string           `json:"account"`
	Organization bool             `json:"organization"`
	HomeRegion   string           `json:"homeRegion"`
	MultiRegion  bool             `json:"multiRegion"`
	LogBucket    string           `json:"logBucket"`
	ARN          string           `json:"arn"`
	Address      string           `json:"address"`
	Insights     pricing.Insights `json:"insights"`
}

// story is the configuration for records that are made up: two trails, and a proposal.
//
//go:embed story/config.json
var story []byte

// readConfig reads a configuration file; no name gives an empty configuration.
func readConfig(name string) (*config, error) {
	if name == "" {
		return &config{}, nil
	}
	text, err := os.ReadFile(name)
	if err != nil {
		return nil, err
	}
	c, err := parseConfig(text)
	if err != nil {
		return nil, fmt.Errorf("%s: %w", name, err)
	}
	c.folder = filepath.Dir(name)
	return c, nil
}

func parseConfig(text []byte) (*config, error) {
	var c config
	d := json.NewDecoder(bytes.NewReader(text))
	d.DisallowUnknownFields() // a mistyped name would be a setting that is not there
	if err := d.Decode(&c); err != nil {
		if errors.Is(err, io.EOF) {
			return nil, errors.New("an empty file is no configuration; {} is one")
		}
		return nil, fmt.Errorf("%w (%s); trailcost -h shows a configuration", err, placeIn(text, errorOffset(err, d)))
	}
	if _, err := d.Token(); err != io.EOF {
		return nil, fmt.Errorf("more than one JSON value (%s)", placeIn(text, d.InputOffset()))
	}
	return &c, nil
}

// errorOffset returns where an error of a decoder is: where it says so itself, or at the end of what was
// decoded.
func errorOffset(err error, d *json.Decoder) int64 {
	var syntax *json.SyntaxError
	var typ *json.UnmarshalTypeError
	switch {
	case errors.As(err, &syntax):
		return syntax.Offset
	case errors.As(err, &typ):
		return typ.Offset
	}
	return d.InputOffset()
}

// placeIn puts an offset into words for an editor.
func placeIn(text []byte, offset int64) string {
	before := text[:min(offset, int64(len(text)))]
	return fmt.Sprintf("line %d, column %d", 1+bytes.Count(before, []byte("\n")), len(before)-bytes.LastIndexByte(before, '\n'))
}
