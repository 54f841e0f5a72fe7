package record

import (
	"bytes"
	"encoding/base64"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"reflect"
	"runtime"
	"slices"
	"strings"
	"testing"
	"testing/iotest"
	"time"
	"unsafe"

	"github.com/google/go-cmp/cmp"
	"github.com/klauspost/compress/gzip"

	"github.com/trailsieve/trailsieve/internal/synth"
)

// outcome is what a Reader said: for each call of Read, the text of the record or the error.
func outcome(r *Reader) (list []string) {
	for rec, err := range r.Records() {
		if err != nil {
			list = append(list, err.Error())
			if err.(*Error).Fatal {
				list = append(list, "fatal")
			}
			continue
		}
		list = append(list, rec.Text())
	}
	return list
}

func gzipped(t testing.TB, text string) []byte {
	t.Helper()
	var buf bytes.Buffer
	w := gzip.NewWriter(&buf)
	if _, err := w.Write([]byte(text)); err != nil {
		t.Fatal(err)
	}
	if err := w.Close(); err != nil {
		t.Fatal(err)
	}
	return buf.Bytes()
}

const a, b, c = `{"eventName":"a"}`, `{ "eventName" : "b]}" }`, `{"eventID":"c\"","x":[{}]}`

// subscribed returns what a subscription of CloudWatch Logs sends of messages.
func subscribed(messages ...string) string {
	var s strings.Builder
	s.WriteString(`{"messageType":"DATA_MESSAGE","owner":"111122223333","logGroup":"trail","logEvents":[`)
	for i, message := range messages {
		if i > 0 {
			s.WriteByte(',')
		}
		quoted, _ := json.Marshal(message)
		fmt.Fprintf(&s, `{"id":"%d","timestamp":0,"message":%s}`, i, quoted)
	}
	return s.String() + "]}"
}

// packedLogs returns what Lambda is given of that.
func packedLogs(t testing.TB, text string) string {
	t.Helper()
	return `{"awslogs":{"data":"` + base64.StdEncoding.EncodeToString(gzipped(t, text)) + `"}}`
}

