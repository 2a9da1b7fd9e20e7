package signin

import (
	"github.com/portico-api/portico/internal/account"
	"github.com/portico-api/portico/internal/platform/fault"
	"github.com/portico-api/portico/internal/web/address"
	"github.com/portico-api/portico/internal/web/view"
	"github.com/portico-api/portico/internal/web/visit"
)

// signInForm is the sign-in page as it stands.
type signInForm struct {
	Email    string
	ReturnTo string
	Refused  string
	Notice   string
	Support  string
	// SignUp says that people may sign up.
	SignUp bool
}

func newSignInForm(v *visit.Visit, email, returnTo string) signInForm {
	return signInForm{Email: email, ReturnTo: address.Return(returnTo, ""), Support: v.Settings.Support, SignUp: account.MaySignUp(v.Settings) == nil}
}

func signInPage(v *visit.Visit) error {
	query := v.Request.URL.Query()
	if !v.Principal.Anonymous() {
		return v.Redirect(address.Return(query.Get("return_to"), "/"))
	}
	form := newSignInForm(v, "", query.Get("return_to"))
	form.Notice = view.DoneNotice(query.Get("done"))
	return v.Render("Sign in", "", signInView(form))
}

func (p *Pages) signIn(v *visit.Visit) error {
	sent, err := v.Form()
	if err != nil {
		return err
	}
	signedIn, err := p.Accounts.SignIn(v.Request.Context(), account.SignIn{
		Email: sent.Get("email"), Password: sent.Get("password"),
		Address: v.Principal.Address, UserAgent: v.Request.UserAgent(), Replaces: v.SessionToken(),
	})
	if err != nil {
		return signInRefused(v, newSignInForm(v, sent.Get("email"), sent.Get("return_to")), err)
	}
	v.StartSession(signedIn.Token, signedIn.Session)
	return v.Redirect(address.Return(sent.Get("return_to"), "/"))
}

func signInRefused(v *visit.Visit, form signInForm, err error) error {
	if !view.Correctable(err) {
		return err
	}
	if text := view.Refused(err).Text; fault.From(err).Code == account.CodeApprovalPending { // they have done all that is theirs to do
		form.Notice = text
	} else {
		form.Refused = text
	}
	return v.RenderAs(v.RefusedForm(err), "Sign in", "", signInView(form))
}

func (p *Pages) signOut(v *visit.Visit) error {
	if token := v.SessionToken(); token != "" {
		if err := p.Accounts.SignOut(v.Request.Context(), token); err != nil && !fault.Is(err, fault.Unauthenticated) {
			return err
		}
	}
	v.ClearSession()
	return v.Redirect("/sign-in?done=signed-out")
}
