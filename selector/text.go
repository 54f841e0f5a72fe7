package selector

import (
	"bytes"
	"strings"
	"sync"
	"unsafe"

	"github.com/trailsieve/trailsieve/internal/jsonscan"
	"github.com/trailsieve/trailsieve/record"
)

// This file answers for the text of a record that nobody has decoded. It goes over the members of the
// record from the last to the first, and stops as soon as it has what the selectors ask for first:
//
//	 5 {"eventVersion": "1.08",
//	 6  "userIdentity": {...},         read, if a selector asks who it was, and nothing else refused yet
//	 7  "eventSource": "s3...",
//	 8  "eventName": "PutObject",      read, if a selector asks for it
//	 :  "requestParameters": {...},    not looked at, but for these names
//	 4  "readOnly": true,              read, if a selector takes only reads or only writes
//	 3  "resources": [...],            read, for a data event: enough for most selectors
//	 2  "eventCategory": "Data",       read: if no selector takes data events, this is enough
//	 1  "tlsDetails": {...}}           skipped
//
// What it has found goes into a record.Record, for which the rest of the package answers as for any
// other. Only if a selector has found no other reason to refuse the record, it asks for what stands at
// the beginning, which is then read from there: see load. That the same name does not come again, in
// what was left out, is made sure of by looking for its letters.

// MatchText is [Selector.Match] for a record that is text: what [record.Parse] takes, a record or an
// event that has one as its detail. It answers as Match does for the record that Parse returns, and is
// many times as fast as Parse.
//
// An error is a [*record.Error]: the text holds no record. But MatchText reads only as much as it
// needs, so a nil error does not mean that the text is well formed.
//
// It keeps nothing of text and allocates no memory, unless there are escapes in what it compares, or
// more than eight resources.
func (s *Selector) MatchText(text []byte) (bool, error) {
	v := views.Get().(*view)
	defer v.free()
	if err := v.read(text, &s.wants); err != nil {
		return false, err
	}
	logged := s.match(&v.facts)
	if !logged && v.asked {
		v.load()
		logged = s.match(&v.facts)
	}
	return logged && v.err == nil, v.err
}

// AppendMatchText appends to dst the keys of the trails that would log the record in text. What
// [Selector.MatchText] says of text and errors holds here too.
func (s *Set[K]) AppendMatchText(dst []K, text []byte) ([]K, error) {
	v := views.Get().(*view)
	defer v.free()
	if err := v.read(text, &s.wants); err != nil {
		return dst, err
	}
	before := len(dst)
	if dst = s.appendMatch(dst, &v.facts, v); v.err != nil {
		return dst[:before], v.err
	}
	return dst, nil
}

// parts are parts of a record, each a bit.
type parts uint16

const (
	partCategory parts = 1 << iota
	partReadOnly
	partResources
	partSource
	partName
	partType
	partIdentity
	partConsole
	partError
	partEndpoint
	partManagement
	partRegion
	partParameters
	takesSome // not a part: some selector takes events of the category

	// headParts stand at the beginning of a record. They, and those that most records do not have, are read
	// when nothing else has decided.
	headParts  = partSource | partName | partIdentity
	laterParts = headParts | partConsole | partError | partEndpoint
)

// partOf has the part that each field needs.
var partOf = map[string]parts{eventSource: partSource, eventName: partName, eventType: partType,
	readOnly: partReadOnly, resourcesARN: partResources, userIdentityARN: partIdentity,
	fromConsole: partConsole, errorCode: partError, vpcEndpointID: partEndpoint}

// wants are the parts that selectors ask for, if the record's category is one of those that they know.
type wants struct{ management, data, network parts }

func (w *wants) of(c record.Category) parts {
	switch c {
	case record.Management:
		return w.management
	case record.Data:
		return w.data
	case record.NetworkActivity:
		return w.network
	}
	return 0
}

// setWants sets what s wants.
func (s *Selector) setWants() {
	for i := range s.basic {
		b := &s.basic[i]
		var some parts = takesSome
		if !b.read || !b.write {
			some |= partReadOnly
		}
		if len(b.dataResources) > 0 {
			s.wants.data |= some | partResources
		}
		if len(b.excludedSources) > 0 {
			some |= partSource
		}
		if b.management {
			s.wants.management |= some
		}
	}
	for i := range s.advanced {
		a := &s.advanced[i]
		var some parts = takesSome
		for _, c := range a.conditions {
			some |= partOf[c.field]
		}
		switch a.category {
		case record.Management:
			s.wants.management |= some
		case record.Data:
			s.wants.data |= some | partResources
		case record.NetworkActivity:
			s.wants.network |= some
		}
	}
}

