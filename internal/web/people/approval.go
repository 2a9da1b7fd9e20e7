package people

import (
	"maps"
	"slices"
	"strconv"

	"github.com/a-h/templ"

	"github.com/portico-api/portico/internal/account"
	"github.com/portico-api/portico/internal/identity"
	"github.com/portico-api/portico/internal/web/address"
	"github.com/portico-api/portico/internal/web/view"
	"github.com/portico-api/portico/internal/web/visit"
)

func (p *Pages) approve(v *visit.Visit, person identity.AccountID) error {
	return p.Accounts.Approve(v.Request.Context(), person)
}

func (p *Pages) sendSetUpLink(v *visit.Visit, person identity.AccountID) error {
	return p.Accounts.SendSetUpLink(v.Request.Context(), person)
}

// rejectForm asks for the reason for rejecting a sign-up.
type rejectForm struct {
	view.Form
	Person account.Account
}

func (f rejectForm) action() templ.SafeURL { return templ.URL(address.Person(f.Person.ID, "reject")) }

func (p *Pages) rejectPage(v *visit.Visit) error { return p.showReject(v, view.Form{}) }

func (p *Pages) showReject(v *visit.Visit, form view.Form) error {
	found, err := p.Accounts.PersonToReject(v.Request.Context(), person(v))
	if err != nil {
		return err
	}
	return v.RenderStaff("Reject", rejectView(rejectForm{Form: form, Person: found}))
}

func (p *Pages) reject(v *visit.Visit) error {
	sent, err := v.Form()
	if err != nil {
		return err
	}
	err = p.Accounts.Reject(v.Request.Context(), account.Rejection{Account: person(v), Reason: sent.Get("reason")})
	if err != nil {
		return v.Refuse(err, sent, p.showReject, "reason")
	}
	return backToPerson(v, "rejected")
}

// answerFacts lists the answers given at sign-up, by name.
func answerFacts(answers account.Answers) []view.Fact {
	var facts []view.Fact
	for _, name := range slices.Sorted(maps.Keys(answers)) {
		facts = append(facts, view.Fact{Name: name, Value: answerText(answers[name])})
	}
	return facts
}

// answerText formats an answer given at sign-up.
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
