package pattern

import "bytes"

// parseWildcard splits the operand of wildcard at its stars, and resolves its escapes:
//
//	arn:*:s3:::log*  →  "arn:", ":s3:::log", ""
//	5\*2             →  "5*2"
//
// There is one piece more than there are stars. The positions in the errors count as EventBridge
// does: in bytes, from the quote before the operand.
func parseWildcard(text string) (pieces [][]byte, err error) {
	piece := []byte{}
	for i := 0; i < len(text); i++ {
		switch c := text[i]; {
		case c == '\\':
			if i+1 == len(text) || text[i+1] != '*' && text[i+1] != '\\' {
				return nil, refused(ErrOperand, "Invalid escape character at pos %d", i+1).
					but(`in JSON a star itself is written "\\*", and a backslash "\\\\"`)
			}
			i++
			piece = append(piece, text[i])
		case c != '*':
			piece = append(piece, c)
		case i+1 < len(text) && text[i+1] == '*':
			return nil, refused(ErrOperand, "Consecutive wildcard characters at pos %d", i+1).
				but(`one is enough; a star itself is written "\\*" in JSON`)
		default:
			pieces = append(pieces, piece)
			piece = []byte{}
		}
	}
	return append(pieces, piece), nil
}

// matchWildcard reports whether text is made of the pieces, in this order, with anything or nothing
// between two of them. The first and the last have their place; to take each of the others as early
// as it comes leaves the most room for the rest, so there is never a need to go back.
func matchWildcard(pieces [][]byte, text []byte) bool {
	first, last := pieces[0], pieces[len(pieces)-1]
	if len(pieces) == 1 {
		return bytes.Equal(text, first)
	}
	if len(text) < len(first)+len(last) || !bytes.HasPrefix(text, first) || !bytes.HasSuffix(text, last) {
		return false
	}
	text = text[len(first) : len(text)-len(last)]
	for _, piece := range pieces[1 : len(pieces)-1] {
		i := bytes.Index(text, piece)
		if i < 0 {
			return false
		}
		text = text[i+len(piece):]
	}
	return true
}