// A view is what was found in a text. It is large, and would be moved to the heap, so views are used
// again.
type view struct {
	facts
	record    record.Record
	resources [8]record.Resource   // room for record.Resources
	arn       [maxS3ObjectARN]byte // room for object

	seen   parts  // that are there; the last of equal names was read
	known  bool   // one of the fields was there by which a record is known
	detail []byte // the text of detail, if it is an object

	document []byte             // the text of the record
	members  jsonscan.Backwards // those in front of rest
	rest     int                // where in document the member begins that was read last
	err      error              // from load
}

var views = sync.Pool{New: func() any {
	v := new(view)
	v.reset()
	return v
}}

// reset makes a view empty.
func (v *view) reset() {
	v.facts = facts{Record: &v.record}
	v.record = record.Record{}
	v.seen, v.known, v.detail = 0, false, nil
	v.document, v.members, v.rest, v.err = nil, jsonscan.Backwards{}, 0, nil
}

// free gives v back. It keeps nothing of the text.
func (v *view) free() {
	if list := v.record.Resources; len(list) <= len(v.resources) {
		clear(v.resources[:len(list)])
	} else {
		clear(v.resources[:])
	}
	v.reset()
	views.Put(v)
}

// read looks at the record in text, or at that in the event in text; v is empty. If it finds none,
// record.Parse is asked what is wrong.
func (v *view) read(text []byte, w *wants) error {
	done, err := v.look(text, w)
	if err == nil && !done && !v.known && v.detail != nil {
		detail := v.detail
		v.reset()
		done, err = v.look(detail, w)
	}
	if err == nil && !done && (!v.known || v.EventSource == "aws:s3") {
		err = record.ErrNotRecord
	}
	if err != nil {
		return v.refused(text, err)
	}
	v.classify(w)
	if v.needsObject() {
		v.object = objectOf(&v.record, v.arn[:0])
	}
	return nil
}

// refused returns the error about a text that is no record.
func (v *view) refused(text []byte, err error) error {
	if _, parseErr := record.Parse(text); parseErr != nil {
		return parseErr
	}
	return &record.Error{Index: -1, Err: err}
}

// look reads members of the object in text until it has what w wants, but for what is read later. If
// that is before the first of them, done is true.
func (v *view) look(text []byte, w *wants) (done bool, err error) {
	v.document, v.rest = text, len(text)
	if v.members, err = jsonscan.NewBackwards(text); err != nil {
		return false, err
	}
	want := partCategory // as long as the category is not known
	for {
		more, err := v.prev()
		if !more || err != nil {
			return false, err
		}
		if want == partCategory && v.record.EventCategory != "" {
			if want = w.of(v.record.EventCategory); want == 0 {
				return true, nil
			}
			want &^= takesSome
		}
		if left := want &^ v.decided(); left&^laterParts == 0 {
			v.later = left
			return true, nil
		}
	}
}

// prev reads the member before.
func (v *view) prev() (more bool, err error) {
	raw, value, ok, err := v.members.Prev()
	if !ok || err != nil {
		return false, err
	}
	v.rest = raw.Offset - 1
	name := stringOf(raw.Raw)
	if raw.Escaped {
		if name, err = readString(v.document[raw.Offset-1 : raw.Offset+len(raw.Raw)+1]); err != nil {
			return false, err
		}
	}
	if name == "detail" && !raw.Escaped && value[0] == '{' {
		v.detail = value // in the end, the first
		return true, nil
	}
	return true, v.member(name, value)
}

// The names at the beginning of a record, of a userIdentity and of a resource, in the order in which
// CloudTrail writes them. To guess them saves time.
var (
	headNames = jsonscan.Guesses("eventVersion", "userIdentity", "eventTime", eventSource, eventName)
	headOrder = [...]parts{0, partIdentity, 0, partSource, partName}

	identityNames = jsonscan.Guesses("type", "principalId", "arn", "accountId", "accessKeyId", "userName")
	resourceNames = jsonscan.Guesses("accountId", "type", "ARN")
)

// Indexes of these.
const (
	identityARN = 2

	resourceAccount = 0
	resourceType    = 1
	resourceARN     = 2
)

// load reads what was left for later: from the beginning of the record, if that goes well, or else by
// going on to there.
func (v *view) load() {
	for more := !v.fromBeginning(); more && v.later&^v.seen != 0; {
		var err error
		if more, err = v.prev(); err != nil {
			v.err = v.refused(v.document, err)
			break
		}
	}
	v.later, v.asked = 0, false
}

