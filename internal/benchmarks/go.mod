module github.com/trailsieve/trailsieve/internal/benchmarks

go 1.26

replace github.com/trailsieve/trailsieve => ../..

require (
	github.com/goccy/go-json v0.12.0
	github.com/tidwall/gjson v1.20.1
	github.com/trailsieve/trailsieve v0.0.0-00010101000000-000000000000
)

require (
	github.com/klauspost/compress v1.20.3 // indirect
	github.com/tidwall/match v1.1.1 // indirect
	github.com/tidwall/pretty v1.2.0 // indirect
)
