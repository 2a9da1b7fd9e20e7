package account

import (
	"cmp"
	"context"
	"strings"
	"time"

	"github.com/portico-api/portico/internal/event"
	"github.com/portico-api/portico/internal/identity"
	"github.com/portico-api/portico/internal/platform/fault"
	"github.com/portico-api/portico/internal/platform/id"
	"github.com/portico-api/portico/internal/platform/page"
)

// NewAccount is a person that staff add.
type NewAccount struct {
	Email string
	// Name may be empty: the person is then called like the part of the address before the @ until they say otherwise.
	Name  string
	Staff identity.StaffRole
	// Team is the team that the person joins with Role (zero: member). Where it is zero they join the one team that is
	// called TeamName; where there is none, it is made and they own it. Without either they get a team called like them.
	Team     identity.TeamID
	TeamName string
	Role     identity.Role
	// PasswordHash is an argon2id or bcrypt hash from another system; with it the account is active at once.
	PasswordHash string
}

// Added is a new account. Token is the only copy of what makes its set-up link; it is empty for an imported password.
type Added struct {
	Account   Account
	Token     string
	ExpiresAt time.Time
}

func (in NewAccount) normalised() (NewAccount, error) {
	var refused []fault.Field
	email, valid := normaliseEmail(in.Email)
	if !valid {
		refused = append(refused, refusedEmail())
	}
	in.Email, in.Name, in.TeamName = email, strings.TrimSpace(in.Name), strings.TrimSpace(in.TeamName)
	if in.Name == "" && valid {
		in.Name = nameFrom(in.Email)
	}
	refused = append(refused, refusedName("name", in.Name)...)
	if !in.Staff.Valid() {
		refused = append(refused, refusedStaff())
	}
	if in.Team.IsZero() && in.TeamName != "" {
		refused = append(refused, refusedName("team_name", in.TeamName)...)
	}
	if in.Role != "" && !in.Role.Valid() {
		refused = append(refused, refusedRole())
	}
	if _, err := parseArgonHash(in.PasswordHash); in.PasswordHash != "" && err != nil && ImportedCost(in.PasswordHash) == 0 {
		refused = append(refused, fault.Field{Name: "password_hash", Reason: "must be an argon2id or bcrypt hash"})
	}
	return in, fault.InvalidFields(refused)
}

func refusedEmail() fault.Field {
	return fault.Field{Name: "email", Reason: "must be an e-mail address such as name@example.com"}
}

// nameFrom is what somebody is called who has not said their name.
func nameFrom(email string) string {
	name, _, _ := strings.Cut(email, "@")
	return name
}

func refusedStaff() fault.Field {
	return fault.Field{Name: "staff", Reason: "must be admin, approver, support or empty"}
}

func refusedRole() fault.Field {
	return fault.Field{Name: "role", Reason: "must be owner, admin, member or viewer"}
}

// AddAccount adds a person, who chooses a password with the link that is made from the token.
func (s *Service) AddAccount(ctx context.Context, in NewAccount) (Added, error) {
	if err := identity.Require(ctx, identity.ManagePeople); err != nil {
		return Added{}, err
	}
	in, err := in.normalised()
	if err != nil {
		return Added{}, err
	}
	var added Added
	err = s.store.InTx(ctx, func(ctx context.Context) error {
		if err := s.lockAddress(ctx, in.Email); err != nil {
			return err
		}
		team, role, err := s.teamOfNewAccount(ctx, in)
		if err != nil {
			return err
		}
		now := s.now()
		account := Account{
			ID: id.New[identity.AccountID](now), Email: in.Email, Name: in.Name, Staff: in.Staff, State: Invited,
			HomeTeam: team.ID, CreatedAt: now, PasswordHash: in.PasswordHash,
		}
		if account.PasswordHash != "" {
			account.State = Active
		}
		if err := s.store.SaveAccount(ctx, account); err != nil {
			return err
		}
		if err := s.store.SaveMember(ctx, Member{Account: account.ID, Team: team.ID, Role: role, JoinedAt: now}); err != nil {
			return err
		}
		added.Account = account.withoutSecret()
		if account.State == Invited {
			if added.Token, added.ExpiresAt, err = s.mint(ctx, account.ID, FirstPassword); err != nil {
				return err
			}
		}
		return s.events.Audit(ctx, event.Audit{
			Action: "account.added", Object: tagOf(account.ID), Team: team.ID,
			Details: map[string]string{"email": account.Email, "role": string(role), "staff": string(in.Staff)},
		})
	})
	if err != nil {
		return Added{}, err
	}
	return added, nil
}

