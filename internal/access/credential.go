package access

import (
	"cmp"
	"context"
	"crypto/sha256"
	"slices"
	"strings"
	"time"
	"unicode"
	"unicode/utf8"

	"github.com/portico-api/portico/internal/event"
	"github.com/portico-api/portico/internal/identity"
	"github.com/portico-api/portico/internal/plan"
	"github.com/portico-api/portico/internal/platform/fault"
	"github.com/portico-api/portico/internal/platform/id"
	"github.com/portico-api/portico/internal/platform/page"
)

const (
	// MaxCredentials is the largest number of working keys of an application. Replaced keys do not count, so that a key
	// can always be rotated.
	MaxCredentials = 20
	// expiringWithin is how long before its end a key is expiring.
	expiringWithin = 30 * 24 * time.Hour
	// unusedFor is how long staff see a working key go unused before they are asked to look at it.
	unusedFor = 90 * 24 * time.Hour
	maxName   = 255
)

// Status returns the status of the credential at a time. Ends are exclusive.
func (c Credential) Status(now time.Time) Status {
	switch {
	case !c.RevokedAt.IsZero():
		return StatusRevoked
	case past(c.ExpiresAt, now) || past(c.GraceUntil, now):
		return StatusExpired
	case !c.GraceUntil.IsZero():
		return StatusGrace
	case !c.ExpiresAt.IsZero() && c.ExpiresAt.Sub(now) <= expiringWithin:
		return StatusExpiring
	}
	return StatusActive
}

// Works reports whether the gateway accepts a credential with this status.
func (s Status) Works() bool { return s == StatusActive || s == StatusExpiring || s == StatusGrace }

// Lasting reports whether the credential works and has not been replaced. Only such keys can be regenerated or rotated,
// and only they count toward limits.
func (s Status) Lasting() bool { return s == StatusActive || s == StatusExpiring }

// IssuedCredential is a credential with its fresh material, which is returned only once.
type IssuedCredential struct {
	Credential Credential
	// Material is empty if the caller may not see it: staff never see a viewable key.
	Material
	// Previous is the key that a rotation has replaced.
	Previous Credential
}

// NewCredential is the input of IssueCredential.
type NewCredential struct {
	// Once identifies the form that creates the key, so that sending it twice creates only one key. It may be zero.
	Once CredentialID
	// Application may be zero. Then it is the subscription's, else the default application of the team that the caller
	// acts in.
	Application ApplicationID
	// Subscription binds the key to one subscription; zero lets it serve all subscriptions of the application in its
	// environment.
	Subscription SubscriptionID
	// Slot puts the key into a free slot of the bound subscription's pair.
	Slot Slot
	Name string
	// Environment may be empty if the subscriptions leave no choice.
	Environment string
	// UsualEnvironment chooses the first of KeyEnvironments if the subscriptions leave a choice.
	UsualEnvironment bool
	// Kinds are the kinds of credentials whose secret the caller can return; empty means all.
	Kinds []plan.Kind
	// Scopes narrow what the subscriptions grant; empty does not narrow.
	Scopes []string
	// Validity or ExpiresAt limits the key's life; if both are zero, the plan's key policy does.
	Validity  time.Duration
	ExpiresAt time.Time
}

// Validate rejects invalid input.
func (in NewCredential) Validate() error {
	var refused []fault.Field
	if reason := checkName(in.Name, true); reason != "" {
		refused = append(refused, fault.Field{Name: "name", Reason: reason})
	}
	if in.Validity < 0 || in.Validity > 0 && !in.ExpiresAt.IsZero() {
		refused = append(refused, fault.Field{Name: "validity", Reason: "must be positive, and cannot be combined with an expiry"})
	}
	if !slices.Contains([]Slot{NoSlot, Primary, Secondary}, in.Slot) || in.Slot != NoSlot && in.Subscription.IsZero() {
		refused = append(refused, fault.Field{Name: "slot", Reason: "must be primary or secondary, and needs a subscription"})
	}
	return fault.InvalidFields(refused)
}

// checkName returns what is wrong with a name, as a phrase that follows "name".
func checkName(name string, emptyToo bool) string {
	trimmed := strings.TrimSpace(name)
	switch {
	case trimmed == "" && !emptyToo:
		return "must not be empty"
	case utf8.RuneCountInString(trimmed) > maxName:
		return "must have at most 255 characters"
	case !utf8.ValidString(name) || strings.ContainsFunc(name, unicode.IsControl):
		return "must be one line of text"
	}
	return ""
}

// IssueCredential gives an application a new key. The secret is returned only once.
func (s *Service) IssueCredential(ctx context.Context, in NewCredential) (IssuedCredential, error) {
	application, err := s.holderOf(ctx, in)
	if err != nil {
		return IssuedCredential{}, err
	}
	if err := in.Validate(); err != nil {
		return IssuedCredential{}, err
	}
	var issued IssuedCredential
	err = s.change(ctx, application.Team, func(ctx context.Context) error {
		if application, err = s.present(ctx, application.ID); err != nil {
			return err
		}
		fresh, err := s.freshID(ctx, application.ID, in.Once)
		if err != nil {
			return err
		}
		plans, err := s.loadPlanSet(ctx)
		if err != nil {
			return err
		}
		terms, err := s.terms(ctx, application, in, plans)
		if err != nil {
			return err
		}
		terms.id = fresh
		if len(in.Kinds) > 0 && !slices.Contains(in.Kinds, terms.kind) {
			return fault.Newf(fault.Invalid, "kind_not_known", "%s credentials cannot be created here. Create the credential on the portal's pages.", terms.kind)
		}
		issued, err = s.issue(ctx, application, terms)
		return err
	})
	if err != nil {
		return IssuedCredential{}, err
	}
	return issued, nil
}

