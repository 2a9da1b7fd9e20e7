package access

import (
	"context"
	"slices"

	"github.com/portico-api/portico/internal/catalog"
	"github.com/portico-api/portico/internal/platform/fault"
	"github.com/portico-api/portico/internal/platform/page"
)

// OfferedRelease is a published version with the ways to register for it.
type OfferedRelease struct {
	Version catalog.Version
	Offers  []RegistrationOffer
}

// ReleaseFilter narrows a list of versions; zero fields do not narrow. Names are compared ignoring case.
type ReleaseFilter struct {
	Product            catalog.ProductID
	Version            catalog.VersionID
	Name, NameContains string
}

// OfferedReleases lists the published versions of a product that the caller may see, the newest first.
func (s *Service) OfferedReleases(ctx context.Context, filter ReleaseFilter, request page.Request) (page.Page[OfferedRelease], error) {
	_, versions, err := s.products.Releases(ctx, filter.Product)
	if err != nil {
		return page.Page[OfferedRelease]{}, err
	}
	versions = slices.DeleteFunc(versions, func(version catalog.Version) bool {
		return !filter.Version.IsZero() && version.ID != filter.Version || !named(version.Name, filter.Name, filter.NameContains)
	})
	shown := page.Of(versions, request)
	offers, err := s.RegistrationOffers(ctx, ofEach(shown.Items, func(version catalog.Version) catalog.VersionID { return version.ID }))
	listed := page.Page[OfferedRelease]{Items: make([]OfferedRelease, len(shown.Items)), Total: shown.Total}
	for i, version := range shown.Items {
		listed.Items[i] = OfferedRelease{Version: version, Offers: offers[version.ID]}
	}
	return listed, err
}

// OfferedRelease returns a single one of OfferedReleases.
func (s *Service) OfferedRelease(ctx context.Context, product catalog.ProductID, version catalog.VersionID) (OfferedRelease, error) {
	found, err := s.OfferedReleases(ctx, ReleaseFilter{Product: product, Version: version}, page.Request{})
	if err == nil && len(found.Items) == 0 {
		err = fault.Missing("version")
	}
	if err != nil {
		return OfferedRelease{}, err
	}
	return found.Items[0], nil
}

// DescribedRelease returns the description of a published version, with the gateway's address as its only server. The
// address is for the environment that a registration opens, production if there are several. The text is nil without a
// description.
func (s *Service) DescribedRelease(ctx context.Context, product catalog.ProductID, version catalog.VersionID, gatewayURL string) (catalog.SpecDownload, error) {
	release, err := s.OfferedRelease(ctx, product, version)
	if err != nil || release.Version.Spec == "" {
		return catalog.SpecDownload{}, err
	}
	var environments []string
	for _, offer := range release.Offers {
		environments = append(environments, offer.Environment)
	}
	return s.products.ReleaseText(ctx, release.Version, gatewayURL, environments)
}
