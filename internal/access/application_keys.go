package access

import (
	"context"

	"github.com/portico-api/portico/internal/identity"
)

// ApplicationKeys are the working keys of an application with what the page shows for each.
type ApplicationKeys struct {
	// Keys are sorted by creation, the newest first.
	Keys []Credential
	// Creators are the e-mail addresses of the accounts that created the keys. Keys that Portico created have none.
	Creators map[identity.AccountID]string
	// Rights says what the caller may do with each key.
	Rights map[CredentialID]Rights
	// Open are the environments in which the application has an approved subscription. Its keys for other environments
	// do not work yet.
	Open []string
}

// ApplicationKeys returns the working keys of an application that the caller may see.
func (s *Service) ApplicationKeys(ctx context.Context, id ApplicationID) (ApplicationKeys, error) {
	application, err := s.loadApplication(ctx, identity.ViewTeam, id)
	if err != nil {
		return ApplicationKeys{}, err
	}
	var found ApplicationKeys
	if found.Keys, err = s.credentials(ctx, CredentialFilter{Application: application.ID, WorkingAt: s.now()}); err != nil {
		return ApplicationKeys{}, err
	}
	names, err := s.store.Names(ctx, Named{Accounts: ofEach(found.Keys, func(one Credential) identity.AccountID { return one.CreatedBy })})
	if err != nil {
		return ApplicationKeys{}, err
	}
	found.Creators = names.Accounts
	found.Rights, err = s.rights(ctx, map[ApplicationID]Application{application.ID: application}, found.Keys)
	if err != nil {
		return ApplicationKeys{}, err
	}
	found.Open, err = s.store.OpenEnvironments(ctx, application.ID, s.now())
	return found, err
}