func TestReader(t *testing.T) {
	for _, tt := range []struct {
		name, stream string
		want         []string
	}{
		// The shapes.
		{"empty", ``, nil},
		{"white space", " \r\n\t", nil},
		{"log file", `{"Records":[` + a + `,` + b + `,` + c + `]}`, []string{a, b, c}},
		{"log file indented", "{\n \"Records\" : [\n" + a + " ,\n" + b + "\n]\n}\n", []string{a, b}},
		{"log file without records", `{"Records":[]}`, nil},
		{"Records not first", `{"x":{"Records":[1]},"y":[],"Records":[` + a + `],"z":"]"}`, []string{a}},
		{"Records twice", `{"Records":[` + a + `],"Records":[` + b + `]}`, []string{a, b}},
		{"two log files", `{"Records":[` + a + `]}` + "\n" + `{"Records":[` + b + `]}`, []string{a, b}},
		{"array", `[` + a + `,` + b + `]`, []string{a, b}},
		{"one record", c, []string{c}},
		{"lines", a + "\n" + b + "\r\n" + c + "\n", []string{a, b, c}},
		{"no lines", a + b + c, []string{a, b, c}},
		{"event", `{"version":"0","detail-type":"AWS API Call via CloudTrail","detail":` + a + `}`, []string{a}},
		{"a record with Records", `{"eventName":"a","Records":[` + b + `]}`, []string{`{"eventName":"a","Records":[` + b + `]}`}},
		{"everything", a + `[` + b + `]{"Records":[` + c + `]}`, []string{a, b, c}},

		// A subscription of CloudWatch Logs.
		{"log events", subscribed(a, c), []string{a, c}},
		{"Lambda's log events", packedLogs(t, subscribed(a, c)) + b, []string{a, c, b}},
		{"control message", packedLogs(t, `{"messageType":"CONTROL_MESSAGE","logEvents":[{"id":"","message":`+
			`"CWL CONTROL MESSAGE: Checking health of destination Firehose."}]}`), nil},
		{"bad log events", subscribed(a, "plain text", `{"eventName":}`, `{}`, b), []string{a,
			`record: in the message of a log event: expected a value, found 'p' in record 1 (offset 144)`,
			`record: in the message of a log event: expected a value, found '}' in record 2 (offset 192)`,
			`record: in the message of a log event: not a CloudTrail record: it has none of a record's fields in record 3 (offset 246)`, b}},
		{"log event without message", `{"logEvents":[{"id":"1"},1]}`, []string{
			`record: not a CloudTrail record: a log event without a message in record 0 (offset 14)`,
			`record: not a CloudTrail record: a log event without a message in record 1 (offset 25)`}},
		{"Lambda's log events, cut", packedLogs(t, subscribed(a)[:144]) + b, []string{a,
			`record: in awslogs.data: unexpected EOF (offset 0)`, b}},
		{"Lambda's log events, not packed", `{"awslogs":{"data":"????"}}` + b, []string{
			`record: in awslogs.data: illegal base64 data at input byte 0 (offset 0)`, b}},
		{"Lambda's log events, broken around", strings.Replace(packedLogs(t, subscribed(a)), `"}}`, `"}x}`, 1) + b, []string{
			fmt.Sprintf("record: expected a comma or the end of the object, found 'x' in record 0 (offset %d)",
				len(packedLogs(t, subscribed(a)))-1), b}},
		{"control message, broken around", `{"logEvents":[{"message":"CWL CONTROL MESSAGE: x"x},{"message":"CWL CONTROL MESSAGE: x"}]}`, []string{
			`record: expected a comma or the end of the object, found 'x' in record 0 (offset 49)`}},
		{"Lambda's log events, packed twice", packedLogs(t, packedLogs(t, subscribed(a))), []string{
			`record: in awslogs.data: not a CloudTrail record: it has none of a record's fields in record 0 (offset 0)`}},

		// Values that cannot be used do not keep others from being read.
		{"not an object", `{"Records":[1,` + a + `,"x",null,[],` + b + `]}`, []string{
			`record: not a JSON object: a number in record 0 (offset 12)`, a,
			`record: not a JSON object: a string in record 2 (offset 32)`,
			`record: not a JSON object: null in record 3 (offset 36)`,
			`record: not a JSON object: an array in record 4 (offset 41)`, b}},
		{"broken record", `{"Records":[` + a + `,{"eventName":x},` + b + `]}`, []string{a,
			`record: expected a value, found 'x' in record 1 (offset 43)`, b}},
		{"no record", `{"Records":[{},` + a + `]}`, []string{
			`record: not a CloudTrail record: it has none of a record's fields in record 0 (offset 12)`, a}},
		{"nothing between commas", `{"Records":[,` + a + `,,` + b + `,]}`, []string{
			`record: expected a record, found ',' in record 0 (offset 12)`, a,
			`record: expected a record, found ',' in record 2 (offset 31)`, b,
			`record: expected a record, found ']' in record 4 (offset 56)`}},
		{"other JSON", `{"name":"x","list":[1]}` + a, []string{
			`record: not a CloudTrail record: it has none of a record's fields in record 0 (offset 0)`, a}},
		{"Records is no array", `{"Records":{}}` + a, []string{
			`record: not a CloudTrail record: it has none of a record's fields in record 0 (offset 0)`, a}},
		{"broken line", a + "\n{\"eventName\" \"b\"}\n" + c, []string{a,
			`record: expected a colon, found '"' in record 1 (offset 31)`, c}},
		{"S3 notification", `{"Records":[{"eventSource":"aws:s3","s3":{}}]}`, []string{
			`record: not a CloudTrail record: it is a notification from an S3 bucket in record 0 (offset 12)`}},

		// What ends the stream.
		{"no JSON", `hello`, []string{
			`record: expected a JSON object or array, found 'h' (offset 0)`, "fatal"}},
		{"a byte order mark", "\ufeff{}", []string{
			`record: expected a JSON object or array, found 0xef (offset 0)`, "fatal"}},
		{"a number", `17`, []string{`record: expected a JSON object or array, found '1' (offset 0)`, "fatal"}},
		{"no comma", `{"Records":[` + a + b + `]}`, []string{a,
			`record: expected a comma or the end of the records, found '{' in record 1 (offset 29)`, "fatal"}},
		{"trailing text", `{"Records":[` + a + `]} # the end`, []string{a,
			`record: expected a JSON object or array, found '#' (offset 32)`, "fatal"}},
		{"nonsense before Records", `{"x":nonsense,"Records":[` + a + `]}` + b, []string{
			`record: expected null, found 'o' in record 0 (offset 6)`, b}},
		{"nothing before Records", `{"x":,"Records":[` + a + `]}` + b, []string{
			`record: expected a value, found ',' in record 0 (offset 5)`, b}},
		{"nonsense in the rest", `{"Records":[` + a + `],"x":1.,"y":2}` + b, []string{a,
			`record: unexpected EOF (offset 37)`, b}},
		{"no colon in the rest", `{"Records":[` + a + `],"x" 1}`, []string{a,
			`record: expected a colon, found '1' (offset 35)`, "fatal"}},
		{"cut before a record", `{"Records":[` + a + `,`, []string{a,
			`record: unexpected EOF in record 1 (offset 30)`, "fatal"}},
		{"cut in a record", `{"Records":[` + a + `,{"eventName":"b`, []string{a,
			`record: unexpected EOF in a value that begins at offset 30 in record 1 (offset 45)`, "fatal"}},
		{"cut behind a record", `{"Records":[` + a, []string{a,
			`record: unexpected EOF in record 1 (offset 29)`, "fatal"}},
		{"cut behind the records", `{"Records":[` + a + `]`, []string{a,
			`record: unexpected EOF (offset 30)`, "fatal"}},
		{"cut line", a + "\n" + `{"eventName":"b"`, []string{a,
			`record: unexpected EOF in a value that begins at offset 18 (offset 34)`, "fatal"}},
		{"cut at the start", `{"Rec`, []string{
			`record: unexpected EOF in a value that begins at offset 0 (offset 5)`, "fatal"}},
	} {
		t.Run(tt.name, func(t *testing.T) {
			for how, src := range map[string]io.Reader{
				"whole":         strings.NewReader(tt.stream),
				"byte by byte":  iotest.OneByteReader(strings.NewReader(tt.stream)),
				"data with EOF": iotest.DataErrReader(strings.NewReader(tt.stream)),
				"gzip":          bytes.NewReader(gzipped(t, tt.stream)),
				"gzip by bytes": iotest.OneByteReader(bytes.NewReader(gzipped(t, tt.stream))),
			} {
				if got := outcome(NewReader(src)); !slices.Equal(got, tt.want) {
					t.Errorf("%s: %q\ngot  %q\nwant %q", how, tt.stream, got, tt.want)
				}
			}
		})
	}
}

