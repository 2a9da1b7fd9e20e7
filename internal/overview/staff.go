package overview

import (
	"context"
	"slices"
	"time"

	"github.com/portico-api/portico/internal/access"
	"github.com/portico-api/portico/internal/event"
	"github.com/portico-api/portico/internal/identity"
	"github.com/portico-api/portico/internal/plan"
	"github.com/portico-api/portico/internal/platform/page"
	"github.com/portico-api/portico/internal/usage"
)

// recently is the number of days whose calls staff see.
const recently = 30

// Inbox is a page of the requests that staff decide on.
type Inbox struct {
	Requests page.Page[AskedUse]
	// Plans lists the plans to filter by.
	Plans []plan.Plan
	// Waiting is the number of all pending requests; the filter does not change it.
	Waiting int
	At      time.Time
}

// AskedUse is a request with its context and the calls of its team.
type AskedUse struct {
	access.Asked
	// Calls counts the team's calls of the last 30 days.
	Calls int64
}

// Inbox lists requests with their context. access checks the permission, here and below.
func (s *Service) Inbox(ctx context.Context, filter access.RequestFilter, request page.Request) (Inbox, error) {
	found, err := s.access.Inbox(ctx, filter, request)
	if err != nil {
		return Inbox{}, err
	}
	inbox := Inbox{At: s.now()}
	inbox.Requests.Total = found.Total
	if inbox.Requests.Items, err = s.askedUses(ctx, found.Items, inbox.At); err != nil {
		return Inbox{}, err
	}
	if inbox.Waiting, err = s.access.PendingRequests(ctx); err != nil {
		return Inbox{}, err
	}
	inbox.Plans, err = s.access.Plans(ctx)
	return inbox, err
}

// InboxRequest returns one request of the inbox and the current time.
func (s *Service) InboxRequest(ctx context.Context, id access.RequestID) (AskedUse, time.Time, error) {
	now := s.now()
	asked, err := s.access.InboxRequest(ctx, id)
	if err != nil {
		return AskedUse{}, now, err
	}
	uses, err := s.askedUses(ctx, []access.Asked{asked}, now)
	if err != nil {
		return AskedUse{}, now, err
	}
	return uses[0], now, nil
}

func (s *Service) askedUses(ctx context.Context, asked []access.Asked, now time.Time) ([]AskedUse, error) {
	teams := make([]identity.TeamID, len(asked))
	for i, one := range asked {
		teams[i] = one.Request.Team
	}
	calls, err := s.usage.CallsOfTeams(ctx, teams, usage.Span{Since: now.AddDate(0, 0, -recently), Until: now})
	uses := make([]AskedUse, len(asked))
	for i, one := range asked {
		uses[i] = AskedUse{Asked: one, Calls: calls[one.Request.Team]}
	}
	return uses, err
}

// SubscriptionList is a page of all teams' subscriptions.
type SubscriptionList struct {
	Lines      page.Page[access.SubscriptionLine]
	CallsToday map[access.SubscriptionID]int64
	Plans      []plan.Plan
	// Counts has the number of subscriptions by state that match the filter.
	Counts map[access.SubscriptionState]int
}

// SubscriptionList lists subscriptions with today's calls.
func (s *Service) SubscriptionList(ctx context.Context, filter access.SubscriptionFilter, request page.Request) (SubscriptionList, error) {
	var list SubscriptionList
	var err error
	if list.Lines, err = s.access.SubscriptionLines(ctx, filter, request); err != nil {
		return SubscriptionList{}, err
	}
	var teams []identity.TeamID
	var ids []access.SubscriptionID
	for _, line := range list.Lines.Items {
		teams, ids = append(teams, line.Subscription.Team), append(ids, line.Subscription.ID)
	}
	if list.CallsToday, err = s.usage.CallsOfSubscriptions(ctx, teams, ids, usage.Today(s.now())); err != nil {
		return SubscriptionList{}, err
	}
	if list.Counts, err = s.access.CountSubscriptions(ctx, filter); err != nil {
		return SubscriptionList{}, err
	}
	list.Plans, err = s.access.Plans(ctx)
	return list, err
}

