package signin

import (
	"github.com/portico-api/portico/internal/account"
	"github.com/portico-api/portico/internal/platform/fault"
	"github.com/portico-api/portico/internal/site"
	"github.com/portico-api/portico/internal/web/view"
	"github.com/portico-api/portico/internal/web/visit"
)

// signUpForm is the page on which somebody asks for an account.
type signUpForm struct {
	Email, Name string
	Refused     view.Refusals
	// Approval says that staff decide.
	Approval bool
	Terms    bool
}

func newSignUpForm(v *visit.Visit, email, name string) signUpForm {
	return signUpForm{Email: email, Name: name, Approval: v.Settings.SignUp == site.SignUpApproval, Terms: v.Settings.Terms != ""}
}

func signUpPage(v *visit.Visit) error {
	if err := account.MaySignUp(v.Settings); err != nil {
		return err
	}
	return v.Render("Sign up", "", signUpView(newSignUpForm(v, "", "")))
}

func (p *Pages) signUp(v *visit.Visit) error {
	sent, err := v.Form()
	if err != nil {
		return err
	}
	err = p.Accounts.SignUp(v.Request.Context(), account.SignUp{Email: sent.Get("email"), Name: sent.Get("name")})
	switch {
	case err == nil:
		return v.Redirect("/sign-in?done=signed-up")
	case !view.Correctable(err):
		return err
	}
	form := newSignUpForm(v, sent.Get("email"), sent.Get("name"))
	form.Refused = view.Refused(err, "email", "name")
	return v.RenderAs(v.RefusedForm(err), "Sign up", "", signUpView(form))
}

// mailForm is a page that a mail leads to, or that one is asked for on.
type mailForm struct {
	// Token is what stands in the mail's link.
	Token   string
	Email   string
	Refused view.Refusals
	// Waits says that staff are yet to decide about the sign-up, so that its password is good for nothing before.
	Waits bool
}

// verifyEmailPage shows a button: what is merely opened, as programs open the links of mails, must not use the link up.
func (p *Pages) verifyEmailPage(v *visit.Visit) error {
	token := v.Request.URL.Query().Get("token")
	holder, err := p.Accounts.LinkHolder(v.Request.Context(), token, account.VerifyEmail)
	if err != nil {
		return deadLink(v, err)
	}
	return v.Render("Confirm your address", "", verifyEmailView(mailForm{Token: token, Email: holder.Email}))
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

// deadLink answers who comes with a link that leads nowhere any more; another one is a form away.
func deadLink(v *visit.Visit, err error) error {
	if !fault.Is(err, fault.NotFound) {
		return err
	}
	return v.RenderAs(v.RefusedForm(err), "This link is over", "", deadLinkView(fault.From(err).Public))
}

func forgotPasswordPage(v *visit.Visit) error {
	return v.Render("Forgotten password", "", forgotPasswordView(mailForm{}))
}

func (p *Pages) forgotPassword(v *visit.Visit) error {
	sent, err := v.Form()
	if err != nil {
		return err
	}
	err = p.Accounts.ForgotPassword(v.Request.Context(), account.ForgotPassword{Email: sent.Get("email")})
	switch {
	case err == nil:
		return v.Redirect("/sign-in?done=forgot")
	case !view.Correctable(err):
		return err
	}
	form := mailForm{Email: sent.Get("email"), Refused: view.Refused(err, "email")}
	return v.RenderAs(v.RefusedForm(err), "Forgotten password", "", forgotPasswordView(form))
}

func (p *Pages) resetPasswordPage(v *visit.Visit) error {
	token := v.Request.URL.Query().Get("token")
	holder, err := p.Accounts.LinkHolder(v.Request.Context(), token, account.ResetPassword)
	if err != nil {
		return deadLink(v, err)
	}
	form := mailForm{Token: token, Email: holder.Email, Waits: holder.State == account.Pending}
	return v.Render("Choose a password", "", resetPasswordView(form))
}

func (p *Pages) resetPassword(v *visit.Visit) error {
	sent, err := v.Form()
	if err != nil {
		return err
	}
	form := mailForm{Token: sent.Get("token"), Email: sent.Get("username"), Waits: sent.Get("waits") != ""}
	err = p.Accounts.ResetPassword(v.Request.Context(), account.NewPassword{Token: form.Token, Password: sent.Get("password")})
	switch {
	case err == nil && form.Waits:
		return v.Redirect("/sign-in?done=waits")
	case err == nil:
		return v.Redirect("/sign-in?done=set-up")
	case !view.Correctable(err):
		return deadLink(v, err)
	}
	form.Refused = view.Refused(err, "password")
	return v.RenderAs(v.RefusedForm(err), "Choose a password", "", resetPasswordView(form))
}