func TestReaderOffset(t *testing.T) {
	r := NewReader(strings.NewReader(`{"Records":[` + a + ` , ` + b + `]}` + "\n"))
	for _, want := range []int64{29, 32 + int64(len(b)), 35 + int64(len(b))} {
		_, err := r.Read()
		if got := r.InputOffset(); got != want {
			t.Errorf("offset %d after %v, want %d", got, err, want)
		}
	}
}

// A loop that is left at any place leaves the rest to Read.
func TestReaderLeft(t *testing.T) {
	stream := `{"Records":[` + a + `,1,` + b + `]}` + c
	want := outcome(NewReader(strings.NewReader(stream)))
	for stop := range want {
		r := NewReader(strings.NewReader(stream))
		var got []string
		for rec, err := range r.Records() {
			got = append(got, said(rec, err))
			if len(got) > stop {
				break
			}
		}
		for {
			rec, err := r.Read()
			if err == io.EOF {
				break
			}
			got = append(got, said(rec, err))
		}
		if !slices.Equal(got, want) {
			t.Errorf("left at %d: %q, want %q", stop, got, want)
		}
	}
}

// A loop over a packed stream, which is unpacked in another goroutine, says what Read says, and may be left
// and entered again at any place. It leaves no goroutine behind.
func TestReaderAhead(t *testing.T) {
	const records = 600 // of some pieces
	file := gzipped(t, string(synth.New(synth.Config{}).AppendLogFile(nil, records/2))+
		`{"Records":[1,{"eventName":"`+strings.Repeat("larger than a buffer", bufferSize/10)+`"}]}`+
		string(synth.New(synth.Config{Seed: 1}).AppendLogFile(nil, records/2)))
	var want []string
	var offsets []int64
	r := NewReader(bytes.NewReader(file))
	for {
		rec, err := r.Read()
		if err == io.EOF {
			break
		}
		want = append(want, said(rec, err))
		offsets = append(offsets, r.InputOffset())
	}
	if len(want) != records+2 {
		t.Fatalf("%d outcomes, want %d", len(want), records+2)
	}
	before := runtime.NumGoroutine()
	for _, reuse := range []bool{false, true} {
		for stop := 0; stop < len(want); stop += 1 + stop/2 {
			r := NewReader(iotest.HalfReader(bytes.NewReader(file)))
			r.ReuseRecord = reuse
			n := 0
			check := func(rec *Record, err error) {
				if said(rec, err) != want[n] || r.InputOffset() != offsets[n] {
					t.Fatalf("left at %d: outcome %d is %.100s at %d, want %.100s at %d",
						stop, n, said(rec, err), r.InputOffset(), want[n], offsets[n])
				}
				n++
			}
			for rec, err := range r.Records() {
				check(rec, err)
				if n > stop {
					break
				}
			}
			for rec, err := range r.Records() {
				check(rec, err)
				if n > stop+100 {
					break
				}
			}
			for {
				rec, err := r.Read()
				if err == io.EOF {
					break
				}
				check(rec, err)
			}
			if n != len(want) {
				t.Errorf("left at %d: %d outcomes, want %d", stop, n, len(want))
			}
			if now := runtime.NumGoroutine(); now > before {
				time.Sleep(100 * time.Millisecond) // one that is over may still be counted
				if now = runtime.NumGoroutine(); now > before {
					t.Fatalf("left at %d: %d goroutines before, %d now", stop, before, now)
				}
			}
		}
	}
}

