package web

import (
	"net/http"

	"github.com/go-chi/chi/v5"

	"github.com/portico-api/portico/internal/account"
	"github.com/portico-api/portico/internal/site"
)

const passwordHint = "At least 12 characters. A few words in a row are easy to keep and hard to guess."

// setUpForm is the page on which a new account chooses its first password.
type setUpForm struct {
	Path string
	// Email is whose account it is; the form sends it back.
	Email   string
	Refused refusals
}

func (v *visit) setUpForm(email string) setUpForm {
	return setUpForm{Path: v.request.URL.EscapedPath(), Email: email}
}

func setUpPage(v *visit) error {
	target, err := v.config.Accounts.LinkTarget(v.request.Context(), chi.URLParam(v.request, "token"))
	if err != nil {
		return err
	}
	return v.render(http.StatusOK, "Choose a password", "", setUpView(v.setUpForm(target.Email)))
}

func setUp(v *visit) error {
	sent, err := v.form()
	if err != nil {
		return err
	}
	err = v.config.Accounts.SetUp(v.request.Context(), account.SetUp{
		Token: chi.URLParam(v.request, "token"), Password: sent.Get("password"),
	})
	switch {
	case err == nil:
		return v.redirect("/sign-in?done=set-up")
	case !correctable(err):
		return err
	}
	form := v.setUpForm(sent.Get("username"))
	form.Refused = refused(err, "password")
	return v.render(v.refusedForm(err), "Choose a password", "", setUpView(form))
}

func changePasswordPage(v *visit) error {
	me, err := v.config.Accounts.Me(v.request.Context())
	if err != nil {
		return err
	}
	return v.render(http.StatusOK, "Change password", site.AreaProfile, changePasswordView(me.Account.Email, refusals{}))
}

func changePassword(v *visit) error {
	sent, err := v.form()
	if err != nil {
		return err
	}
	err = v.config.Accounts.ChangePassword(v.request.Context(), account.ChangePassword{
		Current: sent.Get("current_password"), New: sent.Get("new_password"), Keep: v.session.ID,
	})
	switch {
	case err == nil:
		return v.redirect("/profile?done=password")
	case v.principal.Anonymous() || !correctable(err):
		return err
	}
	return v.render(v.refusedForm(err), "Change password", site.AreaProfile,
		changePasswordView(v.principal.Name, refused(err, "current_password", "new_password")))
}
