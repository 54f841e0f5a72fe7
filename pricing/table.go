package pricing

import (
	"slices"
	"strconv"
	"strings"
	"unicode"
	"unicode/utf8"
)

// A table prints rows of text in columns:
//
//	meter        quantity   amount
//	data_events    100000   0.1
//	data_events        25   0.000025
//
// Numbers have their points below each other, and stand to the right.
type table struct {
	columns []column
	rows    [][]string // each with a cell for each column
}

type column struct {
	name   string
	number bool
}

// dropEmpty removes the columns that no row fills, if there are rows.
func (t *table) dropEmpty() {
	if len(t.rows) == 0 {
		return
	}
	for i := len(t.columns) - 1; i >= 0; i-- {
		if slices.ContainsFunc(t.rows, func(row []string) bool { return row[i] != "" }) {
			continue
		}
		t.columns = slices.Delete(t.columns, i, i+1)
		for r := range t.rows {
			t.rows[r] = slices.Delete(t.rows[r], i, i+1)
		}
	}
}

// String returns the table, with two spaces between columns and none at the end of a line.
func (t *table) String() string {
	lines := make([]string, len(t.rows)+1)
	for i, c := range t.columns {
		cells := []string{c.name}
		for _, row := range t.rows {
			cells = append(cells, row[i])
		}
		if c.number {
			alignPoints(cells[1:])
		}
		width := 0
		for _, text := range cells {
			width = max(width, utf8.RuneCountInString(text))
		}
		for l, text := range cells {
			pad := strings.Repeat(" ", width-utf8.RuneCountInString(text))
			if c.number {
				text = pad + text
			} else {
				text += pad
			}
			lines[l] += text + "  "
		}
	}
	var s strings.Builder
	for _, line := range lines {
		s.WriteString(strings.TrimRight(line, " "))
		s.WriteByte('\n')
	}
	return s.String()
}

// alignPoints adds spaces behind numbers, as if all had the same number of decimals.
func alignPoints(numbers []string) {
	behind := func(number string) int {
		if i := strings.IndexByte(number, '.'); i >= 0 {
			return len(number) - i
		}
		return 0
	}
	most := 0
	for _, n := range numbers {
		most = max(most, behind(n))
	}
	for i, n := range numbers {
		numbers[i] = n + strings.Repeat(" ", most-behind(n))
	}
}

// cell returns text if it is safe to print, and in quotes if it is not: accounts and Regions come
// from log files, and must not break a line or speak to the terminal.
func cell(text string) string {
	unsafe := func(r rune) bool { return !unicode.IsPrint(r) }
	if strings.ContainsFunc(text, unsafe) || !utf8.ValidString(text) {
		return strconv.Quote(text)
	}
	return text
}