// fromBeginning reads what is wanted from the beginning of the record. It reports false, and has read
// nothing, if anything is not as CloudTrail writes it.
func (v *view) fromBeginning() bool {
	text := v.document[:v.rest]
	scan := jsonscan.New(text)
	if v.rest < len(`{"eventVersion":`) || scan.Peek() != jsonscan.Object {
		return false // all was read already
	}
	scan.Open()
	var source, name, arn string
	var err error
	left := v.later & headParts
	for i, part := range headOrder {
		if left == 0 {
			break
		}
		guessed, from, to := scan.Guess(headNames[i : i+1])
		if guessed < 0 {
			return false
		}
		switch left & part {
		case partIdentity:
			if to > 0 || scan.Peek() != jsonscan.Object {
				return false
			}
			arn, err = nextARN(&scan, text)
		case partSource:
			source, err = guessedString(&scan, text, from, to)
		case partName:
			name, err = guessedString(&scan, text, from, to)
		default:
			err = guessedPass(&scan, to)
		}
		if err != nil {
			return false
		}
		left &^= part
	}
	middle := text[scan.Offset():]
	if bytes.IndexByte(middle, '\\') >= 0 && bytes.Contains(middle, []byte(`\u`)) {
		return false // names may have escapes
	}
	for _, member := range [...]struct {
		part parts
		rare byte
		name string
	}{{partSource, 'S', eventSource}, {partName, 'N', eventName}, {partIdentity, 'I', "userIdentity"},
		{partConsole, 'C', fromConsole}, {partError, 'C', errorCode}, {partEndpoint, 'I', vpcEndpointID}} {
		if v.later&member.part != 0 && mentions(middle, member.name, member.rare) {
			return false
		}
	}
	if v.later&partSource != 0 {
		v.record.EventSource = source
	}
	if v.later&partName != 0 {
		v.record.EventName = name
	}
	if v.later&partIdentity != 0 {
		v.record.UserIdentity.ARN = arn
	}
	return true
}

// mentions reports whether a name is in a text, which is found by a letter that is rare.
func mentions(text []byte, name string, rare byte) bool {
	at := strings.IndexByte(name, rare)
	for i := 0; ; i++ {
		n := bytes.IndexByte(text[i:], rare)
		if n < 0 {
			return false
		}
		i += n
		if from := i - at; from >= 0 && from+len(name) <= len(text) && string(text[from:from+len(name)]) == name {
			return true
		}
	}
}

// decided returns the parts about which nothing more can come to light. If the record does not say
// whether it only read, or has no resources, what it has instead must be sought up to its beginning.
func (v *view) decided() parts {
	decided := v.seen
	if v.record.ReadOnly == record.Absent {
		decided &^= partReadOnly
	}
	if len(v.record.Resources) == 0 {
		decided &^= partResources
	}
	if v.record.EventCategory == "" {
		decided &^= partCategory
	}
	return decided
}

// member reads a member of a record, unless it has seen one with the same name behind it.
func (v *view) member(name string, value []byte) (err error) {
	r := &v.record
	var part parts
	switch name {
	case "eventVersion", "eventTime", "eventID", "eventId":
		v.known = true
		return nil
	case eventCategory:
		part, v.known = partCategory, true
	case eventSource:
		part, v.known = partSource, true
	case eventName:
		part, v.known = partName, true
	case eventType:
		part, v.known = partType, true
	case readOnly:
		part = partReadOnly
	case "managementEvent":
		part = partManagement
	case "resources":
		part = partResources
	case "userIdentity":
		part = partIdentity
	case fromConsole:
		part = partConsole
	case errorCode:
		part = partError
	case vpcEndpointID:
		part = partEndpoint
	case "awsRegion":
		part = partRegion
	case "requestParameters":
		part = partParameters
	}
	if part == 0 || v.seen&part != 0 {
		return nil
	}
	v.seen |= part
	switch part {
	case partCategory:
		var s string
		s, err = readString(value)
		r.EventCategory = record.Category(s)
	case partSource:
		r.EventSource, err = readString(value)
	case partName:
		r.EventName, err = readString(value)
	case partType:
		r.EventType, err = readString(value)
	case partReadOnly:
		r.ReadOnly, err = readBool(value)
	case partManagement:
		r.ManagementEvent, err = readBool(value)
	case partResources:
		if value[0] == '[' {
			r.Resources, err = readResources(value, v.resources[:0])
		}
	case partIdentity:
		if value[0] == '{' {
			r.UserIdentity.ARN = readARN(value)
		}
	case partConsole:
		r.SessionCredentialFromConsole, err = readBool(value)
	case partError:
		r.ErrorCode, err = readString(value)
	case partEndpoint:
		r.VPCEndpointID, err = readString(value)
	case partRegion:
		r.AWSRegion, err = readString(value)
	case partParameters:
		if value[0] != 'n' { // null
			r.RequestParameters = record.JSON(stringOf(value))
		}
	}
	return err
}

