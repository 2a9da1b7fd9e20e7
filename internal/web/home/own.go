package home

import (
	"slices"
	"strings"
	"time"

	"github.com/portico-api/portico/internal/access"
	"github.com/portico-api/portico/internal/catalog"
	"github.com/portico-api/portico/internal/identity"
	"github.com/portico-api/portico/internal/overview"
	"github.com/portico-api/portico/internal/platform/spelling"
	"github.com/portico-api/portico/internal/site"
	"github.com/portico-api/portico/internal/web/address"
	"github.com/portico-api/portico/internal/web/view"
	"github.com/portico-api/portico/internal/web/visit"
)

// ownContent is the home page of someone who has signed in.
type ownContent struct {
	overview.Home
	Settings site.Settings
	// MayCreate reports whether the visitor may create applications.
	MayCreate bool
}

func (p *Pages) ownHome(v *visit.Visit) error {
	found, err := p.Overview.Home(v.Request.Context())
	if err != nil {
		return err
	}
	return v.Render("Home", site.AreaHome, ownView(ownContent{
		Home: found, Settings: v.Settings, MayCreate: !v.Principal.Team.IsZero() && v.Principal.May(identity.ManageApplications),
	}))
}

func (c ownContent) shows(area site.Area) bool { return slices.Contains(c.Settings.Areas, area) }

func (c ownContent) inTeam() bool { return !c.Me.Team.ID.IsZero() }

// greeting names the reader by their first name.
func (c ownContent) greeting() string {
	first, _, _ := strings.Cut(strings.TrimSpace(c.Me.Account.Name), " ")
	if first == "" {
		return "Home"
	}
	return "Hello, " + first
}

// note is the one thing to say above everything else.
type note struct {
	Tone string
	// Fact is what is so, Consequence what follows from it.
	Fact, Consequence string
	Action            view.Link
}

// note returns the most urgent concern, an invitation, or what waits for staff; nil if there is nothing.
func (c ownContent) note() *note {
	if len(c.Concerns) > 0 && c.Concerns[0].Kind < overview.KeyExpires {
		return new(c.concernNote(c.Concerns[0]))
	}
	if len(c.Me.Invitations) > 0 {
		return &note{
			Tone: "info", Fact: "You're invited to join " + c.Me.Invitations[0].TeamName + ".",
			Action: view.Link{Text: "See invitation", Path: address.OwnTeam},
		}
	}
	if waiting := c.Waiting.Requests + c.Waiting.SignUps; waiting > 0 {
		return &note{
			Tone: "info", Fact: view.CountOf(waiting, "decision waits", "decisions wait") + " for staff.",
			Action: view.Link{Text: "Open overview", Path: address.Staff},
		}
	}
	if len(c.Concerns) > 0 {
		return new(c.concernNote(c.Concerns[0]))
	}
	return nil
}

func (c ownContent) concernNote(of overview.Concern) note {
	switch of.Kind {
	case overview.KeyInUseExpires, overview.KeyExpires:
		return c.keyNote(of)
	case overview.RequestWaits:
		return note{
			Tone: "info", Fact: "Your request for " + askedText(of.Request) + " is waiting for approval.", Consequence: c.answerText(),
			Action: view.Link{Text: "See requests", Path: address.Requests},
		}
	case overview.QuotaUsedUp, overview.QuotaNearlyUsed:
		return c.quotaNote(of)
	case overview.AccessSuspended, overview.AccessRevoked, overview.AccessRejected:
	}
	tone := "bad"
	if of.Kind == overview.AccessRejected {
		tone = "warn"
	}
	return note{
		Tone: tone, Fact: stoppedTitle(of.Access) + ".", Consequence: c.stoppedText(of.Access),
		Action: view.Link{Text: "See access", Path: accessPath(of.Access)},
	}
}

func (c ownContent) quotaNote(of overview.Concern) note {
	told := note{
		Tone: "warn", Fact: useName(of.Use) + " has used " + view.QuotaShare(of.Quota) + ".", Consequence: view.QuotaNote(of.Quota, c.At) + ".",
		Action: view.Link{Text: "See quota", Path: accessPath(of.Use.TeamSubscription)},
	}
	told.Consequence = strings.TrimSuffix(told.Consequence, ".") + "."
	if of.Kind == overview.QuotaUsedUp {
		told.Tone = "bad"
	}
	return told
}

// useName names a subscription by its application, unless that is the team's default one.
func useName(of overview.QuotaUse) string {
	if of.Application.Default {
		return of.Plan.Name
	}
	return of.Application.Name
}

// answerText says how the team learns of a decision.
func (ownContent) answerText() string { return "Staff decide on it. The answer shows under Requests." }

func (ownContent) keyNote(of overview.Concern) note {
	key := of.Key.Credential
	text := "It hasn't been used yet."
	if !of.LastUsed.IsZero() {
		text = "It's in use: calls with it get 401 from then on."
	}
	return note{
		Tone: "warn", Fact: "“" + view.KeyTitle(key) + "” of " + of.Key.Application + " expires on " + view.Day(key.ExpiresAt) + ".",
		Consequence: text, Action: view.Link{Text: "Rotate key", Path: address.Application(key.Application)},
	}
}

