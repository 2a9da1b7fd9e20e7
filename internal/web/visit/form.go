package visit

import (
	"net/url"

	"github.com/portico-api/portico/internal/identity"
	"github.com/portico-api/portico/internal/platform/fault"
	"github.com/portico-api/portico/internal/web/view"
)

// Refuse shows a rejected form again with its values and the reasons, and sets the page's status to that of the error.
// It returns errors that the visitor cannot correct in the form. The named inputs show their reasons even if the
// browser sent no value for them, as for an empty checkbox.
func (v *Visit) Refuse(err error, sent url.Values, show func(v *Visit, form view.Form) error, inputs ...string) error {
	if !correctable(err) {
		return err
	}
	return v.ShowAgain(err, sent, show, inputs...)
}

// ShowAgain is Refuse for errors of any kind, unless the visitor has left.
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

// correctable reports whether the visitor can correct the error in the form.
func correctable(err error) bool {
	wrong := fault.From(err)
	switch wrong.Kind {
	case fault.Invalid, fault.Conflict, fault.Precondition, fault.Limited:
		return true
	case fault.Unauthenticated: // a wrong password, but not an ended session
		return wrong.Code != identity.CodeSignInRequired
	}
	return false
}
