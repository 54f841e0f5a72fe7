package selector

import (
	"fmt"
	"testing"
)

// prefixes returns n prefixes, each of a bucket of its own.
func prefixes(n int) []string {
	values := make([]string, n)
	for i := range values {
		values[i] = fmt.Sprintf("arn:aws:s3:::amzn-s3-demo-bucket-%03d/images/", i)
	}
	return values
}

// basicOf returns a basic selector of n prefixes.
func basicOf(n int) string {
	return marshal(object{"EventSelectors": []any{object{"IncludeManagementEvents": false,
		"DataResources": []any{object{"Type": "AWS::S3::Object", "Values": prefixes(n)}}}}})
}

// advancedOf returns the same as an advanced selector.
func advancedOf(n int) string {
	return marshal(object{"AdvancedEventSelectors": []any{object{"FieldSelectors": []any{
		object{"Field": "eventCategory", "Equals": []string{"Data"}},
		object{"Field": "resources.type", "Equals": []string{"AWS::S3::Object"}},
		object{"Field": "resources.ARN", "StartsWith": prefixes(n)}}}}})
}

// benchmarkRecord returns an upload to bucket i.
func benchmarkRecord(i int) []byte {
	bucket := fmt.Sprintf("arn:aws:s3:::amzn-s3-demo-bucket-%03d", i)
	return []byte(marshal(object{"eventVersion": "1.08", "eventSource": "s3.amazonaws.com",
		"eventName": "PutObject", "readOnly": false, "managementEvent": false, "eventCategory": "Data",
		"resources": []any{object{"type": "AWS::S3::Object", "ARN": bucket + "/images/cat.jpg"},
			object{"type": "AWS::S3::Bucket", "ARN": bucket, "accountId": "111122223333"}}}))
}

func BenchmarkMatch(b *testing.B) {
	for _, kind := range []string{"basic", "advanced"} {
		for _, n := range []int{1, 250, 498} {
			text := advancedOf(n)
			if kind == "basic" {
				if n > maxDataResources {
					continue
				}
				text = basicOf(n)
			}
			for _, name := range []string{"logged", "dropped", "rebuilt"} {
				r := parseRecord(b, []byte(announced))
				switch name {
				case "logged":
					r = parseRecord(b, benchmarkRecord(n/2))
				case "dropped":
					r = parseRecord(b, benchmarkRecord(999))
				}
				b.Run(fmt.Sprintf("kind=%s/values=%d/record=%s", kind, n, name), func(b *testing.B) {
					s := MustCompile(text)
					if s.Match(r) != (name == "logged") {
						b.Fatalf("Match = %v", s.Match(r))
					}
					b.ReportAllocs()
					for b.Loop() {
						s.Match(r)
					}
				})
			}
		}
	}
}

func BenchmarkExplain(b *testing.B) {
	s := MustCompile(basicOf(250))
	r := parseRecord(b, benchmarkRecord(125))
	b.ReportAllocs()
	for b.Loop() {
		s.Explain(r)
	}
}

func BenchmarkCompile(b *testing.B) {
	text := advancedOf(498)
	b.SetBytes(int64(len(text)))
	b.ReportAllocs()
	for b.Loop() {
		if _, err := Compile(text); err != nil {
			b.Fatal(err)
		}
	}
}

// BenchmarkDiff compares trails that differ in one of n values.
func BenchmarkDiff(b *testing.B) {
	for _, n := range []int{1, 25, 250} {
		old := MustCompile(basicOf(n))
		new := MustCompile(basicOf(n - 1))
		if n == 1 {
			new = MustCompile("{}")
		}
		b.Run(fmt.Sprintf("values=%d", n), func(b *testing.B) {
			for b.Loop() {
				if d := Diff(old, new); len(d.Stops) != 1 || !d.Complete {
					b.Fatal(d)
				}
			}
		})
	}
}

func BenchmarkLint(b *testing.B) {
	s := MustCompile(advancedOf(498))
	for b.Loop() {
		s.Lint("logs")
	}
}
