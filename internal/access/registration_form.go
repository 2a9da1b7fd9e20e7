package access

import (
	"context"
	"slices"
	"time"

	"github.com/portico-api/portico/internal/catalog"
	"github.com/portico-api/portico/internal/identity"
	"github.com/portico-api/portico/internal/plan"
	"github.com/portico-api/portico/internal/platform/page"
	"github.com/portico-api/portico/internal/site"
)

// RegistrationForm holds the choices of the form to register for a version.
type RegistrationForm struct {
	Product catalog.Product
	Version catalog.Version
	// Offers are the ways to register; without any, registration is closed. Plans are the plans of the offers.
	Offers []RegistrationOffer
	Plans  map[plan.ID]plan.Plan
	// Applications are the team's applications that can still register, the newest first. More reports whether the form
	// omits some.
	Applications []ApplicationDetail
	More         bool
	// Registered are applications that already call the version and can get another key for it, the newest first.
	Registered []ApplicationDetail
	// Others are the product's other versions that are open for registration, the newest first.
	Others []OtherRegistration
	// Fields are the questions that staff ask. It is empty if every registration is approved at once.
	Fields []site.RequestField
	// Chosen reports whether Applications has only the application that the caller chose.
	Chosen bool
	// At is the time at which the form was loaded.
	At time.Time
}

// OtherRegistration is another version to register for.
type OtherRegistration struct {
	Version catalog.Version
	// Automatic reports whether a registration is approved at once.
	Automatic bool
}

// Automatic reports whether every way to register is approved at once.
func (f RegistrationForm) Automatic() bool { return len(f.Offers) > 0 && !f.AsksStaff() }

// AsksStaff reports whether any way to register needs approval by staff.
func (f RegistrationForm) AsksStaff() bool {
	return slices.ContainsFunc(f.Offers, func(offer RegistrationOffer) bool { return !offer.Automatic })
}

// Offer returns the offer for a strategy.
func (f RegistrationForm) Offer(strategy plan.StrategyID) RegistrationOffer {
	at := slices.IndexFunc(f.Offers, func(one RegistrationOffer) bool { return one.Strategy.ID == strategy })
	if at < 0 {
		return RegistrationOffer{}
	}
	return f.Offers[at]
}

// choosable is the largest number of applications in a form. A search by name finds the others.
const choosable = 100

// RegistrationForm returns the choices to register for a version, with the applications whose names contain the search
// text. If the chosen application can be registered, it is the only one.
func (s *Service) RegistrationForm(ctx context.Context, slug, version, search string, chosen ApplicationID) (RegistrationForm, error) {
	if err := identity.Require(ctx, identity.RequestAccess); err != nil {
		return RegistrationForm{}, err
	}
	shown, err := s.products.ProductPage(ctx, slug)
	if err != nil {
		return RegistrationForm{}, err
	}
	at := slices.IndexFunc(shown.Versions, func(one catalog.Version) bool { return one.Name == version })
	if at < 0 {
		return RegistrationForm{}, missingVersion()
	}
	form := RegistrationForm{Product: shown.Product, Version: shown.Versions[at], At: s.now()}
	if !shown.Product.RightsOf(identity.From(ctx).Team).Register {
		return RegistrationForm{}, mayNotRegister(shown.Product.Name)
	}
	plans, err := s.loadPlanSet(ctx)
	if err != nil {
		return RegistrationForm{}, err
	}
	form.Plans = plans.byID
	if err := s.offerVersions(ctx, &form, shown.Versions, plans); err != nil || len(form.Offers) == 0 {
		return form, err
	}
	if form.AsksStaff() {
		settings, err := s.site.Settings(ctx)
		if err != nil {
			return RegistrationForm{}, err
		}
		form.Fields = settings.RequestFields
	}
	if !chosen.IsZero() {
		if err := s.offerApplications(ctx, &form, VersionApplicationFilter{Application: chosen}, plans.strategies); err != nil {
			return RegistrationForm{}, err
		}
		form.Chosen = len(form.Applications) > 0
	}
	if !form.Chosen {
		err = s.offerApplications(ctx, &form, VersionApplicationFilter{NameContains: search}, plans.strategies)
	}
	return form, err
}

// offerVersions adds the ways to register for the form's version, and the product's other versions that have one.
func (s *Service) offerVersions(ctx context.Context, form *RegistrationForm, versions []catalog.Version, plans planSet) error {
	offers, err := s.registrationOffers(ctx, ofEach(versions, func(one catalog.Version) catalog.VersionID { return one.ID }), plans)
	if err != nil {
		return err
	}
	form.Offers = offers[form.Version.ID]
	for _, one := range versions {
		if offered := offers[one.ID]; len(offered) > 0 && one.ID != form.Version.ID {
			form.Others = append(form.Others, OtherRegistration{Version: one, Automatic: offered[0].Automatic})
		}
	}
	return nil
}

// offerApplications adds the applications that match the filter and one of the form's offers.
func (s *Service) offerApplications(ctx context.Context, form *RegistrationForm, filter VersionApplicationFilter, strategies []plan.Strategy) error {
	filter.Version, filter.Unregistered = form.Version.ID, true
	filter.Strategies = ofEach(form.Offers, func(offer RegistrationOffer) plan.StrategyID { return offer.Strategy.ID })
	narrowed, err := ownListing(ctx)
	if err != nil {
		return err
	}
	found, err := s.versionApplications(ctx, narrowed, filter, page.Request{Size: choosable}, strategies)
	if err != nil {
		return err
	}
	for _, one := range found.Items {
		form.Applications = append(form.Applications, one.ApplicationDetail)
	}
	form.More = found.Total > len(found.Items)
	filter.Unregistered, filter.States = false, []SubscriptionState{Approved}
	registered, err := s.versionApplications(ctx, narrowed, filter, page.Request{Size: choosable}, strategies)
	for _, one := range registered.Items {
		form.Registered = append(form.Registered, one.ApplicationDetail)
	}
	return err
}
