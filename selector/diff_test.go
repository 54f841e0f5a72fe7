package selector

import (
	"fmt"
	"strings"
	"testing"

	"github.com/trailsieve/trailsieve/record"
)

func TestDiff(t *testing.T) {
	s3 := func(conditions ...string) string { return "[" + dataOn("AWS::S3::Object", conditions...) + "]" }
	basic := func(values ...string) string {
		return `[{"IncludeManagementEvents": false, "DataResources": [{"Type": "AWS::S3::Object", "Values": ` +
			marshal(values) + `}]}]`
	}
	tests := []struct {
		old, new      string
		stops, starts string
	}{
		{`{}`, `[{}]`, "", ""},
		{`{}`, `[{"ReadWriteType": "ReadOnly"}, {"ReadWriteType": "WriteOnly"}]`, "", ""},
		{`{}`, `[{"ReadWriteType": "WriteOnly"}]`,
			"management events by default, in part: DescribeInstances of ec2.amazonaws.com", ""},
		{`[{"ExcludeManagementEventSources": ["kms.amazonaws.com"]}]`, `{}`,
			"", "management events by default, in part: RunInstances of kms.amazonaws.com"},
		{basic("arn:aws:s3:::a/"), basic("arn:aws:s3:::a/b", "arn:aws:s3:::c/"),
			"data events on AWS::S3::Object by /0/DataResources/0/Values/0, in part: PutObject on arn:aws:s3:::a/x",
			"data events on AWS::S3::Object by /0/DataResources/0/Values/1, all of them: PutObject on arn:aws:s3:::c/x"},
		{basic("arn:aws:s3:::a/"), basic("arn:aws:s3:::b/"),
			"data events on AWS::S3::Object by /0/DataResources/0/Values/0, all of them: PutObject on arn:aws:s3:::a/x",
			"data events on AWS::S3::Object by /0/DataResources/0/Values/0, all of them: PutObject on arn:aws:s3:::b/x"},
		{basic("arn:aws:s3"), s3(), "",
			"data events on AWS::S3::Object by /0, in part: PutObject on x"},
		{basic("arn:aws:s3"), s3(`{"Field": "resources.ARN", "StartsWith": ["arn:aws:s3:"]}`), "", ""},
		{s3(`{"Field": "eventName", "Equals": ["GetObject", "PutObject"]}`),
			"[" + dataOn("AWS::S3::Object", `{"Field": "eventName", "Equals": ["GetObject"]}`) + "," +
				dataOn("AWS::S3::Object", `{"Field": "eventName", "StartsWith": ["Put"]}`) + "]",
			"", "data events on AWS::S3::Object by /1, in part: Putx on arn:aws:s3:::amzn-s3-demo-bucket/key"},

		// Only a call that names two functions tells these apart.
		{"[" + dataOn("AWS::Lambda::Function", `{"Field": "resources.ARN", "Equals": ["arn:f", "arn:g"], "NotEquals": ["arn:g"]}`) + "]",
			"[" + dataOn("AWS::Lambda::Function", `{"Field": "resources.ARN", "Equals": ["arn:f"]}`) + "]",
			"", "data events on AWS::Lambda::Function by /0/FieldSelectors/2/Equals/0, in part: Invoke on arn:g and arn:f"},
	}
	for _, test := range tests {
		d := Diff(MustCompile(test.old), MustCompile(test.new))
		if stops, starts := fmt.Sprint(d.Stops), fmt.Sprint(d.Starts); stops != "["+test.stops+"]" ||
			starts != "["+test.starts+"]" || !d.Complete {
			t.Errorf("from %s\nto %s, complete = %v\nstops  %s\nwant   %s\nstarts %s\nwant   %s",
				test.old, test.new, d.Complete, stops, test.stops, starts, test.starts)
		}
	}
}

// TestDiffGivesUp asks too much: what Diff does not find then, it does not deny.
func TestDiffGivesUp(t *testing.T) {
	var not []string
	for i := range 240 {
		not = append(not, fmt.Sprintf("arn:aws:s3:::b%d/", i))
	}
	s := MustCompile("[" + dataOn("AWS::S3::Object", `{"Field": "resources.ARN", "NotStartsWith": `+marshal(not)+`}`) + "]")
	if d := Diff(s, s); d.Complete || len(d.Stops)+len(d.Starts) > 0 {
		t.Errorf("Diff = %v", d)
	}
	all := MustCompile("[" + dataOn("AWS::S3::Object") + "]")
	if d := Diff(s, all); len(d.Stops) > 0 || len(d.Starts) != 1 {
		t.Errorf("Diff = %v", d)
	}
}

