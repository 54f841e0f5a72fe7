package pattern

import "maps"

// The first step from the tree of a pattern to what can be matched: a pattern is written as a choice of
// branches without $or. Names are joined with dots, the later of two fields with the same path replaces
// the earlier, and each $or multiplies the branches. The pattern
//
//	{"source": ["aws.s3"], "$or": [{"detail": {"size": [1]}}, {"detail.type": ["a"]}]}
//
// has the branches
//
//	source=["aws.s3"] and detail.size=[1]
//	source=["aws.s3"] and detail.type=["a"]
//
// A branch is a conjunction of fields by their paths.
type branch map[string]*field

// branches returns the branches of the tree o.
func (o *object) branches() []branch { return o.extend([]branch{{}}, "") }

// extend returns what each of the branches becomes when the members of o, below the path prefix,
// are added to it in their order.
func (o *object) extend(branches []branch, prefix string) []branch {
	for _, m := range o.members {
		path := prefix + m.name
		switch v := m.value.(type) {
		case *field:
			for _, b := range branches {
				b[path] = v
			}
		case *object:
			branches = v.extend(branches, path+".")
		case *either:
			var all []branch
			for _, alternative := range v.branches {
				copies := make([]branch, len(branches))
				for i, b := range branches {
					copies[i] = maps.Clone(b)
				}
				all = append(all, alternative.extend(copies, prefix)...)
			}
			branches = all
		}
	}
	return branches
}

// combinations returns the number of branches of the tree o, or limit+1 if there are more than
// limit, without making them.
func (o *object) combinations(limit int) int {
	n := 1
	for _, m := range o.members {
		k := 1
		switch v := m.value.(type) {
		case *object:
			k = v.combinations(limit)
		case *either:
			k = 0
			for _, b := range v.branches {
				k = min(k+b.combinations(limit), limit+1)
			}
		}
		if n > limit/k { // n*k > limit
			return limit + 1
		}
		n *= k
	}
	return n
}