// SubscriptionPage is what staff see of a subscription.
type SubscriptionPage struct {
	access.SubscriptionOverview
	Keys       []KeyUse
	LastUsed   map[access.CredentialID]time.Time
	CallsToday int64
	// Calls counts the calls of the last 30 days.
	Calls int64
	// Standing is what is used of the plan's quotas, if the subscription is approved.
	Standing usage.Standing
	// History has the newest audit records about it.
	History []event.Record
	At      time.Time
}

// Other returns one of the plans that the subscription can be moved to.
func (p SubscriptionPage) Other(slug string) (plan.Plan, bool) {
	for _, other := range p.Others {
		if other.Slug == slug {
			return other, true
		}
	}
	return plan.Plan{}, false
}

// SubscriptionPage returns a subscription of any team with its keys and calls.
func (s *Service) SubscriptionPage(ctx context.Context, id access.SubscriptionID) (SubscriptionPage, error) {
	shown := SubscriptionPage{At: s.now()}
	var err error
	if shown.SubscriptionOverview, err = s.access.SubscriptionOverview(ctx, id); err != nil {
		return SubscriptionPage{}, err
	}
	for _, key := range shown.Credentials {
		shown.Keys = append(shown.Keys, KeyUse{Credential: key, Status: key.Status(shown.At), Rights: shown.Rights[key.ID]})
	}
	if shown.LastUsed, err = s.usage.LastUsed(ctx, shown.Credentials); err != nil {
		return SubscriptionPage{}, err
	}
	team := []identity.TeamID{shown.Subscription.Team}
	for _, shown := range []struct {
		calls *int64
		span  usage.Span
	}{{&shown.CallsToday, usage.Today(shown.At)}, {&shown.Calls, usage.DaysBack(shown.At, recently)}} {
		calls, err := s.usage.CallsOfSubscriptions(ctx, team, []access.SubscriptionID{id}, shown.span)
		if err != nil {
			return SubscriptionPage{}, err
		}
		*shown.calls = calls[id]
	}
	if shown.Standing, err = s.Standing(ctx, id); err != nil {
		return SubscriptionPage{}, err
	}
	shown.History, err = s.recent(ctx, event.TrailFilter{Object: event.TagOf(event.TagSubscription, id)})
	return shown, err
}

// KeyList is a page of all teams' keys.
type KeyList struct {
	Keys     page.Page[access.KeyLine]
	LastUsed map[access.CredentialID]time.Time
	// Counts has the number of keys in each part of the list that match the filter.
	Counts map[access.KeyPart]int
	// Environments are those of plans, to filter by.
	Environments []string
	At           time.Time
}

// KeyList lists keys with when they were last used.
func (s *Service) KeyList(ctx context.Context, filter access.CredentialFilter, request page.Request) (KeyList, error) {
	found, err := s.access.KeyLines(ctx, filter, request)
	if err != nil {
		return KeyList{}, err
	}
	list := KeyList{Keys: found, At: s.now()}
	if list.LastUsed, err = s.lastUsed(ctx, found.Items); err != nil {
		return KeyList{}, err
	}
	if list.Counts, err = s.access.CountKeys(ctx, filter); err != nil {
		return KeyList{}, err
	}
	plans, err := s.access.Plans(ctx)
	list.Environments = plan.Environments(plans)
	return list, err
}

// KeysToRevoke returns the keys with these IDs, with when they were last used.
func (s *Service) KeysToRevoke(ctx context.Context, ids []access.CredentialID) (KeyList, error) {
	found, err := s.access.KeysToRevoke(ctx, ids)
	if err != nil {
		return KeyList{}, err
	}
	lastUsed, err := s.lastUsed(ctx, found)
	return KeyList{Keys: page.Page[access.KeyLine]{Items: found, Total: len(found)}, LastUsed: lastUsed, At: s.now()}, err
}

