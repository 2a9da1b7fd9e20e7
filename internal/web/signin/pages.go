// Package signin has the pages for signing in and out, signing up, and passwords.
//
// It owns the forms that people use before they have a session, and the form that changes a password. Staff add and
// approve people in package people.
package signin

import (
	"github.com/a-h/templ"
	"github.com/go-chi/chi/v5"

	"github.com/portico-api/portico/internal/account"
	"github.com/portico-api/portico/internal/overview"
	"github.com/portico-api/portico/internal/web/view"
	"github.com/portico-api/portico/internal/web/visit"
)

// Pages are the pages for signing in, signing up and passwords.
type Pages struct {
	Visits   *visit.Server
	Accounts *account.Service
	Overview *overview.Service
}

// alone renders a page that has only a form or a message.
func alone(v *visit.Visit, title string, content templ.Component) error {
	v.Frame = view.FrameAlone
	return v.Render(title, "", content)
}

// besideCall renders a form for visitors beside a first call, if they may see one.
func (p *Pages) besideCall(v *visit.Visit, title string, content templ.Component) error {
	call, err := p.Overview.FirstCall(v.Request.Context())
	if err != nil {
		return err
	}
	if call != nil {
		v.Beside = firstCallView(view.NewFirstCall(*call, v.Config.GatewayURL, v.Language()))
	}
	return alone(v, title, content)
}

// Mount adds the pages to the router.
func (p *Pages) Mount(router chi.Router) {
	serve := p.Visits.Serve
	router.Get("/sign-in", serve(p.signInPage))
	router.Post("/sign-in", serve(p.signIn))
	router.Post("/sign-out", serve(p.signOut))
	router.Get("/set-up/{token}", serve(p.setUpPage))
	router.Post("/set-up/{token}", serve(p.setUpAndSignIn))
	router.Get("/sign-up", serve(p.signUpPage))
	router.Post("/sign-up", serve(p.signUp))
	router.Get("/verify-email", serve(p.verifyEmailPage))
	router.Post("/verify-email", serve(p.verifyEmail))
	router.Get("/forgot-password", serve(forgotPasswordPage))
	router.Post("/forgot-password", serve(p.forgotPassword))
	router.Get("/reset-password", serve(p.resetPasswordPage))
	router.Post("/reset-password", serve(p.resetPasswordAndSignIn))
	router.Get("/profile/password", serve(p.changePasswordPage))
	router.Post("/profile/password", serve(p.changePassword))
}
