package access

import (
	"context"
	"strings"
	"time"

	"github.com/portico-api/portico/internal/account"
	"github.com/portico-api/portico/internal/event"
	"github.com/portico-api/portico/internal/identity"
	"github.com/portico-api/portico/internal/platform/fault"
	"github.com/portico-api/portico/internal/platform/page"
)

const (
	// leastPasted is what a key is looked for by at the least, maxPasted at the most.
	leastPasted = 6
	maxPasted   = 500
	// candidates is how many keys with the same beginning are told.
	candidates = 50
)

// FoundKeys are the keys that something that was found somewhere may be.
type FoundKeys struct {
	// Whole says that it was a whole key, or a user name, and that there is exactly this one.
	Whole bool
	Keys  []KeyLine
	// More says that more keys than these begin so.
	More bool
}

// FindKey finds out whose a key is that turned up where it should not, from the whole of it or from how it begins. What
// was pasted is in no answer, no record and no error.
func (s *Service) FindKey(ctx context.Context, pasted string) (FoundKeys, error) {
	if err := identity.Require(ctx, identity.ViewAnyTeam); err != nil {
		return FoundKeys{}, err
	}
	pasted = strings.Trim(pasted, " \t\r\n\"'`")
	if len(pasted) < leastPasted || len(pasted) > maxPasted {
		return FoundKeys{}, invalid("pasted", "must have between 6 and 500 characters")
	}
	whole, err := s.store.CredentialByLookup(ctx, s.lookups(pasted))
	if err == nil {
		lines, err := s.keyLines(ctx, []Credential{whole})
		return FoundKeys{Whole: true, Keys: lines}, err
	}
	if !fault.Is(err, fault.NotFound) || !plainText(pasted) {
		return FoundKeys{}, ignoreMissing(err)
	}
	filter := CredentialFilter{Prefix: pasted, TicketsToo: true}
	found, err := s.store.Credentials(ctx, filter, page.Request{Size: candidates})
	if err != nil {
		return FoundKeys{}, err
	}
	lines, err := s.keyLines(ctx, found.Items)
	return FoundKeys{Keys: lines, More: found.Total > len(lines)}, err
}

// lookups are all values under which a key, or a user name, may be kept.
func (s *Service) lookups(pasted string) [][]byte {
	var lookups [][]byte
	for _, version := range s.hasher.Versions() {
		for kind := range makers {
			lookup := LookupOf(s.hasher, version, kind, []byte(pasted))
			lookups = append(lookups, lookup[:])
		}
	}
	return lookups
}

// plainText reports whether the text has nothing in it that no key has and that a database may refuse.
func plainText(text string) bool {
	return !strings.ContainsFunc(text, func(r rune) bool { return r < ' ' || r > '~' })
}

func ignoreMissing(err error) error {
	if fault.Is(err, fault.NotFound) {
		return nil
	}
	return err
}

// CloseLeakedKey is what the method of the same name takes.
type CloseLeakedKey struct {
	Credential CredentialID
	// Since is the credential's RegeneratedAt when it was found: where its secret was replaced meanwhile, it is another
	// secret that leaked, and nothing is done.
	Since time.Time
	// Regenerate gives it a new secret; otherwise it is revoked.
	Regenerate bool
	// Where says where it was found, for its owners.
	Where string
}

// CloseLeakedKey ends a secret that leaked, at once, and tells the owners of its team. Staff alone do so for others;
// who is in the team revokes the key.
func (s *Service) CloseLeakedKey(ctx context.Context, in CloseLeakedKey) (IssuedCredential, error) {
	if err := identity.Require(ctx, identity.ViewAnyTeam); err != nil {
		return IssuedCredential{}, err
	}
	return s.changeCredential(ctx, identity.ManageCredentials, in.Credential,
		func(ctx context.Context, credential Credential, application Application) (IssuedCredential, error) {
			if len(in.Where) > maxReason {
				return IssuedCredential{}, invalid("where", "must have at most 2,000 bytes")
			}
			may := credential.Rights(application, false, identity.From(ctx), s.now())
			if !may.CloseLeaked || !credential.RegeneratedAt.Equal(in.Since) {
				return IssuedCredential{}, fault.New(fault.Conflict, "closed_already", "That secret no longer works: the key has ended or has a new secret. Nothing was changed.")
			}
			closed := IssuedCredential{Credential: credential}
			var err error
			if in.Regenerate {
				closed, err = s.regenerate(ctx, credential, application)
			} else {
				err = s.revoke(ctx, credential)
			}
			if err != nil {
				return IssuedCredential{}, err
			}
			return closed, s.tellOfLeak(ctx, credential, application, in)
		})
}

// MessageKeyLeaked is the template of the message to somebody whose software has a key that leaked. Its parameters are
// name, team, application, key, prefix, closed (revoked or regenerated) and where.
const MessageKeyLeaked = "key_leaked"

// tellOfLeak writes down that a secret leaked and leaves a message for everybody who must change their software.
func (s *Service) tellOfLeak(ctx context.Context, leaked Credential, application Application, in CloseLeakedKey) error {
	details := map[string]string{"prefix": leaked.Prefix, "closed": "revoked"}
	if in.Regenerate {
		details["closed"] = "regenerated"
	}
	if in.Where != "" {
		details["where"] = in.Where
	}
	if err := s.audit(ctx, "credential.leaked", event.TagOf(event.TagCredential, leaked.ID), leaked.Team, details); err != nil {
		return err
	}
	members, err := s.accounts.Members(ctx, leaked.Team)
	if err != nil {
		return err
	}
	team, err := s.accounts.Team(ctx, leaked.Team)
	if err != nil {
		return err
	}
	for _, member := range members {
		mustKnow := member.Role == identity.Owner || member.Account == application.Account
		if !mustKnow || member.State != account.Active {
			continue
		}
		params := map[string]string{
			"name": member.Name, "team": team.Name, "application": application.Name, "key": leaked.Name,
			"prefix": leaked.Prefix, "closed": details["closed"], "where": in.Where,
		}
		if err := s.events.Send(ctx, event.Message{To: member.Email, Template: MessageKeyLeaked, Params: params}); err != nil {
			return err
		}
	}
	return nil
}
