package signin

import (
	"github.com/go-chi/chi/v5"

	"github.com/portico-api/portico/internal/account"
	"github.com/portico-api/portico/internal/site"
	"github.com/portico-api/portico/internal/web/view"
	"github.com/portico-api/portico/internal/web/visit"
)

const passwordHint = "At least 12 characters. A few words work well."

// setUpForm is the page on which a new person chooses their first password.
type setUpForm struct {
	view.Form
	Path string
	// Email is the account's address, which the form contains for password managers.
	Email string
}

func showSetUp(v *visit.Visit, form view.Form, email string) error {
	return alone(v, "Set a password", setUpView(setUpForm{Form: form, Path: v.Request.URL.EscapedPath(), Email: email}))
}

func (p *Pages) setUpPage(v *visit.Visit) error {
	target, err := p.Accounts.LinkTarget(v.Request.Context(), chi.URLParam(v.Request, "token"))
	if err != nil {
		return err
	}
	return showSetUp(v, view.Form{}, target.Email)
}

func (p *Pages) setUpAndSignIn(v *visit.Visit) error {
	sent, err := v.Form()
	if err != nil {
		return err
	}
	signedIn, err := p.Accounts.SetUpAndSignIn(v.Request.Context(), account.SetUp{
		Token: chi.URLParam(v.Request, "token"), Password: sent.Get("password"),
	}, browser(v))
	if err != nil {
		return v.Refuse(err, sent, func(v *visit.Visit, form view.Form) error {
			return showSetUp(v, form, sent.Get("username"))
		}, "password")
	}
	return begin(v, signedIn, "set-up")
}

func browser(v *visit.Visit) account.Browser {
	return account.Browser{Address: v.Principal.Address, UserAgent: v.Request.UserAgent(), Replaces: v.SessionToken()}
}

// begin leads the visitor to Home if they are signed in now, and to the sign-in page with a notice if not.
func begin(v *visit.Visit, signedIn account.SignedIn, done string) error {
	if signedIn.Token == "" {
		return v.Redirect("/sign-in?done=" + done)
	}
	v.StartSession(signedIn.Token, signedIn.Session)
	return v.Redirect("/")
}

func (p *Pages) changePasswordPage(v *visit.Visit) error { return p.showChangePassword(v, view.Form{}) }

func (p *Pages) showChangePassword(v *visit.Visit, form view.Form) error {
	me, err := p.Accounts.Me(v.Request.Context())
	if err != nil {
		return err
	}
	return v.Render("Change password", site.AreaProfile, changePasswordView(me.Account.Email, form))
}

func (p *Pages) changePassword(v *visit.Visit) error {
	sent, err := v.Form()
	if err != nil {
		return err
	}
	err = p.Accounts.ChangePassword(v.Request.Context(), account.ChangePassword{
		Current: sent.Get("current_password"), New: sent.Get("new_password"), Keep: v.Session.ID,
	})
	if err != nil {
		return v.Refuse(err, sent, p.showChangePassword, "current_password", "new_password")
	}
	return v.Redirect("/profile?done=password")
}
