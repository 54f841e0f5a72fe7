module github.com/trailsieve/trailsieve/examples/internal/templates

go 1.26

replace github.com/trailsieve/trailsieve => ../../..

require (
	github.com/trailsieve/trailsieve v0.0.0-00010101000000-000000000000
	go.yaml.in/yaml/v3 v3.0.4
)
