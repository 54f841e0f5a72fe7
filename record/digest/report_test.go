package digest

import (
	"encoding/json"
	"errors"
	"strings"
	"testing"
)

func TestReport(t *testing.T) {
	f := newFake()
	f.delete("d3")
	f.replace("l1.0", `"1.11"`, `"1.10"`)
	f.plant("x", f.logKey(at(4.6), "a\x1b[2Jb"))
	r := f.validate(t)

	key := func(name string) string { return "s3://" + testBucket + "/" + f.place(name).key }
	want := strings.Join([]string{
		"trail audit, account 111122223333, us-east-1",
		"from 2026-03-01T20:01:31Z to 2026-03-02T02:01:31Z: invalid",
		"digests: 8 (7 valid, 1 missing)",
		"log files: 13 (9 valid, 1 altered, 1 unlisted, 2 unproved)",
		"gap: 2026-03-01T23:01:31Z to 2026-03-02T00:01:31Z (deleted)",
		"digest missing: " + key("d3"),
		"log file altered: " + key("l1.0") + ": hash differs",
		"log file unproved: " + key("l3.0") + ": listed by no valid digest",
		"log file unproved: " + key("l3.1") + ": listed by no valid digest",
		`log file unlisted: "` + strings.Replace(key("x"), "\x1b", `\x1b`, 1) + `"`,
	}, "\n") + "\n"
	if got := r.String(); got != want {
		t.Errorf("got\n%s\nwant\n%s", got, want)
	}

	var errs []error
	for err := range r.Problems() {
		errs = append(errs, err)
	}
	all := errors.Join(errs...)
	for _, cause := range []error{ErrMissing, ErrHash, ErrUnlisted, ErrUnproved, ErrGap} {
		if !errors.Is(all, cause) {
			t.Errorf("no problem is %v", cause)
		}
	}
	if got, want := errs[0].Error(), "digest: does not exist: "+key("d3"); got != want {
		t.Errorf("%q, want %q", got, want)
	}
	if got, want := errs[len(errs)-1].Error(), "digest: no valid digest from 2026-03-01T23:01:31Z to 2026-03-02T00:01:31Z (deleted)"; got != want {
		t.Errorf("%q, want %q", got, want)
	}
	n := 0
	for range r.Problems() {
		if n++; n == 2 {
			break
		}
	}
}

func TestReportJSON(t *testing.T) {
	f := emptyFake()
	f.deliver(1)
	f.q.To = at(1)
	f.delete("l0.0")
	text, err := json.Marshal(f.validate(t))
	if err != nil {
		t.Fatal(err)
	}
	want := `{"query":{"bucket":"amzn-s3-demo-bucket","prefix":"logs","account":"111122223333","region":"us-east-1",` +
		`"trail":"audit","homeRegion":"us-west-2","from":"2026-03-01T20:01:31Z","to":"2026-03-01T21:01:31Z"},` +
		`"verdict":"invalid","digestCounts":{"valid":1},"logFileCounts":{"missing":1},` +
		`"digests":[{"bucket":"amzn-s3-demo-bucket","key":"` + f.place("d0").key + `","status":"valid",` +
		`"start":"2026-03-01T20:01:31Z","end":"2026-03-01T21:01:31Z","starting":true,"signer":"self","listed":1}],` +
		`"logFiles":[{"bucket":"amzn-s3-demo-bucket","key":"` + f.place("l0.0").key + `","status":"missing",` +
		`"digest":"` + f.place("d0").key + `","reason":"does not exist"}],"gaps":[]}`
	if string(text) != want {
		t.Errorf("got\n%s\nwant\n%s", text, want)
	}
	if text, err := json.Marshal(&Report{}); err != nil || !strings.Contains(string(text), `"digests":[],"logFiles":[],"gaps":[]`) {
		t.Errorf("empty report: %s, %v", text, err)
	}
}
