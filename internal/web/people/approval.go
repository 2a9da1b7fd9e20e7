package people

import (
	"maps"
	"net/url"
	"slices"
	"strconv"

	"github.com/a-h/templ"

	"github.com/portico-api/portico/internal/account"
	"github.com/portico-api/portico/internal/identity"
	"github.com/portico-api/portico/internal/web/address"
	"github.com/portico-api/portico/internal/web/view"
	"github.com/portico-api/portico/internal/web/visit"
)

func (p *Pages) approvePerson(v *visit.Visit, person identity.AccountID) error {
	return p.Accounts.Approve(v.Request.Context(), person)
}

func (p *Pages) mailSetUpLink(v *visit.Visit, person identity.AccountID) error {
	return p.Accounts.SendSetUpLink(v.Request.Context(), person)
}

// rejectForm asks why a sign-up is rejected.
type rejectForm struct {
	Person  account.Account
	Reason  string
	Refused view.Refusals
}

func (f rejectForm) action() templ.SafeURL { return templ.URL(address.Person(f.Person.ID, "reject")) }

func (p *Pages) rejectPersonPage(v *visit.Visit) error {
	found, err := p.Accounts.PersonToReject(v.Request.Context(), person(v))
	if err != nil {
		return err
	}
	return v.RenderStaff("Reject", rejectView(rejectForm{Person: found}))
}

func (p *Pages) rejectPerson(v *visit.Visit) error {
	sent, err := v.Form()
	if err != nil {
		return err
	}
	err = p.Accounts.Reject(v.Request.Context(), account.Rejection{Account: person(v), Reason: sent.Get("reason")})
	switch {
	case err == nil:
		return backToPerson(v, "rejected")
	case !view.Correctable(err) || v.Principal.Anonymous():
		return err
	}
	return p.rejectAgain(v, sent, err)
}

// rejectAgain shows the form as it was sent, with why it was refused.
func (p *Pages) rejectAgain(v *visit.Visit, sent url.Values, err error) error {
	found, missing := p.Accounts.Account(v.Request.Context(), person(v))
	if missing != nil {
		return missing
	}
	form := rejectForm{Person: found, Reason: sent.Get("reason"), Refused: view.Refused(err, "reason")}
	return v.RenderStaffAs(v.RefusedForm(err), "Reject", rejectView(form))
}

// answerFacts lists the answers given at sign-up, by name.
func answerFacts(answers account.Answers) []view.Fact {
	var facts []view.Fact
	for _, name := range slices.Sorted(maps.Keys(answers)) {
		facts = append(facts, view.Fact{Name: name, Value: answerText(answers[name])})
	}
	return facts
}

// answerText writes one answer given at sign-up.
func answerText(answer any) string {
	switch said := answer.(type) {
	case string:
		return said
	case bool:
		return view.YesNo(said)
	case float64:
		return strconv.FormatFloat(said, 'f', -1, 64)
	}
	return ""
}
