package table

import "testing"

func TestTable(t *testing.T) {
	table := Table{Columns: []Column{{Name: "trail"}, {Name: "account"}, {Name: "region"}, {Name: "amount", Number: true}}}
	table.Add("über", "", "us-east-1", "0.25")
	table.Add("a\nb\x1b[2J", "", "\xff", "12")
	table.Total("total", "-12.5")
	want := `
trail          region     amount
über           us-east-1    0.25
"a\nb\x1b[2J"  "\xff"      12
total                     -12.5
`
	if got := "\n" + table.String(); got != want {
		t.Errorf("got%s\nwant%s", got, want)
	}
}
