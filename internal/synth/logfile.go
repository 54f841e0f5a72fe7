package synth

import "time"

// AppendLogFile appends a log file with the next n records to dst, as CloudTrail delivers it but
// for the compression: one line, no white space, no line end. [Generator.LogFileKey] tells its name.
// The records are those that n calls of [Generator.AppendRecord] would have made.
func (g *Generator) AppendLogFile(dst []byte, n int) []byte {
	g.files++
	dst = append(dst, `{"Records":[`...)
	for i := range n {
		if i > 0 {
			dst = append(dst, ',')
		}
		dst = g.AppendRecord(dst)
	}
	return append(dst, "]}"...)
}

// LogFileKey returns the S3 key under which CloudTrail would deliver the log file that was made
// last, for instance
//
//	AWSLogs/111122223333/CloudTrail/us-east-1/2026/03/02/111122223333_CloudTrail_us-east-1_20260302T0905Z_sW2mY0cKxq4TnB7h.json.gz
//
// The time in it is that of the delivery: some minutes after the newest record. The last part is
// what tells apart the files of one delivery; two files of one generator never have the same key.
func (g *Generator) LogFileKey() string {
	// Deliveries happen every five minutes, and a record is about three minutes old by then.
	at := time.UnixMilli(g.clock).Add(3 * time.Minute).Truncate(5 * time.Minute).Add(5 * time.Minute).UTC()
	dst := append([]byte("AWSLogs/"), g.account...)
	dst = append(dst, "/CloudTrail/"...)
	dst = append(dst, g.region...)
	dst = at.AppendFormat(dst, "/2006/01/02/")
	dst = append(dst, g.account...)
	dst = append(dst, "_CloudTrail_"...)
	dst = append(dst, g.region...)
	dst = at.AppendFormat(dst, "_20060102T1504Z_")
	dst = appendDigits(dst, mix(g.seed^hash("log file")+g.files), 16, alphanumeric)
	return string(append(dst, ".json.gz"...))
}
