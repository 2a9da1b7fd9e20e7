package address

import (
	"net/url"

	"github.com/portico-api/portico/internal/access"
	"github.com/portico-api/portico/internal/event"
	"github.com/portico-api/portico/internal/identity"
	"github.com/portico-api/portico/internal/site"
)

const Staff = "/staff"

const Audit = Staff + "/audit"

// AuditOf is the address of the trail under one filter.
func AuditOf(filter, value string) string {
	return Audit + "?" + url.Values{filter: {value}}.Encode()
}

const StaffKeys = Staff + "/keys"

const LeakedKey = StaffKeys + "/leaked"

func StaffKey(key access.CredentialID) string { return StaffKeys + "/" + key.Hex() }

const Outbox = Staff + "/outbox"

// Message leads to a message, or to something that is done to it.
func Message(message event.MessageID, parts ...string) string {
	path := Outbox + "/" + message.Hex()
	for _, part := range parts {
		path += "/" + part
	}
	return path
}

const People = Staff + "/people"

// Person leads to somebody's page, or to something that is done to them.
func Person(person identity.AccountID, parts ...string) string {
	path, _ := url.JoinPath(People, append([]string{person.Hex()}, parts...)...)
	return path
}

const StaffRequests = Staff + "/requests"

const Settings = Staff + "/settings"

func SettingsPreview(settings site.Settings) string {
	return Settings + "/preview.css?" + url.Values{"light": {string(settings.LightColor)}, "dark": {string(settings.DarkColor)}}.Encode()
}

const StaffSubscriptions = Staff + "/subscriptions"

func StaffSubscription(subscription access.SubscriptionID) string {
	return StaffSubscriptions + "/" + subscription.Hex()
}

const (
	OwnTeam    = "/team"
	StaffTeams = Staff + "/teams"
)

// StaffTeam leads to the page of a team on the staff side, or to something that is done to it.
func StaffTeam(team identity.TeamID, parts ...string) string {
	path, _ := url.JoinPath(StaffTeams, append([]string{team.Hex()}, parts...)...)
	return path
}
