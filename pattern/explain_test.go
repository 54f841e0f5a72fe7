package pattern

import (
	"encoding/json"
	"maps"
	"math"
	"reflect"
	"slices"
	"strings"
	"testing"
	"unicode/utf8"
)

// TestExplain tests the tree that an explanation prints.
func TestExplain(t *testing.T) {
	for _, tt := range []struct{ name, pattern, event, want string }{
		{"match", `{"source": ["aws.s3"], "detail": {"eventName": ["GetObject", {"prefix": "Put"}]}}`,
			`{"source": "aws.s3", "detail": {"eventName": "PutObject"}}`, `
✓ match
├─ ✓ source ["aws.s3"]
└─ detail
   └─ ✓ eventName ["GetObject",{"prefix":"Put"}] by {"prefix":"Put"}
`},
		{"values", `{"source": ["aws.s3"], "detail": {"eventName": ["PutObject"], "size": [{"numeric": [">", 5]}]}}`,
			`{"source": "aws.s3", "detail": {"eventName": ["GetObject", 1, null]}}`, `
✗ no match: detail.eventName is "GetObject", 1 and null, not "PutObject" (and 1 more condition fails)
├─ ✓ source ["aws.s3"]
└─ detail
   ├─ ✗ eventName ["PutObject"] is "GetObject", 1 and null (offset 46)
   └─ ✗ size [{"numeric":[">",5]}] is absent
`},
		{"exists", `{"detail": [{"exists": true}], "detail.errorCode": [{"exists": false}, "Throttled"]}`,
			`{"detail": {"errorCode": "AccessDenied"}}`, `
✗ no match: detail is absent (there is an object), not present (and 1 more condition fails)
├─ ✗ detail [{"exists":true}] is absent (there is an object)
└─ ✗ detail.errorCode [{"exists":false},"Throttled"] is "AccessDenied" (offset 25)
`},
		{"elements", `{"source": ["a"], "d": {"name": ["alice"], "status": ["active"]}}`,
			`{"source": "a", "d": [{"name": "alice", "status": "left"}, {"name": "bob", "status": "active"}]}`, `
✗ no match: d.name and d.status hold, but not in the same element of /d
├─ ✓ source ["a"]
└─ d
   ├─ ✓ name ["alice"] at /d/0/name
   └─ ✓ status ["active"] at /d/1/status
`},
		{"outer elements", `{"a": {"x": {"n": [1]}, "y": {"n": [2]}}}`, `{"a": [{"x": [{"n": 1}]}, {"y": [{"n": 2}]}]}`, `
✗ no match: a.x.n and a.y.n hold, but not in the same element of /a
└─ a
   ├─ x
   │  └─ ✓ n [1] at /a/0/x/0/n
   └─ y
      └─ ✓ n [2] at /a/1/y/0/n
`},
		{"elements, and one with no value", `{"d": {"a": [1], "b": [2], "c": [{"exists": false}]}}`, `{"d": [{"a": 1}, {"b": 2}, {"c": 3}]}`, `
✗ no match: d.a and d.b hold, but not in the same element of /d
└─ d
   ├─ ✓ a [1] at /d/0/a
   ├─ ✓ b [2] at /d/1/b
   └─ ✗ c [{"exists":false}] is 3 (offset 33, /d/2/c)
`},
		{"value beside the chosen", `{"d": {"a": [1], "c": [{"exists": false}]}}`, `{"d": [{"a": 1, "c": 2}, {"a": 2}]}`, `
✗ no match: d.c is 2, not absent
└─ d
   ├─ ✓ a [1] at /d/0/a
   └─ ✗ c [{"exists":false}] is 2 (offset 21, /d/0/c)
`},
		{"absent in the chosen", `{"d": {"a": [1], "b": [{"exists": false}]}}`, `{"d": [{"a": 1}, {"b": 1}]}`, `
✓ match
└─ d
   ├─ ✓ a [1] at /d/0/a
   └─ ✓ b [{"exists":false}]
`},
		{"or", `{"$or": [{"a": [1], "b": [2]}, {"c": {"d": [3], "$or": [{"e": [4]}, {"f": [5]}]}}], "g": [6]}`,
			`{"b": 2, "c": {"d": 3, "f": 6}, "g": 6}`, `
✗ no match: a is absent, not 1
├─ $or
│  ├─ ✗ 0 (decisive)
│  │  ├─ ✗ a [1] is absent
│  │  └─ ✓ b [2]
│  └─ ✗ 1
│     └─ c
│        ├─ ✓ d [3]
│        └─ $or
│           ├─ ✗ 0
│           │  └─ ✗ e [4] is absent
│           └─ ✗ 1
│              └─ ✗ f [5] is 6 (offset 28)
└─ ✓ g [6]
`},
		{"no value in the chosen, if it were chosen", `{"d": {"y": [{"exists": false}], "x": [1], "z": [9]}}`,
			`{"d": [{"x": 1, "z": 8}, {"y": 1}]}`, `
✗ no match: d.z is 8, not 9 (and 1 more condition fails)
└─ d
   ├─ ✗ y [{"exists":false}] is 1 (offset 31, /d/1/y)
   ├─ ✓ x [1] at /d/0/x
   └─ ✗ z [9] is 8 (offset 21, /d/0/z)
`},
		{"replaced", `{"a": [1], "a": [2, 3, 4, 5, 6]}`, `{"a": "\u0007\u009b\n` + "\u009b" + `"}`, `
✗ no match: a is "\u0007\u009b\n�", not 2, 3, 4 or 2 others
├─ - a [1] is replaced by a later field
└─ ✗ a [2,3,4,5,6] is "\u0007\u009b\n�" (offset 6)
`},
	} {
		t.Run(tt.name, func(t *testing.T) {
			e, err := MustCompile(tt.pattern).Explain([]byte(tt.event))
			if err != nil {
				t.Fatal(err)
			}
			if got := e.String(); got != strings.TrimPrefix(tt.want, "\n") {
				t.Errorf("got:\n%s\nwant:%s", got, tt.want)
			}
		})
	}
}

