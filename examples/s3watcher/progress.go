package main

import (
	"fmt"
	"io"
	"os"
	"time"
)

// progress is a line on a terminal that tells how far the work is. It shows only when the work takes
// long, and must be hidden before anything else is written to the terminal.
type progress struct {
	out     io.Writer // nil: not a terminal, or nobody would look
	start   time.Time
	last    time.Time // when the line was written last
	calls   uint
	visible bool
}

const (
	patience      = time.Second            // before the line shows first
	every         = 200 * time.Millisecond // it is written again
	callsPerCheck = 256                    // of show, so that it costs next to nothing
)

func newProgress(w io.Writer) *progress {
	p := &progress{start: time.Now()}
	if f, ok := w.(*os.File); ok {
		if info, err := f.Stat(); err == nil && info.Mode()&os.ModeCharDevice != 0 {
			p.out = w
		}
	}
	return p
}

// show writes the line, if it is time to.
func (p *progress) show(file string, records uint64) {
	if p.calls++; p.out == nil || p.calls%callsPerCheck != 0 {
		return
	}
	now := time.Now()
	if now.Sub(p.start) < patience || now.Sub(p.last) < every {
		return
	}
	p.last, p.visible = now, true
	const width = 50 // of the name, of which the end tells most
	if len(file) > width {
		file = "..." + file[len(file)-width:]
	}
	fmt.Fprintf(p.out, "\r\033[K%d records, now in %s", records, file)
}

// hide removes the line.
func (p *progress) hide() {
	if p.visible {
		fmt.Fprint(p.out, "\r\033[K")
		p.visible = false
	}
}
