package application

import (
	"cmp"
	"net/url"
	"strings"

	"github.com/portico-api/portico/internal/access"
	"github.com/portico-api/portico/internal/catalog"
	"github.com/portico-api/portico/internal/plan"
	"github.com/portico-api/portico/internal/platform/id"
	"github.com/portico-api/portico/internal/platform/opt"
	"github.com/portico-api/portico/internal/site"
	"github.com/portico-api/portico/internal/web/address"
	"github.com/portico-api/portico/internal/web/view"
	"github.com/portico-api/portico/internal/web/visit"
)

// applicationForm is the form that creates or changes an application.
type applicationForm struct {
	view.Form
	Above  []view.Link
	Title  string
	Action string
	Button string
	// Strategies are the choices for a new application; an existing one keeps its strategy.
	Strategies []view.Choice
	// Versions are the APIs with which a new application can start, empty if there are none. Once keeps a form that is
	// sent twice from creating two keys.
	Versions []view.Choice
	Once     string
	// Back is the previous page. Return is the page after saving, empty for the application's page.
	Back, Return string
}

// hasMore reports whether one of the rarely needed fields is in use or was rejected.
func (f applicationForm) hasMore() bool {
	for _, name := range []string{"reference_id", "redirect_uri"} {
		if f.Value(name) != "" || f.Refused.Fields[name] != "" {
			return true
		}
	}
	return false
}

// markTaken shows the reason at the input whose value another application already has.
func markTaken(form view.Form) view.Form {
	switch form.Refused.Code {
	case "name_taken":
		form.Refused.Fields["name"] = "is taken"
	case "reference_taken":
		form.Refused.Fields["reference_id"] = "is taken"
	}
	return form
}

func (p *Pages) newApplicationPage(v *visit.Visit) error {
	query := v.Request.URL.Query()
	return p.showNewApplication(v, view.Filled(url.Values{
		"return_to": {address.Return(query.Get("return_to"), "")}, "strategy": {query.Get("strategy")},
	}))
}

func (p *Pages) showNewApplication(v *visit.Visit, form view.Form) error {
	found, err := p.Access.NewApplicationForm(v.Request.Context())
	if err != nil {
		return err
	}
	back := address.Return(form.Value("return_to"), "")
	shown := applicationForm{
		Form: markTaken(form), Above: []view.Link{{Text: "Applications", Path: address.Applications}}, Title: "New application",
		Action: address.Applications + "/new", Button: "Create application", Strategies: strategyChoices(found.Strategies),
		Once: id.New[access.CredentialID](found.At).Hex(), Return: back, Back: cmp.Or(back, address.Applications),
	}
	if back == "" {
		shown.Versions = startingChoices(found)
	}
	return v.Render("New application", site.AreaApplications, applicationFormView(shown))
}

// strategyChoices returns the strategies that an application can use.
func strategyChoices(strategies []plan.Strategy) []view.Choice {
	var choices []view.Choice
	for _, one := range strategies {
		choices = append(choices, view.Choice{Value: one.ID.Hex(), Text: one.Name})
	}
	return choices
}

// startingChoices returns the versions with which a new application can start, each with its plan.
func startingChoices(found access.NewApplicationForm) []view.Choice {
	if len(found.Choices) == 0 {
		return nil
	}
	choices := []view.Choice{{Value: "", Text: "None yet"}}
	for _, one := range found.Choices {
		text := releaseName(one.Release) + ", " + one.Plan.Name + ", " + one.Environment
		if len(found.Strategies) > 1 {
			text += ", " + one.Strategy.Name
		}
		choices = append(choices, view.Choice{Value: one.Release.Version.ID.Hex() + " " + one.Strategy.ID.Hex(), Text: text})
	}
	return choices
}

func (p *Pages) createApplication(v *visit.Visit) error {
	sent, err := v.Form()
	if err != nil {
		return err
	}
	in := access.NewApplication{
		Name: sent.Get("name"), Description: sent.Get("description"), ReferenceID: sent.Get("reference_id"),
		RedirectURI: sent.Get("redirect_uri"), Strategy: visit.ParseID[plan.StrategyID](sent.Get("strategy")),
	}
	if sent.Get("starting") != "" {
		return p.createStarted(v, sent, in)
	}
	created, err := p.Access.CreateApplication(v.Request.Context(), in)
	if err != nil {
		return v.Refuse(err, sent, p.showNewApplication)
	}
	return v.Redirect(address.Return(sent.Get("return_to"), address.Application(created.Application.ID)+"?done=made"))
}

