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
func parseIP(text string) (netip.Addr, bool) {
	const longest = len("ffff:ffff:ffff:ffff:ffff:ffff:ffff:ffff")
	if len(text) > longest {
		return netip.Addr{}, false
	}
	if looksLikeIPv6(text) {
		ip, err := netip.ParseAddr(text)
		return ip, err == nil
	}
	if !looksLikeIPv4(text) || len(text) > len("255.255.255.255") {
		return netip.Addr{}, false
	}
	var ip [4]byte
	for i, part := range strings.Split(text, ".") {
		n, err := strconv.ParseUint(part, 10, 8)
		if err != nil {
			return netip.Addr{}, false
		}
		ip[i] = byte(n)
	}
	return netip.AddrFrom4(ip), true
}
