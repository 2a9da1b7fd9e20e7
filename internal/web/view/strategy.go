package view

import (
	"strings"

	"github.com/portico-api/portico/internal/plan"
)

func HeadersText(strategy plan.Strategy) string {
	if !strategy.TakesNames() {
		return "Authorization"
	}
	return strings.Join(strategy.KeyHeaders(), ", ")
}
