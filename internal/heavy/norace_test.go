//go:build !race

package heavy

// millions is how many keys the largest tests have.
const millions = 10
