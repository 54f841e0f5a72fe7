package record

import (
	"encoding/json"
	"regexp"
	"strings"
	"testing"
)

// s3ParametersSlow is s3ParametersOf with three look-ups.
func s3ParametersSlow(text string) s3Parameters {
	if !strings.HasPrefix(strings.TrimLeft(text, " \t\r\n"), "{") {
		return s3Parameters{}
	}
	get := JSON(text).Get
	return s3Parameters{get("bucketName").Str, get("key").Str, get("prefix").Str}
}

// s3ParametersTexts are requestParameters as S3 has them, and others that it does not have.
var s3ParametersTexts = []string{
	`{"bucketName":"jbarr-s3-trail-demo","key":"ie_sb_device_4.png"}`,
	`{"X-Amz-Date":"20260302T090000Z","bucketName":"b","X-Amz-Algorithm":"AWS4-HMAC-SHA256","acl":"","key":"k","Host":"b.s3.amazonaws.com"}`,
	`{"list-type":"2","prefix":"logs/","bucketName":"b","encoding-type":"url","Host":"h"}`,
	`{"key":"k","bucketName":"b"}`,
	`{ "bucketName" : "b" , "key" : "k" }`,
	// The same name twice.
	`{"bucketName":"b","bucketName":"c","key":"k"}`,
	`{"bucketName":"b","key":"k","key":"l"}`,
	`{"bucketName":7,"bucketName":"c","key":"k"}`,
	`{"key":{"a":"b"},"key":"l","bucketName":"b","prefix":"p","prefix":"q"}`,
	`{"bucketName":"b","key":"","key":"l","prefix":"p"}`,
	// Escapes.
	`{"bucketName":"b","key":"caf\u00e9 \"x\"\/\n"}`,
	`{"bucket\u004eame":"b","\u006bey":"k","pref\u0069x":"p"}`,
	`{"bucketName":"b","key":"\ud83d\ude00 and \ud83d"}`,
	`{"a\"":"\\","bucketName":"b\u002dc"}`,
	// Below other names.
	`{"a":{"bucketName":"c","key":"l"},"bucketName":"b"}`,
	`{"list":[{"key":"l"},{"bucketName":"c"}],"bucketName":"b","prefix":"p"}`,
	`{"delete":{"object":[{"key":"a"},{"key":"b"}]},"bucketName":"b","delete":""}`,
	// Odd types.
	`{"bucketName":["b"],"key":"k"}`, `{"bucketName":null,"key":"k"}`, `{"bucketName":true}`, `{"key":1e3,"bucketName":"b"}`,
	`{"bucketName":"b","key":null,"prefix":{"a":1}}`,
	`{}`, ` {}`, `[]`, `["bucketName","b"]`, `null`, `7`, `"text"`, ``, `{"bucketname":"b"}`,
}

// object is what the parameters say of the object: if there is a key, the prefix does not matter.
func (p s3Parameters) object() [3]string {
	if p.bucket == "" {
		return [3]string{}
	}
	if p.key != "" {
		p.prefix = ""
	}
	return [3]string{p.bucket, p.key, p.prefix}
}

func TestS3Parameters(t *testing.T) {
	for _, text := range s3ParametersTexts {
		if got, want := s3ParametersOf(text).object(), s3ParametersSlow(text).object(); got != want {
			t.Errorf("%s: %q, want %q", text, got, want)
		}
	}
}

// surrogate finds escapes of surrogates. Behind a lone one gjson drops the escape that follows,
// which encoding/json and this package do not.
var surrogate = regexp.MustCompile(`(?i)\\ud[89a-f]`)

func FuzzS3Parameters(f *testing.F) {
	for _, text := range s3ParametersTexts {
		f.Add(text)
	}
	f.Fuzz(func(t *testing.T, text string) {
		got := s3ParametersOf(text) // must not panic, whatever the text is
		if !json.Valid([]byte(text)) || surrogate.MatchString(text) {
			return
		}
		if got, want := got.object(), s3ParametersSlow(text).object(); got != want {
			t.Errorf("%s: %q, want %q", text, got, want)
		}
	})
}

func TestS3ObjectAllocates(t *testing.T) {
	r := &Record{EventSource: "s3.amazonaws.com", EventName: "PutObject", RequestParameters: JSON(s3ParametersTexts[1])}
	buf := make([]byte, 0, 100)
	if n := testing.AllocsPerRun(100, func() { r.S3Object(); r.AppendS3ObjectARN(buf) }); n > 0 {
		t.Errorf("%v allocations", n)
	}
}

// BenchmarkS3ObjectARN compares one pass with three look-ups.
func BenchmarkS3ObjectARN(b *testing.B) {
	r := &Record{EventSource: "s3.amazonaws.com", EventName: "PutObject", RequestParameters: JSON(s3ParametersTexts[1])}
	buf := make([]byte, 0, 100)
	b.Run("by=pass", func(b *testing.B) {
		b.ReportAllocs()
		for b.Loop() {
			r.AppendS3ObjectARN(buf)
		}
	})
	b.Run("by=look-ups", func(b *testing.B) {
		b.ReportAllocs()
		for b.Loop() {
			p := s3ParametersSlow(string(r.RequestParameters))
			_ = append(append(append(append(buf, "arn:aws:s3:::"...), p.bucket...), '/'), p.key...)
		}
	})
}