func TestDiffLaws(t *testing.T) {
	equal, different, incomplete := 0, 0, 0
	for seed := range uint64(1500) {
		e, d, i := checkDiff(t, seed)
		equal += e
		different += d
		incomplete += i
	}
	if equal < 50 || different < 500 || incomplete > different/10 {
		t.Errorf("%d equal, %d different, %d incomplete", equal, different, incomplete)
	}
}

func FuzzDiff(f *testing.F) {
	for seed := range uint64(100) {
		f.Add(seed)
	}
	f.Fuzz(func(t *testing.T, seed uint64) { checkDiff(t, seed) })
}

// checkDiff compares selectors that have to do with each other. The twin says that witnesses are some,
// and where Diff finds no difference there is none.
func checkDiff(t *testing.T, seed uint64) (equal, different, incomplete int) {
	t.Helper()
	g := newGenerator(seed)
	old, err := Compile(g.selectors())
	if err != nil {
		return
	}
	if d := Diff(old, old); len(d.Stops)+len(d.Starts) > 0 {
		t.Errorf("%s: differs from itself: %v", old, d)
	}
	if a, err := old.Advanced(); err == nil {
		if d := Diff(old, a); len(d.Stops)+len(d.Starts) > 0 {
			t.Errorf("%s: differs from its advanced form: %v", old, d)
		}
	}
	// One that differs a little, or a lot.
	text := g.selectors()
	if g.oneIn(2) {
		top, _ := pointed(old.String(), "")
		shuffle(g.Rand, top)
		for _, list := range top.(object) {
			if list, ok := list.([]any); ok && len(list) > 1 {
				top = list[1:]
			}
		}
		text = marshal(top)
	}
	new, err := Compile(text)
	if err != nil {
		return
	}
	oldTwin, _ := compileSlow(old.String())
	newTwin, _ := compileSlow(new.String())
	d := Diff(old, new)
	for _, c := range d.Stops {
		if text := c.Witness.Text(); !oldTwin.match(text) || newTwin.match(text) {
			t.Errorf("%s\n%s\nthis does not stop: %s", old, new, text)
		}
	}
	for _, c := range d.Starts {
		if text := c.Witness.Text(); oldTwin.match(text) || !newTwin.match(text) {
			t.Errorf("%s\n%s\nthis does not start: %s", old, new, text)
		}
	}
	for range 4 * recordsPerSeed {
		r := parseRecord(t, []byte(g.record()))
		was, is := old.Match(r), new.Match(r)
		if len(r.Resources) > 2 || !d.Complete || was == is {
			continue
		}
		if was && len(d.Stops) == 0 || is && len(d.Starts) == 0 {
			t.Errorf("%s: %v\n%s: %v\non %s\nbut Diff = %v", old, was, new, is, r.Text(), d)
		}
	}
	switch {
	case !d.Complete:
		return 0, 0, 1
	case len(d.Stops)+len(d.Starts) == 0:
		return 1, 0, 0
	}
	return 0, 1, 0
}

