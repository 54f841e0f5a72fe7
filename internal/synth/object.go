package synth

import "strconv"

// objects is how many keys there are in a bucket. Zipf's law makes most of them rare.
const objects = 1 << 14

// A layout is how the keys of some objects look. In both parts # stands for a few hexadecimal
// digits and % for a small number, as they follow from the number of the object. Both are written
// as they stand in JSON.
type layout struct{ folder, file string }

var layouts = []layout{
	{"logs/week-%/", "app-#.log.gz"},
	{"images/products/%/", "#.jpg"},
	{"month=03/day=%/", "part-000%-#.snappy.parquet"},
	{"reports/q1/", "summary-%.csv"},
	{"backups/db/%/", "dump-#.sql.zst"},
	{"assets/js/", "main.#.js"},
	{"users/%/avatars/", "#.png"},
	{"", "index.html"},
	{"", "manifest-#.json"},
	{"ml/datasets/v%/train/", "shard-#.tfrecord"},
	{"exports/", ""}, // the marker of a folder, as the console makes it
}

// oddities are the keys that break programs. One object in 16 has one; the hottest is number 11.
var oddities = []layout{
	{"photos/Été à Zürich/", "IMG_%.jpg"},
	{"docs/", "annual report (final %).docx"},
	{"文書/", "案内-%.pdf"},
	{"quotes/", `the \"best\" offer %.txt`},
	{"from-windows/", `share\\folder\\file-%.txt`},
	{"a+b=c & d/", "100%.txt"},
	{"emoji/", "🚂-%.gif"},
	{"tabs/", `col1\tcol2-%.tsv`},
	{"a//b/../", "dots-%"},
}

// layoutOf returns the layout of an object, and the number from which its digits are made.
func (g *Generator) layoutOf(bucket, object int) (*layout, uint64) {
	x := mix(uint64(bucket)<<32 ^ uint64(object))
	if object%16 == 11 {
		return &oddities[x>>40%uint64(len(oddities))], x
	}
	return &layouts[x>>40%uint64(len(layouts))], x
}

// appendFolder appends the part of an object's key up to its last slash, and appendObject all of it.
func (g *Generator) appendFolder(dst []byte, bucket, object int) []byte {
	l, x := g.layoutOf(bucket, object)
	return appendPart(dst, l.folder, x)
}

func (g *Generator) appendObject(dst []byte, bucket, object int) []byte {
	l, x := g.layoutOf(bucket, object)
	return appendPart(appendPart(dst, l.folder, x), l.file, x)
}

func appendPart(dst []byte, part string, x uint64) []byte {
	for i := range len(part) {
		switch part[i] {
		case '#':
			dst = appendDigits(dst, x, 8, hexDigits)
		case '%':
			dst = strconv.AppendUint(dst, 1+x>>33%28, 10)
		default:
			dst = append(dst, part[i])
		}
	}
	return dst
}
