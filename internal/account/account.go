// Package account owns the people of the portal: accounts, teams, members, invitations, sessions and sign-in.
//
// An account is a person with one e-mail address; a team is the customer organisation; a member is an account in a team,
// with a role. It decides who may sign in and what Principal a session acts as. It does not know what an account may call
// (access) and never sees HTTP: surfaces hand it addresses, passwords and tokens.
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

// The states of an account. Pending ones signed up and wait for staff, who approve or reject them; invited ones may come in
// and have no password yet; removed ones stay as tombstones without an address.
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
	// HomeTeam is the team that the account acts in where a protocol has no word for teams.
	HomeTeam  identity.TeamID
	CreatedAt time.Time
	// UpdatedAt is when what people see of the account was last changed. The store keeps it, whatever is saved.
	UpdatedAt    time.Time
	LastSignInAt time.Time
	// VerifiedAt is when the person proved that mail to the address reaches them, zero where they have not.
	VerifiedAt time.Time
	// Unproven: the account is there only because somebody signed up. Neither was the address confirmed nor did staff let it in.
	Unproven bool
	// Front is the origin of the pages on which the person signed up, empty where those were the portal's own: mails to them
	// lead there.
	Front string
	// PasswordAt is when the present password was chosen, zero where that is not known.
	PasswordAt time.Time
	// PasswordHash is an encoded argon2id (or imported bcrypt) hash; empty while invited.
	PasswordHash string
}

// Answers are what somebody said beside name and address when they signed up: texts, numbers (float64) and yes or no.
type Answers map[string]any

