// Package account owns the people of the portal: accounts, teams, members, invitations, sessions and sign-in.
//
// An account is a person with one e-mail address; a team is a customer organisation; a member is an account in a team,
// with a role. The package decides who may sign in and which Principal a session acts as. It does not know which APIs
// an account may call (package access does) and never sees HTTP: the surfaces pass it addresses, passwords and tokens.
package account

import (
	"context"
	"net/netip"
	"slices"
	"time"

	"github.com/portico-api/portico/internal/identity"
	"github.com/portico-api/portico/internal/platform/fault"
	"github.com/portico-api/portico/internal/platform/id"
	"github.com/portico-api/portico/internal/platform/page"
)

type session struct{}

// SessionID identifies one sign-in of an account.
type SessionID = id.ID[session]

// State says whether an account may sign in.
type State string

// The states of an account. Pending accounts signed up and wait for approval by staff. Invited accounts may sign in
// once they have a password. Removed accounts stay as tombstones without an address.
const (
	Pending  State = "pending"
	Invited  State = "invited"
	Active   State = "active"
	Blocked  State = "blocked"
	Rejected State = "rejected"
	Removed  State = "removed"
)

// States lists every state of an account.
func States() []State { return []State{Active, Pending, Invited, Blocked, Rejected, Removed} }

// Account is a person who can sign in.
type Account struct {
	ID    identity.AccountID
	Email string
	Name  string
	Staff identity.StaffRole
	State State
	// HomeTeam is the team that the account acts in when a protocol has no concept of teams.
	HomeTeam  identity.TeamID
	CreatedAt time.Time
	// UpdatedAt is when a visible field last changed. The store maintains it and ignores the value it is given.
	UpdatedAt    time.Time
	LastSignInAt time.Time
	// VerifiedAt is when the person confirmed the address; zero if they have not.
	VerifiedAt time.Time
	// Unproven marks an account from a sign-up whose address is not confirmed and that staff have not approved.
	Unproven bool
	// Front is the origin of the pages on which the person signed up; empty means the portal itself. Links in mails to
	// them lead there.
	Front string
	// PasswordAt is when the current password was chosen; zero if unknown.
	PasswordAt time.Time
	// PasswordHash is an encoded argon2id (or imported bcrypt) hash; empty if the account has no password.
	PasswordHash string
}

// Answers are the answers to the sign-up questions besides name and address: strings, numbers (float64) and booleans.
type Answers map[string]any

// Team is a customer organisation. The keys of a disabled team are refused at the gateway.
type Team struct {
	ID        identity.TeamID
	Name      string
	Disabled  bool
	CreatedAt time.Time
	// LoggedSince is when the team switched its request log on; zero if the log is off.
	LoggedSince time.Time
}

// Member is an account in a team.
type Member struct {
	Account  identity.AccountID
	Team     identity.TeamID
	Role     identity.Role
	JoinedAt time.Time
}

// Membership is a team as one of its members sees it.
type Membership struct {
	Team Team
	Role identity.Role
}

// Session is one sign-in. Only a hash of its token is stored.
type Session struct {
	ID        SessionID
	Account   identity.AccountID
	Team      identity.TeamID
	TokenHash []byte
	Address   netip.Addr
	UserAgent string
	CreatedAt time.Time
	SeenAt    time.Time
	ExpiresAt time.Time
}

// Purpose says what a one-use link is for.
type Purpose string

// The purposes of links. FirstPassword is a set-up link that staff hand over; FirstPasswordByMail also confirms the
// address. VerifyEmail confirms the address of a sign-up. ResetPassword lets the person choose a password.
const (
	FirstPassword       Purpose = "set_up"
	FirstPasswordByMail Purpose = "set_up_by_mail"
	VerifyEmail         Purpose = "verify_email"
	ResetPassword       Purpose = "reset_password"
)

// Link is a one-use link to an account. Only a hash of its token is stored, and using the link deletes it.
type Link struct {
	TokenHash []byte
	Account   identity.AccountID
	Purpose   Purpose
	CreatedAt time.Time
	ExpiresAt time.Time
}

