package view

import (
	"time"

	"github.com/portico-api/portico/internal/access"
	"github.com/portico-api/portico/internal/overview"
)

// SubscriptionRow is one subscription with its keys.
type SubscriptionRow struct {
	ID          access.SubscriptionID
	Plan        string
	Environment string
	Application string
	State       access.SubscriptionState
	Reason      string
	// Called reports whether the subscription's keys have ever worked, so that the number of calls is meaningful.
	Called     bool
	CallsToday int64
	Keys       []KeyRow
}

// KeyRow is a key on the profile, with the visitor's rights to it.
type KeyRow struct {
	ID access.CredentialID
	// Element is the ID of the key's element. A key of several subscriptions has one element for each.
	Element string
	// Name is the key's name within a sentence, Title at the beginning of one.
	Name       string
	Title      string
	Plan       string
	Prefix     string
	StatusText string
	MayReveal  bool
	MayChange  bool
	LastUsedAt time.Time
	LastUsed   string
	// Sibling is the other key of the pair, nil if no other key works.
	Sibling *KeyRow
}

// NewSubscriptionRow returns the row of a subscription with its keys.
func NewSubscriptionRow(used overview.SubscriptionUse, now time.Time) SubscriptionRow {
	detail := used.Detail
	row := SubscriptionRow{
		ID: detail.Subscription.ID, Plan: detail.Plan.Name, Environment: detail.Plan.Environment,
		State: detail.Subscription.State, Reason: detail.Subscription.Reason, CallsToday: used.CallsToday,
	}
	row.Called = row.State != access.Pending && row.State != access.Rejected
	if !detail.Application.Default {
		row.Application = detail.Application.Name
	}
	for _, key := range used.Keys {
		row.Keys = append(row.Keys, NewKeyRow(used, key, now))
	}
	return row
}

// NewKeyRow returns the row of a key of a subscription.
func NewKeyRow(used overview.SubscriptionUse, key overview.KeyUse, now time.Time) KeyRow {
	credential := key.Credential
	row := KeyRow{
		ID: credential.ID, Element: "key-" + used.Detail.Subscription.ID.Hex() + "-" + credential.ID.Hex(),
		Name: KeyName(credential), Title: KeyTitle(credential), Plan: used.Detail.Plan.Name, Prefix: credential.Prefix,
		StatusText: StatusText(credential, key.Status), MayReveal: key.Rights.Reveal, MayChange: key.Rights.Regenerate,
		LastUsedAt: used.LastUsed[credential.ID],
	}
	if !row.LastUsedAt.IsZero() {
		row.LastUsed = Ago(row.LastUsedAt, now)
	}
	return row
}

// KeyName returns the name of a key, or a description if it has none.
func KeyName(credential access.Credential) string {
	switch {
	case credential.Slot != access.NoSlot:
		return string(credential.Slot)
	case credential.Name != "":
		return credential.Name
	}
	return "unnamed"
}

// KeyTitle is KeyName for a heading. A name that a person chose is unchanged.
func KeyTitle(credential access.Credential) string {
	if credential.Slot == access.NoSlot && credential.Name != "" {
		return credential.Name
	}
	return Capital(KeyName(credential))
}

// StatusText describes the state of a key, or returns "" for an active key that does not expire.
func StatusText(credential access.Credential, status access.Status) string {
	switch status {
	case access.StatusRevoked:
		return "Revoked"
	case access.StatusExpired:
		return "Expired on " + Day(credential.ExpiresAt)
	case access.StatusGrace:
		return "Replaced, works until " + Moment(credential.GraceUntil)
	case access.StatusExpiring:
		return "Expires on " + Day(credential.ExpiresAt)
	}
	if !credential.ExpiresAt.IsZero() {
		return "Works until " + Day(credential.ExpiresAt)
	}
	return ""
}

// KeyMark returns a key's status as lists show it.
func KeyMark(credential access.Credential, status access.Status, now time.Time) Mark {
	switch status {
	case access.StatusRevoked:
		return Mark{Tone: "off", Icon: "ban", Text: "Revoked"}
	case access.StatusExpired:
		return Mark{Tone: "off", Icon: "clock", Text: "Expired on " + Day(credential.ExpiresAt)}
	case access.StatusGrace:
		return Mark{Tone: "info", Icon: "refresh-cw", Text: "Rotating, works for " + Wait(credential.GraceUntil.Sub(now))}
	case access.StatusExpiring:
		return Mark{Tone: "warn", Icon: "triangle-alert", Text: "Expires on " + Day(credential.ExpiresAt)}
	case access.StatusActive:
	}
	return Mark{Tone: "good", Icon: "circle-check", Text: "Active"}
}
