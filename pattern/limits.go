package pattern

// The limits of the matcher and the JSON parser that EventBridge is built on. Which versions of these
// are deployed is not known.
const (
	// DefaultFields is the most fields that one branch of a pattern may have. Within DefaultSize it
	// cannot be reached.
	DefaultFields = 256

	// DefaultNesting is how deeply a pattern may nest.
	DefaultNesting = 1000

	// DefaultNumberLength is the most characters that a number may have.
	DefaultNumberLength = 1000
)

// MaxNesting is how deeply a pattern may nest whatever its Limits say. A pattern is read and worked on
// by functions that call themselves for each level, and what names a place in it, such as a path or a
// line of an explanation, is as long as the place is deep. This is what bounds the memory for that.
const MaxNesting = 4 * DefaultNesting

// Unlimited returns Limits that are all lifted, for those who use the language without EventBridge. It
// leaves it to the caller to bound the text: see [Limits].
func Unlimited() Limits {
	return Limits{Size: -1, Combinations: -1, Complexity: -1, Fields: -1, Nesting: -1, NumberLength: -1}
}

func (l Limits) nesting() int { return min(limit(l.Nesting, DefaultNesting), MaxNesting) }

// overDefault is the error for what is over a limit, in the words that EventBridge has if the limit is
// its own.
func overDefault(limit, byDefault int, format string, args ...any) error {
	r := because(ErrLimit, format, args...)
	if limit == byDefault {
		r.service, r.own = r.own, ""
	}
	return r
}

// checkFields returns an error if a branch of the tree has more fields than allowed.
func (l Limits) checkFields(root *object) error {
	most := limit(l.Fields, DefaultFields)
	if l.Fields < 0 || root.mostFields() <= most {
		return nil
	}
	// There may be fewer, because some have the same path. To count these, a branch is made: not one of
	// all first, for there can be too many with too much in them.
	widest := map[string]bool{}
	root.widest(widest, "")
	n := len(widest)
	if ors := limit(l.Combinations, DefaultCombinations); n <= most && root.combinations(ors) <= ors {
		for _, b := range root.branches() {
			n = max(n, len(b))
		}
	}
	if n <= most {
		return nil
	}
	err := because(ErrLimit, "%d fields in one branch, of which %d are allowed", n, most)
	return &SyntaxError{Err: err}
}

// mostFields returns the largest number of fields in a branch of o, counting every field that it has,
// and not only the last of each path.
func (o *object) mostFields() (n int) {
	for _, m := range o.members {
		switch v := m.value.(type) {
		case *field:
			n++
		case *object:
			n += v.mostFields()
		case *either:
			most := 0
			for _, b := range v.branches {
				most = max(most, b.mostFields())
			}
			n += most
		}
	}
	return n
}

// widest adds the paths of a branch of o that has as many fields as any, or hardly fewer: of each $or it
// takes the element with the most, whether or not other parts of the branch have the same paths.
func (o *object) widest(paths map[string]bool, prefix string) {
	for _, m := range o.members {
		switch v := m.value.(type) {
		case *field:
			paths[prefix+m.name] = true
		case *object:
			v.widest(paths, prefix+m.name+".")
		case *either:
			most := map[string]bool{}
			for _, b := range v.branches {
				inside := map[string]bool{}
				if b.widest(inside, prefix); len(inside) > len(most) {
					most = inside
				}
			}
			for path := range most {
				paths[path] = true
			}
		}
	}
}
