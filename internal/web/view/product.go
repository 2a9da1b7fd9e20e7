package view

import (
	"github.com/portico-api/portico/internal/catalog"
)

// AudienceText says who sees a product, or returns "" if everyone does.
func AudienceText(audience catalog.Audience) string {
	switch audience {
	case catalog.Teams:
		return "For your team"
	case catalog.SignedIn:
		return "For signed-in users"
	}
	return ""
}