// TestExplainJSON tests the form for programs, which does not change.
func TestExplainJSON(t *testing.T) {
	p := MustCompile(`{"d": {"a": [1], "b": [2]}, "$or": [{"c": [3]}, {"c": [{"exists": false}]}], "d": [4, {"exists": true}]}`)
	e, err := p.Explain([]byte(`{"d": [[{"a": [0, 1], "b": 1}], [{"b": 2}], true]}`))
	if err != nil {
		t.Fatal(err)
	}
	got, err := json.MarshalIndent(e, "", " ")
	if err != nil {
		t.Fatal(err)
	}
	const want = `{
 "matched": false,
 "or": [
  "/$or/1"
 ],
 "conditions": [
  {
   "path": "d.a",
   "pointer": "/d/a",
   "expected": "[1]",
   "decisive": true,
   "held": true,
   "alternative": 0,
   "values": [
    {
     "text": "0",
     "offset": 15,
     "pointer": "/d/0/0/a/0",
     "accepted": false
    },
    {
     "text": "1",
     "offset": 18,
     "pointer": "/d/0/0/a/1",
     "accepted": true
    }
   ]
  },
  {
   "path": "d.b",
   "pointer": "/d/b",
   "expected": "[2]",
   "decisive": true,
   "held": true,
   "alternative": 0,
   "values": [
    {
     "text": "1",
     "offset": 27,
     "pointer": "/d/0/0/b",
     "accepted": false
    },
    {
     "text": "2",
     "offset": 39,
     "pointer": "/d/1/0/b",
     "accepted": true
    }
   ]
  },
  {
   "path": "c",
   "pointer": "/$or/0/c",
   "expected": "[3]",
   "decisive": false,
   "held": false,
   "alternative": -1
  },
  {
   "path": "c",
   "pointer": "/$or/1/c",
   "expected": "[{\"exists\":false}]",
   "decisive": true,
   "held": true,
   "alternative": 0
  },
  {
   "path": "d",
   "pointer": "/d",
   "expected": "[4,{\"exists\":true}]",
   "decisive": true,
   "held": true,
   "alternative": 1,
   "values": [
    {
     "text": "true",
     "offset": 44,
     "pointer": "/d/2",
     "accepted": true
    }
   ]
  }
 ],
 "conflict": {
  "array": "/d",
  "conditions": [
   0,
   1
  ]
 }
}`
	if string(got) != want {
		t.Errorf("got:\n%s\nwant:\n%s", got, want)
	}
}

