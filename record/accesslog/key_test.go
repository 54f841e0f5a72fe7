package accesslog

import (
	"errors"
	"testing"
	"time"
)

func TestParseKey(t *testing.T) {
	at := time.Date(2019, 2, 6, 0, 0, 38, 0, time.UTC)
	for _, tt := range []struct {
		key  string
		want Key
	}{
		{"2019-02-06-00-00-38-E568B2907131C0C0", Key{Time: at, Unique: "E568B2907131C0C0"}},
		{"logs/2019-02-06-00-00-38-E568B2907131C0C0", Key{Prefix: "logs/", Time: at, Unique: "E568B2907131C0C0"}},
		{"bucket-2019-02-06-00-00-38-a", Key{Prefix: "bucket-", Time: at, Unique: "a"}},
		{"x2019-02-06-00-00-38-0", Key{Prefix: "x", Time: at, Unique: "0"}},
		{"logs/111122223333/us-west-1/amzn-s3-demo-bucket/2019/02/06/2019-02-06-00-00-38-E5", Key{Prefix: "logs/",
			AccountID: "111122223333", Region: "us-west-1", Bucket: "amzn-s3-demo-bucket", Time: at, Unique: "E5"}},
		{"111122223333/us-gov-west-1/b/2019/02/06/2019-02-06-00-00-38-E5", Key{
			AccountID: "111122223333", Region: "us-gov-west-1", Bucket: "b", Time: at, Unique: "E5"}},
		{"access-111122223333/us-west-1/b/2019/02/06/2019-02-06-00-00-38-E5", Key{Prefix: "access-",
			AccountID: "111122223333", Region: "us-west-1", Bucket: "b", Time: at, Unique: "E5"}},
		// Not the folders of the second form.
		{"111122223333/us-west-1/b/2019/02/07/2019-02-06-00-00-38-E5", Key{Prefix: "111122223333/us-west-1/b/2019/02/07/", Time: at, Unique: "E5"}},
		{"1111/us-west-1/b/2019/02/06/2019-02-06-00-00-38-E5", Key{Prefix: "1111/us-west-1/b/2019/02/06/", Time: at, Unique: "E5"}},
		{"111122223333/west/b/2019/02/06/2019-02-06-00-00-38-E5", Key{Prefix: "111122223333/west/b/2019/02/06/", Time: at, Unique: "E5"}},
		{"us-west-1/b/2019/02/06/2019-02-06-00-00-38-E5", Key{Prefix: "us-west-1/b/2019/02/06/", Time: at, Unique: "E5"}},
		{"111122223333/us-west-1//2019/02/06/2019-02-06-00-00-38-E5", Key{Prefix: "111122223333/us-west-1//2019/02/06/", Time: at, Unique: "E5"}},
	} {
		got, err := ParseKey(tt.key)
		if err != nil || got != tt.want {
			t.Errorf("ParseKey(%q) = %+v, %v, want %+v", tt.key, got, err, tt.want)
		}
		if got.String() != tt.key {
			t.Errorf("%+v.String() = %q, want %q", got, got.String(), tt.key)
		}
		if want := (Source{got.AccountID, got.Region}); got.Source() != want {
			t.Errorf("%+v.Source() = %+v", got, got.Source())
		}
	}
	for key, offset := range map[string]int64{
		"":                                      0,
		"logs/notes.txt":                        0,
		"2019-02-06-00-00-38-":                  20,
		"2019-02-06-00-00-38-a.gz":              20,
		"2019-02-06-00-00-38":                   0,
		"logs/2019-02-30-00-00-38-E568B2907131": 5,
		"logs/0019-02-03-00-00-38-E568B2907131": 5,
	} {
		k, err := ParseKey(key)
		var e *Error
		if !errors.As(err, &e) || !errors.Is(err, ErrKey) || e.Offset != offset {
			t.Errorf("ParseKey(%q) = %+v, %v, want %v at %d", key, k, err, ErrKey, offset)
		}
	}
}

func FuzzParseKey(f *testing.F) {
	f.Add("logs/2019-02-06-00-00-38-E568B2907131C0C0")
	f.Add("logs/111122223333/us-west-1/amzn-s3-demo-bucket/2019/02/06/2019-02-06-00-00-38-E568B2907131C0C0")
	f.Add("access-111122223333/us-west-1//2019/02/06/2019-02-06-00-00-38-E5")
	f.Fuzz(func(t *testing.T, key string) {
		if k, err := ParseKey(key); err == nil && k.String() != key {
			t.Errorf("ParseKey(%q).String() = %q", key, k.String())
		}
	})
}
