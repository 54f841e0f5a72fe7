//go:build race

package heavy

// millions is how many keys the largest tests have: fewer under the race detector, which takes ten times
// as long.
const millions = 1