// A panic of the stream comes out of the loop, as it does out of Read, and a panic in the loop leaves no
// goroutine behind.
func TestReaderAheadPanic(t *testing.T) {
	file := gzipped(t, string(synth.New(synth.Config{}).AppendLogFile(nil, 2000)))
	before := runtime.NumGoroutine()
	for _, src := range []io.Reader{
		bytes.NewReader(file),
		io.MultiReader(bytes.NewReader(file[:len(file)/2]), panicking{}),
	} {
		got := any(nil)
		func() {
			defer func() { got = recover() }()
			n := 0
			for range NewReader(src).Records() {
				if n++; n == 1500 {
					panic("here")
				}
			}
		}()
		if got != "here" {
			t.Errorf("the panic is %v", got)
		}
	}
	time.Sleep(10 * time.Millisecond)
	if now := runtime.NumGoroutine(); now > before {
		t.Errorf("%d goroutines before, %d now", before, now)
	}
}

// Whoever recovers from the panic of a stream inside the loop, and reads on, finds that the stream has ended
// there, wherever that is.
func TestReaderAheadRecovered(t *testing.T) {
	g := synth.New(synth.Config{})
	var lines []byte
	for range 500 {
		lines = append(g.AppendRecord(lines), '\n')
	}
	file := gzipped(t, string(lines))
	for cut := len(file) / 2; cut < len(file); cut += len(file) / 50 {
		for _, bad := range []io.Reader{panicking{}, exiting{}} {
			r := NewReader(io.MultiReader(bytes.NewReader(file[:cut]), bad))
			var last error
			for range r.Records() {
				for last == nil {
					func() {
						defer func() { recover() }()
						_, last = r.Read()
					}()
				}
			}
			if e, ok := last.(*Error); !ok || !e.Fatal {
				t.Errorf("behind the panic of %T: %v, want a fatal error", bad, last)
			}
		}
	}
}

type exiting struct{}

func (exiting) Read([]byte) (int, error) { runtime.Goexit(); return 0, nil }

type panicking struct{}

func (panicking) Read([]byte) (int, error) { panic("here") }

// Whoever writes a packed stream record by record, each time flushing it and waiting until the record was
// read, is not kept waiting because more could be unpacked first.
func TestReaderAheadSlow(t *testing.T) {
	const records = 20
	src, dst := io.Pipe()
	read := make(chan bool)
	go func() {
		z := gzip.NewWriter(dst)
		for range records {
			io.WriteString(z, a+"\n")
			z.Flush()
			<-read
		}
		z.Close()
		dst.Close()
	}()
	n := 0
	for rec, err := range NewReader(src).Records() {
		if err != nil || rec.Text() != a {
			t.Fatalf("record %d is %v, %v", n, rec, err)
		}
		n++
		read <- true
	}
	if n != records {
		t.Errorf("%d records, want %d", n, records)
	}
}

// With ReuseRecord there is one Record, whatever the records come in.
func TestReaderReuse(t *testing.T) {
	r := NewReader(strings.NewReader(a + packedLogs(t, subscribed(a, "x", b)) + subscribed(c) + `{"Records":[` + a + `,{},` + b + `]}`))
	r.ReuseRecord = true
	var first *Record
	n := 0
	for rec, err := range r.Records() {
		if err != nil {
			continue
		}
		if n++; first == nil {
			first = rec
		}
		if rec != first {
			t.Errorf("record %d, %s, is another Record", n, rec.Text())
		}
	}
	if n != 6 {
		t.Errorf("%d records, want 6", n)
	}
}

