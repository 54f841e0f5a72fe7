// Package table prints rows of text in columns, for a terminal.
package table

import (
	"slices"
	"strconv"
	"strings"
	"unicode"
	"unicode/utf8"
)

// A Table is rows of text in columns:
//
//	meter        quantity   amount
//	data_events    100000   0.1
//	data_events        25   0.000025
//
// Numbers have their points below each other, and stand to the right.
type Table struct {
	Columns []Column
	Rows    [][]string // each with a cell for each column
}

// A Column has a name above it, and perhaps numbers in it.
type Column struct {
	Name   string
	Number bool
}

// Add adds a row. Cells that are not safe to print are quoted.
func (t *Table) Add(cells ...string) {
	for i := range cells {
		cells[i] = Cell(cells[i])
	}
	t.Rows = append(t.Rows, cells)
}

// Total removes the columns that no row fills, and adds a last row with its name in the first column
// and a number in the last.
func (t *Table) Total(name, number string) {
	t.DropEmpty()
	total := make([]string, len(t.Columns))
	total[0], total[len(total)-1] = name, number
	t.Rows = append(t.Rows, total)
}

// DropEmpty removes the columns that no row fills, if there are rows.
func (t *Table) DropEmpty() {
	if len(t.Rows) == 0 {
		return
	}
	for i := len(t.Columns) - 1; i >= 0; i-- {
		if slices.ContainsFunc(t.Rows, func(row []string) bool { return row[i] != "" }) {
			continue
		}
		t.Columns = slices.Delete(t.Columns, i, i+1)
		for r := range t.Rows {
			t.Rows[r] = slices.Delete(t.Rows[r], i, i+1)
		}
	}
}

// String returns the table, with two spaces between columns and none at the end of a line.
func (t *Table) String() string {
	lines := make([]string, len(t.Rows)+1)
	for i, c := range t.Columns {
		cells := []string{c.Name}
		for _, row := range t.Rows {
			cells = append(cells, row[i])
		}
		if c.Number {
			alignPoints(cells[1:])
		}
		width := 0
		for _, text := range cells {
			width = max(width, utf8.RuneCountInString(text))
		}
		for l, text := range cells {
			pad := strings.Repeat(" ", width-utf8.RuneCountInString(text))
			if c.Number {
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

// Cell returns text if it is safe to print, and in quotes if it is not: accounts and Regions come
// from log files, and must not break a line or speak to the terminal.
func Cell(text string) string {
	unsafe := func(r rune) bool { return !unicode.IsPrint(r) }
	if strings.ContainsFunc(text, unsafe) || !utf8.ValidString(text) {
		return strconv.Quote(text)
	}
	return text
}
