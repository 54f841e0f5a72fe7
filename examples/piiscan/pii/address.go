package pii

import "bytes"

const (
	// maxLocal and maxDomain are how long the parts of an address may be, and maxLabel how long a part
	// of a domain (RFC 5321, 4.5.3.1, and RFC 1035, 2.3.4).
	maxLocal  = 64
	maxDomain = 255
	maxLabel  = 63
)

// email returns where the address begins and ends whose @ is text[at]. Of a local part that is longer
// than it may be it takes the end.
func email(text []byte, at int) (start, end int, ok bool) {
	start = at
	for start > 0 && at-start < maxLocal && classes[text[start-1]]&local != 0 {
		start--
	}
	for start < at && text[start] == '.' {
		start++
	}
	if start == at || text[at-1] == '.' {
		return 0, 0, false
	}
	end = at + 1 + domain(text[at+1:])
	return start, end, end > at+1
}

// domain returns how long the domain is that text begins with, or 0 if there is none. It has a dot, and
// its last label is that of a top-level domain: not a number, not a file's extension. No such has a
// hyphen, so what stands behind one may be something else, as in bob@example.com-2024.
func domain(text []byte) (length int) {
	for i, labels := 0, 0; ; {
		j := i
		for j < len(text) && j < maxDomain && classes[text[j]]&label != 0 {
			j++
		}
		if j == i || j-i > maxLabel || j == maxDomain || text[i] == '-' {
			return length
		}
		labels++
		if n := bytes.IndexByte(text[i:j], '-'); n > 0 && labels > 1 && isTop(text[i:i+n]) {
			length = i + n
		}
		if text[j-1] == '-' {
			return length
		}
		if labels > 1 && isTop(text[i:j]) {
			length = j
		}
		if j == len(text) || text[j] != '.' {
			return length
		}
		i = j + 1
	}
}

// isTop reports whether a label may be a top-level domain.
func isTop(text []byte) bool {
	if len(text) > 4 && lower(text[0]) == 'x' && lower(text[1]) == 'n' && text[2] == '-' && text[3] == '-' {
		return true
	}
	for _, c := range text {
		if isDigit(c) || c == '-' {
			return false
		}
	}
	return len(text) > 1 && !isImage(text)
}

// isImage reports whether a label is the extension of pictures, which have names like icon@2x.png.
func isImage(text []byte) bool {
	if len(text) > 4 {
		return false
	}
	var small [4]byte
	for i, c := range text {
		small[i] = lower(c)
	}
	switch string(small[:len(text)]) {
	case "png", "jpg", "jpeg", "gif", "webp", "svg":
		return true
	}
	return false
}

func lower(c byte) byte {
	if 'A' <= c && c <= 'Z' {
		c += 'a' - 'A'
	}
	return c
}