// EachKey passes the keys that match a filter to fn, with when they were last used.
func (s *Service) EachKey(ctx context.Context, filter access.CredentialFilter, order page.Order, fn func(key access.KeyLine, lastUsed time.Time) error) error {
	return page.Each(order, func(request page.Request) (items, total int, err error) {
		found, err := s.access.KeyLines(ctx, filter, request)
		if err != nil {
			return 0, 0, err
		}
		lastUsed, err := s.lastUsed(ctx, found.Items)
		for _, key := range found.Items {
			if err == nil {
				err = fn(key, lastUsed[key.Credential.ID])
			}
		}
		return len(found.Items), found.Total, err
	})
}

func (s *Service) lastUsed(ctx context.Context, keys []access.KeyLine) (map[access.CredentialID]time.Time, error) {
	credentials := make([]access.Credential, len(keys))
	for i, key := range keys {
		credentials[i] = key.Credential
	}
	return s.usage.LastUsed(ctx, credentials)
}

// LeakedKeys has the keys that match a pasted text, with when they were last used.
type LeakedKeys struct {
	access.FoundKeys
	LastUsed map[access.CredentialID]time.Time
	At       time.Time
}

// LeakedKeys finds the keys that a leaked text belongs to.
func (s *Service) LeakedKeys(ctx context.Context, pasted string) (LeakedKeys, error) {
	found, err := s.access.FindKey(ctx, pasted)
	if err != nil {
		return LeakedKeys{}, err
	}
	lastUsed, err := s.lastUsed(ctx, found.Keys)
	return LeakedKeys{FoundKeys: found, LastUsed: lastUsed, At: s.now()}, err
}

// KeyPage is what staff see of a key: everything except its secret.
type KeyPage struct {
	access.KeyOverview
	LastUsed time.Time
	// Senders are the addresses from which it was used in the last week.
	Senders usage.Senders
	// CallsToday and Calls count the calls with this key, Calls those of the last 30 days.
	CallsToday, Calls int64
	// History has the newest audit records about it.
	History []event.Record
	At      time.Time
}

// KeyPage returns a key of any team.
func (s *Service) KeyPage(ctx context.Context, id access.CredentialID) (KeyPage, error) {
	shown := KeyPage{At: s.now()}
	var err error
	if shown.KeyOverview, err = s.access.KeyOverview(ctx, id); err != nil {
		return KeyPage{}, err
	}
	lastUsed, err := s.usage.LastUsed(ctx, []access.Credential{shown.Credential})
	if err != nil {
		return KeyPage{}, err
	}
	shown.LastUsed = lastUsed[id]
	senders, err := s.usage.Senders(ctx, []access.Credential{shown.Credential})
	if err != nil {
		return KeyPage{}, err
	}
	shown.Senders = senders[id]
	if shown.CallsToday, err = s.usage.CallsWith(ctx, shown.Credential, usage.Today(shown.At)); err != nil {
		return KeyPage{}, err
	}
	if shown.Calls, err = s.usage.CallsWith(ctx, shown.Credential, usage.DaysBack(shown.At, recently)); err != nil {
		return KeyPage{}, err
	}
	shown.History, err = s.recent(ctx, event.TrailFilter{Object: event.TagOf(event.TagCredential, id)})
	return shown, err
}

// GrantForm is what staff choose from to grant access.
type GrantForm struct {
	Plans []plan.Plan
	// Application gets the access; zero if the form names another.
	Application access.Application
}

// GrantForm returns the plans to choose from and, unless its id is zero, the application.
func (s *Service) GrantForm(ctx context.Context, application access.ApplicationID) (GrantForm, error) {
	if err := identity.Require(ctx, identity.GrantAccess); err != nil {
		return GrantForm{}, err
	}
	plans, err := s.access.Plans(ctx)
	plans = slices.DeleteFunc(plans, plan.Plan.OpensNothing)
	if err != nil || application.IsZero() {
		return GrantForm{Plans: plans}, err
	}
	detail, err := s.access.Application(ctx, application)
	return GrantForm{Plans: plans, Application: detail.Application}, err
}
