package application

import (
	"slices"
	"time"

	"github.com/portico-api/portico/internal/access"
	"github.com/portico-api/portico/internal/overview"
	"github.com/portico-api/portico/internal/plan"
	"github.com/portico-api/portico/internal/platform/id"
	"github.com/portico-api/portico/internal/site"
	"github.com/portico-api/portico/internal/web/address"
	"github.com/portico-api/portico/internal/web/view"
	"github.com/portico-api/portico/internal/web/visit"
)

// applicationContent is the page of an application.
type applicationContent struct {
	overview.ApplicationPage

	List view.Listing
	// Rights says what the visitor may do with the application.
	Rights access.ApplicationRights
	// Form creates a key; Once prevents creating it twice.
	Once   string
	Form   view.Form
	Notice string
	// Gateway is the gateway's URL, which precedes base paths.
	Gateway string
}

func (p *Pages) applicationPage(v *visit.Visit) error {
	return p.showApplication(v, view.Form{})
}

func (p *Pages) showApplication(v *visit.Visit, form view.Form) error {
	list, err := v.Listing()
	if err != nil {
		return err
	}
	list.Path = address.Application(application(v))
	found, err := p.Overview.ApplicationPage(v.Request.Context(), application(v), list.Request())
	if err != nil {
		return err
	}
	list.Total = found.Registrations.Total
	shown := applicationContent{
		ApplicationPage: found, List: list, Form: form, Once: id.New[access.CredentialID](found.At).Hex(),
		Rights: found.Application.Rights(v.Principal), Notice: applicationNotice(v.Request.URL.Query().Get("done")), Gateway: v.Config.GatewayURL,
	}
	return v.Render(found.Application.Name, site.AreaApplications, applicationView(shown))
}

func (c applicationContent) path(parts ...string) string {
	return address.Application(c.Application.ID, parts...)
}

func (c applicationContent) environments() []view.Choice {
	var choices []view.Choice
	for _, environment := range c.NewKey.Environments {
		choices = append(choices, view.Choice{Value: environment, Text: view.Capital(environment)})
	}
	return choices
}

// callable reports whether the application can have made calls today.
func (c applicationContent) callable() bool {
	return len(c.Granted) > 0 ||
		slices.ContainsFunc(c.Registrations.Items, func(one access.Registration) bool { return one.Subscription.State == access.Approved })
}

// hours are the calls of the last 24 hours.
func (c applicationContent) hours() []float64 {
	values := make([]float64, len(c.Usage.Hours))
	for i, hour := range c.Usage.Hours {
		values[i] = float64(hour.Calls)
	}
	return values
}

// usageNote says how today's calls went.
func (c applicationContent) usageNote() string {
	today := c.Usage.Whole
	if today.Calls == 0 || !today.Latency.Known {
		return ""
	}
	return view.ShareText(today.Errors, today.Calls) + " errors · median " + view.Milliseconds(today.Latency.P50) + " ms"
}

// noKeysText says what a first key would open.
func (c applicationContent) noKeysText() string {
	for _, one := range c.Registrations.Items {
		if one.Subscription.State == access.Approved && one.Release.Product.Name != "" {
			return "Create a key to call " + releaseName(one.Release) + "."
		}
	}
	return "Create a key, and add the APIs that it calls."
}

// keyRows returns the keys for their table.
func (c applicationContent) keyRows() []view.KeyRow {
	rows := make([]view.KeyRow, len(c.Keys))
	for i, key := range c.Keys {
		rows[i] = c.keyRow(key)
	}
	return rows
}

func (c applicationContent) keyRow(key overview.KeyUse) view.KeyRow {
	row := view.KeyRowOf(key, c.LastUsed[key.Credential.ID], c.At)
	row.Senders = c.Senders[key.Credential.ID]
	row.Plan, row.Maker = c.Application.Name, c.Creators[key.Credential.CreatedBy]
	for _, one := range c.Granted {
		if one.Subscription.ID == key.Credential.Subscription {
			row.Bound = one.Plan.Name
		}
	}
	if row.Pair && row.Bound != "" {
		row.Plan = row.Bound
	}
	if !slices.Contains(c.Open, key.Credential.Environment) {
		row.Advice = "This key can't call anything yet. Add an API in " + key.Credential.Environment + "."
	}
	if rotation, rotating := c.Rotations[key.Credential.ID]; rotating {
		row.Rotation = &view.KeyRotation{
			Successor: rotation.Successor.Prefix, Old: rotation.Old, New: rotation.New,
			OldSenders: view.SendersSince(row.Senders, c.At.Add(-time.Hour)),
			Started:    rotation.Successor.CreatedAt, Ends: key.Credential.GraceUntil,
		}
	}
	page := func(may bool, action string) string {
		if !may {
			return ""
		}
		return address.ApplicationKey(c.Application.ID, key.Credential.ID, action)
	}
	row.Rotate, row.Regenerate = page(key.Rights.Rotate, "rotate"), page(key.Rights.Regenerate, "regenerate")
	row.Rename, row.Revoke = page(key.Rights.Rename, "rename"), page(key.Rights.Revoke, "revoke")
	row.Extend = page(key.Rights.Extend, "extend")
	return row
}

// strategyText says how an application authenticates.
func strategyText(strategy plan.Strategy) string {
	if strategy.ID.IsZero() {
		return "Not fixed"
	}
	return strategy.Name
}

// registrationNote explains a registration's state, or returns "" if it is obvious.
func registrationNote(registration access.Subscription) string {
	note := map[access.SubscriptionState]string{
		access.Rejected:  "Remove it to request it again.",
		access.Suspended: "Calls get 401 until staff reinstate it.",
		access.Revoked:   "Calls get 401. Ask staff.",
		access.Expired:   "Remove it to request it again.",
	}[registration.State]
	if registration.Reason != "" {
		note += " Reason: " + registration.Reason
	}
	return note
}

// endedText says when staff ended a registration, and that the team may register again.
func endedText(registration access.Subscription) string {
	if registration.State == access.Cancelled {
		return "Revoked on " + view.Day(registration.UpdatedAt) + ". You can request it again."
	}
	return "Revoked. You can request it again since " + view.Day(registration.ClearedAt) + "."
}