func TestCovers(t *testing.T) {
	get := Operation{Source: "s3.amazonaws.com", Name: "GetObject", Type: "AWS::S3::Object", ARN: "arn:aws:s3:::photos/2016/*"}
	with := func(op Operation, change func(*Operation)) Operation { change(&op); return op }
	tests := []struct {
		text string
		op   Operation
		want string
	}{
		{`{}`, get, "no: GetObject on arn:aws:s3:::photos/2016/x"},
		{`[{"DataResources": [{"Type": "AWS::S3::Object", "Values": ["arn:aws:s3:::photos/"]}]}]`, get, "yes"},
		{`[{"DataResources": [{"Type": "AWS::S3::Object", "Values": ["arn:aws:s3:::photos/2016"]}]}]`, get, "yes"},
		{`[{"DataResources": [{"Type": "AWS::S3::Object", "Values": ["arn:aws:s3:::photos/2016/a/"]}]}]`, get,
			"partly: not GetObject on arn:aws:s3:::photos/2016/x"},
		{`[{"ReadWriteType": "WriteOnly", "DataResources": [{"Type": "AWS::S3::Object", "Values": ["arn:aws:s3"]}]}]`, get,
			"no: GetObject on arn:aws:s3:::photos/2016/x"},
		{`[{"ReadWriteType": "WriteOnly", "DataResources": [{"Type": "AWS::S3::Object", "Values": ["arn:aws:s3"]}]}]`,
			with(get, func(op *Operation) { op.Name = "" }), "partly: not GetObject on arn:aws:s3:::photos/2016/x"},
		{"[" + dataOn("AWS::S3::Object", `{"Field": "resources.ARN", "NotEndsWith": [".tmp"]}`) + "]", get,
			"partly: not GetObject on arn:aws:s3:::photos/2016/x.tmp"},
		{"[" + dataOn("AWS::S3::Object", `{"Field": "userIdentity.arn", "NotEndsWith": ["Alice"]}`) + "]", get,
			"partly: not GetObject on arn:aws:s3:::photos/2016/x"},
		{"[" + dataOn("AWS::S3::Object", `{"Field": "userIdentity.arn", "NotEndsWith": ["Alice"]}`) + "]",
			with(get, func(op *Operation) { op.User = "arn:aws:iam::111122223333:user/Bob" }), "yes"},
		{"[" + dataOn("AWS::S3::Object", `{"Field": "resources.ARN", "NotStartsWith": ["arn:aws:s3:::logs/"]}`) + "]", get, "yes"},
		{`{}`, Operation{Source: "kms.amazonaws.com", Name: "Decrypt"}, "yes"},
		{`{}`, Operation{}, "yes"},
		{`[{"ExcludeManagementEventSources": ["kms.amazonaws.com"]}]`, Operation{Source: "kms.amazonaws.com"},
			"no: RunInstances of kms.amazonaws.com"},
		{`[{"ExcludeManagementEventSources": ["kms.amazonaws.com"]}]`, Operation{},
			"partly: not RunInstances of kms.amazonaws.com"},
		{`[{"ReadWriteType": "ReadOnly"}]`, Operation{Source: "iam.amazonaws.com", Name: "Create*", ReadOnly: record.False},
			"no: Createx of iam.amazonaws.com"},
	}
	for _, test := range tests {
		s := MustCompile(test.text)
		c := s.Covers(test.op)
		if c.String() != test.want || c.All() != (test.want == "yes") || c.None() != strings.HasPrefix(test.want, "no") {
			t.Errorf("%s.Covers(%+v) = %v, want %s", s, test.op, c, test.want)
		}
	}
}

// TestCoversLaws asks about the calls in records: if all of a kind are logged, or none, so is this one.
func TestCoversLaws(t *testing.T) {
	asked := 0
	for seed := range uint64(2000) {
		asked += checkCovers(t, seed)
	}
	if asked < 500 {
		t.Errorf("only %d were asked", asked)
	}
}

func FuzzCovers(f *testing.F) {
	for seed := range uint64(100) {
		f.Add(seed)
	}
	f.Fuzz(func(t *testing.T, seed uint64) { checkCovers(t, seed) })
}

func checkCovers(t *testing.T, seed uint64) (asked int) {
	t.Helper()
	g := newGenerator(seed)
	s, err := Compile(g.selectors())
	if err != nil {
		return 0
	}
	twin, _ := compileSlow(s.String())
	for range recordsPerSeed {
		r := parseRecord(t, []byte(g.record()))
		op := Operation{Source: r.EventSource}
		category, _ := r.Category()
		switch {
		case category == record.Data && len(r.Resources) == 1 && r.Resources[0].Type != "":
			op.Type, op.ARN = r.Resources[0].Type, arnOf(&r.Resources[0])
			if n := len(op.ARN); g.oneIn(2) {
				op.ARN = op.ARN[:strings.LastIndexAny(op.ARN[:n-1], ":/")+1] + "*"
			}
		case category != record.Management:
			continue
		}
		if g.oneIn(2) {
			op.Name = r.EventName
			read, _ := r.IsReadOnly()
			op.ReadOnly = map[bool]record.Bool{false: record.False, true: record.True}[read]
		}
		asked++
		c := s.Covers(op)
		if !c.Complete {
			t.Errorf("%s.Covers(%+v) = %v", s, op, c)
		}
		if logged := s.Match(r); logged && c.None() || !logged && c.All() {
			t.Errorf("%s.Covers(%+v) = %v, but it logs %s: %v", s, op, c, r.Text(), logged)
		}
		if c.Logged != nil && !twin.match(c.Logged.Text()) || c.Escaped != nil && twin.match(c.Escaped.Text()) {
			t.Errorf("%s.Covers(%+v) = %v, with the witnesses %s and %s", s, op, c, c.Logged.Text(), c.Escaped.Text())
		}
	}
	return asked
}
