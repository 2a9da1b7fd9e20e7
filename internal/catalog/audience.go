package catalog

import (
	"context"
	"slices"

	"github.com/portico-api/portico/internal/identity"
)

// Rights tells what a caller may do with a product. Without View there are no other rights.
type Rights struct {
	View bool
	// Register allows requesting access to its versions, Documentation reading its documents.
	Register, Documentation bool
}

// TeamRights tells what a team of a product's audience may do besides viewing it.
type TeamRights struct {
	Team                    identity.TeamID
	Register, Documentation bool
}

var allRights = Rights{View: true, Register: true, Documentation: true}

// Rights returns what the principal may do with the product.
//
// Anonymous visitors see public products if the portal is public. Staff see everything. Like everyone else, they can
// register only if the team that they act in and their role in it have that right.
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

// RightsOf returns what the members of a team may do with the product.
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

// VisibleTo reports whether the principal may see the product.
func (p Product) VisibleTo(principal identity.Principal, publicPortal bool) bool {
	return p.Rights(principal, publicPortal).View
}

// VisibleTo reports whether the principal may see the version, if they may see its product.
func (v Version) VisibleTo(principal identity.Principal) bool {
	return v.Published || principal.May(identity.ViewAnyTeam)
}

// viewer is the caller who reads the catalogue, and whether the portal is public.
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

// versions returns the versions that the viewer may see.
func (v viewer) versions(all []Version) []Version {
	return slices.DeleteFunc(all, func(version Version) bool { return !version.VisibleTo(v.principal) })
}

// Visibility tells a store which products the caller may see, like Rights does for one. The zero value hides all.
type Visibility struct {
	// Everything includes unpublished products.
	Everything bool
	// A published product is visible if its audience is one of Audiences, or if Team is one of its teams.
	Audiences []Audience
	Team      identity.TeamID
}

// VisibilityOf returns which products the members of a team may see.
func VisibilityOf(team identity.TeamID) Visibility {
	return Visibility{Audiences: []Audience{Public, SignedIn}, Team: team}
}

func (v viewer) visibility() Visibility {
	switch {
	case v.principal.May(identity.ViewAnyTeam):
		return Visibility{Everything: true}
	case !v.principal.Anonymous():
		return VisibilityOf(v.principal.Team)
	case v.publicPortal:
		return Visibility{Audiences: []Audience{Public}}
	}
	return Visibility{}
}
