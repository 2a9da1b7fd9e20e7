package web

import (
	"strings"

	"github.com/portico-api/portico/internal/event"
)

// actionText says an action in words: "credential.revoked" is "Credential revoked".
func actionText(action string) string {
	return capital(strings.NewReplacer(".", " ", "_", " ").Replace(action))
}

// detailName is what a detail of a record is called on pages.
func detailName(name string) string { return strings.ReplaceAll(name, "_", " ") }

// objectPath is the page of what a record is about, empty where such things have none.
func objectPath(object event.Tag) string {
	noun, id, _ := strings.Cut(string(object), ":")
	pages := map[string]string{
		event.TagAccount: peoplePath, event.TagTeam: teamsPath, event.TagRequest: staffRequestsPath,
		event.TagSubscription: staffSubscriptionsPath, event.TagCredential: staffKeysPath, event.TagMessage: outboxPath,
	}
	if path, has := pages[noun]; has && id != "" {
		return path + "/" + id
	}
	return ""
}

// objectText is what a record is about, by its name or else by its id.
func objectText(record event.Record) string {
	noun, id, _ := strings.Cut(string(record.Object), ":")
	if record.ObjectName != "" {
		return noun + " " + record.ObjectName
	}
	return strings.TrimSpace(noun + " " + id)
}
