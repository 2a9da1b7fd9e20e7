//go:build !unmetered

package gateway

// metered says that calls are counted. make bench builds a gateway without it, to compare the memory of both.
const metered = true