// TestExplanationByHand tests that an Explanation that is not from Explain prints itself, whatever is
// in it.
func TestExplanationByHand(t *testing.T) {
	for _, tt := range []struct {
		e    Explanation
		want string
	}{
		{Explanation{}, "no match"},
		{Explanation{Conflict: &Conflict{}}, "no match"},
		{Explanation{Conflict: &Conflict{Conditions: []int{5, -1}}}, "no match"},
		{Explanation{Conditions: []Condition{{Path: "a"}}, Conflict: &Conflict{Conditions: []int{0, 1}}},
			"no match: a hold, but not in the same element of array"},
		{Explanation{Conditions: []Condition{{Decisive: true}}}, `no match: "" is absent, not `},
		{Explanation{Conditions: []Condition{{Path: "a", Pointer: "a", Expected: `[1], "b": {`, Decisive: true, More: -1, Values: []Value{{Text: "2"}}}}},
			`no match: a is 2, not [1], "b": {`},
		{Explanation{Conditions: []Condition{{Path: "a", Expected: `[1]`, Decisive: true, More: math.MaxInt - 9, Values: []Value{{Text: "2"}}}}},
			`no match: a is 2 and 9223372036854775798 others, not 1`},
	} {
		if got := tt.e.Reason(); got != tt.want {
			t.Errorf("got  %s\nwant %s", got, tt.want)
		}
		if text := tt.e.String(); !strings.HasPrefix(text, "✗ "+tt.want+"\n") {
			t.Error(text)
		}
	}
}

// TestExplainMany tests that a conflict of many conditions is found in a moderate time, in an event
// that has as many objects, in each of which another field is missing.
func TestExplainMany(t *testing.T) {
	const n = 200
	var fields, objects []string
	for i := range n {
		fields = append(fields, mustJSON(mustJSON(i))+":[1]")
		var members []string
		for j := range n {
			if i != j {
				members = append(members, mustJSON(mustJSON(j))+":1")
			}
		}
		objects = append(objects, "{"+strings.Join(members, ",")+"}")
	}
	p := mustCompileAny(`{"d":{` + strings.Join(fields, ",") + `}}`)
	event := []byte(`{"d":[` + strings.Join(objects, ",") + `]}`)
	var e *Explanation
	var err error
	allocated := testing.AllocsPerRun(1, func() { e, err = p.Explain(event) })
	if err != nil || e.Conflict == nil || len(e.Conflict.Conditions) != n {
		t.Errorf("%v, %v", e, err)
	}
	if allocated > 20*n*n {
		t.Errorf("%.0f allocations for %d values", allocated, n*n)
	}
}

// TestExplainOr tests that the chosen elements of $or are named, even those whose fields are replaced.
func TestExplainOr(t *testing.T) {
	for _, tt := range []struct{ pattern, event, want string }{
		{`{"$or": [{"a": [1]}, {"b": [2]}], "a": [3]}`, `{"a": 3}`, "/$or/0"},
		{`{"$or": [{"a": [1]}, {"b": [2]}], "a": [3]}`, `{"a": 3, "b": 2}`, "/$or/0"},
		{`{"d": {"$or": [{"a": [1]}, {"$or": [{"b": [2]}, {"c": [3]}]}]}, "$or": [{"e": [4]}, {"f": [5]}]}`, `{"d": {"c": 3}, "f": 5}`,
			"/d/$or/1 /d/$or/1/$or/1 /$or/1"},
	} {
		e, err := MustCompile(tt.pattern).Explain([]byte(tt.event))
		if err != nil {
			t.Fatal(err)
		}
		if got := strings.Join(e.Or, " "); got != tt.want || !e.Matched {
			t.Errorf("%s\non %s: %s, want %s", tt.pattern, tt.event, got, tt.want)
		}
	}
}

