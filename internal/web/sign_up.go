package web

import (
	"net/http"

	"github.com/portico-api/portico/internal/account"
	"github.com/portico-api/portico/internal/platform/fault"
	"github.com/portico-api/portico/internal/site"
)

// signUpForm is the page on which somebody asks for an account.
type signUpForm struct {
	Email, Name string
	Refused     refusals
	// Approval says that staff decide.
	Approval bool
	Terms    bool
}

func (v *visit) signUpForm(email, name string) signUpForm {
	return signUpForm{Email: email, Name: name, Approval: v.settings.SignUp == site.SignUpApproval, Terms: v.settings.Terms != ""}
}

func signUpPage(v *visit) error {
	if err := account.MaySignUp(v.settings); err != nil {
		return err
	}
	return v.render(http.StatusOK, "Sign up", "", signUpView(v.signUpForm("", "")))
}

func signUp(v *visit) error {
	sent, err := v.form()
	if err != nil {
		return err
	}
	err = v.config.Accounts.SignUp(v.request.Context(), account.SignUp{Email: sent.Get("email"), Name: sent.Get("name")})
	switch {
	case err == nil:
		return v.redirect("/sign-in?done=signed-up")
	case !correctable(err):
		return err
	}
	form := v.signUpForm(sent.Get("email"), sent.Get("name"))
	form.Refused = refused(err, "email", "name")
	return v.render(v.refusedForm(err), "Sign up", "", signUpView(form))
}

// mailForm is a page that a mail leads to, or that one is asked for on.
type mailForm struct {
	// Token is what stands in the mail's link.
	Token   string
	Email   string
	Refused refusals
	// Waits says that staff are yet to decide about the sign-up, so that its password is good for nothing before.
	Waits bool
}

// verifyEmailPage shows a button: what is merely opened, as programs open the links of mails, must not use the link up.
func verifyEmailPage(v *visit) error {
	token := v.request.URL.Query().Get("token")
	holder, err := v.config.Accounts.LinkHolder(v.request.Context(), token, account.VerifyEmail)
	if err != nil {
		return v.deadLink(err)
	}
	return v.render(http.StatusOK, "Confirm your address", "", verifyEmailView(mailForm{Token: token, Email: holder.Email}))
}

func verifyEmail(v *visit) error {
	sent, err := v.form()
	if err != nil {
		return err
	}
	verified, err := v.config.Accounts.VerifyEmail(v.request.Context(), sent.Get("token"))
	if err != nil {
		return v.deadLink(err)
	}
	return v.redirect("/reset-password?token=" + verified.Token)
}

// deadLink answers who comes with a link that leads nowhere any more; another one is a form away.
func (v *visit) deadLink(err error) error {
	if !fault.Is(err, fault.NotFound) {
		return err
	}
	return v.render(v.refusedForm(err), "This link is over", "", deadLinkView(fault.From(err).Public))
}

func forgotPasswordPage(v *visit) error {
	return v.render(http.StatusOK, "Forgotten password", "", forgotPasswordView(mailForm{}))
}

func forgotPassword(v *visit) error {
	sent, err := v.form()
	if err != nil {
		return err
	}
	err = v.config.Accounts.ForgotPassword(v.request.Context(), account.ForgotPassword{Email: sent.Get("email")})
	switch {
	case err == nil:
		return v.redirect("/sign-in?done=forgot")
	case !correctable(err):
		return err
	}
	form := mailForm{Email: sent.Get("email"), Refused: refused(err, "email")}
	return v.render(v.refusedForm(err), "Forgotten password", "", forgotPasswordView(form))
}

func resetPasswordPage(v *visit) error {
	token := v.request.URL.Query().Get("token")
	holder, err := v.config.Accounts.LinkHolder(v.request.Context(), token, account.ResetPassword)
	if err != nil {
		return v.deadLink(err)
	}
	form := mailForm{Token: token, Email: holder.Email, Waits: holder.State == account.Pending}
	return v.render(http.StatusOK, "Choose a password", "", resetPasswordView(form))
}

func resetPassword(v *visit) error {
	sent, err := v.form()
	if err != nil {
		return err
	}
	form := mailForm{Token: sent.Get("token"), Email: sent.Get("username"), Waits: sent.Get("waits") != ""}
	err = v.config.Accounts.ResetPassword(v.request.Context(), account.NewPassword{Token: form.Token, Password: sent.Get("password")})
	switch {
	case err == nil && form.Waits:
		return v.redirect("/sign-in?done=waits")
	case err == nil:
		return v.redirect("/sign-in?done=set-up")
	case !correctable(err):
		return v.deadLink(err)
	}
	form.Refused = refused(err, "password")
	return v.render(v.refusedForm(err), "Choose a password", "", resetPasswordView(form))
}
