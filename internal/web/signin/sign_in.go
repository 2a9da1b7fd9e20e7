package signin

import (
	"net/url"

	"github.com/portico-api/portico/internal/account"
	"github.com/portico-api/portico/internal/platform/fault"
	"github.com/portico-api/portico/internal/web/address"
	"github.com/portico-api/portico/internal/web/view"
	"github.com/portico-api/portico/internal/web/visit"
)

// signInForm is the sign-in page.
type signInForm struct {
	view.Form
	ReturnTo string
	Notice   string
	Support  string
	// SignUp reports whether people may sign up.
	SignUp bool
}

// email returns the e-mail input, which has the initial focus.
func (f signInForm) email() view.Entry {
	entry := f.Input("email", "Email", "").Typed("email").Completing("username")
	entry.Focus = entry.Value == ""
	return entry
}

func (f signInForm) password() view.Entry {
	entry := f.Password("password", "Password", "", "current-password")
	entry.Focus = f.Value("email") != ""
	return entry
}

func (p *Pages) signInPage(v *visit.Visit) error {
	query := v.Request.URL.Query()
	if !v.Principal.Anonymous() {
		return v.Redirect(address.Return(query.Get("return_to"), "/"))
	}
	return p.showSignIn(v, view.Filled(url.Values{"return_to": {query.Get("return_to")}}), view.AccountNotice(query.Get("done")))
}

func (p *Pages) showSignIn(v *visit.Visit, form view.Form, notice string) error {
	return p.besideCall(v, "Sign in", signInView(signInForm{
		Form: form, Notice: notice, ReturnTo: address.Return(form.Value("return_to"), ""), Support: v.Settings.Support,
		SignUp: account.MaySignUp(v.Settings) == nil,
	}))
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
		return v.Refuse(err, sent, p.signInRefused)
	}
	v.StartSession(signedIn.Token, signedIn.Session)
	return v.Redirect(address.Return(sent.Get("return_to"), "/"))
}

// signInRefused shows the form again. A sign-up that waits for approval is not an error, so its text is a notice.
func (p *Pages) signInRefused(v *visit.Visit, form view.Form) error {
	if form.Refused.Code != account.CodeApprovalPending {
		return p.showSignIn(v, form, "")
	}
	notice := form.Refused.Text
	form.Refused.Text = ""
	return p.showSignIn(v, form, notice)
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
