package access_test

import (
	"maps"
	"strings"
	"testing"

	"github.com/portico-api/portico/internal/access"
	"github.com/portico-api/portico/internal/platform/fault"
	"github.com/portico-api/portico/internal/site"
)

// askFields sets the fields of the access request form.
func (w *world) askFields(fields ...site.RequestField) {
	w.t.Helper()
	settings, err := w.Site.Settings(w.As(w.Staff))
	w.must(err)
	settings.RequestFields = fields
	w.must(w.Site.ChangeSettings(w.As(w.Staff), settings))
}

func TestTheTeamAndStaffSeeTheRequestForm(t *testing.T) {
	eachWorld(t, func(t *testing.T, w *world) {
		api := w.mapsAPI()
		w.askFields(
			site.RequestField{Label: "Volume", Kind: site.ChoiceField, Choices: []string{"little", "much"}, Required: true},
			site.RequestField{Label: "Company", Kind: site.TextField}, site.RequestField{Label: "Notes", Kind: site.LongTextField},
		)
		shop := w.application(w.Owner, access.NewApplication{Name: "Shop"})
		register := func(form *access.RequestForm) (access.Registration, error) {
			return w.Access.Register(w.As(w.Owner), access.NewRegistration{Application: shop.ID, Version: api.byStaff, Form: form})
		}
		for name, form := range map[string]access.RequestForm{
			"field_1": {Purpose: "A shop"},
			"field_2": {Answers: map[string]string{"Volume": "much", "Company": "Two\nlines"}},
			"field_3": {Answers: map[string]string{"Volume": "much", "Notes": strings.Repeat("ä", 2001)}},
			"purpose": {Purpose: strings.Repeat("ä", 2001), Answers: map[string]string{"Volume": "much"}},
		} {
			_, err := register(&form)
			if fields := fault.From(err).Fields; !fault.Is(err, fault.Invalid) || len(fields) != 1 || fields[0].Name != name {
				t.Errorf("%s: got %v, %v, want this field rejected", name, err, fields)
			}
		}
		_, err := register(&access.RequestForm{Answers: map[string]string{"Volume": "enormous"}})
		w.wantError(err, fault.Invalid, "invalid_input")
		_, err = register(&access.RequestForm{Answers: map[string]string{"Volume": "much", "Shoe size": "42"}})
		w.wantError(err, fault.Conflict, "form_changed")

		made, err := register(&access.RequestForm{Purpose: " A shop\n", Answers: map[string]string{"Volume": "much", "Company": ""}})
		w.must(err)
		want := map[string]string{"Volume": "much"}
		mine, err := w.Access.Registration(w.As(w.Viewer), shop.ID, made.Subscription.ID)
		w.must(err)
		if mine.Form.Purpose != "A shop" || !maps.Equal(mine.Form.Answers, want) {
			t.Errorf("the team: got %+v, want the trimmed purpose and %v", mine.Form, want)
		}
		asked, err := w.Access.InboxRequest(w.As(w.Support), made.Subscription.Request)
		w.must(err)
		if asked.Request.Purpose != "A shop" || !maps.Equal(asked.Request.Fields, want) {
			t.Errorf("staff: got %+v, want the trimmed purpose and %v", asked.Request, want)
		}
	})
}

// TestOnlyRequestsForStaffNeedAForm registers without the required answer: once without a form, as API clients do, and
// once for a version that is approved at once.
func TestOnlyRequestsForStaffNeedAForm(t *testing.T) {
	eachWorld(t, func(t *testing.T, w *world) {
		api := w.mapsAPI()
		w.askFields(site.RequestField{Label: "Volume", Kind: site.TextField, Required: true})
		shop := w.application(w.Owner, access.NewApplication{Name: "Shop"})
		form := func(version string) access.RegistrationForm {
			form, err := w.Access.RegistrationForm(w.As(w.Owner), "Maps", version, "", access.ApplicationID{})
			w.must(err)
			return form
		}
		if asked := form("byStaff"); len(asked.Fields) != 1 || !asked.AsksStaff() {
			t.Errorf("version with staff approval: got the fields %+v, want one", asked.Fields)
		}
		w.register(shop.ID, api.byStaff)
		_, err := w.Access.Register(w.As(w.Owner), access.NewRegistration{Application: shop.ID, Version: api.automatic, Form: &access.RequestForm{}})
		w.must(err)
	})
}
