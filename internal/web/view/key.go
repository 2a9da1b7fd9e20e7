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
	// Called says that the subscription can have been called, so that the number of calls means something.
	Called     bool
	CallsToday int64
	Keys       []KeyRow
}

// KeyRow is one key as the profile shows it, with what the visitor may do to it.
type KeyRow struct {
	ID access.CredentialID
	// Element is where the page shows the key. A key of several subscriptions is shown under each.
	Element string
	// Name is within a sentence, Title at its beginning.
	Name       string
	Title      string
	Plan       string
	Prefix     string
	StatusText string
	MayReveal  bool
	MayChange  bool
	LastUsedAt time.Time
	LastUsed   string
	// Sibling is the other key of the pair, nil where there is none that works.
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

// KeyName returns the name of a key, or what stands for it if it has none.
func KeyName(credential access.Credential) string {
	switch {
	case credential.Slot != access.NoSlot:
		return string(credential.Slot)
	case credential.Name != "":
		return credential.Name
	}
	return "unnamed"
}

// KeyTitle is KeyName for a heading; a name that a person chose keeps its spelling.
func KeyTitle(credential access.Credential) string {
	if credential.Slot == access.NoSlot && credential.Name != "" {
		return credential.Name
	}
	return Capital(KeyName(credential))
}

// StatusText says what is special about a key; an active one without an end needs no words.
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
