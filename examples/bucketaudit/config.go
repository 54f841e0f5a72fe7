package main

import (
	"errors"
	"fmt"
	"log/slog"
	"net/netip"
	"regexp"
	"strings"

	"github.com/trailsieve/trailsieve/examples/internal/config"
	"github.com/trailsieve/trailsieve/examples/internal/principal"
	"github.com/trailsieve/trailsieve/examples/internal/program"
	"github.com/trailsieve/trailsieve/examples/internal/s3call"
)

var bucketaudit = &program.Program{
	Name:     "bucketaudit",
	Found:    "finding",
	Variable: "BUCKETAUDIT_CONFIG",
	About: `Bucketaudit tells of attempts to access protected buckets in S3, from CloudTrail log files: a finding,
a line of JSON, for each cause, however many records have it:

  anonymous access   nobody signed the request
  unknown principal  the caller is none of those that are known
  denied             a known caller was refused: it may not, or did not prove who it is
  unusual address    a known caller called from outside the known networks and endpoints

The configuration says what is protected and what is known:

  {
    "buckets": ["amzn-s3-demo-bucket", "payroll-*"],
    "principals": ["arn:aws:iam::111122223333:role/app", "cloudtrail.amazonaws.com"],
    "networks": ["192.0.2.0/24", "2001:db8::/32"],
    "endpoints": ["vpce-1a2b3c4d"]
  }

  buckets     names, where * is anything
  principals  who is known: ARNs of users, of roles (whatever the session) or of root, where * is
              anything; account ids, unique ids, access key ids, services; "anonymous" for a
              public bucket. Without this list everybody is known who has signed
  networks    from where known callers call. AWS services that call for them have no address and are
              never unusual. Without networks and endpoints no address is
  endpoints   VPC endpoints through which they call. With this list, no address of another endpoint
              is usual; without it, private addresses are looked up in networks like others
`,
	Examples: `  bucketaudit -config audit.json logs/
  zcat logs/*.gz | bucketaudit -config audit.json - | jq -r '[.cause, .who, .count] | @tsv'
`,
	New: func(c *config.Config) func(slog.Handler) program.Checker {
		a := newAudit(c)
		return func(out slog.Handler) program.Checker { return &auditor{audit: a, out: out} }
	},
}

func newAudit(c *config.Config) *audit {
	o := c.Object("buckets", "principals", "networks", "endpoints")
	return &audit{
		buckets: config.List(o.Need("buckets"), 1, func(name string) (string, error) { return name, s3call.CheckBucket(name) }),
		// A list that is there has members: without any, nobody would be known.
		principals: config.List(o.Get("principals"), 1, parseKnown),
		networks:   config.List(o.Get("networks"), 1, parseNetwork),
		endpoints:  config.List(o.Get("endpoints"), 1, parseEndpoint),
	}
}

func parseKnown(text string) (principal.Pattern, error) {
	if text == "*" {
		return principal.Pattern{}, errors.New("with * even those who do not sign are known: without principals everybody is who has signed")
	}
	return principal.Parse(text)
}

func parseNetwork(text string) (netip.Prefix, error) {
	network, err := netip.ParsePrefix(text)
	if !strings.Contains(text, "/") {
		var addr netip.Addr
		if addr, err = netip.ParseAddr(text); err == nil && addr.Zone() == "" {
			network = netip.PrefixFrom(addr, addr.BitLen())
		}
	}
	// Addresses are looked up as IPv4 if they are, even inside IPv6.
	if addr := network.Addr(); addr.Is4In6() {
		network = netip.PrefixFrom(addr.Unmap(), network.Bits()-96)
	}
	switch {
	case err != nil, !network.IsValid():
		return netip.Prefix{}, fmt.Errorf("not a network: %q (write an address and a number of bits, as in 192.0.2.0/24)", text)
	case network != network.Masked():
		return netip.Prefix{}, fmt.Errorf("%q is an address in the network %s: write that, or the address alone", text, network.Masked())
	}
	return network, nil
}

var endpoint = regexp.MustCompile(`^vpce-[0-9a-f]{8,17}$`)

func parseEndpoint(text string) (string, error) {
	if !endpoint.MatchString(text) {
		return "", fmt.Errorf("not the id of a VPC endpoint: %q (as in vpce-1a2b3c4d)", text)
	}
	return text, nil
}
