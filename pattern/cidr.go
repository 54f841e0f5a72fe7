package pattern

import (
	"net/netip"
	"strconv"
	"strings"
)

// parseCIDR reads an operand of cidr, such as 10.0.0.0/24 or 2001:db8::/32. Bits of the address
// behind the mask may be set, and do not count.
func parseCIDR(text string) (netip.Prefix, error) {
	fail := func(hint, format string, args ...any) (netip.Prefix, error) {
		return netip.Prefix{}, refused(ErrOperand, format, args...).but(hint)
	}
	// EventBridge overlooks slashes at the end and signs and zeros in front of the mask bits.
	address, mask, found := strings.Cut(strings.TrimRight(text, "/"), "/")
	if !found || strings.Contains(mask, "/") {
		return fail(slashHint(address, found), "Malformed CIDR, one '/' required")
	}
	bits, err := strconv.ParseInt(mask, 10, 32)
	if err != nil {
		return fail(maskHint(address, mask), "Malformed CIDR, mask bits must be an integer")
	}
	if bits < 0 {
		return fail("write 0 to 31 for IPv4, 0 to 127 for IPv6", "Malformed CIDR, mask bits must not be negative")
	}
	if !looksLikeIPv4(address) && !looksLikeIPv6(address) {
		return fail(addressHint(address), "Nonstandard IP address: %s", address)
	}
	ip, ok := parseIP(address)
	if !ok {
		return fail(addressHint(address), "Invalid IP address: %s", address)
	}
	if ip.Is4() && bits > 31 {
		return fail(bitsHint(ip, bits), "IPv4 mask bits must be < 32")
	}
	if bits > 127 {
		return fail(bitsHint(ip, bits), "IPv6 mask bits must be < 128")
	}
	return netip.PrefixFrom(ip, int(bits)).Masked(), nil
}

// looksLikeIPv4 reports whether text is four runs of digits with dots between them.
func looksLikeIPv4(text string) bool {
	parts := strings.Split(text, ".")
	for _, part := range parts {
		if part == "" || strings.Trim(part, "0123456789") != "" {
			return false
		}
	}
	return len(parts) == 4
}

// looksLikeIPv6 reports whether text is made of hexadecimal digits and colons, of both or of colons
// alone.
func looksLikeIPv6(text string) bool {
	return strings.Contains(text, ":") && strings.Trim(text, "0123456789abcdefABCDEF:") == ""
}

// parseIP reads an address: four decimal numbers with dots, or hexadecimal groups with colons. It
// takes no zone and no mixture of the two. Zeros in front of a decimal number mean nothing.
//
// (That is more than [netip.ParseAddr] takes, and less; and unlike that, this does not allocate for
// the many texts that are no addresses.)
func parseIP[T string | []byte](text T) (netip.Addr, bool) {
	for i := range min(len(text), len("255.255.255.255")) {
		switch text[i] {
		case '.':
			return parseIPv4(text)
		case ':':
			return parseIPv6(text)
		}
	}
	return netip.Addr{}, false
}

func parseIPv4[T string | []byte](text T) (netip.Addr, bool) {
	var ip [4]byte
	if len(text) > len("255.255.255.255") {
		return netip.Addr{}, false
	}
	n, value, digits := 0, 0, 0
	for i := range len(text) {
		switch c := text[i]; {
		case '0' <= c && c <= '9':
			if value = 10*value + int(c-'0'); value > 255 {
				return netip.Addr{}, false
			}
			digits++
		case c == '.' && digits > 0 && n < 3:
			ip[n] = byte(value)
			n, value, digits = n+1, 0, 0
		default:
			return netip.Addr{}, false
		}
	}
	ip[3] = byte(value)
	return netip.AddrFrom4(ip), n == 3 && digits > 0
}

func parseIPv6[T string | []byte](text T) (netip.Addr, bool) {
	var ip [16]byte
	if len(text) > len("ffff:ffff:ffff:ffff:ffff:ffff:ffff:ffff") {
		return netip.Addr{}, false
	}
	const notHex = 0xFF
	n, gap := 0, -1 // bytes of ip that are known, and how many of them stand before ::
	i := 0
	if len(text) >= 2 && text[0] == ':' && text[1] == ':' {
		gap, i = 0, 2
	}
	for i < len(text) {
		value, digits := 0, 0
		for ; i < len(text) && digits < 5; i++ {
			c := text[i]
			switch {
			case '0' <= c && c <= '9':
				c -= '0'
			case 'a' <= c|0x20 && c|0x20 <= 'f':
				c = c | 0x20 - 'a' + 10
			default:
				c = notHex
			}
			if c == notHex {
				break
			}
			value = value<<4 | int(c)
			digits++
		}
		if digits == 0 || digits > 4 || n == len(ip) {
			return netip.Addr{}, false
		}
		ip[n], ip[n+1] = byte(value>>8), byte(value)
		n += 2
		if i == len(text) {
			break
		}
		if text[i] != ':' {
			return netip.Addr{}, false
		}
		if i++; i == len(text) {
			return netip.Addr{}, false // a colon at the end
		}
		if text[i] == ':' {
			if gap >= 0 {
				return netip.Addr{}, false
			}
			gap = n
			i++
		}
	}
	if gap < 0 {
		return netip.AddrFrom16(ip), n == len(ip)
	}
	if n == len(ip) {
		return netip.Addr{}, false // :: stands for nothing
	}
	copy(ip[len(ip)-(n-gap):], ip[gap:n])
	clear(ip[gap : len(ip)-(n-gap)])
	return netip.AddrFrom16(ip), true
}
