package access

import (
	"cmp"
	"context"

	"github.com/portico-api/portico/internal/identity"
	"github.com/portico-api/portico/internal/plan"
)

// Material is what an application authenticates with.
type Material struct {
	// Identifier names the credential in a call, like a user name. Keys have none: the secret alone finds them.
	Identifier string
	// Secret authenticates the credential. Only its owner may know it.
	Secret string
}

// lookedUp returns the part that finds the credential of a call.
func (m Material) lookedUp() string { return cmp.Or(m.Identifier, m.Secret) }

// maker creates fresh material for a credential, and the display prefix that lists may show of it.
type maker func(Credential) (material Material, prefix string)

// makers has one maker for each kind of credential that the portal issues.
var makers = map[plan.Kind]maker{
	plan.Key:   newKey,
	plan.Basic: newBasic,
}

// renew gives the credential fresh material and updates everything derived from it.
func (s *Service) renew(credential *Credential) (Material, error) {
	fresh, prefix := makers[credential.Kind](*credential)
	version := s.hasher.Current()
	lookup := LookupOf(s.hasher, version, credential.Kind, []byte(fresh.lookedUp()))
	credential.Lookup, credential.HashKey, credential.Prefix = lookup[:], version, prefix
	if fresh.Identifier != "" {
		verifier := VerifierOf(s.hasher, version, lookup, []byte(fresh.Secret))
		credential.Verifier = verifier[:]
	}
	if !credential.Viewable {
		return fresh, nil
	}
	sealed, err := s.ring.Seal([]byte(fresh.Secret), credential.ID[:])
	credential.Sealed = sealed
	return fresh, err
}

// handOut adds the material to the answer if the caller may see it, and records the caller as a reader.
func (s *Service) handOut(ctx context.Context, credential Credential, fresh Material) (IssuedCredential, error) {
	issued := IssuedCredential{Credential: credential}
	principal := identity.From(ctx)
	if credential.Viewable && (principal.System || principal.Staff != identity.NotStaff) {
		return issued, nil
	}
	issued.Material = fresh
	return issued, s.noteReader(ctx, credential.ID)
}
