package web

import (
	"net/http"

	"github.com/portico-api/portico/internal/account"
	"github.com/portico-api/portico/internal/platform/fault"
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

func (v *visit) signInForm(email, returnTo string) signInForm {
	return signInForm{Email: email, ReturnTo: returnPath(returnTo, ""), Support: v.settings.Support, SignUp: account.MaySignUp(v.settings) == nil}
}

func signInPage(v *visit) error {
	query := v.request.URL.Query()
	if !v.principal.Anonymous() {
		return v.redirect(returnPath(query.Get("return_to"), "/"))
	}
	form := v.signInForm("", query.Get("return_to"))
	form.Notice = doneNotice(query.Get("done"))
	return v.render(http.StatusOK, "Sign in", "", signInView(form))
}

func signIn(v *visit) error {
	sent, err := v.form()
	if err != nil {
		return err
	}
	signedIn, err := v.config.Accounts.SignIn(v.request.Context(), account.SignIn{
		Email: sent.Get("email"), Password: sent.Get("password"),
		Address: v.principal.Address, UserAgent: v.request.UserAgent(), Replaces: v.sessionToken(),
	})
	if err != nil {
		return v.signInRefused(v.signInForm(sent.Get("email"), sent.Get("return_to")), err)
	}
	v.startSession(signedIn.Token, signedIn.Session)
	return v.redirect(returnPath(sent.Get("return_to"), "/"))
}

func (v *visit) signInRefused(form signInForm, err error) error {
	if !correctable(err) {
		return err
	}
	if text := refused(err).Text; fault.From(err).Code == account.CodeApprovalPending { // they have done all that is theirs to do
		form.Notice = text
	} else {
		form.Refused = text
	}
	return v.render(v.refusedForm(err), "Sign in", "", signInView(form))
}

func signOut(v *visit) error {
	if token := v.sessionToken(); token != "" {
		if err := v.config.Accounts.SignOut(v.request.Context(), token); err != nil && !fault.Is(err, fault.Unauthenticated) {
			return err
		}
	}
	v.clearSession()
	return v.redirect("/sign-in?done=signed-out")
}

// doneNotice words what a form has done, on the page that it leads to. Addresses carry the word only, never a text.
func doneNotice(word string) string {
	return map[string]string{
		"signed-out": "You have signed out.",
		"signed-up":  "Look into your mail: a link there leads on. It may take a few minutes.",
		"forgot":     "If there is an account with this address, a mail is on its way. It may take a few minutes.",
		"set-up":     "Your password is set. Sign in with it.",
		"waits":      "Your password is set. Your sign-up waits for the portal's staff; a mail tells you when you can sign in.",
		"password":   "Your password is changed. Every other session of yours has ended.",
		"team":       "You now act in another team.",
	}[word]
}
