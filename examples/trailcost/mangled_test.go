package main

import (
	"io"
	"math/rand/v2"
	"strings"
	"testing"
)

// Whatever a file has in it, it ends, nothing panics, and the counts add up: each kind of input cut off
// anywhere, and with some bytes changed.
func TestMangled(t *testing.T) {
	o, err := parse([]string{"-by", "bucket,prefix=2,principal,hour", "-pipeline", "log-files=30", "-dedup", "100", "-"}, nil)
	if err != nil {
		t.Fatal(err)
	}
	random := rand.New(rand.NewPCG(1, 2))
	inputs := map[string]string{
		"records": logs(8), "access log": accessLogText(), "counts as CSV": countsText, "counts as an array": countsArray,
		"packed records": pack(t, logs(8)), "packed counts": pack(t, countsText),
	}
	for name, text := range inputs {
		for range 150 {
			cut := text[:random.IntN(len(text)+1)]
			changed := []byte(text)
			for range 1 + random.IntN(4) {
				changed[random.IntN(len(changed))] = "{}[]\",: \n\x00\xff19azREST"[random.IntN(19)]
			}
			for _, mangled := range []string{cut, string(changed)} {
				r, err := newReading(o, io.Discard)
				if err != nil {
					t.Fatal(err)
				}
				r.files(t.Context(), strings.NewReader(mangled))
				res, err := newResult(o, r) // which is an error if the counts do not add up
				if err == nil {
					err = o.writeTo(io.Discard, res)
				}
				if err != nil {
					t.Errorf("%s: %v, from %q", name, err, mangled)
				}
			}
		}
	}
}
