package main

import (
	"encoding/json"
	"fmt"
	"io"
	"net/http"
	"net/http/httptest"
	"regexp"
	"strings"
	"sync"
	"testing"
)

// A fakeCloudTrail speaks CloudTrail's wire protocol (AWS JSON 1.1) on loopback, with the answers that
// the service gives: what a Region knows of trails of others, that selectors and status can be had, and
// put, in the home Region only, throttling and denied access.
type fakeCloudTrail struct {
	t *testing.T

	mu       sync.Mutex
	trails   []*fakeTrail
	denied   map[string]bool // operations that the caller may not use; with a trail's name behind a slash, for that
	throttle map[string]int  // how many calls of an operation are throttled before one gets through
	calls    map[string]int  // by operation, those refused included
	pageSize int             // of ListTrails
	broken   string          // operation that answers what is no JSON
}

type fakeTrail struct {
	name, region, account, bucket string
	multiRegion, stopped          bool
	organization                  bool // belongs to another account; ListTrails does not name it
	noGlobal                      bool
	undelivered                   string         // LatestDeliveryError
	selectors                     map[string]any // the two lists of GetEventSelectors
}

func (f *fakeTrail) arn() string {
	return "arn:aws:cloudtrail:" + f.region + ":" + f.account + ":trail/" + f.name
}

func (f *fakeTrail) wire() map[string]any {
	return map[string]any{"Name": f.name, "TrailARN": f.arn(), "HomeRegion": f.region, "S3BucketName": f.bucket,
		"IsMultiRegionTrail": f.multiRegion, "IsOrganizationTrail": f.organization,
		"IncludeGlobalServiceEvents": !f.noGlobal, "HasCustomEventSelectors": len(f.selectors) > 0}
}

// A refusal is an error of the service.
type refusal struct{ code, message string }

// Credential=KEY/DATE/REGION/cloudtrail/aws4_request
var scope = regexp.MustCompile(`Credential=[^/]+/\d{8}/([a-z0-9-]+)/cloudtrail/aws4_request`)

func (s *fakeCloudTrail) start(t *testing.T) {
	s.t, s.calls = t, make(map[string]int)
	server := httptest.NewServer(s)
	t.Cleanup(server.Close)
	for name, value := range map[string]string{
		"AWS_ENDPOINT_URL_CLOUDTRAIL": server.URL,
		"AWS_ACCESS_KEY_ID":           "AKIAIOSFODNN7EXAMPLE", "AWS_SECRET_ACCESS_KEY": "secret", "AWS_SESSION_TOKEN": "",
		"AWS_REGION": "us-east-1", "AWS_PROFILE": "", "AWS_CONFIG_FILE": "/dev/null",
		"AWS_SHARED_CREDENTIALS_FILE": "/dev/null", "AWS_EC2_METADATA_DISABLED": "true",
	} {
		t.Setenv(name, value)
	}
}

func (s *fakeCloudTrail) ServeHTTP(w http.ResponseWriter, r *http.Request) {
	s.mu.Lock()
	defer s.mu.Unlock()
	name, ok := strings.CutPrefix(r.Header.Get("X-Amz-Target"), "CloudTrail_20131101.")
	m := scope.FindStringSubmatch(r.Header.Get("Authorization"))
	if !ok || m == nil || r.Header.Get("Content-Type") != "application/x-amz-json-1.1" {
		s.t.Errorf("not the protocol: target %q, authorization %q, type %q", r.Header.Get("X-Amz-Target"),
			r.Header.Get("Authorization"), r.Header.Get("Content-Type"))
	}
	body, err := io.ReadAll(r.Body)
	var in map[string]any
	if err == nil {
		err = json.Unmarshal(body, &in)
	}
	if err != nil {
		s.t.Errorf("%s: %v", name, err)
	}
	s.calls[name]++
	w.Header().Set("Content-Type", "application/x-amz-json-1.1")
	if name == s.broken {
		io.WriteString(w, "<html>")
		return
	}
	out, refused := s.answer(name, m[1], in)
	if refused != nil {
		w.WriteHeader(http.StatusBadRequest)
		out = map[string]any{"__type": refused.code, "message": refused.message}
	}
	json.NewEncoder(w).Encode(out)
}

func (s *fakeCloudTrail) answer(name, region string, in map[string]any) (map[string]any, *refusal) {
	if s.throttle[name] > 0 {
		s.throttle[name]--
		return nil, &refusal{"ThrottlingException", "Rate exceeded"}
	}
	asked := in["TrailName"]
	if asked == nil {
		asked = in["Name"]
	}
	arn, _ := asked.(string)
	if s.denied[name] || arn != "" && s.denied[name+"/"+arn[strings.LastIndex(arn, "/")+1:]] {
		return nil, &refusal{"AccessDeniedException", "User: arn:aws:iam::111122223333:user/auditor is not authorized to perform: cloudtrail:" + name}
	}
	switch name {
	case "DescribeTrails":
		wanted, _ := in["trailNameList"].([]any)
		list := []any{}
		for _, f := range s.trails {
			named := len(wanted) == 0
			for _, n := range wanted {
				named = named || n == f.arn()
			}
			if named && (f.region == region || f.multiRegion || f.organization) {
				list = append(list, f.wire())
			}
		}
		return map[string]any{"trailList": list}, nil
	case "ListTrails":
		var own []*fakeTrail
		for _, f := range s.trails {
			if !f.organization {
				own = append(own, f)
			}
		}
		from := 0
		if token, ok := in["NextToken"].(string); ok {
			fmt.Sscan(token, &from)
		}
		to, out := len(own), map[string]any{}
		if s.pageSize > 0 && from+s.pageSize < to {
			to = from + s.pageSize
			out["NextToken"] = fmt.Sprint(to)
		}
		list := []any{}
		for _, f := range own[from:to] {
			list = append(list, map[string]any{"Name": f.name, "TrailARN": f.arn(), "HomeRegion": f.region})
		}
		out["Trails"] = list
		return out, nil
	}
	for _, f := range s.trails {
		if f.arn() != arn || f.region != region {
			continue
		}
		switch name {
		case "GetTrailStatus":
			out := map[string]any{"IsLogging": !f.stopped}
			if f.undelivered != "" {
				out["LatestDeliveryError"] = f.undelivered
			}
			return out, nil
		case "GetEventSelectors":
			out := map[string]any{"TrailARN": arn}
			for k, v := range f.selectors {
				out[k] = v
			}
			return out, nil
		case "PutEventSelectors":
			f.selectors = map[string]any{}
			for _, k := range []string{"EventSelectors", "AdvancedEventSelectors"} {
				if in[k] != nil {
					f.selectors[k] = in[k]
				}
			}
			return map[string]any{"TrailARN": arn, "EventSelectors": in["EventSelectors"],
				"AdvancedEventSelectors": in["AdvancedEventSelectors"]}, nil
		}
	}
	return nil, &refusal{"TrailNotFoundException", "Unknown trail: " + arn + " for the user: 111122223333"}
}

// selectors reads the two lists from JSON as the API has them.
func selectors(t *testing.T, text string) map[string]any {
	t.Helper()
	var v map[string]any
	if err := json.Unmarshal([]byte(text), &v); err != nil {
		t.Fatal(err)
	}
	return v
}
