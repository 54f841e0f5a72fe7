package pipeline

import (
	"fmt"
	"math/bits"

	"github.com/trailsieve/trailsieve/pricing"
)

// allowances are what AWS gives for free every month to each account, or all accounts of an organization
// together. Sources: the pricing pages of KMS, SNS and CloudWatch as copies of 2024 to 2026 have them; for
// Lambda, "How AWS Pricing Works".
var allowances = map[pricing.MeterName]struct {
	units  uint64
	shared pricing.MeterName // the allowance of another meter that this one draws on
}{
	pricing.KMSRequests:             {units: 20_000},
	pricing.SNSRequests:             {units: 1_000_000},
	pricing.LambdaRequests:          {units: 1_000_000},
	pricing.LambdaGBSecondsX86:      {units: 400_000},
	pricing.LambdaGBSecondsARM:      {units: 400_000, shared: pricing.LambdaGBSecondsX86},
	pricing.CloudWatchLogsIngestion: {units: 5},
	pricing.CloudWatchLogsStorage:   {units: 5},
	pricing.CloudWatchLogsQueryScan: {units: 5},
}

// Free returns the usage of a month without what AWS gives for free:
//
//	KMS              20,000 requests
//	SNS              1,000,000 requests
//	Lambda           1,000,000 requests, and 400,000 GB-seconds of both processors together
//	CloudWatch Logs  5 GB ingested, 5 GB-months stored, 5 GB read by queries
//
// Each allowance is taken from the first lines that it fits, once for all of them: an organization shares
// it. It is for all that the accounts use, so Free is right only if there is nothing else, and is not
// applied unless asked for. What an account gets in its first months is not in it.
//
// The error is an *[Error] with the cause [pricing.ErrOverflow]. usage is left as it is.
func Free(usage []pricing.Usage) ([]pricing.Usage, error) {
	left := make(map[pricing.MeterName]parts)
	for meter, a := range allowances {
		if a.shared == "" {
			left[meter] = parts{a.units, 1}
		}
	}
	net := make([]pricing.Usage, 0, len(usage))
	for _, u := range usage {
		meter := u.Meter
		if a, ok := allowances[meter]; ok && a.shared != "" {
			meter = a.shared
		}
		free, ok := left[meter]
		if !ok || free.n == 0 || u.Quantity == 0 {
			net = append(net, u)
			continue
		}
		have, free, ok := common(parts{u.Quantity, max(u.Per, 1)}, free)
		if !ok {
			return nil, &Error{"free allowance of " + string(u.Meter), pricing.ErrOverflow}
		}
		taken := min(have.n, free.n)
		left[meter] = parts{free.n - taken, free.per}
		u.Quantity, u.Per = have.n-taken, have.per
		u.Note = fmt.Sprintf("%s; %s are free", u.Note, pricing.Usage{Quantity: taken, Per: have.per}.UnitsText())
		net = append(net, u)
	}
	return net, nil
}

// parts are a quantity, of which per make a unit.
type parts struct{ n, per uint64 }

// common returns two quantities in the same parts, and whether they fit.
func common(a, b parts) (parts, parts, bool) {
	g := gcd(a.per, b.per)
	high0, per := bits.Mul64(a.per/g, b.per)
	high1, x := bits.Mul64(a.n, b.per/g)
	high2, y := bits.Mul64(b.n, a.per/g)
	return parts{x, per}, parts{y, per}, high0|high1|high2 == 0
}
