//go:build race

package pattern

// The race detector makes sync.Pool forget at random, so nothing can be said about allocations.
const raceEnabled = true
