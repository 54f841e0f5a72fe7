package record

import (
	"errors"
	"io/fs"
	"path/filepath"
	"regexp"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"github.com/trailsieve/trailsieve/internal/synth"
)

func utc(year int, month time.Month, day, hour, minute, second int) time.Time {
	return time.Date(year, month, day, hour, minute, second, 0, time.UTC)
}

// keyCases has a key of every layout.
var keyCases = []struct {
	name, text string
	want       Key
}{
	{"account", "AWSLogs/111122223333/CloudTrail/us-east-2/2015/08/01/111122223333_CloudTrail_us-east-2_20150801T0210Z_Mu0KsOhtH1ar15ZZ.json.gz",
		Key{Account: "111122223333", Kind: LogFile, Region: "us-east-2",
			Time: utc(2015, 8, 1, 2, 10, 0), Unique: "Mu0KsOhtH1ar15ZZ"}},
	{"prefix", "a/b/AWSLogs/111122223333/CloudTrail/us-gov-west-1/2016/11/15/111122223333_CloudTrail_us-gov-west-1_20161115T2305Z_a.json.gz",
		Key{Prefix: "a/b", Account: "111122223333", Kind: LogFile, Region: "us-gov-west-1",
			Time: utc(2016, 11, 15, 23, 5, 0), Unique: "a"}},
	{"organization", "AWSLogs/o-exampleorgid/111122223333/CloudTrail/us-east-1/2016/11/15/111122223333_CloudTrail_us-east-1_20161115T2305Z_a.json.gz",
		Key{Organization: "o-exampleorgid", Account: "111122223333", Kind: LogFile, Region: "us-east-1",
			Time: utc(2016, 11, 15, 23, 5, 0), Unique: "a"}},
	{"Control Tower", "o-aa111bb222/AWSLogs/o-aa111bb222/111122223333/CloudTrail/us-east-1/2016/11/15/111122223333_CloudTrail_us-east-1_20161115T2305Z_a.json.gz",
		Key{Prefix: "o-aa111bb222", Organization: "o-aa111bb222", Account: "111122223333", Kind: LogFile, Region: "us-east-1",
			Time: utc(2016, 11, 15, 23, 5, 0), Unique: "a"}},
	{"AWSLogs in the prefix", "AWSLogs/o-a/AWSLogs/111122223333/CloudTrail/us-east-1/2016/11/15/111122223333_CloudTrail_us-east-1_20161115T2305Z_a.json.gz",
		Key{Prefix: "AWSLogs/o-a", Account: "111122223333", Kind: LogFile, Region: "us-east-1",
			Time: utc(2016, 11, 15, 23, 5, 0), Unique: "a"}},
	{"insight", "AWSLogs/111122223333/CloudTrail-Insight/us-east-1/2016/11/15/111122223333_CloudTrail-Insight_us-east-1_20161115T2305Z_a.json.gz",
		Key{Account: "111122223333", Kind: InsightFile, Region: "us-east-1",
			Time: utc(2016, 11, 15, 23, 5, 0), Unique: "a"}},
	{"network activity", "AWSLogs/111122223333/CloudTrail-NetworkActivity/us-east-1/2016/11/15/111122223333_CloudTrail-NetworkActivity_us-east-1_20161115T2305Z_a.json.gz",
		Key{Account: "111122223333", Kind: NetworkActivityFile, Region: "us-east-1",
			Time: utc(2016, 11, 15, 23, 5, 0), Unique: "a"}},
	{"aggregated", "AWSLogs/111122223333/CloudTrail-Aggregated/us-east-1/2016/11/15/111122223333_CloudTrail-Aggregated_us-east-1_20161115T2305Z_a.json.gz",
		Key{Account: "111122223333", Kind: AggregatedFile, Region: "us-east-1",
			Time: utc(2016, 11, 15, 23, 5, 0), Unique: "a"}},
	{"digest", "AWSLogs/111122223333/CloudTrail-Digest/us-east-1/2022/02/21/111122223333_CloudTrail-Digest_us-east-1_my_trail.1_us-west-2_20220221T065548Z.json.gz",
		Key{Account: "111122223333", Kind: DigestFile, Region: "us-east-1", Trail: "my_trail.1", HomeRegion: "us-west-2",
			Time: utc(2022, 2, 21, 6, 55, 48)}},
	{"backfilled digest", "AWSLogs/111122223333/CloudTrail-Digest/us-east-1/2022/02/21/111122223333_CloudTrail-Digest_us-east-1_T_us-west-2_20220221T065548Z_backfill.json.gz",
		Key{Account: "111122223333", Kind: DigestFile, Region: "us-east-1", Trail: "T", HomeRegion: "us-west-2",
			Time: utc(2022, 2, 21, 6, 55, 48), Backfill: true}},
	{"no underscore", "AWSLogs/111122223333/CloudTrail/us-east-1/2013/11/15/111122223333_CloudTrail_us-east-1_20131115T2305ZHq7RkV2sXe9TcLmP.json.gz",
		Key{Account: "111122223333", Kind: LogFile, Region: "us-east-1",
			Time: utc(2013, 11, 15, 23, 5, 0), Unique: "Hq7RkV2sXe9TcLmP", Joined: true}},
	{"unpacked", "AWSLogs/111122223333/CloudTrail/us-east-1/2016/11/15/111122223333_CloudTrail_us-east-1_20161115T2305Z_a.json",
		Key{Account: "111122223333", Kind: LogFile, Region: "us-east-1",
			Time: utc(2016, 11, 15, 23, 5, 0), Unique: "a", Unpacked: true}},
	{"folders of another day", "AWSLogs/111122223333/CloudTrail/us-east-1/2016/11/15/111122223333_CloudTrail_us-east-1_20161116T0000Z_a.json.gz",
		Key{Account: "111122223333", Kind: LogFile, Region: "us-east-1",
			Time: utc(2016, 11, 16, 0, 0, 0), Unique: "a", Folder: utc(2016, 11, 15, 0, 0, 0)}},
}

