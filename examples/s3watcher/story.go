package main

import "embed"

// story is what the program reads when it is told nothing else: the selectors of the announcement's
// trail, its rule, its record, and two log files of an account that has such a trail, one of 2016
// and one of ten years later. The log files are made by internal/synth; see TestStory.
//
//go:embed story
var story embed.FS

// Where in the story its parts are.
const (
	storyTrail = "story/trail.json"
	storyRule  = "story/put-object.json"
	storyLogs  = "story/logs"
)
