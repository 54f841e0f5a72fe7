package pattern

import "testing"

// TestCanonical tests the tree by its text.
func TestCanonical(t *testing.T) {
	for _, tt := range []struct{ text, want string }{
		{` { "a" : [ 1 , "b" ] } `, `{"a":[1,"b"]}`},
		{`{"\u0061": [true, false, null, 3.0e2, "\u0022\/\ud83d\ude00"]}`, `{"a":[true,false,null,3.0e2,"\"/😀"]}`},
		{`{"a": [1], "a": [2]}`, `{"a":[1],"a":[2]}`},
		{`{"a": [{"exactly": "x"}]}`, `{"a":["x"]}`},
		{`{"a": [{"prefix": "x"}, {"suffix": {"equals-ignore-case": "x"}}]}`,
			`{"a":[{"prefix":"x"},{"suffix":{"equals-ignore-case":"x"}}]}`},
		{`{"a": [{"anything-but": ["x"]}, {"anything-but": [1, 2.0]}]}`, `{"a":[{"anything-but":"x"},{"anything-but":[1,2.0]}]}`},
		{`{"a": [{"anything-but": {"wildcard": ["\\*}", "*"]}}]}`, `{"a":[{"anything-but":{"wildcard":["\\*}","*"]}}]}`},
		{`{"a": [{"anything-but": {"equals-ignore-case": ["}"]}}]}`, `{"a":[{"anything-but":{"equals-ignore-case":"}"}}]}`},
		{`{"a": [{"numeric": [">", 0, "<=", 5]}, {"numeric": ["<", 1]}, {"numeric": ["=", 1]}]}`,
			`{"a":[{"numeric":[">",0,"<=",5]},{"numeric":["<",1]},{"numeric":["=",1]}]}`},
		{`{"a": [{"cidr": "10.0.0.1/08"}, {"exists": true}, {"exists": false}]}`,
			`{"a":[{"cidr":"10.0.0.1/08"},{"exists":true},{"exists":false}]}`},
		{`{"$or": [{"a": {"b": [1]}}, {"c": [2]}], "d": [3]}`, `{"$or":[{"a":{"b":[1]}},{"c":[2]}],"d":[3]}`},
	} {
		p, err := Compile(tt.text)
		if err != nil {
			t.Errorf("Compile(%#q): %v", tt.text, err)
			continue
		}
		if got := p.tree.String(); got != tt.want {
			t.Errorf("%#q\n got %s\nwant %s", tt.text, got, tt.want)
		}
		if p.String() != tt.text {
			t.Errorf("%#q: String() = %#q", tt.text, p)
		}
	}
}