// TestExplainBounds tests how much of a large event is listed.
func TestExplainBounds(t *testing.T) {
	long := `"` + strings.Repeat("é", 200) + `"`
	event := `{"a": [` + strings.Repeat("1,", 1000) + `2,` + long + `]}`
	e, err := MustCompile(`{"a": [2]}`).Explain([]byte(event))
	if err != nil {
		t.Fatal(err)
	}
	c := e.Conditions[0]
	if len(c.Values) != maxValues || c.More != 1002-maxValues || c.Values[maxValues-1].Text != "2" || !c.Values[maxValues-1].Decisive {
		t.Errorf("%+v", c)
	}
	e, err = MustCompile(`{"a": [3]}`).Explain([]byte(`{"a": ` + long + `}`))
	if err != nil {
		t.Fatal(err)
	}
	if text := e.Conditions[0].Values[0].Text; len(text) > maxValueText+len("…") || !utf8.ValidString(text) {
		t.Errorf("a value is listed as %s", text)
	}
	if _, err := MustCompile(`{"a": [3]}`).Explain([]byte(`{"a": 1`)); err == nil {
		t.Error("no error for an event that is cut off")
	}
}

// BenchmarkExplain shows that the time grows with the event: two fields are found in all elements but
// never in the same one.
func BenchmarkExplain(b *testing.B) {
	p := MustCompile(`{"d": {"name": ["alice"], "status": ["active"]}}`)
	for _, n := range []int{100, 1_000, 10_000} {
		element := `{"name": "alice"}, {"status": "active"},`
		event := []byte(`{"d": [` + strings.Repeat(element, n/2) + `{}]}`)
		b.Run("elements="+mustJSON(n), func(b *testing.B) {
			b.SetBytes(int64(len(event)))
			for b.Loop() {
				if e, err := p.Explain(event); err != nil || e.Conflict == nil {
					b.Fatal(e, err)
				}
			}
		})
	}
}

