package pattern

import (
	"cmp"
	"slices"
	"strings"
)

// A trie finds all of its keys that a text begins with, in one pass over the text. The keys "Get",
// "GetBucket", "GetObject" and "Put" become
//
//	0 ""─┬─ 1 "Get" (1st key) ─┬─ 3 "Bucket" (2nd)
//	     └─ 2 "Put" (4th)      └─ 4 "Object" (3rd)
//
// For keys that a text ends with, both are written backwards (see reversed).
//
// Invariants:
//   - Node 0 is the root; its label is empty, and no other is.
//   - The children of a node stand side by side from child on, in the order of firsts, which are the
//     first bytes of their labels.
type trie struct {
	nodes   []trieNode
	longest int // length of the longest key
}

type trieNode struct {
	label  string
	firsts string
	child  int32
	value  int32 // of the key that ends here, or -1
}

// A keyed is a key of a trie with its value.
type keyed struct {
	key   string
	value int32
}

// newTrie returns the trie of the keys, which must be different.
func newTrie(keys []keyed) trie {
	if len(keys) == 0 {
		return trie{}
	}
	slices.SortFunc(keys, func(a, b keyed) int { return cmp.Compare(a.key, b.key) })
	t := trie{nodes: []trieNode{{value: -1}}}
	for _, k := range keys {
		t.longest = max(t.longest, len(k.key))
	}
	// Each entry of the list is a node with its keys, which share their first n bytes.
	type job struct {
		node, n int
		keys    []keyed
	}
	for jobs := []job{{0, 0, keys}}; len(jobs) > 0; {
		j := jobs[len(jobs)-1]
		jobs = jobs[:len(jobs)-1]
		if len(j.keys[0].key) == j.n {
			t.nodes[j.node].value = j.keys[0].value
			j.keys = j.keys[1:]
		}
		t.nodes[j.node].child = int32(len(t.nodes))
		var firsts []byte
		for len(j.keys) > 0 {
			first := j.keys[0].key
			c := first[j.n]
			many := slices.IndexFunc(j.keys, func(k keyed) bool { return k.key[j.n] != c })
			if many < 0 {
				many = len(j.keys)
			}
			n, last := j.n+1, j.keys[many-1].key
			for n < len(first) && n < len(last) && first[n] == last[n] {
				n++
			}
			firsts = append(firsts, c)
			jobs = append(jobs, job{len(t.nodes), n, j.keys[:many]})
			t.nodes = append(t.nodes, trieNode{label: first[j.n:n], value: -1})
			j.keys = j.keys[many:]
		}
		t.nodes[j.node].firsts = string(firsts)
	}
	return t
}

// next returns the child of n that text leads to, and the text behind its label, or nil.
func (t *trie) next(n *trieNode, text []byte) (*trieNode, []byte) {
	if len(text) == 0 || n.firsts == "" {
		return nil, nil
	}
	i := strings.IndexByte(n.firsts, text[0])
	if i < 0 {
		return nil, nil
	}
	child := &t.nodes[int(n.child)+i]
	if len(text) < len(child.label) || string(text[:len(child.label)]) != child.label {
		return nil, nil
	}
	return child, text[len(child.label):]
}

// appendReversed appends to dst the last bytes of text, at most n, from the last to the first.
func appendReversed(dst, text []byte, n int) []byte {
	for i := len(text) - 1; i >= max(0, len(text)-n); i-- {
		dst = append(dst, text[i])
	}
	return dst
}

// reversed returns text from its last byte to its first.
func reversed(text string) string { return string(appendReversed(nil, []byte(text), len(text))) }
