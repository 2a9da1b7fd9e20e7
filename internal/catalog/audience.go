package catalog

import (
	"context"
	"slices"

	"github.com/portico-api/portico/internal/identity"
)

// Rights are what somebody may do with a product. Whoever may not view it may do nothing.
type Rights struct {
	View bool
	// Register is asking for access to its versions, Documentation reading its pages.
	Register, Documentation bool
}

// TeamRights are what a team of a product's audience may do with it beside viewing it.
type TeamRights struct {
	Team                    identity.TeamID
	Register, Documentation bool
}

var allRights = Rights{View: true, Register: true, Documentation: true}

// Rights are what the principal may do with the product. Visitors who have not signed in see public products of a portal
// that is open to the public; staff see everything, but register like everybody else: for the team that they act in, as far as
// it and their role in it may.
func (p Product) Rights(principal identity.Principal, publicPortal bool) Rights {
	rights := p.RightsOf(principal.Team)
	rights.Register = rights.Register && principal.Role.May(identity.RequestAccess)
	switch {
	case principal.May(identity.ViewAnyTeam):
		return Rights{View: true, Register: rights.Register, Documentation: true}
	case !principal.Anonymous():
		return rights
	case p.Published && publicPortal && p.Audience == Public:
		return allRights
	}
	return Rights{}
}

// RightsOf are what the members of a team may do with the product; the zero team is nobody's.
func (p Product) RightsOf(team identity.TeamID) Rights {
	switch {
	case !p.Published:
		return Rights{}
	case p.Audience == Public || p.Audience == SignedIn:
		return allRights
	case p.Audience == Teams:
		for _, one := range p.Teams {
			if one.Team == team && !team.IsZero() {
				return Rights{View: true, Register: one.Register, Documentation: one.Documentation}
			}
		}
	}
	return Rights{}
}

// VisibleTo reports whether the principal may know of the product.
func (p Product) VisibleTo(principal identity.Principal, publicPortal bool) bool {
	return p.Rights(principal, publicPortal).View
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

func (v viewer) rights(product Product) Rights { return product.Rights(v.principal, v.publicPortal) }

// versions leaves out what the viewer may not know of.
func (v viewer) versions(all []Version) []Version {
	return slices.DeleteFunc(all, func(version Version) bool { return !version.VisibleTo(v.principal) })
}

// Sight says of all products what Rights say of one, for a store that searches them. The zero Sight sees nothing.
type Sight struct {
	// Everything includes what is not published.
	Everything bool
	// Audiences are those whose published products are seen, and Team the team whose products are.
	Audiences []Audience
	Team      identity.TeamID
}

// SightOf says of all products what RightsOf say of one.
func SightOf(team identity.TeamID) Sight {
	return Sight{Audiences: []Audience{Public, SignedIn}, Team: team}
}

func (v viewer) sight() Sight {
	switch {
	case v.principal.May(identity.ViewAnyTeam):
		return Sight{Everything: true}
	case !v.principal.Anonymous():
		return SightOf(v.principal.Team)
	case v.publicPortal:
		return Sight{Audiences: []Audience{Public}}
	}
	return Sight{}
}
