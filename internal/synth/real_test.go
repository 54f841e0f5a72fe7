package synth

import (
	"compress/gzip"
	"encoding/json"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"
	"time"
)

// identityKeys are the documented members of userIdentity.
var identityKeys = strings.Fields(`type userName principalId arn accountId accessKeyId sessionContext invokedBy
	invokedByDelegate onBehalfOf inScopeOf credentialId identityProvider`)

func TestIdentityKeys(t *testing.T) {
	for _, r := range slices.Concat(sample()...) {
		for key := range r.UserIdentity {
			if !slices.Contains(identityKeys, key) {
				t.Fatalf("userIdentity has %q: %s", key, r.text)
			}
		}
	}
}

// TestReal compares with delivered log files, which are not part of the repository.
func TestReal(t *testing.T) {
	names, _ := filepath.Glob("../../../shared/data/cloudtrail/AWSLogs/*/CloudTrail/*/*/*/*/*.json.gz")
	if len(names) == 0 {
		t.Skip("no delivered log files beside the repository")
	}
	var real []json.RawMessage
	for _, name := range names {
		f, err := os.Open(name)
		if err != nil {
			t.Fatal(err)
		}
		defer f.Close()
		z, err := gzip.NewReader(f)
		if err != nil {
			t.Fatal(err)
		}
		var file struct{ Records []json.RawMessage }
		if err := json.NewDecoder(z).Decode(&file); err != nil {
			t.Fatalf("%s: %v", name, err)
		}
		real = append(real, file.Records...)
	}
	g := New(Config{Start: time.Date(2023, time.July, 10, 11, 40, 0, 0, time.UTC), DataPercent: -1})
	var synthetic []json.RawMessage
	for range 3000 {
		synthetic = append(synthetic, g.AppendRecord(nil))
	}

	// Sizes. Half of the real records are shorter than 1,174 bytes, nine in ten than 1,668.
	for _, q := range []int{10, 50, 90, 99} {
		got, want := quantile(synthetic, q), quantile(real, q)
		t.Logf("quantile %d%%: %d bytes, real %d", q, got, want)
		if 10*got < 6*want || 10*got > 16*want {
			t.Errorf("quantile %d%% of the size is %d bytes, of real records %d", q, got, want)
		}
	}

	// Types. Where real records have a member, at the top or in userIdentity, ours has one of its types.
	types := map[string]map[string]bool{}
	for _, r := range real {
		for path, typ := range paths(t, r) {
			if types[path] == nil {
				types[path] = map[string]bool{}
			}
			types[path][typ] = true
		}
	}
	for _, r := range synthetic {
		for path, typ := range paths(t, r) {
			if types[path] != nil && !types[path][typ] {
				t.Fatalf("%s is a JSON %s, which no real record has: %s", path, typ, r)
			}
		}
	}
}

func quantile(records []json.RawMessage, percent int) int {
	var sizes []int
	for _, r := range records {
		sizes = append(sizes, len(r))
	}
	slices.Sort(sizes)
	return sizes[len(sizes)*percent/100]
}

// paths returns the members of the record and of its userIdentity, with the first character of
// their JSON text, which tells the type.
func paths(t *testing.T, text json.RawMessage) map[string]string {
	found := map[string]string{}
	var members, identity map[string]json.RawMessage
	if err := json.Unmarshal(text, &members); err != nil {
		t.Fatal(err)
	}
	if err := json.Unmarshal(members["userIdentity"], &identity); err != nil {
		t.Fatal(err)
	}
	for key, value := range members {
		found[key] = string(value[:1])
	}
	for key, value := range identity {
		found["userIdentity."+key] = string(value[:1])
	}
	return found
}
