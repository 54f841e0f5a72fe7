package pattern_test

import (
	"fmt"

	"github.com/trailsieve/trailsieve/pattern"
)

func ExampleBuild() {
	denied := pattern.Field("detail", "errorCode").Equals("AccessDenied").Wildcard("*UnauthorizedOperation")
	root := pattern.And(
		pattern.Field("detail", "userIdentity", "type").Equals("Root"),
		pattern.Field("detail", "sourceIPAddress").AnythingBut("192.0.2.7"),
	)
	p, err := pattern.Build(
		pattern.Field("detail-type").Equals("AWS API Call via CloudTrail"),
		pattern.Or(denied, root),
	)
	if err != nil {
		fmt.Println(err)
		return
	}
	fmt.Println(p)
	// Output:
	// {"detail-type":["AWS API Call via CloudTrail"],"$or":[{"detail":{"errorCode":["AccessDenied",{"wildcard":"*UnauthorizedOperation"}]}},{"detail":{"sourceIPAddress":[{"anything-but":"192.0.2.7"}],"userIdentity":{"type":["Root"]}}}]}
}
