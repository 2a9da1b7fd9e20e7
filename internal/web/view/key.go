package view

import (
	"slices"
	"strconv"
	"strings"
	"time"

	"github.com/portico-api/portico/internal/access"
	"github.com/portico-api/portico/internal/overview"
	"github.com/portico-api/portico/internal/usage"
	"github.com/portico-api/portico/internal/web/address"
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
	// Standing is what is used of the plan's quotas At a time.
	Standing usage.Standing
	At       time.Time
}

// KeyRow is a key in a table of keys, with the visitor's rights to it.
type KeyRow struct {
	ID access.CredentialID
	// Element is the ID of the key's element. A key of several subscriptions has one element for each.
	Element string
	// Name is the key's name within a sentence, Title at the beginning of one. Pair marks the keys of a pair.
	Name  string
	Title string
	Pair  bool
	// Plan is the plan or application that the key belongs to. Bound is the plan's name if the key opens no other.
	Plan, Bound string
	Prefix      string
	Environment string
	Mark        Mark
	// Advice says what is missing for the key to work, empty if nothing is.
	Advice     string
	CreatedAt  time.Time
	Maker      string
	LastUsedAt time.Time
	LastUsed   string
	// Senders are the addresses of the last week.
	Senders   usage.Senders
	ExpiresAt time.Time
	// GraceLeft is how long a replaced key still works, empty for other keys.
	GraceLeft string
	MayReveal bool
	MayChange bool
	// Rotate, Regenerate, Rename and Revoke are the pages of what the visitor may do with the key.
	Rotate, Regenerate, Rename, Revoke, Extend string
	// Rotation is set for a replaced key that still works.
	Rotation *KeyRotation
	// Heading makes the name a heading.
	Heading bool
	// Sibling is the other key of the pair, nil if no other key works.
	Sibling *KeyRow
}

// KeyRotation compares the calls of the last hour with a replaced key and with its successor.
type KeyRotation struct {
	Successor string // its prefix
	Old, New  int64
	// OldSenders are the addresses from which the old key was used in the last hour.
	OldSenders []string
	Started    time.Time
	Ends       time.Time
}

// oldShare is how many of a hundred calls use the old key.
func (r KeyRotation) oldShare() int64 {
	if r.Old+r.New == 0 {
		return 0
	}
	return (r.Old*100 + (r.Old+r.New)/2) / (r.Old + r.New)
}

// percent writes a share.
func percent(share int64) string { return strconv.FormatInt(share, 10) + "%" }

// expiresText says when the key stops working.
func (k KeyRow) expiresText() string { return expiresText(k.GraceLeft, k.ExpiresAt) }

func expiresText(graceLeft string, expires time.Time) string {
	if graceLeft != "" {
		return "Old key in " + graceLeft
	}
	return DayOr(expires, "Never")
}

// KeyExpiresText says when a key with this status stops working.
func KeyExpiresText(credential access.Credential, status access.Status, now time.Time) string {
	if status == access.StatusGrace {
		return expiresText(Age(now, credential.GraceUntil), credential.ExpiresAt)
	}
	return expiresText("", credential.ExpiresAt)
}

// columns is how many columns a table of keys has.
func columns(actions bool) string {
	if actions {
		return "6"
	}
	return "5"
}

// heading is the name of the key in a table.
func (k KeyRow) heading() string {
	if k.Pair {
		return k.Title + " key"
	}
	return k.Title
}

// acts reports whether the visitor may do something with one of the keys.
func acts(rows []KeyRow) bool {
	return slices.ContainsFunc(rows, func(k KeyRow) bool {
		return k.MayReveal || k.Rotate+k.Regenerate+k.Rename+k.Revoke != ""
	})
}

// regenerates reports whether the row shows Regenerate instead of Rotate: the keys of a pair are changed one by one.
func (k KeyRow) regenerates() bool { return k.Regenerate != "" && (k.Pair || k.Rotate == "") }

// inMenu reports whether the menu of the key has entries.
func (k KeyRow) inMenu() bool {
	return k.Rename+k.Revoke != "" || k.Regenerate != "" && !k.regenerates()
}

