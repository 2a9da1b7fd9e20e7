package signin

import (
	"github.com/portico-api/portico/internal/account"
	"github.com/portico-api/portico/internal/platform/fault"
	"github.com/portico-api/portico/internal/site"
	"github.com/portico-api/portico/internal/web/view"
	"github.com/portico-api/portico/internal/web/visit"
)

// signUpForm is the sign-up page.
type signUpForm struct {
	view.Form
	// Approval reports whether staff must approve sign-ups.
	Approval bool
	Terms    bool
}

func (p *Pages) signUpPage(v *visit.Visit) error {
	if err := account.MaySignUp(v.Settings); err != nil {
		return err
	}
	return p.showSignUp(v, view.Form{})
}

func (p *Pages) showSignUp(v *visit.Visit, form view.Form) error {
	return p.besideCall(v, "Sign up", signUpView(signUpForm{
		Form: form, Approval: v.Settings.SignUp == site.SignUpApproval, Terms: v.Settings.Terms != "",
	}))
}

func (p *Pages) signUp(v *visit.Visit) error {
	sent, err := v.Form()
	if err != nil {
		return err
	}
	if err := p.Accounts.SignUp(v.Request.Context(), account.SignUp{Email: sent.Get("email"), Name: sent.Get("name")}); err != nil {
		return v.Refuse(err, sent, p.showSignUp, "email", "name")
	}
	return v.Redirect("/sign-in?done=signed-up")
}

// mailForm is the page of a link in a mail.
type mailForm struct {
	view.Form
	// Token is the token of the link.
	Token string
	Email string
	// Waits reports whether the sign-up waits for approval. Until then, its password does not work.
	Waits bool
}

// verifyEmailPage shows a button, because mail scanners open links and must not use them up.
func (p *Pages) verifyEmailPage(v *visit.Visit) error {
	token := v.Request.URL.Query().Get("token")
	holder, err := p.Accounts.LinkHolder(v.Request.Context(), token, account.VerifyEmail)
	if err != nil {
		return deadLink(v, err)
	}
	return alone(v, "Confirm your address", verifyEmailView(mailForm{Token: token, Email: holder.Email}))
}

func (p *Pages) verifyEmail(v *visit.Visit) error {
	sent, err := v.Form()
	if err != nil {
		return err
	}
	verified, err := p.Accounts.VerifyEmail(v.Request.Context(), sent.Get("token"))
	if err != nil {
		return deadLink(v, err)
	}
	return v.Redirect("/reset-password?token=" + verified.Token)
}

// deadLink says that a link no longer works, and how to get another one.
func deadLink(v *visit.Visit, err error) error {
	if fault.Is(err, fault.Invalid) { // part of the token is missing
		err = fault.New(fault.NotFound, "token_incomplete", "The address is incomplete. Copy the whole link from the email, or request another one.")
	}
	if !fault.Is(err, fault.NotFound) {
		return err
	}
	return v.ShowAgain(err, nil, showDeadLink)
}

func showDeadLink(v *visit.Visit, form view.Form) error {
	return alone(v, "This link doesn't work any more", deadLinkView(form.Refused.Text))
}

func forgotPasswordPage(v *visit.Visit) error { return showForgotPassword(v, view.Form{}) }

func showForgotPassword(v *visit.Visit, form view.Form) error {
	return alone(v, "Forgot password?", forgotPasswordView(form))
}

func (p *Pages) forgotPassword(v *visit.Visit) error {
	sent, err := v.Form()
	if err != nil {
		return err
	}
	if err := p.Accounts.ForgotPassword(v.Request.Context(), account.ForgotPassword{Email: sent.Get("email")}); err != nil {
		return v.Refuse(err, sent, showForgotPassword, "email")
	}
	return v.Redirect("/sign-in?done=forgot")
}

func (p *Pages) resetPasswordPage(v *visit.Visit) error {
	token := v.Request.URL.Query().Get("token")
	holder, err := p.Accounts.LinkHolder(v.Request.Context(), token, account.ResetPassword)
	if err != nil {
		return deadLink(v, err)
	}
	form := mailForm{Token: token, Email: holder.Email, Waits: holder.State == account.Pending}
	return alone(v, "Set a password", resetPasswordView(form))
}

func (p *Pages) resetPasswordAndSignIn(v *visit.Visit) error {
	sent, err := v.Form()
	if err != nil {
		return err
	}
	form := mailForm{Token: sent.Get("token"), Email: sent.Get("username"), Waits: sent.Get("waits") != ""}
	signedIn, err := p.Accounts.ResetPasswordAndSignIn(v.Request.Context(), account.NewPassword{Token: form.Token, Password: sent.Get("password")}, browser(v))
	switch {
	case fault.Is(err, fault.NotFound):
		return deadLink(v, err)
	case err != nil:
		return v.Refuse(err, sent, func(v *visit.Visit, refused view.Form) error {
			form.Form = refused
			return alone(v, "Set a password", resetPasswordView(form))
		}, "password")
	case form.Waits:
		return begin(v, signedIn, "waits")
	}
	return begin(v, signedIn, "set-up")
}
