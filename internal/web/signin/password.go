package signin

import (
	"github.com/go-chi/chi/v5"

	"github.com/portico-api/portico/internal/account"
	"github.com/portico-api/portico/internal/site"
	"github.com/portico-api/portico/internal/web/view"
	"github.com/portico-api/portico/internal/web/visit"
)

const passwordHint = "At least 12 characters. A few words in a row are easy to keep and hard to guess."

// setUpForm is the page on which a new account chooses its first password.
type setUpForm struct {
	Path string
	// Email is whose account it is; the form sends it back.
	Email   string
	Refused view.Refusals
}

func newSetUpForm(v *visit.Visit, email string) setUpForm {
	return setUpForm{Path: v.Request.URL.EscapedPath(), Email: email}
}

func (p *Pages) setUpPage(v *visit.Visit) error {
	target, err := p.Accounts.LinkTarget(v.Request.Context(), chi.URLParam(v.Request, "token"))
	if err != nil {
		return err
	}
	return v.Render("Choose a password", "", setUpView(newSetUpForm(v, target.Email)))
}

func (p *Pages) setUp(v *visit.Visit) error {
	sent, err := v.Form()
	if err != nil {
		return err
	}
	err = p.Accounts.SetUp(v.Request.Context(), account.SetUp{
		Token: chi.URLParam(v.Request, "token"), Password: sent.Get("password"),
	})
	switch {
	case err == nil:
		return v.Redirect("/sign-in?done=set-up")
	case !view.Correctable(err):
		return err
	}
	form := newSetUpForm(v, sent.Get("username"))
	form.Refused = view.Refused(err, "password")
	return v.RenderAs(v.RefusedForm(err), "Choose a password", "", setUpView(form))
}

func (p *Pages) changePasswordPage(v *visit.Visit) error {
	me, err := p.Accounts.Me(v.Request.Context())
	if err != nil {
		return err
	}
	return v.Render("Change password", site.AreaProfile, changePasswordView(me.Account.Email, view.Refusals{}))
}

func (p *Pages) changePassword(v *visit.Visit) error {
	sent, err := v.Form()
	if err != nil {
		return err
	}
	err = p.Accounts.ChangePassword(v.Request.Context(), account.ChangePassword{
		Current: sent.Get("current_password"), New: sent.Get("new_password"), Keep: v.Session.ID,
	})
	switch {
	case err == nil:
		return v.Redirect("/profile?done=password")
	case v.Principal.Anonymous() || !view.Correctable(err):
		return err
	}
	return v.RenderAs(v.RefusedForm(err), "Change password", site.AreaProfile,
		changePasswordView(v.Principal.Name, view.Refused(err, "current_password", "new_password")))
}
