package visit

import (
	"net/url"

	"github.com/portico-api/portico/internal/identity"
	"github.com/portico-api/portico/internal/platform/fault"
	"github.com/portico-api/portico/internal/web/view"
)

// Refuse shows a form again with what was sent and why it was refused; the page then has the status of the error. An
// error that the visitor cannot correct in the form is returned instead. The inputs named here show their reasons even
// if the browser sent nothing for them, as for an empty checkbox.
func (v *Visit) Refuse(err error, sent url.Values, show func(v *Visit, form view.Form) error, inputs ...string) error {
	if !correctable(err) {
		return err
	}
	return v.ShowAgain(err, sent, show, inputs...)
}

// ShowAgain does what Refuse does with an error of any kind, unless the visitor has left.
func (v *Visit) ShowAgain(err error, sent url.Values, show func(v *Visit, form view.Form) error, inputs ...string) error {
	if v.Gone() {
		return err
	}
	wrong := fault.From(err)
	v.status = Statuses[wrong.Kind]
	v.RetryAfter(wrong)
	v.Log(wrong, v.status)
	return show(v, view.RefusedForm(sent, err, inputs...))
}

// correctable reports whether the visitor can correct the error in the form they sent.
func correctable(err error) bool {
	wrong := fault.From(err)
	switch wrong.Kind {
	case fault.Invalid, fault.Conflict, fault.Precondition, fault.Limited:
		return true
	case fault.Unauthenticated: // a wrong password, but not a session that has ended
		return wrong.Code != identity.CodeSignInRequired
	}
	return false
}
