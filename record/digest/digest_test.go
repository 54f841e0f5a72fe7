package digest

import (
	"crypto/sha256"
	"crypto/x509"
	"encoding/base64"
	"errors"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"
	"github.com/google/go-cmp/cmp/cmpopts"
)

// sample is the digest of an hour without log files.
const sample = `{
  "awsAccountId": "111122223333",
  "digestStartTime": "2026-03-01T17:01:31Z",
  "digestEndTime": "2026-03-01T18:01:31Z",
  "digestS3Bucket": "amzn-s3-demo-bucket",
  "digestS3Object": "AWSLogs/111122223333/CloudTrail-Digest/eu-west-1/2026/03/01/111122223333_CloudTrail-Digest_eu-west-1_audit_us-east-1_20260301T180131Z.json.gz",
  "digestPublicKeyFingerprint": "31e8b5433410dfb61a9dc45cc65b22ff",
  "digestSignatureAlgorithm": "SHA256withRSA",
  "newestEventTime": null,
  "oldestEventTime": null,
  "previousDigestS3Bucket": "amzn-s3-demo-bucket",
  "previousDigestS3Object": "AWSLogs/111122223333/CloudTrail-Digest/eu-west-1/2026/03/01/111122223333_CloudTrail-Digest_eu-west-1_audit_us-east-1_20260301T170131Z.json.gz",
  "previousDigestHashValue": "ed96c4bac9eaa8fe9716ca0e515da51938be651b1db31d781956416a9d05cdfa",
  "previousDigestHashAlgorithm": "SHA-256",
  "previousDigestSignature": "82705525fb0f",
  "logFiles": []
}`

func TestParseDigest(t *testing.T) {
	got, err := ParseDigest([]byte(sample))
	if err != nil {
		t.Fatal(err)
	}
	const key = "AWSLogs/111122223333/CloudTrail-Digest/eu-west-1/2026/03/01/111122223333_CloudTrail-Digest_eu-west-1_audit_us-east-1_"
	want := &Digest{
		Account: "111122223333",
		Start:   time.Date(2026, 3, 1, 17, 1, 31, 0, time.UTC), End: time.Date(2026, 3, 1, 18, 1, 31, 0, time.UTC),
		Bucket: "amzn-s3-demo-bucket", Key: key + "20260301T180131Z.json.gz",
		Fingerprint: "31e8b5433410dfb61a9dc45cc65b22ff", SignatureAlgorithm: SignatureAlgorithm,
		Previous: &Previous{
			Bucket: "amzn-s3-demo-bucket", Key: key + "20260301T170131Z.json.gz",
			Hash:          "ed96c4bac9eaa8fe9716ca0e515da51938be651b1db31d781956416a9d05cdfa",
			HashAlgorithm: HashAlgorithm, Signature: "82705525fb0f",
		},
	}
	if diff := cmp.Diff(want, got, cmpopts.IgnoreUnexported(Digest{})); diff != "" {
		t.Error(diff)
	}
	// A digest that was made in code signs like one that was read.
	sum := sha256.Sum256([]byte(sample))
	if a, b := got.StringToSign(sum), want.StringToSign(sum); a != b {
		t.Errorf("%q and %q", a, b)
	}
}

// Each field that a digest needs, taken away or without a value.
func TestParseDigestLacks(t *testing.T) {
	f := newFake()
	text := string(unpacked(f.get("d3").data))
	for _, name := range []string{
		"awsAccountId", "digestStartTime", "digestEndTime", "digestS3Bucket", "digestS3Object",
		"digestPublicKeyFingerprint", "digestSignatureAlgorithm", "previousDigestS3Bucket",
		"previousDigestS3Object", "previousDigestHashValue", "previousDigestHashAlgorithm",
		"previousDigestSignature", "logFiles", "s3Bucket", "s3Object", "hashValue", "hashAlgorithm",
	} {
		_, rest, _ := strings.Cut(text, `"`+name+`":`)
		if rest == "" {
			t.Fatalf("no %s in %s", name, text)
		}
		for _, bad := range []string{
			strings.Replace(text, `"`+name+`":`, `"x":`, 1),
			strings.Replace(text, `"`+name+`":`, `"`+name+`":null,"x":`, 1),
		} {
			if _, err := ParseDigest([]byte(bad)); !errors.Is(err, ErrFormat) {
				t.Errorf("without %s: %v, want ErrFormat", name, err)
			}
		}
	}
}

func TestStringToSign(t *testing.T) {
	d, err := ParseDigest([]byte(sample))
	if err != nil {
		t.Fatal(err)
	}
	sum := [32]byte{0x4f, 0xf0, 31: 0xcd}
	want := "2026-03-01T18:01:31Z\namzn-s3-demo-bucket/" + d.Key + "\n4ff0" + strings.Repeat("00", 29) + "cd\n82705525fb0f"
	if got := d.StringToSign(sum); got != want {
		t.Errorf("%q, want %q", got, want)
	}
	d.Previous = nil
	want = strings.Replace(want, "82705525fb0f", "null", 1)
	if got := d.StringToSign(sum); got != want {
		t.Errorf("starting digest: %q, want %q", got, want)
	}
}