// stopped are the stopped subscriptions that the note does not mention.
func (c ownContent) stopped() []access.TeamSubscription {
	var rest []access.TeamSubscription
	for i, one := range c.Concerns {
		if one.Stopped() && i > 0 {
			rest = append(rest, one.Access)
		}
	}
	return rest
}

// toldAbove reports whether a concern already states the reason for the decision on a request.
func (c ownContent) toldAbove(request access.TeamRequest) bool {
	return slices.ContainsFunc(c.Concerns, func(one overview.Concern) bool {
		return one.Stopped() && one.Access.Subscription.Request == request.Request.ID
	})
}

// stoppedTitle says what staff did: "Parcels 2 is suspended for Warehouse".
func stoppedTitle(of access.TeamSubscription) string {
	text := view.Capital(view.AccessName(of))
	switch of.Subscription.State {
	case access.Rejected:
		text = "Your request for " + view.AccessName(of) + " was rejected"
	case access.Revoked:
		text += " was revoked"
	default:
		text += " is suspended"
	}
	if !of.Application.Default && of.Application.Name != "" {
		text += " for " + of.Application.Name
	}
	return text
}

// stoppedText gives the reason, the consequence and the way on.
func (c ownContent) stoppedText(of access.TeamSubscription) string {
	text := ""
	if of.Subscription.Reason != "" {
		text = "“" + strings.TrimSpace(of.Subscription.Reason) + "” "
	}
	ask := "the people who run this portal"
	if c.Settings.Support != "" {
		ask = view.SupportText(c.Settings.Support)
	}
	switch of.Subscription.State {
	case access.Rejected:
		return text + "Remove it to ask again."
	case access.Revoked:
		return text + "Calls are refused. Ask " + ask + " if you need it back."
	}
	return text + "Calls are refused until staff reinstate it. Ask " + ask + "."
}

// accessPath is the page on which the team sees a subscription.
func accessPath(of access.TeamSubscription) string {
	if !of.Application.Default && !of.Subscription.Version.IsZero() {
		return address.Application(of.Application.ID)
	}
	return address.Profile + "#" + view.SubscriptionElement(of.Subscription.ID)
}

// applicationMark returns the most urgent state of an application: suspended, expiring, pending, incomplete or active.
func applicationMark(of overview.ApplicationUse, now time.Time) view.Mark {
	ends := access.Credential{ExpiresAt: of.KeyEndsAt}.Status(now)
	switch {
	case of.Suspended > 0:
		return view.SubscriptionMark(access.Suspended)
	case !of.KeyEndsAt.IsZero() && ends == access.StatusExpiring:
		return view.Mark{Tone: "warn", Icon: "triangle-alert", Text: "Key expires soon"}
	case of.Waiting > 0:
		return view.SubscriptionMark(access.Pending)
	case of.Registrations == 0 && !of.Application.Default:
		return view.Mark{Tone: "off", Icon: "circle", Text: "No API yet"}
	case of.Keys == 0:
		return view.Mark{Tone: "off", Icon: "circle", Text: "No key yet"}
	}
	return view.Mark{Tone: "good", Icon: "circle-check", Text: "Active"}
}

// requestMark is the state of a request.
func requestMark(state access.RequestState) view.Mark {
	switch state {
	case access.RequestPending:
		return view.Mark{Tone: "warn", Icon: "clock", Text: "Waiting for approval"}
	case access.RequestApproved:
		return view.Mark{Tone: "good", Icon: "circle-check", Text: "Approved"}
	case access.RequestRejected:
		return view.Mark{Tone: "bad", Icon: "circle-x", Text: "Rejected"}
	case access.RequestWithdrawn, access.RequestProcessed:
	}
	return view.Mark{Tone: "off", Icon: "undo-2", Text: view.Capital(string(state))}
}

// askedText names what a request asks for.
func askedText(of access.TeamRequest) string {
	switch {
	case of.Request.Version.IsZero():
		return spelling.List(of.Plans)
	case of.Release.Product.Name != "":
		return of.Release.Product.Name + " " + of.Release.Version.Name
	}
	return "a version that is no longer shown"
}

// endsIn says when a key expires in few words, for a badge.
func endsIn(at, now time.Time) string {
	days := int(at.Sub(now).Hours() / 24)
	if days < 1 {
		return "Today"
	}
	return view.Count(int64(days), "day")
}

// endsTone returns the tone of the badge of endsIn.
func endsTone(at, now time.Time) string {
	switch left := at.Sub(now); {
	case left < 2*24*time.Hour:
		return "bad"
	case left < 8*24*time.Hour:
		return "warn"
	}
	return ""
}

// newsText says what happened to an API that the team has access to.
func newsText(one overview.News) string { return changeText(one.Change) }

// newsNote says when, and which application calls the version.
func newsNote(one overview.News) string {
	var parts []string
	if one.Called.Applications > 0 && one.Kind != catalog.VersionPublished {
		text := "You call it from " + one.Called.Application
		if one.Called.Applications > 1 {
			text += " and " + view.CountOf(one.Called.Applications-1, "other", "others")
		}
		parts = append(parts, text)
	}
	if !one.At.IsZero() {
		parts = append(parts, view.Day(one.At))
	}
	return strings.Join(parts, " · ")
}
