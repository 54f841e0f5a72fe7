package selector

import (
	"testing"

	"github.com/trailsieve/trailsieve/record"
)

// oneField returns the selector of data events of a type whose field meets an operator with one value.
// Without an operator, it takes all of the type.
func oneField(typ, field, operator, value string) *Selector {
	list := []any{object{"Field": "eventCategory", "Equals": []any{"Data"}},
		object{"Field": "resources.type", "Equals": []any{typ}}}
	if operator != "" {
		list = append(list, object{"Field": field, operator: []any{value}})
	}
	return MustCompile(marshal([]any{object{"FieldSelectors": list}}))
}

// TestDeMorgan takes an operator and its opposite. Of the records that name one resource, each is taken
// by exactly one of the two if it is taken without them.
func TestDeMorgan(t *testing.T) {
	taken := 0
	for seed := range uint64(3000) {
		g := newGenerator(seed)
		typ := g.resourceType()
		field := pick(g, "eventSource", "eventName", "eventType", "userIdentity.arn", "resources.ARN")
		operator := pick(g, "Equals", "StartsWith", "EndsWith")
		value := g.fieldValue(field, typ)
		all := oneField(typ, field, "", "")
		is, isNot := oneField(typ, field, operator, value), oneField(typ, field, "Not"+operator, value)
		for range recordsPerSeed {
			r := parseRecord(t, []byte(g.record()))
			if len(r.Resources) > 1 {
				continue
			}
			if all.Match(r) {
				taken++
				if is.Match(r) == isNot.Match(r) {
					t.Errorf("%s: %v\n%s: %v\non %s", is, is.Match(r), isNot, isNot.Match(r), r.Text())
				}
			} else if is.Match(r) || isNot.Match(r) {
				t.Errorf("%s: %v\n%s: %v\n%s: false\non %s", is, is.Match(r), isNot, isNot.Match(r), all, r.Text())
			}
		}
	}
	if taken < 300 {
		t.Errorf("only %d records were taken", taken)
	}
}

// TestPrefixLaws shortens a value: a prefix of it takes what it takes, and so does a suffix.
func TestPrefixLaws(t *testing.T) {
	within := func(a, b *Selector, r *record.Record) {
		t.Helper()
		if a.Match(r) && !b.Match(r) {
			t.Errorf("%s: true\n%s: false\non %s", a, b, r.Text())
		}
	}
	for seed := range uint64(2000) {
		g := newGenerator(seed)
		typ := g.resourceType()
		field := pick(g, "eventName", "userIdentity.arn", "resources.ARN", "resources.ARN")
		value := g.fieldValue(field, typ)
		n := 1 + g.IntN(len(value))
		equals := oneField(typ, field, "Equals", value)
		startsLong, startsShort := oneField(typ, field, "StartsWith", value), oneField(typ, field, "StartsWith", value[:n])
		endsLong, endsShort := oneField(typ, field, "EndsWith", value), oneField(typ, field, "EndsWith", value[n-1:])
		for range recordsPerSeed {
			r := parseRecord(t, []byte(g.record()))
			within(equals, startsLong, r)
			within(equals, endsLong, r)
			within(startsLong, startsShort, r)
			within(endsLong, endsShort, r)
		}
	}
}
