module github.com/trailsieve/trailsieve/examples/trailcost

go 1.26.0

replace github.com/trailsieve/trailsieve => ../..

require (
	github.com/schollz/progressbar/v3 v3.19.1
	github.com/trailsieve/trailsieve v0.0.0-00010101000000-000000000000
	golang.org/x/term v0.47.0
)

require (
	github.com/aws/aws-sdk-go-v2/service/cloudtrail v1.56.0 // indirect
	github.com/aws/smithy-go v1.26.0 // indirect
	github.com/klauspost/compress v1.20.3 // indirect
	github.com/mitchellh/colorstring v0.0.0-20190213212951-d06e56a500db // indirect
	github.com/rivo/uniseg v0.4.7 // indirect
	github.com/tidwall/gjson v1.20.1 // indirect
	github.com/tidwall/match v1.1.1 // indirect
	github.com/tidwall/pretty v1.2.0 // indirect
	golang.org/x/sys v0.49.0 // indirect
)
