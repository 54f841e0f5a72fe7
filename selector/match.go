package selector

import (
	"strconv"

	"github.com/trailsieve/trailsieve/record"
)

// Match reports whether the trail would log the record. It depends on the selectors alone: Region,
// organization and account of the trail are none of its business.
//
// Match allocates no memory, unless it has to rebuild an ARN from requestParameters that are
// written with escapes.
func (s *Selector) Match(r *record.Record) bool {
	f := factsOf(r, &s.wants)
	if f.needsObject() {
		var buf [maxS3ObjectARN]byte
		f.object = objectOf(r, buf[:0])
	}
	return s.match(&f)
}

// facts are a record and what selectors ask of it again and again, found out once.
type facts struct {
	*record.Record
	category record.Category
	readOnly bool
	object   []byte // the rebuilt ARN of the S3 object that the call names, if it has no resources

	later parts // of a record that is text, those that were not read yet
	asked bool  // one of them would decide about the record, so that an answer does not count
}

// factsOf finds out what selectors ask that have the given wants.
func factsOf(r *record.Record, w *wants) facts {
	f := facts{Record: r}
	f.classify(w)
	return f
}

// classify sets category and readOnly, if that is asked.
func (f *facts) classify(w *wants) {
	f.category, _ = f.Category()
	if w.of(f.category)&partReadOnly != 0 {
		f.readOnly, _ = f.IsReadOnly()
	}
}

// needsObject reports whether the resource has to be rebuilt, which needs a buffer that most records
// would only lose time with.
func (f *facts) needsObject() bool { return f.category == record.Data && len(f.Resources) == 0 }

// objectOf returns the rebuilt ARN, or nil, in buf if it has room.
func objectOf(r *record.Record, buf []byte) []byte {
	if arn, ok := r.AppendS3ObjectARN(buf); ok {
		return arn
	}
	return nil
}

func (s *Selector) match(f *facts) bool {
	for i := range s.advanced {
		if s.advanced[i].match(f) {
			return true
		}
	}
	if len(s.basic) == 0 {
		return false
	}
	switch f.category {
	case record.Management:
		return s.matchManagement(f)
	case record.Data:
		return s.matchData(f)
	}
	return false
}

func (s *Selector) matchManagement(f *facts) bool {
	for i := range s.basic {
		b := &s.basic[i]
		if !b.management || !b.takes(f.readOnly) {
			continue
		}
		if len(b.excludedSources) > 0 && f.later&partSource != 0 {
			f.asked = true
			return false
		}
		if b.excludes(f.Record) == nil {
			return true
		}
	}
	return false
}

func (s *Selector) matchData(f *facts) bool {
	if len(f.Resources) == 0 {
		return f.object != nil && matchResource(s.basic, s3Object, f.object, f.readOnly)
	}
	for i := range f.Resources {
		t, ok := basicTypeOf(f.Resources[i].Type)
		if ok && matchResource(s.basic, t, arnOf(&f.Resources[i]), f.readOnly) {
			return true
		}
	}
	return false
}

func matchResource[T text](selectors []basicSelector, t basicType, arn T, readOnly bool) bool {
	for i := range selectors {
		if b := &selectors[i]; b.takes(readOnly) && find(&b.data[t], arn) != nil {
			return true
		}
	}
	return false
}

func (a *advancedSelector) match(f *facts) bool {
	if f.category != a.category {
		return false
	}
	if a.category == record.Data && !a.matchResources(f) {
		return false
	}
	if f.later&a.asks != 0 {
		f.asked = true
		return false
	}
	for i := range a.conditions {
		c := &a.conditions[i]
		if c.field != resourcesARN && !agrees(c, f.valueOf(c.field)) {
			return false
		}
	}
	return true
}

// matchResources reports whether one of the record's resources is of the type of a, and those that
// are agree with the condition on resources.ARN: one is selected, none is deselected.
func (a *advancedSelector) matchResources(f *facts) bool {
	if len(f.Resources) == 0 {
		return f.object != nil && a.typ.text == basicTypes[s3Object] &&
			(a.arn == nil || agrees(a.arn, f.object))
	}
	ofType, selected := false, a.arn == nil || !a.arn.selects
	for i := range f.Resources {
		if f.Resources[i].Type != a.typ.text {
			continue
		}
		ofType = true
		if a.arn == nil {
			break
		}
		arn := arnOf(&f.Resources[i])
		if find(&a.arn.deselected, arn) != nil {
			return false
		}
		selected = selected || find(&a.arn.selected, arn) != nil
	}
	return ofType && selected
}

// agrees reports whether a field with a value agrees. No value is empty, so neither an operator nor
// its opposite is met by a field that is absent.
func agrees[T text](c *condition, value T) bool {
	return find(&c.deselected, value) == nil && (!c.selects || find(&c.selected, value) != nil)
}

// valueOf returns what a record has for a field, or the empty string. Of the fields with several
// values it knows nothing.
func (f *facts) valueOf(field string) string {
	switch field {
	case readOnly:
		return strconv.FormatBool(f.readOnly)
	case eventType:
		return f.EventType
	case eventSource:
		return f.EventSource
	case eventName:
		return f.EventName
	case userIdentityARN:
		return f.UserIdentity.ARN
	case fromConsole:
		if f.SessionCredentialFromConsole == record.Absent {
			return ""
		}
		return f.SessionCredentialFromConsole.String()
	case errorCode:
		return f.ErrorCode
	case vpcEndpointID:
		return f.VPCEndpointID
	}
	panic("selector: " + field + " was compiled, but is not known")
}

// maxS3ObjectARN is the room for an ARN with the longest partition, bucket (255 bytes for the oldest
// ones) and key (1024 bytes).
const maxS3ObjectARN = len("arn:aws-us-gov:s3:::") + 255 + len("/") + 1024