func TestParseKey(t *testing.T) {
	for _, tt := range keyCases {
		got, err := ParseKey(tt.text)
		if err != nil || got != tt.want {
			t.Errorf("%s: ParseKey(%q), %v: (-got, +want)\n%s", tt.name, tt.text, err, cmp.Diff(got, tt.want))
		}
		if text := tt.want.String(); text != tt.text {
			t.Errorf("%s: String = %q, want %q", tt.name, text, tt.text)
		}
		if slow, ok := parseKeySlow(tt.text); !ok || slow != tt.want {
			t.Errorf("%s: the twin says (-got, +want)\n%s", tt.name, cmp.Diff(slow, tt.want))
		}
	}
}

func TestKeyDay(t *testing.T) {
	elsewhere := time.FixedZone("", -5*60*60)
	for _, tt := range []struct {
		key  Key
		want time.Time
	}{
		{Key{Time: utc(2016, 11, 15, 23, 5, 0)}, utc(2016, 11, 15, 0, 0, 0)},
		{Key{Time: utc(2016, 11, 15, 23, 5, 0), Folder: utc(2016, 11, 14, 0, 0, 0)}, utc(2016, 11, 14, 0, 0, 0)},
		{Key{Time: time.Date(2016, 11, 15, 23, 5, 0, 0, elsewhere)}, utc(2016, 11, 16, 0, 0, 0)},
	} {
		if got := tt.key.Day(); !got.Equal(tt.want) {
			t.Errorf("%+v: day %v, want %v", tt.key, got, tt.want)
		}
	}
}

