package selector

import (
	"io/fs"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/trailsieve/trailsieve/record"
)

// TestRealRecords puts the records of real log files to selectors of all sorts.
func TestRealRecords(t *testing.T) {
	dir := filepath.Join("..", "..", "shared", "data")
	texts := []string{"{}", basicOf(3), advancedOf(3), everyField,
		`{"EventSelectors": [{"ReadWriteType": "ReadOnly", "ExcludeManagementEventSources": ["kms.amazonaws.com"]}]}`,
		`{"EventSelectors": [{"ReadWriteType": "WriteOnly", "DataResources": [
			{"Type": "AWS::S3::Object", "Values": ["arn:aws:s3"]}]}]}`,
		`{"AdvancedEventSelectors": [{"FieldSelectors": [{"Field": "eventCategory", "Equals": ["Management"]},
			{"Field": "readOnly", "Equals": ["false"]},
			{"Field": "eventSource", "NotEquals": ["kms.amazonaws.com"]}]}]}`}
	var selectors []*Selector
	var twins []*slow
	for _, text := range texts {
		twin, err := compileSlow(text)
		if err != nil {
			t.Fatal(err)
		}
		selectors = append(selectors, MustCompile(text))
		twins = append(twins, twin)
	}
	read, logged := 0, 0
	err := filepath.WalkDir(dir, func(path string, d fs.DirEntry, err error) error {
		if err != nil || !strings.HasSuffix(path, ".json.gz") {
			return err
		}
		f, err := os.Open(path)
		if err != nil {
			return err
		}
		defer f.Close()
		for r, err := range record.NewReader(f).Records() {
			if err != nil {
				return err
			}
			read++
			for i, s := range selectors {
				if checkAgreement(t, s, twins[i], r.Text()) {
					logged++
				}
			}
		}
		return nil
	})
	if os.IsNotExist(err) {
		t.Skipf("no real records in %s", dir)
	}
	if err != nil {
		t.Fatal(err)
	}
	t.Logf("%d records, logged %d times by %d selectors", read, logged, len(selectors))
}
