package digest_test

import (
	"bytes"
	"compress/gzip"
	"context"
	"crypto"
	"crypto/rand"
	"crypto/rsa"
	"crypto/sha256"
	"crypto/x509"
	"encoding/hex"
	"encoding/json"
	"fmt"
	"log"
	"testing/fstest"
	"time"

	"github.com/trailsieve/trailsieve/record/digest"
)

// A bucket was copied to disk. Two hours were logged; then somebody deleted a log file of the first
// one.
func ExampleValidate() {
	bucket, publicKey := twoHours()
	delete(bucket, "AWSLogs/111122223333/CloudTrail/us-east-1/2026/03/01/111122223333_CloudTrail_us-east-1_20260301T0030Z_Hq7RkV2sXe9TcLmP.json.gz")

	store := digest.FS{"amzn-s3-demo-bucket": bucket} // or os.DirFS("copy")
	keys := digest.KeySet{digest.KeyID{Region: "us-east-1", Fingerprint: digest.Fingerprint(publicKey)}: publicKey}
	report, err := digest.Validate(context.Background(), store, keys, digest.Query{
		Bucket: "amzn-s3-demo-bucket", Account: "111122223333", Region: "us-east-1", Trail: "audit",
		From: time.Date(2026, 3, 1, 0, 0, 0, 0, time.UTC),
		To:   time.Date(2026, 3, 1, 2, 0, 0, 0, time.UTC),
	})
	if err != nil {
		log.Fatal(err)
	}
	fmt.Print(report)
	// Output:
	// trail audit, account 111122223333, us-east-1
	// from 2026-03-01T00:00:00Z to 2026-03-01T02:00:00Z: invalid
	// digests: 2 (2 valid)
	// log files: 2 (1 valid, 1 missing)
	// log file missing: s3://amzn-s3-demo-bucket/AWSLogs/111122223333/CloudTrail/us-east-1/2026/03/01/111122223333_CloudTrail_us-east-1_20260301T0030Z_Hq7RkV2sXe9TcLmP.json.gz
}

func ExampleParseDigest() {
	_, err := digest.ParseDigest([]byte(`{"awsAccountId": "111122223333", "digestEndTime": "today"}`))
	fmt.Println(err)
	// Output:
	// digest: not a digest: expected a time in /digestEndTime (offset 50)
}

// twoHours does what CloudTrail does: it delivers a log file and a signed digest for each of two
// hours. The digest of the second has its metadata in a file beside it.
func twoHours() (bucket fstest.MapFS, publicKey []byte) {
	key, err := rsa.GenerateKey(rand.Reader, 2048)
	if err != nil {
		log.Fatal(err)
	}
	publicKey = x509.MarshalPKCS1PublicKey(&key.PublicKey)
	bucket = make(fstest.MapFS)
	put := func(name, text string) (hash string) {
		var b bytes.Buffer
		w := gzip.NewWriter(&b)
		w.Write([]byte(text))
		w.Close()
		bucket[name] = &fstest.MapFile{Data: b.Bytes()}
		sum := sha256.Sum256([]byte(text))
		return hex.EncodeToString(sum[:])
	}
	const root, day = "AWSLogs/111122223333/", "/us-east-1/2026/03/01/111122223333_"
	previous := map[string]any{"Signature": nil, "HashValue": nil, "HashAlgorithm": nil, "S3Bucket": nil, "S3Object": nil}
	for hour := range 2 {
		logFile := fmt.Sprintf("%sCloudTrail%sCloudTrail_us-east-1_20260301T%02d30Z_Hq7RkV2sXe9TcLmP.json.gz", root, day, hour)
		name := fmt.Sprintf("%sCloudTrail-Digest%sCloudTrail-Digest_us-east-1_audit_us-east-1_20260301T%02d0000Z.json.gz", root, day, hour+1)
		start, end := fmt.Sprintf("2026-03-01T%02d:00:00Z", hour), fmt.Sprintf("2026-03-01T%02d:00:00Z", hour+1)
		d := map[string]any{
			"awsAccountId": "111122223333", "digestStartTime": start, "digestEndTime": end,
			"digestS3Bucket": "amzn-s3-demo-bucket", "digestS3Object": name,
			"digestPublicKeyFingerprint": digest.Fingerprint(publicKey), "digestSignatureAlgorithm": "SHA256withRSA",
			"logFiles": []any{map[string]any{
				"s3Bucket": "amzn-s3-demo-bucket", "s3Object": logFile,
				"hashValue": put(logFile, `{"Records":[]}`), "hashAlgorithm": "SHA-256",
			}},
		}
		for field, value := range previous {
			d["previousDigest"+field] = value
		}
		text, err := json.Marshal(d)
		if err != nil {
			log.Fatal(err)
		}
		hash := put(name, string(text))
		before := "null"
		if s, ok := previous["Signature"].(string); ok {
			before = s
		}
		sum := sha256.Sum256([]byte(end + "\namzn-s3-demo-bucket/" + name + "\n" + hash + "\n" + before))
		sig, err := rsa.SignPKCS1v15(nil, key, crypto.SHA256, sum[:])
		if err != nil {
			log.Fatal(err)
		}
		previous = map[string]any{
			"Signature": hex.EncodeToString(sig), "HashValue": hash, "HashAlgorithm": "SHA-256",
			"S3Bucket": "amzn-s3-demo-bucket", "S3Object": name,
		}
		if hour == 1 {
			head := fmt.Sprintf(`{"Metadata": {"signature": %q, "signature-algorithm": "SHA256withRSA"}}`, previous["Signature"])
			bucket[name+digest.Sidecar] = &fstest.MapFile{Data: []byte(head)}
		}
	}
	return bucket, publicKey
}
