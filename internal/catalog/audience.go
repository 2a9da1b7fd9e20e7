package catalog

import (
	"context"
	"slices"

	"github.com/portico-api/portico/internal/identity"
)

// VisibleTo reports whether the principal may know of the product. Visitors who have not signed in see public products
// of a portal that is open to the public; staff see everything.
func (p Product) VisibleTo(principal identity.Principal, publicPortal bool) bool {
	switch {
	case principal.May(identity.ViewAnyTeam):
		return true
	case !p.Published:
		return false
	case principal.Anonymous():
		return publicPortal && p.Audience == Public
	}
	switch p.Audience {
	case Public, SignedIn:
		return true
	case Teams:
		return !principal.Team.IsZero() && slices.Contains(p.Teams, principal.Team)
	}
	return false
}

// VisibleTo reports whether the principal may know of the version, given that they may know of its product.
func (v Version) VisibleTo(principal identity.Principal) bool {
	return v.Published || principal.May(identity.ViewAnyTeam)
}

// viewer is who looks at the catalogue, and at what kind of portal.
type viewer struct {
	principal    identity.Principal
	publicPortal bool
}

func (s *Service) viewer(ctx context.Context) (viewer, error) {
	looking := viewer{principal: identity.From(ctx)}
	if !looking.principal.Anonymous() {
		return looking, nil
	}
	settings, err := s.site.Settings(ctx)
	looking.publicPortal = settings.Public
	return looking, err
}

func (v viewer) sees(product Product) bool { return product.VisibleTo(v.principal, v.publicPortal) }

// versions leaves out what the viewer may not know of.
func (v viewer) versions(all []Version) []Version {
	return slices.DeleteFunc(all, func(version Version) bool { return !version.VisibleTo(v.principal) })
}

// Sight says of all products what VisibleTo says of one, for a store that searches them. The zero Sight sees nothing.
type Sight struct {
	// Everything includes what is not published.
	Everything bool
	// Audiences are those whose published products are seen, and Team the team whose products are.
	Audiences []Audience
	Team      identity.TeamID
}

func (v viewer) sight() Sight {
	switch {
	case v.principal.May(identity.ViewAnyTeam):
		return Sight{Everything: true}
	case !v.principal.Anonymous():
		return Sight{Audiences: []Audience{Public, SignedIn}, Team: v.principal.Team}
	case v.publicPortal:
		return Sight{Audiences: []Audience{Public}}
	}
	return Sight{}
}
