// Package digest validates CloudTrail log files with the digests that CloudTrail delivers for them.
//
// With log file validation switched on, CloudTrail writes a digest every hour, for each account and
// Region of a trail. It lists the log files of the hour with their hashes, names the digest before
// it, and is signed. [Validate] follows all of that and reports what it finds:
//
//	report, err := digest.Validate(ctx, store, keys, digest.Query{
//		Bucket: "amzn-s3-demo-bucket", Account: "111122223333", Region: "us-east-1", Trail: "audit",
//		From: from, To: to,
//	})
//	...
//	fmt.Print(report)
//	if report.Verdict() != digest.VerdictValid {
//		...
//
// The package never asks AWS. A [Store] gives it the objects, in S3 or, with [FS], in a copy on disk;
// [Keys] gives it the public keys, or a [KeySet] has them.
//
// # What is checked
//
//	digest       its signature; that it lies where it says that it was delivered; its account; one
//	             gzip member and nothing behind it; the hash and signature that the next digest has
//	             of it
//	chain        each digest that another names exists; the hours between them have no gap
//	log file     it exists; its hash; one gzip member and nothing behind it
//	bucket       there are no log files that no digest lists
//
// Hashes are those of the unpacked text, so a file that was packed again, or unpacked, stays valid.
//
// A digest is trusted if its signature verifies, or if one that is trusted has its hash. What a
// digest lists counts only if it is trusted; log files that only others list are unproved.
//
// Digests that are named and gone are [Missing]. Who deletes several in a row also takes away the
// names of all but the newest of them, so what proves that they were there is the time: a [Gap] tells
// from when to when nothing is covered, and why.
//
// Backfill digests, which CloudTrail writes for log files that came too late for their hour, have a
// chain of their own. They do not have to follow each other in time, and cover none.
//
// # What a valid report proves
//
// That CloudTrail delivered just these log files for the account, Region and trail between From and
// To, and that they are as it delivered them. That much rests on the public keys and on nothing in
// the bucket.
//
// It does not prove that CloudTrail recorded all calls: selectors, StopLogging and other trails are
// not its matter. It says nothing about other Regions, nor about folders other than CloudTrail, as
// those of Insights. It does not look into log files: see the package record. And a signature says
// what CloudTrail once delivered, not when: a whole bucket that was put back to an earlier day is
// valid up to that day, and ends there.
//
// The newest digests have nothing behind them that names them. If they are deleted, the report has a
// gap at its end and is incomplete, and cannot tell that from digests that have not come yet. So a To
// of less than two hours ago is likely to give an incomplete report.
//
// # Differences from aws cloudtrail validate-logs
//
//   - Several digests deleted in a row are found, by the gap. So are those at the beginning of the
//     range. A gap with an innocent cause is told from one that has none.
//   - Log files that no digest lists are found.
//   - The hash that a digest has of the one before it is checked, not only signatures.
//   - Data behind the first gzip member is found in digests too.
//   - Files on disk can be validated. A digest without metadata has its signature from the next.
//   - A digest that does not verify by its own signature, but that the next one proves, is reported
//     once, and its log files are checked all the same. The metadata signature-algorithm and
//     backfill-generation-timestamp may be absent, but the first may not be wrong.
//   - An object that cannot be read is part of the report and does not end it.
//
// # Cost
//
// Each object in the range is read once, one at a time, and keys are listed by day. A log file is
// hashed while it is unpacked, in memory that does not grow with it; a report grows with the number
// of files. What takes time is to unpack and hash the log files and, where they are small, to verify
// one signature a digest: see BenchmarkValidate.
//
// [MaxDigest], [MaxLogFile], [MaxDigests] and [MaxSidecar] are limits against what others may have
// put into the bucket.
//
// # Open questions
//
// CloudTrail does not document how far the time in the name of a log file can lie from the delivery
// that its digest goes by. Log files within a quarter of an hour of the beginning or end of what
// digests cover are not reported as unlisted, since a digest beyond may list them.
//
// Log files do not have the name of the trail. Two trails that deliver under the same prefix each
// find those of the other unlisted; [Query.IgnoreUnlisted] is for them. A log file that is waiting
// for its backfill digest is unlisted too.
//
// Backfill digests are documented in outline only. That their names carry the end of the time that
// they are for, and that one names the one made before it, is what AWS's own validator relies on.
//
// Where CloudTrail's digests themselves leave out time, or overlap, that is no tampering: the first
// is a gap of its own kind, [Skipped], and the second is not reported.
//
// The fingerprint of a key is the MD5 hash of what ListPublicKeys gives, which the sample in the user
// guide shows and no text says. [Fingerprint] is for building a [KeySet]; Validate takes the word of
// [Keys].
package digest