// createStarted creates an application that is registered for a version, and shows its first key.
func (p *Pages) createStarted(v *visit.Visit, sent url.Values, in access.NewApplication) error {
	version, strategy, _ := strings.Cut(sent.Get("starting"), " ")
	in.Strategy = visit.ParseID[plan.StrategyID](strategy)
	made, err := p.Access.RegisterWithKey(v.Request.Context(), access.NewRegistrationWithKey{
		NewRegistration: access.NewRegistration{Version: visit.ParseID[catalog.VersionID](version)},
		New:             in, KeyName: sent.Get("key_name"), Once: visit.ParseID[access.CredentialID](sent.Get("once")),
	})
	if err != nil {
		return v.Refuse(err, sent, p.showNewApplication, "key_name")
	}
	return p.showRegistered(v, made)
}

func (p *Pages) editApplicationPage(v *visit.Visit) error {
	return p.showEditApplication(v, view.Form{})
}

func (p *Pages) showEditApplication(v *visit.Visit, form view.Form) error {
	found, err := p.Access.ApplicationToChange(v.Request.Context(), application(v))
	if err != nil {
		return err
	}
	application := found.Application
	if form.Values == nil {
		form = view.Filled(url.Values{
			"name": {application.Name}, "description": {application.Description}, "reference_id": {application.ReferenceID},
			"redirect_uri": {application.RedirectURI},
		})
	}
	path := address.Application(application.ID)
	return v.Render("Edit "+application.Name, site.AreaApplications, applicationFormView(applicationForm{
		Form: markTaken(form), Above: []view.Link{{Text: "Applications", Path: address.Applications}, {Text: application.Name, Path: path}},
		Title: "Edit " + application.Name, Action: path + "/edit", Button: "Save", Back: path,
	}))
}

func (p *Pages) updateApplication(v *visit.Visit) error {
	sent, err := v.Form()
	if err != nil {
		return err
	}
	change := access.UpdateApplication{Application: application(v)}
	for name, value := range map[string]*opt.Value[string]{
		"name": &change.Name, "description": &change.Description, "reference_id": &change.ReferenceID, "redirect_uri": &change.RedirectURI,
	} {
		if sent.Has(name) {
			*value = opt.Of(sent.Get(name))
		}
	}
	if _, err := p.Access.UpdateApplication(v.Request.Context(), change); err != nil {
		return v.Refuse(err, sent, p.showEditApplication)
	}
	return v.Redirect(address.Application(change.Application) + "?done=changed")
}

func (p *Pages) deleteApplicationPage(v *visit.Visit) error {
	found, err := p.Overview.ApplicationToDelete(v.Request.Context(), application(v))
	if err != nil {
		return err
	}
	path := address.Application(found.Application.ID)
	return v.Render("Delete "+found.Application.Name, site.AreaApplications, view.ConfirmView(view.Confirmation{
		Above: []view.Link{{Text: "Applications", Path: address.Applications}, {Text: found.Application.Name, Path: path}},
		Title: "Delete " + found.Application.Name + "?",
		Text:  "Its keys stop working now, and its registrations and requests are removed. You can't undo this.",
		Facts: []view.Fact{
			{Name: "Active registrations", Value: view.Number(int64(found.Working))}, {Name: "All registrations", Value: view.Number(int64(found.Registrations.Total))},
			{Name: "Keys that stop working", Value: view.Number(int64(len(found.Keys)))}, {Name: "Last call", Value: lastCall(found)},
		},
		Action: path + "/delete", Button: "Delete application", Danger: true, Back: path,
	}))
}

func (p *Pages) deleteApplication(v *visit.Visit) error {
	if err := p.Access.DeleteApplication(v.Request.Context(), application(v)); err != nil {
		return err
	}
	return v.Redirect(address.Applications + "?done=deleted")
}