// holderOf returns the application that gets the key.
func (s *Service) holderOf(ctx context.Context, in NewCredential) (Application, error) {
	if in.Application.IsZero() && !in.Subscription.IsZero() {
		_, application, err := s.loadSubscription(ctx, identity.ManageCredentials, in.Subscription)
		return application, err
	}
	return s.loadApplicationOrDefault(ctx, identity.ManageCredentials, in.Application)
}

// formLifetime is the largest accepted difference between now and the time in a form's ID. The key gets this time in
// its own ID, by which lists sort.
const formLifetime = 365 * 24 * time.Hour

// freshID returns the ID of a new credential. It depends on the form and the application, so that callers cannot choose
// an ID or learn whether another application's key has it.
func (s *Service) freshID(ctx context.Context, application ApplicationID, once CredentialID) (CredentialID, error) {
	now := s.now()
	if once.IsZero() {
		return id.New[CredentialID](now), nil
	}
	if now.Sub(once.Time()).Abs() > formLifetime {
		return CredentialID{}, fault.New(fault.Conflict, "form_outdated", "This form is outdated. Open it again to create the key.")
	}
	sum := sha256.Sum256(slices.Concat(application[:], once[:]))
	fresh := CredentialID(slices.Concat(once[:6], sum[:6]))
	_, err := s.store.Credential(ctx, fresh)
	if err == nil {
		return CredentialID{}, fault.New(fault.Conflict, "issued_already", "This key was already created, and its secret was shown once. If you lost the secret, revoke the key and create another one.")
	}
	return fresh, ignoreMissing(err)
}

// present loads an application again inside a transaction, since it may have been deleted in the meantime.
func (s *Service) present(ctx context.Context, id ApplicationID) (Application, error) {
	application, err := s.store.Application(ctx, id)
	if err == nil && !application.DeletedAt.IsZero() {
		err = fault.Missing("application")
	}
	return application, err
}

// issue creates a credential on the terms, saves it and tells the gateways.
func (s *Service) issue(ctx context.Context, application Application, terms terms) (IssuedCredential, error) {
	now := s.now()
	if !terms.ticket {
		if err := s.checkRoomForKey(ctx, application, terms); err != nil {
			return IssuedCredential{}, err
		}
	}
	credential := Credential{
		ID: cmp.Or(terms.id, id.New[CredentialID](now)), Application: application.ID, Team: application.Team, Subscription: terms.subscription,
		Environment: terms.environment, Kind: terms.kind, Format: terms.policy.Format, Slot: terms.slot, Name: terms.name,
		Viewable: terms.policy.Viewable, InQuery: terms.policy.InQuery, Scopes: terms.scopes,
		CreatedAt: now, CreatedBy: identity.From(ctx).Account, ExpiresAt: terms.expiresAt, RotatedFrom: terms.rotatedFrom,
		Ticket: terms.ticket,
	}
	fresh, err := s.renew(&credential)
	if err != nil {
		return IssuedCredential{}, err
	}
	if err := s.store.SaveCredential(ctx, credential); err != nil {
		return IssuedCredential{}, err
	}
	tag := event.TagOf(event.TagCredential, credential.ID)
	details := map[string]string{"prefix": credential.Prefix, "environment": credential.Environment}
	if err := s.audit(ctx, "credential.issued", tag, credential.Team, details); err != nil {
		return IssuedCredential{}, err
	}
	if err := s.announceIssued(ctx, credential); err != nil {
		return IssuedCredential{}, err
	}
	return s.handOut(ctx, credential, fresh)
}

// checkRoomForKey returns nil if the application may have another key and its slot is free.
func (s *Service) checkRoomForKey(ctx context.Context, application Application, terms terms) error {
	others, err := s.credentials(ctx, CredentialFilter{Application: application.ID, Unrevoked: true})
	if err != nil {
		return err
	}
	now := s.now()
	lasting := slices.DeleteFunc(others, func(other Credential) bool { return !other.Status(now).Lasting() })
	taken := func(other Credential) bool {
		return other.Subscription == terms.subscription && other.Slot == terms.slot
	}
	if terms.slot != NoSlot && slices.ContainsFunc(lasting, taken) {
		return fault.Newf(fault.Conflict, "slot_taken", "The subscription already has a %s key. Regenerate it, or revoke it first.", terms.slot)
	}
	if len(lasting) >= MaxCredentials {
		return fault.Newf(fault.Conflict, "credential_limit",
			"An application can have at most %d working keys. Revoke one that is no longer used.", MaxCredentials)
	}
	return nil
}

func (s *Service) noteReader(ctx context.Context, credential CredentialID) error {
	reader := identity.From(ctx).Account
	if reader.IsZero() {
		return nil
	}
	return s.store.SaveReader(ctx, credential, reader, s.now())
}

func (s *Service) credentials(ctx context.Context, filter CredentialFilter) ([]Credential, error) {
	return page.All(func(request page.Request) (page.Page[Credential], error) {
		return s.store.Credentials(ctx, filter, request)
	})
}