// The mark ∑ stands where the error is due; it is no part of the key.
func TestParseKeyErrors(t *testing.T) {
	const folders, file = "AWSLogs/111122223333/CloudTrail/us-east-1/2016/11/15/", "111122223333_CloudTrail_us-east-1_"
	const digests, digest = "AWSLogs/111122223333/CloudTrail-Digest/us-east-1/2016/11/15/", "111122223333_CloudTrail-Digest_us-east-1_"
	for _, tt := range []struct{ marked, want string }{
		{"∑", "too few folders"},
		{"∑AWSLogs/111122223333/CloudTrail/us-east-1/2016/11/15", "too few folders"},
		{"a/∑b/111122223333/CloudTrail/us-east-1/2016/11/15/x", `expected the folder AWSLogs, found "b"`},
		{"∑awslogs/111122223333/CloudTrail/us-east-1/2016/11/15/x", `expected the folder AWSLogs, found "awslogs"`},
		{"AWSLogs/∑O-1/111122223333/CloudTrail/us-east-1/2016/11/15/x", `expected the folder AWSLogs, found "O-1"`},
		{"∑/" + folders + file + "20161115T2305Z_a.json.gz", "it begins with a slash"},
		{"AWSLogs/∑1111/CloudTrail/us-east-1/2016/11/15/x", `"1111" is no account of twelve digits`},
		{"AWSLogs/∑1111222233334/CloudTrail/us-east-1/2016/11/15/x", `"1111222233334" is no account of twelve digits`},
		{"AWSLogs/111122223333/∑elasticloadbalancing/us-east-1/2016/11/15/x", `"elasticloadbalancing" is no folder of CloudTrail's`},
		{"AWSLogs/111122223333/∑CloudTrail-Lake/us-east-1/2016/11/15/x", `"CloudTrail-Lake" is no folder of CloudTrail's`},
		{"AWSLogs/111122223333/CloudTrail/∑US/2016/11/15/x", `"US" is no Region`},
		{"AWSLogs/111122223333/CloudTrail/∑/2016/11/15/x", `"" is no Region`},
		{"AWSLogs/111122223333/CloudTrail/us-east-1/∑2016/02/30/x", `"2016/02/30" is no day`},
		{"AWSLogs/111122223333/CloudTrail/us-east-1/∑2016/2/3/x", `"2016/2/3" is no day`},
		{"AWSLogs/111122223333/CloudTrail/us-east-1/∑0001/01/01/x", `"0001/01/01" is no day`},
		{folders + "∑", `expected "111122223333", found ""`},
		{folders + "∑444455556666_CloudTrail", `expected "111122223333", found "444455556666_CloudTrail"`},
		{folders + "111122223333_CloudTrail∑-Digest_us-east-1_", `expected "_", found "-Digest_us-east-1_"`},
		{folders + "111122223333_CloudTrail_∑us-west-2_", `expected "us-east-1", found "us-west-2_"`},
		{folders + "∑" + file + "20161115T2305Z_a.csv", "the name ends neither in .json.gz nor in .json"},
		{folders + file + "∑20161115.json.gz", `"20161115" is no time to the minute`},
		{folders + file + "∑20161115T2360Z_a.json.gz", `"20161115T2360Z" is no time to the minute`},
		{folders + file + "∑20161115T230512Z_a.json.gz", `"20161115T23051" is no time to the minute`},
		{folders + file + "20161115T2305Z∑.json.gz", `expected letters and digits that make the name unique, found ""`},
		{folders + file + "20161115T2305Z∑_a_b.json.gz", `expected letters and digits that make the name unique, found "_a_b"`},
		{digests + digest + "∑x.json.gz", `"x" is no time to the second`},
		{digests + digest + "∑20161115T230512Z.json.gz", `"" is no Region`},
		{digests + digest + "trail_us-east-1_∑20161115T2305Z.json.gz", `"20161115T2305Z" is no time to the second`},
		{digests + digest + "trail_∑_20161115T230512Z.json.gz", `"" is no Region`},
		{digests + digest + "∑us-east-1_20161115T230512Z.json.gz", `"" is no name of a trail`},
		{digests + digest + "∑a b_us-east-1_20161115T230512Z.json.gz", `"a b" is no name of a trail`},
	} {
		key := strings.Replace(tt.marked, "∑", "", 1)
		got, err := ParseKey(key)
		var e *Error
		if !errors.As(err, &e) || !errors.Is(err, ErrKey) || got != (Key{}) {
			t.Errorf("ParseKey(%q) = %+v, %v, want an *Error for %s", key, got, err, tt.want)
			continue
		}
		if offset := int64(strings.Index(tt.marked, "∑")); e.Offset != offset {
			t.Errorf("ParseKey(%q): %v, want offset %d", key, err, offset)
		}
		if got := strings.TrimPrefix(e.Err.Error(), ErrKey.Error()+": "); got != tt.want {
			t.Errorf("ParseKey(%q): %s, want %s", key, got, tt.want)
		}
	}
}

// The keys of generated log files, and of those beside the checkout, are accepted.
func TestParseKeySynth(t *testing.T) {
	g := synth.New(synth.Config{})
	for range 100 {
		g.AppendLogFile(nil, 3)
		text := g.LogFileKey()
		if k, err := ParseKey(text); err != nil || k.String() != text {
			t.Errorf("ParseKey(%q) = %v, %v", text, k, err)
		}
	}
}

func TestParseKeyShared(t *testing.T) {
	root := shared(t, "data/cloudtrail")
	files := 0
	err := filepath.WalkDir(filepath.Join(root, "AWSLogs"), func(path string, d fs.DirEntry, err error) error {
		if err != nil || d.IsDir() {
			return err
		}
		files++
		rel, err := filepath.Rel(root, path)
		if err != nil {
			return err
		}
		text := filepath.ToSlash(rel)
		if k, err := ParseKey(text); err != nil || k.String() != text || !k.Folder.IsZero() {
			t.Errorf("ParseKey(%q) = %+v, %v", text, k, err)
		}
		return nil
	})
	if err != nil || files == 0 {
		t.Errorf("%d files, %v", files, err)
	}
}

