package address

import (
	"net/url"

	"github.com/portico-api/portico/internal/access"
)

// Pages of the visitor's team.
const (
	Applications = "/applications"
	// Requests lists what the team has asked for.
	Requests = Applications + "/requests"
	// OwnTeam is the team that the visitor acts in.
	OwnTeam = "/team"
	Profile = "/profile"
	Usage   = "/usage"
	// RequestLog is the request log of the visitor's team.
	RequestLog = Usage + "/log"
)

// Application returns the page of an application, or of an action on it.
func Application(application access.ApplicationID, parts ...string) string {
	return join(join(Applications, application.Hex()), parts...)
}

// ApplicationKey returns an action on one of an application's keys.
func ApplicationKey(application access.ApplicationID, key access.CredentialID, action string) string {
	return Application(application, "keys", key.Hex(), action)
}

// UsageOfApplication returns the usage of one application.
func UsageOfApplication(application access.ApplicationID) string {
	return Usage + "?" + url.Values{"application": {application.Hex()}}.Encode()
}

// ProfileKey returns an action on a key of the default application.
func ProfileKey(key access.CredentialID, action string) string {
	return join(Profile, "credentials", key.Hex(), action)
}
