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
	// leastPasted and maxPasted are the minimum and maximum length of a text by which a key is searched.
	leastPasted = 6
	maxPasted   = 500
	// candidates is the maximum number of keys that are listed for one beginning.
	candidates = 50
)

// FoundKeys are the keys that a found text may belong to.
type FoundKeys struct {
	// Whole reports whether the text was a whole key or user name, so that exactly this one matches.
	Whole bool
	Keys  []KeyLine
	// More reports whether more keys than these begin with the text.
	More bool
}

// FindKey finds the key that a leaked text belongs to, by the whole key or its beginning. The text never appears in an
// answer, a record or an error.
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

// lookups returns all values under which a key or a user name may be stored.
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

// plainText reports whether the text has only characters that keys have and databases accept.
func plainText(text string) bool {
	return !strings.ContainsFunc(text, func(r rune) bool { return r < ' ' || r > '~' })
}

func ignoreMissing(err error) error {
	if fault.Is(err, fault.NotFound) {
		return nil
	}
	return err
}

// CloseLeakedKey is the input of the method of the same name.
type CloseLeakedKey struct {
	Credential CredentialID
	// Since is the credential's RegeneratedAt when the leak was found. If the secret was replaced in the meantime, the
	// call is a conflict.
	Since time.Time
	// Regenerate gives the key a new secret; otherwise the key is revoked.
	Regenerate bool
	// Where tells the owners where the key was found.
	Where string
}

// CloseLeakedKey ends a leaked secret at once and notifies the owners of its team. Only staff may call it; members of
// the team revoke their key instead.
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
			return closed, s.notifyOfLeak(ctx, credential, application, in)
		})
}

// MessageKeyLeaked is the template of the message about a leaked key. Its parameters are name, team, application, key,
// prefix, closed (revoked or regenerated) and where.
const MessageKeyLeaked = "key_leaked"

// notifyOfLeak records a leaked secret and sends a message to every person who must update their software.
func (s *Service) notifyOfLeak(ctx context.Context, leaked Credential, application Application, in CloseLeakedKey) error {
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
