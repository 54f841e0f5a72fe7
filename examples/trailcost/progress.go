package main

import (
	"fmt"
	"io"
	"os"
	"time"

	"github.com/schollz/progressbar/v3"
	"golang.org/x/term"
)

// progress is a bar on a terminal that tells how far the work is, and what is written there beside it.
type progress struct {
	w   io.Writer
	on  bool                     // a terminal, where somebody looks
	bar *progressbar.ProgressBar // nil before the start, at the end, and if it is not on
}

func newProgress(w io.Writer, wanted bool) *progress {
	f, ok := w.(*os.File)
	return &progress{w: w, on: wanted && ok && term.IsTerminal(int(f.Fd()))}
}

// often is how often the bar is drawn, for the eye.
const often = 200 * time.Millisecond

// start shows the bar, for so many bytes or records; -1 is an unknown number.
func (p *progress) start(total int64, bytes bool) {
	if !p.on {
		return
	}
	rate := progressbar.OptionShowIts()
	if bytes {
		rate = progressbar.OptionShowBytes(true)
	}
	p.bar = progressbar.NewOptions64(total,
		progressbar.OptionSetWriter(p.w),
		progressbar.OptionShowCount(),
		rate,
		progressbar.OptionSetItsString("events"),
		progressbar.OptionThrottle(often),
		progressbar.OptionSetWidth(20),
		progressbar.OptionClearOnFinish(),
	)
}

// describe says what the work is at.
func (p *progress) describe(name string) {
	if p.bar == nil {
		return
	}
	const width = 32 // of the name, of which the end tells most
	if r := []rune(name); len(r) > width {
		name = "..." + string(r[len(r)-width+3:])
	}
	p.bar.Describe(printable(name))
}

func (p *progress) add(n int) {
	if p.bar != nil {
		p.bar.Add(n) // fails if the terminal does, which has no more to see then
	}
}

// reader returns a reader that moves the bar with what is read.
func (p *progress) reader(r io.Reader) io.Reader {
	if p.bar == nil {
		return r
	}
	return moving{r, p}
}

type moving struct {
	io.Reader
	p *progress
}

func (m moving) Read(b []byte) (int, error) {
	n, err := m.Reader.Read(b)
	m.p.add(n)
	return n, err
}

// tell writes text, where the bar was if there is one. The next step draws the bar again, below.
func (p *progress) tell(text string) {
	if p.bar != nil {
		p.bar.Clear()
	}
	fmt.Fprint(p.w, text)
}

// finish removes the bar.
func (p *progress) finish() {
	if p.bar != nil {
		p.bar.Exit() // wherever it is: it may be interrupted, or a file may have grown
		p.bar.Clear()
		p.bar = nil
	}
}