// checkExplanation tests the laws of explanations, where want is the right verdict.
func checkExplanation(t *testing.T, p *Pattern, event string, want bool) {
	t.Helper()
	e, err := p.Explain([]byte(event))
	if err != nil || e.Matched != want {
		t.Errorf("%s\non %s\nis explained as %v, %v, want %v", p, event, e, err, want)
		return
	}
	fail := func(what string) { t.Helper(); t.Errorf("%s\non %s: %s\n%s", p, event, what, e) }
	if reason := e.Reason(); (reason == "match") != want || strings.Contains(reason, "\n") {
		fail("the reason is " + reason)
	}
	if !strings.HasPrefix(e.String(), mark(want)+" "+e.Reason()) {
		fail("the tree begins with something else")
	}
	if !want && e.Conflict == nil && len(e.failed()) == 0 || want && e.Conflict != nil {
		fail("a conflict or a condition that failed is missing or superfluous")
	}
	if want && len(e.failed()) > 0 {
		fail("a match with a decisive condition that does not hold")
	}
	if e.Conflict != nil && (len(e.Conflict.Conditions) < 2 || e.Conflict.Array == "") {
		fail("a conflict of fewer than two conditions, or nowhere")
	}
	if e.Conflict != nil {
		for _, i := range e.Conflict.Conditions {
			if c := e.Conditions[i]; !c.Held || !c.Decisive {
				fail("condition " + c.Path + " is not one of the conflict")
			}
		}
	}
	root, err := decodeSlow(event)
	if err != nil {
		t.Fatal(err)
	}
	var decisive [][]string // the pointers of the values that a match rests on
	for _, c := range e.Conditions {
		accepted := false
		for _, v := range c.Values {
			if !strings.HasPrefix(event[v.Offset:], strings.TrimSuffix(v.Text, "…")) {
				fail("no " + v.Text + " at its offset")
			}
			accepted = accepted || v.Accepted
			if v.Decisive {
				decisive = append(decisive, pointerSteps(v.Pointer))
			}
		}
		if accepted && !c.Held || c.Held != (c.Alternative >= 0) {
			fail("condition " + c.Path + " contradicts itself")
		}
		if c.Replaced && c.Decisive {
			fail("condition " + c.Path + " is replaced and decisive")
		}
	}
	for i, a := range decisive {
		for _, b := range decisive[i+1:] {
			if inDifferentElements(root, a, b) {
				fail("values in different elements of an array")
			}
		}
	}
	var again Explanation
	data, err := json.Marshal(e)
	if err == nil {
		err = json.Unmarshal(data, &again)
	}
	halves := strings.Contains(strings.Join(p.Paths(), ""), "\xed") // which JSON cannot hold
	if err != nil || !halves && utf8.ValidString(p.text) && utf8.ValidString(event) && again.String() != e.String() {
		t.Errorf("JSON and back makes %s of %s: %v", again.String(), e, err)
	}
	crowd := NewSet(slices.All([]*Pattern{decoys[0], p, decoys[2]}))
	all, err := crowd.Explain([]byte(event))
	if err != nil {
		t.Errorf("%s\nin a set on %s: %v", p, event, err)
		return
	}
	matched, _ := crowd.Match([]byte(event))
	if r := all.Rules[1]; r.Reason != e.Reason() || r.Matched != want || !slices.Equal(all.Matched(), matched) ||
		len(r.Failed)+r.More != len(e.failed()) {
		t.Errorf("%s\nin a set on %s is explained as %+v", p, event, r)
	}
	if again, err := p.Explain([]byte(event)); err != nil || !reflect.DeepEqual(again, e) {
		t.Errorf("%s\non %s is explained in two ways:\n%s%s", p, event, e, again)
	}
}

// TestSetExplanation tests what an explanation of a set prints.
func TestSetExplanation(t *testing.T) {
	set := NewSet(maps.All(map[string]*Pattern{"a rule\x1b": MustCompile(`{"a": [1], "b": [2], "c": [3], "d": [4, 5], "e": [6]}`)}))
	e, err := set.Explain([]byte(`{"a": 1, "b": [7, 8], "d": "x\u001b"}`))
	if err != nil {
		t.Fatal(err)
	}
	want := `
✗ a rule�: no match: b is 7 and 8, not 2 (and 3 more conditions fail)
├─ ✗ b [2] is 7 and 8 (offset 15)
├─ ✗ c [3] is absent
├─ ✗ d [4,5] is "x\u001b" (offset 27)
└─ and 1 more
`
	if got := "\n" + e.String(); got != want {
		t.Errorf("got:%s\nwant:%s", got, want)
	}
	text, err := json.Marshal(e)
	if err != nil {
		t.Fatal(err)
	}
	again := &SetExplanation[string]{}
	if err := json.Unmarshal(text, again); err != nil || again.String() != e.String() {
		t.Errorf("read from JSON it prints\n%s%v", again, err)
	}
}

// inDifferentElements reports whether two values, reached from root by steps, lie in different
// objects or arrays of one array.
func inDifferentElements(root any, a, b []string) bool {
	for len(a) > 1 && len(b) > 1 {
		if list, ok := root.([]any); ok && a[0] != b[0] {
			return len(list) > 0
		}
		if a[0] != b[0] {
			return false
		}
		root = slowStep(root, a[0])
		a, b = a[1:], b[1:]
	}
	return false
}

// slowStep returns the part of v that a step leads to.
func slowStep(v any, step string) any {
	switch v := v.(type) {
	case []any:
		for i := range v {
			if mustJSON(i) == step {
				return v[i]
			}
		}
	case slowObject:
		for _, m := range v {
			if m.name == step {
				return m.value
			}
		}
	}
	return nil
}

func mustJSON(v any) string {
	text, err := json.Marshal(v)
	if err != nil {
		panic(err)
	}
	return string(text)
}
