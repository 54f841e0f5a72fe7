package synth

import "time"

// An era is a stretch of years in which CloudTrail wrote the same versions of its record. Which
// version a record has depends on the service that emitted it more than on the day, so an era has
// several: services that are quick to change write the last of them, others an earlier one.
//
// The version says which fields there can be:
//
//	1.04  vpcEndpointId
//	1.05  serviceEventDetails; sessionIssuer and webIdFederationData may be {}
//	1.06  managementEvent
//	1.07  eventCategory
//	1.08  tlsDetails, sessionCredentialFromConsole
//	1.09  (no webIdFederationData in sessions any more)
//	1.11  (keyExchange in tlsDetails)
//
// The lines in parentheses are not in AWS's field list; they are what newer emitters do.
type era struct {
	from     int   // the first year
	versions []int // minor numbers, increasing
	clients  []string
	browsers []string
}

// eras, in order. A start before the first belongs to the first.
var eras = []era{{
	from:     2013,
	versions: []int{4, 5},
	clients: []string{
		"aws-cli/1.11.22 Python/2.7.12 Linux/4.4.0-47-generic botocore/1.4.79",
		"aws-sdk-java/1.11.57 Linux/4.4.23-31.54.amzn1.x86_64 Java_HotSpot(TM)_64-Bit_Server_VM/25.102-b14/1.8.0_102",
		"Boto3/1.4.1 Python/2.7.6 Linux/3.13.0-92-generic Botocore/1.4.72",
		"aws-sdk-go/1.5.6 (go1.7.3; linux; amd64) APN/1.0 HashiCorp/1.0 Terraform/0.7.13",
		"aws-sdk-ruby2/2.6.25 ruby/2.3.1 x86_64-linux",
	},
	browsers: []string{
		"Mozilla/5.0 (Windows NT 10.0; WOW64) AppleWebKit/537.36 (KHTML, like Gecko) Chrome/54.0.2840.99 Safari/537.36",
		"Mozilla/5.0 (Macintosh; Intel Mac OS X 10.12; rv:50.0) Gecko/20100101 Firefox/50.0",
	},
}, {
	from:     2018,
	versions: []int{5, 6},
	clients: []string{
		"aws-cli/1.16.96 Python/3.6.7 Linux/4.15.0-1032-aws botocore/1.12.86",
		"aws-sdk-java/1.11.490 Linux/4.14.77-70.59.amzn1.x86_64 OpenJDK_64-Bit_Server_VM/25.191-b12 java/1.8.0_191",
		"Boto3/1.9.86 Python/3.7.2 Linux/4.14.88-88.76.amzn2.x86_64 exec-env/AWS_Lambda_python3.7 Botocore/1.12.86",
		"aws-sdk-go/1.16.21 (go1.11.4; linux; amd64) APN/1.0 HashiCorp/1.0 Terraform/0.11.11",
		"aws-sdk-nodejs/2.391.0 linux/v8.10.0 callback",
	},
	browsers: []string{
		"Mozilla/5.0 (Windows NT 10.0; Win64; x64) AppleWebKit/537.36 (KHTML, like Gecko) Chrome/71.0.3578.98 Safari/537.36",
		"Mozilla/5.0 (X11; Linux x86_64; rv:64.0) Gecko/20100101 Firefox/64.0",
	},
}, {
	from:     2020,
	versions: []int{5, 7, 8},
	clients: []string{
		"aws-cli/2.0.59 Python/3.7.4 Linux/4.14.193-149.317.amzn2.x86_64 exe/x86_64.amzn.2 command/s3.cp",
		"aws-sdk-java/1.11.880 Linux/4.14.193-149.317.amzn2.x86_64 OpenJDK_64-Bit_Server_VM/25.265-b01 java/1.8.0_265 vendor/Red_Hat,_Inc.",
		"Boto3/1.16.2 Python/3.8.5 Linux/4.14.177-104.253.amzn2.x86_64 exec-env/AWS_Lambda_python3.8 Botocore/1.19.2",
		"APN/1.0 HashiCorp/1.0 Terraform/0.13.5 (+https://www.terraform.io) terraform-provider-aws/3.12.0 (+https://registry.terraform.io/providers/hashicorp/aws) aws-sdk-go/1.35.9 (go1.14.5; linux; amd64)",
		"aws-sdk-nodejs/2.774.0 linux/v12.18.4 promise",
	},
	browsers: []string{
		"Mozilla/5.0 (Windows NT 10.0; Win64; x64) AppleWebKit/537.36 (KHTML, like Gecko) Chrome/86.0.4240.75 Safari/537.36",
		"Mozilla/5.0 (Macintosh; Intel Mac OS X 10_15_7) AppleWebKit/605.1.15 (KHTML, like Gecko) Version/14.0 Safari/605.1.15",
	},
}, {
	from:     2022,
	versions: []int{8, 9},
	clients: []string{
		"aws-cli/2.13.5 Python/3.11.4 Linux/5.15.0-1040-aws exe/x86_64.ubuntu.22 prompt/off command/s3.sync",
		"aws-sdk-java/2.20.103 Linux/5.10.184-175.731.amzn2.x86_64 OpenJDK_64-Bit_Server_VM/17.0.7+7-LTS Java/17.0.7 vendor/Amazon.com_Inc. io/sync http/Apache cfg/retry-mode/legacy",
		"Boto3/1.28.15 md/Botocore#1.31.15 ua/2.0 os/linux#5.10.184-175.731.amzn2.x86_64 md/arch#x86_64 lang/python#3.10.12 md/pyimpl#CPython cfg/retry-mode#legacy Botocore/1.31.15",
		"APN/1.0 HashiCorp/1.0 Terraform/1.5.4 (+https://www.terraform.io) terraform-provider-aws/5.10.0 (+https://registry.terraform.io/providers/hashicorp/aws) aws-sdk-go-v2/1.19.1 os/linux lang/go#1.20.6 md/GOOS#linux md/GOARCH#amd64 api/ec2#1.108.1",
		"aws-sdk-js/3.377.0 ua/2.0 os/linux#5.10.184 lang/js md/nodejs#18.16.1 api/dynamodb#3.377.0 exec-env/AWS_Lambda_nodejs18.x",
		"aws-sdk-go/1.44.305 (go1.20.6; linux; amd64)",
	},
	browsers: []string{
		"Mozilla/5.0 (Windows NT 10.0; Win64; x64) AppleWebKit/537.36 (KHTML, like Gecko) Chrome/115.0.0.0 Safari/537.36",
		"Mozilla/5.0 (X11; Linux x86_64; rv:109.0) Gecko/20100101 Firefox/115.0",
	},
}, {
	from:     2025,
	versions: []int{8, 9, 10, 11},
	clients: []string{
		"aws-cli/2.27.41 md/awscrt#0.26.1 ua/2.1 os/linux#6.8.0-1029-aws md/arch#x86_64 lang/python#3.13.4 md/pyimpl#CPython cfg/retry-mode#standard md/installer#exe md/prompt#off md/command#s3.cp",
		"aws-sdk-java/2.31.60 md/io#sync md/http#Apache ua/2.1 os/Linux#6.1.134-152.225.amzn2023.x86_64 lang/java#21.0.7 md/OpenJDK_64-Bit_Server_VM#21.0.7+6-LTS md/vendor#Amazon.com_Inc. md/en_US m/D,N,e",
		"Boto3/1.38.36 md/Botocore#1.38.36 ua/2.1 os/linux#6.1.134-152.225.amzn2023.x86_64 md/arch#aarch64 lang/python#3.13.3 md/pyimpl#CPython exec-env/AWS_Lambda_python3.13 m/Z,b,D cfg/retry-mode#legacy Botocore/1.38.36",
		"APN/1.0 HashiCorp/1.0 Terraform/1.12.2 (+https://www.terraform.io) terraform-provider-aws/6.0.0 (+https://registry.terraform.io/providers/hashicorp/aws) aws-sdk-go-v2/1.36.4 ua/2.1 os/linux lang/go#1.24.4 md/GOOS#linux md/GOARCH#amd64 api/ec2#1.225.0",
		"aws-sdk-js/3.828.0 ua/2.1 os/linux#6.1.134 lang/js md/nodejs#22.16.0 m/E,b exec-env/AWS_Lambda_nodejs22.x",
		"aws-sdk-go-v2/1.36.4 ua/2.1 os/linux lang/go#1.24.4 md/GOOS#linux md/GOARCH#arm64 api/s3#1.80.2 m/E,g",
		"S3/Mountpoint/1.19.0 aws-s3-client/0.16.0 md/instance#m7g.large",
	},
	browsers: []string{
		"Mozilla/5.0 (Windows NT 10.0; Win64; x64) AppleWebKit/537.36 (KHTML, like Gecko) Chrome/137.0.0.0 Safari/537.36",
		"Mozilla/5.0 (Macintosh; Intel Mac OS X 10.15; rv:139.0) Gecko/20100101 Firefox/139.0",
	},
}}

// eraOf returns the era to which t belongs.
func eraOf(t time.Time) *era {
	e := &eras[0]
	for i := range eras {
		if t.Year() >= eras[i].from {
			e = &eras[i]
		}
	}
	return e
}

// version picks the minor number of the eventVersion of a record of the given service. Seven
// records in eight have the version that all hosts of the service will write one day; the rest
// come from hosts that are behind or ahead of it.
func (e *era) version(d *dice, s *service) int {
	if d.oneIn(8) {
		return e.versions[d.below(len(e.versions))]
	}
	return e.versions[s.pace%len(e.versions)]
}

// versionText holds the spelling of minor numbers: one digit gets a zero, two do not.
var versionText = [...]string{4: "1.04", 5: "1.05", 6: "1.06", 7: "1.07", 8: "1.08", 9: "1.09", 10: "1.10", 11: "1.11"}