// readResources reads a list of resources, in which it passes over everything that is not an object.
func readResources(text []byte, dst []record.Resource) ([]record.Resource, error) {
	scan := jsonscan.New(text)
	scan.Peek()
	scan.Open()
	for {
		more, err := scan.Element()
		if !more {
			return dst, err
		}
		if scan.Peek() != jsonscan.Object {
			if _, err := scan.Skip(); err != nil {
				return dst, err
			}
			continue
		}
		scan.Open()
		var res record.Resource
		for i := 0; i < len(resourceNames) && err == nil; i++ {
			guessed, from, to := scan.Guess(resourceNames[i:])
			if guessed < 0 {
				break
			}
			i += guessed
			switch i {
			case resourceAccount:
				err = guessedPass(&scan, to)
			case resourceType:
				res.Type, err = guessedString(&scan, text, from, to)
			case resourceARN:
				res.ARN, err = guessedString(&scan, text, from, to)
			}
		}
		for err == nil {
			var name jsonscan.Text
			if name, more, err = scan.Name(); err != nil || !more {
				break
			}
			switch textOf(name) {
			case "ARN", "arn":
				res.ARN, err = nextString(&scan, text)
			case "ARNPrefix":
				res.ARNPrefix, err = nextString(&scan, text)
			case "type":
				res.Type, err = nextString(&scan, text)
			default:
				err = pass(&scan)
			}
		}
		if err != nil {
			return dst, err
		}
		dst = append(dst, res)
	}
}

// readARN returns the arn in the text of a userIdentity, if the text is JSON that far.
func readARN(text []byte) (arn string) {
	scan := jsonscan.New(text)
	scan.Peek()
	arn, _ = nextARN(&scan, text)
	return arn
}

// nextARN returns the arn in the object that comes next in a text; before an error, the last one.
func nextARN(scan *jsonscan.Scanner, text []byte) (arn string, err error) {
	scan.Open()
	for i := 0; i < len(identityNames); i++ {
		guessed, from, to := scan.Guess(identityNames[i:])
		if guessed < 0 {
			break
		}
		i += guessed
		if i == identityARN {
			arn, err = guessedString(scan, text, from, to)
		} else {
			err = guessedPass(scan, to)
		}
		if err != nil {
			return arn, err
		}
	}
	for {
		name, more, err := scan.Name()
		if !more || err != nil {
			return arn, err
		}
		if textOf(name) != "arn" {
			if err := pass(scan); err != nil {
				return arn, err
			}
			continue
		}
		next, err := nextString(scan, text)
		if err != nil {
			return arn, err
		}
		arn = next
	}
}

// pass passes over the value that comes next.
func pass(scan *jsonscan.Scanner) error {
	_, err := scan.Skip()
	return err
}

// guessedPass passes over the value of a name that was guessed, if [jsonscan.Scanner.Guess] has not done so.
func guessedPass(scan *jsonscan.Scanner, to int) error {
	if to > 0 {
		return nil
	}
	return pass(scan)
}

// guessedString returns the value of a name that was guessed if it is a string, and nothing if it is
// anything else. from and to are what [jsonscan.Scanner.Guess] has said of it.
func guessedString(scan *jsonscan.Scanner, text []byte, from, to int) (string, error) {
	if to > 0 {
		return stringOf(text[from:to]), nil
	}
	return nextString(scan, text)
}

// readString returns a value if it is a string, and nothing if it is anything else.
func readString(value []byte) (string, error) {
	scan := jsonscan.New(value)
	return nextString(&scan, value)
}

// nextString does the same for the value that comes next in a text.
func nextString(scan *jsonscan.Scanner, text []byte) (string, error) {
	if scan.Peek() != jsonscan.String {
		_, err := scan.Skip()
		return "", err
	}
	t, err := scan.String()
	if err != nil {
		return "", err
	}
	return textOf(t), nil
}

// readBool returns a value if it is a boolean, or one in quotes.
func readBool(value []byte) (record.Bool, error) {
	switch string(value) {
	case "true", `"true"`, `"True"`, `"TRUE"`:
		return record.True, nil
	case "false", `"false"`, `"False"`, `"FALSE"`:
		return record.False, nil
	}
	switch s, err := readString(value); s { // with escapes
	case "true", "True", "TRUE":
		return record.True, err
	case "false", "False", "FALSE":
		return record.False, err
	default:
		return record.Absent, err
	}
}

func textOf(t jsonscan.Text) string {
	if t.Escaped {
		return string(jsonscan.AppendUnquoted(nil, t.Raw, jsonscan.ReplaceLone))
	}
	return stringOf(t.Raw)
}

// stringOf returns b as a string that shares its bytes. None of these strings leaves the package, or
// lives longer than the call that b was given to, so nobody can see one change.
func stringOf(b []byte) string { return unsafe.String(unsafe.SliceData(b), len(b)) }
