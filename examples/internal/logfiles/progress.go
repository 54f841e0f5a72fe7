package logfiles

import (
	"bufio"
	"fmt"
	"io"
	"os"
	"time"
)

// progress is a line on a terminal that tells how far the work is. It shows only when the work takes
// long, and must be hidden before anything else is written to the terminal, which may be the one of
// standard output, too.
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

// hiding is a writer to what may be the same terminal: it hides the line before it writes.
type hiding struct {
	progress *progress
	io.Writer
}

func (h hiding) Write(b []byte) (int, error) {
	h.progress.hide()
	return h.Writer.Write(b)
}

func newProgress(w io.Writer) *progress {
	p := &progress{start: time.Now()}
	if f, ok := w.(*os.File); ok {
		if info, err := f.Stat(); err == nil && info.Mode()&os.ModeCharDevice != 0 {
			p.out = w
		}
	}
	return p
}

// show writes the line, if it is time to, behind what out holds back.
func (p *progress) show(out *bufio.Writer, file string, records uint64) {
	if p.calls++; p.out == nil || p.calls%callsPerCheck != 0 {
		return
	}
	now := time.Now()
	if now.Sub(p.start) < patience || now.Sub(p.last) < every {
		return
	}
	out.Flush() // whole lines, so that the terminal is at the start of one
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