// TeamMember is a member as the team sees it.
type TeamMember struct {
	Member
	Email string
	Name  string
	State State
}

// AccountFilter filters a list of people; zero fields match everything.
type AccountFilter struct {
	// Search matches addresses and names.
	Search string
	// State selects one state; empty selects every state but Removed. Pending and Invited leave out unproven accounts.
	State State
	// Unproven selects unproven accounts only.
	Unproven bool
	// Staff selects accounts with any of these roles.
	Staff []identity.StaffRole
}

// AccountCounts says how many accounts each state of AccountFilter selects.
type AccountCounts struct {
	All, Unproven int
	States        map[State]int
}

func (f AccountFilter) validate() error {
	var refused []fault.Field
	if f.State != "" && !slices.Contains(States(), f.State) {
		refused = append(refused, fault.Field{Name: "state", Reason: "must be active, pending, invited, blocked, rejected or removed"})
	}
	for _, role := range f.Staff {
		if !slices.Contains(identity.StaffRoles(), role) {
			refused = append(refused, refusedStaff())
		}
	}
	return fault.InvalidFields(refused)
}

// Store keeps people and teams. Loads return not_found if the object does not exist.
type Store interface {
	InTx(ctx context.Context, fn func(ctx context.Context) error) error
	// Lock serialises transactions that lock the same name.
	Lock(ctx context.Context, name string) error

	// SaveAccount inserts or replaces an account. It returns the conflict "email_taken" if another account has the
	// address.
	SaveAccount(ctx context.Context, account Account) error
	Account(ctx context.Context, account identity.AccountID) (Account, error)
	AccountByEmail(ctx context.Context, email string) (Account, error)
	// ImportedCost returns the highest ImportedCost of all accounts' hashes, or 0 if none is imported.
	ImportedCost(ctx context.Context) (int, error)
	SaveAnswers(ctx context.Context, of identity.AccountID, answers Answers) error
	Answers(ctx context.Context, of identity.AccountID) (Answers, error)

	// ForgetUnproven deletes and returns one batch of accounts that have been unproven since before the given time. It
	// keeps accounts that are invited, that belong to a team, or that have a link which still works. An empty result
	// means that none are left.
	ForgetUnproven(ctx context.Context, before, now time.Time) ([]Account, error)

	SaveTeam(ctx context.Context, team Team) error
	// InAudiences returns those of the teams that belong to the audience of a product.
	InAudiences(ctx context.Context, teams ...identity.TeamID) ([]identity.TeamID, error)
	Team(ctx context.Context, team identity.TeamID) (Team, error)

	SaveMember(ctx context.Context, member Member) error
	DeleteMember(ctx context.Context, account identity.AccountID, team identity.TeamID) error
	// Memberships lists the teams of an account and Members the members of a team, both oldest first.
	Memberships(ctx context.Context, account identity.AccountID) ([]Membership, error)
	Members(ctx context.Context, team identity.TeamID) ([]TeamMember, error)

	Lists
	Invitations
	Credentials
	Tokens
}

// Tokens is the part of the store that holds the session tokens of a dialect's clients. They end with the session.
type Tokens interface {
	// SaveTokens inserts the tokens or replaces those of the same session.
	SaveTokens(ctx context.Context, tokens SessionTokens) error
	// TokensByFamily returns the tokens and the holder of their session.
	TokensByFamily(ctx context.Context, familyHash []byte) (SessionTokens, SessionHolder, error)
	// SessionByAccess returns the session of an access token that expires after now.
	SessionByAccess(ctx context.Context, accessHash []byte, now time.Time) (SessionHolder, error)
	// EndTokenSessions ends the account's sessions that have tokens of the dialect.
	EndTokenSessions(ctx context.Context, account identity.AccountID, dialect string) error
}