// NewSubscriptionRow returns the row of a subscription with its keys.
func NewSubscriptionRow(used overview.SubscriptionUse, now time.Time) SubscriptionRow {
	detail := used.Detail
	row := SubscriptionRow{
		ID: detail.Subscription.ID, Plan: detail.Plan.Name, Environment: detail.Plan.Environment,
		State: detail.Subscription.State, Reason: detail.Subscription.Reason, CallsToday: used.CallsToday,
		Standing: used.Standing, At: now,
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

// NewKeyRow returns the row of a key of a subscription on the profile.
func NewKeyRow(used overview.SubscriptionUse, key overview.KeyUse, now time.Time) KeyRow {
	row := KeyRowOf(key, used.LastUsed[key.Credential.ID], now)
	row.Senders = used.Senders[key.Credential.ID]
	row.Element = "key-" + used.Detail.Subscription.ID.Hex() + "-" + key.Credential.ID.Hex()
	row.Plan, row.Heading = used.Detail.Plan.Name, true
	if row.MayChange {
		row.Regenerate = address.ProfileKey(row.ID, "regenerate")
	}
	return row
}

// KeyRowOf returns the row of a key without what depends on the page: its plan and its actions.
func KeyRowOf(key overview.KeyUse, lastUsed, now time.Time) KeyRow {
	credential := key.Credential
	row := KeyRow{
		ID: credential.ID, Element: "key-" + credential.ID.Hex(), Name: KeyName(credential), Title: KeyTitle(credential),
		Pair: credential.Slot != access.NoSlot, Prefix: credential.Prefix, Environment: credential.Environment,
		Mark:      KeyMark(credential, key.Status, now),
		CreatedAt: credential.CreatedAt, ExpiresAt: credential.ExpiresAt, LastUsedAt: lastUsed,
		MayReveal: key.Rights.Reveal, MayChange: key.Rights.Regenerate,
	}
	if !lastUsed.IsZero() {
		row.LastUsed = Ago(lastUsed, now)
	}
	if key.Status == access.StatusGrace {
		row.GraceLeft = Age(now, credential.GraceUntil)
	}
	return row
}

// sendersShown is how many addresses a sentence names.
const sendersShown = 3

// SendersText names the addresses from which a key was used, the latest first: "192.0.2.1, 192.0.2.7 and 4 more".
func SendersText(senders usage.Senders) string {
	var named []string
	for _, use := range senders.Newest[:min(len(senders.Newest), sendersShown)] {
		named = append(named, use.Address)
	}
	if more := senders.Total - len(named); more > 0 {
		return strings.Join(named, ", ") + " and " + Number(int64(more)) + " more"
	}
	return strings.Join(named, ", ")
}

// SendersSince returns the addresses from which a key was used since a time.
func SendersSince(senders usage.Senders, since time.Time) []string {
	var addresses []string
	for _, use := range senders.Newest {
		if !use.At.Before(since) {
			addresses = append(addresses, use.Address)
		}
	}
	return addresses
}

// KeyUseFacts say who still uses a key.
func KeyUseFacts(key access.Credential, lastUsed time.Time, senders usage.Senders, calls overview.KeyCalls, now time.Time) []Fact {
	last := "Never"
	if !lastUsed.IsZero() {
		last = Capital(Ago(lastUsed, now))
	}
	facts := []Fact{
		{Name: "Key", Value: key.Prefix + "…"}, {Name: "Last used", Value: last},
		{Name: "Calls", Value: Number(calls.LastHour) + " in the last hour, " + Number(calls.Today) + " today"},
	}
	if senders.Total > 0 {
		facts = append(facts, Fact{Name: "Addresses, last 7 days", Value: SendersText(senders)})
	}
	return facts
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

// KeyPhrase is KeyName in a question: "Counter", "the primary key".
func KeyPhrase(credential access.Credential) string {
	if credential.Slot == access.NoSlot && credential.Name != "" {
		return credential.Name
	}
	return "the " + KeyName(credential) + " key"
}

// KeyTitle is KeyName for a heading. A name that a person chose is unchanged.
func KeyTitle(credential access.Credential) string {
	if credential.Slot == access.NoSlot && credential.Name != "" {
		return credential.Name
	}
	return Capital(KeyName(credential))
}

// KeyMark returns a key's status as lists show it.
func KeyMark(credential access.Credential, status access.Status, now time.Time) Mark {
	switch status {
	case access.StatusRevoked:
		return Mark{Tone: "off", Icon: "ban", Text: "Revoked"}
	case access.StatusExpired:
		return Mark{Tone: "off", Icon: "clock", Text: "Expired on " + Day(credential.ExpiresAt)}
	case access.StatusGrace:
		return Mark{Tone: "info", Icon: "refresh-cw", Text: "Rotating"}
	case access.StatusExpiring:
		text := "Expires in " + Age(now, credential.ExpiresAt)
		if credential.ExpiresAt.Sub(now) < time.Minute {
			text = "Expires now"
		}
		return Mark{Tone: "warn", Icon: "triangle-alert", Text: text}
	case access.StatusActive:
	}
	return Mark{Tone: "good", Icon: "circle-check", Text: "Active"}
}
