package main

import (
	"fmt"
	"path/filepath"
	"strings"
	"testing"
)

// The settings of trails come from flags, from a configuration, and from what AWS prints of them; flags say more
// than others.
func TestTrails(t *testing.T) {
	dir := t.TempDir()
	file := write(t, filepath.Join(dir, "objects.json"), allObjects)
	named := write(t, filepath.Join(dir, "x.json"), `{"TrailARN": "arn:aws:cloudtrail:us-east-1:111122223333:trail/main", `+allObjects[1:])
	describe := write(t, filepath.Join(dir, "describe.json"), `{"trailList": [{"Name": "main", "S3BucketName": "logs", "HomeRegion": "eu-west-1",
		"IsMultiRegionTrail": false, "IsOrganizationTrail": false, "TrailARN": "arn:aws:cloudtrail:eu-west-1:444455556666:trail/main"}]}`)
	config := write(t, filepath.Join(dir, "config.json"), `{"trails": [
		{"name": "file", "selectors": "objects.json", "homeRegion": "us-east-1", "multiRegion": true, "account": "111122223333"},
		{"name": "inline", "selectors": `+allObjects+`, "organization": true, "logBucket": "logs", "arn": "arn", "address": "tf"},
		{"name": "none", "insights": {"management": "ApiCallRateInsight"}},
		{"name": "main"}]}`)
	tests := []struct{ args, want string }{
		{"-trail " + file, `objects: home "" multi false account "" organization false logs "" arn "" address "" insights "" selected`},
		{"-trail " + named, `main: home "" multi false account "" organization false logs "" arn "" address "" insights "" selected`},
		{"-trail a=" + named + ",home=eu-west-1,multi,account=1,organization,logs=b,arn=c,address=d",
			`a: home "eu-west-1" multi true account "1" organization true logs "b" arn "c" address "d" insights "" selected`},
		{"-describe " + describe + " -trail " + named,
			`main: home "eu-west-1" multi false account "444455556666" organization false logs "logs" ` +
				`arn "arn:aws:cloudtrail:eu-west-1:444455556666:trail/main" address "" insights "" selected`},
		{"-describe " + describe + " -trail main=" + file + ",multi,account=7",
			`main: home "eu-west-1" multi true account "7" organization false logs "logs" ` +
				`arn "arn:aws:cloudtrail:eu-west-1:444455556666:trail/main" address "" insights "" selected`},
		{"-describe " + describe + " -config " + config + " -trail " + file, `file: home "us-east-1" multi true account "111122223333" organization false logs "" arn "" address "" insights "" selected
inline: home "" multi false account "" organization true logs "logs" arn "arn" address "tf" insights "" selected
none: home "" multi false account "" organization false logs "" arn "" address "" insights "ApiCallRateInsight" none
main: home "eu-west-1" multi false account "444455556666" organization false logs "logs" arn "arn:aws:cloudtrail:eu-west-1:444455556666:trail/main" address "" insights "" none
objects: home "" multi false account "" organization false logs "" arn "" address "" insights "" selected`},
	}
	for _, test := range tests {
		o, err := parse(append(strings.Fields(test.args), "x"), nil)
		if err != nil {
			t.Errorf("trailcost %s: %v", test.args, err)
			continue
		}
		var s strings.Builder
		for _, tr := range o.trails {
			selected := "none"
			if tr.Selector != nil {
				selected = "selected"
			}
			fmt.Fprintf(&s, "%s: home %q multi %v account %q organization %v logs %q arn %q address %q insights %q %s\n", tr.Name, tr.HomeRegion,
				tr.MultiRegion, tr.Account, tr.Organization, tr.logBucket, tr.arn, tr.address, tr.Insights.Management, selected)
		}
		if got := strings.TrimSpace(s.String()); got != test.want {
			t.Errorf("trailcost %s:\n%s\nwant\n%s", test.args, got, test.want)
		}
	}
}

