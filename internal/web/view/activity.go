package view

import (
	"slices"
	"strings"

	"github.com/portico-api/portico/internal/event"
	"github.com/portico-api/portico/internal/web/address"
)

// ActionText returns an action in words: "Key revoked" for "credential.revoked". Pages call a credential a key.
func ActionText(action string) string {
	if rest, of := strings.CutPrefix(action, event.TagCredential); of && (rest == "" || rest[0] == '.') {
		action = "key" + rest
	}
	return Capital(strings.NewReplacer(".", " ", "_", " ").Replace(action))
}

// DetailName returns the name of a record's detail on pages.
func DetailName(name string) string { return strings.ReplaceAll(name, "_", " ") }

// objectPath returns the page of a record's object, or "" if objects of this kind have no page.
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

// shownFacts returns a record's facts. It leaves out the application's ID of a request, because the request is shown by
// the application's name.
func shownFacts(record event.Record) []event.Detail {
	facts := record.Facts()
	if noun, _, _ := strings.Cut(string(record.Object), ":"); noun != event.TagRequest || record.ObjectName == "" {
		return facts
	}
	return slices.DeleteFunc(facts, func(one event.Detail) bool { return one.Name == "application" })
}

// ObjectText returns the name of a record's object, or else its ID.
func ObjectText(record event.Record) string {
	noun, id, _ := strings.Cut(string(record.Object), ":")
	if noun == event.TagCredential {
		noun = "key"
	}
	if record.ObjectName != "" {
		return noun + " " + record.ObjectName
	}
	return strings.TrimSpace(noun + " " + id)
}
