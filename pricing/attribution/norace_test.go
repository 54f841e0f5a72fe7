//go:build !race

package attribution

// millions is how many keys the largest tests have.
const millions = 10
