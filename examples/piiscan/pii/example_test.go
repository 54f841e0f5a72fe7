package pii_test

import (
	"fmt"
	"io"
	"strings"

	"github.com/trailsieve/trailsieve/examples/piiscan/pii"
)

func ExampleScanner() {
	text := "name,mail,card\nAlice,alice@example.com,4111 1111 1111 1111\nBob,bob@example.com,\n"
	s := pii.NewScanner(func(f pii.Finding) { fmt.Printf("%s at byte %d, line %d\n", f.Kind, f.Offset, f.Line) })
	io.Copy(s, strings.NewReader(text))
	s.Close()
	// Output:
	// email at byte 21, line 2
	// card at byte 39, line 2
	// email at byte 63, line 3
}

func ExampleMask() {
	fmt.Println(pii.Mask("invoices/alice@example.com/2026-11.pdf"))
	// Output: invoices/[email]/2026-11.pdf
}
