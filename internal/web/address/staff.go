package address

import (
	"net/url"

	"github.com/portico-api/portico/internal/access"
	"github.com/portico-api/portico/internal/event"
	"github.com/portico-api/portico/internal/identity"
)

// Lists and forms of staff.
const (
	Staff              = "/staff"
	StaffRequests      = Staff + "/requests"
	StaffSubscriptions = Staff + "/subscriptions"
	StaffKeys          = Staff + "/keys"
	LeakedKey          = StaffKeys + "/leaked"
	People             = Staff + "/people"
	StaffTeams         = Staff + "/teams"
	StaffUsage         = Staff + "/usage"
	StaffRequestLog    = StaffUsage + "/log"
	Audit              = Staff + "/audit"
	Outbox             = Staff + "/outbox"
	Settings           = Staff + "/settings"
)

// StaffSubscription returns the page of a subscription.
func StaffSubscription(subscription access.SubscriptionID) string {
	return join(StaffSubscriptions, subscription.Hex())
}

// StaffKey returns the page of a key.
func StaffKey(key access.CredentialID) string { return join(StaffKeys, key.Hex()) }

// Person returns the page of a person, or of an action on them.
func Person(person identity.AccountID, parts ...string) string {
	return join(join(People, person.Hex()), parts...)
}

// StaffTeam returns the page of a team, or of an action on it.
func StaffTeam(team identity.TeamID, parts ...string) string {
	return join(join(StaffTeams, team.Hex()), parts...)
}

// UsageOfTeam returns the usage of one team on the staff side.
func UsageOfTeam(team identity.TeamID) string {
	return StaffUsage + "?" + url.Values{"team": {team.Hex()}}.Encode()
}

// AuditOf returns the audit trail under one filter.
func AuditOf(filter, value string) string { return Audit + "?" + url.Values{filter: {value}}.Encode() }

// Message returns the page of a message, or of an action on it.
func Message(message event.MessageID, parts ...string) string {
	return join(join(Outbox, message.Hex()), parts...)
}

// SettingsPreview returns the stylesheet that shows colours before they are saved.
func SettingsPreview(light, dark string) string {
	return Settings + "/preview.css?" + url.Values{"light": {light}, "dark": {dark}}.Encode()
}
