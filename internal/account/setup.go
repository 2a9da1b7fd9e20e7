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
	// Name defaults to the part of the address before the @.
	Name  string
	Staff identity.StaffRole
	// Team is the team that the person joins with Role (default: member). If Team is zero, they join the team called
	// TeamName, or own a new team of that name if there is none. Without Team and TeamName, they own a new team with
	// their own name.
	Team     identity.TeamID
	TeamName string
	Role     identity.Role
	// PasswordHash is an argon2id or bcrypt hash from another system. An account with a hash is active at once.
	PasswordHash string
}

// Added is a new account. Token is the only copy of its set-up token; it is empty if the password was imported.
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

// nameFrom returns the default name for an e-mail address.
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

// AddAccount creates an account, whose owner sets a password through a link with the returned token.
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

// teamOfNewAccount finds or creates the first team of a new account and returns the role there. The first member of a
// team becomes its owner.
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

// teamCalled returns the team with this name, ignoring case. It returns an error if there are several.
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
			return Team{}, false, fault.Newf(fault.Conflict, "team_ambiguous", "Several teams are called %s. Rename one of them, or enter another team name.", team.Name)
		}
		called, found = team, true
	}
	return called, found, nil
}

// RenewLink creates a new set-up link for an invited account and invalidates all earlier links.
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

// RenewLinkOf is RenewLink for the account with this e-mail address.
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

// LinkTarget returns the account that a set-up link is for.
func (s *Service) LinkTarget(ctx context.Context, token string) (Account, error) {
	account, _, err := s.invitedBy(ctx, token)
	return account.withoutSecret(), err
}

// invitedBy is holderOf for set-up links. It returns one error for all links that do not work, because staff can renew
// them all.
func (s *Service) invitedBy(ctx context.Context, token string) (Account, Link, error) {
	account, link, err := s.holderOf(ctx, token, FirstPassword, FirstPasswordByMail)
	if fault.Is(err, fault.Invalid) || fault.Is(err, fault.NotFound) {
		err = fault.New(fault.NotFound, "link_dead", "This link has been used, has expired or is invalid. Ask the portal's staff for a new one.")
	}
	return account, link, err
}

// SetUp is the input of Service.SetUp. Token is the token of the set-up link.
type SetUp struct {
	Token    string
	Password string
}

// Validate rejects an unusable password.
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

// activate makes an account active after its owner used a link. The account joins every team that invited it, or gets a
// team of its own.
func (s *Service) activate(ctx context.Context, account *Account) error {
	account.State = Active
	if err := s.acceptAll(ctx, account); err != nil {
		return err
	}
	return s.ownTeam(ctx, account)
}
