package synth

import (
	"regexp"
	"strings"
	"testing"
	"time"
)

// isData reports whether r is a data event, in a way that serves every version. Of all the records
// that are made here only those have an entry for an object.
func isData(r *record) bool {
	for _, entry := range r.Resources {
		if entry.Type == "AWS::S3::Object" {
			return true
		}
	}
	return false
}

// The object-level APIs of S3, from the user guide.
var (
	readsWithKey = strings.Fields(`GetObject HeadObject GetObjectAcl GetObjectAttributes GetObjectLegalHold
		GetObjectRetention GetObjectTagging GetObjectTorrent ListParts SelectObjectContent`)
	readsWithPrefix = strings.Fields(`ListObjects ListObjectVersions HeadBucket`)
	writesWithKey   = strings.Fields(`PutObject CopyObject PostObject DeleteObject PutObjectAcl PutObjectTagging
		DeleteObjectTagging PutObjectLegalHold PutObjectRetention RestoreObject CreateMultipartUpload UploadPart
		UploadPartCopy CompleteMultipartUpload AbortMultipartUpload UpdateObjectEncryption`)
	writesWithPrefix = strings.Fields(`DeleteObjects`)
)

func TestDataEvents(t *testing.T) {
	type class struct{ read, key bool }
	classes := map[string]class{}
	for _, list := range []struct {
		names []string
		class class
	}{{readsWithKey, class{true, true}}, {readsWithPrefix, class{true, false}},
		{writesWithKey, class{false, true}}, {writesWithPrefix, class{false, false}}} {
		for _, name := range list.names {
			classes[name] = list.class
		}
	}
	requestID := regexp.MustCompile(`^[0-9A-Z]{16}$`)
	for i, start := range starts {
		seen := map[string]int{}
		events := 0
		for _, r := range sample()[i] {
			if !isData(&r) {
				if _, ok := classes[r.EventName]; ok || r.EventCategory == "Data" || r.ManagementEvent != nil && !*r.ManagementEvent {
					t.Fatalf("a management event that looks like data: %s", r.text)
				}
				continue
			}
			seen[r.EventName]++
			c, ok := classes[r.EventName]
			switch {
			case !ok:
				t.Fatalf("%s is no object-level API", r.EventName)
			case r.ReadOnly == nil || *r.ReadOnly != c.read:
				t.Fatalf("readOnly is wrong: %s", r.text)
			case r.ManagementEvent != nil && *r.ManagementEvent, r.EventCategory != "" && r.EventCategory != "Data":
				t.Fatalf("the category is wrong: %s", r.text)
			}
			bucket, key := r.RequestParameters["bucketName"].(string), r.RequestParameters["key"]
			object := r.Resources[0]
			if c.key {
				if want := "arn:aws:s3:::" + bucket + "/" + key.(string); object.ARN != want || object.ARNPrefix != "" {
					t.Fatalf("object %+v, want %s", object, want)
				}
			} else {
				prefix, _ := r.RequestParameters["prefix"].(string)
				if want := "arn:aws:s3:::" + bucket + "/" + prefix; object.ARNPrefix != want || object.ARN != "" {
					t.Fatalf("object %+v, want the prefix %s", object, want)
				}
			}
			if b := r.Resources[1]; b.Type != "AWS::S3::Bucket" || b.ARN != "arn:aws:s3:::"+bucket || b.AccountID == "" || object.AccountID != "" {
				t.Fatalf("the entry of the bucket is wrong: %s", r.text)
			}
			if copies := strings.Contains(r.EventName, "Copy"); copies != (len(r.Resources) == 4) || !copies && len(r.Resources) != 2 {
				t.Fatalf("%d resources: %s", len(r.Resources), r.text)
			}
			if r.EventType == "AwsServiceEvent" {
				events++
				if r.EventName != "DeleteObject" || r.UserIdentity["type"] != nil {
					t.Fatalf("an unexpected service event: %s", r.text)
				}
				continue
			}
			if !requestID.MatchString(r.RequestID) || r.AdditionalEventData["x-amz-id-2"] == nil {
				t.Fatalf("the request id or x-amz-id-2 is not S3's: %s", r.text)
			}
			if _, service := r.UserIdentity["invokedBy"]; !service && !strings.HasPrefix(r.UserAgent, "[") {
				t.Fatalf("userAgent without brackets: %s", r.text)
			}
		}
		for name := range classes {
			late := map[string]int{"UpdateObjectEncryption": 2025, "GetObjectAttributes": 2021, "SelectObjectContent": 2018,
				"GetObjectLegalHold": 2018, "GetObjectRetention": 2018, "PutObjectLegalHold": 2018, "PutObjectRetention": 2018}[name]
			exists := start.IsZero() || start.Year() >= late
			if (seen[name] > 0) != exists {
				t.Errorf("start %v: %d records of %s", start, seen[name], name)
			}
		}
		if told := start.IsZero() || start.After(time.Unix(deletesAreToldSince, 0)); told != (events > 0) {
			t.Errorf("start %v: %d events for the keys of DeleteObjects", start, events)
		}
	}
}

// TestKeys looks for the characters that make keys hard.
func TestKeys(t *testing.T) {
	var all strings.Builder
	for _, r := range take(t, New(Config{DataPercent: 100}), 2000) {
		if key, ok := r.RequestParameters["key"].(string); ok {
			all.WriteString(key)
			all.WriteByte('\n')
		}
	}
	for _, want := range []string{" ", "/", `"`, `\`, "É", "文", "🚂", "\t", "&", "//"} {
		if !strings.Contains(all.String(), want) {
			t.Errorf("no key contains %q", want)
		}
	}
}
