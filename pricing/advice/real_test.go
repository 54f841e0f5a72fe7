package advice

import (
	"io/fs"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/trailsieve/trailsieve/pricing"
	"github.com/trailsieve/trailsieve/record"
)

// TestRealRecords gives the records of real log files to trails of all sorts: what is recommended saves what
// it says.
func TestRealRecords(t *testing.T) {
	dir := filepath.Join("..", "..", "..", "shared", "data")
	var records []*record.Record
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
			records = append(records, r)
		}
		return nil
	})
	if os.IsNotExist(err) {
		t.Skipf("no real records in %s", dir)
	}
	if err != nil {
		t.Fatal(err)
	}
	trails := []pricing.Trail{
		{Name: "audit"}, {Name: "everything", Selector: everything, Insights: pricing.Insights{Management: pricing.ErrorRateInsight}},
		{Name: "reads", Selector: reads}, {Name: "home", HomeRegion: "us-east-1"}, {Name: "advanced", Selector: advanced},
	}
	checkRecommendations(t, "real records", trails, records)
	a, err := New(trails)
	if err != nil {
		t.Fatal(err)
	}
	for _, r := range records {
		if err := a.Add(r); err != nil {
			t.Fatal(err)
		}
	}
	found, err := a.Recommend(usEast1(t))
	if err != nil || len(found) == 0 {
		t.Errorf("%d records: recommended %v, %v", len(records), found, err)
	}
	t.Logf("%d records, %d recommendations", len(records), len(found))
}
