package view

import (
	"strings"

	"github.com/portico-api/portico/internal/event"
	"github.com/portico-api/portico/internal/web/address"
)

// ActionText says an action in words: "credential.revoked" is "Credential revoked".
func ActionText(action string) string {
	return Capital(strings.NewReplacer(".", " ", "_", " ").Replace(action))
}

// DetailName is what a detail of a record is called on pages.
func DetailName(name string) string { return strings.ReplaceAll(name, "_", " ") }

// objectPath is the page of what a record is about, empty where such things have none.
func objectPath(object event.Tag) string {
	noun, id, _ := strings.Cut(string(object), ":")
	pages := map[string]string{
		event.TagAccount: address.People, event.TagTeam: address.StaffTeams, event.TagRequest: address.StaffRequests,
		event.TagSubscription: address.StaffSubscriptions, event.TagCredential: address.StaffKeys, event.TagMessage: address.Outbox,
	}
	if path, has := pages[noun]; has && id != "" {
		return path + "/" + id
	}
	return ""
}

// ObjectText is what a record is about, by its name or else by its id.
func ObjectText(record event.Record) string {
	noun, id, _ := strings.Cut(string(record.Object), ":")
	if record.ObjectName != "" {
		return noun + " " + record.ObjectName
	}
	return strings.TrimSpace(noun + " " + id)
}
