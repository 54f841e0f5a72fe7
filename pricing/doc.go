// Package pricing tells what CloudTrail trails cost, exact to the last digit, without asking AWS.
//
// A [Meter] knows the trails and is given records. It counts what each trail logs and how often each
// record is charged for, and a price list makes a [Bill] of the counts:
//
//	m := pricing.Meter{Trails: []pricing.Trail{{Name: "images", Selector: images}}}
//	for rec, err := range record.NewReader(f).Records() {
//		...
//		m.Add(rec)
//	}
//	rates, ok := pricing.Published("us-east-1")
//	...
//	bill, err := m.Bill(rates)
//	fmt.Print(bill)
//
// Quantities from elsewhere become a bill with [Rates.Bill].
//
// # Packages
//
//	attribution  what a bill is for: which bucket, prefix, principal, day...
//	whatif       what other trails would gain and lose for the same records
//	advice       what a bill could do without, with the saving attached
//	counts       records from plain numbers of requests, before data events are switched on
//	pipeline     what is around a trail: log files, KMS, SNS, CloudWatch Logs, EventBridge, Lambda, Lake
//	pricelist    AWS's price list files, JSON and CSV, as rates
//	export       bills in the columns of FOCUS and of the Cost and Usage Report, and for Infracost
//	report       a bill as one HTML page
//
// All of them know this package, report knows attribution, whatif and advice, advice knows attribution, and
// this one knows none of them.
//
// # Copies
//
//	management event        per account and Region, the first trail that logs it is free, each
//	                        further one is an additional copy and pays; an organization's trail is
//	                        the first
//	data event              every trail that logs it pays
//	network activity event  every trail that logs it pays
//	event that Insights     every trail pays, for each type of Insights that looks at the event: the call
//	analyzes                rate of management events at writes, everything else at reads and writes
//	anything else           no trail's selectors log it
//
// Several selectors of one trail that take the same record make one copy. The sources are "Managing
// CloudTrail trail costs" and "Understanding CloudTrail Insights costs" in the CloudTrail user guide.
//
// # Prices
//
// [Published] has these, in US dollars, for the Regions of the commercial partition:
//
//	meter                                per event  known since  by
//	management_events_first_copy         0          2016-11-21   pricing page 2016-17, bill of May 2025
//	management_events_additional_copy    0.00002    2016-11-21   pricing page 2016-17, price lists 2024-10-01
//	                                                             and 2025-07-01, bill of June 2026
//	data_events                          0.000001   2016-11-21   pricing page 2016-17, AWS guide 2026-05-27
//	network_activity_events              0.000001   2024-10-01   price lists 2024-10-01 and 2025-07-01
//	insights_management_events_analyzed  0.0000035  2024-07-01   bill of May 2025 in 17 Regions
//	insights_data_events_analyzed        0.0000003  2025-11-01   two readers of 2026: of the price list, and
//	                                                             of the pricing page
//
// That is $0.10 for 100,000 data events, as announced, and no price is known to have changed since.
// CloudTrail Lake has prices in us-east-1 and us-east-2, and the services around a trail have them in
// us-east-1 and where else a bill showed them: rates.json has each row with its source.
//
// [PublishedOn] has the price list of a day in the past; [Rates.With] changes prices or adds meters
// of one's own, for any Region; [ParseRates] reads a list of one's own, and package pricelist AWS's.
//
// What has no price is an error, never zero: a meter that the list does not have, a Region whose
// prices could not be proved. AWS publishes prices for China and GovCloud of which no dated copy was
// found, and says that aggregated events cost extra, but not what.
//
// # Quantities
//
// A [Usage] counts parts, of which so many make a unit: bytes of a GB, MB-milliseconds of a GB-second,
// byte-hours of a GB-month. What a GB is, 2^30 or 10^9 bytes, is said there, and nowhere assumed.
//
// # Exactness
//
// Money is [USD], in which every price times every quantity is exact, a share of a month's hours
// included. There is no floating point in this package. An amount that a USD cannot hold is an error.
// Events are charged one by one: a price "per 100,000" has no steps.
//
// A bill is exact, as the Cost and Usage Report is. [Bill.Invoice] rounds as AWS's monthly bill
// does: each account, Region and meter to the cent, half a cent up, and then the sum. Only there,
// in [USD.RoundToCent], and in the text of an amount that is no decimal number, is anything rounded.
//
// # Sharing and cost
//
// USD, Usage, Line and Rate are plain values. Rates are safe for any number of goroutines, a Meter
// is for one at a time, and a Bill belongs to the caller. Meters of the same trails are merged, and sent
// as JSON, so any number of machines can count; the order makes no difference.
//
// A Meter's memory grows with the accounts and Regions that it sees times the trails, not with the
// records. Adding a record of a known account and Region allocates nothing; it costs little more
// than to ask the selector of each trail that reaches there. BenchmarkMeterAdd measures it, with 1, 5
// and 50 trails.
//
// # Limits
//
//   - A record that is given twice counts twice. CloudTrail may deliver one more than once, and two
//     trails deliver the same one each: drop those whose eventID and account were there already, as
//     [github.com/trailsieve/trailsieve/record.Deduper] does.
//   - A trail that takes global service events into its own Region, as IncludeGlobalServiceEvents
//     says, is not modelled: a record belongs to its awsRegion.
//   - A Meter knows no dates. For bills by month, have a Meter for each; [DayMeters] has one for each day,
//     from which [ForecastMonth] makes a forecast.
//   - The first 28 days of Insights are a free baseline, which a Meter counts all the same.
//   - Discounts are not known here. Free allowances are applied only by package pipeline, when asked for.
//   - Tiers of prices are meters of their own, as lake_7y_ingest_first_5tb_gb; of S3 storage and Lambda
//     only the first is known.
//
// # Open questions
//
// The list above says since when a price is proved, which may be later than it was first charged:
// Insights began in 2019. The prices of 2016-11-21 are proved by a copy of AWS's page that is not
// dated to the day, but knows only management and S3 data events. They were seen in several
// Regions, nowhere two different ones, and are taken for all commercial Regions; the list of these
// is part of the package, so a Region that is newer than the package has no prices. That Insights on
// data events cost the same in all of them rests on the pricing page, which has one price.
//
// It is not documented which account pays for the data events of an organization's trail. Here it
// is the one in which the record was delivered, as for the items of the Cost and Usage Report.
//
// AWS's bills show that amounts are rounded to the nearest cent, but no case of exactly half a cent
// is known. Here it is rounded up.
//
// The blog that announced Insights on data events says that the call rate looks at writes; the user
// guide's example charges for reads too, and is followed.
package pricing