// The mark ∑ stands where the text goes wrong.
var badDigests = []struct {
	text, pointer string
}{
	{"∑", ""},
	{"∑null", ""},
	{"∑[]", ""},
	{"{}∑", ""},
	{`{"awsAccountId":∑1}`, "/awsAccountId"},
	{`{"awsAccountId":∑x}`, ""},
	{`{"awsAccountId":"1"∑`, ""},
	{`{"digestStartTime":∑"yesterday"}`, "/digestStartTime"},
	{`{"logFiles":∑{}}`, "/logFiles"},
	{`{"logFiles":[∑1]}`, "/logFiles/0"},
	{`{"logFiles":[{"s3Bucket":"b","s3Object":"k","hashValue":"00"}∑]}`, "/logFiles/0"},
	{`{"logFiles":[{"s3Bucket":"b","s3Object":∑[]}]}`, "/logFiles/0/s3Object"},
	{sample + "∑,", ""},
	{strings.Replace(sample, `"previousDigestHashAlgorithm": "SHA-256"`, `"previousDigestHashAlgorithm": null`, 1) + "∑", ""},
	{strings.Replace(sample, `18:01:31Z"`, `16:01:31Z"`, 1) + "∑", ""},
	{strings.Replace(sample, `"logFiles"`, `"LogFiles"`, 1) + "∑", ""},
}

func unmark(text string) string { return strings.Replace(text, "∑", "", 1) }

func TestParseDigestErrors(t *testing.T) {
	for _, tt := range badDigests {
		_, err := ParseDigest([]byte(unmark(tt.text)))
		bad := (*SyntaxError)(nil)
		if !errors.As(err, &bad) || !errors.Is(err, ErrFormat) {
			t.Errorf("%s: %v, want a SyntaxError with ErrFormat", tt.text, err)
			continue
		}
		if want := strings.Index(tt.text, "∑"); bad.Offset != want || bad.Pointer != tt.pointer {
			t.Errorf("%s: offset %d, pointer %q, want %d, %q: %v", tt.text, bad.Offset, bad.Pointer, want, tt.pointer, err)
		}
	}
	if _, err := ParseDigest(make([]byte, MaxDigest+1)); !errors.Is(err, ErrLimit) {
		t.Errorf("too large: %v", err)
	}
}

// The keys of the user guide's sample: one is PKCS #1, the other is not, though it is said to be.
func TestPublicKeys(t *testing.T) {
	for _, tt := range []struct{ value, fingerprint string }{
		{"MIIBCgKCAQEAn11L2YZ9h7onug2ILi1MWyHiMRsTQjfWE+pHVRLk1QjfWhirG+lpOa8NrwQ/r7Ah5bNL6HepznOU9XTDSfmmnP97mqyc7z/upfZdS/AHhYcGaz7n6Wc/RRBU6VmiPCrAUojuSk6/GjvA8iOPFsYDuBtviXarvuLPlrT9kAd4Lb+rFfR5peEgBEkhlzc5HuWO7S0y+KunqxX6jQBnXGMtxmPBPP0FylgWGNdFtks/4YSKcgqwH0YDcawP9GGGDAeCIqPWIXDLG1jOjRRzWfCmD0iJUkz8vTsn4hq/5ZxRFE7UBAUiVcGbdnDdvVfhF9C3dQiDq3k7adQIziLT0cShgQIDAQAB",
			"8eba5db5bea9b640d1c96a77256fe7f2"},
		{"MIIBIjANBgkqhkiG9w0BAQEFAAOCAQ8AMIIBCgKCAQEAqlzPJbvZJ42UdcmLfPUqXYNfOs6I8lCfao/tOs8CmzPOEdtLWugB9xoIUz78qVHdKIqxbaG4jWHfJBiOSSFBM0lt8cdVo4TnRa7oG9io5pysS6DJhBBAeXsicufsiFJR+wrUNh8RSLxL4k6G1+BhLX20tJkZ/erT97tDGBujAelqseGg3vPZbTx9SMfOLN65PdLFudLP7Gat0Z9p5jw/rjpclKfo9Bfc3heeBxWGKwBBOKnFAaN9V57pOaosCvPKmHd9bg7jsQkI9Xp22IzGLsTFJZYVA3KiTAElDMu80iFXPHEq9hKNbt9e4URFam+1utKVEiLkR2disdCmPTK0VQIDAQAB",
			"31e8b5433410dfb61a9dc45cc65b22ff"},
	} {
		der, err := base64.StdEncoding.DecodeString(tt.value)
		if err != nil {
			t.Fatal(err)
		}
		if got := Fingerprint(der); got != tt.fingerprint {
			t.Errorf("fingerprint %s, want %s", got, tt.fingerprint)
		}
		if key, err := ParsePublicKey(der); err != nil || key.Size() != 256 {
			t.Errorf("%s: %v", tt.fingerprint, err)
		}
	}
	if _, err := ParsePublicKey([]byte("x")); !errors.Is(err, ErrKey) {
		t.Errorf("no key: %v, want ErrKey", err)
	}
	der, err := x509.MarshalPKIXPublicKey(&signKey().PublicKey)
	if err != nil {
		t.Fatal(err)
	}
	f := emptyFake()
	f.deliver(1)
	f.q.To = at(1)
	r, err := Validate(t.Context(), f, KeySet{KeyID{"us-east-1", Fingerprint(publicDER())}: der}, f.q)
	if err != nil || r.Verdict() != VerdictValid {
		t.Errorf("with a key of the other form: %v\n%s", err, r)
	}
}
