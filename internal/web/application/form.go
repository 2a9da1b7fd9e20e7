package application

import (
	"net/http"
	"net/url"

	"github.com/portico-api/portico/internal/access"
	"github.com/portico-api/portico/internal/plan"
	"github.com/portico-api/portico/internal/platform/fault"
	"github.com/portico-api/portico/internal/platform/opt"
	"github.com/portico-api/portico/internal/site"
	"github.com/portico-api/portico/internal/web/address"
	"github.com/portico-api/portico/internal/web/view"
	"github.com/portico-api/portico/internal/web/visit"
)

// applicationForm is the form by which an application is made or changed.
type applicationForm struct {
	Above  []view.Link
	Title  string
	Action string
	Button string
	Sent   url.Values
	// Strategies are what a new application chooses from; one that is there keeps its own.
	Strategies []view.Choice
	// Back is where the visitor came from; Return is where they are led afterwards, empty for the application.
	Back, Return string
	Refused      view.Refusals
}

var applicationInputs = []string{"name", "description", "reference_id", "redirect_uri", "strategy"}

// refusedApplication marks the input that another application has, too.
func refusedApplication(err error) view.Refusals {
	told := view.Refused(err, applicationInputs...)
	switch fault.From(err).Code {
	case "name_taken":
		told.Fields["name"] = "is taken"
	case "reference_taken":
		told.Fields["reference_id"] = "is taken"
	}
	return told
}

func (f applicationForm) entry(name, label, hint string) view.Entry {
	return view.Entry{
		Name: name, Label: label, Kind: "text", Value: f.Sent.Get(name), Hint: hint, Refused: f.Refused.Fields[name], Complete: "off", Optional: true,
	}
}

func (p *Pages) newApplicationPage(v *visit.Visit) error {
	sent := v.Request.URL.Query()
	return p.showNewApplication(v, http.StatusOK, url.Values{"return_to": {address.Return(sent.Get("return_to"), "")}, "strategy": {sent.Get("strategy")}}, view.Refusals{})
}

func (p *Pages) showNewApplication(v *visit.Visit, status int, sent url.Values, told view.Refusals) error {
	strategies, err := p.Access.StrategyChoices(v.Request.Context())
	if err != nil {
		return err
	}
	form := applicationForm{
		Above: []view.Link{{Text: "Applications", Path: address.Applications}}, Title: "New application", Action: address.Applications + "/new", Button: "Create application",
		Sent: sent, Strategies: strategyChoices(strategies), Return: address.Return(sent.Get("return_to"), ""), Refused: told,
	}
	form.Back = address.Applications
	if form.Return != "" {
		form.Back = form.Return
	}
	return v.RenderAs(status, form.Title, site.AreaApplications, applicationFormView(form))
}

// strategyChoices are the ways to prove oneself.
func strategyChoices(strategies []plan.Strategy) []view.Choice {
	var choices []view.Choice
	for _, one := range strategies {
		choices = append(choices, view.Choice{Value: one.ID.Hex(), Text: one.Name})
	}
	return choices
}

func (p *Pages) makeApplication(v *visit.Visit) error {
	sent, err := v.Form()
	if err != nil {
		return err
	}
	made, err := p.Access.CreateApplication(v.Request.Context(), access.NewApplication{
		Name: sent.Get("name"), Description: sent.Get("description"), ReferenceID: sent.Get("reference_id"),
		RedirectURI: sent.Get("redirect_uri"), Strategy: visit.ParseID[plan.StrategyID](sent.Get("strategy")),
	})
	if err != nil && view.Correctable(err) {
		return p.showNewApplication(v, v.RefusedForm(err), sent, refusedApplication(err))
	}
	if err != nil {
		return err
	}
	return v.Redirect(address.Return(sent.Get("return_to"), address.Application(made.Application.ID)+"?done=made"))
}

func (p *Pages) editApplicationPage(v *visit.Visit) error {
	return p.showEditApplication(v, http.StatusOK, nil, view.Refusals{})
}

func (p *Pages) showEditApplication(v *visit.Visit, status int, sent url.Values, told view.Refusals) error {
	found, err := p.Access.ApplicationToChange(v.Request.Context(), application(v))
	if err != nil {
		return err
	}
	application := found.Application
	if sent == nil {
		sent = url.Values{
			"name": {application.Name}, "description": {application.Description}, "reference_id": {application.ReferenceID},
			"redirect_uri": {application.RedirectURI},
		}
	}
	path := address.Application(application.ID)
	return v.RenderAs(status, "Edit "+application.Name, site.AreaApplications, applicationFormView(applicationForm{
		Above: []view.Link{{Text: "Applications", Path: address.Applications}, {Text: application.Name, Path: path}},
		Title: "Edit " + application.Name, Action: path + "/edit", Button: "Save", Sent: sent, Back: path, Refused: told,
	}))
}

func (p *Pages) editApplication(v *visit.Visit) error {
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
	_, err = p.Access.UpdateApplication(v.Request.Context(), change)
	if err != nil && view.Correctable(err) {
		return p.showEditApplication(v, v.RefusedForm(err), sent, refusedApplication(err))
	}
	if err != nil {
		return err
	}
	return v.Redirect(address.Application(application(v)) + "?done=changed")
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
		Text:  "Its keys stop working at once, its registrations end, and what it waits for is withdrawn. This cannot be undone.",
		Facts: []view.Fact{
			{Name: "Registrations that work", Value: view.Number(int64(found.Working))}, {Name: "Registrations in all", Value: view.Number(int64(found.Registrations.Total))},
			{Name: "Keys that stop working", Value: view.Number(int64(len(found.Keys)))}, {Name: "Last call", Value: lastCall(found)},
		},
		Action: path + "/delete", Button: "Delete the application", Danger: true, Back: path,
	}))
}

func (p *Pages) deleteApplication(v *visit.Visit) error {
	if err := p.Access.DeleteApplication(v.Request.Context(), application(v)); err != nil {
		return err
	}
	return v.Redirect(address.Applications + "?done=deleted")
}
