package address

import (
	"net/url"

	"github.com/portico-api/portico/internal/access"
	"github.com/portico-api/portico/internal/catalog"
	"github.com/portico-api/portico/internal/overview"
)

const (
	Applications = "/applications"
	// Requests is what the visitor's team has asked for.
	Requests = Applications + "/requests"
)

// Application leads to an application, or to something that is done to it.
func Application(application access.ApplicationID, parts ...string) string {
	path, _ := url.JoinPath(Applications, append([]string{application.Hex()}, parts...)...)
	return path
}

func ApplicationKey(found overview.ApplicationPage, key overview.KeyUse, action string) string {
	return Application(found.Application.ID, "keys", key.Credential.ID.Hex(), action)
}

func Register(product catalog.Product, version catalog.Version) string {
	return Version(product, version) + "/register"
}
