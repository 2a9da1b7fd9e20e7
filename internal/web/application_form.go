package web

import (
	"net/http"
	"net/url"

	"github.com/portico-api/portico/internal/access"
	"github.com/portico-api/portico/internal/plan"
	"github.com/portico-api/portico/internal/platform/fault"
	"github.com/portico-api/portico/internal/platform/opt"
	"github.com/portico-api/portico/internal/site"
)

// applicationForm is the form by which an application is made or changed.
type applicationForm struct {
	Above  []link
	Title  string
	Action string
	Button string
	Sent   url.Values
	// Strategies are what a new application chooses from; one that is there keeps its own.
	Strategies []choice
	// Back is where the visitor came from; Return is where they are led afterwards, empty for the application.
	Back, Return string
	Refused      refusals
}

var applicationInputs = []string{"name", "description", "reference_id", "redirect_uri", "strategy"}

// refusedApplication marks the input that another application has, too.
func refusedApplication(err error) refusals {
	told := refused(err, applicationInputs...)
	switch fault.From(err).Code {
	case "name_taken":
		told.Fields["name"] = "is taken"
	case "reference_taken":
		told.Fields["reference_id"] = "is taken"
	}
	return told
}

func (f applicationForm) entry(name, label, hint string) entry {
	return entry{
		Name: name, Label: label, Kind: "text", Value: f.Sent.Get(name), Hint: hint, Refused: f.Refused.Fields[name], Complete: "off", Optional: true,
	}
}

func newApplicationPage(v *visit) error {
	sent := v.request.URL.Query()
	return v.showNewApplication(http.StatusOK, url.Values{"return_to": {returnPath(sent.Get("return_to"), "")}, "strategy": {sent.Get("strategy")}}, refusals{})
}

func (v *visit) showNewApplication(status int, sent url.Values, told refusals) error {
	strategies, err := v.config.Access.StrategyChoices(v.request.Context())
	if err != nil {
		return err
	}
	form := applicationForm{
		Above: []link{{Text: "Applications", Path: applicationsPath}}, Title: "New application", Action: applicationsPath + "/new", Button: "Create application",
		Sent: sent, Strategies: strategyChoices(strategies), Return: returnPath(sent.Get("return_to"), ""), Refused: told,
	}
	form.Back = applicationsPath
	if form.Return != "" {
		form.Back = form.Return
	}
	return v.render(status, form.Title, site.AreaApplications, applicationFormView(form))
}

// strategyChoices are the ways to prove oneself.
func strategyChoices(strategies []plan.Strategy) []choice {
	var choices []choice
	for _, one := range strategies {
		choices = append(choices, choice{one.ID.Hex(), one.Name})
	}
	return choices
}

func makeApplication(v *visit) error {
	sent, err := v.form()
	if err != nil {
		return err
	}
	made, err := v.config.Access.CreateApplication(v.request.Context(), access.NewApplication{
		Name: sent.Get("name"), Description: sent.Get("description"), ReferenceID: sent.Get("reference_id"),
		RedirectURI: sent.Get("redirect_uri"), Strategy: idOrNone[plan.StrategyID](sent.Get("strategy")),
	})
	if err != nil && correctable(err) {
		return v.showNewApplication(v.refusedForm(err), sent, refusedApplication(err))
	}
	if err != nil {
		return err
	}
	return v.redirect(returnPath(sent.Get("return_to"), applicationPath(made.Application.ID)+"?done=made"))
}

func editApplicationPage(v *visit) error {
	return v.showEditApplication(http.StatusOK, nil, refusals{})
}

func (v *visit) showEditApplication(status int, sent url.Values, told refusals) error {
	found, err := v.config.Access.ApplicationToChange(v.request.Context(), v.application())
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
	path := applicationPath(application.ID)
	return v.render(status, "Edit "+application.Name, site.AreaApplications, applicationFormView(applicationForm{
		Above: []link{{Text: "Applications", Path: applicationsPath}, {Text: application.Name, Path: path}},
		Title: "Edit " + application.Name, Action: path + "/edit", Button: "Save", Sent: sent, Back: path, Refused: told,
	}))
}

func editApplication(v *visit) error {
	sent, err := v.form()
	if err != nil {
		return err
	}
	change := access.UpdateApplication{Application: v.application()}
	for name, value := range map[string]*opt.Value[string]{
		"name": &change.Name, "description": &change.Description, "reference_id": &change.ReferenceID, "redirect_uri": &change.RedirectURI,
	} {
		if sent.Has(name) {
			*value = opt.Of(sent.Get(name))
		}
	}
	_, err = v.config.Access.UpdateApplication(v.request.Context(), change)
	if err != nil && correctable(err) {
		return v.showEditApplication(v.refusedForm(err), sent, refusedApplication(err))
	}
	if err != nil {
		return err
	}
	return v.redirect(applicationPath(v.application()) + "?done=changed")
}

func deleteApplicationPage(v *visit) error {
	found, err := v.config.Overview.ApplicationToDelete(v.request.Context(), v.application())
	if err != nil {
		return err
	}
	path := applicationPath(found.Application.ID)
	return v.render(http.StatusOK, "Delete "+found.Application.Name, site.AreaApplications, confirmView(confirmation{
		Above: []link{{Text: "Applications", Path: applicationsPath}, {Text: found.Application.Name, Path: path}},
		Title: "Delete " + found.Application.Name + "?",
		Text:  "Its keys stop working at once, its registrations end, and what it waits for is withdrawn. This cannot be undone.",
		Facts: []fact{
			{"Registrations that work", number(int64(found.Working))}, {"Registrations in all", number(int64(found.Registrations.Total))},
			{"Keys that stop working", number(int64(len(found.Keys)))}, {"Last call", lastCall(found)},
		},
		Action: path + "/delete", Button: "Delete the application", Danger: true, Back: path,
	}))
}

func deleteApplication(v *visit) error {
	if err := v.config.Access.DeleteApplication(v.request.Context(), v.application()); err != nil {
		return err
	}
	return v.redirect(applicationsPath + "?done=deleted")
}
