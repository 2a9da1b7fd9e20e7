package view

import (
	"strings"

	"github.com/portico-api/portico/internal/plan"
)

// HeadersText lists the headers in which a strategy accepts keys.
func HeadersText(strategy plan.Strategy) string {
	if !strategy.TakesNames() {
		return "Authorization"
	}
	return strings.Join(strategy.KeyHeaders(), " or ")
}
