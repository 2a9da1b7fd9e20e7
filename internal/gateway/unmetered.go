//go:build unmetered

package gateway

const metered = false