// What was taken from a record stays as it was, whatever is read behind it, however the stream comes in, and
// whether or not the Record is reused.
func TestReaderKept(t *testing.T) {
	file := synth.New(synth.Config{}).AppendLogFile(nil, 300)
	var want []*Record
	for _, text := range []string{announced, modern} {
		file = append(append(file, text...), '\n')
	}
	for rec := range NewReader(bytes.NewReader(file)).Records() {
		parsed, err := Parse([]byte(rec.Text()))
		if err != nil {
			t.Fatal(err)
		}
		want = append(want, parsed)
	}
	for how, src := range map[string]func() io.Reader{
		"whole":        func() io.Reader { return bytes.NewReader(file) },
		"byte by byte": func() io.Reader { return iotest.OneByteReader(bytes.NewReader(file)) },
		"in halves":    func() io.Reader { return iotest.HalfReader(bytes.NewReader(file)) },
		"gzip":         func() io.Reader { return bytes.NewReader(gzipped(t, string(file))) },
	} {
		for _, reuse := range []bool{false, true} {
			for _, detached := range []bool{false, true} {
				r := NewReader(src())
				r.ReuseRecord = reuse
				var got []*Record
				for rec := range r.Records() {
					kept := *rec
					kept.Resources = append([]Resource(nil), rec.Resources...)
					if detached {
						kept = *rec.Clone()
					}
					got = append(got, &kept)
				}
				if diff := cmp.Diff(want, got, cmp.AllowUnexported(Record{})); diff != "" {
					t.Errorf("%s, ReuseRecord %v, Clone %v (-want +got):\n%.2000s", how, reuse, detached, diff)
				}
			}
		}
	}
}

// The strings of a record that owns its text, or of a clone, lie in that text, or are no longer than it:
// nothing else is kept in memory.
func TestClone(t *testing.T) {
	text := `{"eventName":"<a>","addendum":{"reason":"<b>"},"resources":[{"ARN":"<c>"}],"requestParameters":{"d":1}}`
	r := NewReader(strings.NewReader(text + text))
	r.ReuseRecord = true
	rec, err := r.Read()
	if err != nil {
		t.Fatal(err)
	}
	c := rec.Clone()
	if diff := cmp.Diff(rec, c, cmp.AllowUnexported(Record{})); diff != "" {
		t.Errorf("a clone differs (-record +clone):\n%s", diff)
	}
	for what, s := range map[string]string{"EventName": c.EventName, "Addendum": c.Addendum.Reason,
		"Resources": c.Resources[0].ARN, "RequestParameters": string(c.RequestParameters)} {
		at := strings.Index(c.Text(), s)
		if unsafe.StringData(s) != unsafe.StringData(c.Text()[at:]) {
			t.Errorf("%s of a clone is no piece of its text", what)
		}
	}
	if unsafe.StringData(c.Text()) == unsafe.StringData(rec.Text()) {
		t.Error("a clone has the text of the record")
	}
	rec.Addendum.Reason, rec.Resources[0].ARN = "changed", "changed"
	if c.Addendum.Reason != "<b>" || c.Resources[0].ARN != "<c>" {
		t.Error("a clone changes with the record")
	}
	built := &Record{EventName: "a", Resources: []Resource{{ARN: "b"}}}
	if diff := cmp.Diff(built, built.Clone(), cmp.AllowUnexported(Record{})); diff != "" {
		t.Errorf("the clone of a record built in code differs (-record +clone):\n%s", diff)
	}
}

