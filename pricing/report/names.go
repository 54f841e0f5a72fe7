package report

import (
	"strings"

	"github.com/trailsieve/trailsieve/pricing"
)

// meterNames are what meters are called on the page: as AWS does, where it has a name for them.
var meterNames = map[pricing.MeterName]string{
	pricing.ManagementFirstCopies:      "Management events, first copy",
	pricing.ManagementAdditionalCopies: "Management events, additional copy",
	pricing.DataEvents:                 "Data events",
	pricing.NetworkActivityEvents:      "Network activity events",
	pricing.InsightsManagementEvents:   "Management events analyzed by Insights",
	pricing.InsightsDataEvents:         "Data events analyzed by Insights",
	pricing.AggregatedEvents:           "Aggregated events",

	pricing.LakeCloudTrailIngestion: "Lake ingestion of CloudTrail events (one-year retention)",
	pricing.LakeOtherIngestion:      "Lake ingestion from other sources (one-year retention)",
	pricing.LakeExtendedRetention:   "Lake extended retention",
	pricing.Lake7YearIngestion1:     "Lake ingestion (seven-year retention), first 5 TB",
	pricing.Lake7YearIngestion2:     "Lake ingestion (seven-year retention), next 20 TB",
	pricing.Lake7YearIngestion3:     "Lake ingestion (seven-year retention), over 25 TB",
	pricing.LakeQueryScan:           "Lake data scanned by queries",

	pricing.CloudWatchDelivery:      "CloudTrail delivery to CloudWatch without a trail",
	pricing.CloudWatchLogsIngestion: "CloudWatch Logs ingestion",
	pricing.CloudWatchLogsStorage:   "CloudWatch Logs storage",
	pricing.CloudWatchLogsQueryScan: "CloudWatch Logs data scanned by queries",
	pricing.S3StandardStorage:       "S3 Standard storage",
	pricing.S3PutRequests:           "S3 PUT requests",
	pricing.S3GetRequests:           "S3 GET requests",
	pricing.KMSKeyMonths:            "KMS keys",
	pricing.KMSRequests:             "KMS requests",
	pricing.SNSRequests:             "SNS requests",
	pricing.EventBridgeAWSEvents:    "EventBridge events of AWS services",
	pricing.EventBridgeCustomEvents: "EventBridge custom events",
	pricing.LambdaRequests:          "Lambda requests",
	pricing.LambdaGBSecondsX86:      "Lambda duration (x86)",
	pricing.LambdaGBSecondsARM:      "Lambda duration (Arm)",
}

// meterName returns what a meter is called. One of a price list of one's own has its name, in words.
func meterName(meter pricing.MeterName) string {
	if name, ok := meterNames[meter]; ok {
		return name
	}
	return capital(shown(strings.ReplaceAll(string(meter), "_", " ")))
}
