package web

import (
	"maps"
	"net/url"
	"slices"
	"strconv"

	"github.com/a-h/templ"

	"github.com/portico-api/portico/internal/account"
	"github.com/portico-api/portico/internal/identity"
)

var approvePerson = toPerson("approved", func(v *visit, person identity.AccountID) error {
	return v.config.Accounts.Approve(v.request.Context(), person)
})

var mailSetUpLink = toPerson("link-mailed", func(v *visit, person identity.AccountID) error {
	return v.config.Accounts.SendSetUpLink(v.request.Context(), person)
})

// rejectForm asks for a reason before somebody is turned away.
type rejectForm struct {
	Person  account.Account
	Reason  string
	Refused refusals
}

func (f rejectForm) action() templ.SafeURL { return templ.URL(personPath(f.Person.ID, "reject")) }

func rejectPersonPage(v *visit) error {
	found, err := v.config.Accounts.PersonToReject(v.request.Context(), v.person())
	if err != nil {
		return err
	}
	return v.renderStaff("Reject", rejectView(rejectForm{Person: found}))
}

func rejectPerson(v *visit) error {
	sent, err := v.form()
	if err != nil {
		return err
	}
	err = v.config.Accounts.Reject(v.request.Context(), account.Rejection{Account: v.person(), Reason: sent.Get("reason")})
	switch {
	case err == nil:
		return v.backToPerson("rejected")
	case !correctable(err) || v.principal.Anonymous():
		return err
	}
	return v.rejectAgain(sent, err)
}

// rejectAgain shows the form as it was sent, with why it was refused.
func (v *visit) rejectAgain(sent url.Values, err error) error {
	found, missing := v.config.Accounts.Account(v.request.Context(), v.person())
	if missing != nil {
		return missing
	}
	form := rejectForm{Person: found, Reason: sent.Get("reason"), Refused: refused(err, "reason")}
	return v.renderStaffAs(v.refusedForm(err), "Reject", rejectView(form))
}

// answerFacts are what somebody said when they signed up, in the order of the names.
func answerFacts(answers account.Answers) []fact {
	var facts []fact
	for _, name := range slices.Sorted(maps.Keys(answers)) {
		facts = append(facts, fact{name, answerText(answers[name])})
	}
	return facts
}

// answerText is one of the things that somebody said when they signed up.
func answerText(answer any) string {
	switch said := answer.(type) {
	case string:
		return said
	case bool:
		return yesNo(said)
	case float64:
		return strconv.FormatFloat(said, 'f', -1, 64)
	}
	return ""
}
