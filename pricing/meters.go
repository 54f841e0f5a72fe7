package pricing

// A MeterName says what is counted and charged. The constants are those that the published price
// list has; a list of one's own may have any others.
type MeterName string

// What CloudTrail charges for. A [Meter] counts the events.
const (
	ManagementFirstCopies      MeterName = "management_events_first_copy"
	ManagementAdditionalCopies MeterName = "management_events_additional_copy"
	DataEvents                 MeterName = "data_events"
	NetworkActivityEvents      MeterName = "network_activity_events"
	InsightsManagementEvents   MeterName = "insights_management_events_analyzed"
	InsightsDataEvents         MeterName = "insights_data_events_analyzed"

	// CloudTrail Lake with one-year extendable retention.
	LakeCloudTrailIngestion MeterName = "lake_1y_ingest_cloudtrail_gb"
	LakeOtherIngestion      MeterName = "lake_1y_ingest_other_gb"
	LakeExtendedRetention   MeterName = "lake_1y_extended_retention_gb_month"

	// CloudTrail Lake with seven-year retention, which is cheaper the more there is.
	Lake7YearIngestion1 MeterName = "lake_7y_ingest_first_5tb_gb"
	Lake7YearIngestion2 MeterName = "lake_7y_ingest_next_20tb_gb"
	Lake7YearIngestion3 MeterName = "lake_7y_ingest_over_25tb_gb"

	// AggregatedEvents are summaries of five minutes each. They have no price here: AWS says that they cost
	// extra, but what could not be proved.
	AggregatedEvents MeterName = "aggregated_events"

	LakeQueryScan      MeterName = "lake_query_scanned_gb"
	CloudWatchDelivery MeterName = "cloudwatch_delivery_gb" // without a trail, straight to CloudWatch
)

// What the services around a trail charge for.
const (
	CloudWatchLogsIngestion MeterName = "cwl_ingest_standard_gb"
	CloudWatchLogsStorage   MeterName = "cwl_storage_gb_month"
	CloudWatchLogsQueryScan MeterName = "cwl_insights_scanned_gb"
	S3StandardStorage       MeterName = "s3_standard_storage_gb_month"
	S3PutRequests           MeterName = "s3_put_requests"
	S3GetRequests           MeterName = "s3_get_requests"
	KMSKeyMonths            MeterName = "kms_key_months"
	KMSRequests             MeterName = "kms_requests"
	SNSRequests             MeterName = "sns_api_requests_64kb"
	EventBridgeAWSEvents    MeterName = "eventbridge_aws_service_events"
	EventBridgeCustomEvents MeterName = "eventbridge_custom_events_64kb"
	LambdaRequests          MeterName = "lambda_requests"
	LambdaGBSecondsX86      MeterName = "lambda_gb_seconds_x86_tier1"
	LambdaGBSecondsARM      MeterName = "lambda_gb_seconds_arm_tier1"
)
