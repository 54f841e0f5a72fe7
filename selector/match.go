package selector

import "github.com/trailsieve/trailsieve/record"

// Match reports whether the trail would log the record. It depends on the selectors alone: Region,
// organization and account of the trail are none of its business.
//
// Match allocates no memory, unless it has to rebuild an ARN from requestParameters that are
// written with escapes.
func (s *Selector) Match(r *record.Record) bool {
	category, _ := r.Category()
	for i := range s.advanced {
		if s.advanced[i].match(r, category) {
			return true
		}
	}
	if len(s.basic) == 0 {
		return false
	}
	switch category {
	case record.Management:
		return s.matchManagement(r)
	case record.Data:
		return s.matchData(r)
	}
	return false
}

func (s *Selector) matchManagement(r *record.Record) bool {
	readOnly, _ := r.IsReadOnly()
	for i := range s.basic {
		b := &s.basic[i]
		if b.management && b.takes(readOnly) && b.excludes(r) == nil {
			return true
		}
	}
	return false
}

func (s *Selector) matchData(r *record.Record) bool {
	readOnly, _ := r.IsReadOnly()
	if len(r.Resources) == 0 {
		var buf [maxS3ObjectARN]byte
		arn, ok := r.AppendS3ObjectARN(buf[:0])
		return ok && matchResource(s.basic, s3Object, arn, readOnly)
	}
	for i := range r.Resources {
		t, ok := basicTypeOf(r.Resources[i].Type)
		if ok && matchResource(s.basic, t, arnOf(&r.Resources[i]), readOnly) {
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

func (a *advancedSelector) match(r *record.Record, category record.Category) bool {
	if category != a.category {
		return false
	}
	for i := range a.conditions {
		c := &a.conditions[i]
		if c.field != resourcesARN && !agrees(c, valueOf(r, c.field)) {
			return false
		}
	}
	return category != record.Data || a.matchResources(r)
}

// matchResources reports whether one of the record's resources is of the type of a, and those that
// are agree with the condition on resources.ARN: one is selected, none is deselected.
func (a *advancedSelector) matchResources(r *record.Record) bool {
	if len(r.Resources) == 0 {
		if a.typ.text != basicTypes[s3Object] {
			return false
		}
		var buf [maxS3ObjectARN]byte
		arn, ok := r.AppendS3ObjectARN(buf[:0])
		return ok && (a.arn == nil || agrees(a.arn, arn))
	}
	ofType, selected := false, a.arn == nil || !a.arn.selects
	for i := range r.Resources {
		if r.Resources[i].Type != a.typ.text {
			continue
		}
		ofType = true
		if a.arn == nil {
			break
		}
		arn := arnOf(&r.Resources[i])
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
func valueOf(r *record.Record, field string) string {
	switch field {
	case readOnly:
		if is, _ := r.IsReadOnly(); is {
			return "true"
		}
		return "false"
	case eventSource:
		return r.EventSource
	case "eventName":
		return r.EventName
	case "eventType":
		return r.EventType
	case "userIdentity.arn":
		return r.UserIdentity.ARN
	case "sessionCredentialFromConsole":
		return r.Get(field).Str
	case "errorCode":
		return r.ErrorCode
	case "vpcEndpointId":
		return r.VPCEndpointID
	}
	panic("selector: " + field + " was compiled, but is not known")
}

// maxS3ObjectARN is the room for an ARN with the longest partition, bucket (255 bytes for the oldest
// ones) and key (1024 bytes).
const maxS3ObjectARN = len("arn:aws-us-gov:s3:::") + 255 + len("/") + 1024
