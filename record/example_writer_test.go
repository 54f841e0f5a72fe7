package record_test

import (
	"fmt"
	"log"
	"os"
	"strings"

	"github.com/trailsieve/trailsieve/record"
)

// This example keeps the records of writes, without those that came twice. As the file is to be read
// here, it is not packed.
func ExampleWriter() {
	file := `{"Records":[{"eventVersion":"1.08","eventName":"PutObject","eventID":"e-1"},
		{"eventVersion":"1.08","eventName":"GetObject","eventID":"e-2"},
		{"eventVersion":"1.08","eventName":"PutObject","eventID":"e-1"},
		{"eventVersion":"1.08","eventName":"DeleteObject", "eventID":"e-3", "new":[1.50]}]}`

	w := record.NewWriter(os.Stdout)
	w.Plain = true
	seen := record.NewDeduper(10_000)
	for rec, err := range record.NewReader(strings.NewReader(file)).Records() {
		if err != nil {
			log.Fatal(err)
		}
		if readOnly, _ := rec.IsReadOnly(); readOnly || seen.Seen(rec) {
			continue
		}
		if err := w.Write(rec); err != nil {
			log.Fatal(err)
		}
	}
	if err := w.Close(); err != nil {
		log.Fatal(err)
	}
	// Output: {"Records":[{"eventVersion":"1.08","eventName":"PutObject","eventID":"e-1"},{"eventVersion":"1.08","eventName":"DeleteObject", "eventID":"e-3", "new":[1.50]}]}
}

func ExampleDeduper() {
	d := record.NewDeduper(10_000)
	for _, text := range []string{
		`{"eventID":"e-1","recipientAccountId":"111122223333"}`,
		`{"eventID":"e-1","recipientAccountId":"444455556666"}`,
		`{"eventID":"e-1","recipientAccountId":"111122223333"}`,
	} {
		rec, err := record.Parse([]byte(text))
		if err != nil {
			log.Fatal(err)
		}
		fmt.Println(d.Seen(rec))
	}
	// Output:
	// false
	// false
	// true
}
