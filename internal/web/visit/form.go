package visit

import (
	"github.com/portico-api/portico/internal/platform/fault"
)

// RefusedForm writes down that a form was refused and says with which status it comes back.
func (v *Visit) RefusedForm(err error) int {
	wrong := fault.From(err)
	status := Statuses[wrong.Kind]
	v.RetryAfter(wrong)
	v.Log(wrong, status)
	return status
}
