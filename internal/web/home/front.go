package home

import (
	"slices"

	"github.com/portico-api/portico/internal/catalog"
	"github.com/portico-api/portico/internal/overview"
	"github.com/portico-api/portico/internal/site"
	"github.com/portico-api/portico/internal/web/address"
	"github.com/portico-api/portico/internal/web/view"
	"github.com/portico-api/portico/internal/web/visit"
)

// frontContent is the home page of a visitor.
type frontContent struct {
	overview.Front
	Settings site.Settings
	// Call is nil if there is no call to show.
	Call *firstCallContent
}

func (p *Pages) front(v *visit.Visit) error {
	found, err := p.Overview.Front(v.Request.Context())
	if err != nil {
		return err
	}
	shown := frontContent{Front: found, Settings: v.Settings}
	if found.FirstCall != nil {
		shown.Call = newFirstCall(*found.FirstCall, v.Config.GatewayURL, v.Language())
	}
	if shown.Call != nil && shown.Call.runnable() {
		v.Island = "home.js"
	}
	v.Frame = view.FrameSheet
	return v.Render("Home", site.AreaHome, frontView(shown))
}

// shows reports whether the navigation has an area.
func (c frontContent) shows(area site.Area) bool { return slices.Contains(c.Settings.Areas, area) }

// signsUp reports whether visitors can get an account by themselves.
func (c frontContent) signsUp() bool {
	way := c.Settings.WayIn()
	return way == site.WayInSignUp || way == site.WayInApproval
}

// figure is a number that the portal knows.
type figure struct{ Label, Value string }

// figures counts what the visitor may see. Operations are counted only if all APIs are on the page.
func (c frontContent) figures() []figure {
	shown := []figure{{view.Plural(c.Products.Total, "API", "APIs"), view.Number(int64(c.Products.Total))}}
	if c.Products.Total > len(c.Products.Items) {
		return shown
	}
	operations, events := 0, 0
	for _, one := range c.Products.Items {
		operations, events = operations+one.Count, events+one.Events
	}
	if operations > 0 {
		shown = append(shown, figure{view.Plural(operations, "Operation", "Operations"), view.Number(int64(operations))})
	}
	if events > 0 {
		shown = append(shown, figure{view.Plural(events, "Webhook event", "Webhook events"), view.Number(int64(events))})
	}
	return shown
}

// contentText says how much an API has: "12 operations · 5 events".
func contentText(of catalog.Showcased) string {
	text := ""
	if of.Count > 0 {
		text = view.Count(int64(of.Count), "operation")
	}
	if of.Events > 0 {
		if text != "" {
			text += " · "
		}
		text += view.Count(int64(of.Events), "event")
	}
	return text
}

// changeMark is the badge of a change.
func changeMark(kind catalog.ChangeKind) view.Mark {
	switch kind {
	case catalog.VersionDeprecated:
		return view.Mark{Tone: "warn", Text: "Deprecated"}
	case catalog.VersionDescribed:
		return view.Mark{Tone: "info", Text: "Changed"}
	case catalog.VersionPublished:
	}
	return view.Mark{Tone: "good", Text: "New"}
}

// changeText says what happened to a version.
func changeText(change catalog.Change) string {
	name := change.Product.Name + " " + change.Version.Name
	switch change.Kind {
	case catalog.VersionDeprecated:
		return name + " is deprecated"
	case catalog.VersionDescribed:
		return name + " has a new description"
	case catalog.VersionPublished:
	}
	return name + " is available"
}

func versionPath(change catalog.Change) string {
	return address.Version(change.Product.Slug, change.Version.Name)
}
