package pattern

import (
	"os"
	"path/filepath"
	"strings"
	"testing"
)

// A dataCase is a case of a file in testdata: an event, or a pattern that is invalid.
type dataCase struct {
	name           string // file/case
	pattern, event string
	want           string // match, nomatch or invalid
}

// readTestdata reads the cases in testdata, whose format testdata/README.md explains.
func readTestdata(tb testing.TB) (cases []dataCase) {
	files, err := filepath.Glob("testdata/*.txt")
	if err != nil || len(files) == 0 {
		tb.Fatalf("no testdata: %v", err)
	}
	for _, file := range files {
		data, err := os.ReadFile(file)
		if err != nil {
			tb.Fatal(err)
		}
		topic := strings.TrimSuffix(filepath.Base(file), ".txt")
		pattern := ""
		for i, section := range strings.Split("\n"+string(data), "\n-- ") {
			if i == 0 {
				continue // what the file is about
			}
			title, body, ok := strings.Cut(section, " --\n")
			if !ok {
				tb.Fatalf("%s: a section without text: %q", file, section)
			}
			body = strings.TrimSuffix(body, "\n")
			verdict, name, _ := strings.Cut(title, "/")
			switch verdict {
			case "pattern":
				pattern = body
			case "match", "nomatch":
				cases = append(cases, dataCase{topic + "/" + name, pattern, body, verdict})
			case "invalid":
				cases = append(cases, dataCase{topic + "/" + name, body, "{}", verdict})
			default:
				tb.Fatalf("%s: unknown section %q", file, title)
			}
		}
	}
	return cases
}

func TestTestdata(t *testing.T) {
	for _, c := range readTestdata(t) {
		t.Run(c.name, func(t *testing.T) {
			p, err := Compile(c.pattern)
			if (err != nil) != (c.want == "invalid") {
				t.Fatalf("Compile(%#q): %v, want %s", c.pattern, err, c.want)
			}
			if err == nil {
				check(t, p, c.event, c.want == "match")
			}
			compare(t, c.pattern, c.event)
		})
	}
}