// Lists is the part of the store that returns pages and counts.
type Lists interface {
	// Accounts lists accounts, sorted by address.
	Accounts(ctx context.Context, filter AccountFilter, request page.Request) (page.Page[Account], error)
	// CountAccounts counts the accounts that match a filter apart from its state.
	CountAccounts(ctx context.Context, filter AccountFilter) (AccountCounts, error)
	// WaitingSignUps counts the pending accounts whose address is confirmed.
	WaitingSignUps(ctx context.Context) (int, error)
	// MembershipsOf is Memberships for several accounts at once.
	MembershipsOf(ctx context.Context, accounts []identity.AccountID) (map[identity.AccountID][]Membership, error)
	// Teams lists teams, sorted by name; search matches names.
	Teams(ctx context.Context, search string, request page.Request) (page.Page[Team], error)
	// MemberCounts returns the number of members per team; teams without members are absent.
	MemberCounts(ctx context.Context, teams []identity.TeamID) (map[identity.TeamID]int, error)
	// MemberPage returns a page of Members in the same order.
	MemberPage(ctx context.Context, team identity.TeamID, request page.Request) (page.Page[TeamMember], error)
	// Owners returns the members with the role owner, in the order of Members.
	Owners(ctx context.Context, team identity.TeamID) ([]TeamMember, error)
	// Sessions lists the sessions of an account that expire after now, last used first. Sessions without tokens must
	// also have been used since seenSince.
	Sessions(ctx context.Context, holder identity.AccountID, now, seenSince time.Time, request page.Request) (page.Page[Session], error)
}

// Invitations is the part of the store that holds invitations. Each is loaded with the e-mail address and the team's
// name.
type Invitations interface {
	// SaveInvitation inserts an invitation or replaces the one with the same id.
	SaveInvitation(ctx context.Context, invitation Invitation) error
	DeleteInvitation(ctx context.Context, invitation InvitationID) error
	// DeleteInvitations deletes every invitation of the account.
	DeleteInvitations(ctx context.Context, invited identity.AccountID) error
	Invitation(ctx context.Context, invitation InvitationID) (Invitation, error)
	// InvitationsInto lists the invitations to a team and InvitationsTo those of an account, both oldest first.
	InvitationsInto(ctx context.Context, team identity.TeamID) ([]Invitation, error)
	InvitationsTo(ctx context.Context, invited identity.AccountID) ([]Invitation, error)
}

// Credentials is the part of the store that holds sessions, links and failed attempts.
type Credentials interface {
	SaveSession(ctx context.Context, session Session) error
	// SessionByToken returns the session with its account, team and role in one read.
	SessionByToken(ctx context.Context, tokenHash []byte) (SessionHolder, error)
	// EndSession returns not_found if the account has no such session.
	EndSession(ctx context.Context, holder identity.AccountID, session SessionID) error
	// EndSessions ends all sessions of the account except keep, which may be zero.
	EndSessions(ctx context.Context, account identity.AccountID, keep SessionID) error
	// KeepSessions ends all but the most recently used sessions of the account; kept is how many stay.
	KeepSessions(ctx context.Context, account identity.AccountID, kept int) error
	TouchSession(ctx context.Context, session SessionID, seenAt time.Time) error
	// SwitchSession makes a session of the account act in another team. It returns not_found if the session is not
	// theirs.
	SwitchSession(ctx context.Context, session SessionID, account identity.AccountID, team identity.TeamID) error
	// MoveSessions makes the account's sessions in one team act in another, which may be zero.
	MoveSessions(ctx context.Context, account identity.AccountID, from, to identity.TeamID) error

	SaveLink(ctx context.Context, link Link) error
	LinkByToken(ctx context.Context, tokenHash []byte) (Link, error)
	// DeleteLinks deletes the links of the account for the purposes, or all of them if none is given.
	DeleteLinks(ctx context.Context, account identity.AccountID, purposes ...Purpose) error

	Failures(ctx context.Context, subject string) (Failures, error)
	SaveFailures(ctx context.Context, failures Failures) error
	DeleteFailures(ctx context.Context, subject string) error

	// Forget deletes expired sessions, invitations and failures, and links that expired ExpiredLinksKept ago.
	Forget(ctx context.Context, now time.Time) error
}

// SessionHolder is a session with everything that its Principal is built from.
type SessionHolder struct {
	Session Session
	Account Account
	Team    Team
	// Role is empty if the account is no longer a member of the session's team.
	Role identity.Role
}
