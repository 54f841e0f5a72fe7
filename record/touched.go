package record

import (
	"iter"
	"strings"

	"github.com/trailsieve/trailsieve/internal/jsonscan"
)

// ARNs returns the ARNs that the call touched, each once, and where it stands:
//
//   - those of resources, an ARNPrefix among them as it is (by [ByResources]);
//   - for an S3 object-level call without resources, the one of [Record.S3ObjectARN];
//   - strings in requestParameters that are ARNs, anywhere (by [ByParameters]);
//   - strings in responseElements that are ARNs (by [ByResponse]): what a call has created.
//
// The caller is not among them, unless it stands there.
func (r *Record) ARNs() iter.Seq2[string, Basis] {
	return func(yield func(string, Basis) bool) {
		seen := make(map[string]bool)
		emit := func(arn string, by Basis) bool {
			if !strings.HasPrefix(arn, "arn:") || seen[arn] {
				return true
			}
			seen[arn] = true
			return yield(arn, by)
		}
		for i := range r.Resources {
			if !emit(r.Resources[i].ARN, ByResources) || !emit(r.Resources[i].ARNPrefix, ByResources) {
				return
			}
		}
		if len(r.Resources) == 0 {
			if arn, ok := r.S3ObjectARN(); ok && !emit(arn, ByParameters) {
				return
			}
		}
		if eachString(r.RequestParameters, func(s string) bool { return emit(s, ByParameters) }) {
			eachString(r.ResponseElements, func(s string) bool { return emit(s, ByResponse) })
		}
	}
}

// eachString calls f for each string in a value that is no name, until f returns false. A body that
// was put into a record in code and is no JSON ends where it ceases to be.
func eachString(body JSON, f func(s string) bool) (goOn bool) {
	s := jsonscan.New([]byte(body))
	goOn = true
	var closers []jsonscan.Kind // of what is open: Object or Array
	for goOn {
		switch kind := s.Peek(); kind {
		case jsonscan.Object, jsonscan.Array:
			s.Open()
			closers = append(closers, kind)
		case jsonscan.String:
			t, err := s.String()
			if err != nil {
				return true
			}
			goOn = f(unquoted(t))
		default:
			if _, err := s.Value(); err != nil {
				return true
			}
		}
		// On to where the next value begins.
		for more := false; !more; {
			if len(closers) == 0 {
				return goOn
			}
			var err error
			if closers[len(closers)-1] == jsonscan.Object {
				_, more, err = s.Name()
			} else {
				more, err = s.Element()
			}
			if err != nil {
				return true
			}
			if !more {
				closers = closers[:len(closers)-1]
			}
		}
	}
	return false
}