// teamOfNewAccount finds or makes the team that a new account begins in, and its role there. Whoever comes first into a
// team owns it.
func (s *Service) teamOfNewAccount(ctx context.Context, in NewAccount) (Team, identity.Role, error) {
	joins := cmp.Or(in.Role, identity.Member)
	if !in.Team.IsZero() {
		team, err := s.lockedTeam(ctx, in.Team)
		return team, joins, err
	}
	if in.TeamName == "" {
		team, err := s.saveNewTeam(ctx, in.Name)
		return team, identity.Owner, err
	}
	if err := s.store.Lock(ctx, "team called "+strings.ToLower(in.TeamName)); err != nil {
		return Team{}, "", err
	}
	team, found, err := s.teamCalled(ctx, in.TeamName)
	if err != nil || found {
		return team, joins, err
	}
	team, err = s.saveNewTeam(ctx, in.TeamName)
	return team, identity.Owner, err
}

// teamCalled is the one team of that name, whatever its capitals.
func (s *Service) teamCalled(ctx context.Context, name string) (called Team, found bool, err error) {
	similar, err := s.store.Teams(ctx, name, page.Request{Size: page.MaxSize})
	if err != nil {
		return Team{}, false, err
	}
	for _, team := range similar.Items {
		if !strings.EqualFold(team.Name, name) {
			continue
		}
		if found {
			return Team{}, false, fault.Newf(fault.Conflict, "team_ambiguous", "Several teams are called %s. Rename one of them, or give the person a team of another name.", team.Name)
		}
		called, found = team, true
	}
	return called, found, nil
}

// RenewLink makes another set-up link for an invited account; the ones before it stop working.
func (s *Service) RenewLink(ctx context.Context, invited identity.AccountID) (Added, error) {
	if err := identity.Require(ctx, identity.ManagePeople); err != nil {
		return Added{}, err
	}
	var renewed Added
	err := s.change(ctx, invited, "account.link_renewed", func(ctx context.Context, account *Account) error {
		if account.State != Invited {
			return fault.New(fault.Precondition, "not_invited", "Only an account that has no password yet can be sent a set-up link.")
		}
		if err := s.store.DeleteLinks(ctx, account.ID); err != nil {
			return err
		}
		account.Unproven = false
		var err error
		renewed.Account = account.withoutSecret()
		renewed.Token, renewed.ExpiresAt, err = s.mint(ctx, account.ID, FirstPassword)
		return err
	})
	if err != nil {
		return Added{}, err
	}
	return renewed, nil
}

// RenewLinkOf is RenewLink for whoever has the address.
func (s *Service) RenewLinkOf(ctx context.Context, email string) (Added, error) {
	if err := identity.Require(ctx, identity.ManagePeople); err != nil {
		return Added{}, err
	}
	normal, valid := normaliseEmail(email)
	if !valid {
		return Added{}, fault.Missing("account")
	}
	invited, err := s.store.AccountByEmail(ctx, normal)
	if err != nil {
		return Added{}, err
	}
	return s.RenewLink(ctx, invited.ID)
}

// LinkTarget says whose set-up link it is, so that the page can greet them.
func (s *Service) LinkTarget(ctx context.Context, token string) (Account, error) {
	account, _, err := s.invitedBy(ctx, token)
	return account.withoutSecret(), err
}

// invitedBy is holderOf for set-up links, which staff renew: why one does not work makes no difference.
func (s *Service) invitedBy(ctx context.Context, token string) (Account, Link, error) {
	account, link, err := s.holderOf(ctx, token, FirstPassword, FirstPasswordByMail)
	if fault.Is(err, fault.Invalid) || fault.Is(err, fault.NotFound) {
		err = fault.New(fault.NotFound, "link_dead", "This link has been used, has expired or never existed. Ask the portal's staff for a new one.")
	}
	return account, link, err
}

// SetUp is a person's first password. Token is what their link was made from.
type SetUp struct {
	Token    string
	Password string
}

// Validate says what cannot be accepted.
func (in SetUp) Validate() error {
	return fault.InvalidFields(refusedPassword("password", in.Password))
}

// SetUp gives an invited account its first password.
func (s *Service) SetUp(ctx context.Context, in SetUp) error {
	if err := in.Validate(); err != nil {
		return err
	}
	return s.choosePassword(ctx, NewPassword(in), "account.set_up", s.invitedBy)
}

// activate lets an account in whose person has shown that it is theirs: they join every team that they are invited into,
// by which they have given their word, or get one of their own.
func (s *Service) activate(ctx context.Context, account *Account) error {
	account.State = Active
	if err := s.acceptAll(ctx, account); err != nil {
		return err
	}
	return s.ownTeam(ctx, account)
}