// No string of a clone, be it empty, keeps memory in use that is not the clone's: everything that is decoded lies
// in the text, or is empty, or was put together from escapes.
func TestCloneKeepsNothing(t *testing.T) {
	blank := strings.NewReplacer(`"s3.amazonaws.com"`, `""`, `"AssumedRole"`, `""`, `"AWS::S3::Object"`, `""`, `"mfaAuthenticated":"true"`, `"mfaAuthenticated":""`).Replace
	for _, text := range append([]string{modern, blank(modern), announced, blank(announced)}, seeds...) {
		for _, around := range []string{"%s", "  %s ", `{"version":"0","detail":%s}`} {
			var r Record
			whole := fmt.Sprintf(around, text)
			if _, err := r.decode(whole); err != nil {
				continue
			}
			for _, clone := range []*Record{r.Clone(), r.Clone().Clone()} {
				eachStringIn(reflect.ValueOf(clone).Elem(), func(s string) {
					if overlap(s, whole) {
						t.Errorf("%q of a clone of %.60s lies in the text that was decoded", s, whole)
					}
					if strings.Contains(clone.text, s) && s != "" && !overlap(s, clone.text) && !strings.Contains(whole, `\`) {
						t.Errorf("%q of a clone of %.60s does not lie in its text", s, whole)
					}
				})
			}
		}
	}
}

// eachStringIn calls f for each string to which a value leads.
func eachStringIn(v reflect.Value, f func(string)) {
	switch v.Kind() {
	case reflect.String:
		f(v.String())
	case reflect.Pointer:
		if !v.IsNil() && v.Type() != reflect.TypeFor[*time.Location]() {
			eachStringIn(v.Elem(), f)
		}
	case reflect.Struct:
		for _, field := range v.Fields() {
			eachStringIn(field, f)
		}
	case reflect.Slice:
		for i := range v.Len() {
			eachStringIn(v.Index(i), f)
		}
	}
}

// overlap reports whether s points into text.
func overlap(s, text string) bool {
	start, from := uintptr(unsafe.Pointer(unsafe.StringData(s))), uintptr(unsafe.Pointer(unsafe.StringData(text)))
	return start >= from && start < from+uintptr(len(text))
}

// What somebody has put into a record stays what it is, wherever it lies: in the text, before it, behind it or
// across its end.
func TestCloneChanged(t *testing.T) {
	whole := `{"detail":` + a + `,"version":"0"}`
	for from := range len(whole) {
		for to := from; to <= len(whole); to++ {
			var r Record
			if _, err := r.decode(whole); err != nil {
				t.Fatal(err)
			}
			r.EventName, r.RequestParameters = whole[from:to], JSON(whole[from:to])
			if c := r.Clone(); c.EventName != whole[from:to] || string(c.RequestParameters) != whole[from:to] {
				t.Errorf("%d to %d: %q and %q, want %q", from, to, c.EventName, c.RequestParameters, whole[from:to])
			}
		}
	}
}

// said is what a call of Read said, in words.
func said(rec *Record, err error) string {
	if err != nil {
		return err.Error()
	}
	return rec.Text()
}

// Files are packed one member after the other by Amazon Data Firehose and by cat.
func TestReaderMembers(t *testing.T) {
	both := append(gzipped(t, a+"\n"), gzipped(t, b+"\n")...)
	if got, want := outcome(NewReader(bytes.NewReader(both))), []string{a, b}; !slices.Equal(got, want) {
		t.Errorf("got %q, want %q", got, want)
	}
}

func TestReaderTruncatedGzip(t *testing.T) {
	var file strings.Builder
	file.WriteString(`{"Records":[`)
	for i := range 2000 {
		fmt.Fprintf(&file, `{"eventName":"PutObject","eventID":"%d"},`, i*i)
	}
	whole := gzipped(t, strings.TrimSuffix(file.String(), ",")+"]}")
	for cut := 0; cut < len(whole); cut += 1 + len(whole)/97 {
		r := NewReader(bytes.NewReader(whole[:cut]))
		var n int
		var last error
		for rec, err := range r.Records() {
			if last = err; err == nil {
				if want := fmt.Sprint(n * n); rec.EventID != want {
					t.Fatalf("cut at %d: record %d has id %s", cut, n, rec.EventID)
				}
				n++
			}
		}
		if cut == 0 {
			continue // an empty stream has no records, and nothing wrong with it
		}
		if !errors.Is(last, io.ErrUnexpectedEOF) || !last.(*Error).Fatal {
			t.Errorf("cut at %d of %d: %d records, then %v, want %v", cut, len(whole), n, last, io.ErrUnexpectedEOF)
		}
	}
	damaged := slices.Clone(whole)
	damaged[len(damaged)-6] ^= 1 // in the checksum
	got := outcome(NewReader(bytes.NewReader(damaged)))
	if len(got) != 2002 || got[2001] != "fatal" || !strings.Contains(got[2000], "checksum") {
		t.Errorf("damaged checksum: %d outcomes, the last %q", len(got), got[max(0, len(got)-2):])
	}
}

// A stream that fails does so once, behind the records that came before.
func TestReaderStreamError(t *testing.T) {
	broken := errors.New("connection reset")
	src := io.MultiReader(strings.NewReader(`{"Records":[`+a+`,`), iotest.ErrReader(broken))
	r := NewReader(src)
	if rec, err := r.Read(); err != nil || rec.Text() != a {
		t.Errorf("Read = %v, %v", rec, err)
	}
	if _, err := r.Read(); !errors.Is(err, broken) {
		t.Errorf("Read: %v, want %v", err, broken)
	}
	for range 2 {
		if _, err := r.Read(); err != io.EOF {
			t.Errorf("Read after a fatal error: %v, want EOF", err)
		}
	}
}

// A stream that returns nothing, again and again, is given up.
func TestReaderNoProgress(t *testing.T) {
	for _, before := range []string{"", "{", a, `{"Records":[` + a} {
		r := NewReader(io.MultiReader(strings.NewReader(before), stuck{}))
		got := outcome(r)
		if len(got) < 2 || got[len(got)-1] != "fatal" || !strings.Contains(got[len(got)-2], io.ErrNoProgress.Error()) {
			t.Errorf("behind %q: %q", before, got)
		}
	}
}

type stuck struct{}

func (stuck) Read([]byte) (int, error) { return 0, nil }

// A stream of white space in an object that has just begun does not fill the memory.
func TestReaderWhiteSpace(t *testing.T) {
	r := NewReader(io.MultiReader(strings.NewReader("{"), io.LimitReader(&endless{text: []byte("    ")}, 64<<20)))
	for range r.Records() {
	}
	if cap(r.buf) > 4*MaxRecord {
		t.Errorf("the buffer has grown to %d bytes", cap(r.buf))
	}
}

func TestReaderLimit(t *testing.T) {
	large := `{"eventName":"` + strings.Repeat("x", 200<<10) + `"}`
	message := func(index, offset int) string {
		return fmt.Sprintf("record: limit exceeded: more than 131072 bytes in record %d (offset %d)", index, offset)
	}
	for _, tt := range []struct {
		name, stream string
		want         []string
	}{
		{"in a log file", `{"Records":[` + a + `,` + large + `,` + b + `]}`, []string{a, message(1, 30), b}},
		{"on a line", a + "\n" + large + "\n" + b, []string{a, message(1, 18), b}},
		{"before Records", `{"x":` + large + `,"Records":[]}` + a, []string{message(0, 0), a}},
		{"cut", a + large[:150<<10], []string{a, "record: unexpected EOF (offset 153617)", "fatal"}},
		{"white space before Records", `{` + strings.Repeat(" ", 200<<10) + `"Records":[]}` + a, []string{message(0, 0), a}},
		{"many members before Records", `{` + strings.Repeat(`"x":1,`, 40<<10) + `"Records":[]}` + a, []string{message(0, 0), a}},
		{"behind Records", `{"Records":[` + a + `],"x":` + large + `}` + b, []string{a,
			"record: limit exceeded: more than 131072 bytes (offset 35)", b}},
	} {
		r := NewReader(strings.NewReader(tt.stream))
		r.MaxRecord = 128 << 10
		if got := outcome(r); !slices.Equal(got, tt.want) {
			t.Errorf("%s: got %.300q, want %q", tt.name, got, tt.want)
		}
	}
	r := NewReader(strings.NewReader(large))
	if rec, err := r.Read(); err != nil || rec.Text() != large {
		t.Errorf("a record of %d bytes by default: %v", len(large), err)
	}
}

// A stream that is larger than it may be ends there, packed or not.
func TestReaderMaxBytes(t *testing.T) {
	stream := strings.Repeat(a+"\n", 20000) // 360 KB
	for how, text := range map[string]string{"plain": stream, "packed": string(gzipped(t, stream))} {
		for _, tt := range []struct {
			limit int64
			whole bool
		}{{0, true}, {-1, true}, {int64(len(stream)), true}, {int64(len(stream)) - 1, false}, {100 << 10, false}, {1, false}} {
			r := NewReader(strings.NewReader(text))
			r.MaxBytes = tt.limit
			got := outcome(r)
			switch {
			case tt.whole && len(got) != 20000:
				t.Errorf("%s, limit %d: %d records, then %q", how, tt.limit, len(got), got[len(got)-1])
			case !tt.whole && (got[len(got)-1] != "fatal" || !strings.Contains(got[len(got)-2], "limit exceeded: more than")):
				t.Errorf("%s, limit %d: ends with %q", how, tt.limit, got[len(got)-1])
			case !tt.whole && int64(len(got)-2)*int64(len(a)+1)-1 > tt.limit:
				t.Errorf("%s, limit %d: %d records", how, tt.limit, len(got)-2)
			}
		}
	}
}

// Memory does not grow with the stream, and with ReuseRecord a record costs nothing but its strings with
// escapes.
func TestReaderMemory(t *testing.T) {
	src := &endless{text: []byte(modern + "\n")}
	r := NewReader(src)
	r.ReuseRecord = true
	for range 1000 {
		if _, err := r.Read(); err != nil {
			t.Fatal(err)
		}
	}
	// modern has escapes in one of its strings and in one ARN.
	allocs := testing.AllocsPerRun(10000, func() {
		if _, err := r.Read(); err != nil {
			t.Fatal(err)
		}
	})
	if allocs > 5 {
		t.Errorf("%v allocations a record", allocs)
	}
	if cap(r.buf) > 4*bufferSize {
		t.Errorf("the buffer has grown to %d bytes", cap(r.buf))
	}
}

// endless is a text over and over.
type endless struct {
	text []byte
	at   int
}

func (e *endless) Read(b []byte) (int, error) {
	n := copy(b, e.text[e.at:])
	e.at = (e.at + n) % len(e.text)
	return n, nil
}

// checkKept checks that a Reader that reuses its Record says the same of a stream, and that what was taken from
// its records is in the end what it is in records that were parsed alone.
func checkKept(t *testing.T, stream string, want []string) {
	r := NewReader(iotest.HalfReader(strings.NewReader(stream)))
	r.ReuseRecord = true
	var got []string
	var kept []Record
	for {
		rec, err := r.Read()
		if err == io.EOF {
			break
		}
		got = append(got, said(rec, err))
		if err != nil {
			if err.(*Error).Fatal {
				got = append(got, "fatal")
			}
			continue
		}
		kept = append(kept, *rec)
		kept[len(kept)-1].Resources = append([]Resource(nil), rec.Resources...)
	}
	if !slices.Equal(got, want) {
		t.Fatalf("%q: %q, with ReuseRecord %q", stream, want, got)
	}
	for i := range kept {
		alone, err := Parse([]byte(kept[i].Text()))
		if err != nil {
			t.Fatalf("%q: %s alone: %v", stream, kept[i].Text(), err)
		}
		alone.Resources = append([]Resource(nil), alone.Resources...)
		if diff := cmp.Diff(alone, &kept[i], cmp.AllowUnexported(Record{})); diff != "" {
			t.Fatalf("%q: %s (-alone +kept):\n%s", stream, kept[i].Text(), diff)
		}
	}
}

// FuzzReader checks that any stream is read the same way however it is cut, packed or not, and with the Record
// reused or not; that reading ends; and that a stream which is well formed gives just its records.
func FuzzReader(f *testing.F) {
	for _, text := range seeds {
		f.Add(text)
		f.Add(`{"Records":[` + text + `,` + announced + `]}`)
	}
	f.Add(`[` + a + `]` + a + "\n" + b)
	f.Add(subscribed(a, "x", b))
	f.Add(packedLogs(f, subscribed(a, b)) + c)
	f.Add(`{"x":[1,{}],"Records":[` + a + `],"y":{}}`)
	f.Fuzz(func(t *testing.T, stream string) {
		if strings.HasPrefix(stream, "\x1f\x8b") {
			return // is unpacked when it is whole, and packed twice below
		}
		got := outcome(NewReader(strings.NewReader(stream)))
		for how, src := range map[string]io.Reader{
			"byte by byte": iotest.OneByteReader(strings.NewReader(stream)),
			"in halves":    iotest.HalfReader(iotest.DataErrReader(strings.NewReader(stream))),
			"gzip":         bytes.NewReader(gzipped(t, stream)),
		} {
			if other := outcome(NewReader(src)); !slices.Equal(got, other) {
				t.Fatalf("%q: whole %q, %s %q", stream, got, how, other)
			}
		}
		checkKept(t, stream, got)
		if strings.Contains(stream, `"logEvents"`) || strings.Contains(stream, `"awslogs"`) {
			return // what these carry is checked by TestReader
		}
		if want, ok := recordsSlow(stream); ok {
			if len(got) != len(want) {
				t.Fatalf("%q: %d outcomes %q, want %d", stream, len(got), got, len(want))
			}
			for i := range want {
				r, err := Parse([]byte(want[i]))
				if err == nil && r.Text() != got[i] || err != nil && !strings.HasPrefix(got[i], "record: ") {
					t.Fatalf("%q: record %d is %s, alone it is %v, %v", stream, i, got[i], r, err)
				}
			}
		}
	})
}