// Team is a customer organisation. The keys of a disabled team are refused at the gateway.
type Team struct {
	ID        identity.TeamID
	Name      string
	Disabled  bool
	CreatedAt time.Time
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

// Session is one sign-in. Its token is kept as a hash only.
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

// The purposes of links. FirstPassword is staff's, by which an account gets its first password; where it came by mail, it
// proves the address too. VerifyEmail proves that the address is the person's; ResetPassword lets them choose a password.
const (
	FirstPassword       Purpose = "set_up"
	FirstPasswordByMail Purpose = "set_up_by_mail"
	VerifyEmail         Purpose = "verify_email"
	ResetPassword       Purpose = "reset_password"
)

// Link is a one-use link to an account, kept as the hash of its token. It is deleted when it is used.
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

// AccountFilter narrows a list of people; zero fields do not narrow.
type AccountFilter struct {
	// Search looks at addresses and names.
	Search string
	// State without a value leaves out the removed ones. Pending are those that wait for staff, invited those that staff or a
	// team have asked in: neither are those whose address is still to be proved.
	State State
	// Unproven narrows to these.
	Unproven bool
	// Staff narrows to any of these roles.
	Staff []identity.StaffRole
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

// Store keeps people and teams. Loads answer not_found for what does not exist.
type Store interface {
	InTx(ctx context.Context, fn func(ctx context.Context) error) error
	// Lock serialises transactions that name the same thing.
	Lock(ctx context.Context, name string) error

	// SaveAccount inserts or replaces; a doubled e-mail address is a conflict with the code "email_taken".
	SaveAccount(ctx context.Context, account Account) error
	Account(ctx context.Context, account identity.AccountID) (Account, error)
	AccountByEmail(ctx context.Context, email string) (Account, error)
	// ImportedCost is the highest ImportedCost of any account's hash, 0 where none has an imported one.
	ImportedCost(ctx context.Context) (int, error)
	SaveAnswers(ctx context.Context, of identity.AccountID, answers Answers) error
	Answers(ctx context.Context, of identity.AccountID) (Answers, error)

	// ForgetUnproven deletes the accounts that have been unproven since before the time, that nobody has invited or let into a
	// team, and that have no link which works now, and answers them: some, until there is none.
	ForgetUnproven(ctx context.Context, before, now time.Time) ([]Account, error)

	SaveTeam(ctx context.Context, team Team) error
	// InAudiences are those of the teams that the audience of a product names.
	InAudiences(ctx context.Context, teams ...identity.TeamID) ([]identity.TeamID, error)
	Team(ctx context.Context, team identity.TeamID) (Team, error)

	SaveMember(ctx context.Context, member Member) error
	DeleteMember(ctx context.Context, account identity.AccountID, team identity.TeamID) error
	// Memberships lists the teams of an account, Members the members of a team, both the oldest first.
	Memberships(ctx context.Context, account identity.AccountID) ([]Membership, error)
	Members(ctx context.Context, team identity.TeamID) ([]TeamMember, error)

	Lists
	Invitations
	Credentials
	Tokens
}

// Tokens is the part of the store that holds the tokens of sessions that clients of a dialect have. They end with the session.
type Tokens interface {
	// SaveTokens inserts, or replaces those of the same session.
	SaveTokens(ctx context.Context, tokens SessionTokens) error
	// TokensByFamily returns the tokens with what their Principal is made of.
	TokensByFamily(ctx context.Context, familyHash []byte) (SessionTokens, SessionHolder, error)
	// SessionByAccess is SessionByToken for an access token that expires after now.
	SessionByAccess(ctx context.Context, accessHash []byte, now time.Time) (SessionHolder, error)
	// EndTokenSessions ends those sessions of the account that have tokens of the dialect.
	EndTokenSessions(ctx context.Context, account identity.AccountID, dialect string) error
}

// Lists is the part of the store that is read page by page.
type Lists interface {
	// Accounts are in the order of their addresses.
	Accounts(ctx context.Context, filter AccountFilter, request page.Request) (page.Page[Account], error)
	// WaitingSignUps counts the accounts that wait for staff and whose address is proved.
	WaitingSignUps(ctx context.Context) (int, error)
	// MembershipsOf is Memberships for several accounts at once.
	MembershipsOf(ctx context.Context, accounts []identity.AccountID) (map[identity.AccountID][]Membership, error)
	// Teams are in the order of their names; the search looks at names.
	Teams(ctx context.Context, search string, request page.Request) (page.Page[Team], error)
	// MemberCounts says how many members each of the teams has; teams without any are absent.
	MemberCounts(ctx context.Context, teams []identity.TeamID) (map[identity.TeamID]int, error)
	// MemberPage is a page of Members, in the same order.
	MemberPage(ctx context.Context, team identity.TeamID, request page.Request) (page.Page[TeamMember], error)
	// Owners are the owners among Members.
	Owners(ctx context.Context, team identity.TeamID) ([]TeamMember, error)
	// Sessions are those of an account that expire after now and were seen since the time, or have tokens, which need not be
	// used as often; the last used ones first.
	Sessions(ctx context.Context, holder identity.AccountID, now, seenSince time.Time, request page.Request) (page.Page[Session], error)
}

// Invitations is the part of the store that holds invitations. Each comes with the address and the team's name.
type Invitations interface {
	// SaveInvitation inserts or replaces by id.
	SaveInvitation(ctx context.Context, invitation Invitation) error
	DeleteInvitation(ctx context.Context, invitation InvitationID) error
	// DeleteInvitations forgets every invitation of the account.
	DeleteInvitations(ctx context.Context, invited identity.AccountID) error
	Invitation(ctx context.Context, invitation InvitationID) (Invitation, error)
	// InvitationsInto lists who is invited into a team, InvitationsTo where an account is invited, the oldest first.
	InvitationsInto(ctx context.Context, team identity.TeamID) ([]Invitation, error)
	InvitationsTo(ctx context.Context, invited identity.AccountID) ([]Invitation, error)
}

// Credentials is the part of the store that holds what proves who somebody is: sessions, links, counted failures.
type Credentials interface {
	SaveSession(ctx context.Context, session Session) error
	// SessionByToken returns the session with its account, team and the role in it in one read.
	SessionByToken(ctx context.Context, tokenHash []byte) (SessionHolder, error)
	// EndSession answers not_found where the account has no such session.
	EndSession(ctx context.Context, holder identity.AccountID, session SessionID) error
	// EndSessions ends all sessions of the account but the kept one, which may be zero.
	EndSessions(ctx context.Context, account identity.AccountID, keep SessionID) error
	// KeepSessions ends all sessions of the account but the so many that were used last.
	KeepSessions(ctx context.Context, account identity.AccountID, kept int) error
	TouchSession(ctx context.Context, session SessionID, seenAt time.Time) error
	// SwitchSession lets a session of the account act in another team; not_found where it is somebody else's.
	SwitchSession(ctx context.Context, session SessionID, account identity.AccountID, team identity.TeamID) error
	// MoveSessions lets the account's sessions that act in one team act in another, which may be zero.
	MoveSessions(ctx context.Context, account identity.AccountID, from, to identity.TeamID) error

	SaveLink(ctx context.Context, link Link) error
	LinkByToken(ctx context.Context, tokenHash []byte) (Link, error)
	// DeleteLinks forgets the links of the account for the purposes, without any every one.
	DeleteLinks(ctx context.Context, account identity.AccountID, purposes ...Purpose) error

	Failures(ctx context.Context, subject string) (Failures, error)
	SaveFailures(ctx context.Context, failures Failures) error
	DeleteFailures(ctx context.Context, subject string) error

	// Forget deletes the sessions, invitations and failures that are over, and the links that have been for ExpiredLinksKept.
	Forget(ctx context.Context, now time.Time) error
}

// SessionHolder is a session with everything that its Principal is made of.
type SessionHolder struct {
	Session Session
	Account Account
	Team    Team
	// Role is empty where the account is no member of the session's team any more.
	Role identity.Role
}
