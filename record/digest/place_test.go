package digest

import (
	"strings"
	"testing"
	"time"
)

func TestRoot(t *testing.T) {
	for _, tt := range []struct {
		q    Query
		want string
	}{
		{Query{Account: "1"}, "AWSLogs/1"},
		{Query{Prefix: "p", Account: "1"}, "p/AWSLogs/1"},
		{Query{Prefix: "p//q/", Organization: "o-x", Account: "1"}, "p//q/AWSLogs/o-x/1"},
		{Query{Prefix: "o-x", Organization: "o-x", Account: "1"}, "o-x/AWSLogs/o-x/1"}, // Control Tower's
	} {
		if got := tt.q.root().path; got != tt.want {
			t.Errorf("root of %+v is %q, want %q", tt.q, got, tt.want)
		}
	}
}

func TestDigestName(t *testing.T) {
	q := Query{Account: "111122223333", Region: "us-east-1", Trail: "audit", HomeRegion: "us-west-2"}
	end := time.Date(2026, 3, 1, 1, 1, 31, 0, time.UTC)
	const name = "x/111122223333_CloudTrail-Digest_us-east-1_audit_us-west-2_20260301T010131Z"
	for _, tt := range []struct {
		key      string
		backfill bool
		ok       bool
	}{
		{name + ".json.gz", false, true},
		{name + "_backfill.json.gz", true, true},
		{name + ".json", false, false},
		{name + "_other.json.gz", false, false},
		{strings.Replace(name, "_audit_", "_audit_us-west-2_", 1) + ".json.gz", false, false}, // another trail
		{strings.Replace(name, "us-west-2", "us-east-1", 1) + ".json.gz", false, false},
		{strings.Replace(name, "20260301T01", "20260301T25", 1) + ".json.gz", false, false},
		{"", false, false},
	} {
		got, backfill, ok := q.digestName(tt.key)
		if ok != tt.ok || ok && (backfill != tt.backfill || !got.Equal(end)) {
			t.Errorf("digestName(%q) = %v, %v, %v, want %v, %v, %v", tt.key, got, backfill, ok, end, tt.backfill, tt.ok)
		}
	}
}

func TestDays(t *testing.T) {
	q := Query{Region: "us-east-1"}
	root := root{"b", "AWSLogs/1"}
	got := strings.Join(q.days(root, logFolder, time.Date(2026, 2, 28, 23, 59, 0, 0, time.UTC), time.Date(2026, 3, 1, 0, 0, 0, 0, time.UTC)), " ")
	want := "AWSLogs/1/CloudTrail/us-east-1/2026/02/28/ AWSLogs/1/CloudTrail/us-east-1/2026/03/01/"
	if got != want {
		t.Errorf("%s, want %s", got, want)
	}
}