// What a trail is decides what it logs, through the whole program.
func TestTrailsLog(t *testing.T) {
	all := write(t, "s.json", allObjects)
	log := write(t, "a.json", logs(200)) // of account 111122223333 in us-east-1
	total, _ := countData(t, logs(200))
	for options, want := range map[string]string{
		"": total, ",home=us-east-1": total, ",home=eu-west-1": "", ",home=eu-west-1,multi": total,
		",account=111122223333": total, ",account=444455556666": "", ",account=444455556666,organization": total,
	} {
		r := price(t, done, "", "-trail", "a="+all+options, log)
		got := ""
		if len(r.Bill.Lines) > 0 {
			got = r.Bill.Lines[0].Quantity
		}
		if got != want {
			t.Errorf("with %q: logged %q, want %q", options, got, want)
		}
		if idle := strings.Contains(strings.Join(r.Notes, "\n"), `trail "a" logs none`); idle != (want == "") {
			t.Errorf("with %q: notes %q, want one of a trail that logs nothing: %v", options, r.Notes, want == "")
		}
	}
}

// Where no event was read, no trail is told to log none of them.
func TestNothingRead(t *testing.T) {
	trail := "a=" + write(t, "s.json", allObjects)
	r := price(t, incomplete, "", "-trail", trail, write(t, "a.json", `{"Records":[17]}`))
	if r.Events.Unreadable != 1 || strings.Contains(strings.Join(r.Notes, "\n"), "logs none") {
		t.Errorf("%d unreadable, notes %q", r.Events.Unreadable, r.Notes)
	}
}

// A trail that logs its own log files is warned of.
func TestLogBucketWarning(t *testing.T) {
	all := write(t, "s.json", allObjects)
	log := write(t, "a.json", logs(10))
	for options, want := range map[string]bool{"": false, ",logs=my-logs": true} {
		r := price(t, done, "", "-trail", "a="+all+options, log)
		if got := strings.Contains(strings.Join(r.Notes, "\n"), "trail a: danger"); got != want {
			t.Errorf("with %q: warned %v, want %v: %q", options, got, want, r.Notes)
		}
	}
}

// -compare changes, adds and drops trails by name, and the difference is what two bills have.
func TestCompare(t *testing.T) {
	dir := t.TempDir()
	all, written := write(t, filepath.Join(dir, "all.json"), allObjects), write(t, filepath.Join(dir, "written.json"), writtenObjects)
	log := write(t, filepath.Join(dir, "a.json"), logs(400))
	one, two := "-trail main="+all, "-trail main="+all+" -trail second="+written
	tests := []struct{ old, compare, new string }{
		{one, "-compare " + written, "-trail main=" + written},
		{one, "-compare main=" + written, "-trail main=" + written},
		{one, "-compare new=" + written, "-trail main=" + all + " -trail new=" + written},
		{one, "-compare main=,home=eu-west-1", "-trail main=" + all + ",home=eu-west-1"},
		{two, "-compare second=", one},
		{two, "-compare second= -compare main=" + written, "-trail main=" + written},
		{"-config " + write(t, filepath.Join(dir, "c.json"), `{"trails": [{"name": "main", "selectors": "all.json"}],
			"compare": [{"name": "main", "selectors": "written.json"}, {"name": "more", "selectors": "all.json"}]}`), "",
			"-trail main=" + written + " -trail more=" + all},
	}
	run := func(args string) reportJSON { return price(t, done, "", append(strings.Fields(args), log)...) }
	for _, test := range tests {
		got := run(test.old + " " + test.compare)
		before, after := got.Bill.Total, run(test.new).Bill.Total
		change, _ := after.Sub(before)
		d := got.Difference
		if d == nil || d.Old != before || d.New != after || d.Change != change {
			t.Errorf("trailcost %s %s: %+v; want from %v to %v", test.old, test.compare, d, before, after)
			continue
		}
		for _, l := range d.Lines {
			var o, n, lost, gained int
			fmt.Sscan(l.Old+" "+l.New+" "+l.Lost+" "+l.Gained, &o, &n, &lost, &gained)
			if o-lost+gained != n {
				t.Errorf("trailcost %s %s: line %+v does not add up", test.old, test.compare, l)
			}
		}
	}
}