// parseKeySlow is ParseKey as one regular expression.
func parseKeySlow(text string) (Key, bool) {
	m := keyExpression.FindStringSubmatch(text)
	if m == nil {
		return Key{}, false
	}
	part := func(name string) string { return m[keyExpression.SubexpIndex(name)] }
	if part("account") != part("account2") || part("kind") != part("kind2") || part("region") != part("region2") {
		return Key{}, false
	}
	k := Key{
		Prefix:       part("prefix"),
		Organization: part("organization"),
		Account:      part("account"),
		Kind:         FileKind(part("kind")),
		Region:       part("region"),
		Unique:       part("unique"),
		Trail:        part("trail"),
		HomeRegion:   part("home"),
		Backfill:     part("backfill") != "",
		Unpacked:     part("gz") == "",
		Joined:       part("minute") != "" && part("underscore") == "",
	}
	if (k.Kind == DigestFile) != (k.Trail != "") {
		return Key{}, false
	}
	day, err := time.Parse("2006/01/02", part("day"))
	if err != nil {
		return Key{}, false
	}
	if k.Time, err = time.Parse("20060102T1504Z", part("minute")); err != nil {
		if k.Time, err = time.Parse("20060102T150405Z", part("second")); err != nil {
			return Key{}, false
		}
	}
	if !day.Equal(k.Time.Truncate(24 * time.Hour)) {
		k.Folder = day
	}
	return k, true
}

var keyExpression = regexp.MustCompile(`(?s)^(?:(?P<prefix>.+)/)?AWSLogs/(?:(?P<organization>o-[0-9a-z]+)/)?` +
	`(?P<account>[0-9]{12})/(?P<kind>CloudTrail(?:-Digest|-Insight|-NetworkActivity|-Aggregated)?)/` +
	`(?P<region>[0-9a-z-]+)/(?P<day>[1-9][0-9]{3}/[0-9][0-9]/[0-9][0-9])/` +
	`(?P<account2>[0-9]{12})_(?P<kind2>CloudTrail[A-Za-z-]*)_(?P<region2>[0-9a-z-]+)_` +
	`(?:(?P<minute>[1-9][0-9]{7}T[0-9]{4}Z)(?P<underscore>_?)(?P<unique>[0-9A-Za-z-]+)|` +
	`(?P<trail>[0-9A-Za-z._-]+)_(?P<home>[0-9a-z-]+)_(?P<second>[1-9][0-9]{7}T[0-9]{6}Z)(?P<backfill>_backfill)?)` +
	`\.json(?P<gz>\.gz)?$`)

// FuzzParseKey checks ParseKey against a regular expression, that String gives back what was parsed, and
// that errors have an offset in the key.
func FuzzParseKey(f *testing.F) {
	for _, tt := range keyCases {
		f.Add(tt.text)
	}
	f.Add("/AWSLogs/111122223333/CloudTrail/us-east-1/2016/11/15/111122223333_CloudTrail_us-east-1_20161115T2305Z_a.json.gz")
	f.Add("//AWSLogs/111122223333/CloudTrail/us-east-1/2016/11/15/111122223333_CloudTrail_us-east-1_20161115T2305Z_a.json.gz")
	f.Add("AWSLogs/111122223333/CloudTrail-Digest/us-east-1/2016/11/15/111122223333_CloudTrail-Digest_us-east-1_20161115T230512Z.json.gz")
	f.Fuzz(func(t *testing.T, text string) {
		want, ok := parseKeySlow(text)
		got, err := ParseKey(text)
		if (err == nil) != ok || got != want {
			t.Fatalf("ParseKey(%q) = %+v, %v; the twin: %+v, %v", text, got, err, want, ok)
		}
		if err == nil && got.String() != text {
			t.Fatalf("ParseKey(%q).String() = %q", text, got.String())
		}
		var e *Error
		if err != nil && (!errors.As(err, &e) || e.Offset < 0 || e.Offset > int64(len(text))) {
			t.Fatalf("ParseKey(%q): %v", text, err)
		}
	})
}

func TestFileKinds(t *testing.T) {
	var log []FileKind
	for _, k := range []FileKind{"", LogFile, DigestFile, InsightFile, NetworkActivityFile, AggregatedFile, "CloudTrail-Lake"} {
		if k.HasRecords() {
			log = append(log, k)
		}
	}
	if want := []FileKind{LogFile, InsightFile, NetworkActivityFile, AggregatedFile}; !slices.Equal(log, want) {
		t.Errorf("kinds with records: %q, want %q", log, want)
	}
}

func BenchmarkParseKey(b *testing.B) {
	b.ReportAllocs()
	for b.Loop() {
		if _, err := ParseKey(keyCases[0].text); err != nil {
			b.Fatal(err)
		}
	}
}
